//! Words and where they stand: in operations, in bodies, at any time of a text.

use crate::base::{AuthorId, OpId, Pos, Span};
use crate::event::{Edit, Envelope, How, Op, Slot};
use crate::session::{DocEntry, EditEntry, Session};
use crate::text::{Delta, Document};
use serde_json::Value;

/// The shortest piece by which a request is taken for one that holds the words.
const PIECE: usize = 6;
/// The longest such piece: a request may have wrapped or cut what it holds.
const LONG_PIECE: usize = 24;

/// The operations of an edit, each with its number and its first id.
pub(super) fn operations(edit: &EditEntry) -> impl Iterator<Item = (usize, OpId, &Op)> {
    let mut next = OpId { writer: edit.writer, counter: edit.edit.start };
    edit.edit.ops.iter().enumerate().map(move |(index, op)| {
        let first = next;
        next = ahead(first, op.width());
        (index, first, op)
    })
}

pub(super) fn ahead(id: OpId, by: u32) -> OpId {
    OpId { writer: id.writer, counter: id.counter.saturating_add(by) }
}

pub(super) fn each(runs: &[(OpId, u32)]) -> impl Iterator<Item = OpId> + '_ {
    runs.iter().flat_map(|(id, len)| (0..*len).map(|offset| ahead(*id, offset)))
}

/// The words of characters as they stand, in the order given; what is deleted is left out.
pub(super) fn words_of(document: &Document, ids: &[(OpId, u32)]) -> String {
    let places = each(ids).filter_map(|id| document.stands_at(id));
    places.filter_map(|pos| document.rope().get_char(pos.0)).collect()
}

/// The lines of a text that are long enough to be looked for; all of it where it is one line.
pub(super) fn lines_of(text: &str, least: usize) -> Vec<String> {
    let lines = text.lines().map(str::trim);
    let mut lines: Vec<String> =
        lines.filter(|line| line.chars().count() >= least).map(String::from).collect();
    lines.sort();
    lines.dedup();
    lines
}

/// Pieces of words, long enough to tell them and short enough to be found where they were cut.
pub(super) fn pieces(words: &str) -> Vec<String> {
    let chars: Vec<char> = words.chars().collect();
    if chars.len() < PIECE {
        return vec![words.to_owned()];
    }
    let chunks = chars.chunks(LONG_PIECE).filter(|chunk| chunk.len() >= PIECE);
    chunks.map(|chunk| chunk.iter().collect()).collect()
}

pub(super) fn strings(value: &Value, out: &mut String) {
    match value {
        Value::String(text) => {
            out.push_str(text);
            out.push('\n');
        }
        Value::Array(items) => items.iter().for_each(|item| strings(item, out)),
        Value::Object(map) => map.values().for_each(|item| strings(item, out)),
        _ => {}
    }
}

/// The bodies that hold the bytes `hit` of a slot's words.
pub(super) fn overlapping(
    event: &Envelope,
    slot: &Slot,
    hit: std::ops::Range<usize>,
) -> Vec<usize> {
    let mut at = 0;
    let mut found = Vec::new();
    for body in slot.bodies.clone() {
        let len = event.words(body..body + 1).len();
        if at < hit.end && at + len > hit.start {
            found.push(body);
        }
        at += len;
    }
    found
}

/// Everything in a text, deleted words too, that an author wrote.
pub(super) fn written_by(
    session: &Session,
    entry: &DocEntry,
    author: &AuthorId,
) -> Vec<(OpId, u32)> {
    let mut found = Vec::new();
    for edit in entry.edits() {
        for (_, first, op) in operations(edit) {
            let Op::Insert { ins, .. } = op else { continue };
            for run in entry.document.origins(first, *ins) {
                let writer = || session.writers.get(&run.writer).map(|info| &info.author);
                let proposer = || {
                    let proposal = session.proposals.proposal(run.origin.proposal.as_ref()?)?;
                    Some(&proposal.author)
                };
                let owner = match (&run.origin.author, run.origin.how) {
                    (Some(author), _) => Some(author),
                    (None, How::Proposed) => proposer(),
                    (None, _) => writer(),
                };
                if owner == Some(author) {
                    found.push((ahead(first, run.span.start.0 as u32), run.span.len() as u32));
                }
            }
        }
    }
    found
}

/// Everywhere in a text where words stand, or ever stood.
pub(super) fn ever(entry: &DocEntry, words: &str) -> Vec<(OpId, u32)> {
    let count = words.chars().count();
    let mut found = Vec::new();
    let mut then = Document::new(entry.document.id().clone());
    for edit in entry.edits() {
        let mut lamport = edit.edit.lamport;
        let mut deps = edit.edit.deps.clone();
        // Operation by operation: words may have come and gone within one burst of typing.
        for (_, first, op) in operations(edit) {
            if let Op::Insert { text, .. } = op {
                let text = text.as_str();
                for (at, _) in text.match_indices(words) {
                    let before = text[..at].chars().count() as u32;
                    found.push((ahead(first, before), count as u32));
                }
            }
            let one = Edit {
                doc: edit.edit.doc.clone(),
                start: first.counter,
                lamport,
                deps: std::mem::take(&mut deps),
                ops: vec![op.clone()],
                cause: edit.edit.cause.clone(),
                filled: false,
            };
            lamport = lamport.saturating_add(op.width());
            deps.push(ahead(first, op.width().saturating_sub(1)));
            if let Ok(imported) = then.apply_edit(edit.writer, &one) {
                near(&then, &imported.delta, words, &mut found);
            }
        }
    }
    found
}

/// Where words stand at or beside what a change did.
fn near(then: &Document, delta: &Delta, words: &str, found: &mut Vec<(OpId, u32)>) {
    let count = words.chars().count();
    let mut shift = 0isize;
    for (span, len) in &delta.0 {
        let start = span.start.0.saturating_add_signed(shift);
        shift += *len as isize - span.len() as isize;
        let from = start.saturating_sub(count);
        let to = (start + len + count).min(then.len());
        let here = then.rope().slice(from..to).to_string();
        for (at, _) in here.match_indices(words) {
            let pos = Pos(from + here[..at].chars().count());
            found.extend(then.ids(Span { start: pos, end: Pos(pos.0 + count) }));
        }
    }
}
