//! `cowrite decisions`: what was decided, and why.

use super::place::{Place, session_of};
use super::{Failure, Out, one_line, when};
use crate::command::status_word;
use crate::report::decisions_json;
use crate::runtime::fold;
use crate::session::Session;
use serde_json::Value;
use std::path::PathBuf;
use std::process::ExitCode;

/// List decisions with their reasons: of a file, of a session, or all.
#[derive(clap::Args, Debug)]
pub struct DecisionsArgs {
    /// Those of this file's session.
    file: Option<PathBuf>,
    /// Those of this session: its id or the beginning of it.
    #[arg(long, conflicts_with = "file")]
    session: Option<String>,
    /// Only those with this status.
    #[arg(long, value_parser = ["proposed", "accepted", "rejected", "superseded"])]
    status: Option<String>,
    /// Print them as JSON.
    #[arg(long)]
    json: bool,
}

impl DecisionsArgs {
    pub fn run(self, out: &mut Out) -> Result<ExitCode, Failure> {
        let place = Place::find(None, None)?;
        let store = place.reading(out)?;
        let sessions = if self.file.is_some() || self.session.is_some() {
            vec![session_of(&store, self.file.as_deref(), self.session.as_deref())?]
        } else {
            let rows = store.sessions().map_err(Failure::store)?;
            rows.into_iter().filter(|row| row.decisions > 0).map(|row| row.id).collect()
        };
        let wanted = |status: &str| self.status.as_deref().is_none_or(|wanted| wanted == status);
        let mut all = Vec::new();
        let mut count = 0;
        for id in sessions {
            let session = fold(&store, id).map_err(Failure::store)?;
            if self.json {
                let Value::Array(decisions) = decisions_json(&session) else { continue };
                for mut decision in decisions {
                    decision["session"] = id.to_string().into();
                    decision["session_title"] = session.title().into();
                    if wanted(decision["status"].as_str().unwrap_or_default()) {
                        all.push(decision);
                    }
                }
            } else {
                count += list(&session, &wanted, out)?;
            }
        }
        if self.json {
            out.json(&all.into())?;
        } else if count == 0 {
            out.say("No decision was found.");
        }
        Ok(ExitCode::SUCCESS)
    }
}

fn list(session: &Session, wanted: &dyn Fn(&str) -> bool, out: &mut Out) -> Result<usize, Failure> {
    let mut count = 0;
    let mut all = session.decisions.newest();
    all.reverse();
    for decision in all {
        let status = status_word(session.decisions.status(decision));
        if !wanted(status) {
            continue;
        }
        count += 1;
        out.line(&format!(
            "{}  {}  {status:<10}  {}  ({})",
            decision.id.short(),
            when::day(decision.at),
            one_line(decision.title()),
            one_line(session.title())
        ))?;
        for (label, text) in [
            ("because", decision.outcome()),
            ("context", decision.context()),
            ("then", decision.consequences()),
            ("review on", decision.review()),
        ] {
            if !text.is_empty() {
                out.line(&format!("    {label}: {}", one_line(text)))?;
            }
        }
        for link in decision.links() {
            out.line(&format!("    linked to: {}", one_line(&session.link_words(link))))?;
        }
        if decision.is_conflict() {
            out.line("    two people changed it apart: settle it in the workspace")?;
        }
    }
    Ok(count)
}
