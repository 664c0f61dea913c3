//! One event as one line: the envelope, its bodies, its id.
//!
//! The id is the SHA-256 over `"cowrite-event-1\n"` and the canonical line without `id` and `sig`,
//! with each body replaced by its hash. So a body can be taken away and the line still verifies.

use super::canonical;
use crate::base::{EventId, Millis, Rand, WriterId, hex, sha256};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

/// The most bytes one body holds; longer text is cut into several, each with its own salt.
const BODY_BYTES: usize = 1024;
/// The longest line that is read, in bytes.
const LINE_BYTES: usize = 64 << 20;

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

    fn to_value(&self) -> Value {
        match self {
            Self::Present { salt, text } => json!({"salt": salt, "text": text}),
            Self::Redacted { hash } => json!({"hash": hash}),
        }
    }

    fn from_value(value: &Value) -> Option<Self> {
        let field = |name: &str| value.get(name).and_then(Value::as_str).map(String::from);
        match value.as_object()?.len() {
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
        let hashes = self.body.iter().map(|body| Value::from(body.hash())).collect();
        let mut line = String::from("cowrite-event-1\n");
        let mut fields = self.fields(Value::Array(hashes));
        fields.remove("sig");
        // Everything inside was checked when it was parsed, or is made by the codec.
        if canonical::write(&Value::Object(fields), &mut line).is_err() {
            return EventId([0; 32]);
        }
        EventId(sha256(&[line.as_bytes()]))
    }

    /// The canonical line, without its line feed.
    pub fn to_line(&self) -> String {
        let bodies = self.body.iter().map(Body::to_value).collect();
        let mut fields = self.fields(Value::Array(bodies));
        fields.insert("id".into(), Value::from(self.id.to_string()));
        let mut line = String::new();
        match canonical::write(&Value::Object(fields), &mut line) {
            Ok(()) => line,
            Err(_) => String::new(),
        }
    }

    fn fields(&self, body: Value) -> Map<String, Value> {
        let parents: Vec<String> = self.parents.iter().map(EventId::to_string).collect();
        let mut fields = self.extra.clone();
        let mut put = |name: &str, value: Value| fields.insert(name.into(), value);
        put("v", 1.into());
        put("kind", self.kind.as_str().into());
        put("session", self.session.map(|id| id.to_string()).unwrap_or_default().into());
        put("writer", self.writer.to_string().into());
        put("n", self.n.into());
        put("lamport", self.lamport.into());
        put("parents", parents.into());
        put("at", self.at.0.into());
        put("data", self.data.clone());
        if body.as_array().is_some_and(|bodies| !bodies.is_empty()) {
            put("body", body);
        }
        if self.critical {
            put("crit", true.into());
        }
        fields
    }

    /// Reads a line and checks its id. A trailing carriage return is forgiven (a checkout may have
    /// added it); anything else that is off is told apart in [`BadLine`].
    pub fn parse(line: &str) -> Result<Self, BadLine> {
        let line = line.trim_end_matches(['\r', '\n']);
        if line.len() > LINE_BYTES {
            return Err(BadLine::TooLong);
        }
        let markers = ["<<<<<<<", "|||||||", "=======", ">>>>>>>"];
        if markers.iter().any(|marker| line.starts_with(marker)) {
            return Err(BadLine::ConflictMarker);
        }
        let value: Value = serde_json::from_str(line).map_err(|_| BadLine::NotJson)?;
        let Value::Object(mut fields) = value else {
            return Err(BadLine::Shape("not an object".into()));
        };
        let mut probe = String::new();
        canonical::write(&Value::Object(fields.clone()), &mut probe)
            .map_err(|why| BadLine::Shape(why.to_string()))?;

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
                .iter()
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
        let read = Self {
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
        };
        if read.compute_id() == read.id { Ok(read) } else { Err(BadLine::Altered) }
    }

    /// The data with its texts put back where they belong; redacted ones are null.
    pub fn data_with_texts(&self) -> Result<Value, BadLine> {
        let mut data = self.data.clone();
        put_texts(&mut data, &self.body)?;
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

fn put_texts(value: &mut Value, bodies: &[Body]) -> Result<(), BadLine> {
    if let Some(slot) = text_slot(value) {
        let range: (usize, usize) = serde_json::from_value(slot.take())
            .map_err(|_| BadLine::Shape("bad text reference".into()))?;
        let end = range.0.checked_add(range.1).filter(|end| *end <= bodies.len());
        let end = end.ok_or_else(|| BadLine::Shape("text reference out of range".into()))?;
        let mut whole = Some(String::new());
        for body in &bodies[range.0..end] {
            match (body, &mut whole) {
                (Body::Present { text, .. }, Some(so_far)) => so_far.push_str(text),
                _ => whole = None,
            }
        }
        *slot = whole.map_or(Value::Null, Value::String);
        return Ok(());
    }
    children(value).try_for_each(|child| put_texts(child, bodies))
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
