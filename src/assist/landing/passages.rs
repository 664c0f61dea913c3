//! A passage of the document that an answer writes anew, without saying what it replaces.

use super::kin::{Bag, Kin};
use super::whole::{self, Whole};
use super::wholes::without_numbers;
use super::{Landed, Landing, Outcome, Remark, Wanted, fences, frame, talk};
use crate::assist::dialect::Form;
use crate::assist::flow;
use crate::assist::hunks::{Hunk, whole_to_hunks};
use crate::assist::placement::{Step, kept};
use crate::base::{Pos, Span};

/// Whether some of what a text changes has a place and some has none.
pub(super) fn is_mixed(found: &[Vec<Landed>]) -> bool {
    let placed = |one: &Landed| matches!(one.outcome, Outcome::Placed { .. });
    let all = || found.iter().flatten();
    all().any(placed) && !all().all(placed)
}

impl Landing {
    /// An answer without fences: the whole text, or one or more paragraphs of it.
    pub(super) fn bare(&mut self, base: &str, prose: &str) -> Vec<Landed> {
        if quotes(base, prose) {
            self.remark = Some(Remark::Quoted);
            return Vec::new();
        }
        let known = talk::Known::of(base);
        let wrapped = match self.wanted {
            Wanted::Change => flow::document(base, prose, &|one| talk::is_talk(one, &known)),
            Wanted::Answer => prose.into(),
        };
        let prose: &str = &wrapped;
        let paragraphs: Vec<&str> = prose
            .split("\n\n")
            .map(|one| one.trim_matches('\n'))
            .filter(|one| !one.trim().is_empty())
            .collect();
        if self.wanted == Wanted::Change
            && let Whole::All(new) = whole::read(base, &without_numbers(base, prose))
        {
            self.asked = false;
            return self.rewritten(Form::Whole, &new);
        }
        if self.wanted == Wanted::Answer {
            let text = paragraphs.into_iter().filter(|one| !talk::is_around(one, &known));
            return self.passages(text.collect());
        }
        let kin = Kin::new(base);
        let text = paragraphs.into_iter().filter(|one| !talk::is_talk(one, &known));
        let found = text.map(|one| match self.set_off(one) {
            found if found.is_empty() && talk::may_be_talk(one) => found,
            found if found.is_empty() => self.kindred(base, &kin, one),
            found => found,
        });
        let found: Vec<Vec<Landed>> = found.collect();
        self.one_version(found)
    }

    /// A passage that may stand between marks that the text has not.
    pub(super) fn set_off(&self, text: &str) -> Vec<Landed> {
        let Some(bare) = frame::unframed(text) else { return self.passage(text, 40) };
        let found = self.passage(&bare, 40);
        let there = found.iter().find_map(|landed| match &landed.outcome {
            Outcome::Placed { hunk, .. } => Some(hunk.span.start.0),
            _ => None,
        });
        let line = there.map(|at| self.base.line(self.base.char_to_line(at)).to_string());
        let mark = text.trim_start().chars().next();
        match line.is_some_and(|line| line.trim_start().chars().next() == mark) {
            true => self.passage(text, 40),
            false => found,
        }
    }

    /// A paragraph that was made much longer or shorter: the only one with most of its words.
    pub(super) fn kindred(&self, base: &str, kin: &Kin, text: &str) -> Vec<Landed> {
        const LEAST: usize = 45;
        const FEWEST: usize = 8;
        let bare = frame::unframed(text).unwrap_or_else(|| text.to_owned());
        let Some((index, share)) = kin.likest(&bare) else { return Vec::new() };
        let at = kin.ranges()[index].clone();
        let old = &base[at.clone()];
        // The marks around it are the document's own.
        let mark = |text: &str| text.trim_start().chars().next();
        let bare = if mark(old) == mark(text) { text.to_owned() } else { bare };
        let lines = |text: &str| flow::as_lines(text).lines().count();
        let telling = bare.split_whitespace().count().min(old.split_whitespace().count());
        let sure = (LEAST..100).contains(&share) && telling >= FEWEST && !kin.is_repeated(index);
        if !sure || fences::is_fragment(base, text) || lines(old) != lines(&bare) {
            return Vec::new();
        }
        let before = base[..at.start].chars().count();
        let moved = |pos: Pos| Pos(pos.0 + before);
        let landed = |hunk: Hunk| {
            let outcome = Outcome::Placed { hunk, step: Step::Words };
            Landed { form: Form::Passage, why: None, said: None, quoted: None, outcome }
        };
        let wrapped = flow::like(old, &bare, || self.placer.style());
        let new = kept(old, &wrapped.unwrap_or(bare));
        let hunks = whole_to_hunks(old, &new).into_iter().map(|hunk| {
            let span = Span { start: moved(hunk.span.start), end: moved(hunk.span.end) };
            Hunk { span, ..hunk }
        });
        let hunks: Vec<Hunk> = hunks.collect();
        let untold = begins_within(old, &new) || quotes(old, &new) || has_other_ends(old, &new);
        if untold || self.is_untold(old, Pos(before), &hunks) {
            return Vec::new();
        }
        hunks.into_iter().map(landed).collect()
    }

    /// Who asks a question may get passages quoted: only an answer that is nothing but these, with other
    /// words, is a change.
    pub(super) fn passages(&mut self, text: Vec<&str>) -> Vec<Landed> {
        /// A longer answer tells something.
        const MOST: usize = 12;
        if text.len() > MOST {
            return Vec::new();
        }
        let found: Vec<_> = text.into_iter().map(|one| self.passage_of(one, 60)).collect();
        let like = found.iter().flatten().any(|landed| !landed.is_empty());
        match found.into_iter().collect::<Option<Vec<_>>>() {
            Some(found) => self.one_version(found),
            None => {
                self.remark = like.then_some(Remark::Quoted);
                Vec::new()
            }
        }
    }

    /// A passage of the document written anew.
    pub(super) fn passage(&self, text: &str, at_ends: u32) -> Vec<Landed> {
        self.passage_of(text, at_ends).unwrap_or_default()
    }

    /// The same; `None` where the document has none like it.
    pub(super) fn passage_of(&self, text: &str, at_ends: u32) -> Option<Vec<Landed>> {
        let least = (if self.wanted == Wanted::Change { 50 } else { 65 }, at_ends);
        let (span, old, new) = self.placer.passage(text, least)?;
        // A piece of a wrapped paragraph whose ends are not both there: what of the rest of it was to
        // go is not told.
        if !has_ends(&old, text) && fences::is_fragment(&self.base.to_string(), text) {
            return None;
        }
        if begins_within(&old, &new) {
            return None;
        }
        if quotes(&old, &new) {
            return Some(Vec::new());
        }
        // Nor is one filled at another column a change.
        if self.wanted == Wanted::Answer && flow::is_layout(&old, &new) {
            return Some(Vec::new());
        }
        let new = flow::like(&old, &new, || self.placer.style()).unwrap_or(new);
        let at = |pos: Pos| Pos(pos.0 + span.start.0);
        let hunks = whole_to_hunks(&old, &kept(&old, &new)).into_iter();
        let hunks: Vec<Hunk> = hunks
            .map(|hunk| Hunk {
                span: Span { start: at(hunk.span.start), end: at(hunk.span.end) },
                ..hunk
            })
            .collect();
        if self.is_untold(&old, span.start, &hunks) {
            return None;
        }
        // What parts it from what follows is not the passage's to lose.
        let end = span.start.0 + old.chars().count();
        let parts = |hunk: &Hunk| {
            hunk.new.is_empty() && matches!(hunk.old.trim(), "," | ";") && hunk.span.end.0 == end
        };
        let hunks: Vec<Hunk> = hunks.into_iter().filter(|hunk| !parts(hunk)).collect();
        let placed = |hunk| Outcome::Placed { hunk, step: Step::Words };
        let landed =
            |outcome| Landed { form: Form::Passage, why: None, said: None, quoted: None, outcome };
        Some(hunks.into_iter().map(|hunk| landed(placed(hunk))).collect())
    }
}

/// Whether a text begins with words that stand within a sentence of the old one: what stands before them
/// there is not told.
fn follows_words(old: &str, new: &str) -> bool {
    const TELLING: usize = 4;
    const ENDS: [char; 11] = ['.', '!', '?', ':', ';', '…', '”', '"', ')', '»', '|'];
    let (old, new): (Vec<&str>, Vec<&str>) =
        (old.split_whitespace().collect(), new.split_whitespace().take(TELLING).collect());
    let found = old.windows(TELLING).position(|words| words == new.as_slice());
    found.and_then(|at| at.checked_sub(1)).is_some_and(|before| {
        old[before].contains(char::is_alphanumeric) && !old[before].ends_with(ENDS)
    })
}

/// Whether a text begins with a telling line that has others before it in the old one, and what would
/// come of it has not all of these.
pub(super) fn follows_within(old: &str, text: &str, new: &str) -> bool {
    let filled = |text: &'_ str| -> Vec<String> {
        let lines = text.lines().map(str::trim).filter(|line| !line.is_empty());
        lines.map(str::to_owned).collect()
    };
    let (old, text, new) = (filled(old), filled(text), filled(new));
    let told = |line: &&String| line.chars().filter(|sign| sign.is_alphanumeric()).count() > 8;
    let first = text.first().filter(told);
    let before = first.and_then(|first| old.iter().position(|line| line == first));
    let lost = |line: &String| told(&line) && !new.contains(line);
    before.is_some_and(|before| old[..before].iter().any(lost))
}

/// Whether a text begins with a line, or ends with one, that has others before or behind it in the old
/// one: these may as well be none of the passage.
pub(super) fn begins_within(old: &str, new: &str) -> bool {
    let filled = |text: &'_ str| -> Vec<String> {
        let said = |line: &&str| line.contains(char::is_alphanumeric);
        text.lines().map(str::trim).filter(said).map(str::to_owned).collect()
    };
    if follows_words(old, new) {
        return true;
    }
    let (old, new) = (filled(old), filled(new));
    let (Some(first), Some(last)) = (new.first(), new.last()) else { return false };
    let before = old.iter().position(|line| line == first).unwrap_or(0);
    let behind = old.iter().rev().position(|line| line == last).unwrap_or(0);
    let is_gone = |line: &String| !new.contains(line);
    old[..before].iter().any(is_gone) || old[old.len() - behind..].iter().any(is_gone)
}

/// Whether the first of several lines, or the last, has become one that says nothing of what the old one
/// said: a line may as well have come beside it.
fn has_other_ends(old: &str, new: &str) -> bool {
    let (old, new) = (flow::as_lines(old), flow::as_lines(new));
    let filled = |text: &str| text.lines().filter(|line| !line.trim().is_empty()).count();
    if filled(&old) < 2 {
        return false;
    }
    let ends = |text: &str| {
        let mut lines = text.lines().filter(|line| !line.trim().is_empty()).map(Bag::of);
        let first = lines.next().unwrap_or_default();
        (first, lines.next_back().unwrap_or_default())
    };
    let (old, new) = (ends(&old), ends(&new));
    old.0.is_another(&new.0) || old.1.is_another(&new.1)
}

/// Whether a text begins and ends with the lines of the old one, as they are or with more on them.
fn has_ends(old: &str, new: &str) -> bool {
    let filled = |text: &'_ str| -> Vec<String> {
        let lines = text.lines().map(str::trim).filter(|line| !line.is_empty());
        lines.map(str::to_owned).collect()
    };
    let (old, new) = (filled(old), filled(new));
    let first = new.first().zip(old.first()).is_some_and(|(new, old)| new.ends_with(old));
    first && new.last().zip(old.last()).is_some_and(|(new, old)| new.starts_with(old))
}

/// Whether a text quotes another one, or most of what it says is a quotation of it: then it is about
/// it, not in its place.
fn quotes(old: &str, new: &str) -> bool {
    let words = old.trim();
    let quoted = |(open, close): (&str, &str)| {
        new.match_indices(open).any(|(at, _)| {
            let from = at + open.len();
            let Some(to) = new[from..].rfind(close).map(|len| from + len) else { return false };
            let (inner, whole) = (new[from..to].trim(), &new[at..to + close.len()]);
            let is_most = 2 * inner.len() > new.trim().len() && inner.len() < new.trim().len();
            let is_there =
                inner == words || is_most && (words.contains(inner) || inner.contains(words));
            !inner.is_empty() && is_there && !words.contains(whole)
        })
    };
    let marks = [("\"", "\""), ("\u{201c}", "\u{201d}"), ("«", "»"), ("„", "\u{201c}")];
    marks.into_iter().any(quoted)
}
