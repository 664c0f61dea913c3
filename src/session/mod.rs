//! What is true now: the projections of one session, folded from its events.
//!
//! `fold(all) == apply one by one == any order of arrival`. Does no input or output and is not
//! serialized; whatever is in here can be thrown away and folded again.

mod attempts;
mod comments;
mod competing;
mod decisions;
mod documents;
mod film;
mod fold;
mod hunk_ref;
mod linked;
mod merged;
mod proposals;
mod reasoning;
mod redactions;
mod register;
mod repeats;
mod review;
mod standing;
mod steps;
mod taking;
mod timeline;
mod transcript;
mod why;
mod written;

pub use attempts::{Attempt, Closed, attempts_of, worked_lately};
pub use comments::{Comment, Comments, Thread};
pub use competing::Claim;
pub use decisions::{Decision, Decisions, Setting};
pub use documents::{DocEntry, EditEntry, SavedVersion};
pub use film::Film;
pub use fold::Batch;
pub use hunk_ref::HunkRef;
pub use linked::{ASKED_AGAIN, asked_again_in_short, opening};
pub use merged::Met;
pub use proposals::{Hunk, HunkState, Proposal, Proposals, Verdict};
pub use reasoning::Reasoning;
pub use redactions::{Attestation, Redactions, Taken as RedactionInfo};
pub use register::Register;
pub use review::{OpenHunk, Piece};
pub use standing::Beside;
pub use steps::{LastUndone, LastVerdict, Placing, Said, Split, StepKind, TakenBack};
pub use taking::{Of, Taken};
pub use timeline::{Checkpoint, Moment, Point, What};
pub use transcript::{Message, Spent, Transcript};
pub use why::Why;
pub use written::{Again, Hand, Reasons, Written, joined};

use crate::base::{AuthorId, DocId, EventId, Millis, Rand, WriterId};
use crate::event::{AuthorKind, Branched, Envelope, Event};
use std::collections::{BTreeMap, BTreeSet, VecDeque};

/// Who an author is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AuthorInfo {
    pub kind: AuthorKind,
    pub name: String,
}

/// Who a writer is, and how far it has written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WriterInfo {
    pub author: AuthorId,
    pub doc: Option<DocId>,
}

/// Of every event: where it stands in the order of display, who wrote it and when.
#[derive(Clone, Copy, Debug)]
struct Made {
    lamport: u64,
    writer: WriterId,
    at: Millis,
}

/// What is in the log and not folded, for the status line.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Oddities {
    /// Events of kinds that this version does not know.
    pub unknown: usize,
    /// Events that an author had no right to write, or that make no sense.
    pub refused: usize,
    /// Second events with a number of a writer that was taken.
    pub forks: usize,
}

/// One session.
pub struct Session {
    pub id: EventId,
    /// Where it branched off from another session.
    pub from: Option<Branched>,
    pub title: Register<String>,
    pub authors: BTreeMap<AuthorId, AuthorInfo>,
    pub writers: BTreeMap<WriterId, WriterInfo>,
    /// Pairs of authors that are one person.
    same: BTreeSet<(AuthorId, AuthorId)>,
    pub documents: BTreeMap<DocId, DocEntry>,
    pub transcript: Transcript,
    pub proposals: Proposals,
    pub decisions: Decisions,
    /// In order of display.
    checkpoints: BTreeMap<Moment, Checkpoint>,
    pub comments: Comments,
    pub redactions: Redactions,
    /// In order of display.
    pub attestations: BTreeMap<(u64, EventId), Attestation>,
    pub oddities: Oddities,
    /// The events that were refused, as far as it is known which.
    pub refused: BTreeSet<EventId>,
    /// Shared events that no other shared event names as a parent.
    heads: BTreeSet<EventId>,
    /// Parents that were named and have not come.
    named: BTreeSet<EventId>,
    lamport: u64,
    revision: u64,
    /// Lamport numbers too far ahead to be believed yet.
    ahead: BTreeSet<u64>,
    /// When each author was introduced last.
    introduced: BTreeMap<AuthorId, (u64, EventId)>,
    /// An event came that displaces one that is folded already: fold everything again.
    pub outdated: bool,
    known: BTreeMap<EventId, Made>,
    numbers: BTreeMap<WriterId, BTreeMap<u64, EventId>>,
    /// Events of writers that were not introduced yet.
    waiting: BTreeMap<WriterId, Vec<Envelope>>,
    /// Events that waited for what was folded just now.
    freed: VecDeque<Envelope>,
}

/// What folding an event did.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Folded {
    Done,
    /// It was there already.
    Known,
    /// It waits for its writer to be introduced.
    Waits,
    /// It is kept and counted, not folded.
    Left,
    /// The projections no longer follow from the log: fold everything again.
    Rebuild,
}

impl Session {
    /// An empty session with an id, before any of its events.
    pub fn new(id: EventId) -> Self {
        Self {
            id,
            from: None,
            title: Register::default(),
            authors: BTreeMap::new(),
            writers: BTreeMap::new(),
            same: BTreeSet::new(),
            documents: BTreeMap::new(),
            transcript: Transcript::default(),
            proposals: Proposals::default(),
            decisions: Decisions::default(),
            checkpoints: BTreeMap::new(),
            comments: Comments::default(),
            redactions: Redactions::default(),
            attestations: BTreeMap::new(),
            oddities: Oddities::default(),
            refused: BTreeSet::new(),
            heads: BTreeSet::new(),
            named: BTreeSet::new(),
            lamport: 0,
            revision: 0,
            ahead: BTreeSet::new(),
            introduced: BTreeMap::new(),
            outdated: false,
            known: BTreeMap::new(),
            numbers: BTreeMap::new(),
            waiting: BTreeMap::new(),
            freed: VecDeque::new(),
        }
    }

    pub fn title(&self) -> &str {
        self.title.value().map_or("Untitled", String::as_str)
    }

    /// The name of an author, as introduced.
    pub fn author_name(&self, author: &AuthorId) -> &str {
        match self.authors.get(author) {
            Some(info) => &info.name,
            None if author.as_str() == "outside" => "outside",
            None => "unknown",
        }
    }

    /// Whether two authors are one person.
    pub fn is_same(&self, a: &AuthorId, b: &AuthorId) -> bool {
        a == b
            || self.same.contains(&(a.clone(), b.clone()))
            || self.same.contains(&(b.clone(), a.clone()))
    }

    /// The number that a writer's next event has.
    pub fn next_n(&self, writer: WriterId) -> u64 {
        self.numbers
            .get(&writer)
            .and_then(|taken| taken.keys().next_back())
            .map_or(0, |last| last + 1)
    }

    /// The Lamport number that the next event has.
    pub fn next_lamport(&self) -> u64 {
        self.lamport + 1
    }

    /// The shared events that the next event names as its parents.
    pub fn heads(&self) -> Vec<EventId> {
        self.heads.iter().copied().collect()
    }

    /// Grows with everything that is folded, edits of text aside.
    pub fn revision(&self) -> u64 {
        self.revision
    }

    /// How many events there are, waiting ones included.
    pub fn event_count(&self) -> usize {
        self.known.len()
    }

    pub fn contains(&self, id: &EventId) -> bool {
        self.known.contains_key(id)
    }

    /// Who wrote an event, where its writer is known.
    pub fn author_of(&self, id: &EventId) -> Option<&AuthorId> {
        let made = self.known.get(id)?;
        self.writers.get(&made.writer).map(|writer| &writer.author)
    }

    /// When an event was made, as its writer's clock told.
    pub fn made_at(&self, id: &EventId) -> Option<Millis> {
        self.known.get(id).map(|made| made.at)
    }

    /// The Lamport number of an event; 0 where there is none.
    pub fn lamport_of(&self, id: &EventId) -> u64 {
        self.known.get(id).map_or(0, |made| made.lamport)
    }

    /// Seals an event as the next of `writer`. It must then be applied and stored.
    pub fn seal(&self, event: &Event, writer: WriterId, at: Millis, salts: &mut Rand) -> Envelope {
        self.seal_after(event, writer, at, salts, self.heads())
    }

    /// The same, where it is not to lead back to all that is known here: others get it with these.
    pub fn seal_after(
        &self,
        event: &Event,
        writer: WriterId,
        at: Millis,
        salts: &mut Rand,
        parents: Vec<EventId>,
    ) -> Envelope {
        let (n, lamport) = (self.next_n(writer), self.next_lamport());
        event.seal(Some(self.id), writer, n, lamport, parents, at, salts)
    }

    /// The only document, or the first that was added.
    pub fn first_document(&self) -> Option<&DocId> {
        self.documents.keys().next()
    }

    /// The authors of the given kind, by id.
    pub fn authors_of(&self, kind: AuthorKind) -> impl Iterator<Item = (&AuthorId, &AuthorInfo)> {
        self.authors.iter().filter(move |(_, info)| info.kind == kind)
    }
}
