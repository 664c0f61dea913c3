//! The comments on a page: threads about a place of the text, with their answers.

use super::Places;
use super::authors::Authors;
use super::escape::Html;
use super::marked::marked;
use super::replay::Replay;
use super::text::line_anchor;
use crate::base::when::minute;
use crate::base::{DocId, EventId};
use crate::event::Link;
use crate::session::{Comment, Session, Thread};
use std::collections::BTreeMap;

/// The section, in the order in which threads were begun.
pub fn comments(
    session: &Session,
    numbers: &BTreeMap<DocId, usize>,
    (places, authors, replay): (&Places, &Authors, &Replay),
    out: &mut Html,
) {
    if session.comments.is_empty() {
        return;
    }
    out.open("section", &[("id", "comments"), ("aria-labelledby", "comments-name")]);
    out.element("h2", &[("id", "comments-name")], "Comments");
    for one in session.comments.threads() {
        thread(session, &one, numbers, (places, authors, replay), out);
    }
    out.close("section");
}

fn thread(
    session: &Session,
    thread: &Thread<'_>,
    numbers: &BTreeMap<DocId, usize>,
    (places, authors, replay): (&Places, &Authors, &Replay),
    out: &mut Html,
) {
    let id = places.get(&thread.id()).map_or("", String::as_str);
    let step = replay.step(&thread.id()).to_string();
    out.open("article", &[("id", id), ("class", "comment"), ("data-from", &step)]);
    if let Some(link) = &thread.first.about {
        about(session, &thread.id(), link, (numbers, places), out);
    }
    for comment in thread.comments() {
        self::comment(session, comment, authors, replay, out);
    }
    if thread.resolved {
        out.element("p", &[("class", "note")], "done");
    }
    out.close("article");
}

/// What a thread is about, as a link to where that stands on the page.
fn about(
    session: &Session,
    thread: &EventId,
    link: &Link,
    (numbers, places): (&BTreeMap<DocId, usize>, &Places),
    out: &mut Html,
) {
    let anchor = match link {
        Link::Span { .. } => line_anchor(session, numbers, link),
        Link::Message(id) | Link::Hunk(id) | Link::Decision(id) => places.get(id).cloned(),
    };
    let words = session.link_words_of(thread, link);
    out.open("p", &[("class", "note")]);
    out.text("On ");
    match anchor {
        Some(anchor) => out.element("a", &[("href", &format!("#{anchor}"))], &words),
        None => out.text(&words),
    }
    out.close("p");
}

fn comment(
    session: &Session,
    comment: &Comment,
    authors: &Authors,
    replay: &Replay,
    out: &mut Html,
) {
    let name = session.author_name(&comment.author);
    let look = authors.look(session.hand(&comment.author), name);
    let step = replay.step(&comment.id).to_string();
    out.open("div", &[("class", "remark"), ("data-from", &step)]);
    out.open("header", &[]);
    let class = format!("who r {}", look.class);
    out.element("h3", &[("class", &class)], &format!("{} {name}", look.sign));
    let at = minute(comment.at);
    out.element("time", &[("datetime", &at)], &at);
    out.close("header");
    out.open("div", &[("class", "said")]);
    marked(&session.told(&comment.id, comment.text()), true, out);
    out.close("div");
    out.close("div");
}
