//! How much two short texts have in common, and whether they say the same. For telling which edit
//! another one repeats; never for finding a place.

use std::collections::BTreeMap;

/// Characters of a text that are looked at.
const MOST: usize = 20_000;

/// How much two texts have in common, of 100: by pairs of neighbouring characters, with every run
/// of blanks as one. Equal texts have 100.
pub fn alike(a: &str, b: &str) -> u8 {
    let (a, b) = (pairs(a), pairs(b));
    let (all, mut shared) = (a.len() + b.len(), 0);
    if all == 0 {
        return 100;
    }
    let mut counts: BTreeMap<(char, char), usize> = BTreeMap::new();
    for pair in a {
        *counts.entry(pair).or_default() += 1;
    }
    for pair in b {
        if let Some(left) = counts.get_mut(&pair).filter(|left| **left > 0) {
            *left -= 1;
            shared += 1;
        }
    }
    // At most 100.
    u8::try_from(200 * shared / all).unwrap_or(100)
}

fn pairs(text: &str) -> Vec<(char, char)> {
    let mut last = '\u{2}';
    let mut out = Vec::new();
    for word in text.split_whitespace() {
        for next in word.chars().chain([' ']).take(MOST.saturating_sub(out.len())) {
            out.push((last, next));
            last = next;
        }
    }
    out
}

/// Whether two texts say the same in as good as the same words: blanks, the forms of marks, and of
/// twelve words one may differ, but none with a capital letter or a digit and none that negates.
pub fn says_the_same(a: &str, b: &str) -> bool {
    let (a, b) = (plain(a), plain(b));
    agrees(&words(&a), &words(&b))
}

/// Whether `a` and `b` are as good as the same proposal for `old`: they say the same, whatever comma,
/// full stop or exclamation mark is more in one of them. Where a proposal is about such marks only,
/// they count.
pub fn proposes_the_same(old: &str, a: &str, b: &str) -> bool {
    let [old, a, b] = [old, a, b].map(plain);
    let [old, a_bare, b_bare] = [&old, &a, &b].map(|text| bare(text));
    match old == a_bare || old == b_bare {
        true => agrees(&words(&a), &words(&b)),
        false => agrees(&a_bare, &b_bare),
    }
}

/// Words that only join others, in small letters: a short proposal with one more is the same. No word
/// that says how much, whether, or which way is one of them.
const JOINING: &[&str] = &[
    "a", "an", "the", "on", "in", "at", "of", "then", "also", "der", "die", "das", "den", "dem",
    "des", "ein", "eine", "einen", "einem", "am", "im", "an", "auf", "ab", "le", "la", "les", "un",
    "une", "du", "de", "en", "dans", "el", "los", "las", "una", "del", "al", "lo", "il", "gli",
];

/// Whether one of two proposals for a sentence is the other with a joining word or two more, and what
/// they have in common is new: "November on" and "November" for "September".
pub fn adds_little(sentence: &str, a: &str, b: &str) -> bool {
    const MOST: usize = 2;
    let [old, a, b] = [sentence, a, b].map(plain);
    let [old, a, b] = [&old, &a, &b].map(|text| bare(text));
    let (longer, shorter) = if a.len() >= b.len() { (&a, &b) } else { (&b, &a) };
    let more = longer.len() - shorter.len();
    if more == 0 || more > MOST || more * 2 > old.len().max(shorter.len()) {
        return false;
    }
    let mut rest = shorter.iter().peekable();
    let mut added = Vec::new();
    for word in longer {
        if rest.next_if(|next| *next == word).is_none() {
            added.push(*word);
        }
    }
    let new = |word: &&&str| !old.contains(word) && !JOINING.contains(*word);
    rest.peek().is_none()
        && added.iter().all(|word| JOINING.contains(word))
        && shorter.iter().any(|word| new(&word))
}

fn agrees(a: &[&str], b: &[&str]) -> bool {
    let longest = a.len().max(b.len());
    let may_differ = longest / 12;
    let start = a.iter().zip(b).take_while(|(a, b)| a == b).count();
    let rest = a.len().min(b.len()) - start;
    let end = a.iter().rev().zip(b.iter().rev()).take_while(|(a, b)| a == b).take(rest).count();
    let (a, b) = (&a[start..a.len() - end], &b[start..b.len() - end]);
    // Few words differ, or none: then a table of them is small.
    if a.is_empty() && b.is_empty() {
        return true;
    }
    if may_differ == 0 || a.len().abs_diff(b.len()) > may_differ || a.len() > 400 {
        return false;
    }
    differing(a, b).is_some_and(|(count, weighty)| count <= may_differ && !weighty)
}

/// How many words differ, and whether one of them matters by itself.
fn differing(a: &[&str], b: &[&str]) -> Option<(usize, bool)> {
    // The longest common subsequence from each place on.
    let width = b.len() + 1;
    let mut common = vec![0_u16; (a.len() + 1) * width];
    for i in (0..a.len()).rev() {
        for j in (0..b.len()).rev() {
            common[i * width + j] = if a[i] == b[j] {
                common[(i + 1) * width + j + 1] + 1
            } else {
                common[(i + 1) * width + j].max(common[i * width + j + 1])
            };
        }
    }
    let (mut i, mut j, mut gone, mut new, mut weighty) = (0, 0, 0, 0, false);
    while i < a.len() || j < b.len() {
        if i < a.len() && j < b.len() && a[i] == b[j] {
            (i, j) = (i + 1, j + 1);
        } else if j == b.len()
            || i < a.len() && common[(i + 1) * width + j] >= common[i * width + j + 1]
        {
            weighty |= is_weighty(a.get(i)?);
            (i, gone) = (i + 1, gone + 1);
        } else {
            weighty |= is_weighty(b.get(j)?);
            (j, new) = (j + 1, new + 1);
        }
    }
    Some((gone.max(new), weighty))
}

/// A number, a name, a negation: a text with another one says something else.
fn is_weighty(word: &str) -> bool {
    const NEGATIONS: &[&str] = &[
        "no", "not", "never", "none", "nor", "neither", "without", "cannot", "nicht", "kein",
        "keine", "nie", "ohne", "ne", "pas", "jamais", "sans", "ni", "nunca", "sin",
    ];
    word.chars().any(|letter| letter.is_uppercase() || letter.is_numeric())
        || NEGATIONS.contains(&word)
        || word.ends_with("n't")
        // Scripts without blanks and capitals: a word is no small part of what is said.
        || word.chars().any(|letter| letter as u32 >= 0x2e80)
}

/// The text with the forms of marks made alike.
fn plain(text: &str) -> String {
    text.chars()
        .map(|letter| match letter {
            '‘' | '’' => '\'',
            '“' | '”' | '«' | '»' => '"',
            '–' | '—' | '‐' | '‑' => '-',
            '\u{a0}' => ' ',
            other => other,
        })
        .collect()
}

fn words(text: &str) -> Vec<&str> {
    text.split_whitespace().collect()
}

/// Words without the marks behind them that part or end sentences. A question stays one; what stands
/// within a word or before it may belong to a number.
fn bare(text: &str) -> Vec<&str> {
    let marks = [',', '.', ';', ':', '!', '…', '，', '、', '。', '；', '：', '！'];
    let words = text.split_whitespace().map(|word| word.trim_end_matches(marks));
    words.filter(|word| !word.is_empty() && *word != "-").collect()
}

#[cfg(test)]
mod tests {
    use super::{adds_little, alike, proposes_the_same, says_the_same};

    #[test]
    fn how_much_is_shared() {
        assert_eq!(alike("", ""), 100);
        assert_eq!(alike("one two", "one  two\n"), 100);
        assert_eq!(alike("abc", "xyz"), 0);
        assert!(alike("We meet on Monday.", "We meet on Tuesday.") > 60);
    }

    #[test]
    fn the_same_in_other_clothes_and_nothing_else() {
        let long = "the quick brown fox jumps over the lazy dog that sleeps in the warm sun";
        for (a, b, same) in [
            ("There is soup.", "There is  soup.\n", true),
            ("Don’t go – now", "Don't go - now", true),
            ("There is soup.", "There is cake.", false),
            ("on Monday", "on Tuesday", false),
            (long, &long.replace("lazy", "idle"), true),
            (long, &long.replace("lazy", "Lazy"), false),
            (long, &long.replace("quick", "not"), false),
            (long, &long.replace("sun", "3"), false),
            (long, &long.replace("lazy dog", "idle cat"), false),
            (long, "", false),
            ("", "", true),
        ] {
            assert_eq!((says_the_same(a, b), says_the_same(b, a)), (same, same), "{a:?} {b:?}");
        }
    }

    #[test]
    fn a_comma_more_is_the_same_proposal() {
        let old = "We bake at night and sell from seven.";
        for (a, b, same) in [
            ("and sell from five, every day.", "and sell, from five every day!", true),
            ("They are students.", "They are students!", true),
            ("They are – as ever – students.", "They are, as ever, students", true),
            ("Are they students?", "Are they students.", false),
            ("They are 5.", "They are 6.", false),
            ("They are 1.5 m.", "They are 15 m.", false),
            ("It is -5 there.", "It is 5 there.", false),
            ("They are students.", "They are not students.", false),
            ("They are students.", "They are Students.", false),
            // What is changed are the marks themselves.
            (
                "We bake at night, and sell from seven.",
                "We bake at night; and sell from seven.",
                false,
            ),
            (
                "We bake at night and sell from seven!",
                "We bake at night and sell from eight!",
                false,
            ),
        ] {
            let both = (proposes_the_same(old, a, b), proposes_the_same(old, b, a));
            assert_eq!(both, (same, same), "{a:?} {b:?}");
        }
    }

    #[test]
    fn a_joining_word_more_is_the_same_where_something_else_is_new() {
        for (old, a, b, same) in [
            ("We open in September.", "We open in November on.", "We open in November.", true),
            ("We bake from seven.", "We bake from the five.", "We bake from five.", true),
            ("Wir öffnen im Mai.", "Wir öffnen ab dem Juni.", "Wir öffnen ab Juni.", true),
            ("We open in September.", "We open in November only.", "We open in November.", false),
            ("We open in September.", "We open in November.", "We open in October.", false),
            ("We open in September.", "We open in November on.", "We open in December.", false),
            ("It takes 100 g.", "It takes the 200 g.", "It takes 223 g.", false),
            ("We bake at night.", "We bake not in May.", "We bake in May.", false),
            ("We bake at night.", "We bake at the night.", "We bake at night.", false),
            ("September", "November on", "November", false),
        ] {
            let both = (adds_little(old, a, b), adds_little(old, b, a));
            assert_eq!(both, (same, same), "{old:?}: {a:?} {b:?}");
        }
    }
}
