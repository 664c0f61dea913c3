//! Which line ends the new text of an edit gets, where a paragraph is wrapped in one way by the
//! document and in another by the model.

use super::index::Index;
use super::{Hit, Outer};
use crate::assist::flow::{self, Part, as_lines, longest, moved, parts};
use crate::assist::hunks::Cut;
use std::collections::BTreeMap;

/// Where the lines of a paragraph end that the new text has.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Wraps {
    /// Where the model ended them.
    AsWritten,
    /// The same, also where its quotation ended them in the same place: nothing else changes.
    Layout,
    /// Where the document does, as far as words stay: both texts without wraps.
    Document { old: String, new: String },
}

impl Wraps {
    /// For an edit whose old text was found.
    pub fn of(index: &Index, hit: &Hit, old: Outer<'_>, new: &str) -> Self {
        let (text, core) = (index.text.as_str(), &hit.core);
        if !new.trim().contains('\n')
            && !old.core.contains('\n')
            && !text[core.clone()].contains('\n')
        {
            return Self::AsWritten;
        }
        let end = text[core.end..].find('\n').map_or(text.len(), |at| core.end + at);
        let start = text[..core.start].rfind('\n').map_or(0, |at| at + 1);
        let lines = &text[start..end];
        let found = parts(&text[core.clone()]);
        let quoted = parts(old.core);
        let without = |new: String| Self::Document { old: as_lines(old.core), new };
        if hit.places.is_none() && flow::is_layout(old.core, new.trim()) {
            return Self::Layout;
        }
        // The words are the same there, so the blanks are as well.
        let both = |is: fn(&Part<'_>, &Part<'_>) -> bool| {
            hit.places.is_none() && quoted.iter().zip(&found).any(|(one, there)| is(one, there))
        };
        let is_line = both(|one, there| one.wraps && !there.wraps && there.text.contains('\n'));
        if !found.iter().any(|part| part.wraps) {
            if is_line || index.is_fenced(core.start) {
                return Self::AsWritten;
            }
            if both(|one, there| one.wraps && !there.text.contains('\n')) {
                return without(as_lines(new));
            }
            let passages = (old.core, &text[core.clone()]);
            let unwrapped = flow::unwrapped(passages, new, longest(lines), || index.style());
            return unwrapped.map_or(Self::AsWritten, without);
        }
        if is_line || hit.places.is_some() {
            return Self::AsWritten;
        }
        // Quoted as it stands, and filled anew: that is how the document would have it.
        let ends = |parts: &[Part<'_>]| parts.iter().map(|part| part.wraps).collect::<Vec<_>>();
        match ends(&found) == ends(&quoted) {
            true => Self::AsWritten,
            false => without(as_lines(new)),
        }
    }

    /// Which of the new tokens of a cut become line ends: the document's that stand in words that
    /// change, `there` as they are and as they were quoted.
    pub fn moved<'a>(
        &self,
        (there, quoted): (&[&'a str], &[&str]),
        new: &[&str],
        cut: &Cut,
    ) -> BTreeMap<usize, &'a str> {
        if !matches!(self, Self::Document { .. }) {
            return BTreeMap::new();
        }
        let part = |(text, quoted): (&&'a str, &&str)| Part {
            wraps: text.contains('\n') && !quoted.contains('\n'),
            text,
        };
        let old: Vec<Part<'_>> = there.iter().zip(quoted).map(part).collect();
        let new: Vec<Part<'_>> = new.iter().map(|text| Part { text, wraps: false }).collect();
        moved(&old, &new, cut)
    }
}
