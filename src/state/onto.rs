//! An edit that quotes what an open hunk proposes: it stands for both, on today's text.

use super::propose::Made;
use super::{Cx, Turn};
use crate::assist::{Hunk, Landed, Onto, Outcome, Placement, Placer, onto, trimmed};
use crate::session::{Claim, HunkRef, HunkState};
use ropey::Rope;

/// The place of an edit in the text as it is, if that is certain.
fn today(text: &Rope, old: &str, new: &str) -> Option<Onto> {
    match Placer::new(text).place(old, new, None) {
        Placement::Placed { hunk, step } if !step.is_loose() && !old.trim().is_empty() => {
            Some(Onto { hunk: trimmed(&hunk)?, step, over: Vec::new() })
        }
        _ => None,
    }
}

impl Cx<'_> {
    /// An edit that has no certain place in the text, as one of the text with the open hunks that it
    /// is about. These step back for it.
    pub(super) fn onto_open(&self, turn: &Turn, landed: &Landed) -> Option<Made> {
        let (old, new) = landed.unplaced()?;
        let session = &self.model.session;
        let entry = session.documents.get(&turn.doc)?;
        let mut open = session.open_in(&turn.doc);
        open.retain(|one| one.state == HunkState::Pending && one.span.is_some());
        open.sort_by_key(|one| one.made);
        let made: Vec<Hunk> = open
            .iter()
            .filter_map(|one| {
                Some(Hunk { span: one.span?, old: one.old.clone(), new: one.new.clone() })
            })
            .collect();
        let rope = entry.document.rope();
        // One that is doubted for what it says has its place.
        let placed = matches!(landed.outcome, Outcome::Placed { .. });
        let found = match onto(rope, &made, old, new) {
            Some(found) if placed && found.over.is_empty() => return None,
            Some(found) => found,
            // It may quote what was accepted, or typed, since the text was sent.
            None if !turn.since.is_empty() && !placed => today(rope, old, new)?,
            None => return None,
        };
        let under = || found.over.iter().filter_map(|at| open.get(*at));
        let over: Vec<HunkRef> = under().flat_map(|one| one.members.clone()).collect();
        let said = Some((old.to_owned(), new.to_owned()));
        Some(Made {
            span: Some(found.hunk.span),
            known: None,
            old: found.hunk.old,
            new: found.hunk.new,
            why: landed.why.clone(),
            form: landed.form,
            step: found.step.name(),
            // What rests on a doubtful place is as doubtful.
            loose: under().any(|one| one.loose),
            file: None,
            said,
            over,
            // It keeps what else is open in what it quotes.
            claim: Claim::Words,
        })
    }
}
