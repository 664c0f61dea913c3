//! The ground: ids, hashes, time, randomness, positions, classes of text, configuration types.
//!
//! Knows no other module, does no input or output, reads no clock and no environment: what varies
//! is passed in, so that replay and tests are exact.

mod class;
pub mod config;
mod day;
mod hash;
mod id;
mod money;
mod pos;
mod rand;
mod web;
pub mod when;

pub use class::{Class, ClassSpan};
pub use day::{begins as day_begins, day, is_day};
pub use hash::{Sha, from_hex, hex, push_hex, sha256, sha256_hex};
pub use id::{AuthorId, BadId, DocId, EventId, OpId, TurnId, WriterId};
pub use money::Usd;
pub use pos::{Pos, Span};
pub use rand::Rand;
pub use web::{causes, is_loopback};

/// Milliseconds since the Unix epoch, as the machine's clock told them. Informational only: order
/// comes from Lamport numbers.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Millis(pub u64);

impl Millis {
    /// Milliseconds from `earlier` to here; 0 when the clock went backwards.
    pub fn since(self, earlier: Self) -> u64 {
        self.0.saturating_sub(earlier.0)
    }
}
