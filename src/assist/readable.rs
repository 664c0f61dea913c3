//! An answer for reading: edit blocks as differences instead of their markers.

use super::dialect::{CUT, Dialect, Piece, ReplyParser};
use std::borrow::Cow;

/// The answer with each search/replace block as a fenced difference; one that ends in the middle is
/// told in words: while the answer is `coming`, it is being written. An answer without blocks is
/// given back as it is.
pub fn readable(answer: &str, coming: bool) -> Cow<'_, str> {
    // A coming answer is looked through for each frame: most have no such mark anywhere.
    let has_block = answer.contains("<<<<<")
        && answer.lines().any(|line| line.trim_start().starts_with("<<<<<"));
    if !has_block {
        return Cow::Borrowed(answer);
    }
    let mut parser = ReplyParser::new(Dialect::Blocks);
    let mut pieces = parser.push(answer);
    pieces.extend(parser.cut_off());
    let mut out = String::with_capacity(answer.len());
    for piece in pieces {
        match piece {
            Piece::Prose(text) => out.push_str(&text),
            Piece::EditDone { edit, .. } => difference(&edit.old, &edit.new, &mut out),
            Piece::Malformed { why, .. } if why == CUT => {
                let words =
                    if coming { "… writing a change" } else { "a change that was cut short" };
                if !out.is_empty() {
                    out.push_str(if out.ends_with('\n') { "\n" } else { "\n\n" });
                }
                out.push_str(&format!("*{words}*\n"));
            }
            Piece::Malformed { text, .. } => {
                // What can't be read as an edit is shown as it came.
                fenced("", text.lines().map(String::from), &mut out);
            }
            Piece::EditStarted { .. }
            | Piece::EditOld { .. }
            | Piece::EditNew { .. }
            | Piece::Fenced { .. }
            | Piece::EditDropped { .. } => {}
        }
    }
    Cow::Owned(out)
}

fn difference(old: &str, new: &str, out: &mut String) {
    let minus = old.lines().map(|line| format!("- {line}"));
    let plus = new.lines().map(|line| format!("+ {line}"));
    fenced("diff", minus.chain(plus), out);
}

fn fenced(language: &str, lines: impl Iterator<Item = String>, out: &mut String) {
    if !out.is_empty() && !out.ends_with('\n') {
        out.push('\n');
    }
    let lines: Vec<String> = lines.collect();
    let longest =
        lines.iter().map(|line| line.chars().filter(|character| *character == '`').count()).max();
    let fence = "`".repeat(longest.unwrap_or(0).max(2) + 1);
    out.push_str(&fence);
    out.push_str(language);
    out.push('\n');
    for line in lines {
        out.push_str(&line);
        out.push('\n');
    }
    out.push_str(&fence);
    out.push('\n');
}
