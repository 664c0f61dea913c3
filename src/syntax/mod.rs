//! Highlighting: what the parts of a line are, from the grammars of `syntect`.
//!
//! Costs a parse of what is visible and of what changed, never of the document; exact states for
//! far places come in slices while nothing else is to be done. (Not from another thread: a parser's
//! state holds memory of the C library and cannot leave its thread; grammars can.) Knows no
//! colours: a theme gives each [`Class`] its style.
//!
//! [`Class`]: crate::base::Class

mod highlighter;
mod markdown;
mod parse;
mod scopes;
mod track;
mod window;

pub use highlighter::{HighlightedLines, Highlighter};

use crate::base::ClassSpan;
use parse::{Parser, State};
use std::sync::Arc;
use syntect::parsing::{SyntaxReference, SyntaxSet};

/// Lines longer than this many bytes are not highlighted.
pub const LONGEST_LINE: usize = 4096;

/// The grammars. Loading takes milliseconds, so a background thread does it; a grammar is
/// unpacked and its patterns compiled when first used.
#[derive(Debug)]
pub struct Syntaxes {
    set: SyntaxSet,
}

/// A running highlighter of one piece of code: each call gets the next line, without its line end,
/// and gives its spans in bytes.
pub type Paint = Box<dyn FnMut(&str) -> Vec<ClassSpan>>;

impl Syntaxes {
    pub fn load() -> Arc<Self> {
        Arc::new(Self { set: two_face::syntax::extra_newlines() })
    }

    /// The name of the language of a file, `None` for plain text. `path` is a file's name with or
    /// without its folders, `first_line` the text's first line.
    pub fn language(&self, path: &str, first_line: &str) -> Option<&str> {
        self.of_file(path, first_line).map(|syntax| syntax.name.as_str())
    }

    fn of_file(&self, path: &str, first_line: &str) -> Option<&SyntaxReference> {
        let name = path.rsplit(['/', '\\']).next().unwrap_or(path);
        let extension = name.rsplit_once('.').map_or("", |(_, extension)| extension);
        let by_name = self
            .set
            .find_syntax_by_extension(name)
            .or_else(|| self.set.find_syntax_by_extension(extension));
        // The patterns for first lines are many: they are tried where they could match.
        let marks = ["#!", "<?", "<!", "-*-", "vim:", "%YAML", "diff "];
        let found = by_name.or_else(|| {
            let line: String = first_line.chars().take(200).collect();
            let marked = marks.iter().any(|mark| line.contains(mark));
            marked.then(|| self.set.find_syntax_by_first_line(&line)).flatten()
        });
        found.filter(|syntax| !is_plain(syntax))
    }

    /// The grammar for the words behind a fence.
    fn of_fence(&self, info: &str) -> Option<&SyntaxReference> {
        let token = info.split([',', ' ', '{', ':']).next().filter(|token| !token.is_empty())?;
        self.set.find_syntax_by_token(token).filter(|syntax| !is_plain(syntax))
    }

    /// Starts to highlight code in the language that a fence names (`rust`, `rs`, `python`),
    /// `None` when there is no such grammar.
    pub fn paint(self: &Arc<Self>, language: &str) -> Option<Paint> {
        let mut state = State::new(self.of_fence(language)?);
        let mut parser = Parser::new(Arc::clone(self));
        let mut text = String::new();
        Some(Box::new(move |line| {
            if line.len() > LONGEST_LINE {
                return Vec::new();
            }
            text.clear();
            text.push_str(line);
            text.push('\n');
            parser.line(&text, &mut state)
        }))
    }
}

fn is_plain(syntax: &SyntaxReference) -> bool {
    syntax.name == "Plain Text"
}
