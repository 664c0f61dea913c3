//! What can go wrong with a document, in words.

use crate::base::{OpId, WriterId};

/// Why a document refuses. It is as it was before.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum TextError {
    #[error("nobody has begun to write in this document")]
    NoWriter,
    #[error("writer {0} has written in this document before")]
    WriterUsed(WriterId),
    #[error("another copy writes as writer {0}: it was copied")]
    WriterCopied(WriterId),
    #[error("the document has no history")]
    NoHistory,
    #[error("position {pos} lies behind the end at {len}")]
    OutOfRange { pos: usize, len: usize },
    #[error("the replacements are not in order")]
    Order,
    #[error("the sources do not cover the text")]
    Sources,
    #[error("the document would be larger than {0} characters")]
    TooLarge(usize),
    #[error("the version knows operations that are missing here: {0}")]
    UnknownVersion(OpId),
    #[error("the edit at {start} of writer {writer} is wrong: {flaw}")]
    BadEdit { writer: WriterId, start: u32, flaw: Flaw },
    #[error("the stored copy can't be used: {0}")]
    Snapshot(String),
    #[error("the text's history failed: {0}")]
    Crdt(String),
}

/// What is wrong with an edit that came from elsewhere.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Flaw {
    #[error("it belongs to another document")]
    Document,
    #[error("it holds no operation")]
    Empty,
    #[error("it is too large")]
    Size,
    #[error("its Lamport number does not follow from what it builds on")]
    Lamport,
    #[error("it does not build on its writer's last operation")]
    Gap,
    #[error("it names versions twice")]
    Deps,
    #[error("it inserts beyond the end")]
    Position,
    #[error("the text has another length than it says")]
    Length,
    #[error("it deletes other characters than it says")]
    Target,
    #[error("its sources do not cover the text, or have other words")]
    Sources,
}
