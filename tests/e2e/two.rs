//! Two programs on one library, on one document: both see each other's work, nothing doubles.

use std::sync::Arc;
use std::time::{Duration, Instant};

use crate::desk::{home, home_with, open, quit, quit_draft, session, text};
use crate::server::{Reply, Server};

#[test]
fn typing_is_seen_by_the_other_and_nothing_doubles() {
    let home = Arc::new(home());
    home.write("a.md", "left\n\nright\n");
    let one = open(&home, &["a.md"]);
    one.keys("<end> L0");
    let two = open(&home, &["a.md"]);
    two.wait_for("left L0");
    two.keys("<ctrl-home><down><down><end>");
    let mut slowest = Duration::ZERO;
    for round in 1..6 {
        one.keys(&format!(" L{round}"));
        two.keys(&format!(" R{round}"));
        let start = Instant::now();
        two.wait_for(&format!("L{round}"));
        one.wait_for(&format!("R{round}"));
        slowest = slowest.max(start.elapsed());
    }
    println!("seen by the other after {} ms at most", slowest.as_millis());
    assert!(slowest < Duration::from_secs(3), "{slowest:?}");
    // One saves while the other goes on: the file is no news to anybody.
    for (saver, other) in [(&one, &two), (&two, &one)] {
        saver.keys("<ctrl-s>");
        saver.wait_for("Saved to");
        other.keys("!");
        saver.wait_for("!");
    }
    let all = "left L0 L1 L2 L3 L4 L5!\n\nright R1 R2 R3 R4 R5!\n";
    for term in [&one, &two] {
        term.wait_until(|screen| {
            let shown = screen.contents();
            shown.contains("L5!") && shown.contains("R5!")
        });
        term.keys("<ctrl-s>");
        // An older notice may still stand there: the sign of unsaved text tells.
        term.wait_gone("a.md *");
        assert!(!term.screen().contains("changed outside"), "{}", term.screen());
    }
    assert_eq!(home.read("a.md"), all);
    one.keys("<ctrl-q>");
    assert!(one.wait_exit().success());
    two.keys("<ctrl-q>");
    assert!(two.wait_exit().success());
    let term = open(&home, &["a.md"]);
    quit(&term);
    assert_eq!(text(&home), all);
    assert_eq!(home.read("a.md"), all);
}

#[test]
fn a_fork_that_comes_while_it_is_open_is_shown_and_nothing_typed_is_lost() {
    use cowrite::base::Rand;
    use cowrite::event::{Envelope, Event};
    let server = Server::start(Reply::text(&["An answer."]));
    let there = home_with(&server);
    there.write("a.md", "alpha\n");
    let term = open(&there, &["a.md"]);
    crate::desk::ask(&term, "First question.");
    term.wait_for("An answer.");
    term.keys("<ctrl-s>");
    term.wait_for("Saved to");
    quit(&term);
    there.run(&["export", "a.md", "--session-file", "a.cowrite.jsonl"], "").ok();
    let log = there.read("a.cowrite.jsonl");
    // Somebody's copy has another event with the number of the question, and the lower id counts.
    let line = log.lines().find(|line| line.contains("First question.")).unwrap();
    let original = Envelope::parse(line).unwrap();
    let Event::MessagePosted {
        role,
        after,
        status,
        model,
        usage,
        error,
        links,
        asked,
        reasoning,
        ..
    } = Event::decode(&original).unwrap()
    else {
        panic!("a message");
    };
    let text = "Another question.".into();
    let fork = Event::MessagePosted {
        role,
        after,
        text,
        status,
        model,
        usage,
        error,
        links,
        asked,
        reasoning,
        brought: None,
    };
    let lower = (0..).find_map(|seed| {
        let mut rand = Rand::from_number(seed);
        let Envelope { writer, n, lamport, ref parents, at, .. } = original;
        let session = Some(original.session_id());
        let made = fork.seal(session, writer, n, lamport, parents.clone(), at, &mut rand);
        (made.id < original.id).then_some(made)
    });

    let here = Arc::new(home());
    here.write("a.cowrite.jsonl", &log);
    here.write("fork.cowrite.jsonl", lower.unwrap().to_line() + "\n");
    let term = open(&here, &["a.cowrite.jsonl"]);
    term.wait_for("First question.");
    term.keys("typed <alt-2>half a question");
    term.wait_for("typed alpha");
    here.run(&["import", "fork.cowrite.jsonl"], "").ok();
    // Its answer does not belong to the other question, which is a branch of its own.
    term.wait_gone("First question.");
    term.wait_for("An answer.");
    term.wait_for("half a question");
    term.wait_for("typed alpha");
    term.keys("<alt-1>more ");
    term.wait_for("typed more alpha");
    term.keys("<ctrl-z>");
    term.wait_until(|screen| !screen.contents().contains("more alpha"));
    quit_draft(&term);
    assert_eq!(crate::desk::text(&here), "typed alpha\n");
    let said: Vec<String> =
        session(&here).transcript.iter().map(|message| message.text().to_owned()).collect();
    assert!(said.contains(&"Another question.".to_owned()), "{said:?}");
}

#[test]
fn one_asks_and_the_other_reads_and_reviews() {
    let blocks = "Better.\n<<<<<<< SEARCH\nalpha\n=======\nbeta\n>>>>>>> REPLACE\n";
    let server = Server::start(Reply::text(&[blocks]));
    let home = home_with(&server);
    home.write("a.md", "alpha\nomega\n");
    let one = open(&home, &["a.md"]);
    one.keys("<ctrl-end>x");
    let two = open(&home, &["a.md"]);
    two.wait_for("omega");
    crate::desk::ask(&one, "Change it.");
    one.wait_for("1 hunk to review");
    two.wait_for("Change it.");
    two.wait_for("1 hunk open");
    two.keys("<f8><alt-a>");
    two.wait_for("No hunk is open");
    one.wait_gone("1 hunk open");
    one.wait_for("beta");
    quit_draft(&one);
    quit_draft(&two);
    assert_eq!(text(&home), "beta\nomega\nx");
    assert_eq!(session(&home).transcript.len(), 2);
}

#[test]
fn two_that_open_a_file_before_anything_is_written_have_one_session() {
    let server = Server::start(Reply::text(&["Yes."]));
    let home = home_with(&server);
    home.write("a.md", "alpha\nomega\n");
    let (one, two) = (open(&home, &["a.md"]), open(&home, &["a.md"]));
    one.wait_for("omega");
    two.wait_for("omega");
    two.keys("<alt-2>half a que");
    one.wait_for("shared");
    one.keys("<ctrl-end>written");
    two.wait_for("written");
    two.keys("stion<enter>");
    one.wait_for("half a question");
    one.wait_for("Yes.");
    quit_draft(&one);
    quit_draft(&two);
    assert_eq!(home.run(&["sessions"], "").ok().lines().count(), 1);
    assert_eq!(text(&home), "alpha\nomega\nwritten");
}
