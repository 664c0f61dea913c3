//! Writing: one batch, one transaction.

use super::{SqliteStore, derive, draft, search, transaction};
use crate::base::{AuthorId, DocId, EventId, TurnId, WriterId};
use crate::event::{BurstHead, Envelope, Event, Version, WipOp};
use crate::store::draft::{DraftStep, drop_copy};
use crate::store::{StoreError, StreamHead, Write, Written};
use rusqlite::{Connection, OptionalExtension as _, params};
use std::collections::BTreeSet;

/// States of a row of the log.
pub const FOLDS: i64 = 0;
pub const FORK: i64 = 1;

impl SqliteStore {
    /// Writes a batch whole or not at all. When it returns, the batch survives the process; for a
    /// power cut see [`crate::store::Syncer`].
    ///
    /// # Errors
    /// Those that are [`StoreError::is_passing`] leave the store usable, and the same batch can be
    /// written later; it may be written twice without harm.
    pub fn write(&mut self, writes: &[Write]) -> Result<Written, StoreError> {
        match self.write_once(writes) {
            // The journal itself may take the room: what is in it already goes into the library.
            Err(StoreError::Full) => {
                let mut query = self.conn.prepare_cached("PRAGMA wal_checkpoint(TRUNCATE)")?;
                let emptied = query.query_row([], |row| row.get::<_, i64>(0));
                drop(query);
                if !matches!(emptied, Ok(0)) {
                    return Err(StoreError::Full);
                }
                self.write_once(writes)
            }
            done => done,
        }
    }

    fn write_once(&mut self, writes: &[Write]) -> Result<Written, StoreError> {
        if let [Write::Wip { head: None, writer, row, op }] = writes
            && let Some(n) = self.open_bursts.get(writer)
        {
            // One statement is a transaction of its own, and this is every key.
            operation(&self.conn, *writer, *n, *row, op)?;
            return Ok(Written::default());
        }
        let process = self.process()?;
        let mut batch = Batch {
            conn: &self.conn,
            process,
            mine: &self.mine,
            registered: BTreeSet::new(),
            searched: search::Places::default(),
            tally: Tally::default(),
        };
        transaction(&self.conn, || {
            writes.iter().try_for_each(|write| batch.one(write))?;
            batch.tally.finish(&self.conn)?;
            // A key writes no event.
            if writes
                .iter()
                .any(|write| matches!(write, Write::Events { .. } | Write::Import { .. }))
            {
                batch.tally.written.last_rid = last_rid(&self.conn)?;
            }
            Ok(())
        })?;
        let Batch { registered, tally, .. } = batch;
        self.mine.extend(registered);
        for write in writes {
            match write {
                Write::Draft { id, step: DraftStep::End } => drop_copy(&self.dir, id),
                Write::Wip { head: Some(head), writer, .. } => {
                    _ = self.open_bursts.insert(*writer, integer(head.n)?);
                }
                Write::Events { clears, .. } => {
                    clears.iter().for_each(|writer| _ = self.open_bursts.remove(writer));
                }
                _ => {}
            }
        }
        Ok(tally.written)
    }
}

fn last_rid(conn: &Connection) -> Result<i64, StoreError> {
    let mut query = conn.prepare_cached("SELECT coalesce(max(rid), 0) FROM event")?;
    Ok(query.query_row([], |row| row.get(0))?)
}

/// What inserting events does in all.
#[derive(Default)]
pub struct Tally {
    pub written: Written,
    /// Sessions in which another event of a fork folds now.
    stale: BTreeSet<EventId>,
    sums: derive::Sums,
}

impl Tally {
    /// Brings the derived tables up to date where forks changed what folds.
    pub fn finish(&mut self, conn: &Connection) -> Result<(), StoreError> {
        self.sums.flush(conn)?;
        let stale = std::mem::take(&mut self.stale);
        stale.into_iter().try_for_each(|session| derive::rebuild(conn, Some(session)))
    }
}

struct Batch<'a> {
    conn: &'a Connection,
    process: &'a str,
    mine: &'a BTreeSet<WriterId>,
    registered: BTreeSet<WriterId>,
    searched: search::Places,
    tally: Tally,
}

impl Batch<'_> {
    fn one(&mut self, write: &Write) -> Result<(), StoreError> {
        match write {
            Write::Writer { writer, session, author, doc } => {
                self.writer(*writer, *session, author, doc.as_ref())
            }
            Write::Wip { head, writer, row, op } => self.wip(head.as_deref(), *writer, *row, op),
            Write::Events { events, clears, ends } => {
                for event in events {
                    insert(self.conn, event, true, &mut self.tally)?;
                }
                clears.iter().try_for_each(|writer| clear(self.conn, *writer))?;
                ends.iter().try_for_each(|turn| self.end(turn))
            }
            Write::Import { events } => {
                for event in events {
                    if event.is_local() {
                        self.tally.written.refused += 1;
                    } else {
                        insert(self.conn, event, false, &mut self.tally)?;
                    }
                }
                Ok(())
            }
            Write::Stream { turn, head, seq, text } => self.stream(turn, head.as_ref(), *seq, text),
            Write::Thought { turn, seq, text } => {
                self.stream_part("stream_thought", turn, *seq, text)
            }
            Write::Rows(rows) => {
                rows.iter().try_for_each(|row| search::put(self.conn, &mut self.searched, row))
            }
            Write::View { session, key, value } => self.view(*session, key, value),
            Write::Draft { id, step } => draft::step(self.conn, self.process, id, step),
            Write::Snapshot { session, doc, version, bytes, upto_rid } => {
                self.snapshot(*session, doc, version, bytes, *upto_rid)
            }
        }
    }

    fn writer(
        &mut self,
        writer: WriterId,
        session: EventId,
        author: &AuthorId,
        doc: Option<&DocId>,
    ) -> Result<(), StoreError> {
        self.conn
            .prepare_cached(
                "INSERT INTO writer(writer, session, author, doc, process)
                 VALUES(?1, ?2, ?3, ?4, ?5) ON CONFLICT(writer) DO NOTHING",
            )?
            .execute(params![
                number(writer),
                session.0,
                author.as_str(),
                doc.map(DocId::as_str),
                self.process
            ])?;
        let mut query = self.conn.prepare_cached("SELECT process FROM writer WHERE writer = ?1")?;
        let process: String = query.query_row([number(writer)], |row| row.get(0))?;
        if process != self.process {
            return Err(StoreError::Misuse(format!("writer {writer} is another process's")));
        }
        self.registered.insert(writer);
        Ok(())
    }

    fn wip(
        &mut self,
        head: Option<&BurstHead>,
        writer: WriterId,
        row: u64,
        op: &WipOp,
    ) -> Result<(), StoreError> {
        if !self.mine.contains(&writer) && !self.registered.contains(&writer) {
            return Err(StoreError::Misuse(format!("writer {writer} is not registered")));
        }
        if let Some(head) = head {
            self.conn
                .prepare_cached(
                    "INSERT INTO burst(writer, n, head) VALUES(?1, ?2, ?3)
                     ON CONFLICT(writer, n) DO UPDATE SET head = excluded.head",
                )?
                .execute(params![number(writer), integer(head.n)?, json(head)?])?;
        }
        let newest = self
            .conn
            .prepare_cached("SELECT max(n) FROM burst WHERE writer = ?1")?
            .query_row([number(writer)], |row| row.get(0))?;
        let n: Option<i64> = newest;
        let n =
            n.ok_or_else(|| StoreError::Misuse(format!("writer {writer} has no burst open")))?;
        operation(self.conn, writer, n, row, op)
    }

    fn stream(
        &mut self,
        turn: &TurnId,
        head: Option<&StreamHead>,
        seq: u64,
        text: &str,
    ) -> Result<(), StoreError> {
        if let Some(head) = head {
            self.conn
                .prepare_cached(
                    "INSERT INTO stream(turn, session, process, head) VALUES(?1, ?2, ?3, ?4)
                     ON CONFLICT(turn) DO UPDATE SET head = excluded.head",
                )?
                .execute(params![turn.as_str(), head.session.0, self.process, json(head)?])?;
        }
        self.stream_part("stream_part", turn, seq, text)
    }

    fn stream_part(
        &self,
        table: &str,
        turn: &TurnId,
        seq: u64,
        text: &str,
    ) -> Result<(), StoreError> {
        let done = self
            .conn
            .prepare_cached(&format!(
                "INSERT INTO {table}(turn, seq, text)
                 SELECT ?1, ?2, ?3 FROM stream WHERE turn = ?1
                 ON CONFLICT(turn, seq) DO UPDATE SET text = excluded.text",
            ))?
            .execute(params![turn.as_str(), integer(seq)?, text])?;
        if done == 0 {
            return Err(StoreError::Misuse(format!("turn {turn} has not begun")));
        }
        Ok(())
    }

    fn end(&self, turn: &TurnId) -> Result<(), StoreError> {
        for table in ["stream", "stream_part", "stream_thought"] {
            let sql = format!("DELETE FROM {table} WHERE turn = ?1");
            self.conn.prepare_cached(&sql)?.execute([turn.as_str()])?;
        }
        Ok(())
    }

    fn view(&self, session: EventId, key: &str, value: &str) -> Result<(), StoreError> {
        if value.is_empty() {
            self.conn
                .prepare_cached("DELETE FROM view WHERE session = ?1 AND key = ?2")?
                .execute(params![session.0, key])?;
            return Ok(());
        }
        self.conn
            .prepare_cached(
                "INSERT INTO view(session, key, value) VALUES(?1, ?2, ?3)
                 ON CONFLICT(session, key) DO UPDATE SET value = excluded.value",
            )?
            .execute(params![session.0, key, value])?;
        Ok(())
    }

    fn snapshot(
        &self,
        session: EventId,
        doc: &DocId,
        version: &Version,
        bytes: &[u8],
        upto: i64,
    ) -> Result<(), StoreError> {
        self.conn
            .prepare_cached(
                "INSERT INTO snapshot(session, doc, version, upto, bytes)
                 VALUES(?1, ?2, ?3, ?4, ?5)
                 ON CONFLICT(session, doc) DO UPDATE SET version = excluded.version,
                 upto = excluded.upto, bytes = excluded.bytes",
            )?
            .execute(params![session.0, doc.as_str(), json(version)?, upto, bytes])?;
        Ok(())
    }
}

/// Keeps an operation of the burst `n` of a writer.
fn operation(
    conn: &Connection,
    writer: WriterId,
    n: i64,
    row: u64,
    op: &WipOp,
) -> Result<(), StoreError> {
    conn.prepare_cached(
        "INSERT INTO wip(writer, n, row, op) VALUES(?1, ?2, ?3, ?4)
         ON CONFLICT(writer, n, row) DO UPDATE SET op = excluded.op",
    )?
    .execute(params![number(writer), n, integer(row)?, json(op)?])?;
    Ok(())
}

/// Removes the bursts of a writer, whose operations are in an event now.
pub fn clear(conn: &Connection, writer: WriterId) -> Result<(), StoreError> {
    for sql in ["DELETE FROM wip WHERE writer = ?1", "DELETE FROM burst WHERE writer = ?1"] {
        conn.prepare_cached(sql)?.execute([number(writer)])?;
    }
    Ok(())
}

/// Puts an event into the log. `own` ones were made by this process.
///
/// Of several events with one writer and number the lowest id folds, in every copy of the log;
/// but where the writer was minted here, its own event stays, whatever arrives.
pub fn insert(
    conn: &Connection,
    event: &Envelope,
    own: bool,
    tally: &mut Tally,
) -> Result<(), StoreError> {
    let event = &*super::redact::without_gone(conn, event)?;
    let line = event.to_line();
    if line.is_empty() {
        return Err(StoreError::Misuse(format!("event {} has no canonical form", event.id)));
    }
    let session = event.session_id();
    let n = integer(event.n)?;
    let known =
        conn.prepare_cached("SELECT 1 FROM event WHERE id = ?1")?.exists(params![event.id.0])?;
    if known {
        tally.written.known += 1;
        if super::redact::heal(conn, event)? {
            tally.stale.insert(session);
        }
        return Ok(());
    }
    let holder: Option<(i64, [u8; 32], bool)> = conn
        .prepare_cached(
            "SELECT rid, id, own FROM event
             WHERE session = ?1 AND writer = ?2 AND n = ?3 AND state = 0",
        )?
        .query_row(params![session.0, number(event.writer), n], |row| {
            Ok((row.get(0)?, row.get(1)?, row.get(2)?))
        })
        .optional()?;
    let wins = match &holder {
        None => true,
        Some((_, _, holder_own)) if minted_here(conn, event.writer)? => own && !holder_own,
        Some((_, id, _)) => event.id.0 < *id,
    };
    if let (Some((rid, ..)), true) = (&holder, wins) {
        conn.prepare_cached("UPDATE event SET state = ?2 WHERE rid = ?1")?
            .execute(params![rid, FORK])?;
    }
    conn.prepare_cached(
        "INSERT INTO event(id, session, writer, n, lamport, kind, at, local, line, state, own)
         VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11) ON CONFLICT(id) DO NOTHING",
    )?
    .execute(params![
        event.id.0,
        session.0,
        number(event.writer),
        n,
        integer(event.lamport)?,
        event.kind,
        integer(event.at.0)?,
        Event::is_local_kind(&event.kind),
        line,
        if wins { FOLDS } else { FORK },
        own,
    ])?;
    tally.written.added += 1;
    if holder.is_some() {
        tally.written.forks.push(event.id);
        if wins {
            tally.stale.insert(session);
        }
    } else {
        derive::apply(conn, event, &mut tally.sums)?;
    }
    Ok(())
}

fn minted_here(conn: &Connection, writer: WriterId) -> Result<bool, StoreError> {
    Ok(conn
        .prepare_cached("SELECT 1 FROM writer WHERE writer = ?1 AND moved = 0")?
        .exists([number(writer)])?)
}

/// A writer as it stands in the database: 63 bits always fit.
pub fn number(writer: WriterId) -> i64 {
    writer.0 as i64
}

/// A number that the canonical form allows always fits.
pub fn integer(value: u64) -> Result<i64, StoreError> {
    i64::try_from(value).map_err(|_| StoreError::Misuse(format!("{value} is too large")))
}

pub fn json<T: serde::Serialize>(value: &T) -> Result<String, StoreError> {
    serde_json::to_string(value).map_err(|error| StoreError::Misuse(error.to_string()))
}
