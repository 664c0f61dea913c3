//! Moving by what is seen: positions and cells, rows up and down, scrolling.

use super::cells::cells;
use super::lines::Loc;
use super::view::{RowPos, View};
use crate::base::Pos;
use ropey::Rope;
use std::borrow::Cow;

/// What is under a cell of the view.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Hit {
    /// The grapheme there; the row's end right of its text, the document's end below it.
    Text(Pos),
    /// A row that is no text, the `index`th after `line`.
    Virtual { line: usize, index: usize },
}

impl View {
    /// The row and column of a position on the screen, `None` when it is not there. A position on a
    /// space that hangs over the border is at the last column.
    pub fn pos_to_cell(&mut self, rope: &Rope, pos: Pos) -> Option<(usize, usize)> {
        let row = self.row_on_screen(rope, pos)?;
        let col = self.column(rope, pos).checked_sub(self.left)?;
        (self.wraps() || col < self.width).then(|| (row, col.min(self.width - 1)))
    }

    /// What is at a row and column of the screen.
    pub fn cell_to_pos(&mut self, rope: &Rope, row: usize, col: usize) -> Hit {
        let mut loc = self.loc(rope, self.top);
        for _ in 0..row {
            match self.next(rope, loc) {
                Some(next) => loc = next,
                None => return Hit::Text(Pos(rope.len_chars())),
            }
        }
        match loc.virt {
            Some(index) => Hit::Virtual { line: loc.line, index },
            None => Hit::Text(self.pos_in_row(rope, loc, col + self.left)),
        }
    }

    /// The column of a position in its row, from the row's left border (unwrapped: from the start
    /// of the line).
    pub fn column(&mut self, rope: &Rope, pos: Pos) -> usize {
        let loc = self.loc_of(rope, pos);
        let offset = pos.0.min(rope.len_chars()) - loc.line_start;
        if !self.wraps() {
            return self.lines.column(rope, loc.line, loc.line_start, offset);
        }
        let (range, indent) = self.lines.row(rope, loc);
        let text = Cow::from(rope.slice(loc.line_start + range.start..loc.line_start + range.end));
        let (mut chars, mut col) = (range.start, indent);
        for cell in cells(&text) {
            chars += cell.chars;
            if chars > offset {
                break;
            }
            col += cell.width_at(col, self.lines.mode().tab);
        }
        col
    }

    /// The position at column `goal` of a row: of the grapheme that covers it, else the last one
    /// that still belongs to the row.
    fn pos_in_row(&mut self, rope: &Rope, loc: Loc, goal: usize) -> Pos {
        let tab = self.lines.mode().tab;
        if !self.wraps() {
            let (offset, col) = self.lines.at_column(rope, loc.line, loc.line_start, goal);
            if col <= goal {
                return Pos(loc.line_start + offset);
            }
            // The grapheme before reaches over the goal.
            let before = offset.saturating_sub(1);
            let col = self.lines.column(rope, loc.line, loc.line_start, before);
            let (offset, _) = self.lines.at_column(rope, loc.line, loc.line_start, col);
            return Pos(loc.line_start + offset);
        }
        let (range, indent) = self.lines.row(rope, loc);
        let continues = self.lines.next_in_line(rope, loc).is_some();
        let text = Cow::from(rope.slice(loc.line_start + range.start..loc.line_start + range.end));
        let (mut chars, mut col, mut last) = (range.start, indent, range.start);
        for cell in cells(&text) {
            let width = cell.width_at(col, tab);
            if goal < col + width {
                return Pos(loc.line_start + chars);
            }
            last = chars;
            chars += cell.chars;
            col += width;
        }
        // The end of a row that continues is the start of the next.
        Pos(loc.line_start + if continues { last } else { chars })
    }

    /// Moves `rows` rows down (up when negative), over rows that are no text. `goal` is the column
    /// to keep, `None` at the first of several moves; the new position and the goal to go on with.
    /// Stays in the first and in the last row.
    pub fn vertical(
        &mut self,
        rope: &Rope,
        pos: Pos,
        rows: isize,
        goal: Option<usize>,
    ) -> (Pos, usize) {
        let goal = goal.unwrap_or_else(|| self.column(rope, pos));
        let mut loc = self.loc_of(rope, pos);
        let mut moved = false;
        for _ in 0..rows.unsigned_abs() {
            let mut next = loc;
            let found = loop {
                let step = if rows > 0 { self.next(rope, next) } else { self.previous(rope, next) };
                match step {
                    Some(step) if step.virt.is_some() => next = step,
                    step => break step,
                }
            };
            let Some(step) = found else { break };
            loc = step;
            moved = true;
        }
        if moved { (self.pos_in_row(rope, loc, goal), goal) } else { (pos, goal) }
    }

    /// Moves a page down or up (`pages` negative): the screen and the caret by the height less two
    /// rows, those that are no text among them. Nothing where no text is on the screen then: the caret
    /// stays behind.
    pub fn page(
        &mut self,
        rope: &Rope,
        pos: Pos,
        pages: isize,
        goal: Option<usize>,
    ) -> Option<(Pos, usize)> {
        let goal = goal.unwrap_or_else(|| self.column(rope, pos));
        let step = self.height.saturating_sub(2).max(1) as isize;
        let caret = self.row_on_screen(rope, pos);
        let top = self.top;
        self.scroll(rope, pages * step);
        let moved = self.distance_moved(rope, top, pages * step);
        if moved != step.unsigned_abs() {
            return Some(self.vertical(rope, pos, pages * step, Some(goal)));
        }
        let row = caret.unwrap_or(if pages > 0 { 0 } else { self.height - 1 });
        // The same row of the screen, or the nearest with text.
        let mut loc = self.loc(rope, self.top);
        let mut nearest: Option<(usize, Loc)> = None;
        for at in 0..self.height {
            let near = at.abs_diff(row);
            if loc.virt.is_none() && nearest.is_none_or(|(least, _)| near < least) {
                nearest = Some((near, loc));
            }
            match self.next(rope, loc) {
                Some(next) => loc = next,
                None => break,
            }
        }
        let (_, loc) = nearest?;
        Some((self.pos_in_row(rope, loc, goal), goal))
    }

    /// By how many rows the view was scrolled, at most so many.
    fn distance_moved(&mut self, rope: &Rope, before: RowPos, most: isize) -> usize {
        let (before, now) = (self.loc(rope, before), self.loc(rope, self.top));
        let (from, to) = if before.key() < now.key() { (before, now) } else { (now, before) };
        self.distance(rope, from, to, most.unsigned_abs()).unwrap_or(usize::MAX)
    }

    /// The start of the row a position stands in.
    pub fn row_start(&mut self, rope: &Rope, pos: Pos) -> Pos {
        let loc = self.loc_of(rope, pos);
        let (range, _) = self.lines.row(rope, loc);
        Pos(loc.line_start + range.start)
    }

    /// The last position of the row a position stands in.
    pub fn row_end(&mut self, rope: &Rope, pos: Pos) -> Pos {
        let loc = self.loc_of(rope, pos);
        self.pos_in_row(rope, loc, usize::MAX / 2)
    }

    /// Scrolls down by `rows` (up when negative), at most until the last row stands at the top.
    pub fn scroll(&mut self, rope: &Rope, rows: isize) {
        let mut loc = self.loc(rope, self.top);
        for _ in 0..rows.unsigned_abs() {
            let step = if rows > 0 { self.next(rope, loc) } else { self.previous(rope, loc) };
            let Some(step) = step else { break };
            loc = step;
        }
        self.top = self.row_pos(rope, loc);
    }

    /// Scrolls sideways; nothing when wrapped.
    pub fn scroll_columns(&mut self, columns: isize) {
        if !self.wraps() {
            self.left = self.left.saturating_add_signed(columns);
        }
    }

    /// Scrolls so that `pos` is on the screen, `margin` rows from its borders where the document
    /// allows it: as little as needed when it is near, to the middle when it is far.
    pub fn reveal(&mut self, rope: &Rope, pos: Pos, margin: usize) {
        let margin = margin.min((self.height - 1) / 2);
        self.reveal_column(rope, pos);
        let target = self.loc_of(rope, pos);
        let top = self.loc(rope, self.top);
        if target.key() < top.key() {
            match self.distance(rope, target, top, self.height) {
                Some(_) => self.top_above(rope, target, margin),
                None => self.centre(rope, pos),
            }
            return;
        }
        let Some(row) = self.distance(rope, top, target, self.height * 2) else {
            return self.centre(rope, pos);
        };
        let below = self.rows_below(rope, target, margin);
        if row < margin {
            self.top_above(rope, target, margin);
        } else if row + below >= self.height {
            self.top_above(rope, target, self.height - 1 - below);
        }
    }

    /// Scrolls down so that the first `count` rows after a line are on the screen, as far as `pos` stays
    /// there.
    pub fn reveal_rows(&mut self, rope: &Rope, pos: Pos, line: usize, count: usize) {
        let Some(row) = self.row_on_screen(rope, pos) else { return };
        let top = self.loc(rope, self.top);
        let (mut loc, mut below) = (top, 0);
        // No more than lets `pos` stay counts.
        while below < self.height + row {
            let Some(next) = self.next(rope, loc) else { break };
            let is_last = loc.line == line && loc.virt.map_or(0, |at| at + 1) >= count;
            if loc.line > line || is_last && next.line > line || is_last && next.virt.is_some() {
                break;
            }
            (loc, below) = (next, below + 1);
        }
        let more = (below + 1).saturating_sub(self.height).min(row);
        self.scroll(rope, more as isize);
    }

    /// Scrolls so that the row of `pos` stands in the middle.
    pub fn centre(&mut self, rope: &Rope, pos: Pos) {
        self.reveal_column(rope, pos);
        let target = self.loc_of(rope, pos);
        self.top_above(rope, target, (self.height - 1) / 2);
    }

    fn reveal_column(&mut self, rope: &Rope, pos: Pos) {
        if self.wraps() {
            return;
        }
        let col = self.column(rope, pos);
        let margin = 5.min((self.width - 1) / 2);
        if col < self.left + margin || col + margin >= self.left + self.width {
            // By a third of the screen, so that not every key scrolls.
            let third = self.width / 3;
            let fits = col + margin < self.width;
            self.left = if fits {
                0
            } else if col < self.left + margin {
                col.saturating_sub(third)
            } else {
                (col + 1 + third.max(margin)).saturating_sub(self.width).min(col)
            };
        }
    }

    fn top_above(&mut self, rope: &Rope, target: Loc, rows: usize) {
        let mut loc = target;
        for _ in 0..rows {
            let Some(previous) = self.previous(rope, loc) else { break };
            loc = previous;
        }
        self.top = self.row_pos(rope, loc);
    }

    /// How many rows there are below, at most `most`.
    fn rows_below(&mut self, rope: &Rope, loc: Loc, most: usize) -> usize {
        let mut at = loc;
        for count in 0..most {
            let Some(next) = self.next(rope, at) else { return count };
            at = next;
        }
        most
    }

    /// Rows from one row down to another, `None` when more than `most`.
    fn distance(&mut self, rope: &Rope, from: Loc, to: Loc, most: usize) -> Option<usize> {
        // Rows are lines at least: what is far in lines is far in rows.
        if to.line.saturating_sub(from.line) > most {
            return None;
        }
        let mut loc = from;
        for count in 0..=most {
            if loc.key() >= to.key() {
                return Some(count);
            }
            loc = self.next(rope, loc)?;
        }
        None
    }

    /// The screen row on which a position stands.
    fn row_on_screen(&mut self, rope: &Rope, pos: Pos) -> Option<usize> {
        let target = self.loc_of(rope, pos);
        let top = self.loc(rope, self.top);
        if target.key() < top.key() {
            return None;
        }
        self.distance(rope, top, target, self.height - 1)
    }

    /// The row a position stands in, to put it to the top or to keep it.
    pub fn row_of(&mut self, rope: &Rope, pos: Pos) -> RowPos {
        let loc = self.loc_of(rope, pos);
        self.row_pos(rope, loc)
    }
}
