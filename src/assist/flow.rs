//! Line ends that only wrap a paragraph: what a model writes gets those of the document.
//!
//! Some models fill their lines at a column, whatever the document does; others write a paragraph as
//! one line. Neither is a wish. So where words change, wraps are the document's: a paragraph that is
//! one long line stays one, and one that is wrapped keeps its line ends where the words are the same.
//! Where no word changes and only line ends do, the layout is what was asked for: that is kept.
//!
//! Headings, lists, tables, code, and lines that end in two blanks or a backslash are no prose
//! (`text::is_soft`). Knows no places and no hunks.

use super::dialect::is_fence;
use super::hunks::{Cut, Token, line_end, token_cuts, with_line_ends};
use crate::text::is_soft;
use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;

/// Longer lines are not filled to a column, in characters.
const WIDEST: usize = 120;
/// Shorter ones tell nothing about the width of a text.
const NARROWEST: usize = 40;
/// A line as long as this, or longer, is one that a document does not wrap.
const LONG: usize = 64;
/// How much longer than the document's lines a line is that was not wrapped at all.
const BEYOND: usize = 20;
/// So many characters may be left of a line before a word that would have fitted.
const SLACK: usize = 10;

fn chars(text: &str) -> usize {
    text.chars().count()
}

/// A word, or the blanks between two.
#[derive(Clone, Copy, Debug)]
pub(super) struct Part<'a> {
    pub text: &'a str,
    pub wraps: bool,
}

impl Part<'_> {
    fn is_blank(&self) -> bool {
        self.text.starts_with(char::is_whitespace)
    }
}

/// Whether a line end in prose only wraps it, as filling to a column does.
fn is_wrap(before: &str, blanks: &str, behind: &str) -> bool {
    if blanks.matches('\n').count() != 1 {
        return false;
    }
    let line = before.rsplit('\n').next().unwrap_or("");
    let is_code = ["=", "()", "{", "::"].iter().any(|mark| line.contains(mark));
    // A sentence may be broken before a number with a point, or a dash, and behind a semicolon.
    let unfinished = !line.ends_with(['.', '!', '?', ':']);
    let lead = behind.chars().next().is_some_and(|c| c.is_ascii_digit() || "–—".contains(c));
    let next = if lead && unfinished && !is_item(line) { "x" } else { behind };
    let soft = match before.strip_suffix(';') {
        Some(before) => is_soft(before, blanks, next),
        None => is_soft(before, blanks, next),
    };
    if is_code || !soft {
        return false;
    }
    let own = line.len() - line.trim_start().len();
    let next = blanks.len() - blanks.rfind('\n').map_or(0, |at| at + 1);
    chars(line) <= WIDEST && (next == own || is_item(line) && next > own)
}

/// Whether a line begins as those of lists do.
fn is_item(line: &str) -> bool {
    let line = line.trim_start();
    line.starts_with(['-', '*', '+', '•']) || line.starts_with(|c: char| c.is_ascii_digit())
}

/// Words and the blanks between them, in turn.
pub(super) fn parts(text: &str) -> Vec<Part<'_>> {
    let mut out = Vec::with_capacity(text.len() / 3 + 1);
    let mut at = 0;
    while let Some(first) = text[at..].chars().next() {
        let blank = first.is_whitespace();
        let len = text[at..].find(|c: char| c.is_whitespace() != blank);
        let end = len.map_or(text.len(), |len| at + len);
        let part = &text[at..end];
        let inner = blank && at > 0 && end < text.len();
        let wraps = inner && part.contains('\n') && is_wrap(&text[..at], part, &text[end..]);
        out.push(Part { text: part, wraps });
        at = end;
    }
    out
}

/// A text as its words, each with the blanks before it, and the blanks behind the last.
fn words(text: &str) -> (Vec<Word<'_>>, &str) {
    let mut out = Vec::new();
    let mut lead = Part { text: "", wraps: false };
    for part in parts(text) {
        if part.is_blank() {
            lead = part;
        } else {
            out.push(Word { lead, text: part.text });
            lead = Part { text: "", wraps: false };
        }
    }
    (out, lead.text)
}

#[derive(Clone, Copy, Debug)]
struct Word<'a> {
    lead: Part<'a>,
    text: &'a str,
}

impl Word<'_> {
    /// Whether a line ends before it that is no mere wrap.
    fn starts_line(&self) -> bool {
        self.lead.text.contains('\n') && !self.lead.wraps
    }
}

fn changes(old: &[Word<'_>], new: &[Word<'_>]) -> Vec<Cut> {
    fn tokens<'a>(words: &[Word<'a>]) -> Vec<Token<'a>> {
        let token = |word: &Word<'a>| Token { key: word.text, ended: false, range: 0..0 };
        words.iter().map(token).collect()
    }
    token_cuts(&tokens(old), &tokens(new))
}

/// Of each new word the old one that it is, where the word before it is the one before that: so the
/// blanks between them are the same blanks.
fn followers(cuts: &[Cut], old: usize, new: usize) -> Vec<Option<usize>> {
    let mut out = vec![None; new];
    let (mut at, mut done) = (0, 0);
    let end = Cut { old: old..old, new: new..new };
    for cut in cuts.iter().chain([&end]) {
        for (from, to) in (at..cut.old.start).zip(done..cut.new.start).skip(1) {
            out[to] = Some(from);
        }
        (at, done) = (cut.old.end, cut.new.end);
    }
    out
}

/// How a text breaks its lines, in characters.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Style {
    /// The column to which its paragraphs are filled, if any is.
    pub width: Option<usize>,
    pub longest: usize,
}

pub(super) fn style(text: &str) -> Style {
    let mut style = Style { width: None, longest: longest(text) };
    let mut lines = text.split_inclusive('\n').peekable();
    while let Some(line) = lines.next() {
        let body = line.trim_end();
        // Bytes first: they are never fewer.
        if body.len() < NARROWEST || body.len() > 4 * WIDEST {
            continue;
        }
        let count = chars(body);
        let Some(next) = lines.peek().filter(|_| (NARROWEST..=WIDEST).contains(&count)) else {
            continue;
        };
        let lead = next.len() - next.trim_start().len();
        let blanks = format!("{}{}", &line[body.len()..], &next[..lead]);
        if !next.trim().is_empty() && is_wrap(body, &blanks, &next[lead..]) {
            style.width = style.width.max(Some(count));
        }
    }
    style
}

/// The paragraphs of a text, in bytes: parted by blank lines, a fenced text in one.
pub(super) fn paragraphs(text: &str) -> Vec<Range<usize>> {
    let mut out: Vec<Range<usize>> = Vec::new();
    let mut open: Option<Range<usize>> = None;
    let (mut at, mut fenced) = (0, false);
    for line in text.split_inclusive('\n') {
        let (start, end) = (at, at + line.trim_end().len());
        at += line.len();
        fenced ^= is_fence(line);
        if line.trim().is_empty() && !fenced {
            out.extend(open.take());
        } else {
            open.get_or_insert(start..end).end = end.max(start);
        }
    }
    out.extend(open);
    out
}

/// The longest line of a text, in characters.
pub(super) fn longest(text: &str) -> usize {
    text.lines().map(chars).max().unwrap_or(0)
}

fn as_tokens(keys: &[String]) -> Vec<Token<'_>> {
    keys.iter().map(|key| Token { key, ended: false, range: 0..0 }).collect()
}

/// Whether most lines of a text end within a sentence, as nobody breaks them on purpose; and whether
/// they are as full as they go, so that the next word would not have fitted.
fn looks_filled(new: &[Word<'_>]) -> (bool, bool) {
    let (mut line, mut widest, mut within) = (0, 0, 0);
    let mut ends = Vec::new();
    let mut last = ' ';
    for word in new {
        if word.lead.wraps {
            ends.push((line, chars(word.text)));
            widest = widest.max(line);
            within += usize::from(!".!?:;…۔。".contains(last));
        }
        match word.lead.text.rfind('\n') {
            Some(end) => line = chars(&word.lead.text[end + 1..]),
            None => line += chars(word.lead.text),
        }
        line += chars(word.text);
        last = word.text.chars().next_back().unwrap_or(' ');
    }
    let full = ends.iter().all(|(line, next)| line + 1 + next + SLACK > widest);
    (2 * within > ends.len(), full && widest >= NARROWEST)
}

/// A text for a passage that stands on one long line, or several, none of which is wrapped: `new`
/// without the wraps that only the model put there. The old text is as the model has it, and as it
/// stands `there`. `line` is the passage's longest line with all of
/// it that stands beside the passage, `style` that of the document. `None` where there are none, or
/// where no word changes.
pub(super) fn unwrapped(
    (old, there): (&str, &str),
    new: &str,
    line: usize,
    style: impl FnOnce() -> Style,
) -> Option<String> {
    let (after, tail) = words(new);
    if !after.iter().any(|word| word.lead.wraps) {
        return None;
    }
    let (style, widest) = (style(), longest(new));
    let is_long = match style.width {
        Some(width) => line > width.max(widest),
        None => line.max(style.longest) > widest && (line >= LONG || style.longest > WIDEST),
    };
    if !is_long {
        return None;
    }
    let (before, _) = words(old);
    let cuts = changes(&before, &after);
    if cuts.is_empty() {
        return None;
    }
    let stays = followers(&cuts, before.len(), after.len());
    // Between words that stay, where the old text goes on.
    let folds = |at: usize| {
        after[at].lead.wraps && stays[at].is_some_and(|from| !before[from].starts_line())
    };
    // Behind a line that stands so in the document that has a line end as well.
    let own: BTreeSet<&str> = there.lines().map(str::trim).collect();
    let (mut stands, mut line) = (vec![false; after.len()], String::new());
    for (word, stands) in after.iter().zip(&mut stands) {
        if word.lead.text.contains('\n') {
            *stands = own.contains(line.trim());
            line.clear();
        } else {
            line.push_str(word.lead.text);
        }
        line.push_str(word.text);
    }
    let (within, full) = looks_filled(&after);
    let count = |is: &dyn Fn(usize) -> bool| (0..after.len()).filter(|at| is(*at)).count();
    let ends = count(&|at| after[at].lead.wraps && !stands[at]);
    let known = count(&|at| folds(at) && !stands[at]);
    if ends == 0 {
        return None;
    }
    let all = within && (full || known > 0) || 2 * known >= ends;
    let mut out = String::with_capacity(new.len());
    for (at, word) in after.iter().enumerate() {
        let fold = word.lead.wraps && !stands[at] && (all || folds(at));
        out.push_str(if fold { " " } else { word.lead.text });
        out.push_str(word.text);
    }
    Some(out + tail)
}

/// Whether two texts differ in where they are wrapped and in nothing else.
pub(super) fn is_layout(old: &str, new: &str) -> bool {
    let ((old, _), (new, _)) = (words(old), words(new));
    let pairs = || old.iter().zip(&new);
    old.len() == new.len()
        && pairs().all(|(a, b)| a.text == b.text && a.starts_line() == b.starts_line())
        && pairs().any(|(a, b)| a.lead.wraps != b.lead.wraps)
}

/// A passage written anew, wrapped as the old one is. `None` where that is how it is.
pub(super) fn like(old: &str, new: &str, style: impl FnOnce() -> Style) -> Option<String> {
    let plain = with_line_ends(new, line_end(old));
    let new = plain.as_str();
    let (before, after) = (words(old), words(new));
    if !before.0.iter().any(|word| word.lead.wraps) {
        return unwrapped((old, old), new, longest(old), style);
    }
    // Filled at a column, between lines of which one is longer than any column.
    let filled = longest(old) > WIDEST && longest(old) > longest(new);
    if longest(new) <= longest(old) + BEYOND && !filled {
        return None;
    }
    let cuts = changes(&before.0, &after.0);
    let stays = followers(&cuts, before.0.len(), after.0.len());
    // It was written as one line: what the document ends a line at goes on.
    let lost = |(word, from): (&Word<'_>, &Option<usize>)| {
        from.is_some_and(|from| before.0[from].lead.wraps) && !word.lead.text.contains('\n')
    };
    let gained = |(word, from): (&Word<'_>, &Option<usize>)| {
        let was = from.map(|from| before.0[from].lead);
        word.lead.wraps && was.is_some_and(|lead| !lead.text.contains('\n'))
    };
    let pairs = || after.0.iter().zip(&stays);
    let differs = if filled { pairs().any(gained) } else { pairs().any(lost) };
    if cuts.is_empty() || !differs {
        return None;
    }
    Some(rewrapped(&before.0, &after.0, &cuts) + after.1)
}

/// New text with the old wraps where the words are the same. Where they change, as many stand between
/// the new ones, as far along.
fn rewrapped(old: &[Word<'_>], new: &[Word<'_>], cuts: &[Cut]) -> String {
    let stays = followers(cuts, old.len(), new.len());
    let mut leads: Vec<&str> = new
        .iter()
        .zip(&stays)
        .map(|(word, from)| match from.map(|from| &old[from]) {
            Some(was) if was.lead.wraps && !word.starts_line() => was.lead.text,
            Some(was) if word.lead.wraps && !was.starts_line() => " ",
            Some(_) => word.lead.text,
            None if word.lead.wraps => " ",
            None => word.lead.text,
        })
        .collect();
    for cut in cuts {
        let ends = cut.old.end.min(old.len().saturating_sub(1));
        for index in (cut.old.start..=ends).filter(|index| old[*index].lead.wraps) {
            let share = (index - cut.old.start) * cut.new.len() / cut.old.len().max(1);
            let place = (cut.new.start + share).min(cut.new.end);
            if let Some(lead) = leads.get_mut(place).filter(|lead| !lead.contains('\n')) {
                *lead = old[index].lead.text;
            }
        }
    }
    let both = leads.into_iter().zip(new);
    both.flat_map(|(lead, word)| [lead, word.text]).collect()
}

/// Where the wraps of words that change go: to the blank of the new words that is nearest, by its
/// number.
pub(super) fn moved<'a>(old: &[Part<'a>], new: &[Part<'_>], cut: &Cut) -> BTreeMap<usize, &'a str> {
    let blanks: Vec<usize> = cut.new.clone().filter(|index| new[*index].is_blank()).collect();
    let mut chosen = BTreeMap::new();
    for index in cut.old.clone().filter(|index| old[*index].wraps) {
        let share = (index - cut.old.start) * cut.new.len() / cut.old.len().max(1);
        let wanted = cut.new.start + share;
        let nearest = blanks.iter().min_by_key(|blank| blank.abs_diff(wanted));
        if let Some(blank) = nearest.filter(|blank| !new[**blank].text.contains('\n')) {
            chosen.insert(*blank, old[index].text);
        }
    }
    chosen
}

/// A text written anew, each paragraph wrapped as its old one is; as it is where nothing but line
/// ends changes. `is_talk` says which paragraphs are no part of it.
pub(super) fn document<'a>(
    old: &str,
    written: &'a str,
    is_talk: &dyn Fn(&str) -> bool,
) -> Cow<'a, str> {
    if !written.contains('\n') && !old.contains('\n') {
        return Cow::Borrowed(written);
    }
    let (old, new) = (old.replace("\r\n", "\n"), written.replace("\r\n", "\n"));
    let (old, new) = (old.as_str(), new.as_str());
    let (before, after) = (paragraphs(old), paragraphs(new));
    let plain = |text: &str| text.split_whitespace().collect::<Vec<_>>().join(" ");
    let of = |text: &str, all: &[Range<usize>]| -> Vec<String> {
        all.iter().map(|at| plain(&text[at.clone()])).collect()
    };
    let (old_keys, new_keys) = (of(old, &before), of(new, &after));
    let cuts = token_cuts(&as_tokens(&old_keys), &as_tokens(&new_keys));
    // Which old paragraph each new one is.
    let mut pairs: Vec<Option<usize>> = Vec::with_capacity(after.len());
    let mut at = 0;
    for cut in &cuts {
        pairs.extend((at..cut.old.start).map(Some));
        pairs.extend(matched(&old_keys, &new_keys, cut));
        at = cut.old.end;
    }
    pairs.extend((at..before.len()).map(Some));
    let all = || after.iter().zip(&new_keys).zip(&pairs);
    let same = |key: &String, pair: &Option<usize>| pair.is_some_and(|at| old_keys[at] == *key);
    let is_change = all().any(|((at, key), pair)| !same(key, pair) && !is_talk(&new[at.clone()]));
    let known: Vec<usize> = pairs.iter().flatten().copied().collect();
    let leaves_out = known.windows(2).any(|two| two[1] != two[0] + 1);
    if !is_change && !leaves_out {
        return Cow::Borrowed(written);
    }
    let mut known = None;
    let mut out = String::with_capacity(new.len());
    let mut copied = 0;
    for ((range, key), pair) in all() {
        let Some(at) = *pair else { continue };
        let (was, is) = (&old[before[at].clone()], &new[range.clone()]);
        if was == is || is.lines().any(is_fence) || was.lines().any(is_fence) {
            continue;
        }
        let next = match same(key, pair) {
            true => (is_layout(was, is) || is_flat(was) && is_flat(is)).then(|| was.to_owned()),
            false => like(was, is, || *known.get_or_insert_with(|| style(old))),
        };
        if let Some(next) = next {
            out.push_str(&new[copied..range.start]);
            out.push_str(&next);
            copied = range.end;
        }
    }
    out.push_str(&new[copied..]);
    if out == new { Cow::Borrowed(written) } else { Cow::Owned(out) }
}

/// Whether nothing in a paragraph depends on where its lines end.
fn is_flat(text: &str) -> bool {
    let plain = |line: &str| {
        let marked = line.starts_with([' ', '\t', '|', '-', '*', '+', '>', '#']);
        !marked && !line.ends_with("  ") && !line.ends_with('\\') && !line.contains('=')
    };
    text.lines().all(plain)
}

/// The old paragraphs that the new ones of a stretch are most like, in order.
fn matched(old: &[String], new: &[String], cut: &Cut) -> Vec<Option<usize>> {
    /// Stretches with more pairs are not compared.
    const MOST: usize = 4_096;
    let bag = |text: &str| {
        let mut bag: BTreeMap<String, usize> = BTreeMap::new();
        text.split(' ').for_each(|word| *bag.entry(word.to_owned()).or_default() += 1);
        bag
    };
    if let (1, 1) = (cut.old.len(), cut.new.len()) {
        return vec![Some(cut.old.start)];
    }
    if cut.old.len() * cut.new.len() > MOST {
        return vec![None; cut.new.len()];
    }
    let olds: Vec<_> = old[cut.old.clone()].iter().map(|text| bag(text)).collect();
    let mut from = 0;
    let likest = |text: &String| {
        let own = bag(text);
        let count: usize = own.values().sum();
        let share = |other: &BTreeMap<String, usize>| {
            let both = own.iter().map(|(word, count)| other.get(word).map_or(0, |n| *n.min(count)));
            200 * both.sum::<usize>() / (count + other.values().sum::<usize>()).max(1)
        };
        let shares = olds.iter().enumerate().skip(from).map(|(at, other)| (share(other), at));
        let best = shares.max_by_key(|(share, at)| (*share, std::cmp::Reverse(*at)));
        let (_, at) = best.filter(|(share, _)| *share >= 40)?;
        from = at + 1;
        Some(cut.old.start + at)
    };
    new[cut.new.clone()].iter().map(likest).collect()
}

/// A text with each of its wrapped paragraphs as one line.
pub(super) fn as_lines(text: &str) -> String {
    parts(text).iter().map(|part| if part.wraps { " " } else { part.text }).collect()
}
