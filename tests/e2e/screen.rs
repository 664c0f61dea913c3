//! The terminal: given back on every way out, never written to by strangers, right at every size.

use std::sync::Arc;

use crate::desk::{home, open, quit, text};
use crate::pty::{Button, Home, Mouse, Size, Start};

const HOSTILE: &str = "a \u{1b}[31mred \u{1b}]0;owned\u{7} \u{9b}2Jclear \u{1b}[2J tab\there \
    \u{7f}del \u{202e}turned \u{200b}zero\nwide 日本語 👩‍👩‍👧 é́ end\n";

fn fresh() -> Arc<Home> {
    Arc::new(home())
}

#[test]
fn the_terminal_is_given_back_by_signals() {
    for signal in ["TERM", "HUP", "INT"] {
        let home = fresh();
        let term = open(&home, &["a.md"]);
        term.keys("kept");
        term.wait_for("kept");
        term.signal(signal);
        term.wait_exit();
        term.assert_restored();
        assert_eq!(text(&home), "kept", "{signal}");
        assert!(!home.file("a.md").exists());
    }
}

#[test]
fn it_stops_and_goes_on() {
    let home = fresh();
    let term = open(&home, &["a.md"]);
    term.keys("before");
    term.wait_for("before");
    term.keys("<ctrl-e>");
    term.wait_for("ctrl-e …");
    term.write("z");
    term.wait_until(|screen| !screen.alternate_screen());
    // The line settings come last, and nothing on the screen tells.
    assert!(term.holds_within_deadline(|| term.not_restored().is_empty()));
    term.signal("CONT");
    term.wait_until(|screen| screen.alternate_screen() && screen.contents().contains("before"));
    term.keys(" after<ctrl-s>");
    term.wait_for("Saved to");
    quit(&term);
    assert_eq!(home.read("a.md"), "before after");
}

#[test]
fn nothing_hostile_in_a_document_reaches_the_terminal() {
    let home = fresh();
    home.write("a.md", HOSTILE);
    let term = open(&home, &["a.md"]);
    term.wait_for("wide");
    term.keys("<ctrl-a><ctrl-c><ctrl-home>");
    term.wait_cursor(0, 4);
    assert_eq!(term.raw_contains_control_from(HOSTILE), [""; 0]);
    assert!(!term.title().contains("owned"));
    assert_eq!(term.wait_copy(0), HOSTILE);
    quit(&term);

    // Also in a file's name, and on the way out.
    let name = "bad\u{1b}]0;owned\u{7}name.md";
    home.write(name, "text\n");
    let term = open(&home, &[name]);
    term.keys("x<ctrl-s>");
    term.wait_for("Saved to");
    quit(&term);
    assert_eq!(term.raw_contains_control_from(name), [""; 0]);
    assert!(!term.title().contains("owned"));
}

#[test]
fn wide_characters_stand_in_place() {
    let home = fresh();
    home.write("a.md", "ab日本c\n👍x\ne\u{301}y\n");
    let term = open(&home, &["a.md"]);
    term.wait_for("ab日本c");
    let (row, left) = term.cursor().unwrap();
    let check = |keys: &str, down: u16, columns: u16| {
        term.keys(keys);
        term.wait_cursor(row + down, left + columns);
    };
    check("<end>", 0, 7);
    check("<left>", 0, 6);
    check("<left>", 0, 4);
    check("<down><end><left>", 1, 2);
    check("<down><home><right>", 2, 1);
    // A click on the right half of a wide character goes beside it, not into it.
    term.click(row, left + 3);
    term.keys("|<ctrl-s>");
    term.wait_for("Saved to");
    let line = home.read("a.md").lines().next().unwrap().to_owned();
    assert!(["ab|日本c", "ab日|本c"].contains(&line.as_str()), "{line}");
    quit(&term);
}

#[test]
fn every_size_is_survived() {
    let home = fresh();
    home.write("a.md", "one two three four five six seven\n".repeat(30));
    let term = open(&home, &["a.md"]);
    for (rows, columns) in [(1, 1), (2, 3), (1, 200), (40, 2), (3, 20), (24, 80)] {
        term.resize(Size::new(rows, columns));
        term.keys("x<ctrl-p><esc><ctrl-n><esc><f1><esc><ctrl-q><esc><down>");
    }
    term.wait_for("ctrl-p commands");
    term.resize(Size::new(30, 110));
    term.wait_for("ctrl-q quit");
    term.keys("<ctrl-s>");
    term.wait_for("Saved to");
    quit(&term);
    assert_eq!(home.read("a.md").matches('x').count() - 30, 6);
}

#[test]
fn no_color_means_none() {
    let sgr_colours = |raw: &[u8]| {
        let raw = String::from_utf8_lossy(raw).into_owned();
        let sequences = raw.split("\x1b[").skip(1).filter_map(|rest| {
            let end = rest.find(|c: char| !c.is_ascii_digit() && c != ';' && c != ':')?;
            rest[end..].starts_with('m').then(|| rest[..end].to_owned())
        });
        sequences
            .filter(|sequence| {
                let mut numbers = sequence.split(';').map(|n| n.parse::<u16>().unwrap_or(0));
                numbers.any(|n| matches!(n, 30..=38 | 40..=48 | 58 | 90..=97 | 100..=107))
            })
            .count()
    };
    let text = "# Title\n\n```rust\nfn main() {}\n```\n";
    for (home, colours) in
        [(home(), true), (home().env("NO_COLOR", "1"), false), (home().env("TERM", "dumb"), false)]
    {
        let home = Arc::new(home);
        home.write("a.md", text);
        let term = open(&home, &["a.md"]);
        term.keys("<shift-end><ctrl-p>");
        term.wait_for("Commands");
        // Escape and the key after it are one key to a program that reads both at once.
        term.keys("<esc>");
        term.wait_gone("Commands");
        term.wait_for("Title");
        let raw = if colours {
            term.wait_until(|screen| {
                let (rows, columns) = screen.size();
                (0..rows.get()).any(|row| {
                    (0..columns.get()).any(|column| {
                        screen
                            .cell(row, column)
                            .is_some_and(|cell| cell.fgcolor() != vt100::Color::Default)
                    })
                })
            });
            term.raw()
        } else {
            quit(&term);
            term.raw()
        };
        assert_eq!(sgr_colours(&raw) > 0, colours);
    }
}

#[test]
fn pastes_never_submit_and_the_mouse_selects() {
    let home = fresh();
    let term = open(&home, &["a.md"]);
    term.paste("first\nsecond\tthird\n");
    term.wait_for("second");
    term.keys("<alt-2>");
    term.paste("a question\nof two lines");
    term.wait_for("of two lines");
    assert!(term.screen().contains("Nothing was said yet"), "a paste was sent");
    term.keys("<ctrl-f>");
    term.wait_for("Find");
    term.paste("sec\nond");
    term.wait_for("Find");
    term.keys("<esc><alt-1>");
    // Dragged over the first word, which is then replaced.
    let row = u16::try_from(term.find("first").unwrap()).unwrap();
    let column = term.row(usize::from(row)).find("first").unwrap() as u16;
    term.mouse(Mouse::Press(Button::Left), row, column);
    term.mouse(Mouse::Drag(Button::Left), row, column + 5);
    term.mouse(Mouse::Release(Button::Left), row, column + 5);
    term.keys("1st<ctrl-s>");
    term.wait_for("Saved to");
    assert_eq!(home.read("a.md"), "1st\nsecond\tthird\n");
    quit(&term);
}

#[test]
fn without_a_terminal_it_says_so() {
    let home = fresh();
    let words = home.run(&["a.md"], "").fails(2);
    assert!(words.contains("needs a terminal"), "{words}");
    let term = Start::cowrite(&["--help"]).home(&home).start();
    assert!(term.wait_exit().success());
}
