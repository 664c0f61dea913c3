//! A hunk as it is made, and what a person says to it.

use super::{Anchor, Text};
use crate::base::EventId;
use serde::{Deserialize, Serialize};

/// What a person said about a hunk, or that nothing is said any more.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum HunkVerdict {
    Accepted,
    Rejected,
    /// A verdict was undone.
    Pending,
    Superseded,
}

/// A hunk as it is made or split off.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct HunkBody {
    /// The place, or nothing where it was not found.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub place: Option<(Anchor, Anchor)>,
    pub old: Text,
    pub new: Text,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub why: Option<Text>,
    /// The step of the placement that found it: `exact`, `space`, …
    pub step: String,
    /// Found by likeness only; "accept all" leaves it out.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub loose: bool,
    /// What the model quoted, where that is not `old`: of a loose hunk.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub quoted: Option<Text>,
    /// How the model wrote it down: `blocks`, `patch`, …
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub form: Option<String>,
    /// What stood before and behind it in its lines, up to and with the nearest word.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub beside: Option<(Text, Text)>,
    /// The file that it is for, as the model calls it, where that has a session of its own: it has no
    /// place here.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub file: Option<Text>,
    /// The hunk that a person had turned down and that this one repeats.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub again: Option<EventId>,
}
