//! The areas of commands, in the order of the palette and the reference.

use super::Command;

/// A group of commands.
pub struct Area {
    pub name: &'static str,
    /// What the group is about, for the reference.
    pub doc: &'static str,
    pub commands: &'static [Command],
}

pub const AREAS: &[Area] = &[
    Area { name: "file", doc: "Files.", commands: super::file::COMMANDS },
    Area { name: "chat", doc: "Asking a model.", commands: super::chat::COMMANDS },
    Area { name: "hunk", doc: "Reviewing what a model proposed.", commands: super::hunk::COMMANDS },
    Area { name: "decision", doc: "Decisions.", commands: super::decision::COMMANDS },
    Area { name: "comment", doc: "Comments.", commands: super::comment::COMMANDS },
    Area { name: "written", doc: "Who wrote what.", commands: super::written::COMMANDS },
    Area { name: "session", doc: "Sessions.", commands: super::session::COMMANDS },
    Area { name: "edit", doc: "Changing text.", commands: super::edit::COMMANDS },
    Area { name: "find", doc: "Finding and replacing.", commands: super::find::COMMANDS },
    Area { name: "cursor", doc: "Moving and selecting.", commands: super::cursor::COMMANDS },
    Area { name: "app", doc: "The program itself.", commands: super::app::COMMANDS },
    Area { name: "list", doc: "Lists, forms and questions.", commands: super::list::COMMANDS },
];
