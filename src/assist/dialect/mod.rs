//! What a model's answer may look like, and reading it while it streams.
//!
//! Each dialect is one file that turns chunks into `Piece`s. Knows no document: where an edit
//! belongs is the work of `placement`.

mod blocks;
mod markers;
mod rewrite;

use blocks::Blocks;
use rewrite::Rewrite;

/// Why an edit is none when the answer ended in it.
pub const CUT: &str = "The answer ended in the middle of this edit.";

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
        /// What to look for; lines with their line ends. Empty: at the end of the document. In the
        /// other dialects the text the question was about, if it is known.
        old: String,
        new: String,
        /// One sentence.
        why: Option<String>,
    },
    /// It would have changed nothing.
    EditDropped {
        index: usize,
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
    Blocks(Box<Blocks>),
    Rewrite(Rewrite),
}

impl ReplyParser {
    pub fn new(dialect: Dialect) -> Self {
        Self(match dialect {
            Dialect::Selection => Reader::Rewrite(Rewrite::new(false)),
            Dialect::Whole => Reader::Rewrite(Rewrite::new(true)),
            Dialect::Blocks => Reader::Blocks(Box::default()),
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
            Reader::Blocks(blocks) => blocks.push(chunk, &mut out),
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
            Reader::Blocks(blocks) => blocks.finish(&mut out),
            Reader::Rewrite(rewrite) => rewrite.finish(cut_off, &mut out),
        }
        out
    }
}

/// Up to how many tokens a small model is asked for the whole text.
const WHOLE_TOKENS: u64 = 3000;

/// The dialect to ask for: bare text when something is selected (nothing to place), the whole text
/// from a small model when the document is short, blocks otherwise. `small` is what the provider
/// knows about the model; its name may tell as well.
pub fn choose(selection: bool, doc_tokens: u64, model: &str, small: bool) -> Dialect {
    if selection {
        Dialect::Selection
    } else if doc_tokens > 0 && doc_tokens <= WHOLE_TOKENS && (small || is_small(model)) {
        Dialect::Whole
    } else {
        Dialect::Blocks
    }
}

/// Whether a name like `llama3.2:3b` or `smollm2-135m` tells of at most 8 thousand million
/// parameters.
fn is_small(model: &str) -> bool {
    model.to_ascii_lowercase().split(|c: char| !c.is_ascii_alphanumeric() && c != '.').any(|part| {
        let (number, unit) = part.split_at(part.len() - usize::from(!part.is_empty()));
        match (number.parse::<f64>(), unit) {
            (Ok(_), "m") => true,
            (Ok(thousand_million), "b") => thousand_million <= 8.0,
            _ => false,
        }
    })
}
