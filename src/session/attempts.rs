//! How models fared with their edits: what was asked for, how it was written down, and whether it
//! found its place.

use super::{Hunk, HunkRef, Proposals, Session};
use crate::base::{AuthorId, EventId, Millis};
use crate::event::{Envelope, Tally};

/// What became of the edits of an answer that are no hunks.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Closed {
    pub at: Millis,
    pub author: AuthorId,
    pub tally: Tally,
}

/// Edits of one answer of one kind.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Attempt {
    pub at: Millis,
    /// The model, as it is called in the session.
    pub model: String,
    /// How edits were asked for: `selection`, `whole` or `blocks`.
    pub asked: String,
    /// How they were written down, where that is known.
    pub form: Option<String>,
    /// How the place was found, or what became of them instead: a step, `ambiguous`, `missing`,
    /// `already`, `twice`, `unchanged`, `unreadable`, `elsewhere`.
    pub outcome: String,
    pub loose: bool,
    pub count: u64,
    /// The hunk, where it became one.
    pub hunk: Option<HunkRef>,
}

impl Attempt {
    /// Whether the edit was to be used without a person's help or another question; `None` where
    /// it says nothing about that.
    pub fn worked(&self) -> Option<bool> {
        match self.outcome.as_str() {
            "unchanged" | "elsewhere" => None,
            "ambiguous" | "missing" | "unreadable" => Some(false),
            // Whoever is asked for blocks and writes the whole text does not write blocks.
            _ if self.asked == "blocks" && self.form.as_deref() == Some("whole") => Some(false),
            _ => Some(true),
        }
    }
}

impl Hunk {
    /// Whether a person gave it the place that it has.
    pub fn is_placed_by_hand(&self) -> bool {
        self.placed_by().is_some()
    }
}

impl Proposals {
    pub fn close(&mut self, id: EventId, closed: Closed) {
        self.closed.insert(id, closed);
    }

    /// What became of the edits that are no hunks, by answer.
    pub fn closed(&self) -> impl Iterator<Item = &Closed> {
        self.closed.values()
    }

    /// Hunks as they were made, split ones whole.
    pub(super) fn made_hunks(&self) -> impl Iterator<Item = &Hunk> {
        self.hunks.values().filter(|hunk| hunk.of.part.is_none())
    }
}

impl Session {
    /// How many edits of the answer to a question, and of the second one that belongs to it, had one of
    /// these outcomes and became no hunk.
    pub fn became_none(&self, question: EventId, outcomes: &[&str]) -> u64 {
        let own =
            |closed: &&Closed| self.transcript.asked_by_person(closed.tally.question) == question;
        let all = self.proposals.closed().filter(own).flat_map(|closed| &closed.tally.edits);
        let counted = all.filter(|edits| outcomes.contains(&edits.outcome.as_str()));
        counted.fold(0, |sum: u64, edits| sum.saturating_add(edits.count))
    }

    /// Every edit of every answer, the oldest first; a hunk that was split counts once.
    pub fn attempts(&self) -> Vec<Attempt> {
        let proposals = &self.proposals;
        let mut all: Vec<Attempt> = Vec::new();
        for hunk in proposals.made_hunks() {
            let Some(proposal) = proposals.proposal(&hunk.proposal) else { continue };
            all.push(Attempt {
                at: proposal.at,
                model: self.author_name(&proposal.author).to_owned(),
                asked: proposal.dialect.clone(),
                form: hunk.form.clone(),
                outcome: hunk.step.clone(),
                loose: hunk.loose,
                count: 1,
                hunk: Some(hunk.of),
            });
        }
        for closed in proposals.closed() {
            let model = self.author_name(&closed.author);
            all.extend(closed.tally.edits.iter().map(|edits| Attempt {
                at: closed.at,
                model: model.to_owned(),
                asked: closed.tally.dialect.clone(),
                form: edits.form.clone(),
                outcome: edits.outcome.clone(),
                loose: false,
                // Foreign logs may hold any number.
                count: edits.count.min(1 << 32),
                hunk: None,
            }));
        }
        all.sort_by_key(|attempt| attempt.at);
        all
    }
}

/// Every edit of every answer in several sessions, the oldest first, from the events that tell of
/// them.
pub fn attempts_of<'a>(logs: impl IntoIterator<Item = (EventId, &'a [Envelope])>) -> Vec<Attempt> {
    let mut all: Vec<Attempt> =
        logs.into_iter().flat_map(|(id, events)| Session::fold(id, events).attempts()).collect();
    all.sort_by_key(|attempt| attempt.at);
    all
}

/// Of the last edits of a model that were asked for in one way, at most `last`: how many were to be
/// used as they came, and how many there are. The attempts are the oldest first.
pub fn worked_lately(attempts: &[Attempt], model: &str, asked: &str, last: u64) -> (u64, u64) {
    let (mut worked, mut all) = (0, 0);
    for attempt in attempts.iter().rev() {
        if attempt.model != model || attempt.asked != asked {
            continue;
        }
        let Some(good) = attempt.worked() else { continue };
        let count = attempt.count.min(last.saturating_sub(all));
        all += count;
        worked += if good { count } else { 0 };
    }
    (worked, all)
}
