//! What of a text is replaced as one: a sentence of prose, or a line of a list, a table or code.
//! With the marker of its line, which belongs to it or not. Knows nothing of edits.

use super::index::Index;
use super::space;
use crate::assist::dialect::is_fence;
use crate::text::sentence::borders;
use memchr::memmem;
use std::ops::Range;

/// How far around a place lines are read that may belong to its paragraph, in bytes.
const REACH: usize = 16_384;
/// A line of more bytes is not wrapped, and one of fewer not either.
const LONG: usize = 4_096;
const SHORT: usize = 24;

/// One piece, in bytes of its text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Unit {
    /// Without blanks around it, and without the marker of its line.
    pub range: Range<usize>,
    /// Where its line starts, and where its marker does, if it is the first of its line.
    pub head: Option<(usize, usize)>,
    /// A sentence, of which a part may be replaced.
    pub prose: bool,
}

/// The units of the paragraphs, or lines, that a range touches; in order. `cells`: each cell of a
/// table's row by itself. None for a range in a sentence of which no end is near.
pub(super) fn units(index: &Index, range: &Range<usize>, cells: bool) -> Vec<Unit> {
    let text = index.text.as_str();
    let mut out = Vec::new();
    let mut at = line_start(text, range.start);
    let mut fenced = index.is_fenced(at);
    // Up to where the paragraph begins.
    while !fenced && at > 0 && range.start - at < REACH && wraps(text, at - 1) {
        at = line_start(text, at - 1);
    }
    loop {
        let mut end = line_end(text, at);
        let fence = is_fence(&text[at..end]);
        while !fenced && !fence && end < text.len() && end - at < REACH && wraps(text, end) {
            end = line_end(text, end + 1);
        }
        fenced ^= fence;
        block(text, at..end, range, fenced || fence, cells, &mut out);
        if end >= text.len() || end >= range.end {
            break;
        }
        at = end + 1;
    }
    out
}

/// The units of one paragraph or line.
fn block(
    text: &str,
    whole: Range<usize>,
    near: &Range<usize>,
    code: bool,
    cells: bool,
    out: &mut Vec<Unit>,
) {
    let body = text[whole.clone()].trim_end();
    if body.trim().is_empty() {
        return;
    }
    let end = whole.start + body.len();
    let first = end - body.trim_start().len();
    if cells && text[first..end].starts_with('|') {
        let mut at = first;
        for cell in text[first..end].split('|') {
            let start = at + (cell.len() - cell.trim_start().len());
            if !cell.trim().is_empty() {
                out.push(Unit {
                    range: start..start + cell.trim().len(),
                    head: None,
                    prose: false,
                });
            }
            at += cell.len() + 1;
        }
        return;
    }
    let marker = if code { 0 } else { marker(&text[first..end]) };
    let start = first + marker;
    let head = Some((whole.start, first));
    if code || is_no_prose(&text[start..end]) {
        out.push(Unit { range: start..end, head, prose: false });
        return;
    }
    // Of a very long line only what is near.
    let from = text.ceil_char_boundary(near.start.saturating_sub(REACH).clamp(start, end));
    let to = text.floor_char_boundary(near.end.saturating_add(REACH).clamp(from, end));
    let mut at = (from == start).then_some(start);
    let mut push = |range: Range<usize>| {
        let head = head.filter(|_| range.start == start);
        out.push(Unit { range, head, prose: true });
    };
    for (stop, next) in borders(&text[from..to], None) {
        if let Some(at) = at {
            push(at..from + stop);
        }
        at = (from + next < end).then_some(from + next);
    }
    if let Some(at) = at.filter(|at| to == end && *at < end) {
        push(at..end);
    }
}

/// How long the marker of a line is with the blanks behind it: of a heading, an item, a quotation, a
/// comment.
pub(in crate::assist) fn marker(line: &str) -> usize {
    let mut at = 0;
    loop {
        let rest = &line[at..];
        let word = rest.split(char::is_whitespace).next().unwrap_or("");
        let number = word.strip_suffix(['.', ')']).unwrap_or("");
        let counts = !number.is_empty()
            && number.len() < 4
            && number.bytes().all(|byte| byte.is_ascii_digit());
        let marks = matches!(
            word,
            "-" | "*" | "+" | "•" | "–" | "—" | ">" | ">>" | "//" | "///" | "//!" | "--" | ";;"
        );
        let heading = !word.is_empty() && word.len() < 7 && word.bytes().all(|byte| byte == b'#');
        let task = at > 0 && ["[ ] ", "[x] ", "[X] "].iter().any(|task| rest.starts_with(task));
        let len = if task { 3 } else { word.len() };
        let blanks = rest[len..].len() - rest[len..].trim_start_matches([' ', '\t']).len();
        if !(counts || marks || heading || task) || blanks == 0 || len + blanks == rest.len() {
            return at;
        }
        at += len + blanks;
    }
}

/// Whether a line is a row, data or code: it has no sentences.
fn is_no_prose(line: &str) -> bool {
    let line = line.trim();
    let some = &line[..line.floor_char_boundary(LONG)];
    let words = some.split_whitespace().count();
    let signs = some.chars().filter(|c| "{}=".contains(*c)).count();
    line.starts_with(['|', '{', '}', '<'])
        || line.starts_with('"') && line.contains("\":")
        || line.starts_with('[') && !line.contains(']')
        || line.ends_with(['{', '}', ';'])
        || ["::", "->", "();", " = "].iter().any(|sign| some.contains(sign))
        || signs * 6 > words
}

/// Whether the line end at `at` only wraps a paragraph.
fn wraps(text: &str, at: usize) -> bool {
    let above = &text[line_start(text, at)..at];
    let body = above.trim_end();
    let next = &text[at + 1..line_end(text, at + 1)];
    let start = next.trim_start_matches([' ', '\t']);
    let from = line_start(text, at) + body.len();
    let blanks = &text[from..at + 1 + (next.len() - start.len())];
    let blanks = blanks.strip_prefix('\r').unwrap_or(blanks);
    let fits = (SHORT..LONG).contains(&body.len()) && next.len() < LONG;
    fits && !start.trim().is_empty()
        && space::is_soft(&text[line_start(text, at)..from], blanks, start)
        && !is_no_prose(body)
        && !is_no_prose(start)
}

/// Where lines begin that open or close a block of code, in order.
pub(super) fn fences(text: &str) -> Vec<usize> {
    let starts = |mark: &str| {
        let line = |at: usize| {
            let line = line_start(text, at);
            let first = text[line..at].trim().is_empty();
            (first && is_fence(&text[line..line_end(text, at)])).then_some(line)
        };
        memmem::find_iter(text.as_bytes(), mark).filter_map(line).collect::<Vec<_>>()
    };
    let mut all = starts("```");
    all.extend(starts("~~~"));
    all.sort_unstable();
    all
}

pub(super) fn line_start(text: &str, at: usize) -> usize {
    text[..at].rfind('\n').map_or(0, |at| at + 1)
}

fn line_end(text: &str, at: usize) -> usize {
    text[at..].find('\n').map_or(text.len(), |end| at + end)
}
