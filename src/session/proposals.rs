//! Proposals and their hunks: what a model suggested and what a person said to it.

use super::steps::{Placing, Said, Split, Step, Steps};
use super::{Beside, HunkRef, Register};
use crate::base::{AuthorId, DocId, EventId, Millis, Span};
use crate::event::{Anchor, HunkBody, HunkVerdict, Version};
use crate::text::{Document, MarkId};
use std::collections::{BTreeMap, BTreeSet};

/// What a person said, and with which event.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Verdict {
    pub verdict: HunkVerdict,
    pub reason: Option<String>,
    pub edit: Option<EventId>,
    pub author: AuthorId,
    pub at: Millis,
}

/// How a hunk stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum HunkState {
    Pending,
    Accepted,
    /// It was accepted, and a merge brought edits into its text that did not know of it, or
    /// another verdict.
    Collided,
    Rejected,
    /// The text between its anchors is not its old text.
    Stale,
    /// Its place was not found.
    Unplaced,
    Superseded,
    /// It was split; its parts stand for it.
    Split,
}

/// One suggested replacement.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Hunk {
    pub of: HunkRef,
    pub proposal: EventId,
    pub lamport: u64,
    pub place: Option<(Anchor, Anchor)>,
    pub old: String,
    pub new: String,
    pub why: Option<String>,
    pub step: String,
    pub loose: bool,
    /// What the model quoted, where that is not the old text.
    pub quoted: Option<String>,
    /// How the model wrote it down, where that is known.
    pub form: Option<String>,
    /// The file that it is for, which has a session of its own.
    pub file: Option<String>,
    /// The hunk that was turned down and that it repeats.
    pub again: Option<EventId>,
    pub verdict: Register<Verdict>,
    /// How it was split; taken back by a verdict `pending` that replaces the split.
    pub splits: Register<u32>,
    /// The edits that merges brought into its text, by the event that says so.
    pub(super) collisions: BTreeMap<EventId, Vec<EventId>>,
    /// The events that a verdict replaces, those about collisions among them.
    looked_at: BTreeSet<EventId>,
    /// Where it was placed by hand, in order of display, with the text that it replaces there.
    placings: BTreeMap<(u64, EventId), ((Anchor, Anchor), String)>,
    /// Where it was made, and its old text there.
    pub(super) made_at: (Option<(Anchor, Anchor)>, String),
    /// Its new text as the model wrote it.
    pub(super) made_new: String,
    /// What stood beside it there.
    pub(super) made_beside: Option<Beside>,
    /// What stood beside it when it got its place, where that is known.
    pub(super) beside: Option<Beside>,
    /// Whether the words beside it say something about it: see `standing`.
    pub(super) witness: (bool, bool),
    /// Lines that were accepted of hunks which its answer made before it for the same place.
    pub(super) earlier: Vec<String>,
    mark: Option<MarkId>,
}

impl Hunk {
    fn new(of: HunkRef, proposal: EventId, lamport: u64, body: HunkBody) -> Self {
        let body = super::standing::lines_alone(body);
        let old: String = body.old.as_str().into();
        // What was redacted says nothing.
        let beside = body
            .beside
            .and_then(|(before, after)| Some(Beside { before: before.0?, after: after.0? }));
        Self {
            of,
            proposal,
            lamport,
            place: body.place,
            old: old.clone(),
            new: body.new.as_str().into(),
            why: body.why.map(|why| why.as_str().into()),
            step: body.step,
            loose: body.loose,
            quoted: body.quoted.map(|quoted| quoted.as_str().into()),
            form: body.form,
            file: body.file.map(|file| file.as_str().into()),
            again: body.again,
            verdict: Register::default(),
            splits: Register::default(),
            collisions: BTreeMap::new(),
            looked_at: BTreeSet::new(),
            placings: BTreeMap::new(),
            made_at: (body.place, old),
            made_new: body.new.as_str().into(),
            made_beside: beside.clone(),
            beside,
            witness: (true, true),
            earlier: Vec::new(),
            mark: None,
        }
    }

    /// The placing by hand that holds: the last that no verdict took back.
    pub(super) fn placed_by(&self) -> Option<EventId> {
        let mut ids = self.placings.keys().rev().map(|(_, id)| *id);
        ids.find(|id| !self.looked_at.contains(id))
    }

    /// Goes where the last placing says, or back to where it was made.
    fn find_place(&mut self) {
        let held = self.placed_by();
        let placing = self.placings.iter().find(|((_, id), _)| Some(*id) == held);
        let (place, old) = match placing {
            Some((_, (place, old))) => (Some(*place), old.clone()),
            None => self.made_at.clone(),
        };
        // Where a person put it, the person has looked.
        self.beside = if placing.is_some() { None } else { self.made_beside.clone() };
        self.new = super::standing::new_there(&self.made_at.1, &self.made_new, &old);
        if (self.place, &self.old) != (place, &old) {
            (self.place, self.old) = (place, old);
            self.mark = None;
        }
    }

    /// Where it stands in today's text.
    pub fn span(&self, document: &Document) -> Option<Span> {
        let marked = self.mark.and_then(|mark| document.mark_span(mark));
        marked.or_else(|| document.anchor_span(self.place?))
    }

    /// Whether its parts stand for it.
    pub fn is_split(&self) -> bool {
        self.splits.value().is_some()
    }

    /// The events about collisions that no verdict looked at.
    pub fn collision_heads(&self) -> Vec<EventId> {
        let all = self.collisions.keys();
        all.filter(|id| !self.looked_at.contains(id)).copied().collect()
    }

    /// The edits that merges brought into its text; with `looked_at` those that a verdict looked
    /// at, else the others.
    pub fn collided(&self, looked_at: bool) -> BTreeSet<EventId> {
        let all = self.collisions.iter();
        let known = |(id, _): &(&EventId, &Vec<EventId>)| self.looked_at.contains(id);
        let known: BTreeSet<EventId> =
            all.clone().filter(known).flat_map(|(_, edits)| edits).copied().collect();
        if looked_at {
            return known;
        }
        all.flat_map(|(_, edits)| edits).filter(|id| !known.contains(id)).copied().collect()
    }

    /// Whether it is accepted and a merge brought edits into its text that nobody looked at.
    pub(super) fn is_collided(&self) -> bool {
        let verdict = self.verdict.value().map(|verdict| verdict.verdict);
        verdict == Some(HunkVerdict::Accepted) && !self.collided(false).is_empty()
    }

    /// Whether it was accepted in one copy and not in another: its text stands, and a person has
    /// to say whether it does rightly.
    pub fn is_disputed(&self) -> bool {
        let accepts = |(_, said): (EventId, &Verdict)| said.verdict == HunkVerdict::Accepted;
        let count = self.verdict.standing().count();
        (1..count).contains(&self.verdict.standing().filter(|said| accepts(*said)).count())
    }

    /// Whether a person has still to say something.
    pub fn is_open(&self) -> bool {
        let verdict = self.verdict.value().map(|verdict| verdict.verdict);
        let open = matches!(verdict, None | Some(HunkVerdict::Pending));
        !self.is_split() && open && !self.is_disputed()
    }
}

/// A model turn's suggested change of one document.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Proposal {
    pub id: EventId,
    pub lamport: u64,
    pub at: Millis,
    pub author: AuthorId,
    pub doc: DocId,
    pub question: EventId,
    pub version: Version,
    pub span: Option<(Anchor, Anchor)>,
    pub dialect: String,
}

enum Waiting {
    Split(EventId, u64, Split),
    Placed(EventId, u64, Placing),
    Verdict(EventId, u64, Option<u32>, Verdict, Vec<EventId>),
    Collided(EventId, Vec<EventId>),
}

/// All proposals of a session.
#[derive(Default)]
pub struct Proposals {
    proposals: BTreeMap<EventId, Proposal>,
    pub(super) hunks: BTreeMap<HunkRef, Hunk>,
    pub(super) closed: BTreeMap<EventId, super::Closed>,
    /// The hunks that repeat one, by that one.
    pub(super) repeats: BTreeMap<EventId, BTreeSet<EventId>>,
    pub(super) of_proposal: BTreeMap<EventId, Vec<HunkRef>>,
    waiting: BTreeMap<HunkRef, Vec<Waiting>>,
    /// The hunks a person has still to say something to: every frame and every key asks for them.
    open: BTreeSet<HunkRef>,
    /// Hunks changed since they were tracked.
    untracked: bool,
    /// When each was split last, in order of display.
    split_at: BTreeMap<HunkRef, (u64, EventId)>,
    pub(super) steps: Steps,
}

impl Proposals {
    pub fn open(&mut self, proposal: Proposal) {
        self.proposals.insert(proposal.id, proposal);
    }

    pub fn made(&mut self, id: EventId, lamport: u64, proposal: EventId, body: HunkBody) {
        let of = HunkRef { id, part: None };
        if let Some(again) = body.again {
            self.repeats.entry(again).or_default().insert(id);
        }
        self.hunks.insert(of, Hunk::new(of, proposal, lamport, body));
        self.meet_others(of, proposal);
        self.settle(of);
        self.sort_out(id);
    }

    /// Says anew which of a hunk and its parts, and of those that repeat it, are open.
    fn sort_out(&mut self, id: EventId) {
        self.untracked = true;
        let repeats = self.repeats.get(&id).into_iter().flatten().copied();
        let parts = |id| HunkRef { id, part: None }..=HunkRef { id, part: Some(u32::MAX) };
        let own = self.hunks.range(parts(id));
        for (of, hunk) in own.chain(repeats.flat_map(|id| self.hunks.range(parts(id)))) {
            let open = hunk.is_open() || hunk.is_disputed() || hunk.is_collided();
            if open && self.stands(hunk) && !self.is_folded(hunk) {
                self.open.insert(*of);
            } else {
                self.open.remove(of);
            }
        }
        self.line_up(id);
    }

    pub fn split(&mut self, id: EventId, lamport: u64, hunk: EventId, split: Split) {
        let of = HunkRef { id: hunk, part: None };
        let Some(whole) = self.hunks.get_mut(&of) else {
            self.waiting.entry(of).or_default().push(Waiting::Split(id, lamport, split));
            return;
        };
        let Split { parts, replaces, author, at } = split;
        let said = Said::Split(parts.clone());
        self.steps.note(id, lamport, Step { of, said, author, at, replaces: replaces.clone() });
        whole.verdict.replace(id, lamport, &replaces);
        whole.splits.set(id, lamport, parts.len() as u32, &[]);
        let (proposal, made) = (whole.proposal, whole.lamport);
        // Of several splits the last in order of display holds; what was said about a part stays.
        let last = self.split_at.entry(of).or_insert((lamport, id));
        if *last > (lamport, id) {
            self.sort_out(hunk);
            return;
        }
        *last = (lamport, id);
        for (index, body) in parts.into_iter().enumerate() {
            let part = HunkRef { id: hunk, part: Some(index as u32) };
            let fresh = Hunk::new(part, proposal, made, body);
            match self.hunks.get_mut(&part) {
                Some(known) => {
                    let verdict = std::mem::take(&mut known.verdict);
                    let collisions = std::mem::take(&mut known.collisions);
                    let looked_at = std::mem::take(&mut known.looked_at);
                    *known = Hunk { verdict, collisions, looked_at, ..fresh };
                    self.meet_others(part, proposal);
                }
                None => {
                    self.hunks.insert(part, fresh);
                    self.meet_others(part, proposal);
                    self.settle(part);
                }
            }
        }
        self.sort_out(hunk);
    }

    pub fn placed(&mut self, id: EventId, lamport: u64, hunk: EventId, placing: Placing) {
        let of = HunkRef { id: hunk, part: None };
        let Some(known) = self.hunks.get_mut(&of) else {
            self.waiting.entry(of).or_default().push(Waiting::Placed(id, lamport, placing));
            return;
        };
        let Placing { place, old, replaces, author, at } = placing;
        let said = Said::Placed { place, old: old.clone() };
        self.steps.note(id, lamport, Step { of, said, author, at, replaces: replaces.clone() });
        known.verdict.replace(id, lamport, &replaces);
        known.placings.insert((lamport, id), (place, old));
        known.find_place();
        self.sort_out(hunk);
    }

    pub fn resolved(
        &mut self,
        id: EventId,
        lamport: u64,
        of: HunkRef,
        verdict: Verdict,
        replaces: Vec<EventId>,
    ) {
        match self.hunks.get_mut(&of) {
            Some(hunk) => {
                let (author, at) = (verdict.author.clone(), verdict.at);
                let (reason, replaces_now) = (verdict.reason.clone(), replaces.clone());
                let said = Said::Verdict { verdict: verdict.verdict, reason, edit: verdict.edit };
                let step = Step { of, said, author, at, replaces: replaces_now };
                self.steps.note(id, lamport, step);
                hunk.splits.replace(id, lamport, &replaces);
                hunk.looked_at.extend(replaces.iter().copied());
                hunk.verdict.set(id, lamport, verdict, &replaces);
                hunk.find_place();
                self.sort_out(of.id);
            }
            None => {
                let waiting = Waiting::Verdict(id, lamport, of.part, verdict, replaces);
                self.waiting.entry(of).or_default().push(waiting);
            }
        }
    }

    /// A merge brought edits into a hunk's text.
    pub fn collided(&mut self, id: EventId, of: HunkRef, edits: Vec<EventId>) {
        match self.hunks.get_mut(&of) {
            Some(hunk) => {
                hunk.collisions.insert(id, edits);
                self.sort_out(of.id);
            }
            None => self.waiting.entry(of).or_default().push(Waiting::Collided(id, edits)),
        }
    }

    fn settle(&mut self, of: HunkRef) {
        for waiting in self.waiting.remove(&of).unwrap_or_default() {
            match waiting {
                Waiting::Split(id, lamport, split) => self.split(id, lamport, of.id, split),
                Waiting::Collided(id, edits) => self.collided(id, of, edits),
                Waiting::Placed(id, lamport, placing) => self.placed(id, lamport, of.id, placing),
                Waiting::Verdict(id, lamport, part, verdict, replaces) => {
                    self.resolved(id, lamport, HunkRef { id: of.id, part }, verdict, replaces);
                }
            }
        }
    }

    /// Whether tracking would find anything new.
    pub fn take_untracked(&mut self) -> bool {
        std::mem::take(&mut self.untracked)
    }

    /// Anchors may have arrived that hunks wait for.
    pub fn anchors_came(&mut self) {
        self.untracked |= !self.open.is_empty();
    }

    /// Gives every open hunk of a document a mark, so that typing moves it cheaply, and takes the
    /// marks of settled ones away.
    pub fn track(&mut self, doc: &DocId, document: &mut Document) {
        let split: BTreeSet<HunkRef> =
            self.hunks.values().filter(|hunk| hunk.is_split()).map(|hunk| hunk.of).collect();
        for hunk in self.hunks.values_mut() {
            let here =
                self.proposals.get(&hunk.proposal).is_some_and(|proposal| proposal.doc == *doc);
            if !here {
                continue;
            }
            let whole = HunkRef { id: hunk.of.id, part: None };
            let stands = hunk.of.part.is_none() || split.contains(&whole);
            match (hunk.is_open() && stands, hunk.mark) {
                (true, None) => {
                    hunk.mark = hunk.place.and_then(|place| document.mark_anchors(place));
                }
                (false, Some(mark)) => {
                    document.unmark(mark);
                    hunk.mark = None;
                }
                _ => {}
            }
        }
    }

    /// Whether the hunk itself stands: not split, and of a part, that its whole is split.
    pub fn stands(&self, hunk: &Hunk) -> bool {
        let Some(part) = hunk.of.part else { return !hunk.is_split() };
        let whole = self.hunks.get(&HunkRef { id: hunk.of.id, part: None });
        whole.and_then(|whole| whole.splits.value()).is_some_and(|parts| part < *parts)
    }

    /// The parts of a hunk that was split.
    pub(super) fn parts(&self, id: EventId) -> impl Iterator<Item = &Hunk> {
        let part = |part| HunkRef { id, part: Some(part) };
        let all = self.hunks.range(part(0)..=part(u32::MAX)).map(|(_, hunk)| hunk);
        all.filter(|hunk| self.stands(hunk))
    }

    /// The hunks that a person has still to say something to.
    pub(super) fn open_hunks(&self) -> impl Iterator<Item = &Hunk> {
        self.open.iter().filter_map(|of| self.hunks.get(of))
    }

    /// The hunks that a person said something to, in the order in which they were made.
    pub(super) fn decided_hunks(&self) -> impl Iterator<Item = &Hunk> {
        // What is folded away is neither open nor decided.
        let decided =
            |hunk: &&Hunk| hunk.verdict.value().is_some() && !self.open.contains(&hunk.of);
        self.hunks().into_iter().filter(decided)
    }

    pub fn proposal(&self, id: &EventId) -> Option<&Proposal> {
        self.proposals.get(id)
    }

    pub fn proposals(&self) -> impl Iterator<Item = &Proposal> {
        self.proposals.values()
    }

    pub fn hunk(&self, of: &HunkRef) -> Option<&Hunk> {
        self.hunks.get(of)
    }

    /// Hunks and parts, split ones left out, in the order in which they were made.
    pub fn hunks(&self) -> Vec<&Hunk> {
        let mut all: Vec<&Hunk> = self.hunks.values().filter(|hunk| self.stands(hunk)).collect();
        all.sort_by_key(|hunk| (hunk.lamport, hunk.of));
        all
    }

    /// The hunks of a proposal that were accepted, parts among them.
    pub fn accepted_of(&self, proposal: EventId) -> Vec<&Hunk> {
        let said = |hunk: &Hunk| hunk.verdict.value().map(|said| said.verdict);
        let all = self.of_proposal.get(&proposal).into_iter().flatten();
        let all = all.filter_map(|of| self.hunks.get(of)).filter(|hunk| self.stands(hunk));
        all.filter(|hunk| said(hunk) == Some(HunkVerdict::Accepted)).collect()
    }

    /// Whether a person has still to say something to a hunk.
    pub fn is_open(&self, of: &HunkRef) -> bool {
        self.open.contains(of)
    }

    /// Whether a hunk of any document is open.
    pub fn has_open(&self) -> bool {
        !self.open.is_empty()
    }

    /// The hunks of one question's proposals that were turned down with a reason.
    pub fn rejected(&self) -> impl Iterator<Item = (&Hunk, &Verdict)> {
        self.hunks.values().filter_map(|hunk| {
            let verdict = hunk.verdict.value()?;
            (verdict.verdict == HunkVerdict::Rejected).then_some((hunk, verdict))
        })
    }

    pub fn is_empty(&self) -> bool {
        self.proposals.is_empty()
    }
}
