//! Answers of real services, as files: each says what it is, what comes back and what is to be made
//! of it. What is new about a service is a new file in `tests/recorded`.

use crate::provider::server::{Reply, Script, Server};
use crate::provider::{collect, settings, show};
use cowrite::provider::{OpenAi, Provider};

/// One recording.
#[derive(Default)]
struct Recording {
    name: String,
    /// It answers the question for models.
    list: bool,
    status: u16,
    headers: Vec<(String, String)>,
    retries: u32,
    requests: Option<usize>,
    expect: Vec<String>,
    /// Words of the provider that the fault must hold.
    says: Option<String>,
    body: String,
}

fn read(name: String, text: &str) -> Recording {
    let (head, body) = text.split_once("\n---\n").expect("a line of three hyphens");
    let mut made = Recording { name, body: body.into(), ..Recording::default() };
    for line in head.lines() {
        let (word, rest) = line.split_once(' ').unwrap_or((line, ""));
        match word {
            "#" => {}
            "list" => made.list = true,
            "status" => made.status = rest.parse().expect("a status"),
            "retries" => made.retries = rest.parse().expect("a number"),
            "requests" => made.requests = Some(rest.parse().expect("a number")),
            "expect" => made.expect.push(rest.into()),
            "says" => made.says = Some(rest.into()),
            "header" => {
                let (name, value) = rest.split_once(": ").expect("a header");
                made.headers.push((name.into(), value.into()));
            }
            _ => panic!("{}: {line:?} is no header line of a recording", made.name),
        }
    }
    made
}

fn all() -> Vec<Recording> {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/recorded");
    let mut all: Vec<Recording> = std::fs::read_dir(folder)
        .expect("recordings")
        .map(|entry| {
            let path = entry.expect("a file").path();
            let text = std::fs::read_to_string(&path).expect("text");
            read(path.file_stem().expect("a name").to_string_lossy().into_owned(), &text)
        })
        .collect();
    all.sort_by(|one, other| one.name.cmp(&other.name));
    all
}

#[tokio::test]
async fn recordings_are_understood() {
    let all = all();
    assert!(all.len() >= 50, "{}", all.len());
    let mut wrong = Vec::new();
    for one in &all {
        let mut reply = Reply::status(one.status, &one.body);
        for (name, value) in &one.headers {
            reply = reply.header(name, value);
        }
        // Once as it was, and once cut into bytes.
        for split in [false, true] {
            let reply = if split { reply.clone().split() } else { reply.clone() };
            let script = match one.list {
                true => Script::new(Vec::new()).models(reply),
                false => Script::new(vec![reply]),
            };
            let server = Server::start(script);
            let mut settings = settings(&server.base());
            settings.max_retries = one.retries;
            let provider = OpenAi::new(settings);
            let (shown, said) = match one.list {
                true => {
                    let models = provider.models().await.expect("a list");
                    let window =
                        |window: Option<u64>| window.map_or("-".to_owned(), |one| one.to_string());
                    let row = |one: cowrite::prompt::ModelInfo| {
                        format!("model {} {}", one.name, window(one.window))
                    };
                    (models.into_iter().map(row).collect::<Vec<_>>(), String::new())
                }
                false => {
                    let items = collect(&provider).await;
                    let what = items.last().and_then(|item| item.as_ref().err());
                    let what = what.map(|fault| fault.what.clone()).unwrap_or_default();
                    (items.iter().map(show).collect(), what)
                }
            };
            if shown != one.expect {
                wrong.push(format!("{}: {shown:#?} instead of {:#?}", one.name, one.expect));
            }
            if !one.says.as_ref().is_none_or(|says| said.contains(says)) {
                wrong.push(format!("{}: {said:?} does not say {:?}", one.name, one.says));
            }
            let asked = server.requests().len();
            if one.requests.is_some_and(|requests| requests != asked) {
                wrong.push(format!("{}: {asked} requests", one.name));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
