//! The lines on and around the screen, each with the states around it and its spans.

use super::parse::{Parser, State, cost};
use crate::base::ClassSpan;
use crate::text::LineEdit;
use ropey::Rope;
use std::rc::Rc;

/// Lines kept before and behind what is asked for.
const AROUND: usize = 200;

#[derive(Clone, Debug)]
struct Entry {
    before: Rc<State>,
    after: Rc<State>,
    spans: Rc<[ClassSpan]>,
    /// The text changed since it was parsed.
    stale: bool,
}

/// Lines that follow each other, from `start` on.
#[derive(Clone, Debug, Default)]
pub(super) struct Window {
    pub start: usize,
    entries: Vec<Entry>,
    /// Whether the state before the first line is the true one.
    pub exact: bool,
}

impl Window {
    /// An empty window whose first line will be `start`; see [`Window::sweep`] for the state.
    pub fn at(start: usize, exact: bool) -> Self {
        Self { start, entries: Vec::new(), exact }
    }

    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    /// The line behind the last one.
    pub fn end(&self) -> usize {
        self.start + self.entries.len()
    }

    pub fn spans(&self, line: usize) -> Option<&Rc<[ClassSpan]>> {
        self.entries.get(line.checked_sub(self.start)?).map(|entry| &entry.spans)
    }

    /// The state before the first line.
    pub fn base(&self) -> Option<&Rc<State>> {
        self.entries.first().map(|entry| &entry.before)
    }

    /// Puts another state before the first line; what follows from it is found by the next sweep.
    pub fn set_base(&mut self, state: Rc<State>) {
        if let Some(first) = self.entries.first_mut()
            && first.before != state
        {
            first.before = state;
            first.stale = true;
        }
    }

    /// The states before the lines from `start` on, up to and with the one before `end`, when all
    /// lines before `end` were swept.
    pub fn states(&self, end: usize) -> impl Iterator<Item = &Rc<State>> {
        let swept = &self.entries[..(end.saturating_sub(self.start)).min(self.entries.len())];
        let last = swept.last().map(|entry| &entry.after);
        swept.iter().map(|entry| &entry.before).chain(last)
    }

    pub fn edit(&mut self, edit: LineEdit) {
        let LineEdit { first, removed, inserted, .. } = edit;
        let behind = first + removed;
        if first < self.start {
            self.exact = false;
            if behind <= self.start {
                self.start = self.start - removed + inserted;
            } else {
                self.entries.clear();
            }
            return;
        }
        let Some(index) = first.checked_sub(self.start).filter(|at| *at < self.entries.len())
        else {
            return;
        };
        let mut first = self.entries[index].clone();
        first.stale = true;
        if behind > self.end() || inserted > AROUND {
            self.entries.truncate(index);
            self.entries.push(first);
            return;
        }
        // New lines are plain until they are parsed; the changed one keeps its look.
        let plain = Entry { spans: Rc::from([]), ..first.clone() };
        let new = std::iter::once(first).chain(std::iter::repeat_n(plain, inserted - 1));
        self.entries.splice(index..index + removed, new);
    }

    /// Keeps what is near the lines that are asked for; lines before `right` were swept.
    pub fn trim(&mut self, lines: &std::ops::Range<usize>, right: usize) {
        if self.entries.len() <= lines.len() + 3 * AROUND {
            return;
        }
        self.entries.truncate((lines.end + AROUND).saturating_sub(self.start));
        let front = lines.start.saturating_sub(AROUND).saturating_sub(self.start);
        // Only what was swept from the front leads to the state at the new front.
        if front > 0 && front < self.entries.len() && self.start + front < right {
            self.entries.drain(..front);
            self.start += front;
        }
    }

    /// Parses what is stale or missing before line `end`, starting from `base` when the window is
    /// empty, for at most `budget` lines. The line up to which all is right now.
    pub fn sweep(
        &mut self,
        rope: &Rope,
        parser: &mut Parser,
        base: &Rc<State>,
        end: usize,
        budget: &mut usize,
    ) -> usize {
        let mut state = Rc::clone(self.base().unwrap_or(base));
        for line in self.start..end {
            let index = line - self.start;
            if let Some(entry) = self.entries.get_mut(index)
                && !entry.stale
                && (Rc::ptr_eq(&entry.before, &state) || entry.before == state)
            {
                entry.before = state;
                state = Rc::clone(&entry.after);
                continue;
            }
            if *budget == 0 {
                return line;
            }
            *budget = budget.saturating_sub(cost(rope, line));
            let mut after = State::clone(&state);
            let spans = parser.rope_line(rope, line, &mut after);
            // States that did not change are shared.
            let after = if after == *state { Rc::clone(&state) } else { Rc::new(after) };
            let entry = Entry { before: state, after, spans: spans.into(), stale: false };
            state = Rc::clone(&entry.after);
            match self.entries.get_mut(index) {
                Some(old) => *old = entry,
                None => self.entries.push(entry),
            }
        }
        end.max(self.start)
    }

    /// Whether the line before `line` leads to what stands there.
    pub fn joins(&self, line: usize) -> bool {
        let Some(index) = line.checked_sub(self.start) else { return false };
        match (index.checked_sub(1).and_then(|at| self.entries.get(at)), self.entries.get(index)) {
            (Some(left), Some(right)) => left.after == right.before,
            _ => false,
        }
    }

    /// Puts the lines of another window before this one; it ends where this one starts.
    pub fn prepend(&mut self, mut front: Self) {
        front.entries.append(&mut self.entries);
        *self = front;
    }
}
