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

/// A session file of a text that has a session of its own already.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Beside {
    pub file: PathBuf,
    pub session: EventId,
    /// The people in it, as far as it is known.
    pub names: Vec<String>,
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
}

impl Model {
    /// Asks what becomes of it.
    pub fn ask_beside(&mut self, beside: Beside) {
        let title = format!("Another session of {} came", self.name());
        let lines = vec![
            format!("{}.", beside.words()),
            "Two sessions can't be made one. Going over takes it in and opens this file in it: the \
             text stays as it is in the file. Yours stays in the list (F4), with all that was said \
             in it."
                .to_owned(),
        ];
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
            "over" => self.leave_for(Open::SessionFile(beside.file)),
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
