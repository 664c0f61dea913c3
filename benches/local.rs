//! The local model beside the llama.cpp server on the same weights, in the same run.
//!
//! `COWRITE_TEST_MODEL` names the model file and `COWRITE_TEST_LLAMA` the server's address, such as
//! the one that tests/support/llama.py prints; without the server only ours is measured. `COWRITE_TEST_LLAMA_PID`
//! tells the server's process, for its memory. Not a test:
//! prints a table.
#![allow(
    clippy::print_stdout,
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "a bench prints and fails by panicking"
)]

use cowrite::prompt::{Chunk, Prompt, Role, Turn};
use cowrite::provider::{Local, OpenAi, Provider, Settings, local};
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

fn body(model: &str, turns: &[(Role, String)]) -> Prompt {
    let turn = |(role, text): &(Role, String)| Turn { role: *role, text: text.clone() };
    Prompt {
        model: model.into(),
        turns: turns.iter().map(turn).collect(),
        max_output: Some(ANSWER),
        temperature_milli: Some(0),
        sentence: false,
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

async fn ask(provider: &dyn Provider, model: &str, turns: &[(Role, String)]) -> Took {
    let start = Instant::now();
    let mut answer = provider.ask(provider.encode(&body(model, turns)));
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

async fn measure(provider: &dyn Provider, model: &str) -> Figures {
    let mut figures = Figures::default();
    ask(provider, model, &[(Role::User, "Hello.".into())]).await;
    for round in 0..ROUNDS {
        let mut turns = vec![(Role::User, question(round))];
        let took = ask(provider, model, &turns).await;
        figures.first.push(took.first.as_secs_f64());
        figures.decode.push((took.output - 1) as f64 / took.rest.as_secs_f64());
        figures.tokens = took.input;
        turns.push((Role::Assistant, took.text));
        turns.push((Role::User, "Shorter, please.".into()));
        figures.again.push(ask(provider, model, &turns).await.first.as_secs_f64());
    }
    figures
}

/// The memory of a process in MiB, shared pages by their share.
fn memory_of(process: &str) -> u64 {
    let text = std::fs::read_to_string(format!("/proc/{process}/smaps_rollup")).unwrap_or_default();
    let line = text.lines().find_map(|line| line.strip_prefix("Pss:"));
    let kib = line.and_then(|line| line.trim().strip_suffix("kB")?.trim().parse::<u64>().ok());
    kib.unwrap_or(0) / 1024
}

fn main() {
    let Ok(path) = std::env::var("COWRITE_TEST_MODEL") else {
        println!("not measured: COWRITE_TEST_MODEL names no model file");
        return;
    };
    let reactor = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let ours = Local::new(local::Settings {
        program: local::Program {
            path: env!("CARGO_BIN_EXE_cowrite").into(),
            arguments: vec!["serve-model".into()],
        },
        folder: std::env::temp_dir(),
        chosen: Some(path.clone()),
        window: None,
    });
    let model = ours.model_name(&path);
    let start = Instant::now();
    reactor.block_on(ours.prepare());
    println!("cowrite    ready in {:.2} s", start.elapsed().as_secs_f64());
    reactor.block_on(measure(&ours, &model)).print("cowrite");
    if let Some(process) = ours.process() {
        println!("cowrite    {} MiB (the process of the model)", memory_of(&process.to_string()));
    }
    match std::env::var("COWRITE_TEST_LLAMA") {
        Ok(address) => {
            let theirs = OpenAi::new(Settings::new("llama", &address));
            reactor.block_on(measure(&theirs, "smollm2")).print("llama.cpp");
            if let Ok(process) = std::env::var("COWRITE_TEST_LLAMA_PID") {
                println!("llama.cpp  {} MiB (with its Python)", memory_of(&process));
            }
        }
        Err(_) => println!("llama.cpp  not measured: COWRITE_TEST_LLAMA names no address"),
    }
}
