//! The contexts the program itself opens. Keymap files can declare more.

/// What a plain letter does in a context.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Typing {
    /// It is typed, so no chord may begin with one.
    Text,
    /// It is typed or not as the context around or inside says; no chord may begin with one, since
    /// a text can be inside.
    Around,
    /// Nothing takes text: plain letters are keys like others.
    Keys,
}

/// A context of the program.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ContextInfo {
    pub name: &'static str,
    pub typing: Typing,
    /// When it is active.
    pub doc: &'static str,
}

const fn row(name: &'static str, typing: Typing, doc: &'static str) -> ContextInfo {
    ContextInfo { name, typing, doc }
}

/// The contexts in the order in which they are described.
pub const CONTEXTS: &[ContextInfo] = &[
    row("global", Typing::Around, "everywhere, after every other context"),
    row("text", Typing::Around, "wherever text is written; others fall through to it"),
    row("editor", Typing::Text, "the document has the focus"),
    row("hunk", Typing::Around, "the caret of the document stands on an open hunk"),
    row("stale", Typing::Around, "the text under that hunk changed since it was proposed"),
    row("placing", Typing::Around, "a hunk without a place is being placed"),
    row("chat", Typing::Text, "the message box has the focus"),
    row("conversation", Typing::Keys, "the messages have the focus"),
    row("decisions", Typing::Keys, "the list of decisions has the focus"),
    row("review", Typing::Keys, "the list of hunks to review has the focus"),
    row("history", Typing::Keys, "the list of what happened has the focus"),
    row("form", Typing::Text, "a form, such as that of a decision"),
    row("links", Typing::Keys, "the links of the decision form have the focus"),
    row("decision", Typing::Keys, "a decision is shown"),
    row("card", Typing::Keys, "how a text came to be is shown"),
    row("prompt", Typing::Text, "a prompt of one line: find, go to line, save as"),
    row("list", Typing::Text, "the palette and other lists that are narrowed by typing"),
    row("dialog", Typing::Keys, "a question to confirm"),
    row("sessions", Typing::Keys, "the list of sessions at the start"),
];
