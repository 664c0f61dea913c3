//! A text that is put at the end of another.

use super::fit::line_end_at;
use crate::assist::hunks::with_line_ends;

/// A text for the end of what stands before `at`: on a line of its own, and after an empty line in
/// a document that has such, unless it goes on with a list or table.
pub(super) fn append(text: &str, at: usize, new: &str) -> String {
    let before = &text[..at];
    let end = line_end_at(text, &(at..at));
    let body = new.replace("\r\n", "\n");
    let last = before.trim_end().rsplit('\n').next().unwrap_or("");
    if last.is_empty() {
        return with_line_ends(&body, end);
    }
    let first = body.lines().find(|line| !line.trim().is_empty()).unwrap_or("");
    let blanks = before[before.trim_end().len()..].matches('\n').count();
    let spaced = before.trim_end().replace("\r\n", "\n").contains("\n\n");
    let goes_on = kind(last).is_some() && kind(last) == kind(first);
    let mut out = String::new();
    let wanted = if spaced && !goes_on { 2 } else { 1 };
    let own = body[..body.len() - body.trim_start().len()].matches('\n').count();
    out.push_str(&"\n".repeat(wanted.max(own + 1).saturating_sub(blanks + own)));
    out.push_str(body.trim_end());
    if blanks > 0 || at < text.len() {
        out.push('\n');
    }
    with_line_ends(&out, end)
}

/// Lists and tables go on from line to line.
fn kind(line: &str) -> Option<char> {
    let line = line.trim_start();
    let first = line.split_whitespace().next()?;
    let digits = first.trim_end_matches(['.', ')']);
    match line.chars().next()? {
        mark @ ('-' | '*' | '+') if first.len() == 1 => Some(mark),
        '|' => Some('|'),
        _ if digits.len() < first.len() && digits.bytes().all(|b| b.is_ascii_digit()) => Some('1'),
        _ if line.contains(',') && !line.contains(", ") => Some(','),
        _ => None,
    }
}
