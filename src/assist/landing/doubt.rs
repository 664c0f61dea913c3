//! Which changes of a text that was written anew are unsure for what stands beside them, or for how the
//! text ends.

use super::talk::may_be_talk;
use crate::assist::hunks::{Hunk, moved_ends};
use crate::base::Pos;
use ropey::Rope;
use std::collections::BTreeSet;

/// Whether a text says nothing but what the old one does: in other lines, as a list, or without what
/// stands before and behind it there.
pub(super) fn says_same(old: &str, text: &str) -> bool {
    const LEAST: usize = 3;
    let said = |word: &&str| word.contains(char::is_alphanumeric);
    let words = |text: &'_ str| -> Vec<String> {
        text.split_whitespace().filter(said).map(str::to_owned).collect()
    };
    let ended = text.trim().ends_with(['.', '!', '?', '…', '。']) && !text.trim().contains('\n');
    let (was, is) = (words(old), words(text));
    let quoted = text.lines().any(|line| line.trim_start().starts_with('>'));
    !quoted
        && is.len() >= LEAST
        && (was == is || ended && was.windows(is.len()).any(|run| run == is))
}

/// A text that one change takes away and an unsure one brings again would be lost without that.
fn together(hunks: &mut [(Hunk, bool)]) {
    /// So many words in a row are no chance.
    const RUN: usize = 4;
    let runs = |text: &str| -> BTreeSet<String> {
        let words: Vec<&str> = text.split_whitespace().collect();
        words.windows(RUN.min(words.len().max(1))).map(|run| run.join(" ")).collect()
    };
    let plain: Vec<Hunk> = hunks.iter().map(|(hunk, _)| hunk.clone()).collect();
    for (one, other) in moved_ends(&plain) {
        let unsure = hunks[one].1 || hunks[other].1;
        (hunks[one].1, hunks[other].1) = (unsure, unsure);
    }
    let unsure = hunks.iter().filter(|(_, unsure)| *unsure);
    let come: BTreeSet<String> = unsure.flat_map(|(hunk, _)| runs(&hunk.new)).collect();
    for (hunk, unsure) in hunks {
        let long = hunk.old.split_whitespace().count() >= RUN;
        *unsure |= long && runs(&hunk.old).iter().any(|run| come.contains(run));
    }
}

/// What goes where something unsure comes instead is as unsure: without that it would only be lost.
pub(super) fn instead(base: &Rope, hunks: &mut [(Hunk, bool)]) {
    for at in 1..hunks.len() {
        for (one, other) in [(at - 1, at), (at, at - 1)] {
            let (comes, unsure) = &hunks[one];
            let goes = &hunks[other].0;
            let (from, to) = (hunks[at - 1].0.span.end.0, hunks[at].0.span.start.0);
            let blank =
                base.get_slice(from..to).is_some_and(|gap| gap.chars().all(char::is_whitespace));
            if *unsure && blank && comes.old.trim().is_empty() && goes.new.trim().is_empty() {
                hunks[other].1 = true;
            }
        }
    }
    together(hunks);
    // Other blanks beside what is unsure come of that.
    let any = hunks.iter().any(|(_, unsure)| *unsure);
    for (hunk, unsure) in hunks {
        *unsure |= any && hunk.old.trim().is_empty() && hunk.new.trim().is_empty();
    }
}

/// A text that ends within a line of the old one seems to be cut: that what stood behind goes is not sure.
pub(super) fn end(old: &str, new: &str, hunks: &mut [(Hunk, bool)]) {
    /// So much of its end is looked for.
    const MOST: usize = 24;
    let Some((hunk, unsure)) = hunks.last_mut() else { return };
    let (was, is) = (old.trim_end(), new.trim_end());
    let goes = hunk.old.trim_end();
    let last = is.lines().next_back().unwrap_or_default().trim_start();
    if goes.is_empty() || !was.ends_with(goes) || old.lines().any(|line| line.trim() == last) {
        return;
    }
    let from = last.char_indices().rev().nth(MOST - 1).map_or(0, |(at, _)| at);
    let tail = &last[from..];
    let goes_on = old.match_indices(tail).any(|(at, _)| {
        let behind = old[at + tail.len()..].lines().next().unwrap_or_default();
        !behind.trim().is_empty()
    });
    // Whole lines go with the rest of this one, or it ends as no line does.
    *unsure |= goes_on && (goes.contains('\n') || is_open(is) && !is_open(was));
}

/// Whether a text ends as no sentence does.
fn is_open(text: &str) -> bool {
    text.ends_with(char::is_alphanumeric) || text.ends_with([',', '(', '='])
}

/// The same of a text that came without a frame, and of which nobody knows whether it came whole: its last
/// line has no end, as the old one's had, or the end of the old text goes. `start` is where that
/// stands, in `char`s.
pub(super) fn open(old: &str, start: usize, new: &str, hunks: &mut [(Hunk, bool)]) {
    let Some((hunk, unsure)) = hunks.last_mut() else { return };
    let mut behind = old.chars().skip(hunk.span.end.0.saturating_sub(start));
    let goes = hunk.new.trim().is_empty() && hunk.old.contains(char::is_alphanumeric);
    *unsure |= (goes || stops(old, new)) && behind.all(char::is_whitespace);
}

/// Whether a text stops where the old one's last line has an end.
pub(super) fn stops(old: &str, new: &str) -> bool {
    const ENDS: [char; 11] = ['.', '!', '?', '…', '。', '！', '？', ')', '}', ';', '"'];
    old.trim_end().ends_with(ENDS) && is_open(new.trim_end())
}

/// Whether a change puts a few words before all of a text or behind it: they may be said about it.
pub(super) fn may_be_said(old: &str, start: Pos, hunk: &Hunk) -> bool {
    const MOST: usize = 24;
    let said = hunk.new.split_whitespace().count();
    // On a line of the text nobody talks about it, unless it sounds like that.
    let within = !hunk.new.trim_matches(' ').contains('\n') && !may_be_talk(hunk.new.trim());
    // Marks say nothing, and what the text says is no talk about it.
    let known = !hunk.new.contains(char::is_alphanumeric)
        || old.contains(hunk.new.trim())
        || within && old.trim().contains(' ');
    if !hunk.old.trim().is_empty() || said > MOST || known {
        return false;
    }
    // A section, another item of a list, a row, code.
    let mark = |line: &str| line.trim_start().chars().next().filter(|mark| "#-*+|".contains(*mark));
    let mut filled = hunk.new.lines().filter(|line| !line.trim().is_empty());
    let last = old.trim_end().lines().next_back().and_then(mark);
    let headed = filled.clone().next().and_then(mark) == Some('#') && filled.clone().count() > 1;
    let listed =
        hunk.new.starts_with('\n') && filled.all(|line| last.is_some() && mark(line) == last);
    let lines = hunk.new.lines().filter(|line| !line.trim().is_empty());
    let coded = lines.clone().filter(|line| line.trim_end().ends_with(['{', '}', ';'])).count();
    if headed || listed || 2 * coded > lines.count() {
        return false;
    }
    let at = hunk.span.start.0.saturating_sub(start.0);
    let blank = |sign: char| sign.is_whitespace();
    let (mut before, mut behind) = (old.chars().take(at), old.chars().skip(at));
    // Blanks before it are those that the text stands behind.
    let ended = at.checked_sub(1).and_then(|at| old.chars().nth(at)).is_some_and(blank);
    let is_apart = said > 0 && (ended || hunk.new.starts_with(blank));
    before.all(blank) || is_apart && behind.all(blank)
}
