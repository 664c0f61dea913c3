//! Places that resemble a text which stands nowhere: to show and to place by hand, never to take.
//!
//! Each is what corresponds to the quotation and can go as one: whole sentences of prose, whole
//! lines of anything else; a part of a sentence only where a part was quoted and it begins and ends
//! with the very words.

use super::agree::Piece;
use super::align::{Match, best_match, common, tokens, window};
use super::ask::Outer;
use super::gone::taken;
use super::index::{Index, form_of};
use super::pieces::{pieces, pieces_in};
use super::space::stands_alone;
use super::unit::{Unit, line_start, marker, units};
use crate::assist::hunks::{Cut, token_cuts};
use crate::text::sentence;
use std::ops::Range;

/// Most places that are told.
const MOST: usize = 3;
/// Of 100 that a place must have in common with the quotation.
const LEAST: u8 = 40;

/// Up to three byte ranges with their likeness of 100, best first.
pub(super) fn similar(
    index: &Index,
    sought: Outer<'_>,
    within: &Range<usize>,
) -> Vec<(Range<usize>, u8)> {
    const TRIED: usize = 8;
    let quote = Quote::of(sought);
    let mut out: Vec<(Range<usize>, u8)> = Vec::new();
    let mut seen: Vec<Range<usize>> = Vec::new();
    let mut take = |range: Option<Range<usize>>| {
        let Some(range) = range else { return };
        let score = quote.likeness(&index.text[range.clone()]);
        let inside = within.start <= range.start && range.end <= within.end;
        if inside && score >= LEAST && !range.is_empty() {
            out.push((range, score));
        }
    };
    for near in index.near(&form_of(sought.core), TRIED) {
        let window = window(index, &near, sought.core.len());
        // One place was told twice: the pieces it was found by lie apart.
        if seen.iter().any(|old| old.start <= window.start && window.end <= old.end) {
            continue;
        }
        seen.push(window.clone());
        let found = pieces_in(&index.text, &window);
        if common(&quote.pieces, &found) * 200 < quote.weight * u32::from(LEAST) {
            continue;
        }
        let all = best_match(&quote.pieces, &found);
        let all = all.or_else(|| Some((rough(&quote.pieces, &found)?, None)));
        let Some((best, next)) = all else { continue };
        take(quote.corresponds(index, &found, &best));
        // Another one beside it.
        if let Some((run, _)) = next
            && let Some((best, _)) = best_match(&quote.pieces, &found[run.clone()])
        {
            take(quote.corresponds(index, &found[run], &best));
        }
    }
    out.sort_by_key(|(range, score)| (std::cmp::Reverse(*score), range.start));
    let mut kept: Vec<(Range<usize>, u8)> = Vec::new();
    for (range, score) in out {
        let apart =
            kept.iter().all(|(other, _)| range.end <= other.start || other.end <= range.start);
        if apart && kept.len() < MOST {
            kept.push((range, score));
        }
    }
    kept
}

/// The whole sentences and lines that a range touches, for a quotation, and how like it they are.
/// What is empty stays so.
pub(super) fn whole(index: &Index, range: &Range<usize>, sought: Outer<'_>) -> (Range<usize>, u8) {
    let quote = Quote::of(sought);
    let range = quote.whole(index, range);
    let score = quote.likeness(&index.text[range.clone()]);
    (range, score)
}

/// What is known of the quotation.
struct Quote<'a> {
    sought: Outer<'a>,
    pieces: Vec<Piece>,
    weight: u32,
    /// It begins with the marker of a line.
    marked: bool,
    /// It has an indent.
    indented: bool,
    /// It lacks what a row of a table has.
    cells: bool,
    /// It begins and ends as sentences do.
    begins: bool,
    ends: bool,
}

/// Where a quotation begins or ends in the unit that corresponds.
enum Edge {
    /// With the unit.
    Unit,
    /// Within it, at the very words.
    Words(usize),
    /// Elsewhere.
    Unknown,
}

impl<'a> Quote<'a> {
    fn of(sought: Outer<'a>) -> Self {
        let pieces = pieces(sought.core);
        let ends = sentence::ends(sought.core);
        let first = sought.core.chars().find(|c| c.is_alphanumeric());
        // Where no letter has a capital, whole sentences are told by their end.
        let begins = first.is_none_or(|c| !c.is_lowercase());
        Self {
            weight: weight(&pieces),
            pieces,
            marked: marker(sought.core) > 0,
            indented: !sought.indent().is_empty(),
            cells: !sought.core.contains('|'),
            begins,
            ends,
            sought,
        }
    }

    /// Of 100 of both texts, how much is common.
    fn likeness(&self, text: &str) -> u8 {
        let found = pieces(text);
        let all = (self.weight + weight(&found)).max(1);
        let cuts = token_cuts(&tokens(&self.pieces), &tokens(&found));
        let changed =
            |cut: &Cut| weight(&self.pieces[cut.old.clone()]) + weight(&found[cut.new.clone()]);
        let changed: u32 = cuts.iter().map(changed).sum();
        let score = 100 * all.saturating_sub(changed) / all;
        // All of it says that nothing is another; blanks may be.
        let same = self.sought.core == text;
        u8::try_from(score).unwrap_or(100).min(if same { 100 } else { 99 })
    }

    /// The whole units that a range touches; the range itself where there is none.
    fn whole(&self, index: &Index, range: &Range<usize>) -> Range<usize> {
        let all = units(index, range, self.cells);
        let touches = |unit: &&Unit| match range.is_empty() {
            true => unit.range.start <= range.start && range.start <= unit.range.end,
            false => unit.range.start < range.end && range.start < unit.range.end,
        };
        // In a marker or in blanks the next one is meant.
        let first = all.iter().find(touches).or_else(|| {
            let behind = |unit: &&Unit| {
                unit.head.is_some_and(|(line, _)| line <= range.start)
                    && range.start <= unit.range.start
            };
            all.iter().find(behind)
        });
        let last = all.iter().rev().find(touches).or(first);
        match (first, last) {
            (Some(first), Some(last)) => self.start(first)..last.range.end,
            _ => range.end..range.end,
        }
    }

    /// Where a unit starts: with its marker and its indent if the quotation has such.
    fn start(&self, unit: &Unit) -> usize {
        match unit.head {
            Some((line, _)) if self.indented => line,
            Some((_, marker)) if self.marked => marker,
            _ => unit.range.start,
        }
    }

    /// What corresponds to the quotation where it was found to be alike.
    fn corresponds(&self, index: &Index, found: &[Piece], best: &Match) -> Option<Range<usize>> {
        let run = found.get(best.found.clone())?;
        let run = run.first()?.start..run.last()?.end;
        let all = units(index, &run, self.cells);
        // What each unit has in common with the quotation, and all that it has.
        let same = |(i, j): &(Option<usize>, Option<usize>)| {
            let (one, other) = (&self.pieces[(*i)?], &found[(*j)?]);
            (one.key == other.key).then_some(other)
        };
        let same: Vec<&Piece> = best.pairs.iter().filter_map(same).collect();
        let told: Vec<(u32, u32)> = all
            .iter()
            .map(|unit| {
                let within = |piece: &&&Piece| {
                    unit.range.start <= piece.start && piece.end <= unit.range.end
                };
                let kept: u32 = same.iter().filter(within).map(|piece| piece.weight()).sum();
                let all =
                    if kept > 0 { weight(&pieces(&index.text[unit.range.clone()])) } else { 0 };
                (kept, all)
            })
            .collect();
        // The run of units that is most like it: what is missing counts as what is too much.
        let mut most: Option<(u64, Range<usize>)> = None;
        for first in 0..all.len() {
            let (mut kept, mut size) = (0u64, 0u64);
            for last in first..all.len() {
                let (more, all) = told[last];
                kept += u64::from(more);
                size += u64::from(all);
                if told[first].0 == 0 || more == 0 {
                    continue;
                }
                let score = 2_000_000 * kept / (u64::from(self.weight) + size).max(1);
                if most.as_ref().is_none_or(|(known, _)| score > *known) {
                    most = Some((score, first..last));
                }
            }
        }
        let (_, Range { start, end }) = most?;
        let (first, last) = (&all[start], &all[end]);
        let whole = self.start(first)..last.range.end;
        let part = match (self.first(first, found, best), self.last(last, found, best)) {
            (Edge::Words(from), Edge::Words(to)) => from..to,
            (Edge::Words(from), Edge::Unit) => from..last.range.end,
            (Edge::Unit, Edge::Words(to)) => whole.start..to,
            (Edge::Unknown, Edge::Words(to)) if start != end => whole.start..to,
            (Edge::Words(from), Edge::Unknown) if start != end => from..last.range.end,
            _ => return Some(whole),
        };
        let fits = part.start < part.end && stands_alone(&index.text, &part);
        Some(if fits { part } else { whole })
    }

    /// Where the quotation begins in the first unit.
    fn first(&self, unit: &Unit, found: &[Piece], best: &Match) -> Edge {
        if !unit.prose || self.marked || self.indented || self.begins && self.ends {
            return Edge::Unit;
        }
        let pairs = || best.pairs.iter();
        match self.words(pairs(), found, |at| at == Some(0)) {
            Some(piece) if unit.range.start < piece.start && piece.end <= unit.range.end => {
                Edge::Words(piece.start)
            }
            Some(piece) if piece.start == unit.range.start => Edge::Unit,
            // Another first word, where the run begins with the unit.
            _ if self.begins && found[best.found.start].start == unit.range.start => Edge::Unit,
            _ => Edge::Unknown,
        }
    }

    /// Where it ends in the last one.
    fn last(&self, unit: &Unit, found: &[Piece], best: &Match) -> Edge {
        if !unit.prose || self.marked || self.ends {
            return Edge::Unit;
        }
        let last = self.pieces.len().checked_sub(1);
        match self.words(best.pairs.iter().rev(), found, |at| at == last) {
            Some(piece) if unit.range.start <= piece.start && piece.end <= unit.range.end => {
                Edge::Words(piece.end)
            }
            _ => Edge::Unknown,
        }
    }

    /// The piece at an end of the quotation, where it stands there too and does not by chance: the
    /// word next to it is the same, or the one behind that.
    fn words<'f>(
        &self,
        pairs: impl Iterator<Item = &'f (Option<usize>, Option<usize>)>,
        found: &'f [Piece],
        at_end: impl Fn(Option<usize>) -> bool,
    ) -> Option<&'f Piece> {
        const NEXT: usize = 3;
        let mut pairs = pairs.skip_while(|(i, _)| i.is_none());
        let same = |(i, j): &(Option<usize>, Option<usize>)| {
            let (one, other) = (self.pieces.get((*i)?)?, found.get((*j)?)?);
            (one.key == other.key).then_some(other)
        };
        let first = pairs.next().filter(|(i, _)| at_end(*i))?;
        let there = same(first)?;
        // With a mark at the end, the word beside it as well.
        let mut last = there;
        while !last.is_word() {
            last = same(pairs.next()?)?;
        }
        let words = self.pieces.iter().filter(|piece| piece.is_word()).count();
        let again = pairs.take(NEXT).filter_map(same).any(Piece::is_word);
        (again || words < 2).then_some(there)
    }
}

/// What two texts have in common in the same order, without a way from one to the other: for those
/// that are too long to be compared word by word.
fn rough(a: &[Piece], b: &[Piece]) -> Option<Match> {
    /// Longer texts are not compared at all.
    const CELLS: usize = 24_000_000;
    if a.len().checked_mul(b.len())? > CELLS {
        return None;
    }
    let mut pairs = Vec::new();
    let (mut i, mut j) = (0, 0);
    let end = Cut { old: a.len()..a.len(), new: b.len()..b.len() };
    for cut in token_cuts(&tokens(a), &tokens(b)).into_iter().chain([end]) {
        pairs.extend((i..cut.old.start).zip(j..cut.new.start).map(|(i, j)| (Some(i), Some(j))));
        (i, j) = (cut.old.end, cut.new.end);
    }
    let (first, last) = (pairs.first()?.1?, pairs.last()?.1?);
    Some(Match { pairs, found: first..last + 1, cost: 0 })
}

fn weight(pieces: &[Piece]) -> u32 {
    pieces.iter().map(Piece::weight).sum()
}

/// What goes when a place that was chosen by hand becomes nothing: no marker stays without an item.
pub(super) fn gone(text: &str, range: Range<usize>) -> Range<usize> {
    let behind = &text[range.end..];
    let line = line_start(text, range.start);
    let lead = &text[line..range.start];
    let (fresh, indent) = (lead.trim().is_empty(), lead.len() - lead.trim_start().len());
    let ends = behind.is_empty() || behind.starts_with(['\n', '\r']);
    let bare = || marker(&text[line + indent..range.end]) + indent == lead.len();
    match ends && !fresh && !range.is_empty() && bare() {
        true => taken(text, line..range.end),
        false => taken(text, range),
    }
}
