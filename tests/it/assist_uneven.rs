//! Edits of which one side is spoilt, and answers that stop or leave signs out: what is no text of
//! theirs gets nowhere, what can't be told is not certain.

use super::assist_loose::{answer, block};
use super::assist_placement::check;
use cowrite::assist::Wanted;

const DATA: &str = "{\n  \"a\": {\n    \"x\": 1\n  },\n  \"b\": {\n    \"id\": 703\n  }\n}\n";

#[track_caller]
fn change(text: &str, said: &str, expected: &str) {
    assert_eq!(answer(text, said, Wanted::Change), expected, "{said}");
}

#[test]
fn lines_that_stay_keep_their_depth_where_only_the_quotation_is_deeper() {
    let after = DATA.replace("\"x\": 1\n", "\"x\": 1,\n    \"y\": 2\n");
    let old = "      \"x\": 1\n    },\n    \"b\": {\n      \"id\": 703\n";
    let new = "    \"x\": 1,\n    \"y\": 2\n  },\n  \"b\": {\n    \"id\": 703\n";
    check(DATA, old, new, &format!("space: {after}"));
    // One line quoted from its first word on, and what comes as deep as the document.
    let code = "def total(self):\n        for one in self:\n            n += 1\n        return n\n";
    let after = code.replace("        return", "            m = 2\n        return");
    check(code, "return n\n", "            m = 2\n        return n\n", &format!("exact: {after}"));
}

#[test]
fn curly_quotes_that_only_the_new_text_has() {
    let after = DATA.replace("\"x\": 1", "\"x\": 2");
    check(DATA, "    \"x\": 1\n", "    “x”: 2\n", &format!("marks: {after}"));
    // Where nothing else changes, they are what is wanted.
    let prose = "She said \"yes\" and went.\n";
    let curly = prose.replace("\"yes\"", "“yes”");
    check(prose, prose, &curly, &format!("exact: {curly}"));
    // Where the text has them they are its own.
    let mixed = "She said \"yes\".\nHe said “no”.\n";
    let after = mixed.replace("\"yes\"", "“maybe”");
    check(mixed, "She said \"yes\".", "She said “maybe”.", &format!("exact: {after}"));
}

#[test]
fn numbers_in_front_of_the_new_lines_alone() {
    let text = "import a\n\n\ndef f():\n    if a:\n        g()\n    return 1\n";
    let after = text.replace("        g()", "        h()");
    let old = "    if a:\n        g()\n    return 1\n";
    for new in [
        "5:     if a:\n6:         h()\n7:     return 1\n",
        "5:    if a:\n6:        h()\n7:    return 1\n",
        "     5\t    if a:\n     6\t        h()\n     7\t    return 1\n",
        "[5]     if a:\n[6]         h()\n[7]     return 1\n",
    ] {
        change(text, &block(old, new), &format!("exact: {after}"));
    }
    // No line stays: their place tells.
    let after = text.replace(old, "    g()\n    h()\n");
    let said = block(old, "5:    g()\n6:    h()\n");
    change(text, &said, &format!("exact: {after}"));
    // Years, and numbers that somebody wants.
    let text = "Revenue:\nto come\nand more\n";
    let after = text.replace("to come\nand more", "2024: 5\n2025: 6");
    change(text, &block("to come\nand more\n", "2024: 5\n2025: 6\n"), &format!("exact: {after}"));
    let after = text.replace("to come\nand more", "1: to come\n2: and more");
    change(
        text,
        &block("to come\nand more\n", "1: to come\n2: and more\n"),
        &format!("exact: {after}"),
    );
}

#[test]
fn numbers_that_texts_have_themselves() {
    let text = "References\n\n[1] Smith, on bread.\n[2] Jones, on salt.\n";
    let after = text.replace("on salt", "on water");
    let old = "[1] Smith, on bread.\n[2] Jones, on salt.\n";
    let new = old.replace("on salt", "on water");
    change(text, &block(old, &new), &format!("exact: {after}"));
    let plain = "Smith, on bread.\nJones, on salt.\n";
    for (old, new) in [
        (
            "[1] Smith, on bread.\n[2] Jones, on salt.\n",
            "[1] Smith, on bread.\n[2] Jones, on water.\n",
        ),
        (
            "L1: Smith, on bread.\nL2: Jones, on salt.\n",
            "L1: Smith, on bread.\nL2: Jones, on water.\n",
        ),
        (
            "  1 Smith, on bread.\n  2 Jones, on salt.\n",
            "  1 Smith, on bread.\n  2 Jones, on water.\n",
        ),
    ] {
        let after = plain.replace("on salt", "on water");
        change(plain, &block(old, new), &format!("marks: {after}"));
    }
    // A list behind numbers.
    let steps = "Knead.\n\n> Warm it.\n";
    change(
        steps,
        &block("2:\n3:> Warm it.\n", "2:5. Wait.\n3:\n4:> Warm it.\n"),
        "exact: Knead.\n5. Wait.\n\n> Warm it.\n",
    );
    // Hours are no numbers of lines.
    let day = "9:00 Opening\n10:30 Talk\n11:15 Lunch\n";
    let after = day.replace("Talk", "Long talk");
    change(
        day,
        &block("9:00 Opening\n10:30 Talk\n", "9:00 Opening\n10:30 Long talk\n"),
        &format!("exact: {after}"),
    );
}

#[test]
fn a_blank_behind_the_sign_of_lines_that_come() {
    let code = "def f():\n    a = 1\n    return a\n";
    let after = code.replace("    return", "    b = 2\n    return");
    change(
        code,
        "```diff\n@@ ... @@\n     a = 1\n+     b = 2\n     return a\n```\n",
        &format!("exact: {after}"),
    );
    let list = "- bread\n- salt\n";
    let after = "- bread\n- butter\n- salt\n";
    change(
        list,
        "```diff\n@@ -1,2 +1,3 @@\n - bread\n+ - butter\n - salt\n```\n",
        &format!("exact: {after}"),
    );
    // What goes on with an item is three blanks deep.
    let steps = "1. Knead.\n2. Bake.\n";
    let after = "1. Knead.\n   For long.\n2. Bake.\n";
    change(
        steps,
        "```diff\n@@ ... @@\n 1. Knead.\n+   For long.\n 2. Bake.\n```\n",
        &format!("exact: {after}"),
    );
}

#[test]
fn items_whose_marks_look_like_signs() {
    let list = "## Shop\n\n- bread\n- salt\n\nThat is all of it.\n";
    // Lines beside them have no sign either: they stay.
    change(
        list,
        "```diff\n@@ -3,3 +3,4 @@\n- salt\n+ - butter\n\nThat is all of it.\n```\n",
        &format!("marks: {}", list.replace("- salt\n", "- salt\n- butter\n")),
    );
    // Nothing tells whether this one goes.
    change(list, "```diff\n@@ ... @@\n- salt\n+ - butter\n```\n", "missing");
}

#[test]
fn a_difference_without_signs_at_its_start() {
    let text = "# Bread\n\nThis loaf needs little work.\n\n## Needs\n\n- flour\n";
    let after = text.replace("## Needs", "## What it takes");
    change(
        text,
        "Here:\n\n--- a/x.md\n+++ b/x.md\n@@ -3,3 +3,3 @@\nThis loaf needs little work.\n\n- ## Needs\n+ ## What it takes\n\nThat is all.\n",
        &format!("marks: {after}"),
    );
}

#[test]
fn a_difference_that_stops_is_not_certain() {
    let text = "One line stands here, and it is long.\nAnother one follows it.\n";
    let head = "--- a/x\n+++ b/x\n@@ -1,1 +1,1 @@\n";
    let old = "-One line stands here, and it is long.\n";
    let whole = format!("{head}{old}+One line stands there, and it is long.");
    let after = text.replace("stands here", "stands there");
    change(text, &whole, &format!("exact: {after}"));
    for cut in ["+One li", "+One line stands there, and it", "+One line stands there, "] {
        let said = answer(text, &format!("{head}{old}{cut}"), Wanted::Change);
        assert!(said.starts_with("words: "), "{cut}: {said}");
    }
    // A line that goes in part.
    for head in ["--- a/x\n+++ b/x\n@@ -1,1 +0,0 @@\n", "--- a/x\n+++ b/x\n@@ ... @@\n"] {
        let said = answer(text, &format!("{head}-One line stands here, and"), Wanted::Change);
        assert!(said.starts_with("words: "), "{said}");
        let said = format!("{head}-One line stands here, and it is long.");
        change(text, &said, "exact: Another one follows it.\n");
    }
}

#[test]
fn a_whole_text_that_stops_within_a_line_is_not_certain() {
    let text: String = (1..9).map(|n| format!("Line {n} of it says a little.\n")).collect();
    let cut = text.replace("Line 2 of", "The second of");
    let cut = &cut[..cut.len() - 30 * 2 + 8];
    let said = answer(&text, &format!("```\n{cut}\n```\n"), Wanted::Change);
    assert!(said.starts_with("words: ") || said.starts_with("exact, words: "), "{said}");
}

#[test]
fn a_passage_that_begins_within_a_part_takes_nothing_before_it_out() {
    let code = "pub fn read(request: &Request) -> Reply {\n    if request.body.is_empty() {\n        return Reply::error(402, \"read needs a body\");\n    }\n    let path = request.path();\n    match crate::disk::read(path) {\n        Ok(done) => Reply::ok(done),\n        Err(why) => Reply::error(504, &why.to_string()),\n    }\n}\n";
    let said = "```\n    let path = request.path();\n    compass crate::disk::read(path) {\n        Ok(done) => Reply::ok(done),\n        Err(why) => Reply::error(504, &why.to_string()),\n```\n";
    change(code, said, "missing");
}

#[test]
fn words_for_what_is_left_out_are_none_of_the_text() {
    let code = "class Store:\n    def load(self):\n        for line in self.file:\n            self.add(line)\n\n    def save(self):\n        self.file.write(self.all)\n        self.file.close()\n";
    let after = code.replace("close()", "flush()");
    for said in [
        "# same as before",
        "# Same",
        "(snip)",
        "# -- snip --",
        "# see above",
        "# load() stays the same",
        "# wie bisher",
        "# 保持不变",
        "# без изменений",
        "pass  # unchanged",
    ] {
        let new = after.replace(
            "        for line in self.file:\n            self.add(line)\n",
            &format!("        {said}\n"),
        );
        let got = answer(code, &format!("```python\n{new}```\n"), Wanted::Change);
        assert!(got.ends_with(&after), "{said}: {got}");
    }
}

#[test]
fn a_heading_that_tells_what_stays_is_none() {
    let text = "# Plan\n\nWe move in May.\n\n# Costs\n\nNone so far.\n";
    let new = text.replace("# Costs", "# What stays the same\n\nThe team.\n\n# Costs");
    change(text, &format!("```markdown\n{new}```\n"), &format!("exact: {new}"));
}

#[test]
fn a_line_beside_a_gap_may_come_for_the_one_there_or_be_put_in() {
    let code = "def load(path):\n    data = read(path)\n    rows = parse(data)\n    return rows\n";
    let said = |line: &str| {
        answer(
            code,
            &format!("```python\ndef load(path):\n    {line}\n    # ...\n```\n"),
            Wanted::Change,
        )
    };
    assert!(!said("path = str(path)").starts_with("gap: "), "{}", said("path = str(path)"));
    let after = code.replace("read(path)", "read(path, 1)");
    assert_eq!(said("data = read(path, 1)"), format!("gap: {after}"));
    // What is left out at another depth has no place.
    let wrapped = "def load(path):\n    try:\n        # ...\n    finally:\n        stop()\n";
    change(code, &block("def load(path):\n    # ...\n    return rows\n", wrapped), "missing");
}

#[test]
fn what_still_stands_beside_its_place_was_not_taken_away() {
    let list = "# Shop\n\n- [ ] milk\n- [x] bread\n- [ ] eggs\n";
    change(list, &block("- [ ] milk and cream\n- [x] bread\n", "- [x] bread\n"), "missing");
    change(list, &block("a dozen of apples\n- [x] bread\n", "- [x] bread\n"), "already");
}
