//! An edit that quotes text in full and leaves some of it out of what it puts there: `... the rest
//! stays ...`. The words for that are no text.

use super::fences::has_line;
use super::whole::filled;
use crate::assist::dialect::{Edit, is_gap};

/// What an edit leaves out of its new text.
pub(super) enum Elided {
    Nothing,
    /// The new text with the lines of the old one that it leaves out.
    Filled(String),
    /// What it leaves out is not told.
    Unclear,
}

pub(super) fn read(base: &str, edit: &Edit) -> Elided {
    let (old, new) = (edit.old.as_str(), edit.new.as_str());
    let is_own = |line: &str| old.lines().any(|one| one.trim() == line.trim());
    // One with gaps in both goes its own way.
    if old.trim().is_empty() || old.lines().any(is_gap) {
        return Elided::Nothing;
    }
    let is_gap = |line: &str| is_gap(line) && !is_own(line) && !has_line(base, line);
    if new.lines().any(is_gap) {
        return match filled(old, new) {
            Some((text, lines)) if lines > 0 && !text.lines().any(is_gap) => Elided::Filled(text),
            _ => Elided::Unclear,
        };
    }
    // A sentence with dots, or a word about them, for those behind it.
    let end = new.trim_end();
    let dots = ["...", "…"].iter().any(|dots| end.ends_with(dots));
    let told = end.rfind(['[', '(']).is_some_and(|at| is_gap(&end[at..]));
    let dotted = ["...", "…"].iter().any(|dots| old.contains(dots));
    let words = |text: &str| text.split_whitespace().count();
    let begins = old.split_whitespace().next() == new.split_whitespace().next();
    match (dots && !dotted || told) && words(new) < words(old) && begins {
        true => Elided::Unclear,
        false => Elided::Nothing,
    }
}
