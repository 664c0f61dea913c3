//! The only place that knows the CRDT library: one text container, operations in and out.

use super::error::TextError;
use super::seq::push_run;
use crate::base::{OpId, WriterId};
use crate::event::{FILLER, Op, Version};
pub(super) use loro::JsonChange;
use loro::cursor::{Cursor, Side};
use loro::event::Diff;
use loro::{
    ContainerID, ContainerTrait, ExportMode, Frontiers, ID, IdSpan, JsonOp, JsonOpContent,
    JsonSchema, JsonTextOp, LoroDoc, LoroText, TextDelta,
};
use std::cell::RefCell;
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

/// The peer of copies that are thrown away; no writer has it.
const SCRATCH_PEER: u64 = 1 << 63;

/// Typed text goes into the library when something is asked of it, and makes the same operations: a
/// transaction for each key was a twelfth of what a key costs.
pub(super) struct Crdt {
    doc: LoroDoc,
    text: LoroText,
    container: ContainerID,
    typed: RefCell<Typed>,
    /// Why the library refused what was typed: said at the next change.
    refused: RefCell<Option<TextError>>,
}

/// The most bytes that wait for the library.
const MOST_TYPED: usize = 4096;

/// What was inserted since the library was last told, in one piece.
#[derive(Default)]
struct Typed {
    pos: usize,
    /// In `char`s.
    len: usize,
    text: String,
}

impl std::fmt::Debug for Crdt {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Crdt").field("len", &self.len()).finish_non_exhaustive()
    }
}

/// Stands for `len` characters whose words are gone.
pub(super) fn filler(len: usize) -> String {
    std::iter::repeat_n(FILLER, len).collect()
}

fn failed(why: impl std::fmt::Display) -> TextError {
    TextError::Crdt(why.to_string())
}

fn to_id(id: OpId) -> ID {
    ID::new(id.writer.0, i32::try_from(id.counter).unwrap_or(i32::MAX))
}

fn from_id(id: ID) -> OpId {
    OpId { writer: WriterId(id.peer), counter: id.counter.unsigned_abs() }
}

fn frontiers(ids: impl IntoIterator<Item = OpId>) -> Frontiers {
    ids.into_iter().map(to_id).collect()
}

/// What an import did, in the order of the text.
pub(super) enum Piece {
    Keep(usize),
    Insert(String),
    Delete(usize),
}

impl Crdt {
    pub fn new() -> Self {
        Self::of(LoroDoc::new())
    }

    fn of(doc: LoroDoc) -> Self {
        let text = doc.get_text("text");
        let container = text.id();
        Self { doc, text, container, typed: RefCell::default(), refused: RefCell::default() }
    }

    /// The library's document with everything in it.
    fn doc(&self) -> &LoroDoc {
        self.tell();
        self.doc.commit();
        &self.doc
    }

    /// The library's text with everything in it, for a change.
    fn told(&self) -> Result<&LoroText, TextError> {
        self.tell();
        self.refused.take().map_or(Ok(&self.text), Err)
    }

    fn tell(&self) {
        let Typed { pos, text, .. } = self.typed.take();
        if !text.is_empty() {
            // The place was in the text when it was typed there, and nothing else was changed
            // since: the library has no reason to refuse it.
            if let Err(why) = self.text.insert(pos, &text) {
                *self.refused.borrow_mut() = Some(failed(why));
            }
        }
    }

    /// Reads what [`Crdt::bytes`] wrote.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, TextError> {
        let doc = LoroDoc::new();
        let status = doc.import(bytes).map_err(failed)?;
        if status.pending.is_some() {
            return Err(TextError::Snapshot("operations are missing".into()));
        }
        Ok(Self::of(doc))
    }

    /// The text with all operations. `runs` is how many runs of ids it has: reading the library's
    /// snapshot, else the fastest, takes time that grows with runs times length (a minute for a
    /// busy book), so that the plain operations are taken for those.
    pub fn bytes(&self, runs: usize) -> Result<Vec<u8>, TextError> {
        let mode =
            if self.is_calm(runs) { ExportMode::Snapshot } else { ExportMode::all_updates() };
        self.doc().export(mode).map_err(failed)
    }

    fn is_calm(&self, runs: usize) -> bool {
        runs.saturating_mul(self.len()) < 1 << 29
    }

    pub fn set_writer(&self, writer: WriterId) -> Result<(), TextError> {
        self.doc().set_peer_id(writer.0).map_err(failed)
    }

    pub fn len(&self) -> usize {
        self.tell();
        self.text.len_unicode()
    }

    pub fn text(&self) -> String {
        self.tell();
        self.text.to_string()
    }

    pub fn insert(&self, pos: usize, text: &str) -> Result<(), TextError> {
        let mut typed = self.typed.borrow_mut();
        let goes_on = typed.pos + typed.len == pos && typed.text.len() < MOST_TYPED;
        if typed.text.is_empty() || !goes_on {
            drop(typed);
            let len = self.told()?.len_unicode();
            if pos > len {
                return Err(TextError::OutOfRange { pos, len });
            }
            typed = self.typed.borrow_mut();
            typed.pos = pos;
        }
        typed.len += text.chars().count();
        typed.text.push_str(text);
        Ok(())
    }

    pub fn delete(&self, pos: usize, len: usize) -> Result<(), TextError> {
        self.told()?.delete(pos, len).map_err(failed)
    }

    /// The operations of the writer's counters `start..start + len`.
    fn operations(&self, writer: u64, start: u32, len: u32) -> Vec<JsonTextOp> {
        let (Ok(from), Ok(to)) = (i32::try_from(start), i32::try_from(start.saturating_add(len)))
        else {
            return Vec::new();
        };
        let changes = self.doc().export_json_in_id_span(IdSpan::new(writer, from, to));
        let ops = changes.into_iter().flat_map(|change| change.ops);
        ops.filter_map(|op| match op.content {
            JsonOpContent::Text(op) => Some(op),
            _ => None,
        })
        .collect()
    }

    /// The deletions that the writer's counters `start..start + len` are.
    pub fn deletions(&self, writer: WriterId, start: u32, len: u32) -> Vec<Op> {
        let ops = self.operations(writer.0, start, len).into_iter();
        ops.filter_map(|op| match op {
            JsonTextOp::Delete { pos, len, start_id } => {
                Some(Op::Delete { pos: pos.unsigned_abs(), del: len, first: from_id(start_id) })
            }
            _ => None,
        })
        .collect()
    }

    /// The text that `len` operations from `id` on inserted.
    pub fn text_of(&self, id: OpId, len: u32) -> Option<String> {
        let mut out = String::new();
        for op in self.operations(id.writer.0, id.counter, len) {
            match op {
                JsonTextOp::Insert { text, .. } => out.push_str(&text),
                _ => return None,
            }
        }
        (out.chars().count() == len as usize).then_some(out)
    }

    /// Takes changes in. `watch` tells what they did to the text.
    pub fn import(&self, changes: Vec<JsonChange>, watch: bool) -> Result<Vec<Piece>, TextError> {
        let seen: Arc<Mutex<Vec<Vec<TextDelta>>>> = Arc::default();
        let doc = self.doc();
        let subscription = watch.then(|| {
            let seen = Arc::clone(&seen);
            doc.subscribe_root(Arc::new(move |event| {
                let mut seen = seen.lock().unwrap_or_else(PoisonError::into_inner);
                for diff in event.events {
                    if let Diff::Text(delta) = diff.diff {
                        seen.push(delta);
                    }
                }
            }))
        });
        let json = JsonSchema {
            schema_version: 1,
            start_version: Frontiers::default(),
            peers: None,
            changes,
        };
        let status = doc.import_json_updates(json);
        drop(subscription);
        let status = status.map_err(failed)?;
        if status.pending.is_some() {
            return Err(TextError::Crdt("operations wait for others".into()));
        }
        let mut seen = seen.lock().unwrap_or_else(PoisonError::into_inner);
        if seen.len() > 1 {
            return Err(TextError::Crdt("one import, two changes of the text".into()));
        }
        let delta = seen.pop().unwrap_or_default().into_iter();
        Ok(delta
            .map(|item| match item {
                TextDelta::Retain { retain, .. } => Piece::Keep(retain),
                TextDelta::Insert { insert, .. } => Piece::Insert(insert),
                TextDelta::Delete { delete } => Piece::Delete(delete),
            })
            .collect())
    }

    /// One change for [`Crdt::import`].
    pub fn change(
        &self,
        writer: WriterId,
        start: u32,
        lamport: u32,
        deps: &[OpId],
        ops: &[Op],
    ) -> JsonChange {
        let mut counter = start;
        let ops = ops.iter().map(|op| {
            let content = match op {
                Op::Insert { pos, ins, text, .. } => JsonTextOp::Insert {
                    pos: *pos,
                    text: text.0.clone().unwrap_or_else(|| filler(*ins as usize)),
                },
                Op::Delete { pos, del, first } => {
                    JsonTextOp::Delete { pos: *pos as i32, len: *del, start_id: to_id(*first) }
                }
            };
            let made = JsonOp {
                content: JsonOpContent::Text(content),
                container: self.container.clone(),
                counter: counter as i32,
            };
            counter += op.width();
            made
        });
        JsonChange {
            id: to_id(OpId { writer, counter: start }),
            timestamp: 0,
            deps: deps.iter().map(|id| to_id(*id)).collect(),
            lamport,
            msg: None,
            ops: ops.collect(),
        }
    }

    /// The ids of the characters at `pos..pos + len`.
    pub fn ids(&self, pos: usize, len: usize) -> Result<Vec<(OpId, u32)>, TextError> {
        let mut out = Vec::new();
        if len > 2_000 {
            // A copy that deletes them says whose they were, run by run.
            return Self::from_bytes(&self.bytes(usize::MAX)?)?.ids_by_deleting(pos, len);
        }
        self.tell();
        for at in pos..pos + len {
            let cursor = self.text.get_cursor(at, Side::Left);
            let id = cursor.and_then(|cursor| cursor.id);
            push_run(&mut out, from_id(id.ok_or_else(|| failed("a character has no id"))?), 1);
        }
        Ok(out)
    }

    /// [`Crdt::ids`] for a copy that is not needed any more.
    pub fn ids_by_deleting(self, pos: usize, len: usize) -> Result<Vec<(OpId, u32)>, TextError> {
        self.doc().set_peer_id(SCRATCH_PEER).map_err(failed)?;
        self.delete(pos, len)?;
        let mut found = Vec::new();
        for op in self.operations(SCRATCH_PEER, 0, len as u32) {
            let JsonTextOp::Delete { pos, len, start_id } = op else { continue };
            let start = if len < 0 { pos + 1 + len } else { pos };
            found.push((start, from_id(start_id), len.unsigned_abs()));
        }
        // Deleted from the back, so the positions are those before.
        found.sort_by_key(|one| one.0);
        let mut out = Vec::new();
        for (_, id, len) in &found {
            push_run(&mut out, *id, *len);
        }
        let total: usize = found.iter().map(|one| one.2 as usize).sum();
        if total == len { Ok(out) } else { Err(failed("characters without ids")) }
    }

    /// Where the character that `id` inserted is, or stood.
    pub fn place(&self, id: OpId) -> Option<usize> {
        let cursor = Cursor::new(Some(to_id(id)), self.container.clone(), Side::Left, 0);
        self.doc().get_cursor_pos(&cursor).ok().map(|found| found.current.pos)
    }

    /// A copy as it was at a version that is known.
    pub fn at(&self, version: &[OpId], runs: usize) -> Result<Self, TextError> {
        if version.is_empty() {
            return Ok(Self::new());
        }
        let version = frontiers(version.iter().copied());
        if self.is_calm(runs) {
            return Ok(Self::of(self.doc().fork_at(&version).map_err(failed)?));
        }
        let vector = self.doc().frontiers_to_vv(&version);
        let vector = vector.ok_or_else(|| failed("a version is not known"))?;
        let bytes = self.doc().export(ExportMode::updates_till(&vector)).map_err(failed)?;
        Self::from_bytes(&bytes)
    }

    /// Whether a known version has operation `id` in its past.
    pub fn includes(&self, version: &[OpId], id: OpId) -> bool {
        let vector = self.doc().frontiers_to_vv(&frontiers(version.iter().copied()));
        vector.is_some_and(|vector| vector.includes_id(to_id(id)))
    }

    /// How many operations of each writer are in a known version's past.
    pub fn past(&self, version: &[OpId]) -> Option<BTreeMap<WriterId, u32>> {
        let vector = self.doc().frontiers_to_vv(&frontiers(version.iter().copied()))?;
        Some(vector.iter().map(|(peer, end)| (WriterId(*peer), end.unsigned_abs())).collect())
    }

    /// The least version that has the same past.
    pub fn least(&self, version: impl IntoIterator<Item = OpId>) -> Result<Version, TextError> {
        let least = self.doc().minimize_frontiers(&frontiers(version));
        let least = least.map_err(|id| TextError::UnknownVersion(from_id(id)))?;
        let mut ids: Vec<OpId> = least.iter().map(from_id).collect();
        ids.sort_unstable();
        Ok(Version(ids))
    }

    /// How many operations of each writer there are.
    pub fn counters(&self) -> Vec<(WriterId, u32)> {
        let vector = self.doc().oplog_vv();
        let mut out: Vec<(WriterId, u32)> =
            vector.iter().map(|(peer, end)| (WriterId(*peer), end.unsigned_abs())).collect();
        out.sort_unstable();
        out
    }
}
