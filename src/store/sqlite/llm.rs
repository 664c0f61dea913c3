//! The database of another program, `llm`: its responses as plain rows. Only read, and never changed:
//! nothing is locked, no journal is made beside it.

use super::{beside, escaped};
use crate::store::{LlmRow, StoreError};
use rusqlite::limits::Limit;
use rusqlite::{Connection, OpenFlags, Row, params};
use std::fs;
use std::path::Path;

/// The most bytes of one value.
const VALUE_BYTES: i32 = 64 << 20;

/// Gives every response to `take`, those of one conversation one behind the other. Returns whether
/// there is such a table at all.
///
/// # Errors
/// When the file can't be read as a database.
pub fn llm_rows(path: &Path, take: &mut dyn FnMut(&LlmRow)) -> Result<bool, StoreError> {
    let flags = OpenFlags::SQLITE_OPEN_READ_ONLY
        | OpenFlags::SQLITE_OPEN_NO_MUTEX
        | OpenFlags::SQLITE_OPEN_URI;
    // What is still in its journal is only seen by whoever opens that, too.
    let whole = fs::metadata(beside(path, "-wal")).map_or(true, |meta| meta.len() == 0);
    let how = if whole { "immutable=1" } else { "mode=ro" };
    let conn = Connection::open_with_flags(format!("file:{}?{how}", escaped(path)), flags)?;
    conn.set_limit(Limit::SQLITE_LIMIT_LENGTH, VALUE_BYTES)?;
    // Nothing that stands in the schema of a stranger runs.
    conn.execute_batch("PRAGMA trusted_schema = OFF; PRAGMA query_only = ON;")?;
    let is_table = |name: &str| -> Result<bool, StoreError> {
        let sql = "SELECT 1 FROM sqlite_schema WHERE type = 'table' AND name = ?1";
        Ok(conn.prepare(sql)?.exists(params![name])?)
    };
    if !is_table("responses")? {
        return Ok(false);
    }
    let count = |tables: &[&str]| -> Result<String, StoreError> {
        let mut all = vec!["0".to_owned()];
        for table in tables {
            if is_table(table)? {
                all.push(format!("(SELECT count(*) FROM {table} x WHERE x.response_id = r.id)"));
            }
        }
        Ok(all.join(" + "))
    };
    let fragments = count(&["prompt_fragments", "system_fragments"])?;
    let tool_calls = count(&["tool_calls"])?;
    let attachments = count(&["prompt_attachments"])?;
    let name = match is_table("conversations")? {
        true => "(SELECT c.name FROM conversations c WHERE c.id = r.conversation_id)",
        false => "NULL",
    };
    let sql = format!(
        "SELECT r.id, r.conversation_id, {name}, r.model, r.prompt, r.system, r.response,
                r.datetime_utc, {fragments}, {tool_calls}, {attachments}
         FROM responses r ORDER BY coalesce(r.conversation_id, r.id), r.datetime_utc, r.rowid"
    );
    let mut query = conn.prepare(&sql)?;
    let mut rows = query.query([])?;
    while let Some(row) = rows.next()? {
        let text = |index| text(row, index);
        let number = |index| u64::from(row.get::<_, u32>(index).unwrap_or_default());
        take(&LlmRow {
            id: text(0),
            conversation: text(1),
            name: text(2),
            model: text(3),
            prompt: text(4),
            system: text(5),
            response: text(6),
            at: text(7),
            fragments: number(8),
            tool_calls: number(9),
            attachments: number(10),
        });
    }
    Ok(true)
}

/// A value that is text; of others nothing.
fn text(row: &Row<'_>, index: usize) -> String {
    let value = row.get_ref(index).ok();
    let bytes = value.and_then(|value| value.as_bytes().ok()).unwrap_or_default();
    String::from_utf8_lossy(bytes).into_owned()
}
