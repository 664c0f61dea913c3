//! A text that the model quoted in pieces, with `...` for what it left out, here and in the new
//! text alike: each piece is sought, and what stands between them stays as it is.

use super::index::{Index, form_of};
use super::{Ask, Hit, Outer, exact, fit, marked, space, spaced};
use crate::assist::dialect::is_gap;
use crate::assist::hunks::with_line_ends;
use std::ops::Range;

/// The bytes to replace and with what, if every piece has exactly one place that goes with the
/// others'.
pub(super) fn filled(
    index: &Index,
    old: &str,
    new: &str,
    within: &Range<usize>,
) -> Option<(Range<usize>, String)> {
    let ((old_parts, old_gaps), (new_parts, new_gaps)) = (split(old)?, split(new)?);
    // What is left out at another depth would have to go there.
    if old_parts.len() != new_parts.len() || old_gaps != new_gaps {
        return None;
    }
    let text = &index.text;
    let mut hits: Vec<Hit> = Vec::new();
    for part in &old_parts {
        let from = hits.last().map_or(within.start, |hit| hit.core.end);
        let shift = hits.first().map(|hit| &hit.shift);
        hits.push(next(index, part, &(from..within.end), shift)?);
    }
    let (first, last) = (hits.first()?, hits.last()?);
    let mut range = first.core.start..last.core.end;
    let line = text[..range.start].rfind('\n').map_or(0, |at| at + 1);
    // The first line may get another indent.
    let (was, is) = (Outer::of(old_parts.first()?), Outer::of(new_parts.first()?));
    let moved = was.indent() != is.indent() && text[line..range.start].trim().is_empty();
    let mut out = String::new();
    if moved {
        range.start = line;
        out.push_str(&first.shift.apply(is.indent()));
    }
    let line_end = fit::line_end_at(text, &range);
    for (at, (hit, part)) in hits.iter().zip(&new_parts).enumerate() {
        if at > 0 {
            let (was, is) = (Outer::of(&old_parts[at]), Outer::of(part));
            let between = &text[hits[at - 1].core.end..hit.core.start];
            let line = between.rfind('\n').map_or(0, |line| line + 1);
            match line > 0 && was.indent() != is.indent() && between[line..].trim().is_empty() {
                true => out.extend([&between[..line], &hit.shift.apply(is.indent())]),
                false => out.push_str(between),
            }
        }
        for (line, body) in part.trim().lines().enumerate() {
            if line > 0 {
                let blanks = body.len() - body.trim_start().len();
                let (indent, words) = body.split_at(blanks);
                out.push('\n');
                if !words.is_empty() {
                    out.push_str(&hit.shift.apply(indent));
                    out.push_str(words);
                }
            } else {
                out.push_str(body);
            }
        }
    }
    Some((range, with_line_ends(&out, line_end)))
}

/// The parts between the gaps, and how deep these are; `None` where there is no gap, or a part is
/// empty.
fn split(text: &str) -> Option<(Vec<String>, Vec<usize>)> {
    let mut parts = vec![String::new()];
    let mut gaps = Vec::new();
    for line in text.split_inclusive('\n') {
        match is_gap(line) {
            true => {
                gaps.push(line.len() - line.trim_start().len());
                parts.push(String::new());
            }
            false => parts.last_mut()?.push_str(line),
        }
    }
    if parts.len() == 1 {
        // Within a sentence: dots that stand alone between two words.
        let marks = [" ... ", " \u{2026} ", " [...] ", " [\u{2026}] ", " (...) "];
        let mark = marks.iter().find(|mark| text.contains(**mark))?;
        parts = text.split(mark).map(str::to_owned).collect();
    }
    let whole = parts.len() > 1 && parts.iter().all(|part| !part.trim().is_empty());
    whole.then_some((parts, gaps))
}

/// The place of a part behind the one before it. The first must have one only; a bracket that
/// closes what the first opened is the next one with the same indent.
fn next(
    index: &Index,
    part: &str,
    within: &Range<usize>,
    shift: Option<&space::Shift>,
) -> Option<Hit> {
    let old = Outer::of(part);
    let norm = form_of(old.core);
    let ask = Ask::new(index, (old, ""), &norm, within.clone());
    let tight = [exact, spaced, marked];
    let mut hits = tight.iter().map(|find| find(&ask)).find(|hits| !hits.is_empty())?;
    let closes = !old.core.chars().any(char::is_alphanumeric);
    if let (Some(shift), true) = (shift, closes) {
        let indent = shift.apply(old.indent());
        let same = |hit: &Hit| {
            let line = index.text[..hit.core.start].rfind('\n').map_or(0, |at| at + 1);
            hit.lined && index.text[line..hit.core.start] == indent
        };
        return hits.into_iter().find(same);
    }
    let hit = hits.pop()?;
    let words = norm.split(' ').count();
    // A word or two behind a gap are there by chance, or in the wrong sentence.
    if words < 2 && !hit.lined {
        return None;
    }
    let alone = hits.is_empty() && space::stands_alone(&index.text, &hit.core);
    (alone && shift.is_none_or(|shift| *shift == hit.shift || hit.shift == space::Shift::Keep))
        .then_some(hit)
}
