//! Session files put together: every event of each, once.
//!
//! The files are read twice: first for where each event stands, then for the lines themselves, which
//! are copied. So what is in memory is a note of about 100 bytes for each event, however long it is. The
//! result is that of reading everything and joining the sets: a file's events follow those of the
//! files before it, by session, then in the file's order.

use super::read::{Line, each_line, open_file};
use super::{Added, Adding, FILE_BYTES, FileError, Looks, SessionFile, redacted};
use crate::base::EventId;
use crate::event::Envelope;
use std::collections::BTreeMap;
use std::fs::File;
use std::io::{self, BufReader, Read as _, Seek as _, SeekFrom};
use std::path::{Path, PathBuf};

/// How many bytes of a file are read ahead.
const AHEAD: usize = 256 << 10;
/// How many files are open at once: systems allow a process a few hundred.
const OPEN: usize = 64;
/// After how many bytes the progress is told.
const TOLD: u64 = 1 << 20;

/// A union that is made: files are added, then it is written.
#[derive(Default)]
pub struct Union {
    files: Vec<Source>,
    /// Those that are open, the one used last at the end.
    open: Vec<u32>,
    /// Every event, by where it stands in `forms`.
    known: BTreeMap<EventId, u32>,
    forms: Vec<Form>,
    /// The order in which they are written.
    order: Vec<u32>,
    /// The sessions, by the number that a form names.
    sessions: Vec<EventId>,
    numbers: BTreeMap<EventId, u32>,
}

/// A file that was added. It stays open while there are not too many, so that a file that takes its
/// place changes nothing; one that was closed must be what it was when it is opened again.
struct Source {
    path: PathBuf,
    file: Option<BufReader<File>>,
    was: Looks,
    /// Where the next byte of `file` is.
    at: u64,
    /// Its events, each counted once.
    events: u64,
}

/// Where the fullest form of an event stands.
#[derive(Clone, Copy)]
struct Form {
    session: u32,
    file: u32,
    /// The last file that had it.
    seen: u32,
    redacted: u32,
    at: u64,
    bytes: u32,
    /// Whether the line can be copied as it is.
    exact: bool,
}

/// What a file brought.
#[derive(Clone, Debug, PartialEq)]
pub struct Joined {
    /// What stands in it; it holds no events and no places.
    pub file: SessionFile,
    /// Its events, each counted once.
    pub events: u64,
    /// Those of them that no file before had.
    pub new: u64,
}

impl Union {
    /// Adds what a file has. `progress` is told of how many of its bytes were read.
    ///
    /// # Errors
    /// When it can't be read at all or is too large; never for what stands in it.
    pub fn add(&mut self, path: &Path, progress: &mut dyn FnMut(u64)) -> Result<Joined, FileError> {
        let failed = |source| FileError::io(path, source);
        let file = open_file(path)?;
        let was = Looks::of(&file.metadata().map_err(failed)?);
        let mut input = BufReader::with_capacity(AHEAD, file.take(FILE_BYTES));
        let mut found = SessionFile { ends_whole: true, ..SessionFile::default() };
        let number = self.files.len() as u32;
        let begin = self.order.len();
        let (mut events, mut told) = (0, 0);
        let done = each_line(&mut input, &mut found, &mut |found, event, line| {
            match self.note(&event, line, number) {
                true => events += 1,
                false => found.duplicates += 1,
            }
            if line.read - told >= TOLD {
                told = line.read;
                progress(told);
            }
            true
        });
        done.map_err(failed)?;
        // By session; within one the order stays.
        let Self { order, forms, sessions, .. } = self;
        let session = |at: &u32| {
            let form = forms.get(*at as usize)?;
            sessions.get(form.session as usize)
        };
        order[begin..].sort_by(|one, other| session(one).cmp(&session(other)));
        let new = (order.len() - begin) as u64;
        let mut file = input.into_inner().into_inner();
        file.seek(SeekFrom::Start(0)).map_err(failed)?;
        let file = Some(BufReader::with_capacity(AHEAD, file));
        self.files.push(Source { path: path.to_path_buf(), file, was, at: 0, events });
        self.open.push(number);
        self.close_some();
        Ok(Joined { file: found, events, new })
    }

    /// Takes note of where an event stands. Says whether it is the first of its id in this file.
    fn note(&mut self, event: &Envelope, line: &Line, file: u32) -> bool {
        let form = Form {
            session: 0,
            file,
            seen: file,
            redacted: redacted(event) as u32,
            at: line.at,
            bytes: line.bytes as u32,
            exact: line.exact,
        };
        let known = self.known.get(&event.id).and_then(|at| self.forms.get_mut(*at as usize));
        if let Some(known) = known {
            let first = known.seen != file;
            // Of two forms the fuller one, whatever the order of the files.
            *known = match form.redacted < known.redacted {
                true => Form { session: known.session, ..form },
                false => Form { seen: file, ..*known },
            };
            return first;
        }
        let (number, id) = (self.forms.len() as u32, event.session_id());
        let session = *self.numbers.entry(id).or_insert_with(|| {
            self.sessions.push(id);
            self.sessions.len() as u32 - 1
        });
        self.known.insert(event.id, number);
        self.forms.push(Form { session, ..form });
        self.order.push(number);
        true
    }

    /// Closes the files used longest ago where too many are open.
    fn close_some(&mut self) {
        while self.open.len() > OPEN {
            let file = self.open.remove(0);
            if let Some(source) = self.files.get_mut(file as usize) {
                (source.file, source.at) = (None, 0);
            }
        }
    }

    /// A file, open.
    fn source(&mut self, number: u32) -> Result<Option<&mut Source>, FileError> {
        if self.open.last() != Some(&number) {
            self.open.retain(|open| *open != number);
            self.open.push(number);
            self.close_some();
        }
        let Some(source) = self.files.get_mut(number as usize) else { return Ok(None) };
        if source.file.is_none() {
            let file = open_file(&source.path)?;
            let meta = file.metadata().map_err(|why| FileError::io(&source.path, why))?;
            if Looks::of(&meta) != source.was {
                return Err(source.changed());
            }
            source.file = Some(BufReader::with_capacity(AHEAD, file));
        }
        Ok(Some(source))
    }

    /// How many sessions the files are of.
    pub fn sessions(&self) -> usize {
        self.sessions.len()
    }

    /// Writes all of it to a new file, whole or not at all. `progress` is told of how many bytes
    /// were written.
    ///
    /// # Errors
    /// `Exists` when there is one, `Changed` when a file that was added was written to meanwhile.
    pub fn create(
        mut self,
        path: &Path,
        progress: &mut dyn FnMut(u64),
    ) -> Result<Added, FileError> {
        let adding = Adding::fresh(path);
        self.write(adding, 0, progress)
    }

    /// Adds to the first file what it does not have, whole or not at all; of an event that it has, its
    /// own form stays. `progress` is told of how many bytes were written.
    ///
    /// # Errors
    /// As [`Union::create`]; what is needed is a file.
    pub fn complete(mut self, progress: &mut dyn FnMut(u64)) -> Result<Added, FileError> {
        let Some(first) = self.files.first() else { return Ok(Added::default()) };
        let known = first.events;
        let adding = Adding::after(&first.path, first.was);
        // Those of the first file come first.
        let added = self.write(adding, known as usize, progress)?;
        Ok(Added { known, ..added })
    }

    fn write(
        &mut self,
        mut adding: Adding,
        from: usize,
        progress: &mut dyn FnMut(u64),
    ) -> Result<Added, FileError> {
        let (mut line, mut written, mut told) = (Vec::new(), 0, 0);
        for index in from..self.order.len() {
            let form = self.order.get(index).and_then(|number| self.forms.get(*number as usize));
            let Some(form) = form.copied() else { continue };
            let Some(source) = self.source(form.file)? else { continue };
            source.line(&form, &mut line).map_err(|why| match why.kind() {
                io::ErrorKind::UnexpectedEof => source.changed(),
                _ => FileError::io(&source.path, why),
            })?;
            if form.exact {
                adding.line(&line)?;
            } else {
                let text = std::str::from_utf8(&line).ok();
                let event = text.and_then(|text| Envelope::parse(text).ok());
                let event = event.ok_or_else(|| source.changed())?;
                adding.line(event.to_line().as_bytes())?;
            }
            written += line.len() as u64 + 1;
            if written - told >= TOLD {
                told = written;
                progress(told);
            }
        }
        for source in &self.files {
            let meta = match &source.file {
                Some(file) => file.get_ref().metadata(),
                None => std::fs::metadata(&source.path),
            };
            if Looks::of(&meta.map_err(|why| FileError::io(&source.path, why))?) != source.was {
                return Err(source.changed());
            }
        }
        adding.finish()
    }
}

impl Source {
    /// Reads the line of a form. Lines mostly follow each other.
    fn line(&mut self, form: &Form, line: &mut Vec<u8>) -> io::Result<()> {
        let file = self.file.as_mut().ok_or(io::ErrorKind::UnexpectedEof)?;
        file.seek_relative(form.at as i64 - self.at as i64)?;
        line.clear();
        line.resize(form.bytes as usize, 0);
        file.read_exact(line)?;
        self.at = form.at + u64::from(form.bytes);
        Ok(())
    }

    fn changed(&self) -> FileError {
        FileError::Changed { path: self.path.display().to_string() }
    }
}
