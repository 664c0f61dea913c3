//! The conversation on a page, and what was proposed in it with what became of that.

use super::authors::Authors;
use super::escape::Html;
use super::marked::marked;
use super::replay::Replay;
use super::{MOST, Places};
use crate::assist::readable;
use crate::base::when::minute;
use crate::event::{Link, MessageRole, MessageStatus};
use crate::report::bring::program_name;
use crate::report::markdown::state_word;
use crate::session::{Hunk, Message, Session};
use std::borrow::Cow;
use std::collections::BTreeSet;

/// The conversation, in the order in which it was held.
pub fn conversation(
    session: &Session,
    places: &Places,
    authors: &Authors,
    replay: &Replay,
    out: &mut Html,
) {
    if session.transcript.is_empty() {
        return;
    }
    out.open("section", &[("id", "conversation"), ("aria-labelledby", "conversation-name")]);
    out.element("h2", &[("id", "conversation-name")], "Conversation");
    let left = session.transcript.len().saturating_sub(MOST);
    if left > 0 {
        let words =
            format!("The first {left} messages are not on this page: the session file holds them.");
        out.element("p", &[("class", "note")], &words);
    }
    let tip = session.transcript.tip();
    let branch: BTreeSet<_> = tip.map_or_else(BTreeSet::new, |tip| {
        session.transcript.branch(tip).iter().map(|message| message.id).collect()
    });
    let mut before = None;
    for message in session.transcript.iter().skip(left) {
        let aside = !branch.contains(&message.id);
        let goes_on = message.after.filter(|after| Some(*after) != before);
        self::message(session, message, (aside, goes_on), (places, authors, replay), out);
        before = Some(message.id);
    }
    out.close("section");
}

fn message(
    session: &Session,
    message: &Message,
    (aside, goes_on): (bool, Option<crate::base::EventId>),
    (places, authors, replay): (&Places, &Authors, &Replay),
    out: &mut Html,
) {
    let id = places.get(&message.id).map_or("", String::as_str);
    let step = replay.step(&message.id).to_string();
    let class = if aside { "message aside" } else { "message" };
    out.open("article", &[("id", id), ("class", class), ("data-from", &step)]);
    let name = session.author_name(&message.author);
    let look = authors.look(session.hand(&message.author), name);
    out.open("header", &[]);
    let who = format!("who r {}", look.class);
    out.element("h3", &[("class", &who)], &format!("{} {name}", look.sign));
    let at = minute(message.at);
    out.element("time", &[("datetime", &at)], &at);
    if let Some(from) = &message.brought {
        let words = format!("in {}", program_name(&from.program));
        out.element("span", &[("class", "badge")], &words);
    }
    if aside {
        out.element("span", &[("class", "badge")], "another branch");
    }
    if session.transcript.is_pinned(&message.id) {
        out.element("span", &[("class", "badge")], "pinned");
    }
    if message.is_repair() {
        out.element("span", &[("class", "badge")], "asked by cowrite");
    }
    if message.role == MessageRole::Note {
        out.element("span", &[("class", "badge")], "note");
    }
    out.close("header");
    if let Some(anchor) = goes_on.and_then(|after| places.get(&after)) {
        out.open("p", &[("class", "note")]);
        out.element("a", &[("href", &format!("#{anchor}"))], "follows an earlier message");
        out.close("p");
    }
    for link in &message.links {
        if let Link::Span { quote, .. } = link {
            let quote = session.told(&message.id, quote.told());
            let shown: String = quote.chars().take(600).collect();
            out.element("blockquote", &[("class", "about")], &shown);
        }
    }
    if let Some(reasoning) = message.reasoning.as_ref().filter(|one| !one.is_empty()) {
        out.open("details", &[]);
        out.element("summary", &[], &format!("Thought ({})", reasoning.size()));
        marked(reasoning.text(), false, out);
        out.close("details");
    }
    out.open("div", &[("class", "said")]);
    let person = message.role == MessageRole::Person;
    let told = session.told(&message.id, message.text());
    let text = if person { Cow::Borrowed(&*told) } else { readable(&told, false) };
    marked(&text, person, out);
    out.close("div");
    let ended = match message.status {
        MessageStatus::Complete => None,
        MessageStatus::Cancelled => Some("stopped".to_owned()),
        MessageStatus::Failed => Some("broken off".to_owned()),
        MessageStatus::Incomplete => Some("incomplete".to_owned()),
    };
    if let Some(ended) = ended {
        let why = message.error.as_deref().map(|why| format!(": {why}")).unwrap_or_default();
        out.element("p", &[("class", "note")], &format!("{ended}{why}"));
    }
    proposed(session, message, (places, replay), out);
    out.close("article");
}

/// Links to what was proposed to a question.
fn proposed(
    session: &Session,
    message: &Message,
    (places, replay): (&Places, &Replay),
    out: &mut Html,
) {
    let of: BTreeSet<_> = session
        .proposals
        .proposals()
        .filter(|proposal| proposal.question == message.id)
        .map(|proposal| proposal.id)
        .collect();
    if of.is_empty() {
        return;
    }
    let hunks = session.proposals.hunks();
    let hunks: Vec<&&Hunk> = hunks.iter().filter(|hunk| of.contains(&hunk.proposal)).collect();
    let Some(first) = hunks.first() else { return };
    let Some(anchor) = places.get(&first.of.id) else { return };
    let words = match hunks.len() {
        1 => "1 change was proposed".to_owned(),
        count => format!("{count} changes were proposed"),
    };
    let step = replay.step(&first.of.id).to_string();
    out.open("p", &[("class", "note"), ("data-from", &step)]);
    out.element("a", &[("href", &format!("#{anchor}"))], &words);
    out.close("p");
}

/// What was proposed, with verdicts.
pub fn changes(
    session: &Session,
    places: &Places,
    authors: &Authors,
    replay: &Replay,
    out: &mut Html,
) {
    let hunks = session.proposals.hunks();
    if hunks.is_empty() {
        return;
    }
    out.open("section", &[("id", "changes"), ("aria-labelledby", "changes-name")]);
    out.element("h2", &[("id", "changes-name")], "What was proposed");
    let left = hunks.len().saturating_sub(MOST);
    if left > 0 {
        let words =
            format!("The first {left} changes are not on this page: the session file holds them.");
        out.element("p", &[("class", "note")], &words);
    }
    for hunk in hunks.into_iter().skip(left) {
        change(session, hunk, (places, authors, replay), out);
    }
    out.close("section");
}

fn change(
    session: &Session,
    hunk: &Hunk,
    (places, authors, replay): (&Places, &Authors, &Replay),
    out: &mut Html,
) {
    let proposal = session.proposals.proposal(&hunk.proposal);
    let entry = proposal.and_then(|proposal| session.documents.get(&proposal.doc));
    let state = entry.map_or("unknown", |entry| state_word(hunk.state(&entry.document)));
    let from = replay.step(&hunk.of.id);
    let settled = hunk.verdict.setter().map_or(from, |id| replay.step(&id));
    let (id, class) = (super::place_of(hunk, places), format!("change {state}"));
    out.open("article", &[("id", &id), ("class", &class), ("data-from", &from.to_string())]);
    out.open("header", &[]);
    let name = proposal.map_or("unknown", |one| session.author_name(&one.author));
    let hand = proposal.map(|one| session.hand(&one.author));
    let look = hand.map(|hand| authors.look(hand, name));
    let who = look.as_ref().map_or_else(String::new, |look| format!("who r {}", look.class));
    let sign = look.map(|look| look.sign).unwrap_or_default();
    out.element("h3", &[("class", &who)], &format!("{sign} {name}"));
    badge(state, "pending", (from, settled), out);
    if let Some(entry) = entry.filter(|_| session.documents.len() > 1) {
        out.element("span", &[("class", "where")], &format!("in {}", entry.name));
    }
    if let Some(anchor) = proposal.and_then(|proposal| places.get(&proposal.question)) {
        out.element("a", &[("href", &format!("#{anchor}"))], "asked here");
    }
    out.close("header");
    if let Some(why) = hunk.why.as_deref().filter(|why| !why.trim().is_empty()) {
        out.element("p", &[("class", "reason")], why);
    }
    for (tag, class, label, text) in
        [("del", "old", "old text", &hunk.old), ("ins", "new", "new text", &hunk.new)]
    {
        if !text.is_empty() {
            let text = text.trim_end_matches('\n');
            out.element(tag, &[("class", class), ("aria-label", label)], text);
        }
    }
    if hunk.new.is_empty() {
        out.element("p", &[("class", "note")], "to be deleted");
    }
    if let Some(verdict) = hunk.verdict.value() {
        let who = session.author_name(&verdict.author);
        let word = state_word_of(verdict.verdict);
        let mut words = format!("{word} by {who}, {}", minute(verdict.at));
        if let Some(reason) = verdict.reason.as_deref().filter(|reason| !reason.is_empty()) {
            words.push_str(&format!(": {reason}"));
        }
        let step = settled.to_string();
        out.element("p", &[("class", "verdict"), ("data-from", &step)], &words);
    }
    out.close("article");
}

fn state_word_of(verdict: crate::event::HunkVerdict) -> &'static str {
    use crate::event::HunkVerdict;
    match verdict {
        HunkVerdict::Accepted => "accepted",
        HunkVerdict::Rejected => "rejected",
        HunkVerdict::Pending => "left open again",
        HunkVerdict::Superseded => "superseded",
    }
}

/// A state, and while a replay has not come to it, the one before.
pub fn badge(
    state: &'static str,
    before: &'static str,
    (from, settled): (usize, usize),
    out: &mut Html,
) {
    let class = format!("badge {state}");
    if settled <= from || state == before {
        return out.element("span", &[("class", &class)], state);
    }
    let step = settled.to_string();
    out.element("span", &[("class", &class), ("data-from", &step)], state);
    let class = format!("badge {before}");
    let attributes = [("class", class.as_str()), ("data-until", &step), ("hidden", "")];
    out.element("span", &attributes, before);
}
