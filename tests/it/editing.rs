//! Writing: every motion, selection, deletion and line operation, in the document and in every
//! field; the clipboard; undo and redo.

use crate::harness::{Harness, Trace, digest};
use cowrite::app::Input;
use cowrite::event::How;
use cowrite::keymap::parse_keys;
use cowrite::state::Overlay;

/// Text with `|` for the caret and `[` for the other end of the selection, keys, and what stands
/// there then.
#[track_caller]
fn check(before: &str, keys: &str, after: &str) {
    let mut made = Harness::with(before);
    made.keys(keys);
    assert_eq!(made.marked(), after, "{before:?} {keys}");
    made.same_after_reopening();
}

/// The same in the message box.
#[track_caller]
fn check_field(before: &str, keys: &str, after: &str) {
    let mut made = Harness::empty();
    made.keys("alt-2");
    let (text, caret, anchor) = crate::harness::unmark(before);
    let chat = &mut made.app.model.ui.chat;
    chat.set_text(&text);
    chat.move_to(cowrite::base::Pos(anchor.unwrap_or(caret)), false);
    chat.move_to(cowrite::base::Pos(caret), anchor.is_some());
    made.keys(keys);
    assert_eq!(made.marked(), after, "{before:?} {keys}");
}

/// In the document and in the message box alike.
#[track_caller]
fn check_both(before: &str, keys: &str, after: &str) {
    check(before, keys, after);
    check_field(before, keys, after);
}

#[test]
fn by_character() {
    check_both("one |two", "right", "one t|wo");
    check_both("one |two", "left left", "on|e two");
    check_both("|one", "left", "|one");
    check_both("one|", "right", "one|");
    check_both("one|\ntwo", "right", "one\n|two");
    check_both("one\n|two", "left", "one|\ntwo");
    // A selection collapses to its end on that side.
    check_both("o[ne t|wo", "left", "o|ne two");
    check_both("o[ne t|wo", "right", "one t|wo");
    check_both("o|ne t[wo", "right", "one t|wo");
    // Graphemes: an accent, an emoji of several, a flag, a line end of two characters.
    check_both("|e\u{301}x", "right", "e\u{301}|x");
    check_both("👩‍👩‍👧|x", "left", "|👩‍👩‍👧x");
    check_both("|🇩🇪🇫🇷", "right", "🇩🇪|🇫🇷");
    check("a|\r\nb", "right", "a\r\n|b");
    check("a\r\n|b", "left", "a|\r\nb");
}

#[test]
fn by_word() {
    check_both("|one two", "ctrl-right", "one| two");
    check_both("one| two", "ctrl-right", "one two|");
    check_both("one two|", "ctrl-left", "one |two");
    check_both("one |two", "ctrl-left", "|one two");
    check_both("one|, two", "ctrl-right", "one,| two");
    check_both("it's|", "ctrl-left", "|it's");
    check_both("naïve| x", "ctrl-left", "|naïve x");
    check_both("cafe\u{301}| x", "ctrl-left", "|cafe\u{301} x");
    check_both("日本語の文書|", "ctrl-left", "日本語の|文書");
    check_both("a 👩‍👩‍👧| b", "ctrl-left", "a |👩‍👩‍👧 b");
    check_both("one|\ntwo", "ctrl-right", "one\n|two");
    check_both("one\n|two", "ctrl-left", "one|\ntwo");
    check_both("one |two", "ctrl-shift-right", "one [two|");
    check_both("one two|", "ctrl-shift-left ctrl-shift-left", "|one two[");
}

#[test]
fn by_line_and_document() {
    check_both("one t|wo\nthree", "home", "|one two\nthree");
    check_both("one t|wo\nthree", "end", "one two|\nthree");
    check("one t|wo\r\nthree", "end", "one two|\r\nthree");
    check_both("one\nt|wo", "ctrl-home", "|one\ntwo");
    check_both("o|ne\ntwo", "ctrl-end", "one\ntwo|");
    check_both("one\nt|wo", "shift-home", "one\n|t[wo");
    check_both("one\nt|wo", "shift-end", "one\nt[wo|");
    check_both("one\nt|wo", "ctrl-shift-home", "|one\nt[wo");
    check_both("o|ne\ntwo", "ctrl-shift-end", "o[ne\ntwo|");
    check_both("o|ne\ntwo", "ctrl-a", "[one\ntwo|");
    check("o|ne\ntwo\nthree", "alt-l", "[one\n|two\nthree");
    check("o|ne\ntwo\nthree", "alt-l alt-l", "[one\ntwo\n|three");
    check("one\ntwo|", "alt-l", "one\n[two|");
    check("one\ntwo\n|three\n\nfour", "ctrl-down", "one\ntwo\nthree\n\n|four");
    check("one\n\ntwo\nth|ree", "ctrl-up", "one\n\n|two\nthree");
    check("one\n\ntwo\nth|ree", "ctrl-shift-up", "one\n\n|two\nth[ree");
}

#[test]
fn up_and_down_keep_the_column() {
    check_both("one\nt|wo\nthree", "down", "one\ntwo\nt|hree");
    check_both("one\nt|wo\nthree", "up", "o|ne\ntwo\nthree");
    check("three|\no\nthree", "down down", "three\no\nthree|");
    check("o|ne", "up", "|one");
    check("o|ne", "down", "one|");
    check("日本|語\nabcdef", "down", "日本語\nabcd|ef");
    check("o|ne\ntwo", "shift-down", "o[ne\nt|wo");
    check("one\nt|wo", "shift-up", "o|ne\nt[wo");
    let long = format!("|{}", "x\n".repeat(100));
    let mut made = Harness::with(&long);
    made.keys("pagedown");
    let line = made.model().ui.frame.line;
    assert!((20..30).contains(&line), "a page is what is visible: {line}");
    made.keys("pageup");
    assert_eq!(made.marked(), long);
    made.keys("shift-pagedown");
    assert!(made.model().caret().selection().is_some());
}

#[test]
fn deleting() {
    check_both("one |two", "backspace", "one|two");
    check_both("one |two", "delete", "one |wo");
    check_both("o[ne t|wo", "backspace", "o|wo");
    check_both("o[ne t|wo", "delete", "o|wo");
    check_both("one two|", "ctrl-w", "one |");
    check_both("one |two three", "ctrl-delete", "one | three");
    check_both("|one", "backspace", "|one");
    check_both("one|", "delete", "one|");
    check_both("e\u{301}|x", "backspace", "|x");
    check("a\r\n|b", "backspace", "a|b");
    check("a|\r\nb", "delete", "a|b");
    check("one\nt|wo\nthree", "ctrl-u", "one\n|three");
    check("one\ntwo|", "ctrl-u", "one|");
}

#[test]
fn typing() {
    check_both("one |two", "'new '", "one new |two");
    check_both("one [two|", "'x'", "one x|");
    check_both("[one two|", "'日本'", "日本|");
    check("|", "'a' enter 'b'", "a\nb|");
    check("a|\r\nb", "enter 'x'", "a\r\nx|\r\nb");
}

#[test]
fn new_lines_go_on() {
    check("  one|", "enter", "  one\n  |");
    check("\tone|", "enter", "\tone\n\t|");
    check("- one|", "enter", "- one\n- |");
    check("* one|", "enter 'two'", "* one\n* two|");
    check("> one|", "enter", "> one\n> |");
    check("9. one|", "enter", "9. one\n10. |");
    check("1) one|", "enter", "1) one\n2) |");
    let mut made = Harness::file("plan.md", "- [x] one");
    made.keys("ctrl-end enter");
    assert_eq!(made.text(), "- [x] one\n- [ ] ");
    check("  - one|", "enter", "  - one\n  - |");
    // An empty item ends its list.
    check("- one\n- |", "enter", "- one\n|");
    check("- one|two", "enter", "- one\n- |two");
    check("-one|", "enter", "-one\n|");
    check("- one|\r\n", "enter", "- one\r\n- |\r\n");
}

#[test]
fn lines() {
    check("one\nt|wo\nthree", "alt-up", "t|wo\none\nthree");
    check("one\nt|wo\nthree", "alt-down", "one\nthree\nt|wo");
    check("|one\ntwo", "alt-up", "|one\ntwo");
    check("one\ntwo|", "alt-down", "one\ntwo|");
    check("o|ne\ntwo", "ctrl-d", "one\no|ne\ntwo");
    check("one\ntwo|", "ctrl-d", "one\ntwo\ntwo|");
    check("o|ne\ntwo", "alt-shift-j", "one| two");
    check("[one\ntw|o", "tab", "    [one\n    tw|o");
    check("[    one\n  tw|o", "shift-tab", "[one\ntw|o");
    check("    o|ne", "shift-tab", "o|ne");
    check("|one", "tab", "    |one");
    check("ab|c", "tab", "ab  |c");
    check("one\r\nt|wo\r\n", "alt-up", "t|wo\r\none\r\n");
}

#[test]
fn finding() {
    let check_find = |before: &str, keys: &str, after: &str| check(before, keys, after);
    check_find("|one two one", "ctrl-f 'one' enter", "[one| two one");
    check_find("|one two one", "ctrl-f 'one' enter f3", "one two [one|");
    check_find("|one two one", "ctrl-f 'one' enter f3 f3", "[one| two one");
    check_find("one two |one", "ctrl-f 'one' enter shift-f3", "[one| two one");
    check_find("|One one", "ctrl-f 'one' enter", "[One| one");
    check_find("|one One", "ctrl-f 'One' enter", "one [One|");
    check_find("one two|\nthree", "ctrl-g '2' enter", "one two\n|three");
    check_find("one|", "ctrl-g '99' enter", "|one");
    check_find("|a1 b22", "ctrl-f alt-r '[0-9]+' enter f3", "a1 b[22|");
    let mut made = Harness::with("|one");
    made.keys("ctrl-f 'absent' enter");
    assert_eq!(made.notice(), "\"absent\" is not in the text.");
    made.keys("ctrl-f alt-r '(' enter");
    assert!(made.notice().starts_with("The expression is not right"), "{}", made.notice());
}

#[test]
fn replacing() {
    let mut made = Harness::with("|one two one");
    made.keys("ctrl-r 'one' enter 'three' enter");
    assert_eq!(made.text(), "three two three");
    assert_eq!(made.notice(), "Replaced 2 places. Undo takes all of it back.");
    made.keys("ctrl-z");
    assert_eq!(made.text(), "one two one");
    // In the selection only, when it has several lines.
    let mut made = Harness::with("x\n[x\nx\n|x");
    made.keys("ctrl-r ctrl-a 'x' enter ctrl-a 'y' enter");
    assert_eq!(made.text(), "x\ny\ny\nx");
    let mut made = Harness::with("|k1 k22");
    made.run("find.regex");
    made.keys("ctrl-r 'k([0-9]+)' enter '$1' enter");
    assert_eq!(made.text(), "1 22");
    made.same_after_reopening();
}

#[test]
fn undo_tells_what_it_takes_back() {
    let mut made = Harness::with("|one");
    let mut step = |keys: &str, text: &str, notice: &str| {
        made.keys(keys);
        assert_eq!((made.text().as_str(), made.notice().as_str()), (text, notice), "{keys}");
        made.same_after_reopening();
    };
    step("'two '", "two one", "");
    step("ctrl-z", "one", "Took back typing “two”.");
    step("ctrl-y", "two one", "Brought back typing “two”.");
    step("ctrl-z", "one", "Took back typing “two”.");
    step("ctrl-z", "one", "Nothing of yours to take back.");
    step("ctrl-y", "two one", "Brought back typing “two”.");
    step("ctrl-y", "two one", "Nothing to bring back.");
    made.pass(2000);
    made.keys("ctrl-w");
    made.pass(2000);
    made.keys("ctrl-z");
    assert_eq!(made.notice(), "Took back deleting “two”.");
    assert_eq!(made.text(), "two one");
}

#[test]
fn changes_from_outside_are_taken_back_on_request() {
    let mut made = Harness::with("one|");
    made.run("edit.undo-outside");
    assert_eq!(made.notice(), "No change came from outside since the text was begun.");
    made.keys("' two'");
    made.write_outside("zero one");
    made.write_outside("zero one half");
    made.keys("'!'");
    assert_eq!(made.text(), "zero one half two!");
    made.run("edit.undo-outside");
    assert_eq!(made.text(), "zero one two!");
    made.run("edit.undo-outside");
    assert_eq!(made.text(), "one two!");
    made.run("edit.undo-outside");
    assert_eq!(made.notice(), "No change came from outside since the text was begun.");
    made.keys("ctrl-y");
    assert_eq!(made.text(), "zero one two!");
    made.run("edit.undo-outside");
    assert_eq!(made.text(), "one two!", "also what was brought back");
    made.same_after_reopening();
}

#[test]
fn undo_reaches_back_over_a_restart_and_spares_others() {
    let mut made = Harness::with("one|");
    made.keys("' two'");
    made.pass(2000);
    made.keys("' three'");
    made.write_outside("zero one");
    assert_eq!(made.text(), "zero one two three");
    let mut again = made.killed(2);
    assert_eq!(again.text(), "zero one two three");
    again.keys("ctrl-z");
    assert_eq!(again.text(), "zero one two");
    again.keys("ctrl-z");
    assert_eq!(again.text(), "zero one");
    again.keys("ctrl-z");
    assert_eq!(again.text(), "zero one", "what came from outside stays");
    again.keys("ctrl-y ctrl-y");
    assert_eq!(again.text(), "zero one two three");
    again.same_after_reopening();
}

#[test]
fn fields_have_undo_too() {
    check_field("|", "'one' ctrl-z", "|");
    check_field("|", "'one' ctrl-z ctrl-y", "one|");
}

#[test]
fn the_clipboard() {
    check("[one| two", "ctrl-c end ctrl-v", "one twoone|");
    check("[one| two", "ctrl-x end ctrl-v", " twoone|");
    check("o|ne\ntwo", "ctrl-c ctrl-end ctrl-v", "one\ntwoone\n|");
    check("o|ne\ntwo", "ctrl-x", "|two");
    check_field("[one| two", "ctrl-x end ctrl-v", " twoone|");
    let mut made = Harness::with("[one|\r\n");
    made.input(Input::Paste("a\nb\r\nc".into()));
    assert_eq!(made.text(), "a\r\nb\r\nc\r\n");
    // A paste never submits.
    let mut made = Harness::with("|");
    made.keys("alt-2");
    made.input(Input::Paste("one\n/quit\n".into()));
    assert_eq!(made.marked(), "one\n/quit\n|");
    assert!(made.asked.is_empty() && !made.ended);
    made.keys("alt-1 ctrl-f");
    made.input(Input::Paste("one\ntwo\n".into()));
    assert_eq!(made.marked(), "one two|");
}

/// How each run came in.
fn origins(made: &Harness) -> Vec<(String, How)> {
    let document = &made.model().entry().expect("a document").document;
    let all = cowrite::base::Span::new(cowrite::base::Pos(0), cowrite::base::Pos(document.len()));
    let mut found: Vec<(String, How)> = Vec::new();
    for run in document.runs(all) {
        let text = document.rope().slice(run.span.range()).to_string();
        match found.last_mut() {
            Some((last, how)) if *how == run.origin.how => last.push_str(&text),
            _ => found.push((text, run.origin.how)),
        }
    }
    found
}

#[test]
fn origins_travel_with_the_text() {
    let mut made = Harness::with("outside|");
    made.keys("' typed'");
    made.clipboard = Some(" pasted".into());
    made.keys("ctrl-v");
    let want = vec![
        ("outside".to_owned(), How::Outside),
        (" typed".to_owned(), How::Typed),
        (" pasted".to_owned(), How::Pasted),
    ];
    assert_eq!(origins(&made), want);
    made.keys("ctrl-a ctrl-x ctrl-v");
    assert_eq!(origins(&made), want, "cut and paste");
    made.keys("ctrl-z ctrl-z");
    assert_eq!(origins(&made), want, "undo of both");
    made.keys("ctrl-y ctrl-y");
    assert_eq!(origins(&made), want, "redo of both");
    made.keys("alt-down ctrl-d");
    let twice: Vec<_> =
        origins(&made).into_iter().filter(|(_, how)| *how == How::Outside).collect();
    assert_eq!(twice.len(), 2, "a line that was duplicated is still whose it was: {twice:?}");
    made.same_after_reopening();
}

#[test]
fn prompts_and_forms_take_text() {
    let mut made = Harness::with("|one");
    made.keys("ctrl-f 'a b' ctrl-left 'c'");
    assert_eq!(made.marked(), "a c|b");
    made.keys("esc");
    assert!(made.overlay().is_none());
    made.keys("ctrl-n 'Title' tab 'Why' alt-enter 'so' shift-tab home 'The '");
    assert_eq!(made.marked(), "The |Title");
    made.keys("tab");
    assert_eq!(made.marked(), "Why\nso|");
    made.keys("esc ctrl-p 'save as'");
    assert!(matches!(made.overlay(), Some(Overlay::Palette(_))));
    made.keys("enter");
    assert!(matches!(made.overlay(), Some(Overlay::Prompt { .. })), "the palette runs the command");
}

#[test]
fn every_default_key_is_harmless_everywhere() {
    let keymap = cowrite::app::key_lines(Harness::empty().app.keymap());
    let chords: Vec<&str> = keymap
        .iter()
        .filter(|line| line.starts_with("  "))
        .filter_map(|line| line.get(2..24).map(str::trim))
        .filter(|keys| parse_keys(keys).is_ok())
        .collect();
    assert!(chords.len() > 150, "{}", chords.len());
    for places in
        ["", "alt-2", "alt-3", "alt-4", "alt-5", "ctrl-p", "ctrl-f", "ctrl-n", "f4", "f1", "f2"]
    {
        for keys in &chords {
            let mut made = Harness::with("[one| two\n\n- three\n");
            made.keys(places);
            made.keys(keys);
            made.same_after_reopening();
            made.keys("esc esc esc");
        }
    }
}

#[test]
fn nothing_is_kept_of_what_was_only_looked_at() {
    let mut made = Harness::with("|one");
    made.keys("right ctrl-f 'one' enter f1 esc alt-4");
    made.pass(10_000);
    made.keys("ctrl-q");
    assert!(made.ended);
    assert_eq!(made.log(), Vec::<String>::new());
    assert!(made.kept.view.is_empty());
}

#[test]
fn typing_survives_being_killed_at_any_key() {
    let mut made = Harness::with("one|");
    for (index, key) in "' two' enter '- three' enter 'four' left left backspace 'X' ctrl-z ctrl-y"
        .split(' ')
        .filter(|key| !key.is_empty())
        .enumerate()
    {
        let key = if key.matches('\'').count() == 1 { &key.replace('\'', "") } else { key };
        if parse_keys(key).is_ok_and(|keys| !keys.is_empty() && key.len() > 1) {
            made.keys(key);
        } else {
            made.type_text(key);
        }
        if made.model().preamble.is_empty() {
            let again = made.killed(100 + index as u64);
            assert_eq!(again.text(), made.text(), "after {key}");
            let sealed = made.kept.bursts.is_empty();
            if sealed {
                crate::harness::similar_asserts(
                    &digest(&again.model().session, true),
                    &digest(&made.model().session, true),
                );
            }
        }
    }
}

/// Letters tell how they came in: small ones were typed, capitals came from the file, digits from a
/// model, Greek ones were pasted.
fn belongs(character: char) -> Option<How> {
    match character {
        'a'..='z' => Some(How::Typed),
        'A'..='Z' => Some(How::Outside),
        '0'..='9' => Some(How::Proposed),
        'α'..='ω' => Some(How::Pasted),
        _ => None,
    }
}

#[test]
fn origins_never_change_hands() {
    for seed in crate::harness::cases(30) {
        let mut rand = cowrite::base::Rand::from_number(seed);
        let mut made = Harness::with("FILE TEXT\nMORE|");
        let mut trace = Trace(format!("seed {seed}"));
        for step in 0..30 {
            let len = made.text().chars().count();
            let (from, to) = (rand.below(len + 1), rand.below(len + 1));
            made.place(from, (rand.below(2) == 0).then_some(to));
            let keys = match rand.below(14) {
                0 | 1 => "'ab c'",
                2 => "ctrl-x",
                3 | 4 => "ctrl-v",
                5 => "ctrl-c",
                6 | 7 => "ctrl-z",
                8 => "ctrl-y",
                9 => "alt-up",
                10 => "alt-down",
                11 => "ctrl-d",
                12 => {
                    made.clipboard = Some("αβγ".into());
                    "ctrl-v"
                }
                _ => {
                    let (start, end) = (from.min(to), from.max(to));
                    made.propose(&[(start, end, "12 3")]);
                    made.about_hunk(0, "hunk.accept");
                    "right"
                }
            };
            trace.0.push_str(&format!("\n{step} {from} {to} {keys}"));
            made.keys(keys);
            if rand.below(2) == 0 {
                made.pass(3000);
            }
            for (text, how) in origins(&made) {
                for character in text.chars() {
                    let want = belongs(character);
                    assert!(
                        want.is_none_or(|want| want == how),
                        "{character} is {how:?}: {:?}",
                        origins(&made)
                    );
                }
            }
            if rand.below(10) == 0 {
                made.pass(3000);
                made = made.killed(seed * 100 + step);
            }
        }
        made.same_after_reopening();
    }
}

#[test]
fn a_library_gives_back_what_was_typed_before_a_kill() {
    use cowrite::runtime::{open_session, recover};
    use cowrite::store::{Options, SqliteStore};
    for at in [1, 2, 5, 9, 14, 20] {
        let dir = tempfile::tempdir().expect("a directory");
        let open = || SqliteStore::open(dir.path(), Options::default()).expect("opens");
        let mut made = Harness::empty();
        made.library = Some(open());
        for (index, character) in "Dear all,\nwe meet late. x".chars().enumerate().take(at) {
            match (character, index % 7) {
                ('\n', _) => made.keys("enter"),
                (_, 6) => made.keys("left backspace right"),
                (character, _) => made.type_text(&character.to_string()),
            }
        }
        made.say("Why?");
        made.chunk("Because of the ");
        let (text, session) = (made.text(), made.model().session.id);
        // The process is gone; its locks with it.
        drop(made);
        let mut store = open();
        let notes = recover(&mut store, &crate::harness::me()).expect("recovers");
        assert_eq!(notes, ["An answer was cut off when cowrite ended; what had come is kept."]);
        let again = Harness::open(open_session(&mut store, session).expect("opens"), 77);
        assert_eq!(again.text(), text);
        let last = again.model().session.transcript.iter().next_back().expect("a message");
        assert_eq!(last.text(), "Because of the ");
        assert_eq!(last.status, cowrite::event::MessageStatus::Incomplete);
    }
}

#[test]
fn a_rewrite_takes_the_paragraph_where_nothing_is_selected() {
    check("one\n\ntw|o\nthree\n\nfour", "ctrl-k esc", "one\n\ntw|o\nthree\n\nfour");
    check("one\n\nt[wo|\nthree\n", "ctrl-k esc", "one\n\nt[wo|\nthree\n");
    check("one\n|\ntwo", "ctrl-k", "one\n|\ntwo");
    // It is shown while the instruction is written, and nothing that is typed then or later replaces
    // it.
    let mut made = Harness::with("one\n\ntw|o\nthree\n\nfour");
    let shown =
        |made: &Harness| made.model().shown_selection().map(|span| (span.start.0, span.end.0));
    made.keys("ctrl-k");
    assert_eq!(shown(&made), Some((5, 14)));
    made.keys("'shorter' enter");
    let asked = &made.asked.back().expect("a question").1;
    assert!(asked.contains(r"two\nthree"), "{asked}");
    assert_eq!(shown(&made), None);
    made.type_text("X");
    made.chunk("tw");
    made.type_text("Y");
    assert_eq!(made.marked(), "one\n\ntwXY|o\nthree\n\nfour");
    for line in ["chat.shorten", "chat.correct", "chat.list", "chat.rewrite shorter"] {
        let mut made = Harness::with("one\n\ntw|o\nthree\n\nfour");
        made.run(line);
        made.type_text("X");
        assert_eq!(made.marked(), "one\n\ntwX|o\nthree\n\nfour", "{line}");
    }
}

#[test]
fn undo_of_several_places_counts_them() {
    let mut made = Harness::with("|line one\nline two\n");
    made.run("find.replace line \"LI NE\"");
    made.keys("ctrl-z");
    assert_eq!(made.text(), "line one\nline two\n");
    assert_eq!(made.notice(), "Took back the replacement in 2 places.");
    made.keys("ctrl-y");
    assert_eq!(made.notice(), "Brought back the replacement in 2 places.");
    made.run("find.replace \"LI NE \" \"\"");
    made.keys("ctrl-z");
    assert_eq!(made.notice(), "Took back deleting “LI NE” in 2 places.");
}

#[test]
fn text_that_is_as_it_was_saved_is_not_modified() {
    let mut made = Harness::with("one\n");
    made.keys("'x'");
    assert!(made.model().is_modified());
    made.keys("ctrl-z");
    assert!(!made.model().is_modified());
    made.keys("ctrl-y");
    assert!(made.model().is_modified());
    made.keys("ctrl-s");
    assert!(!made.model().is_modified(), "{}", made.notice());
    made.keys("ctrl-z");
    assert!(made.model().is_modified());
    made.keys("ctrl-y");
    assert!(!made.model().is_modified());
    made.keys("ctrl-q");
    assert!(made.overlay().is_none());
}

#[test]
fn a_file_that_goes_away_is_told_of_and_asked_about_before_it_is_written_again() {
    // Where it went, what is answered, which files there are then, and what they say.
    let cases: [(Option<&str>, &str, &[(&str, &str)]); 5] = [
        (None, "ctrl-s y", &[("w.md", "one more\n")]),
        (None, "ctrl-s n", &[]),
        (None, "ctrl-s s ctrl-a 'x.md' enter", &[("x.md", "one more\n")]),
        (Some("v.md"), "y ctrl-s", &[("v.md", "one more\n")]),
        (Some("v.md"), "n ctrl-s y", &[("v.md", "one\n"), ("w.md", "one more\n")]),
    ];
    for (to, keys, there) in cases {
        let mut made = Harness::file("w.md", "one\n");
        made.moves_outside(to);
        assert_eq!(made.notice(), "", "one that is replaced is away for a moment");
        made.pass(1000);
        match to {
            Some(_) => assert!(made.screen(80, 20).contains("w.md is v.md now"), "{to:?}"),
            None => assert!(made.notice().contains("w.md is gone from the disk"), "{to:?}"),
        }
        assert!(made.model().is_modified(), "nothing of it is on the disk");
        // The question about the new name has the keys first.
        let (first, rest) = keys.split_at(if to.is_some() { 1 } else { 0 });
        made.keys(first);
        made.keys(&format!("end ' more' {rest}"));
        let mut found: Vec<(String, String)> = made
            .files
            .iter()
            .map(|(path, bytes)| {
                let name = path.file_name().expect("a name").to_string_lossy().into_owned();
                (name, String::from_utf8(bytes.clone()).expect("UTF-8"))
            })
            .collect();
        found.sort();
        let wanted: Vec<(String, String)> =
            there.iter().map(|(name, text)| ((*name).to_owned(), (*text).to_owned())).collect();
        assert_eq!(found, wanted, "{to:?} {keys}");
    }
    // One that was replaced came again: nothing is said.
    let mut made = Harness::file("w.md", "one\n");
    made.moves_outside(None);
    made.write_outside("one\n");
    made.pass(1000);
    assert_eq!((made.notice(), made.model().is_modified()), (String::new(), false));
}
