//! A file that was renamed: its session is found by what it holds, or, when that was changed too,
//! by how like it is to the text of a session whose own file is gone. Looked for only where a file
//! has no session, and only among so many texts of such a size that nobody waits.

use super::around;
use super::files::read_file;
use crate::base::{DocId, EventId};
use crate::state::{Like, OpenedFile};
use crate::store::{Binding, SqliteStore, StoreError};
use std::collections::hash_map::DefaultHasher;
use std::hash::{Hash, Hasher};
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

/// From this on two texts are alike, in percent.
const ALIKE: u8 = 50;
/// The sessions used last whose files are looked for.
const LOOKED_AT: usize = 500;
/// The sessions without their file, of those, whose text is compared.
const COMPARED: usize = 16;
/// A text so many times as long as the other can't be alike.
const LONGER: usize = 4;
/// The most sessions that are offered.
const OFFERED: usize = 3;
/// What is compared of a text, from its beginning. In characters.
const CHARS: usize = 1 << 17;
/// Words in a row that count as one thing.
const ROW: usize = 3;
/// A text with fewer rows of words says too little to be like another.
const LEAST: usize = 8;

/// A file that was renamed is known by what it holds: its session's own file is gone and was saved
/// with just these bytes.
pub fn same(
    store: &SqliteStore,
    file: &OpenedFile,
) -> Result<Option<(EventId, DocId)>, StoreError> {
    let saved = store.saved_hash(&file.stamp.hash)?;
    if saved.is_empty() {
        return Ok(None);
    }
    let bindings = store.bindings()?;
    for (session, doc) in saved {
        let gone = bindings
            .iter()
            .filter(|binding| binding.session == session && binding.doc == doc)
            .all(is_gone);
        if gone {
            return Ok(Some((session, doc)));
        }
    }
    Ok(None)
}

/// The sessions without their file whose text is like that of a file, the most like first.
pub fn alike(store: &SqliteStore, file: &OpenedFile) -> Result<Vec<Like>, StoreError> {
    let mut mine = None;
    let mut compared = 0;
    let mut found = Vec::new();
    let gone = store.bindings_last(LOOKED_AT)?.into_iter().filter(|(binding, _)| is_gone(binding));
    for (binding, title) in gone {
        let (rows, chars) =
            mine.get_or_insert_with(|| (Rows::of(&file.text), file.text.chars().count()));
        if rows.0.len() < LEAST || compared == COMPARED {
            break;
        }
        let lengths = *chars / LONGER..=chars.saturating_mul(LONGER);
        let Some(text) = store.text(binding.session, &binding.doc, CHARS, lengths)? else {
            continue;
        };
        compared += 1;
        let percent = rows.like(&Rows::of(&text));
        if percent >= ALIKE {
            let Binding { session, doc: _, path } = binding;
            found.push(Like { session, title, path: path.into(), percent });
        }
    }
    // Of those that are as like as each other the one that was used last comes first.
    found.sort_by_key(|like| std::cmp::Reverse(like.percent));
    found.dedup_by_key(|like| like.session);
    found.truncate(OFFERED);
    Ok(found)
}

/// The file that one which is gone became: the only one around it, of no session, that holds what
/// it did.
pub fn moved(store: &SqliteStore, path: &Path, len: u64, hash: &str) -> Option<PathBuf> {
    let of_size = |entry: &std::fs::DirEntry| entry.metadata().is_ok_and(|it| it.len() == len);
    let mut found = around::files_like(path, &of_size).into_iter().filter(|other| {
        let read = read_file(other).is_ok_and(|file| file.stamp.hash == hash);
        read && store.binding(&other.to_string_lossy()).is_ok_and(|all| all.is_empty())
    });
    let first = found.next();
    first.filter(|_| len > 0 && found.next().is_none())
}

/// Whether the file is not there; one that can't be looked for may be.
pub fn is_gone(binding: &Binding) -> bool {
    let there = Path::new(&binding.path).symlink_metadata();
    there.is_err_and(|why| matches!(why.kind(), ErrorKind::NotFound | ErrorKind::NotADirectory))
}

/// How much of two texts is the same, in percent: of all rows of three words those that both have.
/// Blanks, punctuation and capitals do not count.
pub fn likeness(one: &str, other: &str) -> u8 {
    let (one, other) = (Rows::of(one), Rows::of(other));
    if one.0.len().min(other.0.len()) < LEAST { 0 } else { one.like(&other) }
}

/// The rows of words of a text as sorted hashes.
struct Rows(Vec<u64>);

impl Rows {
    fn of(text: &str) -> Self {
        let mut words: Vec<u64> = Vec::new();
        let mut word = DefaultHasher::new();
        let mut begun = false;
        for one in text.chars().take(CHARS) {
            // Where no blanks stand between words, each character counts as one.
            let alone = one >= '\u{2e80}';
            if begun && (alone || !one.is_alphanumeric()) {
                words.push(std::mem::take(&mut word).finish());
                begun = false;
            }
            if one.is_alphanumeric() {
                one.to_lowercase().for_each(|one| one.hash(&mut word));
                begun = true;
            }
            if begun && alone {
                words.push(std::mem::take(&mut word).finish());
                begun = false;
            }
        }
        if begun {
            words.push(word.finish());
        }
        let row = |words: &[u64]| {
            let mut hasher = DefaultHasher::new();
            words.hash(&mut hasher);
            hasher.finish()
        };
        let mut rows: Vec<u64> = words.windows(ROW).map(row).collect();
        rows.sort_unstable();
        Self(rows)
    }

    fn like(&self, other: &Self) -> u8 {
        let (mut a, mut b) = (self.0.iter().peekable(), other.0.iter().peekable());
        let mut both = 0;
        while let (Some(x), Some(y)) = (a.peek(), b.peek()) {
            match x.cmp(y) {
                std::cmp::Ordering::Less => drop(a.next()),
                std::cmp::Ordering::Greater => drop(b.next()),
                std::cmp::Ordering::Equal => {
                    both += 1;
                    a.next();
                    b.next();
                }
            }
        }
        let all = self.0.len() + other.0.len();
        u8::try_from(200 * both / all.max(1)).unwrap_or(100)
    }
}
