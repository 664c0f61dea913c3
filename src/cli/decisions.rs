//! `cowrite decisions`: what was decided, and why; as files, from files, as a tree.

use super::attest::sign;
use super::decisions_in::ImportArgs;
use super::decisions_out::ExportArgs;
use super::place::{Place, session_id};
use super::whose::{Named, all};
use super::{Failure, Out, one_line};
use crate::base::DocId;
use crate::command::status_word;
use crate::report::{decisions_json, tree};
use crate::runtime::attest::Wanted;
use crate::runtime::fold;
use crate::session::Session;
use serde_json::Value;
use std::path::PathBuf;
use std::process::ExitCode;

/// List decisions with their reasons: of a file, of a session, or all.
#[derive(clap::Args, Debug)]
#[command(args_conflicts_with_subcommands = true)]
pub struct DecisionsArgs {
    /// Those of this file's session; of a session file (`.cowrite.jsonl`) itself.
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
    #[command(subcommand)]
    command: Option<Verb>,
}

#[derive(clap::Subcommand, Debug)]
enum Verb {
    Export(ExportArgs),
    Import(ImportArgs),
    Tree(TreeArgs),
    Sign(SignArgs),
}

/// Sign a decision, and the log to it, with your SSH key.
#[derive(clap::Args, Debug)]
struct SignArgs {
    /// The decision: its id or the beginning of it.
    id: String,
    /// The private key, or the public one of a key that the agent holds.
    #[arg(long, value_name = "FILE")]
    key: Option<PathBuf>,
    /// Who signs, as in an allowed_signers file; else git's user.email, or your name.
    #[arg(long = "as", value_name = "WHO")]
    who: Option<String>,
}

impl SignArgs {
    fn run(self, out: &mut Out) -> Result<ExitCode, Failure> {
        let mut place = Place::find(None, None)?;
        let mut store = place.reading(out)?;
        let mut found = Vec::new();
        for row in store.sessions().map_err(Failure::store)? {
            if row.decisions == 0 {
                continue;
            }
            let session = fold(&store, row.id).map_err(Failure::store)?;
            let all = session.decisions.newest().into_iter().map(|decision| decision.id);
            let like = all.filter(|id| id.to_string().starts_with(&self.id));
            found.extend(like.map(|id| (row.id, id)));
        }
        let [(session, decision)] = found.as_slice() else {
            return Err(Failure::usage(match found.len() {
                0 => {
                    format!("No decision begins with {}: `cowrite decisions` lists them.", self.id)
                }
                count => format!("{count} decisions begin with {}: give more of the id.", self.id),
            }));
        };
        let wanted = Wanted { about: Some(*decision), key: self.key, who: self.who };
        sign(&mut place, &mut store, *session, wanted, out)
    }
}

/// Draw which decision takes the place of which, and what they refer to.
#[derive(clap::Args, Debug)]
struct TreeArgs {
    /// A file with a session, a session file (`.cowrite.jsonl`), or a session: its id or the
    /// beginning of it. Nothing: all sessions.
    of: Option<PathBuf>,
}

impl TreeArgs {
    fn run(self, out: &mut Out) -> Result<ExitCode, Failure> {
        let mut found = false;
        for session in chosen(self.of.as_slice(), out)? {
            if session.decisions.is_empty() {
                continue;
            }
            found = true;
            out.line(&one_line(session.title()))?;
            for line in tree(&session) {
                out.line(&format!("  {line}"))?;
            }
        }
        if !found {
            out.say("No decision was found.");
        }
        Ok(ExitCode::SUCCESS)
    }
}

/// The sessions that are meant, by files, session files and ids; all that have decisions when
/// nothing is named.
pub fn chosen(named: &[PathBuf], out: &mut Out) -> Result<Vec<Session>, Failure> {
    Ok(meant(named, out)?.into_iter().map(|(session, ..)| session).collect())
}

/// A session, what it was named by, and which of its documents that is, where it is a text.
pub type Meant<'a> = (Session, Option<&'a PathBuf>, Option<DocId>);

/// The same, with what each was named by.
pub fn meant<'a>(named: &'a [PathBuf], out: &mut Out) -> Result<Vec<Meant<'a>>, Failure> {
    let mut found: Vec<Meant<'_>> = Vec::new();
    for name in named {
        let all = all(name, out)?.into_iter();
        found.extend(all.map(|(session, doc)| (session, Some(name), doc)));
    }
    if named.is_empty() {
        let store = Place::find(None, None)?.reading(out)?;
        let mut rows = store.sessions().map_err(Failure::store)?;
        rows.retain(|row| row.decisions > 0);
        rows.sort_by_key(|row| (row.created, row.id));
        for row in rows {
            found.push((fold(&store, row.id).map_err(Failure::store)?, None, None));
        }
    }
    let mut seen = std::collections::BTreeSet::new();
    found.retain(|(session, ..)| seen.insert(session.id));
    Ok(found)
}

impl DecisionsArgs {
    pub fn run(self, out: &mut Out) -> Result<ExitCode, Failure> {
        match self.command {
            Some(Verb::Export(args)) => return args.run(out),
            Some(Verb::Import(args)) => return args.run(out),
            Some(Verb::Tree(args)) => return args.run(out),
            Some(Verb::Sign(args)) => return args.run(out),
            None => {}
        }
        let mut told = Told::default();
        let place = Place::find(None, None)?;
        match (&self.file, &self.session) {
            (Some(file), None) => {
                for (session, _) in all(file, out)? {
                    self.tell(&session, &mut told, out)?;
                }
            }
            (None, Some(id)) => {
                let store = place.reading(out)?;
                let id = session_id(&store, id)?;
                self.tell(&Named::known(id, None, store, out)?.fold()?, &mut told, out)?;
            }
            (Some(file), Some(id)) => {
                let named = Named::find(file, Some(id), out)?;
                self.tell(&named.fold()?, &mut told, out)?;
            }
            (None, None) => {
                let store = place.reading(out)?;
                let rows = store.sessions().map_err(Failure::store)?;
                for row in rows.into_iter().filter(|row| row.decisions > 0) {
                    let session = fold(&store, row.id).map_err(Failure::store)?;
                    self.tell(&session, &mut told, out)?;
                }
            }
        }
        self.end(told, out)
    }

    fn tell(&self, session: &Session, told: &mut Told, out: &mut Out) -> Result<(), Failure> {
        let wanted = |status: &str| self.status.as_deref().is_none_or(|wanted| wanted == status);
        if !self.json {
            told.count += list(session, &wanted, out)?;
            return Ok(());
        }
        let Value::Array(decisions) = decisions_json(session) else { return Ok(()) };
        for mut decision in decisions {
            decision["session"] = session.id.to_string().into();
            decision["session_title"] = session.title().into();
            if wanted(decision["status"].as_str().unwrap_or_default()) {
                told.json.push(decision);
            }
        }
        Ok(())
    }

    fn end(&self, told: Told, out: &mut Out) -> Result<ExitCode, Failure> {
        if self.json {
            out.json(&told.json.into())?;
        } else if told.count == 0 {
            out.say("No decision was found.");
        }
        Ok(ExitCode::SUCCESS)
    }
}

/// What was told so far.
#[derive(Default)]
struct Told {
    count: usize,
    json: Vec<Value>,
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
            one_line(&decision.day()),
            one_line(&session.told_value(&decision.title)),
            one_line(session.title())
        ))?;
        if let Some(why) = session.why_so(decision) {
            let who = session.author_name(why.by);
            out.line(&format!("    {}", one_line(&format!("{status}: {} ({who})", why.words))))?;
        }
        for (label, text) in [
            ("because", session.told_value(&decision.outcome)),
            ("context", session.told_value(&decision.context)),
            ("then", session.told_value(&decision.consequences)),
            ("review on", decision.review().into()),
        ] {
            if !text.is_empty() {
                out.line(&format!("    {label}: {}", one_line(&text)))?;
            }
        }
        for option in session.told_options(decision) {
            out.line(&format!("    option: {}", one_line(option.name.as_str())))?;
            for (label, texts) in [("for", &option.pros), ("against", &option.cons)] {
                for text in texts {
                    out.line(&format!("      {label}: {}", one_line(text.as_str())))?;
                }
            }
        }
        for link in decision.links() {
            out.line(&format!(
                "    linked to: {}",
                one_line(&session.decision_link_words(decision, link))
            ))?;
        }
        if decision.is_conflict() {
            out.line("    people changed it apart: settle it in the workspace")?;
        }
    }
    Ok(count)
}
