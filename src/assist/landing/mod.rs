//! From the pieces of an answer to changes of one version of a document: each with its place, or
//! with why it has none. The same for the workspace, the command line and the benchmark.
//!
//! Knows no session: what comes out are positions in the version that was sent.

mod added;
mod anchored;
mod answered;
mod bare;
mod beside;
mod content;
mod covered;
mod doubt;
mod edges;
mod elided;
mod escaped;
mod everywhere;
mod fences;
mod frame;
mod kin;
mod named;
mod onto;
mod part;
mod passages;
mod rows;
mod shown;
mod slop;
mod stretches;
mod talk;
mod units;
mod untold;
mod whole;
mod wholes;
mod wrapper;

pub use beside::{ELSEWHERE, OFFERED, REPEATS, SHORT};
pub use doubt::STANDS_IN;
pub use fences::resembling;
pub use onto::{Onto, onto};
pub(super) use talk::is_another;

use super::dialect::{Edit, Form, Hint, Piece, may_hold_edits};
use super::flow;
use super::hunks::{Hunk, line_end, moves, unsplit, whole_to_hunks, with_line_ends};
use super::placement::{Placer, Step, kept};
use crate::base::{Pos, Span};
use bare::Bare;
use beside::offered;
use kin::Kin;
use part::Document;
use ropey::Rope;
use std::collections::BTreeSet;
use std::sync::OnceLock;
use whole::Whole;
use wholes::{Fenced, without_numbers, wrapped};

/// What became of one edit, or of one part of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Landed {
    pub form: Form,
    /// One sentence, by the model.
    pub why: Option<String>,
    /// The old and new text as the model wrote them, of an edit that has both.
    pub said: Option<(String, String)>,
    /// What of the text its quotation covers, of one that quotes and has a place.
    pub quoted: Option<Span>,
    pub outcome: Outcome,
}

impl Landed {
    /// What it quotes and what it makes of that, where the text has no certain place for it.
    pub fn unplaced(&self) -> Option<(&str, &str)> {
        match &self.outcome {
            Outcome::Missing { old, new, .. } => Some((old, new)),
            Outcome::Placed { step, .. } if step.is_loose() => {
                self.said.as_ref().map(|(old, new)| (old.as_str(), new.as_str()))
            }
            _ => None,
        }
    }

    /// It was placed as it was not written.
    fn mended(mut self) -> Self {
        if let Outcome::Placed { step, .. } = &mut self.outcome {
            *step = (*step).max(Step::Marks);
        }
        self
    }
}

/// Spans are in `char`s of the version that was sent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// It has a place.
    Placed { hunk: Hunk, step: Step },
    /// The new text stands there already.
    Already { span: Span },
    /// It could be each of these (the first of them, if they are many).
    Ambiguous { old: String, new: String, hint: Hint, candidates: Vec<Span> },
    /// Nowhere; these places resemble it, with how much of 100.
    Missing { old: String, new: String, hint: Hint, similar: Vec<(Span, u8)> },
}

/// Whether text without marks of an edit may be one.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Wanted {
    /// A question: an answer is what is wanted, and only what is hardly anything else is an edit.
    #[default]
    Answer,
    /// A change of the document.
    Change,
}

/// Why a bare answer changes nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Remark {
    /// It is words to the person.
    Talk,
    /// It holds several versions of the text.
    Several,
    /// Some of it is like the text and may be quoted.
    Quoted,
}

/// What is said of a change that may be no part of the text.
const UNSURE: &str = "It may be said about the text and be no part of it.";

/// Places what one answer wants changed in one version of a document.
#[derive(Debug)]
pub struct Landing {
    base: Rope,
    placer: Placer,
    wanted: Wanted,
    /// What was selected: nothing else is changed.
    within: Option<Span>,
    /// What an answer with edits has besides that looks like one, and is in none of them.
    unread: Vec<String>,
    remark: Option<Remark>,
    /// It writes the text as it is.
    same: bool,
    /// Edits of what was not selected.
    outside: usize,
    /// How many edits the answer had, whatever became of them.
    edits: usize,
    /// The lines that they write.
    written: BTreeSet<String>,
    fenced: Vec<Fenced>,
    /// A fenced text was not closed: the answer was cut short.
    open: bool,
    prose: String,
    /// What it says since the last edit.
    lead: String,
    /// What it says behind its first edit, since the last fenced text.
    beside: String,
    /// How much of it stands before the last fenced text.
    heard: usize,
    /// What looks like edits of it are examples that the document shows.
    examples: bool,
    /// Whoever asked for a whole text knows whether it came whole.
    asked: bool,
    line_end: OnceLock<&'static str>,
}

impl Landing {
    /// For the document as it was sent. Cheap; what is worked out about it is kept.
    pub fn new(base: &Rope) -> Self {
        Self {
            base: base.clone(),
            placer: Placer::new(base),
            wanted: Wanted::default(),
            within: None,
            remark: None,
            unread: Vec::new(),
            same: false,
            outside: 0,
            edits: 0,
            written: BTreeSet::new(),
            fenced: Vec::new(),
            open: false,
            prose: String::new(),
            beside: String::new(),
            lead: String::new(),
            heard: 0,
            asked: true,
            examples: false,
            line_end: OnceLock::new(),
        }
    }

    /// What was asked for.
    pub fn wanting(mut self, wanted: Wanted) -> Self {
        self.wanted = wanted;
        self
    }

    /// Only this part of the document may be changed; an answer in bare text is the new text of it.
    pub fn within(mut self, span: Span) -> Self {
        self.within = Some(span);
        self
    }

    /// Why a bare answer changes nothing, if that is so.
    pub fn remark(&self) -> Option<Remark> {
        self.remark
    }

    /// What an answer with edits has besides that looks like one, and is in none of them.
    pub fn unread(&self) -> &[String] {
        &self.unread
    }

    /// How many edits were left out since they change what was not selected.
    pub fn outside(&self) -> usize {
        self.outside
    }

    pub fn placer(&self) -> &Placer {
        &self.placer
    }

    /// Takes the next piece of the answer.
    pub fn take(&mut self, piece: &Piece) -> Vec<Landed> {
        match piece {
            Piece::EditDone { edit, .. } => {
                let shown = talk::is_only_shown(&std::mem::take(&mut self.lead));
                let found = self.edit(edit);
                let found = if shown { offered(found) } else { found };
                if let Some(example) = fences::own_example(&self.base, edit, &found) {
                    self.examples = true;
                    self.prose.push_str(&example);
                    return Vec::new();
                }
                self.edits += 1;
                self.written.extend(edit.new.lines().map(|line| line.trim().to_owned()));
                return self.with_doubts(found);
            }
            Piece::EditDropped { .. } | Piece::Malformed { .. } => self.edits += 1,
            Piece::Fenced { text, open, .. } => {
                self.open |= open;
                let said = if self.edits > 0 { &self.beside } else { &self.prose[self.heard..] };
                self.fenced.push(Fenced::of(text, said));
                self.heard = self.prose.len();
                self.beside.clear();
            }
            Piece::Prose(text) => {
                self.lead.push_str(text);
                // Edits came: no other text is looked at any more.
                let all = if self.edits == 0 { &mut self.prose } else { &mut self.beside };
                all.push_str(text);
            }
            Piece::EditStarted { .. } | Piece::EditOld { .. } | Piece::EditNew { .. } => {}
        }
        Vec::new()
    }

    /// The answer is complete: what it wants as a whole, if it had no edits.
    pub fn finish(&mut self) -> Vec<Landed> {
        let found = self.read_whole();
        self.with_doubts(found)
    }

    fn read_whole(&mut self) -> Vec<Landed> {
        if self.open {
            return Vec::new();
        }
        if self.edits > 0 {
            return self.beside_edits();
        }
        let base = self.base.to_string();
        let mut fenced = std::mem::take(&mut self.fenced);
        let prose = std::mem::take(&mut self.prose);
        if self.examples {
            // The fences of the examples are some of the text.
            let all = fences::around_all(&prose);
            fenced = all.map(|text| Fenced { text, said: String::new() }).into_iter().collect();
        }
        if base.trim().is_empty() {
            return self.first_text(&base, &fenced, &prose);
        }
        let prose = match fenced.is_empty() && self.wanted == Wanted::Change {
            true => wrapper::without(&base, &prose).to_owned(),
            false => prose,
        };
        if let Some(found) = self.before_and_after(&fenced) {
            return found;
        }
        // What stood there before, or is not to be made, is none of what is wanted.
        fenced.retain(|one| !talk::is_former(&one.said) && !talk::refuses(&one.said));
        let told = self.said_of_fences(&prose);
        let document = Document::new(&base);
        if let Some(found) = self.wholes(&document, &fenced, told) {
            return self.with_lacking(&base, fenced.iter().map(|one| one.text.as_str()), found);
        }
        let mut out = Vec::new();
        let mut passages = Vec::new();
        for one in &fenced {
            let text = wrapper::in_fence(&base, &one.text);
            match self.fenced(&document, text, told) {
                // Of a text of which some has no place nothing has.
                Some(found) if passages::is_mixed(&found) => {
                    passages.push(vec![self.nowhere(&base, text, &[])]);
                }
                Some(found) => passages.extend(found),
                // It has to be all of the text, or is the only one of an answer to somebody who wants
                // a change.
                None if fenced.len() == 1 && self.wanted == Wanted::Change
                    || !whole::is_too_short(&base, text)
                        && whole::read(&base, &wrapped(&base, text)) == Whole::Unclear =>
                {
                    return vec![self.nowhere(&base, text, &[])];
                }
                // What is a part of it and has no place is not forgotten beside others.
                None if self.is_unread(&document, text) => {
                    passages.push(vec![self.nowhere(&base, text, &[])]);
                }
                // A text with gaps is about the document, whatever was asked.
                None if beside::has_gaps_of(&base, text) => {
                    self.remark = Some(Remark::Quoted);
                }
                None => {}
            }
        }
        out.extend(self.one_version(passages));
        let mut out = self.with_lacking(&base, fenced.iter().map(|one| one.text.as_str()), out);
        // What looks like an edit that could not be read is no text.
        if fenced.is_empty() && !may_hold_edits(&prose) {
            out.extend(self.bare(&base, &prose));
            out = self.with_lacking(&base, std::iter::once(prose.as_str()), out);
        }
        out.sort_by_key(|landed| match &landed.outcome {
            Outcome::Placed { hunk, .. } => hunk.span,
            _ => Span::default(),
        });
        out
    }

    /// A bare text for what was selected, or for all of the document: what of it is the text goes
    /// in, what may be no part of it is loose, and what is said about it is left out.
    fn rewritten(&mut self, form: Form, new: &str) -> Vec<Landed> {
        let all = self.base.len_chars();
        let span = match (form, self.within) {
            (Form::Selection, Some(span)) => span,
            _ => Span { start: Pos(0), end: Pos(all) },
        };
        let part = |from: Pos, to: Pos| {
            let to = to.0.min(all);
            self.base.slice(from.0.min(to)..to).to_string()
        };
        let old = part(span.start, span.end);
        let plain = answered::plain(&old, new);
        let new = plain.as_deref().unwrap_or(new);
        // What it leaves out is no text.
        let filled;
        let new = match wholes::left_out(&old, new) {
            None => new,
            Some(Some(text)) => {
                filled = text;
                &filled
            }
            Some(None) => return vec![self.nowhere(&self.base.to_string(), new, &[])],
        };
        let around = (part(Pos(0), span.start), part(span.end, Pos(all)));
        let new = without_numbers(&old, new);
        let known = talk::Known::of(&old);
        let wrapped = flow::document(&old, &new, &|one| talk::is_talk(one, &known));
        let new = with_line_ends(&wrapped, line_end(&old));
        let parts = match bare::read(&old, &new, (&around.0, &around.1)) {
            Bare::Parts(parts) => parts,
            none => {
                let talk = none == Bare::Talk;
                self.remark = Some(if talk { Remark::Talk } else { Remark::Several });
                return Vec::new();
            }
        };
        // Asked for all of it, a model may write nothing but the paragraphs that it changed.
        let count = |text: &str| kin::paragraphs(text).len();
        let few = 2 * count(&new) < count(&old);
        if form == Form::Whole && few {
            let found: Vec<Landed> = kin::paragraphs(&new)
                .into_iter()
                .flat_map(|at| self.passage(&new[at], 40))
                .collect();
            if !found.is_empty() {
                return found;
            }
        }
        let mut hunks = Vec::new();
        for part in bare::unsure_beside(&old, parts) {
            let unsure = part.unsure || form == Form::Whole && few;
            let before = span.start.0 + old[..part.old.start].chars().count();
            let at = |pos: Pos| Pos(pos.0 + before);
            let new = kept(&old[part.old.clone()], &part.new);
            for hunk in whole_to_hunks(&old[part.old], &new) {
                let span = Span { start: at(hunk.span.start), end: at(hunk.span.end) };
                hunks.push((unsplit(&self.base, Hunk { span, ..hunk }), unsure));
            }
        }
        hunks.iter_mut().for_each(|(hunk, unsure)| {
            *unsure |= doubt::may_be_said(&old, span.start, hunk);
        });
        doubt::end(&old, span.start.0, &new, &mut hunks);
        added::doubts(&old, &new, &mut hunks);
        if !self.asked {
            doubt::open(&old, span.start.0, &new, &mut hunks);
            added::start(&old, span.start.0, &mut hunks);
        }
        doubt::instead(&self.base, &mut hunks);
        let only: Vec<Hunk> = hunks.iter().map(|(hunk, _)| hunk.clone()).collect();
        let landed = |((hunk, unsure), moved): ((Hunk, bool), Option<String>)| {
            let step = if unsure { Step::Words } else { Step::Exact };
            let why = moved.or_else(|| unsure.then(|| UNSURE.to_owned()));
            Landed { form, why, said: None, quoted: None, outcome: Outcome::Placed { hunk, step } }
        };
        let moved = moves(&only);
        hunks.into_iter().zip(moved).map(landed).collect()
    }

    /// What the paragraphs of an answer change, unless two of them are versions of one passage.
    pub(super) fn one_version(&mut self, found: Vec<Vec<Landed>>) -> Vec<Landed> {
        let line = |pos: Pos| self.base.char_to_line(pos.0);
        let span = |all: &Vec<Landed>| {
            let spans = all.iter().filter_map(|landed| match &landed.outcome {
                // Whole lines that only come contradict nothing.
                Outcome::Placed { hunk, .. }
                    if !hunk.span.is_empty()
                        || !hunk.new.starts_with('\n') && !hunk.new.ends_with('\n') =>
                {
                    Some((line(hunk.span.start), line(hunk.span.end)))
                }
                _ => None,
            });
            spans.reduce(|a, b| (a.0.min(b.0), a.1.max(b.1)))
        };
        let mut spans: Vec<(usize, usize)> = found.iter().filter_map(span).collect();
        spans.sort_unstable();
        if spans.windows(2).any(|two| two[1].0 <= two[0].1) || fences::contradict(&found) {
            self.remark = Some(Remark::Several);
            return Vec::new();
        }
        found.into_iter().flatten().collect()
    }

    fn edit(&mut self, edit: &Edit) -> Vec<Landed> {
        match (edit.form, &edit.hint.file, self.within) {
            // A call that writes a file has nothing but the text in it.
            (Form::Whole, Some(_), None) => {
                return self.written(&edit.new);
            }
            (Form::Whole, _, Some(_)) => return self.rewritten(Form::Selection, &edit.new),
            (Form::Whole, _, None) => {
                let base = self.base.to_string();
                return self.rewritten(Form::Whole, wrapper::without(&base, &edit.new));
            }
            (Form::Selection, _, Some(_)) => return self.rewritten(Form::Selection, &edit.new),
            _ => {}
        }
        if let Some(own) = self.meant(edit) {
            let found = self.edit(&own);
            return found.into_iter().map(Landed::mended).collect();
        }
        let shown = edit.hint.shown && self.wanted == Wanted::Answer;
        let landed = |(outcome, quoted)| {
            let (outcome, why) = self.beside_itself(edit, outcome, quoted);
            let (outcome, why) = self.escaped(edit, self.at_its_edges(outcome, why));
            let said = Some((edit.old.clone(), edit.new.clone()));
            Landed { form: edit.form, why, said, quoted, outcome }
        };
        let (mut outcome, mut quoted) = self.sought(edit, self.within);
        if let Some(found) = self.in_another_reading(edit, &outcome, quoted) {
            (outcome, quoted) = found;
        }
        if let (Outcome::Missing { .. }, Some(within)) = (&outcome, self.within) {
            // Its old text may begin before what was selected, and end behind it.
            let inside = |span: Span| within.start <= span.start && span.end <= within.end;
            match self.sought(edit, None) {
                (Outcome::Placed { hunk, step }, around) if inside(hunk.span) => {
                    (outcome, quoted) = (Outcome::Placed { hunk, step }, around);
                }
                (Outcome::Placed { .. } | Outcome::Already { .. }, _) => {
                    self.outside += 1;
                    return Vec::new();
                }
                (Outcome::Missing { .. } | Outcome::Ambiguous { .. }, _) => {}
            }
        }
        match outcome {
            // An example of a form stands in no document.
            Outcome::Missing { .. } | Outcome::Ambiguous { .. } | Outcome::Already { .. }
                if shown =>
            {
                Vec::new()
            }
            Outcome::Placed { step, .. } if shown && step.is_loose() => Vec::new(),
            outcome => self.everywhere(edit, outcome, quoted, &landed),
        }
    }
}
