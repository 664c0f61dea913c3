//! Undo by kept inverse changes, for texts without history: plain documents, prompts.

use super::change::{Change, Replace};
use crate::base::{Pos, Span};
use crate::event::Origin;
use ropey::Rope;

/// The most steps kept.
const MOST: usize = 10_000;

impl Change {
    /// The change that takes this one back, given the text before it.
    pub fn inverse(&self, before: &Rope) -> Self {
        let mut shift = 0isize;
        let inverse = self.0.iter().map(|one| {
            let len = one.text.chars().count();
            let start = one.span.start.0.saturating_add_signed(shift);
            shift += len as isize - one.span.len() as isize;
            Replace {
                span: Span { start: Pos(start), end: Pos(start + len) },
                text: before.slice(one.span.range()).to_string(),
                origin: Origin::typed(),
                src: Vec::new(),
            }
        });
        Self(inverse.collect())
    }

    /// Makes the change in a rope. Positions must lie within it.
    pub fn apply(&self, rope: &mut Rope) {
        for one in self.0.iter().rev() {
            if !one.span.is_empty() {
                rope.remove(one.span.range());
            }
            if !one.text.is_empty() {
                rope.insert(one.span.start.0, &one.text);
            }
        }
    }

    /// The only replacement, when there is one.
    fn single(&self) -> Option<&Replace> {
        match self.0.as_slice() {
            [one] => Some(one),
            _ => None,
        }
    }
}

/// Steps to take back and steps to make again. Typing and backspacing run together by words.
#[derive(Clone, Debug, Default)]
pub struct Inverses {
    undo: Vec<Change>,
    redo: Vec<Change>,
    /// The last step may grow.
    open: bool,
}

impl Inverses {
    /// Takes note of a change that is about to be made in `before`.
    pub fn record(&mut self, change: &Change, before: &Rope) {
        self.redo.clear();
        let joined =
            self.open && self.undo.last_mut().is_some_and(|last| join(last, change, before));
        if !joined {
            self.undo.push(change.inverse(before));
            if self.undo.len() > MOST {
                self.undo.remove(0);
            }
        }
        self.open = change
            .single()
            .is_some_and(|one| one.span.len() + one.text.chars().count() == 1 && one.text != "\n");
    }

    /// The next step starts anew, as after a move of the caret.
    pub fn close(&mut self) {
        self.open = false;
    }

    /// Takes the last step back; returns the change made.
    pub fn undo(&mut self, rope: &mut Rope) -> Option<Change> {
        let change = self.undo.pop()?;
        self.redo.push(change.inverse(rope));
        change.apply(rope);
        self.open = false;
        Some(change)
    }

    /// Makes the last step that was taken back again; returns the change made.
    pub fn redo(&mut self, rope: &mut Rope) -> Option<Change> {
        let change = self.redo.pop()?;
        self.undo.push(change.inverse(rope));
        change.apply(rope);
        self.open = false;
        Some(change)
    }
}

/// Makes the last inverse take back `change` as well, where both are one go of typing.
fn join(last: &mut Change, change: &Change, before: &Rope) -> bool {
    let Some(next) = change.single() else { return false };
    let [last] = last.0.as_mut_slice() else { return false };
    let at = next.span.start;
    let typing = last.text.is_empty() && next.span.is_empty() && last.span.end == at;
    if typing {
        let space = |c: Option<char>| c.is_none_or(char::is_whitespace);
        let before = at.0.checked_sub(1).and_then(|pos| before.get_char(pos));
        let new_word = space(before) && !space(next.text.chars().next());
        if !new_word {
            last.span.end.0 += next.text.chars().count();
        }
        return !new_word;
    }
    let backspacing =
        last.span.is_empty() && next.text.is_empty() && next.span.end == last.span.start;
    if backspacing && let Some(gone) = before.get_slice(next.span.range()) {
        last.text.insert_str(0, &gone.to_string());
        last.span = Span::at(at);
        return true;
    }
    false
}
