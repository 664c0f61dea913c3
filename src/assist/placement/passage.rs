//! Where a passage that was written anew stood: the stretch of whole lines that resembles it, and
//! no other. What comes of it is always loose.

use super::agree::Piece;
use super::align::{best_match, tokens, window};
use super::index::{Index, form_of};
use super::pieces::{pieces, pieces_in};
use super::space::Shift;
use crate::assist::flow::as_lines;
use crate::assist::hunks::token_cuts;
use std::ops::Range;

/// Most places that are compared.
const TRIED: usize = 6;

/// The bytes of the document to replace and with what; `least` of 100 of both must be common, and so much of the first and the last line.
pub(super) fn find(
    index: &Index,
    text: &str,
    (least, least_at_ends): (u32, u32),
) -> Option<(Range<usize>, String)> {
    const FEWEST: usize = 6;
    let core = text.trim_matches(['\n', '\r']);
    let sought = pieces(core);
    if sought.iter().filter(|piece| piece.is_word()).count() < FEWEST {
        return None;
    }
    let weight: u32 = sought.iter().map(Piece::weight).sum();
    let mut best: Option<(u32, Range<usize>, Shift)> = None;
    let mut others: Vec<(u32, Range<usize>)> = Vec::new();
    let needle = form_of(core);
    for near in index.near(&needle, TRIED) {
        let window = window(index, &near, core.len());
        let found = pieces_in(&index.text, &window);
        let Some((one, next)) = best_match(&sought, &found) else { continue };
        let range = |run: &Range<usize>| found[run.start].start..found[run.end - 1].end;
        if let Some((run, cost)) = next {
            others.push((cost, range(&run)));
        }
        others.push((one.cost, range(&one.found)));
        let lines = whole_lines(&index.text, range(&one.found));
        let there: u32 = found
            .iter()
            .filter(|piece| lines.start <= piece.start && piece.end <= lines.end)
            .map(Piece::weight)
            .sum();
        let same = |(i, j): &(Option<usize>, Option<usize>)| {
            let (one, other) = (&sought[(*i)?], &found[(*j)?]);
            (one.key == other.key).then(|| (one.start, other.start, one.weight()))
        };
        let kept: Vec<(usize, usize, u32)> = one.pairs.iter().filter_map(same).collect();
        let common: u32 = kept.iter().map(|(.., weight)| weight).sum();
        // Both ends are known: the line at each has something of the other's, as it is or with its
        // paragraph on one line.
        let ends = |text: &str| {
            let mut lines = text.lines().filter(|line| !line.trim().is_empty());
            let first = lines.next().unwrap_or("").to_owned();
            let last = lines.next_back().map_or_else(|| first.clone(), str::to_owned);
            (first, last)
        };
        let old = &index.text[lines.clone()];
        let both = [(ends(old), ends(core)), (ends(&as_lines(old)), ends(&as_lines(core)))];
        let known = |end: fn(&(String, String)) -> &String| {
            both.iter().any(|(old, new)| common_of(end(old), end(new)) >= least_at_ends)
        };
        let (first, last) = (known(|ends| &ends.0), known(|ends| &ends.1));
        let enough = common * 100 >= weight.max(there) * least;
        if enough && first && last && best.as_ref().is_none_or(|(cost, ..)| one.cost < *cost) {
            let indents: Vec<(&str, &str)> = kept
                .iter()
                .filter_map(|(i, j, _)| Some((lead(core, *i)?, lead(&index.text, *j)?)))
                .collect();
            let shift = Shift::of(&indents).unwrap_or(Shift::Keep);
            best = Some((one.cost, lines, shift));
        }
    }
    let (cost, range, shift) = best?;
    let apart = |other: &Range<usize>| other.end <= range.start || range.end <= other.start;
    let next = others.iter().filter(|(_, other)| apart(other)).map(|(cost, _)| *cost).min();
    // No other place comes near.
    if next.is_some_and(|next| next * 4 < cost * 5 + weight / 2) {
        return None;
    }
    if repeats(&index.text, &range, core) {
        return None;
    }
    let mut new = String::with_capacity(core.len());
    for line in core.split_inclusive('\n') {
        let body = line.trim_start_matches([' ', '\t']);
        if body.trim().is_empty() {
            new.push_str(body);
        } else {
            new.push_str(&shift.apply(&line[..line.len() - body.len()]));
            new.push_str(body);
        }
    }
    (!ends_deeper(&index.text[range.clone()], &new)).then_some((range, new))
}

/// Whether the last line is the same but for its depth: `}` ends what is around the place, not what is
/// there.
fn ends_deeper(old: &str, new: &str) -> bool {
    let last = |text: &'_ str| -> (String, String) {
        let line = text.trim_end().lines().next_back().unwrap_or_default();
        let body = line.trim_start_matches([' ', '\t']);
        (line[..line.len() - body.len()].to_owned(), body.to_owned())
    };
    let ((old_indent, old_body), (new_indent, new_body)) = (last(old), last(new));
    old.trim_end().contains('\n') && old_body == new_body && old_indent != new_indent
}

/// Whether lines that would come stand beside the place already: then the passage reaches over them,
/// and lines between were to go.
fn repeats(text: &str, range: &Range<usize>, new: &str) -> bool {
    let reach = new.len().max(range.len()) + 160;
    let from = line_start(text, text.floor_char_boundary(range.start.saturating_sub(reach)));
    let to = text.ceil_char_boundary((range.end + reach).min(text.len()));
    let telling = |line: &&str| line.chars().filter(|c| c.is_alphanumeric()).count() > 3;
    let lines = |text: &'_ str| -> Vec<String> {
        text.lines().map(str::trim).filter(telling).map(form_of).collect()
    };
    let here = lines(&text[range.clone()]);
    let mut beside = lines(&text[from..range.start]);
    beside.extend(lines(&text[range.end..to]));
    lines(new).iter().any(|line| !here.contains(line) && beside.contains(line))
}

/// A range with all of the lines it touches, without the last line's end.
fn whole_lines(text: &str, range: Range<usize>) -> Range<usize> {
    let start = line_start(text, range.start);
    let end = text[range.end..].find('\n').map_or(text.len(), |at| range.end + at);
    let end = if text[..end].ends_with('\r') { end - 1 } else { end };
    start..end
}

fn line_start(text: &str, at: usize) -> usize {
    text[..at].rfind('\n').map_or(0, |at| at + 1)
}

/// The blanks before a place on its line, if nothing else stands there.
fn lead(text: &str, at: usize) -> Option<&str> {
    let line = line_start(text, at);
    text[line..at].trim().is_empty().then_some(&text[line..at])
}

/// How much of 100 of the weight of the longer of two lines is common.
fn common_of(a: &str, b: &str) -> u32 {
    let (a, b) = (pieces(a), pieces(b));
    let weight = |pieces: &[Piece]| pieces.iter().map(Piece::weight).sum::<u32>();
    let most = weight(&a).max(weight(&b)).max(1);
    let mut kept = weight(&a);
    for cut in token_cuts(&tokens(&a), &tokens(&b)) {
        kept -= weight(&a[cut.old]);
    }
    kept * 100 / most
}
