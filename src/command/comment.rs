//! Comments: saying something about a text, answering, being done with it, reading them.

use super::{Command, quote, row};
use crate::base::EventId;
use crate::base::when::minute;
use crate::event::Link;
use crate::session::Thread;
use crate::state::{Cx, Model, Overlay, PageLinks, PromptKind, plural};
use crate::text::Field;

pub const COMMANDS: &[Command] = &[
    row("comment.new", "Says something about the selection, or the line at the caret.", new)
        .args("[text]")
        .slash("comment")
        .when(Model::has_history, NO_HISTORY),
    row("comment.answer", "Answers the comment at the caret.", answer)
        .args("[text]")
        .when(Model::has_history, NO_HISTORY),
    row(
        "comment.resolve",
        "Says that the comment at the caret is done, or opens it again.",
        resolve,
    )
    .when(Model::has_history, NO_HISTORY),
    row("comment.here", "Shows the comment at the caret with its answers.", here)
        .when(Model::has_history, NO_HISTORY),
    row("comment.next", "Goes to the next open comment in the text.", |cx, _| step(cx, true))
        .when(Model::has_history, NO_HISTORY),
    row("comment.previous", "Goes to the open comment before.", |cx, _| step(cx, false))
        .when(Model::has_history, NO_HISTORY),
    row("comment.list", "Lists all comments, the open ones first.", list).slash("comments"),
];

const NO_HISTORY: &str = "In plain editing there are no comments.";
const NONE_HERE: &str = "No comment is on this text (comment.next goes to one).";

fn new(cx: &mut Cx, text: &str) -> Result<(), String> {
    let about = cx.commented()?;
    match text.trim() {
        "" => prompt(cx, PromptKind::Comment { about: Some(about), after: None }),
        text => {
            cx.comment(about, text);
            cx.info("Commented.");
        }
    }
    Ok(())
}

fn answer(cx: &mut Cx, text: &str) -> Result<(), String> {
    let thread = cx.model.comment_at_caret().ok_or(NONE_HERE)?;
    match text.trim() {
        "" => prompt(cx, PromptKind::Comment { about: None, after: Some(thread) }),
        text => {
            cx.answer_comment(thread, text);
            cx.info("Answered.");
        }
    }
    Ok(())
}

fn prompt(cx: &mut Cx, kind: PromptKind) {
    cx.model.ui.overlays.push(Overlay::Prompt { kind, field: Field::default() });
}

/// The prompt of a comment was submitted.
pub(super) fn said(
    cx: &mut Cx,
    about: Option<Link>,
    after: Option<EventId>,
    text: &str,
) -> Result<(), String> {
    match (about, after, text.trim()) {
        (_, _, "") => cx.info("Nothing was said."),
        (Some(about), _, text) => {
            cx.comment(about, text);
            cx.info("Commented.");
        }
        (None, Some(thread), text) => {
            cx.answer_comment(thread, text);
            cx.info("Answered.");
        }
        (None, None, _) => {}
    }
    Ok(())
}

fn resolve(cx: &mut Cx, _: &str) -> Result<(), String> {
    let id = cx.model.comment_at_caret().ok_or(NONE_HERE)?;
    let done = cx.model.session.comments.thread(&id).is_some_and(|thread| thread.resolved);
    cx.resolve_comment(id, !done);
    cx.info(if done { "The comment is open again." } else { "The comment is done." });
    Ok(())
}

fn here(cx: &mut Cx, _: &str) -> Result<(), String> {
    let id = cx.model.comment_at_caret().ok_or(NONE_HERE)?;
    let Some(thread) = cx.model.comments().thread(&id) else { return Ok(()) };
    let lines = describe(cx.model, &thread);
    let seen: Vec<EventId> = thread.comments().map(|comment| comment.id).collect();
    cx.saw(&seen);
    let title = "Comment".into();
    cx.model.ui.overlays.push(Overlay::Page { title, lines, top: 0, links: None });
    Ok(())
}

/// A thread in lines: what it is about, then who said what.
fn describe(model: &Model, thread: &Thread) -> Vec<String> {
    let session = &model.session;
    let mut lines = Vec::new();
    if let Some(Link::Span { doc, quote: text, .. }) = &thread.first.about {
        let place = match (model.comment_span(thread), session.documents.get(doc)) {
            (Some(span), _) => format!("line {}", model.rope().char_to_line(span.start.0) + 1),
            (None, Some(entry)) if *doc != model.doc => format!("in {}", entry.name),
            (None, _) => "deleted since".into(),
        };
        let text = session.told(&thread.id(), text.told());
        lines.push(format!("{} ({place})", quote(&text)));
    }
    for comment in thread.comments() {
        let who = session.author_name(&comment.author);
        let new = if model.ui.news.contains(&comment.id) { " · new" } else { "" };
        lines.push(format!("  {who}, {} UTC{new}", minute(comment.at)));
        let text = session.told(&comment.id, comment.text());
        lines.extend(text.lines().map(|line| format!("    {line}")));
    }
    if thread.resolved {
        lines.push("  ✓ done".into());
    }
    lines
}

fn list(cx: &mut Cx, _: &str) -> Result<(), String> {
    let threads: Vec<Thread> = cx.model.comments().threads().collect();
    let (done, open): (Vec<_>, Vec<_>) = threads.into_iter().partition(|thread| thread.resolved);
    if open.is_empty() && done.is_empty() {
        return Err("There are no comments: comment.new says something about a text.".into());
    }
    let mut lines = vec![format!("{} open, {} done", open.len(), done.len())];
    let mut links = Vec::new();
    for thread in open.iter().chain(&done) {
        lines.push(String::new());
        if let Some(about) = &thread.first.about {
            links.push((lines.len(), about.clone()));
        }
        lines.extend(describe(cx.model, thread));
    }
    let links = Some(PageLinks { decision: None, links, chosen: 0 });
    let title = "Comments".into();
    cx.model.ui.overlays.push(Overlay::Page { title, lines, top: 0, links });
    Ok(())
}

fn step(cx: &mut Cx, forward: bool) -> Result<(), String> {
    let all = cx.model.comments_here();
    let caret = cx.model.caret();
    let from = caret.selection().map_or(caret.pos, |span| span.start);
    let at = cx.model.comment_at_caret().and_then(|id| all.iter().position(|(_, one)| *one == id));
    let next = match (at, forward) {
        (Some(at), true) => (at + 1) % all.len(),
        (Some(at), false) => (at + all.len() - 1) % all.len(),
        (None, true) => all.iter().position(|(span, _)| span.start >= from).unwrap_or(0),
        (None, false) => {
            let before = all.iter().rposition(|(span, _)| span.start < from);
            before.unwrap_or(all.len().saturating_sub(1))
        }
    };
    let (_, id) = *all.get(next).ok_or("No comment in this text is open.")?;
    cx.go_to_comment(id);
    let Some(thread) = cx.model.comments().thread(&id) else { return Ok(()) };
    let last = thread.answers.last().copied().unwrap_or(thread.first);
    let who = cx.model.session.author_name(&last.author);
    let more = match thread.answers.len() {
        0 => String::new(),
        count => format!(" ({})", plural(count, "answer")),
    };
    let text = cx.model.session.told(&last.id, last.text());
    let words = format!("{} of {} · {who}: {}{more}", next + 1, all.len(), quote(&text));
    cx.info(words);
    Ok(())
}
