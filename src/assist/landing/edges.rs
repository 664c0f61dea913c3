//! What stands right beside the place of an edit and is in its new text once more: the model quoted a part of
//! a line and wrote all of it, or an item without its mark and the new one with it. Left as it is that would
//! stand twice.

use super::Landing;
use crate::assist::hunks::Hunk;
use crate::assist::placement::marker;
use std::borrow::Cow;

/// So much of the text on each side is looked at, in characters.
const MOST: usize = 600;
/// So many words are no chance, and so many that say something at the end of a line.
const WORDS: usize = 3;
const LAST: usize = 2;
/// The same of a script without blanks, in characters.
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
        let (old, new) = (hunk.old.trim(), hunk.new.trim());
        if old.is_empty() || new.is_empty() || old == new {
            return Edge::None;
        }
        let beside = self.beside(hunk);
        let mut own = Cow::Borrowed(hunk.new.as_str());
        if let Some(from) = beside.before_again(&hunk.old, &own) {
            own = Cow::Owned(own[from..].to_owned());
        }
        if let Some(to) = beside.behind_again(&hunk.old, &own) {
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

    /// Whether some words that stand next to the place come again, or another mark of an item.
    fn is_near(&self, old: &str, new: &str) -> bool {
        const RUN: usize = 4;
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
        let line = self.line.as_deref().map(str::trim_start).unwrap_or_default();
        let marked = |text: &str| marker(text.trim_start()) > 0;
        let other_mark = !line.is_empty()
            && marker(&format!("{line}x")) == line.len()
            && marked(new)
            && !marked(old);
        next || last || other_mark
    }
}

/// Whether a text is long enough to be no chance; `last`: it reaches to the end of its line.
fn says_enough(text: &str, last: bool) -> bool {
    let wide = text.chars().filter(|sign| ('\u{2e80}'..'\u{e000}').contains(sign)).count();
    let words = text.split_whitespace().filter(|word| word.contains(char::is_alphanumeric)).count();
    wide >= WIDE || words >= if last { LAST } else { WORDS }
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
