//! What the screen showed, kept for the next start: carets, unsent words, the panel's width. No
//! event: it is this machine's alone.

use super::{Caret, Cx, Model};
use crate::base::{DocId, Millis, Pos};
use crate::event::Op;
use crate::session::HunkRef;
use crate::store::Write;
use std::collections::BTreeMap;

impl Model {
    /// Puts carets, drafts and tabs back as they were left.
    pub(super) fn restore_view(&mut self, view: &BTreeMap<String, String>) {
        for (key, value) in view {
            match key.split_once(' ') {
                Some(("caret", doc)) => {
                    let mut numbers = value.split(' ').map(|number| number.parse::<usize>().ok());
                    if let (Ok(doc), Some(Some(pos))) = (doc.parse(), numbers.next()) {
                        let anchor = numbers.next().flatten().map(Pos);
                        let was = Caret { pos: Pos(pos), anchor, sticky: None };
                        let caret = self.typed_since(&doc, numbers.next().flatten());
                        self.ui.carets.insert(doc, caret.unwrap_or(was));
                    }
                }
                Some(("saving", doc)) => {
                    if let (Ok(doc), Ok(intent)) = (doc.parse(), serde_json::from_str(value)) {
                        self.intents.insert(doc, intent);
                    }
                }
                Some(("met", doc)) if doc == self.doc.as_str() => {
                    self.met = value.split_whitespace().map(str::to_owned).collect();
                }
                _ if key == "tour" => {
                    if let (Some(tour), Ok(step)) = (&mut self.ui.tour, value.parse()) {
                        tour.step = step;
                    }
                }
                _ if key == super::NEW => self.restore_news(value),
                _ if key == super::AGREED => {
                    self.redactions_agreed =
                        value.split_whitespace().filter_map(|id| id.parse().ok()).collect();
                }
                _ if key == super::FIRST => self.ui.first = value.parse().ok().map(Millis),
                _ if key == "seen" => {
                    self.ui.seen.extend(value.split_whitespace().filter_map(HunkRef::parse));
                }
                _ if key == "chat" => self.ui.chat.set_text(value),
                _ if key == "queue" => {
                    let lines = value.lines().map(|line| line.replace('\u{2028}', "\n"));
                    let waiting: Vec<String> = lines.filter(|line| !line.is_empty()).collect();
                    if !waiting.is_empty() && self.ui.chat.rope().len_chars() == 0 {
                        self.ui.chat.set_text(&waiting.join("\n"));
                    }
                }
                _ if key == "branch" => self.ui.branch_tip = value.parse().ok(),
                _ if key == "share" => self.ui.share = value.parse().unwrap_or(42).clamp(20, 80),
                _ => {}
            }
        }
        let unknown = |doc: &&DocId| !self.ui.carets.contains_key(*doc);
        let docs: Vec<DocId> = self.session.documents.keys().filter(unknown).cloned().collect();
        for doc in docs {
            // Killed before any caret was stored.
            if let Some(caret) = self.typed_since(&doc, Some(usize::MAX)) {
                self.ui.carets.insert(doc, caret);
            }
        }
        self.ui.view_stored = self.view_state();
    }

    /// The caret behind this person's last edit, when the text has another length than it had as
    /// the caret was stored: a program that was killed stores every key, but the caret only in a
    /// pause.
    fn typed_since(&self, doc: &DocId, length: Option<usize>) -> Option<Caret> {
        let entry = self.session.documents.get(doc)?;
        length.filter(|length| *length != entry.document.len())?;
        let last = entry.edits().next_back().filter(|edit| self.is_me(&edit.author))?;
        let end = match last.edit.ops.last().filter(|_| last.edit.cause.is_none())? {
            Op::Insert { pos, ins, .. } => pos + ins,
            Op::Delete { pos, del, .. } if *del < 0 => pos.saturating_sub(del.unsigned_abs() - 1),
            Op::Delete { pos, .. } => *pos,
        };
        let end = usize::try_from(end).ok()?.min(entry.document.len());
        Some(Caret::at(Pos(end)))
    }

    /// Whether view state is to be stored.
    pub fn view_is_dirty(&self) -> bool {
        self.view_state() != self.ui.view_stored
    }

    fn view_state(&self) -> BTreeMap<String, String> {
        let mut view = BTreeMap::new();
        for (doc, caret) in &self.ui.carets {
            let anchor = caret.anchor.map_or_else(|| "-".into(), |anchor| anchor.0.to_string());
            let length = self.session.documents.get(doc).map_or(0, |entry| entry.document.len());
            view.insert(format!("caret {doc}"), format!("{} {anchor} {length}", caret.pos.0));
        }
        if !self.met.is_empty() {
            view.insert(format!("met {}", self.doc), self.met.join(" "));
        }
        view.insert("chat".into(), self.ui.chat.rope().to_string());
        view.insert("share".into(), self.ui.share.to_string());
        let branch = self.branch_view();
        if !branch.is_empty() || self.ui.view_stored.contains_key("branch") {
            view.insert("branch".into(), branch);
        }
        // Of settled hunks their edits say it.
        let open = |of: &&HunkRef| self.session.proposals.is_open(of);
        let seen: Vec<String> = self.ui.seen.iter().filter(open).map(ToString::to_string).collect();
        if !seen.is_empty() || self.ui.view_stored.contains_key("seen") {
            view.insert("seen".into(), seen.join(" "));
        }
        if let Some(tour) = &self.ui.tour {
            view.insert("tour".into(), tour.step.to_string());
        }
        view
    }
}

impl Cx<'_> {
    /// Stores what of the view state changed. A session without events has none.
    pub fn store_view(&mut self) {
        if !self.model.preamble.is_empty() {
            return;
        }
        let view = self.model.view_state();
        let session = self.model.session.id;
        for (key, value) in &view {
            if self.model.ui.view_stored.get(key) != Some(value) {
                self.write(Write::View { session, key: key.clone(), value: value.clone() });
            }
        }
        self.model.ui.view_stored = view;
    }
}
