//! `cowrite merge`: session files put together, by set union.

use super::place::is_session_file;
use super::{Failure, Out};
use crate::base::EventId;
use crate::event::{Body, Envelope};
use crate::state::plural;
use crate::store::jsonl::{self, SessionFile};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

/// Put session files together: every event of each, once.
///
/// Nobody's events are lost or changed, and the order of the files makes no difference. A file in
/// the middle of a git merge can be given as it is: conflict markers, carriage returns, torn,
/// doubled and altered lines are counted and named, and everything else is taken. Exit code 1:
/// lines were left out.
#[derive(clap::Args, Debug)]
pub struct MergeArgs {
    /// The session files (`.cowrite.jsonl`). Without -o the first one gets what it does not have.
    #[arg(required = true)]
    files: Vec<PathBuf>,
    /// Write all of it to a new file instead.
    #[arg(long, short, value_name = "OUT")]
    output: Option<PathBuf>,
}

impl MergeArgs {
    pub fn run(self, out: &mut Out) -> Result<ExitCode, Failure> {
        for path in self.files.iter().chain(&self.output) {
            if !is_session_file(path) {
                return Err(Failure::usage(format!(
                    "{} is no name of a session file: it ends in .cowrite.jsonl.",
                    path.display()
                )));
            }
        }
        if self.output.is_none() && self.files.len() < 2 {
            return Err(Failure::usage(
                "Name two session files, or one and where all that is sound in it goes: -o OUT.",
            ));
        }
        let mut all: BTreeMap<EventId, Envelope> = BTreeMap::new();
        let mut order: Vec<EventId> = Vec::new();
        let mut bad = 0;
        for path in &self.files {
            let file = jsonl::read(path).map_err(Failure::new)?;
            bad += told(path, &file, out)?;
            let before = all.len();
            let mut count = 0;
            for event in file.sessions.into_values().flatten() {
                count += 1;
                match all.get_mut(&event.id) {
                    None => {
                        order.push(event.id);
                        all.insert(event.id, event);
                    }
                    // Of two forms the fuller one, whatever the order of the files.
                    Some(known) if redacted(&event) < redacted(known) => *known = event,
                    Some(_) => {}
                }
            }
            let new = all.len() - before;
            out.line(&format!("{}: {}, {new} new", path.display(), plural(count, "event")))?;
        }
        let events: Vec<Envelope> = order.iter().filter_map(|id| all.remove(id)).collect();
        let sessions: std::collections::BTreeSet<EventId> =
            events.iter().map(Envelope::session_id).collect();
        if sessions.len() > 1 {
            out.say(&format!(
                "{} are in these files: the largest is opened with the file.",
                plural(sessions.len(), "session")
            ));
        }
        let (path, added) = match &self.output {
            Some(path) => (path, jsonl::create(path, &events)),
            None => {
                let first = self.files.first().ok_or_else(|| Failure::usage("Name the files."))?;
                (first, jsonl::append(first, &events))
            }
        };
        let added = added.map_err(|why| match why {
            jsonl::FileError::Exists { path } => Failure::usage(format!(
                "{path} exists already: name another with -o, or leave -o away to add to the first."
            )),
            why => Failure::new(why),
        })?;
        out.line(&format!(
            "{}: {} added, {} there already",
            path.display(),
            plural(added.events as usize, "event"),
            added.known
        ))?;
        Ok(ExitCode::from(u8::from(bad > 0)))
    }
}

fn redacted(event: &Envelope) -> usize {
    event.body.iter().filter(|body| matches!(body, Body::Redacted { .. })).count()
}

/// Names what is no event; returns how many lines that are.
pub fn told(path: &Path, file: &SessionFile, out: &mut Out) -> Result<u64, Failure> {
    const SHOWN: usize = 20;
    let name = path.display();
    for bad in file.bad.iter().take(SHOWN) {
        out.line(&format!("{name}, line {}: {}", bad.line, bad.why))?;
    }
    if file.bad_lines > SHOWN as u64 {
        out.line(&format!("{name}: … {} such lines in all", file.bad_lines))?;
    }
    for (count, what, note) in [
        (file.conflict_markers, "conflict marker", ""),
        (file.carriage_returns, "carriage return", ", which a checkout added: harmless"),
        (file.duplicates, "doubled line", ": harmless"),
    ] {
        if count > 0 {
            out.line(&format!("{name}: {}{note}", plural(count as usize, what)))?;
        }
    }
    Ok(file.bad_lines)
}
