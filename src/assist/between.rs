//! What an answer says between its edits, as far as that is about the next one: that it corrects an
//! earlier edit, or is another version of it.

use super::alike::alike;
use super::dialect::Piece;
use super::landing::is_another;

/// Lines with so much in common, of 100, are versions of each other where an edit is said to be one.
const VERSIONS: u8 = 50;

/// The words since the last edit.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Between(String);

impl Between {
    /// What is said since the last edit.
    pub fn said(&self) -> &str {
        &self.0
    }

    /// Takes the next piece of the answer. Of an edit it tells whether it is said to be another version
    /// of an earlier one, and if so, whether it is one that corrects that.
    pub fn take(&mut self, piece: &Piece) -> Option<bool> {
        match piece {
            Piece::Prose(text) => {
                self.0.push_str(text);
                None
            }
            Piece::EditDone { .. } => is_another(&std::mem::take(&mut self.0)),
            Piece::EditDropped { .. } | Piece::Malformed { .. } => {
                self.0.clear();
                None
            }
            Piece::EditStarted { .. }
            | Piece::EditOld { .. }
            | Piece::EditNew { .. }
            | Piece::Fenced { .. } => None,
        }
    }
}

/// Whether two texts that are put in at one place are versions of one, where an edit is said to be
/// another version.
pub fn are_versions(a: &str, b: &str) -> bool {
    alike(a, b) >= VERSIONS
}
