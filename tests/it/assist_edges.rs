//! Where the document's own text and an edit's meet: words that only one of both has, dashes and
//! quotes of another form, blank lines at an edge, marks of items.

use super::assist_placement::check;

#[test]
fn words_that_stand_there_otherwise_are_never_glued_or_doubled() {
    const TEXT: &str = "# Plan\n\nIn the second year we want a second oven and a small table outside.\n\nThen we rest.\n";
    let line =
        |text: &str| format!("words: {}", TEXT.replace(TEXT.lines().nth(2).unwrap_or(""), text));
    for (old, new, expected) in [
        // A word that the document lacks.
        (
            "In the second year we would want a second oven and a little table outside.",
            "In the third year we want a second oven and a small table outside.",
            "In the third year we want a second oven and a small table outside.",
        ),
        (
            "In the second year we would want a second oven and a small table outside.",
            "In the third year we would want a second oven and a small table outside.",
            "In the third year we want a second oven and a small table outside.",
        ),
        (
            "In the second year we perhaps now want a second oven and a small table outside.",
            "In the second year we want a second oven, and a small table outside.",
            "In the second year we want a second oven, and a small table outside.",
        ),
        (
            "In the second year we really want a second oven and a small table outside.",
            "In the second year we INS want a second oven and a small table outside.",
            "In the second year we INS want a second oven and a small table outside.",
        ),
        // One that the quotation lacks.
        (
            "In the second year we want a second oven and small table outside.",
            "In the INS second year we want a second oven and a small table outside.",
            "In the INS second year we want a second oven and a small table outside.",
        ),
        (
            "In the second year we want second oven and a small table outside.",
            "In the second year we want REPL oven and a small table outside.",
            "In the second year we want a REPL oven and a small table outside.",
        ),
        // Another one.
        (
            "In the second year we wish for a second oven and a small table outside.",
            "In the second year we want a third oven and a small table outside.",
            "In the second year we want a third oven and a small table outside.",
        ),
    ] {
        check(TEXT, old, new, &line(expected));
    }
    // On which side of a word that was not quoted, or for which of those that stand there.
    for (old, new) in [
        (
            "In the second year we want second oven and a small table outside.",
            "In the second year we want REPL second oven and a small table outside.",
        ),
        (
            "In the second year we wish for a second oven and a small table outside.",
            "In the second year we hope for a second oven and a small table outside.",
        ),
    ] {
        check(TEXT, old, new, "missing");
    }
}
