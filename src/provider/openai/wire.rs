//! What one event of an answer means, whatever the server.
//!
//! Compatible servers leave fields out, add their own, and put numbers where words belong, so
//! everything here is optional and nothing but invalid JSON is an error. Knows no transport.

use super::super::fault::Complaint;
use super::super::fault::hidden;
use crate::base::Usd;
use crate::event::Usage;
use crate::prompt::{ModelInfo, Price};
use serde::{Deserialize, Deserializer};
use serde_json::Value;
use std::ops::RangeInclusive;

/// The largest whole number that every reader of JSON takes exactly.
const MOST_COUNT: u64 = (1 << 53) - 1;
/// The windows that are believed, in tokens; one that is none counts as not known.
const WINDOWS: RangeInclusive<u64> = 256..=1_000_000_000;

/// One event: a chunk of a stream, or a whole answer.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Event {
    pub(super) text: String,
    pub(super) reasoning: String,
    /// The model's words for not answering.
    pub(super) refusal: String,
    /// The model wants to use a tool; none was offered.
    pub(super) tool: bool,
    /// Parts of what it wants to give to tools.
    pub(super) calls: Vec<CallPart>,
    pub(super) finish: Option<String>,
    pub(super) usage: Option<Usage>,
    pub(super) error: Option<Complaint>,
}

/// A part of a tool call: its place in the answer, and more of its name and its arguments.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct CallPart {
    pub(super) index: u64,
    pub(super) name: String,
    pub(super) arguments: String,
}

impl CallPart {
    fn read(at: usize, call: &Value) -> Self {
        let function = if call["function"].is_object() { &call["function"] } else { call };
        let arguments = match &function["arguments"] {
            Value::Null => String::new(),
            Value::String(text) => text.clone(),
            other => other.to_string(),
        };
        let index = call["index"].as_u64().unwrap_or(at as u64);
        Self { index, name: function["name"].as_str().unwrap_or_default().to_owned(), arguments }
    }
}

impl<'de> Deserialize<'de> for Event {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        Value::deserialize(from).map(|value| Self::read(&value))
    }
}

impl Event {
    pub(super) fn read(value: &Value) -> Self {
        let mut event = Self { usage: usage(value), ..Self::default() };
        let complains = match &value["error"] {
            Value::Null | Value::Bool(false) => false,
            Value::String(text) => !text.is_empty(),
            _ => true,
        };
        if complains || value["type"] == "error" || value["object"] == "error" {
            event.error = Some(Complaint::from_json(value));
        }
        // One answer was asked for: others that come are passed over.
        let choice = value["choices"]
            .as_array()
            .and_then(|list| list.iter().find(|one| one["index"].as_u64().unwrap_or(0) == 0));
        let Some(choice) = choice else { return event };
        for part in [&choice["delta"], &choice["message"]] {
            content(&part["content"], &mut event.text, &mut event.reasoning);
            // Two names for one thing; a server that sends both sends the same twice.
            for name in ["reasoning_content", "reasoning"] {
                if let Some(text) = part[name].as_str().filter(|text| !text.is_empty()) {
                    event.reasoning.push_str(text);
                    break;
                }
            }
            if let Some(text) = part["refusal"].as_str() {
                event.refusal.push_str(text);
            }
            let calls = part["tool_calls"].as_array().into_iter().flatten();
            event.calls.extend(calls.enumerate().map(|(at, call)| CallPart::read(at, call)));
            if part["function_call"].is_object() {
                event.calls.push(CallPart::read(0, &part["function_call"]));
            }
            event.tool |= !event.calls.is_empty();
        }
        if event.text.is_empty()
            && let Some(text) = choice["text"].as_str()
        {
            event.text.push_str(text);
        }
        event.finish = choice["finish_reason"]
            .as_str()
            .filter(|word| !word.is_empty() && *word != "null")
            .map(str::to_owned);
        if event.error.is_none() && choice["error"].is_object() {
            event.error = Some(Complaint::from_json(choice));
        }
        event
    }
}

/// Content is a string, or a list of parts.
fn content(value: &Value, text: &mut String, reasoning: &mut String) {
    match value {
        Value::String(part) => text.push_str(part),
        Value::Array(parts) => {
            for part in parts {
                match part {
                    Value::String(part) => text.push_str(part),
                    _ => {
                        text.push_str(part["text"].as_str().unwrap_or_default());
                        match &part["thinking"] {
                            Value::String(part) => reasoning.push_str(part),
                            Value::Array(parts) => {
                                for part in parts {
                                    reasoning.push_str(part["text"].as_str().unwrap_or_default());
                                }
                            }
                            _ => {}
                        }
                    }
                }
            }
        }
        _ => {}
    }
}

fn usage(value: &Value) -> Option<Usage> {
    let found = [&value["usage"], &value["x_groq"]["usage"], &value["choices"][0]["usage"]]
        .into_iter()
        .find(|found| found.is_object())?;
    let input = count(&found["prompt_tokens"]).or_else(|| count(&found["input_tokens"]));
    let output = count(&found["completion_tokens"]).or_else(|| count(&found["output_tokens"]));
    if input.is_none() && output.is_none() {
        return None;
    }
    let cached = [
        &found["prompt_tokens_details"]["cached_tokens"],
        &found["input_tokens_details"]["cached_tokens"],
        &found["prompt_cache_hit_tokens"],
        &found["cache_read_input_tokens"],
        &found["cached_tokens"],
        &found["num_cached_tokens"],
    ];
    let cached = cached.into_iter().find_map(count);
    Some(Usage {
        input: input.unwrap_or_default(),
        output: output.unwrap_or_default(),
        cached: cached.unwrap_or_default(),
        cost: None,
    })
}

/// A count, also one written as a fraction or as text.
fn count(value: &Value) -> Option<u64> {
    let count = match value {
        Value::Number(number) => match number.as_u64() {
            Some(count) => count,
            // A cast from a float saturates.
            None => number.as_f64().filter(|count| *count >= 0.0)? as u64,
        },
        Value::String(text) => text.trim().parse().ok()?,
        _ => return None,
    };
    Some(count.min(MOST_COUNT))
}

/// What a router says its models cost: dollars for one token, as text.
fn price(value: &Value) -> Option<Price> {
    let million = |key: &str| {
        let dollars: f64 = value[key].as_str()?.trim().parse().ok()?;
        Usd::from_dollars(dollars * 1e6)
    };
    let (input, output) = (million("prompt")?, million("completion")?);
    Some(Price { input, output, cached: million("input_cache_read").unwrap_or(input) })
}

/// The list of models, whatever the server.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Models {
    List(Vec<ModelInfo>),
    /// The answer was an error, or nothing like a list.
    Other(Complaint),
}

impl<'de> Deserialize<'de> for Models {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        let value = Value::deserialize(from)?;
        let list = [&value["data"], &value["models"], &value].into_iter().find_map(Value::as_array);
        Ok(match list {
            Some(list) => Self::List(list.iter().filter_map(model).collect()),
            None => Self::Other(Complaint::from_json(&value)),
        })
    }
}

fn model(value: &Value) -> Option<ModelInfo> {
    let name = match value {
        Value::String(name) => name,
        _ => ["id", "name", "model"].iter().find_map(|key| value[*key].as_str())?,
    };
    // A name is sent back as it is, so one that can't be shown as it is can't be used.
    if name.is_empty() || name.len() > 200 || name.chars().any(hidden) {
        return None;
    }
    let window = [
        // What is loaded now, before what the model could do.
        &value["loaded_context_length"],
        &value["meta"]["n_ctx"],
        &value["context_length"],
        &value["context_window"],
        &value["max_model_len"],
        &value["max_context_length"],
        &value["top_provider"]["context_length"],
        &value["inputTokenLimit"],
        &value["meta"]["n_ctx_train"],
    ]
    .into_iter()
    .find_map(count)
    .filter(|window| WINDOWS.contains(window));
    let (price, abilities) = (price(&value["pricing"]), abilities(value));
    Some(ModelInfo { name: name.to_owned(), window, price, abilities })
}

/// What a list tells of a model's abilities: OpenRouter names parameters and inputs, Mistral has
/// switches, llama.cpp and LM Studio have names.
fn abilities(value: &Value) -> Option<Vec<&'static str>> {
    let names = |list: &Value| -> Option<Vec<String>> {
        let list = list.as_array()?;
        Some(list.iter().filter_map(Value::as_str).map(str::to_lowercase).collect())
    };
    let switches = value["capabilities"].as_object().map(|all| {
        let on = all.iter().filter(|(_, on)| on.as_bool() == Some(true));
        on.map(|(name, _)| name.to_lowercase()).collect::<Vec<_>>()
    });
    let lists = [
        names(&value["supported_parameters"]),
        names(&value["architecture"]["input_modalities"]),
        names(&value["capabilities"]),
        switches,
    ];
    if lists.iter().all(Option::is_none) {
        return None;
    }
    let all: Vec<String> = lists.into_iter().flatten().flatten().collect();
    let has = |known: &[&str]| all.iter().any(|name| known.contains(&name.as_str()));
    let known = [
        ("tools", &["tools", "tool_use", "function_calling"][..]),
        ("JSON", &["structured_outputs", "response_format"][..]),
        ("reasoning", &["reasoning", "thinking"][..]),
        ("images", &["image", "vision", "multimodal"][..]),
        ("audio", &["audio"][..]),
    ];
    Some(known.iter().filter(|(_, names)| has(names)).map(|(word, _)| *word).collect())
}
