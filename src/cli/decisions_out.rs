//! `cowrite decisions export`: decisions as files, a page, a table, JSON. Files that somebody else
//! wrote, or changed, stay as they are.

use super::decisions::chosen;
use super::{Failure, Out};
use crate::report::madr::{self, is_ours, is_unchanged};
use crate::report::{PAGE_MARK, Record, csv, decisions_json, index, page, records};
use crate::session::Session;
use crate::state::plural;
use serde_json::Value;
use std::collections::BTreeMap;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

/// The largest file that is looked at, in bytes.
pub const MOST_BYTES: u64 = 1 << 20;

/// Write decisions as MADR files with an index, as one Markdown page, as CSV or JSON.
///
/// Files are named by number and title and keep their names when they are written again. Those that
/// somebody changed meanwhile stay as they are and are named (exit code 1); `cowrite decisions
/// import --update` takes such changes in.
#[derive(clap::Args, Debug)]
pub struct ExportArgs {
    /// The folder for the files, made if it is new; for other formats than madr a file, or `-` for
    /// standard output.
    target: PathBuf,
    /// Of these: files with a session, session files (`.cowrite.jsonl`), or sessions by the beginning
    /// of their ids. Nothing: all sessions.
    #[arg(long, value_name = "WHAT", num_args = 1)]
    of: Vec<PathBuf>,
    /// The format; by default what the end of the file's name says, or madr.
    #[arg(long, value_parser = ["madr", "markdown", "csv", "json"])]
    format: Option<String>,
    /// Replace what is there, also what others wrote or changed.
    #[arg(long)]
    overwrite: bool,
}

impl ExportArgs {
    pub fn run(self, out: &mut Out) -> Result<ExitCode, Failure> {
        let ending = self.target.extension().and_then(|ending| ending.to_str());
        let format = match (&self.format, ending) {
            (Some(format), _) => format.as_str(),
            (None, _) if self.target.is_dir() => "madr",
            (None, Some("md" | "markdown")) => "markdown",
            (None, Some("csv")) => "csv",
            (None, Some("json")) => "json",
            (None, _) => "madr",
        };
        let piped = self.target == Path::new("-");
        if format == "madr" && piped {
            return Err(Failure::usage(
                "MADR is one file a decision: name a folder, or give --format markdown, csv or json.",
            ));
        }
        let sessions = chosen(&self.of, out)?;
        let all: Vec<Record> = sessions.iter().flat_map(records).collect();
        if all.is_empty() {
            return Err(Failure::new("There is no decision to write."));
        }
        if format == "madr" {
            return self.files(&all, out);
        }
        let text = match format {
            "csv" => csv(&all),
            "json" => json(&sessions)?,
            _ => page(&all),
        };
        if piped {
            out.print(&text)?;
            return Ok(ExitCode::SUCCESS);
        }
        if self.target.exists() && !self.overwrite {
            return Err(Failure::new(format!(
                "{} is there already: --overwrite replaces it.",
                self.target.display()
            )));
        }
        write(&self.target, &text)?;
        out.say(&format!("{} in {}.", plural(all.len(), "decision"), self.target.display()));
        Ok(ExitCode::SUCCESS)
    }

    fn files(&self, all: &[Record], out: &mut Out) -> Result<ExitCode, Failure> {
        let dir = &self.target;
        if dir.exists() && !dir.is_dir() {
            return Err(Failure::usage(format!("{} is no folder.", dir.display())));
        }
        std::fs::create_dir_all(dir).map_err(|why| refused(dir, &why))?;
        let there = there(dir)?;
        let mut next = there.highest + 1;
        let mut names: BTreeMap<&str, (String, String)> = BTreeMap::new();
        for record in all {
            let name = there.ours.get(&record.id).cloned().unwrap_or_else(|| {
                let name = madr::name(next, &record.title);
                next += 1;
                name
            });
            names.insert(&record.id, (name, record.heading()));
        }
        let place = |id: &str| names.get(id).cloned();
        let (mut written, mut same, mut kept) = (0, 0, Vec::new());
        for record in all {
            let Some((name, _)) = names.get(record.id.as_str()) else { continue };
            let text = madr::file(record, &place);
            let path = dir.join(name);
            match read(&path) {
                Some(now) if now.replace("\r\n", "\n") == text => same += 1,
                Some(now)
                    if !is_unchanged(&now) && !says_same(name, &now, &text) && !self.overwrite =>
                {
                    let takes = is_taken_in(name, &now, &text);
                    kept.push((path, takes));
                }
                _ => {
                    write(&path, &text)?;
                    written += 1;
                }
            }
        }
        self.index(out)?;
        out.say(&format!(
            "{} written to {}, {same} as they were.",
            plural(written, "decision"),
            dir.display()
        ));
        for (path, takes) in &kept {
            let advice = match takes {
                true => {
                    "`cowrite decisions import --update` takes that in, --overwrite replaces it"
                }
                false => {
                    "a decision keeps its date, its deciders and its links, so --overwrite \
                          replaces that"
                }
            };
            out.say(&format!(
                "{} was changed since it was written and stays: {advice}.",
                path.display()
            ));
        }
        Ok(if kept.is_empty() { ExitCode::SUCCESS } else { ExitCode::from(1) })
    }

    /// The index of all files in the folder that came from here.
    fn index(&self, out: &mut Out) -> Result<(), Failure> {
        let path = self.target.join("README.md");
        let now = read(&path);
        let ours = now.as_ref().is_none_or(|now| now.trim_start().starts_with(PAGE_MARK));
        if !self.overwrite && (!ours || (now.is_none() && path.exists())) {
            out.say(&format!(
                "{} is somebody else's and stays: no index is written.",
                path.display()
            ));
            return Ok(());
        }
        let (mut found, mut names) = (Vec::new(), Vec::new());
        for name in there(&self.target)?.ours.into_values() {
            let text = read(&self.target.join(&name)).unwrap_or_default();
            if let Ok(record) = madr::read(&name, &text) {
                found.push(record);
                names.push(name);
            }
        }
        write(&path, &index(&found, &names))
    }
}

fn json(sessions: &[Session]) -> Result<String, Failure> {
    let mut all = Vec::new();
    for session in sessions {
        let Value::Array(decisions) = decisions_json(session) else { continue };
        for mut decision in decisions {
            decision["session"] = session.id.to_string().into();
            decision["session_title"] = session.title().into();
            all.push(decision);
        }
    }
    Ok(format!("{}\n", serde_json::to_string_pretty(&all)?))
}

/// Whether a file that somebody changed says what the decision does by now, as after its change was
/// taken in: then nothing of it is lost where it is written anew.
fn says_same(name: &str, now: &str, text: &str) -> bool {
    match (madr::read(name, now), madr::read(name, text)) {
        (Ok(now), Ok(text)) => now == text,
        _ => false,
    }
}

/// Whether some of what differs is something that taking the file in changes.
fn is_taken_in(name: &str, now: &str, text: &str) -> bool {
    let (Ok(now), Ok(text)) = (madr::read(name, now), madr::read(name, text)) else { return true };
    let (date, by) = (text.date.clone(), text.by.clone());
    let (supersedes, superseded_by) = (text.supersedes.clone(), text.superseded_by.clone());
    let (refers, links) = (text.refers.clone(), text.links.clone());
    Record { date, by, supersedes, superseded_by, refers, links, ..now } != text
}

/// What a folder holds.
struct There {
    /// The names of files that were written from decisions, by the decisions' ids.
    ours: BTreeMap<String, String>,
    /// The highest number that a name begins with.
    highest: usize,
}

fn there(dir: &Path) -> Result<There, Failure> {
    let mut there = There { ours: BTreeMap::new(), highest: 0 };
    let entries = std::fs::read_dir(dir).map_err(|why| refused(dir, &why))?;
    for entry in entries {
        let entry = entry.map_err(|why| refused(dir, &why))?;
        let Ok(name) = entry.file_name().into_string() else { continue };
        if !name.ends_with(".md") {
            continue;
        }
        let digits: String = name.chars().take_while(char::is_ascii_digit).take(9).collect();
        there.highest = there.highest.max(digits.parse().unwrap_or(0));
        let Some(text) = read(&entry.path()).filter(|text| is_ours(text)) else { continue };
        if let Ok(record) = madr::read(&name, &text) {
            there.ours.entry(record.id).or_insert(name);
        }
    }
    Ok(there)
}

/// The text of a regular file of a size to be looked at.
fn read(path: &Path) -> Option<String> {
    let about = std::fs::symlink_metadata(path).ok()?;
    let small = about.is_file() && about.len() <= MOST_BYTES;
    small.then(|| std::fs::read_to_string(path).ok())?
}

fn refused(path: &Path, why: &std::io::Error) -> Failure {
    Failure::new(format!("{}: {why}.", path.display()))
}

/// Puts a text in the place of a file, whole or not at all.
fn write(path: &Path, text: &str) -> Result<(), Failure> {
    let refuse = |why: std::io::Error| refused(path, &why);
    let dir = path.parent().filter(|dir| !dir.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let mut builder = tempfile::Builder::new();
    builder.prefix(".cowrite-");
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        // As any other new file: to be read by whom the system lets.
        builder.permissions(std::fs::Permissions::from_mode(0o666));
    }
    let mut temporary = builder.tempfile_in(dir).map_err(refuse)?;
    temporary.write_all(text.as_bytes()).map_err(refuse)?;
    temporary.as_file().sync_all().map_err(refuse)?;
    temporary.persist(path).map_err(|why| refuse(why.error))?;
    Ok(())
}
