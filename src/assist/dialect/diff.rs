//! Unified differences, in a fence or not. Their numbers are hints: models count badly.

use super::chunk::{Chunk, Sign, sign, without_end, without_indent};
use super::held::Around;
use super::markers::{Marker, indent, marker, words};
use super::open::Next;
use super::said::Said;
use super::{CUT, Form, Hint};

/// Why a change is none whose numbers announce more than came.
const SHORT: &str = "The answer ended before this change had as many lines as it announces: ask for \
                     it again.";

#[derive(Clone, Debug)]
pub(super) struct Diff {
    around: Around,
    why: Option<String>,
    file: Option<String>,
    /// The file is new: what is added is its text.
    creates: bool,
    chunk: Option<Chunk>,
    /// Lines of old and new text that the chunk announces.
    announced: Option<(usize, usize)>,
    /// Lines that head a file, or are the chunk's: `--- a`, `+++ b`.
    heads: Vec<String>,
}

/// How many lines less than announced are no sign that the answer was cut.
const OFF: usize = 2;

/// Whether a line looks like an item of a list.
fn is_item(line: &str) -> bool {
    let mut chars = line.chars();
    matches!(chars.next(), Some('-' | '+'))
        && chars.next() == Some(' ')
        && chars.next() != Some(' ')
}

/// Whether a line tells of a file before `---` and `+++` do, as git writes it.
pub(super) fn is_git_head(line: &str) -> bool {
    line.starts_with("diff ") && line[5..].trim_start().starts_with('-')
}

/// Whether a line may stand between `diff --git` and `---`.
pub(super) fn is_git_line(line: &str) -> bool {
    const STARTS: &[&str] = &[
        "index ",
        "old mode ",
        "new mode ",
        "new file mode ",
        "deleted file mode ",
        "similarity index ",
        "dissimilarity index ",
        "rename ",
        "copy ",
        "Index: ",
        "=======",
    ];
    STARTS.iter().any(|start| line.starts_with(start))
}

/// Reads `--- a/file` or `+++ b/file` with a time behind it or not.
pub(super) fn head_file<'a>(line: &'a str, mark: &str) -> Option<&'a str> {
    let name = line.strip_prefix(mark)?.strip_prefix([' ', '\t'])?;
    let name = name.split('\t').next()?.trim().trim_matches('"');
    (!name.is_empty()).then_some(name)
}

/// A head of a chunk: where it starts in the old text, how many lines each text has, what it stands
/// under.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Head {
    pub line: Option<usize>,
    pub counts: Option<(usize, usize)>,
    pub under: Option<String>,
}

/// Reads `@@ -1,2 +3,4 @@ heading`, `@@ ... @@`, `@@ heading` and `@@`.
pub(super) fn head(line: &str) -> Option<Head> {
    let rest = words(line)?.0.strip_prefix("@@")?.trim_start_matches('@');
    let (inner, behind) = match rest.split_once("@@") {
        Some((inner, behind)) => (inner.trim(), behind.trim_start_matches('@').trim()),
        None => (rest.trim(), ""),
    };
    let closed = rest.contains("@@");
    let heading = |text: &str| {
        let said = text.chars().any(char::is_alphanumeric);
        said.then(|| text.to_owned())
    };
    let mut numbers = inner.split_whitespace();
    let range = |text: &str, sign: char| {
        let text = text.strip_prefix(sign)?;
        let (start, count) = text.split_once(',').unwrap_or((text, "1"));
        Some((start.parse::<usize>().ok()?, count.parse::<usize>().ok()?))
    };
    let old = numbers.next().and_then(|text| range(text, '-'));
    let new = numbers.next().and_then(|text| range(text, '+'));
    Some(match (old, new) {
        (Some((start, old)), Some((_, new))) => {
            let more = numbers.collect::<Vec<_>>().join(" ");
            let under = heading(behind).or_else(|| heading(&more));
            Head { line: Some(start), counts: Some((old, new)), under }
        }
        _ if closed => {
            Head { under: heading(behind).or_else(|| heading(inner)), ..Head::default() }
        }
        _ => Head { under: heading(inner), ..Head::default() },
    })
}

/// A head that stands for itself: with both its numbers, and closed.
pub(in crate::assist) fn is_sure_head(line: &str) -> bool {
    let body = &line[indent(line)..];
    words(line).is_some()
        && body.starts_with("@@")
        && head(body).is_some_and(|head| head.counts.is_some())
        && body[2..].contains("@@")
}

impl Diff {
    /// `held` are the lines in front that head a file.
    pub fn new(around: Around, held: &[String], why: Option<String>) -> Self {
        let file = around.file.clone();
        let (chunk, announced, heads) = (None, None, Vec::new());
        let mut diff = Self { around, why, file, creates: false, chunk, announced, heads };
        for line in held {
            if diff.is_head("---", line) {
                diff.heads = vec![line.clone()];
            } else if diff.heads.len() == 1 && diff.is_head("+++", line) {
                diff.heads.push(line.clone());
            }
        }
        if diff.heads.len() == 2 {
            diff.read_heads();
        }
        diff
    }

    fn is_head(&self, mark: &str, line: &str) -> bool {
        head_file(without_indent(line, self.around.indent), mark).is_some()
    }

    pub fn line(&mut self, line: &str, told: usize, said: &mut Said) -> Next {
        let body = without_indent(line, self.around.indent);
        if self.around.closed_by(body) {
            self.settle(said);
            self.end_chunk(said);
            return Next::Before(Vec::new());
        }
        // Two lines may head the next file or belong to the chunk: the third one tells.
        match self.heads.len() {
            1 if !self.is_head("+++", line) => self.settle(said),
            2 if head(body).is_some() => {
                self.end_chunk(said);
                self.read_heads();
            }
            2 => self.settle(said),
            _ => {}
        }
        if self.heads.len() == 1 || self.heads.is_empty() && self.is_head("---", line) {
            self.heads.push(line.to_owned());
            return Next::More;
        }
        if let Some(head) = head(body).filter(|_| body.starts_with("@@")) {
            self.end_chunk(said);
            self.start_chunk(body, head, said);
            return Next::More;
        }
        if is_git_head(body) || self.chunk.is_none() && is_git_line(body) {
            self.end_chunk(said);
            self.file = None;
            return Next::More;
        }
        let (sign, _) = sign(body);
        let bare = matches!(sign, Sign::Bare | Sign::Empty);
        if self.chunk.is_none() {
            if bare && (self.around.fence.is_none() || sign == Sign::Empty) {
                return if sign == Sign::Empty { Next::More } else { Next::Before(Vec::new()) };
            }
            self.start_chunk("", Head::default(), said);
        }
        let full = self.is_full();
        let Some(chunk) = &mut self.chunk else { return Next::More };
        // Before its first change lines that stay may lack their sign.
        let begins = self.announced.is_some() && !full && !chunk.has_changed();
        let ended = match sign {
            Sign::Bare => {
                self.around.fence.is_none() && !begins
                    || matches!(marker(body), Some(Marker::Search(_)))
            }
            Sign::Empty => false,
            // A list after a chunk that has all its lines is no part of it.
            // Behind `-- ` a mail has its signature.
            Sign::Old if full && without_end(body) == "-- " => true,
            _ => self.around.fence.is_none() && full && !chunk.tail.is_empty() && is_item(body),
        };
        if ended {
            let tail = self.chunk.take().map(|chunk| chunk.done_before_prose(self.form(), said));
            return Next::Before(tail.unwrap_or_default());
        }
        chunk.line(body, told, said);
        Next::More
    }

    pub fn partial(&mut self, line: &str, told: usize, said: &mut Said) -> usize {
        let body = without_indent(line, self.around.indent);
        let full = self.is_full();
        match &mut self.chunk {
            Some(chunk) if self.heads.is_empty() => {
                // Whether it is an item of a list shows with the third character.
                let ends = self.around.fence.is_none() && full && !chunk.tail.is_empty();
                let ends = ends && (body.len() < 3 || is_item(body));
                if ends { 0 } else { chunk.partial(body, told, said) }
            }
            _ => 0,
        }
    }

    /// The answer is over; it was `cut` or is complete.
    pub fn end(mut self, cut: bool, said: &mut Said) -> Vec<String> {
        self.settle(said);
        let form = self.form();
        let Some(mut chunk) = self.chunk.take() else { return Vec::new() };
        let lacks =
            self.announced.is_some_and(|(old, new)| old > chunk.lines.0 || new > chunk.lines.1);
        chunk.hint.short |= lacks && chunk.ends_changed();
        chunk.hint.short |= chunk.ends_open() && (lacks || chunk.breaks_off());
        chunk.hint.open = chunk.goes_open();
        if cut || self.around.fence.is_some() || chunk.lines == (0, 0) {
            chunk.fail(CUT, said);
        } else if self.announced.is_some_and(|(old, new)| {
            // Models count badly, but not so badly.
            old > chunk.lines.0 + OFF || new > chunk.lines.1 + OFF
        }) {
            chunk.fail(SHORT, said);
        } else {
            return chunk.done_before_prose(form, said);
        }
        Vec::new()
    }

    /// Whether the chunk has the lines that it announces.
    fn is_full(&self) -> bool {
        self.announced.is_some() && self.announced == self.chunk.as_ref().map(|chunk| chunk.lines)
    }

    fn form(&self) -> Form {
        if self.creates { Form::Whole } else { Form::Diff }
    }

    fn start_chunk(&mut self, line: &str, head: Head, said: &mut Said) {
        let at_end = head.line == Some(0) && head.counts.is_some_and(|(old, _)| old == 0);
        let hint = Hint {
            line: head.line.filter(|line| *line > 0),
            under: head.under.into_iter().collect(),
            at_end,
            all: false,
            file: self.file.clone(),
            ..Hint::default()
        };
        self.announced = head.counts;
        self.chunk = Some(Chunk::new(line, hint, self.why.clone(), said));
    }

    fn end_chunk(&mut self, said: &mut Said) {
        if let Some(chunk) = self.chunk.take() {
            chunk.done(self.form(), said);
        }
    }

    /// Lines that could head a file are the chunk's.
    fn settle(&mut self, said: &mut Said) {
        for line in std::mem::take(&mut self.heads) {
            if self.chunk.is_none() {
                self.start_chunk("", Head::default(), said);
            }
            if let Some(chunk) = &mut self.chunk {
                chunk.line(without_indent(&line, self.around.indent), 0, said);
            }
        }
    }

    /// A file starts; names with a letter in front are git's.
    fn read_heads(&mut self) {
        let heads = std::mem::take(&mut self.heads);
        let name = |at: usize, mark: &str| {
            let line = heads.get(at).map(|line| without_end(line))?;
            head_file(without_indent(line, self.around.indent), mark)
        };
        let (old, new) = (name(0, "---"), name(1, "+++"));
        self.creates = old == Some("/dev/null");
        let bare = |name: &str| {
            let name = name.strip_prefix("a/").or_else(|| name.strip_prefix("b/")).unwrap_or(name);
            name.to_owned()
        };
        self.file = new.filter(|name| *name != "/dev/null").or(old).map(bare);
    }
}
