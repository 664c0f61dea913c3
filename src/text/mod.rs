//! The document: a rope for the view and a CRDT for history and merge, kept equal.
//!
//! Owns positions that survive edits, origins of text, undo of a person's own edits, and the
//! editing core (motions, changes, search) that serves every place where text is typed. Knows no
//! session, no storage and no screen.

mod change;
mod check;
mod crdt;
mod delta;
mod document;
mod error;
mod graves;
mod import;
mod inverse;
mod marks;
mod ops;
mod seq;
mod snapshot;
mod undo;

pub use change::{Change, Delta, Replace};
pub use document::{Applied, Document, MOST_CHARS, Run};
pub use error::{Flaw, TextError};
pub use import::Imported;
pub use inverse::Inverses;
pub use marks::MarkId;
