//! Who wrote which characters, in the words of the session: authors, messages, proposals and hunks
//! instead of writers and operations. Derived from the text and the log when it is asked for;
//! nothing of it is kept.

use super::{Decision, DocEntry, EditEntry, HunkRef, Message, Session};
use crate::base::{AuthorId, DocId, EventId, Millis, OpId, Pos, Span};
use crate::event::{AuthorKind, CauseKind, FILLER, How, Link, Op, Version};
use crate::text::{Document, Run, TextError};
use std::collections::{BTreeMap, BTreeSet};

/// What kind of author wrote something.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Hand {
    Person,
    Model,
    Agent,
    /// It came from elsewhere: another program wrote it into the file.
    Outside,
    /// Nobody who wrote it was introduced.
    Unknown,
}

/// A run of characters with how it came to be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Written {
    pub span: Span,
    pub hand: Hand,
    /// Whose words these are; nothing where that is not known.
    pub author: Option<AuthorId>,
    pub how: How,
    /// Who brought the words in: of proposed text, who accepted it.
    pub by: Option<AuthorId>,
    /// The edit that brought the words in first; nothing while they are being typed. Of runs that
    /// were joined, the newest.
    pub edit: Option<EventId>,
    pub at: Option<Millis>,
    /// The question whose answer proposed it.
    pub message: Option<EventId>,
    pub proposal: Option<EventId>,
    pub hunk: Option<HunkRef>,
    /// Of proposed text: whether it was on the screen when it was accepted.
    pub seen: Option<bool>,
    /// Of proposed text: the person changed it before accepting it.
    pub edited_before: bool,
    /// Of text that came in as one piece (proposed, pasted): something of the piece is gone, or
    /// something stands in it that was not there.
    pub edited_since: bool,
    /// It was brought here from another place by a later edit: copied, moved, or brought back.
    pub again: Option<(EventId, Again)>,
    /// The words are gone, and filler stands in their place: the redaction.
    pub redacted: Option<EventId>,
}

/// How a text came again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Again {
    Copied,
    BroughtBack,
}

impl Written {
    /// Text that is in no version of the session.
    pub fn elsewhere(span: Span) -> Self {
        Self {
            span,
            hand: Hand::Outside,
            author: Some(AuthorId::outside()),
            how: How::Outside,
            by: None,
            edit: None,
            at: None,
            message: None,
            proposal: None,
            hunk: None,
            seen: None,
            edited_before: false,
            edited_since: false,
            again: None,
            redacted: None,
        }
    }

    /// Whether both say the same, the times aside.
    pub fn is_like(&self, other: &Self) -> bool {
        let said =
            |one: &Self| (one.seen, one.edited_before, one.edited_since, one.again, one.redacted);
        (self.hand, &self.author, self.how, &self.by)
            == (other.hand, &other.author, other.how, &other.by)
            && (self.message, self.proposal, self.hunk)
                == (other.message, other.proposal, other.hunk)
            && said(self) == said(other)
    }
}

/// What was written in one go: neighbours that are further apart in time are not joined, or a
/// paragraph would have the day of the one beside it.
const ONE_GO_MS: u64 = 10 * 60 * 1000;

/// Joins neighbours that say the same and were written in one go; the newest time of both stays.
pub fn joined(runs: Vec<Written>) -> Vec<Written> {
    let mut out: Vec<Written> = Vec::new();
    for run in runs {
        match out.last_mut() {
            Some(last)
                if last.span.end == run.span.start
                    && last.is_like(&run)
                    && in_one_go(last, &run) =>
            {
                last.span.end = run.span.end;
                // What is being typed has no time yet and is the newest.
                if last.at.is_some() && run.at.is_none_or(|at| Some(at) > last.at) {
                    (last.at, last.edit) = (run.at, run.edit);
                }
            }
            _ => out.push(run),
        }
    }
    out
}

fn in_one_go(one: &Written, other: &Written) -> bool {
    match (one.at, other.at) {
        (Some(one), Some(other)) => one.0.abs_diff(other.0) <= ONE_GO_MS,
        // What is being typed has no time yet.
        _ => true,
    }
}

impl DocEntry {
    /// The edit that operation `id` is of.
    pub fn edit_of(&self, id: OpId) -> Option<&EditEntry> {
        let (_, key) = self.starts.range(..=(id.writer, id.counter)).next_back()?;
        let entry = self.edits.get(key)?;
        let offset = id.counter.checked_sub(entry.edit.start)?;
        (entry.writer == id.writer && offset < entry.edit.width()).then_some(entry)
    }

    /// The text with its history as it stood at a version that is known.
    pub fn at(&self, version: &Version) -> Result<Document, TextError> {
        if let Some(id) = version.0.iter().find(|id| !self.document.owns(**id)) {
            return Err(TextError::UnknownVersion(*id));
        }
        let past = self.document.past(&version.0).ok_or(TextError::NoHistory)?;
        let within = |entry: &&EditEntry| {
            past.get(&entry.writer).is_some_and(|count| entry.edit.start < *count)
        };
        let edits: Vec<_> =
            self.edits().filter(within).map(|entry| (entry.writer, &entry.edit)).collect();
        let mut document = Document::new(self.document.id().clone());
        document.apply_edits(&edits)?;
        Ok(document)
    }
}

impl EditEntry {
    /// The characters that were inserted together with the one that `id` inserted: the first
    /// one's operation, and how many.
    fn piece(&self, id: OpId) -> Option<(OpId, u32)> {
        let mut counter = self.edit.start;
        for op in &self.edit.ops {
            let end = counter.saturating_add(op.width());
            if id.counter < end {
                let first = OpId { writer: id.writer, counter };
                return matches!(op, Op::Insert { .. }).then_some((first, op.width()));
            }
            counter = end;
        }
        None
    }
}

impl Session {
    /// What kind of author somebody is.
    pub fn hand(&self, author: &AuthorId) -> Hand {
        match self.authors.get(author).map(|info| info.kind) {
            Some(AuthorKind::Person) => Hand::Person,
            Some(AuthorKind::Model) => Hand::Model,
            Some(AuthorKind::Agent) => Hand::Agent,
            None if *author == AuthorId::outside() => Hand::Outside,
            None => Hand::Unknown,
        }
    }

    /// Who wrote what in a span of a document's text of now, in order and without gaps.
    pub fn written(&self, doc: &DocId, span: Span) -> Vec<Written> {
        let Some(entry) = self.documents.get(doc) else { return Vec::new() };
        self.written_in(entry, &entry.document, span)
    }

    /// Whose words stand in a span of the text of now, in order: what a glance has to know of it.
    pub fn hands(&self, doc: &DocId, span: Span) -> Vec<(Span, Hand, Option<AuthorId>)> {
        let Some(entry) = self.documents.get(doc) else { return Vec::new() };
        self.hands_in(entry, &entry.document, span)
    }

    /// The same of a text that one of the document's versions is.
    pub fn hands_in(
        &self,
        entry: &DocEntry,
        document: &Document,
        span: Span,
    ) -> Vec<(Span, Hand, Option<AuthorId>)> {
        let mut out = Vec::new();
        for run in document.runs(span) {
            if document.owns(run.source) {
                let (hand, author) = self.whose(&run);
                out.push((run.span, hand, author));
            } else {
                let written = self.written_in(entry, document, run.span);
                out.extend(written.into_iter().map(|run| (run.span, run.hand, run.author)));
            }
        }
        out
    }

    /// Whose words a run is.
    pub(super) fn whose(&self, run: &Run) -> (Hand, Option<AuthorId>) {
        let writer = || self.writers.get(&run.writer).map(|writer| writer.author.clone());
        let author = run.origin.author.clone().or_else(writer);
        let hand = match (&author, run.origin.how) {
            (_, How::Outside) => Hand::Outside,
            (Some(author), _) => self.hand(author),
            (None, _) => Hand::Unknown,
        };
        (hand, author)
    }

    /// Who wrote what in a span of a text that one of the document's versions is.
    pub fn written_in(&self, entry: &DocEntry, document: &Document, span: Span) -> Vec<Written> {
        let end = span.end.0.min(document.len());
        let span = Span::new(Pos(span.start.0.min(end)), Pos(end));
        let (mut out, mut known) = (Vec::new(), Whole::new());
        for run in document.runs(span) {
            if document.owns(run.source) {
                self.push_run(entry, document, run, &mut known, &mut out);
                continue;
            }
            // The words of another document: how they came in there.
            let len = run.span.len() as u32;
            let other = self.documents.values().find(|other| other.document.owns(run.source));
            let Some(other) = other else {
                self.push_run(entry, document, run, &mut known, &mut out);
                continue;
            };
            for piece in other.document.origins(run.source, len) {
                let moved = |pos: Pos| Pos(run.span.start.0 + pos.0);
                let here = Span { start: moved(piece.span.start), end: moved(piece.span.end) };
                let again = self.came_again(entry, &run);
                let mut made = self.written_run(other, &Run { span: here, ..piece });
                made.again = again;
                out.push(made);
            }
        }
        out
    }

    /// A run, cut where one edit ends and the next begins.
    fn push_run(
        &self,
        entry: &DocEntry,
        document: &Document,
        run: Run,
        known: &mut Whole,
        out: &mut Vec<Written>,
    ) {
        let mut rest = run;
        while !rest.span.is_empty() {
            let edit = entry.edit_of(rest.source);
            let piece = edit.and_then(|edit| edit.piece(rest.source));
            let left = rest.span.len() as u32;
            // What is not sealed yet is one piece, and so is typing within one edit.
            let typed = rest.origin.is_typed();
            let len = match (edit, piece) {
                (Some(edit), _) if typed => {
                    let end = edit.edit.start.saturating_add(edit.edit.width());
                    left.min(end - rest.source.counter)
                }
                (Some(_), Some((first, len))) => {
                    left.min(first.counter.saturating_add(len) - rest.source.counter)
                }
                _ => left,
            };
            let cut = Pos(rest.span.start.0 + len as usize);
            let mut here = rest.clone();
            here.span.end = cut;
            let mut made = self.written_run(entry, &here);
            made.again = self.came_again(entry, &here);
            made.redacted = edit.and_then(|edit| self.redacted_in(&edit.id, document, here.span));
            // A file is a piece of another kind: nobody asks whether all of it is as it came.
            let asked = matches!(here.origin.how, How::Proposed | How::Pasted);
            if let (true, Some((first, count))) = (asked, piece) {
                made.edited_since = !is_whole(document, &here, first, count, known);
            }
            out.push(made);
            rest.span.start = cut;
            rest.id.counter = rest.id.counter.saturating_add(len);
            rest.source.counter = rest.source.counter.saturating_add(len);
        }
    }

    /// The redaction of an edit whose words are gone from a span.
    fn redacted_in(&self, edit: &EventId, document: &Document, span: Span) -> Option<EventId> {
        let taken = self.redactions.of(edit).filter(|_| self.redactions.is_filled(edit))?;
        let rope = document.rope();
        let end = span.end.0.min(rope.len_chars());
        let words = rope.get_slice(span.start.0.min(end)..end)?;
        words.chars().any(|one| one == FILLER).then_some(taken.id)
    }

    /// What is known of a run whose words came in with one edit of `entry`.
    fn written_run(&self, entry: &DocEntry, run: &Run) -> Written {
        let edit = entry.edit_of(run.source);
        let by = self.writers.get(&run.writer).map(|writer| writer.author.clone());
        let (hand, author) = self.whose(run);
        let cause = edit.and_then(|edit| edit.edit.cause.as_ref());
        let cause = cause.filter(|cause| cause.kind == CauseKind::Accept);
        let hunk = cause.and_then(|cause| Some(HunkRef { id: cause.hunk?, part: cause.part }));
        Written {
            span: run.span,
            hand,
            author,
            how: run.origin.how,
            by,
            edit: edit.map(|edit| edit.id),
            at: edit.map(|edit| edit.at),
            message: run.origin.message,
            proposal: run.origin.proposal,
            hunk: hunk.filter(|_| run.origin.how == How::Proposed),
            seen: run.origin.seen,
            edited_before: run.origin.edited,
            edited_since: false,
            again: None,
            redacted: None,
        }
    }

    /// Of words that stand where a later edit put them: which, and how.
    fn came_again(&self, entry: &DocEntry, run: &Run) -> Option<(EventId, Again)> {
        if run.id == run.source {
            return None;
        }
        let edit = entry.edit_of(run.id)?;
        let kind = edit.edit.cause.as_ref().map(|cause| cause.kind);
        // What stood in one piece with redacted words came to nobody's mind again.
        if kind == Some(CauseKind::Redact) {
            return None;
        }
        let back = matches!(
            kind,
            Some(CauseKind::Undo | CauseKind::Redo | CauseKind::Restore | CauseKind::Outside)
        );
        Some((edit.id, if back { Again::BroughtBack } else { Again::Copied }))
    }

    /// The answer that came with a proposal, once it is whole.
    pub fn answer_of(&self, proposal: &EventId) -> Option<&Message> {
        let proposal = self.proposals.proposal(proposal)?;
        self.transcript.iter().find(|message| {
            message.after == Some(proposal.question)
                && message.author == proposal.author
                && message.lamport > proposal.lamport
        })
    }
}

/// Whether pieces stand whole: by the operation of the first character, and where that would stand.
type Whole = BTreeMap<(OpId, usize), bool>;

/// Whether a run stands in the whole of the piece of `count` characters that came in from `first`
/// on. Each place is looked at once.
fn is_whole(document: &Document, run: &Run, first: OpId, count: u32, known: &mut Whole) -> bool {
    let offset = (run.source.counter - first.counter) as usize;
    if offset == 0 && run.span.len() == count as usize {
        return true;
    }
    let Some(start) = run.span.start.0.checked_sub(offset) else { return false };
    *known.entry((first, start)).or_insert_with(|| {
        let end = start + count as usize;
        let source = |pos: usize| {
            let one = Span { start: Pos(pos), end: Pos(pos + 1) };
            document.runs(one).first().map(|run| run.source)
        };
        let last = OpId { counter: first.counter.saturating_add(count - 1), ..first };
        // Most of what is not whole is seen at its ends.
        if end > document.len() || source(start) != Some(first) || source(end - 1) != Some(last) {
            return false;
        }
        let mut next = first;
        document.runs(Span { start: Pos(start), end: Pos(end) }).iter().all(|one| {
            let fits = one.source == next;
            next.counter = next.counter.saturating_add(one.span.len() as u32);
            fits
        })
    })
}

/// The decisions that a text hangs on: those linked to its place, to the exchange in which it was
/// proposed, or to its hunk.
pub struct Reasons<'a> {
    by_place: Vec<(Span, &'a Decision)>,
    by_link: BTreeMap<EventId, Vec<&'a Decision>>,
}

impl<'a> Reasons<'a> {
    /// Those of a session, with their places in a text of the document.
    pub fn of(session: &'a Session, document: &Document) -> Self {
        let (mut by_place, mut by_link) = (Vec::new(), BTreeMap::<_, Vec<_>>::new());
        for decision in session.decisions.newest() {
            for link in decision.links() {
                match link {
                    Link::Span { doc, start, end, .. } if doc == document.id() => {
                        let span = document.anchor_span((*start, *end));
                        by_place.extend(span.map(|span| (span, decision)));
                    }
                    Link::Span { .. } | Link::Decision(_) => {}
                    Link::Message(id) | Link::Hunk(id) => {
                        by_link.entry(*id).or_default().push(decision);
                    }
                }
            }
        }
        Self { by_place, by_link }
    }

    /// Where decisions are linked to the text.
    pub fn places(&self) -> impl Iterator<Item = (Span, EventId)> + '_ {
        self.by_place.iter().map(|(span, decision)| (*span, decision.id))
    }

    /// The decisions of one run, newest first.
    pub fn about(&self, session: &Session, run: &Written) -> Vec<&'a Decision> {
        let shares = |span: &Span| span.start < run.span.end && run.span.start < span.end;
        let here = self.by_place.iter().filter(|(span, _)| shares(span)).map(|(_, one)| *one);
        let mut seen = BTreeSet::new();
        let all = here.chain(self.linked(session, run));
        let mut all: Vec<_> = all.filter(|one| seen.insert(one.id)).collect();
        all.sort_by_key(|one| std::cmp::Reverse((one.lamport, one.id)));
        all
    }

    /// Those that are linked to the exchange in which a run was proposed, or to its hunk.
    pub fn linked(&self, session: &Session, run: &Written) -> Vec<&'a Decision> {
        let answer = run.proposal.and_then(|id| session.answer_of(&id)).map(|message| message.id);
        let linked = [run.message, answer, run.hunk.map(|hunk| hunk.id)];
        let linked = linked.into_iter().flatten().filter_map(|id| self.by_link.get(&id)).flatten();
        linked.copied().collect()
    }
}
