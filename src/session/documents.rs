//! The documents of a session, what was saved of them, and the edits by which they can be undone.

use super::HunkRef;
use crate::base::{AuthorId, DocId, EventId, Millis, WriterId};
use crate::event::{Cause, CauseKind, Edit, Version};
use crate::text::{Document, Imported, TextError};
use std::collections::{BTreeMap, BTreeSet};

/// Edits after which the state of a text is kept anew.
const KEEP_AFTER: usize = 256;

/// A version that went to a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SavedVersion {
    pub event: EventId,
    pub lamport: u64,
    pub version: Version,
    pub hash: String,
}

/// One edit of the log, kept for undo.
#[derive(Clone, Debug)]
pub struct EditEntry {
    pub id: EventId,
    pub writer: WriterId,
    pub author: AuthorId,
    pub at: Millis,
    pub edit: Edit,
}

/// A document with everything that hangs on it.
pub struct DocEntry {
    pub name: String,
    pub hint: Option<String>,
    pub document: Document,
    pub saved: Vec<SavedVersion>,
    /// Where it is bound on this machine; local.
    pub path: Option<String>,
    /// When each of these was set last, in order of display.
    path_at: (u64, Option<EventId>),
    named_at: (u64, Option<EventId>),
    /// In order of display.
    pub(super) edits: BTreeMap<(u64, EventId), EditEntry>,
    /// By the first operation of each.
    pub(super) starts: BTreeMap<(WriterId, u32), (u64, EventId)>,
    lamports: BTreeMap<EventId, u64>,
    /// How many of the edits are in the state of the text that the library keeps.
    kept: usize,
}

impl DocEntry {
    pub fn new(doc: DocId) -> Self {
        Self {
            name: String::new(),
            hint: None,
            document: Document::new(doc),
            saved: Vec::new(),
            path: None,
            path_at: (0, None),
            named_at: (0, None),
            edits: BTreeMap::new(),
            starts: BTreeMap::new(),
            lamports: BTreeMap::new(),
            kept: 0,
        }
    }

    /// The last binding in order of display holds.
    pub fn bind(&mut self, at: (u64, EventId), path: String) {
        let at = (at.0, Some(at.1));
        if at >= self.path_at {
            self.path_at = at;
            self.path = (!path.is_empty()).then_some(path);
        }
    }

    /// The last name in order of display holds.
    pub fn name(&mut self, at: (u64, EventId), name: String, hint: Option<String>) {
        let at = (at.0, Some(at.1));
        if at >= self.named_at {
            self.named_at = at;
            self.name = safe_name(name);
            self.hint = hint;
        }
    }

    pub fn add_edit(&mut self, lamport: u64, entry: EditEntry) {
        self.lamports.insert(entry.id, lamport);
        self.starts.entry((entry.writer, entry.edit.start)).or_insert((lamport, entry.id));
        self.edits.insert((lamport, entry.id), entry);
    }

    /// Takes edits that were noted into the text.
    pub fn take_in(&mut self, ids: &BTreeSet<EventId>) -> Result<Imported, TextError> {
        let wanted = self.edits.values().filter(|entry| ids.contains(&entry.id));
        let edits: Vec<_> = wanted.map(|entry| (entry.writer, &entry.edit)).collect();
        self.document.apply_edits(&edits)
    }

    /// The text began with the state that the library keeps, and none of the edits that were noted
    /// since is taken in yet.
    pub fn note_kept(&mut self) {
        let known: BTreeMap<WriterId, u32> = self.document.operations().into_iter().collect();
        let is_in = |entry: &&EditEntry| {
            let end = entry.edit.start.saturating_add(entry.edit.width());
            known.get(&entry.writer).is_some_and(|next| *next >= end)
        };
        self.kept = self.edits.values().filter(is_in).count();
    }

    /// The text's state for the library to keep, when that saves the next opening much. Later calls
    /// count from here.
    pub fn state_to_keep(&mut self) -> Option<Vec<u8>> {
        if self.edits.len() < self.kept + KEEP_AFTER {
            return None;
        }
        let bytes = self.document.snapshot().ok()?;
        self.kept = self.edits.len();
        Some(bytes)
    }

    /// Whether every operation of the text is in an edit: a text that began with a cached state
    /// must say no more than the log.
    pub fn fits_log(&self) -> bool {
        let mut ends: BTreeMap<WriterId, u32> = BTreeMap::new();
        for entry in self.edits.values() {
            let end = ends.entry(entry.writer).or_default();
            *end = (*end).max(entry.edit.start.saturating_add(entry.edit.width()));
        }
        let known = self.document.operations();
        known.iter().all(|(writer, next)| ends.get(writer).is_some_and(|end| end >= next))
    }

    pub fn add_saved(&mut self, saved: SavedVersion) {
        self.saved.push(saved);
        self.saved.sort_by_key(|saved| (saved.lamport, saved.event));
    }

    pub fn edit(&self, id: &EventId) -> Option<&EditEntry> {
        self.edits.get(&(*self.lamports.get(id)?, *id))
    }

    pub fn edits(&self) -> impl DoubleEndedIterator<Item = &EditEntry> {
        self.edits.values()
    }

    /// The last edits that `mine` accepts and that stand, with the Lamport number of the newest:
    /// what undo takes back. Hunks that were accepted at one moment go together. An undo takes back
    /// the edits it names; a redo brings them back.
    pub fn last_undoable(
        &self,
        mine: impl Fn(&AuthorId) -> bool,
    ) -> Option<(u64, Vec<&EditEntry>)> {
        let mut undone: Vec<EventId> = Vec::new();
        let mut found: Vec<&EditEntry> = Vec::new();
        let mut newest = 0;
        for ((lamport, _), entry) in self.edits.iter().rev() {
            if !mine(&entry.author) || is_dedupe(entry) {
                continue;
            }
            if let Some(at) = undone.iter().position(|id| *id == entry.id) {
                undone.swap_remove(at);
                continue;
            }
            let kind = entry.edit.cause.as_ref().map(|cause| cause.kind);
            if let Some(first) = found.first() {
                let together = kind == Some(CauseKind::Accept) && first.at == entry.at;
                if !together {
                    break;
                }
                found.push(entry);
                continue;
            }
            match kind {
                // What it took back is not there to be taken back again.
                Some(CauseKind::Undo) => undone.extend(named(entry)),
                _ => {
                    newest = *lamport;
                    found.push(entry);
                    let accepted = kind == Some(CauseKind::Accept);
                    // A redo stands for the edits it brought back; the undo before it is settled.
                    if !accepted {
                        break;
                    }
                }
            }
        }
        if found.is_empty() { None } else { Some((newest, found)) }
    }

    /// The last change of the file by another program that stands, with which the text did not
    /// begin.
    pub fn last_outside(&self) -> Option<EventId> {
        let mut stand: Vec<EventId> = Vec::new();
        for entry in self.edits.values().skip(1) {
            match entry.edit.cause.as_ref().map(|cause| cause.kind) {
                Some(CauseKind::Outside) => stand.push(entry.id),
                Some(CauseKind::Undo | CauseKind::Dedupe) => {
                    stand.retain(|id| !named(entry).contains(id));
                }
                // A redo brings back what its undo took.
                Some(CauseKind::Redo) => {
                    let undone = named(entry).into_iter().filter_map(|id| self.edit(&id));
                    let came = undone.flat_map(named).filter_map(|id| self.edit(&id));
                    let outside = came.filter(|edit| is_outside(edit)).map(|edit| edit.id);
                    stand.extend(outside);
                }
                _ => {}
            }
        }
        stand.pop()
    }

    /// The hunks that edits accepted: themselves, or by bringing accepted text back.
    pub fn accepted(&self, ids: &[EventId]) -> Vec<HunkRef> {
        let mut found = Vec::new();
        let mut seen = BTreeSet::new();
        let mut next = ids.to_vec();
        while let Some(id) = next.pop() {
            let Some(cause) = self.edit(&id).and_then(|entry| entry.edit.cause.as_ref()) else {
                continue;
            };
            match cause.kind {
                CauseKind::Accept => {
                    found.extend(cause.hunk.map(|id| HunkRef { id, part: cause.part }));
                }
                CauseKind::Undo | CauseKind::Redo if seen.insert(id) => next.extend(&cause.of),
                _ => {}
            }
        }
        found.sort_unstable();
        found
    }

    /// Why an edit was made; of an undo or redo, why the first edit that it is about.
    pub fn first_cause(&self, id: &EventId) -> Option<&Cause> {
        let mut seen = BTreeSet::new();
        let mut id = *id;
        loop {
            let cause = self.edit(&id)?.edit.cause.as_ref()?;
            match (cause.kind, cause.of.first()) {
                (CauseKind::Undo | CauseKind::Redo, Some(of)) if seen.insert(id) => id = *of,
                (_, _) => return Some(cause),
            }
        }
    }

    /// The undo that redo takes back, with its Lamport number: the newest of `mine` that is not
    /// redone; or, with no edit, the number of what was done since.
    pub fn last_redoable(
        &self,
        mine: impl Fn(&AuthorId) -> bool,
    ) -> Option<(u64, Option<&EditEntry>)> {
        let mut redone: Vec<EventId> = Vec::new();
        let own = self.edits.iter().rev().filter(|(_, entry)| mine(&entry.author));
        for ((lamport, _), entry) in own.filter(|(_, entry)| !is_dedupe(entry)) {
            match entry.edit.cause.as_ref().map(|cause| cause.kind) {
                Some(CauseKind::Redo) => redone.extend(named(entry)),
                Some(CauseKind::Undo) if redone.contains(&entry.id) => {}
                Some(CauseKind::Undo) => return Some((*lamport, Some(entry))),
                _ => return Some((*lamport, None)),
            }
        }
        None
    }
}

fn is_outside(entry: &EditEntry) -> bool {
    entry.edit.cause.as_ref().is_some_and(|cause| cause.kind == CauseKind::Outside)
}

/// Whether an edit only took a second copy or redacted words away: nobody's step.
fn is_dedupe(entry: &EditEntry) -> bool {
    let kind = entry.edit.cause.as_ref().map(|cause| cause.kind);
    matches!(kind, Some(CauseKind::Dedupe | CauseKind::Redact))
}

/// A document's name as it is shown and offered for a file: of one that leads out of its folder the
/// last part only, since a session of somebody else must not say where a file goes.
fn safe_name(name: String) -> String {
    let parts = || name.split(['/', '\\']);
    let drive = name.as_bytes().get(1) == Some(&b':');
    let out = name.starts_with(['/', '\\', '~']) || drive || parts().any(|part| part == "..");
    match out {
        true => {
            let last = parts().rfind(|part| !matches!(*part, "" | "." | ".."));
            last.unwrap_or_default().trim_start_matches('~').to_owned()
        }
        false => name,
    }
}

/// The edits that an undo or redo is about.
fn named(entry: &EditEntry) -> Vec<EventId> {
    entry.edit.cause.as_ref().map(|cause| cause.of.clone()).unwrap_or_default()
}
