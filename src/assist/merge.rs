//! Two changes of one text taken together, word by word. Knows nothing of documents.

use super::hunks::{Cut, word_cuts};
use crate::base::{Pos, Span};

/// Longer texts are not merged: comparing them would hold up the keys. In bytes, together.
const MOST: usize = 1 << 18;

/// Both changes of one text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Merged {
    pub text: String,
    /// What of the other side's change is new to mine: spans of my text, in `char`s, ascending, each
    /// with what comes in its place. What both did is not among it.
    pub theirs: Vec<(Span, String)>,
}

/// The text that holds both changes of `base`: what `mine` and what `theirs` made of it. Nothing
/// where they contradict each other: where both changed the same words in different ways, changed
/// neighbouring ones, or put something in at one place; and for very long texts.
///
/// The order of the two makes no difference to the text, and what one side left alone is the
/// other's.
pub fn merge(base: &str, mine: &str, theirs: &str) -> Option<Merged> {
    if base.len() + mine.len() + theirs.len() > MOST {
        return None;
    }
    let (ours, others) = (word_cuts(base, mine), word_cuts(base, theirs));
    let mut all: Vec<(&Cut, bool)> = ours.iter().map(|cut| (cut, true)).collect();
    for cut in &others {
        let new = &theirs[cut.new.clone()];
        let same = |one: &Cut| one.old == cut.old && mine[one.new.clone()] == *new;
        if ours.iter().any(same) {
            continue;
        }
        if ours.iter().any(|one| meet(base, one, cut)) {
            return None;
        }
        all.push((cut, false));
    }
    // What is put in before a word that changed comes before it.
    all.sort_by_key(|(cut, _)| (cut.old.start, cut.old.end));
    let mut text = String::with_capacity(mine.len() + theirs.len());
    let mut pieces = Vec::new();
    // Bytes of the base, and of mine with its place in characters.
    let (mut at, mut byte, mut pos) = (0, 0, 0);
    let mut pos_of = |to: usize| {
        pos += mine[byte..to].chars().count();
        byte = to;
        Pos(pos)
    };
    let mut here = 0;
    for (cut, is_mine) in all {
        text.push_str(&base[at..cut.old.start]);
        here += cut.old.start - at;
        at = cut.old.end;
        if is_mine {
            text.push_str(&mine[cut.new.clone()]);
            here = cut.new.end;
        } else {
            let new = &theirs[cut.new.clone()];
            text.push_str(new);
            let start = pos_of(here);
            here += cut.old.len();
            pieces.push((Span::new(start, pos_of(here)), new.to_owned()));
        }
    }
    text.push_str(&base[at..]);
    Some(Merged { text, theirs: pieces })
}

/// Whether two changes are about the same words, or about neighbours with nothing between them:
/// two letters of one word in scripts without blanks. What is put in beside a changed word is
/// about another place.
fn meet(base: &str, a: &Cut, b: &Cut) -> bool {
    let (a, b) = (&a.old, &b.old);
    let apart = |at: usize| {
        let blank = |one: Option<char>| one.is_some_and(char::is_whitespace);
        blank(base[..at].chars().next_back()) || blank(base[at..].chars().next())
    };
    match (a.is_empty(), b.is_empty()) {
        (true, true) => a.start == b.start,
        (true, false) => b.start < a.start && a.start < b.end,
        (false, true) => a.start < b.start && b.start < a.end,
        (false, false) if a.end == b.start => !apart(a.end),
        (false, false) if b.end == a.start => !apart(b.end),
        (false, false) => a.start < b.end && b.start < a.end,
    }
}
