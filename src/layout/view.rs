//! The viewport: which rows of a document are on the screen, and where on it a position is.
//!
//! Used by the editor's widget and by commands that move by what is seen. Holds the rows it made;
//! must be told of every change of the text ([`View::edited`]), or be reset.

use super::cells::{Kind, cells};
use super::lines::{Lines, Loc, Mode};
use crate::base::{Pos, Span};
use crate::text::{Delta, LineEdit};
use ropey::Rope;
use std::borrow::Cow;
use std::collections::BTreeMap;

/// The place of a row. Ordered as rows are on the screen.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct RowPos {
    /// Logical line, from 0.
    pub line: usize,
    /// Which virtual row after the line; `None` is a row of text.
    pub virt: Option<usize>,
    /// Where the row of text starts in the document; the line's end for a virtual row.
    pub start: Pos,
}

/// What a row of the screen shows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Row {
    Text {
        line: usize,
        /// What of the document it shows, without the line end. Unwrapped: the part between the
        /// borders of the view.
        span: Span,
        /// Whether it is the first row of its line.
        first: bool,
        /// Blank columns before its text.
        indent: usize,
        /// The column of its first grapheme as tab stops count them.
        col: usize,
    },
    /// A row that is no text of the document: the `index`th after `line`.
    Virtual { line: usize, index: usize },
}

/// From the first to the last character of the document that rows show; nothing if they show none.
pub fn shown(rows: &[Row]) -> Option<Span> {
    let spans = rows.iter().filter_map(|row| match row {
        Row::Text { span, .. } => Some(*span),
        Row::Virtual { .. } => None,
    });
    spans.reduce(|all, one| Span { start: all.start.min(one.start), end: all.end.max(one.end) })
}

/// One grapheme of a row, ready to be drawn.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Drawn<'a> {
    /// Column in the view, from 0.
    pub x: usize,
    /// Columns; `x + width` is at most the view's width.
    pub width: usize,
    /// What to draw; blank when empty (a tab, or half of a wide character at the border).
    pub text: &'a str,
    pub kind: Kind,
    /// The position it stands for, and how many `char`s.
    pub pos: Pos,
    pub chars: usize,
}

/// A window on a document. Sizes in columns and rows; 0 counts as 1.
#[derive(Clone, Debug)]
pub struct View {
    pub(super) width: usize,
    pub(super) height: usize,
    pub(super) top: RowPos,
    /// Columns scrolled away to the left; 0 when wrapped.
    pub(super) left: usize,
    pub(super) lines: Lines,
    virtuals: BTreeMap<usize, usize>,
    /// `rope.len_lines()` when last seen, to know what a change did to lines.
    known_lines: Option<usize>,
}

impl View {
    pub fn new(width: usize, height: usize, wrap: bool, tab: usize) -> Self {
        let mode = mode(width, wrap, tab);
        let mut lines = Lines::new(mode);
        lines.set_height(height);
        Self {
            width: width.max(1),
            height: height.max(1),
            top: RowPos::default(),
            left: 0,
            lines,
            virtuals: BTreeMap::new(),
            known_lines: None,
        }
    }

    pub fn width(&self) -> usize {
        self.width
    }

    pub fn height(&self) -> usize {
        self.height
    }

    /// Whether lines are wrapped.
    pub fn wraps(&self) -> bool {
        self.lines.mode().wrap.is_some()
    }

    /// Sets size and modes; rows are made anew only when they would differ. The text at the top
    /// stays there.
    pub fn configure(&mut self, rope: &Rope, width: usize, height: usize, wrap: bool, tab: usize) {
        self.width = width.max(1);
        self.height = height.max(1);
        self.lines.set_height(self.height);
        let mode = mode(width, wrap, tab);
        if mode != self.lines.mode() {
            if wrap {
                self.left = 0;
            }
            self.lines.set_mode(mode);
            self.top = self.settle(rope, self.top);
        }
    }

    /// The rows that are no text: how many after which line. Replaces what was set before.
    pub fn set_virtual(&mut self, rope: &Rope, blocks: impl IntoIterator<Item = (usize, usize)>) {
        let mut virtuals = BTreeMap::new();
        for (line, rows) in blocks {
            if rows > 0 {
                *virtuals.entry(line).or_insert(0) += rows;
            }
        }
        if virtuals != self.virtuals {
            self.virtuals = virtuals;
            self.top = self.settle(rope, self.top);
        }
    }

    /// Follows a change that led to `rope`: text at the top stays at the top.
    pub fn edited(&mut self, rope: &Rope, delta: &Delta) {
        let Some((head, _)) = delta.0.first() else { return };
        let before = self.known_lines.replace(rope.len_lines());
        let Some(edit) = before.and_then(|before| LineEdit::of(delta, rope, before)) else {
            return self.reset(rope);
        };
        let LineEdit { first: line, removed, inserted, .. } = edit;
        self.lines.replaced(edit);
        if removed != inserted {
            let virtuals = std::mem::take(&mut self.virtuals);
            let moved = virtuals.into_iter().filter_map(|(at, rows)| {
                if at < line {
                    Some((at, rows))
                } else {
                    Some(((at + inserted).checked_sub(removed)?.max(line), rows))
                }
            });
            for (at, rows) in moved {
                *self.virtuals.entry(at).or_insert(0) += rows;
            }
        }
        // Nothing that is shown moves when the change is below the top.
        if head.start < self.top.start || line <= self.top.line {
            let start = delta.map(self.top.start, false);
            let moved = RowPos {
                start,
                line: rope.char_to_line(start.0.min(rope.len_chars())),
                ..self.top
            };
            self.top = self.settle(rope, moved);
        }
    }

    /// Forgets the rows: another text, or a change of which nothing is known.
    pub fn reset(&mut self, rope: &Rope) {
        self.lines.clear();
        self.known_lines = Some(rope.len_lines());
        self.top = self.settle(rope, self.top);
    }

    /// The first row on the screen.
    pub fn top(&self) -> RowPos {
        self.top
    }

    /// Columns scrolled away to the left.
    pub fn left(&self) -> usize {
        self.left
    }

    /// Puts a row to the top, for example one that was kept from before.
    pub fn set_top(&mut self, rope: &Rope, top: RowPos) {
        self.top = self.settle(rope, top);
    }

    /// The rows on the screen: fewer than the height at the end of the document.
    pub fn rows(&mut self, rope: &Rope) -> Vec<Row> {
        self.rows_from(rope, self.top, self.height)
    }

    /// `height` rows from `top` on, fewer at the end of the document.
    pub fn rows_from(&mut self, rope: &Rope, top: RowPos, height: usize) -> Vec<Row> {
        self.sync(rope);
        let mut out = Vec::with_capacity(height.min(1024));
        let mut loc = Some(self.loc(rope, top));
        while let Some(at) = loc
            && out.len() < height
        {
            out.push(self.row(rope, at));
            loc = self.next(rope, at);
        }
        out
    }

    fn row(&mut self, rope: &Rope, loc: Loc) -> Row {
        if let Some(index) = loc.virt {
            return Row::Virtual { line: loc.line, index };
        }
        let first = loc.piece == 0 && loc.row == 0;
        let at = |offset: usize| Pos(loc.line_start + offset);
        if self.wraps() {
            let (range, indent) = self.lines.row(rope, loc);
            let span = Span { start: at(range.start), end: at(range.end) };
            return Row::Text { line: loc.line, span, first, indent, col: indent };
        }
        let right = self.left + self.width;
        let (start, col, end) = self.lines.clip(rope, loc, self.left, right);
        let span = Span { start: at(start), end: at(end) };
        let indent = col.saturating_sub(self.left).min(self.width);
        Row::Text { line: loc.line, span, first, indent, col }
    }

    /// Gives each grapheme of a row to `draw`, clipped to the view. Nothing for virtual rows.
    pub fn draw(&self, rope: &Rope, row: &Row, mut draw: impl FnMut(Drawn<'_>)) {
        let Row::Text { span, indent, col, .. } = row else { return };
        let end = span.end.0.min(rope.len_chars());
        let start = span.start.0.min(end);
        let text = Cow::from(rope.slice(start..end));
        let (mut x, mut col, mut pos) = (*indent, *col, start);
        for cell in cells(&text) {
            if x >= self.width {
                break;
            }
            let full = cell.width_at(col, self.lines.mode().tab);
            let width = full.min(self.width - x);
            let shown = if width == full {
                cell.text.as_ref()
            } else if cell.kind == Kind::Control && cell.text.is_ascii() {
                cell.text.get(..width).unwrap_or("")
            } else {
                ""
            };
            draw(Drawn {
                x,
                width,
                text: shown,
                kind: cell.kind,
                pos: Pos(pos),
                chars: cell.chars,
            });
            x += full;
            col += full;
            pos += cell.chars;
        }
    }

    /// Moves a row that may be out of date to one that is there.
    fn settle(&mut self, rope: &Rope, at: RowPos) -> RowPos {
        self.sync(rope);
        let loc = self.loc(rope, at);
        self.row_pos(rope, loc)
    }

    /// Notices a text whose number of lines is another than the known one: a change was missed.
    fn sync(&mut self, rope: &Rope) {
        if self.known_lines != Some(rope.len_lines()) {
            self.lines.clear();
            self.known_lines = Some(rope.len_lines());
        }
    }

    pub(super) fn row_pos(&mut self, rope: &Rope, loc: Loc) -> RowPos {
        let (range, _) = self.lines.row(rope, loc);
        RowPos { line: loc.line, virt: loc.virt, start: Pos(loc.line_start + range.start) }
    }

    /// The row at or before `at`.
    pub(super) fn loc(&mut self, rope: &Rope, at: RowPos) -> Loc {
        if let Some(index) = at.virt
            && let Some(rows) = self.virtuals.get(&at.line).copied()
            && at.line < rope.len_lines()
        {
            let line_start = rope.line_to_char(at.line);
            let row = self.lines.last_row(rope, at.line, line_start);
            return Loc { virt: Some(index.min(rows - 1)), ..row };
        }
        self.loc_of(rope, at.start)
    }

    /// The row of text in which a position stands.
    pub(super) fn loc_of(&mut self, rope: &Rope, pos: Pos) -> Loc {
        let pos = pos.0.min(rope.len_chars());
        let line = rope.char_to_line(pos);
        let line_start = rope.line_to_char(line);
        self.lines.find(rope, line, line_start, pos - line_start)
    }

    pub(super) fn next(&mut self, rope: &Rope, loc: Loc) -> Option<Loc> {
        let virtuals = self.virtuals.get(&loc.line).copied().unwrap_or(0);
        if let Some(index) = loc.virt {
            if index + 1 < virtuals {
                return Some(Loc { virt: Some(index + 1), ..loc });
            }
        } else if let Some(next) = self.lines.next_in_line(rope, loc) {
            return Some(next);
        } else if virtuals > 0 {
            return Some(Loc { virt: Some(0), ..loc });
        }
        let line = loc.line + 1;
        if line >= rope.len_lines() {
            return None;
        }
        let (_, total) = self.lines.line_len(rope, loc.line, loc.line_start);
        Some(Loc { line, line_start: loc.line_start + total, piece: 0, row: 0, virt: None })
    }

    pub(super) fn previous(&mut self, rope: &Rope, loc: Loc) -> Option<Loc> {
        match loc.virt {
            Some(0) => return Some(Loc { virt: None, ..loc }),
            Some(index) => return Some(Loc { virt: Some(index - 1), ..loc }),
            None => {}
        }
        if let Some(previous) = self.lines.previous_in_line(rope, loc) {
            return Some(previous);
        }
        let line = loc.line.checked_sub(1)?;
        // The line before ends where this one starts; its length is known when it is kept.
        let line_start = rope.line_to_char(line);
        let last = self.lines.last_row(rope, line, line_start);
        let virtuals = self.virtuals.get(&line).copied().unwrap_or(0);
        Some(Loc { virt: virtuals.checked_sub(1), ..last })
    }
}

/// Wrapped text leaves the last column to the caret at the end of a full row, unless there are so
/// few that text needs them all.
fn mode(width: usize, wrap: bool, tab: usize) -> Mode {
    let columns = if width > 3 { width - 1 } else { width.max(1) };
    Mode { wrap: wrap.then_some(columns), tab: tab.clamp(1, 16) }
}
