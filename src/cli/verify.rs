//! `cowrite verify`: the log against itself, and its signatures.

use super::bringing::Progress;
use super::merge::{megabytes, told};
use super::place::{Place, is_session_file, not_taken, session_id};
use super::{Failure, Out, one_line, when};
use crate::base::{EventId, Millis, WriterId};
use crate::runtime::attest::{self, Links, PROVES, Proof};
use crate::runtime::taking_in::{self, Copied};
use crate::session::Session;
use crate::sign::{Checked, Signers};
use crate::state::plural;
use crate::store::jsonl::{BadAt, SessionFile};
use crate::store::{Finding, Options, Report, SqliteStore, Stored, jsonl};
use serde_json::{Value, json};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

/// Check the log and its signatures.
///
/// Every id is computed anew; nothing is altered, missing, doubled or from elsewhere, nothing written
/// that its author had no right to write. Exit code 1: something is off, and each event is named. Of
/// a session file, lines that `cowrite import` would leave out are such findings, too.
///
/// Signatures (`cowrite attest`) are checked offline; whose keys they are, `allowed_signers` in the
/// configuration directory says, or the file that git's gpg.ssh.allowedSignersFile names.
///
/// A hash chain shows what was altered after somebody else has seen it; it does not keep a person
/// from rewriting a log that only they hold. A signature that others hold does.
#[derive(clap::Args, Debug)]
pub struct VerifyArgs {
    /// A session file (`.cowrite.jsonl`) instead of the library.
    file: Option<PathBuf>,
    /// Only this session: its id or the beginning of it.
    #[arg(long, conflicts_with = "file")]
    session: Option<String>,
    /// Say it as JSON.
    #[arg(long)]
    json: bool,
}

/// One thing that is off, and where.
#[derive(Default)]
struct Named {
    session: Option<EventId>,
    event: Option<EventId>,
    kind: String,
    author: String,
    at: Option<Millis>,
    line: Option<u64>,
    row: Option<i64>,
    what: String,
}

const REFUSED: &str = "its author had no right to write it, or it makes no sense: kept, not folded";

/// What is known of a session, to name events by.
struct Names<'a> {
    store: &'a SqliteStore,
    file: Option<&'a SessionFile>,
    session: Option<Session>,
}

impl<'a> Names<'a> {
    /// Of events whose session is not known.
    fn nobody(store: &'a SqliteStore, file: Option<&'a SessionFile>) -> Self {
        Self { store, file, session: None }
    }

    fn of(
        store: &'a SqliteStore,
        id: EventId,
        file: Option<&'a SessionFile>,
    ) -> Result<Self, Failure> {
        let session = taking_in::fold(store, id).map_err(Failure::store)?;
        Ok(Self { store, file, session: Some(session) })
    }

    fn author(&self, writer: WriterId) -> String {
        let author = self.session.as_ref().and_then(|session| {
            let info = session.writers.get(&writer)?;
            Some(session.author_name(&info.author).to_owned())
        });
        author.unwrap_or_else(|| "an unknown writer".into())
    }

    fn event(&self, id: EventId, what: String) -> Named {
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

    fn bad(&self, bad: &BadAt) -> Named {
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
}

impl Named {
    fn words(&self) -> String {
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
            place.extend(self.at.map(when::minute));
        }
        let place = place.join(", ");
        match (session, place.is_empty()) {
            (Some(session), true) => format!("{session}: {}", self.what),
            (Some(session), false) => format!("{session} {place}: {}", self.what),
            (None, true) => self.what.clone(),
            (None, false) => format!("{place}: {}", self.what),
        }
    }

    fn json(&self) -> Value {
        json!({
            "session": self.session.map(|id| id.to_string()),
            "event": self.event.map(|id| id.to_string()),
            "kind": self.kind,
            "author": self.author,
            "at": self.at.map(when::second),
            "line": self.line,
            "row": self.row,
            "what": self.what,
        })
    }
}

impl VerifyArgs {
    pub fn run(self, out: &mut Out) -> Result<ExitCode, Failure> {
        // A session file is checked as what it would be in a library.
        let scratch = tempfile::tempdir()?;
        let place = Place::find(None, None)?;
        let mut bar = Progress::new();
        let mut file = None;
        let (store, session) = match &self.file {
            Some(path) => {
                if !is_session_file(path) {
                    return Err(Failure::usage(
                        "Name a session file (.cowrite.jsonl), or a session with --session.",
                    ));
                }
                let (store, read) = of_file(path, scratch.path(), &mut bar, out)?;
                if !self.json {
                    told_counts(path, &read, out)?;
                }
                file = Some(read);
                (store, None)
            }
            None => {
                let store = place.reading(out)?;
                let session =
                    self.session.as_deref().map(|id| session_id(&store, id)).transpose()?;
                (store, session)
            }
        };
        bar.show("It is checked …", out);
        let report = store.verify(session).map_err(Failure::store)?;
        let ids = match session {
            Some(id) => vec![id],
            None => store.session_ids().map_err(Failure::store)?,
        };
        let signers = Signers::read(&place.keys().signers());
        let mut found = Vec::new();
        let mut more = report.found - report.findings.len() as u64;
        let mut proofs: Vec<(EventId, Proof)> = Vec::new();
        // One session at a time: a library may be larger than what fits into memory.
        for id in &ids {
            let names = Names::of(&store, *id, file.as_ref())?;
            found.extend(bad_lines(&names, file.as_ref(), |of| of == Some(*id)));
            let own = report.findings.iter().filter(|finding| finding.session == Some(*id));
            found.extend(own.map(|finding| named(&names, finding)));
            let Some(session) = &names.session else { continue };
            found.extend(session.refused.iter().map(|id| names.event(*id, REFUSED.into())));
            if !session.attestations.is_empty() {
                let links = Links::of(&store, *id).map_err(Failure::store)?;
                let made = attest::check(session, &links, &signers).into_iter();
                proofs.extend(made.map(|proof| (*id, proof)));
            }
        }
        let nobody = Names::nobody(&store, file.as_ref());
        let others = report.findings.iter().filter(|finding| finding.session.is_none());
        found.extend(others.map(|finding| named(&nobody, finding)));
        if let Some(file) = &file {
            let here = |of: Option<EventId>| of.is_none_or(|of| !ids.contains(&of));
            found.extend(bad_lines(&nobody, Some(file), here));
            more += file.bad_lines - file.bad.len() as u64;
            if !file.ends_whole && file.bad.iter().all(|bad| bad.why != jsonl::Trouble::Torn) {
                found.push(ends_torn(file));
            }
            // It is that of the largest session.
            if let Some(own) = file.largest() {
                for id in ids.iter().filter(|id| **id != own) {
                    found.extend(foreign(&Names::of(&store, *id, Some(file))?, own)?);
                }
            }
            found.sort_by_key(|named| named.line.unwrap_or(u64::MAX));
        }
        bar.clear(out);
        let unsound = proofs.iter().filter(|(_, proof)| !proof.is_sound()).count();
        let bad = found.len() as u64 + more + unsound as u64;
        match self.json {
            true => out.json(&as_json(&report, &found, &proofs, bad))?,
            false => print(&report, &found, more, &proofs, bad, out)?,
        }
        Ok(if bad == 0 { ExitCode::SUCCESS } else { ExitCode::from(1) })
    }
}

fn print(
    report: &Report,
    found: &[Named],
    more: u64,
    proofs: &[(EventId, Proof)],
    bad: u64,
    out: &mut Out,
) -> Result<(), Failure> {
    for named in found {
        out.line(&one_line(&named.words()))?;
    }
    if more > 0 {
        out.line(&format!("… {} findings in all", found.len() as u64 + more))?;
    }
    for (kind, count) in &report.unknown_kinds {
        out.line(&format!(
            "{} of the kind {}, which this version does not know: kept",
            plural(*count as usize, "event"),
            one_line(kind)
        ))?;
    }
    for (session, proof) in proofs {
        for (index, line) in proof.lines().iter().enumerate() {
            let front = if index == 0 { format!("{} ", session.short()) } else { "  ".into() };
            out.line(&format!(
                "{front}{}",
                if index == 0 { one_line(line) } else { line.clone() }
            ))?;
        }
    }
    if !proofs.is_empty() {
        out.line(PROVES)?;
    }
    out.line(&format!(
        "{}, {}: {}",
        plural(report.sessions as usize, "session"),
        plural(report.events as usize, "event"),
        if bad == 0 { "all is well".into() } else { plural(bad as usize, "finding") }
    ))
}

fn as_json(report: &Report, found: &[Named], proofs: &[(EventId, Proof)], bad: u64) -> Value {
    let proofs = proofs.iter().map(|(session, proof)| {
        let (checked, why) = match &proof.checked {
            Checked::Good => ("good", ""),
            Checked::Bad(why) => ("bad", why.as_str()),
            Checked::Open(why) => ("unchecked", why.as_str()),
        };
        json!({
            "session": session.to_string(),
            "event": proof.id.to_string(),
            "at": when::second(proof.at),
            "who": proof.who,
            "author": proof.author,
            "key": proof.fingerprint,
            "known_as": proof.known,
            "signature": checked,
            "why": why,
            "decision": proof.decision,
            "decision_stands": proof.stands,
            "covers": proof.covers,
            "says_it_covers": proof.said,
            "missing": proof.missing,
            "not_covered": proof.after,
        })
    });
    json!({
        "well": bad == 0,
        "sessions": report.sessions,
        "events": report.events,
        "found": bad,
        "findings": found.iter().map(Named::json).collect::<Vec<_>>(),
        "unknown_kinds": report.unknown_kinds,
        "attestations": proofs.collect::<Vec<_>>(),
        "proves": PROVES,
    })
}

/// A library that holds what a session file does.
fn of_file(
    path: &Path,
    dir: &Path,
    bar: &mut Progress,
    out: &mut Out,
) -> Result<(SqliteStore, SessionFile), Failure> {
    let mut store = SqliteStore::open(dir, Options::default()).map_err(Failure::store)?;
    let copied = taking_in::copy_file(&mut store, path, None, &mut |done, of| {
        let percent = (done * 100).checked_div(of).unwrap_or(100).min(100);
        bar.show(&format!("{percent} % of {} MB is read …", megabytes(of)), out);
    });
    bar.clear(out);
    let Copied { file, .. } = copied.map_err(not_taken)?;
    Ok((store, file))
}

/// What of a file is harmless, in words; what is not is named event by event.
fn told_counts(path: &Path, file: &SessionFile, out: &mut Out) -> Result<(), Failure> {
    let harmless = SessionFile {
        carriage_returns: file.carriage_returns,
        duplicates: file.duplicates,
        ..SessionFile::default()
    };
    told(path, &harmless, out).map(|_| ())
}

/// A last line without its end is whole, but what is appended would join it.
fn ends_torn(file: &SessionFile) -> Named {
    let what = "the last line has no end, or another one: it was cut off or changed".into();
    Named { line: file.places.values().max().copied(), what, ..Named::default() }
}

/// Events of a session that is not this file's.
fn foreign(names: &Names<'_>, own: EventId) -> Result<Vec<Named>, Failure> {
    let what = format!("foreign: of another session than the others in this file, {}", own.short());
    let Some(session) = &names.session else { return Ok(Vec::new()) };
    let mut ids = Vec::new();
    let take = &mut |stored: Stored| {
        if ids.len() < Report::MOST {
            ids.push(stored.envelope.id);
        }
    };
    names.store.each_event(session.id, take).map_err(Failure::store)?;
    Ok(ids.into_iter().map(|id| names.event(id, what.clone())).collect())
}

fn named(names: &Names<'_>, finding: &Finding) -> Named {
    let what = finding.what.to_string();
    match finding.event {
        Some(id) => Named { row: finding.rid, ..names.event(id, what) },
        None => Named { session: finding.session, row: finding.rid, what, ..Named::default() },
    }
}

/// The lines of a file that say that they are of such a session.
fn bad_lines(
    names: &Names<'_>,
    file: Option<&SessionFile>,
    of: impl Fn(Option<EventId>) -> bool,
) -> Vec<Named> {
    let all = file.into_iter().flat_map(|file| file.bad.iter().chain(&file.rewritten));
    let own = all.filter(|bad| of(bad.says.as_deref().map(|says| says.session)));
    own.map(|bad| names.bad(bad)).collect()
}
