//! The command line: what was asked for, in which surroundings, and how it is answered.
//!
//! One file per subcommand. The only place that reads the environment.

mod apply;
mod args;
mod ask;
mod attest;
mod blame;
mod bringing;
mod carry_out;
mod check;
mod config;
mod decisions;
mod decisions_in;
mod decisions_out;
mod doctor;
mod doctor_models;
mod edit;
mod export;
mod export_commit;
mod export_html;
mod folder;
mod forget;
mod handoff;
mod headless;
mod history;
mod import;
mod key;
mod keyring;
mod keys;
mod merge;
mod models;
mod models_bar;
mod models_who;
mod on_disk;
mod out;
mod place;
mod propose;
mod providers;
mod redact;
mod redactions;
mod reference;
mod restore;
mod search;
mod secrets;
mod serve;
mod sessions;
mod share;
mod stats;
mod verify;
mod whose;
use crate::base::when;

use args::Args;
use clap::Parser;
use clap::error::ErrorKind;
use out::one_line;
pub use out::{Failure, Out};
pub use reference::reference;
use std::process::ExitCode;

/// Runs the command line; the exit code is 0 when it did what was asked, 1 when it could not, 2
/// when it was not understood.
pub fn main() -> ExitCode {
    let mut out = Out::new();
    let given = args::in_order(std::env::args_os());
    let named = given.get(1).and_then(|arg| arg.to_str()).is_some_and(args::is_command);
    let args = match Args::try_parse_from(given) {
        Ok(args) => args,
        // Two files, or a command that is none.
        Err(error) if error.kind() == ErrorKind::ArgumentConflict && !named => {
            let failure = Failure::usage(
                "That is no command with its arguments, and cowrite opens one document at a time. \
                 `cowrite --help` lists the commands.",
            );
            out.failure(&failure);
            return ExitCode::from(failure.code);
        }
        Err(error) => error.exit(),
    };
    let done = match args.command {
        None => edit::run(args.edit, &mut out),
        Some(command) => command.run(&mut out),
    };
    match done {
        Ok(code) => code,
        Err(failure) => {
            out.failure(&failure);
            ExitCode::from(failure.code)
        }
    }
}
