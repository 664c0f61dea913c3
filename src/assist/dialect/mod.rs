//! What a model's answer may look like, and reading it while it streams.
//!
//! `rewrite` reads an answer that is the new text itself. Every other answer is read by `reader`,
//! line by line; it knows each form that models write edits in, whichever was asked for, and each
//! form is a file: `blocks`, `patch`, `diff`, `tags`, `call`. Knows no document: where an edit
//! belongs is the work of `placement`.

mod blocks;
mod call;
mod chunk;
mod diff;
mod held;
mod json;
mod leads;
mod markers;
mod numbers;
mod open;
mod patch;
mod reader;
mod rewrite;
mod said;
mod tags;
mod thoughts;

pub(super) use diff::is_sure_head;
pub use held::may_hold_edits;
pub(super) use markers::is_file_name;
pub use markers::{is_fence, is_gap};
pub use numbers::unnumbered;
pub(super) use thoughts::without_thoughts;

use reader::Answer;
use rewrite::Rewrite;

/// Why an edit is none when the answer ended in it.
pub const CUT: &str = "The answer ended in the middle of this edit: ask for it again.";

/// How a model is asked to write its edits down.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Dialect {
    /// Bare replacement text for what is selected.
    Selection,
    /// The whole new text.
    Whole,
    /// Prose with search/replace blocks in it.
    Blocks,
}

impl Dialect {
    /// What is asked for, in words.
    pub fn words(self) -> &'static str {
        match self {
            Self::Selection => "the new text of the selection",
            Self::Whole => "the whole new text",
            Self::Blocks => "blocks",
        }
    }

    /// The name in the log and in figures.
    pub fn name(self) -> &'static str {
        match self {
            Self::Selection => "selection",
            Self::Whole => "whole",
            Self::Blocks => "blocks",
        }
    }
}

/// How an edit was written down by the model, whatever it was asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Form {
    /// Search/replace blocks.
    Blocks,
    /// `*** Begin Patch`.
    Patch,
    /// A unified difference.
    Diff,
    /// Tags around the old and the new text.
    Tags,
    /// The arguments of a tool call.
    Tool,
    /// The whole new text.
    Whole,
    /// A passage written anew, without the old one.
    Passage,
    /// Bare text for what was selected.
    Selection,
}

impl Form {
    pub const ALL: [Self; 8] = [
        Self::Blocks,
        Self::Patch,
        Self::Diff,
        Self::Tags,
        Self::Tool,
        Self::Whole,
        Self::Passage,
        Self::Selection,
    ];

    /// The name in the log and in figures.
    pub fn name(self) -> &'static str {
        match self {
            Self::Blocks => "blocks",
            Self::Patch => "patch",
            Self::Diff => "diff",
            Self::Tags => "tags",
            Self::Tool => "tool",
            Self::Whole => "whole",
            Self::Passage => "passage",
            Self::Selection => "selection",
        }
    }
}

/// What an edit says about its place besides the old text. Never enough to take a place by itself.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Hint {
    /// The line from 1 where the old text starts, which is often off.
    pub line: Option<usize>,
    /// Lines that stand somewhere before it, the outermost first: `@@ fn main()`.
    pub under: Vec<String>,
    /// It reaches to the end of the document.
    pub at_end: bool,
    /// Each place of the old text is meant.
    pub all: bool,
    /// The file that the edit names, as it stands there: perhaps a path, perhaps made up, perhaps
    /// another file than the document. Whoever places the edit decides.
    pub file: Option<String>,
    /// It stands in a longer fence than it needs: perhaps it is an example to read.
    pub shown: bool,
    /// Its old and new text if its lines are read in other ways.
    pub others: Vec<(String, String)>,
    /// The number in front of the first of the new lines, each of which has one, and the new text without
    /// them: for a place that begins at that line.
    pub numbered: Option<(usize, String)>,
    /// It seems to be cut off: the answer ended before it had as many lines as it announces.
    pub short: bool,
    /// Nothing tells whether its last line, which goes, came whole.
    pub open: bool,
}

impl Hint {
    /// Whether the edit names another file than the document of that name, by the last part of both
    /// paths: what stands before it is often made up.
    pub fn is_elsewhere(&self, document: &str) -> bool {
        let last = |path: &str| path.trim().rsplit(['/', '\\']).next().map(str::to_owned);
        let named = self.file.as_deref().and_then(last).filter(|name| !name.is_empty());
        named.is_some_and(|named| !document.is_empty() && last(document) != Some(named))
    }
}

/// One edit of an answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Edit {
    /// What to look for; lines with their line ends. Empty: at the end of the document. Of a
    /// rewrite: the text the question was about, if it is known.
    pub old: String,
    pub new: String,
    /// One sentence.
    pub why: Option<String>,
    pub form: Form,
    pub hint: Hint,
}

/// A piece of an answer. Edits are numbered from 0 in the order they start; between
/// `EditStarted` and one of `EditDone`, `EditDropped` and `Malformed` of the same number, what
/// `EditOld` and `EditNew` tell is a preview: only `EditDone` counts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Piece {
    /// Text to read, as it comes.
    Prose(String),
    EditStarted {
        index: usize,
    },
    /// All of the text to be replaced that came until now.
    EditOld {
        index: usize,
        text: String,
    },
    /// More of the new text.
    EditNew {
        index: usize,
        delta: String,
    },
    EditDone {
        index: usize,
        edit: Edit,
    },
    /// A fenced text that was told as prose, without its fences: it may be the whole new document,
    /// or a passage of it, or an example.
    Fenced {
        text: String,
        /// Its fence was not closed.
        open: bool,
        /// The file that is named before it, or by its fence.
        file: Option<String>,
    },
    /// It would have changed nothing, or it came `again`.
    EditDropped {
        index: usize,
        again: bool,
    },
    /// Cannot be taken as an edit; the text is kept for the person to read.
    Malformed {
        /// The edit that ends with this, where one had started.
        index: Option<usize>,
        text: String,
        /// The reason, in words for a person.
        why: String,
    },
}

/// Reads an answer chunk by chunk. What it says does not depend on how the answer was cut, but for
/// how often previews and prose come.
#[derive(Clone, Debug)]
pub struct ReplyParser(Reader);

#[derive(Clone, Debug)]
enum Reader {
    Answer(Box<Answer>),
    Rewrite(Rewrite),
}

impl ReplyParser {
    pub fn new(dialect: Dialect) -> Self {
        Self(match dialect {
            Dialect::Selection => Reader::Rewrite(Rewrite::new(false)),
            Dialect::Whole => Reader::Rewrite(Rewrite::new(true)),
            Dialect::Blocks => Reader::Answer(Box::default()),
        })
    }

    /// Tells the text the question is about: the selection, or the whole document. With it,
    /// wrappings and gaps of the answer are told from text that is meant so.
    pub fn about(mut self, text: impl Into<String>) -> Self {
        if let Reader::Rewrite(rewrite) = &mut self.0 {
            rewrite.about(text.into());
        }
        self
    }

    /// Reads more of the answer.
    pub fn push(&mut self, chunk: &str) -> Vec<Piece> {
        let mut out = Vec::new();
        match &mut self.0 {
            Reader::Answer(answer) => answer.push(chunk, &mut out),
            Reader::Rewrite(rewrite) => rewrite.push(chunk, &mut out),
        }
        out
    }

    /// The answer is complete.
    pub fn finish(&mut self) -> Vec<Piece> {
        self.end(false)
    }

    /// The answer broke off: a limit, a fault, the person's word. Edits that are not complete
    /// become `Malformed`.
    pub fn cut_off(&mut self) -> Vec<Piece> {
        self.end(true)
    }

    fn end(&mut self, cut_off: bool) -> Vec<Piece> {
        let mut out = Vec::new();
        match &mut self.0 {
            Reader::Answer(answer) => answer.finish(cut_off, &mut out),
            Reader::Rewrite(rewrite) => rewrite.finish(cut_off, &mut out),
        }
        out
    }
}

/// Up to how many tokens a small model is asked for the whole text.
pub(super) const WHOLE_TOKENS: u64 = 3000;

/// The dialect to ask for: bare text when something is selected (nothing to place), the whole text
/// from a small model when the document is short, blocks otherwise. `small` is what the provider
/// knows about the model; its name may tell as well.
pub fn choose(selection: bool, doc_tokens: u64, model: &str, small: bool) -> Dialect {
    if selection {
        Dialect::Selection
    } else if doc_tokens > 0 && doc_tokens <= WHOLE_TOKENS && (small || is_small_name(model)) {
        Dialect::Whole
    } else {
        Dialect::Blocks
    }
}

/// Whether a name like `llama3.2:3b` or `smollm2-135m` tells of at most 8 thousand million
/// parameters.
pub fn is_small_name(model: &str) -> bool {
    model.to_ascii_lowercase().split(|c: char| !c.is_ascii_alphanumeric() && c != '.').any(|part| {
        let (number, unit) = part.split_at(part.len() - usize::from(!part.is_empty()));
        match (number.parse::<f64>(), unit) {
            (Ok(_), "m") => true,
            (Ok(thousand_million), "b") => thousand_million <= 8.0,
            _ => false,
        }
    })
}
