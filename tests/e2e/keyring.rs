//! Keys in the platform's keyring: none there, one that says nothing, and a real one, where
//! `dbus-run-session` and `gnome-keyring-daemon` are found.

use std::fs;
use std::os::unix::net::UnixListener;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use crate::desk::{open, quit};
use crate::pty::Home;
use crate::server::{Reply, Server};

const KEY: &str = "sk-ant-0123456789abcdef";

/// A home whose anthropic is this server.
fn home(server: &Server, more: &str) -> Home {
    let home = Home::new();
    let address = server.base();
    let config = format!(
        "# mine\nname = \"Ada\"\nmodel = \"anthropic/claude\"\n[provider.anthropic]\n\
         address = \"{address}\" # near\nconsented = true\n{more}"
    );
    fs::write(home.cowrite().join("config.toml"), config).unwrap();
    home
}

fn config(home: &Home) -> String {
    fs::read_to_string(home.cowrite().join("config.toml")).unwrap()
}

#[test]
fn without_a_session_nothing_is_kept_and_the_way_out_is_said() {
    let server = Server::start(Reply::text(&["Yes."]));
    let home = home(&server, "");
    let before = config(&home);
    let said = home.run(&["config", "key", "anthropic", "--keyring"], KEY).fails(1);
    assert!(said.contains("no desktop session") && said.contains("for you alone"), "{said}");
    assert!(!said.contains(KEY));
    assert_eq!(config(&home), before);
    assert!(!home.cowrite().join("secrets.toml").exists());
    // One that the configuration says is there: the request says why it is not sent.
    home.run(&["config", "set", "provider.anthropic.key", "keyring"], "").ok();
    assert!(config(&home).starts_with("# mine\n") && config(&home).contains("# near"));
    let listed = home.run(&["config", "key", "--list"], "").ok();
    assert!(listed.contains("anthropic    key from the keyring"), "{listed}");
    let said = home.run(&["ask", "Is it?"], "").fails(1);
    assert!(said.contains("no desktop session") && said.contains("Nothing was sent"), "{said}");
    assert!(server.requests().iter().all(|request| request.method == "GET"));
    let said = home.run(&["config", "key", "anthropic", "--remove"], "").fails(1);
    assert!(said.contains("no desktop session"), "{said}");
    // The file takes over.
    let ran = home.run(&["config", "key", "anthropic"], KEY);
    assert!(ran.status.success() && ran.stderr.contains("secrets.toml, for you alone"), "{ran:?}");
    assert!(!config(&home).contains("keyring"), "{}", config(&home));
    home.run(&["ask", "Is it?"], "").ok();
}

#[test]
fn a_key_in_the_configuration_is_refused_and_not_repeated() {
    let server = Server::start(Reply::text(&["Yes."]));
    let home = home(&server, "");
    let said = home.run(&["config", "set", "provider.anthropic.key", KEY], "").fails(2);
    assert!(said.contains("cowrite config key NAME") && !said.contains(KEY), "{said}");
    assert!(!config(&home).contains(KEY));
    fs::write(
        home.cowrite().join("config.toml"),
        format!("[provider.anthropic]\nkey = \"{KEY}\"\n"),
    )
    .unwrap();
    let said = home.run(&["config"], "").fails(2);
    assert!(said.contains("line 2") && !said.contains(KEY), "{said}");
}

#[test]
fn a_keyring_that_says_nothing_is_asked_only_for_a_request_and_not_waited_for() {
    let server = Server::start(Reply::text(&["Yes."]));
    let home = home(&server, "key = \"keyring\"\n");
    let socket = home.work().join("../run/bus");
    let listener = UnixListener::bind(&socket).unwrap();
    let asked = Arc::new(AtomicUsize::new(0));
    let count = Arc::clone(&asked);
    std::thread::spawn(move || {
        // Kept open, and never answered.
        let mut held = Vec::new();
        for stream in listener.incoming().flatten() {
            count.fetch_add(1, Ordering::SeqCst);
            held.push(stream);
        }
    });
    let bus = format!("unix:path={}", socket.canonicalize().unwrap().display());
    let home = Arc::new(home.env("DBUS_SESSION_BUS_ADDRESS", &bus));
    home.write("a.md", "A plan.\n");
    home.run(&["config", "key", "--list"], "").ok();
    home.run(&["config"], "").ok();
    let term = open(&home, &["a.md"]);
    term.keys("typed ");
    term.wait_for("typed A plan.");
    assert_eq!(asked.load(Ordering::SeqCst), 0, "nobody needed a key");
    term.keys("<ctrl-s>");
    term.wait_for("Saved to");
    term.keys("<alt-2>Is it?<enter>");
    assert!(term.holds_within_deadline(|| asked.load(Ordering::SeqCst) == 1));
    // It holds up no key.
    term.keys("<alt-1>and ");
    term.wait_for("and ");
    term.wait_for("The keyring said nothing for 5 s");
    term.keys("<ctrl-s>");
    term.wait_for("Saved to");
    quit(&term);
    let start = Instant::now();
    let said = home.run(&["config", "key", "groq", "--keyring"], KEY).fails(1);
    assert!(said.contains("said nothing for 5 s") && !said.contains(KEY), "{said}");
    assert!(start.elapsed() < Duration::from_secs(15));
}

/// Whether a program is in the search path.
fn there(program: &str) -> bool {
    let path = std::env::var_os("PATH").unwrap_or_default();
    std::env::split_paths(&path).any(|folder| folder.join(program).is_file())
}

/// Runs a script in a session of its own. What it starts is gone with the session.
fn in_session(home: &Home, script: &str) -> String {
    let program = env!("CARGO_BIN_EXE_cowrite");
    let script = format!("exec 2>&1; cowrite() {{ '{program}' \"$@\"; }}\n{script}\n");
    home.run_program("dbus-run-session", &["--", "sh", "-c", &script], "").ok()
}

#[test]
fn a_real_keyring_keeps_gives_and_forgets_a_key() {
    if !there("dbus-run-session") || !there("gnome-keyring-daemon") {
        println!(
            "left out: a real keyring, as dbus-run-session or gnome-keyring-daemon is missing"
        );
        return;
    }
    let server = Server::start(vec![Reply::text(&["Yes."]), Reply::status(401, KEY)]);
    let home = home(&server, "");
    home.run(&["config", "key", "anthropic"], "sk-the-old-one").ok();
    let home = home.env("THE_KEY", KEY);
    let unlock =
        "printf 'sesame\\n' | gnome-keyring-daemon --unlock --components=secrets >/dev/null 2>&1";
    let said = in_session(
        &home,
        &format!(
            "{unlock}\n\
             printf '%s\\n' \"$THE_KEY\" | cowrite config key anthropic --keyring; echo kept $?\n\
             cowrite config key --list; cowrite config\n\
             cowrite ask 'Is it?'; echo asked $?\n\
             cowrite ask 'Again?'; echo again $?"
        ),
    );
    for words in [
        "The key of anthropic is in the keyring.",
        "secrets.toml is gone.",
        "kept 0",
        "anthropic    key from the keyring",
        "Yes.\nasked 0",
        "[key]",
        "again 1",
    ] {
        assert!(said.contains(words), "{words}\n{said}");
    }
    assert!(!said.contains(KEY), "{said}");
    let bearer = format!("Bearer {KEY}");
    let asked = server.requests();
    let asked: Vec<_> = asked.iter().filter(|request| request.method == "POST").collect();
    assert!(asked.iter().all(|request| request.header("authorization") == Some(bearer.as_str())));
    assert!(config(&home).starts_with("# mine\n") && config(&home).contains("key = \"keyring\""));
    let kept = fs::read_to_string(home.cowrite().join("secrets.toml")).unwrap();
    assert!(!kept.contains("sk-"), "{kept}");

    // The next session has not unlocked it, and nobody is there to do it.
    let said = in_session(
        &home,
        "gnome-keyring-daemon --start --components=secrets >/dev/null 2>&1\n\
         cowrite ask 'Locked?'; echo locked $?",
    );
    assert!(said.contains("locked 1") && said.contains("keyring"), "{said}");
    assert!(said.contains("Unlock it"), "{said}");

    let said = in_session(
        &home,
        &format!(
            "{unlock}\n\
             cowrite config key anthropic --remove; echo removed $?\n\
             cowrite config key anthropic --remove; echo again $?\n\
             cowrite config set provider.anthropic.key keyring\n\
             cowrite ask 'Gone?'; echo gone $?"
        ),
    );
    assert!(said.contains("The key of anthropic is gone from the keyring."), "{said}");
    assert!(said.contains("removed 0") && said.contains("again 1"), "{said}");
    assert!(
        said.contains("The keyring has no key of anthropic") && said.contains("gone 1"),
        "{said}"
    );
}
