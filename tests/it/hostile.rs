//! Session files from strangers are data. Whatever stands in one: nothing panics, nothing hangs, what
//! is sound of it loads, and the order of its lines makes no difference.
//!
//! `COWRITE_TEST_FUZZ=600` goes on with new seeds for ten minutes.

use crate::harness::{cases, digest, similar_asserts};
use crate::log::{shuffled, two_people};
use cowrite::base::{EventId, Millis, Rand, WriterId};
use cowrite::event::Envelope;
use cowrite::report;
use cowrite::session::Session;
use cowrite::store::{Options, SqliteStore, Write, jsonl};
use serde_json::{Value, json};
use std::collections::BTreeSet;
use std::time::{Duration, Instant};

/// The numbers that go wrong.
const NUMBERS: [u64; 10] =
    [0, 1, 2, 63, 1 << 31, (1 << 32) - 1, 1 << 40, (1 << 53) - 1, 1 << 53, u64::MAX];

/// Changes one thing somewhere in a value: a number, a text, a reference, a list.
fn twist(value: &mut Value, rand: &mut Rand, ids: &[String]) {
    match value {
        Value::Object(fields) if !fields.is_empty() => {
            let key = fields.keys().nth(rand.below(fields.len())).unwrap().clone();
            match rand.below(8) {
                0 => {
                    fields.remove(&key);
                }
                1 => {
                    fields.insert("odd".into(), json!([1, {"deep": "er"}]));
                }
                _ => twist(fields.get_mut(&key).unwrap(), rand, ids),
            }
        }
        Value::Array(items) if !items.is_empty() => {
            let at = rand.below(items.len());
            match rand.below(6) {
                0 => {
                    items.remove(at);
                }
                1 => items.push(items[at].clone()),
                2 => items.swap(0, at),
                _ => twist(&mut items[at], rand, ids),
            }
        }
        Value::Number(_) => {
            let number = NUMBERS[rand.below(NUMBERS.len())];
            *value = match rand.below(4) {
                0 => json!(-(number.min(1 << 53) as i64)),
                _ => json!(number),
            };
        }
        Value::String(text) if rand.below(3) > 0 && text.len() > 8 => {
            // A reference to something else that is there, or to nothing.
            *value = json!(match rand.below(4) {
                0 => "../../../../etc/passwd".to_owned(),
                1 => text.chars().rev().collect(),
                _ => ids[rand.below(ids.len())].clone(),
            });
        }
        other => {
            *other = match rand.below(5) {
                0 => json!(""),
                1 => Value::Null,
                2 => json!(true),
                3 => json!("\u{1b}[2J"),
                _ => json!({"$": [0, 9]}),
            };
        }
    }
}

/// Makes an event into another one, whose id is right: a stranger can compute it, too.
fn forged(event: &Envelope, all: &[Envelope], rand: &mut Rand, ids: &[String]) -> Envelope {
    let mut event = event.clone();
    let other = &all[rand.below(all.len())];
    match rand.below(12) {
        0 => event.writer = other.writer,
        1 => event.n = NUMBERS[rand.below(8)],
        2 => event.lamport = NUMBERS[rand.below(8)],
        3 => event.kind = other.kind.clone(),
        4 => event.parents = vec![other.id, EventId([7; 32])],
        5 => event.session = Some(other.id),
        6 => event.at = Millis(NUMBERS[rand.below(8)]),
        7 => event.body.truncate(rand.below(event.body.len() + 1)),
        8 => event.writer = WriterId(rand.next_u64() >> 1),
        _ => twist(&mut event.data, rand, ids),
    }
    event.id = event.compute_id();
    event
}

/// A line that is no event at all.
fn garbage(line: &str, rand: &mut Rand) -> Vec<u8> {
    let mut bytes = line.as_bytes().to_vec();
    match rand.below(7) {
        0 => bytes.truncate(rand.below(bytes.len())),
        1 => {
            let at = rand.below(bytes.len());
            bytes[at] ^= 1 << rand.below(8);
        }
        2 => bytes = b"[".repeat(20_000),
        3 => bytes = "{\"a\":".repeat(20_000).into_bytes(),
        4 => bytes = vec![0; 4_000],
        5 => bytes = b"<<<<<<< ours".to_vec(),
        _ => bytes = [&bytes[..bytes.len() / 2], b"\n", &bytes[bytes.len() / 2..]].concat(),
    }
    bytes.retain(|byte| *byte != b'\n');
    bytes
}

/// How many lines make no sense is told when they come: of two that exclude each other, one or both.
fn without_counts(digest: &str) -> String {
    digest.lines().filter(|line| !line.starts_with("oddities")).collect::<Vec<_>>().join("\n")
}

fn hostile(seed: u64) {
    let mut rand = Rand::from_number(seed);
    // What people really did, now and then another one.
    let (ada, _) = two_people(seed / 8);
    let sound: Vec<Envelope> =
        ada.kept.events.iter().filter(|event| !event.is_local()).cloned().collect();
    let id = sound[0].session_id();
    let mut ids: Vec<String> = sound.iter().map(|event| event.id.to_string()).collect();
    ids.extend(sound.iter().map(|event| event.writer.to_string()));
    ids.extend(
        ["d_01KH1WNWW0BTPV17JRX6J8F2J8", "m_01JMODEL", "outside", "0@1", "-1"].map(String::from),
    );
    let mut lines: Vec<Vec<u8>> = sound.iter().map(|event| event.to_line().into_bytes()).collect();
    for _ in 0..1 + rand.below(12) {
        let event = &sound[rand.below(sound.len())];
        let line = match rand.below(4) {
            0 => garbage(&event.to_line(), &mut rand),
            _ => forged(event, &sound, &mut rand, &ids).to_line().into_bytes(),
        };
        // Some take the place of the true ones.
        match rand.below(3) {
            0 => {
                let at = rand.below(lines.len());
                lines[at] = line;
            }
            _ => lines.insert(rand.below(lines.len() + 1), line),
        }
    }
    let file = jsonl::parse(&mut lines.join(&b'\n').as_slice()).expect("reading never fails");
    let all: Vec<Envelope> = file.events().cloned().collect();

    let fold = |events: &[Envelope]| {
        let mut session = Session::fold(id, events);
        session.track_hunks();
        session
    };
    let session = fold(&all);
    let digest = |session: &Session| without_counts(&digest(session, true));
    let wanted = digest(&session);
    for _ in 0..2 {
        let again = fold(&shuffled(&all, &mut rand));
        similar_asserts(
            &format!("seed {seed}\n{wanted}"),
            &format!("seed {seed}\n{}", digest(&again)),
        );
    }
    // One after the other, as a program that is open takes them in.
    let mut live = Session::new(id);
    for event in shuffled(&all, &mut rand) {
        live.apply(&event);
    }
    live.track_hunks();
    if !live.outdated {
        similar_asserts(
            &format!("seed {seed}, live\n{wanted}"),
            &format!("seed {seed}, live\n{}", digest(&live)),
        );
    }

    // Everything that is made of it.
    let _ = report::preview(&session);
    let page = report::markdown(&session);
    assert!(!page.is_empty());
    let _ = report::json(&session);
    let _ = report::handoff(&session, &all.iter().map(|event| event.id).collect(), true, Millis(0));
    for doc in session.documents.keys() {
        if let Some(traced) = report::trace_now(&session, doc) {
            let _ = report::blame_lines(&traced, 1, 10_000);
        }
    }
    let _ = report::check(&session, &report::Bounds::on("2026-01-01".into()));
    let _ = report::plan(&session, &all, &Default::default(), &Default::default());
    let _ = cowrite::state::all_rows(&session);

    // And the library keeps it.
    let dir = tempfile::tempdir().expect("a folder");
    // Read in groups, as a large file is, it holds the same.
    let path = dir.path().join("hostile.cowrite.jsonl");
    std::fs::write(&path, lines.join(&b'\n')).expect("writes");
    let mut given = BTreeSet::new();
    let read = jsonl::stream(&path, &mut |events, _| {
        given.extend(events.iter().map(|event| event.id));
        true
    });
    let read = read.expect("reading never fails");
    assert_eq!(given, all.iter().map(|event| event.id).collect(), "seed {seed}");
    let counts = |file: &jsonl::SessionFile| (file.bad_lines, file.duplicates, file.ends_whole);
    assert_eq!(counts(&read), counts(&file), "seed {seed}");
    let mut store = SqliteStore::open(dir.path(), Options::default()).expect("a library");
    for events in file.sessions.values() {
        let write = Write::Import { events: events.clone() };
        store.write(&[write]).unwrap_or_else(|why| panic!("seed {seed}: {why}"));
    }
    let kept = store.events(id, 0).expect("reads").events;
    let kept: Vec<Envelope> = kept.into_iter().map(|stored| stored.envelope).collect();
    similar_asserts(
        &format!("seed {seed}, kept\n{wanted}"),
        &format!("seed {seed}, kept\n{}", digest(&fold(&kept))),
    );
    let _ = store.verify(None).expect("verifies");
}

#[test]
fn whatever_stands_in_a_file_what_is_sound_loads() {
    cases(48).for_each(hostile);
    let Some(seconds) = std::env::var("COWRITE_TEST_FUZZ").ok().and_then(|it| it.parse().ok())
    else {
        return;
    };
    let (until, first) = (Instant::now() + Duration::from_secs(seconds), 1_000_000);
    let mut seed = first;
    while Instant::now() < until {
        hostile(seed);
        seed += 1;
    }
    println!("{} seeds in {seconds} s", seed - first);
}
