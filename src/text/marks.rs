//! Anchors, and spans that are carried along with every change.

use super::change::{Change, Delta};
use super::document::Document;
use crate::base::{OpId, Pos, Span};
use crate::event::{Anchor, Side};
use std::collections::{BTreeMap, BTreeSet};

/// A span that a document carries along.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct MarkId(u64);

#[derive(Clone, Copy, Debug)]
struct Mark {
    span: Span,
    anchors: (Anchor, Anchor),
    /// The character at an end is gone.
    torn: bool,
}

/// All marks of a document.
#[derive(Debug, Default)]
pub(super) struct Marks {
    marks: BTreeMap<MarkId, Mark>,
    next: u64,
}

impl Marks {
    /// Moves the spans through a local change.
    pub fn shift(&mut self, delta: &Delta) {
        for mark in self.marks.values_mut() {
            mark.span = delta.map_span(mark.span);
        }
    }
}

/// Where an anchor's character is found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Found {
    /// Itself, or brought back to life.
    Alive(usize),
    /// Only a copy of it, as after cutting and pasting.
    Copied(usize),
    /// Deleted: where it stood.
    Dead(usize),
}

impl Document {
    /// The anchor of a position: with `Left` it sticks to the character behind it, with `Right` to
    /// the one before it. Without history there is nothing to stick to but the ends.
    pub fn anchor(&self, pos: Pos, side: Side) -> Anchor {
        let end = |side| Anchor { at: None, side };
        let at = match side {
            Side::Left => match self.id_at(pos) {
                None => return end(Side::Right),
                id => id,
            },
            Side::Right => match pos.0.checked_sub(1) {
                None => return end(Side::Left),
                Some(before) => self.id_at(Pos(before)),
            },
        };
        Anchor { at, side }
    }

    /// Where an anchor is now, and whether its character still stands there: itself, brought back
    /// by undo, or pasted elsewhere. A deleted one gives the place where it was. `None` when the
    /// character has not arrived.
    pub fn anchor_pos(&self, anchor: &Anchor) -> Option<(Pos, bool)> {
        let found = self.find(anchor, true)?;
        Some(match found {
            Found::Alive(pos) | Found::Copied(pos) => (Pos(pos), true),
            Found::Dead(pos) => (Pos(pos), false),
        })
    }

    /// The span between two anchors. Copies are followed only when both ends were moved.
    pub fn anchor_span(&self, anchors: (Anchor, Anchor)) -> Option<Span> {
        let (start, end) = (self.find(&anchors.0, true)?, self.find(&anchors.1, true)?);
        let (start, end) = match (start, end) {
            (Found::Copied(a), Found::Copied(b)) if a <= b => (a, b),
            _ => {
                let place = |anchor: &Anchor| match self.find(anchor, false)? {
                    Found::Alive(pos) | Found::Copied(pos) | Found::Dead(pos) => Some(pos),
                };
                (place(&anchors.0)?, place(&anchors.1)?)
            }
        };
        // Ends that crossed, as when both were deleted, hold nothing.
        let start = start.min(end);
        Some(Span { start: Pos(start), end: Pos(end) })
    }

    fn find(&self, anchor: &Anchor, copies: bool) -> Option<Found> {
        let Some(id) = anchor.at else {
            return Some(Found::Alive(match anchor.side {
                Side::Left => 0,
                Side::Right => self.len(),
            }));
        };
        let behind = |pos: usize| pos + usize::from(anchor.side == Side::Right);
        if let Some(pos) = self.living(id, false) {
            return Some(Found::Alive(behind(pos)));
        }
        if copies && let Some(pos) = self.living(id, true) {
            return Some(Found::Copied(behind(pos)));
        }
        self.grave(id).map(Found::Dead)
    }

    /// Where a character lives: itself, brought back or, with `copies`, copied.
    pub(super) fn living(&self, id: OpId, copies: bool) -> Option<usize> {
        let history = self.history.as_ref()?;
        let mut seen = BTreeSet::from([id]);
        let mut next = vec![id];
        let mut best: Option<(u32, OpId, usize)> = None;
        while let Some(id) = next.pop() {
            if let Some(place) = history.seq.place(id)
                && place.alive
            {
                // The earliest, so that every copy of the document finds the same.
                let lamport = history.ops.next_lamport([&id]).unwrap_or_default();
                let here = (lamport, id, place.pos);
                best = Some(best.map_or(here, |best| best.min(here)));
            }
            for (copy, revive) in history.ops.copies(id) {
                if (revive || copies) && seen.insert(copy) {
                    next.push(copy);
                }
            }
        }
        best.map(|best| best.2)
    }

    /// Where a deleted character stood.
    pub(super) fn grave(&self, id: OpId) -> Option<usize> {
        let history = self.history.as_ref()?;
        if !history.ops.knows(id) {
            return None;
        }
        // Where the merge would put it: the same in every copy, whatever came first.
        history.crdt.place(id).filter(|pos| *pos <= self.len())
    }

    /// Carries a span along from now on. What is inserted at its borders stays outside.
    pub fn mark(&mut self, span: Span) -> MarkId {
        let id = MarkId(self.marks.next);
        self.marks.next += 1;
        let anchors = (self.anchor(span.start, Side::Left), self.anchor(span.end, Side::Right));
        self.marks.marks.insert(id, Mark { span, anchors, torn: true });
        id
    }

    /// Carries the span between two anchors along; `None` when they have no place yet.
    pub fn mark_anchors(&mut self, anchors: (Anchor, Anchor)) -> Option<MarkId> {
        let span = self.anchor_span(anchors)?;
        let id = MarkId(self.marks.next);
        self.marks.next += 1;
        self.marks.marks.insert(id, Mark { span, anchors, torn: true });
        Some(id)
    }

    /// Where a mark is now.
    pub fn mark_span(&self, id: MarkId) -> Option<Span> {
        self.marks.marks.get(&id).map(|mark| mark.span)
    }

    pub fn unmark(&mut self, id: MarkId) {
        self.marks.marks.remove(&id);
    }

    /// Finds the marks again by their anchors.
    pub(super) fn settle_marks(&mut self) {
        self.settle(|_| true);
    }

    /// Finds those marks again at an end of which the character is gone: their places follow from
    /// all that was written since, which a single change does not tell.
    pub fn settle_torn_marks(&mut self) {
        self.settle(|mark| mark.torn);
    }

    /// Carries the marks through a change made here.
    pub(super) fn carry_marks(&mut self, change: &Change, delta: &Delta) {
        self.marks.shift(delta);
        if change.0.iter().any(|one| !one.src.is_empty()) {
            self.settle_marks();
        } else {
            self.settle_marks_at(delta);
        }
    }

    /// Finds those marks again that a change touched: where the character at an end is gone, only
    /// the anchors say on which side of it new text stands.
    fn settle_marks_at(&mut self, delta: &Delta) {
        let mut shift = 0isize;
        let mut touched = Vec::with_capacity(delta.0.len());
        for (span, len) in &delta.0 {
            let start = span.start.0.saturating_add_signed(shift);
            touched.push(start..=start + len);
            shift += *len as isize - span.len() as isize;
        }
        let near = |pos: Pos| {
            let next = touched.partition_point(|range| *range.end() < pos.0);
            touched.get(next).is_some_and(|range| range.contains(&pos.0))
        };
        self.settle(|mark| near(mark.span.start) || near(mark.span.end));
    }

    fn settle(&mut self, which: impl Fn(&Mark) -> bool) {
        let lives = |anchor: &Anchor| matches!(self.find(anchor, false), Some(Found::Alive(_)));
        let found: Vec<(MarkId, Span, bool)> = self
            .marks
            .marks
            .iter()
            .filter(|(_, mark)| !mark.span.is_empty() || mark.anchors.0.at.is_some())
            .filter(|(_, mark)| which(mark))
            .filter_map(|(id, mark)| {
                let torn = !(lives(&mark.anchors.0) && lives(&mark.anchors.1));
                Some((*id, self.anchor_span(mark.anchors)?, torn))
            })
            .collect();
        for (id, span, torn) in found {
            if let Some(mark) = self.marks.marks.get_mut(&id) {
                mark.span = span;
                mark.torn = torn;
            }
        }
    }
}
