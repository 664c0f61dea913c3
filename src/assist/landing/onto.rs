//! An edit that quotes what an earlier one wrote, as models do that take their edits for made: it
//! and the earlier one become one change of the text that stands there.
//!
//! Only for an edit whose text the document does not have. What it quotes must then be, at least in
//! part, what one of the earlier changes would put there, so it is enough to look around those.

use crate::assist::dialect::is_gap;
use crate::assist::hunks::{Hunk, apply, trimmed};
use crate::assist::placement::{Placement, Placer, Step};
use crate::base::{Pos, Span};
use crate::text::diff;
use ropey::Rope;
use std::collections::{BTreeMap, BTreeSet};

/// An edit made onto earlier ones.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Onto {
    /// From the document's text to what the edit makes of what the earlier ones made of it.
    pub hunk: Hunk,
    pub step: Step,
    /// The earlier ones that are in it, by their number; none where it only quotes them.
    pub over: Vec<usize>,
}

/// Characters around the earlier changes that are looked at besides as many as the edit quotes.
const AROUND: usize = 80;

/// What one of the earlier hunks changes, in the document and in the text with all of them.
#[derive(Clone, Copy)]
struct Piece {
    of: usize,
    was: Span,
    is: Span,
}

/// Places an edit in `text` as it would be with the hunks of `made` (in the order of their making,
/// each with its old text in its place). Of hunks that contradict each other the later one counts.
/// Only a certain place is one.
pub fn onto(text: &Rope, made: &[Hunk], old: &str, new: &str) -> Option<Onto> {
    // What leaves something out of its new text is read by who knows the whole text.
    let leaves_out = new.lines().any(is_gap) && !old.lines().any(is_gap);
    if old.trim().is_empty() || leaves_out {
        return None;
    }
    let around = 2 * old.chars().count() + AROUND;
    let mut found = None;
    for (window, hunks) in windows(text, &fitting(made), around) {
        let (there, pieces) = with(text, window, &hunks);
        let rope = Rope::from_str(&there);
        match Placer::new(&rope).certain(old, new) {
            Placement::Placed { hunk, step } if !step.is_loose() => {
                if found.is_some() {
                    return None;
                }
                found = Some((trimmed(&hunk)?, step, window, rope, pieces));
            }
            Placement::Ambiguous { .. } => return None,
            _ => {}
        }
    }
    let (hunk, step, window, rope, pieces) = found?;
    composed(text, window, &rope, &pieces, &hunk).map(|(hunk, over)| Onto { hunk, step, over })
}

/// What the hunks change, each as ascending replacements, without the hunks that contradict a later
/// one.
fn fitting(made: &[Hunk]) -> Vec<(usize, Vec<Hunk>)> {
    let mut taken: BTreeMap<Span, ()> = BTreeMap::new();
    let mut out = Vec::new();
    for (of, hunk) in made.iter().enumerate().rev() {
        let moved = |pos: Pos| Pos(pos.0 + hunk.span.start.0);
        let changes: Vec<Hunk> = diff(&hunk.old, &hunk.new)
            .0
            .into_iter()
            .map(|one| Hunk {
                span: Span { start: moved(one.span.start), end: moved(one.span.end) },
                old: String::new(),
                new: one.text,
            })
            .collect();
        let meets = |one: &Hunk| {
            let span = one.span;
            let before = taken
                .range(..span)
                .next_back()
                .is_some_and(|(other, ())| other.end > span.start || *other == span);
            let behind = taken
                .range(span..)
                .next()
                .is_some_and(|(other, ())| other.start < span.end || *other == span);
            before || behind
        };
        if changes.is_empty() || changes.iter().any(meets) {
            continue;
        }
        taken.extend(changes.iter().map(|one| (one.span, ())));
        out.push((of, changes));
    }
    out
}

/// A run of hunks with the lines around them that the edit may quote as well.
type Window = (Span, Vec<(usize, Hunk)>);

fn windows(text: &Rope, hunks: &[(usize, Vec<Hunk>)], around: usize) -> Vec<Window> {
    let line_start = |at: usize| text.line_to_char(text.char_to_line(at));
    let line_end = |at: usize| {
        let line = text.char_to_line(at);
        if line + 1 < text.len_lines() { text.line_to_char(line + 1) } else { text.len_chars() }
    };
    let mut all: Vec<Window> = hunks
        .iter()
        .filter_map(|(of, changes)| {
            let (first, last) = (changes.first()?, changes.last()?);
            let start = line_start(first.span.start.0.saturating_sub(around));
            let end = line_end((last.span.end.0 + around).min(text.len_chars()));
            let span = Span { start: Pos(start), end: Pos(end) };
            Some((span, changes.iter().map(|one| (*of, one.clone())).collect()))
        })
        .collect();
    all.sort_by_key(|(span, _)| *span);
    let mut out: Vec<Window> = Vec::new();
    for (span, mut hunks) in all {
        match out.last_mut() {
            Some((last, known)) if span.start <= last.end => {
                last.end = last.end.max(span.end);
                known.append(&mut hunks);
            }
            _ => out.push((span, hunks)),
        }
    }
    for (_, hunks) in &mut out {
        hunks.sort_by_key(|(_, hunk)| hunk.span);
    }
    out
}

/// The text of a window with its hunks, whose places there are counted from its start.
fn with(text: &Rope, window: Span, hunks: &[(usize, Hunk)]) -> (String, Vec<Piece>) {
    let (mut grown, mut shrunk) = (0, 0);
    let mut pieces = Vec::with_capacity(hunks.len());
    let mut moved = Vec::with_capacity(hunks.len());
    for (of, hunk) in hunks {
        let at = |pos: Pos| Pos(pos.0 - window.start.0);
        let was = Span { start: at(hunk.span.start), end: at(hunk.span.end) };
        let len = hunk.new.chars().count();
        let start = was.start.0 + grown - shrunk;
        pieces.push(Piece { of: *of, was, is: Span { start: Pos(start), end: Pos(start + len) } });
        grown += len;
        shrunk += was.len();
        moved.push(Hunk { span: was, ..hunk.clone() });
    }
    (apply(&text.slice(window.range()).to_string(), &moved), pieces)
}

/// The hunk of a window's text, with the earlier ones that it meets, as one of the document.
fn composed(
    text: &Rope,
    window: Span,
    rope: &Rope,
    pieces: &[Piece],
    hunk: &Hunk,
) -> Option<(Hunk, Vec<usize>)> {
    let mut span = hunk.span;
    let mut over: BTreeSet<usize> = BTreeSet::new();
    // An earlier hunk is in it with all that it changes, or not at all.
    loop {
        let before = (span, over.len());
        for piece in pieces {
            let meets = piece.is.start <= span.end && span.start <= piece.is.end;
            if meets || over.contains(&piece.of) {
                over.insert(piece.of);
                span.start = span.start.min(piece.is.start);
                span.end = span.end.max(piece.is.end);
            }
        }
        if before == (span, over.len()) {
            break;
        }
    }
    let lens = |all: &mut dyn Iterator<Item = &Piece>| {
        all.fold((0, 0), |(was, is), piece| (was + piece.was.len(), is + piece.is.len()))
    };
    let (was, is) = lens(&mut pieces.iter().filter(|piece| piece.is.end < span.start));
    let start = window.start.0 + span.start.0 + was - is;
    let (was, is) = lens(&mut pieces.iter().filter(|piece| piece.is.start <= span.end));
    let end = window.start.0 + span.end.0 + was - is;
    let before = rope.get_slice(span.start.0..hunk.span.start.0)?;
    let behind = rope.get_slice(hunk.span.end.0..span.end.0)?;
    let whole = Hunk {
        span: Span { start: Pos(start), end: Pos(end) },
        old: text.get_slice(start..end)?.to_string(),
        new: format!("{before}{}{behind}", hunk.new),
    };
    Some((trimmed(&whole)?, over.into_iter().collect()))
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str = "# List\n\n- salt: 5\n- wood: 90\n\nWe bake at night, and sell from seven every day.\nThe end.\n";

    fn made(edits: &[(&str, &str)]) -> Vec<Hunk> {
        let rope = Rope::from_str(TEXT);
        let hunk = |(old, new): &(&str, &str)| match Placer::new(&rope).place(old, new, None) {
            Placement::Placed { hunk, .. } => trimmed(&hunk).expect("a change"),
            other => panic!("{old}: {other:?}"),
        };
        edits.iter().map(hunk).collect()
    }

    #[test]
    fn an_edit_of_what_was_proposed_is_one_of_the_text() {
        let check =
            |edits: &[(&str, &str)], old: &str, new: &str, expected: &[(&str, &str, &[usize])]| {
                let rope = Rope::from_str(TEXT);
                let got = onto(&rope, &made(edits), old, new);
                let got: Vec<(String, String, Vec<usize>)> =
                    got.into_iter().map(|one| (one.hunk.old, one.hunk.new, one.over)).collect();
                let got: Vec<(&str, &str, &[usize])> = got
                    .iter()
                    .map(|(old, new, over)| (old.as_str(), new.as_str(), over.as_slice()))
                    .collect();
                assert_eq!(got, expected, "{edits:?} {old:?} {new:?}");
            };
        let salt = ("- salt: 5", "- salt: 6");
        let wood = ("- wood: 90", "- wood: 97");
        check(&[salt], "- salt: 6\n", "- salt: 7\n", &[("5", "7", &[0])]);
        check(&[salt, wood], "- wood: 97", "- wood: 98", &[("90", "98", &[1])]);
        check(
            &[("sell from seven", "sell from five"), salt],
            "We bake at night, and sell from five every day.",
            "We bake at night, and sell from four every day.",
            &[("seven", "four", &[0])],
        );
        // Two of them in one.
        check(
            &[salt, wood],
            "- salt: 6\n- wood: 97\n",
            "- wood: 97\n- salt: 6\n",
            &[("- salt: 5\n- wood: 90", "- wood: 97\n- salt: 6", &[0, 1])],
        );
        // It quotes what was written and changes something else.
        check(
            &[salt],
            "# List\n\n- salt: 6\n",
            "# Things\n\n- salt: 6\n",
            &[("List", "Things", &[])],
        );
        // What was put in, and what was taken away.
        check(
            &[("- salt: 5\n", "- salt: 5\n- bread: 1\n")],
            "- bread: 1\n",
            "- bread: 2\n",
            &[("", "\n- bread: 2", &[0])],
        );
        check(
            &[("- salt: 5\n", "")],
            "# List\n\n- wood: 90",
            "# List\n\n- wood: 91",
            &[("90", "91", &[])],
        );
        // Of two that contradict each other the later.
        check(&[salt, ("- salt: 5", "- salt: 8")], "- salt: 8", "- salt: 9", &[("5", "9", &[1])]);
        check(&[salt, ("- salt: 5", "- salt: 8")], "- salt: 6", "- salt: 9", &[]);
        // Nowhere, twice, and back to what stands there.
        check(&[salt], "- pepper: 6", "- pepper: 7", &[]);
        check(&[salt, ("wood: 90", "salt: 6")], "- salt: 6\n", "- salt: 7\n", &[]);
        check(&[salt], "- salt: 6\n", "- salt: 5\n", &[]);
        check(&[], "- salt: 6\n", "- salt: 7\n", &[]);
    }
}
