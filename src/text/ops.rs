//! What is known of the operations beside the text: Lamport numbers, origins, sources, heads.
//!
//! One table per document, kept from the log and in the snapshot. Knows no positions.

use super::seq::{ahead, push_run};
use crate::base::{OpId, WriterId};
use crate::event::{Origin, Source};
use std::collections::{BTreeMap, BTreeSet};

/// What some operations did.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum What {
    Delete,
    Insert {
        /// An index into the origins; 0 is what the writer typed.
        origin: u32,
        /// The operation that inserted the first character which this brings back.
        src: Option<OpId>,
        /// Brings text back to life, so that it counts as the same text; else it is a copy.
        revive: bool,
        /// The words are gone; filler stands in their place.
        redacted: bool,
    },
}

/// Operations of one writer, in a row.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct OpSpan {
    pub start: u32,
    pub len: u32,
    pub lamport: u32,
    pub what: What,
}

impl OpSpan {
    fn end(&self) -> u32 {
        self.start + self.len
    }

    fn leads_to(&self, next: &Self) -> bool {
        let what = match (self.what, next.what) {
            (What::Delete, What::Delete) => true,
            (
                What::Insert { origin, src, revive, redacted },
                What::Insert { origin: o, src: s, revive: r, redacted: d },
            ) => {
                let src = match (src, s) {
                    (None, None) => true,
                    (Some(src), Some(next)) => ahead(src, self.len) == next,
                    _ => false,
                };
                src && (origin, revive, redacted) == (o, r, d)
            }
            _ => false,
        };
        what && self.end() == next.start && self.lamport + self.len == next.lamport
    }
}

/// Where a piece of text came from in the end.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Root {
    pub id: OpId,
    pub len: u32,
    pub origin: u32,
    /// The writer whose words these are.
    pub writer: WriterId,
}

/// Copies of `len` characters: the first id of each, and whether it revives.
#[derive(Clone, Debug)]
struct Copies {
    len: u32,
    of: Vec<(OpId, bool)>,
}

#[derive(Clone, Debug)]
pub(super) struct Ops {
    pub writers: BTreeMap<WriterId, Vec<OpSpan>>,
    pub origins: Vec<Origin>,
    numbers: BTreeMap<Origin, u32>,
    /// By first source id; pieces do not overlap.
    copies: BTreeMap<OpId, Copies>,
    /// The last operations, which no other builds on.
    pub heads: BTreeSet<OpId>,
}

impl Default for Ops {
    fn default() -> Self {
        Self {
            writers: BTreeMap::new(),
            origins: vec![Origin::typed()],
            numbers: BTreeMap::from([(Origin::typed(), 0)]),
            copies: BTreeMap::new(),
            heads: BTreeSet::new(),
        }
    }
}

impl Ops {
    /// The counter of the writer's next operation.
    pub fn next(&self, writer: WriterId) -> u32 {
        self.writers.get(&writer).and_then(|spans| spans.last()).map_or(0, OpSpan::end)
    }

    pub fn knows(&self, id: OpId) -> bool {
        id.counter < self.next(id.writer)
    }

    pub fn span(&self, id: OpId) -> Option<&OpSpan> {
        let spans = self.writers.get(&id.writer)?;
        let index = spans.partition_point(|span| span.end() <= id.counter);
        spans.get(index)
    }

    /// The Lamport number that an operation built on `deps` has, if they are known.
    pub fn next_lamport<'a>(&self, deps: impl IntoIterator<Item = &'a OpId>) -> Option<u32> {
        let mut next = 0;
        for id in deps {
            let span = self.span(*id)?;
            next = next.max(span.lamport + (id.counter - span.start) + 1);
        }
        Some(next)
    }

    /// The number of an origin.
    pub fn number(&mut self, origin: &Origin) -> u32 {
        if let Some(number) = self.numbers.get(origin) {
            return *number;
        }
        let number = self.origins.len() as u32;
        self.origins.push(origin.clone());
        self.numbers.insert(origin.clone(), number);
        number
    }

    pub fn push(&mut self, writer: WriterId, span: OpSpan) {
        if let What::Insert { src: Some(src), revive, .. } = span.what {
            self.add_copy(src, span.len, OpId { writer, counter: span.start }, revive);
        }
        let spans = self.writers.entry(writer).or_default();
        match spans.last_mut() {
            Some(last) if last.leads_to(&span) => last.len += span.len,
            _ => spans.push(span),
        }
    }

    /// Makes `last` a head instead of what it builds on.
    pub fn advance(&mut self, deps: &[OpId], last: OpId) {
        for id in deps {
            self.heads.remove(id);
        }
        self.heads.insert(last);
    }

    /// Forgets a writer's operations from `start` on.
    pub fn truncate(&mut self, writer: WriterId, start: u32) {
        let Some(spans) = self.writers.get_mut(&writer) else { return };
        spans.retain(|span| span.start < start);
        if let Some(last) = spans.last_mut() {
            last.len = last.len.min(start - last.start);
        } else {
            self.writers.remove(&writer);
        }
    }

    /// What operation `id` brings back, directly.
    pub fn source(&self, id: OpId) -> Option<OpId> {
        let span = self.span(id)?;
        match span.what {
            What::Insert { src, .. } => src.map(|src| ahead(src, id.counter - span.start)),
            What::Delete => None,
        }
    }

    /// What operation `id` brings back to life, and for how many operations from there on, at
    /// most `len`, the same is true.
    pub fn revived(&self, id: OpId, len: u32) -> (Option<OpId>, u32) {
        let Some(span) = self.span(id) else { return (None, len) };
        let offset = id.counter - span.start;
        let len = len.min(span.len - offset);
        match span.what {
            What::Insert { src: Some(src), revive: true, .. } => (Some(ahead(src, offset)), len),
            _ => (None, len),
        }
    }

    /// Follows the sources of `len` characters to where they were first written, each with the
    /// last source of its chain.
    pub fn roots(&self, id: OpId, len: u32) -> Vec<(Root, OpId)> {
        let mut out = Vec::new();
        let mut done = 0;
        while done < len {
            let (root, source) = self.root(ahead(id, done), len - done);
            done += root.len;
            out.push((root, source));
        }
        out
    }

    /// The sources of `len` characters, at the end of every chain.
    pub fn sources(&self, id: OpId, len: u32, out: &mut Vec<(OpId, u32)>) {
        let mut done = 0;
        while done < len {
            let (root, source) = self.root(ahead(id, done), len - done);
            push_run(out, source, root.len);
            done += root.len;
        }
    }

    /// The root of a first piece, and the last source of its chain, which another document may
    /// own.
    fn root(&self, id: OpId, len: u32) -> (Root, OpId) {
        let (mut at, mut len) = (id, len.max(1));
        let mut root = Root { id, len, origin: 0, writer: id.writer };
        // A chain has as many links as the text was taken back and brought back; a hostile one
        // may be a ring.
        for _ in 0..100_000 {
            let Some(span) = self.span(at) else { break };
            let offset = at.counter - span.start;
            len = len.min(span.len - offset);
            let What::Insert { origin, src, .. } = span.what else { break };
            root = Root { id: at, len, origin, writer: at.writer };
            match src {
                Some(src) => at = ahead(src, offset),
                None => break,
            }
        }
        root.len = len;
        (root, at)
    }

    /// The copies of one character: ids, and whether they revive it.
    pub fn copies(&self, id: OpId) -> impl Iterator<Item = (OpId, bool)> + '_ {
        let piece = self.copies.range(..=id).next_back();
        let piece = piece.filter(|(first, piece)| {
            first.writer == id.writer && id.counter - first.counter < piece.len
        });
        piece.into_iter().flat_map(move |(first, piece)| {
            let offset = id.counter - first.counter;
            piece.of.iter().map(move |(copy, revive)| (ahead(*copy, offset), *revive))
        })
    }

    /// How far from `id` on the same copies are found, at most `len`.
    pub fn copies_reach(&self, id: OpId, len: u32) -> u32 {
        let within = self.copies.range(..=id).next_back().and_then(|(first, piece)| {
            let offset = id.counter.checked_sub(first.counter)?;
            (first.writer == id.writer && offset < piece.len).then(|| piece.len - offset)
        });
        if let Some(within) = within {
            return within.min(len);
        }
        let next = self.copies.range(id..).next().filter(|(next, _)| next.writer == id.writer);
        next.map_or(len, |(next, _)| len.min(next.counter - id.counter))
    }

    fn add_copy(&mut self, src: OpId, len: u32, copy: OpId, revive: bool) {
        self.cut_copies(src);
        self.cut_copies(ahead(src, len));
        let mut at = 0;
        while at < len {
            let id = ahead(src, at);
            let next =
                self.copies.range(id..ahead(src, len)).next().map(|(id, piece)| (*id, piece));
            match next {
                Some((first, piece)) if first == id => {
                    let step = piece.len;
                    if let Some(piece) = self.copies.get_mut(&id)
                        && !piece.of.contains(&(ahead(copy, at), revive))
                    {
                        piece.of.push((ahead(copy, at), revive));
                    }
                    at += step;
                }
                other => {
                    let until = other.map_or(len, |(first, _)| first.counter - src.counter);
                    let piece = Copies { len: until - at, of: vec![(ahead(copy, at), revive)] };
                    self.copies.insert(id, piece);
                    at = until;
                }
            }
        }
    }

    /// Cuts the piece that runs over `id` in two.
    fn cut_copies(&mut self, id: OpId) {
        let Some((first, piece)) = self.copies.range_mut(..id).next_back() else { return };
        if first.writer != id.writer || first.counter + piece.len <= id.counter {
            return;
        }
        let offset = id.counter - first.counter;
        let rest = Copies {
            len: piece.len - offset,
            of: piece.of.iter().map(|(copy, revive)| (ahead(*copy, offset), *revive)).collect(),
        };
        piece.len = offset;
        self.copies.insert(id, rest);
    }
}

/// The source of a character `offset` into the text that `src` describes, and how many characters
/// from there on go on with it.
pub(super) fn source_at(src: &[Source], offset: u32) -> Option<(OpId, u32)> {
    let mut left = offset;
    for one in src {
        if left < one.len {
            return Some((ahead(one.id, left), one.len - left));
        }
        left -= one.len;
    }
    None
}
