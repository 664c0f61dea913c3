//! A whole answer against one version of a text, with nobody to ask: which of its edits go in
//! together, and why the others don't. For the command line and for other tools.
//!
//! Knows no session; positions are those of the version.

use super::between::{Between, are_versions};
use super::dialect::{Dialect, Edit, Form, Hint, Piece, ReplyParser, without_thoughts};
use super::hunks::{Hunk, apply, torn};
use super::landing::{Landed, Landing, Outcome, Remark, Wanted, onto};
use super::undone::{is_for_later, taken_back};
use crate::base::Span;
use crate::text::{Change, PutIn, Replace, contradict, diff};
use ropey::Rope;
use std::collections::{BTreeMap, BTreeSet};

/// A part of an answer that begins like an edit and is none.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unreadable {
    /// Which edit of the answer it is, from 0.
    pub number: usize,
    pub text: String,
    /// In words for a person.
    pub why: String,
}

/// An edit for another file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Elsewhere {
    /// Which edit of the answer it is, from 0.
    pub number: usize,
    pub file: String,
    pub old: String,
    pub new: String,
}

/// What is done about one edit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fit {
    /// It goes in.
    Applied,
    /// Its place was found by likeness, and that is not enough.
    Doubted,
    /// It changes what the edit of that number, which goes in, changes as well.
    Waits(usize),
    /// It is the edit of that number once more.
    Twice(usize),
    /// The edit of that number says that it corrects this one, or takes it back.
    Corrected(usize),
    /// Its text goes, or comes, in another one as well, which does not go in.
    Torn,
    /// The text says it already.
    Already,
    /// It could be several places.
    Ambiguous,
    /// It has no place.
    Missing,
}

impl Fit {
    /// Whether nothing of the edit is left to be done.
    pub fn is_done(self) -> bool {
        matches!(self, Self::Applied | Self::Twice(_) | Self::Corrected(_) | Self::Already)
    }

    /// The name in what other programs read.
    pub fn name(self) -> &'static str {
        match self {
            Self::Applied => "applied",
            Self::Doubted => "loose",
            Self::Waits(_) => "overlap",
            Self::Twice(_) => "twice",
            Self::Corrected(_) => "corrected",
            Self::Torn => "torn",
            Self::Already => "already",
            Self::Ambiguous => "ambiguous",
            Self::Missing => "missing",
        }
    }
}

/// What is said of words beside the edits of an answer that are in none of them.
const UNREAD: &str =
    "It looks like an edit, or a part of the text in other words, and is in no edit.";

/// What one answer wants changed, read and placed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Answer {
    /// The edits in the order of the answer; one that writes the whole text anew is as many as it
    /// changes places.
    pub edits: Vec<Landed>,
    /// Which edit of the answer each of them is, from 0: those that change nothing count as well.
    pub numbers: Vec<usize>,
    /// How many edits the answer has, whatever became of them.
    pub all: usize,
    /// It holds several versions of one passage, of which none is taken.
    pub several: bool,
    pub unreadable: Vec<Unreadable>,
    pub elsewhere: Vec<Elsewhere>,
    /// Edits whose new text is their old one.
    pub unchanged: usize,
    /// Edits that say word by word what an earlier one says: what becomes of that becomes of them.
    pub repeats: usize,
    /// The files that edits name, by the place of the edit in `edits`.
    pub files: BTreeMap<usize, String>,
    /// The edits that quote what earlier ones wrote, with those: the place and the texts of the
    /// later one are those of both together.
    pub onto: BTreeMap<usize, Vec<usize>>,
    /// The edits that are said to be another version of an earlier one, and whether a better one.
    versions: BTreeMap<usize, bool>,
    /// The first place of the edit that each of `edits` is a place of.
    firsts: Vec<usize>,
    /// The edits that a later one takes back, with that one.
    undone: BTreeMap<usize, usize>,
}

impl Answer {
    /// Reads an answer in whatever dialect and places its edits in `base`, but for those that are
    /// for another file.
    pub fn read(base: &Rope, answer: &str, is_elsewhere: &dyn Fn(&Edit) -> bool) -> Self {
        let mut parser = ReplyParser::new(Dialect::Blocks);
        let mut landing = Landing::new(base).wanting(Wanted::Change);
        let mut read = Self::default();
        let mut pieces = parser.push(answered(base, answer));
        pieces.extend(parser.finish());
        let mut between = Between::default();
        // Whether a fenced text may be for the document, and an edit is for another file.
        let (mut own_fence, mut edits_elsewhere) = (false, false);
        for piece in pieces {
            let for_later = is_for_later(between.said());
            let version = between.take(&piece);
            let fenced = fenced_edit(base, &piece);
            let other = match (&piece, &fenced) {
                (Piece::EditDone { edit, .. }, _) | (_, Some(edit)) if is_elsewhere(edit) => {
                    Some(edit)
                }
                _ => None,
            };
            own_fence |= other.is_none() && matches!(piece, Piece::Fenced { .. });
            edits_elsewhere |= other.is_some() && fenced.is_none();
            if let Some(edit) = other {
                let file = edit.hint.file.clone().unwrap_or_default();
                let (old, new) = (edit.old.clone(), edit.new.clone());
                let number = read.next();
                read.elsewhere.push(Elsewhere { number, file, old, new });
                continue;
            }
            let first = read.edits.len();
            for landed in landing.take(&piece) {
                let landed = if for_later { landed } else { read.undoing(base, landed) };
                read.add(base, landed);
            }
            read.firsts.resize(read.edits.len(), first);
            if let Some(better) = version {
                read.versions.extend((first..read.edits.len()).map(|at| (at, better)));
            }
            if let Piece::EditDone { edit, .. } = &piece
                && let Some(file) = &edit.hint.file
            {
                read.files.extend((first..read.edits.len()).map(|at| (at, file.clone())));
            }
            match piece {
                Piece::Malformed { text, why, .. } => {
                    let number = read.next();
                    read.unreadable.push(Unreadable { number, text, why });
                }
                Piece::EditDropped { again, .. } => {
                    read.next();
                    match again {
                        true => read.repeats += 1,
                        false => read.unchanged += 1,
                    }
                }
                _ => {}
            }
        }
        // Where there are edits, the words around them are none.
        if read.elsewhere.is_empty() || own_fence && !edits_elsewhere {
            for landed in landing.finish() {
                read.add(base, landed);
            }
        }
        if landing.says_the_same() && read.edits.is_empty() {
            read.next();
            read.unchanged += 1;
        }
        for text in landing.unread() {
            let number = read.next();
            read.unreadable.push(Unreadable { number, text: text.clone(), why: UNREAD.into() });
        }
        read.several = landing.remark() == Some(Remark::Several);
        read
    }

    /// The file that the edit of a number names.
    pub fn file_of(&self, number: usize) -> Option<&str> {
        let at = self.numbers.iter().position(|one| *one == number)?;
        self.files.get(&at).map(String::as_str)
    }

    /// The numbers of the edits that the one of a number was made onto.
    pub fn onto_of(&self, number: usize) -> Option<Vec<usize>> {
        let at = self.numbers.iter().position(|one| *one == number)?;
        let earlier = self.onto.get(&at)?.iter();
        Some(earlier.filter_map(|at| self.numbers.get(*at).copied()).collect())
    }

    fn next(&mut self) -> usize {
        self.all += 1;
        self.all - 1
    }

    /// The edits that go in so far, with what becomes of each.
    fn made(&self) -> Vec<(usize, Hunk)> {
        let all = self.edits.iter().enumerate();
        // What an earlier one became part of is in the later.
        let own = all.filter(|(at, _)| self.later(*at).is_none() && !self.undone.contains_key(at));
        own.filter_map(|(at, one)| Some((at, placed(one)?))).collect()
    }

    /// An edit that takes back what earlier ones do stands there already, and these do nothing.
    fn undoing(&mut self, base: &Rope, mut landed: Landed) -> Landed {
        let nowhere = matches!(landed.outcome, Outcome::Already { .. } | Outcome::Missing { .. });
        let Some((old, new)) = landed.said.as_ref().filter(|_| nowhere) else { return landed };
        if let Some((span, earlier)) = taken_back(base, &self.made(), old, new) {
            let later = self.edits.len();
            self.undone.extend(earlier.into_iter().map(|at| (at, later)));
            landed.outcome = Outcome::Already { span };
        }
        landed
    }

    fn add(&mut self, base: &Rope, landed: Landed) {
        let number = self.next();
        if let Outcome::Placed { hunk, .. } = &landed.outcome
            && hunk.old == hunk.new
        {
            self.unchanged += 1;
            return;
        }
        let mut landed = landed;
        if let Some((old, new)) = landed.unplaced() {
            let (numbers, made): (Vec<usize>, Vec<Hunk>) = self.made().into_iter().unzip();
            // One that is doubted for what it says has its place.
            let placed = matches!(landed.outcome, Outcome::Placed { .. });
            let found = onto(base, &made, old, new).filter(|one| !placed || !one.over.is_empty());
            if let Some(found) = found {
                let over: Vec<usize> = found.over.iter().map(|at| numbers[*at]).collect();
                if !over.is_empty() {
                    self.onto.insert(self.edits.len(), over);
                }
                landed.outcome = Outcome::Placed { hunk: found.hunk, step: found.step };
            }
        }
        self.numbers.push(number);
        self.edits.push(landed);
    }

    /// The edit that was made onto one, and has it in it.
    fn later(&self, at: usize) -> Option<usize> {
        self.onto.iter().find(|(_, earlier)| earlier.contains(&at)).map(|(later, _)| *later)
    }

    /// The last of the edits that were made onto each other; it stands for all of them.
    fn last(&self, mut at: usize) -> usize {
        while let Some(later) = self.later(at) {
            at = later;
        }
        at
    }

    /// How many different edits it has.
    pub fn count(&self) -> usize {
        self.all - self.repeats
    }

    /// Whether the answer wants nothing changed and does not try to.
    pub fn is_empty(&self) -> bool {
        self.edits.is_empty()
            && self.unreadable.is_empty()
            && self.elsewhere.is_empty()
            && self.unchanged == 0
    }

    /// What is done about each edit: of two that contradict each other the first goes in, unless the
    /// later one is said to correct it. `loose` also takes places that were found by likeness.
    pub fn fits(&self, loose: bool) -> Vec<Fit> {
        let mut taken: Vec<(usize, &Hunk, Change)> = Vec::new();
        // Edits made onto each other go in together.
        let mut together: BTreeMap<usize, Fit> = BTreeMap::new();
        let mut fits: Vec<Fit> = Vec::with_capacity(self.edits.len());
        for (index, landed) in self.edits.iter().enumerate() {
            let last = self.last(index);
            if let Some(later) = self.undone.get(&last) {
                fits.push(Fit::Corrected(*later));
                continue;
            }
            let known = together.get(&last).copied();
            // Its own place is that of the last.
            let outcome = self.edits.get(last).map_or(&landed.outcome, |last| &last.outcome);
            let fit = match outcome {
                Outcome::Already { .. } => Fit::Already,
                Outcome::Ambiguous { .. } => Fit::Ambiguous,
                Outcome::Missing { .. } => Fit::Missing,
                Outcome::Placed { step, .. } if step.is_loose() && !loose => Fit::Doubted,
                Outcome::Placed { hunk, .. } => {
                    if let Some(known) = known {
                        fits.push(known);
                        continue;
                    }
                    let changes = changes(hunk);
                    let version = self.versions.get(&index).copied();
                    let same = |(_, other, _): &&(usize, &Hunk, _)| *other == hunk;
                    let versions = |a: &str, b: &str| version.is_some() && are_versions(a, b);
                    let against = |(at, other, theirs): &&(usize, &Hunk, Change)| {
                        contradict((hunk.span, &changes), (other.span, theirs), &versions)
                            || self.parts_a_sentence(*at, index)
                    };
                    if version == Some(true) {
                        for (wrong, ..) in taken.extract_if(.., |one| against(&&*one)) {
                            let wrong = self.last(wrong);
                            together.insert(wrong, Fit::Corrected(index));
                            let all = fits.iter_mut().enumerate();
                            let of = all.filter(|(at, _)| self.last(*at) == wrong);
                            of.for_each(|(_, fit)| *fit = Fit::Corrected(index));
                        }
                    }
                    if let Some((first, ..)) = taken.iter().find(same) {
                        Fit::Twice(*first)
                    } else if let Some((first, ..)) = taken.iter().find(against) {
                        Fit::Waits(*first)
                    } else {
                        taken.push((index, hunk, changes));
                        Fit::Applied
                    }
                }
            };
            together.entry(last).or_insert(fit);
            fits.push(fit);
        }
        self.without_torn(fits)
    }

    /// Of a text that goes at one place and comes at another nothing is done where only one of both can
    /// be.
    fn without_torn(&self, mut fits: Vec<Fit>) -> Vec<Fit> {
        let texts = |landed: &Landed| match &landed.outcome {
            Outcome::Placed { hunk, .. } => (hunk.old.clone(), hunk.new.clone()),
            Outcome::Missing { old, new, .. } | Outcome::Ambiguous { old, new, .. } => {
                (old.clone(), new.clone())
            }
            Outcome::Already { .. } => landed.said.clone().unwrap_or_default(),
        };
        let all: Vec<(String, String)> = self.edits.iter().map(texts).collect();
        let all: Vec<(&str, &str)> = all.iter().map(|(a, b)| (a.as_str(), b.as_str())).collect();
        // What an edit became part of, and what says the same again, is not left out.
        let kept = |fit: &Fit| {
            matches!(fit, Fit::Applied | Fit::Twice(_) | Fit::Corrected(_) | Fit::Waits(_))
        };
        let made: Vec<bool> = fits.iter().map(kept).collect();
        for (fit, torn) in fits.iter_mut().zip(torn(&all, &made)) {
            if torn && *fit == Fit::Applied {
                *fit = Fit::Torn;
            }
        }
        fits
    }

    /// Whether two edits of one quotation change words of one sentence or line of it, each other ones:
    /// each says what becomes of the sentence, and not of what the other makes of it.
    fn parts_a_sentence(&self, one: usize, other: usize) -> bool {
        let said = |at: usize| self.edits.get(at)?.said.as_ref();
        let places = (one, other);
        let (Some((old, one)), Some((quoted, other))) = (said(one), said(other)) else {
            return false;
        };
        let (old, one, other) = (old.trim(), one.trim(), other.trim());
        // The places of one edit are all meant.
        let first = |at: usize| self.firsts.get(at).copied().unwrap_or(at);
        if quoted.trim() != old || first(places.0) == first(places.1) {
            return false;
        }
        let parted = |a: Span, b: Span| {
            let (from, to) = (a.end.min(b.end).0, a.start.max(b.start).0);
            let between: String = old.chars().skip(from).take(to.saturating_sub(from)).collect();
            const ENDS: &[&str] = &["\n", ". ", "! ", "? ", "。", "！", "？"];
            ENDS.iter().any(|end| between.contains(end))
        };
        let gone = |new: &str| diff(old, new).0.into_iter().filter(|one| !one.span.is_empty());
        let (one, other): (Vec<_>, Vec<_>) = (gone(one).collect(), gone(other).collect());
        one.iter().any(|one| other.iter().any(|other| !parted(one.span, other.span)))
    }

    /// `text`, which is the version that the answer was read for, with the edits that go in.
    pub fn applied(&self, text: &str, fits: &[Fit]) -> String {
        let goes_in = |(landed, fit): (&Landed, &Fit)| match &landed.outcome {
            Outcome::Placed { hunk, .. } if *fit == Fit::Applied => {
                let one = |one: Replace| Hunk { span: one.span, old: String::new(), new: one.text };
                Some(changes(hunk).0.into_iter().map(one))
            }
            _ => None,
        };
        let own = self.edits.iter().zip(fits).enumerate();
        let own = own.filter(|(at, _)| self.later(*at).is_none()).map(|(_, one)| one);
        let mut all: Vec<Hunk> = own.filter_map(goes_in).flatten().collect();
        // What goes in at one place keeps the order of the answer.
        all.sort_by_key(|hunk| (hunk.span, PutIn::of(&hunk.new)));
        apply(text, &all)
    }
}

/// A fenced text for a file that is named before it, as an edit: it quotes the document where it has
/// most of its lines.
fn fenced_edit(base: &Rope, piece: &Piece) -> Option<Edit> {
    let Piece::Fenced { text, file: Some(file), .. } = piece else { return None };
    let lines: BTreeSet<&str> = text.lines().map(str::trim).collect();
    let (mut all, mut own) = (0, 0);
    for line in base.lines() {
        let line = line.to_string();
        all += usize::from(!line.trim().is_empty());
        own += usize::from(!line.trim().is_empty() && lines.contains(line.trim()));
    }
    let old = if own > 0 && 2 * own >= all { text.clone() } else { String::new() };
    let hint = Hint { file: Some(file.clone()), ..Hint::default() };
    Some(Edit { old, new: text.clone(), why: None, form: Form::Passage, hint })
}

/// The files that the edits of an answer name, as they stand there.
pub fn files_named(base: &Rope, answer: &str) -> BTreeSet<String> {
    let mut parser = ReplyParser::new(Dialect::Blocks);
    let mut pieces = parser.push(answered(base, answer));
    pieces.extend(parser.finish());
    let file = |piece| match piece {
        Piece::EditDone { edit, .. } => edit.hint.file,
        Piece::Fenced { file, .. } => file,
        _ => None,
    };
    pieces.into_iter().filter_map(file).collect()
}

/// An answer without what the model thought before it, as some programs print it.
fn answered<'a>(base: &Rope, answer: &'a str) -> &'a str {
    // As some models write it down: several channels, of which the last one is the answer.
    const FINAL: &str = "<|channel|>final<|message|>";
    let begun =
        ["<|channel|>", "<|start|>"].iter().any(|mark| answer.trim_start().starts_with(mark));
    if let Some((_, answer)) = answer.rsplit_once(FINAL).filter(|_| begun) {
        let end = answer.trim_end();
        let marks = ["<|return|>", "<|end|>"];
        return marks.iter().find_map(|mark| end.strip_suffix(mark)).unwrap_or(answer);
    }
    let has = |mark: &str| {
        let mark = mark.to_lowercase();
        base.lines().any(|line| line.to_string().trim().to_lowercase().starts_with(&mark))
    };
    without_thoughts(answer, &has)
}

/// What an edit changes that has a certain place.
fn placed(landed: &Landed) -> Option<Hunk> {
    match &landed.outcome {
        Outcome::Placed { hunk, step } if !step.is_loose() => Some(hunk.clone()),
        _ => None,
    }
}

/// What differs between a hunk's old and new text.
fn changes(hunk: &Hunk) -> Change {
    let mut change = diff(&hunk.old, &hunk.new);
    for one in &mut change.0 {
        one.span.start.0 += hunk.span.start.0;
        one.span.end.0 += hunk.span.start.0;
    }
    change
}
