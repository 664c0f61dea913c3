//! The same words wherever they stand: as they were first written, brought back and copied. For
//! redacting, which must leave none of them.

use super::document::Document;
use super::seq::{ahead, push_run};
use crate::base::{OpId, Pos, Span};
use std::collections::BTreeSet;

impl Document {
    /// The operations that inserted the characters of a span.
    pub fn ids(&self, span: Span) -> Vec<(OpId, u32)> {
        self.history.as_ref().map(|history| history.seq.runs(span)).unwrap_or_default()
    }

    /// Every operation of this document that inserted one of these characters: where it was first
    /// written, each time it was brought back, and each copy. In order, joined to runs.
    pub fn same_words(&self, ids: &[(OpId, u32)]) -> Vec<(OpId, u32)> {
        let Some(history) = &self.history else { return Vec::new() };
        let mut seen: BTreeSet<OpId> = BTreeSet::new();
        let mut next: Vec<OpId> = Vec::new();
        for (id, len) in ids {
            next.extend((0..*len).map(|offset| ahead(*id, offset)));
        }
        while let Some(id) = next.pop() {
            if !seen.insert(id) {
                continue;
            }
            next.extend(history.ops.source(id));
            next.extend(history.ops.copies(id).map(|(copy, _)| copy));
        }
        let mut runs = Vec::new();
        for id in seen.into_iter().filter(|id| history.ops.knows(*id)) {
            push_run(&mut runs, id, 1);
        }
        runs
    }

    /// Where the character that an operation inserted stands, while it is in the text.
    pub fn stands_at(&self, id: OpId) -> Option<Pos> {
        let place = self.history.as_ref()?.seq.place(id)?;
        place.alive.then_some(Pos(place.pos))
    }
}
