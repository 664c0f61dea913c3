//! Forms that a model gave a whole text, from its first line to its last: another unit of indent,
//! other marks of lists, escaped marks. Only what makes more lines the document's is taken back.

use super::forms::decoded;
use crate::assist::dialect::is_fence;
use crate::assist::hunks::{Token, token_cuts};
use std::collections::{BTreeMap, BTreeSet};

type Undo = fn(&str, &str) -> Option<String>;

/// What nobody means, whatever else changed.
const MISTAKES: &[Undo] = &[entities, escapes, shifted];

/// What may be meant if nothing else changes, with how many more lines must be the document's. Of marks
/// of lists a document that has one has it in new items as well.
const FORMS: &[(Undo, usize)] = &[(indents, 2), (bullets, 0)];

/// `new` (with plain line ends) without the forms that the model gave all of it.
pub(super) fn undone(old: &str, new: &str) -> String {
    let new = mistakes_undone(old, new);
    let new = FORMS.iter().fold(new, |new, (undo, least)| better(old, new, *undo, *least));
    blank_lines(old, &new).unwrap_or(new)
}

/// `new` without what nobody means.
pub(super) fn mistakes_undone(old: &str, new: &str) -> String {
    MISTAKES.iter().fold(new.to_owned(), |new, undo| better(old, new, *undo, 1))
}

/// The text with one form taken back, if at least so many more of its lines are then the document's.
fn better(old: &str, new: String, undo: Undo, least: usize) -> String {
    let Some(other) = undo(old, &new) else { return new };
    let own: BTreeSet<&str> = filled(old).collect();
    let count = |text: &str| filled(text).filter(|line| own.contains(line)).count();
    match count(&other) >= count(&new) + least {
        true => other,
        false => new,
    }
}

/// Lines with words, without blanks at their ends.
fn filled(text: &str) -> impl Iterator<Item = &str> {
    text.lines().map(str::trim_end).filter(|line| !line.is_empty())
}

/// `&lt;` where the document has `<`.
fn entities(old: &str, new: &str) -> Option<String> {
    // In a page whose tags are written as ever they are meant.
    let page = old.contains("</") && new.contains("</");
    decoded(new).filter(|_| decoded(old).is_none() && !page)
}

/// `\-` where the document has no such signs.
fn escapes(old: &str, new: &str) -> Option<String> {
    const MARKS: &str = "-_*#.()[]!+>~|`";
    if old.contains('\\') || !new.contains('\\') {
        return None;
    }
    let mut out = String::with_capacity(new.len());
    let mut rest = new.chars().peekable();
    while let Some(c) = rest.next() {
        if c != '\\' || !rest.peek().is_some_and(|next| MARKS.contains(*next)) {
            out.push(c);
        }
    }
    Some(out)
}

/// Indented as all of it is: a fence in a list.
fn shifted(old: &str, new: &str) -> Option<String> {
    let common = |text: &str| -> Option<usize> {
        filled(text).map(|line| line.len() - line.trim_start_matches(' ').len()).min()
    };
    let more = common(new)?.checked_sub(common(old)?).filter(|more| *more > 0)?;
    let bare = |line| match str::trim_end(line).is_empty() {
        true => str::trim_start_matches(line, ' '),
        false => &line[more..],
    };
    Some(new.split_inclusive('\n').map(bare).collect())
}

/// The blanks that a line begins with, and the rest.
fn split(line: &str) -> (&str, &str) {
    line.split_at(line.len() - line.trim_start_matches([' ', '\t']).len())
}

/// The greatest number of blanks of which all indents are made; `None` for tabs and without any.
fn unit(text: &str) -> Option<usize> {
    fn common(a: usize, b: usize) -> usize {
        if b == 0 { a } else { common(b, a % b) }
    }
    let all = filled(text).map(|line| split(line).0).filter(|indent| !indent.is_empty());
    let all: Option<Vec<usize>> =
        all.map(|indent| (!indent.contains('\t')).then_some(indent.len())).collect();
    all?.into_iter().reduce(common)
}

/// Tabs become blanks, or another number of blanks.
fn indents(old: &str, new: &str) -> Option<String> {
    let tabbed = |text: &str| filled(text).any(|line| line.starts_with('\t'));
    // Lines with the same words that stand once in the document.
    let mut there: BTreeMap<&str, Option<&str>> = BTreeMap::new();
    for line in filled(old) {
        let (indent, words) = split(line);
        let one = there.entry(words).or_insert(Some(indent));
        *one = one.filter(|known| *known == indent);
    }
    let pairs = filled(new).filter_map(|line| {
        let (indent, words) = split(line);
        let own = (*there.get(words)?)?;
        (!indent.is_empty() && !own.is_empty()).then_some((own, indent))
    });
    let pairs: Vec<(&str, &str)> = pairs.collect();
    // From so many signs of the model's to so many of the document's.
    let mut votes: BTreeMap<(usize, usize), usize> = BTreeMap::new();
    let (from_tabs, to_tabs) = (tabbed(new), tabbed(old));
    for (own, indent) in &pairs {
        let plain = |text: &str, tabs: bool| text.chars().all(|c| (c == '\t') == tabs);
        if !plain(own, to_tabs) || !plain(indent, from_tabs) {
            continue;
        }
        let (a, b) = (indent.len(), own.len());
        let ratio = (2..=a.min(b)).rev().find(|by| a % by == 0 && b % by == 0).unwrap_or(1);
        *votes.entry((a / ratio, b / ratio)).or_default() += 1;
    }
    let ((from, to), count) = votes.iter().max_by_key(|(_, count)| **count)?;
    let (from, to, count) = (*from, *to, *count);
    let kinds = from_tabs != to_tabs;
    let all: usize = votes.values().sum();
    let mostly = count * 10 >= all * if kinds { 5 } else { 9 };
    // As wide a step means that lines go deeper or not, one by one.
    let steps = kinds
        || !from_tabs
            && from != to
            && unit(old).zip(unit(new)).is_some_and(|(a, b)| a * from == b * to);
    if !mostly || !steps {
        return None;
    }
    let mark = if to_tabs { "\t" } else { " " };
    let fit = |line: &str| {
        let (indent, words) = split(line);
        if words.trim().is_empty() || !indent.chars().all(|c| (c == '\t') == from_tabs) {
            return line.to_owned();
        }
        // What is no whole step stays blanks.
        let rest = " ".repeat(if from_tabs { 0 } else { indent.len() % from });
        format!("{}{rest}{words}", mark.repeat(indent.len() / from * to))
    };
    Some(new.split_inclusive('\n').map(fit).collect())
}

/// One mark of lists for another.
fn bullets(old: &str, new: &str) -> Option<String> {
    fn mark(line: &str) -> Option<char> {
        let mut chars = split(line).1.chars();
        let mark = chars.next().filter(|mark| "-*+".contains(*mark))?;
        (chars.next() == Some(' ')).then_some(mark)
    }
    let only = |text: &str| {
        let all: BTreeSet<char> = text.lines().filter_map(mark).collect();
        all.first().copied().filter(|_| all.len() == 1)
    };
    let was = only(old)?;
    // What was left out of an answer and filled has the document's.
    if new.lines().filter_map(mark).all(|mark| mark == was) {
        return None;
    }
    let fit = |line: &str| {
        let (indent, rest) = split(line);
        match mark(line) {
            Some(_) => format!("{indent}{was}{}", &rest[1..]),
            None => line.to_owned(),
        }
    };
    Some(new.split_inclusive('\n').map(fit).collect())
}

/// A line with words, and how many empty ones stand before it.
struct Spaced<'a> {
    blanks: usize,
    line: &'a str,
    /// It stands right below a heading.
    headed: bool,
}

fn spaced(text: &str) -> Vec<Spaced<'_>> {
    let mut out: Vec<Spaced<'_>> = Vec::new();
    let (mut blanks, mut headed, mut fenced) = (0, false, false);
    for line in text.lines() {
        if line.trim().is_empty() {
            blanks += 1;
            continue;
        }
        out.push(Spaced { blanks: std::mem::take(&mut blanks), line, headed });
        fenced ^= is_fence(line);
        let rest = line.trim_start_matches('#');
        headed = !fenced && (1..=6).contains(&(line.len() - rest.len())) && rest.starts_with(' ');
    }
    out
}

/// The empty lines are lost, all of them, or all below headings.
fn blank_lines(old: &str, new: &str) -> Option<String> {
    const LEAST: usize = 2;
    let empty = |line: &&str| line.trim().is_empty();
    let all = !new.trim().lines().any(|line| empty(&line));
    if !all && new.lines().filter(|line| line.starts_with('#')).count() < LEAST
        || old.trim().lines().filter(empty).count() < LEAST
    {
        return None;
    }
    let (was, is) = (spaced(old), spaced(new));
    let below = |side: &[Spaced<'_>], apart: bool| {
        side.iter().filter(|one| one.headed && (one.blanks > 0) == apart).count()
    };
    let below_heads = below(&was, true) >= LEAST
        && below(&was, false) == 0
        && below(&is, true) == 0
        && below(&is, false) >= LEAST;
    if !all && !below_heads {
        return None;
    }
    fn tokens<'a>(side: &[Spaced<'a>]) -> Vec<Token<'a>> {
        let token = |one: &Spaced<'a>| Token { key: one.line.trim(), ended: true, range: 0..0 };
        side.iter().map(token).collect()
    }
    let cuts = token_cuts(&tokens(&was), &tokens(&is));
    let mut above: Vec<Option<usize>> = vec![None; is.len()];
    let mut same = 0;
    let (mut from, mut to) = (0, 0);
    for cut in &cuts {
        for (nth, at) in (to..cut.new.start).enumerate() {
            (above[at], same) = (Some(was[from + nth].blanks), same + 1);
        }
        if cut.old.len() == cut.new.len() {
            for (at, one) in cut.new.clone().zip(cut.old.clone()) {
                above[at] = Some(was[one].blanks);
            }
        }
        (from, to) = (cut.old.end, cut.new.end);
    }
    for (nth, at) in (to..is.len()).enumerate() {
        (above[at], same) = (Some(was[from + nth].blanks), same + 1);
    }
    // Most of it has to be the document's, or nothing is known about the rest.
    if same * 2 < is.len() {
        return None;
    }
    // A line that came stands as apart as the one behind it, but for one that goes on with a list.
    let goes_on = |at: usize| {
        let mark =
            |at: usize| is[at].line.trim_start().chars().next().filter(|c| "-*+|".contains(*c));
        at > 0 && mark(at).is_some() && mark(at) == mark(at - 1)
    };
    let mut out = String::with_capacity(old.len());
    for (at, one) in is.iter().enumerate() {
        let next = || above[at..].iter().find_map(|one| *one).unwrap_or(usize::from(at > 0));
        let blanks = match (all, one.headed && below_heads) {
            (_, true) => above[at].unwrap_or(1).max(1),
            (true, false) => above[at].unwrap_or_else(|| if goes_on(at) { 0 } else { next() }),
            (false, false) => one.blanks,
        };
        out.push_str(&"\n".repeat(blanks));
        out.push_str(one.line);
        out.push('\n');
    }
    Some(out)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_all_of_a_text_has_is_taken_back() {
        let check = |old: &str, new: &str, expected: &str| assert_eq!(undone(old, new), expected);
        let list = "# A\n\n- one\n- two\n\nThe end.\n";
        check(
            list,
            "# A\n\n* one\n* three\n* two\n\nThe end.\n",
            "# A\n\n- one\n- three\n- two\n\nThe end.\n",
        );
        check(
            list,
            "   # A\n\n   - one\n   - two\n\n   An end.\n",
            "# A\n\n- one\n- two\n\nAn end.\n",
        );
        check(list, "# A\n- one\n- two\nAn end.\n", "# A\n\n- one\n- two\n\nAn end.\n");
        // Below headings only.
        let two = "# A\n\none\n\ntwo\n\n## B\n\nthree\n\n```\n# no\nfour\n```\n";
        check(
            two,
            "# A\none\n\nfive\n\n## B\nthree\n\n```\n# no\nfour\n```\n",
            &two.replace("two", "five"),
        );
        check(
            two,
            "# A\none\nfive\n## C\nthree\n```\n# no\nfour\n```\n",
            &two.replace("two", "five").replace("B", "C"),
        );
        check(list, "# A\n\n\\- one\n\\- two\n\nThe end\\.\n", list);
        check("a < b\nc > d\n", "a &lt; b\nc &gt; d\n&amp;\n", "a < b\nc > d\n&\n");
        check("f:\n    a\n        b\n", "f:\n  a\n    b\n  c\n", "f:\n    a\n        b\n    c\n");
        check("f:\n\ta\n\t\tb\n", "f:\n    a\n        b\n    c\n", "f:\n\ta\n\t\tb\n\tc\n");
        check("f:\n    a\n        b\n", "f:\n\ta\n\t\tb\n\tc\n", "f:\n    a\n        b\n    c\n");
        // Lines go deeper.
        let same = |old: &str, new: &str| check(old, new, new);
        same("f:\n    a\n    b\n", "f:\n    if c:\n        a\n        b\n");
        same("a\nb\n", "  a\nb\n");
        same("a\nb\n", "if c:\n  a\n  b\n");
        same(two, "# A\none\n\nfive\n\n## B\n\nthree\n");
        same("a < b\nc\n", "x &amp; y\nc\n");
    }
}
