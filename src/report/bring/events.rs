//! The events that a conversation of another program becomes: what the person said is the person's,
//! what a model said is the model's, each marked as brought in and at its own time. What a session
//! has already is not made again.

use super::{By, Conversation, Said};
use crate::base::{AuthorId, EventId, Millis, Rand, WriterId};
use crate::event::{
    Author, AuthorKind, Brought, Envelope, Event, MessageRole, MessageStatus, Text,
};
use crate::session::Session;
use std::collections::BTreeMap;

/// What came of a conversation.
pub struct Made {
    /// The session with everything in it.
    pub session: Session,
    /// What is new of it.
    pub events: Vec<Envelope>,
    /// The writers that were minted for that.
    pub writers: Vec<(WriterId, AuthorId)>,
    /// Messages that are new, and that were there.
    pub new: usize,
    pub known: usize,
}

/// Writes a conversation into its session, or into a new one where there is none. `me` is the person
/// with the name to write under.
pub fn events(
    known: Option<Session>,
    conversation: &Conversation,
    me: (&AuthorId, &str),
    now: Millis,
    rand: &mut Rand,
) -> Made {
    let begun = conversation.begun().unwrap_or(now);
    let mut log = Log::begin(known, conversation, me, (begun, now), rand);
    let there = log.there();
    // Of each message its event.
    let mut ids: Vec<Option<EventId>> = Vec::with_capacity(conversation.messages.len());
    let (mut new, mut old) = (0, 0);
    for said in &conversation.messages {
        let key = conversation.key_of(said);
        if let Some(id) = there.get(&key) {
            ids.push(Some(*id));
            old += 1;
            continue;
        }
        let after = said.after.and_then(|place| ids.get(place).copied().flatten());
        ids.push(Some(log.say(said, key, after)));
        new += 1;
    }
    let Log { session, events, writers, .. } = log;
    Made { session, events, writers, new, known: old }
}

/// A session that is written to.
struct Log<'a> {
    session: Session,
    events: Vec<Envelope>,
    writers: Vec<(WriterId, AuthorId)>,
    /// The writers of this run by author.
    minted: BTreeMap<AuthorId, WriterId>,
    program: &'static str,
    me: (&'a AuthorId, &'a str),
    now: Millis,
    rand: &'a mut Rand,
}

impl<'a> Log<'a> {
    fn begin(
        known: Option<Session>,
        conversation: &Conversation,
        me: (&'a AuthorId, &'a str),
        (begun, now): (Millis, Millis),
        rand: &'a mut Rand,
    ) -> Self {
        let program = conversation.program.word();
        let (events, writers, minted) = (Vec::new(), Vec::new(), BTreeMap::new());
        if let Some(session) = known {
            return Self { session, events, writers, minted, program, me, now, rand };
        }
        let created = Event::SessionCreated {
            title: Text::new(conversation.title.as_str()),
            app: concat!("cowrite/", env!("CARGO_PKG_VERSION")).into(),
            nonce: rand.salt(),
            from: None,
            author: person(me),
            brought: Some(Brought { program: program.into(), id: conversation.key(), at: now.0 }),
        };
        let writer = rand.writer();
        let created = created.seal(None, writer, 0, 0, Vec::new(), begun, rand);
        let session = Session::new(created.id);
        let mut log = Self { session, events, writers, minted, program, me, now, rand };
        log.mint(me.0, writer);
        log.session.apply(&created);
        log.events.push(created);
        log
    }

    /// The messages that came from there before, by what they are known by.
    fn there(&self) -> BTreeMap<String, EventId> {
        let mut all = BTreeMap::new();
        for message in self.session.transcript.iter() {
            if let Some(from) = message.brought.as_ref().filter(|from| from.program == self.program)
            {
                all.insert(from.id.clone(), message.id);
            }
        }
        all
    }

    fn say(&mut self, said: &Said, key: String, after: Option<EventId>) -> EventId {
        let (author, role, model) = match &said.by {
            By::Person => (self.me.0.clone(), MessageRole::Person, None),
            By::Model(name) => {
                (self.model(name, said.at), MessageRole::Model, Some(Text::new(name.as_str())))
            }
        };
        let reasoning = (!said.reasoning.is_empty()).then(|| Text::new(said.reasoning.as_str()));
        let event = Event::MessagePosted {
            role,
            after,
            text: Text::new(said.text.as_str()),
            status: MessageStatus::Complete,
            model,
            usage: None,
            error: None,
            links: Vec::new(),
            asked: None,
            reasoning,
            brought: Some(Brought { program: self.program.into(), id: key, at: self.now.0 }),
        };
        let writer = self.writer(&author, said.at);
        self.append(&event, writer, said.at)
    }

    fn append(&mut self, event: &Event, writer: WriterId, at: Millis) -> EventId {
        let sealed = self.session.seal(event, writer, at, self.rand);
        self.session.apply(&sealed);
        let id = sealed.id;
        self.events.push(sealed);
        id
    }

    fn mint(&mut self, author: &AuthorId, writer: WriterId) {
        self.minted.insert(author.clone(), writer);
        self.writers.push((writer, author.clone()));
    }

    /// The author's writer of this run, started when it has none.
    fn writer(&mut self, author: &AuthorId, at: Millis) -> WriterId {
        if let Some(writer) = self.minted.get(author) {
            return *writer;
        }
        let writer = self.rand.writer();
        self.mint(author, writer);
        self.append(&Event::WriterStarted { author: author.clone(), doc: None }, writer, at);
        if author == self.me.0 && !self.session.authors.contains_key(author) {
            self.append(&Event::AuthorIntroduced(person(self.me)), writer, at);
        }
        writer
    }

    /// The author that stands for a model, introduced by the person when it is new.
    fn model(&mut self, name: &str, at: Millis) -> AuthorId {
        let known = self.session.authors_of(AuthorKind::Model).find(|(_, info)| info.name == name);
        if let Some((author, _)) = known {
            return author.clone();
        }
        let id = format!("m_{}", self.rand.ulid(at));
        let author: AuthorId = id.parse().unwrap_or_else(|_| AuthorId::outside());
        let introduced =
            Author { author: author.clone(), kind: AuthorKind::Model, name: Text::new(name) };
        let writer = self.writer(&self.me.0.clone(), at);
        self.append(&Event::AuthorIntroduced(introduced), writer, at);
        author
    }
}

fn person((author, name): (&AuthorId, &str)) -> Author {
    Author { author: author.clone(), kind: AuthorKind::Person, name: Text::new(name) }
}
