//! Markdown as lines of styled text, while it still arrives.
//!
//! The text is cut into units (blocks, and the items of lists). A unit that can't change any more
//! is rendered once; each piece that arrives costs the last unit only. Every unit is rendered from
//! its own part of the source, so the result does not depend on the pieces. Colours and the
//! terminal are not known here; code is highlighted by what the caller hands in.

mod code;
mod inline;
mod render;
mod split;
mod table;

use crate::base::{Class, ClassSpan};
use code::Fence;
use render::{Context, render};
use split::{Unit, UnitKind, closers, held_back, split};
use std::collections::BTreeMap;
use std::fmt;
use std::ops::Range;
use std::rc::Rc;

/// Highlights one piece of code, line by line (without line ends); spans in bytes of the line.
pub type Paint = Box<dyn FnMut(&str) -> Vec<ClassSpan>>;

/// Starts to highlight code in the language that a fence names; `None` when it is not known.
pub type Painter = Rc<dyn Fn(&str) -> Option<Paint>>;

/// How a run of text looks.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Style {
    pub class: Class,
    pub bold: bool,
    pub italic: bool,
    pub strike: bool,
    pub underline: bool,
}

/// A run of one style. Its text has no control characters and no line ends.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Segment {
    pub text: String,
    pub style: Style,
    /// Drawn, and not part of what is copied: indents, quote bars, rules.
    pub frame: bool,
}

/// How a line joins the one before it when text is copied.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Join {
    /// It is a line of its own.
    Line,
    /// The line before was wrapped at a space.
    Space,
    /// The line before was broken inside a word.
    Tight,
}

/// One line of the screen; never wider than the view.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Line {
    pub segments: Vec<Segment>,
    /// The bytes of the source it shows; empty for lines between blocks.
    pub source: Range<usize>,
    pub join: Join,
}

impl Line {
    /// What is drawn, without styles.
    pub fn text(&self) -> String {
        self.segments.iter().map(|segment| segment.text.as_str()).collect()
    }

    fn is_frame(&self) -> bool {
        !self.segments.is_empty() && self.segments.iter().all(|segment| segment.frame)
    }
}

/// A Markdown text at a width.
pub struct MarkdownView {
    width: usize,
    source: String,
    /// More is to come: what is incomplete is shown in the way it will most likely end.
    open: bool,
    painter: Option<Painter>,
    lines: Vec<Line>,
    /// Lines that stay as they are, and where the source of the others starts.
    settled: usize,
    settled_to: usize,
    /// Source up to here has been cut into units.
    split_to: usize,
    /// Where the last settled unit ended, to see empty lines behind it.
    last_end: Option<usize>,
    /// The number of the list item at `settled_to`, when it goes on with a list.
    number: Option<u64>,
    /// The fenced code that is open at `settled_to`.
    fence: Option<Fence>,
    /// Link definitions, and names that were looked for and not found.
    links: BTreeMap<String, (String, String)>,
    wanted: Vec<String>,
    codes: code::Codes,
    /// Whether `lines` shows the source as it is now.
    current: bool,
}

impl fmt::Debug for MarkdownView {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("MarkdownView")
            .field("width", &self.width)
            .field("source", &self.source)
            .field("open", &self.open)
            .finish_non_exhaustive()
    }
}

impl MarkdownView {
    /// An empty text, `width` columns wide (0 counts as 1).
    pub fn new(width: usize) -> Self {
        Self {
            width: width.max(1),
            source: String::new(),
            open: false,
            painter: None,
            lines: Vec::new(),
            settled: 0,
            settled_to: 0,
            split_to: 0,
            last_end: None,
            number: None,
            fence: None,
            links: BTreeMap::new(),
            wanted: Vec::new(),
            codes: code::Codes::default(),
            current: true,
        }
    }

    /// Replaces the whole text by a complete one.
    pub fn set_text(&mut self, text: &str) {
        self.source = text.into();
        self.open = false;
        self.restart();
    }

    /// Appends a piece of a text that is not complete yet. Costs next to nothing until the lines
    /// are asked for.
    pub fn push(&mut self, piece: &str) {
        self.source.push_str(piece);
        self.open = true;
        self.current = false;
    }

    /// The text is complete.
    pub fn finish(&mut self) {
        if self.open {
            self.open = false;
            self.current = false;
        }
    }

    /// The Markdown source.
    pub fn source(&self) -> &str {
        &self.source
    }

    /// Columns of a line.
    pub fn width(&self) -> usize {
        self.width
    }

    /// Another width: everything is wrapped anew when lines are next asked for.
    pub fn set_width(&mut self, width: usize) {
        if self.width != width.max(1) {
            self.width = width.max(1);
            self.restart();
        }
    }

    /// What highlights fenced code; without, code is one colour.
    pub fn set_painter(&mut self, painter: Option<Painter>) {
        self.painter = painter;
        self.restart();
    }

    fn restart(&mut self) {
        self.lines.clear();
        self.settled = 0;
        self.settled_to = 0;
        self.split_to = 0;
        self.last_end = None;
        self.number = None;
        self.fence = None;
        self.links.clear();
        self.wanted.clear();
        self.codes.clear();
        self.current = false;
    }

    /// All lines.
    pub fn lines(&mut self) -> &[Line] {
        self.update();
        &self.lines
    }

    /// How many lines there are.
    pub fn height(&mut self) -> usize {
        self.update();
        self.lines.len()
    }

    /// The text between two cells (line, column; the second is left out) as it is read: wrapped
    /// lines joined, without what only frames it.
    pub fn copy(&mut self, from: (usize, usize), to: (usize, usize)) -> String {
        self.update();
        let (from, to) = (from.min(to), from.max(to));
        let mut out = String::new();
        let mut first = true;
        for (index, line) in self.lines.iter().enumerate().take(to.0 + 1).skip(from.0) {
            if line.is_frame() {
                continue;
            }
            if !first {
                out.push_str(match line.join {
                    Join::Line => "\n",
                    Join::Space => " ",
                    Join::Tight => "",
                });
            }
            first = false;
            let left = if index == from.0 { from.1 } else { 0 };
            let right = if index == to.0 { to.1 } else { usize::MAX };
            let mut col = 0;
            for segment in &line.segments {
                for cell in super::cells::cells(&segment.text) {
                    if !segment.frame && col >= left && col < right {
                        out.push_str(&cell.text);
                    }
                    col += cell.width;
                }
            }
        }
        out
    }

    fn update(&mut self) {
        if self.current {
            return;
        }
        self.current = true;
        self.lines.truncate(self.settled);
        loop {
            if let Some(mut fence) = self.fence.take() {
                let closed = self.feed(&mut fence);
                if !closed {
                    self.fence = Some(fence);
                    return;
                }
                continue;
            }
            if !self.settle() {
                break;
            }
        }
        self.show_rest();
    }

    /// Cuts what arrived in whole lines into units and renders those that are complete; whether a
    /// fence was met that goes on by itself.
    fn settle(&mut self) -> bool {
        let whole = if self.open {
            self.source.rfind('\n').map_or(0, |end| end + 1)
        } else {
            self.source.len()
        };
        if whole <= self.split_to || whole <= self.settled_to {
            return false;
        }
        self.split_to = whole;
        let (units, links) = split(&self.source, self.settled_to..whole, self.number);
        let mut renewed = false;
        for (name, link) in links {
            if !self.links.contains_key(&name) {
                renewed |= self.wanted.contains(&name);
                self.links.insert(name, link);
            }
        }
        if renewed {
            // Links before this place get their address now.
            let links = std::mem::take(&mut self.links);
            self.restart();
            self.links = links;
            self.current = true;
            return true;
        }
        let Some((last, complete)) = units.split_last() else { return false };
        for (index, unit) in complete.iter().enumerate() {
            let end = complete.get(index + 1).unwrap_or(last).range.start;
            self.codes.clear();
            self.show(unit, end, "", false);
            self.settled = self.lines.len();
        }
        if !complete.is_empty() {
            self.codes.clear();
        }
        self.settled_to = last.range.start;
        self.number = match last.kind {
            UnitKind::Item(number) => number,
            _ => None,
        };
        if last.kind == UnitKind::Fence
            && let Some(fence) = Fence::open(&self.source, last.range.start, self.painter.as_ref())
        {
            self.gap(last.range.start);
            self.lines.extend(fence.label(self.width));
            self.settled = self.lines.len();
            self.settled_to = fence.at;
            self.fence = Some(fence);
            return true;
        }
        false
    }

    /// Renders the source that may still change.
    fn show_rest(&mut self) {
        let mut end = self.source.len();
        if self.open {
            end = end.min(self.settled_to + held_back(&self.source[self.settled_to..]));
        }
        if self.source[self.settled_to..end].trim().is_empty() {
            return;
        }
        let closing =
            if self.open { closers(&self.source[self.settled_to..end]) } else { String::new() };
        let text_end = if closing.is_empty() {
            end
        } else {
            self.settled_to + self.source[self.settled_to..end].trim_end().len()
        };
        let last_end = self.last_end;
        let (units, _) = split(&self.source, self.settled_to..text_end, self.number);
        self.codes.rewind();
        for (index, unit) in units.iter().enumerate() {
            match units.get(index + 1) {
                Some(next) => self.show(unit, next.range.start, "", self.open),
                None => self.show(unit, text_end, &closing, self.open),
            }
        }
        self.last_end = last_end;
    }

    /// Renders one unit whose source ends at `end`, with `closing` put behind it;
    /// `open` when more of it may come.
    fn show(&mut self, unit: &Unit, end: usize, closing: &str, open: bool) {
        self.gap(unit.range.start);
        if unit.kind == UnitKind::Fence
            && let Some(mut fence) =
                Fence::open(&self.source[..end], unit.range.start, self.painter.as_ref())
        {
            self.lines.extend(fence.label(self.width));
            fence.feed(&self.source[..end], false, self.width, &mut self.lines);
            self.last_end = Some(fence.end);
            return;
        }
        let source = &self.source[unit.range.start..end];
        let content = source.trim_end();
        self.last_end = Some(unit.range.start + content.len());
        let closed;
        let text = if closing.is_empty() {
            source
        } else {
            closed = format!("{content}{closing}");
            &closed
        };
        let context = Context {
            width: self.width,
            base: unit.range.start,
            limit: end,
            number: match unit.kind {
                UnitKind::Item(number) => number,
                _ => None,
            },
            open,
            painter: self.painter.as_ref(),
            links: &self.links,
        };
        let lines = render(text, &context, &mut self.codes, &mut self.wanted);
        self.lines.extend(lines);
    }

    /// An empty line when the source has one before `start`.
    fn gap(&mut self, start: usize) {
        let Some(end) = self.last_end else { return };
        let between = self.source.get(end..start).unwrap_or("");
        if between.matches('\n').count() > 1 {
            self.lines.push(Line { segments: Vec::new(), source: end..end, join: Join::Line });
        }
    }

    /// Goes on with an open fence; whether it was closed.
    fn feed(&mut self, fence: &mut Fence) -> bool {
        let closed = fence.feed(&self.source, self.open, self.width, &mut self.lines);
        self.settled = fence.settled(self.lines.len());
        self.settled_to = fence.at;
        self.split_to = self.split_to.max(fence.at);
        if closed {
            self.split_to = fence.at;
            self.last_end = Some(fence.end);
        }
        closed
    }
}
