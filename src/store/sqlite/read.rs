//! Reading back: events, the list of sessions, bindings, view state, snapshots.

use super::SqliteStore;
use super::write::FOLDS;
use crate::base::{DocId, EventId, Millis};
use crate::event::{Envelope, Event};
use crate::store::{Binding, Glance, Loaded, SessionRow, SnapshotRow, StoreError, Stored};
use rusqlite::{OptionalExtension as _, Row, params};
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path as FilePath;

impl SqliteStore {
    /// The events of a session behind row `after_rid`, in the order of arrival; 0 for all. Those
    /// of another process may turn up among the own ones: go on from [`Loaded::last_rid`].
    pub fn events(&self, session: EventId, after_rid: i64) -> Result<Loaded, StoreError> {
        let mut query = self.conn.prepare_cached(
            "SELECT rid, state, line FROM event WHERE session = ?1 AND rid > ?2 ORDER BY rid",
        )?;
        let mut rows = query.query(params![session.0, after_rid])?;
        let mut loaded = Loaded { last_rid: after_rid, ..Loaded::default() };
        while let Some(row) = rows.next()? {
            let rid: i64 = row.get(0)?;
            let fork = row.get::<_, i64>(1)? != FOLDS;
            let line = row.get_ref(2)?.as_str().unwrap_or_default();
            loaded.last_rid = rid;
            match Envelope::parse(line) {
                Ok(envelope) => loaded.events.push(Stored { rid, envelope, fork }),
                Err(why) => loaded.damaged.push((rid, why)),
            }
        }
        Ok(loaded)
    }

    /// Gives the events of a session to `take` one by one, in the order of arrival, without
    /// keeping them: a long log costs the memory of what is made of it. Their lines were checked
    /// when they came in. Returns the last row and how many are damaged.
    pub fn each_event(
        &self,
        session: EventId,
        take: &mut dyn FnMut(Stored),
    ) -> Result<(i64, usize), StoreError> {
        let mut query = self.conn.prepare_cached(
            "SELECT rid, state, line, id FROM event WHERE session = ?1 ORDER BY rid",
        )?;
        let mut rows = query.query(params![session.0])?;
        let (mut last, mut damaged) = (0, 0);
        while let Some(row) = rows.next()? {
            last = row.get(0)?;
            let fork = row.get::<_, i64>(1)? != FOLDS;
            let line = row.get_ref(2)?.as_str().unwrap_or_default();
            match Envelope::read(line) {
                Ok(envelope) if envelope.id.0 == row.get::<_, [u8; 32]>(3)? => {
                    take(Stored { rid: last, envelope, fork });
                }
                _ => damaged += 1,
            }
        }
        Ok((last, damaged))
    }

    /// The end of a session's log, for a first look at it before all of it is read.
    pub fn glance(&self, session: EventId, doc: &DocId) -> Result<Glance, StoreError> {
        const ROWS: i64 = 2_000;
        const MESSAGES: usize = 40;
        let mut query = self.conn.prepare_cached(
            "SELECT rid, kind, writer FROM event WHERE session = ?1 AND state = 0
             ORDER BY rid DESC LIMIT ?2",
        )?;
        let mut rows = query.query(params![session.0, ROWS])?;
        let mut wanted: Vec<i64> = Vec::new();
        let mut writers: BTreeSet<i64> = BTreeSet::new();
        let (mut messages, mut text) = (0, None);
        while let Some(row) = rows.next()? {
            let rid: i64 = row.get(0)?;
            match row.get_ref(1)?.as_str().unwrap_or_default() {
                "message.posted" if messages < MESSAGES => {
                    messages += 1;
                    wanted.push(rid);
                    writers.insert(row.get(2)?);
                }
                // Whatever came last about a text.
                "document.edited" | "document.saved" if text.is_none() => text = Some(rid),
                "author.introduced" | "message.pinned" => wanted.push(rid),
                _ => {}
            }
        }
        let mut first = self.conn.prepare_cached(
            "SELECT rid FROM event WHERE session = ?1 AND state = 0 AND writer = ?2 AND n = 0",
        )?;
        for writer in writers {
            wanted.extend(
                first
                    .query_row(params![session.0, writer], |row| row.get::<_, i64>(0))
                    .optional()?,
            );
        }
        let mut introduced = self.conn.prepare_cached(
            "SELECT rid FROM (SELECT rid, kind FROM event WHERE session = ?1 ORDER BY rid LIMIT 200)
             WHERE kind IN ('session.created', 'author.introduced')",
        )?;
        let early = introduced.query_map(params![session.0], |row| row.get::<_, i64>(0))?;
        wanted.extend(early.collect::<Result<Vec<_>, _>>()?);
        wanted.extend(text);
        wanted.sort_unstable();
        wanted.dedup();
        let mut line = self.conn.prepare_cached("SELECT line FROM event WHERE rid = ?1")?;
        let mut glance = Glance::default();
        for rid in wanted {
            let line: String = line.query_row([rid], |row| row.get(0))?;
            let Ok(envelope) = Envelope::read(&line) else { continue };
            match (Some(rid) == text, Event::decode(&envelope)) {
                (true, Ok(Event::DocumentSaved { doc: saved, hash, .. })) if saved == *doc => {
                    glance.saved = hash.0;
                }
                (true, _) => {}
                (false, _) => glance.events.push(envelope),
            }
        }
        // What somebody is typing, or was when it ended, is not in the log yet.
        let unsealed = self
            .conn
            .prepare_cached("SELECT 1 FROM burst JOIN writer USING (writer) WHERE session = ?1")?
            .exists(params![session.0])?;
        if unsealed {
            glance.saved = None;
        }
        Ok(glance)
    }

    /// The last row of a session's log.
    pub fn last_row(&self, session: EventId) -> Result<i64, StoreError> {
        let mut query = self
            .conn
            .prepare_cached("SELECT coalesce(max(rid), 0) FROM event WHERE session = ?1")?;
        Ok(query.query_row(params![session.0], |row| row.get(0))?)
    }

    /// What kind of event an id is of, as its row says: its line may be damaged, and long.
    pub fn kind(&self, id: EventId) -> Option<String> {
        let mut query = self.conn.prepare_cached("SELECT kind FROM event WHERE id = ?1").ok()?;
        query.query_row(params![id.0], |row| row.get(0)).ok()
    }

    /// The documents of a session that have a cached state.
    pub fn snapshots(&self, session: EventId) -> Result<Vec<DocId>, StoreError> {
        let mut query =
            self.conn.prepare_cached("SELECT doc FROM snapshot WHERE session = ?1 ORDER BY doc")?;
        let found = query.query_map(params![session.0], |row| doc(row, 0))?;
        Ok(found.collect::<Result<Vec<_>, _>>()?.into_iter().flatten().collect())
    }

    /// One event by its id, whatever its session.
    pub fn event(&self, id: EventId) -> Result<Option<Stored>, StoreError> {
        let found: Option<(i64, i64, String)> = self
            .conn
            .prepare_cached("SELECT rid, state, line FROM event WHERE id = ?1")?
            .query_row(params![id.0], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))
            .optional()?;
        let Some((rid, state, line)) = found else { return Ok(None) };
        match Envelope::parse(&line) {
            Ok(envelope) => Ok(Some(Stored { rid, envelope, fork: state != FOLDS })),
            Err(why) => Err(StoreError::Corrupt(format!("event {}: {why}", id.short()))),
        }
    }

    /// The sessions whose id begins with these hexadecimal digits, at most 10.
    pub fn sessions_like(&self, prefix: &str) -> Result<Vec<EventId>, StoreError> {
        let mut query = self.conn.prepare_cached(
            "SELECT id FROM session WHERE lower(hex(id)) LIKE ?1 || '%' ORDER BY id LIMIT 10",
        )?;
        let plain: String = prefix.chars().filter(char::is_ascii_hexdigit).collect();
        if plain.is_empty() || plain.len() != prefix.len() {
            return Ok(Vec::new());
        }
        let ids = query.query_map([plain.to_ascii_lowercase()], |row| row.get(0).map(EventId))?;
        Ok(ids.collect::<Result<_, _>>()?)
    }

    /// The sessions that were brought in from other programs, by program and by what they are known
    /// by there.
    pub fn brought(&self) -> Result<BTreeMap<(String, String), EventId>, StoreError> {
        let mut query = self.conn.prepare_cached(
            "SELECT line FROM event WHERE state = 0 AND kind = 'session.created' ORDER BY rid DESC",
        )?;
        let mut rows = query.query([])?;
        let mut all = BTreeMap::new();
        while let Some(row) = rows.next()? {
            let line = row.get_ref(0)?.as_str().unwrap_or_default();
            // Most were made here.
            if !line.contains("\"brought\"") {
                continue;
            }
            let Ok(envelope) = Envelope::read(line) else { continue };
            if let Ok(Event::SessionCreated { brought: Some(from), .. }) = Event::decode(&envelope)
            {
                all.insert((from.program, from.id), envelope.id);
            }
        }
        Ok(all)
    }

    /// All sessions, the last used first.
    pub fn sessions(&self) -> Result<Vec<SessionRow>, StoreError> {
        let mut documents: BTreeMap<EventId, Vec<(DocId, String)>> = BTreeMap::new();
        let mut query = self.conn.prepare_cached(
            "SELECT d.session, d.doc, d.name, b.path FROM session_doc d
             LEFT JOIN binding b ON b.session = d.session AND b.doc = d.doc ORDER BY d.doc",
        )?;
        let mut rows = query.query([])?;
        while let Some(row) = rows.next()? {
            let Some(doc) = doc(row, 1)? else { continue };
            let path: Option<String> = row.get(3)?;
            // The name it was begun with is older than its file's.
            let file = path.as_deref().map(FilePath::new).and_then(FilePath::file_name);
            let name = match file {
                Some(file) => file.to_string_lossy().into_owned(),
                None => row.get(2)?,
            };
            documents.entry(EventId(row.get(0)?)).or_default().push((doc, name));
        }
        let mut query = self.conn.prepare_cached(
            "SELECT id, title, created, last, messages, decisions FROM session
             ORDER BY last DESC, id",
        )?;
        let found = query.query_map([], |row| {
            let id = EventId(row.get(0)?);
            Ok(SessionRow {
                id,
                title: row.get(1)?,
                created: millis(row, 2)?,
                last: millis(row, 3)?,
                messages: row.get::<_, i64>(4)?.unsigned_abs(),
                decisions: row.get::<_, i64>(5)?.unsigned_abs(),
                documents: documents.remove(&id).unwrap_or_default(),
            })
        })?;
        Ok(found.collect::<Result<_, _>>()?)
    }

    /// The documents that are bound to a file, the last used session first.
    pub fn binding(&self, path: &str) -> Result<Vec<Binding>, StoreError> {
        if path.is_empty() {
            return Ok(Vec::new());
        }
        self.bound(
            "SELECT path, b.session, doc FROM binding b LEFT JOIN session s ON s.id = b.session
             WHERE path = ?1 ORDER BY s.last DESC, b.session, doc",
            path,
        )
    }

    /// All bindings, by path.
    pub fn bindings(&self) -> Result<Vec<Binding>, StoreError> {
        self.bound(
            "SELECT path, session, doc FROM binding WHERE path <> ?1 ORDER BY path, session, doc",
            "",
        )
    }

    /// The bindings of the sessions used last, each with the session's title, at most `most`.
    pub fn bindings_last(&self, most: usize) -> Result<Vec<(Binding, String)>, StoreError> {
        let mut query = self.conn.prepare_cached(
            "SELECT path, b.session, doc, s.title FROM binding b JOIN session s ON s.id = b.session
             WHERE path <> '' ORDER BY s.last DESC, b.session, doc LIMIT ?1",
        )?;
        let mut rows = query.query([i64::try_from(most).unwrap_or(i64::MAX)])?;
        let mut found = Vec::new();
        while let Some(row) = rows.next()? {
            if let Some(doc) = doc(row, 2)? {
                let session = EventId(row.get(1)?);
                found.push((Binding { path: row.get(0)?, session, doc }, row.get(3)?));
            }
        }
        Ok(found)
    }

    /// The beginning of a document's text as it can be found, at most `chars` characters; only
    /// of a text whose length, in characters, is within `lengths`.
    pub fn text(
        &self,
        session: EventId,
        doc: &DocId,
        chars: usize,
        lengths: std::ops::RangeInclusive<usize>,
    ) -> Result<Option<String>, StoreError> {
        let mut query = self.conn.prepare_cached(
            "SELECT substr(body, 1, ?3) FROM search
             WHERE session = ?1 AND key = ?2 AND kind = 'text' AND length(body) BETWEEN ?4 AND ?5",
        )?;
        let number = |count: usize| i64::try_from(count).unwrap_or(i64::MAX);
        let (least, most) = (number(*lengths.start()), number(*lengths.end()));
        let wanted = params![session.0, doc.as_str(), number(chars), least, most];
        let found = query.query_row(wanted, |row| row.get(0));
        Ok(found.optional()?)
    }

    fn bound(&self, sql: &str, path: &str) -> Result<Vec<Binding>, StoreError> {
        let mut query = self.conn.prepare_cached(sql)?;
        let mut rows = query.query([path])?;
        let mut found = Vec::new();
        while let Some(row) = rows.next()? {
            if let Some(doc) = doc(row, 2)? {
                found.push(Binding { path: row.get(0)?, session: EventId(row.get(1)?), doc });
            }
        }
        Ok(found)
    }

    /// The documents of which a version with this content was ever saved, the latest first. `hash`
    /// is SHA-256 in hexadecimal. Finds a file that was renamed.
    pub fn saved_hash(&self, hash: &str) -> Result<Vec<(EventId, DocId)>, StoreError> {
        let mut query = self.conn.prepare_cached(
            "SELECT session, doc FROM saved WHERE hash = ?1 ORDER BY at DESC, session, doc",
        )?;
        let mut rows = query.query([hash])?;
        let mut found = Vec::new();
        while let Some(row) = rows.next()? {
            if let Some(doc) = doc(row, 1)? {
                found.push((EventId(row.get(0)?), doc));
            }
        }
        Ok(found)
    }

    /// The sessions whose view state has a value under a key.
    pub fn viewed(&self, key: &str, value: &str) -> Result<Vec<EventId>, StoreError> {
        let mut query =
            self.conn.prepare_cached("SELECT session FROM view WHERE key = ?1 AND value = ?2")?;
        let found = query.query_map([key, value], |row| Ok(EventId(row.get(0)?)))?;
        Ok(found.collect::<Result<_, _>>()?)
    }

    /// The view state of a session.
    pub fn view(&self, session: EventId) -> Result<BTreeMap<String, String>, StoreError> {
        let mut query =
            self.conn.prepare_cached("SELECT key, value FROM view WHERE session = ?1")?;
        let found = query.query_map(params![session.0], |row| Ok((row.get(0)?, row.get(1)?)))?;
        Ok(found.collect::<Result<_, _>>()?)
    }

    /// The cached state of a document. It may be older than the log: events behind `upto_rid` are
    /// not in it.
    pub fn snapshot(
        &self,
        session: EventId,
        doc: &DocId,
    ) -> Result<Option<SnapshotRow>, StoreError> {
        let found: Option<(String, Vec<u8>, i64)> = self
            .conn
            .prepare_cached(
                "SELECT version, bytes, upto FROM snapshot WHERE session = ?1 AND doc = ?2",
            )?
            .query_row(params![session.0, doc.as_str()], |row| {
                Ok((row.get(0)?, row.get(1)?, row.get(2)?))
            })
            .optional()?;
        // A cache: what cannot be read is not there.
        Ok(found.and_then(|(version, bytes, upto_rid)| {
            let version = serde_json::from_str(&version).ok()?;
            Some(SnapshotRow { version, bytes, upto_rid })
        }))
    }
}

fn millis(row: &Row<'_>, column: usize) -> rusqlite::Result<Millis> {
    Ok(Millis(u64::try_from(row.get::<_, i64>(column)?).unwrap_or(0)))
}

/// A document id; rows of ids that this version cannot read are left out.
fn doc(row: &Row<'_>, column: usize) -> rusqlite::Result<Option<DocId>> {
    Ok(row.get::<_, String>(column)?.parse().ok())
}
