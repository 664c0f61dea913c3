//! Line ends at the edges of an edit that only one of its texts has: where the words beside them
//! change they are the form of the answer, and the document's stay.

use super::Outer;
use super::index::form_of;
use std::ops::Range;

/// The new text (with plain line ends) with the line ends around its old one.
pub(super) fn evened(text: &str, core: &Range<usize>, old: Outer<'_>, new: String) -> String {
    let outer = Outer::of(&new);
    let words = |text: &str| text.contains(char::is_alphanumeric);
    let lines = |blanks: &str| blanks.matches('\n').count();
    let (front, back) =
        ((lines(old.lead), lines(outer.lead)), (lines(old.tail), lines(outer.tail)));
    if front.0 == front.1 && back.0 == back.1
        || !words(old.core)
        || !words(outer.core)
        || form_of(old.core) == form_of(outer.core)
    {
        return new;
    }
    let (above, below) = (&text[..core.start], &text[core.end..]);
    let (was, is): (Vec<&str>, Vec<&str>) = (filled(old.core), filled(outer.core));
    let of_lead = Edge {
        had: front.0,
        has: front.1,
        own: (was.first(), is.first()),
        line: above.lines().next_back().filter(|_| !above.ends_with('\n')).unwrap_or(""),
        beside: above.rsplit('\n').nth(1).unwrap_or(""),
    };
    let of_tail = Edge {
        had: back.0,
        has: back.1,
        own: (was.last(), is.last()),
        line: below.split('\n').next().unwrap_or(""),
        beside: below.split('\n').nth(1).unwrap_or(""),
    };
    // What comes in front may have the quotation's blank line behind it.
    let first = old.core.lines().next().unwrap_or("").trim_end();
    let gap = "\n".repeat(front.0 + 1);
    let behind = |(at, _): (usize, &str)| {
        let line = outer.core[at..].trim_start_matches([' ', '\t', '\n']);
        line.starts_with(first)
    };
    let moved = outer.core.match_indices(&gap).any(behind);
    let lead = match front.0 == front.1 || moved || of_lead.is_meant(&was, &is) {
        true => outer.lead.to_owned(),
        false => format!("{}{}", &old.lead[..old.lead.len() - old.indent().len()], outer.indent()),
    };
    let tail = match back.0 == back.1 || of_tail.is_meant(&was, &is) {
        true => outer.tail,
        false => old.tail,
    };
    format!("{lead}{}{tail}", outer.core).replace("\r\n", "\n")
}

/// The lines with words.
fn filled(text: &str) -> Vec<&str> {
    text.lines().map(str::trim).filter(|line| !line.is_empty()).collect()
}

/// One side of an edit.
struct Edge<'a> {
    /// How many line ends the old text has there, and the new one.
    had: usize,
    has: usize,
    /// The line of each that stands there.
    own: (Option<&'a &'a str>, Option<&'a &'a str>),
    /// What else the document has on that line, and the next one.
    line: &'a str,
    beside: &'a str,
}

impl Edge<'_> {
    /// Whether whole lines come or go there, so that an empty one comes or goes with them.
    fn is_meant(&self, was: &[&str], is: &[&str]) -> bool {
        let (Some(old), Some(new)) = self.own else { return true };
        let (comes, goes) = (old != new && is.contains(old), old != new && was.contains(new));
        let more = self.has > self.had;
        let apart = !self.beside.trim().is_empty() && !are_rows(new, self.beside);
        match () {
            // In the midst of a line what comes ends it.
            () if !self.line.trim().is_empty() => more && is.len() > was.len(),
            () if goes && !comes => true,
            () => comes && more && apart,
        }
    }
}

/// Whether two lines are rows of one table.
fn are_rows(one: &str, other: &str) -> bool {
    let count = |line: &str, mark: char| line.matches(mark).count();
    let both = |mark: char| count(one, mark) > 0 && count(one, mark) == count(other, mark);
    let plain = !one.contains(", ") && !other.contains(", ");
    one.trim_start().starts_with('|') && other.trim_start().starts_with('|')
        || both('\t')
        || plain && both(',')
}
