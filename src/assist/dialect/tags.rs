//! Edits in tags: `<old_text line=10>…</old_text><new_text>…</new_text>`. A closing tag closes what
//! is open, whatever it names.

use super::blocks::outdent;
use super::chunk::without_end;
use super::held::Around;
use super::markers::{LONGEST, Marker, marker};
use super::open::Next;
use super::said::Said;
use super::{CUT, Edit, Form, Hint};

const OLD: &[&str] = &["old_text", "old_string", "old_str", "oldText", "oldString"];
const NEW: &[&str] = &["new_text", "new_string", "new_str", "newText", "newString"];
/// Names that may stand in any text: it is an edit if both are there.
const OLD_TOO: &[&str] = &["search", "old", "find", "original"];
const NEW_TOO: &[&str] = &["replace", "new", "replacement", "updated"];

fn is_old(name: &str) -> bool {
    OLD.contains(&name) || OLD_TOO.contains(&name)
}

fn is_new(name: &str) -> bool {
    NEW.contains(&name) || NEW_TOO.contains(&name)
}

/// Why an edit is none that says only what goes.
const HALF: &str = "This edit does not say what stands instead of the old text: ask for it again.";

#[derive(Clone, Debug)]
pub(super) struct Tags {
    around: Around,
    why: Option<String>,
    /// Of an edit that is one for sure.
    index: Option<usize>,
    raw: String,
    old: String,
    new: String,
    told_old: usize,
    line: Option<usize>,
    state: State,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    Start,
    Old,
    Between,
    New,
    Done,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Tag {
    Old(Option<usize>),
    New,
    Close,
    /// The end of what stands around an edit.
    Around,
}

/// Reads the tag that `text` starts with, and its length in bytes.
fn tag(text: &str) -> Option<(Tag, usize)> {
    const MOST: usize = 120;
    let head = &text[..text.floor_char_boundary(MOST)];
    let end = head.find('>')? + 1;
    let inner = head[..end - 1].strip_prefix('<')?;
    if let Some(name) = inner.strip_prefix('/') {
        let name = name.trim_end();
        let kind = match name {
            "edit" | "edits" => Tag::Around,
            _ if is_old(name) || is_new(name) => Tag::Close,
            _ => return None,
        };
        return Some((kind, end));
    }
    let (name, attributes) = inner.split_once(char::is_whitespace).unwrap_or((inner, ""));
    if is_old(name) {
        let line = attributes.split_once("line").and_then(|(_, rest)| {
            let number = rest.trim_start_matches(|one: char| !one.is_ascii_digit());
            let digits = number.find(|one: char| !one.is_ascii_digit()).unwrap_or(number.len());
            number[..digits].parse().ok().filter(|line| *line > 0)
        });
        return Some((Tag::Old(line), end));
    }
    is_new(name).then_some((Tag::New, end))
}

/// Whether an edit starts with this line.
pub(super) fn starts(line: &str) -> bool {
    let head = &line[..line.floor_char_boundary(LONGEST)];
    matches!(tag(head.trim_start()), Some((Tag::Old(_), _)))
}

/// Whether a line that starts an edit in tags does so for sure.
pub(super) fn are_sure(line: &str) -> bool {
    let name = line.trim_start().trim_start_matches('<');
    OLD.iter().any(|one| name.starts_with(one))
}

/// Whether one may start with an unfinished line, given without its indent.
pub(super) fn may_start(line: &str) -> bool {
    let Some(text) = line.strip_prefix('<') else { return false };
    OLD.iter().chain(OLD_TOO).any(|name| name.starts_with(text) || text.starts_with(name))
}

impl Tags {
    /// For a line that starts one.
    pub fn new(around: Around, line: &str, said: &mut Said) -> Self {
        let sure = are_sure(line);
        let why = if sure { said.why() } else { said.peek_why() };
        let index = sure.then(|| said.start());
        let (raw, old, new) = (String::new(), String::new(), String::new());
        let state = State::Start;
        Self { around, why, index, raw, old, new, told_old: 0, line: None, state }
    }

    pub fn is_sure(&self) -> bool {
        self.index.is_some()
    }

    pub fn line(&mut self, line: &str, told: usize, said: &mut Said) -> Next {
        if self.is_sure() {
            return self.sure_line(line, told, said);
        }
        // Until the end shows that it is one, the lines are kept as they are.
        let before = self.raw.len();
        let stops = matches!(marker(line), Some(Marker::Search(_)));
        match if stops { Next::Before(Vec::new()) } else { self.sure_line(line, told, said) } {
            Next::Done(_) | Next::Before(_) if self.state != State::Done => {
                self.raw.truncate(before);
                // Of one line all is text.
                let again = before > 0;
                let lines = if again { self.lines() } else { vec![line.to_owned()] };
                Next::Reject { lines, again }
            }
            next => next,
        }
    }

    fn lines(&self) -> Vec<String> {
        self.raw.split_inclusive('\n').map(String::from).collect()
    }

    fn sure_line(&mut self, line: &str, told: usize, said: &mut Said) -> Next {
        if self.state == State::Between && self.around.closed_by(line) {
            self.fail(HALF, said);
            return Next::Before(Vec::new());
        }
        let mut from = 0;
        for (at, _) in line.match_indices('<') {
            let Some((tag, len)) = tag(&line[at..]).filter(|_| at >= from) else { continue };
            let before = &line[from..at];
            match (self.state, tag) {
                (State::Start, Tag::Old(number)) => {
                    self.line = number;
                    self.state = State::Old;
                }
                (State::Old, Tag::Close) => {
                    self.close(before, from, told, said);
                    self.state = State::Between;
                }
                (State::Old, Tag::New) => {
                    self.close(before, from, told, said);
                    self.state = State::New;
                }
                (State::Between, Tag::New) if before.trim().is_empty() => self.state = State::New,
                (State::New, Tag::Close | Tag::Around) => {
                    self.close(before, from, told, said);
                    self.done(said);
                    return Next::Done(at + if tag == Tag::Close { len } else { 0 });
                }
                (State::New, Tag::Old(_)) if line[..at].trim().is_empty() => {
                    self.raw.push_str(&line[..at]);
                    self.fail("The next edit starts before this one ends: ask for it again.", said);
                    return Next::Done(at);
                }
                // A tag in the text.
                (State::Old | State::New | State::Start | State::Done, _) => continue,
                (State::Between, _) => {
                    self.raw.push_str(&line[..from]);
                    self.fail(HALF, said);
                    return Next::Done(from);
                }
            }
            from = at + len;
        }
        let rest = &line[from..];
        if self.state == State::Between {
            if rest.trim().is_empty() {
                self.raw.push_str(line);
                return Next::More;
            }
            self.raw.push_str(&line[..from]);
            self.fail(HALF, said);
            return Next::Done(from);
        }
        self.raw.push_str(line);
        self.add(rest, from, told, said);
        Next::More
    }

    /// Tells what there is of an unfinished line up to what may be a tag.
    pub fn partial(&mut self, line: &str, told: usize, said: &mut Said) -> usize {
        let Some(index) = self.index.filter(|_| self.state == State::New) else { return 0 };
        let body = line.strip_suffix('\r').unwrap_or(line);
        let rest = &body[told.min(body.len())..];
        let end = rest.find('<').unwrap_or(rest.len());
        // The blanks before a closing tag are none of the text.
        if end == 0 || told == 0 && rest[..end].trim().is_empty() {
            return told;
        }
        said.more(index, &rest[..end]);
        told + end
    }

    /// The answer is over; it was `cut` or is complete.
    pub fn end(mut self, cut: bool, said: &mut Said) -> Result<Vec<String>, Vec<String>> {
        if !self.is_sure() {
            return Err(self.lines());
        }
        let why = if self.state == State::Between && !cut { HALF } else { CUT };
        self.fail(why, said);
        Ok(Vec::new())
    }

    /// Text of a line from byte `from` on, of which `told` bytes of the line were told.
    fn add(&mut self, text: &str, from: usize, told: usize, said: &mut Said) {
        let (body, end) = match text.ends_with('\n') {
            true => (without_end(text), "\n"),
            false => (text, ""),
        };
        let into_old = self.state == State::Old;
        let target = if into_old { &mut self.old } else { &mut self.new };
        // The line end behind the opening tag is none of the text.
        if target.is_empty() && from > 0 && body.trim().is_empty() && !end.is_empty() {
            return;
        }
        target.push_str(body);
        target.push_str(end);
        if !into_old {
            if let Some(index) = self.index {
                said.more(index, &body[told.saturating_sub(from).min(body.len())..]);
                said.more(index, end);
            }
        } else if self.old.len() > self.told_old + self.told_old / 4 {
            self.tell_old(said);
        }
    }

    /// The last text before a closing tag.
    fn close(&mut self, text: &str, from: usize, told: usize, said: &mut Said) {
        let whole_lines = text.trim().is_empty() && from == 0;
        if !whole_lines && !text.is_empty() {
            self.add(text, from, told, said);
        }
        if self.state == State::Old {
            self.tell_old(said);
        }
    }

    fn tell_old(&mut self, said: &mut Said) {
        if let Some(index) = self.index.filter(|_| self.old.len() > self.told_old) {
            said.old(index, &self.old);
            self.told_old = self.old.len();
        }
    }

    fn fail(&mut self, why: &str, said: &mut Said) {
        if self.is_sure() {
            self.tell_old(said);
            said.malformed(self.index, std::mem::take(&mut self.raw), why);
        }
    }

    fn done(&mut self, said: &mut Said) {
        self.state = State::Done;
        let (mut old, mut new) = (std::mem::take(&mut self.old), std::mem::take(&mut self.new));
        let index = self.index.unwrap_or_else(|| {
            let index = said.start();
            said.old(index, &old);
            said.more(index, &new);
            index
        });
        outdent(&" ".repeat(self.around.indent), &mut old, &mut new);
        even(&mut old, &mut new);
        let hint = Hint { line: self.line, file: self.around.file.take(), ..Hint::default() };
        let why = self.why.take();
        said.done(index, Edit { old, new, why, form: Form::Tags, hint });
    }
}

/// Both texts end with a line end, or neither: else lines would run together.
pub(super) fn even(old: &mut String, new: &mut String) {
    if !old.is_empty() && !new.is_empty() && old.ends_with('\n') != new.ends_with('\n') {
        for text in [old, new] {
            text.truncate(text.trim_end_matches('\n').len());
        }
    }
}
