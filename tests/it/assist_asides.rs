//! What an answer says besides its edits: thoughts and drafts, names of other files, edits that take
//! back earlier ones, labels.

use super::assist_calls::applied;
use super::assist_loose::block;
use cowrite::assist::{Answer, Edit};
use ropey::Rope;

const TEXT: &str = "[lamp]\nlit = true\nwatts = 40\nhall = \"north\"\n\n[switch]\nkind = \"slow\"\nplace = \"door\"\nheight = 120\n";

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
    // What does not end is no answer yet.
    applies(&format!("<scratchpad>\n{good}"), TEXT);
    applies(&format!("<!--\n{good}"), TEXT);
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
        if !open.starts_with('<') || open.starts_with("<!") {
            continue;
        }
        assert_eq!(applied(&text, &after).0, after, "{open}");
        let begins = text.split_once("\n\n").unwrap().1;
        let after = begins.replace("old", "new");
        assert_eq!(applied(begins, &after).0, after, "{open}");
    }
}

/// The text after an answer for `lamp.toml`, and the files of what was left out.
fn for_lamp(text: &str, reply: &str) -> (String, Vec<String>) {
    let elsewhere = |edit: &Edit| edit.hint.is_elsewhere("lamp.toml");
    let answer = Answer::read(&Rope::from_str(text), reply, &elsewhere);
    let files = answer.elsewhere.iter().map(|one| one.file.clone()).collect();
    (answer.applied(text, &answer.fits(false)), files)
}

#[test]
fn what_stands_under_the_name_of_a_file_is_for_that() {
    let (block, after) = edit("watts = 40", "watts = 60");
    let fenced = format!("```\n{block}```\n");
    let table = format!("```toml\n{after}```\n");
    let names = [
        "### {}\n\n",
        "### {}\n",
        "**{}**\n\n",
        "File: {}\n",
        "In `{}`, change:\n\n",
        "Edit `{}`:\n",
        "1. Now update {}:\n\n",
        "<file path=\"{}\">\n",
    ];
    for name in names {
        for said in [&block, &fenced, &table] {
            let reply = |file: &str| format!("{}{said}", name.replace("{}", file));
            let got = for_lamp(TEXT, &reply("src/hall.toml"));
            assert_eq!(got, (TEXT.to_owned(), vec!["src/hall.toml".to_owned()]), "{name}{said}");
            let own = reply("lamp.toml");
            assert_eq!(for_lamp(TEXT, &own), (after.clone(), Vec::new()), "{own}");
            let both = format!("{}\n{own}", reply("hall.toml"));
            assert_eq!(for_lamp(TEXT, &both), (after.clone(), vec!["hall.toml".to_owned()]));
        }
    }
    let titled = table.replace("```toml", "```toml title=\"hall.toml\"");
    assert_eq!(for_lamp(TEXT, &titled).1, ["hall.toml"]);
    // What only speaks of a file names none.
    for said in ["As in hall.toml:\n", "The lamp of hall.toml is like hall2.toml:\n", "## Lamps\n"]
    {
        assert_eq!(
            for_lamp(TEXT, &format!("{said}{fenced}")),
            (after.clone(), Vec::new()),
            "{said}"
        );
    }
}

#[test]
fn what_is_taken_back_is_not_done() {
    let check = |edits: &[(&str, &str)], between: &str, after: &str| {
        let blocks: Vec<String> = edits
            .iter()
            .map(|(old, new)| block(&format!("{old}\n"), &format!("{new}\n")))
            .collect();
        for reply in [blocks.join(between), blocks.join(between).replace('\n', "\r\n")] {
            assert_eq!(applied(TEXT, &reply).0, after, "{reply}");
        }
        let crlf = applied(&TEXT.replace('\n', "\r\n"), &blocks.join(between)).0;
        assert_eq!(crlf, after.replace('\n', "\r\n"), "{edits:?}");
    };
    let (forth, back) = (("watts = 40", "watts = 60"), ("watts = 60", "watts = 40"));
    let off = ("lit = true", "lit = false");
    for between in ["", "\nNo, nobody asked for that. Revert it:\n\n", "\nPut it back:\n"] {
        check(&[forth, back], between, TEXT);
        check(&[forth, back, off], between, &TEXT.replace("true", "false"));
        check(&[off, forth, back], between, &TEXT.replace("true", "false"));
        check(&[forth, ("watts = 60", "watts = 80"), ("watts = 80", "watts = 40")], between, TEXT);
        check(&[forth, back, ("watts = 40", "watts = 90")], between, &TEXT.replace("40", "90"));
        check(&[("true", "false"), ("false", "true")], between, TEXT);
    }
    for between in ["\nTo undo this later, apply:\n\n", "\nIf you want it back:\n\n"] {
        check(&[forth, back], between, &TEXT.replace("40", "60"));
    }
    let calls = "{\"edits\": [{\"old_string\": \"watts = 40\", \"new_string\": \"watts = 60\"}, {\"old_string\": \"watts = 60\", \"new_string\": \"watts = 40\"}]}\n";
    assert_eq!(applied(TEXT, calls), (TEXT.to_owned(), "already corrected".to_owned()));
}

#[test]
fn old_and_new_texts_in_two_fences_beside_other_edits() {
    let labels = [
        ("SEARCH:", "REPLACE:"),
        ("Before:", "After:"),
        ("**Before**", "**After**"),
        ("Old:", "New:"),
        ("Replace:", "With:"),
        ("Find:", "Replace with:"),
        ("Original:", "Modified:"),
    ];
    let (other, _) = edit("lit = true", "lit = false");
    let call = "{\"old_str\": \"lit = true\", \"new_str\": \"lit = false\"}\n";
    let after = TEXT.replace("true", "false").replace("40", "60");
    for (old, new) in labels {
        let pair = |was: &str, is: &str| {
            format!("{old}\n```toml\n{was}\n```\n{new}\n```toml\n{is}\n```\n")
        };
        let good = pair("watts = 40", "watts = 60");
        for edit in [&other, call] {
            for reply in [format!("{good}\n{edit}"), format!("{edit}\n{good}")] {
                assert_eq!(applied(TEXT, &reply), (after.clone(), "applied".to_owned()), "{reply}");
            }
        }
        // What the edit does is shown once more.
        let shown = format!("{other}\n{}", pair("lit = true", "lit = false"));
        let once = TEXT.replace("true", "false");
        assert_eq!(applied(TEXT, &shown), (once, "applied".to_owned()), "{shown}");
    }
}

#[test]
fn marks_of_edits_beside_other_words() {
    let (block, after) = edit("watts = 40", "watts = 60");
    for before in ["Here it is: ", "2. ", "Assistant: "] {
        assert_eq!(applied(TEXT, &format!("{before}{block}")).0, after, "{before}");
        let two = format!("{}\nand {block}", edit("lit = true", "lit = false").0);
        assert_eq!(applied(TEXT, &two).0, after.replace("true", "false"));
    }
    // Words about the mark are none.
    assert_eq!(applied(TEXT, &format!("It begins with `{block}")).0, TEXT);
    let named = block.replace("SEARCH", "SEARCH lamp.toml").replace("REPLACE", "REPLACE lamp.toml");
    assert_eq!(applied(TEXT, &named).0, after);
    let mail = "--- a/lamp.toml\n+++ b/lamp.toml\n@@ -2,2 +2,2 @@\n lit = true\n-watts = 40\n+watts = 60\n-- \n2.39.0\n";
    assert_eq!(applied(TEXT, mail), (after.clone(), "applied".to_owned()));
    assert_eq!(applied(TEXT, &format!("```diff\n{mail}```\n")).0, after);
}

const NOTES: &str = "# Plan\n\nWe measure the soil in spring and once more in late autumn.\n\n- Buy a probe\n- Write to the maker\n- Ask the mill\n\n| Plan | Price |\n|---|---|\n| Small | 21 |\n| Large | 39 |\n";

/// What comes beside an edit in a weaker form is told: else it would be lost with nothing said.
#[test]
fn what_looks_like_an_edit_beside_others_is_told() {
    let edit = block("- Buy a probe\n", "- Buy two probes\n");
    let after = NOTES.replace("a probe", "two probes");
    let untold = [
        "```\n- Write to the maker\n=======\n- Write to the shop\n>>>>>>> REPLACE\n```\n",
        "SEARCH:\n- Write to the maker\nREPLACE:\n- Write to the shop\n",
        "**Find:** Write to the maker\n**Replace with:** Write to the shop\n",
        "And the table:\n\n| Plan | Price |\n|---|---|\n| Small | 29 |\n| Large | 39 |\n",
        "We measure the soil in spring and once more in early winter.\n",
        "The first sentence should read:\n\n> We measure the soil in spring and once more in early winter.\n",
    ];
    let fine = [
        "I changed the first item, since one probe may break.\n",
        "Before: one probe. After: two of them.\n",
        "The list now is:\n\n- Buy two probes\n- Write to the maker\n- Ask the mill\n",
        "Run this:\n\n```sh\nmake report\n```\n",
    ];
    let told = untold.map(|said| (said, "applied unread")).into_iter();
    for (said, outcome) in told.chain(fine.map(|said| (said, "applied"))) {
        let got = applied(NOTES, &format!("{edit}\n{said}"));
        assert_eq!(got, (after.clone(), outcome.to_owned()), "{said}");
    }
}

/// A text in quotation marks is shown, and all of it is the document's.
#[test]
fn a_text_that_is_only_shown_in_quotes_is_none() {
    let shown = NOTES.trim_end().split("\n\n|").next().unwrap();
    for (open, close) in [("“", "”"), ("\"", "\""), ("«", "»")] {
        let reply = format!("You asked about {open}\n{shown}{close}. It means what it says.\n");
        let answer = Answer::read(&Rope::from_str(NOTES), &reply, &|_: &Edit| false);
        assert!(answer.edits.is_empty(), "{reply}: {:?}", answer.edits);
    }
}
