//! Whatever a document holds and an edit asks for: nothing panics, what is placed is there, and
//! applying it is a splice. Very repetitive texts take no longer than others.
//!
//! `COWRITE_TEST_FUZZ=600` goes on with new seeds for ten minutes.

use crate::harness::{cases, fuzz};
use cowrite::assist::{
    Dialect, Hint, Hunk, Landing, Outcome, Placement, Placer, ReplyParser, Sought, apply, place,
    split, whole_to_hunks,
};
use cowrite::base::{Pos, Rand, Span};
use ropey::Rope;

/// Pieces of texts that have gone wrong somewhere: line ends alone, marks without a letter, the
/// edges of what UTF-16 can say, what looks like the markers of an answer.
const PIECES: &[&str] = &[
    "\n",
    "\n",
    "\n\n",
    "\r\n",
    "\r",
    "\r\r\n",
    " ",
    "  ",
    "\t",
    "\u{a0}",
    "\u{3000}",
    "\u{2028}",
    "\u{85}",
    "\u{0}",
    "\u{b}",
    "a",
    "b",
    "a a a",
    "word",
    "Word",
    "two words",
    "10",
    "100",
    "-10",
    "1,000.5",
    "10%",
    "not",
    "isn't",
    "isn’t",
    "“a”",
    "\"a\"",
    "–",
    "—",
    "-",
    "...",
    "…",
    "é",
    "e\u{301}",
    "\u{301}",
    "\u{301}\u{301}\u{327}",
    "a\u{20dd}",
    "\u{200d}",
    "👩\u{200d}🚀",
    "🇩🇪🇫",
    "\u{feff}",
    "\u{202e}",
    "\u{d7ff}",
    "\u{e000}",
    "\u{fffd}",
    "\u{10ffff}",
    "中",
    "中文。",
    "不",
    "二十三",
    "لا",
    "ל",
    "ßẞ",
    "ﬁ",
    "İi",
    "| a | b |\n",
    "|---|\n",
    "- item\n",
    "1. item\n",
    "# Head\n",
    "```\n",
    "~~~~\n",
    "    code;\n",
    "\tif x {\n",
    "}\n",
    "12| ",
    "  13\t",
    "// ... existing code ...\n",
    "<<<<<<< SEARCH\n",
    "=======\n",
    ">>>>>>> REPLACE\n",
    "@@ -1,2 +3,4 @@\n",
    "*** Begin Patch\n",
    "*** End Patch\n",
    "<old_text>\n",
    "</old_text>\n",
    "<new_text>\n",
    "</new_text>\n",
    "-gone\n",
    "+new\n",
    "{\"old_str\":\"a\",",
    "\"new_str\":\"b\"}",
    "\\n",
    "\\u0041",
    "&lt;",
    "The meeting is on Monday. ",
    "The meeting is on Tuesday. ",
    "The meeting is not on Monday. ",
];

fn text(rand: &mut Rand, most: usize) -> String {
    let mut out = String::new();
    // Some texts have few pieces, again and again.
    let few = rand.below(4) == 0;
    let first = rand.below(PIECES.len());
    for _ in 0..rand.below(most + 1) {
        let piece = if few { first + rand.below(3) } else { rand.below(PIECES.len()) };
        out.push_str(PIECES[piece % PIECES.len()]);
    }
    out
}

/// A part of a text, at any two characters.
fn part(rand: &mut Rand, text: &str, most: usize) -> String {
    let count = text.chars().count();
    let from = rand.below(count + 1);
    let len = rand.below(most.min(count - from) + 1);
    text.chars().skip(from).take(len).collect()
}

/// Something else at one place of a text.
fn twisted(rand: &mut Rand, text: &str) -> String {
    let mut chars: Vec<char> = text.chars().collect();
    for _ in 0..1 + rand.below(3) {
        let at = rand.below(chars.len() + 1);
        match rand.below(4) {
            0 if at < chars.len() => {
                chars.remove(at);
            }
            1 if at + 1 < chars.len() => chars.swap(at, at + 1),
            _ => {
                let piece = PIECES[rand.below(PIECES.len())];
                chars.splice(at..at, piece.chars());
            }
        }
    }
    chars.into_iter().collect()
}

fn number(rand: &mut Rand, most: usize) -> usize {
    match rand.below(6) {
        0 => 0,
        1 => usize::MAX,
        2 => usize::MAX / 2,
        _ => rand.below(most + 3),
    }
}

fn hint(rand: &mut Rand, text: &str) -> Hint {
    let under = (0..rand.below(3)).map(|_| match rand.below(3) {
        0 => String::new(),
        1 => part(rand, text, 30),
        _ => PIECES[rand.below(PIECES.len())].to_owned(),
    });
    let under = under.collect();
    Hint {
        line: (rand.below(2) == 0).then(|| number(rand, 20)),
        under,
        at_end: rand.below(6) == 0,
        all: rand.below(6) == 0,
        ..Hint::default()
    }
}

/// What holds for every hunk that is told: it is in the text, and its old text stands there.
#[track_caller]
fn sound(text: &str, hunk: &Hunk, what: &str) {
    let chars: Vec<char> = text.chars().collect();
    inside(&chars, hunk.span, what);
    for at in [hunk.span.start.0, hunk.span.end.0] {
        let between = at > 0 && chars[at - 1] == '\r' && chars.get(at) == Some(&'\n');
        assert!(!between, "between the two characters of a line end: {what}");
    }
    let there: String = chars[hunk.span.range()].iter().collect();
    assert_eq!(there, hunk.old, "{what}");
    let before: String = chars[..hunk.span.start.0].iter().collect();
    let behind: String = chars[hunk.span.end.0..].iter().collect();
    let spliced = format!("{before}{}{behind}", hunk.new);
    assert_eq!(apply(text, std::slice::from_ref(hunk)), spliced, "{what}");
    if let Some(parts) = split(hunk) {
        assert_eq!(apply(text, &parts), spliced, "its parts are the hunk: {what}");
    }
}

#[track_caller]
fn inside(chars: &[char], span: Span, what: &str) {
    assert!(span.start <= span.end && span.end.0 <= chars.len(), "{span:?}: {what}");
}

#[track_caller]
fn check(text: &str, old: &str, new: &str, hint: &Hint, within: Option<Span>) {
    let what = format!("{text:?} {old:?} {new:?} {hint:?} {within:?}");
    let placer = Placer::new(&Rope::from_str(text));
    let sought = Sought { old, new, hint, within };
    let placement = placer.find(&sought);
    assert_eq!(placer.find(&sought), placement, "the same again: {what}");
    let chars: Vec<char> = text.chars().collect();
    match placement {
        Placement::Placed { hunk, .. } => {
            sound(text, &hunk, &what);
            // A quotation of nothing adds, and never takes away.
            if old.trim().is_empty() {
                assert_eq!(hunk.old, "", "{what}");
            }
        }
        Placement::AlreadyApplied { span } => inside(&chars, span, &what),
        Placement::Ambiguous { candidates } => {
            assert!(candidates.len() > 1, "{what}");
            candidates.iter().for_each(|span| inside(&chars, *span, &what));
        }
        Placement::Missing { similar } => {
            for (span, likeness) in similar {
                inside(&chars, span, &what);
                assert!(likeness <= 100, "{what}");
            }
        }
    }
}

fn hostile(seed: u64) {
    let mut rand = Rand::from_number(seed);
    let most = [4, 20, 60][rand.below(3)];
    let doc = text(&mut rand, most);
    let old = match rand.below(6) {
        0 => text(&mut rand, 8),
        1 => PIECES[rand.below(PIECES.len())].to_owned(),
        2 => part(&mut rand, &doc, 400),
        3 | 4 => {
            let quoted = part(&mut rand, &doc, 200);
            twisted(&mut rand, &quoted)
        }
        _ => format!("{doc}{}", text(&mut rand, 3)),
    };
    let new = match rand.below(4) {
        0 => text(&mut rand, 8),
        1 => String::new(),
        _ => twisted(&mut rand, &old),
    };
    let hint = hint(&mut rand, &doc);
    let within = (rand.below(4) == 0).then(|| {
        let from = number(&mut rand, 40);
        Span { start: Pos(from), end: Pos(from.saturating_add(number(&mut rand, 40))) }
    });
    check(&doc, &old, &new, &hint, within);

    // A rewrite of everything.
    let hunks = whole_to_hunks(&doc, &new);
    let mut done = 0;
    for hunk in &hunks {
        sound(&doc, hunk, &format!("{doc:?} {new:?}"));
        assert!(hunk.span.start.0 >= done, "in order: {doc:?} {new:?}");
        done = hunk.span.end.0;
    }

    // An answer that may be anything, and the same text in a form.
    let answer = match rand.below(3) {
        0 => text(&mut rand, 40),
        1 => format!("<<<<<<< SEARCH\n{old}\n=======\n{new}\n>>>>>>> REPLACE\n"),
        _ => format!("Here:\n```\n{new}\n```\n"),
    };
    let dialect = [Dialect::Blocks, Dialect::Whole][rand.below(2)];
    let mut parser = ReplyParser::new(dialect).about(doc.as_str());
    let mut landing = Landing::new(&Rope::from_str(&doc));
    let mut landed = Vec::new();
    let mut pieces = parser.push(&answer);
    pieces.extend(if rand.below(4) == 0 { parser.cut_off() } else { parser.finish() });
    for piece in &pieces {
        landed.extend(landing.take(piece));
    }
    landed.extend(landing.finish());
    for one in landed {
        if let Outcome::Placed { hunk, .. } = one.outcome {
            sound(&doc, &hunk, &format!("{doc:?} {answer:?}"));
        }
    }
}

#[test]
fn whatever_is_asked_for_what_is_placed_is_there() {
    cases(4000).for_each(hostile);
    fuzz(hostile);
}

#[test]
fn very_repetitive_texts_are_read_in_one_go() {
    // A search that starts again at every place would take minutes here.
    const TEXT: usize = 200_000;
    const NEEDLE: usize = 20_000;
    let line = "the same line again, of some words\n";
    let one = "a";
    let blanks = " ";
    for unit in
        [line, one, blanks, "\n", "a b ", "...\n", "```\n", "e\u{301}", "中", "10 ", "- x\n"]
    {
        let text = unit.repeat(TEXT / unit.len());
        let rope = Rope::from_str(&text);
        let needle = unit.repeat(NEEDLE / unit.len());
        let ends = format!("{needle}but not here");
        let starts = format!("but not here\n{needle}");
        let middle = format!("{needle}but not here {needle}");
        for old in [needle.as_str(), &ends, &starts, &middle] {
            let placement = place(&rope, old, "x\n", None);
            let alone = matches!(placement, Placement::Placed { .. });
            assert!(!alone || old.trim().is_empty(), "{:?} {:.40?}", unit, old);
        }
    }
}
