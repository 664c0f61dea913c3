//! The fenced texts of an answer without edits: one that is the whole document, the last of several
//! where the answer says that it corrects the others, or an old text and the new one for it.

use super::content;
use super::covered::covered;
use super::doubt;
use super::fences::{Told, has_line};
use super::part::{self, Document};
use super::stretches::has_known;
use super::talk::{self, corrects, is_new, is_old};
use super::untold::cuts_word;
use super::whole::{self, Whole};
use super::{Landed, Landing, Outcome, Remark, UNSURE, Wanted, added, wrapper};
use crate::assist::dialect::{Edit, Form, Hint, is_gap, is_sure_head, unnumbered};
use crate::assist::flow;
use crate::assist::hunks::{Hunk, moves, whole_to_hunks};
use crate::assist::placement::{Step, in_form, kept};
use crate::base::{Pos, Span};
use std::collections::BTreeMap;

/// A fenced text, and what is said between the one before it and this.
#[derive(Clone, Debug)]
pub(super) struct Fenced {
    pub text: String,
    pub said: String,
}

impl Fenced {
    /// `heard` is the prose since the last one, with the text itself and its fence.
    pub fn of(text: &str, heard: &str) -> Self {
        let end = heard.rfind(text.trim_end()).unwrap_or(heard.len());
        let said = heard[..end].trim_end();
        let fence = said.rfind('\n').map_or(0, |line| line + 1);
        Self { text: text.to_owned(), said: said[..fence].trim_end().to_owned() }
    }
}

/// What is said of lines that a whole text lacks at its start or its end.
const LACKING: &str = "The answer does not have these lines. It may only not have repeated them.";

impl Landing {
    /// What the texts change that are all of the document; `None` if none is.
    pub(super) fn wholes(
        &mut self,
        document: &Document<'_>,
        fenced: &[Fenced],
        told: Told,
    ) -> Option<Vec<Landed>> {
        let base = document.text;
        let mut found: Option<(String, Step, &str)> = None;
        for one in fenced {
            let text = wrapper::in_fence(base, &one.text);
            if whole::is_too_short(base, text)
                || told == Told::Change && part::begins_within(document, text)
            {
                continue;
            }
            let (new, step) = match whole::read(base, &wrapped(base, text)) {
                Whole::All(new) => (new, Step::Exact),
                Whole::Gaps(new) if has_known(base, text) => (new, Step::Gap),
                Whole::Gaps(new) => (new, Step::Words),
                Whole::Likely(new) => (new, Step::Words),
                // What it corrects is no text any more.
                Whole::Unclear if found.is_some() && corrects(&one.said) => {
                    return Some(vec![self.nowhere(base, text, &[])]);
                }
                Whole::Unclear | Whole::No => continue,
            };
            // The document itself may be shown beside the new text.
            let shown = new.trim() == base.trim();
            match &found {
                Some((other, ..)) if shown || other.trim() == new.trim() => {}
                Some((other, ..)) if other.trim() != base.trim() && !corrects(&one.said) => {
                    self.remark = Some(Remark::Several);
                    return Some(Vec::new());
                }
                _ => found = Some((new, step, text)),
            }
        }
        let (new, step, text) = found?;
        // What leaves out all that it would change tells nothing; nor is a difference a text.
        if step == Step::Gap && new.trim() == base.trim()
            || text.lines().any(is_sure_head) && !base.lines().any(is_sure_head)
        {
            return Some(vec![self.nowhere(base, text, &[])]);
        }
        // Whoever leaves lines out means something else to change than the marks of others.
        if step != Step::Exact && new.trim() != base.trim() && !in_form(base, &new).1 {
            return Some(vec![self.nowhere(base, text, &[])]);
        }
        let landed = self.whole(base, &new, step);
        let last = landed.iter().rev().find_map(|one| match &one.outcome {
            Outcome::Placed { hunk, .. } => Some(hunk),
            _ => None,
        });
        if last.is_some_and(cuts_word) {
            return Some(vec![self.nowhere(base, text, &[])]);
        }
        self.same |= landed.is_empty();
        Some(landed)
    }

    /// With what the only text of an answer does not have of the document's end.
    pub(super) fn with_lacking<'a>(
        &self,
        base: &str,
        mut texts: impl Iterator<Item = &'a str>,
        mut found: Vec<Landed>,
    ) -> Vec<Landed> {
        if let (Some(one), None, Wanted::Change) = (texts.next(), texts.next(), self.wanted) {
            found.extend(self.lacking_end(base, one, &found));
        }
        found
    }

    /// What a text that begins as the document and has most of it does not have at its end, where nothing
    /// else is said of that.
    fn lacking_end(&self, base: &str, text: &str, found: &[Landed]) -> Option<Landed> {
        let filled = |line: &&str| !line.trim().is_empty();
        let same = |a: Option<&str>, b: Option<&str>| a.map(str::trim) == b.map(str::trim);
        let count = |text: &str| text.lines().filter(filled).count();
        if !same(text.lines().find(filled), base.lines().find(filled))
            || 2 * count(text) < count(base)
            || text.lines().any(is_gap)
        {
            return None;
        }
        let last = text.lines().rfind(filled)?.trim();
        let mut at = 0;
        let mut ends = Vec::new();
        for line in base.split_inclusive('\n') {
            at += line.len();
            if line.trim() == last {
                ends.push(at);
            }
        }
        let [end] = ends[..] else { return None };
        let chars = |text: &str| text.chars().count();
        let start = chars(base[..end].trim_end());
        let stop = chars(base.trim_end());
        let gone = &base[..base.trim_end().len()];
        let gone: String = gone.chars().skip(start).collect();
        // A text that ends where several sections follow was meant as those before them.
        let heads = gone.lines().filter(|line| line.starts_with('#')).count();
        let sections = gone.trim_start().starts_with('#') && heads > 1;
        if !gone.contains(char::is_alphanumeric) || sections {
            return None;
        }
        let told = found.iter().any(|landed| match &landed.outcome {
            Outcome::Placed { hunk, .. } => hunk.span.end.0 > start,
            _ => true,
        });
        let span = Span { start: Pos(start), end: Pos(stop) };
        let hunk = Hunk { span, old: gone, new: String::new() };
        (!told).then(|| Landed {
            form: Form::Whole,
            why: Some(LACKING.to_owned()),
            said: None,
            quoted: None,
            outcome: Outcome::Placed { hunk, step: Step::Words },
        })
    }

    /// Whether an answer in a fence is the whole text as it is.
    pub fn says_the_same(&self) -> bool {
        self.same
    }

    /// A text for all of the document in a call that writes it: there is nothing but the text in it.
    pub(super) fn written(&self, text: &str) -> Vec<Landed> {
        let base = self.base.to_string();
        let text = wrapped(&base, &content::meant(&base, text));
        match left_out(&base, &text) {
            None if content::is_stub(&base, &text) => self.whole(&base, &text, Step::Words),
            None => self.whole(&base, &text, Step::Exact),
            Some(Some(new)) => self.whole(&base, &new, Step::Gap),
            Some(None) => vec![self.nowhere(&base, &text, &[])],
        }
    }

    /// An edit in two fences, of which one is called the old text and the other the new one.
    pub(super) fn before_and_after(&mut self, fenced: &[Fenced]) -> Option<Vec<Landed>> {
        let pairs = fenced.chunks(2).map(|two| match two {
            [old, new] if is_old(&old.said) && is_new(&new.said) => Some((old, new)),
            _ => None,
        });
        let pairs: Vec<(&Fenced, &Fenced)> = pairs.collect::<Option<_>>()?;
        let edits: Vec<Edit> = pairs.into_iter().map(|(old, new)| pair_of(old, new)).collect();
        (!edits.is_empty()).then(|| edits.iter().flat_map(|edit| self.edit(edit)).collect())
    }

    /// A text for all of the document, as [`wrapped`] leaves it. Lines that it lacks at the start or the end are loose: that
    /// they are to go was not said.
    pub(super) fn whole(&self, base: &str, new: &str, step: Step) -> Vec<Landed> {
        // Empty lines at the start say nothing.
        let new = match base.starts_with(['\n', '\r']) {
            true => new,
            false => new.trim_start_matches(['\n', '\r']),
        };
        let new = kept(base, new);
        let at = covered(base, &new);
        let count = |text: &str| text.chars().count();
        let start = count(&base[..at.start]);
        let moved = |pos: Pos| Pos(pos.0 + start);
        let mut hunks = Vec::new();
        let mut why_not: BTreeMap<usize, &str> = BTreeMap::new();
        let gone = |from: usize, text: &str| Hunk {
            span: Span { start: Pos(from), end: Pos(from + count(text)) },
            old: text.to_owned(),
            new: String::new(),
        };
        if at.start > 0 {
            hunks.push((gone(0, &base[..at.start]), true));
        }
        let filled = |text: &str| text.contains(char::is_alphanumeric);
        let all = count(base);
        let known = talk::Known::of(base);
        for hunk in whole_to_hunks(&base[at.clone()], &new) {
            let span = Span { start: moved(hunk.span.start), end: moved(hunk.span.end) };
            let blank = |from: usize, to: usize| {
                self.base.slice(from.min(all)..to.min(all)).chars().all(char::is_whitespace)
            };
            let edge = blank(0, span.start.0) || blank(span.end.0, all);
            // With the line end before it, or its own.
            let begins = |at: usize| at == 0 || self.base.get_char(at - 1) == Some('\n');
            let whole = begins(span.start.0) || hunk.old.starts_with('\n');
            let lines = filled(&hunk.old) && (whole || hunk.old.trim_end().contains('\n'));
            let lacks = edge && lines && hunk.new.trim().is_empty();
            let said = edge && hunk.old.trim().is_empty() && {
                let new = hunk.new.trim();
                talk::is_talk(new, &known)
                    || talk::is_note(new)
                    || content::is_prose_of_code(base, new)
            };
            why_not.extend(said.then_some((hunks.len(), UNSURE)));
            hunks.push((Hunk { span, ..hunk }, lacks || said));
        }
        if at.end < base.len() {
            hunks.push((gone(count(&base[..at.end]), &base[at.end..]), true));
        }
        doubt::end(base, 0, &new, &mut hunks);
        let sure: Vec<bool> = hunks.iter().map(|(_, unsure)| !unsure).collect();
        added::doubts(base, &new, &mut hunks);
        for at in (0..hunks.len()).filter(|at| sure[*at] && hunks[*at].1) {
            why_not.insert(at, UNSURE);
        }
        // Where an end is lacking more may be.
        let cut = hunks.iter().any(|(_, lacks)| *lacks);
        for (hunk, lacks) in hunks.iter_mut().filter(|_| cut) {
            *lacks |= of_words(&hunk.old) > of_words(&hunk.new) + MOST_GONE;
        }
        if let Some((_, lacks)) = hunks.last_mut().filter(|_| doubt::stops(base, &new)) {
            *lacks = true;
        }
        doubt::as_one(&self.base, &mut hunks);
        let only: Vec<Hunk> = hunks.iter().map(|(hunk, _)| hunk.clone()).collect();
        let landed = |(at, ((hunk, lacks), moved)): (usize, ((Hunk, bool), Option<String>))| {
            let step = if lacks { Step::Words } else { step };
            let reason = why_not.get(&at).copied().unwrap_or(LACKING);
            let why = moved.or_else(|| lacks.then(|| reason.to_owned()));
            Landed {
                form: Form::Whole,
                why,
                said: None,
                quoted: None,
                outcome: Outcome::Placed { hunk, step },
            }
        };
        hunks.into_iter().zip(moves(&only)).enumerate().map(landed).collect()
    }
}

/// The edit in two fences.
pub(super) fn pair_of(old: &Fenced, new: &Fenced) -> Edit {
    let (old, new) = (old.text.clone(), new.text.clone());
    Edit { old, new, why: None, form: Form::Blocks, hint: Hint::default() }
}

/// How many lines of a text are not empty.
fn of_words(text: &str) -> usize {
    text.lines().filter(|line| !line.trim().is_empty()).count()
}

/// So many lines may go where others come for them.
const MOST_GONE: usize = 3;

/// What a new text of `old` says where it leaves lines out: nothing where it leaves out none, and
/// within that nothing where it can't be told which.
pub(super) fn left_out(old: &str, text: &str) -> Option<Option<String>> {
    let gap = |line: &str| is_gap(line) && !has_line(old, line);
    if !text.lines().any(gap) {
        return None;
    }
    let filled = match whole::read(old, text) {
        // Whoever leaves lines out means something else to change than the marks of others.
        Whole::Gaps(new) if new.trim() == old.trim() || in_form(old, &new).1 => Some(new),
        _ => None,
    };
    Some(filled)
}

/// A text for the document without line numbers that the document has not, wrapped as it is.
pub(super) fn wrapped(base: &str, text: &str) -> String {
    flow::document(base, &without_numbers(base, text), &|_| false).into_owned()
}

/// A text for the document without line numbers that the document has not.
pub(super) fn without_numbers(base: &str, text: &str) -> String {
    unnumbered(base, text).unwrap_or_else(|| text.to_owned())
}
