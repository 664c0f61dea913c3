//! Markdown as markup: what a message or a decision says. HTML in it is text, links lead to the web
//! and to mail only, and pictures are words.

use super::escape::Html;
use pulldown_cmark::{Alignment, CodeBlockKind, Event, Options, Parser, Tag, TagEnd};

/// How deep elements stand in each other; what is deeper stands in the last of them.
const DEPTH: usize = 40;

/// Renders Markdown. With `breaks` every line of the source is a line of the page, as people mean
/// what they type.
pub fn marked(text: &str, breaks: bool, out: &mut Html) {
    let options =
        Options::ENABLE_TABLES | Options::ENABLE_TASKLISTS | Options::ENABLE_STRIKETHROUGH;
    let (open, columns) = (Vec::new(), Vec::new());
    let mut page = Page { out, open, columns, column: 0, head: false, breaks };
    for event in Parser::new_ext(text, options) {
        page.event(event);
    }
    while page.open.pop().is_some_and(|tags| page.close(tags)) {}
}

struct Page<'a> {
    out: &'a mut Html,
    /// Of each part that is open the elements it stands in.
    open: Vec<&'static [&'static str]>,
    columns: Vec<Alignment>,
    column: usize,
    head: bool,
    breaks: bool,
}

impl Page<'_> {
    fn close(&mut self, tags: &'static [&'static str]) -> bool {
        for tag in tags.iter().rev() {
            self.out.close(tag);
        }
        true
    }

    /// Opens elements, the first with an attribute where there is one.
    fn open(&mut self, tags: &'static [&'static str], attribute: Option<(&'static str, &str)>) {
        let tags = if self.open.len() < DEPTH { tags } else { &[] };
        for (index, tag) in tags.iter().enumerate() {
            match attribute.filter(|_| index == 0) {
                Some(attribute) => self.out.open(tag, &[attribute]),
                None => self.out.open(tag, &[]),
            }
        }
        self.open.push(tags);
    }

    fn event(&mut self, event: Event<'_>) {
        match event {
            Event::Start(tag) => self.start(tag),
            Event::End(end) => {
                if matches!(end, TagEnd::TableHead) {
                    self.head = false;
                }
                if let Some(tags) = self.open.pop() {
                    self.close(tags);
                }
            }
            Event::Text(text) | Event::Html(text) | Event::InlineHtml(text) => {
                self.out.text(&text);
            }
            Event::Code(text) => self.out.element("code", &[], &text),
            Event::InlineMath(text) | Event::DisplayMath(text) => self.out.text(&text),
            Event::FootnoteReference(name) => self.out.text(&format!("[{name}]")),
            Event::SoftBreak if self.breaks => self.out.open("br", &[]),
            Event::SoftBreak => self.out.text("\n"),
            Event::HardBreak => self.out.open("br", &[]),
            Event::Rule => self.out.open("hr", &[]),
            Event::TaskListMarker(done) => self.out.text(if done { "☑ " } else { "☐ " }),
        }
    }

    fn start(&mut self, tag: Tag<'_>) {
        match tag {
            Tag::Paragraph | Tag::HtmlBlock => self.open(&["p"], None),
            // The page's own headings are above these.
            Tag::Heading { level, .. } => match level as usize {
                1 => self.open(&["h4"], None),
                2 => self.open(&["h5"], None),
                _ => self.open(&["h6"], None),
            },
            Tag::BlockQuote(_) => self.open(&["blockquote"], None),
            Tag::CodeBlock(kind) => {
                let language = match &kind {
                    CodeBlockKind::Fenced(words) => words.split([' ', ',']).next(),
                    CodeBlockKind::Indented => None,
                };
                let language = language.filter(|language| !language.is_empty());
                self.open(&["pre", "code"], language.map(|language| ("data-language", language)));
            }
            Tag::List(None) => self.open(&["ul"], None),
            Tag::List(Some(first)) => self.open(&["ol"], Some(("start", &first.to_string()))),
            Tag::Item => self.open(&["li"], None),
            Tag::Table(columns) => {
                self.columns = columns;
                self.open(&["div", "table"], Some(("class", "wide")));
            }
            Tag::TableHead => {
                (self.column, self.head) = (0, true);
                self.open(&["thead", "tr"], None);
            }
            Tag::TableRow => {
                self.column = 0;
                self.open(&["tr"], None);
            }
            Tag::TableCell => {
                let side = match self.columns.get(self.column) {
                    Some(Alignment::Center) => Some(("class", "center")),
                    Some(Alignment::Right) => Some(("class", "right")),
                    _ => None,
                };
                self.column += 1;
                self.open(if self.head { &["th"] } else { &["td"] }, side);
            }
            Tag::Emphasis => self.open(&["em"], None),
            Tag::Strong => self.open(&["strong"], None),
            Tag::Strikethrough => self.open(&["del"], None),
            Tag::Link { dest_url, .. } => self.link(&dest_url),
            Tag::Image { dest_url, .. } => {
                self.link(&dest_url);
                self.out.text("picture: ");
            }
            _ => self.open(&[], None),
        }
    }

    fn link(&mut self, address: &str) {
        if !leads_out(address) || self.open.len() >= DEPTH {
            return self.open(&[], None);
        }
        // A link in a link is none.
        if self.open.iter().any(|tags| tags.first() == Some(&"a")) {
            return self.open(&[], None);
        }
        self.out.open("a", &[("href", address), ("rel", "noopener noreferrer")]);
        self.open.push(&["a"]);
    }
}

/// Whether an address may be followed from a page.
pub fn leads_out(address: &str) -> bool {
    let plain = address.chars().all(|one| !one.is_control() && !one.is_whitespace());
    let small = address.get(..8).unwrap_or(address).to_ascii_lowercase();
    plain && ["http://", "https://", "mailto:"].iter().any(|scheme| small.starts_with(scheme))
}
