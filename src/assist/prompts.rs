//! The templates that questions are made of. The words stand in `prompts/*.md`; a new template is
//! a file and a row here. Knows no model and no document.

use super::Dialect;

/// A template by name, with its text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Template {
    /// The system text of a conversation about a document: `title`.
    Chat,
    /// How to write edit blocks; follows `Chat`.
    Blocks,
    /// The system text for rewriting a selection.
    Selection,
    /// The system text for a whole new text.
    Whole,
    /// The document as context: `document`.
    Document,
    /// The question about a selection: `selection`, `request`.
    AskSelection,
    /// The question about a whole document: `document`, `request`.
    AskWhole,
    /// The system text for going on at the caret.
    Continue,
    /// The text around the caret: `before`, `after`.
    AskContinue,
    /// The system text for a summary.
    Summary,
    /// What is summed up: `text`, `request`.
    AskSummary,
    /// The second try for edits that found no place: `failures`, `placed`.
    Repair,
}

impl Template {
    pub const ALL: &[Self] = &[
        Self::Chat,
        Self::Blocks,
        Self::Selection,
        Self::Whole,
        Self::Document,
        Self::AskSelection,
        Self::AskWhole,
        Self::Continue,
        Self::AskContinue,
        Self::Summary,
        Self::AskSummary,
        Self::Repair,
    ];

    /// The text with its `{{names}}`.
    pub fn text(self) -> &'static str {
        let text = match self {
            Self::Chat => include_str!("../../prompts/chat.md"),
            Self::Blocks => include_str!("../../prompts/blocks.md"),
            Self::Selection => include_str!("../../prompts/selection.md"),
            Self::Whole => include_str!("../../prompts/whole.md"),
            Self::Document => include_str!("../../prompts/document.md"),
            Self::AskSelection => include_str!("../../prompts/ask_selection.md"),
            Self::AskWhole => include_str!("../../prompts/ask_whole.md"),
            Self::Continue => include_str!("../../prompts/continue.md"),
            Self::AskContinue => include_str!("../../prompts/ask_continue.md"),
            Self::Summary => include_str!("../../prompts/summary.md"),
            Self::AskSummary => include_str!("../../prompts/ask_summary.md"),
            Self::Repair => include_str!("../../prompts/repair.md"),
        };
        text.strip_suffix('\n').unwrap_or(text)
    }

    /// The text with values for its names. What is put in is not looked at again, so a document
    /// that holds `{{title}}` stays as it is. A name without a value stays.
    pub fn render(self, values: &[(&str, &str)]) -> String {
        render(self.text(), values)
    }
}

/// The system text for a question in a dialect, about the document of that title.
pub fn system(dialect: Dialect, title: &str) -> String {
    match dialect {
        Dialect::Selection => Template::Selection.render(&[]),
        Dialect::Whole => Template::Whole.render(&[]),
        Dialect::Blocks => {
            let chat = Template::Chat.render(&[("title", title)]);
            format!("{chat}\n\n{}", Template::Blocks.text())
        }
    }
}

/// Replaces each `{{name}}` by its value, in one pass from left to right.
pub fn render(template: &str, values: &[(&str, &str)]) -> String {
    let mut out = String::with_capacity(template.len());
    let mut rest = template;
    while let Some(at) = rest.find("{{") {
        let (before, open) = rest.split_at(at);
        out.push_str(before);
        let found = open.find("}}").and_then(|end| {
            let name = open[2..end].trim();
            let value = values.iter().find(|(known, _)| *known == name);
            value.map(|(_, value)| (*value, end + 2))
        });
        match found {
            Some((value, end)) => {
                out.push_str(value);
                rest = &open[end..];
            }
            None => {
                out.push_str("{{");
                rest = &open[2..];
            }
        }
    }
    out.push_str(rest);
    out
}
