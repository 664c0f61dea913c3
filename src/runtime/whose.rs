//! Which session a text file is of: one rule for opening it and for every command that names it.
//! Writes nothing.

use super::around::{self, added, files_around};
use super::files::{absolute, read_file};
use super::renamed;
use crate::base::{DocId, EventId};
use crate::state::OpenedFile;
use crate::store::{SqliteStore, StoreError};
use std::path::{Path, PathBuf};

/// The session of a text file, and which of its documents the file is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Whose {
    pub session: EventId,
    pub doc: DocId,
    /// The session file that it was found in, where the library does not know of the text.
    pub file: Option<PathBuf>,
    /// Whether it was found by what the file holds: it has another name now.
    pub renamed: bool,
}

/// Finds the session of a text file: the one that it was opened in here; or that of a session file
/// of its repository or folder which names it; or one, here or in these, whose own file is gone and
/// was saved with just these bytes.
pub fn whose(store: Option<&SqliteStore>, path: &Path) -> Result<Option<Whose>, StoreError> {
    let path = absolute(path);
    if let Some(store) = store
        && let Some(binding) = store.binding(&path.to_string_lossy())?.into_iter().next()
    {
        let (session, doc) = (binding.session, binding.doc);
        return Ok(Some(Whose { session, doc, file: None, renamed: false }));
    }
    // One that can't be read has no session that could be told of.
    match read_file(&path) {
        Ok(mut file) => {
            file.hint = around::hint(&path);
            unbound(store, &path, &file)
        }
        Err(_) => Ok(None),
    }
}

/// The same, looked for only near the file: for whoever asks of many.
pub fn near(store: &SqliteStore, path: &Path) -> Result<Option<Whose>, StoreError> {
    let path = absolute(path);
    if let Some(binding) = store.binding(&path.to_string_lossy())?.into_iter().next() {
        let (session, doc) = (binding.session, binding.doc);
        return Ok(Some(Whose { session, doc, file: None, renamed: false }));
    }
    let Some(hint) = around::hint(&path) else { return Ok(None) };
    let found = files_around(&path).into_iter().find_map(|file| {
        let (session, doc) = added(&file, &path, &hint).into_iter().next()?;
        Some(Whose { session, doc, file: Some(file), renamed: false })
    });
    Ok(found)
}

/// The same of a file that the library does not know and that was read.
pub(super) fn unbound(
    store: Option<&SqliteStore>,
    path: &Path,
    file: &OpenedFile,
) -> Result<Option<Whose>, StoreError> {
    let found = file.hint.as_deref().and_then(|hint| around::find(path, hint));
    if let Some((from, session, doc)) = found {
        return Ok(Some(Whose { session, doc, file: Some(from), renamed: false }));
    }
    if !file.exists || file.text.trim().is_empty() {
        return Ok(None);
    }
    if let Some(store) = store
        && let Some((session, doc)) = renamed::same(store, file)?
    {
        return Ok(Some(Whose { session, doc, file: None, renamed: true }));
    }
    let found = file.hint.as_ref().and_then(|_| {
        let saved = around::find_saved(path, &file.stamp.hash);
        // Renamed and changed as well: git knows how it was called.
        saved.or_else(|| around::find_earlier(path))
    });
    Ok(found.map(|(from, session, doc)| Whose { session, doc, file: Some(from), renamed: true }))
}

/// A session that others began of a text: its file, and what the text is in it.
pub type Apart = (PathBuf, EventId, DocId);

/// The sessions other than this one that session files around a text have of it: two people began
/// one apart. With the file of each.
pub fn others(path: &Path, session: EventId) -> Vec<Apart> {
    let path = absolute(path);
    let Some(hint) = around::hint(&path) else { return Vec::new() };
    let mut found: Vec<Apart> = Vec::new();
    for file in files_around(&path) {
        for (other, doc) in added(&file, &path, &hint) {
            if other != session && found.iter().all(|(_, known, _)| *known != other) {
                found.push((file.clone(), other, doc));
            }
        }
    }
    found
}
