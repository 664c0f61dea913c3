//! Everything a server can do wrong, one by one; what every provider keeps is in `conform`.

#[path = "../support/server.rs"]
pub mod server;

use cowrite::base::Rand;
use cowrite::prompt::{Chunk, Fault, FaultKind, ModelInfo, Prompt, Role, Turn};
use cowrite::provider::{
    Answer, Listing, OpenAi, PRESETS, Provider, Quirks, Scripted, Settings, look,
};
use futures::StreamExt;
use server::{Gate, Reply, Script, Server, Step, data, delta, ending, finish, usage};
use std::time::{Duration, Instant};

/// What real keys look like, and nothing that a server says by itself.
pub const KEY: &str = "sk-test-0123456789abcdef";

pub fn prompt() -> Prompt {
    let turn = |role, text: &str| Turn { role, text: text.into() };
    Prompt {
        model: "test".into(),
        turns: vec![
            turn(Role::System, "Be brief."),
            turn(Role::User, "Grüße\n\"日本\"\t👩‍👩‍👧"),
            turn(Role::Assistant, "Yes?"),
            turn(Role::User, "Go on."),
        ],
        max_output: Some(100),
        temperature_milli: Some(700),
        sentence: false,
    }
}

/// Quick settings for a test server.
pub fn settings(address: &str) -> Settings {
    let mut settings = Settings::new("openai", address);
    settings.key = Some(KEY.into());
    settings.retry_base = Duration::from_millis(1);
    settings.stall = Duration::from_millis(2_000);
    settings.header_timeout = Duration::from_millis(2_000);
    settings
}

pub fn show(item: &Result<Chunk, Fault>) -> String {
    match item {
        Ok(Chunk::Text(text)) => format!("text {text}"),
        Ok(Chunk::Reasoning(text)) => format!("reasoning {text}"),
        Ok(Chunk::Usage(usage)) => {
            format!("usage {}/{}/{}", usage.input, usage.output, usage.cached)
        }
        Ok(Chunk::Warning(_)) => "warning".into(),
        Ok(Chunk::Retrying { attempt, .. }) => format!("retrying {attempt}"),
        Ok(Chunk::Stop(stop)) => format!("stop {stop:?}"),
        Err(fault) => match fault.status {
            Some(status) => format!("fault {:?} {status}", fault.kind),
            None => format!("fault {:?}", fault.kind),
        },
    }
}

/// Asks, and checks what holds for every answer of every provider.
pub async fn collect(provider: &dyn Provider) -> Vec<Result<Chunk, Fault>> {
    collect_from(provider.ask(provider.encode(&prompt()))).await
}

/// The same for an answer that was asked for already.
pub async fn collect_from(mut answer: Answer) -> Vec<Result<Chunk, Fault>> {
    let mut items = Vec::new();
    while let Some(item) = answer.next().await {
        items.push(item);
        assert!(items.len() < 100_000, "an answer has an end");
    }
    assert!(answer.next().await.is_none(), "nothing comes behind the end");
    let is_end = |item: &Result<Chunk, Fault>| matches!(item, Ok(Chunk::Stop(_)) | Err(_));
    assert_eq!(items.iter().filter(|item| is_end(item)).count(), 1, "one end: {items:?}");
    assert!(items.last().is_some_and(is_end), "the end is last: {items:?}");
    for item in &items {
        assert!(!format!("{item:?}").contains(KEY), "the key is never repeated: {item:?}");
        match item {
            Err(fault) => {
                check_words(&fault.what);
                check_words(&fault.advice);
            }
            Ok(Chunk::Warning(text) | Chunk::Retrying { why: text, .. }) => check_words(text),
            Ok(Chunk::Text(text) | Chunk::Reasoning(text)) => assert!(!text.is_empty()),
            Ok(_) => {}
        }
    }
    items
}

fn check_words(text: &str) {
    assert!(!text.trim().is_empty(), "words for a person");
    assert!(text.chars().count() <= 300, "{} characters: {text}", text.chars().count());
    assert!(!text.chars().any(char::is_control), "no control characters: {text:?}");
}

async fn run(
    script: impl Into<Script>,
    change: impl Fn(&mut Settings),
) -> Vec<Result<Chunk, Fault>> {
    let server = Server::start(script);
    let mut settings = settings(&server.base());
    change(&mut settings);
    collect(&OpenAi::new(settings)).await
}

async fn check(script: impl Into<Script>, expected: &[&str]) {
    check_with(script, |_| {}, expected).await;
}

async fn check_with(script: impl Into<Script>, change: impl Fn(&mut Settings), expected: &[&str]) {
    let items = run(script, change).await;
    let shown: Vec<String> = items.iter().map(show).collect();
    assert_eq!(shown, expected, "{items:#?}");
}

/// The fault that an answer consists of.
async fn fault(script: impl Into<Script>) -> Fault {
    let mut items = run(script, |settings| settings.max_retries = 0).await;
    assert_eq!(items.len(), 1, "{items:?}");
    items.pop().and_then(Result::err).expect("a fault")
}

// --- letting go -------------------------------------------------------------------------------

#[tokio::test]
async fn dropping_an_answer_cancels_at_once() {
    let quick = Duration::from_secs(1);
    // While streaming, before the first event, and before the headers.
    for (before, reply) in [
        (1, Reply::events(vec![delta("A"), Step::Stall])),
        (0, Reply::events(vec![Step::Stall])),
        (0, Reply::silent()),
    ] {
        let server = Server::start(reply);
        let provider = OpenAi::new(settings(&server.base()));
        let mut answer = provider.ask(provider.encode(&prompt()));
        for _ in 0..before {
            assert!(matches!(answer.next().await, Some(Ok(Chunk::Text(_)))));
        }
        // Poll until the server has the request; then let go.
        while !server.wait_requests(1, Duration::ZERO) {
            let pause = tokio::time::timeout(Duration::from_millis(5), answer.next()).await;
            assert!(pause.is_err(), "nothing comes from a stalled server");
        }
        let start = Instant::now();
        drop(answer);
        // The pump that holds the connection is a task of its own: let it run.
        let gone = tokio::task::spawn_blocking(move || {
            let gone = server.wait_gone(1, quick);
            (gone, server)
        });
        assert!(gone.await.expect("no panic").0, "the server sees the client go");
        assert!(start.elapsed() < quick);
    }
}

#[tokio::test]
async fn cancelling_works_during_a_retry_wait() {
    let busy = Reply::status(429, "{}").header("retry-after", "30");
    let server = Server::start(vec![busy]);
    let provider = OpenAi::new(settings(&server.base()));
    let start = Instant::now();
    let mut answer = provider.ask(provider.encode(&prompt()));
    match answer.next().await {
        Some(Ok(Chunk::Retrying { attempt: 1, wait_ms: 30_000, why })) => check_words(&why),
        other => panic!("{other:?}"),
    }
    drop(answer);
    assert!(start.elapsed() < Duration::from_secs(2));
    assert_eq!(server.requests().len(), 1);
}

// --- what is sent -----------------------------------------------------------------------------

#[tokio::test]
async fn the_body_is_sent_byte_for_byte() {
    let server = Server::start(Reply::text(&["A"]));
    let mut set = settings(&format!("{}/", server.base()));
    set.headers = vec![("X-Title".into(), "cowrite-tests".into())];
    let provider = OpenAi::new(set);
    let body = provider.encode(&prompt());
    assert_eq!(
        body,
        "{\"model\":\"test\",\"messages\":[{\"role\":\"system\",\"content\":\"Be brief.\"},\
         {\"role\":\"user\",\"content\":\"Grüße\\n\\\"日本\\\"\\t👩‍👩‍👧\"},\
         {\"role\":\"assistant\",\"content\":\"Yes?\"},{\"role\":\"user\",\"content\":\"Go on.\"}],\
         \"stream\":true,\"stream_options\":{\"include_usage\":true},\"max_tokens\":100,\
         \"temperature\":0.7}"
    );
    collect(&provider).await;
    // A body is sent as it is, even one that no encoder would make.
    let odd = format!("{body} \n ");
    assert!(provider.ask(odd.clone()).all(|item| async move { item.is_ok() }).await);
    let requests = server.requests();
    assert_eq!(requests[0].body, body);
    assert_eq!(requests[1].body, odd);
    assert_eq!(
        (requests[0].method.as_str(), requests[0].path.as_str()),
        ("POST", "/v1/chat/completions")
    );
    assert_eq!(requests[0].header("authorization"), Some(format!("Bearer {KEY}").as_str()));
    assert_eq!(requests[0].header("content-type"), Some("application/json"));
    assert_eq!(requests[0].header("x-title"), Some("cowrite-tests"));
    assert!(requests[0].header("user-agent").is_some_and(|agent| agent.starts_with("cowrite/")));
}

#[tokio::test]
async fn retries_send_the_same_bytes() {
    let server = Server::start(vec![Reply::status(503, "Loading model"), Reply::text(&["A"])]);
    let provider = OpenAi::new(settings(&server.base()));
    collect(&provider).await;
    let requests = server.requests();
    assert_eq!(requests.len(), 2);
    assert_eq!(requests[0].body, requests[1].body);
}

#[tokio::test]
async fn no_key_sends_no_header_and_a_query_stays() {
    let server = Server::start(Reply::text(&["A"]));
    let mut set = settings(&format!("{}?api-version=1", server.base()));
    set.key = None;
    let provider = OpenAi::new(set);
    assert_eq!(provider.address(), server.base());
    collect(&provider).await;
    let request = server.requests().remove(0);
    assert_eq!(request.header("authorization"), None);
    assert_eq!(request.path, "/v1/chat/completions?api-version=1");
}

#[tokio::test]
async fn bad_keys_and_headers_are_never_sent() {
    for bad in ["sk-line\n", "sk-line\r\nx-evil: 1", "sk two", "sk-\u{7}bell", "sk-ümlaut", ""] {
        let server = Server::start(Reply::text(&["A"]));
        let mut set = settings(&server.base());
        set.key = Some(bad.into());
        let items = collect(&OpenAi::new(set)).await;
        assert_eq!(items.iter().map(show).collect::<Vec<_>>(), ["fault Key"], "{bad:?}");
        assert!(server.requests().is_empty());
    }
    for (name, value) in [("x-a", "line\nbreak"), ("no name", "x")] {
        let server = Server::start(Reply::text(&["A"]));
        let mut set = settings(&server.base());
        set.headers = vec![(name.into(), value.into())];
        let items = collect(&OpenAi::new(set)).await;
        assert_eq!(items.iter().map(show).collect::<Vec<_>>(), ["fault Refused"], "{name}");
        assert!(server.requests().is_empty());
    }
}

#[test]
fn quirks_change_the_body_before_it_is_shown() {
    let body = |change: fn(&mut Quirks)| {
        let mut set = settings("http://127.0.0.1:1/v1");
        change(&mut set.quirks);
        OpenAi::new(set).encode(&prompt())
    };
    assert!(body(|_| {}).contains("include_usage"));
    assert!(!body(|quirks| quirks.usage = false).contains("stream_options"));
    assert!(
        body(|quirks| quirks.completion_tokens = true).contains("\"max_completion_tokens\":100")
    );
    assert!(!body(|quirks| quirks.completion_tokens = true).contains("\"max_tokens\""));
    assert!(Settings::new("openai", "https://api.openai.com/v1").quirks.completion_tokens);
}

#[test]
fn addresses() {
    let check = |address: &str, shown: &str, leaves: bool| {
        let provider = OpenAi::new(settings(address));
        assert_eq!(provider.address(), shown, "{address}");
        assert_eq!(provider.leaves_machine(), leaves, "{address}");
    };
    check("http://127.0.0.1:8080/v1/", "http://127.0.0.1:8080/v1", false);
    check("http://localhost:11434/v1", "http://localhost:11434/v1", false);
    check("http://LOCALHOST:1/v1", "http://LOCALHOST:1/v1", false);
    check("http://[::1]:8080/v1", "http://[::1]:8080/v1", false);
    check("http://[::ffff:127.0.0.1]/v1", "http://[::ffff:127.0.0.1]/v1", false);
    check("http://127.1/v1", "http://127.1/v1", false);
    check("unix:/run/llama.sock", "unix:/run/llama.sock", false);
    check("https://api.openai.com/v1", "https://api.openai.com/v1", true);
    check("http://localhost.example.com/v1", "http://localhost.example.com/v1", true);
    check("http://127.0.0.1.example.com", "http://127.0.0.1.example.com", true);
    check("http://127.0.0.1@example.com/v1", "http://example.com/v1", true);
    check("http://192.168.1.7:8080/v1", "http://192.168.1.7:8080/v1", true);
    check("https://me:secret@example.com/v1?key=abc#x", "https://example.com/v1", true);
    check("example.com/v1", "example.com/v1", true);
    check("", "", true);
}

#[tokio::test]
async fn an_unusable_address_is_a_word_and_no_panic() {
    for address in ["", "example.com/v1", "file:///etc/passwd", "ftp://example.com", "http://"] {
        let items = collect(&OpenAi::new(settings(address))).await;
        assert_eq!(items.iter().map(show).collect::<Vec<_>>(), ["fault NotFound"], "{address:?}");
    }
}

#[test]
fn debug_shows_no_secret() {
    let mut set = settings("https://me:hidden-password@example.com/v1?key=hidden-query");
    set.headers = vec![("x-api-key".into(), "hidden-header".into())];
    let shown = format!("{set:?} {:?}", OpenAi::new(set.clone()));
    for secret in [KEY, "hidden-password", "hidden-query", "hidden-header"] {
        assert!(!shown.contains(secret), "{shown}");
    }
    assert!(shown.contains("x-api-key"));
}

// --- what servers do differently --------------------------------------------------------------

#[tokio::test]
async fn tolerated() {
    let ok = ["text A", "stop End"];
    let events = |chunks: &[&str]| Reply::events(chunks.iter().map(|json| data(json)).collect());
    // Nothing but the text.
    check(events(&[r#"{"choices":[{"delta":{"content":"A"}}]}"#, "[DONE]"]), &ok).await;
    // Numbers where words belong, words where numbers belong, unknown fields and kinds.
    check(
        events(&[
            r#"{"id":7,"created":1.5,"service_tier":"odd","choices":[{"index":0,"delta":{"role":"model","content":"A","x":[1]},"finish_reason":null}],"usage":null,"error":null}"#,
            r#"{"choices":[{"index":0,"delta":{"content":null},"finish_reason":"eos"}]}"#,
            r#"{"type":"ping"}"#,
            "7",
        ]),
        &ok,
    )
    .await;
    // An empty reason is none.
    check(
        events(&[r#"{"choices":[{"delta":{"content":"A"},"finish_reason":""}]}"#, "[DONE]"]),
        &ok,
    )
    .await;
    // Comments, events with names, `retry`, no space after the colon, no end of the last event.
    let raw = ": PROCESSING\n\n: PROCESSING\n\nevent: message\nid: 1\nretry: 5\ndata:{\"choices\":[{\"delta\":{\"content\":\"A\"},\"finish_reason\":\"stop\"}]}";
    check(Reply::events(vec![Step::Write(raw.into())]), &ok).await;
    // An event of several lines, behind a byte order mark.
    let raw =
        "\u{feff}data: {\"choices\":[{\"delta\":\ndata: {\"content\":\"A\"}}]}\n\ndata: [DONE]\n\n";
    check(Reply::events(vec![Step::Write(raw.into())]), &ok).await;
    // A wrong content type, and the end of the connection as the end.
    check(
        events(&[r#"{"choices":[{"delta":{"content":"A"}}]}"#, "[DONE]"])
            .header("content-type", "application/json")
            .closing(),
        &ok,
    )
    .await;
    // Content in parts; reasoning among them.
    check(
        events(&[
            r#"{"choices":[{"delta":{"content":[{"type":"thinking","thinking":[{"type":"text","text":"Hm."}]},{"type":"text","text":"A"}]}}]}"#,
            "[DONE]",
        ]),
        &["reasoning Hm.", "text A", "stop End"],
    )
    .await;
    // A second choice is not mixed in.
    check(
        events(&[
            r#"{"choices":[{"index":1,"delta":{"content":"B"}},{"index":0,"delta":{"content":"A"}}]}"#,
            r#"{"choices":[{"index":1,"delta":{"content":"B"}}]}"#,
            "[DONE]",
        ]),
        &ok,
    )
    .await;
    // Both names of reasoning at once.
    check(
        events(&[
            r#"{"choices":[{"delta":{"reasoning":"Hm.","reasoning_content":"Hm."}}]}"#,
            r#"{"choices":[{"delta":{"content":"A"},"finish_reason":"stop"}]}"#,
        ]),
        &["reasoning Hm.", "text A", "stop End"],
    )
    .await;
}

#[tokio::test]
async fn usage_is_told_once_whatever_its_shape() {
    let answer = |usage: &str| {
        Reply::events(vec![
            data(
                r#"{"choices":[{"delta":{"content":"A"}}],"usage":{"prompt_tokens":1,"completion_tokens":1}}"#,
            ),
            data(&format!(r#"{{"choices":[],{usage}}}"#)),
            data("[DONE]"),
        ])
    };
    for (usage, expected) in [
        (r#""usage":{"prompt_tokens":9,"completion_tokens":2}"#, "usage 9/2/0"),
        (
            r#""usage":{"input_tokens":9,"output_tokens":2.0,"input_tokens_details":{"cached_tokens":4}}"#,
            "usage 9/2/4",
        ),
        (
            r#""usage":{"prompt_tokens":"9","completion_tokens":null,"prompt_cache_hit_tokens":3}"#,
            "usage 9/0/3",
        ),
        (r#""x_groq":{"usage":{"prompt_tokens":9,"completion_tokens":2}}"#, "usage 9/2/0"),
        (r#""usage":{"prompt_tokens":1e300,"completion_tokens":-4}"#, "usage 9007199254740991/0/0"),
        (r#""usage":{}"#, "usage 1/1/0"),
    ] {
        check(answer(usage), &["text A", expected, "stop End"]).await;
    }
}

#[tokio::test]
async fn any_cut_of_the_bytes_gives_the_same() {
    let pieces = ["Grüße, ", "日本語 ", "👩‍👩‍👧", "\r\n"];
    let whole = run(Reply::text(&pieces), |_| {}).await;
    for reply in [
        Reply::text(&pieces).split(),
        Reply::text(&pieces).crlf(),
        Reply::text(&pieces).crlf().split(),
        Reply::text(&pieces).closing(),
    ] {
        assert_eq!(run(reply, |_| {}).await, whole);
    }
    // Random cuts, several events in one write.
    let mut random = Rand::from_number(7);
    let Step::Write(first) = delta("Grüße, ") else { unreachable!() };
    let bytes: Vec<u8> = std::iter::once(first)
        .chain(pieces[1..].iter().map(|piece| delta(piece)).chain(ending(4)).map(
            |step| match step {
                Step::Write(bytes) => bytes,
                _ => Vec::new(),
            },
        ))
        .flatten()
        .collect();
    for _ in 0..10 {
        let mut steps = Vec::new();
        let mut rest = &bytes[..];
        while !rest.is_empty() {
            let (cut, after) = rest.split_at((1 + random.below(200)).min(rest.len()));
            steps.push(Step::Write(cut.to_vec()));
            rest = after;
        }
        assert_eq!(run(Reply::events(steps), |_| {}).await, whole);
    }
}

#[tokio::test]
async fn answers_that_are_no_stream_are_taken() {
    let plain = r#"{
  "id": "chatcmpl-1", "object": "chat.completion",
  "choices": [{"index": 0, "message": {"role": "assistant", "content": "All\nat once."}, "finish_reason": "stop"}],
  "usage": {"prompt_tokens": 7, "completion_tokens": 3}
}"#;
    let expected = ["text All\nat once.", "usage 7/3/0", "stop End"];
    check(Reply::status(200, plain), &expected).await;
    check(Reply::status(200, plain).split(), &expected).await;
    check(Reply::status(200, plain).header("content-type", "text/event-stream"), &expected).await;
    check(
        Reply::status(200, r#"{"error":{"message":"no credit","type":"insufficient_quota"}}"#),
        &["fault Limit"],
    )
    .await;
    check(Reply::status(200, "{}"), &["fault Empty"]).await;
    check(Reply::status(200, ""), &["fault Empty"]).await;
    check(Reply::status(200, " \n "), &["fault Empty"]).await;
}

// --- what goes wrong --------------------------------------------------------------------------

#[tokio::test]
async fn a_bad_chunk_is_a_warning_and_the_answer_goes_on() {
    let bad = |count| {
        let mut steps = vec![delta("A")];
        steps.extend(std::iter::repeat_n(data("{not json \u{1b}[2J"), count));
        steps.push(delta("B"));
        steps.extend([finish("stop")]);
        Reply::events(steps)
    };
    check(bad(1), &["text A", "warning", "text B", "stop End"]).await;
    let items = run(bad(1000), |_| {}).await;
    assert!(items.len() < 30, "no flood of warnings: {}", items.len());
    assert_eq!(items.last().map(show).as_deref(), Some("fault Garbage"));
    // Bytes that are no UTF-8 are replaced, and the person is told.
    let mut raw = b"data: {\"choices\":[{\"delta\":{\"content\":\"A".to_vec();
    raw.extend_from_slice(b"\xff\xfe\"},\"finish_reason\":\"stop\"}]}\n\n");
    check(
        Reply::events(vec![Step::Write(raw)]),
        &["text A\u{fffd}\u{fffd}", "warning", "stop End"],
    )
    .await;
}

#[tokio::test]
async fn text_before_a_fault_is_kept() {
    for (last, expected) in [
        (Step::Reset, "fault Broken"),
        (Step::Cut, "fault Broken"),
        (Step::Stall, "fault Stalled"),
        (data(r#"{"error":"gone"}"#), "fault Server"),
        (data(r#"{"error":{"code":"context_length_exceeded"}}"#), "fault TooLong"),
        (
            Step::Write(
                b"error: {\"code\":400,\"message\":\"the context size is exceeded\"}\n\n".to_vec(),
            ),
            "fault TooLong 400",
        ),
    ] {
        let gate = Gate::new();
        let server = Server::start(Reply::events(vec![
            delta("Half "),
            delta("a sen"),
            Step::Gate(gate.clone()),
            last,
        ]));
        let mut set = settings(&server.base());
        set.stall = Duration::from_millis(80);
        set.header_timeout = Duration::from_millis(80);
        let provider = OpenAi::new(set);
        let mut answer = provider.ask(provider.encode(&prompt()));
        let mut shown = Vec::new();
        while let Some(item) = answer.next().await {
            shown.push(show(&item));
            if shown.len() == 2 {
                gate.open();
            }
        }
        assert_eq!(shown, ["text Half ", "text a sen", expected]);
    }
}

#[tokio::test]
async fn keep_alives_are_no_stall() {
    let mut steps = vec![delta("A")];
    // Four comments, 60 ms apart, take longer than the stall allows.
    let gate = Gate::new();
    for _ in 0..4 {
        steps.push(Step::Gate(gate.clone()));
        steps.push(Step::Write(b": still here\n\n".to_vec()));
    }
    steps.extend([delta("B"), finish("stop")]);
    let server = Server::start(Reply::events(steps));
    let mut set = settings(&server.base());
    set.stall = Duration::from_millis(150);
    let provider = OpenAi::new(set);
    let mut answer = provider.ask(provider.encode(&prompt()));
    assert_eq!(answer.next().await.as_ref().map(show).as_deref(), Some("text A"));
    let mut beat = tokio::time::interval(Duration::from_millis(60));
    beat.tick().await;
    let ticks = async {
        for _ in 0..4 {
            beat.tick().await;
            gate.open();
        }
    };
    let (next, ()) = tokio::join!(answer.next(), ticks);
    assert_eq!(next.as_ref().map(show).as_deref(), Some("text B"));
}

#[tokio::test]
async fn an_answer_without_an_end_is_marked() {
    check(Reply::events(vec![delta("A")]), &["text A", "stop Cut"]).await;
    // Who says why it ended may end as it likes, also by never closing.
    check(Reply::events(vec![delta("A"), finish("stop"), Step::Cut]), &["text A", "stop End"])
        .await;
    check_with(
        Reply::events(vec![delta("A"), finish("stop"), usage(1, 2), Step::Stall]),
        |settings| settings.stall = Duration::from_millis(50),
        &["text A", "usage 1/2/0", "stop End"],
    )
    .await;
}

#[tokio::test]
async fn answers_without_text() {
    let finish = |reason: &str, delta: &str| {
        Reply::events(vec![data(&format!(
            r#"{{"choices":[{{"delta":{delta},"finish_reason":"{reason}"}}]}}"#
        ))])
    };
    check(finish("stop", "{}"), &["fault Empty"]).await;
    check(finish("length", r#"{"reasoning":"Hm"}"#), &["reasoning Hm", "fault Empty"]).await;
    check(finish("content_filter", "{}"), &["fault Refused"]).await;
    check(finish("stop", r#"{"refusal":"I can't."}"#), &["fault Refused"]).await;
    check(finish("tool_calls", r#"{"tool_calls":[{"index":0}]}"#), &["fault Empty"]).await;
    // A call of a tool is told as text: an edit may be in it.
    let part =
        |call: &str| data(&format!(r#"{{"choices":[{{"delta":{{"tool_calls":[{call}]}}}}]}}"#));
    let call = Reply::events(vec![
        delta("So:"),
        part(r#"{"index":0,"id":"1","function":{"name":"edit","arguments":"{\"old_str\":"}}"#),
        part(r#"{"index":0,"function":{"arguments":"\"a\"}"}}"#),
        data(r#"{"choices":[{"delta":{},"finish_reason":"tool_calls"}]}"#),
    ]);
    let told = "text \n```json\n{\"name\":\"edit\",\"arguments\":{\"old_str\":\"a\"}}\n```\n";
    check(call, &["text So:", told, "stop End"]).await;
    check(finish("error", "{}"), &["fault Server"]).await;
}

#[tokio::test]
async fn limits_of_size() {
    // A line of 17 MB that never ends.
    let mut steps = vec![delta("A"), Step::Write(b"data: ".to_vec())];
    steps.extend(std::iter::repeat_n(Step::Write(vec![b'x'; 1 << 20]), 17));
    check(Reply::events(steps), &["text A", "fault Garbage"]).await;
    // Three megabytes in one event are fine.
    let long = "x".repeat(3 << 20);
    let items = run(Reply::text(&[&long]), |_| {}).await;
    assert_eq!(items[0], Ok(Chunk::Text(long)));
    // An answer that never ends.
    let mut steps = vec![delta("A")];
    steps.extend(std::iter::repeat_n(
        Step::Write([vec![b':'; 1 << 20], b"\n".to_vec()].concat()),
        65,
    ));
    check(Reply::events(steps), &["text A", "fault Garbage"]).await;
}

#[tokio::test]
async fn error_answers_are_sorted() {
    let check = async |status: u16, body: &str, kind: FaultKind, word: &str| {
        let fault = fault(Reply::status(status, body)).await;
        assert_eq!((&fault.kind, fault.status), (&kind, Some(status)), "{body}: {fault:?}");
        assert!(fault.what.contains(word), "{word} in {fault:?}");
    };
    use FaultKind::{Key, Limit, NotFound, Refused, Server as Their, TooLong};
    check(401, r#"{"error":{"message":"bad key","type":"invalid_request_error","code":"invalid_api_key"}}"#, Key, "bad key").await;
    check(401, "", Key, "401").await;
    check(403, "<html><title>Blocked</title>", Key, "Blocked").await;
    check(
        400,
        r#"[{"error":{"code":400,"message":"API key not valid.","status":"INVALID_ARGUMENT"}}]"#,
        Key,
        "not valid",
    )
    .await;
    check(404, r#"{"error":"model 'x' not found"}"#, NotFound, "model 'x'").await;
    check(404, "404 page not found", NotFound, "page not found").await;
    check(405, r#"{"detail":"Method Not Allowed"}"#, NotFound, "Method").await;
    check(400, r#"{"error":{"message":"x","code":"model_not_found"}}"#, NotFound, "x").await;
    check(402, r#"{"error":{"message":"Insufficient Balance"}}"#, Limit, "Balance").await;
    check(429, r#"{"error":{"message":"Request too large: reduce the length","code":"rate_limit_exceeded"}}"#, Limit, "too large").await;
    check(
        400,
        r#"{"error":{"message":"too long","code":"context_length_exceeded"}}"#,
        TooLong,
        "too long",
    )
    .await;
    check(400, r#"{"error":{"code":400,"message":"the request exceeds the available context size","type":"exceed_context_size_error"}}"#, TooLong, "exceeds").await;
    check(400, r#"{"object":"error","message":"This model's maximum context length is 4096 tokens.","code":400}"#, TooLong, "4096").await;
    check(
        400,
        r#"{"error":{"message":"prompt is too long: 210000 tokens > 200000"}}"#,
        TooLong,
        "210000",
    )
    .await;
    check(413, "", TooLong, "413").await;
    check(400, r#"{"error":{"message":"Unknown field","code":400}}"#, Refused, "Unknown field")
        .await;
    check(400, r#"{"error":"just text"}"#, Refused, "just text").await;
    check(
        422,
        r#"{"detail":[{"loc":["body"],"msg":"field required"}]}"#,
        Refused,
        "field required",
    )
    .await;
    check(400, r#"{"message":"bare"}"#, Refused, "bare").await;
    check(418, r#"{"odd":{"shape":1}}"#, Refused, "shape").await;
    check(500, "oops", Their, "oops").await;
    check(502, "<html><head><title>502 Bad Gateway</title></head>", Their, "Bad Gateway").await;
    check(500, r#"{"error":{"message":"context size exceeded"}}"#, TooLong, "exceeded").await;
    check(
        400,
        r#"{"error":{"message":"Provider returned error","metadata":{"raw":"the real reason"}}}"#,
        Refused,
        "real reason",
    )
    .await;
}

#[tokio::test]
async fn a_web_page_is_named_as_such() {
    let page = "\n<!DOCTYPE html><html><head><title>Hotel\n Wi-Fi</title></head><body>Log in</body></html>";
    let reply = Reply::status(200, page).header("content-type", "text/html");
    let fault = fault(reply.clone()).await;
    assert_eq!(fault.kind, FaultKind::Garbage);
    assert!(fault.what.contains("web page") && fault.what.contains("Hotel Wi-Fi"), "{fault:?}");
    check(reply.split(), &["fault Garbage"]).await;
    // Not even HTTP.
    let raw = Reply::bare(vec![Step::Write(b"SSH-2.0-OpenSSH_9.9\r\n".to_vec())]);
    let fault = self::fault(raw).await;
    assert!(matches!(fault.kind, FaultKind::Broken | FaultKind::Garbage), "{fault:?}");
}

#[tokio::test]
async fn redirects_are_not_followed() {
    let other = Server::start(Reply::text(&["A"]));
    let reply =
        Reply::status(307, "").header("location", &format!("{}/chat/completions", other.base()));
    let fault = fault(reply).await;
    assert_eq!((fault.kind, fault.status), (FaultKind::NotFound, Some(307)));
    assert!(fault.what.contains(&other.base()));
    assert!(other.requests().is_empty());
}

#[tokio::test]
async fn what_a_provider_says_is_cleaned() {
    let body = format!(
        "{{\"error\":{{\"message\":\"bad \\u001b]0;owned\\u0007 key {KEY}\\r\\n\\u202eevil {}\"}}}}",
        "x".repeat(1000)
    );
    let fault = fault(Reply::status(400, &body)).await;
    assert!(fault.what.contains("bad ]0;owned key [key] evil xxx"), "{}", fault.what);
    assert_eq!(fault.what.chars().count(), 300);
    check_words(&fault.what);
    // Wherever the text is cut, no part of the key is left.
    for filler in 200..300 {
        let body = "x".repeat(filler) + KEY;
        let fault = self::fault(Reply::status(400, &body)).await;
        assert!(!fault.what.contains(&KEY[..5]), "{}", fault.what);
    }
    // Also in the middle of a stream, and in a warning.
    let said = format!(r#"{{"error":{{"message":"{KEY}"}}}}"#);
    check(Reply::events(vec![delta("A"), data(&said)]), &["text A", "fault Server"]).await;
    check(
        Reply::events(vec![delta("A"), data(&format!("no json {KEY}")), finish("stop")]),
        &["text A", "warning", "stop End"],
    )
    .await;
}

// --- trying again -----------------------------------------------------------------------------

#[tokio::test]
async fn retried() {
    let good = Reply::text(&["A"]);
    for status in [429, 500, 502, 503, 529] {
        let busy = Reply::status(status, r#"{"error":{"message":"busy","code":7}}"#);
        check(
            vec![busy.clone(), busy, good.clone()],
            &["retrying 1", "retrying 2", "text A", "usage 7/1/0", "stop End"],
        )
        .await;
    }
    let busy = Reply::status(500, "");
    check(
        vec![busy.clone(), busy.clone(), busy.clone(), busy, good.clone()],
        &["retrying 1", "retrying 2", "retrying 3", "fault Server 500"],
    )
    .await;
}

#[tokio::test]
async fn not_retried() {
    let good = Reply::text(&["A"]);
    for (status, body, expected) in [
        (
            429,
            r#"{"error":{"message":"x","type":"insufficient_quota","code":null}}"#,
            "fault Limit 429",
        ),
        (429, r#"{"error":{"message":"x","code":"insufficient_quota"}}"#, "fault Limit 429"),
        (401, "", "fault Key 401"),
        (400, "", "fault Refused 400"),
        (402, "", "fault Limit 402"),
        (501, "", "fault Server 501"),
        (500, r#"{"error":{"message":"context size"}}"#, "fault TooLong 500"),
    ] {
        check(vec![Reply::status(status, body), good.clone()], &[expected]).await;
    }
    // What broke in the middle is not asked again: it may have cost money.
    check(vec![Reply::events(vec![Step::Cut]), good], &["fault Broken"]).await;
}

#[tokio::test]
async fn the_server_says_when_to_try_again() {
    let wait = async |headers: &[(&str, &str)]| {
        let mut busy = Reply::status(429, "{}");
        for (name, value) in headers {
            busy = busy.header(name, value);
        }
        let server = Server::start(vec![busy]);
        let provider = OpenAi::new(settings(&server.base()));
        let mut answer = provider.ask(provider.encode(&prompt()));
        match answer.next().await {
            Some(Ok(Chunk::Retrying { wait_ms, .. })) => Some(wait_ms),
            Some(Err(fault)) if fault.advice.contains("asks to wait") => None,
            other => panic!("{other:?}"),
        }
    };
    assert_eq!(wait(&[("retry-after", "7")]).await, Some(7_000));
    assert_eq!(wait(&[("retry-after", "0.25")]).await, Some(250));
    assert_eq!(wait(&[("retry-after-ms", "125")]).await, Some(125));
    // A date counts by the server's clock.
    let date = ("date", "Wed, 21 Oct 2026 07:28:00 GMT");
    assert_eq!(wait(&[date, ("retry-after", "Wed, 21 Oct 2026 07:28:09 GMT")]).await, Some(9_000));
    assert_eq!(wait(&[date, ("retry-after", "Wed, 21 Oct 2026 07:27:00 GMT")]).await, Some(0));
    let leap = ("date", "Tue, 29 Feb 2028 23:59:50 GMT");
    assert_eq!(wait(&[leap, ("retry-after", "Wed, 01 Mar 2028 00:00:05 GMT")]).await, Some(15_000));
    // Nonsense is as good as nothing.
    for odd in ["soon", "-5", "NaN", "Wed, 99 Foo 2026 07:28:00 GMT", "1e400"] {
        assert_eq!(wait(&[("retry-after", odd)]).await, Some(1), "{odd}");
    }
    // More than the person would wait for: the fault tells, at once.
    assert_eq!(wait(&[("retry-after", "3600")]).await, None);
    assert_eq!(wait(&[date, ("retry-after", "Thu, 22 Oct 2026 07:28:00 GMT")]).await, None);
}

#[tokio::test]
async fn nobody_answers() {
    // A port that was just free.
    let address = {
        let listener = std::net::TcpListener::bind(("127.0.0.1", 0)).expect("a free port");
        format!("http://{}/v1", listener.local_addr().expect("an address"))
    };
    let provider = OpenAi::new(settings(&address));
    let items = collect(&provider).await;
    let shown: Vec<String> = items.iter().map(show).collect();
    assert_eq!(shown, ["retrying 1", "retrying 2", "retrying 3", "fault Unreachable"]);
    let Some(Err(fault)) = items.last() else { panic!("{items:?}") };
    assert!(fault.what.contains(&address) && fault.what.contains("refused"), "{fault:?}");
    assert!(fault.advice.contains("Tried 4 times"), "{fault:?}");
    assert_eq!(provider.models().await.map_err(|fault| fault.kind), Err(FaultKind::Unreachable));
}

// --- TLS --------------------------------------------------------------------------------------

#[tokio::test]
async fn secure_connections_can_be_set_up() {
    // An https client is made without a panic; the plain server makes the handshake fail.
    let server = Server::start(Reply::text(&["A"]));
    let address = server.base().replace("http://", "https://");
    let items = collect(&OpenAi::new(settings(&address))).await;
    assert_eq!(items.iter().map(show).collect::<Vec<_>>(), ["fault Unreachable"], "{items:?}");
    let Some(Err(fault)) = items.last() else { panic!("{items:?}") };
    assert!(fault.advice.contains("http://"), "{fault:?}");
}

#[tokio::test]
async fn certificates_of_ones_own() {
    let directory = tempfile::tempdir().expect("a directory");
    let missing = directory.path().join("missing.pem");
    let empty = directory.path().join("empty.pem");
    std::fs::write(&empty, "no certificate").expect("a file");
    for (file, word) in [(&missing, "can't be read"), (&empty, "no certificate")] {
        let mut set = settings("https://127.0.0.1:1/v1");
        set.ca_file = Some(file.clone());
        let items = collect(&OpenAi::new(set)).await;
        let [Err(fault)] = &items[..] else { panic!("{items:?}") };
        assert!(fault.what.contains(word), "{fault:?}");
    }
}

#[tokio::test]
async fn a_proxy_of_a_provider_and_headers() {
    let server = Server::start(vec![Reply::text(&["A"]), Reply::text(&["B"])]);
    let proxy = server.base().trim_end_matches("/v1").to_owned();
    // A name that nobody has: only the proxy can answer.
    let mut set = settings("http://models.invalid/v1");
    set.proxy = Some(proxy.replace("://", "://ada:open-sesame@"));
    set.headers = vec![("x-team".into(), "writers".into())];
    assert!(!format!("{set:?}").contains("sesame"));
    let items = collect(&OpenAi::new(set)).await;
    assert_eq!(items.iter().map(show).collect::<Vec<_>>()[0], "text A", "{items:?}");
    let request = &server.requests()[0];
    assert!(request.path.starts_with("http://models.invalid/v1/chat"), "{}", request.path);
    assert_eq!(request.header("x-team"), Some("writers"));
    assert!(request.header("proxy-authorization").is_some());

    // A server on this machine is never reached through one.
    let mut set = settings(&server.base());
    set.proxy = Some("http://127.0.0.1:1".into());
    let items = collect(&OpenAi::new(set)).await;
    assert_eq!(show(&items[0]), "text B", "{items:?}");

    let mut set = settings("http://models.invalid/v1");
    set.max_retries = 0;
    set.proxy = Some("://ada:open-sesame@nonsense".into());
    let items = collect(&OpenAi::new(set)).await;
    let [Err(fault)] = &items[..] else { panic!("{items:?}") };
    assert!(fault.what.contains("is no proxy") && !fault.what.contains("sesame"), "{fault:?}");
}

#[tokio::test]
async fn a_proxy_that_leads_nowhere_is_bounded_and_named() {
    // It takes the connection and answers nothing.
    let silent = Server::start(Reply::silent());
    let proxy = silent.base().trim_end_matches("/v1").to_owned();
    let mut set = settings("https://models.invalid/v1");
    set.proxy = Some(proxy.clone());
    set.connect_timeout = Duration::from_millis(80);
    set.max_retries = 0;
    let start = Instant::now();
    let items = collect(&OpenAi::new(set)).await;
    let [Err(fault)] = &items[..] else { panic!("{items:?}") };
    assert_eq!(fault.kind, FaultKind::Unreachable);
    assert!(fault.advice.contains("Check the proxy"), "{fault:?}");
    // Without a tunnel it is whoever should answer who says nothing.
    let mut set = settings("http://models.invalid/v1");
    set.proxy = Some(proxy);
    set.header_timeout = Duration::from_millis(80);
    set.max_retries = 0;
    let items = collect(&OpenAi::new(set)).await;
    assert_eq!(items.iter().map(show).collect::<Vec<_>>(), ["fault Stalled"]);
    assert!(start.elapsed() < Duration::from_secs(5), "{:?}", start.elapsed());
    assert!(Settings::new("far", "https://models.invalid/v1").connect_timeout.as_secs() <= 10);
}

#[test]
fn making_a_provider_is_cheap() {
    // Outside of a runtime, and without reading certificates.
    let start = Instant::now();
    for _ in 0..1000 {
        let provider = OpenAi::new(settings("https://api.openai.com/v1"));
        drop(provider.ask(String::new()));
        drop(provider.models());
    }
    assert!(start.elapsed() < Duration::from_millis(500), "{:?}", start.elapsed());
}

// --- models -----------------------------------------------------------------------------------

#[tokio::test]
async fn models_whatever_the_shape() {
    let list = async |body: &str| {
        let server = Server::start(Script::new(Vec::new()).models(Reply::status(200, body)));
        let models = OpenAi::new(settings(&server.base())).models().await;
        assert_eq!(server.requests()[0].path, "/v1/models");
        assert_eq!(server.requests()[0].header("authorization"), Some(&*format!("Bearer {KEY}")));
        models
    };
    let one = |name: &str, window| {
        Ok(vec![ModelInfo { name: name.into(), window, ..ModelInfo::default() }])
    };
    for (body, expected) in [
        (r#"{"object":"list","data":[{"id":"a"}]}"#, one("a", None)),
        (
            r#"{"data":[{"id":"a","context_length":4096},{"id":""},{"x":1},{"id":"\u001b"}]}"#,
            one("a", Some(4096)),
        ),
        (r#"{"data":[{"id":"a","context_window":8192}]}"#, one("a", Some(8192))),
        (r#"{"data":[{"id":"a","max_model_len":1600}]}"#, one("a", Some(1600))),
        (r#"{"data":[{"id":"a","meta":{"n_ctx_train":8192}}]}"#, one("a", Some(8192))),
        (r#"{"models":[{"name":"a"}]}"#, one("a", None)),
        (r#"["a"]"#, one("a", None)),
        (r#"{"data":[]}"#, Ok(Vec::new())),
    ] {
        assert_eq!(list(body).await, expected, "{body}");
    }
    assert_eq!(list("<html>").await.map_err(|fault| fault.kind), Err(FaultKind::Garbage));
    assert_eq!(
        list(r#"{"error":{"code":"invalid_api_key"}}"#).await.map_err(|fault| fault.kind),
        Err(FaultKind::Key)
    );
    let refused = Script::new(Vec::new()).models(Reply::status(401, "{}"));
    let server = Server::start(refused);
    let fault = OpenAi::new(settings(&server.base())).models().await.expect_err("refused");
    assert_eq!((fault.kind, fault.status), (FaultKind::Key, Some(401)));
    let stuck = Server::start(Script::new(Vec::new()).models(Reply::status(200, "{").stalling()));
    let mut set = settings(&stuck.base());
    set.stall = Duration::from_millis(50);
    let fault = OpenAi::new(set).models().await.expect_err("stalled");
    assert_eq!(fault.kind, FaultKind::Stalled);
}

#[tokio::test]
async fn a_list_of_thousands_is_taken_and_one_without_end_is_not() {
    let list = |count: usize, name: &str| {
        let rows: Vec<String> =
            (0..count).map(|at| format!(r#"{{"id":"{name}{at}","context_length":0}}"#)).collect();
        Reply::status(200, &format!(r#"{{"data":[{}]}}"#, rows.join(",")))
    };
    let server = Server::start(Script::new(Vec::new()).models(list(20_000, "m")));
    let models = OpenAi::new(settings(&server.base())).models().await.expect("a list");
    assert_eq!(models.len(), 20_000);
    assert!(models.iter().all(|model| model.window.is_none()));
    let server = Server::start(Script::new(Vec::new()).models(list(90_000, &"x".repeat(190))));
    let fault = OpenAi::new(settings(&server.base())).models().await.expect_err("too much");
    assert_eq!(fault.kind, FaultKind::Garbage);
    assert!(fault.what.contains("larger than 16 MB"), "{fault:?}");
}

#[tokio::test]
async fn looking_at_a_port_that_says_nothing_takes_no_longer_than_its_bound() {
    let silent = std::net::TcpListener::bind(("127.0.0.1", 0)).expect("a free port");
    let address = format!("http://{}/v1", silent.local_addr().expect("an address"));
    for set_up in [false, true] {
        let start = Instant::now();
        let listing =
            look(std::sync::Arc::new(OpenAi::new(Settings::new("near", &address))), set_up).await;
        let Listing::Trouble(why) = listing else { panic!("{listing:?}") };
        assert!(why.contains("says nothing within 1 s"), "{why}");
        assert!(start.elapsed() < Duration::from_secs(4), "{:?}", start.elapsed());
    }
}

#[tokio::test]
async fn looking_at_a_server_is_bounded_and_says_what_is_wrong() {
    let up = Server::start(Reply::text(&["A"]));
    let web = Server::start(Script::new(Vec::new()).models(Reply::status(200, "<html>")));
    let stuck = Server::start(Script::new(Vec::new()).models(Reply::silent()));
    let none = Server::start(Script::new(Vec::new()).models(Reply::status(200, "{\"data\":[]}")));
    let odd = Reply::status(200, r#"{"data":[{"id":7},{"id":"\u001b[2J"},{"x":[]},null]}"#);
    let odd = Server::start(Script::new(Vec::new()).models(odd));
    let closed = "http://127.0.0.1:1/v1";
    for (address, set_up, words) in [
        (closed.to_owned(), false, "absent"),
        (closed.to_owned(), true, "refused"),
        (stuck.base(), false, "says nothing within 1 s"),
        (web.base(), false, "web page"),
        (none.base(), false, "lists no model"),
        (odd.base(), false, "lists no model"),
        (up.base(), false, "models test"),
    ] {
        let mut set = Settings::new("near", &address);
        set.max_retries = 0;
        let listing = look(std::sync::Arc::new(OpenAi::new(set)), set_up).await;
        let shown = match &listing {
            Listing::Models(models) => format!("models {}", models[0].name),
            Listing::Trouble(why) => why.clone(),
            Listing::Absent => "absent".into(),
            Listing::Unasked => "unasked".into(),
        };
        assert!(shown.contains(words), "{address}: {shown}");
        assert!(
            shown == "absent" || shown.starts_with("models") || shown.contains("127.0.0.1"),
            "{shown}"
        );
    }
}

#[test]
fn presets_are_sound() {
    let mut names: Vec<&str> = PRESETS.iter().map(|preset| preset.name).collect();
    names.sort_unstable();
    names.dedup();
    assert_eq!(names.len(), PRESETS.len(), "names are unique");
    for preset in PRESETS {
        let settings = Settings::new(preset.name, preset.address);
        assert_eq!(
            settings.quirks.completion_tokens, preset.quirks.completion_tokens,
            "{}",
            preset.name
        );
        let provider = OpenAi::new(settings);
        assert_eq!(provider.address(), preset.address);
        assert_eq!(provider.leaves_machine(), preset.key_variable.is_some(), "{}", preset.name);
        assert_eq!(preset.address.starts_with("https://"), provider.leaves_machine());
        assert!(!preset.name.contains('/'));
    }
}

#[tokio::test]
async fn each_question_to_a_server_near_by_has_its_own_connection() {
    let server = Server::start(Reply::text(&["A"]).keeping());
    let provider = OpenAi::new(settings(&server.base()));
    for _ in 0..3 {
        collect(&provider).await;
    }
    assert_eq!((server.requests().len(), server.connections()), (3, 3));
    // One that the server gives up costs a retry, not the answer.
    let server = Server::start(vec![Reply::bare(vec![Step::Cut]), Reply::text(&["A"])]);
    let provider = OpenAi::new(settings(&server.base()));
    let shown: Vec<String> = collect(&provider).await.iter().map(show).collect();
    assert_eq!(shown, ["retrying 1", "text A", "usage 7/1/0", "stop End"]);
}

#[tokio::test]
async fn a_server_that_never_closes_does_not_hold_the_answer() {
    let start = Instant::now();
    check(Reply::text(&["A"]).stalling(), &["text A", "usage 7/1/0", "stop End"]).await;
    assert!(start.elapsed() < Duration::from_millis(1_500), "{:?}", start.elapsed());
}

#[cfg(unix)]
#[tokio::test]
async fn a_socket_of_this_machine() {
    let directory = tempfile::tempdir().expect("a directory");
    let path = directory.path().join("llama.sock");
    let _server = Server::start_unix(Reply::text(&["A"]), &path);
    let provider = OpenAi::new(settings(&format!("unix:{}", path.display())));
    assert!(!provider.leaves_machine());
    let shown: Vec<String> = collect(&provider).await.iter().map(show).collect();
    assert_eq!(shown, ["text A", "usage 7/1/0", "stop End"]);
}

// --- scripts ----------------------------------------------------------------------------------

#[tokio::test]
async fn scripts_from_a_file() {
    let text = r#"
# two answers
{"reasoning":"Hm."}
{"text":"A"}
{"pause_ms":1}
{"warning":"odd"}
{"retrying":{"attempt":1,"wait_ms":10,"why":"busy"}}
{"usage":{"input":1,"output":2}}
{"stop":"length"}

{"text":"B"}
{"fault":{"kind":"too_long","what":"Too long.","advice":"Send less.","status":400}}
{"text":"without an end"}
"#;
    let provider = Scripted::from_jsonl(text).expect("a good script");
    let again = provider.clone();
    let mut shown = Vec::new();
    for _ in 0..4 {
        shown.push(collect(&provider).await.iter().map(show).collect::<Vec<_>>());
    }
    assert_eq!(
        shown,
        [
            vec!["reasoning Hm.", "text A", "warning", "retrying 1", "usage 1/2/0", "stop Length"],
            vec!["text B", "fault TooLong 400"],
            vec!["text without an end", "stop End"],
            vec!["fault Refused"],
        ]
    );
    assert_eq!(again.asked(), vec![provider.encode(&prompt()); 4]);
    for (bad, line) in [("{\"text\":1}", 1), ("\n{\"odd\":\"x\"}", 2), ("nonsense", 1)] {
        assert_eq!(Scripted::from_jsonl(bad).map(|_| ()).expect_err("bad").line, line);
    }
}

#[tokio::test]
async fn gates_hold_a_script() {
    let gate = std::sync::Arc::new(tokio::sync::Semaphore::new(0));
    let items = vec![Ok(Chunk::Text("A".into())), Ok(Chunk::Text("B".into()))];
    let provider = Scripted::new(vec![items]).gated(gate.clone());
    let mut answer = provider.ask(String::new());
    assert!(futures::poll!(answer.next()).is_pending());
    gate.add_permits(1);
    assert_eq!(answer.next().await.as_ref().map(show).as_deref(), Some("text A"));
    assert!(futures::poll!(answer.next()).is_pending());
    gate.add_permits(2);
    assert_eq!(answer.count().await, 2);
}

// --- speed ------------------------------------------------------------------------------------

#[tokio::test]
async fn a_fast_stream_arrives_whole() {
    let pieces: Vec<String> = (0..20_000).map(|at| format!("w{at} ")).collect();
    let pieces: Vec<&str> = pieces.iter().map(String::as_str).collect();
    let items = run(Reply::text(&pieces), |_| {}).await;
    let text: String = items
        .iter()
        .filter_map(|item| match item {
            Ok(Chunk::Text(text)) => Some(text.as_str()),
            _ => None,
        })
        .collect();
    assert_eq!(text, pieces.concat());
    let paced = run(Reply::rate(20, 2_000.0), |_| {}).await;
    assert_eq!(paced.len(), 22);
}
