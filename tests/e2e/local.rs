//! The model that cowrite computes itself: the workspace and the command line with a made-up model
//! file, its process killed in the middle, and real weights where `COWRITE_TEST_MODEL` names them.

#[path = "../support/gguf.rs"]
#[allow(dead_code, reason = "tests/it uses the rest")]
mod gguf;

use std::path::{Path, PathBuf};
use std::sync::Arc;

use cowrite::event::MessageStatus;

use crate::desk::{home, open, quit, session, text};
use crate::pty::{Home, Term};

/// A home whose model is a made-up one of so many layers.
fn home_of(layers: u32) -> Arc<Home> {
    let home = home();
    std::fs::create_dir_all(home.cowrite().join("models")).unwrap();
    gguf::tiny(layers).write(&home.cowrite().join("models/tiny.gguf"));
    let config = "name = \"Ada\"\nmodel = \"local:tiny\"\n";
    std::fs::write(home.cowrite().join("config.toml"), config).unwrap();
    Arc::new(home)
}

/// The processes that a process started, by the system's own list.
#[cfg(target_os = "linux")]
fn children(parent: u32) -> Vec<u32> {
    let entries = std::fs::read_dir("/proc").unwrap().flatten();
    let of = |path: PathBuf| -> Option<u32> {
        let stat = std::fs::read_to_string(path.join("stat")).ok()?;
        // Behind the name in brackets: the state, then the parent.
        let (_, rest) = stat.rsplit_once(") ")?;
        let mut words = rest.split(' ');
        let dead = words.next()? == "Z";
        (!dead && words.next()?.parse() == Ok(parent)).then_some(())?;
        path.file_name()?.to_str()?.parse().ok()
    };
    entries.filter_map(|entry| of(entry.path())).collect()
}

#[cfg(target_os = "linux")]
fn the_model_of(term: &Term) -> u32 {
    assert!(term.holds_within_deadline(|| !children(term.pid()).is_empty()), "no process");
    children(term.pid())[0]
}

/// Waits until the last answer has begun.
#[cfg(target_os = "linux")]
fn wait_for_a_word(term: &Term) {
    term.wait_until(|screen| {
        let contents = screen.contents();
        let rows: Vec<&str> = contents.lines().collect();
        let at = rows.iter().rposition(|row| row.contains("◆ local/tiny"));
        let said = at.and_then(|at| rows.get(at + 1)).and_then(|row| row.split_once('│'));
        said.map(|(_, said)| said.trim()).is_some_and(|said| {
            let waits = ["…", "waiting", "recording"];
            !said.is_empty() && !waits.iter().any(|it| said.starts_with(it))
        })
    });
}

#[cfg(target_os = "linux")]
fn kill(id: u32) {
    let id = rustix::process::Pid::from_raw(i32::try_from(id).unwrap()).unwrap();
    rustix::process::kill_process(id, rustix::process::Signal::KILL).unwrap();
}

#[cfg(target_os = "linux")]
#[test]
fn killing_the_model_in_the_middle_leaves_the_editor_as_it_was() {
    let home = home_of(60);
    home.write("plan.md", "we sells bread.\n");
    let term = open(&home, &["plan.md"]);
    term.keys("<alt-2>Go on for ever.<enter>");
    term.wait_for("answering");
    let model = the_model_of(&term);
    term.keys("<alt-1>typed meanwhile ");
    term.wait_for("typed meanwhile we sells");
    // Before its first word it would be replaced without a word.
    wait_for_a_word(&term);
    // It took the low place as it began.
    let stat = std::fs::read_to_string(format!("/proc/{model}/stat")).unwrap();
    let nice = stat.rsplit_once(") ").unwrap().1.split(' ').nth(16).unwrap();
    assert_eq!(nice, "5");
    kill(model);
    term.wait_for("it was killed");
    term.wait_gone("answering");
    term.keys("and after ");
    term.wait_for("typed meanwhile and after we sells");
    // The next question starts another.
    term.keys("<alt-2>Again.<enter>");
    term.wait_for("answering");
    let again = the_model_of(&term);
    assert_ne!(again, model);
    // A process that is only starting ends with the question that it was started for.
    wait_for_a_word(&term);
    // Cancelled by the person: it stays warm, and the next question finds it.
    term.keys("<esc>");
    term.wait_gone("answering");
    assert_eq!(the_model_of(&term), again);
    term.keys("<alt-1><ctrl-s>");
    term.wait_for("Saved to");
    quit(&term);
    assert!(term.holds_within_deadline(|| !Path::new(&format!("/proc/{again}")).exists()));
    assert_eq!(text(&home), "typed meanwhile and after we sells bread.\n");
    assert_eq!(home.read("plan.md"), text(&home));
    let session = session(&home);
    let answers = session.transcript.iter().filter(|message| message.author.is_model());
    let statuses: Vec<_> = answers.map(|message| message.status).collect();
    assert_eq!(statuses, [MessageStatus::Failed, MessageStatus::Cancelled]);
}

#[cfg(target_os = "linux")]
#[test]
fn the_model_ends_with_the_editor_however_that_ends() {
    let home = home_of(60);
    home.write("plan.md", "we sells bread.\n");
    let term = open(&home, &["plan.md"]);
    term.keys("<alt-2>Go on for ever.<enter>");
    term.wait_for("answering");
    let model = the_model_of(&term);
    term.kill9();
    assert!(term.holds_within_deadline(|| !Path::new(&format!("/proc/{model}")).exists()));
}

#[test]
fn faults_are_sentences_on_the_command_line() {
    let home = home_of(1);
    let file = home.file("some.gguf");
    std::fs::write(&file, "no model").unwrap();
    let ask = |model: &str| home.run(&["ask", "--no-session", "--model", model, "Hi."], "");
    assert!(ask("local:some.gguf").fails(1).contains("is no model file in the GGUF format"));
    assert!(ask("local:nothing").fails(1).contains("There is no model file nothing"));
    assert!(ask("local/nothing").fails(1).contains("there are: tiny"));
    // A name, the beginning of a name, the only one, a path: the log has the name.
    let path = home.cowrite().join("models/tiny.gguf");
    for model in ["local:tiny", "local/ti", "local", &format!("local:{}", path.display())] {
        // Noise ends at its limit, which is told.
        let why = home.run(&["ask", "--model", model, "Hi."], "").fails(1);
        assert!(why.contains("most tokens"), "{why}");
    }
    let models: Vec<String> = crate::desk::sessions(&home)
        .iter()
        .flat_map(|session| {
            session
                .transcript
                .iter()
                .filter_map(|message| message.model.clone())
                .collect::<Vec<_>>()
        })
        .collect();
    assert!(models.iter().all(|model| model.ends_with("tiny")), "{models:?}");
}

#[test]
fn real_weights_answer_and_rewrite() {
    let Some(model) = std::env::var_os("COWRITE_TEST_MODEL").filter(|path| !path.is_empty()) else {
        println!("COWRITE_TEST_MODEL is not set: the local model with real weights is left out");
        return;
    };
    let home = Arc::new(home());
    home.write("plan.md", "we sells bread and cakes in the old town.\n\nEnd.\n");
    let model = format!("local:{}", PathBuf::from(model).display());
    let told = home.run(&["ask", "--model", &model, "Name the capital of France."], "").ok();
    assert!(!told.trim().is_empty());
    let propose =
        ["propose", "--model", &model, "--select", "1", "plan.md", "Correct the grammar."];
    let diff = home.run(&propose, "").ok();
    assert!(diff.contains("-we sells bread"), "{diff}");
    assert!(diff.contains("\n End."), "what was not selected stays: {diff}");
}
