//! A text in pieces with gaps between them, where each piece begins and ends with lines that the
//! old text has: what stands between these becomes the piece, and the gaps keep what they stand for.

use super::part::keeps_all;
use crate::assist::dialect::is_gap;
use std::ops::Range;

/// Lines that a piece may be known by, together.
const TOLD: usize = 8;

/// The old text with the pieces in their places, and whether nothing goes that nothing comes for.
/// `None` where a piece has no certain place, or there is no gap. The text is `open` where it begins
/// or ends within the old one, as if a gap were there.
pub(super) fn read(old: &str, text: &str, open: (bool, bool)) -> Option<(String, bool)> {
    let old_lines: Vec<&str> = old.lines().map(str::trim_end).collect();
    let lines: Vec<&str> = text.lines().map(str::trim_end).collect();
    let gap = |line: &str| is_gap(line) && !old_lines.iter().any(|own| own.trim() == line.trim());
    let pieces = pieces(&lines, gap);
    let (start, end) = (open.0.then_some(0), open.1.then_some(lines.len()));
    let first_gap = start.or_else(|| lines.iter().position(|line| gap(line))).or(end)?;
    let last_gap = end.or_else(|| lines.iter().rposition(|line| gap(line))).or(start)?;
    let mut out: Vec<&str> = Vec::new();
    let (mut at, mut sure) = (0, true);
    for piece in &pieces {
        let own = &lines[piece.clone()];
        let starts = piece.start < first_gap;
        let ends = piece.end > last_gap;
        let place = place(&old_lines, own, at, starts, ends)?;
        out.extend(&old_lines[at..place.start]);
        out.extend(own);
        sure &= keeps_all(&old_lines[place.clone()].join("\n"), &own.join("\n"));
        at = place.end;
    }
    out.extend(&old_lines[at..]);
    Some((out.join("\n"), sure))
}

/// The runs of lines between gaps, without the blank lines at their ends.
fn pieces(lines: &[&str], gap: impl Fn(&str) -> bool) -> Vec<Range<usize>> {
    let mut out = Vec::new();
    let mut from = 0;
    for at in 0..=lines.len() {
        if at < lines.len() && !gap(lines[at]) {
            continue;
        }
        let filled = |at: &usize| !lines[*at].trim().is_empty();
        if let (Some(start), Some(end)) = ((from..at).find(filled), (from..at).rev().find(filled)) {
            out.push(start..end + 1);
        }
        from = at + 1;
    }
    out
}

/// Where a piece goes, from a line on. One that starts or ends the text has that end of the old
/// text, unless it is known by its lines.
fn place(
    old: &[&str],
    piece: &[&str],
    from: usize,
    starts: bool,
    ends: bool,
) -> Option<Range<usize>> {
    let telling = |lines: &[&str]| {
        lines.iter().flat_map(|line| line.chars()).filter(|c| c.is_alphanumeric()).count() > 2
    };
    let once = |lines: &[&str], from: usize| -> Option<usize> {
        let mut found = (from..(old.len() + 1).saturating_sub(lines.len()))
            .filter(|at| old[*at..].starts_with(lines));
        let first = found.next()?;
        found.next().is_none().then_some(first)
    };
    let most = piece.len().min(TOLD);
    let start = match starts {
        true => Some(from),
        false => (1..=most)
            .filter(|count| telling(&piece[..*count]))
            .find_map(|count| once(&piece[..count], from)),
    };
    // The lines that close the old text.
    let foot = || {
        let same = old.ends_with(piece) && old.len() >= from + piece.len();
        (ends && same).then(|| old.len() - piece.len())
    };
    let start = start.or_else(foot)?;
    let end = match ends {
        true => Some(old.len()),
        false => (1..=most)
            .map(|count| &piece[piece.len() - count..])
            .filter(|lines| telling(lines))
            .find_map(|lines| Some(once(lines, start)? + lines.len())),
    }?;
    (start <= end).then_some(start..end)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_piece_goes_between_the_lines_that_it_begins_and_ends_with() {
        const TEXT: &str = "fn one() {\n    let a = 1;\n    if a > 2 {\n        return;\n    }\n    go(a);\n    stop();\n}";
        let check = |text: &str, expected: Option<(&str, bool)>| {
            let got = read(TEXT, text, (false, false));
            let got = got.as_ref().map(|(text, sure)| (text.as_str(), *sure));
            assert_eq!(got, expected, "{text}");
        };
        let guarded =
            TEXT.replace("{\n    let", "{\n    if no() {\n        return;\n    }\n    let");
        check(
            "fn one() {\n    if no() {\n        return;\n    }\n    let a = 1;\n    // ... existing code ...\n}",
            Some((&guarded, true)),
        );
        let more = TEXT.replace("go(a);", "go(a);\n    wait();");
        check("...\n    go(a);\n    wait();\n    stop();\n}\n", Some((&more, true)));
        check("...\n    go(a);\n    wait();\n    stop();\n...\n", Some((&more, true)));
        check("...\n\n    go(a);\n    wait();\n    stop();\n\n...\n", Some((&more, true)));
        let less = TEXT.replace("    if a > 2 {\n        return;\n    }\n", "");
        check("fn one() {\n    let a = 1;\n    go(a);\n...\n", Some((&less, false)));
        // Nothing tells where it begins or ends, and no gap at all.
        check("...\n    wait();\n    stop();\n}\n", None);
        check("...\n    go(a);\n    wait();\n...\n", None);
        check("    go(a);\n    wait();\n    stop();\n", None);
        let more = TEXT.replace("let a = 1;", "let a = 1;\n    let b = 2;");
        let open = read(
            TEXT,
            "fn one() {\n    let a = 1;\n    let b = 2;\n    if a > 2 {\n",
            (false, true),
        );
        assert_eq!(open, Some((more, true)));
    }
}
