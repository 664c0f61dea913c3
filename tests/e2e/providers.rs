//! Providers from outside: keys and where they are kept, what is found on this machine, switching,
//! and that a key is never printed, logged or stored.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::sync::Arc;

use crate::desk::{open, quit};
use crate::pty::Home;
use crate::server::{Reply, Script, Server};

const KEY: &str = "sk-ant-0123456789abcdef";

/// A home whose owner has a name, and whose servers on this machine are these; no other port of
/// the machine is looked at.
fn home(near: &[(&str, &str)], more: &str) -> Home {
    let home = Home::new();
    let mut config = format!("# mine\nname = \"Ada\"\n{more}\n");
    for name in ["ollama", "\"llama.cpp\"", "lmstudio", "vllm"] {
        let found = near.iter().find(|(known, _)| *known == name.trim_matches('"'));
        let address = found.map_or("http://127.0.0.1:1/v1", |(_, address)| address);
        config.push_str(&format!("[provider.{name}]\naddress = \"{address}\"\n"));
    }
    fs::write(home.cowrite().join("config.toml"), config).unwrap();
    home
}

fn config(home: &Home) -> String {
    fs::read_to_string(home.cowrite().join("config.toml")).unwrap()
}

/// Whether any file below a folder holds these bytes.
fn holds(folder: &std::path::Path, what: &str, except: &str) -> bool {
    let mut found = false;
    for entry in fs::read_dir(folder).unwrap().flatten() {
        let path = entry.path();
        if path.is_dir() {
            found |= holds(&path, what, except);
        } else if !path.ends_with(except) {
            let bytes = fs::read(&path).unwrap_or_default();
            found |= bytes.windows(what.len()).any(|window| window == what.as_bytes());
        }
    }
    found
}

#[test]
fn a_key_is_kept_for_its_owner_and_shown_to_nobody() {
    let server = Server::start(vec![Reply::text(&["Yes."]), Reply::status(401, KEY)]);
    let home = home(&[], "[provider.anthropic]\nconsented = true\n");
    let at = server.base();
    home.run(&["config", "set", "provider.anthropic.address", &at], "").ok();
    let said = home.run(&["config", "key", "anthropic"], &format!("  {KEY}\n")).ok();
    assert!(!said.contains(KEY));
    let file = home.cowrite().join("secrets.toml");
    let mode = fs::metadata(&file).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o600);
    let listed = home.run(&["config", "key", "--list"], "").ok();
    assert!(listed.contains("anthropic    key from secrets.toml"), "{listed}");
    assert!(listed.contains("gemini       no key (GEMINI_API_KEY is not set)"), "{listed}");
    let shown = home.run(&["config"], "").ok();

    let model = ["--model", "anthropic/claude"];
    let answered = home.run(&[&["ask", "Is it?"], &model[..]].concat(), "").ok();
    assert_eq!(answered, "Yes.\n");
    let bearer = format!("Bearer {KEY}");
    assert_eq!(server.requests()[0].header("authorization"), Some(bearer.as_str()));
    // A server that repeats the key in its words.
    let refused = home.run(&[&["ask", "Again?"], &model[..]].concat(), "").fails(1);
    let exported = home.run(&["export", "--egress"], "");
    for text in [&listed, &shown, &refused, &format!("{exported:?}")] {
        assert!(!text.contains(KEY), "{text}");
    }
    assert!(!holds(&home.cowrite(), KEY, "secrets.toml"), "neither database nor log has the key");

    // Others may read it: it is not used, and the command is there.
    fs::set_permissions(&file, fs::Permissions::from_mode(0o644)).unwrap();
    let said = home.run(&["config", "key", "--list"], "").fails(1);
    assert!(said.contains("chmod 600") && said.contains("secrets.toml"), "{said}");
    let said = home.run(&["ask", "Why?", "--model", "groq/llama", "--yes"], "").fails(2);
    assert!(said.contains("chmod 600"), "{said}");
    let said = format!("{:?}", home.run(&["doctor"], ""));
    assert!(said.contains("chmod 600"), "{said}");
    fs::set_permissions(&file, fs::Permissions::from_mode(0o600)).unwrap();
    let said = format!("{:?}", home.run(&["doctor"], ""));
    assert!(
        said.contains("anthropic at http://127.0.0.1") && said.contains("lists 1 model"),
        "{said}"
    );
    assert!(!said.contains(KEY));

    home.run(&["config", "key", "anthropic", "--remove"], "").ok();
    assert!(!fs::read_to_string(&file).unwrap().contains(KEY));
    home.run(&["config", "key", "anthropic", "--remove"], "").fails(1);
}

#[test]
fn keys_that_are_none_are_refused_in_words() {
    let home = home(&[], "");
    for (key, words) in [
        ("", "is empty"),
        ("sk-one\nsk-two\n", "line break"),
        ("sk one", "space"),
        ("sk-\u{1b}[2J", "control character"),
        ("sk-ключ", "no key has"),
    ] {
        let said = home.run(&["config", "key", "groq"], key).fails(2);
        assert!(said.contains(words), "{key:?}: {said}");
        assert!(key.is_empty() || !said.contains(key), "{said}");
    }
    let said = home.run(&["config", "key", "antropic"], KEY).fails(2);
    assert!(said.contains("Perhaps anthropic?"), "{said}");
    assert!(!home.cowrite().join("secrets.toml").exists());

    let home = home.env("OPENAI_API_KEY", "sk-first\nsk-second");
    let said = home.run(&["ask", "Why?", "--model", "openai/gpt", "--yes"], "").fails(2);
    assert!(said.contains("OPENAI_API_KEY holds a line break"), "{said}");
    assert!(!said.contains("sk-first") && !said.contains("sk-second"), "{said}");
}

#[test]
fn without_a_key_the_way_to_one_is_said() {
    let home = home(&[], "");
    let said = home.run(&["ask", "Why?", "--model", "mistral/small"], "").fails(2);
    assert!(said.contains("set MISTRAL_API_KEY"), "{said}");
    assert!(said.contains("cowrite config key mistral"), "{said}");
}

#[test]
fn models_of_two_servers_are_listed_and_switched() {
    let list = |name: &str| Reply::status(200, &format!(r#"{{"data":[{{"id":"{name}"}}]}}"#));
    let one = Server::start(Script::new(vec![Reply::text(&["From one."])]).models(list("gemma")));
    let two = Server::start(Script::new(vec![Reply::text(&["From two."])]).models(list("qwen")));
    let stuck = Server::start(Script::new(Vec::new()).models(Reply::silent()));
    let near = [("ollama", one.base()), ("llama.cpp", two.base()), ("vllm", stuck.base())];
    let near: Vec<(&str, &str)> = near.iter().map(|(name, at)| (*name, at.as_str())).collect();
    let home = Arc::new(home(&near, ""));
    home.write("a.md", "A plan.\n");
    let term = open(&home, &["a.md"]);
    term.keys("<f2>");
    term.wait_for("ollama/gemma");
    term.wait_for("llama.cpp/qwen");
    // The one that says nothing holds up nobody.
    term.wait_for("says nothing");
    term.keys("gemma<enter>");
    term.wait_for("ollama/gemma answers from now on");
    term.keys("<alt-2>Who?<enter>");
    term.wait_for("From one.");
    term.keys("<f2>qwen<enter>");
    term.wait_for("Alt-O goes back to ollama/gemma");
    term.keys("<alt-2>Who now?<enter>");
    term.wait_for("From two.");
    assert!(two.requests().iter().any(|request| request.body.contains("From one.")));
    term.keys("<alt-o>");
    term.wait_for("ollama/gemma answers from now on");
    quit(&term);
    let config = config(&home);
    assert!(config.starts_with("# mine\n"), "{config}");
    assert!(config.contains("model = \"ollama/gemma\""), "{config}");
}

#[test]
fn models_are_listed_with_what_is_known_of_them_and_tried() {
    let rich = r#"{"data":[
        {"id":"big","context_length":128000,"pricing":{"prompt":"0.000001","completion":"0.000004"},
         "supported_parameters":["tools","response_format"],
         "architecture":{"input_modalities":["text","image"]}},
        {"id":"plain"}]}"#;
    let answers = vec![Reply::text(&["We ", "sell bread."])];
    let near = Server::start(Script::new(answers).models(Reply::status(200, rich)));
    let home = home(&[("vllm", &near.base())], "").env("GROQ_API_KEY", KEY);
    let said = home.run(&["models"], "").ok();
    let row = |name: &str| said.lines().find(|line| line.contains(name)).unwrap_or_default();
    let big = row("vllm/big");
    assert!(big.contains("128000") && big.contains("$1/4"), "{said}");
    assert!(big.contains("tools, JSON, images"), "{said}");
    let plain = row("vllm/plain");
    assert!(plain.contains("unknown") && plain.contains("free"), "{said}");
    // Who is elsewhere is named and not asked.
    assert!(
        said.contains("groq: key from GROQ_API_KEY; `cowrite models list groq` asks"),
        "{said}"
    );
    assert!(!said.contains(KEY));
    let listed = home.run(&["models", "list", "vllm", "--json"], "").ok();
    let listed: serde_json::Value = serde_json::from_str(&listed).unwrap();
    assert_eq!(listed[0]["window"], 128_000);
    assert_eq!(listed[1]["abilities"], serde_json::Value::Null);
    let said = home.run(&["models", "list", "vlm"], "").fails(2);
    assert!(said.contains("There is no provider vlm"), "{said}");

    let tried = home.run(&["models", "try", "vllm/big"], "");
    assert!(tried.stdout.contains("We sell bread."), "{tried:?}");
    assert!(tried.stderr.contains("The first word came after"), "{tried:?}");
    let said = home.run(&["models", "try", "groq/x"], "").fails(2);
    assert!(said.contains("Add --yes to send it"), "{said}");
}

#[test]
fn the_doctor_asks_nobody_elsewhere_without_consent() {
    let far = Server::start(Script::new(Vec::new()).models(Reply::status(200, r#"{"data":[]}"#)));
    // A name that is not this machine's, and leads to it through a proxy.
    let home = home(&[], "[provider.groq]\naddress = \"http://models.example/v1\"\n")
        .env("GROQ_API_KEY", KEY)
        .env("HTTP_PROXY", &far.base());
    let said = home.run(&["doctor"], "").stdout;
    assert!(said.contains("it was not asked"), "{said}");
    assert!(!said.contains(KEY) && far.requests().is_empty(), "{said}");
}

#[test]
fn a_model_that_is_not_there_is_not_taken() {
    let home = Arc::new(home(&[], ""));
    home.write("a.md", "A plan.\n");
    let before = config(&home);
    for name in ["local/none", "local:/nowhere/x.gguf"] {
        let term = open(&home, &["a.md"]);
        term.keys(&format!("<alt-2>/model {name}<enter>"));
        term.wait_for(&format!("There is no model {name} here"));
        term.kill9();
    }
    assert_eq!(config(&home), before);
}

#[test]
fn what_the_configuration_holds_is_shown_without_passwords() {
    let home = home(&[], "");
    home.run(&["config", "set", "provider.groq.proxy", "http://u:secret@proxy:3128"], "").ok();
    let shown = home.run(&["config"], "").ok();
    assert!(shown.contains("http://(set)@proxy:3128") && !shown.contains("secret"), "{shown}");
    let said = home.run(&["config", "set", "provider.groq.address", "nonsense"], "").fails(2);
    assert!(said.contains("is no address"), "{said}");
}
