//! Taking a session file in: what is known of it meanwhile, and leaving it before the end.

use crate::store::{Maker, temp};
use cowrite::event::Envelope;
use cowrite::runtime::{TakeError, fold, take_file};
use cowrite::state::{FIRST, NEW};
use cowrite::store::{Options, SqliteStore, jsonl};

/// Messages that take several groups.
fn log(seed: u64) -> Vec<Envelope> {
    let mut maker = Maker::new(seed);
    let mut made = vec![maker.created.clone()];
    made.extend(
        (0..6_000).map(|number| maker.message(&format!("{number} {}", "word ".repeat(60)))),
    );
    made
}

#[test]
fn what_is_left_before_the_end_leaves_nothing_and_can_be_begun_anew() {
    let (dir, files) = (temp(), temp());
    let mut store = SqliteStore::open(dir.path(), Options::default()).expect("opens");
    let (made, other) = (log(1), log(2));
    let path = files.path().join("large.cowrite.jsonl");
    jsonl::create(&path, &made).expect("writes");
    let id = made[0].session_id();
    for last in 1..3 {
        let mut calls = 0;
        let done = take_file(&mut store, &path, &mut |taking| {
            calls += 1;
            assert!(taking.done <= taking.of);
            let lines = taking.heard.lines();
            assert_eq!(lines[..2], ["Session 1".to_owned(), "by Ada".to_owned()]);
            assert!(lines[2].contains("messages so far"), "{lines:?}");
            calls < last
        });
        assert!(matches!(done, Err(TakeError::Cancelled)), "{calls}");
        assert_eq!(calls, last, "nothing is asked afterwards");
        assert!(store.session_ids().expect("reads").is_empty());
        assert!(store.sessions().expect("reads").is_empty());
        assert_eq!(store.verify(None).expect("checks").findings, []);
    }
    // Begun anew it is as if nothing had been.
    let taken = take_file(&mut store, &path, &mut |_| true).expect("is taken in");
    assert_eq!(taken.sessions[0].1.added, made.len() as u64);
    let view = store.view(id).expect("reads");
    let came: u64 = view[FIRST].parse().expect("when it came");
    assert!(came > 0 && !view.contains_key(NEW), "it is here for the first time");
    assert_eq!(fold(&store, id).expect("folds").transcript.iter().count(), 6_000);

    // Of a session that was here what came stays, and is new.
    let path = files.path().join("other.cowrite.jsonl");
    let id = other[0].session_id();
    jsonl::create(&path, &other[..100]).expect("writes");
    take_file(&mut store, &path, &mut |_| true).expect("is taken in");
    std::fs::remove_file(&path).expect("is removed");
    jsonl::create(&path, &other).expect("writes");
    let done = take_file(&mut store, &path, &mut |_| false);
    assert!(matches!(done, Err(TakeError::Cancelled)));
    let here = fold(&store, id).expect("folds").transcript.iter().count();
    assert!((100..6_000).contains(&here), "{here}");
    let new = store.view(id).expect("reads").remove(NEW).unwrap_or_default();
    assert_eq!(new.split_whitespace().count(), here - 99);
    take_file(&mut store, &path, &mut |_| true).expect("is taken in");
    assert_eq!(fold(&store, id).expect("folds").transcript.iter().count(), 6_000);
    assert_eq!(store.verify(None).expect("checks").findings, []);
}
