//! After a merge: what two copies both did stands once.

use super::{Cx, Effect, Model};
use crate::base::{DocId, EventId};
use crate::event::{Cause, CauseKind, Edit, Event};

impl Model {
    /// Sessions are merged by other programs, too: what they left is settled when it is opened.
    pub(super) fn settle_merge(&mut self) -> Vec<Effect> {
        if self.session.twins().is_empty() {
            return Vec::new();
        }
        let mut cx = Cx::new(self);
        cx.dedupe();
        cx.finish()
    }
}

impl Cx<'_> {
    /// Deletes the words of second copies: of one hunk that was accepted, or one change of a file
    /// that was taken in, in several copies of the session. The first in order of display whose
    /// words are there stays. Another copy may do the same: deleting twice is deleting once.
    pub(super) fn dedupe(&mut self) {
        let mut found: Vec<(DocId, EventId)> = Vec::new();
        for twins in self.model.session.twins() {
            let Some(entry) = self.model.session.documents.get(&twins.doc) else { continue };
            let there = |id: &EventId| {
                entry.edit(id).is_some_and(|edit| {
                    !entry.document.reach(edit.writer, &edit.edit).living.is_empty()
                })
            };
            let standing = twins.edits.iter().copied().filter(there);
            found.extend(standing.skip(1).map(|id| (twins.doc.clone(), id)));
        }
        if found.is_empty() {
            return;
        }
        let count = found.len();
        self.seal_bursts();
        for (doc, copy) in found {
            self.remove_copy(&doc, copy);
        }
        self.model.session.track_hunks();
        self.model.refresh();
        let what = if count == 1 { "A change" } else { "Changes" };
        self.info(format!("{what} that two copies of the session both made stands once."));
    }

    fn remove_copy(&mut self, doc: &DocId, copy: EventId) {
        let Some(writer) = self.text_writer(doc) else { return };
        let Some(entry) = self.model.session.documents.get_mut(doc) else { return };
        let Some(edit) = entry.edit(&copy) else { return };
        let change = entry.document.plan_removal(edit.writer, &edit.edit);
        let applied = match entry.document.change_as(&change, Some(CauseKind::Dedupe)) {
            Ok(applied) => applied,
            Err(why) => {
                self.error(format!("A second copy could not be taken away: {why}"));
                return;
            }
        };
        let kind = CauseKind::Dedupe;
        let cause = Cause { kind, proposal: None, hunk: None, part: None, of: vec![copy] };
        let edit = Edit {
            doc: doc.clone(),
            start: applied.start,
            lamport: applied.lamport,
            deps: applied.deps,
            ops: applied.ops,
            cause: Some(cause),
        };
        let model = &mut *self.model;
        let sealed =
            model.session.seal(&Event::DocumentEdited(edit), writer, model.now, &mut model.rand);
        model.session.record_own(&sealed);
        self.store_events(vec![sealed], Vec::new());
        self.text_changed(doc, &applied.delta);
    }
}
