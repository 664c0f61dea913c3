//! The first screen: what can be shown of a file before its session is read.
//!
//! Shows the text only when it is certain to be the text that will be edited: the file of no
//! session, or a file that is as it was saved last with nothing written since. Keys wait until the
//! rest is there.

use super::files::{absolute, read_file};
use crate::base::EventId;
use crate::session::Session;
use crate::state::{Opened, OpenedFile};
use crate::store::SqliteStore;
use crate::text::decode;
use std::io::Read;
use std::path::Path;

/// Of a file larger than this only the beginning is read for the first screen. In bytes.
const HEAD: usize = 1 << 18;

/// What the first screen shows of a file. `None` where only reading everything can tell.
pub fn glance(store: Option<&SqliteStore>, path: &Path) -> Option<Opened> {
    let path = absolute(path);
    let bound = match store {
        Some(store) => store.binding(&path.to_string_lossy()).ok()?.into_iter().next(),
        None => None,
    };
    let drafted =
        |store: &SqliteStore| store.has_draft(&path.to_string_lossy()).unwrap_or_default();
    if store.is_some_and(drafted) {
        return None;
    }
    let Some(bound) = bound else {
        let (file, lines) = head(&path)?;
        return Some(Opened { file: Some(file), preview: true, lines, ..Opened::default() });
    };
    let store = store?;
    let mut file = read_file(&path).ok()?;
    let glance = store.glance(bound.session, &bound.doc).ok()?;
    if glance.saved.as_deref() != Some(file.stamp.hash.as_str()) {
        return None;
    }
    file.hint = super::around::hint(&path);
    let session = Session::fold(bound.session, &glance.events);
    let named = |id: &EventId| {
        session
            .transcript
            .get(id)
            .is_some_and(|message| session.authors.contains_key(&message.author))
    };
    // Somebody who was introduced in the middle of a long log would have no name yet.
    if !session.transcript.iter().all(|message| named(&message.id)) {
        return None;
    }
    Some(Opened {
        session: Some(bound.session),
        folded: Some(session),
        doc: Some(bound.doc),
        view: store.view(bound.session).ok()?,
        file: Some(file),
        preview: true,
        ..Opened::default()
    })
}

/// The beginning of a file, and about how many lines it has when that is not all of it.
fn head(path: &Path) -> Option<(OpenedFile, Option<usize>)> {
    let meta = std::fs::metadata(path).ok().filter(std::fs::Metadata::is_file)?;
    let len = usize::try_from(meta.len()).ok()?;
    if len <= HEAD {
        return Some((read_file(path).ok()?, None));
    }
    let mut bytes = Vec::with_capacity(HEAD);
    std::fs::File::open(path).ok()?.take(HEAD as u64).read_to_end(&mut bytes).ok()?;
    // Up to its last whole line, or whole character where it is one line.
    let end = bytes.iter().rposition(|byte| *byte == b'\n').map(|at| at + 1);
    let starts = |byte: &u8| !(0x80..0xc0).contains(byte);
    bytes.truncate(end.or_else(|| bytes.iter().rposition(starts))?);
    let lines = bytes.iter().filter(|byte| **byte == b'\n').count().max(1);
    let all = (lines as u64).saturating_mul(len as u64) / bytes.len() as u64;
    let decoded = decode(&bytes).ok()?;
    let file = OpenedFile {
        path: path.to_path_buf(),
        text: decoded.text,
        bom: decoded.bom,
        exists: true,
        read_only: meta.permissions().readonly(),
        ..OpenedFile::default()
    };
    Some((file, usize::try_from(all).ok()))
}
