//! Checking a library against itself: every id recomputed, nothing missing, nothing doubled.

use super::SqliteStore;
use super::write::{FOLDS, integer, number};
use crate::base::{EventId, WriterId};
use crate::event::{Envelope, Event, Undecodable};
use crate::store::{Finding, Flaw, Report, StoreError};
use rusqlite::{OptionalExtension as _, params};
use std::collections::{BTreeMap, BTreeSet};

impl SqliteStore {
    /// Checks one session, or all of them and the database itself.
    pub fn verify(&self, session: Option<EventId>) -> Result<Report, StoreError> {
        let mut report = Report::default();
        if let Some(session) = session {
            self.verify_session(session, &mut report)?;
            return Ok(report);
        }
        let mut query = self.conn.prepare("PRAGMA integrity_check(100)")?;
        let mut rows = query.query([])?;
        while let Some(row) = rows.next()? {
            let said: String = row.get(0)?;
            if said != "ok" {
                report.note(Finding {
                    session: None,
                    rid: None,
                    event: None,
                    what: Flaw::Database(said),
                });
            }
        }
        for session in self.session_ids()? {
            self.verify_session(session, &mut report)?;
        }
        Ok(report)
    }

    /// Every session that has events, also where its creation has not come.
    pub fn session_ids(&self) -> Result<Vec<EventId>, StoreError> {
        let mut query = self.conn.prepare("SELECT DISTINCT session FROM event ORDER BY session")?;
        let found = query.query_map([], |row| row.get(0).map(EventId))?;
        Ok(found.collect::<Result<_, _>>()?)
    }

    fn verify_session(&self, session: EventId, report: &mut Report) -> Result<(), StoreError> {
        let note = |report: &mut Report, at: Option<(i64, Option<EventId>)>, what: Flaw| {
            let (rid, event) = at.map_or((None, None), |(rid, event)| (Some(rid), event));
            report.note(Finding { session: Some(session), rid, event, what });
        };
        // What redactions account for, and what has lost words.
        let mut redacted: BTreeMap<EventId, BTreeSet<u32>> = BTreeMap::new();
        let mut bodiless: Vec<(i64, EventId, BTreeSet<u32>)> = Vec::new();
        let mut introduced: BTreeSet<WriterId> = BTreeSet::new();
        let mut writers: Vec<(i64, EventId, WriterId)> = Vec::new();
        report.sessions += 1;
        let mut lamports: BTreeMap<EventId, u64> = BTreeMap::new();
        let mut waiting: Vec<(i64, EventId, u64, Vec<EventId>)> = Vec::new();
        let mut numbers: BTreeMap<WriterId, BTreeSet<u64>> = BTreeMap::new();
        let mut created = false;

        let mut query = self.conn.prepare(
            "SELECT rid, state, line, id, writer, n, lamport, kind, at, local FROM event
             WHERE session = ?1 ORDER BY rid",
        )?;
        let mut rows = query.query(params![session.0])?;
        while let Some(row) = rows.next()? {
            report.events += 1;
            let rid: i64 = row.get(0)?;
            let line = row.get_ref(2)?.as_str().unwrap_or_default();
            let event = match Envelope::parse(line) {
                Ok(event) => event,
                Err(why) => {
                    // What the row says it is: the line tells nothing any more.
                    let id = row.get(3).ok().map(EventId);
                    note(report, Some((rid, id)), Flaw::Line(why));
                    continue;
                }
            };
            let at = Some((rid, Some(event.id)));
            let columns = [
                ("id", row.get::<_, [u8; 32]>(3)? == event.id.0),
                ("session", event.session_id() == session),
                ("writer", row.get::<_, i64>(4)? == number(event.writer)),
                ("number", Ok(row.get::<_, i64>(5)?) == integer(event.n)),
                ("Lamport number", Ok(row.get::<_, i64>(6)?) == integer(event.lamport)),
                ("kind", row.get_ref(7)?.as_str().is_ok_and(|kind| kind == event.kind)),
                ("time", Ok(row.get::<_, i64>(8)?) == integer(event.at.0)),
                ("locality", row.get::<_, bool>(9)? == event.is_local()),
            ];
            for (name, _) in columns.iter().filter(|(_, same)| !same) {
                note(report, at, Flaw::Column(name));
            }
            if row.get::<_, i64>(1)? != FOLDS {
                let with = self.holder(&event)?;
                let flaw = Flaw::Fork { writer: event.writer, n: event.n, with };
                note(report, at, flaw);
            }
            let gone: BTreeSet<u32> = event.gone().collect();
            if !gone.is_empty() {
                bodiless.push((rid, event.id, gone));
            }
            match Event::decode(&event) {
                Ok(Event::EventRedacted(what) | Event::RecordRedacted(what)) => {
                    for one in what.what {
                        let bodies = one.bodies.iter().map(|gone| gone.body);
                        redacted.entry(one.event).or_default().extend(bodies);
                    }
                }
                Ok(Event::SessionCreated { .. } | Event::WriterStarted { .. }) if event.n == 0 => {
                    introduced.insert(event.writer);
                }
                Ok(_) => {}
                Err(Undecodable::UnknownKind(kind)) => {
                    *report.unknown_kinds.entry(kind).or_default() += 1;
                }
                Err(other) => note(report, at, Flaw::Undecodable(other.to_string())),
            }
            created |= event.kind == "session.created";
            numbers.entry(event.writer).or_default().insert(event.n);
            lamports.insert(event.id, event.lamport);
            if !event.is_local() {
                writers.push((rid, event.id, event.writer));
            }
            waiting.push((rid, event.id, event.lamport, event.parents));
        }
        if !created && report.events > 0 {
            note(report, None, Flaw::NoCreation);
        }
        for (writer, numbers) in numbers {
            let mut next = 0;
            for n in numbers {
                if n > next {
                    note(report, None, Flaw::Gap { writer, before: n, missing: n - next });
                }
                next = n + 1;
            }
        }
        for (rid, id, writer) in writers {
            if !introduced.contains(&writer) {
                note(report, Some((rid, Some(id))), Flaw::Stranger(writer));
            }
        }
        for (rid, id, gone) in bodiless {
            if !redacted.get(&id).is_some_and(|known| gone.is_subset(known)) {
                note(report, Some((rid, Some(id))), Flaw::Bodiless);
            }
        }
        for (rid, id, lamport, parents) in waiting {
            let at = Some((rid, Some(id)));
            for parent in parents {
                match lamports.get(&parent) {
                    None => note(report, at, Flaw::MissingParent(parent)),
                    Some(above) if *above >= lamport => {
                        note(report, at, Flaw::Lamport { lamport, parent: *above });
                    }
                    Some(_) => {}
                }
            }
        }
        Ok(())
    }

    /// The event that folds under the number of another.
    fn holder(&self, event: &Envelope) -> Result<Option<EventId>, StoreError> {
        let mut query = self.conn.prepare_cached(
            "SELECT id FROM event WHERE session = ?1 AND writer = ?2 AND n = ?3 AND state = ?4",
        )?;
        let found = query
            .query_row(
                params![event.session_id().0, number(event.writer), integer(event.n)?, FOLDS],
                |row| row.get(0).map(EventId),
            )
            .optional()?;
        Ok(found)
    }
}
