//! Painting text into cells: everything that is drawn goes through here, so that no control
//! character of a document, a model or a file ever reaches the terminal.

use crate::layout::cells::{Kind, cells};
use crate::state::geometry::Area;
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Style;

/// An area as the drawing library has it, clipped to the buffer.
pub fn rect(area: Area, buffer: &Buffer) -> Rect {
    Rect { x: area.x, y: area.y, width: area.width, height: area.height }
        .intersection(*buffer.area())
}

/// Draws `text` from a column on, at most up to `right` (exclusive). Returns the column behind it.
pub fn text(buffer: &mut Buffer, x: u16, y: u16, right: u16, text: &str, style: Style) -> u16 {
    let area = *buffer.area();
    let right = right.min(area.right());
    if y < area.top() || y >= area.bottom() {
        return x;
    }
    let mut column = x;
    for cell in cells(text) {
        let width = cell.width_at(usize::from(column - x), 4) as u16;
        if cell.kind == Kind::LineEnd {
            continue;
        }
        if width == 0 {
            continue;
        }
        if column + width > right {
            break;
        }
        put(buffer, column, y, width, &cell.text, style);
        column += width;
    }
    column
}

/// Draws `text` as [`text`] does; what does not fit ends in an ellipsis.
pub fn short(buffer: &mut Buffer, x: u16, y: u16, right: u16, line: &str, style: Style) -> u16 {
    let right = right.min(buffer.area().right());
    let room = usize::from(right.saturating_sub(x));
    if crate::layout::cells::width(line, 4) <= room {
        return text(buffer, x, y, right, line, style);
    }
    let end = text(buffer, x, y, right.saturating_sub(1), line, style);
    text(buffer, end, y, right, "…", style)
}

/// Draws one grapheme over its cells.
pub fn put(buffer: &mut Buffer, x: u16, y: u16, width: u16, symbol: &str, style: Style) {
    if symbol.is_empty() {
        for at in x..x + width {
            buffer[(at, y)].set_symbol(" ").set_style(style);
        }
        return;
    }
    // Substitutes like ^[ are several single cells.
    if width > 1 && symbol.is_ascii() {
        for (at, character) in (x..x + width).zip(symbol.chars()) {
            buffer[(at, y)].set_char(character).set_style(style);
        }
        return;
    }
    buffer[(x, y)].set_symbol(symbol).set_style(style);
    for at in x + 1..x + width {
        buffer[(at, y)].reset();
        buffer[(at, y)].set_style(style);
    }
}

/// Fills a row with a style and blanks.
pub fn fill(buffer: &mut Buffer, area: Rect, style: Style) {
    for y in area.top()..area.bottom() {
        for x in area.left()..area.right() {
            buffer[(x, y)].set_symbol(" ").set_style(style);
        }
    }
}
