//! Places of edits whose quotation is written in another form than the document: steps of indent of
//! another width, signs as pages or strings write them, short markers.

use super::assist_loose::{answer, block};
use super::assist_placement::check;
use cowrite::assist::{Answer, Fit, Wanted};

const NEST: &str = "def all(rows):\n    for row in rows:\n        if row:\n            yield row\n    return None\n";

#[test]
fn steps_of_another_width_are_those_of_the_document() {
    let after = NEST.replace("if row:\n", "if row and row.ok:\n            log(row)\n");
    check(
        NEST,
        "def all(rows):\n  for row in rows:\n    if row:\n      yield row\n",
        "def all(rows):\n  for row in rows:\n    if row and row.ok:\n      log(row)\n      yield row\n",
        &format!("space: {after}"),
    );
    // Less deep as well.
    check(
        NEST,
        "for row in rows:\n  if row:\n    yield row\n",
        "for row in rows:\n  if row and row.ok:\n    log(row)\n    yield row\n",
        &format!("space: {after}"),
    );
    let json = "{\n  \"a\": {\n    \"b\": [\n      1,\n      2\n    ]\n  }\n}\n";
    check(
        json,
        "    \"a\": {\n        \"b\": [\n            1,\n            2\n        ]\n",
        "    \"a\": {\n        \"b\": [\n            1,\n            2,\n            3\n        ]\n",
        &format!("space: {}", json.replace("2\n", "2,\n      3\n")),
    );
    // Steps that are not the same everywhere are no other width.
    let gone = format!(
        "words: {}",
        NEST.replace("    for row in rows:\n        if row:\n            yield row\n", "")
    );
    check(NEST, "for row in rows:\n  if row:\n        yield row\n", "", &gone);
}

#[test]
fn signs_as_pages_write_them() {
    let code = "fn less(a: &str, b: &str) -> bool {\n    a.len() < b.len() && a != \"<\"\n}\n";
    let paged = |text: &str| {
        text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
    };
    check(
        code,
        &paged("a.len() < b.len() && a != \"<\""),
        &paged("a.len() <= b.len() && a != \"<\""),
        &format!("marks: {}", code.replace("() < b", "() <= b")),
    );
    // Where the document has them they are its own.
    let page = "<p>5 &lt; 6 &amp; 7</p>\n<p>more</p>\n";
    check(
        page,
        "5 &lt; 6 &amp; 7",
        "5 &lt; 6 &amp; 8",
        &format!("exact: {}", page.replace('7', "8")),
    );
}

#[test]
fn signs_as_strings_write_them() {
    let text = "say(\"hi\")\nsay(\"you\")\n\nend(\"now\")\n";
    check(
        text,
        "say(\\\"hi\\\")\\nsay(\\\"you\\\")",
        "say(\\\"hi\\\")\\nsay(\\\"all\\\")",
        &format!("marks: {}", text.replace("you", "all")),
    );
    check(
        text,
        "say(\\\"you\\\")",
        "say(\\\"all\\\")",
        &format!("marks: {}", text.replace("you", "all")),
    );
    // One that is not escaped tells that the others are the text's own.
    check(text, "say(\\\"hi\\\")\\nsay(\"you\")", "x", "missing");
    let escaped = "print(\"a\\nb\")\nprint(\"c\")\n";
    check(escaped, "\"a\\nb\"", "\"a\\nd\"", &format!("exact: {}", escaped.replace("nb", "nd")));
}

#[test]
fn markers_of_four_signs() {
    let text = "Title\n====\n\nSome words stand here.\n";
    let said = "<<<< SEARCH\nSome words stand here.\n====\nOther words stand here.\n>>>> REPLACE\n";
    let after = text.replace("Some", "Other");
    assert_eq!(answer(text, said, Wanted::Change), format!("exact: {after}"));
    // An underlined heading in a block of seven.
    let said = "<<<<<<< SEARCH\nTitle\n====\n=======\nThe title\n====\n>>>>>>> REPLACE\n";
    let after = text.replace("Title", "The title");
    assert_eq!(answer(text, said, Wanted::Change), format!("exact: {after}"));
}

#[test]
fn two_fences_that_say_which_is_which() {
    let text = "- bread\n- salt\n";
    for (old, new) in [("SEARCH:", "REPLACE:"), ("Find:", "Replace with:"), ("**Old**", "**New**")]
    {
        let said = format!("{old}\n```\n- bread\n```\n\n{new}\n```\n- butter\n```\n");
        let after = text.replace("bread", "butter");
        assert_eq!(answer(text, &said, Wanted::Change), format!("exact: {after}"), "{old}");
    }
    let said = "[{\"op\": \"replace\", \"search\": \"- bread\", \"replace\": \"- butter\"}]\n";
    assert_eq!(answer(text, said, Wanted::Change), "exact: - butter\n- salt\n");
}

const SHOP: &str = "class Shop:\n    def open(self):\n        self.on = True\n        return self\n\n    def shut(self):\n        self.on = False\n";

#[test]
fn new_lines_that_are_as_deep_as_the_document_stay_so() {
    let after = SHOP.replace("return self", "return True");
    let check = |old: &str, new: &str| {
        let got = answer(SHOP, &block(old, new), Wanted::Change);
        assert_eq!(got.split_once(": ").map(|(_, text)| text), Some(after.as_str()), "{old:?}");
    };
    check("self.on = True\nreturn self\n", "        self.on = True\n        return True\n");
    check("return self\n", "        return True\n");
    check("self.on = True\n        return self\n", "        self.on = True\n        return True\n");
    check("         return self\n", "        return True\n");
    check(
        "  def open(self):\n    self.on = True\n    return self\n",
        "    def open(self):\n        self.on = True\n        return True\n",
    );
    check(
        "3:        self.on = True\n4:        return self\n",
        "        self.on = True\n        return True\n",
    );
    let logged = SHOP.replace("        return", "            log()\n        return");
    let got = answer(SHOP, &block("return self\n", "    log()\nreturn self\n"), Wanted::Change);
    assert_eq!(got.split_once(": ").map(|(_, text)| text), Some(logged.as_str()));
    // As deep as its quotation: with that to the document's place.
    check("self.on = True\nreturn self\n", "self.on = True\nreturn True\n");
    let more = SHOP.replace("return self\n", "log(self)\n        return self\n");
    let got = answer(
        SHOP,
        "```diff\n@@ -3,2 +3,3 @@\n        self.on = True\n+        log(self)\n        return self\n```\n",
        Wanted::Change,
    );
    assert_eq!(got.split_once(": ").map(|(_, text)| text), Some(more.as_str()));
}

#[test]
fn blanks_at_line_ends_join_no_lines() {
    let poem = "Over the hill\nthe moon goes down\nand no one sees\n";
    let after = poem.replace("goes", "sinks");
    for (old, new) in [("  \n", "\n"), ("  \n", "  \n"), ("   \n", "\n")] {
        let said = block(&poem.replace('\n', old), &after.replace('\n', new));
        let got = answer(poem, &said, Wanted::Change);
        assert_eq!(got.split_once(": ").map(|(_, text)| text), Some(after.as_str()), "{old:?}");
    }
    let broken = poem.replace('\n', "  \n");
    let got = answer(&broken, &block(poem, &after), Wanted::Change);
    assert!(got.ends_with(&broken.replace("goes", "sinks")), "{got}");
}

#[test]
fn a_difference_whose_lines_have_other_signs() {
    let after = SHOP.replace("return self", "return True");
    for said in [
        "@@ -3,2 +3,2 @@\n         self.on = True\n-         return self\n+         return True\n",
        "@@ -2,3 +2,3 @@\n    def open(self):\n        self.on = True\n-        return self\n+        return True\n",
    ] {
        let got = answer(SHOP, &format!("```diff\n{said}```\n"), Wanted::Change);
        assert_eq!(got, format!("marks: {after}"), "{said}");
    }
    // Cut off before it is as long as it says.
    let cut = "--- a/shop.py\n+++ b/shop.py\n@@ -3,3 +3,3 @@\n         self.on = True\n-        return self\n+        return Tr";
    assert!(answer(SHOP, cut, Wanted::Change).starts_with("words: "), "it is in doubt");
    assert!(!answer(SHOP, &cut[..40], Wanted::Change).contains("True\n        return Tr"));
}

#[test]
fn numbers_right_before_the_lines() {
    let text = "# Plan\n\n1. We meet.\n2. We eat.\n\n    code\n";
    let after = text.replace("meet", "talk");
    for form in ["{}:", "{:>4} ", "{:>4}:"] {
        let numbered: String = after
            .lines()
            .zip(1..)
            .map(|(line, at)| {
                let head = match form {
                    "{}:" => format!("{at}:"),
                    "{:>4} " => format!("{at:>4} "),
                    _ => format!("{at:>4}:"),
                };
                format!("{head}{line}\n")
            })
            .collect();
        let got = answer(text, &format!("Done.\n\n```\n{numbered}```\n"), Wanted::Change);
        assert_eq!(got, format!("exact: {after}"), "{form}");
    }
    // Times are no numbers of lines.
    let times = "12:30 lunch\n13:30 tea\n14:30 talk\n";
    let got = answer(times, &format!("```\n{}```\n", times.replace("tea", "cake")), Wanted::Change);
    assert_eq!(got, format!("exact: {}", times.replace("tea", "cake")));
}

#[test]
fn a_text_that_is_cut_within_a_word_is_no_change() {
    let text = "# Boats\n\nIn summer the boats came. They brought letters and a piano that nobody had ordered, and they took the wool with them.\n\nIn winter no boat came at all, and the keeper wrote his book.\n";
    let cut = &text[..text.find("that nobody").unwrap() + 3];
    for said in [&cut[9..], cut] {
        let got = answer(text, &format!("```\n{said}\n```\n"), Wanted::Change);
        assert!(got == "missing" || got.is_empty(), "{got}");
    }
}

#[test]
fn of_two_changes_of_one_quotation_in_a_sentence_one_goes_in() {
    let text = "The channel was not dredged in 2021. It is deep.\n";
    let old = "The channel was not dredged in 2021.\n";
    let said = format!(
        "{}{}",
        block(old, &old.replace("not ", "")),
        block(old, &old.replace("2021", "2022"))
    );
    let read = Answer::read(&ropey::Rope::from_str(text), &said, &|_| false);
    let fits = read.fits(false);
    assert_eq!(fits, [Fit::Applied, Fit::Waits(0)]);
    assert_eq!(read.applied(text, &fits), text.replace("not ", ""));
    // In two sentences both.
    let said = format!(
        "{}{}",
        block(text, &text.replace("not ", "")),
        block(text, &text.replace("deep", "wide")),
    );
    let read = Answer::read(&ropey::Rope::from_str(text), &said, &|_| false);
    assert_eq!(read.fits(false), [Fit::Applied, Fit::Applied]);
}
