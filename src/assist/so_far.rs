//! What a whole text that is still coming changes, as far as it has come: a preview. What counts is read
//! when the answer is complete.

use super::dialect::is_fence;
use super::hunks::{Hunk, lines, whole_to_hunks, with_line_ends};
use super::placement::kept;
use crate::base::Pos;
use crate::text::rising;
use std::collections::BTreeMap;

/// Longer texts are not compared while they come, in bytes.
pub const MOST_COMING: usize = 1 << 17;

/// A text that is coming, held against the one it is for.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SoFar {
    /// What it changes before the last line that both texts have.
    pub hunks: Vec<Hunk>,
    /// Where that line ends.
    pub until: Pos,
    /// What came behind it.
    pub writing: String,
}

/// What `text`, of which the end is still to come, changes in `base`. `None` where it may be none of it.
pub fn so_far(base: &str, text: &str) -> Option<SoFar> {
    if base.len() > MOST_COMING || text.len() > MOST_COMING {
        return None;
    }
    let whole = text.rfind('\n').map_or(0, |at| at + 1);
    let (was, is) = (lines(base), lines(&text[..whole]));
    let key = |text: &str| text.trim_end().to_owned();
    let places = |text: &str, side: &[std::ops::Range<usize>]| {
        let mut out: BTreeMap<String, Option<usize>> = BTreeMap::new();
        for (at, range) in side.iter().enumerate() {
            let line = key(&text[range.clone()]);
            if line.chars().filter(|sign| sign.is_alphanumeric()).count() > 1 {
                // A line that stands twice tells no place.
                out.entry(line).and_modify(|place| *place = None).or_insert(Some(at));
            }
        }
        out
    };
    let ranges = |side: &[super::hunks::Token<'_>]| -> Vec<std::ops::Range<usize>> {
        side.iter().map(|line| line.range.clone()).collect()
    };
    let (was, is) = (ranges(&was), ranges(&is));
    let there = places(base, &was);
    let mut pairs: Vec<(usize, usize)> = places(text, &is)
        .into_iter()
        .filter_map(|(line, at)| Some((at?, (*there.get(&line)?)?)))
        .collect();
    pairs.sort_unstable();
    let chain = rising(&pairs);
    let (first, last) = (*chain.first()?, *chain.last()?);
    // A passage begins within the text: what stands before it would not go.
    let filled = |text: &str, side: &[std::ops::Range<usize>]| {
        side.iter().filter(|range| !text[(*range).clone()].trim().is_empty()).count()
    };
    if filled(base, &was[..first.1]) > filled(text, &is[..first.0]) + 1 {
        return None;
    }
    let (end, came) = (was[last.1].end, is[last.0].end);
    let old = &base[..end];
    let new = with_line_ends(&text[..came], super::hunks::line_end(base));
    let hunks = whole_to_hunks(old, &kept(old, &new));
    let writing = text[came..].trim_matches('\n').to_owned();
    Some(SoFar { hunks, until: Pos(old.trim_end().chars().count()), writing })
}

/// The text of an answer behind a fence that is not closed yet.
pub fn in_open_fence(answer: &str) -> Option<&str> {
    let mut open = None;
    let mut at = 0;
    for line in answer.split_inclusive('\n') {
        at += line.len();
        if is_fence(line) {
            open = if open.is_some() { None } else { Some(at) };
        }
    }
    open.map(|from| &answer[from..])
}

/// What of an answer that is to be a whole text is the text so far: all of it, or what stands in the
/// fence that it begins with behind words of its own; nothing where it looks like edits.
pub fn whole_so_far<'a>(base: &str, answer: &'a str) -> Option<&'a str> {
    const EDITS: [&str; 6] =
        ["<<<<<<<", "*** Begin Patch", "@@ ", "--- a/", "+++ b/", "diff --git"];
    let is_known = |line: &str| base.lines().any(|one| one.trim() == line.trim());
    let edits = |line: &str| EDITS.iter().any(|start| line.trim_start().starts_with(start));
    if answer.lines().any(|line| edits(line) && !is_known(line)) {
        return None;
    }
    let mut at = 0;
    for line in answer.split_inclusive('\n') {
        at += line.len();
        if is_fence(line) {
            return Some(within_fence(&answer[at..]));
        }
        if !line.trim().is_empty() && is_known(line) {
            break;
        }
    }
    Some(answer)
}

/// A text up to the fence that closes the one it stands in; others in it come in pairs.
fn within_fence(text: &str) -> &str {
    let (mut at, mut fences, mut last) = (0, 0, 0);
    for line in text.split_inclusive('\n') {
        if is_fence(line) {
            (fences, last) = (fences + 1, at);
        }
        at += line.len();
    }
    if fences % 2 == 1 { &text[..last] } else { text }
}

#[cfg(test)]
mod tests {
    use super::*;

    const BASE: &str = "# Plan\n\nWe sell bread.\n\nA loaf costs 4 euros.\n\nWe open at 8.\n";

    fn changes(text: &str) -> Option<Vec<(String, String)>> {
        let found = so_far(BASE, text)?;
        Some(found.hunks.into_iter().map(|hunk| (hunk.old, hunk.new)).collect())
    }

    #[test]
    fn what_came_is_compared_up_to_the_last_line_of_both() {
        let pair = |old: &str, new: &str| (old.to_owned(), new.to_owned());
        assert_eq!(changes("# Pl"), None);
        assert_eq!(changes("# Plan\n"), Some(vec![]));
        assert_eq!(changes("# Plan\n\nWe sell bread and cake.\n"), Some(vec![]));
        let text = "# Plan\n\nWe sell bread and cake.\n\nA loaf costs 4 euros.\n\nWe op";
        let found = so_far(BASE, text).unwrap_or_default();
        assert_eq!(found.writing, "We op");
        assert_eq!(found.until, Pos(BASE.find("\n\nWe open").unwrap_or_default()));
        assert_eq!(changes(text).map(|all| all.len()), Some(1));
        // A paragraph that went.
        let text = "# Plan\n\nA loaf costs 4 euros.\n";
        assert_eq!(changes(text), Some(vec![pair("We sell bread.\n\n", "")]));
        // The midst of it is no whole text.
        assert_eq!(changes("We open at 8.\n\nWe rest.\n"), None);
    }

    #[test]
    fn the_fence_that_is_open() {
        assert_eq!(in_open_fence("Here:\n```md\n# Plan\nWe"), Some("# Plan\nWe"));
        assert_eq!(in_open_fence("Here:\n```\na\n```\nDone."), None);
        assert_eq!(in_open_fence("Here."), None);
    }

    #[test]
    fn a_whole_text_is_read_without_what_stands_around_it_and_edits_are_none() {
        let check = |answer: &str, found: Option<&str>| {
            assert_eq!(whole_so_far(BASE, answer), found, "{answer}");
        };
        check("# Plan\n\nWe", Some("# Plan\n\nWe"));
        check("Anew:\n\n```markdown\n# Plan\nWe", Some("# Plan\nWe"));
        check("Anew:\n```md\n# Plan\nWe\n```\nDone.\n", Some("# Plan\nWe\n"));
        check("```md\n# Plan\n```sh\nls\n```\nWe\n", Some("# Plan\n```sh\nls\n```\nWe\n"));
        // A fence within the text is the text's.
        check("# Plan\n```sh\nls\n", Some("# Plan\n```sh\nls\n"));
        check("One change:\n<<<<<<< SEARCH\nWe", None);
        check("*** Begin Patch\n*** Update", None);
    }
}
