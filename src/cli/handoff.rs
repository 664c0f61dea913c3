//! `cowrite handoff`: what changed since somebody looked last.

use super::place::Place;
use super::whose::Named;
use super::{Failure, Out};
use crate::base::EventId;
use crate::event::Envelope;
use crate::report::{handoff, unknown_to};
use crate::runtime::{fold, now, redact, shared, told};
use crate::session::Session;
use crate::store::SqliteStore;
use std::path::Path;
use std::process::ExitCode;

/// Say what changed since you looked last: who wrote what, what was decided, what waits, what it
/// cost. No model is needed.
///
/// What came in by the session file is taken in first. It stays marked as new; --seen takes the
/// marks off. Of a session of others that you have not read about yet it says everything.
#[derive(clap::Args, Debug)]
pub struct HandoffArgs {
    /// A file with a session, a session file (`.cowrite.jsonl`), or the id of a session or its
    /// beginning. Nothing: the session used last.
    what: Option<String>,
    /// Of several sessions of the file this one: its id or the beginning of it.
    #[arg(long, requires = "what")]
    session: Option<String>,
    /// Everything counts as seen from now on.
    #[arg(long)]
    seen: bool,
}

impl HandoffArgs {
    pub fn run(self, out: &mut Out) -> Result<ExitCode, Failure> {
        let place = Place::find(None, None)?;
        let Some(what) = self.what.as_deref().map(Path::new) else {
            let mut store = place.reading(out)?;
            let rows = store.sessions().map_err(Failure::store)?;
            let last = rows.first().map(|row| row.id);
            let last = last.ok_or_else(|| {
                Failure::new("There is no session yet: `cowrite FILE` begins one.")
            })?;
            return self.known(&mut store, last, Vec::new(), out);
        };
        let named = Named::find(what, self.session.as_deref(), out)?;
        let id = named.id;
        // A session that the library knows is told as what is news there, whatever was named.
        if place.has_library() {
            let mut store = place.reading(out)?;
            if store.last_row(id).map_err(Failure::store)? > 0 {
                return self.known(&mut store, id, named.file().to_vec(), out);
            }
        }
        if self.seen {
            return Err(Failure::usage(format!(
                "The session is not in your library, so nothing of it is marked: `cowrite {}` opens it.",
                what.display()
            )));
        }
        let folded = named.fold()?;
        let all = unknown_to(&folded, now(), |_| false).unwrap_or_default();
        for line in handoff(&folded, &all, true, now()) {
            out.line(&line)?;
        }
        Ok(ExitCode::SUCCESS)
    }

    /// Of a session of the library, and what a session file has beside it.
    fn known(
        &self,
        store: &mut SqliteStore,
        session: EventId,
        file: Vec<Envelope>,
        out: &mut Out,
    ) -> Result<ExitCode, Failure> {
        let pulled = shared::pull(store, session).map_err(Failure::store)?;
        if let Some(words) = pulled.and_then(|(path, pulled)| pulled.trouble(&path)) {
            out.say(&words);
        }
        let mut folded = fold(store, session).map_err(Failure::store)?;
        let (changed, words) = redact::again_told(store, &folded);
        if changed {
            folded = fold(store, session).map_err(Failure::store)?;
        }
        if let Some(words) = words {
            out.say(&words);
        }
        let me = store.meta("me").map_err(Failure::store)?;
        let unknown = told::unknown(store, &folded, me.as_deref()).map_err(Failure::store)?;
        let first = unknown.is_some();
        let mut new = match unknown {
            Some(all) => all,
            None => shared::news(store, &folded, me.as_deref()).map_err(Failure::store)?,
        };
        let more: Vec<Envelope> =
            file.into_iter().filter(|event| folded.author_of(&event.id).is_none()).collect();
        if !more.is_empty() {
            new.extend(more.iter().map(|event| event.id));
            let known = store.events(session, 0).map_err(Failure::store)?.events;
            let mut all: Vec<Envelope> = known.into_iter().map(|one| one.envelope).collect();
            all.extend(more);
            folded = Session::fold(session, &all);
        }
        for line in handoff(&folded, &new, first, now()) {
            out.line(&line)?;
        }
        if self.seen {
            told::all_seen(store, session).map_err(Failure::store)?;
        } else if first && told::has_worked(&folded, me.as_deref()) {
            // Who has read it and goes on with the session is there for the first time no more.
            told::was_told(store, session).map_err(Failure::store)?;
        }
        Ok(ExitCode::SUCCESS)
    }
}
