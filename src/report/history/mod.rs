//! The timeline in words: what a point is called, which points make one row of a list, and which
//! point somebody means.

mod find;
mod rows;

pub use find::{ACCEPTED, find, moment_words};
pub use rows::{Kind, Row, Wanted, rows};

use crate::base::when::{minute, second};
use crate::event::{CauseKind, DecisionStatus, HunkVerdict, MessageRole};
use crate::session::{Point, Session, StepKind, What};
use serde_json::{Value, json};

/// The most characters of what somebody wrote in a row.
const QUOTED: usize = 120;

/// The first line of a text, shortened.
fn first_line(text: &str) -> String {
    let line = text.lines().map(str::trim).find(|line| !line.is_empty()).unwrap_or_default();
    let more = if line.chars().count() > QUOTED { "…" } else { "" };
    let short: String = line.chars().take(QUOTED).collect();
    format!("{short}{more}")
}

/// Characters that came and went, as `+12 −3`.
pub fn counts(plus: usize, minus: usize) -> String {
    match (plus, minus) {
        (0, 0) => "nothing".into(),
        (plus, 0) => format!("+{plus}"),
        (0, minus) => format!("−{minus}"),
        (plus, minus) => format!("+{plus} −{minus}"),
    }
}

/// What happened at a point, in a few words. `plus` and `minus` are those of its row.
fn words(session: &Session, point: &Point, plus: usize, minus: usize) -> String {
    let title = |id| {
        let decision = session.decisions.get(id);
        decision.map(|decision| session.told_value(&decision.title)).unwrap_or_default()
    };
    let counted = || counts(plus, minus);
    let words = match &point.what {
        What::Begun => match session.from {
            Some(from) => format!("begun from session {}", from.session.short()),
            None => "the session begins".into(),
        },
        What::Titled => {
            let title = session.title.of(&point.moment.1).map_or("", String::as_str);
            format!("called it “{title}”")
        }
        What::Edit { cause, .. } => match cause {
            None => format!("wrote {}", counted()),
            Some(CauseKind::Accept) => format!("accepted {}", counted()),
            Some(CauseKind::Undo) => format!("took back {}", counted()),
            Some(CauseKind::Redo) => format!("brought back {}", counted()),
            Some(CauseKind::Outside) => format!("outside changed {}", counted()),
            Some(CauseKind::Dedupe) => format!("took a second copy away {}", counted()),
            Some(CauseKind::Redact) => format!("redacted {}", counted()),
            Some(CauseKind::Restore) => format!("went back to older text {}", counted()),
        },
        What::Message(role) => {
            let message = session.transcript.get(&point.moment.1);
            let text = message.map(|one| session.told(&one.id, one.text())).unwrap_or_default();
            let verb = match role {
                MessageRole::Person => "said",
                MessageRole::Model => "answered",
                MessageRole::Note => "note",
            };
            format!("{verb}: {}", first_line(&text))
        }
        What::Hunk { of, verdict, kind } => {
            let hunk = session.proposals.hunk(of);
            let text = hunk.map_or("", |hunk| match hunk.new.is_empty() {
                true => hunk.old.as_str(),
                false => hunk.new.as_str(),
            });
            let verb = match (verdict, kind) {
                (Some(HunkVerdict::Accepted), _) => "accepted",
                (Some(HunkVerdict::Rejected), _) => "rejected",
                (Some(HunkVerdict::Pending), _) => "opened again",
                (Some(HunkVerdict::Superseded), _) => "passed over",
                (None, StepKind::Split) => "split",
                (None, StepKind::Placing | StepKind::Rejection | StepKind::Superseding) => "placed",
            };
            let counted = if plus + minus > 0 { format!(" {}", counted()) } else { String::new() };
            format!("{verb}{counted}: {}", first_line(text))
        }
        What::Recorded(id) => format!("decision: {}", title(id)),
        What::Changed { decision, status } => {
            let verb = match status {
                Some(DecisionStatus::Accepted) => "accepted",
                Some(DecisionStatus::Rejected) => "rejected",
                Some(DecisionStatus::Proposed) => "proposed again",
                Some(DecisionStatus::Superseded) => "superseded",
                None => "changed",
            };
            format!("decision {verb}: {}", title(decision))
        }
        What::Comment { of, done } => {
            let comment = session.comments.get(of);
            let text = comment.map(|one| session.told(&one.id, one.text())).unwrap_or_default();
            let verb = match done {
                None => "comment",
                Some(true) => "comment done",
                Some(false) => "comment opened again",
            };
            format!("{verb}: {}", first_line(&text))
        }
        What::Saved(_) => "saved".into(),
        What::Checkpoint => {
            let name = session.checkpoint(&point.moment).map_or("", |one| one.name.as_str());
            format!("checkpoint “{name}”")
        }
    };
    match doc_of(point).filter(|_| session.documents.len() > 1) {
        Some(doc) => {
            let name = session.documents.get(doc).map_or("", |entry| entry.name.as_str());
            format!("{words} in {name}")
        }
        None => words,
    }
}

fn doc_of(point: &Point) -> Option<&crate::base::DocId> {
    match &point.what {
        What::Edit { doc, .. } | What::Saved(doc) => Some(doc),
        _ => None,
    }
}

impl Row {
    /// What happened, in a few words.
    pub fn words(&self, session: &Session, points: &[Point]) -> String {
        let point = points.get(self.last);
        point.map_or_else(String::new, |point| words(session, point, self.plus, self.minus))
    }

    /// The same for another program. Numbers count from 1 and are those that [`find`] takes.
    pub fn json(&self, session: &Session, points: &[Point]) -> Value {
        let Some(point) = points.get(self.last) else { return Value::Null };
        let author = point.author.as_ref();
        let mut row = json!({
            "number": self.last + 1,
            "points": self.last + 1 - self.first,
            "event": point.moment.1.to_string(),
            "at": second(point.at),
            "kind": Kind::of(point).word(),
            "author": author.map(|author| session.author_name(author)),
            "author_id": author.map(crate::base::AuthorId::as_str),
            "what": self.words(session, points),
        });
        if self.plus + self.minus > 0 {
            row["inserted"] = self.plus.into();
            row["deleted"] = self.minus.into();
        }
        if let Some(doc) = doc_of(point) {
            row["document"] = doc.as_str().into();
        }
        if let Some(checkpoint) = session.checkpoint(&point.moment) {
            row["name"] = checkpoint.name.as_str().into();
        }
        row
    }
}

/// A point as people call it: its name or its time.
pub fn point_name(session: &Session, point: &Point) -> String {
    match session.checkpoint(&point.moment) {
        Some(checkpoint) => format!("“{}”", checkpoint.name),
        None => minute(point.at),
    }
}
