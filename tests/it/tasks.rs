//! Tasks beside questions and rewrites: writing on at the caret, summaries, presets; and how the
//! smallest models are asked.

use crate::harness::Harness;
use cowrite::event::Asked;
use cowrite::prompt::{Chunk, Stop};

/// Runs a command line, lets the model answer and accepts all it proposes.
#[track_caller]
fn check(before: &str, line: &str, answer: &str, stop: Stop, after: &str) {
    let mut made = Harness::with(before);
    made.run(line);
    made.chunk(answer);
    made.piece(Ok(Chunk::Stop(stop)));
    made.same_after_reopening();
    made.run("hunk.accept-all");
    assert_eq!(made.text(), after, "{line}: {}", made.notice());
    made.same_after_reopening();
}

#[test]
fn a_task_becomes_hunks() {
    let (bread, end) = ("We sell bread|\n\nEnd.\n", Stop::End);
    for (before, line, answer, stop, after) in [
        (
            bread,
            "chat.write-on",
            "and cakes. We al",
            Stop::Length,
            "We sell bread and cakes.\n\nEnd.\n",
        ),
        (
            bread,
            "chat.write-on",
            "We sell bread, and cakes.",
            end.clone(),
            "We sell bread, and cakes.\n\nEnd.\n",
        ),
        (bread, "chat.write-on", "we sell bread", end.clone(), "We sell bread\n\nEnd.\n"),
        ("|End.\n", "chat.write-on", "A start.", end.clone(), "A start. End.\n"),
        (bread, "chat.shorten", "Bread here.", end.clone(), "Bread here.\n\nEnd.\n"),
        (bread, "chat.correct", "We sell bread.", end.clone(), "We sell bread.\n\nEnd.\n"),
        (bread, "chat.list", "- bread\n- cakes", end.clone(), "- bread\n- cakes\n\nEnd.\n"),
        (bread, "chat.summary", "It is about bread.", end, "We sell bread\n\nEnd.\n"),
    ] {
        check(before, line, answer, stop, after);
    }
}

#[test]
fn a_rewrite_that_is_cut_short_stays_out() {
    check("We sell bread|\n", "chat.shorten", "We", Stop::Length, "We sell bread\n");
}

#[test]
fn what_is_typed_meanwhile_stays_where_it_is() {
    let mut made = Harness::with("One.|\n");
    made.run("chat.write-on");
    made.keys("ctrl-home 'Zero. '");
    made.reply("Two.");
    made.run("hunk.accept-all");
    assert_eq!(made.text(), "Zero. One. Two.\n");
}

#[test]
fn a_task_is_asked_again_as_what_it_was() {
    for (line, asked) in [
        ("chat.write-on", Asked::Continue),
        ("chat.summary", Asked::Summary),
        ("chat.shorten", Asked::Rewrite),
    ] {
        let mut made = Harness::with("We sell bread.|\n");
        made.run(line);
        made.reply("Yes.");
        made.run("chat.retry");
        let questions = made.model().session.transcript.iter();
        let asked_again: Vec<_> = questions.filter_map(|message| message.asked).collect();
        assert_eq!(asked_again, [asked, asked], "{line}: {}", made.notice());
    }
    let mut made = Harness::with("|\n");
    made.run("chat.summary");
    assert!(made.asked.is_empty() && made.notice().contains("empty"), "{}", made.notice());
}

#[test]
fn a_task_sees_what_it_needs() {
    let sent = |model: &str, line: &str| {
        let mut made = Harness::with("# Shop\n\nWe [sell bread|.\n\nEnd.\n");
        made.app.model.model_name = Some(model.into());
        made.run(line);
        let (_, body) = made.asked.pop_back().expect("asked");
        let body: serde_json::Value = serde_json::from_str(&body).expect("JSON");
        let turns = body["messages"].as_array().expect("messages").clone();
        let told = |turn: &serde_json::Value| {
            format!("{}: {}", turn["role"].as_str().unwrap(), turn["content"].as_str().unwrap())
        };
        (turns.iter().map(told).collect::<Vec<_>>(), body["max_tokens"].as_u64())
    };
    // A basic model gets the text and the request, begun for it where that helps.
    let (turns, most) = sent("smollm2-135m", "chat.shorten");
    assert_eq!(turns, ["user: Make it shorter.\n\nsell bread"]);
    assert!(most.is_some_and(|most| most < 60), "{most:?}");
    let (turns, _) = sent("smollm2:135m", "chat.list");
    let list = "user: Make a list of the facts in this text.\n\nsell bread";
    assert_eq!(turns, [list, "assistant: Facts:\n- "]);
    let (turns, _) = sent("qwen2.5-0.5b", "chat.summary");
    assert_eq!(turns, ["user: Summarize this text in one sentence.\n\nsell bread"]);
    let (turns, most) = sent("gemma-3-270m", "chat.write-on");
    assert_eq!(turns, ["user: Write a text.", "assistant: # Shop\n\nWe sell bread"]);
    assert_eq!(most, Some(48));

    // A larger one gets instructions, and neither document nor conversation where they don't matter.
    let (turns, _) = sent("qwen3-8b", "chat.summary");
    assert!(turns[0].starts_with("system: You sum up a text"), "{turns:?}");
    assert!(turns[1].contains("sell bread") && turns[1].contains("Sum up the selection."));
    assert!(!turns.concat().contains("End."), "{turns:?}");
    let (turns, most) = sent("qwen3-8b", "chat.write-on");
    assert!(turns[1].contains("We sell bread") && turns[1].contains("End."), "{turns:?}");
    assert_eq!((turns.len(), most), (2, Some(200)));
}

#[test]
fn a_basic_model_gives_a_list_of_lines() {
    let mut made = Harness::with("We sell bread and cakes.|\n");
    made.app.model.model_name = Some("smollm2-135m".into());
    made.run("chat.list");
    made.reply("1. We sell bread\n- 2. We sell cakes\n\nThese are the facts of the text.");
    made.run("hunk.accept-all");
    assert_eq!(made.text(), "- We sell bread\n- We sell cakes\n");
}

#[test]
fn of_two_rewrites_of_one_passage_the_later_stands() {
    let mut made = Harness::with("We sell bread.|\n\nWe sell cakes.\n");
    let open =
        |made: &Harness| made.hunks().into_iter().map(|(_, _, _, new)| new).collect::<Vec<_>>();
    made.run("chat.shorten");
    made.reply("Bread.");
    let first = open(&made);
    made.keys("ctrl-end up");
    made.run("chat.shorten");
    made.reply("Cakes.");
    assert!(open(&made).len() > first.len(), "another passage leaves it: {:?}", open(&made));
    made.keys("ctrl-home");
    made.run("chat.correct");
    made.reply("We sold bread.");
    made.same_after_reopening();
    made.run("hunk.accept-all");
    assert_eq!(made.text(), "We sold bread.\n\nCakes.\n");
}

#[test]
fn what_a_refused_request_leaves_is_that_request() {
    let mut made = Harness::with("We sell bread.|\n");
    made.app.model.config.model = Some("nobody/at-all".into());
    made.app.model.provider = None;
    made.app.model.model_name = None;
    made.run("chat.change friendlier");
    assert_eq!(made.model().ui.chat.rope().to_string(), "/change friendlier");
}
