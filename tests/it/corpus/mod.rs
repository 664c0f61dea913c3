//! How well edits find their place: some thousand answers with a known truth, made from a seed.
//!
//! `COWRITE_TEST_SEED=7` takes another seed, `COWRITE_TEST_FULL=1` takes twenty,
//! `COWRITE_TEST_SHOW=20` prints so many cases that failed, `COWRITE_TEST_CASES=near` only those
//! whose name has it, and `COWRITE_TEST_WRITE=1` writes the tables to `docs/placement.md`.

mod answer;
mod case;
mod change;
mod draft;
mod judge;
mod near;
mod slop;
mod texts;

use draft::Want;
use judge::Verdict;
use std::collections::BTreeMap;

/// Cases of one seed.
const CASES: usize = 4_400;

fn env(name: &str) -> Option<String> {
    std::env::var(name).ok().filter(|value| !value.is_empty())
}

fn seeds() -> std::ops::Range<u64> {
    match env("COWRITE_TEST_SEED").and_then(|seed| seed.parse().ok()) {
        Some(seed) => seed..seed + 1,
        None => 0..if env("COWRITE_TEST_FULL").is_some() { 20 } else { 1 },
    }
}

#[test]
fn edits_land_right_or_are_refused() {
    let texts = texts::all();
    let mut counts: BTreeMap<(&str, String, Verdict), usize> = BTreeMap::new();
    let show: usize = env("COWRITE_TEST_SHOW").and_then(|n| n.parse().ok()).unwrap_or(0);
    let only = env("COWRITE_TEST_CASES").unwrap_or_default();
    let mut shown = 0;
    for seed in seeds() {
        for case in case::cases(&texts, seed, CASES) {
            let done = judge::run(&case);
            let verdict = judge::judge(&case, &done.result);
            *counts.entry((case.slop, format!("{:?}", case.want), verdict)).or_default() += 1;
            let fine = match case.want {
                Want::Place => verdict == Verdict::Right,
                Want::Refuse => verdict == Verdict::Refused,
                Want::Either => matches!(verdict, Verdict::Right | Verdict::Refused),
            };
            if !fine && case.name.contains(&only) && shown < show {
                shown += 1;
                println!("{}", judge::report(&case, &done, verdict));
            }
        }
    }
    for ((slop, want, verdict), count) in counts {
        println!("{slop:18} {want:8} {verdict:?} {count}");
    }
}
