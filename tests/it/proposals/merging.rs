//! Two copies of one session that did not know of each other.

use crate::harness::{Harness, cases, digest, similar_asserts};
use cowrite::app::Input;
use cowrite::base::Rand;
use cowrite::session::HunkState;

const TEXT: &str = "We meet on Monday.\nBring the plan.\n";

/// Ada with a proposal, and Eve with a copy of it.
fn two(hunks: &[(usize, usize, &str)]) -> (Harness, Harness) {
    let mut ada = Harness::with(TEXT);
    ada.propose(hunks);
    let eve = ada.copy_for("p_01JEVE", "Eve", 9);
    (ada, eve)
}

/// Each takes in what the other has, until there is nothing new.
fn meet(all: &mut [&mut Harness]) {
    for _ in 0..3 {
        for to in 0..all.len() {
            for from in 0..all.len() {
                if let Some(known) = (from != to).then(|| all[from].kept.events.clone()) {
                    let fresh: Vec<_> = known
                        .into_iter()
                        .filter(|event| !event.is_local())
                        .filter(|event| !all[to].model().session.contains(&event.id))
                        .collect();
                    all[to].kept.events.extend(fresh.iter().cloned());
                    all[to].input(Input::Foreign(fresh));
                }
            }
        }
    }
}

#[track_caller]
fn same(a: &Harness, b: &Harness, what: &str) {
    // Where a document's file is, is each one's own.
    let shared = |made: &Harness| {
        let lines = digest(&made.model().session, true);
        let path = |line: &str| line.split(" at Some(").next().unwrap_or_default().to_owned();
        let lines: Vec<String> =
            lines.lines().map(path).map(|line| line.replace(" at None", "")).collect();
        lines.join("\n")
    };
    let (one, other) = (shared(a), shared(b));
    similar_asserts(&format!("{what}\n{one}"), &format!("{what}\n{other}"));
    a.same_after(what);
    b.same_after(what);
}

#[test]
fn one_hunk_accepted_in_two_copies_stands_once() {
    for eve_first in [false, true] {
        for undo_by_eve in [false, true] {
            let (mut ada, mut eve) = two(&[(11, 17, "Tuesday")]);
            ada.about_hunk(0, "hunk.accept");
            eve.about_hunk(0, "hunk.accept");
            if eve_first {
                eve.take_from(&ada);
                ada.take_from(&eve);
            } else {
                // Both at once: each deletes the second copy, and deleting twice is deleting once.
                let before = ada.kept.events.clone();
                ada.take_from(&eve);
                let known = before.into_iter().filter(|event| !event.is_local());
                let known: Vec<_> =
                    known.filter(|event| !eve.model().session.contains(&event.id)).collect();
                eve.kept.events.extend(known.iter().cloned());
                eve.input(Input::Foreign(known));
                meet(&mut [&mut ada, &mut eve]);
            }
            assert_eq!(ada.text(), "We meet on Tuesday.\nBring the plan.\n");
            assert_eq!(ada.hunks(), []);
            same(&ada, &eve, "accepted twice");
            // Taking it back takes it back once, whoever does.
            let (one, other) =
                if undo_by_eve { (&mut eve, &mut ada) } else { (&mut ada, &mut eve) };
            one.keys("ctrl-z");
            assert_eq!((one.text().as_str(), one.hunks().len()), (TEXT, 1), "{}", one.notice());
            one.keys("ctrl-y");
            assert_eq!(one.text(), "We meet on Tuesday.\nBring the plan.\n");
            assert_eq!(one.hunks(), []);
            one.keys("ctrl-z");
            other.take_from(one);
            assert_eq!(other.text(), TEXT);
            same(one, other, "taken back");
            // Also when both do.
            one.keys("ctrl-y");
            other.take_from(one);
            assert_eq!(other.text(), "We meet on Tuesday.\nBring the plan.\n");
            one.keys("ctrl-z");
            other.keys("ctrl-z");
            assert_eq!((one.text().as_str(), other.text().as_str()), (TEXT, TEXT));
            meet(&mut [one, other]);
            assert_eq!(one.text(), TEXT);
            same(one, other, "taken back twice");
        }
    }
}

#[test]
fn what_was_made_of_a_hunk_in_two_ways_is_asked_about() {
    let (mut ada, mut eve) = two(&[(11, 17, "Tuesday")]);
    ada.about_hunk(0, "hunk.accept");
    eve.about_hunk(0, "hunk.edit");
    eve.keys("ctrl-a 'We meet on Wednesday.' ctrl-s");
    meet(&mut [&mut ada, &mut eve]);
    assert!(ada.text().contains("Tuesday") && ada.text().contains("Wednesday"), "{}", ada.text());
    assert_eq!(ada.hunks()[0].1, HunkState::Collided);
    same(&ada, &eve, "two ways");
    ada.about_hunk(0, "hunk.edit");
    ada.keys("ctrl-a 'We meet on Wednesday.' ctrl-s");
    assert_eq!(ada.text(), "We meet on Wednesday.\nBring the plan.\n");
    assert_eq!(ada.hunks(), []);
    eve.take_from(&ada);
    same(&ada, &eve, "settled");
}

#[test]
fn opposite_verdicts_are_shown_with_whose_they_are() {
    let (mut ada, mut eve) = two(&[(11, 17, "Tuesday")]);
    ada.about_hunk(0, "hunk.reject Mondays are fine");
    eve.about_hunk(0, "hunk.accept");
    meet(&mut [&mut ada, &mut eve]);
    for made in [&mut ada, &mut eve] {
        assert_eq!(made.hunks()[0].1, HunkState::Collided);
        let said = "Ada rejected it (Mondays are fine), Eve accepted it";
        let open = made.model().session.open_in(&made.model().doc);
        let told = open[0].disputed.clone().expect("is told");
        let mut parts: Vec<&str> = told.split(", ").collect();
        parts.sort_unstable();
        assert_eq!(parts.join(", "), said);
        let screen = made.screen(110, 20);
        for words in ["Mondays are fine", "accept keeps the text as it is now"] {
            assert!(screen.contains(words), "{words}\n{screen}");
        }
        assert!(!screen.contains("a merge changed"), "{screen}");
        made.keys("alt-5");
        let screen = made.screen(110, 20);
        assert!(screen.contains("× disputed: "), "{screen}");
        // It is nobody's success before that is settled.
        let mut stats = cowrite::report::Stats::default();
        stats.add(&made.model().session, None);
        let rows = stats.tables().join("\n");
        assert!(!rows.contains("100 %"), "{rows}");
        let model = made.model();
        let page = cowrite::report::handoff(&model.session, &model.ui.news, false, model.now);
        let page = page.join("\n");
        assert!(page.contains("1 open hunk in") && page.contains("Mondays are fine"), "{page}");
        assert!(!page.contains("changed by a merge"), "{page}");
    }
    same(&ada, &eve, "disputed");
    ada.about_hunk(0, "hunk.accept");
    eve.take_from(&ada);
    assert_eq!((ada.hunks(), eve.hunks()), (Vec::new(), Vec::new()));
    assert_eq!(ada.text(), "We meet on Tuesday.\nBring the plan.\n");
}

#[test]
fn an_outside_change_taken_in_by_two_copies_stands_once() {
    let (mut ada, mut eve) = two(&[]);
    ada.keys("ctrl-s");
    let outside = "We meet on Monday, at ten.\nBring the plan.\n";
    eve.take_from(&ada);
    eve.app.model.path = ada.model().path.clone();
    ada.write_outside(outside);
    eve.write_outside(outside);
    assert_eq!((ada.text().as_str(), eve.text().as_str()), (outside, outside));
    meet(&mut [&mut ada, &mut eve]);
    assert_eq!(ada.text(), outside);
    same(&ada, &eve, "outside");
}

/// Eve writes into what Ada accepts.
fn collided() -> (Harness, Harness, Harness) {
    let (mut ada, mut eve) = two(&[(11, 17, "Tuesday"), (19, 34, "Bring the plan and a pen.")]);
    let late = ada.copy_for("p_01JBOB", "Bob", 77);
    ada.run("hunk.accept-all");
    eve.place(14, None);
    eve.keys("'xyz'");
    eve.pass(3000);
    meet(&mut [&mut ada, &mut eve]);
    same(&ada, &eve, "collided");
    (ada, eve, late)
}

#[test]
fn a_merge_that_writes_into_accepted_text_is_shown_and_settled() {
    let (mut ada, mut eve, mut late) = collided();
    let states: Vec<HunkState> = ada.hunks().iter().map(|hunk| hunk.1).collect();
    assert_eq!(states, [HunkState::Collided], "the other hunk is not concerned");
    let screen = ada.screen(110, 20);
    for words in ["collided: a merge changed this accepted text", " × "] {
        assert!(screen.contains(words), "{words}\n{screen}");
    }
    ada.keys("alt-5");
    let screen = ada.screen(110, 20);
    assert!(screen.contains("× collided"), "{screen}");
    // It is neither accepted nor rejected with all others.
    let text = ada.text();
    ada.run("hunk.reject-all");
    assert_eq!((ada.hunks().len(), ada.text()), (1, text.clone()));
    // Accepting it keeps what stands there.
    ada.about_hunk(0, "hunk.accept");
    assert_eq!((ada.hunks().len(), ada.text()), (0, text));
    ada.same_after_reopening();
    eve.take_from(&ada);
    assert_eq!(eve.hunks(), []);
    same(&ada, &eve, "kept");
    // Who knew of it just wrote on.
    ada.place(12, None);
    ada.keys("'!'");
    ada.pass(3000);
    eve.take_from(&ada);
    assert_eq!(eve.hunks(), []);
    // What comes of somebody who knew of neither is looked at again.
    late.place(15, None);
    late.keys("'late'");
    late.pass(3000);
    ada.take_from(&late);
    assert_eq!(ada.hunks().len(), 1, "{}", ada.text());
    ada.same_after_reopening();
}

#[test]
fn rejecting_what_collided_leaves_the_words_of_others() {
    let (mut ada, mut eve, _) = collided();
    eve.about_hunk(0, "hunk.reject no");
    assert!(!eve.text().contains("Tuesday") && eve.text().contains("xyz"), "{}", eve.text());
    assert!(eve.text().contains("Mon"), "{}", eve.text());
    assert_eq!(eve.hunks(), []);
    ada.take_from(&eve);
    same(&ada, &eve, "rejected");
    // Words that another replaced are not brought back beside the new ones.
    let (mut ada, mut eve) = two(&[(11, 17, "Tuesday")]);
    ada.about_hunk(0, "hunk.accept");
    eve.place(17, Some(11));
    eve.keys("'Friday'");
    eve.pass(3000);
    meet(&mut [&mut ada, &mut eve]);
    assert_eq!(ada.hunks()[0].1, HunkState::Collided);
    ada.about_hunk(0, "hunk.reject");
    assert_eq!(ada.text(), "We meet on Friday.\nBring the plan.\n");
}

#[test]
fn accepted_here_and_rejected_there_is_asked_about() {
    let (mut ada, mut eve) = two(&[(11, 17, "Tuesday")]);
    ada.about_hunk(0, "hunk.reject too early");
    eve.about_hunk(0, "hunk.accept");
    meet(&mut [&mut ada, &mut eve]);
    assert_eq!(ada.hunks()[0].1, HunkState::Collided);
    same(&ada, &eve, "two verdicts");
    eve.about_hunk(0, "hunk.reject too early");
    assert_eq!((eve.text().as_str(), eve.hunks().len()), (TEXT, 0));
    ada.take_from(&eve);
    same(&ada, &eve, "settled");
}

#[test]
fn copies_that_accept_and_write_agree_and_nothing_stands_twice() {
    for seed in cases(30) {
        let mut rand = Rand::from_number(seed);
        let mut ada = Harness::with("alpha beta gamma\ndelta epsilon zeta\neta theta iota\n");
        ada.propose(&[(0, 5, "ONE"), (11, 16, "TWO"), (17, 22, "THREE"), (36, 39, "FOUR")]);
        let mut eve = ada.copy_for("p_01JEVE", "Eve", 1000 + seed);
        let mut bob = ada.copy_for("p_01JBOB", "Bob", 2000 + seed);
        let mut trace = format!("seed {seed}");
        for _ in 0..14 {
            let who = rand.below(3);
            let made = [&mut ada, &mut eve, &mut bob].into_iter().nth(who).expect("three");
            let open = made.hunks().len();
            match rand.below(9) {
                0..=3 if open > 0 => {
                    let index = rand.below(open);
                    trace.push_str(&format!("\n{who} accepts {:?}", made.hunks()[index]));
                    made.about_hunk(index, "hunk.accept");
                }
                4 if open > 0 => {
                    let index = rand.below(open);
                    trace.push_str(&format!("\n{who} rejects {:?}", made.hunks()[index]));
                    made.about_hunk(index, "hunk.reject");
                }
                5 => {
                    trace.push_str(&format!("\n{who} undoes"));
                    made.keys("ctrl-z");
                }
                6 => {
                    let at = rand.below(made.text().chars().count() + 1);
                    trace.push_str(&format!("\n{who} types at {at}"));
                    made.place(at, None);
                    made.keys("'.'");
                }
                7 => {
                    trace.push_str("\ntwo meet");
                    eve.take_from(&bob);
                    bob.take_from(&eve);
                }
                _ => {
                    trace.push_str("\nAda hears of Eve");
                    ada.take_from(&eve);
                }
            }
            for made in [&mut ada, &mut eve, &mut bob] {
                made.pass(3000);
                made.same_after(&trace);
            }
        }
        meet(&mut [&mut ada, &mut eve, &mut bob]);
        same(&ada, &eve, &trace);
        same(&eve, &bob, &trace);
        let plain = ada.text().replace('.', "");
        for word in ["ONE", "TWO", "THREE", "FOUR"] {
            let count = plain.matches(word).count();
            assert!(count <= 1, "{trace}\n{word} stands {count} times: {plain:?}");
        }
    }
}
