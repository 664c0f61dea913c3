//! Writing session files: whole lines are added, and a file is whole or as it was.
//!
//! What is added and fits into one group goes to the end of the file in one write, so that two
//! programs that add at once both do. More goes into a copy that then takes the file's place, since
//! a program that is killed in the midst of it must not leave half.

use super::{FILE_BYTES, FileError, GROUP, LINE_BYTES, Looks, skim};
use crate::base::EventId;
use crate::event::Envelope;
use std::collections::BTreeSet;
use std::fs::{File, OpenOptions};
use std::io::{self, BufRead, BufReader, BufWriter, Read as _, Seek as _, SeekFrom, Write as _};
use std::path::{Path, PathBuf};
use tempfile::NamedTempFile;

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

/// A session file that is added to, event by event. Nothing is in the file before
/// [`Adding::finish`].
pub struct Adding {
    path: PathBuf,
    /// How the file looked when it was read; `None` where there was none.
    was: Option<Looks>,
    known: BTreeSet<EventId>,
    /// Lines that are not in the copy yet.
    group: Vec<u8>,
    copy: Option<NamedTempFile>,
    added: Added,
}

impl Adding {
    /// Adds to a file the events that it does not have yet; it is made when there is none.
    ///
    /// # Errors
    /// When the file can't be read.
    pub fn to(path: &Path) -> Result<Self, FileError> {
        if !path.exists() {
            return Ok(Self::new(path, None));
        }
        let was = looks(path).map_err(|source| FileError::io(path, source))?;
        let known = skim(path)?.places.into_keys().collect();
        Ok(Self { known, ..Self::new(path, Some(was)) })
    }

    /// Makes a file, if there is none when it is finished.
    pub fn fresh(path: &Path) -> Self {
        Self::new(path, None)
    }

    /// Adds to a file that was read and looked like this. Who calls it knows what is in it.
    pub(super) fn after(path: &Path, was: Looks) -> Self {
        Self::new(path, Some(was))
    }

    fn new(path: &Path, was: Option<Looks>) -> Self {
        let (path, known, added) = (path.to_path_buf(), BTreeSet::new(), Added::default());
        Self { path, was, known, group: Vec::new(), copy: None, added }
    }

    /// Adds an event, unless it is there or stays on this machine.
    ///
    /// # Errors
    /// When the disk takes no more; the file is as it was.
    pub fn event(&mut self, event: &Envelope) -> Result<(), FileError> {
        if event.is_local() {
            self.added.local += 1;
        } else if self.known.insert(event.id) {
            self.line(event.to_line().as_bytes())?;
        } else {
            self.added.known += 1;
        }
        Ok(())
    }

    /// Adds the line of an event that is not there, without its end.
    pub(super) fn line(&mut self, line: &[u8]) -> Result<(), FileError> {
        self.added.events += 1;
        self.added.bytes += line.len() as u64 + 1;
        self.group.extend_from_slice(line);
        self.group.push(b'\n');
        if self.group.len() as u64 > GROUP {
            self.spill().map_err(|source| FileError::io(&self.path, source))?;
        }
        Ok(())
    }

    /// Brings the group into the copy, which begins with what the file holds.
    fn spill(&mut self) -> io::Result<()> {
        if self.copy.is_none() {
            let mut copy = temporary(&self.path)?;
            if self.was.is_some() {
                io::copy(&mut File::open(&self.path)?, copy.as_file_mut())?;
                if !ends_whole(copy.as_file_mut())? {
                    copy.write_all(b"\n")?;
                }
            }
            self.copy = Some(copy);
        }
        if let Some(copy) = &mut self.copy {
            copy.write_all(&self.group)?;
        }
        self.group.clear();
        Ok(())
    }

    /// Puts what was added into the file, synced. A torn last line gets its end first, so that it
    /// harms no other.
    ///
    /// # Errors
    /// When it can't be written: the file is as it was. `Changed` when somebody else wrote to it,
    /// `Exists` when there is one that was not there.
    pub fn finish(mut self) -> Result<Added, FileError> {
        let path = std::mem::take(&mut self.path);
        let failed = |source: io::Error| match source.kind() {
            io::ErrorKind::AlreadyExists => FileError::Exists { path: path.display().to_string() },
            _ => FileError::io(&path, source),
        };
        let Some(was) = self.was else {
            let file = self.whole(&path).map_err(failed)?;
            file.as_file().sync_all().map_err(failed)?;
            file.persist_noclobber(&path).map_err(|error| failed(error.error))?;
            sync_parent(&path).map_err(failed)?;
            return Ok(self.added);
        };
        match self.copy {
            Some(mut copy) => {
                copy.write_all(&self.group).map_err(failed)?;
                // A link keeps pointing where it did.
                let target = path.canonicalize().map_err(failed)?;
                if looks(&target).map_err(failed)? != was {
                    return Err(FileError::Changed { path: path.display().to_string() });
                }
                put(copy, &target).map_err(failed)?;
            }
            None if self.added.events > 0 => {
                let file = OpenOptions::new().read(true).append(true).open(&path);
                let mut file = file.map_err(failed)?;
                if !ends_whole(&mut file).map_err(failed)? {
                    self.group.insert(0, b'\n');
                }
                file.write_all(&self.group).map_err(failed)?;
                file.sync_all().map_err(failed)?;
            }
            None => {}
        }
        Ok(self.added)
    }

    /// All that was added to a file that is not there yet.
    fn whole(&mut self, path: &Path) -> io::Result<NamedTempFile> {
        let mut file = match self.copy.take() {
            Some(file) => file,
            None => temporary(path)?,
        };
        file.write_all(&self.group)?;
        Ok(file)
    }
}

/// Adds to a session file the events it does not have yet: see [`Adding`].
pub fn append(path: &Path, events: &[Envelope]) -> Result<Added, FileError> {
    all(Adding::to(path)?, events)
}

/// Makes a session file, whole or not at all.
///
/// # Errors
/// `Exists` when there is one.
pub fn create(path: &Path, events: &[Envelope]) -> Result<Added, FileError> {
    all(Adding::fresh(path), events)
}

/// Puts `events` in the place of all that the file holds, whole or not at all: for redacting, the
/// one exception to adding only.
pub fn replace(path: &Path, events: &[Envelope]) -> Result<Added, FileError> {
    let failed = |source| FileError::io(path, source);
    // A link keeps pointing where it did.
    let target = path.canonicalize().map_err(failed)?;
    let mut adding = Adding::fresh(&target);
    for event in events {
        adding.event(event)?;
    }
    put(adding.whole(&target).map_err(failed)?, &target).map_err(failed)?;
    Ok(adding.added)
}

fn all(mut adding: Adding, events: &[Envelope]) -> Result<Added, FileError> {
    for event in events {
        adding.event(event)?;
    }
    adding.finish()
}

/// Takes words out of a session file for good: `lost` says which bodies of an event are gone, and
/// `add` what is added. Every other line stays as it is, byte for byte; of lines that are the same
/// then one stays. Whole or not at all. Returns how many lines lost words.
pub fn redact(
    path: &Path,
    lost: &mut dyn FnMut(EventId) -> BTreeSet<u32>,
    add: &[Envelope],
) -> Result<u64, FileError> {
    let failed = |source| FileError::io(path, source);
    // A link keeps pointing where it did.
    let path = &path.canonicalize().map_err(failed)?;
    let known = skim(path)?.places;
    let mut input = BufReader::new(File::open(path).map_err(failed)?.take(FILE_BYTES));
    let mut file = temporary(path).map_err(failed)?;
    let mut out = BufWriter::new(file.as_file_mut());
    let (mut changed, mut ended) = (0, true);
    let mut rewritten: BTreeSet<EventId> = BTreeSet::new();
    let mut line = Vec::new();
    // A line that is too long to be an event comes in pieces.
    while input.by_ref().take(LINE_BYTES).read_until(b'\n', &mut line).map_err(failed)? > 0 {
        let begins = std::mem::replace(&mut ended, line.last() == Some(&b'\n'));
        let text = std::str::from_utf8(&line).ok().map(|text| text.trim_start_matches('\u{feff}'));
        let event = text.filter(|_| begins).and_then(|text| Envelope::parse(text).ok());
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
    let mut added = 0;
    let new = |event: &&Envelope| !event.is_local() && !known.contains_key(&event.id);
    for event in add.iter().filter(new) {
        if added == 0 && !ended {
            out.write_all(b"\n").map_err(failed)?;
        }
        added += 1;
        out.write_all(event.to_line().as_bytes()).map_err(failed)?;
        out.write_all(b"\n").map_err(failed)?;
    }
    out.flush().map_err(failed)?;
    drop(out);
    if changed > 0 || added > 0 {
        put(file, path).map_err(failed)?;
    }
    Ok(changed)
}

/// Puts a temporary file in the place of another, synced, with that one's mode.
fn put(file: NamedTempFile, path: &Path) -> io::Result<()> {
    let mode = std::fs::metadata(path)?.permissions();
    file.as_file().set_permissions(mode)?;
    file.as_file().sync_all()?;
    file.persist(path).map_err(|error| error.error)?;
    sync_parent(path)
}

fn looks(path: &Path) -> io::Result<Looks> {
    Ok(Looks::of(&std::fs::metadata(path)?))
}

fn parent(path: &Path) -> &Path {
    match path.parent() {
        Some(dir) if !dir.as_os_str().is_empty() => dir,
        _ => Path::new("."),
    }
}

fn temporary(path: &Path) -> io::Result<NamedTempFile> {
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
    builder.tempfile_in(parent(path))
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
