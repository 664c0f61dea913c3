//! Search/replace blocks, with the markers of aider, Cline, Roo and others; and three markers as
//! git writes them, which are an edit if all three are there.

use super::chunk::without_end;
use super::held::Around;
use super::markers::{LONGEST, Marker, fence, marker, may_become_marker};
use super::open::Next;
use super::said::Said;
use super::{CUT, Edit, Form, Hint};

/// Why a block is none whose fence closed before it was complete.
const UNENDED: &str = "This edit lacks its last line, >>>>>>> REPLACE: ask for it again.";

#[derive(Clone, Debug)]
pub(super) struct Block {
    around: Around,
    why: Option<String>,
    /// Of a block that is one for sure.
    index: Option<usize>,
    raw: String,
    old: String,
    new: String,
    /// How much of the old text was told.
    told_old: usize,
    in_new: bool,
    /// The blanks before the first marker; its length, and the divider.
    indent: String,
    head: usize,
    divider: String,
    /// Lines of the new text that could be the divider: where they start, and end.
    others: Vec<(usize, usize)>,
    /// A fence is open in the text.
    fenced: bool,
    /// Where in `raw` the fence around the block seems to close.
    closed: Option<usize>,
}

impl Block {
    /// `head` is how many characters the first marker has; a block that is not `sure` tells nothing
    /// before its end.
    pub fn new(around: Around, line: &str, head: usize, sure: bool, said: &mut Said) -> Self {
        let why = said.why();
        let indent = line[..line.len() - line.trim_start().len()].to_owned();
        Self {
            around,
            why,
            index: sure.then(|| said.start()),
            raw: line.to_owned(),
            old: String::new(),
            new: String::new(),
            told_old: 0,
            in_new: false,
            indent,
            head,
            divider: String::new(),
            others: Vec::new(),
            fenced: false,
            closed: None,
        }
    }

    pub fn is_sure(&self) -> bool {
        self.index.is_some()
    }

    pub fn line(&mut self, line: &str, told: usize, said: &mut Said) -> Next {
        let sure = self.is_sure();
        match marker(line) {
            Some(Marker::Search(_)) if sure => {
                let why = match self.closed {
                    Some(_) => UNENDED,
                    None => "The next edit starts before this one ends: ask for it again.",
                };
                return Next::Before(self.fail(why, said));
            }
            Some(Marker::Search(_) | Marker::Ours(_)) if !sure => {
                return Next::Reject { lines: self.lines(), again: true };
            }
            Some(Marker::Replace) if self.in_new => {
                self.raw.push_str(line);
                self.done(said);
                return Next::Done(line.len());
            }
            Some(Marker::Theirs) if self.in_new && !sure => {
                self.done(said);
                return Next::Done(line.len());
            }
            Some(Marker::Replace | Marker::Theirs) if !sure => {
                self.raw.push_str(line);
                return Next::Reject { lines: self.lines(), again: false };
            }
            Some(Marker::Replace) => {
                self.raw.push_str(line);
                self.closed = None;
                let why = "This edit does not tell the old text from the new: ask for it again.";
                self.fail(why, said);
                return Next::Done(line.len());
            }
            Some(Marker::Divider(_)) if !self.in_new => {
                self.tell_old(said);
                self.raw.push_str(line);
                line.clone_into(&mut self.divider);
                self.in_new = true;
            }
            found => {
                // Three-way conflicts are no edits.
                if !sure && line.trim_start().starts_with("|||||") {
                    return Next::Reject { lines: self.lines(), again: true };
                }
                self.look_for_fence(line);
                self.raw.push_str(line);
                let divides = matches!(found, Some(Marker::Divider(_)));
                self.text(without_end(line), told, divides, said);
            }
        }
        Next::More
    }

    fn text(&mut self, body: &str, told: usize, divides: bool, said: &mut Said) {
        if !self.in_new {
            self.old.push_str(body);
            self.old.push('\n');
            if self.old.len() > self.told_old + self.told_old / 4 {
                self.tell_old(said);
            }
            return;
        }
        let start = self.new.len();
        self.new.push_str(body);
        self.new.push('\n');
        if divides {
            self.others.push((start, self.new.len()));
        }
        if let Some(index) = self.index {
            said.more(index, &self.new[start + told..]);
        }
    }

    /// Remembers where the fence around the block closes, should the block have no end.
    fn look_for_fence(&mut self, line: &str) {
        let Some((mark, count)) = self.around.fence else { return };
        match fence(line).filter(|fence| fence.mark == mark) {
            Some(fence) if !fence.info.is_empty() => self.fenced = true,
            Some(_) if self.fenced => self.fenced = false,
            Some(fence) if fence.count >= count => {
                self.closed.get_or_insert(self.raw.len());
            }
            _ => {}
        }
    }

    /// Tells as much of an unfinished line as cannot become a marker.
    pub fn partial(&mut self, line: &str, told: usize, said: &mut Said) -> usize {
        let Some(index) = self.index.filter(|_| self.in_new) else { return 0 };
        if told == 0 && line.len() <= LONGEST && may_become_marker(line) {
            return 0;
        }
        let end = line.strip_suffix('\r').unwrap_or(line).len();
        if end <= told {
            return told;
        }
        said.more(index, &line[told..end]);
        end
    }

    /// The answer is over; it was `cut` or is complete.
    pub fn end(mut self, cut: bool, said: &mut Said) -> Result<Vec<String>, Vec<String>> {
        match (self.is_sure(), self.closed) {
            (false, _) => Err(self.lines()),
            (true, Some(_)) if !cut => Ok(self.fail(UNENDED, said)),
            (true, _) => {
                self.closed = None;
                Ok(self.fail(CUT, said))
            }
        }
    }

    fn lines(&mut self) -> Vec<String> {
        self.raw.split_inclusive('\n').map(String::from).collect()
    }

    /// It is none. Gives the lines behind the fence that closed around it.
    fn fail(&mut self, why: &str, said: &mut Said) -> Vec<String> {
        self.tell_old(said);
        let behind = self.closed.map(|at| self.raw.split_off(at)).unwrap_or_default();
        said.malformed(self.index, std::mem::take(&mut self.raw), why);
        behind.split_inclusive('\n').map(String::from).collect()
    }

    fn tell_old(&mut self, said: &mut Said) {
        if let Some(index) = self.index.filter(|_| self.old.len() > self.told_old) {
            said.old(index, &self.old);
            self.told_old = self.old.len();
        }
    }

    fn done(&mut self, said: &mut Said) {
        let (mut old, mut new) = (std::mem::take(&mut self.old), std::mem::take(&mut self.new));
        let index = self.index.unwrap_or_else(|| {
            let index = said.start();
            said.old(index, &old);
            said.more(index, &new);
            index
        });
        // A line of the text may look like the divider: an underlined heading. The divider is as
        // long as the first marker, if only one of them is.
        let others = std::mem::take(&mut self.others);
        let same = |line: &str| line.trim().len() == self.head;
        let mut fitting = others.iter().filter(|(start, end)| same(&new[*start..*end]));
        match (others.is_empty(), same(&self.divider), fitting.next(), fitting.next()) {
            (true, ..) | (false, true, None, _) => {}
            (false, false, Some(&(start, end)), None) => {
                old.push_str(self.divider.trim_end());
                old.push('\n');
                old.push_str(&new[..start]);
                new.drain(..end);
            }
            _ => {
                let why = "Several lines of this edit could be its divider: ask for it again.";
                return said.malformed(Some(index), std::mem::take(&mut self.raw), why);
            }
        }
        outdent(&self.indent, &mut old, &mut new);
        let line = start_line(&mut old);
        // An empty line between the last two markers is no text; where the old one has such at an end
        // it stands for that.
        let words = old.chars().any(char::is_alphanumeric);
        let gaps = |end: Option<&str>| end.is_none_or(|line| line.trim().is_empty());
        let ended = gaps(old.lines().next()) || gaps(old.lines().next_back());
        if words && !ended && new.trim().is_empty() {
            new.clear();
        }
        let hint = Hint { line, file: self.around.file.take(), ..Hint::default() };
        let why = self.why.take();
        said.done(index, Edit { old, new, why, form: Form::Blocks, hint });
    }
}

/// Takes the indent of the first marker off both texts, if it is that of every line.
pub(super) fn outdent(indent: &str, old: &mut String, new: &mut String) {
    let mut lines = old.lines().chain(new.lines()).filter(|line| !line.trim().is_empty());
    if indent.is_empty() || !lines.all(|line| line.starts_with(indent)) {
        return;
    }
    for text in [old, new] {
        let lines = text.split_inclusive('\n');
        *text = lines.map(|line| line.strip_prefix(indent).unwrap_or(line)).collect();
    }
}

/// Takes `:start_line:12`, `:end_line:14` and the line below them off the old text.
fn start_line(old: &mut String) -> Option<usize> {
    let mut line = None;
    let mut at = 0;
    for one in old.split_inclusive('\n') {
        let words = one.trim();
        at += one.len();
        if let Some(number) = words.strip_prefix(":start_line:") {
            line = Some(number.trim().parse().ok()?);
        } else if !words.starts_with(":end_line:") {
            let rule = words.len() >= 5 && words.bytes().all(|byte| byte == b'-');
            at -= if rule { 0 } else { one.len() };
            break;
        }
    }
    line?;
    old.drain(..at);
    line
}
