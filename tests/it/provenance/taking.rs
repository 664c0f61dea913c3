//! Taking back what a model wrote: its words go wherever they are, what they replaced comes back,
//! what people wrote stays, and one undo brings it back.

use crate::harness::{Harness, Trace, cases};
use cowrite::base::Rand;
use cowrite::session::HunkState;
use cowrite::state::{Dialog, Overlay};
use std::fmt::Write as _;

const TEXT: &str = "We meet on Monday.\nBring the plan.\nThere is cake.\n";

fn accepted() -> Harness {
    let mut made = Harness::with(TEXT);
    made.propose(&[(11, 17, "Tuesday"), (19, 34, "Bring the plan and a pen.")]);
    made.propose(&[(44, 48, "tea")]);
    for _ in 0..3 {
        made.about_hunk(0, "hunk.accept");
    }
    assert_eq!(made.text(), "We meet on Tuesday.\nBring the plan and a pen.\nThere is tea.\n");
    made.pass(1000);
    made
}

fn labels(made: &Harness) -> Vec<(char, String)> {
    match made.overlay() {
        Some(Overlay::Dialog(Dialog { choices, .. })) => {
            choices.iter().map(|(key, label, _)| (*key, label.clone())).collect()
        }
        other => panic!("a question, not {other:?}; {}", made.notice()),
    }
}

#[test]
fn what_was_accepted_goes_and_comes_again() {
    let check = |act: &dyn Fn(&mut Harness), line: &str, after: &str| {
        let mut made = accepted();
        act(&mut made);
        made.pass(1000);
        let before = made.text();
        made.run(line);
        assert_eq!(made.text(), after, "{}", made.notice());
        made.same_after_reopening();
        made.keys("ctrl-z");
        assert_eq!(made.text(), before, "{}", made.notice());
        assert!(made.hunks().is_empty(), "accepted again");
        made.same_after_reopening();
        made.keys("ctrl-y");
        assert_eq!(made.text(), after, "{}", made.notice());
        made.same_after_reopening();
    };
    check(&|_| (), "written.take-back model large", TEXT);
    check(&|_| (), "written.take-back model scripted/large", TEXT);
    // What people wrote elsewhere stays.
    check(
        &|made| {
            made.place(0, None);
            made.type_text("Dear all,\n");
        },
        "written.take-back model large",
        "Dear all,\nWe meet on Monday.\nBring the plan.\nThere is cake.\n",
    );
    // Of the proposal at the caret only.
    check(
        &|made| made.place(56, None),
        "written.take-back proposal",
        "We meet on Tuesday.\nBring the plan and a pen.\nThere is cake.\n",
    );
    check(
        &|made| made.place(12, None),
        "written.take-back message",
        "We meet on Monday.\nBring the plan.\nThere is tea.\n",
    );
    // Words that were moved are still the model's.
    check(
        &|made| {
            made.place(55, Some(58));
            made.keys("ctrl-x ctrl-home ctrl-v");
        },
        "written.take-back model large go",
        TEXT,
    );
}

#[test]
fn what_is_in_the_way_is_asked_about() {
    let mut made = accepted();
    made.place(14, None);
    made.type_text("XY");
    made.place(12, None);
    let before = made.text();
    made.run("written.take-back");
    let whose = labels(&made);
    assert_eq!(
        whose,
        [
            ('p', "This proposal (2 accepted hunks)".to_owned()),
            ('m', "All that came of this message (2 accepted hunks)".into()),
            ('a', "Everything of scripted/large (3 accepted hunks)".into()),
            ('n', "Nothing".into()),
        ]
    );
    made.keys("a");
    let asked = labels(&made);
    assert_eq!(asked[0], ('t', "Take back 3 hunks".into()));
    assert_eq!(asked[1], ('1', "goes      line 1: “Tuesday”; Ada wrote “XY”".into()));
    assert_eq!(made.text(), before, "nothing happens before it is confirmed");
    insta::assert_snapshot!("taking_back", made.screen(80, 24));
    // Each place is to be chosen, and chosen again.
    made.keys("1");
    assert_eq!(labels(&made)[0].1, "Take back 2 hunks");
    assert!(labels(&made)[1].1.starts_with("stays"), "{:?}", labels(&made));
    made.keys("t");
    assert_eq!(made.text(), "We meet on TueXYsday.\nBring the plan.\nThere is cake.\n");
    made.keys("ctrl-z");
    assert_eq!(made.text(), before);
    made.run("written.take-back model large go");
    assert!(made.text().contains("XY"), "{}", made.text());
    assert_eq!(made.text(), "We meet on XYMonday.\nBring the plan.\nThere is cake.\n");
    made.same_after_reopening();
    // As for undo, the hunks are open again.
    assert!(made.hunks().iter().any(|(_, state, ..)| *state == HunkState::Pending));
}

#[test]
fn what_is_not_there_is_said() {
    let check = |line: &str, words: &str| {
        let mut made = accepted();
        made.place(0, None);
        let before = made.text();
        made.run(line);
        assert!(made.notice().contains(words), "{line}: {}", made.notice());
        assert_eq!(made.text(), before);
    };
    check("written.take-back", "no model's");
    check("written.take-back proposal", "no model's");
    check("written.take-back model small", "No model small wrote in this session.");
    check("written.take-back message zz", "No message begins with zz.");
    check("written.take-back everything", "message, proposal or model");
    check("written.take-back model large except", "Behind except");
    check("written.take-back model large except 4", "no number 4");
    check("written.take-back model large go except x", "no number");
    check("written.take-back model large now", "not understood");
}

#[test]
fn people_keep_their_words_whatever_is_taken_back() {
    const FIRST: u32 = 0x4e00;
    for seed in cases(20) {
        let mut rand = Rand::from_number(seed);
        let mut made = Harness::empty();
        let mut trace = Trace(format!("seed {seed}\n"));
        let mut next = FIRST;
        let mut theirs = String::new();
        let mut letters = |count: usize| -> String {
            next += count as u32;
            (next - count as u32..next).filter_map(char::from_u32).collect()
        };
        made.type_text(&letters(12));
        for _ in 0..18 {
            let len = made.text().chars().count();
            let (a, b) = (rand.below(len + 1), rand.below(len + 1));
            let (start, end) = (a.min(b), a.max(b).min(a.min(b) + 6));
            made.place(a, None);
            match rand.below(9) {
                0..=2 => {
                    let words = letters(1 + rand.below(3));
                    made.type_text(&words);
                    let _ = writeln!(trace.0, "types {words} at {a}");
                }
                3 => {
                    made.keys("backspace");
                    let _ = writeln!(trace.0, "deletes before {a}");
                }
                4 => {
                    made.place(end, Some(start));
                    made.keys("ctrl-x");
                    made.place(rand.below(made.text().chars().count() + 1), None);
                    made.keys("ctrl-v");
                    let _ = writeln!(trace.0, "moves {start}..{end}");
                }
                5 => {
                    made.keys("ctrl-z");
                    let _ = writeln!(trace.0, "undoes");
                }
                _ => {
                    let words = letters(1 + rand.below(5));
                    theirs.push_str(&words);
                    made.propose(&[(start, end, &words)]);
                    let index = made.refs().len() - 1;
                    made.about_hunk(index, "hunk.accept");
                    let _ = writeln!(trace.0, "accepts {words} over {start}..{end}");
                }
            }
        }
        made.pass(1000);
        let before = made.text();
        let _ = writeln!(trace.0, "{before}");
        made.run("written.take-back model large go");
        let after = made.text();
        let _ = writeln!(trace.0, "{after}\n{}", made.notice());
        if made.notice().starts_with("No accepted hunk") {
            continue;
        }
        let person = |text: &str| -> Vec<char> {
            text.chars().filter(|letter| !theirs.contains(*letter)).collect()
        };
        let mut rest = after.chars();
        let kept = person(&before).into_iter().all(|letter| rest.any(|one| one == letter));
        assert!(kept, "each in its order\n{}", trace.0);
        made.same_after(&trace.0);
        made.keys("ctrl-z");
        assert_eq!(made.text(), before, "{}", trace.0);
        made.same_after(&trace.0);
    }
}
