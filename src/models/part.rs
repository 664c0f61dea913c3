//! What of a model file has come so far, kept for the next try under the checksum of the whole.
//!
//! Whoever writes here holds the shelf's lock. A part is never taken for whole: its checksum is
//! looked at when it has the length of the file.

use super::catalogue::{CATALOGUE, Row};
use super::error::ShelfError;
use super::shelf::Shelf;
use std::fs;
use std::path::{Path, PathBuf};

/// The folder of parts on a shelf.
const FOLDER: &str = ".partial";

impl Shelf {
    /// Where the part of a row's file is or would be.
    pub(super) fn part_of(&self, row: &Row) -> PathBuf {
        self.dir().join(FOLDER).join(row.sha256)
    }

    /// How much of a row's file an earlier try left, in bytes.
    pub fn kept(&self, row: &Row) -> u64 {
        length(&self.part_of(row))
    }

    /// Throws away what an earlier try left of a row's file. Returns how much it was, in bytes.
    pub fn forget(&self, row: &Row) -> Result<u64, ShelfError> {
        let kept = self.kept(row);
        if kept > 0 {
            let _lock = self.lock_now()?;
            let path = self.part_of(row);
            fs::remove_file(&path).map_err(ShelfError::io("Removing", &path))?;
            self.tidy_parts(None);
        }
        Ok(kept)
    }

    /// Makes the folder of parts.
    pub(super) fn open_parts(&self) -> Result<(), ShelfError> {
        let folder = self.dir().join(FOLDER);
        fs::create_dir_all(&folder).map_err(ShelfError::io("Making", &folder))
    }

    /// Takes away parts of files that can't be fetched any more, empty ones, and the folder when
    /// nothing is in it. `row` is one more that can be fetched.
    pub(super) fn tidy_parts(&self, row: Option<&Row>) {
        let folder = self.dir().join(FOLDER);
        let wanted = |path: &Path| {
            let name = path.file_name().and_then(|name| name.to_str()).unwrap_or_default();
            CATALOGUE.iter().chain(row).any(|row| row.sha256 == name) && length(path) > 0
        };
        for entry in fs::read_dir(&folder).into_iter().flatten().flatten() {
            if !wanted(&entry.path()) {
                let _ = fs::remove_file(entry.path());
            }
        }
        let _ = fs::remove_dir(&folder);
    }
}

/// Length of a file in bytes; 0 when there is none.
pub fn length(path: &Path) -> u64 {
    fs::metadata(path).ok().filter(fs::Metadata::is_file).map_or(0, |data| data.len())
}
