//! Going back to an older text as an edit: to a point of the past, or to what was saved last. What
//! comes back is by whom it was, and what was said about hunks follows the text. Knows no commands.

use super::{Caret, Cx};
use crate::base::EventId;
use crate::event::{Cause, CauseKind, Event, HunkVerdict};
use crate::session::{EditEntry, HunkRef, HunkState, Moment};
use crate::text::{Change, Document, TextError};
use std::collections::{BTreeMap, BTreeSet};

/// Why going back to an older text failed, in words.
fn lost(why: &TextError) -> String {
    format!("The text of then can't be put together: {why}")
}

impl Cx<'_> {
    /// Makes the text what it was at a point, as an edit of its own. Returns how many characters
    /// came and went.
    ///
    /// # Errors
    /// Why it can't be done, or that nothing is to be done.
    pub fn restore(&mut self, moment: Moment) -> Result<(usize, usize), String> {
        self.seal_bursts();
        let doc = self.model.doc.clone();
        let mut film = std::mem::take(&mut self.model.ui.history.film);
        let version = film.version(&self.model.session, &doc, moment);
        self.model.ui.history.film = film;
        let change = version.and_then(|version| {
            let entry = self.model.entry().ok_or(TextError::NoHistory)?;
            entry.document.plan_restore(&entry.at(&version)?)
        });
        let change = change.map_err(|why| lost(&why))?;
        if change.is_empty() {
            return Err("The text says what it said then: there is nothing to bring back.".into());
        }
        self.model.show_now();
        let first = change.0.first().map(|one| one.span.start);
        let came = change.0.iter().map(|one| one.text.chars().count()).sum();
        let went = change.0.iter().map(|one| one.span.len()).sum();
        // What was said and decided since stays; but what stands there is not proposed any more.
        self.go_back(&change, vec![moment.1], false)?;
        if let Some(pos) = first {
            self.model.set_caret(Caret::at(pos));
        }
        self.model.refresh();
        Ok((came, went))
    }

    /// Takes back what the person did since the file was as it is, as an edit of its own: the text is
    /// what was saved last, or, where others wrote since, that with what they wrote. Returns whether
    /// there is such.
    ///
    /// # Errors
    /// Why it can't be done.
    pub fn discard(&mut self) -> Result<bool, String> {
        self.seal_bursts();
        let (change, others) = self.plan_discard().map_err(|why| lost(&why))?;
        if !change.is_empty() {
            self.go_back(&change, Vec::new(), true)?;
        }
        self.model.refresh();
        Ok(others)
    }

    fn plan_discard(&self) -> Result<(Change, bool), TextError> {
        let model = &*self.model;
        let entry = model.entry().ok_or(TextError::NoHistory)?;
        let held = self.held_last().unwrap_or_default();
        let past = match held.0.is_empty() {
            true => BTreeMap::new(),
            false => entry.document.past(&held.0).ok_or(TextError::NoHistory)?,
        };
        let is_new = |edit: &&EditEntry| {
            let end = edit.edit.start.saturating_add(edit.edit.width());
            edit.edit.width() > 0 && past.get(&edit.writer).is_none_or(|count| *count < end)
        };
        let kind = |edit: &EditEntry| edit.edit.cause.as_ref().map(|cause| cause.kind);
        let is_mine = |edit: &&EditEntry| {
            // That a copy or redacted words went stays, whoever saw to it.
            model.is_me(&edit.author)
                && !matches!(kind(edit), Some(CauseKind::Dedupe | CauseKind::Redact))
        };
        let (mine, others): (Vec<_>, Vec<_>) = entry.edits().filter(is_new).partition(is_mine);
        if others.is_empty() {
            let then = match held.0.is_empty() {
                true => Document::new(model.doc.clone()),
                false => entry.at(&held)?,
            };
            return Ok((entry.document.plan_restore(&then)?, false));
        }
        let mine: Vec<_> = mine.iter().map(|edit| (edit.writer, &edit.edit)).collect();
        let others: Vec<_> = others.iter().map(|edit| (edit.writer, &edit.edit)).collect();
        Ok((entry.document.plan_undo_beside(&mine, &others)?, true))
    }

    /// Makes a change that goes back, and says of the hunks what follows from it.
    fn go_back(&mut self, change: &Change, of: Vec<EventId>, open: bool) -> Result<(), String> {
        let before = self.model.session.accepted_there(&self.model.doc);
        let cause = Cause { kind: CauseKind::Restore, proposal: None, hunk: None, part: None, of };
        let edit = self.edit(change, Some(cause)).ok_or("The text could not be changed.")?;
        self.verdicts_follow(&before, edit, open);
        Ok(())
    }

    /// Open hunks whose accepted text came back with an edit are accepted again; with `open`, those
    /// whose accepted text went with it are open again, where what they were made for stands there.
    /// `before` are the hunks whose text stood there. Each verdict names the edit, so that taking the
    /// edit back says the opposite.
    pub(super) fn verdicts_follow(
        &mut self,
        before: &BTreeSet<HunkRef>,
        edit: EventId,
        open: bool,
    ) {
        let session = &self.model.session;
        let Some(entry) = self.model.entry() else { return };
        let after = session.accepted_there(&self.model.doc);
        let hunk = |of: &&HunkRef| session.proposals.hunk(of);
        let came = after.difference(before).filter(|of| {
            hunk(of).is_some_and(|hunk| hunk.is_open() && session.proposals.stands(hunk))
        });
        let went = before.difference(&after).filter(|_| open).filter(|of| {
            hunk(of).is_some_and(|hunk| {
                hunk.state(&entry.document) == HunkState::Accepted && hunk.fits(&entry.document)
            })
        });
        let came = came.map(|of| (*of, HunkVerdict::Accepted));
        let said: Vec<_> = came.chain(went.map(|of| (*of, HunkVerdict::Pending))).collect();
        for (of, verdict) in said {
            let hunk = self.model.session.proposals.hunk(&of);
            let replaces = hunk.map(|hunk| hunk.verdict.heads()).unwrap_or_default();
            self.append(&Event::HunkResolved {
                hunk: of.id,
                part: of.part,
                verdict,
                reason: None,
                edit: Some(edit),
                replaces,
            });
        }
        self.model.session.track_hunks();
    }
}
