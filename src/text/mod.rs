//! The document: a rope for the view and a CRDT for history and merge, kept equal.
//!
//! Owns positions that survive edits, origins of text, undo of a person's own edits, and the
//! editing core (motions, changes, search) that serves every place where text is typed. Knows no
//! session, no storage and no screen.

mod beside;
mod bytes;
mod change;
mod check;
mod compose;
mod copies;
mod crdt;
mod delta;
mod diff;
mod document;
mod error;
mod field;
pub mod find;
mod fitting;
mod graves;
mod import;
mod inverse;
mod line_edit;
pub mod lines;
mod marks;
mod meeting;
pub mod motion;
mod once;
mod ops;
mod origins;
mod prose;
mod replay;
mod restore;
pub mod sentence;
mod seq;
mod snapshot;
mod twice;
mod undo;

pub use beside::Piece;
pub use bytes::{BadBytes, Decoded, decode, dominant_newline, encode, encoded};
pub use change::{Change, Delta, Replace};
pub use diff::diff;
pub(crate) use diff::rising;
pub use document::{Applied, Document, MOST_CHARS};
pub use error::{Flaw, TextError};
pub use field::Field;
pub use fitting::{PutIn, contradict, overlap};
pub use import::Imported;
pub use inverse::Inverses;
pub use line_edit::LineEdit;
pub use marks::MarkId;
pub use meeting::Reach;
pub use motion::{is_ideograph, word_at};
pub use origins::Run;
pub use prose::sentences_around;
pub use replay::Replay;
pub use sentence::is_soft;
pub use twice::{Twice, Whole, may_cut, twice};
