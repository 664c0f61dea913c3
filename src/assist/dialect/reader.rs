//! Reads an answer line by line: what is prose, what is fenced, and which form of edit starts.
//!
//! A line is looked at when it is complete; what cannot mean anything streams before that. Each
//! form of edit is a file of its own, which takes lines until it says that it ended.

mod aside;

use super::Piece;
use super::blocks::Block;
use super::call::Call;
use super::diff::Diff;
use super::held::{Around, Held, Start, heredoc, is_blank, is_difference, path_tag, wrapper};
use super::leads;
use super::markers::{
    before_late_marker, fence, file_name, file_of_fence, indent, is_file_name, late_marker, words,
};
use super::open::{Next, Open};
use super::patch::Patch;
use super::said::Said;
use super::tags::{self, Tags};
use super::thoughts::{self, Thought};
use aside::Quoted;

/// A fence of the prose.
#[derive(Clone, Debug)]
struct Fenced {
    mark: char,
    count: usize,
    /// It stands around edits and is not told.
    wrapping: bool,
    /// There was an edit in it.
    edits: bool,
    /// Fences that are open in it.
    depth: usize,
    text: String,
    /// The file that it is for.
    file: Option<String>,
}

#[derive(Clone, Debug, Default)]
pub(super) struct Answer {
    said: Said,
    /// The line that is not complete.
    line: String,
    /// How much of it has been told already.
    told: usize,
    held: Held,
    fence: Option<Fenced>,
    quoted: Option<Quoted>,
    form: Option<Open>,
    thought: Option<Thought>,
    /// Tags around edits that are still to be closed.
    closers: Vec<String>,
    /// The word that ends a shell's `<<'EOF'`.
    until: Option<String>,
    /// The file that was named last in a fence around edits.
    file: Option<String>,
    /// The file that the last line of prose names.
    lead: Option<String>,
    /// Lines are read once more: what is no edit for sure is text.
    doubted: bool,
}

impl Answer {
    /// Reads what stands in an argument of a call, which is no call itself.
    pub fn within() -> Self {
        Self { doubted: true, ..Self::default() }
    }

    pub fn push(&mut self, chunk: &str, out: &mut Vec<Piece>) {
        for part in chunk.split_inclusive('\n') {
            self.line.push_str(part);
            if part.ends_with('\n') {
                self.end_line();
            }
        }
        self.tell_partial();
        out.append(&mut self.said.take());
    }

    /// The answer is over; it was `cut` or is complete.
    pub fn finish(&mut self, cut: bool, out: &mut Vec<Piece>) {
        if !self.line.is_empty() {
            self.end_line();
        }
        while let Some(form) = self.form.take() {
            let lines = form.end(cut, &mut self.said);
            match lines {
                Ok(lines) => self.again(lines),
                Err(lines) => self.reject(lines),
            }
        }
        if let Some(quoted) = self.quoted.take() {
            self.said.prose(&quoted.opening);
            let text = quoted.lines.concat();
            self.said.prose(&text);
            self.said.fenced(text, true, quoted.file);
        }
        self.release();
        if let Some(fence) = self.fence.take()
            && !fence.edits
        {
            self.said.fenced(fence.text, true, fence.file);
        }
        out.append(&mut self.said.take());
    }

    /// The line is complete, at the end of the answer perhaps without a line end.
    fn end_line(&mut self) {
        let line = std::mem::take(&mut self.line);
        let told = std::mem::take(&mut self.told);
        self.feed(&line, told);
    }

    fn feed(&mut self, line: &str, mut told: usize) {
        let mut rest = line;
        // The form starts with this line.
        let mut starts = false;
        while !rest.is_empty() {
            let Some(form) = &mut self.form else {
                let Some(taken) = self.prose(rest, told) else { return };
                rest = &rest[taken..];
                told = 0;
                starts = self.form.is_some() && taken == 0;
                continue;
            };
            let next = form.line(rest, told, &mut self.said);
            told = 0;
            match next {
                Next::More => return,
                Next::Done(taken) => {
                    self.end_form();
                    rest = &rest[taken..];
                    if words(rest).is_some_and(|(words, _)| words.is_empty()) {
                        return;
                    }
                }
                Next::Before(lines) => {
                    self.end_form();
                    self.again(lines);
                    // What a form starts with and does not take would start it for ever.
                    if starts {
                        self.text(rest);
                        return;
                    }
                }
                Next::Reject { lines, again } => {
                    self.form = None;
                    self.reject(lines);
                    if !again {
                        return;
                    }
                }
            }
        }
    }

    /// Lines that were taken for a part of an edit and are none.
    fn again(&mut self, lines: Vec<String>) {
        for line in lines {
            self.feed(&line, 0);
        }
    }

    /// Lines that were taken for an edit and are none: the first one is text for sure.
    fn reject(&mut self, lines: Vec<String>) {
        self.release();
        let before = std::mem::replace(&mut self.doubted, true);
        let mut lines = lines.into_iter();
        if let Some(first) = lines.next() {
            self.text(&first);
        }
        self.again(lines.collect());
        self.doubted = before;
    }

    /// A form that is not sure from the start turned out to be an edit.
    fn end_form(&mut self) {
        let unsure = self.form.take().is_some_and(|form| !form.is_sure());
        if unsure {
            self.drop_held();
        }
    }

    /// Takes a line of prose, or a part of one. How much of it was taken where the rest is still to
    /// be looked at.
    fn prose(&mut self, line: &str, told: usize) -> Option<usize> {
        if self.thought.is_some() {
            return self.thought(line, told);
        }
        if self.fence.is_none() && self.quoted.is_none() && self.held.fence().is_none() {
            self.lead_by(line);
        }
        if let Some(at) = late_marker(line).filter(|at| *at >= told && self.may_start_late()) {
            if told == 0 {
                self.release();
            }
            self.text(&line[told..at]);
            return Some(at);
        }
        if told > 0 {
            self.text(&line[told..]);
            return None;
        }
        if self.quoted.is_some() {
            self.quoted_line(line);
            return None;
        }
        if let Some(taken) = self.closes_wrapper(line) {
            return Some(taken);
        }
        if self.is_bare()
            && let Some(thought) = Thought::starts(line)
        {
            self.release();
            self.thought = Some(thought);
            return self.thought(line, 0);
        }
        if let Some(start) = self.starts(line) {
            return self.start(start, line);
        }
        if let Some(end) = wrapper(line).map(|one| one.end)
            && !self.held.is_full()
            && !is_blank(&line[end..])
            && (wrapper(&line[end..]).is_some() || self.starts(&line[end..]).is_some())
        {
            self.held.push(&line[..end]);
            return Some(end);
        }
        if self.fence.is_some() {
            self.fenced_line(line);
        } else if let Some(one) = fence(line) {
            // A second fence line closes the held one: both are prose.
            if self.held.fence().is_some() {
                self.release();
                return Some(0);
            }
            // A difference says what it is, however long its fence.
            if one.count > 3 && !is_difference(one.info) {
                let named = file_of_fence(one.info).or_else(|| self.held.file());
                let file = named.map(str::to_owned);
                self.release();
                let (mark, count) = (one.mark, one.count);
                let (opening, lines) = (line.to_owned(), Vec::new());
                let (leads, fences) = (false, false);
                self.quoted = Some(Quoted { mark, count, opening, lines, file, leads, fences });
            } else {
                self.hold(line);
            }
        } else if self.held.holds(line) || is_file_name(line) {
            self.hold(line);
        } else {
            self.release();
            self.text(line);
        }
        None
    }

    /// Keeps the file that a line of prose names for what follows.
    fn lead_by(&mut self, line: &str) {
        if !is_blank(line) && fence(line).is_none() && self.held.starts(line, false).is_none() {
            self.lead = leads::named(line).map(str::to_owned);
        }
    }

    /// Whether an edit may start behind words of its line.
    fn may_start_late(&self) -> bool {
        self.quoted.is_none() && !self.doubted && self.fence.as_ref().is_none_or(|one| one.wrapping)
    }

    /// Whether nothing stands around the next line that makes it text.
    fn is_bare(&self) -> bool {
        self.fence.is_none() && self.held.fence().is_none() && !self.doubted
    }

    fn hold(&mut self, line: &str) {
        if self.held.is_full() {
            self.release();
        }
        self.held.push(line);
    }

    fn fenced_line(&mut self, line: &str) {
        let Some(open) = &mut self.fence else { return };
        let one = fence(line).filter(|one| one.mark == open.mark);
        if one.is_some_and(|one| one.closes(open.mark, open.count)) && open.depth == 0 {
            if open.wrapping {
                self.held.take();
            }
            self.release();
            let Some(open) = self.fence.take() else { return };
            self.file = None;
            if !open.wrapping {
                self.said.prose(line);
            }
            if !open.edits {
                self.said.fenced(open.text, false, open.file);
            }
            return;
        }
        if open.wrapping {
            if let Some(name) = file_name(line) {
                self.file = Some(name.to_owned());
                return;
            }
            if self.held.holds(line) {
                self.hold(line);
                return;
            }
            if is_blank(line) {
                return;
            }
        } else if let Some(one) = one {
            // A shorter fence is text of a longer one.
            match (one.count < open.count, one.info.is_empty()) {
                (true, _) => {}
                (false, false) => open.depth += 1,
                (false, true) => open.depth -= 1,
            }
        } else if self.held.holds(line) {
            self.hold(line);
            return;
        }
        self.release();
        self.text(line);
    }

    /// Which edit starts with this line.
    fn starts(&self, line: &str) -> Option<Start> {
        if self.fence.as_ref().is_some_and(|fence| fence.count > 3 && !fence.wrapping) {
            return None;
        }
        self.held.starts(line, self.doubted)
    }

    /// Starts to read an edit. How much of the line is read.
    fn start(&mut self, start: Start, line: &str) -> Option<usize> {
        let mut around = self.around(line);
        let sure = match start {
            Start::Conflict(_) | Start::Call => false,
            Start::Tags => tags::are_sure(line),
            Start::Block(_) | Start::Patch | Start::Diff => true,
        };
        let heads = if start == Start::Diff { self.held.lines().to_vec() } else { Vec::new() };
        if sure {
            self.drop_held();
            around.until.clone_from(&self.until);
        }
        let mut taken = 0;
        self.form = Some(match start {
            Start::Block(head) | Start::Conflict(head) => {
                let last = line.split_whitespace().next_back().unwrap_or_default();
                if let Some(name) = file_name(last).filter(|name| name.contains('.')) {
                    around.file = Some(name.to_owned());
                }
                taken = line.len();
                Open::Block(Block::new(around, line, head, sure, &mut self.said))
            }
            Start::Patch => Open::Patch(Patch::new(around, self.said.why())),
            Start::Diff => Open::Diff(Diff::new(around, &heads, self.said.why())),
            Start::Tags => Open::Tags(Tags::new(around, line, &mut self.said)),
            Start::Call => Open::Call(Call::new(around, line, self.said.peek_why())),
        });
        Some(taken)
    }

    /// What an edit that starts with this line stands in.
    fn around(&self, line: &str) -> Around {
        let open = self.fence.as_ref().map(|open| (open.mark, open.count));
        let indent = indent(line);
        Around {
            fence: open.or(self.held.fence()),
            until: None,
            // A line of a difference may start with a blank that is its sign.
            indent: self.held.heads().unwrap_or(indent),
            file: (self.held.file().map(str::to_owned))
                .or_else(|| self.file.clone())
                .or_else(|| self.lead.clone()),
        }
    }

    /// The held lines stand around an edit: they are not told.
    fn drop_held(&mut self) {
        for line in self.held.take() {
            if let Some(one) = wrapper(&line) {
                self.closers.extend((!one.name.is_empty()).then(|| one.name.to_owned()));
            } else if let Some(word) = heredoc(&line) {
                self.until = Some(word.to_owned());
            } else if let Some(one) = fence(&line).filter(|_| self.fence.is_none()) {
                self.fence = Some(Fenced::new(one.mark, one.count, true));
                self.file = file_of_fence(one.info).map(str::to_owned).or(self.file.take());
            } else if let Some(name) = path_tag(&line).or_else(|| file_name(&line)) {
                self.file = Some(name.to_owned());
            }
        }
        match &mut self.fence {
            Some(fence) => fence.edits = true,
            None => self.file = None,
        }
    }

    /// Passes over a tag that closes what stood around edits. How long it is.
    fn closes_wrapper(&mut self, line: &str) -> Option<usize> {
        let (body, indent) = words(line)?;
        if self.until.as_deref() == Some(body) {
            self.until = None;
            return Some(line.len());
        }
        let name = body.strip_prefix("</")?;
        let end = name.find('>')?;
        let at = self.closers.iter().rposition(|one| one == name[..end].trim_end())?;
        self.closers.truncate(at);
        let taken = indent + 2 + end + 1;
        Some(if line[taken..].trim().is_empty() { line.len() } else { taken })
    }

    /// Tells as much of the unfinished line as cannot mean anything.
    fn tell_partial(&mut self) {
        if self.line.is_empty() || self.quoted.is_some() {
            return;
        }
        if let Some(form) = &mut self.form {
            self.told = form.partial(&self.line, self.told, &mut self.said);
            return;
        }
        if let Some(thought) = &self.thought {
            let end = thought.plain(&self.line, self.told);
            if end > self.told {
                let text = self.line[self.told..end].to_owned();
                self.text(&text);
                self.told = end;
            }
            return;
        }
        if self.told == 0 && self.may_mean(&self.line) {
            return;
        }
        let end = self.line.strip_suffix('\r').unwrap_or(&self.line).len();
        let end = match self.may_start_late() {
            true => end.min(before_late_marker(&self.line)),
            false => end,
        };
        if end > self.told {
            if self.told == 0 {
                self.release();
            }
            let text = self.line[self.told..end].to_owned();
            self.text(&text);
            self.told = end;
        }
    }

    /// Whether an unfinished line may mean something when it is complete.
    fn may_mean(&self, line: &str) -> bool {
        let start = || line.trim_start();
        self.held.may_mean(line)
            || self.is_bare() && thoughts::may_start(start())
            || !self.closers.is_empty() && ("</".starts_with(start()) || start().starts_with("</"))
            || self.until.as_deref().is_some_and(|word| word.starts_with(start()))
    }

    /// No edit followed: the held lines are prose.
    fn release(&mut self) {
        for line in self.held.take() {
            match fence(&line).filter(|_| self.fence.is_none()) {
                Some(one) => {
                    let file = file_of_fence(one.info).map(str::to_owned);
                    let file = file.or_else(|| self.lead.clone());
                    let fence = Fenced::new(one.mark, one.count, false);
                    self.fence = Some(Fenced { file, ..fence });
                    self.said.prose(&line);
                }
                None => self.text(&line),
            }
        }
    }

    fn text(&mut self, text: &str) {
        self.said.prose(text);
        if let Some(fence) = &mut self.fence {
            fence.text.push_str(text);
        }
    }
}

impl Fenced {
    fn new(mark: char, count: usize, wrapping: bool) -> Self {
        Self { mark, count, wrapping, edits: wrapping, depth: 0, text: String::new(), file: None }
    }
}
