//! A value that several people may set: each setting names the settings it replaces. What nobody
//! replaced stands; two that stand are a conflict, which is shown and settled.

use crate::base::EventId;
use std::collections::{BTreeMap, BTreeSet};

/// All settings of one value, in any order of arrival.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Register<T> {
    settings: BTreeMap<(u64, EventId), T>,
    /// What was replaced, by the events that did so.
    replaced: BTreeMap<EventId, BTreeSet<(u64, EventId)>>,
}

impl<T> Default for Register<T> {
    fn default() -> Self {
        Self { settings: BTreeMap::new(), replaced: BTreeMap::new() }
    }
}

impl<T> Register<T> {
    pub fn set(&mut self, id: EventId, lamport: u64, value: T, replaces: &[EventId]) {
        self.settings.insert((lamport, id), value);
        self.replace(id, lamport, replaces);
    }

    /// Marks settings as replaced by something that may be no setting itself.
    pub fn replace(&mut self, by: EventId, lamport: u64, replaces: &[EventId]) {
        for id in replaces {
            self.replaced.entry(*id).or_default().insert((lamport, by));
        }
    }

    /// The value shown, with the Lamport number at which it was set.
    pub fn newest(&self) -> Option<(u64, &T)> {
        self.settings
            .iter()
            .rev()
            .find(|((_, id), _)| !self.replaced.contains_key(id))
            .map(|((lamport, _), value)| (*lamport, value))
    }

    /// The settings that stand, oldest first.
    pub fn standing(&self) -> impl DoubleEndedIterator<Item = (EventId, &T)> {
        self.settings
            .iter()
            .filter(|((_, id), _)| !self.replaced.contains_key(id))
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

    /// What a setting replaced, with when that was set, oldest first.
    pub fn replaced_by(&self, id: EventId) -> impl DoubleEndedIterator<Item = (u64, EventId, &T)> {
        let by = move |old: &EventId| {
            self.replaced.get(old).is_some_and(|all| all.iter().any(|(_, by)| *by == id))
        };
        let old = self.settings.iter().filter(move |((_, old), _)| by(old));
        old.map(|((lamport, id), value)| (*lamport, *id, value))
    }

    /// What a new setting replaces.
    pub fn heads(&self) -> Vec<EventId> {
        self.standing().map(|(id, _)| id).collect()
    }

    pub fn is_conflict(&self) -> bool {
        self.standing().nth(1).is_some()
    }

    /// Every setting with when it was made, oldest first.
    pub fn settings(&self) -> impl DoubleEndedIterator<Item = (&(u64, EventId), &T)> {
        self.settings.iter()
    }
}

impl<T: Clone> Register<T> {
    /// As it stood after everything up to `end` in order of display.
    pub fn at(&self, end: (u64, EventId)) -> Self {
        let settings = self.settings.range(..=end).map(|(at, value)| (*at, value.clone()));
        let mut then = Self { settings: settings.collect(), replaced: BTreeMap::new() };
        for (id, by) in &self.replaced {
            let by: BTreeSet<_> = by.range(..=end).copied().collect();
            if !by.is_empty() {
                then.replaced.insert(*id, by);
            }
        }
        then
    }
}
