//! `cowrite merge`: session files put together, by set union.

use super::bringing::Progress;
use super::place::is_session_file;
use super::{Failure, Out};
use crate::state::plural;
use crate::store::jsonl::{FileError, SessionFile, Union};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

/// Put session files together: every event of each, once.
///
/// Nobody's events are lost or changed, and the order of the files makes no difference. A file in
/// the middle of a git merge can be given as it is: conflict markers, carriage returns, torn,
/// doubled and altered lines are counted and named, and everything else is taken. Exit code 1:
/// lines were left out.
#[derive(clap::Args, Debug)]
pub struct MergeArgs {
    /// The session files (`.cowrite.jsonl`). Without -o the first one gets what it does not have.
    #[arg(required = true)]
    files: Vec<PathBuf>,
    /// Write all of it to a new file instead.
    #[arg(long, short, value_name = "OUT")]
    output: Option<PathBuf>,
}

impl MergeArgs {
    pub fn run(self, out: &mut Out) -> Result<ExitCode, Failure> {
        for path in self.files.iter().chain(&self.output) {
            if !is_session_file(path) {
                return Err(Failure::usage(format!(
                    "{} is no name of a session file: it ends in .cowrite.jsonl.",
                    path.display()
                )));
            }
        }
        if self.output.is_none() && self.files.len() < 2 {
            return Err(Failure::usage(
                "Name two session files, or one and where all that is sound in it goes: -o OUT.",
            ));
        }
        let size = |path: &PathBuf| std::fs::metadata(path).map_or(0, |meta| meta.len());
        let all: u64 = self.files.iter().map(size).sum();
        let mut bar = Progress::new();
        let mut union = Union::default();
        let (mut bad, mut before) = (0, 0);
        for path in &self.files {
            let joined = union.add(path, &mut |read| {
                let percent = ((before + read) * 100).checked_div(all).unwrap_or(100).min(100);
                bar.show(&format!("{percent} % of {} MB is read …", megabytes(all)), out);
            });
            bar.clear(out);
            let joined = joined.map_err(Failure::new)?;
            before += size(path);
            bad += told(path, &joined.file, out)?;
            let events = plural(joined.events as usize, "event");
            out.line(&format!("{}: {events}, {} new", path.display(), joined.new))?;
        }
        if union.sessions() > 1 {
            out.say(&format!(
                "{} are in these files: the largest is opened with the file.",
                plural(union.sessions(), "session")
            ));
        }
        let first = self.files.first().ok_or_else(|| Failure::usage("Name the files."))?;
        let mut progress = |written| {
            bar.show(&format!("{} MB are written …", megabytes(written)), out);
        };
        let (path, added) = match &self.output {
            Some(path) => (path, union.create(path, &mut progress)),
            None => (first, union.complete(&mut progress)),
        };
        bar.clear(out);
        let added = added.map_err(|why| match why {
            FileError::Exists { path } => Failure::usage(format!(
                "{path} exists already: name another with -o, or leave -o away to add to the first."
            )),
            why => Failure::new(why),
        })?;
        out.line(&format!(
            "{}: {} added, {} there already",
            path.display(),
            plural(added.events as usize, "event"),
            added.known
        ))?;
        Ok(ExitCode::from(u8::from(bad > 0)))
    }
}

pub fn megabytes(bytes: u64) -> u64 {
    bytes.div_ceil(1_000_000)
}

/// Names what is no event; returns how many lines that are.
pub fn told(path: &Path, file: &SessionFile, out: &mut Out) -> Result<u64, Failure> {
    const SHOWN: usize = 20;
    let name = path.display();
    for bad in file.bad.iter().take(SHOWN) {
        out.line(&format!("{name}, line {}: {}", bad.line, bad.why))?;
    }
    if file.bad_lines > SHOWN as u64 {
        out.line(&format!("{name}: … {} such lines in all", file.bad_lines))?;
    }
    for (count, what, note) in [
        (file.conflict_markers, "conflict marker", ""),
        (file.carriage_returns, "carriage return", ", which a checkout added: harmless"),
        (file.duplicates, "doubled line", ": harmless"),
    ] {
        if count > 0 {
            out.line(&format!("{name}: {}{note}", plural(count as usize, what)))?;
        }
    }
    Ok(file.bad_lines)
}
