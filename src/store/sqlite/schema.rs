//! The tables: a ladder of named steps for what is kept, and the caches that are made anew.
//!
//! Steps are only ever appended. Caches have a version instead: when it changes, they are dropped
//! and filled again, to the same rows.

use super::derive;
use crate::store::StoreError;
use rusqlite::{Connection, OptionalExtension as _};

/// `COWR`, so that other tools can tell what the file is.
pub const APPLICATION_ID: i64 = 0x434f_5752;

/// A step of the ladder; its place in the list is the schema version it leads to.
struct Step {
    name: &'static str,
    /// Why the step is needed, for whoever reads the ladder.
    #[allow(dead_code, reason = "for people")]
    why: &'static str,
    sql: &'static str,
}

const STEPS: &[Step] = &[
    Step {
        name: "the log",
        why: "events and what is on its way to become one; exact lines, so that unknown fields and \
          kinds survive",
        sql: "
CREATE TABLE meta(key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;

-- AUTOINCREMENT: readers go on from the last row they saw, so a number must not come back.
CREATE TABLE event(
  rid INTEGER PRIMARY KEY AUTOINCREMENT,
  id BLOB NOT NULL UNIQUE,
  session BLOB NOT NULL,
  writer INTEGER NOT NULL,
  n INTEGER NOT NULL,
  lamport INTEGER NOT NULL,
  kind TEXT NOT NULL,
  at INTEGER NOT NULL,
  local INTEGER NOT NULL,
  line TEXT NOT NULL,
  state INTEGER NOT NULL, -- 0 folds, 1 a fork: another event has its writer and number
  own INTEGER NOT NULL -- 1 made by this library's processes, 0 imported
);
CREATE UNIQUE INDEX event_number ON event(session, writer, n) WHERE state = 0;
CREATE INDEX event_session ON event(session);

CREATE TRIGGER event_is_kept BEFORE DELETE ON event
WHEN NOT EXISTS (SELECT 1 FROM meta WHERE key = 'deleting' AND value = lower(hex(OLD.session)))
BEGIN SELECT RAISE(ABORT, 'events are never deleted'); END;
CREATE TRIGGER event_is_fixed
BEFORE UPDATE OF rid, id, session, writer, n, lamport, kind, at, local, own ON event
BEGIN SELECT RAISE(ABORT, 'events are never changed'); END;
CREATE TRIGGER event_line_is_fixed BEFORE UPDATE OF line ON event
WHEN NOT EXISTS (SELECT 1 FROM meta WHERE key = 'redacting' AND value = lower(hex(OLD.id)))
BEGIN SELECT RAISE(ABORT, 'events are never changed'); END;

-- Writers that were minted on this machine, and the process whose lock tells whether they live.
CREATE TABLE writer(
  writer INTEGER PRIMARY KEY,
  session BLOB NOT NULL,
  author TEXT NOT NULL,
  doc TEXT,
  process TEXT NOT NULL,
  moved INTEGER NOT NULL DEFAULT 0 -- 1: the library was copied here; the original has it too
);
CREATE INDEX writer_process ON writer(process);
CREATE TABLE burst(writer INTEGER, n INTEGER, head TEXT NOT NULL, PRIMARY KEY(writer, n))
  WITHOUT ROWID;
CREATE TABLE wip(writer INTEGER, n INTEGER, row INTEGER, op TEXT NOT NULL,
  PRIMARY KEY(writer, n, row)) WITHOUT ROWID;

CREATE TABLE stream(turn TEXT PRIMARY KEY, session BLOB NOT NULL, process TEXT NOT NULL,
  head TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE stream_part(turn TEXT, seq INTEGER, text TEXT NOT NULL, PRIMARY KEY(turn, seq))
  WITHOUT ROWID;

CREATE TABLE view(session BLOB, key TEXT, value TEXT NOT NULL, PRIMARY KEY(session, key))
  WITHOUT ROWID;
CREATE TABLE snapshot(session BLOB NOT NULL, doc TEXT NOT NULL, version TEXT NOT NULL,
  upto INTEGER NOT NULL, bytes BLOB NOT NULL, UNIQUE(session, doc));
",
    },
    Step {
        name: "drafts",
        why: "unsaved text of files without history, as operations on what was saved last",
        sql: "
-- A draft without a process is nobody's: whoever opens the file goes on with it.
CREATE TABLE draft(id TEXT PRIMARY KEY, path TEXT NOT NULL, process TEXT NOT NULL,
  head TEXT NOT NULL) WITHOUT ROWID;
CREATE INDEX draft_path ON draft(path);
CREATE TABLE draft_op(draft TEXT, row INTEGER, op TEXT NOT NULL, PRIMARY KEY(draft, row))
  WITHOUT ROWID;
CREATE TABLE draft_mark(draft TEXT, rows INTEGER, hash TEXT NOT NULL, PRIMARY KEY(draft, rows))
  WITHOUT ROWID;
",
    },
    Step {
        name: "thoughts",
        why: "what a model thinks while its answer streams, apart from the answer",
        sql: "
CREATE TABLE stream_thought(turn TEXT, seq INTEGER, text TEXT NOT NULL, PRIMARY KEY(turn, seq))
  WITHOUT ROWID;
",
    },
    Step {
        name: "redactions",
        why: "bodies that were redacted here: whatever brings their words again does not bring them in",
        sql: "
CREATE TABLE gone(event BLOB, body INTEGER, PRIMARY KEY(event, body)) WITHOUT ROWID;
",
    },
    Step {
        name: "how models fared",
        why: "the edits of models in all sessions, and who they are, are found without reading logs",
        sql: "
CREATE INDEX event_edits ON event(session, rid) WHERE kind IN ('hunk.made', 'proposal.closed');
CREATE INDEX event_people ON event(session) WHERE kind IN ('session.created', 'author.introduced',
  'writer.started', 'proposal.opened');
",
    },
];

/// The version of the tables that are derived from events.
const DERIVED: &str = "1";
const DERIVED_SQL: &str = "
DROP TABLE IF EXISTS session;
DROP TABLE IF EXISTS session_doc;
DROP TABLE IF EXISTS binding;
DROP TABLE IF EXISTS saved;
CREATE TABLE session(id BLOB PRIMARY KEY, title TEXT NOT NULL DEFAULT '',
  title_lamport INTEGER NOT NULL DEFAULT -1, title_id BLOB NOT NULL DEFAULT x'',
  created INTEGER NOT NULL DEFAULT 0, last INTEGER NOT NULL,
  messages INTEGER NOT NULL DEFAULT 0, decisions INTEGER NOT NULL DEFAULT 0) WITHOUT ROWID;
CREATE TABLE session_doc(session BLOB, doc TEXT, name TEXT NOT NULL, lamport INTEGER NOT NULL,
  id BLOB NOT NULL, PRIMARY KEY(session, doc)) WITHOUT ROWID;
CREATE TABLE binding(session BLOB, doc TEXT, path TEXT NOT NULL, lamport INTEGER NOT NULL,
  id BLOB NOT NULL, PRIMARY KEY(session, doc)) WITHOUT ROWID;
CREATE INDEX binding_path ON binding(path);
CREATE TABLE saved(hash TEXT, session BLOB, doc TEXT, at INTEGER NOT NULL,
  PRIMARY KEY(hash, session, doc)) WITHOUT ROWID;
CREATE INDEX saved_session ON saved(session);
";

/// The version of the search tables, to which the caller's version of its rows is added.
const ROWS: u32 = 1;
const ROWS_SQL: &str = "
DROP TABLE IF EXISTS fts;
DROP TABLE IF EXISTS search;
CREATE TABLE search(id INTEGER PRIMARY KEY, session BLOB NOT NULL, key TEXT NOT NULL,
  kind TEXT NOT NULL, title TEXT NOT NULL, body TEXT NOT NULL, at INTEGER NOT NULL,
  UNIQUE(session, key));
-- Without content of its own: what is indexed differs from what is shown (see `segment`).
CREATE VIRTUAL TABLE fts USING fts5(title, body, scope, content='',
  tokenize='unicode61 remove_diacritics 2', prefix='2 3');
INSERT INTO fts(fts, rank) VALUES('secure-delete', 1);
";

/// What kind of file this is, before anything is changed. `Ok(false)` for an empty one.
///
/// # Errors
/// `Corrupt`, `NotALibrary`, `Newer`.
pub fn check(conn: &Connection, path: &std::path::Path) -> Result<bool, StoreError> {
    let number = |name: &str| conn.pragma_query_value(None, name, |row| row.get::<_, i64>(0));
    let id = number("application_id")?;
    let version = number("user_version")?;
    let tables: i64 = conn.query_row("SELECT count(*) FROM sqlite_schema", [], |row| row.get(0))?;
    if id == 0 && version == 0 && tables == 0 {
        return Ok(false);
    }
    if id != APPLICATION_ID {
        return Err(StoreError::NotALibrary(path.display().to_string()));
    }
    let known = STEPS.len() as i64;
    if version > known {
        return Err(StoreError::Newer { found: version, known });
    }
    Ok(true)
}

/// Climbs the ladder from wherever the library stands. Each step is one transaction.
pub fn climb(conn: &Connection) -> Result<(), StoreError> {
    let version: i64 = conn.pragma_query_value(None, "user_version", |row| row.get(0))?;
    for (index, step) in STEPS.iter().enumerate().skip(usize::try_from(version).unwrap_or(0)) {
        super::transaction(conn, || {
            conn.execute_batch(step.sql).map_err(|error| match StoreError::from(error) {
                StoreError::Database(why) => {
                    StoreError::Database(format!("schema step {:?}: {why}", step.name))
                }
                other => other,
            })?;
            conn.pragma_update(None, "application_id", APPLICATION_ID)?;
            conn.pragma_update(None, "user_version", index as i64 + 1)?;
            Ok(())
        })?;
    }
    Ok(())
}

fn rows_key(rows_version: u32) -> String {
    format!("{ROWS}.{rows_version}")
}

/// Makes the caches fit this version. Says whether the caller has to fill in the search rows.
pub fn caches(conn: &Connection, rows_version: u32) -> Result<bool, StoreError> {
    if meta(conn, "derived")?.as_deref() != Some(DERIVED) {
        super::transaction(conn, || {
            conn.execute_batch(DERIVED_SQL)?;
            derive::rebuild(conn, None)?;
            set_meta(conn, "derived", DERIVED)
        })?;
    }
    let key = rows_key(rows_version);
    let has = meta(conn, "rows")?;
    if has.as_deref() == Some(&key) {
        return Ok(false);
    }
    let pending = format!("{key} pending");
    if has.as_deref() != Some(&pending) {
        super::transaction(conn, || {
            conn.execute_batch(ROWS_SQL)?;
            set_meta(conn, "rows", &pending)
        })?;
    }
    let empty: bool =
        conn.query_row("SELECT NOT EXISTS (SELECT 1 FROM event)", [], |row| row.get(0))?;
    if empty {
        set_meta(conn, "rows", &key)?;
    }
    Ok(!empty)
}

/// Whether the caller still has to fill in the search rows.
pub fn rows_pending(conn: &Connection, rows_version: u32) -> Result<bool, StoreError> {
    Ok(meta(conn, "rows")?.as_deref() != Some(&rows_key(rows_version)))
}

/// The search rows are complete.
pub fn rows_done(conn: &Connection, rows_version: u32) -> Result<(), StoreError> {
    set_meta(conn, "rows", &rows_key(rows_version))
}

pub fn meta(conn: &Connection, key: &str) -> Result<Option<String>, StoreError> {
    let mut query = conn.prepare_cached("SELECT value FROM meta WHERE key = ?1")?;
    Ok(query.query_row([key], |row| row.get(0)).optional()?)
}

pub fn set_meta(conn: &Connection, key: &str, value: &str) -> Result<(), StoreError> {
    conn.prepare_cached(
        "INSERT INTO meta(key, value) VALUES(?1, ?2)
         ON CONFLICT(key) DO UPDATE SET value = excluded.value",
    )?
    .execute([key, value])?;
    Ok(())
}
