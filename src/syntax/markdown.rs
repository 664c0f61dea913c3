//! Markdown for the editor, line by line.
//!
//! By hand and not by a grammar: the patterns of the grammar at hand go back and forth for a tenth
//! of a second on a usual line with a dozen bold words and code spans. This one looks at each byte
//! a few times. Emphasis and links count within one line. Fences are given to their language.

use super::parse::{Parser, State};
use crate::base::{Class, ClassSpan};
use std::ops::Range;

/// What is open between two lines.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Markdown {
    begun: bool,
    mode: Mode,
}

#[derive(Clone, Debug, Default, PartialEq, Eq)]
enum Mode {
    #[default]
    Text,
    /// Code that ends at a line of at least `length` of `mark`.
    Fence { mark: u8, length: usize, quotes: usize, inner: Option<Box<State>> },
    /// The head of a file, ending at the same mark.
    Front { mark: u8, inner: Option<Box<State>> },
    /// An HTML comment.
    Comment,
}

/// Parses a line with its `\n`; spans in bytes.
pub(super) fn line(parser: &mut Parser, text: &str, state: &mut Markdown) -> Vec<ClassSpan> {
    let content = text.trim_end_matches(['\n', '\r']);
    let first = !std::mem::replace(&mut state.begun, true);
    let mut paint = Painting::new(content);
    match &mut state.mode {
        Mode::Text => {
            let front = match content.trim_end() {
                "---" if first => Some((b'-', "yaml")),
                "+++" if first => Some((b'+', "toml")),
                _ => None,
            };
            if let Some((mark, language)) = front {
                paint.fill(0..content.len(), Class::Frame);
                state.mode = Mode::Front { mark, inner: parser.start(language) };
            } else {
                state.mode = text_line(parser, content, &mut paint);
            }
        }
        Mode::Front { mark, inner } => {
            let end = content.trim_end();
            if end.len() == 3 && end.bytes().all(|byte| byte == *mark) || end == "..." {
                paint.fill(0..content.len(), Class::Frame);
                state.mode = Mode::Text;
            } else {
                inner_line(parser, inner, content, 0, &mut paint);
            }
        }
        Mode::Fence { mark, length, quotes, inner } => {
            let start = quote_marks(content, *quotes, &mut paint);
            let rest = content[start..].trim();
            if rest.len() >= *length && rest.bytes().all(|byte| byte == *mark) {
                paint.fill(start..content.len(), Class::Punctuation);
                state.mode = Mode::Text;
            } else {
                paint.fill(start..content.len(), Class::Code);
                inner_line(parser, inner, content, start, &mut paint);
            }
        }
        Mode::Comment => state.mode = inline(content, 0, Class::Text, true, &mut paint),
    }
    paint.spans()
}

fn inner_line(
    parser: &mut Parser,
    inner: &mut Option<Box<State>>,
    content: &str,
    start: usize,
    paint: &mut Painting,
) {
    if let Some(inner) = inner {
        for span in parser.line(&format!("{}\n", &content[start..]), inner) {
            paint.fill(start + span.range.start..start + span.range.end, span.class);
        }
    }
}

/// The bytes of at most `most` quote marks at the start, painted.
fn quote_marks(content: &str, most: usize, paint: &mut Painting) -> usize {
    let mut at = 0;
    for _ in 0..most {
        let rest = content[at..].trim_start_matches(' ');
        if !rest.starts_with('>') {
            break;
        }
        let mark = content.len() - rest.len();
        paint.fill(mark..mark + 1, Class::Quote);
        at = mark + 1 + usize::from(rest[1..].starts_with(' '));
    }
    at
}

/// A line that is in no code; what is open behind it.
fn text_line(parser: &mut Parser, content: &str, paint: &mut Painting) -> Mode {
    let bytes = content.as_bytes();
    let mut at = quote_marks(content, 64, paint);
    let quotes = bytes[..at].iter().filter(|byte| **byte == b'>').count();
    let base = if quotes > 0 { Class::Quote } else { Class::Text };
    paint.fill_plain(at..content.len(), base);
    loop {
        let rest = content[at..].trim_start_matches([' ', '\t']);
        at = content.len() - rest.len();
        if is_rule(rest) {
            paint.fill(at..content.len(), Class::Frame);
            return Mode::Text;
        }
        let Some(marker) = list_marker(rest) else { break };
        paint.fill(at..at + marker, Class::ListMarker);
        at += marker;
        let task = content[at..].trim_start_matches(' ');
        if ["[ ] ", "[x] ", "[X] "].iter().any(|mark| task.starts_with(mark)) {
            let start = content.len() - task.len();
            paint.fill(start..start + 3, Class::ListMarker);
            at = start + 4;
        }
    }
    let rest = &content[at..];
    let hashes = rest.bytes().take_while(|byte| *byte == b'#').count();
    if (1..=6).contains(&hashes) && rest[hashes..].chars().next().is_none_or(char::is_whitespace) {
        paint.fill(at..at + hashes, Class::Punctuation);
        paint.fill(at + hashes..content.len(), Class::Heading);
        return Mode::Text;
    }
    if let Some(mark) = rest.bytes().next().filter(|byte| matches!(byte, b'`' | b'~')) {
        let length = rest.bytes().take_while(|byte| *byte == mark).count();
        let info = &rest[length..];
        if length >= 3 && !(mark == b'`' && info.contains('`')) {
            paint.fill(at..at + length, Class::Punctuation);
            paint.fill(at + length..content.len(), Class::Attribute);
            let inner = parser.start(info.trim());
            return Mode::Fence { mark, length, quotes, inner };
        }
    }
    let underline = |mark| !rest.is_empty() && rest.trim_end().bytes().all(|byte| byte == mark);
    if underline(b'=') {
        paint.fill(at..content.len(), Class::Punctuation);
        return Mode::Text;
    }
    let table = rest.starts_with('|');
    if table && rest.bytes().all(|byte| b"|-: \t".contains(&byte)) {
        paint.fill(at..content.len(), Class::Frame);
        return Mode::Text;
    }
    if rest.starts_with('[')
        && let Some(end) = rest.find("]:")
        && !rest[1..end].contains(['[', ']'])
    {
        paint.fill(at..at + end + 1, Class::Link);
        paint.fill(at + end + 1..at + end + 2, Class::Punctuation);
        paint.fill(at + end + 2..content.len(), Class::Url);
        return Mode::Text;
    }
    let mode = inline(content, at, base, false, paint);
    if table {
        let mut escaped = false;
        for (index, byte) in bytes.iter().enumerate().skip(at) {
            if *byte == b'|' && !escaped {
                paint.fill_over(index..index + 1, base, Class::Punctuation);
            }
            escaped = *byte == b'\\';
        }
    }
    mode
}

/// The bytes of a list marker with its space.
fn list_marker(rest: &str) -> Option<usize> {
    let digits = rest.bytes().take_while(u8::is_ascii_digit).count();
    let mark = rest.as_bytes().get(digits)?;
    let fits =
        if digits == 0 { b"-*+".contains(mark) } else { digits < 10 && b".)".contains(mark) };
    let after = rest.as_bytes().get(digits + 1);
    (fits && after.is_none_or(|byte| matches!(byte, b' ' | b'\t')))
        .then(|| (digits + 2).min(rest.len()))
}

fn is_rule(rest: &str) -> bool {
    let Some(mark) = rest.bytes().next().filter(|byte| b"-*_".contains(byte)) else { return false };
    let marks = rest.bytes().filter(|byte| *byte == mark).count();
    marks >= 3 && rest.bytes().all(|byte| byte == mark || byte == b' ' || byte == b'\t')
}

/// An open run of `*`, `_` or `~`.
struct Open {
    at: usize,
    mark: u8,
    count: usize,
}

/// Emphasis, code, links and tags from byte `at` on; what is open behind the line.
fn inline(
    content: &str,
    mut at: usize,
    base: Class,
    mut comment: bool,
    paint: &mut Painting,
) -> Mode {
    let bytes = content.as_bytes();
    let mut open: Vec<Open> = Vec::new();
    let mut brackets: Vec<usize> = Vec::new();
    // Lengths of runs of backticks that have no end on this line.
    let mut endless: Vec<usize> = Vec::new();
    // What goes over emphasis, painted at the end.
    let mut over: Vec<(Range<usize>, Class)> = Vec::new();
    let mut no_tag_end = false;
    while at < bytes.len() {
        if comment {
            let end = content[at..].find("-->").map(|end| at + end + 3);
            over.push((at..end.unwrap_or(bytes.len()), Class::Comment));
            let Some(end) = end else { break };
            comment = false;
            at = end;
            continue;
        }
        let byte = bytes[at];
        match byte {
            b'\\' => at += 1 + content[at + 1..].chars().next().map_or(0, char::len_utf8),
            b'`' => {
                let run = run_at(bytes, at);
                let end =
                    if endless.contains(&run) { None } else { code_end(bytes, at + run, run) };
                match end {
                    Some(end) => {
                        over.push((at..end, Class::Code));
                        at = end;
                    }
                    None => {
                        endless.push(run);
                        at += run;
                    }
                }
            }
            b'*' | b'_' | b'~' => {
                let count = run_at(bytes, at);
                emphasis(bytes, at, count, &mut open, base, paint);
                at += count;
            }
            b'[' => {
                brackets.push(at);
                at += 1;
            }
            b']' => {
                let start = brackets.pop();
                at += 1;
                let Some(start) = start else { continue };
                let (left, right) = match bytes.get(at) {
                    Some(b'(') => (b'(', b')'),
                    Some(b'[') => (b'[', b']'),
                    _ => continue,
                };
                let Some(end) = closing(bytes, at, left, right) else { continue };
                let class = if left == b'(' { Class::Url } else { Class::Link };
                over.push((start..start + 1, Class::Punctuation));
                over.push((start + 1..at - 1, Class::Link));
                over.push((at - 1..at + 1, Class::Punctuation));
                over.push((at + 1..end, class));
                over.push((end..end + 1, Class::Punctuation));
                at = end + 1;
            }
            b'<' if content[at..].starts_with("<!--") => comment = true,
            b'<' if !no_tag_end
                && bytes.get(at + 1).is_some_and(|b| b.is_ascii_alphabetic() || *b == b'/') =>
            {
                match content[at..].find('>') {
                    Some(end) => {
                        let inside = &content[at + 1..at + end];
                        let address = inside.contains("://") || inside.starts_with("mailto:");
                        let class = if address { Class::Url } else { Class::Tag };
                        over.push((at..at + end + 1, class));
                        at += end + 1;
                    }
                    None => {
                        no_tag_end = true;
                        at += 1;
                    }
                }
            }
            b'h' if content[at..].starts_with("http://")
                || content[at..].starts_with("https://") =>
            {
                let rest = &content[at..];
                let end =
                    rest.find([' ', '\t', '<', '>', '"', '|', ')', ']']).unwrap_or(rest.len());
                let end =
                    rest[..end].trim_end_matches(['.', ',', ';', ':', '!', '?', '*', '_']).len();
                over.push((at..at + end, Class::Url));
                at += end;
            }
            _ => at += 1,
        }
    }
    for (range, class) in over {
        paint.fill(range, class);
    }
    if comment { Mode::Comment } else { Mode::Text }
}

fn run_at(bytes: &[u8], at: usize) -> usize {
    bytes[at..].iter().take_while(|byte| **byte == bytes[at]).count()
}

/// Where a code span that was opened by `run` backticks ends.
fn code_end(bytes: &[u8], mut at: usize, run: usize) -> Option<usize> {
    while at < bytes.len() {
        if bytes[at] == b'`' {
            let found = run_at(bytes, at);
            at += found;
            if found == run {
                return Some(at);
            }
        } else {
            at += 1;
        }
    }
    None
}

/// Where the bracket at `at` is closed, within a bounded way.
fn closing(bytes: &[u8], at: usize, left: u8, right: u8) -> Option<usize> {
    let mut depth = 0usize;
    for (index, byte) in bytes.iter().enumerate().skip(at).take(1024) {
        if *byte == left {
            depth += 1;
        } else if *byte == right {
            depth -= 1;
            if depth == 0 {
                return Some(index);
            }
        }
    }
    None
}

/// A run of emphasis marks: closes what it can, else opens.
fn emphasis(
    bytes: &[u8],
    at: usize,
    count: usize,
    open: &mut Vec<Open>,
    base: Class,
    paint: &mut Painting,
) {
    let mark = bytes[at];
    let is_space = |byte: Option<&u8>| byte.is_none_or(u8::is_ascii_whitespace);
    let is_word = |byte: Option<&u8>| byte.is_some_and(|b| b.is_ascii_alphanumeric() || *b > 127);
    let before = at.checked_sub(1).and_then(|at| bytes.get(at));
    let after = bytes.get(at + count);
    let inside_word = mark == b'_' && is_word(before) && is_word(after);
    if inside_word || mark == b'~' && count != 2 {
        return;
    }
    let mut left = count;
    if !is_space(before) {
        // A bounded look back: what is further away does not close any more.
        while left > 0
            && let Some(index) = open.iter().rposition(|one| one.mark == mark)
            && open.len() - index <= 16
        {
            let used = if left >= 2 && open[index].count >= 2 { 2 } else { 1 };
            open.truncate(index + 1);
            let start = open[index].at + open[index].count - used;
            let class = match (mark, used) {
                (b'~', _) => Class::Strike,
                (_, 2) => Class::Strong,
                _ => Class::Emphasis,
            };
            let end = at + count - left + used;
            paint.fill_over(start..end, base, class);
            left -= used;
            open[index].count -= used;
            if open[index].count == 0 {
                open.pop();
            }
        }
    }
    if left > 0 && !is_space(after) {
        open.push(Open { at: at + count - left, mark, count: left });
    }
}

/// The class of each byte of a line.
struct Painting {
    classes: Vec<Class>,
}

impl Painting {
    fn new(content: &str) -> Self {
        Self { classes: vec![Class::Text; content.len()] }
    }

    fn fill(&mut self, range: Range<usize>, class: Class) {
        if let Some(part) = self.classes.get_mut(range) {
            part.fill(class);
        }
    }

    fn fill_plain(&mut self, range: Range<usize>, class: Class) {
        if class != Class::Text {
            self.fill(range, class);
        }
    }

    /// Paints what is only `base` so far.
    fn fill_over(&mut self, range: Range<usize>, base: Class, class: Class) {
        for one in self.classes.get_mut(range).unwrap_or_default() {
            if *one == base {
                *one = class;
            }
        }
    }

    fn spans(self) -> Vec<ClassSpan> {
        let mut out = Vec::new();
        let mut at = 0;
        for part in self.classes.chunk_by(|a, b| a == b) {
            if part[0] != Class::Text {
                out.push(ClassSpan { range: at..at + part.len(), class: part[0] });
            }
            at += part.len();
        }
        out
    }
}
