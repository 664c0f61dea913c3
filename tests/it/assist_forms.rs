//! Places of edits whose quotation is written in another form than the document: steps of indent of
//! another width, signs as pages or strings write them, short markers.

use super::assist_loose::answer;
use super::assist_placement::check;
use cowrite::assist::Wanted;

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
