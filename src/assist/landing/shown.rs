//! New texts of edits that show what was changed, or say something of it, in place of what is to stand there.

use super::added::{is_choice, is_marked};
use super::slop::{Sides, is_code};
use super::talk;

/// Marks by which changes are shown.
pub(super) fn shows_changes(sides: &Sides<'_, '_>) -> bool {
    is_marked(sides.old, sides.new) && is_marked((sides.text)(), sides.new)
}

/// A sign that points at what was changed, or two texts to choose from.
pub(super) fn points_at_change(sides: &Sides<'_, '_>) -> bool {
    const SIGNS: [&str; 5] = [" → ", "<--", "← ", " OR ", " / **"];
    SIGNS.iter().any(|sign| sides.new.contains(sign) && sides.only_new(sign.trim()))
        || is_choice(sides.new) && sides.only_new("[")
}

/// A last line that ends in brackets, or in a comment where the text is no code, with words about a change.
pub(super) fn ends_in_remark(sides: &Sides<'_, '_>) -> bool {
    const MOST: usize = 6;
    let last = sides.new.trim_end().lines().next_back().unwrap_or_default();
    let opens = ["(", "[", "<!--", "// ", "# ", "/* "].iter().filter_map(|open| {
        let at = last.rfind(open).filter(|at| *at > 0)?;
        Some((*open, &last[at..]))
    });
    let told = |(open, said): (&str, &str)| {
        let inner = said.trim_matches(|sign: char| !sign.is_alphanumeric());
        let words = inner.split_whitespace().count();
        let closed = matches!(open, "(" | "[") == said.trim_end_matches('.').ends_with([')', ']']);
        let prose = matches!(open, "(" | "[" | "<!--") || !is_code((sides.text)());
        let change = talk::tells_of_change(inner) || matches!(inner, "NEW" | "new");
        (1..=MOST).contains(&words) && closed && prose && change
    };
    opens.into_iter().any(|one| told(one) && sides.only_new(one.1))
}

/// A first line that is a comment about a change, in a text that is no code.
pub(super) fn begins_with_remark(sides: &Sides<'_, '_>) -> bool {
    const MOST: usize = 6;
    let Some((first, rest)) = sides.new.trim_start().split_once('\n') else { return false };
    let mark = ["<!--", "# ", "// ", "/* "].iter().any(|mark| first.starts_with(mark));
    let inner = first.trim_matches(|sign: char| !sign.is_alphanumeric());
    mark && !rest.trim().is_empty()
        && inner.split_whitespace().count() <= MOST
        && talk::tells_of_change(inner)
        && sides.only_new(first)
        && !is_code((sides.text)())
}

/// `Revised: …`, `Here is the new sentence: …`.
pub(super) fn is_labelled(sides: &Sides<'_, '_>) -> bool {
    let head = |text: &'_ str| -> Option<String> {
        let first = text.trim_start().lines().next()?;
        let (head, rest) = first.split_once(':').filter(|(_, rest)| !rest.trim().is_empty())?;
        let said = talk::label(first) > 0 || talk::may_be_talk(head);
        (said && rest.starts_with([' ', '*'])).then(|| format!("{head}:"))
    };
    head(sides.new).is_some_and(|head| sides.only_new(&head))
}

/// A word that stands for a text.
pub(super) fn is_stand_in(sides: &Sides<'_, '_>) -> bool {
    const WORDS: [&str; 13] = [
        "delete",
        "deleted",
        "remove",
        "removed",
        "n/a",
        "todo",
        "tbd",
        "new text",
        "new code",
        "replacement",
        "replacement text",
        "your text here",
        "no change",
    ];
    let core =
        sides.new.trim().trim_matches(['<', '>', '[', ']', '(', ')', '{', '}', '*', '_', '.']);
    // A word for a word may be meant, in whatever case.
    let long = sides.old.split_whitespace().count() > 1;
    long && WORDS.contains(&core.to_lowercase().as_str()) && sides.only_new(sides.new.trim())
}
