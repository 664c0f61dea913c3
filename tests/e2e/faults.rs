//! Everything a provider can do wrong: a clear word, what came is kept, and one goes on.

use std::sync::Arc;

use crate::desk::{SOON, ask, home, home_with, open, quit, session};
use crate::server::{Reply, Script, Server, Step, data, delta};

/// What one fault is, what the screen says of it, and what of the answer is kept.
struct Fault {
    name: &'static str,
    reply: Reply,
    says: &'static str,
    kept: &'static str,
}

fn fault(name: &'static str, reply: Reply, says: &'static str, kept: &'static str) -> Fault {
    Fault { name, reply, says, kept }
}

fn faults() -> Vec<Fault> {
    let error = |status: u16, message: &str| {
        Reply::status(status, &format!(r#"{{"error":{{"message":"{message}"}}}}"#))
    };
    let html = "<html><head><title>Proxy login</title></head></html>";
    vec![
        fault("401", error(401, "bad key"), "does not take the key", ""),
        fault("404", error(404, "no model test"), "knows no such model", ""),
        fault(
            "context",
            Reply::status(
                400,
                r#"{"error":{"message":"too long","code":"context_length_exceeded"}}"#,
            ),
            "too long",
            "",
        ),
        fault("500", error(500, "broken inside"), "fault of its own", ""),
        fault("page", Reply::status(200, html), "web page", ""),
        fault("empty", Reply::text(&[]), "empty", ""),
        fault(
            "reset",
            Reply::events(vec![delta("kept words"), Step::Cut]),
            "kept words",
            "kept words",
        ),
        fault(
            "stall",
            Reply::events(vec![delta("kept words")]).stalling(),
            "stall_seconds",
            "kept words",
        ),
        fault(
            "error in the stream",
            Reply::events(vec![
                delta("kept words"),
                data(r#"{"error":{"message":"overloaded just now"}}"#),
            ]),
            "overloaded just now",
            "kept words",
        ),
        fault(
            "raw bytes",
            Reply::bare(vec![Step::Write(b"\x00\xff\x1b[2Jnonsense\r\n".to_vec()), Step::Cut]),
            "openai",
            "",
        ),
    ]
}

/// Words of the panel without its line breaks and the frame, for messages that wrap.
fn flat(screen: &str) -> String {
    let panel = screen.lines().filter_map(|row| row.split_once('│').map(|(_, right)| right));
    let bottom = screen.lines().last().unwrap_or_default();
    let mut words: Vec<&str> = panel.flat_map(str::split_whitespace).collect();
    words.extend(bottom.split_whitespace());
    words.join(" ")
}

#[test]
fn each_fault_is_told_and_leaves_a_usable_workspace() {
    let faults = faults();
    let mut script = Script::new(vec![Reply::text(&["fine ", "again"])]);
    for (number, fault) in faults.iter().enumerate() {
        script = script.when(&format!("fault number {number}!"), fault.reply.clone());
    }
    let server = Server::start(script);
    std::thread::scope(|scope| {
        for (number, fault) in faults.iter().enumerate() {
            let server = &server;
            scope.spawn(move || one(server, number, fault));
        }
    });
}

fn one(server: &Server, number: usize, fault: &Fault) {
    let home = home_with(server);
    home.write("plan.md", "text\n");
    let term = open(&home, &["plan.md"]);
    ask(&term, &format!("fault number {number}!"));
    term.wait_for("broken off");
    term.wait_until(|screen| flat(&screen.contents()).contains(fault.says));
    // The question stands, what came stands, and typing and asking go on.
    term.wait_for(&format!("fault number {number}!"));
    assert!(flat(&term.screen()).contains(fault.kept), "{}: {}", fault.name, term.screen());
    term.keys("more <ctrl-s>");
    term.wait_for("Saved to");
    assert_eq!(home.read("plan.md"), "more text\n");
    ask(&term, "and now?");
    // The same reply comes again, as the first question goes along in the conversation.
    term.wait_for("and now?");
    term.keys("<esc>");
    term.keys("<ctrl-q>");
    assert!(term.wait_exit().success(), "{}", fault.name);
    let session = session(&home);
    let said: Vec<_> = session.transcript.iter().map(cowrite::session::Message::text).collect();
    assert_eq!(said[0], format!("fault number {number}!"), "{}", fault.name);
    if !fault.kept.is_empty() {
        assert_eq!(said[1], fault.kept, "{}", fault.name);
    }
    let raw = String::from_utf8_lossy(&term.raw()).into_owned();
    assert!(!raw.contains("nonsense\r"), "{}", fault.name);
}

#[test]
fn a_server_that_is_not_there_is_named() {
    let gone = {
        let server = Server::start(Reply::text(&["never"]));
        server.base()
    };
    let home = Arc::new(home().env("OPENAI_BASE_URL", &gone));
    let term = open(&home, &["plan.md"]);
    ask(&term, "Anybody?");
    term.wait_for("broken off");
    term.wait_until(|screen| flat(&screen.contents()).contains(gone.trim_start_matches("http://")));
    term.wait_for("Anybody?");
    quit(&term);
}

#[test]
fn without_a_provider_the_question_stays_in_the_box() {
    let home = Arc::new(home());
    let term = open(&home, &["plan.md"]);
    term.keys("<alt-2>Anybody?<enter>");
    term.wait_for("OPENAI_API_KEY");
    term.wait_for("› Anybody?");
}

#[test]
fn too_many_requests_are_tried_again() {
    let busy =
        Reply::status(429, r#"{"error":{"message":"slow down"}}"#).header("retry-after", "1");
    let server = Server::start(vec![busy, Reply::text(&["now it works"])]);
    let home = home_with(&server);
    let term = open(&home, &["plan.md"]);
    ask(&term, "Now?");
    term.wait_for("try 1 failed");
    term.wait_for("now it works");
    assert!(server.wait_requests(2, SOON));
    quit(&term);
    assert_eq!(session(&home).transcript.len(), 2);
}

#[test]
fn hostile_and_giant_answers_are_contained() {
    let hostile = "before \u{1b}]0;owned\u{7}\u{1b}[2J\u{1b}[31mred \u{9b}1mbold \u{202e}turned \
        \u{1b}P+q544e\u{1b}\\ \u{1b}]52;c;aGVsbG8=\u{7} after";
    let giant = "lorem ipsum ".repeat(200_000);
    let server = Server::start(vec![
        Reply::text(&[hostile]),
        Reply::text(&[&giant, "the end"]),
        Reply::text(&["fine"]),
    ]);
    let home = home_with(&server);
    let term = open(&home, &["plan.md"]);
    ask(&term, "Hostile?");
    term.wait_for("after");
    assert_eq!(term.raw_contains_control_from(hostile), [""; 0]);
    assert!(term.copies().is_empty() && !term.title().contains("owned"));
    ask(&term, "Giant?");
    term.keys("typing on");
    term.wait_for("typing on");
    term.wait_for("the end");
    ask(&term, "Still there?");
    term.wait_for("fine");
    term.keys("<ctrl-q>");
    term.wait_for("Keep as draft");
    term.keys("k");
    assert!(term.wait_exit().success());
    let session = session(&home);
    let lengths: Vec<_> = session.transcript.iter().map(|message| message.text().len()).collect();
    assert_eq!(lengths[3], giant.len() + "the end".len());
    assert_eq!(session.transcript.iter().nth(1).unwrap().text(), hostile);
}
