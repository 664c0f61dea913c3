//! A file that was renamed and changed while it was closed: it is asked whose it is, and nothing is
//! lost by either answer.

use std::sync::Arc;

use cowrite::session::Session;

use crate::desk::{home, open, quit, sessions};
use crate::pty::Home;

const OLD: &str = "# Plan\n\nWe meet on Monday, when everybody is back from the holidays.\n\
                   Bring the plan and a cake, for there is no other food.\n";

/// A session whose file was renamed to `new.md` and changed.
fn moved() -> (Arc<Home>, String) {
    let home = Arc::new(home());
    home.run(&["do", "file.save", "old.md"], "").ok();
    home.write("old.md", OLD);
    home.run(&["do", "edit.insert X; file.save", "old.md"], "").ok();
    let new = format!("X{}", OLD.replace("cake", "pie"));
    std::fs::rename(home.file("old.md"), home.file("new.md")).unwrap();
    home.write("new.md", &new);
    (home, new)
}

fn titled<'a>(all: &'a [Session], title: &str) -> &'a Session {
    all.iter().find(|one| one.title() == title).unwrap()
}

fn text(session: &Session) -> String {
    session.documents.values().next().unwrap().document.rope().to_string()
}

#[test]
fn going_on_takes_the_difference_in_as_a_change_from_outside() {
    let (home, new) = moved();
    let before = titled(&sessions(&home), "old.md").event_count();
    let term = open(&home, &["new.md"]);
    term.wait_for("Was new.md renamed?");
    term.wait_for("old.md");
    // 3 of 23 rows of words are others.
    term.wait_for("Go on with “old.md”: 86 % the same");
    term.keys("y");
    term.wait_for("the change is taken in");
    term.wait_for("a pie");
    // It can be taken back and brought back; then it is written on.
    term.keys("<ctrl-p>undo-outside<enter>");
    term.wait_for("a cake");
    term.keys("<ctrl-y>");
    term.wait_for("a pie");
    term.keys("Y<ctrl-s>");
    term.wait_for("Saved to");
    quit(&term);
    let all = sessions(&home);
    assert_eq!(all.len(), 1);
    assert_eq!(text(&all[0]), home.read("new.md"));
    assert!(home.read("new.md").contains('Y') && home.read("new.md").len() == new.len() + 1);
    assert!(all[0].event_count() > before);
    // From now on it is its file.
    let term = open(&home, &["new.md"]);
    term.wait_for("pie");
    assert!(!term.screen().contains("renamed"), "{}", term.screen());
    quit(&term);
    assert_eq!(sessions(&home).len(), 1);
}

#[test]
fn a_new_session_leaves_the_old_one_as_it_is() {
    for answer in ["n", "<esc>"] {
        let (home, new) = moved();
        let before = titled(&sessions(&home), "old.md").event_count();
        let term = open(&home, &["new.md"]);
        term.wait_for("Was new.md renamed?");
        term.keys(answer);
        term.wait_for("A new session; “old.md” stays in the list");
        quit(&term);
        assert_eq!(sessions(&home).len(), 1, "what was only looked at leaves nothing");
        // So it is asked again; once something is written it is not.
        let term = open(&home, &["new.md"]);
        term.wait_for("Was new.md renamed?");
        term.keys(answer);
        term.keys("Z<ctrl-s>");
        term.wait_for("Saved to");
        quit(&term);
        assert_eq!(home.read("new.md"), format!("Z{new}"));
        let all = sessions(&home);
        assert_eq!(all.len(), 2);
        assert_eq!(titled(&all, "old.md").event_count(), before);
        assert_eq!(text(titled(&all, "old.md")), format!("X{OLD}"));
        let term = open(&home, &["new.md"]);
        term.wait_for("pie");
        assert!(!term.screen().contains("renamed"), "{}", term.screen());
        quit(&term);
    }
}

#[test]
fn what_is_not_alike_or_has_its_file_is_not_asked_about() {
    let (home, new) = moved();
    let no_question = |name: &str| {
        let term = open(&home, &[name]);
        term.wait_for(name);
        assert!(!term.screen().contains("renamed"), "{name}: {}", term.screen());
        quit(&term);
    };
    home.write(
        "other.md",
        "Nothing of this is in the plan: it tells of the sea and of its storms.\n",
    );
    no_question("other.md");
    home.write("empty.md", "");
    no_question("empty.md");
    no_question("none.md");
    // The old file is there: this one is a copy.
    home.write("old.md", format!("X{OLD}"));
    home.write("new.md", &new);
    no_question("new.md");
}

#[test]
fn several_sessions_can_be_chosen_from() {
    let (home, new) = moved();
    home.write("third.md", format!("{new}And a song.\n"));
    let began = home.run(&["do", "edit.insert V; file.save", "third.md"], "");
    assert!(began.stderr.contains("renamed and changed"), "{}", began.stderr);
    std::fs::remove_file(home.file("third.md")).unwrap();
    let term = open(&home, &["new.md"]);
    term.wait_for("[1] Go on with “third.md”");
    term.wait_for("[2] Go on with “old.md”");
    term.keys("2");
    term.wait_for("the change is taken in");
    quit(&term);
    let all = sessions(&home);
    assert_eq!(text(titled(&all, "old.md")), new);
}

#[test]
fn without_a_screen_nothing_is_asked_and_the_way_is_told() {
    let (home, new) = moved();
    let id = titled(&sessions(&home), "old.md").id;
    let ran = home.run(&["do", "cursor.bottom; edit.insert End.; file.save", "new.md"], "");
    let told = format!("--session {} goes on with that one", id.short());
    assert!(ran.stderr.contains(&told) && ran.stderr.contains("86 %"), "{}", ran.stderr);
    ran.ok();
    assert_eq!(sessions(&home).len(), 2);
    assert_eq!(home.read("new.md"), format!("{new}End."));
    // The file belongs to the named session from then on.
    let id = id.to_string();
    home.run(&["do", "edit.insert W; file.save", "new.md", "--session", &id], "").ok();
    assert_eq!(text(titled(&sessions(&home), "old.md")), home.read("new.md"));
    assert!(home.read("new.md").contains("End.") && home.read("new.md").contains('W'));
    let said = home.run(&["do", "edit.insert V; file.save", "new.md"], "");
    assert!(!said.stderr.contains("--session"), "{}", said.stderr);
    said.ok();
    assert!(text(titled(&sessions(&home), "old.md")).contains('V'));
    // A session that has its file is not given another.
    home.write("more.md", "more");
    let said = home.run(&["do", "edit.insert x", "more.md", "--session", &id], "").fails(1);
    assert!(said.contains("has its file") && said.contains("new.md"), "{said}");
    let said = home.run(&["do", "edit.insert x", "-", "--session", &id], "text").fails(2);
    assert!(said.contains("leave --session away") || said.contains("session"), "{said}");
}
