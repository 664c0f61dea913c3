//! Taking words out of the library for good: the lines that held them, every cache that did, and
//! what imports would bring again.

use super::write::{Tally, insert, number};
use super::{SqliteStore, derive, schema, search, transaction};
use crate::base::EventId;
use crate::event::{Body, Envelope};
use crate::store::locks::Gate;
use crate::store::{RedactJob, StoreError};
use rusqlite::{Connection, OptionalExtension as _, params};
use std::borrow::Cow;
use std::collections::BTreeSet;

/// What a redaction still has to do outside of the library.
const REST: &str = "app.redacting";

impl SqliteStore {
    /// Writes a redaction whole or not at all: the events that say it, the lines without the words,
    /// and the search rows without them; snapshots of the session go. What is left to do then is
    /// remembered until [`Self::redacted`].
    ///
    /// # Errors
    /// `InUse` while another living process has the library open: what it holds in memory it could
    /// write again. `Misuse` when a line is not there, or is not the same event with bodies taken
    /// away, or when something is still being written in the session.
    pub fn redact(&mut self, session: EventId, job: &RedactJob) -> Result<(), StoreError> {
        let me = self.process()?.to_string();
        let gate = Gate::enter(&self.dir)?;
        if gate.others(&me)? {
            return Err(StoreError::InUse(self.dir.display().to_string()));
        }
        let conn = &self.conn;
        transaction(conn, || {
            for (table, what) in [("burst", "typing"), ("stream", "an answer")] {
                let of = match table {
                    "burst" => "writer IN (SELECT writer FROM writer WHERE session = ?1)",
                    _ => "session = ?1",
                };
                let sql = format!("SELECT 1 FROM {table} WHERE {of}");
                if conn.prepare(&sql)?.exists([session.0])? {
                    return Err(StoreError::Misuse(format!(
                        "{what} in the session is not in the log yet"
                    )));
                }
            }
            for (writer, author, doc) in &job.writers {
                conn.execute(
                    "INSERT INTO writer(writer, session, author, doc, process)
                     VALUES(?1, ?2, ?3, ?4, ?5) ON CONFLICT(writer) DO NOTHING",
                    params![
                        number(*writer),
                        session.0,
                        author.as_str(),
                        doc.as_ref().map(crate::base::DocId::as_str),
                        me
                    ],
                )?;
            }
            let mut tally = Tally::default();
            for event in &job.events {
                insert(conn, event, true, &mut tally)?;
            }
            tally.finish(conn)?;
            for event in &job.lines {
                one(conn, session, event)?;
            }
            conn.execute("DELETE FROM meta WHERE key = 'redacting'", [])?;
            conn.execute("DELETE FROM snapshot WHERE session = ?1", [session.0])?;
            derive::rebuild(conn, Some(session))?;
            search::forget(conn, session)?;
            let mut places = search::Places::default();
            job.rows.iter().try_for_each(|row| search::put(conn, &mut places, row))?;
            schema::set_meta(conn, REST, &job.rest)
        })?;
        self.mine.extend(job.writers.iter().map(|(writer, ..)| *writer));
        drop(gate);
        Ok(())
    }

    /// What a redaction has still to do outside of the library: it was interrupted.
    pub fn redacting(&self) -> Result<Option<String>, StoreError> {
        schema::meta(&self.conn, REST)
    }

    /// It has done it.
    pub fn redacted(&mut self) -> Result<(), StoreError> {
        self.process()?;
        self.conn.execute("DELETE FROM meta WHERE key = ?1", [REST])?;
        Ok(())
    }

    /// Whether anything was redacted here.
    pub fn any_gone(&self) -> Result<bool, StoreError> {
        Ok(self.conn.prepare_cached("SELECT 1 FROM gone LIMIT 1")?.exists([])?)
    }

    /// The bodies that were redacted here, of events of this machine.
    pub fn gone(&self, event: EventId) -> Result<BTreeSet<u32>, StoreError> {
        gone(&self.conn, event)
    }
}

fn gone(conn: &Connection, event: EventId) -> Result<BTreeSet<u32>, StoreError> {
    let mut query = conn.prepare_cached("SELECT body FROM gone WHERE event = ?1")?;
    let found = query.query_map(params![event.0], |row| row.get(0))?;
    Ok(found.collect::<Result<_, _>>()?)
}

/// An event without what was redacted of it here.
pub fn without_gone<'a>(
    conn: &Connection,
    event: &'a Envelope,
) -> Result<Cow<'a, Envelope>, StoreError> {
    let gone = gone(conn, event.id)?;
    if gone.is_empty() {
        return Ok(Cow::Borrowed(event));
    }
    let mut event = event.clone();
    event.redact(&gone);
    Ok(Cow::Owned(event))
}

/// Gives an event that came without its words, and was not redacted here, those that came now.
/// Whether it got any.
pub fn heal(conn: &Connection, event: &Envelope) -> Result<bool, StoreError> {
    let mut query = conn.prepare_cached(
        "SELECT line FROM event WHERE id = ?1 AND instr(line, '{\"hash\":\"') > 0",
    )?;
    let line: Option<String> = query.query_row([event.id.0], |row| row.get(0)).optional()?;
    let Some(line) = line else { return Ok(false) };
    let Ok(mut known) = Envelope::read(&line) else { return Ok(false) };
    let mut any = false;
    for (old, new) in known.body.iter_mut().zip(&event.body) {
        if let (Body::Redacted { hash }, Body::Present { .. }) = (&*old, new)
            && *hash == new.hash()
        {
            *old = new.clone();
            any = true;
        }
    }
    if any {
        set_line(conn, &known)?;
        conn.execute("DELETE FROM snapshot WHERE session = ?1", [known.session_id().0])?;
        conn.execute("DELETE FROM meta WHERE key = 'redacting'", [])?;
    }
    Ok(any)
}

fn set_line(conn: &Connection, event: &Envelope) -> Result<(), StoreError> {
    schema::set_meta(conn, "redacting", &event.id.to_string())?;
    conn.prepare_cached("UPDATE event SET line = ?2 WHERE id = ?1")?
        .execute(params![event.id.0, event.to_line()])?;
    Ok(())
}

fn one(conn: &Connection, session: EventId, event: &Envelope) -> Result<(), StoreError> {
    let misuse = |why: &str| StoreError::Misuse(format!("redacting {}: {why}", event.id.short()));
    let old: Option<String> = conn
        .query_row(
            "SELECT line FROM event WHERE id = ?1 AND session = ?2",
            params![event.id.0, session.0],
            |row| row.get(0),
        )
        .optional()?;
    let old = old.ok_or_else(|| misuse("no such event"))?;
    let old = Envelope::parse(&old).map_err(|error| misuse(&error.to_string()))?;
    let same_bodies = old.body.len() == event.body.len()
        && old.body.iter().zip(&event.body).all(|(old, new)| {
            old == new || matches!(new, Body::Redacted { hash } if *hash == old.hash())
        });
    if !same_bodies || event.compute_id() != event.id {
        return Err(misuse("it is another event"));
    }
    set_line(conn, event)?;
    let mut keep =
        conn.prepare_cached("INSERT INTO gone(event, body) VALUES(?1, ?2) ON CONFLICT DO NOTHING")?;
    for body in event.gone() {
        keep.execute(params![event.id.0, body])?;
    }
    Ok(())
}
