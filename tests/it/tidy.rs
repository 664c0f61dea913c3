//! The rules of the source that no compiler checks: layers, confined crates, pure modules, file
//! sizes, headers, forgotten files, words that must not stand, licences of what is built in.
//!
//! Each rule is data at the top of its test; the failure says which line breaks it and what to do.

mod source;

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::process::Command;

use regex::Regex;
use source::Source;

/// The layers, highest first. A module uses rows below its own only.
const ROWS: &[&[&str]] = &[
    &["cli"],
    &["tui"],
    &["runtime"],
    &["app"],
    &["keymap"],
    &["command"],
    &["state"],
    &["assist", "report"],
    &["session", "store", "provider", "models", "sign"],
    &["layout", "syntax"],
    &["event", "text", "prompt"],
    &["base"],
];

/// Uses within a row: the user, and what it may use beside itself.
const BESIDE: &[(&str, &str)] = &[("text", "event"), ("prompt", "event"), ("report", "assist")];

/// Crates that one place of ours wraps, so that they can be replaced there.
const CONFINED: &[(&str, &[&str])] = &[
    ("async_openai", &["src/provider/"]),
    ("candle_core", &["src/provider/local/engine/"]),
    ("clap", &["src/cli/"]),
    ("clap_complete", &["src/cli/"]),
    ("crossterm", &["src/tui/"]),
    ("dbus_secret_service_keyring_store", &["src/cli/keyring.rs"]),
    ("half", &["src/provider/local/engine/"]),
    ("keyring_core", &["src/cli/keyring.rs"]),
    ("llguidance", &["src/provider/local/engine/"]),
    ("loro", &["src/text/"]),
    ("minijinja", &["src/provider/local/engine/"]),
    ("minijinja_contrib", &["src/provider/local/engine/"]),
    ("pulp", &["src/provider/local/engine/"]),
    // `layout` counts widths as the drawing does.
    ("ratatui", &["src/tui/", "src/layout/"]),
    ("rayon", &["src/provider/local/engine/"]),
    ("reqwest", &["src/provider/", "src/models/"]),
    ("rusqlite", &["src/store/sqlite/", "src/store/sqlite.rs"]),
    ("ssh_key", &["src/sign/"]),
    ("syntect", &["src/syntax/"]),
    ("tokenizers", &["src/provider/local/engine/"]),
    ("tower", &["src/provider/"]),
    ("two_face", &["src/syntax/"]),
    ("zip", &["src/models/"]),
];

/// Modules that touch the world. All others are functions of what they are given.
const IMPURE: &[&str] = &["cli", "tui", "runtime", "provider", "store", "models", "sign", "main"];

/// What the pure modules may not name.
const WORLD: &[(&str, &str)] = &[
    (r"\bstd::(fs|env|net|process|thread)\b", "return an Effect and let runtime do it"),
    (r"\b(Instant|SystemTime)::now\b", "take Millis as a parameter"),
    (r"\bgetrandom::", "take Rand as a parameter"),
    (r"\btokio::", "only runtime and the ports wait"),
];

/// What may stand in no source outside tests.
const BANNED: &[(&str, &str)] = &[
    (r"\.unwrap\(\)", "use ?, let else, or a typed error"),
    (r"\.expect\(", "use ?, let else, or a typed error"),
    (r"\bpanic!", "return a typed error"),
    (r"\btodo!", "write it, or leave it out"),
    (r"\bunimplemented!", "write it, or leave it out"),
    (r"\b(dbg|e?print(ln)?)!", "a stray print spoils the screen: write to cli's Out"),
];

/// Exceptions to [`BANNED`]: file and pattern.
const BANNED_EXCEPT: &[(&str, &str)] = &[];

/// The most lines of a source file, tests not counted.
const MOST_LINES: usize = 500;

/// Files that were longer when the rule came. It only ever shrinks.
const LONGER: &[&str] = &[];

/// The most bytes of a file in the repository.
const MOST_BYTES: u64 = 1 << 20;

/// Whose home may stand in documentation and tests.
const EXAMPLE_PEOPLE: &[&str] = &["ada", "me", "user", "you"];

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// Every Rust file under a directory, in order, from the package's root.
fn rust_files(directory: &str) -> Vec<PathBuf> {
    let mut found = Vec::new();
    let mut open = vec![PathBuf::from(directory)];
    while let Some(directory) = open.pop() {
        let Ok(entries) = std::fs::read_dir(root().join(&directory)) else { continue };
        for entry in entries {
            let entry = entry.expect("a directory that can be read");
            let path = directory.join(entry.file_name());
            if root().join(&path).is_dir() {
                open.push(path);
            } else if path.extension().is_some_and(|extension| extension == "rs") {
                found.push(path);
            }
        }
    }
    found.sort();
    found
}

fn sources() -> Vec<Source> {
    rust_files("src").iter().map(|path| Source::read(root(), path)).collect()
}

/// Fails with every breach of a rule, not only the first.
#[track_caller]
fn none(breaches: &[String], rule: &str) {
    assert!(breaches.is_empty(), "{rule}\n\n{}\n", breaches.join("\n"));
}

/// Lines of code that match, as `path:line: text`.
fn lines_matching(source: &Source, pattern: &Regex) -> Vec<String> {
    let found = pattern.find_iter(&source.plain);
    found.map(|found| place(source, found.start())).collect()
}

fn place(source: &Source, offset: usize) -> String {
    let line = source.line(offset);
    let text = source.text.lines().nth(line - 1).unwrap_or_default().trim();
    format!("{}:{line}: {text}", source.path)
}

fn pattern(text: &str) -> Regex {
    Regex::new(text).expect("a pattern")
}

#[test]
fn a_module_uses_the_rows_below_it() {
    let row = |name: &str| ROWS.iter().position(|row| row.contains(&name));
    let mut breaches = Vec::new();
    for source in sources() {
        let user = source.module();
        if matches!(user, "lib" | "main") {
            continue;
        }
        let Some(mine) = row(user) else {
            breaches.push(format!("{}: no row of ROWS holds the module {user}", source.path));
            continue;
        };
        for (offset, used) in source.root_modules() {
            let allowed = match row(&used) {
                _ if used == user => true,
                Some(theirs) => theirs > mine || BESIDE.contains(&(user, &used)),
                None => false,
            };
            if !allowed {
                let place = place(&source, offset);
                breaches.push(format!("{place}\n    {user} may not use {used}"));
            }
        }
    }
    none(
        &breaches,
        "A module uses the rows below it, not beside or above (ROWS in tests/it/tidy.rs).",
    );
}

#[test]
fn main_is_a_few_lines_over_cli() {
    let main = Source::read(root(), Path::new("src/main.rs"));
    assert!(main.plain_lines() <= 40, "src/main.rs is a few lines; the rest belongs in cli");
    for found in pattern(r"\bcowrite::(\w+)").captures_iter(&main.plain) {
        assert_eq!(&found[1], "cli", "src/main.rs uses cli only");
    }
}

#[test]
fn crates_stay_where_they_are_wrapped() {
    let mut breaches = Vec::new();
    for source in sources() {
        for (name, places) in CONFINED {
            if !places.iter().any(|place| source.path.starts_with(place)) {
                let uses = pattern(&format!(r"(?m)(?:^|[^:\w])(?:::)?{name}(?:::|;)"));
                let found = lines_matching(&source, &uses).into_iter();
                breaches.extend(
                    found.map(|line| {
                        format!("{line}\n    {name} belongs in {}", places.join(" or "))
                    }),
                );
            }
        }
    }
    none(&breaches, "A wrapped crate is used where it is wrapped (CONFINED in tests/it/tidy.rs).");
}

#[test]
fn pure_modules_touch_nothing() {
    let mut breaches = Vec::new();
    for source in sources() {
        if !IMPURE.contains(&source.module()) {
            for (what, instead) in WORLD {
                let found = lines_matching(&source, &pattern(what)).into_iter();
                breaches.extend(found.map(|line| format!("{line}\n    {instead}")));
            }
        }
    }
    none(&breaches, "Only runtime, tui, cli and the ports do input and output or read a clock.");
}

#[test]
fn nothing_panics_or_prints() {
    let mut breaches = Vec::new();
    for source in sources() {
        for (what, instead) in BANNED {
            if !BANNED_EXCEPT.contains(&(source.path.as_str(), what)) {
                let found = lines_matching(&source, &pattern(what)).into_iter();
                breaches.extend(found.map(|line| format!("{line}\n    {instead}")));
            }
        }
    }
    none(&breaches, "Errors are values and output has one way out.");
}

#[test]
fn tests_neither_sleep_nor_hide() {
    let (ignored, sleeps) = (pattern(r"#\[ignore"), pattern(r"\bsleep\("));
    let mut breaches = Vec::new();
    for path in rust_files("src").into_iter().chain(rust_files("tests")) {
        let source = Source::read(root(), &path);
        let hidden = ignored.find_iter(&source.code).map(|found| found.start());
        breaches
            .extend(hidden.map(|offset| format!("{}: it runs nowhere", place(&source, offset))));
        if source.path.starts_with("tests/") {
            let slept = sleeps.find_iter(&source.code).map(|found| found.start());
            let told = "wait for what is awaited, or pause the clock";
            breaches.extend(slept.map(|offset| format!("{}\n    {told}", place(&source, offset))));
        }
    }
    none(&breaches, "A test runs, and does not wait for time to pass.");
}

#[test]
fn nothing_is_promised() {
    let words = pattern(r"(?i)\bnot (?:yet )?implemented\b|\bcoming soon\b|\bnot supported yet\b");
    let mut breaches = Vec::new();
    for source in sources() {
        let found = words.find_iter(&source.text).map(|found| found.start());
        breaches.extend(found.map(|offset| place(&source, offset)));
    }
    none(&breaches, "What is not there is left out, not promised.");
}

#[test]
fn files_open_with_what_they_own() {
    let mut breaches = Vec::new();
    for path in ["src", "tests", "benches"].iter().flat_map(|directory| rust_files(directory)) {
        let source = Source::read(root(), &path);
        if !source.text.starts_with("//! ") {
            breaches.push(format!("{}:1: {:?}", source.path, source.text.lines().next()));
        }
    }
    none(&breaches, "Every file opens with //!: what it owns and what it must not know.");
}

#[test]
fn files_are_short() {
    let mut breaches = Vec::new();
    for source in sources() {
        let (lines, listed) = (source.plain_lines(), LONGER.contains(&source.path.as_str()));
        if lines > MOST_LINES && !listed {
            breaches.push(format!("{}: {lines} lines without tests: split it", source.path));
        }
        if lines <= MOST_LINES && listed {
            breaches.push(format!("{}: short enough now: take it off LONGER", source.path));
        }
    }
    let here: BTreeSet<String> = sources().into_iter().map(|source| source.path).collect();
    let gone = LONGER.iter().filter(|path| !here.contains(**path));
    breaches.extend(gone.map(|path| format!("{path}: gone: take it off LONGER")));
    none(&breaches, &format!("A source file has at most {MOST_LINES} lines without its tests."));
}

/// The first file of each target of Cargo.toml.
fn targets() -> Vec<PathBuf> {
    let text = std::fs::read_to_string(root().join("Cargo.toml")).expect("Cargo.toml");
    let manifest: toml::Table = toml::from_str(&text).expect("TOML");
    let mut found = vec![PathBuf::from("src/lib.rs")];
    for (kind, directory) in [("bin", "src/bin"), ("test", "tests"), ("bench", "benches")] {
        let listed = manifest.get(kind).and_then(toml::Value::as_array);
        for target in listed.into_iter().flatten() {
            let name = target["name"].as_str().expect("a name");
            let path = target.get("path").and_then(toml::Value::as_str);
            found.push(path.map_or_else(|| format!("{directory}/{name}.rs").into(), PathBuf::from));
        }
    }
    found
}

#[test]
fn no_file_is_forgotten() {
    let mut open: Vec<(PathBuf, bool)> = targets().into_iter().map(|path| (path, true)).collect();
    let mut reached = BTreeSet::new();
    while let Some((path, root_like)) = open.pop() {
        if reached.insert(path.clone()) {
            for (places, root_like) in Source::read(root(), &path).modules(root_like) {
                let found = places.into_iter().find(|place| root().join(place).exists());
                open.extend(found.map(|place| {
                    let root_like = root_like || place.ends_with("mod.rs");
                    (place, root_like)
                }));
            }
        }
    }
    let breaches: Vec<String> = ["src", "tests", "benches"]
        .iter()
        .flat_map(|directory| rust_files(directory))
        .filter(|path| !reached.contains(path))
        .map(|path| format!("{}: no `mod` names it: it is not compiled", path.display()))
        .collect();
    none(&breaches, "Every Rust file is part of a target of Cargo.toml.");
}

/// Files that git tracks, from the package's root.
fn tracked() -> Vec<PathBuf> {
    let output = Command::new("git")
        .args(["ls-files", "-z"])
        .current_dir(root())
        .output()
        .expect("git lists the repository's files");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let text = String::from_utf8(output.stdout).expect("paths in UTF-8");
    let paths = text.split('\0').filter(|path| !path.is_empty()).map(PathBuf::from);
    paths.filter(|path| root().join(path).is_file()).collect()
}

#[test]
fn no_file_is_big() {
    let mut breaches = Vec::new();
    for path in tracked() {
        let bytes = std::fs::metadata(root().join(&path)).map_or(0, |data| data.len());
        if bytes > MOST_BYTES {
            breaches.push(format!("{}: {bytes} bytes", path.display()));
        }
    }
    none(&breaches, &format!("A file in the repository has at most {MOST_BYTES} bytes."));
}

#[test]
fn no_word_is_left_behind() {
    // Put together here, so that this file does not break its own rule.
    let words = pattern(&format!(r"\b({}|{})\b", ["TO", "DO"].concat(), ["FIX", "ME"].concat()));
    let machine = "work|root|build|buildkite|(?:home|Users)/(\\w+)";
    let machines = pattern(&format!("(?:^|[\\s\"'`(=:,\\[]){}(?:{machine})/", "/"));
    let names_machine = |line: &str| {
        machines
            .captures_iter(line)
            .any(|found| !found.get(1).is_some_and(|name| EXAMPLE_PEOPLE.contains(&name.as_str())))
    };
    let this = root().to_str().expect("a path in UTF-8");
    // A clone right under the root may be called as a folder of ours is.
    let telling = root().components().count() > 2;
    let mut breaches = Vec::new();
    for path in tracked() {
        let Ok(text) = std::fs::read_to_string(root().join(&path)) else { continue };
        for (number, line) in text.lines().enumerate() {
            let what = if words.is_match(line) {
                "a word that puts work off: do it, or open an issue"
            } else if names_machine(line) || (telling && line.contains(this)) {
                "a path of one machine"
            } else {
                continue;
            };
            let shown: String = line.trim().chars().take(100).collect();
            breaches.push(format!("{}:{}: {shown}\n    {what}", path.display(), number + 1));
        }
    }
    none(&breaches, "The repository names no machine and puts nothing off.");
}

/// `deny.toml`'s list: the licences that may be built in.
fn allowed_licences() -> BTreeSet<String> {
    let text = std::fs::read_to_string(root().join("deny.toml")).expect("deny.toml");
    let table: toml::Table = toml::from_str(&text).expect("TOML");
    let list = table["licenses"]["allow"].as_array().expect("a list").iter();
    list.map(|name| name.as_str().expect("a name").to_owned()).collect()
}

/// Whether an SPDX expression can be met with the allowed licences. `/` is the old way to say OR.
fn licence_met(expression: &str, allowed: &BTreeSet<String>) -> bool {
    let spaced = expression.replace('/', " OR ").replace('(', " ( ").replace(')', " ) ");
    let tokens: Vec<&str> = spaced.split_whitespace().collect();
    let mut at = 0;
    either(&tokens, &mut at, allowed) && at == tokens.len()
}

fn either(tokens: &[&str], at: &mut usize, allowed: &BTreeSet<String>) -> bool {
    let mut met = both(tokens, at, allowed);
    while tokens.get(*at) == Some(&"OR") {
        *at += 1;
        met |= both(tokens, at, allowed);
    }
    met
}

fn both(tokens: &[&str], at: &mut usize, allowed: &BTreeSet<String>) -> bool {
    let mut met = one(tokens, at, allowed);
    while tokens.get(*at) == Some(&"AND") {
        *at += 1;
        met &= one(tokens, at, allowed);
    }
    met
}

fn one(tokens: &[&str], at: &mut usize, allowed: &BTreeSet<String>) -> bool {
    let Some(&name) = tokens.get(*at) else { return false };
    *at += 1;
    if name == "(" {
        let met = either(tokens, at, allowed);
        *at += 1;
        return met;
    }
    if tokens.get(*at) == Some(&"WITH") {
        // An exception gives more rights, never fewer.
        *at += 2;
    }
    allowed.contains(name.trim_end_matches('+'))
}

#[test]
fn licence_expressions_are_understood() {
    let allowed: BTreeSet<String> = ["MIT", "ISC", "MPL-2.0"].map(str::to_owned).into();
    let check = |expression: &str, met: bool| {
        assert_eq!(licence_met(expression, &allowed), met, "{expression}");
    };
    check("MIT", true);
    check("GPL-3.0", false);
    check("GPL-3.0 OR MIT", true);
    check("GPL-3.0/MIT", true);
    check("MIT AND GPL-3.0", false);
    check("ISC AND (GPL-3.0 OR MIT)", true);
    check("GPL-2.0 AND MIT OR ISC", true);
    check("MPL-2.0+", true);
    check("MIT WITH LLVM-exception", true);
    check("", false);
}

#[test]
fn licences_of_what_is_built_in_are_allowed() {
    let cargo = std::env::var("CARGO").unwrap_or_else(|_| "cargo".to_owned());
    let version = Command::new("rustc").arg("-vV").output().expect("rustc").stdout;
    let version = String::from_utf8(version).expect("text");
    let host = version.lines().find_map(|line| line.strip_prefix("host: ")).expect("the host");
    let output = Command::new(cargo)
        .args([
            "metadata",
            "--format-version=1",
            "--offline",
            "--locked",
            "--filter-platform",
            host,
        ])
        .current_dir(root())
        .output()
        .expect("cargo metadata");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let metadata: serde_json::Value = serde_json::from_slice(&output.stdout).expect("JSON");
    let allowed = allowed_licences();
    let mut breaches = BTreeMap::new();
    let packages = metadata["packages"].as_array().expect("packages");
    for package in packages {
        let licence = package["license"].as_str().unwrap_or_default();
        if !licence_met(licence, &allowed) {
            let name = package["name"].as_str().unwrap_or_default();
            breaches.insert(name, format!("{name}: {licence:?}"));
        }
    }
    assert!(packages.len() > 50, "only {} packages: is the list whole?", packages.len());
    let breaches: Vec<String> = breaches.into_values().collect();
    none(&breaches, "Each dependency's licence is one that deny.toml allows.");
}
