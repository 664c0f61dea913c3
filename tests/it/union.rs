//! Session files of any size: put together without being held in memory, the result is that of an
//! independent union of sets, whatever stands between the events; and writing leaves a file whole.

use crate::harness::cases;
use crate::store::{Maker, temp};
use cowrite::base::{EventId, Rand};
use cowrite::event::{Body, Envelope};
use cowrite::store::jsonl::{self, Adding, FileError, Union};
use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

/// What two people wrote in two sessions; some of it is long.
fn log(rand: &mut Rand, longest: usize) -> Vec<Envelope> {
    let seed = 2 * rand.below(1000) as u64;
    let mut makers = [Maker::new(seed), Maker::new(seed + 1)];
    let mut made: Vec<Envelope> = makers.iter().map(|maker| maker.created.clone()).collect();
    for number in 0..30 {
        let text = format!("{number} “quoted” \\ \u{1F600}\n").repeat(1 + rand.below(longest));
        made.push(makers[rand.below(2)].message(&text));
    }
    made
}

/// A file with some of the events, as merges, checkouts, editors and crashes leave it.
fn file(made: &[Envelope], rand: &mut Rand) -> Vec<u8> {
    let mut lines: Vec<Vec<u8>> = Vec::new();
    for event in made {
        if rand.below(3) == 0 {
            continue;
        }
        let line = event.to_line();
        let line = match rand.below(8) {
            0 => {
                let mut event = event.clone();
                event.redact(&(0..event.body.len() as u32).filter(|_| rand.below(2) > 0).collect());
                event.to_line()
            }
            // What it says is the same, the bytes are not.
            1 => line.replacen("{\"at\":", "{ \"at\" : ", 1),
            2 => {
                lines.push(line.clone().into());
                line
            }
            _ => line,
        };
        lines.push(line.into());
    }
    for _ in 0..rand.below(8) {
        let line = made[rand.below(made.len())].to_line();
        lines.push(match rand.below(5) {
            0 => b"<<<<<<< HEAD".to_vec(),
            1 => b"=======".to_vec(),
            2 => line.replacen("\"at\":", "\"at\":1", 1).into(),
            3 => Vec::new(),
            _ => b"\xff{ somebody's words".to_vec(),
        });
    }
    for at in (1..lines.len()).rev() {
        lines.swap(at, rand.below(at + 1));
    }
    let ends = rand.below(3);
    let mut bytes = if rand.below(4) == 0 { "\u{feff}".into() } else { Vec::new() };
    for line in lines {
        bytes.extend(line);
        bytes.extend(if ends == 0 || ends == 1 && rand.below(2) == 0 {
            &b"\r\n"[..]
        } else {
            b"\n"
        });
    }
    match rand.below(4) {
        // The end is missing, or half of the line.
        0 => bytes.truncate(bytes.len().saturating_sub(1)),
        1 => bytes.truncate(bytes.len().saturating_sub(90)),
        _ => {}
    }
    bytes
}

fn gone(event: &Envelope) -> usize {
    event.body.iter().filter(|body| matches!(body, Body::Redacted { .. })).count()
}

/// The union of files, made of their bytes alone: the events of each file that none before has, by
/// session and then in its order, each in its fullest form. Returns them, and how many each file has.
fn independent(files: &[Vec<u8>]) -> (Vec<Envelope>, Vec<usize>) {
    let mut forms: BTreeMap<EventId, Envelope> = BTreeMap::new();
    let (mut order, mut counts) = (Vec::new(), Vec::new());
    for bytes in files {
        let bytes = bytes.strip_prefix("\u{feff}".as_bytes()).unwrap_or(bytes);
        let mut here = BTreeSet::new();
        let mut new: Vec<(EventId, EventId)> = Vec::new();
        for line in bytes.split(|byte| *byte == b'\n') {
            let Ok(text) = std::str::from_utf8(line) else { continue };
            let Ok(event) = Envelope::parse(text) else { continue };
            here.insert(event.id);
            match forms.get(&event.id) {
                None => new.push((event.session_id(), event.id)),
                Some(known) if gone(known) <= gone(&event) => continue,
                Some(_) => {}
            }
            forms.insert(event.id, event);
        }
        new.sort_by_key(|(session, _)| *session);
        order.extend(new.into_iter().map(|(_, id)| id));
        counts.push(here.len());
    }
    (order.iter().map(|id| forms[id].clone()).collect(), counts)
}

fn lines(events: &[Envelope]) -> String {
    events.iter().map(|event| event.to_line() + "\n").collect()
}

fn joined(paths: &[PathBuf]) -> (Union, Vec<jsonl::Joined>) {
    let mut union = Union::default();
    let joined = paths.iter().map(|path| union.add(path, &mut |_| {}).expect("reads"));
    let joined = joined.collect();
    (union, joined)
}

fn names(dir: &Path) -> BTreeSet<String> {
    let entries = fs::read_dir(dir).expect("reads").flatten();
    entries.map(|entry| entry.file_name().to_string_lossy().into_owned()).collect()
}

#[test]
fn a_union_of_files_is_that_of_their_sets() {
    for seed in cases(30) {
        let mut rand = Rand::from_number(seed);
        // Some need more than one group.
        let longest = [3, 60, 6_000][rand.below(3)];
        let made = log(&mut rand, longest);
        let dir = temp();
        let count = 1 + rand.below(3);
        let files: Vec<Vec<u8>> = (0..count).map(|_| file(&made, &mut rand)).collect();
        let paths: Vec<PathBuf> =
            (0..count).map(|at| dir.path().join(format!("{at}.cowrite.jsonl"))).collect();
        files.iter().zip(&paths).for_each(|(bytes, path)| fs::write(path, bytes).expect("writes"));
        let (wanted, counts) = independent(&files);

        let (union, told) = joined(&paths);
        for ((told, path), count) in told.iter().zip(&paths).zip(&counts) {
            let read = jsonl::read(path).expect("reads");
            assert_eq!(told.events as usize, *count, "seed {seed}");
            assert_eq!(read.events().count(), *count, "seed {seed}");
            let counted = jsonl::SessionFile {
                sessions: BTreeMap::new(),
                sizes: BTreeMap::new(),
                places: BTreeMap::new(),
                ..read
            };
            assert_eq!(told.file, counted, "seed {seed}");
        }
        let out = dir.path().join("out.cowrite.jsonl");
        let added = union.create(&out, &mut |_| {}).expect("writes");
        let text = fs::read_to_string(&out).expect("reads");
        assert!(text == lines(&wanted), "seed {seed}");
        assert_eq!((added.events, added.known), (wanted.len() as u64, 0), "seed {seed}");
        assert_eq!(added.bytes, text.len() as u64, "seed {seed}");
        let again = joined(&paths).0.create(&out, &mut |_| {});
        assert!(matches!(again, Err(FileError::Exists { .. })), "seed {seed}: {again:?}");

        // Into the first: what is there stays, byte for byte.
        let added = joined(&paths).0.complete(&mut |_| {}).expect("adds");
        assert_eq!(added.known as usize, counts[0], "seed {seed}");
        let mut want = files[0].clone();
        let new = lines(&wanted[counts[0]..]);
        if !new.is_empty() && want.last().is_some_and(|last| *last != b'\n') {
            want.push(b'\n');
        }
        want.extend(new.as_bytes());
        assert!(fs::read(&paths[0]).expect("reads") == want, "seed {seed}");
        assert_eq!(names(dir.path()).len(), count + 1, "seed {seed}: nothing else is left there");
    }
}

/// Events added one by one are those added together, in one write or through a copy.
#[test]
fn what_is_added_is_there_whole_or_not_at_all() {
    for longest in [3, 6_000] {
        let mut rand = Rand::from_number(longest as u64);
        let made = log(&mut rand, longest);
        let dir = temp();
        let path = dir.path().join("plan.cowrite.jsonl");
        let mut adding = Adding::to(&path).expect("there is none");
        made[..9].iter().for_each(|event| adding.event(event).expect("takes it"));
        assert!(!path.exists());
        adding.finish().expect("makes it");
        assert_eq!(fs::read_to_string(&path).expect("reads"), lines(&made[..9]));

        let mut adding = Adding::to(&path).expect("reads");
        made.iter().for_each(|event| adding.event(event).expect("takes it"));
        let added = adding.finish().expect("adds");
        assert_eq!((added.events as usize, added.known), (made.len() - 9, 9));
        assert_eq!(fs::read_to_string(&path).expect("reads"), lines(&made));
        assert_eq!(names(dir.path()).len(), 1);

        // Somebody else writes meanwhile: both are there, or it is said that nothing was.
        fs::write(&path, lines(&made[..9])).expect("writes");
        let mut adding = Adding::to(&path).expect("reads");
        made[10..].iter().for_each(|event| adding.event(event).expect("takes it"));
        let theirs = jsonl::append(&path, &made[9..10]).expect("appends");
        assert_eq!(theirs.events, 1);
        let done = adding.finish();
        let text = fs::read_to_string(&path).expect("reads");
        match longest {
            3 => assert_eq!((done.is_ok(), text), (true, lines(&made))),
            _ => {
                assert!(matches!(done, Err(FileError::Changed { .. })), "{done:?}");
                assert_eq!(text, lines(&made[..10]));
            }
        }
        assert_eq!(names(dir.path()).len(), 1);
    }
}

#[test]
fn a_file_that_changes_while_it_is_merged_is_told() {
    let mut rand = Rand::from_number(5);
    let made = log(&mut rand, 3);
    let dir = temp();
    let paths = ["ours", "theirs"].map(|name| dir.path().join(format!("{name}.cowrite.jsonl")));
    for (changed, mut bytes) in
        [(0, lines(&made[..20])), (1, lines(&made[5..])), (1, String::new())]
    {
        jsonl::create(&paths[0], &made[..20]).expect("creates");
        jsonl::create(&paths[1], &made[5..]).expect("creates");
        let (union, _) = joined(&paths);
        bytes.push_str("more\n");
        fs::write(&paths[changed], &bytes).expect("writes");
        let before = fs::read(&paths[0]).expect("reads");
        let done = union.complete(&mut |_| {});
        assert!(matches!(done, Err(FileError::Changed { .. })), "{done:?}");
        assert!(fs::read(&paths[0]).expect("reads") == before);
        assert_eq!(names(dir.path()).len(), 2);
        paths.iter().for_each(|path| fs::remove_file(path).expect("removes"));
    }
}

#[test]
fn a_thousand_files_are_put_together_with_few_of_them_open() {
    let mut rand = Rand::from_number(5);
    let made = log(&mut rand, 3);
    let dir = temp();
    let (mut union, mut paths) = (Union::default(), Vec::new());
    let open = || fs::read_dir("/proc/self/fd").map_or(0, Iterator::count);
    let before = open();
    for number in 0..1_000 {
        let path = dir.path().join(format!("{number}.cowrite.jsonl"));
        // Each has some of them, and the fuller form of one may be in any.
        fs::write(&path, file(&made, &mut rand)).expect("writes");
        union.add(&path, &mut |_| {}).expect("is read");
        paths.push(path);
    }
    // Other tests open files as well, but not a thousand.
    assert!(open() < before + 300, "{} before, {} then", before, open());
    let all = dir.path().join("all.cowrite.jsonl");
    union.create(&all, &mut |_| {}).expect("is written");
    let found = jsonl::read(&all).expect("reads");
    let ids: BTreeSet<EventId> = found.events().map(|event| event.id).collect();
    assert_eq!(ids, made.iter().map(|event| event.id).collect());
    assert!(found.is_clean());
    // In one of them nothing was redacted.
    assert_eq!(found.events().filter(|event| event.gone().next().is_some()).count(), 0);

    // A file that was closed and changed since is not read as what it was.
    let mut union = Union::default();
    for path in &paths {
        union.add(path, &mut |_| {}).expect("is read");
    }
    let mut bytes = fs::read(&paths[0]).expect("reads");
    bytes.extend(b"more\n");
    fs::write(&paths[0], bytes).expect("writes");
    let failed = union.create(&dir.path().join("other.cowrite.jsonl"), &mut |_| {});
    assert!(matches!(failed, Err(FileError::Changed { .. })), "{failed:?}");
}
