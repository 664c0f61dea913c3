//! `cowrite stats`: what sessions add up to.

use super::place::Place;
use super::whose::all;
use super::{Failure, Out, one_line, when};
use crate::assist::{Dialect, LAST, Record, Tried, choose_by};
use crate::base::DocId;
use crate::report::{EditStats, Stats};
use crate::runtime::fold;
use crate::session::{Session, worked_lately};
use crate::state::plural;
use serde_json::json;
use std::path::Path;
use std::process::ExitCode;

/// Say who wrote how much, and what became of what models proposed.
///
/// Characters are counted as they stand now: typed, pasted, proposed and accepted (seen: it was on
/// the screen), from outside; changed: a person changed what was proposed before or since. Of
/// hunks: accepted ones stand now, undone ones were taken back; acceptance is how many of those
/// that somebody decided stand. Costs are US dollars.
#[derive(clap::Args, Debug)]
#[command(args_conflicts_with_subcommands = true)]
pub struct StatsArgs {
    /// A file, a session file (`.cowrite.jsonl`), or a session: its id or the beginning of it.
    /// Nothing: all sessions.
    #[arg(value_name = "SESSION|FILE")]
    what: Option<String>,
    /// Print them as JSON.
    #[arg(long)]
    json: bool,
    #[command(subcommand)]
    command: Option<Of>,
}

#[derive(clap::Subcommand, Debug)]
enum Of {
    /// Say how models fared with their edits: which found their place, how, and what became of them.
    ///
    /// For each model, by how edits were asked for and how they were written down: exact, near
    /// (blanks and the like differ) and loose (by likeness) are places that were found; hand: a
    /// person placed it; none: no certain place; there: the text said it already; bad: it could not
    /// be read. Of hunks: accepted ones stand now, undone ones were taken back. Written as asked for:
    /// same. cowrite asks a model for edits by the record of all sessions: without a file it says how.
    Edits {
        /// A file, a session file (`.cowrite.jsonl`), or a session: its id or the beginning of it.
        /// Nothing: all sessions.
        #[arg(value_name = "SESSION|FILE")]
        what: Option<String>,
        /// Print them as JSON.
        #[arg(long)]
        json: bool,
    },
}

impl StatsArgs {
    pub fn run(self, out: &mut Out) -> Result<ExitCode, Failure> {
        if let Some(Of::Edits { what, json }) = &self.command {
            return edits(what.as_deref(), *json, out);
        }
        let mut stats = Stats::default();
        each(self.what.as_deref(), out, &mut |session, only| stats.add(session, only))?;
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
            let cost = match spent.unknown {
                0 => spent.cost.to_string(),
                all if all == spent.answers => "unknown, no price is known".into(),
                count => {
                    let answers = plural(count as usize, "answer");
                    format!("{}, {answers} without a known price", spent.cost)
                }
            };
            out.line(&format!(
                "cost       {cost}; {} tokens in, {} out",
                spent.input, spent.output
            ))?;
        }
        out.line("")?;
        for line in stats.tables() {
            out.line(line.trim_end())?;
        }
        Ok(ExitCode::SUCCESS)
    }
}

/// Hands over the sessions that are meant, each with the document that alone is.
fn each(
    what: Option<&str>,
    out: &mut Out,
    add: &mut dyn FnMut(&Session, Option<&DocId>),
) -> Result<(), Failure> {
    if let Some(what) = what {
        for (session, doc) in all(Path::new(what), out)? {
            add(&session, doc.as_ref());
        }
        return Ok(());
    }
    let place = Place::find(None, None)?;
    let store = place.reading(out)?;
    let rows = store.sessions().map_err(Failure::store)?;
    if rows.is_empty() {
        out.say("There is no session yet.");
    }
    for row in rows {
        add(&fold(&store, row.id).map_err(Failure::store)?, None);
    }
    Ok(())
}

fn edits(what: Option<&str>, as_json: bool, out: &mut Out) -> Result<ExitCode, Failure> {
    let mut stats = EditStats::default();
    each(what, out, &mut |session, only| stats.add(session, only))?;
    // How a model is asked follows from all sessions: what one of them says would be something else.
    let models = if what.is_none() { stats.models() } else { Vec::new() };
    let asked: Vec<(String, String)> =
        models.into_iter().map(|model| (model.to_owned(), asking(&stats, model))).collect();
    if as_json {
        let asked = asked.iter().map(|(model, how)| json!({"model": model, "asked": how}));
        let asked: Vec<_> = asked.collect();
        out.json(&json!({"edits": stats.json(), "asking": asked}))?;
        return Ok(ExitCode::SUCCESS);
    }
    if stats.rows.is_empty() {
        out.say("No model has made an edit yet.");
        return Ok(ExitCode::SUCCESS);
    }
    for line in stats.tables() {
        out.line(line.trim_end())?;
    }
    if what.is_some() {
        return Ok(ExitCode::SUCCESS);
    }
    out.line("")?;
    for (model, how) in asked {
        out.line(&format!("{}: {how}", one_line(&model)))?;
    }
    Ok(ExitCode::SUCCESS)
}

/// How a change of a short document is asked for by what is known here, and why.
fn asking(stats: &EditStats, model: &str) -> String {
    let tried = |asked| Tried::new(worked_lately(&stats.attempts, model, asked, LAST));
    let record = Record { blocks: tried("blocks"), whole: tried("whole") };
    // The name without its provider, as a model is asked by it.
    let name = model.split_once('/').map_or(model, |(_, name)| name);
    let chosen = choose_by(&record, false, 500, name, false);
    let because = chosen.because.unwrap_or_else(|| {
        let Tried { worked, all } = match chosen.dialect {
            Dialect::Whole => record.whole,
            Dialect::Blocks | Dialect::Selection => record.blocks,
        };
        match all {
            0 => "nothing is known of that yet".into(),
            _ => {
                format!("{worked} of the last {all} edits in that form could be used as they came")
            }
        }
    });
    format!("short texts are changed by asking for {} ({because})", chosen.dialect.words())
}
