//! The small tables that are derived from events: the list of sessions, file bindings, hashes of
//! saved files. Filled in the transaction that writes the events; every rule commutes, so that
//! filling them again gives the same rows.

use crate::base::EventId;
use crate::event::{Envelope, Event, MessageRole};
use crate::store::StoreError;
use rusqlite::{Connection, params};
use std::collections::BTreeMap;

/// The kinds that say more than that something happened.
const TELLING: &str = "'session.created', 'session.titled', 'document.added', 'document.bound', \
                       'document.saved', 'message.posted', 'decision.recorded'";

/// What the events of a batch add up to, by session: written once for all of them.
#[derive(Default)]
pub struct Sums(BTreeMap<EventId, Sum>);

#[derive(Default)]
struct Sum {
    last: i64,
    messages: i64,
    decisions: i64,
}

impl Sums {
    /// Writes what was added up.
    pub fn flush(&mut self, conn: &Connection) -> Result<(), StoreError> {
        for (session, sum) in std::mem::take(&mut self.0) {
            conn.prepare_cached(
                "UPDATE session SET last = max(last, ?2), messages = messages + ?3,
                 decisions = decisions + ?4 WHERE id = ?1",
            )?
            .execute(params![session.0, sum.last, sum.messages, sum.decisions])?;
        }
        Ok(())
    }
}

/// Takes in one event that folds. What it adds up to is written by [`Sums::flush`].
pub fn apply(conn: &Connection, event: &Envelope, sums: &mut Sums) -> Result<(), StoreError> {
    let session = event.session_id();
    let at = event.at.0 as i64;
    match sums.0.get_mut(&session) {
        Some(sum) => sum.last = sum.last.max(at),
        None => {
            conn.prepare_cached("INSERT OR IGNORE INTO session(id, last) VALUES(?1, ?2)")?
                .execute(params![session.0, at])?;
            sums.0.insert(session, Sum { last: at, ..Sum::default() });
        }
    }
    tell(conn, event, sums)
}

fn tell(conn: &Connection, event: &Envelope, sums: &mut Sums) -> Result<(), StoreError> {
    if !TELLING.contains(&format!("'{}'", event.kind)) {
        return Ok(());
    }
    // What cannot be decoded is kept, and reported by `verify`.
    let Ok(decoded) = Event::decode(event) else { return Ok(()) };
    let session = event.session_id().0;
    let id = event.id.0;
    let lamport = event.lamport as i64;
    let title = |text: &str| -> Result<(), StoreError> {
        conn.prepare_cached(
            "UPDATE session SET title = ?2, title_lamport = ?3, title_id = ?4
             WHERE id = ?1 AND (title_lamport, title_id) < (?3, ?4)",
        )?
        .execute(params![session, text, lamport, id])?;
        Ok(())
    };
    match decoded {
        Event::SessionCreated { title: text, .. } => {
            conn.prepare_cached("UPDATE session SET created = ?2 WHERE id = ?1")?
                .execute(params![session, event.at.0 as i64])?;
            title(text.as_str())?;
        }
        Event::SessionTitled { title: text, .. } => title(text.as_str())?,
        Event::DocumentAdded { doc, name, .. } => {
            conn.prepare_cached(
                "INSERT INTO session_doc(session, doc, name, lamport, id)
                 VALUES(?1, ?2, ?3, ?4, ?5)
                 ON CONFLICT(session, doc) DO UPDATE
                 SET name = excluded.name, lamport = excluded.lamport, id = excluded.id
                 WHERE (lamport, id) < (excluded.lamport, excluded.id)",
            )?
            .execute(params![session, doc.as_str(), name.as_str(), lamport, id])?;
        }
        Event::DocumentBound { doc, path } => {
            conn.prepare_cached(
                "INSERT INTO binding(session, doc, path, lamport, id) VALUES(?1, ?2, ?3, ?4, ?5)
                 ON CONFLICT(session, doc) DO UPDATE
                 SET path = excluded.path, lamport = excluded.lamport, id = excluded.id
                 WHERE (lamport, id) < (excluded.lamport, excluded.id)",
            )?
            .execute(params![session, doc.as_str(), path.as_str(), lamport, id])?;
        }
        Event::DocumentSaved { doc, hash, .. } if hash.0.is_some() => {
            conn.prepare_cached(
                "INSERT INTO saved(hash, session, doc, at) VALUES(?1, ?2, ?3, ?4)
                 ON CONFLICT(hash, session, doc) DO UPDATE SET at = max(at, excluded.at)",
            )?
            .execute(params![
                hash.as_str(),
                session,
                doc.as_str(),
                event.at.0 as i64
            ])?;
        }
        Event::MessagePosted { role: MessageRole::Person | MessageRole::Model, .. } => {
            sums.0.entry(event.session_id()).or_default().messages += 1;
        }
        Event::DecisionRecorded { .. } => {
            sums.0.entry(event.session_id()).or_default().decisions += 1;
        }
        _ => {}
    }
    Ok(())
}

/// Fills the tables again, for one session or for all.
pub fn rebuild(conn: &Connection, session: Option<EventId>) -> Result<(), StoreError> {
    let only = session.map(|session| session.0);
    forget(conn, session)?;
    conn.execute(
        "INSERT INTO session(id, last) SELECT session, max(at) FROM event
         WHERE state = 0 AND (?1 IS NULL OR session = ?1) GROUP BY session",
        params![only],
    )?;
    let mut query = conn.prepare(&format!(
        "SELECT line FROM event WHERE state = 0 AND kind IN ({TELLING}) {}",
        if only.is_some() { "AND session = ?1" } else { "AND ?1 IS NULL" }
    ))?;
    let mut rows = query.query(params![only])?;
    let mut sums = Sums::default();
    while let Some(row) = rows.next()? {
        let line: String = row.get(0)?;
        if let Ok(event) = Envelope::parse(&line) {
            tell(conn, &event, &mut sums)?;
        }
    }
    sums.flush(conn)
}

/// Empties the tables, for one session or for all.
pub fn forget(conn: &Connection, session: Option<EventId>) -> Result<(), StoreError> {
    let only = session.map(|session| session.0);
    for (table, column) in [
        ("session", "id"),
        ("session_doc", "session"),
        ("binding", "session"),
        ("saved", "session"),
    ] {
        conn.execute(
            &format!("DELETE FROM {table} WHERE ?1 IS NULL OR {column} = ?1"),
            params![only],
        )?;
    }
    Ok(())
}
