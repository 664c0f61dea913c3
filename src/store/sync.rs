//! The barrier: brings what was written to the disk, from any thread.
//!
//! With `synchronous=NORMAL` a commit is in the write-ahead log, where it survives the process;
//! syncing that file makes it survive a power cut. SQLite syncs the database file itself when it
//! moves pages there. Only the journal is opened here: closing a second handle of the *database*
//! file would let SQLite's locks on it go.

use std::fs::{File, OpenOptions};
use std::io;
use std::path::PathBuf;
use std::sync::{Mutex, PoisonError};

/// Syncs the journal of a library without holding any lock of it.
pub struct Syncer {
    wal: PathBuf,
    open: Mutex<Option<File>>,
}

impl Syncer {
    pub(super) fn new(wal: PathBuf) -> Self {
        Self { wal, open: Mutex::new(None) }
    }

    /// Returns when everything that was written before the call is on the disk. Takes about as
    /// long as the disk needs: milliseconds.
    pub fn sync(&self) -> io::Result<()> {
        let mut open = self.open.lock().unwrap_or_else(PoisonError::into_inner);
        match open.as_ref().filter(|journal| is_there(journal)) {
            Some(journal) => journal.sync_data(),
            None => {
                *open = self.begin()?;
                Ok(())
            }
        }
    }

    /// Opens the journal and syncs all of it; nothing where there is none.
    fn begin(&self) -> io::Result<Option<File>> {
        let file = match OpenOptions::new().read(true).write(true).open(&self.wal) {
            Ok(file) => file,
            // No journal: everything is in the database file, synced.
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(error),
        };
        file.sync_data()?;
        // The name of a new file is only safe with its directory.
        #[cfg(unix)]
        if let Some(dir) = self.wal.parent() {
            File::open(dir)?.sync_all()?;
        }
        Ok(Some(file))
    }
}

/// Whether a journal still has a name. It is removed when everybody has closed the library, and
/// made anew with the next opening.
#[cfg(unix)]
fn is_there(journal: &File) -> bool {
    use std::os::unix::fs::MetadataExt as _;
    journal.metadata().is_ok_and(|meta| meta.nlink() > 0)
}

/// Where nothing says, it is opened anew each time.
#[cfg(not(unix))]
fn is_there(_journal: &File) -> bool {
    false
}
