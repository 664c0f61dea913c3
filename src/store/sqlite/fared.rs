//! What the library knows of how models fared with their edits, without reading whole logs.

use super::SqliteStore;
use crate::base::EventId;
use crate::event::Envelope;
use crate::store::StoreError;
use rusqlite::params;

/// The sessions, those with the latest edits of a model first, that are looked at.
const SESSIONS: i64 = 12;
/// Of each the last hunks and ends of answers.
const EDITS: i64 = 100;

impl SqliteStore {
    /// Of the sessions in which models made edits last, but for `but`: the events that tell how they
    /// fared, with those that name the authors, in the order of arrival. A bounded number, found
    /// by an index of their own.
    pub fn fared(&self, but: Option<EventId>) -> Result<Vec<(EventId, Vec<Envelope>)>, StoreError> {
        // The condition is that of the index, word by word: otherwise it is not used.
        let but = but.map_or([0; 32], |id| id.0);
        let mut latest = self.conn.prepare_cached(
            "SELECT session, max(rid) AS last FROM event
             WHERE kind IN ('hunk.made', 'proposal.closed') AND session <> ?1
             GROUP BY session ORDER BY last DESC LIMIT ?2",
        )?;
        let sessions = latest.query_map(params![but, SESSIONS], |row| row.get::<_, [u8; 32]>(0))?;
        let sessions = sessions.collect::<Result<Vec<_>, _>>()?;
        let mut edits = self.conn.prepare_cached(
            "SELECT rid, line FROM event
             WHERE kind IN ('hunk.made', 'proposal.closed') AND session = ?1 AND state = 0
             ORDER BY rid DESC LIMIT ?2",
        )?;
        let mut people = self.conn.prepare_cached(
            "SELECT rid, line FROM event
             WHERE kind IN ('session.created', 'author.introduced', 'writer.started',
               'proposal.opened') AND session = ?1 AND state = 0",
        )?;
        let mut all = Vec::new();
        for session in sessions {
            let mut lines: Vec<(i64, String)> = Vec::new();
            for row in
                edits.query_map(params![session, EDITS], |row| Ok((row.get(0)?, row.get(1)?)))?
            {
                lines.push(row?);
            }
            for row in people.query_map(params![session], |row| Ok((row.get(0)?, row.get(1)?)))? {
                lines.push(row?);
            }
            lines.sort_unstable_by_key(|(rid, _)| *rid);
            // A damaged line tells nothing here; `cowrite verify` names it.
            let events = lines.iter().filter_map(|(_, line)| Envelope::read(line).ok()).collect();
            all.push((EventId(session), events));
        }
        Ok(all)
    }
}
