//! The conversation: messages as a tree, the visible path through it.

use super::Reasoning;
use crate::base::{AuthorId, EventId, Millis, Usd};
use crate::event::{Asked, Brought, Link, MessageRole, MessageStatus, Usage};
use std::collections::{BTreeMap, BTreeSet};
use std::ops::Bound;

/// One turn of the conversation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Message {
    pub id: EventId,
    pub lamport: u64,
    pub at: Millis,
    pub author: AuthorId,
    pub role: MessageRole,
    pub after: Option<EventId>,
    /// `None` once it was redacted.
    pub text: Option<String>,
    pub status: MessageStatus,
    pub model: Option<String>,
    pub usage: Option<Usage>,
    pub error: Option<String>,
    pub links: Vec<Link>,
    pub asked: Option<Asked>,
    pub reasoning: Option<Reasoning>,
    /// Of one that was said in another program and brought in.
    pub brought: Option<Brought>,
}

impl Message {
    /// Whether words of it are gone.
    pub fn is_redacted(&self) -> bool {
        self.text.as_ref().is_none_or(|text| text.contains(crate::event::FILLER))
    }

    /// Whether the program asked it, for edits that had found no place.
    pub fn is_repair(&self) -> bool {
        self.asked == Some(Asked::Repair)
    }

    pub fn text(&self) -> &str {
        self.text.as_deref().unwrap_or(crate::event::REDACTED)
    }
}

/// All messages of a session.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Transcript {
    messages: BTreeMap<EventId, Message>,
    /// In order of display.
    order: BTreeMap<(u64, EventId), ()>,
    /// What was said after each message, in order of display; after nothing: how it began.
    after: BTreeMap<Option<EventId>, BTreeSet<(u64, EventId)>>,
    /// Messages after which more than one was said.
    parting: BTreeSet<EventId>,
    /// Messages that others were said after, and that have not arrived.
    missing: BTreeSet<EventId>,
    pinned: BTreeMap<EventId, super::Register<bool>>,
    spent: Spent,
}

/// What the answers of a session took, as their providers counted it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Spent {
    pub input: u64,
    pub cached: u64,
    pub output: u64,
    /// What the answers with a known price cost.
    pub cost: Usd,
    /// Answers whose price is not known.
    pub unknown: u64,
    pub answers: u64,
}

impl Spent {
    pub fn add(&mut self, usage: &Usage) {
        // Foreign logs may hold any number.
        self.input = self.input.saturating_add(usage.input);
        self.cached = self.cached.saturating_add(usage.cached);
        self.output = self.output.saturating_add(usage.output);
        self.cost = Usd(self.cost.0.saturating_add(usage.cost.unwrap_or_default()));
        self.unknown += u64::from(usage.cost.is_none());
        self.answers += 1;
    }
}

impl Transcript {
    pub fn add(&mut self, message: Message) {
        if let (Some(usage), None) = (&message.usage, self.messages.get(&message.id)) {
            self.spent.add(usage);
        }
        self.order.insert((message.lamport, message.id), ());
        let said = self.after.entry(message.after).or_default();
        said.insert((message.lamport, message.id));
        if let Some(before) = message.after {
            if said.len() > 1 {
                self.parting.insert(before);
            }
            if !self.messages.contains_key(&before) {
                self.missing.insert(before);
            }
        }
        self.missing.remove(&message.id);
        self.messages.insert(message.id, message);
    }

    pub fn pin(
        &mut self,
        setting: EventId,
        lamport: u64,
        message: EventId,
        on: bool,
        replaces: &[EventId],
    ) {
        self.pinned.entry(message).or_default().set(setting, lamport, on, replaces);
    }

    /// The question of a person that a question belongs to: itself, or of one that repairs the one
    /// before.
    pub fn asked_by_person(&self, question: EventId) -> EventId {
        let repair = self.messages.get(&question).filter(|message| message.is_repair());
        let answer = repair.and_then(|repair| self.messages.get(&repair.after?));
        answer.and_then(|answer| answer.after).unwrap_or(question)
    }

    pub fn get(&self, id: &EventId) -> Option<&Message> {
        self.messages.get(id)
    }

    /// What all answers took.
    pub fn spent(&self) -> Spent {
        self.spent
    }

    pub fn len(&self) -> usize {
        self.messages.len()
    }

    pub fn is_empty(&self) -> bool {
        self.messages.is_empty()
    }

    /// All messages in order of display.
    pub fn iter(&self) -> impl DoubleEndedIterator<Item = &Message> {
        self.order.keys().filter_map(|(_, id)| self.messages.get(id))
    }

    /// The newest message: where the visible branch ends unless another was chosen.
    pub fn tip(&self) -> Option<EventId> {
        self.order.keys().next_back().map(|(_, id)| *id)
    }

    /// The newest message of those up to a moment.
    pub fn tip_at(&self, end: (u64, EventId)) -> Option<EventId> {
        self.order.range(..=end).next_back().map(|((_, id), ())| *id)
    }

    /// All messages after a moment, in order of display.
    pub(super) fn said_after(
        &self,
        start: Option<(u64, EventId)>,
    ) -> impl Iterator<Item = &Message> {
        let start = start.map_or(Bound::Unbounded, Bound::Excluded);
        let all = self.order.range((start, Bound::Unbounded));
        all.filter_map(|((_, id), ())| self.messages.get(id))
    }

    /// The path that ends at `tip`, oldest first. A message whose predecessor has not arrived
    /// begins the path: nothing is hidden because a line is missing.
    pub fn branch(&self, tip: EventId) -> Vec<&Message> {
        let mut path = Vec::new();
        let mut next = self.messages.get(&tip);
        while let Some(message) = next {
            path.push(message);
            next = self.before(message);
        }
        path.reverse();
        path
    }

    /// The message that one was said after, where it has arrived. A hostile file could close a
    /// circle: order always goes down along a path.
    fn before(&self, message: &Message) -> Option<&Message> {
        let before = message.after.and_then(|id| self.messages.get(&id))?;
        ((before.lamport, before.id) < (message.lamport, message.id)).then_some(before)
    }

    /// What was said after the same message as this one, it included, in order of display: more
    /// than one where the conversation parts. Messages that nothing is known before are together.
    pub fn siblings(&self, id: &EventId) -> Vec<EventId> {
        let Some(message) = self.messages.get(id) else { return Vec::new() };
        let beside: Vec<(u64, EventId)> = match self.before(message) {
            Some(before) => self.follow(before).collect(),
            None => {
                let begun = self.after.get(&None).into_iter().flatten();
                let torn = self.missing.iter().filter_map(|id| self.after.get(&Some(*id)));
                let mut all: Vec<_> = begun.chain(torn.flatten()).copied().collect();
                all.sort_unstable();
                all
            }
        };
        beside.into_iter().map(|(_, id)| id).collect()
    }

    /// Where a path parts from others: which of how many its message is there, from 0.
    pub fn forks(&self, path: &[EventId]) -> BTreeMap<EventId, (usize, usize)> {
        let place = |id: &EventId| self.messages.get(id).map(|message| (message.lamport, *id));
        // A path is in order of display.
        let on_path = |id: &EventId| path.binary_search_by(|one| place(one).cmp(&place(id))).ok();
        let next = self.parting.iter().filter_map(|id| path.get(on_path(id)? + 1));
        let fork = |id: &EventId| {
            let beside = self.siblings(id);
            let index = beside.iter().position(|one| one == id)?;
            (beside.len() > 1).then_some((*id, (index, beside.len())))
        };
        next.chain(path.first()).filter_map(fork).collect()
    }

    fn follow(&self, message: &Message) -> impl Iterator<Item = (u64, EventId)> {
        let place = (message.lamport, message.id);
        let said = self.after.get(&Some(message.id)).into_iter().flatten();
        said.copied().filter(move |one| *one > place)
    }

    /// The newest message that goes on from this one, or itself.
    pub fn newest_after(&self, id: EventId) -> EventId {
        let Some(message) = self.messages.get(&id) else { return id };
        let mut newest = (message.lamport, id);
        let mut open = vec![message];
        // Order goes up along a path: this ends.
        while let Some(message) = open.pop() {
            for (lamport, id) in self.follow(message) {
                newest = newest.max((lamport, id));
                open.extend(self.messages.get(&id));
            }
        }
        newest.1
    }

    pub fn is_pinned(&self, id: &EventId) -> bool {
        self.pinned.get(id).and_then(|register| register.value().copied()).unwrap_or(false)
    }

    /// Whether it was pinned after everything up to a moment.
    pub fn was_pinned(&self, id: &EventId, end: (u64, EventId)) -> bool {
        let register = self.pinned.get(id).map(|register| register.at(end));
        register.and_then(|register| register.value().copied()).unwrap_or(false)
    }

    pub fn pin_heads(&self, id: &EventId) -> Vec<EventId> {
        self.pinned.get(id).map(super::Register::heads).unwrap_or_default()
    }

    pub fn pinned(&self) -> impl Iterator<Item = &Message> {
        self.iter().filter(|message| self.is_pinned(&message.id))
    }
}
