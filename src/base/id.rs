//! Identifiers as distinct types, with their printed forms.

use super::hash;
use std::fmt;
use std::str::FromStr;

/// An identifier that does not have its form.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{text:?} is not {what}")]
pub struct BadId {
    text: String,
    what: &'static str,
}

/// The id of an event: SHA-256 over its canonical bytes, printed as 64 hexadecimal digits.
/// Sessions, messages, proposals, hunks and decisions are named by the event that made them.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct EventId(pub [u8; 32]);

impl EventId {
    /// The first 10 digits, for the screen and for typing.
    pub fn short(&self) -> String {
        hash::hex(&self.0[..5])
    }
}

impl fmt::Display for EventId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&hash::hex(&self.0))
    }
}

impl fmt::Debug for EventId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.short())
    }
}

impl FromStr for EventId {
    type Err = BadId;

    fn from_str(text: &str) -> Result<Self, BadId> {
        let bytes = hash::from_hex(text).and_then(|bytes| <[u8; 32]>::try_from(bytes).ok());
        bytes.map(EventId).ok_or_else(|| BadId { text: text.into(), what: "an event id" })
    }
}

/// One process start of one author on one document; also the CRDT peer. 63 random bits, printed in
/// decimal. Never reused, never copied.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct WriterId(pub u64);

impl fmt::Display for WriterId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.0)
    }
}

impl FromStr for WriterId {
    type Err = BadId;

    fn from_str(text: &str) -> Result<Self, BadId> {
        match text.parse::<u64>() {
            Ok(number) if number != 0 && number < 1 << 63 && number.to_string() == text => {
                Ok(Self(number))
            }
            _ => Err(BadId { text: text.into(), what: "a writer" }),
        }
    }
}

/// One operation on one character: the `counter`th of its writer. Printed `counter@writer`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct OpId {
    pub writer: WriterId,
    pub counter: u32,
}

impl fmt::Display for OpId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}@{}", self.counter, self.writer)
    }
}

impl FromStr for OpId {
    type Err = BadId;

    fn from_str(text: &str) -> Result<Self, BadId> {
        let parsed = text.split_once('@').and_then(|(counter, writer)| {
            let number: u32 = counter.parse().ok().filter(|n: &u32| n.to_string() == counter)?;
            Some(Self { writer: writer.parse().ok()?, counter: number })
        });
        parsed.ok_or_else(|| BadId { text: text.into(), what: "an operation id" })
    }
}

macro_rules! text_id {
    ($(#[$doc:meta])* $name:ident, $what:literal, $valid:expr) => {
        $(#[$doc])*
        #[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(String);

        impl $name {
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }

        impl FromStr for $name {
            type Err = BadId;

            fn from_str(text: &str) -> Result<Self, BadId> {
                let valid: fn(&str) -> bool = $valid;
                let short = text.len() <= 64;
                let plain = text.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_');
                if short && plain && valid(text) {
                    Ok(Self(text.into()))
                } else {
                    Err(BadId { text: text.chars().take(80).collect(), what: $what })
                }
            }
        }
    };
}

text_id!(
    /// Who wrote: `p_…` a person, `m_…` a model, `a_…` an agent, `outside` text from elsewhere.
    AuthorId,
    "an author",
    |text| text == "outside" || ["p_", "m_", "a_"].iter().any(|prefix| text.starts_with(prefix))
);
text_id!(
    /// A text inside a session: `d_` and a ULID.
    DocId,
    "a document",
    |text| text.starts_with("d_")
);
text_id!(
    /// One question and its streamed answer on this machine, until the answer is an event:
    /// `t_` and a ULID. Local.
    TurnId,
    "a turn",
    |text| text.starts_with("t_")
);

impl DocId {
    /// A new one of a ULID.
    pub fn of(ulid: &str) -> Self {
        Self(format!("d_{ulid}"))
    }
}

impl AuthorId {
    /// Text that came from elsewhere: another editor, git, a pipe.
    pub fn outside() -> Self {
        Self("outside".into())
    }

    pub fn is_person(&self) -> bool {
        self.0.starts_with("p_")
    }

    pub fn is_model(&self) -> bool {
        self.0.starts_with("m_")
    }
}

macro_rules! serde_by_display {
    ($($name:ident),*) => {$(
        impl serde::Serialize for $name {
            fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.collect_str(self)
            }
        }

        impl<'de> serde::Deserialize<'de> for $name {
            fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                let text = <std::borrow::Cow<'de, str>>::deserialize(deserializer)?;
                text.parse().map_err(serde::de::Error::custom)
            }
        }
    )*};
}

serde_by_display!(EventId, WriterId, OpId, AuthorId, DocId, TurnId);
