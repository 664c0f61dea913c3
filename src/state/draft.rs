//! Unsaved text that is no part of a session: of files too large for history, and the first keys in
//! a large file until its session is in the library. Each operation is stored as it is made; the
//! next start puts the text together again.

use super::{Cx, Effect, Model, Tone};
use crate::base::{DocId, Pos, Span};
use crate::store::{DraftHead, DraftStep, Splice, Write};
use crate::text::{Change, Delta, Replace};
use ropey::Rope;

/// Above this, storing a text takes longer than a key may wait. In bytes.
const EARLY_BYTES: usize = 1 << 16;

/// Where unsaved text is kept.
#[derive(Debug)]
pub struct Unsaved {
    pub id: String,
    /// How many operations are kept already.
    pub rows: u64,
    /// The text of the file, until a copy of it is kept.
    base: Option<Rope>,
}

/// Unsaved text of the last run, as operations on what the file holds.
#[derive(Debug, Default)]
pub struct OpenedDraft {
    pub id: String,
    pub ops: Vec<Vec<Splice>>,
    /// How many operations the draft has, those included that the file has already.
    pub rows: u64,
    pub has_copy: bool,
}

impl Model {
    /// Begins to keep what is written from here on; the text is what the file holds.
    fn begin_unsaved(&mut self) {
        if self.ephemeral || self.preview || self.to_stdout {
            return;
        }
        let id = self.rand.ulid(self.now);
        self.unsaved = Some(Unsaved { id, rows: 0, base: Some(self.rope()) });
    }

    /// A save of just the text that is here is on its way.
    pub fn saving_all(&mut self) -> Option<&mut super::Saving> {
        let revision = self.entry()?.document.revision();
        let path = self.path.clone();
        self.saving
            .as_mut()
            .filter(|saving| saving.revision == revision && Some(&saving.path) == path.as_ref())
    }

    /// Puts unsaved text of the last run back, and keeps what is written from here on.
    pub(super) fn meet_draft(&mut self, draft: Option<OpenedDraft>) -> Vec<Effect> {
        if self.has_history() {
            return draft.map_or_else(Vec::new, |draft| self.replay(draft));
        }
        self.begin_unsaved();
        let Some(draft) = draft else { return Vec::new() };
        let mut cx = Cx::new(self);
        let keep = cx.model.unsaved.take();
        cx.redo_ops(draft.ops);
        let base = keep.and_then(|unsaved| unsaved.base);
        cx.write(Write::Draft { id: draft.id.clone(), step: DraftStep::Take });
        let mut unsaved = Unsaved { id: draft.id, rows: draft.rows, base };
        if draft.has_copy {
            unsaved.base = None;
        }
        let copy = unsaved.base.take();
        if let Some(rope) = copy {
            let (draft, bom) = (unsaved.id.clone(), cx.model.bom);
            cx.effect(Effect::KeepCopy { draft, rope, bom });
        }
        cx.model.unsaved = Some(unsaved);
        cx.model.notify(
            Tone::Warning,
            "Your unsaved text is here again. Larger than 10 MB: plain editing with crash recovery, without history, proposals and decisions.",
        );
        cx.finish()
    }

    /// The first keys in a file whose session was not in the library yet.
    fn replay(&mut self, draft: OpenedDraft) -> Vec<Effect> {
        let mut cx = Cx::new(self);
        cx.redo_ops(draft.ops);
        cx.write(Write::Draft { id: draft.id, step: DraftStep::End });
        cx.finish()
    }
}

impl Cx<'_> {
    /// The caret ends where the last operation did.
    fn redo_ops(&mut self, ops: Vec<Vec<Splice>>) {
        for op in ops {
            self.change_document(&change(op), None, None);
        }
    }

    /// The text changed: without history, the change itself is kept.
    pub(super) fn keep_unsaved(&mut self, doc: &DocId, delta: &Delta) {
        if self.model.has_history() || *doc != self.model.doc {
            return;
        }
        self.keep(delta);
    }

    fn keep(&mut self, delta: &Delta) {
        let op = splices(delta, &self.model.rope());
        let (path, hash) = self.file_of_draft();
        let (at, bom) = (self.model.now.0, self.model.bom);
        let Some(unsaved) = self.model.unsaved.as_mut() else { return };
        let head = (unsaved.rows == 0).then_some(DraftHead { path, hash, at });
        let (id, row) = (unsaved.id.clone(), unsaved.rows);
        unsaved.rows += 1;
        let base = unsaved.base.take();
        self.write(Write::Draft { id: id.clone(), step: DraftStep::Op { head, row, op } });
        if let Some(rope) = base {
            self.effect(Effect::KeepCopy { draft: id, rope, bom });
        }
    }

    /// Whether the session of a large file is not in the library yet: storing it takes longer than
    /// a key may wait, so that the first keys are kept by themselves and it is stored in the pause
    /// after them.
    pub(super) fn is_early(&self) -> bool {
        let model = &*self.model;
        let large = |rope: &Rope| rope.len_bytes() > EARLY_BYTES;
        !model.preamble.is_empty()
            && model.path.is_some()
            && !model.ephemeral
            && model.entry().is_some_and(|entry| large(entry.document.rope()))
    }

    /// Keeps an operation of a session that is not in the library yet.
    pub(super) fn keep_early(&mut self, delta: &Delta) {
        if self.model.unsaved.is_none() {
            let id = self.model.rand.ulid(self.model.now);
            self.model.unsaved = Some(Unsaved { id, rows: 0, base: None });
        }
        self.keep(delta);
    }

    /// The session is in the library now, in the same step as its operations.
    pub(super) fn end_early(&mut self) {
        let mut writes = Vec::new();
        for burst in self.model.bursts.values() {
            let mut head = Some(Box::new(burst.head.clone()));
            for (row, op) in burst.rows.iter().enumerate() {
                let (writer, row, op) = (burst.head.writer, row as u64, op.clone());
                writes.push(Write::Wip { head: head.take(), writer, row, op });
            }
        }
        writes.into_iter().for_each(|write| self.write(write));
        if self.model.has_history() {
            self.end_unsaved();
        }
    }

    pub(super) fn file_of_draft(&self) -> (String, String) {
        let path = self.model.path.as_ref();
        let path = path.map_or_else(String::new, |path| path.to_string_lossy().into_owned());
        let hash = self.model.stamp.as_ref().map_or_else(String::new, |stamp| stamp.hash.clone());
        (path, hash)
    }

    /// The file holds what was kept, or it is not wanted any more.
    pub(super) fn end_unsaved(&mut self) {
        let Some(unsaved) = self.model.unsaved.take() else { return };
        if unsaved.rows > 0 {
            self.write(Write::Draft { id: unsaved.id, step: DraftStep::End });
        }
    }

    /// The text has another file from now on.
    pub(super) fn move_unsaved(&mut self) {
        let (path, _) = self.file_of_draft();
        if let Some(unsaved) = self.model.unsaved.as_ref().filter(|one| one.rows > 0) {
            let id = unsaved.id.clone();
            self.write(Write::Draft { id, step: DraftStep::Move(path) });
        }
    }

    /// A file without history was saved; what was typed meanwhile is still kept.
    pub(super) fn saved_unsaved(&mut self) {
        if !self.model.has_history() && !self.model.is_modified() {
            self.end_unsaved();
            self.model.begin_unsaved();
        }
    }

    /// Goes back to the file without keeping what was written. There is no history to undo it by.
    pub fn discard_unsaved(&mut self) {
        self.end_unsaved();
        self.model.mark_saved(true);
    }

    /// Leaves what is kept to the next start.
    pub(super) fn leave_unsaved(&mut self) {
        if !self.model.is_modified() {
            self.end_unsaved();
        } else if let Some(unsaved) = self.model.unsaved.as_ref().filter(|one| one.rows > 0) {
            let id = unsaved.id.clone();
            self.write(Write::Draft { id, step: DraftStep::Leave });
        }
    }
}

/// What a change did, as it is kept: places in the text before it, with the words of the text after
/// it.
fn splices(delta: &Delta, after: &Rope) -> Vec<Splice> {
    let mut shift = 0isize;
    let splices = delta.0.iter().map(|(span, len)| {
        let start = span.start.0.saturating_add_signed(shift);
        shift += *len as isize - span.len() as isize;
        let words = after.get_slice(start..start + len).map(|words| words.to_string());
        Splice(span.start.0, span.end.0, words.unwrap_or_default())
    });
    splices.collect()
}

fn change(op: Vec<Splice>) -> Change {
    let replace = |Splice(start, end, text): Splice| {
        let span = Span { start: Pos(start), end: Pos(end) };
        Change::replace(span, text).0
    };
    Change(op.into_iter().flat_map(replace).collect::<Vec<Replace>>())
}
