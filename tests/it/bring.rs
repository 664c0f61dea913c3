//! Conversations of other programs: their files are read as they are, whatever stands in them; what
//! is brought in twice is there once; what was said elsewhere is told as such.

use cowrite::base::{AuthorId, EventId, Millis, Rand};
use cowrite::event::{AuthorKind, Envelope, Event, MessageRole};
use cowrite::report::bring::{
    self, By, Conversation, Form, Left, Made, Outcome, Program, Said, recognise,
};
use cowrite::report::markdown;
use cowrite::session::{Oddities, Session};
use cowrite::store::llm_rows;
use std::fmt::Write as _;
use std::path::PathBuf;

/// A reader of one program's files.
type Reader = fn(&[u8], &mut dyn FnMut(Conversation)) -> Outcome;

fn chatgpt(bytes: &[u8], take: &mut dyn FnMut(Conversation)) -> Outcome {
    bring::chatgpt(&mut { bytes }, take)
}

fn claude_code(bytes: &[u8], take: &mut dyn FnMut(Conversation)) -> Outcome {
    bring::claude_code(&mut { bytes }, take)
}

fn codex(bytes: &[u8], take: &mut dyn FnMut(Conversation)) -> Outcome {
    bring::codex(&mut { bytes }, take)
}

fn aider(bytes: &[u8], take: &mut dyn FnMut(Conversation)) -> Outcome {
    bring::aider(&mut { bytes }, take)
}

/// Files as these programs write them, with what is wrong in some of them.
const FILES: &[(&str, Program, Reader)] = &[
    ("conversations.json", Program::ChatGpt, chatgpt),
    ("claude-code.jsonl", Program::ClaudeCode, claude_code),
    ("rollout-codex.jsonl", Program::Codex, codex),
    ("rollout-codex-old.jsonl", Program::Codex, codex),
    ("aider.chat.history.md", Program::Aider, aider),
];

fn file(name: &str) -> Vec<u8> {
    let path: PathBuf = [env!("CARGO_MANIFEST_DIR"), "tests", "brought", name].iter().collect();
    std::fs::read(path).unwrap()
}

fn read(reader: Reader, bytes: &[u8]) -> (Vec<Conversation>, Outcome) {
    let mut all = Vec::new();
    let outcome = reader(bytes, &mut |conversation| all.push(conversation));
    (all, outcome)
}

fn left(left: &Left, out: &mut String) {
    for (what, counts) in [("left out", &left.passed), ("not read", &left.unread)] {
        if !counts.is_empty() {
            let _ = writeln!(out, "  {what}: {}", Left::words(counts));
        }
    }
}

fn shown(conversations: &[Conversation], outcome: &Outcome) -> String {
    let mut out = String::new();
    for one in conversations {
        let _ = writeln!(out, "{} {} {:?}", one.program.name(), one.id, one.title);
        for (place, said) in one.messages.iter().enumerate() {
            let after = said.after.map_or_else(|| "-".into(), |after| after.to_string());
            let by = match &said.by {
                By::Person => "person",
                By::Model(name) => name,
            };
            let at = cowrite::base::when::second(said.at);
            let _ = writeln!(out, "  {place} after {after} {at} {by}: {:?}", said.text);
            if !said.reasoning.is_empty() {
                let _ = writeln!(out, "    thought: {:?}", said.reasoning);
            }
        }
        left(&one.left, &mut out);
    }
    let _ = writeln!(out, "of the file:");
    left(&outcome.left, &mut out);
    if let Some(trouble) = &outcome.trouble {
        let _ = writeln!(out, "  trouble: {trouble}");
    }
    out
}

#[test]
fn files_of_other_programs_are_read() {
    for (name, program, reader) in FILES {
        let bytes = file(name);
        assert_eq!(recognise(&bytes), Some(Form::Of(*program)), "{name}");
        let (conversations, outcome) = read(*reader, &bytes);
        insta::assert_snapshot!(*name, shown(&conversations, &outcome));
    }
}

#[test]
fn a_file_is_told_by_what_stands_in_it() {
    let check = |text: &str, wanted: Option<Form>| {
        assert_eq!(recognise(text.as_bytes()), wanted, "{text:?}");
    };
    check("", None);
    check("# A note\n", None);
    check("[1, 2]", None);
    check("{\"type\": \"message\"}", None);
    check("PK\u{3}\u{4}rest", Some(Form::Zip));
    check("\u{feff}[ {\"title\": \"x\", \"mapping\" : {", Some(Form::Of(Program::ChatGpt)));
    check("[{\"uuid\":\"x\",\"name\":\"\",\"chat_messages\":[", Some(Form::ClaudeAi));
    check("# aider chat started at yesterday\n", None);
    check("text\n# aider chat started at 2024-05-03 14:22:11\n", Some(Form::Of(Program::Aider)));
    // A first line that is longer than what is looked at.
    let long = "x".repeat(bring::LOOKED_AT);
    let meta = format!("{{\"type\":\"session_meta\",\"payload\":{{\"instructions\":\"{long}");
    check(&meta, Some(Form::Of(Program::Codex)));
    let line =
        "{\"at\":1,\"data\":{},\"id\":\"0\",\"kind\":\"x\",\"lamport\":0,\"writer\":\"1\"}\n";
    check(line, Some(Form::Session));
}

/// What every conversation keeps to, whatever it was read from.
#[track_caller]
fn sound(conversations: &[Conversation], of: &str) {
    for one in conversations {
        for (place, said) in one.messages.iter().enumerate() {
            assert!(said.after.is_none_or(|after| after < place), "{of}");
            assert!(!said.text.trim().is_empty(), "{of}");
        }
        assert!(!one.title.contains('\n') && one.title.chars().count() <= 121, "{of}");
    }
}

#[test]
fn damaged_files_are_read_as_far_as_they_go() {
    for (name, _, reader) in FILES {
        let whole = file(name);
        for seed in 0..150 {
            let mut rand = Rand::from_number(seed);
            let mut bytes = whole.clone();
            match rand.below(3) {
                0 => bytes.truncate(rand.below(bytes.len())),
                1 => {
                    for _ in 0..1 + rand.below(20) {
                        let at = rand.below(bytes.len());
                        bytes[at] = rand.bytes()[0];
                    }
                }
                _ => {
                    let (from, to) = (rand.below(bytes.len()), rand.below(bytes.len()));
                    bytes.drain(from.min(to)..from.max(to));
                }
            }
            let (conversations, _) = read(*reader, &bytes);
            sound(&conversations, &format!("{name}, seed {seed}"));
        }
    }
    // Everything that stands before a break is there, and the break is told.
    let whole = file("conversations.json");
    let half = memchr::memmem::find(&whole, b"From another time").unwrap();
    let (conversations, outcome) = read(chatgpt, &whole[..half]);
    assert_eq!(conversations.len(), 1);
    assert!(outcome.trouble.unwrap().contains("EOF"));
    // Far too deep.
    let deep = format!("[{}", "[".repeat(100_000));
    assert!(read(chatgpt, deep.as_bytes()).1.trouble.is_some());
}

#[test]
fn sizes_are_bounded() {
    let long = "x".repeat(bring::MESSAGE_BYTES + 1);
    let line = |uuid: &str, parent: &str, text: &str| {
        format!(
            "{{\"type\":\"user\",\"uuid\":\"{uuid}\",\"parentUuid\":{parent},\"sessionId\":\"s\",\"message\":{{\"content\":\"{text}\"}}}}\n"
        )
    };
    let text =
        line("1", "null", "first") + &line("2", "\"1\"", &long) + &line("3", "\"2\"", "last");
    let (conversations, _) = read(claude_code, text.as_bytes());
    let [one] = conversations.as_slice() else { panic!("one conversation") };
    let said: Vec<_> = one.messages.iter().map(|said| (said.text.as_str(), said.after)).collect();
    assert_eq!(said, [("first", None), ("last", Some(0))]);
    assert_eq!(Left::words(&one.left.unread), "1 overlong message");
    let counts = [("line of aider", 2), ("tool call", 1), ("message of a sub-agent", 3)];
    let words = Left::words(&counts.into_iter().collect());
    assert_eq!(words, "3 messages of a sub-agent, 2 lines of aider, 1 tool call");
}

/// The database of llm, as its migrations make it.
fn database(path: &std::path::Path) -> rusqlite::Connection {
    let conn = rusqlite::Connection::open(path).unwrap();
    conn.execute_batch(
        "CREATE TABLE [conversations] ([id] TEXT PRIMARY KEY, [name] TEXT, [model] TEXT);
         CREATE TABLE [responses] ([id] TEXT PRIMARY KEY, [model] TEXT, [prompt] TEXT,
           [system] TEXT, [prompt_json] TEXT, [options_json] TEXT, [response] TEXT,
           [response_json] TEXT, [conversation_id] TEXT REFERENCES [conversations]([id]),
           [duration_ms] INTEGER, [datetime_utc] TEXT);
         CREATE TABLE [prompt_fragments] ([response_id] TEXT, [fragment_id] INTEGER, [order] INTEGER);
         CREATE TABLE [tool_calls] ([id] INTEGER PRIMARY KEY, [response_id] TEXT, [name] TEXT);
         INSERT INTO conversations VALUES
           ('01h53zma5txeby33t1kbe3xk8q', 'Cheesecakes', 'gpt-4o-mini'),
           ('01aaa', NULL, 'x');
         INSERT INTO responses(id, model, prompt, system, response, conversation_id, datetime_utc)
         VALUES
           ('r2', 'gpt-4o-mini', 'And three more', NULL, 'Lemon, fig, date', '01h53zma5txeby33t1kbe3xk8q', '2023-07-14T01:03:02.456789+00:00'),
           ('r1', 'gpt-4o-mini', 'Ten names for cheesecakes', 'Be brief', 'Plain', '01h53zma5txeby33t1kbe3xk8q', '2023-07-14T01:02:03.456789'),
           ('r3', 'anthropic/claude-3-opus', 'Alone', NULL, 'Yes', NULL, '2024-01-01T00:00:00'),
           ('r4', 'x', '', NULL, '', '01aaa', '2024-01-01T00:00:00');
         INSERT INTO prompt_fragments VALUES ('r2', 1, 0), ('r2', 2, 1);
         INSERT INTO tool_calls VALUES (1, 'r1', 'web');",
    )
    .unwrap();
    conn
}

fn llm(path: &std::path::Path) -> (Vec<Conversation>, Outcome) {
    let mut all = Vec::new();
    let mut take = |conversation| all.push(conversation);
    let mut joiner = bring::Joiner::default();
    assert!(llm_rows(path, &mut |row| joiner.row(row, &mut take)).unwrap());
    let outcome = joiner.finish(&mut take);
    (all, outcome)
}

#[test]
fn the_database_of_llm_is_read_and_stays_as_it_is() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("logs of mine?.db");
    drop(database(&path));
    let bytes = std::fs::read(&path).unwrap();
    assert_eq!(recognise(&bytes), Some(Form::Of(Program::Llm)));
    let (conversations, outcome) = llm(&path);
    insta::assert_snapshot!("llm", shown(&conversations, &outcome));
    assert_eq!(std::fs::read(&path).unwrap(), bytes);
    assert_eq!(std::fs::read_dir(dir.path()).unwrap().count(), 1, "nothing beside it");
    // While llm writes to it, what is in its journal is seen.
    let conn = rusqlite::Connection::open(&path).unwrap();
    conn.pragma_update(None, "journal_mode", "wal").unwrap();
    conn.execute("UPDATE responses SET response = 'Maybe' WHERE id = 'r3'", []).unwrap();
    let (conversations, _) = llm(&path);
    let said = |text: &str| {
        conversations.iter().flat_map(|one| &one.messages).any(|said| said.text == text)
    };
    assert!(said("Maybe") && !said("Yes"));
    drop(conn);
    // Others are told apart, and a broken one is no panic.
    let other = dir.path().join("other.db");
    rusqlite::Connection::open(&other).unwrap().execute_batch("CREATE TABLE x(y)").unwrap();
    assert!(!llm_rows(&other, &mut |_| {}).unwrap());
    std::fs::write(&other, [b"SQLite format 3\0".as_slice(), &[7; 5000]].concat()).unwrap();
    assert!(llm_rows(&other, &mut |_| {}).is_err());
    // A view by the name of the table could compute without an end.
    let trap = dir.path().join("trap.db");
    rusqlite::Connection::open(&trap)
        .unwrap()
        .execute_batch(
            "CREATE VIEW responses AS WITH RECURSIVE r(id) AS
               (SELECT 1 UNION ALL SELECT id + 1 FROM r) SELECT * FROM r",
        )
        .unwrap();
    assert!(!llm_rows(&trap, &mut |_| {}).unwrap());
}

fn me() -> AuthorId {
    "p_01JTEST".parse().unwrap()
}

/// When they are brought in.
const NOW: Millis = Millis(1_795_500_000_000);

fn made(known: Option<&[Envelope]>, conversation: &Conversation, seed: u64) -> Made {
    let known = known.map(|events| Session::fold(events[0].session_id(), events));
    bring::events(known, conversation, (&me(), "Ada"), NOW, &mut Rand::from_number(seed))
}

#[test]
fn a_conversation_becomes_a_session_once() {
    let (conversations, _) = read(chatgpt, &file("conversations.json"));
    let whole = &conversations[0];
    let first = made(None, whole, 1);
    assert_eq!((first.new, first.known), (4, 0));
    let id = first.session.id;
    // Any order of arrival, and what was made is what is folded.
    let mut events = first.events.clone();
    for seed in 0..5 {
        let mut rand = Rand::from_number(seed);
        for place in (1..events.len()).rev() {
            events.swap(place, rand.below(place + 1));
        }
        let session = Session::fold(id, &events);
        assert_eq!(session.transcript, first.session.transcript, "seed {seed}");
        assert_eq!(session.oddities, Oddities::default(), "nothing of it was refused");
    }
    let session = &first.session;
    assert_eq!(session.title(), "Sourdough at altitude");
    let tip = session.transcript.tip().unwrap();
    let branch: Vec<&str> =
        session.transcript.branch(tip).iter().map(|message| message.text()).collect();
    assert_eq!(
        branch,
        [
            "Why does my dough collapse at 2,400 m?",
            "Gas expands **faster** up there. Use less yeast.",
            "How much less?",
        ]
    );
    // Each at its own time, by whom it was, and told as from there.
    for message in session.transcript.iter() {
        let from = message.brought.as_ref().unwrap();
        assert_eq!((from.program.as_str(), from.at), ("chatgpt", NOW.0));
        assert!(message.at < Millis(1_715_000_000_000));
        assert_eq!(message.role == MessageRole::Model, message.author.is_model());
    }
    let names: Vec<&str> =
        session.authors_of(AuthorKind::Model).map(|(_, info)| info.name.as_str()).collect();
    assert!(names.contains(&"openai/o3") && names.contains(&"openai/gpt-4o"), "{names:?}");
    assert!(markdown(session).contains("### openai/o3 (in ChatGPT)"));
    // What the log knows it by tells nothing.
    let lines: String = first.events.iter().map(Envelope::to_line).collect();
    assert!(!lines.contains("66350000") && !lines.contains("aaa3"));

    // Again: nothing. With one more message, and one that was said here: one more.
    let again = made(Some(&first.events), whole, 2);
    assert_eq!((again.new, again.known, again.events.len()), (0, 4, 0));
    let mut longer = whole.clone();
    let at = Millis(longer.messages[3].at.0 + 1000);
    let by = By::Model("openai/gpt-5".into());
    let (text, reasoning) = ("A quarter.".into(), String::new());
    longer.messages.push(Said { id: "new".into(), after: Some(3), by, at, text, reasoning });
    let more = made(Some(&first.events), &longer, 3);
    assert_eq!((more.new, more.known), (1, 4));
    let all: Vec<Envelope> = first.events.iter().chain(&more.events).cloned().collect();
    let session = Session::fold(id, &all);
    assert_eq!(session.oddities, Oddities::default());
    let tip = session.transcript.get(&session.transcript.tip().unwrap()).unwrap();
    let before = session.transcript.get(&tip.after.unwrap()).unwrap();
    assert_eq!((tip.text(), before.text()), ("A quarter.", "How much less?"));
    assert_eq!(made(Some(&all), &longer, 4).events.len(), 0);
    // Nobody's writer is used twice.
    let writers = |made: &Made| -> Vec<_> { made.writers.iter().map(|(id, _)| *id).collect() };
    assert!(writers(&first).iter().all(|writer| !writers(&more).contains(writer)));
}

#[test]
fn every_file_makes_sessions_in_which_nothing_is_refused() {
    let mut ids: Vec<EventId> = Vec::new();
    for (name, _, reader) in FILES {
        let (conversations, _) = read(*reader, &file(name));
        assert!(!conversations.is_empty(), "{name}");
        for conversation in &conversations {
            let made = made(None, conversation, 5);
            assert_eq!(made.session.oddities, Oddities::default(), "{name}");
            assert_eq!(made.session.transcript.len(), conversation.messages.len(), "{name}");
            for event in &made.events {
                assert_eq!(Envelope::parse(&event.to_line()).as_ref(), Ok(event), "{name}");
                assert!(Event::decode(event).is_ok(), "{name}");
            }
            ids.push(made.session.id);
        }
    }
    let count = ids.len();
    ids.sort_unstable();
    ids.dedup();
    assert_eq!(ids.len(), count);
}
