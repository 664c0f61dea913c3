//! Hunks of whole texts: few, small, and together the new text.

use cowrite::assist::{Hunk, Tag, apply, moves, split, whole_to_hunks, word_diff};
use cowrite::base::Rand;

#[track_caller]
fn check(old: &str, new: &str, expected: &[(&str, &str)]) {
    let hunks = whole_to_hunks(old, new);
    let got: Vec<(&str, &str)> =
        hunks.iter().map(|hunk| (hunk.old.as_str(), hunk.new.as_str())).collect();
    assert_eq!(got, expected, "{old:?} → {new:?}");
    sound(old, &hunks);
}

/// Hunks lie where they say, in order, and apart.
#[track_caller]
fn sound(old: &str, hunks: &[Hunk]) {
    let chars: Vec<char> = old.chars().collect();
    let mut end = None;
    for hunk in hunks {
        let there: String = chars[hunk.span.range()].iter().collect();
        assert_eq!(there, hunk.old, "of {old:?}");
        assert_ne!(hunk.old, hunk.new);
        assert!(
            end.is_none_or(|end| hunk.span.start.0 >= end + 2),
            "too near in {old:?}: {hunks:?}"
        );
        end = Some(hunk.span.end.0);
    }
}

#[test]
fn hunks_are_small_and_sensible() {
    check("a\nb\nc\n", "a\nb\nc\n", &[]);
    check("a\nb\nc\n", "a\nX\nc\n", &[("b", "X")]);
    check("one\ntwo\nthree\n", "one\nthree\n", &[("two\n", "")]);
    check("one\nthree\n", "one\ntwo\nthree\n", &[("", "two\n")]);
    check("a\nb", "a\nb\nc", &[("", "\nc")]);
    // One word in a long paragraph.
    check(
        "The meeting is on Monday at noon in the large room.\n",
        "The meeting is on Tuesday at noon in the large room.\n",
        &[("Monday", "Tuesday")],
    );
    // Two sentences apart stay apart, one that changed a lot is one hunk.
    check(
        "We meet on Monday in Rome. The weather is fine there in May. Bring the old red book.",
        "We meet on Friday in Rome. The weather is fine there in May. Please take one new blue pen.",
        &[("Monday", "Friday"), ("Bring the old red book", "Please take one new blue pen")],
    );
    // Two paragraphs stay two hunks.
    check("one\n\ntwo\n", "uno\n\ndue\n", &[("one", "uno"), ("two", "due")]);
    // Ends of lines and of the text are the old text's.
    check("a\nb\n", "a\nb", &[]);
    check("a\nb", "a\nb\n\n", &[]);
    check("a\r\nb\r\n", "a\nb\n", &[]);
    check("a\r\nb\r\n", "a\nX\nb\n", &[("", "X\r\n")]);
    check("a\nb\n", "a\r\nb\r\n", &[]);
    check("a b\r\nc\nd\ne\n", "a x\nc\nd\ne\n", &[("b", "x")]);
    check("a b\nc\r\nd\r\n", "a x\r\nc\r\nd\r\n", &[("b", "x")]);
    check("", "new\ntext\n", &[("", "new\ntext\n")]);
    check("old\n", "", &[("old\n", "")]);
    check("我们周一见面。天气很好。\n", "我们周二见面。天气很好。\n", &[("一", "二")]);
    check("نلتقي يوم الاثنين صباحا", "نلتقي يوم الثلاثاء صباحا", &[("الاثنين", "الثلاثاء")]);
    check("| a | 1 |\n| b | 2 |\n", "| a | 1 |\n| b | 3 |\n", &[("2", "3")]);
}

pub const BIRD: &str =
    "The swift is a bird that hardly ever lands. It eats, drinks and sleeps in the air.";
pub const HOLE: &str =
    "Builders do not like holes. The gaps under the eaves are closed, often in spring.";
pub const BOX: &str =
    "A box costs forty euros. It is hung under the eaves, with free air before it.";
pub const PLEA: &str =
    "We propose that the council buys two hundred boxes. The school counts the birds.";

/// A text of paragraphs under a heading.
pub fn of(paragraphs: &[&str]) -> String {
    format!("# Swifts\n\n{}\n", paragraphs.join("\n\n"))
}

#[test]
fn a_move_is_one_whatever_else_changes() {
    let rare = BIRD.replace("hardly ever", "almost never");
    let dear = BOX.replace("forty", "fifty");
    let more = PLEA.replace("two", "three");
    let plea = "We propose that the council buys two hundred boxes. The brigade hangs them.";
    let gone = format!("{HOLE}\n\n");
    // A paragraph with its blank lines, as it goes or comes.
    let (before, behind) = (|text: &str| format!("\n\n{text}"), |text: &str| format!("{text}\n\n"));
    let check = |news: &[&str], expected: &[(&str, &str, &str)]| {
        let (old, new) = (of(&[BIRD, HOLE, BOX, PLEA]), of(news));
        let hunks = whole_to_hunks(&old, &new);
        sound(&old, &hunks);
        assert_eq!(apply(&old, &hunks), new);
        let told = moves(&hunks);
        assert_eq!(hunks.len(), expected.len(), "{hunks:?}");
        for ((hunk, told), (was, is, words)) in hunks.iter().zip(told).zip(expected) {
            assert_eq!((hunk.old.as_str(), hunk.new.as_str()), (*was, *is), "{hunks:?}");
            let told = told.unwrap_or_default();
            assert!(told.contains(words) && told.is_empty() == words.is_empty(), "{told}");
        }
    };
    let (here, away) = ("Moved here from further", "Moved: it comes again further");
    // Alone.
    check(&[BIRD, BOX, HOLE, PLEA], &[("", &behind(BOX), here), (&behind(BOX), "", away)]);
    // With another paragraph changed, from its first word on, too.
    check(
        &[PLEA, &rare, HOLE, BOX],
        &[
            ("", &behind(PLEA), here),
            ("hardly ever", "almost never", ""),
            (&before(PLEA), "", away),
        ],
    );
    let small = BIRD.replace("The swift", "A swift");
    check(
        &[PLEA, &small, HOLE, BOX],
        &[("", &before(PLEA), here), ("The", "A", ""), (&before(PLEA), "", away)],
    );
    // Two that changed places, one of them changed: the changed one stays.
    check(
        &[HOLE, &rare, BOX, PLEA],
        &[("", &gone, here), ("hardly ever", "almost never", ""), (&gone, "", away)],
    );
    check(
        &[BIRD, &dear, HOLE, PLEA],
        &[(&gone, "", away), ("forty", "fifty", ""), ("", &gone, here)],
    );
    check(
        &[BIRD, HOLE, &more, BOX],
        &[(&behind(BOX), "", away), ("two", "three", ""), ("", &before(BOX), here)],
    );
    // What moved past two others and was changed: its words are told.
    check(
        &[&dear, BIRD, HOLE, PLEA],
        &[("", &behind(&dear), "“forty” → “fifty”"), (&behind(BOX), "", "“forty” → “fifty”")],
    );
    // Nothing of a paragraph that goes is told with the change of the next.
    check(
        &[BIRD, BOX, HOLE, plea],
        &[
            ("", &behind(BOX), here),
            (&behind(BOX), "", away),
            ("school counts the birds", "brigade hangs them", ""),
        ],
    );
    // One goes, another moves, a third comes: three changes, as far as they stand apart.
    let came = before(&format!("A new one stands here now.\n\n{BOX}"));
    check(
        &[BIRD, PLEA, "A new one stands here now.", BOX],
        &[(&before(HOLE), "", ""), (&behind(BOX), "", away), ("", &came, "In part moved here")],
    );
    // First and last change places.
    let old = of(&[BIRD, HOLE, PLEA]);
    let hunks = whole_to_hunks(&old, &of(&[PLEA, HOLE, BIRD]));
    assert!(moves(&hunks).iter().all(Option::is_some), "{hunks:?}");
}

#[test]
fn paragraphs_in_any_order_make_the_new_text() {
    let mut rand = Rand::from_number(12);
    for _ in 0..600 {
        let mut paragraphs: Vec<String> = (0..1 + rand.below(7))
            .map(|_| {
                let lines = 1 + rand.below(3);
                random_text(&mut rand, lines, "\n").trim().to_owned()
            })
            .collect();
        let text = |rand: &mut Rand, all: &[String]| -> String {
            let ends = ["\n\n", "\n\n", "\n\n\n", "\n", "\n \n"];
            all.iter().map(|one| format!("{one}{}", ends[rand.below(5)])).collect()
        };
        let old = text(&mut rand, &paragraphs);
        for _ in 0..1 + rand.below(4) {
            let (at, to) = (rand.below(paragraphs.len()), rand.below(paragraphs.len()));
            match rand.below(4) {
                0 => paragraphs[at] = random_change(&mut rand, &paragraphs[at]),
                1 if paragraphs.len() > 1 => drop(paragraphs.remove(at)),
                _ => paragraphs.swap(at, to),
            }
        }
        let new = text(&mut rand, &paragraphs);
        let hunks = whole_to_hunks(&old, &new);
        sound(&old, &hunks);
        let ends = |text: &str| text.trim_end_matches('\n').to_owned();
        if !ends(&new).is_empty() && !old.is_empty() {
            assert_eq!(ends(&apply(&old, &hunks)), ends(&new), "{old:?} {new:?}");
        }
        assert_eq!(moves(&hunks).len(), hunks.len());
    }
}

#[test]
fn parts_of_a_hunk() {
    let check = |old: &str, new: &str, expected: Option<&[(&str, &str)]>| {
        let text = format!("before {old} after");
        let at = "before ".chars().count();
        let span = cowrite::base::Span {
            start: cowrite::base::Pos(at),
            end: cowrite::base::Pos(at + old.chars().count()),
        };
        let hunk = Hunk { span, old: old.into(), new: new.into() };
        let parts = split(&hunk);
        let got = parts.as_ref().map(|parts| {
            parts.iter().map(|part| (part.old.as_str(), part.new.as_str())).collect::<Vec<_>>()
        });
        assert_eq!(got.as_deref(), expected, "{old:?} → {new:?}");
        if let Some(parts) = parts {
            assert_eq!(apply(&text, &parts), apply(&text, &[hunk]));
        }
    };
    check("one\ntwo\n", "uno\ndue\n", Some(&[("one", "uno"), ("two", "due")]));
    check("one\ntwo\n", "", Some(&[("one\n", ""), ("two\n", "")]));
    check("A b c. D e f.", "A b x. D e y.", Some(&[("c", "x"), ("f", "y")]));
    check(
        "red house with blue door",
        "green house with brown door",
        Some(&[("red", "green"), ("blue", "brown")]),
    );
    check("one", "two", None);
    check("", "a\nb\nc\n", None);
    // Blank lines are no parts of their own.
    check("One a.\n\nTwo b.\n\n", "", Some(&[("One a.\n\n", ""), ("Two b.\n\n", "")]));
    check("\n\nOne a.\n\nTwo b.", "", Some(&[("\n\nOne a.", ""), ("\n\nTwo b.", "")]));
    check("\r\n\r\n- a\r\n- b", "", Some(&[("\r\n\r\n- a", ""), ("\r\n- b", "")]));
    check("\nOne a.\n\nTwo b.\n", "", Some(&[("\nOne a.\n", ""), ("\nTwo b.\n", "")]));
    check("One a.\n\n", "", None);
    check("\n\nOne a. Two b.", "", None);
}

#[test]
fn words_for_drawing() {
    let diff = word_diff("We meet on Monday, ok?", "We meet on Friday, ok?");
    assert_eq!(
        diff,
        [
            (Tag::Equal, "We meet on ".into()),
            (Tag::Old, "Monday".into()),
            (Tag::New, "Friday".into()),
            (Tag::Equal, ", ok?".into()),
        ]
    );
}

const WORDS: &[&str] = &[
    "alpha", "beta", "gamma", "the", "a", "is", "not", "12", "字", "中文", "نص", "naïve", "x", "🙂",
];

pub fn random_text(rand: &mut Rand, lines: usize, end: &str) -> String {
    let mut out = String::new();
    for _ in 0..lines {
        for index in 0..rand.below(9) {
            if index > 0 {
                out.push_str([" ", " ", " ", "  ", ", ", ". "][rand.below(6)]);
            }
            out.push_str(WORDS[rand.below(WORDS.len())]);
        }
        out.push_str(end);
    }
    if rand.below(3) == 0 {
        out.truncate(out.trim_end().len());
    }
    out
}

fn random_change(rand: &mut Rand, text: &str) -> String {
    let mut chars: Vec<char> = text.chars().collect();
    for _ in 0..1 + rand.below(4) {
        let start = rand.below(chars.len() + 1);
        let end = (start + rand.below(12)).min(chars.len());
        let with = match rand.below(4) {
            0 => String::new(),
            1 => random_text(rand, 2, "\n"),
            _ => WORDS[rand.below(WORDS.len())].to_owned(),
        };
        chars.splice(start..end, with.chars());
    }
    chars.into_iter().collect()
}

#[test]
fn all_hunks_make_the_new_text_and_a_choice_makes_what_it_says() {
    let mut rand = Rand::from_number(11);
    for _ in 0..1500 {
        let lines = rand.below(10);
        let old = random_text(&mut rand, lines, "\n");
        let new = match rand.below(5) {
            0 => random_text(&mut rand, lines, "\n"),
            _ => random_change(&mut rand, &old),
        };
        let hunks = whole_to_hunks(&old, &new);
        sound(&old, &hunks);
        let ends = |text: &str| text.trim_end_matches('\n').to_owned();
        let all = apply(&old, &hunks);
        if ends(&new).is_empty() || old.is_empty() {
            assert_eq!(all, new);
        } else {
            assert_eq!(ends(&all), ends(&new), "{old:?}");
            let kept = old.len() - ends(&old).len();
            assert!(all.ends_with(&old[old.len() - kept..]));
        }
        // A subset, one by one in any order, by hand.
        let chosen: Vec<Hunk> = hunks.iter().filter(|_| rand.below(2) == 0).cloned().collect();
        let mut order: Vec<usize> = (0..chosen.len()).collect();
        for index in (1..order.len()).rev() {
            order.swap(index, rand.below(index + 1));
        }
        let mut chars: Vec<char> = old.chars().collect();
        let mut shifts: Vec<(usize, isize)> = Vec::new();
        for index in order {
            let hunk = &chosen[index];
            let shift: isize =
                shifts.iter().filter(|(at, _)| *at < hunk.span.start.0).map(|(_, by)| by).sum();
            let at = |pos: usize| pos.checked_add_signed(shift).expect("in the text");
            chars.splice(at(hunk.span.start.0)..at(hunk.span.end.0), hunk.new.chars());
            let by = hunk.new.chars().count() as isize - hunk.span.len() as isize;
            shifts.push((hunk.span.start.0, by));
        }
        assert_eq!(apply(&old, &chosen), chars.into_iter().collect::<String>());
        // Parts.
        for hunk in &hunks {
            let Some(parts) = split(hunk) else { continue };
            assert!(parts.len() > 1);
            assert_eq!(apply(&old, &parts), apply(&old, std::slice::from_ref(hunk)), "{hunk:?}");
            let apart = parts.windows(2).all(|pair| {
                let inserts = pair.iter().any(|part| part.span.is_empty());
                pair[0].span.end.0 + usize::from(inserts) <= pair[1].span.start.0
            });
            assert!(apart, "{parts:?}");
        }
        // Drawing.
        let diff = word_diff(&old, &new);
        let side = |side: Tag| -> String {
            let pieces = diff.iter().filter(|(tag, _)| *tag == Tag::Equal || *tag == side);
            pieces.map(|(_, text)| text.as_str()).collect()
        };
        assert_eq!((side(Tag::Old), side(Tag::New)), (old, new));
    }
}

#[test]
fn hunks_of_parts_that_are_only_other_line_ends() {
    let old = "a\r\nb\nc\r\nd\r\n";
    let hunks = whole_to_hunks(old, "a\nb\nX\nd\n");
    assert_eq!(apply(old, &hunks), "a\r\nb\nX\r\nd\r\n");
}
