//! Which branch of the conversation is shown: the one that was chosen, as far as it goes on. What
//! others say on another branch does not move it. View state, no event.

use super::panel::plain;
use super::{Cx, FoundMessage, Model, Tab};
use crate::base::{Class, EventId};
use crate::layout::Line;

/// What stands above the message where the conversation parts.
pub(super) fn fork_line((index, count): (usize, usize)) -> Line {
    plain(Class::Frame, format!("─ branch {} of {count} (Ctrl-E c ]) ─", index + 1))
}

impl Model {
    /// Where the visible branch ends: the next question goes there.
    pub fn branch_tip(&self) -> Option<EventId> {
        let transcript = &self.session.transcript;
        match self.ui.branch_tip.filter(|tip| transcript.get(tip).is_some()) {
            Some(tip) => Some(transcript.newest_after(tip)),
            None => transcript.tip(),
        }
    }

    /// The visible branch, found anew only when something was said.
    pub(super) fn find_branch(&mut self) {
        let transcript = &self.session.transcript;
        let key = (transcript.tip(), transcript.len());
        if self.ui.branch_key != key {
            self.ui.branch_key = key;
            self.show_branch(self.branch_tip());
        }
    }

    fn show_branch(&mut self, tip: Option<EventId>) {
        let transcript = &self.session.transcript;
        let path = tip.map(|tip| transcript.branch(tip)).unwrap_or_default();
        let path: Vec<EventId> = path.iter().map(|message| message.id).collect();
        self.ui.forks = transcript.forks(&path);
        self.ui.branch_tip = tip;
        self.ui.branch = path;
        self.ui.panel.made_for = None;
    }

    /// The visible branch is one with this message.
    pub(super) fn show_branch_of(&mut self, id: EventId) {
        self.find_branch();
        if !self.ui.branch.contains(&id) && self.session.transcript.get(&id).is_some() {
            self.show_branch(Some(self.session.transcript.newest_after(id)));
        }
    }

    /// The branch as view state: nothing where it is the newest.
    pub(super) fn branch_view(&self) -> String {
        let chosen =
            self.ui.branch_tip.filter(|_| self.branch_tip() != self.session.transcript.tip());
        chosen.map(|tip| tip.to_string()).unwrap_or_default()
    }
}

impl Cx<'_> {
    /// Shows another branch, where the conversation in sight parts last.
    pub fn turn_branch(&mut self, by: isize) -> Result<(), String> {
        if self.model.turn.is_some() {
            return Err("An answer is on its way: wait for it, or stop it with Esc.".into());
        }
        self.model.find_branch();
        let ui = &self.model.ui;
        let parts = |id: &&EventId| ui.forks.contains_key(*id);
        let in_sight = |id: &&EventId| parts(id) && ui.panel.messages.contains(*id);
        let path = || ui.branch.iter().rev();
        let at = path().find(in_sight).or_else(|| path().find(parts));
        let Some(at) = at.copied() else {
            return Err("The conversation has one branch.".into());
        };
        let beside = self.model.session.transcript.siblings(&at);
        let here = beside.iter().position(|one| *one == at).unwrap_or_default();
        let next = here.saturating_add_signed(by + beside.len() as isize) % beside.len();
        let (id, count) = (beside[next], beside.len());
        self.model.ui.tab = Tab::Conversation;
        self.model.ui.found = Some(FoundMessage { id, words: Vec::new(), scroll: true });
        self.model.show_branch_of(id);
        self.info(format!("Branch {} of {count}. What you ask now goes on from here.", next + 1));
        Ok(())
    }
}
