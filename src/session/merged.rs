//! What a merge did to hunks: edits that did not know of each other, and that nobody has built on
//! together yet.
//!
//! - **Twins**: two edits that did the same: accepted one hunk with the same words, took that back
//!   or brought it back with the same words, took one change of a file in, or brought the same
//!   characters back (an undo, going back to an older text). The first in order of display whose
//!   words are there stays; the others' words are deleted by an edit, and deleting twice is deleting
//!   once.
//! - **Back twice**: two edits that brought back some of the same characters, each with others. These
//!   stand once as well, as the edit that brought back more has them.
//! - **Collided**: a hunk that was accepted, and an edit that put words between its words (those
//!   it deleted counted, where they stood), deleted some of those that it left, or replaced the
//!   same words. This is written down by who merges, so that it stays until a person looks.
//!
//! Whose edits are built on together were met already, by the copy that did so.

use super::documents::{DocEntry, EditEntry};
use super::{HunkRef, Session};
use crate::base::{DocId, EventId, OpId, Pos, Span, WriterId};
use crate::event::{Cause, CauseKind, HunkVerdict, Op};
use crate::text::{Document, Reach};
use std::collections::{BTreeMap, BTreeSet};

fn cause(entry: &EditEntry) -> Option<&Cause> {
    entry.edit.cause.as_ref()
}

fn accepted(entry: &EditEntry) -> Option<HunkRef> {
    let cause = cause(entry).filter(|cause| cause.kind == CauseKind::Accept)?;
    Some(HunkRef { id: cause.hunk?, part: cause.part })
}

fn is_outside(entry: &EditEntry) -> bool {
    cause(entry).is_some_and(|cause| cause.kind == CauseKind::Outside)
}

/// How many undos and redos of one another are followed.
const FOLLOWED: usize = 64;

/// The hunks whose acceptance an undo took back or a redo brought back.
fn undone_or_redone(doc: &DocEntry, entry: &EditEntry) -> BTreeSet<HunkRef> {
    let is_step = |cause: &&Cause| {
        matches!(cause.kind, CauseKind::Undo | CauseKind::Redo) || cause.takes_back()
    };
    let mut hunks = BTreeSet::new();
    let mut left: Vec<&EditEntry> = vec![entry];
    for _ in 0..FOLLOWED {
        let steps = left.iter().filter_map(|entry| cause(entry)).filter(is_step);
        let next: Vec<_> =
            steps.flat_map(|cause| &cause.of).filter_map(|id| doc.edit(id)).collect();
        if next.is_empty() {
            break;
        }
        hunks.extend(next.iter().filter_map(|entry| accepted(entry)));
        left = next;
    }
    hunks
}

/// What an edit wrote.
fn words(entry: &EditEntry) -> Vec<&str> {
    fn text(op: &Op) -> Option<&str> {
        match op {
            Op::Insert { text, .. } => Some(text.as_str()),
            Op::Delete { .. } => None,
        }
    }
    entry.edit.ops.iter().filter_map(text).collect()
}

/// Whether an edit does nothing but bring back and take away.
fn is_step_back(entry: &EditEntry) -> bool {
    let kind = cause(entry).map(|cause| cause.kind);
    matches!(kind, Some(CauseKind::Undo | CauseKind::Redo | CauseKind::Restore))
}

/// The characters that an edit brought back: by the operation of the first, how many. Nothing for
/// one that brought none back.
fn brought_back(entry: &EditEntry) -> Option<Vec<(OpId, u32)>> {
    let kind = cause(entry)?.kind;
    // A file that was set back brings back, too, and so did a redaction that wrote the rest anew.
    let back = matches!(kind, CauseKind::Outside | CauseKind::Redact) || is_step_back(entry);
    if !back {
        return None;
    }
    let mut all: Vec<(OpId, u32)> = Vec::new();
    for op in &entry.edit.ops {
        let Op::Insert { src, .. } = op else { continue };
        for one in src {
            match all.last_mut() {
                Some((first, len))
                    if first.writer == one.id.writer
                        && first.counter.checked_add(*len) == Some(one.id.counter) =>
                {
                    *len = len.saturating_add(one.len);
                }
                _ => all.push((one.id, one.len)),
            }
        }
    }
    (!all.is_empty()).then_some(all)
}

/// Whether two edits that did not know of each other did the same.
fn are_twins(doc: &DocEntry, a: &EditEntry, b: &EditEntry) -> bool {
    let hunks = undone_or_redone(doc, a);
    if !hunks.is_empty() {
        let kind = |entry| cause(entry).map(|cause| cause.kind);
        let alike = kind(a) == kind(b) && words(a) == words(b);
        return alike && hunks == undone_or_redone(doc, b);
    }
    match (accepted(a), accepted(b)) {
        (Some(of), Some(other)) => of == other && words(a) == words(b),
        (None, None) if is_outside(a) && is_outside(b) => {
            let place = |op: &Op| match op {
                Op::Insert { pos, ins, .. } => (*pos, i64::from(*ins)),
                Op::Delete { pos, del, .. } => (*pos, -i64::from(*del).abs()),
            };
            a.edit.deps == b.edit.deps
                && a.edit.ops.iter().map(place).eq(b.edit.ops.iter().map(place))
                && words(a) == words(b)
        }
        (None, None) if is_step_back(a) && is_step_back(b) => {
            brought_back(a).is_some_and(|text| brought_back(b).as_ref() == Some(&text))
        }
        _ => false,
    }
}

/// How many characters an edit brought back.
fn back_count(entry: &EditEntry) -> u64 {
    brought_back(entry).iter().flatten().map(|(_, len)| u64::from(*len)).sum()
}

/// What stands twice, as two edits that did not know of each other brought back some of the same
/// characters: where, and the edits whose copies go. Those of the edit that brought back more stay, so
/// that they stand in their order; of equals those of the first. That follows from the log alone:
/// whatever else is known where, a copy goes only while a better one stands, so the best one never
/// goes.
fn back_twice(entry: &DocEntry, pairs: &[(&EditEntry, &EditEntry)]) -> (Vec<Span>, Vec<EventId>) {
    let (mut found, mut of): (Vec<Span>, Vec<EventId>) = (Vec::new(), Vec::new());
    for (a, b) in pairs {
        let (first, second) = (back_count(a), back_count(b));
        if first == 0 || second == 0 || are_twins(entry, a, b) {
            continue;
        }
        let (stays, goes) = if first >= second { (a, b) } else { (b, a) };
        let spans =
            entry.document.back_twice((stays.writer, &stays.edit), (goes.writer, &goes.edit));
        if !spans.is_empty() {
            found.extend(spans);
            of.push(goes.id);
        }
    }
    found.sort_unstable();
    of.sort_unstable();
    of.dedup();
    let mut out: Vec<Span> = Vec::new();
    for span in found {
        match out.last_mut() {
            Some(last) if last.end >= span.start => last.end = last.end.max(span.end),
            _ => out.push(span),
        }
    }
    (out, of)
}

impl DocEntry {
    /// Pairs of edits that did not know of each other, the first in order of display first, those
    /// in which an acceptance or two changes from outside are. Nothing unless the text has several
    /// last operations; otherwise a look at each edit.
    fn strangers(&self) -> Vec<(&EditEntry, &EditEntry)> {
        let heads = self.document.version().0;
        if heads.len() < 2 {
            return Vec::new();
        }
        let pasts: Vec<_> = heads.iter().filter_map(|id| self.document.past(&[*id])).collect();
        let end = |edit: &EditEntry| edit.edit.start.saturating_add(edit.edit.width());
        // With which heads each edit is known, where not with all.
        let mut sides: Vec<(Vec<bool>, &EditEntry)> = Vec::new();
        for edit in self.edits().filter(|edit| edit.edit.width() > 0) {
            let known = |past: &BTreeMap<WriterId, u32>| {
                past.get(&edit.writer).is_some_and(|count| *count >= end(edit))
            };
            let known: Vec<bool> = pasts.iter().map(known).collect();
            if known.contains(&true) && known.contains(&false) {
                sides.push((known, edit));
            }
        }
        let mut found = Vec::new();
        for (index, (known, later)) in sides.iter().enumerate() {
            for (other, earlier) in &sides[..index] {
                let telling = accepted(earlier).is_some()
                    || accepted(later).is_some()
                    || !undone_or_redone(self, earlier).is_empty()
                    || is_outside(earlier) && is_outside(later)
                    || brought_back(earlier).is_some() && brought_back(later).is_some();
                if telling && known.iter().zip(other).all(|(one, other)| !(*one && *other)) {
                    found.push((*earlier, *later));
                }
            }
        }
        found
    }
}

/// Whether what `other` did is within an accepted hunk's text.
fn reaches_into(document: &Document, hunk: &Reach, ends: [Option<OpId>; 2], other: &Reach) -> bool {
    if other.shares_deletion(hunk) && (hunk.inserts || other.inserts) {
        return true;
    }
    let at = ends.map(|id| Some((document.stood(id?)?.0, id?)));
    let mut span = hunk.span();
    for (pos, id) in at.into_iter().flatten() {
        let alive = usize::from(document.id_at(Pos(pos)) == Some(id));
        let here = Span::new(Pos(pos), Pos(pos + alive));
        span = Some(span.map_or(here, |span| Span {
            start: span.start.min(here.start),
            end: span.end.max(here.end),
        }));
    }
    let Some(span) = span else { return false };
    let inside = |one: &Span| one.start < span.end && span.start < one.end;
    let took = |(start, end): &(usize, usize)| span.start.0 < *end && *start < span.end.0;
    let took_end = other.deleted.iter().any(|(first, len)| {
        ends.iter().flatten().any(|id| {
            id.writer == first.writer
                && first.counter <= id.counter
                && id.counter < first.counter + len
        })
    });
    other.living.iter().any(inside) || other.graves.iter().any(took) || took_end
}

/// What a merge did to one document.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Met {
    /// The edits whose words stand a second time.
    pub copies: Vec<EventId>,
    /// What stands a second time of what edits brought back, in order, and which these are.
    pub again: (Vec<Span>, Vec<EventId>),
    /// The accepted hunks that edits came into of which nobody knows yet.
    pub collided: Vec<(HunkRef, Vec<EventId>)>,
}

/// The edits whose words stand a second time.
fn copies(entry: &DocEntry, pairs: &[(&EditEntry, &EditEntry)]) -> Vec<EventId> {
    let mut groups: Vec<BTreeSet<EventId>> = Vec::new();
    for (a, b) in pairs.iter().filter(|(a, b)| are_twins(entry, a, b)) {
        let (mut one, rest): (Vec<_>, Vec<_>) = std::mem::take(&mut groups)
            .into_iter()
            .partition(|group| group.contains(&a.id) || group.contains(&b.id));
        one.push(BTreeSet::from([a.id, b.id]));
        groups = rest;
        groups.push(one.into_iter().flatten().collect());
    }
    let there =
        |edit: &&EditEntry| !entry.document.reach(edit.writer, &edit.edit).living.is_empty();
    let mut found = Vec::new();
    for group in groups {
        let standing = entry.edits().filter(|edit| group.contains(&edit.id)).filter(there);
        found.extend(standing.skip(1).map(|edit| edit.id));
    }
    found
}

impl Session {
    /// What the last merge did to a document, as far as nobody has built on it or said so.
    pub fn met(&self, doc: &DocId) -> Met {
        let Some(entry) = self.documents.get(doc) else { return Met::default() };
        let pairs = entry.strangers();
        let mut reaches: BTreeMap<EventId, Reach> = BTreeMap::new();
        let mut collided: BTreeMap<HunkRef, BTreeSet<EventId>> = BTreeMap::new();
        for (a, b) in &pairs {
            if are_twins(entry, a, b) {
                continue;
            }
            for (one, other) in [(a, b), (b, a)] {
                let Some(of) = accepted(one) else { continue };
                if cause(other).is_some_and(|cause| cause.kind == CauseKind::Dedupe) {
                    continue;
                }
                let Some(hunk) = self.proposals.hunk(&of) else { continue };
                let verdict = hunk.verdict.value().map(|verdict| verdict.verdict);
                let known = [true, false].iter().any(|by| hunk.collided(*by).contains(&other.id));
                if verdict != Some(HunkVerdict::Accepted) || known {
                    continue;
                }
                for edit in [one, other] {
                    reaches
                        .entry(edit.id)
                        .or_insert_with(|| entry.document.reach(edit.writer, &edit.edit));
                }
                let (Some(here), Some(there)) = (reaches.get(&one.id), reaches.get(&other.id))
                else {
                    continue;
                };
                let place = hunk.place.filter(|_| !hunk.old.is_empty());
                let ends = place.map_or([None, None], |(start, end)| [start.at, end.at]);
                if reaches_into(&entry.document, here, ends, there) {
                    collided.entry(of).or_default().insert(other.id);
                }
            }
        }
        let collided = collided.into_iter().map(|(of, edits)| (of, edits.into_iter().collect()));
        let (copies, again) = (copies(entry, &pairs), back_twice(entry, &pairs));
        Met { copies, again, collided: collided.collect() }
    }

    /// Edits with those that accepted the same hunks in other copies, where second copies were
    /// taken away: what is taken back with them.
    pub fn with_twins(&self, doc: &DocId, edits: &[EventId]) -> Vec<EventId> {
        let mut all = edits.to_vec();
        let Some(entry) = self.documents.get(doc) else { return all };
        let of_edit = |id: &EventId| entry.edit(id).and_then(accepted);
        let hunks: BTreeSet<HunkRef> = edits.iter().filter_map(of_edit).collect();
        if hunks.is_empty() {
            return all;
        }
        let deduped: BTreeSet<HunkRef> = entry
            .edits()
            .filter_map(cause)
            .filter(|cause| cause.kind == CauseKind::Dedupe)
            .flat_map(|cause| cause.of.iter().filter_map(of_edit))
            .filter(|of| hunks.contains(of))
            .collect();
        let twins = entry.edits().filter(|edit| {
            accepted(edit).is_some_and(|of| deduped.contains(&of)) && !edits.contains(&edit.id)
        });
        all.extend(twins.map(|edit| edit.id));
        all
    }

    /// The edits that accepted a hunk, and those that a merge brought into it.
    pub fn edits_of_hunk(&self, doc: &DocId, of: &HunkRef) -> (Vec<EventId>, Vec<EventId>) {
        let Some(entry) = self.documents.get(doc) else { return (Vec::new(), Vec::new()) };
        let accepts = entry.edits().filter(|edit| accepted(edit) == Some(*of));
        let others = self.proposals.hunk(of).map(|hunk| hunk.collided(false));
        let others = others.unwrap_or_default().into_iter().collect();
        (accepts.map(|edit| edit.id).collect(), others)
    }

    /// The hunks of a document whose accepted text stands there, whatever was said about them since.
    pub fn accepted_there(&self, doc: &DocId) -> BTreeSet<HunkRef> {
        let Some(entry) = self.documents.get(doc) else { return BTreeSet::new() };
        let stands = |edit: &EditEntry| {
            let reach = entry.document.reach(edit.writer, &edit.edit);
            match reach.inserts {
                true => !reach.living.is_empty(),
                // One that only took words away stands while they are gone.
                false => !reach.deleted.is_empty() && !reach.back,
            }
        };
        entry.edits().filter_map(|edit| accepted(edit).filter(|_| stands(edit))).collect()
    }

    /// Where a hunk that collided stands: its own words and what came between them.
    pub(super) fn collided_span(&self, entry: &DocEntry, of: &HunkRef) -> Option<Span> {
        let accepts = entry.edits().filter(|edit| accepted(edit) == Some(*of));
        let others = self.proposals.hunk(of)?.collided(false);
        let others = others.iter().filter_map(|id| entry.edit(id));
        let hull = |spans: &mut dyn Iterator<Item = Span>| {
            spans.reduce(|a, b| Span { start: a.start.min(b.start), end: a.end.max(b.end) })
        };
        let mut own =
            accepts.filter_map(|edit| entry.document.reach(edit.writer, &edit.edit).span());
        let own = hull(&mut own)?;
        let mut theirs = others
            .flat_map(|edit| entry.document.reach(edit.writer, &edit.edit).living)
            .filter(|span| span.touches(own));
        let theirs = hull(&mut theirs).unwrap_or(own);
        let span = Span { start: own.start.min(theirs.start), end: own.end.max(theirs.end) };
        // What stood at the end may be gone.
        let most = Pos(entry.document.len());
        Some(Span { start: span.start.min(most), end: span.end.min(most) })
    }
}
