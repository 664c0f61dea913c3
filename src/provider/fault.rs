//! Faults in words: sorting what went wrong by what a person can do, and cleaning what a provider
//! said before it is shown.
//!
//! Knows no transport. No text made here contains a secret, a control character or more than
//! [`MOST_CHARS`] characters.

use crate::prompt::{Fault, FaultKind};
use serde_json::Value;
use std::fmt::Write as _;

/// The most characters of one text for a person.
pub(super) const MOST_CHARS: usize = 300;

/// What must never be repeated, and whom the words are about.
#[derive(Clone, Default)]
pub(super) struct Words {
    pub(super) name: String,
    pub(super) address: String,
    /// The key and the values of extra headers.
    pub(super) secrets: Vec<String>,
}

impl Words {
    /// `raw` for a person: secrets taken out, control and direction characters taken out, white
    /// space joined, cut at [`MOST_CHARS`].
    pub(super) fn clean(&self, raw: &str) -> String {
        let mut text = raw.to_owned();
        for secret in &self.secrets {
            if text.contains(secret.as_str()) {
                text = text.replace(secret.as_str(), "[key]");
            }
        }
        clean(&text, MOST_CHARS)
    }

    /// A fault of `kind` with the usual advice.
    pub(super) fn fault(&self, kind: FaultKind, what: &str, status: Option<u16>) -> Fault {
        Fault { what: self.clean(what), advice: self.advice(&kind), kind, status }
    }

    fn advice(&self, kind: &FaultKind) -> String {
        let name = &self.name;
        match kind {
            FaultKind::Unreachable => format!(
                "Check the network, that the server at {} runs, and the address of “{name}”.",
                self.address
            ),
            FaultKind::Broken => "Ask again; what came so far is kept.".into(),
            FaultKind::Stalled => {
                "Ask again, or raise `stall_seconds` for a slow model; what came so far is kept.".into()
            }
            FaultKind::Key => format!("Set a valid key for “{name}” and ask again."),
            FaultKind::NotFound => {
                "Choose another model (one that is listed may not be loaded, or not be yours), and check the address: it usually ends in /v1."
                    .into()
            }
            FaultKind::Limit => {
                "Wait and ask again, look at the credit and limits of the account, or choose another model."
                    .into()
            }
            FaultKind::TooLong => {
                "Send less: unpin messages, select a shorter part, or choose a model with a larger window."
                    .into()
            }
            FaultKind::Refused => {
                "Read what the provider says, change the question or its settings, and ask again."
                    .into()
            }
            FaultKind::Server => {
                "This is the provider's trouble. Ask again in a while, or choose another model."
                    .into()
            }
            FaultKind::Garbage => format!(
                "Check that {} is the address of an OpenAI-compatible server and that no proxy stands between.",
                self.address
            ),
            FaultKind::Empty => "Ask again, in other words or with another model.".into(),
        }
    }

    /// The fault that an error status or an error in the stream means.
    pub(super) fn complaint(&self, status: Option<u16>, complaint: &Complaint) -> Fault {
        let kind = sort(status, complaint);
        let mut what = self.name.clone();
        what.push_str(match kind {
            FaultKind::Key => " does not take the key",
            FaultKind::NotFound => " knows no such model or address",
            FaultKind::Limit => " lets no more requests through",
            FaultKind::TooLong => " says that the question is too long",
            FaultKind::Server => " has a fault of its own",
            _ => " refuses the request",
        });
        if let Some(status) = status {
            // Writing to a string cannot fail.
            let _ = write!(what, " (status {status})");
        }
        if !complaint.message.is_empty() {
            what.push_str(": ");
            what.push_str(&complaint.message);
        } else if !complaint.code.is_empty() {
            what.push_str(": ");
            what.push_str(&complaint.code);
        }
        self.fault(kind, &what, status)
    }
}

/// Text without control characters and direction marks, white space joined, at most `most`
/// characters, the last an ellipsis when something was cut.
pub(super) fn clean(raw: &str, most: usize) -> String {
    let mut out = String::new();
    let mut chars = 0usize;
    let mut space = false;
    for character in raw.chars() {
        if character.is_whitespace() || matches!(character, '\u{2028}' | '\u{2029}') {
            space = !out.is_empty();
            continue;
        }
        if hidden(character) {
            continue;
        }
        if chars + usize::from(space) + 1 >= most {
            out.push('…');
            return out;
        }
        if space {
            out.push(' ');
            chars += 1;
            space = false;
        }
        out.push(character);
        chars += 1;
    }
    out
}

/// Whether a character is not seen where it stands: control characters, direction marks, blanks
/// without width.
pub(super) fn hidden(character: char) -> bool {
    character.is_control()
        || matches!(character,
            '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}')
}

/// What a provider says is wrong, out of any of the shapes that servers use.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Complaint {
    pub(super) message: String,
    /// The code or type, words or digits.
    pub(super) code: String,
}

impl Complaint {
    /// Reads the body of an error answer: JSON of several shapes, a web page, or plain text.
    pub(super) fn from_body(body: &[u8]) -> Self {
        let text = String::from_utf8_lossy(body);
        let text = text.trim_start_matches('\u{feff}').trim();
        if let Ok(value) = serde_json::from_str::<Value>(text) {
            return Self::from_json(&value);
        }
        if text.starts_with('<') {
            return Self { message: page(text), code: String::new() };
        }
        // Not cut here: what is cut before secrets are taken out may end in half of one.
        Self { message: text.to_owned(), code: String::new() }
    }

    /// Reads `{"error":{…}}`, `{"error":"…"}`, `{"detail":…}`, `{"message":…}`, or a list of one
    /// of them.
    pub(super) fn from_json(value: &Value) -> Self {
        let mut at = value;
        // Each step goes one level deeper; real answers need three at most.
        for _ in 0..4 {
            let inner = match at {
                Value::Array(list) => list.first(),
                Value::Object(map) => ["error", "errors", "detail"]
                    .iter()
                    .find_map(|key| map.get(*key))
                    .filter(|inner| !inner.is_null()),
                _ => None,
            };
            let Some(inner) = inner else { break };
            at = inner;
        }
        let words = |key: &str| match &at[key] {
            Value::String(text) => text.clone(),
            Value::Number(number) => number.to_string(),
            _ => String::new(),
        };
        let mut message = match at {
            Value::String(text) => text.clone(),
            _ => [words("message"), words("msg"), words("detail")]
                .into_iter()
                .find(|text| !text.is_empty())
                .unwrap_or_default(),
        };
        // A router's own message says little; what the server behind it said is here.
        if let Some(raw) = at["metadata"]["raw"].as_str() {
            message.push_str(": ");
            message.push_str(raw);
        }
        let code = [words("code"), words("type"), words("status")]
            .into_iter()
            .filter(|word| !word.is_empty())
            .collect::<Vec<_>>()
            .join(" ");
        if message.is_empty() && code.is_empty() && !at.is_null() {
            message = at.to_string();
        }
        Self { message, code }
    }

    /// The HTTP status that the code holds, for errors inside a stream.
    pub(super) fn status(&self) -> Option<u16> {
        self.code
            .split(' ')
            .find_map(|word| word.parse().ok())
            .filter(|status| (400..600).contains(status))
    }
}

/// A web page in words.
pub(super) fn page(html: &str) -> String {
    let lower = html.to_ascii_lowercase();
    let title = lower.find("<title").and_then(|start| {
        let start = start + lower[start..].find('>')? + 1;
        let end = start + lower[start..].find("</title")?;
        html.get(start..end).map(str::trim).filter(|title| !title.is_empty())
    });
    match title {
        Some(title) => format!("a web page came instead of an answer, titled “{title}”"),
        None => "a web page came instead of an answer".into(),
    }
}

/// Whether waiting does not help against a status 429.
pub(super) fn out_of_credit(complaint: &Complaint) -> bool {
    let code = complaint.code.to_ascii_lowercase();
    code.contains("insufficient_quota")
        || code.contains("billing")
        || complaint.message.to_ascii_lowercase().contains("insufficient_quota")
}

fn sort(status: Option<u16>, complaint: &Complaint) -> FaultKind {
    let code = complaint.code.to_ascii_lowercase();
    let message = complaint.message.to_ascii_lowercase();
    let either = |word: &&str| code.contains(*word) || message.contains(*word);
    if ["context_length_exceeded", "exceed_context_size"].iter().any(either) {
        return FaultKind::TooLong;
    }
    match status {
        Some(401 | 403) => return FaultKind::Key,
        Some(402 | 429) => return FaultKind::Limit,
        Some(413) => return FaultKind::TooLong,
        _ => {}
    }
    if TOO_LONG.iter().any(either) {
        return FaultKind::TooLong;
    }
    if ["invalid_api_key", "api_key_invalid", "api key not valid", "authentication_error"]
        .iter()
        .any(either)
    {
        return FaultKind::Key;
    }
    match status {
        Some(404 | 405 | 410) => return FaultKind::NotFound,
        Some(500..) => return FaultKind::Server,
        _ => {}
    }
    if ["model_not_found", "model not found", "not_found_error"].iter().any(either) {
        return FaultKind::NotFound;
    }
    if ["rate_limit", "insufficient_quota", "resource_exhausted"].iter().any(either) {
        return FaultKind::Limit;
    }
    if status.is_none() { FaultKind::Server } else { FaultKind::Refused }
}

/// How servers say that the question does not fit.
const TOO_LONG: [&str; 10] = [
    "context length",
    "context window",
    "context size",
    "maximum context",
    "prompt is too long",
    "input is too long",
    "too many tokens",
    "reduce the length",
    "string_above_max_length",
    "request_too_large",
];
