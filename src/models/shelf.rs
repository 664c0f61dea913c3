//! The shelf: a directory with model files, a record beside each, a lock, and a scratch folder that
//! only the lock's holder uses.
//!
//! A file comes to the shelf by being renamed into it when it is whole, so that whatever has a name
//! here is whole. What a program that was killed left lies in the scratch folder, and the next that
//! gets the lock clears it.

use super::catalogue::{CATALOGUE, Row};
use super::child::pause;
use super::error::{FetchError, ShelfError};
use super::gguf::{GgufError, Header, read_header};
use super::hub::Hub;
use super::machine::Machine;
use super::pip::CLIENTS;
use super::progress::{Meter, Progress, Step};
use super::record::Record;
use crate::base::Sha;
use std::ffi::OsString;
use std::fs::{self, File, OpenOptions, TryLockError};
use std::io::{Read, Write as _};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};

/// How many ticks a lock that should be free is waited for.
const SOON: u32 = 10;

/// Where model files are kept, and with what they are fetched.
#[derive(Clone, Debug)]
pub struct Shelf {
    dir: PathBuf,
    pub(super) clients: Vec<Vec<OsString>>,
    pub(super) hub: Hub,
    pub machine: Machine,
}

/// A model file on the shelf.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Item {
    pub name: String,
    pub path: PathBuf,
    /// Size in bytes.
    pub bytes: u64,
    /// What was known when it came; nothing for a file that was put there by hand or changed.
    pub record: Option<Record>,
    /// What the file itself says, where there is no record.
    pub header: Option<Result<Header, GgufError>>,
}

impl Item {
    /// The most tokens it can look at.
    pub fn window(&self) -> Option<u64> {
        let header = self.header.as_ref().and_then(|header| header.as_ref().ok());
        self.record
            .as_ref()
            .and_then(|record| record.window)
            .or_else(|| header.and_then(|header| header.window))
    }

    pub fn licence(&self) -> Option<&str> {
        let header = self.header.as_ref().and_then(|header| header.as_ref().ok());
        let recorded = self.record.as_ref().and_then(|record| record.licence.as_deref());
        recorded.or_else(|| header.and_then(|header| header.licence.as_deref()))
    }

    pub fn architecture(&self) -> Option<&str> {
        let header = self.header.as_ref().and_then(|header| header.as_ref().ok());
        let recorded = self.record.as_ref().and_then(|record| record.architecture.as_deref());
        recorded.or_else(|| header.and_then(|header| header.architecture.as_deref()))
    }

    /// The row of the catalogue that it was fetched by or is the same as.
    pub fn row(&self) -> Option<&'static Row> {
        let record = self.record.as_ref()?;
        CATALOGUE.iter().find(|row| row.sha256 == record.sha256)
    }
}

/// What looking at every byte of a file showed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Checked {
    pub sha256: String,
    /// Whether it is the checksum of the record; `None` without a record.
    pub same: Option<bool>,
    pub header: Result<Header, GgufError>,
}

impl Checked {
    /// Whether nothing is wrong with it.
    pub fn is_sound(&self) -> bool {
        self.same != Some(false) && self.header.is_ok()
    }
}

impl Shelf {
    /// The shelf in `dir`, which is made when something comes to it.
    pub fn at(dir: impl Into<PathBuf>, machine: Machine) -> Self {
        let clients = CLIENTS.iter().map(|argv| argv.iter().map(OsString::from).collect());
        Self { dir: dir.into(), clients: clients.collect(), hub: Hub::default(), machine }
    }

    /// Uses these command lines as `pip`, the first that there is.
    pub fn with_clients(mut self, clients: Vec<Vec<OsString>>) -> Self {
        self.clients = clients;
        self
    }

    /// Reaches the model hub so.
    pub fn with_hub(mut self, hub: Hub) -> Self {
        self.hub = hub;
        self
    }

    pub fn dir(&self) -> &Path {
        &self.dir
    }

    /// The hub as it is shown: its address without what is secret.
    pub fn hub_address(&self) -> String {
        self.hub.shown()
    }

    /// Where the model of this name is or would be.
    pub fn path_of(&self, name: &str) -> PathBuf {
        self.dir.join(format!("{name}.gguf"))
    }

    pub(super) fn record_of(&self, name: &str) -> PathBuf {
        self.dir.join(format!("{name}.toml"))
    }

    /// What is on the shelf, by name. Looks at names, sizes and records, and into files without one.
    pub fn items(&self) -> Result<Vec<Item>, ShelfError> {
        let entries = match fs::read_dir(&self.dir) {
            Ok(entries) => entries,
            Err(why) if why.kind() == std::io::ErrorKind::NotFound => return Ok(Vec::new()),
            Err(why) => return Err(ShelfError::io("Reading", &self.dir)(why)),
        };
        let names = entries.flatten().filter_map(|entry| entry.file_name().into_string().ok());
        let names = names.filter_map(|name| name.strip_suffix(".gguf").map(str::to_owned));
        let mut names: Vec<String> = names.filter(|name| !name.starts_with('.')).collect();
        names.sort_unstable();
        Ok(names.iter().filter_map(|name| self.item(name)).collect())
    }

    /// The file of exactly this name.
    pub fn item(&self, name: &str) -> Option<Item> {
        let path = self.path_of(name);
        let data = fs::metadata(&path).ok().filter(fs::Metadata::is_file)?;
        let bytes = data.len();
        let record = Record::read(&self.record_of(name)).filter(|record| record.bytes == bytes);
        let header = record.is_none().then(|| header_of(&path));
        Some(Item { name: name.into(), path, bytes, record, header })
    }

    /// The path of a row's model, if it is here.
    pub fn path_of_row(&self, row: &Row) -> Option<PathBuf> {
        let item = self.item(row.name)?;
        let record = item.record?;
        (record.sha256 == row.sha256 && item.bytes == row.bytes).then_some(item.path)
    }

    /// Reads every byte of a file and compares.
    pub fn check(
        &self,
        item: &Item,
        mut progress: impl FnMut(Progress),
        cancel: &AtomicBool,
    ) -> Result<Checked, ShelfError> {
        let mut meter = Meter::new(&mut progress);
        let (sha256, _) = hash_file(&item.path, &mut meter, cancel)?;
        let same = item.record.as_ref().map(|record| record.sha256 == sha256);
        Ok(Checked { sha256, same, header: header_of(&item.path) })
    }

    /// Takes a model and its record from the shelf.
    pub fn remove(&self, item: &Item) -> Result<(), ShelfError> {
        let _lock = self.lock_now()?;
        fs::remove_file(&item.path).map_err(ShelfError::io("Removing", &item.path))?;
        let record = self.record_of(&item.name);
        match fs::remove_file(&record) {
            Err(why) if why.kind() != std::io::ErrorKind::NotFound => {
                Err(ShelfError::io("Removing", &record)(why))
            }
            _ => Ok(()),
        }
    }

    /// Takes the lock for something short. A child that was just started may hold a copy of one that
    /// was given back, until it is the program it will be: that is waited for.
    pub(super) fn lock_now(&self) -> Result<File, ShelfError> {
        for _ in 0..SOON {
            if let Some(lock) = self.try_lock()? {
                return Ok(lock);
            }
            pause();
        }
        self.try_lock()?.ok_or_else(|| ShelfError::Busy(self.dir.clone()))
    }

    /// Makes the directory and takes the lock, or says that another program has it.
    fn try_lock(&self) -> Result<Option<File>, ShelfError> {
        fs::create_dir_all(&self.dir).map_err(ShelfError::io("Making", &self.dir))?;
        let path = self.dir.join(".lock");
        let mut options = OpenOptions::new();
        options.read(true).write(true).create(true).truncate(false);
        let file = options.open(&path).map_err(ShelfError::io("Opening", &path))?;
        match file.try_lock() {
            Ok(()) => Ok(Some(file)),
            Err(TryLockError::WouldBlock) => Ok(None),
            Err(TryLockError::Error(why)) => Err(ShelfError::io("Locking", &path)(why)),
        }
    }

    /// Waits for the right to change the shelf, and clears what a dead program left.
    pub(super) fn enter(
        &self,
        meter: &mut Meter<'_>,
        cancel: &AtomicBool,
    ) -> Result<Scratch, ShelfError> {
        let mut waits = false;
        loop {
            if let Some(lock) = self.try_lock()? {
                return Scratch::new(self.dir.join(".scratch"), lock);
            }
            if cancel.load(Ordering::SeqCst) {
                return Err(ShelfError::Cancelled);
            }
            if !waits {
                meter.begin(Step::Wait, 0);
                waits = true;
            }
            pause();
        }
    }

    /// Puts a whole file and its record on the shelf, by renaming: the record first, so that there
    /// is never a file without one.
    pub(super) fn place(
        &self,
        name: &str,
        file: &Path,
        record: &Record,
        scratch: &Scratch,
    ) -> Result<PathBuf, ShelfError> {
        let (path, beside) = (self.path_of(name), self.record_of(name));
        record.write(&beside, &scratch.dir).map_err(ShelfError::io("Writing", &beside))?;
        if let Err(why) = fs::rename(file, &path) {
            let _ = fs::remove_file(&beside);
            return Err(ShelfError::io("Writing", &path)(why));
        }
        sync_dir(&self.dir);
        Ok(path)
    }
}

/// The lock on a shelf and its scratch folder, which goes with everything in it.
pub struct Scratch {
    pub dir: PathBuf,
    _lock: File,
}

impl Scratch {
    fn new(dir: PathBuf, lock: File) -> Result<Self, ShelfError> {
        match fs::remove_dir_all(&dir) {
            Err(why) if why.kind() != std::io::ErrorKind::NotFound => {
                return Err(ShelfError::io("Clearing", &dir)(why));
            }
            _ => {}
        }
        fs::create_dir(&dir).map_err(ShelfError::io("Making", &dir))?;
        Ok(Self { dir, _lock: lock })
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        // What was killed a moment ago may still have been writing.
        for _ in 0..3 {
            if fs::remove_dir_all(&self.dir).is_ok() {
                break;
            }
        }
    }
}

/// The header of a file.
pub fn header_of(path: &Path) -> Result<Header, GgufError> {
    let io = |why: std::io::Error| GgufError::Io(why.to_string());
    let file = File::open(path).map_err(io)?;
    let length = file.metadata().map_err(io)?.len();
    read_header(file, length)
}

/// SHA-256 and length of a file.
pub fn hash_file(
    path: &Path,
    meter: &mut Meter<'_>,
    cancel: &AtomicBool,
) -> Result<(String, u64), ShelfError> {
    let mut file = File::open(path).map_err(ShelfError::io("Opening", path))?;
    let total = file.metadata().map_err(ShelfError::io("Reading", path))?.len();
    meter.begin(Step::Check, total);
    let mut seen = Sha::default();
    let mut bytes = 0;
    pump(&mut file, meter, cancel, &mut bytes, &mut |piece| {
        seen.update(piece);
        Ok(())
    })
    .map_err(|why| why.told("Reading", path))?;
    Ok((seen.finish(), bytes))
}

/// Why bytes did not go from one place to the other.
pub enum Stopped {
    Cancelled,
    Io(std::io::Error),
}

impl Stopped {
    pub fn told(self, doing: &'static str, path: &Path) -> ShelfError {
        match self {
            Self::Cancelled => ShelfError::Cancelled,
            Self::Io(why) => ShelfError::io(doing, path)(why),
        }
    }
}

/// Reads to the end, piece by piece, counting into `bytes`.
pub fn pump(
    from: &mut dyn Read,
    meter: &mut Meter<'_>,
    cancel: &AtomicBool,
    bytes: &mut u64,
    each: &mut dyn FnMut(&[u8]) -> std::io::Result<()>,
) -> Result<(), Stopped> {
    let mut buffer = vec![0; 1 << 18];
    loop {
        if cancel.load(Ordering::SeqCst) {
            return Err(Stopped::Cancelled);
        }
        let read = match from.read(&mut buffer) {
            Ok(0) => return Ok(()),
            Ok(read) => read,
            Err(why) if why.kind() == std::io::ErrorKind::Interrupted => continue,
            Err(why) => return Err(Stopped::Io(why)),
        };
        each(&buffer[..read]).map_err(Stopped::Io)?;
        *bytes += read as u64;
        meter.at(*bytes);
    }
}

/// Writes a file beside and renames it over `path`.
pub fn replace(path: &Path, beside: &Path, bytes: &[u8]) -> std::io::Result<()> {
    let mut file = File::create(beside)?;
    file.write_all(bytes)?;
    file.sync_all()?;
    drop(file);
    fs::rename(beside, path)
}

/// Brings a rename to the disk, where directories can be synced.
fn sync_dir(dir: &Path) {
    if let Ok(dir) = File::open(dir) {
        let _ = dir.sync_all();
    }
}

/// A shelf's trouble as a fetch's.
pub fn in_fetch(why: ShelfError, dir: &Path, needed: u64) -> FetchError {
    match why {
        ShelfError::Cancelled => FetchError::Cancelled { kept: 0 },
        full if full.is_full() => FetchError::DiskFull { dir: dir.into(), needed },
        other => FetchError::Shelf(other),
    }
}
