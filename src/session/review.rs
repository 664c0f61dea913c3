//! What a person has still to say something to: open hunks as they stand in today's text, those
//! that touch as one.
//!
//! Being one is never written down. It follows from where hunks stand now, so that every copy sees
//! the same whatever came first, and taking back what made them touch parts them again. The rule:
//!
//! - Hunks of one proposal whose text is their old text are *one* when they touch: when they share
//!   an end, or a character. Parts of a split hunk are never joined: a person parted them.
//! - Hunks that share characters fit each other when what they change (what differs between old
//!   and new text) shares none, and they don't put words in at one place (`text::contradict`). Of two
//!   that don't fit, the one that was made later stands behind: it is stale until the other is settled.
//! - What was made of several is accepted with one edit for each, in the order of their places;
//!   at one place lines before a line come before words of it, and lines behind it last, each kind in
//!   the order in which they were made.
//! - Lines that several put in at one place, and that touch nothing else, stay hunks of their own: each
//!   is wanted or not by itself. Whichever is accepted first, they come to stand in the order in which
//!   they were made (`standing`).

use super::{Hunk, HunkRef, HunkState, Moment, Proposals, Session, Verdict};
use crate::base::{DocId, EventId, Pos, Span};
use crate::event::HunkVerdict;
use crate::text::{Change, Document, PutIn, contradict, diff, overlap};
use ropey::Rope;
use std::collections::BTreeMap;

/// An open hunk, or several that touch.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OpenHunk {
    /// The first of the members; stands for all of them.
    pub of: HunkRef,
    /// By place.
    pub members: Vec<HunkRef>,
    pub proposal: EventId,
    pub span: Option<Span>,
    pub state: HunkState,
    pub old: String,
    pub new: String,
    pub why: Option<String>,
    pub loose: bool,
    /// The step of the placement that found it, of several the first that was not exact; nothing
    /// where a person placed it.
    pub step: Option<String>,
    /// What the model quoted, where that is not the old text.
    pub quoted: Option<String>,
    /// The file that it is for, which has a session of its own.
    pub file: Option<String>,
    /// It is stale because it contradicts another open hunk of its proposal.
    pub behind: bool,
    /// It is stale because the text says already what it proposes.
    pub there: bool,
    /// Of one that people said opposite things about apart: who said what, and why.
    pub disputed: Option<String>,
    /// When the first member was made.
    pub made: (u64, HunkRef),
}

/// A hunk with its old text in its place.
struct Fresh<'a> {
    hunk: &'a Hunk,
    span: Span,
}

/// A replacement that a member of an open hunk makes, in positions before any of them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Piece {
    pub of: HunkRef,
    pub span: Span,
    pub text: String,
}

impl OpenHunk {
    fn alone(hunk: &Hunk, span: Option<Span>, state: HunkState) -> Self {
        Self {
            of: hunk.of,
            members: vec![hunk.of],
            proposal: hunk.proposal,
            span,
            state,
            old: hunk.old.clone(),
            new: hunk.new.clone(),
            why: hunk.why.clone(),
            loose: hunk.loose,
            step: hunk.placed_by().is_none().then(|| hunk.step.clone()),
            quoted: hunk.quoted.clone(),
            file: hunk.file.clone(),
            behind: false,
            there: false,
            disputed: None,
            made: (hunk.lamport, hunk.of),
        }
    }

    fn of_all(all: &[Fresh], document: &Document) -> Option<Self> {
        let first = all.first()?;
        let mut made = Self::alone(first.hunk, Some(first.span), HunkState::Pending);
        if all.len() == 1 {
            return Some(made);
        }
        let end = all.iter().map(|one| one.span.end).max()?;
        let span = Span { start: first.span.start, end };
        made.members = all.iter().map(|one| one.hunk.of).collect();
        made.span = Some(span);
        made.old = document.rope().slice(span.range()).to_string();
        made.new = apply(&made.old, span.start, &pieces(all));
        made.loose = all.iter().any(|one| one.hunk.loose);
        let mut steps = all.iter().map(|one| &one.hunk.step);
        made.step = steps.find(|step| *step != "exact").cloned().or(made.step);
        // It is about one of them only.
        made.quoted = None;
        let mut whys: Vec<&str> = all.iter().filter_map(|one| one.hunk.why.as_deref()).collect();
        whys.dedup();
        made.why = (!whys.is_empty()).then(|| whys.join(" "));
        Some(made)
    }

    /// What accepting it does, in the order of the text.
    pub fn pieces(&self, proposals: &Proposals, document: &Document) -> Vec<Piece> {
        let fresh = |of: &HunkRef| {
            let hunk = proposals.hunk(of)?;
            Some(Fresh { hunk, span: hunk.standing(document).1? })
        };
        pieces(&self.members.iter().filter_map(fresh).collect::<Vec<_>>())
    }

    /// Whether it can be accepted as it is and nobody doubts its place.
    pub fn is_certain(&self) -> bool {
        self.state == HunkState::Pending && !self.loose
    }
}

/// Fewer characters stand somewhere by chance.
const TELLING: usize = 4;
/// Longer texts are only compared with what stands at the place itself.
const LONG: usize = 1 << 14;

/// Whether a text stands at a place: as all that is there, or around it, where the words came by
/// another way than into the place of the old ones, as another program or an older version brings
/// them.
fn says(rope: &Rope, span: Span, new: &str) -> bool {
    if rope.slice(span.range()) == new {
        return true;
    }
    let new: Vec<char> = new.chars().collect();
    if !(TELLING..LONG).contains(&new.len()) || new.len() <= span.len() {
        return false;
    }
    let from = span.end.0.saturating_sub(new.len());
    let to = (span.start.0 + new.len()).min(rope.len_chars());
    let there: Vec<char> = rope.slice(from..to).chars().collect();
    // Whole words only.
    let parts = |one: Option<char>, other: Option<&char>| {
        let is_word = |one: char| one.is_alphanumeric();
        one.is_none_or(|one| !is_word(one)) || other.is_none_or(|other| !is_word(*other))
    };
    let alone = |at: usize| {
        let before = at.checked_sub(1).and_then(|at| rope.get_char(at));
        parts(before, new.first()) && parts(rope.get_char(at + new.len()), new.last())
    };
    there.windows(new.len()).enumerate().any(|(at, one)| one == new && alone(from + at))
}

/// What differs between a hunk's old and new text, at its place.
fn changes(one: &Fresh) -> Change {
    changes_at(&one.hunk.old, &one.hunk.new, one.span.start)
}

pub(super) fn changes_at(old: &str, new: &str, at: Pos) -> Change {
    let mut change = diff(old, new);
    for replace in &mut change.0 {
        replace.span.start.0 += at.0;
        replace.span.end.0 += at.0;
    }
    change
}

/// The changes of hunks that fit each other, in the order of the text.
fn pieces(all: &[Fresh]) -> Vec<Piece> {
    let mut out: Vec<(Span, usize, Piece)> = Vec::new();
    for (index, one) in all.iter().enumerate() {
        for replace in changes(one).0 {
            let piece = Piece { of: one.hunk.of, span: replace.span, text: replace.text };
            out.push((replace.span, index, piece));
        }
    }
    out.sort_by_key(|(span, index, piece)| (*span, PutIn::of(&piece.text), *index));
    out.into_iter().map(|(_, _, piece)| piece).collect()
}

fn apply(old: &str, start: Pos, pieces: &[Piece]) -> String {
    let mut rest = old.chars();
    let mut at = start.0;
    let mut out = String::with_capacity(old.len());
    for piece in pieces {
        out.extend(rest.by_ref().take(piece.span.start.0.saturating_sub(at)));
        out.push_str(&piece.text);
        rest.by_ref().take(piece.span.len()).for_each(drop);
        at = piece.span.end.0;
    }
    out.extend(rest);
    out
}

fn fit(a: &Fresh, b: &Fresh) -> bool {
    !contradict((a.span, &changes(a)), (b.span, &changes(b)), &|_, _| false)
}

/// Whether these are nothing but lines that are put in at one place.
fn are_lines(run: &[Fresh]) -> bool {
    let first = run.first().map(|one| one.span);
    run.iter().all(|one| one.hunk.puts_lines_in() && Some(one.span) == first)
}

/// Whether two changes share a character, or put something in at one place.
pub(super) fn meet(a: &Change, b: &Change) -> bool {
    a.0.iter().any(|a| {
        let meets = |b: Span| overlap(a.span, b) || (a.span.is_empty() && a.span == b);
        b.0.iter().any(|b| meets(b.span))
    })
}

/// Runs of hunks, in order of their places, each of which touches what stands before it.
fn runs(all: Vec<Fresh>) -> Vec<Vec<Fresh>> {
    let mut out: Vec<(Pos, Vec<Fresh>)> = Vec::new();
    for one in all {
        match out.last_mut() {
            Some((end, run)) if one.span.start <= *end => {
                *end = one.span.end.max(*end);
                run.push(one);
            }
            _ => out.push((one.span.end, vec![one])),
        }
    }
    out.into_iter().map(|(_, run)| run).collect()
}

/// Makes one of the hunks of a proposal that touch.
fn join(mut all: Vec<Fresh>, document: &Document, out: &mut Vec<OpenHunk>) {
    let by_place = |all: &mut Vec<Fresh>| {
        all.sort_by_key(|one| (one.span, one.hunk.lamport, one.hunk.of));
    };
    by_place(&mut all);
    for mut run in runs(all) {
        if run.len() == 1 {
            out.extend(OpenHunk::of_all(&run, document));
            continue;
        }
        run.sort_by_key(|one| (one.hunk.lamport, one.hunk.of));
        let mut kept: Vec<Fresh> = Vec::new();
        for one in run {
            if kept.iter().all(|other| fit(other, &one)) {
                kept.push(one);
            } else {
                let alone = OpenHunk::alone(one.hunk, Some(one.span), HunkState::Stale);
                out.push(OpenHunk { behind: true, ..alone });
            }
        }
        by_place(&mut kept);
        for run in runs(kept) {
            let size = if are_lines(&run) { 1 } else { run.len() };
            out.extend(run.chunks(size).filter_map(|one| OpenHunk::of_all(one, document)));
        }
    }
}

impl Hunk {
    /// Whether its old text stands at its place.
    pub fn fits(&self, document: &Document) -> bool {
        let span = self.span(document);
        span.is_some_and(|span| document.rope().slice(span.range()) == self.old.as_str())
    }
}

impl Proposals {
    fn open_in(&self, doc: &DocId, document: &Document) -> Vec<OpenHunk> {
        let mut open = Vec::new();
        let mut fresh: BTreeMap<EventId, Vec<Fresh>> = BTreeMap::new();
        for hunk in self.open_hunks() {
            if self.proposal(&hunk.proposal).is_none_or(|proposal| proposal.doc != *doc) {
                continue;
            }
            match hunk.standing(document) {
                (HunkState::Pending, Some(span)) if hunk.of.part.is_none() => {
                    fresh.entry(hunk.proposal).or_default().push(Fresh { hunk, span });
                }
                (state, span) => {
                    let stale = span.filter(|_| state == HunkState::Stale);
                    let there = stale.is_some_and(|span| says(document.rope(), span, &hunk.new));
                    open.push(OpenHunk { there, ..OpenHunk::alone(hunk, span, state) });
                }
            }
        }
        for hunks in fresh.into_values() {
            join(hunks, document, &mut open);
        }
        open
    }
}

impl Session {
    /// The open hunks of a document by place, those that touch as one; those without a place come
    /// last. Hunks that collided are among them.
    pub fn open_in(&self, doc: &DocId) -> Vec<OpenHunk> {
        let Some(entry) = self.documents.get(doc) else { return Vec::new() };
        let mut open = self.proposals.open_in(doc, &entry.document);
        for one in open.iter_mut().filter(|one| one.state == HunkState::Collided) {
            one.span = self.collided_span(entry, &one.of).or(one.span);
            one.disputed = self.dispute(&self.proposals, &one.of);
        }
        open.sort_by_key(|one| (one.span.is_none(), one.span.unwrap_or_default(), one.made));
        open
    }

    /// Who said what about a hunk, and why, where people said opposite things apart.
    pub(super) fn dispute(&self, proposals: &Proposals, of: &HunkRef) -> Option<String> {
        let hunk = proposals.hunk(of).filter(|hunk| hunk.is_disputed())?;
        let said = |(id, said): (EventId, &Verdict)| {
            let what = match said.verdict {
                HunkVerdict::Accepted => "accepted",
                HunkVerdict::Rejected => "rejected",
                HunkVerdict::Superseded => "set aside",
                HunkVerdict::Pending => "opened",
            };
            let reason = said.reason.as_deref().map(|reason| self.told(&id, reason));
            let reason = reason.map(|reason| format!(" ({reason})")).unwrap_or_default();
            format!("{} {what} it{reason}", self.author_name(&said.author))
        };
        let all: Vec<String> = hunk.verdict.standing().map(said).collect();
        Some(all.join(", "))
    }

    /// What had been proposed and said about it after everything up to a moment.
    pub fn proposals_at(&self, end: Moment) -> Proposals {
        self.proposals.at(end, |id| self.lamport_of(id))
    }

    /// The hunks of a document as they stand in one of its states: those that are open by place, then
    /// those that are settled, the newest first; and how many are open.
    pub fn reviewed(
        &self,
        proposals: &Proposals,
        doc: &DocId,
        document: &Document,
    ) -> (Vec<OpenHunk>, usize) {
        let mut all = proposals.open_in(doc, document);
        all.sort_by_key(|one| (one.span.is_none(), one.span.unwrap_or_default(), one.made));
        for one in &mut all {
            one.disputed = self.dispute(proposals, &one.of);
        }
        let open = all.len();
        let listed: Vec<HunkRef> = all.iter().flat_map(|one| one.members.clone()).collect();
        for hunk in proposals.hunks().into_iter().rev() {
            let here = proposals.proposal(&hunk.proposal).is_some_and(|one| one.doc == *doc);
            if here && !listed.contains(&hunk.of) && !proposals.is_folded(hunk) {
                let state = hunk.state(document);
                all.push(OpenHunk::alone(hunk, None, state));
            }
        }
        (all, open)
    }

    /// The hunks of a document that somebody said something to, in the order in which they were
    /// made.
    pub fn decided_in(&self, doc: &DocId) -> Vec<OpenHunk> {
        let Some(entry) = self.documents.get(doc) else { return Vec::new() };
        let of_doc = |hunk: &&Hunk| {
            self.proposals.proposal(&hunk.proposal).is_some_and(|proposal| proposal.doc == *doc)
        };
        let alone = |hunk: &Hunk| {
            let (state, span) = hunk.standing(&entry.document);
            OpenHunk::alone(hunk, span, state)
        };
        self.proposals.decided_hunks().filter(of_doc).map(alone).collect()
    }

    /// The hunks of a document that are folded away, as they repeat what was turned down.
    pub fn folded_away(&self, doc: &DocId) -> Vec<OpenHunk> {
        let Some(entry) = self.documents.get(doc) else { return Vec::new() };
        let alone = |hunk: &Hunk| {
            let (state, span) = hunk.standing(&entry.document);
            OpenHunk::alone(hunk, span, state)
        };
        self.folded_in(doc).into_iter().map(alone).collect()
    }

    /// The open hunk that a hunk belongs to.
    pub fn open_with(&self, of: HunkRef, doc: &DocId) -> Option<OpenHunk> {
        self.open_in(doc).into_iter().find(|one| one.members.contains(&of))
    }
}
