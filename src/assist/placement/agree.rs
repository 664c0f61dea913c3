//! Whether two wordings that differ may be one text misremembered: they have to agree on whatever
//! makes another statement of a sentence. What cannot be told apart from that does not agree.

use super::fold::is_combining;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::LazyLock;

/// A word or a mark, in its compared form, with what it stands in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Piece {
    pub key: String,
    /// In bytes of its text.
    pub start: usize,
    pub end: usize,
    /// It stands in prose, where a word may be another without being another thing.
    pub prose: bool,
    /// A blank stands before it, or nothing.
    pub spaced: bool,
}

impl Piece {
    pub fn is_word(&self) -> bool {
        self.key.chars().any(char::is_alphanumeric)
    }

    /// How much it counts in a comparison.
    pub fn weight(&self) -> u32 {
        if self.is_word() { 10 } else { 3 }
    }
}

/// Words that say how much, when, whether: with another one of these a sentence says something
/// else.
static TELLING: LazyLock<BTreeSet<&'static str>> = LazyLock::new(|| {
    let lines = include_str!("telling.txt").lines().filter(|line| !line.starts_with('#'));
    lines.flat_map(str::split_whitespace).collect()
});

/// Words of which one turns the other round, with the line and the side they stand on.
static OPPOSED: LazyLock<BTreeMap<&'static str, Vec<(usize, usize)>>> = LazyLock::new(|| {
    let lines = include_str!("opposed.txt").lines().filter(|line| !line.starts_with('#'));
    let mut out: BTreeMap<&str, Vec<(usize, usize)>> = BTreeMap::new();
    for (number, line) in lines.enumerate() {
        for (side, words) in line.split('|').enumerate() {
            for word in words.split_whitespace() {
                out.entry(word).or_default().push((number, side));
            }
        }
    }
    out
});

/// Whether two words are opposites of each other.
fn are_opposed(a: &str, b: &str) -> bool {
    let (Some(a), Some(b)) = (OPPOSED.get(a), OPPOSED.get(b)) else { return false };
    a.iter().any(|(line, side)| b.iter().any(|(other, that)| line == other && side != that))
}

/// Words that are written with a capital only where a sentence starts.
const COMMON: &str = "the a an this that these those of to for from at by as is are was were be been has have \
    had do does did so if when while because which what where how its their our your also just \
    very quite such than about into through however therefore thus although though please \
    perhaps maybe ";

/// Whether a word stands in every text.
fn is_common(key: &str) -> bool {
    let lower = key.to_lowercase();
    COMMON.split_whitespace().any(|word| word == lower)
}

/// Of fewer words than this, so many that say something must be the same where one of these is
/// another; of up to two more, two more.
const FEW_WORDS: usize = 7;
const FEWEST_SAID: usize = 3;

/// Whether enough of the words that say something are the same: a few are had by other sentences
/// too.
pub(super) fn says_enough(
    sought: &[Piece],
    found: &[Piece],
    pairs: &[(Option<usize>, Option<usize>)],
) -> bool {
    let same = |(i, j): &(Option<usize>, Option<usize>)| match (i, j) {
        (Some(i), Some(j)) => {
            let (one, other) = (&sought[*i].key, &found[*j].key);
            one == other || is_slip(one, other)
        }
        _ => false,
    };
    let says = |piece: &Piece| piece.is_word() && !is_common(&piece.key);
    let is_said = |at: Option<usize>, side: &[Piece]| at.is_some_and(|at| says(&side[at]));
    let said = pairs.iter().filter(|(i, j)| is_said(*i, sought) || is_said(*j, found));
    let said: Vec<bool> = said.map(same).collect();
    let alike = said.iter().filter(|same| **same).count();
    let words = sought.iter().filter(|piece| piece.is_word()).count();
    let least = if words < FEW_WORDS { FEWEST_SAID } else { FEWEST_SAID + 2 };
    words >= FEW_WORDS + 2 || alike == said.len() || alike >= least
}

/// Whether another word here would be another thing: a number, a name, a negation, a measure, or
/// a word of a language or a notation where that cannot be told.
fn is_telling(piece: &Piece) -> bool {
    let key = piece.key.as_str();
    let lower = key.to_lowercase();
    let cased = key
        .chars()
        .all(|c| c.is_lowercase() || c.is_uppercase() || is_combining(c) || matches!(c, '\''));
    let capital = key.chars().any(char::is_uppercase);
    !piece.prose
        || !cased
        || capital && !COMMON.split(' ').any(|word| word == lower)
        || lower.ends_with("n't")
        || lower.contains("less")
        || key.chars().count() == 1 && key != "a"
        || TELLING.contains(lower.as_str())
}

/// Marks that say nothing by themselves in prose.
fn is_slight_mark(piece: &Piece) -> bool {
    piece.prose
        && matches!(piece.key.as_str(), "," | "." | ";" | ":" | "\"" | "'" | "*" | "_" | "`")
}

/// Whether one word is the other with something before it that turns it round.
fn turns_round(a: &str, b: &str) -> bool {
    const PREFIXES: &[&str] = &[
        "un", "in", "im", "il", "ir", "non", "dis", "mis", "de", "anti", "a", "re", "over",
        "under", "pre", "post", "sub", "super", "out", "up", "inter", "intra", "hyper", "hypo",
        "kilo", "mega", "giga", "milli", "micro", "nano", "centi", "deci", "hecto",
    ];
    let (short, long) = if a.len() < b.len() { (a, b) } else { (b, a) };
    PREFIXES.iter().any(|prefix| long.strip_prefix(prefix) == Some(short)) || {
        // `export` and `import`, `incoming` and `outgoing`.
        let stem = |word: &str| {
            let mut stems = PREFIXES.iter().chain(&["ex", "inc", "outg", "up", "down"]);
            stems.find_map(|prefix| {
                word.strip_prefix(prefix).filter(|rest| rest.len() > 3).map(str::to_owned)
            })
        };
        match (stem(a), stem(b)) {
            (Some(one), Some(other)) => one == other,
            _ => false,
        }
    }
}

/// Whether one word is the other with two neighbouring letters exchanged, or one letter too many,
/// too few or another in the middle of a long one.
pub(super) fn is_slip(a: &str, b: &str) -> bool {
    let (a, b): (Vec<char>, Vec<char>) = (a.chars().collect(), b.chars().collect());
    let letters = |word: &[char]| {
        word.iter().all(|c| c.is_alphabetic() && (c.is_lowercase() || c.is_uppercase()))
    };
    if a.len().min(b.len()) < 5 || !letters(&a) || !letters(&b) {
        return false;
    }
    let head = a.iter().zip(&b).take_while(|(one, other)| one == other).count();
    let most = a.len().min(b.len()) - head;
    let tail =
        a.iter().rev().zip(b.iter().rev()).take(most).take_while(|(one, other)| one == other);
    let tail = tail.count();
    let (mid_a, mid_b) = (&a[head..a.len() - tail], &b[head..b.len() - tail]);
    match (mid_a, mid_b) {
        ([one, other], [first, second]) => one == second && other == first,
        ([_], [_]) => head > 0 && tail > 0 && a.len() > 6,
        ([], [_]) | ([_], []) => head > 0 && tail > 0 && a.len() > 6,
        _ => false,
    }
}

/// Whether what a model quoted and what stands there can be the same, where their words differ:
/// a run of `sought` that aligns with a run of `found`. `known` tells whether a word stands in the
/// document: then it is no slip of the fingers.
pub(super) fn agree(sought: &[Piece], found: &[Piece], known: &dyn Fn(&str) -> bool) -> bool {
    const LONGEST: usize = 3;
    if let ([one], [other]) = (sought, found)
        && is_slip(&one.key, &other.key)
        && !TELLING.contains(one.key.to_lowercase().as_str())
        && !known(&one.key)
    {
        return true;
    }
    let telling = |side: &[Piece]| -> Vec<String> {
        let mut keys: Vec<String> = side
            .iter()
            .filter(|piece| match piece.is_word() {
                true => is_telling(piece),
                false => !is_slight_mark(piece),
            })
            .map(|piece| piece.key.clone())
            .collect();
        keys.sort_unstable();
        keys
    };
    let plain = |side: &[Piece]| -> Vec<String> {
        let words = side.iter().filter(|piece| piece.is_word() && !is_telling(piece));
        words.map(|piece| piece.key.to_lowercase()).collect()
    };
    let (a, b) = (plain(sought), plain(found));
    let turned = a
        .iter()
        .any(|one| b.iter().any(|other| turns_round(one, other) || are_opposed(one, other)));
    let cased = a == b
        && sought.iter().map(|p| &p.key).ne(found.iter().map(|p| &p.key))
        && sought.len() == found.len()
        && !a.is_empty();
    telling(sought) == telling(found)
        && a.len() <= LONGEST
        && b.len() <= LONGEST
        && !turned
        && !cased
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pieces(text: &str, prose: bool) -> Vec<Piece> {
        super::super::pieces::pieces(text)
            .into_iter()
            .map(|piece| Piece { prose, ..piece })
            .collect()
    }

    #[test]
    fn words_that_say_the_same_may_be_others() {
        for (a, b) in [
            ("swiftly", "quickly"),
            ("use", "utilise"),
            ("", "really"),
            ("the", ""),
            ("neat plan", "great plan"),
            (",", ""),
            ("which", "that"),
        ] {
            assert!(agree(&pieces(a, true), &pieces(b, true), &|_| false), "{a:?} {b:?}");
        }
    }

    #[test]
    fn words_that_say_something_else_may_not() {
        for (a, b) in [
            ("5", "6"),
            ("Monday", "Tuesday"),
            ("Anna", "Bob"),
            ("", "not"),
            ("must", "may"),
            ("likely", "unlikely"),
            ("increased", "decreased"),
            ("import", "export"),
            ("does", "doesn't"),
            ("useful", "useless"),
            ("-", ""),
            ("%", ""),
            ("km", "miles"),
            ("kilograms", "grams"),
            ("kilobytes", "megabytes"),
            ("monday", "tuesday"),
            ("montags", "dienstags"),
            ("lundi", "mardi"),
            ("red", "green"),
            ("rote", "grüne"),
            ("rouge", "verte"),
            ("guilty", "innocent"),
            ("valid", "void"),
            ("valable", "nul"),
            ("northern", "western"),
            ("for", "against"),
            ("load_user", "load_order"),
            ("the Big", "the big"),
            ("\u{5f20}", "\u{674e}"),
            ("\u{627}\u{644}", "\u{645}\u{646}"),
            ("one two three four words", "five other new kinds here"),
        ] {
            assert!(!agree(&pieces(a, true), &pieces(b, true), &|_| false), "{a:?} {b:?}");
        }
        // In code a word is a name.
        assert!(!agree(&pieces("count", false), &pieces("total", false), &|_| false));
        // But for a slip of the fingers.
        assert!(agree(&pieces("handel", false), &pieces("handle", false), &|_| false));
        assert!(!agree(&pieces("Brian", true), &pieces("Brain", true), &|_| true));
    }
}
