//! Which part of the document a part of a text is, by its name or by what is in it, and whether it
//! is all of that.

use super::super::kin::{Kin, paragraphs};
use super::super::units::Unit;
use super::{Reading, is_closer};
use std::collections::BTreeSet;

impl Reading<'_> {
    /// The one part of the document that has most lines of a part with another name, and whose own
    /// name the text has not: it is called otherwise now.
    pub(super) fn renamed(
        &self,
        top: &Unit,
        tops: &[&Unit],
        within: Option<&Unit>,
    ) -> Option<Unit> {
        const FEWEST: usize = 3;
        let filled = |line: &&str| !line.is_empty() && !is_closer(line);
        let lines: Vec<&str> = self.new.lines[top.line + 1..top.end]
            .iter()
            .map(|line| line.trim())
            .filter(filled)
            .collect();
        if lines.len() < FEWEST {
            return None;
        }
        let is_same = |one: &&Unit| {
            let body = &self.old.lines[one.line + 1..one.end];
            let there: BTreeSet<&str> = body.iter().map(|line| line.trim()).collect();
            let common = lines.iter().filter(|line| there.contains(*line)).count();
            let open = tops.iter().all(|other| other.name != one.name);
            let alike = common * 2 > lines.len() && common * 2 > there.len();
            one.name != top.name && open && alike
        };
        let mut all: Box<dyn Iterator<Item = &Unit>> = match within {
            Some(within) => Box::new(within.inner(&self.old.units).into_iter()),
            None => Box::new(self.old.units.iter()),
        };
        let first = all.by_ref().find(|one| is_same(one))?.clone();
        all.all(|one| !is_same(&one)).then_some(first)
    }

    /// The parts of the document with a name, those within another one first.
    pub(super) fn named(&self, top: &Unit, within: Option<&Unit>) -> Vec<Unit> {
        let same = |one: &&Unit| one.name == top.name;
        match within {
            Some(within) => {
                within.inner(&self.old.units).into_iter().filter(|one| same(one)).cloned().collect()
            }
            None => self.old.units.iter().filter(same).cloned().collect(),
        }
    }
}

/// Whether a text has fewer paragraphs, and ends with one of those in the midst of the old text: then
/// nobody said that the others go.
pub(super) fn leaves_off(old: &str, new: &str) -> bool {
    const ALIKE: usize = 60;
    let kin = Kin::new(old);
    let written = paragraphs(new);
    let Some(last) = written.last().filter(|_| written.len() < kin.len()) else { return false };
    let found = kin.likest(&new[last.clone()]);
    found.is_some_and(|(at, share)| share >= ALIKE && at + 1 < kin.len())
}
