//! Whether two changes of one text can both be made, and in which order they stand where both put
//! something in at one place. One rule for hunks in a session and for edits of an answer in a file.

use super::change::{Change, Replace};
use crate::base::Span;

/// What a text is that is put in at a place, in the order in which such texts stand there: lines
/// before the line of the place, words in it, lines behind it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum PutIn {
    LinesBefore,
    Words,
    LinesBehind,
}

impl PutIn {
    pub fn of(text: &str) -> Self {
        match (text.starts_with(['\n', '\r']), text.ends_with('\n')) {
            (true, _) => Self::LinesBehind,
            (false, true) => Self::LinesBefore,
            (false, false) => Self::Words,
        }
    }
}

/// Whether two spans share a character, or one without characters lies within the other.
pub fn overlap(a: Span, b: Span) -> bool {
    a.start < b.end && b.start < a.end && !(a.is_empty() && b.is_empty())
}

/// Whether two edits, each a change within the span that it quotes, contradict each other. Text that
/// both quote is no contradiction, text that both change is. Of what both put in at one place, lines
/// go with lines and with words, unless they are the same or `versions` of each other; words go with
/// words only where both are sentences, and neither edit quotes what stands around them. Words within
/// a sentence, put in right beside what the other changes, make a text of both that nobody proposed.
pub fn contradict(
    (a, change): (Span, &Change),
    (b, other): (Span, &Change),
    versions: &dyn Fn(&str, &str) -> bool,
) -> bool {
    let same = |a: &str, b: &str| a.split_whitespace().eq(b.split_whitespace());
    let within = |one: &Replace| {
        let sentence = one.text.trim_end().ends_with(['.', '!', '?', '…', '。', '！', '？', ':']);
        one.span.is_empty() && !sentence && PutIn::of(&one.text) == PutIn::Words
    };
    let meet = |one: &Replace, other: &Replace| {
        if one.span.is_empty() != other.span.is_empty() {
            let touch = one.span.end == other.span.start || other.span.end == one.span.start;
            return overlap(one.span, other.span) || touch && (within(one) || within(other));
        }
        if !one.span.is_empty() || one.span != other.span {
            return overlap(one.span, other.span);
        }
        match (PutIn::of(&one.text), PutIn::of(&other.text)) {
            (PutIn::Words, PutIn::Words) => overlap(a, b) || within(one) || within(other),
            (x, y) if x != y => false,
            _ => same(&one.text, &other.text) || versions(&one.text, &other.text),
        }
    };
    change.0.iter().any(|one| other.0.iter().any(|other| meet(one, other)))
}
