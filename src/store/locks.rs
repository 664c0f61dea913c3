//! Who is alive: one locked file per process beside the library.
//!
//! The operating system lets a lock go when its process dies, however it dies; so whoever gets a
//! process's lock knows that it is dead. Every step here happens behind the gate, a lock that is
//! held for microseconds, so that nobody sees a lock file between its making and its locking.
//! Knows nothing of what the library holds.

use super::StoreError;
use std::fs::{self, File, OpenOptions, TryLockError};
use std::io::{Seek as _, SeekFrom, Write as _};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

/// How long the gate is waited for. It is held only while a library is opened or looked over.
const PATIENCE: Duration = Duration::from_secs(20);

fn folder(dir: &Path) -> PathBuf {
    dir.join("locks")
}

/// The right to make, take and judge locks. Let go when dropped.
pub struct Gate {
    dir: PathBuf,
    _file: File,
}

/// A lock of a process that is dead, taken over.
pub struct Taken {
    path: PathBuf,
    /// Held until the taker is done.
    _file: File,
}

impl Taken {
    /// Removes the lock file: nobody needs to look at it again.
    pub fn remove(self) {
        let _ = fs::remove_file(&self.path);
    }
}

impl Gate {
    /// Waits for the gate of the library in `dir`.
    pub fn enter(dir: &Path) -> Result<Self, StoreError> {
        let folder = folder(dir);
        super::place::private_dir(&folder)?;
        let path = folder.join("open.lock");
        let file = lock_file(&path)?;
        let since = Instant::now();
        loop {
            match file.try_lock() {
                Ok(()) => return Ok(Self { dir: dir.into(), _file: file }),
                #[allow(
                    clippy::disallowed_methods,
                    reason = "no lock can be waited for with a limit"
                )]
                Err(TryLockError::WouldBlock) if since.elapsed() < PATIENCE => {
                    std::thread::sleep(Duration::from_millis(2));
                }
                Err(TryLockError::WouldBlock) => return Err(StoreError::Busy),
                Err(TryLockError::Error(why)) => return Err(no_locks(dir, &why)),
            }
        }
    }

    /// Makes and holds the lock of this process.
    pub fn live(&self, name: &str) -> Result<Alive, StoreError> {
        let path = folder(&self.dir).join(format!("{name}.lock"));
        let file = lock_file(&path)?;
        match file.try_lock() {
            Ok(()) => Ok(Alive { name: name.into(), path, file }),
            Err(TryLockError::WouldBlock) => Err(StoreError::InUse(path.display().to_string())),
            Err(TryLockError::Error(why)) => Err(no_locks(&self.dir, &why)),
        }
    }

    /// The lock of process `name`, or nothing while it lives. A process without a lock file is
    /// dead: only its owner or its taker removes it.
    pub fn take(&self, name: &str) -> Result<Option<Taken>, StoreError> {
        let path = folder(&self.dir).join(format!("{name}.lock"));
        let file = lock_file(&path)?;
        match file.try_lock() {
            Ok(()) => Ok(Some(Taken { path, _file: file })),
            Err(TryLockError::WouldBlock) => Ok(None),
            Err(TryLockError::Error(why)) => Err(no_locks(&self.dir, &why)),
        }
    }

    /// What a process says that it has open, in the words it chose; nothing of one that says nothing.
    ///
    /// # Errors
    /// Where the system lets nobody read a locked file.
    pub fn says(&self, name: &str) -> Result<String, StoreError> {
        let path = folder(&self.dir).join(format!("{name}.lock"));
        let said = fs::read(&path).map_err(|error| StoreError::io("reading", &path, &error))?;
        Ok(String::from_utf8_lossy(&said).into_owned())
    }

    /// The names of the processes that have a lock file, sorted.
    pub fn names(&self) -> Result<Vec<String>, StoreError> {
        let folder = folder(&self.dir);
        let entries = fs::read_dir(&folder).map_err(|e| StoreError::io("reading", &folder, &e))?;
        let mut names: Vec<String> = entries
            .flatten()
            .filter_map(|entry| entry.file_name().into_string().ok())
            .filter_map(|name| name.strip_suffix(".lock").map(String::from))
            .filter(|name| name != "open")
            .collect();
        names.sort_unstable();
        Ok(names)
    }

    /// Whether a process other than `me` lives. Removes the lock files of the dead.
    pub fn others(&self, me: &str) -> Result<bool, StoreError> {
        let mut alive = false;
        for name in self.names()? {
            if name == me {
                continue;
            }
            match self.take(&name)? {
                None => alive = true,
                Some(taken) => taken.remove(),
            }
        }
        Ok(alive)
    }
}

/// The lock that says that this process lives. Its file is removed when it is dropped.
pub struct Alive {
    pub name: String,
    path: PathBuf,
    file: File,
}

impl Alive {
    /// Says to whoever asks what this process has open.
    pub fn say(&mut self, words: &str) -> Result<(), StoreError> {
        let said = self.file.set_len(0).and_then(|()| {
            self.file.seek(SeekFrom::Start(0))?;
            self.file.write_all(words.as_bytes())
        });
        said.map_err(|error| StoreError::io("writing", &self.path, &error))
    }
}

impl Drop for Alive {
    fn drop(&mut self) {
        let _ = fs::remove_file(&self.path);
    }
}

fn lock_file(path: &Path) -> Result<File, StoreError> {
    let mut options = OpenOptions::new();
    // What it says stays until its owner is gone.
    options.read(true).write(true).create(true).truncate(false);
    super::place::private(&mut options);
    options.open(path).map_err(|error| StoreError::io("opening", path, &error))
}

fn no_locks(dir: &Path, why: &std::io::Error) -> StoreError {
    StoreError::NoLocks { path: dir.display().to_string(), why: why.to_string() }
}
