//! `cowrite verify`: the log against itself, and its signatures.

use super::bringing::Progress;
use super::merge::{megabytes, told};
use super::place::{Place, is_session_file, not_taken, session_id};
use super::{Failure, Out, one_line, when};
use crate::base::EventId;
use crate::runtime::Taking;
use crate::runtime::attest::Proof;
use crate::runtime::taking_in::{self, Copied};
use crate::runtime::verify::{Named, Names, kind_words};
use crate::sign::{Checked, PROVES, Signers};
use crate::state::plural;
use crate::store::jsonl::SessionFile;
use crate::store::{Options, Report, SqliteStore, Stored, jsonl};
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
            let names = Names::of(&store, *id, file.as_ref()).map_err(Failure::store)?;
            found.extend(bad_lines(&names, file.as_ref(), |of| of == Some(*id)));
            let checked = names.check(&report, &signers).map_err(Failure::store)?;
            found.extend(checked.found);
            proofs.extend(checked.proofs.into_iter().map(|proof| (*id, proof)));
        }
        let nobody = Names::nobody(&store, file.as_ref());
        let others = report.findings.iter().filter(|finding| finding.session.is_none());
        found.extend(others.map(|finding| nobody.finding(finding)));
        if let Some(file) = &file {
            let here = |of: Option<EventId>| of.is_none_or(|of| !ids.contains(&of));
            found.extend(bad_lines(&nobody, Some(file), here));
            more += file.bad_lines - file.bad.len() as u64;
            if !file.ends_whole && file.bad.iter().all(|bad| bad.why != jsonl::Trouble::Torn) {
                found.push(ends_torn(file));
            }
            if report.events == 0 && found.is_empty() {
                let what = "it holds no event: emptied, cut off, or never written".into();
                found.push(Named { what, ..Named::default() });
            }
            // It is that of the largest session.
            if let Some(own) = file.largest() {
                for id in ids.iter().filter(|id| **id != own) {
                    let names = Names::of(&store, *id, Some(file)).map_err(Failure::store)?;
                    found.extend(foreign(&names, own)?);
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
        out.line(&one_line(&kind_words(kind, *count)))?;
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
        "findings": found.iter().map(named).collect::<Vec<_>>(),
        "unknown_kinds": report.unknown_kinds,
        "attestations": proofs.collect::<Vec<_>>(),
        "proves": PROVES,
    })
}

fn named(named: &Named) -> Value {
    json!({
        "session": named.session.map(|id| id.to_string()),
        "event": named.event.map(|id| id.to_string()),
        "kind": named.kind,
        "author": named.author,
        "at": named.at.map(when::second),
        "line": named.line,
        "row": named.row,
        "what": named.what,
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
    let copied = taking_in::copy_file(&mut store, path, None, &mut |taking| {
        let Taking { done, of, .. } = *taking;
        let percent = (done * 100).checked_div(of).unwrap_or(100).min(100);
        bar.show(&format!("{percent} % of {} MB is read …", megabytes(of)), out);
        true
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
