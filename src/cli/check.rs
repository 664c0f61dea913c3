//! `cowrite check`: decisions that need a look, with exit codes for continuous integration.

use super::on_disk::chosen;
use super::{Failure, Out, one_line, when};
use crate::base::is_day;
use crate::report::{Bounds, check, findings_json};
use crate::runtime::now;
use crate::session::Session;
use crate::state::plural;
use std::path::PathBuf;
use std::process::ExitCode;

/// Find decisions that need a look.
///
/// That is: the text they are linked to changed or is gone, as its file on the disk is now, their review is due, they rest on what
/// holds no more, what took their place was rejected, two people set them apart, or they are accepted
/// and say nothing. Exit code 0: none was found; 1: some were, and are named; 2: it could not be checked.
#[derive(clap::Args, Debug)]
pub struct CheckArgs {
    /// Files with a session, session files (`.cowrite.jsonl`; they need no library), or sessions:
    /// an id or the beginning of it. Nothing: all sessions.
    of: Vec<PathBuf>,
    /// All sessions of the library.
    #[arg(long, conflicts_with = "of")]
    all: bool,
    /// Percent of a linked text that may change: 0 finds every change, 100 none. Words that differ
    /// count whole.
    #[arg(long, value_name = "PERCENT", default_value_t = Bounds::PERCENT, value_parser = clap::value_parser!(u8).range(0..=100))]
    threshold: u8,
    /// The day to check for, in place of today.
    #[arg(long, value_name = "YYYY-MM-DD")]
    on: Option<String>,
    /// Print what is found as JSON.
    #[arg(long)]
    json: bool,
}

impl CheckArgs {
    pub fn run(self, out: &mut Out) -> Result<ExitCode, Failure> {
        // 1 means that something was found.
        self.checked(out).map_err(|failure| Failure { code: 2, ..failure })
    }

    fn checked(self, out: &mut Out) -> Result<ExitCode, Failure> {
        let day = match self.on {
            Some(day) if is_day(&day) => day,
            Some(day) => {
                return Err(Failure::usage(format!("{day:?} is no day: write YYYY-MM-DD.")));
            }
            None => when::day(now()),
        };
        let bounds = Bounds { percent: self.threshold, day };
        let (mut decisions, mut count) = (0, 0);
        let mut all = Vec::new();
        for session in chosen(&self.of, out)? {
            decisions += session.decisions.len();
            let found = check(&session, &bounds);
            count += found.len();
            if self.json {
                all.extend(findings_json(&session, &found));
            } else {
                list(&session, &found, out)?;
            }
        }
        if self.json {
            out.json(&all.into())?;
        } else if count == 0 {
            out.say(&format!("Nothing was found; checked: {}.", plural(decisions, "decision")));
        } else {
            let found = plural(count, "finding");
            out.say(&format!("{found}; checked: {}.", plural(decisions, "decision")));
        }
        Ok(if count == 0 { ExitCode::SUCCESS } else { ExitCode::from(1) })
    }
}

/// The findings, each decision's below it.
fn list(session: &Session, found: &[crate::report::Doubt], out: &mut Out) -> Result<(), Failure> {
    let mut last = None;
    for finding in found {
        let Some(decision) = session.decisions.get(&finding.decision) else { continue };
        if last != Some(finding.decision) {
            last = Some(finding.decision);
            out.line(&format!(
                "{}  {}  {}  ({})",
                decision.id.short(),
                crate::command::status_word(session.decisions.status(decision)),
                one_line(decision.title()),
                one_line(session.title())
            ))?;
        }
        out.line(&format!("    {}: {}", finding.kind.name(), one_line(&finding.why)))?;
        out.line(&format!("        {}", finding.kind.advice()))?;
    }
    Ok(())
}
