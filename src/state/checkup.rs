//! What a check of the open session's log found, as it is shown: the words are those of `cowrite
//! verify`. The check itself is the runtime's; nothing is said about a signature before it is done.

use super::{Cx, Effect, plural};
use crate::base::EventId;

/// What a check says about one signature.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SignatureWords {
    /// The decision it is about.
    pub about: Option<EventId>,
    pub lines: Vec<String>,
}

/// What a check of a session found.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Checkup {
    /// The oldest first.
    pub signatures: Vec<SignatureWords>,
    /// The whole log, where that was asked for.
    pub log: Option<Vec<String>>,
}

/// How far the check of the signatures of the open session is.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Signatures {
    /// It was not asked for, or is on its way.
    #[default]
    Unchecked,
    Checked(Vec<SignatureWords>),
    /// It could not be done, and why.
    Failed(String),
}

impl Signatures {
    /// What is to be told about those of a decision, of which there are so many.
    pub fn lines(&self, decision: EventId, count: usize) -> Vec<String> {
        match self {
            _ if count == 0 => Vec::new(),
            Self::Unchecked => vec![format!("{}: being checked …", plural(count, "signature"))],
            Self::Failed(why) => {
                vec![format!("{}, NOT checked: {why}", plural(count, "signature"))]
            }
            Self::Checked(all) => {
                let own = all.iter().rev().filter(|one| one.about == Some(decision));
                own.flat_map(|one| one.lines.iter().cloned()).collect()
            }
        }
    }
}

impl Cx<'_> {
    /// Asks for a check of the signatures of the session; with `log`, of all of its log.
    pub fn check_log(&mut self, log: bool) {
        if !log {
            self.model.signatures = Signatures::Unchecked;
        }
        self.model.checking = true;
        let session = self.model.session.id;
        self.effect(Effect::Check { session, log });
    }

    /// The check is done. Whether it is about the open session.
    pub fn checked(
        &mut self,
        session: EventId,
        found: Result<Vec<SignatureWords>, String>,
    ) -> bool {
        self.model.checking = false;
        if session != self.model.session.id {
            return false;
        }
        self.model.signatures = match found {
            Ok(found) => Signatures::Checked(found),
            Err(why) => Signatures::Failed(why),
        };
        true
    }
}
