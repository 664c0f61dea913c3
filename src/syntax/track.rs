//! The states that are known: points along the document, and where they must be looked at again.
//!
//! Between two points that follow each other the second is what parsing from the first leads to,
//! unless a line between them is marked. So the state at a point is exact when no line before it is
//! marked; one behind a mark is a good guess, and is found right again when parsing meets it.

use super::parse::{Parser, State, cost};
use crate::text::LineEdit;
use ropey::Rope;
use std::rc::Rc;

/// Lines between points.
pub(super) const STEP: usize = 32;

/// The state before a line.
#[derive(Clone, Debug)]
pub(super) struct Point {
    pub line: usize,
    pub state: Rc<State>,
}

#[derive(Clone, Debug)]
pub(super) struct Track {
    /// Ascending; the first is line 0.
    points: Vec<Point>,
    /// Ascending, each once.
    marks: Vec<usize>,
}

impl Track {
    pub fn new(start: State) -> Self {
        Self { points: vec![Point { line: 0, state: Rc::new(start) }], marks: Vec::new() }
    }

    pub fn edit(&mut self, edit: LineEdit) {
        let LineEdit { first, removed, inserted, .. } = edit;
        let moved = |line: usize| line - removed + inserted;
        let inside = self.points.partition_point(|point| point.line <= first);
        let behind = self.points.partition_point(|point| point.line < first + removed);
        self.points.drain(inside..behind.max(inside));
        for point in &mut self.points[inside..] {
            point.line = moved(point.line);
        }
        for mark in &mut self.marks {
            if *mark >= first + removed {
                *mark = moved(*mark);
            } else if *mark > first {
                *mark = first;
            }
        }
        self.mark(first);
        self.marks.dedup();
    }

    fn mark(&mut self, line: usize) {
        if let Err(index) = self.marks.binary_search(&line) {
            self.marks.insert(index, line);
        }
    }

    /// The last point at or before a line, and whether it is exact.
    pub fn before(&self, line: usize) -> (&Point, bool) {
        let index = self.points.partition_point(|point| point.line <= line).max(1) - 1;
        let point = &self.points[index];
        (point, self.is_exact(point.line))
    }

    /// Whether nothing before a line must be looked at again.
    pub fn is_exact(&self, line: usize) -> bool {
        self.marks.first().is_none_or(|mark| *mark >= line)
    }

    /// Whether the state is known for, or shortly before, `target`.
    pub fn reaches(&self, target: usize) -> bool {
        let last = self.points.last().map_or(0, |point| point.line);
        self.is_exact(target) && last + STEP > target
    }

    /// Whether a line from `start` to before `end` is marked.
    pub fn is_marked(&self, start: usize, end: usize) -> bool {
        self.marks.iter().any(|mark| (start..end).contains(mark))
    }

    /// Takes over exact states before each of the lines `start..=end`, in order; `joins` tells
    /// that the last of them is what was there before the change.
    pub fn adopt<'a>(
        &mut self,
        start: usize,
        states: impl Iterator<Item = &'a Rc<State>>,
        end: usize,
        joins: bool,
    ) {
        let from = self.points.partition_point(|point| point.line <= start);
        let mut index = from;
        let mut joins = joins;
        for (line, state) in (start..=end).zip(states) {
            let Some(point) = self.points.get_mut(index) else {
                if line == end && !joins {
                    self.points.push(Point { line, state: Rc::clone(state) });
                }
                continue;
            };
            if point.line == line {
                joins |= line == end && point.state == *state;
                point.state = Rc::clone(state);
                index += 1;
            } else if line == end && !joins {
                self.points.insert(index, Point { line, state: Rc::clone(state) });
            }
        }
        self.marks.retain(|mark| !(start..end).contains(mark));
        // Behind the last point nothing was known that could be wrong.
        if !joins && self.points.last().is_some_and(|last| last.line > end) {
            self.mark(end);
        }
    }

    /// Parses at most `budget` lines of what is marked or unknown before `target`; whether nothing
    /// is left to do.
    pub fn advance(
        &mut self,
        rope: &Rope,
        parser: &mut Parser,
        target: usize,
        mut budget: usize,
    ) -> bool {
        let target = target.min(rope.len_lines());
        while !self.reaches(target) {
            if budget == 0 {
                return false;
            }
            let from = match self.marks.first() {
                Some(mark) => self.points.partition_point(|point| point.line <= *mark).max(1) - 1,
                None => self.points.len() - 1,
            };
            self.step(rope, parser, from, &mut budget);
        }
        true
    }

    /// Parses from a point to the next, or as far as the budget goes.
    fn step(&mut self, rope: &Rope, parser: &mut Parser, from: usize, budget: &mut usize) {
        let start = self.points[from].line;
        let next = self.points.get(from + 1).map(|point| point.line);
        let end = next.unwrap_or(usize::MAX).min(start + STEP).min(rope.len_lines());
        let mut state = State::clone(&self.points[from].state);
        let mut line = start;
        while line < end && *budget > 0 {
            parser.rope_line(rope, line, &mut state);
            *budget = budget.saturating_sub(cost(rope, line));
            line += 1;
        }
        self.marks.retain(|mark| !(start..line).contains(mark));
        if line == start {
            // Past the end of the text: the mark stands for nothing.
            self.marks.retain(|mark| *mark < start);
            self.points.truncate(from + 1);
        } else if next == Some(line) {
            let point = &mut self.points[from + 1];
            if *point.state != state {
                point.state = Rc::new(state);
                if from + 2 < self.points.len() {
                    self.mark(line);
                }
            }
        } else {
            self.points.insert(from + 1, Point { line, state: Rc::new(state) });
            if next.is_some() {
                self.mark(line);
            }
        }
    }
}
