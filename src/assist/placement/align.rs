//! The loosest step: the sought text word by word against what resembles it, for a text that was
//! misremembered in a few words, wrapped elsewhere, or whose neighbouring line has changed.
//!
//! What comes of it is marked as loose. It must agree wherever another word says another thing
//! (`agree`), and no other place may come near.

use super::agree::{Piece, agree, is_slip, says_enough};
use super::ask::fills_lines;
use super::index::Index;
use super::pieces::{pieces, pieces_in};
use super::{Ask, Hit, space};
use crate::assist::hunks::{Token, token_cuts};
use std::collections::BTreeMap;
use std::ops::Range;

/// Of the sought text's weight, how much has to be found (of 100).
const LEAST: u32 = 75;
/// The same, where whole lines beside what is changed are others.
const LEAST_LINES: u32 = 55;
/// Fewer words than this are like others by chance.
const FEWEST_WORDS: usize = 5;
/// Most cells of one comparison; a text too long for it is not found by likeness.
const CELLS: usize = 6_000_000;
/// Most places that are compared.
const TRIED: usize = 8;

/// One alignment of all sought pieces with a run of found ones.
pub(super) struct Match {
    /// The sought piece and the found one that stand for each other; either may lack.
    pub pairs: Vec<(Option<usize>, Option<usize>)>,
    pub found: Range<usize>,
    pub cost: u32,
}

/// Every place that resembles the sought text enough, with its cost per 1000 of weight; the best
/// one first. Only the first is told with its way.
pub(super) fn aligned(ask: &Ask<'_>) -> Vec<Hit> {
    let core = ask.old.core;
    let sought = pieces(core);
    let words = sought.iter().filter(|piece| piece.is_word()).count();
    if words < FEWEST_WORDS || ask.is_of_forms() {
        return Vec::new();
    }
    let index = ask.index;
    let weight: u32 = sought.iter().map(Piece::weight).sum();
    let mut places: Vec<Near> = Vec::new();
    let mut seen: Vec<Range<usize>> = Vec::new();
    for near in index.near(ask.norm, TRIED) {
        let window = window(index, &near, core.len());
        // One place was told twice: the pieces it was found by lie apart.
        if seen.iter().any(|old| old.start <= window.start && window.end <= old.end) {
            continue;
        }
        let found = pieces_in(&index.text, &window);
        seen.push(window);
        // What can't come near the best has no say.
        let least = weight - common(&sought, &found).min(weight);
        let best = places.iter().map(|(_, cost, _)| *cost).min();
        if best.is_some_and(|best| is_clear(best, least, weight)) {
            continue;
        }
        let Some((best, next)) = best_match(&sought, &found) else { continue };
        let range = |run: &Range<usize>| found[run.start].start..found[run.end - 1].end;
        if let Some((run, cost)) = next {
            places.push((range(&run), cost, None));
        }
        let cost = best.cost;
        places.push((range(&best.found), cost, Some((found, best))));
    }
    places.sort_by_key(|(range, cost, _)| (*cost, range.start));
    let mut places = places.into_iter();
    let Some((range, cost, Some((found, best)))) = places.next() else { return Vec::new() };
    // The next other place.
    let next = places.find(|(other, ..)| other.end <= range.start || range.end <= other.start);
    let clear = next.is_none_or(|(_, next, _)| is_clear(cost, next, weight));
    let inside = ask.within.start <= range.start && range.end <= ask.within.end;
    if !clear || !inside {
        return Vec::new();
    }
    let changed = changed(&sought, ask.new);
    let blanks = blanks_fit(core, &sought, &index.text, &found, &best);
    let known = |word: &str| stands(&index.text, word);
    match blanks && fits(&sought, &found, &best, weight, &changed, core, &known) {
        true => hit(ask, index, &sought, &found, &best, range).into_iter().collect(),
        false => Vec::new(),
    }
}

/// Whether another place is far enough from the best, by what both cost.
fn is_clear(best: u32, other: u32, weight: u32) -> bool {
    other * 10 >= best * 16 + weight * 8 / 10
}

/// How much of the weight of `a` can have its like in `b` at most, in whatever order.
pub(super) fn common(a: &[Piece], b: &[Piece]) -> u32 {
    let mut left: BTreeMap<&str, usize> = BTreeMap::new();
    for piece in b {
        *left.entry(piece.key.as_str()).or_default() += 1;
    }
    let mut take = |piece: &&Piece| match left.get_mut(piece.key.as_str()) {
        Some(count) if *count > 0 => {
            *count -= 1;
            true
        }
        _ => false,
    };
    a.iter().filter(|piece| take(piece)).map(Piece::weight).sum()
}

/// What is compared: the place that was guessed and as much again at both sides, so that a twin
/// beside it is seen.
pub(super) fn window(index: &Index, near: &Range<usize>, len: usize) -> Range<usize> {
    let text = &index.text;
    let reach = len + 160;
    let start = text.floor_char_boundary(near.start.saturating_sub(reach));
    let end = text.ceil_char_boundary((near.end + reach).min(text.len()));
    // Whole words at both ends.
    let start = text[..start].rfind(char::is_whitespace).unwrap_or(0);
    let end = text[end..].find(char::is_whitespace).map_or(text.len(), |at| end + at);
    text.ceil_char_boundary(start)..end
}

/// A place that resembles the sought text, with what it costs to make one of the other, and how, of
/// the cheapest in its window.
type Near = (Range<usize>, u32, Option<(Vec<Piece>, Match)>);

/// The cheapest match in a window, and the run and cost of the cheapest other.
type Best = (Match, Option<(Range<usize>, u32)>);

const SUBSTITUTE: u8 = 0;
const DELETE: u8 = 1;
const INSERT: u8 = 2;

/// The cheapest alignment of all of `a` with a run of `b`, and the run and cost of the cheapest
/// that has nothing in common with it.
pub(super) fn best_match(a: &[Piece], b: &[Piece]) -> Option<Best> {
    let (rows, columns) = (a.len(), b.len());
    if columns == 0 || rows.checked_mul(columns)? > CELLS {
        return None;
    }
    let mut numbers: BTreeMap<&str, usize> = BTreeMap::new();
    for piece in a {
        let next = numbers.len();
        numbers.entry(&piece.key).or_insert(next);
    }
    // A number for what is compared, the weight, and whether it is a word, worked out once.
    let told =
        |piece: &Piece| (numbers.get(piece.key.as_str()).copied(), piece.weight(), piece.is_word());
    let (a_told, b_told): (Vec<_>, Vec<_>) =
        (a.iter().map(told).collect(), b.iter().map(told).collect());
    let mut steps = vec![INSERT; (rows + 1) * (columns + 1)];
    // The cost of each column, and where its run starts.
    let mut last: Vec<(u32, usize)> = (0..=columns).map(|start| (0, start)).collect();
    let mut row = last.clone();
    for (i, (one, weight, word)) in a_told.iter().enumerate() {
        row[0] = (last[0].0 + weight, 0);
        steps[(i + 1) * (columns + 1)] = DELETE;
        for (j, (other, other_weight, other_word)) in b_told.iter().enumerate() {
            let change = match (one == other, word == other_word) {
                (true, _) => 0,
                (false, true) => *weight,
                (false, false) => weight + other_weight,
            };
            let options = [
                (last[j].0 + change, last[j].1),
                (last[j + 1].0 + weight, last[j + 1].1),
                (row[j].0 + other_weight, row[j].1),
            ];
            let mut best = 0;
            for option in 1..3 {
                if options[option].0 < options[best].0 {
                    best = option;
                }
            }
            row[j + 1] = options[best];
            steps[(i + 1) * (columns + 1) + j + 1] = best as u8;
        }
        std::mem::swap(&mut last, &mut row);
    }
    let ends = || (1..=columns).filter(|end| last[*end].1 < *end);
    // Of equally cheap ends the one where the last piece is: else it would be left out unseen.
    let there = |end: usize| a.last().is_some_and(|last| last.key == b[end - 1].key);
    let end = ends().min_by_key(|end| (last[*end].0, !there(*end)))?;
    let (cost, start) = last[end];
    let apart = ends().filter(|other| last[*other].1 >= end || *other <= start);
    let next = apart.min_by_key(|end| last[*end].0).map(|end| (last[end].1..end, last[end].0));
    let mut pairs = Vec::with_capacity(rows);
    let (mut i, mut j) = (rows, end);
    while i > 0 {
        match steps[i * (columns + 1) + j] {
            SUBSTITUTE => {
                i -= 1;
                j -= 1;
                pairs.push((Some(i), Some(j)));
            }
            DELETE => {
                i -= 1;
                pairs.push((Some(i), None));
            }
            _ => {
                j -= 1;
                pairs.push((None, Some(j)));
            }
        }
    }
    pairs.reverse();
    Some((Match { pairs, found: start..end, cost }, next))
}

/// Whether a text has a word, as a whole one.
fn stands(text: &str, word: &str) -> bool {
    let letter = |c: Option<char>| c.is_some_and(|c| c.is_alphanumeric() || c == '_');
    memchr::memmem::find_iter(text.as_bytes(), word).any(|at| {
        let (before, behind) = (&text[..at], &text[at + word.len()..]);
        !letter(before.chars().next_back()) && !letter(behind.chars().next())
    })
}

/// Whether the blanks between pieces that are there differ in nothing that matters: a paragraph is
/// no line, and a row, an item or a statement no part of another.
fn blanks_fit(core: &str, sought: &[Piece], text: &str, found: &[Piece], best: &Match) -> bool {
    let there = |(i, j): &(Option<usize>, Option<usize>)| Some(((*i)?, (*j)?));
    let both: Vec<(usize, usize)> = best.pairs.iter().filter_map(there).collect();
    both.windows(2).all(|pair| {
        let [(i, j), (next_i, next_j)] = pair else { return true };
        let a = &core[sought[*i].end..sought[*next_i].start];
        let b = &text[found[*j].end..found[*next_j].start];
        let lines = |blanks: &str| blanks.matches('\n').count().min(2);
        match (lines(a), lines(b)) {
            // With pieces between them other lines may come between.
            _ if *next_i != i + 1 || *next_j != j + 1 => true,
            (0, 1) => may_wrap(text, &found[*j], &found[*next_j]),
            (1, 0) => may_wrap(core, &sought[*i], &sought[*next_i]),
            (a, b) => a == b,
        }
    })
}

/// Whether the line end between two pieces only wraps what they belong to.
fn may_wrap(text: &str, before: &Piece, behind: &Piece) -> bool {
    let open = "([,=+-*/&|?:.<>".contains(before.key.as_str());
    let goes_on = ")].?&|+-".contains(behind.key.as_str());
    if !before.prose && !behind.prose && (open || goes_on) {
        return true;
    }
    let (above, blanks) = (&text[..before.end], &text[before.end..behind.start]);
    space::is_soft(above, blanks, &text[behind.start..])
}

/// Runs of sought pieces that the edit changes.
fn changed(sought: &[Piece], new: &str) -> Vec<Range<usize>> {
    let new = pieces(new);
    token_cuts(&tokens(sought), &tokens(&new)).into_iter().map(|cut| cut.old).collect()
}

pub(super) fn tokens(pieces: &[Piece]) -> Vec<Token<'_>> {
    pieces.iter().map(|piece| Token { key: &piece.key, ended: false, range: 0..0 }).collect()
}

/// Whether a match may be taken.
fn fits(
    sought: &[Piece],
    found: &[Piece],
    best: &Match,
    weight: u32,
    changed: &[Range<usize>],
    core: &str,
    known: &dyn Fn(&str) -> bool,
) -> bool {
    let other_lines = other_lines(sought, found, best, changed, core);
    let in_line = |at: usize| other_lines.iter().any(|line| line.contains(&at));
    let kept: u32 = best
        .pairs
        .iter()
        .filter_map(|(i, j)| Some((&sought[(*i)?], &found[(*j)?])))
        .filter(|(one, other)| one.key == other.key)
        .map(|(one, _)| one.weight())
        .sum();
    let least = if other_lines.is_empty() { LEAST } else { LEAST_LINES };
    if kept * 100 < weight * least {
        return false;
    }
    if !says_enough(sought, found, &best.pairs) {
        return false;
    }
    // What lies at an end may not be left out: who knows what stands there instead.
    let both = |pair: Option<&(Option<usize>, Option<usize>)>| {
        pair.is_some_and(|(i, j)| i.is_some() && j.is_some())
    };
    if !both(best.pairs.first()) || !both(best.pairs.last()) {
        return false;
    }
    // Another first or last word has the quotation on one side of it only.
    let words = || (0..sought.len()).filter(|at| sought[*at].is_word());
    let kept = |at: usize| {
        let (_, there) = best.pairs.iter().find(|(i, _)| *i == Some(at))?;
        let there = &found[(*there)?].key;
        Some(sought[at].key == *there || is_slip(&sought[at].key, there))
    };
    let mut ends = [words().next(), words().next_back()].into_iter().flatten();
    if ends.any(|at| !in_line(at) && kept(at) != Some(true)) {
        return false;
    }
    // Runs of pairs that differ.
    let differs = |(i, j): &(Option<usize>, Option<usize>)| match (i, j) {
        (Some(i), Some(j)) => sought[*i].key != found[*j].key,
        _ => true,
    };
    let mut at = 0;
    while at < best.pairs.len() {
        if !differs(&best.pairs[at]) {
            at += 1;
            continue;
        }
        let from = at;
        while at < best.pairs.len() && differs(&best.pairs[at]) {
            at += 1;
        }
        let run = &best.pairs[from..at];
        let a: Vec<Piece> = run.iter().filter_map(|(i, _)| *i).map(|i| sought[i].clone()).collect();
        let b: Vec<Piece> = run.iter().filter_map(|(_, j)| *j).map(|j| found[j].clone()).collect();
        let whole_lines = !a.is_empty() && run.iter().filter_map(|(i, _)| *i).all(in_line);
        if !whole_lines && !agree(&a, &b, known) {
            return false;
        }
    }
    true
}

/// Lines of the sought text, as runs of its pieces, that are not there: the line was written anew
/// or taken away since. They lie outside what the edit changes, are long enough to be told from
/// variants of themselves, and are a third of all lines at most.
fn other_lines(
    sought: &[Piece],
    found: &[Piece],
    best: &Match,
    changed: &[Range<usize>],
    core: &str,
) -> Vec<Range<usize>> {
    const WORDS: usize = 4;
    let mut same = vec![false; sought.len()];
    for (i, j) in &best.pairs {
        if let (Some(i), Some(j)) = (i, j) {
            same[*i] = sought[*i].key == found[*j].key;
        }
    }
    let mut lines: Vec<Range<usize>> = Vec::new();
    let mut from = 0;
    for at in 1..=sought.len() {
        let ends = at == sought.len() || core[sought[at - 1].end..sought[at].start].contains('\n');
        if ends {
            lines.push(from..at);
            from = at;
        }
    }
    let all = lines.len();
    let other: Vec<Range<usize>> = lines
        .into_iter()
        .filter(|line| {
            let words = || line.clone().filter(|at| sought[*at].is_word());
            let kept = words().filter(|at| same[*at]).count();
            // What comes beside such a line would have its place by one side only.
            let apart = changed.iter().all(|cut| match cut.is_empty() {
                true => cut.end < line.start || line.end < cut.start,
                false => cut.end <= line.start || line.end <= cut.start,
            });
            apart && words().count() >= WORDS && kept * 10 < words().count() * 4
        })
        .collect();
    if other.len() * 3 <= all { other } else { Vec::new() }
}

/// The hit with the document's places for every piece of the sought text.
fn hit(
    ask: &Ask<'_>,
    index: &Index,
    sought: &[Piece],
    found: &[Piece],
    best: &Match,
    range: Range<usize>,
) -> Option<Hit> {
    let core = ask.old.core;
    let text = &index.text;
    let mut place: Vec<Option<Range<usize>>> = vec![None; sought.len()];
    let mut pairs: Vec<(&str, &str)> = Vec::new();
    for (i, j) in &best.pairs {
        let (Some(i), Some(j)) = (*i, *j) else { continue };
        place[i] = Some(found[j].start..found[j].end);
        // Indents of lines that start with the same word.
        let lead = |text: &'_ str, at: usize| -> Option<Range<usize>> {
            let line = text[..at].rfind('\n').map(|at| at + 1)?;
            text[line..at].trim().is_empty().then_some(line..at)
        };
        if let (Some(a), Some(b)) = (lead(core, sought[i].start), lead(text, found[j].start)) {
            pairs.push((&core[a], &text[b]));
        }
    }
    let first = text[..range.start].rfind('\n').map_or(0, |at| at + 1);
    let before = &text[first..range.start];
    if before.trim().is_empty() && !ask.old.indent().is_empty() {
        pairs.push((ask.old.indent(), before));
    }
    let shift = match space::Shift::of(&pairs) {
        Some(shift) => shift,
        None if !ask.new.trim().contains('\n') => space::Shift::Keep,
        None => return None,
    };
    Some(Hit {
        lined: fills_lines(text, &range),
        core: range,
        shift,
        outer: false,
        forms: true,
        places: Some(place),
    })
}
