//! Edits that name another file than the document they were asked for. Models make names up, so the
//! name alone decides nothing: an edit waits until it is known whether there is such a file (the
//! runtime looks). If there is not, it is for this document where its text has a certain place, and
//! else to be placed by hand.

use super::propose::Made;
use super::{Cx, Effect, There, Turn};
use crate::assist::{Edit, Landed, Outcome, Piece, is_near, writes_anew};
use crate::base::TurnId;

/// What is said of an edit that names a file which is not there, around the name.
const WRITTEN_FOR: &str = "Written for “";
const NO_FILE: &str = "”, which is no file here.";

/// The file that a hunk was written for and that is not there, as it was told with it.
pub(super) fn written_for(why: &str) -> Option<&str> {
    why.strip_prefix(WRITTEN_FOR)?.split_once(NO_FILE).map(|(file, _)| file)
}

/// What the name of a file that is not there means for an edit.
#[derive(Clone, Copy)]
pub(super) struct Named<'a> {
    pub file: &'a str,
    /// It is as good as the document's name.
    pub near: bool,
}

impl Named<'_> {
    /// Whether an edit is to be taken for one of this document.
    fn is_meant(&self, landed: &Landed) -> bool {
        match &landed.outcome {
            Outcome::Placed { step, .. } => self.near || !step.is_loose(),
            Outcome::Already { .. } => true,
            Outcome::Ambiguous { .. } | Outcome::Missing { .. } => self.near,
        }
    }

    /// What the person is told with the hunk.
    pub(super) fn words(&self, why: Option<String>) -> Option<String> {
        if self.near {
            return why;
        }
        let words = format!("{WRITTEN_FOR}{}{NO_FILE}", self.file);
        Some(why.map_or(words.clone(), |why| format!("{words} {why}")))
    }
}

impl Cx<'_> {
    /// Sets an edit aside that names another file. Returns whether it did.
    pub(super) fn set_aside(&mut self, turn: &mut Turn, edit: &Edit) -> bool {
        let Some(entry) = self.model.session.documents.get(&turn.doc) else { return false };
        let Some(file) = edit.hint.file.clone().filter(|_| edit.hint.is_elsewhere(&entry.name))
        else {
            return false;
        };
        let path = entry.path.clone();
        // It is an edit: the words around it are none.
        turn.landing.take(&Piece::EditDropped { index: 0, again: false });
        turn.live = None;
        turn.aside.push(edit.clone());
        match path {
            Some(document) => {
                let (turn, document) = (turn.id.clone(), document.into());
                self.effect(Effect::FindFile { turn, document, name: file });
            }
            // A text without a file stands in no folder.
            None => self.take_up(turn, &file, None),
        }
        true
    }

    /// It is known whether there is a file of a name that an edit of the running answer has.
    pub fn found_file(&mut self, id: &TurnId, name: &str, there: Option<There>) {
        let Some(mut turn) = self.model.turn.take_if(|turn| turn.id == *id) else { return };
        self.take_up(&mut turn, name, there);
        match turn.ending.take_if(|_| turn.aside.is_empty()) {
            Some(status) => self.close_turn(turn, status, None, true),
            None => self.model.turn = Some(turn),
        }
    }

    /// Edits that nobody can wait for any more: whether there are such files is not known.
    pub(super) fn take_up_rest(&mut self, turn: &mut Turn) {
        while let Some(edit) = turn.aside.first() {
            let file = edit.hint.file.clone().unwrap_or_default();
            let unknown = Err("and what that file holds is not known".into());
            self.take_up(turn, &file, Some(There { file: unknown, taken: false }));
        }
    }

    fn take_up(&mut self, turn: &mut Turn, file: &str, there: Option<There>) {
        let document = self.model.session.documents.get(&turn.doc).map(|entry| entry.name.clone());
        let near = document.is_some_and(|name| is_near(file, &name));
        let (now, rest) = std::mem::take(&mut turn.aside)
            .into_iter()
            .partition(|edit| edit.hint.file.as_deref() == Some(file));
        turn.aside = rest;
        for edit in now {
            if let Some(there) = there.clone() {
                if let Err(why) = self.for_another(turn, &edit, there) {
                    turn.count(Some(edit.form), "elsewhere");
                    turn.elsewhere.push(format!("An edit is left out: it is for {file}, {why}."));
                }
                continue;
            }
            self.for_this(turn, edit, Named { file, near });
        }
    }

    fn for_this(&mut self, turn: &mut Turn, edit: Edit, named: Named) {
        if !named.near && writes_anew(&edit) {
            self.leave_unplaced(turn, edit.form, (edit.old, edit.new), edit.why, named);
            return;
        }
        let all = turn.landing.take(&Piece::EditDone { index: 0, edit: edit.clone() });
        turn.whole = self.not_folded(turn, &all);
        for landed in all {
            let onto = self.onto_open(turn, &landed);
            if named.is_meant(&landed) || onto.is_some() {
                self.landed(turn, landed, Some(named));
            } else {
                let (old, new) = (edit.old.clone(), edit.new.clone());
                self.leave_unplaced(turn, edit.form, (old, new), landed.why, named);
            }
        }
    }

    /// A hunk without a place, which the model is not asked for again: perhaps it is right, for
    /// another file.
    fn leave_unplaced(
        &mut self,
        turn: &mut Turn,
        form: crate::assist::Form,
        (old, new): (String, String),
        why: Option<String>,
        named: Named,
    ) {
        let why = named.words(why);
        let step = "missing";
        let made = Made {
            span: None,
            known: None,
            old,
            new,
            why,
            form,
            step,
            loose: false,
            file: None,
            said: None,
            over: vec![],
            claim: crate::session::Claim::Words,
        };
        self.make_hunk(turn, made);
    }
}
