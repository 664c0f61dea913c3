//! Folding: how each kind of event changes the projections.

use super::documents::EditEntry;
use super::{
    Attestation, AuthorInfo, Checkpoint, Closed, Comment, Decision, DocEntry, Folded, HunkRef,
    Made, Message, Placing, Proposal, RedactionInfo, Register, SavedVersion, Session, Setting,
    Split, Verdict, WriterInfo,
};
use crate::base::{AuthorId, DocId, EventId, WriterId};
use crate::event::{Author, AuthorKind, DecisionStatus, Envelope, Event, MessageRole, Text};
use crate::text::{Delta, TextError};
use std::collections::BTreeMap;

/// The furthest that a foreign event may push the Lamport clock ahead at once. A bogus number
/// would otherwise use the clock up.
const LAMPORT_LEAP: u64 = 1 << 40;

/// Edits that were noted and are not in the texts yet.
#[derive(Default)]
pub struct Batch {
    edited: BTreeMap<DocId, Vec<EventId>>,
}

impl Session {
    /// Folds a session from all of its events, in any order. Of two events with one number of one
    /// writer the lower id folds.
    pub fn fold<'a>(id: EventId, events: impl IntoIterator<Item = &'a Envelope>) -> Self {
        let events: Vec<&Envelope> = events.into_iter().collect();
        let mut first: BTreeMap<(WriterId, u64), EventId> = BTreeMap::new();
        for event in events.iter().filter(|event| event.session_id() == id) {
            let taken = first.entry((event.writer, event.n)).or_insert(event.id);
            *taken = event.id.min(*taken);
        }
        let folds = |event: &&Envelope| {
            first.get(&(event.writer, event.n)).is_none_or(|taken| *taken == event.id)
        };
        let (mut stand, forks): (Vec<_>, Vec<_>) = events.into_iter().partition(folds);
        stand.extend(forks);
        let mut session = Self::new(id);
        session.apply_all(stand.iter().copied());
        if session.outdated {
            // Two redactions tell different shapes of one body: with both known the first counts.
            let mut again = session.anew();
            again.apply_all(stand);
            again.outdated = false;
            return again;
        }
        session
    }

    /// The session before any of its events, but with what is known of shapes: where it is
    /// `outdated`, all of them are to be taken into that.
    pub fn anew(self) -> Self {
        let mut again = Self::new(self.id);
        again.redactions = self.redactions.known();
        again
    }

    /// Applies many events; the edits of a document go into it together, which is much faster.
    /// Returns what happened to the text of each document that changed.
    pub fn apply_all<'a>(
        &mut self,
        events: impl IntoIterator<Item = &'a Envelope>,
    ) -> BTreeMap<DocId, Delta> {
        let mut batch = Batch::default();
        for event in events {
            self.take(event, &mut batch);
        }
        self.settle(batch)
    }

    /// Applies one of many events. The text follows with [`Session::settle`], which must come
    /// before anything asks for it.
    pub fn take(&mut self, event: &Envelope, batch: &mut Batch) -> Folded {
        self.apply_lazily(event, &mut batch.edited)
    }

    /// Brings the texts up to date after [`Session::take`]. Returns what happened to each that
    /// changed.
    pub fn settle(&mut self, batch: Batch) -> BTreeMap<DocId, Delta> {
        let mut deltas = BTreeMap::new();
        for (doc, ids) in batch.edited {
            let Some(entry) = self.documents.get_mut(&doc) else { continue };
            match entry.take_in(&ids.into_iter().collect()) {
                Ok(imported) => {
                    for error in &imported.refused {
                        let TextError::BadEdit { writer, start, .. } = error else { continue };
                        let found = entry.starts.get(&(*writer, *start));
                        self.refused.extend(found.map(|(_, id)| *id));
                    }
                    self.proposals.anchors_came();
                    self.oddities.refused += imported.refused.len();
                    deltas.insert(doc, imported.delta);
                }
                Err(_) => self.oddities.refused += 1,
            }
        }
        deltas
    }

    /// Begins a document with the text as it was kept after many of its edits, before any event
    /// is applied. Those edits then change nothing.
    pub fn begin_document(&mut self, document: crate::text::Document) {
        let doc = document.id().clone();
        let entry = self.documents.entry(doc.clone()).or_insert_with(|| DocEntry::new(doc));
        entry.document = document;
    }

    /// Applies one event. A document's own edit that is already in its text (made here) is only
    /// recorded: see [`Session::record_own`].
    pub fn apply(&mut self, event: &Envelope) -> Folded {
        let mut batch = Batch::default();
        let folded = self.take(event, &mut batch);
        self.settle(batch);
        folded
    }

    /// Records an edit that was made on the document here: the text has it already.
    pub fn record_own(&mut self, event: &Envelope) -> Folded {
        self.apply_lazily(event, &mut BTreeMap::new())
    }

    fn apply_lazily(
        &mut self,
        event: &Envelope,
        edited: &mut BTreeMap<DocId, Vec<EventId>>,
    ) -> Folded {
        if event.session_id() != self.id {
            self.oddities.refused += 1;
            self.refused.insert(event.id);
            return Folded::Left;
        }
        let made = Made { lamport: event.lamport, writer: event.writer, at: event.at };
        if self.known.insert(event.id, made).is_some() {
            return Folded::Known;
        }
        let taken = self.numbers.entry(event.writer).or_default();
        if let Some(first) = taken.get(&event.n) {
            self.oddities.forks += 1;
            // Both are kept; the lower id folds.
            if event.id < *first {
                self.outdated = true;
                return Folded::Rebuild;
            }
            return Folded::Left;
        }
        taken.insert(event.n, event.id);
        self.tick(event.lamport);
        if !event.is_local() {
            for parent in &event.parents {
                // A parent that is to come will be no head.
                if !self.heads.remove(parent) && !self.known.contains_key(parent) {
                    self.named.insert(*parent);
                }
            }
            if !self.named.remove(&event.id) {
                self.heads.insert(event.id);
            }
        }
        let folded = self.fold_noting(event, edited);
        // What it frees may free others: a chain of any length, so not by recursion.
        while let Some(freed) = self.freed.pop_front() {
            self.fold_noting(&freed, edited);
        }
        folded
    }

    /// Moves the clock. What is too far ahead waits until the clock comes near it, so that the
    /// order of arrival makes no difference.
    fn tick(&mut self, lamport: u64) {
        self.ahead.insert(lamport);
        while let Some(next) = self.ahead.first().copied() {
            if next >= self.lamport.saturating_add(LAMPORT_LEAP) {
                break;
            }
            self.lamport = self.lamport.max(next);
            self.ahead.pop_first();
        }
    }

    /// Learns of authors and writers, and holds back what an unknown writer wrote: the event as it
    /// came, since what fills its gaps may be another thing by then.
    pub(super) fn introduce(
        &mut self,
        event: &Envelope,
        decoded: Event,
        edited: &mut BTreeMap<DocId, Vec<EventId>>,
    ) -> Folded {
        let author = match &decoded {
            // What introduces a writer is its first event; a session is created once.
            Event::SessionCreated { .. } | Event::WriterStarted { .. } if event.n != 0 => {
                self.oddities.refused += 1;
                return Folded::Left;
            }
            Event::SessionCreated { .. } if event.session.is_some() => {
                self.oddities.refused += 1;
                return Folded::Left;
            }
            Event::SessionCreated { author, .. } => {
                self.introduce_author((event.lamport, event.id), author);
                Some((author.author.clone(), None))
            }
            Event::WriterStarted { author, doc } => Some((author.clone(), doc.clone())),
            _ => None,
        };
        if let Some((author, doc)) = author {
            self.writers.insert(event.writer, WriterInfo { author: author.clone(), doc });
            self.fold_one(event, decoded, &author, edited);
            self.freed.extend(self.waiting.remove(&event.writer).unwrap_or_default());
            return Folded::Done;
        }
        let known = self.writers.get(&event.writer).map(|writer| writer.author.clone());
        // What never leaves this machine is nobody's in particular: its writer has no introduction.
        let known = known.or_else(|| event.is_local().then(AuthorId::outside));
        match known {
            Some(author) => self.fold_one(event, decoded, &author, edited),
            None => {
                self.waiting.entry(event.writer).or_default().push(event.clone());
                Folded::Waits
            }
        }
    }

    /// An author as introduced last, in order of display.
    fn introduce_author(&mut self, at: (u64, EventId), author: &Author) {
        let as_named = match author.kind {
            AuthorKind::Person => author.author.is_person(),
            AuthorKind::Model => author.author.is_model(),
            AuthorKind::Agent => author.author.as_str().starts_with("a_"),
        };
        if !as_named {
            self.oddities.refused += 1;
            return;
        }
        let last = self.introduced.entry(author.author.clone()).or_insert(at);
        if *last <= at {
            *last = at;
            let name = author.name.0.as_deref().unwrap_or("(name redacted)").into();
            let info = AuthorInfo { kind: author.kind, name };
            self.authors.insert(author.author.clone(), info);
        }
    }

    fn fold_one(
        &mut self,
        event: &Envelope,
        decoded: Event,
        author: &AuthorId,
        edited: &mut BTreeMap<DocId, Vec<EventId>>,
    ) -> Folded {
        if author.is_model() && !may_model_write(&decoded) {
            self.oddities.refused += 1;
            return Folded::Left;
        }
        let (id, lamport, at) = (event.id, event.lamport, event.at);
        self.revision += u64::from(!matches!(decoded, Event::DocumentEdited(_)));
        match decoded {
            Event::SessionCreated { title, from, .. } => {
                self.from = from;
                self.title.set(id, lamport, told(&title), &[]);
            }
            Event::SessionTitled { title, replaces } => {
                self.title.set(id, lamport, told(&title), &replaces);
            }
            Event::AuthorIntroduced(author) => self.introduce_author((lamport, id), &author),
            Event::AuthorSameAs { author: one, same } => {
                // A person speaks for herself only.
                if one == *author || same == *author {
                    self.same.insert((one, same));
                }
            }
            Event::WriterStarted { .. }
            | Event::EgressRecorded { .. }
            | Event::RecordRedacted(_) => {}
            Event::EventRedacted(what) => {
                let author = author.clone();
                return self.redacted(RedactionInfo { id, lamport, author, at, what });
            }
            Event::LogAttested { heads, count, about, settings, who, key, sig } => {
                let (author, who) = (author.clone(), who.as_str().into());
                let (key, sig) = (key.as_str().into(), sig.as_str().into());
                let made = Attestation {
                    id,
                    lamport,
                    author,
                    at,
                    heads,
                    count,
                    about,
                    settings,
                    who,
                    key,
                    sig,
                };
                self.attestations.insert((lamport, id), made);
            }
            Event::DocumentAdded { doc, name, hint } => {
                let hint = hint.map(|hint| hint.as_str().into());
                self.document_mut(&doc).name((lamport, id), name.as_str().into(), hint);
            }
            Event::DocumentEdited(edit) => {
                let doc = edit.doc.clone();
                let entry =
                    EditEntry { id, writer: event.writer, author: author.clone(), at, edit };
                self.document_mut(&doc).add_edit(lamport, entry);
                edited.entry(doc).or_default().push(id);
            }
            Event::DocumentSaved { doc, version, hash } => {
                let saved =
                    SavedVersion { event: id, lamport, version, hash: hash.as_str().into() };
                self.document_mut(&doc).add_saved(saved);
            }
            Event::DocumentBound { doc, path } => {
                self.document_mut(&doc).bind((lamport, id), path.as_str().into());
            }
            Event::MessagePosted {
                role,
                after,
                text,
                status,
                model,
                usage,
                error,
                links,
                asked,
                reasoning,
                brought,
            } => {
                if author.is_model() == (role == MessageRole::Person) {
                    self.oddities.refused += 1;
                    return Folded::Left;
                }
                self.transcript.add(Message {
                    id,
                    lamport,
                    at,
                    author: author.clone(),
                    role,
                    after,
                    text: text.0,
                    status,
                    model: model.map(|model| model.as_str().into()),
                    usage,
                    error: error.map(|error| error.as_str().into()),
                    links,
                    asked,
                    reasoning: reasoning
                        .and_then(|text| text.0)
                        .map(|text| super::Reasoning::new(&text)),
                    brought,
                });
            }
            Event::MessagePinned { message, pinned, replaces } => {
                self.transcript.pin(id, lamport, message, pinned, &replaces);
            }
            Event::ProposalOpened { doc, question, version, span, dialect } => {
                let author = author.clone();
                self.proposals.open(Proposal {
                    id,
                    lamport,
                    at,
                    author,
                    doc,
                    question,
                    version,
                    span,
                    dialect,
                });
            }
            Event::ProposalClosed(tally) => {
                let author = author.clone();
                self.proposals.close(id, Closed { at, author, tally });
            }
            Event::HunkMade { proposal, hunk } => self.proposals.made(id, lamport, proposal, hunk),
            Event::HunkSplit { hunk, parts, replaces } => {
                let split = Split { parts, replaces, author: author.clone(), at };
                self.proposals.split(id, lamport, hunk, split);
            }
            Event::HunkPlaced { hunk, start, end, old, replaces } => {
                let old = old.as_str().into();
                let author = author.clone();
                let placing = Placing { place: (start, end), old, replaces, author, at };
                self.proposals.placed(id, lamport, hunk, placing);
            }
            Event::HunkCollided { hunk, part, edits } => {
                self.proposals.collided(id, HunkRef { id: hunk, part }, edits);
            }
            Event::HunkResolved { hunk, part, verdict, reason, edit, replaces } => {
                let reason = reason.map(|reason| reason.as_str().into());
                let author = author.clone();
                let verdict = Verdict { verdict, reason, edit, author, at };
                self.proposals.resolved(id, lamport, HunkRef { id: hunk, part }, verdict, replaces);
            }
            Event::DecisionRecorded {
                title,
                status,
                context,
                options,
                outcome,
                consequences,
                links,
                review,
                supersedes,
                taken,
            } => {
                if author.is_model() && status != DecisionStatus::Proposed {
                    self.oddities.refused += 1;
                    return Folded::Left;
                }
                let set = |text: &str| {
                    let mut register = Register::default();
                    register.set(id, lamport, String::from(text), &[]);
                    register
                };
                let mut decision = Decision {
                    id,
                    lamport,
                    at,
                    author: author.clone(),
                    supersedes,
                    taken,
                    title: set(title.told()),
                    status: Register::default(),
                    context: set(context.told()),
                    options: Register::default(),
                    outcome: set(outcome.told()),
                    consequences: set(consequences.told()),
                    links: Register::default(),
                    review: set(review.as_str()),
                    accepts: BTreeMap::new(),
                    reasons: BTreeMap::new(),
                };
                decision.status.set(id, lamport, status, &[]);
                decision.accepts.insert(id, vec![id]);
                decision.options.set(id, lamport, options, &[]);
                decision.links.set(id, lamport, links, &[]);
                self.decisions.add(decision);
            }
            Event::CheckpointMade { name, versions } => {
                let (author, name) = (author.clone(), name.as_str().into());
                let made = Checkpoint { id, at, author, name, versions };
                self.checkpoints.insert((lamport, id), made);
            }
            Event::CommentPosted { about, after, text } => {
                let (author, text) = (author.clone(), text.0);
                self.comments.add(Comment { id, lamport, at, author, text, about, after });
            }
            Event::CommentResolved { comment, resolved, answers, replaces } => {
                let done = resolved.then_some(answers);
                self.comments.resolve(id, lamport, comment, done, &replaces);
            }
            Event::DecisionChanged { decision, field, replaces, accepts, reason } => {
                let setting = Setting { id, lamport, field, replaces, accepts, reason };
                self.decisions.change(decision, setting);
            }
        }
        Folded::Done
    }

    fn document_mut(&mut self, doc: &DocId) -> &mut DocEntry {
        self.documents.entry(doc.clone()).or_insert_with(|| DocEntry::new(doc.clone()))
    }

    /// Gives the open hunks of every document their marks. Call after events were applied; costs
    /// nothing when no hunk changed.
    pub fn track_hunks(&mut self) {
        if !self.proposals.take_untracked() {
            return;
        }
        for (doc, entry) in &mut self.documents {
            self.proposals.track(doc, &mut entry.document);
        }
    }

    /// Whether an author is a person.
    pub fn is_person(&self, author: &AuthorId) -> bool {
        self.authors.get(author).is_some_and(|info| info.kind == AuthorKind::Person)
    }
}

/// What is shown where it is redacted as well.
fn told(text: &Text) -> String {
    text.told().into()
}

/// What a model's writer has the right to write.
fn may_model_write(event: &Event) -> bool {
    matches!(
        event,
        Event::MessagePosted { .. }
            | Event::ProposalOpened { .. }
            | Event::HunkMade { .. }
            | Event::ProposalClosed(_)
            | Event::DecisionRecorded { .. }
            | Event::CommentPosted { .. }
            | Event::WriterStarted { .. }
    )
}
