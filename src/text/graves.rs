//! The words of deleted text, to bring them back without digging in the history.

use super::seq::ahead;
use crate::base::OpId;
use std::collections::BTreeMap;

/// Texts are joined up to this many bytes, so that a key does not copy a long one.
const JOINED: usize = 4096;

/// Deleted text by the operations that inserted it.
#[derive(Debug, Default)]
pub(super) struct Graves {
    texts: BTreeMap<OpId, (u32, String)>,
}

impl Graves {
    /// Keeps the text of `len` characters; joined with what lies beside it.
    pub fn bury(&mut self, id: OpId, len: u32, text: String) {
        let (mut len, mut text) = (len, text);
        if let Some((next_len, next)) = self.texts.get(&ahead(id, len))
            && next.len() + text.len() < JOINED
        {
            text.push_str(next);
            let next_len = *next_len;
            self.texts.remove(&ahead(id, len));
            len += next_len;
        }
        if let Some((first, (before_len, before))) = self.texts.range_mut(..id).next_back()
            && ahead(*first, *before_len) == id
            && before.len() + text.len() < JOINED
        {
            before.push_str(&text);
            *before_len += len;
            return;
        }
        if let Some((known, _)) = self.texts.get(&id)
            && *known >= len
        {
            return;
        }
        self.texts.insert(id, (len, text));
    }

    /// The text of the first characters from `id` on, at most `len`: how many, and which.
    pub fn find(&self, id: OpId, len: u32) -> Option<(u32, String)> {
        let (first, (count, text)) = self.texts.range(..=id).next_back()?;
        let offset = id.counter.checked_sub(first.counter)?;
        if first.writer != id.writer || offset >= *count {
            return None;
        }
        let len = len.min(count - offset);
        Some((len, text.chars().skip(offset as usize).take(len as usize).collect()))
    }

    pub fn iter(&self) -> impl Iterator<Item = (OpId, &str)> {
        self.texts.iter().map(|(id, (_, text))| (*id, text.as_str()))
    }
}
