//! Where the log lives: the library on this machine, and session files to share.
//!
//! Owns the vocabulary of storing (what is written, what is read back) and the two ports:
//! [`SqliteStore`], the truth on this machine, and [`jsonl`], the file one mails or commits. Knows
//! no projection and no provider, starts no thread, and keeps the database library's types inside
//! `sqlite`.
//!
//! One store belongs to one thread. Every call blocks; [`SqliteStore::write`] is safe against
//! `kill -9` when it returns, and against a power cut once [`Syncer::sync`] has returned, which
//! another thread calls so that nobody waits for the disk while holding a lock.

pub mod draft;
mod error;
pub mod jsonl;
mod locks;
mod place;
mod segment;
mod snippet;
mod sqlite;
mod sync;
#[cfg(test)]
mod tests;

pub use draft::{Draft, DraftHead, DraftStep, Splice};
pub use error::StoreError;
pub use snippet::{Snippet, snippet};
pub use sqlite::{SqliteStore, llm_rows};
pub use sync::Syncer;

use crate::base::{AuthorId, DocId, EventId, Millis, TurnId, WriterId};
use crate::event::{BadLine, BurstHead, Envelope, Version, WipOp};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// How a library is opened.
#[derive(Clone, Debug, Default)]
pub struct Options {
    /// The most pages of 4096 bytes the library may have; for tests of a full disk.
    pub page_limit: Option<u32>,
    /// Opens nothing for writing and takes no lock: for looking at a library that belongs to
    /// somebody else or lies on a read-only disk.
    pub read_only: bool,
    /// The version of the rules by which the caller makes its [`SearchRow`]s. When it differs from
    /// the library's, the rows are dropped and [`SqliteStore::needs_rebuild`] says so.
    pub rows_version: u32,
}

/// One thing to write. A batch is written whole or not at all, and writing the same batch again
/// (after an error) changes nothing that the first time did.
#[derive(Clone, Debug, PartialEq)]
pub enum Write {
    /// Registers a writer that this process minted. Comes before anything that writer writes.
    Writer { writer: WriterId, session: EventId, author: AuthorId, doc: Option<DocId> },
    /// One operation of a burst; the head comes with the first.
    Wip { head: Option<Box<BurstHead>>, writer: WriterId, row: u64, op: WipOp },
    /// Events made by this process. The burst rows of `clears` and the streamed parts of `ends`
    /// are in them now and go in the same transaction.
    Events { events: Vec<Envelope>, clears: Vec<WriterId>, ends: Vec<TurnId> },
    /// Events made elsewhere: of a session file or of another library. Those of local kinds are
    /// refused, and none can take the place of an event of a writer that was minted here.
    Import { events: Vec<Envelope> },
    /// A piece of an answer as it streams; the head comes with the first.
    Stream { turn: TurnId, head: Option<StreamHead>, seq: u64, text: String },
    /// A piece of what the model thinks before an answer that has begun to stream.
    Thought { turn: TurnId, seq: u64, text: String },
    /// Search rows of projections: each replaces the one with its session and key, and one with an
    /// empty title and body deletes it.
    Rows(Vec<SearchRow>),
    /// View state of a session, such as caret, tab, drafts: no event. An empty value deletes it.
    View { session: EventId, key: String, value: String },
    /// What happens to the unsaved text of a file that has no history (yet).
    Draft { id: String, step: DraftStep },
    /// A document as the CRDT stores it, to open faster. A cache.
    Snapshot {
        session: EventId,
        doc: DocId,
        version: Version,
        bytes: Vec<u8>,
        /// All rows of the log up to this one are in it; 0 where that is not known.
        upto_rid: i64,
    },
}

/// What is needed to post an answer that was cut off.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct StreamHead {
    pub session: EventId,
    /// The message that is answered.
    pub question: EventId,
    pub author: AuthorId,
    /// `provider/model`.
    pub model: String,
    /// When the answer began, in milliseconds since the epoch.
    pub at: u64,
}

/// What a write did.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Written {
    /// The last row of the log after a write of events, of any session; other processes may have
    /// written rows before it that were not read yet, so a reader's cursor is what it read.
    pub last_rid: i64,
    /// Events that were new.
    pub added: u64,
    /// Events that were there already.
    pub known: u64,
    /// Imported events of local kinds, which are not taken from others.
    pub refused: u64,
    /// New events whose writer and number another event has: kept and reported.
    pub forks: Vec<EventId>,
}

/// One event of the log.
#[derive(Clone, Debug, PartialEq)]
pub struct Stored {
    /// Its row: the order of arrival on this machine. Never used twice.
    pub rid: i64,
    pub envelope: Envelope,
    /// Another event with its writer and number folds instead of it.
    pub fork: bool,
}

/// Events of a session in the order of arrival.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Loaded {
    pub events: Vec<Stored>,
    /// Rows whose line is no event any more. They hide nothing else.
    pub damaged: Vec<(i64, BadLine)>,
    /// The last row that was read, to go on from; where there was none, the one gone on from.
    pub last_rid: i64,
}

/// What can be shown of a session at once.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Glance {
    /// The last messages, and who wrote them.
    pub events: Vec<Envelope>,
    /// The hash of the file that was saved last, when nothing was written since.
    pub saved: Option<String>,
}

/// One session in the list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SessionRow {
    pub id: EventId,
    /// The latest title. Empty when its creation has not arrived or its title was redacted.
    pub title: String,
    pub created: Millis,
    /// The latest time any of its events tells.
    pub last: Millis,
    /// Of people and models; notes of the program are not counted.
    pub messages: u64,
    pub decisions: u64,
    pub documents: Vec<(DocId, String)>,
}

impl SessionRow {
    /// What a person knows it by: its title, and the names of its documents where they say more.
    pub fn label(&self) -> String {
        const NONE: &str = "Untitled";
        let title = if self.title.is_empty() { NONE } else { self.title.as_str() };
        let mut names: Vec<&str> = Vec::new();
        for (_, name) in &self.documents {
            if !name.is_empty() && name != title && !names.contains(&name.as_str()) {
                names.push(name);
            }
        }
        match names.is_empty() {
            true => title.to_owned(),
            // That it has no title tells nothing where it has a file.
            false if title == NONE => names.join(", "),
            false => format!("{title} · {}", names.join(", ")),
        }
    }
}

/// One response of the database of `llm`, another program.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct LlmRow {
    pub id: String,
    /// Empty where it belongs to none.
    pub conversation: String,
    /// The conversation's name.
    pub name: String,
    pub model: String,
    pub prompt: String,
    pub system: String,
    pub response: String,
    /// As it stands there.
    pub at: String,
    /// How many of each belong to it.
    pub fragments: u64,
    pub tool_calls: u64,
    pub attachments: u64,
}

/// A text that can be found.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct SearchRow {
    pub session: EventId,
    /// What it is, once per session, such as an event id.
    pub key: String,
    /// `message`, `decision`, …; ASCII letters.
    pub kind: String,
    pub title: String,
    pub body: String,
    pub at: Millis,
}

/// What is looked for.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Query {
    /// Plain words. All must occur; what stands in quotation marks must occur in that order; the
    /// last one may be the beginning of a word unless a space follows it.
    pub text: String,
    pub session: Option<EventId>,
    /// Only these kinds; empty for all.
    pub kinds: Vec<String>,
    /// The most hits.
    pub limit: usize,
    /// The best of the newest 2,000 instead of the newest.
    pub best: bool,
}

/// A row that was found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Hit {
    pub session: EventId,
    pub key: String,
    pub kind: String,
    pub title: String,
    pub at: Millis,
    pub snippet: Snippet,
}

/// The document a file of this machine is bound to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Binding {
    /// Absolute.
    pub path: String,
    pub session: EventId,
    pub doc: DocId,
}

/// A cached document.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SnapshotRow {
    pub version: Version,
    pub bytes: Vec<u8>,
    pub upto_rid: i64,
}

/// What dead processes left behind.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Leftovers {
    /// Bursts that were sealed; they are events of the log now.
    pub sealed: Vec<EventId>,
    /// Bursts of the place this library was copied from. The original may seal them too, so they
    /// are not sealed under their writers here: the caller replays them under a fresh one and
    /// clears the old one (`Write::Events`' `clears`). Until then they are kept.
    pub moved: Vec<LeftBurst>,
    /// Answers that were cut off, for the caller to post as incomplete (`Write::Events`' `ends`).
    /// Until then they are kept.
    pub streams: Vec<LeftStream>,
    /// What could not be read, in words. Kept as it is.
    pub damaged: Vec<String>,
}

/// A burst of typing that is no event.
#[derive(Clone, Debug, PartialEq)]
pub struct LeftBurst {
    pub head: BurstHead,
    pub rows: Vec<WipOp>,
}

/// An answer that was cut off.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LeftStream {
    pub turn: TurnId,
    pub head: StreamHead,
    pub text: String,
    /// What was thought before it.
    pub reasoning: String,
}

/// What taking words out of the log for good writes, in one transaction.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct RedactJob {
    /// Writers that the events below are of, minted here for them: each with its author.
    pub writers: Vec<(WriterId, AuthorId, Option<DocId>)>,
    /// The events that say it, and what becomes of the texts.
    pub events: Vec<Envelope>,
    /// The events that lose bodies, without them.
    pub lines: Vec<Envelope>,
    /// The search rows of the session as they are without those words.
    pub rows: Vec<SearchRow>,
    /// What is left to do outside of the library, for [`SqliteStore::redacting`].
    pub rest: String,
}

/// What became of a session that was deleted.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Deleted {
    pub events: u64,
    /// Whether its bytes are gone from the files. `false` when another process kept the journal
    /// busy or the disk had no room to rewrite the library: [`SqliteStore::scrub`] tries again.
    pub scrubbed: bool,
}

/// What `verify` found.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Report {
    pub sessions: u64,
    pub events: u64,
    /// Events of kinds that this version does not know, by kind. Kept, not folded.
    pub unknown_kinds: BTreeMap<String, u64>,
    /// In the order of sessions and rows; at most [`Report::MOST`], then only counted.
    pub findings: Vec<Finding>,
    /// How many findings there are in all.
    pub found: u64,
}

impl Report {
    /// The most findings that are listed.
    pub const MOST: usize = 1000;

    pub(crate) fn note(&mut self, finding: Finding) {
        self.found += 1;
        if self.findings.len() < Self::MOST {
            self.findings.push(finding);
        }
    }
}

/// One thing that is off.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    pub session: Option<EventId>,
    /// The event's row, where it is about one.
    pub rid: Option<i64>,
    /// The event itself, where its line tells.
    pub event: Option<EventId>,
    pub what: Flaw,
}

/// What is off.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Flaw {
    #[error("the database itself: {0}")]
    Database(String),
    #[error("the line is damaged: {0}")]
    Line(BadLine),
    #[error("the row says another {0} than its line")]
    Column(&'static str),
    #[error("{0}")]
    Undecodable(String),
    #[error("the event that creates the session is missing")]
    NoCreation,
    #[error("of writer {writer}, {missing} events before number {before} are missing")]
    Gap { writer: WriterId, before: u64, missing: u64 },
    #[error("another event has number {n} of writer {writer} too, and counts: {}", .with.map_or("not here".into(), |id| id.short()))]
    Fork { writer: WriterId, n: u64, with: Option<EventId> },
    #[error("the parent {0} is missing")]
    MissingParent(EventId),
    #[error("its Lamport number {lamport} is not above its parent's {parent}")]
    Lamport { lamport: u64, parent: u64 },
    #[error("its writer {0} was never introduced: it is nobody's, and left out")]
    Stranger(WriterId),
    #[error("its words are gone, and no redaction in the log accounts for that")]
    Bodiless,
}
