//! The small tables that are derived from events: the list of sessions, file bindings, hashes of
//! saved files. Filled in the transaction that writes the events; every rule commutes, so that
//! filling them again gives the same rows.

use crate::base::EventId;
use crate::event::{Envelope, Event, MessageRole};
use crate::store::StoreError;
use rusqlite::{Connection, params};

/// The kinds that say more than that something happened.
const TELLING: &str = "'session.created', 'session.titled', 'document.added', 'document.bound', \
                       'document.saved', 'message.posted', 'decision.recorded'";

/// Takes in one event that folds.
pub fn apply(conn: &Connection, event: &Envelope) -> Result<(), StoreError> {
    conn.prepare_cached(
        "INSERT INTO session(id, last) VALUES(?1, ?2)
         ON CONFLICT(id) DO UPDATE SET last = max(last, excluded.last)",
    )?
    .execute(params![event.session_id().0, event.at.0 as i64])?;
    tell(conn, event)
}

fn tell(conn: &Connection, event: &Envelope) -> Result<(), StoreError> {
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
    let count = |column: &str| -> Result<(), StoreError> {
        let sql = format!("UPDATE session SET {column} = {column} + 1 WHERE id = ?1");
        conn.prepare_cached(&sql)?.execute(params![session])?;
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
            count("messages")?;
        }
        Event::DecisionRecorded { .. } => count("decisions")?,
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
    while let Some(row) = rows.next()? {
        let line: String = row.get(0)?;
        if let Ok(event) = Envelope::parse(&line) {
            tell(conn, &event)?;
        }
    }
    Ok(())
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
