//! Edits of a document as facts: operations on characters, where inserted text came from, anchors.
//!
//! Operations are written as the CRDT knows them (position at the time, operation ids), so that
//! any engine that replays event graphs can replay the log.

use super::Text;
use crate::base::{AuthorId, EventId, OpId};
use serde::{Deserialize, Serialize};

/// A version of a document: the last operations known, sorted.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Version(pub Vec<OpId>);

/// Which neighbour an anchor sticks to when text is inserted at its place.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Side {
    Left,
    Right,
}

/// A position that survives edits: it stands before (`Left`) or behind (`Right`) the character
/// that operation `at` inserted. `None`: the start of the document (`Left`) or its end (`Right`).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Anchor {
    pub at: Option<OpId>,
    pub side: Side,
}

/// How a run of text came to be.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum How {
    Typed,
    Pasted,
    Outside,
    Proposed,
}

/// Where inserted text comes from. Left out of the line for what the writer typed.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Origin {
    pub how: How,
    /// Whose words these are, when not the writer's.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub author: Option<AuthorId>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub proposal: Option<EventId>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub message: Option<EventId>,
    /// Accepted while on the screen. Only for proposed text.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub seen: Option<bool>,
    /// Changed by the person before it was accepted. Only for proposed text.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub edited: bool,
}

impl Origin {
    pub fn typed() -> Self {
        Self {
            how: How::Typed,
            author: None,
            proposal: None,
            message: None,
            seen: None,
            edited: false,
        }
    }

    pub fn pasted() -> Self {
        Self { how: How::Pasted, ..Self::typed() }
    }

    pub fn outside() -> Self {
        Self { how: How::Outside, author: Some(AuthorId::outside()), ..Self::typed() }
    }

    pub fn is_typed(&self) -> bool {
        *self == Self::typed()
    }
}

/// The operations that inserted the characters which an insertion brings back: `len` characters
/// from `id` on. Undo and redo *revive* text (undoing the original takes the copy back as well);
/// paste and move copy it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Source {
    pub id: OpId,
    pub len: u32,
}

/// One operation. Positions and lengths in `char`s.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged, deny_unknown_fields)]
pub enum Op {
    /// Puts `text`, of `ins` characters, before position `pos`; takes `ins` operation ids.
    Insert {
        pos: u32,
        ins: u32,
        text: Text,
        /// Absent for what the writer typed.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        origin: Option<Origin>,
        /// In order; together as long as the text, or absent.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        src: Vec<Source>,
    },
    /// Takes `del` characters away whose operation ids run on from `first`. `del` is negative when
    /// the CRDT recorded a backward deletion (backspacing); takes `|del|` operation ids.
    Delete { pos: u32, del: i32, first: OpId },
}

impl Op {
    /// How many operation ids it takes.
    pub fn width(&self) -> u32 {
        match self {
            Self::Insert { ins, .. } => *ins,
            Self::Delete { del, .. } => del.unsigned_abs(),
        }
    }
}

/// Why an edit was made, when not by typing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum CauseKind {
    /// A hunk was accepted.
    Accept,
    Undo,
    Redo,
    /// A file changed outside.
    Outside,
    /// What two copies both did is taken back once.
    Dedupe,
    /// An older text came back: that of a moment, which `of` names; that which was saved last, where
    /// `of` is empty; that which stood before a hunk was made; or, with a proposal and no hunk, that
    /// from before the acceptances which `of` names.
    Restore,
    /// Words are redacted: they leave the text. Older versions also wrote anew what stood in one body
    /// with them.
    Redact,
}

/// The cause of an edit and what it points at.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Cause {
    pub kind: CauseKind,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub proposal: Option<EventId>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub hunk: Option<EventId>,
    /// Which part of a split hunk.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub part: Option<u32>,
    /// The edits that are undone or redone. Of an edit from outside: the saves of what git committed
    /// before it, so that what it takes out of these was meant to go.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub of: Vec<EventId>,
}

impl Cause {
    /// Whether accepted hunks were taken back by whose they are. That is a step of its own: undo
    /// brings them back.
    pub fn takes_back(&self) -> bool {
        self.kind == CauseKind::Restore && self.proposal.is_some() && self.hunk.is_none()
    }
}

/// The data of one `document.edited`: operations of one writer on one document, in order.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Edit {
    pub doc: crate::base::DocId,
    /// The counter of the first operation; the others follow without a gap.
    pub start: u32,
    /// The CRDT's Lamport number of the first operation.
    pub lamport: u32,
    /// The operations this was made on top of, of other writers or the writer's own last.
    pub deps: Vec<OpId>,
    pub ops: Vec<Op>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cause: Option<Cause>,
    /// Some of its words are gone: what stands for them is what redactions tell.
    #[serde(skip)]
    pub filled: bool,
}

impl Edit {
    /// How many operation ids the edit takes.
    pub fn width(&self) -> u32 {
        self.ops.iter().map(Op::width).sum()
    }
}
