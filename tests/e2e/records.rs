//! Decisions as files, in the real program: out, in, checked, drawn, with exit codes.

use crate::pty::Home;
use serde_json::Value;

/// A home whose owner has a name and no model.
fn home() -> Home {
    let home = Home::new();
    std::fs::write(home.cowrite().join("config.toml"), "name = \"Ada\"\n").unwrap();
    home
}

fn json(text: &str) -> Value {
    serde_json::from_str(text).unwrap_or_else(|why| panic!("{why}: {text}"))
}

/// A folder as adr-tools makes it, with what is no decision in it.
fn folder(home: &Home) {
    std::fs::create_dir_all(home.file("adr/old")).unwrap();
    home.write(
        "adr/0001-use-json.md",
        "# 1. Use JSON\n\nDate: 2016-02-12\n\n## Status\n\nSuperceded by [2. Use SQLite](0002-use-sqlite.md)\n\n## Context\n\nFiles.\n\n## Decision\n\nJSON.\n\n## Consequences\n\nSlow.\n",
    );
    home.write(
        "adr/0002-use-sqlite.md",
        "# 2. Use SQLite\r\n\r\nDate: 2017-03-01\r\n\r\n## Status\r\n\r\nAccepted\r\n\r\nSupercedes [1. Use JSON](0001-use-json.md)\r\n\r\n## Context\r\n\r\nMany rows.\r\n\r\n## Decision\r\n\r\nSQLite.\r\n",
    );
    home.write("adr/notes.md", "# Notes\n\nNothing here.\n");
    home.write("adr/old/bytes.md", [0xff, 0xfe, b'x']);
}

#[test]
fn a_folder_of_adr_tools_comes_in_once_and_goes_out_as_madr() {
    let home = home();
    folder(&home);
    let ran = home.run(&["decisions", "import", "adr"], "");
    assert_eq!(ran.status.code(), Some(1), "{}", ran.stderr);
    assert!(
        ran.stdout.contains("2 new, 0 known, 0 changed, 0 other, 2 left out"),
        "{}",
        ran.stdout
    );
    assert!(
        ran.stderr.contains("notes.md is left out: it has none of the sections"),
        "{}",
        ran.stderr
    );
    assert!(ran.stderr.contains("bytes.md is left out: it is no text in UTF-8"), "{}", ran.stderr);
    // Again: the same session, nothing doubled.
    let again = home.run(&["decisions", "import", "adr"], "");
    assert!(again.stdout.contains("0 new, 2 known"), "{}", again.stdout);
    assert_eq!(json(&home.run(&["sessions", "--json"], "").ok()).as_array().unwrap().len(), 1);
    let list = home.run(&["decisions"], "").ok();
    assert!(list.contains("superseded  Use JSON"), "{list}");
    assert!(list.contains("2017-03-01  accepted    Use SQLite"), "{list}");
    let drawn = home.run(&["decisions", "tree"], "").ok();
    assert!(drawn.contains("  `-- supersedes Use JSON (superseded, "), "{drawn}");

    home.run(&["decisions", "export", "out"], "").ok();
    let names = || {
        let mut all: Vec<String> = std::fs::read_dir(home.file("out"))
            .unwrap()
            .map(|entry| entry.unwrap().file_name().into_string().unwrap())
            .collect();
        all.sort();
        all
    };
    assert_eq!(names(), ["0001-use-json.md", "0002-use-sqlite.md", "README.md"]);
    let text = home.read("out/0001-use-json.md");
    assert!(
        text.starts_with(
            "---\nstatus: \"superseded by [Use SQLite](0002-use-sqlite.md)\"\ndate: 2016-02-12\n"
        ),
        "{text}"
    );
    assert!(
        home.read("out/README.md")
            .contains("| 0002 | [Use SQLite](0002-use-sqlite.md) | accepted |")
    );
    // The files of the export are known where they came from, and its index is no decision.
    let back = home.run(&["decisions", "import", "out"], "").ok();
    assert!(back.contains("0 new, 2 known, 0 changed, 0 other, 0 left out"), "{back}");
    // In another library they are new, once.
    let other = self::home();
    for name in names() {
        other.write(&name, home.read(&format!("out/{name}")));
    }
    let came = other.run(&["decisions", "import", "."], "").ok();
    assert!(came.contains("2 new"), "{came}");
    assert!(other.run(&["decisions", "import", "."], "").ok().contains("0 new, 2 known"));
    assert!(other.run(&["decisions"], "").ok().contains("2016-02-12  superseded  Use JSON"));

    // Those of two sessions, written to one folder, stay each in its own.
    let new = "# 1. Walk\n\n## Status\n\nAccepted\n\n## Context\n\nx\n";
    home.write("b/0001-walk.md", new);
    home.run(&["decisions", "import", "b"], "").ok();
    home.run(&["decisions", "export", "both"], "").ok();
    let both = home.run(&["decisions", "import", "both"], "");
    assert!(both.stdout.contains("0 new, 2 known"), "{}{}", both.stdout, both.stderr);
    assert!(
        both.stderr.contains("1 file belongs to decisions of other sessions"),
        "{}",
        both.stderr
    );
    assert_eq!(home.run(&["decisions"], "").ok().matches("Walk").count(), 1);
    let id = json(&home.run(&["sessions", "--json"], "").ok())
        .as_array()
        .unwrap()
        .iter()
        .find(|row| row["decisions"] == 1)
        .map(|row| row["id"].as_str().unwrap().to_owned())
        .unwrap();
    home.run(&["sessions", "delete", &id, "--yes"], "").ok();

    // What somebody changed stays, is taken in, and is then as it was written.
    home.write(
        "out/0002-use-sqlite.md",
        home.read("out/0002-use-sqlite.md").replace("Many rows.", "Most rows."),
    );
    let said = home.run(&["decisions", "export", "out"], "").fails(1);
    assert!(said.contains("0002-use-sqlite.md was changed since"), "{said}");
    let said = home.run(&["decisions", "import", "out"], "").fails(1);
    assert!(said.contains("says something else than its decision (context): --update"), "{said}");
    let took = home.run(&["decisions", "import", "out", "--update"], "").ok();
    assert!(took.contains("1 known, 1 changed"), "{took}");
    home.run(&["decisions", "export", "out", "--overwrite"], "").ok();
    assert!(home.read("out/0002-use-sqlite.md").contains("Most rows."));
    let same = home.run(&["decisions", "export", "out"], "");
    assert!(
        same.stderr.contains("0 decisions written") && same.status.success(),
        "{}",
        same.stderr
    );
}

#[test]
fn other_formats_and_what_is_there_already() {
    let home = home();
    folder(&home);
    home.run(&["decisions", "import", "adr"], "");
    for (name, words) in
        [("all.md", "# Decisions"), ("all.csv", "id,title"), ("all.json", "\"Use JSON\"")]
    {
        home.run(&["decisions", "export", name], "").ok();
        assert!(home.read(name).contains(words), "{name}");
        let said = home.run(&["decisions", "export", name], "").fails(1);
        assert!(said.contains("--overwrite"), "{said}");
    }
    assert!(
        home.run(&["decisions", "export", "-", "--format", "csv"], "").ok().contains("Use SQLite")
    );
    let said = home.run(&["decisions", "export", "-"], "").fails(2);
    assert!(said.contains("name a folder"), "{said}");
    home.write("mine/README.md", "My page.\n");
    let ran = home.run(&["decisions", "export", "mine"], "");
    assert!(ran.stderr.contains("README.md is somebody else's"), "{}", ran.stderr);
    assert_eq!(home.read("mine/README.md"), "My page.\n");
    let said = home.run(&["decisions", "import", "all.md"], "").fails(1);
    assert!(said.contains("it is a page about decisions"), "{said}");
    let said = home.run(&["decisions", "import", "nowhere.md"], "").fails(1);
    assert!(said.contains("nowhere.md") && said.contains("No decision was found"), "{said}");
}

#[test]
fn check_ends_with_a_code_for_each_case() {
    let home = home();
    assert_eq!(home.run(&["check"], "").stdout, "");
    folder(&home);
    home.run(&["decisions", "import", "adr"], "");
    home.run(&["check"], "").ok();
    home.write(
        "due.md",
        "---\nstatus: accepted\nreview: 2027-01-31\n---\n\n# Bake\n\n## Context and Problem Statement\n\nGuests.\n",
    );
    let id =
        json(&home.run(&["sessions", "--json"], "").ok())[0]["id"].as_str().unwrap().to_owned();
    home.run(&["decisions", "import", "due.md", "--session", &id], "").ok();
    let ran = home.run(&["check", &id[..8], "--on", "2027-02-01"], "");
    assert_eq!(ran.status.code(), Some(1), "{}", ran.stderr);
    assert!(ran.stdout.contains("review-due: Its review was due on 2027-01-31."), "{}", ran.stdout);
    assert!(
        ran.stdout.contains("no-outcome") && ran.stdout.contains("Write down"),
        "{}",
        ran.stdout
    );
    assert!(ran.stderr.contains("2 findings; checked: 3 decisions."), "{}", ran.stderr);
    let found = home.run(&["check", "--all", "--on", "2026-02-01", "--json"], "");
    assert_eq!(found.status.code(), Some(1));
    assert_eq!(json(&found.stdout)[0]["kind"], "no-outcome");
    // A session file needs no library.
    home.run(&["export", "--session", &id, "--session-file", "s.cowrite.jsonl"], "").ok();
    let fresh = self::home();
    fresh.write("s.cowrite.jsonl", home.read("s.cowrite.jsonl"));
    assert_eq!(fresh.run(&["check", "s.cowrite.jsonl"], "").status.code(), Some(1));
    for (args, words) in [
        (&["check", "--on", "tomorrow"][..], "no day"),
        (&["check", "--threshold", "101"], "101"),
        (&["check", "nowhere.md"], "has no session"),
        (&["check", "nowhere.cowrite.jsonl"], "nowhere"),
        (&["check", "abcd1234"], "no session abcd1234"),
        (&["check", "--all", "x"], "--all"),
    ] {
        let said = home.run(args, "").fails(2);
        assert!(said.contains(words), "{args:?}: {said}");
    }
}

/// Everything in a folder's files but what is another library's: ids and sums.
fn said_in(home: &Home, folder: &str) -> Vec<String> {
    let mut names: Vec<_> =
        std::fs::read_dir(home.file(folder)).unwrap().map(|one| one.unwrap().file_name()).collect();
    names.sort();
    let own = |line: &&str| !line.starts_with("cowrite");
    let text = |name: &str| {
        let text = home.read(&format!("{folder}/{name}"));
        text.lines().filter(own).collect::<Vec<_>>().join("\n")
    };
    names.iter().map(|name| format!("{name:?}\n{}", text(name.to_str().unwrap()))).collect()
}

#[test]
fn what_was_taken_in_goes_out_the_same_and_changes_once() {
    let ada = home();
    ada.write("plan.md", "# Plan\nwe ship\n");
    let decides = "select.all; decision.new Ship in May; form.next; \
                   edit.insert There is a fair.; form.next; form.next; \
                   edit.insert the fair is in June; form.submit";
    ada.run(&["do", decides, "plan.md"], "").ok();
    ada.run(&["decisions", "export", "out"], "").ok();
    let first = said_in(&ada, "out");
    assert!(
        first.iter().any(|text| text.contains("## More Information\n\n* Linked to ")),
        "{first:?}"
    );
    // Into another library and out of it, twice.
    for _ in 0..2 {
        let eve = home();
        for text in std::fs::read_dir(ada.file("out")).unwrap() {
            let text = text.unwrap();
            let name = format!("in/{}", text.file_name().to_str().unwrap());
            std::fs::create_dir_all(eve.file("in")).unwrap();
            eve.write(&name, std::fs::read(text.path()).unwrap());
        }
        eve.run(&["decisions", "import", "in"], "").ok();
        eve.run(&["decisions", "export", "out"], "").ok();
        assert_eq!(said_in(&eve, "out"), first);
        let again = eve.run(&["decisions", "import", "in"], "").ok();
        assert!(again.contains("0 new, 1 known, 0 changed, 0 other"), "{again}");
        std::fs::remove_dir_all(ada.file("out")).unwrap();
        std::fs::create_dir_all(ada.file("out")).unwrap();
        for text in std::fs::read_dir(eve.file("out")).unwrap() {
            let text = text.unwrap();
            let name = format!("out/{}", text.file_name().to_str().unwrap());
            ada.write(&name, std::fs::read(text.path()).unwrap());
        }
    }
    // A change of a file that was taken in is no change of it any more.
    let home = home();
    home.write("plan.md", "# Plan\n");
    home.run(&["do", decides, "plan.md"], "").ok();
    home.run(&["decisions", "export", "out"], "").ok();
    let name = "out/0001-ship-in-may.md";
    home.write(name, home.read(name).replace("status: accepted", "status: rejected"));
    let kept = home.run(&["decisions", "export", "out"], "");
    assert_eq!(kept.status.code(), Some(1), "{}", kept.stderr);
    assert!(kept.stderr.contains("import --update` takes that in"), "{}", kept.stderr);
    let taken = home.run(&["decisions", "import", "out", "--update"], "").ok();
    assert!(taken.contains("1 changed"), "{taken}");
    home.run(&["decisions", "export", "out"], "").ok();
    let said = home.run(&["decisions", "export", "out"], "");
    assert!(said.stderr.contains("1 as they were"), "{}", said.stderr);
    // What no update takes in is not said to be taken in.
    home.write(name, home.read(name).replace("date: 2", "date: 3"));
    let kept = home.run(&["decisions", "export", "out"], "");
    assert_eq!(kept.status.code(), Some(1), "{}", kept.stderr);
    assert!(kept.stderr.contains("--overwrite replaces that"), "{}", kept.stderr);
}

/// In continuous integration nobody opened the text since somebody else wrote in it.
#[test]
fn check_reads_the_text_as_its_file_is_now() {
    let home = home();
    let text = "# Plan\n\nWe open on Monday at noon, every week of the year.\n\nEnd.\n";
    home.write("f.md", text);
    home.run(
        &[
            "do",
            "go.line 3; select.line; decision.new Open; form.next; form.next; form.next; \
             edit.insert so; form.submit; decision.accept; file.save",
            "f.md",
        ],
        "",
    )
    .ok();
    home.run(&["share", "f.md", "--yes"], "").ok();
    home.run(&["check", "f.md"], "").ok();
    home.write(
        "f.md",
        text.replace("We open on Monday at noon, every week", "Closed for the rest"),
    );
    let fresh = self::home();
    for name in ["f.md", "f.cowrite.jsonl"] {
        fresh.write(name, home.read(name));
    }
    let other = |args: &[&str], who: &Home| {
        let ran = who.run(args, "");
        assert_eq!(ran.status.code(), Some(1), "{args:?}: {}", ran.stderr);
        assert!(ran.stdout.contains("is now “Closed for the rest of the year.”"), "{}", ran.stdout);
    };
    for who in [&home, &fresh] {
        other(&["check", "f.md"], who);
        other(&["check", "f.cowrite.jsonl"], who);
    }
    other(&["check"], &home);
    // Nothing was written by that.
    assert!(!home.read("f.cowrite.jsonl").contains("Closed"));
    home.write("f.md", text);
    home.run(&["check", "f.md"], "").ok();
}

/// Whoever brings a record in did not decide it.
#[test]
fn a_record_that_is_brought_in_is_by_whom_it_names() {
    let home = home();
    let record = |makers: &str, title: &str| {
        format!(
            "---\nstatus: accepted\ndate: 2025-03-01\n{makers}---\n\n# {title}\n\n## Context and \
             Problem Statement\n\nBread.\n\n## Decision Outcome\n\nChosen: an oven.\n"
        )
    };
    home.write("oven.md", record("decision-makers: Zoe\n", "Buy an oven"));
    home.write("mill.md", record("", "Buy a mill"));
    home.run(&["decisions", "import", "oven.md", "mill.md"], "").ok();
    let all = json(&home.run(&["decisions", "--json"], "").ok());
    let by: Vec<&str> =
        all.as_array().unwrap().iter().map(|one| one["decided_by"].as_str().unwrap()).collect();
    assert!(by.contains(&"Zoe") && by.contains(&""), "{by:?}");
    home.run(&["decisions", "export", "out"], "").ok();
    let files = std::fs::read_dir(home.file("out")).unwrap().flatten();
    let files: Vec<String> =
        files.map(|file| std::fs::read_to_string(file.path()).unwrap()).collect();
    assert!(files.iter().any(|file| file.contains("decision-makers: Zoe")), "{files:?}");
    assert!(files.iter().all(|file| !file.contains("decision-makers: Ada")), "{files:?}");
    let id =
        json(&home.run(&["sessions", "--json"], "").ok())[0]["id"].as_str().unwrap().to_owned();
    home.run(&["export", "--session", &id, "--html", "-o", "page.html"], "").ok();
    let page = home.read("page.html");
    assert!(page.contains("Decided by Zoe. Brought in as a record by Ada."), "{page}");
}
