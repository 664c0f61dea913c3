//! Places of edits that are not quoted as the text stands: other marks, gaps, hints, other words;
//! and answers without any marks of an edit.

use super::assist_placement::{check, outcome};
use cowrite::assist::{
    Dialect, Edit, Form, Hint, Landed, Landing, Outcome, Piece, ReplyParser, Wanted, apply,
};
use ropey::Rope;

#[test]
fn other_forms_of_marks() {
    let text =
        "She said: \u{201c}Don\u{2019}t go \u{2013} not yet.\u{201d} Then she left\u{2026}\n";
    check(
        text,
        "She said: \"Don't go - not yet.\" Then she left...",
        "She said: \"Don't go - not now.\" Then she left...",
        &format!("marks: {}", text.replace("yet", "now")),
    );
    // New words take the document's form.
    check(
        text,
        "\"Don't go - not yet.\"",
        "\"Don't go - we can't.\"",
        &format!("marks: {}", text.replace("not yet", "we can\u{2019}t")),
    );
    check(
        "the cafe\u{301} is open\n",
        "the caf\u{e9} is",
        "the caf\u{e9} was",
        "marks: the cafe\u{301} was open\n",
    );
    check(
        "plain \"quotes\" here\n",
        "plain \u{201c}quotes\u{201d} here",
        "plain \u{201c}quotes\u{201d} there",
        "marks: plain \"quotes\" there\n",
    );
    // An edit of the marks themselves is no edit of something else.
    check("a \"b\" c\n", "a \u{201c}b\u{201d} c", "a \"b\" c", "applied");
    check("two \u{201c}x\u{201d} and \u{201c}x\u{201d}\n", "\"x\"", "y", "ambiguous: 2");
}

const CODE: &str = "fn one() {\n    let a = 1;\n    go(a);\n    stop();\n}\n\nfn two() {\n    let b = 2;\n    go(b);\n    stop();\n}\n";

#[test]
fn gaps_are_what_stands_there() {
    check(
        CODE,
        "fn two() {\n    ...\n    stop();\n}\n",
        "fn two() {\n    ...\n    end();\n}\n",
        &format!("gap: {}", CODE.replace("go(b);\n    stop", "go(b);\n    end")),
    );
    check(
        CODE,
        "fn two() {\n    // ... existing code ...\n}\n",
        "fn second() {\n    // ... existing code ...\n}\n",
        &format!("gap: {}", CODE.replace("two", "second")),
    );
    check(CODE, "fn two() {\n...\n}\n", "", "missing");
    // A part of marks that nobody sees is nowhere.
    check(CODE, "fn two() {\n...\n\u{200d}\n", "a\n...\nb\n", "missing");
}

fn hinted(text: &str, old: &str, new: &str, hint: Hint) -> String {
    let edit = Edit { old: old.into(), new: new.into(), why: None, form: Form::Diff, hint };
    tell(text, Landing::new(&Rope::from_str(text)).take(&Piece::EditDone { index: 0, edit }))
}

/// What became of an answer, and the text with every hunk in it.
fn tell(text: &str, landed: Vec<Landed>) -> String {
    let mut steps = Vec::new();
    let mut hunks = Vec::new();
    for one in landed {
        match one.outcome {
            Outcome::Placed { hunk, step, .. } => {
                steps.push(step.name());
                hunks.push(hunk);
            }
            Outcome::Already { .. } => steps.push("already"),
            Outcome::Ambiguous { .. } => steps.push("ambiguous"),
            Outcome::Missing { .. } => steps.push("missing"),
        }
    }
    steps.dedup();
    match hunks.is_empty() {
        true => steps.join(" "),
        false => format!("{}: {}", steps.join(" "), apply(text, &hunks)),
    }
}

#[test]
fn hints_single_out_one_of_several() {
    let second = "fn one() {\n    let a = 1;\n    go(a);\n    stop();\n}\n\nfn two() {\n    let b = 2;\n    go(b);\n    end();\n}\n";
    let under = |heading: &str| Hint { under: vec![heading.into()], ..Hint::default() };
    let line = |line| Hint { line: Some(line), ..Hint::default() };
    let at_end = Hint { at_end: true, ..Hint::default() };
    let old = "    stop();\n";
    let new = "    end();\n";
    assert_eq!(hinted(CODE, old, new, under("fn two()")), format!("exact: {second}"));
    assert_eq!(hinted(CODE, old, new, under("fn tw")), "ambiguous");
    assert_eq!(hinted(CODE, old, new, under("fn three()")), "ambiguous");
    assert_eq!(hinted(CODE, old, new, line(10)), format!("line: {second}"));
    assert_eq!(hinted(CODE, old, new, line(7)), "ambiguous");
    let end = hinted(CODE, "    stop();\n}\n", "    end();\n}\n", at_end);
    assert_eq!(end, format!("exact: {second}"));
    let all = Hint { all: true, ..Hint::default() };
    assert_eq!(hinted(CODE, old, new, all), format!("exact: {}", CODE.replace("stop", "end")));
    let sections = "# A\n\nSame.\n\n## B\n\nSame.\n\n# C\n\nSame.\n";
    let b = "# A\n\nSame.\n\n## B\n\nOther.\n\n# C\n\nSame.\n";
    assert_eq!(hinted(sections, "Same.\n", "Other.\n", under("## B")), format!("exact: {b}"));
}

const PROSE: &str = "The committee met in spring and talked about the bridge for a long while.\n\nIt was decided that the old crossing should be repaired before any other work begins in the valley, and that a report is due.\n\nThe treasurer spoke of costs and of a loan that the town might take from the bank.\n";

#[test]
fn a_word_that_was_misremembered() {
    let old = "The treasurer talked of costs and of a loan that the town might take from the bank.";
    let new = "The treasurer talked of costs and of a gift that the town might take from the bank.";
    check(PROSE, old, new, &format!("words: {}", PROSE.replace("loan", "gift")));
    // Wrapped elsewhere too.
    check(
        PROSE,
        "It was agreed upon\nthat the old crossing should be repaired before other work begins in the valley",
        "It was agreed upon\nthat the old bridge should be repaired before other work begins in the valley",
        "missing",
    );
    check(
        PROSE,
        "should be mended before any other work begins in the whole valley,\nand that a report is due.",
        "should be mended before any other work begins in the whole valley,\nand that a plan is due.",
        &format!("words: {}", PROSE.replace("a report", "a plan")),
    );
    // Not what says another thing.
    for (from, to) in [
        ("might take", "must take"),
        ("spring", "May"),
        ("treasurer", "Mayor"),
        ("before any", "after any"),
        ("It was", "It was not"),
        ("a loan", "2 loans"),
    ] {
        let old = PROSE.replace(from, to);
        let line = old.lines().find(|line| line.contains(to)).unwrap();
        let got = outcome(PROSE, line, "Something else.");
        assert!(got == "missing" || got == "applied", "{from} {to}: {got}");
    }
    // Another word at an end has the quotation on one side of it only.
    for (from, to) in [("The treasurer", "Our treasurer"), ("the bank.", "the lender.")] {
        let line = PROSE.lines().last().unwrap().replace(from, to);
        check(PROSE, &line, "Something else.", "missing");
    }
    // New words beside one that was left out: before it or behind it is not told.
    let old = "The treasurer spoke of costs and of loan that the town might take from the bank.";
    let new =
        "The treasurer spoke of costs and of large loan that the town might take from the bank.";
    check(PROSE, old, new, "missing");
    // What was not quoted stays, before what changes and behind it.
    for (quoted, now, placed) in [
        ("of loan that", "of gift that", PROSE.replace("a loan", "a gift")),
        ("and of loan", "and for loan", PROSE.replace("and of a", "and for a")),
        ("of loan that the town", "of that the town", PROSE.replace("of a loan", "of a")),
    ] {
        let new = old.replace(quoted, now);
        check(PROSE, old, &new, &format!("words: {placed}"));
    }
    // The paragraph is wrapped otherwise before and after.
    let old =
        "The treasurer talked of costs and\nof a loan that the town might take from\nthe bank.";
    let new = "The treasurer talked of costs and of\na very large loan that the town might take\nfrom the bank.";
    let placed = PROSE.replace("a loan", "a very large loan");
    check(PROSE, old, new, &format!("words: {placed}"));
    let old = "The treasurer spoke of costs and of loan that the town might take from the bank.";
    let new = "The treasurer spoke of costs and of loan that the town may soon take from the bank.";
    let placed = PROSE.replace("might take", "may soon take");
    check(PROSE, old, new, &format!("words: {placed}"));
    // Twins are none.
    let twins = format!("{PROSE}\n{}", PROSE.replace("costs", "prices"));
    check(&twins, old, new, "missing");
}

#[test]
fn a_word_that_says_another_thing() {
    for (text, word, other) in [
        (
            "It weighs about three kilograms when it is dry and ready to be sold.",
            "kilograms",
            "grams",
        ),
        (
            "The rate is five percent for the first year and then it is fixed again.",
            "percent",
            "permille",
        ),
        ("The meeting will be held on monday in the old hall of the town.", "monday", "tuesday"),
        (
            "Wir treffen uns montags in der alten Halle hinter der großen Brücke.",
            "montags",
            "freitags",
        ),
        ("La réunion aura lieu le lundi dans la grande salle de notre ville.", "lundi", "mardi"),
        ("You may enter the room while the red light over the door is on.", "red", "green"),
        ("Das Haus hat eine rote Tür und steht hinter der großen Brücke.", "rote", "grüne"),
        ("La maison a une porte verte et donne sur la place de la ville.", "verte", "rouge"),
        (
            "The witness said that the man was innocent of what happened there.",
            "innocent",
            "guilty",
        ),
        ("The contract is valid as long as both sides want to keep to it.", "valid", "void"),
        ("Le contrat est valable tant que les deux parties le respectent bien.", "valable", "nul"),
        (
            "Der Vertrag ist gültig, solange beide Seiten sich daran halten wollen.",
            "gültig",
            "nichtig",
        ),
        ("The speaker was for the plan of the council and said so at once.", "for", "against"),
    ] {
        let doc = format!("# Head\n\n{text}\n\nAnother paragraph about bread and nothing else.\n");
        for (from, to) in [(word, other), (other, word)] {
            let doc = doc.replacen(word, from, 1);
            let old = text.replacen(word, to, 1);
            check(&doc, &old, "Something else.", "missing");
        }
    }
}

#[test]
fn a_long_quotation_in_a_text_that_repeats_its_words() {
    let name = |at: usize| format!("{}{}", ["Anna", "Bob", "Clara", "Edith"][at % 4], at / 4);
    let line = |at: usize| {
        let other = name(at * 7 % 90);
        format!("- {} brings the bread and the tea, and {other} brings the cups.\n", name(at))
    };
    let text: String = (0..90).map(line).collect();
    let all: Vec<&str> = text.split_inclusive('\n').collect();
    let old = all[40..52].concat().replacen("brings the cups", "carries the cups", 1);
    let new = format!("{old}- That is all.\n");
    let placed = format!("{}- That is all.\n{}", all[..52].concat(), all[52..].concat());
    check(&text, &old, &new, &format!("words: {placed}"));
}

#[test]
fn a_line_beside_it_that_has_changed() {
    let text = "// Opens the file and reads what is in it.\nfn open(path: &Path) -> Result<String> {\n    let file = File::open(path)?;\n    read(file)\n}\n";
    let old = text.replace(
        "// Opens the file and reads what is in it.",
        "// Some quite different remark that stood here once before.",
    );
    let new = old.replace("read(file)", "read_all(file)");
    check(text, &old, &new, &format!("words: {}", text.replace("read(file)", "read_all(file)")));
    // What comes beside such a line would have its place by one side only.
    let new = old.replace("fn open", "#[must_use]\nfn open");
    check(text, &old, &new, "missing");
    let other = text.replace("File::open(path)?", "File::create(path)?");
    check(text, &other, &other.replace("read(file)", "x(file)"), "missing");
}

pub(super) fn answer(text: &str, answer: &str, wanted: Wanted) -> String {
    let mut parser = ReplyParser::new(Dialect::Blocks);
    let mut landing = Landing::new(&Rope::from_str(text)).wanting(wanted);
    let mut pieces = parser.push(answer);
    pieces.extend(parser.finish());
    let mut landed: Vec<Landed> = pieces.iter().flat_map(|piece| landing.take(piece)).collect();
    landed.extend(landing.finish());
    tell(text, landed)
}

#[test]
fn an_answer_without_marks() {
    let paragraph =
        "The treasurer spoke of costs and of a gift that the town might get from the bank.";
    let changed = PROSE.replace("loan", "gift").replace("take", "get");
    assert_eq!(answer(PROSE, paragraph, Wanted::Answer), format!("words: {changed}"));
    assert_eq!(answer(PROSE, &changed, Wanted::Change), format!("exact: {changed}"));
    // A quotation in an answer is none.
    let talk = format!("I like this:\n\n{paragraph}\n\nBut it is long.");
    assert_eq!(answer(PROSE, &talk, Wanted::Answer), "");
    assert_eq!(answer(PROSE, "It speaks of a loan from the bank.", Wanted::Answer), "");
    let shown = PROSE.lines().last().unwrap();
    assert_eq!(answer(PROSE, shown, Wanted::Answer), "");
    let indented = format!("  {}", PROSE.trim_end().replace('\n', "\n  "));
    let talk = format!("You asked about “  {shown}”. It means what it says.");
    assert_eq!(answer(&indented, &talk, Wanted::Answer), "");
}

#[test]
fn a_passage_without_one_of_its_lines() {
    let rows = "| Poste | Prévu | Réalisé |\n|---|---|---|\n| Entrées | 210 | 228 |\n| Boutique | 64 | 59 |\n| Subventions | 340 | 340 |\n| Travaux | 95 | 112 |\n";
    let text = format!("{PROSE}\n{rows}\n{}", PROSE.replace("the", "another"));
    let fenced = |lines: &[usize]| {
        let lines: String =
            lines.iter().map(|at| rows.split_inclusive('\n').nth(*at).unwrap()).collect();
        format!("```\n{lines}```\n")
    };
    // Its last line is none of the place that is most like it, but the one behind that.
    for (lines, expected) in [(&[1, 2, 4][..], ""), (&[2, 4, 5][..], "")] {
        assert_eq!(answer(&text, &fenced(lines), Wanted::Change), expected, "{lines:?}");
    }
}

/// What of a wrapped paragraph was to go for other words is not told by a piece of it.
#[test]
fn a_piece_of_a_wrapped_paragraph_takes_nothing_out() {
    let text = "# Engine\n\nEach product is shared with a helper, which waits awake between two of them, since\na word has many and waking somebody takes as long as a product. The one who asks\nnever depends on the helper: a part that does not come in time is computed again,\nand a helper that was no help is left alone for a while. So a busy machine costs\nthe helper's share and no more.\n\nThe end.\n";
    let piece = "The details stand in the appendix.\nnever depends on the helper: a part that does not come in time is computed again,";
    let head = "Each product is shared with a helper, which waits awake between two of them, since nobody objected.";
    for part in [piece, head] {
        for told in
            [part.to_owned(), format!("Sure! Here it is:\n\n```\n{part}\n```\n\nThe rest stays.\n")]
        {
            assert!(!answer(text, &told, Wanted::Change).contains("words:"), "{told}");
        }
    }
    // One that says the same in fewer words is that paragraph.
    let short = "Each product is shared with a helper, which waits awake between two of them. A part\nthat does not come in time is computed again, and a helper that was no help is\nleft alone for a while.";
    assert!(answer(text, &fenced_in(short), Wanted::Change).contains("words:"));
}

fn fenced_in(text: &str) -> String {
    format!("```\n{text}\n```\n")
}

/// Half of what an answer makes of two paragraphs is another text.
#[test]
fn what_stands_again_in_an_unsure_part_is_unsure() {
    let text = "Q: What was the worst storm?\nA: January 2005. The spray came over the gallery.\n\nQ: And the best day?\nA: Oh, that changes. At the moment it's the day the swallows came back.\n";
    let told = text.replace(
        "day?\nA",
        "day?\n\nWhoever disagrees should say so before the end of the week.\nA",
    );
    let got = answer(
        text,
        &format!("{told}\n---\n\n**Changes made:**\n- Replaced some words\n"),
        Wanted::Change,
    );
    for one in got.split("exact: ").skip(1) {
        assert!(one.contains("Q: And the best day?"), "{got}");
    }
}

/// A line that quotes lost its first word: what comes before it does not cut the line.
#[test]
fn lines_never_come_into_the_midst_of_one() {
    let text = "- Decide: decisions with context, linked to what\n  you choose; accepted ones go to\n  the model. A form keeps what was written.\n- Redact.\n";
    for reply in [
        "```diff\n@@ -3,1 +3,2 @@\n+  We tried it.\n   model. A form keeps what was written.\n```\n",
        "<<<<<<< SEARCH\n  model. A form keeps what was written.\n=======\n  We tried it.\n  model. A form keeps what was written.\n>>>>>>> REPLACE\n",
    ] {
        assert_eq!(answer(text, reply, Wanted::Change), "missing", "{reply}");
    }
}

/// The first or the last line of a passage may be new beside what stands there, or go for it.
#[test]
fn an_edge_of_a_passage_that_is_quite_another_line_has_no_place() {
    let items = "- gravel, about 240 euros, for one weekend\n- wooden boards, about 410 euros, every six years\n- a ditch on the north side, no cost for material\n\nAnna asked for gravel.\n";
    let rest = "- wooden boards, about 410 euros, every six years\n- a ditch on the north side, no cost for material\n";
    for part in [
        format!("- Nobody objected when this was read aloud.\n{rest}"),
        items.replace(
            "- a ditch on the north side, no cost for material\n\nAnna asked for gravel.\n",
            "- Nobody objected when this was read aloud.\n",
        ),
    ] {
        let got = answer(items, &fenced_in(&part), Wanted::Change);
        assert!(!got.contains("words:") && !got.contains("exact:"), "{got}");
    }
}

#[test]
fn what_is_said_of_two_lines_is_no_change_of_them() {
    let text = "Q: How long?\nA: Since 1987.\n\nQ: Do you get lonely?\nA: In the second year I did. After that, no, with all the visitors there are.\n";
    let said = "You asked about “Q: Do you get lonely?\nA: In the second year I did. After that, no, with all the visitors there are.”. It means what it says.";
    assert_eq!(answer(text, said, Wanted::Answer), "");
}

pub(super) fn block(old: &str, new: &str) -> String {
    format!("<<<<<<< SEARCH\n{old}=======\n{new}>>>>>>> REPLACE\n")
}

/// Words for what stays are no text: what they stand for is put in, or the edit has no place.
#[test]
fn what_a_new_text_leaves_out_is_not_lost() {
    let one = "fn one() {\n    let a = 1;\n    go(a);\n    stop();\n}\n";
    let rest = "fn one() {\n    let a = 2;\n    // ... existing code ...\n}\n";
    let filled = CODE.replace("let a = 1", "let a = 2");
    assert_eq!(answer(CODE, &block(one, rest), Wanted::Change), format!("gap: {filled}"));
    // Which lines it stands for is not clear.
    let head = "fn one() {\n    begin();\n    // ... rest of the function unchanged ...\n";
    assert_eq!(answer(CODE, &block(one, head), Wanted::Change), "missing");
    let prose = "On the other side there was a market. Women sold eel, and a boy sold batteries.\n";
    for new in [
        "On the far side there was a market. ...\n",
        "On the far side there was a market. [rest of the paragraph unchanged]\n",
    ] {
        assert_eq!(answer(prose, &block(prose, new), Wanted::Change), "missing", "{new}");
    }
    // What the document says itself is text.
    let dotted = "He waited ...\nThen he left.\n";
    let got = answer(dotted, &block("Then he left.\n", "Then he left, and ...\n"), Wanted::Change);
    assert_eq!(got, "exact: He waited ...\nThen he left, and ...\n");
}

#[test]
fn what_repeats_its_neighbours_is_not_certain() {
    let rules = "1. Everybody may come in.\n2. Food stays outside.\n3. Phones stay silent.\n4. Books go back where they were.\n";
    for new in [
        "2. Food and drinks stay outside.\n3. Phones stay silent.\n",
        "2. Food and drinks stay outside.\n3. Phones stay silent.\n4. Books go back where they were.\n5. Dogs are welcome.\n",
        "1. Everybody may come in.\n2. Food and drinks stay outside.\n",
    ] {
        let got = answer(rules, &block("2. Food stays outside.\n", new), Wanted::Change);
        assert!(got.starts_with("words: "), "{got}");
    }
    let got = answer(
        rules,
        &block("2. Food stays outside.\n", "2. Food and drinks stay outside.\n"),
        Wanted::Change,
    );
    assert!(got.starts_with("exact: "), "{got}");
}

/// What stands around a whole text that came without a fence is none of it.
#[test]
fn wrappers_and_words_at_the_edges_of_a_bare_text() {
    let text = "# Reading room\n\nA small public reading room in the old ticket office.\n\n## Rules\n\nFood stays outside.\nBooks go back where they were.\n";
    let new = text.replace("stays", "must stay");
    for (before, behind) in [
        ("<file path=\"plan.md\">\n", "</file>\n"),
        ("<artifact type=\"text/markdown\" title=\"plan.md\">\n", "</artifact>\n"),
        ("<write_to_file>\n<path>plan.md</path>\n<content>\n", "</content>\n</write_to_file>\n"),
        ("plan.md\n", ""),
        ("=== plan.md ===\n", ""),
        ("---\nfile: plan.md\n---\n", ""),
        ("<|assistant|>\n", "<|end|>\n"),
    ] {
        let got = answer(text, &format!("{before}{new}{behind}"), Wanted::Change);
        assert_eq!(got, format!("exact: {new}"), "{before}");
    }
    for (before, behind) in [
        ("", "I hope you like it!\n"),
        ("", "(Word count: 42)\n"),
        ("Version 2\n", ""),
        ("Okay, let me do that.\n", ""),
    ] {
        let (certain, all, _) =
            super::assist_fenced::read(text, &format!("{before}{new}{behind}"), Wanted::Change);
        assert_eq!(certain, new, "{before}{behind}");
        assert!(all.contains("must stay"), "{all}");
    }
}

/// Lines of a difference that stay and lack the blank before them: those of a list look as if they
/// were to go.
#[test]
fn a_difference_without_the_blanks_before_what_stays() {
    let text = "# Plan\n\nWe start in May.\n\n- milk\n- bread\n\nThe end.\n";
    let in_fence = |lines: &str| format!("```diff\n@@ -1,5 +1,5 @@\n{lines}```\n");
    let check = |lines: &str, expected: &str| {
        assert_eq!(answer(text, &in_fence(lines), Wanted::Change), expected, "{lines}");
    };
    check(
        "# Plan\n\n-We start in May.\n+We start in June.\n\n- milk\n- bread\n",
        &format!("marks: {}", text.replace("May", "June")),
    );
    check(
        "- milk\n-- bread\n+- rye bread\n\nThe end.\n",
        &format!("marks: {}", text.replace("bread", "rye bread")),
    );
    // What the document lacks stays out of it.
    check("# Plan\n\n-We start in July.\n+We start in June.\n\n- milk\n", "missing");
}
