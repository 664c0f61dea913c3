//! New texts of calls that are escaped once more than the old ones.

use super::{Landing, Outcome, slop};
use crate::assist::dialect::{Edit, Form};
use crate::assist::placement::Step;

/// What is said of an edit whose new text may be escaped once too often.
const ESCAPED: &str =
    "Its new text names line ends or quotes that the old one has: it may be escaped too often.";

const BREAK: &str = "\\n";
const QUOTE: &str = "\\\"";

/// The new text as it is meant, where that is plain: the old one has several lines, or quotes, and this
/// one has only their names.
fn plain(edit: &Edit, text: &str) -> Option<String> {
    if edit.form != Form::Tool {
        return None;
    }
    let (old, new) = (edit.old.as_str(), edit.new.as_str());
    let breaks = names_breaks(old, new, text);
    if breaks && (!old.trim_end().contains('\n') || new.contains(QUOTE)) {
        return None;
    }
    let quotes = names_quotes(old, new, text);
    let plain = match (breaks, quotes) {
        (true, _) => new.replace("\\r\\n", "\n").replace(BREAK, "\n").replace("\\t", "\t"),
        (false, true) => new.replace(QUOTE, "\""),
        (false, false) => return None,
    };
    Some(plain)
}

impl Landing {
    /// An edit with its new text as it is meant, where it is plain that it was written down otherwise.
    pub(super) fn meant(&self, edit: &Edit) -> Option<Edit> {
        let text = || self.placer.text();
        let new = slop::mended(edit, text).or_else(|| plain(edit, text()));
        new.map(|new| Edit { new, ..edit.clone() })
    }

    /// An edit whose new text may be escaped once too often is not certain.
    pub(super) fn escaped(
        &self,
        edit: &Edit,
        (outcome, why): (Outcome, Option<String>),
    ) -> (Outcome, Option<String>) {
        match outcome {
            Outcome::Placed { hunk, step }
                if !step.is_loose() && is_doubtful(edit, self.placer.text()) =>
            {
                (Outcome::Placed { hunk, step: Step::Words }, Some(ESCAPED.to_owned()))
            }
            outcome => (outcome, why),
        }
    }
}

/// Whether a new text may be escaped once too often.
fn is_doubtful(edit: &Edit, text: &str) -> bool {
    edit.form == Form::Tool
        && (names_breaks(&edit.old, &edit.new, text) || names_quotes(&edit.old, &edit.new, text))
}

/// Whether a text of one line names line ends outside of quotes, where the old one and the document don't.
fn names_breaks(old: &str, new: &str, text: &str) -> bool {
    !old.trim().is_empty()
        && !new.trim_end().contains('\n')
        && outside_quotes(new)
        && !old.contains(BREAK)
        && !text.lines().any(outside_quotes)
}

/// Whether a line has a `\n` outside of quotes.
fn outside_quotes(line: &str) -> bool {
    if !line.contains(BREAK) {
        return false;
    }
    let mut open = None;
    let mut signs = line.char_indices();
    while let Some((at, sign)) = signs.next() {
        match (sign, open) {
            ('\\', None) if line[at..].starts_with(BREAK) => return true,
            ('\\', _) => {
                signs.next();
            }
            ('"' | '\'' | '`', None) => {
                // An apostrophe is no quote.
                let word = line[..at].ends_with(char::is_alphanumeric);
                if sign != '\'' || !word {
                    open = Some(sign);
                }
            }
            (sign, Some(mark)) if sign == mark => open = None,
            _ => {}
        }
    }
    false
}

/// Whether all quotes of a text are behind a backslash, where the old one has bare ones and the document
/// none of these.
fn names_quotes(old: &str, new: &str, text: &str) -> bool {
    old.contains('"')
        && !text.contains(QUOTE)
        && new.contains(QUOTE)
        && new.matches('"').count() == new.matches(QUOTE).count()
}
