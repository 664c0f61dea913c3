//! The new text of an edit whose old one stands in the document in other words: word by word the
//! new text, with the document's own words where its quotation and the new text agree.
//!
//! Blanks stand between words and are told where two words meet, so that none is lost or doubled.

use super::agree::Piece;
use super::fit::{Place, changes, write};
use super::fold::Style;
use super::pieces::pieces as told;
use super::space::{self, Shift};
use crate::assist::hunks::Cut;
use std::ops::Range;

/// `places` tells where the document has each piece of the old text. `None` where what becomes of
/// words that only one of both has cannot be told.
pub(super) fn new_text(
    place: &Place<'_>,
    shift: &Shift,
    old: &str,
    new: &str,
    places: &[Option<Range<usize>>],
) -> Option<String> {
    let text = place.text;
    let style = Style::of(old, &text[place.core.clone()]);
    let (was, mut is) = (words(old), words(new));
    // Where the quotation is wrapped elsewhere than the document, its line ends are but blanks.
    let rewrapped = (1..was.len()).any(|at| {
        let there = between(text, places, at);
        was[at].wraps && there.is_some_and(|there| !there.is_empty() && !there.contains('\n'))
    });
    if rewrapped {
        is.iter_mut().filter(|word| word.wraps).for_each(|word| word.blank = " ");
    }
    let same = Same::of(&was, &is, rewrapped);
    let runs = runs(&was, text, places);
    let mut writer = Writer {
        place,
        shift,
        style,
        places,
        was: &was,
        is: &is,
        same: &same,
        out: String::new(),
        last: Last::Nothing,
        passed: "",
    };
    writer.all(&runs)?;
    Some(writer.out)
}

/// The document's text between a piece and the one before it, where both are there.
fn between<'a>(text: &'a str, places: &[Option<Range<usize>>], piece: usize) -> Option<&'a str> {
    let before = places.get(piece.checked_sub(1)?)?.as_ref()?;
    let own = places.get(piece)?.as_ref()?;
    text.get(before.end..own.start)
}

/// A word or a mark, and the blanks before it.
struct Word<'a> {
    text: &'a str,
    key: String,
    blank: &'a str,
    /// The blanks are a line end that only wraps a paragraph.
    wraps: bool,
}

impl Word<'_> {
    fn is_word(&self) -> bool {
        self.key.contains(char::is_alphanumeric)
    }

    fn blank_key(&self, rewrapped: bool) -> String {
        // Both texts are the model's: a line with another indent is another line.
        match self.blank.contains('\n') && !(rewrapped && self.wraps) {
            true => self.blank.replace('\r', ""),
            false => " ".to_owned(),
        }
    }
}

fn words(whole: &str) -> Vec<Word<'_>> {
    let mut at = 0;
    let word = |piece: Piece| {
        let blank = &whole[at..piece.start];
        let wraps = blank.matches('\n').count() == 1
            && space::is_soft(&whole[..at], blank, &whole[piece.start..]);
        at = piece.end;
        Word { text: &whole[piece.start..piece.end], key: piece.key, blank, wraps }
    };
    told(whole).into_iter().map(word).collect()
}

/// What of the new text is the old one's.
struct Same {
    /// Of each new word the old one that it is.
    old: Vec<Option<usize>>,
    /// Of the blanks before each new word the old word before which these stand.
    blank: Vec<Option<usize>>,
    /// Of each old word the new one.
    new: Vec<Option<usize>>,
}

impl Same {
    fn of(was: &[Word<'_>], is: &[Word<'_>], rewrapped: bool) -> Self {
        // Blanks and words in turn, as they are compared.
        let parts = |words: &[Word<'_>]| -> (Vec<String>, Vec<(usize, bool)>) {
            let (mut keys, mut of) = (Vec::new(), Vec::new());
            for (at, word) in words.iter().enumerate() {
                if !word.blank.is_empty() {
                    keys.push(word.blank_key(rewrapped));
                    of.push((at, true));
                }
                keys.push(word.key.clone());
                of.push((at, false));
            }
            (keys, of)
        };
        let ((old_keys, old_of), (new_keys, new_of)) = (parts(was), parts(is));
        let mut out = Self {
            old: vec![None; is.len()],
            blank: vec![None; is.len()],
            new: vec![None; was.len()],
        };
        let (mut from, mut to) = (0, 0);
        let end = Cut { old: old_of.len()..old_of.len(), new: new_of.len()..new_of.len() };
        for cut in changes(&old_keys, &new_keys).iter().chain(std::iter::once(&end)) {
            for ((old, blank), (new, _)) in
                old_of[from..cut.old.start].iter().zip(&new_of[to..cut.new.start])
            {
                if *blank {
                    out.blank[*new] = Some(*old);
                } else {
                    out.old[*new] = Some(*old);
                    out.new[*old] = Some(*new);
                }
            }
            (from, to) = (cut.old.end, cut.new.end);
        }
        out
    }
}

/// A run of the old text's words and what the document has for them.
struct Run {
    /// None for what was not quoted.
    old: Range<usize>,
    /// Nothing where the document lacks them.
    there: Option<Range<usize>>,
    /// It has words. Marks that were not quoted hang on the words beside them.
    words: bool,
}

/// The old text and the place, run by run: a word that both have, words that stand there in other
/// words or lack, and what was not quoted.
fn runs(was: &[Word<'_>], text: &str, places: &[Option<Range<usize>>]) -> Vec<Run> {
    let same = |at: usize, there: &Range<usize>| matches!(&told(&text[there.clone()])[..], [one] if one.key == was[at].key);
    let mut out: Vec<Run> = Vec::new();
    // Whether the last run goes on with what stands there in other words.
    let mut open = false;
    let mut push = |run: Run, other: bool| {
        match out.last_mut().filter(|_| other && open) {
            Some(last) => {
                last.old = match last.old.is_empty() {
                    true => run.old,
                    false => last.old.start..last.old.end.max(run.old.end),
                };
                last.words |= run.words;
                last.there = match (last.there.take(), run.there) {
                    (Some(first), Some(next)) => Some(first.start..next.end),
                    (first, next) => first.or(next),
                };
            }
            None => out.push(run),
        }
        open = other;
    };
    let mut done: Option<usize> = None;
    for at in 0..was.len() {
        // What stands before the next word that is there, and was not quoted.
        let next = (at..was.len()).find_map(|at| places.get(at)?.clone());
        if let (Some(end), Some(next)) = (done, next)
            && end < next.start
        {
            let gap = &text[end..next.start];
            let start = end + gap.len() - gap.trim_start().len();
            if !gap.trim().is_empty() {
                let words = gap.contains(char::is_alphanumeric);
                push(
                    Run { old: at..at, there: Some(start..start + gap.trim().len()), words },
                    words,
                );
            }
            done = Some(next.start);
        }
        let there = places.get(at).cloned().flatten();
        let other = there.as_ref().is_none_or(|there| !same(at, there));
        done = there.as_ref().map(|there| there.end).or(done);
        push(Run { old: at..at + 1, there, words: was[at].is_word() }, other);
    }
    out
}

/// What was written last.
#[derive(Clone, Copy)]
enum Last {
    Nothing,
    New,
    /// The document's, up to there.
    There(usize),
    /// The same, of what was not quoted.
    Unquoted(usize),
}

/// Where new words begin, or where they end.
#[derive(Clone, Copy)]
enum Side {
    Start,
    End,
}

struct Writer<'a> {
    place: &'a Place<'a>,
    shift: &'a Shift,
    style: Style,
    places: &'a [Option<Range<usize>>],
    was: &'a [Word<'a>],
    is: &'a [Word<'a>],
    same: &'a Same,
    out: String,
    last: Last,
    /// Blanks before a word that was passed over, as the document lacks it.
    passed: &'a str,
}

impl Writer<'_> {
    fn all(&mut self, runs: &[Run]) -> Option<()> {
        // Up to where both are written.
        let (mut done, mut next) = (0, 0);
        for (at, run) in runs.iter().enumerate() {
            let Some(stays) = self.stays(run)? else { continue };
            self.changed(&runs[done..at], next..stays.start)?;
            match &run.there {
                Some(there) => self.there(there.clone(), Some(stays.start)),
                None => stays.clone().for_each(|word| self.pass(word)),
            }
            (done, next) = (at + 1, stays.end);
        }
        self.changed(&runs[done..], next..self.is.len())
    }

    /// Which new words a run is, if it stays. `None` where only a part of what stands there in other
    /// words does.
    fn stays(&self, run: &Run) -> Option<Option<Range<usize>>> {
        let same = &self.same.new;
        let own: Vec<usize> = run.old.clone().filter_map(|at| same[at]).collect();
        let (Some(first), Some(last)) = (own.first(), own.last()) else { return Some(None) };
        let whole = own.len() == run.old.len();
        if whole && last - first + 1 == own.len() {
            return Some(Some(*first..last + 1));
        }
        // Of words that the document lacks some may go.
        let before = same[..run.old.start].iter().rev().find_map(|new| *new).map_or(0, |at| at + 1);
        let behind = same[run.old.end..].iter().find_map(|new| *new).unwrap_or(self.is.len());
        let told = run.there.is_none() && behind.checked_sub(before)? == own.len();
        told.then(|| Some(*first..last + 1))
    }

    /// Writes the new words between two runs that stay, and what was not quoted there.
    fn changed(&mut self, runs: &[Run], new: Range<usize>) -> Option<()> {
        let quoted = |run: &Run| !run.old.is_empty();
        let text = self.place.text;
        let (first, last) = match (runs.iter().position(quoted), runs.iter().rposition(quoted)) {
            (Some(first), Some(last)) => (first, last + 1),
            // Nothing goes: beside words that come, on which side of them is not told.
            _ if new.is_empty() => (runs.len(), runs.len()),
            _ => {
                let told = |run: &Run| {
                    !run.words || [Side::Start, Side::End].iter().any(|at| self.has(&new, run, *at))
                };
                let starts = |run: &Run| {
                    let start = run.there.as_ref().map_or(0, |there| there.start);
                    text[..start].ends_with(char::is_whitespace)
                };
                if !runs.iter().all(told) {
                    return None;
                }
                let first = runs.iter().position(starts).unwrap_or(runs.len());
                (first, first)
            }
        };
        self.unquoted(&runs[..first], &new, Side::Start);
        new.clone().for_each(|word| self.new_word(word));
        self.unquoted(&runs[last..], &new, Side::End);
        Some(())
    }

    /// Whether new words have those of a run already: several anywhere, a single one, which may be
    /// any, on the side where it stands.
    fn has(&self, new: &Range<usize>, run: &Run, side: Side) -> bool {
        let Some(there) = run.there.clone() else { return false };
        let keys: Vec<String> =
            told(&self.place.text[there]).into_iter().map(|piece| piece.key).collect();
        let new = &self.is[new.clone()];
        let mut windows = new.windows(keys.len().max(1));
        let is = |some: &[Word<'_>]| some.iter().map(|word| &word.key).eq(&keys);
        match (keys.len(), side) {
            (1, Side::Start) => windows.next().is_some_and(is),
            (1, Side::End) => windows.next_back().is_some_and(is),
            _ => windows.any(is),
        }
    }

    fn unquoted(&mut self, runs: &[Run], new: &Range<usize>, side: Side) {
        for run in runs.iter().filter(|run| run.old.is_empty()) {
            let there = run.there.clone().filter(|_| !self.has(new, run, side));
            let Some(there) = there else { continue };
            let end = there.end;
            self.there(there, None);
            self.last = Last::Unquoted(end);
        }
    }

    fn pass(&mut self, word: usize) {
        if self.is[word].blank.contains('\n') {
            self.passed = self.is[word].blank;
        }
    }

    fn new_word(&mut self, word: usize) {
        let text = self.place.text;
        match self.last {
            Last::Nothing => {}
            Last::Unquoted(end) => self.out.push_str(blanks_behind(text, end)),
            Last::New | Last::There(_) => self.blank(word),
        }
        write(self.is[word].text, self.place, self.shift, self.style, &mut self.out);
        (self.last, self.passed) = (Last::New, "");
    }

    /// The document's own words, for a new one or as they were not quoted.
    fn there(&mut self, range: Range<usize>, word: Option<usize>) {
        let text = self.place.text;
        let next = |end: usize| text.get(end..range.start).filter(|blank| blank.trim().is_empty());
        match (self.last, word) {
            (Last::Nothing, _) => {}
            (Last::Unquoted(end), _) => self.out.push_str(blanks_behind(text, end)),
            (Last::There(end), Some(word)) => match next(end) {
                Some(blank) if self.keeps(word, blank) => self.out.push_str(blank),
                _ => self.blank(word),
            },
            (Last::There(_) | Last::New, None) => {
                self.out.push_str(blanks_before(text, range.start));
            }
            (Last::New, Some(word)) => self.blank(word),
        }
        self.out.push_str(&text[range.clone()]);
        (self.last, self.passed) = (Last::There(range.end), "");
    }

    /// Whether the document's blanks stay between two of its words.
    fn keeps(&self, word: usize, there: &str) -> bool {
        let new = self.is[word].blank;
        let Some(old) = self.same.old[word] else { return false };
        let next = word.checked_sub(1).and_then(|before| self.same.old[before]);
        if self.same.blank[word].is_some() || new.is_empty() && self.was[old].blank.is_empty() {
            return true;
        }
        // What stood between them is not there.
        let lines = |blank: &str| blank.matches('\n').count().min(2);
        let apart = next.is_none_or(|next| next + 1 != old);
        apart && !there.is_empty() && (lines(new) == lines(there) || lines(new) == 0)
    }

    /// The blanks before a new word: the document's where they are the quotation's.
    fn blank(&mut self, word: usize) {
        let new = match self.is[word].blank {
            blank if blank.contains('\n') || self.passed.is_empty() => blank,
            _ => self.passed,
        };
        match self.same.blank[word]
            .and_then(|old| blank_there(self.place.text, self.places, old, new))
        {
            Some(there) => self.out.push_str(there),
            None if new.is_empty() => {}
            None => write(new, self.place, self.shift, self.style, &mut self.out),
        }
    }
}

/// The document's blanks where the quotation has some before a word.
fn blank_there<'a>(
    text: &'a str,
    places: &[Option<Range<usize>>],
    old: usize,
    new: &str,
) -> Option<&'a str> {
    if let Some(there) = between(text, places, old).filter(|there| there.trim().is_empty()) {
        return Some(there).filter(|there| !there.is_empty());
    }
    let own = places.get(old).and_then(Option::as_ref);
    let before = old.checked_sub(1).and_then(|before| places.get(before)?.as_ref());
    let own = own.map(|own| blanks_before(text, own.start));
    let before = before.map(|before| blanks_behind(text, before.end));
    let lines = |blank: &str| blank.matches('\n').count().min(2);
    let fits = |there: &&str| !there.is_empty() && lines(there) == lines(new);
    own.filter(fits).or(before.filter(fits))
}

fn blanks_before(text: &str, at: usize) -> &str {
    &text[text[..at].trim_end().len()..at]
}

fn blanks_behind(text: &str, at: usize) -> &str {
    let rest = &text[at..];
    &rest[..rest.len() - rest.trim_start().len()]
}
