//! The conversation: messages as a tree, the visible path through it.

use super::Reasoning;
use crate::base::{AuthorId, EventId, Millis, Usd};
use crate::event::{Asked, Link, MessageRole, MessageStatus, Usage};
use std::collections::BTreeMap;

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
}

impl Message {
    /// Whether words of it are gone.
    pub fn is_redacted(&self) -> bool {
        self.text.as_ref().is_none_or(|text| text.contains(crate::event::FILLER))
    }

    pub fn text(&self) -> &str {
        self.text.as_deref().unwrap_or("(redacted)")
    }
}

/// All messages of a session.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Transcript {
    messages: BTreeMap<EventId, Message>,
    /// In order of display.
    order: BTreeMap<(u64, EventId), ()>,
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

    /// The path that ends at `tip`, oldest first. A message whose predecessor has not arrived
    /// begins the path: nothing is hidden because a line is missing.
    pub fn branch(&self, tip: EventId) -> Vec<&Message> {
        let mut path = Vec::new();
        let mut next = self.messages.get(&tip);
        while let Some(message) = next {
            path.push(message);
            // A hostile file could close a circle: order always goes down along a path.
            next = message
                .after
                .and_then(|id| self.messages.get(&id))
                .filter(|before| (before.lamport, before.id) < (message.lamport, message.id));
        }
        path.reverse();
        path
    }

    pub fn is_pinned(&self, id: &EventId) -> bool {
        self.pinned.get(id).and_then(|register| register.value().copied()).unwrap_or(false)
    }

    pub fn pin_heads(&self, id: &EventId) -> Vec<EventId> {
        self.pinned.get(id).map(super::Register::heads).unwrap_or_default()
    }

    pub fn pinned(&self) -> impl Iterator<Item = &Message> {
        self.iter().filter(|message| self.is_pinned(&message.id))
    }
}
