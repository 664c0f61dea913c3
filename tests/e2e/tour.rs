//! The tour, step by step, and what the doctor says.

use crate::desk::{home_with, open, quit};
use crate::pty::Home;
use crate::server::{Reply, Server};
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
    term.wait_for("lending shelf");
    term.keys("<esc><esc>");
    term.wait_for("The end");
    // It belongs into no file: nothing is asked.
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
