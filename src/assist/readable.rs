//! An answer for reading: edits as differences instead of their markers, whatever their form.

use super::dialect::{CUT, Dialect, Piece, ReplyParser, may_hold_edits};
use std::borrow::Cow;
use std::collections::BTreeSet;

/// The answer with each edit as a fenced difference; one that ends in the middle is told in words:
/// while the answer is `coming`, it is being written. An answer without edits is given back as it
/// is.
pub fn readable(answer: &str, coming: bool) -> Cow<'_, str> {
    // A coming answer is looked through for each frame: most have no such line anywhere.
    if !may_hold_edits(answer) {
        return Cow::Borrowed(answer);
    }
    let mut parser = ReplyParser::new(Dialect::Blocks);
    let mut pieces = parser.push(if coming { without_begun_line(answer) } else { answer });
    pieces.extend(if coming { parser.cut_off() } else { parser.finish() });
    if pieces.iter().all(|piece| matches!(piece, Piece::Prose(_) | Piece::Fenced { .. })) {
        return Cow::Borrowed(answer);
    }
    // For several files each says for which it is.
    let file = |piece: &Piece| match piece {
        Piece::EditDone { edit, .. } => Some(edit.hint.file.clone()),
        _ => None,
    };
    let several = pieces.iter().filter_map(file).collect::<BTreeSet<_>>().len() > 1;
    let mut out = String::with_capacity(answer.len());
    for piece in pieces {
        match piece {
            Piece::Prose(text) => out.push_str(&text),
            Piece::EditDone { edit, .. } => {
                if let Some(file) = edit.hint.file.as_ref().filter(|_| several) {
                    let start = if out.is_empty() || out.ends_with('\n') { "" } else { "\n" };
                    out.push_str(&format!("{start}`{}`\n", file.replace(['`', '\n'], "")));
                }
                difference(&edit.old, &edit.new, &mut out);
            }
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

/// Without the start of a line that may become a marker: it would show for a moment.
fn without_begun_line(answer: &str) -> &str {
    const SHORT: usize = 24;
    let at = answer.rfind('\n').map_or(0, |at| at + 1);
    let line = answer[at..].trim_start();
    let begun = line.len() < SHORT && line.starts_with(['<', '>', '=', '@']);
    if begun || line.starts_with("***") { &answer[..at] } else { answer }
}

/// Lines that stand at the start or the end of both texts are shown once.
fn difference(old: &str, new: &str, out: &mut String) {
    let (old, new): (Vec<&str>, Vec<&str>) = (old.lines().collect(), new.lines().collect());
    let same = old.iter().zip(&new).take_while(|(old, new)| old == new).count();
    let (lead, old, new) = (&old[..same], &old[same..], &new[same..]);
    let same = old.iter().rev().zip(new.iter().rev()).take_while(|(old, new)| old == new).count();
    let (old, tail) = old.split_at(old.len() - same);
    let new = &new[..new.len() - same];
    let signed = |sign: char, lines: &[&str]| -> Vec<String> {
        lines.iter().map(|line| format!("{sign} {line}")).collect()
    };
    let lines = [signed(' ', lead), signed('-', old), signed('+', new), signed(' ', tail)];
    fenced("diff", lines.into_iter().flatten(), out);
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
