//! The terminal: setting it up, drawing, restoring it, and turning its events into inputs.
//!
//! Drawing is a function of the machine's state. Knows nothing of storage or providers.

mod clipboard;
mod events;
mod paint;
mod pen;
mod secret;
mod sheet;
mod terminal;
pub mod theme;
pub mod widget;

pub use clipboard::program as clipboard_program;
pub use events::{asks_to_stop, drop_keys, listen};
pub use secret::read_secret;
pub use sheet::Sheet;
pub use terminal::{TerminalScreen, restore};

use crate::app::App;
use ratatui::buffer::Buffer;
use ratatui::layout::Position;
use theme::Theme;

/// Draws everything. Returns the cell of the hardware cursor, which input methods and screen
/// readers follow.
pub fn view(app: &App, theme: Theme, buffer: &mut Buffer) -> Option<Position> {
    let editor = widget::editor::draw(app, theme, buffer);
    widget::float::draw(app, theme, buffer);
    let panel = widget::panel::draw(app, theme, buffer);
    let chat = widget::chat::draw(app, theme, buffer);
    widget::status::draw(app, theme, buffer);
    let overlay = widget::overlay::draw(app, theme, buffer);
    if app.model.ui.overlays.is_empty() { editor.or(chat).or(panel) } else { overlay }
}
