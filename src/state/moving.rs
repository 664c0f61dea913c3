//! Taking away characters that stand twice, as a change of one version: what is left of the row they
//! stood in stays between what it stood between.

use crate::base::{OpId, Pos, Span};
use crate::event::{Origin, Source};
use crate::text::{Change, Replace, Twice};
use std::collections::{BTreeMap, BTreeSet};

/// A character.
#[derive(Clone, Copy)]
pub(super) struct Sign {
    pub id: OpId,
    pub sign: char,
    /// The edit that put it where it stands, and the one by which it came in.
    pub edit: usize,
    pub root: usize,
    /// Of the insertion that is looked at; else written beside that.
    pub is_own: bool,
}

/// Where characters stand in a version.
pub(super) struct Places(BTreeMap<OpId, (usize, u32)>);

impl Places {
    pub fn of(runs: &[(OpId, u32)]) -> Self {
        let mut at = 0;
        let place = |(id, len): &(OpId, u32)| {
            let start = at;
            at += *len as usize;
            (*id, (start, *len))
        };
        Self(runs.iter().map(place).collect())
    }

    fn of_sign(&self, sign: &Sign) -> Option<usize> {
        self.of_id(sign.id)
    }

    pub fn of_id(&self, id: OpId) -> Option<usize> {
        let (first, (start, len)) = self.0.range(..=id).next_back()?;
        let by = id.counter.checked_sub(first.counter)?;
        (first.writer == id.writer && by < *len).then(|| start + by as usize)
    }
}

/// What goes, and what comes to where.
#[derive(Default)]
pub(super) struct Moves {
    pub gone: BTreeSet<usize>,
    inserts: BTreeMap<usize, (String, Vec<Source>)>,
    /// How many characters are there twice.
    pub twice: usize,
    /// Something moves that was written beside them.
    pub moves_others: bool,
}

impl Moves {
    /// Takes away what stands twice. What is left stays between what it stood between.
    pub fn add(&mut self, mine: &[Sign], theirs: &[Sign], found: &[Twice], places: &Places) {
        let there = |sign: &Sign| places.of_sign(sign);
        let own: Vec<usize> = (0..mine.len()).filter(|at| mine[*at].is_own).collect();
        // Of which of the others' characters one is a second copy.
        let mut of: Vec<Option<usize>> = vec![None; mine.len()];
        for one in found {
            for (by, at) in one.own.clone().enumerate() {
                let (Some(at), other) = (own.get(at), one.theirs + by) else { continue };
                // Nothing goes whose other copy is not there.
                if theirs.get(other).and_then(there).is_some() {
                    of[*at] = Some(other);
                }
            }
        }
        let mut from = 0;
        let mut behind: Option<usize> = None;
        for (at, other) in of.iter().enumerate() {
            let Some(sign) = other.and_then(|other| theirs.get(other)) else { continue };
            self.keep(&mine[from..at], behind, there(sign), places);
            let gone = there(&mine[at]);
            self.twice += usize::from(gone.is_some());
            self.gone.extend(gone);
            behind = there(sign);
            from = at + 1;
        }
        self.keep(&mine[from..], behind, None, places);
    }

    /// Of characters that stand several times takes those that are `gone`, but keeps the ones at these
    /// places, in this order; one without a place comes back as what it was, if that is told. The
    /// longest row that is in order stays where it stands.
    pub fn keeping(
        text: &str,
        kept: &[(Option<OpId>, Option<usize>)],
        all: &[OpId],
        gone: BTreeSet<usize>,
    ) -> Self {
        let mut moves = Self { gone, ..Self::default() };
        let stays = longest_row(kept.iter().map(|(_, at)| *at));
        let mut to = 0;
        for ((sign, (id, at)), stays) in text.chars().zip(kept).zip(stays) {
            if let Some(at) = at.filter(|_| stays) {
                moves.gone.remove(&at);
                to = at + 1;
            } else if let Some(id) = at.and_then(|at| all.get(at).copied()).or(*id) {
                moves.insert(to, sign, id);
            }
        }
        moves
    }

    /// Puts a character that stands or stood elsewhere at a place.
    pub fn insert(&mut self, to: usize, sign: char, id: OpId) {
        let (text, src) = self.inserts.entry(to).or_default();
        text.push(sign);
        match src.last_mut() {
            Some(last)
                if last.id.writer == id.writer && last.id.counter + last.len == id.counter =>
            {
                last.len += 1;
            }
            _ => src.push(Source { id, len: 1 }),
        }
    }

    fn keep(
        &mut self,
        left: &[Sign],
        behind: Option<usize>,
        before: Option<usize>,
        places: &Places,
    ) {
        let here: Vec<(usize, &Sign)> =
            left.iter().filter_map(|sign| Some((places.of_sign(sign)?, sign))).collect();
        let fits = |at: &usize| {
            behind.is_none_or(|behind| *at > behind) && before.is_none_or(|before| *at < before)
        };
        let to = match (behind, before) {
            _ if here.is_empty() || here.iter().all(|(at, _)| fits(at)) => return,
            (Some(behind), _) => behind + 1,
            (None, Some(before)) => before,
            (None, None) => return,
        };
        for (at, sign) in here {
            self.gone.insert(at);
            self.moves_others |= !sign.is_own;
            self.insert(to, sign.sign, sign.id);
        }
    }

    pub fn change(&self) -> Change {
        let mut out: Vec<Replace> = Vec::new();
        let mut inserts = self.inserts.iter().peekable();
        let mut put = |out: &mut Vec<Replace>, until: usize| {
            while let Some((at, (text, src))) = inserts.next_if(|(at, _)| **at <= until) {
                let (span, origin) = (Span::at(Pos(*at)), Origin::outside());
                out.push(Replace { span, text: text.clone(), origin, src: src.clone() });
            }
        };
        for at in &self.gone {
            put(&mut out, *at);
            match out.last_mut() {
                Some(last) if last.text.is_empty() && last.span.end.0 == *at => {
                    last.span.end = Pos(at + 1);
                }
                _ => out.extend(Change::delete(Span::new(Pos(*at), Pos(at + 1))).0),
            }
        }
        put(&mut out, usize::MAX);
        Change(out)
    }
}

/// Which of a row of places belong to the longest part of it that rises.
fn longest_row(places: impl Iterator<Item = Option<usize>>) -> Vec<bool> {
    let places: Vec<Option<usize>> = places.collect();
    // By length, the index of the least place that ends a part of it; and what came before each.
    let mut ends: Vec<usize> = Vec::new();
    let mut before: Vec<Option<usize>> = vec![None; places.len()];
    for (index, place) in places.iter().enumerate() {
        if place.is_none() {
            continue;
        }
        let len = ends.partition_point(|end| places[*end] < *place);
        before[index] = len.checked_sub(1).map(|len| ends[len]);
        match ends.get_mut(len) {
            Some(end) => *end = index,
            None => ends.push(index),
        }
    }
    let mut stays = vec![false; places.len()];
    let mut at = ends.last().copied();
    while let Some(index) = at {
        stays[index] = true;
        at = before[index];
    }
    stays
}
