//! Changes of whole lines: indent, move, duplicate, delete, join, break.
//!
//! Pure functions from a rope and a span to a [`Change`]. A span means every line it touches; one
//! that ends at the start of a line does not mean that line.

use super::bytes::dominant_newline;
use super::change::{Change, Replace};
use super::document::Document;
use super::motion::{line_at, line_span};
use crate::base::{Pos, Span};
use crate::event::Origin;
use ropey::Rope;

/// A change of lines, and what is selected after it: the same text as before.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct LineChange {
    pub change: Change,
    pub select: Span,
    /// Which replacement copies which span of the text, so that its words stay whose they are:
    /// see [`Document::sourced`].
    pub copies: Vec<(usize, Span)>,
}

impl LineChange {
    /// What is selected moves with the change; what is inserted at its borders stays outside, and
    /// comes before a caret.
    fn plain(change: Change, span: Span) -> Self {
        let delta = change.delta();
        let select = if span.is_empty() {
            Span::at(delta.map(span.end, true))
        } else {
            delta.map_span(span)
        };
        Self { change, select, copies: Vec::new() }
    }

    /// Whole lines were moved or doubled around the span, which is `by` characters further on.
    fn moved(replaces: Vec<Replace>, copies: &[(usize, Span)], span: Span, by: isize) -> Self {
        let shift = |pos: Pos| Pos(pos.0.saturating_add_signed(by));
        let select = Span { start: shift(span.start), end: shift(span.end) };
        Self { change: Change(replaces), select, copies: copies.to_vec() }
    }

    /// Nothing to do.
    fn none(span: Span) -> Self {
        Self { select: span, ..Self::default() }
    }
}

impl Document {
    /// A change with the sources of what it copies from this text.
    pub fn sourced(&self, mut change: Change, copies: &[(usize, Span)]) -> Change {
        for (index, span) in copies {
            if let Some(one) = change.0.get_mut(*index)
                && one.text.chars().count() == span.len()
            {
                one.src = self.sources(*span);
            }
        }
        change
    }
}

/// The first and last line that a span means.
fn lines_of(rope: &Rope, span: Span) -> (usize, usize) {
    let first = rope.char_to_line(span.start.0.min(rope.len_chars()));
    let mut last = rope.char_to_line(span.end.0.min(rope.len_chars()));
    if last > first && rope.line_to_char(last) == span.end.0 {
        last -= 1;
    }
    (first, last)
}

/// Lines with their line breaks.
fn block(rope: &Rope, first: usize, last: usize) -> Span {
    Span { start: Pos(rope.line_to_char(first)), end: Pos(rope.line_to_char(last + 1)) }
}

fn text(rope: &Rope, span: Span) -> String {
    rope.slice(span.range()).to_string()
}

fn one(span: Span, text: impl Into<String>) -> Replace {
    Replace { span, text: text.into(), origin: Origin::typed(), src: Vec::new() }
}

/// Puts `unit` before every line of the span that is not empty.
pub fn indent(rope: &Rope, span: Span, unit: &str) -> LineChange {
    let (first, last) = lines_of(rope, span);
    let lines = (first..=last).map(|line| line_span(rope, line));
    let lines = lines.filter(|line| !line.is_empty() || first == last);
    let change = Change(lines.map(|line| one(Span::at(line.start), unit)).collect());
    LineChange::plain(change, span)
}

/// Takes one indent from every line of the span: a tab, or blanks up to the width of `unit`.
pub fn outdent(rope: &Rope, span: Span, unit: &str) -> LineChange {
    let width = unit.chars().map(|c| if c == '\t' { 4 } else { 1 }).sum::<usize>().max(1);
    let (first, last) = lines_of(rope, span);
    let cut = (first..=last).filter_map(|line| {
        let line = line_span(rope, line);
        let mut chars = rope.chars_at(line.start.0).take(line.len());
        let len = match chars.next()? {
            '\t' => 1,
            ' ' => 1 + chars.take(width - 1).take_while(|c| *c == ' ').count(),
            _ => return None,
        };
        Some(one(Span { start: line.start, end: Pos(line.start.0 + len) }, ""))
    });
    LineChange::plain(Change(cut.collect()), span)
}

/// Moves the lines of the span up by one. It is the line above that moves, so that anchors in the
/// span stay with their text.
pub fn move_up(rope: &Rope, span: Span) -> LineChange {
    let (first, last) = lines_of(rope, span);
    let Some(before) = first.checked_sub(1) else { return LineChange::none(span) };
    let (above, lines) = (block(rope, before, before), block(rope, first, last));
    let end = Span::at(lines.end);
    let by = -(above.len() as isize);
    if line_span(rope, last).end < lines.end {
        let replaces = vec![one(above, ""), one(end, text(rope, above))];
        return LineChange::moved(replaces, &[(1, above)], span, by);
    }
    // The last line has no line break: the one above lends its own.
    let words = line_span(rope, before);
    let ending = Span { start: words.end, end: above.end };
    let replaces = vec![one(above, ""), one(end, text(rope, ending)), one(end, text(rope, words))];
    LineChange::moved(replaces, &[(1, ending), (2, words)], span, by)
}

/// Moves the lines of the span down by one; it is the line below that moves.
pub fn move_down(rope: &Rope, span: Span) -> LineChange {
    let (first, last) = lines_of(rope, span);
    if last + 1 >= rope.len_lines() {
        return LineChange::none(span);
    }
    let below = block(rope, last + 1, last + 1);
    if below.is_empty() {
        // Behind the last line break there is no line.
        return LineChange::none(span);
    }
    let lines = block(rope, first, last);
    let start = Span::at(lines.start);
    let words = line_span(rope, last + 1);
    if words.end < below.end {
        let replaces = vec![one(start, text(rope, below)), one(below, "")];
        return LineChange::moved(replaces, &[(0, below)], span, below.len() as isize);
    }
    let ending = Span { start: line_span(rope, last).end, end: lines.end };
    let gone = Span { start: ending.start, end: below.end };
    let replaces =
        vec![one(start, text(rope, words)), one(start, text(rope, ending)), one(gone, "")];
    let by = (words.len() + ending.len()) as isize;
    LineChange::moved(replaces, &[(0, words), (1, ending)], span, by)
}

/// Doubles the lines of the span and goes on in the lower ones.
pub fn duplicate(rope: &Rope, span: Span) -> LineChange {
    let (first, last) = lines_of(rope, span);
    let lines = block(rope, first, last);
    let start = Span::at(lines.start);
    let mut replaces = vec![one(start, text(rope, lines))];
    let mut by = lines.len();
    if line_span(rope, last).end == lines.end {
        let ending = dominant_newline(rope);
        by += ending.len();
        replaces.push(one(start, ending));
    }
    LineChange::moved(replaces, &[(0, lines)], span, by as isize)
}

/// Deletes the lines of the span with their line breaks; at the end of the text, with the one
/// before them.
pub fn delete(rope: &Rope, span: Span) -> LineChange {
    let (first, last) = lines_of(rope, span);
    let mut lines = block(rope, first, last);
    if line_span(rope, last).end == lines.end && first > 0 {
        lines.start = line_span(rope, first - 1).end;
    }
    if lines.is_empty() {
        return LineChange::none(span);
    }
    let select = Span::at(lines.start);
    LineChange { change: Change(vec![one(lines, "")]), select, copies: Vec::new() }
}

/// Joins the lines of the span, or the line with the next: blanks around the break become one,
/// or none where a line is empty or the script has no spaces.
pub fn join(rope: &Rope, span: Span) -> LineChange {
    let (first, mut last) = lines_of(rope, span);
    if first == last {
        last += 1;
    }
    let last = last.min(rope.len_lines() - 1);
    // A line without the blanks around its words.
    let words = |line: usize| {
        let line = line_span(rope, line);
        let blanks = |chars: &mut dyn Iterator<Item = char>| {
            chars.take(line.len()).take_while(|c| c.is_whitespace()).count()
        };
        let end = line.end.0 - blanks(&mut rope.chars_at(line.end.0).reversed());
        let start = line.start.0 + blanks(&mut rope.chars_at(line.start.0));
        (line, Span { start: Pos(start.min(end)), end: Pos(end) })
    };
    let mut out = Vec::new();
    let (line, mut left) = words(first);
    // The first line keeps its indent.
    left.start = line.start;
    for next in first + 1..=last {
        let (line, right) = words(next);
        if right.is_empty() && next < last {
            continue;
        }
        let to = if right.is_empty() { line.end } else { right.start };
        let a = left.end.0.checked_sub(1).and_then(|pos| rope.get_char(pos));
        let a = a.filter(|_| !left.is_empty());
        let b = rope.get_char(to.0).filter(|_| !right.is_empty());
        let space = match (a, b) {
            (Some(a), Some(b)) => !(is_wide(a) && is_wide(b)),
            _ => false,
        };
        out.push(one(Span { start: left.end, end: to }, if space { " " } else { "" }));
        left = right;
    }
    let change = Change(out);
    let at = change.0.last().map_or(span.end, |one| one.span.start);
    let select = if span.is_empty() {
        Span::at(change.delta().map(at, false))
    } else {
        change.delta().map_span(span)
    };
    LineChange { change, select, copies: Vec::new() }
}

/// Whether a character is of a script that has no spaces between words.
fn is_wide(c: char) -> bool {
    matches!(c, '\u{2e80}'..='\u{9fff}' | '\u{ff00}'..='\u{ffef}' | '\u{20000}'..='\u{3ffff}')
}

/// What a line of Markdown begins with.
struct Lead {
    /// White space.
    indent: String,
    /// What the next line begins with: `"- "`, `"3. "`, `"> "`; empty for no list.
    next: String,
    /// Characters from the start of the line to the text.
    len: usize,
}

fn lead(rope: &Rope, line: Span) -> Lead {
    // Longer beginnings are no list.
    let head: String = rope.chars_at(line.start.0).take(line.len().min(512)).collect();
    let rest = head.trim_start_matches([' ', '\t']);
    let indent = head[..head.len() - rest.len()].to_owned();
    let (mut next, mut len) = (String::new(), 0);
    let digits = rest.bytes().take_while(u8::is_ascii_digit).count();
    if let Some(marker) = ["- ", "* ", "+ ", "> "].into_iter().find(|m| rest.starts_with(m)) {
        next.push_str(marker);
        len = 2;
    } else if (1..=9).contains(&digits)
        && let Some(sign) = [". ", ") "].into_iter().find(|s| rest[digits..].starts_with(s))
        && let Ok(number) = rest[..digits].parse::<u32>()
    {
        next = format!("{}{sign}", number + 1);
        len = digits + 2;
    }
    if len > 0 && ["[ ] ", "[x] ", "[X] "].iter().any(|m| rest[len..].starts_with(m)) {
        next.push_str("[ ] ");
        len += 4;
    }
    Lead { len: indent.chars().count() + len, indent, next }
}

/// A line break at the selection: the new line begins as the old one does, a list goes on with
/// its next item, and an item without words ends the list.
pub fn newline(rope: &Rope, span: Span) -> Change {
    let line = line_at(rope, span.start);
    let ending = dominant_newline(rope);
    let column = span.start.0 - line.start.0;
    let lead = lead(rope, line);
    if column < lead.len {
        // Within the indent or the marker: only as much indent as lies before the caret.
        let indent: String = lead.indent.chars().take(column).collect();
        return Change(vec![one(span, format!("{ending}{indent}"))]);
    }
    let rest = rope.chars_at(line.start.0 + lead.len).take(line.len() - lead.len);
    if !lead.next.is_empty() && span.is_empty() && rest.into_iter().all(char::is_whitespace) {
        return Change(vec![one(line, "")]);
    }
    Change(vec![one(span, format!("{ending}{}{}", lead.indent, lead.next))])
}
