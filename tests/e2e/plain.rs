//! Files too large for history: a plain editor that loses nothing to a kill.

use std::sync::Arc;
use std::sync::mpsc::{self, RecvTimeoutError};
use std::time::Duration;

use cowrite::base::Rand;

use crate::desk::{home, open, quit, quit_draft};
use crate::pty::{Home, Term};

/// A file above the limit.
fn large() -> String {
    let line = |number: usize| format!("line {number:07} of a large file, with words to edit\n");
    (0..450_000).map(line).collect()
}

/// The drafts in the library, and the copies of files beside it.
fn kept(home: &Home) -> (i64, usize) {
    let store = rusqlite::Connection::open(home.cowrite().join("library.db")).unwrap();
    let drafts = store.query_row("SELECT count(*) FROM draft", [], |row| row.get(0)).unwrap();
    let copies = std::fs::read_dir(home.cowrite().join("drafts"))
        .map_or(0, |entries| entries.flatten().count());
    (drafts, copies)
}

/// Waits until a copy of the file is kept.
#[track_caller]
fn wait_for_copy(home: &Home, term: &Term) {
    assert!(term.holds_within_deadline(|| {
        let entries = std::fs::read_dir(home.cowrite().join("drafts"));
        entries.is_ok_and(|mut all| {
            all.any(|entry| entry.unwrap().path().extension().is_some_and(|ext| ext == "base"))
        })
    }));
}

#[test]
fn killed_in_a_large_file_the_unsaved_text_comes_back() {
    let home = Arc::new(home());
    let text = large();
    assert!(text.len() > 20 << 20);
    home.write("big.txt", &text);
    let mut typed = String::new();
    let mut rand = Rand::from_number(11);
    let (_keep, clock) = mpsc::channel::<()>();
    for round in 0..4u8 {
        let term = open(&home, &["big.txt"]);
        term.wait_for(if round == 0 { "plain editing with crash recovery" } else { "here again" });
        term.wait_for(&format!("{typed}line 0000000"));
        assert!(typed.is_empty() || term.screen().contains(&format!("1:{}", typed.len() + 1)));
        for letter in 0..5 {
            let letter = char::from(b'a' + round * 5 + letter);
            term.keys(&letter.to_string());
            typed.push(letter);
        }
        term.wait_for(&format!("{typed}line 0000000"));
        // What the screen showed for a moment is safe.
        let moment = Duration::from_millis(20 + rand.below(100) as u64);
        assert_eq!(clock.recv_timeout(moment), Err(RecvTimeoutError::Timeout));
        term.kill9();
        assert!(home.read("big.txt") == text, "nobody saved");
    }
    // Undo goes back over the kill.
    let term = open(&home, &["big.txt"]);
    term.wait_for(&format!("{typed}line 0000000"));
    term.keys("<ctrl-z>");
    term.wait_until(|screen| {
        let shown = screen.contents();
        shown.contains("line 0000000") && !shown.contains(&format!("{typed}line"))
    });
    term.keys("<ctrl-home>X<ctrl-s>");
    term.wait_for("Saved to");
    quit(&term);
    assert_eq!(home.read("big.txt"), format!("X{text}"));
    assert_eq!(kept(&home), (0, 0));
    let term = open(&home, &["big.txt"]);
    term.wait_for("plain editing");
    quit(&term);
}

#[test]
fn killed_while_a_large_file_is_saved_it_is_old_or_new_and_nothing_typed_is_gone() {
    let home = Arc::new(home());
    let mut text = large();
    home.write("big.txt", &text);
    let mut rand = Rand::from_number(12);
    let (_keep, clock) = mpsc::channel::<()>();
    let mut news = 0;
    for letter in ["a", "b", "c", "d"] {
        let term = open(&home, &["big.txt"]);
        term.keys(&format!("<ctrl-home>{letter}"));
        term.wait_for(&format!("{letter}{}", &text[..12]));
        let before = home.read("big.txt");
        term.write("\x13");
        // Keys go on while the disk works.
        term.keys("Y");
        term.wait_for(&format!("{letter}Y{}", &text[..12]));
        let moment = Duration::from_millis(20 + rand.below(400) as u64);
        assert_eq!(clock.recv_timeout(moment), Err(RecvTimeoutError::Timeout));
        term.kill9();
        let file = home.read("big.txt");
        let saved = format!("{letter}{text}");
        assert!(file == before || file == saved, "neither old nor new: {:?}", &file[..20]);
        news += usize::from(file == saved);
        drop(term);
        text = format!("{letter}Y{text}");
        let term = open(&home, &["big.txt"]);
        term.wait_for("here again");
        term.wait_for(&text[..12]);
        quit_draft(&term);
    }
    println!("4 kills while saving a large file: it was new in {news}");
    let term = open(&home, &["big.txt"]);
    term.wait_for(&text[..12]);
    // Quitting right behind a save asks nothing.
    term.write("\x13\x11");
    assert!(term.wait_exit().success());
    assert!(home.read("big.txt") == text);
    assert_eq!(kept(&home), (0, 0));
}

#[test]
fn quitting_a_large_file_saves_keeps_or_discards() {
    let home = Arc::new(home());
    let text = large();
    home.write("big.txt", &text);
    let term = open(&home, &["big.txt"]);
    term.keys("draft ");
    term.wait_for("draft line 0000000");
    quit_draft(&term);
    assert!(home.read("big.txt") == text);
    let term = open(&home, &["big.txt"]);
    term.wait_for("here again");
    term.wait_for("draft line 0000000");
    term.keys("<ctrl-q>");
    term.wait_for("Discard");
    term.keys("d");
    assert!(term.wait_exit().success());
    assert_eq!(kept(&home), (0, 0));
    assert!(home.read("big.txt") == text);
    let term = open(&home, &["big.txt"]);
    term.wait_for("plain editing");
    assert!(!term.screen().contains("draft"));
    term.keys("x<ctrl-q>");
    term.wait_for("Save and quit");
    term.keys("s");
    assert!(term.wait_exit().success());
    assert!(home.read("big.txt") == format!("x{text}"));
    // Told to end by the system, the text is kept as well.
    let term = open(&home, &["big.txt"]);
    term.wait_for("plain editing");
    term.keys("y");
    term.wait_for("yxline");
    term.signal("TERM");
    assert!(term.wait_exit().success());
    let term = open(&home, &["big.txt"]);
    term.wait_for("yxline");
    quit_draft(&term);
    // Without the library nothing is kept, and the question says so.
    let term = open(&home, &["--no-session", "big.txt"]);
    term.keys("z<ctrl-q>");
    term.wait_for("Discard");
    assert!(!term.screen().contains("Keep as draft"));
    term.keys("d");
    assert!(term.wait_exit().success());
}

#[test]
fn a_large_file_that_changed_since_is_left_alone_and_the_text_is_kept_beside() {
    let home = Arc::new(home());
    let text = large();
    home.write("big.txt", &text);
    let term = open(&home, &["big.txt"]);
    term.keys("mine ");
    term.wait_for("mine line 0000000");
    wait_for_copy(&home, &term);
    term.kill9();
    drop(term);
    let theirs = format!("theirs\n{text}");
    home.write("big.txt", &theirs);
    let term = open(&home, &["big.txt"]);
    term.wait_for("changed since you left unsaved text");
    term.wait_for("theirs");
    assert!(!term.screen().contains("mine line"));
    quit(&term);
    assert!(home.read("big.txt") == theirs);
    let recovered = home.cowrite().join("recovered/big.txt");
    assert!(std::fs::read_to_string(&recovered).unwrap() == format!("mine {text}"));
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        let mode = std::fs::metadata(&recovered).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
    }
    assert_eq!(kept(&home), (0, 0));
}
