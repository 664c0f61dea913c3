//! A document's text as it stood at any point: kept from place to place, so that a point is a few
//! hundred edits away from one that is known.

use super::{DocEntry, Moment, Session};
use crate::base::{DocId, OpId};
use crate::event::Version;
use crate::text::{Document, Replay, TextError};
use ropey::Rope;
use std::collections::BTreeMap;
use std::ops::Bound;

/// Edits between two states that are kept. A thousand states of a text share most of it.
const EVERY: usize = 256;

/// The states of one document. A cache: nothing in it says more than the log.
#[derive(Debug, Default)]
pub struct Film {
    doc: Option<DocId>,
    frames: BTreeMap<Moment, Replay>,
    /// Where it was looked at last: the next is mostly near.
    last: Option<(Moment, Replay)>,
    /// How many edits there were, and the last of them.
    seen: (usize, Option<Moment>),
}

impl Film {
    /// The text of a document as it stood at a point.
    pub fn text(&mut self, session: &Session, doc: &DocId, end: Moment) -> Result<Rope, TextError> {
        let entry = session.documents.get(doc).ok_or(TextError::NoHistory)?;
        let mut replay = self.at(entry, end)?;
        let said = session.said_version(doc, &end).filter(|said| entry.document.knows(said));
        if let Some(said) = said.filter(|said| **said != replay.version()) {
            return Ok(Rope::from_str(&entry.document.text_at(said)?));
        }
        let rope = replay.rope(&entry.document)?;
        self.last = Some((end, replay));
        Ok(rope)
    }

    /// The version of a document at a point.
    pub fn version(
        &mut self,
        session: &Session,
        doc: &DocId,
        end: Moment,
    ) -> Result<Version, TextError> {
        let entry = session.documents.get(doc).ok_or(TextError::NoHistory)?;
        match session.said_version(doc, &end).filter(|said| entry.document.knows(said)) {
            Some(said) => Ok(said.clone()),
            None => Ok(self.at(entry, end)?.version()),
        }
    }

    fn at(&mut self, entry: &DocEntry, end: Moment) -> Result<Replay, TextError> {
        if !entry.document.has_history() {
            return Err(TextError::NoHistory);
        }
        self.look(entry);
        let near = self.frames.range(..=end).next_back();
        let last = self.last.iter().map(|(at, replay)| (at, replay)).filter(|(at, _)| **at <= end);
        let near = near.into_iter().chain(last).max_by_key(|(at, _)| **at);
        let (from, mut replay) = match near {
            Some((at, replay)) => (Bound::Excluded(*at), replay.clone()),
            None => (Bound::Unbounded, Replay::default()),
        };
        let edits = entry.edits.range((from, Bound::Included(end)));
        for (count, (moment, one)) in (1..).zip(edits) {
            if is_in(&entry.document, one) {
                replay.take(one.writer, &one.edit);
            }
            if count % EVERY == 0 && replay.is_whole() {
                self.frames.insert(*moment, replay.clone());
            }
        }
        Ok(replay)
    }

    /// Forgets what does not follow from the log any more.
    fn look(&mut self, entry: &DocEntry) {
        let (count, last) = self.seen;
        let from = last.map_or(Bound::Unbounded, Bound::Excluded);
        let fresh = entry.edits.range((from, Bound::Unbounded)).count();
        let same = self.doc.as_ref() == Some(entry.document.id());
        if !same || count + fresh != entry.edits.len() {
            *self = Self { doc: Some(entry.document.id().clone()), ..Self::default() };
        }
        self.seen = (entry.edits.len(), entry.edits.keys().next_back().copied());
    }
}

/// Whether the text has an edit: one that was refused is in the log only.
fn is_in(document: &Document, one: &super::EditEntry) -> bool {
    let width = one.edit.width();
    let last = one.edit.start.saturating_add(width).checked_sub(1);
    width > 0 && last.is_some_and(|counter| document.owns(OpId { writer: one.writer, counter }))
}
