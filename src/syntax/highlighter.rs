//! The highlighter of one document: answers for visible lines at once, and gets exact
//! while nothing else is to be done.

use super::Syntaxes;
use super::parse::{Parser, State};
use super::track::{STEP, Track};
use super::window::Window;
use crate::base::ClassSpan;
use crate::text::{Delta, LineEdit};
use ropey::Rope;
use std::ops::Range;
use std::rc::Rc;
use std::sync::Arc;

/// How far back a good place to start with a fresh state is looked for, in lines.
const LOOK_BACK: usize = 64;

/// The spans of some lines.
#[derive(Clone, Debug)]
pub struct HighlightedLines {
    /// For each line the parts that are not plain, ascending, in `char`s of the line.
    pub lines: Vec<Rc<[ClassSpan]>>,
    /// Whether all are what parsing the whole document would give. If not, ask again after
    /// [`Highlighter::advance`].
    pub done: bool,
}

/// Highlights one document. Must be told of every change ([`Highlighter::edited`]), or be reset.
#[derive(Clone, Debug)]
pub struct Highlighter {
    parser: Parser,
    fresh: Rc<State>,
    language: String,
    track: Track,
    window: Window,
    known_lines: Option<usize>,
}

impl Highlighter {
    /// A highlighter for a file's name (or path) and the text's first line; `None` for plain text.
    pub fn for_name(syntaxes: &Arc<Syntaxes>, path: &str, first_line: &str) -> Option<Self> {
        let syntax = syntaxes.of_file(path, first_line)?;
        let start = State::new(syntax);
        Some(Self {
            parser: Parser::new(Arc::clone(syntaxes)),
            fresh: Rc::new(start.clone()),
            language: syntax.name.clone(),
            track: Track::new(start),
            window: Window::default(),
            known_lines: None,
        })
    }

    /// The language's name.
    pub fn language(&self) -> &str {
        &self.language
    }

    /// Forgets everything: another text, or a change of which nothing is known.
    pub fn reset(&mut self) {
        self.track = Track::new(State::clone(&self.fresh));
        self.window = Window::default();
        self.known_lines = None;
    }

    /// Follows a change that led to `rope`.
    pub fn edited(&mut self, rope: &Rope, delta: &Delta) {
        if delta.0.is_empty() {
            return;
        }
        let before = self.known_lines.replace(rope.len_lines());
        let Some(edit) = before.and_then(|before| LineEdit::of(delta, rope, before)) else {
            self.reset();
            self.known_lines = Some(rope.len_lines());
            return;
        };
        self.track.edit(edit);
        self.window.edit(edit);
    }

    /// The spans of `lines`. Parses at most about `budget` lines (of usual length); what is not
    /// parsed keeps its former look or is plain. A good budget is the height of the screen plus 64.
    pub fn highlight(
        &mut self,
        rope: &Rope,
        lines: Range<usize>,
        budget: usize,
    ) -> HighlightedLines {
        if self.known_lines.is_some_and(|known| known != rope.len_lines()) {
            self.reset();
        }
        self.known_lines = Some(rope.len_lines());
        let end = lines.end.min(rope.len_lines());
        let lines = lines.start.min(end)..end;
        let mut budget = budget.max(1);
        let base = self.place_window(rope, &lines, &mut budget);
        let right = self.window.sweep(rope, &mut self.parser, &base, end, &mut budget);
        self.confirm(right);
        self.window.trim(&lines, right);
        let plain: Rc<[ClassSpan]> = Rc::from([]);
        let spans = lines
            .clone()
            .map(|line| Rc::clone(self.window.spans(line).unwrap_or(&plain)))
            .collect();
        HighlightedLines { lines: spans, done: right >= end && self.window.exact }
    }

    /// Sees to it that the window holds or reaches `lines`, as exact as can be had at once; the
    /// state to start from when it is empty.
    fn place_window(&mut self, rope: &Rope, lines: &Range<usize>, budget: &mut usize) -> Rc<State> {
        let near = lines.start >= self.window.start && lines.start <= self.window.end() + STEP;
        if !self.window.is_empty() && near {
            self.improve(rope, budget);
            return Rc::clone(&self.fresh);
        }
        let (start, state, exact) = self.start_before(rope, lines.start);
        let old = std::mem::replace(&mut self.window, Window::at(start, exact));
        if !old.is_empty() && start < old.start && old.start <= lines.end + STEP {
            // Scrolled up a little: what was there is still of use.
            let right = self.window.sweep(rope, &mut self.parser, &state, old.start, budget);
            if right == old.start {
                let mut front = std::mem::take(&mut self.window);
                let mut whole = old;
                front.exact = exact;
                whole.prepend(front);
                self.window = whole;
            }
        }
        state
    }

    /// A state for the start of a window at or before a line, and whether it is exact.
    fn start_before(&self, rope: &Rope, line: usize) -> (usize, Rc<State>, bool) {
        let (point, exact) = self.track.before(line);
        if line - point.line <= LOOK_BACK {
            return (point.line, Rc::clone(&point.state), exact);
        }
        // Nothing is known here. After an empty line most languages are outside of everything.
        let first = line.saturating_sub(LOOK_BACK / 2);
        let blank = (first..line).rev().find(|at| {
            rope.get_line(*at).is_some_and(|text| text.chars().all(char::is_whitespace))
        });
        (blank.unwrap_or(line), Rc::clone(&self.fresh), false)
    }

    /// Makes the window's base exact when the track has come that far.
    fn improve(&mut self, rope: &Rope, budget: &mut usize) {
        let start = self.window.start;
        if self.window.exact && self.track.is_exact(start) {
            return;
        }
        let (point, exact) = self.track.before(start);
        let near = start - point.line <= LOOK_BACK && self.track.is_exact(start) && exact;
        self.window.exact = near;
        if !near {
            return;
        }
        let mut front = Window::at(point.line, true);
        let state = Rc::clone(&point.state);
        // The way from the point is short: it is gone in one piece.
        let mut enough = (*budget).max(LOOK_BACK * 4);
        let reached = front.sweep(rope, &mut self.parser, &state, start, &mut enough);
        *budget = budget.saturating_sub(start - point.line).max(1);
        if reached == start {
            let base = front.states(start).last().unwrap_or(&state);
            self.window.set_base(Rc::clone(base));
        } else {
            self.window.exact = false;
        }
    }

    /// Tells the track what the sweep found out up to line `right`.
    fn confirm(&mut self, right: usize) {
        let start = self.window.start;
        if !self.window.exact || right <= start || !self.track.is_marked(start, right) {
            return;
        }
        let joins = self.window.joins(right);
        self.track.adopt(start, self.window.states(right), right, joins);
    }

    /// Whether the lines last asked for are exact without more work.
    pub fn is_settled(&self) -> bool {
        self.window.exact && self.track.is_exact(self.window.start)
    }

    /// Works for the lines last asked for: parses at most about `max_lines` (a hundred take some 5
    /// ms) of what stands before them; whether nothing is left to do. Ask for the lines again then.
    pub fn advance(&mut self, rope: &Rope, max_lines: usize) -> bool {
        let target = self.window.start;
        self.track.advance(rope, &mut self.parser, target, max_lines)
    }
}
