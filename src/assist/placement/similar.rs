//! Places that resemble a text which stands nowhere: to show, never to take.

use super::index::{Index, normalise};
use super::space::tokens;
use crate::assist::hunks::{Token, token_cuts};
use std::ops::Range;

/// Up to three byte ranges with their likeness of 100, best first.
pub(super) fn similar(
    index: &Index,
    sought: &str,
    within: &Range<usize>,
) -> Vec<(Range<usize>, u8)> {
    const TRIED: usize = 8;
    const LEAST: u8 = 40;
    let norm = normalise(sought, &mut Vec::new());
    let mut out: Vec<(Range<usize>, u8)> = Vec::new();
    for range in index.near(&norm, TRIED) {
        let range = widen(&index.text, range);
        let inside = within.start <= range.start && range.end <= within.end;
        let score = likeness(&norm, &normalise(&index.text[range.clone()], &mut Vec::new()));
        if inside && score >= LEAST {
            out.push((range, score));
        }
    }
    out.sort_by_key(|(range, score)| (std::cmp::Reverse(*score), range.start));
    let mut kept: Vec<(Range<usize>, u8)> = Vec::new();
    for (range, score) in out {
        let apart =
            kept.iter().all(|(other, _)| range.end <= other.start || other.end <= range.start);
        if apart && kept.len() < 3 {
            kept.push((range, score));
        }
    }
    kept
}

/// To whole words, and to whole lines where little is missing.
fn widen(text: &str, range: Range<usize>) -> Range<usize> {
    const LITTLE: usize = 60;
    let before = &text[..range.start];
    let line = before.rfind('\n').map_or(0, |at| at + 1);
    let start = match range.start - line {
        0..=LITTLE => line,
        _ => before.rfind(char::is_whitespace).map_or(line, |at| text.ceil_char_boundary(at + 1)),
    };
    let behind = &text[range.end..];
    let line = behind.find('\n').unwrap_or(behind.len());
    let end = match line {
        0..=LITTLE => line,
        _ => behind.find(char::is_whitespace).unwrap_or(line),
    };
    start..range.end + end
}

fn likeness(a: &str, b: &str) -> u8 {
    let words = |text| -> Vec<Token<'_>> {
        let words = tokens(text).into_iter().filter(|token| !token.trim().is_empty());
        words.map(|key| Token { key, ended: false, range: 0..0 }).collect()
    };
    let (a, b) = (words(a), words(b));
    let changed: usize = token_cuts(&a, &b).iter().map(|cut| cut.old.len() + cut.new.len()).sum();
    let all = (a.len() + b.len()).max(1);
    (100 * all.saturating_sub(changed) / all) as u8
}
