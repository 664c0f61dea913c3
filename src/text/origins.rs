//! Who wrote which characters, and how the words first came in.
//!
//! Answers from the tables that the document keeps; knows no authors, only writers.

use super::document::{Document, History};
use super::seq::ahead;
use crate::base::{OpId, Pos, Span, WriterId};
use crate::event::{Origin, Source};

/// Who wrote a run of text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Run {
    pub span: Span,
    /// The operation that inserted the first character; the others follow.
    pub id: OpId,
    /// The operation that first wrote the first character, which another document may own; those
    /// of the others follow. The same as `id` unless the text was brought back or copied.
    pub source: OpId,
    /// Whose words these are. Text that was brought back or copied keeps its writer.
    pub writer: WriterId,
    /// How the words first came in, unless they came from another document.
    pub origin: Origin,
}

impl Document {
    /// The operations that first wrote the characters of a span: what a copy of it carries.
    pub fn sources(&self, span: Span) -> Vec<Source> {
        let Some(history) = &self.history else { return Vec::new() };
        let mut out = Vec::new();
        for (id, len) in history.seq.runs(span) {
            history.ops.sources(id, len, &mut out);
        }
        out.into_iter().map(|(id, len)| Source { id, len }).collect()
    }

    /// Who wrote what in a span, in order and without gaps.
    pub fn runs(&self, span: Span) -> Vec<Run> {
        let Some(history) = &self.history else { return Vec::new() };
        let mut out: Vec<Run> = Vec::new();
        let mut pos = span.start;
        for (id, len) in history.seq.runs(span) {
            history.roots(id, len, &mut pos, &mut out);
        }
        out
    }

    /// Whether an operation is one of this document's, and here.
    pub fn owns(&self, id: OpId) -> bool {
        self.history.as_ref().is_some_and(|history| history.ops.knows(id))
    }

    /// How the characters that `len` operations from `id` on inserted first came in, also where
    /// they are deleted now. The spans count from 0. Nothing of operations that are not here.
    pub fn origins(&self, id: OpId, len: u32) -> Vec<Run> {
        let mut out = Vec::new();
        if let Some(history) = self.history.as_ref().filter(|history| history.ops.knows(id)) {
            history.roots(id, len, &mut Pos(0), &mut out);
        }
        out
    }
}

impl History {
    /// Follows `len` characters from `id` on, which stand at `pos`, to where they first came in.
    fn roots(&self, id: OpId, len: u32, pos: &mut Pos, out: &mut Vec<Run>) {
        let mut done = 0;
        for (root, source) in self.ops.roots(id, len) {
            let origin = self.ops.origins.get(root.origin as usize);
            let span = Span { start: *pos, end: Pos(pos.0 + root.len as usize) };
            let run = Run {
                span,
                id: ahead(id, done),
                source,
                writer: root.writer,
                origin: origin.cloned().unwrap_or_else(Origin::typed),
            };
            match out.last_mut() {
                Some(last) if last.leads_to(&run) => last.span.end = span.end,
                _ => out.push(run),
            }
            *pos = span.end;
            done += root.len;
        }
    }
}

impl Run {
    fn leads_to(&self, next: &Self) -> bool {
        let len = self.span.len() as u32;
        self.writer == next.writer
            && self.origin == next.origin
            && ahead(self.id, len) == next.id
            && ahead(self.source, len) == next.source
    }
}
