//! Patches that start with `*** Begin Patch`: in a fence, in a shell's `<<'EOF'`, or bare.

use super::chunk::{Chunk, Sign, sign, without_end, without_indent};
use super::diff::head;
use super::held::Around;
use super::markers::{Marker, marker, words};
use super::open::Next;
use super::said::Said;
use super::{CUT, Edit, Form, Hint};

/// Why a file stays where it is.
const STAYS: &str = "The answer wants to move or delete a file. That is yours to do: no answer \
                     touches files.";

/// Why a patch is none.
const EMPTY: &str = "This patch holds no change: ask for it again.";

#[derive(Clone, Debug)]
pub(super) struct Patch {
    around: Around,
    why: Option<String>,
    /// It said `*** Begin Patch`, so it has to end.
    begun: bool,
    file: Option<String>,
    under: Vec<String>,
    line: Option<usize>,
    chunk: Option<Chunk>,
    /// A new file: the number of the edit, and its text.
    added: Option<(usize, String)>,
    /// What came before the first change.
    raw: Option<String>,
}

/// What a line that starts with stars says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Stars<'a> {
    Begin,
    End,
    Update(&'a str),
    Add(&'a str),
    Delete,
    Move,
    EndOfFile,
}

const STARS: &[&str] = &[
    "Begin Patch",
    "End Patch",
    "Update File:",
    "Add File:",
    "Delete File:",
    "Move to:",
    "End of File",
];

/// Reads a line of a patch's structure.
pub(super) fn stars(line: &str) -> Option<Stars<'_>> {
    let (line, _) = words(line)?;
    let rest = line.strip_prefix("***")?.trim_start();
    let kind = STARS.iter().position(|one| rest.starts_with(one))?;
    let name = rest[STARS[kind].len()..].trim();
    let bare = name.chars().all(|one| one == '*' || one == ' ');
    match kind {
        0 if bare => Some(Stars::Begin),
        1 if bare => Some(Stars::End),
        2 => Some(Stars::Update(name)),
        3 => Some(Stars::Add(name)),
        4 => Some(Stars::Delete),
        5 => Some(Stars::Move),
        6 if bare => Some(Stars::EndOfFile),
        _ => None,
    }
}

/// Whether a patch starts with this line.
pub(super) fn starts(line: &str) -> bool {
    matches!(stars(line), Some(Stars::Begin | Stars::Update(_) | Stars::Add(_) | Stars::Delete))
}

/// Whether an unfinished line may become one of a patch's structure.
pub(super) fn may_start(line: &str) -> bool {
    let Some(rest) = line.strip_prefix("***") else { return "***".starts_with(line) };
    let rest = rest.trim_start();
    STARS.iter().any(|one| one.starts_with(rest) || rest.starts_with(one))
}

impl Patch {
    pub fn new(around: Around, why: Option<String>) -> Self {
        let file = around.file.clone();
        let (under, line, chunk, added) = (Vec::new(), None, None, None);
        let raw = Some(String::new());
        Self { around, why, begun: false, file, under, line, chunk, added, raw }
    }

    pub fn line(&mut self, line: &str, told: usize, said: &mut Said) -> Next {
        let body = without_indent(line, self.around.indent);
        if self.around.closed_by(body) {
            self.end_part(said);
            self.end_without_change(EMPTY, said);
            return Next::Before(Vec::new());
        }
        if let Some(raw) = &mut self.raw {
            raw.push_str(line);
        }
        let structure = stars(body).filter(|_| !body.starts_with(' '));
        if told == 0
            && let Some(stars) = structure
        {
            return self.stars(stars, line, said);
        }
        if let Some((index, text)) = &mut self.added {
            let body = without_end(body);
            let from = text.len();
            text.push_str(body.strip_prefix('+').unwrap_or(body));
            text.push('\n');
            said.more(*index, &text[from..]);
            return Next::More;
        }
        if body.starts_with("@@")
            && let Some(head) = head(body)
        {
            // Headings one below the other lead to one place.
            if self.chunk.is_some() {
                self.end_part(said);
                self.under.clear();
            }
            self.under.extend(head.under);
            self.line = head.line.filter(|line| *line > 0);
            return Next::More;
        }
        let (sign, text) = sign(body);
        if sign == Sign::Bare && matches!(marker(text), Some(Marker::Search(_))) {
            let tail = self.chunk.take().map(|chunk| chunk.done_before_prose(Form::Patch, said));
            if let Some(raw) = &mut self.raw {
                raw.truncate(raw.len() - line.len());
            }
            self.end_without_change(EMPTY, said);
            return Next::Before(tail.unwrap_or_default());
        }
        if self.chunk.is_none() && sign == Sign::Empty {
            return Next::More;
        }
        self.chunk(said).line(body, told, said);
        Next::More
    }

    pub fn partial(&mut self, line: &str, told: usize, said: &mut Said) -> usize {
        let body = without_indent(line, self.around.indent);
        match &mut self.chunk {
            Some(chunk) => chunk.partial(body, told, said),
            None => 0,
        }
    }

    /// Nothing came of it.
    fn end_without_change(&mut self, why: &str, said: &mut Said) {
        if let Some(raw) = self.raw.take() {
            said.malformed(None, raw, why);
        }
    }

    /// The answer is over; it was `cut` or is complete.
    pub fn end(mut self, cut: bool, said: &mut Said) -> Vec<String> {
        self.end_without_change(CUT, said);
        let open = cut || self.around.fence.is_some() || self.around.until.is_some() || self.begun;
        if open && let Some((index, text)) = self.added.take() {
            said.malformed(Some(index), text, CUT);
        }
        match self.chunk.take() {
            // Prose after a patch that has no end: its last change is complete.
            Some(chunk)
                if !cut && chunk.tail.iter().any(|line| !without_end(line).is_empty()) || !open =>
            {
                chunk.done_before_prose(Form::Patch, said)
            }
            Some(chunk) => {
                chunk.fail(CUT, said);
                Vec::new()
            }
            None => {
                self.end_part(said);
                Vec::new()
            }
        }
    }

    fn chunk(&mut self, said: &mut Said) -> &mut Chunk {
        self.raw = None;
        let (line, under, file) = (&mut self.line, &self.under, &self.file);
        self.chunk.get_or_insert_with(|| {
            let (under, file) = (under.clone(), file.clone());
            let hint = Hint { line: line.take(), under, file, ..Hint::default() };
            Chunk::new("", hint, self.why.clone(), said)
        })
    }

    fn stars(&mut self, stars: Stars<'_>, line: &str, said: &mut Said) -> Next {
        if stars == Stars::EndOfFile {
            if let Some(chunk) = &mut self.chunk {
                chunk.hint.at_end = true;
            }
            return Next::More;
        }
        self.end_part(said);
        self.under.clear();
        self.line = None;
        let named = |name: &str| (!name.is_empty()).then(|| name.to_owned());
        match stars {
            Stars::Begin => self.begun = true,
            Stars::End => {
                self.end_without_change(EMPTY, said);
                return Next::Done(line.len());
            }
            Stars::Update(name) => self.file = named(name),
            Stars::Add(name) => {
                self.raw = None;
                self.file = named(name);
                self.added = Some((said.start(), String::new()));
            }
            Stars::Delete | Stars::Move => {
                self.raw = None;
                said.malformed(None, line.to_owned(), STAYS);
            }
            Stars::EndOfFile => {}
        }
        Next::More
    }

    /// The chunk or the new file is complete.
    fn end_part(&mut self, said: &mut Said) {
        if let Some(chunk) = self.chunk.take() {
            chunk.done(Form::Patch, said);
        }
        if let Some((index, new)) = self.added.take() {
            let hint = Hint { file: self.file.clone(), ..Hint::default() };
            let why = self.why.clone();
            said.done(index, Edit { old: String::new(), new, why, form: Form::Whole, hint });
        }
    }
}
