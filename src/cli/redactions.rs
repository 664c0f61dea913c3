//! `cowrite redactions`: what was taken out of a session, and what others took out and is here.

use super::place::Place;
use super::redact::session_or_last;
use super::whose::Named;
use super::{Failure, Out, one_line};
use crate::base::EventId;
use crate::report::Target;
use crate::runtime::{fold, redact};
use crate::state::plural;
use std::path::Path;
use std::process::ExitCode;

/// List what was redacted in a session, and what others redacted and is still here.
///
/// Words that somebody else redacted stay here until you say so. Once they are out, files that bring
/// them again don't bring them in, and nobody is asked again: copies in the text that others made
/// meanwhile go as soon as they come, as they do of words that you redacted.
#[derive(clap::Args, Debug)]
pub struct RedactionsArgs {
    /// A file with a session, or the id of a session or its beginning. Nothing: the session used
    /// last.
    what: Option<String>,
    /// Take out here what this redaction names: its id or the beginning of it.
    #[arg(long, value_name = "ID", group = "answer")]
    accept: Option<String>,
    /// Keep it in this copy, and ask no more.
    #[arg(long, value_name = "ID", group = "answer")]
    keep: Option<String>,
}

impl RedactionsArgs {
    pub fn run(self, out: &mut Out) -> Result<ExitCode, Failure> {
        let mut place = Place::find(None, None)?;
        if let Some(text) = self.accept.as_ref().or(self.keep.as_ref()) {
            let mut store = place.reading(out)?;
            let session = session_or_last(&mut store, self.what.as_deref(), out)?;
            let folded = fold(&store, session).map_err(Failure::store)?;
            let all = folded.redactions.iter().map(|taken| taken.id);
            let found: Vec<EventId> =
                all.filter(|id| id.to_string().starts_with(text.as_str())).collect();
            let [id] = found.as_slice() else {
                return Err(Failure::usage(format!(
                    "{} begin with {text}.",
                    plural(found.len(), "redaction")
                )));
            };
            let me = place.me(Some(&mut store), out, true)?;
            let accept = self.accept.is_some();
            let done = redact::decide(&mut store, session, &me, *id, accept);
            out.say(&done.map_err(Failure::new)?);
            return Ok(ExitCode::SUCCESS);
        }
        let named = match &self.what {
            Some(what) => Named::find(Path::new(what), None, out)?,
            None => {
                let mut store = place.reading(out)?;
                let last = session_or_last(&mut store, None, out)?;
                Named::known(last, None, store, out)?
            }
        };
        let folded = named.fold()?;
        // What is not in the library waits for nobody's yes here.
        let pending = match &named.store {
            Some(store) => redact::pending(store, named.id).map_err(Failure::new)?,
            None => Vec::new(),
        };
        for taken in folded.redactions.iter() {
            let waits = pending.iter().find(|one| one.id == taken.id);
            let bodies: usize = taken.what.what.iter().map(|one| one.bodies.len()).sum();
            let reason = taken.what.reason.as_ref().map_or("", |text| text.as_str());
            let reason = if reason.is_empty() { String::new() } else { format!(": {reason}") };
            out.line(&one_line(&format!(
                "{}  {}, {} of {}{reason}{}",
                taken.id.short(),
                folded.redaction_words(taken),
                plural(bodies, "piece"),
                plural(taken.what.what.len(), "event"),
                if waits.is_some() { "  (the words are still here)" } else { "" }
            )))?;
            for line in waits.iter().flat_map(|one| one.lines()) {
                out.line(&format!("    {}", one_line(&line)))?;
            }
        }
        let unexplained = folded.redactions.unexplained().count();
        if unexplained > 0 {
            out.line(&format!(
                "{} came without its words, and no redaction says why: left out.",
                plural(unexplained, "event")
            ))?;
        }
        if let Some(first) = pending.first() {
            out.say(&format!(
                "--accept {0} takes them out here, --keep {0} keeps them.",
                first.id.short()
            ));
        } else if folded.redactions.iter().next().is_none() {
            out.say("Nothing was redacted in this session.");
        }
        Ok(ExitCode::SUCCESS)
    }
}

/// Everything of an author in a session, with the name.
pub fn whole(author: crate::base::AuthorId) -> Target {
    Target::Author { author, name: true }
}
