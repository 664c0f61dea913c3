//! Two changes, one after the other, as one.

use super::change::{Change, Replace};
use crate::base::{OpId, Pos, Span};
use crate::event::{Origin, Source};
use std::ops::Range;

/// A character of a piece of text while changes are made to it.
#[derive(Clone, Copy)]
enum Cell {
    /// It stood there from the start.
    Kept(usize),
    /// Put in by the change of this number, with its replacement and what it brings back.
    New { character: char, by: (usize, usize), of: Option<OpId> },
}

impl Change {
    /// This change and then `next`, whose positions are those after this one, as one change. Both
    /// lie within `window`, in `char`s of the text before; where this change takes out what `next`
    /// puts in again, it is put in again.
    #[must_use]
    pub fn then(&self, next: &Self, window: Span) -> Self {
        let mut cells: Vec<Cell> = window.range().map(Cell::Kept).collect();
        for (number, change) in [self, next].into_iter().enumerate() {
            for (index, one) in change.0.iter().enumerate().rev() {
                let at = |pos: Pos| pos.0.saturating_sub(window.start.0).min(cells.len());
                let range = at(one.span.start)..at(one.span.end);
                let put = put_in(one, (number, index));
                cells.splice(range, put);
            }
        }
        let mut out = Self::default();
        let mut at = window.start.0;
        let mut new: Vec<Cell> = Vec::new();
        for cell in cells {
            match cell {
                Cell::Kept(pos) => {
                    self.replace_by(next, &mut new, at..pos, &mut out);
                    at = pos + 1;
                }
                Cell::New { .. } => new.push(cell),
            }
        }
        self.replace_by(next, &mut new, at..window.end.0, &mut out);
        out
    }

    /// Puts in what is new at the start of a range, and takes the range out.
    fn replace_by(&self, next: &Self, new: &mut Vec<Cell>, gone: Range<usize>, out: &mut Self) {
        let mut last = None;
        for cell in new.drain(..) {
            let Cell::New { character, by, of } = cell else { continue };
            let source = [self, next].get(by.0).and_then(|change| change.0.get(by.1));
            if last != Some(by) {
                let origin = source.map_or_else(Origin::typed, |one| one.origin.clone());
                let span = Span::at(Pos(gone.start));
                out.0.push(Replace { span, text: String::new(), origin, src: Vec::new() });
                last = Some(by);
            }
            let Some(one) = out.0.last_mut() else { continue };
            one.text.push(character);
            if let Some(id) = of {
                match one.src.last_mut() {
                    Some(run)
                        if run.id.writer == id.writer && run.id.counter + run.len == id.counter =>
                    {
                        run.len += 1;
                    }
                    _ => one.src.push(Source { id, len: 1 }),
                }
            }
        }
        if !gone.is_empty() {
            out.0.extend(Self::delete(Span::new(Pos(gone.start), Pos(gone.end))).0);
        }
    }
}

fn put_in(one: &Replace, by: (usize, usize)) -> Vec<Cell> {
    let ids = one.src.iter().flat_map(|run| {
        (0..run.len).map(|offset| OpId { counter: run.id.counter + offset, ..run.id })
    });
    let mut ids = ids.map(Some).chain(std::iter::repeat(None));
    let cell = |character| Cell::New { character, by, of: ids.next().flatten() };
    one.text.chars().map(cell).collect()
}
