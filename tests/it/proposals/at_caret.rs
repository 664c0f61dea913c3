//! Which hunk the keys are about, and that they do nothing else beside it.

use crate::harness::{Harness, cases};
use cowrite::base::Rand;
use cowrite::session::HunkState;

const TEXT: &str = "We meet on Monday.\nThe end of it is near.\nLast.\n";

/// Which words a hunk puts in that is at the caret.
fn here(made: &Harness) -> Option<String> {
    made.model().hunk_here().map(|one| one.new)
}

#[test]
fn a_hunk_is_at_the_caret_on_every_line_that_is_drawn_as_its() {
    for (hunks, caret, expected) in [
        // On its characters, and anywhere else on its line.
        (&[(23, 26, "START")][..], 23, Some("START")),
        (&[(23, 26, "START")], 19, Some("START")),
        (&[(23, 26, "START")], 41, Some("START")),
        // Not on others.
        (&[(23, 26, "START")], 18, None),
        (&[(23, 26, "START")], 42, None),
        // A word that is put in.
        (&[(23, 23, "very ")], 41, Some("very ")),
        // Of two the nearest; of two that are as near the one on the right.
        (&[(19, 22, "An"), (36, 40, "far")], 25, Some("An")),
        (&[(19, 22, "An"), (36, 40, "far")], 29, Some("far")),
        (&[(19, 22, "An"), (36, 40, "far")], 33, Some("far")),
        (&[(19, 22, "An"), (26, 29, "for")], 24, Some("for")),
        // Over several lines.
        (&[(11, 22, "Friday.\nAn")], 0, Some("Friday.\nAn")),
        (&[(11, 22, "Friday.\nAn")], 40, Some("Friday.\nAn")),
        // Lines that are put in stand between two.
        (&[(19, 19, "Between.\n")], 3, Some("Between.\n")),
        (&[(19, 19, "Between.\n")], 30, Some("Between.\n")),
        (&[(19, 19, "Between.\n")], 43, None),
    ] {
        let mut made = Harness::with(TEXT);
        made.propose(hunks);
        made.place(caret, None);
        assert_eq!(here(&made).as_deref(), expected, "{hunks:?} at {caret}");
        let screen = made.screen(120, 30);
        assert_eq!(screen.contains("alt-a accept"), expected.is_some(), "{screen}");
        made.keys("alt-a");
        assert_eq!(made.text() != TEXT, expected.is_some(), "{hunks:?}: {}", made.notice());
        if expected.is_none() {
            assert!(made.notice().contains("No hunk at the caret"), "{}", made.notice());
        }
    }
}

/// A hunk whose text changed, and nothing asked but the question it came with.
fn stale() -> Harness {
    let mut made = Harness::with(TEXT);
    made.say("Check it.");
    made.reply("<<<<<<< SEARCH\nThe end of it is near.\n=======\nThe start of it is far.\n>>>>>>> REPLACE\n");
    made.place(27, None);
    made.keys("'x'");
    made.pass(3000);
    assert_eq!(made.hunks()[0].1, HunkState::Stale, "{:?}", made.hunks());
    made
}

#[test]
fn keys_for_what_changed_hold_on_the_whole_line() {
    for caret in [19, 23, 42] {
        let mut made = stale();
        made.place(caret, None);
        let screen = made.screen(120, 30);
        assert!(screen.contains("alt-t take theirs"), "{screen}");
        made.keys("alt-t");
        assert!(made.text().contains("The start of it is far."), "{caret}: {}", made.text());
        assert_eq!(made.asked.len(), 1);
    }
}

#[test]
fn beside_it_they_do_nothing_else() {
    for key in ["alt-m", "alt-t", "alt-v", "alt-o"] {
        let mut made = stale();
        made.place(2, None);
        let before = (made.text(), made.hunks(), made.model().model_name.clone());
        made.keys(key);
        let after = (made.text(), made.hunks(), made.model().model_name.clone());
        assert_eq!(before, after, "{key}");
        assert_eq!(made.asked.len(), 1, "{key} asks nobody");
        assert!(!made.model().ui.zoomed, "{key}");
        assert!(
            made.notice().contains("at the caret: F8 goes to the next"),
            "{key}: {}",
            made.notice()
        );
        made.keys("f8");
        made.keys("alt-m");
        assert!(made.hunks().is_empty(), "{}", made.notice());
    }
    // Nor where no hunk is open: a question costs money.
    let mut made = Harness::with(TEXT);
    made.say("Check it.");
    made.reply("It is fine.");
    made.keys("alt-t");
    assert_eq!((made.asked.len(), made.text().as_str()), (1, TEXT));
    assert!(made.notice().contains("In the message box this key asks again"), "{}", made.notice());
    made.keys("alt-2 alt-t");
    assert_eq!(made.asked.len(), 2, "{}", made.notice());
}

/// At most one hunk is marked as the one at the caret: the one that the keys are about.
#[test]
fn what_is_marked_is_what_the_keys_are_about() {
    for seed in cases(40) {
        let mut rand = Rand::from_number(seed);
        let mut made = Harness::with(TEXT);
        let chars = TEXT.chars().count();
        let mut at = 0;
        let mut hunks = Vec::new();
        while at < chars && hunks.len() < 4 {
            let start = at + rand.below(12);
            let end = start + rand.below(6);
            if end > chars {
                break;
            }
            hunks.push((start, end, ["new", "a\n", "\nb", ""][rand.below(4)]));
            at = end + 1;
        }
        hunks.retain(|(start, end, new)| start < end || !new.is_empty());
        made.propose(&hunks);
        for caret in 0..=chars {
            made.place(caret, None);
            let pieces = &made.model().ui.frame.hunks;
            let marked: Vec<_> =
                pieces.iter().filter(|piece| piece.current).map(|piece| piece.of[0]).collect();
            let here: Vec<_> = made.model().hunk_here().map(|one| one.of).into_iter().collect();
            assert_eq!(marked, here, "{hunks:?} at {caret}, seed {seed}");
        }
    }
}
