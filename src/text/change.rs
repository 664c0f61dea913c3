//! A change of a text as a value, and how positions move through it.

use crate::base::{Pos, Span};
use crate::event::{Origin, Source};

/// Replaces `span` by `text`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Replace {
    pub span: Span,
    pub text: String,
    /// Where the text comes from.
    pub origin: Origin,
    /// The operations of the text it brings back; empty, or together as long as the text.
    pub src: Vec<Source>,
}

/// Replacements made at once. Positions are those before the change; the replacements are in
/// ascending order and do not overlap.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Change(pub Vec<Replace>);

impl Change {
    pub fn replace(span: Span, text: impl Into<String>) -> Self {
        Self::with_origin(span, text, Origin::typed())
    }

    pub fn insert(at: Pos, text: impl Into<String>) -> Self {
        Self::replace(Span::at(at), text)
    }

    pub fn delete(span: Span) -> Self {
        Self::replace(span, "")
    }

    pub fn with_origin(span: Span, text: impl Into<String>, origin: Origin) -> Self {
        Self(vec![Replace { span, text: text.into(), origin, src: Vec::new() }])
    }

    /// Whether it changes nothing.
    pub fn is_empty(&self) -> bool {
        self.0.iter().all(|one| one.span.is_empty() && one.text.is_empty())
    }

    /// What it does to positions.
    pub fn delta(&self) -> Delta {
        Delta(self.0.iter().map(|one| (one.span, one.text.chars().count())).collect())
    }
}

/// What a change did to positions: each replaced span (in positions before the change) with the
/// length of what stands there now. Ascending, not overlapping.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Delta(pub Vec<(Span, usize)>);

impl Delta {
    /// Moves a position through the change. A position inside replaced text goes to the end of the
    /// new text; one at an insertion stays before it, or goes behind it when `after`.
    pub fn map(&self, pos: Pos, after: bool) -> Pos {
        let mut shift = 0isize;
        for (span, len) in &self.0 {
            let at_insertion = span.is_empty() && span.start == pos;
            if pos < span.start
                || at_insertion && !after
                || !span.is_empty() && pos == span.start && !after
            {
                break;
            }
            if pos < span.end {
                let start = span.start.0.saturating_add_signed(shift);
                return Pos(start + len);
            }
            shift += *len as isize - span.len() as isize;
        }
        Pos(pos.0.saturating_add_signed(shift))
    }

    /// Moves a span through the change: what is inserted at its borders stays outside.
    pub fn map_span(&self, span: Span) -> Span {
        let start = self.map(span.start, true);
        let end = self.map(span.end, false);
        Span { start: start.min(end), end: end.max(start) }
    }
}
