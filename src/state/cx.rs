//! What a command may do: read the session, change what the screen shows, append events, ask for
//! effects. The only way to change a session is an event.

use super::{Burst, Caret, Effect, Model, Ticket, Tone, row_of, text_row};
use crate::base::{AuthorId, DocId, EventId, Pos, WriterId};
use crate::event::{Author, AuthorKind, BurstHead, Cause, Envelope, Event, Text, WipOp, seal};
use crate::store::Write;
use crate::text::{Change, Delta};

/// Operations after which a burst is sealed.
const BURST_OPS: usize = 64;
/// Milliseconds after which a burst is sealed, counted from its first operation.
const BURST_MS: u64 = 5_000;
/// Milliseconds between two times that a text which is being written can be found anew.
const TEXT_ROW_MS: u64 = 30_000;
/// Bytes above which a text is found anew only when it is saved or left: keys wait for indexing.
const TEXT_ROW_BYTES: usize = 200_000;

/// The context of one command.
pub struct Cx<'a> {
    pub model: &'a mut Model,
    effects: Vec<Effect>,
    writes: Vec<Write>,
    pub(super) ticket: Option<Ticket>,
    /// Events are held back until the first that matters.
    holding: bool,
    /// Something was said.
    pub(super) said: bool,
}

impl<'a> Cx<'a> {
    pub fn new(model: &'a mut Model) -> Self {
        Self {
            model,
            effects: Vec::new(),
            writes: Vec::new(),
            ticket: None,
            holding: false,
            said: false,
        }
    }

    /// Everything that was asked for, the writes first: nothing leaves before it is in the log.
    pub fn finish(mut self) -> Vec<Effect> {
        self.hold_notice();
        let mut all = Vec::new();
        if !self.writes.is_empty() || self.ticket.is_some() {
            all.push(Effect::Store { writes: self.writes, ticket: self.ticket });
        }
        all.append(&mut self.effects);
        all
    }

    pub fn effect(&mut self, effect: Effect) {
        self.effects.push(effect);
    }

    /// Stores something that is no event.
    pub fn write(&mut self, write: Write) {
        if !self.model.ephemeral {
            self.writes.push(write);
        }
    }

    /// Everything of this command is safe from a power cut once the ticket comes back.
    pub fn barrier(&mut self) -> Ticket {
        if self.ticket.is_none() {
            self.ticket = Some(self.model.ui.next_ticket());
        }
        self.ticket.unwrap_or(Ticket(0))
    }

    pub fn info(&mut self, text: impl Into<String>) {
        self.said = true;
        self.model.notify(Tone::Info, text);
    }

    pub fn warn(&mut self, text: impl Into<String>) {
        self.model.notify(Tone::Warning, text);
    }

    pub fn error(&mut self, text: impl Into<String>) {
        self.model.notify(Tone::Error, text);
    }

    /// Appends an event of the person's.
    pub fn append(&mut self, event: &Event) -> EventId {
        self.seal_bursts();
        let writer = self.person_writer();
        self.append_by(event, writer)
    }

    /// Appends an event that never leaves this machine.
    pub fn append_local(&mut self, event: &Event) -> EventId {
        self.seal_bursts();
        self.start();
        let writer = match self.model.minted.local {
            Some(writer) => writer,
            None => {
                let author = self.model.me.author.clone();
                let writer = self.mint(&author, None, false);
                self.model.minted.local = Some(writer);
                writer
            }
        };
        self.append_by(event, writer)
    }

    /// Appends an event of a model's.
    pub fn append_as_model(&mut self, author: &AuthorId, event: &Event) -> EventId {
        self.seal_bursts();
        self.start();
        let writer = match self.model.minted.models.get(author) {
            Some(writer) => *writer,
            None => {
                let writer = self.mint(author, None, true);
                self.model.minted.models.insert(author.clone(), writer);
                writer
            }
        };
        self.append_by(event, writer)
    }

    /// The author that stands for a model, introduced when it is new.
    pub fn model_author(&mut self, name: &str) -> AuthorId {
        let known =
            self.model.session.authors_of(AuthorKind::Model).find(|(_, info)| info.name == name);
        if let Some((author, _)) = known {
            return author.clone();
        }
        let id = format!("m_{}", self.model.rand.ulid(self.model.now));
        let author: AuthorId = id.parse().unwrap_or_else(|_| AuthorId::outside());
        let introduced =
            Author { author: author.clone(), kind: AuthorKind::Model, name: Text::new(name) };
        self.append(&Event::AuthorIntroduced(introduced));
        author
    }

    fn append_by(&mut self, event: &Event, writer: WriterId) -> EventId {
        let model = &mut *self.model;
        let sealed = model.session.seal(event, writer, model.now, &mut model.rand);
        model.session.apply(&sealed);
        let id = sealed.id;
        self.store_events(vec![sealed], Vec::new());
        self.store_row(event, id);
        id
    }

    /// What was said or decided can be found.
    fn store_row(&mut self, event: &Event, id: EventId) {
        let row = row_of(&self.model.session, event, id);
        if let Some(row) = row {
            self.write(Write::Rows(vec![row]));
        }
    }

    /// What was written can be found: of every document whose text changed since the last time.
    /// What was only looked at leaves nothing behind.
    pub fn store_texts(&mut self) {
        if self.holding || !self.model.preamble.is_empty() {
            return;
        }
        let docs: Vec<DocId> = self.model.session.documents.keys().cloned().collect();
        for doc in docs {
            self.store_text(&doc);
        }
    }

    fn store_text(&mut self, doc: &DocId) {
        let Some(entry) = self.model.session.documents.get(doc) else { return };
        let revision = entry.document.revision();
        let known = self.model.text_rows.get(doc).map(|(_, revision)| *revision);
        if known == Some(revision) || !entry.document.has_history() {
            return;
        }
        if let Some(row) = text_row(&self.model.session, doc) {
            self.model.text_rows.insert(doc.clone(), (self.model.now, revision));
            self.write(Write::Rows(vec![row]));
        }
    }

    /// A burst was sealed: from time to time what is being written can be found, too.
    fn store_text_sometimes(&mut self, doc: &DocId) {
        if self.holding || !self.model.preamble.is_empty() {
            return;
        }
        let now = self.model.now;
        let (last, _) = *self.model.text_rows.entry(doc.clone()).or_insert((now, u64::MAX));
        let small = self
            .model
            .session
            .documents
            .get(doc)
            .is_some_and(|entry| entry.document.rope().len_bytes() <= TEXT_ROW_BYTES);
        if small && now.since(last) >= TEXT_ROW_MS {
            self.store_text(doc);
        }
    }

    pub(super) fn store_events(&mut self, events: Vec<Envelope>, clears: Vec<WriterId>) {
        if self.holding {
            self.model.preamble.extend(events);
            return;
        }
        self.write(Write::Events { events, clears, ends: Vec::new() });
    }

    /// From now on the events of this command are held back until the first that matters: what was
    /// only looked at leaves nothing behind.
    pub fn hold(&mut self) {
        self.holding = true;
    }

    pub(super) fn is_holding(&self) -> bool {
        self.holding
    }

    /// Runs something whose events are held back.
    fn held<T>(&mut self, run: impl FnOnce(&mut Self) -> T) -> T {
        let holding = std::mem::replace(&mut self.holding, true);
        let done = run(self);
        self.holding = holding;
        done
    }

    /// Puts the events that were held back into the log.
    fn start(&mut self) {
        if self.holding {
            return;
        }
        let held = std::mem::take(&mut self.model.preamble);
        if held.is_empty() {
            return;
        }
        for envelope in &held {
            if envelope.n == 0
                && let Some(info) = self.model.session.writers.get(&envelope.writer).cloned()
            {
                let (writer, session) = (envelope.writer, self.model.session.id);
                self.write(Write::Writer { writer, session, author: info.author, doc: info.doc });
            }
        }
        self.store_events(held, Vec::new());
        self.end_early();
        let path = self.model.path.clone();
        if let Some(path) = path {
            self.bind(&path);
        }
    }

    /// Remembers which file the shown document is in.
    pub fn bind(&mut self, path: &std::path::Path) {
        let doc = self.model.doc.clone();
        let path = Text::new(path.to_string_lossy());
        if self.model.entry().and_then(|entry| entry.path.as_deref()) == Some(path.as_str()) {
            return;
        }
        self.append_local(&Event::DocumentBound { doc, path });
    }

    fn person_writer(&mut self) -> WriterId {
        self.start();
        if let Some(writer) = self.model.minted.person {
            return writer;
        }
        let me = self.model.me.clone();
        let writer = self.mint(&me.author, None, true);
        self.model.minted.person = Some(writer);
        if !self.model.session.authors.contains_key(&me.author) {
            let author =
                Author { author: me.author, kind: AuthorKind::Person, name: Text::new(me.name) };
            self.append_by(&Event::AuthorIntroduced(author), writer);
        }
        writer
    }

    /// Starts a fresh writer. A local one starts without a shared event.
    pub(super) fn mint(&mut self, author: &AuthorId, doc: Option<DocId>, shared: bool) -> WriterId {
        let writer = self.model.rand.writer();
        let session = self.model.session.id;
        if !self.holding {
            self.start();
            self.write(Write::Writer { writer, session, author: author.clone(), doc: doc.clone() });
        }
        if shared {
            self.append_by(&Event::WriterStarted { author: author.clone(), doc }, writer);
        } else {
            let info = crate::session::WriterInfo { author: author.clone(), doc };
            self.model.session.writers.insert(writer, info);
        }
        writer
    }

    /// The person's writer on a document; the document's CRDT writes under it.
    pub(super) fn text_writer(&mut self, doc: &DocId) -> Option<WriterId> {
        if let Some(writer) = self.model.minted.text.get(doc) {
            return Some(*writer);
        }
        self.person_writer();
        let author = self.model.me.author.clone();
        let writer = self.mint(&author, Some(doc.clone()), true);
        let entry = self.model.session.documents.get_mut(doc)?;
        if let Err(why) = entry.document.start_writer(writer) {
            self.error(format!("The document can't be edited: {why}"));
            return None;
        }
        self.model.minted.text.insert(doc.clone(), writer);
        Some(writer)
    }

    /// Changes the shown document as the person. With a cause the change is an event of its own,
    /// whose id is returned; typing joins the burst.
    pub fn edit(&mut self, change: &Change, cause: Option<Cause>) -> Option<EventId> {
        if change.is_empty() {
            return None;
        }
        self.edit_text(&self.model.doc.clone(), change, cause)
    }

    /// An undo or redo is recorded even when what it takes back is gone already: otherwise the next
    /// one would find the same edits again.
    pub fn edit_even_empty(&mut self, change: &Change, cause: Cause) -> Option<EventId> {
        self.edit_in(&self.model.doc.clone(), change, cause)
    }

    /// The same in any document of the session that has history.
    pub fn edit_in(&mut self, doc: &DocId, change: &Change, cause: Cause) -> Option<EventId> {
        self.edit_text(doc, change, Some(cause))
    }

    fn edit_text(&mut self, doc: &DocId, change: &Change, cause: Option<Cause>) -> Option<EventId> {
        let entry = self.model.session.documents.get(doc);
        let has_history = entry.is_some_and(|entry| entry.document.has_history());
        if *doc == self.model.doc && !has_history {
            let changed = self.model.entry_mut().map(|entry| entry.document.change(change));
            match changed {
                Some(Ok(applied)) => self.text_changed(doc, &applied.delta),
                Some(Err(why)) => self.error(format!("The change could not be made: {why}")),
                None => {}
            }
            return None;
        }
        let early = cause.is_none() && self.is_early();
        let writer =
            if early { self.held(|cx| cx.text_writer(doc))? } else { self.text_writer(doc)? };
        let full = self.model.bursts.get(doc).is_some_and(|burst| {
            burst.rows.len() >= BURST_OPS
                || self.model.now.since(crate::base::Millis(burst.head.at)) >= BURST_MS
        });
        if cause.is_some() || full {
            self.seal_bursts();
        }
        let applied = {
            let entry = self.model.session.documents.get_mut(doc)?;
            match entry.document.change_as(change, cause.as_ref().map(|cause| cause.kind)) {
                Ok(applied) => applied,
                Err(why) => {
                    self.error(format!("The change could not be made: {why}"));
                    return None;
                }
            }
        };
        let alone = cause.is_some();
        let model = &mut *self.model;
        let mut head = None;
        let burst = model.bursts.entry(doc.clone()).or_insert_with(|| {
            let made = BurstHead {
                session: model.session.id,
                writer,
                n: model.session.next_n(writer),
                lamport: model.session.next_lamport(),
                parents: model.session.heads(),
                at: model.now.0,
                doc: doc.clone(),
                start: applied.start,
                crdt_lamport: applied.lamport,
                deps: applied.deps.clone(),
                cause,
                salt: crate::base::hex(&model.rand.bytes()),
            };
            head = Some(made.clone());
            Burst { head: made, rows: Vec::new() }
        });
        let row = burst.rows.len() as u64;
        let op = WipOp { ops: applied.ops };
        burst.rows.push(op.clone());
        model.last_edit = model.now;
        if head.is_some() && !alone {
            self.effect(Effect::Schedule { after_ms: 500, timer: super::Timer::Seal });
        }
        if early && self.is_early() {
            self.keep_early(&applied.delta);
        } else if !alone {
            self.write(Write::Wip { head: head.map(Box::new), writer, row, op });
        }
        self.text_changed(doc, &applied.delta);
        if alone { self.seal_bursts().pop() } else { None }
    }

    /// Ends every burst: its event goes into the log in place of its operations. Returns the
    /// events' ids.
    pub fn seal_bursts(&mut self) -> Vec<EventId> {
        let mut sealed = Vec::new();
        if !self.model.bursts.is_empty() {
            self.start();
        }
        for (doc, burst) in std::mem::take(&mut self.model.bursts) {
            let envelope = seal(&burst.head, &burst.rows);
            self.model.session.record_own(&envelope);
            if let Some(entry) = self.model.session.documents.get_mut(&burst.head.doc) {
                entry.document.settle_torn_marks();
            }
            sealed.push(envelope.id);
            self.store_events(vec![envelope], vec![burst.head.writer]);
            self.store_text_sometimes(&doc);
        }
        sealed
    }

    /// Keeps everything that points into a document in its place after the text changed.
    pub fn text_changed(&mut self, doc: &DocId, delta: &Delta) {
        if let Some(turn) = self.model.turn.as_mut().filter(|turn| turn.doc == *doc) {
            turn.since.push(delta.clone());
        }
        if let Some(caret) = self.model.ui.carets.get_mut(doc) {
            caret.pos = delta.map(caret.pos, false);
            caret.anchor = caret.anchor.map(|anchor| delta.map(anchor, false));
        }
        self.keep_unsaved(doc, delta);
        if *doc == self.model.doc {
            let waiting = self.model.waiting.iter_mut();
            for queued in self.model.queue.iter_mut().chain(waiting) {
                match &mut queued.task {
                    super::Task::Rewrite { selection } => {
                        let start = delta.map(selection.start, true);
                        let end = delta.map(selection.end, false).max(start);
                        *selection = crate::base::Span { start, end };
                    }
                    super::Task::Continue { at } => *at = delta.map(*at, false),
                    super::Task::Chat | super::Task::Change | super::Task::Summary => {}
                }
            }
            self.model.ui.fresh.shift(delta);
            self.model.view_changed(delta);
        }
        self.model.session.track_hunks();
    }

    /// Puts the caret somewhere and ends the selection.
    pub fn go(&mut self, pos: Pos) {
        self.model.set_caret(Caret::at(pos));
    }

    /// Ends the answer's rows in the store together with an event of the model's.
    pub fn append_answer(
        &mut self,
        author: &AuthorId,
        event: &Event,
        turn: crate::base::TurnId,
    ) -> EventId {
        let id = self.append_as_model(author, event);
        let events = self.writes.iter_mut().rev().find_map(|write| match write {
            Write::Events { ends, .. } => Some(ends),
            _ => None,
        });
        if let Some(ends) = events {
            ends.push(turn);
        }
        id
    }

    /// Events that another program on the same library wrote: they show here too.
    pub fn foreign(&mut self, events: &[Envelope]) {
        let fresh: Vec<&Envelope> =
            events.iter().filter(|event| !self.model.session.contains(&event.id)).collect();
        if fresh.is_empty() {
            return;
        }
        // What is imported must not come between the operations of one burst.
        self.seal_bursts();
        let deltas = self.model.session.apply_all(fresh.iter().copied());
        self.note_news(&fresh);
        for (doc, delta) in deltas {
            self.text_changed(&doc, &delta);
        }
        self.model.session.track_hunks();
        self.meet();
        self.redact_again();
        self.model.refresh();
        if std::mem::take(&mut self.model.session.outdated) {
            let session = self.model.session.id;
            self.effect(Effect::Reload(session));
        }
    }
}
