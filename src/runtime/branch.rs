//! A new session that goes on from a point of another: everything that had happened, told again
//! with writers of its own.
//!
//! Who wrote what stays as it was, down to every character, and so do the times. Operations keep
//! their numbers; each writer becomes a fresh one, in the same order among themselves, since the
//! CRDT puts what came at one place in the order of its peers. What never leaves this machine, and
//! which file held which version, belongs to the old session and is left behind.

use super::open::index;
use crate::base::{AuthorId, DocId, EventId, OpId, Rand, WriterId};
use crate::event::{
    Author, AuthorKind, Branched, Edit, Envelope, Event, Redacted, Redaction, Text,
};
use crate::session::{Moment, Session};
use crate::state::Me;
use crate::store::{SqliteStore, StoreError, Write};
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};

/// What became of a session's events.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct BranchedOff {
    pub session: EventId,
    /// Events of kinds that this version does not know: they could not be told again.
    pub left: usize,
}

/// Begins the new session in the library; it is not bound to a file. Everything up to `moment` in
/// order of display is in it.
pub fn branch(
    store: &mut SqliteStore,
    from: EventId,
    moment: Moment,
    title: &str,
    me: &Me,
) -> Result<BranchedOff, StoreError> {
    let loaded = store.events(from, 0)?;
    let events: Vec<Envelope> =
        loaded.events.into_iter().filter(|one| !one.fork).map(|one| one.envelope).collect();
    let mut rand = super::open::entropy()?;
    let (events, done) = told_again(&events, from, moment, title, me, &mut rand);
    store.write(&[Write::Import { events }])?;
    index(store, done.session)?;
    store
        .syncer()
        .sync()
        .map_err(|why| StoreError::Io { what: "sync the library".into(), why: why.to_string() })?;
    Ok(done)
}

/// Old names to new ones.
#[derive(Default)]
struct Names {
    events: BTreeMap<String, String>,
    documents: BTreeMap<String, String>,
    writers: BTreeMap<WriterId, WriterId>,
}

impl Names {
    /// Puts the new names into an event's data. What people wrote is left alone.
    fn rename(&self, value: &mut Value) {
        match value {
            Value::String(text) => {
                let known = self.events.get(text).or_else(|| self.documents.get(text));
                if let Some(known) = known {
                    text.clone_from(known);
                } else if let Ok(id) = text.parse::<OpId>()
                    && let Some(writer) = self.writers.get(&id.writer)
                {
                    *text = OpId { writer: *writer, ..id }.to_string();
                }
            }
            Value::Array(all) => all.iter_mut().for_each(|one| self.rename(one)),
            // A text stands under this key alone.
            Value::Object(fields) if fields.contains_key("$") => {}
            Value::Object(fields) => fields.values_mut().for_each(|one| self.rename(one)),
            Value::Null | Value::Bool(_) | Value::Number(_) => {}
        }
    }
}

/// Where the new session's log has come to.
struct Log {
    events: Vec<Envelope>,
    session: Option<EventId>,
    numbers: BTreeMap<WriterId, u64>,
}

impl Log {
    fn add(&mut self, event: &Event, writer: WriterId, at: u64, rand: &mut Rand) -> EventId {
        let at = crate::base::Millis(at);
        let sealed = event.seal(self.session, writer, 0, 0, Vec::new(), at, rand);
        self.push(sealed, writer)
    }

    /// Puts an event behind the others.
    fn push(&mut self, event: Envelope, writer: WriterId) -> EventId {
        let next = self.numbers.entry(writer).or_default();
        let mut event = Envelope {
            session: self.session,
            writer,
            n: *next,
            lamport: self.events.len() as u64,
            parents: self.events.last().map(|last| last.id).into_iter().collect(),
            // A signature of the line, among others, which was another line's.
            extra: serde_json::Map::new(),
            ..event
        };
        *next += 1;
        event.id = event.compute_id();
        let id = event.id;
        self.events.push(event);
        id
    }

    /// What a redaction says, of what is here without its words.
    fn redacted(&self, names: &Names, old: Redaction) -> Redaction {
        let told: BTreeMap<EventId, &Envelope> =
            self.events.iter().map(|event| (event.id, event)).collect();
        let here = |one: Redacted| {
            let event: EventId = names.events.get(&one.event.to_string())?.parse().ok()?;
            let gone: BTreeSet<u32> = told.get(&event)?.gone().collect();
            let bodies: Vec<_> =
                one.bodies.into_iter().filter(|body| gone.contains(&body.body)).collect();
            (!bodies.is_empty()).then_some(Redacted { event, bodies })
        };
        let what = old.what.into_iter().filter_map(here).collect();
        // It is said with words of its own again: what it kept of other texts stays behind.
        let reason = old.reason.map(|reason| Text::new(reason.told()));
        Redaction { what, reason }
    }
}

/// Tells a session again up to a point.
fn told_again(
    events: &[Envelope],
    from: EventId,
    moment: Moment,
    title: &str,
    me: &Me,
    rand: &mut Rand,
) -> (Vec<Envelope>, BranchedOff) {
    let old = Session::fold(from, events);
    // What was redacted since is gone from what was before, too.
    let then = |one: &&Envelope| (one.lamport, one.id) <= moment || one.kind == "event.redacted";
    let mut upto: Vec<&Envelope> =
        events.iter().filter(|one| !one.is_local()).filter(then).collect();
    upto.sort_unstable_by_key(|one| (one.lamport, one.id));
    let mut names = Names { writers: fresh_writers(&upto, rand), ..Names::default() };
    let now = super::now();
    let mut log = Log { events: Vec::new(), session: None, numbers: BTreeMap::new() };
    let created = Event::SessionCreated {
        title: Text::new(title),
        app: concat!("cowrite/", env!("CARGO_PKG_VERSION")).into(),
        nonce: rand.salt(),
        from: Some(Branched { session: from, at: moment.1 }),
        author: author(&me.author, AuthorKind::Person, &me.name),
        brought: None,
    };
    let mine = rand.writer();
    let session = log.add(&created, mine, now.0, rand);
    log.session = Some(session);
    // A checkpoint and a save are about what who made them saw.
    let seen: BTreeMap<&DocId, BTreeMap<WriterId, u32>> = old
        .documents
        .iter()
        .filter_map(|(doc, entry)| {
            let version = old.said_version(doc, &moment)?;
            Some((doc, entry.document.past(&version.0)?))
        })
        .collect();
    let unseen = |writer: &WriterId, edit: &Edit| {
        let past = seen.get(&edit.doc);
        past.is_some_and(|past| past.get(writer).is_none_or(|count| edit.start >= *count))
    };
    let mut introduced = BTreeSet::from([me.author.clone()]);
    let mut started: BTreeSet<WriterId> = BTreeSet::new();
    let mut left = 0;
    for one in upto {
        let Some(writer) = names.writers.get(&one.writer).copied() else { continue };
        let Ok(decoded) = Event::decode(one) else {
            left += 1;
            continue;
        };
        let Some(info) = old.writers.get(&one.writer) else { continue };
        // Nobody writes before it was said who that is.
        if started.insert(writer) {
            if introduced.insert(info.author.clone())
                && let Some(who) = old.authors.get(&info.author)
            {
                let who = Event::AuthorIntroduced(author(&info.author, who.kind, &who.name));
                log.add(&who, mine, one.at.0, rand);
            }
            let doc = info.doc.as_ref().map(|doc| renamed_doc(&mut names, doc, rand));
            let begun = Event::WriterStarted { author: info.author.clone(), doc };
            log.add(&begun, writer, one.at.0, rand);
        }
        let told = match decoded {
            // Said already, or of another session's files.
            Event::SessionCreated { .. }
            | Event::SessionTitled { .. }
            | Event::WriterStarted { .. }
            | Event::DocumentSaved { .. } => continue,
            Event::DocumentEdited(edit) if unseen(&one.writer, &edit) => continue,
            Event::DocumentAdded { doc, name, .. } => {
                let doc = renamed_doc(&mut names, &doc, rand);
                let name = Text::new(name.told());
                let added = Event::DocumentAdded { doc, name, hint: None };
                let id = log.add(&added, writer, one.at.0, rand);
                names.events.insert(one.id.to_string(), id.to_string());
                continue;
            }
            other => other,
        };
        let mut again = (*one).clone();
        match told {
            Event::AuthorIntroduced(who) => _ = introduced.insert(who.author),
            Event::DocumentEdited(edit) => _ = renamed_doc(&mut names, &edit.doc, rand),
            Event::EventRedacted(old) => {
                let told = log.redacted(&names, old);
                if !told.what.is_empty() {
                    let id = log.add(&Event::EventRedacted(told), writer, one.at.0, rand);
                    names.events.insert(one.id.to_string(), id.to_string());
                }
                continue;
            }
            _ => {}
        }
        // The bodies go along as they are: where words are gone, their hashes.
        names.rename(&mut again.data);
        let id = log.push(again, writer);
        names.events.insert(one.id.to_string(), id.to_string());
    }
    if names.documents.is_empty()
        && let Some((doc, entry)) = old.documents.first_key_value()
    {
        // The point is before the text had a name: it is that text all the same.
        let doc = renamed_doc(&mut names, doc, rand);
        let name = Text::new(entry.name.clone());
        log.add(&Event::DocumentAdded { doc, name, hint: None }, mine, now.0, rand);
    }
    (log.events, BranchedOff { session, left })
}

fn author(author: &AuthorId, kind: AuthorKind, name: &str) -> Author {
    Author { author: author.clone(), kind, name: Text::new(name) }
}

/// The new name of a document.
fn renamed_doc(names: &mut Names, doc: &DocId, rand: &mut Rand) -> DocId {
    let fresh = || DocId::of(&rand.ulid(super::now())).to_string();
    let new = names.documents.entry(doc.to_string()).or_insert_with(fresh);
    new.parse().unwrap_or_else(|_| doc.clone())
}

/// A fresh writer for each, in the same order.
fn fresh_writers(events: &[&Envelope], rand: &mut Rand) -> BTreeMap<WriterId, WriterId> {
    let old: BTreeSet<WriterId> = events.iter().map(|one| one.writer).collect();
    let mut fresh: BTreeSet<WriterId> = BTreeSet::new();
    while fresh.len() < old.len() {
        fresh.insert(rand.writer());
    }
    old.into_iter().zip(fresh).collect()
}
