//! Where something came from: a file, another program, another session.

use super::Text;
use crate::base::EventId;
use serde::{Deserialize, Serialize};

/// Of a decision that was taken in from a file: what the file says of it and the log can't.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Taken {
    /// What it was known by there, so that it is not taken in twice: the id of the decision that
    /// the file was written from, or the file's name and the title.
    pub from: Text,
    /// The day it was decided, as it stands there: `YYYY-MM-DD` where possible, or empty.
    #[serde(default)]
    pub date: Text,
    /// Who decided it, as it stands there, or empty.
    #[serde(default)]
    pub by: Text,
}

/// Of what was brought in from another program: it was said there, and its times are those of there.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Brought {
    /// The program: `chatgpt`, `claude-code`, `codex`, `llm`, `aider`.
    pub program: String,
    /// What it is known by there, so that it is not brought in twice. A hash: it tells nothing, and
    /// stays when the text is redacted.
    pub id: String,
    /// When it was brought in.
    pub at: u64,
}

/// Where a session branched off: another session, and the last of its events that it has.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Branched {
    pub session: EventId,
    pub at: EventId,
}
