//! The stream of one answer, as a caller sees it.
//!
//! Opening and reading happen inside the stream itself, so that dropping it drops everything. It
//! gives text as it comes, holds the count of tokens back until the end (servers differ in how
//! often they send it), and ends with one stop or one fault.

use super::super::Answer;
use super::super::fault::Complaint;
use super::super::thinking::{Parts, Thinking};
use super::Shared;
use super::guard::{Side, SideRef, with_side};
use super::stack::{fault_of, stack};
use super::wire::{Event, Models};
use crate::event::Usage;
use crate::prompt::{Chunk, Fault, FaultKind, ModelInfo, Stop};
use async_openai::Client;
use async_openai::config::OpenAIConfig;
use async_openai::error::OpenAIError;
use async_openai::types::stream::StreamResponse;
use futures::future::{BoxFuture, FutureExt};
use futures::stream::{self, StreamExt};
use serde_json::Value;
use std::collections::{BTreeMap, VecDeque};
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::mpsc::{self, UnboundedReceiver, UnboundedSender};

/// How long a server may take to close after it said why the answer ended.
const LINGER: Duration = Duration::from_secs(2);
/// The most chunks without sense; an answer with more of them makes none.
const MOST_BAD: u32 = 20;

/// The client for one request, with the stack that carries its body.
async fn client(
    shared: &Arc<Shared>,
    body: Option<String>,
    notes: UnboundedSender<Chunk>,
    side: &SideRef,
) -> Result<Client<OpenAIConfig>, Fault> {
    let Some(base) = &shared.endpoint.base else {
        let what = format!("“{}” is no address of a server.", shared.endpoint.shown);
        let mut fault = shared.words.fault(FaultKind::NotFound, &what, None);
        fault.advice = "Set an address such as http://127.0.0.1:11434/v1.".into();
        return Err(fault);
    };
    let http = shared.http().await?;
    // Everything is set, so that nothing of the environment gets in. The key is put in by the
    // transport: this client would panic over one with a line break.
    let config = OpenAIConfig::new()
        .with_api_base(base)
        .with_api_key("")
        .with_org_id("")
        .with_project_id("");
    let service = stack(shared, http.clone(), body, notes, Arc::clone(side));
    Ok(Client::build(http, config).with_http_service(service))
}

pub(super) async fn models(shared: Arc<Shared>) -> Result<Vec<ModelInfo>, Fault> {
    let side = SideRef::default();
    // Nobody would hear of retries.
    let (notes, _) = mpsc::unbounded_channel();
    let client = client(&shared, None, notes, &side).await?;
    match client.models().list_byot::<Models>().await {
        Ok(Models::List(list)) => Ok(list),
        Ok(Models::Other(complaint)) => Err(shared.words.complaint(None, &complaint)),
        Err(error) => Err(fault_of(&shared.words, &side, error)),
    }
}

pub(super) fn ask(shared: Arc<Shared>, body: String) -> Answer {
    let (sender, notes) = mpsc::unbounded_channel();
    let side = SideRef::default();
    let opening = {
        let (shared, side) = (Arc::clone(&shared), Arc::clone(&side));
        async move {
            let client = client(&shared, Some(body), sender, &side).await?;
            // The transport puts in the body, byte for byte.
            let opened = client.chat().create_stream_byot::<_, Event>(()).await;
            opened.map_err(|error| fault_of(&shared.words, &side, error))
        }
        .boxed()
    };
    let state = State {
        shared,
        phase: Phase::Opening(opening),
        notes,
        side,
        queue: VecDeque::new(),
        tally: Tally::default(),
    };
    // Fused: asking again behind the end is nothing, not a panic.
    stream::unfold(state, State::next).fuse().boxed()
}

enum Phase {
    Opening(BoxFuture<'static, Result<StreamResponse<Event>, Fault>>),
    Reading(StreamResponse<Event>),
    Over,
}

/// What the answer was so far.
#[derive(Default)]
struct Tally {
    thinking: Thinking,
    text: bool,
    reasoning: bool,
    tool: bool,
    /// Names and arguments of the calls, by their place.
    calls: BTreeMap<u64, (String, String)>,
    refusal: String,
    finish: Option<String>,
    usage: Option<Usage>,
    bad: u32,
    mangled: bool,
}

struct State {
    shared: Arc<Shared>,
    phase: Phase,
    notes: UnboundedReceiver<Chunk>,
    side: SideRef,
    queue: VecDeque<Result<Chunk, Fault>>,
    tally: Tally,
}

impl State {
    async fn next(mut self) -> Option<(Result<Chunk, Fault>, Self)> {
        // Each round waits for the server, or ends the answer.
        loop {
            if let Some(item) = self.queue.pop_front() {
                return Some((item, self));
            }
            match &mut self.phase {
                Phase::Over => return None,
                Phase::Opening(opening) => tokio::select! {
                    biased;
                    Some(note) = self.notes.recv() => self.queue.push_back(Ok(note)),
                    opened = opening => match opened {
                        Ok(stream) => self.phase = Phase::Reading(stream),
                        Err(fault) => self.fail(fault),
                    },
                },
                Phase::Reading(stream) => {
                    let item = if self.tally.finish.is_some() {
                        // What is still to come is only the count of tokens.
                        tokio::time::timeout(LINGER, stream.next()).await.unwrap_or(None)
                    } else {
                        stream.next().await
                    };
                    match item {
                        Some(Ok(event)) => self.take(event),
                        Some(Err(error)) => self.bad(error),
                        None => self.close(),
                    }
                }
            }
        }
    }

    fn take(&mut self, event: Event) {
        if event.usage.is_some() {
            self.tally.usage = event.usage;
        }
        let Parts { thought, text } = self.tally.thinking.push(&event.text);
        self.says(event.reasoning);
        self.says_parts(thought, text);
        let tally = &mut self.tally;
        tally.refusal.push_str(&event.refusal);
        tally.tool |= event.tool;
        for part in event.calls {
            let (name, arguments) = tally.calls.entry(part.index).or_default();
            name.push_str(&part.name);
            arguments.push_str(&part.arguments);
        }
        if event.finish.is_some() {
            tally.finish = event.finish;
        }
        if let Some(error) = event.error {
            let fault = self.shared.words.complaint(error.status(), &error);
            self.fail(fault);
        }
    }

    fn says_parts(&mut self, thought: String, text: String) {
        self.says(thought);
        if !text.is_empty() {
            self.tally.text = true;
            self.queue.push_back(Ok(Chunk::Text(text)));
        }
    }

    /// Tells calls of tools as text, as models without tools write them. No tool was offered, but
    /// some servers make calls of what a model writes, and an edit may be in one. Whether one was.
    fn says_calls(&mut self) -> bool {
        let calls = std::mem::take(&mut self.tally.calls);
        let mut text = String::new();
        for (name, arguments) in calls.into_values().filter(|(_, given)| !given.trim().is_empty()) {
            let given = serde_json::from_str(&arguments).unwrap_or(Value::String(arguments));
            let call = serde_json::json!({ "name": name, "arguments": given });
            text.push_str(&format!("\n```json\n{call}\n```\n"));
        }
        let called = !text.is_empty();
        self.says_parts(String::new(), text);
        called
    }

    fn says(&mut self, thought: String) {
        if !thought.is_empty() {
            self.tally.reasoning = true;
            self.queue.push_back(Ok(Chunk::Reasoning(thought)));
        }
    }

    /// A chunk without sense is told and passed over: the next one may have some.
    fn bad(&mut self, error: OpenAIError) {
        let OpenAIError::JSONDeserialize(why, text) = error else {
            let fault = fault_of(&self.shared.words, &self.side, error);
            return self.fail(fault);
        };
        self.tally.bad += 1;
        let words = &self.shared.words;
        if self.tally.bad > MOST_BAD {
            let what = format!("Most of the answer makes no sense; the last: {text}");
            let fault = words.fault(FaultKind::Garbage, &what, None);
            return self.fail(fault);
        }
        let what = words.clean(&format!("A part of the answer makes no sense ({why}): {text}"));
        self.queue.push_back(Ok(Chunk::Warning(what)));
    }

    /// The bytes are over.
    fn close(&mut self) {
        let Side { verdict, done, mangled } = with_side(&self.side, std::mem::take);
        self.tally.mangled |= mangled;
        let Parts { thought, text } = self.tally.thinking.end();
        self.says_parts(thought, text);
        let called = self.says_calls();
        let words = &self.shared.words;
        let word = self.tally.finish.clone();
        if word.is_none()
            && let Some(fault) = verdict
        {
            // A server that said why the answer ended may end as it likes.
            return self.fail(fault);
        }
        let stop = match word.as_deref() {
            Some("error") => {
                let complaint = Complaint {
                    message: "the answer was broken off".into(),
                    ..Complaint::default()
                };
                let fault = words.complaint(None, &complaint);
                return self.fail(fault);
            }
            None if !done => Stop::Cut,
            Some("stop" | "end" | "eos" | "eos_token" | "end_turn" | "stop_sequence" | "STOP")
            | None => Stop::End,
            Some("tool_calls" | "function_call" | "tool_use") if called => Stop::End,
            Some("length" | "max_tokens" | "MAX_TOKENS") => Stop::Length,
            Some("content_filter" | "safety" | "SAFETY") => Stop::Filter,
            Some(other) => Stop::Other(words.clean(other)),
        };
        if !self.tally.text {
            let fault = self.empty(&stop);
            return self.fail(fault);
        }
        if !self.tally.refusal.is_empty() {
            let refusal = format!("The model refuses a part: {}", self.tally.refusal);
            self.queue.push_back(Ok(Chunk::Warning(words.clean(&refusal))));
        }
        self.end(Ok(Chunk::Stop(stop)));
    }

    /// The fault of an answer without text.
    fn empty(&self, stop: &Stop) -> Fault {
        let words = &self.shared.words;
        let refusal = &self.tally.refusal;
        if !refusal.is_empty() {
            let what = format!("The model refuses: {refusal}");
            return words.fault(FaultKind::Refused, &what, None);
        }
        match stop {
            Stop::Filter => words.fault(
                FaultKind::Refused,
                "A filter of the provider's stopped the answer before it began.",
                None,
            ),
            Stop::Length => {
                let what = "The model used up the tokens it may answer with before it answered.";
                let mut fault = words.fault(FaultKind::Empty, what, None);
                fault.advice = "Allow a longer answer, or choose another model.".into();
                fault
            }
            _ if self.tally.tool => words.fault(
                FaultKind::Empty,
                "The model asked for a tool instead of answering; none was offered.",
                None,
            ),
            _ if self.tally.reasoning => {
                words.fault(FaultKind::Empty, "The model reasoned and answered nothing.", None)
            }
            _ => words.fault(FaultKind::Empty, "The answer was empty.", None),
        }
    }

    fn fail(&mut self, fault: Fault) {
        self.end(Err(fault));
    }

    /// The last items: what is still to say, the count of tokens, the end.
    fn end(&mut self, last: Result<Chunk, Fault>) {
        // Of an answer that broke off, too.
        let Parts { thought, text } = self.tally.thinking.end();
        self.says_parts(thought, text);
        while let Ok(note) = self.notes.try_recv() {
            self.queue.push_back(Ok(note));
        }
        if self.tally.mangled {
            let what = "Some bytes of the answer were no text and were replaced by �.";
            self.queue.push_back(Ok(Chunk::Warning(what.into())));
        }
        if let Some(usage) = self.tally.usage.take() {
            self.queue.push_back(Ok(Chunk::Usage(usage)));
        }
        self.queue.push_back(last);
        // Lets go of the connection.
        self.phase = Phase::Over;
    }
}
