//! Hostile answers: valid ones of every form, mutated and spliced, with huge lines, deep fences,
//! control characters and random text. Nothing panics, chunks make no difference, what is told
//! stays in proportion to what came, and what is no edit is told to the letter.

use crate::assist_dialect::{Outcome, collect, letters};
use crate::harness::fuzz;
use cowrite::assist::{Dialect, Piece, ReplyParser, readable};
use cowrite::base::Rand;

const WORDS: &[&str] = &[
    "a",
    "b",
    "plan",
    "# Plan",
    "- item",
    "+ more",
    "--- x",
    "@@",
    "é",
    "字",
    "\u{301}",
    "\u{202e}",
    "\u{0}",
    "\u{1b}[2J",
    "|",
    "12: x",
    "13 | y",
    " 14→z",
    "...",
    "<b>",
    "</old_text>",
    "```",
    "~~~",
    "{",
    "}",
    "\"",
    "\\",
    "EOF",
    "\t",
    "  ",
    "=====",
    "*** x",
    "plan.md",
    "a/b",
    "diff",
    "Why: so.",
];

/// What stands at the start of lines that mean something, and after it.
const MARKS: &[&str] = &[
    "<<<<<<< SEARCH",
    "=======",
    ">>>>>>> REPLACE",
    "<<<<< ORIGINAL",
    ">>>>>>>>> UPDATED",
    "------- SEARCH",
    "+++++++ REPLACE",
    "<<<<<<< HEAD",
    "||||||| base",
    ">>>>>>> theirs",
    "<<<<<<< SEARCH plan.md",
    ":start_line:3",
    "-------",
    "*** Begin Patch",
    "*** End Patch",
    "*** Update File: plan.md",
    "*** Add File: b.md",
    "*** Delete File: b.md",
    "*** Move to: c.md",
    "*** End of File",
    "@@",
    "@@ # Plan",
    "@@ -1,2 +1,3 @@",
    "@@ -0,0 +1 @@ x",
    "@@ ... @@",
    "--- a/plan.md",
    "+++ b/plan.md",
    "--- /dev/null",
    "diff --git a/a b/a",
    "index 1..2",
    "\\ No newline at end of file",
    "apply_patch <<'EOF'",
    "EOF",
    "```",
    "````",
    "```diff",
    "~~~~",
    "```md plan.md",
    "<old_text line=3>",
    "</old_text>",
    "<new_text>",
    "</new_text>",
    "<edits>",
    "<search>",
    "</search>",
    "<replace>",
    "</replace>",
    "<old>a</old>",
    "<new>b</new>",
    "<edit>",
    "</edit>",
    "</edits>",
    "<tool_call>",
    "</tool_call>",
    "<path>a.md</path>",
    "<diff>",
    "{\"old_str\": \"a\", \"new_str\": \"b\"}",
    "{\"name\": \"edit\", \"arguments\": {",
    "}}",
    "[",
    "{\"edits\": [{\"old\": \"a\", \"new\": \"b\"}]}",
    "{\"old_str\": \"a\nb",
    "\"new_str\": \"",
    "{\"input\": \"*** Begin Patch\\n*** Update File: a\\n-x\\n+y\"}",
    "<invoke name=\"edit\">",
    "<parameter name=\"old_str\">a</parameter>",
    "<parameter name=\"new_str\">b</parameter>",
    "</invoke>",
    "<function=edit>",
    "</function>",
    "{\"insert_line\": 3}",
];

fn line(rand: &mut Rand) -> String {
    let count = rand.below(4);
    (0..count).map(|_| WORDS[rand.below(WORDS.len())]).collect::<Vec<_>>().join(" ")
}

fn lines(rand: &mut Rand, sign: &str) -> String {
    (0..rand.below(4)).map(|_| format!("{sign}{}\n", line(rand))).collect()
}

/// A sound edit of some form.
fn edit(rand: &mut Rand) -> String {
    let (old, new) = (lines(rand, ""), lines(rand, ""));
    let json = |text: &str| serde_json::Value::from(text).to_string();
    match rand.below(9) {
        0 => format!("<<<<<<< SEARCH\n{old}=======\n{new}>>>>>>> REPLACE\n"),
        1 => format!("------- SEARCH\n{old}=======\n{new}+++++++ REPLACE\n"),
        2 => format!("<<<<<<< HEAD\n{old}=======\n{new}>>>>>>> x\n"),
        3 => {
            let chunks: String = (0..1 + rand.below(3)).map(|_| chunk(rand, "@@ # Plan")).collect();
            format!("*** Begin Patch\n*** Update File: plan.md\n{chunks}*** End Patch\n")
        }
        4 => {
            let chunks: String =
                (0..1 + rand.below(3)).map(|_| chunk(rand, "@@ -1,3 +1,3 @@ x")).collect();
            format!("--- a/plan.md\n+++ b/plan.md\n{chunks}")
        }
        5 => format!("<old_text line=3>\n{old}</old_text>\n<new_text>\n{new}</new_text>\n"),
        6 => format!("{{\"old_str\": {}, \"new_str\": {}}}\n", json(&old), json(&new)),
        7 => {
            let patch =
                format!("*** Begin Patch\n*** Update File: a\n{}*** End Patch", chunk(rand, "@@"));
            format!("{{\"input\": {}}}\n", json(&patch))
        }
        _ => format!(
            "<invoke name=\"edit\">\n<parameter name=\"old_str\">{old}</parameter>\n<parameter name=\"new_str\">{new}</parameter>\n</invoke>\n"
        ),
    }
}

fn chunk(rand: &mut Rand, head: &str) -> String {
    let signs = [" ", "-", "+", "", "-", "+"];
    let mut out = format!("{head}\n");
    for _ in 0..1 + rand.below(5) {
        let sign = signs[rand.below(signs.len())];
        out.push_str(&lines(rand, sign));
    }
    out
}

fn answer(rand: &mut Rand) -> String {
    let mut out = String::new();
    for _ in 0..1 + rand.below(5) {
        match rand.below(6) {
            0 => out.push_str(&lines(rand, "")),
            1 => out.push_str(&format!("{}\n", MARKS[rand.below(MARKS.len())])),
            _ => {
                let edit = edit(rand);
                match rand.below(4) {
                    0 => {
                        let fence = "`".repeat(3 + rand.below(3));
                        let info = ["", "diff", "md plan.md", "json"][rand.below(4)];
                        out.push_str(&format!("{fence}{info}\n{edit}{fence}\n"));
                    }
                    1 => {
                        let indent = " ".repeat(1 + rand.below(4));
                        edit.lines().for_each(|line| out.push_str(&format!("{indent}{line}\n")));
                    }
                    _ => out.push_str(&edit),
                }
            }
        }
    }
    out
}

/// What somebody makes of an answer who means harm, or a model that is confused.
fn twisted(mut text: String, rand: &mut Rand) -> String {
    for _ in 0..rand.below(5) {
        let mut all: Vec<String> = text.split_inclusive('\n').map(String::from).collect();
        if all.is_empty() {
            return text;
        }
        let (at, other) = (rand.below(all.len()), rand.below(all.len()));
        match rand.below(14) {
            0 => {
                all.remove(at);
            }
            1 => all.insert(other, all[at].clone()),
            2 => all.swap(at, other),
            3 => all.insert(at, format!("{}\n", MARKS[rand.below(MARKS.len())])),
            4 => all[at] = format!("{}{}", " ".repeat(rand.below(6)), all[at]),
            5 => all[at] = all[at].trim_end().to_owned(),
            6 => all[at] = format!("{}  \t\n", all[at].trim_end()),
            7 => all[at] = MARKS[rand.below(MARKS.len())].repeat(1 + rand.below(40)),
            8 => {
                let word = WORDS[rand.below(WORDS.len())];
                all[at].insert_str(0, &word.repeat(1 + rand.below(3000)));
            }
            9 => all.truncate(at),
            10 => {
                let from = all[at].floor_char_boundary(rand.below(all[at].len() + 1));
                all[at].insert_str(from, WORDS[rand.below(WORDS.len())]);
            }
            11 => {
                let bytes: Vec<u8> = (0..4).flat_map(|_| rand.bytes()).collect();
                all.insert(at, String::from_utf8_lossy(&bytes).into_owned());
            }
            12 => return text.replace('\n', if rand.below(2) == 0 { "\r\n" } else { "\r" }),
            _ => {
                let deep: String = (0..rand.below(30))
                    .map(|deep| format!("{}md\n", "`".repeat(3 + deep)))
                    .collect();
                all.insert(at, deep);
            }
        }
        text = all.concat();
    }
    let end = text.floor_char_boundary(rand.below(text.len() + 1));
    if rand.below(4) == 0 { text[..end].to_owned() } else { text }
}

/// How many bytes are told, previews included.
fn size(pieces: &[Piece]) -> usize {
    let size = |piece: &Piece| match piece {
        Piece::Prose(text) | Piece::EditOld { text, .. } | Piece::Malformed { text, .. } => {
            text.len()
        }
        Piece::Fenced { text, .. } => text.len(),
        Piece::EditNew { delta, .. } => delta.len(),
        Piece::EditDone { edit, .. } => edit.old.len() + edit.new.len(),
        Piece::EditStarted { .. } | Piece::EditDropped { .. } => 0,
    };
    pieces.iter().map(size).sum()
}

fn read(dialect: Dialect, about: &str, chunks: &[&str], cut: bool) -> (Outcome, usize) {
    let mut parser = ReplyParser::new(dialect).about(about);
    let mut pieces: Vec<Piece> = chunks.iter().flat_map(|chunk| parser.push(chunk)).collect();
    pieces.extend(if cut { parser.cut_off() } else { parser.finish() });
    assert!(parser.finish().is_empty(), "over is over");
    let size = size(&pieces);
    (collect(pieces), size)
}

/// Fails with what differs, and the answer to a file's worth of characters at most.
#[track_caller]
fn same(got: &Outcome, whole: &Outcome, seed: u64, reply: &str) {
    if got != whole {
        let (got, whole) = (format!("{got:#?}"), format!("{whole:#?}"));
        let differ = got.lines().zip(whole.lines()).find(|(got, whole)| got != whole);
        let (got, whole) = differ.unwrap_or(("", "more of it"));
        let at = got.bytes().zip(whole.bytes()).take_while(|(a, b)| a == b).count();
        let part = |text: &str| {
            let from = text.floor_char_boundary(at.saturating_sub(60).min(text.len()));
            text[from..].chars().take(160).collect::<String>()
        };
        let start: String = reply.chars().take(2000).collect();
        panic!("seed {seed}: …{}\n…{}\nin {start:?}", part(got), part(whole));
    }
}

fn hostile(seed: u64) {
    let mut rand = Rand::from_number(seed);
    let (one, other) = (answer(&mut rand), answer(&mut rand));
    let reply = match rand.below(3) {
        0 => twisted(one, &mut rand),
        1 => {
            let (a, b) = (rand.below(one.len() + 1), rand.below(other.len() + 1));
            let (a, b) = (one.floor_char_boundary(a), other.floor_char_boundary(b));
            twisted(format!("{}{}", &one[..a], &other[b..]), &mut rand)
        }
        _ => (0..rand.below(60))
            .map(|_| {
                let mark = MARKS[rand.below(MARKS.len())];
                format!(
                    "{}{mark}{}",
                    " ".repeat(rand.below(2)),
                    ["\n", "\n", "", "\r\n"][rand.below(4)]
                )
            })
            .collect(),
    };
    let cut = rand.below(2) == 0;
    let (whole, _) = read(Dialect::Blocks, "", &[&reply], cut);
    let mut chunks = Vec::new();
    let mut rest = reply.as_str();
    while !rest.is_empty() {
        let most = 1 + rand.below(200);
        let at = rest.ceil_char_boundary((1 + rand.below(most)).min(rest.len()));
        chunks.push(&rest[..at]);
        rest = &rest[at..];
    }
    let (chunked, _) = read(Dialect::Blocks, "", &chunks, cut);
    same(&chunked, &whole, seed, &reply);
    let (single, told) = read(Dialect::Blocks, "", &letters(&reply), cut);
    same(&single, &whole, seed, &reply);
    // Prose, previews, edits, fences: each once, and again what is read again.
    assert!(told <= 16 * reply.len() + 4096, "seed {seed}: {told} bytes told of {}", reply.len());
    if whole.edits.is_empty() && whole.bad.is_empty() {
        assert_eq!(whole.prose, reply, "seed {seed}: prose to the letter");
        assert_eq!(readable(&reply, false), reply, "seed {seed}");
    }
    let _ = (readable(&reply, true), readable(&reply, false));
    for dialect in [Dialect::Selection, Dialect::Whole] {
        let (whole, _) = read(dialect, &other, &[&reply], cut);
        let (single, _) = read(dialect, &other, &letters(&reply), cut);
        assert_eq!((single.prose, single.edits), (whole.prose, whole.edits), "seed {seed}");
    }
}

#[test]
fn no_answer_confuses_a_reader() {
    (0..400).for_each(hostile);
    fuzz(hostile);
}

/// A long answer of nothing but one thing: what is told stays in proportion, letter by letter.
#[test]
fn noise_is_told_in_proportion() {
    for mark in MARKS.iter().chain(WORDS) {
        for end in ["", "\n", "\r\n", " "] {
            let reply = format!("{mark}{end}").repeat(20_000 / (mark.len() + end.len()));
            let (whole, _) = read(Dialect::Blocks, "", &[&reply], false);
            let (single, told) = read(Dialect::Blocks, "", &letters(&reply), false);
            assert_eq!(single, whole, "{mark:?}");
            assert!(told <= 16 * reply.len() + 4096, "{mark:?}: {told} of {}", reply.len());
        }
    }
}
