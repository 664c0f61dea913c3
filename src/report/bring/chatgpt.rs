//! `conversations.json` of an export of ChatGPT: a list of conversations, each a `mapping` of nodes
//! with parents and children; one of them the `current_node`.

use super::lines::{is, text};
use super::weave::{Found, Weaver};
use super::{By, Conversation, Left, Outcome, Program, model, name};
use crate::base::Millis;
use serde::de::value::MapAccessDeserializer;
use serde::de::{MapAccess, SeqAccess, Visitor};
use serde::{Deserialize as _, Deserializer as _};
use serde_json::{Map, Value};
use std::collections::{BTreeMap, BTreeSet, BinaryHeap};
use std::io::Read;

/// Reads an export, one conversation at a time.
pub fn read(input: &mut dyn Read, take: &mut dyn FnMut(Conversation)) -> Outcome {
    let mut left = Left::default();
    let mut json = serde_json::Deserializer::from_reader(input);
    let each = Each { take, left: &mut left, number: 0 };
    let trouble = json.deserialize_any(each).err().map(|why| why.to_string());
    Outcome { left, trouble }
}

struct Each<'a> {
    take: &'a mut dyn FnMut(Conversation),
    left: &'a mut Left,
    number: usize,
}

impl Each<'_> {
    fn one(&mut self, value: &Value) {
        self.number += 1;
        match conversation(value) {
            Some(conversation) => (self.take)(conversation),
            None => {
                let title = value.get("title").and_then(Value::as_str).unwrap_or_default();
                let title = match name(title) {
                    title if title.is_empty() => title,
                    title => format!(", “{title}”"),
                };
                let place = format!("number {}{title}", self.number);
                self.left.unread_at("conversation of another shape", place);
            }
        }
    }
}

impl<'de> Visitor<'de> for Each<'_> {
    type Value = ();

    fn expecting(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        out.write_str("conversations")
    }

    fn visit_seq<A: SeqAccess<'de>>(mut self, mut all: A) -> Result<(), A::Error> {
        while let Some(value) = all.next_element::<Value>()? {
            self.one(&value);
        }
        Ok(())
    }

    fn visit_map<A: MapAccess<'de>>(mut self, map: A) -> Result<(), A::Error> {
        let value = Value::deserialize(MapAccessDeserializer::new(map))?;
        self.one(&value);
        Ok(())
    }
}

fn seconds(value: Option<&Value>) -> Option<Millis> {
    let seconds = value?.as_f64().filter(|seconds| (1.0..1e11).contains(seconds))?;
    Some(Millis((seconds * 1000.0).round() as u64))
}

fn conversation(value: &Value) -> Option<Conversation> {
    let object = value.as_object()?;
    let mapping = object.get("mapping")?.as_object()?;
    let id = text(object, "conversation_id").or_else(|| text(object, "id"))?;
    let mut weaver = Weaver::new(Program::ChatGpt, id, text(object, "title").unwrap_or_default());
    weaver.begin_at(seconds(object.get("create_time")));
    let default_model = text(object, "default_model_slug");
    let mut thought: BTreeMap<String, String> = BTreeMap::new();
    for id in order(mapping, text(object, "current_node")) {
        let Some(node) = mapping.get(id).and_then(Value::as_object) else { continue };
        let parent = text(node, "parent");
        // What was thought belongs to the answer that follows.
        let before = parent.and_then(|parent| thought.remove(parent)).unwrap_or_default();
        let message = node.get("message").and_then(Value::as_object);
        match message.map(|message| part(message, weaver.left())) {
            Some(Part::Said(by, said)) => {
                let slug = message.and_then(|message| message.get("metadata"));
                let slug = slug.and_then(|data| data.get("model_slug")).and_then(Value::as_str);
                let by = match by {
                    By::Person => By::Person,
                    By::Model(_) => model("openai", slug.or(default_model)),
                };
                let at = message.and_then(|message| seconds(message.get("create_time")));
                let found = Found { id, parent, by, at, text: &said, reasoning: &before };
                weaver.say(found);
            }
            Some(Part::Thought(mut more)) => {
                if !before.is_empty() {
                    more = format!("{before}\n\n{more}");
                }
                thought.insert(id.clone(), more);
                weaver.pass(id, parent);
            }
            Some(Part::Nothing) | None => {
                if !before.is_empty() {
                    thought.insert(id.clone(), before);
                }
                weaver.pass(id, parent);
            }
        }
    }
    Some(weaver.finish())
}

/// The nodes, each behind its parent, the older first; the path to the current one comes last
/// wherever that is possible, as it is what was shown.
fn order<'a>(mapping: &'a Map<String, Value>, current: Option<&str>) -> Vec<&'a String> {
    let parent = |id: &str| {
        let node = mapping.get(id)?.as_object()?;
        mapping.get_key_value(text(node, "parent")?).map(|(key, _)| key)
    };
    let mut shown = BTreeSet::new();
    let mut next = current.and_then(|id| mapping.get_key_value(id)).map(|(key, _)| key);
    while let Some(id) = next.filter(|id| shown.insert(id.as_str())) {
        next = parent(id);
    }
    let mut children: BTreeMap<&str, Vec<&String>> = BTreeMap::new();
    let mut open = BinaryHeap::new();
    // What is on the path waits until everything else that may come has come.
    let entry = |id: &'a String| {
        let time = mapping.get(id).and_then(|node| node.get("message"));
        let time = seconds(time.and_then(|message| message.get("create_time")));
        std::cmp::Reverse((shown.contains(id.as_str()), time.unwrap_or_default(), id))
    };
    for id in mapping.keys() {
        match parent(id) {
            Some(before) if before != id => children.entry(before).or_default().push(id),
            _ => open.push(entry(id)),
        }
    }
    let mut all = Vec::with_capacity(mapping.len());
    while let Some(std::cmp::Reverse((_, _, id))) = open.pop() {
        all.push(id);
        let below = children.remove(id.as_str()).unwrap_or_default();
        open.extend(below.into_iter().map(entry));
    }
    // A circle has no first: its nodes are left out, as nobody could have read them.
    all
}

/// What a message is.
enum Part {
    Said(By, String),
    Thought(String),
    Nothing,
}

fn part(message: &Map<String, Value>, left: &mut Left) -> Part {
    let role = message.get("author").and_then(|author| author.get("role")).and_then(Value::as_str);
    let Some(content) = message.get("content").and_then(Value::as_object) else {
        return Part::Nothing;
    };
    let kind = text(content, "content_type").unwrap_or_default();
    let metadata = message.get("metadata").and_then(Value::as_object);
    if metadata.is_some_and(|data| is(data, "is_visually_hidden_from_conversation")) {
        if !joined(content, &mut Left::default()).trim().is_empty() {
            left.pass("hidden message");
        }
        return Part::Nothing;
    }
    let by = match role {
        Some("user") => By::Person,
        Some("assistant") => By::Model(String::new()),
        Some("system") => {
            if !joined(content, left).trim().is_empty() {
                left.pass("system message");
            }
            return Part::Nothing;
        }
        Some("tool") => {
            left.pass("tool result");
            return Part::Nothing;
        }
        _ => {
            left.unread("message of an unknown author");
            return Part::Nothing;
        }
    };
    let recipient = text(message, "recipient").unwrap_or("all");
    match kind {
        "text" | "multimodal_text" if recipient == "all" => Part::Said(by, joined(content, left)),
        "thoughts" => Part::Thought(thoughts(content)),
        "reasoning_recap" => Part::Nothing,
        "user_editable_context" | "model_editable_context" => {
            left.pass("custom instruction");
            Part::Nothing
        }
        "code" | "text" | "multimodal_text" => {
            left.pass("tool call");
            Part::Nothing
        }
        _ => {
            left.unread("message of an unknown kind");
            Part::Nothing
        }
    }
}

/// The text of the parts.
fn joined(content: &Map<String, Value>, left: &mut Left) -> String {
    let mut all: Vec<&str> = Vec::new();
    for part in content.get("parts").and_then(Value::as_array).into_iter().flatten() {
        let spoken = || part.get("text").and_then(Value::as_str);
        match part.as_str().or_else(spoken) {
            Some(text) => all.push(text),
            None => left.pass("attachment"),
        }
    }
    all.retain(|text| !text.is_empty());
    without_marks(&all.join("\n"))
}

/// The text without the marks of sources, which only its own page can show.
fn without_marks(text: &str) -> String {
    const FIRST: char = '\u{e200}';
    const LAST: char = '\u{e201}';
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(start) = rest.find(FIRST) {
        let Some(len) = rest[start..].find(LAST) else { break };
        out.push_str(&rest[..start]);
        rest = &rest[start + len + LAST.len_utf8()..];
    }
    out.push_str(rest);
    out
}

fn thoughts(content: &Map<String, Value>) -> String {
    let all = content.get("thoughts").and_then(Value::as_array).into_iter().flatten();
    let all = all.filter_map(|one| {
        let part = |name: &str| one.get(name).and_then(Value::as_str).unwrap_or_default();
        let words = match (part("summary"), part("content")) {
            ("", content) => content.to_owned(),
            (summary, content) => format!("**{summary}**\n\n{content}"),
        };
        (!words.trim().is_empty()).then(|| words.trim().to_owned())
    });
    all.collect::<Vec<_>>().join("\n\n")
}
