//! Tampering: one byte of a session file is another one, and it is found and named; the rest loads.
//! Signatures: what they cover, and what they don't.

use crate::harness::{Harness, me, said};
use cowrite::app::Input;
use cowrite::base::{EventId, Millis, Rand};
use cowrite::event::{Envelope, Event};
use cowrite::report::{Target, redaction};
use cowrite::runtime::attest::{self, Wanted};
use cowrite::runtime::verify;
use cowrite::session::Session;
use cowrite::sign::{Checked, Keys, NAMESPACE, PROVES, Payload, Signers, check, fingerprint};
use cowrite::state::{Overlay, Saying, redaction_events};
use cowrite::store::{Options, SqliteStore, Write, jsonl};
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

/// A log with every kind there is to share: text, talk, hunks, verdicts, decisions, a redaction.
fn rich() -> Vec<Envelope> {
    let mut ada = Harness::file("plan.md", "One line.\nTwo lines.\n");
    ada.keys("'Start \"quoted\" é木 '");
    ada.pass(3000);
    ada.keys("enter backspace");
    ada.pass(3000);
    ada.propose(&[(0, 5, "Begin"), (6, 7, "x")]);
    ada.about_hunk(0, "hunk.accept");
    ada.about_hunk(0, "hunk.reject not so");
    ada.run("session.rename A \\ title\twith / signs");
    ada.keys("ctrl-n");
    ada.type_text("A decision");
    ada.keys("tab tab tab 'because' ctrl-s");
    ada.app.model.ui.focus = cowrite::state::Focus::Editor;
    ada.with_cx(|cx| cx.append(&said("line one\nline two: secret words")));
    ada.keys("ctrl-s");
    ada.pass(3000);
    let events: Vec<Envelope> =
        ada.kept.sealed().into_iter().filter(|event| !event.is_local()).collect();
    let mut session = Session::fold(events[0].session_id(), &events);
    let plan = redaction(&session, &events, &Target::Words("secret words".into())).expect("finds");
    let mut rand = Rand::from_number(5);
    let saying = Saying { me: &me(), reason: "why", at: Millis(99), shared: None };
    let made = redaction_events(&mut session, &events, &plan, saying, &mut rand);
    let made = made.expect("is made");
    let lines: BTreeMap<EventId, &Envelope> =
        made.lines.iter().map(|event| (event.id, event)).collect();
    let log = events.iter().map(|event| lines.get(&event.id).copied().unwrap_or(event));
    let mut log: Vec<Envelope> = log.chain(&made.events).cloned().collect();
    // And one that somebody signed, as far as this is about bytes.
    let attested = Event::LogAttested {
        heads: session.heads(),
        count: log.len() as u64,
        about: None,
        settings: Vec::new(),
        who: "ada@example.org".into(),
        key: "ssh-ed25519 AAAAC3Nz".into(),
        sig: "-----BEGIN SSH SIGNATURE-----\nU1NIU0lHAAAA\n-----END SSH SIGNATURE-----\n".into(),
    };
    let attested = session.seal(&attested, log[0].writer, Millis(100), &mut rand);
    log.push(attested);
    log
}

/// Where a byte stands: the names that lead to it, in a key or a value, and what kind of sign it is.
fn classes(line: &str) -> Vec<String> {
    let bytes = line.as_bytes();
    let (mut path, mut key) = (Vec::<String>::new(), String::new());
    let (mut in_string, mut escaped, mut is_key) = (false, false, false);
    let mut expect_key = false;
    let mut current = String::new();
    let mut out = Vec::new();
    for byte in bytes {
        let sign = match byte {
            b'0'..=b'9' => "digit",
            b'a'..=b'f' => "a-f",
            b'A'..=b'Z' | b'g'..=b'z' => "letter",
            b'\\' => "backslash",
            b'"' => "quote",
            b'{' | b'}' | b'[' | b']' | b',' | b':' => "structure",
            0x80.. => "non-ascii",
            _ => "other",
        };
        if !in_string {
            match byte {
                b'{' => {
                    path.push(std::mem::take(&mut key));
                    expect_key = true;
                }
                b'}' => key = path.pop().unwrap_or_default(),
                b',' => expect_key = true,
                b':' => expect_key = false,
                b'[' => expect_key = false,
                _ => {}
            }
        }
        let place = if in_string && is_key { "key" } else { "value" };
        out.push(format!("{}.{key} {place} {sign} {}", path.join("."), in_string));
        if in_string {
            match byte {
                _ if escaped => escaped = false,
                b'\\' => escaped = true,
                b'"' => {
                    in_string = false;
                    if is_key {
                        key.clone_from(&current);
                    }
                }
                _ => current.push(char::from(*byte)),
            }
        } else if *byte == b'"' {
            in_string = true;
            is_key = expect_key && bytes.first() == Some(&b'{');
            current.clear();
        }
    }
    out
}

#[test]
fn every_byte_class_flipped_once_is_found_and_named() {
    let log = rich();
    let kinds: BTreeSet<&str> = log.iter().map(|event| event.kind.as_str()).collect();
    for kind in [
        "session.created",
        "writer.started",
        "document.added",
        "document.edited",
        "document.saved",
        "message.posted",
        "proposal.opened",
        "hunk.made",
        "hunk.resolved",
        "decision.recorded",
        "session.titled",
        "event.redacted",
        "log.attested",
    ] {
        assert!(kinds.contains(kind), "{kind} is in {kinds:?}");
    }
    let file: String = log.iter().map(|event| event.to_line() + "\n").collect();
    let whole = jsonl::parse(&mut file.as_bytes()).expect("reads");
    assert!(
        whole.is_clean() && whole.rewritten.is_empty(),
        "{:?} {:?}",
        whole.bad,
        whole.rewritten
    );
    assert_eq!(whole.events().count(), log.len());
    let mut seen: BTreeSet<(String, String)> = BTreeSet::new();
    let mut start = 0;
    let mut flipped = 0;
    for (number, event) in log.iter().enumerate() {
        let line = event.to_line();
        let mut all = classes(&line);
        all.push("line end".into());
        for (offset, class) in all.into_iter().enumerate() {
            if !seen.insert((event.kind.clone(), class.clone())) {
                continue;
            }
            for flip in [0x01, 0x20, 0x80] {
                let mut bytes = file.clone().into_bytes();
                bytes[start + offset] ^= flip;
                flipped += 1;
                let what = format!("line {}, {class}, flip {flip:#x}", number + 1);
                let read = jsonl::parse(&mut bytes.as_slice()).expect("reads");
                // Found, and the line is the one.
                let named: BTreeSet<u64> =
                    read.bad.iter().chain(&read.rewritten).map(|bad| bad.line).collect();
                let at = number as u64 + 1;
                let torn_end = number + 1 == log.len() && !read.ends_whole;
                assert!(named.contains(&at) || torn_end, "{what}: {named:?}");
                assert!(named.iter().all(|line| *line == at), "{what}: {named:?}");
                // The rest loads; a line end takes its neighbour along.
                let lost = log.len() - read.events().count();
                let most = if class == "line end" { 2 } else { 1 };
                assert!(lost <= most, "{what}: {lost} are lost");
                // What could be read of it names the event, unless that itself is what was hit.
                let says = read.bad.iter().filter_map(|bad| bad.says.as_ref());
                let known = log.iter().any(|event| says.clone().any(|says| says.id == event.id));
                if class.contains("body") || class.contains("text") {
                    assert!(known || flip == 0x80 || !read.rewritten.is_empty(), "{what}");
                }
                // And so does what is left of the log: the event is missing where others name it.
                Session::fold(log[0].session_id(), read.events());
            }
        }
        start += line.len() + 1;
    }
    assert!(flipped > 1_500, "{flipped} flips");
}

#[test]
fn a_library_names_what_is_missing_forked_strange_or_without_words() {
    let log = rich();
    let id = log[0].session_id();
    let dir = tempfile::tempdir().expect("a folder");
    let said = |events: &[Envelope]| -> Vec<(Option<EventId>, String)> {
        let folder = tempfile::tempdir_in(dir.path()).expect("a folder");
        let mut store = SqliteStore::open(folder.path(), Options::default()).expect("opens");
        store.write(&[Write::Import { events: events.to_vec() }]).expect("imports");
        let found = store.verify(None).expect("checks").findings.into_iter();
        found.map(|finding| (finding.event, finding.what.to_string())).collect()
    };
    assert_eq!(said(&log), []);
    let has = |found: &[(Option<EventId>, String)], id: Option<EventId>, words: &str| {
        assert!(
            found.iter().any(|(event, what)| *event == id && what.contains(words)),
            "{words}: {found:?}"
        );
    };
    // Missing.
    let follows = |event: &Envelope| {
        let next = |other: &&Envelope| (other.writer, other.n) == (event.writer, event.n + 1);
        event.kind == "document.edited" && log.iter().find(next).is_some()
    };
    let edit = log.iter().position(follows).expect("is there");
    let mut missing = log.clone();
    let gone = missing.remove(edit);
    let found = said(&missing);
    has(&found, None, "events before number");
    let child = log.iter().find(|event| event.parents.contains(&gone.id)).expect("is there");
    has(&found, Some(child.id), &format!("the parent {} is missing", gone.id));
    // Without its words, and nothing that says why.
    let silent: Vec<Envelope> =
        log.iter().filter(|event| event.kind != "event.redacted").cloned().collect();
    let bare = log.iter().find(|event| event.gone().next().is_some()).expect("is there");
    has(&said(&silent), Some(bare.id), "no redaction in the log accounts for that");
    // Forked, and by a writer that nobody introduced.
    let mut rand = Rand::from_number(8);
    let title = Event::SessionTitled { title: "other".into(), replaces: Vec::new() };
    let of = log.iter().find(|event| event.kind == "session.titled").expect("is there");
    let fork =
        title.seal(Some(id), of.writer, of.n, of.lamport, of.parents.clone(), of.at, &mut rand);
    let stranger = title.seal(Some(id), rand.writer(), 0, 900, vec![], Millis(3), &mut rand);
    let mut odd = log.clone();
    odd.extend([fork.clone(), stranger.clone()]);
    let found = said(&odd);
    let (wins, loses) = if fork.id < of.id { (fork.id, of.id) } else { (of.id, fork.id) };
    has(&found, Some(loses), &format!("too, and counts: {}", wins.short()));
    has(&found, Some(stranger.id), "was never introduced");
}

fn key(dir: &Path, name: &str, kind: &[&str]) -> PathBuf {
    let path = dir.join(name);
    let mut args = vec!["-q", "-N", "", "-C", "ada@home", "-f"];
    let text = path.to_string_lossy().into_owned();
    args.push(&text);
    args.extend(kind);
    let made = std::process::Command::new("ssh-keygen").args(&args).status().expect("ssh-keygen");
    assert!(made.success());
    path
}

#[test]
fn signatures_say_what_they_cover() {
    let log: Vec<Envelope> =
        rich().into_iter().filter(|event| event.kind != "log.attested").collect();
    let id = log[0].session_id();
    let dir = tempfile::tempdir().expect("a folder");
    let path = key(dir.path(), "id", &["-t", "ed25519"]);
    let library = tempfile::tempdir().expect("a folder");
    let mut store = SqliteStore::open(library.path(), Options::default()).expect("opens");
    store.write(&[Write::Import { events: log.clone() }]).expect("imports");
    let keys = Keys::default();
    let wanted = Wanted {
        about: Session::fold(id, &log).decisions.newest().first().map(|one| one.id),
        key: Some(path.clone()),
        who: Some("ada@example.org".into()),
    };
    let made = attest::attest(&mut store, id, &me(), &keys, &wanted).expect("signs");
    assert_eq!(made.count, log.len() as u64);
    assert!(made.words().starts_with("Signed “A decision” and the log to it as ada@example.org"));
    let events = |store: &SqliteStore| -> Vec<Envelope> {
        let loaded = store.events(id, 0).expect("reads");
        loaded.events.into_iter().map(|stored| stored.envelope).collect()
    };
    let signed = events(&store);
    assert_eq!(store.verify(None).expect("checks").findings, []);
    let session = Session::fold(id, &signed);
    let mut proofs = attest::check(&session, &signed.iter().collect(), &Signers::default());
    let proof = proofs.remove(0);
    assert_eq!((proof.checked.clone(), proof.covers, proof.after), (Checked::Good, log.len(), 0));
    assert!(proof.is_sound() && proof.stands);
    let words = proof.lines().join("\n").replace(&proof.fingerprint, "SHA256:…");
    let words = words.replace(&cowrite::base::day(proof.at), "DAY");
    insta::assert_snapshot!(words);
    // Known by an allowed_signers file.
    let public = std::fs::read_to_string(path.with_extension("pub")).expect("reads");
    let mut signers = Signers::default();
    signers.add("# nobody\nother@x namespaces=\"git\" ssh-ed25519 AAAA\n");
    signers.add(&format!("ada@work namespaces=\"file,{NAMESPACE}\" {public}"));
    let known = attest::check(&session, &signed.iter().collect(), &signers).remove(0);
    assert_eq!(known.known.as_deref(), Some("ada@work"));

    // A later change of the decision is not covered.
    assert_eq!(session.signatures_of(&wanted.about.expect("a decision")), 1);
    assert_eq!((proof.about, proof.stands), (wanted.about, true));
    let mut later = session;
    let decision = later.decisions.newest()[0];
    let change = Event::DecisionChanged {
        decision: decision.id,
        field: cowrite::event::DecisionField::Outcome("another".into()),
        replaces: decision.outcome.heads(),
        accepts: Vec::new(),
        reason: None,
    };
    let mut rand = Rand::from_number(6);
    let writer = log[0].writer;
    let change = later.seal(&change, writer, Millis(100), &mut rand);
    later.apply(&change);
    let mut all = signed.clone();
    all.push(change);
    let proof = attest::check(&later, &all.iter().collect(), &signers).remove(0);
    assert_eq!((proof.stands, proof.after, proof.is_sound()), (false, 1, true));
    assert!(
        proof.lines().iter().any(|line| line.contains("1 event came after or apart and is not"))
    );

    // Something of what is covered is gone.
    let without: Vec<Envelope> =
        signed.iter().filter(|event| event.id != log[5].id).cloned().collect();
    let proof =
        attest::check(&Session::fold(id, &without), &without.iter().collect(), &signers).remove(0);
    assert!(!proof.is_sound());
    assert!(proof.missing > 0 && proof.covers < log.len());

    // Somebody else's name over it: nothing but that it is none is told, in the workspace, too.
    let forged: Vec<Envelope> = signed
        .iter()
        .map(|event| match Event::decode(event) {
            Ok(Event::LogAttested { heads, count, about, settings, key, sig, .. }) => {
                let who = "boss@corp.example".into();
                let event_of = Event::LogAttested { heads, count, about, settings, who, key, sig };
                let Envelope { writer, n, lamport, parents, at, .. } = event.clone();
                event_of.seal(Some(id), writer, n, lamport, parents, at, &mut rand)
            }
            _ => event.clone(),
        })
        .collect();
    let bad_library = tempfile::tempdir().expect("a folder");
    let mut bad = SqliteStore::open(bad_library.path(), Options::default()).expect("opens");
    bad.write(&[Write::Import { events: forged.clone() }]).expect("imports");
    for (store, events, sound) in [(&bad, &forged, false), (&store, &signed, true)] {
        let checkup = verify::checkup(store, id, &keys, true).expect("checks");
        let told = attest::check(&Session::fold(id, events), &events.iter().collect(), &signers);
        let own: Vec<Vec<String>> =
            checkup.signatures.iter().map(|one| one.lines.clone()).collect();
        // `signers` knows the key; this machine's files do not.
        assert_eq!(told[0].is_sound(), sound);
        let opened = cowrite::state::Opened {
            session: Some(id),
            events: events.clone(),
            doc: Session::fold(id, events).documents.keys().next().cloned(),
            ..cowrite::state::Opened::default()
        };
        let mut made = Harness::open(opened, 5);
        made.keys("alt-4 enter");
        let page = |made: &Harness| match made.overlay() {
            Some(Overlay::Page { lines, .. }) => lines.join("\n"),
            other => panic!("{other:?}"),
        };
        assert!(page(&made).contains("1 signature: being checked …"), "{}", page(&made));
        assert!(!page(&made).contains("valid signature"), "{}", page(&made));
        made.input(Input::Checked(id, Ok(checkup.clone())));
        let card = page(&made);
        for line in own.iter().flatten() {
            assert!(card.contains(line.as_str()), "{line}\n{card}");
        }
        let says = ["NO valid signature of boss@corp.example", "by an unknown key SHA256:"];
        assert_eq!(says.map(|says| card.contains(says)), [!sound, sound], "{card}");
        assert!(!card.contains("stands as it was signed") || sound, "{card}");
        assert!(card.contains(PROVES), "{card}");
        let log = checkup.log.expect("was asked for").join("\n");
        assert!(log.contains(PROVES) && log.contains("all is well") == sound, "{log}");
    }

    // Another text, another key, another purpose, no signature.
    let session = Session::fold(id, &signed);
    let made = session.attestations.values().next().expect("is there");
    let text = attest::payload(id, made);
    assert_eq!(check(&text, &made.key, &made.sig), Checked::Good);
    assert_eq!(fingerprint(&made.key), fingerprint(&public));
    let bad = |text: &str, key: &str, sig: &str| matches!(check(text, key, sig), Checked::Bad(_));
    assert!(bad(&text.replace("events", "Events"), &made.key, &made.sig));
    assert!(bad(&text, "ssh-ed25519 nonsense", &made.sig));
    assert!(bad(&text, &made.key, "nonsense"));
    let other = key(dir.path(), "other", &["-t", "ed25519"]);
    let other = std::fs::read_to_string(other.with_extension("pub")).expect("reads");
    assert!(bad(&text, &other, &made.sig));
    let out = std::process::Command::new("ssh-keygen")
        .args(["-q", "-Y", "sign", "-n", "git", "-f"])
        .arg(&path)
        .stdin(std::process::Stdio::null())
        .output()
        .expect("signs");
    assert!(bad("", &made.key, &String::from_utf8_lossy(&out.stdout)));
}

/// A log that is signed, with the key and where it lies.
fn signed(dir: &Path) -> (EventId, Vec<Envelope>, PathBuf) {
    let log: Vec<Envelope> =
        rich().into_iter().filter(|event| event.kind != "log.attested").collect();
    let id = log[0].session_id();
    let path = key(dir, "id", &["-t", "ed25519"]);
    let mut store = SqliteStore::open(&dir.join("library"), Options::default()).expect("opens");
    store.write(&[Write::Import { events: log }]).expect("imports");
    let wanted = Wanted { about: None, key: Some(path.clone()), who: Some("ada@x".into()) };
    attest::attest(&mut store, id, &me(), &Keys::default(), &wanted).expect("signs");
    let loaded = store.events(id, 0).expect("reads");
    (id, loaded.events.into_iter().map(|stored| stored.envelope).collect(), path)
}

#[test]
fn a_key_is_good_for_its_time_and_purpose_as_ssh_keygen_has_it() {
    let dir = tempfile::tempdir().expect("a folder");
    let (id, log, path) = signed(dir.path());
    let session = Session::fold(id, &log);
    let made = session.attestations.values().next().expect("is signed");
    let public = std::fs::read_to_string(path.with_extension("pub")).expect("reads");
    let other = key(dir.path(), "other", &["-t", "ed25519"]).with_extension("pub");
    let other = std::fs::read_to_string(other).expect("reads");
    let write = |name: &str, text: &str| {
        std::fs::write(dir.path().join(name), text).expect("writes");
        dir.path().join(name)
    };
    write("payload", &attest::payload(id, made));
    let sig = write("sig", &made.sig);
    let krl = dir.path().join("krl");
    let listed = path.with_extension("pub");
    let done = std::process::Command::new("ssh-keygen")
        .args(["-q", "-k", "-f"])
        .args([&krl, &listed])
        .status();
    assert!(done.expect("ssh-keygen").success());
    // Options, what is revoked, whether it is good, whether the key is known.
    let cases = [
        ("", None, true, true),
        (r#"valid-before="20200101""#, None, false, true),
        (r#"valid-after="20990101""#, None, false, true),
        (r#"valid-after="20200101120000Z",valid-before="209901010000""#, None, true, true),
        (r#"namespaces="file,cowrite",valid-before="20200101Z""#, None, false, true),
        (r#"namespaces="cow*",valid-after="20200101""#, None, true, true),
        ("valid-after=20200101", None, true, false),
        (r#"namespaces="git,cowrit""#, None, true, false),
        (r#"valid-before="soon""#, None, true, false),
        (r#"valid-before="20201301""#, None, true, false),
        ("cert-authority", None, true, false),
        ("", Some(write("revoked", &format!("# lost\n{public}"))), false, true),
        ("", Some(write("elsewhere", &other)), true, true),
        ("", Some(krl), false, true),
    ];
    for (options, revoked, good, known) in cases {
        let line = format!("ada@x {options} {public}");
        let mut signers = Signers::default();
        signers.add(&line);
        revoked.iter().for_each(|file| signers.add_revoked(file.clone()));
        let proof = attest::check(&session, &log.iter().collect(), &signers).remove(0);
        let what = format!("{options} {revoked:?}: {:?}", proof.checked);
        assert_eq!(proof.is_sound(), good, "{what}");
        assert_eq!(proof.known.is_some(), known, "{what}");
        assert_eq!(proof.lines()[0].contains("NO valid signature"), !good, "{what}");
        let mut alone = std::process::Command::new("ssh-keygen");
        alone.args(["-Y", "verify", "-n", NAMESPACE, "-I", "ada@x", "-f"]);
        alone.arg(write("allowed", &line)).arg("-s").arg(&sig);
        if let Some(file) = &revoked {
            alone.arg("-r").arg(file);
        }
        let text = std::fs::File::open(dir.path().join("payload")).expect("opens");
        let alone = alone.stdin(text).output().expect("ssh-keygen");
        assert_eq!(alone.status.success(), good && known, "{what}: {alone:?}");
    }
    // The key that took the place of a lost one says nothing of that, and the other way round.
    let mut signers = Signers::default();
    signers.add(&format!("old@x valid-before=\"20200101\" {public}\nnew@x {public}"));
    let proof = attest::check(&session, &log.iter().collect(), &signers).remove(0);
    assert_eq!((proof.known.as_deref(), proof.is_sound()), (Some("new@x"), true));
    // A key that ceased to be valid after the time that the signature tells.
    let mut signers = Signers::default();
    signers.add(&format!("ada@x valid-before=\"20200101\" {public}"));
    let mut old = Session::fold(id, &log);
    for made in old.attestations.values_mut() {
        made.at = Millis(1_500_000_000_000);
        let keys = Keys::default();
        let chosen = keys.choose(Some(&path)).expect("is there");
        made.sig = keys.sign(&attest::payload(id, made), &chosen).expect("signs").sig;
    }
    let proof = attest::check(&old, &log.iter().collect(), &signers).remove(0);
    assert!(proof.is_sound(), "{:?}", proof.checked);
    let told = proof.lines().join("\n");
    assert!(told.contains("valid until 2020-01-01 00:00 only: that it signed before"), "{told}");
    // A list that can't be read says nothing.
    signers.add_revoked(dir.path().join("missing"));
    let proof = attest::check(&old, &log.iter().collect(), &signers).remove(0);
    assert!(matches!(proof.checked, Checked::Open(_)), "{:?}", proof.checked);
}

#[test]
fn a_signature_that_was_redacted_is_no_forged_one() {
    let dir = tempfile::tempdir().expect("a folder");
    let (id, log, _) = signed(dir.path());
    let ben = cowrite::state::Me { author: "p_01JBEN".parse().expect("an id"), name: "Ben".into() };
    let mut session = Session::fold(id, &log);
    let ada = session.attestations.values().next().expect("is signed").author.clone();
    let target = Target::Author { author: ada, name: true };
    let plan = redaction(&session, &log, &target).expect("is there");
    let mut rand = Rand::from_number(9);
    let saying = Saying { me: &ben, reason: "", at: Millis(5), shared: None };
    let made = redaction_events(&mut session, &log, &plan, saying, &mut rand);
    let made = made.expect("redacts");
    let lost: BTreeMap<EventId, &Envelope> = made.lines.iter().map(|it| (it.id, it)).collect();
    let events = log.iter().map(|event| lost.get(&event.id).copied().unwrap_or(event));
    let events: Vec<Envelope> = events.chain(&made.events).cloned().collect();
    let then = Session::fold(id, &events);
    let proof = attest::check(&then, &events.iter().collect(), &Signers::default()).remove(0);
    let day = cowrite::base::day(Millis(5));
    assert!(proof.is_sound(), "{:?}", proof.checked);
    let told = proof.lines().join("\n");
    assert!(told.contains(&format!("redacted by Ben on {day}")), "{told}");
    assert!(told.contains("proves nothing any more"), "{told}");
    for never in ["NO valid", "covers", "signature of :"] {
        assert!(!told.contains(never), "{never}: {told}");
    }
    // Without the redaction nobody vouches for what is gone.
    let silent: Vec<Envelope> =
        events.iter().filter(|event| event.kind != "event.redacted").cloned().collect();
    assert!(Session::fold(id, &silent).attestations.is_empty());
}

#[test]
fn keys_of_all_kinds_sign_and_what_cannot_says_why() {
    let dir = tempfile::tempdir().expect("a folder");
    let keys = Keys { home: Some(dir.path().into()), ..Keys::default() };
    assert!(keys.choose(None).is_err() || keys.choose(None).is_ok(), "git may name one");
    let missing = keys.choose(Some(Path::new("/nowhere/id"))).expect_err("is not there");
    assert!(missing.contains("There is no key"), "{missing}");
    let payload = Payload {
        session: EventId([7; 32]),
        at: Millis(1),
        who: "ada",
        count: 3,
        heads: &[EventId([1; 32])],
        about: Some((EventId([2; 32]), &[EventId([3; 32])])),
    };
    insta::assert_snapshot!(payload.text());
    for (name, kind) in [
        ("ed", &["-t", "ed25519"][..]),
        ("ec", &["-t", "ecdsa", "-b", "256"]),
        ("rsa", &["-t", "rsa", "-b", "2048"]),
    ] {
        let path = key(dir.path(), name, kind);
        let chosen = keys.choose(Some(&path)).expect("is there");
        let signed = keys.sign(&payload.text(), &chosen).expect("signs");
        let mut checked = check(&payload.text(), &signed.key, &signed.sig);
        if name == "rsa" {
            assert!(matches!(checked, Checked::Open(_)), "{checked:?}");
            checked = cowrite::sign::check_with_program(&payload.text(), &signed.sig);
        }
        assert_eq!(checked, Checked::Good, "{name}");
        assert!(!signed.key.contains("ada@home"), "the comment stays at home: {}", signed.key);
    }
    // One that a passphrase guards: nobody is asked in the workspace.
    let path = key(dir.path(), "locked", &["-t", "ed25519"]);
    let locked = std::process::Command::new("ssh-keygen")
        .args(["-q", "-p", "-P", "", "-N", "a passphrase", "-f"])
        .arg(&path)
        .status()
        .expect("ssh-keygen");
    assert!(locked.success());
    let chosen = keys.choose(Some(&path)).expect("is there");
    let why = keys.sign(&payload.text(), &chosen).expect_err("can't");
    assert!(why.contains("ssh-add"), "{why}");
}
