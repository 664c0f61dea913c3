//! Conversations that were held in another program, as plain data: one file per form of what these
//! programs write, and the events that a conversation becomes. Knows no disk and no library: what is
//! read is given as bytes.
//!
//! The files are whatever a person has lying about: fields that are not known are passed over, and
//! what is not taken is counted under a name.

mod aider;
mod chatgpt;
mod claude;
mod codex;
mod events;
mod lines;
mod llm;
mod weave;

pub use aider::read as aider;
pub use chatgpt::read as chatgpt;
pub use claude::read as claude_code;
pub use codex::read as codex;
pub use events::{Made, events};
pub use llm::Joiner;

use crate::base::{Millis, hex, sha256};
use std::collections::BTreeMap;

/// The most bytes of one message.
pub const MESSAGE_BYTES: usize = 1 << 20;
/// The most messages of one conversation.
pub const MESSAGES: usize = 100_000;
/// The most places that are named of what could not be read, of each kind.
const PLACES: usize = 20;
/// The most characters of a title, and of a model's name.
const NAME_CHARS: usize = 120;
/// How much of a file is looked at to tell what it is, in bytes.
pub const LOOKED_AT: usize = 256 << 10;

/// A program whose conversations can be brought in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Program {
    ChatGpt,
    ClaudeCode,
    Codex,
    Llm,
    Aider,
}

const PROGRAMS: [Program; 5] =
    [Program::ChatGpt, Program::ClaudeCode, Program::Codex, Program::Llm, Program::Aider];

impl Program {
    /// As it stands in the log.
    pub fn word(self) -> &'static str {
        match self {
            Self::ChatGpt => "chatgpt",
            Self::ClaudeCode => "claude-code",
            Self::Codex => "codex",
            Self::Llm => "llm",
            Self::Aider => "aider",
        }
    }

    /// As its makers write it.
    pub fn name(self) -> &'static str {
        match self {
            Self::ChatGpt => "ChatGPT",
            Self::ClaudeCode => "Claude Code",
            Self::Codex => "Codex",
            Self::Llm => "llm",
            Self::Aider => "aider",
        }
    }
}

/// The name of a program, by the word of the log.
pub fn program_name(word: &str) -> &'static str {
    let known = PROGRAMS.iter().find(|one| one.word() == word);
    known.map_or("another program", |one| one.name())
}

/// Who said something there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum By {
    Person,
    /// `provider/model`.
    Model(String),
}

/// A message of a conversation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Said {
    /// What it is known by there.
    pub id: String,
    /// The place of the message it follows.
    pub after: Option<usize>,
    pub by: By,
    pub at: Millis,
    pub text: String,
    /// What the model thought before it.
    pub reasoning: String,
}

/// A conversation; each message stands behind the one it follows, and the one that was shown last
/// is the last.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Conversation {
    pub program: Program,
    /// What it is known by there.
    pub id: String,
    pub title: String,
    pub messages: Vec<Said>,
    pub left: Left,
}

impl Conversation {
    /// When it was begun.
    pub fn begun(&self) -> Option<Millis> {
        self.messages.iter().map(|said| said.at).min()
    }

    /// What the log knows it by.
    pub fn key(&self) -> String {
        key(self.program, &[&self.id])
    }

    /// What the log knows one of its messages by.
    pub fn key_of(&self, said: &Said) -> String {
        key(self.program, &[&self.id, &said.id])
    }
}

/// A hash of ids: the log keeps nothing of them that could tell something.
fn key(program: Program, ids: &[&str]) -> String {
    let mut parts: Vec<&[u8]> = vec![b"cowrite-brought-1\n", program.word().as_bytes()];
    for id in ids {
        parts.extend([b"\n".as_slice(), id.as_bytes()]);
    }
    hex(&sha256(&parts)[..16])
}

/// What was not taken, by the name of what it is.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Left {
    /// It is no part of what is brought in.
    pub passed: BTreeMap<&'static str, u64>,
    /// It should be and could not be read.
    pub unread: BTreeMap<&'static str, u64>,
    /// Where the first of that stand, in words.
    pub at: BTreeMap<&'static str, Vec<String>>,
}

impl Left {
    fn pass(&mut self, what: &'static str) {
        *self.passed.entry(what).or_default() += 1;
    }

    fn unread(&mut self, what: &'static str) {
        *self.unread.entry(what).or_default() += 1;
    }

    /// The same, with the place: a line, or what it is called.
    fn unread_at(&mut self, what: &'static str, place: String) {
        self.unread(what);
        let places = self.at.entry(what).or_default();
        if places.len() < PLACES {
            places.push(place);
        }
    }

    /// What could not be read, each with where it stands.
    pub fn unread_words(&self) -> String {
        let one = |(what, count): (&&'static str, &u64)| {
            let counted = Self::words(&BTreeMap::from([(*what, *count)]));
            match self.at.get(what).map_or(&[][..], Vec::as_slice) {
                [] => counted,
                places => {
                    let more = if *count > places.len() as u64 { ", …" } else { "" };
                    format!("{counted} ({}{more})", places.join(", "))
                }
            }
        };
        let mut all: Vec<_> = self.unread.iter().collect();
        all.sort_by_key(|(what, count)| (std::cmp::Reverse(**count), **what));
        all.into_iter().map(one).collect::<Vec<_>>().join(", ")
    }

    pub fn add(&mut self, other: &Self) {
        for (what, theirs) in &other.at {
            let mine = self.at.entry(what).or_default();
            mine.extend(theirs.iter().take(PLACES.saturating_sub(mine.len())).cloned());
        }
        for (mine, theirs) in [(&mut self.passed, &other.passed), (&mut self.unread, &other.unread)]
        {
            for (what, count) in theirs {
                *mine.entry(what).or_default() += count;
            }
        }
    }

    /// `3 tool calls, 1 image`, the most frequent first.
    pub fn words(counts: &BTreeMap<&'static str, u64>) -> String {
        let all = counts.iter().map(|(what, count)| (*count, *what));
        let mut all: Vec<(u64, &str)> = all.collect();
        all.sort_by_key(|(count, what)| (std::cmp::Reverse(*count), *what));
        let all: Vec<String> = all
            .into_iter()
            .map(|(count, what)| match count {
                1 => format!("1 {what}"),
                count => format!("{count} {}", plural(what)),
            })
            .collect();
        all.join(", ")
    }
}

/// Several of what a name names: of `line of aider` the first word counts, of `tool call` the last.
fn plural(what: &str) -> String {
    let cut = [" of ", " without ", " before "].iter().filter_map(|word| what.find(word)).min();
    let (head, rest) = what.split_at(cut.unwrap_or(what.len()));
    match head.strip_suffix("ry") {
        Some(head) => format!("{head}ries{rest}"),
        None => format!("{head}s{rest}"),
    }
}

/// What came of reading a file.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Outcome {
    /// What belongs to no conversation.
    pub left: Left,
    /// Why it could not be read to its end.
    pub trouble: Option<String>,
}

/// What a file is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Form {
    Of(Program),
    /// A session file of this program.
    Session,
    /// An archive, in which such files may be.
    Zip,
    /// What claude.ai exports.
    ClaudeAi,
}

/// Tells what a file is by its beginning, of [`LOOKED_AT`] bytes where it has as many.
pub fn recognise(head: &[u8]) -> Option<Form> {
    if head.starts_with(b"SQLite format 3\0") {
        return Some(Form::Of(Program::Llm));
    }
    if head.starts_with(b"PK\x03\x04") {
        return Some(Form::Zip);
    }
    let text = String::from_utf8_lossy(head);
    let text = text.trim_start_matches('\u{feff}').trim_start();
    if text.lines().any(aider::begins) && !text.starts_with(['{', '[']) {
        return Some(Form::Of(Program::Aider));
    }
    if !text.starts_with(['{', '[']) {
        return None;
    }
    for line in text.lines().take(50) {
        let Ok(serde_json::Value::Object(line)) = serde_json::from_str(line) else { continue };
        let has = |names: &[&str]| names.iter().all(|name| line.contains_key(*name));
        if has(&["kind", "writer", "lamport"]) {
            return Some(Form::Session);
        }
        if codex::is_line(&line) {
            return Some(Form::Of(Program::Codex));
        }
        if claude::is_line(&line) {
            return Some(Form::Of(Program::ClaudeCode));
        }
    }
    // Whole files of one value, and lines that are longer than what is looked at.
    let squeezed: String = text.chars().filter(|one| !one.is_whitespace()).collect();
    let has = |words: &[&str]| words.iter().all(|word| squeezed.contains(word));
    if has(&["\"mapping\":{"]) {
        return Some(Form::Of(Program::ChatGpt));
    }
    if has(&["\"chat_messages\":["]) {
        return Some(Form::ClaudeAi);
    }
    if has(&["\"type\":\"session_meta\"", "\"payload\":{"]) {
        return Some(Form::Of(Program::Codex));
    }
    has(&["\"sessionId\":\"", "\"parentUuid\":"]).then_some(Form::Of(Program::ClaudeCode))
}

/// A name on one line, without what steers a terminal, and no longer than a name is.
fn name(text: &str) -> String {
    let plain = |one: char| if one.is_control() { ' ' } else { one };
    let line: String = text.chars().take(4 * NAME_CHARS).map(plain).collect();
    let mut line = line.split_whitespace().collect::<Vec<_>>().join(" ");
    if let Some((end, _)) = line.char_indices().nth(NAME_CHARS) {
        line.truncate(end);
        line.push('…');
    }
    line
}

/// `provider/model`; a name that has its provider keeps it.
fn model(provider: &str, model: Option<&str>) -> By {
    let model = name(model.unwrap_or_default());
    By::Model(match model.as_str() {
        "" => provider.to_owned(),
        model if model.contains('/') => model.to_owned(),
        model => format!("{provider}/{model}"),
    })
}

/// Where nothing else names a conversation: how it begins.
fn title_of(messages: &[Said]) -> String {
    let first = messages.iter().find(|said| said.by == By::Person).or(messages.first());
    let first = first.map_or("", |said| said.text.as_str());
    let line = first.lines().map(str::trim).find(|line| !line.is_empty());
    name(&line.unwrap_or("Untitled").chars().take(80).collect::<String>())
}
