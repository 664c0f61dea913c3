//! From the pieces of an answer to changes of one version of a document: each with its place, or
//! with why it has none. The same for the workspace, the command line and the benchmark.
//!
//! Knows no session: what comes out are positions in the version that was sent.

use super::dialect::{Edit, Form, Hint, Piece};
use super::hunks::{Hunk, whole_to_hunks};
use super::placement::{Placement, Placer, Sought, Step};
use crate::base::Span;
use ropey::Rope;

/// What became of one edit, or of one part of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Landed {
    pub form: Form,
    /// One sentence, by the model.
    pub why: Option<String>,
    pub outcome: Outcome,
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

/// Places what one answer wants changed in one version of a document.
#[derive(Debug)]
pub struct Landing {
    base: Rope,
    placer: Placer,
}

impl Landing {
    /// For the document as it was sent. Cheap; what is worked out about it is kept.
    pub fn new(base: &Rope) -> Self {
        Self { base: base.clone(), placer: Placer::new(base) }
    }

    pub fn placer(&self) -> &Placer {
        &self.placer
    }

    /// Takes the next piece of the answer.
    pub fn take(&mut self, piece: &Piece) -> Vec<Landed> {
        match piece {
            Piece::EditDone { edit, .. } => self.edit(edit),
            _ => Vec::new(),
        }
    }

    /// The answer is complete: what it wants as a whole.
    pub fn finish(&mut self) -> Vec<Landed> {
        Vec::new()
    }

    fn edit(&self, edit: &Edit) -> Vec<Landed> {
        let landed = |outcome| Landed { form: edit.form, why: edit.why.clone(), outcome };
        if edit.form == Form::Whole {
            let hunks = whole_to_hunks(&self.base.to_string(), &edit.new);
            let placed = |hunk| landed(Outcome::Placed { hunk, step: Step::Exact });
            return hunks.into_iter().map(placed).collect();
        }
        let (old, new, hint) = (edit.old.clone(), edit.new.clone(), edit.hint.clone());
        let sought = Sought { old: &edit.old, new: &edit.new, hint: &edit.hint, within: None };
        vec![landed(match self.placer.find(&sought) {
            Placement::Placed { hunk, step } => Outcome::Placed { hunk, step },
            Placement::AlreadyApplied { span } => Outcome::Already { span },
            Placement::Ambiguous { candidates } => {
                Outcome::Ambiguous { old, new, hint, candidates }
            }
            Placement::Missing { similar } => Outcome::Missing { old, new, hint, similar },
        })]
    }
}
