//! A text in lines, with its parts.

use super::super::units::{self, Unit};
use std::collections::BTreeSet;
use std::ops::Range;

/// A text in lines.
pub(super) struct Side<'a> {
    pub text: &'a str,
    pub lines: Vec<&'a str>,
    /// Where each line starts, and the end.
    pub starts: Vec<usize>,
    pub units: Vec<Unit>,
}

/// Those lines of a text that the document has.
pub(super) fn known<'a>(old: &Side<'_>, new: &Side<'a>) -> BTreeSet<&'a str> {
    let mut open: BTreeSet<&'a str> = new.lines.iter().map(|line| line.trim()).collect();
    let mut out = BTreeSet::new();
    for line in &old.lines {
        if open.is_empty() {
            break;
        }
        out.extend(open.take(line.trim()));
    }
    out
}

impl<'a> Side<'a> {
    /// The document.
    pub fn document(text: &'a str) -> Self {
        Self::with(text, units::units)
    }

    /// A text written for it.
    pub fn new(text: &'a str) -> Self {
        Self::with(text, units::parts)
    }

    fn with(text: &'a str, units: fn(&[&str]) -> Vec<Unit>) -> Self {
        let lines: Vec<&str> = text.split_inclusive('\n').collect();
        let mut starts = vec![0];
        for line in &lines {
            starts.push(starts.last().copied().unwrap_or_default() + line.len());
        }
        let units = units(&lines);
        Self { text, lines, starts, units }
    }

    /// The bytes of some lines, without the end of the last.
    pub fn bytes(&self, lines: &Range<usize>) -> Range<usize> {
        let (start, end) = (self.starts[lines.start], self.starts[lines.end]);
        start..start + self.text[start..end].trim_end_matches(['\n', '\r']).len()
    }

    pub fn of(&self, lines: &Range<usize>) -> &'a str {
        &self.text[self.bytes(lines)]
    }

    pub fn blanks_before(&self, at: usize) -> usize {
        self.lines[..at].iter().rev().take_while(|line| line.trim().is_empty()).count()
    }
}
