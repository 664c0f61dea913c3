//! Finding: full-text search over the rows that the projections give.
//!
//! A row's number is its time in milliseconds, or near it, so that "newest first" is a walk through the index
//! from its end. The index also holds a word for the session and one for the kind, so that a
//! search within a session touches that session's rows only.

use super::SqliteStore;
use crate::base::{EventId, Millis};
use crate::store::segment::{self, Term};
use crate::store::{Hit, Query, SearchRow, StoreError, snippet};
use rusqlite::{Connection, OptionalExtension as _, params};
use std::collections::BTreeMap;

/// How many of the newest hits "best" looks at.
const RANKED: usize = 2000;
/// How many bytes of text are looked through for what the index cannot tell.
const FILTERED: usize = 500_000;
/// Characters of a snippet.
const SNIPPET: usize = 160;
/// How many row numbers are looked over at once for a free one.
const STRETCH: i64 = 256;

/// Where free numbers for a time begin, as far as this batch knows.
#[derive(Default)]
pub struct Places(BTreeMap<i64, i64>);

/// Puts a row in, or takes it out where it is empty.
pub fn put(conn: &Connection, places: &mut Places, row: &SearchRow) -> Result<(), StoreError> {
    let at = super::write::integer(row.at.0)?;
    let old: Option<(i64, String, String, String, i64)> = conn
        .prepare_cached(
            "SELECT id, kind, title, body, at FROM search WHERE session = ?1 AND key = ?2",
        )?
        .query_row(params![row.session.0, row.key], |old| {
            Ok((old.get(0)?, old.get(1)?, old.get(2)?, old.get(3)?, old.get(4)?))
        })
        .optional()?;
    if let Some((id, kind, title, body, old_at)) = old {
        if (&kind, &title, &body, old_at) == (&row.kind, &row.title, &row.body, at) {
            return Ok(());
        }
        take_out(conn, id, row.session, &kind, &title, &body)?;
    }
    if row.title.is_empty() && row.body.is_empty() {
        return Ok(());
    }
    let id = place(conn, places, at)?;
    conn.prepare_cached(
        "INSERT INTO search(id, session, key, kind, title, body, at)
         VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7)",
    )?
    .execute(params![id, row.session.0, row.key, row.kind, row.title, row.body, at])?;
    conn.prepare_cached("INSERT INTO fts(rowid, title, body, scope) VALUES(?1, ?2, ?3, ?4)")?
        .execute(params![
            id,
            segment::spaced(&row.title),
            segment::spaced(&row.body),
            scope(row.session, &row.kind)
        ])?;
    Ok(())
}

/// Removes a row from the table and its words from the index, which needs to be told them.
fn take_out(
    conn: &Connection,
    id: i64,
    session: EventId,
    kind: &str,
    title: &str,
    body: &str,
) -> Result<(), StoreError> {
    conn.prepare_cached(
        "INSERT INTO fts(fts, rowid, title, body, scope) VALUES('delete', ?1, ?2, ?3, ?4)",
    )?
    .execute(params![
        id,
        segment::spaced(title),
        segment::spaced(body),
        scope(session, kind)
    ])?;
    conn.prepare_cached("DELETE FROM search WHERE id = ?1")?.execute([id])?;
    Ok(())
}

/// Removes all rows of a session.
pub fn forget(conn: &Connection, session: EventId) -> Result<(), StoreError> {
    let mut query =
        conn.prepare("SELECT id, kind, title, body FROM search WHERE session = ?1 ORDER BY id")?;
    let rows: Vec<(i64, String, String, String)> = query
        .query_map(params![session.0], |row| {
            Ok((row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?))
        })?
        .collect::<Result<_, _>>()?;
    for (id, kind, title, body) in rows {
        take_out(conn, id, session, &kind, &title, &body)?;
    }
    Ok(())
}

/// A free row number for the time `at` in milliseconds: `at` itself, or one behind those that are
/// taken near it.
fn place(conn: &Connection, places: &mut Places, at: i64) -> Result<i64, StoreError> {
    let at = at.min(i64::MAX / 2);
    let mut taken = conn.prepare_cached("SELECT 1 FROM search WHERE id = ?1")?;
    if !taken.exists([at])? {
        return Ok(at);
    }
    let mut query = conn.prepare_cached("SELECT max(id) FROM search WHERE id >= ?1 AND id < ?2")?;
    let mut from = places.0.get(&at).copied().unwrap_or(at);
    let id = loop {
        let end = from + STRETCH;
        match query.query_row([from, end], |row| row.get::<_, Option<i64>>(0))? {
            None => break from,
            Some(last) if last + 1 < end => break last + 1,
            Some(_) => from = end,
        }
    };
    places.0.insert(at, from);
    Ok(id)
}

/// The words that stand for session and kind. They cannot be met by what a person types, which
/// is looked for in the other columns only.
fn scope(session: EventId, kind: &str) -> String {
    format!("{} {}", session_word(session), kind_word(kind))
}

fn session_word(session: EventId) -> String {
    format!("s{}", crate::base::hex(&session.0[..8]))
}

fn kind_word(kind: &str) -> String {
    let plain: String = kind.chars().filter(char::is_ascii_alphanumeric).collect();
    format!("k{}", plain.to_ascii_lowercase())
}

/// The query in the index's own language; everything a person typed is quoted. `short` looks for
/// the first letters only of long beginnings of words.
fn expression(query: &Query, terms: &[Term], short: bool) -> String {
    let words: Vec<String> = terms
        .iter()
        .map(|term| {
            let raw = term.short.as_ref().filter(|_| short).unwrap_or(&term.raw);
            let star = if term.prefix { "*" } else { "" };
            format!("\"{}\"{star}", segment::spaced(raw).replace('"', " "))
        })
        .collect();
    let mut parts = vec![format!("{{title body}} : ({})", words.join(" AND "))];
    if let Some(session) = query.session {
        parts.push(format!("scope : \"{}\"", session_word(session)));
    }
    if !query.kinds.is_empty() {
        let kinds: Vec<String> =
            query.kinds.iter().map(|kind| format!("\"{}\"", kind_word(kind))).collect();
        parts.push(format!("scope : ({})", kinds.join(" OR ")));
    }
    parts.join(" AND ")
}

impl SqliteStore {
    /// What the words are found in: the newest, or the best of the newest 2,000. Nothing for a
    /// query without a word.
    pub fn search(&self, query: &Query) -> Result<Vec<Hit>, StoreError> {
        let terms = segment::terms(&query.text);
        if terms.is_empty() || query.limit == 0 {
            return Ok(Vec::new());
        }
        if !query.best {
            let mut hits = self.hits(&self.newest(query, &terms, query.limit)?, &terms)?;
            hits.sort_by_key(|hit| std::cmp::Reverse(hit.at));
            return Ok(hits);
        }
        let candidates = self.newest(query, &terms, RANKED)?;
        let mut scored = Vec::with_capacity(candidates.len());
        for (age, id) in candidates.into_iter().enumerate() {
            if let Some(points) = self.with_text(id, |title, body| score(title, body, &terms))? {
                scored.push((std::cmp::Reverse(points), age, id));
            }
        }
        scored.sort_unstable();
        let ids: Vec<i64> = scored.iter().take(query.limit).map(|(_, _, id)| *id).collect();
        self.hits(&ids, &terms)
    }

    /// The numbers of the newest rows that match.
    ///
    /// For the beginning of a word the database gathers *all* rows first, unless it is so short
    /// that it has an index of its own. So a longer one is looked for by its first letters, and
    /// what does not go on right is left out here; where that leaves out too much, few rows match
    /// and gathering them is fast.
    fn newest(&self, query: &Query, terms: &[Term], limit: usize) -> Result<Vec<i64>, StoreError> {
        let mut found = self
            .conn
            .prepare_cached("SELECT rowid FROM fts WHERE fts MATCH ?1 ORDER BY rowid DESC")?;
        let long: Vec<&Term> = terms.iter().filter(|term| term.short.is_some()).collect();
        if !long.is_empty() {
            let mut rows = found.query([expression(query, terms, true)])?;
            let mut ids = Vec::new();
            let mut budget = FILTERED;
            loop {
                let Some(row) = rows.next()? else { return Ok(ids) };
                let id: i64 = row.get(0)?;
                let fits = self.with_text(id, |title, body| {
                    budget = budget.saturating_sub(title.len() + body.len() + 16);
                    let (title, body) =
                        (segment::tokens(title, FILTERED), segment::tokens(body, FILTERED));
                    long.iter().all(|term| term.is_in(&title) || term.is_in(&body))
                })?;
                if fits == Some(true) {
                    ids.push(id);
                    if ids.len() == limit {
                        return Ok(ids);
                    }
                }
                if budget == 0 {
                    break;
                }
            }
        }
        let rows = found.query_map([expression(query, terms, false)], |row| row.get(0))?;
        Ok(rows.take(limit).collect::<Result<_, _>>()?)
    }

    fn with_text<T>(
        &self,
        id: i64,
        look: impl FnOnce(&str, &str) -> T,
    ) -> Result<Option<T>, StoreError> {
        let mut query = self.conn.prepare_cached("SELECT title, body FROM search WHERE id = ?1")?;
        let found = query.query_row([id], |row| {
            let title = row.get_ref(0)?.as_str().unwrap_or_default();
            let body = row.get_ref(1)?.as_str().unwrap_or_default();
            Ok(look(title, body))
        });
        Ok(found.optional()?)
    }

    fn hits(&self, ids: &[i64], terms: &[Term]) -> Result<Vec<Hit>, StoreError> {
        let mut query = self.conn.prepare_cached(
            "SELECT session, key, kind, title, body, at FROM search WHERE id = ?1",
        )?;
        let mut hits = Vec::with_capacity(ids.len());
        for id in ids {
            let hit = query
                .query_row([id], |row| {
                    let body = row.get_ref(4)?.as_str().unwrap_or_default();
                    Ok(Hit {
                        session: EventId(row.get(0)?),
                        key: row.get(1)?,
                        kind: row.get(2)?,
                        title: row.get(3)?,
                        at: Millis(u64::try_from(row.get::<_, i64>(5)?).unwrap_or(0)),
                        snippet: snippet::cut(body, terms, SNIPPET),
                    })
                })
                .optional()?;
            hits.extend(hit);
        }
        Ok(hits)
    }
}

/// How well a row fits: how often the words occur for its length, in the title above all, as
/// whole words above beginnings, and near each other. In thousandths.
fn score(title: &str, body: &str, terms: &[Term]) -> u64 {
    // Enough to judge by; a long document is not better for its length.
    let title = segment::tokens(title, 2_000);
    let body = segment::tokens(body, 8_000);
    let mut points = 0;
    let mut first: Vec<usize> = Vec::new();
    for term in terms {
        let (mut inside, mut earliest) = (0, None);
        for (at, _) in term.places(&body, term.prefix) {
            inside += 1;
            earliest = earliest.or(Some(at));
        }
        let exact = if term.prefix { term.places(&body, false).count() } else { inside };
        let often = (inside + exact) as f64 / 2.0;
        // As BM25 has it: each further time counts less, and less in a long text.
        let length = 0.25 + 0.75 * body.count() as f64 / 100.0;
        points += (1000.0 * often * 2.2 / (often + 1.2 * length)) as u64;
        if term.is_in(&title) {
            points += 3000;
        }
        first.extend(earliest);
    }
    if let (Some(low), Some(high), true) =
        (first.iter().min(), first.iter().max(), terms.len() > 1 && first.len() == terms.len())
    {
        points += 1500 / (1 + (high - low) as u64 / terms.len() as u64);
    }
    points
}
