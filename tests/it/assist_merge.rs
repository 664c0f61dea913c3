//! Two changes of one text taken together.

use crate::harness::cases;
use cowrite::assist::merge;
use cowrite::base::Rand;

#[test]
fn changes_of_other_words_come_together() {
    for (base, mine, theirs, both) in [
        (
            "We meet on Monday.",
            "We all meet on Monday.",
            "We meet on Tuesday.",
            Some("We all meet on Tuesday."),
        ),
        // The same done twice is done once.
        ("one two three", "one 2 three", "one 2 three!", Some("one 2 three!")),
        ("one two three", "one three", "one two 3", Some("one 3")),
        // The same word in two ways, words put in at one place, a word in the midst of what goes.
        ("We meet on Monday.", "We meet on Friday.", "We meet on Tuesday.", None),
        ("one three", "one two three", "one 2 three", None),
        ("one two three four", "one four", "one two, three four", None),
        // Signs of one word that stand beside each other.
        ("我们周一见面", "我们星一见面", "我们周二见面", None),
        ("我们周一见面", "我们周一聚面", "他们周一见面", Some("他们周一聚面")),
        ("a\nb\n", "a\nb\nc\n", "A\nb\n", Some("A\nb\nc\n")),
        ("", "mine", "theirs", None),
    ] {
        let merged = merge(base, mine, theirs).map(|merged| merged.text);
        assert_eq!(merged.as_deref(), both, "{base:?} {mine:?} {theirs:?}");
    }
}

const WORDS: &[&str] = &["one", "two", "日", "本", "é", ".", " ", " ", "\n", "three four", ""];

fn text(rand: &mut Rand, most: usize) -> String {
    (0..rand.below(most)).map(|_| WORDS[rand.below(WORDS.len())]).collect()
}

/// What comes of a text when its spans are replaced.
fn apply(text: &str, pieces: &[(cowrite::base::Span, String)]) -> String {
    let mut chars: Vec<char> = text.chars().collect();
    for (span, new) in pieces.iter().rev() {
        chars.splice(span.range(), new.chars());
    }
    chars.into_iter().collect()
}

#[test]
fn a_merge_keeps_its_promises_for_any_three_texts() {
    for seed in cases(2000) {
        let mut rand = Rand::from_number(seed);
        let base = text(&mut rand, 12);
        // Near to the base more often than not, or nothing would ever come together.
        let near = |rand: &mut Rand| {
            let mut words: Vec<&str> = base.split_inclusive(' ').collect();
            for _ in 0..rand.below(3) {
                let at = rand.below(words.len().max(1)).min(words.len());
                match rand.below(3) {
                    0 => words.insert(at, WORDS[rand.below(WORDS.len())]),
                    1 if at < words.len() => words[at] = "new ",
                    _ if at < words.len() => drop(words.remove(at)),
                    _ => {}
                }
            }
            if rand.below(8) == 0 { text(rand, 12) } else { words.concat() }
        };
        let (mine, theirs) = (near(&mut rand), near(&mut rand));
        let what = format!("seed {seed}: {base:?} {mine:?} {theirs:?}");
        let only = |one: &str, other: &str| merge(&base, one, other).map(|merged| merged.text);
        assert_eq!(only(&mine, &base).as_deref(), Some(mine.as_str()), "{what}");
        assert_eq!(only(&base, &theirs).as_deref(), Some(theirs.as_str()), "{what}");
        assert_eq!(only(&mine, &mine).as_deref(), Some(mine.as_str()), "{what}");
        assert_eq!(only(&mine, &theirs), only(&theirs, &mine), "{what}");
        if let Some(merged) = merge(&base, &mine, &theirs) {
            // What it says of theirs leads from mine to the whole.
            assert_eq!(apply(&mine, &merged.theirs), merged.text, "{what}");
            let other = merge(&base, &theirs, &mine).expect("the other way round");
            assert_eq!(apply(&theirs, &other.theirs), merged.text, "{what}");
        }
    }
}

#[test]
fn changes_of_words_apart_always_come_together() {
    for seed in cases(500) {
        let mut rand = Rand::from_number(seed);
        // Every word once, so that there is one way to tell what changed.
        let words: Vec<String> =
            (0..3 + rand.below(20)).map(|index| format!("word{index}")).collect();
        let mut made = [words.clone(), words.clone(), words.clone()];
        for (index, _) in words.iter().enumerate() {
            let (side, new) = (rand.below(4), format!("new{index}"));
            if side < 2 {
                made[side][index] = new.clone();
                made[2][index] = new;
            }
        }
        let [mine, theirs, both] = made.map(|words| words.join(" "));
        let merged = merge(&words.join(" "), &mine, &theirs).map(|merged| merged.text);
        assert_eq!(merged, Some(both), "seed {seed}: {mine:?} {theirs:?}");
    }
}
