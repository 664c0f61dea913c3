//! Decisions: each field a register, so that two people's changes meet without loss.

use super::Register;
use crate::base::{AuthorId, EventId, Millis};
use crate::event::{Choice, DecisionField, DecisionStatus, Link};
use std::collections::BTreeMap;

/// One decision.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Decision {
    pub id: EventId,
    pub lamport: u64,
    pub at: Millis,
    pub author: AuthorId,
    pub supersedes: Option<EventId>,
    pub title: Register<String>,
    pub status: Register<DecisionStatus>,
    pub context: Register<String>,
    pub options: Register<Vec<Choice>>,
    pub outcome: Register<String>,
    pub consequences: Register<String>,
    pub links: Register<Vec<Link>>,
    pub review: Register<String>,
}

impl Decision {
    fn text(register: &Register<String>) -> &str {
        register.value().map_or("", String::as_str)
    }

    pub fn title(&self) -> &str {
        Self::text(&self.title)
    }

    pub fn context(&self) -> &str {
        Self::text(&self.context)
    }

    pub fn outcome(&self) -> &str {
        Self::text(&self.outcome)
    }

    pub fn consequences(&self) -> &str {
        Self::text(&self.consequences)
    }

    pub fn review(&self) -> &str {
        Self::text(&self.review)
    }

    pub fn options(&self) -> &[Choice] {
        self.options.value().map_or(&[], Vec::as_slice)
    }

    pub fn links(&self) -> &[Link] {
        self.links.value().map_or(&[], Vec::as_slice)
    }

    /// Whether some field was set by two people who did not see each other's.
    pub fn is_conflict(&self) -> bool {
        self.title.is_conflict()
            || self.status.is_conflict()
            || self.context.is_conflict()
            || self.outcome.is_conflict()
            || self.consequences.is_conflict()
    }

    /// Every setting that stands, status aside: what accepting the decision accepts.
    pub fn standing(&self) -> Vec<EventId> {
        let mut all = self.title.heads();
        all.extend(self.context.heads());
        all.extend(self.options.heads());
        all.extend(self.outcome.heads());
        all.extend(self.consequences.heads());
        all.extend(self.links.heads());
        all.extend(self.review.heads());
        all.sort_unstable();
        all.dedup();
        all
    }

    /// What a new setting of the same field replaces.
    pub fn heads(&self, field: &DecisionField) -> Vec<EventId> {
        match field {
            DecisionField::Title(_) => self.title.heads(),
            DecisionField::Status(_) => self.status.heads(),
            DecisionField::Context(_) => self.context.heads(),
            DecisionField::Options(_) => self.options.heads(),
            DecisionField::Outcome(_) => self.outcome.heads(),
            DecisionField::Consequences(_) => self.consequences.heads(),
            DecisionField::Links(_) => self.links.heads(),
            DecisionField::Review(_) => self.review.heads(),
        }
    }

    /// A setting that arrived.
    pub fn set(&mut self, id: EventId, lamport: u64, field: DecisionField, replaces: &[EventId]) {
        match field {
            DecisionField::Title(text) => {
                self.title.set(id, lamport, text.as_str().into(), replaces);
            }
            DecisionField::Status(status) => self.status.set(id, lamport, status, replaces),
            DecisionField::Context(text) => {
                self.context.set(id, lamport, text.as_str().into(), replaces);
            }
            DecisionField::Options(options) => self.options.set(id, lamport, options, replaces),
            DecisionField::Outcome(text) => {
                self.outcome.set(id, lamport, text.as_str().into(), replaces);
            }
            DecisionField::Consequences(text) => {
                self.consequences.set(id, lamport, text.as_str().into(), replaces);
            }
            DecisionField::Links(links) => self.links.set(id, lamport, links, replaces),
            DecisionField::Review(text) => {
                self.review.set(id, lamport, text.as_str().into(), replaces);
            }
        }
    }
}

/// A setting that came before its decision: event, Lamport number, what is set, what it replaces.
type Waiting = (EventId, u64, DecisionField, Vec<EventId>);

/// All decisions of a session.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Decisions {
    decisions: BTreeMap<EventId, Decision>,
    /// Changes that came before their decision.
    waiting: BTreeMap<EventId, Vec<Waiting>>,
}

impl Decisions {
    pub fn add(&mut self, mut decision: Decision) {
        for (id, lamport, field, replaces) in self.waiting.remove(&decision.id).unwrap_or_default()
        {
            decision.set(id, lamport, field, &replaces);
        }
        self.decisions.insert(decision.id, decision);
    }

    pub fn change(
        &mut self,
        id: EventId,
        lamport: u64,
        decision: EventId,
        field: DecisionField,
        replaces: Vec<EventId>,
    ) {
        match self.decisions.get_mut(&decision) {
            Some(known) => known.set(id, lamport, field, &replaces),
            None => self.waiting.entry(decision).or_default().push((id, lamport, field, replaces)),
        }
    }

    pub fn get(&self, id: &EventId) -> Option<&Decision> {
        self.decisions.get(id)
    }

    pub fn len(&self) -> usize {
        self.decisions.len()
    }

    pub fn is_empty(&self) -> bool {
        self.decisions.is_empty()
    }

    /// Newest first.
    pub fn newest(&self) -> Vec<&Decision> {
        let mut all: Vec<&Decision> = self.decisions.values().collect();
        all.sort_by_key(|decision| std::cmp::Reverse((decision.lamport, decision.id)));
        all
    }

    /// The status that holds: superseded once an accepted decision supersedes it.
    pub fn status(&self, decision: &Decision) -> DecisionStatus {
        let own = decision.status.value().copied().unwrap_or(DecisionStatus::Proposed);
        if self.superseded_by(&decision.id).is_some() { DecisionStatus::Superseded } else { own }
    }

    pub fn superseded_by(&self, id: &EventId) -> Option<&Decision> {
        self.decisions.values().find(|other| {
            other.supersedes == Some(*id) && other.status.value() == Some(&DecisionStatus::Accepted)
        })
    }

    /// What binds the model: accepted and not superseded, oldest first.
    pub fn accepted(&self) -> Vec<&Decision> {
        let mut all = self.newest();
        all.retain(|decision| self.status(decision) == DecisionStatus::Accepted);
        all.reverse();
        all
    }
}
