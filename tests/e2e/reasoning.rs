//! What a model thinks before its answer: folded, opened by key and mouse, there after a restart
//! and after a kill, and in no later question.

use crate::desk::{ask, home_with, open, quit, session};
use crate::server::{Gate, Reply, Server, Step, data, delta, ending};
use cowrite::session::Reasoning;

fn thinks(text: &str) -> Step {
    let text = serde_json::Value::from(text);
    data(&format!(r#"{{"choices":[{{"index":0,"delta":{{"reasoning_content":{text}}}}}]}}"#))
}

#[test]
fn thoughts_fold_open_and_are_kept() {
    let gate = Gate::new();
    let mut steps = vec![thinks("Is **walnut** right?"), Step::Gate(gate.clone())];
    steps.extend([thinks(" It is."), delta("Walnut it is.")]);
    steps.extend(ending(2));
    let server = Server::start(vec![Reply::events(steps), Reply::text(&["Noted."])]);
    let home = home_with(&server);
    home.write("notes.md", "Bread.\n");
    let term = open(&home, &["notes.md"]);
    ask(&term, "Which bread?");
    term.wait_for("▸ thinking… 3 words");
    assert!(!term.screen().contains("walnut"));
    term.keys("<alt-h>");
    term.wait_for("│ Is walnut right?");
    gate.open();
    term.wait_for("▾ thought · 5 words");
    term.wait_for("Walnut it is.");
    let row = term.find("▾ thought").unwrap();
    let column = term.row(row)[..term.row(row).find('▾').unwrap()].chars().count();
    term.click(row as u16, column as u16);
    term.wait_for("▸ thought · 5 words");
    ask(&term, "Go on.");
    term.wait_for("Noted.");
    let questions = server.requests();
    let last = questions.iter().rfind(|request| request.method == "POST").unwrap();
    assert!(last.body.contains("Walnut it is.") && !last.body.contains("right?"), "{}", last.body);
    quit(&term);

    let term = open(&home, &["notes.md"]);
    term.wait_for("▸ thought · 5 words");
    term.keys("<ctrl-e>ch");
    term.wait_for("│ Is walnut right? It is.");
    quit(&term);
    assert_eq!(home.run(&["search", "right"], "").stdout.matches("walnut").count(), 0);
}

#[test]
fn a_kill_while_it_thinks_keeps_the_thoughts() {
    let server = Server::start(Reply::events(vec![thinks("Is walnut right?")]).stalling());
    let home = home_with(&server);
    std::fs::write(home.cowrite().join("config.toml"), "name = \"Ada\"\nmodel = \"test\"\n")
        .unwrap();
    home.write("notes.md", "Bread.\n");
    let term = open(&home, &["notes.md"]);
    ask(&term, "Which bread?");
    term.wait_for("▸ thinking… 3 words");
    // What is on the screen is on the disk a moment later.
    let journal = home.cowrite().join("library.db-wal");
    assert!(term.holds_within_deadline(|| {
        let bytes = std::fs::read(&journal).unwrap_or_default();
        bytes.windows(16).any(|part| part == b"Is walnut right?")
    }));
    term.kill9();
    drop(term);
    let term = open(&home, &["notes.md"]);
    term.wait_for("▸ thought · 3 words");
    term.wait_for("■ incomplete");
    quit(&term);
    let session = session(&home);
    let answer = session.transcript.iter().next_back().unwrap();
    assert_eq!(answer.reasoning.as_ref().map(Reasoning::text), Some("Is walnut right?"));
}
