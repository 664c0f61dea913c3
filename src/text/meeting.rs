//! What edits that did not know of each other did to one another's text: read from the log's
//! operations and today's text only, so that every copy finds the same.

use super::change::Change;
use super::document::Document;
use super::error::TextError;
use super::seq::ahead;
use crate::base::{OpId, Pos, Span, WriterId};
use crate::event::{Edit, Op, Source};
use std::collections::{BTreeMap, BTreeSet};

/// Where an edit stands in today's text.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Reach {
    /// What it inserted and is still, or again, there. In order.
    pub living: Vec<Span>,
    /// The characters it deleted: the first one's operation, how many.
    pub deleted: Vec<(OpId, u32)>,
    /// Where the first and the last of each of these stand or stood.
    pub graves: Vec<(usize, usize)>,
    pub inserts: bool,
    /// Some of what it deleted is there again.
    pub back: bool,
}

impl Reach {
    /// Where it reaches from and to: its own words, and the places of what it deleted.
    pub fn span(&self) -> Option<Span> {
        let living = self.living.iter().map(|span| (span.start.0, span.end.0));
        let all = living.chain(self.graves.iter().copied());
        let (start, end) = all.reduce(|a, b| (a.0.min(b.0), a.1.max(b.1)))?;
        Some(Span { start: Pos(start), end: Pos(end) })
    }

    /// Whether it deleted a character that `other` deleted, too.
    pub fn shares_deletion(&self, other: &Self) -> bool {
        let meets = |(id, len): &(OpId, u32), (other, count): &(OpId, u32)| {
            id.writer == other.writer
                && id.counter < other.counter + count
                && other.counter < id.counter + len
        };
        self.deleted.iter().any(|one| other.deleted.iter().any(|two| meets(one, two)))
    }
}

impl Document {
    /// How many operations of each writer a version has in its past; `None` when it is not known.
    pub fn past(&self, version: &[OpId]) -> Option<BTreeMap<WriterId, u32>> {
        let history = self.history.as_ref()?;
        if !version.iter().all(|id| history.ops.knows(*id)) {
            return None;
        }
        history.crdt.past(version)
    }

    /// Where the character that `id` inserted stands or stood.
    pub fn stood(&self, id: OpId) -> Option<Pos> {
        self.living(id, false).or_else(|| self.grave(id)).map(Pos)
    }

    /// Where a deleted character stood; nothing of one that stands there, or again.
    pub fn gap(&self, id: OpId) -> Option<Pos> {
        if self.living(id, false).is_some() { None } else { self.grave(id).map(Pos) }
    }

    /// Where an edit stands in today's text; nothing of it when it is not in the text yet.
    pub fn reach(&self, writer: WriterId, edit: &Edit) -> Reach {
        let mut out = Reach::default();
        let Some(history) = &self.history else { return out };
        let mut at = OpId { writer, counter: edit.start };
        for op in &edit.ops {
            let width = op.width();
            match op {
                Op::Insert { .. } => {
                    out.inserts = true;
                    history.living(at, width, &mut |one| {
                        let end = Pos(one.pos + one.len as usize);
                        out.living.push(Span { start: Pos(one.pos), end });
                    });
                }
                Op::Delete { first, .. } => {
                    out.deleted.push((*first, width));
                    let mut done = 0;
                    while done < width {
                        let (root, step) = history.revived_root(ahead(*first, done), width - done);
                        history.living(root, step, &mut |_| out.back = true);
                        done += step;
                    }
                    let last = ahead(*first, width.saturating_sub(1));
                    let (start, end) = (self.stood(*first), self.stood(last));
                    if let (Some(start), Some(end)) = (start, end) {
                        out.graves.push((start.0.min(end.0), start.0.max(end.0)));
                    }
                }
            }
            at = ahead(at, width);
        }
        out.living.sort_unstable();
        out.living.dedup();
        out
    }

    /// The change that takes away what an edit inserted and leaves what it deleted deleted.
    pub fn plan_removal(&self, writer: WriterId, edit: &Edit) -> Change {
        let mut out = Change::default();
        let mut end = Pos(0);
        for span in self.reach(writer, edit).living {
            let span = Span { start: span.start.max(end), end: span.end };
            if span.start < span.end {
                end = span.end;
                out.0.extend(Change::delete(span).0);
            }
        }
        out
    }

    /// The change that takes edits back, but for what others deleted as well: that stays deleted.
    /// A character that several of the edits deleted, one of them where it was brought back, comes
    /// back once.
    pub fn plan_undo_beside(
        &self,
        edits: &[(WriterId, &Edit)],
        others: &[(WriterId, &Edit)],
    ) -> Result<Change, TextError> {
        let mut change = self.plan_undo(edits)?;
        if edits.len() < 2 && others.is_empty() {
            return Ok(change);
        }
        let gone: Vec<(OpId, u32)> =
            others.iter().flat_map(|(writer, edit)| self.reach(*writer, edit).deleted).collect();
        let is_gone = |id: OpId| {
            gone.iter().any(|(first, len)| {
                first.writer == id.writer
                    && first.counter <= id.counter
                    && id.counter < first.counter + len
            })
        };
        let ops = self.history.as_ref().map(|history| &history.ops);
        let root = |id: OpId| {
            let mut at = id;
            // Bounded, should a hostile log bring itself back in a ring.
            for _ in 0..10_000 {
                match ops.map(|ops| ops.revived(at, 1)) {
                    Some((Some(source), _)) => at = source,
                    _ => break,
                }
            }
            at
        };
        let mut back = BTreeSet::new();
        for one in &mut change.0 {
            if one.src.is_empty() {
                continue;
            }
            let sources = std::mem::take(&mut one.src);
            let text = std::mem::take(&mut one.text);
            let ids = sources.iter().flat_map(|src| (0..src.len).map(|by| ahead(src.id, by)));
            for (id, character) in ids.zip(text.chars()).filter(|(id, _)| !is_gone(*id)) {
                if !back.insert(root(id)) {
                    continue;
                }
                one.text.push(character);
                match one.src.last_mut() {
                    Some(last) if ahead(last.id, last.len) == id => last.len += 1,
                    _ => one.src.push(Source { id, len: 1 }),
                }
            }
        }
        change.0.retain(|one| !(one.span.is_empty() && one.text.is_empty()));
        Ok(change)
    }
}
