//! `cowrite verify`: the log against itself, and its signatures.

use super::bringing::Progress;
use super::merge::{megabytes, told};
use super::place::{Place, is_session_file, not_taken, session_id};
use super::whose::{label, none};
use super::{Failure, Out, one_line, when};
use crate::base::{AuthorId, EventId};
use crate::runtime::Taking;
use crate::runtime::attest::Proof;
use crate::runtime::taking_in::{self, Copied};
use crate::runtime::verify::{Named, Names, kind_words};
use crate::runtime::whose::{Whose, whose};
use crate::sign::{Checked, PROVES, Signers};
use crate::state::plural;
use crate::store::jsonl::SessionFile;
use crate::store::{Options, Report, SqliteStore, StoreError, Stored, jsonl};
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
/// configuration directory says, or the file that git's gpg.ssh.allowedSignersFile names, with their
/// dates (valid-after, valid-before, in UTC) and purposes. A key that git's gpg.ssh.revocationFile
/// lists, or that was not valid at the time that a signature says it was made, makes it none.
///
/// A hash chain shows what was altered after somebody else has seen it; it does not keep a person
/// from rewriting a log that only they hold. A signature that others hold does.
#[derive(clap::Args, Debug)]
pub struct VerifyArgs {
    /// A session file (`.cowrite.jsonl`), or a text that has a session, instead of the library.
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
        let (store, session) = match self.meant(&place, out)? {
            Meant::File(path) => {
                let (store, read) = of_file(&path, scratch.path(), &mut bar, out)?;
                if !self.json {
                    told_counts(&path, &read, out)?;
                }
                file = Some((path, read));
                (store, None)
            }
            Meant::Library(store, session) => (*store, session),
        };
        let (path, file) = file.unzip();
        bar.show("It is checked …", out);
        let report = store.verify(session).map_err(Failure::store)?;
        let ids = match session {
            Some(id) => vec![id],
            None => store.session_ids().map_err(Failure::store)?,
        };
        let signers = Signers::of(&place.keys());
        let mut found = Vec::new();
        let mut apart = Vec::new();
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
            // It is that of the largest session. Another one that is whole in itself is no line that
            // somebody slipped in: two began apart, and a merge put both into one file.
            if let Some(own) = file.largest() {
                let whole = |id: &EventId| {
                    let here = |of: Option<EventId>| of == Some(*id);
                    report.findings.iter().all(|finding| !here(finding.session))
                        && found.iter().all(|named| !here(named.session))
                };
                let (more, strange): (Vec<EventId>, Vec<EventId>) =
                    ids.iter().copied().filter(|id| *id != own).partition(whole);
                for id in strange {
                    let names = Names::of(&store, id, Some(file)).map_err(Failure::store)?;
                    found.extend(foreign(&names, own)?);
                }
                apart = more;
                apart.extend((!apart.is_empty()).then_some(own));
            }
            found.sort_by_key(|named| named.line.unwrap_or(u64::MAX));
        }
        bar.clear(out);
        let unsound = proofs.iter().filter(|(_, proof)| !proof.is_sound()).count();
        let bad = found.len() as u64 + more + unsound as u64;
        match self.json {
            true => out.json(&as_json(&report, &found, &proofs, bad, &apart))?,
            false => print(&report, &found, more, &proofs, bad, out)?,
        }
        if let (Some(path), Some(file)) = (&path, &file) {
            beside(path, file, &store, &place, &apart, out)?;
        }
        Ok(if bad == 0 { ExitCode::SUCCESS } else { ExitCode::from(1) })
    }
}

/// What is to be checked.
enum Meant {
    File(PathBuf),
    Library(Box<SqliteStore>, Option<EventId>),
}

impl VerifyArgs {
    fn meant(&self, place: &Place, out: &mut Out) -> Result<Meant, Failure> {
        let Some(path) = &self.file else {
            let store = place.reading(out)?;
            let session = self.session.as_deref().map(|id| session_id(&store, id)).transpose()?;
            return Ok(Meant::Library(Box::new(store), session));
        };
        if !path.exists() {
            return Err(Failure::usage(format!(
                "There is no {}: name a session file (.cowrite.jsonl) or the text of one, or a \
                 session with --session.",
                path.display()
            )));
        }
        if is_session_file(path) {
            return Ok(Meant::File(path.clone()));
        }
        let store = match place.has_library() {
            true => Some(place.reading(out)?),
            false => None,
        };
        match (whose(store.as_ref(), path).map_err(Failure::store)?, store) {
            (Some(Whose { file: Some(file), .. }), _) => {
                out.say(&format!("{} is checked.", file.display()));
                Ok(Meant::File(file))
            }
            (Some(Whose { session, .. }), Some(store)) => {
                Ok(Meant::Library(Box::new(store), Some(session)))
            }
            _ => Err(Failure { code: 2, ..none(path) }),
        }
    }
}

/// What is no finding about a session file and is to be known: that there are several sessions in
/// it, how to get rid of what a merge left, and what the file alone can't tell.
fn beside(
    path: &Path,
    file: &SessionFile,
    store: &SqliteStore,
    place: &Place,
    apart: &[EventId],
    out: &mut Out,
) -> Result<(), Failure> {
    let name = path.display();
    if !apart.is_empty() {
        let mut labels = Vec::new();
        for id in apart {
            labels.push(label(&taking_in::fold(store, *id).map_err(Failure::store)?));
        }
        out.say(&format!(
            "Each of the sessions is whole: {} were begun apart, and a merge put them into one \
             file. `cowrite {name} --session ID` opens one of them.",
            labels.join(" and ")
        ));
    }
    if file.conflict_markers > 0 {
        out.say(&format!(
            "`cowrite merge {name} -o NEW.cowrite.jsonl` writes all that is sound to a new file, \
             without the marks of the merge: put that in the place of this one."
        ));
    }
    let mut missing = Vec::new();
    if place.has_library() {
        // A library that can't be read says nothing of the file.
        if let Ok(known) = place.glance() {
            for id in file.sizes.keys() {
                missing.extend(absent(&known, file, *id).unwrap_or_default());
            }
        }
    }
    missing.iter().for_each(|words| out.say(words));
    out.say(match missing.is_empty() {
        true => CUT,
        false => "Whether that was cut off, or was never shared, the file alone can't tell.",
    });
    Ok(())
}

/// What a file alone says nothing about.
const CUT: &str = "That nothing was cut off its end a file alone can't tell: a signature that others \
                   hold does, or another copy.";

/// What the library has of a session and its file has not, in words.
fn absent(
    store: &SqliteStore,
    file: &SessionFile,
    id: EventId,
) -> Result<Option<String>, StoreError> {
    let me = store.meta("me")?.and_then(|me| me.parse().ok());
    let session = taking_in::fold(store, id)?;
    let (mut all, mut others, mut signed) = (0, 0, 0);
    store.each_event(id, &mut |stored| {
        let event = &stored.envelope;
        if event.is_local() || stored.fork || file.places.contains_key(&event.id) {
            return;
        }
        all += 1;
        signed += usize::from(event.kind == "log.attested");
        let author = session.author_of(&event.id);
        let author = author.filter(|author| **author != AuthorId::outside());
        others += usize::from(
            author.is_some_and(|author| me.as_ref().is_none_or(|me| !session.is_same(author, me))),
        );
    })?;
    if all == 0 {
        return Ok(None);
    }
    let mut words =
        format!("Your library has {} of {} that are not in it", plural(all, "event"), id.short());
    for (count, what) in [(others, "of others"), (signed, "of them signatures")] {
        if count > 0 {
            words.push_str(&format!(", {count} {what}"));
        }
    }
    Ok(Some(words + "."))
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

fn as_json(
    report: &Report,
    found: &[Named],
    proofs: &[(EventId, Proof)],
    bad: u64,
    apart: &[EventId],
) -> Value {
    let proofs = proofs.iter().map(|(session, proof)| {
        let (checked, why) = match &proof.checked {
            Checked::Good => ("good", ""),
            Checked::Bad(why) => ("bad", why.as_str()),
            Checked::Open(why) => ("unchecked", why.as_str()),
            Checked::Redacted(why) => ("redacted", why.as_str()),
        };
        json!({
            "session": session.to_string(),
            "event": proof.id.to_string(),
            "at": when::second(proof.at),
            "who": proof.who,
            "author": proof.author,
            "key": proof.fingerprint,
            "known_as": proof.known,
            "key_ended": proof.ended.map(when::second),
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
        "begun_apart": apart.iter().map(EventId::to_string).collect::<Vec<_>>(),
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
