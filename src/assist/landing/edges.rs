//! What stands right beside the place of an edit and is in its new text once more: the model quoted a part of
//! a line and wrote all of it, or an item without its mark and the new one with it. Left as it is that would
//! stand twice.

use super::Landing;
use super::part::is_closer;
use super::units::balance;
use crate::assist::alike;
use crate::assist::hunks::Hunk;
use crate::assist::placement::marker;
use crate::base::{Pos, Span};
use std::borrow::Cow;

/// So much of the text on each side is looked at, in characters.
const MOST: usize = 600;
/// Longer words are not looked into, in bytes.
const LONGEST: usize = 64;
/// So many words are no chance, and so many that say something at the end of a line.
const WORDS: usize = 3;
const LAST: usize = 2;
/// The same in characters, and of a script without blanks.
const LONG: usize = 7;
const WIDE: usize = 4;

/// What of a new text stands beside its place.
pub(super) enum Edge {
    None,
    /// The very text: without it this is the hunk.
    Own(Hunk),
    /// Something like it: what is to become of that is not told.
    Near,
}

impl Landing {
    pub(super) fn edge(&self, hunk: &Hunk) -> Edge {
        let beside = self.beside(hunk);
        let lines = hunk.old.trim().is_empty()
            && (beside.before.is_empty() || beside.before.ends_with('\n'));
        if lines {
            return Edge::None;
        }
        // What both texts begin and end with was no part of it: with the rest of the words that it touches.
        let word = beside.behind.find(char::is_whitespace).unwrap_or(beside.behind.len());
        let behind = (0..=word.min(LONGEST)).filter(|at| {
            *at == 0 || beside.behind.is_char_boundary(*at) && ends_word(&beside.behind, *at)
        });
        let lead = beside.before.trim_end_matches(|sign: char| !sign.is_whitespace()).len();
        let before = Some(lead).filter(|lead| *lead < beside.before.len());
        let mut all =
            behind.flat_map(|to| [Some(beside.before.len()), before].map(|from| (from, to)));
        let found = all.find_map(|(from, to)| {
            let (before, behind) = (&beside.before[from?..], &beside.behind[..to]);
            match self.edge_of(&widened(hunk, before, behind)) {
                Edge::None => None,
                found => Some(found),
            }
        });
        found.unwrap_or(Edge::None)
    }

    fn edge_of(&self, hunk: &Hunk) -> Edge {
        let (old, new) = (hunk.old.trim(), hunk.new.trim());
        if new.is_empty() || old == new {
            return Edge::None;
        }
        let beside = self.beside(hunk);
        let mut own = Cow::Borrowed(hunk.new.as_str());
        if let Some(from) = beside.before_again(&hunk.old, &own) {
            own = Cow::Owned(own[from..].to_owned());
        }
        let to = beside.behind_again(&hunk.old, &own);
        if let Some(to) = to.or_else(|| beside.closer_again(&hunk.old, &own)) {
            own = Cow::Owned(own[..to].to_owned());
        }
        match own {
            Cow::Owned(own) if !own.trim().is_empty() && own.trim() != old => {
                Edge::Own(Hunk { new: own, ..hunk.clone() })
            }
            Cow::Owned(_) => Edge::Near,
            Cow::Borrowed(_) if beside.is_near(&hunk.old, &hunk.new) => Edge::Near,
            Cow::Borrowed(_) => Edge::None,
        }
    }

    fn beside(&self, hunk: &Hunk) -> Beside {
        let all = self.base.len_chars();
        let (start, end) = (hunk.span.start.0.min(all), hunk.span.end.0.min(all));
        let from = start.saturating_sub(MOST);
        let before = self.base.slice(from..start).to_string();
        let behind = self.base.slice(end..(end + MOST).min(all)).to_string();
        let line = before.rfind('\n').map(|at| at + 1);
        let line = line.or((from == 0).then_some(0)).map(|at| before[at..].to_owned());
        Beside { before, line, behind }
    }
}

fn widened(hunk: &Hunk, before: &str, behind: &str) -> Hunk {
    let count = |text: &str| text.chars().count();
    let (start, end) = (hunk.span.start.0 - count(before), hunk.span.end.0 + count(behind));
    let wide = |text: &str| format!("{before}{text}{behind}");
    let span = Span { start: Pos(start), end: Pos(end) };
    Hunk { span, old: wide(&hunk.old), new: wide(&hunk.new) }
}

/// What stands before a place and behind it.
struct Beside {
    before: String,
    /// All of its line before it, where that is not too long.
    line: Option<String>,
    behind: String,
}

impl Beside {
    /// Where a new text begins behind what stands before its place and is no part of the old one.
    fn before_again(&self, old: &str, new: &str) -> Option<usize> {
        let lead = new.len() - new.trim_start().len();
        let (body, was) = (&new[lead..], old.trim_start());
        if let Some(line) =
            self.line.as_deref().map(str::trim_start).filter(|line| !line.is_empty())
        {
            let mark = line.trim_end();
            let apart = |rest: &str| {
                let joined = mark.ends_with(char::is_alphanumeric)
                    && rest.starts_with(char::is_alphanumeric);
                !joined && (mark.len() == line.len() || rest.starts_with(char::is_whitespace))
            };
            if let Some(rest) = body.strip_prefix(mark).filter(|rest| apart(rest))
                && !was.starts_with(mark)
            {
                return Some(new.len() - rest.trim_start().len());
            }
        }
        let line = self.before.rsplit('\n').next().unwrap_or_default();
        let start = (0..line.len())
            .filter(|at| line.is_char_boundary(*at) && begins_word(line, *at))
            .find_map(|at| Some((at, after(body, &line[at..])?)));
        let (at, end) = start?;
        let again = line[at..].trim();
        (says_enough(again, false) && !was.starts_with(again)).then(|| {
            let rest = &body[end..];
            new.len() - rest.trim_start().len()
        })
    }

    /// Where a new text ends before what stands behind its place and is no part of the old one.
    fn behind_again(&self, old: &str, new: &str) -> Option<usize> {
        const MARKS: [char; 10] = ['.', ',', ';', ':', '!', '?', '。', '，', '！', '？'];
        let (line, more) = match self.behind.split_once('\n') {
            Some((line, _)) => (line.trim_end(), false),
            None => (self.behind.as_str(), true),
        };
        let (body, was) = (new.trim_end(), old.trim_end());
        if line.trim().is_empty() {
            return None;
        }
        let ends = (1..=line.len()).rev().filter(|at| line.is_char_boundary(*at));
        let found = ends
            .filter(|at| ends_word(line, *at))
            .find_map(|at| Some((at, before(body, &line[..at])?)));
        if let Some((at, start)) = found {
            let again = line[..at].trim();
            let whole = at == line.len() && !more;
            if says_enough(again, whole) && !was.ends_with(again) {
                return Some(body[..start].trim_end().len());
            }
        }
        // A mark that was not quoted stands there already.
        let mark = line.chars().next().filter(|mark| MARKS.contains(mark))?;
        let twice = body.strip_suffix(mark).filter(|rest| !rest.ends_with(mark))?;
        (!was.ends_with(MARKS) && new.len() == body.len()).then_some(twice.len())
    }

    /// The same of what closes the part that the place is in: the next line is that already.
    fn closer_again(&self, old: &str, new: &str) -> Option<usize> {
        let next = self.behind.strip_prefix('\n').or(self.behind.strip_prefix("\r\n"))?;
        let next = next.lines().next().filter(|line| is_closer(line))?.trim();
        let last =
            |text: &'_ str| text.trim_end().lines().next_back().map(|line| line.trim().to_owned());
        let more = last(new).as_deref() == Some(next)
            && last(old).as_deref() != Some(next)
            && balance(new) < balance(old);
        more.then(|| new.trim_end().rfind('\n')).flatten()
    }

    /// Whether some words that stand next to the place come again, or another mark of an item.
    fn is_near(&self, old: &str, new: &str) -> bool {
        const RUN: usize = 4;
        const TAIL: usize = 6;
        const LIKE: u8 = 60;
        const LIKE_WIDE: u8 = 50;
        fn words(text: &str) -> Vec<&str> {
            text.split_whitespace().collect()
        }
        let (was, is) = (words(old), words(new));
        let behind = self.behind.split("\n\n").next().unwrap_or_default();
        let before = self.before.rsplit("\n\n").next().unwrap_or_default();
        let (behind, before) = (words(behind), words(before));
        let has = |all: &[&str], run: &[&str]| all.windows(RUN).any(|some| some == run);
        let again = |run: Option<&[&str]>| run.is_some_and(|run| has(&is, run) && !has(&was, run));
        let next = again(behind.get(..RUN));
        let last = again(before.len().checked_sub(RUN).and_then(|from| before.get(from..)));
        let lead = self.line.as_deref().map(str::trim_start).unwrap_or_default();
        let marked = |text: &str| marker(text.trim_start()) > 0;
        // The end of the line or of its sentence, with another word or two.
        let line = self.behind.split('\n').next().unwrap_or_default().trim();
        let sentence = line.find(['.', '!', '?', '。', '！', '？']);
        let sentence = sentence.map_or(line, |at| &line[..line.ceil_char_boundary(at + 1)]);
        let body = new.trim_end();
        let is_like = |end: &str| {
            let count = end.chars().count();
            let from = body.char_indices().rev().nth(count.saturating_sub(1));
            let tail = from.map_or("", |(at, _)| &body[at..]);
            let wide = end.chars().any(|sign| sign as u32 >= 0x2e80);
            count >= TAIL
                && body.chars().count() > count
                && alike(tail, end) >= if wide { LIKE_WIDE } else { LIKE }
                && !old.trim_end().ends_with(end)
        };
        let other_end = [line, sentence].iter().any(|end| is_like(end));
        let other_mark = !lead.is_empty()
            && marker(&format!("{lead}x")) == lead.len()
            && marked(new)
            && !marked(old);
        let quoted = |text: &str| text.trim_start().starts_with("> ");
        let within = !lead.is_empty() && quoted(new) && !quoted(old);
        next || last || other_end || other_mark || within
    }
}

/// Whether a text is long enough to be no chance; `last`: it reaches to the end of its line.
fn says_enough(text: &str, last: bool) -> bool {
    let wide = text.chars().filter(|sign| ('\u{2e80}'..'\u{e000}').contains(sign)).count();
    let words = text.split_whitespace().filter(|word| word.contains(char::is_alphanumeric)).count();
    let long = last && text.chars().filter(|sign| !sign.is_whitespace()).count() >= LONG;
    wide >= WIDE || long || words >= if last { LAST } else { WORDS }
}

fn begins_word(text: &str, at: usize) -> bool {
    let last = text[..at].chars().next_back();
    let next = text[at..].chars().next();
    let wide = |sign: char| sign as u32 >= 0x2e80;
    match (last, next) {
        (Some(last), Some(next)) => {
            !next.is_whitespace()
                && (!last.is_alphanumeric() || !next.is_alphanumeric() || wide(last) || wide(next))
        }
        (None, Some(next)) => !next.is_whitespace(),
        _ => false,
    }
}

fn ends_word(text: &str, at: usize) -> bool {
    let last = text[..at].chars().next_back();
    let next = text[at..].chars().next();
    let wide = |sign: char| sign as u32 >= 0x2e80;
    match (last, next) {
        (Some(last), Some(next)) => {
            !last.is_whitespace()
                && (!last.is_alphanumeric() || !next.is_alphanumeric() || wide(last) || wide(next))
        }
        (Some(last), None) => !last.is_whitespace(),
        _ => false,
    }
}

/// Where `text` goes on behind `start`, whatever the blanks between its words.
fn after(text: &str, start: &str) -> Option<usize> {
    let mut at = 0;
    for (index, word) in start.split_whitespace().enumerate() {
        let rest = text[at..].trim_start();
        if index > 0 && rest.len() == text.len() - at {
            return None;
        }
        at = text.len() - rest.strip_prefix(word)?.len();
    }
    let joined =
        start.ends_with(char::is_alphanumeric) && text[at..].starts_with(char::is_alphanumeric);
    (!joined).then_some(at)
}

/// Where `end` begins, with which `text` ends.
fn before(text: &str, end: &str) -> Option<usize> {
    let mut at = text.len();
    for (index, word) in end.split_whitespace().rev().enumerate() {
        let rest = text[..at].trim_end();
        if index > 0 && rest.len() == at {
            return None;
        }
        at = rest.strip_suffix(word)?.len();
    }
    let wide = |sign: char| sign as u32 >= 0x2e80;
    let joined = end.trim_start().starts_with(|sign: char| sign.is_alphanumeric() && !wide(sign))
        && text[..at].ends_with(|sign: char| sign.is_alphanumeric() && !wide(sign));
    (!joined).then_some(at)
}
