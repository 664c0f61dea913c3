//! Answers for reading: edits of any form as differences, and while they come.

use cowrite::assist::readable;

#[track_caller]
fn check(answer: &str, shown: &str) {
    assert_eq!(readable(answer, false), shown, "{answer:?}");
}

#[test]
fn edits_are_shown_as_differences() {
    const SHOWN: &str = "So.\n```diff\n- a\n+ b\n```\nDone.\n";
    for edit in [
        "<<<<<<< SEARCH\na\n=======\nb\n>>>>>>> REPLACE\n",
        "plan.md\n```md\n<<<<<<< SEARCH\na\n=======\nb\n>>>>>>> REPLACE\n```\n",
        "------- SEARCH\na\n=======\nb\n+++++++ REPLACE\n",
        "*** Begin Patch\n*** Update File: plan.md\n@@\n-a\n+b\n*** End Patch\n",
        "```diff\n--- a/plan.md\n+++ b/plan.md\n@@ -1 +1 @@\n-a\n+b\n```\n",
        "<old_text>\na\n</old_text>\n<new_text>\nb\n</new_text>\n",
        "<edits><edit><old_text>a</old_text><new_text>b</new_text></edit></edits>\n",
        "```json\n{\"old_str\": \"a\", \"new_str\": \"b\"}\n```\n",
        "<tool_call>{\"name\": \"edit\", \"arguments\": {\"old_str\": \"a\", \"new_str\": \"b\"}}</tool_call>\n",
        "<invoke name=\"edit\"><parameter name=\"old_str\">a</parameter><parameter name=\"new_str\">b</parameter></invoke>\n",
    ] {
        check(&format!("So.\n{edit}Done.\n"), SHOWN);
    }
    // Of several files each has its name.
    let block = "<<<<<<< SEARCH\na\n=======\nb\n>>>>>>> REPLACE\n";
    check(
        &format!("So.\nplan.md\n{block}app.py\n{block}Done.\n"),
        "So.\n`plan.md`\n```diff\n- a\n+ b\n```\n`app.py`\n```diff\n- a\n+ b\n```\nDone.\n",
    );
    // What stands in both texts is shown once.
    check(
        "<<<<<<< SEARCH\na\nb\nc\n=======\na\nx\nc\n>>>>>>> REPLACE\n",
        "```diff\n  a\n- b\n+ x\n  c\n```\n",
    );
    // A fence in the text needs a longer one.
    check(
        "<<<<<<< SEARCH\na\n=======\n```\nb\n```\n>>>>>>> REPLACE\n",
        "````diff\n- a\n+ ```\n+ b\n+ ```\n````\n",
    );
    // What is no edit stays as it came.
    for answer in [
        "So.\n",
        "",
        "```rust\nlet a = 1;\n```\n",
        "{\"name\": \"x\"}\n",
        "<<<<<<< HEAD\nis git's.\n",
        "---\n***\n- a\n[link](x)\n",
        "--- a\nb\n",
    ] {
        check(answer, answer);
        assert_eq!(readable(answer, true), answer);
    }
    check("So.\n<<<<<<< SEARCH\na\n", "So.\n\n*a change that was cut short*\n");
    check("<<<<<<< SEARCH\na\n>>>>>>> REPLACE\n", "```\n<<<<<<< SEARCH\na\n>>>>>>> REPLACE\n```\n");
}

/// While an edit comes, its markers don't show.
#[test]
fn a_coming_edit_is_told_in_words() {
    const WRITING: &str = "So.\n\n*… writing a change*\n";
    for (edit, sure) in [
        ("<<<<<<< SEARCH\na\n=======\nb\n>>>>>>> REPLACE\n", "<<<<<<< SEARCH\n"),
        (
            "*** Begin Patch\n*** Update File: a\n@@\n-a\n+b\n*** End Patch\n",
            "*** Begin Patch\n*** Update File: a\n@@\n-a",
        ),
        ("```diff\n@@ -1 +1 @@\n-a\n+b\n```\n", "```diff\n@@ -1 +1 @@\n"),
        ("<old_text>\na\n</old_text>\n<new_text>\nb\n</new_text>\n", "<old_text>\n"),
        ("{\"old_str\": \"a\", \"new_str\": \"b\"}\n", "{\"old_str\""),
    ] {
        for at in sure.len()..edit.trim_end().len() - 1 {
            let coming = format!("So.\n{}", &edit[..at]);
            let shown = readable(&coming, true);
            assert!(
                shown == WRITING || shown == "So.\n```diff\n- a\n+ b\n```\n",
                "{coming:?}: {shown:?}"
            );
        }
    }
}
