//! Changes that hold only with others: a text that one takes away and another brings is lost, or stands
//! twice, where only one of them is made.

use std::collections::BTreeSet;

/// So many words in a row are no chance; of fewer all, if they are two at least.
const RUN: usize = 4;
const LEAST: usize = 2;

fn runs(text: &str) -> BTreeSet<String> {
    let words: Vec<&str> = text.split_whitespace().collect();
    if words.len() < LEAST {
        return BTreeSet::new();
    }
    let mut out: BTreeSet<String> =
        words.windows(RUN.min(words.len())).map(|run| run.join(" ")).collect();
    // A heading tells by itself.
    let headings = text.lines().filter(|line| line.starts_with('#') && line.contains(' '));
    out.extend(headings.map(|line| line.trim().to_owned()));
    out
}

/// Which of the changes (from, to) that are to be made would tear a text from its other end: another change
/// that is not made has it. `made` says which are to be made.
pub fn torn(changes: &[(&str, &str)], made: &[bool]) -> Vec<bool> {
    let sides: Vec<(BTreeSet<String>, BTreeSet<String>)> = changes
        .iter()
        .map(|(old, new)| {
            let (old, new) = (runs(old), runs(new));
            (old.difference(&new).cloned().collect(), new.difference(&old).cloned().collect())
        })
        .collect();
    let mut made = made.to_vec();
    let mut out = vec![false; changes.len()];
    // What is left out for one may be the other end of a third.
    for _ in 0..changes.len() {
        let left = || sides.iter().zip(&made).filter(|(_, made)| !**made).map(|(sides, _)| sides);
        let gone: BTreeSet<&String> = left().flat_map(|(gone, _)| gone).collect();
        let come: BTreeSet<&String> = left().flat_map(|(_, come)| come).collect();
        let next: Vec<usize> = (0..changes.len())
            .filter(|at| made[*at])
            .filter(|at| {
                let (goes, comes) = &sides[*at];
                goes.iter().any(|run| come.contains(run))
                    || comes.iter().any(|run| gone.contains(run))
            })
            .collect();
        if next.is_empty() {
            break;
        }
        for at in next {
            (made[at], out[at]) = (false, true);
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::torn;

    #[test]
    fn an_end_is_not_made_without_the_other() {
        const MOVED: &str = "Two bakers work in the shop.\n\n";
        let check = |changes: &[(&str, &str)], made: &[bool], expected: &[bool]| {
            assert_eq!(torn(changes, made), expected, "{changes:?}");
        };
        let both = [(MOVED, ""), ("", MOVED), ("rent is 4", "rent is 5")];
        check(&both, &[true, true, true], &[false, false, false]);
        check(&both, &[true, false, true], &[true, false, false]);
        check(&both, &[false, true, true], &[false, true, false]);
        // What stays in a change is no end.
        let other = [(MOVED, "Two bakers work in the shop today.\n\n"), ("", MOVED)];
        check(&other, &[true, false], &[true, false]);
        check(&[("a b c d e", "a b c d f"), ("a b c d", "")], &[true, false], &[false, false]);
        // A chain.
        let chain = [
            ("one two three four", ""),
            ("five six seven eight", "one two three four"),
            ("", "five six seven eight"),
        ];
        check(&chain, &[true, true, false], &[true, true, false]);
    }
}
