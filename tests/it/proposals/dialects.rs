//! Answers as models write them, through the whole way: question, stream, hunks.

use crate::harness::Harness;
use cowrite::event::MessageStatus;
use cowrite::prompt::{Chunk, Stop};
use cowrite::session::HunkState;

const TEXT: &str = "We meet on Monday.\nBring the plan.\nThere is cake.\n";
const BLOCKS: &str = "The date was wrong.\n<<<<<<< SEARCH\nWe meet on Monday.\n=======\nWe meet on \
                      Tuesday.\n>>>>>>> REPLACE\nNobody eats cake.\n<<<<<<< SEARCH\nThere is \
                      cake.\n=======\nThere is soup.\n>>>>>>> REPLACE\n";

#[track_caller]
fn last(made: &Harness) -> (MessageStatus, String) {
    let message = made.model().session.transcript.iter().next_back().expect("a message");
    (message.status, message.text().to_owned())
}

#[test]
fn a_selection_is_replaced_by_bare_text() {
    let mut made = Harness::with("One.\n[We meet on Monday.|\nTwo.\n");
    made.keys("ctrl-k 'next day' enter");
    assert_eq!(made.asked.len(), 1, "{}", made.notice());
    for piece in ["We meet", " on Tues", "day."] {
        made.chunk(piece);
        made.place(0, None);
        made.keys("'x'");
    }
    made.stop();
    assert_eq!(
        made.hunks(),
        [(Some((19, 25)), HunkState::Pending, "Monday".into(), "Tuesday".into())]
    );
    made.run("hunk.accept-all");
    assert_eq!(made.text(), "xxxOne.\nWe meet on Tuesday.\nTwo.\n");
    made.same_after_reopening();
}

#[test]
fn blocks_become_hunks_while_the_rest_streams() {
    let mut made = Harness::with(TEXT);
    made.say("Check it.");
    let cut = BLOCKS.find("Nobody").expect("the second block");
    made.chunk(&BLOCKS[..cut]);
    assert_eq!(made.hunks().len(), 1, "the first can be accepted at once");
    made.about_hunk(0, "hunk.accept");
    made.place(0, None);
    made.keys("'Hi. '");
    for piece in BLOCKS[cut..].split_inclusive(' ') {
        made.chunk(piece);
    }
    made.stop();
    assert_eq!(made.hunks().len(), 1);
    made.about_hunk(0, "hunk.accept");
    assert_eq!(made.text(), "Hi. We meet on Tuesday.\nBring the plan.\nThere is soup.\n");
    assert_eq!(last(&made), (MessageStatus::Complete, BLOCKS.into()));
    made.same_after_reopening();
}

#[test]
fn the_whole_text_comes_from_small_models() {
    let mut made = Harness::with(TEXT);
    made.app.model.model_name = Some("tiny-1b".into());
    made.run("chat.change two changes");
    assert_eq!(made.asked.len(), 1, "{}", made.notice());
    made.chunk("We meet on Tuesday.\nBring the");
    made.place(TEXT.chars().count(), None);
    made.keys("'End.'");
    made.chunk(" plan.\nThere is soup.\n");
    made.stop();
    assert_eq!(made.hunks().len(), 2, "{:?}", made.hunks());
    made.run("hunk.accept-all");
    assert_eq!(made.text(), "We meet on Tuesday.\nBring the plan.\nThere is soup.\nEnd.");
    made.same_after_reopening();
}

const PY: &str = "def read(path):\n    return list(open(path))\n\n\ndef mean(values):\n    total = 0\n    for v in values:\n        total += v\n    return total / len(values)\n";

#[test]
fn a_function_in_a_fence_is_a_hunk() {
    let fenced = "Here is a simpler version:\n\n```python\ndef mean(values):\n    return sum(values) / len(values)\n```\n\nIt does the same.\n";
    let simple = "def read(path):\n    return list(open(path))\n\n\ndef mean(values):\n    return sum(values) / len(values)\n";
    for question in ["Simplify mean.", "/change simplify mean"] {
        let mut made = Harness::with(PY);
        made.say(question);
        made.reply(fenced);
        let states: Vec<HunkState> = made.hunks().into_iter().map(|(_, state, ..)| state).collect();
        assert_eq!(states, [HunkState::Pending], "{question}: {}", made.notice());
        // Lines go: it waits for a look.
        made.run("hunk.accept-all");
        assert_eq!(made.text(), PY, "{question}");
        made.about_hunk(0, "hunk.accept");
        assert_eq!(made.text(), simple, "{question}");
        made.same_after_reopening();
    }
    // An explanation is none.
    let mut made = Harness::with(PY);
    made.say("What does mean do?");
    made.reply("It is the sum by the count:\n\n```python\ndef mean(values):\n    return sum(values) / len(values)\n```\n");
    assert!(made.hunks().is_empty(), "{:?}", made.hunks());
}

#[test]
fn a_new_part_is_placed_by_hand() {
    let mut made = Harness::with(PY);
    made.say("/change add a median");
    made.reply(
        "```python\ndef median(values):\n    return sorted(values)[len(values) // 2]\n```\n",
    );
    assert_eq!(made.hunks()[0].1, HunkState::Unplaced, "{}", made.notice());
    made.keys("alt-n");
    let screen = made.screen(110, 24);
    assert!(screen.contains("the end of the text"), "{screen}");
}

#[test]
fn what_has_no_place_is_placed_by_hand() {
    let mut made = Harness::with(TEXT);
    made.say("Check it.");
    made.reply("<<<<<<< SEARCH\nNo such line here.\n=======\nA line.\n>>>>>>> REPLACE\n");
    assert_eq!(made.hunks()[0].1, HunkState::Unplaced);
    assert!(made.notice().contains("no unique place"), "{}", made.notice());
    made.about_hunk(0, "hunk.accept");
    assert_eq!(made.text(), TEXT);
    made.place(18, Some(0));
    made.run("hunk.place");
    assert_eq!(
        made.hunks()[0],
        (Some((0, 19)), HunkState::Pending, "We meet on Monday.\n".into(), "A line.\n".into())
    );
    made.about_hunk(0, "hunk.accept");
    assert_eq!(made.text(), "A line.\nBring the plan.\nThere is cake.\n");
    made.same_after_reopening();
}

#[test]
fn an_answer_that_ends_early_keeps_its_text_and_its_whole_blocks() {
    let cut = BLOCKS.len() - 25;
    let ends: [(fn(&mut Harness), MessageStatus); 3] = [
        (|made| made.keys("esc"), MessageStatus::Cancelled),
        (Harness::fail, MessageStatus::Failed),
        (|made| made.piece(Ok(Chunk::Stop(Stop::Length))), MessageStatus::Incomplete),
    ];
    for (end, status) in ends {
        let mut made = Harness::with(TEXT);
        made.say("Check it.");
        made.chunk(&BLOCKS[..cut]);
        end(&mut made);
        assert_eq!(last(&made), (status, BLOCKS[..cut].into()));
        assert_eq!(made.hunks().len(), 1, "{status:?}");
        assert!(made.model().turn.is_none());
        assert!(made.kept.streams.is_empty());
        made.same_after_reopening();
    }
}

#[test]
fn half_a_replacement_is_no_hunk() {
    let ends: [fn(&mut Harness); 3] =
        [|made| made.keys("esc"), Harness::fail, |made| made.piece(Ok(Chunk::Stop(Stop::Length)))];
    for end in ends {
        let mut made = Harness::with("[We meet on Monday.|\nTwo.\n");
        made.keys("ctrl-k 'longer' enter");
        made.chunk("We meet on Tue");
        end(&mut made);
        assert!(made.hunks().is_empty(), "{:?}", made.hunks());
        assert_eq!(made.text(), "We meet on Monday.\nTwo.\n");
        made.same_after_reopening();
    }
}

#[test]
fn reasons_reach_the_next_question() {
    let mut made = Harness::with(TEXT);
    made.say("Check it.");
    made.reply(BLOCKS);
    made.about_hunk(0, "hunk.reject we can't on Tuesdays");
    made.keys("ctrl-n 'No soup' tab tab tab 'cake is better' ctrl-s");
    made.say("Again.");
    let body = &made.asked.back().expect("a question").1;
    for words in ["we can't on Tuesdays", "No soup", "cake is better"] {
        assert!(body.contains(words), "{words}: {body}");
    }
}

#[test]
fn nothing_leaves_before_it_is_recorded() {
    let mut made = Harness::with(TEXT);
    made.say("Check it.");
    let log = made.log();
    let at = |kind: &str| log.iter().position(|line| line.starts_with(kind));
    assert!(at("message.posted").is_some() && at("egress.recorded").is_some(), "{log:?}");
    let (_, body) = made.asked.front().expect("a question").clone();
    assert_eq!(made.model().last_sent.as_ref().expect("sent").body, body);
}

#[test]
fn questions_wait_for_each_other() {
    let mut made = Harness::with("|One two.\nThree four.\n");
    made.say("First.");
    made.place(20, Some(9));
    made.keys("ctrl-k 'second' enter");
    assert_eq!((made.asked.len(), made.model().queue.len()), (1, 1));
    // What was selected moves along while the question waits.
    made.place(0, None);
    made.keys("'Zero. '");
    made.reply("Done.");
    assert_eq!(made.asked.len(), 2);
    assert!(made.asked[1].1.contains("Three four."), "{}", made.asked[1].1);
    made.chunk("Three five.");
    made.keys("esc");
    assert!(made.model().turn.is_none());
    made.same_after_reopening();
}

#[test]
fn a_killed_answer_is_kept_in_parts() {
    let mut made = Harness::with(TEXT);
    made.say("Check it.");
    made.chunk("Half an ans");
    let kept: Vec<&String> = made.kept.streams.values().collect();
    assert_eq!(kept, ["Half an ans"]);
}
