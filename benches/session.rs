//! Opening: folding a session's events, and from the library to a model that can be edited.
//!
//! `cargo bench --bench session`; `COWRITE_BENCH_MESSAGES` (10,000) and `COWRITE_BENCH_TYPED`
//! (100,000) set the size of the large session.
//!
//! `COWRITE_BENCH_HOME=DIR cargo bench --bench session` writes a library with that session and its
//! `plan.md` there instead (`COWRITE_BENCH_FILE` characters come from the file), and with
//! `COWRITE_BENCH_ROWS` rows to search in: what `benches/pty/bench.py --home DIR` measures.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::print_stdout,
    reason = "a bench fails by panicking and prints what it measured"
)]

mod support;

use cowrite::base::config::Config;
use cowrite::base::{Millis, Rand};
use cowrite::runtime::open_session;
use cowrite::session::{Film, Session};
use cowrite::state::{Me, Model, Opened, ROWS_VERSION, Tab, Ui};
use cowrite::store::{Options, SqliteStore, Write};
use criterion::{Criterion, criterion_group};
use std::hint::black_box;
use std::path::Path;
use std::time::Duration;
use support::{Size, keep, make, rows, searches};

fn number(name: &str, otherwise: usize) -> usize {
    std::env::var(name).ok().and_then(|text| text.parse().ok()).unwrap_or(otherwise)
}

fn large() -> Size {
    Size {
        messages: number("COWRITE_BENCH_MESSAGES", 10_000),
        typed: number("COWRITE_BENCH_TYPED", 100_000),
        file: number("COWRITE_BENCH_FILE", 0),
    }
}

fn opening(c: &mut Criterion) {
    let sizes = [
        ("1,000 messages and 1 MB", Size { messages: 1_000, typed: 10_000, file: 1_000_000 }),
        ("the large session", large()),
    ];
    for (name, size) in sizes {
        let made = make(size, 7, None);
        let mut group = c.benchmark_group(format!("{name}, {} events", made.events.len()));
        group.sample_size(10).warm_up_time(Duration::from_millis(500));
        group.measurement_time(Duration::from_secs(3));
        group.bench_function("fold", |b| {
            b.iter(|| black_box(Session::fold(made.session, &made.events).event_count()));
        });
        let lines: Vec<String> =
            made.events.iter().map(cowrite::event::Envelope::to_line).collect();
        group.bench_function("read the lines", |b| {
            b.iter(|| {
                for line in &lines {
                    black_box(cowrite::event::Envelope::read(line).expect("reads"));
                }
            });
        });
        let dir = tempfile::tempdir().expect("a directory");
        keep(dir.path(), &made);
        group.bench_function("from the library to a model", |b| {
            b.iter(|| {
                let options = Options { rows_version: ROWS_VERSION, ..Options::default() };
                let mut store = SqliteStore::open(dir.path(), options).expect("opens");
                let opened = open_session(&mut store, made.session).expect("opens");
                let me =
                    Me { author: "p_01JBENCH".parse().expect("an author"), name: "Ada".into() };
                let ui = Ui::new(120, 40);
                let rand = Rand::from_number(1);
                let (mut model, _) =
                    Model::open(opened, me, Config::default(), ui, Millis(1), rand);
                model.prepare();
                black_box(model.session.event_count())
            });
        });
        group.finish();
    }
}

/// Going back in a history of 10,000 edits: 640,000 keys.
fn history(c: &mut Criterion) {
    let made = make(Size { messages: 1_000, typed: 640_000, file: 0 }, 7, None);
    let session = Session::fold(made.session, &made.events);
    let points = session.timeline();
    let edits = session.documents[&made.doc].edits().count();
    let mut group = c.benchmark_group(format!("history, {edits} edits, {} points", points.len()));
    group.sample_size(10).warm_up_time(Duration::from_millis(500));
    let mut rand = Rand::from_number(3);
    let mut any = || points[rand.below(points.len())].moment;
    group.bench_function("open the first point", |b| {
        b.iter(|| {
            let text = Film::default().text(&session, &made.doc, any());
            black_box(text.expect("the text").len_chars())
        });
    });
    let mut film = Film::default();
    film.text(&session, &made.doc, points[points.len() - 1].moment).expect("the text");
    group.bench_function("open any other point", |b| {
        b.iter(|| black_box(film.text(&session, &made.doc, any()).expect("the text").len_chars()));
    });
    group.bench_function("list all points", |b| b.iter(|| black_box(session.timeline().len())));
    group.bench_function("decisions as they stood", |b| {
        b.iter(|| black_box(session.decisions.at(any()).len()));
    });
    let opened =
        Opened { session: Some(made.session), events: made.events.clone(), ..Opened::default() };
    let me = Me { author: "p_01JBENCH".parse().expect("an author"), name: "Ada".into() };
    let ui = Ui::new(120, 40);
    let (mut model, _) =
        Model::open(opened, me, Config::default(), ui, Millis(1), Rand::from_number(1));
    model.ui.tab = Tab::History;
    model.prepare();
    group.bench_function("open any point in the workspace, with what differs from now", |b| {
        b.iter(|| {
            model.show_moment(any()).expect("shown");
            model.prepare();
            black_box(model.ui.frame.rows.len())
        });
    });
    group.finish();
}

fn write_home(home: &Path) {
    let path = home.join("plan.md");
    let made = make(large(), 7, Some(&path));
    std::fs::create_dir_all(home).expect("a directory");
    std::fs::write(&path, &made.text).expect("writes");
    std::fs::write(home.join("config.toml"), "name = \"Ada\"\n").expect("writes");
    keep(home, &made);
    let count = number("COWRITE_BENCH_ROWS", 0) as u64;
    let options = Options { rows_version: ROWS_VERSION, ..Options::default() };
    let mut store = SqliteStore::open(home, options).expect("opens");
    let mut rows = rows(count, 2);
    loop {
        let some: Vec<_> = rows.by_ref().take(5_000).collect();
        if some.is_empty() {
            break;
        }
        store.write(&[Write::Rows(some)]).expect("writes");
    }
    let words: Vec<String> =
        searches(2).iter().map(|(name, text)| format!("  {name:?}: {text:?}")).collect();
    std::fs::write(home.join("words.json"), format!("{{\n{}\n}}\n", words.join(",\n")))
        .expect("writes");
    println!("{} events, {} characters of text", made.events.len(), made.text.len());
}

criterion_group!(benches, opening, history);

fn main() {
    match std::env::var_os("COWRITE_BENCH_HOME") {
        Some(home) => write_home(Path::new(&home)),
        None => {
            benches();
            Criterion::default().configure_from_args().final_summary();
        }
    }
}
