//! The rows of logical lines, made on demand and kept for the lines near the screen.
//!
//! A line is cut into pieces of about [`PIECE`] characters at places that depend on the text
//! alone; each piece is wrapped by itself. So a line of 5 MB costs no more than what is shown of
//! it, and the same text has the same rows however it came to be.

use super::cells::{cells, is_plain, width};
use super::wrap::{Rule, hanging_indent, rows};
use crate::text::LineEdit;
use ropey::Rope;
use std::borrow::Cow;
use std::collections::BTreeMap;
use unicode_segmentation::UnicodeSegmentation;

/// Characters between the borders of pieces.
pub(super) const PIECE: usize = 4096;
/// How far before its nominal place a border may be.
const SLACK: usize = 64;
/// How many pieces of a line are kept; all go together when there are more.
const KEPT_PIECES: usize = 64;

/// What rows depend on besides the text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Mode {
    /// Columns of a wrapped row; `None` leaves lines as one row each.
    pub wrap: Option<usize>,
    pub tab: usize,
}

/// A row: which of which piece of which line, or a virtual one after the line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Loc {
    pub line: usize,
    /// Where the line starts in the document, in `char`s.
    pub line_start: usize,
    pub piece: usize,
    pub row: usize,
    pub virt: Option<usize>,
}

impl Loc {
    /// Document order.
    pub fn key(&self) -> (usize, Option<usize>, usize, usize) {
        (self.line, self.virt, self.piece, self.row)
    }
}

/// A piece of a line. Offsets in `char`s from the start of the line.
#[derive(Clone, Debug)]
struct Piece {
    end: usize,
    /// Where its rows start; never empty.
    rows: Vec<usize>,
}

/// One line. Lengths in `char`s.
#[derive(Clone, Debug)]
struct LineRows {
    /// With the line end.
    total: usize,
    /// Without it.
    len: usize,
    /// One column for each `char`.
    plain: bool,
    indent: usize,
    pieces: BTreeMap<usize, Piece>,
    /// The columns at which the pieces start, as far as they are known (unwrapped only).
    cols: Vec<usize>,
    clip: Option<Clip>,
}

/// The part of an unwrapped line between two columns, as it was last asked for.
#[derive(Clone, Copy, Debug)]
struct Clip {
    left: usize,
    right: usize,
    found: (usize, usize, usize),
}

impl LineRows {
    fn pieces_len(&self) -> usize {
        self.len.div_ceil(PIECE).max(1)
    }

    /// Forgets what depends on text from `from` on; whether anything is left.
    fn cut(&mut self, from: usize) -> bool {
        // The border before piece `n` depends on what stands before `n * PIECE` only.
        let stale = from.saturating_sub(1) / PIECE;
        self.pieces.split_off(&stale);
        self.cols.truncate(stale + 1);
        self.clip = None;
        // Lengths and indent are read again; pieces before the change are still right when the
        // indent is, and it depends on the first piece only.
        self.total = usize::MAX;
        stale > 0
    }
}

/// Rows of the lines that were asked for.
#[derive(Clone, Debug)]
pub(super) struct Lines {
    mode: Mode,
    /// How many lines are kept; all go together when there are more.
    limit: usize,
    kept: BTreeMap<usize, LineRows>,
}

impl Lines {
    pub fn new(mode: Mode) -> Self {
        Self { mode, limit: 256, kept: BTreeMap::new() }
    }

    /// Keeps enough for a screen of `height` rows.
    pub fn set_height(&mut self, height: usize) {
        self.limit = (height * 4).max(256);
    }

    pub fn mode(&self) -> Mode {
        self.mode
    }

    pub fn set_mode(&mut self, mode: Mode) {
        if self.mode != mode {
            self.mode = mode;
            self.kept.clear();
        }
    }

    pub fn clear(&mut self) {
        self.kept.clear();
    }

    /// Follows a change. Of a line that was one and stays one, what stands well before the change
    /// is kept.
    pub fn replaced(&mut self, edit: LineEdit) {
        let LineEdit { first, removed, inserted, from } = edit;
        // Most often one line changed and no other moved.
        if removed == 1 && inserted == 1 {
            if let Some(mut line) = self.kept.remove(&first)
                && line.cut(from)
            {
                self.kept.insert(first, line);
            }
            return;
        }
        let mut rest = self.kept.split_off(&first);
        let mut behind = rest.split_off(&(first + removed));
        if removed == inserted {
            self.kept.append(&mut behind);
        } else {
            self.kept
                .extend(behind.into_iter().map(|(line, rows)| (line - removed + inserted, rows)));
        }
    }

    fn line(&mut self, rope: &Rope, line: usize, line_start: usize) -> &mut LineRows {
        if self.kept.len() > self.limit && !self.kept.contains_key(&line) {
            self.kept.clear();
        }
        let mode = self.mode;
        let entry = self.kept.entry(line).or_insert_with(|| LineRows {
            total: usize::MAX,
            len: 0,
            plain: false,
            indent: 0,
            pieces: BTreeMap::new(),
            cols: vec![0],
            clip: None,
        });
        if entry.total == usize::MAX {
            measure(entry, rope, line, line_start, mode);
        }
        entry
    }

    fn piece(&mut self, rope: &Rope, line: usize, line_start: usize, index: usize) -> &Piece {
        let mode = self.mode;
        let entry = self.line(rope, line, line_start);
        if entry.pieces.len() > KEPT_PIECES && !entry.pieces.contains_key(&index) {
            entry.pieces.clear();
        }
        let (len, indent, last) = (entry.len, entry.indent, entry.pieces_len() - 1);
        entry.pieces.entry(index).or_insert_with(|| {
            let start = border(rope, line_start, index);
            let end = if index >= last { len } else { border(rope, line_start, index + 1) };
            let text = Cow::from(rope.slice(line_start + start..line_start + end));
            wrapped(&text, start, indent, mode)
        })
    }

    /// The `char`s of a line, without and with its end.
    pub fn line_len(&mut self, rope: &Rope, line: usize, line_start: usize) -> (usize, usize) {
        let entry = self.line(rope, line, line_start);
        (entry.len, entry.total)
    }

    /// Where a row stands in its line, and the column it starts at.
    pub fn row(&mut self, rope: &Rope, loc: Loc) -> (std::ops::Range<usize>, usize) {
        let Loc { line, line_start, .. } = loc;
        let wraps = self.mode.wrap.is_some();
        let entry = self.line(rope, line, line_start);
        let (len, indent) = (entry.len, entry.indent);
        if loc.virt.is_some() {
            return (len..len, 0);
        }
        if !wraps {
            return (0..len, 0);
        }
        let piece = self.piece(rope, line, line_start, loc.piece);
        let start = piece.rows.get(loc.row).copied().unwrap_or(piece.end);
        let end = piece.rows.get(loc.row + 1).copied().unwrap_or(piece.end);
        (start..end, if loc.piece == 0 && loc.row == 0 { 0 } else { indent })
    }

    /// The row in which the `char` at `offset` of a line stands.
    pub fn find(&mut self, rope: &Rope, line: usize, line_start: usize, offset: usize) -> Loc {
        let mut loc = Loc { line, line_start, piece: 0, row: 0, virt: None };
        if self.mode.wrap.is_none() {
            return loc;
        }
        let last = self.line(rope, line, line_start).pieces_len() - 1;
        let (index, _) = piece_at(rope, line_start, offset, last);
        let piece = self.piece(rope, line, line_start, index);
        loc.piece = index;
        loc.row = piece.rows.partition_point(|start| *start <= offset).saturating_sub(1);
        loc
    }

    /// The row after `loc` in the same line.
    pub fn next_in_line(&mut self, rope: &Rope, loc: Loc) -> Option<Loc> {
        self.mode.wrap?;
        let rows = self.piece(rope, loc.line, loc.line_start, loc.piece).rows.len();
        if loc.row + 1 < rows {
            return Some(Loc { row: loc.row + 1, ..loc });
        }
        let pieces = self.line(rope, loc.line, loc.line_start).pieces_len();
        (loc.piece + 1 < pieces).then_some(Loc { piece: loc.piece + 1, row: 0, ..loc })
    }

    /// The row before `loc` in the same line.
    pub fn previous_in_line(&mut self, rope: &Rope, loc: Loc) -> Option<Loc> {
        if loc.row > 0 {
            return Some(Loc { row: loc.row - 1, ..loc });
        }
        let piece = loc.piece.checked_sub(1)?;
        let rows = self.piece(rope, loc.line, loc.line_start, piece).rows.len();
        Some(Loc { piece, row: rows - 1, ..loc })
    }

    /// The last row of a line, virtual ones aside.
    pub fn last_row(&mut self, rope: &Rope, line: usize, line_start: usize) -> Loc {
        let loc = Loc { line, line_start, piece: 0, row: 0, virt: None };
        if self.mode.wrap.is_none() {
            return loc;
        }
        let piece = self.line(rope, line, line_start).pieces_len() - 1;
        let rows = self.piece(rope, line, line_start, piece).rows.len();
        Loc { piece, row: rows - 1, ..loc }
    }

    /// The column of the `char` at `offset` of an unwrapped line. A `char` inside a grapheme has
    /// the column of the grapheme.
    pub fn column(&mut self, rope: &Rope, line: usize, line_start: usize, offset: usize) -> usize {
        let tab = self.mode.tab;
        let entry = self.line(rope, line, line_start);
        let offset = offset.min(entry.len);
        if entry.plain {
            return offset;
        }
        let last = entry.pieces_len() - 1;
        let (index, start) = piece_at(rope, line_start, offset, last);
        let end = if index == last { entry.len } else { border(rope, line_start, index + 1) };
        known_columns(entry, rope, line_start, tab, |entry| entry.cols.len() > index);
        let col = entry.cols.get(index).copied().unwrap_or(0);
        let text = Cow::from(rope.slice(line_start + start..line_start + end));
        walk(&text, col, tab, |chars, _, _| start + chars <= offset).1
    }

    /// The part of an unwrapped line that starts between two columns: its first `char`, the column
    /// of that, and its end.
    pub fn clip(
        &mut self,
        rope: &Rope,
        loc: Loc,
        left: usize,
        right: usize,
    ) -> (usize, usize, usize) {
        let entry = self.line(rope, loc.line, loc.line_start);
        if let Some(clip) = entry.clip
            && (clip.left, clip.right) == (left, right)
        {
            return clip.found;
        }
        let (start, col) = self.at_column(rope, loc.line, loc.line_start, left);
        let (end, _) = self.at_column(rope, loc.line, loc.line_start, right);
        let found = (start, col, end.max(start));
        self.line(rope, loc.line, loc.line_start).clip = Some(Clip { left, right, found });
        found
    }

    /// The first grapheme of an unwrapped line that starts at column `col` or right of it, with
    /// its column; the line's end when there is none.
    pub fn at_column(
        &mut self,
        rope: &Rope,
        line: usize,
        line_start: usize,
        col: usize,
    ) -> (usize, usize) {
        let tab = self.mode.tab;
        let entry = self.line(rope, line, line_start);
        if entry.plain {
            return (col.min(entry.len), col.min(entry.len));
        }
        let last = entry.pieces_len() - 1;
        known_columns(entry, rope, line_start, tab, |entry| {
            entry.cols.last().is_some_and(|known| *known > col)
        });
        let index = entry.cols.partition_point(|known| *known <= col).saturating_sub(1).min(last);
        let start = if index == 0 { 0 } else { border(rope, line_start, index) };
        let end = if index == last { entry.len } else { border(rope, line_start, index + 1) };
        let from = entry.cols.get(index).copied().unwrap_or(0);
        let text = Cow::from(rope.slice(line_start + start..line_start + end));
        let (chars, reached) = walk(&text, from, tab, |_, at, _| at < col);
        (start + chars, reached)
    }
}

/// Goes over the cells of `text` from column `col` while `more(chars before the next cell's end,
/// its column, its width)` holds; the `char`s and the column where it stopped.
///
/// `more` gets the `char`s up to and with the cell, so that "the cell ends at or before an offset"
/// can be asked.
fn walk(
    text: &str,
    mut col: usize,
    tab: usize,
    more: impl Fn(usize, usize, usize) -> bool,
) -> (usize, usize) {
    let mut chars = 0;
    for cell in cells(text) {
        let width = cell.width_at(col, tab);
        if !more(chars + cell.chars, col, width) {
            break;
        }
        chars += cell.chars;
        col += width;
    }
    (chars, col)
}

/// Reads a line's lengths; pieces it still has are kept.
fn measure(entry: &mut LineRows, rope: &Rope, line: usize, line_start: usize, mode: Mode) {
    let slice = rope.line(line);
    entry.total = slice.len_chars();
    if entry.total <= PIECE {
        let text = Cow::from(slice);
        let content = text.strip_suffix('\n').unwrap_or(&text);
        let content = if content.len() < text.len() {
            content.strip_suffix('\r').unwrap_or(content)
        } else {
            content
        };
        entry.len = entry.total - (text.len() - content.len());
        entry.plain = is_plain(content.as_bytes());
        if let Some(columns) = mode.wrap {
            entry.indent = hanging_indent(content, columns, mode.tab);
            entry.pieces.clear();
            entry.pieces.insert(0, wrapped(content, 0, entry.indent, mode));
        }
        return;
    }
    let mut len = entry.total;
    if slice.get_char(len - 1) == Some('\n') {
        len -= 1;
        if slice.get_char(len - 1) == Some('\r') {
            len -= 1;
        }
    }
    entry.len = len;
    entry.plain = false;
    if let Some(columns) = mode.wrap {
        let end = border(rope, line_start, 1).min(len).min(256);
        let head = Cow::from(slice.slice(..end));
        entry.indent = hanging_indent(&head, columns, mode.tab);
    }
}

fn wrapped(text: &str, start: usize, indent: usize, mode: Mode) -> Piece {
    let chars = text.chars().count();
    let Some(columns) = mode.wrap else { return Piece { end: start + chars, rows: vec![start] } };
    let first = if start == 0 { 0 } else { indent };
    let rule = Rule { width: columns, tab: mode.tab, first, indent };
    let starts = rows(text, rule).into_iter().map(|row| start + row.chars).collect();
    Piece { end: start + chars, rows: starts }
}

/// The piece that holds `offset`, and where it starts. `last` is the line's last piece.
fn piece_at(rope: &Rope, line_start: usize, offset: usize, last: usize) -> (usize, usize) {
    let index = (offset / PIECE).min(last);
    if index < last {
        let next = border(rope, line_start, index + 1);
        if next <= offset {
            return (index + 1, next);
        }
    }
    (index, border(rope, line_start, index))
}

/// Where piece `index` of a line starts: after a space near its nominal place when there is one,
/// else between two graphemes. Depends on the text just before that place only.
fn border(rope: &Rope, line_start: usize, index: usize) -> usize {
    if index == 0 {
        return 0;
    }
    let nominal = index * PIECE;
    let start = line_start + nominal - SLACK;
    let end = (line_start + nominal).min(rope.len_chars());
    let text = Cow::from(rope.slice(start.min(end)..end));
    let mut after_space = None;
    let mut between = None;
    let mut chars = 0;
    for grapheme in text.graphemes(true) {
        if chars > 0 {
            between = Some(chars);
        }
        chars += grapheme.chars().count();
        if matches!(grapheme, " " | "\t") {
            after_space = Some(chars);
        }
    }
    let offset = after_space.or(between).unwrap_or(SLACK);
    nominal - SLACK + offset
}

/// Adds up the widths of pieces until `enough` or all are known.
fn known_columns(
    entry: &mut LineRows,
    rope: &Rope,
    line_start: usize,
    tab: usize,
    enough: impl Fn(&LineRows) -> bool,
) {
    let last = entry.pieces_len() - 1;
    while !enough(entry) && entry.cols.len() <= last {
        let index = entry.cols.len() - 1;
        let col = entry.cols.last().copied().unwrap_or(0);
        let start = border(rope, line_start, index);
        let end = border(rope, line_start, index + 1);
        let slice = rope.slice(line_start + start..line_start + end);
        let next = if slice.chunks().all(|chunk| is_plain(chunk.as_bytes())) {
            col + end - start
        } else if slice.chunks().any(|chunk| chunk.contains('\t')) {
            walk(&Cow::from(slice), col, tab, |_, _, _| true).1
        } else {
            col + width(&Cow::from(slice), tab)
        };
        entry.cols.push(next);
    }
}
