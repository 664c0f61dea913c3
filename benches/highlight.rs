//! What one key costs the highlighting, and what a far jump and loading the grammars cost.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::print_stdout,
    reason = "a bench fails by panicking and prints what it measured"
)]

use cowrite::base::Pos;
use cowrite::syntax::{Highlighter, Syntaxes};
use cowrite::text::Change;
use criterion::{Criterion, criterion_group, criterion_main};
use ropey::Rope;
use std::hint::black_box;

const RUST: &str = "/// Adds `a` and `b`.\npub fn add(a: u32, b: u32) -> Result<u32, Error> {\n    \
                    let sum = a.checked_add(b).ok_or(Error::Overflow)?;\n    \
                    println!(\"the sum is {sum}\");\n    Ok(sum)\n}\n\n";
const MARKDOWN: &str = "## A heading\n\nSome **bold** text with `code` and a [link](https://a.b) \
                        that goes on for a while, as prose does in a plan.\n\n- one item\n- another \
                        *item*\n\n```rust\nfn main() {}\n```\n\n";

fn typing(c: &mut Criterion) {
    let syntaxes = Syntaxes::load();
    for (name, part) in [("a.rs", RUST), ("a.md", MARKDOWN)] {
        let mut rope = Rope::from_str(&part.repeat((1 << 20) / part.len()));
        let middle = rope.len_lines() / 2;
        for (place, line) in [("start", 24), ("middle", middle)] {
            let Some(mut highlighter) = Highlighter::for_name(&syntaxes, name, "") else { return };
            let lines = line - 20..line + 20;
            highlighter.highlight(&rope, lines.clone(), 200);
            while !highlighter.advance(&rope, 1000) {}
            highlighter.highlight(&rope, lines.clone(), 200);
            let at = rope.line_to_char(line) + 3;
            c.bench_function(&format!("key/1 MB {name}/{place}"), |bencher| {
                bencher.iter(|| {
                    rope.insert(at, "x");
                    highlighter.edited(&rope, &Change::insert(Pos(at), "x").delta());
                    black_box(highlighter.highlight(&rope, lines.clone(), 100));
                    rope.remove(at..at + 1);
                    let span = cowrite::base::Span::new(Pos(at), Pos(at + 1));
                    highlighter.edited(&rope, &Change::delete(span).delta());
                    black_box(highlighter.highlight(&rope, lines.clone(), 100));
                });
            });
        }
    }
}

fn jump(c: &mut Criterion) {
    let syntaxes = Syntaxes::load();
    let rope = Rope::from_str(&RUST.repeat((10 << 20) / RUST.len()));
    let end = rope.len_lines();
    c.bench_function("jump to the end of 10 MB of Rust", |bencher| {
        bencher.iter(|| {
            let mut one = Highlighter::for_name(&syntaxes, "a.rs", "");
            black_box(one.as_mut().map(|one| one.highlight(&rope, end - 40..end, 104)));
        });
    });
    c.bench_function("1000 lines of background work", |bencher| {
        bencher.iter(|| {
            let mut one = Highlighter::for_name(&syntaxes, "a.rs", "");
            if let Some(one) = &mut one {
                one.highlight(&rope, end - 40..end, 1);
                black_box(one.advance(&rope, 1000));
            }
        });
    });
    c.bench_function("load the grammars", |bencher| bencher.iter(|| black_box(Syntaxes::load())));
}

criterion_group!(benches, typing, jump);
criterion_main!(benches);
