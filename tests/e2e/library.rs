//! The library on the screen: searching goes to what was found; sessions are renamed and deleted.

use std::sync::Arc;

use crate::desk::{ask, home, home_with, open, quit, quit_draft, sessions};
use crate::pty::{Home, Start, Term};
use crate::server::{Reply, Server};

/// The library screen of a program that was started without a file.
fn library(home: &Arc<Home>) -> Term {
    let term = Start::cowrite(&[]).home(home).size(40, 120).start();
    term.wait_for("Sessions");
    term
}

#[test]
fn what_is_found_is_gone_to() {
    let long: String = (0..60).map(|number| format!("Sentence {number} of it.\n\n")).collect();
    let answer = format!("{long}The narwhal has one tusk.\n\n{long}");
    let server = Server::start(Reply::text(&[&answer]));
    let home = home_with(&server);
    let filler = "nothing here\n".repeat(120);
    home.write("a.md", format!("{filler}the walrus sleeps\n{filler}gone: dugong\n"));
    home.write("b.md", "another\n");
    let term = open(&home, &["a.md"]);
    ask(&term, "Tell me of the sea.");
    term.wait_for("tokens in");
    term.keys("<ctrl-n>");
    term.wait_for("A decision");
    term.keys("Take the ferry<tab><tab><tab>because the bridge is closed<ctrl-s>");
    term.wait_for("Recorded");
    term.keys("<alt-1>x<ctrl-s>");
    term.wait_for("Saved to");

    // In the session that is open: the words are selected.
    term.keys("<f4>/walrus");
    term.wait_for("text: a.md");
    term.keys("<down><enter>");
    term.wait_for("Found in line 121.");
    term.wait_for("121:11");
    // The message is scrolled to, at the words, and marked.
    term.keys("<f4>/narwhal");
    term.wait_for("message: ");
    term.keys("<down><enter>");
    term.wait_for("The narwhal has one tusk.");
    term.wait_for("Sentence 59");
    // What was deleted since is said to be.
    term.keys("<f4>/dugong");
    term.wait_for("text: a.md");
    term.keys("<esc><esc><alt-1><ctrl-end><up><end>");
    term.keys("<backspace><backspace><backspace><backspace><backspace><backspace>");
    term.wait_gone("dugong");
    term.keys("<f4>/dugong");
    term.wait_for("text: a.md");
    term.keys("<down><enter>");
    term.wait_for("is not in the text any more");
    quit_draft(&term);

    // From another session, and from the library screen.
    let term = open(&home, &["b.md"]);
    term.keys("<f4>/ferry");
    term.wait_for("decision: Take the ferry");
    term.keys("<down><enter>");
    term.wait_for("because the bridge is closed");
    term.wait_for("Take the ferry");
    term.keys("<esc>");
    term.wait_for("Decisions 1");
    term.wait_for("a.md");
    quit_draft(&term);
    let term = library(&home);
    term.keys("/tusk");
    term.wait_for("message: ");
    term.keys("<enter>");
    term.wait_for("The narwhal has one tusk.");
    quit_draft(&term);

    // From the command line.
    let found = home.run(&["search", "walrus"], "").ok();
    assert!(found.starts_with(" 1  "), "{found}");
    let term = Start::cowrite(&["search", "walrus", "--open", "1"]).home(&home).size(30, 110);
    let term = term.start();
    term.wait_for("Found in line 121.");
    term.wait_for("121:11");
    quit_draft(&term);
    home.run(&["search", "walrus", "--open", "7"], "").fails(2);
}

#[test]
fn the_library_screen_shows_what_is_chosen() {
    for (rows, columns) in [(40, 120), (24, 80)] {
        let home = Arc::new(home());
        for (name, text) in [("a.md", "alpha text"), ("b.md", "beta text")] {
            home.run(&["do", &format!("edit.insert {text}; file.save"), name], "").ok();
        }
        let term = Start::cowrite(&[]).home(&home).size(rows, columns).start();
        term.wait_for("beta text");
        term.keys("<down>");
        term.wait_for("alpha text");
        term.wait_gone("beta text");
        // A filter that nothing fits shows nothing.
        term.keys("/zebra");
        term.wait_for("nothing fits");
        term.wait_gone("alpha text");
        term.keys("<esc>");
        term.wait_for("beta text");
        term.keys("r");
        term.wait_for("Title");
        term.keys("<ctrl-a>The second plan<enter>");
        term.wait_for("is called “The second plan”");
        term.wait_for("› The second plan");
        // Deleting asks, and No is the answer that stands there.
        term.keys("<home>d");
        term.wait_for("Delete the session The second plan?");
        term.keys("<enter>");
        term.wait_gone("Delete the session");
        assert_eq!(sessions_without(&term, &home).len(), 2);
        let term = Start::cowrite(&[]).home(&home).size(rows, columns).start();
        term.wait_for("The second plan");
        term.keys("<home>d");
        term.wait_for("Delete the session");
        term.keys("y");
        term.wait_for("gone from the disk");
        term.wait_gone("The second plan");
        term.wait_for("alpha text");
        assert_eq!(sessions_without(&term, &home).len(), 1);
        assert_eq!(home.read("b.md"), "beta text", "files stay");
    }
}

/// Leaves, and looks into the library.
fn sessions_without(term: &Term, home: &Home) -> Vec<cowrite::session::Session> {
    term.keys("q");
    assert!(term.wait_exit().success());
    sessions(home)
}

#[test]
fn looking_and_leaving_the_library_leaves_nothing() {
    let home = Arc::new(home());
    let term = library(&home);
    term.wait_for("No session yet");
    term.keys("<esc>");
    term.wait_for("Untitled");
    quit(&term);
    assert_eq!(sessions(&home).len(), 0);
}
