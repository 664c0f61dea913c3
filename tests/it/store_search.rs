//! Search: words of people, in any script, newest or best first.

use crate::store::{Maker, open, temp};
use cowrite::base::{EventId, Millis, Rand};
use cowrite::store::{Hit, Options, Query, SearchRow, SqliteStore, Write, snippet};

fn row(session: u8, key: &str, kind: &str, title: &str, body: &str, at: u64) -> SearchRow {
    SearchRow {
        session: EventId([session; 32]),
        key: key.into(),
        kind: kind.into(),
        title: title.into(),
        body: body.into(),
        at: Millis(at),
    }
}

fn find(store: &SqliteStore, text: &str) -> Vec<Hit> {
    let query = Query { text: text.into(), limit: 20, ..Query::default() };
    store.search(&query).expect("searches")
}

fn keys(hits: &[Hit]) -> String {
    hits.iter().map(|hit| hit.key.as_str()).collect::<Vec<_>>().join(" ")
}

/// The snippet with its matches in brackets.
fn marked(hit: &Hit) -> String {
    let mut out = String::new();
    for (index, character) in hit.snippet.text.chars().enumerate() {
        if hit.snippet.matches.iter().any(|range| range.start == index) {
            out.push('[');
        }
        out.push(character);
        if hit.snippet.matches.iter().any(|range| range.end == index + 1) {
            out.push(']');
        }
    }
    out
}

#[test]
fn finds_words_in_any_script_whatever_is_typed() {
    let dir = temp();
    let mut store = open(dir.path());
    let rows = vec![
        row(1, "a", "message", "", "The résumé of Ångström's naïve plan", 1000),
        row(1, "b", "message", "", "我们今天讨论数据库的设计", 2000),
        row(1, "c", "message", "", "今日はデータベースの設計をした", 3000),
        row(1, "d", "message", "", "데이터베이스를 설계했다", 4000),
        row(2, "e", "decision", "Use SQLite", "because it is one file: \"simple\" AND small", 5000),
        row(2, "f", "message", "", "foo-bar NEAR(baz) category:x* C++", 6000),
        row(2, "g", "message", "", "การออกแบบฐานข้อมูล", 7000),
        row(2, "h", "message", "", "Вот ещё один план", 8000),
    ];
    store.write(&[Write::Rows(rows)]).expect("writes");
    let check = |text: &str, want: &str| assert_eq!(keys(&find(&store, text)), want, "{text:?}");
    check("resume", "a");
    check("RÉSUMÉ", "a");
    check("angstrom naive", "a");
    check("设计", "b");
    check("数据", "b");
    check("数计", "");
    check("データ", "c");
    check("設計", "c");
    check("베이스", "d");
    check("ข้อมูล", "g");
    check("sqlite", "e");
    check("план", "h");
    check("plan", "a");
    // As it is typed: the last word may be unfinished, a space finishes it.
    check("categ", "f");
    check("categ ", "");
    check("cate", "f");
    check("catx", "");
    check("résum", "a");
    check("\"foo\" categor", "f");
    check("categ* NEAR", "f");
    check("cat NEAR", "");
    check("p", "");
    // Operators, quotes and stars are text.
    check("small AND simple", "e");
    check("small OR simple", "");
    check("NOT", "");
    check("\"one file\"", "e");
    check("\"file one\"", "");
    check("\"simple", "e");
    check("near(baz", "f");
    check("foo-bar", "f");
    check("bar-foo", "");
    check("category:x", "f");
    check("{title body}: small", "");
    check("c++", "f");
    for nothing in ["", "   ", "\"\"", "***", "()", "\"*\"", "\0", "-", "^"] {
        check(nothing, "");
    }
    // The words that stand for sessions and kinds are not met.
    check("kmessage", "");
    check("s0101010101010101", "");
}

#[test]
fn narrows_by_session_and_kind_and_orders_by_time() {
    let dir = temp();
    let mut store = open(dir.path());
    let mut rows = Vec::new();
    // Written out of order, several at one time.
    for number in [5u64, 1, 9, 3, 7, 0, 8, 2, 6, 4] {
        let (session, kind) = ((number % 2) as u8, if number < 5 { "message" } else { "decision" });
        rows.push(row(session, &number.to_string(), kind, "", "common word", number * 500));
    }
    store.write(&[Write::Rows(rows)]).expect("writes");
    let check = |session: Option<u8>, kinds: &[&str], limit: usize, want: &str| {
        let query = Query {
            text: "common".into(),
            session: session.map(|byte| EventId([byte; 32])),
            kinds: kinds.iter().map(ToString::to_string).collect(),
            limit,
            best: false,
        };
        assert_eq!(keys(&store.search(&query).expect("searches")), want);
    };
    check(None, &[], 20, "9 8 7 6 5 4 3 2 1 0");
    check(None, &[], 3, "9 8 7");
    check(Some(1), &[], 20, "9 7 5 3 1");
    check(Some(0), &["message"], 20, "4 2 0");
    check(None, &["decision", "message"], 2, "9 8");
    check(None, &["comment"], 20, "");
    check(Some(7), &[], 20, "");
}

#[test]
fn the_best_come_first_when_asked_for() {
    let dir = temp();
    let mut store = open(dir.path());
    let long = "filler words ".repeat(200);
    store
        .write(&[Write::Rows(vec![
            row(1, "title", "decision", "Storage engine", "what we chose", 1000),
            row(1, "near", "message", "", "the storage engine is the storage engine", 2000),
            row(1, "far", "message", "", &format!("storage {long} engine"), 3000),
            row(1, "other", "message", "", "nothing of that", 4000),
        ])])
        .expect("writes");
    let query = Query { text: "storage engine".into(), limit: 9, best: true, ..Query::default() };
    assert_eq!(keys(&store.search(&query).expect("searches")), "title near far");
    let newest = Query { best: false, ..query };
    assert_eq!(keys(&store.search(&newest).expect("searches")), "far near title");
}

#[test]
fn snippets_show_the_place_and_its_matches() {
    let dir = temp();
    let mut store = open(dir.path());
    let long =
        format!("{}\nthe Naïve\tplan of 数据库设计\n{}", "one ".repeat(100), "two ".repeat(99));
    store.write(&[Write::Rows(vec![row(1, "a", "message", "", &long, 1)])]).expect("writes");
    let check = |text: &str, want: &str| {
        let hits = find(&store, text);
        let got = marked(&hits[0]);
        assert!(got.contains(want), "{text}: {got}");
        assert!(got.starts_with('…') && got.ends_with('…') && !got.contains('\n'), "{got}");
        assert!(hits[0].snippet.text.chars().count() <= 162);
    };
    check("naive pla", "the [Naïve] [plan] of");
    check("数据", "of [数据]库设计");
    check("\"naive plan\"", "the [Naïve plan] of");
    let none = snippet("short text", "absent", 160);
    assert_eq!((none.text.as_str(), none.matches.len()), ("short text", 0));
    let accents = snippet("e\u{301}t\u{e9}", "ete", 9).matches;
    assert_eq!((accents.len(), accents[0].clone()), (1, 0..4));
}

#[test]
fn changed_rows_replace_and_empty_ones_delete() {
    let dir = temp();
    let mut store = open(dir.path());
    let put = |store: &mut SqliteStore, body: &str, at: u64| {
        let rows = vec![row(1, "a", "message", "", body, at)];
        store.write(&[Write::Rows(rows)]).expect("writes");
    };
    put(&mut store, "first 漢字", 1000);
    put(&mut store, "first 漢字", 1000);
    put(&mut store, "second 仮名", 9_000_000);
    assert_eq!(keys(&find(&store, "first")), "");
    assert_eq!(keys(&find(&store, "漢字")), "");
    assert_eq!(keys(&find(&store, "仮名")), "a");
    put(&mut store, "", 9_000_000);
    assert_eq!(keys(&find(&store, "second")), "");
    let report = store.verify(None).expect("checks");
    assert_eq!(report.findings, [], "the index is whole");
}

/// Rows that are dropped because their version differs are the same once they were filled again,
/// in whatever order.
#[test]
fn rebuilding_gives_the_same_rows() {
    let dir = temp();
    let mut random = Rand::from_number(5);
    let words = ["alpha", "beta", "gamma", "delta", "设计", "数据库"];
    let rows: Vec<SearchRow> = (0..200u64)
        .map(|number| {
            let body: Vec<&str> = (0..6).map(|_| words[random.below(words.len())]).collect();
            let session = (number % 5) as u8;
            row(session, &number.to_string(), "message", "", &body.join(" "), number * 3000)
        })
        .collect();
    let options = |rows_version| Options { rows_version, ..Options::default() };
    let mut store = SqliteStore::open(dir.path(), options(1)).expect("opens");
    assert!(!store.needs_rebuild().expect("looks"), "a new library is complete");
    let maker = Maker::new(1);
    store
        .write(&[crate::store::events(vec![maker.created]), Write::Rows(rows.clone())])
        .expect("writes");
    let all = |store: &SqliteStore| -> Vec<Vec<Hit>> {
        let find = |word: &&str| {
            let query = Query { text: (*word).into(), limit: 500, ..Query::default() };
            store.search(&query).expect("searches")
        };
        words.iter().map(find).collect()
    };
    let before = all(&store);
    assert!(before.iter().all(|hits| hits.len() > 50));
    drop(store);

    let mut store = SqliteStore::open(dir.path(), options(2)).expect("opens");
    assert!(store.needs_rebuild().expect("looks"));
    assert!(all(&store).iter().all(Vec::is_empty));
    // Session by session, as a caller does, and interrupted half-way.
    let mut sorted = rows;
    sorted.sort_by_key(|row| row.session);
    store.write(&[Write::Rows(sorted[..100].to_vec())]).expect("writes");
    drop(store);
    let mut store = SqliteStore::open(dir.path(), options(2)).expect("opens");
    assert!(store.needs_rebuild().expect("looks"));
    store.write(&[Write::Rows(sorted)]).expect("writes");
    store.rebuilt().expect("writes");
    assert_eq!(all(&store), before);
    drop(store);
    let store = SqliteStore::open(dir.path(), options(2)).expect("opens");
    assert!(!store.needs_rebuild().expect("looks"));
}

#[test]
fn many_rows_of_one_time_are_all_found() {
    let dir = temp();
    let mut store = open(dir.path());
    let rows = (0..2000).map(|n| row(1, &n.to_string(), "text", "", "same time", 77_000));
    store.write(&[Write::Rows(rows.collect())]).expect("writes");
    let late = row(1, "late", "text", "", "same time", 99_000);
    store.write(&[Write::Rows(vec![late])]).expect("writes");
    let query = Query { text: "same".into(), limit: 5000, ..Query::default() };
    let hits = store.search(&query).expect("searches");
    assert_eq!((hits.len(), hits[0].key.as_str()), (2001, "late"));
}
