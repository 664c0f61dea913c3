//! The file of keys, `secrets.toml`: one row per provider, for nobody else to read. A key is never
//! shown, logged or put into an error.

use super::Failure;
use std::collections::BTreeMap;
use std::io::Write;
use std::path::Path;

/// The keys of the file, by provider.
#[derive(Default)]
pub struct Secrets(BTreeMap<String, String>);

impl Secrets {
    /// Reads the file; none is an empty one.
    ///
    /// # Errors
    /// Says why it is not used: others may read it, or it is no file of keys.
    pub fn read(path: &Path) -> Result<Self, String> {
        let shown = path.display();
        let meta = match std::fs::metadata(path) {
            Ok(meta) => meta,
            Err(why) if why.kind() == std::io::ErrorKind::NotFound => return Ok(Self::default()),
            Err(why) => return Err(format!("{shown} can't be read: {why}.")),
        };
        only_mine(&meta).map_err(|()| {
            format!(
                "Others may read the keys in {shown}, so they are not used: run chmod 600 '{shown}'"
            )
        })?;
        let text = std::fs::read_to_string(path)
            .map_err(|why| format!("{shown} can't be read: {why}."))?;
        // The reader's own words would show a part of a key.
        toml::from_str(&text).map(Self).map_err(|why| {
            let line = why.span().map_or(1, |span| {
                text.get(..span.start).unwrap_or_default().matches('\n').count() + 1
            });
            format!("{shown}, line {line}, is no row like openai = \"…\": `cowrite config key` writes them.")
        })
    }

    pub fn get(&self, name: &str) -> Option<&str> {
        self.0.get(name).map(String::as_str)
    }

    /// Sets or removes a key. Returns whether it was there before.
    pub fn set(&mut self, name: &str, key: Option<String>) -> bool {
        match key {
            Some(key) => self.0.insert(name.to_owned(), key).is_some(),
            None => self.0.remove(name).is_some(),
        }
    }

    /// Writes the file whole or not at all, for nobody else to read.
    pub fn write(&self, path: &Path) -> Result<(), Failure> {
        let dir = path.parent().unwrap_or(Path::new("."));
        let text =
            toml::to_string(&self.0).map_err(|_| Failure::new("The keys can't be written."))?;
        let refused = |why: std::io::Error| {
            Failure::new(format!("{} can't be written: {why}.", path.display()))
        };
        std::fs::create_dir_all(dir).map_err(refused)?;
        // Such a file is of mode 0600 from its beginning.
        let mut file = tempfile::NamedTempFile::new_in(dir).map_err(refused)?;
        let head =
            "# Keys of providers. Keep this file to yourself; cowrite config key changes it.\n";
        file.write_all(head.as_bytes()).map_err(refused)?;
        file.write_all(text.as_bytes()).map_err(refused)?;
        file.as_file().sync_all().map_err(refused)?;
        file.persist(path).map_err(|why| refused(why.error))?;
        Ok(())
    }
}

/// A key as it is sent: without white space around it.
///
/// # Errors
/// Says what is wrong with it, behind "the key"; never what it is.
pub fn check_key(key: &str) -> Result<&str, String> {
    let key = key.trim();
    let wrong = if key.is_empty() {
        "is empty."
    } else if key.contains(['\n', '\r']) {
        "holds a line break: it must be one line, without what stands around it."
    } else if key.chars().any(char::is_control) {
        "holds a control character: copy it again."
    } else if key.contains(char::is_whitespace) {
        "holds a space: copy it again, alone."
    } else if !key.is_ascii() {
        "holds a character that no key has: copy it again."
    } else if key.len() > 4096 {
        "is longer than any key: copy it again, alone."
    } else {
        return Ok(key);
    };
    Err(wrong.into())
}

#[cfg(unix)]
fn only_mine(meta: &std::fs::Metadata) -> Result<(), ()> {
    use std::os::unix::fs::MetadataExt;
    if meta.mode() & 0o077 == 0 { Ok(()) } else { Err(()) }
}

#[cfg(not(unix))]
#[allow(clippy::unnecessary_wraps, reason = "other systems have no such modes")]
fn only_mine(_meta: &std::fs::Metadata) -> Result<(), ()> {
    Ok(())
}
