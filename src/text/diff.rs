//! The change that makes one text into another: by lines, then by words within changed lines.
//!
//! Bounded by sizes and not by a clock, so that it gives the same on every machine: where two
//! stretches are too large to compare and share no line of their own, one replaces the other.

use super::change::{Change, Replace};
use crate::base::{Pos, Span};
use crate::event::Origin;
use similar::{Algorithm, DiffTag, capture_diff_slices};
use std::collections::BTreeMap;
use std::ops::Range;
use unicode_segmentation::UnicodeSegmentation;

/// Stretches are compared outright up to this product of their lengths, in lines or words.
const PRODUCT: usize = 1 << 22;
/// Changed stretches up to this many bytes are compared by words.
const BY_WORDS: usize = 1 << 16;

/// The change that makes `old` into `new`. Positions are those of `old`.
pub fn diff(old: &str, new: &str) -> Change {
    let (start, end) = common(old, new);
    let (old_mid, new_mid) = (&old[start..old.len() - end], &new[start..new.len() - end]);
    let mut out = Out { old, byte: 0, chars: 0, replaces: Vec::new() };
    if old_mid.is_empty() && new_mid.is_empty() {
        return Change::default();
    }
    let line = old[..start].rfind('\n').map_or(0, |at| at + 1);
    if old_mid.is_empty() || new_mid.is_empty() {
        // Of lines that begin alike: it is the whole line that goes or comes, not the end of one with
        // the start of the next.
        let head = &old[line..start];
        let mid = if new_mid.is_empty() { old_mid } else { new_mid };
        if mid.contains('\n') && mid.ends_with(head) {
            let new = format!("{head}{}", &new_mid[..new_mid.len().saturating_sub(head.len())]);
            let new = if new_mid.is_empty() { "" } else { new.as_str() };
            out.replace(line..old.len() - end - head.len(), new);
            return Change(out.replaces);
        }
        out.replace(start..old.len() - end, new_mid);
        return Change(out.replaces);
    }
    // Whole lines again: the cut may lie within one.
    let tail = old[old.len() - end..].find('\n').map_or(end, |at| at + 1);
    let tail = if ends_line(&old[..old.len() - end]) && ends_line(&new[..new.len() - end]) {
        0
    } else {
        tail
    };
    let (old_end, new_end) = (old.len() - end + tail, new.len() - end + tail);
    let a: Vec<&str> = old[line..old_end].split_inclusive('\n').collect();
    let b: Vec<&str> = new[line..new_end].split_inclusive('\n').collect();
    let (mut at_a, mut at_b) = (Offsets::new(line, &a), Offsets::new(line, &b));
    for (x, y) in lines(&a, &b) {
        let (x, y) = (at_a.bytes(x), at_b.bytes(y));
        words(&mut out, x, &new[y]);
    }
    Change(out.replaces)
}

fn ends_line(text: &str) -> bool {
    text.is_empty() || text.ends_with('\n')
}

/// How many bytes two texts share at their start and, of the rest, at their end.
fn common(a: &str, b: &str) -> (usize, usize) {
    let same = a.bytes().zip(b.bytes()).take_while(|(x, y)| x == y).count();
    let start = a.floor_char_boundary(same).min(b.floor_char_boundary(same));
    let (a, b) = (&a[start..], &b[start..]);
    let same = a.bytes().rev().zip(b.bytes().rev()).take_while(|(x, y)| x == y).count();
    let end = (a.len() - same, b.len() - same);
    let (end_a, end_b) = (a.ceil_char_boundary(end.0), b.ceil_char_boundary(end.1));
    (start, (a.len() - end_a).min(b.len() - end_b))
}

/// Line numbers to bytes.
struct Offsets(Vec<usize>);

impl Offsets {
    fn new(start: usize, lines: &[&str]) -> Self {
        let mut at = start;
        let mut out = vec![at];
        out.extend(lines.iter().map(|line| {
            at += line.len();
            at
        }));
        Self(out)
    }

    fn bytes(&mut self, lines: Range<usize>) -> Range<usize> {
        let at = |line: usize| self.0.get(line).or(self.0.last()).copied().unwrap_or_default();
        at(lines.start)..at(lines.end)
    }
}

/// The stretches of lines that differ.
fn lines(a: &[&str], b: &[&str]) -> Vec<(Range<usize>, Range<usize>)> {
    let mut numbers: BTreeMap<&str, u32> = BTreeMap::new();
    let (a, b) = (intern(a, &mut numbers), intern(b, &mut numbers));
    let mut out = Vec::new();
    // Stretches still to compare, the first on top.
    let mut open = vec![(0..a.len(), 0..b.len())];
    while let Some((mut x, mut y)) = open.pop() {
        while !x.is_empty() && !y.is_empty() && a[x.start] == b[y.start] {
            (x.start, y.start) = (x.start + 1, y.start + 1);
        }
        while !x.is_empty() && !y.is_empty() && a[x.end - 1] == b[y.end - 1] {
            (x.end, y.end) = (x.end - 1, y.end - 1);
        }
        if x.is_empty() && y.is_empty() {
            continue;
        }
        if x.is_empty() || y.is_empty() {
            out.push((x, y));
            continue;
        }
        if x.len().saturating_mul(y.len()) <= PRODUCT {
            let ops = capture_diff_slices(Algorithm::Myers, &a[x.clone()], &b[y.clone()]);
            out.extend(ops.iter().filter(|op| op.tag() != DiffTag::Equal).map(|op| {
                let (i, j) = (op.old_range(), op.new_range());
                (i.start + x.start..i.end + x.start, j.start + y.start..j.end + y.start)
            }));
            continue;
        }
        let pairs = unique(&a, &b, &x, &y);
        if pairs.is_empty() {
            out.push((x, y));
            continue;
        }
        let mut parts = Vec::with_capacity(pairs.len() + 1);
        let (mut i, mut j) = (x.start, y.start);
        for (next_i, next_j) in pairs {
            parts.push((i..next_i, j..next_j));
            (i, j) = (next_i + 1, next_j + 1);
        }
        parts.push((i..x.end, j..y.end));
        open.extend(parts.into_iter().rev());
    }
    out
}

/// Equal lines to equal numbers.
fn intern<'a>(lines: &[&'a str], numbers: &mut BTreeMap<&'a str, u32>) -> Vec<u32> {
    let number = |line: &&'a str| {
        let next = numbers.len() as u32;
        *numbers.entry(*line).or_insert(next)
    };
    lines.iter().map(number).collect()
}

/// Lines that stand once in each stretch, as many as keep their order.
fn unique(a: &[u32], b: &[u32], x: &Range<usize>, y: &Range<usize>) -> Vec<(usize, usize)> {
    let mut seen: BTreeMap<u32, (usize, usize, usize, usize)> = BTreeMap::new();
    for at in x.clone() {
        let entry = seen.entry(a[at]).or_default();
        (entry.0, entry.1) = (entry.0 + 1, at);
    }
    for at in y.clone() {
        let entry = seen.entry(b[at]).or_default();
        (entry.2, entry.3) = (entry.2 + 1, at);
    }
    let mut pairs: Vec<(usize, usize)> =
        seen.values().filter(|one| (one.0, one.2) == (1, 1)).map(|one| (one.1, one.3)).collect();
    pairs.sort_unstable();
    rising(&pairs)
}

/// Of pairs that are sorted by their first numbers, the most whose second ones rise as well.
pub(crate) fn rising(pairs: &[(usize, usize)]) -> Vec<(usize, usize)> {
    let mut tops: Vec<usize> = Vec::new();
    let mut before: Vec<Option<usize>> = vec![None; pairs.len()];
    for (index, pair) in pairs.iter().enumerate() {
        let place = tops.partition_point(|top| pairs[*top].1 < pair.1);
        before[index] = place.checked_sub(1).map(|place| tops[place]);
        match tops.get_mut(place) {
            Some(top) => *top = index,
            None => tops.push(index),
        }
    }
    let mut out = Vec::new();
    let mut at = tops.last().copied();
    while let Some(index) = at {
        out.push(pairs[index]);
        at = before[index];
    }
    out.reverse();
    out
}

/// Replaces bytes of the old text, by words where that leaves enough standing.
fn words(out: &mut Out<'_>, span: Range<usize>, new: &str) {
    let old = &out.old[span.clone()];
    if old.is_empty() || new.is_empty() {
        return out.replace(span, new);
    }
    if old.len() + new.len() > BY_WORDS {
        // One long line: what is the same at its ends stays.
        let (start, end) = common(old, new);
        let word = |c: char| c.is_alphanumeric();
        let start = old[..start].trim_end_matches(word).len();
        let end = old[old.len() - end..].trim_start_matches(word).len();
        let (inner, span) = (&new[start..new.len() - end], span.start + start..span.end - end);
        if span.len() + inner.len() > BY_WORDS {
            return out.replace(span, inner);
        }
        return words(out, span, inner);
    }
    let a: Vec<&str> = old.split_word_bounds().collect();
    let b: Vec<&str> = new.split_word_bounds().collect();
    if a.len().saturating_mul(b.len()) > PRODUCT {
        return out.replace(span, new);
    }
    let ops = capture_diff_slices(Algorithm::Myers, &a, &b);
    let kept: usize = ops
        .iter()
        .filter(|op| op.tag() == DiffTag::Equal)
        .flat_map(|op| &a[op.old_range()])
        .filter(|word| !word.trim().is_empty())
        .map(|word| word.len())
        .sum();
    // Texts that share only a word here and there read better as a whole.
    if kept * 3 < old.len().min(new.len()) {
        return out.replace(span, new);
    }
    let (mut at_a, mut at_b) = (Offsets::new(0, &a), Offsets::new(0, &b));
    let mut changes: Vec<(Range<usize>, Range<usize>)> = Vec::new();
    for op in ops.iter().filter(|op| op.tag() != DiffTag::Equal) {
        let (x, y) = (at_a.bytes(op.old_range()), at_b.bytes(op.new_range()));
        match changes.last_mut() {
            // Changes with only white space or a sign between them are one.
            Some((last_x, last_y))
                if old[last_x.end..x.start].chars().all(|c| !c.is_alphanumeric())
                    && !old[last_x.end..x.start].contains('\n') =>
            {
                (last_x.end, last_y.end) = (x.end, y.end);
            }
            _ => changes.push((x, y)),
        }
    }
    for (x, y) in changes {
        out.replace(x.start + span.start..x.end + span.start, &new[y]);
    }
}

/// Collects replacements and counts characters along.
struct Out<'a> {
    old: &'a str,
    byte: usize,
    chars: usize,
    replaces: Vec<Replace>,
}

impl Out<'_> {
    fn replace(&mut self, span: Range<usize>, text: &str) {
        let mut at = |byte: usize| {
            self.chars += self.old[self.byte..byte].chars().count();
            self.byte = byte;
            Pos(self.chars)
        };
        let span = Span { start: at(span.start), end: at(span.end) };
        self.replaces.push(Replace {
            span,
            text: text.to_owned(),
            origin: Origin::typed(),
            src: Vec::new(),
        });
    }
}
