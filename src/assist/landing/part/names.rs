//! Which part of the document a part of a text is, by its name or by what is in it, and whether it
//! is all of that.

use super::super::kin::{Bag, Kin, MOST, paragraphs};
use super::super::units::Unit;
use super::super::untold::are_most;
use super::super::whole::{alike, shared_words};
use super::{Reading, is_closer};
use std::collections::BTreeSet;
use std::ops::Range;

/// What a part of the text is whose name the document has not in its place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Unnamed {
    /// This part of the document, called otherwise.
    Is(Unit),
    /// It is not there yet; and whether nothing there is like it.
    New { unlike: bool },
    /// What it says stands in the document, in these parts, and which it is for can't be told.
    Unclear(Vec<Unit>),
}

/// `fn`, `class`, `##`.
pub(super) fn kind(name: &str) -> &str {
    name.split(' ').next().unwrap_or(name)
}

impl Reading<'_> {
    /// What stands there already is not new: a part that has most lines of one of the document, or
    /// under a heading most of its words, is that one, if the text has none of its name and no other
    /// is like it. `within` is the part of the document that it has to be in.
    pub(super) fn unnamed(&self, top: &Unit, within: Option<&Unit>) -> Unnamed {
        const FEWEST: usize = 3;
        let filled = |line: &&str| !line.is_empty() && !is_closer(line);
        let body = &self.new.lines[top.line + 1..top.end];
        let lines: Vec<&str> = body.iter().map(|line| line.trim()).filter(filled).collect();
        // Most have no line in common with anything there.
        let known = lines.iter().filter(|line| self.known.contains(*line)).count();
        let sought: BTreeSet<&str> = lines.iter().copied().collect();
        let by_lines = |one: &Unit| {
            let body = &self.old.lines[one.line + 1..one.end];
            if lines.len() < FEWEST
                || known * 2 <= lines.len()
                || !body.iter().any(|line| sought.contains(line.trim()))
            {
                return false;
            }
            let there: BTreeSet<&str> = body.iter().map(|line| line.trim()).collect();
            let common = lines.iter().filter(|line| there.contains(*line)).count();
            common * 2 > lines.len() && common * 2 > there.len()
        };
        let bag = Bag::of(&body.concat());
        let by_words = |at: usize| {
            const ALIKE: usize = 60;
            const FEWEST: usize = 8;
            let other = self.bags().get(at).filter(|_| bag.count() >= FEWEST);
            other.and_then(|other| bag.share(other)).is_some_and(|share| share >= ALIKE)
        };
        let inside: Option<BTreeSet<usize>> =
            within.map(|within| within.inner(&self.old.units).iter().map(|one| one.line).collect());
        let headed = top.name.starts_with('#');
        let names: BTreeSet<&str> = self.new.units.iter().map(|one| one.name.as_str()).collect();
        // Those that it can be, others that are like it, and whether any is.
        let (mut own, mut others, mut like): (Vec<&Unit>, Vec<&Unit>, bool) =
            (Vec::new(), Vec::new(), false);
        for (at, one) in self.old.units.iter().enumerate() {
            let here = inside.as_ref().is_none_or(|all| all.contains(&one.line));
            let around = within.is_some_and(|all| one.line <= all.line && all.end <= one.end);
            let told = names.contains(one.name.as_str());
            if around || told && (here || one.name != top.name) {
                continue;
            }
            let lines = by_lines(one);
            let words = !lines && by_words(at);
            like |= lines || words;
            // Of code that has the same words one may be the model of the other.
            match lines || words && headed {
                true if here && kind(&one.name) == kind(&top.name) => own.push(one),
                true => others.push(one),
                false => {}
            }
        }
        let meets = |a: &Unit, b: &Unit| a.line < b.end && b.line < a.end;
        match own[..] {
            [one] if others.iter().all(|other| meets(one, other)) => Unnamed::Is(one.clone()),
            [] if others.is_empty() => Unnamed::New { unlike: !like },
            _ => Unnamed::Unclear(own.into_iter().chain(others).cloned().collect()),
        }
    }

    /// The words of each part of the document; none of a very long one.
    fn bags(&self) -> &[Bag] {
        self.bags.get_or_init(|| {
            if self.old.text.len() > MOST {
                return Vec::new();
            }
            let body = |one: &Unit| Bag::of(&self.old.lines[one.line + 1..one.end].concat());
            self.old.units.iter().map(body).collect()
        })
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

/// Whether a text has fewer paragraphs, and ends with one of those in the midst of the old text, or says
/// nothing of what that does: then nobody said that the others go.
pub(super) fn leaves_off(old: &str, new: &str) -> bool {
    const ALIKE: usize = 30;
    const COMMON: usize = 20;
    let kin = Kin::new(old);
    let written = paragraphs(new);
    let Some(last) = written.last().filter(|_| written.len() < kin.len()) else { return false };
    let known = |at: &Range<usize>| kin.likest(&new[at.clone()]).filter(|(_, one)| *one >= ALIKE);
    // What stands behind the last paragraph that is known, in both.
    let drops = || {
        let nth = written.iter().rposition(|at| known(at).is_some())?;
        let (at, _) = known(&written[nth])?;
        let come = &new[written.get(nth + 1)?.start..];
        Some(are_most(&old[kin.ranges().get(at + 1)?.start..], come))
    };
    known(last).is_some_and(|(at, _)| at + 1 < kin.len())
        || shared_words(old, new) < COMMON
        || drops().unwrap_or(false)
}

/// Whether code whose end no bracket tells keeps some of the old lines and then goes on with no more
/// others than go to another end: it may as well be cut off there, and nobody said that the rest goes.
pub(super) fn ends_otherwise(old: &str, new: &str) -> bool {
    let body = |text: &'_ str| -> Vec<String> {
        let lines = text.lines().skip(1).map(str::trim);
        lines.filter(|line| !line.is_empty() && !is_closer(line)).map(str::to_owned).collect()
    };
    if new.trim_end().lines().next_back().is_some_and(is_closer) {
        return false;
    }
    let (old, new) = (body(old), body(new));
    let Some(known) = new.iter().rposition(|line| old.contains(line)) else { return false };
    let at = old.iter().rposition(|line| *line == new[known]);
    let (rest, come) = (&old[at.map_or(0, |at| at + 1)..], &new[known + 1..]);
    match (rest.last(), come.last()) {
        (Some(was), Some(is)) => {
            let word = |line: &str| line.split_whitespace().next().map(str::to_owned);
            let same = alike(was, is) || rest.len() == come.len() && word(was) == word(is);
            rest.len() >= come.len() && !same
        }
        _ => false,
    }
}
