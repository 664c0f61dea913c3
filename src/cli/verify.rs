//! `cowrite verify`: the log against itself.

use super::merge::told;
use super::place::{Place, is_session_file, session_id};
use super::{Failure, Out, one_line};
use crate::base::EventId;
use crate::runtime::fold;
use crate::state::plural;
use crate::store::{Options, Report, SqliteStore, Write, jsonl};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

/// Check the log.
///
/// Every id is computed anew; nothing is missing, nothing doubled, nothing written that its author
/// had no right to write. Exit code 1: something is off, and it is named. Of a session file, lines
/// that `cowrite import` would leave out are such findings, too.
///
/// A hash chain shows what was altered after somebody else has seen it; it does not keep a person
/// from rewriting a log that only they hold.
#[derive(clap::Args, Debug)]
pub struct VerifyArgs {
    /// A session file (`.cowrite.jsonl`) instead of the library.
    file: Option<PathBuf>,
    /// Only this session: its id or the beginning of it.
    #[arg(long, conflicts_with = "file")]
    session: Option<String>,
}

impl VerifyArgs {
    pub fn run(self, out: &mut Out) -> Result<ExitCode, Failure> {
        let mut bad = 0;
        // A session file is checked as what it would be in a library.
        let scratch = tempfile::tempdir()?;
        let (store, session) = match &self.file {
            Some(path) => {
                if !is_session_file(path) {
                    return Err(Failure::usage(
                        "Name a session file (.cowrite.jsonl), or a session with --session.",
                    ));
                }
                let (store, lines) = of_file(path, scratch.path(), out)?;
                bad += lines;
                (store, None)
            }
            None => {
                let store = Place::find(None, None)?.reading(out)?;
                let session =
                    self.session.as_deref().map(|id| session_id(&store, id)).transpose()?;
                (store, session)
            }
        };
        let report = store.verify(session).map_err(Failure::store)?;
        print(&report, out)?;
        bad += report.found;
        bad += refused(&store, session, out)?;
        for (kind, count) in &report.unknown_kinds {
            out.line(&format!(
                "{} of the kind {}, which this version does not know: kept",
                plural(*count as usize, "event"),
                one_line(kind)
            ))?;
        }
        out.line(&format!(
            "{}, {}: {}",
            plural(report.sessions as usize, "session"),
            plural(report.events as usize, "event"),
            if bad == 0 { "all is well".into() } else { plural(bad as usize, "finding") }
        ))?;
        Ok(if bad == 0 { ExitCode::SUCCESS } else { ExitCode::from(1) })
    }
}

/// A library that holds what a session file does, and how many lines are no events.
fn of_file(path: &Path, dir: &Path, out: &mut Out) -> Result<(SqliteStore, u64), Failure> {
    let file = jsonl::read(path).map_err(Failure::new)?;
    told(path, &file, out)?;
    let mut store = SqliteStore::open(dir, Options::default()).map_err(Failure::store)?;
    for events in file.sessions.into_values() {
        store.write(&[Write::Import { events }]).map_err(Failure::store)?;
    }
    Ok((store, file.bad_lines))
}

fn print(report: &Report, out: &mut Out) -> Result<(), Failure> {
    for finding in &report.findings {
        let session = finding.session.map(|id| format!("{} ", id.short())).unwrap_or_default();
        let row = finding.rid.map(|rid| format!("row {rid}")).unwrap_or_default();
        let place = format!("{session}{row}");
        let place = place.trim_end();
        let colon = if place.is_empty() { "" } else { ": " };
        out.line(&format!("{place}{colon}{}", one_line(&finding.what.to_string())))?;
    }
    if report.found > report.findings.len() as u64 {
        out.line(&format!("… {} findings in all", report.found))?;
    }
    Ok(())
}

/// What is in the log and not folded, because its author may not write it or it makes no sense.
fn refused(store: &SqliteStore, session: Option<EventId>, out: &mut Out) -> Result<u64, Failure> {
    let sessions = match session {
        Some(id) => vec![id],
        None => store.sessions().map_err(Failure::store)?.into_iter().map(|row| row.id).collect(),
    };
    let mut count = 0;
    for id in sessions {
        let refused = fold(store, id).map_err(Failure::store)?.oddities.refused;
        if refused > 0 {
            out.line(&format!(
                "{}: {} that the author had no right to write, or that make no sense: kept, not folded",
                id.short(),
                plural(refused, "event")
            ))?;
        }
        count += refused as u64;
    }
    Ok(count)
}
