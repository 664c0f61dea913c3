//! The barrier: brings what was written to the disk, from any thread.
//!
//! With `synchronous=NORMAL` a commit is in the write-ahead log, where it survives the process;
//! syncing that file makes it survive a power cut. SQLite syncs the database file itself when it
//! moves pages there. Only the journal is opened here: closing a second handle of the *database*
//! file would let SQLite's locks on it go.

use super::place;
use std::fs::{File, OpenOptions};
use std::io;
use std::path::PathBuf;
use std::sync::{Mutex, PoisonError};

/// Syncs the journal of a library without holding any lock of it.
pub struct Syncer {
    wal: PathBuf,
    open: Mutex<Option<Journal>>,
}

/// The journal as it was opened, and which file it was.
struct Journal {
    file: File,
    identity: Option<(u64, u64)>,
}

impl Syncer {
    pub(super) fn new(wal: PathBuf) -> Self {
        Self { wal, open: Mutex::new(None) }
    }

    /// Returns when everything that was written before the call is on the disk. Takes about as
    /// long as the disk needs: milliseconds.
    pub fn sync(&self) -> io::Result<()> {
        let mut open = self.open.lock().unwrap_or_else(PoisonError::into_inner);
        let now = place::identity(&self.wal);
        // The journal is made anew when a library was closed by everybody in between.
        if open.as_ref().is_none_or(|journal| journal.identity != now) {
            *open = None;
            let file = match OpenOptions::new().read(true).write(true).open(&self.wal) {
                Ok(file) => file,
                // No journal: everything is in the database file, synced.
                Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(()),
                Err(error) => return Err(error),
            };
            file.sync_data()?;
            // The name of a new file is only safe with its directory.
            #[cfg(unix)]
            if let Some(dir) = self.wal.parent() {
                File::open(dir)?.sync_all()?;
            }
            *open = Some(Journal { file, identity: now });
            return Ok(());
        }
        match open.as_ref() {
            Some(journal) => journal.file.sync_data(),
            None => Ok(()),
        }
    }
}
