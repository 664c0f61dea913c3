//! Words that a file took out and that nobody deleted: it was another's, who never had them, and came
//! before their events told so.

use super::Cx;
use super::alike::{each, knows};
use super::explained::Edits;
use super::moving::Moves;
use super::saved::last_of;
use crate::base::{DocId, OpId};
use crate::event::{CauseKind, Op, Version};
use crate::session::EditEntry;
use crate::text::{Change, may_cut};
use std::collections::BTreeSet;

/// How many of the versions that were saved last are looked at.
const LOOKED_AT: usize = 64;

/// The operations of a row of characters among others.
fn within(all: &BTreeSet<OpId>, first: OpId, len: u32) -> Vec<OpId> {
    let end = OpId { counter: first.counter.saturating_add(len), ..first };
    all.range(first..end).copied().collect()
}

/// Without blanks at its ends.
fn trimmed(text: &[char]) -> &[char] {
    let is_sign = |sign: &char| !sign.is_whitespace();
    let start = text.iter().position(is_sign).unwrap_or(text.len());
    let end = text.iter().rposition(is_sign).map_or(start, |last| last + 1);
    &text[start..end]
}

/// Which of these characters of a text an edit that took them out put in at another place: rows of
/// them with so many letters and digits that this is no coincidence.
fn moved(ops: &[Op], text: &str, ids: &[OpId], gone: &BTreeSet<OpId>) -> Vec<OpId> {
    const TELLING: usize = 4;
    let put = |row: &[char]| {
        ops.iter().any(|op| {
            let Op::Insert { text, .. } = op else { return false };
            let text: Vec<char> = text.0.as_deref().unwrap_or_default().chars().collect();
            let whole = |at: usize| may_cut(&text, at) && may_cut(&text, at + row.len());
            text.windows(row.len()).enumerate().any(|(at, there)| there == row && whole(at))
        })
    };
    let text: Vec<char> = text.chars().collect();
    let mut out = Vec::new();
    let mut from = 0;
    for row in ids.chunk_by(|one, other| gone.contains(one) == gone.contains(other)) {
        let words = trimmed(text.get(from..from + row.len()).unwrap_or_default());
        from += row.len();
        let telling = words.iter().filter(|sign| sign.is_alphanumeric()).count() >= TELLING;
        if row.first().is_some_and(|id| gone.contains(id)) && telling && put(words) {
            out.extend(row);
        }
    }
    out
}

impl Edits<'_> {
    /// What comes back.
    fn given_back(&self) -> Option<Change> {
        let document = &self.entry.document;
        let saved: Vec<_> = self.entry.saved.iter().rev().take(LOOKED_AT).collect();
        for one in &saved {
            let [head] = one.version.0[..] else { continue };
            let Some(edit) = self.at(head).map(|index| self.all[index]) else { continue };
            let knew = document.past(&edit.edit.deps).unwrap_or_default();
            let kind = edit.edit.cause.as_ref().map(|cause| cause.kind);
            if kind != Some(CauseKind::Outside) || last_of(edit.writer, &edit.edit) != head {
                continue;
            }
            let mut gone: BTreeSet<OpId> = BTreeSet::new();
            for op in &edit.edit.ops {
                if let Op::Delete { del, first, .. } = op {
                    gone.extend((0..del.unsigned_abs()).filter_map(|by| {
                        let counter = first.counter.checked_add(by)?;
                        Some(OpId { counter, ..*first })
                    }));
                }
            }
            // What was decided over a version that has them.
            let over = edit.edit.cause.iter().flat_map(|cause| &cause.of);
            let over = over.filter_map(|id| self.entry.saved.iter().find(|one| one.event == *id));
            for saved in over {
                if let Some(past) = document.past(&saved.version.0) {
                    gone.retain(|id| past.get(&id.writer).is_none_or(|count| id.counter >= *count));
                }
            }
            if gone.is_empty() {
                continue;
            }
            let others = saved.iter().filter(|other| {
                other.hash == one.hash && document.knows(&other.version) && one.event != other.event
            });
            for other in others {
                let Some(past) = document.past(&other.version.0) else { continue };
                let has = |id: &OpId| past.get(&id.writer).is_some_and(|count| id.counter < *count);
                // Whoever knew of it when the file was taken in took these words out by it.
                let was_known = knows(&knew, &other.version);
                if was_known || has(&head) || self.is_met(&one.version, &other.version) {
                    continue;
                }
                let never: BTreeSet<OpId> = gone.iter().filter(|id| !has(id)).copied().collect();
                let change = self.bring(edit, never);
                if change.as_ref().is_some_and(|change| !change.is_empty()) {
                    return change;
                }
            }
        }
        None
    }

    /// Puts these characters, which an edit took out, back where they stood, but for those that
    /// somebody else took out as well, those that the edit put elsewhere, and those that were brought
    /// back before.
    fn bring(&self, by: &EditEntry, mut back: BTreeSet<OpId>) -> Option<Change> {
        let document = &self.entry.document;
        for edit in self.all.iter().filter(|edit| edit.id != by.id) {
            let kind = edit.edit.cause.as_ref().map(|cause| cause.kind);
            for op in &edit.edit.ops {
                let not: Vec<OpId> = match op {
                    Op::Delete { del, first, .. } if kind != Some(CauseKind::Outside) => {
                        within(&back, *first, del.unsigned_abs())
                    }
                    Op::Insert { src, .. } => {
                        src.iter().flat_map(|one| within(&back, one.id, one.len)).collect()
                    }
                    Op::Delete { .. } => Vec::new(),
                };
                for id in not {
                    back.remove(&id);
                }
            }
        }
        if back.is_empty() {
            return None;
        }
        let (text, runs) = document.characters_at(&Version(by.edit.deps.clone())).ok()?;
        let ids: Vec<OpId> = each(&runs).collect();
        for id in moved(&by.edit.ops, &text, &ids, &back) {
            back.remove(&id);
        }
        let mut moves = Moves::default();
        let mut to: Option<usize> = None;
        for (sign, id) in text.chars().zip(ids) {
            if !back.contains(&id) {
                to = None;
                continue;
            }
            // A row of them stays one.
            let at = match to {
                Some(at) => at,
                None => document.gap(id)?.0,
            };
            to = Some(at);
            moves.insert(at, sign, id);
        }
        Some(moves.change())
    }
}

impl Cx<'_> {
    /// After events came. Whether anything comes back.
    pub(super) fn give_back(&mut self, doc: &DocId, heads: &[OpId]) -> bool {
        let mut any = false;
        // Several files may have come before their events; each gives what it took.
        for _ in 0..LOOKED_AT {
            let Some(entry) = self.model.session.documents.get(doc) else { break };
            let now = entry.document.version();
            let Some(change) = Edits::of(entry, heads).given_back() else { break };
            if self.post_dedupe(doc, &now, &change, Vec::new()).is_none() {
                break;
            }
            any = true;
        }
        any
    }
}
