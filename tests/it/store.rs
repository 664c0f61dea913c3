//! The library: nothing that was written is lost, nothing that was deleted stays.

pub use crate::harness::said as message;
use cowrite::base::{AuthorId, DocId, EventId, Millis, Rand, TurnId, WriterId};
use cowrite::event::{
    Author, AuthorKind, Body, BurstHead, DecisionStatus, Envelope, Event, Op, Version, WipOp, seal,
};
use cowrite::store::{
    Flaw, Options, RedactJob, SearchRow, SqliteStore, StoreError, StreamHead, Write,
};
use std::fs;
use std::path::Path;

pub fn open(dir: &Path) -> SqliteStore {
    SqliteStore::open(dir, Options::default()).expect("opens")
}

pub fn temp() -> tempfile::TempDir {
    tempfile::tempdir().expect("a directory")
}

/// Makes events of one session, as its only writer would.
pub struct Maker {
    pub session: EventId,
    pub created: Envelope,
    pub writer: WriterId,
    pub n: u64,
    pub salts: Rand,
}

impl Maker {
    pub fn new(seed: u64) -> Self {
        let mut salts = Rand::from_number(seed);
        let writer = salts.writer();
        let created = Event::SessionCreated {
            title: format!("Session {seed}").into(),
            app: "cowrite/test".into(),
            nonce: format!("{seed}"),
            from: None,
            author: Author { author: person(), kind: AuthorKind::Person, name: "Ada".into() },
            brought: None,
        }
        .seal(None, writer, 0, 0, vec![], Millis(1_000_000 + seed), &mut salts);
        Self { session: created.id, created, writer, n: 1, salts }
    }

    pub fn make(&mut self, event: &Event) -> Envelope {
        let made = event.seal(
            Some(self.session),
            self.writer,
            self.n,
            self.n,
            vec![],
            Millis(2_000_000 + self.n * 1000),
            &mut self.salts,
        );
        self.n += 1;
        made
    }

    pub fn message(&mut self, text: &str) -> Envelope {
        self.make(&message(text))
    }

    pub fn register(&self) -> Write {
        Write::Writer { writer: self.writer, session: self.session, author: person(), doc: None }
    }

    /// A burst of `texts`, one insertion each, as writes.
    pub fn burst(&mut self, texts: &[&str]) -> (BurstHead, Vec<WipOp>, Vec<Write>) {
        let head = BurstHead {
            session: self.session,
            writer: self.writer,
            n: self.n,
            lamport: self.n,
            parents: vec![self.created.id],
            at: 5_000_000,
            doc: doc(),
            start: 0,
            crdt_lamport: 0,
            deps: vec![],
            cause: None,
            salt: cowrite::base::hex(&self.salts.bytes()),
        };
        self.n += 1;
        let mut pos = 0;
        let mut ops = Vec::new();
        for text in texts {
            let ins = text.chars().count() as u32;
            let op = Op::Insert { pos, ins, text: (*text).into(), origin: None, src: vec![] };
            ops.push(WipOp { ops: vec![op] });
            pos += ins;
        }
        let writes = ops
            .iter()
            .enumerate()
            .map(|(row, op)| Write::Wip {
                head: (row == 0).then(|| Box::new(head.clone())),
                writer: self.writer,
                row: row as u64,
                op: op.clone(),
            })
            .collect();
        (head, ops, writes)
    }
}

pub fn person() -> AuthorId {
    "p_01JTEST".parse().expect("an author")
}

pub fn doc() -> DocId {
    "d_01JTEST".parse().expect("a document")
}

pub fn events(events: Vec<Envelope>) -> Write {
    Write::Events { events, clears: vec![], ends: vec![] }
}

fn ids(store: &SqliteStore, session: EventId) -> Vec<EventId> {
    let loaded = store.events(session, 0).expect("reads");
    assert!(loaded.damaged.is_empty(), "{:?}", loaded.damaged);
    loaded.events.iter().map(|stored| stored.envelope.id).collect()
}

/// Leaves the library as `kill -9` does: nothing is closed, and the lock is nobody's. (A missing
/// lock file is a dead process; the lock itself cannot be let go of from within.)
fn kill(store: SqliteStore, dir: &Path) {
    std::mem::forget(store);
    for entry in fs::read_dir(dir.join("locks")).expect("locks").flatten() {
        if entry.file_name() != "open.lock" {
            fs::remove_file(entry.path()).expect("removes");
        }
    }
}

#[test]
fn what_was_written_is_read_back_in_order_and_only_once() {
    let dir = temp();
    let mut maker = Maker::new(1);
    let made = vec![maker.created.clone(), maker.message("one"), maker.message("two")];
    let mut store = open(dir.path());
    let written = store.write(&[events(made.clone())]).expect("writes");
    assert_eq!((written.added, written.known, written.last_rid), (3, 0, 3));
    let again = store.write(&[events(made.clone())]).expect("writes");
    assert_eq!((again.added, again.known, again.last_rid), (0, 3, 3));

    let loaded = store.events(maker.session, 1).expect("reads");
    assert_eq!(loaded.last_rid, 3);
    let lines: Vec<String> = loaded.events.iter().map(|s| s.envelope.to_line()).collect();
    assert_eq!(lines, [made[1].to_line(), made[2].to_line()]);
    assert_eq!(store.events(maker.session, 3).expect("reads").last_rid, 3);
    assert_eq!(store.event(made[2].id).expect("reads").expect("is there").rid, 3);
}

#[test]
fn a_batch_is_written_whole_or_not_at_all() {
    let dir = temp();
    let mut maker = Maker::new(2);
    let mut store = open(dir.path());
    let stranger = WriterId(99);
    let bad = Write::Wip { head: None, writer: stranger, row: 0, op: WipOp { ops: vec![] } };
    let made = vec![maker.created.clone(), maker.message("one")];
    let error = store.write(&[maker.register(), events(made.clone()), bad]).expect_err("fails");
    assert!(matches!(error, StoreError::Misuse(_)) && !error.is_passing(), "{error}");
    assert!(ids(&store, maker.session).is_empty());
    assert_eq!(store.sessions().expect("reads"), []);
    // The writer of the failed batch is not registered either.
    let (_, _, writes) = maker.burst(&["x"]);
    assert!(store.write(&writes).is_err());
    store.write(&[maker.register(), events(made)]).expect("writes");
    store.write(&writes).expect("writes");
}

#[test]
fn a_killed_process_loses_nothing_and_its_burst_is_sealed_once() {
    let dir = temp();
    let mut maker = Maker::new(3);
    let mut store = open(dir.path());
    let (head, rows, writes) = maker.burst(&["Hel", "lo ", "wörld"]);
    store.write(&[maker.register(), events(vec![maker.created.clone()])]).expect("writes");
    for write in &writes {
        store.write(std::slice::from_ref(write)).expect("writes");
    }
    // Written again, as after an error: nothing is doubled.
    store.write(&writes).expect("writes");
    let turn: TurnId = "t_01JTEST".parse().expect("a turn");
    let stream = StreamHead {
        session: maker.session,
        question: maker.created.id,
        author: "m_01JTEST".parse().expect("an author"),
        model: "a/b".into(),
        at: 7,
    };
    for (seq, text) in ["An ", "answ", "er"].into_iter().enumerate() {
        let head = (seq == 0).then(|| stream.clone());
        let part = Write::Stream { turn: turn.clone(), head, seq: seq as u64, text: text.into() };
        store.write(&[part.clone(), part]).expect("writes");
    }
    for (seq, text) in ["Hm", ", hm."].into_iter().enumerate() {
        let part = Write::Thought { turn: turn.clone(), seq: seq as u64, text: text.into() };
        store.write(&[part.clone(), part]).expect("writes");
    }

    // While it lives, nobody takes anything.
    let mut other = open(dir.path());
    assert!(other.live_others().expect("looks"));
    assert_eq!(other.leftovers().expect("looks"), Default::default());
    drop(other);

    kill(store, dir.path());
    let mut store = open(dir.path());
    assert!(!store.moved());
    let left = store.leftovers().expect("takes over");
    let sealed = seal(&head, &rows);
    assert_eq!(left.sealed, [sealed.id]);
    assert!(left.moved.is_empty() && left.damaged.is_empty());
    assert_eq!(left.streams.len(), 1);
    assert_eq!((left.streams[0].text.as_str(), &left.streams[0].head), ("An answer", &stream));
    assert_eq!(left.streams[0].reasoning, "Hm, hm.");
    assert_eq!(ids(&store, maker.session), [maker.created.id, sealed.id]);
    assert!(!store.live_others().expect("looks"), "the dead are buried");

    // Killed again before the answer was posted: it is still there, the burst is not.
    kill(store, dir.path());
    let mut store = open(dir.path());
    let left = store.leftovers().expect("takes over");
    assert_eq!((left.sealed.len(), left.streams.len()), (0, 1));
    let posted = maker.message("An answer");
    store
        .write(&[Write::Events { events: vec![posted], clears: vec![], ends: vec![turn] }])
        .expect("writes");
    kill(store, dir.path());
    assert_eq!(open(dir.path()).leftovers().expect("looks"), Default::default());
}

/// Not a test of its own: what the next one starts as a process and kills.
#[test]
fn child_that_is_killed() {
    let Ok(dir) = std::env::var("COWRITE_TEST_CHILD") else { return };
    let mut store = open(Path::new(&dir));
    let mut maker = Maker::new(40);
    store.write(&[maker.register(), events(vec![maker.created.clone()])]).expect("writes");
    let texts = vec!["x"; 100_000];
    let (_, _, writes) = maker.burst(&texts);
    for (row, write) in writes.iter().enumerate() {
        store.write(std::slice::from_ref(write)).expect("writes");
        // Around the test harness, which holds back what a test prints.
        use std::io::Write as _;
        writeln!(std::io::stderr().lock(), "row {row}").expect("says so");
    }
}

#[test]
fn what_a_killed_process_had_acknowledged_is_there() {
    use std::io::BufRead as _;
    let dir = temp();
    let mut child = std::process::Command::new(std::env::current_exe().expect("a binary"))
        .args(["--exact", "store::child_that_is_killed", "--nocapture"])
        .env("COWRITE_TEST_CHILD", dir.path())
        .stdout(std::process::Stdio::null())
        .stderr(std::process::Stdio::piped())
        .spawn()
        .expect("starts");
    let said = std::io::BufReader::new(child.stderr.take().expect("a pipe"));
    let mut lines = said.lines().map_while(Result::ok).filter(|line| line.starts_with("row "));
    assert_eq!(lines.nth(300).as_deref(), Some("row 300"));
    {
        let mut here = open(dir.path());
        assert!(here.live_others().expect("looks"));
        assert_eq!(here.leftovers().expect("looks"), Default::default());
    }
    child.kill().expect("kills");
    child.wait().expect("ends");
    let acknowledged = 301 + lines.count();

    let mut store = open(dir.path());
    assert!(!store.live_others().expect("looks") && !store.moved());
    let left = store.leftovers().expect("takes over");
    let event = store.event(left.sealed[0]).expect("reads").expect("is there");
    let Ok(Event::DocumentEdited(edit)) = Event::decode(&event.envelope) else {
        panic!("is an edit")
    };
    let kept = edit.width() as usize;
    assert!(kept == acknowledged || kept == acknowledged + 1, "{kept} of {acknowledged}");
    assert_eq!(store.verify(None).expect("checks").findings, []);
}

#[test]
fn a_sealed_burst_goes_with_its_event() {
    let dir = temp();
    let mut maker = Maker::new(4);
    let mut store = open(dir.path());
    let (head, rows, writes) = maker.burst(&["a", "b"]);
    store.write(&[maker.register(), events(vec![maker.created.clone()])]).expect("writes");
    store.write(&writes).expect("writes");
    let sealed = seal(&head, &rows);
    let done =
        Write::Events { events: vec![sealed.clone()], clears: vec![maker.writer], ends: vec![] };
    store.write(std::slice::from_ref(&done)).expect("writes");
    // The next burst of the same writer begins at row 0 again.
    let (head, rows, writes) = maker.burst(&["c"]);
    store.write(&writes).expect("writes");
    kill(store, dir.path());
    let mut store = open(dir.path());
    assert_eq!(store.leftovers().expect("looks").sealed, [seal(&head, &rows).id]);
    assert_eq!(ids(&store, maker.session).len(), 3);
}

#[test]
fn files_copied_from_under_a_running_process_hold_every_row() {
    let (dir, copy) = (temp(), temp());
    let mut maker = Maker::new(5);
    let mut store = open(dir.path());
    let (head, rows, writes) = maker.burst(&["copied ", "text"]);
    store.write(&[maker.register(), events(vec![maker.created.clone()])]).expect("writes");
    let mut made = vec![maker.created.id];
    for number in 0..50 {
        let event = maker.message(&format!("message {number}"));
        made.push(event.id);
        store.write(&[events(vec![event])]).expect("writes");
    }
    store.write(&writes).expect("writes");
    for name in ["library.db", "library.db-wal", "place"] {
        fs::copy(dir.path().join(name), copy.path().join(name)).expect("copies");
    }

    let mut copied = open(copy.path());
    assert!(copied.moved(), "a copy notices that it is one");
    assert_eq!(ids(&copied, maker.session), made);
    // The original may seal the burst too: here it is handed out, and kept until it is cleared.
    let left = copied.leftovers().expect("looks");
    assert_eq!((left.sealed.len(), left.moved.len()), (0, 1));
    assert_eq!((&left.moved[0].head, &left.moved[0].rows), (&head, &rows));
    kill(copied, copy.path());
    let mut copied = open(copy.path());
    assert!(!copied.moved(), "once is enough");
    assert_eq!(copied.leftovers().expect("looks").moved.len(), 1);
    let replayed = maker.message("replayed");
    copied
        .write(&[Write::Events {
            events: vec![replayed],
            clears: vec![maker.writer],
            ends: vec![],
        }])
        .expect("writes");
    kill(copied, copy.path());
    assert_eq!(open(copy.path()).leftovers().expect("looks"), Default::default());
}

#[test]
fn a_library_that_was_rolled_back_in_place_notices_it() {
    let (dir, aside) = (temp(), temp());
    let path = dir.path().join("library.db");
    drop(open(dir.path()));
    fs::copy(&path, aside.path().join("old")).expect("copies");
    drop(open(dir.path()));
    assert!(!open(dir.path()).moved());
    // The same file, older content.
    fs::write(&path, fs::read(aside.path().join("old")).expect("reads")).expect("writes");
    assert!(open(dir.path()).moved());
}

#[test]
fn a_full_disk_is_told_and_nothing_is_lost_or_doubled() {
    let dir = temp();
    let mut maker = Maker::new(6);
    let mut store =
        SqliteStore::open(dir.path(), Options { page_limit: Some(60), ..Options::default() })
            .expect("opens");
    let mut batches = vec![vec![maker.register(), events(vec![maker.created.clone()])]];
    for number in 0..40 {
        let text = format!("{number} {}", "word ".repeat(400));
        let event = maker.message(&text);
        let row = SearchRow {
            session: maker.session,
            key: event.id.to_string(),
            kind: "message".into(),
            title: String::new(),
            body: text,
            at: event.at,
        };
        batches.push(vec![events(vec![event]), Write::Rows(vec![row])]);
    }
    let mut failed = Vec::new();
    for batch in batches {
        match store.write(&batch) {
            Ok(_) => assert!(failed.is_empty(), "nothing fits behind what did not"),
            Err(error) => {
                assert_eq!(error, StoreError::Full);
                assert!(error.is_passing() && error.advice().contains("room"));
                failed.push(batch);
            }
        }
    }
    assert!((1..40).contains(&failed.len()), "{}", failed.len());
    // What is there can still be read, and the library can be closed and opened.
    let before = ids(&store, maker.session).len();
    assert_eq!(before, 41 - failed.len());
    drop(store);
    let mut store =
        SqliteStore::open(dir.path(), Options { page_limit: Some(60), ..Options::default() })
            .expect("opens on a full disk");
    assert_eq!(store.write(&failed[0]).expect_err("still full"), StoreError::Full);
    store.set_page_limit(None).expect("room");
    for batch in &failed {
        store.write(batch).expect("writes");
        store.write(batch).expect("writes");
    }
    assert_eq!(ids(&store, maker.session).len(), 41);
    assert_eq!(store.verify(None).expect("checks").findings, []);
    assert_eq!(store.sessions().expect("reads")[0].messages, 40);
}

#[test]
fn forks_are_kept_and_the_lower_id_folds_but_never_over_an_own_writer() {
    let dir = temp();
    let mut store = open(dir.path());
    let mut foreign = Maker::new(7);
    store.write(&[Write::Import { events: vec![foreign.created.clone()] }]).expect("writes");
    // Three events with one number, in any order: the lowest id folds.
    let mut forks: Vec<Envelope> = (0..3)
        .map(|_| {
            foreign.n = 1;
            foreign.message("fork")
        })
        .collect();
    forks.sort_by_key(|event| event.id);
    for index in [1, 0, 2] {
        let event = forks[index].clone();
        let written = store.write(&[Write::Import { events: vec![event] }]).expect("writes");
        assert_eq!(written.forks.len(), usize::from(index != 1));
    }
    let loaded = store.events(foreign.session, 0).expect("reads");
    let folding: Vec<EventId> =
        loaded.events.iter().filter(|s| !s.fork).map(|s| s.envelope.id).collect();
    assert_eq!(folding, [foreign.created.id, forks[0].id]);
    assert_eq!(store.sessions().expect("reads")[0].messages, 1, "forks are not counted");
    let report = store.verify(None).expect("checks");
    assert_eq!(report.found, 2);
    assert!(report.findings.iter().all(|f| matches!(f.what, Flaw::Fork { n: 1, .. })));

    // A writer of this process: whatever arrives, before or after, its own event folds.
    for own_first in [true, false] {
        let mut own = Maker::new(if own_first { 8 } else { 9 });
        let mut pair: Vec<Envelope> = (0..2)
            .map(|_| {
                own.n = 1;
                own.message("mine")
            })
            .collect();
        pair.sort_by_key(|event| event.id);
        let (forged, mine) = (pair[0].clone(), pair[1].clone());
        let here = [own.register(), events(vec![own.created.clone()])];
        store.write(&here).expect("writes");
        let mut writes =
            [events(vec![mine.clone()]), Write::Import { events: vec![forged.clone()] }];
        if !own_first {
            writes.reverse();
        }
        store.write(&writes).expect("writes");
        let loaded = store.events(own.session, 0).expect("reads");
        let fork: Vec<EventId> =
            loaded.events.iter().filter(|s| s.fork).map(|s| s.envelope.id).collect();
        assert_eq!(fork, [forged.id], "own first: {own_first}");
    }
}

#[test]
fn events_of_local_kinds_are_not_imported() {
    let dir = temp();
    let mut store = open(dir.path());
    let mut maker = Maker::new(10);
    let bound = maker.make(&Event::DocumentBound { doc: doc(), path: "/etc/passwd".into() });
    let written = store
        .write(&[Write::Import { events: vec![maker.created.clone(), bound.clone()] }])
        .expect("writes");
    assert_eq!((written.added, written.refused), (1, 1));
    assert_eq!(store.binding("/etc/passwd").expect("reads"), []);
    store.write(&[events(vec![bound])]).expect("writes");
    assert_eq!(store.binding("/etc/passwd").expect("reads")[0].doc, doc());
}

#[test]
fn the_list_of_sessions_is_derived_and_made_again_the_same() {
    let dir = temp();
    let mut store = open(dir.path());
    let mut maker = Maker::new(11);
    let titled = |title: &str| Event::SessionTitled { title: title.into(), replaces: vec![] };
    let made = vec![
        maker.created.clone(),
        maker.make(&titled("First")),
        maker.make(&Event::DocumentAdded { doc: doc(), name: "plan.md".into(), hint: None }),
        maker.make(&Event::DocumentBound { doc: doc(), path: "/a/plan.md".into() }),
        maker.make(&Event::DocumentSaved {
            doc: doc(),
            version: Version::default(),
            hash: "abc".into(),
        }),
        maker.message("hello"),
        maker.make(&Event::DecisionRecorded {
            title: "Use it".into(),
            status: DecisionStatus::Accepted,
            context: "".into(),
            options: vec![],
            outcome: "".into(),
            consequences: "".into(),
            links: vec![],
            review: "".into(),
            supersedes: None,
            taken: None,
        }),
        maker.make(&titled("Last")),
        maker.make(&Event::DocumentBound { doc: doc(), path: "/b/plan.md".into() }),
    ];
    // Any order of arrival gives the same row.
    let mut shuffled = made.clone();
    shuffled.reverse();
    store.write(&[events(shuffled)]).expect("writes");
    let rows = store.sessions().expect("reads");
    assert_eq!(rows.len(), 1);
    let row = &rows[0];
    assert_eq!((row.id, row.title.as_str()), (maker.session, "Last"));
    assert_eq!((row.messages, row.decisions), (1, 1));
    assert_eq!(row.documents, [(doc(), "plan.md".to_string())]);
    assert_eq!((row.created, row.last), (made[0].at, made[8].at));
    assert_eq!(store.binding("/a/plan.md").expect("reads"), []);
    assert_eq!(store.binding("/b/plan.md").expect("reads").len(), 1);
    assert_eq!(store.bindings().expect("reads").len(), 1);
    assert_eq!(store.saved_hash("abc").expect("reads"), [(maker.session, doc())]);
    let short = maker.session.short();
    assert_eq!(store.sessions_like(&short).expect("reads"), [maker.session]);
    assert_eq!(store.sessions_like("%").expect("reads"), []);
    drop(store);

    // Another version of the derived tables: they are made again, to the same rows.
    let raw = rusqlite::Connection::open(dir.path().join("library.db")).expect("opens");
    raw.execute_batch(
        "UPDATE meta SET value = '0' WHERE key = 'derived';
         UPDATE session SET title = 'wrong', messages = 7; DELETE FROM saved;",
    )
    .expect("edits");
    drop(raw);
    let mut store = open(dir.path());
    assert_eq!(store.sessions().expect("reads"), rows);
    assert_eq!(store.saved_hash("abc").expect("reads").len(), 1);
    assert_eq!(store.binding("/b/plan.md").expect("reads").len(), 1);

    let unbound = maker.make(&Event::DocumentBound { doc: doc(), path: "".into() });
    store.write(&[events(vec![unbound])]).expect("writes");
    assert_eq!(store.bindings().expect("reads"), []);
}

#[test]
fn view_state_snapshots_and_values_are_kept() {
    let dir = temp();
    let maker = Maker::new(12);
    let mut store = open(dir.path());
    let view = |key: &str, value: &str| Write::View {
        session: maker.session,
        key: key.into(),
        value: value.into(),
    };
    store.write(&[view("caret", "5"), view("tab", "chat"), view("caret", "9")]).expect("writes");
    store.write(&[view("tab", "")]).expect("writes");
    store
        .write(&[Write::Snapshot {
            session: maker.session,
            doc: doc(),
            version: Version::default(),
            bytes: vec![1, 2, 3],
            upto_rid: 7,
        }])
        .expect("writes");
    store.set_meta("seen", "yes").expect("writes");
    drop(store);
    let store = open(dir.path());
    let kept: Vec<_> = store.view(maker.session).expect("reads").into_iter().collect();
    assert_eq!(kept, [("caret".to_string(), "9".to_string())]);
    let snapshot = store.snapshot(maker.session, &doc()).expect("reads").expect("is there");
    assert_eq!((snapshot.bytes, snapshot.upto_rid), (vec![1, 2, 3], 7));
    assert_eq!(store.meta("seen").expect("reads").as_deref(), Some("yes"));
}

#[test]
fn handles_side_by_side_lose_nothing_and_see_each_other() {
    let dir = temp();
    let maker = Maker::new(13);
    let mut store = open(dir.path());
    store.write(&[events(vec![maker.created.clone()])]).expect("writes");
    assert!(!store.poll().expect("looks"), "own writes are no news");
    let session = maker.session;
    let path = dir.path();
    std::thread::scope(|scope| {
        for number in 0..4u64 {
            scope.spawn(move || {
                let mut store = open(path);
                let mut maker = Maker::new(13);
                maker.writer = WriterId(1000 + number);
                store.write(&[maker.register()]).expect("writes");
                for n in 0..100 {
                    maker.n = n;
                    let event = maker.message(&format!("{number} {n}"));
                    store.write(&[events(vec![event])]).expect("no lock is in the way");
                }
            });
        }
    });
    assert!(store.poll().expect("looks"), "others' writes are");
    assert!(!store.poll().expect("looks"));
    let loaded = store.events(session, 1).expect("reads");
    assert_eq!(loaded.events.len(), 400);
    assert_eq!(store.sessions().expect("reads")[0].messages, 400);
    assert!(!store.live_others().expect("looks"));
    store.syncer().sync().expect("syncs");
}

#[test]
fn a_row_number_never_comes_back() {
    let dir = temp();
    let mut store = open(dir.path());
    let mut maker = Maker::new(14);
    let other = Maker::new(15);
    store.write(&[events(vec![maker.created.clone(), other.created.clone()])]).expect("writes");
    store.delete_session(other.session).expect("deletes");
    let written = store.write(&[events(vec![maker.message("next")])]).expect("writes");
    assert_eq!(written.last_rid, 3);
}

fn holds(dir: &Path, needle: &[u8]) -> Vec<String> {
    let mut found = Vec::new();
    for entry in fs::read_dir(dir).expect("reads").flatten() {
        if entry.file_type().expect("a type").is_file() {
            let bytes = fs::read(entry.path()).expect("reads");
            if bytes.windows(needle.len()).any(|window| window == needle) {
                found.push(entry.file_name().to_string_lossy().into_owned());
            }
        }
    }
    found
}

fn secretive(store: &mut SqliteStore, maker: &mut Maker, words: &[&str]) -> Vec<Envelope> {
    let mut made = vec![maker.created.clone()];
    let mut rows = Vec::new();
    for word in words {
        let text = format!("the word is {word} and no other");
        let event = maker.message(&text);
        rows.push(SearchRow {
            session: maker.session,
            key: event.id.to_string(),
            kind: "message".into(),
            title: (*word).into(),
            body: text,
            at: event.at,
        });
        made.push(event);
    }
    let (_, _, burst) = maker.burst(words);
    store.write(&[maker.register(), events(made.clone()), Write::Rows(rows)]).expect("writes");
    store.write(&burst).expect("writes");
    let turn: TurnId = format!("t_{}", maker.writer).parse().expect("a turn");
    let head = StreamHead {
        session: maker.session,
        question: maker.created.id,
        author: "m_01JTEST".parse().expect("an author"),
        model: words[0].into(),
        at: 7,
    };
    let parts = [
        Write::Stream { turn, head: Some(head), seq: 0, text: words[1].into() },
        Write::View { session: maker.session, key: "draft".into(), value: words[2].into() },
        Write::Snapshot {
            session: maker.session,
            doc: doc(),
            version: Version::default(),
            bytes: words.join(" ").into_bytes(),
            upto_rid: 1,
        },
    ];
    store.write(&parts).expect("writes");
    made
}

#[test]
fn a_deleted_session_is_gone_from_the_files() {
    let dir = temp();
    let mut store = open(dir.path());
    let secrets = ["zebraquarkone", "zebraquarktwo", "mangofrostxyz"];
    let kept = ["lemonvalleyab", "lemonvalleycd", "peachriveruvw"];
    let mut gone = Maker::new(16);
    let mut stays = Maker::new(17);
    secretive(&mut store, &mut stays, &kept);
    secretive(&mut store, &mut gone, &secrets);
    for word in secrets {
        assert!(!holds(dir.path(), word.as_bytes()).is_empty(), "{word} was written");
    }
    let deleted = store.delete_session(gone.session).expect("deletes");
    assert_eq!((deleted.events, deleted.scrubbed), (4, true));
    // Index words are stored without the letters they share with their neighbours.
    for needle in ["zebraquark", "quarkone", "quarktwo", "mangofrost", "ngofrostxyz"] {
        assert_eq!(holds(dir.path(), needle.as_bytes()), Vec::<String>::new(), "{needle}");
    }
    assert_eq!(store.sessions().expect("reads").len(), 1);
    assert_eq!(ids(&store, gone.session), []);
    assert_eq!(ids(&store, stays.session).len(), 4);
    for word in kept {
        let query = cowrite::store::Query { text: word.into(), limit: 9, ..Default::default() };
        assert_eq!(store.search(&query).expect("finds").len(), 1, "{word}");
    }
    // Its writers are forgotten too.
    let (_, _, burst) = gone.burst(&["x"]);
    assert!(store.write(&burst).is_err());
    assert_eq!(store.verify(None).expect("checks").findings, []);
}

#[test]
fn a_session_somebody_else_writes_in_is_not_deleted() {
    let dir = temp();
    let (mut here, mut there) = (open(dir.path()), open(dir.path()));
    let maker = Maker::new(18);
    there.write(&[maker.register(), events(vec![maker.created.clone()])]).expect("writes");
    let error = here.delete_session(maker.session).expect_err("refuses");
    assert!(matches!(error, StoreError::InUse(_)), "{error}");
    drop(there);
    assert_eq!(here.delete_session(maker.session).expect("deletes").events, 1);
}

#[test]
fn a_session_somebody_else_has_open_is_not_deleted() {
    let dir = tempfile::tempdir().expect("a folder");
    let open = || SqliteStore::open(dir.path(), Options::default()).expect("opens");
    let (mut here, mut there) = (open(), open());
    let (one, two) = (Maker::new(1), Maker::new(2));
    for maker in [&one, &two] {
        here.write(&[Write::Import { events: vec![maker.created.clone()] }]).expect("imports");
    }
    there.note_open(one.session).expect("says so");
    assert_eq!(here.delete_session(two.session).expect("deletes").events, 1, "another one");
    let error = here.delete_session(one.session).expect_err("refuses");
    assert!(matches!(error, StoreError::InUse(_)), "{error}");
    // Its own does not hinder it, nor what one that ended had open.
    here.note_open(one.session).expect("says so");
    there.note_open(two.session).expect("says so");
    drop(there);
    assert_eq!(here.delete_session(one.session).expect("deletes").events, 1);
}

#[test]
fn events_cannot_be_changed_or_deleted_but_by_redacting() {
    let dir = temp();
    let mut store = open(dir.path());
    let mut maker = Maker::new(19);
    let words = ["zebraquarkone", "lemonvalleyab", "peachriveruvw"];
    let made = secretive(&mut store, &mut maker, &words);
    let raw = rusqlite::Connection::open(dir.path().join("library.db")).expect("opens");
    for sql in [
        "DELETE FROM event",
        "UPDATE event SET line = ''",
        "UPDATE event SET id = x'00'",
        "UPDATE event SET lamport = 9",
    ] {
        let error = raw.execute(sql, []).expect_err("is refused").to_string();
        assert!(error.contains("events are never"), "{sql}: {error}");
    }
    drop(raw);

    let mut event = made[1].clone();
    event.body = event.body.iter().map(|body| Body::Redacted { hash: body.hash() }).collect();
    let mut forged = event.clone();
    forged.body[0] = Body::Present { salt: "x".into(), text: "other".into() };
    let refused = store.redact(maker.session, &RedactJob::default());
    assert!(
        matches!(refused, Err(StoreError::Misuse(_))),
        "something is being written: {refused:?}"
    );
    let turn: TurnId = format!("t_{}", maker.writer).parse().expect("a turn");
    let (clears, ends) = (vec![maker.writer], vec![turn]);
    store.write(&[Write::Events { events: Vec::new(), clears, ends }]).expect("writes");
    let job = |event: &Envelope| RedactJob { lines: vec![event.clone()], ..RedactJob::default() };
    let refused = store.redact(maker.session, &job(&forged));
    assert!(matches!(refused, Err(StoreError::Misuse(_))), "{refused:?}");
    store.redact(maker.session, &job(&event)).expect("redacts");
    assert!(!store.events(maker.session, 0).expect("reads").events[1].fork);
    assert_eq!(store.event(event.id).expect("reads").expect("is there").envelope, event);
    assert_eq!(store.snapshot(maker.session, &doc()).expect("reads"), None);
    // Nothing in the log says why.
    let found = store.verify(None).expect("checks").findings;
    let found: Vec<_> = found.into_iter().map(|finding| (finding.event, finding.what)).collect();
    assert_eq!(found, [(Some(event.id), Flaw::Bodiless)]);
}

#[test]
fn verify_tells_what_is_off() {
    let dir = temp();
    let mut store = open(dir.path());
    let mut maker = Maker::new(20);
    let one = maker.message("one");
    let _lost = maker.message("lost");
    let mut three = message("three").seal(
        Some(maker.session),
        maker.writer,
        maker.n,
        1,
        vec![one.id, EventId([9; 32])],
        Millis(3),
        &mut maker.salts,
    );
    three.kind = "future.kind".into();
    three.id = three.compute_id();
    store.write(&[events(vec![one.clone(), three])]).expect("writes");
    let report = store.verify(None).expect("checks");
    let said: Vec<String> = report.findings.iter().map(|f| f.what.to_string()).collect();
    assert_eq!((report.sessions, report.events, report.found), (1, 2, 7));
    assert_eq!(report.unknown_kinds.get("future.kind"), Some(&1));
    insta::assert_snapshot!(said.join("\n"));

    // A row changed behind the program's back.
    let raw = rusqlite::Connection::open(dir.path().join("library.db")).expect("opens");
    raw.execute_batch(
        "DROP TRIGGER event_line_is_fixed; DROP TRIGGER event_is_fixed;
         UPDATE event SET line = replace(line, 'one', 'two'), kind = 'x' WHERE rid = 1;
         UPDATE event SET n = 7 WHERE rid = 2;",
    )
    .expect("edits");
    drop(raw);
    let report = store.verify(Some(maker.session)).expect("checks");
    assert!(report.findings.iter().any(|f| matches!(f.what, Flaw::Line(_)) && f.rid == Some(1)));
    assert!(report.findings.iter().any(|f| f.what == Flaw::Column("number")));
    let loaded = store.events(maker.session, 0).expect("reads");
    assert_eq!((loaded.events.len(), loaded.damaged.len()), (1, 1), "the rest still loads");
}
