//! Taking a session file in, of any size: it is read and checked in a thread, and written to the
//! library in groups meanwhile, so that it takes the memory of a few groups and the time of the
//! slower of the two. What was written stays when the rest fails: the same file taken in again adds
//! what is missing.

mod heard;

pub use heard::Taking;

use super::now;
use super::open::index;
use crate::base::EventId;
use crate::event::Envelope;
use crate::session::{Batch, Session};
use crate::state::{FIRST, NEW, is_news};
use crate::store::jsonl::{self, FileError, SessionFile};
use crate::store::{SqliteStore, StoreError, Write, Written};
use std::collections::BTreeMap;
use std::path::Path;
use std::sync::mpsc::sync_channel;

/// After how many events progress is told.
pub(super) const TOLD: u64 = 1_000;

/// What was taken into the library.
pub struct TakenIn {
    /// The sessions of the file, the largest first, with what was new.
    pub sessions: Vec<(EventId, Written)>,
    /// What stands in the file beside its events, which it does not hold.
    pub file: SessionFile,
}

/// Why a session file could not be taken in.
#[derive(Debug, thiserror::Error)]
pub enum TakeError {
    #[error(transparent)]
    File(#[from] FileError),
    #[error(transparent)]
    Store(#[from] StoreError),
    /// Somebody asked for that: of sessions that were not here before nothing is.
    #[error("Cancelled: nothing was taken in. Opening the file again begins anew.")]
    Cancelled,
}

/// Takes a session file into the library; everything in it can be found from now on. `progress` is
/// told of how many bytes are written, of how many, and says whether to go on. Where it does not, of
/// sessions that begin with this file nothing stays; what came into others is as if it came alone.
pub fn take_file(
    store: &mut SqliteStore,
    path: &Path,
    progress: &mut dyn FnMut(&Taking) -> bool,
) -> Result<TakenIn, TakeError> {
    let Copied { sums, file, cancelled } = copy_file(store, path, None, progress)?;
    if cancelled {
        for (session, (before, written)) in sums {
            if before == 0 {
                store.delete_session(session)?;
            } else if written.added > 0 {
                findable(store, session, before)?;
            }
        }
        return Err(TakeError::Cancelled);
    }
    let mut sessions = Vec::new();
    for (session, (before, written)) in sums {
        if written.added > 0 {
            findable(store, session, before)?;
        }
        sessions.push((session, written));
    }
    let size = |written: &Written| written.added + written.known;
    sessions.sort_by_key(|(id, written)| (std::cmp::Reverse(size(written)), *id));
    Ok(TakenIn { sessions, file })
}

/// Takes what a session file has of one session into the library, to be found from now on. Returns
/// how many events were new, and what stands in the file.
pub fn take_session(
    store: &mut SqliteStore,
    path: &Path,
    session: EventId,
    progress: &mut dyn FnMut(u64, u64),
) -> Result<(u64, SessionFile), TakeError> {
    let told = &mut |taking: &Taking| {
        progress(taking.done, taking.of);
        true
    };
    let Copied { mut sums, file, .. } = copy_file(store, path, Some(session), told)?;
    let Some((before, written)) = sums.remove(&session) else { return Ok((0, file)) };
    if written.added > 0 {
        findable(store, session, before)?;
    }
    Ok((written.added, file))
}

/// What was written of a session file.
pub struct Copied {
    /// By session: its last row before, and what was new.
    pub sums: BTreeMap<EventId, (i64, Written)>,
    /// What stands in the file beside its events, which it does not hold.
    pub file: SessionFile,
    /// It was left before the end.
    pub cancelled: bool,
}

/// Writes what a session file has, all of it or of one session, to the library, which can't find any
/// of it yet. `progress` is told of how many bytes are written, of how many, and says whether to go on.
pub fn copy_file(
    store: &mut SqliteStore,
    path: &Path,
    only: Option<EventId>,
    progress: &mut dyn FnMut(&Taking) -> bool,
) -> Result<Copied, TakeError> {
    let of = std::fs::metadata(path).map_or(0, |meta| meta.len());
    let mut taking = Taking { of, ..Taking::default() };
    let mut sums: BTreeMap<EventId, (i64, Written)> = BTreeMap::new();
    let mut cancelled = false;
    let file = std::thread::scope(|scope| {
        // One group waits while one is written and one is made.
        let (give, take) = sync_channel::<(Vec<Envelope>, u64)>(1);
        let reader = scope.spawn(move || {
            jsonl::stream(path, &mut |events, read| give.send((events, read)).is_ok())
        });
        for (events, read) in take {
            events.iter().for_each(|event| taking.heard.note(event));
            for (session, events) in by_session(events) {
                if only.is_some_and(|only| only != session) {
                    continue;
                }
                if let std::collections::btree_map::Entry::Vacant(new) = sums.entry(session) {
                    new.insert((store.last_row(session)?, Written::default()));
                }
                let written = store.write(&[Write::Import { events }])?;
                if let Some((_, sum)) = sums.get_mut(&session) {
                    sum.last_rid = written.last_rid;
                    sum.added += written.added;
                    sum.known += written.known;
                    sum.refused += written.refused;
                    sum.forks.extend(written.forks);
                }
            }
            taking.done = read;
            cancelled = !progress(&taking);
            if cancelled {
                // The reader ends with its receiver.
                break;
            }
        }
        let read = reader.join();
        let read = read.unwrap_or_else(|panic| std::panic::resume_unwind(panic));
        Ok::<_, TakeError>(read?)
    })?;
    Ok(Copied { sums, file, cancelled })
}

fn by_session(events: Vec<Envelope>) -> BTreeMap<EventId, Vec<Envelope>> {
    let mut all: BTreeMap<EventId, Vec<Envelope>> = BTreeMap::new();
    for event in events {
        all.entry(event.session_id()).or_default().push(event);
    }
    all
}

/// Takes events of one session into the library. What others wrote is news, when the session was
/// here before.
pub fn import(
    store: &mut SqliteStore,
    session: EventId,
    events: Vec<Envelope>,
) -> Result<Written, StoreError> {
    let before = store.last_row(session)?;
    let written = store.write(&[Write::Import { events }])?;
    if written.added > 0 {
        findable(store, session, before)?;
    }
    Ok(written)
}

/// What came into a session behind row `before` can be found, and is news where the session was
/// here.
fn findable(store: &mut SqliteStore, session: EventId, before: i64) -> Result<(), StoreError> {
    index(store, session)?;
    if before > 0 {
        let came = store.events(session, before)?;
        let news = came.events.iter().filter(|stored| is_news(&stored.envelope));
        let news: Vec<String> = news.map(|stored| stored.envelope.id.to_string()).collect();
        let mut all = store.view(session)?.remove(NEW).unwrap_or_default();
        for id in news {
            all.push(' ');
            all.push_str(&id);
        }
        let value = all.trim_start().to_owned();
        store.write(&[Write::View { session, key: NEW.into(), value }])?;
    }
    if before == 0 {
        // Nothing of it is news where all of it is: its page tells everything.
        let value = now().0.to_string();
        store.write(&[Write::View { session, key: FIRST.into(), value }])?;
    }
    store.syncer().sync().ok();
    Ok(())
}

/// A session of the library as it is now, without its lines in memory.
pub fn fold(store: &SqliteStore, id: EventId) -> Result<Session, StoreError> {
    fold_telling(store, id, &mut |_| {})
}

/// The same; `progress` is told of how many events were read.
pub fn fold_telling(
    store: &SqliteStore,
    id: EventId,
    progress: &mut dyn FnMut(u64),
) -> Result<Session, StoreError> {
    let session = fold_into(store, Session::new(id), progress)?;
    match session.outdated {
        // Two redactions tell different shapes of one body: with both known the first counts.
        true => {
            let mut again = fold_into(store, session.anew(), progress)?;
            again.outdated = false;
            Ok(again)
        }
        false => Ok(session),
    }
}

fn fold_into(
    store: &SqliteStore,
    mut session: Session,
    progress: &mut dyn FnMut(u64),
) -> Result<Session, StoreError> {
    let mut batch = Batch::default();
    let (mut forks, mut count) = (Vec::new(), 0);
    store.each_event(session.id, &mut |stored| {
        count += 1;
        if count % TOLD == 0 {
            progress(count);
        }
        match stored.fork {
            true => forks.push(stored.envelope),
            false => _ = session.take(&stored.envelope, &mut batch),
        }
    })?;
    // The texts are put together now.
    progress(count);
    // Those that count come first.
    for fork in &forks {
        session.take(fork, &mut batch);
    }
    session.settle(batch);
    Ok(session)
}
