//! Text that comes back, whichever way: by whom it was, and what was said about hunks with it.

use super::{all, told};
use crate::harness::{Harness, Trace, cases};
use cowrite::base::Rand;
use cowrite::event::{Event, Text};
use cowrite::session::{HunkRef, HunkState, Written};
use std::fmt::Write as _;

const TEXT: &str = "We meet on Monday.\nBring the plan.\nThere is cake.\n";
const ACCEPTED: &str = "We meet on Tuesday.\nBring the plan and a pen.\nThere is cake.\nAda\n";

/// A file from elsewhere with words of a model and of Ada, saved.
fn adas() -> Harness {
    let mut ada = Harness::with(TEXT);
    ada.propose(&[(11, 17, "Tuesday"), (19, 34, "Bring the plan and a pen.")]);
    ada.about_hunk(0, "hunk.accept");
    ada.about_hunk(0, "hunk.accept");
    ada.keys("ctrl-end 'Ada' enter ctrl-s");
    ada.pass(3000);
    assert_eq!(ada.text(), ACCEPTED);
    ada
}

/// A copy of it for Cy.
fn cys() -> Harness {
    let ada = adas();
    let mut cy = ada.copy_for("p_01JCY", "Cy", 9);
    cy.app.model.path = ada.model().path.clone();
    cy.write_outside(&ada.text());
    assert!(!cy.model().is_modified());
    cy
}

/// The runs in lines, without whether they were brought back.
fn whose(made: &Harness) -> Vec<String> {
    let plain = |run: Written| Written { again: None, ..run };
    let runs = cowrite::session::joined(all(made).into_iter().map(plain).collect());
    let session = &made.model().session;
    let rope = made.model().rope();
    let line = |run: &Written| {
        let who = cowrite::report::author_of(session, run);
        let by = run.by.as_ref().map(|author| session.author_name(author));
        let text = rope.slice(run.span.range()).to_string();
        format!("{text:?} {who} {by:?} {:?} {:?} {:?}", run.how, run.seen, run.hunk)
    };
    runs.iter().map(line).collect()
}

fn open(made: &Harness) -> Vec<(HunkRef, HunkState)> {
    let open = made.model().session.open_in(&made.doc());
    let all = open.iter().flat_map(|one| one.members.iter().map(|of| (*of, one.state)));
    let mut all: Vec<_> = all.collect();
    // What has no text of its own may stand at either side of what else has none.
    all.sort();
    all
}

/// Quits and throws away what is not saved.
fn discard(made: &mut Harness) {
    made.keys("ctrl-q d");
    assert!(made.ended, "{}", made.notice());
}

#[test]
fn what_comes_back_is_by_whom_it_was() {
    let check = |what: &str, act: &dyn Fn(&mut Harness)| {
        let mut made = cys();
        let before = whose(&made);
        act(&mut made);
        assert_eq!(made.text(), ACCEPTED, "{what}: {}", made.notice());
        assert_eq!(whose(&made), before, "{what}");
        assert_eq!(open(&made), [], "{what}");
        made.same_after(what);
        let again = made.killed(77);
        assert_eq!((whose(&again), open(&again)), (before, vec![]), "{what}, opened again");
    };
    check("undo", &|made| made.keys("ctrl-a backspace ctrl-z"));
    check("undo of the undo of an undo", &|made| {
        made.keys("ctrl-a backspace ctrl-z ctrl-y ctrl-z");
    });
    check("cut and paste", &|made| made.keys("ctrl-a ctrl-x ctrl-v"));
    check("discard", &|made| {
        made.keys("ctrl-a backspace");
        discard(made);
    });
    check("discard of something else in its place", &|made| {
        made.keys("ctrl-a 'other'");
        discard(made);
    });
    check("restore and discard", &|made| {
        let first = made.model().session.timeline()[1].moment;
        made.keys("'x'");
        made.pass(3000);
        made.with_cx(|cx| cx.restore(first)).expect("an older text");
        discard(made);
    });
    check("restore", &|made| {
        let now = made.model().session.timeline().last().expect("a point").moment;
        made.keys("ctrl-a backspace");
        made.pass(3000);
        made.with_cx(|cx| cx.restore(now)).expect("an older text");
    });
    check("taken back, undone", &|made| {
        made.run("written.take-back model large");
        made.keys("ctrl-z");
    });
    check("taken back and discarded", &|made| {
        made.run("written.take-back model large");
        assert_eq!(open(made).len(), 2, "{}", made.notice());
        discard(made);
    });
    check("taken back, worked on, discarded", &|made| {
        made.run("written.take-back model large");
        made.place(14, None);
        made.keys("'really '");
        discard(made);
    });
    check("a change from outside, taken back", &|made| {
        made.write_outside("other\n");
        assert_eq!(made.text(), "other\n");
        made.run("edit.undo-outside");
    });
    check("an older version of the file", &|made| {
        made.keys("ctrl-a 'other' ctrl-s");
        made.pass(3000);
        made.write_outside(ACCEPTED);
        made.keys("y");
    });
}

#[test]
fn taking_back_is_a_step_that_undo_takes_back() {
    let mut made = cys();
    let before = whose(&made);
    made.place(13, None);
    made.keys("'X'");
    made.pass(3000);
    let typed = (made.text(), whose(&made));
    made.run("written.take-back model large go");
    assert_eq!(made.notice(), "Took back 2 hunks. Undo brings them back.");
    let taken = (made.text(), whose(&made), open(&made).len());
    assert_eq!(taken.2, 2);
    for _ in 0..2 {
        made.keys("ctrl-z");
        assert_eq!(made.notice(), "Brought back 2 hunks of scripted/large.");
        assert_eq!((made.text(), whose(&made)), typed);
        assert_eq!(open(&made), [], "accepted again");
        made.keys("ctrl-y");
        assert_eq!(made.notice(), "Took back 2 hunks of scripted/large again.");
        assert_eq!((made.text(), whose(&made), open(&made).len()), taken);
        made.same_after_reopening();
    }
    made.keys("ctrl-z ctrl-z");
    assert_eq!(made.notice(), "Took back typing “X”.");
    assert_eq!((made.text().as_str(), whose(&made)), (ACCEPTED, before));
    made.keys("ctrl-y ctrl-y");
    assert_eq!((made.text(), whose(&made), open(&made).len()), taken);
    made.same_after_reopening();
}

#[test]
fn what_was_accepted_since_the_save_is_open_after_a_discard_until_that_is_undone() {
    let mut made = adas();
    made.propose(&[(55, 59, "tea")]);
    assert_eq!(made.hunks()[0].2, "cake");
    made.about_hunk(0, "hunk.accept");
    made.pass(3000);
    let accepted = (made.text(), whose(&made));
    discard(&mut made);
    assert_eq!(made.text(), ACCEPTED);
    assert_eq!(made.hunks()[0].1, HunkState::Pending, "what it was made for stands there");
    let mut made = made.killed(78);
    made.keys("ctrl-z");
    assert!(made.notice().contains("discarding the text"), "{}", made.notice());
    assert_eq!((made.text(), whose(&made)), accepted);
    assert_eq!(open(&made), []);
    made.keys("ctrl-y");
    assert_eq!((made.text().as_str(), made.hunks().len()), (ACCEPTED, 1));
    made.same_after_reopening();
}

#[test]
fn a_discard_leaves_what_others_wrote_since() {
    let mut ada = Harness::with(TEXT);
    ada.keys("ctrl-end 'Ada' enter ctrl-s");
    ada.pass(3000);
    let saved = ada.text();
    let mut cy = ada.copy_for("p_01JCY", "Cy", 9);
    cy.keys("ctrl-end 'Cy'");
    cy.pass(3000);
    ada.place(3, Some(0));
    ada.keys("backspace 'They '");
    ada.pass(3000);
    ada.take_from(&cy);
    discard(&mut ada);
    assert_eq!(ada.text(), format!("{saved}Cy"));
    let words = ada.model().farewell.clone().unwrap_or_default();
    assert!(words.contains("what others wrote is in its session"), "{words}");
    let last = told(&ada).pop().expect("a run");
    assert_eq!(last, "\"Cy\" Cy Typed");
    let mut ada = ada.killed(79);
    ada.keys("ctrl-z");
    assert!(ada.text().starts_with("They meet"), "{}", ada.text());
    ada.same_after_reopening();
}

#[test]
fn what_two_copies_brought_back_stands_once() {
    let check = |what: &str, keys: [&str; 2], act: &dyn Fn(&mut Harness)| {
        let mut ada = cys();
        let mut ben = ada.copy_for("p_01JBEN", "Ben", 12);
        for (made, keys) in [(&mut ada, keys[0]), (&mut ben, keys[1])] {
            made.keys(keys);
            made.pass(3000);
            act(made);
            assert_eq!(made.text(), ACCEPTED, "{what}: {}", made.notice());
        }
        let before = whose(&ada);
        for _ in 0..2 {
            ada.take_from(&ben);
            ben.take_from(&ada);
        }
        assert_eq!((ada.text().as_str(), ben.text().as_str()), (ACCEPTED, ACCEPTED), "{what}");
        assert_eq!((whose(&ada), whose(&ben)), (before.clone(), before), "{what}");
        ada.same_after(what);
    };
    let all = "ctrl-a backspace";
    check("discard", [all, all], &|made| {
        made.discard().expect("discards");
    });
    check("undo", [all, all], &|made| made.keys("ctrl-z"));
    check("taken back, undone", ["", ""], &|made| {
        made.run("written.take-back model large");
        made.pass(3000);
        made.keys("ctrl-z");
    });
}

#[test]
fn a_hunk_whose_words_stand_there_already_is_no_conflict() {
    let check = |what: &str, act: &dyn Fn(&mut Harness)| {
        let mut made = Harness::with(TEXT);
        made.propose(&[(11, 17, "Tuesday")]);
        act(&mut made);
        let text = made.text();
        assert_eq!(text, TEXT.replace("Monday", "Tuesday"), "{what}");
        let screen = made.screen(110, 24);
        assert!(screen.contains("the text says this already"), "{what}\n{screen}");
        for words in ["both changed", "it was:"] {
            assert!(!screen.contains(words), "{what}\n{screen}");
        }
        // Where it is all that stands there, there is nothing that could come twice.
        let (start, end) = made.hunks()[0].0.expect("a place");
        let here: String = text.chars().skip(start).take(end - start).collect();
        let around = here != "Tuesday";
        for line in ["hunk.theirs", "hunk.both", "hunk.base"].into_iter().filter(|_| around) {
            made.about_hunk(0, line);
            assert!(made.notice().contains("says this already"), "{what} {}", made.notice());
        }
        made.about_hunk(0, "hunk.accept");
        assert_eq!((made.text(), open(&made)), (text, vec![]), "{what}: {}", made.notice());
        made.same_after_reopening();
        made.keys("ctrl-z");
        assert_eq!(open(&made).len(), 1, "{what}");
    };
    check("typed", &|made| {
        made.place(17, Some(11));
        made.keys("'Tuesday'");
    });
    check("typed beside", &|made| {
        made.place(11, None);
        made.keys("'Tuesday' delete delete delete delete delete delete");
    });
    check("from outside", &|made| {
        made.write_outside(&TEXT.replace("Monday", "Tuesday"));
    });
}

/// Records what stands there as saved.
fn save(made: &mut Harness) {
    made.pass(3000);
    made.with_cx(|cx| {
        let doc = cx.model.doc.clone();
        let version = cx.model.entry().expect("a document").document.version();
        let hash = Text::new(format!("{version:?}"));
        cx.append(&Event::DocumentSaved { doc, version, hash });
    });
}

#[test]
fn whatever_was_done_since_a_discard_takes_it_back_and_undo_brings_it_back() {
    for seed in cases(30) {
        let mut rand = Rand::from_number(seed);
        let mut made = Harness::empty();
        let mut trace = Trace(format!("seed {seed}\n"));
        made.type_text("one two three\nfour five six\n");
        for round in 0..3 {
            save(&mut made);
            let saved = (made.text(), whose(&made));
            let accepted = made.model().session.accepted_there(&made.doc());
            let _ = writeln!(trace.0, "{round}: {saved:?}");
            for _ in 0..8 {
                let len = made.text().chars().count();
                let (a, b) = (rand.below(len + 1), rand.below(len + 1));
                let (start, end) = (a.min(b), a.max(b).min(a.min(b) + 7));
                let keys = ["'ab '", "backspace", "ctrl-x", "ctrl-v", "alt-down", "ctrl-z"];
                match rand.below(9) {
                    0 => made.run("written.take-back model large go"),
                    1 | 2 => {
                        made.propose(&[(start, end, "NEW")]);
                        made.about_hunk(made.refs().len() - 1, "hunk.accept");
                    }
                    key => {
                        made.place(end, Some(start));
                        made.keys(keys[key - 3]);
                    }
                }
                let _ = writeln!(trace.0, "{start}..{end} {:?} {}", made.text(), made.notice());
            }
            made.pass(3000);
            let before = (made.text(), whose(&made), open(&made));
            made.discard().expect("discards");
            let after = (made.text(), whose(&made), open(&made));
            assert_eq!((after.0.clone(), after.1.clone()), saved, "{}", trace.0);
            assert_eq!(made.model().session.accepted_there(&made.doc()), accepted, "{}", trace.0);
            for (of, _) in &after.2 {
                assert!(!accepted.contains(of), "an open one stands there\n{}", trace.0);
            }
            made.same_after(&trace.0);
            if before.0 != after.0 {
                made.keys("ctrl-z");
                let undone = (made.text(), whose(&made), open(&made));
                assert_eq!(undone, before, "undone: {}\n{}", made.notice(), trace.0);
                made.keys("ctrl-y");
                let redone = (made.text(), whose(&made), open(&made));
                assert_eq!(redone, after, "redone: {}\n{}", made.notice(), trace.0);
            }
            made.same_after(&trace.0);
        }
    }
}
