//! Code: fences that arrive line by line, and what was highlighted already.

use super::inline::{Break, Run, wrap_runs};
use super::{Join, Line, Paint, Painter, Style};
use crate::base::{Class, ClassSpan};
use std::ops::Range;

/// Lines of one piece of code that are highlighted; more are plain.
const MOST_PAINTED: usize = 4000;
/// The indent of code.
const INDENT: &str = "  ";

/// Fenced code that is in no other block.
pub(super) struct Fence {
    /// Where the first line stands that is not rendered for good.
    pub at: usize,
    /// Where the fence ends, once it is closed.
    pub end: usize,
    mark: u8,
    length: usize,
    indent: usize,
    language: String,
    paint: Option<Paint>,
    painted: usize,
    /// Lines at the end of the view that are shown for now.
    passing: usize,
}

impl Fence {
    /// Reads the opening line at `start`; `None` when it is none, or not complete.
    pub fn open(source: &str, start: usize, painter: Option<&Painter>) -> Option<Self> {
        let (line, end) = match source[start..].find('\n') {
            Some(end) => (&source[start..start + end], start + end + 1),
            None => (&source[start..], source.len()),
        };
        let content = line.trim_start_matches(' ');
        let indent = line.len() - content.len();
        let mark = content.bytes().next().filter(|byte| matches!(byte, b'`' | b'~'))?;
        let length = content.bytes().take_while(|byte| *byte == mark).count();
        let info = content[length..].trim();
        if length < 3 || indent > 3 || mark == b'`' && info.contains('`') {
            return None;
        }
        let language: String = info.split_whitespace().next().unwrap_or("").into();
        let paint = painter.and_then(|painter| painter(&language));
        Some(Self {
            at: end,
            end: end.min(start + line.trim_end().len()),
            mark,
            length,
            indent,
            language,
            paint,
            painted: 0,
            passing: 0,
        })
    }

    /// The line that names the language.
    pub fn label(&self, width: usize) -> Option<Line> {
        label(&self.language, self.at, width)
    }

    /// Renders the lines that arrived; whether the fence was closed. `self.at` is then behind it.
    pub fn feed(&mut self, source: &str, open: bool, width: usize, lines: &mut Vec<Line>) -> bool {
        let how = code_break(&self.language);
        self.passing = 0;
        while self.at < source.len() {
            let rest = &source[self.at..];
            let (line, whole) = match rest.find('\n') {
                Some(end) => (&rest[..end], true),
                None => (rest, false),
            };
            let line = line.strip_suffix('\r').unwrap_or(line);
            let next =
                (self.at + line.len() + rest[line.len()..].find('\n').map_or(0, |at| at + 1))
                    .min(source.len());
            if (whole || !open) && self.closes(line) {
                self.end = self.at + line.len();
                self.at = if whole { next } else { source.len() };
                return true;
            }
            let spaces = line.len() - line.trim_start_matches(' ').len();
            let text = &line[spaces.min(self.indent)..];
            let start = self.at + spaces.min(self.indent);
            if whole {
                let spans = self.paint(text);
                lines.extend(code_lines(text, &spans, start, (width, how)));
                self.at = next;
                continue;
            }
            // The last line may go on, or be the beginning of the closing fence.
            let closing = open
                && !line.trim().is_empty()
                && line.trim().bytes().all(|byte| byte == self.mark);
            if !closing {
                let spans = if open { Vec::new() } else { self.paint(text) };
                let last = code_lines(text, &spans, start, (width, how));
                if open {
                    self.passing = last.len();
                } else {
                    self.at = source.len();
                }
                lines.extend(last);
            }
            break;
        }
        false
    }

    /// How many of `lines` lines stay as they are.
    pub fn settled(&self, lines: usize) -> usize {
        lines - self.passing
    }

    fn closes(&self, line: &str) -> bool {
        let content = line.trim_start_matches(' ');
        let marks = content.bytes().take_while(|byte| *byte == self.mark).count();
        line.len() - content.len() <= 3
            && marks >= self.length
            && content[marks..].trim_matches([' ', '\t']).is_empty()
    }

    fn paint(&mut self, line: &str) -> Vec<ClassSpan> {
        self.painted += 1;
        match &mut self.paint {
            Some(paint) if self.painted <= MOST_PAINTED => paint(line),
            _ => Vec::new(),
        }
    }
}

/// The line that names a language, when there is one.
pub(super) fn label(language: &str, at: usize, width: usize) -> Option<Line> {
    if language.is_empty() {
        return None;
    }
    let style = Style { class: Class::Frame, ..Style::default() };
    let run = Run { text: format!("── {language}"), style, source: at..at };
    let mut line = wrap_runs(&[run], width, Break::Cells).into_iter().next()?;
    line.segments.iter_mut().for_each(|segment| segment.frame = true);
    line.source = at..at;
    Some(line)
}

/// Languages in fences that are prose, or may be: what an edit changes, and what names none.
const PROSE: &[&str] = &[
    "",
    "diff",
    "text",
    "txt",
    "plain",
    "plaintext",
    "markdown",
    "md",
    "rst",
    "org",
    "adoc",
    "asciidoc",
    "tex",
    "latex",
    "email",
];

/// Where lines of a language may break.
pub(super) fn code_break(language: &str) -> Break {
    let prose = PROSE.iter().any(|one| language.eq_ignore_ascii_case(one));
    if prose { Break::Words } else { Break::Cells }
}

/// One line of code as lines of the view.
pub(super) fn code_lines(
    text: &str,
    spans: &[ClassSpan],
    at: usize,
    (width, how): (usize, Break),
) -> Vec<Line> {
    let indent = if width >= 12 { INDENT } else { "" };
    let runs = code_runs(text, spans, at..at + text.len());
    let mut lines = wrap_runs(&runs, width - indent.len(), how);
    for line in &mut lines {
        if line.source.is_empty() {
            line.source = at..at;
        }
        if !indent.is_empty() {
            let mut framed = Line { segments: Vec::new(), ..line.clone() };
            framed.push_frame(indent, Style::default());
            framed.segments.append(&mut line.segments);
            *line = framed;
        }
    }
    lines
}

/// One line of code as runs; `source` is its place.
pub(super) fn code_runs(text: &str, spans: &[ClassSpan], source: Range<usize>) -> Vec<Run> {
    let mut runs = Vec::new();
    let mut push = |part: Range<usize>, class| {
        let Some(text) = text.get(part.clone()).filter(|text| !text.is_empty()) else { return };
        let style = Style { class, ..Style::default() };
        let place = source.start + part.start..source.start + part.end;
        runs.push(Run { text: text.into(), style, source: place });
    };
    let mut at = 0;
    for span in spans {
        if span.range.start >= at && text.is_char_boundary(span.range.end.min(text.len())) {
            push(at..span.range.start, Class::Code);
            push(span.range.start..span.range.end.min(text.len()), span.class);
            at = span.range.end.min(text.len());
        }
    }
    push(at..text.len(), Class::Code);
    runs
}

/// The code inside one unit that was highlighted at the last rendering, so that rendering the unit
/// again highlights only what is new.
#[derive(Default)]
pub(super) struct Codes {
    known: Vec<Known>,
    next: usize,
}

struct Known {
    language: String,
    paint: Option<Paint>,
    lines: Vec<(String, Vec<ClassSpan>)>,
}

impl Codes {
    pub fn clear(&mut self) {
        self.known.clear();
        self.next = 0;
    }

    /// The unit is rendered from its start again.
    pub fn rewind(&mut self) {
        self.next = 0;
    }

    /// The spans of the next piece of code; a last line that may go on stays plain.
    pub fn paint(
        &mut self,
        language: &str,
        code: &str,
        open: bool,
        painter: Option<&Painter>,
    ) -> Vec<Vec<ClassSpan>> {
        let index = self.next;
        self.next += 1;
        let Some(painter) = painter else { return Vec::new() };
        let language = language.split_whitespace().next().unwrap_or("");
        let whole = if open { code.rfind('\n').map_or(0, |end| end + 1) } else { code.len() };
        let lines: Vec<&str> = code[..whole].lines().take(MOST_PAINTED).collect();
        let fits = self.known.get(index).is_some_and(|known| {
            known.language == language
                && known.lines.len() <= lines.len()
                && known.lines.iter().zip(&lines).all(|((old, _), new)| old == new)
        });
        if !fits {
            self.known.truncate(index);
            let paint = painter(language);
            self.known.push(Known { language: language.into(), paint, lines: Vec::new() });
        }
        let Some(known) = self.known.get_mut(index) else { return Vec::new() };
        let Some(paint) = &mut known.paint else { return Vec::new() };
        for line in lines.iter().skip(known.lines.len()) {
            known.lines.push(((*line).into(), paint(line)));
        }
        known.lines.iter().map(|(_, spans)| spans.clone()).collect()
    }
}

/// A line without text.
pub(super) fn empty_line(at: usize) -> Line {
    Line { segments: Vec::new(), source: at..at, join: Join::Line }
}
