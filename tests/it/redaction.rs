//! Words that are taken out for good: gone from every line and file, whatever order they were written
//! and come in, and whoever brings them again; what is left is as it was, and verifies.

mod beside;
mod gaps;

use crate::harness::{Harness, cases, digest, me, said, similar_asserts};
use cowrite::app::Input;
use cowrite::base::{EventId, Millis, Pos, Rand, Span};
use cowrite::event::{Body, CauseKind, Envelope, Event, FILLER, filler, is_like, shape_of};
use cowrite::report::{Redacting, Target, redaction};
use cowrite::runtime::redact;
use cowrite::session::Session;
use cowrite::state::{Me, Opened, RedactionMade, Saying, redaction_events};
use cowrite::store::{Options, RedactJob, SqliteStore, StoreError, Write, jsonl};
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

const SECRET: &str = "Xq7zPlumbago42Kestrel";

/// Pieces of the secret that must be found nowhere.
fn pieces() -> Vec<String> {
    let chars: Vec<char> = SECRET.chars().collect();
    chars.windows(6).map(|piece| piece.iter().collect()).collect()
}

#[track_caller]
fn assert_gone(text: &str, what: &str) {
    for piece in pieces() {
        assert!(!text.contains(&piece), "{what} holds {piece}");
    }
}

/// Looks through every byte of every file of a folder.
#[track_caller]
fn assert_gone_from(folder: &Path) {
    for entry in std::fs::read_dir(folder).expect("reads").flatten() {
        let path = entry.path();
        if path.is_dir() {
            assert_gone_from(&path);
            continue;
        }
        let bytes = std::fs::read(&path).expect("reads");
        for piece in pieces() {
            let found = bytes.windows(piece.len()).any(|part| part == piece.as_bytes());
            assert!(!found, "{} holds {piece}", path.display());
        }
    }
}

fn say(made: &mut Harness, text: &str) -> EventId {
    made.with_cx(|cx| cx.append(&said(text)))
}

/// Somebody who writes, moves, undoes, and whose secret gets into text and talk.
fn careless(seed: u64) -> Harness {
    let mut rand = Rand::from_number(seed);
    let mut made = Harness::file("plan.md", "One line.\nTwo lines.\nThree lines.\n");
    made.keys("'Start. '");
    made.pass(3000);
    for step in 0..20 {
        let len = made.text().chars().count();
        made.place(rand.below(len + 1), None);
        match rand.below(9) {
            0 | 1 => {
                let (front, back) = SECRET.split_at(1 + rand.below(SECRET.len() - 1));
                made.type_text(front);
                // In one burst or in two.
                made.pass(if rand.below(2) == 0 { 100 } else { 3000 });
                made.type_text(back);
            }
            2 => made.input(Input::Paste(format!("pasted {SECRET} w{step}\n"))),
            3 => {
                let at = rand.below(len + 1);
                made.place(at, Some((at + 5).min(len)));
                made.keys("delete");
            }
            4 => made.keys("ctrl-z"),
            5 => made.keys("ctrl-z ctrl-y"),
            6 => _ = say(&mut made, &format!("note {step}: {SECRET}, see?")),
            _ => made.type_text(&format!("words{step} ")),
        }
        if rand.below(3) > 0 {
            made.pass(3000);
        }
    }
    made.pass(3000);
    made
}

/// Redacts in memory. Returns the log as it is then, with what was made.
fn redacted(events: &[Envelope], target: &Target) -> (Vec<Envelope>, RedactionMade, Redacting) {
    let id = events[0].session_id();
    let mut session = Session::fold(id, events);
    let plan = redaction(&session, events, target).expect("is found");
    let mut rand = Rand::from_number(77);
    let made = redaction_events(
        &mut session,
        events,
        &plan,
        Saying { me: &me(), reason: "a slip", at: Millis(9_000_000), shared: None },
        &mut rand,
    )
    .expect("is made");
    let lines: BTreeMap<EventId, &Envelope> =
        made.lines.iter().map(|event| (event.id, event)).collect();
    let log = events.iter().map(|event| lines.get(&event.id).copied().unwrap_or(event));
    let log = log.chain(&made.events).cloned().collect();
    (log, made, plan)
}

fn shuffled(events: &[Envelope], rand: &mut Rand) -> Vec<Envelope> {
    let mut all = events.to_vec();
    for at in (1..all.len()).rev() {
        all.swap(at, rand.below(at + 1));
    }
    all
}

/// Who wrote each character of the only text.
fn hands(session: &Session) -> Vec<(char, String)> {
    let entry = session.documents.values().next().expect("a document");
    let document = &entry.document;
    let all = Span::new(Pos(0), Pos(document.len()));
    let mut out = Vec::new();
    for run in document.runs(all) {
        for one in document.rope().slice(run.span.range()).chars() {
            out.push((one, format!("{} {:?}", run.writer, run.origin)));
        }
    }
    out
}

fn text_of(session: &Session) -> String {
    session.documents.values().next().expect("a document").document.rope().to_string()
}

/// What of the first is not in the second, which must have nothing else, in order.
#[track_caller]
fn taken(before: &[(char, String)], after: &[(char, String)], what: &str) -> String {
    let (mut gone, mut rest) = (String::new(), after.iter().peekable());
    for hand in before {
        if rest.peek() == Some(&hand) {
            rest.next();
        } else {
            gone.push(hand.0);
        }
    }
    assert_eq!(rest.next(), None, "{what}");
    gone
}

#[test]
fn shapes_keep_length_and_lines() {
    for text in ["", "a", "\n", "ab\n\ncd\r\ne", "木\n", "12n3r"] {
        let shape = shape_of(text);
        let filler = filler(&shape).expect("a shape");
        assert_eq!(filler.chars().count(), text.chars().count(), "{shape}");
        assert!(is_like(&filler, text) && is_like(text, &filler), "{shape}");
        let ends = |text: &str| -> Vec<usize> {
            text.chars()
                .enumerate()
                .filter(|(_, c)| "\r\n".contains(*c))
                .map(|(at, _)| at)
                .collect()
        };
        assert_eq!(ends(&filler), ends(text));
    }
    assert_eq!(shape_of("ab\n\ncd\r\ne"), "2nn2rn1");
    for bogus in ["x", "5q", "99999999999999999999", "2000000"] {
        assert_eq!(filler(bogus), None, "{bogus}");
    }
    assert!(!is_like("██", "a\n") && !is_like("ab", "ac") && !is_like("█", "ab"));
}

#[test]
fn what_is_redacted_is_gone_and_the_rest_stays_as_it_was() {
    let mut held = 0;
    for seed in cases(30) {
        let ada = careless(seed);
        let events = ada.kept.sealed();
        let all: String = events.iter().map(Envelope::to_line).collect();
        if !all.contains(&SECRET[..6]) {
            continue;
        }
        let before = Session::fold(events[0].session_id(), &events);
        let said = redaction(&before, &events, &Target::Words(SECRET.into()));
        if said.is_err() {
            // Only a part of it was ever written.
            continue;
        }
        held += 1;
        let (log, made, plan) = redacted(&events, &Target::Words(SECRET.into()));
        let id = log[0].session_id();
        for event in &log {
            // What was torn apart by other keys is not those words.
            assert!(!event.to_line().contains(SECRET), "seed {seed}: {}", event.to_line());
            assert_eq!(event.compute_id(), event.id, "seed {seed}");
            assert_eq!(Envelope::parse(&event.to_line()).expect("parses"), *event);
        }
        let session = Session::fold(id, &log);
        assert_eq!(session.oddities.refused, 0, "seed {seed}: {:?}", session.oddities);
        let gone = taken(&hands(&before), &hands(&session), &format!("seed {seed}"));
        assert!(gone.chars().all(|one| SECRET.contains(one)), "seed {seed}: {gone}");
        assert_eq!(gone.chars().count(), plan.leave, "seed {seed}: {gone}");
        assert!(!text_of(&session).contains(SECRET), "seed {seed}");
        assert!(!text_of(&session).contains(FILLER), "seed {seed}");
        assert!(session.documents.values().all(|entry| entry.document.is_consistent()));

        // In any order.
        let mut rand = Rand::from_number(seed);
        let want = digest(&session, true);
        for _ in 0..3 {
            let arrived = shuffled(&log, &mut rand);
            similar_asserts(&want, &digest(&Session::fold(id, &arrived), true));
            let mut one_by_one = Session::new(id);
            arrived.iter().for_each(|event| _ = one_by_one.apply(event));
            similar_asserts(&want, &digest(&one_by_one, true));
        }

        // Before the texts follow: the same length, the same lines.
        let edits: BTreeSet<EventId> = made
            .events
            .iter()
            .filter(|event| event.kind == "document.edited")
            .map(|event| event.id)
            .collect();
        let only: Vec<Envelope> =
            log.iter().filter(|event| !edits.contains(&event.id)).cloned().collect();
        let filled = Session::fold(id, &only);
        assert!(is_like(&text_of(&filled), &text_of(&before)), "seed {seed}");
        assert_eq!(text_of(&filled).lines().count(), text_of(&before).lines().count());

        // Without the event that says it, nobody vouches for the gaps.
        let silent: Vec<Envelope> =
            log.iter().filter(|event| event.kind != "event.redacted").cloned().collect();
        let silent = Session::fold(id, &silent);
        assert_eq!(silent.redactions.unexplained().count(), made.lines.len(), "seed {seed}");

        // Undo brings nothing back.
        let opened = Opened {
            session: Some(id),
            events: log.clone(),
            doc: Some(ada.doc()),
            ..Opened::default()
        };
        let mut again = Harness::open(opened, seed + 5_000);
        for key in ["ctrl-z", "ctrl-y"] {
            for _ in 0..30 {
                again.keys(key);
                assert!(!again.text().contains(SECRET), "seed {seed}");
            }
        }
    }
    assert!(held >= 20, "{held} of the scripts had the secret in them");
}

#[test]
fn a_selection_a_message_or_an_author_goes_and_no_more() {
    let mut ada = Harness::file("plan.md", "One line.\nTwo lines.\n");
    ada.place(4, None);
    ada.type_text("abc SELECTED def ");
    ada.pass(3000);
    let said = say(&mut ada, "the SELECTED word, said");
    let kept = say(&mut ada, "another thing");
    let mut eve = ada.copy_for("p_01JEVE", "Eve", 7);
    eve.place(0, None);
    eve.type_text("Eve was here. ");
    eve.pass(3000);
    say(&mut eve, "Eve says");
    ada.take_from(&eve);
    let events = ada.kept.sealed();
    let text = ada.text();
    assert_eq!(text, "Eve was here. One abc SELECTED def line.\nTwo lines.\n");
    let session = Session::fold(events[0].session_id(), &events);
    let entry = session.documents.values().next().expect("a document");
    let at = text.find("SELECTED").expect("stands there");
    let ids = entry.document.ids(Span::new(Pos(at), Pos(at + 8)));
    let doc = ada.doc();

    // Here only: the message stays.
    let target = Target::Text { doc: doc.clone(), ids: ids.clone(), everywhere: false };
    let (log, _, plan) = redacted(&events, &target);
    let after = Session::fold(log[0].session_id(), &log);
    assert_eq!(text_of(&after), text.replace("SELECTED", ""));
    assert_eq!(plan.leave, 8);
    assert_eq!(after.transcript.get(&said).expect("is there").text(), "the SELECTED word, said");
    // Everywhere.
    let (log, made, plan) = redacted(&events, &Target::Text { doc, ids, everywhere: true });
    let after = Session::fold(log[0].session_id(), &log);
    let message = after.transcript.get(&said).expect("is there");
    assert!(message.is_redacted(), "{}", message.text());
    assert_eq!(after.transcript.get(&kept).expect("is there").text(), "another thing");
    assert!(log.iter().all(|event| !event.to_line().contains("SELECTED")));
    insta::assert_snapshot!(plan.lines().join("\n"));
    let taken = after.redactions.of(&said).expect("is said");
    assert_eq!(taken.id, made.id.expect("is shared"));
    assert_eq!(after.redaction_words(taken), "redacted by Ada on 1970-01-01");

    // A message.
    let (log, ..) = redacted(&events, &Target::Event { event: said, everywhere: false });
    let after = Session::fold(log[0].session_id(), &log);
    assert_eq!(text_of(&after), text);
    assert!(after.transcript.get(&said).expect("is there").text.is_none());

    // Everything of Eve's, with her name.
    let eve = "p_01JEVE".parse().expect("an author");
    let (log, ..) = redacted(&events, &Target::Author { author: eve, name: true });
    let after = Session::fold(log[0].session_id(), &log);
    assert_eq!(text_of(&after), "One abc SELECTED def line.\nTwo lines.\n");
    assert!(log.iter().all(|event| !event.to_line().contains("Eve")));
    let names: Vec<&str> = after.authors.values().map(|info| info.name.as_str()).collect();
    assert_eq!(names, ["Ada", "(name redacted)"]);

    // What is nowhere can't go.
    let none = redaction(&session, &events, &Target::Words("no such words".into()));
    assert!(none.expect_err("refuses").contains("nothing to redact"));
}

#[test]
fn redacting_is_nobodys_step_for_undo() {
    let mut ada = Harness::file("plan.md", "line\n");
    ada.type_text("kept ");
    ada.pass(3000);
    ada.type_text(SECRET);
    ada.pass(3000);
    let (log, made, _) = redacted(&ada.kept.sealed(), &Target::Words(SECRET.into()));
    let opened = Opened {
        session: Some(log[0].session_id()),
        events: log.clone(),
        doc: Some(ada.doc()),
        ..Opened::default()
    };
    let mut again = Harness::open(opened, 99);
    assert_eq!(again.text(), "kept line\n");
    again.keys("ctrl-z");
    assert_eq!(again.text(), "kept line\n", "the secret was typed last, and is not there");
    again.keys("ctrl-z");
    assert_eq!(again.text(), "line\n");
    again.keys("ctrl-y ctrl-y");
    assert_eq!(again.text(), "kept line\n", "what redacting took is not undo's to bring back");

    // Where it is in the text still, filler stands there, and who did it is told.
    let only: Vec<Envelope> = log
        .into_iter()
        .filter(|event| {
            !made.events.iter().any(|it| it.id == event.id && it.kind == "document.edited")
        })
        .collect();
    let session = Session::fold(only[0].session_id(), &only);
    let filler = FILLER.to_string().repeat(SECRET.len());
    // Both were typed within one burst or in two: the body goes whole.
    assert!(text_of(&session).contains(&filler), "{}", text_of(&session));
    let (doc, entry) = session.documents.iter().next().expect("a document");
    let written = session.written(doc, Span::new(Pos(0), Pos(entry.document.len())));
    assert!(written.iter().any(|run| run.redacted == made.id), "{written:?}");
}

fn open(dir: &Path) -> SqliteStore {
    SqliteStore::open(dir, Options::default()).expect("opens")
}

fn holding(dir: &Path, events: &[Envelope]) -> SqliteStore {
    let mut store = open(dir);
    store.write(&[Write::Import { events: events.to_vec() }]).expect("imports");
    store
}

fn events(store: &SqliteStore, id: EventId) -> Vec<Envelope> {
    let loaded = store.events(id, 0).expect("reads");
    loaded.events.into_iter().map(|stored| stored.envelope).collect()
}

fn temp() -> tempfile::TempDir {
    tempfile::tempdir().expect("a folder")
}

#[test]
fn two_copies_one_redacts_and_the_other_is_asked() {
    let mut ada = careless(3);
    say(&mut ada, &format!("it is {SECRET}"));
    let old: Vec<Envelope> =
        ada.kept.sealed().into_iter().filter(|event| !event.is_local()).collect();
    let id = old[0].session_id();
    let (a, b, c) = (temp(), temp(), temp());
    let mut here = holding(a.path(), &old);
    let mut there = holding(b.path(), &old);
    let eve = Me { author: "p_01JEVE".parse().expect("an author"), name: "Eve".into() };

    let target = Target::Words(SECRET.into());
    let said = redact::carry_out(&mut here, id, &me(), &target, "a slip").expect("redacts");
    assert!(said.contains("Not reached: copies"), "{said}");
    assert!(!said.contains("Still there"), "{said}");
    assert_gone_from(a.path());
    assert_eq!(here.verify(None).expect("checks").findings, []);
    assert_eq!(redact::pending(&here, id).expect("looks"), []);

    // The other copy keeps its words until somebody says so.
    let new = events(&here, id);
    there.write(&[Write::Import { events: new.clone() }]).expect("imports");
    let pending = redact::pending(&there, id).expect("looks");
    assert_eq!(pending.len(), 1);
    assert_eq!(pending[0].reason, "a slip");
    assert!(events(&there, id).iter().any(|event| event.to_line().contains(SECRET)));
    assert_eq!(there.verify(None).expect("checks").findings, []);
    let done = redact::decide(&mut there, id, &eve, pending[0].id, true).expect("accepts");
    assert!(done.contains("lost words"), "{done}");
    assert_gone_from(b.path());
    assert_eq!(redact::pending(&there, id).expect("looks"), []);

    // Whoever brings the words again does not bring them in.
    for store in [&mut here, &mut there] {
        store.write(&[Write::Import { events: old.clone() }]).expect("imports");
        assert_eq!(store.verify(None).expect("checks").findings, []);
    }
    assert_gone_from(a.path());
    assert_gone_from(b.path());
    let texts = [&here, &there].map(|store| text_of(&Session::fold(id, &events(store, id))));
    assert_eq!(texts[0], texts[1]);
    assert_gone(&texts[0], "the text");

    // Who first gets the redacted form is not bound by it: the words come with an older copy.
    let mut third = holding(c.path(), &new);
    assert_eq!(redact::pending(&third, id).expect("looks"), []);
    let known = third.write(&[Write::Import { events: old.clone() }]).expect("imports");
    assert_eq!(known.added, 0);
    let back = events(&third, id);
    assert!(back.iter().any(|event| event.to_line().contains(SECRET)), "it is whole again");
    let pending = redact::pending(&third, id).expect("looks");
    assert_eq!(pending.len(), 1);
    // And it can be kept, with no more questions.
    redact::decide(&mut third, id, &eve, pending[0].id, false).expect("keeps");
    assert_eq!(redact::pending(&third, id).expect("looks"), []);
    assert_eq!(third.verify(None).expect("checks").findings, []);
}

#[test]
fn a_session_file_loses_the_words_and_keeps_every_other_byte() {
    let mut ada = careless(5);
    say(&mut ada, &format!("it is {SECRET}"));
    let old: Vec<Envelope> =
        ada.kept.sealed().into_iter().filter(|event| !event.is_local()).collect();
    let id = old[0].session_id();
    let dir = temp();
    let mut store = holding(dir.path(), &old);
    let files = temp();
    let path = files.path().join("plan.cowrite.jsonl");
    let mut text: String = old.iter().map(|event| event.to_line() + "\n").collect();
    text.insert_str(0, "<<<<<<< ours\n{\"not\": \"an event\"}\n");
    text.push_str(&old[old.len() - 1].to_line());
    std::fs::write(&path, &text).expect("writes");
    cowrite::runtime::shared::bind(&mut store, id, &path).expect("binds");

    let target = Target::Words(SECRET.into());
    let said = redact::carry_out(&mut store, id, &me(), &target, "").expect("redacts");
    assert!(said.contains("is written anew"), "{said}");
    assert_gone_from(files.path());
    let now = std::fs::read_to_string(&path).expect("reads");
    assert!(now.starts_with("<<<<<<< ours\n{\"not\": \"an event\"}\n"), "{now}");
    let kept = text.lines().filter(|line| !line.contains(&SECRET[..6]));
    for line in kept {
        let lost = now.lines().any(|other| other == line)
            || Envelope::parse(line)
                .is_ok_and(|event| store.gone(event.id).is_ok_and(|g| !g.is_empty()));
        assert!(lost, "{line}");
    }
    // All that was known before was in it, so it has the rest, too.
    let read = jsonl::read(&path).expect("reads");
    let ids = |events: &[Envelope]| -> BTreeSet<EventId> {
        events.iter().filter(|event| !event.is_local()).map(|event| event.id).collect()
    };
    assert_eq!(ids(&read.sessions[&id]), ids(&events(&store, id)));
    let session = Session::fold(id, &read.sessions[&id]);
    assert_eq!(session.redactions.unexplained().count(), 0);
    assert_gone(&text_of(&session), "the text of the file");

    // A merge brings the old lines back; the next time it is shared they go.
    let merged = format!("{now}{text}");
    std::fs::write(&path, merged).expect("writes");
    let mut sharing = cowrite::runtime::shared::prepare(
        &mut store,
        id,
        Some(&path),
        files.path(),
        true,
        &mut |_| {},
    )
    .expect("looks");
    sharing.plan.findings.clear();
    cowrite::runtime::shared::carry_out(&mut store, id, &sharing, &mut |_| {}).expect("shares");
    assert_gone_from(files.path());
    assert_gone_from(dir.path());
}

#[test]
fn what_was_interrupted_is_completed_or_was_not_begun() {
    let mut ada = careless(9);
    say(&mut ada, &format!("it is {SECRET}"));
    let old: Vec<Envelope> =
        ada.kept.sealed().into_iter().filter(|event| !event.is_local()).collect();
    let id = old[0].session_id();
    let dir = temp();
    let mut store = holding(dir.path(), &old);
    let (_, made, _) = redacted(&old, &Target::Words(SECRET.into()));

    // Something that is wrong keeps all of it away.
    let mut wrong = made.lines.clone();
    wrong[0].body[0] = Body::Present { salt: "x".into(), text: "other".into() };
    let job = RedactJob { events: made.events.clone(), lines: wrong, ..RedactJob::default() };
    assert!(matches!(store.redact(id, &job), Err(StoreError::Misuse(_))));
    assert_eq!(events(&store, id), old);
    assert_eq!(store.redacting().expect("reads"), None);

    // Killed after the library has it: the session file still holds it, and so do free pages.
    let files = temp();
    let path = files.path().join("plan.cowrite.jsonl");
    jsonl::create(&path, &old).expect("writes");
    cowrite::runtime::shared::bind(&mut store, id, &path).expect("binds");
    let rest = format!(
        "{{\"session\":\"{id}\",\"id\":\"{}\",\"from\":{}}}",
        made.id.expect("is shared"),
        old.len() + 1
    );
    let job = RedactJob {
        writers: made.writers,
        events: made.events,
        lines: made.lines,
        rest,
        ..RedactJob::default()
    };
    store.redact(id, &job).expect("redacts");
    drop(store);
    assert!(std::fs::read_to_string(&path).expect("reads").contains(SECRET));
    let mut store = open(dir.path());
    let notes = cowrite::runtime::recover(&mut store, &me()).expect("recovers");
    assert!(notes.iter().any(|note| note.contains("A redaction was completed")), "{notes:?}");
    assert_gone_from(dir.path());
    assert_gone_from(files.path());
    assert_eq!(store.redacting().expect("reads"), None);
    assert_eq!(store.verify(None).expect("checks").findings, []);
    drop(store);
    let mut store = open(dir.path());
    assert_eq!(
        cowrite::runtime::recover(&mut store, &me()).expect("recovers"),
        Vec::<String>::new()
    );
}

#[test]
fn nobody_redacts_while_another_program_holds_the_words() {
    let mut ada = Harness::file("plan.md", "line\n");
    ada.type_text(SECRET);
    ada.pass(3000);
    let old: Vec<Envelope> =
        ada.kept.sealed().into_iter().filter(|event| !event.is_local()).collect();
    let id = old[0].session_id();
    let dir = temp();
    let mut store = holding(dir.path(), &old);
    let other = open(dir.path());
    let target = Target::Words(SECRET.into());
    let why = redact::carry_out(&mut store, id, &me(), &target, "").expect_err("refuses");
    assert!(why.contains("Another cowrite has this library open"), "{why}");
    drop(other);
    redact::carry_out(&mut store, id, &me(), &target, "").expect("redacts");
    assert_gone_from(dir.path());
}

#[test]
fn a_model_redacts_nothing_and_bogus_shapes_harm_nobody() {
    let mut ada = Harness::file("plan.md", "line\n");
    ada.type_text("words here ");
    ada.pass(3000);
    let events = ada.kept.sealed();
    let id = events[0].session_id();
    let (log, made, _) = redacted(&events, &Target::Words("words here".into()));
    // Shapes of another length, and none at all.
    for shape in ["3", "", "4n99", "bogus"] {
        let mut bogus = log.clone();
        let at = bogus.iter().position(|event| Some(event.id) == made.id).expect("is there");
        let text = bogus[at].data.to_string();
        let text = text.replace("\"shape\":\"11\"", &format!("\"shape\":{shape:?}"));
        bogus[at].data = serde_json::from_str(&text).expect("parses");
        bogus[at].id = bogus[at].compute_id();
        let session = Session::fold(id, &bogus);
        assert_eq!(session.oddities.refused, 0, "{shape}");
        // What it keeps is not believed either where the length is another.
        assert_eq!(text_of(&session), format!("{FILLER}line\n"), "{shape}");
    }
    // Of two redactions that tell different shapes, the first counts in any order.
    let only: Vec<Envelope> = log
        .iter()
        .filter(|event| {
            !made.events.iter().any(|it| it.id == event.id && it.kind == "document.edited")
        })
        .cloned()
        .collect();
    let mut rand = Rand::from_number(3);
    let what = log.iter().find(|event| Some(event.id) == made.id).expect("is there");
    let text = Event::decode(what).expect("decodes").data().to_string();
    let text = text.replace("\"shape\":\"11\"", "\"shape\":\"4n6\"");
    let data = serde_json::from_str(&text).expect("parses");
    let (n, at) = (what.n + 1, what.at);
    let (id_, writer) = (Some(id), what.writer);
    let second = Envelope::new(
        "event.redacted",
        id_,
        writer,
        n,
        what.lamport + 9,
        vec![],
        at,
        data,
        &mut rand,
    );
    let mut orders = [only.clone(), only];
    orders[0].insert(0, second.clone());
    orders[1].push(second);
    for order in &mut orders {
        let seen = text_of(&Session::fold(id, &*order));
        assert_eq!(seen, format!("{} line\n", FILLER.to_string().repeat(10)));
        order.reverse();
        assert_eq!(text_of(&Session::fold(id, &*order)), seen);
    }
    // By a model's writer it is refused, and the words that went with it are missing.
    let author = ada.with_cx(|cx| cx.model_author("test/m"));
    let mut rand = Rand::from_number(4);
    let mut session = Session::fold(id, &ada.kept.sealed());
    let writer = rand.writer();
    let start = Event::WriterStarted { author, doc: None };
    let start = session.seal(&start, writer, Millis(1), &mut rand);
    session.apply(&start);
    let what = log.iter().find(|event| Some(event.id) == made.id).expect("is there");
    let event = Event::decode(what).expect("decodes");
    let event = session.seal(&event, writer, Millis(1), &mut rand);
    session.apply(&event);
    assert_eq!(session.oddities.refused, 1);
    assert!(session.refused.contains(&event.id));
    assert_eq!(session.redactions.iter().count(), 0);
    // The cause is its own, so that it is told apart.
    let edit = made.events.iter().find(|event| event.kind == "document.edited").expect("an edit");
    let Ok(Event::DocumentEdited(edit)) = Event::decode(edit) else { panic!("an edit") };
    assert_eq!(edit.cause.expect("a cause").kind, CauseKind::Redact);
}
