//! One unit of Markdown into lines.

use super::code::{Codes, code_break, code_lines, empty_line, label};
use super::inline::{Break, Run, wrap_runs};
use super::split::{link_name, options};
use super::table::Table;
use super::{Join, Line, Painter, Segment, Style};
use crate::base::Class;
use crate::layout::cells::width;
use pulldown_cmark::{
    BrokenLink, CodeBlockKind, CowStr, Event, HeadingLevel, LinkType, Parser, Tag, TagEnd,
};
use std::collections::BTreeMap;
use std::ops::Range;

pub(super) struct Context<'a> {
    pub width: usize,
    /// Where the unit starts in the source, and where its source ends: what is rendered behind
    /// that was added to close what is open.
    pub base: usize,
    pub limit: usize,
    /// The number of the item, when the unit is one of a numbered list.
    pub number: Option<u64>,
    /// More is to come.
    pub open: bool,
    pub painter: Option<&'a Painter>,
    /// Addresses by the name of the link, from the rest of the text.
    pub links: &'a BTreeMap<String, (String, String)>,
}

/// The fewest columns that text gets; indents and bars give way.
const LEAST: usize = 6;

pub(super) fn render(
    text: &str,
    context: &Context<'_>,
    codes: &mut Codes,
    wanted: &mut Vec<String>,
) -> Vec<Line> {
    let find = |link: BrokenLink<'_>| {
        let name = link_name(&link.reference);
        let found = context.links.get(&name);
        if found.is_none() && !wanted.contains(&name) {
            wanted.push(name);
        }
        found.map(|(address, title)| (CowStr::from(address.clone()), CowStr::from(title.clone())))
    };
    let parser = Parser::new_with_broken_link_callback(text, options(), Some(find));
    let mut renderer = Renderer {
        text,
        context,
        codes,
        out: Vec::new(),
        prefixes: Vec::new(),
        runs: Vec::new(),
        styles: vec![Style::default()],
        numbers: Vec::new(),
        links: Vec::new(),
        code: None,
        html: false,
        table: None,
        last_end: None,
    };
    for (event, range) in parser.into_offset_iter() {
        renderer.event(event, range);
    }
    renderer.flush();
    renderer.out
}

/// What stands left of the lines of a container.
struct Prefix {
    /// Before the first line, until that is drawn.
    first: Option<Segment>,
    rest: Segment,
}

struct Code {
    language: String,
    text: String,
    /// Where parts of the text stand in the source.
    places: Vec<(usize, Range<usize>)>,
}

struct Renderer<'a> {
    text: &'a str,
    context: &'a Context<'a>,
    codes: &'a mut Codes,
    out: Vec<Line>,
    prefixes: Vec<Prefix>,
    runs: Vec<Run>,
    styles: Vec<Style>,
    /// The next number of each open list.
    numbers: Vec<Option<u64>>,
    /// The address of each open link, and the first run of its text.
    links: Vec<(String, usize, bool)>,
    code: Option<Code>,
    html: bool,
    table: Option<Table>,
    /// Where the last block ended, in the text.
    last_end: Option<usize>,
}

fn segment(text: &str, class: Class, frame: bool) -> Segment {
    Segment { text: text.into(), style: Style { class, ..Style::default() }, frame }
}

impl Renderer<'_> {
    fn style(&self) -> Style {
        self.styles.last().copied().unwrap_or_default()
    }

    /// The place of a part of the text in the whole source.
    fn place(&self, part: &Range<usize>) -> Range<usize> {
        let at = |offset: usize| (self.context.base + offset).min(self.context.limit);
        at(part.start)..at(part.end)
    }

    fn event(&mut self, event: Event<'_>, range: Range<usize>) {
        match event {
            Event::Start(tag) => self.start(tag, &range),
            Event::End(tag) => self.end(tag, &range),
            Event::Text(text) => match &mut self.code {
                Some(code) => {
                    code.places.push((code.text.len(), range));
                    code.text.push_str(&text);
                }
                None => self.inline(&text, self.style(), &range),
            },
            Event::Code(text) => {
                let style = Style { class: Class::Code, ..self.style() };
                self.inline(&text, style, &range);
            }
            Event::InlineHtml(text) => {
                let style = Style { class: Class::Tag, ..self.style() };
                self.inline(&text, style, &range);
            }
            Event::Html(text) => {
                let style = Style { class: Class::Tag, ..Style::default() };
                self.inline(text.trim_end_matches(['\n', '\r']), style, &range);
                self.flush();
            }
            Event::SoftBreak => self.inline(" ", self.style(), &range),
            Event::HardBreak => self.flush(),
            Event::Rule => {
                self.block(&range);
                let columns = self.columns();
                let style = Style { class: Class::Frame, ..Style::default() };
                let mut line = empty_line(self.place(&range).start);
                line.push_frame(&"─".repeat(columns), style);
                line.cover(self.place(&range));
                self.emit(line);
                self.ended(&range);
            }
            Event::TaskListMarker(done) => {
                let mark = if done { "[x] " } else { "[ ] " };
                if let Some(prefix) = self.prefixes.last_mut()
                    && prefix.first.is_some()
                {
                    prefix.first = Some(segment(mark, Class::ListMarker, false));
                    prefix.rest = segment("    ", Class::Text, true);
                }
            }
            // Not enabled; shown as they stand.
            Event::FootnoteReference(text) | Event::InlineMath(text) | Event::DisplayMath(text) => {
                self.inline(&text, self.style(), &range);
            }
        }
    }

    fn start(&mut self, tag: Tag<'_>, range: &Range<usize>) {
        let style = self.style();
        match tag {
            Tag::Heading { level, .. } => {
                self.block(range);
                let style = Style { class: Class::Heading, bold: true, ..style };
                self.styles.push(style);
                let marks = level_marks(level);
                let start = self.place(range).start;
                self.runs.push(Run { text: format!("{marks} "), style, source: start..start });
            }
            Tag::BlockQuote(_) => {
                self.block(range);
                let bar = segment("│ ", Class::Quote, true);
                self.prefixes.push(Prefix { first: None, rest: bar });
                self.styles.push(Style { class: Class::Quote, ..style });
            }
            Tag::CodeBlock(kind) => {
                self.block(range);
                let language = match kind {
                    CodeBlockKind::Fenced(info) => {
                        info.split_whitespace().next().unwrap_or("").into()
                    }
                    CodeBlockKind::Indented => String::new(),
                };
                self.code = Some(Code { language, text: String::new(), places: Vec::new() });
            }
            Tag::HtmlBlock => {
                self.block(range);
                self.html = true;
            }
            Tag::List(first) => {
                self.flush();
                let outermost = self.numbers.is_empty() && self.prefixes.is_empty();
                let number = if outermost { self.context.number.or(first) } else { first };
                self.numbers.push(first.and(number));
            }
            Tag::Item => {
                self.block(range);
                let mark = match self.numbers.last_mut() {
                    Some(Some(number)) => {
                        let mark = format!("{number}. ");
                        *number = number.saturating_add(1);
                        mark
                    }
                    _ => "• ".into(),
                };
                self.prefixes.push(Prefix {
                    rest: segment(&" ".repeat(width(&mark, 1)), Class::Text, true),
                    first: Some(segment(&mark, Class::ListMarker, false)),
                });
            }
            Tag::Table(alignments) => {
                self.block(range);
                self.table = Some(Table::new(alignments));
            }
            Tag::TableHead | Tag::TableRow => {
                let place = self.place(range);
                if let Some(table) = &mut self.table {
                    table.row(place);
                }
                if matches!(tag, Tag::TableHead) {
                    self.styles.push(Style { bold: true, ..style });
                }
            }
            Tag::TableCell => self.runs.clear(),
            Tag::Emphasis => self.styles.push(Style {
                italic: true,
                class: inner(style.class, Class::Emphasis),
                ..style
            }),
            Tag::Strong => self.styles.push(Style {
                bold: true,
                class: inner(style.class, Class::Strong),
                ..style
            }),
            Tag::Strikethrough => self.styles.push(Style {
                strike: true,
                class: inner(style.class, Class::Strike),
                ..style
            }),
            Tag::Link { link_type, dest_url, .. } => {
                let shown = !matches!(link_type, LinkType::Autolink | LinkType::Email);
                self.links.push((dest_url.to_string(), self.runs.len(), shown));
                self.styles.push(Style { class: Class::Link, underline: true, ..style });
            }
            Tag::Image { dest_url, .. } => {
                self.links.push((dest_url.to_string(), self.runs.len(), true));
                let style = Style { class: Class::Link, ..style };
                self.inline("[image: ", style, &(range.start..range.start));
                self.styles.push(style);
            }
            Tag::Paragraph => self.block(range),
            // Not enabled.
            Tag::FootnoteDefinition(_)
            | Tag::DefinitionList
            | Tag::DefinitionListTitle
            | Tag::DefinitionListDefinition
            | Tag::Superscript
            | Tag::Subscript
            | Tag::MetadataBlock(_) => {
                self.block(range);
                self.styles.push(style);
            }
        }
    }

    fn end(&mut self, tag: TagEnd, range: &Range<usize>) {
        match tag {
            TagEnd::Paragraph => self.flush(),
            TagEnd::HtmlBlock => {
                self.flush();
                self.html = false;
            }
            TagEnd::Heading(_) => {
                self.flush();
                self.styles.pop();
            }
            TagEnd::BlockQuote(_) => {
                self.flush();
                self.prefixes.pop();
                self.styles.pop();
            }
            TagEnd::CodeBlock => self.code_block(range),
            TagEnd::List(_) => {
                self.flush();
                self.numbers.pop();
            }
            TagEnd::Item => {
                self.flush();
                if self.prefixes.last().is_some_and(|prefix| prefix.first.is_some()) {
                    let mut line = empty_line(self.place(range).start);
                    line.cover(self.place(range));
                    self.emit(line);
                }
                self.prefixes.pop();
            }
            TagEnd::Table => {
                if let Some(table) = self.table.take() {
                    for line in table.lines(self.columns()) {
                        self.emit(line);
                    }
                }
            }
            TagEnd::TableHead => {
                self.styles.pop();
            }
            TagEnd::TableRow => {}
            TagEnd::TableCell => {
                let runs = std::mem::take(&mut self.runs);
                if let Some(table) = &mut self.table {
                    table.cell(runs);
                }
                return;
            }
            TagEnd::Link => {
                self.styles.pop();
                self.link_end(range);
                return;
            }
            TagEnd::Image => {
                self.inline("]", self.style(), &(range.end..range.end));
                self.styles.pop();
                self.link_end(range);
                return;
            }
            TagEnd::Emphasis | TagEnd::Strong | TagEnd::Strikethrough => {
                self.styles.pop();
                return;
            }
            TagEnd::FootnoteDefinition
            | TagEnd::DefinitionList
            | TagEnd::DefinitionListTitle
            | TagEnd::DefinitionListDefinition
            | TagEnd::Superscript
            | TagEnd::Subscript
            | TagEnd::MetadataBlock(_) => {
                self.flush();
                self.styles.pop();
            }
        }
        self.ended(range);
    }

    /// Shows the address behind a link's text, when it says more than the text.
    fn link_end(&mut self, range: &Range<usize>) {
        let Some((address, first, shown)) = self.links.pop() else { return };
        let text: String = self.runs.iter().skip(first).map(|run| run.text.as_str()).collect();
        if shown && !address.is_empty() && text != address {
            let style = Style { class: Class::Url, ..self.style() };
            self.inline(&format!(" ({address})"), style, &(range.end..range.end));
        }
    }

    fn code_block(&mut self, range: &Range<usize>) {
        let Some(code) = self.code.take() else { return };
        let columns = self.columns();
        if let Some(line) = label(&code.language, self.place(range).start, columns) {
            self.emit(line);
        }
        let spans =
            self.codes.paint(&code.language, &code.text, self.context.open, self.context.painter);
        let how = code_break(&code.language);
        let mut at = 0;
        for (index, line) in code.text.lines().enumerate() {
            // The place of the part of the source that the line starts in.
            let part = code.places.partition_point(|(start, _)| *start <= at).saturating_sub(1);
            let place = code
                .places
                .get(part)
                .map_or(range.start, |(start, place)| (place.start + (at - start)).min(place.end));
            let spans = spans.get(index).map_or(&[][..], Vec::as_slice);
            let place = self.place(&(place..place)).start;
            for mut line in code_lines(line, spans, place, (columns, how)) {
                line.source.end = line.source.end.min(self.context.limit);
                line.source.start = line.source.start.min(line.source.end);
                self.emit(line);
            }
            at += line.len() + 1;
        }
    }

    fn inline(&mut self, text: &str, style: Style, range: &Range<usize>) {
        let source = self.place(range);
        self.runs.push(Run { text: text.into(), style, source });
    }

    /// A block starts: what stood before it is drawn, and an empty line when the source has one.
    fn block(&mut self, range: &Range<usize>) {
        self.flush();
        let Some(end) = self.last_end else { return };
        let between = self.text.get(end..range.start).unwrap_or("");
        // The first line of an item stands beside its mark.
        let begun = self.prefixes.last().is_none_or(|prefix| prefix.first.is_none());
        if begun && between.matches('\n').count() > 1 {
            self.emit(empty_line(self.place(&(end..end)).start));
        }
        self.last_end = None;
    }

    fn ended(&mut self, range: &Range<usize>) {
        let content = self.text.get(range.clone()).unwrap_or("");
        let content = content.trim_end_matches(['\n', '\r', ' ', '\t', '>']);
        self.last_end = Some((range.start + content.len()).max(self.last_end.unwrap_or(0)));
    }

    /// The columns that are left for text.
    fn columns(&self) -> usize {
        let taken: usize = self.shown_prefixes().map(|prefix| width(&prefix.rest.text, 1)).sum();
        self.context.width.saturating_sub(taken).max(1)
    }

    /// The innermost prefixes that leave columns for text.
    fn shown_prefixes(&self) -> impl Iterator<Item = &Prefix> {
        let mut taken = 0;
        let shown = self
            .prefixes
            .iter()
            .rev()
            .take_while(|prefix| {
                taken += width(&prefix.rest.text, 1);
                taken + LEAST <= self.context.width
            })
            .count();
        self.prefixes.iter().skip(self.prefixes.len() - shown)
    }

    /// Draws the runs that were collected.
    fn flush(&mut self) {
        if self.runs.is_empty() || self.table.is_some() {
            return;
        }
        let runs = std::mem::take(&mut self.runs);
        let end = runs.iter().map(|run| run.source.end).max();
        for line in wrap_runs(&runs, self.columns(), Break::Words) {
            self.emit(line);
        }
        self.last_end = end.map(|end| end - self.context.base);
    }

    fn emit(&mut self, line: Line) {
        let mut out = Line { segments: Vec::new(), source: line.source, join: line.join };
        let shown = self.shown_prefixes().count();
        let skipped = self.prefixes.len() - shown;
        for (index, prefix) in self.prefixes.iter_mut().enumerate() {
            let first = prefix.first.take();
            if index >= skipped {
                let segment = first.as_ref().unwrap_or(&prefix.rest);
                if segment.frame {
                    out.push_frame(&segment.text, segment.style);
                } else {
                    out.push(&segment.text, segment.style);
                }
            }
        }
        if line.segments.is_empty() {
            // No space at the end of an empty line.
            if let Some(last) = out.segments.last_mut() {
                last.text.truncate(last.text.trim_end().len());
                if last.text.is_empty() {
                    out.segments.pop();
                }
            }
        }
        let joins = out.join != Join::Line && self.out.is_empty();
        if joins {
            out.join = Join::Line;
        }
        out.segments.extend(line.segments);
        self.out.push(out);
    }
}

/// The class inside a heading, quote or link stays theirs; the letters change.
fn inner(around: Class, class: Class) -> Class {
    if around == Class::Text { class } else { around }
}

fn level_marks(level: HeadingLevel) -> &'static str {
    match level {
        HeadingLevel::H1 => "#",
        HeadingLevel::H2 => "##",
        HeadingLevel::H3 => "###",
        HeadingLevel::H4 => "####",
        HeadingLevel::H5 => "#####",
        HeadingLevel::H6 => "######",
    }
}
