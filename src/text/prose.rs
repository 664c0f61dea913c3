//! Where the sentence around a place in plain text begins and ends. Knows no edits.

use super::sentence::{borders, is_soft};
use crate::base::{Pos, Span};
use ropey::Rope;

/// How far around a place its sentence is sought, in characters.
const REACH: usize = 4_000;
/// The same in lines.
const LINES: usize = 60;

/// Whether a line goes on in the next one.
fn goes_on(line: &str, next: &str) -> bool {
    if line.trim().is_empty() || next.trim().is_empty() {
        return false;
    }
    let body = line.trim_end();
    let lead = next.len() - next.trim_start().len();
    let blanks = format!("{}{}", &line[body.len()..], &next[..lead]);
    is_soft(body, &blanks, &next[lead..])
}

/// The sentences that share a character with a span, or that it stands in: from the start of the
/// first to the end of the last, without the blanks behind it. Lines of lists, tables and code are
/// sentences of their own.
pub fn sentences_around(rope: &Rope, span: Span) -> Span {
    let all = rope.len_chars();
    let span = Span { start: Pos(span.start.0.min(all)), end: Pos(span.end.0.min(all)) };
    let line =
        |index: usize| rope.get_line(index).map(|line| line.slice(..line.len_chars().min(REACH)));
    let wraps = |index: usize| match (line(index), line(index + 1)) {
        (Some(one), Some(next)) => goes_on(&one.to_string(), &next.to_string()),
        _ => false,
    };
    let (here, there) = (rope.char_to_line(span.start.0), rope.char_to_line(span.end.0));
    let first = (here.saturating_sub(LINES)..here).rev().take_while(|at| wraps(*at)).last();
    let last = (there..there + LINES).take_while(|at| wraps(*at)).last().map_or(there, |at| at + 1);
    let from = rope.line_to_char(first.unwrap_or(here)).max(span.start.0.saturating_sub(REACH));
    let to = rope.try_line_to_char(last + 1).unwrap_or(all).min(span.end.0 + REACH);
    // A line end within a sentence is a blank to it.
    let soft: Vec<usize> = (first.unwrap_or(here)..last)
        .filter(|at| wraps(*at))
        .filter_map(|at| rope.try_line_to_char(at + 1).ok())
        .collect();
    let mut text = String::with_capacity(to.saturating_sub(from) + 8);
    for (at, c) in (from..).zip(rope.slice(from..to.max(from)).chars()) {
        let next = || soft.get(soft.partition_point(|next| *next <= at));
        let wraps = || next().is_some_and(|next| at + 2 >= *next);
        text.push(if matches!(c, '\n' | '\r') && wraps() { ' ' } else { c });
    }
    let (mut at, mut found) = (from, None::<Span>);
    for sentence in text.split_inclusive('\n').flat_map(sentences) {
        let body = Span { start: Pos(at), end: Pos(at + sentence.trim_end().chars().count()) };
        at += sentence.chars().count();
        let meets = match span.is_empty() {
            true => body.start <= span.start && span.start.0 < at.max(body.end.0),
            false => body.start < span.end && span.start < body.end,
        };
        if meets {
            found = Some(found.map_or(body, |first| Span { start: first.start, end: body.end }));
        }
    }
    found.unwrap_or(span)
}

/// The sentences of a line, each with the blanks behind it.
fn sentences(line: &str) -> impl Iterator<Item = &str> {
    let starts = borders(line, None).into_iter().map(|(_, next)| next);
    let ends = starts.filter(|at| *at < line.len()).chain([line.len()]);
    ends.scan(0, |from, end| Some(&line[std::mem::replace(from, end)..end]))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sentence_is_found_around_a_place() {
        let check = |marked: &str, expected: &str| {
            let start = marked.find('[').expect("a start");
            let end = marked.find(']').expect("an end") - 1;
            let text = marked.replace(['[', ']'], "");
            let chars = |bytes: usize| Pos(text[..bytes].chars().count());
            let rope = Rope::from_str(&text);
            let found = sentences_around(&rope, Span { start: chars(start), end: chars(end) });
            assert_eq!(rope.slice(found.range()).to_string(), expected, "{marked:?}");
        };
        check("We bake. The [year] is hard. Next.\n", "The year is hard.");
        check("We bake. []The year is hard. Next.\n", "The year is hard.");
        check("We [bake. The] year is hard. Next.\n", "We bake. The year is hard.");
        check("- salt: [5]\n- wood: 80\n", "- salt: 5");
        check("- salt: 5\n- wood: [80]\n", "- wood: 80");
        // Over the lines of a paragraph, not over those of a list or a heading.
        check(
            "# Plan\nWe bake here. The year will be\nvery [hard] for\nall of us. Next.\n",
            "The year will be\nvery hard for\nall of us.",
        );
        check("The year will be\r\nvery [hard]. Next.\r\n", "The year will be\r\nvery hard.");
        check("# The [plan] of ours\nWe bake.\n", "# The plan of ours");
        check("日本です。[これ]は本。\n", "これは本。");
        check("[]", "");
        check("One more line\n[]\nTwo\n", "");
    }
}
