//! What people complain about elsewhere, each as a test.

use crate::harness::Harness;
use cowrite::base::Span;
use cowrite::event::{HunkVerdict, MessageStatus};
use cowrite::prompt::{Chunk, Stop};
use cowrite::session::HunkState;

const TEXT: &str = "We meet on Monday.\nBring the plan.\nThere is cake.\n";

fn block(old: &str, new: &str) -> String {
    format!("<<<<<<< SEARCH\n{old}\n=======\n{new}\n>>>>>>> REPLACE\n")
}

fn cut(made: &mut Harness) {
    made.piece(Ok(Chunk::Stop(Stop::Length)));
}

#[test]
fn a_verdict_on_one_hunk_reverts_no_other() {
    let mut made = Harness::with(TEXT);
    made.propose(&[(11, 17, "Tuesday"), (19, 34, "Bring a pen."), (44, 48, "soup")]);
    made.about_hunk(1, "hunk.accept");
    made.about_hunk(0, "hunk.reject");
    assert_eq!(made.text(), "We meet on Monday.\nBring a pen.\nThere is cake.\n");
    made.about_hunk(0, "hunk.accept");
    assert_eq!(made.text(), "We meet on Monday.\nBring a pen.\nThere is soup.\n");
    // A later proposal of the same text reverts nothing either, nor does its rejection.
    made.propose(&[(0, 18, "We meet on Friday.")]);
    made.about_hunk(0, "hunk.reject");
    assert_eq!(made.text(), "We meet on Monday.\nBring a pen.\nThere is soup.\n");
    made.same_after_reopening();
}

#[test]
fn what_was_rejected_stays_and_the_model_hears_of_it() {
    let mut made = Harness::with(TEXT);
    made.say("Check it.");
    made.reply(&block("There is cake.", "There is soup."));
    made.about_hunk(0, "hunk.reject nobody wants soup");
    let proposals = &made.model().session.proposals;
    let (hunk, verdict) = proposals.rejected().next().expect("it is kept");
    assert_eq!((hunk.old.as_str(), hunk.new.as_str()), ("cake", "soup"));
    assert_eq!(verdict.reason.as_deref(), Some("nobody wants soup"));
    made.same_after_reopening();
    // Also after a restart.
    let mut made = made.killed(7);
    made.say("Again.");
    let body = &made.asked.back().expect("a question").1;
    assert!(body.contains("nobody wants soup"), "{body}");
    // With what stands around it.
    assert!(body.contains("There is cake.") && body.contains("soup"), "{body}");
}

#[test]
fn an_edit_that_worked_already_is_not_made_again() {
    let mut made = Harness::with(TEXT);
    made.say("Check it.");
    made.reply(&block("Bring the plan.", "Bring the plan and a pen, please."));
    made.about_hunk(0, "hunk.accept");
    let text = made.text();
    made.say("And?");
    made.reply(&block("Bring the plan.", "Bring the plan and a pen, please."));
    assert_eq!((made.hunks().len(), made.text()), (0, text));
    assert!(made.notice().contains("in the text already"), "{}", made.notice());
    // Twice in one answer is once.
    made.say("And?");
    let soup = block("There is cake.", "There is soup.");
    made.reply(&format!("{soup}{soup}"));
    assert_eq!(made.hunks().len(), 1, "{:?}", made.hunks());
    assert!(made.notice().contains("came twice"), "{}", made.notice());
}

#[test]
fn an_edit_that_fits_several_places_goes_to_none() {
    let mut made = Harness::with("same\nother\nsame\n");
    made.say("Check it.");
    made.reply(&block("same", "changed"));
    assert_eq!(made.hunks()[0].1, HunkState::Unplaced);
    made.run("hunk.accept-all");
    assert_eq!(made.text(), "same\nother\nsame\n");
}

#[test]
fn the_model_overwrites_nothing_that_was_typed_meanwhile() {
    let mut made = Harness::with(TEXT);
    made.say("Check it.");
    // Typed into the very text while the answer comes, and beside it.
    made.place(34, None);
    made.keys("' Now!'");
    made.place(13, None);
    made.keys("'xyz'");
    made.reply(&format!(
        "{}{}",
        block("We meet on Monday.", "We meet on Tuesday."),
        block("Bring the plan.", "Bring a pen.")
    ));
    let states: Vec<HunkState> = made.hunks().iter().map(|hunk| hunk.1).collect();
    made.run("hunk.accept-all");
    let text = made.text();
    assert!(text.contains("Moxyznday") && text.contains("Now!"), "{states:?} {text:?}");
    assert_eq!(states[0], HunkState::Stale);
    // Nor in the form, when a teammate wrote there while it was open.
    let mut made = Harness::with(TEXT);
    made.propose(&[(11, 17, "Tuesday")]);
    let mut eve = made.copy_for("p_01JEVE", "Eve", 9);
    made.about_hunk(0, "hunk.edit");
    eve.place(0, None);
    eve.keys("'Eve: '");
    eve.pass(3000);
    made.take_from(&eve);
    made.keys("ctrl-s");
    assert!(made.text().starts_with("Eve: We meet on Monday."), "{}", made.text());
    assert!(made.notice().contains("changed while you wrote"), "{}", made.notice());
    assert!(made.overlay().is_some(), "what was written is still there");
}

#[test]
fn edits_of_one_answer_that_touch_are_one() {
    let mut made = Harness::with(TEXT);
    made.say("Check it.");
    // Two blocks that quote a line both and change neighbours in it, the later one first.
    made.reply(&format!(
        "{}{}",
        block("Bring the plan.\nThere is cake.", "Bring the plan!\nThere is cake."),
        block("We meet on Monday.\nBring the plan.", "We meet on Monday.\nBring the pens.")
    ));
    let one = made.hunks();
    assert_eq!(one.len(), 1, "{one:?}");
    let new = "We meet on Monday.\nBring the pens!\nThere is cake.";
    assert_eq!((one[0].2.as_str(), one[0].3.as_str()), ("plan.", "pens!"));
    // They can be parted to take only one of them.
    made.about_hunk(0, "hunk.split");
    assert_eq!(made.hunks().len(), 2, "{}", made.notice());
    made.keys("ctrl-z");
    assert_eq!(made.hunks(), one);
    made.about_hunk(0, "hunk.accept");
    assert_eq!(made.text().trim(), new);
    made.same_after_reopening();
    made.keys("ctrl-z");
    assert_eq!((made.text().as_str(), made.hunks()), (TEXT, one));
    made.same_after_reopening();
}

#[test]
fn typing_between_hunks_parts_them() {
    let mut made = Harness::with(TEXT);
    made.propose(&[(11, 17, "Tuesday"), (17, 18, "!")]);
    let one = made.hunks();
    assert_eq!((one.len(), one[0].3.as_str()), (1, "Tuesday!"));
    made.place(17, None);
    made.keys("' or so'");
    assert_eq!(made.hunks().len(), 2);
    made.keys("ctrl-z");
    assert_eq!(made.hunks(), one);
    made.keys("ctrl-y");
    made.run("hunk.accept-all");
    assert!(made.text().starts_with("We meet on Tuesday or so!\n"), "{}", made.text());
    made.same_after_reopening();
}

#[test]
fn hunks_become_one_when_the_text_between_them_goes() {
    let mut made = Harness::with("one two three\n");
    made.propose(&[(0, 3, "ONE"), (8, 13, "THREE")]);
    assert_eq!(made.hunks().len(), 2);
    made.place(8, Some(3));
    made.keys("delete");
    assert_eq!(
        made.hunks(),
        [(Some((0, 8)), HunkState::Pending, "onethree".into(), "ONETHREE".into())]
    );
    made.keys("ctrl-z");
    assert_eq!(made.hunks().len(), 2);
    made.same_after_reopening();
}

#[test]
fn of_two_edits_that_contradict_each_other_the_later_waits() {
    let mut made = Harness::with(TEXT);
    made.propose(&[(3, 17, "gather on Tuesday"), (11, 18, "Friday, at ten.")]);
    let states: Vec<_> = made.hunks().iter().map(|hunk| (hunk.1, hunk.3.clone())).collect();
    assert_eq!(
        states,
        [
            (HunkState::Pending, "gather on Tuesday".into()),
            (HunkState::Stale, "Friday, at ten.".into())
        ]
    );
    let screen = made.screen(110, 20);
    assert!(screen.contains("contradicts another change of this answer"), "{screen}");
    made.about_hunk(1, "hunk.accept");
    assert!(made.notice().contains("contradicts"), "{}", made.notice());
    assert_eq!(made.text(), TEXT);
    made.about_hunk(0, "hunk.reject");
    made.about_hunk(0, "hunk.accept");
    assert_eq!(made.text(), "We meet on Friday, at ten.\nBring the plan.\nThere is cake.\n");
    made.same_after_reopening();
    // Those that share text which neither changes fit each other.
    let mut made = Harness::with(TEXT);
    made.propose(&[
        (0, 34, "We meet on Tuesday.\nBring the plan."),
        (19, 50, "Bring the plan.\nThere is soup.\n"),
    ]);
    assert_eq!(made.hunks().len(), 1, "{:?}", made.hunks());
    made.about_hunk(0, "hunk.accept");
    assert_eq!(made.text(), "We meet on Tuesday.\nBring the plan.\nThere is soup.\n");
    made.same_after_reopening();
}

#[test]
fn the_form_holds_whole_lines() {
    let mut made = Harness::with(TEXT);
    made.propose(&[(11, 17, "Tuesday")]);
    made.about_hunk(0, "hunk.edit");
    assert_eq!(made.marked(), "We meet on Tuesday.|");
    made.keys("left ', at ten' ctrl-s");
    assert_eq!(made.text(), "We meet on Tuesday, at ten.\nBring the plan.\nThere is cake.\n");
    made.same_after_reopening();
}

#[test]
fn what_was_rejected_or_split_and_taken_back_can_be_said_again() {
    let mut made = Harness::with("one\ntwo\nthree\n");
    made.propose(&[(0, 14, "ONE\nTWO\nTHREE\n")]);
    made.about_hunk(0, "hunk.split");
    made.about_hunk(0, "hunk.reject too loud");
    made.keys("'x'");
    let at_last = made.hunks();
    made.keys("ctrl-z ctrl-z ctrl-z");
    assert_eq!(made.hunks().len(), 1);
    made.same_after_reopening();
    let mut made = made.killed(5);
    made.keys("ctrl-y");
    assert!(made.notice().contains("Brought back the split"), "{}", made.notice());
    assert_eq!(made.hunks().len(), 3);
    made.keys("ctrl-y");
    assert!(made.notice().contains("Brought back the rejection"), "{}", made.notice());
    made.keys("ctrl-y");
    assert_eq!(made.hunks(), at_last);
    let verdict = made.model().session.proposals.rejected().next().expect("a rejection").1.clone();
    assert_eq!(verdict.reason.as_deref(), Some("too loud"));
    made.keys("ctrl-y");
    assert!(made.notice().contains("Nothing to bring back"), "{}", made.notice());
    made.same_after_reopening();
}

#[test]
fn a_question_is_asked_again_as_what_it_was() {
    let mut made = Harness::with("[We meet on Monday.|\nTwo.\n");
    made.keys("ctrl-k 'next day' enter");
    made.reply("We meet on Tuesday.");
    made.place(0, None);
    made.keys("'Well. '");
    made.run("chat.retry");
    let turn = made.model().turn.as_ref().expect("a turn");
    assert_eq!(turn.live_span(), Some(Span::new(cowrite::base::Pos(6), cowrite::base::Pos(24))));
    made.reply("We gather on Friday.");
    // What came of it before steps back.
    assert!(made.hunks().iter().all(|hunk| !hunk.3.contains("Tuesday")), "{:?}", made.hunks());
    let proposals = &made.model().session.proposals;
    let stepped_back = proposals.hunks().into_iter().filter(|hunk| {
        hunk.verdict.value().is_some_and(|said| said.verdict == HunkVerdict::Superseded)
    });
    assert_eq!(stepped_back.count(), 1);
    made.run("hunk.accept-all");
    assert_eq!(made.text(), "Well. We gather on Friday.\nTwo.\n");
    made.same_after_reopening();
    // A change of the whole text, also after a restart.
    made.app.model.model_name = Some("tiny-1b".into());
    made.run("chat.change shorter");
    made.fail();
    let mut made = made.killed(3);
    made.app.model.model_name = Some("tiny-1b".into());
    made.run("chat.retry");
    made.reply("We gather.\nTwo.\n");
    made.run("hunk.accept-all");
    assert_eq!(made.text(), "We gather.\nTwo.\n");
    // A question stays one.
    made.say("Why?");
    made.reply("Because.");
    made.run("chat.retry");
    assert_eq!(
        made.model().turn.as_ref().map(|turn| &turn.task),
        Some(&cowrite::state::Task::Chat)
    );
    made.keys("esc");
    // What was selected is gone.
    made.place(0, Some(10));
    made.keys("ctrl-k 'x' enter");
    made.fail();
    made.place(0, Some(11));
    made.keys("delete");
    made.run("chat.retry");
    assert!(made.notice().contains("is gone"), "{}", made.notice());
}

#[test]
fn a_whole_text_that_was_cut_short_deletes_nothing() {
    let mut made = Harness::with(TEXT);
    made.app.model.model_name = Some("tiny-1b".into());
    made.run("chat.change louder");
    made.chunk("WE MEET ON MONDAY.\nBRING");
    cut(&mut made);
    assert_eq!((made.hunks().len(), made.text().as_str()), (0, TEXT));
    let message = made.model().session.transcript.iter().next_back().expect("a message");
    assert_eq!(message.status, MessageStatus::Incomplete);
    assert!(made.notice().starts_with("Cut short"), "{}", made.notice());
    made.keys("alt-2");
    let screen = made.screen(100, 30);
    assert!(screen.contains("cut short: The model stopped"), "{screen}");
    made.run("chat.continue");
    assert!(made.notice().contains("whole or not at all"), "{}", made.notice());
    made.same_after_reopening();
}

#[test]
fn an_answer_that_was_cut_short_goes_on() {
    let mut made = Harness::with(TEXT);
    made.say("Check it.");
    let second = block("There is cake.", "There is soup.");
    let answer = format!("{}{second}", block("Bring the plan.", "Bring a pen."));
    made.chunk(&answer[..answer.len() - 30]);
    cut(&mut made);
    assert_eq!(made.hunks().len(), 1, "what was whole is there");
    assert!(made.notice().contains("/continue"), "{}", made.notice());
    made.say("/continue");
    let body = &made.asked.back().expect("a question").1;
    assert!(body.contains("(broken off)") && body.contains("Go on where it stopped"), "{body}");
    made.reply(&second);
    made.run("hunk.accept-all");
    assert_eq!(made.text(), "We meet on Monday.\nBring a pen.\nThere is soup.\n");
    made.run("chat.continue");
    assert!(made.notice().contains("Nothing was cut short"), "{}", made.notice());
    made.same_after_reopening();
}

#[test]
fn undo_says_that_it_takes_back_an_acceptance() {
    let mut made = Harness::with(TEXT);
    made.propose(&[(11, 17, "Tuesday"), (19, 34, "Bring a pen."), (44, 48, "soup")]);
    made.about_hunk(0, "hunk.accept");
    made.keys("ctrl-z");
    assert_eq!(made.notice(), "Took back accepting 1 hunk.");
    made.keys("ctrl-y");
    assert_eq!(made.notice(), "Brought back accepting 1 hunk.");
    made.keys("ctrl-z");
    assert_eq!(made.notice(), "Took back accepting 1 hunk.");
    made.run("hunk.accept-all");
    made.keys("ctrl-z");
    assert_eq!(made.notice(), "Took back accepting 3 hunks.");
    made.keys("ctrl-y");
    assert_eq!(made.notice(), "Brought back accepting 3 hunks.");
}

#[test]
fn a_placing_by_hand_is_taken_back_and_brought_back() {
    let mut made = Harness::with("same\nother\nsame\n");
    made.keys("'x'");
    made.pass(3000);
    made.say("Check it.");
    made.reply(&block("nowhere", "changed"));
    assert_eq!(made.hunks()[0].1, HunkState::Unplaced);
    let unplaced = made.hunks();
    made.pass(3000);
    made.place(11, Some(6));
    made.keys("alt-p");
    let placed = made.hunks();
    assert_eq!(placed[0].1, HunkState::Pending);
    made.same_after_reopening();
    for _ in 0..2 {
        made.pass(3000);
        made.keys("ctrl-z");
        assert_eq!(made.notice(), "Took back the placing.");
        assert_eq!(
            (made.hunks(), made.text().as_str()),
            (unplaced.clone(), "xsame\nother\nsame\n")
        );
        made.same_after_reopening();
        made.pass(3000);
        made.keys("ctrl-y");
        assert_eq!(made.notice(), "Brought back the placing.");
        assert_eq!(made.hunks(), placed);
        made.same_after_reopening();
    }
    // Its acceptance comes first, and what was typed before it last.
    made.pass(3000);
    made.about_hunk(0, "hunk.accept");
    assert_eq!(made.text(), "xsame\nchanged\nsame\n");
    let mut made = made.killed(3);
    made.keys("ctrl-z");
    assert_eq!((made.hunks(), made.text().as_str()), (placed, "xsame\nother\nsame\n"));
    made.keys("ctrl-z");
    assert_eq!(made.hunks(), unplaced, "{}", made.notice());
    made.keys("ctrl-z");
    assert_eq!(made.text(), "same\nother\nsame\n");
    made.same_after_reopening();
}

#[test]
fn the_review_tab_always_has_a_chosen_hunk() {
    let mut made = Harness::with(TEXT);
    made.propose(&[(11, 17, "Tuesday"), (19, 34, "Bring a pen."), (44, 48, "soup")]);
    made.about_hunk(2, "hunk.accept");
    made.keys("alt-5");
    let screen = made.screen(100, 20);
    assert!(screen.contains("› line 2"), "{screen}");
    made.keys("x");
    assert_eq!((made.hunks().len(), made.notice().as_str()), (1, "Rejected. 1 hunk left."));
    made.keys("a");
    assert_eq!(made.hunks().len(), 0);
    // Undo is at hand there.
    made.keys("ctrl-z");
    assert_eq!(made.notice(), "Took back accepting 1 hunk.");
    assert!(made.screen(100, 20).contains("› line 1"));
}

#[test]
fn a_notice_goes_with_what_it_was_about() {
    let mut made = Harness::with(TEXT);
    made.say("Check it.");
    made.reply(&block("There is cake.", "There is soup."));
    assert_eq!(made.notice(), "1 hunk to review. F8 goes to the next.");
    made.keys("f8");
    assert_eq!(made.notice(), "", "the keys of the hunk are seen");
    made.keys("alt-x");
    assert_eq!(made.notice(), "Rejected. No hunk is open.");
    made.say("Again.");
    made.chunk(&block("Bring the plan.", "Bring a pen."));
    assert_eq!(made.notice(), "");
    made.say("And then?");
    made.run("chat.cancel");
    assert!(made.model().turn.is_some(), "the queued one is asked");
    assert_eq!(made.notice(), "");
}

#[test]
fn keys_of_hunks_say_where_they_work() {
    let mut made = Harness::with(&format!("|{TEXT}"));
    made.keys("alt-x");
    assert_eq!(made.notice(), "No hunk is open.");
    made.propose(&[(19, 34, "Bring a pen."), (44, 48, "soup")]);
    for keys in ["alt-x", "alt-a", "ctrl-e a"] {
        made.keys(keys);
        assert_eq!(made.notice(), "No hunk at the caret: F8 goes to the next.", "{keys}");
    }
    assert_eq!(made.hunks().len(), 2);
    made.keys("alt-4 ctrl-z");
    assert!(made.notice().starts_with("Undo and redo are for the text:"), "{}", made.notice());
}

#[test]
fn an_edit_without_a_place_says_how_to_place_it() {
    let mut made = Harness::with("same\nother\nsame\n");
    made.say("Check it.");
    made.reply(&block("same", "changed"));
    assert!(made.notice().contains("Alt-P"), "{}", made.notice());
    made.pass(2000);
    made.keys("alt-5");
    let screen = made.screen(100, 20);
    assert!(
        screen.lines().rev().nth(1).expect("the hints").contains("n where it may belong"),
        "{screen}"
    );
    made.keys("enter");
    assert!(made.notice().contains("Enter places it here"), "{}", made.notice());
    // Or anywhere else.
    made.keys("esc ctrl-home shift-end alt-p alt-a");
    assert_eq!(made.text(), "changed\nother\nsame\n", "{:?}", made.hunks());
}
