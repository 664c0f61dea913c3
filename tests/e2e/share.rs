//! Sessions as files in real git repositories: two and three clones that go apart in text, talk and
//! decisions, and come together by every way git has. Afterwards each has the set union of all, and
//! no text stands twice.

use std::collections::BTreeSet;

use cowrite::base::Rand;

use crate::clones::{FILE, MERGED, Person, TEXT, ada, apart, clones, ids, two};
use crate::desk::{logs, open, quit, sessions};

/// Somebody new to a session picks one of two commits: the session file has what the text lacks.
#[test]
fn a_fresh_clone_whose_text_lies_behind_takes_nothing_out() {
    let (ada, remote) = ada();
    let eve = Person::new("Eve");
    eve.0.run_program("git", &["clone", "-q", &remote, "repo"], "").ok();
    for (line, text) in [(9, "-A1"), (3, "-A2")] {
        ada.writes(line, text);
        ada.shares();
        ada.commits(text);
    }
    ada.git(&["push", "-q", "origin", "HEAD:main"]);
    eve.git(&["fetch", "-q"]);
    eve.git(&["cherry-pick", "origin/main"]);
    let both = TEXT.replace("one\n", "one-A0-A2\n").replace("four\n", "four-A1\n");
    eve.does("file.save");
    assert_eq!(eve.read("repo/plan.md"), both);
}

/// A library of an earlier day, an older version checked out and written on, and then git merges
/// what was pushed meanwhile.
#[test]
fn an_older_library_and_an_older_checkout_lose_nothing_in_a_merge() {
    for restored in [false, true] {
        let (ada, _) = ada();
        ada.writes(5, "-A1");
        ada.shares();
        ada.0.run(&["sessions", "backup", "day.db"], "").ok();
        ada.writes(7, "-A2");
        ada.shares();
        ada.commits("two");
        ada.git(&["push", "-q", "origin", "HEAD:main"]);
        if restored {
            ada.0.run(&["sessions", "restore", "day.db", "--yes"], "").ok();
        }
        ada.git(&["reset", "-q", "--hard", "HEAD~1"]);
        let writes = "go.line 9; cursor.line-end; edit.insert -A3; file.save";
        ada.0.run(&["do", writes, "repo/plan.md", "--yes"], "").ok();
        ada.shares();
        ada.commits("on the older one");
        ada.git(&["pull", "-q", "--no-rebase", "--no-edit", "origin", "main"]);
        let merged = TEXT
            .replace("one\n", "one-A0\n")
            .replace("two\n", "two-A1\n")
            .replace("three\n", "three-A2\n")
            .replace("four\n", "four-A3\n");
        assert_eq!(ada.read("repo/plan.md"), merged, "restored {restored}: git");
        ada.does("file.save");
        assert_eq!(ada.read("repo/plan.md"), merged, "restored {restored}");
        assert_eq!(ada.looks(), merged, "restored {restored}");
    }
}

/// After a merge in Ada's clone: both have everything once, and go on together.
#[track_caller]
fn together(ada: &Person, eve: &Person, union: &BTreeSet<String>) {
    assert_eq!(ada.looks(), MERGED);
    assert_eq!(ada.read("repo/plan.md"), MERGED);
    let all = ada.events();
    assert!(
        union.is_subset(&all),
        "{} of {} are missing",
        union.difference(&all).count(),
        all.len()
    );
    assert_eq!(ada.session().title(), "The great plan");
    assert_eq!(ada.session().decisions.len(), 2);
    ada.shares();
    ada.commits("together");
    ada.git(&["push", "-q", "--force", "origin", "HEAD:main"]);
    // Eve gets it by whatever way fits; her history may be another one.
    eve.git(&["fetch", "-q"]);
    eve.git(&["reset", "-q", "--hard", "origin/main"]);
    assert_eq!(eve.looks(), MERGED);
    assert_eq!(eve.events(), ada.events());
    assert_eq!(ids(&ada.read(FILE)), ada.events());
    // Nothing is left to be said: opening again changes nothing.
    let before = ada.events();
    assert_eq!((ada.looks(), ada.events()), (MERGED.to_owned(), before));
}

#[test]
fn a_merge_is_the_set_union_and_no_text_stands_twice() {
    let (ada, eve, union) = apart();
    ada.git(&["pull", "-q", "--no-edit", "origin", "main"]);
    assert!(!ada.read(FILE).contains("<<<<<<<"));
    together(&ada, &eve, &union);
    ada.0.run(&["verify", FILE], "").ok();
}

#[test]
fn a_rebase_a_cherry_pick_and_a_squash_are_as_good() {
    for way in ["rebase", "cherry-pick", "squash"] {
        let (ada, eve, union) = apart();
        ada.git(&["fetch", "-q"]);
        match way {
            "rebase" => _ = ada.git(&["rebase", "-q", "origin/main"]),
            "cherry-pick" => _ = ada.git(&["cherry-pick", "origin/main"]),
            _ => {
                ada.git(&["merge", "-q", "--squash", "origin/main"]);
                ada.commits("squashed");
            }
        }
        println!("{way}");
        together(&ada, &eve, &union);
    }
}

#[test]
fn without_the_attribute_a_conflict_that_is_left_in_loads_all_the_same() {
    let (ada, eve, union) = apart();
    ada.0.write("repo/.gitattributes", "");
    ada.git(&["commit", "-qam", "no attribute"]);
    assert!(!ada.git_may_fail(&["pull", "-q", "--no-edit", "origin", "main"]).status.success());
    assert!(ada.read(FILE).contains("<<<<<<<"));
    // The text was merged by git; the session file is in the middle of it.
    assert_eq!(ada.looks(), MERGED);
    assert!(union.is_subset(&ada.events()));
    let said = ada.0.run(&["merge", FILE, "-o", "clean.cowrite.jsonl"], "");
    assert!(said.stdout.contains("3 conflict markers"), "{said:?}");
    said.fails(1);
    assert_eq!(ids(&ada.read("clean.cowrite.jsonl")), union);
    std::fs::copy(ada.0.file("clean.cowrite.jsonl"), ada.0.file(FILE)).unwrap();
    ada.commits("settled");
    together(&ada, &eve, &union);
}

#[test]
fn carriage_returns_shuffled_torn_doubled_and_altered_lines() {
    let (ada, eve, union) = apart();
    let (mine, theirs) = (ada.read(FILE), eve.read(FILE));
    let mut lines: Vec<String> = mine.lines().chain(theirs.lines()).map(str::to_owned).collect();
    let mut rand = Rand::from_number(7);
    for index in (1..lines.len()).rev() {
        lines.swap(index, rand.below(index + 1));
    }
    let altered = mine.lines().nth(3).unwrap().replacen("\"at\":1", "\"at\":2", 1);
    lines.insert(5, altered);
    lines.insert(9, "a word of somebody who opened it in an editor".into());
    let torn = &theirs.lines().last().unwrap()[..40];
    ada.0.write(FILE, format!("{}\r\n{torn}", lines.join("\r\n")));
    assert_eq!(ada.looks(), MERGED);
    assert!(union.is_subset(&ada.events()));
    let said = ada.0.run(&["merge", FILE, "-o", "clean.cowrite.jsonl"], "");
    for words in ["altered", "torn", "not JSON", "carriage returns", "doubled lines"] {
        assert!(said.stdout.contains(words), "{words}: {}", said.stdout);
    }
    assert_eq!(ids(&ada.read("clean.cowrite.jsonl")), union);
    // Both ways round it is the same.
    ada.0.write("mine.cowrite.jsonl", &mine);
    ada.0.write("theirs.cowrite.jsonl", &theirs);
    ada.0.run(&["merge", "mine.cowrite.jsonl", "theirs.cowrite.jsonl"], "").ok();
    ada.0.run(&["merge", "theirs.cowrite.jsonl", "mine.cowrite.jsonl"], "").ok();
    assert_eq!(ids(&ada.read("mine.cowrite.jsonl")), union);
    assert_eq!(ids(&ada.read("theirs.cowrite.jsonl")), union);
}

#[test]
fn a_checkout_with_carriage_returns_is_read_and_the_attribute_keeps_them_out() {
    let (ada, remote) = ada();
    ada.git(&["config", "core.autocrlf", "true"]);
    let there = ids(&ada.read(FILE));
    std::fs::remove_file(ada.0.file(FILE)).unwrap();
    ada.git(&["checkout", "-q", "--", "."]);
    assert!(!ada.read(FILE).contains('\r'), "-text keeps them out");
    // A clone of somebody who turned it off.
    let eve = Person::new("Eve");
    eve.0
        .run_program("git", &["clone", "-q", "-n", "-c", "core.autocrlf=true", &remote, "repo"], "")
        .ok();
    eve.git(&["checkout", "-q", "main"]);
    std::fs::remove_file(eve.0.file("repo/.gitattributes")).unwrap();
    std::fs::remove_file(eve.0.file(FILE)).unwrap();
    eve.git(&["config", "core.attributesFile", "/dev/null"]);
    eve.git(&["checkout", "-q", "--", FILE.strip_prefix("repo/").unwrap()]);
    if !eve.read(FILE).contains('\r') {
        eve.0.write(FILE, eve.read(FILE).replace('\n', "\r\n"));
    }
    assert_eq!(ids(&eve.read(FILE)), there);
    let text = eve.looks();
    assert_eq!(text.replace('\r', ""), ada.text());
}

#[test]
fn the_text_comes_before_its_events_and_stands_once() {
    let (ada, eve, union) = apart();
    ada.git(&["pull", "-q", "--no-edit", "origin", "main"]);
    let late = ada.read(FILE);
    // Of the pull only the text has come.
    ada.git(&["checkout", "-q", "HEAD~1", "--", "sessions"]);
    let own = ada.read(FILE);
    assert!(own.len() < late.len());
    assert_eq!(ada.looks(), MERGED);
    // Ada goes on before the events are there.
    ada.writes(1, "-A2");
    ada.0.write(FILE, &late);
    let merged = MERGED.replace("# Plan", "# Plan-A2");
    assert_eq!(ada.looks(), merged);
    assert_eq!(ada.text().matches("E1").count(), 1);
    assert!(union.is_subset(&ada.events()));
    // Who wrote it is known now: it is Eve's.
    ada.shares();
    eve.0.write(FILE, ada.read(FILE));
    eve.0.write("repo/plan.md", ada.read("repo/plan.md"));
    assert_eq!(eve.looks(), merged);
    assert_eq!(eve.events(), ids(&ada.read(FILE)));
    assert_eq!(ada.looks(), merged);
}

#[test]
fn the_events_come_before_the_text_and_nobody_is_asked() {
    let (ada, eve, _) = apart();
    let union = ids(&ada.read(FILE)).union(&ids(&eve.read(FILE))).cloned().collect();
    let mut lines = ada.read(FILE);
    lines.push_str(&eve.read(FILE));
    let before = ada.read("repo/plan.md");
    ada.0.write(FILE, &lines);
    // The file is as it was; the text here has more.
    assert_eq!(ada.looks(), MERGED);
    assert_eq!(ada.read("repo/plan.md"), before);
    // Now git brings the text that both make together.
    ada.0.write("repo/plan.md", MERGED);
    assert_eq!(ada.looks(), MERGED);
    std::fs::copy(eve.0.file(FILE), eve.0.file("eve.cowrite.jsonl")).unwrap();
    ada.git(&["checkout", "-q", "--", "sessions"]);
    ada.shares();
    ada.commits("by hand");
    ada.git(&["pull", "-q", "--no-edit", "-X", "ours", "origin", "main"]);
    together(&ada, &eve, &union);
}

#[test]
fn an_older_version_is_asked_about_and_what_is_new_is_kept() {
    let (ada, _eve, _) = apart();
    ada.git(&["checkout", "-q", "HEAD~1"]);
    let said = ada.0.run(&["do", "cursor.top", "repo/plan.md"], "").fails(1);
    assert!(said.contains("one of its older versions again"), "{said}");
    assert!(ada.text().contains("A1"));
    ada.git(&["checkout", "-q", "-"]);
    ada.git_may_fail(&["checkout", "-q", "main"]);
    assert!(ada.looks().contains("A1"));
}

#[test]
fn conflict_markers_in_the_text_are_never_taken_in() {
    let (ada, eve) = two();
    ada.writes(5, "-from-Ada");
    ada.shares();
    ada.commits("of Ada");
    eve.writes(5, "-from-Eve");
    eve.shares();
    eve.commits("of Eve");
    eve.git(&["push", "-q", "origin", "HEAD:main"]);
    assert!(!ada.git_may_fail(&["pull", "-q", "--no-edit", "origin", "main"]).status.success());
    assert!(ada.read("repo/plan.md").contains("<<<<<<<"));
    let text = ada.looks();
    assert!(!text.contains("<<<<<<<") && !text.contains(">>>>>>>"), "{text}");
    assert_eq!((text.matches("from-Ada").count(), text.matches("from-Eve").count()), (1, 1));
    // Saving writes what both make together over the markers.
    ada.does("file.save");
    assert_eq!(ada.read("repo/plan.md"), text);
    ada.shares();
    ada.commits("settled");
    ada.git(&["push", "-q", "origin", "HEAD:main"]);
    eve.git(&["pull", "-q", "--no-edit", "origin", "main"]);
    assert_eq!(eve.looks(), text);
    assert_eq!(eve.events(), ada.events());
}

#[test]
fn one_change_from_outside_is_taken_in_by_two() {
    let (ada, eve) = two();
    let changed = ada.read("repo/plan.md").replace("gamma three", "gamma 3, by an editor");
    for person in [&ada, &eve] {
        person.0.write("repo/plan.md", &changed);
        assert_eq!(person.looks(), changed);
        person.shares();
        person.commits("an editor's");
    }
    eve.git(&["push", "-q", "origin", "HEAD:main"]);
    ada.git(&["pull", "-q", "--no-edit", "origin", "main"]);
    assert_eq!(ada.looks(), changed);
    ada.shares();
    eve.0.write(FILE, ada.read(FILE));
    assert_eq!(eve.looks(), changed);
    assert_eq!(eve.events(), ids(&ada.read(FILE)));
}

/// Puts the text and its session file, which lie in one folder, into another's folder, as mail does.
fn mails(from: &Person, to: &Person) {
    for file in ["repo/plan.md", "repo/plan.cowrite.jsonl"] {
        to.0.write(file, from.read(file));
    }
}

#[test]
fn text_and_session_find_each_other_without_a_repository() {
    let ada = Person::new("Ada");
    ada.0.write("repo/plan.md", TEXT);
    ada.writes(3, "-ada");
    ada.shares();
    // By the text, by the session file, and both ways home again.
    for by in ["repo/plan.md", "repo/plan.cowrite.jsonl"] {
        let eve = Person::new("Eve");
        mails(&ada, &eve);
        eve.0.run(&["do", "go.line 5; cursor.line-end; edit.insert -eve; file.save", by], "").ok();
        eve.shares();
        assert_eq!(eve.session().id, ada.session().id, "{by}");
        let both = TEXT.replace("alpha one", "alpha one-ada").replace("beta two", "beta two-eve");
        assert_eq!(eve.read("repo/plan.md"), both, "{by}");
        let bob = Person::new("Bob");
        mails(&eve, &bob);
        assert_eq!(bob.looks(), both, "{by}");
        assert_eq!(bob.events(), ids(&eve.read("repo/plan.cowrite.jsonl")), "{by}");
    }
}

#[test]
fn what_comes_while_it_is_open_is_shown_and_marked_until_it_is_seen() {
    let (ada, eve, _) = apart();
    let term = open(&ada.0, &["repo/plan.md"]);
    term.wait_for("beta two-A1");
    ada.git(&["pull", "-q", "--no-edit", "origin", "main"]);
    term.wait_for("delta four-E1");
    term.wait_for(" new");
    // What the file and the session file bring is one and the same.
    term.wait_gone("plan.md *");
    term.keys("<f9>");
    term.wait_for("Eve");
    for _ in 0..6 {
        term.keys("<f9>");
    }
    term.wait_for("Nothing is new");
    term.keys("<ctrl-e>gh");
    term.wait_for("The great plan");
    term.keys("<esc>");
    quit(&term);
    assert_eq!(ada.text(), MERGED);
    drop(eve);
}

#[test]
fn a_session_file_opens_with_the_text_beside_it() {
    let (_ada, remote) = ada();
    let eve = Person::new("Eve");
    eve.0.run_program("git", &["clone", "-q", &remote, "repo"], "").ok();
    let term = open(&eve.0, &[FILE]);
    term.wait_for("alpha one-A0");
    term.keys("<ctrl-end>more<ctrl-s>");
    term.wait_for("Saved to");
    quit(&term);
    assert!(eve.read("repo/plan.md").ends_with("more"));
}

#[test]
fn what_two_set_apart_is_settled_with_one_key() {
    let (ada, eve) = two();
    ada.does("session.rename Ada's title");
    ada.does("decision.reject");
    ada.shares();
    eve.does("session.rename Eve's title");
    eve.does("decision.accept");
    eve.shares();
    let both = ada.read(FILE) + &eve.read(FILE);
    for person in [&ada, &eve] {
        person.0.write(FILE, &both);
    }
    let term = open(&ada.0, &["repo/plan.md"]);
    term.wait_for("2 conflicts");
    term.keys("<ctrl-e>gm");
    term.wait_for("Ada's title");
    term.wait_for("Eve's title");
    term.keys("1");
    term.wait_for("about the outcome “the fair is in June”");
    term.keys("1");
    term.wait_for("Settled");
    quit(&term);
    let session = ada.session();
    assert!(!session.title.is_conflict());
    assert!(session.decisions.newest().iter().all(|decision| !decision.is_conflict()));
    ada.shares();
    eve.0.write(FILE, ada.read(FILE));
    eve.looks();
    assert_eq!(eve.session().title(), session.title());
}

#[test]
fn secrets_stop_it_until_they_are_let_pass() {
    let (ada, _remote) = ada();
    let key = format!("AKIA{}", "ABCDEFGHIJ234567");
    ada.writes(1, &format!("-- {key} and ada@firm.de"));
    let before = ada.read(FILE);
    let said = ada.0.run(&["share", "repo/plan.md", "--yes"], "");
    assert!(!said.stdout.contains(&key) && !said.stderr.contains(&key), "{said:?}");
    assert!(said.stdout.contains("an access key of AWS"), "{said:?}");
    assert!(said.stdout.contains("plan.md, line 1"), "{said:?}");
    said.fails(1);
    assert_eq!(ada.read(FILE), before);
    // Deleted from the text it is in the history all the same.
    ada.does("edit.undo; file.save");
    let said = ada.0.run(&["share", "repo/plan.md", "--yes"], "");
    assert!(said.stdout.contains("is gone"), "{said:?}");
    said.fails(1);
    let said = ada.0.run(&["share", "repo/plan.md", "--yes", "--allow", "email"], "");
    let line = said.stdout.lines().find(|line| line.starts_with('#')).unwrap().to_owned();
    assert!(!said.stdout.contains("e-mail"), "{said:?}");
    let id = line.split_whitespace().next().unwrap();
    ada.0.run(&["share", "repo/plan.md", "--yes", "--allow-finding", id], "").ok();
    // Remembered.
    ada.writes(1, "-bob@firm.de");
    ada.shares();
    assert!(ada.read(FILE).contains("bob@"));
    assert!(!ada.read(FILE).contains("document.bound"));
}

#[test]
fn who_is_there_for_the_first_time_is_told_everything_once() {
    let (ada, remote) = ada();
    let eve = Person::new("Eve");
    eve.0.run_program("git", &["clone", "-q", &remote, "repo"], "").ok();
    let term = open(&eve.0, &["repo/plan.md"]);
    term.wait_for("/handoff tells of it");
    quit(&term);
    let page = eve.0.run(&["handoff", "repo/plan.md"], "").ok();
    for words in ["for the first time", "- Ada (", "“Ship in May”, Ada (new)"] {
        assert!(page.contains(words), "{words}\n{page}");
    }
    // Who writes before reading the page in the workspace has read nothing there.
    eve.does("go.line 5; cursor.line-end; edit.insert -E0; file.save");
    let term = open(&eve.0, &["repo/plan.md"]);
    term.wait_for("You are here for the first time");
    term.keys("<ctrl-e>gh");
    term.wait_for("What others did so far");
    term.keys("<esc>");
    quit(&term);
    let page = eve.0.run(&["handoff", "repo/plan.md"], "").ok();
    assert!(page.contains("Nothing came from others since you looked last."), "{page}");
    // To Ada it is nothing new at all.
    let page = ada.0.run(&["handoff", "repo/plan.md"], "").ok();
    assert!(page.contains("Nothing came from others since you looked last."), "{page}");
}

#[test]
fn another_session_beside_ones_own_is_offered_and_no_text_stands_twice() {
    let (ada, remote) = ada();
    let eve = Person::new("Eve");
    eve.0.run_program("git", &["clone", "-q", &remote, "repo"], "").ok();
    // Eve began one of her own before Ada's session file was there.
    let file = eve.read(FILE);
    std::fs::remove_file(eve.0.file(FILE)).unwrap();
    eve.does("go.line 5; cursor.line-end; edit.insert -E0; file.save");
    let text = eve.read("repo/plan.md");
    let own = eve.session().id;
    eve.0.write(FILE, &file);
    let told = eve.0.run(&["do", "cursor.top", "repo/plan.md"], "");
    let told = format!("{}{}", told.stdout, told.stderr);
    assert!(told.contains("holds another session of this text, by Ada"), "{told}");
    assert_eq!(eve.session().id, own, "nothing is taken in by itself");

    let term = open(&eve.0, &["repo/plan.md"]);
    term.wait_for("Another session of plan.md came");
    term.keys("o");
    term.wait_for("alpha one-A0");
    term.keys("<alt-4>");
    term.wait_for("Ship in May");
    quit(&term);
    assert_eq!(eve.read("repo/plan.md"), text, "the file is as it was");
    let all = sessions(&eve.0);
    assert_eq!(all.len(), 2);
    for session in &all {
        let entry = session.documents.values().next().unwrap();
        assert_eq!(entry.document.rope().to_string(), text);
    }
    // Hers is Ada's session now, and nobody asks again.
    let told = eve.0.run(&["do", "cursor.top", "repo/plan.md"], "");
    assert!(!format!("{}{}", told.stdout, told.stderr).contains("another session"));
    drop(ada);
}

#[test]
fn one_goes_on_with_ones_own_and_is_not_asked_again() {
    let (_ada, remote) = ada();
    let eve = Person::new("Eve");
    eve.0.run_program("git", &["clone", "-q", &remote, "repo"], "").ok();
    let file = eve.read(FILE);
    std::fs::remove_file(eve.0.file(FILE)).unwrap();
    eve.writes(5, "-E0");
    eve.0.write(FILE, &file);
    let term = open(&eve.0, &["repo/plan.md"]);
    term.wait_for("Another session of plan.md came");
    term.keys("k");
    term.wait_for("Going on with yours");
    quit(&term);
    let told = eve.0.run(&["do", "cursor.top", "repo/plan.md"], "");
    assert!(!format!("{}{}", told.stdout, told.stderr).contains("another session"));
    assert_eq!(sessions(&eve.0).len(), 1);
}

#[test]
fn sharing_without_a_screen_is_done_when_the_command_ends() {
    let (ada, _) = ada();
    ada.writes(9, "-A1");
    ada.does("session.share; dialog.yes");
    assert_eq!(ids(&ada.read(FILE)), ada.events());
}

/// One redacts and the other does something else to the piece in which the words stand: no character
/// stands twice, none comes back, and none is lost.
#[test]
fn redactions_beside_other_work_meet_in_git() {
    type Work = fn(&Person);
    let cases: [(&str, Work, &str, &[&str]); 4] = [
        (
            "another word",
            |eve| eve.redacts("delta four"),
            "# Plan\n\n-A0\n\nbeta two\n\ngamma three\n\n\n\nomega\n",
            &["alpha one", "delta four"],
        ),
        (
            "the same word",
            |eve| eve.redacts("alpha one"),
            "# Plan\n\n-A0\n\nbeta two\n\ngamma three\n\ndelta four\n\nomega\n",
            &["alpha one"],
        ),
        (
            "typing",
            |eve| eve.writes(7, "-E1"),
            "# Plan\n\n-A0\n\nbeta two\n\ngamma three-E1\n\ndelta four\n\nomega\n",
            &["alpha one"],
        ),
        (
            "a line deleted",
            |eve| _ = eve.does("go.line 7; select.line; edit.delete; file.save"),
            "# Plan\n\n-A0\n\nbeta two\n\n\ndelta four\n\nomega\n",
            &["alpha one"],
        ),
    ];
    for (what, work, want, gone) in cases {
        let (ada, eve) = two();
        ada.redacts("alpha one");
        work(&eve);
        for person in [&ada, &eve] {
            person.shares();
            person.commits("apart");
        }
        eve.git(&["push", "-q", "origin", "HEAD:main"]);
        for round in 0..3 {
            for person in [&ada, &eve] {
                person.git(&["pull", "-q", "--no-edit", "origin", "main"]);
                let told = person.0.run(&["handoff", "repo/plan.md"], "").ok();
                assert_eq!(person.looks(), want, "{what}, round {round}");
                if round == 0 && (gone.len() == 2 || std::ptr::eq(person, &eve)) {
                    assert!(told.contains("## What was redacted"), "{what}: {told}");
                    assert!(!told.contains("“# Plan"), "{what}: {told}");
                }
                person.accepts();
                person.does("file.save");
                assert_eq!(person.read("repo/plan.md"), want, "{what}, round {round}");
                person.shares();
                person.commits("together");
                person.git(&["push", "-q", "origin", "HEAD:main"]);
            }
        }
        for person in [&ada, &eve] {
            assert_eq!(person.text(), want, "{what}");
            for words in gone {
                assert_eq!(person.holders(words), Vec::<String>::new(), "{what}: {words}");
            }
            person.0.run(&["verify"], "").ok();
            person.0.run(&["verify", FILE], "").ok();
        }
    }
}

#[test]
fn a_fresh_clone_is_told_of_by_its_text_alone() {
    let (ada, remote) = ada();
    let eve = clones("Eve", &remote);
    let page = eve.0.file("page.html").to_str().unwrap().to_owned();
    for (args, words) in [
        // Her words are among those that the file had before.
        (&["blame"][..], "+1 "),
        (&["history"], "decision: Ship in May"),
        (&["handoff"], "Ship in May"),
        (&["decisions"], "Ship in May"),
        (&["decisions", "tree"], "Ship in May"),
        (&["stats"], "Ada"),
        (&["check"], "checked: 1 decision"),
        (&["export"], "Ship in May"),
        (&["export", "--html", "-o", &page], "The page is"),
        (&["verify"], "all is well"),
    ] {
        let mut all = args.to_vec();
        all.insert(1.min(all.len()), "repo/plan.md");
        if args.get(1) == Some(&"tree") {
            all = vec!["decisions", "tree", "repo/plan.md"];
        }
        let told = eve.0.run(&all, "");
        let said = format!("{}{}", told.stdout, told.stderr);
        assert_eq!(told.status.code(), Some(0), "{all:?}: {said}");
        assert!(said.contains(words), "{all:?}: {said}");
        assert!(sessions(&eve.0).is_empty(), "{all:?}: nothing is written by reading");
    }
    // What was pulled since is told of, too.
    ada.decides("Ask the bank", "we need a loan");
    ada.shares();
    ada.commits("more");
    ada.git(&["push", "-q", "origin", "HEAD:main"]);
    eve.looks();
    let before = logs(&eve.0);
    eve.git(&["pull", "-q"]);
    let told = eve.0.run(&["decisions", "repo/plan.md"], "").ok();
    assert!(told.contains("Ask the bank"), "{told}");
    assert_eq!(logs(&eve.0), before);
    // What works in the session takes it in, in another clone by the same way.
    let cy = clones("Cy", &remote);
    cy.0.run(&["share", "repo/plan.md", "--yes"], "").ok();
    assert_eq!(cy.session().id, eve.session().id);
    // Without any session it is said where it was looked for.
    cy.0.write("repo/other.md", "other\n");
    let told = cy.0.run(&["blame", "repo/other.md"], "").fails(1);
    assert!(told.contains("no session file of its folder or repository names it"), "{told}");
}

#[test]
fn a_renamed_text_and_a_session_file_anywhere_in_the_repository_are_found() {
    let (ada, _) = ada();
    std::fs::create_dir(ada.0.file("repo/docs2")).unwrap();
    ada.git(&["mv", "plan.md", "docs2/bakery.md"]);
    for args in [&["blame"][..], &["stats"], &["handoff"], &["attest", "--list"]] {
        let mut all = args.to_vec();
        all.insert(1, "repo/docs2/bakery.md");
        let told = ada.0.run(&all, "");
        assert!(!told.stderr.contains("has no session"), "{all:?}: {}", told.stderr);
    }
    ada.0.run(&["share", "repo/docs2/bakery.md", "--yes"], "").ok();

    // Ada's other text has its session file far from it.
    ada.0.write("repo/texts/x.md", "x\n");
    ada.0.run(&["do", "edit.insert Hers ; file.save", "repo/texts/x.md"], "").ok();
    std::fs::create_dir_all(ada.0.file("repo/meta/deep")).unwrap();
    let to = "repo/meta/deep/x.cowrite.jsonl";
    ada.0.run(&["share", "repo/texts/x.md", "--to", to, "--yes"], "").ok();
    ada.commits("elsewhere");
    ada.git(&["push", "-q", "origin", "HEAD:main"]);
    let remote = ada.0.file("remote.git").to_str().unwrap().to_owned();
    let cy = clones("Cy", &remote);
    let told = cy.0.run(&["do", "edit.insert His ; file.save", "repo/texts/x.md"], "");
    assert!(told.stderr.contains("meta/deep/x.cowrite.jsonl"), "{}", told.stderr);
    cy.0.run(&["share", "repo/texts/x.md", "--yes"], "").ok();
    assert!(!cy.0.file("repo/sessions/x.cowrite.jsonl").exists());
    let blamed = cy.0.run(&["blame", "repo/texts/x.md"], "").ok();
    // Hers, his, and what the file had.
    assert!(blamed.contains("+2 "), "{blamed}");
}

#[test]
fn a_session_is_found_after_git_mv_and_in_a_repository_taken_in_as_a_folder() {
    let (ada, remote) = ada();
    std::fs::create_dir(ada.0.file("repo/docs")).unwrap();
    ada.git(&["mv", "plan.md", "docs/bakery.md"]);
    ada.commits("renamed");
    ada.git(&["push", "-q", "origin", "HEAD:main"]);
    let eve = clones("Eve", &remote);
    let told = eve.0.run(
        &["do", "go.line 5; cursor.line-end; edit.insert -E1; file.save", "repo/docs/bakery.md"],
        "",
    );
    assert!(told.stderr.contains("was renamed"), "{}", told.stderr);
    eve.0.run(&["share", "repo/docs/bakery.md", "--yes"], "").ok();
    assert_eq!(eve.session().id, ada.session().id);
    eve.commits("of Eve");
    eve.git(&["push", "-q", "origin", "HEAD:main"]);
    let cy = clones("Cy", &remote);
    let told = cy.0.run(&["blame", "repo/docs/bakery.md"], "").ok();
    assert!(told.contains("+1 "), "{told}");
    // Renamed by one and changed by another: git knows how it was called.
    cy.0.write("repo/docs/bakery.md", cy.read("repo/docs/bakery.md").replace("gamma", "and gamma"));
    cy.0.run(&["blame", "repo/docs/bakery.md"], "").ok();
    cy.git(&["checkout", "-q", "docs/bakery.md"]);
    // Which of two texts with the same words is meant can't be told.
    cy.0.write("repo/docs/copy.md", cy.read("repo/docs/bakery.md"));
    let told = cy.0.run(&["blame", "repo/docs/copy.md"], "").fails(1);
    assert!(told.contains("no session file"), "{told}");
    cy.0.run(&["blame", "repo/docs/bakery.md"], "").ok();

    let dan = Person::new("Dan");
    dan.0.run_program("git", &["init", "-q", "-b", "main", "repo"], "").ok();
    dan.0.run_program("git", &["clone", "-q", &remote, "repo/vendor/lib"], "").ok();
    std::fs::remove_dir_all(dan.0.file("repo/vendor/lib/.git")).unwrap();
    dan.commits("taken in");
    let told = dan.0.run(&["blame", "repo/vendor/lib/docs/bakery.md"], "").ok();
    assert!(told.contains("+1 "), "{told}");
    dan.git(&["mv", "vendor/lib/docs/bakery.md", "vendor/lib/plan.md"]);
    let told = dan.0.run(&["blame", "repo/vendor/lib/plan.md"], "").ok();
    assert!(told.contains("+1 "), "{told}");
}

#[test]
fn two_sessions_that_a_merge_put_into_one_file_are_told_apart() {
    let (ada, remote) = ada();
    let eve = clones("Eve", &remote);
    let hers = eve.read(FILE);
    std::fs::remove_file(eve.0.file(FILE)).unwrap();
    eve.writes(5, "-E0");
    eve.decides("Rent a hall", "it rains in May");
    eve.shares();
    let both = hers.clone() + &eve.read(FILE);
    let cy = clones("Cy", &remote);
    for person in [&ada, &eve, &cy] {
        person.0.write(FILE, &both);
    }
    let (mine, other) = (ada.session().id, eve.session().id);
    for person in [&ada, &eve, &cy] {
        let told = person.0.run(&["verify", FILE], "");
        assert_eq!(told.status.code(), Some(0), "{}", told.stdout);
        assert!(told.stderr.contains("Each of the sessions is whole"), "{}", told.stderr);
        for args in [&["check", FILE][..], &["check", "repo/plan.md"]] {
            let told = person.0.run(args, "");
            assert!(told.stderr.contains("checked: 2 decisions"), "{args:?}: {}", told.stderr);
        }
        let told = person.0.run(&["blame", "repo/plan.md"], "");
        assert!(told.stderr.contains("2 sessions that were begun apart"), "{}", told.stderr);
        assert!(told.stderr.contains("begun by Ada") && told.stderr.contains("begun by Eve"));
    }
    // Each is named by its id, of the text as of the file.
    for what in [FILE, "repo/plan.md"] {
        for (id, words) in [(mine, "Ship in May"), (other, "Rent a hall")] {
            let told = cy.0.run(&["export", what, "--session", &id.short()], "").ok();
            assert!(told.contains(words), "{what} {words}: {told}");
        }
    }
    // A line of another session that is not whole is none of these.
    let slipped = hers.clone() + eve.read(FILE).lines().last().unwrap() + "\n";
    cy.0.write("odd.cowrite.jsonl", slipped);
    cy.0.run(&["verify", "odd.cowrite.jsonl"], "").fails(1);

    // Everybody who opens it is told, and goes over.
    for (person, own, over) in [(&ada, mine, other), (&eve, other, mine)] {
        let told = person.0.run(&["do", "cursor.top", "repo/plan.md"], "");
        let way = format!("--session {}` goes over to it", over.short());
        assert!(told.stderr.contains(&way), "{}", told.stderr);
        assert_eq!(person.session().id, own);
    }
    let term = open(&eve.0, &["repo/plan.md"]);
    term.wait_for("Another session of plan.md came");
    term.wait_for("Agree on one");
    term.keys("o");
    term.keys("<alt-4>");
    term.wait_for("Ship in May");
    quit(&term);
    let told = eve.0.run(&["blame", "repo/plan.md"], "").ok();
    assert!(told.contains("+1 "), "{told}");
    let session = mine.short();
    // Her file is an older version of that text.
    ada.0.run(&["do", "cursor.top", FILE, "--session", &other.short(), "--yes"], "").ok();
    assert_eq!(sessions(&ada.0).len(), 2, "{session}");
}

#[test]
fn what_a_session_file_lacks_is_said_where_the_library_has_it() {
    let (ada, _) = ada();
    let file = ada.read(FILE);
    let lines: Vec<&str> = file.lines().collect();
    let cut: String = lines[..lines.len() - 3].iter().map(|line| format!("{line}\n")).collect();
    ada.0.write("cut.cowrite.jsonl", &cut);
    let told = ada.0.run(&["verify", "cut.cowrite.jsonl"], "");
    assert_eq!(told.status.code(), Some(0), "{}", told.stdout);
    assert!(told.stderr.contains("has 3 events of"), "{}", told.stderr);
    // Who knows nothing of it is told what a file alone can't tell.
    let eve = Person::new("Eve");
    eve.0.write("cut.cowrite.jsonl", &cut);
    let told = eve.0.run(&["verify", "cut.cowrite.jsonl"], "");
    assert!(told.stderr.contains("cut off its end a file alone can't tell"), "{}", told.stderr);
    // Marks that a merge left, with the way to be rid of them.
    eve.0.write("marks.cowrite.jsonl", format!("<<<<<<< HEAD\n{file}=======\n>>>>>>> eve\n"));
    let told = eve.0.run(&["verify", "marks.cowrite.jsonl"], "");
    assert_eq!(told.status.code(), Some(1), "{}", told.stdout);
    assert!(told.stderr.contains("cowrite merge marks.cowrite.jsonl -o"), "{}", told.stderr);
    eve.0.run(&["merge", "marks.cowrite.jsonl", "-o", "clean.cowrite.jsonl"], "").fails(1);
    eve.0.run(&["verify", "clean.cowrite.jsonl"], "").ok();
    let told = eve.0.run(&["verify", "nowhere"], "").fails(2);
    assert!(told.contains("There is no nowhere"), "{told}");
}

/// What another program wrote into the file is a part of what is shared.
#[test]
fn a_change_of_another_program_is_shared_with_the_rest() {
    let (ada, remote) = ada();
    let text = ada.read("repo/plan.md").replace("omega", "omega by vim");
    ada.0.write("repo/plan.md", &text);
    ada.shares();
    ada.commits("by vim");
    ada.git(&["push", "-q", "origin", "HEAD:main"]);
    let eve = crate::clones::joins("Eve", &remote);
    assert_eq!(eve.looks(), text);
    assert_eq!(eve.events(), ada.events());
}
