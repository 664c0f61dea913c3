//! `cowrite handoff`: what changed since somebody looked last.

use super::place::Place;
use super::share::session_named;
use super::{Failure, Out};
use crate::report::handoff;
use crate::runtime::{fold, now, redact, shared};
use std::process::ExitCode;

/// Say what changed since you looked last: who wrote what, what was decided, what waits, what it
/// cost. No model is needed.
///
/// What came in by the session file is taken in first. It stays marked as new; --seen takes the
/// marks off. Of a session of others in which you did nothing yet it says everything.
#[derive(clap::Args, Debug)]
pub struct HandoffArgs {
    /// A file with a session, or the id of a session or its beginning. Nothing: the session used
    /// last.
    what: Option<String>,
    /// Everything counts as seen from now on.
    #[arg(long)]
    seen: bool,
}

impl HandoffArgs {
    pub fn run(self, out: &mut Out) -> Result<ExitCode, Failure> {
        let place = Place::find(None, None)?;
        let mut store = place.reading(out)?;
        let session = match &self.what {
            Some(what) => session_named(&store, what)?,
            None => {
                let rows = store.sessions().map_err(Failure::store)?;
                let last = rows.first().map(|row| row.id);
                last.ok_or_else(|| {
                    Failure::new("There is no session yet: `cowrite FILE` begins one.")
                })?
            }
        };
        let pulled = shared::pull(&mut store, session).map_err(Failure::store)?;
        if let Some(words) = pulled.and_then(|(path, pulled)| pulled.trouble(&path)) {
            out.say(&words);
        }
        let mut folded = fold(&store, session).map_err(Failure::store)?;
        let (changed, words) = redact::again_told(&mut store, &folded);
        if changed {
            folded = fold(&store, session).map_err(Failure::store)?;
        }
        if let Some(words) = words {
            out.say(&words);
        }
        let me = store.meta("me").map_err(Failure::store)?;
        let unknown = shared::unknown(&store, &folded, me.as_deref()).map_err(Failure::store)?;
        let first = unknown.is_some();
        let new = match unknown {
            Some(all) => all,
            None => shared::news(&store, &folded, me.as_deref()).map_err(Failure::store)?,
        };
        for line in handoff(&folded, &new, first, now()) {
            out.line(&line)?;
        }
        if self.seen {
            shared::all_seen(&mut store, session).map_err(Failure::store)?;
        }
        Ok(ExitCode::SUCCESS)
    }
}
