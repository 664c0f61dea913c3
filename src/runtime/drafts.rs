//! Unsaved text that dead programs left, or that was kept on purpose: put back where the file is
//! still the one it belongs to, put beside the library where it is not. Never over a file.

use crate::state::{OpenedDraft, OpenedFile};
use crate::store::{Draft, Splice, SqliteStore, StoreError, draft};
use crate::text::{decode, encoded};
use ropey::Rope;
use std::path::Path;

/// What of the drafts of a file goes into its text now. Words for the person are added to `notes`.
pub fn restore(
    store: &mut SqliteStore,
    path: &Path,
    file: &OpenedFile,
    fits: bool,
    notes: &mut Vec<String>,
) -> Result<Option<OpenedDraft>, StoreError> {
    let mut found = None;
    let mut done = Vec::new();
    for mut draft in store.drafts(&path.to_string_lossy())?.into_iter().rev() {
        let rows = draft.ops.len();
        match draft.fits(&file.stamp.hash).filter(|_| file.exists && fits) {
            // Saved whole, and nothing typed since.
            Some(from) if from >= rows => done.push(draft.id),
            Some(from) if found.is_none() => {
                let ops = draft.ops.split_off(from);
                let has_copy = draft::has_copy(store.dir(), &draft.id);
                found = Some(OpenedDraft { id: draft.id, ops, rows: rows as u64, has_copy });
            }
            _ => match rescue(store.dir(), path, file, &draft) {
                Ok(note) => {
                    notes.push(note);
                    done.push(draft.id);
                }
                Err(why) => notes.push(format!(
                    "The file is not the one that the unsaved text of last time belongs to. {why} {} The text is still kept.",
                    why.advice()
                )),
            },
        }
    }
    if !done.is_empty() {
        store.end_drafts(&done)?;
    }
    Ok(found)
}

/// Puts the text of a draft into a file of its own, whole where a copy of its file was kept.
fn rescue(dir: &Path, path: &Path, file: &OpenedFile, draft: &Draft) -> Result<String, StoreError> {
    let name = path.file_name().map_or_else(String::new, |name| name.to_string_lossy().into());
    let copy = draft::copy(dir, &draft.id).and_then(|bytes| decode(&bytes).ok());
    let base = match &copy {
        Some(copy) => Some((copy.text.as_str(), copy.bom)),
        None => (file.stamp.hash == draft.head.hash).then_some((file.text.as_str(), file.bom)),
    };
    let (rope, bom, what) = match base.and_then(|(text, bom)| Some((whole(text, draft)?, bom))) {
        Some((rope, bom)) => (rope, bom, "the whole text with it"),
        None => {
            (Rope::from_str(&words(draft)), false, "what was typed, without the text around it,")
        }
    };
    let at = draft::rescue(dir, &name, encoded(&rope, bom))?;
    Ok(format!(
        "The file or its session changed since you left unsaved text in it: {what} is kept in {}.",
        at.display()
    ))
}

fn whole(base: &str, draft: &Draft) -> Option<Rope> {
    let mut rope = Rope::from_str(base);
    for op in &draft.ops {
        for Splice(start, end, text) in op.iter().rev() {
            rope.try_remove(*start..*end).ok()?;
            rope.try_insert(*start, text).ok()?;
        }
    }
    Some(rope)
}

/// What was typed: runs of it where each goes on behind the last, a line each.
fn words(draft: &Draft) -> String {
    let mut out = String::new();
    let mut next = None;
    for Splice(start, _, text) in draft.ops.iter().flatten().filter(|splice| !splice.2.is_empty()) {
        if next.is_some_and(|next| next != *start) {
            out.push('\n');
        }
        out.push_str(text);
        next = Some(start + text.chars().count());
    }
    out
}

#[test]
fn words_are_runs_of_what_was_typed() {
    let op = |at: usize, text: &str| vec![Splice(at, at, text.into())];
    let ops = vec![op(3, "a"), op(4, "bé"), op(9, "c"), vec![Splice(2, 5, String::new())]];
    let draft = Draft {
        id: String::new(),
        head: crate::store::DraftHead { path: String::new(), hash: String::new(), at: 0 },
        ops,
        marks: Vec::new(),
    };
    assert_eq!(words(&draft), "abé\nc");
    assert_eq!(
        whole("0123456789", &draft).map(|rope| rope.to_string()).as_deref(),
        Some("01é345c6789")
    );
}
