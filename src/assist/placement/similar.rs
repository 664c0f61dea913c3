//! Places that resemble a text which stands nowhere: to show, never to take.

use super::index::{Index, form_of};
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
    let norm = form_of(sought);
    let mut out: Vec<(Range<usize>, u8)> = Vec::new();
    for range in index.near(&norm, TRIED) {
        let range = widen(&index.text, range);
        let inside = within.start <= range.start && range.end <= within.end;
        let score = likeness(&norm, &form_of(&index.text[range.clone()]));
        if inside && score >= LEAST && !range.is_empty() {
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

/// To whole words, and to whole lines where little is missing. A line of which little is taken is
/// left out.
fn widen(text: &str, range: Range<usize>) -> Range<usize> {
    const LITTLE: usize = 60;
    let Range { mut start, mut end } = range;
    let line = text[..start].rfind('\n').map_or(0, |at| at + 1);
    match text[start..end].find('\n') {
        Some(taken) if taken < start - line => start += taken + 1,
        _ if start - line <= LITTLE => start = line,
        _ => {
            let blank = text[..start].rfind(char::is_whitespace);
            start = blank.map_or(line, |at| text.ceil_char_boundary(at + 1));
        }
    }
    let line = text[end..].find('\n').unwrap_or(text.len() - end);
    match text[start..end.max(start)].rfind('\n') {
        Some(at) if end - (start + at + 1) < line => end = start + at,
        _ if line <= LITTLE => end += line,
        _ => end += text[end..].find(char::is_whitespace).unwrap_or(line),
    }
    start..end.max(start)
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
