//! Which session is meant where a text file, a session file or the beginning of an id is named: one
//! way for all commands. To tell something of it, it is read where it lies and nothing is written;
//! only what works in a session takes it into the library first.

use super::place::{Place, is_session_file, session_id};
use super::{Failure, Out, one_line};
use crate::base::{DocId, EventId};
use crate::event::Envelope;
use crate::runtime::whose::{self, Whose};
use crate::runtime::{absolute, fold, shared};
use crate::session::Session;
use crate::state::plural;
use crate::store::{SqliteStore, jsonl};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

/// A session to be told of.
pub struct Named {
    pub id: EventId,
    /// The document that was named, where a text was.
    pub doc: Option<DocId>,
    /// The library, where the session is in it.
    pub store: Option<SqliteStore>,
    /// What stands in its session file, where that may be more than the library has.
    file: Vec<Envelope>,
}

impl Named {
    /// Finds it: a session file, a text file, or the beginning of an id. With `session`, that one of
    /// several.
    pub fn find(what: &Path, session: Option<&str>, out: &mut Out) -> Result<Self, Failure> {
        let (named, others) = Self::with_others(what, session, out)?;
        if !others.is_empty() {
            say_apart(what, &named.fold()?, &others, out)?;
        }
        Ok(named)
    }

    /// The same, with the sessions of the text that others began apart.
    fn with_others(
        what: &Path,
        session: Option<&str>,
        out: &mut Out,
    ) -> Result<(Self, Vec<whose::Apart>), Failure> {
        let alone = |named: Result<Self, Failure>| Ok((named?, Vec::new()));
        if is_session_file(what) {
            return alone(Self::of_file(what, session, out));
        }
        let place = Place::find(None, None)?;
        let store = match place.has_library() {
            true => Some(place.reading(out)?),
            false => None,
        };
        let store = match (session, store) {
            (Some(wanted), store) => return alone(Self::wanted(what, wanted, store, out)),
            (None, Some(store)) if is_id(what) => {
                let id = session_id(&store, &what.to_string_lossy())?;
                return alone(Self::known(id, None, store, out));
            }
            (None, store) => store,
        };
        let found = whose::whose(store.as_ref(), what).map_err(Failure::store)?;
        let Some(Whose { session: id, doc, file, .. }) = found else { return Err(none(what)) };
        let others = whose::others(what, id);
        let file = match (file, &store) {
            (None, Some(store)) => shared::unread(store, id).map_err(Failure::store)?,
            (file, _) => file,
        };
        let file = match file {
            Some(file) => events_of(&file, id, out)?,
            None => Vec::new(),
        };
        let named = Self { id, doc: Some(doc), store: with_session(store, id)?, file };
        Ok((named, others))
    }

    /// A session of the library, with what its file has beside that.
    pub fn known(
        id: EventId,
        doc: Option<DocId>,
        store: SqliteStore,
        out: &mut Out,
    ) -> Result<Self, Failure> {
        let file = match shared::unread(&store, id).map_err(Failure::store)? {
            Some(file) => events_of(&file, id, out)?,
            None => Vec::new(),
        };
        Ok(Self { id, doc, store: Some(store), file })
    }

    /// One of several of a text, which the library has, or a session file around it.
    fn wanted(
        what: &Path,
        wanted: &str,
        store: Option<SqliteStore>,
        out: &mut Out,
    ) -> Result<Self, Failure> {
        // The text is none of its session's files, so all around it count.
        let around = whose::others(what, EventId([0; 32]));
        let mut like = around.into_iter().filter(|(_, id, _)| id.to_string().starts_with(wanted));
        let known = match &store {
            Some(store) => !store.sessions_like(wanted).map_err(Failure::store)?.is_empty(),
            None => false,
        };
        match (store, like.next()) {
            (Some(store), _) if known => Self::known(session_id(&store, wanted)?, None, store, out),
            (_, Some((file, id, doc))) => {
                let file = events_of(&file, id, out)?;
                Ok(Self { id, doc: Some(doc), store: None, file })
            }
            _ => Err(Failure::usage(format!(
                "There is no session {wanted}: `cowrite sessions` lists them."
            ))),
        }
    }

    fn of_file(path: &Path, wanted: Option<&str>, out: &mut Out) -> Result<Self, Failure> {
        let mut sessions = sessions_of(path, out)?;
        let chosen = match wanted {
            None => sessions.iter().max_by_key(|(_, events)| events.len()).map(|(id, _)| *id),
            Some(wanted) => {
                let mut like = sessions.keys().filter(|id| id.to_string().starts_with(wanted));
                let first = like.next().copied();
                let first = first.filter(|_| like.next().is_none());
                Some(first.ok_or_else(|| {
                    let ids: Vec<String> = sessions.keys().map(EventId::short).collect();
                    Failure::usage(format!(
                        "{} has not just one session {wanted}: it has {}.",
                        path.display(),
                        ids.join(", ")
                    ))
                })?)
            }
        };
        let none = || Failure::new(format!("{} holds no session.", path.display()));
        let id = chosen.ok_or_else(none)?;
        let file = sessions.remove(&id).unwrap_or_default();
        if wanted.is_none() && !sessions.is_empty() {
            let others = sessions.iter().map(|(id, events)| label(&Session::fold(*id, events)));
            let others: Vec<String> = others.collect();
            out.say(&format!(
                "{} holds {} that were begun apart: this tells of {}. --session ID tells of {}.",
                path.display(),
                plural(others.len() + 1, "session"),
                label(&Session::fold(id, &file)),
                others.join(", or ")
            ));
        }
        Ok(Self { id, doc: None, store: None, file })
    }

    /// The session as it is known, in the library and its file.
    pub fn fold(&self) -> Result<Session, Failure> {
        match &self.store {
            Some(store) if self.file.is_empty() => fold(store, self.id).map_err(Failure::store),
            _ => Ok(Session::fold(self.id, &self.all()?.0)),
        }
    }

    /// All events, and how many lines of the library are damaged.
    pub fn all(&self) -> Result<(Vec<Envelope>, usize), Failure> {
        let Some(store) = &self.store else { return Ok((self.file.clone(), 0)) };
        let loaded = store.events(self.id, 0).map_err(Failure::store)?;
        let known = loaded.events.into_iter().map(|stored| stored.envelope);
        let mut events: Vec<Envelope> = known.collect();
        let ids: std::collections::BTreeSet<EventId> =
            events.iter().map(|event| event.id).collect();
        events.extend(self.file.iter().filter(|event| !ids.contains(&event.id)).cloned());
        Ok((events, loaded.damaged.len()))
    }

    /// What stands in its session file, where that may be more than the library has.
    pub fn file(&self) -> &[Envelope] {
        &self.file
    }
}

/// All sessions that are meant: of a session file every one, of a text also those that others began
/// apart, so that a check leaves none out.
pub fn all(what: &Path, out: &mut Out) -> Result<Vec<(Session, Option<DocId>)>, Failure> {
    if is_session_file(what) {
        let sessions = sessions_of(what, out)?;
        if sessions.is_empty() {
            return Err(Failure::new(format!("{} holds no session.", what.display())));
        }
        let all = sessions.iter().map(|(id, events)| (Session::fold(*id, events), None));
        return Ok(all.collect());
    }
    let (named, others) = Named::with_others(what, None, out)?;
    let mut found = vec![(named.fold()?, named.doc.clone())];
    for (file, id, doc) in others {
        found.push((Session::fold(id, &events_of(&file, id, out)?), Some(doc)));
    }
    Ok(found)
}

/// The session that is meant, in the library from now on.
pub fn taken(store: &mut SqliteStore, what: &Path, out: &mut Out) -> Result<EventId, Failure> {
    if is_id(what) {
        return session_id(store, &what.to_string_lossy());
    }
    if is_session_file(what) && what.exists() {
        return Err(Failure::new(format!(
            "{0} is a session file: `cowrite {0}` takes its session into the library; then name the \
             text, or the session by its id (`cowrite sessions`).",
            what.display()
        )));
    }
    let found = whose::whose(Some(store), what).map_err(Failure::store)?;
    let Some(found) = found else { return Err(none(what)) };
    let mut notes = Vec::new();
    if !shared::found(store, &found, &mut notes).map_err(Failure::store)? {
        return Err(none(what));
    }
    notes.iter().for_each(|note| out.say(note));
    let others = whose::others(what, found.session);
    if !others.is_empty() {
        say_apart(what, &fold(store, found.session).map_err(Failure::store)?, &others, out)?;
    }
    Ok(found.session)
}

/// Whether this is the beginning of an id and no file.
fn is_id(what: &Path) -> bool {
    let text = what.to_string_lossy();
    text.len() >= 4 && text.bytes().all(|byte| byte.is_ascii_hexdigit()) && !what.exists()
}

pub fn none(what: &Path) -> Failure {
    let said = format!(
        "{} has no session: none in your library (`cowrite sessions` lists those), and no session \
         file of its folder or repository names it. `cowrite FILE` begins one.",
        what.display()
    );
    match what.exists() {
        true => Failure::new(said),
        false => Failure::usage(format!("There is no such file, and {said}")),
    }
}

fn with_session(store: Option<SqliteStore>, id: EventId) -> Result<Option<SqliteStore>, Failure> {
    match store {
        Some(store) if store.last_row(id).map_err(Failure::store)? > 0 => Ok(Some(store)),
        _ => Ok(None),
    }
}

/// The events of each session of a session file; what is left out is said.
fn sessions_of(path: &Path, out: &mut Out) -> Result<BTreeMap<EventId, Vec<Envelope>>, Failure> {
    let file = jsonl::read(path).map_err(Failure::new)?;
    if file.bad_lines > 0 {
        let lines = plural(file.bad_lines as usize, "line");
        out.say(&format!("{lines} left out: `cowrite verify {}` names them.", path.display()));
    }
    Ok(file.sessions)
}

fn events_of(path: &Path, id: EventId, out: &mut Out) -> Result<Vec<Envelope>, Failure> {
    Ok(sessions_of(path, out)?.remove(&id).unwrap_or_default())
}

/// A session, so that it can be told from another of the same name.
pub fn label(session: &Session) -> String {
    let by = session.author_of(&session.id).map(|author| session.author_name(author));
    let by = by.map(|name| format!(", begun by {name}")).unwrap_or_default();
    one_line(&format!("{} (“{}”{by})", session.id.short(), session.title()))
}

/// Says which of several sessions of a text this is, and how the others are named.
fn say_apart(
    what: &Path,
    this: &Session,
    others: &[(PathBuf, EventId, DocId)],
    out: &mut Out,
) -> Result<(), Failure> {
    let mut labels = Vec::new();
    for (file, id, _) in others {
        let events = events_of(file, *id, out)?;
        let label = label(&Session::fold(*id, &events));
        labels.push(format!("{label} in {}", file.display()));
    }
    out.say(&format!(
        "Of {} there are {} that were begun apart: this is about {}. The other: {}. `cowrite {} \
         --session ID` goes over to it.",
        what.display(),
        plural(others.len() + 1, "session"),
        label(this),
        labels.join(", and "),
        others.first().map_or(absolute(what), |(file, ..)| file.clone()).display()
    ));
    Ok(())
}
