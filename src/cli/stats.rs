//! `cowrite stats`: what sessions add up to.

use super::export::from_file;
use super::place::{Place, is_session_file, session_id};
use super::{Failure, Out, one_line, when};
use crate::report::Stats;
use crate::runtime::{absolute, fold};
use crate::session::Session;
use crate::state::plural;
use std::path::Path;
use std::process::ExitCode;

/// Say who wrote how much, and what became of what models proposed.
///
/// Characters are counted as they stand now: typed, pasted, proposed and accepted (seen: it was on
/// the screen), from outside; changed: a person changed what was proposed before or since. Of
/// hunks: accepted ones stand now, undone ones were taken back; acceptance is how many of those
/// that somebody decided stand. Costs are US dollars.
#[derive(clap::Args, Debug)]
pub struct StatsArgs {
    /// A file, a session file (`.cowrite.jsonl`), or a session: its id or the beginning of it.
    /// Nothing: all sessions.
    #[arg(value_name = "SESSION|FILE")]
    what: Option<String>,
    /// Print them as JSON.
    #[arg(long)]
    json: bool,
}

impl StatsArgs {
    pub fn run(self, out: &mut Out) -> Result<ExitCode, Failure> {
        let stats = self.stats(out)?;
        if self.json {
            out.json(&stats.json())?;
            return Ok(ExitCode::SUCCESS);
        }
        let documents = match stats.documents.as_slice() {
            [(name, chars)] => {
                let name = Some(one_line(name)).filter(|name| !name.is_empty());
                let name = name.unwrap_or_else(|| "Untitled".into());
                format!("{name}, {}", plural(*chars as usize, "character"))
            }
            all => {
                let chars: u64 = all.iter().map(|(_, chars)| chars).sum();
                let sessions = plural(stats.sessions as usize, "session");
                let documents = plural(all.len(), "document");
                format!("{documents} of {sessions}, {}", plural(chars as usize, "character"))
            }
        };
        out.line(&format!("text       {documents}"))?;
        if let Some((first, last)) = stats.time {
            out.line(&format!("time       {} to {}", when::minute(first), when::minute(last)))?;
        }
        let (people, models) = stats.messages;
        out.line(&format!("messages   {people} by people, {models} by models"))?;
        let decisions: Vec<String> =
            stats.decisions.iter().map(|(status, count)| format!("{count} {status}")).collect();
        let decisions = if decisions.is_empty() { "none".into() } else { decisions.join(", ") };
        out.line(&format!("decisions  {decisions}"))?;
        let spent = stats.spent;
        if spent.answers > 0 {
            let unknown = match spent.unknown {
                0 => String::new(),
                count => format!(", {} without a known price", plural(count as usize, "answer")),
            };
            out.line(&format!(
                "cost       {}{unknown}; {} tokens in, {} out",
                spent.cost, spent.input, spent.output
            ))?;
        }
        out.line("")?;
        for line in stats.tables() {
            out.line(line.trim_end())?;
        }
        Ok(ExitCode::SUCCESS)
    }

    fn stats(&self, out: &mut Out) -> Result<Stats, Failure> {
        let mut stats = Stats::default();
        let path = self.what.as_deref().map(Path::new);
        if let Some(path) = path.filter(|path| is_session_file(path)) {
            let (id, events) = from_file(path, out)?;
            stats.add(&Session::fold(id, &events), None);
            return Ok(stats);
        }
        let place = Place::find(None, None)?;
        let store = place.reading(out)?;
        let Some(what) = &self.what else {
            for row in store.sessions().map_err(Failure::store)? {
                stats.add(&fold(&store, row.id).map_err(Failure::store)?, None);
            }
            if stats.sessions == 0 {
                out.say("There is no session yet.");
            }
            return Ok(stats);
        };
        let path = absolute(Path::new(what));
        let bound = store.binding(&path.to_string_lossy()).map_err(Failure::store)?;
        if let Some(binding) = bound.first() {
            let session = fold(&store, binding.session).map_err(Failure::store)?;
            stats.add(&session, Some(&binding.doc));
            return Ok(stats);
        }
        if path.exists() {
            return Err(Failure::new(format!(
                "{what} has no session: `cowrite sessions` lists those there are."
            )));
        }
        let id = session_id(&store, what)?;
        stats.add(&fold(&store, id).map_err(Failure::store)?, None);
        Ok(stats)
    }
}
