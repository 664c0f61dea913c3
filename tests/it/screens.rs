//! What people see, as text, on screens of three sizes.

use crate::harness::Harness;

#[track_caller]
fn shown(name: &str, made: &mut Harness) {
    for (width, height) in [(120, 40), (80, 24), (40, 10)] {
        insta::assert_snapshot!(format!("{name}_{width}x{height}"), made.screen(width, height));
    }
}

const TEXT: &str = "# Plan\n\nWe meet on Monday, and whoever comes late brings something that \
                    everybody can share with the others.\n\n- Bring the plan.\n- There is cake.\n";

const BLOCKS: &str = "The date was wrong.\n<<<<<<< SEARCH\nWe meet on Monday\n=======\nWe meet on \
                      Tuesday\n>>>>>>> REPLACE\nNobody eats cake.\n<<<<<<< SEARCH\n- There is \
                      cake.\n=======\n- There is soup.\n- There is bread.\n>>>>>>> REPLACE\n";

fn asked() -> Harness {
    let mut made = Harness::with(TEXT);
    made.say("Is anything wrong with **this** plan?");
    made
}

fn answered() -> Harness {
    let mut made = asked();
    made.reply(BLOCKS);
    made
}

fn decided() -> Harness {
    let mut made = Harness::with(TEXT);
    made.place(15, Some(8));
    made.keys(
        "ctrl-n 'Meet on Monday' tab 'People are back.' tab 'Monday' alt-enter '  + early' \
         tab 'Monday, because nobody is away.' tab 'The hall is booked.' tab '2027-01-31' ctrl-s",
    );
    made.keys("ctrl-n 'Bake or buy the cake for everybody who comes to the meeting' ctrl-s");
    made
}

#[test]
fn an_empty_document() {
    shown("empty", &mut Harness::empty());
}

#[test]
fn a_document_with_hunks() {
    let mut made = answered();
    made.keys("f8");
    shown("hunks", &mut made);
    made.place(22, None);
    made.keys("'y'");
    shown("stale", &mut made);
}

#[test]
fn an_answer_that_streams() {
    let mut made = asked();
    shown("waiting", &mut made);
    made.chunk("Yes, *one* thing:\n\n1. the day\n\n```rust\nfn main() {}\n");
    shown("streaming", &mut made);
    made.chunk("```\n");
    made.fail();
    shown("broken_off", &mut made);
}

#[test]
fn a_rewrite_that_streams() {
    let mut made = Harness::with("# Plan\n\n[We meet on Monday.|\n\nMore.\n");
    made.keys("ctrl-k 'shorter' enter");
    made.chunk("Monday it");
    shown("rewriting", &mut made);
}

#[test]
fn the_decisions() {
    let mut made = decided();
    shown("decisions", &mut made);
    made.keys("alt-4 down enter");
    shown("decision", &mut made);
    shown("no_decisions", &mut {
        let mut made = Harness::with(TEXT);
        made.keys("alt-4");
        made
    });
}

#[test]
fn the_review() {
    let mut made = answered();
    made.keys("alt-5");
    shown("review", &mut made);
    made.keys("c 'too early'");
    shown("because", &mut made);
}

#[test]
fn lists_and_forms() {
    let mut made = Harness::with(TEXT);
    made.keys("ctrl-p");
    shown("palette", &mut made);
    made.keys("'accept'");
    shown("palette_filtered", &mut made);
    made.keys("esc ctrl-n 'A title' tab 'Context'");
    shown("form", &mut made);
    made.keys("esc f2");
    shown("models", &mut made);
    made.keys("esc f1");
    shown("help", &mut made);
    made.keys("esc ctrl-e");
    shown("menu", &mut made);
    made.keys("esc ctrl-f 'plan'");
    shown("find", &mut made);
}

#[test]
fn questions() {
    let mut made = Harness::with(TEXT);
    made.keys("'x' ctrl-q");
    shown("quit", &mut made);
    let mut made = answered();
    made.run("hunk.accept-all");
    made.run("hunk.edit");
    shown("notice", &mut made);
}

#[test]
fn sessions() {
    use cowrite::app::Input;
    use cowrite::base::{EventId, Millis};
    use cowrite::store::SessionRow;
    let row = |number: u8, title: &str| SessionRow {
        id: EventId([number; 32]),
        title: title.into(),
        created: Millis(1_699_000_000_000),
        last: Millis(1_699_900_000_000 - u64::from(number) * 86_400_000),
        messages: u64::from(number) * 3,
        decisions: 1,
        documents: vec![(cowrite::base::DocId::of("1"), "plan.md".into())],
    };
    let mut made = Harness::with(TEXT);
    made.keys("f4");
    made.input(Input::Sessions(vec![
        row(1, "Business plan"),
        row(2, "A letter to the landlord about the heating"),
        row(3, "日本への旅"),
    ]));
    made.input(Input::Preview(
        EventId([1; 32]),
        vec!["# Plan".into(), "We meet on Monday.".into()],
    ));
    shown("sessions", &mut made);
}

#[test]
fn the_smallest_screens_hold() {
    let mut made = answered();
    for keys in [
        "",
        "ctrl-p",
        "esc ctrl-n",
        "esc f1",
        "esc alt-4",
        "alt-5",
        "f4",
        "esc ctrl-f",
        "esc alt-2",
    ] {
        made.keys(keys);
        for (width, height) in [(1, 1), (2, 2), (3, 5), (10, 3), (20, 4), (200, 2), (9, 60)] {
            made.screen(width, height);
        }
        made.app.model.ui.width = 100;
    }
}

#[test]
fn fields_are_drawn_as_the_document_is() {
    let mut made = Harness::with("|x");
    made.keys("alt-2");
    made.input(cowrite::app::Input::Paste("a 👩‍👩‍👧 b".into()));
    let screen = made.screen(100, 30);
    assert!(screen.contains("› a 👩‍👩‍👧") && !screen.contains("U+200D"), "{screen}");
    made.keys("esc ctrl-f ctrl-a");
    made.input(cowrite::app::Input::Paste("日本 👩‍👩‍👧".into()));
    let screen = made.screen(100, 30);
    assert!(screen.contains("👩‍👩‍👧") && !screen.contains("U+200D"), "{screen}");
}

#[test]
fn a_wide_character_under_an_edge_leaves_it_whole() {
    for lead in ["", "x"] {
        let mut made = Harness::with(&format!("{lead}{}\n", "日".repeat(60)).repeat(20));
        made.keys("ctrl-n");
        let screen = made.screen(99, 30);
        let rows = screen.lines().filter(|row| row.matches('│').count() == 2).count();
        assert_eq!(rows, 26, "{screen}");
    }
}

#[test]
fn a_message_of_many_lines_stays_so() {
    let mut made = Harness::with("|x");
    made.say("one\n**two**\n```\na\nb\n```\nthree");
    let screen = made.screen(100, 30);
    let at = |words: &str| {
        screen
            .lines()
            .position(|row| row.trim_end().ends_with(words))
            .unwrap_or_else(|| panic!("{words}\n{screen}"))
    };
    assert_eq!(at("two"), at("one") + 1, "{screen}");
    assert!(at("three") > at("two") && !screen.contains("**"), "{screen}");
}

#[test]
fn a_change_that_is_not_complete_is_told_in_words() {
    let mut made = asked();
    made.chunk("Better:\n<<<<<<< SEARCH\nWe meet on");
    let screen = made.screen(100, 30);
    assert!(screen.contains("… writing a change") && !screen.contains("<<<"), "{screen}");
    made.fail();
    let screen = made.screen(100, 30);
    assert!(screen.contains("a change that was cut short") && !screen.contains("<<<"), "{screen}");
}

#[test]
fn a_slash_shows_the_commands_there_are() {
    let mut made = Harness::with("|x");
    made.keys("alt-2 '/de'");
    let screen = made.screen(100, 30);
    assert!(screen.contains("/decide") && screen.contains("/decisions"), "{screen}");
    assert!(!screen.contains("/rewrite"), "{screen}");
    made.keys("tab");
    assert_eq!(made.marked(), "/deci|");
    made.keys("'d' tab");
    assert_eq!(made.marked(), "/decide |");
    assert!(!made.screen(100, 30).contains("/decisions"), "the command is complete");
    made.keys("ctrl-a backspace tab");
    assert_eq!(made.model().ui.focus, cowrite::state::Focus::Panel, "without a slash it moves on");
}

#[test]
fn finding_counts() {
    let mut made = Harness::with("|one two one two one");
    made.keys("ctrl-f 'one'");
    assert!(made.screen(80, 24).contains("3 hits · down next"), "{}", made.screen(80, 24));
    made.keys("down down");
    assert!(made.screen(80, 24).contains("2 of 3"), "{}", made.screen(80, 24));
    made.keys("esc f3 f3");
    assert_eq!(made.notice(), "1 of 3. Went on from the top. F3 goes on.");
}

#[test]
fn a_hit_names_its_session() {
    use cowrite::app::Input;
    use cowrite::base::{DocId, EventId, Millis};
    use cowrite::store::{Hit, SessionRow, Snippet};
    let row = SessionRow {
        id: EventId([1; 32]),
        title: "Untitled".into(),
        created: Millis(1),
        last: Millis(2),
        messages: 0,
        decisions: 0,
        documents: vec![(DocId::of("1"), "walrus.md".into())],
    };
    let mut made = Harness::with(TEXT);
    made.keys("f4");
    made.input(Input::Sessions(vec![row]));
    assert!(made.screen(100, 30).contains("› walrus.md"), "{}", made.screen(100, 30));
    made.keys("/ 'cake'");
    let ticket = made
        .effects
        .iter()
        .rev()
        .find_map(|effect| match effect {
            cowrite::state::Effect::Search { ticket, .. } => Some(*ticket),
            _ => None,
        })
        .expect("a search");
    let hit = Hit {
        session: EventId([1; 32]),
        key: "k".into(),
        kind: "decision".into(),
        title: "Bake".into(),
        at: Millis(2),
        snippet: Snippet { text: "cake".into(), matches: vec![] },
    };
    made.input(Input::Hits(ticket, vec![hit]));
    let screen = made.screen(100, 30);
    assert!(screen.contains("walrus.md › decision: Bake · cake"), "{screen}");
}

#[test]
fn a_name_that_was_refused_can_be_put_right() {
    let mut made = Harness::with("|x");
    made.files.insert("/home/ada/taken.md".into(), "other".into());
    made.keys("alt-s '/home/ada/taken.md' enter");
    assert_eq!(made.notice(), "The file changed since it was read.");
    made.keys("alt-s end left left left '2' enter alt-s");
    assert!(made.files.contains_key(std::path::Path::new("/home/ada/taken2.md")));
    assert_eq!(made.marked(), "[/home/ada/taken2.md|", "where it stands now");
}

#[test]
fn leaving_the_menu_says_nothing() {
    let mut made = Harness::with("|x");
    made.keys("ctrl-e esc");
    assert_eq!(made.notice(), "");
    made.keys("ctrl-e f12");
    assert_eq!(made.notice(), "No such sequence of keys.");
}

#[test]
fn a_provider_s_words_end_before_the_advice() {
    use cowrite::prompt::ended;
    for (words, sentence) in [
        ("Rate limit reached", "Rate limit reached."),
        ("refused (os error 111)", "refused (os error 111)."),
        ("It said “no.”", "It said “no.”"),
        ("Why?", "Why?"),
    ] {
        assert_eq!(ended(words), sentence);
    }
}

#[test]
fn what_is_said_at_length_takes_the_rows_it_needs() {
    let mut made = Harness::with("A line.|\n");
    made.app.model.provider = None;
    made.app.model.model_name = None;
    made.app.model.config.model = Some("nobody/at-all".into());
    made.keys("alt-2 'Why?' enter");
    let said = made.notice();
    for (width, height) in [(80, 24), (40, 12)] {
        let screen = made.screen(width, height);
        let shown: Vec<&str> = screen.split_whitespace().collect();
        for word in said.split_whitespace() {
            assert!(shown.contains(&word), "{word}: {screen}");
        }
    }
}
