//! Changes of whole lines: indenting, moving, duplicating, joining, and new lines.

use super::bytes::dominant_newline;
use super::motion;
use super::{Change, Replace};
use crate::base::{Pos, Span};
use crate::event::Origin;
use ropey::Rope;

/// A change of lines and what is selected after it; the caret goes to the selection's end where
/// nothing was selected.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct LineChange {
    pub change: Change,
    pub select: Span,
}

fn replace(start: usize, end: usize, text: impl Into<String>) -> Replace {
    let span = Span { start: Pos(start), end: Pos(end) };
    Replace { span, text: text.into(), origin: Origin::typed(), src: Vec::new() }
}

/// The lines that a span touches; a span that ends at a line's start does not touch that line.
fn touched(rope: &Rope, span: Span) -> (usize, usize) {
    let first = rope.char_to_line(span.start.0.min(rope.len_chars()));
    let mut last = rope.char_to_line(span.end.0.min(rope.len_chars()));
    if last > first && rope.line_to_char(last) == span.end.0 {
        last -= 1;
    }
    (first, last)
}

/// The characters from a line's start to the next line's.
fn line_span(rope: &Rope, first: usize, last: usize) -> (usize, usize) {
    let end =
        if last + 1 < rope.len_lines() { rope.line_to_char(last + 1) } else { rope.len_chars() };
    (rope.line_to_char(first), end)
}

fn moved(change: Change, span: Span) -> LineChange {
    let delta = change.delta();
    let select = Span { start: delta.map(span.start, true), end: delta.map(span.end, true) };
    LineChange { change, select }
}

/// Puts `unit` before each line that is not empty.
pub fn indent(rope: &Rope, span: Span, unit: &str) -> LineChange {
    let (first, last) = touched(rope, span);
    let filled =
        (first..=last).filter(|line| rope.line(*line).chars().any(|next| !next.is_whitespace()));
    let change = Change(
        filled.map(|line| rope.line_to_char(line)).map(|at| replace(at, at, unit)).collect(),
    );
    moved(change, span)
}

/// Takes one indent from each line, as far as there is one.
pub fn outdent(rope: &Rope, span: Span, unit: &str) -> LineChange {
    let (first, last) = touched(rope, span);
    let width = if unit == "\t" { 4 } else { unit.chars().count().max(1) };
    let mut out = Vec::new();
    for line in first..=last {
        let start = rope.line_to_char(line);
        let mut taken = 0;
        for next in rope.chars_at(start).take(width) {
            match next {
                ' ' => taken += 1,
                '\t' if taken == 0 => {
                    taken = 1;
                    break;
                }
                _ => break,
            }
        }
        if taken > 0 {
            out.push(replace(start, start + taken, ""));
        }
    }
    moved(Change(out), span)
}

/// Swaps two neighbouring blocks of lines, `upper..middle` and `middle..lower`, in characters. The
/// last line of a text may have no line end: it is taken care of.
fn swapped(rope: &Rope, upper: usize, middle: usize, lower: usize) -> (String, usize) {
    let mut first = rope.slice(upper..middle).to_string();
    let mut second = rope.slice(middle..lower).to_string();
    if !second.ends_with('\n') {
        let end = if first.ends_with("\r\n") { "\r\n" } else { "\n" };
        first.truncate(first.len() - end.len().min(first.len()));
        second.push_str(end);
    }
    let second_len = second.chars().count();
    second.push_str(&first);
    (second, second_len)
}

/// Moves the lines up by one.
pub fn move_up(rope: &Rope, span: Span) -> LineChange {
    let (first, last) = touched(rope, span);
    if first == 0 {
        return LineChange { change: Change::default(), select: span };
    }
    let (start, end) = line_span(rope, first, last);
    let upper = rope.line_to_char(first - 1);
    let (text, _) = swapped(rope, upper, start, end);
    let by = start - upper;
    let select = Span { start: Pos(span.start.0 - by), end: Pos(span.end.0 - by) };
    LineChange { change: Change(vec![replace(upper, end, text)]), select }
}

/// Moves the lines down by one.
pub fn move_down(rope: &Rope, span: Span) -> LineChange {
    let (first, last) = touched(rope, span);
    let (start, end) = line_span(rope, first, last);
    if end >= rope.len_chars() {
        return LineChange { change: Change::default(), select: span };
    }
    let (_, lower) = line_span(rope, last + 1, last + 1);
    let (text, by) = swapped(rope, start, end, lower);
    let select = Span { start: Pos(span.start.0 + by), end: Pos(span.end.0 + by) };
    LineChange { change: Change(vec![replace(start, lower, text)]), select }
}

/// Puts a copy of the lines below them and goes there.
pub fn duplicate(rope: &Rope, span: Span) -> LineChange {
    let (first, last) = touched(rope, span);
    let (start, end) = line_span(rope, first, last);
    let mut text = rope.slice(start..end).to_string();
    if !text.ends_with('\n') {
        text.insert_str(0, dominant_newline(rope));
    }
    let by = text.chars().count();
    let select = Span { start: Pos(span.start.0 + by), end: Pos(span.end.0 + by) };
    LineChange { change: Change(vec![replace(end, end, text)]), select }
}

/// Deletes the lines.
pub fn delete(rope: &Rope, span: Span) -> LineChange {
    let (first, last) = touched(rope, span);
    let (mut start, end) = line_span(rope, first, last);
    // Without a line end behind it, the one before goes.
    if end == rope.len_chars()
        && first > 0
        && !rope.slice(start..end).chars().any(|next| next == '\n')
    {
        start = motion::line_end(rope, Pos(rope.line_to_char(first - 1))).0;
    }
    LineChange { change: Change(vec![replace(start, end, "")]), select: Span::at(Pos(start)) }
}

/// Joins the lines, or the line with the next one, with one blank between.
pub fn join(rope: &Rope, span: Span) -> LineChange {
    let (first, last) = touched(rope, span);
    let last = last.max(first + 1);
    let mut out = Vec::new();
    for line in first..last.min(rope.len_lines() - 1) {
        let end = motion::line_end(rope, Pos(rope.line_to_char(line))).0;
        let next = rope.line_to_char(line + 1);
        let blanks = rope.chars_at(next).take_while(|next| *next == ' ' || *next == '\t').count();
        let empty =
            end == rope.line_to_char(line) || rope.get_char(end.saturating_sub(1)) == Some(' ');
        out.push(replace(end, next + blanks, if empty { "" } else { " " }));
    }
    let change = Change(out);
    let at = change.0.last().map_or(span.start, |one| one.span.start);
    let select = Span::at(change.delta().map(at, false));
    LineChange { change, select }
}

/// A new line in place of `span`, with the indent of this one; list items go on, numbers count, and
/// an empty item ends its list.
pub fn newline(rope: &Rope, span: Span) -> Change {
    let end = dominant_newline(rope);
    let line = rope.char_to_line(span.start.0);
    let start = rope.line_to_char(line);
    let head: String = rope.slice(start..span.start.0).chars().take(400).collect();
    let indent: String = head.chars().take_while(|next| *next == ' ' || *next == '\t').collect();
    let rest = &head[indent.len()..];
    let Some((marker, next)) = marker(rest) else {
        return Change(vec![replace(span.start.0, span.end.0, format!("{end}{indent}"))]);
    };
    let tail = motion::line_end(rope, span.end);
    let item_is_empty = rest.len() == marker.len() && tail == span.end;
    if item_is_empty {
        return Change(vec![replace(start, span.end.0, String::new())]);
    }
    Change(vec![replace(span.start.0, span.end.0, format!("{end}{indent}{next}"))])
}

/// The list marker at the start of a text and the one that follows it.
fn marker(text: &str) -> Option<(&str, String)> {
    for bullet in ["- [ ] ", "- [x] ", "- [X] "] {
        if text.starts_with(bullet) {
            return Some((&text[..bullet.len()], "- [ ] ".into()));
        }
    }
    for bullet in ["- ", "* ", "+ ", "> "] {
        if text.starts_with(bullet) {
            return Some((&text[..bullet.len()], bullet.into()));
        }
    }
    let digits = text.bytes().take_while(u8::is_ascii_digit).count();
    let sign = text[digits..].chars().next().filter(|sign| matches!(sign, '.' | ')'))?;
    if digits == 0 || digits > 9 || !text[digits + 1..].starts_with(' ') {
        return None;
    }
    let number: u64 = text[..digits].parse().ok()?;
    Some((&text[..digits + 2], format!("{}{sign} ", number + 1)))
}
