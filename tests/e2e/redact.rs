//! Words out for good, with the real program: typed, asked about, shared; then no byte of the
//! library, its journal, the drafts or the session file holds them, whatever was killed in between.

use std::path::Path;
use std::sync::Arc;

use crate::desk::{ask, home, home_with, open, quit, session, text};
use crate::server::{Reply, Server};

const SECRET: &str = "Xq7zPlumbago42Kestrel";

/// The files below a folder that hold a piece of the secret.
fn holders(folder: &Path, found: &mut Vec<String>) {
    for entry in std::fs::read_dir(folder).unwrap().flatten() {
        let path = entry.path();
        if path.is_dir() {
            holders(&path, found);
            continue;
        }
        let bytes = std::fs::read(&path).unwrap_or_default();
        let pieces = SECRET.as_bytes().windows(6);
        if pieces.into_iter().any(|piece| bytes.windows(6).any(|part| part == piece)) {
            found.push(path.display().to_string());
        }
    }
}

#[track_caller]
fn assert_gone(folder: &Path) {
    let mut found = Vec::new();
    holders(folder, &mut found);
    assert_eq!(found, Vec::<String>::new());
}

#[test]
fn a_secret_that_was_typed_asked_about_and_shared_is_gone_everywhere() {
    let server = Server::start(Reply::text(&["I keep ", SECRET, " in mind."]));
    let home = home_with(&server);
    home.write("plan.md", "# Plan\n\nlast line\n");
    home.run(&["config", "set", "provider.openai.consented", "true"], "").ok();
    let term = open(&home, &["plan.md"]);
    term.wait_for("last line");
    term.keys("before ");
    term.keys(SECRET);
    term.keys(" after ");
    term.wait_for("Kestrel after");
    ask(&term, &format!("Is {SECRET} good?"));
    term.keys("<alt-3>");
    term.wait_for("in mind.");
    term.keys("<alt-1><ctrl-s>");
    term.wait_for("Saved to");
    quit(&term);

    home.run(&["share", "plan.md", "--yes", "--allow", "random"], "").ok();
    let shared = home.file("plan.cowrite.jsonl");
    assert!(shared.exists(), "it is shared");
    let mut found = Vec::new();
    holders(&home.cowrite(), &mut found);
    assert!(!found.is_empty(), "the secret is in the library");

    // In the workspace: what is selected, everywhere.
    let term = open(&home, &["plan.md"]);
    term.wait_for("Kestrel after");
    term.keys("<ctrl-home>");
    for _ in 0.."before ".len() {
        term.keys("<right>");
    }
    for _ in 0..SECRET.len() {
        term.keys("<shift-right>");
    }
    term.keys("<ctrl-e>gr");
    term.wait_for("Take this out of the log for good?");
    term.wait_for("Out of the text: 21 characters.");
    term.wait_for("1 record of what was sent");
    term.keys("e");
    term.wait_for("Redacted:");
    term.wait_gone("Kestrel after");
    term.wait_for("before  after");
    // The gap in the conversation tells who and when.
    term.keys("<alt-3>");
    term.wait_for("■ redacted by Ada on");
    term.keys("<alt-1>");
    // The file holds it until it is saved, which was said.
    term.wait_for("plan.md");
    term.keys("<ctrl-z>");
    term.keys("<ctrl-y>");
    term.keys("<ctrl-s>");
    term.wait_for("Saved to");
    quit(&term);

    assert_gone(&home.cowrite());
    assert_gone(&home.work());
    assert!(!home.read("plan.md").contains(&SECRET[..6]));
    home.run(&["verify"], "").ok();
    home.run(&["verify", "plan.cowrite.jsonl"], "").ok();
    assert!(home.read("plan.cowrite.jsonl").contains("event.redacted"));
    let listed = home.run(&["redactions", "plan.md"], "").ok();
    assert!(listed.contains("redacted by Ada on"), "{listed}");
    assert!(!text(&home).contains("Kestrel"));
    let session = session(&home);
    let redacted = session.transcript.iter().filter(|message| message.is_redacted()).count();
    assert_eq!(redacted, 2, "question and answer");
}

#[test]
fn words_by_the_command_line_and_a_person_who_asks_to_be_forgotten() {
    let home = Arc::new(home());
    home.write("a.md", "one\n");
    home.write("b.md", "two\n");
    for file in ["a.md", "b.md"] {
        home.run(&["do", &format!("edit.insert {SECRET} and more; file.save"), file], "").ok();
        home.run(&["do", "edit.insert Ada's own words; file.save", file], "").ok();
    }
    let shown = home.run(&["redact", "a.md", "--text", SECRET, "--dry-run"], "").ok();
    assert!(shown.contains("Out of the text: 21 characters."), "{shown}");
    assert!(shown.contains("Not reached: copies"), "{shown}");
    home.run(&["redact", "a.md", "--text", SECRET], "").fails(2);
    home.run(&["redact", "a.md", "--text", SECRET, "--yes"], "").ok();
    // The other session holds the same words, and nobody asked for those.
    home.run(&["redact", "a.md", "--text", SECRET, "--yes"], "").fails(1);
    let found = home.run(&["search", &SECRET[..12]], "").ok();
    assert!(found.contains("b.md") && !found.contains("a.md"), "{found}");
    home.run(&["redact", "b.md", "--text", SECRET, "--yes", "--reason", "a slip"], "").ok();
    assert_gone(&home.cowrite());
    let listed = home.run(&["redactions", "b.md"], "").ok();
    assert!(listed.contains(": a slip"), "{listed}");

    let shown = home.run(&["forget", "ada", "--dry-run"], "").ok();
    assert!(shown.contains("a.md") && shown.contains("b.md"), "{shown}");
    home.run(&["forget", "nobody"], "").fails(1);
    let said = home.run(&["forget", "Ada", "--yes"], "");
    assert!(said.stderr.contains("a.md on the disk still holds it until"), "{}", said.stderr);
    home.run(&["verify"], "").ok();
    let left = home.run(&["search", "words"], "");
    assert_eq!(left.status.code(), Some(1), "{}", left.stdout);
    // The files on the disk are the person's own, and stay.
    assert!(home.read("a.md").contains("own words"));
    home.run(&["do", "file.save", "a.md"], "").ok();
    assert_eq!(home.read("a.md"), "one\n");
}

/// What was typed since is not shared by a redaction, and the file is whole all the same.
#[test]
fn a_session_file_that_is_behind_hears_of_a_redaction_and_stays_whole() {
    let ada = home();
    ada.write("a.md", "one\n");
    ada.run(&["do", &format!("edit.insert {SECRET} and more; file.save"), "a.md"], "").ok();
    ada.run(&["share", "a.md", "--yes", "--allow", "random"], "").ok();
    let ben = home();
    std::fs::write(ben.cowrite().join("config.toml"), "name = \"Ben\"\n").unwrap();
    ben.write("a.md", ada.read("a.md"));
    ben.write("a.cowrite.jsonl", ada.read("a.cowrite.jsonl"));
    for (person, name) in [(&ada, "Ada"), (&ben, "Ben")] {
        person.run(&["do", "edit.insert Not yet; file.save", "a.md"], "").ok();
        person.run(&["redact", "a.md", "--text", SECRET, "--yes"], "").ok();
        let file = person.read("a.cowrite.jsonl");
        assert!(!file.contains("Not yet") && !file.contains(SECRET), "{name}: {file}");
        person.run(&["verify", "a.cowrite.jsonl"], "").ok();
        person.run(&["verify"], "").ok();
        let third = home();
        third.write("a.cowrite.jsonl", &file);
        third.run(&["import", "a.cowrite.jsonl"], "").ok();
        third.run(&["verify"], "").ok();
        let listed = third.run(&["redactions"], "").ok();
        assert!(listed.contains(&format!("redacted by {name} on")), "{listed}");
        // And then the rest.
        person.run(&["share", "a.md", "--yes"], "").ok();
        assert!(person.read("a.cowrite.jsonl").contains("Not yet"), "{name}");
        person.run(&["verify", "a.cowrite.jsonl"], "").ok();
    }
}

#[test]
fn who_signed_and_is_forgotten_leaves_a_log_that_verifies() {
    let home = home().env("GIT_CONFIG_NOSYSTEM", "1").env("GIT_CONFIG_GLOBAL", "/dev/null");
    home.write("a.md", "one\n");
    home.run(&["do", "edit.insert Hers; file.save", "a.md"], "").ok();
    let path = home.file("id");
    let args = ["-q", "-t", "ed25519", "-N", "", "-f", path.to_str().unwrap()];
    home.run_program("ssh-keygen", &args, "").ok();
    home.run(&["attest", "a.md", "--key", "id"], "").ok();
    home.run(&["share", "a.md", "--yes"], "").ok();
    home.run(&["forget", "Ada", "--yes"], "").ok();
    for args in [&["verify"][..], &["verify", "a.cowrite.jsonl"], &["attest", "a.md", "--list"]] {
        let said = home.run(args, "").ok();
        assert!(said.contains("that was redacted by "), "{args:?}: {said}");
        assert!(!said.contains("NO valid"), "{args:?}: {said}");
    }
}

/// Killed anywhere between the start and the end: either the log has all of it or none is left
/// anywhere.
#[test]
fn killed_while_redacting_it_is_done_or_not_begun() {
    let home = Arc::new(home());
    home.write("a.md", "one\n");
    let (mut done, mut not) = (0, 0);
    for round in 0..24 {
        home.run(&["do", &format!("edit.insert r{round} {SECRET} ; file.save"), "a.md"], "").ok();
        home.run(&["share", "a.md", "--yes", "--allow", "random"], "").ok();
        let mut command = std::process::Command::new(env!("CARGO_BIN_EXE_cowrite"));
        command.args(["redact", "a.md", "--text", SECRET, "--yes"]).current_dir(home.work());
        command.env_clear().envs(home.vars().iter().map(|(name, value)| (name, value)));
        command.stdout(std::process::Stdio::null()).stderr(std::process::Stdio::null());
        let mut child = command.spawn().unwrap();
        // The journal's size is the clock: the kill comes after so many changes of it.
        let journal = home.cowrite().join("library.db-wal");
        let mut changes = 0;
        let mut last = std::fs::metadata(&journal).map_or(0, |meta| meta.len());
        while changes < round / 2 && child.try_wait().unwrap().is_none() {
            let now = std::fs::metadata(&journal).map_or(0, |meta| meta.len());
            changes += usize::from(now != last);
            last = now;
        }
        let _ = child.kill();
        child.wait().unwrap();
        // The next program completes what was begun.
        home.run(&["verify"], "").ok();
        let session = session(&home);
        let mut found = Vec::new();
        holders(&home.cowrite(), &mut found);
        if session.redactions.iter().count() == done + 1 {
            done += 1;
            assert_eq!(found, Vec::<String>::new(), "round {round}");
            assert!(!home.read("a.cowrite.jsonl").contains(SECRET), "round {round}");
        } else {
            not += 1;
            assert!(text(&home).contains(SECRET), "round {round}");
            home.run(&["redact", "a.md", "--text", SECRET, "--yes"], "").ok();
            done += 1;
        }
        // The file holds it still: it is taken out there by saving what the session has.
        home.run(&["do", "file.save", "a.md"], "").ok();
        assert_gone(&home.work());
    }
    println!("{done} redactions, {not} of them killed before they began");
}
