//! Which open hunks a later proposal takes the place of.
//!
//! An edit says more than what it changes. A model that quotes "The year will be hard." to make "very
//! hard" of it says how that sentence is to read: an older hunk that makes "tough" of the same word
//! is answered by it, and so is one that puts ", I fear" at its end. Added up they would be a sentence
//! that nobody proposed. So a later edit takes the place of the open hunks of other turns
//!
//! - that change words which it changes,
//! - and that change words of the *sentences* it changes, as far as it wrote these anew: what it
//!   quotes of them; all of them where it is a whole text.
//!
//! Other sentences that it repeats it says nothing about. The request shows the document as it is,
//! without what is open, and lines that stay are quoted for the place, or by the form: to drop open
//! hunks for that would undo what the person asked for before. In lists, tables and code a line is
//! such a sentence.

use super::review::{changes_at, meet};
use super::{Hunk, HunkRef, HunkState, Session};
use crate::base::{DocId, EventId, Span};
use crate::text::{Change, contradict, overlap, sentences_around};
use ropey::Rope;

/// What an edit speaks about beside the words that it changes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Claim {
    /// Nothing: its place is doubtful, it leaves words out, or it quotes what open hunks propose and
    /// so keeps them.
    #[default]
    Words,
    /// The sentences that it changes, as whole texts do.
    Sentences,
    /// As much of these as it quotes: a stretch of today's text.
    Quoted(Span),
}

/// Whether what is put in is a sentence or line of its own, beside what stands there.
fn stands_apart(text: &str) -> bool {
    let line = text.starts_with(['\n', '\r']) || text.ends_with('\n');
    let marks = ['.', '!', '?', '…', ':', '。', '！', '？', '؟', '।'];
    line || text.trim_end().trim_end_matches(['"', '”', '’', ')', '»', '*', '_']).ends_with(marks)
}

/// A stretch of text that an edit speaks about, and whether it does so up to the ends of a sentence.
#[derive(Clone, Copy)]
struct Stretch {
    span: Span,
    whole: (bool, bool),
}

impl Claim {
    /// The stretches of a text that a change of it speaks about.
    fn stretches(self, rope: &Rope, change: &Change) -> Vec<Stretch> {
        let quoted = match self {
            Self::Words => return Vec::new(),
            Self::Sentences => None,
            Self::Quoted(span) => Some(span),
        };
        let changes = change.0.iter();
        let within = changes.filter(|one| !one.span.is_empty() || !stands_apart(&one.text));
        within
            .map(|one| {
                let all = sentences_around(rope, one.span);
                let (start, end) = (all.start.min(one.span.start), all.end.max(one.span.end));
                let quoted = quoted.unwrap_or(Span { start, end });
                let span = Span { start: start.max(quoted.start), end: end.min(quoted.end) };
                Stretch { span, whole: (span.start == start, span.end == end) }
            })
            .filter(|one| one.span.start < one.span.end)
            .collect()
    }
}

/// Whether a change is made within a stretch of text.
fn is_within(change: &Change, stretch: Stretch) -> bool {
    let Stretch { span, whole } = stretch;
    change.0.iter().any(|one| match one.span.is_empty() {
        false => overlap(one.span, span),
        true => {
            let at = one.span.start;
            let edge = whole.0 && at == span.start || whole.1 && at == span.end;
            let inside = span.start < at && at < span.end;
            inside || edge && !stands_apart(&one.text)
        }
    })
}

impl Session {
    /// The open hunks of a proposal that an edit of the same answer contradicts: `old` becoming `new`
    /// at `span` of today's text.
    pub fn contradicted(
        &self,
        proposal: EventId,
        span: Span,
        (old, new): (&str, &str),
        versions: &dyn Fn(&str, &str) -> bool,
    ) -> Vec<HunkRef> {
        let doc = self.proposals.proposal(&proposal).map(|proposal| &proposal.doc);
        let Some(entry) = doc.and_then(|doc| self.documents.get(doc)) else { return Vec::new() };
        let change = changes_at(old, new, span.start);
        let meets = |hunk: &&Hunk| {
            let (HunkState::Pending, Some(there)) = hunk.standing(&entry.document) else {
                return false;
            };
            let other = changes_at(&hunk.old, &hunk.new, there.start);
            contradict((span, &change), (there, &other), versions)
        };
        let own = self.proposals.open_hunks().filter(|hunk| hunk.proposal == proposal);
        own.filter(meets).map(|hunk| hunk.of).collect()
    }

    /// The open hunks of a document that `old` becoming `new` at `span` of today's text takes the
    /// place of, each with the verdicts that stand. Edits of one answer, and of the second request
    /// that belongs to it, never compete by what they claim.
    pub fn overtaken(
        &self,
        doc: &DocId,
        proposal: EventId,
        span: Span,
        (old, new): (&str, &str),
        claim: Claim,
    ) -> Vec<(HunkRef, Vec<EventId>)> {
        let Some(entry) = self.documents.get(doc) else { return Vec::new() };
        let document = &entry.document;
        let change = changes_at(old, new, span.start);
        let claimed = claim.stretches(document.rope(), &change);
        let question = |of: &EventId| {
            let asked = self.proposals.proposal(of)?.question;
            Some(self.transcript.asked_by_person(asked))
        };
        let own = question(&proposal);
        let meets = |hunk: &&Hunk| {
            let there = hunk.is_open() && hunk.proposal != proposal;
            let of_doc = || {
                self.proposals.proposal(&hunk.proposal).is_some_and(|proposal| proposal.doc == *doc)
            };
            if !there || !of_doc() {
                return false;
            }
            let later = question(&hunk.proposal) != own;
            match hunk.standing(document) {
                (HunkState::Pending, Some(other)) => {
                    let other = changes_at(&hunk.old, &hunk.new, other.start);
                    let within = |stretch: &Stretch| is_within(&other, *stretch);
                    meet(&change, &other) || later && claimed.iter().any(within)
                }
                (HunkState::Stale, Some(other)) => {
                    let within = |stretch: &Stretch| overlap(stretch.span, other);
                    overlap(span, other) || later && claimed.iter().any(within)
                }
                (_, other) => other.is_some_and(|other| overlap(span, other)),
            }
        };
        let all = self.proposals.open_hunks().filter(meets);
        all.map(|hunk| (hunk.of, hunk.verdict.heads())).collect()
    }
}
