//! Whether a model proposes again what a person turned down.

use super::{Cx, Turn};
use crate::assist::{
    Hunk, Landed, Outcome, adds_little, are_apart, proposes_the_same, says_the_same,
};
use crate::base::{DocId, EventId, Pos, Span};
use crate::text::{diff, sentences_around};
use ropey::Rope;

/// What a replacement changes, without what stays at its ends.
struct Core {
    span: Span,
    new: String,
}

impl Core {
    fn of(span: Span, old: &str, new: &str) -> Self {
        let changes = diff(old, new).0;
        let (Some(first), Some(last)) = (changes.first(), changes.last()) else {
            return Self { span: Span::at(span.start), new: String::new() };
        };
        let behind = old.chars().count() - last.span.end.0;
        let kept = new.chars().count() - behind - first.span.start.0;
        Self {
            span: Span {
                start: Pos(span.start.0 + first.span.start.0),
                end: Pos(span.start.0 + last.span.end.0),
            },
            new: new.chars().skip(first.span.start.0).take(kept).collect(),
        }
    }

    /// What stands in a span that holds this one's, once it is accepted.
    fn within(&self, rope: &Rope, all: Span) -> String {
        let before = rope.slice(all.start.0..self.span.start.0);
        let behind = rope.slice(self.span.end.0..all.end.0);
        format!("{before}{}{behind}", self.new)
    }
}

impl Cx<'_> {
    /// What came of one piece of an answer.
    pub(super) fn land(&mut self, turn: &mut Turn, all: Vec<Landed>) {
        turn.whole = self.not_folded(turn, &all);
        for landed in all {
            self.landed(turn, landed, None);
        }
    }

    /// The places of those of an edit's hunks that make one change of a sentence or of some lines with
    /// others, where not all of these were turned down: without some the rest would say another thing.
    pub(super) fn not_folded(&self, turn: &Turn, all: &[Landed]) -> Vec<Span> {
        let placed = all.iter().filter_map(|landed| match &landed.outcome {
            Outcome::Placed { hunk, .. } => Some(hunk),
            _ => None,
        });
        self.not_folded_of(turn, placed.collect())
    }

    /// The same of hunks.
    pub(super) fn not_folded_of(&self, turn: &Turn, mut hunks: Vec<&Hunk>) -> Vec<Span> {
        if hunks.len() < 2 || self.model.session.proposals.rejected().next().is_none() {
            return Vec::new();
        }
        hunks.sort_by_key(|hunk| (hunk.span.start, hunk.span.end));
        let is_again = |hunk: &&Hunk| {
            let span = Some(turn.carry(hunk.span));
            self.turned_down(&turn.doc, span, &hunk.old, &hunk.new).is_some()
        };
        hunks
            .chunk_by(|a, b| !are_apart(&turn.base, a, b))
            .filter(|group| group.len() > 1 && !group.iter().all(is_again))
            .flat_map(|group| group.iter().map(|hunk| hunk.span))
            .collect()
    }

    /// The hunk that was turned down and that a replacement repeats: at the same place, with as
    /// good as the same words. `span` is today's.
    pub(super) fn turned_down(
        &self,
        doc: &DocId,
        span: Option<Span>,
        old: &str,
        new: &str,
    ) -> Option<EventId> {
        let session = &self.model.session;
        let entry = session.documents.get(doc)?;
        let rope = entry.document.rope();
        let stands = |span: Span, text: &str| rope.slice(span.range()) == text;
        let core = match span {
            Some(span) if !stands(span, old) => return None,
            Some(span) => Some(Core::of(span, old, new)),
            None => None,
        };
        let mut rejected = session.proposals.rejected();
        let same = rejected.find(|(hunk, _)| {
            let proposal = session.proposals.proposal(&hunk.proposal);
            if proposal.is_none_or(|proposal| proposal.doc != *doc) {
                return false;
            }
            match (&core, hunk.span(&entry.document)) {
                (Some(core), Some(span)) if stands(span, &hunk.old) => {
                    let other = Core::of(span, &hunk.old, &hunk.new);
                    let all = Span {
                        start: core.span.start.min(other.span.start),
                        end: core.span.end.max(other.span.end),
                    };
                    // What only puts something in touches what changes the words beside it.
                    let touch = core.span.is_empty() || other.span.is_empty();
                    let (low, high) =
                        (core.span.start.max(other.span.start), core.span.end.min(other.span.end));
                    let meet = low < high || touch && low == high;
                    let compare = |all: Span, same: fn(&str, &str, &str) -> bool| {
                        let there = rope.slice(all.range()).to_string();
                        same(&there, &core.within(rope, all), &other.within(rope, all))
                    };
                    // A word or two are compared in the sentence that they stand in.
                    let sentence = || {
                        let around = sentences_around(rope, all);
                        let (start, end) = (all.start.min(around.start), all.end.max(around.end));
                        Span { start, end }
                    };
                    meet && (compare(all, proposes_the_same) || compare(sentence(), adds_little))
                }
                (None, None) => {
                    says_the_same(old, &hunk.old) && proposes_the_same(old, new, &hunk.new)
                }
                _ => false,
            }
        });
        same.map(|(hunk, _)| hunk.of.id)
    }
}
