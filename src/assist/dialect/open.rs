//! The edit that is being read, whatever its form.

use super::blocks::Block;
use super::call::Call;
use super::diff::Diff;
use super::patch::Patch;
use super::said::Said;
use super::tags::Tags;

#[derive(Clone, Debug)]
pub(super) enum Open {
    Block(Block),
    Patch(Patch),
    Diff(Diff),
    Tags(Tags),
    Call(Call),
}

/// What a form makes of a line.
#[derive(Clone, Debug)]
pub(super) enum Next {
    /// It goes on.
    More,
    /// It ends with this byte of the line.
    Done(usize),
    /// It ended before this line; these lines of it are prose.
    Before(Vec<String>),
    /// It is no edit; these lines are prose. `again`: this one is still to be read.
    Reject { lines: Vec<String>, again: bool },
}

impl Open {
    /// Whether it is an edit for sure, complete or not.
    pub fn is_sure(&self) -> bool {
        match self {
            Self::Block(block) => block.is_sure(),
            Self::Tags(tags) => tags.is_sure(),
            Self::Patch(_) | Self::Diff(_) => true,
            Self::Call(_) => false,
        }
    }

    /// Takes a complete line, of which `told` bytes were told already.
    pub fn line(&mut self, line: &str, told: usize, said: &mut Said) -> Next {
        match self {
            Self::Block(block) => block.line(line, told, said),
            Self::Patch(patch) => patch.line(line, told, said),
            Self::Diff(diff) => diff.line(line, told, said),
            Self::Tags(tags) => tags.line(line, told, said),
            Self::Call(call) => call.line(line, said),
        }
    }

    /// Tells what there is of an unfinished line as far as it is text for sure. How much of it is
    /// told then.
    pub fn partial(&mut self, line: &str, told: usize, said: &mut Said) -> usize {
        match self {
            Self::Block(block) => block.partial(line, told, said),
            Self::Patch(patch) => patch.partial(line, told, said),
            Self::Diff(diff) => diff.partial(line, told, said),
            Self::Tags(tags) => tags.partial(line, told, said),
            Self::Call(_) => 0,
        }
    }

    /// The answer is over; it was `cut` or is complete. Gives lines that are prose; as an error
    /// where all of it is.
    pub fn end(self, cut: bool, said: &mut Said) -> Result<Vec<String>, Vec<String>> {
        match self {
            Self::Block(block) => block.end(cut, said),
            Self::Patch(patch) => Ok(patch.end(cut, said)),
            Self::Diff(diff) => Ok(diff.end(cut, said)),
            Self::Tags(tags) => tags.end(cut, said),
            Self::Call(call) => call.end(said),
        }
    }
}
