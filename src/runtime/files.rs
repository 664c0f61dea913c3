//! Files of the person's: reading with clear errors, writing whole or not at all.

use crate::base::Sha;
use crate::state::{FileStamp, OpenedFile, stamp};
use crate::text::{decode, encoded};
use ropey::Rope;
use std::fs;
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};

/// Above this a document has no history: plain editing. In bytes.
pub const HISTORY_BYTES: usize = 10 << 20;
/// The largest file that is opened at all, in bytes.
const LARGEST: u64 = 1 << 30;

/// Why a file can't be read, and what to do.
#[derive(Debug, thiserror::Error)]
pub enum FileError {
    #[error("{0} is a directory: name a file in it.")]
    Directory(String),
    #[error("{0} is not a plain file.")]
    Special(String),
    #[error("{path} has {mib} MiB; cowrite opens files up to 1024 MiB.")]
    TooLarge { path: String, mib: u64 },
    #[error("{path} can't be read: {why}.")]
    Unreadable { path: String, why: String },
    #[error("The folder of {0} does not exist: make it first.")]
    NoFolder(String),
    #[error("{path}: {why}")]
    Content { path: String, why: String },
}

/// The path from the root, links of its folder resolved, so that one file has one name.
pub fn absolute(path: &Path) -> PathBuf {
    if let Ok(real) = fs::canonicalize(path) {
        return real;
    }
    let whole = std::path::absolute(path).unwrap_or_else(|_| path.to_path_buf());
    match (whole.parent().map(fs::canonicalize), whole.file_name()) {
        (Some(Ok(dir)), Some(name)) => dir.join(name),
        _ => whole,
    }
}

/// What the system tells of a plain file; `None` when there is none yet.
fn plain_file(path: &Path) -> Result<Option<fs::Metadata>, FileError> {
    let name = path.display().to_string();
    match fs::metadata(path) {
        Ok(meta) if meta.is_dir() => Err(FileError::Directory(name)),
        Ok(meta) if !meta.is_file() => Err(FileError::Special(name)),
        Ok(meta) => Ok(Some(meta)),
        Err(why) if why.kind() == io::ErrorKind::NotFound => {
            let folder = path.parent().is_none_or(|dir| dir.as_os_str().is_empty() || dir.is_dir());
            if folder { Ok(None) } else { Err(FileError::NoFolder(name)) }
        }
        Err(why) => Err(FileError::Unreadable { path: name, why: plain(&why) }),
    }
}

/// Reads a file; one that is not there yet is empty and says so.
pub fn read_file(path: &Path) -> Result<OpenedFile, FileError> {
    let name = path.display().to_string();
    let unreadable =
        |why: io::Error| FileError::Unreadable { path: name.clone(), why: plain(&why) };
    let Some(meta) = plain_file(path)? else {
        return Ok(OpenedFile { path: path.to_path_buf(), ..OpenedFile::default() });
    };
    if meta.len() > LARGEST {
        return Err(FileError::TooLarge { path: name, mib: meta.len() >> 20 });
    }
    let mut bytes = Vec::with_capacity(meta.len() as usize);
    let file = fs::File::open(path).map_err(unreadable)?;
    // It may grow while it is read.
    file.take(LARGEST).read_to_end(&mut bytes).map_err(unreadable)?;
    let stamp = stamp(&bytes);
    let decoded =
        decode(&bytes).map_err(|why| FileError::Content { path: name, why: why.to_string() })?;
    Ok(OpenedFile {
        path: path.to_path_buf(),
        text: decoded.text,
        bom: decoded.bom,
        exists: true,
        stamp,
        hint: None,
        committed: std::collections::BTreeSet::new(),
        read_only: meta.permissions().readonly(),
    })
}

/// Reads the file of a text that is open; with its folder it is gone like by itself.
pub fn read_again(path: &Path) -> Result<OpenedFile, FileError> {
    match read_file(path) {
        Err(FileError::NoFolder(_)) => {
            Ok(OpenedFile { path: path.to_path_buf(), ..OpenedFile::default() })
        }
        read => read,
    }
}

/// Why a save did not happen. The file is as it was.
pub enum SaveError {
    /// It holds something else than expected.
    Changed(Box<OpenedFile>),
    Failed(String),
}

/// Writes a file whole or not at all: a temporary file beside it, synced, renamed over it. Mode,
/// owner and a link in its place are kept.
///
/// `stamp` is that of the text, which is written part by part: it is not in memory twice.
pub fn save(
    path: &Path,
    (rope, bom): (&Rope, bool),
    stamp: &FileStamp,
    expect: &[FileStamp],
) -> Result<FileStamp, SaveError> {
    let path = &absolute(path);
    let failed = |what: &str, why: &io::Error| {
        SaveError::Failed(format!(
            "{} was not saved: {what}: {}. Save under another name, or try again.",
            path.display(),
            plain(why)
        ))
    };
    let unread = |why: FileError| SaveError::Failed(format!("Not saved: {why}"));
    match stamp_of(path).map_err(unread)? {
        // Another program wrote just this.
        Some(there) if there == *stamp => return Ok(there),
        Some(_) if expect.is_empty() => {
            return Err(SaveError::Failed(format!(
                "{} exists already and was not read here: open it, or choose another name.",
                path.display()
            )));
        }
        Some(there) if !expect.contains(&there) => {
            let there = read_file(path).map_err(unread)?;
            return Err(SaveError::Changed(Box::new(there)));
        }
        Some(_) | None => {}
    }
    let dir = path.parent().unwrap_or(Path::new("."));
    let meta = fs::metadata(path).ok();
    if meta.as_ref().is_some_and(|meta| meta.permissions().readonly()) {
        return Err(SaveError::Failed(format!(
            "{} was not saved: it is read-only. Save under another name.",
            path.display()
        )));
    }
    let mut builder = tempfile::Builder::new();
    builder.prefix(".cowrite-");
    if meta.is_none() {
        fresh_mode(&mut builder);
    }
    let mut temporary =
        builder.tempfile_in(dir).map_err(|why| failed("the folder can't be written", &why))?;
    for part in encoded(rope, bom) {
        temporary.write_all(part).map_err(|why| failed("the disk refused the text", &why))?;
    }
    if let Some(meta) = &meta {
        keep_mode(temporary.as_file(), path, meta)
            .map_err(|why| failed("its permissions could not be kept", &why))?;
    }
    temporary.as_file().sync_all().map_err(|why| failed("the disk did not take it", &why))?;
    temporary.persist(path).map_err(|why| failed("it could not be put in place", &why.error))?;
    if let Ok(dir) = fs::File::open(dir) {
        // The name is safe with its folder; some file systems can't sync one.
        let _ = dir.sync_all();
    }
    Ok(stamp.clone())
}

/// The stamp of a text as it will stand in its file.
pub fn stamp_text(rope: &Rope, bom: bool) -> FileStamp {
    let mut sha = Sha::default();
    encoded(rope, bom).for_each(|part| sha.update(part));
    FileStamp { hash: sha.finish() }
}

/// The stamp of a file, without holding what is in it; `None` when there is none.
fn stamp_of(path: &Path) -> Result<Option<FileStamp>, FileError> {
    let Some(meta) = plain_file(path)? else { return Ok(None) };
    let name = path.display().to_string();
    let unreadable =
        |why: io::Error| FileError::Unreadable { path: name.clone(), why: plain(&why) };
    if meta.len() > LARGEST {
        return Err(FileError::TooLarge { path: name, mib: meta.len() >> 20 });
    }
    let mut file = fs::File::open(path).map_err(unreadable)?;
    let (mut sha, mut buffer) = (Sha::default(), vec![0; 1 << 16]);
    loop {
        let count = file.read(&mut buffer).map_err(unreadable)?;
        if count == 0 {
            return Ok(Some(FileStamp { hash: sha.finish() }));
        }
        sha.update(buffer.get(..count).unwrap_or_default());
    }
}

#[cfg(unix)]
fn keep_mode(file: &fs::File, path: &Path, meta: &fs::Metadata) -> io::Result<()> {
    use std::os::unix::fs::MetadataExt;
    let own = file.metadata()?;
    if own.uid() != meta.uid() || own.gid() != meta.gid() {
        // Only root may give a file away; the text matters more than the owner.
        let _ = std::os::unix::fs::fchown(file, Some(meta.uid()), Some(meta.gid()));
    }
    let _ = path;
    file.set_permissions(meta.permissions())
}

#[cfg(not(unix))]
fn keep_mode(file: &fs::File, _: &Path, meta: &fs::Metadata) -> io::Result<()> {
    file.set_permissions(meta.permissions())
}

/// What a new file gets: what the person's umask leaves, and not the temporary file's 0600.
#[cfg(unix)]
fn fresh_mode(builder: &mut tempfile::Builder) {
    use std::os::unix::fs::PermissionsExt;
    builder.permissions(fs::Permissions::from_mode(0o666));
}

#[cfg(not(unix))]
fn fresh_mode(_: &mut tempfile::Builder) {}

/// The system's words without its number.
fn plain(why: &io::Error) -> String {
    let words = why.to_string();
    words.split(" (os error").next().unwrap_or(&words).to_lowercase()
}

/// The text of the configuration file with one value changed; comments and order are kept. A
/// value of `None` takes it out.
pub fn configured(
    file: &Path,
    path: &[&str],
    value: Option<toml_edit::Value>,
) -> Result<String, String> {
    let refuse = |what: String| format!("The configuration was not changed: {what}");
    let text = match fs::read_to_string(file) {
        Ok(text) => text,
        Err(why) if why.kind() == io::ErrorKind::NotFound => String::new(),
        Err(why) => return Err(refuse(plain(&why))),
    };
    let mut document: toml_edit::DocumentMut =
        text.parse().map_err(|why: toml_edit::TomlError| refuse(why.to_string()))?;
    let Some((last, tables)) = path.split_last() else { return Ok(text) };
    let mut table = document.as_table_mut();
    for name in tables {
        let fresh = || {
            let mut table = toml_edit::Table::new();
            table.set_implicit(true);
            toml_edit::Item::Table(table)
        };
        let entry = table.entry(name).or_insert_with(fresh);
        table = entry.as_table_mut().ok_or_else(|| refuse(format!("{name} is no table")))?;
    }
    match (value, table.get_mut(last)) {
        (None, _) => {
            table.remove(last);
        }
        // What stands around the old value, such as a comment behind it, stays.
        (Some(mut value), Some(toml_edit::Item::Value(old))) => {
            *value.decor_mut() = old.decor().clone();
            *old = value;
        }
        (Some(value), _) => table[last] = toml_edit::Item::Value(value),
    }
    Ok(document.to_string())
}

/// Changes one value of the configuration file; comments and order are kept.
pub fn configure(file: &Path, path: &[&str], value: toml_edit::Value) -> Result<(), String> {
    let text = configured(file, path, Some(value))?;
    write_config(file, &text)
}

/// Writes the configuration file whole or not at all.
pub fn write_config(file: &Path, text: &str) -> Result<(), String> {
    let refuse = |what: String| format!("The configuration was not changed: {what}");
    if let Some(dir) = file.parent() {
        fs::create_dir_all(dir).map_err(|why| refuse(plain(&why)))?;
    }
    let mut temporary = tempfile::Builder::new()
        .prefix(".cowrite-")
        .tempfile_in(file.parent().unwrap_or(Path::new(".")))
        .map_err(|why| refuse(plain(&why)))?;
    temporary.write_all(text.as_bytes()).map_err(|why| refuse(plain(&why)))?;
    temporary.as_file().sync_all().map_err(|why| refuse(plain(&why)))?;
    temporary.persist(file).map_err(|why| refuse(plain(&why.error)))?;
    Ok(())
}
