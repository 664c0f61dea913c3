//! Adding a file that a person has: looked at, then shared, linked or copied onto the shelf.

use super::catalogue::CATALOGUE;
use super::error::{ShelfError, full};
use super::progress::{Meter, Progress, Step};
use super::record::Record;
use super::shelf::{Shelf, hash_file, header_of, pump};
use std::fs::{self, File};
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::sync::atomic::AtomicBool;

/// How a file came to the shelf.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Added {
    /// It has blocks in common with the original until one of the two changes; no room is taken.
    Shared(PathBuf),
    /// It is the original under another name; no room is taken.
    Linked(PathBuf),
    Copied(PathBuf),
    /// The same file was there.
    Known(PathBuf),
}

impl Added {
    pub fn path(&self) -> &Path {
        match self {
            Self::Shared(path) | Self::Linked(path) | Self::Copied(path) | Self::Known(path) => {
                path
            }
        }
    }
}

/// Puts a model file on the shelf under its own name. The original stays where it is.
pub fn add(
    file: &Path,
    shelf: &Shelf,
    mut progress: impl FnMut(Progress),
    cancel: &AtomicBool,
) -> Result<Added, ShelfError> {
    // A link is followed here, once: what is added is the file, not the way to it.
    let file = &fs::canonicalize(file).map_err(ShelfError::io("Opening", file))?;
    let data = fs::metadata(file).map_err(ShelfError::io("Opening", file))?;
    if !data.is_file() {
        return Err(ShelfError::NoFile(file.clone()));
    }
    let header = header_of(file).map_err(|why| ShelfError::Gguf { path: file.clone(), why })?;
    let name = name_of(file)?;
    let mut meter = Meter::new(&mut progress);
    let scratch = shelf.enter(&mut meter, cancel)?;
    let part = scratch.dir.join("model");
    let way = bring(file, &part, data.len(), shelf, &mut meter, cancel)?;
    let (sha256, bytes) = hash_file(&part, &mut meter, cancel)?;
    let row = CATALOGUE.iter().find(|row| row.sha256 == sha256);
    // What can be fetched has one name, whatever the file was called where it came from.
    let name = row.map_or(name, |row| row.name.to_owned());
    if let Some(there) = shelf.item(&name) {
        let known = match there.record {
            Some(record) => record.sha256,
            None => hash_file(&there.path, &mut meter, cancel)?.0,
        };
        if known != sha256 {
            return Err(ShelfError::Exists(name));
        }
        if shelf.record_of(&name).exists() {
            return Ok(Added::Known(there.path));
        }
    }
    let record = Record {
        title: row.map(|row| row.title.to_owned()).or(header.name),
        bytes,
        sha256,
        architecture: header.architecture,
        window: header.window,
        licence: row.map(|row| row.licence.to_owned()).or(header.licence),
        source: file.display().to_string(),
        date: (shelf.machine.today)(),
    };
    Ok(way(shelf.place(&name, &part, &record, &scratch)?))
}

/// The name of a file, if it can be one on the shelf.
fn name_of(file: &Path) -> Result<String, ShelfError> {
    let shown = file.file_name().unwrap_or_default().to_string_lossy().into_owned();
    let stem = shown.len().checked_sub(5).and_then(|at| shown.split_at_checked(at));
    let name = stem.filter(|(_, end)| end.eq_ignore_ascii_case(".gguf")).map(|(stem, _)| stem);
    let good = |name: &&str| {
        name.starts_with(char::is_alphanumeric)
            && name.len() <= 100
            && !name.contains(|c: char| c.is_control() || matches!(c, '/' | '\\' | '\u{fffd}'))
    };
    match name.filter(good) {
        Some(name) => Ok(name.to_owned()),
        None => Err(ShelfError::Name(shown)),
    }
}

/// Brings the file to `part`, in the way that takes the least room.
fn bring(
    file: &Path,
    part: &Path,
    bytes: u64,
    shelf: &Shelf,
    meter: &mut Meter<'_>,
    cancel: &AtomicBool,
) -> Result<fn(PathBuf) -> Added, ShelfError> {
    if share(file, part) {
        return Ok(Added::Shared);
    }
    if fs::hard_link(file, part).is_ok() {
        return Ok(Added::Linked);
    }
    let no_room = || ShelfError::Full { dir: shelf.dir().into(), needed: bytes };
    if (shelf.machine.free_disk)(shelf.dir()).is_some_and(|free| free < bytes) {
        return Err(no_room());
    }
    let mut from = File::open(file).map_err(ShelfError::io("Opening", file))?;
    let mut to = File::create(part).map_err(ShelfError::io("Writing", part))?;
    meter.begin(Step::Copy, bytes);
    let copied = pump(&mut from, meter, cancel, &mut 0, &mut |piece| to.write_all(piece));
    copied
        .map_err(|why| why.told("Writing", part))
        .and_then(|()| to.sync_all().map_err(ShelfError::io("Writing", part)))
        .map_err(|why| match why {
            ShelfError::Io { why, .. } if full(&why) => no_room(),
            other => other,
        })?;
    Ok(Added::Copied)
}

/// Lets the new file have the blocks of the other, where the file system can.
#[cfg(any(target_os = "linux", target_os = "android"))]
fn share(file: &Path, part: &Path) -> bool {
    let (Ok(from), Ok(to)) = (File::open(file), File::create(part)) else { return false };
    let shared = rustix::fs::ioctl_ficlone(&to, &from).is_ok() && to.sync_all().is_ok();
    if !shared {
        let _ = fs::remove_file(part);
    }
    shared
}

#[cfg(not(any(target_os = "linux", target_os = "android")))]
fn share(_file: &Path, _part: &Path) -> bool {
    false
}
