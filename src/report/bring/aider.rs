//! `.aider.chat.history.md`: Markdown in which `# aider chat started at` begins a chat, `####` stands
//! before what the person said, `>` before what aider itself says, and nothing before an answer. It
//! has no times but the beginnings, and no zone: they are taken for UTC.

use super::weave::{Found, Weaver};
use super::{By, Conversation, Outcome, Program, model};
use crate::base::{Millis, when};
use std::collections::BTreeMap;
use std::io::{BufRead, Read as _};

const BEGIN: &str = "# aider chat started at ";
/// What stands behind the name of a model, in its two forms.
const MODELS: [&str; 2] = ["Main model: ", "Model: "];
/// The commands behind which a question stands.
const ASKS: [&str; 4] = ["/ask", "/code", "/architect", "/context"];
/// The longest line, in bytes.
const LINE_BYTES: u64 = 4 << 20;

/// Whether a chat begins on this line.
pub fn begins(line: &str) -> bool {
    line.strip_prefix(BEGIN).is_some_and(|rest| when::instant(rest.trim()).is_some())
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Voice {
    Person,
    Model,
}

/// A chat in the making.
struct Chat {
    weaver: Weaver,
    begun: Option<Millis>,
    model: Option<String>,
    voice: Voice,
    text: String,
    /// The fence of the block of code that is open.
    fence: Option<String>,
    count: usize,
}

/// Reads a history. A line of the person's or of aider's ends in two blanks, as it writes them;
/// where an editor took those away, the sign before it has to do.
pub fn read(input: &mut dyn BufRead, take: &mut dyn FnMut(Conversation)) -> Outcome {
    let mut outcome = Outcome::default();
    let mut open: Option<Chat> = None;
    let mut seen: BTreeMap<String, usize> = BTreeMap::new();
    let mut strict = false;
    let mut bytes = Vec::new();
    for number in 0.. {
        bytes.clear();
        match (&mut *input).take(LINE_BYTES).read_until(b'\n', &mut bytes) {
            Ok(0) => break,
            Ok(_) => {}
            Err(why) => {
                outcome.trouble = Some(why.to_string());
                break;
            }
        }
        let line = String::from_utf8_lossy(&bytes);
        let line = line.trim_end_matches(['\n', '\r']);
        if begins(line) {
            if let Some(chat) = open.take() {
                chat.finish(&mut outcome, take);
            }
            let started = line[BEGIN.len()..].trim();
            // Two that began in one second are told apart by their order.
            let nth = seen.entry(started.to_owned()).or_default();
            let id = if *nth == 0 { started.to_owned() } else { format!("{started} {nth}") };
            *nth += 1;
            open = Some(Chat::new(&id, when::instant(started)));
            strict = false;
            continue;
        }
        let Some(chat) = open.as_mut() else {
            if !line.trim().is_empty() {
                let place = super::lines::place(number);
                outcome.left.unread_at("line before the first chat", place);
            }
            continue;
        };
        strict |= line.ends_with("  ") && (line.starts_with("#### ") || line.starts_with("> "));
        chat.line(line, strict);
    }
    if let Some(chat) = open {
        chat.finish(&mut outcome, take);
    }
    outcome
}

/// Whether what the person typed only steers aider: `/exit`, `/add file`. What is asked by a command
/// is a question.
fn is_command(text: &str) -> bool {
    let text = text.trim();
    let word = text.split_whitespace().next().unwrap_or_default();
    let named = word.strip_prefix(['/', '!']).is_some_and(|name| {
        let plain = name.chars().all(|one| one.is_ascii_lowercase() || one == '-');
        plain && !name.is_empty()
    });
    named && !text.contains('\n') && !ASKS.contains(&word)
}

impl Chat {
    fn new(id: &str, begun: Option<Millis>) -> Self {
        let mut weaver = Weaver::new(Program::Aider, id, "");
        weaver.begin_at(begun);
        Self {
            weaver,
            begun,
            model: None,
            voice: Voice::Model,
            text: String::new(),
            fence: None,
            count: 0,
        }
    }

    fn line(&mut self, line: &str, strict: bool) {
        let marked = !strict || line.ends_with("  ");
        if marked && (strict || self.fence.is_none()) {
            if let Some(said) = line.strip_prefix("#### ").or((line == "####").then_some("")) {
                self.turn(Voice::Person);
                self.add(said.strip_suffix("  ").unwrap_or(said));
                return;
            }
            if let Some(said) = line.strip_prefix("> ").or((line == ">").then_some("")) {
                let said = said.trim();
                // `gpt-4o with diff edit format`
                if let Some(model) = MODELS.iter().find_map(|words| said.strip_prefix(words)) {
                    let model = model.split_once(" with ").map_or(model, |(model, _)| model);
                    self.model = Some(model.trim().to_owned());
                }
                self.weaver.left().pass("line of aider");
                return;
            }
        }
        if self.voice == Voice::Person {
            if line.trim().is_empty() {
                return;
            }
            self.turn(Voice::Model);
        }
        let ticks = line.trim_start();
        let run = ticks.bytes().take_while(|byte| *byte == b'`').count();
        match &self.fence {
            None if run >= 3 => self.fence = Some("`".repeat(run)),
            Some(fence) if ticks.trim_end() == fence => self.fence = None,
            _ => {}
        }
        self.add(line);
    }

    fn add(&mut self, line: &str) {
        if !self.text.is_empty() {
            self.text.push('\n');
        }
        self.text.push_str(line);
    }

    /// Somebody else speaks.
    fn turn(&mut self, to: Voice) {
        if self.voice == to {
            return;
        }
        let text = std::mem::take(&mut self.text);
        let by = match self.voice {
            Voice::Person => By::Person,
            Voice::Model => model("aider", self.model.as_deref()),
        };
        self.voice = to;
        self.fence = None;
        if text.trim().is_empty() {
            return;
        }
        if by == By::Person && is_command(&text) {
            return self.weaver.left().pass("command to aider");
        }
        let parent = self.count.checked_sub(1).map(|before| before.to_string());
        let id = self.count.to_string();
        self.count += 1;
        let (parent, at) = (parent.as_deref(), self.begun);
        self.weaver.say(Found { id: &id, parent, by, at, text: &text, reasoning: "" });
    }

    fn finish(mut self, outcome: &mut Outcome, take: &mut dyn FnMut(Conversation)) {
        let other = if self.voice == Voice::Person { Voice::Model } else { Voice::Person };
        self.turn(other);
        let conversation = self.weaver.finish();
        if conversation.messages.is_empty() {
            outcome.left.add(&conversation.left);
            outcome.left.pass("empty chat");
        } else {
            take(conversation);
        }
    }
}
