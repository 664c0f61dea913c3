//! The History tab and what it does, as people see it; which point a text names; rows and filters.

use crate::harness::Harness;
use cowrite::app::Input;
use cowrite::base::Millis;
use cowrite::event::CauseKind;
use cowrite::report::history::{Kind, Wanted, find, rows};
use cowrite::session::Session;
use cowrite::state::Tab;

/// An hour's work.
fn made() -> Harness {
    let mut made = Harness::with("# Plan\n\nWe meet on Monday.\n|");
    made.keys("ctrl-s");
    made.type_text("There is tea.\n");
    made.pass(20 * 60_000);
    made.run("checkpoint.make before the model");
    made.propose(&[(19, 25, "Tuesday")]);
    made.pass(60_000);
    made.about_hunk(0, "hunk.accept");
    made.pass(10 * 60_000);
    made.place(8, Some(15));
    made.run("decision.new Weekly");
    made.keys("ctrl-s");
    made.keys("alt-1 ctrl-end");
    made.pass(5 * 60_000);
    made.type_text("And cake.\n");
    made.pass(20 * 60_000);
    made
}

#[test]
fn the_tab_lists_what_happened_and_shows_it_as_it_stood() {
    let mut made = made();
    made.keys("alt-6");
    insta::assert_snapshot!("now_120x40", made.screen(120, 40));
    insta::assert_snapshot!("now_80x24", made.screen(80, 24));
    // Before the cake, and before the decision.
    made.keys("down down");
    insta::assert_snapshot!("before_the_cake_120x40", made.screen(120, 40));
    made.keys("down down down");
    insta::assert_snapshot!("before_the_model_80x24", made.screen(80, 24));
    insta::assert_snapshot!("before_the_model_40x12", made.screen(40, 12));
    assert_eq!(made.text(), "# Plan\n\nWe meet on Monday.\nThere is tea.\n");
    // What a step did.
    made.keys("up up d");
    assert!(made.notice().contains("step before"), "{}", made.notice());
    insta::assert_snapshot!("what_the_step_did_120x40", made.screen(120, 40));
    // The conversation and the decisions as they stood.
    made.keys("end alt-3");
    assert!(made.screen(100, 30).contains("Nothing was said yet."));
    made.keys("alt-4");
    assert!(made.screen(100, 30).contains("No decision had been recorded by then."));
    made.keys("esc");
    assert!(made.model().past.is_none());
    assert!(made.screen(100, 30).contains("Weekly"), "of now again");
    assert!(made.text().ends_with("And cake.\n"));
}

#[test]
fn nothing_changes_the_past_and_esc_comes_back() {
    let mut made = made();
    let now = made.text();
    made.keys("alt-6 down down enter");
    let then = made.text();
    assert_ne!(then, now);
    for keys in ["'x'", "enter", "backspace", "ctrl-x", "ctrl-z", "alt-shift-a", "ctrl-s", "ctrl-n"]
    {
        made.keys(keys);
        assert_eq!(made.text(), then, "{keys}");
        assert!(made.overlay().is_none(), "{keys}");
        assert!(made.notice().contains("Esc comes back to now"), "{keys}: {}", made.notice());
    }
    made.input(Input::Paste("pasted".into()));
    assert_eq!(made.text(), then);
    // Reading, finding and copying work.
    made.keys("ctrl-f 'meet' enter");
    assert!(made.marked().contains("[meet|"), "{}", made.marked());
    made.keys("ctrl-c");
    assert_eq!(made.clipboard.as_deref(), Some("meet"));
    made.keys("esc esc");
    assert!(made.model().past.is_none());
    assert_eq!(made.text(), now);
    // Where the caret was.
    assert!(made.marked().ends_with("And cake.\n|"), "{}", made.marked());
    made.keys("'!'");
    assert!(made.text().ends_with("And cake.\n!"));
}

#[test]
fn what_comes_meanwhile_is_there_afterwards() {
    let mut made = made();
    let mut ben = made.copy_for("p_01JBEN", "Ben", 9);
    made.keys("alt-6 end");
    let (then, count) = (made.text(), made.model().ui.history.rows.len());
    ben.keys("ctrl-home 'Ben was here. '");
    ben.pass(10_000);
    made.take_from(&ben);
    assert_eq!(made.text(), then);
    assert_eq!(made.model().ui.history.rows.len(), count + 1);
    assert!(made.screen(100, 30).contains("+ Ben was here. # Plan"), "{}", made.screen(100, 30));
    made.keys("esc");
    assert!(made.text().starts_with("Ben was here. # Plan"));
}

#[test]
fn going_back_is_an_edit_that_undo_takes_back() {
    let mut made = made();
    let now = made.text();
    made.run("history.go before the model");
    assert_eq!(made.text(), "# Plan\n\nWe meet on Monday.\nThere is tea.\n");
    assert!(made.notice().contains("“before the model”"), "{}", made.notice());
    made.keys("r");
    assert!(made.model().past.is_none());
    assert_eq!(made.text(), "# Plan\n\nWe meet on Monday.\nThere is tea.\n");
    assert!(made.notice().contains("(+6 −17)"), "{}", made.notice());
    assert_eq!(made.model().session.decisions.len(), 1, "decisions stay");
    made.same_after_reopening();
    made.keys("alt-1 ctrl-z");
    assert_eq!(made.text(), now);
    assert!(
        made.notice().starts_with("Took back going back to the text of 2023-"),
        "{}",
        made.notice()
    );
    made.keys("ctrl-y");
    assert_eq!(made.text(), "# Plan\n\nWe meet on Monday.\nThere is tea.\n");
    made.run("history.restore before the model");
    assert!(made.notice().contains("nothing to bring back"), "{}", made.notice());
    made.run("history.restore yesterday's");
    assert!(made.notice().contains("Understood is a number of the list"), "{}", made.notice());
}

#[test]
fn points_are_compared_with_one_another_and_with_the_file() {
    let mut made = made();
    made.run("history.go 1");
    made.keys("m");
    assert!(made.notice().contains("is marked"));
    made.run("history.go before the model");
    let screen = made.screen(100, 30);
    assert!(screen.contains("compared with the marked point"), "{screen}");
    made.keys("d");
    assert!(made.notice().contains("Compared with the file"), "{}", made.notice());
    let screen = made.screen(100, 30);
    assert!(screen.contains("- There is tea.") && !screen.contains("And cake"), "{screen}");
    made.keys("d");
    assert!(made.notice().contains("without marks"));
    assert!(made.model().ui.frame.hunks.is_empty());
    made.keys("d");
    assert!(made.screen(100, 30).contains("+ And cake."));
    made.run("history.against mine");
    assert!(made.notice().contains("none of now, before, mark"), "{}", made.notice());
}

#[test]
fn single_edits_are_steps_as_well() {
    let mut made = Harness::empty();
    for word in ["one ", "two ", "three "] {
        made.type_text(word);
        made.pass(10_000);
    }
    let mut seen = Vec::new();
    made.keys("alt-6");
    for _ in 0..3 {
        made.keys("left");
        seen.push(made.text());
    }
    assert_eq!(seen, ["one two three ", "one two ", "one "]);
    made.keys("right");
    assert_eq!(made.text(), "one two ");
    made.keys("right right");
    assert!(made.model().past.is_none());
    made.keys("right");
    assert_eq!(made.notice(), "This is now.");
    let count = made.model().ui.history.rows.len();
    made.keys("e");
    assert_eq!(made.model().ui.history.rows.len(), count + 2, "each by itself");
    made.keys("home");
    for _ in 0..9 {
        made.keys("left");
    }
    assert_eq!((made.text().as_str(), made.notice().as_str()), ("", "Here the session begins."));
}

#[test]
fn checkpoints_are_events_with_a_name_of_their_own() {
    let mut made = Harness::with("text|");
    made.type_text("!");
    made.run("checkpoint.make");
    made.keys("'one' enter");
    assert!(
        made.log().ends_with(&["document.edited".into(), "checkpoint.made".into()]),
        "{:?}",
        made.log()
    );
    assert_eq!(made.notice(), "Everything as it stands now is called “one”.");
    made.run("checkpoint.make one");
    assert!(made.notice().contains("already"), "{}", made.notice());
    let again = made.kept.session();
    let (_, checkpoint) = again.checkpoints().next().expect("one");
    assert_eq!(checkpoint.name, "one");
    let version = made.model().session.documents[&made.doc()].document.version();
    assert_eq!(checkpoint.versions, [(made.doc(), version)]);
    // A model has no right to it.
    let event = cowrite::event::Event::CheckpointMade { name: "x".into(), versions: Vec::new() };
    made.with_cx(|cx| {
        let author = cx.model_author("scripted/large");
        cx.append_as_model(&author, &event)
    });
    assert_eq!(made.model().session.checkpoints().count(), 1);
    assert_eq!(made.model().session.oddities.refused, 1);
}

fn words(session: &Session, filter: &str) -> Vec<String> {
    let points = session.timeline();
    let rows = rows(session, &points, &Wanted::read(filter));
    rows.iter().map(|row| row.words(session, &points)).collect()
}

#[test]
fn rows_are_what_was_done_in_one_go_and_filters_choose() {
    let made = made();
    let session = &made.model().session;
    let check = |filter: &str, wanted: &[&str]| {
        assert_eq!(words(session, filter), wanted, "{filter}");
    };
    check(
        "",
        &[
            "the session begins",
            "outside changed +27",
            "saved",
            "saved",
            "wrote +14",
            "checkpoint “before the model”",
            "said: Better?",
            "accepted +7 −6: Tuesday",
            "decision: Weekly",
            "wrote +10",
        ],
    );
    check("decisions", &["decision: Weekly"]);
    check("edit", &["wrote +14", "wrote +10"]);
    check("saves checkpoint", &["saved", "saved", "checkpoint “before the model”"]);
    check("tuesday", &["accepted +7 −6: Tuesday"]);
    check("ada wrote", &["wrote +14", "wrote +10"]);
    check("verdicts cake", &[]);
    let kinds: Vec<_> = Kind::ALL.iter().map(|kind| Kind::named(kind.word())).collect();
    assert_eq!(kinds, Kind::ALL.map(Some));
    let mut made = made;
    made.keys("alt-6 / 'decisions' enter");
    assert_eq!((made.model().ui.tab, made.model().ui.history.rows.len()), (Tab::History, 1));
    assert!(made.screen(100, 30).contains("filter: decisions"));
    made.keys("down");
    assert!(!made.text().contains("cake"), "{}", made.text());
}

#[test]
fn points_are_found_by_number_event_name_and_time() {
    let made = made();
    let session = &made.model().session;
    let points = session.timeline();
    // Half a second more than 20 minutes after the cake.
    let now = Millis(points[points.len() - 1].at.0 + 20 * 60_000 + 500);
    let check = |text: &str, wanted: Result<usize, &str>| {
        let found = find(session, &points, text, now);
        match (found, wanted) {
            (Ok(point), Ok(number)) => {
                assert_eq!(point.moment, points[number - 1].moment, "{text}");
            }
            (Err(why), Err(said)) => assert!(why.contains(said), "{text}: {why}"),
            (found, wanted) => panic!("{text}: {found:?}, not {wanted:?}"),
        }
    };
    let last = points.len();
    let number = |wanted: &dyn Fn(&cowrite::session::What) -> bool| {
        1 + points.iter().position(|point| wanted(&point.what)).expect("there")
    };
    let checkpoint = number(&|what| *what == cowrite::session::What::Checkpoint);
    check("1", Ok(1));
    check(&last.to_string(), Ok(last));
    check("0", Err("There is no number 0"));
    check("99", Err(&format!("the list goes from 1 to {last}")));
    check("before the model", Ok(checkpoint));
    check("Before", Ok(checkpoint));
    let id = points[checkpoint].moment.1.to_string();
    check(&id, Ok(checkpoint + 1));
    check(&id[..12], Ok(checkpoint + 1));
    check("1m", Ok(last));
    check("20 minutes ago", Ok(last));
    check("21 min", Ok(last - 1));
    // The checkpoint was made at once after the pause.
    check("37 min ago", Ok(checkpoint - 1));
    check("2 hours ago", Err("The session begins at 2023-11-14 22:13 UTC"));
    check("22:14", Ok(checkpoint - 1));
    check("2023-11-14 22:14", Ok(checkpoint - 1));
    check("2023-11-14", Ok(last));
    check("2023-11-13", Err("The session begins at"));
    check("when we met", Err("“20 minutes ago” or 20m, 14:03, 2026-11-29"));
    check("", Err("Say which point"));
    let accepted = number(&|what| {
        matches!(what, cowrite::session::What::Edit { cause: Some(CauseKind::Accept), .. })
    });
    assert!(accepted > checkpoint);
}

#[test]
fn hunks_comments_and_authors_are_shown_as_they_stood() {
    let mut made = Harness::with("# Plan\n\nWe meet on Monday.\nThere is tea.\n|");
    made.keys("ctrl-s");
    made.pass(60_000);
    made.propose(&[(19, 25, "Tuesday"), (36, 39, "cake")]);
    made.place(10, None);
    made.run("comment.new Does Ben know?");
    made.pass(60_000);
    made.run("checkpoint.make asked");
    made.about_hunk(0, "hunk.accept");
    made.about_hunk(0, "hunk.reject too sweet");
    made.place(10, None);
    made.run("comment.resolve");
    made.pass(60_000);
    made.run("checkpoint.make settled");
    made.keys("alt-1 ctrl-home 'Later. '");
    made.pass(60_000);

    made.run("history.go asked");
    made.keys("alt-5");
    insta::assert_snapshot!("hunks_then_120x40", made.screen(120, 40));
    insta::assert_snapshot!("hunks_then_80x24", made.screen(80, 24));
    // To be looked at only.
    for keys in ["a", "x"] {
        made.keys(keys);
        assert!(made.notice().contains("Esc comes back to now"), "{keys}: {}", made.notice());
    }
    made.keys("down enter");
    assert!(made.marked().contains("|tea"), "{}", made.marked());
    made.place(10, None);
    made.run("comment.here");
    let page = made.screen(100, 30);
    assert!(page.contains("Does Ben know?") && !page.contains("✓ done"), "{page}");
    made.keys("esc");
    made.run("comment.answer Yes");
    assert!(made.notice().contains("Esc comes back to now"), "{}", made.notice());

    made.run("history.go settled");
    made.keys("alt-5");
    let list = made.screen(100, 30);
    assert!(list.contains("accepted by Ada"), "{list}");
    assert!(list.contains("rejected by Ada: too sweet"), "{list}");
    made.place(10, None);
    made.run("comment.here");
    assert!(made.screen(100, 30).contains("✓ done"));
    made.keys("esc");

    // Who had written what.
    made.run("written.show");
    insta::assert_snapshot!("authors_then_120x40", made.screen(120, 40));
    made.run("history.go 1");
    made.keys("alt-5");
    assert!(made.screen(100, 30).contains("Nothing had been proposed by then."));
    made.run("history.now");
    assert!(made.screen(100, 30).contains("No hunk is open."));
}
