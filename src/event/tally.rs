//! Edits of an answer as counts: what became of those that no hunk tells of.

use crate::base::{DocId, EventId};
use serde::{Deserialize, Serialize};

/// The edits of one answer that became no hunk.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Tally {
    /// The message that asked.
    pub question: EventId,
    pub doc: DocId,
    /// How edits were asked for: `selection`, `whole` or `blocks`.
    pub dialect: String,
    pub edits: Vec<EditCount>,
}

/// So many edits of one kind.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct EditCount {
    /// How they were written down, where that is known: `blocks`, `patch`, …
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub form: Option<String>,
    /// What became of them: `already` (the text said it), `unchanged` (the new text was the old
    /// one), `twice` (it came before in the answer), `unreadable`, `elsewhere` (it was for another file), and in an answer that repairs
    /// `ambiguous` and `missing`, and `settled` (a person had settled it meanwhile).
    pub outcome: String,
    pub count: u64,
}
