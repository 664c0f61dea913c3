//! The documents of a session, what was saved of them, and the edits by which they can be undone.

use crate::base::{AuthorId, DocId, EventId, WriterId};
use crate::event::{CauseKind, Edit, Version};
use crate::text::Document;
use std::collections::BTreeMap;

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
    path_lamport: u64,
    /// In order of display.
    edits: BTreeMap<(u64, EventId), EditEntry>,
}

impl DocEntry {
    pub fn new(doc: DocId) -> Self {
        Self {
            name: String::new(),
            hint: None,
            document: Document::new(doc),
            saved: Vec::new(),
            path: None,
            path_lamport: 0,
            edits: BTreeMap::new(),
        }
    }

    pub fn bind(&mut self, lamport: u64, path: String) {
        if lamport >= self.path_lamport {
            self.path_lamport = lamport;
            self.path = (!path.is_empty()).then_some(path);
        }
    }

    pub fn add_edit(&mut self, lamport: u64, entry: EditEntry) {
        self.edits.insert((lamport, entry.id), entry);
    }

    pub fn add_saved(&mut self, saved: SavedVersion) {
        self.saved.push(saved);
        self.saved.sort_by_key(|saved| (saved.lamport, saved.event));
    }

    pub fn edit(&self, id: &EventId) -> Option<&EditEntry> {
        self.edits.values().find(|entry| entry.id == *id)
    }

    pub fn edits(&self) -> impl DoubleEndedIterator<Item = &EditEntry> {
        self.edits.values()
    }

    /// The last edit that `mine` accepts and that stands: what undo takes back. An undo takes back
    /// the edits it names; a redo brings them back.
    pub fn last_undoable(&self, mine: impl Fn(&AuthorId) -> bool) -> Option<&EditEntry> {
        let mut skip: Vec<EventId> = Vec::new();
        for entry in self.edits.values().rev().filter(|entry| mine(&entry.author)) {
            if let Some(at) = skip.iter().position(|id| *id == entry.id) {
                skip.swap_remove(at);
                continue;
            }
            match &entry.edit.cause {
                Some(cause) if cause.kind == CauseKind::Undo => skip.extend(cause.of.iter().copied()),
                Some(cause) if cause.kind == CauseKind::Redo => {
                    // It brought back what an undo took: the undo no longer counts, the redo
                    // stands in its place and is itself undoable.
                    skip.extend(cause.of.iter().copied());
                    return Some(entry);
                }
                _ => return Some(entry),
            }
        }
        None
    }

    /// The undo that redo takes back: the last edit of `mine`, when it is an undo and is not
    /// redone.
    pub fn last_redoable(&self, mine: impl Fn(&AuthorId) -> bool) -> Option<&EditEntry> {
        let mut redone: Vec<EventId> = Vec::new();
        for entry in self.edits.values().rev().filter(|entry| mine(&entry.author)) {
            match &entry.edit.cause {
                Some(cause) if cause.kind == CauseKind::Redo => redone.extend(cause.of.iter().copied()),
                Some(cause) if cause.kind == CauseKind::Undo => {
                    if !redone.contains(&entry.id) {
                        return Some(entry);
                    }
                }
                _ => return None,
            }
        }
        None
    }
}
