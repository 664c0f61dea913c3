//! A text as it grows from edits that come one by one in order of display: how any older state is
//! put together without the CRDT.
//!
//! Edits in a row are made on the rope as they stand. Where two went on from one version the rope
//! is not known until somebody asks for it: then the document's CRDT is asked once.

use super::check::{deleted, skip};
use super::crdt::filler;
use super::document::Document;
use super::error::TextError;
use crate::base::{OpId, WriterId};
use crate::event::{Edit, Op, Version};
use ropey::Rope;
use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};

/// One state of a text. Clones share what they can.
#[derive(Clone, Debug, Default)]
pub struct Replay {
    rope: Rope,
    /// The rope is behind the version: edits came that were not made in a row.
    torn: bool,
    heads: BTreeSet<OpId>,
    /// How many operations of each writer are in.
    counts: BTreeMap<WriterId, u32>,
    /// Edits whose past has not come yet.
    waiting: Vec<(WriterId, Edit)>,
}

impl Replay {
    /// The last operations.
    pub fn version(&self) -> Version {
        Version(self.heads.iter().copied().collect())
    }

    /// Whether the rope is at hand: no look at the CRDT is needed.
    pub fn is_whole(&self) -> bool {
        !self.torn
    }

    /// Takes the next edit, which must be one that the document accepted. Whether it went in: one
    /// whose past has not come waits for it.
    pub fn take(&mut self, writer: WriterId, edit: &Edit) -> bool {
        if !self.step(writer, edit) {
            self.waiting.push((writer, edit.clone()));
            return false;
        }
        while let Some(at) = self.waiting.iter().position(|(writer, edit)| self.fits(*writer, edit))
        {
            let (writer, edit) = self.waiting.remove(at);
            self.step(writer, &edit);
        }
        true
    }

    fn next(&self, writer: WriterId) -> u32 {
        self.counts.get(&writer).copied().unwrap_or_default()
    }

    fn fits(&self, writer: WriterId, edit: &Edit) -> bool {
        edit.start <= self.next(writer)
            && edit.deps.iter().all(|id| id.counter < self.next(id.writer))
    }

    fn step(&mut self, writer: WriterId, edit: &Edit) -> bool {
        let next = self.next(writer);
        let end = edit.start.saturating_add(edit.width());
        if end <= next {
            return true;
        }
        if !self.fits(writer, edit) {
            return false;
        }
        let known = next - edit.start;
        let own = OpId { writer, counter: next.saturating_sub(1) };
        let (deps, ops) = match known {
            0 => (Cow::Borrowed(&edit.deps), Cow::Borrowed(edit.ops.as_slice())),
            _ => (Cow::Owned(vec![own]), Cow::Owned(skip(&edit.ops, known))),
        };
        let deps: BTreeSet<OpId> = deps.iter().copied().collect();
        if !self.torn && deps == self.heads {
            self.torn = !ops.iter().all(|op| apply(&mut self.rope, op));
        } else {
            self.torn = true;
        }
        for id in &deps {
            self.heads.remove(id);
        }
        self.heads.insert(OpId { writer, counter: end - 1 });
        self.counts.insert(writer, end);
        true
    }

    /// The text.
    pub fn rope(&mut self, document: &Document) -> Result<Rope, TextError> {
        if self.torn {
            self.rope = Rope::from_str(&document.text_at(&self.version())?);
            self.torn = false;
        }
        Ok(self.rope.clone())
    }
}

/// Makes one operation; `false` where it does not fit, and nothing is changed.
fn apply(rope: &mut Rope, op: &Op) -> bool {
    match op {
        Op::Insert { pos, ins, text, .. } => {
            let pos = *pos as usize;
            if pos > rope.len_chars() {
                return false;
            }
            match &text.0 {
                Some(text) => rope.insert(pos, text),
                None => rope.insert(pos, &filler(*ins as usize)),
            }
        }
        Op::Delete { pos, del, .. } => {
            let (start, len) = deleted(*pos, *del);
            if start + len > rope.len_chars() {
                return false;
            }
            rope.remove(start..start + len);
        }
    }
    true
}
