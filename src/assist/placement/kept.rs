//! What a model wrote anew, with the document's own blanks and marks where nothing but these
//! differ: models write a text down in their own forms, whatever they were asked to change.
//!
//! Where a text changes nothing else, its forms are what was meant, and it stays as it is.

use super::fold::Style;
use super::marks::{Of, Part, parts};
use super::systematic;
use crate::assist::hunks::{Cut, Token, line_end, lines, token_cuts, with_line_ends};

/// More text than this is not compared word by word.
const MOST: usize = 1 << 18;

/// A text written anew: lines, then words where lines differ.
pub fn kept(old: &str, written: &str) -> String {
    let (kept, changed) = in_form(old, written);
    if changed {
        return kept;
    }
    let end = line_end(old);
    systematic::mistakes_undone(old, &with_line_ends(&with_line_ends(written, "\n"), end))
}

/// The same, where it is known that something else was meant to change; and whether anything else
/// does.
pub fn in_form(old: &str, written: &str) -> (String, bool) {
    let end = line_end(old);
    let written = with_line_ends(written, "\n");
    let new = systematic::undone(old, &written);
    let (was, is) = (lines(old), lines(&new));
    let keys = |text: &str, side: &[Token<'_>]| -> Vec<String> {
        side.iter().map(|line| loose(&text[line.range.clone()])).collect()
    };
    let (old_keys, new_keys) = (keys(old, &was), keys(&new, &is));
    let style = Style::of(&new, old);
    let mut out = String::with_capacity(new.len());
    let (mut at, mut changed) = (0, false);
    // The last line may lack its end in either.
    let whole = |text: &str, lines: &[Token<'_>]| -> String {
        lines.iter().map(|line| &text[line.range.clone()]).collect()
    };
    for cut in token_cuts(&as_tokens(&old_keys), &as_tokens(&new_keys)) {
        out.push_str(&whole(old, &was[at..cut.old.start]));
        ended(&mut out, end);
        at = cut.old.end;
        let (old, new) = (whole(old, &was[cut.old.clone()]), whole(&new, &is[cut.new]));
        let (text, other) = in_words(&old, &new, style);
        changed |= other;
        out.push_str(&text);
        if at < was.len() {
            ended(&mut out, end);
        }
    }
    out.push_str(&whole(old, &was[at..]));
    (with_line_ends(&out, end), changed)
}

/// The new text of an edit that quoted `found` as `old`, in other marks: what the quotation and
/// the new text write alike is as the document writes it. Blanks are meant.
pub(super) fn marks_kept(
    (old, found, new): (&str, &str, &str),
    style: Style,
    before: Option<char>,
) -> String {
    if found.is_ascii() || old.len() + found.len() + new.len() > MOST {
        return style.apply(before, new);
    }
    let (quoted, there) = (parts(old), parts(found));
    let forms = |text: &str, side: &[Part]| -> Vec<String> {
        side.iter().map(|part| part.key(text)).collect()
    };
    if forms(old, &quoted) != forms(found, &there) {
        return style.apply(before, new);
    }
    let written = parts(new);
    let raw = |text: &str, side: &[Part]| -> Vec<String> {
        side.iter().map(|part| text[part.range.clone()].to_owned()).collect()
    };
    let (same, _) = same_parts(&raw(old, &quoted), &raw(new, &written));
    let mut out = String::with_capacity(new.len());
    for (one, same) in written.iter().zip(&same) {
        match same {
            Some(at) if one.of == Of::Words => out.push_str(&found[there[*at].range.clone()]),
            _ => {
                let text = style.apply(out.chars().next_back().or(before), &new[one.range.clone()]);
                out.push_str(&text);
            }
        }
    }
    out
}

/// A line end for what is followed by more.
fn ended(out: &mut String, end: &str) {
    if !out.is_empty() && !out.ends_with('\n') {
        out.push_str(end);
    }
}

fn as_tokens(keys: &[String]) -> Vec<Token<'_>> {
    keys.iter().map(|key| Token { key, ended: false, range: 0..0 }).collect()
}

/// A line as it is compared: with its indent, and without what is only form.
fn loose(line: &str) -> String {
    let body = line.trim_end();
    let words = body.trim_start();
    let indent = &body[..body.len() - words.len()];
    let rule = words.contains('|') && words.contains('-');
    if rule && words.chars().all(|c| "|-: ".contains(c)) {
        // How long the dashes under the head of a table are says nothing.
        let mut key: String = indent.to_owned();
        for c in words.chars().filter(|c| *c != ' ') {
            if !(c == '-' && key.ends_with('-')) {
                key.push(c);
            }
        }
        return key;
    }
    let mut key = String::with_capacity(line.len());
    key.push_str(indent);
    // Which mark a list has says nothing.
    let words = match words.strip_prefix(['*', '+']).filter(|rest| rest.starts_with(' ')) {
        Some(rest) => {
            key.push('-');
            rest
        }
        None => words,
    };
    for part in parts(words) {
        key.push_str(&part.key(words));
    }
    key
}

/// The new text with the old one's forms of what is the same, and whether anything else differs.
fn in_words(old: &str, new: &str, style: Style) -> (String, bool) {
    if old.is_empty() || new.is_empty() || old.len() + new.len() > MOST {
        return (style.apply(None, new), old != new);
    }
    let (was, is) = (parts(old), parts(new));
    let keys = |text: &str, side: &[Part]| -> Vec<String> {
        // The mark of an item is no dash within a line.
        let begins = |at: usize| at == 0 || matches!(side[at - 1].of, Of::Ends | Of::Indent);
        let key = |(at, part): (usize, &Part)| match part.key(text) {
            mark if mark == "-" && begins(at) => "\n-".to_owned(),
            key => key,
        };
        side.iter().enumerate().map(key).collect()
    };
    let (old_keys, new_keys) = (keys(old, &was), keys(new, &is));
    let (same, changed) = same_parts(&old_keys, &new_keys);
    let word = |at: Option<usize>| {
        let at = at?;
        (is.get(at)?.of == Of::Words).then_some(same[at]?)
    };
    let ends = |side: &[Part]| side.iter().filter(|part| part.of == Of::Ends).count();
    let as_many = ends(&was) == ends(&is);
    let mut out = String::with_capacity(new.len());
    for (at, part) in is.iter().enumerate() {
        let there = same[at].filter(|there| {
            // Blanks between other words are others.
            let before = word(at.checked_sub(1)).is_some_and(|one| one + 1 == *there);
            let behind = word(Some(at + 1)).is_some_and(|one| one == there + 1);
            let chars = |text: &str| text.chars().count();
            // A wide one may only fill up the word that was there.
            let narrow = chars(&old[was[*there].range.clone()]) <= chars(&new[part.range.clone()]);
            let beside = before && behind || narrow && (before || behind);
            part.of == Of::Words || part.of == Of::Ends && as_many || beside
        });
        match there {
            Some(there) => out.push_str(&old[was[there].range.clone()]),
            None => {
                let text = style.apply(out.chars().next_back(), &new[part.range.clone()]);
                out.push_str(&text);
            }
        }
    }
    (out, changed)
}

/// Which part of the old text each of the new one's is, and whether others differ.
fn same_parts(old: &[String], new: &[String]) -> (Vec<Option<usize>>, bool) {
    let cuts = token_cuts(&as_tokens(old), &as_tokens(new));
    let mut same: Vec<Option<usize>> = vec![None; new.len()];
    let (mut from, mut to) = (0, 0);
    let end = Cut { old: old.len()..old.len(), new: new.len()..new.len() };
    for cut in cuts.iter().chain(std::iter::once(&end)) {
        for (nth, at) in (to..cut.new.start).enumerate() {
            same[at] = Some(from + nth);
        }
        (from, to) = (cut.old.end, cut.new.end);
    }
    (same, !cuts.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn forms_stay_the_documents() {
        let check = |old: &str, new: &str, expected: &str| assert_eq!(kept(old, new), expected);
        let text = "# Plan\n\nWe don\u{2019}t open \u{201c}late\u{201d} \u{2014} at 4\u{2013}5.  \nThe end\u{2026}\n";
        let plain = "# Plan\n\nWe don't open \"late\" - at 4-5.\nThe end...\n";
        check(text, &plain.replace("open", "close"), &text.replace("open", "close"));
        check(text, &plain.replace("late", "soon"), &text.replace("late", "soon"));
        check(text, &plain.replace("4-5", "4-6"), &text.replace('5', "6"));
        check(text, &plain.replace("The end", "An end"), &text.replace("The end", "An end"));
        // A new line has the document's quotes.
        check(
            text,
            &format!("{plain}\n\"So\" it's.\n"),
            &format!("{text}\n\u{201c}So\u{201d} it\u{2019}s.\n"),
        );
        // Nothing else was meant.
        check(text, plain, plain);
        check("a  b\n", "a b\n", "a b\n");
        check("a  b c\n", "a b d\n", "a  b d\n");
        check("\tif a:\n\t\tb\n\tc\n", "    if a:\n        d\n    c\n", "\tif a:\n\t\td\n\tc\n");
        check(
            "| a | b |\n|---|---|\n| 1 | 2 |\n",
            "| a  | b  |\n|----|----|\n| 1  | 3  |\n",
            "| a | b |\n|---|---|\n| 1 | 3 |\n",
        );
        check("a\tb\t\tc\nd\n", "a\tb\tc\ne\n", "a\tb\tc\ne\n");
        // A line that goes deeper does so.
        check(
            "def f():\n    a()\n    b()\n",
            "def f():\n    if x:\n        a()\n    b()\n",
            "def f():\n    if x:\n        a()\n    b()\n",
        );
        check("a\r\nb  \r\nc\r\n", "a\nb\nd\n", "a\r\nb  \r\nd\r\n");
        check("one\ntwo", "one\ntwo\nthree\n", "one\ntwo\nthree\n");
    }

    #[test]
    fn marks_of_an_edit_stay_the_documents() {
        let check = |old: &str, found: &str, new: &str, expected: &str| {
            let style = Style::of(old, found);
            assert_eq!(marks_kept((old, found, new), style, None), expected);
        };
        check(
            "(\u{5f88}\u{77ed})",
            "\u{ff08}\u{5f88}\u{77ed}\u{ff09}",
            "(\u{5f88}\u{957f})",
            "\u{ff08}\u{5f88}\u{957f}\u{ff09}",
        );
        check(
            "\"done\"...",
            "\u{201c}done\u{201d}\u{2026}",
            "\"finished\"...",
            "\u{201c}finished\u{201d}\u{2026}",
        );
        check("4-5", "4\u{2013}5", "4-6", "4\u{2013}6");
        // A mark that the edit changes.
        check("4-5", "4\u{2013}5", "4\u{2014}6", "4\u{2014}6");
        check("\"a\"-b", "\u{201c}a\u{201d}-b", "\"c\"\u{2014}b", "\u{201c}c\u{201d}\u{2014}b");
    }
}
