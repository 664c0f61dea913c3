//! What goes with a text that is taken away: the line end of a line, one of two empty lines, one of
//! two blanks.

use super::Outer;
pub(super) use super::unit::line_start;
use super::unit::marker;
use crate::assist::alike;
use std::ops::Range;

/// Whether an edit takes its old text away. An empty line in its place is what the form of an
/// answer, or a model, leaves of it; of empty lines that were quoted as well it says what stays.
pub(super) fn is_gone(old: Outer<'_>, new: &str) -> bool {
    let lines = |blanks: &str| blanks.matches('\n').count();
    let words = old.core.contains(char::is_alphanumeric);
    let alone = lines(old.lead) == 0 && lines(old.tail) <= 1;
    // A line may be broken where a word or a mark stood.
    let long = !old.tail.is_empty() || old.core.split_whitespace().nth(1).is_some();
    new.is_empty() || words && alone && long && new.chars().all(|c| matches!(c, '\n' | '\r'))
}

/// All that goes with a range that becomes nothing.
pub(super) fn taken(text: &str, range: Range<usize>) -> Range<usize> {
    let range = with_mark(text, range);
    let lines = whole_lines(text, range.clone());
    if lines == range && !text[range.clone()].ends_with('\n') {
        return without_blank(text, range);
    }
    without_gap(text, lines)
}

/// With the mark of its item, where nothing else is left of the line.
fn with_mark(text: &str, range: Range<usize>) -> Range<usize> {
    let line = line_start(text, range.start);
    let (before, gone, behind) =
        (&text[line..range.start], &text[range.clone()], &text[range.end..]);
    let mark = before.trim();
    let first = line + before.len() - before.trim_start().len();
    let rest = behind.split('\n').next().unwrap_or("");
    if mark.is_empty()
        || !before.ends_with([' ', '\t'])
        || !gone.contains(char::is_alphanumeric)
        || gone.ends_with('\n')
        || !rest.trim().is_empty()
    {
        return range;
    }
    // A line that goes on with the item would go on with the one before it.
    let next = behind.get(rest.len() + 1..).unwrap_or("").split('\n').next().unwrap_or("");
    let deep = |blanks: &str| {
        next.starts_with(blanks) && next.trim().len() + blanks.len() == next.trim_end().len()
    };
    let goes_on = deep(&" ".repeat(range.start - line)) && marker(next.trim_start()) == 0;
    let item = first + marker(&text[first..range.end]) == range.start;
    match !goes_on && (item || is_number(mark) && gone.split_whitespace().nth(1).is_some()) {
        true => line..range.end,
        false => range,
    }
}

/// The number of a clause or a source: `3.3`, `(a)`, `[3]`.
fn is_number(mark: &str) -> bool {
    const LONGEST: usize = 4;
    let short = |name: &str| {
        let name = name.strip_prefix('^').unwrap_or(name);
        (1..=LONGEST).contains(&name.len()) && name.bytes().all(|byte| byte.is_ascii_alphanumeric())
    };
    let inner = |open: char, close: char| {
        mark.trim_end_matches(':').strip_prefix(open)?.strip_suffix(close)
    };
    let plain = mark.trim_end_matches(['.', ')']);
    let parts = || plain.split('.');
    let clause = parts().count() > 1
        && parts().all(|part| {
            (1..=3).contains(&part.len()) && part.bytes().all(|byte| byte.is_ascii_digit())
        });
    let letter = mark.len() == 2 && mark.ends_with(')') && short(plain);
    clause || letter || inner('(', ')').is_some_and(short) || inner('[', ']').is_some_and(short)
}

/// Within a line: with one of the two blanks that would meet, or the one at the line's end.
fn without_blank(text: &str, range: Range<usize>) -> Range<usize> {
    let is_blank = |c: char| c.is_whitespace() && !matches!(c, '\n' | '\r');
    let (before, behind) = (&text[..range.start], &text[range.end..]);
    if range.is_empty() {
        return range;
    }
    let left = before.len() - before.trim_end_matches(is_blank).len();
    let right = behind.len() - behind.trim_start_matches(is_blank).len();
    let starts = matches!(before.chars().next_back(), None | Some('\n'));
    let ends = matches!(behind[right..].chars().next(), None | Some('\n' | '\r'));
    let indent = line_start(text, range.start) == range.start - left;
    match () {
        // Two blanks that break a line stay.
        () if ends && !indent => range.start - left..range.end,
        () if !ends && right > 0 && (left > 0 || starts) => range.start..range.end + right,
        () => range,
    }
}

/// With the indent and the line end of what fills its lines: where nothing is left of a line, no
/// line is left.
fn whole_lines(text: &str, range: Range<usize>) -> Range<usize> {
    let line = line_start(text, range.start);
    let behind = &text[range.end..];
    let end = ["\r\n", "\n"].into_iter().find(|end| behind.starts_with(end));
    match end {
        Some(end)
            if !range.is_empty()
                && text[line..range.start].trim().is_empty()
                && !text[range.clone()].ends_with('\n') =>
        {
            line..range.end + end.len()
        }
        _ => range,
    }
}

/// Whole lines go: of two empty lines that would meet, one goes with them.
fn without_gap(text: &str, range: Range<usize>) -> Range<usize> {
    let Range { start, end } = range;
    let starts_line = start == 0 || text[..start].ends_with('\n');
    let ends_line = end > start && text[..end].ends_with('\n') || end == text.len();
    if !starts_line || !ends_line || start == end {
        return range;
    }
    let before = blank_line_before(text, start);
    let behind = text[end..].find('\n').map_or(text.len(), |at| end + at + 1);
    let gap_behind = behind > end && text[end..behind].trim().is_empty();
    match (start == 0 || before < start, gap_behind) {
        (true, true) => start..behind,
        (true, false) if end == text.len() => before..end,
        _ => range,
    }
}

/// The start of the empty line before the line that starts at `at`; `at` if there is none.
pub(super) fn blank_line_before(text: &str, at: usize) -> usize {
    let Some(above) = text[..at].strip_suffix('\n') else { return at };
    let start = line_start(text, above.len());
    if text[start..at].trim().is_empty() { start } else { at }
}

/// Whether lines that an edit takes away stand, but for a few words, right beside what it leaves: it was
/// not done, whatever its quotation says.
pub(super) fn still_there(text: &str, left: &Range<usize>, old: &str, new: &str) -> bool {
    const LIKE: u8 = 60;
    let filled = |text: &'_ str| -> Vec<String> {
        let lines = text.lines().map(str::trim).filter(|line| !line.is_empty());
        lines.map(str::to_owned).collect()
    };
    let stays = filled(new);
    let goes: Vec<String> = filled(old).into_iter().filter(|line| !stays.contains(line)).collect();
    if goes.is_empty() {
        return false;
    }
    let near = goes.len() + 1;
    let start = text[..left.start].rfind('\n').map_or(0, |at| at + 1);
    let end = text[left.end..].find('\n').map_or(text.len(), |at| left.end + at);
    let above = text[..start].lines().rev().filter(|line| !line.trim().is_empty()).take(near);
    let below = text[end..].lines().filter(|line| !line.trim().is_empty()).take(near);
    let mut beside = above.chain(below).map(str::trim);
    // What came for a line is more like it than another that happens to stand there.
    let was = filled(old);
    let came: Vec<&String> = stays.iter().filter(|line| !was.contains(line)).collect();
    beside.any(|line| {
        goes.iter().any(|gone| {
            let like = alike(gone, line);
            like >= LIKE && came.iter().all(|new| alike(gone, new) < like)
        })
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_taken_away_leaves_no_blank_behind() {
        let check = |text: &str, gone: &str, expected: &str| {
            let start = text.find(gone).unwrap();
            let range = taken(text, start..start + gone.len());
            let mut left = text.to_owned();
            left.replace_range(range, "");
            assert_eq!(left, expected, "{text:?} without {gone:?}");
        };
        check("One. Two. Three.\n", "One.", "Two. Three.\n");
        check("One. Two. Three.\n", "Two.", "One. Three.\n");
        check("One. Two. Three.\n", "Three.", "One. Two.\n");
        check("One. Two. Three.\n", " Two.", "One. Three.\n");
        check("One. Two. Three.\n", "Two. ", "One. Three.\n");
        check("One. Two.\r\nThree.\r\n", "Two.", "One.\r\nThree.\r\n");
        check("One.  Two.  Three.", "Two.", "One.  Three.");
        check("- One. Two.\n", "One.", "- Two.\n");
        check("  One. Two.\n", "One.", "  Two.\n");
        check("One. Two.  \nThree.\n", "Two.", "One.  \nThree.\n");
        check("Um. On\ne. Two.\n", "On\ne.", "Um. Two.\n");
        check("f(a, b)\n", ", b", "f(a)\n");
        check("一。二。三。\n", "二。", "一。三。\n");
        check("One.\n  Two.\nThree.\n", "Two.", "One.\nThree.\n");
        check("One.\n\nTwo.\n\nThree.\n", "Two.", "One.\n\nThree.\n");
        // The mark of an item goes with all of its words, and with these only.
        for mark in
            ["- ", "4. ", "> ", "## ", "- [ ] ", "3.3 ", "3.3. ", "(a) ", "[3] ", "[^a]: ", "b) "]
        {
            for indent in ["", "  "] {
                let all = format!("Up.\n{indent}{mark}One two.\nDown.\n");
                check(&all, "One two.", "Up.\nDown.\n");
                check(&all, "One", &all.replace("One ", ""));
            }
        }
        check("12 eggs\nb\n", "eggs", "12\nb\n");
        check("Total: four or five\nb\n", "four or five", "Total:\nb\n");
        check("- One.\n  Two.\n", "One.", "-\n  Two.\n");
        check("- One.\n  - Two.\n", "One.", "  - Two.\n");
    }

    #[test]
    fn a_line_that_is_like_the_one_that_went_is_not_it() {
        let text = "# A\n\nThe mean of May was 7 and there was frost.\n\n# B\n\nThe mean of June was 9 and there was frost.\n";
        let at = |part: &str| text.find(part).map_or(0..0, |at| at..at + part.len());
        let new = "The mean of May was 7 and there was frost.";
        let old = "The mean of May was 6 and there was frost.";
        assert!(!still_there(text, &at(new), old, new));
        // Taken away, as it says, but it stands there still.
        assert!(still_there(text, &at("# B"), &format!("{old}\n\n# B"), "# B"));
    }

    #[test]
    fn an_empty_line_is_what_is_left_of_a_line() {
        let check = |old: &str, new: &str, expected: bool| {
            assert_eq!(is_gone(Outer::of(old), new), expected, "{old:?} {new:?}");
        };
        check("- a\n", "\n", true);
        check("- a\n", "\n\n", true);
        check("- a b", "\n", true);
        check("- a\n", "", true);
        check("; ", "\n", false);
        check("---\n", "\n", false);
        check("\n- a\n\n", "\n", false);
        check("- a\n", " ", false);
    }
}
