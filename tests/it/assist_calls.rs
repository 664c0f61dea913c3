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
