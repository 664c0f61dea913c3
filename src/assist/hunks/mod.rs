//! Hunks: a new text against an old one as few small replacements, and a hunk's parts.
//!
//! Knows no document version and no anchors; positions are those of the text it was given.

mod apart;
mod diff;
mod moved;
mod paragraphs;
mod torn;

pub use apart::are_apart;
pub(crate) use diff::{Cut, Token, bytes, lines, token_cuts, words};
pub use moved::{moved_ends, moved_words, moves};
pub use torn::torn;

use crate::base::{Pos, Span};
use ropey::Rope;
use std::ops::Range;
use unicode_segmentation::UnicodeSegmentation;

/// A replacement: the text `old` at `span` (in `char`s) becomes `new`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Hunk {
    pub span: Span,
    pub old: String,
    pub new: String,
}

/// What a piece of a shown difference is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Tag {
    Equal,
    /// Only in the old text.
    Old,
    /// Only in the new text.
    New,
}

/// Applies hunks to the text whose positions they have. They must be in ascending order and not
/// overlap; one that does not fit what was applied before it is left out.
pub fn apply(text: &str, hunks: &[Hunk]) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text.chars();
    let (mut at, mut copied) = (0, 0);
    // Walks on to a position, which is never before the last one, and tells its byte.
    let mut byte_of = |pos: usize| {
        if pos > at {
            rest.nth(pos - at - 1);
            at = pos;
        }
        text.len() - rest.as_str().len()
    };
    let mut done = 0;
    for hunk in hunks {
        if hunk.span.start.0 < done {
            continue;
        }
        done = hunk.span.end.0;
        let start = byte_of(hunk.span.start.0);
        let end = byte_of(hunk.span.end.0);
        out.push_str(&text[copied..start]);
        out.push_str(&hunk.new);
        copied = end;
    }
    out.push_str(&text[copied..]);
    out
}

/// The hunks that make `new` of `old`: paragraphs that moved by themselves, the rest by lines, and
/// where lines resemble each other by sentences and words. Ascending; at least two characters stand
/// between two of them. How the two texts end (line ends at the very end) and which line ends they
/// use makes no hunk: the old text's hold.
pub fn whole_to_hunks(old: &str, new: &str) -> Vec<Hunk> {
    let new = fit_ends(old, new);
    let new = new.as_str();
    let cuts = paragraphs::cuts(old, new, &changed).unwrap_or_else(|| changed(old, new));
    let near = |a: &Cut, b: &Cut| old[a.old.end..b.old.start].chars().nth(1).is_none();
    let mut cuts = diff::merge(cuts, near);
    break_lines(old, new, &mut cuts);
    to_hunks(old, new, &diff::merge(cuts, near), Pos(0))
}

/// A line end that is put in within a line comes in place of the blank beside it: alone it would read as
/// a line that is put in between two.
fn break_lines(old: &str, new: &str, cuts: &mut [Cut]) {
    for at in 0..cuts.len() {
        let place = cuts[at].old.start;
        let before = at.checked_sub(1).map_or(0, |before| cuts[before].old.end);
        let behind = cuts.get(at + 1).map_or(old.len(), |next| next.old.start);
        let ended = old[..place].ends_with('\n') || old[place..].starts_with(['\n', '\r']);
        let within = place > 0 && place < old.len() && !ended;
        let cut = &mut cuts[at];
        if !cut.old.is_empty() || !new[cut.new.clone()].contains('\n') || !within {
            continue;
        }
        // What it puts in goes along on whichever side the blank is.
        if place > before && old[..place].ends_with(' ') {
            (cut.old.start, cut.new.start) = (cut.old.start - 1, cut.new.start - 1);
        } else if place < behind && old[place..].starts_with(' ') {
            (cut.old.end, cut.new.end) = (cut.old.end + 1, cut.new.end + 1);
        }
    }
}

/// What differs between two texts, by lines, sentences and words.
fn changed(old: &str, new: &str) -> Vec<Cut> {
    let mut cuts = Vec::new();
    for cut in diff::cuts(old, new, diff::lines) {
        if cut.old.is_empty() || cut.new.is_empty() {
            cuts.push(cut);
        } else {
            refine(old, new, &cut, &mut cuts);
        }
    }
    for cut in &mut cuts {
        diff::trim_end(old, new, cut, true);
    }
    cuts
}

/// The same change from and to where no line end is cut in two.
pub fn unsplit(base: &Rope, mut hunk: Hunk) -> Hunk {
    let splits = |at: usize| {
        let before = at.checked_sub(1).and_then(|at| base.get_char(at));
        (before, base.get_char(at)) == (Some('\r'), Some('\n'))
    };
    if splits(hunk.span.end.0) && !hunk.span.is_empty() {
        hunk.span.end.0 += 1;
        hunk.old.push('\n');
        hunk.new.push('\n');
    }
    if splits(hunk.span.start.0) {
        hunk.span.start.0 -= 1;
        hunk.old.insert(0, '\r');
        hunk.new.insert(0, '\r');
        // Nothing is put in between: the line end is all of the old text.
        if hunk.span.end.0 == hunk.span.start.0 + 1 {
            hunk.span.end.0 += 1;
            hunk.old.push('\n');
            hunk.new.push('\n');
        }
    }
    hunk
}

/// The hunk without what is the same at its start and end: words of one line, else whole lines.
/// `None` where nothing else is left.
pub fn trimmed(hunk: &Hunk) -> Option<Hunk> {
    let (old, new) = (hunk.old.as_str(), hunk.new.as_str());
    if old == new {
        return None;
    }
    let (a, b) = (diff::words(old), diff::words(new));
    let most = a.len().min(b.len());
    let same = |(one, other): &(&Token<'_>, &Token<'_>)| one.key == other.key;
    let head = a.iter().zip(&b).take_while(same).count();
    let tail = a.iter().rev().zip(b.iter().rev()).take(most - head).take_while(same).count();
    let mut start = bytes(&a, &(0..head)).end;
    let mut end = bytes(&a, &(0..a.len() - tail)).end;
    // Of lines that begin alike it is the whole line that comes or goes, not the end of one with the
    // start of the next.
    let line = old[..start].rfind('\n').map_or(0, |at| at + 1);
    let (gone, comes) = (&old[start..end], &new[start..new.len() - (old.len() - end)]);
    let moving = match (gone.is_empty(), comes.is_empty()) {
        (true, false) => comes,
        (false, true) => gone,
        _ => "",
    };
    if moving.contains('\n') && moving.ends_with(&old[line..start]) {
        end -= start - line;
        start = line;
    }
    let after = old.len() - end;
    if old[start..end].contains('\n') || new[start..new.len() - after].contains('\n') {
        start = old[..start].rfind('\n').map_or(0, |at| at + 1);
        end = old[end..].find('\n').map_or(old.len(), |at| end + at + 1);
        // Where whole lines are put in or taken away, the line behind them is not touched.
        let behind = old.len() - end;
        let line = old[..end].rfind('\n').filter(|_| old[..end].ends_with('\n'));
        let last = line.map_or(start, |at| old[..at].rfind('\n').map_or(0, |at| at + 1));
        let untouched = last >= start
            && old.len() - after <= last
            && new[..new.len() - behind].ends_with(&old[last..end]);
        if untouched && (end - last < end - start || last == start) {
            end = last;
        }
    }
    let after = old.len() - end;
    let before = old[..start].chars().count();
    let at = hunk.span.start.0 + before;
    let old = &old[start..end];
    Some(Hunk {
        span: Span { start: Pos(at), end: Pos(at + old.chars().count()) },
        old: old.to_owned(),
        new: new[start..new.len() - after].to_owned(),
    })
}

/// The parts of a hunk: by line, else by sentence, else by groups of words. Accepting all of them
/// is accepting the hunk; positions are those before any is accepted, and no two share a place
/// where something is inserted. `None` where it has only one part.
pub fn split(hunk: &Hunk) -> Option<Vec<Hunk>> {
    let (old, new) = (hunk.old.as_str(), hunk.new.as_str());
    // Behind a line that stays, each line goes with the line end before it.
    let behind = |text: &str| text.starts_with(['\n', '\r']) && !text.ends_with('\n');
    let lines = match behind(old) && (new.is_empty() || behind(new)) {
        true => diff::lines_behind,
        false => diff::whole_lines,
    };
    let grains: [fn(&str) -> Vec<Token<'_>>; 3] = [lines, diff::sentences, diff::words];
    for (level, grain) in grains.into_iter().enumerate() {
        let words = level == 2;
        let (old_tokens, new_tokens) = (grain(old), grain(new));
        let mut cuts = Vec::new();
        for cut in token_cuts(&old_tokens, &new_tokens) {
            if cut.new.is_empty() && !words {
                let gone = &old_tokens[cut.old.clone()];
                let new = bytes(&new_tokens, &cut.new);
                // A sentence with the end of its paragraph would leave the rest in another one.
                let whole = level == 1 && old[bytes(&old_tokens, &cut.old)].contains('\n');
                let all = std::iter::once(0..gone.len());
                let runs = if whole { all.collect() } else { with_blanks(old, gone) };
                let run = |run: &Range<usize>| cut.old.start + run.start..cut.old.start + run.end;
                cuts.extend(
                    runs.iter()
                        .map(|one| Cut { old: bytes(&old_tokens, &run(one)), new: new.clone() }),
                );
                continue;
            }
            // As many on each side: one by one. Otherwise which became which is a guess.
            let pairs = cut.old.len() == cut.new.len() || cut.new.is_empty();
            let count = if pairs { cut.old.len() } else { 1 };
            for index in 0..count {
                let run = |run: &Range<usize>| match (pairs, run.is_empty()) {
                    (true, false) => run.start + index..run.start + index + 1,
                    _ => run.clone(),
                };
                cuts.push(Cut {
                    old: bytes(&old_tokens, &run(&cut.old)),
                    new: bytes(&new_tokens, &run(&cut.new)),
                });
            }
        }
        for cut in &mut cuts {
            diff::trim_end(old, new, cut, false);
        }
        cuts.retain(|cut| old[cut.old.clone()] != new[cut.new.clone()]);
        let cuts = diff::merge(cuts, |a, b| {
            let between = &old[a.old.end..b.old.start];
            let inserts = a.old.is_empty() || b.old.is_empty();
            between.is_empty() && (inserts || words) || words && is_slight(between)
        });
        if cuts.len() > 1 {
            return Some(narrowed(to_hunks(old, new, &cuts, hunk.span.start)));
        }
    }
    None
}

/// The parts without what stays at their ends, so that what is written there is no matter of theirs; as they
/// are where two would come to touch.
fn narrowed(parts: Vec<Hunk>) -> Vec<Hunk> {
    let within_line = |part: &Hunk| !part.old.contains('\n') && !part.new.contains('\n');
    let narrow = |part: &Hunk| Some(part).filter(|part| within_line(part)).and_then(trimmed);
    let out: Vec<Hunk> =
        parts.iter().map(|part| narrow(part).unwrap_or_else(|| part.clone())).collect();
    let touch = |pair: &[Hunk]| pair[0].span.end >= pair[1].span.start;
    if out.windows(2).any(touch) { parts } else { out }
}

/// Runs of pieces that go, each with the blank ones behind it; where the first begins with a line end, with
/// those before it.
fn with_blanks(text: &str, gone: &[Token<'_>]) -> Vec<Range<usize>> {
    let is_blank = |token: &Token<'_>| text[token.range.clone()].trim().is_empty();
    let first = gone.first().map_or("", |token| &text[token.range.clone()]);
    let before = first.starts_with(['\n', '\r']) || first.trim().is_empty();
    let mut out: Vec<Range<usize>> = Vec::new();
    let (mut start, mut has_text) = (0, false);
    for (at, token) in gone.iter().enumerate() {
        if has_text && (before || !is_blank(token)) {
            out.push(start..at);
            (start, has_text) = (at, false);
        }
        has_text |= !is_blank(token);
    }
    match out.last_mut().filter(|_| !has_text) {
        Some(last) => last.end = gone.len(),
        None => out.push(start..gone.len()),
    }
    out
}

/// The difference for drawing: pieces in reading order, the old one of a pair first. Together the
/// `Equal` and `Old` pieces are the old text, the `Equal` and `New` ones the new text.
pub fn word_diff(old: &str, new: &str) -> Vec<(Tag, String)> {
    let cuts = diff::cuts(old, new, diff::words);
    let cuts = diff::merge(cuts, |a, b| old[a.old.end..b.old.start].trim().is_empty());
    let mut out = Vec::new();
    let mut push = |tag, text: &str| {
        if !text.is_empty() {
            out.push((tag, text.to_owned()));
        }
    };
    let mut at = 0;
    for cut in cuts {
        push(Tag::Equal, &old[at..cut.old.start]);
        push(Tag::Old, &old[cut.old.clone()]);
        push(Tag::New, &new[cut.new]);
        at = cut.old.end;
    }
    push(Tag::Equal, &old[at..]);
    out
}

/// The same for reading: where two texts have little in common, one replaces the other whole.
pub fn readable_diff(old: &str, new: &str) -> Vec<(Tag, String)> {
    const MOST: usize = 1 << 16;
    let whole = || {
        let both = [(Tag::Old, old.to_owned()), (Tag::New, new.to_owned())];
        both.into_iter().filter(|(_, text)| !text.is_empty()).collect()
    };
    if old.is_empty() || new.is_empty() || old.len() + new.len() > MOST {
        return whole();
    }
    let pieces = word_diff(old, new);
    let letters = |text: &str| text.chars().filter(|letter| letter.is_alphanumeric()).count();
    let kept = pieces.iter().filter(|(tag, _)| *tag == Tag::Equal);
    let kept: usize = kept.map(|(_, text)| letters(text)).sum();
    if kept * 3 < letters(old).min(letters(new)) { whole() } else { pieces }
}

/// What differs between two texts, word by word.
pub(crate) fn word_cuts(old: &str, new: &str) -> Vec<Cut> {
    diff::cuts(old, new, diff::words)
}

/// The line end that most lines of a text have.
pub(crate) fn line_end(text: &str) -> &'static str {
    let all = text.matches('\n').count();
    let crlf = text.matches("\r\n").count();
    if crlf * 2 > all { "\r\n" } else { "\n" }
}

/// `text` with every line end as `end`.
pub(crate) fn with_line_ends(text: &str, end: &str) -> String {
    let plain = text.replace("\r\n", "\n");
    if end == "\n" { plain } else { plain.replace('\n', end) }
}

/// `new` with the line ends of `old`, also at its very end.
fn fit_ends(old: &str, new: &str) -> String {
    let new = with_line_ends(new, line_end(old));
    let body = new.trim_end_matches(['\n', '\r']);
    if body.is_empty() || old.is_empty() {
        return new;
    }
    let end = old.trim_end_matches(['\n', '\r']).len();
    format!("{body}{}", &old[end..])
}

/// Cuts within changed lines: word by word, with whole sentences where most of one changed.
fn refine(old: &str, new: &str, lines: &Cut, out: &mut Vec<Cut>) {
    let (old_lines, new_lines) = (&old[lines.old.clone()], &new[lines.new.clone()]);
    if becomes_list(old_lines, new_lines) {
        return out.push(lines.clone());
    }
    let mut cuts = diff::cuts(old_lines, new_lines, diff::words);
    cuts = diff::merge(cuts, |a, b| is_slight(&old_lines[a.old.end..b.old.start]));
    cuts = by_sentence(old_lines, cuts);
    let kept = old_lines.len() - cuts.iter().map(|cut| cut.old.len()).sum::<usize>();
    // Little in common: the lines are another text, not an edit of this one.
    if kept * 3 < old_lines.len().max(new_lines.len()) && cuts.len() > 1 {
        cuts = vec![Cut { old: 0..old_lines.len(), new: 0..new_lines.len() }];
    }
    out.extend(cuts.into_iter().map(|cut| Cut {
        old: lines.old.start + cut.old.start..lines.old.start + cut.old.end,
        new: lines.new.start + cut.new.start..lines.new.start + cut.new.end,
    }));
}

/// Whether a paragraph becomes a list: each of its marks alone is no change that anybody wants.
fn becomes_list(old: &str, new: &str) -> bool {
    let is_item = |line: &&str| {
        let line = line.trim_start();
        let number = line.trim_start_matches(|c: char| c.is_ascii_digit());
        ["- ", "* ", "+ "].iter().any(|mark| line.starts_with(mark))
            || number.len() < line.len() && number.starts_with([')', '.'])
    };
    let items = |text: &str| text.lines().filter(is_item).count();
    items(old) == 0 && items(new) > 1
}

/// Makes one cut of all cuts in a sentence of which less than half stays.
fn by_sentence(old: &str, cuts: Vec<Cut>) -> Vec<Cut> {
    let mut sentences = old.split_sentence_bound_indices().peekable();
    let mut out: Vec<Cut> = Vec::with_capacity(cuts.len());
    let mut cuts = cuts.into_iter().peekable();
    while let Some(first) = cuts.next() {
        while let Some((start, sentence)) = sentences.peek() {
            if start + sentence.len() > first.old.start {
                break;
            }
            sentences.next();
        }
        let Some((start, sentence)) = sentences.peek() else {
            out.push(first);
            continue;
        };
        let sentence_end = start + sentence.trim_end().len();
        let mut group = vec![first.clone()];
        while let Some(cut) = cuts.next_if(|cut| cut.old.end <= sentence_end) {
            group.push(cut);
        }
        // A change across the border of two sentences bounds what can be taken whole.
        let start = out.last().map_or(*start, |last: &Cut| last.old.end.max(*start));
        let end = cuts.peek().map_or(sentence_end, |next| next.old.start.min(sentence_end));
        let changed = group.iter().map(|cut| cut.old.len()).sum::<usize>();
        match group.last() {
            Some(last)
                if group.len() > 1
                    && last.old.end <= end
                    && changed * 2 > end.max(start) - start =>
            {
                // What stands before the first and behind the last is the same in both texts.
                let (before, behind) = (first.old.start - start, end - last.old.end);
                out.push(Cut {
                    old: start..end,
                    new: first.new.start - before..last.new.end + behind,
                });
            }
            _ => out.extend(group),
        }
    }
    out
}

/// Too little between two changes to keep them apart: blanks, marks, one short word on one line.
fn is_slight(text: &str) -> bool {
    let letters = text.chars().filter(|letter| letter.is_alphanumeric()).count();
    letters < 4 && !text.contains('\n') && text.chars().count() < 8
}

fn to_hunks(old: &str, new: &str, cuts: &[Cut], base: Pos) -> Vec<Hunk> {
    let (mut byte, mut pos) = (0, base.0);
    let mut pos_of = |at: usize| {
        pos += old[byte..at].chars().count();
        byte = at;
        Pos(pos)
    };
    cuts.iter()
        .map(|cut| Hunk {
            span: Span { start: pos_of(cut.old.start), end: pos_of(cut.old.end) },
            old: old[cut.old.clone()].to_owned(),
            new: new[cut.new.clone()].to_owned(),
        })
        .collect()
}
