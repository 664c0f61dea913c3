//! Taking back everything of one message, one proposal or one model, and what stands in the way:
//! what people wrote since in the midst of it. Plans only; the change is the document's to make.

use super::{DocEntry, EditEntry, HunkRef, HunkState, Session};
use crate::base::{AuthorId, DocId, EventId, OpId, Pos, Span};
use crate::event::{CauseKind, Op};
use crate::text::{Change, Reach, TextError};
use std::collections::BTreeSet;

/// Whose text is taken back.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Of {
    /// What was proposed in answer to a question; the question or the answer names it.
    Message(EventId),
    Proposal(EventId),
    Model(AuthorId),
}

/// An accepted hunk that is taken back.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Taken {
    pub hunk: HunkRef,
    /// The edits that put it in.
    pub edits: Vec<EventId>,
    /// Where its words stand; nothing where none of them is left.
    pub span: Option<Span>,
    /// What others wrote between its words since.
    pub since: Vec<(Span, Option<AuthorId>)>,
    /// How many of its words' characters somebody deleted or moved away since, where it had put them
    /// in the place of other text: taking it back brings that other text to where a person may not
    /// want it.
    pub deleted: usize,
}

impl Taken {
    /// Whether a person worked on it since, so that taking it back is theirs to choose.
    pub fn is_overlap(&self) -> bool {
        !self.since.is_empty() || self.deleted > 0
    }
}

impl Session {
    /// The accepted hunks of a document that are taken back, by place.
    pub fn taking(&self, doc: &DocId, of: &Of) -> Vec<Taken> {
        let Some(entry) = self.documents.get(doc) else { return Vec::new() };
        let mut meant = Vec::new();
        for hunk in self.proposals.hunks() {
            let of_proposal = self.is_of(&hunk.proposal, of);
            let stands =
                matches!(hunk.state(&entry.document), HunkState::Accepted | HunkState::Collided);
            if !of_proposal || !stands {
                continue;
            }
            let (edits, _) = self.edits_of_hunk(doc, &hunk.of);
            if !edits.is_empty() {
                meant.push((hunk.of, edits));
            }
        }
        let all: BTreeSet<EventId> =
            meant.iter().flat_map(|(_, edits)| edits.iter().copied()).collect();
        let taken = |(hunk, edits)| self.taken(entry, hunk, edits, &all);
        let mut found: Vec<Taken> = meant.into_iter().map(taken).collect();
        found.sort_by_key(|taken| (taken.span.is_none(), taken.span, taken.hunk));
        found
    }

    fn is_of(&self, proposal: &EventId, of: &Of) -> bool {
        let Some(known) = self.proposals.proposal(proposal) else { return false };
        match of {
            Of::Proposal(id) => id == proposal,
            Of::Model(author) => *author == known.author,
            Of::Message(id) => {
                *id == known.question || self.answer_of(proposal).is_some_and(|it| it.id == *id)
            }
        }
    }

    /// `all` are the edits that go with it.
    fn taken(
        &self,
        entry: &DocEntry,
        hunk: HunkRef,
        edits: Vec<EventId>,
        all: &BTreeSet<EventId>,
    ) -> Taken {
        let known = edits.iter().filter_map(|id| entry.edit(id));
        let known: Vec<&EditEntry> = known.collect();
        let reaches: Vec<Reach> =
            known.iter().map(|edit| entry.document.reach(edit.writer, &edit.edit)).collect();
        let mut living: Vec<Span> =
            reaches.iter().flat_map(|reach| reach.living.iter().copied()).collect();
        living.sort_unstable();
        living.dedup();
        let hull = living.first().zip(living.last());
        let span = hull.map(|(first, last)| Span { start: first.start, end: last.end });
        let mut since: Vec<(Span, Option<AuthorId>)> = Vec::new();
        if let (Some(span), Some(edit)) = (span, known.last()) {
            let past = entry.document.past(&edit.edit.deps).unwrap_or_default();
            for run in entry.document.runs(span) {
                let own =
                    living.iter().any(|one| one.start <= run.span.start && run.span.end <= one.end);
                // What stood there already when the hunk was accepted is in nobody's way.
                let before = |id: OpId| past.get(&id.writer).is_some_and(|end| id.counter < *end);
                let goes = entry.edit_of(run.source).is_some_and(|edit| all.contains(&edit.id));
                if own || goes || before(run.id) || before(run.source) {
                    continue;
                }
                let (_, author) = self.whose(&run);
                match since.last_mut() {
                    Some((last, same)) if *same == author && last.end == run.span.start => {
                        last.end = run.span.end;
                    }
                    _ => since.push((run.span, author)),
                }
            }
        }
        // Of the last acceptance only: those before it were taken back.
        let deleted = known.last().map_or(0, |edit| {
            let ops = &edit.edit.ops;
            let replaces = ops.iter().any(|op| matches!(op, Op::Delete { .. }));
            let inserted: usize = ops
                .iter()
                .map(|op| match op {
                    Op::Insert { ins, .. } => *ins as usize,
                    Op::Delete { .. } => 0,
                })
                .sum();
            let alive: usize = living.iter().map(|span| span.len()).sum();
            if replaces { inserted.saturating_sub(alive) } else { 0 }
        });
        Taken { hunk, edits, span, since, deleted }
    }

    /// The change that takes hunks back: their words go, also where they were copied or moved to,
    /// what they replaced comes back, and what people wrote stays.
    pub fn plan_taking(&self, doc: &DocId, taken: &[&Taken]) -> Result<Change, TextError> {
        let Some(entry) = self.documents.get(doc) else { return Ok(Change::default()) };
        let ids: BTreeSet<EventId> =
            taken.iter().flat_map(|one| one.edits.iter().copied()).collect();
        let edits: Vec<_> = ids.iter().filter_map(|id| entry.edit(id)).collect();
        let refs: Vec<_> = edits.iter().map(|one| (one.writer, &one.edit)).collect();
        let change = entry.document.plan_undo_beside(&refs, &[])?;
        let all = Span { start: Pos(0), end: Pos(entry.document.len()) };
        let copies = entry.document.runs(all).into_iter().filter(|run| {
            run.id != run.source
                && entry.edit_of(run.source).is_some_and(|edit| {
                    ids.contains(&edit.id)
                        && edit.edit.cause.as_ref().is_some_and(|one| one.kind == CauseKind::Accept)
                })
        });
        Ok(with_deletions(change, copies.map(|run| run.span)))
    }
}

/// Adds deletions to a change that may make some of them already.
fn with_deletions(change: Change, spans: impl Iterator<Item = Span>) -> Change {
    let mut pieces = change.0;
    for span in spans {
        let mut rest = vec![span];
        for one in pieces.iter().filter(|one| !one.span.is_empty()) {
            rest = rest.into_iter().flat_map(|span| without(span, one.span)).collect();
        }
        // Text that comes back in the midst of a copy parts it.
        let mut cuts: Vec<Pos> = pieces.iter().map(|one| one.span.start).collect();
        cuts.sort_unstable();
        for span in rest {
            let mut start = span.start;
            for cut in cuts.iter().filter(|cut| span.start < **cut && **cut < span.end) {
                pieces.extend(Change::delete(Span { start, end: *cut }).0);
                start = *cut;
            }
            pieces.extend(Change::delete(Span { start, end: span.end }).0);
        }
    }
    // At one place what comes stands before what goes.
    pieces.sort_by_key(|one| (one.span.start, one.span.end));
    Change(pieces)
}

/// What of a span lies outside of another.
fn without(span: Span, other: Span) -> Vec<Span> {
    let before = Span { start: span.start, end: span.end.min(other.start.max(span.start)) };
    let behind = Span { start: span.start.max(other.end.min(span.end)), end: span.end };
    [before, behind].into_iter().filter(|one| !one.is_empty()).collect()
}
