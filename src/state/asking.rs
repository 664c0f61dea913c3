//! What a person is asked: one-line prompts, and questions with a few answers. What an answer does is
//! a command's.

use super::{Model, Overlay, Queued};
use crate::base::{EventId, Pos, Span};
use crate::event::{DecisionStatus, Link};
use crate::session::HunkRef;
use crate::text::motion;

/// Why a hunk is turned down, each with the digit that says it.
pub const REASONS: [(char, &str); 5] = [
    ('1', "wrong fact"),
    ('2', "style"),
    ('3', "too long"),
    ('4', "not asked for"),
    ('5', "keep mine"),
];

/// What a one-line prompt is for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PromptKind {
    Find,
    ReplaceWhat,
    ReplaceWith {
        what: String,
    },
    Line,
    SaveAs {
        then_quit: bool,
    },
    Open,
    RejectBecause {
        hunk: HunkRef,
    },
    /// Why a decision gets this status.
    DecisionBecause {
        decision: EventId,
        status: DecisionStatus,
    },
    Rename {
        session: EventId,
    },
    Instruction {
        whole: bool,
    },
    Filter,
    /// The name of a checkpoint.
    Checkpoint,
    /// The point of the history to go to.
    Moment,
    HistoryFilter,
    /// The title of a session that branches off at a point.
    Branch {
        moment: crate::session::Moment,
    },
    /// Of a first comment what it is about, of an answer what it answers.
    Comment {
        about: Option<Link>,
        after: Option<EventId>,
    },
}

/// A question with a few answers, each a key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Ask {
    Quit,
    Consent {
        queued: Queued,
        provider: String,
    },
    /// The file is one of its older versions again.
    FileReverted {
        file: Box<super::OpenedFile>,
    },
    /// The file has no session, and is like those of sessions whose files are gone.
    Renamed {
        like: Vec<super::Like>,
    },
    /// The file went away, and the text is to be saved.
    Gone {
        then_quit: bool,
    },
    /// The file that went away stands under another name.
    Moved {
        path: std::path::PathBuf,
    },
    DeleteSession {
        session: EventId,
        title: String,
    },
    /// Two people set something without seeing each other's.
    Settle {
        conflict: Box<super::Conflict>,
    },
    /// What is new would go into the session file.
    Share {
        sharing: Box<super::Sharing>,
    },
    /// Words would be taken out for good: what is meant by each answer.
    Redact {
        targets: Vec<crate::report::Target>,
    },
    /// Another session of the text came beside it.
    Beside {
        beside: super::Beside,
    },
    /// Somebody else's redaction, whose words are here.
    Redaction {
        id: EventId,
    },
    /// Whose text is to be taken back, and what of it: each answer with the command line that it
    /// is.
    TakeBack {
        lines: Vec<(String, String)>,
    },
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Dialog {
    pub ask: Ask,
    pub title: String,
    pub lines: Vec<String>,
    /// Key, label and the command line that it runs.
    pub choices: Vec<(char, String, String)>,
    pub chosen: usize,
}

impl Model {
    /// What a rewrite is of: the selection, or the paragraph at the caret, without its line end.
    pub fn to_rewrite(&self) -> Option<Span> {
        let caret = self.caret();
        if let Some(selection) = caret.selection() {
            return Some(selection);
        }
        let rope = self.rope();
        let span = motion::paragraph_at(&rope, caret.pos);
        let text = rope.get_slice(span.range())?.to_string();
        let len = text.trim_end().chars().count();
        (len > 0).then(|| Span::new(span.start, Pos(span.start.0 + len)))
    }

    /// What is drawn as selected. While a rewrite is asked for that is what it will be of: seen, and
    /// not selected, so that no key replaces what nobody selected.
    pub fn shown_selection(&self) -> Option<Span> {
        let asks = || {
            let Some(Overlay::Prompt { kind, .. }) = self.ui.overlays.last() else { return None };
            let rewrites = *kind == PromptKind::Instruction { whole: false };
            rewrites.then(|| self.to_rewrite()).flatten()
        };
        self.caret().selection().or_else(asks)
    }
}
