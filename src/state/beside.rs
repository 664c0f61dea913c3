//! Another session of the shown text, which came by a session file: going over to it, or going on
//! with one's own.

use super::{Ask, Cx, Dialog, Model, Open, Overlay};
use crate::base::EventId;
use crate::store::Write;
use std::path::PathBuf;

/// View state: the session files that were looked into, a line each.
pub const BESIDE: &str = "beside";
/// View state: the sessions that were offered and are not wanted.
pub const BESIDE_KEPT: &str = "beside kept";

/// How two sessions of one text came into one file, and what is to be done.
const APART: &str = "Two of you began a session of this text apart, and a merge put both into one \
                     file. Agree on one, and whoever began the other goes over: what both write \
                     from then on is known as theirs.";

/// A session file of a text that has a session of its own already.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Beside {
    pub file: PathBuf,
    pub session: EventId,
    /// The people in it, as far as it is known.
    pub names: Vec<String>,
    /// Whether the file holds several sessions of this text: two began one apart, and a merge put
    /// both into one file.
    pub several: bool,
}

impl Beside {
    /// What was found, in words.
    pub fn words(&self) -> String {
        let by = match self.names.as_slice() {
            [] => String::new(),
            names => format!(", by {}", names.join(", ")),
        };
        format!("{} holds another session of this text{by}", self.file.display())
    }

    /// How to go over to it on the command line.
    pub fn way(&self) -> String {
        match self.several {
            true => format!("cowrite {} --session {}", self.file.display(), self.session.short()),
            false => format!("cowrite {}", self.file.display()),
        }
    }
}

impl Model {
    /// Asks what becomes of it.
    pub fn ask_beside(&mut self, beside: Beside) {
        let title = format!("Another session of {} came", self.name());
        let mut lines = vec![
            format!("{}.", beside.words()),
            "Two sessions can't be made one. Going over takes it in and opens this file in it: the \
             text stays as it is in the file. Yours stays in the list (F4), with all that was said \
             in it."
                .to_owned(),
        ];
        if beside.several {
            lines.push(APART.to_owned());
        }
        let choices = vec![
            ('o', "Go over to it".to_owned(), "dialog.choose over".to_owned()),
            ('k', "Go on with mine; don't ask again".to_owned(), "dialog.choose keep".to_owned()),
            ('n', "Not now".to_owned(), "dialog.no".to_owned()),
        ];
        let ask = Ask::Beside { beside };
        self.ui.overlays.push(Overlay::Dialog(Dialog { ask, title, lines, choices, chosen: 2 }));
    }
}

impl Cx<'_> {
    /// A person said what becomes of it.
    pub fn beside_answered(&mut self, beside: Beside, answer: &str) {
        match answer {
            "over" => self.leave_for(Open::SessionFile(beside.file, beside.session)),
            "keep" => {
                let kept = format!("{} {}", self.model.beside_kept, beside.session);
                self.model.beside_kept = kept.trim_start().to_owned();
                let (session, value) = (self.model.session.id, self.model.beside_kept.clone());
                self.write(Write::View { session, key: BESIDE_KEPT.into(), value });
                self.info("Going on with yours.");
            }
            _ => {}
        }
    }
}
