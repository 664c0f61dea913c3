//! What a hunk is called: by the event that made it, and of a split one by the part.

use crate::base::EventId;
use std::fmt;

/// A hunk, or a part of one that was split.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct HunkRef {
    pub id: EventId,
    pub part: Option<u32>,
}

impl fmt::Display for HunkRef {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.part {
            Some(part) => write!(f, "{}/{part}", self.id),
            None => write!(f, "{}", self.id),
        }
    }
}

impl HunkRef {
    /// Reads what it is shown as.
    pub fn parse(text: &str) -> Option<Self> {
        match text.split_once('/') {
            Some((id, part)) => Some(Self { id: id.parse().ok()?, part: Some(part.parse().ok()?) }),
            None => Some(Self { id: text.parse().ok()?, part: None }),
        }
    }
}
