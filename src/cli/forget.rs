//! `cowrite forget`: a person's words and name out of every session of the library.

use super::place::Place;
use super::redact::{Asked, authors};
use super::redactions::whole;
use super::{Failure, Out, one_line};
use crate::runtime::{fold, redact};
use crate::state::plural;
use crate::store::{Query, SessionRow};
use std::process::ExitCode;

/// Take a person's words and name out of every session of this library.
///
/// Messages, text, decisions, reasons and the name they were introduced by go for good, out of the
/// library and the session files that are known here. Where others name the person in their own
/// words, that is counted and stays: `cowrite redact --text` takes it out. Shows what would happen
/// first. No other cowrite may have the library open.
#[derive(clap::Args, Debug)]
pub struct ForgetArgs {
    /// The name, or the id of the author (`p_…`).
    name: String,
    /// Why, for the log.
    #[arg(long, value_name = "WORDS", default_value = "at the person's request")]
    reason: String,
    /// Do it without asking.
    #[arg(long, short)]
    yes: bool,
    /// Show what would happen and change nothing.
    #[arg(long)]
    dry_run: bool,
}

impl ForgetArgs {
    pub fn run(self, out: &mut Out) -> Result<ExitCode, Failure> {
        let mut place = Place::find(None, None)?;
        let mut store = place.reading(out)?;
        let rows = store.sessions().map_err(Failure::store)?;
        let mut wanted = Vec::new();
        for row in &rows {
            let folded = fold(&store, row.id).map_err(Failure::store)?;
            for author in authors(&folded, &self.name) {
                let target = whole(author);
                match redact::prepare(&store, row.id, &target) {
                    Ok(preview) => {
                        out.line(&one_line(&SessionRow::label(row)))?;
                        for line in preview.lines {
                            out.line(&format!("  {}", one_line(&line)))?;
                        }
                        wanted.push((row.id, target));
                    }
                    // It was done here before.
                    Err(why) => out.line(&format!(
                        "{}: {}",
                        one_line(&SessionRow::label(row)),
                        one_line(&why)
                    ))?,
                }
            }
        }
        if wanted.is_empty() {
            out.say(&format!("Nothing that {} wrote is in this library.", self.name));
            return Ok(ExitCode::from(1));
        }
        let asked = Asked { yes: self.yes, dry_run: self.dry_run, reason: &self.reason };
        if let Some(ended) = asked.carry_out(&mut place, &mut store, &wanted, out)? {
            return Ok(ended);
        }
        let text = format!("\"{}\" ", self.name.replace('"', ""));
        crate::runtime::index_all(&mut store).map_err(Failure::store)?;
        let query = Query { text, limit: 1000, ..Query::default() };
        let named = store.search(&query).map_err(Failure::store)?;
        if !named.is_empty() {
            out.say(&format!(
                "Others name {} in {}: `cowrite search` shows where, `cowrite redact --text` takes it out.",
                self.name,
                plural(named.len(), "place")
            ));
        }
        Ok(ExitCode::SUCCESS)
    }
}
