//! The second and last request for edits that found no certain place: what went wrong with each, in
//! words for the model.

use super::prompts::Template;
use crate::base::Span;
use ropey::Rope;

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
            let why = format!("its SEARCH text stands in {} places", all.len());
            let shown: Vec<String> =
                all.iter().take(PLACES).map(|span| place(base, *span, AROUND)).collect();
            (why, shown)
        }
        Why::Missing(similar) if similar.is_empty() => {
            ("its SEARCH text is not in the document, and nothing like it".into(), Vec::new())
        }
        Why::Missing(similar) => {
            let why = "its SEARCH text is not in the document; this is most like it".to_owned();
            let shown: Vec<String> =
                similar.iter().take(PLACES).map(|(span, _)| place(base, *span, 0)).collect();
            (why, shown)
        }
    };
    if failed.old.trim().is_empty() {
        // A whole text with gaps, or one that could be anything.
        let text = lines(&failed.new);
        let why = "it is not clear what of the document it stands for";
        return format!("Edit {number}:\n\n{text}\nNot placed: {why}.");
    }
    let edit = format!(
        "<<<<<<< SEARCH\n{}=======\n{}>>>>>>> REPLACE",
        lines(&failed.old),
        lines(&failed.new)
    );
    let places: String = places.iter().map(|place| format!("\n\n{place}")).collect();
    format!("Edit {number}:\n\n{edit}\n\nNot placed: {why}.{places}")
}

/// The whole lines of a place, and so many around them, with the number of the first.
fn place(base: &Rope, span: Span, around: usize) -> String {
    let at = |pos: usize| base.char_to_line(pos.min(base.len_chars()));
    let first = at(span.start.0).saturating_sub(around);
    let last_char = if span.is_empty() { span.start.0 } else { span.end.0 - 1 };
    let last = (at(last_char) + around + 1).min(base.len_lines());
    let text = base.slice(base.line_to_char(first)..base.line_to_char(last)).to_string();
    let text = lines(&text);
    let fence = if text.contains("```") { "~~~~" } else { "```" };
    format!("Line {}:\n\n{fence}\n{text}{fence}", first + 1)
}

/// A text in whole lines, cut where it is very long.
fn lines(text: &str) -> String {
    let cut: String = text.chars().take(LONGEST).collect();
    let gap = if cut.len() < text.len() { "…" } else { "" };
    let end = if cut.is_empty() || (cut.ends_with('\n') && gap.is_empty()) { "" } else { "\n" };
    format!("{cut}{gap}{end}")
}
