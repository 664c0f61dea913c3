//! Which part of a document a whole text covers. That it lacks the first lines or the last ones may
//! mean that they go, or only that the model did not write them down.

use super::whole::alike;
use std::collections::BTreeMap;
use std::ops::Range;

/// A line with words, and where it stands.
struct Line<'a> {
    text: &'a str,
    range: Range<usize>,
}

impl Line<'_> {
    fn weight(&self) -> usize {
        self.text.chars().filter(|c| c.is_alphanumeric()).count()
    }
}

fn filled(text: &str) -> Vec<Line<'_>> {
    let mut at = 0;
    let lines = text.split_inclusive('\n').map(|line| {
        let range = at..at + line.len();
        at = range.end;
        Line { text: line.trim(), range }
    });
    lines.filter(|line| !line.text.is_empty()).collect()
}

/// How often each line stands in a text.
type Counts<'a> = BTreeMap<&'a str, usize>;

fn counts<'a>(lines: &[Line<'a>]) -> Counts<'a> {
    let mut out = Counts::new();
    for line in lines {
        *out.entry(line.text).or_default() += 1;
    }
    out
}

/// In bytes of `base`, from the start of a line to the end of one.
pub(super) fn covered(base: &str, new: &str) -> Range<usize> {
    let (old, new) = (filled(base), filled(new));
    let both = (counts(&old), counts(&new));
    let (forth, back) = (old.iter().collect::<Vec<_>>(), old.iter().rev().collect::<Vec<_>>());
    let head = lacking(&forth, &new.iter().collect::<Vec<_>>(), &both);
    let foot = lacking(&back, &new.iter().rev().collect::<Vec<_>>(), &both);
    if head + foot >= old.len() {
        return 0..base.len();
    }
    let start = if head == 0 { 0 } else { old[head].range.start };
    let end = if foot == 0 { base.len() } else { old[old.len() - foot - 1].range.end };
    start..end
}

/// How many of the first lines of `old` the other text lacks: it begins with what stands behind
/// them, and has them nowhere else.
fn lacking(old: &[&Line<'_>], new: &[&Line<'_>], (had, has): &(Counts<'_>, Counts<'_>)) -> usize {
    /// As few letters and digits stand somewhere by chance.
    const LEAST: usize = 4;
    let (Some(first), Some(own)) = (new.first(), old.first()) else { return 0 };
    // How much they have in common from here on; more tells no better which place it is.
    const TELLING: usize = 64;
    let run = |at: usize| -> usize {
        let both = old[at..].iter().zip(new).take_while(|(a, b)| a.text == b.text).take(TELLING);
        both.map(|(line, _)| line.weight()).sum()
    };
    let here = run(0);
    let like = |at: &usize| old[*at].text == first.text;
    let best = (1..old.len()).filter(like).map(|at| (run(at), at)).max_by_key(|(share, at)| {
        // Of several the nearest.
        (*share, std::cmp::Reverse(*at))
    });
    let found = match best {
        Some((share, at)) if share > here && share >= LEAST => Some(at),
        _ if here > 0 || alike(own.text, first.text) || !own.has_words() => None,
        // The line that it begins with was changed as well.
        _ => {
            let mut all = (1..old.len())
                .filter(|at| first.weight() > LEAST && alike(old[*at].text, first.text));
            all.next().filter(|_| all.next().is_none())
        }
    };
    let Some(at) = found else { return 0 };
    let gone: Vec<&&Line<'_>> = old[..at].iter().filter(|line| line.has_words()).collect();
    let count = |of: &Counts<'_>, line: &Line<'_>| of.get(line.text).copied().unwrap_or(0);
    let kept = gone.iter().filter(|line| count(has, line) >= count(had, line)).count();
    if kept * 3 <= gone.len() && !gone.is_empty() { at } else { 0 }
}

impl Line<'_> {
    fn has_words(&self) -> bool {
        self.weight() > 0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str =
        "# Plan\n\nWe meet on Monday at noon.\n\n- bread\n- salt\n\nThe end is at five o'clock.\n";

    #[test]
    fn lines_that_are_lacking_at_the_ends_are_not_covered() {
        let check = |base: &str, new: &str, expected: &str| {
            assert_eq!(&base[covered(base, new)], expected, "{new}");
        };
        let from = |start: &str| &TEXT[TEXT.find(start).unwrap()..];
        let to = |end: &str| &TEXT[..TEXT.find(end).unwrap()];
        check(TEXT, TEXT, TEXT);
        check(TEXT, from("We"), from("We"));
        check(TEXT, &from("We").replace("noon", "two"), from("We"));
        check(TEXT, to("The end"), to("\nThe end"));
        check(TEXT, to("- salt"), to("- salt"));
        check(TEXT, &TEXT.replace("# Plan", "# The plan"), TEXT);
        check(TEXT, &TEXT.replace("# Plan", "# Another"), TEXT);
        check(TEXT, &TEXT.replace("The end is at five o'clock", "Bring cups"), TEXT);
        check(TEXT, &TEXT.replace("- bread\n- salt\n\n", ""), TEXT);
        // It moved.
        check(TEXT, &format!("{}\n# Plan\n", from("We")), TEXT);
        let code = "use a;\n\nfn one() {\n    x();\n}\n\nfn two() {\n    y();\n}\n";
        check(code, &code[8..], &code[8..]);
        check(code, &code[..31], &code[..30]);
        check(code, &code.replace("y()", "x()"), code);
        check(code, &format!("{code}\nfn three() {{\n    x();\n}}\n"), code);
    }
}
