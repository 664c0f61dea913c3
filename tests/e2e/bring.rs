//! Conversations of other programs, in the real program: listed, brought in once, found and opened.

use std::path::PathBuf;
use std::sync::Arc;

use crate::desk::{home, open, quit, sessions};
use crate::pty::Home;
use serde_json::Value;

/// Puts a file that another program wrote where the person stands.
fn put(home: &Home, name: &str, to: &str) {
    let path: PathBuf = [env!("CARGO_MANIFEST_DIR"), "tests", "brought", name].iter().collect();
    let to = home.file(to);
    std::fs::create_dir_all(to.parent().unwrap()).unwrap();
    std::fs::copy(path, to).unwrap();
}

fn json(text: &str) -> Value {
    serde_json::from_str(text).unwrap_or_else(|why| panic!("{why}: {text}"))
}

#[test]
fn what_was_said_elsewhere_is_brought_in_once_found_and_opened() {
    let home = Arc::new(home());
    put(&home, "conversations.json", "export/conversations.json");
    home.write("export/user.json", "{\"email\": \"ada@example.org\"}");
    home.write("export/chat.html", "<html>");
    put(&home, "claude-code.jsonl", "claude/-home-ada-plan/5e551000.jsonl");
    put(&home, "rollout-codex.jsonl", "codex/2025/10/29/rollout-2025-10-29.jsonl");
    put(&home, "aider.chat.history.md", ".aider.chat.history.md");
    let from = ["export", "claude", "codex", ".aider.chat.history.md"];

    // Looked at: nothing comes in.
    let listed = home.run(&[&["import", "--list"], &from[..]].concat(), "");
    assert_eq!(listed.status.code(), Some(1), "{}", listed.stderr);
    let row = listed.stdout.lines().find(|line| line.contains("Sourdough")).unwrap();
    assert!(row.contains("2024-05-03") && row.contains("4 messages"), "{row}");
    assert!(row.ends_with("Sourdough at altitude (ChatGPT)"), "{row}");
    assert!(listed.stderr.contains("nothing was changed"), "{}", listed.stderr);
    assert_eq!(json(&home.run(&["sessions", "--json"], "").ok()), Value::Array(Vec::new()));

    // One of them.
    let key = row.split_whitespace().next().unwrap();
    let one = home.run(&["import", "export", "--only", key], "");
    assert!(one.stdout.contains("1 conversation, 1 of them"), "{}{}", one.stdout, one.stderr);
    assert_eq!(sessions(&home).len(), 1);

    // All of them; what can't be read and what is left out is counted and named.
    let came = home.run(&[&["import"], &from[..]].concat(), "");
    assert_eq!(came.status.code(), Some(1), "{}", came.stderr);
    assert!(
        came.stdout.contains("6 conversations, 5 of them with something new"),
        "{}",
        came.stdout
    );
    assert!(came.stderr.contains("5e551000.jsonl: could not be read: "), "{}", came.stderr);
    for words in [
        "tool call",
        "attachment",
        "of a sub-agent",
        "lines of aider",
        "1 damaged line",
        "1 conversation of another shape",
        "files of other kinds passed over",
    ] {
        assert!(came.stderr.contains(words), "{words}: {}", came.stderr);
    }
    let none = home.run(&["import", "export", "--only", "zzz"], "").fails(1);
    assert!(none.contains("begins with zzz"), "{none}");
    let again = home.run(&[&["import", "--json"], &from[..]].concat(), "");
    let again = json(&again.stdout);
    assert_eq!(again["new"], 0, "{again}");
    assert_eq!(again["came"].as_array().unwrap().len(), 6, "{again}");
    assert_eq!(again["unread"]["damaged line"], 1, "{again}");

    // In the order of when they were held, not of when they came.
    let rows = json(&home.run(&["sessions", "--json"], "").ok());
    let titles: Vec<&str> =
        rows.as_array().unwrap().iter().map(|row| row["title"].as_str().unwrap()).collect();
    assert_eq!(
        titles,
        [
            "Count the words of plan.md",
            "Ledger becomes journal",
            "Why did it stop?",
            "Sourdough at altitude",
            "Add a health endpoint",
            "A question without a title",
        ]
    );
    for session in sessions(&home) {
        assert_eq!(session.oddities.refused, 0);
        assert!(session.transcript.iter().all(|message| message.brought.is_some()));
    }

    // Found by its words, opened by its id.
    let found = home.run(&["search", "collapse altitude"], "");
    assert!(!found.stdout.contains("Sourdough"), "no message has both words: {}", found.stdout);
    let found = home.run(&["search", "dough collapse"], "").ok();
    assert!(found.contains("2024-05-03"), "{found}");
    let id = rows[3]["id"].as_str().unwrap();
    let term = open(&home, &["--session", &id[..10]]);
    term.wait_for("openai/o3 · from ChatGPT");
    term.wait_for("How much less?");
    quit(&term);
}

#[test]
fn what_is_no_conversation_is_told() {
    let home = home();
    home.write("export.zip", b"PK\x03\x04rest");
    home.write("claude.json", "[{\"uuid\": \"x\", \"chat_messages\": []}]");
    home.write("note.md", "# A note\n");
    home.write("data.db", b"SQLite format 3\0 and nothing more");
    let check = |name: &str, words: &str| {
        let said = home.run(&["import", name], "").fails(1);
        assert!(said.contains(words), "{name}: {said}");
    };
    check("export.zip", "unpack it");
    check("claude.json", "an export of claude.ai");
    check("note.md", "none of another program that is known");
    check("data.db", "data.db is left out");
    check("nowhere.json", "nowhere.json is left out");
    home.write("other/a.txt", "");
    check("other", "No conversation and no session file");
}
