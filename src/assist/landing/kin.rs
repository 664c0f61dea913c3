//! Which paragraph of a text another paragraph is, written anew: by its words, in any order. For
//! telling a text from what is said about it; never for finding a place.

pub(super) use crate::assist::flow::paragraphs;
use std::collections::BTreeMap;
use std::ops::Range;
use std::sync::OnceLock;
use unicode_segmentation::UnicodeSegmentation as _;

/// More text than this is compared by whole paragraphs only, in bytes.
pub(super) const MOST: usize = 400_000;

/// The words of a paragraph and how often each stands there.
#[derive(Debug, Default)]
pub(super) struct Bag {
    all: BTreeMap<String, usize>,
    count: usize,
    /// Of these, the words of four letters and more, and all of scripts without blanks.
    telling: usize,
}

fn is_telling(word: &str) -> bool {
    word.chars().count() > 3 || word.chars().any(|letter| letter as u32 >= 0x2e80)
}

impl Bag {
    pub fn of(text: &str) -> Self {
        let mut bag = Self::default();
        for word in text.unicode_words() {
            let word = word.to_lowercase();
            bag.count += 1;
            bag.telling += usize::from(is_telling(&word));
            *bag.all.entry(word).or_default() += 1;
        }
        bag
    }

    /// How many words two have in common, and of these the telling ones.
    fn shared(&self, other: &Self) -> (usize, usize) {
        let (mut all, mut telling) = (0, 0);
        for (word, count) in &self.all {
            let both = other.all.get(word).map_or(0, |there| (*there).min(*count));
            all += both;
            telling += if is_telling(word) { both } else { 0 };
        }
        (all, telling)
    }

    /// Whether both say something, and nothing that both say.
    pub fn is_another(&self, other: &Self) -> bool {
        self.telling.min(other.telling) > 0 && self.shared(other).1 == 0
    }

    /// How many words there are.
    pub fn count(&self) -> usize {
        self.count
    }

    /// How much of 100 they have in common, if one may be the other.
    pub fn share(&self, other: &Self) -> Option<usize> {
        let (all, telling) = self.shared(other);
        let of = |shared: usize, a: usize, b: usize| 200 * shared / (a + b).max(1);
        if self.telling.min(other.telling) < 3 {
            let share = of(all, self.count, other.count);
            return (share >= 60).then_some(share);
        }
        let share = of(telling, self.telling, other.telling);
        // One of them was made longer.
        let held = 100 * telling / self.telling.min(other.telling);
        let longer = telling >= 3 && held >= 60;
        (share >= 35 || longer).then_some(share.max(if longer { held * 3 / 4 } else { 0 }))
    }
}

/// A text by its paragraphs.
pub(super) struct Kin {
    text: String,
    ranges: Vec<Range<usize>>,
    /// Each paragraph, blanks made alike, and which it is.
    own: BTreeMap<String, usize>,
    bags: OnceLock<Vec<Bag>>,
}

/// With single blanks.
fn plain(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

impl Kin {
    pub fn new(text: &str) -> Self {
        let ranges = paragraphs(text);
        let mut own = BTreeMap::new();
        for (index, at) in ranges.iter().enumerate() {
            own.entry(plain(&text[at.clone()])).or_insert(index);
        }
        Self { text: text.to_owned(), ranges, own, bags: OnceLock::new() }
    }

    pub fn len(&self) -> usize {
        self.ranges.len()
    }

    pub fn text(&self) -> &str {
        &self.text
    }

    pub fn ranges(&self) -> &[Range<usize>] {
        &self.ranges
    }

    /// Whether a paragraph stands there as it is.
    pub fn has(&self, paragraph: &str) -> bool {
        self.own.contains_key(&plain(paragraph))
    }

    /// Whether another paragraph of the text is much like this one.
    pub fn is_repeated(&self, index: usize) -> bool {
        let bags = self.bags();
        let Some(one) = bags.get(index) else { return false };
        let alike = |other: &Bag| other.share(one).is_some_and(|share| share >= 60);
        bags.iter().enumerate().any(|(other, bag)| other != index && alike(bag))
    }

    /// The paragraph that this one is most like, with how much of 100; `None` if it is like none.
    pub fn likest(&self, paragraph: &str) -> Option<(usize, usize)> {
        if let Some(index) = self.own.get(&plain(paragraph)) {
            return Some((*index, 100));
        }
        let bag = Bag::of(paragraph);
        let shares = self.bags().iter().enumerate();
        let shares = shares.filter_map(|(index, own)| Some((index, bag.share(own)?.min(99))));
        shares.max_by_key(|(index, share)| (*share, std::cmp::Reverse(*index)))
    }

    /// Whether a text is a list of versions of the one paragraph that this is.
    pub fn are_versions(&self, text: &str) -> bool {
        let item = |line: &'_ str| -> Option<String> {
            let line = line.trim_start();
            let rest = line.trim_start_matches(|c: char| c.is_ascii_digit());
            let numbered =
                if rest.len() < line.len() { rest.strip_prefix(['.', ')']) } else { None };
            let bullet = || line.strip_prefix(['-', '*', '+']);
            numbered.or_else(bullet).filter(|rest| rest.starts_with(' ')).map(str::to_owned)
        };
        let version = |line: &str| {
            item(line).and_then(|item| self.likest(&item)).is_some_and(|(_, share)| share >= 60)
        };
        self.len() == 1
            && !self.text.lines().any(|line| item(line).is_some())
            && text.lines().filter(|line| version(line)).count() > 1
    }

    /// How many words a paragraph has in common with the one that has most, short ones and numbers
    /// too.
    pub fn in_common(&self, paragraph: &str) -> usize {
        let bag = Bag::of(paragraph);
        self.bags().iter().map(|own| bag.shared(own).0).max().unwrap_or(0)
    }

    fn bags(&self) -> &[Bag] {
        self.bags.get_or_init(|| {
            if self.text.len() > MOST {
                return Vec::new();
            }
            self.ranges.iter().map(|at| Bag::of(&self.text[at.clone()])).collect()
        })
    }
}
