//! What the terminal shows, and the least that has to be drawn to show the next frame.
//!
//! The screen has parts, each with a mark: a hash of everything it is drawn from. A part whose mark
//! stayed is left alone, so that a key costs the row it changes. What lies above the workspace is
//! drawn with everything else, and so is the frame after it.

use super::pen::Pen;
use super::theme::Theme;
use super::{view, widget};
use crate::app::App;
use crate::state::Focus;
use crate::state::geometry::Area;
use foldhash::fast::{FixedState, FoldHasher};
use ratatui::buffer::{Buffer, Cell};
use ratatui::layout::{Position, Rect};
use std::hash::{BuildHasher as _, Hash, Hasher};

/// The marks of the parts that are on the screen.
#[derive(Debug, PartialEq, Eq)]
struct Marks {
    /// Where things stand, and what every part is drawn with.
    place: u64,
    /// A row of the editor each.
    rows: Vec<u64>,
    /// Divider, tabs, panel and message box.
    side: u64,
    /// The box below the text.
    float: u64,
    /// The message line.
    message: u64,
}

/// The last frame.
#[derive(Debug, Default)]
pub struct Sheet {
    /// What is drawn now.
    next: Buffer,
    /// What the terminal shows.
    shown: Buffer,
    /// Nothing when the next frame has to be drawn whole.
    marks: Option<Marks>,
    /// The cursor's cell when panel or message box has the keys.
    side_cursor: Option<Position>,
    pen: Pen,
}

impl Sheet {
    /// Forgets what the terminal shows: it is emptied with the next frame.
    pub fn forget(&mut self) {
        *self = Self::default();
    }

    /// The last frame, for tests.
    pub fn buffer(&self) -> &Buffer {
        &self.next
    }

    /// Draws the next frame and appends what the terminal has to be sent.
    pub fn draw(&mut self, app: &App, theme: Theme, out: &mut String) {
        let area = Rect::new(0, 0, app.model.ui.width, app.model.ui.height);
        if self.next.area != area || self.shown.area != area {
            self.next = Buffer::empty(area);
            self.shown = Buffer::empty(area);
            self.marks = None;
            self.pen.clear(out);
        }
        let mut changed = vec![false; usize::from(area.height)];
        let cursor = self.paint(app, theme, &mut changed);
        self.send(&changed, out);
        self.pen.cursor(cursor, out);
    }

    /// Draws what is not as it was; says in which rows.
    fn paint(&mut self, app: &App, theme: Theme, changed: &mut [bool]) -> Option<Position> {
        let ui = &app.model.ui;
        if !ui.overlays.is_empty() || !ui.hints.is_empty() {
            self.marks = None;
            self.next.reset();
            changed.fill(true);
            return view(app, theme, &mut self.next);
        }
        let marks = Marks {
            place: hash(&(ui.areas(), ui.focus, ui.tab)),
            rows: widget::editor::marks(app),
            side: hash(&(widget::panel::mark(app), widget::chat::mark(app))),
            float: widget::float::mark(app),
            message: widget::status::message_mark(app),
        };
        let old = self
            .marks
            .take()
            .filter(|old| old.place == marks.place && old.rows.len() == marks.rows.len());
        let Some(old) = old else {
            self.marks = Some(marks);
            self.next.reset();
            changed.fill(true);
            let cursor = view(app, theme, &mut self.next);
            self.side_cursor = cursor.filter(|_| ui.focus != Focus::Editor);
            return cursor;
        };
        let areas = ui.areas();
        let buffer = &mut self.next;
        for (index, (now, before)) in marks.rows.iter().zip(&old.rows).enumerate() {
            if now != before {
                let y = areas.editor.y + index as u16;
                let row = Rect { x: areas.editor.x, y, width: areas.editor.width, height: 1 };
                blank(buffer, row, changed);
                widget::editor::draw_row(app, theme, buffer, index);
            }
        }
        if marks.float != old.float {
            blank(buffer, rect(areas.float), changed);
            widget::float::draw(app, theme, buffer);
        }
        if marks.side != old.side {
            blank(buffer, rect(areas.side()), changed);
            let panel = widget::panel::draw(app, theme, buffer);
            self.side_cursor = widget::chat::draw(app, theme, buffer).or(panel);
        }
        blank(buffer, rect(areas.status), changed);
        widget::status::status(app, theme, buffer);
        if marks.message != old.message {
            blank(buffer, rect(areas.message), changed);
            widget::status::message(app, theme, buffer);
        }
        self.marks = Some(marks);
        widget::editor::cursor(app, buffer).or(self.side_cursor)
    }

    /// Sends the cells that differ in the changed rows.
    fn send(&mut self, changed: &[bool], out: &mut String) {
        let width = usize::from(self.next.area.width);
        for y in (0..changed.len()).filter(|y| changed[*y]) {
            let row = y * width..(y + 1) * width;
            let (next, shown) = (&self.next.content[row.clone()], &self.shown.content[row.clone()]);
            let differs = |(next, shown): (&Cell, &Cell)| next != shown;
            let Some(first) = next.iter().zip(shown).position(differs) else { continue };
            let last = next.iter().zip(shown).rposition(differs).unwrap_or(first);
            // A wide character before the first cell may reach into it.
            let plain = |cell: &Cell| cell.symbol().len() == 1;
            let from = first.saturating_sub(2);
            let narrow = (from..first).all(|x| plain(&next[x]) && plain(&shown[x]));
            let from = if narrow { first } else { 0 };
            // The last cell may be half of one, or leave half of one behind.
            let to = if plain(&next[last]) && plain(&shown[last]) { last + 1 } else { width };
            let part = |cells: &[Cell]| Buffer {
                area: Rect::new(from as u16, y as u16, (to - from) as u16, 1),
                content: cells[from..to].to_vec(),
            };
            let (next, shown) = (part(next), part(shown));
            for (x, y, cell) in shown.diff(&next) {
                self.pen.cell(x, y, cell, out);
                if usize::from(x) + 1 >= width {
                    self.pen.row_full();
                }
            }
            self.shown.content[row][from..to].clone_from_slice(&next.content);
        }
    }
}

fn rect(area: Area) -> Rect {
    Rect::new(area.x, area.y, area.width, area.height)
}

fn blank(buffer: &mut Buffer, area: Rect, changed: &mut [bool]) {
    let area = area.intersection(buffer.area);
    for y in area.top()..area.bottom() {
        for x in area.left()..area.right() {
            buffer[(x, y)].reset();
        }
        if let Some(row) = changed.get_mut(usize::from(y)) {
            *row = true;
        }
    }
}

/// A hash of what something is drawn from.
pub fn hash(what: &impl Hash) -> u64 {
    let mut hasher = hasher();
    what.hash(&mut hasher);
    hasher.finish()
}

/// A hasher for marks: every row is hashed for every key.
pub fn hasher() -> FoldHasher<'static> {
    FixedState::default().build_hasher()
}
