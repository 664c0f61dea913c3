//! Putting the messages of a conversation one behind the other, where files hold a tree of them with
//! much between that is no message.

use super::{By, Conversation, Left, MESSAGE_BYTES, MESSAGES, Program, Said, name, title_of};
use crate::base::Millis;
use crate::session::Reasoning;
use std::collections::BTreeMap;

/// A message as it was found.
pub struct Found<'a> {
    pub id: &'a str,
    /// What it follows there; nothing for the first.
    pub parent: Option<&'a str>,
    pub by: By,
    pub at: Option<Millis>,
    pub text: &'a str,
    pub reasoning: &'a str,
}

/// A conversation in the making.
pub struct Weaver {
    made: Conversation,
    /// Of each id that came by, the message that stands for it: itself, or the last one before it.
    stands: BTreeMap<String, Option<usize>>,
    last: Millis,
}

impl Weaver {
    pub fn new(program: Program, id: &str, title: &str) -> Self {
        let made = Conversation {
            program,
            id: id.into(),
            title: name(title),
            messages: Vec::new(),
            left: Left::default(),
        };
        Self { made, stands: BTreeMap::new(), last: Millis(0) }
    }

    pub fn left(&mut self) -> &mut Left {
        &mut self.made.left
    }

    /// Of times that are missing: that of what came before, or this.
    pub fn begin_at(&mut self, at: Option<Millis>) {
        self.last = at.unwrap_or(self.last);
    }

    pub fn set_title(&mut self, title: &str) {
        self.made.title = name(title);
    }

    pub fn set_id(&mut self, id: &str) {
        self.made.id = id.into();
    }

    /// Whether an id came by.
    pub fn knows(&self, id: &str) -> bool {
        self.stands.contains_key(id)
    }

    /// The place of the message that was said last.
    pub fn last_id(&self) -> Option<String> {
        self.made.messages.last().map(|said| said.id.clone())
    }

    /// What is no message: what follows it follows what it followed.
    pub fn pass(&mut self, id: &str, parent: Option<&str>) {
        let before = self.before(parent);
        self.stands.entry(id.into()).or_insert(before);
    }

    fn before(&self, parent: Option<&str>) -> Option<usize> {
        match parent.map(|parent| self.stands.get(parent)) {
            None => None,
            Some(Some(known)) => *known,
            // What it follows is not in the file: nothing is hidden because of that.
            Some(None) => self.made.messages.len().checked_sub(1),
        }
    }

    /// Takes a message. What is empty, doubled or too large is passed over.
    pub fn say(&mut self, found: Found<'_>) {
        let Found { id, parent, by, at, text, reasoning } = found;
        if self.stands.contains_key(id) {
            self.made.left.pass("doubled message");
            return;
        }
        let too_much = if text.len() > MESSAGE_BYTES {
            Some("overlong message")
        } else if self.made.messages.len() >= MESSAGES {
            Some("surplus message")
        } else {
            None
        };
        if let Some(what) = too_much {
            self.made.left.unread(what);
        }
        if too_much.is_some() || text.trim().is_empty() {
            self.pass(id, parent);
            return;
        }
        let after = self.before(parent);
        let at = at.filter(|at| at.0 > 0).unwrap_or(self.last);
        self.last = at;
        self.stands.insert(id.into(), Some(self.made.messages.len()));
        let mut bounded = Reasoning::default();
        bounded.push(reasoning.trim());
        self.made.messages.push(Said {
            id: id.into(),
            after,
            by,
            at,
            text: text.trim_matches(['\n', '\r']).trim_end().into(),
            reasoning: bounded.text().into(),
        });
    }

    /// The conversation, when anything was said.
    pub fn finish(mut self) -> Conversation {
        if self.made.title.is_empty() {
            self.made.title = title_of(&self.made.messages);
        }
        self.made
    }
}
