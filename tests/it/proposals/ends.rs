//! The two ends of a move are one decision: one key settles both, and undo takes both back.

use crate::assist_hunks::{BIRD, BOX, HOLE, PLEA, of};
use crate::harness::Harness;
use cowrite::event::HunkVerdict;
use cowrite::session::HunkState;

/// The whole text written anew, with a paragraph at another place.
fn moved(new: &str) -> Harness {
    let text = of(&[BIRD, HOLE, BOX, PLEA]);
    let mut made = Harness::file("swifts.md", &text);
    made.app.model.model_name = Some("tiny-1b".into());
    made.run("chat.change order");
    made.reply(new);
    let states: Vec<HunkState> = made.hunks().iter().map(|hunk| hunk.1).collect();
    assert_eq!(states, [HunkState::Pending; 2], "{:?} {}", made.hunks(), made.notice());
    made
}

#[test]
fn one_key_settles_both_ends_of_a_move() {
    let text = of(&[BIRD, HOLE, BOX, PLEA]);
    let dear = BOX.replace("forty", "fifty");
    for new in
        [of(&[BOX, BIRD, HOLE, PLEA]), of(&[HOLE, BIRD, BOX, PLEA]), of(&[&dear, BIRD, HOLE, PLEA])]
    {
        for index in [0, 1] {
            for (line, after, verdict) in [
                ("hunk.accept", &new, HunkVerdict::Accepted),
                ("hunk.reject style", &text, HunkVerdict::Rejected),
            ] {
                let what = format!("{new:?} {index} {line}");
                let mut made = moved(&new);
                let before = made.hunks();
                let refs = made.refs();
                made.about_hunk(index, line);
                assert!(made.notice().contains("the move, both ends"), "{what}: {}", made.notice());
                assert_eq!((&made.text(), made.hunks().len()), (after, 0), "{what}");
                for of in &refs {
                    let hunk = made.model().session.proposals.hunk(of).expect("a hunk");
                    let said = hunk.verdict.value().expect("a verdict");
                    assert_eq!(said.verdict, verdict, "{what}");
                }
                made.same_after(&what);
                made.run("app.focus-editor");
                for _ in 0..2 {
                    made.pass(3000);
                    made.keys("ctrl-z");
                    assert_eq!(
                        (&made.text(), made.hunks()),
                        (&text, before.clone()),
                        "undo {what}"
                    );
                    made.same_after(&what);
                    made.pass(3000);
                    made.keys("ctrl-y");
                    assert_eq!((&made.text(), made.hunks().len()), (after, 0), "redo {what}");
                    made.same_after(&what);
                }
            }
        }
    }
}

#[test]
fn from_the_text_the_caret_stays_where_somebody_looked() {
    let new = of(&[BOX, BIRD, HOLE, PLEA]);
    let mut made = moved(&new);
    // What goes stands last.
    let at = made.text().find(BOX).expect("it is there");
    made.place(at + 3, None);
    made.keys("alt-a");
    assert_eq!(made.text(), new, "{}", made.notice());
    let caret = made.model().caret().pos.0;
    assert!(caret >= new.find(HOLE).expect("there") + HOLE.len(), "{caret}");
    // By its paragraph, the other end stands in another.
    let mut made = moved(&new);
    made.place(at + 3, None);
    made.run("hunk.accept-paragraph");
    assert_eq!(made.text(), new, "{}", made.notice());
}

#[test]
fn what_is_no_move_stays_two_decisions() {
    let block =
        |old: &str, new: &str| format!("<<<<<<< SEARCH\n{old}\n=======\n{new}\n>>>>>>> REPLACE\n");
    let text = of(&[BIRD, HOLE, BOX, PLEA]);
    let mut made = Harness::file("swifts.md", &text);
    made.say("Shorter.");
    // One goes, and something else comes.
    made.reply(&(block(BOX, "") + &block(BIRD, &format!("{BIRD}\n\nThe council meets in May."))));
    assert_eq!(made.hunks().len(), 2, "{:?}", made.hunks());
    made.about_hunk(0, "hunk.accept");
    assert_eq!(made.hunks().len(), 1, "{}", made.notice());
}

/// Another program changes what is to move, or what stands around the place where it comes.
#[test]
fn a_move_stays_one_decision_where_the_text_of_an_end_changed() {
    let text = of(&[BIRD, HOLE, BOX, PLEA]);
    let after = of(&[BOX, BIRD, HOLE, PLEA]);
    let there = text.replace("forty", "fifty");
    let (goes, comes) = (1, 0);
    // At which end, which key, what it gives; `None` where it is refused.
    for (index, line, expected, said) in [
        (goes, "hunk.theirs", Some(&after), "the move, both ends"),
        (goes, "hunk.mine", Some(&there), "the move is turned down at both ends"),
        (goes, "hunk.base", Some(&text), "the move is turned down at both ends"),
        (goes, "hunk.reject", Some(&there), "the move, both ends"),
        (comes, "hunk.reject", Some(&there), "the move, both ends"),
        (comes, "hunk.accept", None, "The text at the other end of this move, in line"),
        (goes, "hunk.accept", None, "The text here changed since"),
    ] {
        for outside in [true, false] {
            let what = format!("{index} {line} {outside}");
            let mut made = moved(&after);
            made.pass(3000);
            if outside {
                made.write_outside(&there);
            } else {
                let at = text.find("forty").expect("there");
                made.place(at, Some(at + 5));
                made.keys("'fifty'");
                made.pass(3000);
            }
            let before = (made.text(), made.hunks());
            let states: Vec<HunkState> = before.1.iter().map(|one| one.1).collect();
            assert_eq!(states, [HunkState::Pending, HunkState::Stale], "{what}");
            made.about_hunk(index, line);
            assert!(made.notice().contains(said), "{what}: {}", made.notice());
            let Some(expected) = expected else {
                assert_eq!((made.text(), made.hunks()), before, "{what}");
                continue;
            };
            assert_eq!((&made.text(), made.hunks().len()), (expected, 0), "{what}");
            made.same_after(&what);
            made.run("app.focus-editor");
            made.pass(3000);
            made.keys("ctrl-z");
            assert_eq!((made.text(), made.hunks()), before, "undo {what}");
            made.pass(3000);
            made.keys("ctrl-y");
            assert_eq!((&made.text(), made.hunks().len()), (expected, 0), "redo {what}");
            made.same_after(&what);
        }
    }
    let mut made = moved(&after);
    made.pass(3000);
    made.write_outside(&there);
    made.keys("alt-5");
    let screen = made.screen(120, 40);
    for words in ["moves to line", "comes from line"] {
        assert!(screen.contains(words), "{words}: {screen}");
    }
}

#[test]
fn one_end_of_a_move_stays_where_the_other_is_not_certain() {
    let text = of(&[BIRD, HOLE, BOX, PLEA]);
    // In one answer: a block that takes a section away, and one that puts it to the end.
    let mut made = Harness::with(&text);
    made.say("Put it to the end.");
    made.reply(&format!(
        "<<<<<<< SEARCH\n{HOLE}\n\n=======\n>>>>>>> REPLACE\n\n<<<<<<< SEARCH\n=======\n{HOLE}\n>>>>>>> REPLACE\n"
    ));
    made.run("hunk.accept-all");
    assert_eq!(made.text().matches(HOLE).count(), 1, "{}", made.notice());
    assert!(made.text().trim_end().ends_with(HOLE), "{}", made.text());
    // The place where it comes is not there: nothing of it is taken.
    let mut made = Harness::with(&text);
    made.say("Put it behind the end.");
    made.reply(&format!(
        "<<<<<<< SEARCH\n{HOLE}\n\n=======\n>>>>>>> REPLACE\n\n<<<<<<< SEARCH\nThe last paragraph of another text altogether.\n=======\nThe last paragraph of another text altogether.\n\n{HOLE}\n>>>>>>> REPLACE\n"
    ));
    made.run("hunk.accept-all");
    assert_eq!(made.text(), text, "{}", made.notice());
}

/// A model may write a move as two edits of its own: that they are its two ends is told at both.
#[test]
fn a_move_that_was_written_as_two_edits_is_told() {
    let edits = |first: &str, second: &str| format!("{first}\n{second}");
    let block =
        |old: &str, new: &str| format!("<<<<<<< SEARCH\n{old}=======\n{new}>>>>>>> REPLACE\n");
    let text = "# Plan\n\nWe bake the bread at night in the old mill.\n\nWe sell it from seven.\n\nThe rent is low.\n";
    let moved = "We bake the bread at night in the old mill.\n\n";
    let goes = block(moved, "");
    let comes = block("The rent is low.\n", &format!("The rent is low.\n\n{}\n", moved.trim_end()));
    let mut made = Harness::with(text);
    made.say("Move it.");
    made.reply(&edits(&goes, &comes));
    let screen = made.screen(120, 40);
    assert_eq!(made.hunks().len(), 2, "{screen}");
    for words in ["Moved: it comes again further down.", "Moved here from further up."] {
        assert!(screen.contains(words), "{words}: {screen}");
    }
}
