//! The request's body: a prompt as the JSON of Chat Completions.
//!
//! The same prompt always gives the same bytes. Knows no transport.

use crate::prompt::{Prompt, Role};
use serde::Serialize;

/// Where compatible servers differ in what they take. Nothing is sent again silently in another
/// shape: a server that refuses a field says so, and the person switches it off here.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Quirks {
    /// Ask for token counts by `stream_options.include_usage`.
    pub usage: bool,
    /// Send the limit as `max_completion_tokens`, which `OpenAI`'s newer models insist on, instead
    /// of `max_tokens`, which the others know.
    pub completion_tokens: bool,
}

impl Default for Quirks {
    fn default() -> Self {
        Self { usage: true, completion_tokens: false }
    }
}

#[derive(Serialize)]
struct Body<'a> {
    model: &'a str,
    messages: Vec<Message<'a>>,
    stream: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    stream_options: Option<StreamOptions>,
    #[serde(skip_serializing_if = "Option::is_none")]
    max_tokens: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    max_completion_tokens: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    temperature: Option<f64>,
}

#[derive(Serialize)]
struct Message<'a> {
    role: &'static str,
    content: &'a str,
}

#[derive(Serialize)]
struct StreamOptions {
    include_usage: bool,
}

/// The body for `prompt`, one line of JSON.
pub(super) fn encode(prompt: &Prompt, quirks: Quirks) -> String {
    let (old, new) = if quirks.completion_tokens {
        (None, prompt.max_output)
    } else {
        (prompt.max_output, None)
    };
    let body = Body {
        model: &prompt.model,
        messages: prompt
            .turns
            .iter()
            .map(|turn| Message {
                role: match turn.role {
                    Role::System => "system",
                    Role::User => "user",
                    Role::Assistant => "assistant",
                },
                content: &turn.text,
            })
            .collect(),
        stream: true,
        stream_options: quirks.usage.then_some(StreamOptions { include_usage: true }),
        max_tokens: old,
        max_completion_tokens: new,
        // Thousandths divided by 1000 print as the shortest decimal: 700 gives 0.7.
        temperature: prompt.temperature_milli.map(|milli| f64::from(milli) / 1000.0),
    };
    // Plain structs of strings and finite numbers always serialize.
    serde_json::to_string(&body).unwrap_or_default()
}
