//! Proposals of several turns for the same words: the later takes the place of the earlier, as far as
//! it speaks about the same sentence, and undo brings that back.

use crate::harness::{Harness, cases};
use cowrite::base::Rand;
use cowrite::session::HunkState;
use std::collections::BTreeMap;

const PLAN: &str = "# Plan\n\nWe bake at night and sell from seven. The year will be hard. Next one, we rest.\n\n- salt: 5\n- wood: 80\n";
fn block(old: &str, new: &str) -> String {
    format!("<<<<<<< SEARCH\n{old}\n=======\n{new}\n>>>>>>> REPLACE\n")
}

fn ask(made: &mut Harness, answer: &str) {
    made.say("Better?");
    made.reply(answer);
}

/// Each answer in a turn of its own; how many hunks are open in the end, and the text with all of
/// them.
#[track_caller]
fn check(text: &str, answers: &[&str], open: usize, expected: &str) {
    let mut made = Harness::file("plan.md", text);
    for answer in answers {
        ask(&mut made, answer);
    }
    assert_eq!(made.hunks().len(), open, "{answers:?}: {:?}", made.hunks());
    made.run("hunk.accept-all");
    assert_eq!(made.text(), expected, "{answers:?}");
    made.same_after_reopening();
}

#[test]
fn a_later_word_about_a_sentence_takes_the_place_of_an_earlier() {
    const HARD: &str = "The year will be hard.";
    let plan = |from: &str, to: &str| PLAN.replacen(from, to, 1);
    let tough = block(HARD, "The year will be tough.");
    let very = block(HARD, "The year will be very hard.");
    let fear = block(HARD, "The year will be hard, I fear.");
    let this = block(HARD, "This year will be hard.");
    check(PLAN, &[&tough, &very], 1, &plan("hard", "very hard"));
    check(PLAN, &[&tough, &very, &fear, &this], 1, &plan("The year", "This year"));
    check(PLAN, &[&this, &fear], 1, &plan("hard.", "hard, I fear."));
    // As much of it as is quoted.
    let short = block("will be hard", "may be hard");
    check(PLAN, &[&this, &short], 2, &plan("The year will", "This year may"));
    check(PLAN, &[&fear, &short], 2, &plan("will be hard.", "may be hard, I fear."));
    check(PLAN, &[&tough, &short], 1, &plan("will be", "may be"));
    // Other sentences that are repeated for the place, or since the form wants whole lines.
    let line = "We bake at night and sell from seven. The year will be hard. Next one, we rest.";
    let six = block(line, &line.replace("seven", "six"));
    let both = plan("seven", "six").replace("hard", "tough");
    check(PLAN, &[&tough, &six], 2, &both);
    check(PLAN, &[&six, &tough], 2, &both);
    let diff = "```diff\n@@ -5,2 +5,2 @@\n - salt: 5\n-- wood: 80\n+- wood: 90\n```\n";
    let salt = block("- salt: 5", "- salt: 6");
    check(PLAN, &[&salt, diff], 2, &plan("5", "6").replace("80", "90"));
}

#[test]
fn edits_of_one_answer_do_not_compete() {
    let blocks = block("The year will be hard.", "This year will be hard.")
        + &block("The year will be hard.", "The year will be hard, I fear.");
    check(
        PLAN,
        &[&blocks],
        2,
        &PLAN.replace("The year will be hard.", "This year will be hard, I fear."),
    );
}

#[test]
fn what_quotes_the_proposed_words_goes_onto_them() {
    let tough = block("The year will be hard.", "The year will be tough.");
    let this = block("The year will be tough.", "This year will be tough.");
    check(
        PLAN,
        &[&tough, &this],
        2,
        &PLAN.replace("The year will be hard.", "This year will be tough."),
    );
}

#[test]
fn a_whole_text_speaks_about_the_sentences_that_it_changes() {
    let mut made = Harness::file("plan.md", PLAN);
    ask(
        &mut made,
        &(block("The year will be hard.", "The year will be tough.")
            + &block("- salt: 5", "- salt: 6")),
    );
    // It was shown the text as it is, without what is open.
    made.app.model.model_name = Some("tiny-1b".into());
    made.run("chat.change louder");
    made.reply(&PLAN.replace("The year", "This YEAR").replace("- wood: 80", "- wood: 80!"));
    let news: Vec<String> = made.hunks().into_iter().map(|hunk| hunk.3).collect();
    assert_eq!(news.len(), 3, "{news:?}");
    assert!(
        made.notice().contains("1 hunk that was open for the same text is superseded"),
        "{}",
        made.notice()
    );
    made.run("hunk.accept-all");
    let expected = PLAN
        .replace("The year", "This YEAR")
        .replace("- wood: 80", "- wood: 80!")
        .replace("salt: 5", "salt: 6");
    assert_eq!(made.text(), expected);
    made.same_after_reopening();
}

#[test]
fn what_was_superseded_is_told_listed_and_brought_back() {
    let mut made = Harness::file("plan.md", PLAN);
    ask(&mut made, &block("The year will be hard.", "The year will be tough."));
    let older = made.hunks();
    ask(&mut made, &block("The year will be hard.", "The year will be hard, I fear."));
    assert_eq!(
        made.notice(),
        "1 hunk to review. 1 hunk that was open for the same text is superseded; undo brings it back. F8 goes to the next."
    );
    made.keys("alt-5 f f");
    let screen = made.screen(120, 30);
    assert!(screen.contains("superseded") || made.hunks().len() == 1, "{screen}");
    made.keys("alt-1");
    made.pass(3000);
    made.keys("ctrl-z");
    assert_eq!(made.notice(), "Took back that a newer proposal took a hunk's place.");
    assert_eq!(made.hunks().len(), 2);
    assert!(made.hunks().contains(&older[0]));
    made.keys("ctrl-y");
    assert_eq!(made.hunks().len(), 1);
    made.same_after_reopening();
}

#[test]
fn a_stale_hunk_is_answered_as_well() {
    let mut made = Harness::file("plan.md", PLAN);
    ask(&mut made, &block("The year will be hard.", "The year will be tough."));
    let at = PLAN.find("hard").expect("a word");
    made.run("app.focus-editor");
    made.place(at, None);
    made.type_text("very ");
    made.place(at + "very hard".len(), None);
    made.type_text("er");
    assert_eq!(made.hunks()[0].1, HunkState::Stale);
    ask(&mut made, &block("The year will be very harder.", "This year will be very harder."));
    let states: Vec<HunkState> = made.hunks().iter().map(|hunk| hunk.1).collect();
    assert_eq!(states, [HunkState::Pending]);
}

/// Sentences of words that stand nowhere else, and what is open in them: by sentence and word.
struct Plain {
    sentences: Vec<Vec<String>>,
    open: BTreeMap<(usize, usize), String>,
}

impl Plain {
    fn new(rand: &mut Rand) -> Self {
        let word = |sentence: usize, at: usize| match at {
            0 => format!("Word{sentence}a"),
            _ => format!("word{sentence}{}", char::from(b'a' + at as u8)),
        };
        let sentence = |sentence: usize| (0..7).map(|at| word(sentence, at)).collect();
        Self { sentences: (0..2 + rand.below(4)).map(sentence).collect(), open: BTreeMap::new() }
    }

    /// The text, by lines or in one paragraph.
    fn text(&self, lines: bool, with: &BTreeMap<(usize, usize), String>) -> String {
        let all = self.sentences.iter().enumerate().map(|(index, sentence)| {
            let word =
                |(at, word): (usize, &String)| with.get(&(index, at)).unwrap_or(word).clone();
            sentence.iter().enumerate().map(word).collect::<Vec<_>>().join(" ") + "."
        });
        let all: Vec<String> = all.collect();
        if lines { format!("- {}\n", all.join("\n- ")) } else { all.join(" ") + "\n" }
    }
}

#[test]
fn no_sentence_comes_of_it_that_nobody_proposed() {
    for seed in cases(60) {
        let mut rand = Rand::from_number(seed);
        let mut plain = Plain::new(&mut rand);
        let lines = rand.below(2) == 0;
        let text = plain.text(lines, &BTreeMap::new());
        let mut made = Harness::file("plan.md", &text);
        let mut trace = format!("seed {seed} {text:?}");
        for turn in 0..2 + rand.below(5) {
            let index = rand.below(plain.sentences.len());
            // Not beside each other: the word beside a hunk is what it is known by.
            let changed = 1 + 2 * rand.below(3);
            let sentence = plain.sentences[index].clone();
            let (from, to) = match rand.below(3) {
                // All of it, some words, or all of the text with it.
                0 => (0, sentence.len()),
                1 => (rand.below(changed + 1), changed + 1 + rand.below(sentence.len() - changed)),
                _ => (0, sentence.len()),
            };
            let to = to.min(sentence.len());
            let new = format!("new{turn}");
            let with = BTreeMap::from([((index, changed), new.clone())]);
            let answer = match rand.below(3) {
                0 if (from, to) == (0, sentence.len()) => {
                    block(text.trim_end(), plain.text(lines, &with).trim_end())
                }
                _ => {
                    let mut words = sentence.clone();
                    let old = words[from..to].join(" ");
                    words[changed].clone_from(&new);
                    block(&old, &words[from..to].join(" "))
                }
            };
            trace.push_str(&format!("\n{answer}"));
            ask(&mut made, &answer);
            plain.open.retain(|(other, at), _| *other != index || !(from..to).contains(at));
            plain.open.insert((index, changed), new);
            assert_eq!(made.hunks().len(), plain.open.len(), "{trace}\n{:?}", made.hunks());
        }
        made.run("hunk.accept-all");
        assert_eq!(made.text(), plain.text(lines, &plain.open), "{trace}");
        made.same_after(&trace);
    }
}
