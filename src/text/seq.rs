//! The characters of a document as runs of operation ids, the deleted ones kept in their places.
//!
//! Answers in one sweep what the CRDT library answers character by character: which operation
//! inserted what stands here, where is what that operation inserted, where did it stand. Knows ids
//! and lengths, no text and no library.

use crate::base::{OpId, Span};
use std::collections::BTreeMap;

/// A block is split when it holds more runs than this.
const BLOCK: usize = 128;

/// Characters whose ids run on from `id`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Run {
    pub id: OpId,
    pub len: u32,
    pub alive: bool,
}

impl Run {
    fn end(&self) -> OpId {
        ahead(self.id, self.len)
    }

    /// Whether `next` goes on where this ends.
    fn leads_to(&self, next: &Self) -> bool {
        self.alive == next.alive && self.end() == next.id
    }
}

/// The id `by` operations further on.
pub(super) fn ahead(id: OpId, by: u32) -> OpId {
    OpId { writer: id.writer, counter: id.counter.saturating_add(by) }
}

#[derive(Clone, Debug, Default)]
struct Block {
    /// Stays while the block moves.
    key: u32,
    runs: Vec<Run>,
    alive: usize,
}

/// Where a character is, or was.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Place {
    /// The order among all characters, deleted ones too.
    order: (usize, usize, u32),
    /// Living characters before it.
    pub pos: usize,
    pub alive: bool,
}

/// Runs in blocks; a block is found by adding up, a run by its id.
#[derive(Clone, Debug)]
pub(super) struct Seq {
    blocks: Vec<Block>,
    /// Key to index.
    index: Vec<usize>,
    /// First id of each run to its block's key.
    at: BTreeMap<OpId, u32>,
    alive: usize,
}

impl Default for Seq {
    fn default() -> Self {
        Self { blocks: vec![Block::default()], index: vec![0], at: BTreeMap::new(), alive: 0 }
    }
}

impl Seq {
    pub fn from_runs(runs: impl IntoIterator<Item = Run>) -> Self {
        let mut made = Self { blocks: Vec::new(), ..Self::default() };
        let mut block = Block::default();
        for run in runs {
            if block.runs.len() >= BLOCK / 2 {
                made.blocks.push(std::mem::take(&mut block));
            }
            block.alive += if run.alive { run.len as usize } else { 0 };
            block.runs.push(run);
        }
        made.blocks.push(block);
        made.index = (0..made.blocks.len()).collect();
        for (index, block) in made.blocks.iter_mut().enumerate() {
            block.key = index as u32;
            made.alive += block.alive;
            made.at.extend(block.runs.iter().map(|run| (run.id, block.key)));
        }
        made
    }

    /// All runs, deleted ones too.
    pub fn iter(&self) -> impl Iterator<Item = &Run> {
        self.blocks.iter().flat_map(|block| &block.runs)
    }

    /// How many runs there are, deleted ones too.
    pub fn run_count(&self) -> usize {
        self.at.len()
    }

    /// How many characters live.
    pub fn len(&self) -> usize {
        self.alive
    }

    /// The living runs of a span: their ids and lengths, in order.
    pub fn runs(&self, span: Span) -> Vec<(OpId, u32)> {
        let mut out: Vec<(OpId, u32)> = Vec::new();
        let mut left = span.end.0.min(self.alive).saturating_sub(span.start.0);
        if left == 0 {
            return out;
        }
        let (mut block, mut run, mut offset) = self.find(span.start.0);
        while left > 0 {
            let Some(here) = self.blocks.get(block) else { break };
            let Some(one) = here.runs.get(run) else {
                (block, run) = (block + 1, 0);
                continue;
            };
            if one.alive {
                let take = left.min((one.len - offset) as usize) as u32;
                push_run(&mut out, ahead(one.id, offset), take);
                left -= take as usize;
            }
            (run, offset) = (run + 1, 0);
        }
        out
    }

    pub fn id_at(&self, pos: usize) -> Option<OpId> {
        if pos >= self.alive {
            return None;
        }
        let (block, run, offset) = self.find(pos);
        Some(ahead(self.blocks.get(block)?.runs.get(run)?.id, offset))
    }

    /// Where a character is or was; `None` when its place is not known.
    pub fn place(&self, id: OpId) -> Option<Place> {
        let (block, run, offset) = self.find_id(id)?;
        let before: usize = self.blocks[..block].iter().map(|block| block.alive).sum();
        let here = &self.blocks[block].runs;
        let inside: usize =
            here[..run].iter().filter(|run| run.alive).map(|run| run.len as usize).sum();
        let alive = here[run].alive;
        let pos = before + inside + if alive { offset as usize } else { 0 };
        Some(Place { order: (block, run, offset), pos, alive })
    }

    /// How many characters from `id` on share its run, or its lack of one; at most `len`.
    pub fn reach(&self, id: OpId, len: u32) -> u32 {
        if let Some((block, run, offset)) = self.find_id(id) {
            return len.min(self.blocks[block].runs[run].len - offset);
        }
        let next = self.at.range(id..).next().filter(|(next, _)| next.writer == id.writer);
        next.map_or(len, |(next, _)| len.min(next.counter - id.counter))
    }

    /// Puts `len` characters before position `pos`. They go right behind the character before it,
    /// or, when `beside` is a deleted character in this very gap, right behind that one, so that
    /// what is brought back stands in its old order.
    pub fn insert(&mut self, pos: usize, id: OpId, len: u32, beside: Option<OpId>) {
        let place = beside.and_then(|id| Some((id, self.place(id)?)));
        let (block, run) = match place {
            Some((_, place)) if !place.alive && place.pos == pos => {
                let (block, run, offset) = place.order;
                (block, self.cut(block, run, offset + 1))
            }
            _ if pos == 0 => (0, 0),
            _ => {
                let (block, run, offset) = self.find(pos - 1);
                (block, self.cut(block, run, offset + 1))
            }
        };
        let made = Run { id, len, alive: true };
        let here = &mut self.blocks[block];
        here.alive += len as usize;
        self.alive += len as usize;
        match run.checked_sub(1).and_then(|before| here.runs.get_mut(before)) {
            Some(before) if before.leads_to(&made) => before.len += len,
            _ => {
                here.runs.insert(run, made);
                self.at.insert(id, here.key);
            }
        }
        self.split(block);
    }

    /// Deletes living characters; returns their ids.
    pub fn delete(&mut self, pos: usize, len: usize) -> Vec<(OpId, u32)> {
        let mut out = Vec::new();
        let mut left = len.min(self.alive.saturating_sub(pos));
        while left > 0 {
            let (block, run, offset) = self.find(pos);
            let run = self.cut(block, run, offset);
            let Some(here) = self.blocks.get(block).and_then(|block| block.runs.get(run)) else {
                break;
            };
            let take = left.min(here.len as usize) as u32;
            self.cut(block, run, take);
            push_run(&mut out, self.blocks[block].runs[run].id, take);
            self.set_alive(block, run, false);
            left -= take as usize;
        }
        out
    }

    /// Takes a deletion back.
    pub fn revive(&mut self, id: OpId, len: u32) {
        let mut done = 0;
        while done < len {
            let Some((block, run, offset)) = self.find_id(ahead(id, done)) else { return };
            let run = self.cut(block, run, offset);
            self.cut(block, run, len - done);
            done += self.blocks[block].runs[run].len;
            if !self.blocks[block].runs[run].alive {
                self.set_alive(block, run, true);
            }
        }
    }

    /// Takes an insertion back: the characters leave no trace.
    pub fn purge(&mut self, id: OpId, len: u32) {
        let mut done = 0;
        while done < len {
            let Some((block, run, offset)) = self.find_id(ahead(id, done)) else { return };
            let run = self.cut(block, run, offset);
            self.cut(block, run, len - done);
            let here = &mut self.blocks[block];
            let gone = here.runs.remove(run);
            self.at.remove(&gone.id);
            if gone.alive {
                here.alive -= gone.len as usize;
                self.alive -= gone.len as usize;
            }
            done += gone.len;
        }
    }

    /// The block, run and offset of the living character at `pos`, which must be below `len()`.
    fn find(&self, pos: usize) -> (usize, usize, u32) {
        let mut left = pos;
        for (block, here) in self.blocks.iter().enumerate() {
            if left >= here.alive {
                left -= here.alive;
                continue;
            }
            for (index, run) in here.runs.iter().enumerate() {
                if !run.alive {
                    continue;
                }
                if left < run.len as usize {
                    return (block, index, left as u32);
                }
                left -= run.len as usize;
            }
        }
        let last = self.blocks.len() - 1;
        (last, self.blocks[last].runs.len(), 0)
    }

    fn find_id(&self, id: OpId) -> Option<(usize, usize, u32)> {
        let (first, key) = self.at.range(..=id).next_back()?;
        if first.writer != id.writer {
            return None;
        }
        let block = *self.index.get(*key as usize)?;
        let runs = &self.blocks.get(block)?.runs;
        let run = runs.iter().position(|run| run.id == *first)?;
        let offset = id.counter - first.counter;
        (offset < runs[run].len).then_some((block, run, offset))
    }

    /// Cuts a run before `offset`; returns the index of the part that begins there.
    fn cut(&mut self, block: usize, run: usize, offset: u32) -> usize {
        let here = &mut self.blocks[block];
        if offset == 0 {
            return run;
        }
        let Some(one) = here.runs.get_mut(run) else { return run };
        if offset < one.len {
            let rest = Run { id: ahead(one.id, offset), len: one.len - offset, ..*one };
            one.len = offset;
            here.runs.insert(run + 1, rest);
            self.at.insert(rest.id, here.key);
        }
        run + 1
    }

    fn set_alive(&mut self, block: usize, run: usize, alive: bool) {
        let here = &mut self.blocks[block];
        let one = &mut here.runs[run];
        one.alive = alive;
        let len = one.len as usize;
        if alive {
            here.alive += len;
            self.alive += len;
        } else {
            here.alive -= len;
            self.alive -= len;
        }
        // Neighbours that go on from one another become one run again.
        for left in [Some(run), run.checked_sub(1)].into_iter().flatten() {
            if let (Some(a), Some(b)) = (here.runs.get(left), here.runs.get(left + 1))
                && a.leads_to(b)
            {
                let gone = here.runs.remove(left + 1);
                here.runs[left].len += gone.len;
                self.at.remove(&gone.id);
            }
        }
        self.split(block);
    }

    /// Splits a block that has become too long.
    fn split(&mut self, block: usize) {
        let here = &mut self.blocks[block];
        if here.runs.len() <= BLOCK {
            return;
        }
        let runs = here.runs.split_off(BLOCK / 2);
        let alive = runs.iter().filter(|run| run.alive).map(|run| run.len as usize).sum();
        here.alive -= alive;
        let key = self.index.len() as u32;
        self.at.extend(runs.iter().map(|run| (run.id, key)));
        self.blocks.insert(block + 1, Block { key, runs, alive });
        self.index.push(0);
        for (index, moved) in self.blocks.iter().enumerate().skip(block) {
            self.index[moved.key as usize] = index;
        }
    }
}

/// Appends a run, joined to the last where it goes on.
pub(super) fn push_run(out: &mut Vec<(OpId, u32)>, id: OpId, len: u32) {
    match out.last_mut() {
        Some((first, count)) if ahead(*first, *count) == id => *count += len,
        _ => out.push((id, len)),
    }
}
