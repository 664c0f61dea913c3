//! Opening: from a path, a session or a text to what the machine starts with; what dead programs
//! left behind comes first.

use super::files::{HISTORY_BYTES, absolute, read_file};
use super::{around, committed, renamed, shared};
use crate::base::{AuthorId, DocId, EventId, Rand};
use crate::event::{Author, AuthorKind, Event, MessageRole, MessageStatus, Text};
use crate::session::{Batch, DocEntry, Session};
use crate::state::{Me, Opened, OpenedFile, TOUR, TOUR_SESSION, all_rows};
use crate::store::{Leftovers, SqliteStore, StoreError, Write, jsonl};
use crate::text::Document;
use std::collections::BTreeSet;
use std::path::Path;

/// What can only be when the program was built wrong.
const BROKEN_TOUR: &str = "The tour that ships with this cowrite can't be read.";

/// Why something can't be opened, in words for a person.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    #[error("{_0} {}", _0.advice())]
    Store(#[from] StoreError),
    #[error("{0}")]
    File(#[from] super::files::FileError),
    #[error("{0}")]
    Other(String),
}

/// Seals what dead programs left: their bursts become events, their half answers messages.
/// Returns what to tell the person.
pub fn recover(store: &mut SqliteStore, me: &Me) -> Result<Vec<String>, StoreError> {
    let Leftovers { sealed, moved, streams, damaged } = store.leftovers()?;
    let mut notes = damaged;
    let mut touched: BTreeSet<EventId> = BTreeSet::new();
    for id in &sealed {
        touched.extend(store.event(*id)?.map(|stored| stored.envelope.session_id()));
    }
    touched.extend(streams.iter().map(|stream| stream.head.session));
    touched.extend(moved.iter().map(|burst| burst.head.session));
    for stream in streams {
        let session = stream.head.session;
        let loaded = store.events(session, 0)?;
        let events: Vec<_> = loaded.events.into_iter().map(|stored| stored.envelope).collect();
        let folded = Session::fold(session, &events);
        let turn = stream.turn.clone();
        // Nothing had come: the question stands there and can be asked again.
        if stream.text.is_empty() && stream.reasoning.is_empty() {
            store.write(&[Write::Events {
                events: Vec::new(),
                clears: Vec::new(),
                ends: vec![turn],
            }])?;
            continue;
        }
        let author = stream.head.author.clone();
        let event = Event::MessagePosted {
            role: MessageRole::Model,
            after: Some(stream.head.question),
            text: Text::new(stream.text),
            status: MessageStatus::Incomplete,
            model: Some(Text::new(stream.head.model)),
            usage: None,
            error: None,
            links: Vec::new(),
            asked: None,
            reasoning: (!stream.reasoning.is_empty()).then(|| Text::new(stream.reasoning)),
            brought: None,
        };
        post(store, folded, &author, &event, vec![turn])?;
        notes.push("An answer was cut off when cowrite ended; what had come is kept.".into());
    }
    for burst in moved {
        // The library was copied: the original may seal this burst too, so it goes under a fresh
        // writer here, as an edit of this device's person.
        let session = burst.head.session;
        let loaded = store.events(session, 0)?;
        let events: Vec<_> = loaded.events.into_iter().map(|stored| stored.envelope).collect();
        let mut folded = Session::fold(session, &events);
        let text = replay(&mut folded, &burst, me)?;
        let clears = vec![burst.head.writer];
        let mut writes = text;
        writes.push(Write::Events { events: Vec::new(), clears, ends: Vec::new() });
        store.write(&writes)?;
        notes.push("The library was copied or moved; unsealed typing was taken over.".into());
    }
    for session in &touched {
        index(store, *session)?;
    }
    if !sealed.is_empty() {
        store.syncer().sync().ok();
    }
    // What a redaction had still to do when it was interrupted.
    match super::redact::finish(store) {
        Ok(done) if done.any => notes.push(format!("A redaction was completed.{}", done.words)),
        Ok(_) => {}
        Err(why) => notes.push(format!("A redaction could not be completed: {why}")),
    }
    Ok(notes)
}

/// Makes everything in a session findable.
pub fn index(store: &mut SqliteStore, id: EventId) -> Result<(), StoreError> {
    let session = fold(store, id)?;
    store.write(&[Write::Rows(all_rows(&session))])?;
    Ok(())
}

/// Makes everything findable again where the rules for it changed, or they are new here. Whoever
/// searches calls this first.
pub fn index_all(store: &mut SqliteStore) -> Result<(), StoreError> {
    if !store.needs_rebuild()? {
        return Ok(());
    }
    for row in store.sessions()? {
        index(store, row.id)?;
    }
    store.rebuilt()
}

/// A session of the library as it is now.
pub fn fold(store: &SqliteStore, id: EventId) -> Result<Session, StoreError> {
    super::taking_in::fold(store, id)
}

pub(super) fn entropy() -> Result<Rand, StoreError> {
    let mut seed = [0; 32];
    match getrandom::fill(&mut seed) {
        Ok(()) => Ok(Rand::new(seed)),
        Err(why) => Err(StoreError::Io {
            what: "ask the system for randomness".into(),
            why: why.to_string(),
        }),
    }
}

/// Appends one event of an author to a session that is not open, under a fresh writer.
fn post(
    store: &mut SqliteStore,
    session: Session,
    author: &AuthorId,
    event: &Event,
    ends: Vec<crate::base::TurnId>,
) -> Result<(), StoreError> {
    post_at(store, session, author, event, ends, super::now())
}

/// The same at a time that was told already.
fn post_at(
    store: &mut SqliteStore,
    mut session: Session,
    author: &AuthorId,
    event: &Event,
    ends: Vec<crate::base::TurnId>,
    at: crate::base::Millis,
) -> Result<(), StoreError> {
    let mut rand = entropy()?;
    let writer = rand.writer();
    let started = Event::WriterStarted { author: author.clone(), doc: None };
    let started = session.seal(&started, writer, at, &mut rand);
    session.apply(&started);
    let posted = session.seal(event, writer, at, &mut rand);
    store.write(&[
        Write::Writer { writer, session: session.id, author: author.clone(), doc: None },
        Write::Events { events: vec![started, posted], clears: Vec::new(), ends },
    ])?;
    Ok(())
}

/// Replays a burst of another place under a fresh writer.
fn replay(
    session: &mut Session,
    burst: &crate::store::LeftBurst,
    me: &Me,
) -> Result<Vec<Write>, StoreError> {
    let mut rand = entropy()?;
    let at = super::now();
    let doc: DocId = burst.head.doc.clone();
    let Some(entry) = session.documents.get(&doc) else { return Ok(Vec::new()) };
    // What the burst did, as a change of the text it was made on.
    let before = entry.document.rope().clone();
    let mut trial = Session::new(session.id);
    std::mem::swap(&mut trial, session);
    let sealed = crate::event::seal(&burst.head, &burst.rows);
    trial.apply(&sealed);
    let Some(after) = trial.documents.get(&doc).map(|entry| entry.document.rope().to_string())
    else {
        return Ok(Vec::new());
    };
    let change = crate::text::diff(&before.to_string(), &after);
    let writer = rand.writer();
    let started = Event::WriterStarted { author: me.author.clone(), doc: Some(doc.clone()) };
    let started = trial.seal(&started, writer, at, &mut rand);
    trial.apply(&started);
    // The trial has the burst's own edit; the one that is kept is made on the text without it.
    let mut clean = crate::text::Document::new(doc.clone());
    let edits: Vec<_> = trial
        .documents
        .get(&doc)
        .map(|entry| {
            entry
                .edits()
                .filter(|edit| edit.id != sealed.id)
                .map(|edit| (edit.writer, edit.edit.clone()))
                .collect()
        })
        .unwrap_or_default();
    let refs: Vec<_> =
        edits.iter().map(|(writer, edit): &(_, crate::event::Edit)| (*writer, edit)).collect();
    let applied = clean
        .apply_edits(&refs)
        .and_then(|_| clean.start_writer(writer))
        .and_then(|()| clean.change(&change))
        .map_err(|why| StoreError::Io {
            what: "replay typing of a copied library".into(),
            why: why.to_string(),
        })?;
    let edit = crate::event::Edit {
        doc: doc.clone(),
        start: applied.start,
        lamport: applied.lamport,
        deps: applied.deps,
        ops: applied.ops,
        cause: None,
        filled: false,
    };
    let edit = trial.seal(&Event::DocumentEdited(edit), writer, at, &mut rand);
    let register =
        Write::Writer { writer, session: trial.id, author: me.author.clone(), doc: Some(doc) };
    Ok(vec![
        register,
        Write::Events { events: vec![started, edit], clears: Vec::new(), ends: Vec::new() },
    ])
}

/// Appends one event of the person's to a session that is not open, safe on the disk.
pub fn append_to(
    store: &mut SqliteStore,
    session: EventId,
    me: &Me,
    make: impl FnOnce(&Session) -> Event,
) -> Result<(), StoreError> {
    introduce(store, session, me)?;
    let folded = fold(store, session)?;
    let event = make(&folded);
    append_at(store, folded, me, &event, super::now())
}

/// Appends one event of the person's, who is introduced, to a session as it was folded.
pub(super) fn append_at(
    store: &mut SqliteStore,
    folded: Session,
    me: &Me,
    event: &Event,
    at: crate::base::Millis,
) -> Result<(), StoreError> {
    post_at(store, folded, &me.author, event, Vec::new(), at)?;
    store
        .syncer()
        .sync()
        .map_err(|why| StoreError::Io { what: "sync the library".into(), why: why.to_string() })
}

/// Introduces the person in a session that does not know them.
pub(super) fn introduce(
    store: &mut SqliteStore,
    session: EventId,
    me: &Me,
) -> Result<(), StoreError> {
    let loaded = store.events(session, 0)?;
    let events: Vec<_> = loaded.events.into_iter().map(|stored| stored.envelope).collect();
    let folded = Session::fold(session, &events);
    if folded.authors.contains_key(&me.author) {
        return Ok(());
    }
    let author = Author {
        author: me.author.clone(),
        kind: AuthorKind::Person,
        name: Text::new(me.name.clone()),
    };
    post(store, folded, &me.author, &Event::AuthorIntroduced(author), Vec::new())
}

/// The tour, as far as it was taken; it is taken into the library the first time.
pub fn open_tour(store: &mut SqliteStore) -> Result<Opened, OpenError> {
    let id: EventId = TOUR_SESSION.parse().map_err(|_| OpenError::Other(BROKEN_TOUR.into()))?;
    if store.last_row(id)? == 0 {
        let file = jsonl::parse(&mut TOUR.as_bytes());
        let mut file = file.map_err(|_| OpenError::Other(BROKEN_TOUR.into()))?;
        let events = file.sessions.remove(&id).unwrap_or_default();
        store.write(&[Write::Import { events }])?;
        index(store, id)?;
    }
    open_session(store, id)
}

/// A document without a file.
pub fn open_fresh() -> Opened {
    Opened::default()
}

/// A text that came through a pipe; it goes to standard output at the end.
pub fn open_text(text: String, bom: bool) -> Opened {
    let exists = true;
    let file = OpenedFile { text, bom, exists, ..OpenedFile::default() };
    Opened { file: Some(file), to_stdout: true, ..Opened::default() }
}

/// A session as it was read from the log.
struct Read {
    session: Session,
    last_rid: i64,
    damaged: usize,
    forks: usize,
}

/// Folds a session row by row. With `cached`, texts begin with the state the library kept of them.
fn read_session(store: &SqliteStore, id: EventId, cached: bool) -> Result<Read, StoreError> {
    let mut session = Session::new(id);
    let mut begun = Vec::new();
    for doc in if cached { store.snapshots(id)? } else { Vec::new() } {
        // A cache: what can't be read is not there.
        if let Some(row) = store.snapshot(id, &doc)?
            && let Ok(document) = Document::from_snapshot(doc.clone(), &row.bytes)
        {
            session.begin_document(document);
            begun.push(doc);
        }
    }
    let mut batch = Batch::default();
    let mut forks = 0;
    let (last_rid, damaged) = store.each_event(id, &mut |stored| {
        if stored.fork {
            forks += 1;
            return;
        }
        session.take(&stored.envelope, &mut batch);
    })?;
    for doc in &begun {
        if let Some(entry) = session.documents.get_mut(doc) {
            entry.note_kept();
        }
    }
    session.settle(batch);
    let fits = |doc| session.documents.get(doc).is_none_or(DocEntry::fits_log);
    if !begun.iter().all(fits) {
        return read_session(store, id, false);
    }
    Ok(Read { session, last_rid, damaged, forks })
}

/// A session by its id, without any file; and the file it is bound to.
fn begin(
    store: &mut SqliteStore,
    id: EventId,
) -> Result<(Opened, Option<crate::store::Binding>), OpenError> {
    let pulled = shared::pull(store, id)?;
    let mut read = read_session(store, id, true)?;
    let (changed, again) = super::redact::again_told(store, &read.session);
    if changed {
        read = read_session(store, id, true)?;
    }
    let Read { session, last_rid, damaged, forks } = read;
    if session.event_count() == 0 {
        return Err(OpenError::Other(format!("There is no session {}.", id.short())));
    }
    let mut notes: Vec<String> =
        pulled.and_then(|(path, pulled)| pulled.trouble(&path)).into_iter().chain(again).collect();
    if damaged > 0 {
        notes.push(format!("{damaged} lines of the log are damaged; `cowrite verify` names them."));
    }
    if forks > 0 {
        notes.push(format!(
            "{forks} events of the log have a double that counts instead; `cowrite verify` names them."
        ));
    }
    notes.extend(super::redact::waits(store, &session));
    let bound = store.bindings()?.into_iter().find(|binding| binding.session == id);
    let view = store.view(id)?;
    let opened = Opened {
        session: Some(id),
        folded: Some(session),
        view,
        notes,
        last_rid,
        ..Opened::default()
    };
    Ok((opened, bound))
}

/// A session by its id, with its file as it is now.
pub fn open_session(store: &mut SqliteStore, id: EventId) -> Result<Opened, OpenError> {
    let (mut opened, bound) = begin(store, id)?;
    if let Some(binding) = bound {
        // A file that can't be read now is told, and the text is there without it.
        match read_file(Path::new(&binding.path)) {
            Ok(mut file) => {
                committed::look_for(&mut file, opened.folded.as_ref(), &binding.doc);
                opened.file = Some(file);
            }
            Err(why) => opened.notes.push(why.to_string()),
        }
        opened.doc = Some(binding.doc);
    }
    Ok(opened)
}

/// A file as that of a session whose own file is gone, or that has none: what is different comes in
/// as a change from outside.
pub fn open_in(store: &mut SqliteStore, id: EventId, path: &Path) -> Result<Opened, OpenError> {
    let path = absolute(path);
    let mut file = read_file(&path)?;
    file.hint = around::hint(&path);
    if file.text.len() > HISTORY_BYTES {
        return Err(OpenError::Other(format!(
            "{} is larger than 10 MB: it can't be a session's.",
            path.display()
        )));
    }
    let mut bound = store.bindings()?;
    bound.retain(|binding| binding.session == id);
    let own = bound.iter().find(|binding| Path::new(&binding.path) == path);
    let own = own.or_else(|| bound.iter().find(|binding| renamed::is_gone(binding)));
    let doc = match (own, bound.first()) {
        (Some(binding), _) => Some(binding.doc.clone()),
        (None, None) => None,
        (None, Some(other)) => {
            return Err(OpenError::Other(format!(
                "The session {} has its file: {}. Leave --session away, or the file.",
                id.short(),
                other.path
            )));
        }
    };
    let (mut opened, _) = begin(store, id)?;
    if let Some(doc) = &doc {
        committed::look_for(&mut file, opened.folded.as_ref(), doc);
    }
    opened.doc = doc;
    opened.file = Some(file);
    Ok(opened)
}

/// A file, with the session it belongs to where there is one.
pub fn open_path(store: Option<&mut SqliteStore>, path: &Path) -> Result<Opened, OpenError> {
    let path = absolute(path);
    let mut file = read_file(&path)?;
    file.hint = around::hint(&path);
    let plain = file.text.len() > HISTORY_BYTES;
    let Some(store) = store else {
        return Ok(Opened { file: Some(file), plain, ephemeral: true, ..Opened::default() });
    };
    let mut notes = Vec::new();
    let mut like = Vec::new();
    let known = path.to_string_lossy();
    let mut bound =
        store.binding(&known)?.into_iter().next().map(|binding| (binding.session, binding.doc));
    // What a session has is not what the file has.
    let fits = plain || bound.is_none();
    let draft = super::drafts::restore(store, &path, &file, fits, &mut notes)?;
    if plain {
        return Ok(Opened { file: Some(file), plain, draft, notes, ..Opened::default() });
    }
    if bound.is_none() && draft.is_none() {
        let whose = super::whose::unbound(Some(store), &path, &file)?;
        let taken = match &whose {
            Some(whose) => shared::found(store, whose, &mut notes)?,
            None => false,
        };
        if let Some(whose) = whose.filter(|_| taken) {
            if whose.renamed {
                notes.push("This file was renamed: its session was found by what it holds.".into());
            }
            bound = Some((whose.session, whose.doc));
        } else if file.exists && !file.text.is_empty() {
            like = renamed::alike(store, &file)?;
        }
    }
    let Some((session, doc)) = bound else {
        return Ok(Opened { file: Some(file), draft, notes, like, ..Opened::default() });
    };
    let (mut opened, _) = begin(store, session)?;
    opened.beside = match &file.hint {
        Some(hint) => super::beside::look(store, session, &path, hint)?,
        None => None,
    };
    committed::look_for(&mut file, opened.folded.as_ref(), &doc);
    opened.doc = Some(doc);
    opened.file = Some(file);
    opened.draft = draft;
    opened.notes.extend(notes);
    Ok(opened)
}
