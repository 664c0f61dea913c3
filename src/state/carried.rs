//! Edits for a file that has a session of its own go over to that session: they are listed where they were
//! asked for (`abroad`), and proposed there once the person goes there with one. Nothing of the one
//! session but the question and the edit comes into the other.

use super::propose::anchors;
use super::{Cx, Open};
use crate::assist::{Edit, Form, Hint, Landed, Landing, Outcome, Piece};
use crate::event::{Event, HunkBody, HunkVerdict, MessageRole, MessageStatus, Text};
use crate::session::{Beside, HunkRef};
use std::path::PathBuf;

/// A hunk on its way to the session of its file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Carried {
    /// The hunk in the session that it comes from.
    pub of: HunkRef,
    /// The file of the document that was asked about, and the name that the answer has for the other.
    pub document: PathBuf,
    pub file: String,
    /// What was asked, and of which document.
    pub asked: String,
    pub from: String,
    /// The model as an author.
    pub model: String,
    pub old: String,
    pub new: String,
    pub why: Option<String>,
    pub form: Option<String>,
}

impl Cx<'_> {
    /// Leaves for the session of the file that a hunk is for, with the hunk. Here it steps back: undo
    /// brings it back, and so does a file that can't be opened.
    ///
    /// # Errors
    /// Says why it can't go.
    pub fn carry_over(&mut self, of: HunkRef) -> Result<(), String> {
        let session = &self.model.session;
        let hunk = session.proposals.hunk(&of).ok_or("The hunk is gone.")?;
        let proposal = session.proposals.proposal(&hunk.proposal).ok_or("The proposal is gone.")?;
        let entry = session.documents.get(&proposal.doc).ok_or("The document is gone.")?;
        let file = hunk.file.clone().ok_or("It is for this session.")?;
        let Some(path) = entry.path.clone() else {
            return Err(format!(
                "{} has no file on this machine, so {file} is not found from here.",
                entry.name
            ));
        };
        let question = session.transcript.asked_by_person(proposal.question);
        let asked = session.transcript.get(&question);
        let asked = asked.map(|message| session.told(&message.id, message.text()).into_owned());
        let carried = Carried {
            of,
            document: path.into(),
            file,
            asked: asked.unwrap_or_default(),
            from: entry.name.clone(),
            model: session.author_name(&proposal.author).to_owned(),
            old: hunk.old.clone(),
            new: hunk.new.clone(),
            why: hunk.why.clone(),
            form: hunk.form.clone(),
        };
        let replaces = hunk.verdict.heads();
        self.step_back(of, replaces);
        self.leave_for(Open::Proposed(Box::new(carried)));
        Ok(())
    }

    /// The session of the hunk's file could not be opened: the hunk is open here as it was.
    pub fn not_carried(&mut self, carried: &Carried) {
        let Some(hunk) = self.model.session.proposals.hunk(&carried.of) else { return };
        let replaces = hunk.verdict.heads();
        self.append(&Event::HunkResolved {
            hunk: carried.of.id,
            part: carried.of.part,
            verdict: HunkVerdict::Pending,
            reason: None,
            edit: None,
            replaces,
        });
        self.model.session.track_hunks();
        self.model.refresh();
    }

    /// Proposes here what was asked for in another session.
    pub fn propose_carried(&mut self, carried: &Carried) {
        self.model.refresh();
        let doc = self.model.doc.clone();
        let Some((rope, version)) = self
            .model
            .entry()
            .map(|entry| (entry.document.rope().clone(), entry.document.version()))
        else {
            return;
        };
        let edit = Edit {
            old: carried.old.clone(),
            new: carried.new.clone(),
            why: carried.why.clone(),
            form: Form::Blocks,
            hint: Hint::default(),
        };
        let landed = Landing::new(&rope).take(&Piece::EditDone { index: 0, edit });
        let from = format!("{}\n\n(Asked in {}.)", carried.asked.trim(), carried.from);
        let question = self.append(&Event::MessagePosted {
            role: MessageRole::Person,
            after: self.model.branch_tip(),
            text: Text::new(from),
            status: MessageStatus::Complete,
            model: None,
            usage: None,
            error: None,
            links: Vec::new(),
            asked: None,
            reasoning: None,
            brought: None,
        });
        let author = self.model_author(&carried.model);
        let dialect = "blocks".into();
        let opened = Event::ProposalOpened { doc, question, version, span: None, dialect };
        let proposal = self.append_as_model(&author, &opened);
        let mut at = None;
        for one in landed {
            let Some(hunk) = self.body_of(carried, one) else {
                self.info(format!(
                    "The text says this already: it was asked for in {}.",
                    carried.from
                ));
                return;
            };
            at = at.or(hunk.place);
            self.append_as_model(&author, &Event::HunkMade { proposal, hunk });
        }
        self.model.session.track_hunks();
        self.model.refresh();
        self.barrier();
        let span = at.and_then(|at| self.model.entry()?.document.anchor_span(at));
        match span {
            Some(span) => {
                self.go(span.start);
                self.model.ui.reveal = true;
                self.info(format!("1 hunk to review, asked for in {}.", carried.from));
            }
            None => self.warn(format!(
                "1 hunk, asked for in {}, has no unique place here: {}.",
                carried.from,
                super::PLACE_BY_HAND
            )),
        }
    }

    /// A hunk of this document; nothing where the text says it already.
    fn body_of(&self, carried: &Carried, landed: Landed) -> Option<HunkBody> {
        let entry = self.model.entry()?;
        let (span, old, new, step, loose) = match landed.outcome {
            Outcome::Placed { hunk, step } => {
                (Some(hunk.span), hunk.old, hunk.new, step.name(), step.is_loose())
            }
            Outcome::Already { .. } => return None,
            Outcome::Ambiguous { old, new, .. } => (None, old, new, "ambiguous", false),
            Outcome::Missing { old, new, .. } => (None, old, new, "missing", false),
        };
        let again = self.turned_down(&self.model.doc, span, &old, &new);
        Some(HunkBody {
            place: span.map(|span| anchors(&entry.document, span)),
            beside: span.map(|span| Beside::of(entry.document.rope(), span).texts()),
            quoted: (loose && carried.old != old).then(|| Text::new(carried.old.clone())),
            old: old.into(),
            new: new.into(),
            why: carried.why.clone().map(Text::new),
            step: step.into(),
            loose,
            form: carried.form.clone(),
            file: None,
            again,
        })
    }
}
