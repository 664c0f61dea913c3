//! The document under a typing person: keystrokes, deletions, edits from elsewhere, undo.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::print_stdout,
    reason = "a bench fails by panicking and prints what it measured"
)]

use cowrite::base::{DocId, Pos, Rand, Span, WriterId};
use cowrite::event::{CauseKind, Edit};
use cowrite::text::{Applied, Change, Document};
use criterion::{BatchSize, Criterion, criterion_group, criterion_main};
use std::hint::black_box;

fn doc_id() -> DocId {
    "d_BENCH".parse().expect("a document")
}

/// A document of about `bytes` bytes, with `edits` scattered edits behind it.
fn document(bytes: usize, edits: usize) -> Document {
    let mut rand = Rand::from_number(1);
    let mut doc = Document::new(doc_id());
    doc.start_writer(WriterId(1)).expect("is fresh");
    let line = "The quick brown fox jumps over the lazy dog, 日本語 and all that.\n";
    doc.change(&Change::insert(Pos(0), line.repeat(bytes / line.len()))).expect("applies");
    for _ in 0..edits {
        let pos = Pos(rand.below(doc.len()));
        doc.change(&Change::insert(pos, "x")).expect("applies");
    }
    doc
}

fn edit(applied: &Applied) -> Edit {
    Edit {
        doc: doc_id(),
        start: applied.start,
        lamport: applied.lamport,
        deps: applied.deps.clone(),
        ops: applied.ops.clone(),
        cause: None,
        filled: false,
    }
}

fn keys(c: &mut Criterion) {
    for (name, bytes) in [("1 MB", 1 << 20), ("10 MB", 10 << 20)] {
        let mut group = c.benchmark_group(name);
        group.sample_size(20);
        let mut doc = document(bytes, 5_000);
        for _ in 0..400 {
            let pos = doc.len() / 2;
            doc.mark(Span::new(Pos(pos), Pos(pos + 10)));
        }
        let mut caret = doc.len() / 2;
        group.bench_function("key, typing on, 400 marks", |b| {
            b.iter(|| {
                let applied = doc.change(&Change::insert(Pos(caret), "k")).expect("applies");
                caret += 1;
                black_box(serde_json::to_string(&applied.ops).expect("writes"))
            });
        });
        let mut rand = Rand::from_number(2);
        group.bench_function("key, anywhere", |b| {
            b.iter(|| {
                let pos = Pos(rand.below(doc.len()));
                black_box(doc.change(&Change::insert(pos, "k")).expect("applies"))
            });
        });
        group.bench_function("delete a word, anywhere", |b| {
            b.iter(|| {
                let pos = rand.below(doc.len() - 10);
                let span = Span::new(Pos(pos), Pos(pos + 5));
                black_box(doc.change(&Change::delete(span)).expect("applies"))
            });
        });
        group.bench_function("who wrote a screen", |b| {
            b.iter(|| {
                let pos = rand.below(doc.len() - 4_000);
                black_box(doc.runs(Span::new(Pos(pos), Pos(pos + 4_000))))
            });
        });
        group.bench_function("undo a word and redo it", |b| {
            b.iter(|| {
                let pos = rand.below(doc.len() - 10);
                let span = Span::new(Pos(pos), Pos(pos + 5));
                let cut = edit(&doc.change(&Change::delete(span)).expect("applies"));
                let plan = doc.plan_undo(&[(WriterId(1), &cut)]).expect("plans");
                black_box(doc.change_as(&plan, Some(CauseKind::Undo)).expect("undoes"))
            });
        });
        let bytes = doc.snapshot().expect("writes");
        println!("{name}: snapshot of {} bytes", bytes.len());
        group.sample_size(10);
        group.bench_function("write a snapshot", |b| b.iter(|| doc.snapshot()));
        group.bench_function("read a snapshot", |b| {
            b.iter(|| Document::from_snapshot(doc_id(), &bytes).expect("reads"));
        });
        let fresh = || Document::from_snapshot(doc_id(), &bytes).expect("reads");
        let mut other = fresh();
        other.start_writer(WriterId(77)).expect("is fresh");
        let theirs = edit(&other.change(&Change::insert(Pos(100), "theirs")).expect("applies"));
        group.bench_function("an edit in a row", |b| {
            b.iter_batched(
                fresh,
                |mut doc| doc.apply_edit(WriterId(77), &theirs).map(|_| doc).expect("imports"),
                BatchSize::PerIteration,
            );
        });
        group.bench_function("an edit beside another", |b| {
            b.iter_batched(
                || {
                    let mut doc = fresh();
                    doc.start_writer(WriterId(78)).expect("is fresh");
                    doc.change(&Change::insert(Pos(5), "mine")).expect("applies");
                    doc
                },
                |mut doc| doc.apply_edit(WriterId(77), &theirs).map(|_| doc).expect("imports"),
                BatchSize::PerIteration,
            );
        });
        group.finish();
    }
}

fn load(c: &mut Criterion) {
    let mut doc = Document::new(doc_id());
    doc.start_writer(WriterId(1)).expect("is fresh");
    let mut rand = Rand::from_number(3);
    let mut log = Vec::new();
    for _ in 0..10_000 {
        let pos = Pos(rand.below(doc.len() + 1));
        log.push(edit(&doc.change(&Change::insert(pos, "twenty letters here ")).expect("applies")));
    }
    let refs: Vec<_> = log.iter().map(|edit| (WriterId(1), edit)).collect();
    let mut group = c.benchmark_group("load");
    group.sample_size(10);
    group.bench_function("10,000 edits from the log", |b| {
        b.iter(|| Document::new(doc_id()).apply_edits(&refs).expect("imports"));
    });
    group.finish();
}

criterion_group!(benches, keys, load);
criterion_main!(benches);
