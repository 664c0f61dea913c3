//! Edits that take back what earlier ones of the answer do.

use super::hunks::{Hunk, apply};
use crate::base::{Pos, Span};
use ropey::Rope;

/// Where an edit that makes `new` of `old` gives the text back what it has, and which of the earlier
/// hunks it takes back with that.
pub(super) fn taken_back(
    text: &Rope,
    made: &[(usize, Hunk)],
    old: &str,
    new: &str,
) -> Option<(Span, Vec<usize>)> {
    let plain = |text: &str| text.trim().replace("\r\n", "\n");
    let (old, new) = (plain(old), plain(new));
    if made.is_empty() || old.is_empty() || old == new {
        return None;
    }
    let whole = text.to_string();
    let whole = whole.replace("\r\n", "\n");
    // Line ends of two signs move what stands behind them.
    let double = text.chars().enumerate().filter(|(_, sign)| *sign == '\r');
    let double: Vec<usize> = double.map(|(at, _)| at).collect();
    let ends = |at: usize| double.partition_point(|end| *end < at);
    let plain_at = |pos: Pos| pos.0 - ends(pos.0);
    let mut found = None;
    let starts = match new.is_empty() {
        // What was put in goes again.
        true => made.iter().map(|(_, hunk)| plain_at(hunk.span.start)).collect(),
        false => places(&whole, &new),
    };
    let len = new.chars().count();
    for start in starts {
        let end = start + len;
        let span = |hunk: &Hunk| (plain_at(hunk.span.start), plain_at(hunk.span.end));
        let within = |(_, hunk): &&(usize, Hunk)| start <= span(hunk).0 && span(hunk).1 <= end;
        let inner: Vec<&(usize, Hunk)> = made.iter().filter(within).collect();
        let moved = |(_, hunk): &&(usize, Hunk)| {
            let (from, to) = span(hunk);
            Hunk {
                span: Span { start: Pos(from - start), end: Pos(to - start) },
                old: String::new(),
                new: hunk.new.replace("\r\n", "\n"),
            }
        };
        let mut hunks: Vec<Hunk> = inner.iter().map(moved).collect();
        hunks.sort_by_key(|hunk| hunk.span);
        let apart = hunks.windows(2).all(|two| two[0].span.end <= two[1].span.start);
        if inner.is_empty() || !apart || apply(&new, &hunks).trim() != old {
            continue;
        }
        if found.is_some() {
            return None;
        }
        let first = inner.iter().map(|(_, hunk)| hunk.span.start).min()?;
        let last = inner.iter().map(|(_, hunk)| hunk.span.end).max()?;
        found = Some((Span { start: first, end: last }, inner.iter().map(|(at, _)| *at).collect()));
    }
    found
}

/// Where a text stands in another, in `char`s.
fn places(text: &str, sought: &str) -> Vec<usize> {
    let mut out = Vec::new();
    let (mut at, mut count) = (0, 0);
    while let Some(found) = text[at..].find(sought) {
        count += text[at..at + found].chars().count();
        out.push(count);
        at += found;
        let next = text[at..].chars().next().map_or(1, char::len_utf8);
        (at, count) = (at + next, count + 1);
    }
    out
}

/// Whether what is said before an edit only tells how to take another one back some day.
pub(super) fn is_for_later(said: &str) -> bool {
    const SOME_DAY: &[&str] = &[
        "later",
        "if you",
        "if needed",
        "if necessary",
        "in case",
        "should you",
        "wenn du",
        "wenn sie",
        "falls",
        "si vous",
        "si tu",
    ];
    const TO: &[&str] =
        &["to undo", "to revert", "to roll", "to restore", "to go back", "to take", "um "];
    let said = said.trim().trim_end_matches([':', '.', '!', ' ']).to_lowercase();
    let sentence = said.rsplit(['.', '!', '?', '\n']).next().unwrap_or_default();
    let sentence = sentence.trim_start_matches(|sign: char| !sign.is_alphanumeric());
    SOME_DAY.iter().any(|words| sentence.contains(words))
        || TO.iter().any(|words| sentence.starts_with(words))
}
