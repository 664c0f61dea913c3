//! The sessions that ship: whole, worked in by two people and a model, and come together in a merge.

use crate::harness::digest;
use cowrite::base::Millis;
use cowrite::event::AuthorKind;
use cowrite::report::{Bounds, check};
use cowrite::session::Session;
use cowrite::store::jsonl;
use std::path::Path;

fn shipped(name: &str) -> (jsonl::SessionFile, Session) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("sessions").join(name);
    let file = jsonl::read(&path).unwrap_or_else(|why| panic!("{why}"));
    assert!(file.is_clean() && file.sessions.len() == 1, "{name}: {:?}", file.bad);
    let (id, events) = file.sessions.first_key_value().unwrap();
    let mut session = Session::fold(*id, events);
    session.track_hunks();
    let mut backwards = Session::fold(*id, events.iter().rev());
    backwards.track_hunks();
    assert_eq!(digest(&session, true), digest(&backwards, true), "{name}");
    (file, session)
}

#[test]
fn each_has_two_people_a_model_and_a_merge() {
    for (name, document) in [
        ("swifts.cowrite.jsonl", "swifts.md"),
        ("limiter.cowrite.jsonl", "limiter.py"),
        ("bakery.cowrite.jsonl", "bakery.md"),
    ] {
        let (file, session) = shipped(name);
        let authors = |kind| session.authors_of(kind).count();
        assert_eq!((authors(AuthorKind::Person), authors(AuthorKind::Model)), (2, 1), "{name}");
        assert!(file.events().any(|event| event.parents.len() == 2), "{name} has a merge in it");
        let entry = session.documents.values().next().unwrap();
        assert_eq!((entry.name.as_str(), session.documents.len()), (document, 1));
        assert_eq!(
            format!("{:?}", session.oddities),
            "Oddities { unknown: 0, refused: 0, forks: 0 }"
        );
        assert!(!session.title.is_conflict(), "{name}: the title was settled");
        // The model is an example: what it cost is told nowhere.
        let spent = session.transcript.spent();
        assert!(spent.answers > 0 && spent.unknown == spent.answers, "{name}: {spent:?}");
        let page =
            cowrite::report::handoff(&session, &Default::default(), true, Millis(1)).join("\n");
        assert!(page.contains("answers of unknown price") && !page.contains('$'), "{name}: {page}");
        let tip = session.transcript.tip().unwrap();
        let path: Vec<_> = session.transcript.branch(tip).iter().map(|one| one.id).collect();
        assert!(!session.transcript.forks(&path).is_empty(), "{name}: the talk parts");
        let verdicts: Vec<_> = session.proposals.rejected().collect();
        assert!(verdicts.iter().all(|(_, one)| one.reason.is_some()) && !verdicts.is_empty());
        assert!(session.comments.open().count() > 0 && session.decisions.len() > 1, "{name}");
        let found = check(&session, &Bounds::on("2026-03-01".into()));
        assert!(found.is_empty(), "{name}: {found:?}");
    }
}
