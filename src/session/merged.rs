//! What a merge did to hunks: edits that did not know of each other.
//!
//! - **Twins**: two edits that did the same without knowing of each other: accepted one hunk with
//!   the same words, or took one change of a file in. The first in order of display stays; the
//!   others' words are deleted by an edit, and deleting twice is deleting once. One whose words
//!   are gone (it was taken back) does not count.
//! - **Collided**: a hunk that was accepted, and an edit that knew nothing of that put words
//!   between its words (those it deleted counted, where they stood), deleted some of those that
//!   it left, or replaced the same words. It stays so until a person looks at a version that has
//!   both.
//!
//! Both follow from the log alone.

use super::documents::{DocEntry, EditEntry};
use super::{HunkRef, Session};
use crate::base::{DocId, EventId, OpId, Pos, Span, WriterId};
use crate::event::{Cause, CauseKind, HunkVerdict, Op};
use crate::text::{Document, Reach};
use std::collections::{BTreeMap, BTreeSet};

/// Edits of one document that all did the same, the first in order of display first.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Twins {
    pub doc: DocId,
    pub edits: Vec<EventId>,
}

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

/// What an edit wrote.
fn words(entry: &EditEntry) -> Vec<&str> {
    let text = |op| match op {
        &Op::Insert { ref text, .. } => Some(text.as_str()),
        Op::Delete { .. } => None,
    };
    entry.edit.ops.iter().filter_map(text).collect()
}

/// Whether two edits that did not know of each other did the same.
fn are_twins(a: &EditEntry, b: &EditEntry) -> bool {
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
        _ => false,
    }
}

impl DocEntry {
    /// Pairs of edits that did not know of each other, the first in order of display first: those
    /// in which an acceptance or two changes from outside are.
    fn strangers(&self) -> Vec<(&EditEntry, &EditEntry)> {
        let edits: Vec<&EditEntry> = self.edits().filter(|edit| edit.edit.width() > 0).collect();
        let outside = edits.iter().filter(|edit| is_outside(edit)).count();
        if outside < 2 && !edits.iter().any(|edit| accepted(edit).is_some()) {
            return Vec::new();
        }
        let end = |edit: &EditEntry| edit.edit.start.saturating_add(edit.edit.width());
        let mut heads: BTreeSet<OpId> = BTreeSet::new();
        let mut before = 0u64;
        let mut found = Vec::new();
        for (index, later) in edits.iter().enumerate() {
            let knows_all = heads.iter().all(|head| later.edit.deps.contains(head));
            for id in &later.edit.deps {
                heads.remove(id);
            }
            heads.insert(OpId { writer: later.writer, counter: end(later) - 1 });
            let all = before;
            before += u64::from(later.edit.width());
            let past = (!knows_all).then(|| self.document.past(&later.edit.deps)).flatten();
            let Some(past) = past else { continue };
            // Backwards until all that is left is known.
            let mut known: u64 = past.values().map(|count| u64::from(*count)).sum();
            let mut left = all;
            for earlier in edits[..index].iter().rev() {
                if known >= left {
                    break;
                }
                let width = u64::from(earlier.edit.width());
                left = left.saturating_sub(width);
                if past.get(&earlier.writer).is_some_and(|count| *count >= end(earlier)) {
                    known = known.saturating_sub(width);
                    continue;
                }
                let telling = accepted(earlier).is_some()
                    || accepted(later).is_some()
                    || is_outside(earlier) && is_outside(later);
                if telling && earlier.writer != later.writer {
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

impl Session {
    /// Finds twins and collided hunks anew. Costs a look at each edit, more only for those that
    /// did not know of each other.
    pub(super) fn meet(&mut self) {
        let mut twins = Vec::new();
        let mut collided: BTreeMap<HunkRef, Vec<EventId>> = BTreeMap::new();
        for (doc, entry) in &self.documents {
            let pairs = entry.strangers();
            let mut groups: Vec<BTreeSet<EventId>> = Vec::new();
            for (a, b) in pairs.iter().filter(|(a, b)| are_twins(a, b)) {
                let (mut one, rest): (Vec<_>, Vec<_>) = std::mem::take(&mut groups)
                    .into_iter()
                    .partition(|group| group.contains(&a.id) || group.contains(&b.id));
                one.push(BTreeSet::from([a.id, b.id]));
                groups = rest;
                groups.push(one.into_iter().flatten().collect());
            }
            twins.extend(groups.into_iter().map(|group| {
                let edits = entry.edits().map(|edit| edit.id).filter(|id| group.contains(id));
                Twins { doc: doc.clone(), edits: edits.collect() }
            }));
            let mut reaches: BTreeMap<EventId, Reach> = BTreeMap::new();
            let mut pasts: BTreeMap<HunkRef, Option<BTreeMap<WriterId, u32>>> = BTreeMap::new();
            for (a, b) in pairs {
                if are_twins(a, b) {
                    continue;
                }
                for (one, other) in [(a, b), (b, a)] {
                    let Some(of) = accepted(one) else { continue };
                    if cause(other).is_some_and(|cause| cause.kind == CauseKind::Dedupe) {
                        continue;
                    }
                    let Some(hunk) = self.proposals.hunk(&of) else { continue };
                    let Some(verdict) = hunk.verdict.value() else { continue };
                    if verdict.verdict != HunkVerdict::Accepted {
                        continue;
                    }
                    let past = pasts
                        .entry(of)
                        .or_insert_with(|| entry.document.past(&verdict.version.as_ref()?.0));
                    let end = other.edit.start.saturating_add(other.edit.width());
                    let looked_at = past
                        .as_ref()
                        .is_some_and(|past| past.get(&other.writer).is_some_and(|n| *n >= end));
                    if looked_at {
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
                        collided.entry(of).or_default().push(other.id);
                    }
                }
            }
        }
        for edits in collided.values_mut() {
            edits.sort_unstable();
            edits.dedup();
        }
        self.twins = twins;
        self.proposals.set_collided(collided);
    }

    /// What several copies did without knowing of each other.
    pub fn twins(&self) -> &[Twins] {
        &self.twins
    }

    /// Edits with those that did the same.
    pub fn with_twins(&self, edits: &[EventId]) -> Vec<EventId> {
        let mut all = edits.to_vec();
        for twins in &self.twins {
            if twins.edits.iter().any(|id| edits.contains(id)) {
                all.extend(twins.edits.iter().filter(|id| !edits.contains(id)));
            }
        }
        all
    }

    /// The edits that accepted a hunk, and those that a merge brought into it.
    pub fn edits_of_hunk(&self, doc: &DocId, of: &HunkRef) -> (Vec<EventId>, Vec<EventId>) {
        let Some(entry) = self.documents.get(doc) else { return (Vec::new(), Vec::new()) };
        let accepts = entry.edits().filter(|edit| accepted(edit) == Some(*of));
        let others = self.proposals.hunk(of).map(|hunk| hunk.collided.clone());
        (accepts.map(|edit| edit.id).collect(), others.unwrap_or_default())
    }

    /// Where a hunk that collided stands: its own words and what came between them.
    pub(super) fn collided_span(&self, entry: &DocEntry, of: &HunkRef) -> Option<Span> {
        let accepts = entry.edits().filter(|edit| accepted(edit) == Some(*of));
        let others = self.proposals.hunk(of)?.collided.iter().filter_map(|id| entry.edit(id));
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
