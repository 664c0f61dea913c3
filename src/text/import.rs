//! Taking in edits from the log: in any order, twice, from strangers.
//!
//! The CRDT accepts bogus operations, so every edit is checked here against the characters of the
//! version it was made on. Edits in a row are replayed on rope and ids at once; the CRDT's merge
//! is asked only where two went on from one version.

use super::change::{Change, Delta};
use super::check::{Checked, check_shape, deleted, operations, replay, skip, without_words};
use super::crdt::{JsonChange, Piece};
use super::delta::DeltaBuilder;
use super::document::{Applied, Document, History, MOST_CHARS, Scratch, place_insertion, revives};
use super::error::{Flaw, TextError};
use super::seq::{Run, Seq, ahead};
use crate::base::{OpId, WriterId};
use crate::event::{CauseKind, Edit, FILLER, Op, Source, Version, is_like, may_be};
use ropey::Rope;
use std::borrow::Cow;

/// Id sequences of older versions that are kept.
const SCRATCHES: usize = 4;

/// What taking edits in did.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Imported {
    /// What it did to positions.
    pub delta: Delta,
    /// Edits that wait for others that are missing, from this and earlier calls.
    pub pending: usize,
    /// Edits that were refused, each with why.
    pub refused: Vec<TextError>,
}

/// How far one call has come.
#[derive(Default)]
struct Batch {
    /// Already in rope and ids, not yet in the CRDT.
    quiet: Vec<JsonChange>,
    /// Checked and noted, but neither in rope nor ids: the CRDT has to merge them.
    merge: Vec<JsonChange>,
    delta: DeltaBuilder,
    /// Where each writer's operations of this call begin, to go back to.
    begun: Vec<(WriterId, u32)>,
    changed: bool,
}

enum Step {
    Done,
    Waits,
}

type Queue<'a> = Vec<(WriterId, Cow<'a, Edit>)>;

impl Document {
    /// Takes one edit in. Known ones change nothing; one whose past is missing waits.
    pub fn apply_edit(&mut self, writer: WriterId, edit: &Edit) -> Result<Imported, TextError> {
        let imported = self.apply_edits(&[(writer, edit)])?;
        let own = |error: &TextError| match error {
            TextError::BadEdit { writer: w, start, .. } => *w == writer && *start == edit.start,
            TextError::WriterCopied(w) => *w == writer,
            _ => false,
        };
        match imported.refused.iter().find(|error| own(error)) {
            Some(error) => Err(error.clone()),
            None => Ok(imported),
        }
    }

    /// Takes many edits in, in any order. Bad ones are refused one by one; an error means that
    /// none was taken in.
    pub fn apply_edits(&mut self, edits: &[(WriterId, &Edit)]) -> Result<Imported, TextError> {
        let history = self.history.as_mut().ok_or(TextError::NoHistory)?;
        let heads = history.ops.heads.clone();
        let waiting = std::mem::take(&mut history.pending);
        let mut batch = Batch::default();
        let mut refused = Vec::new();
        let mut queue: Queue = edits.iter().map(|(w, e)| (*w, Cow::Borrowed(*e))).collect();
        queue.extend(waiting.iter().map(|(w, e)| (*w, Cow::Borrowed(e))));
        queue.sort_by_key(|(writer, edit)| (edit.lamport, *writer, edit.start));
        let done = self.run(queue, &mut batch, &mut refused);
        let rest = match done.and_then(|rest| self.flush(&mut batch).map(|()| rest)) {
            Ok(rest) => rest,
            Err(error) => {
                if let Some(history) = &mut self.history {
                    for (writer, start) in batch.begun.iter().rev() {
                        history.ops.truncate(*writer, *start);
                    }
                    history.ops.heads = heads;
                    history.pending = waiting;
                }
                self.resync()?;
                self.settle_marks();
                return Err(error);
            }
        };
        let mut pending: Vec<(WriterId, Edit)> = Vec::new();
        for (writer, edit) in rest {
            let twice = pending.last().is_some_and(|(w, e)| {
                (*w, e.start, e.width()) == (writer, edit.start, edit.width())
            });
            if !twice {
                pending.push((writer, edit.into_owned()));
            }
        }
        let count = pending.len();
        if let Some(history) = &mut self.history {
            history.pending = pending;
        }
        let delta = batch.delta.finish();
        if batch.changed {
            self.revision += 1;
            self.marks.shift(&delta);
            self.settle_marks();
        }
        Ok(Imported { delta, pending: count, refused })
    }

    /// Applies what can be applied; returns what waits.
    fn run<'a>(
        &mut self,
        mut queue: Queue<'a>,
        batch: &mut Batch,
        refused: &mut Vec<TextError>,
    ) -> Result<Queue<'a>, TextError> {
        loop {
            let mut rest = Vec::new();
            let before = queue.len();
            for (writer, edit) in queue {
                match self.step(writer, &edit, batch) {
                    Ok(Step::Done) => {}
                    Ok(Step::Waits) => rest.push((writer, edit)),
                    Err(error @ (TextError::BadEdit { .. } | TextError::WriterCopied(_))) => {
                        refused.push(error);
                    }
                    Err(error) => return Err(error),
                }
            }
            if rest.is_empty() || rest.len() == before {
                return Ok(rest);
            }
            queue = rest;
        }
    }

    fn step(
        &mut self,
        writer: WriterId,
        edit: &Edit,
        batch: &mut Batch,
    ) -> Result<Step, TextError> {
        let bad = |flaw| TextError::BadEdit { writer, start: edit.start, flaw };
        if edit.doc != self.doc {
            return Err(bad(Flaw::Document));
        }
        let width = check_shape(edit).map_err(bad)?;
        let history = self.history.as_mut().ok_or(TextError::NoHistory)?;
        let next = history.ops.next(writer);
        if edit.start + width <= next {
            return Ok(Step::Done);
        }
        if history.writer == Some(writer) {
            return Err(TextError::WriterCopied(writer));
        }
        if edit.start > next || !edit.deps.iter().all(|id| history.ops.knows(*id)) {
            return Ok(Step::Waits);
        }
        let lamport = history.ops.next_lamport(&edit.deps).unwrap_or_default();
        if lamport != edit.lamport {
            return Err(bad(Flaw::Lamport));
        }
        // The first operations may be here already: rows of a burst that was sealed later.
        let known = next - edit.start;
        let mut deps = edit.deps.clone();
        let mut ops = Cow::Borrowed(edit.ops.as_slice());
        if known > 0 {
            deps = vec![OpId { writer, counter: next - 1 }];
            ops = Cow::Owned(skip(&edit.ops, known));
        }
        deps.sort_unstable();
        deps.dedup();
        let one = Checked {
            writer,
            start: next,
            lamport: lamport + known,
            deps,
            ops: &ops,
            revive: revives(edit.cause.as_ref().map(|cause| cause.kind)),
        };
        let other = self.other_words(&one, batch)?;
        // What a redaction tells of brought back words is not what they were: nobody knows them then.
        if !other.is_empty() && !edit.filled {
            return Err(bad(Flaw::Sources));
        }
        let plain = without_words(&ops, &other);
        self.take(&Checked { ops: &plain, ..one }, batch)?.map_err(bad)?;
        Ok(Step::Done)
    }

    /// Text that claims to bring other text back must have its words: the operations that have others.
    fn other_words(
        &mut self,
        one: &Checked<'_>,
        batch: &mut Batch,
    ) -> Result<Vec<usize>, TextError> {
        let mut other = Vec::new();
        let any = one.ops.iter().any(|op| matches!(op, Op::Insert { src, .. } if !src.is_empty()));
        if !any {
            return Ok(other);
        }
        self.flush(batch)?;
        let history = self.history.as_ref().ok_or(TextError::NoHistory)?;
        for (index, op) in one.ops.iter().enumerate() {
            let Op::Insert { text, src, .. } = op else { continue };
            let Some(text) = &text.0 else { continue };
            let mut rest = text.as_str();
            for source in src {
                let at = rest.char_indices().nth(source.len as usize).map_or(rest.len(), |c| c.0);
                let (words, tail) = rest.split_at(at);
                rest = tail;
                if !history.same_words(&self.rope, source, words) {
                    other.push(index);
                    break;
                }
            }
        }
        Ok(other)
    }

    fn take(
        &mut self,
        one: &Checked<'_>,
        batch: &mut Batch,
    ) -> Result<Result<(), Flaw>, TextError> {
        let history = self.history.as_ref().ok_or(TextError::NoHistory)?;
        let linear = history.ops.heads.iter().eq(&one.deps);
        let taken = if linear {
            if !batch.merge.is_empty() {
                self.flush(batch)?;
            }
            self.replay(one, batch)?
        } else {
            self.branch(one, batch)?
        };
        if taken.is_ok()
            && let Some(history) = &mut self.history
        {
            batch.begun.push((one.writer, one.start));
            batch.changed = true;
            history.record(one.writer, one.start, one.lamport, &one.deps, one.ops, one.revive);
        }
        Ok(taken)
    }

    /// An edit made on what stands here.
    fn replay(
        &mut self,
        one: &Checked<'_>,
        batch: &mut Batch,
    ) -> Result<Result<(), Flaw>, TextError> {
        let history = self.history.as_mut().ok_or(TextError::NoHistory)?;
        if let Err(flaw) = replay(&mut history.seq, one) {
            return Ok(Err(flaw));
        }
        for op in one.ops {
            match op {
                Op::Insert { pos, ins, text, .. } => {
                    match &text.0 {
                        Some(text) => self.rope.insert(*pos as usize, text),
                        None => {
                            self.rope.insert(*pos as usize, &super::crdt::filler(*ins as usize));
                        }
                    }
                    batch.delta.apply(*pos as usize, 0, *ins as usize);
                }
                Op::Delete { pos, del, first } => {
                    let (start, len) = deleted(*pos, *del);
                    let words = self.rope.slice(start..start + len).to_string();
                    history.graves.bury(*first, len as u32, words);
                    self.rope.remove(start..start + len);
                    batch.delta.apply(start, len, 0);
                }
            }
        }
        batch.quiet.push(history.crdt.change(
            one.writer,
            one.start,
            one.lamport,
            &one.deps,
            one.ops,
        ));
        Ok(Ok(()))
    }

    /// An edit made on another version than what stands here.
    fn branch(
        &mut self,
        one: &Checked<'_>,
        batch: &mut Batch,
    ) -> Result<Result<(), Flaw>, TextError> {
        let history = self.history.as_ref().ok_or(TextError::NoHistory)?;
        let known = history.scratch.iter().any(|scratch| scratch.version == one.deps);
        let own = one.start.checked_sub(1).map(|counter| OpId { writer: one.writer, counter });
        let direct = own.is_none_or(|own| one.deps.contains(&own));
        if !known || !direct {
            self.flush(batch)?;
        }
        let history = self.history.as_mut().ok_or(TextError::NoHistory)?;
        if !direct && own.is_some_and(|own| !history.crdt.includes(&one.deps, own)) {
            return Ok(Err(Flaw::Gap));
        }
        if !known {
            if one.deps.len() > 1 && history.crdt.least(one.deps.iter().copied())?.0 != one.deps {
                return Ok(Err(Flaw::Deps));
            }
            let seq = history.seq_at(&one.deps)?;
            history.scratch.push(Scratch { version: one.deps.clone(), seq });
            if history.scratch.len() > SCRATCHES {
                history.scratch.remove(0);
            }
        }
        let found = history.scratch.iter_mut().find(|scratch| scratch.version == one.deps);
        let Some(scratch) = found else {
            return Err(TextError::Crdt("a version was lost".into()));
        };
        if let Err(flaw) = replay(&mut scratch.seq, one) {
            return Ok(Err(flaw));
        }
        scratch.version = vec![one.last()];
        batch.merge.push(history.crdt.change(
            one.writer,
            one.start,
            one.lamport,
            &one.deps,
            one.ops,
        ));
        Ok(Ok(()))
    }

    /// Brings the CRDT up to date, and rope and ids with what it merged.
    fn flush(&mut self, batch: &mut Batch) -> Result<(), TextError> {
        let Some(history) = &mut self.history else { return Ok(()) };
        let quiet = std::mem::take(&mut batch.quiet);
        if !quiet.is_empty() {
            history.crdt.import(quiet, false)?;
        }
        let merge = std::mem::take(&mut batch.merge);
        if merge.is_empty() {
            return Ok(());
        }
        let pieces = history.crdt.import(merge, true)?;
        let mut pos = 0;
        for piece in pieces {
            match piece {
                Piece::Keep(len) => pos += len,
                Piece::Delete(len) => {
                    if pos + len > self.rope.len_chars() {
                        return Err(TextError::Crdt("a merge deletes beyond the end".into()));
                    }
                    history.delete(&mut self.rope, pos, len);
                    batch.delta.apply(pos, len, 0);
                }
                Piece::Insert(text) => {
                    let len = text.chars().count();
                    if pos > self.rope.len_chars() {
                        return Err(TextError::Crdt("a merge inserts beyond the end".into()));
                    }
                    self.rope.insert(pos, &text);
                    let mut at = pos;
                    for (id, count) in history.crdt.ids(pos, len)? {
                        let sources = history.direct_sources(id, count);
                        place_insertion(&mut history.seq, at, id, count, &sources);
                        at += count as usize;
                    }
                    batch.delta.apply(pos, 0, len);
                    pos += len;
                }
            }
        }
        if history.crdt.len() == self.rope.len_chars() {
            Ok(())
        } else {
            Err(TextError::Crdt("a merge gave a text of another length".into()))
        }
    }

    /// Makes a change at an older version, as a writer that has written nothing elsewhere, and
    /// takes it in: how a file's outside changes come in. Positions are those of that version.
    /// The result's `delta` is in positions of the present text.
    pub fn change_at(
        &mut self,
        version: &Version,
        writer: WriterId,
        change: &Change,
        cause: Option<CauseKind>,
    ) -> Result<Applied, TextError> {
        let history = self.history.as_mut().ok_or(TextError::NoHistory)?;
        history.require(version)?;
        let deps = history.crdt.least(version.0.iter().copied())?.0;
        let start = history.ops.next(writer);
        let own = start.checked_sub(1).map(|counter| OpId { writer, counter });
        if history.writer == Some(writer)
            || own.is_some_and(|own| !history.crdt.includes(&deps, own))
        {
            return Err(TextError::WriterUsed(writer));
        }
        let mut seq = history.seq_at(&deps)?;
        change.check(seq.len(), MOST_CHARS)?;
        let lamport = history.ops.next_lamport(&deps).unwrap_or_default();
        let ops = operations(&mut seq, change, writer, start);
        if ops.is_empty() {
            return Ok(Applied::default());
        }
        let cause = cause.map(|kind| crate::event::Cause {
            part: None,
            kind,
            proposal: None,
            hunk: None,
            of: Vec::new(),
        });
        let filled = false;
        let edit = Edit { doc: self.doc.clone(), start, lamport, deps, ops, cause, filled };
        let imported = self.apply_edit(writer, &edit)?;
        let Edit { deps, ops, .. } = edit;
        Ok(Applied { start, lamport, deps, ops, delta: imported.delta })
    }
}

impl History {
    /// The ids of a known version's characters.
    pub(super) fn seq_at(&self, version: &[OpId]) -> Result<Seq, TextError> {
        if self.ops.heads.iter().eq(version) && self.crdt.len() == self.seq.len() {
            return Ok(self.seq.clone());
        }
        let then = self.crdt.at(version, self.seq.run_count())?;
        let len = then.len();
        let runs = then.ids_by_deleting(0, len)?.into_iter();
        Ok(Seq::from_runs(runs.map(|(id, len)| Run { id, len, alive: true })))
    }

    /// What inserted characters say they bring back, as far as their first piece goes on.
    fn direct_sources(&self, id: OpId, len: u32) -> Vec<Source> {
        let mut out: Vec<Source> = Vec::new();
        for offset in 0..len {
            match (self.ops.source(ahead(id, offset)), out.last_mut()) {
                (Some(source), Some(last)) if ahead(last.id, last.len) == source => last.len += 1,
                (Some(source), _) => out.push(Source { id: source, len: 1 }),
                // Text with sources has them throughout.
                (None, _) => return Vec::new(),
            }
        }
        out
    }

    /// Whether `source` inserted `words`, as far as can be known here.
    fn same_words(&self, rope: &Rope, source: &Source, words: &str) -> bool {
        let mut done = 0;
        let mut rest = words;
        let told = words.contains(FILLER);
        // Whether the text of the operations of a span, by where it starts, is told as well.
        let mut source_told: Option<(u32, bool)> = None;
        while done < source.len {
            let id = ahead(source.id, done);
            // Text of another document, or of operations that have not arrived.
            let Some(span) = self.ops.span(id) else { return true };
            let len = (source.len - done).min(span.start + span.len - id.counter);
            let at = rest.char_indices().nth(len as usize).map_or(rest.len(), |c| c.0);
            let (here, tail) = rest.split_at(at);
            rest = tail;
            done += len;
            match span.what {
                super::ops::What::Delete => return false,
                super::ops::What::Insert { redacted: true, .. } => {}
                super::ops::What::Insert { .. } => {
                    let Some(text) = self.words(rope, id, len) else { continue };
                    if is_like(&text, here) {
                        continue;
                    }
                    let known = source_told.filter(|(start, _)| *start == span.start);
                    let from_told = known.map_or_else(
                        || {
                            let all = OpId { counter: span.start, ..id };
                            let all = self.words(rope, all, span.len);
                            all.is_some_and(|text| text.contains(FILLER))
                        },
                        |(_, told)| told,
                    );
                    source_told = Some((span.start, from_told));
                    if !may_be((&text, from_told), (here, told)) {
                        return false;
                    }
                }
            }
        }
        true
    }
}
