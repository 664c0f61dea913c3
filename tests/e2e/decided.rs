//! Who reverts a commit, or settles a merge for one side, decided in git: what is left out stays out
//! of the text, on every machine, and nothing else does.

use crate::clones::{FILE, Person, ada, clones, joins, two};

/// What both wrote at one place, and Eve's work that is not in question.
fn in_each_others_way() -> (Person, Person) {
    let (ada, eve) = two();
    ada.writes(5, "-from-Ada");
    ada.shares();
    ada.commits("of Ada");
    eve.writes(5, "-from-Eve");
    eve.writes(9, "-E1");
    eve.shares();
    eve.commits("of Eve");
    eve.git(&["push", "-q", "origin", "HEAD:main"]);
    (ada, eve)
}

/// Both machines come to the same text, in the file and in the session.
#[track_caller]
fn both_have(ada: &Person, eve: &Person, want: &str, what: &str) {
    for _ in 0..2 {
        for person in [ada, eve] {
            person.git(&["pull", "-q", "--no-edit", "origin", "main"]);
            assert_eq!(person.looks(), want, "{what}");
            person.does("file.save");
            assert_eq!(person.read("repo/plan.md"), want, "{what}");
            person.shares();
            person.commits("together");
            person.git(&["push", "-q", "origin", "HEAD:main"]);
        }
    }
    ada.git(&["pull", "-q", "--no-edit", "origin", "main"]);
    assert_eq!(ada.looks(), want, "{what}");
    assert_eq!(ada.events(), eve.events(), "{what}");
}

#[test]
fn a_merge_that_was_settled_for_one_side_stays_so() {
    let ours =
        "# Plan\n\nalpha one-A0\n\nbeta two-from-Ada\n\ngamma three\n\ndelta four-E1\n\nomega\n";
    let theirs = ours.replace("-from-Ada", "-from-Eve");
    let whole = ours.replace("-E1", "");
    type Way = fn(&Person);
    let ways: [(&str, Way, &str); 4] = [
        (
            "-X ours",
            |ada| _ = ada.git(&["pull", "-q", "--no-edit", "-X", "ours", "origin", "main"]),
            ours,
        ),
        (
            "-X theirs",
            |ada| _ = ada.git(&["pull", "-q", "--no-edit", "-X", "theirs", "origin", "main"]),
            &theirs,
        ),
        (
            "checkout --ours",
            |ada| {
                ada.git_may_fail(&["pull", "-q", "--no-edit", "origin", "main"]);
                ada.git(&["checkout", "-q", "--ours", "plan.md"]);
                ada.commits("merged");
            },
            &whole,
        ),
        (
            "checkout --theirs, looked at before it is committed",
            |ada| {
                ada.git_may_fail(&["pull", "-q", "--no-edit", "origin", "main"]);
                ada.git(&["checkout", "-q", "--theirs", "plan.md"]);
                assert!(!ada.looks().contains("from-Ada"), "{}", ada.text());
                ada.commits("merged");
            },
            &theirs,
        ),
    ];
    for (what, way, want) in ways {
        let (ada, eve) = in_each_others_way();
        way(&ada);
        let said = ada.0.run(&["do", "cursor.top", "repo/plan.md"], "");
        assert_eq!(said.status.code(), Some(0), "{what}: {said:?}");
        assert_eq!(ada.text(), want, "{what}");
        ada.shares();
        ada.commits("merged");
        ada.git(&["push", "-q", "origin", "HEAD:main"]);
        both_have(&ada, &eve, want, what);
        // It was a change like any other: it can be taken back.
        ada.does("edit.undo-outside; file.save");
        assert!(
            ada.text().contains("from-Ada") && ada.text().contains("from-Eve"),
            "{}",
            ada.text()
        );
    }
}

#[test]
fn what_a_revert_takes_out_stays_out_and_comes_back_with_the_revert_of_that() {
    let (ada, remote) = ada();
    let eve = joins("Eve", &remote);
    eve.writes(5, "-E1");
    eve.shares();
    eve.commits("of Eve");
    eve.writes(9, "-E2");
    eve.shares();
    eve.commits("more of Eve");
    eve.git(&["push", "-q", "origin", "HEAD:main"]);
    // Ada never opened the text while hers was in it.
    ada.git(&["pull", "-q", "origin", "main"]);
    ada.git(&["revert", "--no-edit", "HEAD~1"]);
    let text = ada.read("repo/plan.md");
    assert!(!text.contains("-E1") && text.contains("-E2"), "{text}");
    assert_eq!(ada.looks(), text);
    ada.shares();
    ada.commits("shared");
    ada.git(&["push", "-q", "origin", "HEAD:main"]);
    both_have(&ada, &eve, &text, "reverted");
    // A third one has it from git alone.
    let cy = clones("Cy", &remote);
    assert_eq!(cy.looks(), text);
    assert_eq!(cy.read(FILE), ada.read(FILE));
    let reverted = eve.git(&["log", "--format=%H", "--grep=^Revert"]);
    eve.git(&["revert", "--no-edit", reverted.trim()]);
    let again = eve.read("repo/plan.md");
    assert!(again.contains("-E1") && again.contains("-E2"), "{again}");
    assert_eq!(eve.looks(), again);
    eve.shares();
    eve.commits("as it was");
    eve.git(&["push", "-q", "origin", "HEAD:main"]);
    both_have(&ada, &eve, &again, "reverted twice");
    // It is hers as it was before.
    let blamed = ada.0.run(&["blame", "--json", "repo/plan.md"], "").ok();
    let blamed: serde_json::Value = serde_json::from_str(&blamed).unwrap();
    assert_eq!(blamed["lines"][4]["runs"][1]["by"]["name"], "Eve", "{blamed}");
}

/// Whoever goes over to another branch takes the text back, and a merge brings it again.
#[test]
fn what_a_branch_took_away_and_a_merge_brings_is_whose_it_was() {
    let (ada, _) = ada();
    ada.git(&["checkout", "-q", "-b", "side"]);
    ada.writes(5, "-on-the-side");
    ada.writes(7, "-also");
    ada.commits("aside");
    ada.git(&["checkout", "-q", "main"]);
    ada.0.run(&["do", "--yes", "cursor.top", "repo/plan.md"], "").ok();
    assert!(!ada.text().contains("side"), "{}", ada.text());
    ada.writes(9, "-on-main");
    ada.commits("onwards");
    ada.git(&["merge", "-q", "--no-edit", "side"]);
    let both = ada.read("repo/plan.md");
    assert!(both.contains("-on-the-side") && both.contains("-also") && both.contains("-on-main"));
    assert_eq!(ada.looks(), both);
    let blamed = ada.0.run(&["blame", "--json", "repo/plan.md"], "").ok();
    let blamed: serde_json::Value = serde_json::from_str(&blamed).unwrap();
    for line in [4, 6, 8] {
        assert_eq!(blamed["lines"][line]["runs"][1]["by"]["name"], "Ada", "{line}: {blamed}");
    }
}

#[test]
fn a_rebase_that_was_settled_for_the_other_side_stays_so() {
    let (ada, eve) = in_each_others_way();
    ada.git(&["fetch", "-q"]);
    ada.git(&["rebase", "-q", "-X", "ours", "origin/main"]);
    let want = ada.read("repo/plan.md");
    assert!(want.contains("-from-Eve") && !want.contains("-from-Ada"), "{want}");
    assert_eq!(ada.looks(), want);
    ada.shares();
    ada.commits("rebased");
    ada.git(&["push", "-q", "origin", "HEAD:main"]);
    both_have(&ada, &eve, &want, "rebased");
}

/// Whose text won has it as it was: nothing comes back from the other's events.
#[test]
fn what_was_settled_for_somebody_who_had_not_shared_stays_settled() {
    let (ada, eve) = two();
    for (person, word) in [(&ada, "-from-Ada"), (&eve, "-from-Eve")] {
        person.does(&format!(
            "go.line 5; edit.line-delete; edit.insert beta two{word}\\n; file.save"
        ));
        person.commits("apart");
    }
    eve.git(&["push", "-q", "origin", "HEAD:main"]);
    ada.git_may_fail(&["pull", "-q", "--no-edit", "origin", "main"]);
    ada.git(&["checkout", "-q", "--theirs", "plan.md"]);
    ada.commits("merged");
    let want = ada.read("repo/plan.md");
    assert_eq!(ada.looks(), want);
    ada.shares();
    ada.commits("shared");
    ada.git(&["push", "-q", "origin", "HEAD:main"]);
    both_have(&ada, &eve, &want, "not shared");
}
