//! Which hunks of one change move a text: it goes at one place and comes at another, as it was or
//! with a few words changed.

use super::paragraphs::{FEWEST_WORDS, LIKE_MOVED, MOST_COMPARED, paragraphs};
use super::{Hunk, diff, is_slight};
use crate::assist::alike;
use std::collections::BTreeSet;

/// Changed words that are told of a text that moved.
const MOST_TOLD: usize = 3;
/// Characters of a text that is quoted.
const QUOTED: usize = 40;

/// What is said of hunks that are nothing but the ends of a move.
const TOGETHER: &str = "Both ends are decided together.";

/// A text that goes in one hunk, or comes in one.
struct Part<'a> {
    hunk: usize,
    text: &'a str,
    /// Nothing stands in its place, and nothing was there before it.
    pure: bool,
    /// It is all that the hunk takes away, or brings.
    whole: bool,
}

/// Of each text that goes, the one that comes and is it.
fn matched(gone: &[Part], came: &[Part]) -> Vec<Option<usize>> {
    let mut to: Vec<Option<usize>> = vec![None; gone.len()];
    let mut taken = vec![false; came.len()];
    for (at, one) in gone.iter().enumerate() {
        let fits = |other: &usize| {
            let part = &came[*other];
            !taken[*other] && part.hunk != one.hunk && part.text == one.text
        };
        if let Some(other) = (0..came.len()).find(fits) {
            (to[at], taken[other]) = (Some(other), true);
        }
    }
    let few = gone.len().saturating_mul(came.len()) <= MOST_COMPARED;
    for (at, one) in gone.iter().enumerate().filter(|(_, one)| one.pure && few) {
        if to[at].is_some() {
            continue;
        }
        let likes = came
            .iter()
            .enumerate()
            .filter(|(other, part)| part.pure && part.hunk != one.hunk && !taken[*other]);
        let best = likes
            .map(|(other, part)| (alike(one.text, part.text), other))
            .filter(|(like, _)| *like >= LIKE_MOVED)
            .max_by_key(|(like, other)| (*like, std::cmp::Reverse(*other)));
        if let Some((_, other)) = best {
            (to[at], taken[other]) = (Some(other), true);
        }
    }
    to
}

/// The hunks that are nothing but the two ends of a move: where it goes, and where it comes.
pub fn moved_ends(hunks: &[Hunk]) -> Vec<(usize, usize)> {
    let gone = parts(hunks, |hunk| (&hunk.old, &hunk.new));
    let came = parts(hunks, |hunk| (&hunk.new, &hunk.old));
    let to = matched(&gone, &came);
    let all = gone.iter().zip(to).filter_map(|(one, to)| Some((one, came.get(to?)?)));
    let alone = all.filter(|(one, other)| [one, other].iter().all(|part| part.pure && part.whole));
    alone.map(|(one, other)| (one.hunk, other.hunk)).collect()
}

/// Words to show with each hunk that is a half of a move; `None` for the others.
pub fn moves(hunks: &[Hunk]) -> Vec<Option<String>> {
    let gone = parts(hunks, |hunk| (&hunk.old, &hunk.new));
    let came = parts(hunks, |hunk| (&hunk.new, &hunk.old));
    let to = matched(&gone, &came);
    let ends: BTreeSet<usize> = moved_ends(hunks).into_iter().flat_map(|(a, b)| [a, b]).collect();
    let mut out: Vec<Vec<String>> = vec![Vec::new(); hunks.len()];
    for (at, one) in gone.iter().enumerate() {
        let Some(other) = to[at].and_then(|other| came.get(other)) else { continue };
        let (there, back) = if other.hunk > one.hunk { ("down", "up") } else { ("up", "down") };
        let changes = told(one.text, other.text);
        let with = if changes.is_empty() { String::new() } else { format!(", with {changes}") };
        out[one.hunk].push(match one.whole {
            true => format!("Moved: it comes again further {there}{with}."),
            false => {
                format!("In part moved: “{}” comes again further {there}{with}.", short(one.text))
            }
        });
        out[other.hunk].push(match other.whole {
            true => format!("Moved here from further {back}{with}."),
            false => {
                format!("In part moved here: “{}” stood further {back}{with}.", short(other.text))
            }
        });
    }
    let words = |(index, mut told): (usize, Vec<String>)| {
        (!told.is_empty()).then(|| {
            let alone = ends.contains(&index);
            told.push(if alone { TOGETHER } else { "Decide on both alike." }.into());
            told.join(" ")
        })
    };
    out.into_iter().enumerate().map(words).collect()
}

/// Words to show with one end of a move: where it goes, or where it comes, and whether the other end stands
/// further down.
pub fn moved_words(goes: bool, down: bool) -> &'static str {
    match (goes, down) {
        (true, true) => "Moved: it comes again further down. Both ends are decided together.",
        (true, false) => "Moved: it comes again further up. Both ends are decided together.",
        (false, true) => "Moved here from further down. Both ends are decided together.",
        (false, false) => "Moved here from further up. Both ends are decided together.",
    }
}

/// The texts of several words that one side of each hunk has: all of it, or its paragraphs.
fn parts<'a>(hunks: &'a [Hunk], sides: fn(&'a Hunk) -> (&'a String, &'a String)) -> Vec<Part<'a>> {
    let mut out = Vec::new();
    for (index, hunk) in hunks.iter().enumerate() {
        let (own, other) = sides(hunk);
        let pure = other.trim().is_empty();
        let all = paragraphs(own);
        let whole = all.len() == 1;
        for range in all {
            let text = own[range].trim();
            if text.split_whitespace().count() >= FEWEST_WORDS {
                out.push(Part { hunk: index, text, pure, whole });
            }
        }
    }
    out
}

/// What was changed of a text that moved, in words.
fn told(old: &str, new: &str) -> String {
    let cuts = diff::cuts(old, new, diff::words);
    let cuts = diff::merge(cuts, |a, b| is_slight(&old[a.old.end..b.old.start]));
    let quoted = |text: &str| format!("“{}”", short(text));
    let mut words: Vec<String> = cuts
        .iter()
        .take(MOST_TOLD)
        .map(|cut| {
            let (was, is) = (&old[cut.old.clone()], &new[cut.new.clone()]);
            match (was.trim().is_empty(), is.trim().is_empty()) {
                (true, _) => format!("{} added", quoted(is)),
                (_, true) => format!("{} left out", quoted(was)),
                _ => format!("{} → {}", quoted(was), quoted(is)),
            }
        })
        .collect();
    if cuts.len() > MOST_TOLD {
        words.push(format!("{} more changes", cuts.len() - MOST_TOLD));
    }
    words.join(", ")
}

fn short(text: &str) -> String {
    let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
    match text.char_indices().nth(QUOTED) {
        Some((at, _)) => format!("{}…", text[..at].trim_end()),
        None => text,
    }
}

#[cfg(test)]
mod tests {
    use super::super::whole_to_hunks;
    use super::*;

    #[test]
    fn a_paragraph_that_moves_is_told_at_both_places() {
        let old =
            "One is the first of all.\n\nTwo comes after it.\n\nThree is the last one here.\n";
        let new =
            "Two comes after it.\n\nThree is the last one here.\n\nOne is the first of all.\n";
        let hunks = whole_to_hunks(old, new);
        let told = moves(&hunks);
        assert_eq!(told.iter().flatten().count(), 2, "{hunks:?} {told:?}");
        assert!(told[0].as_deref().is_some_and(|words| words.contains("further down")));
        let (old, new) = ("Go.\n\nStay here with us now.\n", "Stay here with us now.\n");
        assert_eq!(moves(&whole_to_hunks(old, new)), [None]);
    }
}
