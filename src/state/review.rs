//! The Review tab: the hunks of all documents of the session as a list, and how far the review is.
//!
//! One computation for drawing (`review_rows` makes rows of it), for the keys and for the mouse.

use super::Model;
use crate::assist::Tag;
use crate::base::{DocId, EventId};
use crate::event::Op;
use crate::session::{DocEntry, Hunk, HunkRef, HunkState, OpenHunk};
use std::collections::BTreeMap;

/// The columns at the right of a hunk's first row that decide: `✓ ✗`.
pub const DECIDE: u16 = 4;

/// Which hunks are listed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum ReviewFilter {
    #[default]
    Open,
    Unseen,
    Loose,
    Stale,
    Unplaced,
    /// What repeats something that was turned down.
    Again,
    Decided,
    All,
}

/// Each filter with its word, in the order in which they follow each other.
pub const FILTERS: [(&str, ReviewFilter); 8] = [
    ("open", ReviewFilter::Open),
    ("unseen", ReviewFilter::Unseen),
    ("loose", ReviewFilter::Loose),
    ("stale", ReviewFilter::Stale),
    ("unplaced", ReviewFilter::Unplaced),
    ("again", ReviewFilter::Again),
    ("decided", ReviewFilter::Decided),
    ("all", ReviewFilter::All),
];

impl ReviewFilter {
    pub fn word(self) -> &'static str {
        FILTERS.iter().find(|(_, one)| *one == self).map_or("", |(word, _)| word)
    }

    fn takes(self, one: &Listed) -> bool {
        let open = one.is_open();
        match self {
            Self::Open => open,
            Self::Unseen => open && !one.seen,
            Self::Loose => open && one.hunk.loose,
            Self::Stale => matches!(one.hunk.state, HunkState::Stale | HunkState::Collided),
            Self::Unplaced => one.hunk.state == HunkState::Unplaced,
            Self::Decided => !open && !one.again,
            Self::Again => one.again,
            Self::All => true,
        }
    }
}

pub(super) fn is_open(state: HunkState) -> bool {
    use HunkState::{Collided, Pending, Stale, Unplaced};
    matches!(state, Pending | Stale | Unplaced | Collided)
}

/// A hunk of the list, or several that touch.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Listed {
    pub doc: DocId,
    pub hunk: OpenHunk,
    /// It was on the screen; one without a place can't be.
    pub seen: bool,
    /// Why it was turned down, or what it repeats.
    pub reason: Option<String>,
    /// It is folded away, as it repeats what was turned down.
    pub again: bool,
}

impl Listed {
    pub(super) fn is_open(&self) -> bool {
        is_open(self.hunk.state) && !self.again
    }
}

/// How far the review is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Progress {
    pub decided: usize,
    pub all: usize,
    pub unseen: usize,
}

/// What a row of the list is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ReviewPart {
    Progress,
    Document,
    Proposal,
    /// The first row of a hunk, with the signs that decide.
    Title,
    /// The same of one that somebody decided.
    Settled,
    Old,
    New,
    Both,
    Like,
    Note,
}

/// One row of the list on the screen.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReviewRow {
    pub part: ReviewPart,
    /// Which of the listed hunks it belongs to.
    pub item: Option<usize>,
    pub chosen: bool,
    pub pieces: Vec<(Tag, String)>,
    /// What stands beside it, from this column on.
    pub beside: Option<(usize, Vec<(Tag, String)>)>,
}

impl Model {
    /// All hunks that the filter takes: those of the shown document first; by document, then by
    /// proposal, then by place. While a point of the past is shown, those of the shown document as
    /// they stood.
    pub fn review(&self) -> Vec<Listed> {
        if let Some(past) = &self.past {
            return self.review_then(&past.then);
        }
        let filter = self.ui.review_filter;
        let mut all = self.review_all();
        all.retain(|one| filter.takes(one));
        all
    }

    fn review_all(&self) -> Vec<Listed> {
        if self.session.proposals.is_empty() {
            return Vec::new();
        }
        let filter = self.ui.review_filter;
        let decided = matches!(filter, ReviewFilter::Decided | ReviewFilter::All);
        let again = matches!(filter, ReviewFilter::Again | ReviewFilter::All);
        let others = self.session.documents.keys().filter(|doc| **doc != self.doc);
        let mut out = Vec::new();
        for doc in std::iter::once(&self.doc).chain(others) {
            let mut hunks = self.session.open_in(doc);
            if decided {
                hunks.extend(self.session.decided_in(doc));
            }
            if again {
                hunks.extend(self.session.folded_away(doc));
            }
            let made = |one: &OpenHunk| {
                self.session.proposals.proposal(&one.proposal).map(|it| (it.lamport, it.id))
            };
            hunks.sort_by_key(|one| made(one));
            let entry = self.session.documents.get(doc);
            out.extend(hunks.into_iter().map(|hunk| {
                let known = self.session.proposals.hunk(&hunk.of);
                let seen = match hunk.state {
                    HunkState::Accepted => known
                        .zip(entry)
                        .and_then(|(known, entry)| accepted_seen(known, entry))
                        .unwrap_or(true),
                    _ => {
                        let seen = |of| self.ui.seen.contains(of);
                        hunk.span.is_none() || hunk.members.iter().all(seen)
                    }
                };
                let proposals = &self.session.proposals;
                let again = known.is_some_and(|known| proposals.is_folded(known));
                let said = known.filter(|_| !again);
                let repeats = || {
                    let id = known.filter(|_| again)?.again?;
                    proposals.hunk(&HunkRef { id, part: None })
                };
                let reason = said.or_else(repeats);
                let reason = reason.and_then(|hunk| hunk.verdict.value()?.reason.clone());
                Listed { doc: doc.clone(), hunk, seen: seen || again, reason, again }
            }));
        }
        out
    }

    /// The chosen hunk of the list: one of them always is, also when the list became shorter.
    pub fn review_chosen(&self) -> Option<Listed> {
        let mut all = self.review();
        let at = self.ui.review.chosen.min(all.len().checked_sub(1)?);
        Some(all.swap_remove(at))
    }

    /// Of the questions that are reviewed together: those of which a hunk is open, and those that came
    /// before all hunks of these were settled, or were not settled when these came. So it never goes
    /// back while one question after the other is done. What came for a hunk that had no place, in a
    /// second answer, counts with the rest of the first.
    pub fn review_progress(&self) -> Progress {
        let mut made = Progress::default();
        let mut questions: BTreeMap<EventId, Reviewed> = BTreeMap::new();
        let proposals = &self.session.proposals;
        for doc in self.session.documents.keys() {
            for one in self.session.open_in(doc) {
                let seen = one.members.iter().all(|of| self.ui.seen.contains(of));
                made.unseen += usize::from(one.span.is_some() && !seen);
                if let Some((question, came)) = self.question_of(&one) {
                    let of = questions.entry(question).or_insert_with(|| Reviewed::from(came));
                    of.came = of.came.min(came);
                    of.open += 1;
                }
            }
            for one in self.session.decided_in(doc) {
                let said = proposals.hunk(&one.of).and_then(|hunk| hunk.verdict.newest());
                if let (Some((question, came)), Some((settled, _))) = (self.question_of(&one), said)
                {
                    let of = questions.entry(question).or_insert_with(|| Reviewed::from(came));
                    of.came = of.came.min(came);
                    of.settled = of.settled.max(settled);
                    of.decided += usize::from(one.state != HunkState::Superseded);
                }
            }
        }
        let open = questions.values().filter(|one| one.open > 0);
        let Some(mut since) = open.map(|one| one.came).min() else { return made };
        let mut all: Vec<&Reviewed> = questions.values().collect();
        all.sort_by_key(|one| std::cmp::Reverse(one.came));
        // The newest first: each that is among them may bring an earlier one.
        for one in all {
            if one.open > 0 || one.settled > since {
                since = since.min(one.came);
                made.decided += one.decided;
                made.all += one.decided + one.open;
            }
        }
        made
    }

    /// The question that a hunk came of, and when the hunk did.
    fn question_of(&self, one: &OpenHunk) -> Option<(EventId, u64)> {
        let proposal = self.session.proposals.proposal(&one.proposal)?;
        Some((self.session.transcript.asked_by_person(proposal.question), proposal.lamport))
    }
}

/// What became of the hunks of one question.
struct Reviewed {
    /// When the first came, and when something was said to the last; Lamport numbers.
    came: u64,
    settled: u64,
    open: usize,
    decided: usize,
}

impl Reviewed {
    fn from(came: u64) -> Self {
        Self { came, settled: 0, open: 0, decided: 0 }
    }
}

/// Whether what was accepted of a hunk had been on the screen then, as its edit says; nothing where
/// it is not accepted, or put nothing in.
fn accepted_seen(hunk: &Hunk, entry: &DocEntry) -> Option<bool> {
    let edit = hunk.verdict.value().and_then(|said| entry.edit(&said.edit?))?;
    edit.edit.ops.iter().find_map(|op| match op {
        Op::Insert { origin: Some(origin), .. } => origin.seen,
        _ => None,
    })
}
