//! A text field: the message box, prompts, forms. The same changes and motions as the document,
//! with an undo of its own; nothing of it is an event.

use super::{Change, Inverses, MOST_CHARS};
use crate::base::{Pos, Span};
use ropey::Rope;

/// A small text with a caret.
#[derive(Debug, Default)]
pub struct Field {
    rope: Rope,
    caret: Pos,
    anchor: Option<Pos>,
    inverses: Inverses,
}

impl Clone for Field {
    /// The text and the caret; the copy has an undo of its own.
    fn clone(&self) -> Self {
        Self {
            rope: self.rope.clone(),
            caret: self.caret,
            anchor: self.anchor,
            inverses: Inverses::default(),
        }
    }
}

impl Field {
    pub fn rope(&self) -> &Rope {
        &self.rope
    }

    pub fn caret(&self) -> Pos {
        self.caret
    }

    /// The other end of the selection.
    pub fn anchor(&self) -> Option<Pos> {
        self.anchor
    }

    pub fn selection(&self) -> Option<Span> {
        self.anchor.map(|anchor| Span::new(anchor, self.caret)).filter(|span| !span.is_empty())
    }

    /// Replaces everything, as one change that undo takes back. The caret goes to the end.
    pub fn set_text(&mut self, text: &str) {
        let all = Span { start: Pos(0), end: Pos(self.rope.len_chars()) };
        if !(all.is_empty() && text.is_empty()) {
            self.apply(&Change::replace(all, text));
        }
        self.move_to(Pos(self.rope.len_chars()), false);
    }

    pub fn select_all(&mut self) {
        self.anchor = Some(Pos(0));
        self.caret = Pos(self.rope.len_chars());
    }

    /// Moves the caret; `select` keeps the other end of the selection.
    pub fn move_to(&mut self, pos: Pos, select: bool) {
        self.anchor = if select { Some(self.anchor.unwrap_or(self.caret)) } else { None };
        self.caret = Pos(pos.0.min(self.rope.len_chars()));
        if !select {
            self.inverses.close();
        }
    }

    /// Makes a change; the caret goes behind what was changed last. A change that does not fit
    /// the text is left out.
    pub fn apply(&mut self, change: &Change) {
        if change.check(self.rope.len_chars(), MOST_CHARS).is_err() {
            return;
        }
        self.inverses.record(change, &self.rope);
        let delta = change.delta();
        let end = change.0.last().map_or(self.caret, |one| one.span.end);
        change.apply(&mut self.rope);
        self.caret = Pos(delta.map(end, true).0.min(self.rope.len_chars()));
        self.anchor = None;
    }

    /// Takes the last change back. Returns whether there was one.
    pub fn undo(&mut self) -> bool {
        let undone = self.inverses.undo(&mut self.rope);
        self.settle(undone)
    }

    /// Brings back what undo took.
    pub fn redo(&mut self) -> bool {
        let redone = self.inverses.redo(&mut self.rope);
        self.settle(redone)
    }

    fn settle(&mut self, made: Option<Change>) -> bool {
        let Some(change) = made else { return false };
        let end = change.0.last().map_or(Pos(0), |one| one.span.end);
        self.caret = Pos(change.delta().map(end, true).0.min(self.rope.len_chars()));
        self.anchor = None;
        true
    }
}
