//! Files: byte for byte, drafts, names, standard input, what is refused, and what other programs
//! do to them while cowrite is open and while it is closed.

use std::sync::Arc;

use crate::desk::{home, open, quit, quit_draft, session, text};
use crate::pty::{Home, Start};

fn fresh() -> Arc<Home> {
    Arc::new(home())
}

#[test]
fn bytes_stay_as_they_are() {
    let check = |before: &[u8], keys: &str, after: &[u8]| {
        let home = fresh();
        let path = home.write("a.txt", before);
        let term = open(&home, &["a.txt"]);
        term.keys(keys);
        term.keys("<ctrl-s>");
        term.wait_for("Saved to");
        quit(&term);
        let found = std::fs::read(path).unwrap();
        assert_eq!(found.escape_ascii().to_string(), after.escape_ascii().to_string());
    };
    check(b"one\r\ntwo\r\n", "<down><end>!", b"one\r\ntwo!\r\n");
    check(b"\xef\xbb\xbfone\r\ntwo\nthree", "<ctrl-end>!", b"\xef\xbb\xbfone\r\ntwo\nthree!");
    check(b"no end", "x", b"xno end");
    check(b"a\n\n\n", "b", b"ba\n\n\n");
    check(b"", "new", b"new");
    check("日本語 é 👩‍👩‍👧\n".as_bytes(), "<right>x", "日x本語 é 👩‍👩‍👧\n".as_bytes());
}

#[test]
fn standard_input_goes_to_standard_output_byte_for_byte() {
    let input: &[u8] = b"\xef\xbb\xbfone\r\ntwo\nthree";
    let home = fresh();
    home.write("in.txt", input);
    let script = format!("{} - <in.txt >out.txt", env!("CARGO_BIN_EXE_cowrite"));
    let term = Start::program("/bin/sh", &["-c", &script]).home(&home).size(24, 90).start();
    term.wait_for("three");
    term.wait_for("standard input");
    term.keys("<ctrl-end>!<ctrl-s>");
    term.wait_for("goes to standard output when you quit");
    term.keys("<ctrl-q>");
    assert!(term.wait_exit().success(), "{}", term.screen());
    term.assert_restored();
    let output = std::fs::read(home.file("out.txt")).unwrap();
    assert_eq!(output, [input, b"!"].concat());
}

#[test]
fn what_is_no_text_is_refused_in_clear_words() {
    let home = fresh();
    home.write("utf16.txt", b"\xff\xfeh\0i\0");
    home.write("binary.bin", b"ab\0cd");
    home.write("latin.txt", b"caf\xe9 noir");
    std::fs::create_dir(home.file("folder")).unwrap();
    for (name, words) in [
        ("utf16.txt", "UTF-16"),
        ("binary.bin", "binary"),
        ("latin.txt", "not UTF-8"),
        ("folder", "is a directory"),
        ("nowhere/a.md", "does not exist"),
        ("/dev/null", "not a plain file"),
    ] {
        let term = Start::cowrite(&[name]).home(&home).size(24, 100).start();
        assert!(!term.wait_exit().success(), "{name}");
        let screen = term.screen();
        assert!(screen.replace('\n', "").contains(words), "{name}: {screen}");
        term.assert_restored();
    }
    assert_eq!(crate::desk::sessions(&home).len(), 0);
}

#[test]
fn unsaved_text_is_saved_kept_or_discarded() {
    let home = fresh();
    home.write("a.md", "file\n");
    let term = open(&home, &["a.md"]);
    term.keys("draft ");
    term.wait_for("draft file");
    quit_draft(&term);
    assert_eq!(home.read("a.md"), "file\n");
    // It is there again, with the caret; this time it is thrown away, which undo brings back.
    let term = open(&home, &["a.md"]);
    term.wait_for("draft file");
    term.wait_for("1:7");
    term.keys("<ctrl-q>");
    term.wait_for("Discard");
    term.keys("d");
    assert!(term.wait_exit().success());
    let term = open(&home, &["a.md"]);
    term.wait_until(|screen| {
        let all = screen.contents();
        all.contains("file") && !all.contains("draft file")
    });
    term.keys("<ctrl-z>");
    term.wait_for("draft file");
    term.keys("<ctrl-q>");
    term.wait_for("Save and quit");
    term.keys("s");
    assert!(term.wait_exit().success());
    assert_eq!(home.read("a.md"), "draft file\n");
    assert_eq!(text(&home), "draft file\n");
}

#[test]
fn discarding_what_was_never_saved_writes_no_file_and_says_how_to_come_back() {
    let home = fresh();
    let term = open(&home, &["new.md"]);
    term.keys("a thought<ctrl-q>");
    term.wait_for("Discard: empty the document");
    term.keys("d");
    assert!(term.wait_exit().success());
    term.wait_for("no file was written");
    assert!(!home.file("new.md").exists());
    let term = open(&home, &["new.md"]);
    assert!(!term.screen().contains("a thought"));
    term.keys("<ctrl-z>");
    term.wait_for("a thought");
    quit_draft(&term);
    term.wait_for("Kept as a draft: new.md");

    let term = Start::cowrite(&[]).home(&home).size(30, 110).start();
    term.wait_for("Sessions");
    term.keys("n");
    term.wait_for("Untitled");
    term.keys("another<ctrl-q>");
    term.wait_for("Discard");
    term.keys("d");
    assert!(term.wait_exit().success());
    term.wait_for("cowrite --session");
}

#[test]
fn a_document_without_a_file_asks_where_and_a_name_that_is_taken_is_refused() {
    let home = fresh();
    home.write("taken.md", "other\n");
    let term = Start::cowrite(&[]).home(&home).size(30, 110).start();
    term.wait_for("Sessions");
    term.keys("n");
    term.wait_for("Untitled");
    term.keys("hello<ctrl-s>");
    term.wait_for("Save as");
    term.keys("taken.md<enter>");
    term.wait_for("exists already");
    assert_eq!(home.read("taken.md"), "other\n");
    term.keys("<ctrl-s>");
    term.wait_for("Save as");
    term.keys("mine.md<enter>");
    term.wait_for("Saved to");
    assert_eq!(home.read("mine.md"), "hello");
    // Under another name, and the first file stays.
    term.keys("!<alt-s>");
    term.wait_for("Save as");
    term.keys("<ctrl-a>taken.md<enter>");
    term.wait_for("exists already");
    term.keys("<ctrl-s>");
    term.wait_for("Saved to");
    assert_eq!(home.read("mine.md"), "hello!");
    quit(&term);
}

#[test]
fn a_renamed_file_finds_its_session() {
    let home = fresh();
    home.write("old.md", "long enough to be known\n");
    let term = open(&home, &["old.md"]);
    term.keys("x<ctrl-s>");
    term.wait_for("Saved to");
    quit(&term);
    std::fs::rename(home.file("old.md"), home.file("new.md")).unwrap();
    let term = open(&home, &["new.md"]);
    term.wait_for("was renamed");
    term.keys("y<ctrl-s>");
    term.wait_for("Saved to");
    quit(&term);
    assert!(session(&home).event_count() > 4);
    assert_eq!(home.read("new.md"), "xylong enough to be known\n");
}

#[test]
fn a_change_outside_comes_in_open_and_closed() {
    let home = fresh();
    home.write("a.md", "one\ntwo\nthree\n");
    let term = open(&home, &["a.md"]);
    term.keys("mine <ctrl-s>");
    term.wait_for("Saved to");
    // Beside text that is not saved: both stand.
    term.keys("and ");
    home.write("a.md", "mine one\ntwo\nTHREE\n");
    term.wait_for("THREE");
    term.wait_for("mine and one");
    term.keys("<ctrl-s>");
    term.wait_for("Saved to");
    assert_eq!(home.read("a.md"), "mine and one\ntwo\nTHREE\n");
    quit(&term);

    home.write("a.md", "zero\nmine and one\ntwo\nTHREE\n");
    let term = open(&home, &["a.md"]);
    term.wait_for("changed outside");
    term.wait_for("zero");
    // What came from outside is not this person's to take back; what they typed is.
    term.keys("<ctrl-z>");
    term.wait_for("mine one");
    quit_draft(&term);
    assert_eq!(text(&home), "zero\nmine one\ntwo\nTHREE\n");
}

#[test]
fn a_file_changed_behind_the_back_is_not_overwritten() {
    let home = fresh();
    home.write("a.md", "one\n");
    let term = open(&home, &["a.md"]);
    term.wait_for("one");
    // Both at once: whichever the program sees first, the other program's line must survive.
    home.write("a.md", "one\nother\n");
    term.keys("x<ctrl-s>");
    term.wait_for("other");
    term.keys("<ctrl-s>");
    term.wait_for("Saved to");
    quit(&term);
    assert_eq!(home.read("a.md"), "xone\nother\n");
}

#[test]
fn conflict_markers_stay_out_and_older_versions_ask() {
    let home = fresh();
    home.write("a.md", "first\n");
    let term = open(&home, &["a.md"]);
    term.keys("x<ctrl-s>");
    term.wait_for("Saved to");
    home.write("a.md", "<<<<<<< ours\nxfirst\n=======\nyfirst\n>>>>>>> theirs\n");
    term.wait_for("conflict markers");
    // What is in no session is taken in without the markers, so that nothing is lost by saving.
    term.wait_for("yfirst");
    assert!(!term.screen().contains("<<<<<<<"), "{}", term.screen());
    home.write("a.md", "xfirst\n");
    term.wait_for("Keep the text that is here");
    term.keys("y");
    term.wait_gone("yfirst");
    term.keys("y<ctrl-s>");
    term.wait_for("Saved to");
    quit(&term);
    assert_eq!(home.read("a.md"), "xyfirst\n");

    // As git checkout does, while closed and then while open.
    home.write("a.md", "xfirst\n");
    let term = open(&home, &["a.md"]);
    term.wait_for("Keep the text that is here");
    term.keys("n");
    term.wait_for("xyfirst");
    term.keys("<ctrl-s>");
    term.wait_for("Saved to");
    assert_eq!(home.read("a.md"), "xyfirst\n");
    home.write("a.md", "xfirst\n");
    term.wait_for("Keep the text that is here");
    // Leaving the question keeps the text here, and quitting asks, as the file has another.
    term.keys("<esc>");
    term.keys("<ctrl-q>");
    term.wait_for("Keep as draft");
    term.keys("<esc><f5>");
    term.wait_for("Keep the text that is here");
    term.keys("y");
    term.wait_until(|screen| !screen.contents().contains("xyfirst"));
    quit(&term);
    assert_eq!(text(&home), "xfirst\n");
}
