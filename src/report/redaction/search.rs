//! Which bodies of which events a redaction takes, and what becomes of the texts.

use super::words::{ahead, each, lines_of, operations, overlapping, strings};
use super::{Redacting, SHORTEST};
use crate::base::{AuthorId, DocId, EventId, OpId, Pos, Span};
use crate::event::{Body, Envelope, Event, Left, Op, Slot};
use crate::session::{DocEntry, Session};
use crate::text::Change;
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;

/// What of a message is what was said.
const SAID: [&str; 4] = ["text", "reasoning", "error", "links."];

/// What a redaction kept of a body of a text: it stands in the redaction's own bodies.
struct Piece {
    says: EventId,
    bodies: Range<usize>,
    at: u32,
    text: String,
}

pub(super) struct Search<'a> {
    pub session: &'a Session,
    pub events: BTreeMap<EventId, &'a Envelope>,
    pub made: Redacting,
    /// What redactions kept and is not gone, by the body that it is of.
    kept: BTreeMap<(EventId, u32), Vec<Piece>>,
}

/// Whether a text of a redaction is what it kept: the words of whoever wrote them, not its own.
fn is_kept(event: &Envelope, slot: &Slot) -> bool {
    event.kind == "event.redacted" && slot.path.starts_with("what.")
}

impl<'a> Search<'a> {
    pub fn new(session: &'a Session, events: &'a [Envelope]) -> Self {
        let mut kept: BTreeMap<(EventId, u32), Vec<Piece>> = BTreeMap::new();
        for event in events.iter().filter(|event| event.kind == "event.redacted") {
            let Ok(Event::EventRedacted(what)) = Event::decode(event) else { continue };
            let slots = by_path(event);
            for (index, one) in what.what.into_iter().enumerate() {
                for (place, gone) in one.bodies.into_iter().enumerate() {
                    for (number, piece) in gone.kept.into_iter().flatten().enumerate() {
                        let path = format!("what.{index}.bodies.{place}.kept.{number}.text");
                        let Some(bodies) = slots.get(&path) else { continue };
                        let Some(text) = piece.text.0 else { continue };
                        let (says, bodies) = (event.id, bodies.clone());
                        let piece = Piece { says, bodies, at: piece.at, text };
                        kept.entry((one.event, gone.body)).or_default().push(piece);
                    }
                }
            }
        }
        let events = events.iter().map(|event| (event.id, event)).collect();
        Self { session, events, made: Redacting::default(), kept }
    }

    fn take(&mut self, event: &Envelope, bodies: impl IntoIterator<Item = usize>) {
        let there = |at: &usize| matches!(event.body.get(*at), Some(Body::Present { .. }));
        let bodies: BTreeSet<u32> = bodies.into_iter().filter(there).map(|at| at as u32).collect();
        if !bodies.is_empty() {
            self.made.bodies.entry(event.id).or_default().extend(bodies);
        }
    }

    /// Everything that was said in a message, a decision or a hunk.
    pub fn whole(&mut self, event: &Envelope) {
        for slot in event.slots().into_iter().filter(|slot| !is_kept(event, slot)) {
            let said = event.kind != "message.posted"
                || SAID.iter().any(|name| slot.path.starts_with(name));
            if said {
                self.take(event, slot.bodies);
            }
        }
    }

    pub fn said(&self, event: &Envelope) -> String {
        let slots = event.slots();
        let words = slots.into_iter().map(|slot| event.words(slot.bodies));
        words.collect::<Vec<_>>().join("\n")
    }

    /// What an answer or a decision has beside itself: its hunks, its changes.
    pub fn belonging(&self, id: &EventId) -> Vec<&'a Envelope> {
        let proposals: BTreeSet<EventId> = self
            .session
            .proposals
            .proposals()
            .map(|proposal| proposal.id)
            .filter(|proposal| self.session.answer_of(proposal).is_some_and(|it| it.id == *id))
            .collect();
        let all = self.events.values().copied();
        let names = |event: &Envelope, name: &str| -> Option<EventId> {
            event.data.get(name)?.as_str()?.parse().ok()
        };
        let own: Vec<&Envelope> = all
            .clone()
            .filter(|event| match event.kind.as_str() {
                "hunk.made" => names(event, "proposal").is_some_and(|of| proposals.contains(&of)),
                "decision.changed" => names(event, "decision") == Some(*id),
                _ => false,
            })
            .collect();
        let hunks: BTreeSet<EventId> = own.iter().map(|event| event.id).collect();
        let later = all.filter(|event| {
            matches!(event.kind.as_str(), "hunk.split" | "hunk.placed")
                && names(event, "hunk").is_some_and(|of| hunks.contains(&of))
        });
        own.iter().copied().chain(later).collect()
    }

    /// What an author is called.
    pub fn name(&mut self, event: &Envelope, author: &AuthorId, by: bool) {
        let own = event.data.get("author").and_then(Value::as_str) == Some(author.as_str());
        let wanted: fn(&Slot) -> bool = match event.kind.as_str() {
            "session.created" | "author.introduced" if own => |slot| slot.path == "name",
            "log.attested" if by => |_| true,
            _ => return,
        };
        for slot in event.slots().into_iter().filter(wanted) {
            self.take(event, slot.bodies);
        }
    }

    /// The bodies of every text in which a phrase stands.
    pub fn phrases(&mut self, event: &Envelope, phrases: &[String]) {
        if phrases.is_empty() || event.kind == "document.saved" || event.kind == "document.bound" {
            return;
        }
        for slot in event.slots().into_iter().filter(|slot| !is_kept(event, slot)) {
            let words = event.words(slot.bodies.clone());
            // A quote may hold a part only of what goes.
            let quoted = || lines_of(&words, SHORTEST);
            if slot.path.ends_with("quote")
                && quoted().iter().any(|line| phrases.iter().any(|all| all.contains(line)))
            {
                self.take(event, slot.bodies.clone());
                continue;
            }
            // A word beside a hunk, which may be one of those that go.
            let beside = words.trim_matches(|c: char| !c.is_alphanumeric());
            if slot.path.split('.').any(|name| name == "beside")
                && !beside.is_empty()
                && phrases.iter().any(|all| all.contains(beside))
            {
                self.take(event, slot.bodies.clone());
                continue;
            }
            for phrase in phrases {
                for (at, _) in words.match_indices(phrase.as_str()) {
                    let hit = overlapping(event, &slot, at..at + phrase.len());
                    self.take(event, hit);
                }
            }
        }
    }

    /// A request in which a piece of the words stands loses its words and its hash: the hash of all
    /// but a few words tells these by trying.
    pub fn request(&mut self, event: &Envelope, pieces: &[String], always: bool) {
        if pieces.is_empty() && !always {
            return;
        }
        for slot in event.slots().into_iter().filter(|slot| slot.path == "request") {
            let request = event.words(slot.bodies);
            let mut said = String::new();
            if let Ok(value) = serde_json::from_str::<Value>(&request) {
                strings(&value, &mut said);
            }
            let holds = |piece: &String| said.contains(piece) || request.contains(piece);
            if always || pieces.iter().any(holds) {
                let all = event.slots().into_iter();
                for slot in all.filter(|slot| matches!(slot.path.as_str(), "request" | "hash")) {
                    self.take(event, slot.bodies);
                }
            }
        }
    }

    /// Where a phrase stands in what redactions kept: characters of a text.
    pub fn in_kept(&self, entry: &DocEntry, phrase: &str) -> Vec<(OpId, u32)> {
        let count = phrase.chars().count() as u32;
        let mut found = Vec::new();
        for ((event, body), pieces) in &self.kept {
            let Some(first) = self.session.redactions.place(event, *body) else { continue };
            if entry.edit(event).is_none() {
                continue;
            }
            for piece in pieces {
                for (at, _) in piece.text.match_indices(phrase) {
                    let before = piece.text[..at].chars().count() as u32;
                    found.push((ahead(first, piece.at.saturating_add(before)), count));
                }
            }
        }
        found
    }

    /// Characters of a text, in all their copies. Their bodies go, with what stays of them said
    /// anew: so every operation is what it was, and what others did beside it finds its place.
    pub fn text(&mut self, doc: &DocId, entry: &DocEntry, chosen: &[(OpId, u32)]) {
        let wanted: BTreeSet<OpId> = each(chosen).collect();
        if wanted.is_empty() {
            return;
        }
        for edit in entry.edits() {
            let Some(event) = self.events.get(&edit.id).copied() else { continue };
            let mut slots = None;
            for (index, first, op) in operations(edit) {
                let Op::Insert { ins, .. } = op else { continue };
                if wanted.range(first..ahead(first, *ins)).next().is_none() {
                    continue;
                }
                let slots = slots.get_or_insert_with(|| by_path(event));
                let Some(bodies) = slots.get(&format!("ops.{index}.text")) else { continue };
                let mut at = first;
                for body in bodies.clone() {
                    let Some(left) = self.left(event, body) else { break };
                    let next = ahead(at, left.chars.len() as u32);
                    let goes = wanted.range(at..next).map(|id| id.counter - at.counter).collect();
                    self.cut(event, body, left, &goes);
                    at = next;
                }
            }
        }
        let mut change = Change::default();
        let mut spans: Vec<Span> = Vec::new();
        let stand: BTreeSet<Pos> =
            wanted.iter().filter_map(|id| entry.document.stands_at(*id)).collect();
        for pos in &stand {
            match spans.last_mut() {
                Some(span) if span.end == *pos => span.end.0 += 1,
                _ => spans.push(Span { start: *pos, end: Pos(pos.0 + 1) }),
            }
        }
        self.made.leave += stand.len();
        spans.into_iter().for_each(|span| change.0.extend(Change::delete(span).0));
        if !change.0.is_empty() {
            self.made.changes.insert(doc.clone(), change);
        }
    }

    /// The characters of a body, as far as they are known.
    fn left(&self, event: &Envelope, body: usize) -> Option<Left> {
        match event.body.get(body)? {
            Body::Present { text, .. } => Some(Left::all(text)),
            Body::Redacted { .. } => self.session.redactions.left(&event.id, body as u32),
        }
    }

    /// Takes characters out of a body of a text: out of the edit, or where that lost them before out
    /// of the redactions that kept them.
    fn cut(&mut self, event: &Envelope, body: usize, mut left: Left, goes: &BTreeSet<u32>) {
        if goes.is_empty() {
            return;
        }
        let key = (event.id, body as u32);
        if let Body::Present { .. } = event.body[body] {
            self.take(event, [body]);
        } else {
            let holds = |piece: &&Piece| {
                let end = piece.at.saturating_add(piece.text.chars().count() as u32);
                goes.range(piece.at..end).next().is_some()
            };
            let holding = self.kept.get(&key).into_iter().flatten().filter(holds);
            let holding: Vec<(EventId, Range<usize>)> =
                holding.map(|piece| (piece.says, piece.bodies.clone())).collect();
            if holding.is_empty() {
                return;
            }
            for (says, bodies) in holding {
                if let Some(event) = self.events.get(&says).copied() {
                    self.take(event, bodies);
                }
            }
        }
        for at in goes {
            if let Some(one) = left.chars.get_mut(*at as usize) {
                *one = None;
            }
        }
        self.made.left.entry(key.0).or_default().insert(key.1, left);
    }

    pub fn finish(mut self) -> Redacting {
        for id in self.made.bodies.keys() {
            if let Some(event) = self.events.get(id) {
                *self.made.kinds.entry(event.kind.clone()).or_default() += 1;
            }
        }
        self.made.words.sort();
        self.made.words.dedup();
        self.made
    }
}

/// The bodies of each text of an event, by where it stands.
fn by_path(event: &Envelope) -> BTreeMap<String, Range<usize>> {
    event.slots().into_iter().map(|slot| (slot.path, slot.bodies)).collect()
}
