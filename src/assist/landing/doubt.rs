//! Which changes are unsure for a short note that comes for a longer text, and which of a text that was
//! written anew are unsure for what stands beside them, or for how the
//! text ends.

use super::talk::may_be_talk;
use super::{Landed, Landing, Outcome};
use crate::assist::hunks::{Hunk, are_apart, moved_ends};
use crate::assist::placement::Step;
use crate::base::Pos;
use ropey::Rope;
use std::collections::BTreeSet;
use unicode_segmentation::UnicodeSegmentation as _;

/// Whether a text says nothing but what the old one does: in other lines, as a list, or without what
/// stands before and behind it there.
pub(super) fn says_same(old: &str, text: &str) -> bool {
    const LEAST: usize = 3;
    let said = |word: &&str| word.contains(char::is_alphanumeric);
    let words = |text: &'_ str| -> Vec<String> {
        text.split_whitespace().filter(said).map(str::to_owned).collect()
    };
    let ended = text.trim().ends_with(['.', '!', '?', '…', '。']) && !text.trim().contains('\n');
    let (was, is) = (words(old), words(text));
    let quoted = text.lines().any(|line| line.trim_start().starts_with('>'));
    !quoted
        && is.len() >= LEAST
        && (was == is || ended && was.windows(is.len()).any(|run| run == is))
}

/// A text that one change takes away and an unsure one brings again would be lost without that.
fn together(hunks: &mut [(Hunk, bool)]) {
    /// So many words in a row are no chance.
    const RUN: usize = 4;
    let runs = |text: &str| -> BTreeSet<String> {
        let words: Vec<&str> = text.split_whitespace().collect();
        words.windows(RUN.min(words.len().max(1))).map(|run| run.join(" ")).collect()
    };
    let plain: Vec<Hunk> = hunks.iter().map(|(hunk, _)| hunk.clone()).collect();
    for (one, other) in moved_ends(&plain) {
        let unsure = hunks[one].1 || hunks[other].1;
        (hunks[one].1, hunks[other].1) = (unsure, unsure);
    }
    let unsure = hunks.iter().filter(|(_, unsure)| *unsure);
    let come: BTreeSet<String> = unsure.flat_map(|(hunk, _)| runs(&hunk.new)).collect();
    for (hunk, unsure) in hunks {
        let long = hunk.old.split_whitespace().count() >= RUN;
        *unsure |= long && runs(&hunk.old).iter().any(|run| come.contains(run));
    }
}

/// What goes where something unsure comes instead is as unsure: without that it would only be lost.
pub(super) fn instead(base: &Rope, hunks: &mut [(Hunk, bool)]) {
    for at in 1..hunks.len() {
        for (one, other) in [(at - 1, at), (at, at - 1)] {
            let (comes, unsure) = &hunks[one];
            let goes = &hunks[other].0;
            let (from, to) = (hunks[at - 1].0.span.end.0, hunks[at].0.span.start.0);
            let blank =
                base.get_slice(from..to).is_some_and(|gap| gap.chars().all(char::is_whitespace));
            if *unsure && blank && comes.old.trim().is_empty() && goes.new.trim().is_empty() {
                hunks[other].1 = true;
            }
        }
    }
    together(hunks);
    as_one(base, hunks);
    // Other blanks beside what is unsure come of that.
    let any = hunks.iter().any(|(_, unsure)| *unsure);
    for (hunk, unsure) in hunks {
        *unsure |= any && hunk.old.trim().is_empty() && hunk.new.trim().is_empty();
    }
}

/// What makes one change of a sentence or of some lines with something unsure is as unsure: half of it would
/// say what nobody wrote.
pub(super) fn as_one(base: &Rope, hunks: &mut [(Hunk, bool)]) {
    for group in hunks.chunk_by_mut(|(a, _), (b, _)| !are_apart(base, a, b)) {
        let unsure = group.iter().any(|(_, unsure)| *unsure);
        group.iter_mut().for_each(|one| one.1 = unsure);
    }
}

/// A text that ends within a line of the old one seems to be cut: that what stood behind goes is not sure.
/// `start` is where the old one stands, in `char`s.
pub(super) fn end(old: &str, start: usize, new: &str, hunks: &mut [(Hunk, bool)]) {
    /// So much of its end is looked for.
    const MOST: usize = 24;
    let Some((hunk, unsure)) = hunks.last_mut() else { return };
    let (was, is) = (old.trim_end(), new.trim_end());
    let goes = hunk.old.trim_end();
    let last = is.lines().next_back().unwrap_or_default().trim_start();
    // One of several lines that is there up to a border of its cells.
    let foot = was.lines().next_back().unwrap_or_default().trim_start();
    let shorter = was.contains('\n') && last.len() < foot.len() && foot.starts_with(last);
    if shorter && is_open(last) && !last.is_empty() {
        *unsure = true;
        return;
    }
    // Marks at the end may be those of what goes.
    let mut behind = old.chars().skip(hunk.span.end.0.saturating_sub(start));
    if goes.is_empty()
        || behind.any(char::is_alphanumeric)
        || old.lines().any(|line| line.trim() == last)
    {
        return;
    }
    let from = last.char_indices().rev().nth(MOST - 1).map_or(0, |(at, _)| at);
    let tail = &last[from..];
    let mut there = old.match_indices(tail).map(|(at, _)| {
        let behind = old[at + tail.len()..].lines().next().unwrap_or_default();
        behind.trim_end()
    });
    let goes_on = there.clone().any(|behind| !behind.is_empty());
    // `-7.` of `-7.0 °C`.
    let within = there.any(|behind| {
        !behind.starts_with(char::is_whitespace) && behind.contains(char::is_alphanumeric)
    });
    // Whole lines go with the rest of this one, or it ends as no line does.
    let cut = goes_on && (goes.contains('\n') || within || is_open(is) && !is_open(was));
    *unsure |= cut;
    if cut {
        behind_last(old, start, last, hunks);
    }
}

/// Of a text that is cut, what is changed behind the line with which it ends may come of that: the lines
/// that lack were taken from before it.
fn behind_last(old: &str, start: usize, last: &str, hunks: &mut [(Hunk, bool)]) {
    /// Fewer characters stand in many lines.
    const FEWEST: usize = 12;
    if last.chars().count() < FEWEST {
        return;
    }
    let mut at = start;
    for line in old.split_inclusive('\n') {
        if line.trim_start().starts_with(last) {
            break;
        }
        at += line.chars().count();
    }
    for (hunk, unsure) in hunks {
        *unsure |= hunk.span.end.0 > at;
    }
}

/// Whether a text ends as no sentence does.
fn is_open(text: &str) -> bool {
    text.ends_with(char::is_alphanumeric) || text.ends_with([',', '(', '='])
}

/// The same of a text that came without a frame, and of which nobody knows whether it came whole: its last
/// line has no end, as the old one's had, or the end of the old text goes. `start` is where that
/// stands, in `char`s.
pub(super) fn open(old: &str, start: usize, new: &str, hunks: &mut [(Hunk, bool)]) {
    let Some((hunk, unsure)) = hunks.last_mut() else { return };
    let mut behind = old.chars().skip(hunk.span.end.0.saturating_sub(start));
    let goes = hunk.new.trim().is_empty() && !hunk.old.trim().is_empty();
    let cut = (goes || stops(old, new) || is_unclosed(old, new)) && behind.all(char::is_whitespace);
    *unsure |= cut;
    let last = new.trim_end().lines().next_back().unwrap_or_default().trim_start();
    if cut {
        behind_last(old, start, last, hunks);
    }
}

/// Whether a text opens more brackets than it closes, as the old one does not.
fn is_unclosed(old: &str, new: &str) -> bool {
    let open = |text: &str| {
        let count = |sign: char| text.matches(sign).count();
        [('{', '}'), ('(', ')'), ('[', ']')].map(|(a, b)| count(a) > count(b))
    };
    open(old).iter().zip(open(new)).any(|(was, is)| is && !was)
}

/// Whether a text stops where the old one's last line has an end.
pub(super) fn stops(old: &str, new: &str) -> bool {
    const ENDS: [char; 11] = ['.', '!', '?', '…', '。', '！', '？', ')', '}', ';', '"'];
    old.trim_end().ends_with(ENDS) && is_open(new.trim_end())
}

/// Whether a change puts a few words before all of a text or behind it: they may be said about it.
pub(super) fn may_be_said(old: &str, start: Pos, hunk: &Hunk) -> bool {
    const MOST: usize = 24;
    let said = hunk.new.split_whitespace().count();
    // On a line of the text nobody talks about it, unless it sounds like that.
    let within = !hunk.new.trim_matches(' ').contains('\n') && !may_be_talk(hunk.new.trim());
    // Marks say nothing, and what the text says is no talk about it.
    let known = !hunk.new.contains(char::is_alphanumeric)
        || old.contains(hunk.new.trim())
        || within && old.trim().contains(' ');
    if !hunk.old.trim().is_empty() || said > MOST || known {
        return false;
    }
    // A section, another item of a list, a row, code.
    let mark = |line: &str| line.trim_start().chars().next().filter(|mark| "#-*+|".contains(*mark));
    let mut filled = hunk.new.lines().filter(|line| !line.trim().is_empty());
    let last = old.trim_end().lines().next_back().and_then(mark);
    let headed = filled.clone().next().and_then(mark) == Some('#') && filled.clone().count() > 1;
    let listed =
        hunk.new.starts_with('\n') && filled.all(|line| last.is_some() && mark(line) == last);
    let lines = hunk.new.lines().filter(|line| !line.trim().is_empty());
    let coded = lines.clone().filter(|line| line.trim_end().ends_with(['{', '}', ';'])).count();
    if headed || listed || 2 * coded > lines.count() {
        return false;
    }
    let at = hunk.span.start.0.saturating_sub(start.0);
    let blank = |sign: char| sign.is_whitespace();
    let (mut before, mut behind) = (old.chars().take(at), old.chars().skip(at));
    // Blanks before it are those that the text stands behind.
    let ended = at.checked_sub(1).and_then(|at| old.chars().nth(at)).is_some_and(blank);
    let is_apart = said > 0 && (ended || hunk.new.starts_with(blank));
    before.all(blank) || is_apart && behind.all(blank)
}

/// What is said of a change that puts a short note for a longer text.
pub const STANDS_IN: &str =
    "It puts a short note for a longer text: the note may stand for what the answer left out.";

/// Whole lines as they are, as they become, and the numbers of the changes that make them so.
type Region = (String, String, Vec<usize>);

/// Changes that touch, with their numbers, and the lines from the first to the last of them.
type Touching<'a> = (usize, usize, Vec<(usize, &'a Hunk)>);

impl Landing {
    /// What puts a short note for a longer text is not certain, in whatever words.
    pub(super) fn with_doubts(&self, mut found: Vec<Landed>) -> Vec<Landed> {
        let noted = |landed: &Landed| match &landed.outcome {
            Outcome::Placed { hunk, step } => {
                let short = |text: &str| text.lines().any(|line| is_apart(line) || line.len() < 40);
                let said = landed.said.as_ref().is_some_and(|(_, new)| short(new));
                !step.is_loose() && (said || short(&hunk.new))
            }
            _ => false,
        };
        if !found.iter().any(noted) {
            return found;
        }
        let mut read = self.regions(&found);
        // A line may have become a part of the one before it.
        let said = |(at, landed): (usize, &Landed)| {
            let (old, new) = landed.said.clone()?;
            Some((old, new, vec![at]))
        };
        read.extend(found.iter().enumerate().filter_map(said));
        for (old, new, all) in read {
            let text = self.placer.text();
            let is_there = |line: &str| super::fences::has_line(text, line);
            let is_known =
                |mark: &str| text.lines().any(|line| line.trim_start().starts_with(mark));
            if !stands_in((&old, &new), &is_there, &is_known) {
                continue;
            }
            for at in all {
                let Some(landed) = found.get_mut(at) else { continue };
                if let Outcome::Placed { step, .. } = &mut landed.outcome
                    && !step.is_loose()
                {
                    *step = Step::Words;
                    landed.why = Some(STANDS_IN.to_owned());
                }
            }
        }
        found
    }

    /// The whole lines that changes which touch make anew: as they are, as they become, and which changes
    /// these are.
    fn regions(&self, found: &[Landed]) -> Vec<Region> {
        let all = self.base.len_chars();
        let mut hunks: Vec<(usize, &Hunk)> = Vec::new();
        for (at, landed) in found.iter().enumerate() {
            if let Outcome::Placed { hunk, step } = &landed.outcome
                && !step.is_loose()
            {
                hunks.push((at, hunk));
            }
        }
        hunks.sort_by_key(|(_, hunk)| hunk.span);
        /// So few lines between two changes do not part them.
        const BETWEEN: usize = 4;
        let lines = |hunk: &Hunk| {
            let end = hunk.span.end.0.min(all);
            let last = end.saturating_sub(usize::from(!hunk.span.is_empty()));
            (self.base.char_to_line(hunk.span.start.0.min(all)), self.base.char_to_line(last))
        };
        let mut out: Vec<Touching<'_>> = Vec::new();
        for (at, hunk) in hunks {
            let (first, last) = lines(hunk);
            match out.last_mut().filter(|region| first <= region.1 + BETWEEN) {
                Some(region) => {
                    region.1 = region.1.max(last);
                    region.2.push((at, hunk));
                }
                None => out.push((first, last, vec![(at, hunk)])),
            }
        }
        let start = |line: usize| self.base.line_to_char(line.min(self.base.len_lines()));
        let text = |from: usize, to: usize| self.base.slice(from..to.max(from)).to_string();
        let mut regions = Vec::with_capacity(out.len());
        for (first, last, hunks) in out {
            let (from, to) = (start(first), start(last + 1));
            let (mut new, mut at) = (String::new(), from);
            for (_, hunk) in &hunks {
                new.push_str(&text(at, hunk.span.start.0));
                new.push_str(&hunk.new);
                at = hunk.span.end.0.max(at);
            }
            new.push_str(&text(at, to));
            regions.push((text(from, to), new, hunks.iter().map(|(at, _)| *at).collect()));
        }
        regions
    }
}

/// Whether a change brings a line that stands apart from the text as a note does (in brackets, as a
/// comment, of marks alone), and all else that it brings is like lines that go, of which more go. `is_there`
/// tells which lines the document has, and `is_known` which marks its lines begin with.
fn stands_in(
    (old, new): (&str, &str),
    is_there: &dyn Fn(&str) -> bool,
    is_known: &dyn Fn(&str) -> bool,
) -> bool {
    /// A note says so much, and stands for so much more where it is one line, in characters that say
    /// something.
    const MOST: usize = 72;
    const MORE: usize = 16;
    let said = |text: &str| -> usize {
        let wide = |sign: char| if ('\u{2e80}'..'\u{e000}').contains(&sign) { 3 } else { 1 };
        text.chars().filter(|sign| sign.is_alphanumeric()).map(wide).sum()
    };
    let filled = |text: &'_ str| -> Vec<String> {
        let lines = text.lines().map(str::trim).filter(|line| !line.is_empty());
        lines.map(str::to_owned).collect()
    };
    // At the margin, where all else is indented.
    let blank = [' ', '\t'];
    let last = new.lines().rfind(|line| !line.trim().is_empty());
    let mut lines = old.lines().filter(|line| !line.trim().is_empty());
    let flush = last.is_some_and(|last| !last.starts_with(blank))
        && lines.all(|line| line.starts_with(blank));
    let (old, new) = (filled(old), filled(new));
    // In a page every line may be a tag; the whole text is looked at for such lines only.
    let is_tag = |line: &String| line.starts_with('<') && is_known("<");
    let is_note = |line: &String| is_apart(line) && said(line) <= MOST && !is_tag(line);
    let (was, notes): (Vec<&String>, Vec<&String>) = (
        old.iter().filter(|line| is_note(line)).collect(),
        new.iter().filter(|line| is_note(line)).collect(),
    );
    let comes: Vec<&&String> =
        notes.iter().filter(|line| !old.contains(line) && !is_there(line)).collect();
    // Of notes that go others may stand in their place, but for no more than these.
    let renewed = notes.len() <= was.len();
    if comes.is_empty() {
        return false;
    }
    let words =
        |line: &str| -> BTreeSet<String> { line.unicode_words().map(str::to_lowercase).collect() };
    let like = |a: &BTreeSet<String>, b: &BTreeSet<String>| {
        2 * a.intersection(b).count() >= a.len().max(b.len()) && !a.is_empty()
    };
    let mut goes: Vec<(&String, BTreeSet<String>)> =
        old.iter().filter(|line| !is_note(line)).map(|line| (line, words(line))).collect();
    let mut others = 0;
    for line in new.iter().filter(|line| !is_note(line) && line.contains(char::is_alphanumeric)) {
        let own = words(line);
        match goes.iter().position(|(_, other)| like(&own, other)) {
            Some(at) => drop(goes.remove(at)),
            None => others += 1,
        }
    }
    // A comment goes with new code; what stands in brackets, or at the end, is none of that.
    let ends = new.last().is_some_and(|last| comes.iter().any(|line| **line == last));
    let strong = comes.iter().any(|line| is_aside(line));
    // A comment as this text has none.
    let foreign = |line: &str| {
        let mark =
            ["# ", "// ", "-- ", "% ", "<!--"].into_iter().find(|mark| line.starts_with(mark));
        mark.is_some_and(|mark| !is_known(mark))
    };
    if ends && !goes.is_empty() && new.last().is_some_and(|last| flush || foreign(last)) {
        return true;
    }
    let comment = |line: &String| {
        let marks = ["#", "//", "/*", "-- ", "% ", ";; ", "{/*", "<!--"];
        marks.iter().any(|mark| line.starts_with(mark))
    };
    // One behind which nothing comes, where another stood before what goes.
    let moved = old.last().is_some_and(|last| !is_note(last)) && goes.len() > others;
    if ends && moved && new.last().is_some_and(comment) {
        return true;
    }
    if !ends && !strong && (others > 0 || comes.iter().all(|line| comment(line))) {
        return false;
    }
    goes.retain(|(line, _)| line.contains(char::is_alphanumeric));
    let asides = |lines: &[String]| lines.iter().filter(|line| is_aside(line)).count();
    // `(Ctrl-E u).` is the end of a sentence.
    let long = |lines: &[String]| {
        let aside = lines.iter().filter(|line| is_aside(line));
        aside.filter(|line| !(1..=3).contains(&line.unicode_words().count())).count()
    };
    if strong && asides(&new) > long(&old) && old.iter().any(|line| !is_aside(line)) {
        return true;
    }
    let Some(rest) = goes.len().checked_sub(others).filter(|rest| *rest > 0) else { return false };
    let noted: usize = comes.iter().map(|line| said(line)).sum();
    let all: usize = goes.iter().map(|(line, _)| said(line)).sum();
    let left = all * rest / goes.len();
    match renewed {
        true => rest > 1 && left >= noted + MORE,
        false => rest > comes.len() || left >= noted + MORE,
    }
}

/// Whether a line says something in brackets, as no code does: `[the rest as before]`, `（略）`.
fn is_aside(line: &str) -> bool {
    let words = line.unicode_words().count();
    let wide = line.chars().any(|sign| sign as u32 > 0x2e80);
    let plain = !line.contains(['"', '\'', '=', ';', '{', '}', '/', '|', '<', '$', '\\']);
    let alone =
        line.starts_with('(') && line.chars().filter(|sign| sign.is_alphabetic()).count() > 4;
    is_bracketed(line) && plain && (words != 1 || wide || alone)
}

/// Whether a line stands in brackets, or has nothing but marks.
pub(super) fn is_bracketed(line: &str) -> bool {
    const PAIRS: [(char, char); 10] = [
        ('(', ')'),
        ('[', ']'),
        ('{', '}'),
        ('<', '>'),
        ('（', '）'),
        ('【', '】'),
        ('［', '］'),
        ('‹', '›'),
        ('«', '»'),
        ('〔', '〕'),
    ];
    let ends = |end: char| line.trim_end_matches(['.', '。', ';']).ends_with(end);
    let marks = line.chars().all(|sign| "*-_~.·…= ".contains(sign));
    marks || PAIRS.iter().any(|(open, close)| line.starts_with(*open) && ends(*close))
}

/// Whether a line is set apart from a text: `(…)`, `[…]`, `# …`, `// …`, `<!-- … -->`, `* * *`.
fn is_apart(line: &str) -> bool {
    const MARKS: [&str; 8] = ["//", "/*", "--", "% ", ";; ", "{/*", "..", "> "];
    const DOTS: [&str; 5] = ["etc", "usw", "\\dots", "\\ldots", "\\vdots"];
    let line = line.trim().trim_matches(['"', ',', '*', '_', '`', ' ']);
    let headed = line.starts_with('#') && line.trim_start_matches('#').starts_with(' ');
    let bare = line.trim_end_matches('.').to_lowercase();
    headed
        || is_bracketed(line)
        || MARKS.iter().any(|mark| line.starts_with(mark))
        || line.starts_with('…')
        || DOTS.contains(&bare.as_str())
}
