//! The editing core: motions, lines, search, bytes, differences, fields.

use cowrite::base::{DocId, Pos, Rand, Span, WriterId};
use cowrite::event::Origin;
use cowrite::text::find::Pattern;
use cowrite::text::lines::{self, LineChange};
use cowrite::text::motion::{self, LineCol, Words};
use cowrite::text::{BadBytes, Change, Document, Field, decode, diff, dominant_newline, encode};
use ropey::Rope;

/// A text with `|` at the caret, or two of them around a selection.
fn marked(text: &str) -> (Rope, Span) {
    let mut parts = text.split('|');
    let first = parts.next().unwrap_or_default().chars().count();
    let end = match (parts.next(), parts.next()) {
        (Some(middle), Some(_)) => first + middle.chars().count(),
        _ => first,
    };
    (Rope::from_str(&text.replace('|', "")), Span::new(Pos(first), Pos(end)))
}

fn show(rope: &Rope, caret: Pos) -> String {
    let mut chars: Vec<char> = rope.chars().collect();
    chars.insert(caret.0, '|');
    chars.into_iter().collect()
}

fn show_span(rope: &Rope, span: Span) -> String {
    let mut chars: Vec<char> = rope.chars().collect();
    chars.insert(span.end.0, '|');
    chars.insert(span.start.0, '|');
    chars.into_iter().collect()
}

#[test]
fn motions() {
    let check = |before: &str, motion: &dyn Fn(&Rope, Pos) -> Pos, after: &str| {
        let (rope, span) = marked(before);
        assert_eq!(show(&rope, motion(&rope, span.start)), after, "{before}");
    };
    check("|ab", &motion::right, "a|b");
    check("ab|", &motion::right, "ab|");
    check("|e\u{301}x", &motion::right, "e\u{301}|x");
    check("e\u{301}|x", &motion::left, "|e\u{301}x");
    check("|👩‍👩‍👧x", &motion::right, "👩‍👩‍👧|x");
    check("🇩🇪🇫🇷|", &motion::left, "🇩🇪|🇫🇷");
    check("a|\r\nb", &motion::right, "a\r\n|b");
    check("a\r\n|b", &motion::left, "a|\r\nb");
    check("|", &motion::left, "|");

    let right = motion::word_right;
    check("|one two", &right, "one| two");
    check("on|e  two", &right, "one|  two");
    check("one|  two", &right, "one  two|");
    check("one two|", &right, "one two|");
    check("one|  \ntwo", &right, "one  |\ntwo");
    check("one|\r\n  two", &right, "one\r\n|  two");
    check("|  two", &right, "  two|");
    check("|don't stop", &right, "don't| stop");
    check("|'tis", &right, "'|tis");
    check("|3.14, ok", &right, "3.14|, ok");
    check("|foo.bar(x)", &right, "foo|.bar(x)");
    check("|日本語です", &right, "日本語|です");
    check("|コーヒーを", &right, "コーヒー|を");
    check("|nai\u{308}ve x", &right, "nai\u{308}ve| x");
    check("|snake_case x", &right, "snake_case| x");
    let left = motion::word_left;
    check("one two|", &left, "one |two");
    check("one |two", &left, "|one two");
    check("one, |two", &left, "one|, two");
    check("one\r\n  |two", &left, "one\r\n|  two");
    check("one\r\n|  two", &left, "one|\r\n  two");
    check("don't|", &left, "|don't");
    check("|x", &left, "|x");
    check("日本語です|", &left, "日本語|です");
    check("a 👩‍👩‍👧|", &left, "a |👩‍👩‍👧");
    let next = |rope: &Rope, pos| motion::next_word(rope, pos, Words::Small);
    check("|one two", &next, "one |two");
    check("one|\n\n two", &next, "one\n\n |two");
    check("one |two", &next, "one two|");
    let end = |rope: &Rope, pos| motion::word_end(rope, pos, Words::Small);
    check("|one two", &end, "one| two");
    check("one|\ntwo x", &end, "one\ntwo| x");
    check("one|  ", &end, "one  |");
    let big = |rope: &Rope, pos| motion::next_word(rope, pos, Words::Big);
    check("|foo.bar(x) y", &big, "foo.bar(x) |y");
    let big = |rope: &Rope, pos| motion::back(rope, pos, Words::Big);
    check("a foo.bar(x)|", &big, "a |foo.bar(x)");

    check("a\n  b|c\r\nd", &motion::line_end, "a\n  bc|\r\nd");
    check("a\n|", &motion::line_end, "a\n|");
    check("a\n  b|c\nd", &motion::line_start, "a\n  |bc\nd");
    check("a\n  |bc\nd", &motion::line_start, "a\n|  bc\nd");
    check("a\n|  bc\nd", &motion::line_start, "a\n  |bc\nd");
    check("|   \nd", &motion::line_start, "   |\nd");
    check("one\n\ntwo\nth|ree\n", &motion::paragraph_up, "one\n\n|two\nthree\n");
    check("one\n\n|two\n", &motion::paragraph_up, "|one\n\ntwo\n");
    check("|one", &motion::paragraph_up, "|one");
    check("on|e\ntwo\n \n\nthree", &motion::paragraph_down, "one\ntwo\n \n\n|three");
    check("one\n\nthr|ee", &motion::paragraph_down, "one\n\nthree|");
    check("thr|ee\n\n", &motion::paragraph_down, "three\n\n|");
    check("a(b[c]d|)e", &|r, p| motion::bracket_match(r, p).unwrap_or_default(), "a|(b[c]d)e");
    check("a|(b(c)d)e", &|r, p| motion::bracket_match(r, p).unwrap_or_default(), "a(b(c)d|)e");
    let at = |line, column| move |rope: &Rope, _| motion::pos_at(rope, LineCol { line, column });
    check("|ab\nc\n", &at(1, 0), "ab\n|c\n");
    check("|ab\nc\n", &at(0, 99), "ab|\nc\n");
    check("|ab\r\nc\n", &at(0, 99), "ab|\r\nc\n");
    check("|ab\nc\n", &at(99, 99), "ab\nc\n|");
    check("|e\u{301}x\n", &at(0, 1), "|e\u{301}x\n");
}

#[test]
fn objects() {
    let check = |before: &str, object: &dyn Fn(&Rope, Pos) -> Span, after: &str| {
        let (rope, span) = marked(before);
        assert_eq!(show_span(&rope, object(&rope, span.start)), after, "{before}");
    };
    let word = motion::word_at;
    check("one t|wo", &word, "one |two|");
    check("one| two", &word, "one| |two");
    check("one|\ntwo", &word, "one||\ntwo");
    check("a\nb|c\n", &motion::line_at, "a\n|bc|\n");
    check("a\n\nb|c\nd\n\ne", &motion::paragraph_at, "a\n\n|bc\nd\n|\ne");
}

#[test]
fn motions_visit_every_grapheme_both_ways() {
    let text = "a\r\nb👩‍👩‍👧e\u{301}🇩🇪🇫🇷日本\n각x".repeat(400);
    let rope = Rope::from_str(&text);
    let mut forward = vec![Pos(0)];
    while let Some(last) = forward.last().copied()
        && last < Pos(rope.len_chars())
    {
        forward.push(motion::right(&rope, last));
    }
    let mut back = vec![Pos(rope.len_chars())];
    while let Some(last) = back.last().copied()
        && last > Pos(0)
    {
        back.push(motion::left(&rope, last));
    }
    back.reverse();
    assert_eq!(forward, back);
    let (mut at, mut words) = (Pos(0), 0);
    while at < Pos(rope.len_chars()) {
        let next = motion::word_right(&rope, at);
        assert!(next > at);
        (at, words) = (next, words + 1);
    }
    assert!(words > 400);
}

#[test]
fn one_long_line_is_no_burden() {
    let rope = Rope::from_str(&"lorem ipsum dolor ".repeat(300_000));
    let middle = Pos(rope.len_chars() / 2);
    for _ in 0..2_000 {
        assert!(motion::word_left(&rope, middle) < middle);
        assert!(motion::right(&rope, middle) > middle);
        assert_eq!(motion::line_at(&rope, middle).start, Pos(0));
        assert_eq!(motion::line_end(&rope, middle), Pos(rope.len_chars()));
    }
}

fn apply(rope: &Rope, change: &Change) -> String {
    let mut rope = rope.clone();
    change.apply(&mut rope);
    rope.to_string()
}

#[test]
fn line_edits() {
    let check = |before: &str, edit: &dyn Fn(&Rope, Span) -> LineChange, after: &str| {
        let (rope, span) = marked(before);
        let made = edit(&rope, span);
        let mut text = rope.clone();
        made.change.apply(&mut text);
        let shown = if span.is_empty() {
            show(&text, made.select.end)
        } else {
            show_span(&text, made.select)
        };
        assert_eq!(shown, after, "{before}");
        for (index, copied) in made.copies {
            assert_eq!(rope.slice(copied.range()).to_string(), made.change.0[index].text);
        }
    };
    let indent = |rope: &Rope, span| lines::indent(rope, span, "    ");
    check("a|b", &indent, "    a|b");
    check("|a\n\nb\n|c", &indent, "    |a\n\n    b\n|c");
    check("a\n|", &indent, "a\n    |");
    let outdent = |rope: &Rope, span| lines::outdent(rope, span, "    ");
    check("      a|b", &outdent, "  a|b");
    check("|\ta\n  b\nc|\n", &outdent, "|a\nb\nc|\n");

    check("a\nb|b\nc\n", &lines::move_up, "b|b\na\nc\n");
    check("a\n|b\nc\n|d", &lines::move_up, "|b\nc\n|a\nd");
    check("a\r\nb|", &lines::move_up, "b|\r\na");
    check("a|\nb", &lines::move_up, "a|\nb");
    check("a\nb\n|", &lines::move_up, "a\n|\nb");
    check("a|\nb\nc\n", &lines::move_down, "b\na|\nc\n");
    check("|a\nb\nc\n", &lines::move_down, "b\n|a\nc\n");
    check("a\n|b\nc", &lines::move_down, "a\nc\n|b");
    check("a|\r\nb", &lines::move_down, "b\r\na|");
    check("a|\n", &lines::move_down, "a|\n");
    let double = lines::duplicate;
    check("a\nb|c\nd", &double, "a\nbc\nb|c\nd");
    check("a\r\nb|c", &double, "a\r\nbc\r\nb|c");
    check("|a\nb|\nc", &double, "a\nb\n|a\nb|\nc");

    check("a\nb|b\nc\n", &lines::delete, "a\n|c\n");
    check("a\nb|b", &lines::delete, "a|");
    check("a|", &lines::delete, "|");
    check("|a\nb\n|c", &lines::delete, "||c");
    check("a\n|", &lines::delete, "a|");

    check("a|b  \n  cd\nef", &lines::join, "ab| cd\nef");
    check("|a\nb\n\nc|", &lines::join, "|a b c|");
    check("日|本\n語", &lines::join, "日本|語");
    check("|\nb", &lines::join, "|b");
    check("a|", &lines::join, "a|");
    check("a|\r\nb", &lines::join, "a| b");

    let newline = |rope: &Rope, span| {
        let change = lines::newline(rope, span);
        let select = Span::at(change.delta().map(span.end, true));
        LineChange { change, select, copies: vec![] }
    };
    check("ab|cd", &newline, "ab\n|cd");
    check("x\r\nab|cd", &newline, "x\r\nab\r\n|cd");
    check("  ab|", &newline, "  ab\n  |");
    check(" | ab", &newline, " \n | ab");
    check("- ab|", &newline, "- ab\n- |");
    check("  * a|b", &newline, "  * a\n  * |b");
    check("9. ab|", &newline, "9. ab\n10. |");
    check("2) ab|", &newline, "2) ab\n3) |");
    check("- [x] ab|", &newline, "- [x] ab\n- [ ] |");
    check("> ab|", &newline, "> ab\n> |");
    check("a\n- |\nb", &newline, "a\n|\nb");
    check("a\n  1. |", &newline, "a\n|");
    check("|- ab", &newline, "\n|- ab");
    check("2024 was|", &newline, "2024 was\n|");
    check("-|", &newline, "-\n|");
    check("a|bc|d", &newline, "a\n||d");
}

#[test]
fn moved_lines_keep_their_writers() {
    let id: DocId = "d_01JTEST".parse().expect("a document");
    let mut doc = Document::new(id);
    doc.start_writer(WriterId(1)).expect("is fresh");
    let origin = Origin::outside();
    doc.change(&Change::with_origin(Span::at(Pos(0)), "theirs", origin.clone())).expect("applies");
    doc.change(&Change::insert(Pos(6), "\nmine")).expect("applies");
    let up = lines::move_up(doc.rope(), Span::at(Pos(8)));
    let change = doc.sourced(up.change, &up.copies);
    doc.change(&change).expect("applies");
    assert_eq!(doc.rope(), "mine\ntheirs");
    let runs = doc.runs(Span::new(Pos(0), Pos(11)));
    let found: Vec<_> = runs.iter().map(|run| (run.span.len(), run.origin.clone())).collect();
    assert_eq!(found.last(), Some(&(6, origin)));
}

#[test]
fn line_endings() {
    let check = |text: &str, want: &str| assert_eq!(dominant_newline(&Rope::from_str(text)), want);
    check("", "\n");
    check("a\nb\r\nc\n", "\n");
    check("a\r\nb\nc\r\n", "\r\n");
    check(&format!("{}\r\n", "x".repeat(1 << 19)), "\r\n");
}

fn finder(pattern: &str, regex: bool) -> Pattern {
    if regex { Pattern::regex(pattern).expect("is right") } else { Pattern::plain(pattern) }
}

#[test]
fn search() {
    let check = |before: &str, pattern: &str, after: &str| {
        let (regex, pattern) = match pattern.strip_prefix('/') {
            Some(pattern) => (true, pattern),
            None => (false, pattern),
        };
        let (rope, span) = marked(before);
        let found = finder(pattern, regex).next(&rope, span.start);
        let shown = found.map_or("none".into(), |found| {
            let around = if found.start < span.start { " around" } else { "" };
            format!("{}{around}", show_span(&rope, found))
        });
        assert_eq!(shown, after, "{before} {pattern}");
    };
    check("|one two", "two", "one |two|");
    check("one two|", "one", "|one| two around");
    check("|one", "x", "none");
    check("|One one", "one", "|One| one");
    check("|one One", "One", "one |One|");
    check("|a.b axb", "a.b", "|a.b| axb");
    check("|axb", "/a.b", "|axb|");
    check("|straße STRASSE", "/stra\\w+e", "|straße| STRASSE");
    check("|ab\ncd\n", "/^c", "ab\n|c|d\n");
    check("|ab\r\ncd", "/b$", "a|b|\r\ncd");
    check("|日本語", "本", "日|本|語");
    check("|xé É", "é", "x|é| É");
    check("a|a", "/\\ba", "|a|a around");
    let back = |before: &str, pattern: &str, after: &str| {
        let (rope, span) = marked(before);
        let found = finder(pattern, false).previous(&rope, span.start).expect("is there");
        assert_eq!(show_span(&rope, found), after, "{before} {pattern}");
    };
    back("one one |one", "one", "one |one| one");
    back("|one one", "one", "one |one|");
    back("one t|wo", "two", "one |two|");

    let bad = |pattern: &str| Pattern::regex(pattern).expect_err("is wrong");
    assert_eq!(bad("(a"), "The expression is not right: unclosed group.");
    assert_eq!(bad(r"\w{1000}{1000}"), "The expression is too large.");
}

#[test]
fn replacement() {
    let check = |text: &str, pattern: &str, with: &str, after: &str| {
        let (regex, plain) = match pattern.strip_prefix('/') {
            Some(pattern) => (true, pattern),
            None => (false, pattern),
        };
        let rope = Rope::from_str(text);
        let all = Span { start: Pos(0), end: Pos(rope.len_chars()) };
        let finder = finder(plain, regex);
        assert_eq!(apply(&rope, &finder.replace_all(&rope, with, None)), after, "{pattern}");
        let Some(first) = finder.matches(&rope, all, 1).first().copied() else {
            panic!("is there")
        };
        let one = finder.replace(&rope, first, with).expect("is there");
        let mut whole = apply(&rope, &one);
        let rest = Rope::from_str(&whole);
        let from = one.delta().map(first.end, true);
        let within = Span { start: from, end: Pos(rest.len_chars()) };
        let tail = finder.replace_all(&rest, with, Some(within));
        whole = apply(&rest, &tail);
        assert_eq!(whole, after, "{pattern} one and the rest");
    };
    check("a b a", "a", "$1", "$1 b $1");
    check("k=v x=y", r"/(\w)=(\w)", "$2=$1", "v=k y=x");
    check("a,b,c", "/,", r"\n", "a\nb\nc");
    check("aaa", "a", "aa", "aaaaaa");
    check("ab\nc", "/^", "> ", "> ab\n> c");
    check("x  y", "/ +", "", "xy");
}

#[test]
fn search_agrees_with_the_whole_text() {
    let mut rand = Rand::from_number(4);
    let mut text = String::new();
    for _ in 0..20_000 {
        text.push_str(["ab", "b\n", "日", "aab ", "x", "\r\n"][rand.below(6)]);
    }
    let rope = Rope::from_str(&text);
    for pattern in ["ab", "aab x", "b\n日", "/a+b", "/^x", "/b$", "/\\w+", "/ab\\n?日*", "/x*"] {
        let (regex, plain) = match pattern.strip_prefix('/') {
            Some(pattern) => (true, pattern.to_owned()),
            None => (false, pattern.to_owned()),
        };
        let source = if regex { plain.clone() } else { regex::escape(&plain) };
        let whole = regex::RegexBuilder::new(&source)
            .multi_line(true)
            .crlf(true)
            .case_insensitive(!regex)
            .build()
            .expect("is right");
        let mut want = Vec::new();
        let (mut byte, mut chars) = (0, 0);
        for found in whole.find_iter(&text) {
            chars += text[byte..found.start()].chars().count();
            let len = found.as_str().chars().count();
            want.push(Span::new(Pos(chars), Pos(chars + len)));
            (byte, chars) = (found.end(), chars + len);
        }
        let finder = finder(&plain, regex);
        let all = Span { start: Pos(0), end: Pos(rope.len_chars()) };
        let got = finder.matches(&rope, Span { end: Pos(all.end.0 + 1), ..all }, usize::MAX);
        assert!(got == want, "{pattern}: {} for {}", got.len(), want.len());
        assert_eq!(finder.count(&rope, 7), 7);
        for _ in 0..20 {
            let from = Pos(rand.below(rope.len_chars()));
            let next = want.iter().find(|span| span.start >= from).or(want.first());
            if !regex {
                let found = finder.next(&rope, from);
                assert_eq!(found.as_ref(), next, "{pattern} from {from:?}");
                let before = want.iter().rev().find(|span| span.start < from).or(want.last());
                let found = finder.previous(&rope, from);
                assert_eq!(found.as_ref(), before, "{pattern} before {from:?}");
            }
        }
    }
}

#[test]
fn file_bytes() {
    for text in
        ["", "a", "a\n", "a\r\nb\nc\r", "\u{feff}x", "日本\u{2028}語\u{b}\u{c}\u{85}", "a\u{feff}"]
    {
        for bom in [false, true] {
            let mut bytes = if bom { vec![0xef, 0xbb, 0xbf] } else { vec![] };
            bytes.extend_from_slice(text.as_bytes());
            let read = decode(&bytes).expect("is a text");
            assert_eq!(encode(&Rope::from_str(&read.text), read.bom), bytes, "{text:?}");
            assert_eq!(read.bom, bom || text.starts_with('\u{feff}'));
        }
    }
    let lines =
        |text: &str| Rope::from_str(&decode(text.as_bytes()).expect("is a text").text).len_lines();
    assert_eq!(lines("a\rb\u{2028}c\u{85}d\u{b}e"), 1);
    assert_eq!(lines("a\r\nb\nc"), 3);
    let check = |bytes: &[u8], want: BadBytes| {
        assert_eq!(decode(bytes).expect_err("is no text"), want);
    };
    let utf16 = |text: &str| text.encode_utf16().flat_map(u16::to_le_bytes).collect::<Vec<u8>>();
    let wrong = |offset, likely| BadBytes::Encoding { offset, likely };
    check(&[&[0xff, 0xfe][..], &utf16("hello")].concat(), wrong(0, "UTF-16LE"));
    check(&utf16("hello there"), wrong(1, "UTF-16LE"));
    let big: Vec<u8> = "hello".encode_utf16().flat_map(u16::to_be_bytes).collect();
    check(&big, wrong(0, "UTF-16BE"));
    check(b"caf\xe9 au lait", wrong(3, "ISO-8859-1"));
    check(b"\x93quoted\x94", wrong(0, "WINDOWS-1252"));
    check(b"\x93\xfa\x96\x7b\x8c\xea\x82\xc5\x82\xb7\x81\x42", wrong(0, "SHIFT_JIS"));
    check(b"\xd6\xd0\xb9\xfa\xc8\xcb\xc3\xf1\xb9\xb2", wrong(0, "GB18030"));
    check("日本".as_bytes().split_last().expect("bytes").1, BadBytes::Torn { offset: 3 });
    check(b"\xef\xbb\xbfab\xff", wrong(5, "ISO-8859-1"));
    check(b"\x7fELF\x02\x01\x01\x00\x00", BadBytes::Binary { offset: 7 });
}

fn replaced(old: &str, new: &str) -> Vec<(String, String)> {
    let rope = Rope::from_str(old);
    let change = diff(old, new);
    assert_eq!(apply(&rope, &change), new, "{old:?} {new:?}");
    let slice = |span: Span| rope.slice(span.range()).to_string();
    change.0.iter().map(|one| (slice(one.span), one.text.clone())).collect()
}

#[test]
fn differences() {
    let check = |old: &str, new: &str, want: &[(&str, &str)]| {
        let want: Vec<_> = want.iter().map(|(a, b)| ((*a).into(), (*b).into())).collect();
        assert_eq!(replaced(old, new), want, "{old:?} {new:?}");
    };
    check("same\n", "same\n", &[]);
    check("", "new", &[("", "new")]);
    check("old", "", &[("old", "")]);
    check("a\nb\nc\n", "a\nc\n", &[("b\n", "")]);
    check("a\nc\n", "a\nb\nc\n", &[("", "b\n")]);
    check("one two three\n", "one 2 three\n", &[("two", "2")]);
    check("one\r\n", "one\n", &[("\r", "")]);
    check("x\n", "x", &[("\n", "")]);
    check(
        "one two three four\nkeep\nfive six seven\n",
        "one 2 three four\nkeep\nfive 6 seven\n",
        &[("two", "2"), ("six", "6")],
    );
    check("日本語です\n", "日本人です\n", &[("語", "人")]);
    check("e\u{301}", "e\u{300}", &[("e\u{301}", "e\u{300}")]);
    check(
        "wholly other words here\nkeep\n",
        "nothing is left of it\nkeep\nand\n",
        &[("wholly other words here\n", "nothing is left of it\n"), ("", "and\n")],
    );
}

#[test]
fn differences_always_lead_to_the_new_text() {
    for seed in 0..300 {
        let mut rand = Rand::from_number(seed);
        let make = |rand: &mut Rand| -> String {
            let words = ["a ", "b", "\n", "日", "\r\n", "word ", "e\u{301}", "x\n"];
            (0..rand.below(40)).map(|_| words[rand.below(words.len())]).collect()
        };
        let old = make(&mut rand);
        replaced(&old, &make(&mut rand));
        let mut near: Vec<char> = old.chars().collect();
        for _ in 0..rand.below(4) {
            let at = rand.below(near.len() + 1);
            near.insert(at, 'q');
        }
        replaced(&old, &near.into_iter().collect::<String>());
    }
}

#[test]
fn large_differences_end() {
    let mut rand = Rand::from_number(9);
    let mut lines =
        |n: usize| (0..n).map(|_| format!("line {}\n", rand.below(50))).collect::<String>();
    // Nothing alike to hold on to, and something in the middle.
    let (old, new) = (lines(40_000), lines(40_000));
    replaced(&old, &new);
    let own = "the only one of its kind\n";
    let found = replaced(&format!("{old}{own}{new}"), &format!("{new}{own}{old}"));
    assert!(found.iter().all(|(gone, _)| !gone.contains(own)));
    let long = "word ".repeat(400_000);
    assert_eq!(replaced(&long, &format!("{}!", long.trim_end())), [(" ".into(), "!".into())]);
    replaced(&long, &long.replace("word word ", "ward word "));
}

#[test]
fn a_field() {
    let mut field = Field::default();
    field.set_text("one");
    let type_in = |field: &mut Field, text: &str| {
        let span = field.selection().unwrap_or(Span::at(field.caret()));
        field.apply(&Change::replace(span, text));
    };
    for key in [" ", "t", "w", "o"] {
        type_in(&mut field, key);
    }
    assert_eq!((field.rope().to_string(), field.caret()), ("one two".into(), Pos(7)));
    assert!(field.undo());
    assert_eq!(field.rope(), "one ");
    assert!(field.redo());
    assert_eq!((field.rope().to_string(), field.caret()), ("one two".into(), Pos(7)));
    field.move_to(Pos(0), false);
    field.move_to(Pos(3), true);
    assert_eq!(field.selection(), Some(Span::new(Pos(0), Pos(3))));
    type_in(&mut field, "1");
    assert_eq!(field.rope(), "1 two");
    assert_eq!((field.caret(), field.selection()), (Pos(1), None));
    field.apply(&Change::insert(Pos(99), "no"));
    field.apply(&Change::delete(Span { start: Pos(1), end: Pos(99) }));
    assert_eq!(field.rope(), "1 two");
    field.set_text("");
    assert!(field.undo());
    assert_eq!(field.rope(), "1 two");
    while field.undo() {}
    assert_eq!(field.rope(), "");
    // Backspacing is one step.
    field.set_text("one");
    for end in [3, 2, 1] {
        field.apply(&Change::delete(Span::new(Pos(end - 1), Pos(end))));
    }
    assert_eq!(field.rope(), "");
    assert!(field.undo());
    assert_eq!((field.rope().to_string(), field.caret()), ("one".into(), Pos(3)));
}
