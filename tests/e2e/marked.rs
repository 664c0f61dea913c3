//! What another program wrote, and git could not put together with what came by a session: whoever
//! opens the file with git's markers in it finds the words of both, each once.

use crate::clones::{ada, joins};

#[test]
fn a_file_with_markers_has_the_words_of_both_once() {
    type Way = (&'static str, &'static [&'static str]);
    let ways: [Way; 5] = [
        ("merge", &["merge", "-q", "--no-edit", "origin/main"]),
        ("rebase", &["rebase", "-q", "origin/main"]),
        ("cherry-pick", &["cherry-pick", "origin/main"]),
        ("squash", &["merge", "-q", "--squash", "origin/main"]),
        ("stash", &["stash", "pop"]),
    ];
    for (index, (what, way)) in ways.into_iter().enumerate() {
        let (ada, remote) = ada();
        let eve = joins("Eve", &remote);
        if index % 2 == 0 {
            eve.does("cursor.top");
        }
        ada.writes(5, "-from-Ada");
        ada.does("go.line 7; cursor.line-end; edit.insert -A2; file.save");
        ada.does(
            "go.line 9; cursor.line-end; edit.newline; edit.newline; edit.insert new A3; file.save",
        );
        ada.shares();
        ada.commits("of Ada");
        ada.git(&["push", "-q", "origin", "HEAD:main"]);
        // Eve writes with another program.
        let text = eve.read("repo/plan.md").replace("beta two", "beta two-from-Eve");
        eve.0.write("repo/plan.md", text);
        eve.git(&["fetch", "-q"]);
        if what == "stash" {
            eve.git(&["stash"]);
            eve.git(&["merge", "-q", "--no-edit", "origin/main"]);
        } else {
            eve.commits("of Eve");
        }
        eve.git_may_fail(way);
        assert!(eve.read("repo/plan.md").contains("<<<<<<<"), "{what}");
        eve.does("cursor.top; file.save");
        let text = eve.read("repo/plan.md");
        for words in ["-from-Ada", "-from-Eve", "-A2", "new A3", "beta two", "alpha one", "omega"] {
            assert_eq!(text.matches(words).count(), 1, "{what}: {words} in\n{text}");
        }
        eve.shares();
        eve.git(&["add", "-A"]);
        if what == "rebase" {
            eve.git(&["rebase", "--continue"]);
        } else {
            eve.commits("together");
        }
        eve.git(&["push", "-q", "-f", "origin", "HEAD:main"]);
        // Of a commit that was picked or squashed git knows not that it was Ada's.
        ada.git_may_fail(&["pull", "-q", "--no-edit", "origin", "main"]);
        assert_eq!(ada.looks(), text, "{what}");
    }
}
