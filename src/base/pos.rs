//! Positions in a document, with their unit in the type.

use std::ops::Range;

/// A position in a document, in Unicode scalar values (`char`s) from its start. The unit of the
/// rope and of the CRDT.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Pos(pub usize);

/// A half-open range of positions, `start <= end`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Span {
    pub start: Pos,
    pub end: Pos,
}

impl Span {
    /// The span between two positions, whichever comes first.
    pub fn new(a: Pos, b: Pos) -> Self {
        Self { start: a.min(b), end: a.max(b) }
    }

    /// The empty span at `pos`.
    pub fn at(pos: Pos) -> Self {
        Self { start: pos, end: pos }
    }

    /// Length in `char`s.
    pub fn len(self) -> usize {
        self.end.0 - self.start.0
    }

    pub fn is_empty(self) -> bool {
        self.start == self.end
    }

    /// The `char` range, for rope slices.
    pub fn range(self) -> Range<usize> {
        self.start.0..self.end.0
    }

    /// Whether `pos` lies in the span; its end does not.
    pub fn contains(self, pos: Pos) -> bool {
        self.start <= pos && pos < self.end
    }

    /// Whether the two share a character, or touch when one of them is empty.
    pub fn touches(self, other: Self) -> bool {
        self.start <= other.end && other.start <= self.end
    }
}
