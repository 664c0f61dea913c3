//! Where rows end: soft wrap of a piece of one line.
//!
//! A row ends after a space, a hyphen or a dash, or beside an ideograph; a word longer than a row
//! is broken between graphemes; spaces at the end of a row hang over its border. The rules need
//! the piece alone, so pieces of a long line can be wrapped one by one.

use super::cells::{Cell, Kind, cells, is_plain};

/// The start of a row within a piece.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Start {
    /// `char`s from the start of the piece.
    pub chars: usize,
    /// Bytes from the start of the piece.
    pub bytes: usize,
}

/// How rows are made. All in columns.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rule {
    /// Columns of a row, at least 1.
    pub width: usize,
    /// Between tab stops, at least 1.
    pub tab: usize,
    /// Where the first row of the piece starts.
    pub first: usize,
    /// Where the other rows start; less than `width`.
    pub indent: usize,
}

/// The starts of the rows of `text`, the first at 0. A grapheme wider than a row stands alone.
pub fn rows(text: &str, rule: Rule) -> Vec<Start> {
    let mut out = vec![Start::default()];
    let width = rule.width.max(1);
    if is_plain(text.as_bytes()) && rule.first + text.len() <= width {
        return out;
    }
    let indent = rule.indent.min(width - 1);
    let mut col = rule.first;
    let mut at = Start::default();
    let mut row = Start::default();
    // The last place the row may end at, and the column there.
    let mut stop: Option<(Start, usize)> = None;
    let mut before = Edge::Start;
    for cell in cells(text) {
        let edge = Edge::of(&cell);
        if before.breaks_before(edge, &cell) {
            stop = Some((at, col));
        }
        let next = Start { chars: at.chars + cell.chars, bytes: at.bytes + cell.bytes };
        match cell.kind {
            Kind::Space | Kind::Tab => {
                col += cell.width_at(col, rule.tab);
                stop = Some((next, col));
            }
            Kind::LineEnd => {}
            Kind::Text | Kind::Control => {
                if col + cell.width > width {
                    // Moving a word is of use only if it then starts further left.
                    if let Some((place, place_col)) = stop
                        && place_col > indent
                        && place.chars > row.chars
                    {
                        out.push(place);
                        row = place;
                        col = indent + (col - place_col);
                    }
                    stop = None;
                    if col + cell.width > width && at.chars > row.chars {
                        out.push(at);
                        row = at;
                        col = indent;
                    }
                }
                col += cell.width;
            }
        }
        at = next;
        before = edge.after(before);
    }
    out
}

/// The columns by which further rows of a line are moved right, so that they stand under its text:
/// its leading space and its list or quote marker, at most half of `width`.
pub fn hanging_indent(head: &str, width: usize, tab: usize) -> usize {
    let space = head.len() - head.trim_start_matches([' ', '\t']).len();
    let rest = &head[space..];
    let digits = rest.len() - rest.trim_start_matches(|c: char| c.is_ascii_digit()).len();
    let marker = if (1..=3).contains(&digits) {
        let after = &rest[digits..];
        if after.starts_with(". ") || after.starts_with(") ") { digits + 2 } else { 0 }
    } else if ["- ", "* ", "+ ", "> ", "• "].iter().any(|mark| rest.starts_with(mark)) {
        rest.find(' ').map_or(0, |space| space + 1)
    } else {
        0
    };
    let indent = super::cells::width(&head[..space + marker], tab);
    if indent * 2 <= width { indent } else { 0 }
}

/// What stands at one side of a possible break.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Edge {
    Start,
    Space,
    /// A letter or digit of a script that uses spaces.
    Word,
    /// A hyphen after a word.
    Hyphen,
    /// A dash: a row may end after it.
    Dash,
    /// An ideograph, a kana, an emoji: a row may end on both sides.
    Wide,
    /// An opening bracket or quotation mark: no row ends after it.
    Open,
    /// Closing punctuation: no row starts with it.
    Close,
    Other,
}

impl Edge {
    fn of(cell: &Cell<'_>) -> Self {
        if matches!(cell.kind, Kind::Space | Kind::Tab) {
            return Self::Space;
        }
        let Some(first) = cell.text.chars().next() else { return Self::Other };
        match first {
            '-' => Self::Hyphen,
            _ if first.is_ascii_alphanumeric() => Self::Word,
            '(' | '[' | '{' | '"' | '\'' => Self::Open,
            _ if first.is_ascii_punctuation() => Self::Close,
            '–' | '—' => Self::Dash,
            '“' | '‘' | '«' | '「' | '『' | '（' | '【' | '〈' | '《' | '〔' | '［' | '｛' => {
                Self::Open
            }
            '”' | '’' | '»' | '…' | '、' | '。' | '，' | '．' | '！' | '？' | '：' | '；'
            | '」' | '』' | '）' | '】' | '〉' | '》' | '〕' | '］' | '｝' | '・' | 'ー' | '々'
            | '〜' | '～' | 'ぁ' | 'ぃ' | 'ぅ' | 'ぇ' | 'ぉ' | 'っ' | 'ゃ' | 'ゅ' | 'ょ' | 'ァ'
            | 'ィ' | 'ゥ' | 'ェ' | 'ォ' | 'ッ' | 'ャ' | 'ュ' | 'ョ' => Self::Close,
            _ if cell.width >= 2 && cell.kind == Kind::Text => Self::Wide,
            _ if first.is_alphanumeric() => Self::Word,
            _ => Self::Other,
        }
    }

    /// What it is to the next cell, standing after `before`.
    fn after(self, before: Self) -> Self {
        match self {
            Self::Hyphen if before != Self::Word => Self::Other,
            // Closing punctuation after an ideograph ends like the ideograph.
            Self::Close if before == Self::Wide => Self::Wide,
            edge => edge,
        }
    }

    /// Whether a row may end between `self` and `next`. (After a space it may in any case.)
    fn breaks_before(self, next: Self, cell: &Cell<'_>) -> bool {
        match (self, next) {
            (Self::Start | Self::Space | Self::Open, _) | (_, Self::Close | Self::Space) => false,
            (Self::Wide, _) | (_, Self::Wide) => true,
            (Self::Hyphen, Self::Word) => cell.text.chars().next().is_some_and(char::is_alphabetic),
            (Self::Dash, Self::Dash) => false,
            (Self::Dash, _) => true,
            _ => false,
        }
    }
}
