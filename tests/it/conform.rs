//! What every provider keeps, as one suite: [`conform`] runs it against whatever can be made to
//! answer, and [`CHECKS`] names each promise.
//!
//! Who writes a provider makes a [`Subject`] of it: what it can be made to do, and how. Where what
//! is said is known beforehand, it is compared to the letter; a real model is checked for its shape.

mod recorded;

use crate::local::{kill, model as made_model, prompt as ask_for, real};
use crate::provider::server::{Reply, Server, Step, data, delta, ending, finish};
use crate::provider::{KEY, collect_from, prompt, settings, show};
use cowrite::event::Usage;
use cowrite::prompt::{Chunk, Fault, FaultKind, Prompt, Stop};
use cowrite::provider::{Local, OpenAi, Provider, Scripted, Settings, local};
use futures::StreamExt;
use futures::future::{FutureExt, LocalBoxFuture};
use serde_json::{Value, json};
use std::any::Any;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

type Items = Vec<Result<Chunk, Fault>>;

/// What a provider under test is to do.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Want {
    /// A whole answer.
    Answer,
    /// The same, with text of every kind.
    AnyText,
    /// Thoughts before the answer.
    Thoughts,
    /// Half an answer, then a fault.
    Half(FaultKind),
    /// A whole answer that ends for this reason.
    Ends(Stop),
    /// Nothing but a fault; some have several causes.
    Fails(FaultKind, usize),
    /// An answer that is not over while it is looked at.
    Long,
    /// A list of models.
    Models,
}

/// A provider that will do what is wanted when it is asked this.
struct Given {
    provider: Arc<dyn Provider>,
    prompt: Prompt,
    /// What comes, where it is known to the letter.
    items: Option<Items>,
    /// How many questions arrived, where somebody counts.
    asked: Option<Box<dyn Fn() -> usize>>,
    /// Whether whoever answers saw the client go, where somebody looks.
    gone: Option<Box<dyn Fn() -> bool>>,
    /// Is done as soon as the first text has come.
    meanwhile: Option<Box<dyn Fn()>>,
    /// Lives as long as the provider.
    _kept: Box<dyn Any>,
}

impl Given {
    fn new(provider: Arc<dyn Provider>, prompt: Prompt, kept: impl Any) -> Self {
        Self {
            provider,
            prompt,
            items: None,
            asked: None,
            gone: None,
            meanwhile: None,
            _kept: Box::new(kept),
        }
    }

    fn ask(&self) -> cowrite::provider::Answer {
        self.provider.ask(self.provider.encode(&self.prompt))
    }
}

/// A provider under test: what it can be made to do, and how.
struct Subject {
    name: &'static str,
    can: Vec<Want>,
    make: Box<dyn Fn(&Want) -> Given>,
}

impl Subject {
    fn give(&self, want: &Want) -> Option<Given> {
        self.can.contains(want).then(|| (self.make)(want))
    }

    fn all(&self, which: fn(&Want) -> bool) -> Vec<(Want, Given)> {
        let wants = self.can.iter().filter(|want| which(want));
        wants.map(|want| (want.clone(), (self.make)(want))).collect()
    }
}

/// A promise: returns whether the subject can be held to it.
type Check = for<'a> fn(&'a Subject) -> LocalBoxFuture<'a, bool>;

const CHECKS: &[(&str, Check)] = &[
    ("it has a name and an address, and neither holds the key", |subject| {
        async move {
            let Some(given) = subject.give(&Want::Answer) else { return false };
            let (name, address) = (given.provider.name(), given.provider.address());
            assert!(!name.is_empty() && !address.is_empty());
            assert!(!name.contains('/') && !format!("{name}{address}").contains(KEY));
            true
        }
        .boxed_local()
    }),
    ("the same question gives the same bytes, which are JSON and hold all of it", |subject| {
        async move {
            let Some(given) = subject.give(&Want::Answer) else { return false };
            let body = given.provider.encode(&given.prompt);
            assert_eq!(body, given.provider.encode(&given.prompt));
            let told: Value = serde_json::from_str(&body).expect("JSON");
            let turns = told["messages"].as_array().expect("messages");
            let said: Vec<_> = turns.iter().filter_map(|turn| turn["content"].as_str()).collect();
            let wanted: Vec<_> = given.prompt.turns.iter().map(|turn| turn.text.as_str()).collect();
            assert_eq!(said, wanted);
            assert_eq!(told["model"], given.prompt.model);
            true
        }
        .boxed_local()
    }),
    ("nothing is asked before the answer is polled", |subject| {
        async move {
            let Some(given) = subject.give(&Want::Answer) else { return false };
            drop(given.ask());
            let Some(asked) = &given.asked else { return false };
            assert_eq!(asked(), 0);
            true
        }
        .boxed_local()
    }),
    ("an answer is text, the count of tokens, and one end", |subject| {
        async move {
            let Some(given) = subject.give(&Want::Answer) else { return false };
            whole(&given).await;
            true
        }
        .boxed_local()
    }),
    ("a second question is answered like the first", |subject| {
        async move {
            let Some(given) = subject.give(&Want::Answer) else { return false };
            whole(&given).await;
            whole(&given).await;
            true
        }
        .boxed_local()
    }),
    ("text of every kind comes through unchanged, also twice at once", |subject| {
        async move {
            let Some(given) = subject.give(&Want::AnyText) else { return false };
            let two = futures::join!(collect_from(given.ask()), collect_from(given.ask()));
            compare(&given, &two.0, "the first");
            compare(&given, &two.1, "the second");
            true
        }
        .boxed_local()
    }),
    ("what was thought is told apart from what is said", |subject| {
        async move {
            let Some(given) = subject.give(&Want::Thoughts) else { return false };
            let items = collect_from(given.ask()).await;
            compare(&given, &items, "thoughts");
            true
        }
        .boxed_local()
    }),
    ("the end says why", |subject| {
        async move {
            let all = subject.all(|want| matches!(want, Want::Ends(_)));
            for (want, given) in &all {
                let items = collect_from(given.ask()).await;
                let Want::Ends(stop) = want else { unreachable!() };
                assert_eq!(items.last(), Some(&Ok(Chunk::Stop(stop.clone()))), "{items:?}");
                compare(given, &items, &format!("{want:?}"));
            }
            !all.is_empty()
        }
        .boxed_local()
    }),
    ("half an answer is given before its fault", |subject| {
        async move {
            let all = subject.all(|want| matches!(want, Want::Half(_)));
            for (want, given) in &all {
                let items = half(given).await;
                let Want::Half(kind) = want else { unreachable!() };
                assert!(matches!(items.first(), Some(Ok(Chunk::Text(_)))), "{items:?}");
                assert!(
                    matches!(items.last(), Some(Err(fault)) if fault.kind == *kind),
                    "{items:?}"
                );
                compare(given, &items, &format!("{want:?}"));
            }
            !all.is_empty()
        }
        .boxed_local()
    }),
    ("a fault is sorted by what a person can do about it", |subject| {
        async move {
            let all = subject.all(|want| matches!(want, Want::Fails(..)));
            for (want, given) in &all {
                let items = collect_from(given.ask()).await;
                let Want::Fails(kind, _) = want else { unreachable!() };
                assert!(
                    matches!(items.last(), Some(Err(fault)) if fault.kind == *kind),
                    "{want:?}: {items:?}"
                );
                assert!(!items.iter().any(|item| matches!(item, Ok(Chunk::Text(_)))));
                compare(given, &items, &format!("{want:?}"));
            }
            !all.is_empty()
        }
        .boxed_local()
    }),
    ("dropping an answer ends it, and the next question is answered", |subject| {
        async move {
            let Some(given) = subject.give(&Want::Long) else { return false };
            for _ in 0..2 {
                let mut answer = given.ask();
                let first = answer.next().await;
                assert!(matches!(first, Some(Ok(Chunk::Text(_)))), "{first:?}");
                drop(answer);
            }
            // The pump that holds a connection is a task of its own: it has its turn.
            for _ in 0..1000 {
                tokio::task::yield_now().await;
            }
            assert!(given.gone.as_ref().is_none_or(|gone| gone()), "nobody saw the client go");
            true
        }
        .boxed_local()
    }),
    ("dropping an answer before its first word is fine", |subject| {
        async move {
            let Some(given) = subject.give(&Want::Long) else { return false };
            drop(given.ask());
            let mut answer = given.ask();
            let _ = futures::poll!(answer.next());
            drop(answer);
            let first = given.ask().next().await;
            assert!(matches!(first, Some(Ok(Chunk::Text(_)))), "{first:?}");
            true
        }
        .boxed_local()
    }),
    ("listed models have names that can be shown and sent, and windows that can be", |subject| {
        async move {
            let Some(given) = subject.give(&Want::Models) else { return false };
            let models = given.provider.models().await.expect("a list");
            assert!(!models.is_empty());
            for model in models {
                assert!(!model.name.is_empty() && !model.name.chars().any(char::is_control));
                assert!(model.window.is_none_or(|window| window >= 256), "{model:?}");
            }
            true
        }
        .boxed_local()
    }),
];

/// Says which promise of whom was broken.
struct Now(&'static str, &'static str);

impl Drop for Now {
    #[allow(clippy::print_stderr, reason = "a test says where it broke")]
    fn drop(&mut self) {
        if std::thread::panicking() {
            eprintln!("{} does not keep: {}", self.0, self.1);
        }
    }
}

/// Holds a provider to every promise. Those that it can't be held to are named here, so that none
/// is left out unseen.
async fn conform(subject: &Subject, left_out: &[&str]) {
    let mut passed_over = Vec::new();
    for (name, check) in CHECKS {
        let now = Now(subject.name, name);
        if !check(subject).await {
            passed_over.push(*name);
        }
        drop(now);
    }
    let passed: Vec<&str> = left_out
        .iter()
        .map(|start| {
            let all = passed_over.iter().copied();
            all.into_iter().find(|name| name.starts_with(start)).unwrap_or(start)
        })
        .collect();
    assert_eq!(passed_over, passed, "{}: what it can't be held to", subject.name);
}

/// A whole answer; returns it.
async fn whole(given: &Given) -> Items {
    let items = collect_from(given.ask()).await;
    let [text @ .., Ok(Chunk::Usage(usage)), Ok(Chunk::Stop(stop))] = &items[..] else {
        panic!("{items:?}")
    };
    assert!(!text.is_empty() && text.iter().all(|item| matches!(item, Ok(Chunk::Text(_)))));
    assert!(matches!(stop, Stop::End | Stop::Length), "{stop:?}");
    assert!(usage.input > 0 && usage.output > 0 && usage.cached <= usage.input, "{usage:?}");
    compare(given, &items, "a whole answer");
    items
}

async fn half(given: &Given) -> Items {
    let Some(meanwhile) = &given.meanwhile else { return collect_from(given.ask()).await };
    let mut answer = given.ask();
    let first = answer.next().await.expect("an answer");
    meanwhile();
    let mut items = vec![first];
    items.extend(collect_from(answer).await);
    items
}

fn compare(given: &Given, items: &Items, what: &str) {
    let Some(wanted) = &given.items else { return };
    let shown = |items: &Items| items.iter().map(show).collect::<Vec<_>>();
    assert_eq!(shown(items), shown(wanted), "{what}");
}

// --- what is known to the letter --------------------------------------------------------------

fn text(text: &str) -> Result<Chunk, Fault> {
    Ok(Chunk::Text(text.into()))
}

fn count(input: u64, output: u64) -> Result<Chunk, Fault> {
    Ok(Chunk::Usage(Usage { input, output, ..Usage::default() }))
}

fn bad(kind: FaultKind, status: Option<u16>) -> Result<Chunk, Fault> {
    Err(Fault { kind, what: "It failed.".into(), advice: "Ask again.".into(), status })
}

/// What an ideal provider says, and the same from a server. `None` for what is no answer.
fn ideal(want: &Want) -> Option<(Items, Reply)> {
    let events = Reply::events;
    let end = || Ok(Chunk::Stop(Stop::End));
    Some(match want {
        Want::Answer => {
            (vec![text("One "), text("two."), count(7, 2), end()], Reply::text(&["One ", "two."]))
        }
        Want::AnyText => {
            let pieces = ["Grüße ", "日本", "👩‍👩‍👧", "\u{1b}[31m\r\n"];
            let mut items: Items = pieces.iter().map(|piece| text(piece)).collect();
            items.extend([count(7, 4), end()]);
            (items, Reply::text(&pieces))
        }
        Want::Thoughts => (
            vec![Ok(Chunk::Reasoning("Hm.".into())), text("Yes."), end()],
            events(vec![
                data(r#"{"choices":[{"delta":{"reasoning_content":"Hm."}}]}"#),
                delta("Yes."),
                finish("stop"),
            ]),
        ),
        Want::Half(kind) => {
            let (status, last) = match kind {
                FaultKind::Server => (
                    Some(529),
                    vec![
                        data(r#"{"error":{"message":"overloaded","code":529}}"#),
                        delta("no more"),
                    ],
                ),
                // Behind a pause, as what was not read before a reset is lost.
                FaultKind::Broken => (None, vec![Step::Cut]),
                FaultKind::Stalled => (None, vec![Step::Stall]),
                FaultKind::TooLong => (
                    None,
                    vec![data(r#"{"error":{"code":"context_length_exceeded","message":"full"}}"#)],
                ),
                _ => return None,
            };
            (
                vec![text("Half a"), bad(kind.clone(), status)],
                events([vec![delta("Half a")], last].concat()),
            )
        }
        Want::Ends(stop) => {
            let reason = match stop {
                Stop::End => "stop",
                Stop::Length => "length",
                Stop::Filter => "content_filter",
                Stop::Other(word) => word.as_str(),
                Stop::Cut => {
                    return Some((
                        vec![text("A"), Ok(Chunk::Stop(Stop::Cut))],
                        events(vec![delta("A")]),
                    ));
                }
            };
            (
                vec![text("A"), Ok(Chunk::Stop(stop.clone()))],
                events(vec![delta("A"), finish(reason), data("[DONE]")]),
            )
        }
        Want::Fails(kind, cause) => {
            let (status, reply) = failing(kind, *cause)?;
            let mut items = vec![bad(kind.clone(), status)];
            if *kind == FaultKind::Empty {
                items.insert(0, count(7, 0));
            }
            (items, reply)
        }
        Want::Long => (vec![text("A"); 1000], events(vec![delta("A"), Step::Stall])),
        Want::Models => return None,
    })
}

fn failing(kind: &FaultKind, cause: usize) -> Option<(Option<u16>, Reply)> {
    let error = |status: u16, message: &str| {
        let body = format!(r#"{{"error":{{"message":"{message}","code":null}}}}"#);
        (Some(status), Reply::status(status, &body))
    };
    let events = |steps: Vec<Step>| (None, Reply::events(steps));
    Some(match (kind, cause) {
        (FaultKind::Key, 0) => error(401, "Incorrect API key provided"),
        (FaultKind::Key, 1) => error(403, "no access"),
        (FaultKind::NotFound, 0) => error(404, "no such model"),
        (FaultKind::Limit, 0) => error(429, "slow down"),
        (FaultKind::TooLong, 0) => error(400, "This model's maximum context length is 8192"),
        (FaultKind::Refused, 0) => error(400, "temperature must be below 2"),
        (FaultKind::Server, 0) => error(500, "boom"),
        (FaultKind::Stalled, 0) => (None, Reply::silent()),
        (FaultKind::Stalled, 1) => events(vec![Step::Stall]),
        (FaultKind::Broken, 0) => events(vec![Step::Reset]),
        (FaultKind::Broken, 1) => events(vec![Step::Cut]),
        (FaultKind::Garbage, 0) => events(vec![Step::Write(b"\x00\xff\x17\x80 noise".to_vec())]),
        (FaultKind::Empty, 0) => events(ending(0)),
        // Nobody is there: the reply is not used.
        (FaultKind::Unreachable, 0) => (None, Reply::silent()),
        _ => return None,
    })
}

/// Everything that can be wanted and told to the letter.
fn everything() -> Vec<Want> {
    use FaultKind::{Broken, Server as Theirs, Stalled, TooLong};
    let mut all = vec![Want::Answer, Want::AnyText, Want::Thoughts, Want::Long, Want::Models];
    all.extend([Theirs, Broken, Stalled, TooLong].map(Want::Half));
    let odd = Stop::Other("tool_calls".into());
    all.extend([Stop::End, Stop::Length, Stop::Filter, Stop::Cut, odd].map(Want::Ends));
    for kind in [
        FaultKind::Key,
        FaultKind::NotFound,
        FaultKind::Limit,
        TooLong,
        FaultKind::Refused,
        Theirs,
        Stalled,
        Broken,
        FaultKind::Garbage,
        FaultKind::Empty,
        FaultKind::Unreachable,
    ] {
        let causes = (0..3).filter(|cause| failing(&kind, *cause).is_some());
        all.extend(causes.map(|cause| Want::Fails(kind.clone(), cause)));
    }
    all
}

// --- whom it is run against -------------------------------------------------------------------

#[tokio::test]
async fn openai_conforms() {
    let make = |want: &Want| {
        let (items, reply) =
            ideal(want).map_or((None, Reply::text(&["A"])), |(items, reply)| (Some(items), reply));
        let server = Arc::new(Server::start(reply));
        let unreachable = matches!(want, Want::Fails(FaultKind::Unreachable, _));
        let base = if unreachable { "http://127.0.0.1:1/v1".into() } else { server.base() };
        let mut settings = settings(&base);
        settings.max_retries = 0;
        let late = matches!(want, Want::Fails(..) | Want::Half(FaultKind::Stalled));
        if late {
            settings.stall = Duration::from_millis(60);
            settings.header_timeout = Duration::from_millis(60);
        }
        let mut given = Given::new(Arc::new(OpenAi::new(settings)), prompt(), Arc::clone(&server));
        given.items = items;
        let seen = Arc::clone(&server);
        given.asked = Some(Box::new(move || seen.requests().len()));
        given.gone = Some(Box::new(move || {
            // The server's threads look; this one has polled what there was to poll.
            server.wait_gone(2, Duration::from_secs(5))
        }));
        given
    };
    let subject = Subject { name: "openai", can: everything(), make: Box::new(make) };
    conform(&subject, &[]).await;
}

#[tokio::test]
async fn scripted_conforms() {
    let make = |want: &Want| {
        let mut provider = match ideal(want) {
            None => Scripted::new(Vec::new()),
            Some((mut items, _)) => {
                // What stands behind the end must not come out.
                items.push(text("no more"));
                Scripted::new(vec![items; 4])
            }
        };
        if *want == Want::Long {
            provider = provider.gated(Arc::new(tokio::sync::Semaphore::new(20)));
        }
        let asked = provider.clone();
        let mut given = Given::new(Arc::new(provider), prompt(), ());
        given.items = ideal(want).map(|(items, _)| items);
        given.asked = Some(Box::new(move || asked.asked().len()));
        given
    };
    let subject = Subject { name: "scripted", can: everything(), make: Box::new(make) };
    conform(&subject, &[]).await;
}

/// The program of a local model that says what is wanted: once for each time it is started.
#[cfg(unix)]
fn stand_in(items: &Items) -> Option<local::Program> {
    let mut lines = vec![json!({ "hello": { "version": 1 } }).to_string()];
    let mut usage = json!({ "input": 0, "output": 0, "cached": 0 });
    let mut last = "cat >/dev/null";
    for item in items {
        lines.push(match item {
            Ok(Chunk::Text(text)) => json!({ "text": { "id": 1, "text": text } }).to_string(),
            Ok(Chunk::Usage(told)) => {
                usage = json!({ "input": told.input, "output": told.output, "cached": 0 });
                continue;
            }
            Ok(Chunk::Stop(stop)) if matches!(stop, Stop::End | Stop::Length) => {
                let length = *stop == Stop::Length;
                json!({ "ended": { "id": 1, "usage": usage, "length": length } }).to_string()
            }
            Err(fault) if fault.kind == FaultKind::Broken => {
                last = "exit 3";
                continue;
            }
            Err(fault) if fault.kind == FaultKind::Garbage => "noise".into(),
            Err(fault) if fault.kind == FaultKind::Empty => {
                json!({ "ended": { "id": 1, "usage": usage, "length": false } }).to_string()
            }
            Err(fault) => {
                let kind = match fault.kind {
                    FaultKind::TooLong => "too_long",
                    FaultKind::Refused => "refused",
                    FaultKind::NotFound => "not_found",
                    FaultKind::Limit => "limit",
                    FaultKind::Server => "server",
                    _ => return None,
                };
                let (what, advice) = (&fault.what, &fault.advice);
                json!({ "fault": { "id": 1, "kind": kind, "what": what, "advice": advice } })
                    .to_string()
            }
            Ok(_) => return None,
        });
    }
    let hello = lines.remove(0);
    let script = "printf '%s\\n' \"$1\"; read -r order; shift; for line in \"$@\"; do printf '%s\\n' \"$line\"; done; ";
    let arguments =
        ["-c".into(), format!("{script}{last}"), "sh".into(), hello].into_iter().chain(lines);
    Some(local::Program { path: "/bin/sh".into(), arguments: arguments.map(Into::into).collect() })
}

/// What a model on this machine says of it: always a count with the end, never a status.
#[cfg(unix)]
fn of_local(want: &Want) -> Option<Items> {
    let (mut items, _) = ideal(want)?;
    let counted = items.iter().any(|item| matches!(item, Ok(Chunk::Usage(_))));
    if !counted && matches!(items.last(), Some(Ok(Chunk::Stop(_)))) {
        items.insert(items.len() - 1, count(0, 0));
    }
    if let Some(Err(fault)) = items.last_mut() {
        fault.status = None;
    }
    Some(items)
}

/// The wire to the process of a local model, with a stand-in that says what is wanted.
#[cfg(unix)]
#[tokio::test]
async fn the_wire_of_the_local_model_conforms() {
    let folder = tempfile::TempDir::new().expect("a folder");
    std::fs::write(folder.path().join("test.gguf"), "").expect("a file");
    let path = folder.path().to_owned();
    let can: Vec<Want> = everything()
        .into_iter()
        // It speaks once, and its file is none.
        .filter(|want| !matches!(want, Want::Answer | Want::AnyText | Want::Long | Want::Models))
        .filter(|want| of_local(want).is_some_and(|items| stand_in(&items).is_some()))
        .collect();
    assert!(can.len() >= 10, "{can:?}");
    let make = move |want: &Want| {
        let items = of_local(want).expect("an answer");
        let settings = local::Settings {
            program: stand_in(&items).expect("a stand-in"),
            folder: path.clone(),
            chosen: Some("test".into()),
            window: None,
        };
        let mut given = Given::new(Arc::new(Local::new(settings)), prompt(), ());
        given.items = Some(items);
        given
    };
    let subject = Subject { name: "the wire of the local model", can, make: Box::new(make) };
    let spoken = ["the end says", "half an answer", "a fault is"];
    let left_out: Vec<&str> = CHECKS
        .iter()
        .map(|(name, _)| *name)
        .filter(|name| !spoken.iter().any(|start| name.starts_with(start)))
        .collect();
    conform(&subject, &left_out).await;
}

/// A model file in a process of this program.
async fn of_a_model(name: &'static str, folder: &Path, model: String) {
    let broken = folder.join("broken.gguf");
    let bytes = std::fs::read(folder.join(format!("{model}.gguf"))).expect("a model");
    std::fs::write(&broken, &bytes[..9000]).expect("a file");
    let folder = folder.to_owned();
    let program = env!("CARGO_BIN_EXE_cowrite");
    let local = move |program: &str, arguments: &[&str]| {
        Arc::new(Local::new(crate::local::settings(&folder, program, arguments)))
    };
    // One process for all: what one promise leaves in it must not hurt the next.
    let warm = local(program, &["serve-model"]);
    let make = move |want: &Want| {
        let provider = match want {
            Want::Fails(FaultKind::Unreachable, _) => local("/no/such/program", &[]),
            // The process believes what it is told of the memory.
            Want::Fails(FaultKind::Limit, _) => {
                local(program, &["serve-model", "--memory", "1000000"])
            }
            _ => Arc::clone(&warm),
        };
        let asked = match want {
            Want::Fails(FaultKind::Garbage, _) => "broken",
            Want::Fails(FaultKind::NotFound, _) => "missing",
            _ => model.as_str(),
        };
        let words = "word ".repeat(9000);
        let (question, most) = match want {
            Want::Fails(FaultKind::TooLong, _) => (words.as_str(), 5),
            Want::Long | Want::Half(_) => ("Count from one to one thousand.", 1500),
            Want::Ends(_) => ("Write one sentence about rain.", 8),
            _ => ("Write one sentence about rain.", 20),
        };
        let mut given = Given::new(provider.clone(), ask_for(asked, question, most), ());
        if matches!(want, Want::Half(_)) {
            given.meanwhile = Some(Box::new(move || kill(provider.process().expect("it runs"))));
        }
        given
    };
    let mut can = vec![Want::Answer, Want::Long, Want::Models];
    can.extend([Want::Half(FaultKind::Broken), Want::Ends(Stop::Length)]);
    for kind in [
        FaultKind::Unreachable,
        FaultKind::Limit,
        FaultKind::Garbage,
        FaultKind::NotFound,
        FaultKind::TooLong,
    ] {
        can.push(Want::Fails(kind, 0));
    }
    let subject = Subject { name, can, make: Box::new(make) };
    conform(&subject, &["nothing is asked", "text of every kind", "what was thought"]).await;
}

#[tokio::test]
async fn a_local_model_conforms() {
    let (folder, _) = made_model(60);
    of_a_model("a model made for tests", folder.path(), "tiny".into()).await;
}

#[tokio::test]
async fn a_local_model_with_real_weights_conforms() {
    let Some(path) = real("a_local_model_with_real_weights_conforms") else { return };
    let folder = tempfile::TempDir::new().expect("a folder");
    std::fs::copy(path, folder.path().join("tiny.gguf")).expect("a copy");
    of_a_model("a model with real weights", folder.path(), "tiny".into()).await;
}

/// A server that is really there, such as llama.cpp's. One after the other: it has one slot.
pub async fn of_a_real_server(address: &str) {
    let near = address.to_owned();
    let make = move |want: &Want| {
        let at = match want {
            Want::Fails(FaultKind::NotFound, _) => near.replace("/v1", "/v7"),
            Want::Fails(FaultKind::Unreachable, _) => "http://127.0.0.1:1/v1".into(),
            _ => near.clone(),
        };
        let mut settings = Settings::new("llama", &at);
        settings.max_retries = 0;
        let words = "word ".repeat(9000);
        let (question, most) = match want {
            Want::Fails(FaultKind::TooLong, _) => (words.as_str(), 5),
            Want::Long => ("Count from one to one thousand.", 1500),
            Want::Ends(_) => ("Write one sentence about rain.", 4),
            _ => ("Write one sentence about rain.", 24),
        };
        let prompt = crate::provider_real::prompt("any", question, most);
        Given::new(Arc::new(OpenAi::new(settings)), prompt, ())
    };
    let mut can = vec![Want::Answer, Want::Long, Want::Models, Want::Ends(Stop::Length)];
    for kind in [FaultKind::NotFound, FaultKind::Unreachable, FaultKind::TooLong] {
        can.push(Want::Fails(kind, 0));
    }
    let subject = Subject { name: "a real server", can, make: Box::new(make) };
    let left_out = ["nothing is asked", "text of every kind", "what was thought", "half an answer"];
    conform(&subject, &left_out).await;
}
