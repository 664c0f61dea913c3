//! Bringing conversations of other programs into the library, each into a session of its own, once.

use super::open::fold;
use crate::base::{EventId, Rand};
use crate::report::bring::{self, Conversation};
use crate::state::{Me, all_rows};
use crate::store::{SqliteStore, StoreError, Write};
use std::collections::BTreeMap;

/// The sessions that came from elsewhere, by program and by what they are known by there.
pub struct Bringing {
    sessions: BTreeMap<(String, String), EventId>,
}

/// What came of one conversation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Came {
    pub session: EventId,
    /// Messages that are new, and that were there already.
    pub new: usize,
    pub known: usize,
}

impl Bringing {
    pub fn of(store: &SqliteStore) -> Result<Self, StoreError> {
        Ok(Self { sessions: store.brought()? })
    }

    fn key(conversation: &Conversation) -> (String, String) {
        (conversation.program.word().to_owned(), conversation.key())
    }

    /// The session of a conversation, where it was brought in before.
    pub fn session(&self, conversation: &Conversation) -> Option<EventId> {
        self.sessions.get(&Self::key(conversation)).copied()
    }

    /// Brings in what is new of a conversation. It is safe from a power cut once the library was
    /// synced.
    pub fn bring(
        &mut self,
        store: &mut SqliteStore,
        conversation: &Conversation,
        me: &Me,
        rand: &mut Rand,
    ) -> Result<Came, StoreError> {
        let known = match self.session(conversation) {
            Some(session) => Some(fold(store, session)?),
            None => None,
        };
        let made = bring::events(known, conversation, (&me.author, &me.name), super::now(), rand);
        let session = made.session.id;
        let came = Came { session, new: made.new, known: made.known };
        if made.events.is_empty() {
            return Ok(came);
        }
        let mut writes: Vec<Write> = made
            .writers
            .into_iter()
            .map(|(writer, author)| Write::Writer { writer, session, author, doc: None })
            .collect();
        writes.push(Write::Events { events: made.events, clears: Vec::new(), ends: Vec::new() });
        writes.push(Write::Rows(all_rows(&made.session)));
        store.write(&writes)?;
        self.sessions.insert(Self::key(conversation), session);
        Ok(came)
    }
}
