//! The document as bytes, to open it fast: a cache of what the log says, never the truth.

use super::crdt::Crdt;
use super::document::{Document, History};
use super::error::TextError;
use super::ops::{OpSpan, Ops, What};
use super::seq::{Run, Seq};
use crate::base::{DocId, OpId, WriterId, sha256};
use crate::event::{Edit, Origin};
use ropey::Rope;
use serde::{Deserialize, Serialize};

const MAGIC: &[u8] = b"cowrite-text-1\n";

/// The tables, with writers as indices into `writers`.
#[derive(Serialize, Deserialize)]
struct Tables {
    doc: DocId,
    writers: Vec<WriterId>,
    origins: Vec<Origin>,
    ops: Vec<Vec<PackedOps>>,
    /// Writer, counter, length, alive.
    seq: Vec<(u32, u32, u32, bool)>,
    /// Writer, counter, deleted text.
    graves: Vec<(u32, u32, String)>,
    heads: Vec<OpId>,
    pending: Vec<(WriterId, Edit)>,
}

/// Start, length, Lamport number, flags, origin, source.
type PackedOps = (u32, u32, u32, u8, u32, Option<(u32, u32)>);

const INSERT: u8 = 1;
const REVIVE: u8 = 2;
const REDACTED: u8 = 4;

impl Document {
    /// The document with its history, tables and waiting edits. An error without history.
    pub fn snapshot(&self) -> Result<Vec<u8>, TextError> {
        let history = self.history.as_ref().ok_or(TextError::NoHistory)?;
        let mut writers: Vec<WriterId> = history.ops.writers.keys().copied().collect();
        let sources = history.ops.writers.values().flatten().filter_map(|span| match span.what {
            What::Insert { src: Some(src), .. } => Some(src.writer),
            _ => None,
        });
        // Sources may be of writers of another document.
        writers.extend(sources);
        writers.sort_unstable();
        writers.dedup();
        let number = |writer: WriterId| writers.binary_search(&writer).unwrap_or(0) as u32;
        let pack = |span: &OpSpan| {
            let (flags, origin, src) = match span.what {
                What::Delete => (0, 0, None),
                What::Insert { origin, src, revive, redacted } => {
                    let revive = if revive { REVIVE } else { 0 };
                    let redacted = if redacted { REDACTED } else { 0 };
                    (INSERT | revive | redacted, origin, src)
                }
            };
            let src = src.map(|src| (number(src.writer), src.counter));
            (span.start, span.len, span.lamport, flags, origin, src)
        };
        let none = Vec::new();
        let tables = Tables {
            doc: self.doc.clone(),
            origins: history.ops.origins.clone(),
            ops: writers
                .iter()
                .map(|writer| history.ops.writers.get(writer).unwrap_or(&none))
                .map(|spans| spans.iter().map(pack).collect())
                .collect(),
            seq: history
                .seq
                .iter()
                .map(|run| (number(run.id.writer), run.id.counter, run.len, run.alive))
                .collect(),
            graves: history
                .graves
                .iter()
                .map(|(id, text)| (number(id.writer), id.counter, text.to_owned()))
                .collect(),
            heads: history.ops.heads.iter().copied().collect(),
            pending: history.pending.clone(),
            writers: writers.clone(),
        };
        let tables =
            serde_json::to_vec(&tables).map_err(|why| TextError::Snapshot(why.to_string()))?;
        let crdt = history.crdt.bytes(history.seq.run_count())?;
        let mut out = MAGIC.to_vec();
        out.extend_from_slice(&sha256(&[&tables, &crdt]));
        out.extend_from_slice(&(tables.len() as u64).to_be_bytes());
        out.extend_from_slice(&tables);
        out.extend_from_slice(&crdt);
        Ok(out)
    }

    /// Reads what [`Document::snapshot`] wrote, for the same document.
    pub fn from_snapshot(doc: DocId, bytes: &[u8]) -> Result<Self, TextError> {
        let torn = || TextError::Snapshot("it is torn or of another version".into());
        let rest = bytes.strip_prefix(MAGIC).ok_or_else(torn)?;
        let (hash, rest) = rest.split_at_checked(32).ok_or_else(torn)?;
        let (len, rest) = rest.split_first_chunk::<8>().ok_or_else(torn)?;
        let len = usize::try_from(u64::from_be_bytes(*len)).map_err(|_| torn())?;
        let (tables, crdt) = rest.split_at_checked(len).ok_or_else(torn)?;
        if sha256(&[tables, crdt]) != hash {
            return Err(torn());
        }
        let tables: Tables =
            serde_json::from_slice(tables).map_err(|why| TextError::Snapshot(why.to_string()))?;
        if tables.doc != doc {
            return Err(TextError::Snapshot("it is of another document".into()));
        }
        let writer = |number: u32| tables.writers.get(number as usize).copied().ok_or_else(torn);
        let mut history = History::new(Crdt::from_bytes(crdt)?);
        let mut ops = Ops::default();
        for origin in &tables.origins {
            ops.number(origin);
        }
        for (owner, spans) in tables.writers.iter().zip(&tables.ops) {
            for (start, len, lamport, flags, origin, src) in spans {
                let src = match src {
                    Some((w, counter)) => Some(OpId { writer: writer(*w)?, counter: *counter }),
                    None => None,
                };
                let what = if flags & INSERT == 0 {
                    What::Delete
                } else {
                    What::Insert {
                        origin: *origin,
                        src,
                        revive: flags & REVIVE != 0,
                        redacted: flags & REDACTED != 0,
                    }
                };
                ops.push(*owner, OpSpan { start: *start, len: *len, lamport: *lamport, what });
            }
        }
        for (w, counter, text) in &tables.graves {
            let id = OpId { writer: writer(*w)?, counter: *counter };
            history.graves.bury(id, text.chars().count() as u32, text.clone());
        }
        ops.heads.extend(tables.heads);
        let mut runs = Vec::with_capacity(tables.seq.len());
        for (w, counter, len, alive) in &tables.seq {
            runs.push(Run {
                id: OpId { writer: writer(*w)?, counter: *counter },
                len: *len,
                alive: *alive,
            });
        }
        history.seq = Seq::from_runs(runs);
        history.ops = ops;
        history.pending = tables.pending;
        let rope = Rope::from_str(&history.crdt.text());
        let known: Vec<_> =
            history.ops.writers.keys().map(|w| (*w, history.ops.next(*w))).collect();
        if history.seq.len() != rope.len_chars() || known != history.crdt.counters() {
            return Err(TextError::Snapshot("its parts do not fit".into()));
        }
        Ok(Self::made(doc, rope, Some(Box::new(history))))
    }
}
