//! Going back to an older state as a change of today's text: what stands in both stays, what is
//! lost comes back as what it was, with its origin and its operations.

use super::change::{Change, Replace};
use super::document::{Document, History};
use super::error::TextError;
use super::seq::ahead;
use super::undo::Lost;
use crate::base::{OpId, Pos, Span};
use std::collections::BTreeMap;

/// Characters that stand in both texts: where then, where now, how many.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Same {
    then: usize,
    now: usize,
    len: usize,
}

impl Document {
    /// The change that makes today's text what `then`, an older state of this document, says. To be
    /// made with [`Document::change_as`] and the cause restore: what comes back counts as the same
    /// text.
    pub fn plan_restore(&self, then: &Document) -> Result<Change, TextError> {
        let history = self.history.as_ref().ok_or(TextError::NoHistory)?;
        let before = then.history.as_ref().ok_or(TextError::NoHistory)?;
        let runs = before.seq.runs(Span { start: Pos(0), end: Pos(then.len()) });
        let mut found: Vec<Same> = Vec::new();
        let mut at = 0;
        for (id, len) in &runs {
            history.stands(*id, *len, at, &mut found);
            at += *len as usize;
        }
        let mut out: Vec<Replace> = Vec::new();
        let (mut at, mut now) = (0, 0);
        let mut runs = Runs { runs: &runs, index: 0, offset: 0 };
        let end = Same { then: then.len(), now: self.len(), len: 0 };
        for same in in_order(found).into_iter().chain([end]) {
            runs.take(same.then - at, &mut |id, len| {
                let lost = Lost { place: None, pos: now, id, len };
                self.bring_back(history, &lost, &mut out)
            })?;
            if now < same.now {
                out.extend(Change::delete(Span { start: Pos(now), end: Pos(same.now) }).0);
            }
            runs.take(same.len, &mut |_, _| Ok(()))?;
            (at, now) = (same.then + same.len, same.now + same.len);
        }
        Ok(Change(out))
    }

    /// What puts these characters, which are gone, back at a place as what they were.
    pub fn brought_back(&self, runs: &[(OpId, u32)], at: Pos) -> Result<Vec<Replace>, TextError> {
        let history = self.history.as_ref().ok_or(TextError::NoHistory)?;
        let mut out = Vec::new();
        for (id, len) in runs {
            let lost = Lost { place: None, pos: at.0, id: *id, len: *len };
            self.bring_back(history, &lost, &mut out)?;
        }
        Ok(out)
    }
}

/// Runs of ids that are taken piece by piece.
struct Runs<'a> {
    runs: &'a [(OpId, u32)],
    index: usize,
    offset: u32,
}

impl Runs<'_> {
    fn take(
        &mut self,
        count: usize,
        each: &mut dyn FnMut(OpId, u32) -> Result<(), TextError>,
    ) -> Result<(), TextError> {
        let mut left = count;
        while left > 0 {
            let Some((id, len)) = self.runs.get(self.index) else { return Ok(()) };
            let step = (len - self.offset).min(u32::try_from(left).unwrap_or(u32::MAX));
            each(ahead(*id, self.offset), step)?;
            left -= step as usize;
            self.offset += step;
            if self.offset == *len {
                (self.index, self.offset) = (self.index + 1, 0);
            }
        }
        Ok(())
    }
}

impl History {
    /// Finds where `len` characters from `id` on, which stood at `then`, stand today: themselves, or
    /// as what was brought back of the same text.
    fn stands(&self, id: OpId, len: u32, then: usize, found: &mut Vec<Same>) {
        let mut done = 0;
        while done < len {
            let (root, step) = self.revived_root(ahead(id, done), len - done);
            self.living(root, step, &mut |one| {
                let offset = one.of.counter - root.counter;
                let same = Same {
                    then: then + (done + offset) as usize,
                    now: one.pos,
                    len: one.len as usize,
                };
                found.push(same);
            });
            done += step;
        }
    }

    /// The first text that `id` brings back to life, and for how many characters that holds.
    pub(super) fn revived_root(&self, id: OpId, len: u32) -> (OpId, u32) {
        let (mut at, mut len) = (id, len);
        // Bounded, should a hostile log bring itself back in a ring.
        for _ in 0..10_000 {
            let (source, step) = self.ops.revived(at, len);
            len = step.max(1).min(len);
            match source.filter(|source| self.ops.knows(*source)) {
                Some(source) => at = source,
                None => break,
            }
        }
        (at, len)
    }
}

/// Of pieces that stand in both texts as many characters as keep their order, none of them twice.
fn in_order(mut pieces: Vec<Same>) -> Vec<Same> {
    pieces.sort_unstable();
    pieces.dedup();
    // By where a chain ends now: how many characters it holds, and its last piece. Both grow.
    let mut best: BTreeMap<usize, (usize, usize)> = BTreeMap::new();
    let mut before: Vec<Option<usize>> = Vec::with_capacity(pieces.len());
    let mut sums: Vec<usize> = Vec::with_capacity(pieces.len());
    // Pieces that end where the next ones begin, or before, can be gone on from.
    let mut ends: BTreeMap<(usize, usize), ()> = BTreeMap::new();
    for (index, piece) in pieces.iter().enumerate() {
        while let Some(((end, ready), ())) = ends.first_key_value().map(|(key, ())| (*key, ())) {
            if end > piece.then {
                break;
            }
            ends.remove(&(end, ready));
            let one: &Same = &pieces[ready];
            let (now, sum) = (one.now + one.len, sums[ready]);
            let better = best.range(..=now).next_back().is_none_or(|(_, (most, _))| *most < sum);
            if better {
                while let Some((worse, _)) =
                    best.range(now..).next().filter(|(_, (most, _))| *most <= sum)
                {
                    let worse = *worse;
                    best.remove(&worse);
                }
                best.insert(now, (sum, ready));
            }
        }
        let last = best.range(..=piece.now).next_back().map(|(_, found)| *found);
        before.push(last.map(|(_, index)| index));
        sums.push(last.map_or(0, |(sum, _)| sum) + piece.len);
        ends.insert((piece.then + piece.len, index), ());
    }
    let mut at = sums.iter().enumerate().max_by_key(|(_, sum)| **sum).map(|(index, _)| index);
    let mut out = Vec::new();
    while let Some(index) = at {
        out.push(pieces[index]);
        at = before[index];
    }
    out.reverse();
    out
}

#[test]
fn the_longest_chain_stands() {
    let same = |(then, now, len)| Same { then, now, len };
    let check = |pieces: &[(usize, usize, usize)], wanted: &[(usize, usize, usize)]| {
        let pieces: Vec<Same> = pieces.iter().copied().map(same).collect();
        let wanted: Vec<Same> = wanted.iter().copied().map(same).collect();
        assert_eq!(in_order(pieces.clone()), wanted, "{pieces:?}");
    };
    check(&[], &[]);
    check(&[(0, 5, 3), (3, 0, 2)], &[(0, 5, 3)]);
    check(&[(0, 9, 1), (1, 0, 2), (3, 4, 2), (5, 2, 1)], &[(1, 0, 2), (3, 4, 2)]);
    // One place then, two now, and the other way round.
    check(&[(0, 0, 2), (0, 4, 2), (2, 2, 2)], &[(0, 0, 2), (2, 2, 2)]);
    check(&[(0, 0, 2), (3, 0, 2), (5, 2, 1)], &[(0, 0, 2), (5, 2, 1)]);
}
