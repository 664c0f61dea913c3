//! The library: one SQLite file per user. The only place that knows the database.
//!
//! Opening and looking after it are here; what is written, read, found, left over, checked and
//! deleted has a file each.

mod care;
mod derive;
mod draft;
mod fared;
mod fault;
mod leftovers;
mod llm;
mod read;
mod redact;
mod schema;
mod search;
mod verify;
mod write;

pub use llm::llm_rows;

use super::locks::{Alive, Gate};
use super::place::{self, Place};
use super::{Options, StoreError, Syncer};
use crate::base::{Millis, Rand, WriterId, hex};
use rusqlite::{Connection, OpenFlags};
use std::collections::{BTreeMap, BTreeSet};
use std::fs::{self, OpenOptions};
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

/// How long SQLite waits for another process's transaction.
const PATIENCE: Duration = Duration::from_secs(10);

/// The library of one user, opened by one process. See [`crate::store`].
pub struct SqliteStore {
    // Closed before the lock goes: fields are dropped in this order.
    conn: Connection,
    /// Nothing when opened for reading only.
    alive: Option<Alive>,
    dir: PathBuf,
    options: Options,
    /// The writers this process registered.
    mine: BTreeSet<WriterId>,
    /// Of each of them the burst to which its operations belong: a key looks for none.
    open_bursts: BTreeMap<WriterId, i64>,
    moved: bool,
    data_version: i64,
}

fn file(dir: &Path) -> PathBuf {
    dir.join("library.db")
}

fn beside(path: &Path, suffix: &str) -> PathBuf {
    let mut name = path.as_os_str().to_os_string();
    name.push(suffix);
    name.into()
}

impl SqliteStore {
    /// Opens the library in `dir`, making both when there is none.
    ///
    /// # Errors
    /// Any [`StoreError`]; each says what to do.
    pub fn open(dir: &Path, options: Options) -> Result<Self, StoreError> {
        if options.read_only {
            return Self::open_read_only(dir, options);
        }
        place::private_dir(dir)?;
        place::refuse_network(dir)?;
        let gate = Gate::enter(dir)?;
        let path = file(dir);
        let fresh = create(&path)?;
        let beside_token = place::token_beside(dir);
        let empty = fs::metadata(&path).is_ok_and(|meta| meta.len() == 0);
        if !fresh && empty && !beside_token.is_empty() {
            return Err(StoreError::Corrupt("its file is empty".into()));
        }
        place::make_private(&path);

        let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        let conn = Connection::open_with_flags(&path, flags)?;
        conn.busy_timeout(PATIENCE)?;
        schema::check(&conn, &path)?;
        settle(&conn, options.page_limit)?;
        schema::climb(&conn)?;
        schema::caches(&conn, options.rows_version)?;

        let mut rand = Rand::new(seed()?);
        let known: Option<Place> =
            schema::meta(&conn, "place")?.and_then(|text| serde_json::from_str(&text).ok());
        let moved = known.is_some_and(|known| {
            known.token != beside_token || known.file != place::identity(&path)
        });
        mark(&conn, dir, moved, hex(&rand.bytes()[..16]))?;

        let alive = gate.live(&rand.ulid(now()))?;
        let mut store = Self {
            conn,
            alive: Some(alive),
            dir: dir.into(),
            options,
            mine: BTreeSet::new(),
            open_bursts: BTreeMap::new(),
            moved,
            data_version: 0,
        };
        store.poll()?;
        Ok(store)
    }

    fn open_read_only(dir: &Path, options: Options) -> Result<Self, StoreError> {
        let path = file(dir);
        if !path.is_file() {
            return Err(StoreError::Missing(dir.display().to_string()));
        }
        let flags = OpenFlags::SQLITE_OPEN_READ_ONLY
            | OpenFlags::SQLITE_OPEN_NO_MUTEX
            | OpenFlags::SQLITE_OPEN_URI;
        let look = |uri: String| -> Result<Connection, StoreError> {
            let conn = Connection::open_with_flags(uri, flags)?;
            conn.busy_timeout(PATIENCE)?;
            if schema::check(&conn, &path)? {
                Ok(conn)
            } else {
                Err(StoreError::Missing(dir.display().to_string()))
            }
        };
        let uri = format!("file:{}", escaped(&path));
        let conn = match look(uri.clone()) {
            // On a read-only disk the journal's shared memory cannot be made. Without a journal
            // nobody can be writing, and the file can be read as it is.
            Err(StoreError::Io { .. } | StoreError::ReadOnly)
                if fs::metadata(beside(&path, "-wal")).map_or(true, |meta| meta.len() == 0) =>
            {
                look(format!("{uri}?immutable=1"))?
            }
            other => other?,
        };
        let mut store = Self {
            conn,
            alive: None,
            dir: dir.into(),
            options,
            mine: BTreeSet::new(),
            open_bursts: BTreeMap::new(),
            moved: false,
            data_version: 0,
        };
        store.poll()?;
        Ok(store)
    }

    /// Whether the library was copied, restored or rolled back since it was last opened.
    pub fn moved(&self) -> bool {
        self.moved
    }

    /// The directory of the library. Its journal, `library.db-wal`, changes with every commit of
    /// any process, so that watching it tells when to [`Self::poll`].
    pub fn dir(&self) -> &Path {
        &self.dir
    }

    /// Whether another process, or another handle, committed since the last call.
    pub fn poll(&mut self) -> Result<bool, StoreError> {
        let mut query = self.conn.prepare_cached("PRAGMA data_version")?;
        let version: i64 = query.query_row([], |row| row.get(0))?;
        let changed = version != self.data_version;
        self.data_version = version;
        Ok(changed)
    }

    /// Gives back the memory of pages that were read: what is needed again is read again.
    pub fn shrink(&self) {
        // Without it the memory is used a little longer.
        let _ = self.conn.execute_batch("PRAGMA shrink_memory");
    }

    /// Something that brings what was written to the disk, from any thread.
    pub fn syncer(&self) -> Syncer {
        Syncer::new(beside(&file(&self.dir), "-wal"))
    }

    /// Whether another cowrite has this library open.
    pub fn live_others(&self) -> Result<bool, StoreError> {
        let Some(alive) = &self.alive else { return Ok(false) };
        Gate::enter(&self.dir)?.others(&alive.name)
    }

    /// Whether the search rows were dropped, so that the caller has to write them all again and
    /// then say [`Self::rebuilt`].
    pub fn needs_rebuild(&self) -> Result<bool, StoreError> {
        schema::rows_pending(&self.conn, self.options.rows_version)
    }

    /// The search rows are complete again.
    pub fn rebuilt(&mut self) -> Result<(), StoreError> {
        self.writable()?;
        schema::rows_done(&self.conn, self.options.rows_version)
    }

    /// A value that belongs to the library and to no session; keys are the caller's own.
    pub fn meta(&self, key: &str) -> Result<Option<String>, StoreError> {
        schema::meta(&self.conn, &format!("app.{key}"))
    }

    /// Sets a value that belongs to the library.
    pub fn set_meta(&mut self, key: &str, value: &str) -> Result<(), StoreError> {
        self.writable()?;
        schema::set_meta(&self.conn, &format!("app.{key}"), value)
    }

    /// Changes the most pages the library may have; `None` for no limit.
    pub fn set_page_limit(&mut self, limit: Option<u32>) -> Result<(), StoreError> {
        self.options.page_limit = limit;
        limit_pages(&self.conn, limit)
    }

    /// The name of this process's lock.
    fn process(&self) -> Result<&str, StoreError> {
        self.alive.as_ref().map(|alive| alive.name.as_str()).ok_or(StoreError::ReadOnly)
    }

    fn writable(&self) -> Result<(), StoreError> {
        self.process().map(|_| ())
    }
}

/// Runs `work` in one transaction that takes the write lock first.
fn transaction<T>(
    conn: &Connection,
    work: impl FnOnce() -> Result<T, StoreError>,
) -> Result<T, StoreError> {
    conn.prepare_cached("BEGIN IMMEDIATE")?.execute([])?;
    let done = work().and_then(|value| {
        conn.prepare_cached("COMMIT")?.execute([])?;
        Ok(value)
    });
    // SQLite rolls some failures back by itself.
    if done.is_err() && !conn.is_autocommit() {
        let _ = conn.execute_batch("ROLLBACK");
    }
    done
}

/// Makes the database file, readable by its owner only, before SQLite sees it; the journal gets
/// the same mode. Says whether it was made.
fn create(path: &Path) -> Result<bool, StoreError> {
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    place::private(&mut options);
    match options.open(path) {
        Ok(_) => Ok(true),
        Err(error) if error.kind() == std::io::ErrorKind::AlreadyExists => Ok(false),
        Err(error) => Err(StoreError::io("making", path, &error)),
    }
}

/// Sets up a connection that writes.
fn settle(conn: &Connection, page_limit: Option<u32>) -> Result<(), StoreError> {
    conn.set_prepared_statement_cache_capacity(96);
    let mode: String = conn.pragma_query_value(None, "journal_mode", |row| row.get(0))?;
    if mode != "wal" {
        let mode: String =
            conn.pragma_update_and_check(None, "journal_mode", "WAL", |row| row.get(0))?;
        if mode != "wal" {
            return Err(StoreError::NoLocks {
                path: conn.path().unwrap_or_default().into(),
                why: format!("the journal mode stays {mode}"),
            });
        }
    }
    conn.execute_batch(
        "PRAGMA synchronous = NORMAL;
         PRAGMA secure_delete = ON;
         PRAGMA recursive_triggers = ON;
         PRAGMA trusted_schema = OFF;
         PRAGMA cell_size_check = ON;
         PRAGMA cache_size = -4000;
         PRAGMA journal_size_limit = 67108864;",
    )?;
    limit_pages(conn, page_limit)
}

fn limit_pages(conn: &Connection, limit: Option<u32>) -> Result<(), StoreError> {
    let limit = limit.unwrap_or(u32::MAX - 1);
    conn.pragma_update_and_check(None, "max_page_count", limit, |_| Ok(()))?;
    Ok(())
}

/// Writes new marks of the place. After a move, no writer of the past belongs to this place.
/// A full disk does not keep a library from being opened: then the old marks stay.
fn mark(conn: &Connection, dir: &Path, moved: bool, token: String) -> Result<(), StoreError> {
    let place = Place { token, file: place::identity(&file(dir)) };
    let text = serde_json::to_string(&place).unwrap_or_default();
    let marked = transaction(conn, || {
        if moved {
            conn.execute("UPDATE writer SET moved = 1", [])?;
        }
        schema::set_meta(conn, "place", &text)
    });
    match marked {
        Ok(()) => {
            // When this fails, the next opening takes the library for moved: harmless.
            let _ = place::write_token(dir, &place.token);
            Ok(())
        }
        Err(StoreError::Full) if !moved => Ok(()),
        Err(error) => Err(error),
    }
}

fn seed() -> Result<[u8; 32], StoreError> {
    let mut seed = [0; 32];
    getrandom::fill(&mut seed).map_err(|error| StoreError::Io {
        what: "asking the system for random numbers".into(),
        why: error.to_string(),
    })?;
    Ok(seed)
}

#[allow(clippy::disallowed_methods, reason = "when a library was opened, for its own notes")]
fn now() -> Millis {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    Millis(u64::try_from(since.as_millis()).unwrap_or(u64::MAX))
}

/// A path as it stands in a URI.
fn escaped(path: &Path) -> String {
    let mut out = String::new();
    for byte in path.as_os_str().as_encoded_bytes() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'/' | b'-' | b'_' | b'.' => {
                out.push(char::from(*byte));
            }
            _ => out.push_str(&format!("%{byte:02X}")),
        }
    }
    out
}
