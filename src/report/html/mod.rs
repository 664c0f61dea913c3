//! A session as one page for a browser: documents with who wrote what, the conversation, what was
//! proposed and what became of it, decisions, and a slider that replays all of it. The page loads
//! nothing, sends nothing and runs no script but its own. Pure.
//!
//! What is local is not in it: neither what was sent to models nor where files are on this machine.

mod authors;
mod decided;
mod escape;
mod marked;
mod remarks;
mod replay;
mod talk;
mod text;

pub use escape::{Html, clean, fingerprint};
pub use marked::{leads_out, marked};

use crate::base::when::day;
use crate::base::{DocId, EventId, Millis};
use crate::event::AuthorKind;
use crate::report::trace::{Traced, trace_now};
use crate::session::{Hunk, HunkState, Session};
use authors::Authors;
use replay::Replay;
use std::collections::BTreeMap;

/// The most messages, and the most proposed changes, that are on a page.
const MOST: usize = 5_000;
/// What every page of this program has, to know one by.
pub const MARK: &str = "<meta name=\"generator\" content=\"cowrite\">";

const STYLE: &str = include_str!("page.css");
const SCRIPT: &str = include_str!("page.js");

/// The names of what stands on the page, for links within it.
type Places = BTreeMap<EventId, String>;

/// The page.
pub fn html(session: &Session) -> String {
    let docs: Vec<(&DocId, Traced)> = session
        .documents
        .keys()
        .filter_map(|doc| trace_now(session, doc).map(|traced| (doc, traced)))
        .collect();
    let runs: Vec<_> = docs.iter().map(|(_, traced)| traced.runs.clone()).collect();
    let authors = Authors::of(session, &runs);
    let places = places(session);
    let names: Vec<&DocId> = docs.iter().map(|(doc, _)| *doc).collect();
    let numbers: BTreeMap<DocId, usize> =
        names.iter().enumerate().map(|(index, doc)| ((*doc).clone(), index)).collect();
    let replay = Replay::of(session, &names, &authors);

    let mut out = Html::default();
    head(session, &mut out);
    out.own("<body>\n<a class=\"skip\" href=\"#main\">To the text</a>\n");
    top(session, &docs, &replay, &mut out);
    out.own("<main id=\"main\">\n<div class=\"texts\">\n");
    for (index, (doc, traced)) in docs.iter().enumerate() {
        text::section(session, doc, traced, index, (&authors, &places), &mut out);
    }
    if docs.is_empty() {
        out.own("<p class=\"note\">There is no document in this session.</p>\n");
    }
    out.own("</div>\n<div class=\"talk\">\n");
    talk::conversation(session, &places, &authors, &replay, &mut out);
    talk::changes(session, &places, &authors, &replay, &mut out);
    remarks::comments(session, &numbers, (&places, &authors, &replay), &mut out);
    decided::decisions(session, &numbers, (&places, &authors, &replay), &mut out);
    redacted(session, &mut out);
    out.own("</div>\n</main>\n");
    foot(session, &replay, &mut out);
    out.into_string()
}

/// What was redacted, by whom and when.
fn redacted(session: &Session, out: &mut Html) {
    let all = crate::report::handoff::redacted(session, |_| true);
    if all.is_empty() {
        return;
    }
    out.open("section", &[("id", "redacted"), ("aria-labelledby", "redacted-name")]);
    out.element("h2", &[("id", "redacted-name")], "What was redacted");
    for line in &all {
        out.element("p", &[], line.trim_start_matches("- "));
    }
    out.close("section");
}

/// Everything before the body: first of all what the page may do.
fn head(session: &Session, out: &mut Html) {
    let policy = format!(
        "default-src 'none'; style-src '{}'; script-src '{}'; base-uri 'none'; form-action 'none'",
        fingerprint(STYLE),
        fingerprint(SCRIPT)
    );
    out.own("<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n");
    out.open("meta", &[("http-equiv", "Content-Security-Policy"), ("content", &policy)]);
    out.own("\n");
    out.own(MARK);
    out.own(
        "\n<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n\
         <meta name=\"referrer\" content=\"no-referrer\">\n\
         <meta name=\"color-scheme\" content=\"light dark\">\n",
    );
    out.element("title", &[], session.title());
    out.own("\n<style>");
    out.own(STYLE);
    out.own("</style>\n</head>\n");
}

fn plural(count: usize, what: &str) -> String {
    if count == 1 { format!("1 {what}") } else { format!("{count} {what}s") }
}

/// What the page is about, and the ways into it.
fn top(session: &Session, docs: &[(&DocId, Traced)], replay: &Replay, out: &mut Html) {
    out.own("<header class=\"top\">\n");
    out.element("h1", &[], session.title());
    out.element("p", &[("class", "facts")], &facts(session));
    out.own("<nav aria-label=\"On this page\"><ul>\n");
    let mut way = |to: &str, words: &str| {
        out.open("li", &[]);
        out.element("a", &[("href", to)], words);
        out.close("li");
    };
    for (index, (doc, _)) in docs.iter().enumerate() {
        let name = session.documents.get(*doc).map_or("", |entry| entry.name.as_str());
        way(&format!("#t{index}"), if name.is_empty() { "Untitled" } else { name });
    }
    if !session.transcript.is_empty() {
        way("#conversation", "Conversation");
    }
    if !session.proposals.hunks().is_empty() {
        way("#changes", "What was proposed");
    }
    if !session.comments.is_empty() {
        way("#comments", "Comments");
    }
    if !session.decisions.is_empty() {
        way("#decisions", "Decisions");
    }
    out.own("</ul></nav>\n");
    out.own(
        "<details class=\"how\"><summary>How to read it</summary>\n\
         <p>Each author has a colour and a sign: ● a person, ◆ a model, ▲ an agent, ○ text from \
         another program, ? nobody knows. A model's words are underlined with dots, those from \
         another program with dashes. Point at words, or tap them, to see how they came in. § leads \
         to the decision that a line hangs on.</p></details>\n",
    );
    out.own("</header>\n");
    if replay.data.is_none() {
        return;
    }
    out.own(
        "<section id=\"replay\" aria-label=\"Replay\" hidden>\n\
         <button id=\"play\" type=\"button\" aria-pressed=\"false\">▶ Play</button>\n",
    );
    let last = replay.count.to_string();
    let attributes = [
        ("id", "at"),
        ("type", "range"),
        ("min", "0"),
        ("max", last.as_str()),
        ("value", last.as_str()),
        ("step", "1"),
        ("aria-label", "The session as it stood"),
    ];
    out.open("input", &attributes);
    out.own("\n<output id=\"when\" for=\"at\"></output>\n</section>\n");
}

/// Who, when and how much, in a line.
fn facts(session: &Session) -> String {
    let mut parts = Vec::new();
    // Everything that the replay and the history show, saves and verdicts, too.
    let times: Vec<Millis> = session.worked_at().collect();
    if let (Some(first), Some(last)) = (times.iter().min(), times.iter().max()) {
        let (first, last) = (day(*first), day(*last));
        parts.push(if first == last { first } else { format!("{first} to {last}") });
    }
    for kind in [AuthorKind::Person, AuthorKind::Model, AuthorKind::Agent] {
        let mut names: Vec<&str> =
            session.authors_of(kind).map(|(_, info)| info.name.as_str()).collect();
        names.sort_unstable();
        names.dedup();
        names.retain(|name| !name.is_empty());
        if !names.is_empty() {
            parts.push(names.join(", "));
        }
    }
    if !session.transcript.is_empty() {
        parts.push(plural(session.transcript.len(), "message"));
    }
    let hunks = session.proposals.hunks();
    if !hunks.is_empty() {
        let state = |hunk: &&Hunk| {
            let proposal = session.proposals.proposal(&hunk.proposal)?;
            let entry = session.documents.get(&proposal.doc)?;
            Some(hunk.state(&entry.document))
        };
        let count =
            |wanted: HunkState| hunks.iter().filter(|hunk| state(hunk) == Some(wanted)).count();
        let (yes, no) = (count(HunkState::Accepted), count(HunkState::Rejected));
        let all = plural(hunks.len(), "proposed change");
        parts.push(format!("{all} ({yes} accepted, {no} rejected)"));
    }
    if !session.decisions.is_empty() {
        parts.push(plural(session.decisions.len(), "decision"));
    }
    parts.join(" · ")
}

fn foot(session: &Session, replay: &Replay, out: &mut Html) {
    out.own("<footer>\n");
    let version = concat!("Made by cowrite ", env!("CARGO_PKG_VERSION"), " from the session ");
    out.element("p", &[], &format!("{version}{}.", session.id.short()));
    let note = match (replay.too_much, replay.most_edits) {
        (true, _) => "There is too much of it to replay on a page; cowrite itself can.".to_owned(),
        (false, 0 | 1) => String::new(),
        (false, most) => format!("A step of the replay holds up to {most} edits."),
    };
    if !note.is_empty() {
        out.element("p", &[], &note);
    }
    out.own("</footer>\n<aside id=\"card\" role=\"status\" hidden></aside>\n");
    if let Some(data) = &replay.data {
        out.data("replay-data", data);
    }
    out.own("\n<script>");
    out.own(SCRIPT);
    out.own("</script>\n</body>\n</html>\n");
}

/// Names for messages, changes and decisions.
fn places(session: &Session) -> Places {
    let mut all = Places::new();
    let messages: Vec<EventId> = session.transcript.iter().map(|message| message.id).collect();
    all.extend(text::anchors('m', messages.iter()));
    let mut hunks: Vec<EventId> = session.proposals.hunks().iter().map(|hunk| hunk.of.id).collect();
    hunks.dedup();
    all.extend(text::anchors('h', hunks.iter()));
    let threads: Vec<EventId> = session.comments.threads().map(|thread| thread.id()).collect();
    all.extend(text::anchors('c', threads.iter()));
    let mut decisions: Vec<EventId> =
        session.decisions.newest().iter().map(|decision| decision.id).collect();
    decisions.reverse();
    all.extend(text::anchors('d', decisions.iter()));
    // What is left out of the page can't be led to.
    let left = messages.len().saturating_sub(MOST);
    messages.iter().take(left).for_each(|id| _ = all.remove(id));
    all
}

/// The name of a change: of the first part of a split one that of the whole.
fn place_of(hunk: &Hunk, places: &Places) -> String {
    let of = places.get(&hunk.of.id).map_or("", String::as_str);
    match hunk.of.part {
        None | Some(0) => of.to_owned(),
        Some(part) => format!("{of}-{part}"),
    }
}
