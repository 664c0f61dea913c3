//! The local model beside the llama.cpp server on the same weights, in the same run.
//!
//! `COWRITE_TEST_MODEL` names the model file and `COWRITE_TEST_LLAMA` the server's address, such as
//! the one that tests/support/llama.py prints; without the server only ours is measured. Not a test:
//! prints a table.
#![allow(
    clippy::print_stdout,
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "a bench prints and fails by panicking"
)]

use cowrite::prompt::{Chunk, Prompt, Role, Turn};
use cowrite::provider::local::engine::{Engine, Limits, Message, Request, memory};
use cowrite::provider::{OpenAi, Provider, Settings};
use futures::StreamExt;
use std::time::{Duration, Instant};

/// Rounds of which the median counts.
const ROUNDS: usize = 5;
/// Tokens of an answer.
const ANSWER: u32 = 96;

/// A question of some 440 tokens that begins unlike the others.
fn question(round: usize) -> String {
    let notes = "The shop opens at seven and the bread is baked from five on; who comes late finds \
                 the rolls gone. We counted the people who came on a Saturday and wrote down what \
                 they asked for, in which order, and how long they waited. ";
    format!("Round {round}. Summarize in one long paragraph: {}", notes.repeat(7))
}

#[derive(Default)]
struct Figures {
    first: Vec<f64>,
    decode: Vec<f64>,
    again: Vec<f64>,
    tokens: u64,
}

fn median(values: &[f64]) -> f64 {
    let mut sorted = values.to_vec();
    sorted.sort_by(f64::total_cmp);
    sorted[sorted.len() / 2]
}

impl Figures {
    fn print(&self, name: &str) {
        println!(
            "{name:<10} first token of {} {:.2} s · decode {:.1} tok/s · follow-up {:.2} s",
            self.tokens,
            median(&self.first),
            median(&self.decode),
            median(&self.again),
        );
    }
}

fn body(turns: &[(Role, String)]) -> Prompt {
    let turn = |(role, text): &(Role, String)| Turn { role: *role, text: text.clone() };
    Prompt {
        model: "smollm2".into(),
        turns: turns.iter().map(turn).collect(),
        max_output: Some(ANSWER),
        temperature_milli: Some(0),
    }
}

/// What one answer took: until the first text, from there to the end, and how much came.
struct Took {
    first: Duration,
    rest: Duration,
    input: u64,
    output: u64,
    text: String,
}

async fn ask(provider: &dyn Provider, turns: &[(Role, String)]) -> Took {
    let start = Instant::now();
    let mut answer = provider.ask(provider.encode(&body(turns)));
    let mut took = Took {
        first: Duration::ZERO,
        rest: Duration::ZERO,
        input: 0,
        output: 0,
        text: String::new(),
    };
    while let Some(chunk) = answer.next().await {
        match chunk.expect("an answer") {
            Chunk::Text(text) => {
                if took.text.is_empty() {
                    took.first = start.elapsed();
                }
                took.text.push_str(&text);
                took.rest = start.elapsed() - took.first;
            }
            Chunk::Usage(usage) => (took.input, took.output) = (usage.input, usage.output),
            _ => {}
        }
    }
    took
}

async fn measure(provider: &dyn Provider) -> Figures {
    let mut figures = Figures::default();
    ask(provider, &[(Role::User, "Hello.".into())]).await;
    for round in 0..ROUNDS {
        let mut turns = vec![(Role::User, question(round))];
        let took = ask(provider, &turns).await;
        figures.first.push(took.first.as_secs_f64());
        figures.decode.push((took.output - 1) as f64 / took.rest.as_secs_f64());
        figures.tokens = took.input;
        turns.push((Role::Assistant, took.text));
        turns.push((Role::User, "Shorter, please.".into()));
        figures.again.push(ask(provider, &turns).await.first.as_secs_f64());
    }
    figures
}

/// The engine without its process: what the arithmetic takes.
fn engine(path: &str) -> Figures {
    let limits = Limits { window: None, available: &memory::available };
    let start = Instant::now();
    let mut engine =
        Engine::load(path.as_ref(), limits, &mut |_| true).expect("a model").expect("loaded");
    println!("loaded in {:.2} s: {:?}", start.elapsed().as_secs_f64(), engine.about());
    let mut figures = Figures::default();
    for round in 0..ROUNDS {
        let mut messages = vec![Message { role: "user".into(), content: question(round) }];
        for again in [false, true] {
            let told: Vec<_> = messages
                .iter()
                .map(|one| serde_json::json!({"role": one.role, "content": one.content}))
                .collect();
            let body =
                serde_json::json!({"messages": told, "max_tokens": ANSWER, "temperature": 0});
            let request = Request::read(&body.to_string(), 1).expect("a request");
            let (mut first, mut text) = (None, String::new());
            let start = Instant::now();
            let answered = engine.answer(&request, &|| true, &mut |part: &str| {
                if !part.is_empty() {
                    first.get_or_insert(start.elapsed());
                }
                text.push_str(part);
            });
            let (_, usage) = answered.expect("an answer");
            let first = first.expect("some text");
            let rest = start.elapsed() - first;
            if again {
                figures.again.push(first.as_secs_f64());
            } else {
                figures.tokens = usage.input;
                figures.first.push(first.as_secs_f64());
                figures.decode.push((usage.output - 1) as f64 / rest.as_secs_f64());
                messages.push(Message { role: "assistant".into(), content: text });
                messages.push(Message { role: "user".into(), content: "Shorter, please.".into() });
            }
        }
    }
    figures
}

fn main() {
    let Ok(path) = std::env::var("COWRITE_TEST_MODEL") else {
        println!("not measured: COWRITE_TEST_MODEL names no model file");
        return;
    };
    let reactor = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let theirs = std::env::var("COWRITE_TEST_LLAMA").ok().map(|address| {
        let provider = OpenAi::new(Settings::new("llama", &address));
        reactor.block_on(measure(&provider))
    });
    engine(&path).print("engine");
    if let Some(theirs) = theirs {
        theirs.print("llama.cpp");
    }
}
