//! How deep the lines of a new text are: as its quotation, as the document, or as neither.

use super::Outer;
use super::fit::Place;
use super::space::{self, Shift};
use std::collections::BTreeMap;

/// Whether the lines of a new text behind its first one have their indent already, where only the
/// first was quoted without it: a line of the text's block stands under one that opens it, deeper than
/// that does in the document, or under another one at its depth or before it.
pub(super) fn is_indented(place: &Place<'_>, new: &str, indent: &str) -> bool {
    /// So many lines above are looked at for the depth of what is around.
    const ABOVE: usize = 400;
    let mut lines = new.lines().filter(|line| !line.trim().is_empty());
    let (Some(first), Some(next)) = (lines.next(), lines.next()) else { return false };
    let blanks = &next[..next.len() - next.trim_start().len()];
    // Its own indent shows that all of them are counted from the quoted line.
    if blanks.is_empty() || first.starts_with([' ', '\t']) {
        return false;
    }
    let of = |line: &'_ str| line[..line.len() - line.trim_start().len()].to_owned();
    let around = || {
        let above = place.text[..place.line].lines().rev().take(ABOVE);
        above.filter(|line| !line.trim().is_empty()).any(|line| of(line) == blanks)
    };
    match blanks.starts_with(indent) {
        true => blanks.len() > indent.len() || !opens(first),
        false => !opens(first) && around(),
    }
}

/// Whether lines of a block, or what goes on with it, follow a line.
fn opens(line: &str) -> bool {
    let line = line.trim();
    let tag = || {
        let name = line.strip_prefix('<').filter(|_| line.ends_with('>') && !line.ends_with("/>"));
        let name = name.and_then(|rest| rest.split([' ', '>']).next());
        name.is_some_and(|name| {
            !name.starts_with(['/', '!']) && !line.contains(&format!("</{name}"))
        })
    };
    let item = || ["- ", "* ", "+ "].iter().any(|mark| line.starts_with(mark));
    let open = |a: char, b: char| line.matches(a).count() > line.matches(b).count();
    line.ends_with([':', '{', '(', '[', '\\', '=', '>', '|', '&']) && !line.starts_with('<')
        || open('(', ')')
        || open('[', ']')
        || [" then", " do", " else", "=>", "->"].iter().any(|end| line.ends_with(end))
        || tag()
        || item()
}

/// Adds an indent to all lines but the first.
pub(super) fn indented(text: &str, indent: &str) -> String {
    let mut out = String::new();
    for (index, line) in text.split_inclusive('\n').enumerate() {
        if index > 0 && !line.trim().is_empty() {
            out.push_str(indent);
        }
        out.push_str(line);
    }
    out
}

/// Whether the new text is as deep as the document, which its quotation is not: the indent of the
/// quotation says nothing of it then.
pub(super) fn is_deep(place: &Place<'_>, old: Outer<'_>, new: Outer<'_>) -> bool {
    let Some(indent) = place.indent.filter(|_| !new.core.is_empty()) else { return false };
    // By the lines that both texts have.
    let depth = |line: &'_ str| line[..line.len() - line.trim_start().len()].to_owned();
    let lines = |indent: &str, core: &str| -> Vec<String> {
        let first = format!("{indent}{core}");
        first.lines().map(|line| line.trim_end().to_owned()).collect()
    };
    let quoted = lines(old.indent(), old.core);
    let written = lines(new.indent(), new.core);
    let there = lines(indent, &place.text[place.core.clone()]);
    if quoted.len() != there.len() {
        return false;
    }
    let telling = |line: &str| line.chars().filter(|sign| sign.is_alphanumeric()).count() > 1;
    let (mut as_there, mut as_quoted) = (0, 0);
    for (was, is) in quoted.iter().zip(&there) {
        let mut same = written.iter().filter(|line| line.trim() == was.trim());
        let (Some(line), None) = (same.next().filter(|line| telling(line)), same.next()) else {
            continue;
        };
        match depth(line) {
            own if own == depth(was) && own == depth(is) => {}
            own if own == depth(was) => as_quoted += 1,
            own if own == depth(is) => as_there += 1,
            _ => {}
        }
    }
    let first = old.indent() != indent && new.indent() == indent && !indent.is_empty();
    let deep = if as_there + as_quoted == 0 { first } else { as_there > as_quoted };
    // Of the same words another indent is meant.
    deep && new.core != old.core
}

/// A quotation with the indents of what stands there, line by line; both begin with a word.
pub(super) fn with_indents_of(there: &str, quoted: &str) -> String {
    let mut lines = there.lines();
    let mut out = String::with_capacity(quoted.len());
    for (nth, line) in quoted.split_inclusive('\n').enumerate() {
        let own = lines.next().unwrap_or(line);
        let body = line.trim_start_matches([' ', '\t']);
        if nth > 0 && !body.trim().is_empty() {
            out.push_str(&own[..own.len() - own.trim_start_matches([' ', '\t']).len()]);
        }
        out.push_str(if nth > 0 { body } else { line });
    }
    out
}

/// The new text where its quotation lost one blank of each line, as a sign of a difference takes it,
/// and lines that come did not: without the one that they would get.
pub(super) fn less_deep(shift: &Shift, old: Outer<'_>, new: &str) -> Option<String> {
    if *shift != Shift::Add(" ".to_owned()) {
        return None;
    }
    let indent = |line: &str| line.len() - line.trim_start_matches(' ').len();
    let whole = format!("{}{}", old.indent(), old.core);
    let filled = |text: &str| -> Vec<String> {
        let lines = text.lines().filter(|line| !line.trim().is_empty());
        lines.map(str::to_owned).collect()
    };
    let quoted = filled(&whole);
    let odd = quoted.iter().map(|line| indent(line)).filter(|depth| *depth > 0);
    if !odd.clone().all(|depth| depth % 2 == 1) || odd.count() == 0 {
        return None;
    }
    let has = |line: &str| quoted.iter().any(|one| one.trim() == line.trim());
    let mut out = String::with_capacity(new.len());
    let mut any = false;
    for (nth, line) in new.split_inclusive('\n').enumerate() {
        let depth = indent(line);
        let own = nth > 0 && depth > 0 && depth % 2 == 0 && !has(line);
        any |= own;
        out.push_str(&line[usize::from(own)..]);
    }
    any.then_some(out)
}

/// What the indents of an edit become whose one depth tells as well that its steps in are twice as
/// wide as the document's, or half: where both texts' steps say so.
pub(super) fn steps(place: &Place<'_>, old: Outer<'_>, new: Outer<'_>) -> Option<Shift> {
    let there = place.indent.filter(|indent| !indent.is_empty() && !old.indent().is_empty())?;
    let own = old.indent();
    if !spaces(own) || !spaces(there) {
        return None;
    }
    let written = format!("{}{}", new.indent(), new.core);
    let (theirs, ours) = (step(&written)?, step(place.text)?);
    let wide = theirs == 2 * ours && own.len() == 2 * there.len();
    let narrow = 2 * theirs == ours && 2 * own.len() == there.len();
    match (wide, narrow) {
        (true, _) => Some(Shift::Scale { from: 2, to: 1, more: 0 }),
        (_, true) => Some(Shift::Scale { from: 1, to: 2, more: 0 }),
        _ => None,
    }
}

fn spaces(indent: &str) -> bool {
    indent.bytes().all(|byte| byte == b' ')
}

/// By how many blanks most lines of a text go deeper than the one above them; nothing with tabs.
fn step(text: &str) -> Option<usize> {
    const LINES: usize = 2_000;
    let mut counts: BTreeMap<usize, usize> = BTreeMap::new();
    let mut last: Option<usize> = None;
    for line in text.lines().filter(|line| !line.trim().is_empty()).take(LINES) {
        let indent = &line[..line.len() - line.trim_start().len()];
        if !spaces(indent) {
            return None;
        }
        if let Some(more) = last.and_then(|last| indent.len().checked_sub(last))
            && more > 0
        {
            *counts.entry(more).or_default() += 1;
        }
        last = Some(indent.len());
    }
    counts
        .into_iter()
        .max_by_key(|(step, count)| (*count, std::cmp::Reverse(*step)))
        .map(|(step, _)| step)
}

/// What the indents of a quotation become that was quoted without the indent of its first line, if
/// its other lines lack as much: then the lines that come do so too.
pub(super) fn lost_indent(place: &Place<'_>, old: Outer<'_>, new: Outer<'_>) -> Option<Shift> {
    let indent = place.indent.filter(|indent| !indent.is_empty() && old.indent().is_empty())?;
    let first = new.indent().is_empty();
    if first && !old.core.contains('\n') && is_indented(place, new.core, indent) {
        return None;
    }
    let mut pairs = match old.core.contains('\n') {
        true => space::indents(old.core, &place.text[place.core.clone()], indent)?,
        false => Vec::new(),
    };
    pairs.push(("", indent));
    Shift::of(&pairs)
}
