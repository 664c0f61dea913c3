//! Edits as the arguments of a tool call: each place of one, and texts for all of a file.

use cowrite::assist::{Answer, Fit};
use ropey::Rope;
use serde_json::{Value, json};
use std::collections::BTreeSet;

/// The text after an answer with nobody to ask, and what became of its edits.
pub(super) fn applied(text: &str, reply: &str) -> (String, String) {
    let answer = Answer::read(&Rope::from_str(text), reply, &|_| false);
    let fits = answer.fits(false);
    let names: BTreeSet<&str> = fits.iter().map(|fit: &Fit| fit.name()).collect();
    let unread = answer.unreadable.iter().map(|_| "unread");
    let names: Vec<&str> = names.into_iter().chain(unread).collect();
    (answer.applied(text, &fits), names.join(" "))
}

fn call(value: &Value) -> String {
    format!("{value}\n")
}

fn everywhere(old: &str, new: &str) -> String {
    call(&json!({"old_string": old, "new_string": new, "replace_all": true}))
}

#[test]
fn an_edit_of_all_places_goes_to_each() {
    let check = |text: &str, old: &str, new: &str, after: &str, fits: &str| {
        let got = applied(text, &everywhere(old, new));
        assert_eq!(got, (after.to_owned(), fits.to_owned()), "{old} to {new} in {text}");
    };
    let lines = |word: &str, count: usize| -> String {
        (0..count).map(|at| format!("step {at}: {word} it, then rest\n")).collect()
    };
    for count in [2, 3, 16, 17, 40, 300] {
        let after = lines("lift", count);
        check(&lines("push", count), "push", "lift", &after, "applied");
        let (crlf, after) =
            (lines("push", count).replace('\n', "\r\n"), after.replace('\n', "\r\n"));
        check(&crlf, "push it, then", "lift it, then", &after, "applied");
    }
    let twice = "go on, go on, go home\n";
    check(twice, "go on", "stay", "stay, stay, go home\n", "applied");
    // Each place keeps its indent.
    let deep = "on:\n  restart: always\noff:\n    restart: always\n";
    let after = deep.replace("always", "never");
    check(deep, "restart: always\n", "restart: never\n", &after, "applied");
    // What stands there already stays as it is.
    let some = "image: redis\nother: redis:8\n";
    check(some, "redis", "redis:8", "image: redis:8\nother: redis:8\n", "already applied");
    // Some of it is a part of other words, so it is not certain what is meant.
    let words = "count = 1\ncounter = count\n";
    check(words, "count", "total", words, "ambiguous");
    let many = lines("push", 1001);
    check(&many, "push", "lift", &many, "ambiguous");
}

const CODE: &str = "import os\n\nLIMIT = 3\n\n\ndef read(path):\n    with open(path) as file:\n        return file.read()\n\n\ndef size(path):\n    return os.stat(path).st_size\n";
const NOTE: &str = "# Lamp\n\nA lamp for the hall.\n\n## Use\n\nTurn it on with the switch.\n\n```sh\nlamp on\n```\n\nAnd off with the same.\n";

fn write(content: &str, more: &Value) -> String {
    let mut all = json!({"name": "write_file", "arguments": {"path": "a.md", "content": content}});
    for (key, value) in more.as_object().unwrap() {
        all["arguments"][key] = value.clone();
    }
    call(&all)
}

#[test]
fn a_call_that_adds_to_a_file_keeps_what_is_there() {
    let after = format!("{NOTE}\n## More\n\nNone.\n");
    let new = "\n## More\n\nNone.\n";
    let modes = [
        json!({"mode": "append"}),
        json!({"mode": "a"}),
        json!({"append": true}),
        json!({"append": "true"}),
    ];
    for mode in &modes {
        let expected = (after.clone(), "applied".to_owned());
        assert_eq!(applied(NOTE, &write(new, mode)), expected, "{mode}");
    }
    let named = write(new, &json!({})).replace("write_file", "append_to_file");
    assert_eq!(applied(NOTE, &named).0, after);
    let plain = json!({"mode": "overwrite", "append": false});
    assert_eq!(applied(NOTE, &write(&NOTE.replace("hall", "room"), &plain)).1, "applied");
}

#[test]
fn the_text_of_a_file_is_read_as_it_is_meant() {
    let check = |text: &str, content: &str, after: &str, fits: &str| {
        let got = applied(text, &write(content, &json!({})));
        assert_eq!(got, (after.to_owned(), fits.to_owned()), "{content}");
    };
    let limit = CODE.replace("LIMIT = 3", "LIMIT = 4");
    check(CODE, &limit.replace('\n', "\\n"), &limit, "applied");
    let quoted = CODE.replace("LIMIT = 3", "END = \"\\n\"\nLIMIT = 3");
    let changed = quoted.replace("LIMIT = 3", "LIMIT = 4");
    check(&quoted, &changed.replace('\n', "\\n"), &changed, "applied");
    check(CODE, &format!("```python\n{limit}```"), &limit, "applied");
    let room = NOTE.replace("hall", "room");
    check(NOTE, &format!("```markdown\n{room}```\n"), &room, "applied");
    // A document that is in a fence stays so.
    let shown = format!("```python\n{CODE}```\n");
    let after = shown.replace("LIMIT = 3", "LIMIT = 4");
    check(&shown, &after, &after, "applied");
    // What stands for a text or tells of it is none.
    for stub in [
        "See above.",
        "[updated content]",
        concat!("TO", "DO"),
        "I have updated the file as requested.",
        "内容不变",
        "The updated document goes here.",
    ] {
        for text in [CODE, NOTE] {
            check(text, stub, text, "loose");
        }
    }
    let said =
        format!("{limit}\n\nI raised the limit as you asked. Let me know if it is too high.\n");
    let (got, fits) = applied(CODE, &write(&said, &json!({})));
    assert_eq!(fits, "applied loose");
    assert_eq!(got.trim_end(), limit.trim_end());
}

#[test]
fn a_new_text_that_is_escaped_twice_is_plain_or_unsure() {
    let check = |text: &str, old: &str, new: &str, after: &str, fits: &str| {
        let got = applied(text, &call(&json!({"old_str": old, "new_str": new})));
        assert_eq!(got, (after.to_owned(), fits.to_owned()), "{new}");
    };
    let two = CODE.replace("LIMIT = 3", "LOW = 1\nLIMIT = 3");
    let after = two.replace("= 1", "= 2").replace("= 3", "= 5");
    check(&two, "LOW = 1\nLIMIT = 3", "LOW = 2\\nLIMIT = 5", &after, "applied");
    check(CODE, "LIMIT = 3", "LIMIT = 5\\nLOW = 2", CODE, "loose");
    let said = CODE.replace("LIMIT = 3", "print(\"at %s\", 3)");
    let after = said.replace("print", "log");
    check(&said, "print(\"at %s\", 3)", "log(\\\"at %s\\\", 3)", &after, "applied");
    // In quotes a line end has its name.
    let after = CODE.replace("LIMIT = 3", "LIMIT = \"3\\n\"");
    check(CODE, "LIMIT = 3", "LIMIT = \"3\\n\"", &after, "applied");
    let tex = "Let $\\nu$ be small.\nAnd $\\mu$ too.\n";
    let after = tex.replace("small", "of $\\nabla f$");
    check(tex, "$\\nu$ be small", "$\\nu$ be of $\\nabla f$", &after, "applied");
}
