//! A value that several people may set: each setting names the settings it replaces. What nobody
//! replaced stands; two that stand are a conflict, which is shown and settled.

use crate::base::EventId;
use std::collections::{BTreeMap, BTreeSet};

/// All settings of one value, in any order of arrival.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Register<T> {
    settings: BTreeMap<(u64, EventId), T>,
    replaced: BTreeSet<EventId>,
}

impl<T> Default for Register<T> {
    fn default() -> Self {
        Self { settings: BTreeMap::new(), replaced: BTreeSet::new() }
    }
}

impl<T> Register<T> {
    pub fn set(&mut self, id: EventId, lamport: u64, value: T, replaces: &[EventId]) {
        self.settings.insert((lamport, id), value);
        self.replaced.extend(replaces.iter().copied());
    }

    /// Marks settings as replaced by something that is no setting itself.
    pub fn replace(&mut self, replaces: &[EventId]) {
        self.replaced.extend(replaces.iter().copied());
    }

    /// The value shown, with the Lamport number at which it was set.
    pub fn newest(&self) -> Option<(u64, &T)> {
        self.settings
            .iter()
            .rev()
            .find(|((_, id), _)| !self.replaced.contains(id))
            .map(|((lamport, _), value)| (*lamport, value))
    }

    /// The settings that stand, oldest first.
    pub fn standing(&self) -> impl DoubleEndedIterator<Item = (EventId, &T)> {
        self.settings
            .iter()
            .filter(|((_, id), _)| !self.replaced.contains(id))
            .map(|((_, id), value)| (*id, value))
    }

    /// Every setting, oldest first, those that were replaced too.
    pub fn all(&self) -> impl DoubleEndedIterator<Item = &T> {
        self.settings.values()
    }

    /// The value shown: the last in order of those that stand.
    pub fn value(&self) -> Option<&T> {
        self.standing().next_back().map(|(_, value)| value)
    }

    /// The event that set the value shown.
    pub fn setter(&self) -> Option<EventId> {
        self.standing().next_back().map(|(id, _)| id)
    }

    /// What a setting set.
    pub fn of(&self, id: &EventId) -> Option<&T> {
        self.settings.iter().find(|((_, one), _)| one == id).map(|(_, value)| value)
    }

    /// What a new setting replaces.
    pub fn heads(&self) -> Vec<EventId> {
        self.standing().map(|(id, _)| id).collect()
    }

    pub fn is_conflict(&self) -> bool {
        self.standing().nth(1).is_some()
    }
}
