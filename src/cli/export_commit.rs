//! `cowrite export --git-ai` and `--agent-trace`: who wrote the lines of a commit, for other tools.
//! Reads the repository through `git` and writes nothing into it.

use super::place::Place;
use super::{Failure, Out};
use crate::base::{DocId, Millis, sha256_hex};
use crate::report::{Base, Commit, CommittedFile, agent_trace, git_ai_note, trace};
use crate::runtime::whose::{self, Whose};
use crate::runtime::{absolute, fold};
use crate::session::Session;
use crate::store::{SqliteStore, jsonl};
use crate::text::decode;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode};

/// Which form.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Form {
    GitAi,
    AgentTrace,
}

struct Git {
    dir: PathBuf,
}

impl Git {
    /// What git prints, or in its words why it does not.
    fn run(&self, args: &[&str]) -> Result<Vec<u8>, Failure> {
        let output = Command::new("git")
            .arg("-C")
            .arg(&self.dir)
            .args(["-c", "core.quotePath=false"])
            .args(args)
            .output()
            .map_err(|why| Failure::usage(format!("git can't be run: {why}.")))?;
        if output.status.success() {
            return Ok(output.stdout);
        }
        let said = String::from_utf8_lossy(&output.stderr);
        Err(Failure::new(said.trim().to_owned()))
    }

    fn text(&self, args: &[&str]) -> Result<String, Failure> {
        Ok(String::from_utf8_lossy(&self.run(args)?).trim_end().to_owned())
    }
}

/// Prints the lines of a commit: of one file, or of all that belong to sessions of this library.
pub fn run(
    form: Form,
    file: Option<&Path>,
    revision: &str,
    out: &mut Out,
) -> Result<ExitCode, Failure> {
    let only = file.map(absolute);
    let dir = only.as_deref().and_then(Path::parent).unwrap_or(Path::new(".")).to_path_buf();
    let git = Git { dir };
    let root = PathBuf::from(git.text(&["rev-parse", "--show-toplevel"])?);
    let named = format!("{revision}^{{commit}}");
    let sha = git
        .text(&["rev-parse", "--verify", "--quiet", "--end-of-options", &named])
        .map_err(|_| Failure::usage(format!("There is no commit {revision}.")))?;
    let commit = commit(&git, &sha)?;
    // A merge is told by what it brought to its first parent.
    let parent = format!("{sha}^1");
    let parent = git.text(&["rev-parse", "--verify", "--quiet", &parent]).ok();
    let ends: Vec<&str> = match &parent {
        Some(parent) => vec![parent, &sha],
        None => vec!["--root", "--no-commit-id", &sha],
    };
    let listed = ["diff-tree", "-r", "-z", "--name-only", "--no-renames", "--diff-filter=AM"];
    let listed = git.run(&[&listed[..], &ends[..]].concat())?;
    let place = Place::find(None, None)?;
    let store = place.reading(out)?;
    let mut files = Vec::new();
    for path in listed.split(|byte| *byte == 0).filter(|path| !path.is_empty()) {
        // Names that are no text stand in no session.
        let Ok(path) = std::str::from_utf8(path) else { continue };
        let whole = absolute(&root.join(path));
        if only.as_ref().is_some_and(|only| *only != whole) {
            continue;
        }
        let Some((session, doc)) = of_text(&store, &whole)? else { continue };
        let bytes = git.run(&["cat-file", "blob", &format!("{sha}:{path}")])?;
        let Ok(decoded) = decode(&bytes) else {
            out.say(&format!("{path} is no text in this commit: left out."));
            continue;
        };
        let hash = sha256_hex(&bytes);
        let traced = trace(&session, &doc, &decoded.text, &hash).map_err(Failure::new)?;
        let Some(traced) = traced else { continue };
        if let Base::Nearest { elsewhere } = traced.base {
            out.say(&format!(
                "{path} in this commit is no version that the session knows: {elsewhere} of its \
                 characters are in none."
            ));
        }
        let show = ["diff-tree", "-p", "-U0", "--no-color", "--no-ext-diff", "--no-renames"];
        let exact = format!(":(top,literal){path}");
        let diff = git.run(&[&show[..], &ends[..], &["--", &exact]].concat())?;
        let added = added_lines(&String::from_utf8_lossy(&diff));
        files.push(CommittedFile { path: path.to_owned(), session, traced, added });
    }
    let none = || {
        let of = file.map(|file| format!(" of {}", file.display())).unwrap_or_default();
        Failure::new(format!(
            "No session here tells of a line{of} that commit {} added.",
            sha.get(..10).unwrap_or(&sha)
        ))
    };
    match form {
        Form::GitAi => out.print(&git_ai_note(&commit, &files).ok_or_else(none)?)?,
        Form::AgentTrace => out.json(&agent_trace(&commit, &files).ok_or_else(none)?)?,
    }
    Ok(ExitCode::SUCCESS)
}

/// The session of a text, in the library or in a session file near it; and its document.
fn of_text(store: &SqliteStore, path: &Path) -> Result<Option<(Session, DocId)>, Failure> {
    let found = whose::near(store, path).map_err(Failure::store)?;
    let Some(Whose { session: id, doc, file, .. }) = found else { return Ok(None) };
    let session = match file {
        None => fold(store, id).map_err(Failure::store)?,
        Some(file) => {
            let mut read = jsonl::read(&file).map_err(Failure::new)?;
            Session::fold(id, &read.sessions.remove(&id).unwrap_or_default())
        }
    };
    Ok(Some((session, doc)))
}

fn commit(git: &Git, sha: &str) -> Result<Commit, Failure> {
    let told = git.text(&["show", "-s", "--format=%ct%x00%an%x00%ae%x00%cn%x00%ce", sha])?;
    let parts: Vec<&str> = told.split('\0').collect();
    let part = |index: usize| parts.get(index).copied().unwrap_or_default();
    let seconds: u64 = part(0).parse().unwrap_or(0);
    let mut identities = BTreeMap::new();
    for at in [3, 1] {
        if !part(at).is_empty() {
            identities.insert(part(at).to_owned(), format!("{} <{}>", part(at), part(at + 1)));
        }
    }
    Ok(Commit { sha: sha.to_owned(), at: Millis(seconds.saturating_mul(1000)), identities })
}

/// The lines that a difference without context adds, from 1, both ends included.
fn added_lines(diff: &str) -> Vec<(usize, usize)> {
    let mut out = Vec::new();
    for line in diff.lines().filter_map(|line| line.strip_prefix("@@ -")) {
        let Some((_, rest)) = line.split_once('+') else { continue };
        let spelled = rest.split(' ').next().unwrap_or_default();
        let (from, count) = spelled.split_once(',').unwrap_or((spelled, "1"));
        if let (Ok(from), Ok(count)) = (from.parse::<usize>(), count.parse::<usize>())
            && count > 0
        {
            out.push((from, from + count - 1));
        }
    }
    out
}

#[test]
fn added_lines_are_read_from_a_difference() {
    let diff = "diff --git a/a b/a\n--- a/a\n+++ b/a\n@@ -0,0 +1,3 @@\n+a\n+b\n+@@ -1 +9 @@\n\
                @@ -7 +9 @@ fn x() {\n-old\n+new\n@@ -12,2 +13,0 @@\n-gone\n-gone\n";
    assert_eq!(added_lines(diff), [(1, 3), (9, 9)]);
}
