//! What a model thinks before it answers: shown folded, kept, and sent nowhere.

use crate::harness::Harness;
use cowrite::app::{Input, Mouse, MouseKind};
use cowrite::base::{Millis, Rand, WriterId};
use cowrite::event::{Envelope, Event, MessageRole, MessageStatus};
use cowrite::prompt::Chunk;
use cowrite::session::{Message, Reasoning};
use cowrite::state::message_row;

const THOUGHT: &str = "The person asks about **Monday**.\n\nIs it a holiday? Let me see:\n\n1. New \
                       Year is over.\n2. Easter is far.\n\n<<<<<<< SEARCH\nMonday\n=======\n\
                       Tuesday\n>>>>>>> REPLACE\n";

fn asked() -> Harness {
    let mut made = Harness::with("# Plan\n\nWe meet on Monday.\n");
    made.say("Is the day right?");
    made
}

fn think(made: &mut Harness, text: &str) {
    made.piece(Ok(Chunk::Reasoning(text.into())));
}

fn answered() -> Harness {
    let mut made = asked();
    think(&mut made, THOUGHT);
    made.reply("Yes, it is.");
    made
}

fn answer(made: &Harness) -> Message {
    let transcript = &made.model().session.transcript;
    transcript.iter().rfind(|message| message.author.is_model()).expect("an answer").clone()
}

fn thought(made: &Harness) -> Option<String> {
    answer(made).reasoning.map(|thought| thought.text().to_owned())
}

/// The row and column of a text on a screen.
fn place(screen: &str, text: &str) -> (u16, u16) {
    let row = screen.lines().position(|line| line.contains(text)).expect(text);
    let line = screen.lines().nth(row).expect("a row");
    let column = line[..line.find(text).expect("a column")].chars().count();
    (column as u16, row as u16)
}

fn click(made: &mut Harness, (x, y): (u16, u16)) {
    for kind in [MouseKind::Down, MouseKind::Up] {
        made.input(Input::Mouse(Mouse { kind, x, y }));
    }
}

#[test]
fn it_is_one_line_that_opens_and_folds() {
    for (width, height) in [(80, 24), (120, 40)] {
        let mut made = asked();
        let shown = |name: &str, made: &mut Harness| {
            let screen = made.screen(width, height);
            insta::assert_snapshot!(format!("{name}_{width}x{height}"), screen);
            screen
        };
        think(&mut made, THOUGHT);
        shown("thinking", &mut made);
        made.keys("alt-h");
        shown("thinking_open", &mut made);
        made.keys("alt-h");
        made.chunk("Yes, *it* is.");
        shown("answering", &mut made);
        made.stop();
        let screen = shown("thought", &mut made);
        click(&mut made, place(&screen, "▸ thought"));
        let screen = shown("thought_open", &mut made);
        click(&mut made, place(&screen, "▾ thought"));
        assert!(shown("folded", &mut made).contains("▸ thought"));
    }
}

#[test]
fn what_was_opened_while_it_came_stays_open() {
    let mut made = asked();
    think(&mut made, "First this.");
    made.keys("alt-h");
    think(&mut made, " Then that.");
    made.reply("Yes.");
    let screen = made.screen(100, 30);
    assert!(
        screen.contains("▾ thought") && screen.contains("│ First this. Then that."),
        "{screen}"
    );
    made.run("chat.reasoning");
    let screen = made.screen(100, 30);
    assert!(screen.contains("▸ thought · 4 words") && !screen.contains("First"), "{screen}");
}

#[test]
fn the_line_stays_where_it_is_when_it_opens() {
    let mut made = asked();
    let long: String = (0..200).map(|number| format!("Thought number {number}.\n\n")).collect();
    think(&mut made, &long);
    let lines: String = (0..12).map(|number| format!("Line {number}.\n\n")).collect();
    made.reply(&lines);
    let screen = made.screen(100, 30);
    let at = place(&screen, "▸ thought");
    click(&mut made, at);
    let screen = made.screen(100, 30);
    assert_eq!(place(&screen, "▾ thought"), at, "{screen}");
    assert!(screen.contains("Thought number 1."), "{screen}");
    click(&mut made, at);
    let screen = made.screen(100, 30);
    assert_eq!(place(&screen, "▸ thought"), at, "{screen}");
    assert!(screen.contains("Line 11."), "{screen}");
}

#[test]
fn the_lowest_answer_in_sight_or_the_one_that_was_found_has_the_focus() {
    let mut made = answered();
    made.say("Sure?");
    think(&mut made, "Sure enough.");
    made.reply("Sure.");
    made.screen(100, 30);
    made.run("chat.reasoning");
    let screen = made.screen(100, 30);
    assert!(
        screen.contains("▾ thought · 2 words") && screen.contains("│ Sure enough."),
        "{screen}"
    );
    assert_eq!(screen.matches("▸ thought").count(), 1, "{screen}");
    // Selecting by mouse does not fold.
    let (x, y) = place(&screen, "▾ thought");
    made.input(Input::Mouse(Mouse { kind: MouseKind::Down, x, y }));
    made.input(Input::Mouse(Mouse { kind: MouseKind::Drag, x: x + 4, y }));
    made.input(Input::Mouse(Mouse { kind: MouseKind::Up, x: x + 4, y }));
    assert!(made.screen(100, 30).contains("▾ thought"));
    let mut none = asked();
    none.reply("Yes.");
    none.run("chat.reasoning");
    assert!(none.notice().contains("No answer here came with its thoughts"), "{}", none.notice());
}

#[test]
fn it_is_kept_with_the_answer_and_changes_nothing() {
    let made = answered();
    assert_eq!(thought(&made).as_deref(), Some(THOUGHT));
    assert_eq!(answer(&made).text(), "Yes, it is.");
    assert_eq!(made.hunks(), [], "what is thought is no edit");
    made.same_after_reopening();
    let again = made.killed(7);
    assert_eq!(thought(&again).as_deref(), Some(THOUGHT));
}

#[test]
fn it_is_never_sent_and_never_found() {
    let mut made = answered();
    made.run("chat.pin");
    made.say("And now?");
    let (_, body) = made.asked.back().expect("a question").clone();
    assert!(body.contains("Yes, it is.") && !body.contains("holiday"), "{body}");
    let session = &made.model().session;
    let row = message_row(session, &answer(&made));
    assert!(!format!("{row:?}").contains("holiday"), "{row:?}");
    let page = cowrite::report::markdown(session);
    assert!(page.contains("Yes, it is.") && !page.contains("holiday"), "{page}");
    let data = cowrite::report::json(session);
    assert!(data["messages"][1]["reasoning"].as_str().expect("thoughts").contains("holiday"));
    assert!(data["messages"][0]["reasoning"].is_null());
}

#[test]
fn what_ends_early_keeps_what_was_thought() {
    let mut made = asked();
    think(&mut made, "Hm.");
    made.fail();
    assert_eq!((answer(&made).text(), answer(&made).status), ("", MessageStatus::Failed));
    assert_eq!(thought(&made).as_deref(), Some("Hm."));
    let mut made = asked();
    think(&mut made, "Hm, hm.");
    made.keys("esc");
    assert_eq!(answer(&made).status, MessageStatus::Cancelled);
    assert_eq!(thought(&made).as_deref(), Some("Hm, hm."));
}

#[test]
fn it_goes_to_the_store_as_it_comes() {
    let mut made = asked();
    think(&mut made, "First");
    think(&mut made, " second");
    let turn = made.turn();
    assert_eq!(made.kept.thoughts[&turn], "First second", "when nothing else is to be done");
    made.reply("Yes.");
    assert!(made.kept.thoughts.is_empty());
}

#[test]
fn it_is_bounded_and_says_so() {
    let mut made = asked();
    let piece = "wörd ".repeat(10_000);
    for _ in 0..8 {
        think(&mut made, &piece);
    }
    let turn = made.turn();
    let text = made.kept.thoughts[&turn].clone();
    assert!(text.len() < Reasoning::MOST + 100, "{}", text.len());
    assert!(text.ends_with("*(cut here: only the first 256 KB of what was thought are kept)*"));
    assert!(made.screen(100, 30).contains("▸ thinking… 43691+ words"), "{}", made.screen(100, 30));
    made.reply("Yes.");
    assert_eq!(thought(&made).as_deref(), Some(text.as_str()));
    assert!(made.screen(100, 30).contains("▸ thought · 43691+ words"));
    // One from elsewhere may be of any size.
    assert_eq!(Reasoning::new(&"x".repeat(1 << 20)).size(), "1+ words");
    for (text, size) in
        [("", "0 words"), ("one", "1 word"), (" a  b\nc ", "3 words"), ("我想 yes", "3 words")]
    {
        let mut split = Reasoning::default();
        text.chars().for_each(|one| split.push(&one.to_string()));
        assert_eq!((split.size().as_str(), Reasoning::new(text)), (size, split));
    }
}

#[test]
fn golden_bytes_and_older_lines() {
    let event = |reasoning| Event::MessagePosted {
        role: MessageRole::Model,
        after: None,
        text: "Yes.".into(),
        status: MessageStatus::Complete,
        model: Some("a/b".into()),
        usage: None,
        error: None,
        links: vec![],
        asked: None,
        reasoning,
        brought: None,
    };
    let seal = |event: &Event| {
        let mut salts = Rand::from_number(3);
        event.seal(None, WriterId(7), 1, 1, vec![], Millis(5), &mut salts)
    };
    let with = seal(&event(Some("Hm.".into())));
    insta::assert_snapshot!("golden_with", with.to_line());
    insta::assert_snapshot!("golden_without", seal(&event(None)).to_line());
    let read = Envelope::parse(&with.to_line()).expect("reads back");
    assert_eq!(Event::decode(&read).expect("decodes"), event(Some("Hm.".into())));
    // As an older version reads it: a field that it does not know.
    let unknown = with.to_line().replace("\"reasoning\"", "\"a_new_field\"");
    let mut read: Envelope = Envelope::parse(&with.to_line()).expect("reads back");
    read.data = serde_json::from_str::<serde_json::Value>(&unknown).expect("JSON")["data"].clone();
    assert_eq!(Event::decode(&read).expect("decodes"), event(None));
}
