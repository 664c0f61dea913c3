//! The parts of a hunk: all of them together are the hunk, and each is decided by itself.

use crate::harness::Harness;
use cowrite::session::HunkState;

/// The whole text written anew.
fn anew(text: &str, new: &str) -> Harness {
    let mut made = Harness::file("plan.md", text);
    made.app.model.model_name = Some("tiny-1b".into());
    made.run("chat.change better");
    made.reply(new);
    assert!(!made.hunks().is_empty(), "{new:?}: {}", made.notice());
    made
}

#[test]
fn all_parts_of_a_hunk_are_the_hunk() {
    const THREE: &str = "One new paragraph here.\n\nTwo new paragraphs here.\n\nThree.\n\n";
    const LAST: &str = "Last paragraph with some more words.\n\n";
    const STAFF: &str = "## Staff\n\nAnna bakes the bread at night.\n\n";
    const DOGS: &str = "Dogs at at sells sells their early warm people dogs";
    let doc = |parts: &[&str]| format!("# Title\n\n{}\n", parts.concat().trim_end());
    let cases = [
        (doc(&["First.\n\n", STAFF, LAST]), doc(&["First.\n\n", LAST, STAFF])),
        (doc(&["First.\n\n", LAST, STAFF]), doc(&["First.\n\n", STAFF, LAST])),
        (doc(&["First.\n\n", THREE, LAST]), doc(&["First.\n\n", LAST])),
        (doc(&["First.\n\n", THREE]), doc(&["First.\n\n"])),
        (doc(&["First.\n\n"]), doc(&["First.\n\n", THREE])),
        (
            doc(&["- a one\n- b two\n- c three\n- d four\n\nEnd."]),
            doc(&["- a one x\n- b two x\n- cc three\n- new\n- d four\n\nEnd."]),
        ),
        (
            doc(&[DOGS, " town bread their night.\n\n", STAFF, DOGS, " with night sells.\n\n"]),
            doc(&[DOGS, " NEW bread their night.\n\n", DOGS, " NEW sells.\n\n", STAFF]),
        ),
    ];
    let mut split = 0;
    for (text, new) in &cases {
        for index in 0..anew(text, new).hunks().len() {
            for one_by_one in [false, true] {
                let mut made = anew(text, new);
                let count = made.hunks().len();
                made.about_hunk(index, "hunk.split");
                let what = format!("{text:?} to {new:?}, {index}: {}", made.notice());
                if made.hunks().len() == count {
                    continue;
                }
                split += 1;
                assert!(made.hunks().iter().all(|one| !one.2.trim().is_empty()), "{what}");
                match one_by_one {
                    true => {
                        while !made.hunks().is_empty() {
                            let left = made.hunks().len();
                            made.about_hunk(0, "hunk.accept");
                            assert!(made.hunks().len() < left, "{what}: {}", made.notice());
                        }
                    }
                    false => made.run("hunk.accept-all"),
                }
                // A text that only got shorter is looked at one by one.
                if made.notice().contains("found by likeness") {
                    continue;
                }
                assert_eq!(
                    (&made.text(), made.hunks().len()),
                    (new, 0),
                    "{what}: {}",
                    made.notice()
                );
            }
        }
    }
    assert!(split > 3, "{split}");
}

/// One that is an end of a move is one thing, whatever it is made of.
#[test]
fn an_end_of_a_move_has_no_parts() {
    let (text, new) = (
        "# T\n\nFirst.\n\n- one of all\n- two of all\n\nSome more words.\n",
        "# T\n\n- one of all\n- two of all\n\nFirst.\n\nSome more words.\n",
    );
    for index in [0, 1] {
        let mut made = anew(text, new);
        let before = made.hunks();
        made.about_hunk(index, "hunk.split");
        assert_eq!(made.hunks(), before);
        assert!(made.notice().contains("one end of a move"), "{}", made.notice());
    }
}

/// What was accepted beside a part, and what was typed outside of its words, is no matter of that part.
#[test]
fn a_part_whose_text_changed_undoes_nothing_else() {
    let with = |[a, b, c, typed]: [&str; 4]| {
        format!(
            "# Plan\n\nWe bake at night and sell from {a}. The bread is sold warm, and whatever is left at {b} goes to the shelter on {c} Street.{typed}\n\nThe end.\n"
        )
    };
    let paragraph = |text: &str| text.lines().nth(2).unwrap_or_default().to_owned();
    let (old, new) = (["seven", "noon", "Mill", ""], ["six", "two", "Hill", ""]);
    let (text, wanted) = (with(old), with(new));
    for typed in ["", " Typed."] {
        for first in [0, 1] {
            for line in ["hunk.theirs", "hunk.base", "hunk.mine", "hunk.both"] {
                let what = format!("{typed:?} {first} {line}");
                let mut made = Harness::file("plan.md", &text);
                made.say("Better?");
                let (old, new) = (paragraph(&text), paragraph(&wanted));
                made.reply(&format!("<<<<<<< SEARCH\n{old}\n=======\n{new}\n>>>>>>> REPLACE\n"));
                made.about_hunk(0, "hunk.split");
                assert_eq!(made.hunks().len(), 2, "{what}: {:?}", made.hunks());
                made.about_hunk(first, "hunk.accept");
                made.pass(3000);
                made.run("app.focus-editor");
                made.place(made.text().find("\n\nThe end").expect("there"), None);
                made.type_text(typed);
                // In a word of the other part.
                let (word, less) = [("noon", "nn"), ("seven", "sen")][first];
                let at = made.text().find(word).expect("there") + 1;
                made.place(at, Some(at + 2));
                made.keys("backspace");
                made.pass(3000);
                assert_eq!(made.hunks()[0].1, HunkState::Stale, "{what}: {:?}", made.hunks());
                let before = (made.text(), made.hunks());
                let parts = |other: [&'static str; 3]| match first {
                    0 => with(["six", other[1], other[2], typed]),
                    _ => with([other[0], "two", "Hill", typed]),
                };
                let now = match first {
                    0 => parts(["", less, "Mill"]),
                    _ => parts([less, "", ""]),
                };
                assert_eq!(before.0, now, "{what}");
                made.about_hunk(0, line);
                let after = match line {
                    "hunk.theirs" => parts(["six", "two", "Hill"]),
                    "hunk.base" => parts(["seven", "noon", "Mill"]),
                    _ => now,
                };
                assert_eq!(made.text(), after, "{what}: {}", made.notice());
                made.same_after(&what);
                if line == "hunk.both" {
                    continue;
                }
                made.pass(3000);
                made.run("app.focus-editor");
                made.keys("ctrl-z");
                assert_eq!((made.text(), made.hunks()), before, "undo {what}");
            }
        }
    }
}

/// A part is what it changes: the other words of its sentence are none of it.
#[test]
fn a_word_that_stays_is_no_part() {
    const OLD: &str = "We bake the bread at night and sell it from seven. It is sold warm, and what is left at noon goes to the shelter.";
    let new = OLD.replace("seven", "six").replace("noon", "two");
    for (word, other) in
        [("bake", "knead"), ("night", "dusk"), ("warm", "hot"), ("shelter", "poor")]
    {
        let mut made = Harness::file("plan.md", &format!("{OLD}\n"));
        made.say("Better?");
        made.reply(&format!("<<<<<<< SEARCH\n{OLD}\n=======\n{new}\n>>>>>>> REPLACE\n"));
        made.about_hunk(0, "hunk.split");
        assert_eq!(made.hunks().len(), 2, "{:?} {}", made.hunks(), made.notice());
        let at = OLD.find(word).expect("there");
        made.run("app.focus-editor");
        made.place(at, Some(at + word.len()));
        made.keys("backspace");
        made.type_text(other);
        made.pass(3000);
        let states: Vec<HunkState> = made.hunks().iter().map(|one| one.1).collect();
        assert_eq!(states, [HunkState::Pending; 2], "{word}: {:?}", made.hunks());
        made.run("hunk.accept-all");
        assert_eq!(made.text(), format!("{}\n", new.replace(word, other)), "{}", made.notice());
    }
}
