//! Redacting in the library and in the session file: both whole or not at all. What the second
//! still needs is remembered, so that the next start completes what a killed one began.

mod agreed;
mod on_disk;

use super::open::recover;
use super::shared;
use crate::base::EventId;
use crate::event::Envelope;
use crate::report::{Redacting, Target, came_back, redaction};
use crate::session::{RedactionInfo, Session};
use crate::state::{
    Me, OUT_OF_REACH, Pending, Preview, RedactionMade, Saying, accepted, all_rows, redaction_events,
};
use crate::store::{RedactJob, SqliteStore, StoreError, jsonl};
pub use agreed::{again, again_told, decide, is_back, waits};
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

/// The most words, and characters of each, that are shown of what would go.
const SAMPLES: usize = 3;
const SAMPLE: usize = 60;

/// What is left to do outside of the library.
#[derive(Serialize, Deserialize)]
struct Rest {
    session: EventId,
    /// The event that says it, which the session file gets with the edits.
    id: Option<EventId>,
    /// Somebody else's, which it follows.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    follows: Option<EventId>,
    /// The first row of the log that belongs to it.
    from: i64,
}

pub(super) fn said(why: StoreError) -> String {
    match why {
        StoreError::InUse(_) => "Another cowrite has this library open, and holds the words in \
                                 memory: close it, then redact."
            .into(),
        why => format!("{why} {}", why.advice()),
    }
}

pub(super) struct Loaded {
    pub session: Session,
    pub events: Vec<Envelope>,
    pub last: i64,
}

pub(super) fn load(store: &SqliteStore, id: EventId) -> Result<Loaded, String> {
    let loaded = store.events(id, 0).map_err(said)?;
    if !loaded.damaged.is_empty() {
        return Err("Lines of the log are damaged: what they hold can't be redacted. `cowrite \
                    verify` names them."
            .into());
    }
    let events: Vec<Envelope> = loaded.events.into_iter().map(|stored| stored.envelope).collect();
    Ok(Loaded { session: Session::fold(id, &events), events, last: loaded.last_rid })
}

/// What redacting would do, in lines for a person.
pub fn prepare(store: &SqliteStore, id: EventId, target: &Target) -> Result<Preview, String> {
    let Loaded { session, events, .. } = load(store, id)?;
    let plan = redaction(&session, &events, target)?;
    let mut lines = Vec::new();
    if let Target::Event { event, .. } = target
        && let Some(event) = events.iter().find(|known| known.id == *event)
    {
        let said = event.slots().into_iter().map(|slot| event.words(slot.bodies));
        lines.push(short(&said.collect::<Vec<_>>().join(" ")));
    }
    lines.extend(plan.lines());
    if let Some(file) = shared::bound(store, id).map_err(said)?.filter(|file| file.exists()) {
        lines.push(format!("{} is written anew without them.", file.display()));
    }
    let pieces = on_disk::pieces(&session, &plan);
    let texts = on_disk::holding_now(store, id, &pieces);
    lines.extend(texts.iter().map(|path| {
        format!("{} holds some of them, and does so until the text is saved then.", path.display())
    }));
    Ok(Preview { target: target.clone(), lines })
}

/// Both ways, where they differ.
pub fn prepare_all(
    store: &SqliteStore,
    id: EventId,
    targets: &[Target],
) -> Result<Vec<Preview>, String> {
    let mut found: Vec<Preview> = Vec::new();
    for target in targets {
        let preview = prepare(store, id, target)?;
        if found.iter().all(|known| known.lines != preview.lines) {
            found.push(preview);
        }
    }
    Ok(found)
}

/// Redacts. Returns what was done and what was not, in words.
///
/// # Errors
/// Why nothing was redacted.
pub fn carry_out(
    store: &mut SqliteStore,
    id: EventId,
    me: &Me,
    target: &Target,
    reason: &str,
) -> Result<String, String> {
    recover(store, me).map_err(said)?;
    let Loaded { mut session, events, last } = load(store, id)?;
    let plan = redaction(&session, &events, target)?;
    let pieces = on_disk::pieces(&session, &plan);
    let made = made(store, &mut session, &events, me, &plan, reason)?;
    let rest = rest(id, made.id, None, last);
    write(store, id, &events, made, rest)?;
    let texts = on_disk::holding(store, &session, &pieces);
    complete(store, id, &plan, &texts)
}

pub(super) fn made(
    store: &SqliteStore,
    session: &mut Session,
    events: &[Envelope],
    me: &Me,
    plan: &Redacting,
    reason: &str,
) -> Result<RedactionMade, String> {
    let mut rand = super::open::entropy().map_err(said)?;
    let shared = in_file(store, session.id)?;
    let saying = Saying { me, reason, at: super::now(), shared: shared.as_ref() };
    redaction_events(session, events, plan, saying, &mut rand)
}

/// The events that the session file has, where it has any of the session.
fn in_file(store: &SqliteStore, id: EventId) -> Result<Option<BTreeSet<EventId>>, String> {
    let bound = shared::bound(store, id).map_err(said)?.filter(|path| path.exists());
    // One that can't be read is said when it is to be written anew.
    let read = bound.and_then(|path| jsonl::skim(&path).ok());
    let read = read.filter(|file| file.sizes.contains_key(&id));
    Ok(read.map(|file| file.places.into_keys().collect()))
}

pub(super) fn write(
    store: &mut SqliteStore,
    id: EventId,
    events: &[Envelope],
    made: RedactionMade,
    rest: String,
) -> Result<(), String> {
    let rows = all_rows(&Session::fold(id, &after(events, &made.lines, &made.events)));
    let RedactionMade { writers, events, lines, .. } = made;
    store.redact(id, &RedactJob { writers, events, lines, rows, rest }).map_err(said)
}

pub(super) fn rest(
    session: EventId,
    id: Option<EventId>,
    follows: Option<EventId>,
    last: i64,
) -> String {
    serde_json::to_string(&Rest { session, id, follows, from: last + 1 }).unwrap_or_default()
}

/// The log as it is then.
pub(super) fn after(events: &[Envelope], lines: &[Envelope], new: &[Envelope]) -> Vec<Envelope> {
    let redacted: BTreeMap<EventId, &Envelope> =
        lines.iter().map(|event| (event.id, event)).collect();
    let all = events.iter().map(|event| redacted.get(&event.id).copied().unwrap_or(event));
    all.chain(new).cloned().collect()
}

pub(super) fn complete(
    store: &mut SqliteStore,
    id: EventId,
    plan: &Redacting,
    texts: &[PathBuf],
) -> Result<String, String> {
    let rest = finish(store)?;
    let mut words = "Redacted: it is gone from the log, the search and the history.".to_owned();
    words.push_str(&rest.words);
    let mut holders = on_disk::holders(store, id, &plan.words);
    holders.retain(|path| !texts.contains(path));
    if !holders.is_empty() {
        let names: Vec<String> = holders.iter().map(|path| path.display().to_string()).collect();
        words.push_str(&format!(" Still there: {}.", names.join(", ")));
    }
    if !texts.is_empty() {
        let names: Vec<String> = texts.iter().map(|path| path.display().to_string()).collect();
        words.push_str(&format!(
            " {} on the disk still {} it until the text is saved: `cowrite do file.save FILE`, or \
             open it and save.",
            names.join(", "),
            if names.len() == 1 { "holds" } else { "hold" }
        ));
    }
    words.push(' ');
    words.push_str(OUT_OF_REACH);
    Ok(words)
}

/// What completing a redaction did.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Finished {
    pub any: bool,
    pub words: String,
}

/// Does what a redaction has still to do: the session file, and the bytes in the library's files.
/// Whoever opens the library calls it.
///
/// # Errors
/// Why it can't be done now; the next start tries again.
pub fn finish(store: &mut SqliteStore) -> Result<Finished, String> {
    let Some(text) = store.redacting().map_err(said)? else { return Ok(Finished::default()) };
    let mut words = String::new();
    let mut done = true;
    if let Ok(rest) = serde_json::from_str::<Rest>(&text) {
        match clean_file(store, &rest) {
            Ok(Some(path)) => words.push_str(&format!(" {} is written anew.", path.display())),
            Ok(None) => {}
            Err(why) => {
                done = false;
                words.push_str(&format!(
                    " But the session file still holds it: {why} The next start tries again."
                ));
            }
        }
    }
    if !store.scrub().map_err(said)? {
        done = false;
        words.push_str(
            " But its bytes are still in the library's files: another program reads them, or the \
             disk is full. The next start tries again.",
        );
    }
    if done {
        store.redacted().map_err(said)?;
    }
    Ok(Finished { any: true, words })
}

/// Takes the words out of the session file, and tells it of the redaction.
fn clean_file(store: &mut SqliteStore, rest: &Rest) -> Result<Option<PathBuf>, String> {
    let Some(path) = shared::bound(store, rest.session).map_err(said)? else { return Ok(None) };
    if !path.exists() {
        return Ok(None);
    }
    let loaded = store.events(rest.session, 0).map_err(said)?;
    let file = jsonl::skim(&path).map_err(|why| format!("{why}."))?;
    let has_session = file.sizes.contains_key(&rest.session);
    let known = file.places;
    let shared: Vec<_> =
        loaded.events.into_iter().filter(|stored| !stored.envelope.is_local()).collect();
    let says = |stored: &&crate::store::Stored| {
        let id = Some(stored.envelope.id);
        id == rest.id || id == rest.follows
    };
    let says: Vec<_> = shared
        .iter()
        .filter(says)
        .map(|stored| (stored.envelope.writer, stored.envelope.n))
        .collect();
    // What was not shared stays so, but for what says why words are gone. Where everything was, the
    // edits of the texts are no news either.
    let mut before = shared.iter().filter(|stored| stored.rid < rest.from);
    let all = before.all(|stored| known.contains_key(&stored.envelope.id));
    // What leads back to something that the file does not have can't go into it. Those that say it
    // lead back to nothing else; one of somebody else's came with what it follows.
    let wanted = match rest.follows.filter(|id| !known.contains_key(id)) {
        Some(follows) => ancestors(&shared, follows),
        None => BTreeSet::new(),
    };
    let new = shared.into_iter().filter(|stored| {
        let event = &stored.envelope;
        if !has_session {
            return false;
        }
        wanted.contains(&event.id)
            || says.iter().any(|(writer, n)| event.writer == *writer && event.n <= *n)
            || all && stored.rid >= rest.from
    });
    let new: Vec<Envelope> =
        new.map(|stored| stored.envelope).filter(|it| !known.contains_key(&it.id)).collect();
    scrub_file(store, rest.session, &path, &new)
}

/// An event and all that it leads back to.
fn ancestors(events: &[crate::store::Stored], of: EventId) -> BTreeSet<EventId> {
    let all: BTreeMap<EventId, &[EventId]> =
        events.iter().map(|it| (it.envelope.id, it.envelope.parents.as_slice())).collect();
    let (mut found, mut next) = (BTreeSet::new(), vec![of]);
    while let Some(id) = next.pop() {
        if found.insert(id) {
            next.extend(all.get(&id).copied().unwrap_or_default());
        }
    }
    found
}

/// Takes out of a session file what is redacted here. Returns the file when it changed.
pub fn scrub_file(
    store: &mut SqliteStore,
    session: EventId,
    path: &Path,
    add: &[Envelope],
) -> Result<Option<PathBuf>, String> {
    let mut lost = |event: EventId| store.gone(event).unwrap_or_default();
    let changed = jsonl::redact(path, &mut lost, add).map_err(|why| format!("{why}."))?;
    if changed == 0 && add.is_empty() {
        return Ok(None);
    }
    shared::note_seen(store, session, path).map_err(said)?;
    Ok(Some(path.to_path_buf()))
}

/// Why nothing that is new leaves with words that somebody redacted.
pub const WAITING: &str = "words that others redacted still stand here and would go out with it. \
    `cowrite redactions` shows them: take them out (--accept ID), or keep them (--keep ID).";

/// Whether words that others redacted still stand here, and nobody decided.
pub fn unanswered(store: &SqliteStore, session: &Session) -> Result<bool, String> {
    Ok(session.redactions.iter().next().is_some() && !pending(store, session.id)?.is_empty())
}

/// What others redacted whose words are still here, and were not decided to stay.
pub fn pending(store: &SqliteStore, id: EventId) -> Result<Vec<Pending>, String> {
    let Loaded { session, events, .. } = load(store, id)?;
    let kept = agreed::named(store, id, agreed::KEPT)?;
    let by_event = by_id(&events);
    let any_back = came_back(&session, |_| true);
    let mut found = Vec::new();
    for taken in session.redactions.iter() {
        if kept.contains(&taken.id) {
            continue;
        }
        let lines = accepted(&taken.what, &by_event);
        // Most often nothing did, which is known at once of all of them.
        let again = match any_back && came_back(&session, |one| one.id == taken.id) {
            true => redaction(&session, &events, &Target::Again(vec![taken.id])),
            false => Ok(Redacting::default()),
        };
        let again = again.unwrap_or_default();
        if lines.is_empty() && again.is_empty() {
            continue;
        }
        let mut kinds: BTreeMap<String, usize> = BTreeMap::new();
        let mut samples = Vec::new();
        for (kind, count) in again.kinds {
            *kinds.entry(kind).or_default() += count;
        }
        for line in &lines {
            *kinds.entry(line.kind.clone()).or_default() += 1;
            if samples.len() < SAMPLES {
                let full = by_event.get(&line.id);
                let words = full.map(|event| lost_words(event, line, taken)).unwrap_or_default();
                samples.extend(Some(short(&words)).filter(|_| !words.trim().is_empty()));
            }
        }
        found.push(Pending {
            id: taken.id,
            words: session.redaction_words(taken),
            reason: taken.what.reason.as_ref().map_or("", |text| text.as_str()).to_owned(),
            kinds,
            samples,
        });
    }
    Ok(found)
}

pub(super) fn by_id(events: &[Envelope]) -> BTreeMap<EventId, &Envelope> {
    events.iter().map(|event| (event.id, event)).collect()
}

/// The first words of a text, in one line.
fn short(words: &str) -> String {
    let line = words.split_whitespace().collect::<Vec<_>>().join(" ");
    let more = if line.chars().count() > SAMPLE { "…" } else { "" };
    format!("“{}{more}”", line.chars().take(SAMPLE).collect::<String>())
}

/// What of an event goes with a redaction.
fn lost_words(full: &Envelope, line: &Envelope, taken: &RedactionInfo) -> String {
    let named = taken.what.what.iter().filter(|one| one.event == full.id);
    let named: Vec<_> = named.flat_map(|one| &one.bodies).collect();
    let mut lost = String::new();
    for body in line.gone() {
        let at = body as usize;
        let words = full.words(at..at + 1);
        let said = named.iter().find(|gone| gone.body == body);
        let goes = |at: u32| said.is_none_or(|gone| !gone.leaves(at));
        lost.extend((0..).zip(words.chars()).filter(|(at, _)| goes(*at)).map(|(_, one)| one));
    }
    lost
}
