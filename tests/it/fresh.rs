//! What others wrote and deleted bears a mark in the text until it is seen: by having gone there, by
//! writing there, or by F9 that led there and on.

use crate::harness::{Harness, cases};
use cowrite::app::Input;
use cowrite::base::{Rand, Span};
use cowrite::tui::theme::{Depth, Theme};
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::{Color, Modifier};

const TEXT: &str = "one\ntwo\nthree\nfour\nfive\nsix\n";

fn two(text: &str) -> (Harness, Harness) {
    let mut ada = Harness::file("plan.txt", text);
    ada.keys("'.' ctrl-s");
    let eve = ada.copy_for("p_01JEVE", "Eve", 9);
    ada.place(0, None);
    (ada, eve)
}

/// Replaces characters, all in one event.
fn puts(made: &mut Harness, from: usize, to: usize, words: &str) {
    made.place(to, Some(from).filter(|from| *from < to));
    match words {
        "" => made.keys("backspace"),
        _ => made.type_text(words),
    }
    made.pass(3000);
}

/// The rows on the screen, with new text in `{}` and places of deletions as `_`.
fn marks(made: &mut Harness) -> String {
    made.input(Input::Resize(100, 20));
    let model = made.model();
    let rope = model.rope();
    let mut out = Vec::new();
    for row in &model.ui.frame.rows {
        let cowrite::layout::Row::Text { span, .. } = row else { continue };
        let (new, gone) = model.ui.fresh.on(*span);
        let mut line = String::new();
        for at in span.start.0..=span.end.0 {
            if gone.iter().any(|(pos, _)| pos.0 == at) {
                line.push('_');
            }
            if at > span.start.0 && new.iter().any(|(new, _)| new.end.min(span.end).0 == at) {
                line.push('}');
            }
            let begins = |new: &Span| new.start.max(span.start).0 == at && at < new.end.0;
            if at < span.end.0 && new.iter().any(|(new, _)| begins(new)) {
                line.push('{');
            }
            line.extend(rope.get_char(at).filter(|_| at < span.end.0));
        }
        out.push(line);
    }
    out.join("/").trim_end_matches('/').to_owned()
}

/// How many things are new.
fn news(made: &Harness) -> usize {
    made.model().ui.news.len()
}

#[test]
fn what_others_did_is_marked_until_it_is_seen() {
    // What Eve replaces and by what, the marks that Ada has then, and after each of her keys; before
    // these how many things are new.
    type Row =
        (usize, usize, &'static str, &'static str, &'static [(&'static str, usize, &'static str)]);
    let table: &[Row] = &[
        // Going there is having seen it; the mark goes with the next change of the text.
        (
            5,
            5,
            "EVE ",
            ".one/{EVE }two/three",
            &[
                ("down", 0, ".one/{EVE }two/three"),
                ("down", 0, ".one/{EVE }two/three"),
                ("'x'", 0, ".one/EVE two/xthree"),
            ],
        ),
        // What is written elsewhere takes no mark off, and moves them.
        (
            5,
            5,
            "EVE ",
            ".one/{EVE }two/three",
            &[
                ("'x'", 1, "x.one/{EVE }two/three"),
                ("enter", 1, "x/.one/{EVE }two/three"),
                ("backspace ctrl-end", 1, "x.one/{EVE }two/three"),
            ],
        ),
        // Writing there takes it off.
        (0, 0, "EVE ", "{EVE }.one/two/three", &[("'x'", 0, "xEVE .one/two/three")]),
        // F9 leads there, and on.
        (
            5,
            5,
            "EVE ",
            ".one/{EVE }two/three",
            &[
                ("f9", 0, ".one/{EVE }two/three"),
                ("end down", 0, ".one/{EVE }two/three"),
                ("f9", 0, ".one/EVE two/three"),
            ],
        ),
        (
            5,
            5,
            "EVE ",
            ".one/{EVE }two/three",
            &[("f9", 0, ".one/{EVE }two/three"), ("'x'", 0, ".one/xEVE two/three")],
        ),
        (8, 8, "\nEVE", ".one/two/{EVE}/three", &[("ctrl-e g a", 0, ".one/two/EVE/three")]),
        // Deleted: the place.
        (
            5,
            8,
            "",
            ".one/_/three",
            &[("'x'", 1, "x.one/_/three"), ("f9", 0, "x.one/_/three"), ("f9", 0, "x.one//three")],
        ),
        (
            6,
            8,
            "",
            ".one/t_/three",
            &[
                ("down", 1, ".one/t_/three"),
                ("right", 0, ".one/t_/three"),
                ("'x'", 0, ".one/tx/three"),
            ],
        ),
        (4, 8, "", ".one_/three", &[("right", 1, ".one_/three"), ("'x'", 1, ".xone_/three")]),
        // Replaced: the new text says it.
        (5, 8, "2", ".one/{2}/three", &[("f9 f9", 0, ".one/2/three")]),
    ];
    for (from, to, words, before, steps) in table {
        let (mut ada, mut eve) = two("one\ntwo\nthree");
        puts(&mut eve, *from, *to, words);
        ada.take_from(&eve);
        let what = format!("{from} to {to}: {words:?}");
        assert_eq!(marks(&mut ada), *before, "{what}");
        assert_eq!(marks(&mut eve).replace(['{', '}', '_'], ""), marks(&mut eve), "{what}");
        for (keys, left, after) in *steps {
            // So it is in a program that is started now, as far as it was not seen.
            let mut again = ada.killed(77);
            if news(&ada) > 0 {
                assert_eq!(marks(&mut again), marks(&mut ada), "{what}, before {keys}");
            }
            match *keys {
                "ctrl-e g a" => ada.run("session.all-seen"),
                keys => ada.keys(keys),
            }
            assert_eq!((news(&ada), marks(&mut ada).as_str()), (*left, *after), "{what}: {keys}");
        }
    }
}

#[test]
fn marks_are_where_others_wrote_and_nowhere_else() {
    // Eve writes capitals, Bob digits; Ada small letters, away from the marks.
    for seed in cases(30) {
        let mut rand = Rand::from_number(seed);
        let (mut ada, eve) = two("one two three\nfour five six\nseven eight nine\n");
        let bob = ada.copy_for("p_01JBOB", "Bob", 77);
        let mut others = [eve, bob];
        for _ in 0..8 {
            let who = rand.below(2);
            let made = &mut others[who];
            made.take_from(&ada);
            let len = made.text().chars().count();
            let from = rand.below(len);
            let to = (from + rand.below(4)).min(len);
            puts(made, from, to, [["EV", "", "E\nE"], ["12", "3\n", ""]][who][rand.below(3)]);
            ada.take_from(&others[who]);
            let own = marks(&mut ada);
            let mut again = ada.killed(500 + seed);
            assert_eq!(marks(&mut again), own, "seed {seed}");
            let (mut inside, mut wrong) = (false, false);
            for one in own.chars() {
                match one {
                    '{' => inside = true,
                    '}' => inside = false,
                    one if one.is_ascii_uppercase() || one.is_ascii_digit() => wrong |= !inside,
                    one if one.is_ascii_lowercase() => wrong |= inside,
                    _ => {}
                }
            }
            assert!(!wrong, "seed {seed}: {own}");
            // Somewhere no mark touches.
            let model = ada.model();
            let touched = |at: usize| {
                let fresh = &model.ui.fresh;
                fresh.text.iter().any(|(span, _)| span.start.0 <= at && at <= span.end.0)
                    || fresh.gone.iter().any(|(pos, _)| pos.0 == at)
            };
            let free: Vec<usize> =
                (0..=ada.text().chars().count()).filter(|at| !touched(*at)).collect();
            if let Some(at) = free.get(rand.below(free.len().max(1))) {
                let before = news(&ada);
                ada.place(*at, None);
                ada.keys(["'ab'", "'c' enter", "'d' backspace"][rand.below(3)]);
                ada.pass(3000);
                assert_eq!(news(&ada), before, "seed {seed}");
            }
        }
    }
}

#[test]
fn f9_goes_from_mark_to_mark() {
    let (mut ada, mut eve) = two(TEXT);
    let mut bob = ada.copy_for("p_01JBOB", "Bob", 77);
    puts(&mut eve, 5, 5, "EVE ");
    bob.take_from(&eve);
    puts(&mut bob, 0, 0, "BOB ");
    ada.take_from(&bob);
    let with = |line: &str| line.to_owned() + "/three/four/five/six";
    assert_eq!(marks(&mut ada), with("{BOB }.one/{EVE }two"));
    ada.keys("f9");
    assert_eq!((news(&ada), marks(&mut ada)), (1, with("{BOB }.one/{EVE }two")));
    ada.keys("f9");
    assert_eq!((news(&ada), marks(&mut ada)), (0, with("{BOB }.one/EVE two")));
    ada.keys("f9");
    assert_eq!((news(&ada), marks(&mut ada)), (0, with("BOB .one/EVE two")));
}

#[test]
fn marks_are_seen_with_and_without_colours() {
    let (mut ada, mut eve) = two("one\ntwo\nthree");
    puts(&mut eve, 5, 5, "EVE ");
    puts(&mut eve, 14, 18, "");
    ada.take_from(&eve);
    for (depth, authors) in
        [Depth::None, Depth::Sixteen, Depth::Many].into_iter().flat_map(|d| [(d, false), (d, true)])
    {
        ada.app.model.ui.authors = authors;
        ada.input(Input::Resize(100, 20));
        let mut buffer = Buffer::empty(Rect::new(0, 0, 100, 20));
        cowrite::tui::view(&ada.app, Theme::of(depth, false), &mut buffer);
        let find = |word: &str| {
            let rows =
                (0..20).map(|y| (y, (0..100).map(|x| buffer[(x, y)].symbol()).collect::<String>()));
            let mut found = rows.filter_map(|(y, row)| {
                Some((
                    row.chars().take(row.split_once(word)?.0.chars().count()).count(),
                    y,
                    row.clone(),
                ))
            });
            found.next().expect(word)
        };
        let (x, y, row) = find("EVE two");
        let what = format!("{depth:?}, authors {authors}: {row}");
        let under =
            |x: usize, y: u16| buffer[(x as u16, y)].modifier.contains(Modifier::UNDERLINED);
        assert!((0..4).all(|at| under(x + at, y)) && !under(x + 4, y), "{what}");
        assert!(row[..row.find("EVE").expect(&what)].contains('*'), "{what}");
        let shaded = buffer[(x as u16, y)].bg != Color::Reset;
        assert_eq!(shaded, depth == Depth::Many, "{what}");
        let (x, y, row) = find("_ t");
        assert!(under(x + 2, y), "{what}: {row}");
    }
}
