//! What a model thinks or drafts between marks of its own: text to read, in which nothing is an edit.

use super::markers::LONGEST;

/// The marks around thoughts, and whether the first of them may be missing: some servers keep it.
const MARKS: &[(&str, &str, bool)] = &[
    ("<think>", "</think>", true),
    ("<thinking>", "</thinking>", true),
    ("[THINK]", "[/THINK]", true),
    ("◁think▷", "◁/think▷", true),
    ("<reasoning>", "</reasoning>", false),
    ("<analysis>", "</analysis>", false),
    ("<thought>", "</thought>", false),
    ("<thoughts>", "</thoughts>", false),
    ("<reflection>", "</reflection>", false),
    ("<scratchpad>", "</scratchpad>", false),
];

const COMMENT: (&str, &str) = ("<!--", "-->");

/// A part that is folded away, and what it may be called.
const FOLDED: (&str, &str) = ("<details>", "</details>");
const DRAFTS: &[&str] =
    &["draft", "drafts", "thinking", "thoughts", "reasoning", "scratchpad", "analysis"];

/// What is thought, until its closing mark comes.
#[derive(Clone, Debug)]
pub(super) struct Thought {
    close: &'static str,
    /// Where its first line is to be looked at.
    from: usize,
}

impl Thought {
    /// What begins with a line.
    pub fn starts(line: &str) -> Option<Self> {
        let head = line[..line.floor_char_boundary(LONGEST)].trim_start();
        let indent = line.len() - line.trim_start().len();
        let tag = MARKS.iter().find(|(open, ..)| begins(head, open));
        if let Some((open, close, _)) = tag {
            return Some(Self { close, from: indent + open.len() });
        }
        if head.starts_with(COMMENT.0) && !line.contains(COMMENT.1) {
            return Some(Self { close: COMMENT.1, from: 0 });
        }
        is_draft(head).then_some(Self { close: FOLDED.1, from: 0 })
    }

    /// Where it ends in a line of which `told` bytes were told already.
    pub fn end(&mut self, line: &str, told: usize) -> Option<usize> {
        let from = line.ceil_char_boundary(std::mem::take(&mut self.from).max(told));
        let at = find(line.get(from..)?, self.close)?;
        Some(from + at + self.close.len())
    }

    /// How much of an unfinished line, of which `told` bytes were told, is no part of its closing mark.
    pub fn plain(&self, line: &str, told: usize) -> usize {
        let first = self.close.chars().next();
        let rest = line.get(told..).filter(|_| self.from == 0);
        let end = rest.map(|rest| rest.find(|sign| Some(sign) == first).unwrap_or(rest.len()));
        told + end.unwrap_or(0)
    }
}

/// Whether an unfinished line, without its indent, may begin a thought.
pub(super) fn may_start(line: &str) -> bool {
    let opens = MARKS.iter().map(|(open, ..)| *open).chain([COMMENT.0, FOLDED.0]);
    opens.into_iter().any(|open| begins(open, line) || begins(line, open))
}

fn begins(text: &str, mark: &str) -> bool {
    text.get(..mark.len()).is_some_and(|start| start.eq_ignore_ascii_case(mark))
}

fn find(text: &str, mark: &str) -> Option<usize> {
    let first = mark.chars().next()?;
    text.match_indices(first).map(|(at, _)| at).find(|at| begins(&text[*at..], mark))
}

/// Whether a part is folded away that is called a draft.
fn is_draft(line: &str) -> bool {
    let lower = line.to_ascii_lowercase();
    let named =
        lower.strip_prefix(FOLDED.0).and_then(|rest| rest.trim_start().strip_prefix("<summary>"));
    let name = named.and_then(|rest| rest.split_once('<')).map(|(name, _)| name.trim());
    name.is_some_and(|name| DRAFTS.contains(&name))
}

/// An answer without what the model thought before it. `has` tells whether the document has such a line.
pub fn without_thoughts<'a>(answer: &'a str, has: &dyn Fn(&str) -> bool) -> &'a str {
    for (open, close, alone) in MARKS {
        let begun = answer.trim_start();
        let begun = begins(begun, open).then(|| &begun[open.len()..]).filter(|_| !has(open));
        // The other mark stands on a line of its own.
        let thought = begun.or_else(|| {
            let closed = *alone && answer.lines().any(|line| line.trim() == *close);
            (closed && !answer.contains(open) && !has(close)).then_some(answer)
        });
        if let Some(thought) = thought {
            return find(thought, close).map_or("", |at| &thought[at + close.len()..]);
        }
    }
    answer
}
