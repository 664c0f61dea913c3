//! What links point at, in words. Where that stands now is the document's to say.

use super::Session;
use crate::base::EventId;
use crate::event::{FILLER, Link, MessageRole, REDACTED};

/// Characters of what a link points at that are told.
const MOST: usize = 200;

impl Session {
    /// A link in one line.
    pub fn link_words(&self, link: &Link) -> String {
        self.linked_words(link, None)
    }

    /// The same of a link that an event holds: where its words are gone, with who took them out and
    /// when.
    pub fn link_words_of(&self, event: &EventId, link: &Link) -> String {
        let taken = match link {
            Link::Span { quote, .. } => self.gap(event, quote.told()),
            _ => None,
        };
        self.linked_words(link, taken.map(|taken| self.redaction_words(taken)))
    }

    fn linked_words(&self, link: &Link, gone: Option<String>) -> String {
        match link {
            Link::Span { doc, quote, .. } => {
                let shown = quote.0.as_deref().map(one_line);
                let shown = match (shown, gone) {
                    (None, None) => REDACTED.into(),
                    (None, Some(gone)) => format!("({gone})"),
                    (Some(shown), _) if shown.is_empty() => "blanks".into(),
                    (Some(shown), None) => format!("“{shown}”"),
                    (Some(shown), Some(gone)) => format!("“{shown}” ({FILLER}: {gone})"),
                };
                let name = self.documents.get(doc).map_or("", |entry| entry.name.as_str());
                match self.documents.len() {
                    0 | 1 => format!("the text {shown}"),
                    _ => format!("the text {shown} in {name}"),
                }
            }
            Link::Message(id) => match self.transcript.get(id) {
                // Nobody wrote it: cowrite did.
                Some(message) if message.is_repair() => ASKED_AGAIN.into(),
                Some(message) => {
                    let sign = match message.role {
                        MessageRole::Person => "●",
                        MessageRole::Model => "◆",
                        MessageRole::Note => "·",
                    };
                    let who = self.author_name(&message.author);
                    let told = self.told(id, message.text());
                    format!("{sign} {who}: {}", one_line(opening(&told)))
                }
                None => "a message that is not here".into(),
            },
            Link::Hunk(_) => "a proposed change".into(),
            Link::Decision(id) => match self.decisions.get(id) {
                Some(decision) => {
                    format!("the decision “{}”", one_line(&self.told_value(&decision.title)))
                }
                None => "a decision that is not here".into(),
            },
        }
    }
}

/// How a message is called by which cowrite asked a model once more.
pub const ASKED_AGAIN: &str = "↻ asked again, for edits without a certain place";

/// How such a message begins, and how long it is: the model needs all of it, a person seldom.
pub fn asked_again_in_short(text: &str) -> String {
    let text = text.trim();
    let (first, lines) = (text.split("\n\n").next().unwrap_or_default(), text.lines().count());
    format!(
        "{first}\n\n*… {lines} lines in all, as the model got them: `cowrite export` has them.*"
    )
}

/// What a message says before its first fence or edit; all of it where it says nothing before.
pub fn opening(text: &str) -> &str {
    const SIGNS: &[&str] = &[
        "```",
        "~~~",
        "<<<<<",
        "----- ",
        "------",
        "*** ",
        "@@ ",
        "--- ",
        "diff --git",
        "<old_",
        "<edit",
        "<tool_",
        "<function",
        "<invoke",
        "<replace_",
        "{",
        "[{",
    ];
    let mut end = 0;
    for line in text.split_inclusive('\n') {
        let words = line.trim_start();
        if SIGNS.iter().any(|sign| words.starts_with(sign)) {
            break;
        }
        end += line.len();
    }
    let said = text[..end].trim();
    if said.is_empty() { text } else { said }
}

fn one_line(text: &str) -> String {
    let start: String = text.chars().take(4 * MOST).collect();
    let line = start.split_whitespace().collect::<Vec<_>>().join(" ");
    let more = if line.chars().count() > MOST { "…" } else { "" };
    let short: String = line.chars().take(MOST).collect();
    short + more
}
