//! What is asked, out of the body that the log holds: the JSON of Chat Completions with a few more
//! fields, all of them optional.

use super::sample::Choice;
use super::template::Message;
use super::trouble::{refused, said};
use crate::prompt::Fault;
use serde::Deserialize;
use serde_json::Value;

/// How words are chosen when the request does not say: nearly the likeliest.
const USUAL: Choice = Choice { temperature: 0.2, top_p: 0.9, min_p: 0.05 };
/// The most tokens of an answer when the request does not say.
const MOST: usize = 2048;

/// A request that was read and checked.
#[derive(Clone, Debug)]
pub struct Request {
    /// The model as the provider calls it.
    pub model: String,
    pub messages: Vec<Message>,
    pub(crate) most: usize,
    pub(crate) choice: Choice,
    pub(crate) seed: u64,
    pub(crate) stops: Vec<String>,
    pub(crate) sentence: bool,
    pub(crate) schema: Option<Value>,
}

#[derive(Deserialize)]
struct Body {
    #[serde(default)]
    model: String,
    messages: Vec<Message>,
    max_tokens: Option<usize>,
    temperature: Option<f32>,
    top_p: Option<f32>,
    min_p: Option<f32>,
    seed: Option<u64>,
    stop: Option<Stops>,
    /// `sentence` ends the answer with its first one.
    stop_at: Option<String>,
    response_format: Option<Format>,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum Stops {
    One(String),
    Several(Vec<String>),
}

#[derive(Deserialize)]
struct Format {
    r#type: String,
    json_schema: Option<Schema>,
}

#[derive(Deserialize)]
struct Schema {
    schema: Value,
}

impl Request {
    /// Reads the body of a request. `seed` is used where it names none.
    ///
    /// # Errors
    /// A sentence when it is no request or asks for what makes no sense.
    pub fn read(body: &str, seed: u64) -> Result<Self, Fault> {
        let body: Body = serde_json::from_str(body).map_err(|why| {
            refused(format!("The request can't be read: {}", said(&why.to_string())))
        })?;
        if body.messages.is_empty() {
            return Err(refused("The request holds no message"));
        }
        let roles = ["system", "user", "assistant"];
        if let Some(odd) = body.messages.iter().find(|one| !roles.contains(&one.role.as_str())) {
            return Err(refused(format!("There is no role {}", said(&odd.role))));
        }
        let share = |value: Option<f32>, usual: f32, most: f32, name: &str| {
            let value = value.unwrap_or(usual);
            if (0.0..=most).contains(&value) {
                return Ok(value);
            }
            Err(refused(format!("{name} is {value}: it goes from 0 to {most}")))
        };
        let choice = Choice {
            temperature: share(body.temperature, USUAL.temperature, 5.0, "temperature")?,
            top_p: share(body.top_p, USUAL.top_p, 1.0, "top_p")?,
            min_p: share(body.min_p, USUAL.min_p, 1.0, "min_p")?,
        };
        let sentence = match body.stop_at.as_deref() {
            None => false,
            Some("sentence") => true,
            Some(other) => return Err(refused(format!("There is no end {}", said(other)))),
        };
        let schema = match body.response_format {
            None => None,
            Some(Format { json_schema: Some(schema), .. }) => Some(schema.schema),
            Some(Format { r#type, .. }) if r#type == "text" => None,
            Some(Format { r#type, .. }) if r#type == "json_object" => {
                Some(serde_json::json!({ "type": "object" }))
            }
            Some(Format { r#type, .. }) => {
                return Err(refused(format!("There is no format {}", said(&r#type))));
            }
        };
        Ok(Self {
            model: body.model,
            messages: body.messages,
            most: body.max_tokens.unwrap_or(MOST),
            choice,
            seed: body.seed.unwrap_or(seed),
            stops: match body.stop {
                None => Vec::new(),
                Some(Stops::One(stop)) => vec![stop],
                Some(Stops::Several(stops)) => stops,
            },
            sentence,
            schema,
        })
    }
}
