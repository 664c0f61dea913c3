//! What links point at, in words. Where that stands now is the document's to say.

use super::Session;
use crate::event::{Link, MessageRole};

/// Characters of what a link points at that are told.
const MOST: usize = 200;

impl Session {
    /// A link in one line.
    pub fn link_words(&self, link: &Link) -> String {
        match link {
            Link::Span { doc, quote, .. } => {
                let shown = quote.0.as_deref().map(one_line);
                let shown = match shown {
                    None => "(redacted)".into(),
                    Some(shown) if shown.is_empty() => "blanks".into(),
                    Some(shown) => format!("“{shown}”"),
                };
                let name = self.documents.get(doc).map_or("", |entry| entry.name.as_str());
                match self.documents.len() {
                    0 | 1 => format!("the text {shown}"),
                    _ => format!("the text {shown} in {name}"),
                }
            }
            Link::Message(id) => match self.transcript.get(id) {
                Some(message) => {
                    let sign = match message.role {
                        MessageRole::Person => "●",
                        MessageRole::Model => "◆",
                        MessageRole::Note => "·",
                    };
                    let who = self.author_name(&message.author);
                    format!("{sign} {who}: {}", one_line(message.text()))
                }
                None => "a message that is not here".into(),
            },
            Link::Hunk(_) => "a proposed change".into(),
            Link::Decision(id) => match self.decisions.get(id) {
                Some(decision) => format!("the decision “{}”", one_line(decision.title())),
                None => "a decision that is not here".into(),
            },
        }
    }
}

fn one_line(text: &str) -> String {
    let start: String = text.chars().take(4 * MOST).collect();
    let line = start.split_whitespace().collect::<Vec<_>>().join(" ");
    let more = if line.chars().count() > MOST { "…" } else { "" };
    let short: String = line.chars().take(MOST).collect();
    short + more
}
