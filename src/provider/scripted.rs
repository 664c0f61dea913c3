//! A provider that replays a script: for tests and demonstrations.
//!
//! The n-th question gets the n-th answer. Knows no network and no clock of its own beyond the
//! pauses a script asks for.

use super::{Answer, Provider, Quirks, body};
use crate::event::Usage;
use crate::prompt::{Chunk, Fault, FaultKind, ModelInfo, Prompt, Stop};
use futures::future::{BoxFuture, FutureExt};
use futures::stream::{self, Stream, StreamExt};
use serde::Deserialize;
use std::collections::VecDeque;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;
use tokio::sync::Semaphore;

/// The chunks of one answer. What stands behind a stop or a fault is not replayed, and an answer
/// without an end gets [`Stop::End`].
pub type Script = Vec<Result<Chunk, Fault>>;

#[derive(Clone)]
enum Step {
    Say(Result<Chunk, Fault>),
    Pause(Duration),
}

/// Replays scripts. Clones share the place in the script and the record of what was asked.
#[derive(Clone)]
pub struct Scripted {
    scripts: Arc<Mutex<VecDeque<Vec<Step>>>>,
    asked: Arc<Mutex<Vec<String>>>,
    gate: Option<Arc<Semaphore>>,
    models: Vec<ModelInfo>,
}

/// Why a script file can't be used.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("line {line}: {why}")]
pub struct BadScript {
    /// From 1.
    pub line: usize,
    pub why: String,
}

impl Scripted {
    /// A provider whose n-th answer is the n-th script.
    pub fn new(scripts: Vec<Script>) -> Self {
        Self::from_steps(
            scripts.into_iter().map(|script| script.into_iter().map(Step::Say).collect()).collect(),
        )
    }

    fn from_steps(scripts: VecDeque<Vec<Step>>) -> Self {
        Self {
            scripts: Arc::new(Mutex::new(scripts)),
            asked: Arc::default(),
            gate: None,
            models: vec![ModelInfo {
                name: "script".into(),
                window: Some(8192),
                ..ModelInfo::default()
            }],
        }
    }

    /// Reads a script: one JSON object a line, `{"text":"…"}`, `{"reasoning":"…"}`,
    /// `{"usage":{"input":1,"output":2}}`, `{"warning":"…"}`,
    /// `{"retrying":{"attempt":1,"wait_ms":10,"why":"…"}}`, `{"pause_ms":50}`, and at the end of
    /// each answer `{"stop":"end"}` (or `length`, `filter`, another word) or
    /// `{"fault":{"kind":"limit","what":"…","advice":"…","status":429}}`. Empty lines and lines
    /// that begin with `#` don't count.
    ///
    /// # Errors
    /// Names the first line that is none of these.
    pub fn from_jsonl(text: &str) -> Result<Self, BadScript> {
        let mut scripts = VecDeque::new();
        let mut current = Vec::new();
        for (index, line) in text.lines().enumerate() {
            let line = line.trim();
            if line.is_empty() || line.starts_with('#') {
                continue;
            }
            let line: Line = serde_json::from_str(line)
                .map_err(|why| BadScript { line: index + 1, why: why.to_string() })?;
            let step = line.step();
            let ends = matches!(step, Step::Say(Ok(Chunk::Stop(_)) | Err(_)));
            current.push(step);
            if ends {
                scripts.push_back(std::mem::take(&mut current));
            }
        }
        if !current.is_empty() {
            scripts.push_back(current);
        }
        Ok(Self::from_steps(scripts))
    }

    /// Lets each chunk wait for a permit of `gate`, so that a test decides when it comes.
    #[must_use]
    pub fn gated(mut self, gate: Arc<Semaphore>) -> Self {
        self.gate = Some(gate);
        self
    }

    /// Offers these models.
    #[must_use]
    pub fn with_models(mut self, models: Vec<ModelInfo>) -> Self {
        self.models = models;
        self
    }

    /// The bodies that were asked so far, in order.
    pub fn asked(&self) -> Vec<String> {
        self.asked.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

impl Provider for Scripted {
    fn name(&self) -> &'static str {
        "scripted"
    }

    fn address(&self) -> &'static str {
        "a script"
    }

    fn leaves_machine(&self) -> bool {
        false
    }

    fn encode(&self, prompt: &Prompt) -> String {
        body::encode(prompt, Quirks::default())
    }

    fn ask(&self, body: String) -> Answer {
        let (asked, scripts) = (Arc::clone(&self.asked), Arc::clone(&self.scripts));
        let gate = self.gate.clone();
        // Nothing is asked before the answer is polled, as of a server.
        let begun = stream::once(async move {
            asked.lock().unwrap_or_else(PoisonError::into_inner).push(body);
            let script = scripts.lock().unwrap_or_else(PoisonError::into_inner).pop_front();
            let mut steps: VecDeque<Step> = script.map_or_else(no_answer_left, Into::into);
            if !steps.iter().any(|step| matches!(step, Step::Say(Ok(Chunk::Stop(_)) | Err(_)))) {
                steps.push_back(Step::Say(Ok(Chunk::Stop(Stop::End))));
            }
            play(steps, gate)
        });
        begun.flatten().fuse().boxed()
    }

    fn models(&self) -> BoxFuture<'static, Result<Vec<ModelInfo>, Fault>> {
        futures::future::ready(Ok(self.models.clone())).boxed()
    }
}

/// What a script says, at its pace.
fn play(
    steps: VecDeque<Step>,
    gate: Option<Arc<Semaphore>>,
) -> impl Stream<Item = Result<Chunk, Fault>> + Send {
    stream::unfold((steps, gate), |(mut steps, gate)| async move {
        // Ends with the script, which is finite.
        loop {
            match steps.pop_front()? {
                Step::Pause(pause) => tokio::time::sleep(pause).await,
                Step::Say(item) => {
                    if let Some(gate) = &gate {
                        // A closed gate lets everything through.
                        if let Ok(permit) = gate.acquire().await {
                            permit.forget();
                        }
                    }
                    if matches!(item, Ok(Chunk::Stop(_)) | Err(_)) {
                        steps.clear();
                    }
                    return Some((item, (steps, gate)));
                }
            }
        }
    })
}

fn no_answer_left() -> VecDeque<Step> {
    VecDeque::from([Step::Say(Err(Fault {
        kind: FaultKind::Refused,
        what: "The script has no answer left.".into(),
        advice: "Add an answer to the script.".into(),
        status: None,
    }))])
}

#[derive(Deserialize)]
#[serde(rename_all = "snake_case")]
enum Line {
    Text(String),
    Reasoning(String),
    Usage(Usage),
    Warning(String),
    Retrying { attempt: u32, wait_ms: u64, why: String },
    PauseMs(u64),
    Stop(String),
    Fault { kind: Kind, what: String, advice: String, status: Option<u16> },
}

impl Line {
    fn step(self) -> Step {
        Step::Say(match self {
            Self::PauseMs(ms) => return Step::Pause(Duration::from_millis(ms)),
            Self::Text(text) => Ok(Chunk::Text(text)),
            Self::Reasoning(text) => Ok(Chunk::Reasoning(text)),
            Self::Usage(usage) => Ok(Chunk::Usage(usage)),
            Self::Warning(text) => Ok(Chunk::Warning(text)),
            Self::Retrying { attempt, wait_ms, why } => {
                Ok(Chunk::Retrying { attempt, wait_ms, why })
            }
            Self::Stop(word) => Ok(Chunk::Stop(match word.as_str() {
                "end" => Stop::End,
                "length" => Stop::Length,
                "filter" => Stop::Filter,
                _ => Stop::Other(word),
            })),
            Self::Fault { kind, what, advice, status } => {
                Err(Fault { kind: kind.into(), what, advice, status })
            }
        })
    }
}

/// The names of fault kinds in a script.
#[derive(Clone, Copy, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Kind {
    Unreachable,
    Broken,
    Stalled,
    Key,
    NotFound,
    Limit,
    TooLong,
    Refused,
    Server,
    Garbage,
    Empty,
}

impl From<Kind> for FaultKind {
    fn from(kind: Kind) -> Self {
        match kind {
            Kind::Unreachable => Self::Unreachable,
            Kind::Broken => Self::Broken,
            Kind::Stalled => Self::Stalled,
            Kind::Key => Self::Key,
            Kind::NotFound => Self::NotFound,
            Kind::Limit => Self::Limit,
            Kind::TooLong => Self::TooLong,
            Kind::Refused => Self::Refused,
            Kind::Server => Self::Server,
            Kind::Garbage => Self::Garbage,
            Kind::Empty => Self::Empty,
        }
    }
}
