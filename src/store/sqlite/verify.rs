//! Checking a library against itself: every id recomputed, nothing missing, nothing doubled.

use super::SqliteStore;
use super::write::{FOLDS, integer, number};
use crate::base::{EventId, WriterId};
use crate::event::{Envelope, Event, Undecodable};
use crate::store::{Finding, Flaw, Report, StoreError};
use rusqlite::params;
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
                report.note(Finding { session: None, rid: None, what: Flaw::Database(said) });
            }
        }
        let mut query = self.conn.prepare("SELECT DISTINCT session FROM event ORDER BY session")?;
        let sessions: Vec<EventId> =
            query.query_map([], |row| row.get(0).map(EventId))?.collect::<Result<_, _>>()?;
        for session in sessions {
            self.verify_session(session, &mut report)?;
        }
        Ok(report)
    }

    fn verify_session(&self, session: EventId, report: &mut Report) -> Result<(), StoreError> {
        let note = |report: &mut Report, rid: Option<i64>, what: Flaw| {
            report.note(Finding { session: Some(session), rid, what });
        };
        report.sessions += 1;
        let mut lamports: BTreeMap<EventId, u64> = BTreeMap::new();
        let mut waiting: Vec<(i64, u64, Vec<EventId>)> = Vec::new();
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
                    note(report, Some(rid), Flaw::Line(why));
                    continue;
                }
            };
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
                note(report, Some(rid), Flaw::Column(name));
            }
            if row.get::<_, i64>(1)? != FOLDS {
                let flaw = Flaw::Fork { writer: event.writer, n: event.n };
                note(report, Some(rid), flaw);
            }
            match Event::decode(&event) {
                Ok(_) => {}
                Err(Undecodable::UnknownKind(kind)) => {
                    *report.unknown_kinds.entry(kind).or_default() += 1;
                }
                Err(other) => note(report, Some(rid), Flaw::Undecodable(other.to_string())),
            }
            created |= event.kind == "session.created";
            numbers.entry(event.writer).or_default().insert(event.n);
            lamports.insert(event.id, event.lamport);
            waiting.push((rid, event.lamport, event.parents));
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
        for (rid, lamport, parents) in waiting {
            for parent in parents {
                match lamports.get(&parent) {
                    None => note(report, Some(rid), Flaw::MissingParent(parent)),
                    Some(above) if *above >= lamport => {
                        note(report, Some(rid), Flaw::Lamport { lamport, parent: *above });
                    }
                    Some(_) => {}
                }
            }
        }
        Ok(())
    }
}
