//! A document on a page: its lines, each character in the colour of who wrote it.

use super::Places;
use super::authors::Authors;
use super::escape::Html;
use crate::base::when::minute;
use crate::base::{DocId, EventId};
use crate::event::How;
use crate::report::blame::{Part, author_of, blame_lines, hand_word};
use crate::report::trace::Traced;
use crate::session::{Again, Hand, Session, Written};
use std::collections::BTreeMap;

/// The most lines of a document that are on a page.
const LINES: usize = 20_000;
/// And the most characters.
const CHARS: usize = 1_000_000;

/// Writes the section of one document.
pub fn section(
    session: &Session,
    doc: &DocId,
    traced: &Traced,
    number: usize,
    (authors, places): (&Authors, &Places),
    out: &mut Html,
) {
    let Some(entry) = session.documents.get(doc) else { return };
    let (id, heading) = (format!("t{number}"), format!("t{number}-name"));
    let index = number.to_string();
    let attributes = [
        ("id", id.as_str()),
        ("class", "document"),
        ("aria-labelledby", heading.as_str()),
        ("data-doc", index.as_str()),
    ];
    out.open("section", &attributes);
    let name = if entry.name.is_empty() { "Untitled" } else { entry.name.as_str() };
    out.element("h2", &[("id", &heading)], name);
    legend(session, traced, authors, out);
    let lines = blame_lines(traced, 1, LINES);
    if lines.is_empty() {
        out.element("p", &[("class", "note")], "The document is empty.");
    }
    let mut shown = 0;
    out.open("ol", &[("class", "lines")]);
    for line in &lines {
        if shown >= CHARS {
            break;
        }
        // Without its end, and no further than a page goes.
        let (start, whole) =
            (traced.text.line_to_char(line.number - 1), traced.text.line(line.number - 1));
        let content = start + content(whole);
        shown = (start + whole.len_chars()).min(CHARS);
        let end = content.min(CHARS);
        let id = format!("t{number}-{}", line.number);
        out.open("li", &[("id", &id)]);
        out.element("span", &[("class", "n"), ("aria-hidden", "true")], &line.number.to_string());
        match line.main().filter(|_| !line.text.trim().is_empty()) {
            Some(main) => {
                let who = author_of(session, main.run);
                let look = authors.look(main.run.hand, who);
                let class = format!("g {}", look.class);
                let attributes = [("class", class.as_str()), ("role", "img"), ("aria-label", who)];
                out.element("span", &attributes, &look.sign);
            }
            None => out.element("span", &[("class", "g")], ""),
        }
        out.open("span", &[("class", "c")]);
        for part in &line.parts {
            run(session, (part, end), &traced.text, (authors, places), out);
        }
        for decision in line.decisions() {
            if let Some(anchor) = places.get(&decision) {
                let title = session.decisions.get(&decision).map_or("", |one| one.title());
                let (to, title) = (format!("#{anchor}"), format!("The decision “{title}”"));
                out.element("a", &[("class", "why"), ("href", &to), ("title", &title)], "§");
            }
        }
        out.close("span");
        out.close("li");
    }
    out.close("ol");
    let more = traced.text.len_chars() - shown;
    if more > 0 {
        let words =
            format!("The rest, {more} characters, is not on this page: the session file holds it.");
        out.element("p", &[("class", "note")], &words);
    }
    out.close("section");
}

/// Who wrote how much of it.
fn legend(session: &Session, traced: &Traced, authors: &Authors, out: &mut Html) {
    let mut shares: BTreeMap<(Hand, &str), usize> = BTreeMap::new();
    for run in &traced.runs {
        *shares.entry((run.hand, author_of(session, run))).or_default() += run.span.len();
    }
    let whole: usize = shares.values().sum();
    let mut shares: Vec<_> = shares.into_iter().collect();
    shares.sort_by_key(|(_, count)| std::cmp::Reverse(*count));
    if whole == 0 {
        return;
    }
    out.open("ul", &[("class", "legend"), ("aria-label", "Who wrote it")]);
    for ((hand, name), count) in shares {
        let look = authors.look(hand, name);
        let percent = match (100 * count + whole / 2) / whole {
            0 => "under 1 %".to_owned(),
            percent => format!("{percent} %"),
        };
        out.open("li", &[]);
        let class = format!("r {}", look.class);
        out.element("span", &[("class", &class)], &format!("{} {name}", look.sign));
        out.text(&format!(" {percent}{}", kind_words(hand)));
        out.close("li");
    }
    out.close("ul");
}

/// How many characters a line has without its end.
fn content(line: ropey::RopeSlice<'_>) -> usize {
    let len = line.len_chars();
    match (
        line.get_char(len.saturating_sub(1)),
        len.checked_sub(2).and_then(|at| line.get_char(at)),
    ) {
        (Some('\n'), Some('\r')) => len - 2,
        (Some('\n'), _) => len - 1,
        _ => len,
    }
}

/// A part of a line, up to a place.
fn run(
    session: &Session,
    (part, end): (&Part<'_>, usize),
    text: &ropey::Rope,
    (authors, places): (&Authors, &Places),
    out: &mut Html,
) {
    let end = part.span.end.0.min(end);
    if part.span.start.0 >= end {
        return;
    }
    let shown = text.slice(part.span.start.0..end).to_string();
    let look = authors.look(part.run.hand, author_of(session, part.run));
    let (class, title) = (format!("r {}", look.class), words(session, part.run));
    let mut attributes = vec![("class", class.as_str()), ("title", title.as_str())];
    let message = part.run.message.and_then(|id| places.get(&id));
    let hunk = part.run.hunk.and_then(|hunk| places.get(&hunk.id));
    if let Some(anchor) = message {
        attributes.push(("data-message", anchor));
    }
    if let Some(anchor) = hunk {
        attributes.push(("data-change", anchor));
    }
    out.element("span", &attributes, &shown);
}

/// How a run came to stand there, in a sentence.
fn words(session: &Session, run: &Written) -> String {
    let mut out = String::from(author_of(session, run));
    let by = run.by.as_ref().map(|by| session.author_name(by));
    match run.how {
        How::Typed => out.push_str(", typed"),
        How::Pasted => out.push_str(", pasted"),
        How::Outside => out.push_str(": from another program"),
        How::Proposed => {
            let accepted = by.map(|by| format!(", accepted by {by}")).unwrap_or_default();
            out.push_str(&accepted);
            out.push_str(match run.seen {
                Some(true) => " with it on the screen",
                Some(false) => " without having seen it",
                None => "",
            });
        }
    }
    if let Some(at) = run.at {
        out.push_str(&format!(", {}", minute(at)));
    }
    if run.edited_before {
        out.push_str("; changed before it was accepted");
    }
    if run.edited_since {
        out.push_str("; changed since");
    }
    out.push_str(match run.again {
        Some((_, Again::Copied)) => "; brought here from another place",
        Some((_, Again::BroughtBack)) => "; taken away and brought back",
        None => "",
    });
    out
}

/// What kind of author it is, behind a share; nothing where the sign says enough.
pub fn kind_words(hand: Hand) -> String {
    match hand {
        Hand::Person | Hand::Outside => String::new(),
        hand => format!(", {}", hand_word(hand)),
    }
}

/// Where something stands, for links.
pub fn line_anchor(
    session: &Session,
    numbers: &BTreeMap<DocId, usize>,
    link: &crate::event::Link,
) -> Option<String> {
    let crate::event::Link::Span { doc, start, end, .. } = link else { return None };
    let entry = session.documents.get(doc)?;
    let span = entry.document.anchor_span((*start, *end)).filter(|span| !span.is_empty())?;
    let line = entry.document.rope().char_to_line(span.start.0) + 1;
    (line <= LINES).then(|| numbers.get(doc).map(|number| format!("t{number}-{line}")))?
}

/// The anchors of what stands on the page, by what it is.
pub fn anchors<'a>(
    letter: char,
    all: impl Iterator<Item = &'a EventId>,
) -> impl Iterator<Item = (EventId, String)> {
    all.enumerate().map(move |(index, id)| (*id, format!("{letter}{}", index + 1)))
}
