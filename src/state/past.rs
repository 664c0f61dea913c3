//! Looking at the past: the timeline as it is listed, the point that is shown in place of now, and
//! what differs between it and another. View state; what is shown is derived from the session.
//!
//! While a point is shown, [`Model::rope`] and the caret are those of then, and nothing changes the
//! text.

use super::frame::VirtualRow;
use super::hunk_rows::Rows;
use super::then::Then;
use super::{Caret, Cx, HunkPiece, ListState, Model, Sign, Tab};
use crate::base::{EventId, Millis, Pos, Span};
use crate::report::history::{self, Row, Wanted, point_name};
use crate::session::{Decisions, Film, HunkState, Moment, Point, What};
use crate::text::{Document, diff};
use ropey::Rope;
use std::collections::BTreeMap;

/// What is said where something is to be done that belongs to now.
pub const NOT_NOW: &str = "This is the text as it was, to look at: Esc comes back to now.";

/// What the shown text is compared with.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Against {
    #[default]
    Now,
    /// The text before the shown row: what happened in it.
    Before,
    /// A point that was marked.
    Mark,
    /// What the file holds.
    File,
    Nothing,
}

/// The timeline as it is listed.
#[derive(Debug, Default)]
pub struct History {
    /// The chosen row: 0 is now, 1 the newest.
    pub list: ListState,
    /// Every point, oldest first.
    pub points: Vec<Point>,
    /// What is listed of them, oldest first.
    pub rows: Vec<Row>,
    /// Every edit is a row.
    pub each: bool,
    pub against: Against,
    pub mark: Option<Moment>,
    pub(super) film: Film,
    /// Of how many events the rows were made, and for which filter.
    made_for: Option<(EventId, usize, String, bool)>,
}

/// A point that is shown in place of now.
pub struct Past {
    pub moment: Moment,
    pub at: Millis,
    /// Its name, or its time.
    pub name: String,
    pub rope: Rope,
    pub caret: Caret,
    /// The decisions as they stood.
    pub decisions: Decisions,
    /// What hung on the text.
    pub then: Then,
    /// The text before the shown row.
    before: Rope,
    /// What differs, as places of the shown text; and whether the other text is newer.
    pieces: Vec<Span>,
    rows: BTreeMap<usize, Vec<String>>,
    newer: bool,
    /// The revision of the text of now that it was compared with.
    compared: u64,
}

impl History {
    /// The row of the list at an index; nothing for now.
    pub fn row(&self, index: usize) -> Option<&Row> {
        self.rows.get(self.rows.len().checked_sub(index)?).filter(|_| index > 0)
    }

    /// The index of a moment's row in the list, or of the nearest before it.
    fn index_of(&self, moment: Moment) -> usize {
        let at = |index: usize| self.points.get(index).map(|point| point.moment);
        let before = self.rows.partition_point(|row| at(row.first) <= Some(moment));
        (self.rows.len() + 1).saturating_sub(before).min(self.rows.len())
    }
}

impl Model {
    /// The text of now, whatever is shown.
    pub fn text(&self) -> Rope {
        self.entry().map(|entry| entry.document.rope().clone()).unwrap_or_default()
    }

    /// The decisions that are shown.
    pub fn decisions(&self) -> &Decisions {
        self.past.as_ref().map_or(&self.session.decisions, |past| &past.decisions)
    }

    /// Brings the list up to date.
    pub fn update_history(&mut self) {
        let filter = self.ui.history.list.filter.rope().to_string();
        let (session, each) = (self.session.id, self.ui.history.each);
        let key = (session, self.session.event_count(), filter, each);
        if self.ui.history.made_for.as_ref() == Some(&key) {
            return;
        }
        let history = &mut self.ui.history;
        if history.made_for.as_ref().is_some_and(|(known, ..)| *known != session) {
            history.points.clear();
        }
        self.session.update_timeline(&mut history.points);
        let wanted = Wanted { each, ..Wanted::read(&key.2) };
        history.rows = history::rows(&self.session, &history.points, &wanted);
        history.made_for = Some(key);
        let moment = self.past.as_ref().map(|past| past.moment);
        history.list.chosen = moment.map_or(0, |moment| history.index_of(moment));
    }

    /// Keeps what is shown of the past true, before a frame.
    pub(super) fn prepare_past(&mut self) {
        self.update_then();
        if self.ui.tab == Tab::History {
            self.update_history();
        }
        let revision = self.entry().map_or(0, |entry| entry.document.revision());
        if self.past.as_ref().is_some_and(|past| past.compared != revision) {
            self.compare();
        }
    }

    /// Shows the text, the conversation and the decisions as they stood at a point.
    ///
    /// # Errors
    /// Why the text of then can't be read, in words.
    pub fn show_moment(&mut self, moment: Moment) -> Result<(), String> {
        self.update_history();
        let point = self.ui.history.points.iter().position(|point| point.moment == moment);
        let at = point.ok_or("That point is not in the history any more.")?;
        let index = self.ui.history.index_of(moment);
        let row = self.ui.history.row(index).filter(|row| row.last == at);
        let first = row.map_or(at, |row| row.first);
        let point = self.ui.history.points.get(at).cloned();
        let point = point.ok_or("That point is not in the history any more.")?;
        let before = first.checked_sub(1).and_then(|at| self.ui.history.points.get(at));
        let before = before.map(|point| point.moment);
        let rope = self.text_of(moment)?;
        let before = before.map_or(Ok(Rope::new()), |moment| self.text_of(moment))?;
        let shown = self.rope();
        let delta = diff(&shown.to_string(), &rope.to_string()).delta();
        let caret = self.caret();
        let mut caret = Caret::at(delta.map(caret.pos, false));
        // What the step changed comes into sight.
        if matches!(point.what, What::Edit { .. } | What::Hunk { .. }) {
            let step = diff(&before.to_string(), &rope.to_string());
            if let Some(first) = step.0.first() {
                caret = Caret::at(first.span.start);
            }
        }
        self.past = Some(Box::new(Past {
            moment,
            at: point.at,
            name: point_name(&self.session, &point),
            rope,
            caret,
            decisions: self.session.decisions.at(moment),
            then: self.then(moment),
            before,
            pieces: Vec::new(),
            rows: BTreeMap::new(),
            newer: true,
            compared: 0,
        }));
        self.ui.history.list.chosen = index;
        self.ui.review.chosen = 0;
        self.shown_changed(&delta);
        self.update_then();
        self.compare();
        Ok(())
    }

    /// Comes back to now. Whether the past was shown.
    pub fn show_now(&mut self) -> bool {
        let Some(past) = self.past.take() else { return false };
        let delta = diff(&past.rope.to_string(), &self.rope().to_string()).delta();
        self.ui.history.list.chosen = 0;
        self.ui.review.chosen = 0;
        self.shown_changed(&delta);
        true
    }

    /// Another text is shown: what stood at the top stays there as far as it can.
    fn shown_changed(&mut self, delta: &crate::text::Delta) {
        let rope = self.rope();
        self.ui.view.edited(&rope, delta);
        if let Some(highlighter) = self.ui.highlighter.as_mut() {
            highlighter.edited(&rope, delta);
        }
        self.ui.reveal = true;
        self.ui.scroll.from_end = 0;
        self.ui.panel_selection = None;
        self.refresh();
    }

    /// The text of the shown document at a point.
    fn text_of(&mut self, moment: Moment) -> Result<Rope, String> {
        let mut film = std::mem::take(&mut self.ui.history.film);
        let text = film.text(&self.session, &self.doc, moment);
        self.ui.history.film = film;
        text.map_err(|why| format!("The text of then can't be put together: {why}"))
    }

    /// The shown document at a point, with its history up to then.
    pub(super) fn document_of(&mut self, moment: Moment) -> Option<Document> {
        let mut film = std::mem::take(&mut self.ui.history.film);
        let version = film.version(&self.session, &self.doc, moment);
        self.ui.history.film = film;
        self.entry()?.at(&version.ok()?).ok()
    }

    /// Compares the shown text anew.
    pub fn compare(&mut self) {
        let Some(moment) = self.past.as_ref().map(|past| past.moment) else { return };
        let mark = self.ui.history.mark.filter(|_| self.ui.history.against == Against::Mark);
        let marked = mark.and_then(|mark| self.text_of(mark).ok());
        let now = self.text();
        let revision = self.entry().map_or(0, |entry| entry.document.revision());
        let file = self.saved_rope.clone();
        let Some(past) = self.past.as_mut() else { return };
        past.compared = revision;
        let (other, newer) = match self.ui.history.against {
            Against::Now => (Some(now), true),
            Against::Before => (Some(past.before.clone()), false),
            Against::Mark => (marked, mark.is_some_and(|mark| mark > moment)),
            Against::File => (file, true),
            Against::Nothing => (None, true),
        };
        past.newer = newer;
        past.pieces.clear();
        past.rows.clear();
        if let Some(other) = other {
            let change = diff(&past.rope.to_string(), &other.to_string());
            past.pieces = change.0.iter().map(|one| one.span).collect();
            past.rows = other_lines(&past.rope, &other, &change);
        }
        self.refresh();
    }

    /// What differs as pieces and rows of the editor, like the hunks of now.
    pub(super) fn prepare_difference(&mut self, rope: &Rope, width: usize, tab: usize) {
        let Some(past) = self.past.as_ref() else { return };
        let (state, sign) = match past.newer {
            true => (HunkState::Pending, Sign::Plus),
            // What the shown text has more than an older one.
            false => (HunkState::Accepted, Sign::Minus),
        };
        let pieces = past.pieces.iter().filter(|span| !span.is_empty());
        self.ui.frame.hunks = pieces
            .map(|span| HunkPiece {
                of: Vec::new(),
                span: *span,
                struck: vec![*span],
                rows: (0, 0..0),
                between: false,
                state,
                current: false,
            })
            .collect();
        let mut blocks: BTreeMap<usize, Vec<VirtualRow>> = BTreeMap::new();
        for (line, lines) in &past.rows {
            let rows = blocks.entry(*line).or_default();
            for text in lines {
                Rows { rows, width, tab, current: false }.push(sign, text);
            }
        }
        self.notes_of_then(rope, (width, tab), &mut blocks);
        self.ui.view.set_virtual(rope, blocks.iter().map(|(line, rows)| (*line, rows.len())));
        self.ui.frame.open = self.past.as_ref().map_or(0, |past| past.then.open);
        self.ui.frame.unplaced = 0;
        self.ui.frame.decided = self.decided_here();
        self.ui.frame.commented = self.comments_here().into_iter().map(|(span, _)| span).collect();
        self.ui.frame.virtual_rows = blocks;
    }
}

/// The lines of the other text that stand for changed lines of the shown one, by the line of the
/// shown text behind which they belong. Lines that are the same at both ends are left out.
fn other_lines(
    shown: &Rope,
    other: &Rope,
    change: &crate::text::Change,
) -> BTreeMap<usize, Vec<String>> {
    let delta = change.delta();
    let line_of = |pos: Pos| shown.char_to_line(pos.0.min(shown.len_chars()));
    let mut groups: Vec<(usize, usize)> = Vec::new();
    for one in &change.0 {
        let (first, last) = (line_of(one.span.start), line_of(one.span.end));
        match groups.last_mut().filter(|(_, end)| *end >= first) {
            Some(group) => group.1 = group.1.max(last),
            None => groups.push((first, last)),
        }
    }
    let end_of = |line: usize| shown.line_to_char(line) + shown.line(line).len_chars();
    let lines = |rope: &Rope, from: usize, to: usize| {
        let text = rope.slice(from..to.max(from)).to_string();
        // A last line without its end is the same line.
        let bare = |line: &str| line.trim_end_matches(['\n', '\r']).to_owned();
        text.split_inclusive('\n').map(bare).collect::<Vec<_>>()
    };
    let mut out: BTreeMap<usize, Vec<String>> = BTreeMap::new();
    for (first, last) in groups {
        let (start, end) = (shown.line_to_char(first), end_of(last));
        let here = lines(shown, start, end);
        let there = lines(other, delta.map(Pos(start), false).0, delta.map(Pos(end), true).0);
        let ahead = here.iter().zip(&there).take_while(|(a, b)| a == b).count();
        let rest = (here.len() - ahead).min(there.len() - ahead);
        let behind = here.iter().rev().zip(there.iter().rev()).take(rest);
        let behind = behind.take_while(|(a, b)| a == b).count();
        let after = last.saturating_sub(behind);
        // What comes before the first line has no line to stand behind; it stands behind it.
        let new = there.get(ahead..there.len() - behind).unwrap_or_default();
        if !new.is_empty() {
            out.entry(after).or_default().extend(new.iter().cloned());
        }
    }
    out
}

impl Cx<'_> {
    /// Whether the past is shown, where a change of the text is asked for; says so.
    pub(super) fn is_past(&mut self) -> bool {
        let past = self.model.past.is_some();
        if past {
            self.info(NOT_NOW);
        }
        past
    }
}
