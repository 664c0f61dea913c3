//! Which session file and which text belong together: in a repository, or in a folder that is shared
//! by mail or by being synced.

use super::shared::is_session_file;
use crate::base::{DocId, EventId};
use crate::event::{Envelope, Event};
use crate::session::Session;
use std::io::{BufRead as _, BufReader, Read as _};
use std::path::{Component, Path, PathBuf};

/// The most session files that are looked into for the one of a text.
const LOOKED_INTO: usize = 64;
/// How far each of them is looked into, in bytes: a document is added early.
const LOOKED_AT: u64 = 16 << 20;

/// The most folders of a repository that are looked into where a text has no session file near it.
const FOLDERS: usize = 2000;
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

/// The session files around a text: beside it, in `sessions/` and at the root of its repository.
/// Without a repository its folder is the root.
pub(super) fn files_around(path: &Path) -> Vec<PathBuf> {
    let Some(root) = repository(path).or_else(|| path.parent()) else { return Vec::new() };
    let mut folders = vec![root.join("sessions"), root.to_path_buf()];
    folders.extend(path.parent().map(Path::to_path_buf));
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
    found.or_else(|| {
        let far = files_in(repository(path)?, FOLDERS, &|it| is_session_file(&it.path()));
        far.into_iter().filter(|file| !near.contains(file)).find_map(of)
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
    // What was made in no repository knows only its name: that counts beside the text.
    let own = path.file_name().filter(|_| folder_of(file) == path.parent());
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
