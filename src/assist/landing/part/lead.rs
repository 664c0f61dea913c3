//! The comments and attributes over a part of the document, written anew.

use super::super::units::{Unit, indent, is_attribute, is_comment};
use super::super::untold::is_other;
use super::{Reading, Rewrite};

impl Reading<'_> {
    /// The comments and attributes over a part, where the text has some: of each kind its own, or
    /// else the document's.
    pub(super) fn lead(&self, old: &Unit, new: &Unit) -> Option<String> {
        let (was, is) = (old.from..old.line, new.from..new.line);
        if is.is_empty() {
            return None;
        }
        let depth = indent(self.old.lines[old.line]);
        let ours = &self.new.lines[is.clone()];
        let theirs = &self.old.lines[was.clone()];
        // A text that begins within the comment has the rest of it.
        let mut ends = ours.iter().rev().zip(theirs.iter().rev());
        let begins = self.new.lines[..new.from].iter().all(|line| line.trim().is_empty());
        if begins && ours.len() < theirs.len() && ends.all(|(a, b)| a.trim() == b.trim()) {
            return Some(theirs.iter().map(|line| format!("{}\n", line.trim_end())).collect());
        }
        let has = |test: fn(&str) -> bool| ours.iter().any(|line| test(line));
        if self.other_comment(old, new).is_some() {
            return None;
        }
        if has(is_comment) && has(is_attribute) {
            let all = ours.iter().filter(|line| is_comment(line) || is_attribute(line));
            return Some(all.map(|line| format!("{depth}{}\n", line.trim())).collect());
        }
        let of = |test: fn(&str) -> bool| -> String {
            let some = |lines: &[&str], depth: Option<&str>| -> String {
                let some = lines.iter().filter(|line| test(line));
                some.map(|line| match depth {
                    Some(depth) => format!("{depth}{}\n", line.trim()),
                    None => format!("{}\n", line.trim_end()),
                })
                .collect()
            };
            match some(&self.new.lines[is.clone()], Some(depth)) {
                ours if ours.is_empty() => some(&self.old.lines[was.clone()], None),
                ours => ours,
            }
        };
        Some(of(is_comment) + &of(is_attribute))
    }

    /// The comment over a part, where the document has quite another one there: it may go for that, or
    /// stand below it.
    pub(super) fn other_comment(&self, old: &Unit, new: &Unit) -> Option<String> {
        let comment = |lines: &[&str]| -> String {
            lines.iter().filter(|line| is_comment(line)).copied().collect()
        };
        let before = comment(&self.old.lines[old.from..old.line]);
        let now = comment(&self.new.lines[new.from..new.line]);
        let other = !before.is_empty() && !now.is_empty() && is_other(&before, &now);
        other.then_some(now)
    }

    /// The comments and attributes over a part of which not all is written.
    pub(super) fn lead_anew(&mut self, old: &Unit, new: &Unit) {
        let Some(lead) = self.lead(old, new).filter(|lead| !lead.trim().is_empty()) else { return };
        let was = old.from..old.line;
        let (at, new) = match was.is_empty() {
            true => (self.old.starts[old.line]..self.old.starts[old.line], lead),
            false => (self.old.bytes(&was), lead.trim_end_matches('\n').to_owned()),
        };
        if self.old.text[at.clone()] != new {
            self.parts.rewrites.push(Rewrite { at, new, sure: false, gap: false });
        }
    }
}
