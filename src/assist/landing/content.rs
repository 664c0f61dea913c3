//! The text that a call gives for all of a file, as programs write it down that go wrong at it: escaped
//! once too often, in a fence, a few words that stand for it.

use super::fences::has_line;
use super::talk::{self, Known};
use crate::assist::dialect::is_fence;
use std::borrow::Cow;

/// The text that is meant.
pub(super) fn meant<'a>(base: &str, text: &'a str) -> Cow<'a, str> {
    let text = unescaped(base, text).map_or(Cow::Borrowed(text), Cow::Owned);
    match unfenced(base, &text) {
        Some(inner) => Cow::Owned(inner.to_owned()),
        None => text,
    }
}

/// A text of one line with the names of its line ends, where the document has line ends.
fn unescaped(base: &str, text: &str) -> Option<String> {
    const FEWEST: usize = 3;
    let lines = base.trim_end().matches('\n').count();
    let breaks = text.matches("\\n").count();
    if text.trim_end().contains('\n') || lines < FEWEST || breaks < FEWEST {
        return None;
    }
    // The document's own line has more of them.
    let longest = base.lines().map(|line| line.matches("\\n").count()).max();
    if longest.is_some_and(|own| own >= breaks) {
        return None;
    }
    let mut out = String::with_capacity(text.len());
    let mut signs = text.chars();
    while let Some(sign) = signs.next() {
        if sign != '\\' {
            out.push(sign);
            continue;
        }
        match signs.next() {
            Some('n') => out.push('\n'),
            Some('t') => out.push('\t'),
            Some('r') => {}
            Some(other @ ('"' | '\\' | '/')) => out.push(other),
            Some(other) => out.extend(['\\', other]),
            None => out.push('\\'),
        }
    }
    // A line that names a line end itself stays one.
    for line in base.lines().map(str::trim).filter(|line| line.contains("\\n")) {
        out = out.replace(&line.replace("\\n", "\n"), line);
    }
    Some(out)
}

/// What stands in a fence that is around all of a text, where the document does not begin with one.
fn unfenced<'a>(base: &str, text: &'a str) -> Option<&'a str> {
    let body = text.trim();
    let (first, rest) = body.split_once('\n')?;
    let at = rest.rfind('\n').map_or(0, |at| at + 1);
    let (inner, last) = rest.split_at(at);
    let mark = first.trim_end();
    let mark = &mark[..mark.len() - mark.trim_start_matches(['`', '~']).len()];
    let own = base.trim_start().lines().next().is_some_and(is_fence);
    (is_fence(first) && last.trim() == mark && !own && !inner.trim().is_empty()).then_some(inner)
}

/// Whether a text is a few words that can't be all of a document: they may stand for it, or tell of it.
pub(super) fn is_stub(base: &str, text: &str) -> bool {
    /// So many times more the document has.
    const MORE: usize = 4;
    /// So few letters are no document.
    const SHORT: usize = 24;
    let letters = |text: &str| text.chars().filter(|sign| !sign.is_whitespace()).count();
    let filled = || text.lines().filter(|line| !line.trim().is_empty());
    let own = filled().filter(|line| has_line(base, line)).count();
    let (was, is) = (letters(base), letters(text));
    let few = was >= SHORT && is * MORE < was;
    2 * own < filled().count() && (few || own == 0 && talk::is_remark(text, &Known::of(base)))
}

/// Whether lines that come at an end of a program are sentences: no line of it, which is no comment, is one.
pub(super) fn is_prose_of_code(base: &str, new: &str) -> bool {
    const FEWEST: usize = 4;
    /// More lines are not looked at.
    const MOST: usize = 12;
    let sentence = |line: &str| {
        line.starts_with(char::is_uppercase)
            && line.trim_end().ends_with(['.', '!', '?', ':'])
            && line.split_whitespace().count() >= FEWEST
            && !line.contains(['{', '}', '=', ';', '<', '>'])
    };
    let code = || {
        base.lines().filter(|line| line.trim_end().ends_with([';', '{', '}', ')', ']', ':', ',']))
    };
    let filled = || new.lines().filter(|line| !line.trim().is_empty());
    let lines = base.lines().filter(|line| !line.trim().is_empty()).count();
    let all = filled().next().is_some() && filled().take(MOST).all(sentence);
    all && filled().count() < MOST && !base.lines().any(sentence) && 4 * code().count() >= lines
}
