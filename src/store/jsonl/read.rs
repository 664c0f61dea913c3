//! Reading a session file: all of it, or line by line.

use super::{
    BadAt, FILE_BYTES, FileError, GROUP, LINE_BYTES, Says, SessionFile, Trouble, redacted,
};
use crate::base::{EventId, Millis, WriterId};
use crate::event::{BadLine, Envelope};
use std::collections::BTreeMap;
use std::collections::btree_map::Entry;
use std::fs::File;
use std::io::{self, BufRead, BufReader, Read as _};
use std::path::Path;

/// Reads a session file.
///
/// # Errors
/// When it cannot be read at all or is too large; never for what stands in it.
pub fn read(path: &Path) -> Result<SessionFile, FileError> {
    parse(&mut open(path)?).map_err(|source| FileError::io(path, source))
}

/// Reads a session file and gives its events on in groups, with how many bytes were read, so that a
/// file of any size takes little memory. An event that stands in it twice may be given twice. What
/// is returned holds no events, but where each stands. `give` says whether to go on.
///
/// # Errors
/// As [`read`].
pub fn stream(
    path: &Path,
    give: &mut dyn FnMut(Vec<Envelope>, u64) -> bool,
) -> Result<SessionFile, FileError> {
    let mut input = open(path)?;
    let (mut group, mut begun, mut goes_on) = (Vec::new(), 0, true);
    let mut found = SessionFile { ends_whole: true, ..SessionFile::default() };
    let mut end = 0;
    let done = each_line(&mut input, &mut found, &mut |found, event, line| {
        note(found, &event, line);
        group.push(event);
        end = line.read;
        if line.read - begun >= GROUP {
            begun = line.read;
            goes_on = give(std::mem::take(&mut group), line.read);
        }
        goes_on
    });
    done.map_err(|source| FileError::io(path, source))?;
    if goes_on && !group.is_empty() {
        give(group, end);
    }
    Ok(found)
}

/// Counts a session file, and finds where each event stands; it keeps none.
///
/// # Errors
/// As [`read`].
pub fn skim(path: &Path) -> Result<SessionFile, FileError> {
    stream(path, &mut |_, _| true)
}

/// Takes note of an event: once in its session, or doubled. Says whether it is the first of its id.
fn note(found: &mut SessionFile, event: &Envelope, line: &Line) -> bool {
    match found.places.entry(event.id) {
        Entry::Occupied(_) => {
            found.duplicates += 1;
            false
        }
        Entry::Vacant(place) => {
            place.insert(line.number);
            *found.sizes.entry(event.session_id()).or_default() += 1;
            true
        }
    }
}

fn open(path: &Path) -> Result<impl BufRead, FileError> {
    Ok(BufReader::new(open_file(path)?.take(FILE_BYTES)))
}

/// Opens a file that can be a session file: regular, and of a size that is read.
pub(super) fn open_file(path: &Path) -> Result<File, FileError> {
    let failed = |source| FileError::io(path, source);
    // Looked at before it is opened: opening a pipe would wait for its writer.
    let meta = std::fs::metadata(path).map_err(failed)?;
    if !meta.is_file() {
        return Err(FileError::NotAFile { path: path.display().to_string() });
    }
    if meta.len() > FILE_BYTES {
        return Err(FileError::TooLarge { path: path.display().to_string() });
    }
    File::open(path).map_err(failed)
}

/// Reads lines of events.
pub fn parse(input: &mut impl BufRead) -> io::Result<SessionFile> {
    let mut found = SessionFile { ends_whole: true, ..SessionFile::default() };
    // Where each event is in its session.
    let mut seen: BTreeMap<EventId, usize> = BTreeMap::new();
    each_line(input, &mut found, &mut |found, event, line| {
        let first = note(found, &event, line);
        let events = found.sessions.entry(event.session_id()).or_default();
        if first {
            seen.insert(event.id, events.len());
            events.push(event);
        } else if let Some(kept) = seen.get(&event.id).and_then(|at| events.get_mut(*at))
            && redacted(&event) < redacted(kept)
        {
            // A union of a redacted file and an older one has both forms. Which one counts is not
            // for the reader to say; it keeps the fuller one, whatever their order.
            *kept = event;
        }
        true
    })?;
    Ok(found)
}

/// Where the line of an event stands.
pub(super) struct Line {
    /// From 1.
    pub number: u64,
    /// Of its first byte, without a byte order mark.
    pub at: u64,
    /// In bytes, without its end.
    pub bytes: usize,
    /// Whether it is what this program would write.
    pub exact: bool,
    /// How many bytes of the file were read with it.
    pub read: u64,
}

/// Gives on each event with its line; notes what is none. Ends when it is not to go on.
pub(super) fn each_line(
    input: &mut impl BufRead,
    found: &mut SessionFile,
    on: &mut dyn FnMut(&mut SessionFile, Envelope, &Line) -> bool,
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
            let skipped = skip_line(input)?;
            read += skipped.0;
            found.ends_whole = skipped.1;
            found.bad(number, Trouble::Bad(BadLine::TooLong), None);
            continue;
        }
        found.ends_whole = ended;
        let mut line = bytes.as_slice();
        if number == 1 {
            line = line.strip_prefix("\u{feff}".as_bytes()).unwrap_or(line);
        }
        let at = read - line.len() as u64;
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
                let exact = text.is_ok_and(|text| event.to_line() == text);
                if !exact && found.rewritten.len() < SessionFile::MOST {
                    let says = Some(Box::new(says(&event)));
                    found.rewritten.push(BadAt { line: number, why: Trouble::Rewritten, says });
                }
                let bytes = line.len();
                if !on(found, event, &Line { number, at, bytes, exact, read }) {
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

/// Reads on to the end of a line that is too long to keep. Says how many bytes that were, and
/// whether it has an end.
fn skip_line(input: &mut impl BufRead) -> io::Result<(u64, bool)> {
    let mut skipped = 0;
    loop {
        let buffer = input.fill_buf()?;
        if buffer.is_empty() {
            return Ok((skipped, false));
        }
        let (used, ended) = match buffer.iter().position(|byte| *byte == b'\n') {
            Some(at) => (at + 1, true),
            None => (buffer.len(), false),
        };
        input.consume(used);
        skipped += used as u64;
        if ended {
            return Ok((skipped, true));
        }
    }
}
