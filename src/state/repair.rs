//! The one second request: when edits of an answer found no certain place, the model is asked for
//! these once more, and what comes replaces them.
//!
//! Never for an answer that was stopped or broke off, never twice, and only where the first request
//! could go as well.

use super::{Answerer, Cx, Queued, Task, Turn, plural};
use crate::assist::{Failed, MOST_REPAIRED, alike, basic, is_small_name, repair_request};
use crate::base::EventId;
use crate::event::{Event, HunkVerdict};
use crate::provider::local::NAME as LOCAL;
use crate::session::{HunkRef, HunkState};

/// What a second request is about.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Repair {
    /// The hunks without a place.
    pub hunks: Vec<EventId>,
    /// Who made them: `provider/model`.
    pub model: String,
}

/// How much an edit must have in common with one without a place to be taken for it, of 100.
const LIKE: u8 = 50;
/// Characters of an edit's text in the request that need not be written again.
const QUOTED: usize = 80;

impl Cx<'_> {
    /// Asks again for the edits of an answer that have no place. Returns whether the question is on
    /// its way.
    ///
    /// # Errors
    /// Says why it is not, where that is for the person to know.
    pub(super) fn ask_for_repair(&mut self, turn: &Turn, answer: EventId) -> Result<bool, String> {
        if turn.failed.is_empty() || turn.repair.is_some() || !self.model.config.assist.repair {
            return Ok(false);
        }
        let Some(who) = self.repairer(turn) else { return Ok(false) };
        let here = self.model.doc == turn.doc
            && self.model.branch_tip() == Some(answer)
            && self.model.past.is_none()
            && self.model.quitting.is_none();
        if !here {
            return Ok(false);
        }
        let (hunks, failed): (Vec<EventId>, Vec<Failed>) =
            turn.failed.iter().take(MOST_REPAIRED).cloned().unzip();
        let text = repair_request(&turn.base, &failed, &self.placed_of(turn));
        let repair = Some(Repair { hunks, model: turn.model.clone() });
        let queued = Queued { repair, ..Queued::new(text, Task::Chat) };
        let context = self.context_of(&queued, &who).map_err(|why| why.to_string())?;
        self.within_budget(&who, context.tokens())?;
        let count = failed.len();
        self.start_turn(queued);
        let asked = self.model.turn.as_ref().is_some_and(|turn| turn.repair.is_some());
        if asked {
            self.info(format!(
                "{} found no certain place: the model is asked once more (Esc stops it).",
                plural(count, "edit")
            ));
        }
        Ok(asked)
    }

    /// Who can be asked again: the model that answered, if it can write edits and may be asked.
    fn repairer(&self, turn: &Turn) -> Option<Answerer> {
        let who = self.model.resolve(&turn.model)?;
        let small = who.is_basic()
            || who.provider.name() == LOCAL
            || basic::is_basic(&who.model)
            || !who.provider.leaves_machine() && is_small_name(&who.model);
        let allowed = !who.provider.leaves_machine() || self.model.may_send_to(who.provider.name());
        (!small && allowed).then_some(who)
    }

    /// The edits of an answer that have a place, in short.
    fn placed_of(&self, turn: &Turn) -> Vec<String> {
        let hunks = self.model.session.proposals.hunks();
        let own = hunks.into_iter().filter(|hunk| Some(hunk.proposal) == turn.proposal);
        let placed = own.filter(|hunk| hunk.place.is_some());
        placed
            .map(|hunk| {
                let short = |text: &str| text.trim().chars().take(QUOTED).collect::<String>();
                format!("{:?} to {:?}", short(&hunk.old), short(&hunk.new))
            })
            .collect()
    }

    /// The hunk without a place that an edit of a second answer is meant for.
    pub(super) fn meant_by(&self, turn: &Turn, old: &str, new: &str) -> Option<EventId> {
        let repair = turn.repair.as_ref()?;
        let proposals = &self.model.session.proposals;
        let left = repair.hunks.iter().filter(|id| !turn.repaired.contains(id));
        let score = |id: &EventId| {
            let hunk = proposals.hunk(&HunkRef { id: *id, part: None })?;
            // What is added tells more than what was misquoted.
            let by_new = alike(&hunk.new, new);
            let by_old = alike(&hunk.old, old);
            let like = by_new.max(by_old);
            (like >= LIKE).then_some(u16::from(by_new) * 2 + u16::from(by_old))
        };
        let mut best: Option<(u16, EventId)> = None;
        for id in left {
            // Of equals the first: they come in the order in which they were asked for.
            if let Some(score) = score(id)
                && best.is_none_or(|(other, _)| score > other)
            {
                best = Some((score, *id));
            }
        }
        best.map(|(_, id)| id)
    }

    /// Whether a hunk still waits for a place, and nobody settled it meanwhile.
    pub(super) fn still_unplaced(&self, id: EventId) -> bool {
        let session = &self.model.session;
        let of = HunkRef { id, part: None };
        let Some(hunk) = session.proposals.hunk(&of) else { return false };
        let proposal = session.proposals.proposal(&hunk.proposal);
        let entry = proposal.and_then(|proposal| session.documents.get(&proposal.doc));
        entry.is_some_and(|entry| hunk.state(&entry.document) == HunkState::Unplaced)
    }

    /// What came for a hunk without a place stands for it now.
    pub(super) fn replace_unplaced(&mut self, id: EventId) {
        let of = HunkRef { id, part: None };
        let heads = self.model.session.proposals.hunk(&of).map(|hunk| hunk.verdict.heads());
        self.append(&Event::HunkResolved {
            hunk: id,
            part: None,
            verdict: HunkVerdict::Superseded,
            reason: None,
            edit: None,
            replaces: heads.unwrap_or_default(),
        });
        self.model.session.track_hunks();
        self.model.refresh();
    }
}
