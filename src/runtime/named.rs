//! Files that are looked for by name: the bound one, and those that a model's answer names.

use super::{Runtime, absolute, read_file};
use crate::app::Input;
use crate::base::{DocId, TurnId};
use std::path::Path;

/// Whether there is a file, and not the document's, that a name in an answer can mean: as a path from
/// here, from the document's folder or from a folder above it, or, whatever path it has, beside the
/// document.
pub fn names_another(document: &Path, named: &str) -> bool {
    let named = Path::new(named.trim());
    let document = absolute(document);
    let own = document.canonicalize().unwrap_or_else(|_| document.clone());
    let folders = document.ancestors().skip(1).map(|folder| folder.join(named));
    let beside = document.parent().zip(named.file_name()).map(|(folder, name)| folder.join(name));
    let is_other =
        |path: &Path| path.is_file() && path.canonicalize().is_ok_and(|path| path != own);
    let whole: Vec<_> = [absolute(named)].into_iter().chain(folders).collect();
    // Where the whole path leads to the document, it is that.
    let is_own = |path: &Path| path.canonicalize().is_ok_and(|path| path == own);
    match whole.iter().find(|path| is_other(path) || is_own(path)) {
        Some(path) => is_other(path),
        None => beside.is_some_and(|path| is_other(&path)),
    }
}

impl Runtime {
    pub(super) fn read_again(&mut self, doc: DocId, path: &Path) {
        let file = read_file(path).map_err(|why| why.to_string());
        self.disk.file(doc, file);
    }

    pub(super) fn find_file(&mut self, turn: TurnId, document: &Path, name: String) {
        let there = names_another(document, &name);
        _ = self.sender.send(Input::FoundFile(turn, name, there));
    }
}
