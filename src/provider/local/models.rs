//! Which model files there are, and which one a name means.
//!
//! Looks into one folder and at a path that was given; nowhere else. Never reads weights.

use super::engine;
use crate::prompt::Fault;
use std::path::{Path, PathBuf};

/// The ending of model files.
const ENDING: &str = "gguf";

/// A model file in the folder.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Found {
    /// The name it is called by: the file's, without its ending.
    pub name: String,
    pub path: PathBuf,
    /// Its size in bytes.
    pub bytes: u64,
}

/// The model files of a folder, by name. A folder that is not there holds none.
pub fn list(folder: &Path) -> Vec<Found> {
    let entries = std::fs::read_dir(folder).into_iter().flatten().flatten();
    let mut found: Vec<Found> = entries
        .filter_map(|entry| {
            let path = entry.path();
            let data = std::fs::metadata(&path).ok().filter(std::fs::Metadata::is_file)?;
            is_model(&path).then(|| Found { name: name_of(&path), path, bytes: data.len() })
        })
        .collect();
    found.sort_by(|a, b| a.name.cmp(&b.name));
    found
}

fn is_model(path: &Path) -> bool {
    path.extension().is_some_and(|ending| ending.eq_ignore_ascii_case(ENDING))
}

/// The name that a model file is called by, in the log too: a path would tell of this machine.
pub fn name_of(path: &Path) -> String {
    let name = if is_model(path) { path.file_stem() } else { path.file_name() };
    name.unwrap_or_default().to_string_lossy().into_owned()
}

/// Whether a name is a path: it says where.
pub fn is_path(name: &str) -> bool {
    name.contains(std::path::is_separator) || is_model(Path::new(name)) && Path::new(name).exists()
}

/// The file that `name` means: a path, the name of a file in `folder` with or without its ending,
/// or the beginning of only one of them. An empty name means the only one there is.
///
/// # Errors
/// A sentence when there is none, or more than one.
pub fn find(folder: &Path, name: &str) -> Result<PathBuf, Fault> {
    if is_path(name) {
        let path = Path::new(name);
        if path.is_file() {
            return Ok(path.to_path_buf());
        }
        return Err(engine::not_found(format!("There is no model file {}", name_of(path))));
    }
    let all = list(folder);
    let bare = name_of(Path::new(name)).to_lowercase();
    if let Some(exact) = all.iter().find(|found| found.name.to_lowercase() == bare) {
        return Ok(exact.path.clone());
    }
    let like: Vec<&Found> =
        all.iter().filter(|found| found.name.to_lowercase().starts_with(&bare)).collect();
    match like.as_slice() {
        [one] => Ok(one.path.clone()),
        [] if all.is_empty() => Err(engine::not_found("There is no model file on this machine")),
        [] => Err(engine::not_found(format!(
            "There is no model file {name}; there are: {}",
            all.iter().map(|found| found.name.as_str()).collect::<Vec<_>>().join(", ")
        ))),
        several => Err(engine::not_found(format!(
            "Several model files begin with {name:?}: {}",
            several.iter().map(|found| found.name.as_str()).collect::<Vec<_>>().join(", ")
        ))),
    }
}
