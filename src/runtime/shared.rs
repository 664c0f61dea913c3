//! The session file of a session on this machine: where it is, what came into it from elsewhere,
//! and adding to it what is new here. Where it is, is this machine's own and no event.

pub use super::around::{repository, text_of};
use super::files::absolute;
use super::open::OpenError;
pub use super::taking_in::import;
use super::taking_in::{TOLD, TakeError, fold_telling, take_session};
use super::whose::Whose;
use crate::base::{AuthorId, EventId};
use crate::report::Planning;
use crate::report::scan::{self, Allowed};
use crate::session::Session;
use crate::state::{ALLOWED, NEW, Opened, SESSION_FILE, SESSION_FILE_SEEN, Sharing, plural};
use crate::store::jsonl::{self, Adding, SessionFile};
use crate::store::{Binding, SqliteStore, StoreError, Stored, Write};
use std::collections::BTreeSet;
use std::io::Write as _;
use std::path::{Path, PathBuf};

/// How the name of a session file ends.
pub const SUFFIX: &str = ".cowrite.jsonl";
/// The line for git: both sides' lines are kept, and none is rewritten.
const ATTRIBUTES: &str = "*.cowrite.jsonl merge=union -text";
/// The most characters of a file's name that are made of a title.
const NAME: usize = 60;

/// How far sharing has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Step {
    /// So many events of the session were read.
    Read(u64),
    /// So many bytes of the file, of how many, came in first.
    Taken(u64, u64),
    /// So many events were looked through for what must not be shared.
    Looked(u64),
    /// So many events were written.
    Written(u64),
}

/// What came in from a session file.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Pulled {
    pub added: u64,
    pub bad_lines: u64,
    pub conflict_markers: u64,
}

impl Pulled {
    /// What of the file could not be taken, in words; nothing when all of it was.
    pub fn trouble(&self, path: &Path) -> Option<String> {
        let lines = plural(self.bad_lines as usize, "line");
        match (self.bad_lines, self.conflict_markers) {
            (0, _) => None,
            (bad, markers) if bad == markers => Some(format!(
                "{0} has {1} that a merge left; everything else of it is here. `cowrite merge {0} -o \
                 NEW.cowrite.jsonl` writes it without them.",
                path.display(),
                plural(markers as usize, "conflict marker")
            )),
            (_, markers) => Some(format!(
                "{lines} of {} are no events ({markers} of them conflict markers); the rest is here. `cowrite verify` names them.",
                path.display()
            )),
        }
    }
}

/// Whether a path is one of a session file.
pub fn is_session_file(path: &Path) -> bool {
    path.to_string_lossy().ends_with(SUFFIX)
}

/// Remembers where the session file of a session is.
pub fn bind(store: &mut SqliteStore, session: EventId, path: &Path) -> Result<(), StoreError> {
    let value = absolute(path).to_string_lossy().into_owned();
    store.write(&[Write::View { session, key: SESSION_FILE.into(), value }])?;
    Ok(())
}

/// Where the session file of a session is.
pub fn bound(store: &SqliteStore, session: EventId) -> Result<Option<PathBuf>, StoreError> {
    Ok(store.view(session)?.remove(SESSION_FILE).map(PathBuf::from))
}

/// The size and the time of a file: when they are the same, it is taken for the same.
pub(super) fn looks(path: &Path) -> Option<String> {
    let meta = std::fs::metadata(path).ok().filter(std::fs::Metadata::is_file)?;
    let time = meta.modified().ok()?.duration_since(std::time::UNIX_EPOCH).ok()?;
    Some(format!("{} {}", meta.len(), time.as_nanos()))
}

/// Takes in what is new in the session file of a session, where it has one that changed.
pub fn pull(
    store: &mut SqliteStore,
    session: EventId,
) -> Result<Option<(PathBuf, Pulled)>, StoreError> {
    let mut view = store.view(session)?;
    let Some(path) = view.remove(SESSION_FILE).map(PathBuf::from) else { return Ok(None) };
    let Some(looks) = looks(&path) else { return Ok(None) };
    if view.get(SESSION_FILE_SEEN) == Some(&looks) {
        return Ok(None);
    }
    let Some(pulled) = take(store, session, &path)? else { return Ok(None) };
    seen(store, session, looks)?;
    Ok(Some((path, pulled)))
}

fn seen(store: &mut SqliteStore, session: EventId, looks: String) -> Result<(), StoreError> {
    store.write(&[Write::View { session, key: SESSION_FILE_SEEN.into(), value: looks }])?;
    Ok(())
}

/// A session file was written here: what is in it is known.
pub fn note_seen(store: &mut SqliteStore, session: EventId, path: &Path) -> Result<(), StoreError> {
    match looks(path) {
        Some(looks) => seen(store, session, looks),
        None => Ok(()),
    }
}

/// Takes the session's events of a file in; nothing of a file that can't be read.
fn take(
    store: &mut SqliteStore,
    session: EventId,
    path: &Path,
) -> Result<Option<Pulled>, StoreError> {
    match take_session(store, path, session, &mut |_, _| {}) {
        Ok((added, file)) => {
            let SessionFile { bad_lines, conflict_markers, .. } = file;
            Ok(Some(Pulled { added, bad_lines, conflict_markers }))
        }
        Err(TakeError::File(_) | TakeError::Cancelled) => Ok(None),
        Err(TakeError::Store(why)) => Err(why),
    }
}

/// What came from others into a session and was not seen yet.
pub fn news(
    store: &SqliteStore,
    session: &Session,
    me: Option<&str>,
) -> Result<BTreeSet<EventId>, StoreError> {
    let value = store.view(session.id)?.remove(NEW).unwrap_or_default();
    let ids = value.split_whitespace().filter_map(|id| id.parse().ok());
    let me: Option<AuthorId> = me.and_then(|me| me.parse().ok());
    let others = |id: &EventId| {
        let author = session.author_of(id);
        author.is_some_and(|author| me.as_ref().is_none_or(|me| !session.is_same(author, me)))
    };
    Ok(ids.filter(others).collect())
}

/// Takes the session of a text in, which was found in a session file. Whether it could be read.
pub fn found(
    store: &mut SqliteStore,
    whose: &Whose,
    notes: &mut Vec<String>,
) -> Result<bool, StoreError> {
    let Some(file) = &whose.file else { return Ok(true) };
    let Some(pulled) = take(store, whose.session, file)? else { return Ok(false) };
    notes.extend(pulled.trouble(file));
    bind(store, whose.session, file)?;
    notes.push(format!("Its session was found in {}: /handoff tells of it.", file.display()));
    Ok(true)
}

/// The session file of a session, where there is something in it that was not taken in.
pub fn unread(store: &SqliteStore, session: EventId) -> Result<Option<PathBuf>, StoreError> {
    let mut view = store.view(session)?;
    let Some(path) = view.remove(SESSION_FILE).map(PathBuf::from) else { return Ok(None) };
    let Some(looks) = looks(&path) else { return Ok(None) };
    Ok((view.get(SESSION_FILE_SEEN) != Some(&looks)).then_some(path))
}

/// Opens a session file whose events are in the library: with the text beside it, where that is
/// there.
pub fn open_file(
    store: &mut SqliteStore,
    file: &Path,
    session: EventId,
) -> Result<Opened, OpenError> {
    bind(store, session, file)?;
    // It was read just now.
    if let Some(looks) = looks(file) {
        seen(store, session, looks)?;
    }
    let at = |binding: &Binding| binding.session == session && !super::renamed::is_gone(binding);
    if !store.bindings()?.iter().any(at) {
        let folded = super::open::fold(store, session)?;
        if let Some((doc, path)) = text_of(&absolute(file), &folded) {
            let mut opened = super::open::open_in(store, session, &path)?;
            if let Some(file) = &mut opened.file {
                super::committed::look_for(file, opened.folded.as_ref(), &doc);
            }
            opened.doc = Some(doc);
            return Ok(opened);
        }
    }
    super::open::open_session(store, session)
}

/// The session of a file that is as it was when it was read last.
pub fn unchanged(store: &SqliteStore, file: &Path) -> Result<Option<EventId>, StoreError> {
    let Some(looks) = looks(file) else { return Ok(None) };
    let path = absolute(file).to_string_lossy().into_owned();
    for session in store.viewed(SESSION_FILE, &path)? {
        if store.view(session)?.get(SESSION_FILE_SEEN) == Some(&looks) {
            return Ok(Some(session));
        }
    }
    Ok(None)
}

/// Takes a session file in and opens its session, with the text beside it; of several the one that
/// is named, or the largest.
pub fn take_and_open(
    store: &mut SqliteStore,
    file: &Path,
    named: Option<EventId>,
) -> Result<Opened, OpenError> {
    let known = unchanged(store, file)?;
    if let Some(session) = known.filter(|known| named.is_none_or(|named| named == *known)) {
        return open_file(store, file, session);
    }
    let taken = super::take_file(store, file, &mut |_| true).map_err(|why| match why {
        super::TakeError::Store(why) => OpenError::Store(why),
        why => OpenError::Other(why.to_string()),
    })?;
    let mut ids = taken.sessions.iter().map(|(id, _)| *id);
    let id = match named {
        Some(named) => ids.find(|id| *id == named),
        None => ids.next(),
    };
    let id = id.ok_or_else(|| match named {
        Some(named) => {
            OpenError::Other(format!("{} has no session {}.", file.display(), named.short()))
        }
        None => OpenError::Other(format!("{} holds no session.", file.display())),
    })?;
    open_file(store, file, id)
}

/// Looks at what sharing a session would add. `here` is where the person stands. With `take`, what
/// the file has and the library does not comes in first. `tell` hears how far it has come.
pub fn prepare(
    store: &mut SqliteStore,
    session: EventId,
    to: Option<&Path>,
    here: &Path,
    take_first: bool,
    tell: &mut dyn FnMut(Step),
) -> Result<Sharing, String> {
    if !scan::is_ready() {
        return Err("The rules by which secrets are looked for can't be used: nothing is shared without them.".into());
    }
    let said = |why: StoreError| format!("{why} {}", why.advice());
    let read = |store: &SqliteStore, tell: &mut dyn FnMut(Step)| {
        fold_telling(store, session, &mut |count| tell(Step::Read(count))).map_err(said)
    };
    let mut folded = read(store, tell)?;
    let path = match to {
        Some(path) if !is_session_file(path) => {
            return Err(format!(
                "{} is no name of a session file: it ends in {SUFFIX}.",
                path.display()
            ));
        }
        Some(path) => here.join(path),
        None => match bound(store, session).map_err(said)? {
            Some(path) => path,
            None => default_path(store, &folded, here).map_err(said)?,
        },
    };
    let exists = path.exists();
    if !exists && super::redact::unanswered(store, &folded)? {
        return Err(format!("Nothing was shared: {}", super::redact::WAITING));
    }
    let (came, file) = match (exists, take_first) {
        (false, _) => (0, SessionFile::default()),
        (true, true) => {
            let told = &mut |done, of| tell(Step::Taken(done, of));
            take_session(store, &path, session, told).map_err(|why| match why {
                TakeError::Store(why) => said(why),
                TakeError::File(why) => format!("{why}."),
                why => why.to_string(),
            })?
        }
        (true, false) => (0, jsonl::skim(&path).map_err(|why| format!("{why}."))?),
    };
    if !file.sizes.is_empty() && !file.sizes.contains_key(&session) {
        return Err(format!(
            "{} holds another session: choose another name with --to.",
            path.display()
        ));
    }
    if came > 0 {
        folded = read(store, tell)?;
    }
    let allowed = allowed(store, session).map_err(said)?;
    let known = file.places.into_keys().collect();
    let mut planning = Planning::new(&folded, &known);
    let mut count = 0;
    let look = &mut |stored: Stored| {
        planning.add(&stored.envelope);
        count += 1;
        if count % TOLD == 0 {
            tell(Step::Looked(count));
        }
    };
    store.each_event(session, look).map_err(said)?;
    let back = super::redact::is_back(store, &folded)?;
    let plan = planning.plan(&allowed);
    let attributes = repository(&path).and_then(missing_attributes);
    Ok(Sharing {
        path,
        exists,
        plan,
        allowed,
        came,
        back,
        bad_lines: file.bad_lines,
        conflict_markers: file.conflict_markers,
        attributes,
    })
}

/// What a person let pass in a session.
pub fn allowed(store: &SqliteStore, session: EventId) -> Result<Allowed, StoreError> {
    Ok(Allowed::parse(store.view(session)?.get(ALLOWED).map_or("", String::as_str)))
}

/// Remembers what a person lets pass.
pub fn allow(
    store: &mut SqliteStore,
    session: EventId,
    allowed: &Allowed,
) -> Result<(), StoreError> {
    store.write(&[Write::View { session, key: ALLOWED.into(), value: allowed.line() }])?;
    Ok(())
}

/// Adds what was shown, and nothing that came since. Returns what was done, in words.
///
/// # Errors
/// Why nothing was added, or not all, and what to do.
pub fn carry_out(
    store: &mut SqliteStore,
    session: EventId,
    sharing: &Sharing,
    tell: &mut dyn FnMut(Step),
) -> Result<String, String> {
    let said = |why: StoreError| format!("{why} {}", why.advice());
    if let Some(finding) = sharing.plan.findings.first() {
        return Err(format!("Nothing was shared: {}.", finding.words()));
    }
    let wanted: BTreeSet<EventId> = sharing.plan.added.iter().copied().collect();
    if let Some(folder) = sharing.path.parent().filter(|folder| !folder.exists()) {
        std::fs::create_dir_all(folder)
            .map_err(|why| format!("{} can't be made: {why}.", folder.display()))?;
    }
    if sharing.path.exists() && store.any_gone().map_err(said)? {
        // A merge may have brought back what was redacted here.
        super::redact::scrub_file(store, session, &sharing.path, &[])?;
    }
    let failed = |why: jsonl::FileError| format!("{why}.");
    let mut adding = Adding::to(&sharing.path).map_err(failed)?;
    let (mut done, mut count) = (Ok(()), 0);
    let take = &mut |stored: Stored| {
        count += 1;
        if count % TOLD == 0 {
            tell(Step::Written(count));
        }
        if done.is_ok() && wanted.contains(&stored.envelope.id) {
            done = adding.event(&stored.envelope);
        }
    };
    store.each_event(session, take).map_err(said)?;
    let added = done.and_then(|()| adding.finish()).map_err(failed)?;
    bind(store, session, &sharing.path).map_err(said)?;
    if let Some(looks) = looks(&sharing.path).filter(|_| sharing.bad_lines == 0) {
        seen(store, session, looks).map_err(said)?;
    }
    let mut words = format!(
        "Shared: {} added to {}",
        plural(added.events as usize, "event"),
        sharing.path.display()
    );
    if let Some(path) = &sharing.attributes {
        add_attributes(path).map_err(|why| {
            format!(
                "{words}. But {} can't be written: {why}. Add this line to it: {ATTRIBUTES}",
                path.display()
            )
        })?;
        words.push_str(", and the line for it to .gitattributes");
    }
    words.push('.');
    Ok(words)
}

/// Where a session is shared to when nobody says it: `sessions/` of the repository around its
/// document, else the folder of that.
fn default_path(
    store: &SqliteStore,
    session: &Session,
    here: &Path,
) -> Result<PathBuf, StoreError> {
    let bound = store.bindings()?.into_iter().find(|binding| binding.session == session.id);
    let document = bound.map(|binding| PathBuf::from(binding.path));
    let base = document.as_deref().and_then(Path::parent).unwrap_or(here);
    let base = if base.is_dir() { base } else { here };
    let folder = match repository(base) {
        Some(root) => root.join("sessions"),
        None => base.to_path_buf(),
    };
    let stem = document.as_deref().and_then(Path::file_stem);
    let name = match stem {
        Some(stem) => stem.to_string_lossy().into_owned(),
        None => {
            let title = session.title().to_owned();
            let named = session.documents.values().find(|entry| !entry.name.is_empty());
            match named {
                Some(entry) if title == "Untitled" => entry.name.clone(),
                _ => title.trim_end_matches(".md").to_owned(),
            }
        }
    };
    let name = file_name(&name).unwrap_or_else(|| session.id.short());
    let first = folder.join(format!("{name}{SUFFIX}"));
    let other = match first.exists() {
        true => jsonl::skim(&first)
            .is_ok_and(|file| !file.sizes.is_empty() && !file.sizes.contains_key(&session.id)),
        false => false,
    };
    Ok(match other {
        true => folder.join(format!("{name}-{}{SUFFIX}", session.id.short())),
        false => first,
    })
}

/// A name for a file, made of a title.
fn file_name(title: &str) -> Option<String> {
    let mut name = String::new();
    for one in title.chars().take(NAME) {
        if one.is_alphanumeric() || one == '_' {
            name.extend(one.to_lowercase());
        } else if !name.is_empty() && !name.ends_with('-') {
            name.push('-');
        }
    }
    let name = name.trim_end_matches('-').to_owned();
    (!name.is_empty()).then_some(name)
}

/// The `.gitattributes` of a repository, when it does not say how session files are merged.
fn missing_attributes(root: &Path) -> Option<PathBuf> {
    let path = root.join(".gitattributes");
    let text = std::fs::read_to_string(&path).unwrap_or_default();
    let says = text.lines().any(|line| {
        let mut words = line.split_whitespace();
        words.next().is_some_and(|pattern| pattern.ends_with(SUFFIX))
            && words.any(|word| word == "merge=union")
    });
    (!says).then_some(path)
}

/// Adds the line; what stands there stays as it is.
fn add_attributes(path: &Path) -> std::io::Result<()> {
    let there = match std::fs::read(path) {
        Ok(there) => there,
        Err(why) if why.kind() == std::io::ErrorKind::NotFound => Vec::new(),
        Err(why) => return Err(why),
    };
    let end = if there.ends_with(b"\r\n") { "\r\n" } else { "\n" };
    let gap = if there.is_empty() || there.ends_with(b"\n") { "" } else { "\n" };
    let mut file = std::fs::OpenOptions::new().create(true).append(true).open(path)?;
    file.write_all(format!("{gap}{ATTRIBUTES}{end}").as_bytes())?;
    file.sync_all()
}
