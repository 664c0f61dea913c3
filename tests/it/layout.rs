//! Widths, wrapping, the viewport.

use cowrite::base::{Pos, Rand, Span};
use cowrite::layout::cells::{Kind, cells, width};
use cowrite::layout::wrap::{Rule, rows};
use cowrite::layout::{Hit, Row, RowPos, View};
use cowrite::text::{Change, Delta};
use ropey::Rope;

#[track_caller]
fn check_cells(text: &str, want: &str) {
    let shown: Vec<String> =
        cells(text).map(|cell| format!("{}:{}", cell.text, cell.width)).collect();
    assert_eq!(shown.join(" "), want, "{text:?}");
    assert_eq!(cells(text).map(|cell| cell.bytes).sum::<usize>(), text.len());
    assert_eq!(cells(text).map(|cell| cell.chars).sum::<usize>(), text.chars().count());
}

#[test]
fn a_cell_is_a_grapheme_or_shows_what_it_hides() {
    check_cells("aé", "a:1 é:1");
    check_cells("e\u{301}x", "e\u{301}:1 x:1");
    check_cells("日本", "日:2 本:2");
    check_cells("👨‍👩‍👧!", "👨‍👩‍👧:2 !:1");
    check_cells("🇩🇪🏳️‍🌈❤️👍🏽", "🇩🇪:2 🏳️‍🌈:2 ❤️:2 👍🏽:2");
    check_cells("ｶﾞ", "ｶﾞ:2");
    check_cells("\u{1b}[31m", "^[:2 [:1 3:1 1:1 m:1");
    check_cells("\0\u{7f}\u{9b}", "^@:2 ^?:2 <U+009B>:8");
    check_cells("a\u{202e}b\u{2066}", "a:1 <U+202E>:8 b:1 <U+2066>:8");
    check_cells("\u{200b}\u{feff}\u{ad}", "<U+200B>:8 <U+FEFF>:8 <U+00AD>:8");
    check_cells("\u{200d}\u{fe0f}", "<U+200D>:8 <U+FE0F>:8");
    check_cells("\u{301}", "\u{25cc}\u{301}:1");
    check_cells("\u{1b}\u{301}", "^[:2 \u{25cc}\u{301}:1");
    check_cells("a\u{e0041}\u{e0042}", "a<+2>:5");
    check_cells(&format!("a{}", "\u{301}".repeat(40)), "a<+40>:6");
    check_cells("\t\n", ":0 :0");
    check_cells("a\r\n", "a:1 :0 :0");
    check_cells("a\rb", "a:1 ^M:2 b:1");
    check_cells("\r\u{301}", "^M:2 \u{25cc}\u{301}:1");
    assert_eq!(width("a\tb", 4), 5);
    assert_eq!(cells("\u{3000}").next().map(|cell| cell.kind), Some(Kind::Space));
}

#[test]
fn no_cell_carries_a_control_character() {
    for code in (0..0x3000).chain(0xfe00..0x10000).chain(0xe0000..0xe0200) {
        let Some(char) = char::from_u32(code) else { continue };
        for text in [char.to_string(), format!("a{char}b"), format!("日{char}")] {
            for cell in cells(&text) {
                let text = &cell.text;
                assert!(!text.chars().any(char::is_control), "U+{code:04X}");
                assert!(!text.contains(['\u{202e}', '\u{2066}', '\u{200f}']), "U+{code:04X}");
                let drawn = !matches!(cell.kind, Kind::Tab | Kind::LineEnd);
                assert_eq!(cell.width > 0, drawn, "U+{code:04X} has no cell to be drawn in");
            }
        }
    }
}

#[test]
fn widths_are_those_of_the_drawing_library() {
    use ratatui::buffer::CellWidth;
    use unicode_segmentation::UnicodeSegmentation;
    let shown =
        |char: &char| char.is_alphanumeric() && !"\u{115f}\u{1160}\u{3164}\u{ffa0}".contains(*char);
    for char in ('\u{a0}'..'\u{1_0000}').filter(shown) {
        for text in [format!("{char}a"), format!("{char}{char}"), format!("日{char}é")] {
            let shown: Vec<_> = cells(&text).filter(|cell| cell.kind != Kind::Control).collect();
            for cell in &shown {
                assert_eq!(cell.width, usize::from(cell.text.cell_width()), "{char:?}");
                assert_eq!(cell.text.graphemes(true).count(), 1, "{char:?}");
            }
            let graphemes = text.graphemes(true).count();
            assert_eq!(cells(&text).count(), graphemes, "{char:?}");
        }
    }
}

#[track_caller]
fn check_wrap(text: &str, width: usize, want: &str) {
    let rule = Rule { width, tab: 4, first: 0, indent: 0 };
    let starts = rows(text, rule);
    let mut shown = Vec::new();
    for (index, start) in starts.iter().enumerate() {
        let end = starts.get(index + 1).map_or(text.len(), |next| next.bytes);
        shown.push(&text[start.bytes..end]);
        assert_eq!(text[..start.bytes].chars().count(), start.chars);
    }
    assert_eq!(shown.join("|"), want, "{text:?} at {width}");
}

#[test]
fn rows_end_where_words_do() {
    check_wrap("", 5, "");
    check_wrap("hello", 5, "hello");
    check_wrap("hello world", 5, "hello |world");
    check_wrap("hello     world", 5, "hello     |world");
    check_wrap("hello world", 8, "hello |world");
    check_wrap("abcdefghij", 4, "abcd|efgh|ij");
    check_wrap("a bcdefghij", 4, "a |bcde|fghi|j");
    check_wrap("well-known x", 6, "well-|known |x");
    check_wrap("a-1 -5 --", 4, "a-1 |-5 |--");
    check_wrap("one—two", 5, "one—|two");
    check_wrap("日本語です", 4, "日本|語で|す");
    check_wrap("日本語です", 5, "日本|語で|す");
    check_wrap("ab日本語", 5, "ab日|本語");
    check_wrap("日本。語", 4, "日|本。|語");
    check_wrap("「日本」と", 6, "「日|本」と");
    check_wrap("👨‍👩‍👧👨‍👩‍👧", 3, "👨‍👩‍👧|👨‍👩‍👧");
    check_wrap("日本", 1, "日|本");
    check_wrap("e\u{301}e\u{301}e\u{301}", 2, "e\u{301}e\u{301}|e\u{301}");
    check_wrap("a\tb", 4, "a\t|b");
    check_wrap("a\tb", 5, "a\tb");
    check_wrap("\u{1b}\u{1b}", 3, "\u{1b}|\u{1b}");
    check_wrap("a b", 1, "a |b");
    check_wrap("(see) x", 5, "(see) |x");
    check_wrap("it, that", 4, "it, |that");
}

#[test]
fn further_rows_hang_under_the_text() {
    let rope = Rope::from_str("- one two three\n    four five six\n");
    let mut view = View::new(11, 10, true, 4);
    let indents: Vec<usize> = view
        .rows(&rope)
        .iter()
        .filter_map(|row| match row {
            Row::Text { indent, .. } => Some(*indent),
            Row::Virtual { .. } => None,
        })
        .collect();
    assert_eq!(indents, [0, 2, 0, 4, 4, 0]);
}

/// A random text over characters that are hard to lay out.
fn random_text(random: &mut Rand, len: usize) -> String {
    const PARTS: [&str; 18] = [
        "a",
        "word",
        " ",
        " ",
        "\n",
        "\t",
        "日",
        "本",
        "é",
        "e\u{301}",
        "👨‍👩‍👧",
        "🇩🇪",
        "\u{1b}",
        "\u{202e}",
        "\r\n",
        "-",
        "\u{301}",
        "longer-text",
    ];
    (0..len).map(|_| PARTS[random.below(PARTS.len())]).collect()
}

fn random_view(random: &mut Rand) -> View {
    const WIDTHS: [usize; 10] = [1, 2, 3, 4, 5, 7, 10, 20, 40, 80];
    View::new(
        WIDTHS[random.below(WIDTHS.len())],
        1 + random.below(30),
        random.below(3) > 0,
        1 + random.below(8),
    )
}

#[test]
fn rows_cover_the_document() {
    let mut random = Rand::from_number(1);
    for _ in 0..200 {
        let len = random.below(120);
        let text = random_text(&mut random, len);
        let rope = Rope::from_str(&text);
        let mut view = random_view(&mut random);
        if !view.wraps() {
            continue;
        }
        let all = view.rows_from(&rope, RowPos::default(), usize::MAX);
        let mut at = 0;
        for row in &all {
            let Row::Text { span, first, line, .. } = row else { panic!("no virtual rows") };
            if *first {
                assert!(rope.slice(at..span.start.0).chars().all(|c| c == '\n' || c == '\r'));
                assert_eq!(span.start.0, rope.line_to_char(*line));
            } else {
                assert_eq!(at, span.start.0, "{text:?}");
            }
            at = span.end.0;
            let mut x = None;
            view.draw(&rope, row, |drawn| {
                assert!(drawn.x + drawn.width <= view.width());
                assert!(x.is_none_or(|x| x <= drawn.x));
                x = Some(drawn.x + drawn.width);
            });
        }
        // Going back meets the same rows.
        let mut back = Vec::new();
        view.set_top(&rope, RowPos { start: Pos(rope.len_chars()), ..RowPos::default() });
        loop {
            back.insert(0, view.rows_from(&rope, view.top(), 1).remove(0));
            let before = view.top();
            view.scroll(&rope, -1);
            if view.top() == before {
                break;
            }
        }
        assert_eq!(back, all);
    }
}

#[test]
fn positions_and_cells_lead_to_each_other() {
    let mut random = Rand::from_number(2);
    for _ in 0..300 {
        let len = random.below(80);
        let text = random_text(&mut random, len);
        let rope = Rope::from_str(&text);
        let mut view = random_view(&mut random);
        for _ in 0..10 {
            let pos = Pos(random.below(rope.len_chars() + 1));
            let margin = random.below(4);
            view.reveal(&rope, pos, margin);
            let Some((row, col)) = view.pos_to_cell(&rope, pos) else {
                panic!("{pos:?} is not shown of {text:?} in {view:?}")
            };
            assert!(row < view.height() && col < view.width());
            let Hit::Text(back) = view.cell_to_pos(&rope, row, col) else { panic!("is text") };
            // The same cell again, but for what hangs over the border and is shown in it.
            assert!(back <= pos);
            if col + 1 == view.width() {
                continue;
            }
            assert_eq!(
                view.pos_to_cell(&rope, back),
                Some((row, col)),
                "{text:?} {pos:?} {view:?}"
            );
        }
    }
}

#[test]
fn every_cell_of_any_size_has_a_position() {
    let mut random = Rand::from_number(3);
    for size in 1..6 {
        for _ in 0..40 {
            let len = random.below(40);
            let text = random_text(&mut random, len);
            let rope = Rope::from_str(&text);
            for wrap in [false, true] {
                let mut view = View::new(size, size, wrap, 4);
                let pos = Pos(random.below(rope.len_chars() + 1));
                view.reveal(&rope, pos, 2);
                for row in 0..size + 1 {
                    for col in 0..size + 1 {
                        let Hit::Text(pos) = view.cell_to_pos(&rope, row, col) else { panic!() };
                        assert!(pos.0 <= rope.len_chars());
                    }
                }
                view.page(&rope, pos, 1, None);
                view.page(&rope, pos, -1, None);
                view.centre(&rope, pos);
                view.configure(&rope, 0, 0, !wrap, 0);
                assert!(view.pos_to_cell(&rope, view.top().start).is_some());
            }
        }
    }
}

#[test]
fn up_and_down_keep_the_column() {
    let rope = Rope::from_str("longer line\nab\nlonger line\n");
    let mut view = View::new(40, 10, true, 4);
    let (pos, goal) = view.vertical(&rope, Pos(8), 1, None);
    assert_eq!(pos, Pos(14), "the end of the short line");
    let (pos, goal) = view.vertical(&rope, pos, 1, Some(goal));
    assert_eq!((pos, goal), (Pos(23), 8));
    assert_eq!(view.vertical(&rope, pos, 5, Some(goal)).0, Pos(27), "the last line");
    assert_eq!(view.vertical(&rope, Pos(3), -1, None), (Pos(3), 3), "no line above");

    let rope = Rope::from_str("aaaa bbbb cccc");
    let mut view = View::new(6, 10, true, 4);
    assert_eq!(view.vertical(&rope, Pos(2), 1, None), (Pos(7), 2));
    assert_eq!(view.row_start(&rope, Pos(7)), Pos(5));
    assert_eq!(view.row_end(&rope, Pos(7)), Pos(9), "the place before the next row");
    assert_eq!(view.row_end(&rope, Pos(12)), Pos(14));
}

#[test]
fn virtual_rows_stand_after_their_line() {
    let rope = Rope::from_str("one\ntwo\nthree");
    let mut view = View::new(20, 10, true, 4);
    view.set_virtual(&rope, [(0, 2), (2, 1)]);
    let kinds: Vec<String> = view
        .rows(&rope)
        .iter()
        .map(|row| match row {
            Row::Text { line, .. } => format!("t{line}"),
            Row::Virtual { line, index } => format!("v{line}.{index}"),
        })
        .collect();
    assert_eq!(kinds.join(" "), "t0 v0.0 v0.1 t1 t2 v2.0");
    assert_eq!(view.cell_to_pos(&rope, 2, 0), Hit::Virtual { line: 0, index: 1 });
    assert_eq!(view.pos_to_cell(&rope, Pos(4)), Some((3, 0)));
    assert_eq!(view.vertical(&rope, Pos(1), 1, None).0, Pos(5), "the caret jumps over them");
    assert_eq!(view.vertical(&rope, Pos(5), -1, None).0, Pos(1));
    // They move with their line.
    let mut edited = rope.clone();
    edited.insert(4, "x\ny\n");
    view.edited(&edited, &Delta(vec![(Span::at(Pos(4)), 4)]));
    assert_eq!(view.cell_to_pos(&edited, 7, 0), Hit::Virtual { line: 4, index: 0 });
    // A top among them stays.
    view.set_top(&edited, RowPos { line: 0, virt: Some(1), start: Pos(3) });
    assert_eq!(view.rows(&edited)[0], Row::Virtual { line: 0, index: 1 });
    view.scroll(&edited, -2);
    assert_eq!(view.top(), RowPos::default());
}

#[test]
fn the_screen_follows_the_caret_as_little_as_needed() {
    let text: String = (0..1000).map(|line| format!("line {line}\n")).collect();
    let rope = Rope::from_str(&text);
    let mut view = View::new(40, 10, true, 4);
    let at = |line: usize| Pos(rope.line_to_char(line));
    view.reveal(&rope, at(5), 2);
    assert_eq!(view.top().line, 0);
    view.reveal(&rope, at(8), 2);
    assert_eq!(view.top().line, 1);
    view.reveal(&rope, at(2), 2);
    assert_eq!(view.top().line, 0);
    view.reveal(&rope, at(500), 2);
    assert_eq!(view.top().line, 496, "far: in the middle");
    view.reveal(&rope, at(1000), 2);
    assert_eq!(view.top().line, 996);
    view.reveal(&rope, at(0), 2);
    assert_eq!(view.top().line, 0);
}

#[test]
fn rows_after_edits_are_those_of_a_fresh_view() {
    let mut random = Rand::from_number(4);
    for round in 0..60 {
        let len = random.below(100);
        let mut text = random_text(&mut random, len);
        if round % 4 == 0 {
            // A line of several pieces, with and without spaces.
            let part =
                if round % 8 == 0 { "0123456789日" } else { "some words e\u{301} and 日本 " };
            text.push_str(&part.repeat(1200));
        }
        let mut rope = Rope::from_str(&text);
        let mut view = random_view(&mut random);
        let (width, height, wrap) = (view.width(), view.height(), view.wraps());
        view.configure(&rope, width, height, wrap, 4);
        for _ in 0..12 {
            let chars = rope.len_chars();
            let caret = Pos(random.below(chars + 1));
            view.reveal(&rope, caret, 1);
            view.rows(&rope);
            let mut places: Vec<usize> = (0..4).map(|_| random.below(chars + 1)).collect();
            places.sort_unstable();
            let mut change = Change::default();
            for pair in places.chunks(2).take(1 + random.below(2)) {
                let (start, end) = (pair[0], pair[1].min(pair[0] + 30));
                let len = random.below(6);
                let one =
                    Change::replace(Span::new(Pos(start), Pos(end)), random_text(&mut random, len));
                change.0.extend(one.0);
            }
            for one in change.0.iter().rev() {
                rope.remove(one.span.range());
                rope.insert(one.span.start.0, &one.text);
            }
            view.edited(&rope, &change.delta());
            let mut fresh = View::new(width, height, wrap, 4);
            fresh.set_top(&rope, view.top());
            fresh.scroll_columns(view.left() as isize);
            assert_eq!(fresh.top(), view.top());
            assert_eq!(fresh.rows(&rope), view.rows(&rope));
        }
    }
}

#[test]
fn a_line_of_megabytes_is_wrapped_where_it_is_seen() {
    let rope = Rope::from_str(&"lorem ipsum dolor sit amet ".repeat(40_000));
    let end = Pos(rope.len_chars());
    for wrap in [true, false] {
        let mut view = View::new(80, 24, wrap, 4);
        view.reveal(&rope, end, 2);
        let (row, col) = view.pos_to_cell(&rope, end).expect("the end is shown");
        let Hit::Text(back) = view.cell_to_pos(&rope, row, col) else { panic!("is text") };
        assert!(end.0 - back.0 <= 1, "{back:?}");
        let (up, goal) = view.vertical(&rope, end, -3, None);
        assert_eq!(wrap, up < end);
        assert_eq!(view.vertical(&rope, up, 3, Some(goal)).0, if wrap { back } else { end });
    }
}

#[test]
fn text_at_the_top_stays_when_others_write_above() {
    let text: String = (0..100).map(|line| format!("line {line}\n")).collect();
    let mut rope = Rope::from_str(&text);
    let mut view = View::new(40, 5, true, 4);
    view.centre(&rope, Pos(rope.line_to_char(50)));
    let before = view.rows(&rope).len();
    rope.insert(0, "one\ntwo\n");
    view.edited(&rope, &Change::insert(Pos(0), "one\ntwo\n").delta());
    assert_eq!(view.top().line, 50);
    assert_eq!(view.rows(&rope).len(), before);
}

#[test]
fn several_insertions_at_one_place_are_followed() {
    let insert = |text: &str| Change::insert(Pos(4), text).0;
    let mut rope = Rope::from_str("one\ntwo\nthree\n");
    let mut view = View::new(20, 10, true, 4);
    view.rows(&rope);
    let change = Change([insert("a\nb"), insert("\nc\n"), insert("d")].concat());
    change.apply(&mut rope);
    assert_eq!(rope.to_string(), "one\na\nb\nc\ndtwo\nthree\n");
    view.edited(&rope, &change.delta());
    let fresh = View::new(20, 10, true, 4).rows(&rope);
    assert_eq!(view.rows(&rope), fresh);
    for pos in 0..=rope.len_chars() {
        view.pos_to_cell(&rope, Pos(pos));
    }
}
