//! Of several hits the one that the answer's own words about the place single out.

use super::{Hit, Placer, Step};
use crate::assist::dialect::Hint;
use crate::base::Span;

/// The one hit that the hint leaves, and the step it counts as; `None` if it leaves several.
pub(super) fn narrow(text: &str, hits: &[Hit], hint: &Hint, step: Step) -> Option<(Hit, Step)> {
    if hint.all {
        return None;
    }
    let mut left: Vec<&Hit> = hits.iter().collect();
    if hint.at_end {
        let ends = |hit: &&&Hit| text[hit.core.end..].trim().is_empty();
        if let [hit] = left.iter().filter(ends).collect::<Vec<_>>()[..] {
            return Some(((*hit).clone(), step));
        }
    }
    if !hint.under.is_empty() {
        let inside: Vec<&Hit> =
            left.iter().copied().filter(|hit| is_under(text, hit.core.start, hint)).collect();
        match inside[..] {
            [hit] => return Some((hit.clone(), step)),
            // The heading is not there: it says nothing.
            [] => {}
            _ => left = inside,
        }
    }
    by_line(text, &left, hint.line?).map(|hit| (hit.clone(), Step::Line))
}

/// The hit that is near the line while all others are far from it.
fn by_line<'a>(text: &str, hits: &[&'a Hit], line: usize) -> Option<&'a Hit> {
    let mut off: Vec<(usize, &Hit)> = Vec::with_capacity(hits.len());
    let (mut at, mut count) = (0, 1);
    for hit in hits {
        if hit.core.start >= at {
            count += text[at..hit.core.start].matches('\n').count();
        } else {
            count = 1 + text[..hit.core.start].matches('\n').count();
        }
        at = hit.core.start;
        off.push((count.abs_diff(line), hit));
    }
    off.sort_by_key(|(off, _)| *off);
    match off[..] {
        [(near, hit), (next, _), ..] if near.saturating_mul(4).saturating_add(2) < next => {
            Some(hit)
        }
        _ => None,
    }
}

/// Whether a place lies in what all headings of a hint begin: a function, a section.
fn is_under(text: &str, place: usize, hint: &Hint) -> bool {
    let lines: Vec<&str> = text[..place].lines().collect();
    let mut from = 0;
    // What stands before the place on its own line is no line above it.
    let above =
        lines.len() - usize::from(!text[..place].is_empty() && !text[..place].ends_with('\n'));
    for heading in hint.under.iter().map(|heading| heading.trim()).filter(|one| !one.is_empty()) {
        let same = |line: &str| is_heading(line, heading);
        // The innermost that the place lies in.
        let found = (from..above)
            .rev()
            .find(|at| same(lines[*at]) && reaches(lines[*at], &lines[*at + 1..above]));
        let Some(at) = found else { return false };
        from = at + 1;
    }
    true
}

impl Placer {
    /// Whether a place lies elsewhere than an edit says; with `all` also where what it names is not there.
    pub(in crate::assist) fn is_elsewhere(&self, place: Span, hint: &Hint, all: bool) -> bool {
        let range = self.bytes(Some(place));
        !hint.under.is_empty() && is_elsewhere(&self.index().text, range.start, hint, all)
    }
}

/// Whether a place lies elsewhere than an answer says: what it names stands in the text, but not above
/// the place, or another thing of its kind begins between. With `all` that it is not there counts too.
fn is_elsewhere(text: &str, place: usize, hint: &Hint, all: bool) -> bool {
    let headings = hint.under.iter().map(|heading| heading.trim()).filter(|one| !one.is_empty());
    let above = &text[..place];
    let named = headings.into_iter().any(|heading| {
        let stands = |line: &str| is_heading(line, heading);
        let kind = heading.split_whitespace().next().unwrap_or_default();
        let begins = heading.starts_with('#') || heading.ends_with([':', '{', '(']);
        // The line that the place is in may be the heading itself.
        let end = text[place..].find('\n').map_or(text.len(), |end| place + end);
        let mut lines = text[..end].rsplit('\n');
        let found = above.contains(heading) || text[..end].contains(heading);
        let nearest = lines.find(|line| {
            let other = begins && line.split_whitespace().next() == Some(kind);
            stands(line) || other
        });
        match nearest.filter(|_| found) {
            Some(line) => !stands(line),
            None => all || text.lines().any(stands),
        }
    });
    named && !is_under(text, place, hint)
}

/// Whether a line is the one that a hint names, or begins with that.
fn is_heading(line: &str, heading: &str) -> bool {
    let line = line.trim();
    line == heading
        || line.strip_prefix(heading).is_some_and(|rest| {
            // `fn main` for `fn main() {`, but not for `fn main_loop() {`.
            !rest.starts_with(|c: char| c.is_alphanumeric() || c == '_')
        })
}

/// Whether what a heading begins goes on through `between` to a line with this indent.
fn reaches(heading: &str, between: &[&str]) -> bool {
    let level = heading.trim_start().chars().take_while(|c| *c == '#').count();
    if level > 0 && heading.trim_start()[level..].starts_with(' ') {
        return between.iter().all(|line| {
            let other = line.trim_start().chars().take_while(|c| *c == '#').count();
            other == 0 || other > level || !line.trim_start()[other..].starts_with(' ')
        });
    }
    let depth = |line: &str| line.len() - line.trim_start().len();
    let own = depth(heading);
    between.iter().all(|line| {
        let body = line.trim();
        let closer = body.starts_with([')', ']']) || body == "{" || body.starts_with(") ");
        body.is_empty() || depth(line) > own || closer
    })
}
