//! The library that a program works with.

use crate::store::SqliteStore;
use std::path::PathBuf;

/// The library of this machine, or none: then nothing is kept beside the file.
#[derive(Default)]
pub struct Library {
    pub store: Option<SqliteStore>,
    /// The last row of the log that the opened session has.
    pub last_rid: i64,
}

impl Library {
    pub fn dir(&self) -> Option<PathBuf> {
        self.store.as_ref().map(|store| store.dir().to_path_buf())
    }
}
