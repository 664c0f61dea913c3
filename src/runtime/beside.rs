//! Another session of a text that has one: a session file that came beside it, as by git. It is
//! offered; nothing of it is taken in before somebody says so, and two sessions are never made one.

use super::around::{added, files_around};
use super::shared::looks;
use crate::base::EventId;
use crate::session::Session;
use crate::state::{BESIDE, BESIDE_KEPT, Beside};
use crate::store::{SqliteStore, StoreError, Write, jsonl};
use std::path::Path;

/// The largest session file that is read for who is in it, in bytes.
const READ: u64 = 32 << 20;

/// Looks for a session file of `path` that belongs to another session than its own. Files that were
/// looked into are looked into again when they changed.
pub fn look(
    store: &mut SqliteStore,
    session: EventId,
    path: &Path,
    hint: &str,
) -> Result<Option<Beside>, StoreError> {
    let view = store.view(session)?;
    let kept = view.get(BESIDE_KEPT).map_or("", String::as_str);
    let known = view.get(BESIDE).map_or("", String::as_str);
    let file_path = path.to_string_lossy();
    let bound = store.binding(&file_path)?;
    let (mut found, mut seen) = (None, Vec::new());
    for file in files_around(path) {
        let Some(looks) = looks(&file) else { continue };
        let line = format!("{looks} {}", file.display());
        if !known.lines().any(|one| one == line) {
            let others = added(&file, path, hint).into_iter().map(|(other, _)| other);
            let own = |other: &EventId| {
                *other == session || bound.iter().any(|binding| binding.session == *other)
            };
            let asks = |other: &EventId| {
                let id = other.to_string();
                !own(other) && !kept.split_whitespace().any(|one| one == id)
            };
            let others: Vec<EventId> = others.collect();
            let other = others.iter().copied().find(asks);
            if let (Some(other), None) = (other, &found) {
                let several = others.len() > 1;
                let names = names(&file, other);
                found = Some(Beside { names, file, session: other, several });
                continue;
            }
        }
        seen.push(line);
    }
    let value = seen.join("\n");
    if value != known {
        store.write(&[Write::View { session, key: BESIDE.into(), value }])?;
    }
    Ok(found)
}

/// Who wrote in a session file; nothing where it is too large to be read for that.
fn names(file: &Path, session: EventId) -> Vec<String> {
    if std::fs::metadata(file).map_or(u64::MAX, |meta| meta.len()) > READ {
        return Vec::new();
    }
    let Ok(read) = jsonl::read(file) else { return Vec::new() };
    let events = read.sessions.get(&session).map_or(&[][..], Vec::as_slice);
    let folded = Session::fold(session, events);
    let people = folded.authors_of(crate::event::AuthorKind::Person);
    let mut names: Vec<String> = people.map(|(_, info)| info.name.clone()).collect();
    names.sort();
    names.dedup();
    names
}
