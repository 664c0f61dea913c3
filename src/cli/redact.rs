//! `cowrite redact`: words out of a session for good.

use super::place::Place;
use super::whose::taken;
use super::{Failure, Out, one_line};
use crate::base::{AuthorId, EventId};
use crate::report::Target;
use crate::runtime::{fold, redact};
use crate::session::Session;
use crate::state::OUT_OF_REACH;
use crate::store::SqliteStore;
use std::io::{BufRead, IsTerminal};
use std::path::Path;
use std::process::ExitCode;

/// Take words out of a session for good.
///
/// Out of the log, the search, the caches, the free pages of the library, and the session file.
/// The log keeps their hashes, so that it still verifies, and says what was taken out, when and by
/// whom. What of the text goes leaves it by an edit: save the file then, as until that it holds the
/// words. Of the text and its history nothing else goes. Shows what would happen first. No other
/// cowrite may have the library open.
/// Not reached: copies that others have, git's history, backups, what went to a model.
#[derive(clap::Args, Debug)]
pub struct RedactArgs {
    /// A file with a session, or the id of a session or its beginning.
    what: String,
    /// These words, wherever they stand or stood in the session.
    #[arg(long, value_name = "WORDS", group = "target")]
    text: Option<String>,
    /// This message or decision: its id or the beginning of it. Its lines elsewhere in the session
    /// as well.
    #[arg(long, value_name = "ID", group = "target")]
    message: Option<String>,
    /// Everything that this author wrote: a name, or an id.
    #[arg(long, value_name = "NAME", group = "target")]
    author: Option<String>,
    /// Why, for the log.
    #[arg(long, value_name = "WORDS", default_value = "")]
    reason: String,
    /// Redact without asking.
    #[arg(long, short)]
    yes: bool,
    /// Show what would happen and change nothing.
    #[arg(long)]
    dry_run: bool,
}

impl RedactArgs {
    pub fn run(self, out: &mut Out) -> Result<ExitCode, Failure> {
        let mut place = Place::find(None, None)?;
        let mut store = place.reading(out)?;
        let session = taken(&mut store, Path::new(&self.what), out)?;
        let folded = fold(&store, session).map_err(Failure::store)?;
        let targets = self.targets(&folded)?;
        for target in &targets {
            let preview = redact::prepare(&store, session, target).map_err(Failure::new)?;
            for line in preview.lines {
                out.line(&one_line(&line))?;
            }
        }
        let targets: Vec<_> = targets.into_iter().map(|target| (session, target)).collect();
        let asked = Asked { yes: self.yes, dry_run: self.dry_run, reason: &self.reason };
        let done = asked.carry_out(&mut place, &mut store, &targets, out)?;
        Ok(done.unwrap_or(ExitCode::SUCCESS))
    }

    fn targets(&self, session: &Session) -> Result<Vec<Target>, Failure> {
        match (&self.text, &self.message, &self.author) {
            (Some(words), ..) => Ok(vec![Target::Words(words.clone())]),
            (_, Some(id), _) => {
                let event = said(session, id)?;
                Ok(vec![Target::Event { event, everywhere: true }])
            }
            (_, _, Some(name)) => {
                let authors = authors(session, name);
                if authors.is_empty() {
                    return Err(Failure::usage(format!(
                        "Nobody called {name} wrote in this session."
                    )));
                }
                let one = |author| Target::Author { author, name: false };
                Ok(authors.into_iter().map(one).collect())
            }
            _ => Err(Failure::usage("Say what: --text WORDS, --message ID or --author NAME.")),
        }
    }
}

/// A message or decision by the beginning of its id.
fn said(session: &Session, text: &str) -> Result<EventId, Failure> {
    let messages = session.transcript.iter().map(|message| message.id);
    let decisions = session.decisions.newest().into_iter().map(|decision| decision.id);
    let text = text.trim_start_matches('#');
    let found: Vec<EventId> =
        messages.chain(decisions).filter(|id| id.to_string().starts_with(text)).collect();
    match found.as_slice() {
        [one] => Ok(*one),
        [] => Err(Failure::usage(format!(
            "No message or decision of this session begins with {text}: `cowrite search` and \
             `cowrite export --json` tell ids."
        ))),
        several => Err(Failure::usage(format!(
            "{} begin with {text}: give more of the id.",
            several.len()
        ))),
    }
}

/// Who is called so, or has this id.
pub fn authors(session: &Session, name: &str) -> Vec<AuthorId> {
    let is = |(id, info): &(&AuthorId, &crate::session::AuthorInfo)| {
        id.as_str() == name || info.name.to_lowercase() == name.to_lowercase()
    };
    session.authors.iter().filter(is).map(|(id, _)| id.clone()).collect()
}

/// How a person wants what was shown to go.
pub struct Asked<'a> {
    pub yes: bool,
    pub dry_run: bool,
    pub reason: &'a str,
}

impl Asked<'_> {
    /// Redacts what was shown, each target in its session, unless it was only to be shown or the
    /// person says no: then how the program ends.
    pub fn carry_out(
        &self,
        place: &mut Place,
        store: &mut SqliteStore,
        targets: &[(EventId, Target)],
        out: &mut Out,
    ) -> Result<Option<ExitCode>, Failure> {
        out.line(OUT_OF_REACH)?;
        if self.dry_run {
            out.say("Nothing was changed (--dry-run).");
            return Ok(Some(ExitCode::SUCCESS));
        }
        if !self.yes && !confirmed(out)? {
            out.say("Nothing was redacted.");
            return Ok(Some(ExitCode::from(1)));
        }
        let me = place.me(Some(store), out, self.yes)?;
        for (session, target) in targets {
            let done = redact::carry_out(store, *session, &me, target, self.reason);
            out.say(&done.map_err(Failure::new)?);
        }
        Ok(None)
    }
}

fn confirmed(out: &mut Out) -> Result<bool, Failure> {
    if !(std::io::stdin().is_terminal() && std::io::stderr().is_terminal()) {
        return Err(Failure::usage("Add --yes to redact it."));
    }
    out.ask("Take this out for good? It can't be undone. [y/N] ")?;
    let mut line = String::new();
    std::io::stdin().lock().read_line(&mut line)?;
    Ok(matches!(line.trim().to_lowercase().as_str(), "y" | "yes"))
}

/// The session that is meant, or the one used last.
pub fn session_or_last(
    store: &mut SqliteStore,
    what: Option<&str>,
    out: &mut Out,
) -> Result<EventId, Failure> {
    match what {
        Some(what) => taken(store, Path::new(what), out),
        None => {
            let rows = store.sessions().map_err(Failure::store)?;
            let last = rows.first().map(|row| row.id);
            last.ok_or_else(|| Failure::new("There is no session yet: `cowrite FILE` begins one."))
        }
    }
}
