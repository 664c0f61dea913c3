//! What an answer says besides its edits: thoughts and drafts, names of other files, edits that take
//! back earlier ones, labels.

use super::assist_calls::applied;
use super::assist_loose::block;

const TEXT: &str = "[lamp]\nlit = true\nwatts = 40\n";

/// An edit, and the text with it.
fn edit(old: &str, new: &str) -> (String, String) {
    (block(&format!("{old}\n"), &format!("{new}\n")), TEXT.replace(old, new))
}

const THOUGHTS: &[(&str, &str)] = &[
    ("<think>", "</think>"),
    ("<thinking>", "</thinking>"),
    ("<reasoning>", "</reasoning>"),
    ("<analysis>", "</analysis>"),
    ("<Analysis>", "</Analysis>"),
    ("<thought>", "</thought>"),
    ("<thoughts>", "</thoughts>"),
    ("<reflection>", "</reflection>"),
    ("<scratchpad>", "</scratchpad>"),
    ("[THINK]", "[/THINK]"),
    ("◁think▷", "◁/think▷"),
    ("<!--", "-->"),
    ("<details><summary>Draft</summary>", "</details>"),
];

#[test]
fn what_is_thought_is_no_edit() {
    let (good, after) = edit("watts = 40", "watts = 60");
    let applies = |reply: &str, after: &str| {
        let got = applied(TEXT, reply);
        assert_eq!(got.0, after, "{reply}");
    };
    for (open, close) in THOUGHTS {
        for (old, new) in [("lit = true", "lit = false"), ("watts = 40", "watts = 50")] {
            let draft = format!("{open}\nI could do\n{}but no.\n{close}\n", edit(old, new).0);
            applies(&draft, TEXT);
            applies(&format!("{draft}\n{good}"), &after);
            applies(&format!("{good}\n{draft}"), &after);
            applies(&format!("I see.\n\n{draft}\n{good}"), &after);
            let fenced = format!("```\n{}```\n", edit(old, new).0);
            applies(&format!("{open}\n{fenced}{close}\n{good}"), &after);
        }
        // On one line, and before an edit on that of the closing mark.
        applies(&format!("{open} Only the watts. {close}\n{good}"), &after);
    }
    // One that does not end is no answer yet; a comment that does not end is none.
    applies(&format!("<scratchpad>\n{good}"), TEXT);
    applies(&format!("<!--\n{good}"), &after);
    applies(&format!("<!-- the new watts -->\n{good}"), &after);
}

#[test]
fn a_document_with_such_marks_is_edited() {
    for (open, close) in THOUGHTS {
        let text = format!("Ask for this:\n\n{open}\nThe old words.\n{close}\n\nThat is all.\n");
        let after = text.replace("old", "new");
        let block = block("The old words.\n", "The new words.\n");
        assert_eq!(applied(&text, &block).0, after, "{open}");
        let around = super::assist_loose::block(
            &format!("{open}\nThe old words.\n{close}\n"),
            &format!("{open}\nThe new words.\n{close}\n"),
        );
        assert_eq!(applied(&text, &around).0, after, "{open}");
        assert_eq!(applied(&text, &format!("```\n{after}```\n")).0, after, "{open}");
        assert_eq!(applied(&text, &after).0, after, "{open}");
        let begins = text.split_once("\n\n").unwrap().1;
        let after = begins.replace("old", "new");
        assert_eq!(applied(begins, &after).0, after, "{open}");
    }
}
