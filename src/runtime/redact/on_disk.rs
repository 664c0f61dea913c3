//! Which files of this machine still hold what a redaction took out. The text files are the person's
//! own: nothing here writes any.

use super::super::shared;
use crate::base::{DocId, EventId};
use crate::report::Redacting;
use crate::session::Session;
use crate::store::SqliteStore;
use crate::text::decode;
use std::collections::{BTreeMap, BTreeSet};
use std::io::Read as _;
use std::path::{Path, PathBuf};

/// How much of a file is looked through at once for words, in bytes.
const CHUNK: usize = 1 << 20;

/// What leaves each text, as it stands there.
pub(super) type Pieces = BTreeMap<DocId, Vec<String>>;

/// What a redaction takes out of the texts as they are now.
pub(super) fn pieces(session: &Session, plan: &Redacting) -> Pieces {
    let of = |(doc, change): (&DocId, &crate::text::Change)| {
        let rope = session.documents.get(doc)?.document.rope();
        let gone = change.0.iter().map(|one| rope.slice(one.span.range()).to_string());
        let gone: Vec<String> = gone.filter(|piece| !piece.trim().is_empty()).collect();
        Some((doc.clone(), gone)).filter(|(_, gone)| !gone.is_empty())
    };
    plan.changes.iter().filter_map(of).collect()
}

/// The files of these texts that hold any of it.
pub(super) fn holding_now(store: &SqliteStore, id: EventId, pieces: &Pieces) -> Vec<PathBuf> {
    files(store, id, pieces, |_, text, piece| text.contains(piece))
}

/// The files of these texts that hold any of it more often than the text does without it.
pub(super) fn holding(store: &SqliteStore, then: &Session, pieces: &Pieces) -> Vec<PathBuf> {
    let texts: BTreeMap<&DocId, String> = pieces
        .keys()
        .filter_map(|doc| Some((doc, then.documents.get(doc)?.document.rope().to_string())))
        .collect();
    files(store, then.id, pieces, |doc, text, piece| {
        let left = texts.get(doc).map_or(0, |text| text.matches(piece).count());
        text.matches(piece).count() > left
    })
}

fn files(
    store: &SqliteStore,
    id: EventId,
    pieces: &Pieces,
    holds: impl Fn(&DocId, &str, &str) -> bool,
) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for at in store.bindings().unwrap_or_default() {
        let Some(gone) = pieces.get(&at.doc).filter(|_| at.session == id) else { continue };
        let Ok(bytes) = std::fs::read(&at.path) else { continue };
        let Ok(decoded) = decode(&bytes) else { continue };
        if gone.iter().any(|piece| holds(&at.doc, &decoded.text, piece)) {
            found.push(PathBuf::from(at.path));
        }
    }
    found.sort();
    found.dedup();
    found
}

/// The files of this machine that are known here and still hold one of these words: the library's
/// own, copies beside it, the session file, the text.
pub(super) fn holders(store: &SqliteStore, id: EventId, words: &[String]) -> Vec<PathBuf> {
    let needles = needles(words);
    if needles.is_empty() {
        return Vec::new();
    }
    let mut files: Vec<PathBuf> = Vec::new();
    for folder in
        [store.dir().to_path_buf(), store.dir().join("drafts"), store.dir().join("recovered")]
    {
        let entries = std::fs::read_dir(&folder).into_iter().flatten().flatten();
        files.extend(entries.map(|entry| entry.path()).filter(|path| path.is_file()));
    }
    files.extend(shared::bound(store, id).ok().flatten());
    let bound = store.bindings().unwrap_or_default().into_iter();
    files.extend(bound.filter(|at| at.session == id).map(|at| PathBuf::from(at.path)));
    files.sort();
    files.dedup();
    files.into_iter().filter(|path| holds(path, &needles).unwrap_or(false)).collect()
}

/// Words as they stand in a file: as they are, and as in JSON.
fn needles(words: &[String]) -> Vec<Vec<u8>> {
    let mut needles: BTreeSet<Vec<u8>> = BTreeSet::new();
    for word in words.iter().filter(|word| word.chars().count() >= 3) {
        needles.insert(word.as_bytes().to_vec());
        let escaped = serde_json::to_string(word).unwrap_or_default();
        needles.insert(escaped.trim_matches('"').as_bytes().to_vec());
    }
    needles.into_iter().collect()
}

fn holds(path: &Path, needles: &[Vec<u8>]) -> std::io::Result<bool> {
    let longest = needles.iter().map(Vec::len).max().unwrap_or(0);
    let mut file = std::fs::File::open(path)?;
    let mut buffer: Vec<u8> = Vec::new();
    loop {
        let kept = buffer.len().min(longest);
        buffer.drain(..buffer.len() - kept);
        let before = buffer.len();
        if (&mut file).take(CHUNK as u64).read_to_end(&mut buffer)? == 0 || buffer.len() == before {
            return Ok(false);
        }
        if needles.iter().any(|needle| memchr::memmem::find(&buffer, needle).is_some()) {
            return Ok(true);
        }
    }
}
