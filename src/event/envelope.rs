//! One event as one line: the envelope, its bodies, its id.
//!
//! The id is the SHA-256 over `"cowrite-event-1\n"` and the canonical line without `id` and `sig`,
//! with each body replaced by its hash. So a body can be taken away and the line still verifies.

use super::canonical::{self, NotCanonical};
use crate::base::{EventId, Millis, Rand, WriterId, hex, sha256};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

/// The most bytes one body holds; longer text is cut into several, each with its own salt.
const BODY_BYTES: usize = 1024;
/// The longest line that is read, in bytes.
const LINE_BYTES: usize = 64 << 20;
/// Of longer lines it is counted how many parts they have: each takes a hundred times its bytes.
const LONG_BYTES: usize = 4 << 20;
const PARTS: usize = 500_000;

/// Text that a person or a model wrote. `None` once it was redacted.
///
/// Inside the structs of the event kinds it stands where it belongs; on the line it is moved into
/// the bodies and leaves `{"$":[first,count]}` behind.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Text(pub Option<String>);

impl Text {
    pub fn new(text: impl Into<String>) -> Self {
        Self(Some(text.into()))
    }

    /// The text, or nothing where it was redacted.
    pub fn as_str(&self) -> &str {
        self.0.as_deref().unwrap_or("")
    }
}

impl From<&str> for Text {
    fn from(text: &str) -> Self {
        Self::new(text)
    }
}

impl From<String> for Text {
    fn from(text: String) -> Self {
        Self::new(text)
    }
}

#[derive(Serialize, Deserialize)]
struct TextForm {
    #[serde(rename = "$")]
    text: Option<String>,
}

impl Serialize for Text {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        TextForm { text: self.0.clone() }.serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for Text {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        TextForm::deserialize(deserializer).map(|form| Self(form.text))
    }
}

/// A salted piece of text, or only its hash.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Body {
    Present { salt: String, text: String },
    Redacted { hash: String },
}

impl Body {
    /// What stands for the body in the bytes that are hashed.
    pub fn hash(&self) -> String {
        match self {
            Self::Redacted { hash } => hash.clone(),
            Self::Present { salt, text } => {
                hex(&sha256(&[b"cowrite-body-1\n", salt.as_bytes(), b"\n", text.as_bytes()]))
            }
        }
    }

    fn size(&self) -> usize {
        match self {
            // Line ends and quotation marks grow when they are written.
            Self::Present { salt, text } => salt.len() + text.len() + text.len() / 8 + 24,
            Self::Redacted { hash } => hash.len() + 12,
        }
    }

    /// Appends the body as it stands on the line, or its hash.
    fn write(&self, hashed: bool, out: &mut String) {
        if hashed {
            return canonical::write_string(&self.hash(), out);
        }
        let (first, second) = match self {
            Self::Present { salt, text } => (("salt", salt), Some(("text", text))),
            Self::Redacted { hash } => (("hash", hash), None),
        };
        for (index, (name, value)) in [first].into_iter().chain(second).enumerate() {
            out.push(if index == 0 { '{' } else { ',' });
            canonical::write_string(name, out);
            out.push(':');
            canonical::write_string(value, out);
        }
        out.push('}');
    }

    fn from_value(value: Value) -> Option<Self> {
        let Value::Object(mut fields) = value else { return None };
        let count = fields.len();
        let mut field = |name: &str| match fields.remove(name) {
            Some(Value::String(text)) => Some(text),
            _ => None,
        };
        match count {
            2 => Some(Self::Present { salt: field("salt")?, text: field("text")? }),
            1 => Some(Self::Redacted { hash: field("hash")? }),
            _ => None,
        }
    }
}

/// One event: what the program reads of a line, and the line itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Envelope {
    pub id: EventId,
    pub kind: String,
    /// The id of the `session.created` event; `None` in that event itself.
    pub session: Option<EventId>,
    pub writer: WriterId,
    /// Dense per writer, from 0.
    pub n: u64,
    pub lamport: u64,
    /// The heads known when this was written. For audits only.
    pub parents: Vec<EventId>,
    pub at: Millis,
    /// Structure; texts are references into `body`.
    pub data: Value,
    pub body: Vec<Body>,
    /// An unknown kind that is marked so makes its document read-only.
    pub critical: bool,
    /// Fields of the envelope that this version does not know, `sig` among them.
    pub extra: Map<String, Value>,
}

/// What stands behind a name on the line.
enum Field<'a> {
    Number(u64),
    Text(&'a str),
    Value(&'a Value),
    /// Empty for none.
    Id(Option<EventId>),
    Writer,
    True,
    Parents,
    Bodies,
}

fn list<T>(items: &[T], out: &mut String, mut one: impl FnMut(&T, &mut String)) {
    out.push('[');
    for (index, item) in items.iter().enumerate() {
        if index > 0 {
            out.push(',');
        }
        one(item, out);
    }
    out.push(']');
}

/// Why a line is no event.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BadLine {
    #[error("a merge conflict marker")]
    ConflictMarker,
    #[error("not JSON: torn or damaged")]
    NotJson,
    #[error("not an event: {0}")]
    Shape(String),
    #[error("altered: its id does not match its content")]
    Altered,
    #[error("longer than 64 MB")]
    TooLong,
    #[error("from a newer envelope version {0}")]
    Newer(u64),
}

impl Envelope {
    /// Makes an event of plain data in which texts stand in place as [`Text`] serializes them;
    /// cuts them into salted bodies and computes the id.
    #[allow(clippy::too_many_arguments, reason = "the envelope's fields, once")]
    pub fn new(
        kind: &str,
        session: Option<EventId>,
        writer: WriterId,
        n: u64,
        lamport: u64,
        mut parents: Vec<EventId>,
        at: Millis,
        mut data: Value,
        salts: &mut Rand,
    ) -> Self {
        let mut body = Vec::new();
        take_texts(&mut data, &mut body, salts);
        parents.sort_unstable();
        parents.dedup();
        let mut made = Self {
            id: EventId([0; 32]),
            kind: kind.into(),
            session,
            writer,
            n,
            lamport,
            parents,
            at,
            data,
            body,
            critical: false,
            extra: Map::new(),
        };
        made.id = made.compute_id();
        made
    }

    /// The session this belongs to: its own id for `session.created`.
    pub fn session_id(&self) -> EventId {
        self.session.unwrap_or(self.id)
    }

    /// The id that the content has.
    pub fn compute_id(&self) -> EventId {
        // Everything inside was checked when it was parsed, or is made by the codec.
        self.hashed_id().unwrap_or(EventId([0; 32]))
    }

    fn hashed_id(&self) -> Result<EventId, NotCanonical> {
        let mut line = String::with_capacity(1024);
        line.push_str("cowrite-event-1\n");
        self.write(true, &mut line)?;
        Ok(EventId(sha256(&[line.as_bytes()])))
    }

    /// The canonical line, without its line feed.
    pub fn to_line(&self) -> String {
        let texts: usize = self.body.iter().map(Body::size).sum();
        let mut line = String::with_capacity(texts + 1024);
        match self.write(false, &mut line) {
            Ok(()) => line,
            Err(_) => String::new(),
        }
    }

    /// Appends the canonical form: the line, or what is hashed, which is the line without `id` and
    /// `sig` and with each body replaced by its hash.
    fn write(&self, hashed: bool, out: &mut String) -> Result<(), NotCanonical> {
        let mut fields: Vec<(&str, Field<'_>)> = vec![
            ("at", Field::Number(self.at.0)),
            ("data", Field::Value(&self.data)),
            ("kind", Field::Text(&self.kind)),
            ("lamport", Field::Number(self.lamport)),
            ("n", Field::Number(self.n)),
            ("parents", Field::Parents),
            ("session", Field::Id(self.session)),
            ("v", Field::Number(1)),
            ("writer", Field::Writer),
        ];
        if !self.body.is_empty() {
            fields.push(("body", Field::Bodies));
        }
        if self.critical {
            fields.push(("crit", Field::True));
        }
        if !hashed {
            fields.push(("id", Field::Id(Some(self.id))));
        }
        let known = fields.len();
        for (name, value) in &self.extra {
            let taken = fields.iter().take(known).any(|(known, _)| known == name);
            if !(taken || hashed && name == "sig") {
                if !name.is_ascii() {
                    return Err(NotCanonical::Key(name.clone()));
                }
                fields.push((name, Field::Value(value)));
            }
        }
        fields.sort_unstable_by_key(|(name, _)| *name);
        for (index, (name, field)) in fields.into_iter().enumerate() {
            out.push(if index == 0 { '{' } else { ',' });
            canonical::write_string(name, out);
            out.push(':');
            match field {
                Field::Number(number) => canonical::write_integer(number, out)?,
                Field::Text(text) => canonical::write_string(text, out),
                Field::Value(value) => canonical::write(value, out)?,
                Field::Id(id) => {
                    out.push('"');
                    if let Some(id) = id {
                        crate::base::push_hex(&id.0, out);
                    }
                    out.push('"');
                }
                Field::Writer => canonical::write_string(&self.writer.to_string(), out),
                Field::True => out.push_str("true"),
                Field::Parents => list(&self.parents, out, |id, out| {
                    out.push('"');
                    crate::base::push_hex(&id.0, out);
                    out.push('"');
                }),
                Field::Bodies => list(&self.body, out, |body, out| body.write(hashed, out)),
            }
        }
        out.push('}');
        Ok(())
    }

    /// Reads a line and checks its id. A trailing carriage return is forgiven (a checkout may have
    /// added it); anything else that is off is told apart in [`BadLine`].
    pub fn parse(line: &str) -> Result<Self, BadLine> {
        let read = Self::read(line)?;
        let shape = |why: NotCanonical| BadLine::Shape(why.to_string());
        // The signature is not in what is hashed.
        if let Some(sig) = read.extra.get("sig") {
            canonical::write(sig, &mut String::new()).map_err(shape)?;
        }
        match read.hashed_id().map_err(shape)? == read.id {
            true => Ok(read),
            false => Err(BadLine::Altered),
        }
    }

    /// Reads a line without checking its id: for lines of the library, which were checked when
    /// they came in, and are again by `cowrite verify`.
    pub fn read(line: &str) -> Result<Self, BadLine> {
        let line = line.trim_end_matches(['\r', '\n']);
        if line.len() > LINE_BYTES {
            return Err(BadLine::TooLong);
        }
        if line.len() > LONG_BYTES && canonical::parts(line) > PARTS {
            return Err(BadLine::Shape("too many parts".into()));
        }
        let markers = ["<<<<<<<", "|||||||", "=======", ">>>>>>>"];
        if markers.iter().any(|marker| line.starts_with(marker)) {
            return Err(BadLine::ConflictMarker);
        }
        let value: Value = serde_json::from_str(line).map_err(|_| BadLine::NotJson)?;
        let Value::Object(mut fields) = value else {
            return Err(BadLine::Shape("not an object".into()));
        };
        let shape = |what: &str| BadLine::Shape(what.to_string());
        let mut take = |name: &'static str| fields.remove(name);
        match take("v").as_ref().and_then(Value::as_u64) {
            Some(1) => {}
            Some(newer) => return Err(BadLine::Newer(newer)),
            None => return Err(shape("no version")),
        }
        let number = |value: Option<Value>, what: &str| {
            value.as_ref().and_then(Value::as_u64).ok_or_else(|| shape(what))
        };
        let string = |value: Option<Value>, what: &str| match value {
            Some(Value::String(text)) => Ok(text),
            _ => Err(shape(what)),
        };
        let id = string(take("id"), "no id")?.parse().map_err(|_| shape("bad id"))?;
        let kind = string(take("kind"), "no kind")?;
        let session = match string(take("session"), "no session")?.as_str() {
            "" => None,
            text => Some(text.parse().map_err(|_| shape("bad session"))?),
        };
        let writer =
            string(take("writer"), "no writer")?.parse().map_err(|_| shape("bad writer"))?;
        let n = number(take("n"), "no n")?;
        let lamport = number(take("lamport"), "no lamport")?;
        let at = Millis(number(take("at"), "no time")?);
        let parents = match take("parents") {
            Some(Value::Array(items)) => items
                .iter()
                .map(|item| item.as_str().and_then(|text| text.parse().ok()))
                .collect::<Option<Vec<EventId>>>()
                .ok_or_else(|| shape("bad parents"))?,
            _ => return Err(shape("no parents")),
        };
        let data = take("data").ok_or_else(|| shape("no data"))?;
        let body = match take("body") {
            None => Vec::new(),
            Some(Value::Array(items)) => items
                .into_iter()
                .map(Body::from_value)
                .collect::<Option<Vec<Body>>>()
                .ok_or_else(|| shape("bad body"))?,
            Some(_) => return Err(shape("bad body")),
        };
        let critical = match take("crit") {
            None => false,
            Some(Value::Bool(true)) => true,
            Some(_) => return Err(shape("bad crit")),
        };
        Ok(Self {
            id,
            kind,
            session,
            writer,
            n,
            lamport,
            parents,
            at,
            data,
            body,
            critical,
            extra: fields,
        })
    }

    /// The data with its texts put back where they belong; redacted ones are null.
    pub fn data_with_texts(&self) -> Result<Value, BadLine> {
        let mut data = self.data.clone();
        put_texts(&mut data, &self.body, &mut vec![false; self.body.len()])?;
        Ok(data)
    }
}

/// Whether a value is what [`Text`] or a reference to bodies looks like.
fn text_slot(value: &mut Value) -> Option<&mut Value> {
    match value {
        Value::Object(map) if map.len() == 1 => map.get_mut("$"),
        _ => None,
    }
}

fn children(value: &mut Value) -> Box<dyn Iterator<Item = &mut Value> + '_> {
    match value {
        Value::Array(items) => Box::new(items.iter_mut()),
        // Sorted, so that the order of bodies does not depend on the map type.
        Value::Object(map) => {
            let mut pairs: Vec<_> = map.iter_mut().collect();
            pairs.sort_by(|a, b| a.0.cmp(b.0));
            Box::new(pairs.into_iter().map(|(_, value)| value))
        }
        _ => Box::new(std::iter::empty()),
    }
}

fn take_texts(value: &mut Value, bodies: &mut Vec<Body>, salts: &mut Rand) {
    if let Some(slot) = text_slot(value) {
        let first = bodies.len();
        if let Value::String(text) = slot.take() {
            for part in cut(&text) {
                bodies.push(Body::Present { salt: salts.salt(), text: part.into() });
            }
        }
        *slot = json!([first, bodies.len() - first]);
        return;
    }
    for child in children(value) {
        take_texts(child, bodies, salts);
    }
}

/// Puts the texts back. Each body is one text's: a line that names one body a million times would
/// otherwise grow to any size.
fn put_texts(value: &mut Value, bodies: &[Body], used: &mut [bool]) -> Result<(), BadLine> {
    if let Some(slot) = text_slot(value) {
        let range: (usize, usize) = serde_json::from_value(slot.take())
            .map_err(|_| BadLine::Shape("bad text reference".into()))?;
        let end = range.0.checked_add(range.1).filter(|end| *end <= bodies.len());
        let end = end.ok_or_else(|| BadLine::Shape("text reference out of range".into()))?;
        let mut whole = Some(String::new());
        if used[range.0..end].iter_mut().any(|used| std::mem::replace(used, true)) {
            return Err(BadLine::Shape("a text is referred to twice".into()));
        }
        for body in &bodies[range.0..end] {
            match (body, &mut whole) {
                (Body::Present { text, .. }, Some(so_far)) => so_far.push_str(text),
                _ => whole = None,
            }
        }
        *slot = whole.map_or(Value::Null, Value::String);
        return Ok(());
    }
    children(value).try_for_each(|child| put_texts(child, bodies, used))
}

/// Cuts text into pieces of at most [`BODY_BYTES`], at character borders. Empty text is one piece,
/// so that it stays apart from redacted text.
fn cut(text: &str) -> Vec<&str> {
    let mut pieces = Vec::new();
    let mut rest = text;
    while rest.len() > BODY_BYTES {
        let (piece, tail) = rest.split_at(rest.floor_char_boundary(BODY_BYTES));
        pieces.push(piece);
        rest = tail;
    }
    pieces.push(rest);
    pieces
}
