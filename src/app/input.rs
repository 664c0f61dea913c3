//! The closed list of what can happen to the machine.

use crate::base::{DocId, EventId, TurnId};
use crate::event::Envelope;
use crate::keymap::Key;
use crate::prompt::{Chunk, Fault};
use crate::provider::Listing;
use crate::session::Attempt;
use crate::state::{
    Checkup, FileStamp, OpenedFile, Pending, Preview, Sharing, There, Ticket, Timer, Tone,
};
use crate::store::{Hit, SessionRow};
use crate::syntax::Syntaxes;
use std::path::PathBuf;
use std::sync::Arc;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MouseKind {
    Down,
    /// The second press at one place within a moment.
    Double,
    Drag,
    Up,
    ScrollUp,
    ScrollDown,
}

/// The mouse, in cells of the screen.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Mouse {
    pub kind: MouseKind,
    pub x: u16,
    pub y: u16,
}

/// Something that happened.
pub enum Input {
    Key(Key),
    /// Pasted by the terminal. Never submits anything.
    Paste(String),
    Mouse(Mouse),
    Resize(u16, u16),
    Timer(Timer),
    /// The outcome of a write; errors in words.
    Stored(Result<(), String>),
    /// What the ticket stands for is safe from a power cut.
    Durable(Ticket),
    Answer(TurnId, Result<Chunk, Fault>),
    /// The file of the name that an edit of the answer has, if there is one.
    FoundFile(TurnId, String, Option<Box<There>>),
    /// Nothing else waits: what came of an answer is stored.
    Idle,
    /// What a provider lists, by its name.
    Listed(String, Listing),
    Saved(Ticket, Result<(PathBuf, FileStamp), String>),
    /// The bound file was read again.
    File(DocId, Result<OpenedFile, String>),
    /// A file that is gone stands here now.
    Moved(DocId, PathBuf),
    /// The system's clipboard, where there is one.
    Clipboard(Option<String>),
    /// How models fared with their edits in other sessions, the oldest first.
    Fared(Vec<Attempt>),
    Sessions(Vec<SessionRow>),
    Preview(EventId, Vec<String>),
    Hits(Ticket, Vec<Hit>),
    /// What sharing the open session would add to its file.
    Sharing(Box<Result<Sharing, String>>),
    /// A session was shared: what was done, or why not.
    Shared(EventId, Result<String, String>),
    /// A signature was made: what it covers, in words, or why not.
    Signed(EventId, Result<String, String>),
    /// The log of a session was checked, or why not.
    Checked(EventId, Result<Checkup, String>),
    /// A session branched off, or why not.
    Branched(Result<EventId, String>),
    /// What redacting would take out, in each way it can be meant.
    Redacting(Result<Vec<Preview>, String>),
    /// Redactions of others whose words are here.
    Redactions(Result<Vec<Pending>, String>),
    /// Events that another program on the same library wrote.
    Foreign(Vec<Envelope>),
    /// How far the fetch of a model of the catalogue is, in words.
    Fetching(&'static str, String),
    /// It is on the shelf, or why not.
    Fetched(&'static str, Result<(), String>),
    /// Another program began a session for the bound file, of which this one has stored nothing.
    Begun(PathBuf),
    /// Whether another program works on the same library.
    Others(bool),
    /// The syntaxes are loaded.
    Syntaxes(Arc<Syntaxes>),
    Note(Tone, String),
    /// A command line from outside: `cowrite do`.
    Run(String),
    /// The terminal or the system wants cowrite to end.
    Terminate,
}
