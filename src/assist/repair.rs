//! The second and last request for edits that found no certain place: what went wrong with each, in
//! words for the model.

use super::placement;
use super::prompts::Template;
use crate::base::Span;
use ropey::Rope;
use std::ops::Range;

/// An edit that has no certain place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Failed {
    pub old: String,
    pub new: String,
    pub why: Why,
}

/// Why it has none. Spans are in `char`s of the version that was sent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Why {
    /// It could be each of these.
    Ambiguous(Vec<Span>),
    /// Nowhere; these resemble it.
    Missing(Vec<(Span, u8)>),
}

/// The most edits that one request is about.
pub const MOST_REPAIRED: usize = 12;
/// The most places of one edit that are told.
const PLACES: usize = 3;
/// The most characters of one text.
const LONGEST: usize = 1_500;
/// Lines around a place that tell it from others.
const AROUND: usize = 2;
/// Characters on each side of a place that tell it from another in its line.
const BESIDE: usize = 30;

/// The request. `base` is the version that was sent; `placed` tells the edits of the answer that
/// need not be written again.
pub fn repair_request(base: &Rope, failed: &[Failed], placed: &[String]) -> String {
    let failures: Vec<String> = failed
        .iter()
        .take(MOST_REPAIRED)
        .enumerate()
        .map(|(index, failed)| failure(base, index + 1, failed))
        .collect();
    let placed = match placed {
        [] => "None of the others.".to_owned(),
        all => all.iter().map(|words| format!("- {words}")).collect::<Vec<_>>().join("\n"),
    };
    let values = [("failures", failures.join("\n\n")), ("placed", placed)];
    let values: Vec<(&str, &str)> =
        values.iter().map(|(name, value)| (*name, value.as_str())).collect();
    Template::Repair.render(&values)
}

fn failure(base: &Rope, number: usize, failed: &Failed) -> String {
    let (why, places) = match &failed.why {
        Why::Ambiguous(all) => {
            // The search ends there: more are not counted.
            let least = if all.len() >= placement::MOST { "at least " } else { "" };
            let why = format!("its SEARCH text stands in {least}{} places", all.len());
            (why, places(base, all.iter().copied(), AROUND))
        }
        Why::Missing(similar) if similar.is_empty() => {
            ("its SEARCH text is not in the document, and nothing like it".into(), Vec::new())
        }
        Why::Missing(similar) => {
            let why = "its SEARCH text is not in the document; this is most like it".to_owned();
            (why, places(base, similar.iter().map(|(span, _)| *span), 0))
        }
    };
    if failed.old.trim().is_empty() {
        // A whole text with gaps, or one that could be anything.
        let text = whole_lines(&failed.new);
        let why = "it is not clear what of the document it stands for";
        return format!("Edit {number}:\n\n{text}\nNot placed: {why}.");
    }
    let edit = format!(
        "<<<<<<< SEARCH\n{}=======\n{}>>>>>>> REPLACE",
        whole_lines(&failed.old),
        whole_lines(&failed.new)
    );
    let places: String = places.iter().map(|place| format!("\n\n{place}")).collect();
    format!("Edit {number}:\n\n{edit}\n\nNot placed: {why}.{places}")
}

/// Whole lines of the document, and the places in them.
struct Lines {
    /// Numbers of lines, from 0, the last left out.
    range: Range<usize>,
    places: Vec<Span>,
}

/// The first places, each with so many lines around it that tell it from others; those that stand
/// in the same lines together.
fn places(base: &Rope, all: impl Iterator<Item = Span>, around: usize) -> Vec<String> {
    let mut out: Vec<Lines> = Vec::new();
    for span in all {
        let (first, last) = (line_of(base, span.start.0), last_line_of(base, span));
        let range = first.saturating_sub(around)..(last + around + 1).min(base.len_lines());
        let full = out.len() == PLACES;
        match out.iter_mut().find(|lines| lines.range == range) {
            Some(lines) => lines.places.push(span),
            None if full => break,
            None => out.push(Lines { range, places: vec![span] }),
        }
    }
    out.iter().map(|lines| told(base, lines)).collect()
}

fn line_of(base: &Rope, pos: usize) -> usize {
    base.char_to_line(pos.min(base.len_chars()))
}

fn last_line_of(base: &Rope, span: Span) -> usize {
    line_of(base, if span.is_empty() { span.start.0 } else { span.end.0 - 1 })
}

/// Lines with the number of the line in which the place is. Of several places in one line the words
/// around each tell them apart.
fn told(base: &Rope, lines: &Lines) -> String {
    let Lines { range, places } = lines;
    let Some(place) = places.first() else { return String::new() };
    let text = base.slice(base.line_to_char(range.start)..base.line_to_char(range.end)).to_string();
    let text = whole_lines(&text);
    let fence = if text.contains("```") { "~~~~" } else { "```" };
    let (first, last) = (line_of(base, place.start.0) + 1, last_line_of(base, *place) + 1);
    let number =
        if first == last { format!("Line {first}") } else { format!("Lines {first} to {last}") };
    let shown = range.start + 1..=range.end;
    let shown = match (*shown.start(), *shown.end()) {
        (from, to) if from == to || (from, to) == (first, last) => String::new(),
        (from, to) => format!(" (shown: {from} to {to})"),
    };
    let mut out = format!("{number}{shown}:\n\n{fence}\n{text}{fence}");
    if places.len() > 1 {
        out.push_str("\n\nMore than one place in it:\n");
        for place in places.iter().take(PLACES) {
            let from = base.line_to_char(first - 1);
            let to = base.line_to_char(last.min(base.len_lines()));
            out.push_str(&format!("\n- {:?}", beside(base, *place, from..to)));
        }
    }
    out
}

/// A place and the words around it within its lines.
fn beside(base: &Rope, place: Span, lines: Range<usize>) -> String {
    let blank = |at: usize| base.get_char(at).is_none_or(char::is_whitespace);
    let mut from = place.start.0.saturating_sub(BESIDE).max(lines.start);
    while from > lines.start && from < place.start.0 && !blank(from - 1) {
        from += 1;
    }
    let mut to = (place.end.0 + BESIDE).min(lines.end).max(place.end.0);
    while to < lines.end && to > place.end.0 && !blank(to) {
        to -= 1;
    }
    base.slice(from..to).to_string().trim().to_owned()
}

/// A text in whole lines, cut where it is very long.
fn whole_lines(text: &str) -> String {
    let cut: String = text.chars().take(LONGEST).collect();
    let gap = if cut.len() < text.len() { "…" } else { "" };
    let end = if cut.is_empty() || (cut.ends_with('\n') && gap.is_empty()) { "" } else { "\n" };
    format!("{cut}{gap}{end}")
}
