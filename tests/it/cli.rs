//! What of the command line needs no program: the generated reference, making the library findable.

use cowrite::base::{AuthorId, Millis, Rand};
use cowrite::event::{Author, AuthorKind, Event};
use cowrite::runtime::index_all;
use cowrite::session::Session;
use cowrite::store::{Options, Query, SqliteStore, Write};
use std::path::Path;

#[test]
fn the_reference_is_up_to_date() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/reference.md");
    let there = std::fs::read_to_string(&path).unwrap_or_default();
    let made = cowrite::cli::reference();
    let line = there.lines().zip(made.lines()).position(|(there, made)| there != made);
    let line = line.unwrap_or_else(|| there.lines().count().min(made.lines().count())) + 1;
    assert!(
        there == made,
        "docs/reference.md differs from line {line} on; make it anew with:\n\
         cargo run -- reference > docs/reference.md"
    );
}

#[test]
fn what_came_from_elsewhere_is_found_after_the_rules_changed() {
    let mut rand = Rand::new([7; 32]);
    let author: AuthorId = format!("p_{}", rand.ulid(Millis(1))).parse().unwrap();
    let created = Event::SessionCreated {
        title: "A session".into(),
        app: "test".into(),
        nonce: rand.salt(),
        from: None,
        author: Author { author, kind: AuthorKind::Person, name: "Ada".into() },
        brought: None,
    };
    let writer = rand.writer();
    let created = created.seal(None, writer, 0, 0, Vec::new(), Millis(1), &mut rand);
    let mut session = Session::new(created.id);
    session.apply(&created);
    let said = crate::harness::said("the narwhal");
    let said = session.seal(&said, writer, Millis(2), &mut rand);

    let dir = tempfile::tempdir().unwrap();
    let open = |rows_version| {
        let options = Options { rows_version, ..Options::default() };
        SqliteStore::open(dir.path(), options).unwrap()
    };
    let query = Query { text: "narwhal".into(), limit: 5, ..Query::default() };
    let mut store = open(1);
    store.write(&[Write::Import { events: vec![created, said] }]).unwrap();
    index_all(&mut store).unwrap();
    assert_eq!(store.search(&query).unwrap(), [], "nobody said that it is to be found");
    drop(store);
    let mut store = open(2);
    assert!(store.needs_rebuild().unwrap());
    index_all(&mut store).unwrap();
    let hits = store.search(&query).unwrap();
    assert_eq!(hits.len(), 1);
    assert_eq!((hits[0].kind.as_str(), hits[0].title.as_str()), ("message", "Ada"));
    assert!(!store.needs_rebuild().unwrap());
}

#[test]
fn what_can_not_be_done_now_says_why_and_what_to_do() {
    let said = |command: &str| {
        let mut made = crate::harness::Harness::empty();
        made.run(command);
        made.notice()
    };
    for (command, words) in [
        ("hunk.edit", "No hunk is open: Ctrl-K asks for a rewrite"),
        ("decision.open", "No decision is recorded yet: Ctrl-N records one."),
        ("chat.cancel", "No answer is on its way: there is nothing to stop."),
        ("chat.continue", "Nothing was cut short: the last answer is whole"),
        ("file.reload", "The text has no file yet: Alt-S (file.save-as) gives it one."),
    ] {
        assert!(said(command).starts_with(words), "{command}: {}", said(command));
    }
    // The palette and the message box say the same.
    let mut made = crate::harness::Harness::empty();
    made.keys("ctrl-p 'hunk.edit' enter");
    assert_eq!(made.notice(), said("hunk.edit"));
    made.say("/continue");
    assert_eq!(made.notice(), said("chat.continue"));
    for command in cowrite::command::commands() {
        let sometimes = !(command.when)(made.model());
        assert!(!sometimes || command.unless.ends_with('.'), "{}", command.name);
    }
}
