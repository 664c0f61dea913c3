//! Comments: threads that hang on a text. A thread is its first comment with what was answered; it
//! is open until somebody resolves it.

use super::Register;
use crate::base::{AuthorId, EventId, Millis};
use crate::event::Link;
use std::collections::{BTreeMap, BTreeSet};

/// One comment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Comment {
    pub id: EventId,
    pub lamport: u64,
    pub at: Millis,
    pub author: AuthorId,
    /// `None` once it was redacted.
    pub text: Option<String>,
    /// Of the first of a thread: what it is about.
    pub about: Option<Link>,
    /// Of an answer: the first of its thread.
    pub after: Option<EventId>,
}

impl Comment {
    pub fn text(&self) -> &str {
        self.text.as_deref().unwrap_or(crate::event::REDACTED)
    }
}

/// A comment with its answers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Thread<'a> {
    pub first: &'a Comment,
    /// In order of display.
    pub answers: Vec<&'a Comment>,
    pub resolved: bool,
}

impl Thread<'_> {
    pub fn id(&self) -> EventId {
        self.first.id
    }

    /// All of it, in order of display.
    pub fn comments(&self) -> impl Iterator<Item = &Comment> {
        std::iter::once(self.first).chain(self.answers.iter().copied())
    }
}

/// All comments of a session.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Comments {
    comments: BTreeMap<EventId, Comment>,
    order: BTreeSet<(u64, EventId)>,
    answers: BTreeMap<EventId, BTreeSet<(u64, EventId)>>,
    /// Of those that were called done: with which answers; nothing where opened again.
    resolved: BTreeMap<EventId, Register<Option<Vec<EventId>>>>,
}

impl Comments {
    pub fn add(&mut self, comment: Comment) {
        let place = (comment.lamport, comment.id);
        match comment.after {
            Some(first) => self.answers.entry(first).or_default().insert(place),
            None => self.order.insert(place),
        };
        self.comments.insert(comment.id, comment);
    }

    pub fn resolve(
        &mut self,
        setting: EventId,
        lamport: u64,
        thread: EventId,
        done: Option<Vec<EventId>>,
        replaces: &[EventId],
    ) {
        self.resolved.entry(thread).or_default().set(setting, lamport, done, replaces);
    }

    pub fn get(&self, id: &EventId) -> Option<&Comment> {
        self.comments.get(id)
    }

    /// The thread that a comment belongs to: its own, or the one it answers. An answer whose first
    /// comment has not arrived belongs to none.
    pub fn thread(&self, id: &EventId) -> Option<Thread<'_>> {
        let comment = self.comments.get(id)?;
        let first = match &comment.after {
            // Threads have one level: an answer to an answer is a hostile line.
            Some(first) => self.comments.get(first).filter(|first| first.after.is_none())?,
            None => comment,
        };
        let answers = self.answers.get(&first.id).into_iter().flatten();
        let answers = answers.filter_map(|(_, id)| self.comments.get(id)).collect();
        Some(Thread { first, answers, resolved: self.is_resolved(&first.id) })
    }

    /// Whether a thread is done. Where one resolved it and another opened it again or answered apart
    /// from each other, it is open: nothing that somebody still asks about goes out of sight.
    fn is_resolved(&self, thread: &EventId) -> bool {
        let Some(register) = self.resolved.get(thread) else { return false };
        let standing: Vec<_> = register.standing().map(|(_, done)| done.as_ref()).collect();
        let Some(done) = standing.into_iter().collect::<Option<Vec<_>>>() else { return false };
        let seen = |id: &EventId| done.iter().any(|answers| answers.contains(id));
        let mut answers = self.answers.get(thread).into_iter().flatten();
        !done.is_empty() && answers.all(|(_, id)| seen(id))
    }

    /// What a new word on whether a thread is done replaces.
    pub fn heads(&self, thread: &EventId) -> Vec<EventId> {
        self.resolved.get(thread).map(Register::heads).unwrap_or_default()
    }

    /// All threads in order of display.
    pub fn threads(&self) -> impl Iterator<Item = Thread<'_>> {
        self.order.iter().filter_map(|(_, id)| self.thread(id))
    }

    /// The threads that are not done.
    pub fn open(&self) -> impl Iterator<Item = Thread<'_>> {
        self.threads().filter(|thread| !thread.resolved)
    }

    /// Every comment, in no particular order.
    pub fn iter(&self) -> impl Iterator<Item = &Comment> {
        self.comments.values()
    }

    /// Every word on whether a thread is done: when, about which thread, and what.
    pub(super) fn settings(&self) -> impl Iterator<Item = ((u64, EventId), EventId, bool)> {
        self.resolved.iter().flat_map(|(thread, register)| {
            register.settings().map(|(at, done)| (*at, *thread, done.is_some()))
        })
    }

    /// As they stood after everything up to a moment.
    pub fn at(&self, end: (u64, EventId)) -> Self {
        let comments = self.comments.values().filter(|one| (one.lamport, one.id) <= end);
        let upto = |all: &BTreeSet<(u64, EventId)>| all.range(..=end).copied().collect();
        Self {
            comments: comments.map(|one| (one.id, one.clone())).collect(),
            order: upto(&self.order),
            answers: self.answers.iter().map(|(first, all)| (*first, upto(all))).collect(),
            resolved: self.resolved.iter().map(|(id, said)| (*id, said.at(end))).collect(),
        }
    }

    pub fn is_empty(&self) -> bool {
        self.comments.is_empty()
    }
}
