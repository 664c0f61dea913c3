//! Reading answers: each case at every cut, truncated at every byte, and noise. What the forms of
//! edits are is in `assist_dialect_forms`.

use cowrite::assist::{Dialect, Edit, Form, Hint, Piece, ReplyParser, choose};
use cowrite::base::Rand;
use std::collections::BTreeMap;

/// What an answer came to, without regard to how it was cut.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Outcome {
    pub prose: String,
    /// `old` → `new` (why), `dropped`, or `! reason`, by number. Behind it in brackets the form, if
    /// it was not asked for, and what is hinted.
    pub edits: BTreeMap<usize, String>,
    /// What can't be taken without having started.
    pub bad: Vec<String>,
    /// Texts in fences; those that were not closed with `…` behind them.
    pub fenced: Vec<String>,
    /// What the previews came to: old and new text.
    pub previews: BTreeMap<usize, (String, String)>,
}

fn said(edit: &Edit) -> String {
    let Edit { old, new, why, form, hint } = edit;
    // How else its lines may be read, the tests of places show.
    let Hint { line, under, at_end, all, file, shown, short, .. } = hint;
    let why = why.as_ref().map(|why| format!(" ({why})")).unwrap_or_default();
    let mut hints = Vec::new();
    let asked = [Form::Blocks, Form::Selection, Form::Whole].contains(form) && file.is_none();
    hints.extend((!asked && *form != Form::Blocks).then(|| form.name().to_owned()));
    hints.extend(file.as_ref().map(|file| format!("in {file}")));
    hints.extend(line.map(|line| format!("line {line}")));
    hints.extend(under.iter().map(|under| format!("under {under:?}")));
    hints.extend(at_end.then(|| "at the end".to_owned()));
    hints.extend(all.then(|| "all".to_owned()));
    hints.extend(shown.then(|| "shown".to_owned()));
    hints.extend(short.then(|| "short".to_owned()));
    let hints = if hints.is_empty() { String::new() } else { format!(" [{}]", hints.join(", ")) };
    format!("{old:?} → {new:?}{why}{hints}")
}

pub fn collect(pieces: Vec<Piece>) -> Outcome {
    let mut out = Outcome::default();
    let mut open = BTreeMap::new();
    for piece in pieces {
        match piece {
            Piece::Prose(text) => out.prose.push_str(&text),
            Piece::EditStarted { index } => {
                assert_eq!(index, open.len() + out.edits.len(), "numbered in order");
                open.insert(index, ());
                out.previews.insert(index, Default::default());
            }
            Piece::EditOld { index, text } => {
                assert!(open.contains_key(&index));
                out.previews.entry(index).or_default().0 = text;
            }
            Piece::EditNew { index, delta } => {
                assert!(open.contains_key(&index));
                out.previews.entry(index).or_default().1.push_str(&delta);
            }
            Piece::Fenced { text, open, .. } => {
                out.fenced.push(text + if open { "…" } else { "" });
            }
            Piece::EditDone { index, edit } => {
                assert!(open.remove(&index).is_some(), "ends once");
                out.edits.insert(index, said(&edit));
            }
            Piece::EditDropped { index, .. } => {
                assert!(open.remove(&index).is_some(), "ends once");
                out.edits.insert(index, "dropped".into());
            }
            Piece::Malformed { index, text, why } => {
                assert!(why.ends_with(['.', ':']), "a sentence: {why}");
                match index {
                    Some(index) => {
                        assert!(open.remove(&index).is_some(), "ends once");
                        out.edits.insert(index, format!("! {text:?}"));
                    }
                    None => out.bad.push(text),
                }
            }
        }
    }
    assert!(open.is_empty(), "no edit stays open");
    out
}

/// Reads an answer in chunks. `cut`: it broke off.
pub fn read_as(dialect: Dialect, about: Option<&str>, chunks: &[&str], cut: bool) -> Outcome {
    let mut parser = ReplyParser::new(dialect);
    if let Some(about) = about {
        parser = parser.about(about);
    }
    let mut pieces: Vec<Piece> = chunks.iter().flat_map(|chunk| parser.push(chunk)).collect();
    pieces.extend(if cut { parser.cut_off() } else { parser.finish() });
    collect(pieces)
}

fn read(dialect: Dialect, about: Option<&str>, chunks: &[&str]) -> Outcome {
    read_as(dialect, about, chunks, false)
}

pub fn letters(reply: &str) -> Vec<&str> {
    let ends = reply.char_indices().map(|(at, one)| (at, at + one.len_utf8()));
    ends.map(|(start, end)| &reply[start..end]).collect()
}

pub fn at_every_cut(dialect: Dialect, about: Option<&str>, reply: &str) -> Outcome {
    let whole = read(dialect, about, &[reply]);
    for (at, _) in reply.char_indices() {
        let (head, tail) = reply.split_at(at);
        assert_eq!(read(dialect, about, &[head, tail]), whole, "cut at {at} of {reply:?}");
    }
    assert_eq!(read(dialect, about, &letters(reply)), whole, "letter by letter: {reply:?}");
    whole
}

#[track_caller]
fn check(reply: &str, prose: &str, edits: &[&str]) {
    let outcome = at_every_cut(Dialect::Blocks, None, reply);
    assert_eq!(outcome.prose, prose, "prose of {reply:?}");
    assert_eq!(outcome.edits.into_values().collect::<Vec<_>>(), edits, "edits of {reply:?}");
}

#[test]
fn blocks() {
    check("Just a chat.\nWith lines.", "Just a chat.\nWith lines.", &[]);
    check("", "", &[]);
    check(
        "The date was wrong. It is Tuesday.\n\n<<<<<<< SEARCH\nMonday\n=======\nTuesday\n>>>>>>> REPLACE\nDone.",
        "The date was wrong. It is Tuesday.\n\nDone.",
        &[r#""Monday\n" → "Tuesday\n" (It is Tuesday.)"#],
    );
    // Without a line end at the very end, other counts, blanks, CRLF, another case.
    check("<<<<< search\r\na\r\n========\r\nb\r\n>>>>>> REPLACE ", "", &[r#""a\n" → "b\n""#]);
    // A file's name and a fence around it.
    check(
        "Why: shorter\nplan.md\n```markdown\n<<<<<<< SEARCH\na\n=======\nb\n>>>>>>> REPLACE\n```\nEnd.\n",
        "Why: shorter\nEnd.\n",
        &[r#""a\n" → "b\n" (shorter) [in plan.md]"#],
    );
    check(
        "```\nplan.md\n<<<<<<< SEARCH\na\n=======\nb\n>>>>>>> REPLACE\n\n<<<<<<< SEARCH\nc\n=======\n>>>>>>> REPLACE\n```",
        "",
        &[r#""a\n" → "b\n" [in plan.md]"#, r#""c\n" → "" [in plan.md]"#],
    );
    check(
        "**`docs/plan.md`**\n\n<<<<<<< SEARCH plan.md\n=======\nnew\n>>>>>>> REPLACE\n",
        "",
        &[r#""" → "new\n" [in plan.md]"#],
    );
    // A file's name and a fence that stand for themselves.
    check("plan.md\nis the file.\n", "plan.md\nis the file.\n", &[]);
    check("See:\n```rust\nlet a = 1;\n```\nEnd", "See:\n```rust\nlet a = 1;\n```\nEnd", &[]);
    check("plan.md", "plan.md", &[]);
    check("```\n```\n", "```\n```\n", &[]);
    // An empty line alone is nothing, unless the old text has one there or is a mark.
    for (old, new, wanted) in [
        ("- b", "", r#""- b\n" → """#),
        ("- b", " \n", r#""- b\n" → """#),
        ("- b\n\n- c", "", r#""- b\n\n- c\n" → """#),
        ("- b\n", "", r#""- b\n\n" → "\n""#),
        ("\n- b", "", r#""\n- b\n" → "\n""#),
        ("---", "", r#""---\n" → "\n""#),
    ] {
        let block = format!("<<<<<<< SEARCH\n{old}\n=======\n{new}\n>>>>>>> REPLACE\n");
        check(&block, "", &[wanted]);
    }
    check("<<<<<<< SEARCH\na\n=======\na\n>>>>>>> REPLACE\n", "", &["dropped"]);
    // Text with fences, in a fence of four.
    check(
        "````\n<<<<<<< SEARCH\n```\nx\n```\n=======\n```\ny\n```\n>>>>>>> REPLACE\n````\n",
        "",
        &[r#""```\nx\n```\n" → "```\ny\n```\n""#],
    );
    // Examples to read.
    // In one that is longer than it need be: an example to read, or how the program is asked for.
    check(
        "A block looks so:\n````\n<<<<<<< SEARCH\na\n=======\nb\n>>>>>>> REPLACE\n````\nYes.\n",
        "A block looks so:\nYes.\n",
        &[r#""a\n" → "b\n" [shown]"#],
    );
    let example = "````text\nfirst\n<<<<<<< SEARCH\na\n=======\nb\n>>>>>>> REPLACE\n````\n";
    check(example, example, &[]);
    let example = "Use `<<<<<<< SEARCH` for it.\n> <<<<<<< SEARCH\n<<< SEARCH\n<<<<<<<<<< SEARCH\n";
    check(example, example, &[]);
    // An underlined heading is not the divider when the lengths tell them apart.
    check(
        "<<<<<<< SEARCH\nTitle\n=====\n=======\nName\n=====\n>>>>>>> REPLACE\n",
        "",
        &[r#""Title\n=====\n" → "Name\n=====\n""#],
    );
}

#[test]
fn blocks_that_are_not_sure_are_kept_as_text() {
    let halves = [
        "<<<<<<< SEARCH\na\n",
        "<<<<<<< SEARCH\na\n=======\nb\n",
        "<<<<<<< SEARCH\na\n=======\nb\n>>>>>>>",
        "<<<<<<< SEARCH\na\n=======\nb\n>>>>>>> REPLAC",
        "<<<<<<< SEARCH\na\n>>>>>>> REPLACE\n",
        "<<<<<<< SEARCH\nTitle\n=======\n=======\nName\n=======\n>>>>>>> REPLACE\n",
    ];
    for half in halves {
        check(half, "", &[&format!("! {half:?}")]);
    }
    check(
        "<<<<<<< SEARCH\na\n=======\nb\n<<<<<<< SEARCH\nc\n=======\nd\n>>>>>>> REPLACE\n",
        "",
        &[r#"! "<<<<<<< SEARCH\na\n=======\nb\n""#, r#""c\n" → "d\n""#],
    );
}

#[test]
fn blocks_cut_off_anywhere_apply_nothing_by_halves() {
    let reply = "Ünder.\n\n```md\n<<<<<<< SEARCH\nold é line\nsecond\n=======\nnew\n>>>>>>> REPLACE\n```\nMore.\nb.txt\n<<<<<<< SEARCH\nx\n=======\ny\n>>>>>>> REPLACE\nEnd.";
    let whole = read(Dialect::Blocks, None, &[reply]);
    assert_eq!(whole.edits.len(), 2);
    for (at, _) in reply.char_indices() {
        let part = read(Dialect::Blocks, None, &[&reply[..at]]);
        for (index, edit) in part.edits {
            let complete = Some(&edit) == whole.edits.get(&index);
            assert!(complete || edit.starts_with("! "), "at {at}: {edit}");
        }
    }
}

#[test]
fn previews_come_while_the_block_streams() {
    let mut parser = ReplyParser::new(Dialect::Blocks);
    let said = |pieces: Vec<Piece>| format!("{pieces:?}");
    assert_eq!(said(parser.push("Shor")), "[]", "may become a file's name");
    assert_eq!(said(parser.push("ter so")), r#"[Prose("Shorter so")]"#);
    assert_eq!(said(parser.push(".\n<<<<")), r#"[Prose(".\n")]"#);
    assert_eq!(said(parser.push("<<< SEARCH\nlong")), "[EditStarted { index: 0 }]");
    assert_eq!(said(parser.push(" one\n")), r#"[EditOld { index: 0, text: "long one\n" }]"#);
    assert_eq!(said(parser.push("=======\nsho")), r#"[EditNew { index: 0, delta: "sho" }]"#);
    assert_eq!(said(parser.push("rt\n>>")), r#"[EditNew { index: 0, delta: "rt\n" }]"#);
    assert_eq!(
        said(parser.push(">>>>> REPLACE\n")),
        r#"[EditDone { index: 0, edit: Edit { old: "long one\n", new: "short\n", why: Some("Shorter so."), form: Blocks, hint: Hint { line: None, under: [], at_end: false, all: false, file: None, shown: false, others: [], numbered: None, short: false, open: false } } }]"#
    );
    assert_eq!(said(parser.finish()), "[]");
}

#[track_caller]
fn check_rewrite(dialect: Dialect, old: &str, reply: &str, expected: &str) {
    let outcome = at_every_cut_but_previews(dialect, Some(old), reply);
    let quoted = format!("{old:?} → ");
    let got = outcome.edits[&0].trim_start_matches(&quoted);
    let got = if got.starts_with('!') { "refused" } else { got };
    assert_eq!(got, expected, "answer {reply:?} about {old:?}");
}

/// Previews of a rewrite depend on the cuts: they are told as early as can be.
fn at_every_cut_but_previews(dialect: Dialect, about: Option<&str>, reply: &str) -> Outcome {
    let bare = |mut outcome: Outcome| {
        outcome.previews.clear();
        outcome
    };
    let whole = bare(read(dialect, about, &[reply]));
    for (at, _) in reply.char_indices() {
        let (head, tail) = reply.split_at(at);
        assert_eq!(bare(read(dialect, about, &[head, tail])), whole, "cut at {at} of {reply:?}");
    }
    whole
}

#[test]
fn a_reason_is_a_sentence_that_gives_one() {
    for (before, why) in [
        ("The date was wrong.\n", Some("The date was wrong.")),
        ("I moved the oven earlier. Here's the change:\n", Some("I moved the oven earlier.")),
        ("I shortened the second sentence:\n", Some("I shortened the second sentence:")),
        ("Here's the change:\n", None),
        ("And the result:\n", None),
        ("Corrected:\n", None),
        ("1. First change:\n", None),
        ("Lastly, I can't find the sentence that you mean:\n", None),
        ("{\"name\": \"x\"}\n", None),
        ("Here's the change:\nWhy: it is shorter\n", Some("it is shorter")),
    ] {
        let reply = format!("{before}<<<<<<< SEARCH\na\n=======\nb\n>>>>>>> REPLACE\n");
        let why = why.map(|why| format!(" ({why})")).unwrap_or_default();
        check(&reply, before, &[&format!("\"a\\n\" → \"b\\n\"{why}")]);
    }
}

#[test]
fn selection() {
    let check = |old: &str, reply: &str, expected: &str| {
        check_rewrite(Dialect::Selection, old, reply, expected);
    };
    check("long text", "short", r#""short""#);
    check("long text", "short\n\n", r#""short""#);
    check("long text\n", "short", r#""short\n""#);
    check("  long text", "short", r#""  short""#);
    check("    a\n    b\n", "x\n  y\n", r#""    x\n      y\n""#);
    check("a\r\nb\r\n", "x\ny", r#""x\r\ny\r\n""#);
    check("long text", "```\nshort\n```", r#""short""#);
    check("long text", "```text\nshort\n```\n", r#""short""#);
    check(
        "long text",
        "Here is the short text:\n\n```\nshort\n```\nI made it shorter.",
        r#""short""#,
    );
    check("long text", "\"short\"", r#""short""#);
    check("long text", "“short”", r#""short""#);
    check("\"long text\"", "\"short\"", r#""\"short\"""#);
    check("long text", "\"a\" and \"b\"", r#""\"a\" and \"b\"""#);
    check("long text", "long text", "dropped");
    // Talk without a fence cannot be told from text.
    check("long text", "Here is a list:\n- a", r#""Here is a list:\n- a""#);
    // A fence that belongs to the text stays.
    check("```rust\na\n```", "```rust\nb\n```", r#""```rust\nb\n```""#);
    check("```rust\na\n```\n", "Here is the code:\n```rust\nb\n```", r#""```rust\nb\n```\n""#);
    check("Intro:\n```\na\n```", "Intro:\n```\nb\n```", r#""Intro:\n```\nb\n```""#);
    check("long text", "", "refused");
    check("long text", " \n\n", "refused");
    check("long text", "```\n```", "refused");
    check("long text", "```\nshort", "refused");
    check("long text", "```\na\n```\nor\n```\nb\n```", "refused");
    check("long text", "short\n...\n", "refused");
    // It begins as text and turns out to be the beginning of a patch.
    check("long text", "short\n*** Update File: plan.md\n", "refused");
    // Edits after all.
    check(
        "long text",
        "<<<<<<< SEARCH\nlong\n=======\nshort\n>>>>>>> REPLACE",
        r#""long\n" → "short\n""#,
    );
    check(
        "long text",
        "So:\n```json\n{\"old_string\": \"long\", \"new_string\": \"short\"}\n```",
        r#""long" → "short" [tool]"#,
    );
    check(
        "long text",
        "*** Begin Patch\n*** Update File: a.md\n@@\n-long text\n+text\n*** End Patch",
        r#""long text\n" → "text\n" [patch, in a.md]"#,
    );
    // A text about them.
    check(
        "<<<<<<< SEARCH\nlong\n=======\nshort\n>>>>>>> REPLACE\n",
        "<<<<<<< SEARCH\nlong\n=======\nshorter\n>>>>>>> REPLACE",
        r#""<<<<<<< SEARCH\nlong\n=======\nshorter\n>>>>>>> REPLACE\n""#,
    );
}

#[test]
fn whole() {
    let check = |old: &str, reply: &str, expected: &str| {
        check_rewrite(Dialect::Whole, old, reply, expected);
    };
    let old = "# Plan\n\nFirst step.\n\nSecond step.\n";
    check(
        old,
        "# Plan\n\nFirst step.\n\nThird step.",
        r##""# Plan\n\nFirst step.\n\nThird step.\n""##,
    );
    check(old, "```markdown\n# Plan\n\nOnly.\n```", r##""# Plan\n\nOnly.\n""##);
    check(
        old,
        "Sure! Here it is:\n\n```\n# Plan\n\nOnly.\n```\n\nLet me know.",
        r##""# Plan\n\nOnly.\n""##,
    );
    check(old, "Here is the updated document:\n\n# Plan\n\nOnly.", r##""# Plan\n\nOnly.\n""##);
    check(old, "```md\n# Plan\n```sh\nls\n```\nend\n```", r##""# Plan\n```sh\nls\n```\nend\n""##);
    check(
        old,
        "# Plan\n\nFirst step.\n```sh\nls\n```",
        r##""# Plan\n\nFirst step.\n```sh\nls\n```\n""##,
    );
    // What is said around a fence is no text where that holds most of the words, if no whole line.
    check(
        "We meet on Monday at noon in the hall.\n\nAnna brings the bread and the tea.\n",
        "The wording is now more precise.\n\n```\nWe meet on Friday at noon in the hall.\n\nAnna brings the cups and the tea.\n```\n",
        r#""We meet on Friday at noon in the hall.\n\nAnna brings the cups and the tea.\n""#,
    );
    for gap in [
        "...",
        "…",
        "[...]",
        "(rest unchanged)",
        "（其余部分不变）",
        "(其余部分不变)",
        "[… der Rest bleibt unverändert …]",
        "[The rest of the document remains the same]",
        "<!-- existing text -->",
        "// ... existing code ...",
        "# ... unchanged ...",
        "... (remaining sections unchanged)",
        "The rest of the document remains unchanged.",
    ] {
        check(old, &format!("# Plan\n\nChanged.\n\n{gap}\n"), "refused");
    }
    for text in
        ["The rest of us agrees.", "- and the rest of the team", "## Rest of the year", "So… no."]
    {
        check(
            "# A\n\nb\n",
            &format!("# A\n\n{text}"),
            &format!("{:?}", format!("# A\n\n{text}\n")),
        );
    }
    check("a\n...\nb\n", "a\n...\nc\n", r#""a\n...\nc\n""#);
    check(old, "```\n# Plan\n\nFirst", "refused");
    check(old, "# Plan\n\nFirst st", "refused");
    check(old, "", "refused");
    check("", "# New\n\nText.\n", r##""# New\n\nText.""##);
}

#[test]
fn an_answer_that_broke_off_is_no_edit() {
    for dialect in [Dialect::Selection, Dialect::Whole] {
        let mut parser = ReplyParser::new(dialect).about("old");
        let mut pieces = parser.push("new text");
        pieces.extend(parser.cut_off());
        assert_eq!(collect(pieces).edits[&0], "! \"new text\"");
        assert!(parser.finish().is_empty());
    }
}

#[test]
fn noise_never_panics_and_cuts_never_matter() {
    const PARTS: &[&str] = &[
        "<<<<<<< SEARCH",
        ">>>>>>> REPLACE",
        "=======",
        "\n",
        "\n",
        "\n",
        "\r\n",
        "```",
        "````",
        "~~~",
        "md",
        "a.md",
        "Why: ",
        "é",
        "字",
        " ",
        "\t",
        "<",
        "=",
        ">",
        "text here",
        "...",
        "Here is it:",
        "\"",
        "\u{0}",
        "\u{202e}",
        "`",
        "SEARCH",
        "<<<<<",
    ];
    let mut rand = Rand::from_number(7);
    for _ in 0..2000 {
        let count = 1 + rand.below(24);
        let reply: String = (0..count).map(|_| PARTS[rand.below(PARTS.len())]).collect();
        let whole = read(Dialect::Blocks, None, &[&reply]);
        let letters = letters(&reply);
        assert_eq!(read(Dialect::Blocks, None, &letters), whole, "{reply:?}");
        for dialect in [Dialect::Selection, Dialect::Whole] {
            let old: String = (0..rand.below(6)).map(|_| PARTS[rand.below(PARTS.len())]).collect();
            let about = Some(old.as_str()).filter(|_| rand.below(3) > 0);
            let whole = read(dialect, about, &[&reply]);
            let split = read(dialect, about, &letters);
            assert_eq!((split.prose, split.edits), (whole.prose, whole.edits), "{reply:?}");
        }
    }
    for seed in 0..300 {
        let mut rand = Rand::from_number(seed);
        let bytes: Vec<u8> = (0..8).flat_map(|_| rand.bytes()).collect();
        let text = String::from_utf8_lossy(&bytes);
        for dialect in [Dialect::Blocks, Dialect::Selection, Dialect::Whole] {
            read(dialect, None, &[&text]);
        }
    }
}

#[test]
fn the_dialect_fits_the_question() {
    let check = |selection, tokens, model: &str, small, expected| {
        assert_eq!(choose(selection, tokens, model, small), expected, "{model} {tokens}");
    };
    check(true, 100_000, "gpt-5", false, Dialect::Selection);
    check(false, 500, "smollm2-135m-instruct", false, Dialect::Whole);
    check(false, 500, "llama3.2:3b", false, Dialect::Whole);
    check(false, 500, "qwen2.5:0.5b", false, Dialect::Whole);
    check(false, 500, "my-model", true, Dialect::Whole);
    check(false, 50_000, "llama3.2:3b", true, Dialect::Blocks);
    check(false, 500, "llama3.3:70b", false, Dialect::Blocks);
    check(false, 500, "gpt-4.1", false, Dialect::Blocks);
    check(false, 0, "llama3.2:3b", true, Dialect::Blocks);
    check(false, 500, "", false, Dialect::Blocks);
    check(false, 500, "é", false, Dialect::Blocks);
}
