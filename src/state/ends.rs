//! The two ends of a move: one hunk only takes a text away, another of its proposal only puts it in. They
//! are two hunks, and one decision.

use super::Model;
use crate::assist::{Hunk, moved_ends, moved_words, torn};
use crate::base::{DocId, EventId, Span};
use crate::session::{self, HunkRef, HunkState, OpenHunk};
use std::collections::{BTreeMap, BTreeSet};

/// What is said of one end of a move whose other end can't be decided with it.
pub const TORN: &str =
    "the other end of this move is not open: taken alone it loses text, or doubles it";

/// Which of some hunks are the ends of a move, each with the other: those that are, by their number, `open`
/// and have a place. An end whose text changed since is one still.
pub(super) fn ends(
    all: &[(&DocId, &OpenHunk)],
    open: &dyn Fn(usize) -> bool,
) -> BTreeMap<usize, usize> {
    let placed = |one: &OpenHunk| match one.state {
        HunkState::Pending => true,
        HunkState::Stale => !one.behind,
        _ => false,
    };
    let is_open = |index: usize, one: &OpenHunk| open(index) && placed(one);
    let mut came: BTreeMap<_, Vec<usize>> = BTreeMap::new();
    for (index, (doc, one)) in all.iter().enumerate().rev() {
        if is_open(index, one) && one.old.trim().is_empty() {
            came.entry((*doc, one.proposal, one.new.trim())).or_default().push(index);
        }
    }
    let mut out = BTreeMap::new();
    for (index, (doc, one)) in all.iter().enumerate() {
        let text = one.old.trim();
        if is_open(index, one)
            && text.chars().any(char::is_alphanumeric)
            && one.new.trim().is_empty()
            && let Some(other) = came.get_mut(&(*doc, one.proposal, text)).and_then(Vec::pop)
        {
            out.extend([(index, other), (other, index)]);
        }
    }
    // With a few words changed.
    let mut rest: BTreeMap<(&DocId, EventId), Vec<usize>> = BTreeMap::new();
    for (index, (doc, one)) in all.iter().enumerate() {
        let pure = one.old.trim().is_empty() != one.new.trim().is_empty();
        if is_open(index, one) && pure && one.span.is_some() && !out.contains_key(&index) {
            rest.entry((*doc, one.proposal)).or_default().push(index);
        }
    }
    for indices in rest.into_values().filter(|indices| indices.len() > 1) {
        let hunk = |index: &usize| {
            let one = all[*index].1;
            let (old, new) = (one.old.clone(), one.new.clone());
            Hunk { span: one.span.unwrap_or_default(), old, new }
        };
        let hunks: Vec<Hunk> = indices.iter().map(hunk).collect();
        for (one, other) in moved_ends(&hunks) {
            out.extend([(indices[one], indices[other]), (indices[other], indices[one])]);
        }
    }
    out
}

/// Says of the two ends of a move that they are, where nothing is said of them: the model wrote them as two
/// edits.
pub(super) fn tell(doc: &DocId, open: &mut [OpenHunk]) {
    let is_told = |one: &OpenHunk| one.why.as_deref().is_some_and(|why| !why.is_empty());
    let bare = |gone: bool| {
        let mut all = open.iter().filter(|one| !is_told(one));
        all.any(|one| one.old.trim().is_empty() != gone && one.new.trim().is_empty() == gone)
    };
    if !bare(true) || !bare(false) {
        return;
    }
    let all: Vec<(&DocId, &OpenHunk)> = open.iter().map(|one| (doc, one)).collect();
    let pairs = ends(&all, &|_| true);
    for (one, other) in pairs {
        if !is_told(&open[one]) {
            let down =
                open[other].span.map(|span| span.start) > open[one].span.map(|span| span.start);
            let gone = open[one].new.trim().is_empty();
            open[one].why = Some(moved_words(gone, down).to_owned());
        }
    }
}

impl Model {
    /// Which of the open hunks of a document are one end of a move whose other end can't be decided
    /// with it: its text changed, something took its place, it was turned down. Accepted alone, such
    /// a hunk loses a text or makes it stand twice.
    pub fn torn_ends(&self, doc: &DocId, open: &[OpenHunk]) -> BTreeSet<HunkRef> {
        let mut out = BTreeSet::new();
        let Some(entry) = self.session.documents.get(doc) else { return out };
        let pure = |old: &str, new: &str| old.trim().is_empty() != new.trim().is_empty();
        let ends =
            open.iter().filter(|one| one.state == HunkState::Pending && pure(&one.old, &one.new));
        let moving: BTreeSet<EventId> = ends.map(|one| one.proposal).collect();
        if moving.is_empty() {
            return out;
        }
        let all = self.session.proposals.hunks();
        let is_open = |of: &HunkRef| {
            let mut same = open.iter().filter(|one| one.members.contains(of));
            same.any(|one| one.state == HunkState::Pending)
        };
        for proposal in moving {
            let of = |hunk: &&&session::Hunk| hunk.proposal == proposal;
            let own: Vec<&session::Hunk> =
                all.iter().filter(of).filter(|one| pure(&one.old, &one.new)).copied().collect();
            let plain = |one: &&session::Hunk| {
                let (old, new) = (one.old.clone(), one.new.clone());
                Hunk { span: Span::default(), old, new }
            };
            let hunks: Vec<Hunk> = own.iter().map(plain).collect();
            let mut pairs = moved_ends(&hunks);
            for (from, gone) in
                hunks.iter().enumerate().filter(|(_, one)| one.new.trim().is_empty())
            {
                let same =
                    |one: &Hunk| one.old.trim().is_empty() && one.new.trim() == gone.old.trim();
                pairs.extend((0..hunks.len()).filter(|to| same(&hunks[*to])).map(|to| (from, to)));
            }
            for (from, to) in pairs {
                for (one, other) in [(own[from], own[to]), (own[to], own[from])] {
                    let taken = other.state(&entry.document) == HunkState::Accepted;
                    if !taken && !is_open(&other.of) {
                        out.insert(one.of);
                    }
                }
            }
        }
        out
    }

    /// Which of the open hunks of a document, by number, must not be accepted since they hold only with
    /// others of their proposal that are not to be: those that are not among `ready`.
    pub fn torn_without(&self, doc: &DocId, ready: &[HunkRef]) -> BTreeSet<HunkRef> {
        let open = self.session.open_in(doc);
        let proposals: BTreeSet<EventId> =
            open.iter().filter(|one| ready.contains(&one.of)).map(|one| one.proposal).collect();
        let mut out = BTreeSet::new();
        for proposal in proposals {
            let own: Vec<&OpenHunk> =
                open.iter().filter(|one| one.proposal == proposal && !one.there).collect();
            let texts: Vec<(&str, &str)> =
                own.iter().map(|one| (one.old.as_str(), one.new.as_str())).collect();
            let made: Vec<bool> = own.iter().map(|one| ready.contains(&one.of)).collect();
            let torn = torn(&texts, &made);
            out.extend(own.iter().zip(torn).filter(|(_, torn)| *torn).map(|(one, _)| one.of));
        }
        out
    }

    /// The other end of the move that an open hunk of a document is one of, however certain: who decides
    /// on one of them decides on both.
    pub fn other_end(&self, doc: &DocId, of: HunkRef) -> Option<OpenHunk> {
        let open = self.session.open_in(doc);
        let at = open.iter().position(|one| one.members.contains(&of))?;
        let all: Vec<(&DocId, &OpenHunk)> = open.iter().map(|one| (doc, one)).collect();
        let other = ends(&all, &|_| true).remove(&at)?;
        Some(open[other].clone())
    }
}
