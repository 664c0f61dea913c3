//! Redactions: bodies that were taken out of the log for good, and what stands in their place.
//!
//! An event whose bodies are gone keeps their hashes, so that its id still follows from it. What is
//! known of the words is their shape: how many characters, and where the lines end.

use super::{Body, Envelope, Text};
use crate::base::EventId;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;

/// Stands for a character whose words are gone.
pub const FILLER: char = '█';
/// Stands for a text whose words are all gone.
pub const REDACTED: &str = "(redacted)";
/// The most characters of one body, which holds at most 1 KB.
pub const BODY_CHARS: usize = 1024;

impl Text {
    /// The text as it is shown: where it was redacted, it says so.
    pub fn told(&self) -> &str {
        self.0.as_deref().unwrap_or(REDACTED)
    }
}

/// What was taken out, and why.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Redaction {
    pub what: Vec<Redacted>,
    /// In the words of who did it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<Text>,
}

/// The bodies of one event that are gone.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Redacted {
    pub event: EventId,
    pub bodies: Vec<Gone>,
}

/// One body, by its number in the event, and the shape of its words: see [`shape_of`].
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Gone {
    pub body: u32,
    pub shape: String,
    /// What of a text stays, in order: the operations that inserted it are as they were, and only
    /// what was named is blank. Absent where the body went whole: outside of texts, and in logs of
    /// versions that wrote the rest of a text anew.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub kept: Option<Vec<Kept>>,
    /// The body was without its words before: what earlier redactions took of it is theirs, and only
    /// the rest of what is missing is named by this one.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub more: bool,
}

/// Characters of a body that stay: `len` from character `at` on.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Kept {
    pub at: u32,
    pub len: u32,
    /// Gone itself where a later redaction took a part of it, and says what stays of it.
    pub text: Text,
}

impl Kept {
    /// Its characters, where they are known and as many as it says.
    fn chars(&self) -> Option<&str> {
        let text = self.text.0.as_deref()?;
        (text.chars().count() == self.len as usize).then_some(text)
    }
}

impl Gone {
    /// A body that went whole.
    pub fn whole(body: u32, shape: String) -> Self {
        Self { body, shape, kept: None, more: false }
    }

    /// What it keeps, without what can't be: pieces are in order and don't overlap.
    pub fn pieces(&self) -> impl Iterator<Item = &Kept> {
        let mut from = 0;
        self.kept.iter().flatten().filter(move |kept| {
            let end = kept.at.checked_add(kept.len).filter(|end| *end as usize <= BODY_CHARS);
            let fits = kept.at >= from && end.is_some();
            from = end.filter(|_| fits).unwrap_or(from);
            fits
        })
    }

    /// Whether it leaves a character where it was.
    pub fn leaves(&self, at: u32) -> bool {
        self.pieces().any(|kept| kept.at <= at && at - kept.at < kept.len)
    }

    /// Whether that can be said of these words.
    pub fn fits(&self, words: &str) -> bool {
        let same = |kept: &Kept| match kept.chars() {
            Some(text) => {
                words.chars().skip(kept.at as usize).take(kept.len as usize).eq(text.chars())
            }
            None => kept.text.0.is_none(),
        };
        shape_of(words) == self.shape && self.pieces().all(same)
    }
}

/// What redactions leave of a body.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Left {
    pub shape: String,
    /// In order; nothing for a character that is gone.
    pub chars: Vec<Option<char>>,
}

impl Left {
    /// All of a text.
    pub fn all(text: &str) -> Self {
        Self { shape: shape_of(text), chars: text.chars().map(Some).collect() }
    }

    /// The text with filler where characters are gone; `None` when its shape is none.
    pub fn text(&self) -> Option<String> {
        let filler = filler(&self.shape)?;
        let kept = self.chars.iter().copied().chain(std::iter::repeat(None));
        Some(filler.chars().zip(kept).map(|(filler, kept)| kept.unwrap_or(filler)).collect())
    }

    /// What a redaction says of it.
    pub fn gone(&self, body: u32) -> Gone {
        let mut kept = Vec::new();
        let mut at = 0;
        for run in self.chars.chunk_by(|one, next| one.is_some() == next.is_some()) {
            let len = run.len() as u32;
            let text: String = run.iter().flatten().collect();
            if !text.is_empty() {
                kept.push(Kept { at, len, text: Text::new(text) });
            }
            at += len;
        }
        Gone { body, shape: self.shape.clone(), kept: Some(kept), more: false }
    }
}

/// What is told of one body, by redactions in whatever order they come: a character stays when all
/// of them leave it, and is what the first that knows it says.
#[derive(Clone, Debug)]
pub struct Told<At> {
    shape: Option<(At, String)>,
    /// Whether all of them leave a character; what is beyond the end is left by none.
    left: Vec<bool>,
    /// Each character that is known, and who said it: an index into `by`.
    known: Vec<Option<(char, u32)>>,
    by: Vec<At>,
}

impl<At> Default for Told<At> {
    fn default() -> Self {
        Self { shape: None, left: Vec::new(), known: Vec::new(), by: Vec::new() }
    }
}

impl<At: Copy + Ord> Told<At> {
    pub fn add(&mut self, at: At, gone: &Gone) {
        let mut left = Vec::new();
        for kept in gone.pieces() {
            let (from, end) = (kept.at as usize, (kept.at + kept.len) as usize);
            left.resize(from, false);
            left.resize(end, true);
            let Some(text) = kept.chars() else { continue };
            self.known.resize(self.known.len().max(end), None);
            let by = self.by.len() as u32;
            for (place, one) in self.known[from..end].iter_mut().zip(text.chars()) {
                let later = |known: u32| self.by.get(known as usize).is_some_and(|by| *by > at);
                if place.is_none_or(|(_, known)| later(known)) {
                    *place = Some((one, by));
                }
            }
        }
        match &self.shape {
            None => self.left = left,
            Some(_) => {
                self.left.truncate(left.len());
                self.left.iter_mut().zip(left).for_each(|(all, one)| *all &= one);
            }
        }
        self.by.push(at);
        if self.shape.as_ref().is_none_or(|(first, _)| at < *first) {
            self.shape = Some((at, gone.shape.clone()));
        }
    }

    /// What stays of it. Without characters where the shape is none.
    pub fn left(&self) -> Left {
        let shape = self.shape.as_ref().map(|(_, shape)| shape.clone()).unwrap_or_default();
        let count = filler(&shape).map_or(0, |text| text.chars().count());
        let one = |at: usize| {
            let known = self.known.get(at).copied().flatten();
            known.filter(|_| self.left.get(at) == Some(&true)).map(|(one, _)| one)
        };
        Left { chars: (0..count).map(one).collect(), shape }
    }

    /// Who told of it, as they came.
    pub fn by(&self) -> &[At] {
        &self.by
    }
}

/// The shape of a text: runs of characters as their number, `n` for a line feed and `r` for a
/// carriage return, as in `5n12n`.
pub fn shape_of(text: &str) -> String {
    let (mut shape, mut run) = (String::new(), 0usize);
    for one in text.chars() {
        let sign = match one {
            '\n' => 'n',
            '\r' => 'r',
            _ => {
                run += 1;
                continue;
            }
        };
        if run > 0 {
            shape.push_str(&run.to_string());
            run = 0;
        }
        shape.push(sign);
    }
    if run > 0 {
        shape.push_str(&run.to_string());
    }
    shape
}

/// Filler of a shape; `None` when it is no shape, or too large to be believed.
pub fn filler(shape: &str) -> Option<String> {
    let (mut text, mut number, mut chars) = (String::new(), 0usize, 0usize);
    for sign in shape.chars().chain(std::iter::once('.')) {
        if let Some(digit) = sign.to_digit(10) {
            number = number.checked_mul(10)?.checked_add(digit as usize)?;
            continue;
        }
        chars =
            chars.checked_add(number)?.checked_add(1).filter(|chars| *chars <= BODY_CHARS + 1)?;
        text.extend(std::iter::repeat_n(FILLER, std::mem::take(&mut number)));
        match sign {
            'n' => text.push('\n'),
            'r' => text.push('\r'),
            '.' => {}
            _ => return None,
        }
    }
    Some(text)
}

/// Whether two texts are the same where neither is filler, as far as lengths and line ends tell.
pub fn is_like(one: &str, other: &str) -> bool {
    let (mut one, mut other) = (one.chars(), other.chars());
    loop {
        match (one.next(), other.next()) {
            (None, None) => return true,
            (Some(a), Some(b)) if a == b => {}
            (Some(a), Some(b)) if a == FILLER && b != '\n' && b != '\r' => {}
            (Some(a), Some(b)) if b == FILLER && a != '\n' && a != '\r' => {}
            _ => return false,
        }
    }
}

/// Whether two texts of one length can be the same, each with whether it is `told`: whether its
/// line ends may come from the shapes of redactions, which anybody can tell wrong.
pub fn may_be(one: (&str, bool), other: (&str, bool)) -> bool {
    let open = |sign: char, told: bool| sign == FILLER || told && matches!(sign, '\n' | '\r');
    let mut pairs = one.0.chars().zip(other.0.chars());
    one.0.chars().count() == other.0.chars().count()
        && pairs.all(|(a, b)| a == b || open(a, one.1) || open(b, other.1))
}

/// A text of an event: where it stands in the data, and which bodies hold it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Slot {
    /// The names and numbers that lead to it, with points between.
    pub path: String,
    pub bodies: Range<usize>,
}

impl Envelope {
    /// The texts of the event.
    pub fn slots(&self) -> Vec<Slot> {
        let mut slots = Vec::new();
        find(&self.data, String::new(), self.body.len(), &mut slots);
        slots
    }

    /// The words of some bodies; nothing of those that are gone.
    pub fn words(&self, bodies: Range<usize>) -> String {
        let bodies = self.body.get(bodies).unwrap_or_default();
        let words = bodies.iter().filter_map(|body| match body {
            Body::Present { text, .. } => Some(text.as_str()),
            Body::Redacted { .. } => None,
        });
        words.collect()
    }

    /// The bodies that are gone.
    pub fn gone(&self) -> impl Iterator<Item = u32> + '_ {
        let all = self.body.iter().enumerate();
        all.filter(|(_, body)| matches!(body, Body::Redacted { .. })).map(|(at, _)| at as u32)
    }

    /// Takes bodies away; their hashes stay. Returns what is to be said of them.
    pub fn redact(&mut self, bodies: &BTreeSet<u32>) -> Redacted {
        let mut gone = Vec::new();
        for at in bodies {
            let Some(body) = self.body.get_mut(*at as usize) else { continue };
            if let Body::Present { text, .. } = body {
                gone.push(Gone::whole(*at, shape_of(text)));
                *body = Body::Redacted { hash: body.hash() };
            }
        }
        Redacted { event: self.id, bodies: gone }
    }

    /// The event with what is told in place of bodies that are gone, so that it can be folded. An
    /// edit gets as many characters as it had; of other kinds a text that is gone throughout stays
    /// away.
    pub fn filled(&self, told: &BTreeMap<u32, String>) -> Self {
        let mut filled = self.clone();
        let edit = self.kind == "document.edited";
        for slot in self.slots() {
            let partly = self.body[slot.bodies.clone()]
                .iter()
                .any(|body| matches!(body, Body::Present { .. }));
            if !edit && !partly {
                continue;
            }
            for at in slot.bodies {
                let Body::Redacted { .. } = self.body[at] else { continue };
                if let Some(text) = told.get(&(at as u32)) {
                    filled.body[at] = Body::Present { salt: String::new(), text: text.clone() };
                }
            }
        }
        filled
    }
}

fn find(value: &Value, path: String, most: usize, slots: &mut Vec<Slot>) {
    let below = |name: &str| match path.is_empty() {
        true => name.to_owned(),
        false => format!("{path}.{name}"),
    };
    match value {
        Value::Object(map) => {
            if map.len() == 1
                && let Some(reference) = map.get("$")
            {
                let range = serde_json::from_value::<(usize, usize)>(reference.clone()).ok();
                let range = range.and_then(|(first, count)| {
                    let end = first.checked_add(count).filter(|end| *end <= most)?;
                    Some(first..end)
                });
                slots.extend(range.map(|bodies| Slot { path, bodies }));
                return;
            }
            map.iter().for_each(|(name, value)| find(value, below(name), most, slots));
        }
        Value::Array(items) => {
            let items = items.iter().enumerate();
            items.for_each(|(at, value)| find(value, below(&at.to_string()), most, slots));
        }
        _ => {}
    }
}
