//! What stands in a folder, for subcommands that look through folders.

use super::Failure;
use std::fs::FileType;
use std::path::{Path, PathBuf};

/// Everything in a folder by name, each with what it is; links are not followed.
///
/// # Errors
/// Why the folder can't be read, with its name.
pub fn listed(dir: &Path) -> Result<Vec<(PathBuf, FileType)>, Failure> {
    let refused = |why: std::io::Error| Failure::new(format!("{}: {why}.", dir.display()));
    let mut found = Vec::new();
    for entry in std::fs::read_dir(dir).map_err(refused)? {
        let entry = entry.map_err(refused)?;
        found.push((entry.path(), entry.file_type().map_err(refused)?));
    }
    found.sort_by(|one, other| one.0.cmp(&other.0));
    Ok(found)
}

/// Whether a name begins with a point.
pub fn is_hidden(path: &Path) -> bool {
    path.file_name().is_some_and(|name| name.to_string_lossy().starts_with('.'))
}
