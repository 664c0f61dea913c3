//! A burst of typing on its way into the log.
//!
//! Every operation is stored at once; later the rows of a burst become one `document.edited`.
//! Sealing uses nothing but the stored rows, so that whoever does it, whenever, gets the same
//! event.

use super::{Cause, Edit, Envelope, Op};
use crate::base::{DocId, EventId, Millis, OpId, Rand, WriterId, from_hex};
use serde::{Deserialize, Serialize};

/// What stands in the burst's first row.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct BurstHead {
    pub session: EventId,
    pub writer: WriterId,
    pub n: u64,
    pub lamport: u64,
    pub parents: Vec<EventId>,
    /// When the first operation was made, in milliseconds since the epoch.
    pub at: u64,
    pub doc: DocId,
    /// The counter, CRDT Lamport number and dependencies of the first operation.
    pub start: u32,
    pub crdt_lamport: u32,
    pub deps: Vec<OpId>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cause: Option<Cause>,
    /// 32 bytes in hexadecimal from which the salts are derived.
    pub salt: String,
}

/// One row of a burst: the operations of one change.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct WipOp {
    pub ops: Vec<Op>,
}

/// Turns the rows of a burst into its event. Neighbouring insertions and deletions are joined as
/// far as their meaning stays the same.
pub fn seal(head: &BurstHead, rows: &[WipOp]) -> Envelope {
    let mut ops: Vec<Op> = Vec::new();
    for op in rows.iter().flat_map(|row| &row.ops) {
        let joined = ops.last_mut().is_some_and(|last| join(last, op));
        if !joined {
            ops.push(op.clone());
        }
    }
    let edit = Edit {
        doc: head.doc.clone(),
        start: head.start,
        lamport: head.crdt_lamport,
        deps: head.deps.clone(),
        ops,
        cause: head.cause.clone(),
        filled: false,
    };
    let seed = from_hex(&head.salt).and_then(|bytes| <[u8; 32]>::try_from(bytes).ok());
    let mut salts = Rand::new(seed.unwrap_or_default());
    let data = super::Event::DocumentEdited(edit).data();
    Envelope::new(
        "document.edited",
        Some(head.session),
        head.writer,
        head.n,
        head.lamport,
        head.parents.clone(),
        Millis(head.at),
        data,
        &mut salts,
    )
}

/// Joins `next` to `last` where the two are one run.
fn join(last: &mut Op, next: &Op) -> bool {
    match (last, next) {
        (
            Op::Insert { pos, ins, text, origin, src },
            Op::Insert {
                pos: next_pos,
                ins: next_ins,
                text: next_text,
                origin: next_origin,
                src: next_src,
            },
        ) if *pos + *ins == *next_pos
            && origin == next_origin
            && src.is_empty()
            && next_src.is_empty() =>
        {
            *ins += next_ins;
            text.0.get_or_insert_default().push_str(next_text.as_str());
            true
        }
        (
            Op::Delete { pos, del, first },
            Op::Delete { pos: next_pos, del: next_del, first: next_first },
        ) => {
            let (len, next_len) = (del.unsigned_abs(), next_del.unsigned_abs());
            let after = |id: &OpId, by: u32| id.counter.checked_add(by);
            if first.writer != next_first.writer {
                return false;
            }
            // Forward: the same place, ids that run on.
            let forward = *del > 0 && *next_del > 0 && *pos == *next_pos;
            if forward && after(first, len) == Some(next_first.counter) {
                *del += next_del;
                return true;
            }
            // Backward: the place before, ids that lead here. A single deletion has no direction.
            let backward = (*del < 0 || len == 1) && (*next_del < 0 || next_len == 1);
            if backward
                && *next_pos + len == *pos
                && after(next_first, next_len) == Some(first.counter)
            {
                *del = -((len + next_len) as i32);
                *first = *next_first;
                return true;
            }
            false
        }
        _ => false,
    }
}
