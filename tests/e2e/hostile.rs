//! Session files that were made to break a program: huge lines, deep nesting, numbers that announce
//! more than there is, one text named a thousand times. The program has 1.5 GB of address space, says
//! what is wrong, and takes the rest.

use cowrite::base::Rand;
use cowrite::event::{Body, Envelope};
use serde_json::{Value, json};

use crate::desk::home;

/// What a stranger puts into a line whose id is right.
fn forge(from: &Envelope, change: impl FnOnce(&mut Envelope)) -> Vec<u8> {
    let mut event = from.clone();
    change(&mut event);
    event.id = event.compute_id();
    let mut line = event.to_line().into_bytes();
    assert!(!line.is_empty(), "it has a canonical form");
    line.push(b'\n');
    line
}

fn big(size: usize) -> Vec<Body> {
    vec![Body::Present { salt: "00".repeat(16), text: "x".repeat(size) }]
}

#[test]
fn a_file_that_was_made_to_break_it_is_named_and_the_rest_is_taken() {
    let home = home();
    home.write("plan.md", "one\n");
    home.run(
        &["do", "edit.insert words; decision.new Ship; form.submit; file.save", "plan.md"],
        "",
    )
    .ok();
    home.run(&["export", "plan.md", "--session-file", "sound.cowrite.jsonl"], "").ok();
    let sound = home.read("sound.cowrite.jsonl");
    let events: Vec<Envelope> = sound.lines().map(|line| Envelope::parse(line).unwrap()).collect();
    let of = |kind: &str| events.iter().find(|event| event.kind == kind).unwrap();
    let (edit, decision) = (of("document.edited"), of("decision.recorded"));
    let fresh = |event: &mut Envelope| event.n += 1 + Rand::from_number(event.n).next_u64() % 99;
    let reference = || json!({"$": [0, 1]});
    // A redaction, one of many; what it says of its reason is gone.
    let redaction = |number: u64, what: Value, reason: bool| {
        forge(edit, |event| {
            event.kind = "event.redacted".into();
            event.n += 100 + number;
            event.body = big(5);
            event.data = json!({"what": what});
            match reason {
                true => event.data["reason"] = reference(),
                false => event.body.clear(),
            }
            event.redact(&[0].into());
        })
    };
    let gone =
        |id: &str, body: u32| json!([{"event": id, "bodies": [{"body": body, "shape": "5"}]}]);
    let id_of = |line: &[u8]| {
        let line = std::str::from_utf8(line).unwrap();
        Envelope::parse(line).unwrap().id.to_string()
    };
    // Each says that the words of the one before are gone; the last one comes first.
    let mut chain = vec![redaction(0, gone(&edit.id.to_string(), 0), true)];
    for number in 1..2_000 {
        let before = id_of(&chain[chain.len() - 1]);
        chain.push(redaction(number, gone(&before, 0), number < 1_999));
    }
    chain.reverse();
    let cases: [(&str, Vec<u8>); 13] = [
        ("60 MB of small parts", {
            let line = String::from_utf8(forge(edit, fresh)).unwrap();
            let parts = format!("\"data\":{{\"a\":[{}1],", "{\"a\":1},".repeat(7_500_000));
            line.replacen("\"data\":{", &parts, 1).into_bytes()
        }),
        ("a chain of 2,000 redactions", chain.concat()),
        (
            "2,000 redactions of one event",
            (0..2_000)
                .flat_map(|number| redaction(number, gone(&decision.id.to_string(), 0), false))
                .collect(),
        ),
        (
            "a redaction of 20,000 events that are nowhere",
            redaction(
                0,
                (0..20_000).map(|at| gone(&format!("{at:064x}"), 0)[0].clone()).collect(),
                false,
            ),
        ),
        (
            "a redaction of 100,000 bodies of one event, with its own words gone",
            redaction(
                0,
                json!([{
                    "event": edit.id.to_string(),
                    "bodies": (0..100_000)
                        .map(|body| json!({"body": body, "shape": "9999999999999999999999"}))
                        .collect::<Value>(),
                }]),
                true,
            ),
        ),
        ("one line of 70 MB", [vec![b'a'; 70 << 20], b"\n".to_vec()].concat()),
        ("nested 1,000,000 deep", [b"[".repeat(1 << 20), b"\n".to_vec()].concat()),
        (
            "one text of 1 MB named 100,000 times",
            forge(decision, |event| {
                fresh(event);
                event.body = big(1 << 20);
                let choice = json!({"name": reference(), "pros": [], "cons": []});
                event.data["options"] = Value::Array(vec![choice; 100_000]);
            }),
        ),
        (
            "an insertion that announces a trillion characters",
            forge(edit, |event| {
                fresh(event);
                event.data["ops"] = json!([{"ins": 1_u64 << 40, "pos": 0, "text": reference()}]);
            }),
        ),
        (
            "a deletion of everything and more",
            forge(edit, |event| {
                fresh(event);
                event.body.clear();
                event.data["ops"] =
                    json!([{"del": -(1_i64 << 50), "first": "0@1", "pos": 1_u64 << 52}]);
            }),
        ),
        (
            "100,000 operations on nothing",
            forge(edit, |event| {
                fresh(event);
                event.body.clear();
                let op = json!({"del": 1, "first": "0@1", "pos": 7});
                event.data["ops"] = Value::Array(vec![op; 100_000]);
            }),
        ),
        (
            "a billion events announced",
            forge(edit, |event| {
                event.n = (1 << 53) - 1;
                event.lamport = (1 << 53) - 1;
            }),
        ),
        (
            "100,000 parents that are nowhere",
            forge(edit, |event| {
                fresh(event);
                let mut rand = Rand::from_number(1);
                event.parents =
                    (0..100_000).map(|_| cowrite::base::EventId(rand.bytes())).collect();
                event.parents.sort_unstable();
            }),
        ),
    ];
    for (what, line) in cases {
        println!("{what}");
        let mut bytes = sound.clone().into_bytes();
        bytes.extend(line);
        std::fs::write(home.file("hostile.cowrite.jsonl"), bytes).unwrap();
        let library = home.file("elsewhere");
        let _ = std::fs::remove_dir_all(&library);
        let bounded = |args: &str| {
            let (library, bin) = (library.display(), env!("CARGO_BIN_EXE_cowrite"));
            let command = format!("ulimit -v 1500000; COWRITE_HOME={library} exec {bin} {args}");
            home.run_program("bash", &["-c", &command], "")
        };
        let verified = bounded("verify hostile.cowrite.jsonl");
        let told = format!("{what}: {}{}", verified.stdout, verified.stderr);
        assert_eq!(verified.status.code(), Some(1), "{told}");
        assert!(verified.stdout.contains("finding"), "{told}");
        // Something of it can't be read, which the exit code tells.
        let import = bounded("import hostile.cowrite.jsonl");
        let told = format!("{what}: {}{}", import.stdout, import.stderr);
        assert!(import.status.code().is_some_and(|code| code <= 1), "{told}");
        assert!(import.stdout.contains("new"), "{told}");
        let page = bounded(&format!("export --session {}", edit.session_id())).ok();
        assert!(page.contains("words") && page.contains("Ship"), "{what}: {page}");
    }
}
