//! Writes cells to the terminal in as few bytes as will do: it remembers where the cursor stands
//! and which style is on. Knows nothing of what is drawn.

use ratatui::buffer::{Cell, CellWidth};
use ratatui::layout::Position;
use ratatui::style::{Color, Modifier};
use std::fmt::Write;

/// Modifiers with the codes that switch them on and off. Those that share an off code are
/// neighbours.
const MODIFIERS: [(Modifier, u8, u8); 9] = [
    (Modifier::BOLD, 1, 22),
    (Modifier::DIM, 2, 22),
    (Modifier::ITALIC, 3, 23),
    (Modifier::UNDERLINED, 4, 24),
    (Modifier::SLOW_BLINK, 5, 25),
    (Modifier::RAPID_BLINK, 6, 25),
    (Modifier::REVERSED, 7, 27),
    (Modifier::HIDDEN, 8, 28),
    (Modifier::CROSSED_OUT, 9, 29),
];

/// The terminal's state as far as it is known.
#[derive(Debug, Default)]
pub struct Pen {
    /// Where the next character would go.
    at: Option<Position>,
    fg: Color,
    bg: Color,
    underline: Color,
    modifier: Modifier,
    cursor_shown: Option<bool>,
}

impl Pen {
    /// Empties the screen; nothing of its state is taken for granted.
    pub fn clear(&mut self, out: &mut String) {
        *self = Self::default();
        out.push_str("\x1b[0m\x1b[2J");
    }

    /// Draws one cell.
    pub fn cell(&mut self, x: u16, y: u16, cell: &Cell, out: &mut String) {
        self.go(Position { x, y }, out);
        self.style(cell, out);
        out.push_str(cell.symbol());
        // Terminals do not agree about the width of everything that is not one column wide.
        let narrow = cell.cell_width() == 1;
        self.at = narrow.then_some(Position { x: x + 1, y });
    }

    /// The row was written to its last column: where the cursor is then differs.
    pub fn row_full(&mut self) {
        self.at = None;
    }

    /// Puts the hardware cursor somewhere, or hides it.
    pub fn cursor(&mut self, at: Option<Position>, out: &mut String) {
        if let Some(at) = at {
            self.go(at, out);
        }
        if self.cursor_shown != Some(at.is_some()) {
            self.cursor_shown = Some(at.is_some());
            out.push_str(if at.is_some() { "\x1b[?25h" } else { "\x1b[?25l" });
        }
    }

    fn go(&mut self, to: Position, out: &mut String) {
        if self.at == Some(to) {
            return;
        }
        let right = self.at.filter(|at| at.y == to.y && at.x < to.x).map(|at| to.x - at.x);
        // Writing to a string can't fail.
        let _ = match right {
            Some(1) => out.write_str("\x1b[C"),
            Some(columns) => write!(out, "\x1b[{columns}C"),
            None => write!(out, "\x1b[{};{}H", to.y + 1, to.x + 1),
        };
        self.at = Some(to);
    }

    fn style(&mut self, cell: &Cell, out: &mut String) {
        let (on, off) = (cell.modifier - self.modifier, self.modifier - cell.modifier);
        let same = on.is_empty()
            && off.is_empty()
            && (self.fg, self.bg, self.underline) == (cell.fg, cell.bg, cell.underline_color);
        if same {
            return;
        }
        out.push_str("\x1b[");
        let start = out.len();
        let code = |out: &mut String, code: &dyn std::fmt::Display| {
            let between = if out.len() > start { ";" } else { "" };
            let _ = write!(out, "{between}{code}");
        };
        let mut last_off = 0;
        for (modifier, _, end) in MODIFIERS {
            if off.contains(modifier) && end != last_off {
                code(out, &end);
                last_off = end;
            }
        }
        for (modifier, begin, end) in MODIFIERS {
            // What shares an off code with one that was switched off went off with it.
            if on.contains(modifier) || (cell.modifier.contains(modifier) && switched(off, end)) {
                code(out, &begin);
            }
        }
        if self.fg != cell.fg {
            color(cell.fg, 30, |text| code(out, &text));
        }
        if self.bg != cell.bg {
            color(cell.bg, 40, |text| code(out, &text));
        }
        if self.underline != cell.underline_color {
            match cell.underline_color {
                Color::Reset => code(out, &59),
                other => long(other, 58, |text| code(out, &text)),
            }
        }
        out.push('m');
        (self.fg, self.bg, self.underline) = (cell.fg, cell.bg, cell.underline_color);
        self.modifier = cell.modifier;
    }
}

/// Whether an off code was sent for what went off.
fn switched(off: Modifier, end: u8) -> bool {
    MODIFIERS.iter().any(|(modifier, _, code)| *code == end && off.contains(*modifier))
}

/// The code of a colour; `base` is 30 in front and 40 behind.
fn color(color: Color, base: u8, code: impl FnOnce(std::fmt::Arguments<'_>)) {
    let bright = base + 60;
    let number = match color {
        Color::Reset => base + 9,
        Color::Black => base,
        Color::Red => base + 1,
        Color::Green => base + 2,
        Color::Yellow => base + 3,
        Color::Blue => base + 4,
        Color::Magenta => base + 5,
        Color::Cyan => base + 6,
        Color::Gray => base + 7,
        Color::DarkGray => bright,
        Color::LightRed => bright + 1,
        Color::LightGreen => bright + 2,
        Color::LightYellow => bright + 3,
        Color::LightBlue => bright + 4,
        Color::LightMagenta => bright + 5,
        Color::LightCyan => bright + 6,
        Color::White => bright + 7,
        Color::Indexed(_) | Color::Rgb(..) => return long(color, base + 8, code),
    };
    code(format_args!("{number}"));
}

/// A colour in its long form, behind 38, 48 or 58.
fn long(color: Color, lead: u8, code: impl FnOnce(std::fmt::Arguments<'_>)) {
    let index = match color {
        Color::Rgb(red, green, blue) => {
            return code(format_args!("{lead};2;{red};{green};{blue}"));
        }
        Color::Indexed(index) => index,
        Color::Reset | Color::Black => 0,
        Color::Red => 1,
        Color::Green => 2,
        Color::Yellow => 3,
        Color::Blue => 4,
        Color::Magenta => 5,
        Color::Cyan => 6,
        Color::Gray => 7,
        Color::DarkGray => 8,
        Color::LightRed => 9,
        Color::LightGreen => 10,
        Color::LightYellow => 11,
        Color::LightBlue => 12,
        Color::LightMagenta => 13,
        Color::LightCyan => 14,
        Color::White => 15,
    };
    code(format_args!("{lead};5;{index}"));
}
