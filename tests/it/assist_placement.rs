//! Finding the place of an edit: unique or refused, never wrong.

use super::assist_hunks::random_text;
use cowrite::assist::{Dialect, Edit, Piece, Placement, Placer, ReplyParser, Step, apply, place};
use cowrite::base::{Pos, Rand, Span};
use ropey::Rope;

/// Places an edit and tells the whole text after it, or why not.
pub(super) fn outcome(text: &str, old: &str, new: &str) -> String {
    match place(&Rope::from_str(text), old, new, None) {
        Placement::Placed { hunk, step } => {
            let chars: Vec<char> = text.chars().collect();
            let there: String = chars[hunk.span.range()].iter().collect();
            assert_eq!(there, hunk.old, "the old text is the document's");
            format!("{}: {}", step.name(), apply(text, &[hunk]))
        }
        Placement::AlreadyApplied { .. } => "applied".into(),
        Placement::Ambiguous { candidates } => format!("ambiguous: {}", candidates.len()),
        Placement::Missing { .. } => "missing".into(),
    }
}

#[track_caller]
pub(super) fn check(text: &str, old: &str, new: &str, expected: &str) {
    assert_eq!(outcome(text, old, new), expected, "{old:?} in {text:?}");
}

const PROSE: &str = "We meet on Monday at noon.  The room is large\nand the door is green.\n\nBring 10 books, please.\n";

#[test]
fn exact_hits() {
    check(
        PROSE,
        "on Monday",
        "on Friday",
        &format!("exact: {}", PROSE.replace("Monday", "Friday")),
    );
    // A line end after the quotation is the block's, unless whole lines are meant.
    check(
        PROSE,
        "on Monday\n",
        "on Friday\n",
        &format!("exact: {}", PROSE.replace("Monday", "Friday")),
    );
    check("a\nb\nc\n", "b\n", "x\n", "exact: a\nx\nc\n");
    check("a\nb\nc\n", "b\n", "", "exact: a\nc\n");
    check("a\nb\nc\n", "b\n", "x\ny\n", "exact: a\nx\ny\nc\n");
    check("a\nb\nc", "c\n", "x\n", "exact: a\nb\nx");
    check("one two three\n", "two\n", "", "exact: one three\n");
    check("one two\nthree\n", "two\n", "", "exact: one\nthree\n");
    check("one two\nthree\n", "two\nthree\n", "2\n3\n", "exact: one 2\n3\n");
    // A paragraph goes with the empty line behind it.
    check("one\n\ntwo\n\nthree\n", "two\n", "", "exact: one\n\nthree\n");
    check("one\n\ntwo\n", "two\n", "", "exact: one\n");
    check("one\n\ntwo\n", "one\n", "", "exact: two\n");
    // Whole lines are meant where the block quotes one.
    check("- milk\n- milk and tea\n", "- milk\n", "- oats\n", "exact: - oats\n- milk and tea\n");
    // A line quoted without its indent.
    check("    a = 1\n", "a = 1\n", "a = 1\nb = 2\n", "exact: \u{20}   a = 1\n    b = 2\n");
    check("x:\n    a = 1\n    b\n", "a = 1\n", "", "exact: x:\n    b\n");
    // The document's line ends.
    check("a\r\nb\r\n", "b\n", "x\ny\n", "exact: a\r\nx\r\ny\r\n");
    check("a\r\nb\r\nc\n", "b\r\n", "x\r\n", "exact: a\r\nx\r\nc\n");
    check(
        "我们周一见面。天气很好。\n",
        "我们周一见面",
        "我们周二见面",
        "exact: 我们周二见面。天气很好。\n",
    );
    check("نلتقي يوم الاثنين صباحا", "يوم الاثنين", "يوم الأحد", "exact: نلتقي يوم الأحد صباحا");
}

#[test]
fn hits_in_another_form() {
    // Behind `> `, as mail quotes.
    check("one two\n\nthree\n", "> one two\n", "> one 2\n", "marks: one 2\n\nthree\n");
    check("> one\n\none\n", "> one\n", "> 1\n", "exact: > 1\n\none\n");
    check("one\n", "> one\n", "two\n", "missing");
    // Another mark of lists.
    let list = "- milk\n- bread\n";
    check(list, "* milk\n", "* oat milk\n* tea\n", "marks: - oat milk\n- tea\n- bread\n");
    check("* milk\n* bread\n", "- milk\n- bread\n", "- bread\n", "marks: * bread\n");
    // One that is a sign elsewhere too is another.
    check(list, "+ milk\n+ bread\n", "+ oats\n", "missing");
    check(list, "* milk\n", "1. milk\n", "marks: 1. milk\n- bread\n");
    check("- milk\n- tea\n", "* milk\n* 5 teas\n", "* oats\n", "missing");
    // Other dashes under the head of a table.
    let table = "| Name | Qty |\n|:-----|----:|\n| milk | 1 |\n";
    check(
        table,
        "| Name | Qty |\n|---|---|\n| milk | 1 |\n",
        "| Name | Qty |\n|---|---|\n| milk | 2 |\n",
        &format!("marks: {}", table.replace('1', "2")),
    );
    check(table, "| Name | Qty |\n|---|---|\n| tea | 1 |\n", "none\n", "missing");
    check(table, "| Name | Qty |\n|---|---|---|\n", "none\n", "missing");
}

#[test]
fn hits_but_for_blanks() {
    // Repeated blanks, a wrapped line, a trailing blank, a blank that does not break.
    check(
        PROSE,
        "noon. The room is large and the door is green.",
        "noon. The room is large and the door is red.",
        &format!("space: {}", PROSE.replace("green", "red")),
    );
    check("one two three four\nfive six\n", "two  three", "2 3", "space: one 2 3 four\nfive six\n");
    check("a b\u{a0}c d\n", "a b c d", "a b c e", "space: a b\u{a0}c e\n");
    check("a  \nb\n", "a\nb\n", "a\nx\n", "space: a  \nx\n");
    check("a\nb\n", "a  \nb\t\n", "a\nx\n", "space: a\nx\n");
    check(
        "one two three\nfour five six\n",
        "two three four",
        "two three 4",
        "space: one two three\n4 five six\n",
    );
    // Line ends.
    check("a\r\nb\r\nc\r\n", "a\nb\n", "a\nx\ny\n", "space: a\r\nx\r\ny\r\nc\r\n");
    check("a\nb\nc\n", "a\r\nb\r\n", "a\r\nx\r\n", "space: a\nx\nc\n");
    check("a\r\nb\nc\r\n", "a\nb\nc\n", "a\nb\nd\n", "space: a\r\nb\nd\r\n");
    // Indent.
    let code = "fn main() {\n    if a {\n        go();\n    }\n}\n";
    check(
        code,
        "if a {\n    go();\n}\n",
        "if b {\n    go();\n    stop();\n}\n",
        "space: fn main() {\n    if b {\n        go();\n        stop();\n    }\n}\n",
    );
    check(
        code,
        "        if a {\n            go();\n        }\n",
        "        if a {\n            stop();\n        }\n        end();\n",
        "space: fn main() {\n    if a {\n        stop();\n    }\n    end();\n}\n",
    );
    check(
        "\tif a {\n\t\tgo();\n\t}\n",
        "    if a {\n        go();\n    }\n",
        "    if a {\n        go();\n        stop();\n    }\n",
        "space: \tif a {\n\t\tgo();\n\t\tstop();\n\t}\n",
    );
    // Indents that do not move as one: another structure.
    check("if a:\n    x()\n    y()\n", "if a:\n    x()\ny()\n", "pass\n", "missing");
    check("if a:\n    x()\n    y()\n", "if a:\nx()\ny()\n", "pass\n", "missing");
    // A table written wider, a list nested deeper.
    check(
        "| a   | 1 |\n| b   | 2 |\n",
        "| a | 1 |\n| b | 2 |\n",
        "| a | 1 |\n| b | 3 |\n",
        "space: | a   | 1 |\n| b   | 3 |\n",
    );
    check("- x\n  - a\n  - b\n", "- a\n- b\n", "- a\n- c\n", "space: - x\n  - a\n  - c\n");
    // One line quoted without its indent, which the lines that come with it lack as well.
    check("x:\n    a = 1\n", "a = 1  ", "b = 2\na = 1  ", "space: x:\n    b = 2\n    a = 1\n");
    check("x:\n    a = 1\n", "a = 1  \n", "b\n\n  c\n", "space: x:\n    b\n\n      c\n");
    check("x:\n\ta  = 1\n", "\na = 1\n", "b\nc\n", "space: x:\n\tb\n\tc\n");
    // All of it without its indent, and with tabs; and what is left begins with another one.
    check(
        "def f():\n    if a:\n        go()\n    end()\n",
        "if a:\n\tgo()\nend()\n",
        "\tgo()\nend()\n",
        "space: def f():\n        go()\n    end()\n",
    );
    check(
        "        elif a:\n            go()\n",
        "elif a:\n\tgo()\n",
        "elif a:\n# why\n\tgo()\n",
        "space: \u{20}       elif a:\n        # why\n            go()\n",
    );
    // Empty lines around the quotation.
    check("a  b\n\nc\n", "a b\n\n", "a b\n", "space: a  b\nc\n");
    check("a  b\n\nc\n", "a b\n\n", "a x\n", "space: a  x\n\nc\n");
    check("a  b\nc\n", "a b\n\n", "a x\n", "space: a  x\nc\n");
    check("a  b\nc\n", "a b\n", "a b\n\n", "space: a  b\n\nc\n");
    check("z\n\na  b\nc\n", "\na b\n", "a b\n", "space: z\na  b\nc\n");
    check("  a  b\nc\n", "a b\n", "", "space: c\n");
    check("x a  b\nc\n", "a b\n", "", "space: x\nc\n");
    // CJK with an ideographic space, Arabic with a doubled one.
    check("标题\u{3000}一\n正文\n", "标题 一", "标题 二", "space: 标题\u{3000}二\n正文\n");
    check("نلتقي  يوم الاثنين", "نلتقي يوم الاثنين", "نلتقي يوم الأحد", "space: نلتقي  يوم الأحد");
}

#[test]
fn blanks_that_matter() {
    // A paragraph is not a line, a list is not a paragraph, a row is not a cell.
    check("one two three\n\nfour five\n", "one two three\nfour five", "x", "missing");
    check("one two three\nfour five\n", "one two three\n\nfour five", "x", "missing");
    check("some words here:\n- four\n- five\n", "some words here: - four - five", "x", "missing");
    check("# A long heading\ntext goes on\n", "# A long heading text goes on", "x", "missing");
    check("a,b\nc,d\n", "a,b c,d", "x", "missing");
    check("a\t\tb\n", "a\tb", "x", "missing");
    check("let a = 1;\nlet b = 2;\n", "let a = 1; let b = 2;", "x", "missing");
    check("ab\n", "a b", "x", "missing");
    check("a b\n", "ab", "x", "missing");
}

#[test]
fn near_misses_are_not_placed() {
    for (text, old) in [
        ("The price is 100 euros.", "The price is 10"),
        ("The price is 10.5 euros.", "The price is 10"),
        ("The price is 1,000 euros.", "The price is 1"),
        ("It fell to -5 degrees.", "5 degrees"),
        ("It grew by 10%.", "It grew by 10"),
        ("It costs $10 now.", "10 now"),
        ("In 2024 we met.", "In 2025 we met."),
        ("Version 1.2.3 is out.", "Version 1.2"),
        ("You cannot leave.", "You can"),
        ("You can't leave.", "You can"),
        ("You can’t leave.", "You can"),
        ("A non-linear model.", "linear model"),
        ("It is unlikely to rain.", "likely to rain"),
        ("Anna will write it.", "Ann"),
        ("Anna will write it.", "Bob will write it."),
        ("We will not ship it.", "We will ship it."),
        ("We will ship it.", "We will not ship it."),
        ("we will ship it.", "We will ship it."),
        ("我们不可以发布。", "可以发布"),
        ("共有二十三人。", "三人"),
        ("共有123人。", "共有12"),
        ("لا نلتقي يوم الاثنين", "نلتقي يوم الأحد"),
        ("1,23,4\n", "1,2"),
        ("| a | 12 |\n", "| a | 1"),
        ("let count_max = 1;", "let count"),
        ("let x = 10;", "let x = 1"),
        ("naïve text", "na"),
        ("GPT-5 is out", "5 is out"),
        ("first line\nmiddle one\nlast line\n", "first line\nmiddle two\nlast line\n"),
    ] {
        check(text, old, "Something else entirely.", "missing");
    }
}

#[test]
fn text_that_stands_twice_is_ambiguous() {
    check("go home\ngo home\n", "go home\n", "stay\n", "ambiguous: 2");
    check("go home and go home\n", "go home", "stay", "ambiguous: 2");
    check("go  home\ngo   home\n", "go home\n", "stay\n", "ambiguous: 2");
    check("- milk\n- milk and tea\n", "- milk", "- oats", "ambiguous: 2");
    check("- oat milk\nmilk and tea\n", "milk\n", "water\n", "ambiguous: 2");
    check("aXa aXa aXa", "aXa", "b", "ambiguous: 3");
    check("is 10 and is 100\n", "is 10", "is 12", "ambiguous: 2");
    // A single exact hit wins over tolerant ones.
    check("go  home\ngo home\n", "go home\n", "stay\n", "exact: go  home\nstay\n");
    let many = "go home\n".repeat(500);
    check(&many, "go home\n", "stay\n", "ambiguous: 16");
    let span = Some(Span { start: Pos(8), end: Pos(16) });
    let placed = place(&Rope::from_str(&many), "go home\n", "stay\n", span);
    let Placement::Placed { hunk, .. } = placed else { panic!("{placed:?}") };
    assert_eq!(hunk.span, Span { start: Pos(8), end: Pos(15) });
}

#[test]
fn what_is_done_already() {
    check(
        "We meet on Friday at noon.\n",
        "We meet on Monday at noon.\n",
        "We meet on Friday at noon.\n",
        "applied",
    );
    check("a line\nand one more line\n", "a line\n", "a line\nand one more line\n", "applied");
    check("x\nend\n", "missing\n", "end\n", "applied");
    check("x end\n", "missing", "end", "missing");
    check("x x\n", "x\n", "", "ambiguous: 2");
    check("very very good\n", "very very good\n", "very good\n", "exact: very good\n");
    check("text\n\nAn added paragraph.\n", "", "An added paragraph.\n", "applied");
}

#[test]
fn text_for_the_end() {
    check("", "", "new\n", "exact: new\n");
    check("a\n", "", "b\n", "exact: a\nb\n");
    check("a", "", "b\n", "exact: a\nb");
    check("a\n\nb\n", "", "c\n", "exact: a\n\nb\n\nc\n");
    check("a\n\nb\n\n", "\n", "c\n", "exact: a\n\nb\n\nc\n");
    check("a\n\nb\n", "", "\nc\n", "exact: a\n\nb\n\nc\n");
    check("a\n\n- b\n", "", "- c\n", "exact: a\n\n- b\n- c\n");
    check("a\n\n| b |\n", "", "| c |\n", "exact: a\n\n| b |\n| c |\n");
    check("a\r\n\r\nb\r\n", "", "c\nd\n", "exact: a\r\n\r\nb\r\n\r\nc\r\nd\r\n");
    check("a\n", "", "", "missing");
    check("a  b\n", "  ", "x", "missing");
    // At the end of a part that ends between the two characters of a line end: before both.
    let within = Span { start: Pos(0), end: Pos(3) };
    let text = "a\r\r\nb\n";
    let Placement::Placed { hunk, .. } = place(&Rope::from_str(text), "", "c", Some(within)) else {
        panic!("not placed")
    };
    assert_eq!(hunk.span, Span { start: Pos(2), end: Pos(2) });
}

#[test]
fn a_missing_text_tells_what_resembles_it() {
    let text = format!(
        "{}The committee decided to meet on Monday at ten in the small hall.\n{}",
        "Nothing here to see at all.\n".repeat(40),
        "Other words follow.\n".repeat(40)
    );
    let old = "The committee decided to meet on Tuesday at ten in the small hall.\n";
    let Placement::Missing { similar } = place(&Rope::from_str(&text), old, "x", None) else {
        panic!("not missing")
    };
    let (span, score) = similar[0];
    let found: String = text.chars().skip(span.start.0).take(span.len()).collect();
    assert_eq!(found, "The committee decided to meet on Monday at ten in the small hall.");
    assert!(score >= 80, "{score}");
}

#[test]
fn a_known_span_needs_no_search() {
    let check = |text: &str, start, end, new: &str, expected: &str| {
        let span = Span { start: Pos(start), end: Pos(end) };
        let hunk = Placer::new(&Rope::from_str(text)).at(span, new);
        assert_eq!(apply(text, &[hunk]), expected);
    };
    check("é b c", 2, 3, "x\ny", "é x\ny c");
    check("a\r\nb\r\n", 0, 1, "x\ny", "x\r\ny\r\nb\r\n");
    check("a\r\nb", 3, 4, "x\ny", "a\r\nx\r\ny");
    check("a\nb\r\n", 0, 1, "x\r\ny", "x\ny\nb\r\n");
    check("", 0, 9, "x\n", "x\n");
}

#[test]
fn the_steps_have_names() {
    assert_eq!((Step::Exact.name(), Step::Exact.is_loose()), ("exact", false));
    assert_eq!((Step::Space.name(), Step::Space.is_loose()), ("space", false));
    assert!(Step::Exact < Step::Space);
}

/// A random document whose lines have an indent and, some of them, a number of their own.
fn document(rand: &mut Rand, end: &str) -> String {
    let mut out = String::new();
    for line in 0..2 + rand.below(14) {
        match rand.below(6) {
            0 => out.push_str(end),
            1 => out.push_str(&format!(
                "{}item{line} = {};{end}",
                "    ".repeat(rand.below(3)),
                rand.below(1000)
            )),
            2 => out.push_str(&format!("| r{line} | {} |{end}", rand.below(50))),
            3 => out.push_str(&format!("- point {}{end}", rand.below(5))),
            _ => {
                out.push_str(random_text(rand, 1, "").trim());
                out.push_str(end);
            }
        }
    }
    out
}

/// Writes text as a model may: other line ends, blanks, indents, wrapped elsewhere.
fn sloppy(rand: &mut Rand, text: &str) -> String {
    let shift = ["", "  ", "    ", "\t"][rand.below(4)];
    let less = rand.below(4) == 0;
    let mut out = String::new();
    for line in text.split_inclusive('\n') {
        let ended = line.ends_with('\n');
        let line = line.trim_end_matches(['\r', '\n']);
        let line = if less { line.strip_prefix("    ").unwrap_or(line) } else { line };
        if !line.is_empty() && !less {
            out.push_str(shift);
        }
        out.push_str(line);
        out.push_str(["", "", " ", "   "][rand.below(4)]);
        if ended {
            out.push_str(["\n", "\n", "\r\n"][rand.below(3)]);
        }
    }
    if rand.below(4) == 0 { out.replace(", ", ",  ") } else { out }
}

fn words(text: &str) -> Vec<&str> {
    text.split_whitespace().collect()
}

#[test]
fn random_edits_are_placed_right_or_refused() {
    let (mut placed, mut refused) = (0, 0);
    for seed in 0..4000 {
        let mut rand = Rand::from_number(seed);
        let end = ["\n", "\n", "\r\n"][rand.below(3)];
        let text = document(&mut rand, end);
        let chars: Vec<char> = text.chars().collect();
        // Whole lines, or any stretch of characters.
        let (start, stop) = if rand.below(2) == 0 {
            let lines: Vec<&str> = text.split_inclusive('\n').collect();
            let from = rand.below(lines.len());
            let to = (from + 1 + rand.below(4)).min(lines.len());
            let chars = |lines: &[&str]| lines.concat().chars().count();
            (chars(&lines[..from]), chars(&lines[..to]))
        } else {
            let from = rand.below(chars.len());
            (from, (from + 1 + rand.below(60)).min(chars.len()))
        };
        let part: String = chars[start..stop].iter().collect();
        let old = if rand.below(3) == 0 { part.clone() } else { sloppy(&mut rand, &part) };
        if old.trim().is_empty() {
            continue;
        }
        // Whole lines that stand there just as they are written win by right, even if the writer
        // had others in mind.
        let line_end = text.replace("\r\n", "\n");
        let (with_end, quoted) = (format!("\n{line_end}\n"), old.replace("\r\n", "\n"));
        let literal = format!("\n{}\n", quoted.trim_matches('\n'));
        let meant = format!("\n{}\n", part.replace("\r\n", "\n").trim_matches('\n'));
        if with_end.contains(&literal) && literal != meant
            || start > 0 && chars[start - 1] != '\n' && with_end.contains(&literal)
        {
            continue;
        }
        let new = match rand.below(4) {
            0 => String::new(),
            1 => format!("{}\nQUITE NEW\n", old.trim_end()),
            2 => old.replacen(words(&old)[0], "CHANGED", 1),
            _ => "ALL OTHER\n".into(),
        };
        let Placement::Placed { hunk, .. } = place(&Rope::from_str(&text), &old, &new, None) else {
            refused += 1;
            continue;
        };
        placed += 1;
        // The words of the result are those of the text with the part replaced by hand.
        let glue = |a: &str, b: &str, c: &str| format!("{a}\u{1}{b}\u{1}{c}");
        let before: String = chars[..start].iter().collect();
        let after: String = chars[stop..].iter().collect();
        let new_core = new.trim();
        // The mark of an item goes with all of its words.
        let mark = before.rsplit('\n').next().unwrap_or("").trim();
        let marked = new.is_empty() && mark == "-" && !old.trim_start().starts_with(mark);
        let marked = marked && hunk.old.trim_start().starts_with(mark);
        let before = match marked {
            true => before.trim_end().trim_end_matches(mark),
            false => &before,
        };
        let expected = glue(before.trim_end(), new_core, after.trim_start()).replace('\u{1}', " ");
        let got = apply(&text, std::slice::from_ref(&hunk));
        let (got_words, expected_words) = (words(&got), words(&expected));
        assert_eq!(
            got_words.concat(),
            expected_words.concat(),
            "{text:?} {old:?} {new:?} {hunk:?}"
        );
        let gone = hunk.old.trim_start();
        let gone = if marked { gone.trim_start_matches(mark) } else { gone };
        assert_eq!(words(gone), words(&old), "{text:?} {old:?}");
        let only = hunk.span.start.0 <= stop && start <= hunk.span.end.0;
        assert!(only, "at the place itself: {text:?} {old:?} {hunk:?}");
        if end == "\r\n" {
            assert_eq!(
                got.matches('\n').count(),
                got.matches("\r\n").count(),
                "{got:?} of {text:?}, {old:?} {new:?} {hunk:?}"
            );
        } else {
            assert!(!got.contains('\r'), "{got:?}");
        }
    }
    assert!(placed > 700, "{placed} placed, {refused} refused");
}

#[test]
fn random_near_misses_are_refused() {
    for seed in 0..3000 {
        let mut rand = Rand::from_number(10_000 + seed);
        let text = document(&mut rand, "\n");
        let lines: Vec<&str> = text.split_inclusive('\n').collect();
        let from = rand.below(lines.len());
        let to = (from + 1 + rand.below(3)).min(lines.len());
        let part = lines[from..to].concat();
        let digits: Vec<usize> =
            part.char_indices().filter(|(_, c)| c.is_ascii_digit()).map(|(at, _)| at).collect();
        let mut old = part.clone();
        match digits.len() {
            0 => match words(&part).first().copied() {
                Some(word) => old = part.replacen(word, "Zoë", 1),
                None => continue,
            },
            count => {
                let at = digits[rand.below(count)];
                match rand.below(3) {
                    0 => old.replace_range(at..at + 1, "x"),
                    1 => old.insert_str(at, "77"),
                    _ => old.insert_str(at, "not "),
                }
            }
        }
        let old = sloppy(&mut rand, &old);
        // By chance the same words stand there, wrapped elsewhere.
        let sought = words(&old);
        if words(&text).windows(sought.len()).any(|part| part == sought) {
            continue;
        }
        let placement = place(&Rope::from_str(&text), &old, "other\n", None);
        assert!(!matches!(placement, Placement::Placed { .. }), "{text:?} {old:?} {placement:?}");
    }
}

#[test]
fn a_large_document_finds_many_places() {
    let mut rand = Rand::from_number(5);
    let mut text = String::new();
    let mut lines = Vec::new();
    while text.len() < 3_000_000 {
        let line =
            format!("Line {} says {} and {}.\n", lines.len(), rand.next_u64(), rand.next_u64());
        text.push_str(&line);
        lines.push(line);
    }
    let placer = Placer::new(&Rope::from_str(&text));
    for index in (0..lines.len()).step_by(lines.len() / 100) {
        let old = lines[index].replace(" says ", "  says ");
        let placed = placer.place(&old, "New.\n", None);
        let Placement::Placed { hunk, step } = placed else { panic!("{placed:?}") };
        assert_eq!((hunk.old.as_str(), step), (lines[index].trim_end(), Step::Space));
    }
}

#[test]
fn short_quotations_in_a_large_document_are_told_apart() {
    // Of a text of this length not every piece is kept: whatever a quotation's length and wherever
    // it lies, each of its places counts.
    let mut rand = Rand::from_number(5);
    let text: String = (0..40_000).map(|_| format!("w{} ", rand.below(9_000))).collect();
    let placer = Placer::new(&Rope::from_str(&text));
    for case in 0..300 {
        let start = rand.below(text.len() - 80);
        let start = start + text[start..].find(' ').unwrap() + 1;
        let end = start + text[start + case % 40..].find(' ').unwrap() + case % 40;
        let quoted = &text[start..end];
        let there: Vec<usize> = text.match_indices(quoted).map(|(at, _)| at).collect();
        match placer.place(quoted, "x", None) {
            Placement::Placed { hunk, .. } => {
                assert_eq!((there.len(), hunk.span.start), (1, Pos(start)), "{quoted:?}");
            }
            Placement::Ambiguous { candidates } => {
                assert_eq!(candidates.len(), there.len().min(16), "{quoted:?}");
            }
            other => panic!("{other:?}: {quoted:?}"),
        }
    }
}

#[test]
fn an_answer_with_many_blocks_makes_the_edits_it_means() {
    for seed in 0..800 {
        let mut rand = Rand::from_number(50_000 + seed);
        // Every line has words of its own.
        let count = 3 + rand.below(20);
        let line = |index: usize, rand: &mut Rand| {
            let indent = "  ".repeat(rand.below(4));
            format!("{indent}Line{index} says {} here.\n", rand.below(100))
        };
        let lines: Vec<String> = (0..count).map(|index| line(index, &mut rand)).collect();
        let text = lines.concat();
        let clean = rand.below(2) == 0;
        let (mut reply, mut expected) = (String::from("These changes.\n\n"), String::new());
        let mut at = 0;
        while at < count {
            let taken = (1 + rand.below(3)).min(count - at);
            let old = lines[at..at + taken].concat();
            at += taken;
            if rand.below(3) > 0 {
                expected.push_str(&old);
                continue;
            }
            let new = match rand.below(3) {
                0 => String::new(),
                1 => format!("{old}Added {at}.\n"),
                _ => old.replace("says", "told"),
            };
            expected.push_str(&new);
            let (old, new) = match clean {
                true => (old, new),
                // Trailing blanks, and every line end of another kind.
                false => (old.replace('\n', " \r\n"), new.replace('\n', "\r\n")),
            };
            reply.push_str(&format!(
                "Because of {at}.\n```\n<<<<<<< SEARCH\n{old}=======\n{new}>>>>>>> REPLACE\n```\n\n"
            ));
        }
        let mut parser = ReplyParser::new(Dialect::Blocks);
        let mut pieces = parser.push(&reply);
        pieces.extend(parser.finish());
        let placer = Placer::new(&Rope::from_str(&text));
        let mut hunks = Vec::new();
        for piece in pieces {
            let Piece::EditDone { edit: Edit { old, new, why, .. }, .. } = piece else { continue };
            assert!(why.is_some_and(|why| why.starts_with("Because of ")));
            let placed = placer.place(&old, &new, None);
            let Placement::Placed { hunk, step } = placed else {
                panic!("{placed:?}: {text:?} {old:?}")
            };
            assert!(step == Step::Exact || !clean, "{text:?} {old:?}");
            hunks.push(hunk);
        }
        hunks.sort_by_key(|hunk| hunk.span);
        assert_eq!(apply(&text, &hunks), expected, "{reply}");
    }
}
