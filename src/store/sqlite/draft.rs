//! Drafts in the database: what files without history hold beyond what was saved.

use super::write::{integer, json};
use super::{SqliteStore, transaction};
use crate::store::draft::{drop_copy, sweep};
use crate::store::{Draft, DraftHead, DraftStep, Splice, StoreError};
use rusqlite::{Connection, params};

/// Does one step. Copies of files are not touched here: the transaction may still fail.
pub fn step(
    conn: &Connection,
    process: &str,
    id: &str,
    step: &DraftStep,
) -> Result<(), StoreError> {
    match step {
        DraftStep::Op { head, row, op } => {
            if let Some(head) = head {
                conn.prepare_cached(
                    "INSERT INTO draft(id, path, process, head) VALUES(?1, ?2, ?3, ?4)
                     ON CONFLICT(id) DO UPDATE SET head = excluded.head",
                )?
                .execute(params![id, head.path, process, json(head)?])?;
            }
            let done = conn
                .prepare_cached(
                    "INSERT INTO draft_op(draft, row, op)
                     SELECT ?1, ?2, ?3 FROM draft WHERE id = ?1
                     ON CONFLICT(draft, row) DO UPDATE SET op = excluded.op",
                )?
                .execute(params![id, integer(*row)?, json(op)?])?;
            if done == 0 {
                return Err(StoreError::Misuse(format!("draft {id} has not begun")));
            }
        }
        DraftStep::Mark { rows, hash } => {
            conn.prepare_cached(
                "INSERT INTO draft_mark(draft, rows, hash) VALUES(?1, ?2, ?3)
                 ON CONFLICT(draft, rows) DO UPDATE SET hash = excluded.hash",
            )?
            .execute(params![id, integer(*rows)?, hash])?;
        }
        DraftStep::Move(path) => {
            conn.prepare_cached("UPDATE draft SET path = ?2 WHERE id = ?1")?.execute([id, path])?;
        }
        DraftStep::Take => own(conn, id, process)?,
        DraftStep::Leave => own(conn, id, "")?,
        DraftStep::End => {
            for sql in [
                "DELETE FROM draft WHERE id = ?1",
                "DELETE FROM draft_op WHERE draft = ?1",
                "DELETE FROM draft_mark WHERE draft = ?1",
            ] {
                conn.prepare_cached(sql)?.execute([id])?;
            }
        }
    }
    Ok(())
}

fn own(conn: &Connection, id: &str, process: &str) -> Result<(), StoreError> {
    conn.prepare_cached("UPDATE draft SET process = ?2 WHERE id = ?1")?.execute([id, process])?;
    Ok(())
}

/// The drafts of a dead process are nobody's.
pub fn release(conn: &Connection, process: &str) -> Result<(), StoreError> {
    conn.prepare_cached("UPDATE draft SET process = '' WHERE process = ?1")?.execute([process])?;
    Ok(())
}

impl SqliteStore {
    /// The drafts of a file that nobody works on, the oldest first.
    pub fn drafts(&self, path: &str) -> Result<Vec<Draft>, StoreError> {
        let mut query = self.conn.prepare_cached(
            "SELECT id, head FROM draft WHERE path = ?1 AND process = '' ORDER BY id",
        )?;
        let heads: Vec<(String, String)> = query
            .query_map([path], |row| Ok((row.get(0)?, row.get(1)?)))?
            .collect::<Result<_, _>>()?;
        let mut drafts = Vec::new();
        for (id, head) in heads {
            // What can't be read is kept as it is.
            let Ok(head) = serde_json::from_str::<DraftHead>(&head) else { continue };
            let ops = self.draft_ops(&id)?;
            let mut query = self
                .conn
                .prepare_cached("SELECT rows, hash FROM draft_mark WHERE draft = ?1 ORDER BY 1")?;
            let marks = query
                .query_map([&id], |row| Ok((row.get::<_, i64>(0)?.unsigned_abs(), row.get(1)?)))?
                .collect::<Result<_, _>>()?;
            drafts.push(Draft { id, head, ops, marks });
        }
        Ok(drafts)
    }

    /// The operations up to the first that is missing.
    fn draft_ops(&self, id: &str) -> Result<Vec<Vec<Splice>>, StoreError> {
        let mut query = self
            .conn
            .prepare_cached("SELECT row, op FROM draft_op WHERE draft = ?1 ORDER BY row")?;
        let mut rows = query.query([id])?;
        let mut ops = Vec::new();
        while let Some(row) = rows.next()? {
            let op = serde_json::from_str(row.get_ref(1)?.as_str().unwrap_or_default());
            match op {
                Ok(op) if row.get::<_, i64>(0)? == ops.len() as i64 => ops.push(op),
                _ => break,
            }
        }
        Ok(ops)
    }

    /// Whether there is any draft of a file, whoever works on it.
    pub fn has_draft(&self, path: &str) -> Result<bool, StoreError> {
        let mut query = self.conn.prepare_cached("SELECT 1 FROM draft WHERE path = ?1")?;
        Ok(query.exists([path])?)
    }

    /// Ends drafts, and drops the copies that no draft needs any more.
    pub fn end_drafts(&mut self, ids: &[String]) -> Result<(), StoreError> {
        let process = self.process()?;
        transaction(&self.conn, || {
            ids.iter().try_for_each(|id| step(&self.conn, process, id, &DraftStep::End))
        })?;
        ids.iter().for_each(|id| drop_copy(&self.dir, id));
        Ok(())
    }

    /// Removes the copies that belong to no draft.
    pub(super) fn sweep_copies(&self) -> Result<(), StoreError> {
        let mut query = self.conn.prepare_cached("SELECT id FROM draft")?;
        let known: Vec<String> =
            query.query_map([], |row| row.get(0))?.collect::<Result<_, _>>()?;
        sweep(&self.dir, &known);
        Ok(())
    }
}
