//! `cowrite share`: adding what is new to the session file, after showing it.

use super::bringing::Progress;
use super::headless::{Headless, Talk, Target};
use super::place::Place;
use super::redact::session_or_last;
use super::whose::Named;
use super::{Failure, Out, one_line};
use crate::base::EventId;
use crate::report::scan::RULES;
use crate::runtime::shared::{self, Step};
use crate::runtime::{fold, redact};
use crate::state::plural;
use crate::store::SqliteStore;
use std::io::{BufRead, IsTerminal};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

/// Share a session as a file: to commit, mail or put into a synced folder.
///
/// Adds to the session file what it does not have yet, by default in `sessions/` of the git
/// repository around the document. What the file has and this machine does not comes in first.
/// Shows what is new before, and looks in it for secrets and personal data: what is found stops it
/// until it is let pass. What is local (what was sent to models, where files are) stays here.
/// Exit code 1: something was found, and nothing was shared.
#[derive(clap::Args, Debug)]
pub struct ShareArgs {
    /// A file with a session, or the id of a session or its beginning. Nothing: the session used
    /// last.
    what: Option<String>,
    /// The session file (`.cowrite.jsonl`) to add to, from now on.
    #[arg(long, value_name = "PATH")]
    to: Option<PathBuf>,
    /// Share without asking; what is found stops it all the same.
    #[arg(long, short)]
    yes: bool,
    /// Show what would be added and change nothing.
    #[arg(long)]
    dry_run: bool,
    /// Let every finding of this kind pass in this session, from now on; may be given again.
    #[arg(long, value_name = "KIND")]
    allow: Vec<String>,
    /// Let this finding pass in this session, from now on: its number as it is shown; may be given
    /// again.
    #[arg(long, value_name = "ID")]
    allow_finding: Vec<String>,
}

impl ShareArgs {
    pub fn run(self, out: &mut Out) -> Result<ExitCode, Failure> {
        known_kinds(&self.allow)?;
        let place = Place::find(None, None)?;
        let mut store = place.reading(out)?;
        let session = self.session(&mut store, out)?;
        if self.takes_file_in() {
            drop(store);
            self.take_file_in(out)?;
            store = place.reading(out)?;
        }
        let here = std::env::current_dir()?;
        let lets = !self.allow.is_empty() || !self.allow_finding.is_empty();
        if lets && !self.dry_run {
            let mut allowed = shared::allowed(&store, session).map_err(Failure::store)?;
            allowed.kinds.extend(self.allow.iter().cloned());
            let ids = self.allow_finding.iter();
            allowed.ids.extend(ids.map(|id| id.trim_start_matches('#').to_owned()));
            shared::allow(&mut store, session, &allowed).map_err(Failure::store)?;
        }
        let to = self.to.as_deref();
        let mut bar = Progress::at_terminal();
        let mut prepare = |store: &mut SqliteStore, out: &mut Out| {
            let tell = &mut |step| bar.show(&step_words(step), out);
            let found = shared::prepare(store, session, to, &here, !self.dry_run, tell);
            bar.clear(out);
            found.map_err(Failure::new)
        };
        let mut sharing = prepare(&mut store, out)?;
        if sharing.back && self.dry_run {
            out.say("Redacted words came back with what others did: sharing takes them out first.");
        } else if sharing.back {
            let folded = fold(&store, session).map_err(Failure::store)?;
            let done = redact::again(&mut store, &folded).map_err(|why| {
                Failure::new(format!(
                    "Nothing was shared: redacted words came back with what others did, and can't be \
                     taken out now: {why}"
                ))
            })?;
            if let Some(words) = done {
                out.say(&words);
                sharing = prepare(&mut store, out)?;
            }
        }
        if self.dry_run {
            sharing.plan.findings.retain(|finding| {
                let id = |id: &String| id.trim_start_matches('#') == finding.hit.id;
                !self.allow.iter().any(|kind| kind == finding.hit.kind)
                    && !self.allow_finding.iter().any(id)
            });
        }
        let rows = store.sessions().map_err(Failure::store)?;
        let label = rows.iter().find(|row| row.id == session).map(crate::store::SessionRow::label);
        out.line(&format!(
            "{}  →  {}",
            one_line(&label.unwrap_or_default()),
            sharing.path.display()
        ))?;
        if sharing.plan.added.is_empty() {
            if !self.dry_run {
                shared::bind(&mut store, session, &sharing.path).map_err(Failure::store)?;
            }
            out.say("Nothing is new: the file has everything.");
            return Ok(ExitCode::SUCCESS);
        }
        for line in sharing.lines() {
            out.line(&one_line_kept(&line))?;
        }
        if !sharing.plan.findings.is_empty() {
            out.line("")?;
            for finding in &sharing.plan.findings {
                out.line(&one_line(&finding.words()))?;
            }
            out.say(
                "Nothing was shared. What stands there can be taken out of the text, or let pass: \
                 --allow-finding ID for one, --allow KIND for all of a kind. What is deleted from \
                 the text stays in its history; `cowrite redact` takes it out of that, too.",
            );
            return Ok(ExitCode::from(1));
        }
        if self.dry_run {
            out.say("Nothing was changed (--dry-run).");
            return Ok(ExitCode::SUCCESS);
        }
        if !self.yes && !confirmed(out)? {
            out.say("Nothing was shared.");
            return Ok(ExitCode::from(1));
        }
        let mut bar = Progress::at_terminal();
        let tell = &mut |step| bar.show(&step_words(step), out);
        let done = shared::carry_out(&mut store, session, &sharing, tell);
        bar.clear(out);
        out.say(&done.map_err(Failure::new)?);
        Ok(ExitCode::SUCCESS)
    }

    /// Whether a text is named, whose file another program may have changed.
    fn takes_file_in(&self) -> bool {
        let is_text = |what: &&str| !what.ends_with(".cowrite.jsonl") && Path::new(what).is_file();
        !self.dry_run && self.what.as_deref().is_some_and(|what| is_text(&what))
    }

    /// What another program wrote into the file is shared as well.
    fn take_file_in(&self, out: &mut Out) -> Result<(), Failure> {
        let Some(what) = &self.what else { return Ok(()) };
        let talk = Talk { yes: self.yes, ..Talk::default() };
        let mut headless = Headless::open(Target::File(what.into()), &talk, out)?;
        headless.settle()?;
        if let Some((_, text)) = headless.notice().filter(|(_, text)| text.starts_with("The file"))
        {
            out.say(&text);
        }
        headless.finish()
    }

    fn session(&self, store: &mut SqliteStore, out: &mut Out) -> Result<EventId, Failure> {
        let Some(what) = self.what.as_deref().filter(|_| self.dry_run) else {
            return session_or_last(store, self.what.as_deref(), out);
        };
        // Nothing is taken in only to look.
        let named = Named::find(Path::new(what), None, out)?;
        match named.store {
            Some(_) => Ok(named.id),
            None => Err(Failure::new(format!(
                "The session of {what} is in its session file only, not in your library yet: nothing \
                 of it is new. Without --dry-run it is taken in first."
            ))),
        }
    }
}

/// How far it has come, in words.
fn step_words(step: Step) -> String {
    let events = |count: u64| plural(count as usize, "event");
    match step {
        Step::Read(count) => format!("{} are read …", events(count)),
        Step::Taken(done, of) => {
            let percent = (done * 100).checked_div(of).unwrap_or(100).min(100);
            format!("{percent} % of the file is taken in …")
        }
        Step::Looked(count) => format!("{} are looked through …", events(count)),
        Step::Written(count) => format!("{} are written …", events(count)),
    }
}

/// Whether there are findings of these kinds at all.
pub fn known_kinds(kinds: &[String]) -> Result<(), Failure> {
    for kind in kinds {
        if RULES.iter().all(|rule| rule.kind != kind) {
            let mut kinds: Vec<&str> = RULES.iter().map(|rule| rule.kind).collect();
            kinds.sort_unstable();
            kinds.dedup();
            return Err(Failure::usage(format!(
                "There is no kind {kind}. The kinds: {}.",
                kinds.join(", ")
            )));
        }
    }
    Ok(())
}

/// One line that keeps its indent.
fn one_line_kept(line: &str) -> String {
    let indent = line.len() - line.trim_start().len();
    format!("{}{}", " ".repeat(indent), one_line(line))
}

fn confirmed(out: &mut Out) -> Result<bool, Failure> {
    if !(std::io::stdin().is_terminal() && std::io::stderr().is_terminal()) {
        return Err(Failure::usage("Add --yes to share it."));
    }
    out.ask("Share it? What is shared can't be taken back. [y/N] ")?;
    let mut line = String::new();
    std::io::stdin().lock().read_line(&mut line)?;
    Ok(matches!(line.trim().to_lowercase().as_str(), "y" | "yes"))
}
