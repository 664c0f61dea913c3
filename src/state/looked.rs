//! How much of a hunk has been on the screen: it was seen when all of its rows were, and all of the text
//! that it replaces.

use super::HunkPiece;
use crate::layout::Row;
use std::collections::BTreeSet;

/// What of a hunk was on the screen until now.
#[derive(Clone, Debug, Default)]
pub struct LookedAt {
    /// How many rows it has, as long as these are the same ones.
    count: usize,
    rows: BTreeSet<usize>,
    /// Stretches of its text, in `char`s from its start, ascending.
    text: Vec<(usize, usize)>,
}

impl LookedAt {
    /// Adds what is on the screen. Whether that is all by now. Of lines that are not wrapped any piece
    /// will do.
    pub fn note(&mut self, piece: &HunkPiece, rows: &[Row], wraps: bool) -> bool {
        let (line, own) = &piece.rows;
        if self.count != own.len() {
            *self = Self { count: own.len(), ..Self::default() };
        }
        let (start, end) = (piece.span.start.0, piece.span.end.0);
        let mut there = false;
        let mut next = rows.iter().skip(1);
        for row in rows {
            let following = next.next();
            match row {
                Row::Virtual { line: at, index } if at == line && own.contains(index) => {
                    self.rows.insert(index - own.start);
                }
                Row::Virtual { .. } => {}
                Row::Text { span, .. } => {
                    // The end of a line is in no row.
                    let to = match following {
                        Some(Row::Text { span: next, .. }) => next.start.0,
                        _ => span.end.0 + 1,
                    };
                    let from = span.start.0.max(start);
                    let to = to.min(end);
                    there |= piece.span.touches(*span);
                    if from < to {
                        self.add(from - start, to - start);
                    }
                }
            }
        }
        let all = !wraps || end == start || matches!(self.text[..], [(0, to)] if to >= end - start);
        (there || !self.text.is_empty() || !self.rows.is_empty())
            && self.rows.len() == self.count
            && all
    }

    fn add(&mut self, from: usize, to: usize) {
        self.text.push((from, to));
        self.text.sort_unstable();
        let mut out: Vec<(usize, usize)> = Vec::new();
        for (from, to) in self.text.drain(..) {
            match out.last_mut() {
                Some(last) if from <= last.1 => last.1 = last.1.max(to),
                _ => out.push((from, to)),
            }
        }
        self.text = out;
    }
}
