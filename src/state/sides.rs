//! The three texts of a hunk whose text changed since it was proposed, and the two changes together.
//!
//! All of them are the same passage: what stood there in the text that the model knew, what stands
//! there now, what is proposed for it. It is as much of the text as the hunk, what was changed in or
//! right beside it since, and the words that these are a part of, so that each of the texts can take
//! the place of another and leaves no half of a word or a sentence. What was only put in beside what the
//! hunk changes, at its very edge also, is nothing that a proposal speaks against: it stays with it. What
//! was accepted of the same proposal beside it is decided: it stands in all of them.

use super::Model;
use crate::assist::{Merged, merge};
use crate::base::{DocId, Pos, Span};
use crate::event::Version;
use crate::session::{DocEntry, Hunk, HunkRef, HunkState, OpenHunk};
use crate::text::{Change, Document, is_ideograph};
use ropey::Rope;
use std::collections::BTreeMap;
use std::rc::Rc;

/// How far a passage grows for the word at its end, in characters.
const LONGEST_WORD: usize = 200;
/// Of so many versions the text is kept.
const VERSIONS: usize = 16;
/// A passage is told by so many characters on each side of it.
const AROUND: usize = 2 * LONGEST_WORD;

/// What stood there, what stands there, what is proposed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sides {
    /// The passage in today's text.
    pub span: Span,
    pub base: String,
    pub mine: String,
    /// With what was put in beside the hunk.
    pub theirs: String,
    /// What the proposal is made in: `base` with that; and where in it stands what the hunk changes, in
    /// characters.
    pub ground: String,
    pub old: Span,
    /// Where that stands in `mine`, in characters.
    pub beside: Vec<Span>,
    /// Where what stays with `base` also stands in `mine`.
    pub kept: Vec<Span>,
    /// Both changes together, word by word; nothing where they contradict each other.
    pub both: Option<Merged>,
}

/// The sides of the stale hunks, as they were made for one text: every key asks, and comparing
/// versions takes a while.
#[derive(Debug, Default)]
pub struct AllSides {
    /// Texts that models knew.
    then: BTreeMap<(DocId, Version), Option<Rc<Document>>>,
    /// What makes of a document's text in one revision the one of such a version.
    changes: BTreeMap<(DocId, Version), Compared>,
    made: BTreeMap<HunkRef, Known>,
}

/// In which revision of today's text, and what differs.
type Compared = (u64, Rc<Vec<Part>>);

/// Sides that hold as long as the hunk is the same and nothing changes around it.
#[derive(Debug)]
struct Known {
    doc: DocId,
    revision: u64,
    hunk: OpenHunk,
    around: String,
    sides: Rc<Sides>,
}

impl Known {
    fn new(doc: &DocId, document: &Document, hunk: &OpenHunk, sides: &Rc<Sides>) -> Self {
        let around = around(document.rope(), sides.span).unwrap_or_default();
        let (doc, revision) = (doc.clone(), document.revision());
        Self { doc, revision, hunk: hunk.clone(), around, sides: sides.clone() }
    }

    /// The sides in today's text, where they still hold.
    fn today(&self, doc: &DocId, document: &Document, hunk: &OpenHunk) -> Option<Rc<Sides>> {
        let (then, now) = (self.hunk.span?, hunk.span?);
        if self.doc == *doc && self.revision == document.revision() && self.hunk == *hunk {
            return Some(self.sides.clone());
        }
        let moved = OpenHunk { span: self.hunk.span, ..hunk.clone() };
        if self.doc != *doc || moved != self.hunk || then.len() != now.len() {
            return None;
        }
        let shifted = |pos: Pos| (pos.0 + now.start.0).checked_sub(then.start.0).map(Pos);
        let Span { start, end } = self.sides.span;
        let span = Span { start: shifted(start)?, end: shifted(end)? };
        let same = around(document.rope(), span).is_some_and(|text| text == self.around);
        same.then(|| Rc::new(Sides { span, ..Sides::clone(&self.sides) }))
    }
}

/// A passage with what stands around it; nothing where there is no such place.
fn around(rope: &Rope, span: Span) -> Option<String> {
    let start = span.start.0.saturating_sub(AROUND);
    let end = span.end.0.saturating_add(AROUND).min(rope.len_chars());
    Some(rope.get_slice(start..end)?.to_string())
}

/// Where two versions of a text differ: in characters of each.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Part {
    then: (usize, usize),
    now: (usize, usize),
}

impl Part {
    /// Whether it lies in what another hunk of the proposal changes, and in nothing of this one.
    fn is_settled(&self, settled: &[Span], (start, end): (usize, usize)) -> bool {
        let (at, to) = self.then;
        let within = |span: &Span| span.start.0 <= at && to <= span.end.0;
        (to <= start || at >= end) && settled.iter().any(within)
    }

    /// Whether it is only put in, outside of what stood from `start` to `end`, and no part of a word that
    /// stood there. Where nothing stood, what is put in at that place is the same as what is proposed.
    fn is_put_in_beside(&self, now: &Rope, (start, end): (usize, usize)) -> bool {
        let (at, to) = self.then;
        let outside = at < start || at > end || start < end && (at == start || at == end);
        at == to && outside && !within_word(now, self.now.0) && !within_word(now, self.now.1)
    }
}

/// The parts in which two versions differ, in the order of the text. `change` makes the other of
/// today's.
fn parts(change: &Change) -> Vec<Part> {
    let mut out: Vec<Part> = Vec::new();
    for one in &change.0 {
        let (start, end) = (one.span.start.0, one.span.end.0);
        let len = one.text.chars().count();
        match out.last_mut().filter(|last| last.now.1 == start) {
            Some(last) => {
                last.now.1 = end;
                last.then.1 += len;
            }
            None => {
                let at = out.last().map_or(start, |last| last.then.1 + (start - last.now.1));
                out.push(Part { then: (at, at + len), now: (start, end) });
            }
        }
    }
    out
}

/// A passage of both versions. Its ends stand in what is the same in both, before one of the parts.
struct Passage<'a> {
    parts: &'a [Part],
    first: usize,
    next: usize,
    then: (usize, usize),
}

impl Passage<'_> {
    /// Where a place of the other text, in what stands before a part, is in today's.
    fn now_at(&self, part: usize, at: usize) -> usize {
        let before = part.checked_sub(1).and_then(|before| self.parts.get(before));
        before.map_or(at, |before| before.now.1 + at.saturating_sub(before.then.1))
    }

    fn now(&self) -> (usize, usize) {
        (self.now_at(self.first, self.then.0), self.now_at(self.next, self.then.1))
    }

    /// Grows so that a part is in it.
    fn take(&mut self, part: usize) {
        let Some(one) = self.parts.get(part) else { return };
        if part < self.first {
            (self.first, self.then.0) = (part, one.then.0);
        }
        if part >= self.next {
            (self.next, self.then.1) = (part + 1, one.then.1);
        }
    }

    /// Grows by a character, or by the part that stands there.
    fn step(&mut self, left: bool) {
        let beside = match left {
            true => self.first.checked_sub(1),
            false => Some(self.next),
        };
        let there = beside.and_then(|part| self.parts.get(part));
        match (there, left) {
            (Some(one), true) if one.then.1 == self.then.0 => self.take(self.first - 1),
            (Some(one), false) if one.then.0 == self.then.1 => self.take(self.next),
            (_, true) => self.then.0 = self.then.0.saturating_sub(1),
            (_, false) => self.then.1 += 1,
        }
    }
}

/// The passage of a hunk that stood at `known`, with the words beside it at `reach`, and stands at
/// `span` now.
fn passage<'a>(
    parts: &'a [Part],
    (then, now): (&Rope, &Rope),
    (known, reach): (Span, Span),
    span: Span,
) -> Option<Passage<'a>> {
    let (start, end) = (known.start.0, known.end.0);
    let first = parts.partition_point(|part| part.then.1 <= start);
    let next = parts.partition_point(|part| part.then.0 < end).max(first);
    let mut made = Passage { parts, first, next, then: (start, end) };
    // An end within a part takes the whole of it.
    if let Some(part) = parts.get(first).filter(|part| part.then.0 < start) {
        made.then.0 = part.then.0;
        made.next = made.next.max(first + 1);
        made.then.1 = made.then.1.max(part.then.1);
    }
    if let Some(part) = next.checked_sub(1).and_then(|last| parts.get(last)) {
        made.then.1 = made.then.1.max(part.then.1);
    }
    // What is changed of it or of the words beside it, and what is put in between these.
    let from = parts.partition_point(|part| part.then.1 < reach.start.0);
    for (index, part) in parts.iter().enumerate().skip(from) {
        let (x, y) = part.then;
        if x > reach.end.0 {
            break;
        }
        // At the outer end of such a word only what makes it another one.
        let grown = y == reach.start.0 && within_word(now, part.now.1)
            || x == reach.end.0 && within_word(now, part.now.0);
        if x < reach.end.0 && y > reach.start.0 || grown {
            made.take(index);
        }
    }
    let (from, to) = made.now();
    if span.end.0 < from || span.start.0 > to {
        return None;
    }
    // All that stands there now.
    let within = |part: &Part| part.now.0 < span.end.0 && part.now.1 > span.start.0;
    for index in 0..parts.len() {
        if parts.get(index).is_some_and(within) {
            made.take(index);
        }
    }
    while span.start.0 < made.now().0 {
        made.step(true);
    }
    while span.end.0 > made.now().1 {
        made.step(false);
    }
    for left in [true, false] {
        for _ in 0..LONGEST_WORD {
            let ((a, b), (c, d)) = (made.then, made.now());
            let at = if left { (a, c) } else { (b, d) };
            if !within_word(then, at.0) && !within_word(now, at.1) {
                break;
            }
            made.step(left);
        }
    }
    (made.then.1 <= then.len_chars() && made.now().1 <= now.len_chars()).then_some(made)
}

fn within_word(rope: &Rope, at: usize) -> bool {
    let is_word = |c: char| (c.is_alphanumeric() || c == '_') && !is_ideograph(c);
    let before = at.checked_sub(1).and_then(|at| rope.get_char(at));
    before.is_some_and(is_word) && rope.get_char(at).is_some_and(is_word)
}

/// The texts of a hunk's passage. `settled` is where other hunks stood that were accepted.
fn of_passage(
    entry: &DocEntry,
    (then, settled): (&Document, &[Span]),
    parts: &[Part],
    body: &Hunk,
    span: Span,
) -> Option<Sides> {
    let known = body.known_at(then)?;
    let (then, rope) = (then.rope(), entry.document.rope());
    let made = passage(parts, (then, rope), known, span)?;
    let ((a, b), (c, d)) = (made.then, made.now());
    let text = |from: usize, to: usize| Some(then.get_slice(from..to)?.to_string());
    let (start, end) = (known.0.start.0, known.0.end.0);
    let is_settled = |part: &&Part| part.is_settled(settled, (start, end));
    let stays = |part: &&Part| is_settled(part) || part.is_put_in_beside(rope, (start, end));
    let all: Vec<&Part> = parts.get(made.first..made.next)?.iter().collect();
    // What was put in beside it goes with what was there before only where nothing else is different.
    let all_stay = all.iter().all(stays);
    let of_base = |part: &&Part| if all_stay { is_settled(part) } else { stays(part) };
    // The old text of the passage with some of what was made of it on each side of the hunk.
    let around = |put_in: &dyn Fn(&&Part) -> bool| {
        let with = |from: usize, to: usize, put_in: &[&Part]| {
            let (mut out, mut at) = (String::new(), from);
            for part in put_in {
                out.push_str(&text(at, part.then.0)?);
                out.push_str(&rope.get_slice(part.now.0..part.now.1)?.to_string());
                at = part.then.1;
            }
            out.push_str(&text(at, to)?);
            Some(out)
        };
        let put_in = all.iter().copied().filter(|part| put_in(part));
        let (before, after): (Vec<&Part>, Vec<&Part>) =
            put_in.partition(|part| part.then.1 <= start);
        Some((with(a, start, &before)?, with(end, b, &after)?))
    };
    let at = |part: &Part| Span::new(Pos(part.now.0 - c), Pos(part.now.1 - c));
    let spans = |put_in: &dyn Fn(&&Part) -> bool| {
        all.iter().copied().filter(|part| put_in(part)).map(at).collect::<Vec<Span>>()
    };
    let (base_before, base_after) = around(&of_base)?;
    let base = format!("{base_before}{}{base_after}", text(start, end)?);
    let (before_text, after_text) = around(&stays)?;
    let mine = rope.get_slice(c..d)?.to_string();
    let theirs = format!("{before_text}{}{after_text}", body.new);
    let ground = format!("{before_text}{}{after_text}", text(start, end)?);
    let before_len = before_text.chars().count();
    let old = Span::new(Pos(before_len), Pos(before_len + (end - start)));
    let (beside, kept) = (spans(&stays), spans(&of_base));
    // What was put in beside it is in both of them: it comes once.
    let both = merge(&ground, &mine, &theirs);
    let span = Span::new(Pos(c), Pos(d));
    Some(Sides { span, base, mine, theirs, ground, old, beside, kept, both })
}

impl AllSides {
    fn of(
        &mut self,
        entry: &DocEntry,
        version: &Version,
        (body, accepted): (&Hunk, &[&Hunk]),
        span: Span,
    ) -> Option<Sides> {
        let key = (entry.document.id().clone(), version.clone());
        if self.then.len() > VERSIONS && !self.then.contains_key(&key) {
            self.then.clear();
        }
        let known = self.then.entry(key.clone());
        let then = known.or_insert_with(|| entry.at(version).ok().map(Rc::new)).clone()?;
        let revision = entry.document.revision();
        let parts = match self.changes.get(&key).filter(|known| known.0 == revision) {
            Some((_, parts)) => parts.clone(),
            None => {
                let parts = Rc::new(parts(&entry.document.plan_restore(&then).ok()?));
                self.changes.retain(|_, known| known.0 == revision);
                self.changes.insert(key, (revision, parts.clone()));
                parts
            }
        };
        let settled: Vec<Span> =
            accepted.iter().filter_map(|one| Some(one.known_at(&then)?.0)).collect();
        of_passage(entry, (&then, &settled), &parts, body, span)
    }
}

impl Model {
    /// The sides of a stale hunk of a document. Nothing for others, and for one that contradicts
    /// another of its proposal, whose text did not change.
    pub fn sides(&self, doc: &DocId, hunk: &OpenHunk) -> Option<Rc<Sides>> {
        let span = hunk.span.filter(|_| hunk.state == HunkState::Stale && !hunk.behind)?;
        let entry = self.session.documents.get(doc)?;
        let mut all = self.ui.sides.try_borrow_mut().ok()?;
        let known = all.made.get_mut(&hunk.of);
        let today = known.and_then(|known| {
            let sides = known.today(doc, &entry.document, hunk)?;
            if !Rc::ptr_eq(&sides, &known.sides) {
                *known = Known::new(doc, &entry.document, hunk, &sides);
            }
            Some(sides)
        });
        if today.is_some() {
            return today;
        }
        let proposals = &self.session.proposals;
        let body = proposals.hunk(&hunk.of);
        let proposal = proposals.proposal(&hunk.proposal);
        // Where the text says it already, its words are all there is.
        let passage = match (body, proposal) {
            (Some(body), Some(proposal)) if !hunk.there => {
                let accepted = proposals.accepted_of(proposal.id);
                all.of(entry, &proposal.version, (body, &accepted), span)
            }
            _ => None,
        };
        let sides = match passage {
            Some(sides) => sides,
            // Placed by hand, or of a text that was typed while the answer came.
            None => {
                let mine = entry.document.rope().get_slice(span.range())?.to_string();
                let both = merge(&hunk.old, &mine, &hunk.new);
                let (base, theirs) = (hunk.old.clone(), hunk.new.clone());
                let (ground, beside, kept) = (base.clone(), Vec::new(), Vec::new());
                let old = Span::new(Pos(0), Pos(base.chars().count()));
                Sides { span, base, mine, theirs, ground, old, beside, kept, both }
            }
        };
        let sides = Rc::new(sides);
        all.made.insert(hunk.of, Known::new(doc, &entry.document, hunk, &sides));
        Some(sides)
    }

    /// Forgets the sides of hunks that are not open any more.
    pub(super) fn keep_sides(&self, open: &[OpenHunk]) {
        let Ok(mut all) = self.ui.sides.try_borrow_mut() else { return };
        if open.is_empty() {
            *all = AllSides::default();
        } else if all.made.len() > 2 * open.len() {
            all.made
                .retain(|of, known| known.doc != self.doc || open.iter().any(|one| one.of == *of));
        }
    }
}
