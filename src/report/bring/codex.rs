//! The session lines of Codex (`~/.codex/sessions/**/rollout-*.jsonl`): one JSON object a line. Now
//! each has a `type` and a `payload`; older files begin with a line about the session, and their
//! items stand bare.

use super::lines::{self, text};
use super::weave::{Found, Weaver};
use super::{By, Conversation, Left, Outcome, Program, model};
use crate::base::{Millis, when};
use serde_json::{Map, Value};
use std::io::BufRead;

const KINDS: [&str; 5] =
    ["session_meta", "response_item", "turn_context", "event_msg", "compacted"];

/// Whether a line is one of these.
pub fn is_line(line: &Map<String, Value>) -> bool {
    match text(line, "type") {
        Some("message") => line.contains_key("role") && line.contains_key("content"),
        Some(kind) => KINDS.contains(&kind) && line.contains_key("payload"),
        None => is_old_head(line),
    }
}

/// The first line of an older file.
fn is_old_head(line: &Map<String, Value>) -> bool {
    let has = |name: &str| line.contains_key(name);
    has("id") && has("timestamp") && (has("instructions") || has("git")) && !has("type")
}

/// What the program itself puts into the mouth of the person.
const NOTES: [&str; 8] = [
    "<environment_context>",
    "<user_instructions>",
    "<turn_aborted>",
    "<permissions instructions>",
    "<collaboration_mode>",
    "<user_shell_command>",
    "<skill>",
    "# AGENTS.md instructions",
];

#[derive(Default)]
struct State {
    id: String,
    provider: String,
    model: Option<String>,
    /// What was thought since the last answer.
    thought: String,
    at: Option<Millis>,
    /// Messages so far: in these files they have no names.
    count: usize,
    sub_agent: bool,
}

/// Reads a file, which is one conversation.
pub fn read(input: &mut dyn BufRead, take: &mut dyn FnMut(Conversation)) -> Outcome {
    let mut weaver = Weaver::new(Program::Codex, "", "");
    let mut state = State { provider: "openai".into(), ..State::default() };
    let mut outcome = lines::each(input, &mut |_, line| {
        let at = text(line, "timestamp").and_then(when::instant);
        state.at = at.or(state.at);
        let payload = line.get("payload").and_then(Value::as_object);
        match (text(line, "type"), payload) {
            (Some("session_meta"), Some(about)) => state.begin(about),
            (Some("turn_context"), Some(about)) => {
                state.model = text(about, "model").map(str::to_owned).or(state.model.take());
            }
            (Some("response_item"), Some(item)) => state.item(item, &mut weaver),
            // The same once more, for those who look on.
            (Some("event_msg"), _) => {}
            (Some("compacted"), _) => weaver.left().pass("summary"),
            (Some(_), None) => state.item(line, &mut weaver),
            (None, _) if is_old_head(line) => state.begin(line),
            (None, _) if line.contains_key("record_type") => {}
            _ => weaver.left().unread("line of an unknown kind"),
        }
    });
    weaver.set_id(&state.id);
    let conversation = weaver.finish();
    if state.sub_agent {
        outcome.left.pass("conversation of a sub-agent");
    } else if conversation.messages.is_empty() {
        outcome.left.add(&conversation.left);
    } else if state.id.is_empty() {
        outcome.left.unread("conversation without an id");
    } else {
        take(conversation);
    }
    outcome
}

impl State {
    /// A session that was forked has the lines of the other one below its own first one.
    fn begin(&mut self, about: &Map<String, Value>) {
        if !self.id.is_empty() {
            return;
        }
        self.id = text(about, "id").unwrap_or_default().into();
        if let Some(provider) = text(about, "model_provider").filter(|name| !name.is_empty()) {
            self.provider = provider.into();
        }
        let source = about.get("source").and_then(Value::as_object);
        self.sub_agent = source.is_some_and(|source| source.contains_key("subagent"));
    }

    fn item(&mut self, item: &Map<String, Value>, weaver: &mut Weaver) {
        match text(item, "type").unwrap_or_default() {
            "message" => self.message(item, weaver),
            "reasoning" => self.reasoning(item),
            "function_call"
            | "local_shell_call"
            | "custom_tool_call"
            | "web_search_call"
            | "tool_search_call"
            | "image_generation_call" => weaver.left().pass("tool call"),
            "function_call_output" | "custom_tool_call_output" | "tool_search_output" => {
                weaver.left().pass("tool result");
            }
            "ghost_snapshot" => {}
            "compaction" | "compaction_summary" => weaver.left().pass("summary"),
            _ => weaver.left().unread("item of an unknown kind"),
        }
    }

    fn reasoning(&mut self, item: &Map<String, Value>) {
        for list in ["summary", "content"] {
            for one in item.get(list).and_then(Value::as_array).into_iter().flatten() {
                let words = one.get("text").and_then(Value::as_str).unwrap_or_default().trim();
                if !words.is_empty() {
                    if !self.thought.is_empty() {
                        self.thought.push_str("\n\n");
                    }
                    self.thought.push_str(words);
                }
            }
        }
    }

    fn message(&mut self, item: &Map<String, Value>, weaver: &mut Weaver) {
        let by = match text(item, "role") {
            Some("user") => By::Person,
            Some("assistant") => model(&self.provider, self.model.as_deref()),
            Some("system" | "developer") => return weaver.left().pass("system message"),
            _ => return weaver.left().unread("message of an unknown author"),
        };
        let said = self::said(item, by == By::Person, weaver.left());
        if said.is_empty() {
            return;
        }
        let reasoning = match by {
            By::Person => String::new(),
            By::Model(_) => std::mem::take(&mut self.thought),
        };
        let before = self.count.checked_sub(1).map(|before| before.to_string());
        let id = self.count.to_string();
        self.count += 1;
        let parent = before.as_deref();
        let at = self.at;
        weaver.say(Found { id: &id, parent, by, at, text: &said, reasoning: &reasoning });
    }
}

/// The text of a message, without what the program put into it.
fn said(item: &Map<String, Value>, person: bool, left: &mut Left) -> String {
    let mut all: Vec<&str> = Vec::new();
    match item.get("content") {
        Some(Value::String(text)) => all.push(text),
        Some(Value::Array(blocks)) => {
            for block in blocks.iter().filter_map(Value::as_object) {
                match text(block, "type").unwrap_or_default() {
                    "input_text" | "output_text" | "text" => {
                        all.push(text(block, "text").unwrap_or_default());
                    }
                    "input_image" => left.pass("attachment"),
                    _ => left.unread("block of an unknown kind"),
                }
            }
        }
        _ => left.unread("message without content"),
    }
    all.retain(|text| {
        let begins = text.trim_start();
        let note = person && NOTES.iter().any(|note| begins.starts_with(note));
        if note {
            left.pass("note of the program");
        }
        !note && !begins.is_empty()
    });
    all.join("\n\n")
}
