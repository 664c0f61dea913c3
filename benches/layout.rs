//! What one key costs the layout of a view: documents of several sizes, one line of 5 MB, and a
//! long answer that streams in.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::print_stdout,
    reason = "a bench fails by panicking and prints what it measured"
)]

use cowrite::base::Pos;
use cowrite::layout::{MarkdownView, View};
use cowrite::text::Change;
use criterion::{Criterion, criterion_group, criterion_main};
use ropey::Rope;
use std::hint::black_box;

const PROSE: &str = "The quick brown fox jumps over the lazy dog — 素早い茶色の狐が, and then some \
                     more words follow until the line is long enough to be wrapped.\n";

fn document(bytes: usize) -> Rope {
    Rope::from_str(&PROSE.repeat(bytes / PROSE.len() + 1))
}

/// Types a character, lays out the screen, finds the caret.
fn key(view: &mut View, rope: &mut Rope, at: &mut usize, text: &str) {
    rope.insert(*at, text);
    view.edited(rope, &Change::insert(Pos(*at), text).delta());
    *at += text.chars().count();
    view.reveal(rope, Pos(*at), 3);
    black_box(view.rows(rope));
    black_box(view.pos_to_cell(rope, Pos(*at)));
}

/// The same key again and again would make one endless line, so it is taken back each time.
fn bench_key(c: &mut Criterion, name: &str, source: &Rope, wrap: bool, at: usize, text: &str) {
    c.bench_function(name, |bencher| {
        let mut rope = source.clone();
        let mut view = View::new(120, 40, wrap, 4);
        let mut pos = at;
        key(&mut view, &mut rope, &mut pos, "x");
        bencher.iter(|| {
            key(&mut view, &mut rope, &mut pos, text);
            let before = pos - text.chars().count();
            rope.remove(before..pos);
            let span = cowrite::base::Span::new(Pos(before), Pos(pos));
            view.edited(&rope, &Change::delete(span).delta());
            pos = before;
        });
    });
}

fn keys(c: &mut Criterion) {
    for (size, name) in [(1, "1 MB"), (10, "10 MB"), (100, "100 MB")] {
        let rope = document(size << 20);
        let middle = rope.line_to_char(rope.len_lines() / 2) + 40;
        for (wrap, mode) in [(true, "wrapped"), (false, "unwrapped")] {
            bench_key(c, &format!("key/{name}/{mode}"), &rope, wrap, middle, "x");
        }
        bench_key(c, &format!("key/{name}/newline"), &rope, true, middle, "\n");
    }
    let line = Rope::from_str(&PROSE.trim_end().repeat((5 << 20) / PROSE.len()));
    let end = line.len_chars();
    for (wrap, mode) in [(true, "wrapped"), (false, "unwrapped")] {
        bench_key(c, &format!("key/one line of 5 MB, end/{mode}"), &line, wrap, end, "x");
        bench_key(c, &format!("key/one line of 5 MB, middle/{mode}"), &line, wrap, end / 2, "x");
    }
    let spaceless = Rope::from_str(&"0123456789abcdef".repeat(5 << 16));
    let end = spaceless.len_chars();
    bench_key(c, "key/5 MB without spaces, end/wrapped", &spaceless, true, end, "x");
    c.bench_function("first sight of the end of one line of 5 MB/unwrapped", |bencher| {
        bencher.iter(|| {
            let mut view = View::new(120, 40, false, 4);
            view.reveal(&line, Pos(line.len_chars()), 3);
            black_box(view.rows(&line));
        });
    });
}

const ANSWER: &str = "## A heading\n\nSome **bold** text with `code` and a [link](https://a.example) \
                      that goes on for a while, as answers do.\n\n- one item\n- another *item*\n\n\
                      ```rust\nfn main() {\n    println!(\"hello\");\n}\n```\n\n| a | b |\n|---|---|\n\
                      | 1 | 2 |\n\n";

fn stream(c: &mut Criterion) {
    let mut group = c.benchmark_group("markdown");
    group.sample_size(10);
    // About four bytes a token; lines are asked for after each, which is more than frames do.
    let answer = ANSWER.repeat(80_000 / ANSWER.len());
    let fence = format!("```text\n{}```\n", "some code in a line of code\n".repeat(80_000 / 28));
    for (name, text) in [("20 000 tokens", &answer), ("20 000 tokens in one fence", &fence)] {
        group.bench_function(name, |bencher| {
            bencher.iter(|| {
                let mut view = MarkdownView::new(80);
                let mut at = 0;
                while at < text.len() {
                    let end = text.ceil_char_boundary(at + 4);
                    view.push(&text[at..end]);
                    black_box(view.lines());
                    at = end;
                }
                view.finish();
                black_box(view.height())
            });
        });
    }
    group.bench_function("80 KB at once", |bencher| {
        bencher.iter(|| {
            let mut view = MarkdownView::new(80);
            view.set_text(&answer);
            black_box(view.height())
        });
    });
    group.finish();
}

criterion_group!(benches, keys, stream);
criterion_main!(benches);
