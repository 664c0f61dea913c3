//! The harness itself, tried on programs whose behaviour is known.

use std::sync::Arc;

use crate::pty::{Encoding, Home, Mouse, Size, Start, Terminal, parse_keys};

fn sh(script: &str) -> Start {
    Start::program("/bin/sh", &["-c", script])
}

#[test]
fn shows_what_is_typed_and_ends() {
    let term = Start::program("cat", &[]).size(5, 20).start();
    term.keys("hello<enter>");
    term.wait_until(|screen| screen.contents().matches("hello").count() == 2);
    assert_eq!((term.row(0).as_str(), term.row(1).as_str()), ("hello", "hello"));
    assert_eq!(term.find("hello"), Some(0));
    term.wait_cursor(2, 0);
    term.keys("<ctrl-d>");
    assert!(term.wait_exit().success());
    term.assert_restored();
}

#[test]
fn keys_are_encoded_as_the_terminal_stands() {
    let plain = Encoding::default();
    let application = Encoding { application_cursor: true, kitty: 0 };
    let kitty = Encoding { application_cursor: false, kitty: 1 };
    let check = |keys: &str, encoding: Encoding, wanted: &str| {
        let bytes: Vec<u8> = parse_keys(keys).iter().flat_map(|key| key.bytes(encoding)).collect();
        assert_eq!(String::from_utf8(bytes).unwrap(), wanted, "{keys}");
    };
    check("aä<enter><tab><shift-tab><esc>", plain, "aä\r\t\x1b[Z\x1b");
    check("<ctrl-a><ctrl-space><alt-x><alt-enter><lt><space>", plain, "\x01\0\x1bx\x1b\r< ");
    check(
        "<up><ctrl-right><shift-home><f1><f5><shift-f5>",
        plain,
        concat!("\x1b[A", "\x1b[1;5C", "\x1b[1;2H", "\x1bOP", "\x1b[15~", "\x1b[15;2~"),
    );
    check("<up><ctrl-up><pagedown><backspace>", application, "\x1bOA\x1b[1;5A\x1b[6~\x7f");
    check("A<esc><ctrl-s><ctrl-shift-s>", kitty, "A\x1b[27u\x1b[115;5u\x1b[115;6u");
    check("<enter><ctrl-enter><tab><alt-x>", kitty, "\r\x1b[13;5u\t\x1b[120;3u");
}

#[test]
#[should_panic(expected = "no key is named <entre>")]
fn a_wrong_key_name_fails_the_test() {
    parse_keys("<entre>");
}

#[test]
fn escape_and_a_letter_come_one_by_one() {
    let term = sh(r"
        stty raw -echo; printf 'ready\r\n'
        for i in 1 2 3; do
            n=$(dd bs=16 count=1 2>/dev/null | od -An -tx1 | tr -d ' '); printf 'got %s\r\n' $n
        done
        stty sane")
    .start();
    term.wait_for("ready");
    term.keys("<esc>x<up>");
    term.wait_for("got 1b5b41");
    assert_eq!(term.row(1), "got 1b");
    assert_eq!(term.row(2), "got 78");
}

#[test]
fn answers_what_a_plain_xterm_answers() {
    // Each question is followed by "are you there", whose answer ends the reading.
    let ask = r#"
        stty raw -echo
        ask() { printf "$1\033[5n"; r=; while :; do
            c=$(dd bs=1 count=1 2>/dev/null | od -An -tx1 | tr -d ' '); r=$r$c
            case $r in *1b5b306e) break ;; esac; done; printf '%s %s\r\n' "$2" "$r"; }
        ask '\033[c' da1; ask '\033[6n' cpr; ask '\033[?u' kitty; ask '\033]11;?\033\\' osc11
        ask '\033[?2026$p' sync; ask '\033[?2004$p' paste; ask '\033[>q' version; printf 'end\r\n'
        "#;
    let hex = |text: &str| text.bytes().map(|byte| format!("{byte:02x}")).collect::<String>();
    let check = |terminal: Terminal, answers: &[(&str, &str)]| {
        let term = sh(ask).size(12, 160).terminal(terminal).start();
        term.wait_for("end");
        for (name, answer) in answers {
            let row = term.row(term.find(name).unwrap());
            assert_eq!(row, format!("{name} {}1b5b306e", hex(answer)));
        }
    };
    check(
        Terminal::default(),
        &[
            ("da1", "\x1b[?64;1;2;6;9;15;16;17;18;21;22;28c"),
            ("cpr", "\x1b[2;1R"),
            ("kitty", ""),
            ("osc11", "\x1b]11;rgb:1010/1010/1010\x1b\\"),
            ("sync", "\x1b[?2026;0$y"),
            ("paste", "\x1b[?2004;2$y"),
            ("version", "\x1bP>|XTerm(390)\x1b\\"),
        ],
    );
    check(
        Terminal {
            kitty: true,
            synchronized: true,
            background: "rgb:ffff/ffff/ffff",
            ..Terminal::default()
        },
        &[
            ("kitty", "\x1b[?0u"),
            ("osc11", "\x1b]11;rgb:ffff/ffff/ffff\x1b\\"),
            ("sync", "\x1b[?2026;2$y"),
        ],
    );
}

#[test]
fn a_frame_is_seen_whole() {
    let term = sh(r"
        printf 'one\r\n\033[?2026h'; read -r line; printf 'two\r\n'; read -r line
        printf 'three\r\n\033[?2026l\033[?2026hfour'; read -r line")
    .start();
    term.wait_for("one");
    term.keys("a<enter>");
    term.keys("b<enter>");
    term.wait_for("three");
    let screen = term.screen();
    assert!(screen.contains("two") && !screen.contains("four"), "{screen}");
    assert!(term.raw().ends_with(b"four"));
}

#[test]
fn tells_what_is_not_restored() {
    let term = sh(r"
        printf '\033[?1049h\033[?25l\033[?2004h\033[?1003h\033[?1006h\033[?1004h\033[>1u\033[4 q\033[1m'
        stty raw -echo; printf 'on'; read -r line
        printf '\033[m\033[0 q\033[<u\033[?1004l\033[?1006l\033[?1003l\033[?2004l\033[?25h\033[?1049l'
        stty sane; printf 'off'; read -r line")
    .terminal(Terminal { kitty: true, ..Terminal::default() })
    .start();
    term.wait_for("on");
    let wrong = term.not_restored();
    assert_eq!(wrong.len(), 9, "{wrong:#?}");
    assert_eq!(term.cursor(), None);
    term.mouse(Mouse::WheelDown, 2, 3);
    term.write("\n");
    term.wait_for("off");
    term.wait_until(|screen| !screen.alternate_screen());
    let wrong = term.not_restored();
    assert!(wrong.iter().all(|what| what.contains("line settings")), "{wrong:#?}");
}

#[test]
fn pastes_in_brackets_only_when_asked() {
    let term = sh(r"
        stty raw -echo; printf 'ready'; dd bs=64 count=1 2>/dev/null | od -An -c
        printf '\033[?2004hagain'; dd bs=64 count=1 2>/dev/null | od -An -c; read -r line")
    .start();
    term.wait_for("ready");
    term.paste("a\nb");
    term.wait_for("again");
    assert!(term.screen().contains("a  \\r   b"), "{}", term.screen());
    term.paste("c");
    term.wait_for("033   [   2   0   0   ~   c 033   [   2   0   1   ~");
}

#[test]
fn hears_copies_titles_and_bells() {
    let term = sh(r"printf '\033]52;c;aGVsbG8=\007\033]2;a title\033\\\a'; read -r line").start();
    assert_eq!(term.wait_copy(0), "hello");
    term.write("\n");
    assert!(term.wait_exit().success());
    assert_eq!((term.title().as_str(), term.bells()), ("a title", 1));
    assert_eq!(term.copies(), ["hello"]);
}

#[test]
fn tells_which_control_sequences_got_through() {
    let hostile = "plain \x1b]0;owned\x07 and \x1b[2Jcleared\nand a \u{9b}31mred";
    let term =
        sh("read -r line; printf '\\033[2Jclea'; printf 'x\\n'; printf '\\033[2Jcleared'").start();
    assert_eq!(term.raw_contains_control_from(hostile), [""; 0]);
    term.keys("<enter>");
    assert!(term.wait_exit().success());
    assert_eq!(term.raw_contains_control_from(hostile), ["\\u{1b}[2Jcleared"]);
}

#[test]
fn a_resize_is_told() {
    let term = sh("trap 'stty size' WINCH; echo ready; while :; do read -r line; done").start();
    term.wait_for("ready");
    term.resize(Size::new(10, 33));
    term.wait_for("10 33");
    term.resize(Size::new(1, 1));
    term.resize(Size::new(24, 80));
    term.wait_for("24 80");
}

#[test]
fn signals_end_it_and_are_told() {
    let term =
        sh("trap 'echo bye; exit 7' TERM; echo ready; while :; do read -r line; done").start();
    term.wait_for("ready");
    term.signal("TERM");
    let status = term.wait_exit();
    assert_eq!((status.exit_code(), status.signal()), (7, None));
    assert!(term.screen().contains("bye"));

    let term = Start::program("cat", &[]).start();
    term.kill9();
    assert_eq!(term.wait_exit().signal(), Some("Killed"));
}

#[test]
#[should_panic(expected = "waited for \"never\" on the screen: /bin/sh -c echo some words; exit 3")]
fn a_failure_shows_the_screen_at_once_when_the_program_has_ended() {
    sh("echo some words; exit 3").start().wait_for("never");
}

#[test]
fn homes_are_apart_and_clean() {
    let home = Arc::new(Home::new().env("EXTRA", "yes").without("USER"));
    home.write("a/notes.md", "text");
    let listing = home.run_program("/bin/sh", &["-c", "cat; env; ls"], "given\n").ok();
    assert!(listing.starts_with("given\n") && listing.ends_with("\na\n"), "{listing}");
    assert!(listing.contains("\nEXTRA=yes\n") && !listing.contains("\nUSER="), "{listing}");
    assert!(!listing.contains("OPENAI") && !listing.contains("CARGO"), "{listing}");
    assert!(listing.contains(&format!("COWRITE_HOME={}", home.cowrite().display())));
    assert_eq!(home.read("a/notes.md"), "text");
    assert_eq!(home.run_program("/bin/sh", &["-c", "echo no >&2; exit 4"], "").fails(4), "no\n");

    let term = Start::program("/bin/sh", &["-c", "echo $EXTRA; pwd"]).home(&home).start();
    assert!(term.wait_exit().success());
    assert_eq!(term.row(0), "yes");
}

#[test]
fn drives_an_editor() {
    let Some(vim) = ["/usr/bin/vim", "/usr/bin/vim.tiny"]
        .into_iter()
        .find(|path| std::path::Path::new(path).exists())
    else {
        // tests/run installs one; elsewhere the other tests are enough.
        return;
    };
    let home = Arc::new(Home::new());
    let term = Start::program(vim, &["-u", "NONE", "-i", "NONE", "-n", "note.txt"])
        .home(&home)
        .size(10, 60)
        .start();
    term.wait_for("note.txt");
    term.keys("ihello<enter>world<esc>");
    term.wait_for("world");
    assert!(term.frame().alternate_screen());
    term.keys("kx<up><down>");
    term.wait_until(|screen| screen.contents().starts_with("hell\n"));
    term.keys(":wq<enter>");
    assert!(term.wait_exit().success());
    assert_eq!(home.read("note.txt"), "hell\nworld\n");
    term.assert_restored();
}
