//! The decisions on a page: what was decided, because of what, and what else there was to choose.

use super::Places;
use super::authors::Authors;
use super::escape::Html;
use super::marked::marked;
use super::replay::Replay;
use super::talk::badge;
use super::text::line_anchor;
use crate::base::DocId;
use crate::event::{Choice, Link, Text};
use crate::report::markdown::decision_word;
use crate::session::{Decision, Session};
use std::collections::BTreeMap;

/// The section, oldest first.
pub fn decisions(
    session: &Session,
    numbers: &BTreeMap<DocId, usize>,
    (places, authors, replay): (&Places, &Authors, &Replay),
    out: &mut Html,
) {
    if session.decisions.is_empty() {
        return;
    }
    out.open("section", &[("id", "decisions"), ("aria-labelledby", "decisions-name")]);
    out.element("h2", &[("id", "decisions-name")], "Decisions");
    for decision in session.decisions.newest().into_iter().rev() {
        one(session, decision, numbers, (places, authors, replay), out);
    }
    out.close("section");
}

fn one(
    session: &Session,
    decision: &Decision,
    numbers: &BTreeMap<DocId, usize>,
    (places, authors, replay): (&Places, &Authors, &Replay),
    out: &mut Html,
) {
    let id = places.get(&decision.id).map_or("", String::as_str);
    let from = replay.step(&decision.id);
    let settled = decision.status.setter().map_or(from, |id| replay.step(&id));
    out.open("article", &[("id", id), ("class", "decision"), ("data-from", &from.to_string())]);
    out.open("header", &[]);
    out.element("h3", &[], &session.told_value(&decision.title));
    let status = decision_word(session.decisions.status(decision));
    badge(status, "proposed", (from, settled), out);
    let name = session.author_name(&decision.author);
    let look = authors.look(session.hand(&decision.author), name);
    let class = format!("who r {}", look.class);
    out.element("span", &[("class", &class)], &format!("{} {name}", look.sign));
    let day = decision.day();
    out.element("time", &[("datetime", &day)], &day);
    out.close("header");
    if let Some(by) = decision.decided_by() {
        let by = if by.is_empty() { String::new() } else { format!("Decided by {by}. ") };
        out.element("p", &[("class", "note")], &format!("{by}Brought in as a record by {name}."));
    }
    if decision.is_conflict() {
        let words = "Two people changed it apart: it waits to be settled.";
        out.element("p", &[("class", "note")], words);
    }
    if let Some(why) = session.why_so(decision) {
        let who = session.author_name(why.by);
        let words = format!("{status} because, as {who} said: {}", why.words);
        out.element("p", &[("class", "note")], &words);
    }
    part("Context", &session.told_value(&decision.context), out);
    options(&session.told_options(decision), out);
    part("Outcome, because", &session.told_value(&decision.outcome), out);
    part("Consequences", &session.told_value(&decision.consequences), out);
    if !decision.review().is_empty() {
        out.element(
            "p",
            &[("class", "note")],
            &format!("To be reviewed on {}.", decision.review()),
        );
    }
    let other = |id: Option<&Decision>, words: &str, out: &mut Html| {
        let Some((other, anchor)) = id.and_then(|other| Some((other, places.get(&other.id)?)))
        else {
            return;
        };
        out.open("p", &[("class", "note")]);
        out.text(words);
        out.element("a", &[("href", &format!("#{anchor}"))], &session.told_value(&other.title));
        out.close("p");
    };
    let older = decision.supersedes.and_then(|id| session.decisions.get(&id));
    other(older, "Takes the place of ", out);
    other(session.decisions.superseded_by(&decision.id), "Its place is taken by ", out);
    links(session, decision, (numbers, places), out);
    out.close("article");
}

fn part(name: &'static str, text: &str, out: &mut Html) {
    if text.trim().is_empty() {
        return;
    }
    out.element("h4", &[], name);
    out.open("div", &[("class", "said")]);
    marked(text, false, out);
    out.close("div");
}

fn options(options: &[Choice], out: &mut Html) {
    if options.is_empty() {
        return;
    }
    out.element("h4", &[], "Options");
    out.open("ul", &[("class", "options")]);
    for option in options {
        out.open("li", &[]);
        out.element("strong", &[], option.name.as_str());
        let (pros, cons): (&[Text], &[Text]) = (&option.pros, &option.cons);
        if pros.len() + cons.len() > 0 {
            out.open("ul", &[]);
            for (class, sign, all) in [("pro", "for: ", pros), ("con", "against: ", cons)] {
                for text in all {
                    out.element("li", &[("class", class)], &format!("{sign}{}", text.as_str()));
                }
            }
            out.close("ul");
        }
        out.close("li");
    }
    out.close("ul");
}

/// What it is linked to, each a link to where that stands on the page.
fn links(
    session: &Session,
    decision: &Decision,
    (numbers, places): (&BTreeMap<DocId, usize>, &Places),
    out: &mut Html,
) {
    if decision.links().is_empty() {
        return;
    }
    out.element("h4", &[], "Linked to");
    out.open("ul", &[]);
    for link in decision.links() {
        let anchor = match link {
            Link::Span { .. } => line_anchor(session, numbers, link),
            Link::Message(id) | Link::Hunk(id) | Link::Decision(id) => places.get(id).cloned(),
        };
        let words = session.decision_link_words(decision, link);
        out.open("li", &[]);
        match anchor {
            Some(anchor) => out.element("a", &[("href", &format!("#{anchor}"))], &words),
            None => out.text(&words),
        }
        out.close("li");
    }
    out.close("ul");
}
