//! Search rows: what of the projections can be found.

use crate::base::{DocId, EventId};
use crate::event::{Event, REDACTED};
use crate::session::{Comment, Decision, Message, Session};
use crate::store::SearchRow;

/// The version of the rules below: when it changes, all rows are made anew.
pub const ROWS_VERSION: u32 = 3;

/// The most bytes of a document that are searched.
const TEXT_BYTES: usize = 4 << 20;

pub fn message_row(session: &Session, message: &Message) -> SearchRow {
    SearchRow {
        session: session.id,
        key: message.id.to_string(),
        kind: "message".into(),
        title: session.author_name(&message.author).into(),
        body: message.text.clone().unwrap_or_default(),
        at: message.at,
    }
}

pub fn decision_row(session: &Session, decision: &Decision) -> SearchRow {
    let mut body = vec![
        decision.context().to_owned(),
        decision.outcome().to_owned(),
        decision.consequences().to_owned(),
    ];
    for choice in decision.options() {
        body.push(choice.name.as_str().into());
        body.extend(choice.pros.iter().chain(&choice.cons).map(|text| text.as_str().to_owned()));
    }
    body.retain(|text| !text.is_empty() && text != REDACTED);
    SearchRow {
        session: session.id,
        key: decision.id.to_string(),
        kind: "decision".into(),
        title: decision.title().into(),
        body: body.join(" · "),
        at: decision.at,
    }
}

pub fn comment_row(session: &Session, comment: &Comment) -> SearchRow {
    SearchRow {
        session: session.id,
        key: comment.id.to_string(),
        kind: "comment".into(),
        title: session.author_name(&comment.author).into(),
        body: comment.text.clone().unwrap_or_default(),
        at: comment.at,
    }
}

/// What an event that was folded changes in what can be found, texts aside.
pub fn row_of(session: &Session, event: &Event, id: EventId) -> Option<SearchRow> {
    match event {
        Event::MessagePosted { .. } => {
            session.transcript.get(&id).map(|message| message_row(session, message))
        }
        Event::DecisionRecorded { .. } => {
            session.decisions.get(&id).map(|decision| decision_row(session, decision))
        }
        Event::DecisionChanged { decision, .. } => {
            session.decisions.get(decision).map(|decision| decision_row(session, decision))
        }
        Event::CommentPosted { .. } => {
            session.comments.get(&id).map(|comment| comment_row(session, comment))
        }
        _ => None,
    }
}

/// The text of a document, at the time of its last edit in the log.
pub fn text_row(session: &Session, doc: &DocId) -> Option<SearchRow> {
    let entry = session.documents.get(doc)?;
    let at = entry.edits().next_back()?.at;
    let rope = entry.document.rope();
    let end = rope.byte_to_char(TEXT_BYTES.min(rope.len_bytes()));
    Some(SearchRow {
        session: session.id,
        key: doc.to_string(),
        kind: "text".into(),
        title: entry.name.clone(),
        body: rope.slice(..end).to_string(),
        at,
    })
}

/// Every row of a session.
pub fn all_rows(session: &Session) -> Vec<SearchRow> {
    let mut rows: Vec<SearchRow> =
        session.transcript.iter().map(|message| message_row(session, message)).collect();
    rows.extend(
        session.decisions.newest().into_iter().map(|decision| decision_row(session, decision)),
    );
    rows.extend(session.comments.iter().map(|comment| comment_row(session, comment)));
    rows.extend(session.documents.keys().filter_map(|doc| text_row(session, doc)));
    rows
}
