//! Comments: on a text, answered, done, apart and together.

use crate::harness::{Harness, cases};
use cowrite::base::{EventId, Rand};
use cowrite::report::{handoff, markdown};

const TEXT: &str = "# Plan\n\nWe bake at night.\n\nWe sell at noon.\n";

fn threads(made: &Harness) -> Vec<(String, usize, bool)> {
    let comments = &made.model().session.comments;
    let line = |thread: cowrite::session::Thread| {
        (thread.first.text().to_owned(), thread.answers.len(), thread.resolved)
    };
    comments.threads().map(line).collect()
}

fn at(made: &mut Harness, words: &str) {
    let place = made.text().find(words).expect("is there");
    made.place(place, None);
}

/// Ada commented on a sentence; Eve has a copy.
fn two() -> (Harness, Harness) {
    let mut ada = Harness::file("plan.md", TEXT);
    ada.keys("'.' ctrl-s");
    at(&mut ada, "bake");
    ada.run("comment.new Who sleeps then?");
    let eve = ada.copy_for("p_01JEVE", "Eve", 9);
    (ada, eve)
}

#[test]
fn a_comment_stays_at_its_text_and_is_found_again() {
    let (mut ada, _) = two();
    insta::assert_snapshot!("comment_sign", ada.screen(90, 16));
    at(&mut ada, "# Plan");
    ada.keys("'New first line' enter");
    at(&mut ada, "sell");
    ada.run("comment.here");
    assert!(ada.notice().contains("No comment is on this text"), "{}", ada.notice());
    ada.run("comment.next");
    assert_eq!(ada.notice(), "1 of 1 · Ada: \u{201c}Who sleeps then?\u{201d}");
    ada.run("comment.here");
    insta::assert_snapshot!("comment_here", ada.screen(90, 16));
    ada.keys("esc");
    ada.run("comment.answer");
    ada.keys("'Nobody.' enter");
    assert_eq!(threads(&ada), [("Who sleeps then?".into(), 1, false)]);
    ada.run("comment.resolve");
    assert_eq!(ada.notice(), "The comment is done.");
    assert!(ada.model().comments_here().is_empty());
    ada.run("comment.list");
    insta::assert_snapshot!("comment_list", ada.screen(90, 20));
    ada.keys("esc");
    ada.run("comment.answer Somebody has to.");
    assert_eq!(threads(&ada), [("Who sleeps then?".into(), 2, false)], "answered: open again");
    ada.run("comment.next");
    ada.keys("delete");
    assert!(ada.model().comments_here().is_empty());
    assert_eq!(threads(&ada).len(), 1, "its text is gone, the words are not");
    let page = markdown(&ada.model().session);
    for words in ["## Comments", "- Ada: Who sleeps then?", "- Ada: Somebody has to."] {
        assert!(page.contains(words), "{page}");
    }
    ada.keys("ctrl-z");
    assert_eq!(ada.model().comments_here().len(), 1, "undo brings it back");
    ada.same_after_reopening();
}

#[test]
fn what_is_open_goes_to_the_model_and_to_others() {
    let (mut ada, mut eve) = two();
    eve.place(0, None);
    eve.run("comment.next");
    eve.run("comment.answer I do.");
    ada.take_from(&eve);
    let page =
        handoff(&ada.model().session, &ada.model().ui.news, false, ada.model().now).join("\n");
    assert!(page.contains("a comment of Eve on the text"), "{page}");
    ada.run("session.next-new");
    assert!(ada.notice().contains("Eve commented"), "{}", ada.notice());
    assert!(ada.model().ui.news.is_empty());
    ada.say("And now?");
    let sent = ada.model().last_sent.as_ref().expect("a request").body.clone();
    assert!(sent.contains("Who sleeps then?") && sent.contains("Eve: I do."), "{sent}");
    ada.stop();
    ada.run("comment.next");
    ada.run("comment.resolve");
    ada.say("And now?");
    assert!(!ada.model().last_sent.as_ref().expect("a request").body.contains("Eve: I do."));
}

#[test]
fn nothing_that_is_still_asked_goes_out_of_sight() {
    let open = |ada: &str, eve: &str| {
        let (mut one, mut two) = two();
        for (who, line) in [(&mut one, ada), (&mut two, eve)] {
            who.place(0, None);
            who.run("comment.next");
            who.run(line);
        }
        one.take_from(&two);
        two.take_from(&one);
        assert_eq!(threads(&one), threads(&two));
        one.same_after_reopening();
        threads(&one)[0].2
    };
    for (ada, eve, resolved) in [
        ("comment.resolve", "comment.resolve", true),
        ("comment.resolve", "comment.answer No.", false),
        ("comment.answer Yes.", "comment.answer No.", false),
    ] {
        assert_eq!(open(ada, eve), resolved, "{ada}, {eve}");
    }
}

#[test]
fn comments_are_the_same_in_any_order_of_arrival() {
    for seed in cases(20) {
        let mut rand = Rand::from_number(seed);
        let (ada, eve) = two();
        let mut all = [ada, eve];
        for step in 0..12 {
            let who = rand.below(2);
            let line = match rand.below(5) {
                0 => format!("comment.new Word {step}"),
                1 | 2 => format!("comment.answer Answer {step}"),
                3 => "comment.resolve".to_owned(),
                _ => {
                    let [one, two] = &mut all;
                    let (mine, theirs) = if who == 0 { (one, two) } else { (two, one) };
                    mine.take_from(theirs);
                    continue;
                }
            };
            if rand.below(2) == 0 {
                all[who].run("comment.next");
            }
            all[who].run(&line);
            all[who].pass(500);
        }
        let [ada, eve] = &mut all;
        ada.take_from(eve);
        eve.take_from(ada);
        assert_eq!(threads(ada), threads(eve), "seed {seed}");
        let mut events = ada.kept.events.clone();
        for index in 0..events.len() {
            events.swap(index, rand.below(index + 1));
        }
        let id: EventId = ada.model().session.id;
        let again = cowrite::session::Session::fold(id, &events);
        let one = |session: &cowrite::session::Session| {
            let all = session.comments.threads();
            all.map(|thread| (thread.id(), thread.answers.len(), thread.resolved))
                .collect::<Vec<_>>()
        };
        assert_eq!(one(&again), one(&ada.model().session), "seed {seed}");
    }
}

#[test]
fn the_handoff_page_counts_comments_by_themselves() {
    let (mut ada, mut eve) = two();
    eve.place(0, None);
    eve.run("comment.next");
    eve.run("comment.answer I do.");
    eve.run("session.rename The great plan");
    eve.pass(3000);
    ada.take_from(&eve);
    let model = ada.model();
    let page = handoff(&model.session, &model.ui.news, false, model.now).join("\n");
    assert!(page.contains("1 comment; 1 title"), "{page}");
}
