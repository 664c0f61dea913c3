//! `cowrite keys`: every key and what it does.

use super::place::Place;
use super::{Failure, Out};
use std::path::PathBuf;
use std::process::ExitCode;

/// List every key and what it does.
///
/// Exit code 1: the keymap has errors, and they are named.
#[derive(clap::Args, Debug)]
pub struct KeysArgs {
    /// A keymap: a name in `keymaps/` or a file.
    #[arg(long)]
    keymap: Option<PathBuf>,
}

impl KeysArgs {
    pub fn run(self, out: &mut Out) -> Result<ExitCode, Failure> {
        let place = Place::find(None, None)?;
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
