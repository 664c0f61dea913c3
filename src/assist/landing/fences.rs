//! A fenced text that is not all of the document: a part of it written anew, which goes where its
//! names stand, or what it resembles; or an example, which is none of it.

use super::anchored;
use super::bare::{self, Bare};
use super::part::{self, Document};
use super::passages::{begins_within, follows_within};
use super::rows::{self, Rows};
use super::stretches::stands_once;
use super::talk;
use super::wholes::Fenced;
use super::{Kin, Landed, Landing, Outcome, Wanted};
use crate::assist::alike;
use crate::assist::dialect::{Edit, Form, Hint, is_fence, is_gap, may_hold_edits};
use crate::assist::hunks::{Hunk, line_end, whole_to_hunks, with_line_ends};
use crate::assist::placement::{Placer, Step, in_form};
use crate::base::{Pos, Span};
use crate::text::is_soft;
use ropey::Rope;
use std::collections::BTreeSet;
use std::ops::Range;

/// What the words around a fenced text say of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Told {
    /// It is a change.
    Change,
    Open,
    /// Nothing is to be changed.
    None,
}

/// A text without blanks at the ends of lines that the document has not.
pub(super) fn without_trails(base: &str, text: &str) -> String {
    if !text.lines().any(|line| line.ends_with([' ', '\t'])) {
        return text.to_owned();
    }
    let own: BTreeSet<&str> = base.lines().collect();
    let bare: BTreeSet<&str> = base.lines().map(str::trim_end).collect();
    let mut out = String::with_capacity(text.len());
    for line in text.split_inclusive('\n') {
        let body = line.trim_end_matches(['\n', '\r']);
        let plain = body.trim_end();
        // Two are a line end of Markdown.
        let meant = own.contains(body) || body.ends_with("  ") && !bare.contains(plain);
        out.push_str(if meant { body } else { plain });
        out.push_str(&line[body.len()..]);
    }
    out
}

/// The lines of the document that show an edit as an example, if its text was found in one: a new
/// text that repeats them has an edit in it that is none.
pub(super) fn own_example(base: &Rope, edit: &Edit, found: &[Landed]) -> Option<String> {
    if edit.form != Form::Blocks {
        return None;
    }
    let places = found.iter().flat_map(|landed| match &landed.outcome {
        Outcome::Placed { hunk, .. } => vec![hunk.span],
        Outcome::Already { span } => vec![*span],
        Outcome::Ambiguous { candidates, .. } => candidates.clone(),
        Outcome::Missing { .. } => Vec::new(),
    });
    places.into_iter().find_map(|span| example_at(base, edit, base.char_to_line(span.start.0)))
}

/// The example around a line of the old or the new text of an edit.
fn example_at(base: &Rope, edit: &Edit, at: usize) -> Option<String> {
    let (old, new): (Vec<&str>, Vec<&str>) =
        (edit.old.lines().collect(), edit.new.lines().collect());
    let line = |at: usize| base.get_line(at).map(|line| line.to_string());
    let is = |at: usize, own: &str| line(at).is_some_and(|line| line.trim_end() == own.trim_end());
    let marked =
        |at: usize, mark: &str| line(at).is_some_and(|line| line.trim_start().starts_with(mark));
    (at.saturating_sub(old.len() + new.len() + 2)..at).find_map(|head| {
        let divider = head + old.len() + 1;
        let end = divider + new.len() + 1;
        let marks = marked(head, "<<<<<") && marked(divider, "=====") && marked(end, ">>>>>");
        let quotes = marks
            && old.iter().enumerate().all(|(nth, own)| is(head + 1 + nth, own))
            && new.iter().enumerate().all(|(nth, own)| is(divider + 1 + nth, own));
        quotes.then(|| (head..=end).filter_map(line).collect())
    })
}

/// What stands between the first and the last fence of an answer.
pub(super) fn around_all(prose: &str) -> Option<String> {
    let lines: Vec<&str> = prose.split_inclusive('\n').collect();
    let first = lines.iter().position(|line| is_fence(line))?;
    let last = lines.iter().rposition(|line| is_fence(line)).filter(|last| *last > first)?;
    Some(lines[first + 1..last].concat())
}

/// What an answer says outside of its fences.
fn outside(prose: &str) -> String {
    let mut fenced = false;
    let mut out = String::new();
    for line in prose.lines() {
        if is_fence(line) {
            fenced = !fenced;
        } else if !fenced {
            out.push_str(line);
            out.push('\n');
        }
    }
    out
}

/// Places of a document where a text may belong that quotes nothing, with how much of 100 is alike:
/// the parts that are called as it is, then what resembles it. To show, never to take.
pub fn resembling(text: &Rope, new: &str) -> Vec<(Span, u8)> {
    resembling_in(&text.to_string(), &Placer::new(text), new)
}

fn resembling_in(base: &str, placer: &Placer, new: &str) -> Vec<(Span, u8)> {
    const MOST: usize = 4;
    const TRIED: usize = 16;
    let mut called = part::called_so(&Document::new(base), new);
    called.truncate(TRIED);
    let mut out: Vec<(Span, u8)> =
        called.iter().map(|at| (span_of(base, at), alike(&base[at.clone()], new))).collect();
    out.sort_by_key(|(span, share)| (std::cmp::Reverse(*share), *span));
    for (span, share) in placer.resembling(new) {
        let apart = |(other, _): &(Span, u8)| span.end <= other.start || other.end <= span.start;
        if out.iter().all(apart) {
            out.push((span, share));
        }
    }
    out.truncate(MOST);
    out
}

/// Whether a text begins or ends with a line that stands within a wrapped paragraph: it is a piece of
/// that, not the paragraph anew.
pub(super) fn is_fragment(base: &str, text: &str) -> bool {
    let filled = |line: &&str| !line.trim().is_empty();
    let lines: Vec<&str> = base.lines().collect();
    let at = |line: &str| {
        let mut found = (0..lines.len()).filter(|at| lines[*at].trim() == line.trim());
        found.next().filter(|_| found.next().is_none())
    };
    let wraps = |at: usize| {
        let next = lines.get(at + 1).map_or("", |line| line.trim_start_matches(' '));
        lines.get(at).is_some_and(|line| !next.is_empty() && is_soft(line.trim_end(), "\n", next))
    };
    let first = text.lines().find(filled).and_then(at);
    let last = text.lines().rfind(filled).and_then(at);
    first.and_then(|at| at.checked_sub(1)).is_some_and(wraps) || last.is_some_and(wraps)
}

/// Whether two of all changes overlap, or put the same in one place.
pub(super) fn contradict(all: &[Vec<Landed>]) -> bool {
    let hunks = all.iter().flatten().filter_map(|landed| match &landed.outcome {
        Outcome::Placed { hunk, .. } => Some(hunk),
        _ => None,
    });
    let mut hunks: Vec<&Hunk> = hunks.collect();
    hunks.sort_by_key(|hunk| hunk.span);
    hunks.windows(2).any(|two| two[1].span.start < two[0].span.end || two[0] == two[1])
}

/// Whether two changes have a place in common.
fn meet(all: &[Vec<Landed>], found: &[Landed]) -> bool {
    let span = |landed: &Landed| match &landed.outcome {
        Outcome::Placed { hunk, .. } => Some(hunk.span),
        _ => None,
    };
    let there: Vec<Span> = all.iter().flatten().filter_map(span).collect();
    let touches =
        |one: Span| there.iter().any(|other| one.start <= other.end && other.start <= one.end);
    found.iter().filter_map(span).any(touches)
}

fn span_of(base: &str, at: &Range<usize>) -> Span {
    let start = base[..at.start].chars().count();
    Span { start: Pos(start), end: Pos(start + base[at.clone()].chars().count()) }
}

/// Whether a document has a line, its indent and the blanks behind it aside.
pub(super) fn has_line(base: &str, line: &str) -> bool {
    let line = line.trim();
    let blank = |c: char| c.is_whitespace() && c != '\n';
    base.match_indices(line).any(|(at, _)| {
        let before = base[..at].trim_end_matches(blank);
        let behind = base[at + line.len()..].trim_start_matches(blank);
        (before.is_empty() || before.ends_with('\n'))
            && (behind.is_empty() || behind.starts_with('\n'))
    })
}

impl Landing {
    /// The first text of an empty document, where a text is asked for. Without a fence around it
    /// nobody knows for sure that it is one.
    pub(super) fn first_text(&self, base: &str, fenced: &[Fenced], prose: &str) -> Vec<Landed> {
        match (self.wanted, fenced) {
            (Wanted::Change, [one]) => self.whole(base, &one.text, Step::Exact),
            (Wanted::Change, []) if !may_hold_edits(prose) && !prose.trim().is_empty() => {
                match bare::read(base, prose, ("", "")) {
                    Bare::Parts(_) => self.whole(base, prose, Step::Words),
                    Bare::Talk | Bare::Several => Vec::new(),
                }
            }
            _ => Vec::new(),
        }
    }

    /// What is said around fenced texts; what nothing is said of is meant to be a change.
    pub(super) fn said_of_fences(&self, prose: &str) -> Told {
        let said = outside(prose);
        match () {
            () if self.wanted == Wanted::Change || said.trim().is_empty() => Told::Change,
            () if talk::declines(&said) => Told::None,
            () if talk::tells_of_change(&said) => Told::Change,
            () => Told::Open,
        }
    }

    /// What a fenced text changes that is a part of the document; `None` where it is none, or no
    /// place is found for it.
    pub(super) fn fenced(
        &self,
        document: &Document<'_>,
        text: &str,
        told: Told,
    ) -> Option<Vec<Vec<Landed>>> {
        let base = document.text;
        if told == Told::None {
            return None;
        }
        let told = told == Told::Change;
        let text = without_trails(base, text);
        let text = text.as_str();
        match if told { rows::read(base, text) } else { Rows::No } {
            Rows::Placed(rewrites) => {
                let all = rewrites.into_iter();
                return Some(
                    all.map(|one| self.rewrite(base, one.at, &one.new, (one.sure, one.gap)))
                        .collect(),
                );
            }
            Rows::Unclear => return None,
            Rows::Table | Rows::No => {}
        }
        let parts = if told { part::read(document, text) } else { None };
        if let Some(parts) = parts
            && self.is_likely(document, text, &parts)
        {
            let Some(mut out) = self.rewrites(base, text, parts.rewrites) else {
                let nowhere = || vec![vec![self.nowhere(base, text, &[])]];
                return (self.wanted == Wanted::Change).then(nowhere);
            };
            for rest in &parts.rest {
                // What meets another part of the answer is no clear part of its own.
                let found = (!rest.broken).then(|| self.written_anew(base, &rest.text)).flatten();
                let found = found.filter(|found| !meet(&out, found));
                match found {
                    Some(found) => out.push(found),
                    None if self.wanted == Wanted::Change => {
                        out.push(vec![self.nowhere(base, &rest.text, &rest.several)]);
                    }
                    None => {}
                }
            }
            return Some(out);
        }
        if told && let Some((new, sure)) = self.between_gaps(base, text) {
            return Some(vec![self.rewrite(base, 0..base.len(), &new, (sure, true))]);
        }
        let found = self.written_anew(base, text);
        found.or_else(|| told.then(|| self.by_paragraphs(base, text))?).map(|found| vec![found])
    }

    /// The document with the pieces of a text that has gaps. Where it does not begin or end as the
    /// document does, there is a gap as well.
    fn between_gaps(&self, base: &str, text: &str) -> Option<(String, bool)> {
        let filled = |line: &&str| !line.trim().is_empty();
        let same = |a: Option<&str>, b: Option<&str>| a.map(str::trim) == b.map(str::trim);
        let first = same(text.lines().find(filled), base.lines().find(filled));
        let last = same(text.lines().rfind(filled), base.lines().rfind(filled));
        let gaps = text.lines().any(|line| is_gap(line) && !has_line(base, line));
        let (new, sure) = gaps.then(|| anchored::read(base, text, (!first, !last)))??;
        Some((new, sure && stands_once(base, text)))
    }

    /// Whether a text that has a name of the document's is about that, and not another thing of the
    /// same name.
    fn is_likely(&self, document: &Document<'_>, text: &str, parts: &part::Parts) -> bool {
        let common = || {
            let called = part::called_so(document, text);
            let there: Vec<&str> = called.into_iter().map(|at| &document.text[at]).collect();
            super::whole::shared_words(&there.join("\n"), text)
        };
        self.wanted == Wanted::Change || !parts.is_ambiguous() && common() >= 30
    }

    /// What the parts of a text become, in the document's forms where anything else changes. Of what
    /// leaves lines out something else was meant to: where nothing does, that can't be told.
    fn rewrites(
        &self,
        base: &str,
        text: &str,
        parts: Vec<part::Rewrite>,
    ) -> Option<Vec<Vec<Landed>>> {
        let in_form: Vec<(String, bool)> =
            parts.iter().map(|one| in_form(&base[one.at.clone()], &one.new)).collect();
        let any = in_form.iter().any(|(_, changed)| *changed);
        let gaps = parts.iter().any(|one| one.gap)
            || text.lines().any(|line| is_gap(line) && !has_line(base, line));
        let as_it_is = parts.iter().all(|one| base[one.at.clone()] == one.new);
        let torn = |one: &part::Rewrite| {
            let old = &base[one.at.clone()];
            begins_within(old, &one.new) || follows_within(old, text, &one.new)
        };
        if gaps && !any && !as_it_is || parts.iter().any(torn) {
            return None;
        }
        let new = |one: &part::Rewrite, kept: String| if any { kept } else { one.new.clone() };
        let all = parts.into_iter().zip(in_form).map(|(one, (kept, _))| {
            self.rewrite(base, one.at.clone(), &new(&one, kept), (one.sure, one.gap))
        });
        Some(all.collect())
    }

    fn rewrite(
        &self,
        base: &str,
        at: Range<usize>,
        new: &str,
        (sure, gap): (bool, bool),
    ) -> Vec<Landed> {
        let start = self.base.byte_to_char(at.start);
        let old = &base[at];
        let step = match (sure && self.wanted == Wanted::Change, gap) {
            (true, true) => Step::Gap,
            (true, false) => Step::Exact,
            (false, _) => Step::Words,
        };
        let landed = |hunk: Hunk| {
            let moved = |pos: Pos| Pos(pos.0 + start);
            let span = Span { start: moved(hunk.span.start), end: moved(hunk.span.end) };
            let outcome = Outcome::Placed { hunk: Hunk { span, ..hunk }, step };
            Landed { form: Form::Passage, why: None, said: None, quoted: None, outcome }
        };
        let end = self.line_end.get_or_init(|| line_end(base));
        let new = with_line_ends(new, end);
        whole_to_hunks(old, &new).into_iter().map(landed).collect()
    }

    /// A passage by its words, without gaps at its ends; empty where it stands there as it is.
    fn written_anew(&self, base: &str, text: &str) -> Option<Vec<Landed>> {
        let gap = |line: &&str| is_gap(line) || line.trim().is_empty();
        let lines: Vec<&str> = text.split_inclusive('\n').collect();
        let start = lines.iter().take_while(|line| gap(line)).count();
        let end = lines.iter().rposition(|line| !gap(line)).map_or(start, |at| at + 1);
        let inner = lines[start..end.max(start)].concat();
        let gaps = inner.lines().any(|line| is_gap(line) && !has_line(base, line));
        (!gaps && !inner.is_empty()).then(|| self.passage_of(&inner, 40)).flatten()
    }

    /// The paragraphs of a text that was made much longer or shorter, each by itself.
    fn by_paragraphs(&self, base: &str, text: &str) -> Option<Vec<Landed>> {
        if is_fragment(base, text) {
            return None;
        }
        let kin = Kin::new(base);
        let mut groups: Vec<Vec<Landed>> = Vec::new();
        let mut missed: Vec<&str> = Vec::new();
        let all: Vec<&str> = super::kin::paragraphs(text).into_iter().map(|at| &text[at]).collect();
        let mut found = 0;
        for one in &all {
            if kin.has(one) || is_gap(one) {
                continue;
            }
            let placed = match self.set_off(one) {
                placed if placed.is_empty() => self.kindred(base, &kin, one),
                placed => placed,
            };
            match placed.is_empty() {
                true => missed.push(one),
                false => found += 1,
            }
            // Two of one paragraph: which is meant?
            if meet(&groups, &placed) {
                return None;
            }
            groups.push(placed);
        }
        let mut out = groups.concat();
        // A question is not answered by a change of which half is not clear.
        let enough = self.wanted == Wanted::Change || missed.len() < found;
        if found == 0 || !enough {
            return None;
        }
        if self.wanted == Wanted::Change {
            out.extend(missed.iter().map(|one| self.nowhere(base, one, &[])));
        }
        Some(out)
    }

    /// A text that is wanted and has no certain place; `several` are places that have its name.
    pub(super) fn nowhere(&self, base: &str, text: &str, several: &[Range<usize>]) -> Landed {
        let (old, new, hint) = (String::new(), text.to_owned(), Hint::default());
        let outcome = match several {
            [] => Outcome::Missing {
                old,
                new,
                hint,
                similar: resembling_in(base, &self.placer, text),
            },
            many => Outcome::Ambiguous {
                old,
                new,
                hint,
                candidates: many.iter().map(|at| span_of(base, at)).collect(),
            },
        };
        Landed { form: Form::Passage, why: None, said: None, quoted: None, outcome }
    }
}
