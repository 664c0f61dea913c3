//! The command line without a terminal, with the real library and a scripted model server: what
//! each subcommand prints, keeps and returns.

use std::io::Read as _;
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::time::Duration;

use crate::pty::{Home, Start};
use crate::server::{Gate, Reply, Script, Server, Step, delta};
use serde_json::Value;

const PATIENCE: Duration = Duration::from_secs(20);

/// A home whose owner has a name, with a server that answers.
fn home(server: &Server) -> Home {
    let home = Home::new().env("OPENAI_BASE_URL", &server.base());
    std::fs::write(home.cowrite().join("config.toml"), "# mine\nname = \"Ada\"\n").unwrap();
    home
}

/// A home whose owner has a name and no model.
fn alone() -> Home {
    let home = Home::new();
    std::fs::write(home.cowrite().join("config.toml"), "name = \"Ada\"\n").unwrap();
    home
}

fn json(text: &str) -> Value {
    serde_json::from_str(text).unwrap_or_else(|why| panic!("{why}: {text}"))
}

/// A search/replace block as a model writes it.
fn block(old: &str, new: &str) -> String {
    format!("<<<<<<< SEARCH\n{old}\n=======\n{new}\n>>>>>>> REPLACE\n")
}

fn blocks(pairs: &[(&str, &str)]) -> Reply {
    let text: String = pairs.iter().map(|(old, new)| block(old, new)).collect();
    Reply::text(&["Here it is.\n\n", &text])
}

#[test]
fn help_tells_every_subcommand_and_the_exit_codes() {
    insta::assert_snapshot!("help", Home::new().run(&["--help"], "").ok());
}

#[test]
fn what_is_not_understood_ends_with_two() {
    let home = alone();
    home.write("a.md", "one\n");
    let check = |args: &[&str], words: &str| {
        let said = home.run(args, "").fails(2);
        assert!(said.contains(words), "{args:?}: {said}");
    };
    check(&["--nonsense"], "--nonsense");
    check(&["ask", "  "], "no question");
    check(&["ask", "why?", "missing.md"], "no file missing.md");
    check(&["ask", "why?", "a.md"], "OPENAI_BASE_URL");
    check(&["propose", "a.md", ""], "what to change");
    check(&["propose", "a.md", "better", "--select", "7:3"], "7:3");
    check(&["propose", "a.md", "better", "--select", "9"], "no line 9");
    check(&["do", "file.sav", "a.md"], "file.save");
    check(&["do", " ; ", "a.md"], "no command");
    check(&["sessions", "rename", "abc", "title"], "no session abc");
    check(&["sessions", "restore", "x.db"], "no file x.db");
    check(&["sessions", "restore", "a.md"], "Add --yes");
    check(&["search"], "WORDS");
    check(&["decisions", "--status", "maybe"], "maybe");
    check(&["export"], "file");
    check(&["export", "a.md", "--json", "--session-file", "x"], "--json");
    check(&["verify", "a.md"], "has no session");
    check(&["keys", "--keymap", "nowhere"], "nowhere");
    check(&["config", "set", "editor.tab_with", "3"], "editor.tab_width");
    check(&["config", "set", "provider.x.adress", "3"], "provider.x.address");
    check(
        &["config", "set", "editor.tab_width", "wide"],
        "editor.tab_width can't be \"wide\": it takes a whole number",
    );
    check(&["completions", "nonsense"], "nonsense");
}

#[test]
fn a_name_is_needed_once() {
    let home = Home::new();
    let said = home.run(&["do", "edit.insert x", "a.md"], "").fails(2);
    assert!(said.contains("--yes") && said.contains("\"ada\""), "{said}");
    home.run(&["do", "edit.insert x; file.save", "a.md", "--yes"], "").ok();
    home.run(&["do", "cursor.bottom; edit.insert y; file.save", "a.md"], "").ok();
    assert_eq!(home.read("a.md"), "xy");
    assert_eq!(home.run(&["config", "get", "name"], "").ok(), "ada\n");
}

#[test]
fn ask_prints_the_answer_and_keeps_the_turn() {
    let server = Server::start(Reply::text(&["Because ", "the \x1b[31m kraken", " sleeps."]));
    let home = home(&server);
    let ran = home.run(&["ask", "Why is it quiet?"], "");
    // Nothing from a model steers a terminal.
    assert_eq!(ran.ok(), "Because the [31m kraken sleeps.\n");
    let sessions = json(&home.run(&["sessions", "--json"], "").ok());
    assert_eq!(sessions[0]["title"], "Why is it quiet?");
    assert_eq!(sessions[0]["messages"], 2);
    let found = json(&home.run(&["search", "kraken", "--json"], "").ok());
    assert_eq!(found[0]["kind"], "message");
    assert_eq!(found[0]["title"], "openai/test");
    let found = home.run(&["search", "quiet"], "").ok();
    assert!(found.contains("Ada: Why is it quiet?"), "{found}");

    home.run(&["ask", "secret", "--no-session"], "").ok();
    assert_eq!(json(&home.run(&["sessions", "--json"], "").ok()).as_array().unwrap().len(), 1);

    // The next question of the same session knows the first.
    let id = sessions[0]["id"].as_str().unwrap();
    home.run(&["ask", "And now?", "--session", &id[..8]], "").ok();
    let last = server.requests().pop().unwrap();
    assert!(last.body.contains("Why is it quiet?") && last.body.contains("And now?"));
}

#[test]
fn ask_takes_its_context_from_a_file_or_a_pipe() {
    let server = Server::start(Reply::text(&["Yes."]));
    let home = home(&server);
    home.write("plan.md", "The walrus plan.\n");
    assert_eq!(home.run(&["ask", "Is it good?", "plan.md"], "ignored").ok(), "Yes.\n");
    let body = || server.requests().pop().unwrap().body;
    assert!(body().contains("The walrus plan.") && !body().contains("ignored"));
    home.run(&["ask", "What is this?"], "a piped text\n").ok();
    assert!(body().contains("a piped text"));
    home.run(&["ask", "-"], "the question itself\n").ok();
    assert!(body().contains("the question itself"));
    let page = home.run(&["export", "plan.md"], "").ok();
    assert!(page.contains("Is it good?") && page.contains("Yes."), "{page}");
    let sent = home.run(&["export", "plan.md", "--egress"], "").ok();
    assert!(sent.contains("The walrus plan.") && sent.contains("SHA-256"), "{sent}");
    let sent = json(&home.run(&["export", "plan.md", "--egress", "--json"], "").ok());
    let asked = server.requests().into_iter().find(|request| request.method == "POST").unwrap();
    assert_eq!(sent[0]["request"].as_str(), Some(asked.body.as_str()));
}

#[test]
fn options_may_stand_before_a_command() {
    let server = Server::start(vec![Reply::text(&["Yes."])]);
    let home = home(&server);
    home.run(&["--yes", "--model", "other", "ask", "Is it good?"], "").ok();
    let asked = server.requests().into_iter().find(|request| request.method == "POST").unwrap();
    assert_eq!(json(&asked.body)["model"], "other");
    let said = home.run(&["nonsense", "more"], "").fails(2);
    assert!(said.contains("no command"), "{said}");
}

#[test]
fn a_fault_is_told_and_what_had_come_is_kept() {
    let broken = Reply::events(vec![delta("Half an"), delta(" answer"), Step::Cut]);
    let refused = Reply::status(401, r#"{"error":{"message":"bad key"}}"#);
    let server = Server::start(vec![broken, refused]);
    let home = home(&server);
    let ran = home.run(&["ask", "Tell me"], "");
    assert_eq!(ran.stdout, "Half an answer\n");
    assert!(!ran.fails(1).is_empty());
    let said = home.run(&["ask", "Tell me more"], "").fails(1);
    assert!(said.contains("key"), "{said}");
    let page = home.run(&["search", "Half", "--json"], "").ok();
    assert!(page.contains("Half an answer"), "{page}");
    // A connection that just ends is no end of an answer.
    let ended = Server::start(vec![Reply::events(vec![delta("Half of it")])]);
    let half = self::home(&ended);
    let ran = half.run(&["ask", "Tell me"], "");
    assert_eq!(ran.stdout, "Half of it\n");
    assert!(ran.fails(1).contains("did not say that it is complete"));
    let nobody = alone().env("OPENAI_BASE_URL", "http://127.0.0.1:9/v1");
    let said = nobody.run(&["ask", "hello", "--model", "m"], "").fails(1);
    assert!(said.contains("127.0.0.1:9"), "{said}");
}

/// Starts asking, until the first words of the answer are there.
fn start_asking(home: &Home, server: &Server) -> Child {
    let mut child = Command::new(env!("CARGO_BIN_EXE_cowrite"))
        .args(["ask", "Tell me a story"])
        .env_clear()
        .env("COWRITE_HOME", home.cowrite())
        .env("HOME", home.work())
        .env("OPENAI_BASE_URL", server.base())
        .current_dir(home.work())
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut heard = [0; 15];
    child.stdout.as_mut().unwrap().read_exact(&mut heard).unwrap();
    assert_eq!(&heard, b"The first words");
    child
}

#[test]
fn a_killed_ask_is_found_again() {
    let (go, words) = (Gate::new(), [" and", " then", " more"]);
    let mut steps = vec![delta("The first words")];
    steps.extend(words.iter().flat_map(|word| [Step::Gate(go.clone()), delta(word)]));
    let server = Server::start(Reply::events(steps).stalling());
    let home = home(&server);
    let mut child = start_asking(&home, &server);
    // What is printed is on its way to the disk; what was printed before is there.
    for word in words {
        go.open();
        let mut heard = vec![0; word.len()];
        child.stdout.as_mut().unwrap().read_exact(&mut heard).unwrap();
    }
    child.kill().unwrap();
    child.wait().unwrap();
    let ran = home.run(&["search", "\"first words\"", "--json"], "");
    assert!(ran.stderr.contains("cut off"), "{}", ran.stderr);
    let found = json(&ran.ok());
    let page = home.run(&["export", "--session", found[0]["session"].as_str().unwrap()], "").ok();
    assert!(page.contains("The first words") && page.contains("(incomplete)"), "{page}");
    assert!(!home.run(&["search", "words"], "").stderr.contains("cut off"));
}

#[test]
fn interrupting_ask_keeps_what_had_come() {
    let server = Server::start(Reply::events(vec![delta("The first words")]).stalling());
    let home = home(&server);
    let child = start_asking(&home, &server);
    let interrupt = Command::new("kill").args(["-INT", &child.id().to_string()]).status();
    assert!(interrupt.unwrap().success());
    let output = child.wait_with_output().unwrap();
    let said = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(1), "{said}");
    assert!(said.contains("kept"), "{said}");
    assert!(server.wait_gone(1, PATIENCE));
    let id = json(&home.run(&["sessions", "--json"], "").ok())[0]["id"].clone();
    let page = home.run(&["export", "--session", id.as_str().unwrap()], "").ok();
    assert!(page.contains("The first words") && page.contains("(stopped)"), "{page}");
}

#[test]
fn nothing_leaves_the_machine_without_consent() {
    // An address that no machine has; nothing is sent to it here.
    let home = alone().env("OPENAI_BASE_URL", "http://192.0.2.1:1/v1");
    let said = home.run(&["ask", "hello", "--model", "m"], "").fails(2);
    assert!(said.contains("--yes") && said.contains("192.0.2.1"), "{said}");
    assert!(said.contains("config set provider.openai.consented true"), "{said}");
}

#[test]
fn a_model_is_chosen_when_there_is_one() {
    let two = r#"{"object":"list","data":[{"id":"first"},{"id":"second"}]}"#;
    let script = Script::new(vec![Reply::text(&["ok"])]).models(Reply::status(200, two));
    let server = Server::start(script);
    let home = home(&server);
    let said = home.run(&["ask", "hello"], "").fails(2);
    assert!(said.contains("first, second") && said.contains("--model"), "{said}");
    home.run(&["ask", "hello", "--model", "second"], "").ok();
    home.run(&["config", "set", "model", "first"], "").ok();
    home.run(&["ask", "hello"], "").ok();
    let asked: Vec<String> = server
        .requests()
        .iter()
        .filter(|request| request.method == "POST")
        .map(|request| json(&request.body)["model"].as_str().unwrap().to_owned())
        .collect();
    assert_eq!(asked, ["second", "first"]);
}

#[test]
fn propose_prints_a_difference_and_leaves_the_hunks_for_review() {
    let server = Server::start(blocks(&[("two", "zwei"), ("nowhere", "nirgends")]));
    let home = home(&server);
    home.write("a.md", "one\ntwo\nthree\n");
    let ran = home.run(&["propose", "a.md", "translate the second line"], "");
    assert_eq!(ran.stdout, "--- a/a.md\n+++ b/a.md\n@@ -1,3 +1,3 @@\n one\n-two\n+zwei\n three\n");
    assert!(ran.stderr.contains("2 hunks to review: cowrite a.md"), "{}", ran.stderr);
    assert!(ran.stderr.contains("1 of 2 edits has no unique place"), "{}", ran.stderr);
    // Not all of them have a place.
    ran.fails(1);
    assert_eq!(home.read("a.md"), "one\ntwo\nthree\n");
    let hunks = json(&home.run(&["export", "a.md", "--json"], "").ok())["hunks"].clone();
    let states: Vec<&str> =
        hunks.as_array().unwrap().iter().map(|hunk| hunk["state"].as_str().unwrap()).collect();
    assert_eq!(states, ["pending", "unplaced"]);

    // The difference is one that `patch` reads.
    let ran = home.run(&["propose", "a.md", "again", "--no-session"], "");
    let diff = ran.stdout.clone();
    ran.fails(1);
    let applied = home.run_program("git", &["apply", "--unsafe-paths", "-"], &diff);
    applied.ok();
    assert_eq!(home.read("a.md"), "one\nzwei\nthree\n");
}

#[test]
fn propose_says_what_was_found_by_likeness_only() {
    let said = "The committee will meet on the first floor of the old building, and whoever comes \
                late takes the small door beside the yard.";
    let quoted = said.replace("small", "little");
    let better = quoted.replace("first floor", "ground floor");
    let server = Server::start(blocks(&[(&quoted, &better), ("two", "zwei")]));
    let home = home(&server);
    home.write("a.md", format!("one\ntwo\n\n{said}\n"));
    let ran = home.run(&["propose", "a.md", "better", "--accept"], "");
    let words = "Found by likeness only, and left out of --accept: line 4.";
    assert!(ran.stderr.contains(words), "{}", ran.stderr);
    ran.fails(1);
    assert_eq!(home.read("a.md"), format!("one\nzwei\n\n{said}\n"));

    // Nothing is certain: the file stays, and what was suggested is printed.
    let server = Server::start(blocks(&[(&quoted, &better)]));
    let home = self::home(&server);
    home.write("a.md", format!("one\n\n{said}\n"));
    let ran = home.run(&["propose", "a.md", "better", "--accept", "--json"], "");
    let out = json(&ran.stdout);
    assert_eq!(
        (&out["hunks"][0]["state"], &out["hunks"][0]["loose"]),
        (&"pending".into(), &true.into())
    );
    assert_eq!(out["diff"], "");
    assert!(
        ran.stderr.contains("None of them has a certain place: 1 found by likeness."),
        "{}",
        ran.stderr
    );
    ran.fails(1);
    assert_eq!(home.read("a.md"), format!("one\n\n{said}\n"));
}

#[test]
fn propose_accept_writes_the_file_and_only_its_own_hunks() {
    let server = Server::start(vec![
        blocks(&[("one", "eins")]),
        blocks(&[("two", "zwei"), ("nowhere", "nirgends")]),
    ]);
    let home = home(&server);
    home.write("a.md", "one\r\ntwo\r\n");
    home.run(&["propose", "a.md", "the first"], "").ok();
    let ran = home.run(&["propose", "a.md", "the second", "--accept", "--json"], "");
    let out = ran.stdout.clone();
    ran.fails(1);
    assert_eq!(home.read("a.md"), "one\r\nzwei\r\n");
    let out = json(&out);
    assert_eq!(out["hunks"][0]["state"], "accepted");
    assert_eq!(out["hunks"][1]["state"], "unplaced");
    assert_eq!(out["accepted"], true);
    assert!(out["diff"].as_str().unwrap().contains("+zwei"));
    // One edit by the person, caused by the hunk, with the model as the origin of its text.
    home.run(&["export", "a.md", "--session-file", "a.cowrite.jsonl"], "").ok();
    let log = home.read("a.cowrite.jsonl");
    let accepts: Vec<Value> =
        log.lines().map(json).filter(|event| event["data"]["cause"]["kind"] == "accept").collect();
    assert_eq!(accepts.len(), 1, "{log}");
    let origin = accepts[0]["data"]["ops"].to_string();
    assert!(origin.contains("proposed") && origin.contains("\"m_"), "{origin}");
    home.run(&["verify"], "").ok();
}

#[test]
fn text_is_replaced_by_arguments() {
    let home = alone();
    let check = |before: &str, line: &str, after: &str| {
        home.write("a.md", before);
        home.run(&["do", &format!("{line}; file.save"), "a.md", "--yes"], "").ok();
        assert_eq!(home.read("a.md"), after, "{line}");
        home.run(&["sessions", "--json"], "").ok();
    };
    check("foo and foo\n", "find.replace foo bar", "bar and bar\n");
    check("the old words\n", r#"find.replace "old words" "new ones""#, "the new ones\n");
    check("keep drop\n", r#"find.replace " drop" """#, "keep\n");
    check("on 2024-05-06\n", r"find.replace -r (\d+)-(\d+) $2/$1", "on 05/2024-06\n");
    check("say \"hi\"\n", r#"find.replace "\"hi\"" "a\nb""#, "say a\nb\n");
    home.write("b.md", "text\n");
    let fails = |line: &str, words: &str| {
        let said = home.run(&["do", line, "b.md"], "").fails(1);
        assert!(said.contains(words), "{line}: {said}");
    };
    fails("find.replace foo bar", "is not in the text");
    fails("find.replace foo", "takes the text and its replacement");
    fails("find.replace \"foo bar", "not closed");
    fails("find.replace -r ( x", "(");
}

#[test]
fn propose_rewrites_selected_lines() {
    let server = Server::start(Reply::text(&["zwei\ndrei"]));
    let home = home(&server);
    home.write("a.md", "one\ntwo\nthree\nfour\n");
    home.run(&["propose", "a.md", "in German", "--select", "2:3", "--accept"], "").ok();
    assert_eq!(home.read("a.md"), "one\nzwei\ndrei\nfour\n");
    let asked = server.requests().pop().unwrap().body;
    assert!(asked.contains("two\\nthree"), "{asked}");
}

#[test]
fn propose_without_a_hunk_ends_with_one() {
    let server = Server::start(vec![
        Reply::text(&["I would leave it as it is."]),
        blocks(&[("nowhere", "x")]),
        // It is asked for once more.
        blocks(&[("nowhere", "x")]),
        Reply::status(400, r#"{"error":{"message":"no such thing"}}"#),
    ]);
    let home = home(&server);
    home.write("a.md", "one\n");
    let check = |words: &str| {
        let ran = home.run(&["propose", "a.md", "better", "--accept"], "");
        assert_eq!(ran.stdout, "");
        let said = ran.fails(1);
        assert!(said.contains(words), "{said}");
        assert_eq!(home.read("a.md"), "one\n");
    };
    // Why there is none stands in the answer.
    check("I would leave it as it is.\ncowrite: The model suggests no change.");
    check("no unique place");
    check("no such thing");
}

#[test]
fn propose_ends_as_apply_does() {
    let edits = [
        (vec![("one", "eins"), ("two", "zwei")], 0),
        // There already, beside one that goes in.
        (vec![("one", "eins"), ("old text that is gone", "three three three three")], 0),
        (vec![("one", "eins"), ("nowhere", "nirgends")], 1),
        (vec![("one", "eins"), ("one", "uno")], 1),
        (vec![("nowhere", "nirgends")], 1),
        (vec![("one", "eins"), ("old text that is gone, quite", "four")], 1),
    ];
    for (edits, code) in edits {
        for accept in [false, true] {
            let server = Server::start(vec![blocks(&edits)]);
            let home = home(&server);
            home.run(&["config", "set", "assist.repair", "false"], "").ok();
            let text = "one\ntwo\nthree three three three\n";
            home.write("a.md", text);
            let args = ["propose", "a.md", "better", "--accept"];
            let ran = home.run(&args[..if accept { 4 } else { 3 }], "");
            let what = format!("{edits:?} {accept}: {}", ran.stderr);
            assert_eq!(ran.status.code(), Some(code), "{what}");
            let answer: String = edits
                .iter()
                .map(|(old, new)| {
                    format!("<<<<<<< SEARCH\n{old}\n=======\n{new}\n>>>>>>> REPLACE\n")
                })
                .collect();
            home.write("b.md", text);
            let applied = home.run(&["apply", "b.md"], &answer);
            assert_eq!(applied.status.code(), Some(code), "{what}{}", applied.stderr);
            if accept {
                assert_eq!(home.read("a.md"), home.read("b.md"), "{what}");
            }
        }
    }
}

#[test]
fn propose_asks_nothing_about_a_file_that_cannot_be_used() {
    let server = Server::start(vec![blocks(&[("one", "eins")])]);
    let home = home(&server);
    home.write("binary", b"a\0b");
    home.write("fixed.md", "one\n");
    home.run_program("chmod", &["444", "fixed.md"], "").ok();
    let check = |args: &[&str], words: &str| {
        let said = home.run(args, "").fails(2);
        assert!(said.contains(words), "{args:?}: {said}");
    };
    check(&["propose", "binary", "better"], "binary file");
    check(&["propose", ".", "better"], "directory");
    check(&["propose", "fixed.md", "better", "--accept"], "is read-only: make it writable");
    assert!(server.requests().is_empty());
    // To look at a change, nothing is written.
    assert!(home.run(&["propose", "fixed.md", "better"], "").ok().contains("+eins"));
}

#[test]
fn hunks_for_a_file_beside_it_wait_in_the_same_session() {
    let patch = |file: &str, old: &str, new: &str| {
        format!("*** Begin Patch\n*** Update File: {file}\n@@\n-{old}\n+{new}\n*** End Patch\n")
    };
    let answer = format!("{}{}", patch("a.md", "one", "eins"), patch("notes.md", "n", "m"));
    let outside = patch("../secret.md", "s", "t");
    let hidden = patch(".env", "KEY=1", "KEY=2");
    let replies = [&answer, &outside, &hidden].map(|text| Reply::text(&[text.as_str()]));
    let server = Server::start(Vec::from(replies));
    let home = home(&server);
    home.write("a.md", "one\n");
    home.write("notes.md", "n\n");
    home.write(".env", "KEY=1\n");
    home.write("../secret.md", "s\n");
    let ran = home.run(&["propose", "a.md", "better", "--json"], "");
    assert!(ran.stderr.contains("1 hunk is for notes.md"), "{}", ran.stderr);
    let told = json(&ran.ok());
    assert_eq!(told["hunks"][1]["document"], "notes.md", "{told}");
    assert_eq!(told["hunks"][1]["state"], told["hunks"][0]["state"], "{told}");
    assert_eq!(home.read("notes.md"), "n\n");
    home.run(&["do", "hunk.accept-all; file.save", "notes.md"], "").ok();
    assert_eq!((home.read("a.md").as_str(), home.read("notes.md").as_str()), ("one\n", "m\n"));
    home.run(&["do", "hunk.accept-all; file.save", "a.md"], "").ok();
    assert_eq!(home.read("a.md"), "eins\n");
    // No answer leads out of the folder.
    let ran = home.run(&["propose", "a.md", "again"], "");
    assert!(ran.stderr.contains("which is in another folder"), "{}", ran.stderr);
    ran.fails(1);
    assert_eq!(home.read("../secret.md"), "s\n");
    // Nor does what is hidden come into the session because an answer names it.
    let ran = home.run(&["propose", "a.md", "again"], "");
    assert!(ran.stderr.contains("which is a hidden file"), "{}", ran.stderr);
    ran.fails(1);
    let session = crate::desk::session(&home);
    assert_eq!(session.documents.len(), 2, "a.md and notes.md");
    assert_eq!(json(&home.run(&["sessions", "--json"], "").ok()).as_array().unwrap().len(), 1);
}

#[test]
fn propose_and_apply_agree_on_edits_that_contradict_each_other() {
    let edits = [("- salt: 5", "- salt: 6"), ("- salt: 5\n- wood: 1", "- salt: 7\n- wood: 2")];
    let server = Server::start(vec![blocks(&edits)]);
    let home = home(&server);
    home.write("a.md", "- salt: 5\n- wood: 1\n");
    let ran = home.run(&["propose", "a.md", "better"], "");
    assert!(ran.stderr.contains("contradicts another one and waits"), "{}", ran.stderr);
    let diff = ran.stdout.clone();
    ran.fails(1);
    assert!(diff.contains("+- salt: 6\n") && !diff.contains("salt: 7"), "{diff}");
    let answer: String = edits
        .iter()
        .map(|(old, new)| format!("<<<<<<< SEARCH\n{old}\n=======\n{new}\n>>>>>>> REPLACE\n"))
        .collect();
    home.run(&["apply", "a.md"], &answer).fails(1);
    assert_eq!(home.read("a.md"), "- salt: 6\n- wood: 1\n");
}

#[test]
fn do_runs_commands_of_the_table() {
    let home = alone();
    home.write("a.md", "one\n");
    home.run(&["do", "cursor.bottom; edit.insert two\\; \\n; edit.undo; edit.redo", "a.md"], "")
        .ok();
    assert_eq!(home.read("a.md"), "one\n");
    let ran = home.run(&["do", "file.save", "a.md"], "");
    assert!(ran.stderr.contains("as it was saved last"), "{}", ran.stderr);
    assert_eq!(home.read("a.md"), "one\ntwo; \n");
    // A filter keeps nothing.
    let out = home.run(&["do", "cursor.bottom; edit.insert !", "-"], "text").ok();
    assert_eq!(out, "text!");
    assert_eq!(json(&home.run(&["sessions", "--json"], "").ok()).as_array().unwrap().len(), 1);
    let said = home.run(&["do", "hunk.accept", "a.md"], "").fails(1);
    assert!(said.contains("hunk.accept"), "{said}");
    let said = home.run(&["do", "edit.insert x; app.quit", "a.md"], "").fails(1);
    assert!(said.contains("dialog.choose save"), "{said}");
    let said = home.run(&["do", "edit.insert x", "b.md", "--no-session"], "").fails(1);
    assert!(said.contains("file.save"), "{said}");
    assert!(!home.file("b.md").exists());
}

#[test]
fn what_was_said_decided_and_written_is_found() {
    let server = Server::start(Reply::text(&["A narwhal answers."]));
    let home = home(&server);
    home.write("a.md", "A walrus stood in the file.\n");
    let decide = "decision.new Take the ferry; form.next; form.next; form.next; \
                  edit.insert because the bridge is closed; form.submit";
    home.run(&["do", "cursor.bottom; edit.insert A dugong was typed.; file.save", "a.md"], "").ok();
    home.run(&["do", decide, "a.md"], "").ok();
    home.run(&["ask", "Where is the manatee?", "a.md"], "").ok();
    let check = |words: &str, kind: &str| {
        let found = json(&home.run(&["search", words, "--json"], "").ok());
        assert_eq!(found[0]["kind"], kind, "{words}: {found}");
        assert_eq!(found[0]["session_title"], "a.md");
    };
    check("walrus", "text");
    check("dugong", "text");
    check("ferry", "decision");
    check("bridge", "decision");
    check("manatee", "message");
    check("narwhal", "message");
    home.run(&["search", "unicorn"], "").fails(1);
    assert_eq!(
        json(&home.run(&["search", "walrus", "--kind", "decision", "--json"], "").stdout),
        json("[]")
    );

    let decisions = home.run(&["decisions", "a.md"], "").ok();
    assert!(decisions.contains("accepted") && decisions.contains("Take the ferry"), "{decisions}");
    assert!(decisions.contains("because: because the bridge is closed"), "{decisions}");
    let all = json(&home.run(&["decisions", "--json", "--status", "accepted"], "").ok());
    assert_eq!(all[0]["title"], "Take the ferry");
    assert_eq!(
        json(&home.run(&["decisions", "--json", "--status", "rejected"], "").ok()),
        json("[]")
    );
}

#[test]
fn sessions_are_renamed_deleted_backed_up_and_restored() {
    let home = alone();
    home.run(&["do", "edit.insert platypus; file.save", "a.md"], "").ok();
    home.run(&["do", "edit.insert other; file.save", "b.md"], "").ok();
    let id = |title: &str| {
        let all = json(&home.run(&["sessions", "--json"], "").ok());
        let found = all.as_array().unwrap().iter().find(|row| row["title"] == title).cloned();
        found.map(|row| row["id"].as_str().unwrap().to_owned())
    };
    let a = id("a.md").unwrap();
    home.run(&["sessions", "rename", &a[..10], "The plan"], "").ok();
    assert!(home.run(&["sessions"], "").ok().contains("The plan  (a.md)"));
    home.run(&["sessions", "backup", "copy.db"], "").ok();
    assert!(home.run(&["sessions", "backup", "copy.db"], "").fails(1).contains("exists"));
    assert!(home.run(&["sessions", "delete", &a], "").fails(2).contains("--yes"));
    home.run(&["sessions", "delete", &a, "--yes"], "").ok();
    assert_eq!(id("The plan"), None);
    home.run(&["search", "platypus"], "").fails(1);
    for entry in std::fs::read_dir(home.cowrite()).unwrap() {
        let path = entry.unwrap().path();
        let bytes = if path.is_file() { std::fs::read(&path).unwrap() } else { Vec::new() };
        let there = bytes.windows(8).any(|window| window == b"platypus");
        assert!(!there, "{} still has it", path.display());
    }
    assert_eq!(home.read("a.md"), "platypus");
    home.run(&["sessions", "restore", "copy.db", "--yes"], "").ok();
    assert_eq!(id("The plan"), Some(a));
    home.run(&["search", "platypus"], "").ok();
    home.run(&["verify"], "").ok();
}

#[test]
fn a_session_file_goes_from_one_library_to_another() {
    let server = Server::start(Reply::text(&["A narwhal answers."]));
    let there = home(&server);
    there.write("plan.md", "The walrus plan.\n");
    there.run(&["ask", "Where?", "plan.md"], "").ok();
    there.run(&["export", "plan.md", "--session-file", "plan.cowrite.jsonl"], "").ok();
    let log = there.read("plan.cowrite.jsonl");
    assert!(!log.contains("egress.recorded") && !log.contains("document.bound"));
    let again = there.run(&["export", "plan.md", "--session-file", "plan.cowrite.jsonl"], "");
    assert!(again.stderr.contains("0 events added"), "{}", again.stderr);
    assert_eq!(there.read("plan.cowrite.jsonl"), log);

    let here = alone();
    here.write("plan.cowrite.jsonl", &log);
    here.run(&["verify", "plan.cowrite.jsonl"], "").ok();
    assert!(here.run(&["export", "plan.cowrite.jsonl"], "").ok().contains("The walrus plan."));
    here.run(&["import", "plan.cowrite.jsonl"], "").ok();
    here.run(&["search", "walrus"], "").ok();
    here.run(&["search", "narwhal"], "").ok();
    here.run(&["verify"], "").ok();

    // Damage is named, and the rest is taken in.
    let mut lines: Vec<&str> = log.lines().collect();
    let altered = lines[1].replace("plan.md", "plot.md");
    lines[1] = &altered;
    lines.push("<<<<<<< HEAD");
    here.write("bad.cowrite.jsonl", lines.join("\n") + "\n");
    let found = here.run(&["verify", "bad.cowrite.jsonl"], "");
    assert!(found.stdout.contains("line 2, event "), "{}", found.stdout);
    assert!(found.stdout.contains(&format!("line {}:", lines.len())), "{}", found.stdout);
    found.fails(1);
    let other = alone();
    other.write("bad.cowrite.jsonl", here.read("bad.cowrite.jsonl"));
    let said = other.run(&["import", "bad.cowrite.jsonl"], "").fails(1);
    assert!(said.contains("line 2:") && said.contains("2 lines left out"), "{said}");
    let findings = other.run(&["verify"], "");
    assert!(findings.stdout.contains("missing"), "{}", findings.stdout);
    findings.fails(1);
}

#[test]
fn the_configuration_is_shown_and_changed() {
    let home = alone().env("OPENAI_API_KEY", "sk-very-secret");
    std::fs::write(home.cowrite().join("config.toml"), "# mine\nname = \"Ada\" # me\n").unwrap();
    home.run(&["config", "set", "name", "Ada L."], "").ok();
    home.run(&["config", "set", "editor.wrap", "false"], "").ok();
    home.run(&["config", "set", "provider.llama.cpp.window", "4096"], "").ok();
    let path = home.run(&["config", "path"], "").ok();
    let text = std::fs::read_to_string(path.trim()).unwrap();
    assert!(text.starts_with("# mine\nname = \"Ada L.\" # me\n"), "{text}");
    assert_eq!(home.run(&["config", "get", "editor.wrap"], "").ok(), "false\n");
    let shown = home.run(&["config"], "").ok();
    let row = |key: &str| {
        let row = shown.lines().find(|line| line.starts_with(key)).unwrap_or_default();
        row.split_whitespace().collect::<Vec<_>>().join(" ")
    };
    assert!(row("editor.wrap").starts_with("editor.wrap false file"), "{shown}");
    assert!(row("editor.mouse").starts_with("editor.mouse true default"), "{shown}");
    assert!(row("provider.llama.cpp.window").contains("4096 file"), "{shown}");
    assert!(row("provider.openai key").contains("there OPENAI_API_KEY"), "{shown}");
    assert!(!shown.contains("very-secret"), "{shown}");
    home.run(&["config", "unset", "editor.wrap"], "").ok();
    assert_eq!(home.run(&["config", "get", "editor.wrap"], "").ok(), "true\n");
    home.run(&["config", "get", "keymap"], "").fails(1);
    std::fs::write(home.cowrite().join("config.toml"), "name = \"Ada\"\nmodle = 1\n").unwrap();
    let said = home.run(&["config"], "").fails(2);
    assert!(said.contains("line 2") && said.contains("model"), "{said}");
}

#[test]
fn keys_and_completions_are_listed() {
    let home = alone();
    let keys = home.run(&["keys"], "").ok();
    assert!(keys.contains("file.save") && keys.contains("[editor]"), "{keys}");
    for shell in ["bash", "zsh", "fish"] {
        assert!(home.run(&["completions", shell], "").ok().contains("propose"), "{shell}");
    }
}

#[test]
fn a_reader_that_goes_away_is_no_failure() {
    let home = alone();
    let line = format!("{} reference | head -n 1", env!("CARGO_BIN_EXE_cowrite"));
    let ran = home.run_program("/bin/bash", &["-c", &format!("set -o pipefail; {line}")], "");
    assert_eq!(ran.stderr, "");
    assert_eq!(ran.ok(), "# Reference\n");
}

#[test]
fn the_workspace_finds_what_was_said() {
    let server = Server::start(Reply::text(&["A narwhal answers."]));
    let home = Arc::new(home(&server));
    home.run(&["ask", "Where is the manatee?"], "").ok();
    let term = Start::cowrite(&[]).home(&home).size(30, 110).start();
    term.wait_for("Where is the manatee?");
    term.keys("/narwhal");
    term.wait_for("A narwhal answers.");
    term.keys("<esc><ctrl-q>");
    assert!(term.wait_exit().success());
}

#[test]
fn a_session_file_opens_without_its_file() {
    let there = alone();
    there.run(&["do", "edit.insert The walrus plan.\\n; file.save", "plan.md"], "").ok();
    there.run(&["export", "plan.md", "--session-file", "plan.cowrite.jsonl"], "").ok();
    let here = Arc::new(alone());
    here.write("plan.cowrite.jsonl", there.read("plan.cowrite.jsonl"));
    let open = || {
        let term = Start::cowrite(&["plan.cowrite.jsonl"]).home(&here).size(30, 110).start();
        term.wait_for("The walrus plan.");
        term
    };
    // Looking is no change: nothing is asked.
    let term = open();
    term.keys("<ctrl-q>");
    assert!(term.wait_exit().success());
    let term = open();
    term.keys("Oh! <ctrl-s>");
    term.wait_for("Save as");
    term.keys("<ctrl-a>copy.md<enter>");
    term.wait_for("Saved to");
    term.keys("<ctrl-q>");
    assert!(term.wait_exit().success());
    assert_eq!(here.read("copy.md"), "Oh! The walrus plan.\n");
    assert!(!here.file("plan.md").exists());
}

#[test]
fn what_is_asked_about_a_command_is_its_help() {
    let home = alone();
    let check = |asked: &[&str], same: &[&str]| {
        assert_eq!(home.run(asked, "").ok(), home.run(same, "").ok(), "{asked:?}");
    };
    check(&["help"], &["--help"]);
    check(&["help", "share"], &["share", "--help"]);
    check(&["--help", "share"], &["share", "--help"]);
    check(&["help", "decisions", "export"], &["decisions", "export", "--help"]);
    home.run(&["help", "nonsense"], "").fails(2);
}

#[test]
fn a_session_file_is_read_without_a_library() {
    let ada = alone();
    ada.write("plan.md", "one\n");
    ada.run(&["do", "edit.insert words ; file.save", "plan.md"], "").ok();
    let decides = "decision.new Ship in May; form.next; form.next; form.next; \
                   edit.insert the fair is in June; form.submit";
    ada.run(&["do", decides, "plan.md"], "").ok();
    ada.run(&["share", "plan.md", "--yes"], "").ok();
    let eve = alone();
    eve.write("plan.cowrite.jsonl", ada.read("plan.cowrite.jsonl"));
    let page = eve.run(&["handoff", "plan.cowrite.jsonl"], "").ok();
    assert!(page.contains("“Ship in May”, Ada"), "{page}");
    let told = eve.run(&["decisions", "plan.cowrite.jsonl"], "").ok();
    assert!(
        told.contains("Ship in May") && told.contains("because: the fair is in June"),
        "{told}"
    );
    let told = json(&eve.run(&["decisions", "plan.cowrite.jsonl", "--json"], "").ok());
    assert_eq!(told[0]["title"], "Ship in May");
    let now = eve.run(&["history", "plan.cowrite.jsonl", "--at", "now"], "").ok();
    assert_eq!(now, ada.read("plan.md"));
    let why = eve.run(&["handoff", "plan.cowrite.jsonl", "--seen"], "").fails(2);
    assert!(why.contains("not in your library"), "{why}");
    let why = eve.run(&["share", "plan.cowrite.jsonl"], "").fails(1);
    assert!(why.contains("is a session file: `cowrite plan.cowrite.jsonl` takes"), "{why}");
    // Known here it is told as what it is in the library, and what only the file has beside it.
    let page = ada.run(&["handoff", "plan.cowrite.jsonl"], "").ok();
    assert_eq!(page, ada.run(&["handoff", "plan.md"], "").ok());
    // A file without a session is no proof of anything.
    eve.write("empty.cowrite.jsonl", "");
    let said = eve.run(&["verify", "empty.cowrite.jsonl"], "");
    assert_eq!(said.status.code(), Some(1), "{}", said.stdout);
    assert!(said.stdout.contains("it holds no event"), "{}", said.stdout);
}
