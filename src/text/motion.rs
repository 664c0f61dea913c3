//! Where the caret goes: graphemes, words, lines, paragraphs.
//!
//! Pure functions on a rope. They walk chunks and never copy a line, so that one line of many
//! megabytes is as good as any other. Rows on the screen are not their concern.

use crate::base::{Pos, Span};
use ropey::Rope;
use unicode_segmentation::{GraphemeCursor, GraphemeIncomplete};

/// The most characters looked at for a matching bracket.
const BRACKET_REACH: usize = 1 << 20;

/// A line and a column, both from 0; the column in `char`s.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct LineCol {
    pub line: usize,
    pub column: usize,
}

/// What counts as a word.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Words {
    /// Letters and digits; runs of punctuation; in scripts without spaces, runs of one script.
    #[default]
    Small,
    /// Whatever stands between white space.
    Big,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Class {
    Space,
    Word,
    Han,
    Hiragana,
    Katakana,
    Sign,
    /// Belongs to the character before it.
    Extend,
}

fn class(c: char) -> Class {
    match c {
        c if c.is_whitespace() => Class::Space,
        '\u{300}'..='\u{36f}' | '\u{200c}' | '\u{200d}' | '\u{fe00}'..='\u{fe0f}' => Class::Extend,
        '\u{1f3fb}'..='\u{1f3ff}' | '\u{e0100}'..='\u{e01ef}' => Class::Extend,
        // The prolonged sound mark goes with either.
        'ー' => Class::Extend,
        '\u{3041}'..='\u{309f}' => Class::Hiragana,
        '\u{30a0}'..='\u{30ff}' | '\u{31f0}'..='\u{31ff}' | '\u{ff66}'..='\u{ff9f}' => {
            Class::Katakana
        }
        '\u{3400}'..='\u{4dbf}'
        | '\u{4e00}'..='\u{9fff}'
        | '\u{f900}'..='\u{faff}'
        | '\u{20000}'..='\u{3ffff}'
        | '々' => Class::Han,
        '_' => Class::Word,
        c if c.is_alphanumeric() => Class::Word,
        _ => Class::Sign,
    }
}

/// Whether a character is of a script that puts no blanks between words.
pub fn is_ideograph(c: char) -> bool {
    matches!(class(c), Class::Han | Class::Hiragana | Class::Katakana)
}

/// The class of the character at `pos` as a part of its surroundings.
fn class_at(rope: &Rope, pos: usize, words: Words) -> Option<Class> {
    let c = rope.get_char(pos)?;
    if words == Words::Big {
        return Some(if c.is_whitespace() { Class::Space } else { Class::Word });
    }
    match class(c) {
        Class::Extend => {
            let mut before = pos;
            for c in rope.chars_at(pos).reversed().take(32) {
                before -= 1;
                match class(c) {
                    Class::Extend => {}
                    Class::Sign => return class_at(rope, before, words),
                    found => return Some(found),
                }
            }
            Some(Class::Sign)
        }
        // An apostrophe in a word, a point in a number.
        Class::Sign if matches!(c, '\'' | '’' | '.' | ',') => {
            let number = matches!(c, '.' | ',');
            let fits = |c: Option<char>| {
                c.is_some_and(|c| if number { c.is_numeric() } else { c.is_alphabetic() })
                    && c.is_some_and(|c| class(c) == Class::Word)
            };
            let before = pos.checked_sub(1).and_then(|pos| rope.get_char(pos));
            let within = fits(before) && fits(rope.get_char(pos + 1));
            Some(if within { Class::Word } else { Class::Sign })
        }
        found => Some(found),
    }
}

/// The next grapheme border after `pos`, or the end.
pub fn right(rope: &Rope, pos: Pos) -> Pos {
    let Ok(byte) = rope.try_char_to_byte(pos.0) else { return Pos(rope.len_chars()) };
    let (mut chunk, mut start, _, _) = rope.chunk_at_byte(byte);
    let mut cursor = GraphemeCursor::new(byte, rope.len_bytes(), true);
    loop {
        match cursor.next_boundary(chunk, start) {
            Ok(Some(found)) => return Pos(rope.byte_to_char(found)),
            Ok(None) => return Pos(rope.len_chars()),
            Err(GraphemeIncomplete::NextChunk) => {
                (chunk, start, _, _) = rope.chunk_at_byte(start + chunk.len());
            }
            Err(GraphemeIncomplete::PreContext(end)) => context(rope, &mut cursor, end),
            Err(_) => return Pos((pos.0 + 1).min(rope.len_chars())),
        }
    }
}

/// The next grapheme border before `pos`, or the start.
pub fn left(rope: &Rope, pos: Pos) -> Pos {
    let pos = pos.0.min(rope.len_chars());
    let byte = rope.char_to_byte(pos);
    let (mut chunk, mut start, _, _) = rope.chunk_at_byte(byte);
    let mut cursor = GraphemeCursor::new(byte, rope.len_bytes(), true);
    loop {
        match cursor.prev_boundary(chunk, start) {
            Ok(Some(found)) => return Pos(rope.byte_to_char(found)),
            Ok(None) => return Pos(0),
            Err(GraphemeIncomplete::PrevChunk) => {
                (chunk, start, _, _) = rope.chunk_at_byte(start.saturating_sub(1));
            }
            Err(GraphemeIncomplete::PreContext(end)) => context(rope, &mut cursor, end),
            Err(_) => return Pos(pos.saturating_sub(1)),
        }
    }
}

fn context(rope: &Rope, cursor: &mut GraphemeCursor, end: usize) {
    let (chunk, start, _, _) = rope.chunk_at_byte(end.saturating_sub(1));
    cursor.provide_context(&chunk[..end - start], start);
}

/// The grapheme border at or before `pos`.
pub fn snap(rope: &Rope, pos: Pos) -> Pos {
    let pos = Pos(pos.0.min(rope.len_chars()));
    if pos.0 == 0 || pos.0 == rope.len_chars() {
        return pos;
    }
    let before = left(rope, pos);
    if right(rope, before) == pos { pos } else { before }
}

/// The start of the word before. The start and the end of a line are stops of their own.
pub fn word_left(rope: &Rope, pos: Pos) -> Pos {
    back(rope, pos, Words::Small)
}

/// The end of the word behind. The start and the end of a line are stops of their own.
pub fn word_right(rope: &Rope, pos: Pos) -> Pos {
    let pos = pos.0.min(rope.len_chars());
    let at = pos + rope.chars_at(pos).take_while(|c| is_blank_char(*c)).count();
    match class_at(rope, at, Words::Small) {
        // A line break: before it, or across when nothing was passed.
        Some(Class::Space) if at == pos => right(rope, Pos(at)),
        Some(Class::Space) | None => Pos(at),
        Some(kind) => Pos(run_end(rope, at, kind, Words::Small)),
    }
}

/// The start of the word before, where a word is as `words` says. The start and the end of a line
/// are stops of their own.
pub fn back(rope: &Rope, pos: Pos, words: Words) -> Pos {
    let pos = pos.0.min(rope.len_chars());
    let blanks = rope.chars_at(pos).reversed().take_while(|c| is_blank_char(*c)).count();
    let at = pos - blanks;
    let kind = at.checked_sub(1).and_then(|before| class_at(rope, before, words));
    match kind {
        Some(Class::Space) if at == pos => left(rope, Pos(at)),
        Some(Class::Space) | None => Pos(at),
        Some(kind) => snap(rope, Pos(run_start(rope, at, kind, words))),
    }
}

/// The start of the next word, or the end of the text.
pub fn next_word(rope: &Rope, pos: Pos, words: Words) -> Pos {
    let mut at = pos.0.min(rope.len_chars());
    if let Some(kind) = class_at(rope, at, words)
        && kind != Class::Space
    {
        at = run_end(rope, at, kind, words);
    }
    Pos(skip_space(rope, at))
}

/// The end of the next word, or of the text.
pub fn word_end(rope: &Rope, pos: Pos, words: Words) -> Pos {
    let at = skip_space(rope, pos.0.min(rope.len_chars()));
    match class_at(rope, at, words) {
        Some(kind) => Pos(run_end(rope, at, kind, words)),
        None => Pos(at),
    }
}

/// White space within a line.
fn is_blank_char(c: char) -> bool {
    c.is_whitespace() && !matches!(c, '\n' | '\r')
}

/// Whether a character is of a kind, its surroundings looked at only where they matter.
fn is_of(rope: &Rope, pos: usize, c: char, kind: Class, words: Words) -> bool {
    if words == Words::Big {
        return c.is_whitespace() == (kind == Class::Space);
    }
    match class(c) {
        Class::Extend => class_at(rope, pos, words) == Some(kind),
        Class::Sign if matches!(c, '\'' | '’' | '.' | ',') => {
            class_at(rope, pos, words) == Some(kind)
        }
        found => found == kind,
    }
}

fn run_end(rope: &Rope, from: usize, kind: Class, words: Words) -> usize {
    let mut at = from;
    for c in rope.chars_at(from) {
        if !is_of(rope, at, c, kind, words) {
            break;
        }
        at += 1;
    }
    at
}

fn run_start(rope: &Rope, from: usize, kind: Class, words: Words) -> usize {
    let mut at = from;
    for c in rope.chars_at(from).reversed() {
        if !is_of(rope, at - 1, c, kind, words) {
            break;
        }
        at -= 1;
    }
    at
}

fn skip_space(rope: &Rope, from: usize) -> usize {
    let space = rope.chars_at(from).take_while(|c| c.is_whitespace()).count();
    from + space
}

/// What stands at `pos`: a word, white space within a line, or punctuation.
pub fn word_at(rope: &Rope, pos: Pos) -> Span {
    word_of(rope, pos, Words::Small)
}

/// The run of one kind at `pos`, where a word is as `words` says.
pub fn word_of(rope: &Rope, pos: Pos, words: Words) -> Span {
    let line = line_at(rope, pos);
    let Some(kind) = class_at(rope, pos.0, words).filter(|_| pos < line.end) else {
        return Span::at(pos);
    };
    let start = run_start(rope, pos.0, kind, words).max(line.start.0);
    let end = run_end(rope, pos.0, kind, words).min(line.end.0);
    Span { start: Pos(start), end: Pos(end) }
}

/// How many characters the line break at the end of a line takes.
fn break_len(rope: &Rope, line: usize) -> usize {
    let end = rope.line_to_char((line + 1).min(rope.len_lines()));
    let at = |back: usize| end.checked_sub(back).and_then(|pos| rope.get_char(pos));
    match (at(1), at(2)) {
        _ if line + 1 >= rope.len_lines() => 0,
        (Some('\n'), Some('\r')) => 2,
        (Some('\n'), _) => 1,
        _ => 0,
    }
}

/// A line without its line break; the last one for numbers beyond it.
pub fn line_span(rope: &Rope, line: usize) -> Span {
    let line = line.min(rope.len_lines().saturating_sub(1));
    let start = rope.line_to_char(line);
    let end = rope.line_to_char(line + 1) - break_len(rope, line);
    Span { start: Pos(start), end: Pos(end.max(start)) }
}

/// The line that `pos` is in, without its line break.
pub fn line_at(rope: &Rope, pos: Pos) -> Span {
    line_span(rope, rope.char_to_line(pos.0.min(rope.len_chars())))
}

/// Before the line break.
pub fn line_end(rope: &Rope, pos: Pos) -> Pos {
    line_at(rope, pos).end
}

/// The first character of the line that is no blank; its end when there is none.
pub fn line_text(rope: &Rope, pos: Pos) -> Pos {
    let line = line_at(rope, pos);
    let blanks = rope.chars_at(line.start.0).take(line.len()).take_while(|c| c.is_whitespace());
    Pos(line.start.0 + blanks.count())
}

/// The first character of the line that is no blank; from there, the start of the line.
pub fn line_start(rope: &Rope, pos: Pos) -> Pos {
    let text = line_text(rope, pos);
    if pos == text { line_at(rope, pos).start } else { text }
}

fn is_blank(rope: &Rope, line: usize) -> bool {
    let span = line_span(rope, line);
    rope.chars_at(span.start.0).take(span.len()).all(char::is_whitespace)
}

/// The start of the paragraph, or from there of the one before.
pub fn paragraph_up(rope: &Rope, pos: Pos) -> Pos {
    let mut line = rope.char_to_line(pos.0.min(rope.len_chars()));
    if rope.line_to_char(line) == pos.0 {
        line = line.saturating_sub(1);
    }
    while line > 0 && is_blank(rope, line) {
        line -= 1;
    }
    while line > 0 && !is_blank(rope, line - 1) {
        line -= 1;
    }
    Pos(rope.line_to_char(line))
}

/// The start of the next paragraph, or the end of the text.
pub fn paragraph_down(rope: &Rope, pos: Pos) -> Pos {
    let mut line = rope.char_to_line(pos.0.min(rope.len_chars()));
    while line < rope.len_lines() && !is_blank(rope, line) {
        line += 1;
    }
    while line < rope.len_lines() && is_blank(rope, line) {
        line += 1;
    }
    Pos(rope.line_to_char(line))
}

/// The paragraph at `pos`, or the blank lines there: whole lines with their line breaks.
pub fn paragraph_at(rope: &Rope, pos: Pos) -> Span {
    let here = rope.char_to_line(pos.0.min(rope.len_chars()));
    let blank = is_blank(rope, here);
    let (mut first, mut last) = (here, here);
    while first > 0 && is_blank(rope, first - 1) == blank {
        first -= 1;
    }
    while last + 1 < rope.len_lines() && is_blank(rope, last + 1) == blank {
        last += 1;
    }
    Span { start: Pos(rope.line_to_char(first)), end: Pos(rope.line_to_char(last + 1)) }
}

/// The line and column of a position.
pub fn line_col(rope: &Rope, pos: Pos) -> LineCol {
    let pos = pos.0.min(rope.len_chars());
    let line = rope.char_to_line(pos);
    LineCol { line, column: pos - rope.line_to_char(line) }
}

/// The position of a line and column, or the nearest there is: at a grapheme border, not behind
/// the line's end.
pub fn pos_at(rope: &Rope, at: LineCol) -> Pos {
    let line = line_span(rope, at.line);
    snap(rope, Pos(line.start.0.saturating_add(at.column).min(line.end.0)))
}

/// The bracket that belongs to the one at `pos`.
pub fn bracket_match(rope: &Rope, pos: Pos) -> Option<Pos> {
    const PAIRS: [(char, char); 4] = [('(', ')'), ('[', ']'), ('{', '}'), ('<', '>')];
    let here = rope.get_char(pos.0)?;
    let (open, close) = *PAIRS.iter().find(|(open, close)| [*open, *close].contains(&here))?;
    let mut depth = 0usize;
    let mut count = |c: char, deeper: char, back: char| {
        if c == deeper {
            depth += 1;
        } else if c == back {
            depth -= 1;
        }
        depth == 0
    };
    if here == open {
        let mut chars = rope.chars_at(pos.0).take(BRACKET_REACH);
        chars.position(|c| count(c, open, close)).map(|steps| Pos(pos.0 + steps))
    } else {
        let mut chars = rope.chars_at(pos.0 + 1).reversed().take(BRACKET_REACH);
        chars.position(|c| count(c, close, open)).map(|steps| Pos(pos.0 - steps))
    }
}
