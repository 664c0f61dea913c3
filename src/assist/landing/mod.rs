//! From the pieces of an answer to changes of one version of a document: each with its place, or
//! with why it has none. The same for the workspace, the command line and the benchmark.
//!
//! Knows no session: what comes out are positions in the version that was sent.

mod onto;
mod whole;

pub use onto::{Onto, onto};

use super::dialect::{Edit, Form, Hint, Piece, may_hold_edits};
use super::hunks::{Hunk, moves, trimmed, whole_to_hunks};
use super::placement::{Placement, Placer, Sought, Step};
use crate::base::{Pos, Span};
use ropey::Rope;
use whole::Whole;

/// What became of one edit, or of one part of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Landed {
    pub form: Form,
    /// One sentence, by the model.
    pub why: Option<String>,
    /// The old and new text as the model wrote them, of an edit that has both.
    pub said: Option<(String, String)>,
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

/// Places what one answer wants changed in one version of a document.
#[derive(Debug)]
pub struct Landing {
    base: Rope,
    placer: Placer,
    wanted: Wanted,
    /// How many edits the answer had, whatever became of them.
    edits: usize,
    fenced: Vec<String>,
    /// A fenced text was not closed: the answer was cut short.
    open: bool,
    prose: String,
}

impl Landing {
    /// For the document as it was sent. Cheap; what is worked out about it is kept.
    pub fn new(base: &Rope) -> Self {
        Self {
            base: base.clone(),
            placer: Placer::new(base),
            wanted: Wanted::default(),
            edits: 0,
            fenced: Vec::new(),
            open: false,
            prose: String::new(),
        }
    }

    /// What was asked for.
    pub fn wanting(mut self, wanted: Wanted) -> Self {
        self.wanted = wanted;
        self
    }

    pub fn placer(&self) -> &Placer {
        &self.placer
    }

    /// Takes the next piece of the answer.
    pub fn take(&mut self, piece: &Piece) -> Vec<Landed> {
        match piece {
            Piece::EditDone { edit, .. } => {
                self.edits += 1;
                return self.edit(edit);
            }
            Piece::EditDropped { .. } | Piece::Malformed { .. } => self.edits += 1,
            Piece::Fenced { text, open } => {
                self.open |= open;
                self.fenced.push(text.clone());
            }
            // Edits came: no other text is looked at any more.
            Piece::Prose(text) if self.edits == 0 => self.prose.push_str(text),
            Piece::Prose(_)
            | Piece::EditStarted { .. }
            | Piece::EditOld { .. }
            | Piece::EditNew { .. } => {}
        }
        Vec::new()
    }

    /// The answer is complete: what it wants as a whole, if it had no edits.
    pub fn finish(&mut self) -> Vec<Landed> {
        if self.edits > 0 || self.open || self.base.len_chars() == 0 {
            return Vec::new();
        }
        let base = self.base.to_string();
        let fenced = std::mem::take(&mut self.fenced);
        let prose = std::mem::take(&mut self.prose);
        let mut out = Vec::new();
        for text in &fenced {
            match whole::read(&base, text) {
                Whole::All(new) => return self.whole(&base, &new, Step::Exact),
                Whole::Gaps(new) => return self.whole(&base, &new, Step::Gap),
                Whole::Unclear => {
                    let (old, new) = (String::new(), text.clone());
                    let similar = Vec::new();
                    let outcome = Outcome::Missing { old, new, hint: Hint::default(), similar };
                    return vec![Landed { form: Form::Whole, why: None, said: None, outcome }];
                }
                Whole::No => out.extend(self.passage(text, 40)),
            }
        }
        // What looks like an edit that could not be read is no text.
        if fenced.is_empty() && !may_hold_edits(&prose) {
            out.extend(self.bare(&base, &prose));
        }
        out.sort_by_key(|landed| match &landed.outcome {
            Outcome::Placed { hunk, .. } => hunk.span.start,
            _ => Pos(0),
        });
        out
    }

    fn whole(&self, base: &str, new: &str, step: Step) -> Vec<Landed> {
        let hunks = whole_to_hunks(base, new);
        let moves = moves(&hunks);
        let landed = |(hunk, why)| {
            let outcome = Outcome::Placed { hunk, step };
            Landed { form: Form::Whole, why, said: None, outcome }
        };
        hunks.into_iter().zip(moves).map(landed).collect()
    }

    /// An answer without fences: the whole text, or one or more paragraphs of it.
    fn bare(&self, base: &str, prose: &str) -> Vec<Landed> {
        let paragraphs: Vec<&str> = prose
            .split("\n\n")
            .map(|one| one.trim_matches('\n'))
            .filter(|one| !one.trim().is_empty())
            .collect();
        if self.wanted == Wanted::Change
            && let Whole::All(new) = whole::read(base, prose)
        {
            return self.whole(base, &new, Step::Exact);
        }
        // Who asks a question may get a passage quoted: only an answer that is one is a change.
        let most = if self.wanted == Wanted::Change { usize::MAX } else { 1 };
        if paragraphs.len() > most {
            return Vec::new();
        }
        paragraphs.into_iter().flat_map(|one| self.passage(one, 60)).collect()
    }

    /// A passage of the document written anew.
    fn passage(&self, text: &str, at_ends: u32) -> Vec<Landed> {
        let least = (if self.wanted == Wanted::Change { 50 } else { 65 }, at_ends);
        let Some((span, old, new)) = self.placer.passage(text, least) else { return Vec::new() };
        // A quotation in an answer about it.
        let quoted = |(open, close)| new.contains(&format!("{open}{}{close}", old.trim()));
        if [("\"", "\""), ("\u{201c}", "\u{201d}"), ("«", "»"), ("„", "\u{201c}")]
            .into_iter()
            .any(quoted)
        {
            return Vec::new();
        }
        let hunks = whole_to_hunks(&old, &new).into_iter().map(|hunk| {
            let at = |pos: Pos| Pos(pos.0 + span.start.0);
            let span = Span { start: at(hunk.span.start), end: at(hunk.span.end) };
            Hunk { span, ..hunk }
        });
        let placed = |hunk| Outcome::Placed { hunk, step: Step::Words };
        let landed = |outcome| Landed { form: Form::Passage, why: None, said: None, outcome };
        hunks.map(|hunk| landed(placed(hunk))).collect()
    }

    fn edit(&self, edit: &Edit) -> Vec<Landed> {
        if edit.form == Form::Whole {
            return self.whole(&self.base.to_string(), &edit.new, Step::Exact);
        }
        let landed = |outcome| Landed {
            form: edit.form,
            why: edit.why.clone(),
            said: Some((edit.old.clone(), edit.new.clone())),
            outcome,
        };
        match self.sought(edit, None) {
            Outcome::Ambiguous { candidates, .. } if edit.hint.all => {
                let each = candidates.iter().map(|span| landed(self.sought(edit, Some(*span))));
                each.collect()
            }
            outcome => vec![landed(outcome)],
        }
    }

    fn sought(&self, edit: &Edit, within: Option<Span>) -> Outcome {
        let (old, new, hint) = (edit.old.clone(), edit.new.clone(), edit.hint.clone());
        let sought = Sought { old: &edit.old, new: &edit.new, hint: &edit.hint, within };
        match self.placer.find(&sought) {
            Placement::Placed { hunk, step } => match trimmed(&hunk) {
                // Of a loose place all is shown: the person compares it with what was quoted.
                Some(_) if step.is_loose() => Outcome::Placed { hunk, step },
                Some(hunk) => Outcome::Placed { hunk, step },
                None => Outcome::Already { span: hunk.span },
            },
            Placement::AlreadyApplied { span } => Outcome::Already { span },
            Placement::Ambiguous { candidates } => {
                Outcome::Ambiguous { old, new, hint, candidates }
            }
            Placement::Missing { similar } => Outcome::Missing { old, new, hint, similar },
        }
    }
}
