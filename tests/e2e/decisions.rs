//! Decisions in the real program: their links are chosen, shown, followed and told to others.

use serde_json::Value;

use crate::desk::{ask, home_with, open, quit, session};
use crate::pty::Start;
use crate::server::{Reply, Server};

#[test]
fn a_decision_is_linked_to_what_one_chooses() {
    let server = Server::start(Reply::text(&["An apple cake, in the morning."]));
    let home = home_with(&server);
    home.write("plan.md", "We bake a cake.\n\nAnd there is tea.\n");
    home.run(&["config", "set", "provider.openai.consented", "true"], "").ok();
    let term = Start::cowrite(&["plan.md"]).home(&home).size(24, 80).start();
    term.wait_for("› ");
    ask(&term, "Which cake?");
    // To its end: a message is linked once it is one.
    term.wait_for("An apple cake");
    term.wait_for("tokens in");
    term.keys("<ctrl-home><shift-end><ctrl-n>Apples");
    // On a small screen, too, the links stand in the form.
    term.wait_for("Links");
    term.wait_for("the text “We bake a");
    term.keys("<shift-tab>");
    term.wait_for("[x] the text “We bake a cake.”");
    term.wait_for("[x] ● Ada: Which cake?");
    term.wait_for("[x] ◆ openai/test: An apple cake");
    term.wait_for("links or unlinks");
    // Without the question.
    term.keys("<down> ");
    term.wait_for("[ ] ● Ada: Which cake?");
    term.keys("<ctrl-s>");
    term.wait_for("Recorded");
    term.keys("<alt-4><enter>");
    term.wait_for("1  the text in line 1");
    term.wait_for("enter go there");
    term.keys("2");
    term.wait_for("▸ ◆ openai/test § · marked");
    term.wait_for("Alt-Y goes back");
    term.keys("<alt-y>");
    term.wait_for("Linked to:");
    term.keys("<enter><alt-y>");
    term.wait_for("Linked to:");
    term.keys("<esc><alt-1>");
    quit(&term);

    let all: Value =
        serde_json::from_str(&home.run(&["decisions", "plan.md", "--json"], "").ok()).unwrap();
    let kinds: Vec<&str> = all[0]["links"]
        .as_array()
        .unwrap()
        .iter()
        .map(|link| link["kind"].as_str().unwrap())
        .collect();
    assert_eq!(kinds, ["text", "message"]);
    assert_eq!(all[0]["links"][1]["text"], "An apple cake, in the morning.");
    let list = home.run(&["decisions", "plan.md"], "").ok();
    assert!(list.contains("linked to: the text “We bake a cake.”"), "{list}");
    // A decision without words but its title is found as that.
    let found = home.run(&["search", "Apples"], "").ok();
    assert!(found.lines().any(|line| line == "    Apples"), "{found}");

    // What is linked can be changed later; the old log is as it was.
    let before = session(&home).event_count();
    let term = open(&home, &["plan.md"]);
    term.keys("<alt-4>");
    term.wait_for("Apples");
    term.keys("e<shift-tab> <ctrl-s>");
    term.wait_for("Changed.");
    term.keys("<alt-1>");
    quit(&term);
    let after = session(&home);
    assert_eq!(after.decisions.newest()[0].links().len(), 1);
    assert!(after.event_count() > before);
}
