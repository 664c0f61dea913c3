//! Drafts: unsaved text of a file that has no history (yet), as the operations since the file was
//! last read or saved. Owns their vocabulary and the copies of such files beside the library.
//!
//! A copy is made once, when the first operation comes, so that the text can be put together even
//! when the file is another by then. Knows no session.

use super::{StoreError, place};
use serde::{Deserialize, Serialize};
use std::fs::{self, OpenOptions};
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

/// What a draft is of.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DraftHead {
    /// Absolute.
    pub path: String,
    /// SHA-256 in hexadecimal of the file on which the first operation was made; empty when there
    /// was none.
    pub hash: String,
    /// Milliseconds since the epoch.
    pub at: u64,
}

/// Replaces characters. Positions are characters of the text before the operation.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Splice(pub usize, pub usize, pub String);

/// One thing that happens to a draft.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum DraftStep {
    /// An operation; the head comes with the first.
    Op { head: Option<DraftHead>, row: u64, op: Vec<Splice> },
    /// The text after `rows` operations has this hash, and is about to be saved.
    Mark { rows: u64, hash: String },
    /// It is the draft of another file from now on.
    Move(String),
    /// It is this process's from now on.
    Take,
    /// Nobody's: whoever opens the file next goes on with it.
    Leave,
    /// Saved or discarded.
    End,
}

/// A draft that nobody works on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Draft {
    pub id: String,
    pub head: DraftHead,
    pub ops: Vec<Vec<Splice>>,
    /// How many operations came before a save, and the hash of what was saved.
    pub marks: Vec<(u64, String)>,
}

impl Draft {
    /// How many of the operations a file with this hash has already; `None` when it is another.
    pub fn fits(&self, hash: &str) -> Option<usize> {
        let marks = self.marks.iter().rev().map(|(rows, hash)| (*rows, hash.as_str()));
        let (rows, _) =
            marks.chain([(0, self.head.hash.as_str())]).find(|(_, known)| *known == hash)?;
        usize::try_from(rows).ok()
    }
}

fn folder(dir: &Path) -> PathBuf {
    dir.join("drafts")
}

fn copy_path(dir: &Path, id: &str) -> PathBuf {
    // Ids are made here: letters and digits.
    folder(dir).join(format!("{id}.base"))
}

/// Keeps a copy of the file that a draft is of, whole or not at all.
pub fn keep_copy<'a>(
    dir: &Path,
    id: &str,
    parts: impl Iterator<Item = &'a [u8]>,
) -> Result<(), StoreError> {
    let path = copy_path(dir, id);
    let failed = |error: &io::Error| StoreError::io("writing", &path, error);
    place::private_dir(&folder(dir))?;
    // A temporary file is its owner's only.
    let temporary = tempfile::Builder::new().prefix(".copy-").tempfile_in(folder(dir));
    let mut temporary = temporary.map_err(|error| failed(&error))?;
    for part in parts {
        temporary.write_all(part).map_err(|error| failed(&error))?;
    }
    temporary.as_file().sync_all().map_err(|error| failed(&error))?;
    temporary.persist(&path).map_err(|error| failed(&error.error))?;
    Ok(())
}

/// The copy of the file that a draft is of.
pub fn copy(dir: &Path, id: &str) -> Option<Vec<u8>> {
    fs::read(copy_path(dir, id)).ok()
}

pub fn has_copy(dir: &Path, id: &str) -> bool {
    copy_path(dir, id).exists()
}

pub(super) fn drop_copy(dir: &Path, id: &str) {
    let _ = fs::remove_file(copy_path(dir, id));
}

/// Removes the copies that belong to no draft.
pub(super) fn sweep(dir: &Path, known: &[String]) {
    let Ok(entries) = fs::read_dir(folder(dir)) else { return };
    for entry in entries.flatten() {
        let name = entry.file_name().to_string_lossy().into_owned();
        if !known.iter().any(|id| name == format!("{id}.base")) {
            let _ = fs::remove_file(entry.path());
        }
    }
}

/// Puts a text beside the library, where its owner finds it. Returns its path.
pub fn rescue<'a>(
    dir: &Path,
    name: &str,
    parts: impl Iterator<Item = &'a [u8]>,
) -> Result<PathBuf, StoreError> {
    let folder = dir.join("recovered");
    place::private_dir(&folder)?;
    for number in 0.. {
        let path = match number {
            0 => folder.join(name),
            _ => folder.join(format!("{number}-{name}")),
        };
        let failed = |error: &io::Error| StoreError::io("writing", &path, error);
        let mut options = OpenOptions::new();
        options.write(true).create_new(true);
        place::private(&mut options);
        let mut file = match options.open(&path) {
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => continue,
            other => other.map_err(|error| failed(&error))?,
        };
        let written = parts.into_iter().try_for_each(|part| file.write_all(part));
        let written = written.and_then(|()| file.sync_all());
        if let Err(error) = written {
            let _ = fs::remove_file(&path);
            return Err(failed(&error));
        }
        return Ok(path);
    }
    Err(StoreError::Exists(folder.display().to_string()))
}
