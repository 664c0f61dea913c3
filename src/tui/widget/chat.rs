//! The message box, and how any text field is drawn.

use super::panel::wrapped;
use crate::app::App;
use crate::base::{Pos, Span};
use crate::command::slash_rows;
use crate::layout::cells::{cells, width};
use crate::state::Focus;
use crate::text::Field;
use crate::tui::paint::{fill, put, rect, short, text};
use crate::tui::sheet::hash;
use crate::tui::theme::Theme;
use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};
use ratatui::style::Style;

pub fn draw(app: &App, theme: Theme, buffer: &mut Buffer) -> Option<Position> {
    let ui = &app.model.ui;
    let area = rect(ui.areas().chat, buffer);
    if area.is_empty() {
        return None;
    }
    let rule = area.y.saturating_sub(1);
    for x in area.left()..area.right() {
        put(buffer, x, rule, 1, "─", theme.dim());
    }
    if ui.chat.rope().len_chars() == 0 && ui.focus != Focus::Chat {
        let key = app.workspace_key("app.focus-chat").unwrap_or_default();
        text(buffer, area.x + 2, area.y, area.right(), &format!("ask here ({key})"), theme.dim());
    }
    put(buffer, area.x, area.y, 1, "›", theme.accent());
    let inner = Rect { x: area.x + 2, width: area.width.saturating_sub(2), ..area };
    let cursor = field(&ui.chat, inner, theme, buffer);
    slash_box(app, theme, buffer);
    cursor.filter(|_| ui.focus == Focus::Chat && ui.overlays.is_empty())
}

/// Above the message box: the commands that what is typed may become.
fn slash_box(app: &App, theme: Theme, buffer: &mut Buffer) {
    let ui = &app.model.ui;
    if ui.focus != Focus::Chat {
        return;
    }
    let area = rect(ui.areas().panel, buffer);
    let rows = slash_rows(&app.model);
    let shown = rows.len().min(usize::from(area.height));
    let top = area.bottom().saturating_sub(shown as u16);
    let words = rows.iter().map(|row| row.slash.len()).max().unwrap_or(0) + 2;
    for (y, row) in (top..).zip(rows.iter().take(shown)) {
        fill(buffer, Rect { y, height: 1, ..area }, theme.bar());
        let line = format!("/{:<words$} {}", row.slash, row.doc);
        short(buffer, area.x, y, area.right(), &line, theme.bar());
    }
}

/// A hash of everything the message box is drawn from.
pub fn mark(app: &App) -> u64 {
    let ui = &app.model.ui;
    let field = &ui.chat;
    let selection = field.selection().map(|span| (span.start.0, span.end.0));
    hash(&(field.rope().to_string(), field.caret().0, selection, ui.focus))
}

/// Draws a text field, wrapped and scrolled so that its caret is visible. Returns the caret's cell.
pub fn field(field: &Field, area: Rect, theme: Theme, buffer: &mut Buffer) -> Option<Position> {
    if area.is_empty() {
        return None;
    }
    let rope = field.rope();
    let caret = field.caret().0.min(rope.len_chars());
    let selection = field.selection();
    let columns = usize::from(area.width.saturating_sub(1).max(1));
    let mut rows: Vec<(usize, String)> = Vec::new();
    let mut at = 0;
    let mut caret_row = 0;
    for line in rope.lines() {
        let content = line.to_string();
        let chars = content.chars().count();
        let shown = content.trim_end_matches(['\n', '\r']);
        let mut start = at;
        for piece in wrapped(shown, columns) {
            if caret >= start {
                caret_row = rows.len();
            }
            let len = piece.chars().count();
            rows.push((start, piece));
            start += len;
        }
        at += chars;
    }
    let height = usize::from(area.height);
    let top = (caret_row + 1).saturating_sub(height);
    for (index, (start, piece)) in rows.iter().enumerate().skip(top).take(height) {
        let y = area.y + (index - top) as u16;
        let mut x = area.x;
        let mut at = *start;
        for cell in cells(piece) {
            let wide = cell.width_at(usize::from(x - area.x), 4) as u16;
            let selected = selection.is_some_and(|span: Span| span.contains(Pos(at)));
            let style = if selected { theme.selected() } else { Style::new() };
            at += cell.chars;
            if wide == 0 {
                continue;
            }
            if x + wide > area.right() {
                break;
            }
            put(buffer, x, y, wide, &cell.text, style);
            x += wide;
        }
    }
    let (start, piece) = rows.get(caret_row)?;
    let before: String = piece.chars().take(caret - start).collect();
    let x = area.x + width(&before, 4) as u16;
    Some(Position {
        x: x.min(area.right().saturating_sub(1)),
        y: area.y + (caret_row - top) as u16,
    })
}
