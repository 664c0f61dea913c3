//! Session files from strangers are data. Whatever stands in one: nothing panics, nothing hangs, what
//! is sound of it loads, and the order of its lines makes no difference.
//!
//! `COWRITE_TEST_FUZZ=600` goes on with new seeds for ten minutes.

use crate::harness::{cases, digest, fuzz, similar_asserts};
use crate::log::{shuffled, two_people};
use crate::store::Maker;
use cowrite::base::{EventId, Millis, Rand, WriterId};
use cowrite::event::{Envelope, Event, Gone, Kept, Redacted, Redaction, Text, shape_of};
use cowrite::report;
use cowrite::session::Session;
use cowrite::store::{Options, SqliteStore, Write, jsonl};
use serde_json::{Value, json};
use std::collections::BTreeSet;

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

/// Shapes: of another text, too large, none.
const SHAPES: [&str; 10] =
    ["", "1", "3n", "n", "r2", "4096", "18446744073709551616", "0n0", "x", "-1"];

/// Takes words out of some of `events`, one in so many.
fn without_words(events: &mut [Envelope], rand: &mut Rand, one_in: usize) {
    for event in events {
        if rand.below(one_in) == 0 {
            let bodies = 0..event.body.len() as u32;
            event.redact(&bodies.filter(|_| rand.below(4) > 0).collect());
        }
    }
}

/// Redactions as a stranger makes them: of what is there and what is not, of each other, with shapes
/// that are right, wrong and none, with numbers beyond every body, and long ones. Of some the own
/// words are gone. They name what is behind them as well as what is before them.
fn redactions(of: &[Envelope], rand: &mut Rand) -> Vec<Envelope> {
    let session = of[0].session_id();
    let author = match Event::decode(&of[0]) {
        Ok(Event::SessionCreated { author, .. }) => author.author,
        other => panic!("the first event creates the session: {other:?}"),
    };
    let mut made: Vec<Envelope> = Vec::new();
    let (mut writer, mut n) = (WriterId(0), 0);
    for _ in 0..2 + rand.below(6) {
        let lamport = NUMBERS[rand.below(5)] + rand.below(200) as u64;
        let seal = |event: Event, writer: WriterId, n: u64, rand: &mut Rand| {
            event.seal(Some(session), writer, n, lamport, vec![of[0].id], Millis(7), rand)
        };
        if made.is_empty() || rand.below(3) == 0 {
            (writer, n) = (rand.writer(), 1);
            let started = Event::WriterStarted { author: author.clone(), doc: None };
            made.push(seal(started, writer, 0, rand));
        }
        let mut what = Vec::new();
        for _ in 0..rand.below(6) {
            let all = of.len() + made.len();
            let at = if rand.below(3) == 0 { of.len() } else { 0 };
            let target = of.iter().chain(&made).nth(at + rand.below(all - at)).unwrap();
            let count = target.body.len();
            let mut bodies = Vec::new();
            for body in 0..count {
                let words = target.words(body..body + 1);
                let shape = match rand.below(4) {
                    0 => SHAPES[rand.below(SHAPES.len())].to_owned(),
                    _ => shape_of(&words),
                };
                let mut gone = Gone::whole(body as u32, shape);
                if rand.below(3) == 0 {
                    // In order or not, too long, of other words, without any.
                    let number = |rand: &mut Rand| match rand.below(6) {
                        0 => u32::MAX - rand.below(2) as u32,
                        _ => rand.below(12) as u32,
                    };
                    let mut piece = || Kept {
                        at: number(rand),
                        len: number(rand),
                        text: match rand.below(4) {
                            0 => Text(None),
                            1 => Text::from("a\nb"),
                            _ => words.chars().take(rand.below(9)).collect::<String>().into(),
                        },
                    };
                    gone.kept = Some((0..body % 4).map(|_| piece()).collect());
                    gone.more = body % 3 == 0;
                }
                bodies.push(gone);
            }
            match rand.below(12) {
                0 => bodies.clear(),
                1 => bodies.extend(bodies.clone()),
                2 => bodies.push(Gone::whole(u32::MAX, "5".into())),
                3 => bodies.extend((0..2_000).map(|body| Gone::whole(body, "1".into()))),
                4 => bodies.truncate(1),
                _ => {}
            }
            let event = if rand.below(9) == 0 { EventId(rand.bytes()) } else { target.id };
            what.push(Redacted { event, bodies });
        }
        let named: usize = what.iter().map(|one| one.bodies.len()).sum();
        match rand.below(30) {
            0 if named < 20 => what = what.iter().cycle().take(300 * what.len()).cloned().collect(),
            1 => what.extend((0..2_000).map(|_| {
                let bodies = vec![Gone::whole(0, "9".into())];
                Redacted { event: EventId(rand.bytes()), bodies }
            })),
            _ => {}
        }
        let reason = (rand.below(3) > 0).then(|| "it was private".into());
        made.push(seal(Event::EventRedacted(Redaction { what, reason }), writer, n, rand));
        n += 1;
    }
    without_words(&mut made, rand, 3);
    made
}

/// A redaction that names words that are here takes none away; where they are gone and it says so,
/// the text keeps its length and everything else its words, whatever shapes it tells.
fn forged_redactions_change_nothing(seed: u64) {
    let mut rand = Rand::from_number(seed);
    let (ada, _) = two_people(seed / 8);
    let sound: Vec<Envelope> =
        ada.kept.events.iter().filter(|event| !event.is_local()).cloned().collect();
    let id = sound[0].session_id();
    let wanted = Session::fold(id, &sound);
    let forged = redactions(&sound, &mut rand);
    let all: Vec<Envelope> = sound.iter().chain(&forged).cloned().collect();
    let told = Session::fold(id, &shuffled(&all, &mut rand));
    similar_asserts(
        &format!("seed {seed}\n{}", without_counts(&digest(&wanted, false))),
        &format!("seed {seed}\n{}", without_counts(&digest(&told, false))),
    );
    assert!(sound.iter().all(|event| !told.refused.contains(&event.id)), "seed {seed}");
    let by_id = all.iter().map(|event| (event.id, event)).collect();
    for taken in told.redactions.iter() {
        for line in cowrite::state::accepted(&taken.what, &by_id) {
            assert_eq!(Envelope::parse(&line.to_line()).as_ref(), Ok(&line), "seed {seed}");
        }
    }
    let dir = tempfile::tempdir().expect("a folder");
    let mut store = SqliteStore::open(dir.path(), Options::default()).expect("a library");
    store.write(&[Write::Import { events: shuffled(&all, &mut rand) }]).expect("imports");
    for finding in store.verify(None).expect("verifies").findings {
        let named = finding.event.is_some_and(|id| sound.iter().any(|event| event.id == id));
        assert!(!named, "seed {seed}: {finding:?}");
    }

    // Their words gone, and somebody says so.
    let mut gone = sound.clone();
    without_words(&mut gone, &mut rand, 3);
    // Who writes, and what there is to write in, is known.
    let kept = ["session.created", "writer.started", "document.added", "author.introduced"];
    for (gone, sound) in gone.iter_mut().zip(&sound) {
        if kept.contains(&gone.kind.as_str()) {
            *gone = sound.clone();
        }
    }
    let mut says = forged.clone();
    says.extend(redactions(&sound, &mut rand));
    let mut what = Vec::new();
    for (gone, sound) in gone.iter().zip(&sound) {
        for body in gone.gone() {
            let words = sound.words(body as usize..body as usize + 1);
            let shape = match rand.below(5) {
                0 => SHAPES[rand.below(SHAPES.len())].to_owned(),
                _ => shape_of(&words),
            };
            what.push(Redacted { event: sound.id, bodies: vec![Gone::whole(body, shape)] });
        }
    }
    let truth = Event::EventRedacted(Redaction { what, reason: None });
    let writer = sound[0].writer;
    let n = sound.iter().filter(|event| event.writer == writer).map(|event| event.n).max();
    let n = n.map_or(0, |n| n + 1);
    says.push(truth.seal(Some(id), writer, n, 9_999, vec![], Millis(9), &mut rand));
    gone.extend(says);
    let told = Session::fold(id, &shuffled(&gone, &mut rand));
    for (doc, entry) in &wanted.documents {
        let there = told.documents.get(doc).map(|entry| entry.document.len());
        assert_eq!(there, Some(entry.document.len()), "seed {seed}: {doc}");
    }
    let whole = |id: &EventId| gone.iter().any(|it| it.id == *id && it.gone().next().is_none());
    for message in wanted.transcript.iter().filter(|message| whole(&message.id)) {
        let there = told.transcript.iter().find(|it| it.id == message.id).expect("it is there");
        assert_eq!(there.text, message.text, "seed {seed}");
    }
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
    let mut there = sound.clone();
    if rand.below(2) == 0 {
        without_words(&mut there, &mut rand, 6);
        there.extend(redactions(&sound, &mut rand));
        there.extend(redactions(&sound, &mut rand));
    }
    let mut lines: Vec<Vec<u8>> = there.iter().map(|event| event.to_line().into_bytes()).collect();
    for _ in 0..1 + rand.below(12) {
        let event = &there[rand.below(there.len())];
        let line = match rand.below(4) {
            0 => garbage(&event.to_line(), &mut rand),
            _ => forged(event, &there, &mut rand, &ids).to_line().into_bytes(),
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
    let digest = |session: &Session| {
        let redacted = |event: &&Envelope| session.redactions.is_filled(&event.id);
        let mut filled: Vec<EventId> = all.iter().filter(redacted).map(|event| event.id).collect();
        filled.sort_unstable();
        let said: Vec<EventId> = session.redactions.iter().map(|taken| taken.id).collect();
        let waits: Vec<EventId> = session.redactions.unexplained().map(|event| event.id).collect();
        let digest = without_counts(&digest(session, true));
        format!("{digest}\nredactions {said:?}\nfilled {filled:?}\nunexplained {waits:?}")
    };
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
    cases(24).for_each(forged_redactions_change_nothing);
    // A shape with other line ends than those of the words that an undo brought back.
    forged_redactions_change_nothing(1_000_266);
    fuzz(|seed| {
        hostile(seed);
        forged_redactions_change_nothing(seed);
    });
}

/// What frees the next one, what is freed piece by piece, and what everybody names: as many of them
/// as a file of some MB holds.
#[test]
fn long_chains_of_redactions_end() {
    const LONG: u32 = 5_000;
    let mut maker = Maker::new(1);
    let redaction = |event: EventId, body: u32, reason: Option<&str>| {
        let bodies = vec![Gone::whole(body, "5".into())];
        let what = vec![Redacted { event, bodies }];
        Event::EventRedacted(Redaction { what, reason: reason.map(Into::into) })
    };
    let words: String = "a word ".repeat(1024 * LONG as usize / 7);
    // A redaction whose reason is gone waits for one that says so, whose reason is gone, ...
    let mut chain = vec![maker.message("the end of it")];
    for _ in 0..LONG {
        let before = chain[chain.len() - 1].id;
        chain.push(maker.make(&redaction(before, 0, Some("because"))));
    }
    let last = maker.make(&redaction(chain[chain.len() - 1].id, 0, None));
    chain.iter_mut().for_each(|event| _ = event.redact(&BTreeSet::from([0])));
    chain.push(last);
    // A message of which each redaction accounts for one body.
    let mut message = maker.message(&words);
    let bodies = message.body.len() as u32;
    message.redact(&(0..bodies).collect());
    let mut pieces: Vec<Envelope> =
        (0..bodies).map(|body| maker.make(&redaction(message.id, body, None))).collect();
    pieces.insert(0, message.clone());
    // One message that all of them name.
    let known = maker.message("here");
    let mut many: Vec<Envelope> =
        (0..LONG).map(|_| maker.make(&redaction(known.id, 0, None))).collect();
    many.push(known.clone());
    for (what, events, filled) in
        [("a chain", chain, true), ("pieces", pieces, true), ("many", many, false)]
    {
        let message = events.iter().find(|event| event.kind == "message.posted").unwrap();
        let target = message.id;
        for backwards in [false, true] {
            let mut all = events.clone();
            all.insert(0, maker.created.clone());
            if backwards {
                all.reverse();
            }
            let session = Session::fold(maker.session, &all);
            assert_eq!(session.redactions.unexplained().count(), 0, "{what} {backwards}");
            assert_eq!(session.redactions.is_filled(&target), filled, "{what} {backwards}");
            assert!(session.redactions.of(&target).is_some(), "{what} {backwards}");
            assert_eq!(session.transcript.iter().count(), 1, "{what} {backwards}");
            let dir = tempfile::tempdir().expect("a folder");
            let mut store = SqliteStore::open(dir.path(), Options::default()).expect("a library");
            store.write(&[Write::Import { events: all }]).expect("imports");
            let _ = cowrite::runtime::redact::pending(&store, maker.session).expect("looks");
        }
    }
}
