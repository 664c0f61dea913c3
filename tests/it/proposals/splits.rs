//! The parts of a hunk: all of them together are the hunk, and each is decided by itself.

use crate::harness::Harness;

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
