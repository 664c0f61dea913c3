//! The box below the text: a hunk without a place, and where it may belong.

use super::editor::sign_cell;
use crate::app::App;
use crate::state::{Focus, Sign};
use crate::tui::paint::{put, rect, short};
use crate::tui::sheet::hash;
use crate::tui::theme::Theme;
use ratatui::buffer::Buffer;
use ratatui::style::Style;

pub fn draw(app: &App, theme: Theme, buffer: &mut Buffer) {
    let ui = &app.model.ui;
    let area = rect(ui.areas().float, buffer);
    for (row, y) in ui.float.iter().zip(area.top()..area.bottom()) {
        if let Some((symbol, style)) = sign_cell(row.sign, theme) {
            put(buffer, area.x, y, 1, symbol, style);
        }
        let style = match row.sign {
            _ if row.chosen => theme.selected(),
            Sign::Minus => theme.removed(),
            Sign::Plus => theme.added(),
            _ if row.candidate.is_some() => Style::new(),
            _ => theme.warning(),
        };
        short(buffer, area.x + 2, y, area.right(), &row.text, style);
    }
}

/// A hash of what it is drawn from.
pub fn mark(app: &App) -> u64 {
    hash(&(&app.model.ui.float, app.model.ui.focus == Focus::Editor))
}
