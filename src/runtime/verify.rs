//! The log of a session against itself, and its signatures, in words: what `cowrite verify` says and
//! the workspace shows is one thing. Changes nothing.

use super::attest::{self, Links, Proof};
use super::taking_in;
use crate::base::when::minute;
use crate::base::{EventId, Millis, WriterId};
use crate::session::Session;
use crate::sign::{Keys, PROVES, Signers};
use crate::state::{Checkup, SignatureWords, plural};
use crate::store::jsonl::{BadAt, SessionFile};
use crate::store::{Finding, Report, SqliteStore, StoreError};

/// One thing that is off, and where.
#[derive(Default)]
pub struct Named {
    pub session: Option<EventId>,
    pub event: Option<EventId>,
    pub kind: String,
    pub author: String,
    pub at: Option<Millis>,
    pub line: Option<u64>,
    pub row: Option<i64>,
    pub what: String,
}

const REFUSED: &str = "its author had no right to write it, or it makes no sense: kept, not folded";

/// What is known of a session, to name events by.
pub struct Names<'a> {
    pub store: &'a SqliteStore,
    pub file: Option<&'a SessionFile>,
    pub session: Option<Session>,
}

impl<'a> Names<'a> {
    /// Of events whose session is not known.
    pub fn nobody(store: &'a SqliteStore, file: Option<&'a SessionFile>) -> Self {
        Self { store, file, session: None }
    }

    pub fn of(
        store: &'a SqliteStore,
        id: EventId,
        file: Option<&'a SessionFile>,
    ) -> Result<Self, StoreError> {
        let session = taking_in::fold(store, id)?;
        Ok(Self { store, file, session: Some(session) })
    }

    fn author(&self, writer: WriterId) -> String {
        let author = self.session.as_ref().and_then(|session| {
            let info = session.writers.get(&writer)?;
            Some(session.author_name(&info.author).to_owned())
        });
        author.unwrap_or_else(|| "an unknown writer".into())
    }

    pub fn event(&self, id: EventId, what: String) -> Named {
        let session = self.session.as_ref();
        let author = session.and_then(|session| {
            let author = session.author_of(&id)?;
            Some(session.author_name(author).to_owned())
        });
        Named {
            session: session.map(|session| session.id),
            event: Some(id),
            kind: self.store.kind(id).unwrap_or_default(),
            author: author.unwrap_or_else(|| "an unknown writer".into()),
            at: session.and_then(|session| session.made_at(&id)),
            line: self.file.and_then(|file| file.places.get(&id).copied()),
            row: None,
            what,
        }
    }

    pub fn bad(&self, bad: &BadAt) -> Named {
        let says = bad.says.as_deref();
        Named {
            session: says.map(|says| says.session),
            event: says.map(|says| says.id),
            kind: says.map(|says| says.kind.clone()).unwrap_or_default(),
            author: says.map(|says| self.author(says.writer)).unwrap_or_default(),
            at: says.map(|says| says.at),
            line: Some(bad.line),
            row: None,
            what: bad.why.to_string(),
        }
    }

    /// What a check of the library found.
    pub fn finding(&self, finding: &Finding) -> Named {
        let what = finding.what.to_string();
        match finding.event {
            Some(id) => Named { row: finding.rid, ..self.event(id, what) },
            None => Named { session: finding.session, row: finding.rid, what, ..Named::default() },
        }
    }

    /// What of a report is about this session, what its authors had no right to write, and its
    /// signatures.
    pub fn check(&self, report: &Report, signers: &Signers) -> Result<Checked, StoreError> {
        let Some(session) = &self.session else { return Ok(Checked::default()) };
        let own = report.findings.iter().filter(|finding| finding.session == Some(session.id));
        let mut found: Vec<Named> = own.map(|finding| self.finding(finding)).collect();
        found.extend(session.refused.iter().map(|id| self.event(*id, REFUSED.into())));
        let proofs = match session.attestations.is_empty() {
            true => Vec::new(),
            false => attest::check(session, &Links::of(self.store, session.id)?, signers),
        };
        Ok(Checked { found, proofs })
    }
}

/// What a check of one session found.
#[derive(Default)]
pub struct Checked {
    pub found: Vec<Named>,
    pub proofs: Vec<Proof>,
}

/// Events of a kind that this version does not know.
pub fn kind_words(kind: &str, count: u64) -> String {
    let events = plural(count as usize, "event");
    format!("{events} of the kind {kind}, which this version does not know: kept")
}

impl Named {
    pub fn words(&self) -> String {
        let mut place = Vec::new();
        place.extend(self.line.map(|line| format!("line {line}")));
        place.extend(self.row.filter(|_| self.line.is_none()).map(|row| format!("row {row}")));
        let session = self.session.map(|id| id.short());
        if let Some(id) = self.event {
            place.push(format!("event {}", id.short()));
            if !self.kind.is_empty() {
                place.push(self.kind.clone());
            }
            place.push(format!("by {}", self.author));
            place.extend(self.at.map(minute));
        }
        let place = place.join(", ");
        match (session, place.is_empty()) {
            (Some(session), true) => format!("{session}: {}", self.what),
            (Some(session), false) => format!("{session} {place}: {}", self.what),
            (None, true) => self.what.clone(),
            (None, false) => format!("{place}: {}", self.what),
        }
    }
}

/// What holds of a log without a signature, for whoever reads the result of a check.
const CHAIN: &str = "The ids show what was altered after somebody else has seen it; they do not keep \
    a person from rewriting a log that only they hold. A signature that others hold does.";

/// Checks a session of the library for the workspace: its signatures, and with `log` all of it.
pub fn checkup(
    store: &SqliteStore,
    id: EventId,
    keys: &Keys,
    log: bool,
) -> Result<Checkup, StoreError> {
    let report = if log { store.verify(Some(id))? } else { Report::default() };
    let names = Names::of(store, id, None)?;
    let Checked { found, proofs } = names.check(&report, &Signers::of(keys))?;
    let log = log.then(|| log_words(&report, &found, &proofs));
    let words = |proof: &Proof| SignatureWords { about: proof.about, lines: proof.lines() };
    Ok(Checkup { signatures: proofs.iter().map(words).collect(), log })
}

fn log_words(report: &Report, found: &[Named], proofs: &[Proof]) -> Vec<String> {
    let more = report.found - report.findings.len() as u64;
    let unsound = proofs.iter().filter(|proof| !proof.is_sound()).count();
    let bad = found.len() + more as usize + unsound;
    let events = plural(report.events as usize, "event");
    let mut lines = vec![match bad {
        0 => format!("{events}: all is well."),
        bad => format!("{events}: {}.", plural(bad, "finding")),
    }];
    lines.extend(found.iter().map(|named| format!("! {}", named.words())));
    if more > 0 {
        lines.push(format!("… {} findings in all", found.len() as u64 + more));
    }
    lines.extend(report.unknown_kinds.iter().map(|(kind, count)| kind_words(kind, *count)));
    lines.push(String::new());
    if proofs.is_empty() {
        lines.push("Nobody signed it: session.sign does, with your SSH key.".into());
        lines.push(CHAIN.into());
    } else {
        lines.extend(proofs.iter().flat_map(Proof::lines));
        lines.push(String::new());
        lines.push(PROVES.into());
    }
    lines
}
