//! Makes the new text of an edit fit the place that was found for the old one: its own blanks
//! where the words did not change, its indent and line ends where they did.

use super::cells::Cells;
use super::depth::{
    indented, is_deep, is_indented, less_deep, lost_indent, steps, with_indents_of,
};
use super::edge;
use super::fold::{Style, folded};
use super::gone::{blank_line_before, is_gone, line_start, taken};
use super::index::Index;
use super::kept::marks_kept;
use super::reworded;
use super::space::{Shift, tokens};
use super::wraps::Wraps;
use super::{Hit, Outer, Step};
use crate::assist::hunks::{Cut, Token, line_end, token_cuts, with_line_ends};
use std::ops::Range;

/// The bytes of the document to replace, and with what. `None` where a change begins or ends at
/// words that only the document has, and what becomes of them is not told.
pub(super) fn fit(
    index: &Index,
    hit: &Hit,
    step: Step,
    old: Outer<'_>,
    new: &str,
) -> Option<(Range<usize>, String)> {
    let text = index.text.as_str();
    let line = line_start(text, hit.core.start);
    let indent = &text[line..hit.core.start];
    let place = Place {
        text,
        core: hit.core.clone(),
        line,
        indent: indent.trim().is_empty().then_some(indent),
        end: line_end_at(text, &hit.core),
    };
    let plain_new = match is_gone(old, new) {
        true => String::new(),
        false => edge::evened(text, &hit.core, old, new.replace("\r\n", "\n")),
    };
    let cells = match hit.places {
        None => Cells::of(text, &hit.core, old.core, &plain_new),
        Some(_) => Cells::None,
    };
    let (old, plain_new) = match &cells {
        Cells::None => (old, plain_new),
        Cells::Tabbed { old: core, new } => (Outer { core, ..old }, new.clone()),
        Cells::Untold => return None,
    };
    let wraps = Wraps::of(index, hit, old, &plain_new);
    let (old_core, plain_new) = match &wraps {
        Wraps::Document { old, new } => (old.as_str(), new.as_str()),
        Wraps::AsWritten | Wraps::Layout => (old.core, plain_new.as_str()),
    };
    let old = Outer { core: old_core, ..old };
    let (mut range, mut new) = match step {
        // One of several that a hint singled out may have other blanks before it.
        Step::Exact if text[..hit.core.start].ends_with(old.lead) => {
            literal(&place, old, plain_new)
        }
        _ => tolerant(&place, hit, old, Outer::of(plain_new), &wraps)?,
    };
    // Never between the two characters of a line end.
    let between = |at: usize| text[..at].ends_with('\r') && text[at..].starts_with('\n');
    range.end -= usize::from(between(range.end));
    range.start -= usize::from(between(range.start));
    if new.is_empty() {
        range = taken(text, range);
    }
    // A line end that stays is not part of the change, of whichever kind it is.
    let end_of = |text: &str| match () {
        () if text.ends_with("\r\n") => 2,
        () => usize::from(text.ends_with('\n')),
    };
    let (old_end, new_end) = (end_of(&text[range.clone()]), end_of(&new));
    if old_end > 0 && new_end > 0 && range.len() > old_end && new.len() > new_end {
        range.end -= old_end;
        new.truncate(new.len() - new_end);
    }
    Some((range, new))
}

/// What is known about the place.
pub(super) struct Place<'a> {
    pub text: &'a str,
    pub core: Range<usize>,
    /// Where its first line starts.
    pub line: usize,
    /// The blanks before it, if nothing else stands before it on its line.
    pub indent: Option<&'a str>,
    end: &'static str,
}

/// The old text stands there as it is.
fn literal(place: &Place<'_>, old: Outer<'_>, new: &str) -> (Range<usize>, String) {
    let Place { text, core, line, indent, .. } = place;
    let mut range = core.start - old.lead.len()..core.end;
    let one_line = matches!(old.tail, "\n" | "\r\n");
    let tail_there = text[core.end..].starts_with(old.tail);
    let mut new = new.to_owned();
    // The line end of the quotation is only then one of the text when it ends a line here too, and
    // when taking the text away takes away whole lines.
    let keeps_line = one_line && new.is_empty() && indent.is_none();
    if tail_there && !keeps_line {
        range.end += old.tail.len();
    } else if !tail_there && one_line && new.ends_with('\n') {
        new.pop();
    }
    if let Some(indent) = indent.filter(|indent| !indent.is_empty() && old.lead.is_empty()) {
        let outer = Outer::of(&new);
        // A line that stays as it was quoted shows that all are counted from there.
        let counted = new.lines().any(|line| old.core.lines().next() == Some(line));
        if !outer.indent().is_empty() && is_deep(place, old, outer) {
            // All of its lines are as deep as the document's.
            range.start = *line;
        } else if outer.lead == indent
            && outer.core != old.core
            && !outer.core.is_empty()
            && !counted
        {
            // As deep as the document, of which only the words were quoted.
            new.drain(..indent.len());
        } else if new.is_empty() && tail_there && one_line {
            range.start = *line;
        } else if !old.core.contains('\n')
            && new.trim_end().contains('\n')
            && !is_indented(place, &new, indent)
        {
            // Quoted without its indent, so the lines that follow lack it as well.
            new = indented(&new, indent);
        }
    }
    (range, with_line_ends(&new, place.end))
}

fn line_of(text: &str) -> &str {
    text.lines().next().unwrap_or_default().trim_end()
}

/// The old text stands there with other blanks.
fn tolerant(
    place: &Place<'_>,
    hit: &Hit,
    old: Outer<'_>,
    new: Outer<'_>,
    wraps: &Wraps,
) -> Option<(Range<usize>, String)> {
    let Place { text, core, line, indent, end: line_end } = place;
    let lost = lost_indent(place, old, new);
    let deep = is_deep(place, old, new);
    let steps =
        steps(place, old, new).filter(|_| matches!(hit.shift, Shift::Add(_) | Shift::Remove(_)));
    let other = lost.as_ref().or(steps.as_ref());
    let shift = if deep { &Shift::Keep } else { other.unwrap_or(&hit.shift) };
    // Then the indents of the quotation are none of the new text's.
    let there = deep.then(|| with_indents_of(&text[core.clone()], old.core));
    let old = Outer { core: there.as_deref().unwrap_or(old.core), ..old };
    let fewer = if deep { None } else { less_deep(shift, old, new.core) };
    let new = Outer { core: fewer.as_deref().unwrap_or(new.core), ..new };
    let lines = |blanks: &str| blanks.matches('\n').count();
    let (mut start, mut end) = (core.start, core.end);
    let mut out = String::new();

    // In front: line ends that the edit adds or takes away, and the first indent.
    let (had, has) = (lines(old.lead), lines(new.lead));
    if let Some(indent) = indent {
        // Quoted from its first word on, or without an indent as all of the quotation.
        let from_word = old.indent().is_empty() && shift.apply("") != *indent;
        let first = match from_word && !indent.is_empty() && !deep {
            // A line that stays is as deep as it was.
            _ if old.indent() == new.indent() && line_of(old.core) == line_of(new.core) => {
                (*indent).to_owned()
            }
            true => format!("{indent}{}", new.indent()),
            false => shift.apply(new.indent()),
        };
        if new.core.is_empty() || has != had || first != *indent {
            start = *line;
            for _ in has..had {
                start = blank_line_before(text, start);
            }
            out.push_str(&line_end.repeat(has.saturating_sub(had)));
            if !new.core.is_empty() {
                out.push_str(&first);
            }
        }
    } else {
        out.push_str(&line_end.repeat(has.saturating_sub(had)));
    }
    out.push_str(&match &hit.places {
        Some(places) => reworded::new_text(place, shift, old.core, new.core, places)?,
        None => words(place, shift, hit.forms, (old.core, new.core), wraps),
    });

    // Behind.
    let (mut had, has) = (lines(old.tail), lines(new.tail));
    if hit.places.is_some() && has == 0 && !new.core.is_empty() {
        match had {
            0 => {}
            // In other words, and without the line end: two lines are not made one by that.
            1 => had = 0,
            _ => return None,
        }
    }
    let blanks = &text[core.end..][..text[core.end..].len() - text[core.end..].trim_start().len()];
    let there = lines(blanks);
    let whole_lines = indent.is_some() || !new.core.is_empty();
    let take = had.saturating_sub(has).min(there.saturating_sub(has));
    if take > 0 && whole_lines {
        let last = blanks.match_indices('\n').nth(take - 1);
        end += last.map_or(0, |(at, _)| at + 1);
    }
    if !new.core.is_empty() {
        out.push_str(&line_end.repeat(has.saturating_sub(had)));
    }
    Some((start..end, out))
}

/// The new words; between words that stay the document's blanks stay too, and of words that are
/// the same but for the form of their marks the document's.
fn words(
    place: &Place<'_>,
    shift: &Shift,
    forms: bool,
    (old, new): (&str, &str),
    wraps: &Wraps,
) -> String {
    let found = &place.text[place.core.clone()];
    let style = if forms { Style::of(old, found) } else { Style::default() };
    let old = old.replace("\r\n", "\n");
    let (old_tokens, new_tokens, found) = (tokens(&old), tokens(new), tokens(found));
    let key = |part: &&str| if forms { folded(part) } else { (*part).to_owned() };
    let keys = |parts: &[&str]| -> Vec<String> { parts.iter().map(key).collect() };
    let (old_keys, new_keys) = (keys(&old_tokens), keys(&new_tokens));
    let mut out = String::new();
    if *wraps == Wraps::Layout {
        new_tokens.iter().for_each(|token| write(token, place, shift, style, &mut out));
        return out;
    }
    let mut at = 0;
    for cut in changes(&old_keys, &new_keys) {
        out.extend(found[at..cut.old.start].iter().copied());
        let from = out.len();
        let broken = wraps.moved((&found, &old_tokens), &new_tokens, &cut);
        for index in cut.new.clone() {
            let token = broken.get(&index).copied().unwrap_or(new_tokens[index]);
            write(token, place, shift, Style::default(), &mut out);
        }
        if forms {
            let quoted = old_tokens[cut.old.clone()].concat();
            let there = found[cut.old.clone()].concat();
            let before = out[..from].chars().next_back();
            let kept = marks_kept((&quoted, &there, &out[from..]), style, before);
            out.replace_range(from.., &kept);
        }
        at = cut.old.end;
    }
    out.extend(found[at..].iter().copied());
    out
}

/// New blanks or words as the document writes them.
pub(super) fn write(token: &str, place: &Place<'_>, shift: &Shift, style: Style, out: &mut String) {
    match token.rfind('\n').filter(|_| token.trim().is_empty()) {
        Some(line) => {
            out.push_str(&with_line_ends(&token[..=line], place.end));
            out.push_str(&shift.apply(&token[line + 1..]));
        }
        None => {
            let text = style.apply(out.chars().next_back(), token);
            out.push_str(&text);
        }
    }
}

/// Runs of parts that differ. Blanks between two of them are part of the change.
pub(super) fn changes(old: &[String], new: &[String]) -> Vec<Cut> {
    let mut out: Vec<Cut> = Vec::new();
    for cut in token_cuts(&as_tokens(old), &as_tokens(new)) {
        match out.last_mut() {
            Some(last)
                if cut.old.start == last.old.end + 1
                    && old[last.old.end].trim().is_empty()
                    && !last.old.is_empty()
                    && !cut.old.is_empty() =>
            {
                last.old.end = cut.old.end;
                last.new.end = cut.new.end;
            }
            _ => out.push(cut),
        }
    }
    for at in 0..out.len() {
        let last = at.checked_sub(1).map_or((0, 0), |at| (out[at].old.end, out[at].new.end));
        let slid = at_line(old, new, &out[at], last);
        out[at] = slid;
    }
    out
}

/// What is only taken away or put in can often be read at several places, `a b a b` without `a b`:
/// where it begins a line that is what was meant.
fn at_line(old: &[String], new: &[String], cut: &Cut, after: (usize, usize)) -> Cut {
    let (side, run) = match (cut.old.is_empty(), cut.new.is_empty()) {
        (false, true) => (old, cut.old.clone()),
        (true, false) => (new, cut.new.clone()),
        _ => return cut.clone(),
    };
    let begins = |start: usize| start == 0 || side[start - 1].contains('\n');
    let least = if cut.new.is_empty() { after.0 } else { after.1 };
    let mut back = 0;
    while !begins(run.start - back)
        && run.start - back > least
        && side[run.start - back - 1] == side[run.end - back - 1]
    {
        back += 1;
    }
    let fits = cut.old.start >= back && cut.new.start >= back;
    if back == 0 || !fits || !begins(run.start - back) {
        return cut.clone();
    }
    let moved = |run: &Range<usize>| run.start - back..run.end - back;
    Cut { old: moved(&cut.old), new: moved(&cut.new) }
}

fn as_tokens(keys: &[String]) -> Vec<Token<'_>> {
    keys.iter().map(|key| Token { key, ended: false, range: 0..0 }).collect()
}

/// The line end that is used in a range, else behind it, else before it.
pub(super) fn line_end_at(text: &str, range: &Range<usize>) -> &'static str {
    if text[range.clone()].contains('\n') {
        return line_end(&text[range.clone()]);
    }
    let behind = text[range.end..].find('\n').map(|at| range.end + at);
    match behind.or_else(|| text[..range.start].rfind('\n')) {
        Some(at) if text[..at].ends_with('\r') => "\r\n",
        _ => "\n",
    }
}
