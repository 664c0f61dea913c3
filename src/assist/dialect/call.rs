//! Tool calls that a model writes down as text: JSON with an old and a new string, bare, in a fence
//! or in tags, and calls whose arguments are tags themselves.
//!
//! Whether it is one shows at its end; until then nothing is told, and what is none is prose.

use super::held::Around;
use super::json::{Json, Step};
use super::markers::LONGEST;
use super::open::Next;
use super::reader::Answer;
use super::said::Said;
use super::{CUT, Edit, Form, Hint, Piece};
use serde_json::{Map, Value};

const OLD: &[&str] = &["old_str", "old_string", "old_text", "oldText", "oldString", "old_content"];
const NEW: &[&str] = &["new_str", "new_string", "new_text", "newText", "newString", "new_content"];
/// Names that are clear only within a list of edits.
const OLD_THERE: &[&str] = &["old", "search", "find", "original", "before"];
const NEW_THERE: &[&str] = &["new", "replace", "replacement", "updated", "after"];
/// Of these, pairs that mean an edit also in a list that is all of the call, or beside a file.
const PAIRS: &[(&str, &str)] =
    &[("search", "replace"), ("find", "replace"), ("old", "new"), ("search", "replacement")];
const LISTS: &[&str] = &["edits", "changes", "replacements", "operations"];
/// What stands around the arguments.
const INNER: &[&str] = &[
    "arguments",
    "input",
    "parameters",
    "params",
    "args",
    "function",
    "function_call",
    "action_input",
    "tool_input",
    "tool_calls",
    "tool_uses",
];
const FILE: &[&str] = &["path", "file_path", "filePath", "file", "filename", "target_file"];
const WHY: &[&str] = &["explanation", "description", "reason", "why"];
const PATCH: &[&str] = &["patch", "diff", "input", "patchText", "command", "cmd"];
/// What is in the name of a tool that writes a file, or adds to it.
const WRITES: &[&str] = &["create", "write", "append"];
/// Other keys that a call may have at its outermost.
const OTHER: &[&str] = &[
    "name",
    "tool",
    "tool_name",
    "recipient_name",
    "action",
    "op",
    "operation",
    "type",
    "id",
    "call_id",
    "index",
    "thought",
    "replace_all",
    "replaceAll",
    "allow_multiple",
    "expected_replacements",
    "insert_line",
    "insert_text",
    "file_text",
    "content",
    "line",
    "start_line",
    "instruction",
    "instructions",
];

/// Why an insertion is no edit.
const BY_LINE: &str = "It inserts by a line number alone, which is often off: ask for it again with \
                       the line before it.";

/// Why a call is no edit.
const TORN: &str = "Its JSON can't be read, so nothing of it is taken: ask for it again.";

/// Whether a text that is no JSON was meant to be an edit: it names both of its texts.
fn is_torn(text: &str) -> bool {
    let has = |name: &str| {
        ['"', '\''].iter().any(|mark| {
            let key = format!("{mark}{name}");
            text.match_indices(&key).any(|(at, _)| {
                // In a string that holds JSON its marks stand behind backslashes.
                let rest = text[at + key.len()..].trim_start_matches('\\');
                rest.strip_prefix(*mark).is_some_and(|rest| rest.trim_start().starts_with(':'))
            })
        })
    };
    OLD.iter().any(|name| has(name)) || PAIRS.iter().any(|(old, new)| has(old) && has(new))
}

fn is_key(key: &str) -> bool {
    [OLD, NEW, OLD_THERE, NEW_THERE, LISTS, INNER, FILE, WHY, PATCH, OTHER]
        .iter()
        .any(|names| names.contains(&key))
}

#[derive(Clone, Debug)]
pub(super) struct Call {
    around: Around,
    why: Option<String>,
    /// The lines as they came.
    raw: Vec<String>,
    form: Written,
}

#[derive(Clone, Debug)]
enum Written {
    Json(Json),
    /// `<invoke name="…">` and the closing tag that ends it.
    Tags(&'static str),
}

const INVOKES: &[(&str, &str)] = &[("<invoke ", "</invoke>"), ("<function=", "</function>")];

/// Whether a call may start with this line, which may be unfinished; without its indent.
pub(super) fn may_start(line: &str) -> bool {
    let line = &line[..line.floor_char_boundary(LONGEST)];
    if line.starts_with('<') {
        return INVOKES.iter().any(|(open, _)| open.starts_with(line) || line.starts_with(open));
    }
    let Some(rest) = line.strip_prefix('[').map(str::trim_start).or(Some(line)) else {
        return false;
    };
    if rest.is_empty() {
        return !line.is_empty();
    }
    let Some(rest) = rest.strip_prefix('{').map(str::trim_start) else { return false };
    if rest.is_empty() {
        return true;
    }
    // Single marks are those of another language: what begins so can't be read, and is told.
    let mark = if rest.starts_with('\'') { '\'' } else { '"' };
    let Some(key) = rest.strip_prefix(mark) else { return false };
    match key.split_once(mark) {
        Some((key, _)) => is_key(key),
        None => {
            let all = [OLD, NEW, OLD_THERE, NEW_THERE, LISTS, INNER, FILE, WHY, PATCH, OTHER];
            all.iter().any(|names| names.iter().any(|name| name.starts_with(key)))
        }
    }
}

impl Call {
    /// For a line that may start one.
    pub fn new(around: Around, line: &str, why: Option<String>) -> Self {
        let start = line.trim_start();
        let tags = INVOKES.iter().find(|(open, _)| start.starts_with(open));
        let form = match tags {
            Some((_, close)) => Written::Tags(close),
            None => Written::Json(Json::default()),
        };
        Self { around, why, raw: Vec::new(), form }
    }

    pub fn line(&mut self, line: &str, said: &mut Said) -> Next {
        let step = match &mut self.form {
            Written::Json(json) => json.take(line, is_key),
            Written::Tags(close) => match line.find(*close) {
                Some(at) => Step::Ends(at + close.len()),
                None => Step::More,
            },
        };
        let ends = match step {
            Step::More => {
                self.raw.push(line.to_owned());
                return Next::More;
            }
            Step::Not if is_torn(&(self.raw.concat() + line)) => return self.torn(line, said),
            Step::Not => return self.reject(line),
            Step::Ends(at) => at,
        };
        let value = match &self.form {
            Written::Json(json) => serde_json::from_str(json.text()).ok(),
            Written::Tags(_) => arguments(&(self.raw.concat() + &line[..ends])),
        };
        if value.is_none() && is_torn(&(self.raw.concat() + &line[..ends])) {
            return self.torn(&line[..ends], said);
        }
        let mut found = Vec::new();
        if let Some(value) = value {
            let file = self.around.file.clone();
            Gather { file, why: self.why.take(), found: &mut found }.value(&value, false, 0);
        }
        if found.is_empty() {
            return self.reject(line);
        }
        for one in found {
            let index = said.start();
            match one {
                Found::Edit(edit) => {
                    said.old(index, &edit.old);
                    said.more(index, &edit.new);
                    said.done(index, *edit);
                }
                Found::Bad(text, why) => said.malformed(Some(index), text, &why),
            }
        }
        Next::Done(ends)
    }

    /// It was meant to be an edit, and can't be read; it ends with these bytes of a line.
    fn torn(&mut self, line: &str, said: &mut Said) -> Next {
        let index = said.start();
        said.malformed(Some(index), self.raw.concat() + line, TORN);
        Next::Done(line.len())
    }

    fn reject(&mut self, line: &str) -> Next {
        let mut lines = std::mem::take(&mut self.raw);
        lines.push(line.to_owned());
        Next::Reject { lines, again: false }
    }

    /// The answer is over: an edit that is not complete, or text.
    pub fn end(mut self, said: &mut Said) -> Result<Vec<String>, Vec<String>> {
        // Some models leave the last tag away.
        if let Written::Tags(close) = self.form
            && self.raw.first().is_some_and(|line| line.contains(">{"))
            && let Some(last) = self.raw.pop()
        {
            let closed = format!("{}{close}", last.trim_end());
            let Next::Reject { lines, .. } = self.line(&closed, said) else {
                return Ok(Vec::new());
            };
            self.raw = lines;
            self.raw.pop();
            self.raw.push(last);
        }
        let edits = |line: &String| OLD.iter().any(|name| line.contains(name));
        if self.raw.iter().any(edits) {
            let index = said.start();
            said.malformed(Some(index), self.raw.concat(), CUT);
            return Ok(Vec::new());
        }
        Err(self.raw)
    }
}

/// The arguments of a call in tags: in tags themselves, or as JSON. `None` if they can't be read.
fn arguments(text: &str) -> Option<Value> {
    let body = text.split_once('>').map_or("", |(_, rest)| rest).trim_start();
    if !body.starts_with(['{', '[']) {
        return Some(parameters(text));
    }
    let mut json = Json::default();
    match json.take(body, |_| true) {
        Step::Ends(_) => serde_json::from_str(json.text()).ok(),
        Step::More | Step::Not => None,
    }
}

/// Arguments in tags: `<parameter name="old_str">…</parameter>` and `<parameter=old_str>`.
fn parameters(text: &str) -> Value {
    let mut map = Map::new();
    let mut rest = text;
    while let Some((_, behind)) = rest.split_once("<parameter") {
        let Some((name, body)) = behind.split_once('>') else { break };
        let name = name.trim_matches(|one: char| !one.is_alphanumeric() && one != '_');
        let name = name.rsplit(['=', '"', '\'']).next().unwrap_or(name);
        let Some((value, after)) = body.split_once("</parameter>") else { break };
        let value =
            value.strip_prefix("\r\n").or_else(|| value.strip_prefix('\n')).unwrap_or(value);
        let value = value.strip_suffix('\n').unwrap_or(value);
        let value = value.strip_suffix('\r').unwrap_or(value).replace("\r\n", "\n");
        map.insert(name.to_owned(), Value::String(value));
        rest = after;
    }
    Value::Object(map)
}

enum Found {
    Edit(Box<Edit>),
    Bad(String, String),
}

struct Gather<'a> {
    file: Option<String>,
    why: Option<String>,
    found: &'a mut Vec<Found>,
}

/// Whether a value has the two texts of an edit under names that are plain enough.
fn is_pair(value: &Value) -> bool {
    let has = |name: &str| value.get(name).is_some_and(Value::is_string);
    PAIRS.iter().any(|(old, new)| has(old) && has(new))
}

fn text_of<'a>(map: &'a Map<String, Value>, names: &[&str]) -> Option<&'a str> {
    names.iter().find_map(|name| map.get(*name)?.as_str())
}

/// Whether a call that writes text adds it to the end of what is there.
fn appends(map: &Map<String, Value>, named: &str) -> bool {
    let yes = |value: &Value| value.as_bool() == Some(true) || value.as_str() == Some("true");
    let mode = text_of(map, &["mode", "write_mode", "command"]).unwrap_or_default();
    let mode = mode.to_lowercase();
    map.get("append").is_some_and(yes)
        || mode.contains("append")
        || ["a", "a+", "at"].contains(&mode.as_str())
        || named.to_lowercase().contains("append")
}

impl Gather<'_> {
    /// `listed`: it is one of a list of edits.
    fn value(&mut self, value: &Value, listed: bool, depth: usize) {
        const DEEPEST: usize = 8;
        if depth > DEEPEST {
            return;
        }
        match value {
            Value::Array(values) => {
                for value in values {
                    self.value(value, listed || depth == 0 && is_pair(value), depth + 1);
                }
            }
            Value::Object(map) => self.object(map, listed, depth),
            _ => {}
        }
    }

    fn object(&mut self, map: &Map<String, Value>, listed: bool, depth: usize) {
        let outer = (self.file.clone(), self.why.clone());
        if let Some(file) = text_of(map, FILE) {
            self.file = Some(file.to_owned());
        }
        if let Some(why) = text_of(map, WHY).filter(|why| !why.trim().is_empty()) {
            self.why = Some(why.trim().chars().take(400).collect());
        }
        let filed = || FILE.iter().any(|name| map.contains_key(*name));
        let listed = listed || filed() && is_pair(&Value::Object(map.clone()));
        let old = text_of(map, OLD).or_else(|| text_of(map, OLD_THERE).filter(|_| listed));
        let new = text_of(map, NEW).or_else(|| text_of(map, NEW_THERE).filter(|_| listed));
        let named = text_of(map, &["command", "name", "tool", "tool_name", "action"]);
        match (old, new) {
            (Some(old), Some(new)) => self.edit(map, old, new),
            _ if map.contains_key("insert_line") => {
                let text = Value::Object(map.clone()).to_string();
                self.found.push(Found::Bad(text, BY_LINE.into()));
            }
            _ => {
                let whole = text_of(map, &["file_text", "content"]);
                let inner = INNER.iter().filter_map(|name| map.get(*name));
                for value in inner {
                    // The name of the tool stands outside of what it is given.
                    match (value, named) {
                        (Value::Object(inner), Some(named)) if !inner.contains_key("command") => {
                            let mut inner = inner.clone();
                            inner.insert("command".into(), named.into());
                            self.object(&inner, true, depth + 1);
                        }
                        (Value::String(text), _) => {
                            // Words that are no JSON are no arguments.
                            match serde_json::from_str(text) {
                                Ok(value) => self.value(&value, false, depth + 1),
                                Err(_) if is_torn(text) => {
                                    self.found.push(Found::Bad(text.clone(), TORN.into()));
                                }
                                Err(_) => {}
                            }
                        }
                        _ => self.value(value, false, depth + 1),
                    }
                }
                if let (Some(whole), Some(file), Some(named)) = (whole, self.file.clone(), named)
                    && WRITES.iter().any(|one| named.to_lowercase().contains(one))
                {
                    let at_end = appends(map, named);
                    let form = if at_end { Form::Tool } else { Form::Whole };
                    let hint = Hint { file: Some(file), at_end, ..Hint::default() };
                    self.push(String::new(), whole.to_owned(), form, hint);
                }
                for name in PATCH {
                    match map.get(*name) {
                        Some(Value::String(text)) => self.patch(text),
                        Some(Value::Array(words)) => {
                            words
                                .iter()
                                .filter_map(Value::as_str)
                                .for_each(|text| self.patch(text));
                        }
                        _ => {}
                    }
                }
            }
        }
        for name in LISTS {
            if let Some(list @ Value::Array(_)) = map.get(*name) {
                self.value(list, true, depth + 1);
            }
        }
        (self.file, self.why) = outer;
    }

    fn edit(&mut self, map: &Map<String, Value>, old: &str, new: &str) {
        let yes = |name: &&str| {
            map.get(*name).is_some_and(|value| {
                value.as_bool() == Some(true)
                    || value.as_str() == Some("true")
                    || value.as_u64().is_some_and(|count| count > 1)
            })
        };
        let all = ["replace_all", "replaceAll", "allow_multiple", "expected_replacements"];
        let line = ["line", "start_line"].iter().find_map(|name| {
            let value = map.get(*name)?;
            value.as_u64().or_else(|| value.as_str()?.parse().ok())
        });
        let hint = Hint {
            line: line.and_then(|line| usize::try_from(line).ok()).filter(|line| *line > 0),
            all: all.iter().any(yes),
            file: self.file.clone(),
            ..Hint::default()
        };
        self.push(old.replace("\r\n", "\n"), new.replace("\r\n", "\n"), Form::Tool, hint);
    }

    fn push(&mut self, old: String, new: String, form: Form, hint: Hint) {
        let why = self.why.clone();
        self.found.push(Found::Edit(Box::new(Edit { old, new, why, form, hint })));
    }

    /// A patch as an argument.
    fn patch(&mut self, text: &str) {
        let marked = ["*** Begin Patch", "<<<<<<< SEARCH", "------- SEARCH", "@@ -"];
        if !marked.iter().any(|mark| text.contains(mark)) {
            return;
        }
        let mut pieces = Vec::new();
        let mut answer = Answer::within();
        answer.push(text, &mut pieces);
        answer.finish(false, &mut pieces);
        for piece in pieces {
            match piece {
                Piece::EditDone { mut edit, .. } => {
                    edit.why = edit.why.or_else(|| self.why.clone());
                    edit.hint.file = edit.hint.file.or_else(|| self.file.clone());
                    self.found.push(Found::Edit(Box::new(edit)));
                }
                Piece::Malformed { text, why, .. } => self.found.push(Found::Bad(text, why)),
                _ => {}
            }
        }
    }
}
