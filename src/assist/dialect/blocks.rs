//! Search/replace blocks in prose, with or without fences around them.
//!
//! A line is looked at when it is complete; what cannot become a marker streams before that.

use super::markers::{
    self, Marker, fence, is_file_name, marker, may_become_fence, may_become_file_name,
    may_become_marker,
};
use super::{Edit, Form, Hint, Piece};
use unicode_segmentation::UnicodeSegmentation;

#[derive(Clone, Debug, Default)]
pub(super) struct Blocks {
    state: State,
    /// The line that is not complete.
    line: String,
    /// How much of it has been told already.
    told: usize,
    /// Lines that belong to a block if one follows: a file's name, the fence around it.
    held: Vec<String>,
    /// The open fence of the prose: its character and length.
    fence: Option<(char, usize)>,
    /// That fence stands around blocks and is not told.
    wrapping: bool,
    /// A fence of 4 and more that may hold blocks: all of it.
    quoted: Option<String>,
    /// The last prose, for the `why` of a block.
    recent: String,
    next: usize,
    block: Block,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum State {
    #[default]
    Prose,
    Old,
    New,
}

#[derive(Clone, Debug, Default)]
struct Block {
    index: usize,
    raw: String,
    why: Option<String>,
    old: String,
    new: String,
    /// The length of the first marker, and of the divider.
    head: usize,
    divider: String,
    /// Lines of the new text that could be the divider: where they start, and end.
    others: Vec<(usize, usize)>,
    /// There is more old text than was told.
    untold: bool,
}

impl Blocks {
    pub fn push(&mut self, chunk: &str, out: &mut Vec<Piece>) {
        for part in chunk.split_inclusive('\n') {
            self.line.push_str(part);
            if part.ends_with('\n') {
                self.end_line(out);
            }
        }
        self.tell_partial(out);
        self.tell_old(out);
    }

    pub fn finish(&mut self, out: &mut Vec<Piece>) {
        if !self.line.is_empty() {
            self.end_line(out);
        }
        if self.state != State::Prose {
            self.fail(super::CUT, out);
        }
        if let Some(quoted) = self.quoted.take() {
            self.say(&quoted, out);
        }
        self.release(out);
    }

    /// The line is complete, at the end of the answer perhaps without a line end.
    fn end_line(&mut self, out: &mut Vec<Piece>) {
        let line = std::mem::take(&mut self.line);
        let told = std::mem::take(&mut self.told);
        if self.state == State::Prose {
            if told > 0 {
                self.say(&line[told..], out);
            } else {
                self.prose_line(line, out);
            }
            return;
        }
        match (marker(&line), self.state) {
            (Some(Marker::Search(head)), _) => {
                self.fail("The next edit starts before this one ends.", out);
                self.start(head, line, out);
            }
            (Some(Marker::Replace), State::New) => {
                self.block.raw.push_str(&line);
                self.done(out);
            }
            (Some(Marker::Replace), _) => {
                self.block.raw.push_str(&line);
                self.fail("This edit does not tell the old text from the new.", out);
            }
            (Some(Marker::Divider(_)), State::Old) => {
                self.tell_old(out);
                self.block.raw.push_str(&line);
                self.block.divider = line;
                self.state = State::New;
            }
            (found, state) => {
                self.block.raw.push_str(&line);
                let body = line.strip_suffix('\n').unwrap_or(&line);
                let body = body.strip_suffix('\r').unwrap_or(body);
                if state == State::Old {
                    self.block.old.push_str(body);
                    self.block.old.push('\n');
                    self.block.untold = true;
                    return;
                }
                let start = self.block.new.len();
                self.block.new.push_str(body);
                self.block.new.push('\n');
                if found.is_some() {
                    self.block.others.push((start, self.block.new.len()));
                }
                let delta = self.block.new[start + told..].to_owned();
                out.push(Piece::EditNew { index: self.block.index, delta });
            }
        }
    }

    fn prose_line(&mut self, line: String, out: &mut Vec<Piece>) {
        if self.quoted.is_some() {
            self.quoted_line(line, out);
            return;
        }
        let blank = line.trim().is_empty();
        if let Some((mark, count)) = self.fence {
            match marker(&line) {
                Some(Marker::Search(head)) if count == 3 => self.start(head, line, out),
                _ if fence(&line).is_some_and(|fence| fence.closes(mark, count)) => {
                    self.fence = None;
                    if !std::mem::take(&mut self.wrapping) {
                        self.say(&line, out);
                    }
                }
                _ if self.wrapping && (blank || is_file_name(&line)) => {}
                _ => self.say(&line, out),
            }
            return;
        }
        if let Some(Marker::Search(head)) = marker(&line) {
            let around = self.held.iter().find_map(|line| fence(line));
            self.fence = around.map(|fence| (fence.mark, fence.count));
            self.wrapping = self.fence.is_some();
            self.held.clear();
            self.start(head, line, out);
        } else if let Some(fence) = fence(&line) {
            // A second fence line closes the held one: both are prose.
            if self.held.iter().any(|line| markers::fence(line).is_some()) {
                self.release(out);
                self.prose_line(line, out);
            } else if fence.count > 3 {
                self.release(out);
                self.quoted = Some(line);
            } else {
                self.held.push(line);
            }
        } else if is_file_name(&line) || blank && !self.held.is_empty() {
            if self.held.len() > 4 {
                self.release(out);
            }
            self.held.push(line);
        } else {
            self.release(out);
            self.say(&line, out);
        }
    }

    /// A fence of 4 and more: an example to read, or needed since the blocks hold fences. The
    /// latter starts with a block and has a fence in it.
    fn quoted_line(&mut self, line: String, out: &mut Vec<Piece>) {
        let Some(mut quoted) = self.quoted.take() else { return };
        let opening = quoted.lines().next().and_then(fence);
        let Some((mark, count)) = opening.map(|fence| (fence.mark, fence.count)) else { return };
        let body = quoted.find('\n').map_or(quoted.len(), |at| at + 1);
        let closes = fence(&line).is_some_and(|fence| fence.closes(mark, count));
        let leads = quoted[body..].lines().all(|line| line.trim().is_empty() || is_file_name(line));
        if !closes {
            let fits = line.trim().is_empty() || is_file_name(&line);
            let head = matches!(marker(&line), Some(Marker::Search(_)));
            quoted.push_str(&line);
            if leads && !fits && !head {
                self.fence = Some((mark, count));
                self.say(&quoted, out);
            } else {
                self.quoted = Some(quoted);
            }
            return;
        }
        let inner = &quoted[body..];
        if !leads && inner.lines().any(|line| fence(line).is_some()) {
            let mut blocks =
                Self { next: self.next, recent: self.recent.clone(), ..Self::default() };
            blocks.push(inner, out);
            blocks.finish(out);
            self.next = blocks.next;
            self.recent.clear();
        } else {
            quoted.push_str(&line);
            self.say(&quoted, out);
        }
    }

    fn start(&mut self, head: usize, line: String, out: &mut Vec<Piece>) {
        let index = self.next;
        self.next += 1;
        let why = why(&self.recent);
        self.recent.clear();
        self.block = Block { index, raw: line, head, why, ..Block::default() };
        self.state = State::Old;
        out.push(Piece::EditStarted { index });
    }

    fn done(&mut self, out: &mut Vec<Piece>) {
        self.state = State::Prose;
        let Block { index, raw, why, mut old, mut new, head, divider, others, .. } =
            std::mem::take(&mut self.block);
        // A line of the text may look like the divider: an underlined heading. The divider is as
        // long as the first marker, if only one of them is.
        let same = |line: &str| line.trim().len() == head;
        let mut fitting = others.iter().filter(|(start, end)| same(&new[*start..*end]));
        match (others.is_empty(), same(&divider), fitting.next(), fitting.next()) {
            (true, ..) | (false, true, None, _) => {}
            (false, false, Some(&(start, end)), None) => {
                old.push_str(divider.trim_end());
                old.push('\n');
                old.push_str(&new[..start]);
                new.drain(..end);
            }
            _ => {
                let why = "Several lines of this edit could be its divider.".into();
                out.push(Piece::Malformed { index: Some(index), text: raw, why });
                return;
            }
        }
        if old.trim_end() == new.trim_end() {
            out.push(Piece::EditDropped { index });
        } else {
            let edit = Edit { old, new, why, form: Form::Blocks, hint: Hint::default() };
            out.push(Piece::EditDone { index, edit });
        }
    }

    fn fail(&mut self, why: &str, out: &mut Vec<Piece>) {
        self.tell_old(out);
        self.state = State::Prose;
        let block = std::mem::take(&mut self.block);
        out.push(Piece::Malformed { index: Some(block.index), text: block.raw, why: why.into() });
    }

    /// Tells as much of the unfinished line as cannot become a marker.
    fn tell_partial(&mut self, out: &mut Vec<Piece>) {
        if self.line.is_empty() || self.quoted.is_some() || self.state == State::Old {
            return;
        }
        let start = self.line.trim_start();
        let lead = may_become_marker(start)
            || self.state == State::Prose
                && (may_become_fence(start) || may_become_file_name(start));
        if self.told == 0 && lead {
            return;
        }
        let end = self.line.strip_suffix('\r').unwrap_or(&self.line).len();
        if end <= self.told {
            return;
        }
        let delta = self.line[self.told..end].to_owned();
        if self.state == State::New {
            out.push(Piece::EditNew { index: self.block.index, delta });
        } else {
            self.release(out);
            self.say(&delta, out);
        }
        self.told = end;
    }

    fn tell_old(&mut self, out: &mut Vec<Piece>) {
        if std::mem::take(&mut self.block.untold) {
            let text = self.block.old.clone();
            out.push(Piece::EditOld { index: self.block.index, text });
        }
    }

    /// No block followed: the held lines are prose.
    fn release(&mut self, out: &mut Vec<Piece>) {
        for line in std::mem::take(&mut self.held) {
            if let Some(fence) = fence(&line) {
                self.fence = Some((fence.mark, fence.count));
            }
            self.say(&line, out);
        }
    }

    fn say(&mut self, text: &str, out: &mut Vec<Piece>) {
        const KEPT: usize = 4096;
        if text.is_empty() {
            return;
        }
        self.recent.push_str(text);
        if self.recent.len() > 2 * KEPT {
            let from = self.recent.ceil_char_boundary(self.recent.len() - KEPT);
            self.recent.drain(..from);
        }
        match out.last_mut() {
            Some(Piece::Prose(last)) => last.push_str(text),
            _ => out.push(Piece::Prose(text.to_owned())),
        }
    }
}

/// The reason for a block: a line `Why: …` of the paragraph before it, or its last sentence.
fn why(prose: &str) -> Option<String> {
    const LONGEST: usize = 400;
    let marks = ['*', '_', '#', '>', '-', ' '];
    let prose = prose.trim_end();
    let lines: Vec<&str> = prose.lines().rev().take_while(|line| !line.trim().is_empty()).collect();
    let said = lines.iter().find_map(|line| {
        let (label, rest) = line.trim_start_matches(marks).split_once(':')?;
        let label = label.trim_end_matches(marks);
        label.eq_ignore_ascii_case("why").then(|| rest.trim_matches(marks))
    });
    let last = lines.first().and_then(|_| {
        let paragraph: Vec<&str> = lines.iter().rev().map(|line| line.trim()).collect();
        let paragraph = paragraph.join(" ");
        let sentence = paragraph.unicode_sentences().last().map(str::to_owned);
        sentence.map(|text| text.trim().trim_start_matches(marks).to_owned())
    });
    let text = said.map(str::to_owned).or(last)?;
    let text: String = text.trim().chars().take(LONGEST).collect();
    (text.chars().any(char::is_alphanumeric) && fence(&text).is_none()).then_some(text)
}
