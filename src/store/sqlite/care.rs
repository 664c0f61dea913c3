//! Looking after a library: deleting a session and its traces, backing up, restoring.

use super::{SqliteStore, beside, derive, file, now, schema, search, seed, transaction};
use crate::base::{EventId, Rand, WriterId};
use crate::store::locks::Gate;
use crate::store::{Deleted, StoreError, place};
use rusqlite::backup::Backup;
use rusqlite::{Connection, OpenFlags};
use std::collections::BTreeSet;
use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::time::Duration;

impl SqliteStore {
    /// Deletes a session with all that belongs to it, and its bytes from the files.
    ///
    /// # Errors
    /// `InUse` when another living process has the session open, or writes in it: it would write on.
    pub fn delete_session(&mut self, session: EventId) -> Result<Deleted, StoreError> {
        let me = self.process()?.to_string();
        self.open_bursts.clear();
        let gate = Gate::enter(&self.dir)?;
        let said = session.to_string();
        for process in gate.names()? {
            if process != me && gate.take(&process)?.is_none() && gate.says(&process)? == said {
                return Err(StoreError::InUse(format!("session {}", session.short())));
            }
        }
        for process in self.writers_in(session)? {
            if process == me {
                continue;
            }
            match gate.take(&process)? {
                None => return Err(StoreError::InUse(format!("session {}", session.short()))),
                // Released at once; the gate keeps everybody else from taking it.
                Some(_dead) => {}
            }
        }
        let conn = &self.conn;
        let events = transaction(conn, || {
            schema::set_meta(conn, "deleting", &session.to_string())?;
            let events = conn.execute("DELETE FROM event WHERE session = ?1", [session.0])?;
            for sql in [
                "DELETE FROM wip WHERE writer IN (SELECT writer FROM writer WHERE session = ?1)",
                "DELETE FROM burst WHERE writer IN (SELECT writer FROM writer WHERE session = ?1)",
                "DELETE FROM writer WHERE session = ?1",
                "DELETE FROM stream_part
                 WHERE turn IN (SELECT turn FROM stream WHERE session = ?1)",
                "DELETE FROM stream_thought
                 WHERE turn IN (SELECT turn FROM stream WHERE session = ?1)",
                "DELETE FROM stream WHERE session = ?1",
                "DELETE FROM view WHERE session = ?1",
                "DELETE FROM snapshot WHERE session = ?1",
            ] {
                conn.execute(sql, [session.0])?;
            }
            search::forget(conn, session)?;
            derive::forget(conn, Some(session))?;
            conn.execute("DELETE FROM meta WHERE key = 'deleting'", [])?;
            Ok(events as u64)
        })?;
        drop(gate);
        self.mine = self.registered(&me)?;
        Ok(Deleted { events, scrubbed: self.scrub()? })
    }

    /// Says to other processes that this one has a session open.
    pub fn note_open(&mut self, session: EventId) -> Result<(), StoreError> {
        match &mut self.alive {
            Some(alive) => alive.say(&session.to_string()),
            // Who only looks writes nothing that could be lost.
            None => Ok(()),
        }
    }

    fn registered(&self, process: &str) -> Result<BTreeSet<WriterId>, StoreError> {
        let mut query = self.conn.prepare("SELECT writer FROM writer WHERE process = ?1")?;
        let found =
            query.query_map([process], |row| Ok(WriterId(row.get::<_, i64>(0)?.unsigned_abs())))?;
        Ok(found.collect::<Result<_, _>>()?)
    }

    fn writers_in(&self, session: EventId) -> Result<Vec<String>, StoreError> {
        let mut query =
            self.conn.prepare("SELECT DISTINCT process FROM writer WHERE session = ?1")?;
        let found = query.query_map([session.0], |row| row.get(0))?;
        Ok(found.collect::<Result<_, _>>()?)
    }

    /// Removes what was deleted or redacted from the files for good: rewrites the library and
    /// empties its journal. `false` when another process kept the journal busy or the disk has no
    /// room to do so now.
    pub fn scrub(&mut self) -> Result<bool, StoreError> {
        self.writable()?;
        self.conn.flush_prepared_statement_cache();
        let done = self.conn.execute_batch("VACUUM").and_then(|()| {
            self.conn.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |row| row.get::<_, i64>(0))
        });
        match done.map_err(StoreError::from) {
            Ok(busy) => Ok(busy == 0),
            Err(StoreError::Busy | StoreError::Full) => Ok(false),
            Err(error) => Err(error),
        }
    }

    /// Writes a copy of the library, whole and consistent, to the new file `to`.
    ///
    /// # Errors
    /// `Exists` when there is one.
    pub fn backup(&self, to: &Path) -> Result<(), StoreError> {
        if to.exists() {
            return Err(StoreError::Exists(to.display().to_string()));
        }
        let dir = match to.parent() {
            Some(dir) if !dir.as_os_str().is_empty() => dir,
            _ => Path::new("."),
        };
        if !dir.is_dir() {
            return Err(StoreError::NoFolder(dir.display().to_string()));
        }
        let copy = copied(&self.conn, dir)?;
        copy.persist_noclobber(to).map_err(|error| {
            if error.error.kind() == std::io::ErrorKind::AlreadyExists {
                StoreError::Exists(to.display().to_string())
            } else {
                StoreError::io("making", to, &error.error)
            }
        })?;
        sync_dir(dir)
    }

    /// Makes the library in `dir` from the backup `from`. A library that is there already is kept
    /// under another name, which is returned.
    ///
    /// # Errors
    /// `InUse` while a cowrite has the library open; what [`Self::open`] says of a file that is no
    /// library; `BadBackup` when the backup does not hold together.
    pub fn restore(from: &Path, dir: &Path) -> Result<Option<PathBuf>, StoreError> {
        if !from.is_file() {
            return Err(StoreError::NotALibrary(from.display().to_string()));
        }
        place::private_dir(dir)?;
        place::refuse_network(dir)?;
        let gate = Gate::enter(dir)?;
        if gate.others("")? {
            return Err(StoreError::InUse(dir.display().to_string()));
        }
        let backup = whole(from).map_err(|why| match why {
            StoreError::Corrupt(why) => {
                let why = why.split_whitespace().collect::<Vec<_>>().join(" ");
                StoreError::BadBackup { path: from.display().to_string(), why }
            }
            other => other,
        })?;
        let copy = copied(&backup, dir)?;

        let path = file(dir);
        let kept = if path.exists() {
            let name = Rand::new(seed()?).ulid(now());
            let kept = dir.join(format!("library-{name}.db"));
            // The journal belongs to its file and goes with it.
            for suffix in ["-wal", ""] {
                let (old, new) = (beside(&path, suffix), beside(&kept, suffix));
                if old.exists() {
                    fs::rename(&old, &new).map_err(|e| StoreError::io("renaming", &old, &e))?;
                }
            }
            let _ = fs::remove_file(beside(&path, "-shm"));
            Some(kept)
        } else {
            None
        };
        copy.persist_noclobber(&path)
            .map_err(|error| StoreError::io("making", &path, &error.error))?;
        sync_dir(dir)?;
        Ok(kept)
    }
}

/// A backup, checked throughout.
fn whole(from: &Path) -> Result<Connection, StoreError> {
    let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let backup = Connection::open_with_flags(from, flags)?;
    if !schema::check(&backup, from)? {
        return Err(StoreError::NotALibrary(from.display().to_string()));
    }
    let said: String = backup.query_row("PRAGMA quick_check(1)", [], |row| row.get(0))?;
    if said == "ok" { Ok(backup) } else { Err(StoreError::Corrupt(said)) }
}

/// A copy of a library as one synced file in `dir`, that takes itself for a copy.
fn copied(from: &Connection, dir: &Path) -> Result<tempfile::TempPath, StoreError> {
    let path = tempfile::Builder::new()
        .prefix(".cowrite-copy-")
        .suffix(".db")
        .tempfile_in(dir)
        .map_err(|error| StoreError::io("making a file in", dir, &error))?
        .into_temp_path();
    let mut to = Connection::open(&path)?;
    // In one step: in this journal mode readers keep nobody from writing, and steps would begin
    // again whenever somebody does.
    Backup::new(from, &mut to)?.run_to_completion(i32::MAX, Duration::ZERO, None)?;
    to.execute_batch("PRAGMA journal_mode = DELETE; PRAGMA secure_delete = ON;")?;
    schema::set_meta(&to, "place", "{\"token\":\"a copy\",\"file\":null}")?;
    to.close().map_err(|(_, error)| StoreError::from(error))?;
    File::open(&path)
        .and_then(|file| file.sync_all())
        .map_err(|error| StoreError::io("syncing", &path, &error))?;
    Ok(path)
}

fn sync_dir(dir: &Path) -> Result<(), StoreError> {
    #[cfg(unix)]
    File::open(dir)
        .and_then(|dir| dir.sync_all())
        .map_err(|error| StoreError::io("syncing", dir, &error))?;
    #[cfg(not(unix))]
    let _ = dir;
    Ok(())
}
