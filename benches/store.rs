//! The library: a keystroke, an event, a barrier, search among many rows, opening a session.
//!
//! `cargo bench --bench store`; `COWRITE_BENCH_ROWS` sets the number of search rows (200,000).
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::print_stdout,
    reason = "a bench fails by panicking and prints what it measured"
)]

use cowrite::base::{AuthorId, DocId, EventId, Millis, Rand, WriterId};
use cowrite::event::{
    Author, AuthorKind, BurstHead, Envelope, Event, MessageRole, MessageStatus, Op, WipOp,
};
use cowrite::store::{Options, Query, SearchRow, SqliteStore, Write};
use criterion::{Criterion, criterion_group, criterion_main};
use std::hint::black_box;
use std::time::{Duration, Instant};

fn person() -> AuthorId {
    "p_01JBENCH".parse().expect("an author")
}

fn created(salts: &mut Rand, writer: WriterId) -> Envelope {
    Event::SessionCreated {
        title: "Bench".into(),
        app: "cowrite/bench".into(),
        nonce: salts.salt(),
        from: None,
        author: Author { author: person(), kind: AuthorKind::Person, name: "Ada".into() },
        brought: None,
    }
    .seal(None, writer, 0, 0, vec![], Millis(1), salts)
}

fn message(salts: &mut Rand, session: EventId, writer: WriterId, n: u64) -> Envelope {
    Event::MessagePosted {
        role: MessageRole::Person,
        after: None,
        text: "a message of some length, as people write them".into(),
        status: MessageStatus::Complete,
        model: None,
        usage: None,
        error: None,
        links: vec![],
        asked: None,
        reasoning: None,
        brought: None,
    }
    .seal(Some(session), writer, n, n, vec![], Millis(n * 1000), salts)
}

fn open(dir: &tempfile::TempDir) -> SqliteStore {
    SqliteStore::open(dir.path(), Options::default()).expect("opens")
}

fn writing(c: &mut Criterion) {
    let mut group = c.benchmark_group("store");
    group.warm_up_time(Duration::from_millis(500)).measurement_time(Duration::from_secs(3));
    let dir = tempfile::tempdir().expect("a directory");
    let mut store = open(&dir);
    let mut salts = Rand::from_number(1);
    let writer = salts.writer();
    let first = created(&mut salts, writer);
    let doc: DocId = "d_01JBENCH".parse().expect("a document");
    let head = BurstHead {
        session: first.id,
        writer,
        n: 1,
        lamport: 1,
        parents: vec![first.id],
        at: 1,
        doc,
        start: 0,
        crdt_lamport: 0,
        deps: vec![],
        cause: None,
        salt: salts.salt(),
    };
    let wip = |row: u64| Write::Wip {
        head: (row == 0).then(|| Box::new(head.clone())),
        writer,
        row,
        op: WipOp {
            ops: vec![Op::Insert {
                pos: row as u32,
                ins: 1,
                text: "x".into(),
                origin: None,
                src: vec![],
            }],
        },
    };
    let session = first.id;
    store
        .write(&[
            Write::Writer { writer, session, author: person(), doc: None },
            Write::Events { events: vec![first], clears: vec![], ends: vec![] },
            wip(0),
        ])
        .expect("writes");
    let mut row = 0;
    group.bench_function("keystroke", |b| {
        b.iter(|| {
            row += 1;
            store.write(&[wip(row)]).expect("writes")
        });
    });
    let mut n = 1;
    group.bench_function("event", |b| {
        b.iter(|| {
            n += 1;
            let event = message(&mut salts, session, writer, n);
            store
                .write(&[Write::Events { events: vec![event], clears: vec![], ends: vec![] }])
                .expect("writes")
        });
    });
    let syncer = store.syncer();
    group.sample_size(20);
    group.bench_function("keystroke and barrier", |b| {
        b.iter(|| {
            row += 1;
            store.write(&[wip(row)]).expect("writes");
            syncer.sync().expect("syncs");
        });
    });
    group.finish();

    let mut group = c.benchmark_group("store, 10,000 events");
    group.sample_size(10).warm_up_time(Duration::from_millis(500));
    let writer = salts.writer();
    let first = created(&mut salts, writer);
    let session = first.id;
    let mut events = vec![first];
    events.extend((1..10_000).map(|n| message(&mut salts, session, writer, n)));
    group.bench_function("import", |b| {
        b.iter_with_setup(
            || {
                let dir = tempfile::tempdir().expect("a directory");
                (open(&dir), dir, [Write::Import { events: events.clone() }])
            },
            |(mut store, dir, writes)| {
                store.write(&writes).expect("writes");
                (store, dir)
            },
        );
    });
    store.write(&[Write::Import { events }]).expect("writes");
    group.bench_function("load", |b| {
        b.iter(|| black_box(store.events(session, 0).expect("reads").events.len()));
    });
    let sessions: Vec<Envelope> =
        (0..10_000).map(|n| created(&mut salts, WriterId(n + 1))).collect();
    store.write(&[Write::Import { events: sessions }]).expect("writes");
    group.bench_function("list 10,000 sessions", |b| {
        b.iter(|| black_box(store.sessions().expect("reads").len()));
    });
    group.finish();
}

fn searching(c: &mut Criterion) {
    let rows: u64 = std::env::var("COWRITE_BENCH_ROWS")
        .ok()
        .and_then(|text| text.parse().ok())
        .unwrap_or(200_000);
    let dir = tempfile::tempdir().expect("a directory");
    let mut store = open(&dir);
    let mut random = Rand::from_number(2);
    let vocabulary: Vec<String> = (0..20_000).map(|_| random.salt()[..7].to_string()).collect();
    let since = Instant::now();
    let mut batch = Vec::new();
    for number in 0..rows {
        let mut body = String::new();
        for _ in 0..12 {
            // Few words are common, most are rare.
            let most = [10, 100, 1000, vocabulary.len()][random.below(4)];
            body.push_str(&vocabulary[random.below(most)]);
            body.push(' ');
        }
        if number % 2 == 0 {
            body.push_str("common ");
        }
        if number % 10 == 0 {
            body.push_str("数据库设计");
        }
        let mut session = [0; 32];
        session[..4].copy_from_slice(&((number / 100) as u32).to_be_bytes());
        batch.push(SearchRow {
            session: EventId(session),
            key: number.to_string(),
            kind: "message".into(),
            title: String::new(),
            body,
            at: Millis(1_700_000_000_000 + number * 60_000),
        });
        if batch.len() == 5000 {
            store.write(&[Write::Rows(std::mem::take(&mut batch))]).expect("writes");
        }
    }
    store.write(&[Write::Rows(batch)]).expect("writes");
    let bytes = std::fs::metadata(dir.path().join("library.db")).map_or(0, |meta| meta.len());
    println!("{rows} rows: {:?}, {} MB", since.elapsed(), bytes >> 20);

    let mut group = c.benchmark_group(format!("search, {rows} rows"));
    group.sample_size(20).warm_up_time(Duration::from_millis(500));
    let rare = vocabulary[19_000].clone();
    let prefix = vocabulary[3][..3].to_string();
    let both = format!("{} {}", vocabulary[1], vocabulary[500]);
    let cases = [
        ("common", "common", false, None),
        ("rare", rare.as_str(), false, None),
        ("prefix", prefix.as_str(), false, None),
        ("two words", both.as_str(), false, None),
        ("two ideographs", "设计", false, None),
        ("nothing", "zzzzzz", false, None),
        ("common, best", "common", true, None),
        ("ideographs, best", "数据库", true, None),
        ("common, in an old session", "common", false, Some(3u32)),
    ];
    for (name, text, best, session) in cases {
        let session = session.map(|number| {
            let mut id = [0; 32];
            id[..4].copy_from_slice(&number.to_be_bytes());
            EventId(id)
        });
        let query = Query { text: text.into(), session, kinds: vec![], limit: 20, best };
        group.bench_function(name, |b| {
            b.iter(|| black_box(store.search(&query).expect("searches").len()));
        });
    }
    let mut number = rows;
    group.bench_function("put a row", |b| {
        b.iter(|| {
            number += 1;
            let row = SearchRow {
                session: EventId([9; 32]),
                key: number.to_string(),
                kind: "message".into(),
                title: String::new(),
                body: "another common message of some words".into(),
                at: Millis(1_700_000_000_000 + number * 60_000),
            };
            store.write(&[Write::Rows(vec![row])]).expect("writes")
        });
    });
    group.finish();
}

criterion_group!(benches, writing, searching);
criterion_main!(benches);
