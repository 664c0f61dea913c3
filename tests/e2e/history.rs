//! Going back in time: in the workspace, on the command line, and on in a session of its own.

use crate::desk::{home, open, quit, sessions};
use crate::pty::Home;
use serde_json::Value;
use std::sync::Arc;

fn json(text: &str) -> Value {
    serde_json::from_str(text).unwrap_or_else(|why| panic!("{why}: {text}"))
}

#[test]
fn back_look_restore_undo_and_come_back() {
    let home = Arc::new(home());
    home.write("a.md", "One line.\n");
    let term = open(&home, &["a.md"]);
    term.keys("<ctrl-end>good text<ctrl-s>");
    term.wait_for("Saved to");
    term.keys("<ctrl-e>vc");
    term.wait_for("Name of the checkpoint");
    term.keys("the good one<enter>");
    term.wait_for("is called “the good one”");
    term.keys("<ctrl-u><enter>something worse");
    term.wait_for("something worse");
    term.keys("<alt-6>");
    term.wait_for("› now");
    term.keys("<down><down>");
    term.wait_for("read only: “the good one”");
    term.wait_for("- good text");
    term.wait_for("+ something worse");
    term.keys("<alt-1>xyz");
    term.wait_for("Esc comes back to now");
    term.keys("<esc>");
    term.wait_gone("read only");
    term.keys("<alt-6>g");
    term.wait_for("Go back to");
    term.keys("the good one<enter>");
    term.wait_for("a.md as it was");
    term.keys("r");
    term.wait_for("The text is that of “the good one” again");
    term.wait_gone("something worse");
    term.keys("<alt-1><ctrl-z>");
    term.wait_for("Took back going back to the text of");
    term.wait_for("something worse");
    term.keys("<ctrl-y>");
    term.wait_gone("something worse");
    term.keys("<ctrl-s>");
    term.wait_for("Saved to");
    quit(&term);
    assert_eq!(home.read("a.md"), "One line.\ngood text");

    let term = open(&home, &["a.md"]);
    term.wait_for("good text");
    term.keys("<alt-6>");
    term.wait_for("checkpoint “the good one”");
    // A session of its own, from the beginning.
    term.keys("<end>b");
    term.wait_for("Title of the new session");
    term.keys("<ctrl-a>Another way<enter>");
    term.wait_for("A session of its own");
    term.wait_gone("good text");
    quit(&term);
    let titles: Vec<String> =
        sessions(&home).iter().map(|session| session.title().to_owned()).collect();
    assert_eq!(titles.len(), 2, "{titles:?}");
    assert!(titles.contains(&"Another way".to_owned()), "{titles:?}");
}

/// A file with a history: four versions, a checkpoint and a change from outside.
fn with_history() -> Arc<Home> {
    let home = Arc::new(home());
    home.write("a.md", "one\n");
    home.run(&["do", r"cursor.bottom; edit.insert two\n; file.save", "a.md"], "").ok();
    home.run(&["do", "checkpoint.make half", "a.md"], "").ok();
    home.write("a.md", "zero\none\ntwo\n");
    home.run(&["do", r"cursor.bottom; edit.insert three\n; file.save", "a.md"], "").ok();
    assert_eq!(home.read("a.md"), "zero\none\ntwo\nthree\n");
    home
}

#[test]
fn the_command_line_lists_prints_and_compares() {
    let home = with_history();
    let ran = home.run(&["history", "a.md"], "");
    assert!(ran.stderr.contains("--at POINT prints the text of then"), "{}", ran.stderr);
    let told = ran.ok();
    let rows: Vec<&str> = told.lines().collect();
    assert!(rows[0].contains("● Ada") && rows[0].ends_with("saved"), "{told}");
    assert!(rows[1].ends_with("wrote +6"), "{told}");
    assert!(told.contains("checkpoint “half”"), "{told}");
    assert!(told.contains("○ outside") && told.contains("outside changed +5"), "{told}");
    assert!(rows[rows.len() - 1].ends_with("the session begins"), "{told}");
    assert!(rows[rows.len() - 1].starts_with(" 1  ") || rows[rows.len() - 1].starts_with("1  "));

    let all = json(&home.run(&["history", "a.md", "--json"], "").ok());
    let all = all.as_array().unwrap();
    assert_eq!(all.len(), rows.len());
    let half = all.iter().find(|row| row["name"] == "half").unwrap();
    assert_eq!(
        (half["kind"].as_str(), half["author"].as_str()),
        (Some("checkpoints"), Some("Ada"))
    );
    let only =
        json(&home.run(&["history", "a.md", "--kind", "checkpoints,outside", "--json"], "").ok());
    assert_eq!(only.as_array().unwrap().len(), 3, "{only}");
    let few = home.run(&["history", "a.md", "--search", "wrote", "--limit", "1"], "").ok();
    assert_eq!(few.lines().count(), 1, "{few}");
    home.run(&["history", "a.md", "--search", "giraffe"], "").fails(1);

    let id = &half["event"].as_str().unwrap()[..10];
    let number = half["number"].to_string();
    for point in ["half", id, number.as_str()] {
        assert_eq!(home.run(&["history", "a.md", "--at", point], "").ok(), "one\ntwo\n", "{point}");
    }
    assert_eq!(home.run(&["history", "a.md", "--at", "0s"], "").ok(), home.read("a.md"));
    let then = json(&home.run(&["history", "a.md", "--at", "half", "--json"], "").ok());
    assert_eq!(
        (then["text"].as_str(), &then["point"]["name"]),
        (Some("one\ntwo\n"), &half["name"])
    );
    let said = home.run(&["history", "a.md", "--at", "20 moons"], "").fails(2);
    assert!(said.contains("“20 minutes ago” or 20m"), "{said}");

    let diff = home.run(&["history", "a.md", "--diff", "half"], "").ok();
    assert!(diff.contains("+zero") && diff.contains("+three") && !diff.contains("-one"), "{diff}");
    let back = home.run(&["history", "a.md", "--diff", "now", "half"], "").ok();
    assert!(back.contains("-zero") && back.contains("-three"), "{back}");
    home.write("a.md", "zero\n");
    let file = home.run(&["history", "a.md", "--diff", "half", "file"], "").ok();
    assert!(file.contains("-one") && file.contains("+zero"), "{file}");
    home.run(&["history", "b.md"], "").fails(2);
    home.run(&["export", "a.md", "--session-file", "a.cowrite.jsonl"], "").ok();
    let from_file = home.run(&["history", "a.cowrite.jsonl", "--at", "half"], "").ok();
    assert_eq!(from_file, "one\ntwo\n");
}

#[test]
fn restore_and_branch_without_a_screen() {
    let home = with_history();
    let ran = home.run(&["restore", "a.md", "half"], "");
    assert!(ran.stderr.contains("The text is that of “half” again"), "{}", ran.stderr);
    ran.ok();
    assert_eq!(home.read("a.md"), "one\ntwo\n");
    let said = home.run(&["restore", "a.md", "half"], "").fails(1);
    assert!(said.contains("nothing to bring back"), "{said}");
    home.run(&["do", "edit.undo; file.save", "a.md"], "").ok();
    assert_eq!(home.read("a.md"), "zero\none\ntwo\nthree\n");
    // The words are whose they were.
    let told = home.run(&["blame", "a.md"], "").ok();
    let rows: Vec<&str> = told.lines().collect();
    assert!(rows[0].starts_with("○ outside") && rows[3].starts_with("● Ada"), "{told}");

    let made = home.run(&["branch", "a.md", "half", "--title", "Another way"], "").ok();
    let (id, title) = made.trim().split_once("  ").unwrap();
    assert_eq!(title, "Another way");
    home.run(&["do", "file.save-as b.md", "--session", id], "").ok();
    assert_eq!(home.read("b.md"), "one\ntwo\n");
    let told = home.run(&["blame", "b.md"], "").ok();
    let rows: Vec<&str> = told.lines().collect();
    assert!(rows[0].starts_with("○ outside") && rows[1].starts_with("● Ada"), "{told}");
    let told = home.run(&["history", "b.md"], "").ok();
    assert!(told.contains("begun from session") && told.contains("checkpoint “half”"), "{told}");
    assert!(home.run(&["verify"], "").ok().len() > 1);
    home.run(&["branch", "a.md", "never"], "").fails(2);
}
