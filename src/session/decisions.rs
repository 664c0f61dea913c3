//! Decisions: each field a register, so that two people's changes meet without loss.

use super::Register;
use crate::base::{AuthorId, EventId, Millis, day};
use crate::event::{Choice, DecisionField, DecisionStatus, Link, Taken, Text};
use std::collections::BTreeMap;

/// One decision.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Decision {
    pub id: EventId,
    pub lamport: u64,
    pub at: Millis,
    pub author: AuthorId,
    pub supersedes: Option<EventId>,
    /// Of one that was taken in from a file.
    pub taken: Option<Taken>,
    pub title: Register<String>,
    pub status: Register<DecisionStatus>,
    pub context: Register<String>,
    pub options: Register<Vec<Choice>>,
    pub outcome: Register<String>,
    pub consequences: Register<String>,
    pub links: Register<Vec<Link>>,
    pub review: Register<String>,
    /// Of each setting of the status: the versions of the other fields that it was said about.
    pub accepts: BTreeMap<EventId, Vec<EventId>>,
    /// Of settings of the status: why, where whoever set it said so.
    pub reasons: BTreeMap<EventId, String>,
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

    /// Who decided it, as the record that it was brought in from says; nothing where nobody is named
    /// there, and `None` for one that was made here.
    pub fn decided_by(&self) -> Option<&str> {
        self.taken.as_ref().map(|taken| taken.by.as_str())
    }

    /// The day it was decided: as its file says, or the one on which it was recorded.
    pub fn day(&self) -> String {
        let said = self.taken.as_ref().map_or("", |taken| taken.date.as_str());
        if said.is_empty() { day(self.at) } else { said.to_owned() }
    }

    /// The texts that are shown, each with the event that set it.
    pub(super) fn texts(&self) -> Vec<(EventId, &str)> {
        let fields = [&self.title, &self.context, &self.outcome, &self.consequences];
        let fields = fields.into_iter().map(|field| (field.setter(), Self::text(field)));
        let options = self.options().iter().flat_map(|one| {
            std::iter::once(&one.name).chain(&one.pros).chain(&one.cons).map(Text::told)
        });
        let quotes = self.links().iter().filter_map(|link| match link {
            Link::Span { quote, .. } => Some(quote.told()),
            _ => None,
        });
        let options = options.map(|text| (self.options.setter(), text));
        let quotes = quotes.map(|text| (self.links.setter(), text));
        let reasons = self.status.standing().map(|(id, _)| id);
        let reasons = reasons.filter_map(|id| Some((Some(id), self.reasons.get(&id)?.as_str())));
        let all = fields.chain(options).chain(quotes).chain(reasons);
        all.filter_map(|(setter, text)| Some((setter?, text))).collect()
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
            || self.options.is_conflict()
            || self.outcome.is_conflict()
            || self.consequences.is_conflict()
            || self.links.is_conflict()
            || self.review.is_conflict()
    }

    /// Whether it was accepted and says something else since: a merge must never accept text that
    /// nobody saw.
    pub fn is_unseen(&self) -> bool {
        let Some(setter) = self.status.setter() else { return false };
        let accepts = self.accepts.get(&setter).map_or(&[][..], Vec::as_slice);
        self.status.value() == Some(&DecisionStatus::Accepted)
            && self.standing().iter().any(|setting| !accepts.contains(setting))
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

    /// Every setting that stands, the status too: what a signature is about.
    pub fn settings(&self) -> Vec<EventId> {
        let mut all = self.standing();
        all.extend(self.status.heads());
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

    /// As it stood after everything up to a moment, which it had been recorded by then.
    fn at(&self, end: (u64, EventId)) -> Self {
        Self {
            title: self.title.at(end),
            status: self.status.at(end),
            context: self.context.at(end),
            options: self.options.at(end),
            outcome: self.outcome.at(end),
            consequences: self.consequences.at(end),
            links: self.links.at(end),
            review: self.review.at(end),
            ..self.clone()
        }
    }

    /// A setting that arrived.
    pub fn set(&mut self, setting: Setting) {
        let Setting { id, lamport, field, replaces, accepts, reason } = setting;
        let replaces = &replaces[..];
        if matches!(field, DecisionField::Status(_)) {
            self.accepts.insert(id, accepts);
            self.reasons.extend(reason.map(|reason| (id, reason.told().into())));
        }
        match field {
            DecisionField::Title(text) => {
                self.title.set(id, lamport, text.told().into(), replaces);
            }
            DecisionField::Status(status) => self.status.set(id, lamport, status, replaces),
            DecisionField::Context(text) => {
                self.context.set(id, lamport, text.told().into(), replaces);
            }
            DecisionField::Options(options) => self.options.set(id, lamport, options, replaces),
            DecisionField::Outcome(text) => {
                self.outcome.set(id, lamport, text.told().into(), replaces);
            }
            DecisionField::Consequences(text) => {
                self.consequences.set(id, lamport, text.told().into(), replaces);
            }
            DecisionField::Links(links) => self.links.set(id, lamport, links, replaces),
            DecisionField::Review(text) => {
                self.review.set(id, lamport, text.as_str().into(), replaces);
            }
        }
    }
}

/// One setting of one field.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Setting {
    pub id: EventId,
    pub lamport: u64,
    pub field: DecisionField,
    pub replaces: Vec<EventId>,
    /// Of the status: the versions of the other fields that it is said about.
    pub accepts: Vec<EventId>,
    /// Of the status: why.
    pub reason: Option<Text>,
}

/// All decisions of a session.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Decisions {
    decisions: BTreeMap<EventId, Decision>,
    /// Changes that came before their decision.
    waiting: BTreeMap<EventId, Vec<Setting>>,
    /// The decision that each change is about.
    about: BTreeMap<EventId, EventId>,
}

impl Decisions {
    pub fn add(&mut self, mut decision: Decision) {
        for setting in self.waiting.remove(&decision.id).unwrap_or_default() {
            decision.set(setting);
        }
        self.decisions.insert(decision.id, decision);
    }

    pub fn change(&mut self, decision: EventId, setting: Setting) {
        self.about.insert(setting.id, decision);
        match self.decisions.get_mut(&decision) {
            Some(known) => known.set(setting),
            None => self.waiting.entry(decision).or_default().push(setting),
        }
    }

    /// The decision that an event recorded or changed.
    pub fn of_setting(&self, id: &EventId) -> Option<&Decision> {
        self.get(self.about.get(id).unwrap_or(id))
    }

    pub fn get(&self, id: &EventId) -> Option<&Decision> {
        self.decisions.get(id)
    }

    /// As they stood after everything up to a moment.
    pub fn at(&self, end: (u64, EventId)) -> Self {
        let then = self.decisions.values().filter(|one| (one.lamport, one.id) <= end);
        let decisions = then.map(|one| (one.id, one.at(end))).collect();
        Self { decisions, ..Self::default() }
    }

    /// The decision that each change is about, by the change.
    pub(super) fn changes(&self) -> impl Iterator<Item = (EventId, &Decision)> {
        self.about.iter().filter_map(|(id, of)| Some((*id, self.decisions.get(of)?)))
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

    /// The status that holds: superseded once an accepted decision supersedes it; proposed again
    /// when it says something else than what was accepted.
    pub fn status(&self, decision: &Decision) -> DecisionStatus {
        if self.superseded_by(&decision.id).is_some() {
            return DecisionStatus::Superseded;
        }
        match decision.status.value() {
            Some(DecisionStatus::Accepted) if decision.is_unseen() => DecisionStatus::Proposed,
            Some(status) => *status,
            None => DecisionStatus::Proposed,
        }
    }

    /// The decisions that were recorded to take its place, whatever became of them; oldest first.
    pub fn replacements(&self, id: &EventId) -> Vec<&Decision> {
        let mut all: Vec<&Decision> =
            self.decisions.values().filter(|other| other.supersedes == Some(*id)).collect();
        all.sort_by_key(|decision| (decision.lamport, decision.id));
        all
    }

    pub fn superseded_by(&self, id: &EventId) -> Option<&Decision> {
        self.decisions.values().find(|other| {
            other.supersedes == Some(*id)
                && other.status.value() == Some(&DecisionStatus::Accepted)
                && !other.is_unseen()
        })
    }

    /// Whether a decision is linked to the message.
    pub fn links_to(&self, message: &EventId) -> bool {
        let mut links = self.decisions.values().flat_map(Decision::links);
        links.any(|link| *link == Link::Message(*message))
    }

    /// What binds the model: accepted and not superseded, oldest first.
    pub fn accepted(&self) -> Vec<&Decision> {
        let mut all = self.newest();
        all.retain(|decision| self.status(decision) == DecisionStatus::Accepted);
        all.reverse();
        all
    }
}
