//! Keymaps: chords, loading, contexts, and the default keymap as a whole.

use cowrite::keymap::{
    CONTEXTS, Code, DEFAULT, Key, Keymap, KeymapError, Mods, Reach, Step, Typing, parse_keys,
    print_keys,
};
use proptest::prelude::*;
use std::collections::{BTreeMap, BTreeSet};

/// Reached by the palette alone.
const PALETTE_ONLY: &[&str] = &["chat.ask", "edit.insert", "app.focus-panel"];

/// Without the encodings of xterm there is nothing to extend a selection with; select.all and
/// select.line are there.
const NEEDS_MODIFIED_ARROWS: &str = "select.";

fn commands() -> Vec<String> {
    cowrite::command::commands().map(|command| command.name.to_owned()).collect()
}

/// As the program asks its command table.
fn is_command(line: &str) -> Result<(), String> {
    cowrite::command::parse(line).map(|_| ())
}

fn load(layers: &[(&str, &str)]) -> (Keymap, Vec<KeymapError>) {
    Keymap::load(layers, &is_command)
}

/// The default with a file of the user's on top.
fn with(user: &str) -> Keymap {
    let (map, errors) = load(&[("default.toml", DEFAULT), ("mine.toml", user)]);
    assert_eq!(errors, [], "{user}");
    map
}

fn errors_of(text: &str) -> String {
    let (_, errors) = load(&[("default.toml", DEFAULT), ("mine.toml", text)]);
    errors.iter().map(|error| format!("{error}\n")).collect()
}

/// What a sequence does: `…` when more keys are needed, `-` when nothing.
fn does(map: &Keymap, contexts: &[&str], keys: &str) -> String {
    let keys = parse_keys(keys).expect("keys");
    let (last, pending) = keys.split_last().expect("a key");
    match map.step(contexts, pending, *last) {
        Step::Run(lines) => lines.join("; "),
        Step::Pending(hints) => {
            assert!(!hints.is_empty(), "pending without a way on");
            "…".into()
        }
        Step::NotFound => "-".into(),
    }
}

fn keys_for(map: &Keymap, command: &str) -> Vec<String> {
    let of = |(context, keys): (String, Vec<Key>)| format!("{context}: {}", print_keys(&keys));
    map.keys_for(command).into_iter().map(of).collect()
}

#[test]
fn chords_read_and_print() {
    let check = |text: &str, want: &str| {
        let keys = parse_keys(text).unwrap_or_else(|error| panic!("{text}: {error}"));
        assert_eq!(print_keys(&keys), want, "{text}");
        assert_eq!(parse_keys(want).as_ref(), Ok(&keys), "{want} reads back");
    };
    check("ctrl-shift-left", "ctrl-shift-left");
    check("shift-ctrl-left", "ctrl-shift-left");
    check("Alt-Return", "alt-enter");
    check("cmd-s", "super-s");
    check("f1 F24", "f1 f24");
    check("space", "space");
    check("ctrl-space", "ctrl-space");
    check("-", "minus");
    check("ctrl--", "ctrl-minus");
    check("alt-+", "alt-plus");
    check("\\ \"", "backslash quote");
    check("A", "A");
    check("shift-a", "A");
    check("alt-A", "alt-shift-a");
    check("alt-shift-a", "alt-shift-a");
    check("ctrl-shift-z", "ctrl-shift-z");
    check("shift-?", "?");
    check("alt-shift-?", "alt-?");
    check("é shift-é alt-É", "é É alt-shift-é");
    check("ctrl-@ ctrl-2", "ctrl-space ctrl-space");
    check("ctrl-_ ctrl-7", "ctrl-/ ctrl-/");
    check("ctrl-4 ctrl-5 ctrl-6", "ctrl-backslash ctrl-] ctrl-^");
    check("ctrl-i tab", "ctrl-i tab");
    check("  ctrl-e   d n ", "ctrl-e d n");
}

#[test]
fn bad_chords_say_what_was_meant() {
    let check = |text: &str, what: &str, near: Option<&str>| {
        let error = parse_keys(text).expect_err(text);
        assert!(error.what.contains(what), "{text}: {error}");
        assert_eq!(error.nearest.as_deref(), near, "{text}");
    };
    check("crtl-s", "\"crtl\" is no modifier", Some("ctrl-s"));
    check("ctrl-shfit-left", "\"shfit\" is no modifier", Some("ctrl-shift-left"));
    check("c-s", "\"c\" is no modifier", None);
    check("ctrl-lefft", "there is no key \"lefft\"", Some("ctrl-left"));
    check("f25", "there is no key \"f25\"", None);
    check("ctrl-S", "say shift", Some("ctrl-s"));
    check("ctrl-", "there is no key \"ctrl-\"", None);
    check("", "there is no key", None);
    check(&"a ".repeat(9), "9 keys in a row", None);
}

#[test]
fn reports_of_one_press_are_one_key() {
    let both = Mods { ctrl: true, shift: true, ..Mods::NONE };
    let check = |code: Code, mods: Mods, want: &str| {
        assert_eq!(Key::new(code, mods).to_string(), want, "{code:?} {mods:?}");
    };
    // A letter with shift: as the character, as the letter with shift, as both.
    check(Code::Char('A'), Mods::NONE, "A");
    check(Code::Char('a'), Mods::SHIFT, "A");
    check(Code::Char('A'), Mods::SHIFT, "A");
    check(Code::Char('Z'), Mods::CTRL, "ctrl-shift-z");
    check(Code::Char('z'), both, "ctrl-shift-z");
    check(Code::Char('Z'), both, "ctrl-shift-z");
    check(Code::Char('?'), Mods::SHIFT, "?");
    // Raw bytes.
    check(Code::Char('\0'), Mods::NONE, "ctrl-space");
    check(Code::Char('\u{1}'), Mods::NONE, "ctrl-a");
    check(Code::Char('\u{1f}'), Mods::NONE, "ctrl-/");
    check(Code::Char('\n'), Mods::NONE, "ctrl-j");
    check(Code::Char('\r'), Mods::NONE, "enter");
    check(Code::Char('\t'), Mods::SHIFT, "shift-tab");
    check(Code::Char('\u{7f}'), Mods::ALT, "alt-backspace");
    check(Code::Char('\u{1b}'), Mods::NONE, "esc");
    // Letters whose capital is no single letter, or that have none.
    check(Code::Char('ß'), Mods::SHIFT, "ß");
    check(Code::Char('字'), Mods::SHIFT, "字");
}

#[test]
fn legacy_terminals_tell_some_chords_apart() {
    let check = |chord: &str, arrives: Option<&str>, reach: Reach| {
        let key: Key = chord.parse().expect(chord);
        assert_eq!(key.in_legacy().map(|key| key.to_string()).as_deref(), arrives, "{chord}");
        assert_eq!(key.reach(), reach, "{chord}");
        assert_eq!(key.legacy_ok(), reach != Reach::Kitty, "{chord}");
    };
    use Reach::{Everywhere, Kitty, Most};
    for same in ["a", "A", "ctrl-s", "alt-x", "alt-shift-x", "ctrl-alt-z", "alt-enter"] {
        check(same, Some(same), Everywhere);
    }
    for same in ["shift-tab", "alt-backspace", "ctrl-j", "ctrl-space", "ctrl-/", "f12", "pageup"] {
        check(same, Some(same), Everywhere);
    }
    for same in ["ctrl-left", "ctrl-shift-end", "shift-f5", "alt-up", "ctrl-delete", "ctrl-h"] {
        check(same, Some(same), Most);
    }
    check("ctrl-i", Some("tab"), Kitty);
    check("ctrl-m", Some("enter"), Kitty);
    check("ctrl-[", Some("esc"), Kitty);
    check("ctrl-shift-z", Some("ctrl-z"), Kitty);
    check("ctrl-enter", Some("enter"), Kitty);
    check("shift-enter", Some("enter"), Kitty);
    check("ctrl-backspace", Some("ctrl-h"), Kitty);
    check("ctrl-tab", Some("tab"), Kitty);
    check("ctrl-1", Some("1"), Kitty);
    check("shift-f3", None, Kitty);
    check("alt-[", None, Kitty);
    check("alt-shift-o", None, Kitty);
    check("super-s", None, Kitty);
    check("f13", None, Kitty);
}

fn any_key() -> impl Strategy<Value = Key> {
    let code = prop_oneof![
        any::<char>().prop_map(Code::Char),
        (0u8..128).prop_map(|byte| Code::Char(byte.into())),
        (1u8..=24).prop_map(Code::F),
        prop::sample::select(vec![
            Code::Enter,
            Code::Esc,
            Code::Tab,
            Code::Backspace,
            Code::Delete,
            Code::Insert,
            Code::Up,
            Code::Down,
            Code::Left,
            Code::Right,
            Code::Home,
            Code::End,
            Code::PageUp,
            Code::PageDown,
        ]),
    ];
    (code, any::<[bool; 4]>()).prop_map(|(code, [ctrl, alt, shift, super_key])| {
        Key::new(code, Mods { ctrl, alt, shift, super_key })
    })
}

proptest! {
    #[test]
    fn a_key_is_its_own_normal_form(key in any_key()) {
        prop_assert_eq!(Key::new(key.code(), key.mods()), key);
        if let Some(arrives) = key.in_legacy() {
            prop_assert!(arrives.legacy_ok(), "{} arrives as {}", key, arrives);
        }
    }

    #[test]
    fn a_printed_key_reads_back(key in any_key()) {
        let unprintable = matches!(key.code(), Code::Char(c) if c != ' ' && (c.is_whitespace() || c.is_control()));
        prop_assume!(!unprintable);
        prop_assert_eq!(parse_keys(&key.to_string()), Ok(vec![key]));
    }

    #[test]
    fn no_file_breaks_the_loader(lines in prop::collection::vec(prop::sample::select(vec![
        "[editor]", "[editor.menu]", "[nowhere]", "[global", "modal = true", "fallthrough = \"editor\"",
        "fallthrough = 3", "\"ctrl-b\" = \"file.save\"", "\"ctrl-b x\" = \"file.save\"", "\"a\" = \"file.save\"",
        "\"ctrl-b\" = \"unbound\"", "\"ctrl-z\" = [\"edit.undo\", 1]", "\"f9\" = ", "= 1", "\"\"\"", "\"ctrl-é\" = []",
        "menu = 1", "[[chat]]", "\"f9\".\"f8\" = \"x\"", "\u{feff}", "\r",
    ]), 0..12)) {
        let text = lines.join("\n");
        let (map, errors) = load(&[("default.toml", DEFAULT), ("mine.toml", &text)]);
        for error in errors {
            prop_assert!(error.line >= 1 && error.line <= lines.len().max(1) && error.col >= 1);
        }
        prop_assert_eq!(does(&map, &["dialog", "global"], "y"), "dialog.yes");
    }
}

#[test]
fn errors_name_file_line_and_the_nearest_word() {
    let broken = r#"
"ctrl-s" = "file.save"

[editro]
"ctrl-b" = "file.save"

[editor]
"crtl-b" = "file.save"
"ctrl-b" = "flie.save"
"b" = "file.save"
"f9" = ["file.save", "edit.udno"]
"f10" = 3
"f11" = []
"ctrl-up a" = "file.save"
"ctrl-up" = "cursor.top"
"alt-A" = "file.save"
"alt-shift-a" = "file.open"
"ctrl-q" = "unbound"
"ctrl-alt-q" = "unbound"
"f12" =
"alt-i" = "edit.undo"
"alt-i" = "edit.redo"
modal = "yes"
fallthrough = "txet"

[editor.menu]
"ctrl-up" = "up"
"alt-9" = "nothing"

[text]
fallthrough = "editor"
"#;
    insta::assert_snapshot!(errors_of(broken));
    let (map, _) = load(&[("default.toml", DEFAULT), ("mine.toml", broken)]);
    let editor = &["editor", "global"];
    assert_eq!(does(&map, editor, "ctrl-up a"), "file.save", "good rows hold beside bad ones");
    assert_eq!(does(&map, editor, "alt-shift-a"), "file.save");
    assert_eq!(does(&map, editor, "ctrl-z"), "edit.undo");
}

#[test]
fn a_later_layer_wins() {
    let editor = &["editor", "global"];
    let check = |user: &str, keys: &str, want: &str| {
        assert_eq!(does(&with(user), editor, keys), want, "{user}");
    };
    check("", "ctrl-d", "edit.line-duplicate");
    check("[editor]\n\"ctrl-d\" = \"edit.delete\"", "ctrl-d", "edit.delete");
    check("[editor]\nctrl-d = [\"edit.copy\", \"edit.paste\"]", "ctrl-d", "edit.copy; edit.paste");
    check("[editor]\n\"ctrl-d\" = \"unbound\"", "ctrl-d", "-");
    // An inner context hides an outer one, and what it takes away shows the outer one again.
    check("[editor]\n\"ctrl-q\" = \"edit.cut\"", "ctrl-q", "edit.cut");
    check("[prompt]\n\"ctrl-j\" = \"unbound\"", "ctrl-j", "edit.newline");
    // A key in the place of a menu, a menu in the place of a key.
    check(
        "[global]\n\"ctrl-e\" = \"app.help\"\n[editor]\n\"ctrl-e\" = \"unbound\"",
        "ctrl-e",
        "app.help",
    );
    check("[editor]\n\"ctrl-d x\" = \"edit.cut\"", "ctrl-d", "…");
    check("[editor]\n\"ctrl-d x\" = \"edit.cut\"", "ctrl-d x", "edit.cut");
    check("[global]\n\"ctrl-e\" = \"unbound\"", "ctrl-e k", "-");
    check("[global]\n\"ctrl-e\" = \"unbound\"", "ctrl-e j", "edit.line-join");
    check(
        "[global]\n\"ctrl-e\" = \"unbound\"\n\"ctrl-e q\" = \"app.quit\"",
        "ctrl-e q",
        "app.quit",
    );

    let layers = [
        ("default.toml", "[editor]\n\"f9\" = \"file.save\""),
        ("chosen.toml", "[editor]\n\"f9\" = \"file.open\""),
        ("mine.toml", "[editor]\n\"f9\" = \"file.reload\""),
    ];
    let (map, errors) = load(&layers);
    assert_eq!(errors, []);
    assert_eq!(does(&map, editor, "f9"), "file.reload");
    assert_eq!(map.describe().len(), 1);
    assert_eq!((map.describe()[0].file.as_str(), map.describe()[0].line), ("mine.toml", 2));
}

#[test]
fn contexts_are_asked_from_within() {
    let map = with("");
    let check = |contexts: &[&str], keys: &str, want: &str| {
        assert_eq!(does(&map, contexts, keys), want, "{contexts:?} {keys}");
    };
    let hunk = &["hunk", "editor", "global"];
    check(hunk, "alt-a", "hunk.accept");
    check(hunk, "tab", "edit.indent");
    check(hunk, "left", "cursor.left");
    check(hunk, "ctrl-q", "app.quit");
    check(hunk, "a", "-");
    check(hunk, "ctrl-e", "…");
    check(hunk, "ctrl-e a", "hunk.accept");
    check(hunk, "ctrl-e j", "edit.line-join");
    check(hunk, "ctrl-e d n", "decision.new");
    check(hunk, "ctrl-e d esc", "-");
    check(&["editor", "global"], "ctrl-e a", "-");
    check(&["editor", "global"], "ctrl-s", "file.save");
    check(&["form", "global"], "ctrl-s", "form.submit");
    check(&["chat", "global"], "enter", "chat.send");
    check(&["chat", "global"], "ctrl-z", "edit.undo");
    check(&["prompt", "global"], "enter", "form.submit");
    check(&["list", "global"], "esc", "app.cancel");
    check(&["dialog"], "ctrl-q", "-");
    check(&["nowhere"], "ctrl-q", "-");
    check(&[], "ctrl-q", "-");

    for context in CONTEXTS {
        let takes = map.takes_text(&[context.name, "global"]);
        assert_eq!(takes, context.typing == Typing::Text, "{}", context.name);
    }
    assert!(map.takes_text(hunk));
}

#[test]
fn an_inner_key_hides_the_outer_menu_behind_it() {
    let (map, errors) = load(&[(
        "a.toml",
        "[hunk]\n\"f9 a\" = \"file.save\"\n[editor]\n\"f9\" = \"file.open\"\n[global]\n\"f9 b\" = \"file.reload\"",
    )]);
    assert_eq!(errors, []);
    let all = &["hunk", "editor", "global"];
    assert_eq!(does(&map, all, "f9"), "…");
    assert_eq!(does(&map, all, "f9 a"), "file.save");
    assert_eq!(does(&map, all, "f9 b"), "-");
    assert_eq!(does(&map, &["editor", "global"], "f9"), "file.open");
    assert_eq!(does(&map, &["global"], "f9 b"), "file.reload");
}

#[test]
fn modal_keymaps_are_data() {
    let vi = r#"
[normal]
modal = true
fallthrough = "editor"
"x" = "edit.delete"
"g g" = "cursor.top"
"d d" = "edit.line-delete"

[normal.menu]
"g" = "go"

[operator]
modal = true
"d" = "edit.line-delete"
"#;
    let map = with(vi);
    assert_eq!(map.declared(), ["normal", "operator"]);
    let normal = &["normal", "editor", "global"];
    assert_eq!(does(&map, normal, "x"), "edit.delete");
    assert_eq!(does(&map, normal, "g"), "…");
    assert_eq!(does(&map, normal, "g g"), "cursor.top");
    assert_eq!(does(&map, normal, "tab"), "edit.indent", "falls through");
    assert_eq!(does(&map, &["normal"], "left"), "cursor.left", "falls through twice");
    assert_eq!(does(&map, normal, "q"), "-");
    assert!(!map.takes_text(normal), "a letter without a key types nothing");
    assert!(map.takes_text(&["editor", "global"]));
    assert_eq!(does(&map, &["editor", "global"], "x"), "-");
}

#[test]
fn hints_show_what_can_follow() {
    let map = with("[hunk]\n\"ctrl-e d x\" = [\"hunk.reject\", \"hunk.next\"]");
    let show = |contexts: &[&str], pending: &str| -> String {
        let pending = parse_keys(pending).expect("keys");
        let hints = map.hints(contexts, &pending);
        hints
            .iter()
            .map(|hint| {
                format!("{} {}{}\n", hint.key, if hint.menu { "+" } else { "" }, hint.label)
            })
            .collect()
    };
    insta::assert_snapshot!(show(&["hunk", "editor", "global"], "ctrl-e"));
    insta::assert_snapshot!(show(&["hunk", "global"], "ctrl-e d"), @r"
    c decision.check
    f decision.filter
    l app.tab-decisions
    n decision.new
    s decision.sign
    x hunk.reject; hunk.next
    y decision.here
    ");
    assert_eq!(show(&["global"], "ctrl-q"), "");
    let Step::Pending(hints) = map.step(&["global"], &[], "ctrl-e".parse().expect("a key")) else {
        panic!("a menu")
    };
    assert_eq!(hints, map.hints(&["global"], &["ctrl-e".parse().expect("a key")]));
}

#[test]
fn commands_know_their_keys() {
    let map = with("");
    assert_eq!(keys_for(&map, "file.save"), ["global: ctrl-s"]);
    assert_eq!(
        keys_for(&map, "edit.redo"),
        ["text: ctrl-y", "review: ctrl-y", "history: ctrl-y", "text: ctrl-shift-z"]
    );
    assert_eq!(keys_for(&map, "find.previous")[0], "global: alt-q", "what every terminal sends");
    assert_eq!(keys_for(&map, "nothing.here"), [""; 0]);
    assert_eq!(keys_for(&map, "dialog.").len(), 5);

    let here = |contexts: &[&str], command: &str| {
        map.key_here(contexts, command).map(|keys| print_keys(&keys)).unwrap_or_default()
    };
    let editor = &["editor", "global"];
    assert_eq!(here(editor, "hunk.accept"), "ctrl-e h a");
    assert_eq!(here(&["hunk", "editor", "global"], "hunk.accept"), "alt-a");
    assert_eq!(here(&["review", "global"], "hunk.accept"), "a", "as the context puts first");
    assert_eq!(here(editor, "edit.undo"), "ctrl-z", "through [text]");
    assert_eq!(here(editor, "file.save"), "ctrl-s");
    assert_eq!(here(&["form", "global"], "file.save"), "", "hidden by the form's ctrl-s");
    assert_eq!(here(&["decisions", "global"], "decision.new"), "n");

    let map = with("[global]\n\"f9\" = \"file.save\"\n\"f10\" = [\"file.save\", \"app.quit\"]");
    assert_eq!(
        keys_for(&map, "file.save"),
        ["global: f9", "global: ctrl-s", "global: f10"],
        "the user's own first, then those that do a little more"
    );
}

// The default keymap.

#[test]
fn the_default_loads_and_reaches_every_command() {
    let (map, errors) = load(&[("default.toml", DEFAULT)]);
    assert_eq!(errors, []);
    assert_eq!(map.declared(), [""; 0]);
    let bound: BTreeSet<String> = map.describe().into_iter().flat_map(|row| row.lines).collect();
    let missing: Vec<String> =
        commands().into_iter().filter(|name| !bound.contains(name)).collect();
    assert_eq!(missing, PALETTE_ONLY);
    for context in CONTEXTS {
        assert!(map.describe().iter().any(|row| row.context == context.name), "{}", context.name);
    }
}

#[test]
fn the_default_needs_no_kitty_protocol() {
    let map = with("");
    // In the same context: a key of another one is no alternative.
    let mut best: BTreeMap<(String, Vec<String>), Reach> = BTreeMap::new();
    let mut anywhere: BTreeMap<String, Reach> = BTreeMap::new();
    for row in map.describe() {
        let Some(reach) = row.keys.iter().map(|key| key.reach()).max() else { continue };
        for line in &row.lines {
            let one = anywhere.entry(line.clone()).or_insert(reach);
            *one = reach.min(*one);
        }
        let one = best.entry((row.context, row.lines)).or_insert(reach);
        *one = reach.min(*one);
    }
    let kitty_only: Vec<_> = best
        .iter()
        .filter(|((context, lines), reach)| {
            // A context that falls through has the keys of [text].
            let below = best.get(&("text".to_owned(), lines.clone()));
            **reach == Reach::Kitty
                && (context == "text" || below.is_none_or(|one| *one == Reach::Kitty))
        })
        .collect();
    assert!(kitty_only.is_empty(), "{kitty_only:?}");
    let some_terminals: Vec<_> = anywhere
        .iter()
        .filter(|(line, reach)| {
            **reach != Reach::Everywhere && !line.starts_with(NEEDS_MODIFIED_ARROWS)
        })
        .collect();
    assert!(some_terminals.is_empty(), "{some_terminals:?}");
}

/// The stacks in which the program asks.
const STACKS: &[&[&str]] = &[
    &["editor", "global"],
    &["hunk", "editor", "global"],
    &["chat", "global"],
    &["conversation", "global"],
    &["decisions", "global"],
    &["form", "global"],
    &["prompt", "global"],
    &["list", "global"],
    &["dialog", "global"],
    &["sessions", "global"],
];

#[test]
fn the_default_has_no_key_that_hides_a_menu() {
    let map = with("");
    for stack in STACKS {
        let mut chain: Vec<&str> = stack.to_vec();
        chain.insert(1, "text");
        let rows: Vec<_> = map
            .describe()
            .into_iter()
            .filter(|row| chain.contains(&row.context.as_str()))
            .collect();
        for a in &rows {
            for b in rows.iter().filter(|b| b.keys.len() > a.keys.len()) {
                assert!(!b.keys.starts_with(&a.keys), "{a:?} hides {b:?}");
            }
        }
    }
}

/// What a habit does in a terminal that cannot send it: nothing here may lose text for good.
#[test]
fn some_chords_arrive_as_others() {
    let map = with("");
    let mut otherwise = Vec::new();
    for row in map.describe() {
        let arrives: Option<Vec<Key>> = row.keys.iter().map(|key| key.in_legacy()).collect();
        let Some(arrives) = arrives.filter(|arrives| *arrives != row.keys) else { continue };
        let (arrives, keys) = (print_keys(&arrives), print_keys(&row.keys));
        let does = does(&map, &[&row.context, "text", "global"], &arrives);
        if does != row.lines.join("; ") {
            otherwise.push(format!(
                "[{}] {keys} {} → {arrives} {does}",
                row.context,
                row.lines.join("; ")
            ));
        }
    }
    insta::assert_snapshot!(otherwise.join("\n"));
}

#[test]
fn no_row_of_the_default_is_lost() {
    let table: toml::Table = DEFAULT.parse().expect("TOML");
    let written: usize = table
        .values()
        .filter_map(toml::Value::as_table)
        .map(|section| {
            section.keys().filter(|key| !matches!(key.as_str(), "menu" | "fallthrough")).count()
        })
        .sum();
    assert_eq!(with("").describe().len(), written);
}
