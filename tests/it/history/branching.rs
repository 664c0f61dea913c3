//! A session that goes on from a point of another.

use super::{cases, settle, step, text_at};
use crate::harness::{Harness, Trace, me};
use cowrite::base::{Pos, Rand, Span};
use cowrite::runtime::{branch, fold};
use cowrite::session::{Film, Moment, Session};
use cowrite::state::Me;
use cowrite::store::{Options, SqliteStore, Write};
use std::fmt::Write as _;

/// What can be compared between two sessions: names instead of ids.
fn told(session: &Session, moment: Option<Moment>) -> String {
    let mut out = String::new();
    let entry = session.documents.values().next().expect("a document");
    let then;
    let document = match moment {
        Some(moment) => {
            let doc = entry.document.id().clone();
            let version = Film::default().version(session, &doc, moment).expect("a version");
            then = entry.at(&version).expect("the text of then");
            &then
        }
        None => &entry.document,
    };
    let all = Span::new(Pos(0), Pos(document.len()));
    for run in session.written_in(entry, document, all) {
        let author = run.author.as_ref().map(|author| session.author_name(author));
        let text = document.rope().slice(run.span.range()).to_string();
        let by = run.by.as_ref().map(|author| session.author_name(author));
        let (message, hunk) = (run.message.is_some(), run.hunk.is_some());
        let _ = writeln!(
            out,
            "{text:?} {author:?} by {by:?} {:?} {:?} {:?} {message} {hunk} {:?}",
            run.how,
            run.at,
            run.seen,
            run.again.map(|(_, how)| how)
        );
    }
    let tip = moment.map_or(session.transcript.tip(), |end| session.transcript.tip_at(end));
    for message in tip.map(|tip| session.transcript.branch(tip)).unwrap_or_default() {
        let author = session.author_name(&message.author);
        let _ = writeln!(out, "{author} {:?} {:?}", message.at, message.text);
    }
    let decisions = moment.map(|end| session.decisions.at(end));
    let decisions = decisions.as_ref().unwrap_or(&session.decisions);
    for decision in decisions.newest() {
        let _ = writeln!(out, "{} {:?}", decision.title(), decisions.status(decision));
    }
    out
}

fn library() -> (tempfile::TempDir, SqliteStore) {
    let dir = tempfile::tempdir().expect("a directory");
    let store = SqliteStore::open(dir.path(), Options::default()).expect("opens");
    (dir, store)
}

#[test]
fn a_branch_has_everything_up_to_then_by_whom_it_was() {
    for seed in cases(4) {
        let mut rand = Rand::from_number(seed);
        let mut trace = Trace(format!("seed {seed}\n"));
        let mut ada = Harness::file("a.md", "one two three\nfour five six\n");
        ada.keys("'x'");
        settle(&mut ada);
        let mut ben = ada.copy_for("p_01JBEN", "Ben", seed + 1000);
        for _ in 0..3 {
            for _ in 0..6 {
                let one = if rand.below(2) == 0 { &mut ada } else { &mut ben };
                let did = step(one, &mut rand);
                let _ = writeln!(trace.0, "{did}");
            }
            settle(&mut ada);
            settle(&mut ben);
            for _ in 0..2 {
                ada.take_from(&ben);
                ben.take_from(&ada);
            }
        }
        settle(&mut ada);
        let (_dir, mut store) = library();
        store.write(&[Write::Import { events: ada.kept.sealed() }]).expect("writes");
        let old = fold(&store, ada.model().session.id).expect("reads");
        let points = old.timeline();
        let first = branch(&mut store, old.id, points[0].moment, "First", &me()).expect("branches");
        let new = fold(&store, first.session).expect("reads");
        let entry = new.documents.values().next().expect("a document");
        assert_eq!((entry.name.as_str(), entry.document.len()), ("a.md", 0));
        // From where on there is a text.
        let points = &points[2..];
        for _ in 0..4 {
            let moment = points[rand.below(points.len())].moment;
            let done = branch(&mut store, old.id, moment, "Another way", &me()).expect("branches");
            assert_eq!(done.left, 0);
            let new = fold(&store, done.session).expect("reads");
            assert_eq!(told(&new, None), told(&old, Some(moment)), "{moment:?}\n{}", trace.0);
            let from = new.from.expect("from where");
            assert_eq!((from.session, from.at), (old.id, moment.1));
            assert_eq!(new.title(), "Another way");
            let odd = &new.oddities;
            assert_eq!((odd.unknown, odd.refused, odd.forks), (0, 0, 0), "{}", trace.0);
            let entry = new.documents.values().next().expect("a document");
            assert!(entry.document.is_consistent() && entry.path.is_none());
            let text = text_at(&mut Film::default(), &old, &ada, moment);
            assert_eq!(entry.document.rope().to_string(), text);
            // Every writer is a fresh one.
            assert!(new.writers.keys().all(|writer| !old.writers.contains_key(writer)));
        }
    }
}

#[test]
fn somebody_else_can_branch_off_and_goes_on_as_herself() {
    let mut ada = Harness::with("one|");
    ada.type_text(" two");
    ada.run("checkpoint.make good");
    settle(&mut ada);
    let (_dir, mut store) = library();
    store.write(&[Write::Import { events: ada.kept.sealed() }]).expect("writes");
    let old = fold(&store, ada.model().session.id).expect("reads");
    let moment = old.timeline().last().expect("a point").moment;
    let cy = Me { author: "p_01JCY".parse().expect("an author"), name: "Cy".into() };
    let done = branch(&mut store, old.id, moment, "Mine", &cy).expect("branches");
    let new = fold(&store, done.session).expect("reads");
    let names: Vec<&str> = new.authors.values().map(|author| author.name.as_str()).collect();
    assert_eq!(names, ["Ada", "Cy"]);
    assert_eq!(new.checkpoints().map(|(_, one)| one.name.as_str()).collect::<Vec<_>>(), ["good"]);
    let (_, checkpoint) = new.checkpoints().next().expect("one");
    let entry = new.documents.values().next().expect("a document");
    assert_eq!(checkpoint.versions, [(entry.document.id().clone(), entry.document.version())]);
    // In the list of sessions, and found by what it says.
    let rows = store.sessions().expect("reads");
    assert!(rows.iter().any(|row| row.title == "Mine"), "{rows:?}");
}
