//! What git tells of a text: which of its versions were committed before the one that the file holds.
//! Who reverted a commit, or settled a merge for one side, decided after these that the file is so;
//! a file that came late, or an older version that was checked out, decides nothing.
//!
//! Asks the program `git`, reads only, and never fetches anything. Where it is not there, or takes too
//! long, nothing is told.

use super::around::repository;
use super::files::{FileError, HISTORY_BYTES, read_file};
use crate::base::{DocId, Sha, sha256_hex};
use crate::session::Session;
use crate::state::{OpenedFile, may_be_decided};
use std::collections::BTreeSet;
use std::io::{BufRead, BufReader, Read, Write};
use std::path::Path;
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};
use std::sync::mpsc::channel;
use std::time::Duration;

/// How long git may take, each time.
const PATIENCE: Duration = Duration::from_secs(2);
/// How many commits of the text are looked at, the newest.
const COMMITS: &str = "--max-count=128";
/// How far back a rebase, and a new name, are looked for.
const RECENT: &str = "--max-count=32";
/// Longer ones are no documents. In bytes.
const LONGEST: u64 = 10 << 20;
/// So much is read of all versions together. In bytes.
const MOST: u64 = 64 << 20;

/// Tells a file of the versions that were committed before it, as hashes of what a file holds then;
/// none where it is not the committed one.
pub(super) fn look(file: &mut OpenedFile) {
    if file.exists && !file.text.is_empty() {
        file.committed = before(&file.path, &file.stamp.hash).unwrap_or_default();
    }
}

/// The same for a file that is being opened, where git could tell something of it.
pub(super) fn look_for(file: &mut OpenedFile, session: Option<&Session>, doc: &DocId) {
    let entry = session.and_then(|session| session.documents.get(doc));
    if entry.is_some_and(|entry| may_be_decided(entry, &file.stamp.hash)) {
        look(file);
    }
}

/// The text of a session as its file holds it, where that is another; `None` for one that has no
/// history of its own.
pub fn as_on_disk(
    path: &Path,
    session: &Session,
    doc: &DocId,
) -> Result<Option<OpenedFile>, FileError> {
    let mut file = read_file(path)?;
    let entry = session.documents.get(doc).filter(|_| file.text.len() <= HISTORY_BYTES);
    let differs = entry.is_some_and(|entry| *entry.document.rope() != file.text.as_str());
    if differs {
        look_for(&mut file, Some(session), doc);
    }
    Ok(differs.then_some(file))
}

fn before(path: &Path, hash: &str) -> Option<BTreeSet<String>> {
    let root = repository(path)?;
    let name = path.strip_prefix(root).ok()?.to_str().filter(|name| !name.contains('\n'))?;
    let head = objects(root, &[&format!("HEAD:{name}"), "MERGE_HEAD"])?;
    let is_merging = head.get(1)?.is_some();
    // In the middle of a merge the file is settled before it is committed.
    if !is_merging && !head.first()?.as_ref()?.iter().any(|one| one == hash) {
        return None;
    }
    let mut heads = vec!["HEAD".to_owned()];
    heads.extend(is_merging.then(|| "MERGE_HEAD".to_owned()));
    heads.extend(rebased(root));
    let mut log = vec!["log", "--format=", "--raw", "--no-abbrev", COMMITS];
    // Both sides of a merge, whichever of them it took.
    log.extend(["--full-history", "-m", "--no-renames"]);
    log.extend(heads.iter().map(String::as_str));
    log.extend(["--", name]);
    let told = run(root, log.into_iter(), &[], read_all)?;
    let mut ids: Vec<&str> = Vec::new();
    for line in told.lines().filter_map(|line| line.strip_prefix(':')) {
        let mut both = line.split(' ').skip(2).take(2);
        ids.extend(both.by_ref().filter(|id| id.bytes().any(|sign| sign != b'0')));
    }
    let mut seen = BTreeSet::new();
    ids.retain(|id| seen.insert(*id));
    let mut all: BTreeSet<String> = objects(root, &ids)?.into_iter().flatten().flatten().collect();
    all.remove(hash);
    Some(all)
}

/// What the branch was before it was rebased last, if that is not long ago.
fn rebased(root: &Path) -> Option<String> {
    let told = run(root, ["reflog", "--format=%H %gs", RECENT, "HEAD"].into_iter(), &[], read_all)?;
    let mut steps = told.lines();
    let is_part = |step: &&str| {
        let said = step.split_once(' ').map_or("", |(_, said)| said);
        said.starts_with("rebase")
            || said.starts_with("pull --rebase")
            || said.starts_with("pull -r")
    };
    steps.find(is_part)?;
    // The first one before it.
    let before = steps.find(|step| !is_part(step))?;
    before.split(' ').next().map(str::to_owned)
}

fn read_all(mut out: ChildStdout) -> Option<String> {
    let mut told = String::new();
    out.read_to_string(&mut told).ok()?;
    Some(told)
}

/// The names that a text had in git before this one, the newest first.
pub(super) fn earlier_names(path: &Path) -> Vec<String> {
    let Some(root) = repository(path) else { return Vec::new() };
    let name = path.strip_prefix(root).ok().and_then(Path::to_str);
    let Some(name) = name.filter(|name| !name.contains('\n')) else { return Vec::new() };
    // Each rename with how like both are, the old name and the new one.
    let log = ["log", "--follow", "--name-status", "--format=", "--diff-filter=R", RECENT];
    let log = log.into_iter();
    let told = run(root, log.chain(["--", name]), &[], read_all).unwrap_or_default();
    let old = |line: &str| line.split('\t').nth(1).map(str::to_owned);
    told.lines().filter_map(old).collect()
}

/// The hashes of what a file may hold that is one of these objects: with its line ends as they are,
/// and as they stand where git changes them. `None` for one that is not there.
fn objects(root: &Path, names: &[&str]) -> Option<Vec<Option<Vec<String>>>> {
    if names.is_empty() {
        return Some(Vec::new());
    }
    let lines: String = names.iter().map(|name| format!("{name}\n")).collect();
    let count = names.len();
    run(root, ["cat-file", "--batch"].into_iter(), lines.as_bytes(), move |out| {
        let mut out = BufReader::new(out);
        let mut all = Vec::with_capacity(count);
        let mut left = MOST;
        for _ in 0..count {
            let mut head = String::new();
            out.read_line(&mut head).ok()?;
            let head = head.trim_end();
            if head.ends_with(" missing") || head.ends_with(" ambiguous") {
                all.push(None);
                continue;
            }
            let size: u64 = head.rsplit(' ').next()?.parse().ok()?;
            left = left.checked_sub(size)?;
            if size > LONGEST {
                std::io::copy(&mut out.by_ref().take(size + 1), &mut std::io::sink()).ok()?;
                all.push(Some(Vec::new()));
                continue;
            }
            let mut bytes = vec![0; size as usize + 1];
            out.read_exact(&mut bytes).ok()?;
            bytes.pop();
            all.push(Some(vec![sha256_hex(&bytes), with_cr(&bytes)]));
        }
        Some(all)
    })
}

/// The hash of a text with CR LF at the end of each line.
fn with_cr(bytes: &[u8]) -> String {
    let mut sha = Sha::default();
    for line in bytes.split_inclusive(|byte| *byte == b'\n') {
        match line.strip_suffix(b"\n") {
            Some(body) => {
                sha.update(body.strip_suffix(b"\r").unwrap_or(body));
                sha.update(b"\r\n");
            }
            None => sha.update(line),
        }
    }
    sha.finish()
}

/// Runs git and reads what it tells; nothing where that takes too long.
fn run<'a, T: Send + 'static>(
    root: &Path,
    args: impl Iterator<Item = &'a str>,
    input: &[u8],
    read: impl FnOnce(ChildStdout) -> Option<T> + Send + 'static,
) -> Option<T> {
    let mut child = Command::new("git")
        .arg("-C")
        .arg(root)
        .args(["--no-pager", "--literal-pathspecs"])
        // No program of the repository's configuration is run, and names are told as they are.
        .args(["-c", "log.showSignature=false", "-c", "core.quotePath=false"])
        .args(args)
        // What is not here is not fetched, and nothing of the repository is written.
        .env("GIT_ALLOW_PROTOCOL", "none")
        .env("GIT_NO_LAZY_FETCH", "1")
        .env("GIT_OPTIONAL_LOCKS", "0")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .ok()?;
    let pipes = child.stdin.take().zip(child.stdout.take());
    let told = pipes.and_then(|(mut stdin, stdout): (ChildStdin, ChildStdout)| {
        // A pipe holds all of it.
        stdin.write_all(input).ok()?;
        drop(stdin);
        let (give, taken) = channel();
        std::thread::Builder::new()
            .name("git".into())
            .spawn(move || _ = give.send(read(stdout)))
            .ok()?;
        taken.recv_timeout(PATIENCE).ok()?
    });
    end(&mut child, told.is_some());
    told
}

/// Whoever told everything ends by itself.
fn end(child: &mut Child, told: bool) {
    if !told {
        let _ = child.kill();
    }
    let _ = child.wait();
}
