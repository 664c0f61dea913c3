//! Proof, with the real program and OpenSSH's own: signed here, checked there without cowrite;
//! what was changed is named; keys of an agent sign in the workspace.

use std::process::Command;
use std::sync::Arc;

use serde_json::Value;

use crate::desk::{home, open, quit};
use crate::pty::{Home, Ran};

/// A key with a passphrase or without, and its public line.
fn key(home: &Home, name: &str, passphrase: &str) -> String {
    let path = home.file(name);
    let path = path.to_str().unwrap();
    home.run_program(
        "ssh-keygen",
        &["-q", "-t", "ed25519", "-N", passphrase, "-C", "", "-f", path],
        "",
    )
    .ok();
    home.read(&format!("{name}.pub"))
}

fn ready() -> Home {
    let home = home().env("GIT_CONFIG_NOSYSTEM", "1").env("GIT_CONFIG_GLOBAL", "/dev/null");
    home.write("plan.md", "# Plan\n");
    home.run(&["do", "edit.insert words ; file.save", "plan.md"], "").ok();
    let decides = "decision.new Ship in May; form.next; form.next; form.next; \
                   edit.insert the fair is in June; form.submit";
    home.run(&["do", decides, "plan.md"], "").ok();
    home
}

/// `ssh-keygen` alone, with what `cowrite attest --show` wrote.
fn alone(home: &Home, number: usize, who: &str, signers: &str) -> Ran {
    let payload = home.read(&format!("proof/attest-{number}.payload"));
    let sig = format!("proof/attest-{number}.sig");
    let args = ["-Y", "verify", "-n", "cowrite", "-f", signers, "-I", who, "-s", &sig];
    home.run_program("ssh-keygen", &args, &payload)
}

#[test]
fn signed_here_and_checked_by_ssh_keygen_alone() {
    let home = ready();
    let public = key(&home, "id", "");
    let signed =
        home.run(&["attest", "plan.md", "--key", "id", "--as", "ada@example.org"], "").ok();
    assert!(signed.starts_with("Signed the log as ada@example.org: "), "{signed}");
    let listed = home.run(&["decisions", "plan.md", "--json"], "").ok();
    let listed: Value = serde_json::from_str(&listed).unwrap();
    let id = listed[0]["id"].as_str().unwrap();
    let sign = ["decisions", "sign", &id[..12], "--key", "id", "--as", "ada@example.org"];
    let signed = home.run(&sign, "").ok();
    assert!(signed.contains("“Ship in May” and the log to it"), "{signed}");

    // Nobody knows the key yet; then somebody does.
    let said = home.run(&["verify"], "").ok();
    assert!(said.contains("a valid signature by an unknown key SHA256:"), "{said}");
    assert!(said.contains("It does not say when"), "{said}");
    let line = format!("ada@example.org {public}");
    std::fs::write(home.cowrite().join("allowed_signers"), &line).unwrap();
    let said = home.run(&["verify"], "").ok();
    assert!(said.contains("a valid signature by ada@example.org"), "{said}");

    // Without cowrite: from the session file of a friend, by the key that the friend told.
    home.run(&["share", "plan.md", "--yes", "--allow", "email"], "").ok();
    let friend = crate::desk::home();
    friend.write("plan.cowrite.jsonl", home.read("plan.cowrite.jsonl"));
    friend.run(&["import", "plan.cowrite.jsonl"], "").ok();
    friend.run(&["attest", "--show", "1", "--to", "proof"], "").ok();
    friend.write("signers", &line);
    let good = alone(&friend, 1, "ada@example.org", "signers").ok();
    assert!(good.contains("Good \"cowrite\" signature for ada@example.org"), "{good}");
    alone(&friend, 1, "ada@example.org", "proof/attest-1.allowed_signers").ok();
    let payload = friend.read("proof/attest-1.payload");
    friend.write("proof/attest-1.payload", payload.replace("events", "Events"));
    assert!(!alone(&friend, 1, "ada@example.org", "signers").status.success());

    // What came after is not covered, and what is covered can't go.
    home.run(&["do", "edit.insert later ; file.save", "plan.md"], "").ok();
    let said = home.run(&["verify", "--json"], "").ok();
    let said: Value = serde_json::from_str(&said).unwrap();
    assert_eq!(said["well"], true);
    let proofs = said["attestations"].as_array().unwrap();
    assert_eq!(proofs.len(), 2);
    assert_eq!(proofs[1]["decision"], "Ship in May");
    assert_eq!(proofs[1]["signature"], "good");
    assert!(proofs[0]["not_covered"].as_u64().unwrap() > 2, "{}", proofs[0]);
    let file = home.read("plan.cowrite.jsonl");
    let covered = file.lines().position(|line| line.contains("\"document.edited\"")).unwrap();
    let without: String = file
        .lines()
        .enumerate()
        .filter(|(at, _)| *at != covered)
        .map(|(_, line)| format!("{line}\n"))
        .collect();
    home.write("less.cowrite.jsonl", without);
    let said = home.run(&["verify", "less.cowrite.jsonl"], "");
    assert_eq!(said.status.code(), Some(1));
    assert!(said.stdout.contains("1 that they lead back to are missing"), "{}", said.stdout);

    // In the workspace the decision tells it, and that a change is not covered.
    let home = Arc::new(home);
    let term = open(&home, &["plan.md"]);
    term.keys("<alt-4><enter>");
    term.wait_for("a valid signature by ada@example.org");
    term.wait_for("the decision stands as it was signed");
    term.wait_for("It does not say when");
    term.keys("<esc><ctrl-e>gv");
    term.wait_for("all is well.");
    term.keys("<esc><alt-1>");
    quit(&term);
}

#[test]
fn what_was_changed_is_named() {
    let home = ready();
    home.run(&["share", "plan.md", "--yes"], "").ok();
    let file = home.read("plan.cowrite.jsonl");
    home.run(&["verify", "plan.cowrite.jsonl"], "").ok();
    let decided = file.lines().position(|line| line.contains("decision.recorded")).unwrap() + 1;
    for (from, to, what) in [
        (
            "the fair is in June",
            "the fair is in July",
            "altered: its id does not match its content",
        ),
        ("\"kind\":\"decision.recorded\"", "\"kind\":\"decision.decided!\"", "altered"),
        ("the fair is in June\"", "the fair is in June", "torn or damaged"),
    ] {
        assert_eq!(file.matches(from).count(), 1, "{from}");
        home.write("odd.cowrite.jsonl", file.replace(from, to));
        let said = home.run(&["verify", "odd.cowrite.jsonl"], "");
        assert_eq!(said.status.code(), Some(1), "{}", said.stdout);
        let first = said.stdout.lines().next().unwrap();
        assert!(first.contains(&format!("line {decided}, event ")), "{first}");
        assert!(first.contains("by Ada") && first.contains(what), "{first}");
        let json = home.run(&["verify", "odd.cowrite.jsonl", "--json"], "").stdout;
        let json: Value = serde_json::from_str(&json).unwrap();
        assert_eq!(json["well"], false);
        assert_eq!(json["findings"][0]["line"], decided);
        assert_eq!(json["findings"][0]["author"], "Ada");
    }
    // A line of another session.
    let other = crate::desk::home();
    other.write("b.md", "b\n");
    other.run(&["do", "edit.insert x ; file.save", "b.md"], "").ok();
    other.run(&["share", "b.md", "--yes"], "").ok();
    let strange = other.read("b.cowrite.jsonl");
    let strange = strange.lines().last().unwrap();
    home.write("odd.cowrite.jsonl", format!("{file}{strange}\n"));
    let said = home.run(&["verify", "odd.cowrite.jsonl"], "");
    assert_eq!(said.status.code(), Some(1));
    assert!(said.stdout.contains("foreign: of another session"), "{}", said.stdout);
}

#[test]
fn a_key_that_an_agent_holds_signs_in_the_workspace() {
    let home = ready();
    key(&home, "locked", "a passphrase");
    let config = home.cowrite().join("config.toml");
    let text = std::fs::read_to_string(&config).unwrap();
    let path = home.file("locked");
    std::fs::write(&config, format!("signing_key = {path:?}\n{text}")).unwrap();
    // Without the agent nobody is asked for the passphrase over the screen.
    let home = Arc::new(home);
    let term = open(&home, &["plan.md"]);
    term.keys("<alt-4>");
    term.wait_for("Ship in May");
    term.keys("<ctrl-e>ds");
    term.wait_for("ssh-keygen did not sign");
    term.keys("<alt-1>");
    quit(&term);
    drop(term);

    let socket = home.file("agent.sock");
    let mut agent = Command::new("ssh-agent")
        .args(["-D", "-a"])
        .arg(&socket)
        .stdout(std::process::Stdio::null())
        .spawn()
        .unwrap();
    let Ok(home) = Arc::try_unwrap(home) else { panic!("the workspace is closed") };
    let home = home.env("SSH_AUTH_SOCK", socket.to_str().unwrap());
    let there = || {
        let ran = home.run_program("ssh-add", &["-l"], "");
        ran.status.code() != Some(2)
    };
    assert!((0..5_000).any(|_| there()), "the agent answers");
    // Given to the agent once, by a program that knows the passphrase.
    home.write("ask", "#!/bin/sh\necho a passphrase\n");
    home.run_program("chmod", &["+x", "ask"], "").ok();
    let home = home.env("SSH_ASKPASS_REQUIRE", "force");
    let asker = home.file("ask");
    let home = home.env("SSH_ASKPASS", asker.to_str().unwrap());
    home.run_program("ssh-add", &[path.to_str().unwrap()], "").ok();
    let home = Arc::new(home);
    let term = open(&home, &["plan.md"]);
    term.keys("<alt-4>");
    term.wait_for("Ship in May");
    term.keys("<ctrl-e>ds");
    term.wait_for("Signed “Ship in May” and the log to it");
    term.wait_for("It does not say when");
    term.keys("<esc><enter>");
    term.wait_for("by an unknown key");
    term.wait_for("which says it is Ada");
    term.keys("<esc><ctrl-e>gk");
    term.wait_for("Signed the log as Ada");
    term.keys("<esc><alt-1>");
    quit(&term);
    let said = home.run(&["verify"], "").ok();
    assert!(said.contains("a valid signature by an unknown key"), "{said}");
    let _ = agent.kill();
    let _ = agent.wait();
}
