//! `cowrite decisions import`: files with decisions, of this program, MADR, log4brains or adr-tools,
//! as decisions of a session. What can't be read is named and counted.

use super::decisions_out::MOST_BYTES;
use super::folder::{is_hidden, listed};
use super::headless::{Headless, Talk, Target};
use super::place::{Place, session_of};
use super::{Failure, Out, one_line};
use crate::base::EventId;
use crate::command::{known_in, take_in};
use crate::report::Record;
use crate::report::madr::{self, BadRecord};
use crate::runtime::fold;
use crate::state::plural;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

/// The most files that are taken in at once.
const MOST_FILES: usize = 10_000;
/// How deep folders are looked into.
const DEPTH: usize = 8;

/// Take decisions in from MADR files or folders of adr-tools, as yours, with their dates.
///
/// Without a session named, that is the one which holds at least half of them already, or else a new
/// one. A file without a status is accepted if it has an outcome, and else proposed. Files that were taken in before are known and double nothing. What a file says that has no
/// field goes into the context under its heading. Exit code 1: some files could not be read, or say
/// something else than the decisions that were made from them; they are named.
#[derive(clap::Args, Debug)]
pub struct ImportArgs {
    /// Files, and folders with files whose names end in `.md`.
    #[arg(required = true)]
    from: Vec<PathBuf>,
    /// Into this session: its id or the beginning of it.
    #[arg(long)]
    session: Option<String>,
    /// Into the session of this file.
    #[arg(long, value_name = "FILE", conflicts_with = "session")]
    into: Option<PathBuf>,
    /// Where a file says something else than the decision that it belongs to, let the file hold.
    #[arg(long)]
    update: bool,
    /// Take the name to write under as it is offered.
    #[arg(long, short)]
    yes: bool,
}

/// Files of a kind that are named; then they are only counted.
const TOLD: usize = 50;

fn more(count: usize, out: &mut Out) {
    if count > TOLD {
        out.say(&format!("… {count} such files in all."));
    }
}

/// What was found.
#[derive(Default)]
struct Found {
    files: Vec<(String, Record)>,
    paths: Vec<PathBuf>,
    bad: Vec<(PathBuf, String)>,
}

impl ImportArgs {
    pub fn run(self, out: &mut Out) -> Result<ExitCode, Failure> {
        let mut found = Found::default();
        for path in &self.from {
            if path.is_dir() {
                found.folder(path, 0)?;
            } else {
                found.file(path, true)?;
            }
        }
        for (path, why) in found.bad.iter().take(TOLD) {
            out.say(&format!("{} is left out: {why}.", path.display()));
        }
        more(found.bad.len(), out);
        if found.files.is_empty() {
            return Err(Failure::new(format!(
                "No decision was found in {}.",
                self.from
                    .iter()
                    .map(|path| path.display().to_string())
                    .collect::<Vec<_>>()
                    .join(", ")
            )));
        }
        let (session, elsewhere) = self.session(&found.files, out)?;
        let count = elsewhere.iter().filter(|elsewhere| **elsewhere).count();
        if count > 0 {
            out.say(&format!(
                "{} to decisions of other sessions and {} passed over: --session says which session they are for.",
                if count == 1 { "1 file belongs".into() } else { format!("{count} files belong") },
                if count == 1 { "is" } else { "are" }
            ));
            let mut kept = elsewhere.iter();
            found.files.retain(|_| kept.next() != Some(&true));
            let mut kept = elsewhere.iter();
            found.paths.retain(|_| kept.next() != Some(&true));
            if found.files.is_empty() {
                out.line(&format!("0 new, {count} known in other sessions"))?;
                return Ok(if found.bad.is_empty() {
                    ExitCode::SUCCESS
                } else {
                    ExitCode::from(1)
                });
            }
        }
        let talk =
            Talk { session: session.map(|id| id.to_string()), yes: self.yes, ..Talk::default() };
        let mut headless = Headless::open(Target::Fresh, &talk, out)?;
        if session.is_none() {
            let name = self.from.iter().find_map(|path| path.file_name());
            let name = name.map(|name| one_line(&name.to_string_lossy())).unwrap_or_default();
            headless.command(&format!("session.rename {}", format!("Decisions {name}").trim()))?;
            headless.notice();
        }
        let update = self.update;
        let made = headless.runtime.with(|cx| take_in(cx, &found.files, update));
        headless.settle()?;
        headless.notice();
        let id = headless.model().session.id;
        let title = one_line(headless.model().session.title());
        headless.finish()?;
        let shown = |at: usize| {
            found.paths.get(at).map(|path| path.display().to_string()).unwrap_or_default()
        };
        for (first, second) in made.doubles.iter().take(TOLD) {
            out.say(&format!("{} says the same decision as {}.", shown(*second), shown(*first)));
        }
        more(made.doubles.len(), out);
        for (at, fields) in made.other.iter().take(TOLD) {
            let advice = if update {
                "it follows from the decision that takes its place"
            } else {
                "--update lets the file hold"
            };
            out.say(&format!(
                "{} says something else than its decision ({}): {advice}.",
                shown(*at),
                fields.join(", ")
            ));
        }
        more(made.other.len(), out);
        out.line(&format!(
            "{}  {} new, {} known, {} changed, {} other, {} left out  ({title})",
            id.short(),
            made.new,
            made.known + made.doubles.len(),
            made.changed,
            made.other.len(),
            found.bad.len()
        ))?;
        let whole = found.bad.is_empty() && made.other.is_empty();
        Ok(if whole { ExitCode::SUCCESS } else { ExitCode::from(1) })
    }

    /// The session they go into, none for a new one; and of each file whether it belongs to
    /// another session.
    fn session(
        &self,
        files: &[(String, Record)],
        out: &mut Out,
    ) -> Result<(Option<EventId>, Vec<bool>), Failure> {
        let mut store = Place::find(None, None)?.reading(out)?;
        let mut elsewhere = vec![false; files.len()];
        if self.session.is_some() || self.into.is_some() {
            let named = session_of(&mut store, self.into.as_deref(), self.session.as_deref(), out)?;
            return Ok((Some(named), elsewhere));
        }
        let mut half = Vec::new();
        let mut others = Vec::new();
        for row in store.sessions().map_err(Failure::store)? {
            if row.decisions == 0 {
                continue;
            }
            let session = fold(&store, row.id).map_err(Failure::store)?;
            let known = known_in(&session, files);
            if 2 * known.iter().filter(|known| **known).count() >= files.len() {
                half.push((row.id, one_line(session.title()), known));
            } else {
                others.push(known);
            }
        }
        let (target, here) = match half.as_slice() {
            [] => (None, vec![false; files.len()]),
            [(id, _, known)] => (Some(*id), known.clone()),
            several => {
                let named: Vec<String> = several
                    .iter()
                    .map(|(id, title, _)| format!("{} ({title})", id.short()))
                    .collect();
                return Err(Failure::usage(format!(
                    "{} hold these decisions: {}. Say which with --session.",
                    plural(several.len(), "session"),
                    named.join(", ")
                )));
            }
        };
        for (at, elsewhere) in elsewhere.iter_mut().enumerate() {
            let is_in = |known: &Vec<bool>| known.get(at) == Some(&true);
            *elsewhere = others.iter().any(is_in) && !is_in(&here);
        }
        Ok((target, elsewhere))
    }
}

impl Found {
    /// Everything in a folder; links are named, hidden folders are passed over.
    fn folder(&mut self, dir: &Path, depth: usize) -> Result<(), Failure> {
        for (path, kind) in listed(dir)? {
            if kind.is_dir() && !is_hidden(&path) {
                if depth < DEPTH {
                    self.folder(&path, depth + 1)?;
                } else {
                    self.bad.push((path, "it lies too deep".into()));
                }
            } else if kind.is_symlink() && path.extension().is_some_and(|ending| ending == "md") {
                self.bad.push((path, "it is a link: name the file it leads to".into()));
            } else if kind.is_file() && path.extension().is_some_and(|ending| ending == "md") {
                self.file(&path, false)?;
            }
        }
        Ok(())
    }

    fn file(&mut self, path: &Path, named: bool) -> Result<(), Failure> {
        if self.files.len() >= MOST_FILES {
            return Err(Failure::new(format!(
                "More than {MOST_FILES} decisions at once: take them in folder by folder."
            )));
        }
        match read(path) {
            Ok((name, record)) => {
                self.files.push((name, record));
                self.paths.push(path.to_owned());
            }
            // The index beside the files is no news.
            Err(Trouble::Page) if !named => {}
            Err(Trouble::Page) => {
                self.bad.push((path.to_owned(), BadRecord::Page.to_string()));
            }
            Err(Trouble::Other(why)) => self.bad.push((path.to_owned(), why)),
        }
        Ok(())
    }
}

enum Trouble {
    Page,
    Other(String),
}

fn read(path: &Path) -> Result<(String, Record), Trouble> {
    let about = std::fs::metadata(path).map_err(|why| Trouble::Other(why.to_string()))?;
    if !about.is_file() {
        return Err(Trouble::Other("it is no regular file".into()));
    }
    if about.len() > MOST_BYTES {
        return Err(Trouble::Other("it is larger than 1 MB".into()));
    }
    let bytes = std::fs::read(path).map_err(|why| Trouble::Other(why.to_string()))?;
    let text = String::from_utf8(bytes)
        .map_err(|_| Trouble::Other("it is no text in UTF-8: convert it first".into()))?;
    let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
    match madr::read(&name, &text) {
        Ok(record) => Ok((name, record)),
        Err(BadRecord::Page) => Err(Trouble::Page),
        Err(why) => Err(Trouble::Other(why.to_string())),
    }
}
