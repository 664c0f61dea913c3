//! A session as JSON, for other programs. The form is stable: fields are only added.

use super::markdown::state_word;
use crate::event::{DecisionStatus, Link, MessageRole, MessageStatus};
use crate::session::{Decisions, Session};
use serde_json::{Value, json};

/// The session with its documents, messages, decisions and hunks.
pub fn json(session: &Session) -> Value {
    let documents: Vec<Value> = session
        .documents
        .iter()
        .map(|(id, entry)| {
            json!({
                "id": id.to_string(),
                "name": entry.name,
                "path": entry.path,
                "text": entry.document.rope().to_string(),
            })
        })
        .collect();
    let messages: Vec<Value> = session
        .transcript
        .iter()
        .map(|message| {
            json!({
                "id": message.id.to_string(),
                "after": message.after.map(|after| after.to_string()),
                "at": message.at.0,
                "author": session.author_name(&message.author),
                "role": match message.role {
                    MessageRole::Person => "person",
                    MessageRole::Model => "model",
                    MessageRole::Note => "note",
                },
                "status": match message.status {
                    MessageStatus::Complete => "complete",
                    MessageStatus::Cancelled => "cancelled",
                    MessageStatus::Failed => "failed",
                    MessageStatus::Incomplete => "incomplete",
                },
                "model": message.model,
                "brought_from": message.brought.as_ref().map(|from| &from.program),
                "text": message.text,
                "redacted": redacted(session, session.gap(&message.id, message.text())),
                "reasoning": message.reasoning.as_ref().map(crate::session::Reasoning::text),
                "tokens": message.usage.map(|usage| json!({
                    "input": usage.input, "output": usage.output, "cached": usage.cached,
                })),
            })
        })
        .collect();
    let hunks: Vec<Value> = session
        .proposals
        .hunks()
        .into_iter()
        .map(|hunk| {
            let document = session
                .proposals
                .proposal(&hunk.proposal)
                .and_then(|proposal| session.documents.get(&proposal.doc));
            let verdict = hunk.verdict.value();
            json!({
                "id": hunk.of.id.to_string(),
                "part": hunk.of.part,
                "state": document.map(|entry| state_word(hunk.state(&entry.document))),
                "old": hunk.old,
                "new": hunk.new,
                "why": hunk.why,
                "step": hunk.step,
                "loose": hunk.loose,
                "reason": verdict.and_then(|verdict| verdict.reason.clone()),
            })
        })
        .collect();
    json!({
        "session": session.id.to_string(),
        "title": session.title(),
        "events": session.event_count(),
        "documents": documents,
        "messages": messages,
        "decisions": decisions(session),
        "hunks": hunks,
        "comments": comments(session),
    })
}

/// The threads of comments, oldest first.
fn comments(session: &Session) -> Value {
    let thread = |thread: crate::session::Thread| {
        let said: Vec<Value> = thread
            .comments()
            .map(|comment| {
                json!({
                    "id": comment.id.to_string(),
                    "at": comment.at.0,
                    "author": session.author_name(&comment.author),
                    "text": comment.text,
                    "redacted": redacted(session, session.gap(&comment.id, comment.text())),
                })
            })
            .collect();
        json!({
            "about": thread.first.about.as_ref().map(|about| link(session, about)),
            "resolved": thread.resolved,
            "comments": said,
        })
    };
    session.comments.threads().map(thread).collect()
}

/// The decisions, oldest first.
pub fn decisions(session: &Session) -> Value {
    decisions_of(session, &session.decisions)
}

/// Decisions of a session as they stood at some point, oldest first.
pub fn decisions_of(session: &Session, decisions: &Decisions) -> Value {
    let mut all = decisions.newest();
    all.reverse();
    all.into_iter()
        .map(|decision| {
            let options: Vec<Value> = decision
                .options()
                .iter()
                .map(|choice| {
                    let texts = |all: &[crate::event::Text]| -> Vec<String> {
                        all.iter().map(|text| text.told().to_owned()).collect()
                    };
                    json!({"name": choice.name.told(), "pros": texts(&choice.pros), "cons": texts(&choice.cons)})
                })
                .collect();
            json!({
                "id": decision.id.to_string(),
                "title": decision.title(),
                "status": match decisions.status(decision) {
                    DecisionStatus::Proposed => "proposed",
                    DecisionStatus::Accepted => "accepted",
                    DecisionStatus::Rejected => "rejected",
                    DecisionStatus::Superseded => "superseded",
                },
                "author": session.author_name(&decision.author),
                "decided_by": decision.decided_by(),
                "at": decision.at.0,
                "date": decision.day(),
                "context": decision.context(),
                "options": options,
                "outcome": decision.outcome(),
                "status_because": session.why_so(decision).map(|why| json!({
                    "reason": why.words, "by": session.author_name(why.by),
                })),
                "consequences": decision.consequences(),
                "review": decision.review(),
                "supersedes": decision.supersedes.map(|id| id.to_string()),
                "conflict": decision.is_conflict(),
                "redacted": redacted(session, session.gaps_of(decision)),
                "links": decision.links().iter().map(|link| self::link(session, link)).collect::<Vec<_>>(),
            })
        })
        .collect()
}

/// Who took words out of a text for good, and when: nothing where none are gone.
fn redacted<'a>(
    session: &Session,
    gaps: impl IntoIterator<Item = &'a crate::session::RedactionInfo>,
) -> Value {
    let one = |taken: &crate::session::RedactionInfo| json!({"by": session.author_name(&taken.author), "at": taken.at.0});
    gaps.into_iter().map(one).collect()
}

/// What a decision is linked to: `kind` says what else there is.
fn link(session: &Session, link: &Link) -> Value {
    match link {
        Link::Span { doc, start, end, quote } => {
            let entry = session.documents.get(doc);
            let span = entry.and_then(|entry| entry.document.anchor_span((*start, *end)));
            let span = span.filter(|span| !span.is_empty());
            let line = entry
                .zip(span)
                .map(|(entry, span)| entry.document.rope().char_to_line(span.start.0) + 1);
            json!({
                "kind": "text",
                "document": doc.to_string(),
                "quote": quote.as_str(),
                // Where it stands now; nothing where it was deleted.
                "line": line,
            })
        }
        Link::Message(id) => {
            let message = session.transcript.get(id);
            json!({
                "kind": "message",
                "id": id.to_string(),
                "author": message.map(|message| session.author_name(&message.author)),
                "text": message.map(crate::session::Message::text),
            })
        }
        Link::Hunk(id) => json!({"kind": "hunk", "id": id.to_string()}),
        Link::Decision(id) => json!({"kind": "decision", "id": id.to_string()}),
    }
}
