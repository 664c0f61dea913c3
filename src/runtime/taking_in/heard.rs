//! What is known of a session file while it is still being taken in: the title, who is in it, how much
//! was said and written, what was decided last. For reading only; the session is folded from the log.

use crate::event::{Author, AuthorKind, Envelope, Event};
use crate::state::plural;
use std::collections::BTreeMap;

/// The most people that are named, and decisions.
const PEOPLE: usize = 8;
const DECISIONS: usize = 5;

/// How far a session file is taken in.
#[derive(Clone, Debug, Default)]
pub struct Taking {
    /// Bytes that are in the library, and those of the file.
    pub done: u64,
    pub of: u64,
    pub heard: Heard,
}

/// What was read so far.
#[derive(Clone, Debug, Default)]
pub struct Heard {
    title: String,
    people: Vec<String>,
    models: Vec<String>,
    /// The titles of decisions, as they came.
    decisions: Vec<String>,
    counts: BTreeMap<&'static str, usize>,
}

impl Heard {
    pub(super) fn note(&mut self, event: &Envelope) {
        let counted = match event.kind.as_str() {
            "message.posted" => "message",
            "document.edited" => "edit",
            "decision.recorded" => "decision",
            "session.created" | "session.titled" | "author.introduced" => "",
            _ => return,
        };
        if !counted.is_empty() {
            *self.counts.entry(counted).or_default() += 1;
        }
        if matches!(counted, "message" | "edit") {
            return;
        }
        match Event::decode(event) {
            Ok(Event::SessionCreated { title, author, .. }) => {
                title.told().clone_into(&mut self.title);
                self.name(&author);
            }
            Ok(Event::SessionTitled { title, .. }) => title.told().clone_into(&mut self.title),
            Ok(Event::AuthorIntroduced(author)) => self.name(&author),
            Ok(Event::DecisionRecorded { title, .. }) => {
                if self.decisions.len() == DECISIONS {
                    self.decisions.remove(0);
                }
                self.decisions.push(title.told().to_owned());
            }
            _ => {}
        }
    }

    fn name(&mut self, author: &Author) {
        let all = match author.kind {
            AuthorKind::Person => &mut self.people,
            AuthorKind::Model | AuthorKind::Agent => &mut self.models,
        };
        let name = author.name.told();
        if all.len() < PEOPLE && all.iter().all(|known| known != name) {
            all.push(name.to_owned());
        }
    }

    /// For a person; nothing before anything was read.
    pub fn lines(&self) -> Vec<String> {
        let mut lines = Vec::new();
        if !self.title.is_empty() {
            lines.push(self.title.clone());
        }
        if !self.people.is_empty() {
            let all: Vec<&str> =
                self.people.iter().chain(&self.models).map(String::as_str).collect();
            lines.push(format!("by {}", all.join(", ")));
        }
        let counts: Vec<String> =
            self.counts.iter().map(|(what, count)| plural(*count, what)).collect();
        if !counts.is_empty() {
            lines.push(format!("{} so far", counts.join(", ")));
        }
        lines.extend(self.decisions.iter().rev().map(|title| format!("§ {title}")));
        lines
    }
}
