//! Why somebody set the status of a decision: only ever their own words. Derived; knows no screen.

use super::{Decision, Session};
use crate::base::{AuthorId, EventId};
use crate::event::DecisionStatus;
use std::borrow::Cow;

/// Why a status was set.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Why<'a> {
    /// Who said so: of a status that settled a conflict, whose side was taken.
    pub by: &'a AuthorId,
    pub words: Cow<'a, str>,
}

impl Session {
    /// Why a setting of a decision's status was made: the reason given with it, or else the outcome
    /// that the same person wrote about it. Nothing where they gave none, whatever others wrote.
    pub fn why<'a>(&'a self, decision: &'a Decision, set: &EventId) -> Option<Why<'a>> {
        let mut set = *set;
        loop {
            let by = self.author_of(&set)?;
            if let Some(reason) = decision.reasons.get(&set) {
                return Some(Why { by, words: self.told(&set, reason) });
            }
            // What was written before the status that this one took the place of was said about that.
            let before = decision.status.replaced_by(set).map(|(lamport, ..)| lamport).next_back();
            let accepted = (decision.status.of(&set) == Some(&DecisionStatus::Accepted))
                .then(|| accepted_outcome(decision, &set))
                .flatten();
            let own = decision.outcome.settings().rev().find(|((lamport, id), text)| {
                let theirs = self.author_of(id).is_some_and(|author| self.is_same(author, by));
                // Who settles a conflict takes the words of another.
                let mut taken = decision.outcome.replaced_by(*id);
                theirs
                    && (before.is_none_or(|before| *lamport > before) || accepted == Some(*id))
                    && !text.is_empty()
                    && !taken.any(|(.., old)| old == *text)
            });
            if let Some(((_, id), text)) = own {
                return Some(Why { by, words: self.told(id, text) });
            }
            // Who settles what two people said takes the side of one of them.
            let replaced: Vec<_> = decision.status.replaced_by(set).collect();
            let value = decision.status.of(&set)?;
            let side = replaced.iter().rev().find(|(.., old)| replaced.len() > 1 && *old == value);
            set = side.map(|(_, old, _)| *old)?;
        }
    }

    /// Why the status that holds was set, where the decision itself does not say it as its outcome.
    pub fn why_so<'a>(&'a self, decision: &'a Decision) -> Option<Why<'a>> {
        let set = decision.status.setter()?;
        let why = self.why(decision, &set)?;
        (why.words != self.told_value(&decision.outcome)).then_some(why)
    }

    /// The outcome that a setting of the status was said about.
    pub fn outcome_then<'a>(&'a self, decision: &'a Decision, set: &EventId) -> Cow<'a, str> {
        let id = accepted_outcome(decision, set);
        let text = id.and_then(|id| Some((id, decision.outcome.of(&id)?)));
        text.map_or(Cow::Borrowed(""), |(id, text)| self.told(&id, text))
    }
}

fn accepted_outcome(decision: &Decision, set: &EventId) -> Option<EventId> {
    let accepts = decision.accepts.get(set).map_or(&[][..], Vec::as_slice);
    // One event may have set several fields: of those named, the newest that set this one.
    let mut all = decision.outcome.settings().rev();
    all.find(|((_, id), _)| accepts.contains(id)).map(|((_, id), _)| *id)
}
