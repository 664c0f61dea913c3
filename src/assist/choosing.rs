//! How edits are asked for: a sensible start, then by how the model fared.
//!
//! A function of numbers; knows no session.

use super::dialect::{Dialect, WHOLE_TOKENS, choose};

/// The last edits of a model that are looked at, for each way of asking.
pub const LAST: u64 = 24;
/// With fewer edits nothing is concluded.
const ENOUGH: u64 = 8;
/// Of a hundred edits so many must be to be used as they came.
const GOOD: u64 = 75;

/// Of the last edits that a model was asked for in one way: how many were to be used as they came.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Tried {
    pub worked: u64,
    pub all: u64,
}

impl Tried {
    pub fn new((worked, all): (u64, u64)) -> Self {
        Self { worked, all }
    }

    /// Whether there are enough edits, and too many of them failed.
    fn is_poor(self) -> bool {
        self.all >= ENOUGH && self.worked * 100 < self.all * GOOD
    }

    /// Whether it worked more often than another way; one that was not tried is no worse.
    fn beats(self, other: Self) -> bool {
        self.worked * other.all > other.worked * self.all
    }

    fn words(self) -> String {
        format!("{} of the last {}", self.worked, self.all)
    }
}

/// How one model fared.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Record {
    pub blocks: Tried,
    pub whole: Tried,
}

/// A way of asking, and why not the usual one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Chosen {
    pub dialect: Dialect,
    /// A clause for a person: "only 3 of the last 12 blocks could be used".
    pub because: Option<String>,
}

/// The dialect to ask for, by what was learned of the model. A selection is always asked for as
/// bare text, and a long document never as a whole.
pub fn choose_by(
    record: &Record,
    selection: bool,
    doc_tokens: u64,
    model: &str,
    small: bool,
) -> Chosen {
    let start = choose(selection, doc_tokens, model, small);
    let usual = Chosen { dialect: start, because: None };
    if selection || doc_tokens == 0 || doc_tokens > WHOLE_TOKENS {
        return usual;
    }
    let (own, other, dialect) = match start {
        Dialect::Selection => return usual,
        Dialect::Blocks => (record.blocks, record.whole, Dialect::Whole),
        Dialect::Whole => (record.whole, record.blocks, Dialect::Blocks),
    };
    if !own.is_poor() || other.is_poor() && !other.beats(own) {
        return usual;
    }
    let what = if start == Dialect::Blocks { "blocks" } else { "changes in whole texts" };
    let because = format!("only {} {what} could be used as they came", own.words());
    Chosen { dialect, because: Some(because) }
}
