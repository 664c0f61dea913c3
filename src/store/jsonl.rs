//! Session files, `*.cowrite.jsonl`: one event a line, to share, mail and commit.
//!
//! Reading never fails for what stands in a file: every line that is no event is counted with its
//! number and reason, and the rest loads. Order means nothing, as a union merge shuffles lines.
//! Writing only ever adds whole lines. Files come from strangers: sizes are bounded, and events of
//! local kinds are not taken. Knows no database.

use crate::base::{EventId, Millis, WriterId};
use crate::event::{BadLine, Body, Envelope};
use std::collections::{BTreeMap, BTreeSet};
use std::fs::{File, OpenOptions};
use std::io::{self, BufRead, BufReader, Read as _, Seek as _, SeekFrom, Write as _};
use std::path::Path;

/// The largest file that is read, in bytes.
const FILE_BYTES: u64 = 2 << 30;
/// The longest line, in bytes, with room for its end.
const LINE_BYTES: u64 = (64 << 20) + 2;

/// Why a session file could not be read or written at all.
#[derive(Debug, thiserror::Error)]
pub enum FileError {
    #[error("{path}: {source}")]
    Io { path: String, source: io::Error },
    #[error("{path} is longer than 2 GB")]
    TooLarge { path: String },
    #[error("{path} is no regular file")]
    NotAFile { path: String },
    #[error("{path} exists already")]
    Exists { path: String },
}

/// A line that is not taken.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BadAt {
    /// From 1.
    pub line: u64,
    pub why: Trouble,
    /// What the line says of itself, as far as it can be read. Nobody vouches for that.
    pub says: Option<Box<Says>>,
}

/// What a line says it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Says {
    pub id: EventId,
    pub kind: String,
    pub session: EventId,
    pub writer: WriterId,
    pub at: Millis,
}

/// Why a line is not taken.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Trouble {
    #[error("{0}")]
    Bad(#[from] BadLine),
    /// The last line, without its end: the program that wrote it was cut off.
    #[error("torn: the file ends in the middle of it")]
    Torn,
    #[error("of a kind that stays on its own machine")]
    Local,
    #[error("not written as cowrite writes it: a byte was changed that changes no word")]
    Rewritten,
}

/// What a file holds.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct SessionFile {
    /// Events by session, in the order of the file, each once.
    pub sessions: BTreeMap<EventId, Vec<Envelope>>,
    /// What was not taken; at most [`SessionFile::MOST`], then only counted.
    pub bad: Vec<BadAt>,
    /// How many lines were not taken.
    pub bad_lines: u64,
    /// In which line each event stands, from 1.
    pub places: BTreeMap<EventId, u64>,
    /// Lines that say what they said when they were written, in other bytes. They are taken; at
    /// most [`SessionFile::MOST`].
    pub rewritten: Vec<BadAt>,
    /// Lines whose event another line has too.
    pub duplicates: u64,
    /// Lines that end in a carriage return, which a checkout added.
    pub carriage_returns: u64,
    /// Lines that a merge left as conflict markers; they are in `bad` too.
    pub conflict_markers: u64,
    /// Whether the last line has its end.
    pub ends_whole: bool,
}

impl SessionFile {
    /// The most bad lines that are listed.
    pub const MOST: usize = 1000;

    /// All events.
    pub fn events(&self) -> impl Iterator<Item = &Envelope> {
        self.sessions.values().flatten()
    }

    /// Whether every line was an event as this program writes it.
    pub fn is_clean(&self) -> bool {
        self.bad_lines == 0 && self.carriage_returns == 0 && self.ends_whole
    }

    fn bad(&mut self, line: u64, why: Trouble, says: Option<Says>) {
        self.bad_lines += 1;
        if why == Trouble::Bad(BadLine::ConflictMarker) {
            self.conflict_markers += 1;
        }
        if self.bad.len() < Self::MOST {
            self.bad.push(BadAt { line, why, says: says.map(Box::new) });
        }
    }
}

/// Reads a session file.
///
/// # Errors
/// When it cannot be read at all or is too large; never for what stands in it.
pub fn read(path: &Path) -> Result<SessionFile, FileError> {
    let mut file = open(path)?;
    parse(&mut file).map_err(|source| FileError::Io { path: path.display().to_string(), source })
}

/// How many bytes of lines are given on together.
const GROUP: u64 = 1 << 20;

/// Reads a session file and gives its events on in groups, with how many bytes were read, so that a
/// file of any size takes little memory. An event that stands in it twice may be given twice. What
/// is returned holds no events and no places. `give` says whether to go on.
///
/// # Errors
/// As [`read`].
pub fn stream(
    path: &Path,
    give: &mut dyn FnMut(Vec<Envelope>, u64) -> bool,
) -> Result<SessionFile, FileError> {
    let mut input = open(path)?;
    let mut seen: BTreeSet<EventId> = BTreeSet::new();
    let (mut group, mut begun, mut goes_on) = (Vec::new(), 0, true);
    let mut found = SessionFile { ends_whole: true, ..SessionFile::default() };
    let mut end = 0;
    let done = each_line(&mut input, &mut found, &mut |found, event, _, read| {
        found.duplicates += u64::from(!seen.insert(event.id));
        group.push(event);
        end = read;
        if read - begun >= GROUP {
            begun = read;
            goes_on = give(std::mem::take(&mut group), read);
        }
        goes_on
    });
    done.map_err(|source| FileError::Io { path: path.display().to_string(), source })?;
    if goes_on && !group.is_empty() {
        give(group, end);
    }
    Ok(found)
}

fn open(path: &Path) -> Result<impl BufRead, FileError> {
    let failed = |source| FileError::Io { path: path.display().to_string(), source };
    // Looked at before it is opened: opening a pipe would wait for its writer.
    let meta = std::fs::metadata(path).map_err(failed)?;
    if !meta.is_file() {
        return Err(FileError::NotAFile { path: path.display().to_string() });
    }
    if meta.len() > FILE_BYTES {
        return Err(FileError::TooLarge { path: path.display().to_string() });
    }
    let file = File::open(path).map_err(failed)?;
    Ok(BufReader::new(file.take(FILE_BYTES)))
}

/// Reads lines of events.
pub fn parse(input: &mut impl BufRead) -> io::Result<SessionFile> {
    let mut found = SessionFile { ends_whole: true, ..SessionFile::default() };
    // Where each event is: its session and index.
    let mut seen: BTreeMap<EventId, (EventId, usize)> = BTreeMap::new();
    each_line(input, &mut found, &mut |found, event, number, _| {
        found.places.entry(event.id).or_insert(number);
        take(found, &mut seen, event);
        true
    })?;
    Ok(found)
}

/// Gives on each event with the number of its line, and how many bytes were read; notes what is
/// none. Ends when it is not to go on.
fn each_line(
    input: &mut impl BufRead,
    found: &mut SessionFile,
    on: &mut dyn FnMut(&mut SessionFile, Envelope, u64, u64) -> bool,
) -> io::Result<()> {
    let mut bytes = Vec::new();
    let (mut number, mut read) = (0, 0);
    loop {
        bytes.clear();
        number += 1;
        if input.by_ref().take(LINE_BYTES).read_until(b'\n', &mut bytes)? == 0 {
            return Ok(());
        }
        read += bytes.len() as u64;
        let ended = bytes.last() == Some(&b'\n');
        if !ended && bytes.len() as u64 == LINE_BYTES {
            found.ends_whole = skip_line(input)?;
            found.bad(number, Trouble::Bad(BadLine::TooLong), None);
            continue;
        }
        found.ends_whole = ended;
        let mut line = bytes.as_slice();
        if number == 1 {
            line = line.strip_prefix("\u{feff}".as_bytes()).unwrap_or(line);
        }
        line = line.strip_suffix(b"\n").unwrap_or(line);
        if let Some(without) = line.strip_suffix(b"\r") {
            found.carriage_returns += 1;
            line = without;
        }
        if line.is_empty() {
            continue;
        }
        let text = std::str::from_utf8(line);
        let parsed = text.map_err(|_| BadLine::NotJson).and_then(Envelope::parse);
        match parsed {
            Err(BadLine::NotJson) if !ended => {
                found.bad(number, Trouble::Torn, says_of(line));
            }
            Err(why) => found.bad(number, Trouble::Bad(why), says_of(line)),
            Ok(event) if event.is_local() => {
                found.bad(number, Trouble::Local, Some(says(&event)));
            }
            Ok(event) => {
                let same = text.is_ok_and(|text| event.to_line() == text);
                if !same && found.rewritten.len() < SessionFile::MOST {
                    let says = Some(Box::new(says(&event)));
                    found.rewritten.push(BadAt { line: number, why: Trouble::Rewritten, says });
                }
                if !on(found, event, number, read) {
                    return Ok(());
                }
            }
        }
    }
}

fn says(event: &Envelope) -> Says {
    let (id, kind, session) = (event.id, event.kind.clone(), event.session_id());
    Says { id, kind, session, writer: event.writer, at: event.at }
}

/// What a line says of itself that is no event: of a damaged one, what is still legible.
fn says_of(line: &[u8]) -> Option<Says> {
    let text = String::from_utf8_lossy(line);
    if let Ok(event) = Envelope::read(&text) {
        return Some(says(&event));
    }
    // The fields of the envelope come behind those that people's words are in, and have plain
    // values: the last of each name is it.
    let string = |name: &str| -> Option<&str> {
        let start = text.rfind(&format!("\"{name}\":\""))? + name.len() + 4;
        text[start..].split('"').next()
    };
    let at = text.find("\"at\":").map(|start| &text[start + 5..]);
    let at = at.and_then(|rest| rest.split(',').next()?.parse().ok()).unwrap_or(0);
    let id: EventId = string("id")?.parse().ok()?;
    Some(Says {
        id,
        kind: string("kind")?.to_owned(),
        session: string("session")?.parse().unwrap_or(id),
        writer: string("writer").and_then(|text| text.parse().ok()).unwrap_or(WriterId(0)),
        at: Millis(at),
    })
}

/// Reads on to the end of a line that is too long to keep. Says whether it has one.
fn skip_line(input: &mut impl BufRead) -> io::Result<bool> {
    loop {
        let buffer = input.fill_buf()?;
        if buffer.is_empty() {
            return Ok(false);
        }
        let (used, ended) = match buffer.iter().position(|byte| *byte == b'\n') {
            Some(at) => (at + 1, true),
            None => (buffer.len(), false),
        };
        input.consume(used);
        if ended {
            return Ok(true);
        }
    }
}

fn take(found: &mut SessionFile, seen: &mut BTreeMap<EventId, (EventId, usize)>, event: Envelope) {
    let session = event.session_id();
    let events = found.sessions.entry(session).or_default();
    let Some((_, index)) = seen.get(&event.id) else {
        seen.insert(event.id, (session, events.len()));
        events.push(event);
        return;
    };
    found.duplicates += 1;
    // A union of a redacted file and an older one has both forms. Which one counts is not for the
    // reader to say; it keeps the fuller one, whatever their order.
    if let Some(kept) = events.get_mut(*index)
        && redacted(&event) < redacted(kept)
    {
        *kept = event;
    }
}

fn redacted(event: &Envelope) -> usize {
    event.body.iter().filter(|body| matches!(body, Body::Redacted { .. })).count()
}

/// What was added to a file.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Added {
    pub events: u64,
    /// Events that the file has already.
    pub known: u64,
    /// Events that stay on this machine.
    pub local: u64,
    pub bytes: u64,
}

/// Adds to a session file the events it does not have yet: whole lines, in one write, synced. Makes
/// the file when there is none. A torn last line gets its end first, so that it harms no other.
pub fn append(path: &Path, events: &[Envelope]) -> Result<Added, FileError> {
    if !path.exists() {
        return create(path, events);
    }
    let has = read(path)?;
    let mut known: BTreeSet<EventId> = has.events().map(|event| event.id).collect();
    let failed = |source| FileError::Io { path: path.display().to_string(), source };
    let mut file = OpenOptions::new().read(true).append(true).open(path).map_err(failed)?;
    let mut text = if ends_whole(&mut file).map_err(failed)? { "" } else { "\n" }.to_string();
    let added = lines(events, &mut known, &mut text);
    if added.events > 0 {
        file.write_all(text.as_bytes()).map_err(failed)?;
        file.sync_all().map_err(failed)?;
    }
    Ok(added)
}

/// Makes a session file, whole or not at all.
///
/// # Errors
/// `Exists` when there is one.
pub fn create(path: &Path, events: &[Envelope]) -> Result<Added, FileError> {
    let failed = |source: io::Error| {
        let path = path.display().to_string();
        if source.kind() == io::ErrorKind::AlreadyExists {
            FileError::Exists { path }
        } else {
            FileError::Io { path, source }
        }
    };
    let (mut file, text, added) = temporary(path, events).map_err(failed)?;
    file.write_all(text.as_bytes()).map_err(failed)?;
    file.as_file().sync_all().map_err(failed)?;
    file.persist_noclobber(path).map_err(|error| failed(error.error))?;
    sync_parent(path).map_err(failed)?;
    Ok(added)
}

/// Puts `events` in the place of all that the file holds, whole or not at all: for redacting, the
/// one exception to adding only.
pub fn replace(path: &Path, events: &[Envelope]) -> Result<Added, FileError> {
    let failed = |source| FileError::Io { path: path.display().to_string(), source };
    // A link keeps pointing where it did.
    let path = &path.canonicalize().map_err(failed)?;
    let (mut file, text, added) = temporary(path, events).map_err(failed)?;
    let mode = std::fs::metadata(path).map_err(failed)?.permissions();
    file.as_file().set_permissions(mode).map_err(failed)?;
    file.write_all(text.as_bytes()).map_err(failed)?;
    file.as_file().sync_all().map_err(failed)?;
    file.persist(path).map_err(|error| failed(error.error))?;
    sync_parent(path).map_err(failed)?;
    Ok(added)
}

/// Takes words out of a session file for good: `lost` says which bodies of an event are gone, and
/// `add` what is added. Every other line stays as it is, byte for byte; of lines that are the same
/// then one stays. Whole or not at all. Returns how many lines lost words.
pub fn redact(
    path: &Path,
    lost: &mut dyn FnMut(EventId) -> BTreeSet<u32>,
    add: &[Envelope],
) -> Result<u64, FileError> {
    let failed = |source| FileError::Io { path: path.display().to_string(), source };
    // A link keeps pointing where it did.
    let path = &path.canonicalize().map_err(failed)?;
    let known: BTreeSet<EventId> = read(path)?.events().map(|event| event.id).collect();
    let mut input = BufReader::new(File::open(path).map_err(failed)?.take(FILE_BYTES));
    let (mut file, _, _) = temporary(path, &[]).map_err(failed)?;
    let mut out = io::BufWriter::new(file.as_file_mut());
    let (mut changed, mut ended) = (0, true);
    let mut rewritten: BTreeSet<EventId> = BTreeSet::new();
    let mut line = Vec::new();
    while input.read_until(b'\n', &mut line).map_err(failed)? > 0 {
        ended = line.last() == Some(&b'\n');
        let text = std::str::from_utf8(&line).ok().map(|text| text.trim_start_matches('\u{feff}'));
        let event = text.and_then(|text| Envelope::parse(text).ok());
        let gone = event.as_ref().map(|event| lost(event.id)).unwrap_or_default();
        match event {
            Some(mut event) if !gone.is_empty() => {
                changed += u64::from(!event.redact(&gone).bodies.is_empty());
                if rewritten.insert(event.id) {
                    out.write_all(event.to_line().as_bytes()).map_err(failed)?;
                    out.write_all(b"\n").map_err(failed)?;
                }
                ended = true;
            }
            _ => out.write_all(&line).map_err(failed)?,
        }
        line.clear();
    }
    let mut text = String::from(if ended { "" } else { "\n" });
    let added = lines(add, &mut known.clone(), &mut text);
    if added.events > 0 {
        out.write_all(text.as_bytes()).map_err(failed)?;
    }
    out.flush().map_err(failed)?;
    drop(out);
    if changed == 0 && added.events == 0 {
        return Ok(0);
    }
    let mode = std::fs::metadata(path).map_err(failed)?.permissions();
    file.as_file().set_permissions(mode).map_err(failed)?;
    file.as_file().sync_all().map_err(failed)?;
    file.persist(path).map_err(|error| failed(error.error))?;
    sync_parent(path).map_err(failed)?;
    Ok(changed)
}

fn parent(path: &Path) -> &Path {
    match path.parent() {
        Some(dir) if !dir.as_os_str().is_empty() => dir,
        _ => Path::new("."),
    }
}

fn temporary(
    path: &Path,
    events: &[Envelope],
) -> io::Result<(tempfile::NamedTempFile, String, Added)> {
    let mut text = String::new();
    let added = lines(events, &mut BTreeSet::new(), &mut text);
    let mut builder = tempfile::Builder::new();
    builder.prefix(".cowrite-").suffix(".tmp");
    // A file to share: as readable as the user's other new files.
    #[cfg(unix)]
    let mode = {
        use std::os::unix::fs::PermissionsExt as _;
        std::fs::Permissions::from_mode(0o666)
    };
    #[cfg(unix)]
    builder.permissions(mode);
    Ok((builder.tempfile_in(parent(path))?, text, added))
}

/// Appends the lines of the events that are not known and not local.
fn lines(events: &[Envelope], known: &mut BTreeSet<EventId>, text: &mut String) -> Added {
    let before = text.len();
    let mut added = Added::default();
    for event in events {
        if event.is_local() {
            added.local += 1;
        } else if known.insert(event.id) {
            added.events += 1;
            text.push_str(&event.to_line());
            text.push('\n');
        } else {
            added.known += 1;
        }
    }
    added.bytes = (text.len() - before) as u64;
    added
}

fn ends_whole(file: &mut File) -> io::Result<bool> {
    if file.seek(SeekFrom::End(0))? == 0 {
        return Ok(true);
    }
    file.seek(SeekFrom::End(-1))?;
    let mut last = [0];
    file.read_exact(&mut last)?;
    Ok(last == *b"\n")
}

fn sync_parent(path: &Path) -> io::Result<()> {
    #[cfg(unix)]
    File::open(parent(path))?.sync_all()?;
    #[cfg(not(unix))]
    let _ = path;
    Ok(())
}
