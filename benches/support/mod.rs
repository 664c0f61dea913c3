//! Sessions of any size, the same for the same seed: for benchmarks and for measuring the program
//! from outside.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    dead_code,
    reason = "benches fail by panicking, and each uses a part"
)]

use cowrite::base::{AuthorId, DocId, EventId, Millis, Pos, Rand, Span};
use cowrite::event::{
    Author, AuthorKind, BurstHead, Cause, CauseKind, Edit, Envelope, Event, MessageRole,
    MessageStatus, Origin, Version, WipOp, seal,
};
use cowrite::session::Session;
use cowrite::store::{Options, SearchRow, SqliteStore, Write};
use cowrite::text::Change;
use std::path::Path;

/// What to make.
#[derive(Clone, Copy)]
pub struct Size {
    pub messages: usize,
    /// Characters that are typed, some of them deleted again.
    pub typed: usize,
    /// Characters of text that comes from a file.
    pub file: usize,
}

pub struct Made {
    pub session: EventId,
    pub doc: DocId,
    pub events: Vec<Envelope>,
    pub text: String,
}

const WORDS: [&str; 24] = [
    "plan", "market", "the", "of", "and", "we", "will", "price", "because", "customer", "a", "in",
    "year", "cost", "team", "to", "first", "*risk*", "`margin`", "is", "not", "for", "with", "two",
];

pub fn sentence(rand: &mut Rand, words: usize) -> String {
    let mut text = String::new();
    for index in 0..words {
        if index > 0 {
            text.push(' ');
        }
        text.push_str(WORDS[rand.below(WORDS.len())]);
    }
    text.push('.');
    text
}

/// A text as people write it, of about so many characters.
pub fn markdown(rand: &mut Rand, chars: usize) -> String {
    let mut text = String::from("# The plan\n\n");
    while text.len() < chars {
        match rand.below(6) {
            0 => text.push_str(&format!("\n## {}\n\n", sentence(rand, 4))),
            1 => text.push_str(&format!("- {}\n", sentence(rand, 9))),
            _ => text.push_str(&format!("{}\n", sentence(rand, 14))),
        }
    }
    text
}

/// Makes a session; bound to `path` where one is given, whose content is then [`Made::text`].
pub fn make(size: Size, seed: u64, path: Option<&Path>) -> Made {
    let mut rand = Rand::from_number(seed);
    let me: AuthorId = "p_01JBENCH".parse().expect("an author");
    let model: AuthorId = "m_01JBENCH".parse().expect("an author");
    let doc: DocId = "d_01JBENCH".parse().expect("a document");
    let mut at = 1_700_000_000_000;
    let mut events = Vec::new();

    let writer = rand.writer();
    let author = |author: &AuthorId, kind, name: &str| Author {
        author: author.clone(),
        kind,
        name: name.into(),
    };
    let created = Event::SessionCreated {
        title: "plan.md".into(),
        app: "cowrite/bench".into(),
        nonce: rand.salt(),
        from: None,
        author: author(&me, AuthorKind::Person, "Ada"),
        brought: None,
    }
    .seal(None, writer, 0, 0, vec![], Millis(at), &mut rand);
    let mut session = Session::new(created.id);
    session.apply(&created);
    events.push(created);
    let mut add = |session: &mut Session, event: Event, writer, at: u64, rand: &mut Rand| {
        let sealed = session.seal(&event, writer, Millis(at), rand);
        session.apply(&sealed);
        let id = sealed.id;
        events.push(sealed);
        id
    };
    let added = Event::DocumentAdded { doc: doc.clone(), name: "plan.md".into(), hint: None };
    add(&mut session, added, writer, at, &mut rand);
    let introduced = author(&model, AuthorKind::Model, "bench/model");
    add(&mut session, Event::AuthorIntroduced(introduced), writer, at, &mut rand);

    // The file, as it is met when it is opened first.
    let outside = rand.writer();
    let started = Event::WriterStarted { author: AuthorId::outside(), doc: Some(doc.clone()) };
    add(&mut session, started, outside, at, &mut rand);
    let text = if size.file > 0 { markdown(&mut rand, size.file) } else { String::new() };
    if !text.is_empty() {
        let change = Change::with_origin(Span::at(Pos(0)), text, Origin::outside());
        let document = &mut session.documents.get_mut(&doc).expect("is there").document;
        let applied = document
            .change_at(&Version::default(), outside, &change, Some(CauseKind::Outside))
            .expect("applies");
        let cause = Cause {
            kind: CauseKind::Outside,
            proposal: None,
            hunk: None,
            part: None,
            of: Vec::new(),
        };
        let edit = Edit {
            doc: doc.clone(),
            start: applied.start,
            lamport: applied.lamport,
            deps: applied.deps,
            ops: applied.ops,
            cause: Some(cause),
            filled: false,
        };
        add(&mut session, Event::DocumentEdited(edit), outside, at, &mut rand);
    }

    // Typing and talking in turns.
    let typist = rand.writer();
    let started = Event::WriterStarted { author: me.clone(), doc: Some(doc.clone()) };
    add(&mut session, started, typist, at, &mut rand);
    let speaker = rand.writer();
    let started = Event::WriterStarted { author: model.clone(), doc: None };
    add(&mut session, started, speaker, at, &mut rand);
    let document = &mut session.documents.get_mut(&doc).expect("is there").document;
    document.start_writer(typist).expect("is fresh");
    let rounds = (size.typed / 64).max(size.messages).max(1);
    let (mut typed, mut said) = (0, 0);
    let mut caret = document.len() / 2;
    let mut last = None;
    for round in 1..=rounds {
        at += 4_000;
        while typed * rounds < size.typed * round {
            let mut rows = Vec::new();
            let mut head: Option<BurstHead> = None;
            if rand.below(12) == 0 {
                let len = session.documents[&doc].document.len();
                caret = rand.below(len + 1);
            }
            while rows.len() < 64 && typed < size.typed {
                let words = sentence(&mut rand, 1);
                for character in words.trim_end_matches('.').chars().chain([' ']) {
                    if rows.len() >= 64 || typed >= size.typed {
                        break;
                    }
                    let change = if rand.below(16) == 0 && caret > 0 {
                        caret -= 1;
                        Change::delete(Span::new(Pos(caret), Pos(caret + 1)))
                    } else {
                        caret += 1;
                        Change::insert(Pos(caret - 1), character.to_string())
                    };
                    typed += 1;
                    let parents = session.heads();
                    let (n, lamport) = (session.next_n(typist), session.next_lamport());
                    let salt = head.is_none().then(|| cowrite::base::hex(&rand.bytes()));
                    let document = &mut session.documents.get_mut(&doc).expect("is there").document;
                    let applied = document.change(&change).expect("applies");
                    if let Some(salt) = salt {
                        head = Some(BurstHead {
                            session: session.id,
                            writer: typist,
                            n,
                            lamport,
                            parents,
                            at,
                            doc: doc.clone(),
                            start: applied.start,
                            crdt_lamport: applied.lamport,
                            deps: applied.deps,
                            cause: None,
                            salt,
                        });
                    }
                    rows.push(WipOp { ops: applied.ops });
                }
            }
            if let Some(head) = head {
                let sealed = seal(&head, &rows);
                session.record_own(&sealed);
                events.push(sealed);
            }
        }
        while said * rounds < size.messages * round {
            said += 1;
            let person = said % 2 == 1;
            let count = if person { 1 } else { 4 };
            let text: Vec<String> = (0..count).map(|_| sentence(&mut rand, 12)).collect();
            let event = Event::MessagePosted {
                role: if person { MessageRole::Person } else { MessageRole::Model },
                after: last,
                text: text.join("\n").as_str().into(),
                status: MessageStatus::Complete,
                model: (!person).then(|| "bench/model".into()),
                usage: None,
                error: None,
                links: vec![],
                asked: None,
                reasoning: None,
                brought: None,
            };
            let by = if person { writer } else { speaker };
            let sealed = session.seal(&event, by, Millis(at), &mut rand);
            session.apply(&sealed);
            last = Some(sealed.id);
            events.push(sealed);
        }
    }
    let (text, version) = {
        let document = &session.documents[&doc].document;
        (document.rope().to_string(), document.version())
    };
    if let Some(path) = path {
        let hash = cowrite::state::stamp(text.as_bytes()).hash;
        let saved = Event::DocumentSaved { doc: doc.clone(), version, hash: hash.as_str().into() };
        let sealed = session.seal(&saved, writer, Millis(at), &mut rand);
        session.apply(&sealed);
        events.push(sealed);
        let local = rand.writer();
        let path = path.to_string_lossy();
        let bound = Event::DocumentBound { doc: doc.clone(), path: path.as_ref().into() };
        events.push(session.seal(&bound, local, Millis(at), &mut rand));
    }
    Made { session: session.id, doc, events, text }
}

/// Writes a made session into the library in `dir`, which is made.
pub fn keep(dir: &Path, made: &Made) {
    let options = Options { rows_version: cowrite::state::ROWS_VERSION, ..Options::default() };
    let mut store = SqliteStore::open(dir, options).expect("opens");
    for events in made.events.chunks(5_000) {
        let write = Write::Events { events: events.to_vec(), clears: Vec::new(), ends: Vec::new() };
        store.write(&[write]).expect("writes");
    }
    store.set_meta("me", "p_01JBENCH").expect("writes");
}

fn vocabulary(rand: &mut Rand) -> Vec<String> {
    (0..20_000).map(|_| rand.salt()[..7].to_string()).collect()
}

/// What to look for in [`rows`] of a seed, and what kind of search that is.
pub fn searches(seed: u64) -> [(&'static str, String); 4] {
    let words = vocabulary(&mut Rand::from_number(seed));
    [
        ("common", "common".into()),
        ("rare", words[19_000].clone()),
        ("prefix", words[3][..3].into()),
        ("ideographs", "设计".into()),
    ]
}

/// Rows to search in, in 100 sessions: some words common, most rare.
pub fn rows(count: u64, seed: u64) -> impl Iterator<Item = SearchRow> {
    let mut rand = Rand::from_number(seed);
    let vocabulary = vocabulary(&mut rand);
    (0..count).map(move |number| {
        let mut body = String::new();
        for _ in 0..12 {
            let most = [10, 100, 1000, vocabulary.len()][rand.below(4)];
            body.push_str(&vocabulary[rand.below(most)]);
            body.push(' ');
        }
        if number % 2 == 0 {
            body.push_str("common ");
        }
        if number % 10 == 0 {
            body.push_str("数据库设计");
        }
        let mut session = [0; 32];
        session[..4].copy_from_slice(&((number / 100) as u32).to_be_bytes());
        SearchRow {
            session: EventId(session),
            key: number.to_string(),
            kind: "message".into(),
            title: String::new(),
            body,
            at: Millis(1_700_000_000_000 + number * 60_000),
        }
    })
}
