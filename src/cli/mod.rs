//! The command line: what was asked for, in which surroundings, and how it is answered.
//!
//! One file per subcommand. The only place that reads the environment.

mod args;
mod edit;
mod out;
mod place;

use args::{Args, Sub};
use clap::Parser;
pub use out::{Failure, Out};
use std::process::ExitCode;

/// Runs the command line; the exit code is 0 when it did what was asked, 1 when it could not, 2
/// when it was not understood.
pub fn main() -> ExitCode {
    let args = Args::parse();
    let mut out = Out::new();
    let done = match args.command {
        None => edit::run(args.edit, &mut out),
        Some(Sub::Keys(keys)) => keys.run(&mut out),
    };
    match done {
        Ok(code) => code,
        Err(failure) => {
            out.failure(&failure);
            ExitCode::from(failure.code)
        }
    }
}
