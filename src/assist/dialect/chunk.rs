//! One change of a patch or a difference: lines with signs. What stands in both texts belongs to
//! the old and to the new one.

use super::said::Said;
use super::{Edit, Form, Hint};

/// Why a change is none that has no line with a sign.
const UNSIGNED: &str =
    "None of its lines says whether it stays, goes or comes: ask for it again, in a fence.";

/// Why an addition is no edit that stands beside nothing.
const NOWHERE: &str = "It adds text without a line that stands beside it in the document: ask for it \
                       again with the line before it.";

#[derive(Clone, Debug, Default)]
pub(super) struct Chunk {
    index: usize,
    why: Option<String>,
    /// As it came, for what can't be read.
    raw: String,
    old: String,
    new: String,
    /// How much of the new text was told.
    told: usize,
    /// How much old text was told.
    told_old: usize,
    /// Lines in the old and in the new text.
    pub lines: (usize, usize),
    changed: bool,
    pub hint: Hint,
    /// Empty lines, and lines without a sign after one: context, unless nothing with a sign
    /// follows. As they came.
    pub tail: Vec<String>,
}

/// What a line of a chunk is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Sign {
    Both,
    Old,
    New,
    /// It has none.
    Bare,
    Empty,
    /// `\ No newline at end of file`
    End,
}

/// The sign of a line and the text behind it.
pub(super) fn sign(line: &str) -> (Sign, &str) {
    let body = without_end(line);
    if body.is_empty() {
        return (Sign::Empty, body);
    }
    match body.as_bytes()[0] {
        b' ' => (Sign::Both, &body[1..]),
        b'-' => (Sign::Old, &body[1..]),
        b'+' => (Sign::New, &body[1..]),
        b'\\' if body.starts_with("\\ No newline") => (Sign::End, body),
        _ => (Sign::Bare, body),
    }
}

/// A line without its line end.
pub(super) fn without_end(line: &str) -> &str {
    let body = line.strip_suffix('\n').unwrap_or(line);
    body.strip_suffix('\r').unwrap_or(body)
}

/// A line without the blanks that stand before the first line of what it belongs to.
pub(super) fn without_indent(line: &str, indent: usize) -> &str {
    let blanks = line.bytes().take(indent).take_while(|byte| matches!(byte, b' ' | b'\t')).count();
    &line[blanks..]
}

/// How the lines that stay are read, where it is not as they are meant to be.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Stay {
    Signed,
    /// They have no sign at all.
    Bare,
    /// A blank stands behind their sign, too.
    Wide,
}

/// The old and new text if lines that stay stand in another way; `wide` if a blank stands behind the signs
/// of the others.
fn without_signs(raw: &str, stay: Stay, wide: bool) -> Option<(String, String)> {
    texts(raw, |line| {
        let (sign, text) = sign(line);
        let text = match sign {
            Sign::Both if stay == Stay::Bare && !text.trim().is_empty() => {
                line.trim_end_matches(['\n', '\r'])
            }
            Sign::Both if stay == Stay::Wide && !text.is_empty() => text.strip_prefix(' ')?,
            Sign::Old | Sign::New if wide && !text.is_empty() => text.strip_prefix(' ')?,
            _ => text,
        };
        Some((sign, text))
    })
}

/// The same if lines that stay have no sign at all, and items of lists are among these: they look as if
/// they were to go.
/// With `marked` those go whose mark has a sign before it (`- - text`).
fn with_items(raw: &str, wide: bool, marked: bool) -> Option<(String, String)> {
    let (mut items, mut others) = (false, false);
    let is_marked = |text: &str| ["- ", "* ", "+ "].iter().any(|mark| text.starts_with(mark));
    let read = texts(raw, |line| {
        let (sign, text) = sign(line);
        let item = text.starts_with(' ') && !text.starts_with("  ");
        let bare = (Sign::Bare, line.trim_end_matches(['\n', '\r']));
        Some(match sign {
            Sign::Both | Sign::Bare if !text.trim().is_empty() => {
                others = true;
                bare
            }
            Sign::Old if marked && item && is_marked(&text[1..]) => {
                others = true;
                (sign, &text[1..])
            }
            Sign::Old if item => {
                items = true;
                bare
            }
            Sign::New if wide && !text.is_empty() => (sign, text.strip_prefix(' ')?),
            _ => (sign, text),
        })
    });
    read.filter(|_| items && others)
}

/// The new text without the blank behind the signs of lines that come, where only these are indented by
/// an odd number of blanks.
fn evenly(raw: &str) -> Option<String> {
    const STEP: usize = 4;
    let indent = |text: &str| text.len() - text.trim_start_matches(' ').len();
    let lines = || raw.lines().filter(|line| !line.starts_with("@@")).map(sign);
    let filled = || lines().filter(|(_, text)| !text.trim().is_empty());
    let depths = |comes: bool| {
        let own = filled().filter(move |(sign, _)| (*sign == Sign::New) == comes);
        own.filter(|(sign, _)| *sign != Sign::End).map(|(_, text)| indent(text))
    };
    let first = depths(true).next()?;
    let beside = |depth: usize| matches!(first.saturating_sub(1).abs_diff(depth), 0 | STEP);
    let all = |comes| depths(comes).collect::<Vec<_>>();
    if first == 0 || !are_odd(&all(true), &all(false)) || !depths(false).any(beside) {
        return None;
    }
    let kept = lines().filter(|(sign, _)| !matches!(sign, Sign::Old | Sign::End));
    let bare = kept.map(|(sign, text)| match sign {
        Sign::New => text.strip_prefix(' ').unwrap_or(text),
        _ => text,
    });
    Some(bare.flat_map(|line| [line, "\n"]).collect())
}

/// The old and the new text if a blank stands behind the signs of the lines that go, and of no others:
/// only these are indented by an odd number of blanks.
fn narrow_old(raw: &str) -> Option<(String, String)> {
    let indent = |text: &str| text.len() - text.trim_start_matches(' ').len();
    let filled = |goes: bool| {
        let lines = raw.lines().filter(|line| !line.starts_with("@@")).map(sign);
        let own = lines.filter(move |(sign, _)| (*sign == Sign::Old) == goes);
        own.filter(|(sign, text)| *sign != Sign::End && !text.trim().is_empty())
            .map(move |(_, text)| indent(text))
            .collect::<Vec<_>>()
    };
    if !are_odd(&filled(true), &filled(false)) {
        return None;
    }
    let (mut old, mut new) = (String::new(), String::new());
    for (sign, text) in raw.lines().filter(|line| !line.starts_with("@@")).map(sign) {
        let bare = if sign == Sign::Old { text.strip_prefix(' ').unwrap_or(text) } else { text };
        if !matches!(sign, Sign::New | Sign::End) {
            old.extend([bare, "\n"]);
        }
        if !matches!(sign, Sign::Old | Sign::End) {
            new.extend([text, "\n"]);
        }
    }
    Some((old, new))
}

/// The old and the new text of a difference whose lines are read in another way; nothing where lines come
/// that only a blank too much sets off from the others.
fn texts<'a>(
    raw: &'a str,
    mut read: impl FnMut(&'a str) -> Option<(Sign, &'a str)>,
) -> Option<(String, String)> {
    let (mut old, mut new) = (String::new(), String::new());
    let (mut comes, mut stays) = (Vec::new(), Vec::new());
    for line in raw.lines().filter(|line| !line.starts_with("@@")) {
        let (sign, text) = read(line)?;
        if !text.trim().is_empty() {
            let depths = if sign == Sign::New { &mut comes } else { &mut stays };
            depths.push(text.len() - text.trim_start_matches(' ').len());
        }
        if !matches!(sign, Sign::New | Sign::End) {
            old.extend([text, "\n"]);
        }
        if !matches!(sign, Sign::Old | Sign::End) {
            new.extend([text, "\n"]);
        }
    }
    (old != new && !old.trim().is_empty() && !are_odd(&comes, &stays)).then_some((old, new))
}

/// Whether lines that come are indented by an odd number of blanks, and no other ones.
fn are_odd(comes: &[usize], stays: &[usize]) -> bool {
    let odd = |depth: &usize| depth % 2 == 1;
    let any = !comes.is_empty() && !stays.is_empty();
    any && comes.iter().all(odd) && !stays.iter().any(odd)
}

impl Chunk {
    pub fn new(head: &str, hint: Hint, why: Option<String>, said: &mut Said) -> Self {
        Self { index: said.start(), why, raw: head.to_owned(), hint, ..Self::default() }
    }

    /// Takes a line without its indent. Of an unfinished one `told` bytes were told already.
    pub fn line(&mut self, line: &str, told: usize, said: &mut Said) {
        let (sign, text) = sign(line);
        match sign {
            Sign::Empty => return self.tail.push(line.to_owned()),
            Sign::Bare if !self.tail.is_empty() => return self.tail.push(line.to_owned()),
            _ => self.take_tail(),
        }
        self.raw.push_str(line);
        match sign {
            Sign::End => self.hint.at_end = true,
            Sign::New if told > 0 => {
                self.said_new(&text[told - 1..], said);
                self.new.push_str(text);
                self.new.push('\n');
                self.told = self.new.len();
                self.lines.1 += 1;
            }
            _ => self.add(sign, text),
        }
        if sign == Sign::New {
            self.tell(said);
        }
    }

    fn said_new(&self, rest: &str, said: &mut Said) {
        said.more(self.index, rest);
        said.more(self.index, "\n");
    }

    /// Tells what there is of an unfinished line that adds text. Gives how much of it is told.
    pub fn partial(&mut self, line: &str, told: usize, said: &mut Said) -> usize {
        let body = line.strip_suffix('\r').unwrap_or(line);
        if told == 0 {
            let second = body.as_bytes().get(1);
            if !body.starts_with('+') || second.is_none_or(|second| *second == b'+') {
                return 0;
            }
            self.take_tail();
            self.changed = true;
            self.tell(said);
        }
        let from = told.max(1);
        if body.len() <= from {
            return told;
        }
        said.more(self.index, &body[from..]);
        body.len()
    }

    fn add(&mut self, sign: Sign, text: &str) {
        self.changed |= matches!(sign, Sign::Old | Sign::New);
        if sign != Sign::New {
            self.old.push_str(text);
            self.old.push('\n');
            self.lines.0 += 1;
        }
        if sign != Sign::Old {
            self.new.push_str(text);
            self.new.push('\n');
            self.lines.1 += 1;
        }
    }

    /// What came without a sign is context after all. Empty lines at the start are none.
    fn take_tail(&mut self) {
        for line in std::mem::take(&mut self.tail) {
            self.raw.push_str(&line);
            let text = without_end(&line);
            if !text.is_empty() || self.lines != (0, 0) {
                self.add(Sign::Both, text);
            }
        }
    }

    /// Tells the new text up to here, and first the old one.
    fn tell(&mut self, said: &mut Said) {
        if self.old.len() > self.told_old + self.told_old / 4 {
            self.tell_old(said);
        }
        if self.new.len() > self.told {
            said.more(self.index, &self.new[self.told..]);
            self.told = self.new.len();
        }
    }

    fn tell_old(&mut self, said: &mut Said) {
        said.old(self.index, &self.old);
        self.told_old = self.old.len();
    }

    /// Whether a line of it comes or goes.
    pub fn has_changed(&self) -> bool {
        self.changed
    }

    /// Whether its last line has no end.
    pub fn ends_open(&self) -> bool {
        self.tail.is_empty() && !self.raw.ends_with('\n')
    }

    /// Whether its last line, which has no end, seems to be cut: a line that is to come stops within one
    /// that goes, or where that one would not end.
    pub fn breaks_off(&self) -> bool {
        let last = self.raw.lines().next_back().unwrap_or_default();
        let (Sign::New, new) = sign(last) else { return false };
        let gone = self.raw.lines().map(sign).filter(|(sign, _)| *sign == Sign::Old);
        let gone: Vec<&str> = gone.map(|(_, text)| text).collect();
        let within = gone.iter().any(|old| old.starts_with(new) && old.len() > new.len());
        let plain = |text: &str| text.ends_with(char::is_alphanumeric);
        let blank = |text: &str| text.ends_with(char::is_whitespace);
        let open = |text: &str| {
            let count = |sign: char| text.matches(sign).count();
            let pairs = [('(', ')'), ('[', ']'), ('{', '}'), ('“', '”'), ('«', '»')];
            pairs.iter().any(|(open, close)| count(*open) > count(*close)) || count('"') % 2 == 1
        };
        let unlike = gone.last().is_some_and(|old| {
            plain(new) && !plain(old) || blank(new) && !blank(old) || open(new) && !open(old)
        });
        within || unlike
    }

    /// Whether its last line comes or goes: none that stays follows.
    pub fn ends_changed(&self) -> bool {
        let last = self.raw.lines().next_back().unwrap_or_default();
        self.tail.is_empty() && matches!(sign(last).0, Sign::Old | Sign::New)
    }

    /// Whether its last line goes and has no end: if it was cut, it goes in part.
    pub fn goes_open(&self) -> bool {
        let last = self.raw.lines().next_back().unwrap_or_default();
        self.ends_open() && sign(last).0 == Sign::Old
    }

    /// The chunk is complete, and a line of the answer's structure says so: empty lines at its end
    /// are none of its.
    pub fn done(mut self, form: Form, said: &mut Said) {
        while self.tail.last().is_some_and(|line| without_end(line).is_empty()) {
            if let Some(line) = self.tail.pop() {
                self.raw.push_str(&line);
            }
        }
        self.take_tail();
        self.complete(form, said);
    }

    /// The same where prose followed. Gives what is prose.
    pub fn done_before_prose(mut self, form: Form, said: &mut Said) -> Vec<String> {
        let tail = std::mem::take(&mut self.tail);
        match self.lines {
            (0, 0) => self.fail(UNSIGNED, said),
            _ => self.complete(form, said),
        }
        tail
    }

    fn complete(mut self, form: Form, said: &mut Said) {
        if self.old.len() > self.told_old {
            self.tell_old(said);
        }
        said.more(self.index, &self.new[self.told..]);
        let Self { index, why, raw, mut old, mut new, changed, mut hint, .. } = self;
        if !changed {
            // Context only.
            new.clone_from(&old);
        } else if old.is_empty() && form == Form::Patch && !hint.at_end {
            // The line that it stands under is the one beside it.
            match hint.under.pop() {
                Some(under) => {
                    old = format!("{under}\n");
                    new.insert_str(0, &old);
                }
                None => hint.at_end = true,
            }
        } else if old.is_empty() && !hint.at_end && form == Form::Diff {
            return said.malformed(Some(index), raw, NOWHERE);
        }
        if changed && !old.is_empty() {
            new = evenly(&raw).unwrap_or(new);
        }
        let ways = [(false, false), (true, false), (true, true)];
        let items = ways.into_iter().filter_map(|(wide, marked)| with_items(&raw, wide, marked));
        hint.others.extend(items);
        if form == Form::Diff {
            hint.others.extend(narrow_old(&raw));
            let ways =
                [(Stay::Bare, false), (Stay::Signed, true), (Stay::Bare, true), (Stay::Wide, true)];
            for (stay, wide) in ways {
                let other = without_signs(&raw, stay, wide);
                hint.others.extend(other.filter(|(one, other)| (one, other) != (&old, &new)));
            }
        }
        said.done(index, Edit { old, new, why, form, hint });
    }

    /// The chunk is none.
    pub fn fail(mut self, why: &str, said: &mut Said) {
        if self.old.len() > self.told_old {
            self.tell_old(said);
        }
        said.more(self.index, &self.new[self.told..]);
        for line in &self.tail {
            self.raw.push_str(line);
        }
        said.malformed(Some(self.index), self.raw, why);
    }
}
