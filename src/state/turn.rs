//! A question on its way and its answer as it comes.

use super::{Grounds, Repair, Ticket};
use crate::assist::{Between, Dialect, Edit, Failed, Form, Landing, Reading, ReplyParser, SoFar};
use crate::base::{AuthorId, DocId, EventId, Pos, Span, TurnId};
use crate::event::{MessageStatus, Usage};
use crate::session::Reasoning;
use crate::text::Delta;
use ropey::Rope;
use std::collections::BTreeMap;

/// What a question wants.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Task {
    /// An answer in the conversation; edits may come as blocks.
    Chat,
    /// A change of the whole document.
    Change,
    /// A rewrite of what was selected.
    Rewrite { selection: Span },
    /// A sentence or two at a place.
    Continue { at: Pos },
    /// A summary of what is selected, or of the document.
    Summary,
}

/// A question that waits for the one before it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Queued {
    pub text: String,
    pub task: Task,
    /// The question that is asked again: what came of it steps back for what comes now.
    pub instead_of: Option<EventId>,
    /// Nobody asks: it is the second request for edits that found no place.
    pub repair: Option<Repair>,
}

impl Queued {
    pub fn new(text: impl Into<String>, task: Task) -> Self {
        Self { text: text.into(), task, instead_of: None, repair: None }
    }

    /// The line in the message box that asks it again. None for what is asked with a key alone.
    pub fn line(&self) -> Option<String> {
        match self.task {
            _ if self.repair.is_some() => None,
            Task::Chat => Some(self.text.clone()),
            Task::Change => Some(format!("/change {}", self.text)),
            Task::Rewrite { .. } => Some(format!("/rewrite {}", self.text)),
            Task::Continue { .. } | Task::Summary => None,
        }
    }
}

/// Where a turn stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Phase {
    /// The question and its egress record are on their way to the disk.
    Recording(Ticket),
    /// Sent; nothing came yet.
    Waiting,
    Retrying {
        attempt: u32,
        wait_ms: u64,
        why: String,
    },
    Answering,
}

/// An edit that is being written by the model.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct LiveEdit {
    /// Its place at the base version, once it is known.
    pub span: Option<Span>,
    pub old: String,
    pub new: String,
}

/// The running turn.
pub struct Turn {
    pub id: TurnId,
    pub question: EventId,
    pub instead_of: Option<EventId>,
    pub task: Task,
    pub dialect: Dialect,
    /// What of the answer is the new text.
    pub reading: Reading,
    /// The model as an author, and as its provider calls it.
    pub author: AuthorId,
    pub provider: String,
    pub model: String,
    pub body: String,
    pub phase: Phase,
    pub text: String,
    pub reasoning: Reasoning,
    pub usage: Option<Usage>,
    pub warnings: Vec<String>,
    /// How many bytes of `text` the store has.
    pub stored: usize,
    pub stored_parts: u64,
    /// The same of `reasoning`.
    pub reasoning_stored: usize,
    pub reasoning_parts: u64,
    pub parser: ReplyParser,
    /// Finds places in the version that was sent.
    pub landing: Landing,
    pub live: Option<LiveEdit>,
    /// What a whole text that is coming changes so far.
    pub coming: Option<SoFar>,
    /// What it said since the last edit, and whether the edit that is being taken is said to be
    /// another version of an earlier one, as it says.
    pub between: Between,
    pub version: Option<bool>,
    /// Edits that name another file: each waits until it is known whether that is there.
    pub aside: Vec<Edit>,
    /// What is to be said of edits that are for other files and became no hunks.
    pub elsewhere: Vec<String>,
    /// The other documents that it has edits for, and how many hunks it made there.
    pub grounds: Grounds,
    pub abroad: usize,
    /// The answer is complete, and ends when nothing waits any more.
    pub ending: Option<MessageStatus>,
    pub proposal: Option<EventId>,
    pub hunks: usize,
    /// Open hunks of earlier answers whose place its hunks took.
    pub overtaken: usize,
    /// Of the edit that came last: places of its hunks that make one change with others which were not
    /// turned down. None of these is folded away alone.
    pub whole: Vec<Span>,
    /// Of the hunks, those that repeat what was turned down.
    pub again: usize,
    pub malformed: Vec<String>,
    /// The hunks without a place, and why.
    pub failed: Vec<(EventId, Failed)>,
    /// Of a second request: what it is about, and of that what was settled by what came.
    pub repair: Option<Repair>,
    pub repaired: Vec<EventId>,
    /// The edits that became no hunk: how they were written, where that is known, and what became
    /// of them.
    pub tally: BTreeMap<(Option<Form>, &'static str), u64>,
    /// The document as it was sent, and every change since: places in the answer are places there.
    pub doc: DocId,
    pub base: Rope,
    pub base_version: crate::event::Version,
    pub since: Vec<Delta>,
}

impl Turn {
    /// Counts an edit that becomes no hunk.
    pub fn count(&mut self, form: Option<Form>, outcome: &'static str) {
        *self.tally.entry((form, outcome)).or_default() += 1;
    }

    /// How the answer's edits were asked for, as the log calls it.
    pub fn asked_for(&self) -> &'static str {
        self.dialect.name()
    }

    /// Carries a span of the version that was sent to today's text.
    pub fn carry(&self, span: Span) -> Span {
        self.since.iter().fold(span, |span, delta| {
            if span.is_empty() {
                Span::at(delta.map(span.start, false))
            } else {
                delta.map_span(span)
            }
        })
    }

    /// Whether an edit of it is being written.
    pub fn is_writing(&self) -> bool {
        self.live.is_some() || self.coming.is_some()
    }

    /// Today's place of the edit that is being written.
    pub fn live_span(&self) -> Option<Span> {
        Some(self.carry(self.live.as_ref()?.span?))
    }

    /// A place of the version that was sent, in today's text.
    pub fn carry_pos(&self, pos: Pos) -> Pos {
        self.since.iter().fold(pos, |pos, delta| delta.map(pos, false))
    }
}
