//! The document: rope, CRDT and tables, changed together.
//!
//! Owns what a local change does. Taking in edits from the log is `import`'s, undo is `undo`'s.

use super::change::{Change, Delta};
use super::crdt::Crdt;
use super::error::TextError;
use super::graves::Graves;
use super::inverse::Inverses;
use super::marks::Marks;
use super::ops::{OpSpan, Ops, What, source_at};
use super::seq::{Run as SeqRun, Seq, ahead};
use crate::base::{DocId, OpId, Pos, WriterId};
use crate::event::{CauseKind, Edit, Op, Source, Text, Version};
use ropey::Rope;

/// The most characters a document with history may have.
pub const MOST_CHARS: usize = 256 << 20;

/// A text with or without history.
#[derive(Debug)]
pub struct Document {
    pub(super) doc: DocId,
    pub(super) rope: Rope,
    pub(super) revision: u64,
    pub(super) history: Option<Box<History>>,
    pub(super) marks: Marks,
    /// Undo where there is no history.
    pub(super) inverses: Inverses,
}

/// What the CRDT knows, and what is kept beside it.
#[derive(Debug)]
pub(super) struct History {
    pub crdt: Crdt,
    pub seq: Seq,
    pub ops: Ops,
    pub graves: Graves,
    pub writer: Option<WriterId>,
    /// Edits that wait for others.
    pub pending: Vec<(WriterId, Edit)>,
    /// Id sequences of older versions on which branches go on.
    pub scratch: Vec<Scratch>,
}

/// The ids of a version's characters.
#[derive(Debug)]
pub(super) struct Scratch {
    pub version: Vec<OpId>,
    pub seq: Seq,
}

/// A change as it goes into the log.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Applied {
    /// The counter of the first operation.
    pub start: u32,
    /// Its CRDT Lamport number.
    pub lamport: u32,
    /// What it was made on top of.
    pub deps: Vec<OpId>,
    /// Empty when nothing changed, and in a document without history.
    pub ops: Vec<Op>,
    /// What the change did to positions.
    pub delta: Delta,
}

impl History {
    pub fn new(crdt: Crdt) -> Self {
        Self {
            crdt,
            seq: Seq::default(),
            ops: Ops::default(),
            graves: Graves::default(),
            writer: None,
            pending: Vec::new(),
            scratch: Vec::new(),
        }
    }

    /// Deletes from ids and rope, and keeps the words.
    pub fn delete(&mut self, rope: &mut Rope, pos: usize, len: usize) -> Vec<(OpId, u32)> {
        let gone = self.seq.delete(pos, len);
        let mut at = pos;
        for (id, count) in &gone {
            let end = at + *count as usize;
            self.graves.bury(*id, *count, rope.slice(at..end).to_string());
            at = end;
        }
        rope.remove(pos..pos + len);
        gone
    }

    /// The text that `len` operations from `id` on inserted.
    pub fn words(&self, rope: &Rope, id: OpId, len: u32) -> Option<String> {
        let mut out = String::new();
        let mut done = 0;
        while done < len {
            let id = ahead(id, done);
            let step = self.seq.reach(id, len - done);
            match self.seq.place(id) {
                Some(place) if place.alive => {
                    out.push_str(
                        &rope.get_slice(place.pos..place.pos + step as usize)?.to_string(),
                    );
                    done += step;
                }
                _ => {
                    let found = self.graves.find(id, step);
                    let (step, text) = match found {
                        Some(found) => found,
                        None => (step, self.crdt.text_of(id, step)?),
                    };
                    out.push_str(&text);
                    done += step;
                }
            }
        }
        Some(out)
    }

    /// Takes note of operations that are now part of the document.
    pub fn record(
        &mut self,
        writer: WriterId,
        start: u32,
        lamport: u32,
        deps: &[OpId],
        ops: &[Op],
        revive: bool,
    ) {
        let (mut counter, mut lamport) = (start, lamport);
        for op in ops {
            let width = op.width();
            match op {
                Op::Delete { .. } => {
                    let span = OpSpan { start: counter, len: width, lamport, what: What::Delete };
                    self.ops.push(writer, span);
                }
                Op::Insert { origin, src, text, .. } => {
                    let origin = origin.as_ref().map_or(0, |origin| self.ops.number(origin));
                    let mut done = 0;
                    while done < width {
                        let source = source_at(src, done);
                        let len = source.map_or(width - done, |(_, len)| len.min(width - done));
                        let what = What::Insert {
                            origin,
                            src: source.map(|(id, _)| id),
                            revive,
                            redacted: text.0.is_none(),
                        };
                        let start = counter + done;
                        self.ops.push(writer, OpSpan { start, len, lamport: lamport + done, what });
                        done += len;
                    }
                }
            }
            counter += width;
            lamport += width;
        }
        self.ops.advance(deps, OpId { writer, counter: counter.saturating_sub(1) });
    }
}

/// Puts an insertion into the id sequence, each piece beside the text it brings back.
pub(super) fn place_insertion(seq: &mut Seq, pos: usize, id: OpId, len: u32, src: &[Source]) {
    let mut done = 0;
    while done < len {
        let source = source_at(src, done);
        let piece = source.map_or(len - done, |(_, len)| len).min(len - done);
        let (piece, beside) = match source {
            // Deleted text may lie in several runs, with other text between.
            Some((source, _)) => {
                let piece = seq.reach(source, piece);
                (piece, Some(ahead(source, piece - 1)))
            }
            None => (piece, None),
        };
        seq.insert(pos + done as usize, ahead(id, done), piece, beside);
        done += piece;
    }
}

/// Whether text that an edit with this cause brings back counts as the same text.
pub(super) fn revives(cause: Option<CauseKind>) -> bool {
    matches!(
        cause,
        Some(
            CauseKind::Undo
                | CauseKind::Redo
                | CauseKind::Restore
                | CauseKind::Redact
                // What is left where a second copy went, and had to move.
                | CauseKind::Dedupe
                // A file that became one of its older versions again.
                | CauseKind::Outside
        )
    )
}

impl Change {
    /// Checks a change against a text of `len` characters that may grow to `most`.
    pub(super) fn check(&self, len: usize, most: usize) -> Result<(), TextError> {
        let mut end = 0;
        let mut grown = len;
        for one in &self.0 {
            if one.span.start > one.span.end || one.span.start.0 < end {
                return Err(TextError::Order);
            }
            end = one.span.end.0;
            if end > len {
                return Err(TextError::OutOfRange { pos: end, len });
            }
            let chars = one.text.chars().count();
            let sources: u64 = one.src.iter().map(|src| u64::from(src.len)).sum();
            if !one.src.is_empty() && sources != chars as u64 {
                return Err(TextError::Sources);
            }
            grown += chars;
        }
        if grown > most { Err(TextError::TooLarge(most)) } else { Ok(()) }
    }
}

impl Document {
    /// An empty document with history.
    pub fn new(doc: DocId) -> Self {
        let history = Some(Box::new(History::new(Crdt::new())));
        Self::made(doc, Rope::new(), history)
    }

    /// A plain text without history: changes give no operations, undo lasts until the end of the
    /// program.
    pub fn plain(doc: DocId, rope: Rope) -> Self {
        Self::made(doc, rope, None)
    }

    pub(super) fn made(doc: DocId, rope: Rope, history: Option<Box<History>>) -> Self {
        Self {
            doc,
            rope,
            revision: 0,
            history,
            marks: Marks::default(),
            inverses: Inverses::default(),
        }
    }

    pub fn id(&self) -> &DocId {
        &self.doc
    }

    /// The text. Clones are cheap and may go to other threads.
    pub fn rope(&self) -> &Rope {
        &self.rope
    }

    /// Length in `char`s.
    pub fn len(&self) -> usize {
        self.rope.len_chars()
    }

    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Grows with every change of the text.
    pub fn revision(&self) -> u64 {
        self.revision
    }

    pub fn has_history(&self) -> bool {
        self.history.is_some()
    }

    /// Begins to write as `w`, which must be fresh: two copies that write as one writer diverge
    /// without a word. Text without history takes any writer.
    pub fn start_writer(&mut self, w: WriterId) -> Result<(), TextError> {
        let Some(history) = &mut self.history else { return Ok(()) };
        let waits = history.pending.iter().any(|(writer, _)| *writer == w);
        if history.ops.next(w) > 0 || waits || w.0 == 0 || w.0 >= 1 << 63 {
            return Err(TextError::WriterUsed(w));
        }
        history.crdt.set_writer(w)?;
        history.writer = Some(w);
        Ok(())
    }

    pub fn writer(&self) -> Option<WriterId> {
        self.history.as_ref()?.writer
    }

    /// Changes the text as the running writer. Positions are those before the change.
    pub fn change(&mut self, change: &Change) -> Result<Applied, TextError> {
        self.change_as(change, None)
    }

    /// [`Document::change`] with the cause the edit will have in the log: text of an undo, redo
    /// or restore counts as the same text that its sources name, other text is a copy.
    pub fn change_as(
        &mut self,
        change: &Change,
        cause: Option<CauseKind>,
    ) -> Result<Applied, TextError> {
        // The file was as large before: only what has history has a limit of its own.
        let most = if self.history.is_some() { MOST_CHARS } else { usize::MAX };
        change.check(self.rope.len_chars(), most)?;
        if change.is_empty() {
            return Ok(Applied::default());
        }
        if self.history.is_none() {
            self.inverses.record(change, &self.rope);
            return Ok(self.change_plain(change));
        }
        let applied = self.change_both(change, revives(cause));
        if let Err(TextError::Crdt(_)) = applied {
            self.resync()?;
        }
        let applied = applied?;
        self.revision += 1;
        self.carry_marks(change, &applied.delta);
        Ok(applied)
    }

    pub(super) fn change_plain(&mut self, change: &Change) -> Applied {
        change.apply(&mut self.rope);
        self.revision += 1;
        let delta = change.delta();
        self.marks.shift(&delta);
        Applied { delta, ..Applied::default() }
    }

    fn change_both(&mut self, change: &Change, revive: bool) -> Result<Applied, TextError> {
        let history = self.history.as_mut().ok_or(TextError::NoHistory)?;
        let writer = history.writer.ok_or(TextError::NoWriter)?;
        let start = history.ops.next(writer);
        let deps: Vec<OpId> = history.ops.heads.iter().copied().collect();
        let lamport = history.ops.next_lamport(&deps).unwrap_or_default();
        let mut ops = Vec::new();
        // Deletions of several characters: where in `ops`, from which counter on, how many.
        let mut ask: Vec<(usize, u32, u32)> = Vec::new();
        let mut counter = start;
        let mut shift = 0isize;
        for one in &change.0 {
            let pos = one.span.start.0.saturating_add_signed(shift);
            let (del, ins) = (one.span.len(), one.text.chars().count());
            if del > 0 {
                history.crdt.delete(pos, del)?;
                let gone = history.delete(&mut self.rope, pos, del);
                match gone.as_slice() {
                    [(first, 1)] => ops.push(Op::Delete { pos: pos as u32, del: 1, first: *first }),
                    _ => ask.push((ops.len(), counter, del as u32)),
                }
                counter += del as u32;
            }
            if ins > 0 {
                history.crdt.insert(pos, &one.text)?;
                let id = OpId { writer, counter };
                place_insertion(&mut history.seq, pos, id, ins as u32, &one.src);
                self.rope.insert(pos, &one.text);
                ops.push(Op::Insert {
                    pos: pos as u32,
                    ins: ins as u32,
                    text: Text::new(one.text.clone()),
                    origin: (!one.origin.is_typed()).then(|| one.origin.clone()),
                    src: one.src.clone(),
                });
                counter += ins as u32;
            }
            shift += ins as isize - del as isize;
        }
        // The library cuts a long deletion as it likes, from the back; the log must say the same.
        for (index, counter, len) in ask.into_iter().rev() {
            let deletions = history.crdt.deletions(writer, counter, len);
            if deletions.iter().map(Op::width).sum::<u32>() != len {
                return Err(TextError::Crdt("a deletion is not in the history".into()));
            }
            ops.splice(index..index, deletions);
        }
        history.record(writer, start, lamport, &deps, &ops, revive);
        Ok(Applied { start, lamport, deps, ops, delta: change.delta() })
    }

    /// Reads text and ids back from the CRDT after a failure in the middle of a change.
    pub(super) fn resync(&mut self) -> Result<(), TextError> {
        let Some(history) = &mut self.history else { return Ok(()) };
        self.rope = Rope::from_str(&history.crdt.text());
        let ids = history.crdt.ids(0, self.rope.len_chars())?;
        let runs = ids.into_iter().map(|(id, len)| SeqRun { id, len, alive: true });
        history.seq = Seq::from_runs(runs);
        history.scratch.clear();
        self.revision += 1;
        Ok(())
    }

    /// The version of the text: its last operations.
    pub fn version(&self) -> Version {
        let heads = self.history.iter().flat_map(|history| &history.ops.heads);
        Version(heads.copied().collect())
    }

    /// How many operations of each writer are here.
    pub fn operations(&self) -> Vec<(WriterId, u32)> {
        let Some(history) = &self.history else { return Vec::new() };
        history.ops.writers.keys().map(|writer| (*writer, history.ops.next(*writer))).collect()
    }

    /// Whether all of a version's operations are here.
    pub fn knows(&self, version: &Version) -> bool {
        self.history
            .as_ref()
            .is_some_and(|history| version.0.iter().all(|id| history.ops.knows(*id)))
    }

    /// The text at a version.
    pub fn text_at(&self, version: &Version) -> Result<String, TextError> {
        let history = self.history.as_ref().ok_or(TextError::NoHistory)?;
        history.require(version)?;
        if *version == self.version() {
            return Ok(self.rope.to_string());
        }
        Ok(history.crdt.at(&version.0, history.seq.run_count())?.text())
    }

    /// The least version that has both in its past.
    pub fn join(&self, a: &Version, b: &Version) -> Result<Version, TextError> {
        let history = self.history.as_ref().ok_or(TextError::NoHistory)?;
        history.require(a)?;
        history.require(b)?;
        history.crdt.least(a.0.iter().chain(&b.0).copied())
    }

    /// The operation that inserted the character at `pos`.
    pub fn id_at(&self, pos: Pos) -> Option<OpId> {
        self.history.as_ref()?.seq.id_at(pos.0)
    }
}

impl History {
    pub fn require(&self, version: &Version) -> Result<(), TextError> {
        match version.0.iter().find(|id| !self.ops.knows(**id)) {
            Some(id) => Err(TextError::UnknownVersion(*id)),
            None => Ok(()),
        }
    }
}
