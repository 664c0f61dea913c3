//! The process of the local model: started by cowrite for itself, not by people.

use super::{Failure, Out};
use crate::provider::local::{Service, serve, settle_down};
use std::process::ExitCode;
use std::time::Duration;

/// The name of the subcommand.
pub const COMMAND: &str = "serve-model";

/// Compute a local model: orders come through standard input, reports go to standard output.
#[derive(clap::Args, Debug)]
#[command(name = COMMAND)]
pub struct ServeArgs {
    /// Seconds without an order after which it ends.
    #[arg(long, default_value_t = 600)]
    idle: u64,
    /// Bytes of memory that it believes to be there, for tests.
    #[arg(long)]
    memory: Option<u64>,
}

impl ServeArgs {
    pub fn run(self, _out: &mut Out) -> Result<ExitCode, Failure> {
        settle_down();
        let service = Service { idle: Duration::from_secs(self.idle), memory: self.memory };
        // That nobody listens any more is how it usually ends.
        let _ = serve(std::io::stdin(), std::io::stdout(), service);
        Ok(ExitCode::SUCCESS)
    }
}
