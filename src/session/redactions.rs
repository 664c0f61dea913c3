//! What was taken out of the log for good, by whom and when; and who signed how much of it.
//!
//! An event whose words are gone is folded once a redaction names every one of them: what comes
//! without, nobody vouches for. Knows nothing of whether a library still holds the words.

use super::{Decision, Folded, Register, Session};
use crate::base::{AuthorId, DocId, EventId, Millis};
use crate::event::{
    BODY_CHARS, Choice, Envelope, Event, FILLER, Link, Op, REDACTED, Redaction, Text, Undecodable,
};
use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};

/// One redaction.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Taken {
    pub id: EventId,
    pub lamport: u64,
    pub author: AuthorId,
    pub at: Millis,
    pub what: Redaction,
}

/// Somebody signed the log.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Attestation {
    pub id: EventId,
    pub lamport: u64,
    pub author: AuthorId,
    pub at: Millis,
    pub heads: Vec<EventId>,
    pub count: u64,
    pub about: Option<EventId>,
    pub settings: Vec<EventId>,
    pub who: String,
    pub key: String,
    pub sig: String,
}

/// A place in the order of display.
type At = (u64, EventId);

/// What is told of the bodies of one event.
#[derive(Clone, Debug)]
struct Shapes {
    /// The first redaction that names one of them.
    first: At,
    /// The shape of each, as the first redaction that names it tells it.
    bodies: BTreeMap<u32, (At, String)>,
}

/// An event without all of its words.
#[derive(Clone, Debug)]
struct Waiting {
    event: Envelope,
    /// The bodies that no redaction names yet.
    missing: BTreeSet<u32>,
}

/// All redactions of a session.
#[derive(Clone, Debug, Default)]
pub struct Redactions {
    all: BTreeMap<At, Taken>,
    lamports: BTreeMap<EventId, u64>,
    shapes: BTreeMap<EventId, Shapes>,
    /// Events without their words that no redaction names yet.
    waiting: BTreeMap<EventId, Waiting>,
    /// Events that are folded with filler.
    pub(super) filled: BTreeSet<EventId>,
}

impl Redactions {
    /// In order of display.
    pub fn iter(&self) -> impl Iterator<Item = &Taken> {
        self.all.values()
    }

    /// The first redaction that names an event.
    pub fn of(&self, event: &EventId) -> Option<&Taken> {
        self.all.get(&self.shapes.get(event)?.first)
    }

    /// Whether an event is folded with filler.
    pub fn is_filled(&self, event: &EventId) -> bool {
        self.filled.contains(event)
    }

    pub fn get(&self, id: &EventId) -> Option<&Taken> {
        self.all.get(&(*self.lamports.get(id)?, *id))
    }

    /// Events without their words that no redaction accounts for.
    pub fn unexplained(&self) -> impl Iterator<Item = &Envelope> {
        self.waiting.values().map(|waiting| &waiting.event)
    }

    /// What is known of shapes, for folding everything again.
    pub(super) fn known(self) -> Self {
        Self { shapes: self.shapes, ..Self::default() }
    }

    /// An event as it can be folded: with filler where its words are gone. `None` while nothing
    /// accounts for that.
    pub(super) fn filled(&mut self, event: &Envelope) -> Option<Envelope> {
        let known = self.shapes.get(&event.id).map(|shapes| &shapes.bodies);
        let told = |body: &u32| known.is_some_and(|all| all.contains_key(body));
        let missing: BTreeSet<u32> = event.gone().filter(|body| !told(body)).collect();
        if !missing.is_empty() {
            self.waiting.insert(event.id, Waiting { event: event.clone(), missing });
            return None;
        }
        self.filled.insert(event.id);
        let shapes = event.gone().filter_map(|body| Some((body, known?.get(&body)?.1.clone())));
        Some(event.filled(&shapes.collect()))
    }

    /// Takes note of a redaction. Returns the events that can be folded now, and whether one that
    /// is folded already has another shape.
    fn add(&mut self, taken: Taken) -> (Vec<Envelope>, bool) {
        let at = (taken.lamport, taken.id);
        let (mut freed, mut changed) = (Vec::new(), false);
        for one in taken.what.what.iter().filter(|one| !one.bodies.is_empty()) {
            let bodies = BTreeMap::new();
            let shapes = self.shapes.entry(one.event).or_insert(Shapes { first: at, bodies });
            shapes.first = shapes.first.min(at);
            let mut waiting = self.waiting.get_mut(&one.event);
            for gone in &one.bodies {
                let shape = (at, gone.shape.clone());
                let known = shapes.bodies.entry(gone.body).or_insert_with(|| shape.clone());
                if at < known.0 {
                    changed |= known.1 != shape.1 && self.filled.contains(&one.event);
                    *known = shape;
                }
                if let Some(waiting) = &mut waiting {
                    waiting.missing.remove(&gone.body);
                }
            }
            if waiting.is_some_and(|waiting| waiting.missing.is_empty()) {
                freed.extend(self.waiting.remove(&one.event).map(|waiting| waiting.event));
            }
        }
        self.lamports.insert(taken.id, taken.lamport);
        self.all.insert(at, taken);
        (freed, changed)
    }
}

impl Session {
    /// Folds an event that counts, and notes when it is refused.
    pub(super) fn fold_noting(
        &mut self,
        event: &Envelope,
        edited: &mut BTreeMap<DocId, Vec<EventId>>,
    ) -> Folded {
        let before = self.oddities.refused;
        let folded = self.decode_and_fold(event, edited);
        if self.oddities.refused > before {
            self.refused.insert(event.id);
        }
        folded
    }

    /// Folds an event that counts. One without all of its words waits for what accounts for that;
    /// what never left this machine was redacted here.
    fn decode_and_fold(
        &mut self,
        event: &Envelope,
        edited: &mut BTreeMap<DocId, Vec<EventId>>,
    ) -> Folded {
        let filled;
        let (came, mut event) = (event, event);
        if event.gone().next().is_some() && !event.is_local() {
            match self.redactions.filled(event) {
                Some(made) => filled = made,
                None => return Folded::Waits,
            }
            event = &filled;
        }
        let mut decoded = match Event::decode(event) {
            Ok(decoded) => decoded,
            Err(Undecodable::UnknownKind(_)) => {
                self.oddities.unknown += 1;
                return Folded::Left;
            }
            Err(_) => {
                self.oddities.refused += 1;
                return Folded::Left;
            }
        };
        if self.redactions.filled.contains(&event.id)
            && let Event::DocumentEdited(edit) = &mut decoded
        {
            // Nobody can say that a few bodies held a text of any length.
            let inserted: u64 = edit.ops.iter().map(inserted).sum();
            if inserted > (event.body.len() * BODY_CHARS) as u64 {
                self.oddities.refused += 1;
                return Folded::Left;
            }
            // A shape that does not fit must not keep the edit away: how many there are is signed.
            for op in &mut edit.ops {
                if let Op::Insert { ins, text, .. } = op {
                    let fits = |text: &String| text.chars().count() == *ins as usize;
                    text.0 = text.0.take().filter(fits);
                }
            }
        }
        self.introduce(came, decoded, edited)
    }

    /// Folds a redaction: what waited for it follows.
    pub(super) fn redacted(&mut self, taken: Taken) -> Folded {
        let (freed, changed) = self.redactions.add(taken);
        self.freed.extend(freed);
        if changed {
            self.outdated = true;
            return Folded::Rebuild;
        }
        Folded::Done
    }

    /// How many signatures say that they are about a decision. Whether they do, and whose they are,
    /// only a check tells.
    pub fn signatures_of(&self, decision: &EventId) -> usize {
        self.attestations.values().filter(|made| made.about == Some(*decision)).count()
    }

    /// The redaction that took words of a text which an event holds; nothing where none are gone.
    pub fn gap(&self, event: &EventId, text: &str) -> Option<&Taken> {
        let gone = text == REDACTED || text.contains(FILLER);
        self.redactions.of(event).filter(|_| gone && self.redactions.is_filled(event))
    }

    /// A text of an event as it is shown: where words are gone, with who took them out and when.
    pub fn told<'a>(&self, event: &EventId, text: &'a str) -> Cow<'a, str> {
        match self.gap(event, text) {
            None => Cow::Borrowed(text),
            Some(taken) if text == REDACTED => {
                Cow::Owned(format!("({})", self.redaction_words(taken)))
            }
            Some(taken) => {
                let words = self.redaction_words(taken);
                Cow::Owned(format!("{} ({FILLER}: {words})", text.trim_end()))
            }
        }
    }

    /// The same of a value that was set.
    pub fn told_value<'a>(&self, register: &'a Register<String>) -> Cow<'a, str> {
        let text = register.value().map_or("", String::as_str);
        register.setter().map_or(Cow::Borrowed(text), |setter| self.told(&setter, text))
    }

    /// The redactions that took words of what a decision says, in order of display.
    pub fn gaps_of(&self, decision: &Decision) -> Vec<&Taken> {
        let texts = decision.texts().into_iter();
        let mut all: Vec<&Taken> =
            texts.filter_map(|(setter, text)| self.gap(&setter, text)).collect();
        all.sort_unstable_by_key(|taken| (taken.lamport, taken.id));
        all.dedup();
        all
    }

    /// The options of a decision, their texts as they are shown.
    pub fn told_options(&self, decision: &Decision) -> Vec<Choice> {
        let setter = decision.options.setter().unwrap_or(decision.id);
        let told = |text: &Text| Text::new(self.told(&setter, text.told()));
        let texts = |all: &[Text]| all.iter().map(told).collect();
        let options = decision.options().iter();
        options
            .map(|one| Choice {
                name: told(&one.name),
                pros: texts(&one.pros),
                cons: texts(&one.cons),
            })
            .collect()
    }

    /// A link of a decision in one line.
    pub fn decision_link_words(&self, decision: &Decision, link: &Link) -> String {
        match decision.links.setter() {
            Some(setter) => self.link_words_of(&setter, link),
            None => self.link_words(link),
        }
    }

    /// How a redaction is told: by whom and when.
    pub fn redaction_words(&self, taken: &Taken) -> String {
        let day = crate::base::day(taken.at);
        format!("redacted by {} on {day}", self.author_name(&taken.author))
    }
}

fn inserted(op: &Op) -> u64 {
    match op {
        Op::Insert { ins, .. } => u64::from(*ins),
        Op::Delete { .. } => 0,
    }
}
