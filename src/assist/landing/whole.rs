//! Whether a fenced text is the whole new document, and what it says where it leaves out what does
//! not change.

use crate::assist::alike as letters_alike;
use crate::assist::dialect::is_gap;
use crate::assist::hunks::{Cut, Token, lines, token_cuts, words};
use std::collections::BTreeMap;
use std::ops::Range;

/// What a text is, seen from a document.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Whole {
    /// All of it, written anew.
    All(String),
    /// All of it with gaps; they are filled.
    Gaps(String),
    /// The same where a line beside a gap may come for the one there, or be put in before it.
    Likely(String),
    /// It has to be all of it, but what is left out or cut off can't be told.
    Unclear,
    /// A part of it, or something else.
    No,
}

/// How much of 100 of the document's lines a text must have to be all of it.
const LEAST: usize = 50;

/// More text than this is not compared word by word.
const MOST: usize = 400_000;

pub(super) fn read(base: &str, text: &str) -> Whole {
    let text = text.strip_suffix('\n').unwrap_or(text);
    let body = |text: &str| -> Vec<String> {
        text.lines().map(|line| line.trim().to_owned()).filter(|line| !line.is_empty()).collect()
    };
    let (old, new) = (body(base), body(text));
    let is_own = |line: &str| old.iter().any(|one| one == line);
    let gaps = text.lines().filter(|line| is_gap(line) && !is_own(line.trim())).count();
    let new: Vec<String> = new.into_iter().filter(|line| !is_gap(line) || is_own(line)).collect();
    let (Some(first), Some(last)) = (old.first(), old.last()) else { return Whole::No };
    let (Some(new_first), Some(new_last)) = (new.first(), new.last()) else { return Whole::No };
    // What closes a part says nothing of which.
    let tells = |line: &&String| line.chars().filter(|sign| sign.is_alphanumeric()).count() > 1;
    let (first, last) =
        (old.iter().find(tells).unwrap_or(first), old.iter().rfind(tells).unwrap_or(last));
    let (new_first, new_last) =
        (new.iter().find(tells).unwrap_or(new_first), new.iter().rfind(tells).unwrap_or(new_last));
    let common = shared(&old, &new);
    let of = |count: usize| (100 * common).checked_div(count).unwrap_or(0);
    if gaps > 0 {
        let most = of(new.len()) >= LEAST && new.len() >= 2;
        if !most {
            return Whole::No;
        }
        return match filled(base, text) {
            Some(Filled { text, lines: 1.., sure: true }) => Whole::Gaps(text),
            Some(Filled { text, lines: 1.., .. }) => Whole::Likely(text),
            Some(_) | None => Whole::Unclear,
        };
    }
    // Lines that were changed in a few words are the same lines, above all paragraphs.
    let likeness = if of(old.len()) >= LEAST { 100 } else { likeness(base, text) };
    if of(old.len()) < LEAST && likeness < 60 {
        return Whole::No;
    }
    // Marks of lists are no likeness.
    let words = |line: &str| line.replace(|sign: char| !sign.is_alphanumeric(), " ");
    let like = |old: &String, new: &String| old == new || alike(&words(old), &words(new));
    let begins = like(first, new_first) || new.iter().any(|line| line == first);
    let ends = like(last, new_last) || new.iter().any(|line| line == last);
    // A first or last line that was changed or taken away has its neighbours.
    let once = |line: &String| old.iter().filter(|other| *other == line).count() == 1;
    let near = |a: &mut dyn Iterator<Item = &String>, b: &[&String]| {
        a.take(2).any(|line| b.iter().take(3).any(|other| like(line, other)) && once(line))
    };
    let most = of(old.len()) >= 80 || of(old.len()) >= LEAST && of(new.len()) >= 80;
    let begins = begins || most && near(&mut old.iter(), &new.iter().collect::<Vec<_>>());
    let ends = ends || most && near(&mut old.iter().rev(), &new.iter().rev().collect::<Vec<_>>());
    match (begins, ends) {
        (true, true) => Whole::All(text.to_owned()),
        // A short document may have lost its first or last line on purpose.
        _ if old.len() <= 3 && of(new.len()) == 100 => Whole::Unclear,
        _ if of(new.len()) >= LEAST && of(old.len()) >= 80 => Whole::Unclear,
        _ => Whole::No,
    }
}

/// Whether a text without gaps is so short that it can't be all of the document, whatever it says:
/// the same that [`read`] would find, before anything is compared.
pub(super) fn is_too_short(base: &str, text: &str) -> bool {
    if text.lines().any(is_gap) {
        return false;
    }
    let words = text.split_whitespace().count();
    let letters = text.chars().filter(|c| !c.is_whitespace()).count();
    let mut lines = base.lines().filter(|line| !line.trim().is_empty());
    // Each of its lines has a word of its own; and for as likely words it had to have two of five.
    let few_lines = lines.nth(100 * words / LEAST).is_some();
    let few_words = || base.len() > MOST || base.split_whitespace().nth(5 * letters / 2).is_some();
    few_lines && few_words()
}

/// How many lines two texts share.
fn shared(old: &[String], new: &[String]) -> usize {
    let mut left: BTreeMap<&str, usize> = BTreeMap::new();
    for line in old {
        *left.entry(line).or_default() += 1;
    }
    let mut take = |line: &&String| {
        let count = left.get_mut(line.as_str()).filter(|count| **count > 0);
        count.map(|count| *count -= 1).is_some()
    };
    new.iter().filter(|line| take(line)).count()
}

/// Whether two lines are one, before and after an edit.
pub(super) fn alike(old: &str, new: &str) -> bool {
    old == new || likeness(old, new) >= 60
}

/// How much of 100 of the words of two texts is common, in order.
fn likeness(old: &str, new: &str) -> usize {
    if old.len().max(new.len()) > MOST {
        return 0;
    }
    let only = |text| -> Vec<Token<'_>> {
        words(text).into_iter().filter(|token| !token.key.trim().is_empty()).collect()
    };
    let (a, b) = (only(old), only(new));
    let cuts = token_cuts(&a, &b);
    let changed: usize = cuts.iter().map(|cut| cut.old.len() + cut.new.len()).sum();
    let all = (a.len() + b.len()).max(1);
    100 * all.saturating_sub(changed) / all
}

/// How much of 100 of the telling words of a text another one has.
pub(super) fn shared_words(base: &str, text: &str) -> usize {
    let telling = |text: &'_ str| -> Vec<String> {
        let split = text.split(|c: char| !c.is_alphanumeric());
        split.filter(|word| word.chars().count() > 3).map(str::to_lowercase).collect()
    };
    let there: std::collections::BTreeSet<String> = telling(base).into_iter().collect();
    let sought = telling(text);
    let common = sought.iter().filter(|word| there.contains(*word)).count();
    (100 * common).checked_div(sought.len()).unwrap_or(0)
}

/// From this on, of 100, a line beside a gap is the one that stands there.
const SAME: u8 = 80;

/// A text whose gaps are filled.
pub(super) struct Filled {
    pub text: String,
    /// How many lines the gaps stand for.
    pub lines: usize,
    /// No line beside a gap may be one that is put in.
    pub sure: bool,
}

/// How many lines more may go than come where a text has gaps.
const MOST_GONE: usize = 3;

/// How many lines are not empty.
fn of_words(lines: &[Token<'_>]) -> usize {
    lines.iter().filter(|line| !line.key.trim().is_empty()).count()
}

pub(super) fn as_tokens(keys: &[String]) -> Vec<Token<'_>> {
    keys.iter().map(|key| Token { key, ended: true, range: 0..0 }).collect()
}

/// Whether a run of lines, empty ones at its ends aside, stands among others.
fn stands_in(run: &[String], lines: &[String]) -> bool {
    let filled = |line: &String| !line.is_empty();
    let (Some(first), Some(last)) = (run.iter().position(filled), run.iter().rposition(filled))
    else {
        return false;
    };
    lines.windows(last + 1 - first).any(|window| window == &run[first..=last])
}

/// Most lines that are compared for what stands between gaps.
const COMPARED: usize = 4_000;

/// Of lines with several gaps: which old lines each piece between them resembles, in order, and the
/// piece. `None` where one resembles none or could be for several. What stands before the first gap and
/// behind the last has the ends of the old lines.
fn between_gaps(
    olds: &[Token<'_>],
    news: &[Token<'_>],
    gaps: &[usize],
) -> Option<Vec<(Range<usize>, Range<usize>)>> {
    // Each line is compared word by word.
    if olds.len() * (gaps.len() + 1) > COMPARED {
        return None;
    }
    let blank = |line: &Token<'_>| line.key.trim().is_empty();
    let resembles = |at: usize, piece: &[Token<'_>]| {
        let there = olds.get(at..at + piece.len());
        there.is_some_and(|there| {
            let mut both = there.iter().zip(piece);
            both.all(|(old, new)| match (blank(old), blank(new)) {
                (false, false) => alike(old.key.trim(), new.key.trim()),
                (old, new) => old == new,
            })
        })
    };
    let starts = std::iter::once(0).chain(gaps.iter().map(|gap| gap + 1));
    let ends = gaps.iter().copied().chain(std::iter::once(news.len()));
    let (mut out, mut from) = (Vec::new(), 0);
    for (start, end) in starts.zip(ends) {
        let filled = |at: &usize| !blank(&news[*at]);
        let Some(first) = (start..end).find(filled) else { continue };
        let piece = first..(start..end).rev().find(filled).map_or(first, |last| last + 1);
        let lines = &news[piece.clone()];
        let place = match () {
            () if start == 0 => {
                let top = olds.iter().position(|line| !blank(line));
                top.filter(|at| resembles(*at, lines))
            }
            () if end == news.len() => {
                let foot = olds.iter().rposition(|line| !blank(line)).map_or(0, |last| last + 1);
                foot.checked_sub(lines.len()).filter(|at| resembles(*at, lines))
            }
            () => {
                let mut found = (from..olds.len()).filter(|at| resembles(*at, lines));
                found.next().filter(|_| found.next().is_none())
            }
        };
        let place = place.filter(|at| *at >= from)?;
        from = place + lines.len();
        out.push((place..from, piece));
    }
    Some(out)
}

/// The text with each gap filled by the document's lines that stand there, and how many these are.
/// `None` where it is not clear.
pub(super) fn filled(base: &str, text: &str) -> Option<Filled> {
    let (old, mut new) = (lines(base), lines(text));
    let own: std::collections::BTreeSet<&str> = old.iter().map(|line| line.key.trim()).collect();
    let gap = |line: &Token<'_>| is_gap(line.key) && !own.contains(line.key.trim());
    // Empty lines beside a gap belong to what it stands for.
    let gaps: Vec<bool> = new.iter().map(&gap).collect();
    let empty = |at: usize| new.get(at).is_some_and(|line| line.key.trim().is_empty());
    let beside = |at: usize| {
        let after = (0..at).rev().find(|before| !empty(*before)).is_some_and(|at| gaps[at]);
        let before = (at + 1..new.len()).find(|behind| !empty(*behind)).is_some_and(|at| gaps[at]);
        empty(at) && (after || before)
    };
    let mut kept: Vec<bool> = (0..new.len()).map(|at| !beside(at)).collect();
    kept.reverse();
    new.retain(|_| kept.pop().unwrap_or(true));
    // Blanks at the ends of lines are lost in what a model repeats.
    let bare = |side: &[Token<'_>]| -> Vec<String> {
        side.iter().map(|line| line.key.trim_end().to_owned()).collect()
    };
    let (old_keys, new_keys) = (bare(&old), bare(&new));
    let cuts = token_cuts(&as_tokens(&old_keys), &as_tokens(&new_keys));
    let line = |line: &Token<'_>, of: &str| {
        format!("{}\n", of[line.range.clone()].trim_end_matches(['\n', '\r']))
    };
    let has_gap = |cut: &Cut| new[cut.new.clone()].iter().any(&gap);
    // Lines beside a gap that stand again in what goes: the gap may reach to either.
    let reaches = |gap: &Cut, kept: Range<usize>, gone: &Cut| {
        has_gap(gap) && !has_gap(gone) && stands_in(&old_keys[kept], &old_keys[gone.old.clone()])
    };
    if cuts.windows(2).any(|pair| {
        let [a, b] = pair else { return false };
        let kept = a.old.end..b.old.start;
        reaches(a, kept.clone(), b) || reaches(b, kept, a)
    }) {
        return None;
    }
    let mut out = String::new();
    let mut at = 0;
    let (mut filled, mut sure) = (0, true);
    for cut in cuts {
        for same in &old[at..cut.old.start] {
            out.push_str(&line(same, base));
        }
        at = cut.old.end;
        let added = &new[cut.new.clone()];
        let gaps: Vec<usize> = (0..added.len()).filter(|at| gap(&added[*at])).collect();
        let blank = |line: &Token<'_>| line.key.trim().is_empty();
        match gaps[..] {
            // Where much goes without a word the gap was meant for it: which lines it stands for
            // can't be told.
            [] if of_words(&old[cut.old.clone()]) > of_words(added) + MOST_GONE => return None,
            // A text that begins or ends with a gap tells its other end only if that is there.
            [] if (cut.old.start == 0 || cut.old.end == old.len())
                && of_words(&old[cut.old.clone()]) > of_words(added) =>
            {
                return None;
            }
            [] => added.iter().for_each(|one| out.push_str(&line(one, text))),
            [place] => {
                // What stands beside the gap replaces what it resembles beside it, and else is
                // new; how much of the rest was left out is then clear.
                let taken = cut.old.clone();
                let (before, behind) = (&added[..place], &added[place + 1..]);
                let resembling = |news: &[Token<'_>], olds: &[Token<'_>]| {
                    news.len() <= olds.len()
                        && news.iter().zip(olds).all(|(new, old)| {
                            blank(new) && blank(old) || alike(old.key.trim(), new.key.trim())
                        })
                };
                let same = |news: &[Token<'_>], olds: &[Token<'_>]| {
                    let mut both = news.iter().zip(olds).filter(|(new, _)| !blank(new));
                    both.all(|(new, old)| letters_alike(old.key.trim(), new.key.trim()) >= SAME)
                };
                let head = before.iter().filter(|line| !blank(line)).count();
                let foot = behind.iter().filter(|line| !blank(line)).count();
                let olds = &old[taken.clone()];
                let first = if head == 0 {
                    0
                } else if resembling(before, olds) {
                    before.len()
                } else {
                    return None;
                };
                let rest = &olds[first.min(olds.len())..];
                let last = if foot == 0 {
                    0
                } else {
                    let tail = rest.len().checked_sub(behind.len())?;
                    resembling(behind, &rest[tail..]).then_some(behind.len())?
                };
                sure &= same(before, &olds[..first.min(olds.len())]);
                sure &= same(behind, &rest[rest.len() - last..]);
                if head > 0 {
                    before.iter().for_each(|one| out.push_str(&line(one, text)));
                }
                let kept = rest.len() - last;
                rest[..kept].iter().for_each(|one| out.push_str(&line(one, base)));
                if foot > 0 {
                    behind.iter().for_each(|one| out.push_str(&line(one, text)));
                }
                filled += kept;
            }
            _ => {
                let olds = &old[cut.old.clone()];
                let mut from = 0;
                for (place, piece) in between_gaps(olds, added, &gaps)? {
                    olds[from..place.start].iter().for_each(|one| out.push_str(&line(one, base)));
                    added[piece].iter().for_each(|one| out.push_str(&line(one, text)));
                    filled += place.start - from;
                    from = place.end;
                    sure = false;
                }
                olds[from..].iter().for_each(|one| out.push_str(&line(one, base)));
                filled += olds.len() - from;
            }
        }
    }
    for same in &old[at..] {
        out.push_str(&line(same, base));
    }
    Some(Filled { text: out, lines: filled, sure })
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str = "# Plan\n\nWe meet on Monday at noon in the hall.\n\nAnna brings the bread.\n\nBob brings the tea and the cups for all.\n\nThe end is at five.\n";

    #[test]
    fn a_text_is_all_of_it_or_not() {
        let check =
            |text: &str, expected: &Whole| assert_eq!(&read(TEXT, text), expected, "{text}");
        let all = TEXT.replace("noon", "two");
        check(&all, &Whole::All(all.trim_end().to_owned()));
        check("We meet on Tuesday.\n", &Whole::No);
        check("Anna brings the bread and butter.\n", &Whole::No);
        check("fn main() {}\n", &Whole::No);
        let cut = &TEXT[..TEXT.len() - 25];
        assert!(!matches!(read(TEXT, cut), Whole::All(_)));
    }

    #[test]
    fn what_is_left_out_is_filled() {
        let check = |text: &str, expected: Option<String>| {
            let got = match read(TEXT, text) {
                Whole::Gaps(new) | Whole::Likely(new) => Some(new),
                Whole::Unclear | Whole::No | Whole::All(_) => None,
            };
            assert_eq!(got, expected, "{text}");
        };
        check(
            "# Plan\n\nWe meet on Monday at two in the hall.\n\n...\n\nThe end is at five.\n",
            Some(TEXT.replace("noon", "two")),
        );
        check(
            "# Plan\n\n[... unchanged ...]\n\nBob brings the tea and the cups for all.\n\nThe end is at six.\n",
            Some(TEXT.replace("five", "six")),
        );
        check(
            "# Plan\n\n...\n\nBob brings the tea and the mugs for all.\n\nThe end is at five.\n",
            Some(TEXT.replace("cups", "mugs")),
        );
        // Between two gaps it comes for the one line that it resembles.
        check(
            "# Plan\n\n...\n\nAnna brings the bread and salt.\n\n...\n",
            Some(TEXT.replace("bread", "bread and salt")),
        );
        check(
            "# Plan\n\nWe meet on Monday at two in the hall.\n\n...\n\nBob brings the tea and the mugs for all.\n\n...\n\nThe end is at five.\n",
            Some(TEXT.replace("noon", "two").replace("cups", "mugs")),
        );
        check("# Plan\n\n...\n\nCarl brings a cake.\n\n...\n", None);
        // Whether the gap ends at the first of two like lines or at the second can't be told.
        let twice = TEXT.replace("Anna brings", "So be it.\n\nAnna brings");
        let twice = twice.replace("The end", "So be it.\n\nThe end");
        let reply = "# Plan\n\nWe meet on Monday at noon in the hall.\n\n...\n\nSo be it.\n\nThe end is at six.\n";
        let kept = Whole::Gaps(twice.replace("five", "six"));
        assert!([Whole::Unclear, kept].contains(&read(&twice, reply)), "{:?}", read(&twice, reply));
        // What was left out of this can't be told.
        check(
            "# Plan\n\nQuite another thing stands here.\n\n...\n\nAnd this.\n\nThe end is at five.\n",
            None,
        );
    }
}
