//! Edits for another file that is there: where their text has a certain place in it, the file becomes
//! a document of the session (or is one), and the edits hunks of that document. They are listed with
//! the others and decided there, as they are; Enter goes to the file. Of a file that has a session of its
//! own they wait here, and go over to that session with the person (`carried`).

use super::ending::LISTED;
use super::model::fresh_doc;
use super::propose::Made;
use super::{Cx, OpenedFile, Turn};
use crate::assist::{Edit, Landed, Landing, Outcome, Piece};
use crate::base::{DocId, EventId, Pos, Span};
use crate::event::{Event, Origin, Text, Version};
use crate::session::Claim;
use crate::text::{Change, Delta};
use ropey::Rope;
use std::collections::BTreeMap;

/// A file that an edit names.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct There {
    /// What it holds, or why it can't be used.
    pub file: Result<OpenedFile, String>,
    /// Another session has it.
    pub taken: bool,
}

/// What an answer's edits of one document are placed in.
pub struct Ground {
    doc: DocId,
    base: Rope,
    base_version: Version,
    since: Vec<Delta>,
    landing: Landing,
    proposal: Option<EventId>,
}

impl Ground {
    /// Makes it the turn's; what the turn had is here then.
    fn swap(&mut self, turn: &mut Turn) {
        std::mem::swap(&mut self.doc, &mut turn.doc);
        std::mem::swap(&mut self.base, &mut turn.base);
        std::mem::swap(&mut self.base_version, &mut turn.base_version);
        std::mem::swap(&mut self.since, &mut turn.since);
        std::mem::swap(&mut self.landing, &mut turn.landing);
        std::mem::swap(&mut self.proposal, &mut turn.proposal);
    }
}

/// The documents besides its own that an answer has edits for.
pub type Grounds = BTreeMap<DocId, Ground>;

fn is_certain(landed: &Landed) -> bool {
    match &landed.outcome {
        Outcome::Placed { step, .. } => !step.is_loose(),
        Outcome::Already { .. } => true,
        Outcome::Ambiguous { .. } | Outcome::Missing { .. } => false,
    }
}

impl Cx<'_> {
    /// An edit for a file that is there becomes a hunk of that file's document.
    ///
    /// # Errors
    /// Says why not, as the end of a sentence about it.
    pub(super) fn for_another(
        &mut self,
        turn: &mut Turn,
        edit: &Edit,
        there: There,
    ) -> Result<(), String> {
        let file = there.file?;
        if there.taken {
            self.for_its_session(turn, edit);
            return Ok(());
        }
        let done = Piece::EditDone { index: 0, edit: edit.clone() };
        let nowhere = "where it has no certain place: open that file and ask there";
        if edit.old.trim().is_empty() {
            return Err(nowhere.into());
        }
        let doc = match self.document_at(&file) {
            Some(doc) => doc,
            None => {
                // What the model can't have read is none of the session's: the place decides
                // before the file becomes a document.
                let landed = Landing::new(&Rope::from_str(&file.text)).take(&done);
                if landed.is_empty() || !landed.iter().all(is_certain) {
                    return Err(nowhere.into());
                }
                self.add_document(&file)
            }
        };
        let mut ground = match turn.grounds.remove(&doc) {
            Some(ground) => ground,
            None => {
                let entry = self.model.session.documents.get(&doc).ok_or("which is gone")?;
                let base = entry.document.rope().clone();
                let landing = Landing::new(&base);
                let base_version = entry.document.version();
                let (since, proposal) = (Vec::new(), None);
                Ground { doc: doc.clone(), base, base_version, since, landing, proposal }
            }
        };
        let before = turn.hunks;
        ground.swap(turn);
        let landed = turn.landing.take(&done);
        let fits = |one: &Landed| is_certain(one) || self.onto_open(turn, one).is_some();
        let fits = !landed.is_empty() && landed.iter().all(fits);
        if fits {
            self.land(turn, landed);
        }
        ground.swap(turn);
        turn.grounds.insert(doc, ground);
        turn.abroad += turn.hunks.saturating_sub(before);
        if fits { Ok(()) } else { Err(nowhere.into()) }
    }

    /// An edit for a file that has a session of its own: that session is not open, so it is listed here.
    fn for_its_session(&mut self, turn: &mut Turn, edit: &Edit) {
        let name = edit.hint.file.clone().unwrap_or_default();
        let made = Made {
            span: None,
            known: None,
            old: edit.old.clone(),
            new: edit.new.clone(),
            why: edit.why.clone(),
            form: edit.form,
            step: "elsewhere",
            loose: false,
            file: Some(name.clone()),
            said: None,
            over: Vec::new(),
            claim: Claim::Words,
        };
        self.make_hunk(turn, made);
        turn.elsewhere
            .push(format!("An edit is for {name}, which has a session of its own: {LISTED}."));
    }

    /// The document of this session that a file is.
    fn document_at(&self, file: &OpenedFile) -> Option<DocId> {
        let path = file.path.to_string_lossy();
        let mut all = self.model.session.documents.iter();
        all.find(|(_, entry)| entry.path.as_deref() == Some(path.as_ref()))
            .map(|(doc, _)| doc.clone())
    }

    /// Begins a document of this session with what a file holds.
    fn add_document(&mut self, file: &OpenedFile) -> DocId {
        let model = &mut *self.model;
        let doc = fresh_doc(&mut model.rand, model.now);
        let name = file.path.file_name().unwrap_or(file.path.as_os_str()).to_string_lossy();
        let (name, hint) = (Text::new(name), file.hint.clone().map(Text::new));
        self.append(&Event::DocumentAdded { doc: doc.clone(), name, hint });
        let all = Change::with_origin(Span::at(Pos(0)), file.text.clone(), Origin::outside());
        self.post_outside(&doc, &Version::default(), &all, Vec::new());
        let version = self.model.session.documents.get(&doc).map(|entry| entry.document.version());
        if let Some(version) = version {
            let hash = Text::new(file.stamp.hash.clone());
            self.append(&Event::DocumentSaved { doc: doc.clone(), version, hash });
        }
        let path = Text::new(file.path.to_string_lossy());
        self.append_local(&Event::DocumentBound { doc: doc.clone(), path });
        doc
    }
}
