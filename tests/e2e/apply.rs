//! `cowrite apply`: answers of other programs go into files, with nothing but the file and a pipe.

use crate::pty::Home;
use crate::server::{Reply, Server};
use serde_json::{Value, json};
use std::io::Write as _;
use std::process::{Command, Stdio};

fn json_of(text: &str) -> Value {
    serde_json::from_str(text).unwrap_or_else(|why| panic!("{why}: {text}"))
}

fn block(old: &str, new: &str) -> String {
    format!("<<<<<<< SEARCH\n{old}\n=======\n{new}\n>>>>>>> REPLACE\n")
}

#[test]
fn what_has_a_place_goes_in() {
    let home = Home::new();
    // Text, answer, exit code, text then, words on standard error.
    let check = |before: &str, answer: &str, code: i32, after: &str, words: &str| {
        home.write("a.md", before);
        let ran = home.run(&["apply", "a.md"], answer);
        let said = format!("{answer}\n{}", ran.stderr);
        assert_eq!((ran.status.code(), ran.stdout.as_str()), (Some(code), ""), "{said}");
        assert_eq!(home.read("a.md"), after, "{said}");
        assert!(ran.stderr.contains(words), "{words}: {said}");
    };
    let two = format!("Sure.\n\n{}{}", block("one", "eins"), block("three", "drei"));
    check("one\ntwo\nthree\n", &two, 0, "eins\ntwo\ndrei\n", "2 of 2 edits went into a.md.");
    // Line ends, a byte order mark and a missing last line end stay as they are.
    check("one\r\ntwo\r\nthree", &two, 0, "eins\r\ntwo\r\ndrei", "2 of 2");
    check("\u{feff}one\nthree\n", &two, 0, "\u{feff}eins\ndrei\n", "2 of 2");
    check("eins\nthree\n", &block("three", "drei"), 0, "eins\ndrei\n", "1 of 1 edit");
    // Already there: nothing is left to be done, and nothing is written.
    let long = block("Bring the plan.", "Bring the plan and a pen, please.");
    let there = "Bring the plan and a pen, please.\n";
    check(there, &long, 0, there, "one of which changes nothing");
    check("one\n", &block("one", "one"), 0, "one\n", "one of which changes nothing");
    // Some go in, some don't.
    let some = format!("{}{}", block("one", "eins"), block("nowhere at all", "x"));
    check("one\ntwo\n", &some, 1, "eins\ntwo\n", "edit 2 (nowhere at all): its text is not there");
    check("a\nb\na\n", &block("a", "c"), 1, "a\nb\na\n", "stands several times, in lines 1, 3");
    let torn = format!("{}<<<<<<< SEARCH\ntwo\n=======\nzw", block("one", "eins"));
    check("one\ntwo\n", &torn, 1, "eins\ntwo\n", "not read");
    // Of two that contradict each other the first goes in; text that both quote is no matter.
    let both = format!("{}{}", block("one", "eins"), block("one", "uno"));
    check("one\ntwo\n", &both, 1, "eins\ntwo\n", "edit 2 (one): it contradicts edit 1");
    let share = format!("{}{}", block("one\ntwo", "eins\ntwo"), block("two\nthree", "two\ndrei"));
    check("one\ntwo\nthree\n", &share, 0, "eins\ntwo\ndrei\n", "2 of 2");
    let twice = format!("{0}{0}", block("one", "eins"));
    check("one\n", &twice, 0, "eins\n", "1 of 1 edit went into");
    // Two that go to the end keep their order.
    let ends = format!("{}{}", block("", "first"), block("", "second"));
    check("one\n", &ends, 0, "one\nfirst\nsecond\n", "2 of 2");
}

#[test]
fn edits_for_other_files_are_told() {
    const ONE: &str = "pub const FIRST: &str = \"the first of all\";\n";
    const EINS: &str = "pub const FIRST: &str = \"das erste\";\n";
    let home = Home::new();
    home.write("src/a.rs", ONE);
    home.write("other/a.rs", ONE);
    home.write("src/c.rs", ONE);
    let update = |file: &str, old: &str, new: &str| {
        format!("*** Begin Patch\n*** Update File: {file}\n@@\n-{old}+{new}*** End Patch\n")
    };
    let patch = |file: &str| update(file, ONE, EINS);
    for (named, ours) in [
        ("src/a.rs", true),
        ("a.rs", true),
        ("made/up/a.rs", true),
        // There is none of that name: it is the model's own for the file it was given.
        ("b.rs", true),
        ("c.rs", false),
        ("other/a.rs", false),
    ] {
        home.write("src/a.rs", ONE);
        let ran = home.run(&["apply", "src/a.rs", "--json"], &patch(named));
        let told = json_of(&ran.stdout);
        assert_eq!(ran.status.code(), Some(if ours { 0 } else { 1 }), "{named}: {told}");
        assert_eq!(home.read("src/a.rs"), if ours { EINS } else { ONE }, "{named}");
        let elsewhere = told["elsewhere"].as_array().unwrap();
        assert_eq!(elsewhere.is_empty(), ours, "{told}");
        let says = ran.stderr.contains("which is no file: its text is here");
        assert_eq!(says, named == "b.rs", "{named}: {}", ran.stderr);
        assert!(ours || elsewhere[0]["file"] == *named && ran.stderr.contains(named), "{told}");
    }
    assert_eq!(home.read("other/a.rs"), ONE);
    // A few words stand anywhere.
    home.write("src/a.rs", "one\n");
    let said = home.run(&["apply", "src/a.rs"], &update("b.rs", "one\n", "eins\n")).fails(1);
    assert!(said.contains("an edit is for b.rs"), "{said}");
    // A new file is none of this one's lines.
    let new = "*** Begin Patch\n*** Add File: src/new.rs\n+two\n*** End Patch\n";
    let said = home.run(&["apply", "src/a.rs"], new).fails(1);
    assert!(said.contains("an edit is for src/new.rs"), "{said}");
    assert_eq!(home.read("src/a.rs"), "one\n");
}

#[test]
fn edits_go_onto_each_other_in_their_order() {
    let home = Home::new();
    let chain =
        |all: &[&str]| -> String { all.windows(2).map(|pair| block(pair[0], pair[1])).collect() };
    // Text, answer, exit code, text then.
    for (before, answer, code, after) in [
        (
            "- salt: 5\nend\n",
            chain(&["- salt: 5", "- salt: 6", "- salt: 7"]),
            0,
            "- salt: 7\nend\n",
        ),
        ("a one\nb\n", chain(&["a one", "a two", "a three", "a four"]), 0, "a four\nb\n"),
        // The first contradicts what went in before: neither goes in.
        (
            "- salt: 5\n",
            format!(
                "{}{}",
                block("- salt: 5", "- salt: 9"),
                chain(&["- salt: 5", "- salt: 6", "- salt: 7"])
            ),
            1,
            "- salt: 9\n",
        ),
    ] {
        home.write("a.md", before);
        let ran = home.run(&["apply", "a.md", "--json"], &answer);
        assert_eq!(ran.status.code(), Some(code), "{} {}", ran.stdout, ran.stderr);
        assert_eq!(home.read("a.md"), after, "{}", ran.stdout);
    }
    let told =
        json_of(&home.run(&["apply", "a.md", "--json"], &chain(&["- salt: 9", "x y", "z y"])).ok());
    assert_eq!(told["edits"][1]["onto"], json!([0]), "{told}");
}

#[test]
#[cfg(unix)]
fn nothing_went_in_where_nothing_was_written() {
    let home = Home::new();
    home.write("a.md", "one\n");
    let edit = block("one", "eins");
    let said = home.run(&["apply", "a.md", "-o", "nowhere/x"], &edit).fails(1);
    assert!(!said.contains("went into"), "{said}");
}

#[test]
fn what_cannot_be_used_ends_with_two_and_changes_nothing() {
    let home = Home::new();
    home.write("a.md", "one\n");
    home.write("binary", b"a\0b");
    home.write("latin", b"caf\xe9\n");
    let edit = block("one", "eins");
    let check = |args: &[&str], answer: &str, words: &str| {
        let ran = home.run(args, answer);
        assert_eq!(
            (ran.status.code(), ran.stdout.as_str()),
            (Some(2), ""),
            "{args:?} {}",
            ran.stderr
        );
        assert!(ran.stderr.contains(words), "{args:?}: {}", ran.stderr);
        assert_eq!(home.read("a.md"), "one\n");
    };
    check(&["apply", "a.md"], "", "Nothing came on standard input");
    check(&["apply", "a.md"], " \n", "Nothing came on standard input");
    check(&["apply", "a.md"], "I would leave it.", "no edit");
    check(&["apply", "a.md"], "a\0b", "Standard input: this is a binary file");
    check(&["apply", "binary"], &edit, "binary file");
    check(&["apply", "latin"], &edit, "not UTF-8");
    check(&["apply", "missing.md"], &edit, "There is no file missing.md");
    check(&["apply", "."], &edit, "directory");
    check(&["apply", "-"], &edit, "Standard input holds the answer");
    check(&["apply", "a.md", "-o", "-", "--json"], &edit, "can't take both");
    check(&["apply"], &edit, "FILE");
    // It leaves nothing else behind: no library, no session.
    assert!(!home.cowrite().join("library.db").exists());
}

#[test]
fn a_dry_run_prints_what_patch_reads() {
    let home = Home::new().env("NO_COLOR", "1");
    home.write("a.md", "one\ntwo\nthree\n");
    let answer = block("two", "zwei");
    let diff = home.run(&["apply", "--dry-run", "a.md"], &answer).ok();
    assert_eq!(diff, "--- a/a.md\n+++ b/a.md\n@@ -1,3 +1,3 @@\n one\n-two\n+zwei\n three\n");
    assert_eq!(home.read("a.md"), "one\ntwo\nthree\n");
    home.run_program("git", &["apply", "--unsafe-paths", "-"], &diff).ok();
    assert_eq!(home.read("a.md"), "one\nzwei\nthree\n");
    // The exit code is that of the real thing.
    let said = home.run(&["apply", "-n", "a.md"], &block("two and more", "drei")).fails(1);
    assert!(said.contains("0 of 1 edit would go into a.md."), "{said}");
}

#[test]
fn a_file_that_changed_meanwhile_is_left_as_it_is() {
    let home = Home::new();
    home.write("a.md", "one\n");
    let mut child = Command::new(env!("CARGO_BIN_EXE_cowrite"))
        .args(["apply", "a.md"])
        .env_clear()
        .envs(home.vars().iter().map(|(name, value)| (name, value)))
        .current_dir(home.work())
        .stdin(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut pipe = child.stdin.take().unwrap();
    // More than a pipe holds: when all of it is taken, the file was read before.
    let prose = "A word or two.\n".repeat(20_000);
    pipe.write_all(prose.as_bytes()).unwrap();
    home.write("a.md", "one, and more\n");
    pipe.write_all(block("one", "eins").as_bytes()).unwrap();
    drop(pipe);
    let output = child.wait_with_output().unwrap();
    let said = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(1), "{said}");
    assert!(said.contains("changed meanwhile and was left as it is"), "{said}");
    assert_eq!(home.read("a.md"), "one, and more\n");
}

#[test]
fn each_edit_is_told_as_data() {
    let home = Home::new();
    home.write("a.md", "Grüße\nWe meet on Monday in the hall.\nsame\nx\nsame\n");
    let answer = format!(
        "The day was wrong.\n{}{}{}",
        block("We meet on  Monday in the hall.", "We meet on Tuesday in the hall."),
        block("same", "other"),
        block("We meet on Monday in hall 12.", "We don't meet.")
    );
    let ran = home.run(&["apply", "a.md", "--json"], &answer);
    assert_eq!(ran.status.code(), Some(1), "{}", ran.stderr);
    let told = json_of(&ran.stdout);
    let (first, second, third) = (&told["edits"][0], &told["edits"][1], &told["edits"][2]);
    assert_eq!(first["outcome"], "applied");
    assert_eq!(first["form"], "blocks");
    assert_eq!(first["step"], "space");
    assert_eq!(first["loose"], false);
    assert_eq!(first["why"], "The day was wrong.");
    assert_eq!(first["span"]["lines"], json!([2, 2]));
    assert_eq!(first["span"]["chars"], json!([17, 23]));
    assert_eq!((&first["old"], &first["new"]), (&json!("Monday"), &json!("Tuesday")));
    assert_eq!(second["outcome"], "ambiguous");
    let lines: Vec<&Value> =
        second["candidates"].as_array().unwrap().iter().map(|one| &one["lines"]).collect();
    assert_eq!(lines, [&json!([3, 3]), &json!([5, 5])]);
    assert_eq!(third["outcome"], "missing");
    assert_eq!(third["similar"][0]["lines"], json!([2, 2]), "{third}");
    assert_eq!((&told["all"], &told["written"]), (&json!(false), &json!("a.md")));
    assert!(told["diff"].as_str().unwrap().contains("+We meet on Tuesday"));
    assert!(home.read("a.md").contains("Tuesday"));
}

#[test]
fn another_file_may_take_the_text() {
    let home = Home::new();
    home.write("a.md", "one\r\n");
    home.write("there.md", "old\n");
    let answer = block("one", "eins");
    for name in ["new.md", "there.md"] {
        home.run(&["apply", "a.md", "-o", name], &answer).ok();
        assert_eq!((home.read(name).as_str(), home.read("a.md").as_str()), ("eins\r\n", "one\r\n"));
    }
    assert_eq!(home.run(&["apply", "a.md", "-o", "-"], &answer).ok(), "eins\r\n");
    assert_eq!(home.read("a.md"), "one\r\n");
}

#[cfg(unix)]
#[test]
fn links_and_permissions_stay() {
    use std::os::unix::fs::{MetadataExt, PermissionsExt};
    let home = Home::new();
    let path = home.write("real.md", "one\n");
    std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o640)).unwrap();
    std::os::unix::fs::symlink("real.md", home.file("link.md")).unwrap();
    home.run(&["apply", "link.md"], &block("one", "eins")).ok();
    assert!(home.file("link.md").is_symlink());
    assert_eq!(home.read("real.md"), "eins\n");
    assert_eq!(std::fs::metadata(&path).unwrap().mode() & 0o777, 0o640);
    std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o440)).unwrap();
    let said = home.run(&["apply", "real.md"], &block("eins", "uno")).fails(1);
    assert!(said.contains("read-only"), "{said}");
    assert_eq!(home.read("real.md"), "eins\n");
}

#[test]
fn an_edit_without_a_place_is_asked_for_once_more_and_the_figures_tell() {
    let server = Server::start(vec![
        Reply::text(&[&block("one", "eins"), &block("no such line", "zwei")]),
        Reply::text(&[&block("two", "zwei")]),
    ]);
    let home = Home::new().env("OPENAI_BASE_URL", &server.base());
    std::fs::write(home.cowrite().join("config.toml"), "name = \"Ada\"\n").unwrap();
    home.write("a.md", "one\ntwo\n");
    let diff = home.run(&["propose", "a.md", "in German"], "").ok();
    assert!(diff.contains("+eins") && diff.contains("+zwei"), "{diff}");
    let requests = server.requests();
    let asked: Vec<&str> = requests
        .iter()
        .filter(|request| request.body.contains("messages"))
        .map(|request| request.body.as_str())
        .collect();
    assert_eq!(asked.len(), 2);
    assert!(asked[1].contains("Not placed") && !asked[0].contains("Not placed"));
    let told = json_of(&home.run(&["stats", "edits", "--json"], "").ok());
    let row = &told["edits"][0];
    assert_eq!((&row["asked"], &row["form"]), (&json!("blocks"), &json!("blocks")), "{told}");
    assert_eq!((&row["exact"], &row["nowhere"]), (&json!(2), &json!(1)), "{told}");
    assert_eq!((&row["open"], &row["superseded"]), (&json!(2), &json!(1)), "{told}");
    // How a model is asked follows from all sessions, not from one.
    let table = home.run(&["stats", "edits", "a.md"], "").ok();
    assert!(table.contains("asked, written") && !table.contains("asking for"), "{table}");
    let table = home.run(&["stats", "edits"], "").ok();
    assert!(table.contains("asked, written") && table.contains("asking for blocks"), "{table}");
    let mut rows = table.lines().filter(|line| !line.contains(": short texts"));
    assert!(rows.all(|line| line.chars().count() <= 80), "{table}");
    // What the two requests cost is in the sums, and the person said one thing.
    let stats = json_of(&home.run(&["stats", "a.md", "--json"], "").ok());
    assert_eq!(stats["messages"], json!({"person": 1, "model": 2}));
    home.run(&["verify"], "").ok();
    // Turned off, there is one request.
    home.run(&["config", "set", "assist.repair", "false"], "").ok();
    let server = Server::start(Reply::text(&[&block("no such line", "zwei")]));
    let home = home.env("OPENAI_BASE_URL", &server.base());
    home.run(&["propose", "a.md", "again"], "").fails(1);
    let asked = server.requests();
    assert_eq!(asked.iter().filter(|request| request.body.contains("messages")).count(), 1);
}
