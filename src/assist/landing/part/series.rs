//! Parts of a text that follow each other: where each goes, and where one goes that the document has
//! not.

use super::super::units::{Unit, balance, indent};
use super::names::{Unnamed, kind};
use super::{Reading, Rest, Rewrite};
use crate::assist::placement::with_indents;
use std::ops::Range;

/// Where a part of the text goes.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Place {
    Here(Unit),
    /// It is not there yet; and whether nothing there is like it.
    New {
        unlike: bool,
    },
    /// It could be each of these.
    Several(Vec<Unit>),
}

impl Reading<'_> {
    /// Parts of the text that follow each other; `within` is the part of the document that they are
    /// parts of.
    pub(super) fn series(&mut self, tops: &[&Unit], within: Option<&Unit>) {
        let place = |top: &&Unit| match self.named(top, within) {
            none if none.is_empty() => match self.unnamed(top, within) {
                Unnamed::Is(one) => Place::Here(one),
                Unnamed::New { unlike } => Place::New { unlike },
                Unnamed::Unclear(like) => Place::Several(like),
            },
            mut one if one.len() == 1 => one.pop().map_or(Place::Several(Vec::new()), Place::Here),
            several => Place::Several(several),
        };
        let places: Vec<Place> = tops.iter().map(place).collect();
        // Behind which part of the document a new one goes, and whether that one stays as it is.
        let mut last: Option<(usize, Unit, bool)> = None;
        for (nth, top) in tops.iter().enumerate() {
            match &places[nth] {
                Place::Here(one) => {
                    let same =
                        self.old.of(&(one.line..one.end)) == self.new.of(&(top.line..top.end));
                    self.found = true;
                    if self.runs_into(one, top) {
                        self.parts.leave(self.new.of(&top.range()));
                    } else {
                        self.rewrite(one, top);
                    }
                    last = Some((nth, one.clone(), same));
                }
                Place::New { unlike } => {
                    let next = (nth + 1..tops.len()).find_map(|at| match &places[at] {
                        Place::Here(one) => Some((tops[at].from, one)),
                        Place::New { .. } | Place::Several(_) => None,
                    });
                    // A gap at its end stands for what follows it, and one in it for nothing.
                    let gap = |lines: Range<usize>| self.has_gap(lines);
                    let end = self.end_before_gap(top);
                    let own = Unit { end, ..(*top).clone() };
                    let behind = gap(end..next.map_or(self.new.lines.len(), |(from, _)| from));
                    if gap(own.range()) {
                        self.parts.leave(self.new.of(&top.range()));
                        continue;
                    }
                    match (&last, next) {
                        (Some((before, beside, same)), next) => {
                            let follows = !gap(self.end_before_gap(tops[*before])..top.from);
                            let skips = self.left_out(beside).is_some();
                            let beside = beside.clone();
                            // Whether a part that is not told goes for it, or how many of them the
                            // gap before it stands for, can't be told.
                            if skips && (!follows || next.is_some() && !behind) {
                                self.parts.leave(self.new.of(&top.range()));
                                continue;
                            }
                            let sure = *same && follows && *unlike && (behind || !skips);
                            self.insert(&own, &beside, beside.end, true, sure);
                        }
                        (None, Some((_, next))) if !behind => {
                            let next = next.clone();
                            self.insert(&own, &next, next.from, false, false);
                        }
                        (None, _) => self.parts.leave(self.new.of(&top.range())),
                    }
                }
                Place::Several(many) => {
                    // A name that stands everywhere tells nothing.
                    const MOST: usize = 16;
                    let ranges = many.iter().map(|one| self.old.bytes(&one.range())).take(MOST);
                    let (text, several) = (self.new.of(&top.range()), ranges.collect());
                    let broken = balance(text) != 0 && !self.has_gap(top.range());
                    self.parts.rest.push(Rest { text: text.to_owned(), several, broken });
                }
            }
        }
    }

    /// Behind the last line of a part of the text that is neither blank nor a gap.
    fn end_before_gap(&self, top: &Unit) -> usize {
        let kept =
            |at: &usize| !self.new.lines[*at].trim().is_empty() && !self.has_gap(*at..*at + 1);
        (top.line..top.end).rev().find(kept).unwrap_or(top.line) + 1
    }

    /// Whether a part ends as the one that follows it in the document does, which the text has not:
    /// what stood between them went, and not only that part.
    fn runs_into(&self, old: &Unit, new: &Unit) -> bool {
        let filled = |lines: &[&str]| -> Vec<String> {
            let lines = lines.iter().filter(|line| !line.trim().is_empty());
            lines.map(|line| line.trim().to_owned()).collect()
        };
        let Some(next) = self.left_out(old) else { return false };
        let (was, is) = (
            filled(&self.old.lines[old.line..old.end]),
            filled(&self.new.lines[new.line..new.end]),
        );
        let next = filled(&self.old.lines[next.line..next.end]);
        let tail = is.iter().rev().zip(next.iter().rev()).take_while(|(a, b)| a == b).count();
        let (head, tail) = is.split_at(is.len() - tail);
        let count = |all: &[String], one: &String| all.iter().filter(|line| *line == one).count();
        was.starts_with(head)
            && tail.last().is_some_and(|last| count(&is, last) > count(&was, last))
    }

    /// The part that stands right behind one, beside it, and that the text has not.
    fn left_out(&self, before: &Unit) -> Option<&Unit> {
        let depth = |one: &Unit| match one.name.starts_with('#') {
            true => kind(&one.name).len(),
            false => indent(self.old.lines[one.line]).len(),
        };
        let next = self.old.units.iter().find(|one| one.line >= before.end)?;
        let told = self.new.units.iter().any(|other| other.name == next.name);
        (depth(next) == depth(before) && !told).then_some(next)
    }

    /// A new part beside one of the document, at a line of it.
    fn insert(&mut self, new: &Unit, beside: &Unit, at: usize, behind: bool, sure: bool) {
        let blanks = match behind {
            true => self.new.blanks_before(new.from).max(1),
            false => 1,
        };
        let text = self.new.of(&new.range());
        let pairs = [(indent(self.new.lines[new.line]), indent(self.old.lines[beside.line]))];
        let text = with_indents(text, &pairs);
        let gap = "\n".repeat(blanks);
        let (at, new) = match behind {
            true => (self.old.bytes(&(beside.line..at)).end, format!("\n{gap}{text}")),
            false => (self.old.starts[at], format!("{text}\n{gap}")),
        };
        // Several new ones behind one another come as one.
        if let Some(last) = self.parts.rewrites.iter_mut().find(|one| one.at == (at..at)) {
            last.new.push_str(&new);
            last.sure &= sure;
            return;
        }
        self.parts.rewrites.push(Rewrite { at: at..at, new, sure, gap: false });
    }
}
