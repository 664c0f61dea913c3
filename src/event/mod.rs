//! The facts: what happened in a session, as events, their canonical bytes and their ids.
//!
//! Owns the envelope, the salted bodies, the kinds with their codec, and how a burst of typing is
//! sealed into one event. Knows nothing of storage, of the CRDT's library or of projections; only
//! the types in here are serialized.

mod burst;
mod canonical;
mod edit;
mod envelope;
mod hunk;
mod kind;
mod redaction;
mod source;
mod tally;

pub use burst::{BurstHead, WipOp, seal};
pub use edit::{Anchor, Cause, CauseKind, Edit, How, Op, Origin, Side, Source, Version};
pub use envelope::{BadLine, Body, Envelope, Text};
pub use hunk::{HunkBody, HunkVerdict};
pub use kind::{
    Asked, Author, AuthorKind, Choice, DecisionField, DecisionStatus, Event, Link, MessageRole,
    MessageStatus, Undecodable, Usage,
};
pub use redaction::{
    BODY_CHARS, FILLER, Gone, Kept, Left, REDACTED, Redacted, Redaction, Slot, Told, filler,
    is_like, may_be, shape_of,
};
pub use source::{Branched, Brought, Taken};
pub use tally::{EditCount, Tally};
