//! Text as terminal cells: graphemes, their widths, and what is drawn for what must not be sent.
//!
//! Widths are those of the drawing library. Control characters, bidirectional and other invisible
//! format characters are replaced by something visible; a raw one never leaves this module.

use ratatui::buffer::CellWidth;
use std::borrow::Cow;
use unicode_segmentation::UnicodeSegmentation;

/// What a cell is, for wrapping and drawing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Printable text.
    Text,
    /// A space at which a row may end.
    Space,
    /// A tab: as wide as the way to the next tab stop.
    Tab,
    /// The end of a line (`\n`, or the `\r` before it): not drawn.
    LineEnd,
    /// A substitute for something that is not sent.
    Control,
}

/// One grapheme and how it is drawn.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cell<'a> {
    /// What to draw: the grapheme or its substitute; empty for tabs and line ends.
    pub text: Cow<'a, str>,
    pub kind: Kind,
    /// Columns; for a tab see [`Cell::width_at`].
    pub width: usize,
    /// Length in `char`s of what it stands for.
    pub chars: usize,
    /// Length in bytes of what it stands for.
    pub bytes: usize,
}

impl Cell<'_> {
    /// Columns when it stands at column `col` and tab stops are `tab` apart.
    pub fn width_at(&self, col: usize, tab: usize) -> usize {
        match self.kind {
            Kind::Tab => tab_width(col, tab),
            _ => self.width,
        }
    }
}

/// Columns from `col` to the next tab stop.
pub fn tab_width(col: usize, tab: usize) -> usize {
    let tab = tab.max(1);
    tab - col % tab
}

/// Text for people in rows of at most `columns`, broken at blanks; a word that is longer is broken
/// where the row ends.
pub fn rows(text: &str, columns: usize) -> Vec<String> {
    let columns = columns.max(1);
    let mut rows: Vec<String> = Vec::new();
    let mut row = String::new();
    let mut used = 0;
    for word in text.split_word_bounds() {
        let wide = width(word, 1);
        if used + wide > columns && used > 0 {
            rows.push(std::mem::take(&mut row));
            used = 0;
        }
        if used == 0 && word.trim().is_empty() && !rows.is_empty() {
            continue;
        }
        for grapheme in word.graphemes(true) {
            let wide = width(grapheme, 1);
            if used + wide > columns && used > 0 {
                rows.push(std::mem::take(&mut row));
                used = 0;
            }
            row.push_str(grapheme);
            used += wide;
        }
    }
    if !row.is_empty() || rows.is_empty() {
        rows.push(row);
    }
    rows
}

/// Text in exactly so many columns: cut with `…`, or filled up with blanks.
pub fn fit(text: &str, columns: usize) -> String {
    let mut out = String::new();
    let mut used = 0;
    let whole = width(text, 1) <= columns;
    for grapheme in text.graphemes(true) {
        let wide = width(grapheme, 1);
        if !whole && used + wide >= columns {
            break;
        }
        out.push_str(grapheme);
        used += wide;
    }
    if !whole && used < columns {
        out.push('…');
        used += 1;
    }
    out + &" ".repeat(columns.saturating_sub(used))
}

/// The columns of `text` drawn from column 0.
pub fn width(text: &str, tab: usize) -> usize {
    if is_plain(text.as_bytes()) {
        return text.len();
    }
    cells(text).fold(0, |col, cell| col + cell.width_at(col, tab))
}

/// Whether every byte is a printable ASCII character: one column each.
pub fn is_plain(bytes: &[u8]) -> bool {
    bytes.iter().all(|byte| matches!(byte, 0x20..=0x7e))
}

/// The text as cells, in order; their `bytes` add up to the text's.
pub fn cells(text: &str) -> Cells<'_> {
    Cells { text, at: 0 }
}

/// See [`cells`].
#[derive(Clone, Debug)]
pub struct Cells<'a> {
    text: &'a str,
    at: usize,
}

impl<'a> Iterator for Cells<'a> {
    type Item = Cell<'a>;

    fn next(&mut self) -> Option<Cell<'a>> {
        let bytes = self.text.as_bytes();
        let first = *bytes.get(self.at)?;
        let next = bytes.get(self.at + 1).copied();
        let cell = if first.is_ascii() && next.is_none_or(|byte| byte.is_ascii()) {
            ascii(&self.text[self.at..=self.at], first, next)
        } else {
            wide(&self.text[self.at..])
        };
        self.at += cell.bytes;
        Some(cell)
    }
}

/// An ASCII character that nothing can combine with.
fn ascii(text: &str, byte: u8, next: Option<u8>) -> Cell<'_> {
    let (shown, kind, width) = match byte {
        b' ' => (text, Kind::Space, 1),
        0x21..=0x7e => (text, Kind::Text, 1),
        b'\t' => ("", Kind::Tab, 0),
        b'\n' => ("", Kind::LineEnd, 0),
        b'\r' if next == Some(b'\n') => ("", Kind::LineEnd, 0),
        0x7f => ("^?", Kind::Control, 2),
        _ => (CARETS[usize::from(byte & 31)], Kind::Control, 2),
    };
    Cell { text: Cow::Borrowed(shown), kind, width, chars: 1, bytes: 1 }
}

const CARETS: [&str; 32] = [
    "^@", "^A", "^B", "^C", "^D", "^E", "^F", "^G", "^H", "^I", "^J", "^K", "^L", "^M", "^N", "^O",
    "^P", "^Q", "^R", "^S", "^T", "^U", "^V", "^W", "^X", "^Y", "^Z", "^[", "^\\", "^]", "^^",
    "^_",
];

/// The most `char`s of one grapheme that are sent to a terminal; real ones have fewer, and a pile
/// of marks would paint over its neighbours.
const MOST_CHARS: usize = 32;

/// The columns of a character of a common script that joins nothing before or behind it, when the
/// next one is such a character, too, or ASCII; `None` for all others.
fn simple(char: char) -> Option<usize> {
    match char {
        '\u{a1}'..='\u{ac}'
        | '\u{ae}'..='\u{2ff}'
        | '\u{400}'..='\u{481}'
        | '\u{2013}'..='\u{2026}' => Some(1),
        '\u{3001}'..='\u{3029}'
        | '\u{3041}'..='\u{3096}'
        | '\u{309b}'..='\u{30ff}'
        | '\u{4e00}'..='\u{9fff}'
        | '\u{ff01}'..='\u{ff60}' => Some(2),
        _ => None,
    }
}

/// A grapheme that may be of several `char`s.
fn wide(rest: &str) -> Cell<'_> {
    let mut chars = rest.chars();
    let first = chars.next();
    if let Some(first) = first
        && let Some(width) = simple(first)
        && chars.next().is_none_or(|next| next.is_ascii() || simple(next).is_some())
    {
        let bytes = first.len_utf8();
        let text = Cow::Borrowed(&rest[..bytes]);
        return Cell { text, kind: Kind::Text, width, chars: 1, bytes };
    }
    let Some(first) = first else {
        return Cell { text: Cow::Borrowed(""), kind: Kind::LineEnd, width: 0, chars: 0, bytes: 0 };
    };
    if first.is_ascii_control() {
        return ascii(&rest[..1], first as u8, rest.as_bytes().get(1).copied());
    }
    if is_hidden_alone(first) {
        return substitute(code(first), 1, first.len_utf8());
    }
    let grapheme = rest.graphemes(true).next().unwrap_or(rest);
    if grapheme.len() == first.len_utf8() {
        let width = usize::from(grapheme.cell_width());
        return if width == 0 {
            alone(first, grapheme)
        } else {
            let kind = match first {
                ' '
                | '\u{3000}'
                | '\u{1680}'
                | '\u{2000}'..='\u{2006}'
                | '\u{2008}'..='\u{200a}' => Kind::Space,
                _ => Kind::Text,
            };
            Cell { text: Cow::Borrowed(grapheme), kind, width, chars: 1, bytes: grapheme.len() }
        };
    }
    let chars = grapheme.chars().count();
    let hidden = hidden_inside(grapheme);
    if chars > MOST_CHARS || hidden > 0 {
        let count = if hidden > 0 { hidden } else { chars - 1 };
        return substitute(format!("{first}<+{count}>"), chars, grapheme.len());
    }
    let width = usize::from(grapheme.cell_width());
    if width == 0 {
        let mut cell = alone(first, grapheme);
        cell.chars = chars;
        cell.bytes = grapheme.len();
        return cell;
    }
    // A space that carries a mark is text: a row does not end between them.
    Cell { text: Cow::Borrowed(grapheme), kind: Kind::Text, width, chars, bytes: grapheme.len() }
}

fn code(char: char) -> String {
    format!("<U+{:04X}>", char as u32)
}

fn substitute(text: String, chars: usize, bytes: usize) -> Cell<'static> {
    let width = usize::from(text.as_str().cell_width());
    Cell { text: Cow::Owned(text), kind: Kind::Control, width, chars, bytes }
}

/// A grapheme of no width that stands alone: a mark gets a circle to stand on, the rest its code.
fn alone(first: char, grapheme: &str) -> Cell<'static> {
    let bytes = grapheme.len();
    let circled = format!("\u{25cc}{grapheme}");
    if !is_invisible_mark(first)
        && circled.graphemes(true).count() == 1
        && circled.as_str().cell_width() == 1
    {
        return substitute(circled, 1, bytes);
    }
    substitute(code(first), 1, bytes)
}

/// Characters that order, hide or join others and show nothing themselves; and the C1 controls.
fn is_hidden_alone(char: char) -> bool {
    matches!(char,
        '\u{80}'..='\u{9f}' | '\u{ad}' | '\u{61c}' | '\u{180e}' | '\u{200b}' | '\u{200e}'
        | '\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}'
        | '\u{fff0}'..='\u{fffb}' | '\u{13430}'..='\u{1343f}' | '\u{1bca0}'..='\u{1bca3}'
        | '\u{1d173}'..='\u{1d17a}' | '\u{e0000}'..='\u{e007f}')
        || is_invisible_mark(char)
        || matches!(char, '\u{115f}' | '\u{1160}' | '\u{3164}' | '\u{ffa0}')
}

/// Marks that are invisible by themselves.
fn is_invisible_mark(char: char) -> bool {
    matches!(char, '\u{34f}' | '\u{200c}' | '\u{200d}' | '\u{17b4}' | '\u{17b5}'
        | '\u{180b}'..='\u{180f}' | '\u{fe00}'..='\u{fe0f}' | '\u{e0100}'..='\u{e01ef}')
}

/// How many characters of a grapheme carry a hidden message: tags that are no flag's, and more
/// variation selectors than one.
fn hidden_inside(grapheme: &str) -> usize {
    let flag = grapheme.starts_with('\u{1f3f4}');
    let tags = grapheme.chars().filter(|c| matches!(c, '\u{e0000}'..='\u{e007f}')).count();
    let selectors = grapheme
        .chars()
        .filter(|c| matches!(c, '\u{fe00}'..='\u{fe0d}' | '\u{e0100}'..='\u{e01ef}'))
        .count();
    let tags = if flag && tags <= 7 { 0 } else { tags };
    tags + if selectors > 1 { selectors } else { 0 }
}
