//! The session lines of Claude Code (`~/.claude/projects/*/*.jsonl`): one JSON object a line, with
//! `uuid` and `parentUuid`. An answer comes as several lines, one for each block of its content.

use super::lines::{self, is, text};
use super::weave::{Found, Weaver};
use super::{By, Conversation, Left, Outcome, Program, model};
use crate::base::when;
use serde_json::{Map, Value};
use std::collections::BTreeMap;
use std::io::BufRead;

/// The kinds of lines that stand in no other program's files.
const KINDS: [&str; 4] = ["user", "assistant", "system", "progress"];

/// Whether a line is one of these.
pub fn is_line(line: &Map<String, Value>) -> bool {
    let kind = text(line, "type").unwrap_or_default();
    (KINDS.contains(&kind) && line.contains_key("uuid") && line.contains_key("sessionId"))
        || (kind == "summary" && line.contains_key("leafUuid"))
        || (kind == "file-history-snapshot" && line.contains_key("messageId"))
        || (kind == "queue-operation" && line.contains_key("sessionId"))
}

/// What the program itself puts into the mouth of the person.
const NOTES: [&str; 9] = [
    "<command-name>",
    "<command-message>",
    "<command-args>",
    "<local-command-stdout>",
    "<local-command-stderr>",
    "<local-command-caveat>",
    "<bash-input>",
    "<bash-stdout>",
    "<system-reminder>",
];

/// Reads a file, which is one conversation; what a sub-agent said is not part of it.
pub fn read(input: &mut dyn BufRead, take: &mut dyn FnMut(Conversation)) -> Outcome {
    let mut weaver = Weaver::new(Program::ClaudeCode, "", "");
    let mut thought: BTreeMap<String, String> = BTreeMap::new();
    let (mut id, mut named, mut titles) = (String::new(), String::new(), Vec::new());
    let mut aside = 0_u64;
    let mut outcome = lines::each(input, &mut |number, line| {
        match text(line, "type").unwrap_or_default() {
            "summary" => {
                let of = text(line, "leafUuid").unwrap_or_default().to_owned();
                titles.push((of, text(line, "summary").unwrap_or_default().to_owned()));
                return;
            }
            "custom-title" => named = text(line, "customTitle").unwrap_or_default().into(),
            "ai-title" if named.is_empty() => {
                named = text(line, "aiTitle").unwrap_or_default().into();
            }
            "user" | "assistant" => {}
            // Snapshots of files, progress, what the system says.
            _ => weaver.left().pass("line of the program"),
        }
        let Some(uuid) = text(line, "uuid") else { return };
        let last = weaver.last_id();
        let parent = text(line, "parentUuid").or_else(|| text(line, "logicalParentUuid"));
        // Where a conversation was made shorter, it goes on with nothing before it.
        let cut = text(line, "subtype") == Some("compact_boundary") || is(line, "isCompactSummary");
        let parent = if cut { parent.or(last.as_deref()) } else { parent };
        if is(line, "isSidechain") {
            aside += 1;
            return weaver.pass(uuid, parent);
        }
        if let Some(of) = text(line, "sessionId") {
            id = of.to_owned();
        }
        let before = parent.and_then(|parent| thought.remove(parent)).unwrap_or_default();
        let said = part(line, number, weaver.left());
        let reasoning = match (before.is_empty(), said.thought.is_empty()) {
            (false, false) => format!("{before}\n\n{}", said.thought),
            (true, _) => said.thought,
            (false, true) => before,
        };
        match said.by {
            Some(by) if !said.text.trim().is_empty() => {
                let at = text(line, "timestamp").and_then(when::instant);
                let reasoning = if by == By::Person { "" } else { reasoning.as_str() };
                weaver.say(Found { id: uuid, parent, by, at, text: &said.text, reasoning });
            }
            _ => {
                if !reasoning.is_empty() {
                    thought.insert(uuid.to_owned(), reasoning);
                }
                weaver.pass(uuid, parent);
            }
        }
    });
    let title = titles.iter().rev().find(|(of, _)| weaver.knows(of)).map(|(_, title)| title);
    // One may be the title; the others are no part of what was said.
    for _ in usize::from(title.is_some() && named.is_empty())..titles.len() {
        weaver.left().pass("summary");
    }
    match (named.is_empty(), title) {
        (false, _) => weaver.set_title(&named),
        (true, Some(title)) => weaver.set_title(title),
        (true, None) => {}
    }
    weaver.set_id(&id);
    for _ in 0..aside {
        weaver.left().pass("message of a sub-agent");
    }
    let conversation = weaver.finish();
    if conversation.messages.is_empty() {
        outcome.left.add(&conversation.left);
    } else {
        take(conversation);
    }
    outcome
}

/// What a line says.
#[derive(Default)]
struct Part {
    by: Option<By>,
    text: String,
    thought: String,
}

fn part(line: &Map<String, Value>, number: usize, left: &mut Left) -> Part {
    let kind = text(line, "type").unwrap_or_default();
    let message = line.get("message").and_then(Value::as_object);
    let (Some(message), true) = (message, matches!(kind, "user" | "assistant")) else {
        return Part::default();
    };
    let name = text(message, "model");
    if is(line, "isCompactSummary") {
        left.pass("summary");
        return Part::default();
    }
    let own = ["isMeta", "isVisibleInTranscriptOnly", "isApiErrorMessage"];
    if own.iter().any(|field| is(line, field)) || name == Some("<synthetic>") {
        left.pass("note of the program");
        return Part::default();
    }
    let by = if kind == "user" { By::Person } else { model("anthropic", name) };
    let mut made = Part { by: Some(by), ..Part::default() };
    let blocks = match message.get("content") {
        Some(Value::String(text)) => {
            piece(text, &mut made.text, left);
            return made;
        }
        Some(Value::Array(blocks)) => blocks,
        _ => {
            left.unread_at("message without content", lines::place(number));
            return Part::default();
        }
    };
    for block in blocks.iter().filter_map(Value::as_object) {
        match text(block, "type").unwrap_or_default() {
            "text" => piece(text(block, "text").unwrap_or_default(), &mut made.text, left),
            "thinking" => add(text(block, "thinking").unwrap_or_default(), &mut made.thought),
            "redacted_thinking" => left.pass("sealed thought"),
            "tool_use" | "server_tool_use" => left.pass("tool call"),
            "tool_result" | "web_search_tool_result" => left.pass("tool result"),
            "image" | "document" => left.pass("attachment"),
            _ => left.unread_at("block of an unknown kind", lines::place(number)),
        }
    }
    made
}

/// A piece of text, unless the program wrote it.
fn piece(text: &str, all: &mut String, left: &mut Left) {
    let begins = text.trim_start();
    if NOTES.iter().any(|note| begins.starts_with(note)) {
        return left.pass("note of the program");
    }
    add(text, all);
}

fn add(text: &str, all: &mut String) {
    if text.trim().is_empty() {
        return;
    }
    if !all.is_empty() {
        all.push_str("\n\n");
    }
    all.push_str(text);
}
