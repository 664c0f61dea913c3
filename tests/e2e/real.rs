//! A real model behind a real server; runs where `COWRITE_TEST_LLAMA` names the Python that has
//! the packages of tests/support/requirements.txt, or the address of a server.

use std::io::{BufRead as _, BufReader};
use std::process::{Child, Command, Stdio};
use std::sync::Arc;

use crate::desk::{home, open, quit, session};
use crate::pty::Term;

/// A running server; it ends with its standard input.
struct Llama {
    base: String,
    child: Option<Child>,
}

impl Llama {
    fn start() -> Option<Self> {
        let python = std::env::var("COWRITE_TEST_LLAMA").ok().filter(|value| !value.is_empty())?;
        if python.starts_with("http") {
            return Some(Self { base: python, child: None });
        }
        let script = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/support/llama.py");
        let mut child = Command::new(python)
            .arg(script)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .expect("the model server starts");
        let mut base = String::new();
        BufReader::new(child.stdout.take().unwrap()).read_line(&mut base).unwrap();
        assert!(base.starts_with("http"), "the model server tells its address, not {base:?}");
        Some(Self { base: base.trim().to_owned(), child: Some(child) })
    }
}

impl Drop for Llama {
    fn drop(&mut self) {
        if let Some(mut child) = self.child.take() {
            drop(child.stdin.take());
            let _ = child.wait();
        }
    }
}

/// A small model on a busy machine takes its time: waits as long as the screen moves on.
fn patiently(term: &Term, wanted: impl Fn(&str) -> bool) {
    for _ in 0..9 {
        if term.seen_within_deadline(&wanted) {
            return;
        }
    }
    term.wait_until(|screen| wanted(&screen.contents()));
}

#[test]
fn a_real_model_answers_and_rewrites() {
    let Some(llama) = Llama::start() else {
        println!("COWRITE_TEST_LLAMA is not set: the real model is left out");
        return;
    };
    let home = home().env("OPENAI_BASE_URL", &llama.base);
    std::fs::write(home.cowrite().join("config.toml"), "name = \"Ada\"\n").unwrap();
    let home = Arc::new(home);
    home.write("plan.md", "we sells bread and cakes in the old town.\n\nEnd.\n");
    let term = open(&home, &["plan.md"]);
    // The model is chosen from the server's list, and the question goes out.
    term.keys("<alt-2>What do we sell?<enter>");
    term.wait_for("openai/");
    term.keys("<enter>");
    patiently(&term, |screen| screen.contains("tokens in"));
    term.keys("<alt-1><ctrl-home><shift-end><ctrl-k>Correct the grammar.<enter>");
    // A small model may also go on until it is stopped: then nothing of it may be the text.
    patiently(&term, |screen| screen.contains("answering"));
    patiently(&term, |screen| !screen.contains("answering"));
    // What is certain is taken, if anything is.
    term.keys("<alt-A>");
    term.keys("<ctrl-s>");
    term.wait_for("Saved to");
    quit(&term);
    let session = session(&home);
    let said: Vec<_> = session.transcript.iter().map(cowrite::session::Message::text).collect();
    assert_eq!(said.len(), 4);
    assert_eq!((said[0], said[2]), ("What do we sell?", "Correct the grammar."));
    assert!(!said[1].is_empty() && !said[3].is_empty());
    let text = session.documents.values().next().unwrap().document.rope().to_string();
    assert_eq!(home.read("plan.md"), text);
    assert!(text.ends_with("\n\nEnd.\n"), "what was not selected stays: {text:?}");
}
