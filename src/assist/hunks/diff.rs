//! Differences between two texts as pairs of byte ranges, at the grain of lines, sentences or
//! words. Knows nothing of documents.

use similar::{Algorithm, DiffOp, capture_diff_slices};
use std::collections::BTreeMap;
use std::ops::Range;
use unicode_segmentation::UnicodeSegmentation;

/// What differs: these bytes of the old text became these of the new. Not both empty.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Cut {
    pub old: Range<usize>,
    pub new: Range<usize>,
}

/// A piece of one text: what it is compared by, and where it ends.
pub(crate) struct Token<'a> {
    pub key: &'a str,
    /// Whether a line end follows the key; part of the comparison.
    pub ended: bool,
    pub range: Range<usize>,
}

/// The lines of a text. The kind of line end is not compared, that there is one is.
pub(crate) fn lines(text: &str) -> Vec<Token<'_>> {
    let mut at = 0;
    text.split_inclusive('\n')
        .map(|line| {
            let body = line.strip_suffix('\n');
            let key = body.map_or(line, |body| body.strip_suffix('\r').unwrap_or(body));
            let range = at..at + line.len();
            at = range.end;
            Token { key, ended: body.is_some(), range }
        })
        .collect()
}

/// The lines of a text with their line ends.
pub(crate) fn whole_lines(text: &str) -> Vec<Token<'_>> {
    tokens(text, text.split_inclusive('\n'))
}

/// The lines of a text, each with the line end before it.
pub(crate) fn lines_behind(text: &str) -> Vec<Token<'_>> {
    let ends = text.match_indices('\n').map(|(at, _)| match text[..at].ends_with('\r') {
        true => at - 1,
        false => at,
    });
    let mut starts: Vec<usize> = ends.filter(|at| *at > 0).collect();
    starts.push(text.len());
    let mut from = 0;
    let cut = |to: usize| &text[std::mem::replace(&mut from, to)..to];
    tokens(text, starts.into_iter().map(cut).filter(|line| !line.is_empty()))
}

/// The sentences of a text; line ends count as ends of sentences.
pub(crate) fn sentences(text: &str) -> Vec<Token<'_>> {
    tokens(text, text.split_sentence_bounds())
}

/// Words, runs of blanks, and single marks. Ideographs stand alone.
pub(crate) fn words(text: &str) -> Vec<Token<'_>> {
    tokens(text, text.split_word_bounds())
}

fn tokens<'a>(text: &'a str, parts: impl Iterator<Item = &'a str>) -> Vec<Token<'a>> {
    let mut at = 0;
    let mut out = Vec::with_capacity(text.len() / 4 + 1);
    for key in parts {
        out.push(Token { key, ended: false, range: at..at + key.len() });
        at += key.len();
    }
    out
}

/// Runs of tokens that differ, as ranges of token numbers.
pub(crate) fn token_cuts(old: &[Token<'_>], new: &[Token<'_>]) -> Vec<Cut> {
    // Numbers are compared instead of strings.
    let mut numbers: BTreeMap<(&str, bool), u32> = BTreeMap::new();
    let mut sides = [old, new].map(|side| Vec::with_capacity(side.len()));
    for (side, out) in [old, new].into_iter().zip(&mut sides) {
        for token in side {
            let next = numbers.len() as u32;
            out.push(*numbers.entry((token.key, token.ended)).or_insert(next));
        }
    }
    let [old_numbers, new_numbers] = sides;
    let mut out: Vec<Cut> = Vec::new();
    for op in capture_diff_slices(Algorithm::Myers, &old_numbers, &new_numbers) {
        if matches!(op, DiffOp::Equal { .. }) {
            continue;
        }
        let cut = Cut { old: op.old_range(), new: op.new_range() };
        match out.last_mut() {
            Some(last) if last.old.end == cut.old.start && last.new.end == cut.new.start => {
                last.old.end = cut.old.end;
                last.new.end = cut.new.end;
            }
            _ => out.push(cut),
        }
    }
    out
}

/// The byte range of a run of tokens; an empty run stands where the next token starts.
pub(crate) fn bytes(tokens: &[Token<'_>], run: &Range<usize>) -> Range<usize> {
    let at = |index: usize| match tokens.get(index) {
        Some(token) => token.range.start,
        None => tokens.last().map_or(0, |token| token.range.end),
    };
    at(run.start)..at(run.end)
}

/// What differs between two texts at one grain.
pub(crate) fn cuts<'a>(
    old: &'a str,
    new: &'a str,
    grain: fn(&'a str) -> Vec<Token<'a>>,
) -> Vec<Cut> {
    let (old, new) = (grain(old), grain(new));
    token_cuts(&old, &new)
        .into_iter()
        .map(|cut| Cut { old: bytes(&old, &cut.old), new: bytes(&new, &cut.new) })
        .collect()
}

/// Makes one of cuts between which `join` says that too little stands.
pub(crate) fn merge(cuts: Vec<Cut>, mut join: impl FnMut(&Cut, &Cut) -> bool) -> Vec<Cut> {
    let mut out: Vec<Cut> = Vec::with_capacity(cuts.len());
    for cut in cuts {
        match out.last_mut() {
            Some(last) if join(last, &cut) => {
                last.old.end = cut.old.end;
                last.new.end = cut.new.end;
            }
            _ => out.push(cut),
        }
    }
    out
}

/// Leaves blanks and line ends that both sides end with out of a cut, unless one side is nothing
/// else. With `any_end` one kind of line end is as good as the other; never one half of one stays.
pub(crate) fn trim_end(old: &str, new: &str, cut: &mut Cut, any_end: bool) {
    loop {
        let (a, b) = (&old[cut.old.clone()], &new[cut.new.clone()]);
        let (Some(last), Some(other)) = (a.chars().next_back(), b.chars().next_back()) else {
            return;
        };
        let len = |text: &str| if text.ends_with("\r\n") { 2 } else { last.len_utf8() };
        let alone = a.trim().is_empty() || b.trim().is_empty();
        let same = last == other && (any_end || len(a) == len(b));
        if !same || !last.is_whitespace() || alone {
            return;
        }
        (cut.old.end, cut.new.end) = (cut.old.end - len(a), cut.new.end - len(b));
    }
}
