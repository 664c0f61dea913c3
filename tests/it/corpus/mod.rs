//! How well edits find their place: some thousand answers with a known truth, made from a seed.
//!
//! `COWRITE_TEST_SEED=7` takes another seed (`7..27` these), `COWRITE_TEST_FULL=1` takes twenty,
//! `COWRITE_TEST_SHOW=20` prints so many cases that failed, `COWRITE_TEST_CASES=near` judges only
//! those whose name has it (`text/change/form/sloppiness#seed.number`), and `COWRITE_TEST_WRITE=1` writes
//! the tables to `docs/placement.md`. What a case is stands in `case`, what is demanded here.

mod answer;
mod bare;
mod baselines;
mod case;
mod change;
mod draft;
mod judge;
mod maps;
mod near;
mod news;
mod part;
mod report;
mod rewritten;
mod slop;
mod texts;
mod uneven;

use case::Case;
use draft::Want;
use judge::{Judged, Verdict};
use report::Report;
use std::sync::OnceLock;

/// Cases of one seed.
const CASES: usize = 4_000;

/// At least so many cases must come of a seed.
const LEAST_CASES: usize = 3_600;

/// Of the cases with one true place so many of 100 are placed there.
const RIGHT_PERCENT: f64 = 98.0;

/// Of 100 cases with one true place: the place is right, but blanks are not those of the document.
const BLANKS_PERCENT: f64 = 1.0;

fn env(name: &str) -> Option<String> {
    std::env::var(name).ok().filter(|value| !value.is_empty())
}

fn seeds() -> std::ops::Range<u64> {
    let number = |text: &str| text.parse::<u64>().expect("COWRITE_TEST_SEED is 7 or 7..27");
    match env("COWRITE_TEST_SEED") {
        Some(seeds) => match seeds.split_once("..") {
            Some((from, to)) => number(from)..number(to),
            None => number(&seeds)..number(&seeds) + 1,
        },
        None => 0..if env("COWRITE_TEST_FULL").is_some() { 20 } else { 1 },
    }
}

/// On as many threads as there are processors; in the order of the cases.
fn all_judged(cases: &[Case]) -> Vec<Judged> {
    let threads = std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
    let parts = cases.chunks(cases.len().div_ceil(threads).max(1));
    std::thread::scope(|scope| {
        let running: Vec<_> = parts
            .map(|part| scope.spawn(|| part.iter().map(judge::judged).collect::<Vec<_>>()))
            .collect();
        running.into_iter().flat_map(|one| one.join().unwrap()).collect()
    })
}

/// Runs all cases once for all tests of this module.
#[allow(clippy::print_stdout, reason = "the figures are what this is for")]
fn report() -> &'static Report {
    static REPORT: OnceLock<Report> = OnceLock::new();
    REPORT.get_or_init(|| {
        let texts = texts::all();
        let mut report = Report::default();
        let mut left: usize = env("COWRITE_TEST_SHOW").and_then(|n| n.parse().ok()).unwrap_or(0);
        let only = env("COWRITE_TEST_CASES").unwrap_or_default();
        for seed in seeds() {
            let mut cases = case::cases(&texts, seed, CASES);
            cases.retain(|case| case.name.contains(&only));
            for (case, judged) in cases.iter().zip(all_judged(&cases)) {
                report.count(case, &judged);
                let verdict = judged.verdict;
                let fine = match case.want {
                    Want::Place => verdict == Verdict::Right,
                    Want::Refuse => verdict == Verdict::Refused,
                    Want::Either => matches!(verdict, Verdict::Right | Verdict::Refused),
                };
                if !fine && left > 0 {
                    left -= 1;
                    println!("{}", judge::report(case, &judged.done, verdict));
                }
            }
        }
        println!("{}", report.markdown());
        report
    })
}

#[test]
fn edits_land_right_or_are_refused() {
    let all = &report().all;
    let blanks = 100.0 * all.blanks as f64 / all.place as f64;
    let told = format!(
        "{} placed wrongly, {:.2} % placed rightly, {blanks:.2} % with blanks off; \
         COWRITE_TEST_SHOW=20 shows cases",
        all.wrongs(),
        all.right_percent()
    );
    assert_eq!(all.wrongs(), 0, "{told}");
    assert!(all.right_percent() >= RIGHT_PERCENT, "{told}");
    assert!(blanks <= BLANKS_PERCENT, "{told}");
}

#[test]
fn more_edits_land_than_with_other_matchers() {
    let [(_, ours), others @ ..] = report().strategies() else { panic!("no figures") };
    assert_eq!(others.len(), baselines::ALL.len());
    for (name, theirs) in others {
        let (we, they) = (ours.rights(), theirs.rights());
        assert!(we > they, "{we} of ours placed rightly, {they} of {name}");
        assert!(ours.wrongs() <= theirs.wrongs(), "more placed wrongly than {name}");
    }
}

#[test]
fn every_kind_of_case_comes() {
    let count = |row: &report::Row| row.place + row.refuse + row.either;
    let seeds = seeds().count();
    assert!(count(&report().all) >= LEAST_CASES * seeds, "{}", count(&report().all));
    for (name, row) in report().slops() {
        assert!(count(row) >= 60 * seeds, "{name}: {}", count(row));
    }
    assert!(texts::all().len() >= 30);
}

#[test]
fn the_tables_are_those_of_today() {
    const FILE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/docs/placement.md");
    const HEAD: &str = include_str!("head.md");
    if seeds() != (0..1) || env("COWRITE_TEST_CASES").is_some() {
        return;
    }
    let now = format!("{HEAD}\n{}", report().markdown());
    if env("COWRITE_TEST_WRITE").is_some() {
        std::fs::write(FILE, now).unwrap();
        return;
    }
    let there = std::fs::read_to_string(FILE).unwrap_or_default().replace("\r\n", "\n");
    assert!(
        there == now,
        "docs/placement.md tells other figures: COWRITE_TEST_WRITE=1 cargo test --test it corpus"
    );
}
