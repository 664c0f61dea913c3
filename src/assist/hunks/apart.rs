//! Whether two hunks can stand without each other.

use super::Hunk;
use crate::text::is_soft;
use crate::text::sentence::is_end;
use ropey::Rope;

/// More text than this between two hunks parts them.
const MOST: usize = 2_000;

/// Whether two hunks of a document, one before the other, can stand without each other: the end of a
/// sentence stands between them, or a line that begins another thing. Else they are one change of a sentence
/// or of some lines of code. Positions are in `char`s of `base`.
pub fn are_apart(base: &Rope, one: &Hunk, next: &Hunk) -> bool {
    let between = base.get_slice(one.span.end.0..next.span.start.0);
    let Some(between) = between.filter(|between| between.len_chars() <= MOST) else { return true };
    let whole_lines = [&one.old, &one.new].iter().any(|text| text.ends_with('\n'));
    let text = format!("{}{between}", if whole_lines { "\n" } else { "" });
    let ends_sentence = |(at, end): (usize, char)| {
        let behind = text[at + end.len_utf8()..].trim_start_matches(['"', '”', '’', ')', '*', '_']);
        is_end(end) && (behind.starts_with(char::is_whitespace) || !end.is_ascii())
    };
    // A line that is neither indented nor goes on with a sentence is an item, a row, another statement.
    let lines: Vec<&str> = text.split('\n').collect();
    let starts_anew = |two: &[&str]| {
        let [before, line] = two else { return false };
        let is_indented = match line.is_empty() {
            true => [&next.old, &next.new].iter().any(|text| text.starts_with([' ', '\t'])),
            false => line.starts_with([' ', '\t']),
        };
        !is_indented && !is_soft(before, "\n", line)
    };
    lines.windows(2).any(starts_anew) || text.char_indices().any(ends_sentence)
}
