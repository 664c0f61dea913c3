//! `cowrite export`: a session as Markdown, JSON, a page or a session file; what was sent to models.

use super::export_commit::{self, Form};
use super::export_html::HtmlArgs;
use super::place::{Place, is_session_file, session_id};
use super::whose::Named;
use super::{Failure, Out, when};
use crate::base::{EventId, sha256_hex};
use crate::event::{Envelope, Event};
use crate::report;
use crate::runtime::redact;
use crate::session::Session;
use crate::state::plural;
use crate::store::jsonl::{self, Adding};
use crate::store::{SqliteStore, Stored};
use serde_json::{Value, json};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

/// Print a session: documents, decisions, conversation, what was proposed.
#[derive(clap::Args, Debug)]
pub struct ExportArgs {
    /// The file whose session it is, or a session file (`.cowrite.jsonl`).
    file: Option<PathBuf>,
    /// The session: its id or the beginning of it. With a file, that one of several.
    #[arg(long)]
    session: Option<String>,
    /// As one Markdown page; this is the default.
    #[arg(long, conflicts_with_all = ["json", "session_file", "egress"])]
    markdown: bool,
    /// As JSON.
    #[arg(long, conflicts_with = "session_file")]
    json: bool,
    #[command(flatten)]
    page: HtmlArgs,
    /// Write the session's shared events to this session file (`.cowrite.jsonl`), or add to it
    /// those that it does not have: to share, mail or commit.
    #[arg(long, value_name = "OUT", conflicts_with = "egress")]
    session_file: Option<PathBuf>,
    /// What was sent to models: where, when, the hash and every byte.
    #[arg(long)]
    egress: bool,
    /// Who wrote the lines of a commit, as a note of git-ai (authorship/3.0.0), for
    /// `git notes --ref=ai add -F - COMMIT`. Without a file: all its files that have sessions.
    #[arg(long, conflicts_with_all = ["json", "markdown", "session_file", "egress", "session"])]
    git_ai: bool,
    /// The same as an Agent Trace record (0.1.0).
    #[arg(long, conflicts_with_all = ["git_ai", "json", "markdown", "session_file", "egress", "session"])]
    agent_trace: bool,
    /// The commit that is meant.
    #[arg(long, value_name = "REVISION", default_value = "HEAD")]
    commit: String,
}

impl ExportArgs {
    pub fn run(self, out: &mut Out) -> Result<ExitCode, Failure> {
        let form = match (self.git_ai, self.agent_trace) {
            (true, _) => Some(Form::GitAi),
            (_, true) => Some(Form::AgentTrace),
            _ => None,
        };
        if let Some(form) = form {
            return export_commit::run(form, self.file.as_deref(), &self.commit, out);
        }
        if let Some(path) = &self.session_file {
            return self.to_session_file(path, out);
        }
        let (mut store, id, events) = self.events(out)?;
        if self.page.html {
            return self.page.run(id, &events, store.as_mut(), out);
        }
        if self.egress {
            return egress(&events, self.json, out);
        }
        let session = Session::fold(id, &events);
        if self.json {
            out.json(&report::json(&session))?;
        } else {
            out.print(&report::markdown(&session))?;
        }
        Ok(ExitCode::SUCCESS)
    }

    /// Adds the session's shared events to a session file, one by one.
    fn to_session_file(&self, path: &Path, out: &mut Out) -> Result<ExitCode, Failure> {
        if !is_session_file(path) {
            return Err(Failure::usage("The name of a session file ends in .cowrite.jsonl."));
        }
        let named = self.named(out)?;
        let added = match &named.store {
            Some(store) => {
                if !path.exists()
                    && redact::unanswered(store, &named.fold()?).map_err(Failure::new)?
                {
                    return Err(Failure::new(format!("Nothing was written: {}", redact::WAITING)));
                }
                let mut adding = Adding::to(path).map_err(Failure::new)?;
                let mut done = Ok(());
                let take = &mut |stored: Stored| {
                    if done.is_ok() {
                        done = adding.event(&stored.envelope);
                    }
                };
                let (_, damaged) = store.each_event(named.id, take).map_err(Failure::store)?;
                say_damaged(damaged, out);
                // What the session file has and the library not yet.
                let rest = named.file();
                done.and_then(|()| rest.iter().try_for_each(|event| adding.event(event)))
                    .and_then(|()| adding.finish())
            }
            None => jsonl::append(path, &named.all()?.0),
        };
        let added = added.map_err(Failure::new)?;
        out.say(&format!(
            "{} added to {}; {} there already, {} stay on this machine.",
            plural(added.events as usize, "event"),
            path.display(),
            added.known,
            added.local
        ));
        Ok(ExitCode::SUCCESS)
    }

    /// The session's events, and the library where they come from there.
    fn events(
        &self,
        out: &mut Out,
    ) -> Result<(Option<SqliteStore>, EventId, Vec<Envelope>), Failure> {
        let named = self.named(out)?;
        let (events, damaged) = named.all()?;
        say_damaged(damaged, out);
        Ok((named.store, named.id, events))
    }

    /// The session that is meant.
    fn named(&self, out: &mut Out) -> Result<Named, Failure> {
        match (&self.file, &self.session) {
            (Some(file), session) => Named::find(file, session.as_deref(), out),
            (None, Some(id)) => {
                let store = Place::find(None, None)?.reading(out)?;
                Named::known(session_id(&store, id)?, None, store, out)
            }
            (None, None) => Err(Failure::usage("Name a file, or a session with --session.")),
        }
    }
}

fn say_damaged(lines: usize, out: &mut Out) {
    if lines > 0 {
        let lines = plural(lines, "damaged line");
        out.say(&format!("{lines} left out: `cowrite verify` names them."));
    }
}

/// Lists what was sent, the oldest first.
fn egress(events: &[Envelope], as_json: bool, out: &mut Out) -> Result<ExitCode, Failure> {
    let mut all: Vec<Value> = Vec::new();
    for event in events {
        let Ok(Event::EgressRecorded { question, provider, address, model, bytes, hash, request }) =
            Event::decode(event)
        else {
            continue;
        };
        let whole = request.0.is_some();
        let same = sha256_hex(request.as_str().as_bytes()) == hash.as_str();
        if as_json {
            all.push(json!({
                "at": event.at.0,
                "question": question.to_string(),
                "provider": provider,
                "address": address.as_str(),
                "model": model.as_str(),
                "bytes": bytes,
                "sha256": hash.as_str(),
                "request": request.0,
            }));
            continue;
        }
        out.line(&format!(
            "{}  to {} ({provider}/{}), {bytes} bytes, SHA-256 {}{}",
            when::minute(event.at),
            address.as_str(),
            model.as_str(),
            hash.as_str(),
            if whole && !same { "  ALTERED: the text below has another hash" } else { "" }
        ))?;
        out.line(if whole { request.as_str() } else { "(redacted)" })?;
        out.line("")?;
        all.push(Value::Null);
    }
    if as_json {
        out.json(&all.into())?;
    } else if all.is_empty() {
        out.say("Nothing of this session was sent to a model from this machine.");
    }
    Ok(ExitCode::SUCCESS)
}
