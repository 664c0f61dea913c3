//! The tour, step by step, and what the doctor says.

use crate::desk::{home_with, open, quit, session, text};
use crate::pty::{Home, Start, Term};
use crate::server::{Reply, Server};
use cowrite::base::{Pos, Span};
use std::sync::Arc;

/// What the doctor prints when something is wrong.
fn ill(home: &Home, args: &[&str]) -> String {
    let ran = home.run(args, "");
    assert_eq!(ran.status.code(), Some(1), "{}", ran.stdout);
    ran.stdout
}

#[test]
fn the_tour_leads_through_every_step_and_goes_on_after_a_kill() {
    let shorter = "Sam and Robin look after the shelf and mend on Saturdays what came in broken.";
    let server =
        Server::start(vec![Reply::text(&["About a hundred euros."]), Reply::text(&[shorter])]);
    let home = home_with(&server);
    let term = open(&home, &["tour"]);
    term.wait_for("1 of 7");
    term.keys("<ctrl-end>Come and see.");
    term.wait_for("2 of 7");
    term.keys("<f8><alt-a>");
    term.wait_for("1 hunk left");
    term.kill9();

    let term = open(&home, &["tour"]);
    term.wait_for("Come and see.");
    term.wait_for("3 of 7");
    term.keys("<f8><alt-c>");
    term.wait_for("Reject, because");
    term.keys("unfair<enter><esc>");
    term.wait_for("4 of 7");
    term.keys("<alt-2>What does it cost?<enter>");
    term.wait_for("About a hundred euros.");
    term.wait_for("5 of 7");
    term.keys("<alt-1><ctrl-f>Sam and<enter><esc><ctrl-k>shorter<enter>");
    term.wait_for("6 of 7");
    term.keys("<ctrl-n>Ten euros<ctrl-s>");
    term.wait_for("Recorded as");
    term.keys("<esc>");
    term.wait_for("7 of 7");
    term.keys("<f4>");
    term.wait_for("The tour");
    term.keys("/shelf");
    // Not the preview of the session, which stands there before anything is found.
    term.wait_for("text: tour.md");
    term.keys("<esc><esc>");
    term.wait_for("The end");
    // It belongs into no file: nothing is asked, and it is all there the next time.
    term.keys("<alt-1><ctrl-home>Tried. ");
    term.wait_for("Tried. ");
    quit(&term);
    let term = open(&home, &["tour"]);
    term.wait_for("Tried. ");
    quit(&term);
}

#[test]
fn a_step_can_be_passed_over_and_is_remembered() {
    let home = Arc::new(Home::new());
    std::fs::write(home.cowrite().join("config.toml"), "name = \"Ada\"\n").unwrap();
    let term = open(&home, &["tour"]);
    term.wait_for("1 of 7");
    term.keys("<ctrl-e>t");
    term.wait_for("2 of 7");
    quit(&term);
    let term = open(&home, &["tour"]);
    term.wait_for("2 of 7");
    quit(&term);
}

#[test]
fn the_doctor_says_what_is_wrong_and_what_to_do() {
    let home = Home::new();
    let config = home.cowrite().join("config.toml");
    std::fs::write(&config, "name = \"Ada\"\n").unwrap();
    let said = home.run(&["doctor"], "").ok();
    for words in ["You write as Ada", "library.db is not there yet", "MB are free"] {
        assert!(said.contains(words), "{words}: {said}");
    }
    // Asking makes no library.
    assert!(!home.cowrite().join("library.db").exists());

    std::fs::write(home.cowrite().join("keys.toml"), "[editor]\n\"ctrl-x\" = \"edit.cutt\"\n")
        .unwrap();
    let said = ill(&home, &["doctor"]);
    assert!(said.contains("edit.cutt"), "{said}");

    std::fs::write(home.cowrite().join("library.db"), "this is no database, and long enough")
        .unwrap();
    let said = ill(&home, &["doctor", "--json"]);
    let found: serde_json::Value = serde_json::from_str(&said).unwrap();
    let wrong = |area: &str| {
        let found = found.as_array().unwrap();
        found.iter().any(|one| one["area"] == area && one["state"] == "wrong")
    };
    assert!(wrong("library") && wrong("keymap"), "{said}");

    std::fs::write(&config, "nmae = \"Ada\"\n").unwrap();
    let said = ill(&home, &["doctor"]);
    assert!(said.contains("line 1") && said.contains("name"), "{said}");
}

/// Waits for what takes as long as a network or a model does, within bounds.
#[track_caller]
fn wait_long(term: &Term, text: &str) {
    let seen = (0..9).any(|_| term.seen_within_deadline(|screen| screen.contains(text)));
    assert!(seen, "waited for {text:?}: {}", term.screen());
}

#[test]
fn from_an_empty_home_to_an_accepted_paragraph_by_the_models_own_words() {
    let folder = std::env::var("COWRITE_TEST_FETCH").ok().filter(|folder| !folder.is_empty());
    let Some(folder) = folder else {
        println!("COWRITE_TEST_FETCH is not set: the first minutes of a stranger are left out");
        return;
    };
    let home = Arc::new(crate::models::with_real_pip(&folder));
    let term = Start::cowrite(&["tour"]).home(&home).size(30, 110).start();
    term.wait_for("Which name do you write under?");
    term.keys("Ada<enter>");
    term.wait_for("1 of 7");
    // A rewrite is asked for, nobody can do it: the model is one key away, and then does it.
    term.keys("<ctrl-f>Sam and<enter><esc><ctrl-k>Make it shorter.<enter>");
    term.wait_for("Which model answers?");
    term.wait_for("Enter fetches smollm2-135m (offline basic model, 92.9 MB, Apache-2.0)");
    term.keys("<enter>");
    wait_long(&term, "local/smollm2-135m");
    let done = |screen: &str| !screen.contains("answering") && !screen.contains("Review 2");
    let seen = (0..9).any(|_| term.seen_within_deadline(done));
    assert!(seen, "waited for the rewrite: {}", term.screen());
    let before = text(&home);
    // From the caret on, which stands in that paragraph: the model's first.
    term.keys("<f8><alt-a>");
    term.wait_for("Accepted.");
    quit(&term);
    let after = text(&home);
    assert_ne!(before, after);
    let session = session(&home);
    let by_model = session.documents.values().any(|entry| {
        let length = entry.document.len();
        let all = Span { start: Pos(0), end: Pos(length) };
        entry.document.runs(all).iter().any(|run| !run.origin.is_typed())
    });
    assert!(by_model, "the accepted words are the model's");
    let config = std::fs::read_to_string(home.cowrite().join("config.toml")).unwrap();
    assert!(config.contains("local/smollm2-135m"), "{config}");
}
