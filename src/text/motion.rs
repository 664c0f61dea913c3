//! Motions: from a position to another, by what people mean with a character, a word, a paragraph.
//!
//! A character is a grapheme. Costs what lies between the two positions, never the line or the
//! document.

use crate::base::{Pos, Span};
use ropey::{Rope, RopeSlice};
use unicode_segmentation::{GraphemeCursor, GraphemeIncomplete};

/// The start of the grapheme before `pos`.
pub fn left(rope: &Rope, pos: Pos) -> Pos {
    grapheme(rope, pos, false)
}

/// The start of the grapheme behind the one at `pos`.
pub fn right(rope: &Rope, pos: Pos) -> Pos {
    grapheme(rope, pos, true)
}

fn grapheme(rope: &Rope, pos: Pos, forward: bool) -> Pos {
    let text = rope.slice(..);
    let pos = pos.0.min(rope.len_chars());
    let byte = text.char_to_byte(pos);
    let (mut chunk, mut chunk_start, _, _) = text.chunk_at_byte(byte);
    let mut cursor = GraphemeCursor::new(byte, text.len_bytes(), true);
    loop {
        let step = if forward {
            cursor.next_boundary(chunk, chunk_start)
        } else {
            cursor.prev_boundary(chunk, chunk_start)
        };
        match step {
            Ok(Some(at)) => return Pos(text.byte_to_char(at)),
            Ok(None) => return Pos(if forward { rope.len_chars() } else { 0 }),
            Err(GraphemeIncomplete::NextChunk) => {
                let (next, start, _, _) = text.chunk_at_byte(chunk_start + chunk.len());
                (chunk, chunk_start) = (next, start);
            }
            Err(GraphemeIncomplete::PrevChunk) => {
                let (before, start, _, _) = text.chunk_at_byte(chunk_start.saturating_sub(1));
                (chunk, chunk_start) = (before, start);
            }
            Err(GraphemeIncomplete::PreContext(at)) => {
                let (before, start, _, _) = text.chunk_at_byte(at.saturating_sub(1));
                cursor.provide_context(before, start);
            }
            // The offset is inside of the text by construction.
            Err(GraphemeIncomplete::InvalidOffset) => return Pos(pos),
        }
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    Blank,
    LineEnd,
    Word,
    Ideograph,
    Other,
}

fn kind(character: char) -> Kind {
    match character {
        '\n' | '\r' => Kind::LineEnd,
        _ if character.is_whitespace() => Kind::Blank,
        '\u{3040}'..='\u{30ff}'
        | '\u{3400}'..='\u{9fff}'
        | '\u{f900}'..='\u{faff}'
        | '\u{20000}'..='\u{3ffff}' => Kind::Ideograph,
        '_' | '\'' | '’' => Kind::Word,
        _ if character.is_alphanumeric() || is_mark(character) => Kind::Word,
        _ => Kind::Other,
    }
}

/// Combining marks belong to the word they stand in.
fn is_mark(character: char) -> bool {
    matches!(character, '\u{300}'..='\u{36f}' | '\u{483}'..='\u{489}' | '\u{591}'..='\u{5bd}' | '\u{610}'..='\u{61a}' | '\u{64b}'..='\u{65f}' | '\u{900}'..='\u{903}' | '\u{93a}'..='\u{94f}' | '\u{200d}' | '\u{fe0f}')
}

/// The start of the word before: blanks are passed over, then a run of one kind. Ideographs go one
/// by one, as they have no blanks between words.
pub fn word_left(rope: &Rope, pos: Pos) -> Pos {
    let mut at = pos.0.min(rope.len_chars());
    let mut chars = rope.chars_at(at);
    let mut run = None;
    while let Some(before) = chars.prev() {
        let this = kind(before);
        match run {
            None if this == Kind::LineEnd => {
                // A line end is a stop of its own, CRLF as one.
                at -= 1;
                if before == '\n' && chars.prev() == Some('\r') {
                    at -= 1;
                }
                return Pos(at);
            }
            None if this == Kind::Blank => at -= 1,
            None => {
                run = Some(this);
                at -= 1;
                if this == Kind::Ideograph {
                    break;
                }
            }
            Some(kind) if kind == this => at -= 1,
            Some(_) => break,
        }
        // Blanks at the start of a line: the line's start is a stop.
        if run.is_none() && at > 0 && this == Kind::Blank {
            let mut peek = rope.chars_at(at);
            if peek.prev() == Some('\n') {
                return Pos(at);
            }
        }
    }
    Pos(at)
}

/// The end of the word behind: blanks are passed over, then a run of one kind.
pub fn word_right(rope: &Rope, pos: Pos) -> Pos {
    let mut at = pos.0.min(rope.len_chars());
    let mut run = None;
    let mut chars = rope.chars_at(at).peekable();
    while let Some(next) = chars.next() {
        let this = kind(next);
        match run {
            None if this == Kind::LineEnd => {
                at += 1;
                if next == '\r' && chars.peek() == Some(&'\n') {
                    at += 1;
                }
                return Pos(at);
            }
            None if this == Kind::Blank => {
                at += 1;
                if chars.peek().is_some_and(|next| kind(*next) == Kind::LineEnd) {
                    return Pos(at);
                }
            }
            None => {
                run = Some(this);
                at += 1;
                if this == Kind::Ideograph {
                    break;
                }
            }
            Some(kind) if kind == this => at += 1,
            Some(_) => break,
        }
    }
    Pos(at)
}

/// The word around `pos`, for a double click; what stands there when it is no word.
pub fn word_at(rope: &Rope, pos: Pos) -> Span {
    let at = pos.0.min(rope.len_chars());
    let Some(this) = rope.get_char(at).map(kind) else { return Span::at(Pos(at)) };
    let before = rope
        .chars_at(at)
        .reversed()
        .take_while(|other| kind(*other) == this && this != Kind::LineEnd)
        .count();
    let behind =
        rope.chars_at(at).take_while(|other| kind(*other) == this && this != Kind::LineEnd).count();
    Span { start: Pos(at - before), end: Pos(at + behind) }
}

/// The first character of the line that is no blank; the line's start when the caret is there.
pub fn line_start(rope: &Rope, pos: Pos) -> Pos {
    let at = pos.0.min(rope.len_chars());
    let start = rope.line_to_char(rope.char_to_line(at));
    let blanks =
        rope.chars_at(start).take(200).take_while(|next| *next == ' ' || *next == '\t').count();
    let first = start + blanks;
    Pos(if at == first { start } else { first })
}

/// The end of the line, before its line end.
pub fn line_end(rope: &Rope, pos: Pos) -> Pos {
    let line = rope.char_to_line(pos.0.min(rope.len_chars()));
    let next =
        if line + 1 < rope.len_lines() { rope.line_to_char(line + 1) } else { rope.len_chars() };
    let mut end = next;
    let mut chars = rope.chars_at(next);
    if line + 1 < rope.len_lines() && chars.prev() == Some('\n') {
        end -= 1;
        if chars.prev() == Some('\r') {
            end -= 1;
        }
    }
    Pos(end.max(rope.line_to_char(line)))
}

fn is_blank(line: RopeSlice) -> bool {
    line.chars().all(char::is_whitespace)
}

/// The start of the paragraph, or of the one before.
pub fn paragraph_up(rope: &Rope, pos: Pos) -> Pos {
    let mut line = rope.char_to_line(pos.0.min(rope.len_chars()));
    if rope.line_to_char(line) == pos.0 {
        line = line.saturating_sub(1);
    }
    while line > 0 && is_blank(rope.line(line)) {
        line -= 1;
    }
    while line > 0 && !is_blank(rope.line(line - 1)) {
        line -= 1;
    }
    Pos(rope.line_to_char(line))
}

/// The start of the next paragraph.
pub fn paragraph_down(rope: &Rope, pos: Pos) -> Pos {
    let mut line = rope.char_to_line(pos.0.min(rope.len_chars()));
    let last = rope.len_lines() - 1;
    while line < last && !is_blank(rope.line(line)) {
        line += 1;
    }
    while line < last && is_blank(rope.line(line)) {
        line += 1;
    }
    if line == last && is_blank(rope.line(line))
        || line == rope.char_to_line(pos.0.min(rope.len_chars()))
    {
        return Pos(rope.len_chars());
    }
    Pos(rope.line_to_char(line))
}
