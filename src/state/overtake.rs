//! Open hunks step back for what comes later: in the log as superseded, which undo takes back.

use super::{Cx, Turn};
use crate::assist::are_versions;
use crate::base::{EventId, Span};
use crate::event::{Event, HunkVerdict};
use crate::session::{Claim, Hunk, HunkRef, Proposal};
use crate::text::Document;

impl Cx<'_> {
    /// Of two proposals for the same words the later stands; undo brings the other back.
    pub(super) fn overtake(
        &mut self,
        turn: &mut Turn,
        proposal: EventId,
        span: Span,
        (old, new): (&str, &str),
        claim: Claim,
    ) {
        let session = &self.model.session;
        let Some(entry) = session.documents.get(&turn.doc) else { return };
        // One whose text was changed meanwhile takes nobody's place.
        if entry.document.rope().get_slice(span.range()).is_none_or(|there| there != old) {
            return;
        }
        for (of, replaces) in session.overtaken(&turn.doc, proposal, span, (old, new), claim) {
            turn.overtaken += 1;
            self.step_back(of, replaces);
        }
    }

    pub(super) fn step_back(&mut self, of: HunkRef, replaces: Vec<EventId>) {
        self.append(&Event::HunkResolved {
            hunk: of.id,
            part: of.part,
            verdict: HunkVerdict::Superseded,
            reason: None,
            edit: None,
            replaces,
        });
    }

    /// The hunks that are part of a new one step back for it; undo brings each back.
    pub(super) fn step_back_for(&mut self, turn: &mut Turn, over: Vec<HunkRef>) {
        for of in over {
            let Some(hunk) = self.model.session.proposals.hunk(&of) else { continue };
            if !hunk.is_open() {
                continue;
            }
            if Some(hunk.proposal) == turn.proposal {
                turn.hunks = turn.hunks.saturating_sub(1);
            }
            let replaces = hunk.verdict.heads();
            self.step_back(of, replaces);
        }
    }

    /// Of an edit that is said to correct an earlier one of its answer: what it contradicts there steps
    /// back for it; undo brings each back.
    pub(super) fn correct(&mut self, turn: &mut Turn, span: Span, (old, new): (&str, &str)) {
        let (Some(true), Some(proposal)) = (turn.version, turn.proposal) else { return };
        let session = &self.model.session;
        let wrong = session.contradicted(proposal, span, (old, new), &are_versions);
        turn.overtaken += wrong.len();
        self.step_back_for(turn, wrong);
    }

    /// What is open and `meant` steps back for what comes now.
    pub(super) fn supersede(
        &mut self,
        meant: impl Fn(&Hunk, &Proposal, Option<&Document>) -> bool,
    ) {
        let session = &self.model.session;
        let proposals = &session.proposals;
        let old = |hunk: &&Hunk| {
            let Some(proposal) = proposals.proposal(&hunk.proposal) else { return false };
            let document = session.documents.get(&proposal.doc).map(|entry| &entry.document);
            hunk.is_open() && meant(hunk, proposal, document)
        };
        let old: Vec<_> = proposals
            .hunks()
            .into_iter()
            .filter(old)
            .map(|hunk| (hunk.of, hunk.verdict.heads()))
            .collect();
        for (of, replaces) in old {
            self.step_back(of, replaces);
        }
    }
}
