//! `cowrite import`: session files, and conversations that were held in other programs. What a file
//! is, is told by what stands in it.

use super::bringing::{FILE_BYTES, Progress, TOLD, Work};
use super::folder::{is_hidden, listed};
use super::place::{Place, take_in, taken_words};
use super::{Failure, Out};
use crate::base::EventId;
use crate::report::bring::{self, Form};
use crate::runtime::shared;
use crate::state::plural;
use crate::store::{SqliteStore, jsonl};
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet};
use std::fs::File;
use std::io::Read as _;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

/// The most files of a folder.
const MOST_FILES: usize = 100_000;
/// How deep folders are looked into.
const DEPTH: usize = 12;
/// Endings of the files of a folder that are looked into.
const ENDINGS: [&str; 4] = ["json", "jsonl", "db", "md"];

/// Take session files into the library, or conversations held in other programs.
///
/// Conversations come from an export of ChatGPT (unpacked: `conversations.json`), Claude Code
/// (`~/.claude/projects`), Codex (`~/.codex/sessions`), the database of `llm` (`llm logs path`) and
/// aider (`.aider.chat.history.md`): each becomes a session with its branches, models and times, and
/// says of every message where it comes from. What was brought in before is known and doubles
/// nothing; what is new there is added. Tool calls, images, what programs say to themselves are left
/// out and counted.
///
/// Of a session file what is an event is taken in, whatever stands between; `cowrite verify FILE`
/// says the same without taking anything in. Exit code 1: something could not be read, and is named.
#[derive(clap::Args, Debug)]
pub struct ImportArgs {
    /// Files, and folders with such files.
    #[arg(required = true)]
    from: Vec<PathBuf>,
    /// Show what would come in, and change nothing.
    #[arg(long)]
    pub list: bool,
    /// Only this conversation: its id as `--list` shows it, or the beginning; may be given again.
    #[arg(long, value_name = "ID")]
    pub only: Vec<String>,
    /// Print what came in as JSON.
    #[arg(long)]
    pub json: bool,
    /// Take the name to write under as it is offered.
    #[arg(long, short)]
    yes: bool,
}

/// A file that is to be read.
struct Source {
    path: PathBuf,
    form: Form,
}

#[derive(Default)]
struct Sources {
    all: Vec<Source>,
    /// Files that are nothing of this.
    other: usize,
    bad: Vec<(PathBuf, String)>,
}

impl ImportArgs {
    pub fn run(self, out: &mut Out) -> Result<ExitCode, Failure> {
        let mut sources = Sources::default();
        for path in &self.from {
            if path.is_dir() {
                sources.folder(path, 0)?;
            } else {
                sources.file(path, true);
            }
        }
        let mut place = Place::find(None, None)?;
        let mut store = place.reading(out)?;
        let (files, foreign): (Vec<_>, Vec<_>) =
            sources.all.into_iter().partition(|source| source.form == Form::Session);
        let mut rows = Vec::new();
        let mut damaged = 0;
        for source in files {
            let taken = self.session_file(&mut store, &source.path, out);
            match taken {
                Ok((bad, row)) => {
                    damaged += bad;
                    rows.extend(row);
                }
                // The only one that was named: what is wrong with it is all there is to say.
                Err(why) if self.from.len() == 1 && !self.from[0].is_dir() => return Err(why),
                Err(why) => sources.bad.push((source.path, why.what)),
            }
        }
        let any = !foreign.is_empty();
        let me = match any && !self.list {
            true => Some(place.me(Some(&mut store), out, self.yes)?),
            false => None,
        };
        let mut work = Work::new(&self, store, me, rows)?;
        for source in &foreign {
            let Form::Of(program) = source.form else { continue };
            if let Some(why) = work.source(program, &source.path, out)? {
                sources.bad.push((source.path.clone(), why));
            }
        }
        for (path, why) in sources.bad.iter().take(TOLD) {
            out.say(&format!("{} is left out: {}.", path.display(), why.trim_end_matches('.')));
        }
        if sources.bad.len() > TOLD {
            out.say(&format!("… {} such files in all.", sources.bad.len()));
        }
        work.finish(any, &sources.bad, sources.other, out)?;
        let unread = damaged > 0 || !sources.bad.is_empty() || !work.is_whole();
        Ok(ExitCode::from(u8::from(unread)))
    }

    /// Takes a session file in. Returns how many of its lines are no events.
    fn session_file(
        &self,
        store: &mut SqliteStore,
        path: &Path,
        out: &mut Out,
    ) -> Result<(usize, Vec<Value>), Failure> {
        if !self.only.is_empty() {
            return Err(Failure::usage("--only chooses conversations; a session file is one"));
        }
        let mut rows = Vec::new();
        let mut row = |id: EventId, new: u64, known: u64, out: &mut Out| {
            if self.json {
                let path = path.display().to_string();
                let session = id.to_string();
                rows.push(json!({"file": path, "session": session, "new": new, "known": known}));
                return Ok(());
            }
            out.line(&format!("{}  {new} new, {known} known", id.short()))
        };
        if self.list {
            let mut known: BTreeMap<EventId, BTreeSet<EventId>> = BTreeMap::new();
            let mut done: Result<(), Failure> = Ok(());
            let file = jsonl::stream(path, &mut |events, _| {
                done = events.iter().try_for_each(|event| {
                    if store.event(event.id).map_err(Failure::store)?.is_some() {
                        known.entry(event.session_id()).or_default().insert(event.id);
                    }
                    Ok(())
                });
                done.is_ok()
            });
            let file = file.map_err(Failure::new)?;
            done?;
            for (id, size) in &file.sizes {
                let known = known.get(id).map_or(0, |known| known.len() as u64);
                row(*id, size - known, known, out)?;
            }
            return Ok((file.bad_lines as usize, rows));
        }
        let mut bar = Progress::new();
        let taken = take_in(store, path, &mut |taking| {
            bar.show(&format!("{}: {}", path.display(), taken_words(taking)), out);
            true
        });
        bar.clear(out);
        let taken = taken?;
        for bad in taken.file.bad.iter().take(20) {
            out.say(&format!("{}, line {}: {}", path.display(), bad.line, bad.why));
        }
        if taken.file.bad_lines > 20 {
            out.say(&format!("… {} such lines in all.", taken.file.bad_lines));
        }
        let bad = taken.file.bad_lines as usize;
        if bad > 0 {
            out.say(&format!(
                "{} left out, as no event stands there; everything else is taken in.",
                plural(bad, "line")
            ));
        }
        for (id, written) in &taken.sessions {
            if !written.forks.is_empty() {
                out.say(&format!(
                    "{} of one writer have the same number: `cowrite verify` names them.",
                    plural(written.forks.len(), "event")
                ));
            }
            row(*id, written.added, written.known, out)?;
        }
        Ok((bad, rows))
    }
}

impl Sources {
    /// What is in a folder; links and hidden folders are passed over.
    fn folder(&mut self, dir: &Path, depth: usize) -> Result<(), Failure> {
        for (path, kind) in listed(dir)? {
            if kind.is_dir() {
                if is_hidden(&path) {
                    continue;
                }
                match depth < DEPTH {
                    true => self.folder(&path, depth + 1)?,
                    false => self.bad.push((path, "it lies too deep".into())),
                }
            } else if kind.is_file() {
                self.file(&path, false);
            }
            if self.all.len() > MOST_FILES {
                return Err(Failure::new(format!(
                    "More than {MOST_FILES} files at once: take them in folder by folder."
                )));
            }
        }
        Ok(())
    }

    /// A file; one that was not named itself may be anything.
    fn file(&mut self, path: &Path, named: bool) {
        let ending = path
            .extension()
            .is_some_and(|ending| ENDINGS.iter().any(|known| ending.eq_ignore_ascii_case(known)));
        if !named && !ending {
            self.other += 1;
            return;
        }
        let form = match look(path) {
            Ok(form) if shared::is_session_file(path) => form.or(Some(Form::Session)),
            Ok(form) => form,
            Err(why) => return self.bad.push((path.to_owned(), why)),
        };
        let why = match form {
            Some(Form::Zip) => "it is an archive: unpack it and name the folder",
            Some(Form::ClaudeAi) => {
                "it is an export of claude.ai, whose conversations can't be brought in"
            }
            Some(form) => return self.all.push(Source { path: path.to_owned(), form }),
            None if named => "it is no session file and none of another program that is known",
            None => {
                self.other += 1;
                return;
            }
        };
        self.bad.push((path.to_owned(), why.into()));
    }
}

/// Tells what a file is.
fn look(path: &Path) -> Result<Option<Form>, String> {
    let said = |why: std::io::Error| why.to_string();
    // Looked at before it is opened: opening a pipe would wait for its writer.
    let about = std::fs::metadata(path).map_err(said)?;
    if !about.is_file() {
        return Err("it is no regular file".into());
    }
    if about.len() > FILE_BYTES {
        return Err("it is larger than 4 GB".into());
    }
    let mut head = Vec::new();
    let file = File::open(path).map_err(said)?;
    file.take(bring::LOOKED_AT as u64).read_to_end(&mut head).map_err(said)?;
    Ok(bring::recognise(&head))
}
