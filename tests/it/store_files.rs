//! Files: what is refused with which words, backups, session files.

use crate::store::{Maker, events, open, person, temp};
use cowrite::base::{Millis, Rand};
use cowrite::event::{BadLine, Body, Envelope, Event};
use cowrite::store::jsonl::{self, Trouble};
use cowrite::store::{Options, SqliteStore, StoreError, Write};
use std::fs;
use std::path::Path;

fn refused(dir: &Path) -> StoreError {
    match SqliteStore::open(dir, Options::default()) {
        Ok(_) => panic!("{} opens", dir.display()),
        Err(error) => {
            assert!(!error.to_string().is_empty() && !error.advice().is_empty());
            error
        }
    }
}

/// A closed library with a few pages of content.
fn library(dir: &Path) -> Maker {
    let mut store = open(dir);
    let mut maker = Maker::new(1);
    let mut made = vec![maker.created.clone()];
    made.extend((0..100).map(|n| maker.message(&format!("message {n}"))));
    store.write(&[events(made)]).expect("writes");
    maker
}

#[test]
fn a_newer_schema_is_left_alone() {
    let dir = temp();
    library(dir.path());
    let path = dir.path().join("library.db");
    let raw = rusqlite::Connection::open(&path).expect("opens");
    raw.pragma_update(None, "user_version", 99).expect("edits");
    drop(raw);
    let before = fs::read(&path).expect("reads");
    let error = refused(dir.path());
    assert!(matches!(error, StoreError::Newer { found: 99, .. }), "{error}");
    assert!(error.to_string().contains("99"));
    assert_eq!(fs::read(&path).expect("reads"), before);
}

#[test]
fn damaged_and_foreign_files_are_refused_and_not_touched() {
    let check = |spoil: &dyn Fn(&Path), want: fn(&StoreError) -> bool| {
        let dir = temp();
        library(dir.path());
        let path = dir.path().join("library.db");
        spoil(&path);
        let before = fs::read(&path).expect("reads");
        let error = refused(dir.path());
        assert!(want(&error), "{error:?}");
        assert_eq!(fs::read(&path).expect("reads"), before);
    };
    let corrupt = |error: &StoreError| matches!(error, StoreError::Corrupt(_));
    check(&|path| fs::write(path, "no database at all\n".repeat(999)).expect("writes"), corrupt);
    check(
        &|path| {
            let bytes = fs::read(path).expect("reads");
            fs::write(path, &bytes[..bytes.len() / 2]).expect("writes");
        },
        corrupt,
    );
    check(&|path| fs::write(path, "").expect("writes"), corrupt);
    check(
        &|path| {
            fs::remove_file(path).expect("removes");
            let raw = rusqlite::Connection::open(path).expect("opens");
            raw.execute_batch("CREATE TABLE other(x)").expect("writes");
        },
        |error| matches!(error, StoreError::NotALibrary(_)),
    );
}

#[test]
fn a_path_that_is_no_directory_is_refused() {
    let dir = temp();
    let file = dir.path().join("file");
    fs::write(&file, "x").expect("writes");
    for path in [file.clone(), file.join("below")] {
        let error = refused(&path);
        assert!(matches!(error, StoreError::NotADirectory(_)), "{error:?}");
    }
    let error = SqliteStore::open(dir.path(), Options { read_only: true, ..Options::default() });
    assert!(matches!(error, Err(StoreError::Missing(_))));
}

#[cfg(unix)]
#[test]
fn a_directory_that_cannot_be_written_is_told() {
    use std::os::unix::fs::PermissionsExt as _;
    let dir = temp();
    let maker = library(dir.path());
    let writable = |mode| {
        for path in [dir.path().to_path_buf(), dir.path().join("locks")] {
            fs::set_permissions(path, fs::Permissions::from_mode(mode)).expect("changes");
        }
    };
    writable(0o500);
    // The superuser may write anywhere; then only the reading half says something.
    if fs::write(dir.path().join("probe"), "").is_err() {
        let error = refused(dir.path());
        assert!(matches!(error, StoreError::Permission(_) | StoreError::ReadOnly), "{error:?}");
        assert!(error.is_passing());
    }
    let options = Options { read_only: true, ..Options::default() };
    let mut store = SqliteStore::open(dir.path(), options).expect("opens for reading");
    assert_eq!(store.events(maker.session, 0).expect("reads").events.len(), 101);
    assert_eq!(store.write(&[]).expect_err("refuses"), StoreError::ReadOnly);
    assert!(store.leftovers().is_err() && store.scrub().is_err());
    drop(store);
    writable(0o700);
    open(dir.path());
}

#[cfg(unix)]
#[test]
fn the_library_is_its_owners_alone() {
    use std::os::unix::fs::PermissionsExt as _;
    let dir = temp();
    let home = dir.path().join("new/home");
    let store = open(&home);
    let mode = |path: &Path| fs::metadata(path).expect("is there").permissions().mode() & 0o777;
    assert_eq!(mode(&home), 0o700);
    for name in ["library.db", "library.db-wal", "library.db-shm"] {
        assert_eq!(mode(&home.join(name)), 0o600, "{name}");
    }
    let copy = dir.path().join("copy.db");
    store.backup(&copy).expect("copies");
    assert_eq!(mode(&copy), 0o600);
}

#[test]
fn a_backup_is_restored_whole_and_never_over_a_live_library() {
    let (dir, other) = (temp(), temp());
    let maker = library(dir.path());
    let copy = other.path().join("copy.db");
    let mut store = open(dir.path());
    store.backup(&copy).expect("copies");
    assert!(matches!(store.backup(&copy), Err(StoreError::Exists(_))));
    let error = SqliteStore::restore(&copy, dir.path()).expect_err("refuses");
    assert!(matches!(error, StoreError::InUse(_)), "{error:?}");
    let later = Maker::new(2);
    store.write(&[events(vec![later.created.clone()])]).expect("writes");
    drop(store);

    let kept = SqliteStore::restore(&copy, dir.path()).expect("restores").expect("is kept");
    assert!(kept.is_file());
    let store = open(dir.path());
    assert!(store.moved());
    assert_eq!(store.events(maker.session, 0).expect("reads").events.len(), 101);
    assert_eq!(store.events(later.session, 0).expect("reads").events.len(), 0);
    assert_eq!(store.verify(None).expect("checks").findings, []);
    drop(store);

    let fresh = other.path().join("fresh");
    assert_eq!(SqliteStore::restore(&copy, &fresh).expect("restores"), None);
    assert!(open(&fresh).moved());
    let garbage = other.path().join("garbage");
    fs::write(&garbage, "no database".repeat(500)).expect("writes");
    let error = SqliteStore::restore(&garbage, &fresh).expect_err("refuses");
    assert!(matches!(error, StoreError::BadBackup { .. }), "{error:?}");
    assert!(!open(&fresh).moved(), "and nothing was touched");
}

fn shared() -> Vec<Envelope> {
    let mut maker = Maker::new(1);
    let mut made = vec![maker.created.clone()];
    made.extend((0..5).map(|n| maker.message(&format!("message {n}"))));
    made
}

fn read_text(text: &[u8]) -> jsonl::SessionFile {
    jsonl::parse(&mut &*text).expect("reads")
}

#[test]
fn a_session_file_holds_the_shared_events_and_grows_by_whole_lines() {
    let dir = temp();
    let path = dir.path().join("plan.cowrite.jsonl");
    let made = shared();
    let mut maker = Maker::new(1);
    let local = maker
        .make(&Event::DocumentBound { doc: crate::store::doc(), path: "/home/ada/plan.md".into() });
    let mut first = made[..3].to_vec();
    first.push(local);
    let added = jsonl::append(&path, &first).expect("creates");
    assert_eq!((added.events, added.known, added.local), (3, 0, 1));
    assert!(jsonl::create(&path, &first).is_err(), "a file is never made over another");
    let before = fs::read(&path).expect("reads");
    let added = jsonl::append(&path, &made).expect("appends");
    assert_eq!((added.events, added.known), (3, 3));
    let after = fs::read(&path).expect("reads");
    assert!(after.starts_with(&before) && after.len() as u64 == before.len() as u64 + added.bytes);
    assert_eq!(jsonl::append(&path, &made).expect("appends").events, 0);
    let file = jsonl::read(&path).expect("reads");
    assert!(file.is_clean());
    assert_eq!(file.sessions.len(), 1);
    assert_eq!(file.sessions[&made[0].id], made);

    // A torn last line gets its end before anything is added.
    fs::write(&path, &after[..after.len() - 40]).expect("tears");
    let added = jsonl::append(&path, &made).expect("appends");
    assert_eq!(added.events, 1);
    let file = jsonl::read(&path).expect("reads");
    assert_eq!((file.events().count(), file.bad_lines), (6, 1));

    // Redacting writes the file anew.
    let mut redacted = made.clone();
    redacted[1].body =
        redacted[1].body.iter().map(|body| Body::Redacted { hash: body.hash() }).collect();
    jsonl::replace(&path, &redacted).expect("replaces");
    assert!(!fs::read_to_string(&path).expect("reads").contains("message 0"));
    assert_eq!(jsonl::read(&path).expect("reads").sessions[&made[0].id], redacted);
}

#[test]
fn bad_lines_are_told_apart_and_hide_nothing_else() {
    let made = shared();
    let other = Maker::new(2);
    let local = Maker::new(1)
        .make(&Event::DocumentBound { doc: crate::store::doc(), path: "/etc/passwd".into() });
    let line = |event: &Envelope| event.to_line();
    let text = [
        "\u{feff}".to_string() + &line(&made[3]),
        "<<<<<<< HEAD".into(),
        line(&made[1]) + "\r",
        "=======".into(),
        line(&made[0]),
        ">>>>>>> theirs".into(),
        String::new(),
        line(&made[1]),
        line(&made[2]).replace("message 1", "message 9"),
        line(&other.created),
        "{\"v\":1}".into(),
        line(&made[4]).replace("\"v\":1", "\"v\":2"),
        line(&local),
        line(&made[5])[..100].to_string(),
    ]
    .join("\n");
    let file = read_text(text.as_bytes());
    let order: Vec<_> = file.sessions[&made[0].id].iter().map(|event| event.id).collect();
    assert_eq!(order, [made[3].id, made[1].id, made[0].id]);
    assert_eq!(file.sessions[&other.session].len(), 1);
    assert_eq!((file.duplicates, file.carriage_returns, file.conflict_markers), (1, 1, 3));
    assert!(!file.ends_whole && !file.is_clean());
    let bad: Vec<_> = file.bad.iter().map(|bad| (bad.line, bad.why.clone())).collect();
    let marker = || Trouble::Bad(BadLine::ConflictMarker);
    assert_eq!(bad[..3], [(2, marker()), (4, marker()), (6, marker())]);
    assert_eq!(bad[3], (9, Trouble::Bad(BadLine::Altered)));
    assert!(matches!(bad[4], (11, Trouble::Bad(BadLine::Shape(_)))));
    assert_eq!(bad[5], (12, Trouble::Bad(BadLine::Newer(2))));
    assert_eq!(bad[6], (13, Trouble::Local));
    assert_eq!(bad[7], (14, Trouble::Torn));
    assert_eq!((bad.len(), file.bad_lines), (8, 8));

    for nothing in ["", "\n", "\r\n\n"] {
        assert_eq!(read_text(nothing.as_bytes()).events().count(), 0);
    }
    let file = read_text(b"\xff\xfe\n{}\n");
    assert_eq!(file.bad_lines, 2);
}

/// Any mixture of damaged lines leaves every whole line readable, whatever their order.
#[test]
fn shuffled_and_spoiled_files_load_the_same_events() {
    let mut random = Rand::from_number(9);
    let mut made = shared();
    let mut maker = Maker::new(3);
    made.push(maker.created.clone());
    made.extend((0..20).map(|n| maker.message(&format!("other {n}\nline"))));
    let mut want: Vec<_> = made.iter().map(|event| event.id).collect();
    want.sort_unstable();
    for _ in 0..50 {
        let mut lines: Vec<Vec<u8>> =
            made.iter().map(|event| event.to_line().into_bytes()).collect();
        for _ in 0..random.below(10) {
            let mut spoiled = lines[random.below(made.len())].clone();
            let at = random.below(spoiled.len());
            match random.below(3) {
                0 => spoiled.truncate(at),
                1 => spoiled[at] ^= 1 << random.below(7),
                _ => spoiled = vec![b'{'; at],
            }
            spoiled.retain(|byte| *byte != b'\n');
            lines.push(spoiled);
        }
        for index in (1..lines.len()).rev() {
            lines.swap(index, random.below(index + 1));
        }
        let mut text = lines.join(&b"\n"[..]);
        text.push(b'\n');
        let file = read_text(&text);
        let mut got: Vec<_> = file.events().map(|event| event.id).collect();
        got.sort_unstable();
        assert_eq!(got, want);
    }
}

#[test]
fn of_a_redacted_and_a_whole_form_the_whole_one_is_kept_in_either_order() {
    let made = shared();
    let mut redacted = made[1].clone();
    redacted.body = redacted.body.iter().map(|body| Body::Redacted { hash: body.hash() }).collect();
    for pair in [[&made[1], &redacted], [&redacted, &made[1]]] {
        let text = format!("{}\n{}\n", pair[0].to_line(), pair[1].to_line());
        let file = read_text(text.as_bytes());
        assert_eq!(file.events().collect::<Vec<_>>(), [&made[1]]);
        assert_eq!(file.duplicates, 1);
    }
}

#[test]
fn a_line_beyond_bounds_is_skipped_without_being_kept() {
    let made = shared();
    let mut text = made[0].to_line().into_bytes();
    text.push(b'\n');
    text.extend(std::iter::repeat_n(b'x', (64 << 20) + 10));
    text.push(b'\n');
    text.extend(made[1].to_line().into_bytes());
    text.push(b'\n');
    let file = read_text(&text);
    assert_eq!(file.events().count(), 2);
    assert_eq!(file.bad[0].why, Trouble::Bad(BadLine::TooLong));
    assert!(file.ends_whole);
}

#[test]
fn an_imported_file_is_the_library_again() {
    let (dir, other) = (temp(), temp());
    let path = dir.path().join("plan.cowrite.jsonl");
    let made = shared();
    jsonl::create(&path, &made).expect("creates");
    let mut store = open(other.path());
    let file = jsonl::read(&path).expect("reads");
    for events in file.sessions.into_values() {
        store.write(&[Write::Import { events }]).expect("imports");
    }
    let loaded = store.events(made[0].id, 0).expect("reads");
    let got: Vec<Envelope> = loaded.events.into_iter().map(|stored| stored.envelope).collect();
    assert_eq!(got, made);
    // A kind from the future comes in, is counted, and goes out byte for byte.
    let mut future = Event::AuthorSameAs { author: person(), same: person() }.seal(
        Some(made[0].id),
        cowrite::base::WriterId(77),
        0,
        1,
        vec![],
        Millis(9),
        &mut Rand::from_number(4),
    );
    future.kind = "future.kind".into();
    future.extra.insert("new".into(), "field".into());
    future.id = future.compute_id();
    store.write(&[Write::Import { events: vec![future.clone()] }]).expect("imports");
    let stored = store.event(future.id).expect("reads").expect("is there");
    assert_eq!(stored.envelope.to_line(), future.to_line());
}
