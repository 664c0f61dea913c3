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
/// text's path, or lies beside it and is of its name.
pub fn find(path: &Path, hint: &str) -> Option<(PathBuf, EventId, DocId)> {
    files_around(path).into_iter().find_map(|file| {
        let (session, doc) = added(&file, path, hint)?;
        Some((file, session, doc))
    })
}

/// The document of a session file that is the text at `path`, whose hint is `hint`.
pub(super) fn added(file: &Path, path: &Path, hint: &str) -> Option<(EventId, DocId)> {
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
            return None;
        }
        if memchr::memmem::find(&line, br#""kind":"document.added""#).is_none() {
            continue;
        }
        let text = String::from_utf8_lossy(&line);
        let Ok(event) = Envelope::parse(text.trim_end()) else { continue };
        if let Ok(Event::DocumentAdded { doc, hint: Some(known), .. }) = Event::decode(&event)
            && (known.as_str() == hint || is_own(known.as_str()))
        {
            return Some((event.session_id(), doc));
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
