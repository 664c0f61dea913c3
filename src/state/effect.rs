//! What a command asks for and cannot do itself. The runtime carries it out and answers with an
//! input.

use crate::base::{DocId, EventId, TurnId, Usd};
use crate::event::Version;
use crate::store::{DraftStep, Hit, Write};
use ropey::Rope;
use std::path::PathBuf;

/// Names an answer that is waited for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Ticket(pub u64);

/// What a file looked like when it was read or written here: enough to notice that another
/// program changed it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct FileStamp {
    /// SHA-256 of the bytes, hexadecimal; empty when there was no file.
    pub hash: String,
}

/// What the library must know before a file is written: killed between writing the file and
/// recording that, cowrite still knows at the next start what the file was made from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SaveMark {
    /// The version of a document that is saved.
    Version { session: EventId, doc: DocId, version: Version },
    /// How many operations of a draft are in what is saved.
    Draft { id: String, rows: u64 },
}

impl SaveMark {
    /// What is stored, for a file with this hash.
    pub fn write(self, hash: &str) -> Write {
        match self {
            Self::Version { session, doc, version } => {
                let intent = super::Intent { hash: hash.into(), version };
                let value = serde_json::to_string(&intent).unwrap_or_default();
                Write::View { session, key: format!("saving {doc}"), value }
            }
            Self::Draft { id, rows } => {
                Write::Draft { id, step: DraftStep::Mark { rows, hash: hash.into() } }
            }
        }
    }
}

/// What a timer wakes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Timer {
    /// The burst of typing ends.
    Seal,
    /// View state is stored.
    View,
    /// A notice goes away.
    Notice,
    /// Highlighting goes on.
    Highlight,
    /// What the file holds may have been explained by another program meanwhile.
    File,
    /// A digit alone is the reason why a hunk is turned down.
    Reason,
    /// A frame that only shows more of an answer is due.
    Frame,
}

/// Work for the runtime.
#[derive(Debug)]
pub enum Effect {
    /// Store these. With a ticket, answer once they are safe from a power cut.
    Store {
        writes: Vec<Write>,
        ticket: Option<Ticket>,
    },
    /// Send a request; its bytes were shown, recorded and are final.
    Ask {
        turn: TurnId,
        /// The provider's name.
        provider: String,
        body: String,
    },
    Cancel(TurnId),
    /// Look whether there is a file that an edit of the answer names, besides the document's.
    FindFile {
        turn: TurnId,
        document: PathBuf,
        /// As the model wrote it.
        name: String,
    },
    /// Ask these providers for their models.
    Look(Vec<String>),
    /// Write a file. Refused when it holds none of what is `expect`ed; with nothing expected it
    /// must not be there yet. The mark is stored before the file is another.
    SaveFile {
        doc: DocId,
        path: PathBuf,
        rope: Rope,
        bom: bool,
        expect: Vec<FileStamp>,
        mark: Option<SaveMark>,
        ticket: Ticket,
    },
    /// Keep a copy of the file that a draft is of, so that the draft stays readable whatever
    /// becomes of the file.
    KeepCopy {
        draft: String,
        rope: Rope,
        bom: bool,
    },
    /// Read the bound file again and answer with what it holds.
    ReadFile {
        doc: DocId,
        path: PathBuf,
    },
    /// The bound file is gone: look for one that holds what it did, so many bytes with this hash.
    FindMoved {
        doc: DocId,
        path: PathBuf,
        len: u64,
        hash: String,
    },
    /// Copy to the clipboard.
    Copy(String),
    /// Ask the system for its clipboard, where there is one.
    ReadClipboard,
    ListSessions,
    /// Show what a session holds, beside the list.
    Preview(EventId),
    Search {
        text: String,
        ticket: Ticket,
    },
    /// Leave this session and open another, or a file.
    Open(Open),
    /// Read the open session anew from the log: what is shown does not follow from it any more.
    Reload(EventId),
    RenameSession {
        session: EventId,
        title: String,
    },
    /// Begin a session at a point of one, which is stored, and go over to it.
    Branch {
        session: EventId,
        moment: crate::session::Moment,
        title: String,
    },
    DeleteSession(EventId),
    /// Look at what sharing a session would add to its file, or, confirmed, add it.
    Share {
        session: EventId,
        to: Option<PathBuf>,
        confirmed: Option<Box<super::Sharing>>,
    },
    /// Sign the log as far as it is known, and a decision where one is named.
    Sign {
        session: EventId,
        decision: Option<EventId>,
    },
    /// Check the signatures of a session, and with `log` all of its log.
    Check {
        session: EventId,
        log: bool,
    },
    /// Look at what redacting each of these would do, or, confirmed, redact the first.
    Redact {
        session: EventId,
        targets: Vec<crate::report::Target>,
        confirmed: bool,
    },
    /// Look for redactions of others whose words are here.
    Redactions(EventId),
    /// Redact here what somebody else redacted, or keep it.
    Redaction {
        session: EventId,
        id: EventId,
        accept: bool,
    },
    /// Take out again what came back of what this person redacted.
    RedactAgain(EventId),
    /// Remember in the configuration file that documents may go to a provider.
    Consent {
        provider: String,
    },
    /// Remember the model in the configuration file, under the key that says who answers.
    /// Fetches a model of the catalogue.
    Fetch(&'static str),
    StopFetch,
    ChooseModel {
        key: &'static [&'static str],
        /// `provider/model`.
        model: String,
    },
    /// Remember in the configuration file what a session may cost.
    SetBudget(Option<Usd>),
    Mouse(bool),
    Suspend,
    Redraw,
    Schedule {
        after_ms: u64,
        timer: Timer,
    },
    Quit,
}

/// What to open.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Open {
    Session(EventId),
    /// One that branched off here just now.
    Branched(EventId),
    /// A session, at what was found in it.
    Hit(Box<Hit>),
    File(PathBuf),
    /// The session of a file, to propose there what an answer wants of it.
    Proposed(Box<super::Carried>),
    /// The session of a session file, with the text beside it.
    SessionFile(PathBuf, EventId),
    /// A file as that of a session whose own file is gone.
    In {
        session: EventId,
        path: PathBuf,
    },
    /// A fresh document without a file.
    Fresh,
    /// The session that ships with cowrite and is taken step by step.
    Tour,
}
