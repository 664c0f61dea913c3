//! Where things are kept: a library on a file system that can't lock, backups that are put back or
//! refused, and texts that get their first file.

use std::io::Write as _;
use std::os::unix::fs::FileExt as _;
use std::sync::Arc;

use crate::desk::{home, open, quit, quit_draft, text};
use crate::pty::{Home, Start};

fn fresh() -> Arc<Home> {
    Arc::new(home())
}

const COWRITE: &str = env!("CARGO_BIN_EXE_cowrite");

/// The program and arguments that start cowrite without locks, or nothing where that can't be done.
fn without_locks(what: &str, error: &str) -> Option<Vec<String>> {
    let script = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/support/nolock.py");
    let python = std::process::Command::new("python3")
        .args(["-c", "import sys; print(sys.executable)"])
        .output()
        .ok()
        .filter(|output| output.status.success())
        .and_then(|output| String::from_utf8(output.stdout).ok())?;
    let all = [python.trim(), script, what, error].map(String::from).to_vec();
    let tried = std::process::Command::new(&all[0]).args(&all[1..]).arg("/bin/true").status();
    tried.is_ok_and(|status| status.success()).then_some(all)
}

#[test]
fn a_library_that_can_not_be_locked_is_refused_in_clear_words() {
    // ENOLCK and EOPNOTSUPP for the program's own locks, EINVAL and ENOSYS for the database's.
    for (what, error) in [("flock", "37"), ("flock", "95"), ("fcntl", "22"), ("fcntl", "38")] {
        let Some(mut program) = without_locks(what, error) else {
            // Past the test runner, which keeps what is printed to itself.
            let _ = writeln!(
                std::io::stderr(),
                "NOT TESTED HERE: a file system without locks: it takes python3 and seccomp"
            );
            return;
        };
        let home = fresh();
        home.write("a.md", "text\n");
        program.push(COWRITE.into());
        let run = |args: &[&str]| {
            let all: Vec<&str> =
                program.iter().map(String::as_str).chain(args.iter().copied()).collect();
            home.run_program(all[0], &all[1..], "")
        };
        for args in [&["sessions"][..], &["do", "edit.insert x; file.save", "a.md"]] {
            let said = run(args).fails(1);
            for words in ["cannot lock files", "COWRITE_HOME"] {
                assert!(said.contains(words), "{what} {error} {args:?}: {said}");
            }
        }
        // The workspace gives the terminal back and says the same.
        let all: Vec<&str> = program.iter().map(String::as_str).chain(["a.md"]).collect();
        let term = Start::program(all[0], &all[1..]).home(&home).size(24, 100).start();
        let status = term.wait_exit();
        assert_eq!(status.exit_code(), 1, "{}", term.screen());
        assert!(term.screen().contains("cannot lock files"), "{}", term.screen());
        term.assert_restored();
        assert_eq!(home.read("a.md"), "text\n");
        // Without a library there is nothing to lock.
        run(&["do", "edit.insert x; file.save", "a.md", "--no-session"]).ok();
        assert_eq!(home.read("a.md"), "xtext\n");
        // Where locks are there again, so is the library.
        home.run(&["do", "edit.insert y; file.save", "a.md"], "").ok();
        home.run(&["verify"], "").ok();
    }
}

#[test]
fn a_bad_backup_is_refused_and_the_library_stays() {
    let home = fresh();
    for n in 0..40 {
        let name = format!("{n}.md");
        home.write(&name, format!("platypus {n} ").repeat(200));
        home.run(&["do", "edit.insert x; file.save", &name], "").ok();
    }
    home.run(&["sessions", "backup", "good.db"], "").ok();
    let good = std::fs::read(home.file("good.db")).unwrap();
    home.run(&["do", "edit.insert later; file.save", "0.md"], "").ok();
    let before = home.run(&["sessions", "--json"], "").ok();

    home.write("text.db", "no database, but long enough to be the beginning of one. ".repeat(99));
    home.write("empty.db", "");
    home.write("cut.db", &good[..good.len() / 2]);
    home.write("flipped.db", &good);
    let flipped = std::fs::File::options().write(true).open(home.file("flipped.db")).unwrap();
    flipped.write_at(&[0x5a; 3000], 8192).unwrap();
    home.write("newer.db", {
        let mut bytes = good.clone();
        // `user_version` in the header of the database.
        bytes[60..64].copy_from_slice(&99u32.to_be_bytes());
        bytes
    });
    home.write("foreign.db", {
        let mut bytes = good.clone();
        bytes[68..72].copy_from_slice(&1u32.to_be_bytes());
        bytes
    });
    std::fs::create_dir(home.file("folder.db")).unwrap();
    for (name, code, words) in [
        ("none.db", 2, "There is no file none.db."),
        ("text.db", 1, "The backup text.db is damaged"),
        ("empty.db", 1, "The file empty.db is not a library of cowrite."),
        ("cut.db", 1, "The backup cut.db is damaged"),
        ("flipped.db", 1, "The backup flipped.db is damaged"),
        ("newer.db", 1, "newer version of cowrite"),
        ("foreign.db", 1, "The file foreign.db is not a library of cowrite."),
        ("folder.db", 1, "The file folder.db is not a library of cowrite."),
    ] {
        let said = home.run(&["sessions", "restore", name, "--yes"], "").fails(code);
        assert!(said.contains(words), "{name}: {said}");
        assert!(!said.contains("Keep a copy of the whole directory"), "{name}: {said}");
        assert_eq!(home.run(&["sessions", "--json"], "").ok(), before, "{name}");
    }
    let files = std::fs::read_dir(home.cowrite()).unwrap();
    let names: Vec<_> = files.map(|entry| entry.unwrap().file_name()).collect();
    assert_eq!(
        names.iter().filter(|name| name.to_string_lossy().contains("copy")).count(),
        0,
        "nothing lies about: {names:?}"
    );
    home.run(&["verify"], "").ok();
}

#[test]
fn a_backup_takes_the_place_of_the_library_and_that_can_be_taken_back() {
    let home = fresh();
    home.write("a.md", "one\n");
    let term = open(&home, &["a.md"]);
    term.keys("two ");
    term.wait_for("two one");
    // While somebody writes: what was typed is in it, once the disk has it.
    assert!(term.holds_within_deadline(|| keys_on_disk(&home) == 4), "the keys are stored");
    home.run(&["sessions", "backup", "copy.db"], "").ok();
    let said = home.run(&["sessions", "backup", "none/copy.db"], "").fails(1);
    assert!(said.contains("The folder none does not exist. Make it first"), "{said}");
    let said = home.run(&["sessions", "restore", "copy.db", "--yes"], "").fails(1);
    assert!(said.contains("nother cowrite uses") && said.contains("Close"), "{said}");
    term.keys("three <ctrl-s>");
    term.wait_for("Saved to");
    quit(&term);

    // Without --yes nothing happens.
    home.run(&["sessions", "restore", "copy.db"], "").fails(2);
    assert_eq!(text(&home), "two three one\n");
    let said = home.run(&["sessions", "restore", "copy.db", "--yes"], "");
    let kept = said.stderr.split("is kept as ").nth(1).unwrap().trim().trim_end_matches('.');
    let kept = kept.to_owned();
    said.ok();
    // The file is newer than the library now: its change comes in from outside, nothing is lost.
    let term = open(&home, &["a.md"]);
    term.wait_for("three");
    term.wait_for("two");
    quit_or_keep(&term);
    assert!(text(&home).contains("three"));
    // The library that was there before is whole, and takes its place again.
    home.run(&["sessions", "restore", &kept, "--yes"], "").ok();
    assert_eq!(text(&home), "two three one\n");
    home.run(&["verify"], "").ok();

    // In a home without a library.
    let other = fresh();
    other.write("copy.db", std::fs::read(home.file("copy.db")).unwrap());
    let said = other.run(&["sessions", "restore", "copy.db", "--yes"], "");
    assert!(!said.stderr.contains("kept as"), "{}", said.stderr);
    said.ok();
    // The next start puts in order what was being typed.
    other.run(&["sessions"], "").ok();
    assert_eq!(text(&other), "two one\n");
}

/// How many keys of a burst the library has.
fn keys_on_disk(home: &crate::pty::Home) -> i64 {
    let library = rusqlite::Connection::open(home.cowrite().join("library.db")).unwrap();
    library.query_row("SELECT count(*) FROM wip", [], |row| row.get(0)).unwrap_or(0)
}

/// Quits, whether there is unsaved text or not.
fn quit_or_keep(term: &crate::pty::Term) {
    if term.screen().contains(" *") { quit_draft(term) } else { quit(term) }
}

#[test]
fn a_text_without_a_file_gets_one_where_one_says() {
    let home = fresh();
    home.write("taken.md", "other\n");
    std::fs::create_dir(home.file("folder")).unwrap();
    let term = Start::cowrite(&[]).home(&home).size(30, 110).start();
    term.wait_for("Sessions");
    term.keys("n");
    term.wait_for("Untitled");
    term.keys("hello<ctrl-s>");
    for (name, words) in [
        ("none/a.md", "does not exist: make it first"),
        ("folder", "is a directory"),
        ("taken.md", "exists already"),
        ("taken.md/a.md", "not"),
    ] {
        term.wait_for("Save as");
        term.keys("<ctrl-a>");
        term.keys(name);
        term.keys("<enter>");
        term.wait_for(words);
        assert!(term.screen().contains("Untitled"), "{name}: {}", term.screen());
        assert!(!home.file("none").exists());
        // What was typed is there to be put right.
        term.keys("<ctrl-s>");
        term.wait_for(&format!("Save as: {name}"));
    }
    // Leaving the prompt saves nothing.
    term.keys("<esc>");
    assert_eq!(home.read("taken.md"), "other\n");
    // In a folder that was made meanwhile, and with the folder in the name.
    std::fs::create_dir(home.file("none")).unwrap();
    term.keys("<ctrl-s>");
    term.wait_for("Save as");
    term.keys("<ctrl-a>none/a.md<enter>");
    term.wait_for("Saved to");
    assert_eq!(home.read("none/a.md"), "hello");
    term.keys("!<ctrl-s>");
    term.wait_until(|screen| !screen.contents().contains("a.md *"));
    quit(&term);
    assert_eq!(home.read("none/a.md"), "hello!");
    // The file has the session from then on.
    let term = open(&home, &["none/a.md"]);
    term.wait_for("hello!");
    term.keys("<ctrl-z>");
    term.wait_until(|screen| !screen.contents().contains("hello!"));
    quit_draft(&term);

    // Without a screen the same words, and the same care.
    for (name, words) in [
        ("nowhere/a.md", "does not exist: make it first"),
        ("folder", "is a directory"),
        ("taken.md", "exists already"),
    ] {
        let ran = home.run(&["do", &format!("edit.insert x; file.save-as {name}")], "");
        let said = ran.fails(1);
        assert!(said.contains(words), "{name}: {said}");
    }
    assert_eq!(home.read("taken.md"), "other\n");
    home.run(&["do", "edit.insert x; file.save-as b.md"], "").ok();
    assert_eq!(home.read("b.md"), "x");
}
