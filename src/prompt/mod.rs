//! Questions and answers as plain data: what a provider is asked and what it says.
//!
//! Knows no provider and no transport; the byte-exact request is made once, by the provider's
//! `encode`, so that what is shown, recorded and sent is the same.

use crate::base::Usd;
use crate::event::Usage;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Role {
    System,
    User,
    Assistant,
}

/// One message of the request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Turn {
    pub role: Role,
    pub text: String,
}

/// What a model is asked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Prompt {
    /// The model's name at its provider.
    pub model: String,
    pub turns: Vec<Turn>,
    /// The most tokens to answer with; `None` leaves it to the provider.
    pub max_output: Option<u32>,
    /// In thousandths; `None` leaves it to the provider.
    pub temperature_milli: Option<u32>,
    /// The answer may end with its first sentence; providers that can't stop there go on.
    pub sentence: bool,
}

/// Why an answer ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Stop {
    /// The model was done.
    End,
    /// The model reached the most tokens it may answer with.
    Length,
    /// A filter of the provider's ended it.
    Filter,
    /// It ended and nobody said that it was complete: mostly a connection that was lost.
    Cut,
    /// A word of the provider's that is not known; the answer counts as done.
    Other(String),
}

/// A piece of an answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Chunk {
    Text(String),
    /// The model's reasoning, where the provider shows it.
    Reasoning(String),
    Usage(Usage),
    /// Something was off and the answer goes on.
    Warning(String),
    /// The provider is waited for: `attempt` failed, the next starts in `wait_ms`.
    Retrying {
        attempt: u32,
        wait_ms: u64,
        why: String,
    },
    Stop(Stop),
}

/// What went wrong, sorted by what a person can do about it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum FaultKind {
    /// Nobody answers at the address.
    Unreachable,
    /// The connection broke in the middle.
    Broken,
    /// Nothing came for too long.
    Stalled,
    /// The key is missing or refused.
    Key,
    /// No such model or address.
    NotFound,
    /// Too many requests or no credit left.
    Limit,
    /// The question and its context are too long for the model.
    TooLong,
    /// The provider refuses the request.
    Refused,
    /// The provider has a fault of its own.
    Server,
    /// The answer makes no sense.
    Garbage,
    /// The answer was empty.
    Empty,
}

/// A failure in words for a person: what happened, and what to do next.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{what}")]
pub struct Fault {
    pub kind: FaultKind,
    /// What happened, one sentence, with the provider's own words where there are any.
    pub what: String,
    /// What to do about it, one sentence.
    pub advice: String,
    /// The HTTP status, where there was one.
    pub status: Option<u16>,
}

impl Fault {
    /// What happened and what to do about it, in sentences.
    pub fn words(&self) -> String {
        format!("{} {}", ended(&self.what), self.advice)
    }
}

/// A sentence with its end; a provider's own words may have none.
pub fn ended(text: &str) -> String {
    let text = text.trim_end();
    let bare = text.trim_end_matches(['"', '”', '’', '\'', ')', '»']);
    let ends = text.is_empty() || bare.ends_with(['.', '!', '?', '…', '。']);
    format!("{text}{}", if ends { "" } else { "." })
}

/// A model that a provider offers.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ModelInfo {
    pub name: String,
    /// The context window in tokens, where the provider tells it.
    pub window: Option<u64>,
    /// What it costs, where the provider tells it.
    pub price: Option<Price>,
    /// What it can do beyond text, in a word each, where the provider tells it.
    pub abilities: Option<Vec<&'static str>>,
}

/// What a million tokens cost.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Price {
    pub input: Usd,
    /// Input that the provider's cache knew.
    pub cached: Usd,
    pub output: Usd,
}

impl Price {
    /// What these tokens cost, rounded up.
    pub fn of(&self, usage: &Usage) -> Usd {
        let cached = usage.cached.min(usage.input);
        let parts = [
            (usage.input - cached, self.input),
            (cached, self.cached),
            (usage.output, self.output),
        ];
        let sum: u128 =
            parts.iter().map(|(tokens, price)| u128::from(*tokens) * u128::from(price.0)).sum();
        Usd(u64::try_from(sum.div_ceil(1_000_000)).unwrap_or(u64::MAX))
    }
}

/// An estimate of how many tokens a text takes: about four bytes of Latin text, one of an
/// ideograph. Always shown with "≈"; the provider's count replaces it.
pub fn estimate_tokens(text: &str) -> u64 {
    let mut quarters = 0u64;
    for character in text.chars() {
        quarters += match character as u32 {
            0..=0x7f => 1,
            0x80..=0x7ff => 2,
            _ => 4,
        };
    }
    quarters.div_ceil(4)
}
