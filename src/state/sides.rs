//! The three texts of a hunk whose text changed since it was proposed, and the two changes together.

use crate::assist::{Merged, merge};
use crate::session::{HunkState, OpenHunk};
use ropey::Rope;

/// What stood there, what stands there, what is proposed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sides {
    pub base: String,
    pub mine: String,
    pub theirs: String,
    /// Both changes together, word by word; nothing where they contradict each other.
    pub both: Option<Merged>,
}

/// The sides of a stale hunk. Nothing for others, and for one that contradicts another of its
/// proposal, whose text did not change.
pub fn sides(rope: &Rope, hunk: &OpenHunk) -> Option<Sides> {
    let span = hunk.span.filter(|_| hunk.state == HunkState::Stale && !hunk.behind)?;
    let mine = rope.get_slice(span.range())?.to_string();
    let both = merge(&hunk.old, &mine, &hunk.new);
    Some(Sides { base: hunk.old.clone(), mine, theirs: hunk.new.clone(), both })
}
