//! What others did in the text and nobody has seen yet, as it is marked where it stands: their new
//! text, and the places where they deleted. What is visible is found from the characters that are,
//! so that a key costs the same however much is new. View state, no event.

use super::{Cx, Effect, Model};
use crate::base::{DocId, EventId, Pos, Span};
use crate::event::Op;
use crate::layout::{Row, shown};
use crate::session::DocEntry;
use crate::text::Delta;
use std::collections::BTreeSet;

/// The most places of deletions that are marked: every key carries them along.
const MOST_PLACES: usize = 1_000;

/// New text, and the edit that brought it.
pub type NewText = (Span, EventId);
/// Where somebody else deleted, and by which edit.
pub type GonePlace = (Pos, EventId);

/// The marks of what is new.
#[derive(Debug, Default)]
pub struct Fresh {
    /// What is seen, but was led to or met just now: it bears its mark until the next step.
    shown: BTreeSet<EventId>,
    /// Where others deleted something in the document, in order.
    places: Vec<(Pos, EventId)>,
    /// The document that these are of; nothing when they are to be found again.
    doc: Option<DocId>,
    /// News whose places are not found yet.
    late: Vec<EventId>,
    /// What is visible: new text in order, by the edits that brought it.
    pub text: Vec<NewText>,
    /// The visible places of deletions, in order.
    pub gone: Vec<GonePlace>,
}

impl Fresh {
    /// Events came and are news.
    pub(super) fn came(&mut self, ids: &[EventId]) {
        self.late.extend(ids);
    }

    /// Carries the places along with a change of the text.
    pub(super) fn shift(&mut self, delta: &Delta) {
        for (pos, _) in &mut self.places {
            *pos = delta.map(*pos, false);
        }
    }

    /// The edits whose new text or deletions touch a position on the screen.
    fn touching(&self, pos: Pos) -> Vec<EventId> {
        let text = self.text.iter().filter(|(span, _)| span.start <= pos && pos <= span.end);
        let text = text.map(|(_, id)| *id);
        let gone = self.gone.iter().filter(|(place, _)| *place == pos).map(|(_, id)| *id);
        text.chain(gone).collect()
    }

    /// New text of a row, and the places of deletions on it. A place at the end of a row is that
    /// row's: what was deleted at the end of a line.
    pub fn on(&self, row: Span) -> (&[NewText], &[GonePlace]) {
        let first = self.text.partition_point(|(span, _)| span.end <= row.start);
        // The end of a line that is new is that line's.
        let end = row.end.max(Pos(row.start.0 + 1));
        let text = &self.text[first..];
        let text = &text[..text.partition_point(|(span, _)| span.start < end)];
        let first = self.gone.partition_point(|(pos, _)| *pos < row.start);
        let gone = &self.gone[first..];
        (text, &gone[..gone.partition_point(|(pos, _)| *pos <= row.end)])
    }
}

impl Model {
    fn is_fresh(&self, id: &EventId) -> bool {
        self.ui.news.contains(id) || self.ui.fresh.shown.contains(id)
    }

    /// Finds what of the visible rows is new.
    pub(super) fn prepare_fresh(&mut self, rows: &[Row]) {
        let mut fresh = std::mem::take(&mut self.ui.fresh);
        fresh.text.clear();
        fresh.gone.clear();
        if fresh.doc.as_ref() != Some(&self.doc) {
            fresh.doc = Some(self.doc.clone());
            fresh.places.clear();
            fresh.late = self.ui.news.iter().copied().collect();
        }
        self.ui.fresh = fresh;
        let late = std::mem::take(&mut self.ui.fresh.late);
        self.find_places(&late);
        let none = self.ui.news.is_empty() && self.ui.fresh.shown.is_empty();
        let Some(Span { start, end }) = shown(rows) else { return };
        // The text of now bears the marks, not that of a moment that is looked at.
        let Some(entry) = self.entry().filter(|_| !none && self.past.is_none()) else { return };
        // The line end of the last row may be all that is new in it.
        let end = Pos((end.0 + 1).min(entry.document.len()));
        let mut text: Vec<(Span, EventId)> = Vec::new();
        for run in entry.document.runs(Span { start, end }) {
            let (mut at, mut id) = (run.span.start, run.id);
            while at < run.span.end {
                let left = (run.span.end.0 - at.0) as u32;
                let edit = entry.edit_of(id);
                let len = edit.map_or(left, |edit| {
                    let behind = edit.edit.start.saturating_add(edit.edit.width());
                    left.min(behind.saturating_sub(id.counter)).max(1)
                });
                let here = Span { start: at, end: Pos(at.0 + len as usize) };
                if let Some(edit) = edit.filter(|edit| self.is_fresh(&edit.id)) {
                    match text.last_mut() {
                        Some((last, of)) if last.end == here.start && *of == edit.id => {
                            last.end = here.end;
                        }
                        _ => text.push((here, edit.id)),
                    }
                }
                (at, id.counter) = (here.end, id.counter.saturating_add(len));
            }
        }
        let places = &self.ui.fresh.places;
        let first = places.partition_point(|(pos, _)| *pos < start);
        let visible = places[first..].iter().take_while(|(pos, _)| *pos <= end);
        // Beside new text its mark says enough.
        let beside = |pos: Pos| {
            let next = text.partition_point(|(span, _)| span.end < pos);
            text.get(next).is_some_and(|(span, _)| span.start <= pos)
        };
        let gone = visible.filter(|(pos, id)| self.is_fresh(id) && !beside(*pos)).copied();
        let gone = gone.collect();
        (self.ui.fresh.text, self.ui.fresh.gone) = (text, gone);
    }

    /// Finds where these edits deleted something.
    fn find_places(&mut self, late: &[EventId]) {
        if late.is_empty() {
            return;
        }
        let room = MOST_PLACES.saturating_sub(self.ui.fresh.places.len());
        let Some(entry) = self.entry() else { return };
        let mut found: Vec<(Pos, EventId)> = Vec::new();
        for id in late.iter().filter(|id| self.is_fresh(id)) {
            let Some(edit) = entry.edit(id) else { continue };
            let left = room.saturating_sub(found.len());
            found.extend(deletions(entry, &edit.edit.ops).take(left).map(|pos| (pos, *id)));
        }
        let places = &mut self.ui.fresh.places;
        places.append(&mut found);
        places.sort_unstable();
        places.dedup();
    }
}

/// Where operations deleted what is gone still.
fn deletions<'a>(entry: &'a DocEntry, ops: &'a [Op]) -> impl Iterator<Item = Pos> + 'a {
    let firsts = ops.iter().filter_map(|op| match op {
        Op::Delete { first, .. } => Some(*first),
        Op::Insert { .. } => None,
    });
    firsts.filter_map(|first| entry.document.gap(first))
}

/// Where a person stood before a key or the mouse did something.
#[derive(Debug)]
pub struct Stood {
    doc: DocId,
    pos: Pos,
    revision: u64,
    news: usize,
}

impl Stood {
    /// What is new at the place where the person acted, and was on the screen, is seen. Having gone
    /// there leaves its mark until the text is changed; having changed the text takes the marks off.
    pub fn acted(&self, model: &mut Model) -> Vec<Effect> {
        let none = model.ui.fresh.text.is_empty() && model.ui.fresh.gone.is_empty();
        let now = model.stood();
        let changed = now.revision != self.revision;
        // What led to something new has told so, and taken it for seen.
        if none || now.doc != self.doc || now.news != self.news || !changed && now.pos == self.pos {
            return Vec::new();
        }
        let mut cx = Cx::new(model);
        cx.acted(if changed { self.pos } else { now.pos }, changed);
        cx.finish()
    }
}

impl Model {
    /// Where the person stands now.
    pub fn stood(&self) -> Stood {
        let revision = self.entry().map_or(0, |entry| entry.document.revision());
        let (doc, pos) = (self.doc.clone(), self.caret().pos);
        Stood { doc, pos, revision, news: self.ui.news.len() }
    }
}

impl Cx<'_> {
    fn acted(&mut self, at: Pos, changed: bool) {
        let fresh = &mut self.model.ui.fresh;
        let seen = fresh.touching(at);
        if changed {
            let text = fresh.text.iter().map(|(_, id)| *id);
            let visible: BTreeSet<EventId> =
                text.chain(fresh.gone.iter().map(|(_, id)| *id)).collect();
            fresh.shown.retain(|id| !visible.contains(id));
        } else {
            fresh.shown.extend(&seen);
        }
        self.saw(&seen);
    }

    /// Marks stay on these, which were led to just now, and on nothing else that was seen before.
    pub(super) fn led_to(&mut self, ids: &[EventId]) {
        self.model.ui.fresh.shown = ids.iter().copied().collect();
        self.forget_places();
    }

    /// Forgets the places of what bears no mark any more.
    pub(super) fn forget_places(&mut self) {
        let mut places = std::mem::take(&mut self.model.ui.fresh.places);
        places.retain(|(_, id)| self.model.is_fresh(id));
        self.model.ui.fresh.places = places;
    }
}
