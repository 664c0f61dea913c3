//! Two copies of a session that each bring back some of the same text: what both brought back stands
//! once, whatever way it came back and whoever hears of whom first.

use crate::harness::{Harness, cases};
use cowrite::base::Rand;
use cowrite::session::Moment;

const LINES: [&str; 6] = ["one", "two", "three", "four", "five", "six"];

fn base() -> String {
    LINES.map(|line| format!("{line}\n")).concat()
}

/// Ada, and Eve with a copy, after Ada deleted lines: each an event of its own.
fn two(deleted: &[usize], seed: u64) -> (Harness, Harness) {
    let mut ada = Harness::file("plan.txt", &base());
    ada.keys("'.' backspace ctrl-s");
    ada.pass(3000);
    for line in deleted {
        takes(&mut ada, LINES[*line]);
    }
    let mut eve = ada.copy_for("p_01JEVE", "Eve", seed + 9);
    eve.app.model.path = ada.model().path.clone();
    eve.write_outside(&ada.text());
    (ada, eve)
}

/// Deletes a line.
fn takes(made: &mut Harness, line: &str) {
    let line = format!("{line}\n");
    let at = made.text().find(&line).expect("it stands");
    made.place(at + line.len(), Some(at));
    made.keys("backspace");
    made.pass(3000);
}

/// The moments of the edits, oldest first.
fn moments(made: &Harness) -> Vec<Moment> {
    let session = &made.model().session;
    let entry = &session.documents[&made.doc()];
    entry.edits().map(|edit| (session.lamport_of(&edit.id), edit.id)).collect()
}

fn restores(made: &mut Harness, edit: usize) {
    let moment = moments(made)[edit];
    _ = made.with_cx(|cx| cx.restore(moment));
    made.pass(3000);
}

/// Both hear of each other, the one or the other first or both at once.
fn meet(ada: &mut Harness, eve: &mut Harness, order: usize) {
    let (hers, theirs) = (ada.kept.events.clone(), eve.kept.events.clone());
    match order {
        0 => ada.take_from(eve),
        1 => eve.take_from(ada),
        _ => {
            ada.take(&theirs);
            eve.take(&hers);
        }
    }
    for _ in 0..3 {
        eve.take_from(ada);
        ada.take_from(eve);
    }
}

#[test]
fn what_both_brought_back_stands_once() {
    type Back = fn(&mut Harness);
    // What is deleted, what each does, and the lines after the merge.
    let table: [(&str, &[usize], Back, Back, &[usize]); 5] = [
        (
            "one of two, and both",
            &[1, 2],
            |a| a.keys("ctrl-z"),
            |e| restores(e, 1),
            &[0, 1, 2, 3, 4, 5],
        ),
        (
            "both, and one of two",
            &[1, 2],
            |a| a.keys("ctrl-z ctrl-z"),
            |e| restores(e, 2),
            &[0, 1, 2, 3, 4, 5],
        ),
        (
            "an older text in both",
            &[1, 3],
            |a| restores(a, 1),
            |e| restores(e, 2),
            &[0, 1, 2, 3, 4, 5],
        ),
        (
            "nothing that both did",
            &[1, 3],
            |a| a.keys("ctrl-z"),
            |e| takes(e, "five"),
            &[0, 2, 3, 5],
        ),
        (
            "brought back, deleted and brought back again",
            &[1, 2],
            |a| {
                a.keys("ctrl-z ctrl-z");
                a.pass(3000);
                a.keys("ctrl-y ctrl-y ctrl-z ctrl-z");
            },
            |e| restores(e, 1),
            &[0, 1, 2, 3, 4, 5],
        ),
    ];
    for (what, deleted, first, second, lines) in table {
        for order in 0..3 {
            let (mut ada, mut eve) = two(deleted, 1);
            first(&mut ada);
            ada.pass(3000);
            second(&mut eve);
            eve.pass(3000);
            meet(&mut ada, &mut eve, order);
            let want: String = lines.iter().map(|line| format!("{}\n", LINES[*line])).collect();
            assert_eq!(ada.text(), want, "{what}, order {order}: {}", ada.notice());
            assert_eq!(eve.text(), want, "{what}, order {order}");
            ada.same_after_reopening();
            // Taking back what one brought back takes that away.
            ada.keys("ctrl-z");
            let once = LINES.iter().all(|line| ada.text().matches(line).count() <= 1);
            assert!(once, "{what}, order {order}: {} {}", ada.notice(), ada.text());
        }
    }
}

#[test]
fn whatever_each_brings_back_nothing_stands_twice_and_nothing_is_lost() {
    for seed in cases(60) {
        let mut rand = Rand::from_number(seed);
        let mut deleted: Vec<usize> = (0..6).filter(|_| rand.below(2) == 0).collect();
        for at in (1..deleted.len()).rev() {
            deleted.swap(at, rand.below(at + 1));
        }
        let (mut ada, eve) = two(&deleted, seed);
        let bob = ada.copy_for("p_01JBOB", "Bob", seed + 50);
        let mut trace = format!("seed {seed}, deleted {deleted:?}");
        let mut others = [eve, bob];
        for who in 0..3 {
            let made = if who == 0 { &mut ada } else { &mut others[who - 1] };
            for _ in 0..1 + rand.below(2) {
                let edits = moments(made).len();
                let edit = rand.below(edits);
                trace.push_str(&format!("; {who} goes back to {edit} of {edits}"));
                restores(made, edit);
            }
        }
        let mut want: Vec<&str> = Vec::new();
        for made in [&ada, &others[0], &others[1]] {
            want.extend(LINES.iter().filter(|line| made.text().contains(**line)));
        }
        want.sort_unstable();
        want.dedup();
        let order = rand.below(6);
        let [eve, bob] = &mut others;
        for step in 0..4 {
            meet(&mut ada, eve, order % 3);
            if step > 0 || order > 2 {
                meet(eve, bob, order % 3);
                meet(&mut ada, bob, order % 3);
            }
        }
        let text = ada.text();
        assert_eq!((eve.text(), bob.text()), (text.clone(), text.clone()), "{trace}");
        for line in LINES {
            assert!(text.matches(line).count() <= 1, "{trace}: {text}");
        }
        ada.same_after(&trace);
        // Deleting is deleting: a line goes where one of them deleted it after it was brought back.
        let (mut stand, mut back) = (0, 0);
        for line in &want {
            stand += usize::from(text.contains(line));
            back += 1;
        }
        assert!(stand <= back, "{trace}");
    }
}
