//! Placing 200 edits in a document of 10 MB, and the hunks of a whole new text.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::print_stdout,
    reason = "a bench fails by panicking and prints what it measured"
)]

use cowrite::assist::{Placement, Placer, whole_to_hunks};
use cowrite::base::Rand;
use criterion::{Criterion, criterion_group, criterion_main};
use ropey::Rope;
use std::hint::black_box;

/// Some thousand words, the first ones more often than the last.
fn word(rand: &mut impl FnMut() -> usize) -> String {
    const PARTS: &[&str] =
        &["an", "be", "cor", "de", "el", "fa", "gre", "hu", "in", "ja", "ko", "lu", "mi", "no"];
    let rank = (rand() % 60 + 1) * (rand() % 60 + 1) - 1;
    let mut out = String::from(PARTS[rank % 14]);
    let mut rest = rank / 14;
    while rest > 0 {
        out.push_str(PARTS[rest % 14]);
        rest /= 14;
    }
    out
}

/// Paragraphs of one long line.
fn prose(bytes: usize) -> String {
    let mut rand = Rand::from_number(1);
    let mut left: Vec<u8> = Vec::new();
    let mut next = move || {
        if left.is_empty() {
            left.extend(rand.bytes());
        }
        left.pop().map_or(0, usize::from)
    };
    let mut out = String::with_capacity(bytes + 100);
    let mut sentence = 0u32;
    while out.len() < bytes {
        for _ in 0..12 {
            out.push_str(&word(&mut next));
            out.push(' ');
        }
        sentence += 1;
        out.push_str(&word(&mut next));
        out.push_str(if sentence.is_multiple_of(5) { ".\n\n" } else { ". " });
    }
    out
}

/// 200 passages of 40 to 300 bytes, every second one with blanks written otherwise, every tenth
/// one with a word that is not there.
fn passages(text: &str) -> Vec<String> {
    let step = text.len() / 200;
    let cut = |index: usize| {
        let start = index * step + text[index * step..].find(' ').unwrap_or(0) + 1;
        let end = start + 40 + index % 9 * 30;
        let end = end + text[end..].find(' ').unwrap_or(0);
        let passage = &text[start..end];
        match index {
            _ if index % 10 == 9 => passage.replacen(' ', " nowhere ", 1),
            _ if index % 2 == 1 => passage.replacen(' ', "  ", 1),
            _ => passage.to_owned(),
        }
    };
    (0..200).map(cut).collect()
}

fn placement(criterion: &mut Criterion) {
    let text = prose(10_000_000);
    let passages = passages(&text);
    let rope = Rope::from_str(&text);
    let mut group = criterion.benchmark_group("placement");
    group.sample_size(10);
    group.bench_function("200 edits in 10 MB, index and all", |bencher| {
        bencher.iter(|| {
            let placer = Placer::new(&rope);
            let placed = passages.iter().filter(|old| {
                let placement = placer.place(old, "Something new.", None);
                matches!(placement, Placement::Placed { .. })
            });
            black_box(placed.count())
        });
    });
    let short = prose(40_000);
    let changed = short.replace("corbe", "Tuesday").replace(" an. ", " all know. ");
    group.bench_function("hunks of a whole text of 40 kB", |bencher| {
        bencher.iter(|| black_box(whole_to_hunks(&short, &changed)));
    });
    group.finish();
}

criterion_group!(benches, placement);
criterion_main!(benches);
