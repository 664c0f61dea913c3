//! What waits until everything is on the disk: leaving a session, for another one or for good, and
//! saying that something is done.

use super::{Cx, Effect, Open, Ticket, Tone};
use crate::store::Write;
use std::path::PathBuf;

impl Cx<'_> {
    /// That something is done is said when no killed program can undo it.
    pub(super) fn hold_notice(&mut self) {
        if let Some(ticket) = self.ticket.filter(|_| self.said)
            && let Some(notice) = self.model.ui.notice.take_if(|notice| notice.tone == Tone::Info)
        {
            self.model.held_notice = Some((ticket, notice));
        }
    }

    /// Leaves cowrite once everything is on the disk.
    pub fn leave(&mut self) {
        self.leave_with(None);
    }

    /// Leaves this session for another.
    pub fn leave_for(&mut self, open: Open) {
        if self.model.is_modified() && !self.model.has_history() && self.model.unsaved.is_none() {
            self.error("Save first: this text is kept nowhere but in its file.");
            return;
        }
        self.leave_with(Some(open));
    }

    /// Goes over to the session that another program began for the file, when nothing was written
    /// here yet.
    pub fn join_begun(&mut self, path: PathBuf) {
        let here = self.model.path.as_ref() == Some(&path);
        if here && !self.model.preamble.is_empty() && self.model.quitting.is_none() {
            self.leave_for(Open::File(path));
        }
    }

    fn leave_with(&mut self, open: Option<Open>) {
        self.cancel_turn();
        self.seal_bursts();
        self.store_texts();
        self.store_view();
        self.store_states();
        self.leave_unsaved();
        let ticket = self.barrier();
        self.model.quitting = Some((ticket, open));
        if self.model.store_trouble.is_some() {
            self.error("The library can't be written, so the last changes would be lost: save the document to a file first. Quitting once more leaves without them.");
        }
    }

    /// Has the library keep the state of texts that were much edited: opening them is then fast.
    fn store_states(&mut self) {
        let session = self.model.session.id;
        let mut states = Vec::new();
        for (doc, entry) in &mut self.model.session.documents {
            if let Some(bytes) = entry.state_to_keep() {
                states.push((doc.clone(), entry.document.version(), bytes));
            }
        }
        for (doc, version, bytes) in states {
            self.write(Write::Snapshot { session, doc, version, bytes, upto_rid: 0 });
        }
    }

    /// Something is safe from a power cut.
    pub fn durable(&mut self, ticket: Ticket) {
        self.recorded(ticket);
        if let Some((_, mut notice)) =
            self.model.held_notice.take_if(|(waited, _)| *waited == ticket)
            && self.model.ui.notice.as_ref().is_none_or(|shown| shown.tone == Tone::Info)
        {
            notice.at = self.model.now;
            self.model.ui.notice = Some(notice);
        }
        if let Some((_, open)) = self.model.quitting.take_if(|(waited, _)| *waited == ticket) {
            match open {
                Some(open) => self.effect(Effect::Open(open)),
                None => self.effect(Effect::Quit),
            }
        }
    }
}
