//! After a merge: what two copies both did stands once.

use super::{Cx, Effect, Model};
use crate::base::{DocId, EventId, Span, WriterId};
use crate::event::{CauseKind, Event};
use crate::text::Change;

impl Model {
    /// Sessions are merged by other programs, too: what they left is settled when it is opened.
    pub(super) fn settle_merge(&mut self) -> Vec<Effect> {
        let mut cx = Cx::new(self);
        cx.meet();
        cx.finish()
    }
}

impl Cx<'_> {
    /// After edits came in that did not know of the ones here. Deletes the words of second copies:
    /// of one hunk that was accepted, or one change of a file that was taken in, in several copies
    /// of the session; of text that several brought back what they share. Marks accepted hunks that
    /// edits came into. Another copy may do the same. Whether a change from outside turned out to be
    /// what events bring.
    pub(super) fn meet(&mut self) -> bool {
        let docs: Vec<DocId> = self.model.session.documents.keys().cloned().collect();
        let (mut copies, mut collided, mut explained) = (0, 0, false);
        for doc in docs {
            explained |= self.explain_outside(&doc);
            let met = self.model.session.met(&doc);
            let (again, of) = met.again;
            copies += met.copies.len() + of.len();
            collided += met.collided.len();
            if met.copies.is_empty() && of.is_empty() && met.collided.is_empty() {
                continue;
            }
            self.seal_bursts();
            // These are places, which the others, known by their operations, would move.
            if !of.is_empty() {
                self.remove_spans(&doc, &again, of);
            }
            for copy in met.copies {
                self.remove_copy(&doc, copy);
            }
            for (of, edits) in met.collided {
                self.append(&Event::HunkCollided { hunk: of.id, part: of.part, edits });
            }
        }
        self.model.session.track_hunks();
        self.model.refresh();
        if collided > 0 {
            let what = if collided == 1 { "an accepted hunk" } else { "accepted hunks" };
            self.warn(format!("A merge changed {what}: the Review tab shows where (×)."));
        } else if explained {
            self.info("What the file brought before its events came stands once.");
        } else if copies > 0 {
            self.info("What two copies of the session both took in stands once.");
        }
        explained
    }

    fn remove_copy(&mut self, doc: &DocId, copy: EventId) {
        let Some(writer) = self.text_writer(doc) else { return };
        let Some(entry) = self.model.session.documents.get_mut(doc) else { return };
        let Some(edit) = entry.edit(&copy) else { return };
        let change = entry.document.plan_removal(edit.writer, &edit.edit);
        self.remove(doc, writer, &change, vec![copy]);
    }

    /// Deletes what stands a second time of what these edits brought back.
    fn remove_spans(&mut self, doc: &DocId, spans: &[Span], of: Vec<EventId>) {
        let Some(writer) = self.text_writer(doc) else { return };
        let pieces = spans.iter().flat_map(|span| Change::delete(*span).0);
        self.remove(doc, writer, &Change(pieces.collect()), of);
    }

    fn remove(&mut self, doc: &DocId, writer: WriterId, change: &Change, of: Vec<EventId>) {
        let Some(entry) = self.model.session.documents.get_mut(doc) else { return };
        let applied = match entry.document.change_as(change, Some(CauseKind::Dedupe)) {
            Ok(applied) => applied,
            Err(why) => {
                self.error(format!("A second copy could not be taken away: {why}"));
                return;
            }
        };
        self.post_edit(doc, writer, applied, CauseKind::Dedupe, of);
    }
}
