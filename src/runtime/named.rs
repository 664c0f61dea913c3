//! Files that are looked for by name: the bound one, and those that a model's answer names.

use super::around::repository;
use super::{DiskJob, HISTORY_BYTES, Runtime, absolute, read_file};
use crate::app::Input;
use crate::base::{DocId, TurnId};
use crate::state::{OpenedFile, There};
use std::path::{Path, PathBuf};

/// The file, and not the document's, that a name in an answer can mean: as a path from the document's
/// folder, from a folder above it or from here, or, whatever path it has, beside the document.
pub fn named_file(document: &Path, named: &str) -> Option<PathBuf> {
    let named = Path::new(named.trim());
    let document = absolute(document);
    let own = document.canonicalize().unwrap_or_else(|_| document.clone());
    let folders = document.ancestors().skip(1).map(|folder| folder.join(named));
    let beside = document.parent().zip(named.file_name()).map(|(folder, name)| folder.join(name));
    let file = |path: PathBuf| path.canonicalize().ok().filter(|path| path.is_file());
    // Where the whole path leads to the document, it is that.
    let whole = folders.chain([absolute(named)]).find_map(file);
    whole.or_else(|| file(beside?)).filter(|path| *path != own)
}

/// Why an answer does not lead to a file: only to those in the document's folder or repository, and
/// to none that are hidden there, where settings and secrets are.
fn out_of_reach(document: &Path, path: &Path) -> Option<&'static str> {
    let document = document.canonicalize().unwrap_or_else(|_| absolute(document));
    let root = document.parent().and_then(|folder| repository(folder).or(Some(folder)));
    let Some(inside) = root.and_then(|root| path.strip_prefix(root).ok()) else {
        return Some("which is in another folder: open that file and ask there");
    };
    let mut names = inside.iter().map(|name| name.to_string_lossy());
    names
        .any(|name| name.starts_with('.'))
        .then_some("which is a hidden file: open it and ask there")
}

/// The file that a name in an answer means, if an answer may lead there.
pub(super) fn reachable(document: &Path, named: &str) -> Result<PathBuf, String> {
    let path = named_file(document, named)
        .ok_or_else(|| format!("There is no file {named} here any more."))?;
    match out_of_reach(document, &path) {
        Some(why) => Err(format!("It is for {named}, {why}.")),
        None => Ok(path),
    }
}

impl Runtime {
    pub(super) fn read_again(&mut self, doc: DocId, path: &Path) {
        let file = super::files::read_again(path).map_err(|why| why.to_string());
        self.disk.file(doc, file);
    }

    /// Looks for the file that one which is gone became.
    pub(super) fn find_moved(&self, doc: DocId, path: PathBuf, len: u64, hash: String) {
        let sender = self.sender.clone();
        self.disk.send(DiskJob::Run(Box::new(move |store| {
            if let Some(found) = super::renamed::moved(store, &path, len, &hash) {
                let _ = sender.send(Input::Moved(doc, found));
            }
        })));
    }

    pub(super) fn find_file(&mut self, turn: TurnId, document: &Path, name: String) {
        let there = named_file(document, &name).map(|path| Box::new(self.there(document, &path)));
        _ = self.sender.send(Input::FoundFile(turn, name, there));
    }

    fn there(&self, document: &Path, path: &Path) -> There {
        if let Some(why) = out_of_reach(document, path) {
            return There { file: Err(why.into()), taken: false };
        }
        let session = self.app.model.session.id;
        let known = path.to_string_lossy().into_owned();
        let bound = self.disk.with_store(move |store| store.binding(&known));
        let bound = bound.and_then(Result::ok).unwrap_or_default();
        let own = bound.iter().any(|one| one.session == session);
        let file = read_file(path)
            .map(|file| OpenedFile { hint: super::around::hint(path), ..file })
            .map_err(|why| format!("which can't be used ({why})"))
            .and_then(|file| match file.text.len() > HISTORY_BYTES {
                true => Err("which is too large for proposals".into()),
                false => Ok(file),
            });
        There { file, taken: !own && !bound.is_empty() }
    }
}
