//! Where the document's own text and an edit's meet: words that only one of both has, dashes and
//! quotes of another form, blank lines at an edge, marks of items.

use super::assist_placement::check;
use cowrite::assist::{Answer, Outcome};
use ropey::Rope;

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
        // It stays beside new words, also where these have the same one within.
        (
            "In the second year we want second oven and a small table outside.",
            "In the second year a friend gives second oven and a small table outside.",
            "In the second year a friend gives a second oven and a small table outside.",
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

/// What becomes of a text for which an answer has all of it in a fence.
fn written(text: &str, new: &str) -> String {
    let read = Answer::read(&Rope::from_str(text), &format!("```\n{new}```\n"), &|_| false);
    read.applied(text, &read.fits(true))
}

#[test]
fn dashes_and_quotes_are_of_one_form_or_the_other() {
    const ORDINARY: &str = "The years were good; she said so to all of them.\n\n";
    let own = |text: &str| format!("{ORDINARY}{text}\n");
    let dashes = [
        "He came\u{2014}late, as always\u{2014}and sat down.",
        "He came \u{2014} late, as always \u{2014} and sat down.",
        "He came -- late, as always -- and sat down.",
        "He came--late, as always--and sat down.",
        "He came - late, as always - and sat down.",
        "He came \u{2013} late, as always \u{2013} and sat down.",
    ];
    let quotes = [
        "\u{ab} Rien n\u{2019}est perdu \u{bb}, comme on dit chez nous.",
        "\"Rien n'est perdu\", comme on dit chez nous.",
        "\u{201c}Rien n\u{2019}est perdu\u{201d}, comme on dit chez nous.",
        "\u{ab}Rien n'est perdu\u{bb}, comme on dit chez nous.",
        "\u{ab}\u{a0}Rien n'est perdu\u{a0}\u{bb}, comme on dit chez nous.",
    ];
    let ends = [
        "\u{2014} Yes, he said \u{2014}\nand went home at once.",
        "- Yes, he said --\nand went home at once.",
    ];
    for forms in [&dashes[..], &quotes[..], &ends[..]] {
        for one in forms {
            for other in forms {
                // Something else changes.
                let new = own(other).replace("good", "bad");
                assert_eq!(written(&own(one), &new), own(one).replace("good", "bad"), "{other}");
            }
        }
    }
    // A dash that comes or goes.
    let (one, new) = (own(dashes[1]), own("He came late, as always--and sat down, too."));
    let expected = own("He came late, as always \u{2014} and sat down, too.");
    assert_eq!(written(&one, &new), expected);
    // Of code the signs are meant.
    let code = "fn a() {\n    let b = c - d;\n    go(b--e);\n}\n";
    let new = code.replace("c - d", "c-d").replace("b--e", "b - e");
    assert_eq!(written(code, &new), new);
}

#[test]
fn a_blank_line_at_an_edge_is_the_form_of_an_answer() {
    let table = "| a | 1 |\n|---|---|\n| b | 2 |\n| c | 3 |\n";
    check(table, "| b | 2 |\n", "| b | 4 |\n\n", &format!("exact: {}", table.replace('2', "4")));
    let rows = "id,name\n1,Anna\n2,Ben\n";
    check(rows, "1,Anna\n", "1,Anne\n\n", &format!("exact: {}", rows.replace("Anna", "Anne")));
    let text = "One came. Nobody said a word. Then it went.\n\nThe next day they left.\n";
    let spoke = format!("exact: {}", text.replace("said a word", "spoke"));
    for (old, new) in [
        ("Nobody said a word.\n", "Nobody spoke.\n\n"),
        ("Nobody said a word.\n", "\nNobody spoke.\n\n"),
        ("Nobody said a word.", "Nobody spoke.\n"),
    ] {
        check(text, old, new, &spoke);
    }
    let left = format!("exact: {}", text.replace("The next day they", "They"));
    for old in ["\nThe next day they left.\n", "\n\nThe next day they left.\n"] {
        check(text, old, "They left.\n", &left);
    }
    check(text, "The next day they left.\n\n", "They left.\n", &left.replace("exact", "space"));
    let more = format!("exact: {}", text.replace("it went.", "it went. All slept."));
    check(text, "Then it went.\n\n", "Then it went. All slept.\n", &more);
    check(text, "Then it went.\n\n", "Then it went. All slept.", &more);
    // The same words: the blank line is the change.
    let lines = "# A\nOne.\n# B\nTwo.\n";
    check(lines, "# A\n", "# A\n\n", "exact: # A\n\nOne.\n# B\nTwo.\n");
    check("# A\n\nOne.\n", "# A\n\n", "# A\n", "exact: # A\nOne.\n");
    // Passages that come are parted from what follows, once.
    check(
        lines,
        "One.\n",
        "One.\n\n# C\n\nThree.\n\n",
        "exact: # A\nOne.\n\n# C\n\nThree.\n\n# B\nTwo.\n",
    );
    let apart = "# A\n\nOne.\n\n# B\n";
    check(apart, "One.\n", "One.\n\nThree.\n\n", "exact: # A\n\nOne.\n\nThree.\n\n# B\n");
    check(apart, "One.\n\n", "One.\n\nThree.\n", "exact: # A\n\nOne.\n\nThree.\n\n# B\n");
}

#[test]
fn the_mark_of_an_item_goes_with_its_words() {
    for mark in ["- ", "* ", "4. ", "3.3 ", "[3] ", "(a) ", "> ", "- [ ] "] {
        let text = format!("Up.\n\n{mark}One comes.\n{mark}Work starts in April.\n\nDown.\n");
        let without = format!("Up.\n\n{mark}One comes.\n\nDown.\n");
        for new in ["", "\n"] {
            check(&text, "Work starts in April.\n", new, &format!("exact: {without}"));
        }
        check(&text, "Work starts in April.", "", &format!("exact: {without}"));
        let less = text.replace(" in April", "");
        check(&text, " in April", "", &format!("exact: {less}"));
    }
}

#[test]
fn rows_that_come_are_parted_as_the_documents_are() {
    for end in ["\n", "\r\n"] {
        let text = "id\tname\tqty\n1\tapple\t3\n2\tred plum\t5\n".replace('\n', end);
        let more = format!("space: {text}3\tfig\t1{end}");
        let other = format!("space: {}", text.replace("apple\t3", "pear\t4"));
        check(&text, "2    red plum    5\n", "2    red plum    5\n3    fig    1\n", &more);
        check(&text, "2 red plum 5\n", "2 red plum 5\n3 fig 1\n", &more);
        check(&text, "1  apple  3\n", "1  pear  4\n", &other);
        // Where its cells end is not told.
        check(&text, "2 red plum 5\n", "2 red plum 5\n3 green fig 1\n", "missing");
    }
    // A tab that stands for a blank.
    let text = "one\ttwo three\nfour five\n";
    check(text, "one two three\n", "one two\nthree\n", "space: one\ttwo\nthree\nfour five\n");
}

#[test]
fn lines_that_come_go_in_by_the_documents_steps() {
    let text = "fn a() {\n  if b {\n    go();\n  }\n  end();\n}\n";
    let block = "    if c {\n        stop();\n    }\n";
    let new = "  if c {\n    stop();\n  }\n";
    check(
        text,
        "    end();\n",
        &format!("{block}    end();\n"),
        &format!("space: {}", text.replace("  end();\n", &format!("{new}  end();\n"))),
    );
    check(
        text,
        "    end();\n",
        &format!("    end();\n{block}"),
        &format!("space: {}", text.replace("  end();\n", &format!("  end();\n{new}"))),
    );
    // Quoted too deep only.
    check(
        text,
        "    end();\n",
        "    end();\n    if c {\n      stop();\n    }\n",
        &format!("space: {}", text.replace("  end();\n", &format!("  end();\n{new}"))),
    );
    // And the other way round.
    let wide = text.replace("  ", "    ");
    check(
        &wide,
        "  end();\n",
        "  end();\n  if c {\n    stop();\n  }\n",
        &format!("space: {}", wide.replace("    end();\n", &format!("    end();\n{block}"))),
    );
}

/// Sentences on lines of their own do not come to stand in the midst of one.
#[test]
fn lines_that_come_within_a_line_have_no_place() {
    const TEXT: &str = "Compare the tails with the\nrow of the same run.\n";
    let said = super::assist_loose::block(
        "Compare the tails with \n",
        "Compare the tails with \nIt took longer than that.\n",
    );
    let answer = Answer::read(&Rope::from_str(TEXT), &said, &|_| false);
    assert!(
        answer.edits.iter().all(|one| matches!(one.outcome, Outcome::Missing { .. })),
        "{:?}",
        answer.edits
    );
}

/// A line that stays is as deep as it was, however deep the others were quoted.
#[test]
fn a_first_line_that_stays_keeps_its_depth() {
    const TEXT: &str = "TOKEN = re.compile(\n    r\"a\"\n    r\"b\"\n    r\"c\")\n";
    let said =
        "```diff\n@@ -1,3 +1,4 @@\nTOKEN = re.compile(\n    r\"a\"\n+    r\"x\"\n    r\"b\"\n```\n";
    let answer = Answer::read(&Rope::from_str(TEXT), said, &|_| false);
    for landed in &answer.edits {
        if let Outcome::Placed { hunk, .. } = &landed.outcome {
            assert!(!hunk.new.contains(" TOKEN"), "{hunk:?}");
        }
    }
    assert!(!answer.edits.is_empty());
}
