//! What a change did to lines, for whatever is kept per line.

use super::Delta;
use ropey::Rope;

/// The lines `first..first + removed` became `first..first + inserted`. Both are at least 1.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LineEdit {
    pub first: usize,
    pub removed: usize,
    pub inserted: usize,
    /// The first changed `char`, from the start of line `first`.
    pub from: usize,
}

impl LineEdit {
    /// Reads it from a delta that led to `after`, when there were `lines_before` lines. Several
    /// replacements count as one that covers them. `None` when nothing changed, or when the numbers
    /// do not fit each other: then nothing is known.
    pub fn of(delta: &Delta, after: &Rope, lines_before: usize) -> Option<Self> {
        let ((head, _), (tail, _)) = (delta.0.first()?, delta.0.last()?);
        let from = head.start.0.min(after.len_chars());
        // Several may stand at one place: the last one ends behind all of them.
        let grown: isize =
            delta.0.iter().map(|(span, len)| *len as isize - span.len() as isize).sum();
        let to = tail.end.0.saturating_add_signed(grown).min(after.len_chars());
        let first = after.char_to_line(from);
        let inserted = after.char_to_line(to.max(from)) - first + 1;
        let removed = (inserted + lines_before).checked_sub(after.len_lines())?;
        let from = from - after.line_to_char(first);
        (removed > 0).then_some(Self { first, removed, inserted, from })
    }
}
