//! Placing 200 edits in a document of 10 MB, many of them quoted loosely; an answer that streams
//! beside it; very repetitive texts; and the hunks of a whole new text.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::print_stdout,
    reason = "a bench fails by panicking and prints what it measured"
)]

use cowrite::assist::{Dialect, Landing, Placement, Placer, ReplyParser, place, whole_to_hunks};
use cowrite::base::Rand;
use criterion::{Criterion, criterion_group, criterion_main};
use ropey::Rope;
use std::hint::black_box;
use std::time::{Duration, Instant};

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
        if sentence.is_multiple_of(3) {
            out.push_str("and it’s “so” ");
        }
        out.push_str(&word(&mut next));
        out.push_str(if sentence.is_multiple_of(5) { ".\n\n" } else { ". " });
    }
    out
}

/// 200 passages of 40 to 300 bytes: as they stand, with blanks written otherwise, with plain
/// quotes, with a word misremembered, and with one that makes them another text.
fn passages(text: &str) -> Vec<String> {
    let step = text.len() / 200;
    let cut = |index: usize| {
        let start = text.ceil_char_boundary(index * step);
        let start = start + text[start..].find(' ').unwrap_or(0) + 1;
        let end = text.ceil_char_boundary(start + 40 + index % 9 * 30);
        let end = end + text[end..].find(' ').unwrap_or(0);
        let passage = &text[start..end];
        let middle = passage.ceil_char_boundary(passage.len() / 2);
        match index % 10 {
            1 | 4 => passage.replacen(' ', "  ", 1),
            2 | 5 => passage.replace('’', "'").replace(['“', '”'], "\""),
            3 | 6 => {
                let (head, tail) = passage.split_at(middle);
                format!("{head}{}", tail.replacen(' ', " of ", 1))
            }
            9 => passage.replacen(' ', " 17 not ", 1),
            _ => passage.to_owned(),
        }
    };
    (0..200).map(cut).collect()
}

/// The answer that asks for these passages, and what each of its chunks cost.
fn stream(rope: &Rope, passages: &[String]) -> (usize, Duration, Duration) {
    let block = |old: &String| {
        format!("A reason.\n\n<<<<<<< SEARCH\n{old}\n=======\nSomething new.\n>>>>>>> REPLACE\n\n")
    };
    let answer: String = passages.iter().map(block).collect();
    let mut parser = ReplyParser::new(Dialect::Blocks);
    let mut landing = Landing::new(rope);
    // What the first question works out about the document is not a matter of chunks.
    let start = Instant::now();
    black_box(landing.placer().place("nowhere at all", "x", None));
    println!("the index of the document: {:?}", start.elapsed());
    let (mut chunks, mut all, mut worst) = (0, Duration::ZERO, Duration::ZERO);
    let mut rest = answer.as_str();
    while !rest.is_empty() {
        let (chunk, behind) = rest.split_at(rest.ceil_char_boundary(rest.len().min(16)));
        rest = behind;
        let start = Instant::now();
        for piece in parser.push(chunk) {
            black_box(landing.take(&piece));
        }
        let took = start.elapsed();
        (chunks, all, worst) = (chunks + 1, all + took, worst.max(took));
    }
    (chunks, all, worst)
}

/// A text of one line again and again, and one that is nowhere in it but for its end.
fn repetitive() {
    let line = "the same line again, of some words\n";
    for unit in [line, "a", "a b ", "\n", "- x\n"] {
        let rope = Rope::from_str(&unit.repeat(1_000_000 / unit.len()));
        let needle = unit.repeat(100_000 / unit.len());
        let start = Instant::now();
        for old in [needle.clone(), format!("{needle}but not here"), format!("nor here\n{needle}")]
        {
            black_box(place(&rope, &old, "x", None));
        }
        let took = start.elapsed();
        println!("three texts of 100 kB in 1 MB of {unit:?}: {took:?}");
        assert!(took < Duration::from_secs(3), "a second for each at most");
    }
}

fn placement(criterion: &mut Criterion) {
    let text = prose(10_000_000);
    let passages = passages(&text);
    let rope = Rope::from_str(&text);
    let placer = Placer::new(&rope);
    let found = |old: &&String| matches!(placer.place(old, "New.", None), Placement::Placed { .. });
    println!("{} of 200 edits have a place", passages.iter().filter(found).count());
    let (chunks, all, worst) = stream(&rope, &passages);
    println!("{chunks} chunks of an answer: {:?} each, the slowest {worst:?}", all / chunks as u32);
    repetitive();
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
