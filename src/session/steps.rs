//! What was said about hunks, in order: what undo takes back and redo says again.

use super::{Beside, Hunk, HunkRef, Proposals, Verdict};
use crate::base::{AuthorId, EventId, Millis};
use crate::event::{Anchor, HunkBody, HunkVerdict};
use std::collections::{BTreeMap, BTreeSet};
use std::ops::Bound;

/// A split, with who made it and when.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Split {
    pub parts: Vec<HunkBody>,
    /// The verdicts that it replaces, when it is made again.
    pub replaces: Vec<EventId>,
    pub author: AuthorId,
    pub at: Millis,
}

/// A place that a person gave a hunk.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Placing {
    pub place: (Anchor, Anchor),
    pub old: String,
    /// What had taken it back, when it is made again.
    pub replaces: Vec<EventId>,
    pub author: AuthorId,
    pub at: Millis,
}

/// What was said with one event.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Said {
    Verdict {
        verdict: HunkVerdict,
        reason: Option<String>,
        /// The edit that belongs to it: of a rejection, that which put the older text back.
        edit: Option<EventId>,
    },
    Split(Vec<HunkBody>),
    Placed {
        place: (Anchor, Anchor),
        old: String,
    },
}

impl Said {
    pub fn kind(&self) -> StepKind {
        match self {
            Self::Split(_) => StepKind::Split,
            Self::Placed { .. } => StepKind::Placing,
            Self::Verdict { verdict: HunkVerdict::Superseded, .. } => StepKind::Superseding,
            Self::Verdict { .. } => StepKind::Rejection,
        }
    }

    /// Whether undo takes it back by itself. An acceptance goes with its edit.
    fn is_step(&self) -> bool {
        match self {
            Self::Split(_) | Self::Placed { .. } => true,
            Self::Verdict { verdict, .. } => {
                matches!(verdict, HunkVerdict::Rejected | HunkVerdict::Superseded)
            }
        }
    }
}

/// What undo takes back by itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum StepKind {
    Rejection,
    /// A newer proposal took its place.
    Superseding,
    Split,
    Placing,
}

/// One event about a hunk.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Step {
    pub of: HunkRef,
    pub said: Said,
    pub author: AuthorId,
    pub at: Millis,
    /// The verdicts and splits that it replaces.
    pub replaces: Vec<EventId>,
}

/// Everything that was said about hunks, in order of display.
#[derive(Default)]
pub(super) struct Steps {
    steps: BTreeMap<(u64, EventId), Step>,
    lamports: BTreeMap<EventId, u64>,
}

impl Steps {
    pub fn note(&mut self, id: EventId, lamport: u64, step: Step) {
        self.lamports.insert(id, lamport);
        self.steps.insert((lamport, id), step);
    }

    pub fn len(&self) -> usize {
        self.steps.len()
    }

    /// What was said after a moment, in order of display.
    pub fn after(
        &self,
        start: Option<(u64, EventId)>,
    ) -> impl Iterator<Item = (&(u64, EventId), &Step)> {
        self.steps.range((start.map_or(Bound::Unbounded, Bound::Excluded), Bound::Unbounded))
    }

    /// What was said up to a moment, in order of display.
    pub fn upto(&self, end: (u64, EventId)) -> impl Iterator<Item = (&(u64, EventId), &Step)> {
        self.steps.range(..=end)
    }

    fn get(&self, id: &EventId) -> Option<&Step> {
        self.steps.get(&(*self.lamports.get(id)?, *id))
    }

    /// The steps that an event took back by itself: what redo says again.
    fn taken_back(&self, step: &Step) -> Vec<(EventId, &Step)> {
        if step.said.is_step() {
            return Vec::new();
        }
        let old = |id: &EventId| self.get(id).map(|old| (*id, old));
        step.replaces.iter().filter_map(old).filter(|(_, old)| old.said.is_step()).collect()
    }

    /// The undos that a step says again: it names both the undo and what that took back, which
    /// nothing else said anew can do.
    fn redone(&self, step: &Step) -> Vec<EventId> {
        let undone = |id: &&EventId| {
            self.get(id).is_some_and(|undo| {
                self.taken_back(undo).iter().any(|(old, _)| step.replaces.contains(old))
            })
        };
        step.replaces.iter().filter(undone).copied().collect()
    }
}

/// Verdicts, splits or placings of one moment that undo can take back.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LastVerdict {
    pub lamport: u64,
    /// With what a verdict `pending` replaces.
    pub hunks: Vec<(HunkRef, Vec<EventId>)>,
    /// The edits that rejections came with.
    pub edits: Vec<EventId>,
    pub kind: StepKind,
}

/// What was said and taken back, with the event that took it back and itself.
pub type TakenBack = (HunkRef, Said, [EventId; 2]);

/// What redo can do, or what is newer than all that could be said again.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum LastUndone {
    /// What was taken back at one moment; saying it again names both events of each.
    Undone {
        lamport: u64,
        said: Vec<TakenBack>,
    },
    Blocked {
        lamport: u64,
    },
}

impl Hunk {
    /// As it was made.
    fn body(&self) -> HunkBody {
        HunkBody {
            place: self.made_at.0,
            old: self.made_at.1.as_str().into(),
            new: self.made_new.as_str().into(),
            why: self.why.as_deref().map(Into::into),
            step: self.step.clone(),
            loose: self.loose,
            quoted: self.quoted.as_deref().map(Into::into),
            form: self.form.clone(),
            file: self.file.as_deref().map(Into::into),
            again: self.again,
            beside: self.made_beside.as_ref().map(Beside::texts),
        }
    }
}

impl Proposals {
    /// As they stood after everything up to a moment: told again from what was said about each.
    pub(super) fn at(&self, end: (u64, EventId), lamport: impl Fn(&EventId) -> u64) -> Self {
        let mut then = Self::default();
        for proposal in self.proposals().filter(|one| (one.lamport, one.id) <= end) {
            then.open(proposal.clone());
        }
        let whole = |hunk: &&Hunk| hunk.of.part.is_none() && (hunk.lamport, hunk.of.id) <= end;
        for hunk in self.hunks.values().filter(whole) {
            then.made(hunk.of.id, hunk.lamport, hunk.proposal, hunk.body());
        }
        for ((at, id), step) in self.steps.upto(end) {
            then.say_again(*id, *at, step);
        }
        for (id, closed) in self.closed.iter().filter(|(id, _)| (lamport(id), **id) <= end) {
            then.close(*id, closed.clone());
        }
        for hunk in self.hunks.values() {
            for (id, edits) in hunk.collisions.iter().filter(|(id, _)| (lamport(id), **id) <= end) {
                then.collided(*id, hunk.of, edits.clone());
            }
        }
        then
    }

    /// Says what was said with one event.
    fn say_again(&mut self, id: EventId, lamport: u64, step: &Step) {
        let (author, at, replaces) = (step.author.clone(), step.at, step.replaces.clone());
        match &step.said {
            Said::Split(parts) => {
                let split = Split { parts: parts.clone(), replaces, author, at };
                self.split(id, lamport, step.of.id, split);
            }
            Said::Placed { place, old } => {
                let placing = Placing { place: *place, old: old.clone(), replaces, author, at };
                self.placed(id, lamport, step.of.id, placing);
            }
            Said::Verdict { verdict, reason, edit } => {
                let (verdict, reason, edit) = (*verdict, reason.clone(), *edit);
                let verdict = Verdict { verdict, reason, edit, author, at };
                self.resolved(id, lamport, step.of, verdict, replaces);
            }
        }
    }

    /// The newest rejections, splits or placings of one moment that `mine` made and that stand: what undo
    /// takes back when no edit is newer.
    pub fn last_verdict(&self, mine: impl Fn(&AuthorId) -> bool) -> Option<LastVerdict> {
        let mut last: Option<(Millis, LastVerdict)> = None;
        for ((lamport, id), step) in self.steps.steps.iter().rev() {
            if !mine(&step.author) || !step.said.is_step() || !self.holds(id, step) {
                continue;
            }
            let kind = step.said.kind();
            let hunk = self.hunk(&step.of);
            let mut replaces = hunk.map(|hunk| hunk.verdict.heads()).unwrap_or_default();
            match kind {
                StepKind::Split => {
                    replaces.extend(hunk.map(|hunk| hunk.splits.heads()).unwrap_or_default());
                }
                StepKind::Placing => replaces.push(*id),
                StepKind::Rejection | StepKind::Superseding => {}
            }
            let edit = match &step.said {
                Said::Verdict { edit, .. } => *edit,
                _ => None,
            };
            match &mut last {
                Some((at, last)) if *at == step.at && last.kind == kind => {
                    last.hunks.push((step.of, replaces));
                    last.edits.extend(edit);
                }
                Some((at, _)) if *at != step.at => break,
                Some(_) => {}
                None => {
                    let hunks = vec![(step.of, replaces)];
                    let edits = edit.into_iter().collect();
                    let found = LastVerdict { lamport: *lamport, hunks, edits, kind };
                    last = Some((step.at, found));
                }
            }
        }
        last.map(|(_, last)| last)
    }

    /// Whether a step stands and can be taken back by itself.
    fn holds(&self, id: &EventId, step: &Step) -> bool {
        let Some(hunk) = self.hunk(&step.of) else { return false };
        match &step.said {
            Said::Split(_) => {
                hunk.splits.setter() == Some(*id) && self.parts(step.of.id).all(Hunk::is_open)
            }
            Said::Placed { .. } => {
                self.stands(hunk) && hunk.is_open() && hunk.placed_by() == Some(*id)
            }
            Said::Verdict { .. } => {
                self.stands(hunk) && hunk.verdict.standing().any(|(standing, _)| standing == *id)
            }
        }
    }

    /// What `mine` took back last and has not said again, with nothing said since.
    pub fn last_undone(&self, mine: impl Fn(&AuthorId) -> bool) -> Option<LastUndone> {
        let mut redone: BTreeSet<EventId> = BTreeSet::new();
        let mut found: Option<(Millis, u64, Vec<TakenBack>)> = None;
        for ((lamport, id), step) in self.steps.steps.iter().rev() {
            if !mine(&step.author) {
                continue;
            }
            if found.as_ref().is_some_and(|(at, ..)| *at != step.at) {
                break;
            }
            let again = self.steps.redone(step);
            if !again.is_empty() {
                redone.extend(again);
                continue;
            }
            if step.said.is_step() {
                if found.is_some() {
                    break;
                }
                // That an answer came takes nothing away from redo.
                if step.said.kind() == StepKind::Superseding {
                    continue;
                }
                return Some(LastUndone::Blocked { lamport: *lamport });
            }
            if redone.contains(id) {
                continue;
            }
            let old = self.steps.taken_back(step);
            let newest = old.last().map(|(was, old)| (step.of, old.said.clone(), [*id, *was]));
            let Some(said) = newest else { continue };
            match &mut found {
                Some((_, _, all)) => all.push(said),
                None => found = Some((step.at, *lamport, vec![said])),
            }
        }
        found.map(|(_, lamport, said)| LastUndone::Undone { lamport, said })
    }
}
