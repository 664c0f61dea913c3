//! What is said over the pipe: one JSON object a line, orders one way and reports the other.
//!
//! Every report but the first names the order it belongs to, so that what comes late from an order
//! that was cancelled is passed over. Lines are bounded. Knows no process.

use crate::event::Usage;
use crate::prompt::{Fault, FaultKind, Stop};
use serde::{Deserialize, Serialize};
use std::path::PathBuf;

/// Both sides are the same program; another version is another program that was put in its place.
pub(super) const VERSION: u32 = 1;
/// The most bytes of an order. A document of 10 MB may double when it is written as JSON in JSON.
pub(super) const MOST_ORDER: usize = 64 << 20;
/// The most bytes of a report.
pub(super) const MOST_REPORT: u64 = 1 << 20;

/// The file that an order is about.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Source {
    pub(super) file: PathBuf,
    /// The most tokens of context, where somebody chose.
    pub(super) window: Option<usize>,
}

/// From the one who asks.
#[derive(Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Order {
    /// Say what the file says about itself.
    Look { id: u64, source: Source },
    /// Load the file, so that the first question need not wait.
    Load { id: u64, source: Source },
    /// Answer; `body` is the request as the log holds it.
    Ask { id: u64, source: Source, body: String },
    /// Cut a text into tokens.
    Tokens { id: u64, source: Source, text: String },
    /// Leave every order up to this one.
    Cancel { id: u64 },
}

/// From the one who computes.
#[derive(Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Report {
    Hello {
        version: u32,
    },
    Loaded {
        id: u64,
    },
    Looked {
        id: u64,
        name: String,
        window: u64,
        memory: u64,
    },
    Tokens {
        id: u64,
        tokens: Vec<u32>,
    },
    Text {
        id: u64,
        text: String,
    },
    /// The answer is complete.
    Ended {
        id: u64,
        usage: Usage,
        length: bool,
    },
    /// Nothing more comes of the order.
    Cancelled {
        id: u64,
    },
    Fault {
        id: u64,
        kind: String,
        what: String,
        advice: String,
    },
}

impl Report {
    /// The order that a report belongs to.
    pub(super) fn id(&self) -> Option<u64> {
        match self {
            Self::Hello { .. } => None,
            Self::Loaded { id }
            | Self::Looked { id, .. }
            | Self::Tokens { id, .. }
            | Self::Text { id, .. }
            | Self::Ended { id, .. }
            | Self::Cancelled { id }
            | Self::Fault { id, .. } => Some(*id),
        }
    }

    pub(super) fn fault(id: u64, fault: Fault) -> Self {
        let kind = KINDS.iter().find(|(_, kind)| *kind == fault.kind);
        let kind = kind.map_or("server", |(name, _)| name).to_owned();
        Self::Fault { id, kind, what: fault.what, advice: fault.advice }
    }
}

/// How an answer that was complete ended.
pub(super) fn stop(length: bool) -> Stop {
    if length { Stop::Length } else { Stop::End }
}

/// The fault that a report means; its words are cleaned again, the other side has read a file from
/// who knows where.
pub(super) fn fault(kind: &str, what: &str, advice: &str) -> Fault {
    let kind = KINDS.iter().find(|(name, _)| *name == kind);
    let clean = |text| super::super::fault::clean(text, super::super::fault::MOST_CHARS);
    Fault {
        kind: kind.map_or(FaultKind::Server, |(_, kind)| kind.clone()),
        what: clean(what),
        advice: clean(advice),
        status: None,
    }
}

const KINDS: [(&str, FaultKind); 6] = [
    ("garbage", FaultKind::Garbage),
    ("refused", FaultKind::Refused),
    ("limit", FaultKind::Limit),
    ("too_long", FaultKind::TooLong),
    ("not_found", FaultKind::NotFound),
    ("server", FaultKind::Server),
];
