//! Characters that two edits brought back without knowing of each other: they are named by the
//! operations that first wrote them, so it is known which stand twice.

use super::document::{Document, History};
use super::seq::ahead;
use crate::base::{OpId, Pos, Span, WriterId};
use crate::event::{Edit, Op};
use std::collections::BTreeMap;

impl Document {
    /// Where characters stand that `second` brought back and that stand as `first` brought them back,
    /// too. In order.
    pub fn back_twice(&self, first: (WriterId, &Edit), second: (WriterId, &Edit)) -> Vec<Span> {
        let Some(history) = &self.history else { return Vec::new() };
        let mut known: BTreeMap<OpId, u32> = BTreeMap::new();
        history.back(first, &mut |root, len, _| {
            let longest = known.entry(root).or_default();
            *longest = len.max(*longest);
        });
        let mut found = Vec::new();
        history.back(second, &mut |root, len, pos| {
            let mut done = 0;
            while done < len {
                let at = ahead(root, done);
                let within = known.range(..=at).next_back().and_then(|(first, count)| {
                    let end = ahead(*first, *count);
                    (first.writer == at.writer && at < end).then(|| end.counter - at.counter)
                });
                let step = match within {
                    Some(left) => {
                        let step = left.min(len - done);
                        let start = pos + done as usize;
                        found.push(Span { start: Pos(start), end: Pos(start + step as usize) });
                        step
                    }
                    None => {
                        let next = known.range(at..).next().map(|(next, _)| *next);
                        let next = next.filter(|next| next.writer == at.writer);
                        let gap = next.map_or(u32::MAX, |next| next.counter - at.counter);
                        gap.clamp(1, len - done)
                    }
                };
                done += step;
            }
        });
        found.sort_unstable();
        found
    }
}

impl History {
    /// The characters that an edit brought back and that stand, in pieces: the operation that first
    /// wrote the first of each, how many, and where.
    fn back(&self, (writer, edit): (WriterId, &Edit), found: &mut dyn FnMut(OpId, u32, usize)) {
        let mut next = OpId { writer, counter: edit.start };
        for op in &edit.ops {
            let (first, width) = (next, op.width());
            next = ahead(first, width);
            if !matches!(op, Op::Insert { src, .. } if !src.is_empty()) {
                continue;
            }
            let mut done = 0;
            while done < width {
                let here = ahead(first, done);
                let step = self.seq.reach(here, width - done);
                let (root, step) = self.revived_root(here, step.max(1));
                if root != here
                    && let Some(place) = self.seq.place(here).filter(|place| place.alive)
                {
                    found(root, step, place.pos);
                }
                done += step;
            }
        }
    }
}
