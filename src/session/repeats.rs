//! Hunks that repeat what a person turned down: folded away until somebody asks for them.
//!
//! What a hunk repeats is written with it. That it is folded follows: as long as that other one is
//! turned down, and nobody said anything about this one.

use super::{Hunk, HunkRef, Proposals, Session};
use crate::base::{DocId, EventId};
use crate::event::HunkVerdict;

impl Proposals {
    /// Whether a hunk is folded away.
    pub fn is_folded(&self, hunk: &Hunk) -> bool {
        hunk.again.is_some_and(|again| hunk.verdict.value().is_none() && self.is_rejected(&again))
    }

    /// Whether a hunk, or a part of it, is turned down.
    fn is_rejected(&self, id: &EventId) -> bool {
        let parts = HunkRef { id: *id, part: None }..=HunkRef { id: *id, part: Some(u32::MAX) };
        self.hunks.range(parts).any(|(_, hunk)| {
            hunk.verdict.value().is_some_and(|said| said.verdict == HunkVerdict::Rejected)
        })
    }
}

impl Session {
    /// The hunks of a document that are folded away, in the order in which they were made.
    pub fn folded_in(&self, doc: &DocId) -> Vec<&Hunk> {
        let proposals = &self.proposals;
        let ids = proposals.repeats.values().flatten();
        let hunks = ids.filter_map(|id| proposals.hunk(&HunkRef { id: *id, part: None }));
        let mut all: Vec<&Hunk> = hunks
            .filter(|hunk| {
                let proposal = proposals.proposal(&hunk.proposal);
                proposal.is_some_and(|proposal| proposal.doc == *doc) && proposals.is_folded(hunk)
            })
            .collect();
        all.sort_by_key(|hunk| (hunk.lamport, hunk.of));
        all
    }
}
