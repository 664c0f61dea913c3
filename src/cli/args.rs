//! The arguments. Their doc comments are the help.

use super::{Failure, Out};
use clap::{Parser, Subcommand};
use std::path::PathBuf;
use std::process::ExitCode;

/// A terminal workspace where a person and a language model write one document together.
///
/// You write on the left and talk to a model on the right; it proposes, you decide hunk by hunk.
/// Everything is one log that can be searched, replayed and audited.
#[derive(Parser, Debug)]
#[command(
    name = "cowrite",
    version,
    args_conflicts_with_subcommands = true,
    disable_help_subcommand = true
)]
pub struct Args {
    #[command(flatten)]
    pub edit: Edit,
    #[command(subcommand)]
    pub command: Option<Sub>,
}

/// Opening the workspace.
#[derive(clap::Args, Debug, Default)]
pub struct Edit {
    /// The file to write, new or existing; `-` for standard input; a session file
    /// (`.cowrite.jsonl`) opens its session. Nothing: the list of sessions.
    pub file: Option<PathBuf>,
    /// The model that answers, as its provider calls it.
    #[arg(long, short)]
    pub model: Option<String>,
    /// Open this session: its id or the beginning of it.
    #[arg(long)]
    pub session: Option<String>,
    /// Keep nothing beside the file: for use as $EDITOR.
    #[arg(long)]
    pub no_session: bool,
    /// A keymap: a name in `keymaps/` or a file.
    #[arg(long)]
    pub keymap: Option<PathBuf>,
    /// Answer yes to what would be asked.
    #[arg(long, short)]
    pub yes: bool,
}

#[derive(Subcommand, Debug)]
pub enum Sub {
    /// List every key and what it does.
    Keys(Keys),
}

/// Listing keys.
#[derive(clap::Args, Debug)]
pub struct Keys {
    /// A keymap: a name in `keymaps/` or a file.
    #[arg(long)]
    pub keymap: Option<PathBuf>,
}

impl Keys {
    pub fn run(self, out: &mut Out) -> Result<ExitCode, Failure> {
        let place = super::place::Place::find(None, None)?;
        let (keymap, errors) = place.keymap(self.keymap.as_deref())?;
        for error in &errors {
            out.say(&error.to_string());
        }
        for line in crate::app::key_lines(&keymap) {
            out.line(&line)?;
        }
        Ok(if errors.is_empty() { ExitCode::SUCCESS } else { ExitCode::from(1) })
    }
}
