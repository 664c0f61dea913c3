//! What dead processes left: bursts that are no event yet, answers that were cut off.
//!
//! Only who gets a dead process's lock may touch its rows. A burst is sealed from its rows alone,
//! so that sealing it twice, here and in a copy, gives the same event.

use super::write::{Tally, clear, insert, number};
use super::{SqliteStore, transaction};
use crate::base::{TurnId, WriterId};
use crate::event::{BurstHead, WipOp, seal};
use crate::store::locks::{Gate, Taken};
use crate::store::{LeftBurst, LeftStream, Leftovers, StoreError};
use rusqlite::{Connection, params};

impl SqliteStore {
    /// Takes over what dead processes left. Bursts become events at once; what the caller has to
    /// see to belongs to this process from now on, and to whoever takes over from it if it dies
    /// before that.
    pub fn leftovers(&mut self) -> Result<Leftovers, StoreError> {
        let me = self.process()?.to_string();
        let gate = Gate::enter(&self.dir)?;
        let mut taken: Vec<(String, Taken)> = Vec::new();
        for process in owners(&self.conn)? {
            if process != me
                && let Some(lock) = gate.take(&process)?
            {
                taken.push((process, lock));
            }
        }
        let mut left = Leftovers::default();
        if !taken.is_empty() {
            transaction(&self.conn, || {
                for (process, _) in &taken {
                    for (writer, moved) in writers(&self.conn, process)? {
                        bursts(&self.conn, writer, moved, &me, &mut left)?;
                    }
                    streams(&self.conn, process, &me, &mut left)?;
                    super::draft::release(&self.conn, process)?;
                }
                Ok(())
            })?;
        }
        self.sweep_copies()?;
        for (_, lock) in taken {
            lock.remove();
        }
        Ok(left)
    }
}

/// The processes that have bursts, streams or drafts.
fn owners(conn: &Connection) -> Result<Vec<String>, StoreError> {
    let mut query = conn.prepare_cached(
        "SELECT process FROM writer WHERE writer IN (SELECT writer FROM burst)
         UNION SELECT process FROM stream
         UNION SELECT process FROM draft WHERE process <> '' ORDER BY 1",
    )?;
    let found = query.query_map([], |row| row.get(0))?;
    Ok(found.collect::<Result<_, _>>()?)
}

fn writers(conn: &Connection, process: &str) -> Result<Vec<(WriterId, bool)>, StoreError> {
    let mut query = conn.prepare_cached(
        "SELECT writer, moved FROM writer
         WHERE process = ?1 AND writer IN (SELECT writer FROM burst) ORDER BY writer",
    )?;
    let found = query.query_map([process], |row| {
        Ok((WriterId(row.get::<_, i64>(0)?.unsigned_abs()), row.get(1)?))
    })?;
    Ok(found.collect::<Result<_, _>>()?)
}

fn bursts(
    conn: &Connection,
    writer: WriterId,
    moved: bool,
    me: &str,
    left: &mut Leftovers,
) -> Result<(), StoreError> {
    let mut query =
        conn.prepare_cached("SELECT n, head FROM burst WHERE writer = ?1 ORDER BY n")?;
    let heads: Vec<(i64, String)> = query
        .query_map([number(writer)], |row| Ok((row.get(0)?, row.get(1)?)))?
        .collect::<Result<_, _>>()?;
    let mut keep = moved;
    for (n, head) in heads {
        let Some(head) = read::<BurstHead>(&head, left) else {
            keep = true;
            continue;
        };
        let Some(rows) = operations(conn, writer, n, left)? else {
            keep = true;
            continue;
        };
        if rows.is_empty() {
            continue;
        }
        if moved {
            left.moved.push(LeftBurst { head, rows });
        } else {
            let event = seal(&head, &rows);
            let mut tally = Tally::default();
            insert(conn, &event, true, &mut tally)?;
            tally.finish(conn)?;
            left.sealed.push(event.id);
        }
    }
    if keep {
        conn.prepare_cached("UPDATE writer SET process = ?2 WHERE writer = ?1")?
            .execute(params![number(writer), me])?;
        Ok(())
    } else {
        clear(conn, writer)
    }
}

/// The operations of a burst up to the first that is missing; `None` when one cannot be read.
fn operations(
    conn: &Connection,
    writer: WriterId,
    n: i64,
    left: &mut Leftovers,
) -> Result<Option<Vec<WipOp>>, StoreError> {
    let mut query =
        conn.prepare_cached("SELECT row, op FROM wip WHERE writer = ?1 AND n = ?2 ORDER BY row")?;
    let mut rows = query.query(params![number(writer), n])?;
    let mut found = Vec::new();
    let mut next: Option<i64> = None;
    while let Some(row) = rows.next()? {
        let at: i64 = row.get(0)?;
        if next.is_some_and(|next| next != at) {
            left.damaged.push(format!("a burst of writer {writer} has a gap before row {at}"));
            break;
        }
        next = Some(at + 1);
        let Some(op) = read(row.get_ref(1)?.as_str().unwrap_or_default(), left) else {
            return Ok(None);
        };
        found.push(op);
    }
    Ok(Some(found))
}

fn streams(
    conn: &Connection,
    process: &str,
    me: &str,
    left: &mut Leftovers,
) -> Result<(), StoreError> {
    let mut query =
        conn.prepare_cached("SELECT turn, head FROM stream WHERE process = ?1 ORDER BY turn")?;
    let heads: Vec<(String, String)> = query
        .query_map([process], |row| Ok((row.get(0)?, row.get(1)?)))?
        .collect::<Result<_, _>>()?;
    let mut parts =
        conn.prepare_cached("SELECT text FROM stream_part WHERE turn = ?1 ORDER BY seq")?;
    let mut thoughts =
        conn.prepare_cached("SELECT text FROM stream_thought WHERE turn = ?1 ORDER BY seq")?;
    for (turn, head) in heads {
        let Ok(id) = turn.parse::<TurnId>() else {
            left.damaged.push(format!("{turn:?} is no turn"));
            continue;
        };
        let Some(head) = read(&head, left) else { continue };
        let text: Vec<String> =
            parts.query_map([&turn], |row| row.get(0))?.collect::<Result<_, _>>()?;
        let reasoning: Vec<String> =
            thoughts.query_map([&turn], |row| row.get(0))?.collect::<Result<_, _>>()?;
        let (text, reasoning) = (text.concat(), reasoning.concat());
        left.streams.push(LeftStream { turn: id, head, text, reasoning });
    }
    conn.prepare_cached("UPDATE stream SET process = ?2 WHERE process = ?1")?
        .execute([process, me])?;
    Ok(())
}

fn read<T: serde::de::DeserializeOwned>(text: &str, left: &mut Leftovers) -> Option<T> {
    match serde_json::from_str(text) {
        Ok(value) => Some(value),
        Err(error) => {
            left.damaged.push(error.to_string());
            None
        }
    }
}
