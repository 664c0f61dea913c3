//! What was taken out of the log for good, by whom and when; and who signed how much of it.
//!
//! An event whose words are gone is folded once a redaction names every one of them: what comes
//! without, nobody vouches for. Knows nothing of whether a library still holds the words.

use super::{Decision, Folded, Register, Session};
use crate::base::{AuthorId, DocId, EventId, Millis, OpId, WriterId};
use crate::event::{
    BODY_CHARS, Choice, Edit, Envelope, Event, FILLER, Gone, Left, Link, Op, REDACTED, Redaction,
    Slot, Text, Told, Undecodable, filler,
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

/// Which redaction says something of a body, and where in it: of which event, and of which body.
type Said = (At, u32, u32);

/// What is told of the bodies of one event.
#[derive(Clone, Debug)]
struct Shapes {
    /// The first redaction that names one of them.
    first: At,
    bodies: BTreeMap<u32, Told<Said>>,
}

/// Where a body without its words stands in a text.
#[derive(Clone, Copy, Debug)]
struct Place {
    event: EventId,
    body: u32,
    len: u32,
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
    /// The bodies without their words in texts, by the operation of their first character.
    places: BTreeMap<OpId, Place>,
    /// The same by event and body.
    firsts: BTreeMap<(EventId, u32), OpId>,
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

    /// What is known of bodies, for folding everything again.
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
        let told = event.gone().filter_map(|body| {
            let left = known?.get(&body)?.left();
            Some((body, left.text()?))
        });
        Some(event.filled(&told.collect()))
    }

    /// What redactions leave of a body that they name.
    pub fn left(&self, event: &EventId, body: u32) -> Option<Left> {
        Some(self.shapes.get(event)?.bodies.get(&body)?.left())
    }

    /// The operation of the first character of a body without its words.
    pub fn place(&self, event: &EventId, body: u32) -> Option<OpId> {
        self.firsts.get(&(*event, body)).copied()
    }

    /// What redactions say of a body.
    fn said(&self, event: &EventId, body: u32) -> impl Iterator<Item = (&Taken, &Gone)> {
        let told = self.shapes.get(event).and_then(|shapes| shapes.bodies.get(&body));
        told.into_iter().flat_map(Told::by).filter_map(|(at, one, gone)| {
            let taken = self.all.get(at)?;
            Some((taken, taken.what.what.get(*one as usize)?.bodies.get(*gone as usize)?))
        })
    }

    /// The first redaction that took the character which an operation inserted.
    pub fn of_char(&self, id: OpId) -> Option<&Taken> {
        let (first, place) = self.places.range(..=id).next_back()?;
        let at = id.counter - first.counter;
        if first.writer != id.writer || at >= place.len {
            return None;
        }
        let said = self.said(&place.event, place.body).filter(|(_, gone)| !gone.leaves(at));
        said.map(|(taken, _)| taken).min_by_key(|taken| (taken.lamport, taken.id))
    }

    /// How many characters of a body a redaction took that none before it had taken.
    pub fn taken_by(&self, taken: &Taken, event: &EventId, gone: &Gone) -> usize {
        let before: Vec<&Gone> = self
            .said(event, gone.body)
            .filter(|(by, _)| is_before(by, taken))
            .map(|(_, before)| before)
            .collect();
        let count = filler(&gone.shape).map_or(0, |text| text.chars().count()) as u32;
        let fresh = |at: &u32| !gone.leaves(*at) && before.iter().all(|one| one.leaves(*at));
        (0..count).filter(fresh).count()
    }

    /// The operations of texts whose characters one of these redactions named; of those that say
    /// what stays, since others may have written the rest anew, under the same sources.
    pub fn named(&self, wanted: impl Fn(&Taken) -> bool) -> BTreeSet<OpId> {
        let mut found = BTreeSet::new();
        for (first, place) in &self.places {
            let by_wanted = self.said(&place.event, place.body).filter(|(taken, _)| wanted(taken));
            for (taken, gone) in by_wanted.filter(|(_, gone)| gone.kept.is_some()) {
                // What is nobody's before it, of what it leaves away.
                let earlier = |by: &Taken| gone.more && is_before(by, taken);
                let all = self.said(&place.event, place.body);
                let earlier = all.filter(|(by, _)| earlier(by)).map(|(_, gone)| gone);
                let mut named = vec![true; place.len as usize];
                keep(&mut named, gone, false);
                for before in earlier {
                    let mut left = vec![false; place.len as usize];
                    keep(&mut left, before, true);
                    named.iter_mut().zip(left).for_each(|(named, left)| *named &= left);
                }
                let named = (0..place.len).filter(|at| named[*at as usize]);
                let id = |at: u32| OpId { writer: first.writer, counter: first.counter + at };
                found.extend(named.map(id));
            }
        }
        found
    }

    /// The bodies of texts that these redactions took whole: the operation of the first character of
    /// each, how many it has, and who did.
    pub fn whole(&self, wanted: impl Fn(&Taken) -> bool) -> Vec<(OpId, u32, AuthorId)> {
        let mut found = Vec::new();
        for (first, place) in &self.places {
            let by_wanted = self.said(&place.event, place.body).filter(|(taken, _)| wanted(taken));
            let whole = by_wanted.filter(|(_, gone)| gone.kept.is_none());
            found.extend(whole.map(|(taken, _)| (*first, place.len, taken.author.clone())));
        }
        found
    }

    /// Whether a redaction that kept the rest of a body still tells one of these characters.
    pub fn keeps_any(&self, ids: &BTreeSet<OpId>) -> bool {
        self.places.iter().any(|(first, place)| {
            let end = OpId { writer: first.writer, counter: first.counter + place.len };
            let mut hit = ids.range(*first..end).map(|id| id.counter - first.counter).peekable();
            if hit.peek().is_none() {
                return false;
            }
            let hit: Vec<u32> = hit.collect();
            let tells = |gone: &Gone| {
                let known = gone.pieces().filter(|kept| kept.text.0.is_some());
                known
                    .into_iter()
                    .any(|kept| hit.iter().any(|at| kept.at <= *at && at - kept.at < kept.len))
            };
            self.said(&place.event, place.body).any(|(_, gone)| tells(gone))
        })
    }

    /// Notes where the bodies of an edit stand that are without their words.
    fn note_places(&mut self, event: &Envelope, filled: &Envelope, writer: WriterId, edit: &Edit) {
        let slots = filled.slots();
        let slots: BTreeMap<&str, &Slot> =
            slots.iter().map(|slot| (slot.path.as_str(), slot)).collect();
        let gone: BTreeSet<u32> = event.gone().collect();
        let mut next = OpId { writer, counter: edit.start };
        for (index, op) in edit.ops.iter().enumerate() {
            let first = next;
            next.counter = next.counter.saturating_add(op.width());
            let Op::Insert { ins, .. } = op else { continue };
            let Some(slot) = slots.get(format!("ops.{index}.text").as_str()) else { continue };
            let mut at = first;
            for body in slot.bodies.clone() {
                let len = filled.words(body..body + 1).chars().count() as u32;
                let left = first.counter.saturating_add(*ins).saturating_sub(at.counter);
                if gone.contains(&(body as u32)) {
                    let place = Place { event: event.id, body: body as u32, len: len.min(left) };
                    self.places.insert(at, place);
                    self.firsts.insert((event.id, body as u32), at);
                }
                at.counter = at.counter.saturating_add(len.min(left));
            }
        }
    }

    /// Takes note of a redaction. Returns the events that can be folded now, and whether one that
    /// is folded already has another shape.
    fn add(&mut self, taken: Taken) -> (Vec<Envelope>, bool) {
        let at = (taken.lamport, taken.id);
        let (mut freed, mut changed) = (Vec::new(), false);
        let all = taken.what.what.iter().enumerate();
        for (index, one) in all.filter(|(_, one)| !one.bodies.is_empty()) {
            let bodies = BTreeMap::new();
            let shapes = self.shapes.entry(one.event).or_insert(Shapes { first: at, bodies });
            shapes.first = shapes.first.min(at);
            let mut waiting = self.waiting.get_mut(&one.event);
            let filled = self.filled.contains(&one.event);
            for (place, gone) in one.bodies.iter().enumerate() {
                let known = shapes.bodies.get(&gone.body).filter(|_| filled).map(Told::left);
                let told = shapes.bodies.entry(gone.body).or_default();
                told.add((at, index as u32, place as u32), gone);
                changed |= known.is_some_and(|known| known != told.left());
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
            edit.filled = true;
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
            self.redactions.note_places(came, event, event.writer, edit);
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

fn is_before(one: &Taken, other: &Taken) -> bool {
    (one.lamport, one.id) < (other.lamport, other.id)
}

/// Sets what a redaction keeps of a body.
fn keep(chars: &mut [bool], gone: &Gone, value: bool) {
    for kept in gone.pieces() {
        let end = ((kept.at + kept.len) as usize).min(chars.len());
        chars[(kept.at as usize).min(end)..end].fill(value);
    }
}

fn inserted(op: &Op) -> u64 {
    match op {
        Op::Insert { ins, .. } => u64::from(*ins),
        Op::Delete { .. } => 0,
    }
}
