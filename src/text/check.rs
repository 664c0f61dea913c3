//! Checks of edits that came from elsewhere, and operations replayed on ids.
//!
//! The CRDT accepts bogus operations: what is not caught here makes copies diverge.

use super::change::Change;
use super::document::{MOST_CHARS, place_insertion};
use super::error::Flaw;
use super::ops::source_at;
use super::seq::{Seq, ahead};
use crate::base::{OpId, Pos, Span, WriterId};
use crate::event::{Edit, Op, Source, Text};
use std::borrow::Cow;

/// Operations without the texts of those at these places.
pub(super) fn without_words<'a>(ops: &'a [Op], of: &[usize]) -> Cow<'a, [Op]> {
    let mut ops = Cow::Borrowed(ops);
    for at in of {
        if let Some(Op::Insert { text, .. }) = ops.to_mut().get_mut(*at) {
            text.0 = None;
        }
    }
    ops
}

/// The most versions an edit may build on.
const MOST_DEPS: usize = 256;
/// The most operations of one writer.
const MOST_OPS: u32 = 1 << 30;

/// An edit whose frame is right: what is left to check are its operations.
pub(super) struct Checked<'a> {
    pub writer: WriterId,
    pub start: u32,
    pub lamport: u32,
    pub deps: Vec<OpId>,
    pub ops: &'a [Op],
    pub revive: bool,
}

impl Checked<'_> {
    pub fn last(&self) -> OpId {
        let width: u32 = self.ops.iter().map(Op::width).sum();
        OpId { writer: self.writer, counter: self.start + width - 1 }
    }
}

/// Start and length of a deletion, whichever way it was recorded.
pub(super) fn deleted(pos: u32, del: i32) -> (usize, usize) {
    let len = del.unsigned_abs();
    let start = if del < 0 { (pos + 1).saturating_sub(len) } else { pos };
    (start as usize, len as usize)
}

/// Checks what can be checked without a text; returns how many operations there are.
pub(super) fn check_shape(edit: &Edit) -> Result<u32, Flaw> {
    // What undoes nothing any more, or accepts what stands there already, is still an edit.
    if edit.ops.is_empty() && edit.cause.is_none() {
        return Err(Flaw::Empty);
    }
    if edit.deps.len() > MOST_DEPS {
        return Err(Flaw::Size);
    }
    let mut writers: Vec<WriterId> = edit.deps.iter().map(|id| id.writer).collect();
    writers.sort_unstable();
    if writers.windows(2).any(|pair| pair[0] == pair[1]) {
        return Err(Flaw::Deps);
    }
    let mut width = 0u64;
    for op in &edit.ops {
        match op {
            Op::Insert { pos, ins, text, src, .. } => {
                if *ins == 0 {
                    return Err(Flaw::Empty);
                }
                if *pos as usize > MOST_CHARS || *ins as usize > MOST_CHARS {
                    return Err(Flaw::Size);
                }
                if text.0.as_ref().is_some_and(|text| text.chars().count() != *ins as usize) {
                    return Err(Flaw::Length);
                }
                let sources: u64 = src.iter().map(|source| u64::from(source.len)).sum();
                if !src.is_empty()
                    && (sources != u64::from(*ins) || src.iter().any(|source| source.len == 0))
                {
                    return Err(Flaw::Sources);
                }
                width += u64::from(*ins);
            }
            Op::Delete { pos, del, first } => {
                if *del == 0 {
                    return Err(Flaw::Empty);
                }
                let len = del.unsigned_abs();
                if *pos as usize > MOST_CHARS || len as usize > MOST_CHARS {
                    return Err(Flaw::Size);
                }
                if *del < 0 && len > pos + 1 {
                    return Err(Flaw::Position);
                }
                if first.counter.checked_add(len).is_none_or(|end| end > MOST_OPS) {
                    return Err(Flaw::Target);
                }
                width += u64::from(len);
            }
        }
    }
    if u64::from(edit.start) + width > u64::from(MOST_OPS) {
        return Err(Flaw::Size);
    }
    Ok(width as u32)
}

/// The operations without their first `known` ones.
pub(super) fn skip(ops: &[Op], mut known: u32) -> Vec<Op> {
    let mut out = Vec::new();
    for op in ops {
        let width = op.width();
        if known >= width {
            known -= width;
            continue;
        }
        out.push(match op {
            _ if known == 0 => op.clone(),
            Op::Insert { pos, ins, text, origin, src } => {
                let mut rest = Vec::new();
                let mut at = known;
                while let Some((id, len)) = source_at(src, at) {
                    rest.push(Source { id, len });
                    at += len;
                }
                let text = text.0.as_ref().map(|text| text.chars().skip(known as usize).collect());
                Op::Insert {
                    pos: pos + known,
                    ins: ins - known,
                    text: Text(text),
                    origin: origin.clone(),
                    src: rest,
                }
            }
            Op::Delete { pos, del, first } if *del < 0 => {
                Op::Delete { pos: pos - known, del: del + known as i32, first: *first }
            }
            Op::Delete { pos, del, first } => {
                Op::Delete { pos: *pos, del: del - known as i32, first: ahead(*first, known) }
            }
        });
        known = 0;
    }
    out
}

/// Replays operations on the ids they were made on, or leaves them as they were.
pub(super) fn replay(seq: &mut Seq, one: &Checked<'_>) -> Result<(), Flaw> {
    enum Did {
        Insert(OpId, u32),
        Delete(Vec<(OpId, u32)>),
    }
    let mut did: Vec<Did> = Vec::new();
    let mut counter = one.start;
    let mut flaw = None;
    for op in one.ops {
        match op {
            Op::Insert { pos, ins, src, .. } => {
                if *pos as usize > seq.len() {
                    flaw = Some(Flaw::Position);
                } else if seq.len() + *ins as usize > MOST_CHARS {
                    flaw = Some(Flaw::Size);
                } else {
                    let id = OpId { writer: one.writer, counter };
                    place_insertion(seq, *pos as usize, id, *ins, src);
                    did.push(Did::Insert(id, *ins));
                }
            }
            Op::Delete { pos, del, first } => {
                let (start, len) = deleted(*pos, *del);
                let span = Span { start: Pos(start), end: Pos(start + len) };
                if seq.runs(span) == [(*first, len as u32)] {
                    did.push(Did::Delete(seq.delete(start, len)));
                } else {
                    flaw = Some(Flaw::Target);
                }
            }
        }
        if flaw.is_some() {
            break;
        }
        counter += op.width();
    }
    let Some(flaw) = flaw else { return Ok(()) };
    for step in did.into_iter().rev() {
        match step {
            Did::Insert(id, len) => seq.purge(id, len),
            Did::Delete(runs) => runs.into_iter().for_each(|(id, len)| seq.revive(id, len)),
        }
    }
    Err(flaw)
}

/// The operations that make a change in a text with these ids.
pub(super) fn operations(seq: &mut Seq, change: &Change, writer: WriterId, start: u32) -> Vec<Op> {
    let mut ops = Vec::new();
    let mut counter = start;
    let mut shift = 0isize;
    for one in &change.0 {
        let pos = one.span.start.0.saturating_add_signed(shift);
        let (del, ins) = (one.span.len(), one.text.chars().count() as u32);
        for (first, len) in seq.delete(pos, del) {
            ops.push(Op::Delete { pos: pos as u32, del: len as i32, first });
            counter += len;
        }
        if ins > 0 {
            place_insertion(seq, pos, OpId { writer, counter }, ins, &one.src);
            ops.push(Op::Insert {
                pos: pos as u32,
                ins,
                text: Text::new(one.text.clone()),
                origin: (!one.origin.is_typed()).then(|| one.origin.clone()),
                src: one.src.clone(),
            });
            counter += ins;
        }
        shift += ins as isize - del as isize;
    }
    ops
}

impl crate::text::Document {
    /// Whether rope, CRDT and tables say the same. Slow: for tests and `cowrite verify`.
    pub fn is_consistent(&self) -> bool {
        let Some(history) = &self.history else { return true };
        let counters: Vec<_> =
            history.ops.writers.keys().map(|w| (*w, history.ops.next(*w))).collect();
        self.rope == history.crdt.text()
            && history.seq.len() == self.rope.len_chars()
            && history.crdt.ids(0, self.rope.len_chars()).is_ok_and(|ids| {
                ids == history.seq.runs(crate::base::Span::new(
                    crate::base::Pos(0),
                    crate::base::Pos(self.rope.len_chars()),
                ))
            })
            && counters == history.crdt.counters()
    }
}
