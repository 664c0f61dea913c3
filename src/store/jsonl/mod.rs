//! Session files, `*.cowrite.jsonl`: one event a line, to share, mail and commit.
//!
//! Reading never fails for what stands in a file: every line that is no event is counted with its
//! number and reason, and the rest loads. Order means nothing, as a union merge shuffles lines.
//! Writing only ever adds whole lines, redaction aside. Files come from strangers: sizes are bounded, and events of
//! local kinds are not taken. A file of any size is read, put together with others and written line
//! by line: of its events at most the ids are in memory. Knows no database.

mod read;
mod union;
mod write;

pub use read::{parse, read, skim, stream};
pub use union::{Joined, Union};
pub use write::{Added, Adding, append, create, redact, replace};

use crate::base::{EventId, Millis, WriterId};
use crate::event::{BadLine, Body, Envelope};
use std::collections::BTreeMap;
use std::fs::Metadata;
use std::io;
use std::path::Path;

/// The largest file that is read, in bytes.
const FILE_BYTES: u64 = 2 << 30;
/// The longest line, in bytes, with room for its end.
const LINE_BYTES: u64 = (64 << 20) + 2;
/// How many bytes of lines are given on, or written, together.
const GROUP: u64 = 1 << 20;

/// Why a session file could not be read or written at all.
#[derive(Debug, thiserror::Error)]
pub enum FileError {
    #[error("{path}: {source}")]
    Io { path: String, source: io::Error },
    #[error("{path} is longer than 2 GB")]
    TooLarge { path: String },
    #[error("{path} is no regular file")]
    NotAFile { path: String },
    #[error("{path} exists already")]
    Exists { path: String },
    #[error("{path} was changed meanwhile: nothing was written, so do it again")]
    Changed { path: String },
}

impl FileError {
    fn io(path: &Path, source: io::Error) -> Self {
        Self::Io { path: path.display().to_string(), source }
    }
}

/// A line that is not taken.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BadAt {
    /// From 1.
    pub line: u64,
    pub why: Trouble,
    /// What the line says of itself, as far as it can be read. Nobody vouches for that.
    pub says: Option<Box<Says>>,
}

/// What a line says it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Says {
    pub id: EventId,
    pub kind: String,
    pub session: EventId,
    pub writer: WriterId,
    pub at: Millis,
}

/// Why a line is not taken.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Trouble {
    #[error("{0}")]
    Bad(#[from] BadLine),
    /// The last line, without its end: the program that wrote it was cut off.
    #[error("torn: the file ends in the middle of it")]
    Torn,
    #[error("of a kind that stays on its own machine")]
    Local,
    #[error("not written as cowrite writes it: a byte was changed that changes no word")]
    Rewritten,
}

/// What a file holds.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct SessionFile {
    /// Events by session, in the order of the file, each once.
    pub sessions: BTreeMap<EventId, Vec<Envelope>>,
    /// How many events of each session it has, each counted once.
    pub sizes: BTreeMap<EventId, u64>,
    /// What was not taken; at most [`SessionFile::MOST`], then only counted.
    pub bad: Vec<BadAt>,
    /// How many lines were not taken.
    pub bad_lines: u64,
    /// In which line each event stands, from 1.
    pub places: BTreeMap<EventId, u64>,
    /// Lines that say what they said when they were written, in other bytes. They are taken; at
    /// most [`SessionFile::MOST`].
    pub rewritten: Vec<BadAt>,
    /// Lines whose event another line has too.
    pub duplicates: u64,
    /// Lines that end in a carriage return, which a checkout added.
    pub carriage_returns: u64,
    /// Lines that a merge left as conflict markers; they are in `bad` too.
    pub conflict_markers: u64,
    /// Whether the last line has its end.
    pub ends_whole: bool,
}

impl SessionFile {
    /// The most bad lines that are listed.
    pub const MOST: usize = 1000;

    /// All events.
    pub fn events(&self) -> impl Iterator<Item = &Envelope> {
        self.sessions.values().flatten()
    }

    /// Whether every line was an event as this program writes it.
    pub fn is_clean(&self) -> bool {
        self.bad_lines == 0 && self.carriage_returns == 0 && self.ends_whole
    }

    fn bad(&mut self, line: u64, why: Trouble, says: Option<Says>) {
        self.bad_lines += 1;
        if why == Trouble::Bad(BadLine::ConflictMarker) {
            self.conflict_markers += 1;
        }
        if self.bad.len() < Self::MOST {
            self.bad.push(BadAt { line, why, says: says.map(Box::new) });
        }
    }

    /// The session of which it has the most events: whose file it is.
    pub fn largest(&self) -> Option<EventId> {
        self.sizes.iter().max_by_key(|(_, size)| **size).map(|(id, _)| *id)
    }
}

/// How many bodies of an event are gone: of two forms of one event the fuller one is kept.
fn redacted(event: &Envelope) -> usize {
    event.body.iter().filter(|body| matches!(body, Body::Redacted { .. })).count()
}

/// Size and time of a file, by which it is seen that somebody changed it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Looks(u64, Option<std::time::SystemTime>);

impl Looks {
    fn of(meta: &Metadata) -> Self {
        Self(meta.len(), meta.modified().ok())
    }
}
