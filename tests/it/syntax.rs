//! Highlighting: classes, and that working in parts gives what working in one piece gives.

use cowrite::base::{Class, ClassSpan, Pos, Rand};
use cowrite::syntax::{Highlighter, Syntaxes};
use cowrite::text::Change;
use ropey::Rope;
use std::rc::Rc;
use std::sync::{Arc, LazyLock};

static SYNTAXES: LazyLock<Arc<Syntaxes>> = LazyLock::new(Syntaxes::load);

fn highlighter(name: &str) -> Highlighter {
    Highlighter::for_name(&SYNTAXES, name, "").expect("a known language")
}

fn whole(name: &str, rope: &Rope) -> Vec<Rc<[ClassSpan]>> {
    let all = highlighter(name).highlight(rope, 0..usize::MAX, usize::MAX);
    assert!(all.done);
    all.lines
}

/// Each part of a line with its class, `plain` for the rest left out.
#[track_caller]
fn check(name: &str, text: &str, line: usize, want: &str) {
    let rope = Rope::from_str(text);
    let chars: Vec<char> = rope.line(line).chars().collect();
    let got: Vec<String> = whole(name, &rope)[line]
        .iter()
        .map(|span| {
            format!("{}:{:?}", chars[span.range.clone()].iter().collect::<String>(), span.class)
        })
        .collect();
    assert_eq!(got.join(" "), want);
}

#[test]
fn parts_have_classes() {
    check("a.rs", "// hé\n", 0, "// hé:Comment");
    check(
        "src/a.rs",
        "let é = \"ä\\n\"; // x",
        0,
        "let:Keyword =:Operator \"ä:String \\n:Constant \":String ;:Punctuation // x:Comment",
    );
    check("a.rs", "fn f() {\r\n}\r\n", 1, "}:Punctuation");
    check("a.md", "# One\n", 0, "#:Punctuation  One:Heading");
    check("a.md", "a **b** *c* `d`\n", 0, "**b**:Strong *c*:Emphasis `d`:Code");
    check(
        "a.md",
        "- [x](http://y)\n",
        0,
        "- :ListMarker [:Punctuation x:Link ](:Punctuation http://y:Url ):Punctuation",
    );
    check(
        "a.md",
        "```rust\nlet x = 1;\n```\n",
        1,
        "let:Keyword  x :Code =:Operator  :Code 1:Number ;:Punctuation",
    );
    check(
        "a.json",
        "{\"a\": 1}",
        0,
        "{:Punctuation \"a\":String ::Punctuation 1:Number }:Punctuation",
    );
    check("Cargo.toml", "a = 1\n", 0, "a:Tag =:Punctuation 1:Number");
}

#[test]
fn markdown_is_read_line_by_line() {
    let check = |text, line, want| check("a.md", text, line, want);
    check("> a *b*\n", 0, ">:Quote a :Quote *b*:Emphasis");
    check(
        "1) [x] **a *b* c** ~~d~~\n",
        0,
        "1) [x]:ListMarker **a :Strong *b*:Emphasis  c**:Strong ~~d~~:Strike",
    );
    check("---\na: 1\n---\n# h\n", 3, "#:Punctuation  h:Heading");
    check("a <!-- b\nc --> d\n", 1, "c -->:Comment");
    check("2 * 3 * 4 snake_case_name https://a.b/c_d.\n", 0, "https://a.b/c_d:Url");
    check("| a | `b|` |\n|---|---|\n", 0, "|:Punctuation |:Punctuation `b|`:Code |:Punctuation");
    check("[a]: http://b\n", 0, "[a]:Link ::Punctuation  http://b:Url");
    check("````md\n```\n# x\n````\n**y**\n", 2, "# x:Code");
    check("````md\n```\n# x\n````\n**y**\n", 4, "**y**:Strong");
    check("> ```rust\n> let\n", 1, ">:Quote let:Keyword");
}

#[test]
fn plain_text_has_no_highlighter() {
    for name in ["a.txt", "README", "", "a.unknown", "folder.rs/none"] {
        assert!(Highlighter::for_name(&SYNTAXES, name, "Hello").is_none(), "{name}");
    }
    assert_eq!(SYNTAXES.language("run", "#!/bin/bash"), Some("Bourne Again Shell (bash)"));
    assert_eq!(SYNTAXES.language("Makefile", ""), Some("Makefile"));
    assert_eq!(SYNTAXES.language("a/b/c.PY", ""), Some("Python"));
    assert!(SYNTAXES.paint("rust").is_some());
    assert!(SYNTAXES.paint("no such").is_none());
}

#[test]
fn a_line_of_thousands_is_plain() {
    let rope = Rope::from_str(&format!("let a = \"{}\";\nlet b = 1;\n", "x".repeat(5000)));
    let lines = whole("a.rs", &rope);
    assert!(lines[0].is_empty());
    assert!(!lines[1].is_empty());
}

const RUST: [&str; 16] = [
    "let x = 1;\n",
    "\"",
    "/*",
    "*/",
    "\n",
    "fn f() {\n",
    "}\n",
    "// é\n",
    "r#\"",
    "\"#",
    " 'a' ",
    "日本",
    "#[test]\n",
    "\n\n",
    "x",
    "\r\n",
];
const MARKDOWN: [&str; 24] = [
    "# h\n",
    "```rust\n",
    "```\n",
    "let x = \"1\";\n",
    "*",
    "**",
    "text ",
    "\n",
    "\n\n",
    "- a\n",
    "> q\n",
    "`",
    "<!--",
    "-->",
    "|",
    "[",
    "](",
    ")",
    "~~",
    "\\",
    "_",
    "日本",
    "<a>",
    "---\n",
];

fn random_text(random: &mut Rand, parts: &[&str], len: usize) -> String {
    (0..len).map(|_| parts[random.below(parts.len())]).collect()
}

#[test]
fn work_in_parts_equals_work_in_one_piece() {
    let mut random = Rand::from_number(1);
    for round in 0..14 {
        let (name, parts): (_, &[&str]) =
            if round % 2 == 0 { ("a.rs", &RUST) } else { ("a.md", &MARKDOWN) };
        let mut rope = Rope::from_str(&random_text(&mut random, parts, 600));
        let mut one = highlighter(name);
        for _ in 0..25 {
            let lines = rope.len_lines();
            let top = random.below(lines + 3);
            match random.below(5) {
                0 => drop(one.advance(&rope, 1 + random.below(100))),
                1 | 2 => {
                    let budget = 1 + random.below(80);
                    one.highlight(&rope, top..top + 20, budget);
                }
                _ => {
                    let start = random.below(rope.len_chars() + 1);
                    let end = (start + random.below(20)).min(rope.len_chars());
                    let count = random.below(3);
                    let text = random_text(&mut random, parts, count);
                    rope.remove(start..end);
                    rope.insert(start, &text);
                    let change = Change::replace(
                        cowrite::base::Span { start: Pos(start), end: Pos(end) },
                        text,
                    );
                    one.edited(&rope, &change.delta());
                }
            }
        }
        for top in [rope.len_lines() / 2, 0, rope.len_lines().saturating_sub(20)] {
            let mut got = one.highlight(&rope, top..top + 20, 1000);
            for _ in 0..100 {
                if got.done {
                    break;
                }
                one.advance(&rope, 50);
                got = one.highlight(&rope, top..top + 20, 1000);
            }
            assert!(got.done, "never done at {top}");
            let want = whole(name, &rope);
            let end = (top + 20).min(want.len());
            assert_eq!(got.lines, want[top..end], "{name} {round} at {top} of {rope}");
        }
    }
}

#[test]
fn a_far_place_is_shown_at_once_and_exact_later() {
    let mut text = "fn f() { let x = \"y\"; }\n".repeat(3000);
    text.push_str("/*\n");
    text.push_str(&"in a comment\n".repeat(100));
    let rope = Rope::from_str(&text);
    let mut one = highlighter("a.rs");
    let first = one.highlight(&rope, 3080..3100, 100);
    assert!(!first.done);
    assert_eq!(first.lines.len(), 20);
    let mut rounds = 0;
    while !one.advance(&rope, 500) {
        rounds += 1;
        assert!(rounds < 20, "bounded work");
    }
    assert!(rounds > 3, "work comes in slices");
    let exact = one.highlight(&rope, 3080..3100, 400);
    assert!(exact.done && one.is_settled());
    assert_eq!(exact.lines[5][0].class, Class::Comment);
}

#[test]
fn typing_parses_one_line() {
    let mut rope = Rope::from_str(&"let a = 1;\n".repeat(1000));
    let mut one = highlighter("a.rs");
    one.highlight(&rope, 0..40, 200);
    let at = rope.line_to_char(20);
    rope.insert(at, "x");
    one.edited(&rope, &Change::insert(Pos(at), "x").delta());
    assert!(one.highlight(&rope, 0..40, 1).done, "one line is enough");
    // An opened comment reaches on; within a small budget the rest keeps its look.
    rope.insert(at, "/*");
    one.edited(&rope, &Change::insert(Pos(at), "/*").delta());
    let part = one.highlight(&rope, 0..40, 5);
    assert!(!part.done);
    assert_eq!(part.lines[24][0].class, Class::Comment);
    assert_eq!(part.lines[30][0].class, Class::Keyword);
    let all = one.highlight(&rope, 0..40, 50);
    assert!(all.done);
    assert_eq!(all.lines[39][0].class, Class::Comment);
}
