//! Histories of three clones, made from a seed: whatever they do, they end the same, and no word is
//! lost or stands twice.

use cowrite::base::Rand;

use crate::clones::{FILE, Person, ada, joins};

#[test]
fn random_histories_of_three_clones_end_the_same() {
    for seed in cases() {
        println!("seed {seed}");
        history(seed);
    }
}

/// Forty-five in the normal run, a thousand with `COWRITE_TEST_FULL`; one with `COWRITE_TEST_SEED`.
fn cases() -> std::ops::Range<u64> {
    let seed = std::env::var("COWRITE_TEST_SEED").ok().and_then(|seed| seed.parse().ok());
    let full = std::env::var_os("COWRITE_TEST_FULL").is_some_and(|value| !value.is_empty());
    match (seed, full) {
        (Some(seed), _) => seed..seed + 1,
        (None, true) => 0..1000,
        (None, false) => 0..45,
    }
}

fn history(seed: u64) {
    let mut rand = Rand::from_number(seed);
    let (ada, remote) = ada();
    let all = [ada, joins("Eve", &remote), joins("Bob", &remote)];
    let mut written: Vec<String> = Vec::new();
    for step in 0..8 {
        let who = rand.below(3);
        let person = &all[who];
        match rand.below(8) {
            0..=2 => {
                let word = format!("w{step}x{who}");
                // Lines of one's own, and lines in which they get into each other's way.
                let own = rand.below(2) == 0;
                let line = if own { [3, 5, 7][who] } else { [9, 11][rand.below(2)] };
                if own && rand.below(3) == 0 {
                    // With another program.
                    let text = person.read("repo/plan.md");
                    let lines = text.lines().enumerate().map(|(index, text)| {
                        let word =
                            if index + 1 == line { format!("-{word}") } else { String::new() };
                        format!("{text}{word}\n")
                    });
                    person.0.write("repo/plan.md", lines.collect::<String>());
                } else {
                    person.writes(line, &format!("-{word}"));
                }
                written.push(word);
                if !own || rand.below(2) == 0 {
                    person.shares();
                }
                person.commits(&format!("step {step}"));
            }
            3 => {
                person.decides(&format!("d{step}x{who}"), "so it is");
                person.shares();
                person.commits(&format!("step {step}"));
            }
            4 => picks(person, &mut rand),
            5 => gets_late(person, &all[(who + 1 + rand.below(2)) % 3]),
            _ => sync(person, rand.below(3), &mut rand),
        }
    }
    for _ in 0..2 {
        for person in &all {
            sync(person, 0, &mut rand);
        }
    }
    for person in &all {
        person.git(&["pull", "-q", "--no-edit", "origin", "main"]);
    }
    let (text, events) = (all[0].looks(), all[0].events());
    for person in &all {
        assert_eq!(person.looks(), text, "seed {seed}");
        assert_eq!(person.events(), events, "seed {seed}");
    }
    for word in &written {
        assert_eq!(text.matches(word.as_str()).count(), 1, "seed {seed}: {word} in\n{text}");
    }
    assert_eq!(text.lines().filter(|line| line.starts_with("alpha one")).count(), 1);
}

/// Gets what the others pushed, settles what git could not, and pushes.
fn sync(person: &Person, way: usize, rand: &mut Rand) {
    person.git(&["fetch", "-q"]);
    let pulled = match way {
        0 => person.git_may_fail(&["merge", "-q", "--no-edit", "origin/main"]),
        1 => person.git_may_fail(&["rebase", "-q", "origin/main"]),
        _ => person.git_may_fail(&["merge", "-q", "--no-edit", "-s", "ort", "origin/main"]),
    };
    if rand.below(2) == 0 || !pulled.status.success() {
        person.looks();
    }
    settles(person);
    person.git(&["push", "-q", "origin", "HEAD:main"]);
}

/// A text that git could not put together is written by cowrite, which can. All is committed.
fn settles(person: &Person) {
    for _ in 0..12 {
        let unmerged = person.git(&["diff", "--name-only", "--diff-filter=U"]);
        if unmerged.trim().is_empty() {
            break;
        }
        person.does("file.save");
        person.git(&["add", "-A"]);
        if person.0.file("repo/.git/rebase-merge").exists() {
            person.git_may_fail(&["rebase", "--continue"]);
        } else {
            person.git(&["commit", "-q", "--allow-empty", "--no-edit"]);
        }
    }
    person.does("file.save");
    person.shares();
    person.git(&["add", "-A"]);
    person.git_may_fail(&["commit", "-qm", "synced"]);
}

/// Gets some of what the others pushed, without what was before it.
fn picks(person: &Person, rand: &mut Rand) {
    person.git(&["fetch", "-q"]);
    let there = person.git(&["rev-list", "--no-merges", "HEAD..origin/main"]);
    let commits: Vec<&str> = there.lines().collect();
    if commits.is_empty() {
        return;
    }
    let picked = person.git_may_fail(&["cherry-pick", commits[rand.below(commits.len())]]);
    let unmerged = person.git(&["diff", "--name-only", "--diff-filter=U"]);
    if !picked.status.success() && unmerged.trim().is_empty() {
        // There is nothing in it that is not here.
        person.git(&["cherry-pick", "--skip"]);
    }
    settles(person);
}

/// What another has comes by a folder that is kept the same: the events, and after that the text,
/// as it was before it was put together with what is here.
fn gets_late(person: &Person, other: &Person) {
    // A text that no log knows says nothing of what its writer did not have.
    other.does("file.save");
    other.shares();
    other.git(&["add", "-A"]);
    other.git_may_fail(&["commit", "-qm", "shared"]);
    person.0.write(FILE, person.read(FILE) + &other.read(FILE));
    person.does("file.save");
    let (late, own) = (other.read("repo/plan.md"), person.read("repo/plan.md"));
    person.0.write("repo/plan.md", late);
    let taken = person.0.run(&["do", "file.save", "repo/plan.md"], "");
    if !taken.status.success() {
        // It stood here once: nobody is there to answer.
        assert!(taken.stderr.contains("one of its older versions again"), "{taken:?}");
        person.0.write("repo/plan.md", own);
    }
    settles(person);
}
