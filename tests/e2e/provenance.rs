//! Who wrote what, on the command line and for git: the real program, library and repository.

use crate::desk::quit;
use crate::pty::{Home, Start};
use crate::server::{Reply, Server};
use serde_json::Value;
use std::sync::Arc;

fn json(text: &str) -> Value {
    serde_json::from_str(text).unwrap_or_else(|why| panic!("{why}: {text}"))
}

fn git(home: &Home, args: &[&str]) -> String {
    let always = ["-c", "user.name=Ada", "-c", "user.email=ada@example.org"];
    home.run_program("git", &[&always, args].concat(), "").ok()
}

/// A file of four lines by nobody, a model, a person and another program.
fn written() -> (Arc<Home>, Server) {
    let block = "<<<<<<< SEARCH\ntwo\n=======\nzwei\n>>>>>>> REPLACE\n";
    let server = Server::start(Reply::text(&["Here it is.\n\n", block]));
    let home = Home::new().env("OPENAI_BASE_URL", &server.base());
    std::fs::write(home.cowrite().join("config.toml"), "name = \"Ada\"\n").unwrap();
    home.write("a.md", "one\ntwo\n");
    git(&home, &["init", "-q"]);
    git(&home, &["add", "a.md"]);
    git(&home, &["commit", "-q", "-m", "first"]);
    home.run(&["propose", "a.md", "in German", "--accept"], "").ok();
    home.run(&["do", r"cursor.bottom; edit.insert drei\n; file.save", "a.md"], "").ok();
    assert_eq!(home.read("a.md"), "one\nzwei\ndrei\n");
    git(&home, &["commit", "-q", "-a", "-m", "second"]);
    (Arc::new(home), server)
}

#[test]
fn blame_tells_who_wrote_which_line() {
    let (home, _server) = written();
    let told = home.run(&["blame", "a.md"], "").ok();
    let rows: Vec<&str> = told.lines().collect();
    assert_eq!(rows.len(), 3, "{told}");
    assert!(rows.iter().all(|row| row.chars().count() <= 100), "{told}");
    assert!(rows[0].starts_with("○ outside") && rows[0].ends_with("1 one"), "{told}");
    assert!(rows[1].starts_with("◆ openai/test") && rows[1].ends_with("2 zwei"), "{told}");
    assert!(rows[1].contains("unseen"), "nothing was on a screen: {told}");
    assert!(rows[2].starts_with("● Ada") && rows[2].ends_with("3 drei"), "{told}");
    assert!(!told.contains('\x1b'), "a pipe gets no colours");

    let all = json(&home.run(&["blame", "a.md", "--lines", "2:2", "--json"], "").ok());
    let run = &all["lines"][0]["runs"][0];
    assert_eq!((all["version"].as_str(), run["kind"].as_str()), (Some("now"), Some("model")));
    assert_eq!((run["how"].as_str(), run["seen"].as_bool()), (Some("proposed"), Some(false)));
    assert_eq!(run["by"]["name"], "Ada");
    for id in ["message", "answer", "proposal", "hunk", "edit"] {
        assert_eq!(run[id].as_str().map(str::len), Some(64), "{id}: {run}");
    }

    // Another program writes; nothing was taken in yet.
    home.write("a.md", "one\nzwei\nvier\ndrei\n");
    let ran = home.run(&["blame", "a.md"], "");
    assert!(ran.stderr.contains("from outside"), "{}", ran.stderr);
    let rows: Vec<String> = ran.ok().lines().map(str::to_owned).collect();
    assert!(rows[2].starts_with("○ outside") && rows[2].ends_with("3 vier"), "{rows:?}");
    assert!(rows[3].starts_with("● Ada"), "{rows:?}");

    let said = home.run(&["blame", "a.md", "--lines", "9"], "").fails(2);
    assert!(said.contains("There is no line 9: the file has 4."), "{said}");
    let said = home.run(&["blame", "b.md"], "").fails(2);
    assert!(said.contains("no such file"), "{said}");
    home.write("c.md", "x");
    let said = home.run(&["blame", "c.md"], "").fails(1);
    assert!(said.contains("has no session"), "{said}");
}

#[test]
fn stats_add_up_and_take_a_file_or_a_session() {
    let (home, _server) = written();
    let told = home.run(&["stats", "a.md"], "").ok();
    assert!(told.contains("a.md, 14 characters"), "{told}");
    let all = json(&home.run(&["stats", "a.md", "--json"], "").ok());
    let model = &all["models"][0];
    assert_eq!(
        (model["name"].as_str(), model["accepted"].as_u64()),
        (Some("openai/test"), Some(1))
    );
    assert_eq!(model["acceptance"], 100);
    let session = json(&home.run(&["sessions", "--json"], "").ok())[0]["id"].clone();
    let short: String = session.as_str().unwrap().chars().take(8).collect();
    assert_eq!(json(&home.run(&["stats", &short, "--json"], "").ok()), all);
    assert_eq!(json(&home.run(&["stats", "--json"], "").ok()), all, "of one session in all");
    home.run(&["export", "a.md", "--session-file", "a.cowrite.jsonl"], "").ok();
    assert_eq!(json(&home.run(&["stats", "a.cowrite.jsonl", "--json"], "").ok()), all);
    let rows = home.run(&["blame", "a.cowrite.jsonl"], "").ok();
    assert!(rows.contains("◆ openai/test"), "{rows}");
    home.run(&["stats", "nothing.md"], "").fails(2);
}

#[test]
fn the_workspace_shows_it_and_takes_it_back() {
    let (home, _server) = written();
    let term = Start::cowrite(&["a.md"]).home(&home).size(24, 80).start();
    term.wait_for("drei");
    term.keys("<alt-g>");
    term.wait_for("●Ad   3  drei");
    term.wait_for("◆te   2  zwei");
    term.keys("<ctrl-home><down><alt-u>");
    term.wait_for("◆ openai/test proposed this, and Ada accepted it.");
    term.wait_for("unseen: it was not on the screen");
    term.keys("t");
    term.wait_for("This proposal (1 accepted hunk)");
    term.keys("p");
    term.wait_for("2- two");
    term.keys("<ctrl-z>");
    term.wait_for("Brought back 1 hunk of openai/test");
    term.wait_for("◆te   2  zwei");
    term.keys("<alt-g>");
    term.wait_for(" 2  zwei");
    term.keys("<ctrl-s>");
    term.wait_for("Saved to");
    quit(&term);
    assert_eq!(home.read("a.md"), "one\nzwei\ndrei\n");
}

#[test]
fn what_a_model_wrote_is_taken_back_without_a_screen() {
    let (home, _server) = written();
    home.run(&["do", "written.take-back model test; file.save", "a.md"], "").ok();
    assert_eq!(home.read("a.md"), "one\ntwo\ndrei\n");
    home.run(&["do", "edit.undo; file.save", "a.md"], "").ok();
    assert_eq!(home.read("a.md"), "one\nzwei\ndrei\n");
    // Where a person worked on it, the answers are told; nothing happens without one.
    home.run(&["do", "go.line 2; cursor.right; edit.insert X; file.save", "a.md"], "").ok();
    let said = home.run(&["do", "written.take-back model test", "a.md"], "").fails(1);
    assert!(said.contains("dialog.choose 1: goes"), "{said}");
    assert!(said.contains("line 2: “zwei”; Ada wrote “X”"), "{said}");
    assert_eq!(home.read("a.md"), "one\nzXwei\ndrei\n");
    let line = "written.take-back model test; dialog.choose take; file.save";
    home.run(&["do", line, "a.md"], "").ok();
    assert_eq!(home.read("a.md"), "one\nXtwo\ndrei\n");
}

#[test]
fn a_commit_is_told_to_other_tools() {
    let (home, _server) = written();
    let sha = git(&home, &["rev-parse", "HEAD"]);
    let note = home.run(&["export", "--git-ai"], "").ok();
    let (lines, metadata) = note.split_once("---\n").expect("two sections");
    let rows: Vec<&str> = lines.lines().collect();
    assert_eq!(rows[0], "a.md");
    assert_eq!(rows.len(), 3, "the line of before the session is nobody's: {lines}");
    let metadata = json(metadata);
    assert_eq!(metadata["schema_version"], "authorship/3.0.0");
    assert_eq!(metadata["base_commit_sha"].as_str(), Some(sha.trim()));
    let hex = |text: &str| text.len() == 14 && text.bytes().all(|byte| byte.is_ascii_hexdigit());
    for row in &rows[1..] {
        let (key, lines) = row.strip_prefix("  ").unwrap().split_once(' ').unwrap();
        if let Some(human) = key.strip_prefix("h_") {
            assert!(hex(human) && lines == "3", "{row}");
            assert_eq!(metadata["humans"][key]["author"], "Ada <ada@example.org>");
        } else {
            let (session, trace) = key.split_once("::").unwrap();
            assert!(hex(session.strip_prefix("s_").unwrap()), "{row}");
            assert!(hex(trace.strip_prefix("t_").unwrap()) && lines == "2", "{row}");
            let agent = &metadata["sessions"][session]["agent_id"];
            assert_eq!(
                (&agent["tool"], &agent["model"]),
                (&"cowrite".into(), &"openai/test".into())
            );
            assert_eq!(metadata["sessions"][session]["human_author"], "Ada <ada@example.org>");
        }
    }
    // git takes it.
    home.run_program(
        "git",
        &[
            "-c",
            "user.name=A",
            "-c",
            "user.email=a@b",
            "notes",
            "--ref=ai",
            "add",
            "-F",
            "-",
            "HEAD",
        ],
        &note,
    )
    .ok();
    assert_eq!(git(&home, &["notes", "--ref=ai", "show", "HEAD"]), note);

    let record = json(&home.run(&["export", "--agent-trace", "a.md", "--commit", "HEAD"], "").ok());
    assert_eq!((&record["version"], &record["vcs"]["type"]), (&"0.1.0".into(), &"git".into()));
    assert_eq!(record["vcs"]["revision"].as_str(), Some(sha.trim()));
    assert_eq!(record["id"].as_str().map(str::len), Some(36));
    let told = record["files"][0]["conversations"].as_array().unwrap();
    let kind = |kind: &str| told.iter().find(|one| one["contributor"]["type"] == kind).unwrap();
    let lines = |one: &Value| one["ranges"][0]["start_line"].as_u64();
    assert_eq!(kind("ai")["contributor"]["model_id"], "openai/test");
    assert_eq!((lines(kind("ai")), lines(kind("human"))), (Some(2), Some(3)));
    assert_eq!(told.len(), 2);
    assert_eq!(
        record,
        json(&home.run(&["export", "--agent-trace"], "").ok()),
        "the same each time"
    );

    // The text of an older commit, after more was written.
    home.run(&["do", r"cursor.top; edit.insert null\n; file.save", "a.md"], "").ok();
    assert_eq!(home.run(&["export", "--git-ai", "--commit", sha.trim()], "").ok(), note);
    let said = home.run(&["export", "--git-ai", "--commit", "nowhere"], "").fails(2);
    assert!(said.contains("no commit nowhere"), "{said}");
    let said = home.run(&["export", "--git-ai", "--commit", "HEAD~1"], "").fails(1);
    assert!(said.contains("No session here tells of a line"), "{said}");
}
