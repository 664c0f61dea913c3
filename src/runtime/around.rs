//! Which session file and which text belong together: in a repository, or in a folder that is shared
//! by mail or by being synced.

use super::files::read_file;
use super::shared::is_session_file;
use crate::base::{DocId, EventId};
use crate::event::{Envelope, Event};
use crate::session::Session;
use std::collections::{BTreeMap, BTreeSet};
use std::io::{BufRead as _, BufReader, Read as _};
use std::path::{Component, Path, PathBuf};

/// The most session files that are looked into for the one of a text.
const LOOKED_INTO: usize = 64;
/// How far each of them is looked into, in bytes: a document is added early.
const LOOKED_AT: u64 = 16 << 20;

/// The most folders of a repository that are looked into where a text has no session file near it.
const FOLDERS: usize = 2000;
/// How many folders around a text are looked into on the way to the root of its repository.
const BETWEEN: usize = 16;
/// How much of all session files is read to find one by what a text holds. In bytes.
const READ: u64 = 4 * LOOKED_AT;
/// Folders that programs fill.
const MADE: [&str; 3] = ["node_modules", "target", "vendor"];

/// The folder of the repository around a path.
pub fn repository(path: &Path) -> Option<&Path> {
    path.ancestors().find(|dir| dir.join(".git").exists())
}

/// The path of a text in what it is shared with: relative to the repository around it; its name
/// where there is none.
pub(super) fn hint(path: &Path) -> Option<String> {
    let inside = path.parent().and_then(repository).and_then(|root| path.strip_prefix(root).ok());
    let hint = inside.or_else(|| path.file_name().map(Path::new))?;
    Some(hint.to_string_lossy().into_owned())
}

/// The folder that a file is shared with, by mail or in a synced folder, where it is in no
/// repository: its own, or the one whose `sessions/` it is in.
fn folder_of(file: &Path) -> Option<&Path> {
    let folder = file.parent()?;
    let is_sessions = folder.file_name().is_some_and(|name| name == "sessions");
    if is_sessions { folder.parent() } else { Some(folder) }
}

/// The session files around a text: beside it, in `sessions/` and at the root of its repository, and
/// in `sessions/` of the folders between, as of a repository that was taken into another as a folder.
/// Without a repository its folder is the root.
pub(super) fn files_around(path: &Path) -> Vec<PathBuf> {
    let Some(root) = repository(path).or_else(|| path.parent()) else { return Vec::new() };
    let mut folders = vec![root.join("sessions"), root.to_path_buf()];
    folders.extend(path.parent().map(Path::to_path_buf));
    let between = path.ancestors().skip(1).take_while(|folder| *folder != root);
    folders.extend(between.take(BETWEEN).map(|folder| folder.join("sessions")));
    folders.dedup();
    let mut files: Vec<PathBuf> = Vec::new();
    for folder in folders {
        let Ok(entries) = std::fs::read_dir(&folder) else { continue };
        let mut found: Vec<PathBuf> = entries
            .filter_map(|entry| Some(entry.ok()?.path()))
            .filter(|path| is_session_file(path) && !files.contains(path))
            .take(LOOKED_INTO)
            .collect();
        found.sort();
        files.extend(found);
    }
    files.truncate(LOOKED_INTO);
    files
}

/// Finds the session file that a text belongs to: around it, one whose document was added under the
/// text's path, or lies beside it and is of its name; else anywhere in its repository, as somebody
/// may have chosen another place for it.
pub fn find(path: &Path, hint: &str) -> Option<(PathBuf, EventId, DocId)> {
    let of = |file: PathBuf| {
        let (session, doc) = added(&file, path, hint).into_iter().next()?;
        Some((file, session, doc))
    };
    let near = files_around(path);
    let found = near.iter().cloned().find_map(of);
    found.or_else(|| far(path, &near).into_iter().find_map(of))
}

/// The session files of a repository that are not near a text of it.
fn far(path: &Path, near: &[PathBuf]) -> Vec<PathBuf> {
    let Some(root) = repository(path) else { return Vec::new() };
    let mut far = files_in(root, FOLDERS, &|it| is_session_file(&it.path()));
    far.retain(|file| !near.contains(file));
    far
}

/// Finds the session file of a text that was renamed: one with a document that was saved with just
/// this hash, and whose own file is not there. Of two files with one text neither is known for it.
pub(super) fn find_saved(path: &Path, hash: &str) -> Option<(PathBuf, EventId, DocId)> {
    let near = files_around(path);
    let mut left = READ;
    let far = far(path, &near);
    let found = near.into_iter().chain(far).find_map(|file| {
        let len = std::fs::metadata(&file).ok().filter(std::fs::Metadata::is_file)?.len();
        left = left.checked_sub(len.min(LOOKED_AT))?;
        let (session, doc) = saved_as(&file, hash)?;
        Some((file, session, doc))
    });
    let len = std::fs::metadata(path).ok()?.len();
    let of_size = |entry: &std::fs::DirEntry| entry.metadata().is_ok_and(|it| it.len() == len);
    let is_same = |other: &PathBuf| {
        other != path && read_file(other).is_ok_and(|file| file.stamp.hash == hash)
    };
    found.filter(|_| !files_like(path, &of_size).iter().any(is_same))
}

/// The same by the names that git knows of it from before, where nothing has these now.
pub(super) fn find_earlier(path: &Path) -> Option<(PathBuf, EventId, DocId)> {
    let root = repository(path)?;
    let near = files_around(path);
    let far = far(path, &near);
    let files: Vec<PathBuf> = near.into_iter().chain(far).collect();
    if files.is_empty() {
        return None;
    }
    super::committed::earlier_names(path).into_iter().find_map(|name| {
        let old = root.join(&name);
        let of = |file: &PathBuf| {
            let (session, doc) = added(file, &old, &name).into_iter().next()?;
            Some((file.clone(), session, doc))
        };
        if old.exists() { None } else { files.iter().find_map(of) }
    })
}

fn saved_as(file: &Path, hash: &str) -> Option<(EventId, DocId)> {
    let mut bytes = Vec::new();
    std::fs::File::open(file).ok()?.take(LOOKED_AT).read_to_end(&mut bytes).ok()?;
    memchr::memmem::find(&bytes, hash.as_bytes())?;
    let kinds = [&br#""kind":"document.saved""#[..], br#""kind":"document.added""#];
    let mut saved: BTreeSet<(EventId, DocId)> = BTreeSet::new();
    let mut hints: BTreeMap<(EventId, DocId), String> = BTreeMap::new();
    for line in bytes.split(|byte| *byte == b'\n') {
        if !kinds.iter().any(|kind| memchr::memmem::find(line, kind).is_some()) {
            continue;
        }
        let text = String::from_utf8_lossy(line);
        let Ok(event) = Envelope::parse(text.trim_end()) else { continue };
        match Event::decode(&event) {
            Ok(Event::DocumentSaved { doc, hash: known, .. }) if known.as_str() == hash => {
                saved.insert((event.session_id(), doc));
            }
            Ok(Event::DocumentAdded { doc, hint: Some(hint), .. }) => {
                hints.insert((event.session_id(), doc), hint.as_str().to_owned());
            }
            _ => {}
        }
    }
    saved.into_iter().find(|of| {
        // What never had a place in a repository or folder may be anywhere; and a copy of a text
        // whose file is there is a text of its own.
        let Some(hint) = hints.get(of).filter(|hint| !hint.is_empty()) else { return false };
        let roots = [repository(file), folder_of(file)];
        roots.into_iter().flatten().all(|root| !root.join(hint).exists())
    })
}

/// The files of the repository around a path, or in its folder where there is none, that are like
/// this.
pub(super) fn files_like(path: &Path, wanted: &dyn Fn(&std::fs::DirEntry) -> bool) -> Vec<PathBuf> {
    match (repository(path), path.parent()) {
        (Some(root), _) => files_in(root, FOLDERS, wanted),
        (None, Some(folder)) => files_in(folder, 1, wanted),
        (None, None) => Vec::new(),
    }
}

/// The files of a repository that are wanted, those near its root first; of so many folders.
fn files_in(root: &Path, most: usize, wanted: &dyn Fn(&std::fs::DirEntry) -> bool) -> Vec<PathBuf> {
    let mut folders = std::collections::VecDeque::from([root.to_path_buf()]);
    let mut files: Vec<PathBuf> = Vec::new();
    let mut left = most;
    while let Some(folder) = folders.pop_front() {
        let Some(less) = left.checked_sub(1) else { break };
        left = less;
        let Ok(entries) = std::fs::read_dir(&folder) else { continue };
        let mut here: Vec<_> = entries.flatten().collect();
        here.sort_by_key(std::fs::DirEntry::file_name);
        for entry in here {
            let name = entry.file_name();
            // A link leads elsewhere, and what is hidden or made by programs holds nobody's work.
            let is_folder = entry.file_type().is_ok_and(|kind| kind.is_dir());
            let hidden = name.to_string_lossy().starts_with('.');
            if is_folder && !hidden && !MADE.iter().any(|made| name == *made) {
                folders.push_back(entry.path());
            } else if !is_folder && wanted(&entry) {
                files.push(entry.path());
            }
        }
        if files.len() >= LOOKED_INTO {
            break;
        }
    }
    files.truncate(LOOKED_INTO);
    files
}

/// The documents of a session file that are the text at `path`, whose hint is `hint`: one of each
/// session that has it, as a merge may have put several into the file.
pub(super) fn added(file: &Path, path: &Path, hint: &str) -> Vec<(EventId, DocId)> {
    let mut found: Vec<(EventId, DocId)> = Vec::new();
    // What can't be read holds none.
    let _ = each_added(file, path, hint, &mut found);
    found
}

fn each_added(
    file: &Path,
    path: &Path,
    hint: &str,
    found: &mut Vec<(EventId, DocId)>,
) -> Option<()> {
    if !std::fs::metadata(file).ok()?.is_file() {
        return None;
    }
    // What was made in no repository knows only its name, and what came with its repository as a
    // folder its path in that: these count from the folder of the session file.
    let own = folder_of(file).and_then(|folder| path.strip_prefix(folder).ok());
    let is_own = |known: &str| own.is_some_and(|own| own.to_string_lossy() == known);
    let mut input = BufReader::new(std::fs::File::open(file).ok()?.take(LOOKED_AT));
    let mut line = Vec::new();
    loop {
        line.clear();
        if input.read_until(b'\n', &mut line).ok()? == 0 {
            return Some(());
        }
        if memchr::memmem::find(&line, br#""kind":"document.added""#).is_none() {
            continue;
        }
        let text = String::from_utf8_lossy(&line);
        let Ok(event) = Envelope::parse(text.trim_end()) else { continue };
        if let Ok(Event::DocumentAdded { doc, hint: Some(known), .. }) = Event::decode(&event)
            && (known.as_str() == hint || is_own(known.as_str()))
            && found.iter().all(|(session, _)| *session != event.session_id())
        {
            found.push((event.session_id(), doc));
        }
    }
}

/// The file of a document of a session file: what its hint names in the repository around the
/// session file, when that is there, else what lies beside the session file so. A hint from elsewhere
/// never leads out of the repository or the folder.
pub fn text_of(file: &Path, session: &Session) -> Option<(DocId, PathBuf)> {
    let within = |root: &Path, hint: &str| {
        let hint = Path::new(hint);
        let plain = hint.components().all(|part| matches!(part, Component::Normal(_)));
        let path = std::fs::canonicalize(root.join(hint)).ok().filter(|_| plain)?;
        let inside = path.starts_with(std::fs::canonicalize(root).ok()?);
        (inside && path.is_file()).then_some(path)
    };
    session.documents.iter().find_map(|(doc, entry)| {
        let hint = entry.hint.as_deref().filter(|hint| !hint.is_empty())?;
        let root = repository(file).and_then(|root| within(root, hint));
        let path = root.or_else(|| within(folder_of(file)?, hint))?;
        Some((doc.clone(), path))
    })
}
