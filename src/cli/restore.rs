//! `cowrite restore` and `cowrite branch`: going back to a point, as an edit or as a new session.

use super::headless::{Headless, Talk, Target};
use super::place::{Place, is_session_file, session_of};
use super::{Failure, Out};
use crate::report::history::{find, point_name};
use crate::runtime::{branch, fold, now, recover};
use crate::state::plural;
use std::path::PathBuf;
use std::process::ExitCode;

/// Make a file what it was at a point of its history.
///
/// It is a new edit: nothing is lost, what comes back is by whom it was, and
/// `cowrite do "edit.undo; file.save" FILE` takes it back. Conversation and decisions stay.
#[derive(clap::Args, Debug)]
pub struct RestoreArgs {
    /// The file.
    file: PathBuf,
    /// The point: `cowrite history` says what that can be.
    point: String,
    /// Answer yes to what would be asked.
    #[arg(long, short)]
    yes: bool,
}

impl RestoreArgs {
    pub fn run(self, out: &mut Out) -> Result<ExitCode, Failure> {
        no_session_file(&self.file, "The text")?;
        let talk = Talk { yes: self.yes, ..Talk::default() };
        // A session is there, or nothing is to be gone back to.
        session_of(&mut Place::find(None, None)?.reading(out)?, Some(&self.file), None, out)?;
        let mut headless = Headless::open(Target::File(self.file), &talk, out)?;
        headless.command(&format!("history.restore {}", self.point))?;
        headless.tell(out);
        headless.command("file.save")?;
        headless.tell(out);
        headless.finish()?;
        Ok(ExitCode::SUCCESS)
    }
}

/// Begin a new session from a point of a file's history: text, conversation and decisions as they
/// stood, each by whom it was.
///
/// It has no file yet: `cowrite --session ID` opens it, and saving asks where. The old session is
/// not changed.
#[derive(clap::Args, Debug)]
pub struct BranchArgs {
    /// The file.
    file: PathBuf,
    /// The point: `cowrite history` says what that can be.
    point: String,
    /// The title of the new session.
    #[arg(long)]
    title: Option<String>,
    /// Answer yes to what would be asked.
    #[arg(long, short)]
    yes: bool,
}

impl BranchArgs {
    pub fn run(self, out: &mut Out) -> Result<ExitCode, Failure> {
        no_session_file(&self.file, "A session")?;
        let mut place = Place::find(None, None)?;
        let mut store = place.library()?;
        let me = place.me(Some(&mut store), out, self.yes)?;
        for note in recover(&mut store, &me).map_err(Failure::store)? {
            out.say(&note);
        }
        let id = session_of(&mut store, Some(&self.file), None, out)?;
        let session = fold(&store, id).map_err(Failure::store)?;
        let points = session.timeline();
        let point = find(&session, &points, &self.point, now()).map_err(Failure::usage)?;
        let name = point_name(&session, point);
        let title = self.title.unwrap_or_else(|| format!("{}, from {name}", session.title()));
        let done = branch(&mut store, id, point.moment, title.trim(), &me);
        let done = done.map_err(Failure::store)?;
        if done.left > 0 {
            out.say(&format!(
                "{} of kinds that this version does not know stayed behind.",
                plural(done.left, "event")
            ));
        }
        out.line(&format!("{}  {title}", done.session.short()))?;
        out.say(&format!("`cowrite --session {}` opens it.", done.session.short()));
        Ok(ExitCode::SUCCESS)
    }
}

fn no_session_file(file: &std::path::Path, what: &str) -> Result<(), Failure> {
    if is_session_file(file) {
        return Err(Failure::usage(format!(
            "{what} is made in the library: `cowrite import {}` takes the session in, then name its \
             text's file.",
            file.display()
        )));
    }
    Ok(())
}
