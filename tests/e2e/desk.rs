//! What the flows share: a home whose configuration asks nothing, a workspace in a terminal, and
//! looking into the library once no program uses it.

use std::sync::Arc;
use std::time::Duration;

use cowrite::base::EventId;
use cowrite::event::Envelope;
use cowrite::session::Session;
use cowrite::state::ROWS_VERSION;
use cowrite::store::{Options, SqliteStore};

use crate::pty::{Home, Start, Term};
use crate::server::Server;

/// The longest that a request is waited for.
pub const SOON: Duration = Duration::from_secs(20);

/// A home where the name and the model are known already.
pub fn home() -> Home {
    let home = Home::new();
    std::fs::write(
        home.cowrite().join("config.toml"),
        "name = \"Ada\"\nmodel = \"test\"\n[provider.openai]\nstall_seconds = 1\n",
    )
    .unwrap();
    home
}

/// The same, with a server that answers.
pub fn home_with(server: &Server) -> Arc<Home> {
    Arc::new(home().env("OPENAI_BASE_URL", &server.base()))
}

/// Starts the workspace and waits until it is there.
#[track_caller]
pub fn open(home: &Arc<Home>, args: &[&str]) -> Term {
    let term = Start::cowrite(args).home(home).size(30, 110).start();
    // The message box is on every screen; what stands below it may be a notice.
    term.wait_for("› ");
    term
}

/// Quits a workspace without unsaved text.
#[track_caller]
pub fn quit(term: &Term) {
    term.keys("<ctrl-q>");
    let status = term.wait_exit();
    assert!(status.success(), "{status}: {}", term.screen());
    term.assert_restored();
}

/// Keeps the unsaved text as a draft and leaves.
#[track_caller]
pub fn quit_draft(term: &Term) {
    term.keys("<ctrl-q>");
    term.wait_for("Keep as draft");
    term.keys("k");
    assert!(term.wait_exit().success());
    term.assert_restored();
}

/// Asks in the message box and goes back to the text.
#[track_caller]
pub fn ask(term: &Term, question: &str) {
    term.keys("<alt-2>");
    term.keys(question);
    term.keys("<enter><alt-1>");
}

/// The library's sessions, folded. No program may use it meanwhile, so that nothing is changed by
/// looking.
#[track_caller]
pub fn sessions(home: &Home) -> Vec<Session> {
    let logs = logs(home);
    logs.into_iter().map(|(id, events)| Session::fold(id, &events)).collect()
}

/// What the library has of each session, whatever lies in session files.
#[track_caller]
pub fn logs(home: &Home) -> Vec<(EventId, Vec<Envelope>)> {
    let options = Options { rows_version: ROWS_VERSION, ..Options::default() };
    let store = SqliteStore::open(&home.cowrite(), options).unwrap();
    let rows = store.sessions().unwrap();
    rows.iter()
        .map(|row| {
            let loaded = store.events(row.id, 0).unwrap();
            assert!(loaded.damaged.is_empty(), "damaged lines");
            (row.id, loaded.events.into_iter().map(|stored| stored.envelope).collect())
        })
        .collect()
}

/// The only session of the library.
#[track_caller]
pub fn session(home: &Home) -> Session {
    let mut all = sessions(home);
    assert_eq!(all.len(), 1, "sessions in the library");
    all.remove(0)
}

/// The text of the only document of the only session.
#[track_caller]
pub fn text(home: &Home) -> String {
    let session = session(home);
    assert_eq!(session.documents.len(), 1, "documents in the session");
    session.documents.values().next().unwrap().document.rope().to_string()
}
