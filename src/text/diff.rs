//! The difference of two texts as a change: by lines, and by words within changed lines.

use super::{Change, Replace};
use crate::base::{Pos, Span};
use crate::event::Origin;
use similar::{Algorithm, DiffOp, capture_diff_slices};
use unicode_segmentation::UnicodeSegmentation;

/// The most tokens of a pair that are compared; beyond, the pair is replaced whole. Keeps the cost
/// of two texts that have nothing in common bounded.
const MOST_LINES: usize = 60_000;
const MOST_WORDS: usize = 4_000;

/// The change that makes `new` of `old`. Positions are of `old`.
pub fn diff(old: &str, new: &str) -> Change {
    let mut out = Vec::new();
    if old != new {
        lines(old, new, &mut out);
    }
    Change(out)
}

fn push(out: &mut Vec<Replace>, at: usize, old_len: usize, new: &str) {
    if old_len == 0 && new.is_empty() {
        return;
    }
    // Neighbours become one.
    if let Some(last) = out.last_mut().filter(|last| last.span.end.0 == at) {
        last.span.end = Pos(at + old_len);
        last.text.push_str(new);
        return;
    }
    let span = Span { start: Pos(at), end: Pos(at + old_len) };
    out.push(Replace { span, text: new.to_owned(), origin: Origin::typed(), src: Vec::new() });
}

fn lines(old: &str, new: &str, out: &mut Vec<Replace>) {
    let old_lines: Vec<&str> = old.split_inclusive('\n').collect();
    let new_lines: Vec<&str> = new.split_inclusive('\n').collect();
    let same = |a: &&str, b: &&str| a == b;
    let front = old_lines.iter().zip(&new_lines).take_while(|(a, b)| same(a, b)).count();
    let back = old_lines[front..]
        .iter()
        .rev()
        .zip(new_lines[front..].iter().rev())
        .take_while(|(a, b)| same(a, b))
        .count();
    let before: usize = old_lines[..front].iter().map(|line| line.chars().count()).sum();
    let old_mid = &old_lines[front..old_lines.len() - back];
    let new_mid = &new_lines[front..new_lines.len() - back];
    if old_mid.len() + new_mid.len() > MOST_LINES {
        push(out, before, old_mid.iter().map(|line| line.chars().count()).sum(), &new_mid.concat());
        return;
    }
    let mut at = before;
    for op in capture_diff_slices(Algorithm::Myers, old_mid, new_mid) {
        let (_, old_range, new_range) = (op.tag(), op.old_range(), op.new_range());
        let old_text = old_mid[old_range].concat();
        if !matches!(op, DiffOp::Equal { .. }) {
            words(at, &old_text, &new_mid[new_range].concat(), out);
        }
        at += old_text.chars().count();
    }
}

fn words(at: usize, old: &str, new: &str, out: &mut Vec<Replace>) {
    let old_words: Vec<&str> = old.split_word_bounds().collect();
    let new_words: Vec<&str> = new.split_word_bounds().collect();
    if old_words.len() > MOST_WORDS || new_words.len() > MOST_WORDS {
        push(out, at, old.chars().count(), new);
        return;
    }
    let mut at = at;
    for op in capture_diff_slices(Algorithm::Myers, &old_words, &new_words) {
        let len: usize = old_words[op.old_range()].iter().map(|word| word.chars().count()).sum();
        if !matches!(op, DiffOp::Equal { .. }) {
            push(out, at, len, &new_words[op.new_range()].concat());
        }
        at += len;
    }
}
