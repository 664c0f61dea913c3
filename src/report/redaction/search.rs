//! Which bodies of which events a redaction takes, and what becomes of the texts.

use super::words::{ahead, each, lines_of, operations, overlapping, strings};
use super::{Redacting, SHORTEST};
use crate::base::{AuthorId, DocId, EventId, OpId, Pos, Span};
use crate::event::{Body, Envelope, Op, Slot};
use crate::session::{DocEntry, Session};
use crate::text::{Change, Replace};
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};

/// What of a message is what was said.
const SAID: [&str; 4] = ["text", "reasoning", "error", "links."];

pub(super) struct Search<'a> {
    pub session: &'a Session,
    pub events: BTreeMap<EventId, &'a Envelope>,
    pub made: Redacting,
}

impl<'a> Search<'a> {
    fn take(&mut self, event: &Envelope, bodies: impl IntoIterator<Item = usize>) {
        let there = |at: &usize| matches!(event.body.get(*at), Some(Body::Present { .. }));
        let bodies: BTreeSet<u32> = bodies.into_iter().filter(there).map(|at| at as u32).collect();
        if !bodies.is_empty() {
            self.made.bodies.entry(event.id).or_default().extend(bodies);
        }
    }

    /// Everything that was said in a message, a decision or a hunk.
    pub fn whole(&mut self, event: &Envelope) {
        for slot in event.slots() {
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
        for slot in event.slots() {
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

    /// Characters of a text, in all their copies: their bodies go, and what else stands in those is
    /// written anew where it is in the text.
    pub fn text(&mut self, doc: &DocId, entry: &DocEntry, chosen: &[(OpId, u32)]) {
        let wanted: BTreeSet<OpId> = each(chosen).collect();
        if wanted.is_empty() {
            return;
        }
        let mut covered: BTreeSet<OpId> = BTreeSet::new();
        for edit in entry.edits() {
            let Some(event) = self.events.get(&edit.id).copied() else { continue };
            let slots: BTreeMap<String, Slot> =
                event.slots().into_iter().map(|slot| (slot.path.clone(), slot)).collect();
            let mut hit: Vec<usize> = Vec::new();
            for (index, first, op) in operations(edit) {
                let Op::Insert { ins, .. } = op else { continue };
                let range = first..ahead(first, *ins);
                if wanted.range(range).next().is_none() {
                    continue;
                }
                let Some(slot) = slots.get(&format!("ops.{index}.text")) else { continue };
                let mut at = first;
                for body in slot.bodies.clone() {
                    let Body::Present { text, .. } = &event.body[body] else { break };
                    let next = ahead(at, text.chars().count() as u32);
                    if wanted.range(at..next).next().is_some() {
                        hit.push(body);
                        covered.extend(each(&[(at, next.counter - at.counter)]));
                    }
                    at = next;
                }
            }
            self.take(event, hit);
        }
        let mut stand: BTreeMap<Pos, bool> = BTreeMap::new();
        for id in covered.iter().chain(&wanted) {
            match entry.document.stands_at(*id) {
                Some(pos) => _ = stand.insert(pos, wanted.contains(id)),
                None => self.made.beside += usize::from(!wanted.contains(id)),
            }
        }
        let change = self.change(entry, &stand);
        if !change.0.is_empty() {
            self.made.changes.insert(doc.clone(), change);
        }
    }

    /// Takes characters out of a text, and writes those anew that stood in one piece with them.
    fn change(&mut self, entry: &DocEntry, stand: &BTreeMap<Pos, bool>) -> Change {
        let mut spans: Vec<(Span, bool)> = Vec::new();
        for (pos, goes) in stand {
            match spans.last_mut() {
                Some((span, went)) if span.end == *pos && went == goes => span.end.0 += 1,
                _ => spans.push((Span { start: *pos, end: Pos(pos.0 + 1) }, *goes)),
            }
        }
        let mut change = Change::default();
        for (span, goes) in spans {
            if goes {
                self.made.leave += span.len();
                change.0.extend(Change::delete(span).0);
                continue;
            }
            self.made.anew += span.len();
            for run in entry.document.runs(span) {
                change.0.push(Replace {
                    span: run.span,
                    text: entry.document.rope().slice(run.span.range()).to_string(),
                    origin: run.origin,
                    src: entry.document.sources(run.span),
                });
            }
        }
        change
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
