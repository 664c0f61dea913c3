//! Where a text may belong that stands nowhere: whole sentences, whole lines, or the part that was
//! quoted; so that putting another text there tears nothing.

use super::harness::{Harness, cases};
use cowrite::assist::{Placement, Placer, place};
use cowrite::base::{Pos, Rand, Span};
use cowrite::session::HunkState;
use ropey::Rope;
use std::ops::Range;

/// The places that are told for a text, each as it stands there.
fn told(text: &str, old: &str) -> Vec<String> {
    match place(&Rope::from_str(text), old, "Something else.\n", None) {
        Placement::Missing { similar } => {
            let all: Vec<char> = text.chars().collect();
            similar.iter().map(|(span, _)| all[span.range()].iter().collect()).collect()
        }
        other => panic!("{old:?} is found in {text:?}: {other:?}"),
    }
}

/// `⟦…⟧` marks what is told first for `old`.
#[track_caller]
fn check(marked: &str, old: &str) {
    let text = marked.replace(['⟦', '⟧'], "");
    let wanted = marked.split_once('⟦').and_then(|(_, rest)| rest.split_once('⟧'));
    let wanted = wanted.map(|(wanted, _)| wanted.to_owned());
    assert_eq!(told(&text, old).first().cloned(), wanted, "{old:?} in {marked:?}");
}

#[test]
fn a_sentence_of_a_paragraph_is_told_whole() {
    check(
        "# The bakery\n\nWe open in May. ⟦The oven costs 4,000 euros and the rent is 900 a month.⟧\n\nThe end.\n",
        "The oven costs 5,000 euros and the rent is 950 a month.\n",
    );
    check(
        "Builders do not like holes. The gaps under the eaves are closed, often in the weeks in which \
         the birds are brooding. ⟦In the city of Kassel the number of pairs fell from 1,200 in 1990 to \
         480 in 2019, and nobody had meant any harm.⟧ A box costs forty euros.\n",
        "The number of pairs in Kassel went down from 1,200 in 1990 to 480 in 2019.\n",
    );
    // With what the line begins with, if that was quoted; not what stands behind it in the line.
    check(
        "- rye\n⟦- We bake bread at night, every day.⟧ We sell it at seven.\n- oats\n",
        "- We bake bread at noon, every day.\n",
    );
    check(
        "- rye\n- ⟦We bake bread at night, every day.⟧ We sell it at seven.\n",
        "We bake bread at noon, every day.\n",
    );
    // A paragraph that is wrapped.
    check(
        "We open in May, as we\nalways did before. ⟦The oven costs 4,000 euros and\nthe rent is 900 a \
         month.⟧ The end of it\nis near.\n",
        "The oven costs 5,000 euros and the rent is 950 a month.\n",
    );
    // No end at a short word.
    check(
        "It rained. ⟦We met Dr. Weber on the 3rd of May, e.g. Kassel was closed.⟧ We left.\n",
        "We met Dr. Weber on the 4th of May, e.g. Kassel was open.\n",
    );
    check(
        "Es regnet. ⟦Wir öffnen am 3. Mai in der Frankfurter Straße.⟧ Alle kommen.\n",
        "Wir öffnen am 4. Mai in der Frankfurter Straße.\n",
    );
    check(
        "我们五月开门。⟦烤炉要四千欧元，房租每月九百。⟧我们晚上烤面包。\n",
        "烤炉要五千欧元，房租每月九百五。\n",
    );
    check(
        "نفتح في مايو. ⟦هل يكلف الفرن أربعة آلاف يورو والإيجار تسعمئة؟⟧ نخبز في الليل.\n",
        "هل يكلف الفرن خمسة آلاف يورو والإيجار تسعمئة؟\n",
    );
}

#[test]
fn as_many_sentences_as_were_quoted() {
    let text =
        "It rained. We bake bread at night. We sell it at seven in the town. The rest is free.\n";
    check(
        &text.replace(
            "We bake bread at night. We sell it at seven in the town.",
            "⟦We bake bread at night. We sell it at seven in the town.⟧",
        ),
        "We bake bread at noon. We sell it at eight in the town.\n",
    );
    // One that became two.
    check(
        "It rained. ⟦The oven costs 4,000 euros. The rent is 900 a month.⟧ We left early.\n",
        "The oven costs 5,000 euros, the rent is 900 a month.\n",
    );
    // Two that became one.
    check(
        "It rained. ⟦The oven costs 4,000 euros, the rent is 900 a month.⟧ We left early.\n",
        "The oven costs 5,000 euros. The rent is 900 a month.\n",
    );
}

#[test]
fn a_part_of_a_sentence_at_the_very_words() {
    check(
        "We open in May, ⟦and the oven costs 4,000 euros⟧, which is too much.\n",
        "and the oven costs 5,000 euros\n",
    );
    check(
        "⟦The falcon lives in the old tower⟧ and breeds in May. It rained.\n",
        "The falcon lives in the new tower\n",
    );
    // Other words at an end of it: the sentence.
    check(
        "It rained. ⟦We open in May, and the oven costs 4,000 euros, which is too much.⟧ So.\n",
        "and the oven costs 4,000 dollars\n",
    );
    check(
        "It rained. ⟦The falcon lives in the old tower and breeds in May.⟧ So.\n",
        "The falcon lives in the new tower.\n",
    );
}

#[test]
fn a_line_of_what_is_no_prose_is_told_whole() {
    check("- flour: 200 g\n⟦- salt: 5 g of the sea⟧\n- wood: 80 kg\n", "- salt: 7 g of the sea\n");
    check("| a | 10 | of rye |\n⟦| b | 20 | of oats |⟧\n", "| b | 30 | of oats |\n");
    check(
        "| a | 10 | of rye |\n| b | 20 | ⟦rye, oats and a little wheat⟧ |\n",
        "rye, oats and a little corn\n",
    );
    check(
        "fn main() {\n⟦    let total = count_of(items) + 1;⟧\n    print(total);\n}\n",
        "    let total = count_of(items) + 2;\n",
    );
    check(
        "Text.\n\n```\nrun the thing and look. Then stop.\n⟦copy all of it to there. Then stop it.⟧\n```\n",
        "copy all of it to here. Then stop it.\n",
    );
}

#[test]
fn what_would_cut_a_word_or_a_number_is_no_place() {
    check("It rained. ⟦It costs 100 euros here.⟧ So.\n", "10\n");
    let placer = Placer::new(&Rope::from_str("It rained. It costs 100 euros. So.\n"));
    let span = |start, end| Span::new(Pos(start), Pos(end));
    assert_eq!(placer.whole(span(20, 22), "10").0, span(11, 30));
    assert_eq!(placer.whole(span(20, 23), "100").0, span(20, 23));
    // Where the caret is.
    assert_eq!(placer.whole(span(13, 13), "other").0, span(11, 30));
    assert_eq!(placer.whole(span(35, 35), "other").0, span(35, 35));
}

const NAMES: &[&str] = &["The baker", "Dr. Weber", "My old dog", "Anna", "J. R. Smith", "Our town"];
const VERBS: &[&str] = &["sells", "loves", "counts", "paints", "hides", "finds"];
const THINGS: &[&str] = &[
    "3.5 kilos of rye",
    "the green door",
    "many birds, e.g. swifts",
    "two hundred boxes",
    "a plan",
];
const WHEN: &[&str] = &["at night", "in the tower of Kassel", "every day", "since May", "for us"];
const ENDS: &[&str] = &[".", ".", "!", "?", ".”", ".**", "…"];

fn one<'a>(rand: &mut Rand, from: &[&'a str]) -> &'a str {
    from[rand.below(from.len())]
}

/// A sentence, in one of a few languages, and whether a blank parts it from the next.
fn sentence(rand: &mut Rand, language: usize) -> String {
    match language {
        1 => {
            let who = one(rand, &["我们", "面包师", "老狗", "市长"]);
            let does = one(rand, &["每天晚上卖", "喜欢在塔里数", "从五月起画"]);
            let what = one(rand, &["三公斤黑麦", "绿色的门", "许多小鸟", "两百个箱子"]);
            format!("{who}{does}{what}{}", one(rand, &["。", "！", "？"]))
        }
        2 => {
            let does = one(rand, &["يبيع الخباز", "تحب المدينة", "يعد الكلب"]);
            let what = one(rand, &["الخبز الطازج", "الباب الأخضر", "كثيرا من الطيور"]);
            let when = one(rand, &["في الليل", "كل يوم", "منذ مايو"]);
            format!("{does} {what} {when}{}", one(rand, &[".", "؟", "!"]))
        }
        3 => {
            let who = one(rand, &["Die Bäckerin", "Unser Hund", "Herr Dr. Falk"]);
            let does = one(rand, &["verkauft", "malt", "zählt"]);
            let what = one(rand, &["am 3. Mai", "z. B. Brot", "die grüne Tür", "ca. 20 Vögel"]);
            format!("{who} {does} {what} {}.", one(rand, &["im Turm", "bei Nacht", "für alle"]))
        }
        _ => {
            let end = one(rand, ENDS);
            let open = if end.ends_with('”') {
                "“"
            } else if end.ends_with('*') {
                "**"
            } else {
                ""
            };
            format!(
                "{open}{} {} {} {}{end}",
                one(rand, NAMES),
                one(rand, VERBS),
                one(rand, THINGS),
                one(rand, WHEN)
            )
        }
    }
}

/// A text, its sentences and its other lines, by their bytes.
struct Made {
    text: String,
    whole: Vec<Range<usize>>,
}

fn made(rand: &mut Rand) -> Made {
    let mut made = Made { text: String::new(), whole: Vec::new() };
    let add = |made: &mut Made, text: &str| {
        made.whole.push(made.text.len()..made.text.len() + text.len());
        made.text.push_str(text);
    };
    for _ in 0..2 + rand.below(6) {
        match rand.below(8) {
            0 => {
                add(&mut made, &format!("## {} and more", one(rand, NAMES)));
                made.text.push('\n');
            }
            1 => {
                for _ in 0..2 + rand.below(3) {
                    let item = format!("- {}: {} g", one(rand, THINGS), rand.below(900));
                    add(&mut made, &item);
                    made.text.push('\n');
                }
            }
            2 => {
                for _ in 0..2 + rand.below(2) {
                    let row = format!("| {} | {} |", one(rand, THINGS), one(rand, WHEN));
                    add(&mut made, &row);
                    made.text.push('\n');
                }
            }
            3 => {
                made.text.push_str("```\n");
                for _ in 0..2 {
                    let line = format!("{} = {};", one(rand, VERBS), rand.below(900));
                    add(&mut made, &line);
                    made.text.push('\n');
                }
                made.text.push_str("```\n");
            }
            _ => {
                let language = rand.below(5);
                // Some are wrapped: blanks became line ends where a line was full.
                let wrapped = language != 1 && rand.below(3) == 0;
                let from = made.text.len();
                for at in 0..1 + rand.below(6) {
                    if at > 0 && language != 1 {
                        made.text.push(' ');
                    }
                    let text = sentence(rand, language);
                    add(&mut made, &text);
                }
                if wrapped {
                    made.text = wrap(&made.text, from);
                }
                made.text.push('\n');
            }
        }
        made.text.push('\n');
    }
    made
}

/// Breaks what stands from a byte on into lines; as many bytes as before.
fn wrap(text: &str, from: usize) -> String {
    let (before, rest) = text.split_at(from);
    let mut out = before.to_owned();
    let mut width = 0;
    for word in rest.split(' ') {
        let len = word.chars().count() + 1;
        // No line begins as an item does.
        let item = word.ends_with('.') && word.starts_with(|c: char| c.is_ascii_digit());
        if out.len() > from {
            let full = width + len > 60 && !item;
            out.push(if full { '\n' } else { ' ' });
            width = if full { 0 } else { width };
        }
        out.push_str(word);
        width += len;
    }
    out
}

/// What a model misquotes: one or two sentences or lines, or a part of one, with other words here and
/// there.
fn misquoted(rand: &mut Rand, made: &Made) -> String {
    let first = rand.below(made.whole.len());
    let last = (first + rand.below(3)).min(made.whole.len() - 1);
    let quoted = &made.text[made.whole[first].start..made.whole[last].end];
    let mut words: Vec<String> = quoted.split(' ').map(str::to_owned).collect();
    if rand.below(3) == 0 && words.len() > 5 {
        words.drain(..rand.below(3));
        words.truncate(words.len() - rand.below(3));
    }
    for _ in 0..1 + rand.below(3) {
        let at = rand.below(words.len());
        match rand.below(4) {
            0 if words.len() > 3 => {
                words.remove(at);
            }
            1 => words.insert(at, one(rand, VERBS).to_owned()),
            2 => words[at] = "zwölf".to_owned(),
            // Within a word that has no blanks around it.
            _ => {
                let chars: Vec<char> = words[at].chars().collect();
                let cut = rand.below(chars.len() + 1);
                words[at] = chars[..cut].iter().chain(&['四']).chain(&chars[cut..]).collect();
            }
        }
    }
    words.join(" ")
}

/// Whether a quotation is one of whole sentences: then no part of one is told for it.
fn begins_and_ends(old: &str) -> bool {
    let old = old.trim();
    let first = old.chars().find(|c| c.is_alphanumeric());
    !first.is_some_and(char::is_lowercase)
        && old.trim_end_matches(['”', '*']).ends_with(['.', '!', '?', '…', '。', '！', '？', '؟'])
}

#[test]
fn no_place_that_is_told_cuts_a_sentence() {
    let (mut some, mut parts) = (0, 0);
    for seed in cases(3_000) {
        let mut rand = Rand::from_number(seed);
        let made = made(&mut rand);
        let old = misquoted(&mut rand, &made);
        let text = made.text.as_str();
        let Placement::Missing { similar } =
            place(&Rope::from_str(text), &old, "Something else.\n", None)
        else {
            continue;
        };
        let byte = |at: Pos| text.char_indices().nth(at.0).map_or(text.len(), |(at, _)| at);
        for (span, _) in similar {
            let range = byte(span.start)..byte(span.end);
            let there = &text[range.clone()];
            some += 1;
            let what = format!("seed {seed}: {there:?} for {old:?} in {text:?}");
            assert_eq!(there.trim(), there, "{what}");
            for unit in &made.whole {
                let apart = unit.end <= range.start || range.end <= unit.start;
                // Without the marker of its line it is whole, too.
                let bare = text[unit.clone()].trim_start_matches(['-', '#', ' ']);
                let within = range.start <= unit.end - bare.len() && unit.end <= range.end;
                // A cell of a row is whole by itself.
                let cell = text[unit.clone()].starts_with('|') && !old.contains('|');
                if apart || within || cell {
                    continue;
                }
                parts += 1;
                // A part: of words that were quoted so, and no word is cut.
                assert!(!begins_and_ends(&old), "{what}");
                let inside = |c: Option<char>| c.is_some_and(char::is_alphanumeric);
                let (before, behind) = (&text[..range.start], &text[range.end..]);
                let cut = inside(before.chars().next_back()) && inside(there.chars().next())
                    || inside(behind.chars().next()) && inside(there.chars().next_back());
                let han = |c: char| ('\u{4e00}'..'\u{a000}').contains(&c);
                assert!(!cut || there.contains(han), "{what}");
                let letters = |text: &str| -> String {
                    text.chars().filter(|c| c.is_alphanumeric()).collect()
                };
                let (quoted, there) = (letters(&old), letters(there));
                let bare = unit.end - bare.len();
                if bare < range.start && range.start < unit.end {
                    assert!(quoted.chars().next() == there.chars().next(), "{what}");
                }
                if bare < range.end && range.end < unit.end {
                    assert!(quoted.chars().next_back() == there.chars().next_back(), "{what}");
                }
            }
        }
    }
    if cases(3_000).count() > 1 {
        assert!(some > 1_500 && parts > 20 && parts < some / 3, "{some} places, {parts} parts");
    }
}

#[test]
fn a_place_that_is_taken_by_hand_leaves_the_rest_as_it_is() {
    let mut placed = 0;
    for seed in cases(60) {
        let mut rand = Rand::from_number(seed);
        let made = made(&mut rand);
        let old = misquoted(&mut rand, &made);
        let new = if rand.below(4) == 0 { "" } else { "XXX.\n" };
        let answer = format!("<<<<<<< SEARCH\n{old}\n=======\n{new}>>>>>>> REPLACE\n");
        let count = {
            let mut harness = Harness::file("plan.md", &made.text);
            harness.say("Better?");
            harness.reply(&answer);
            harness.keys("alt-n");
            harness.model().ui.floating.as_ref().map_or(0, |floating| floating.candidates.len())
        };
        for at in 0..count {
            let mut harness = Harness::file("plan.md", &made.text);
            harness.say("Better?");
            harness.reply(&answer);
            harness.keys("alt-n");
            for _ in 0..at {
                harness.keys("right");
            }
            let span = harness.model().ui.floating.as_ref().expect("it floats").span;
            harness.keys("enter");
            let what = format!("seed {seed}, place {at} of {count}: {old:?} in {:?}", made.text);
            assert_eq!(harness.hunks()[0].1, HunkState::Pending, "{what}");
            harness.run("hunk.accept-all");
            let text: Vec<char> = made.text.chars().collect();
            let before: String = text[..span.start.0].iter().collect();
            let behind: String = text[span.end.0..].iter().collect();
            let result = harness.text();
            if new.is_empty() {
                // Blanks and line ends go with what went, and the marker of an item.
                let words = |text: &str| -> String {
                    text.chars().filter(|c| !c.is_whitespace() && !"-#".contains(*c)).collect()
                };
                assert_eq!(
                    words(&result),
                    words(&format!("{before}{behind}")),
                    "{what}\n{result:?}"
                );
            } else {
                assert_eq!(result, format!("{before}XXX.{behind}"), "{what}");
            }
            harness.same_after_reopening();
            placed += 1;
        }
    }
    assert!(placed > 0);
}
