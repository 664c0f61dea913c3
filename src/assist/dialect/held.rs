//! Lines that belong to an edit if one follows, and are prose if not: a fence, the name of a file,
//! what heads a difference, tags around edits, a shell's `<<'EOF'`.

use super::chunk::without_indent;
use super::diff::{head_file, is_git_head, is_git_line};
use super::markers::{
    LONGEST, Marker, fence, file_name, file_of_fence, indent, is_file_name, is_gap, marker,
    may_become_fence, may_become_file_name, may_become_marker, words,
};
use super::{call, diff, patch, tags};

/// What an edit stands in.
#[derive(Clone, Debug, Default)]
pub(super) struct Around {
    /// The fence: its character and length.
    pub fence: Option<(char, usize)>,
    /// The word that ends a shell's `<<'EOF'`.
    pub until: Option<String>,
    /// The blanks before its first line, in bytes.
    pub indent: usize,
    /// The file that it names.
    pub file: Option<String>,
}

impl Around {
    /// Whether a line, without its indent, ends what the edit stands in.
    pub fn closed_by(&self, line: &str) -> bool {
        let fenced = self.fence.is_some_and(|(mark, count)| {
            line.starts_with(mark) && fence(line).is_some_and(|one| one.closes(mark, count))
        });
        fenced || self.until.as_deref().is_some_and(|word| line.trim_end() == word)
    }
}

/// Which edit starts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Start {
    Block(usize),
    Conflict(usize),
    Patch,
    Diff,
    Tags,
    Call,
}

#[derive(Clone, Debug, Default)]
pub(super) struct Held(Vec<String>);

impl Held {
    /// Most lines, and most blank ones one after the other.
    const MOST: usize = 12;
    const BLANK: usize = 3;

    pub fn is_full(&self) -> bool {
        let blanks = self.0.iter().rev().take_while(|line| is_blank(line)).count();
        self.0.len() >= Self::MOST || blanks >= Self::BLANK
    }

    pub fn push(&mut self, line: &str) {
        self.0.push(line.to_owned());
    }

    pub fn take(&mut self) -> Vec<String> {
        std::mem::take(&mut self.0)
    }

    pub fn lines(&self) -> &[String] {
        &self.0
    }

    pub fn fence(&self) -> Option<(char, usize)> {
        let fence = self.0.iter().find_map(|line| fence(line))?;
        Some((fence.mark, fence.count))
    }

    /// The file that is named last.
    pub fn file(&self) -> Option<&str> {
        self.0.iter().rev().find_map(|line| match fence(line) {
            Some(fence) => file_of_fence(fence.info),
            None => path_tag(line).or_else(|| file_name(line)),
        })
    }

    fn has_git(&self) -> bool {
        self.0.iter().any(|line| is_git_head(line.trim_start()))
    }

    /// Whether a line belongs to an edit if one follows; names of files and fences aside.
    pub fn holds(&self, line: &str) -> bool {
        let Some((body, _)) = words(line) else { return false };
        let last = self.0.last().map(String::as_str).unwrap_or_default();
        body.is_empty() && !self.0.is_empty()
            || wrapper(line).is_some_and(|one| line[one.end..].trim().is_empty())
            || path_tag(line).is_some()
            || heredoc(line).is_some()
            || is_git_head(body)
            || self.has_git() && is_git_line(body)
            || head_file(body, "---").is_some()
            || head_file(body, "+++").is_some() && head_file(last.trim(), "---").is_some()
    }

    /// Whether what is held heads a difference: the names of its files, or a fence that says so.
    /// Gives the blanks before it, in bytes.
    pub fn heads(&self) -> Option<usize> {
        let named = |old: &str, new: &str| {
            head_file(old, "---").is_some() && head_file(new, "+++").is_some()
        };
        let says = |line: &str| is_difference(fence(line)?.info).then(|| indent(line));
        let mut pairs = self.0.iter().zip(self.0.iter().skip(1));
        let names = pairs.find(|(old, new)| named(old.trim(), new.trim()));
        names.map(|(old, _)| indent(old)).or_else(|| self.0.iter().find_map(|line| says(line)))
    }

    /// Which edit starts with this line.
    pub fn starts(&self, line: &str, doubted: bool) -> Option<Start> {
        match marker(line) {
            Some(Marker::Search(head)) => return Some(Start::Block(head)),
            Some(Marker::Ours(head)) if !doubted => return Some(Start::Conflict(head)),
            _ => {}
        }
        if patch::starts(line) {
            return Some(Start::Patch);
        }
        if tags::starts(line) && (!doubted || tags::are_sure(line)) {
            return Some(Start::Tags);
        }
        if let Some(indent) = self.heads() {
            let body = without_indent(line, indent);
            let signed = body.starts_with(['+', '-', ' ']) || diff::head(body).is_some();
            if signed && !is_blank(line) && !self.holds(line) {
                return Some(Start::Diff);
            }
        }
        if diff::is_sure_head(line) {
            return Some(Start::Diff);
        }
        (!doubted && may_call(line)).then_some(Start::Call)
    }

    /// Whether an unfinished line may mean something when it is complete.
    pub fn may_mean(&self, line: &str) -> bool {
        let start = line[..line.floor_char_boundary(LONGEST)].trim_start();
        if tags::may_start(start) || may_call(line) || may_wrap(start) || self.heads().is_some() {
            return true;
        }
        if line.len() > LONGEST {
            return false;
        }
        let begins = |mark: &str| mark.starts_with(start) || start.starts_with(mark);
        may_become_marker(start)
            || may_become_fence(start)
            || may_become_file_name(start)
            || patch::may_start(start)
            || ["---", "@@", "diff ", "apply_patch", "$ apply_patch"].iter().any(|one| begins(one))
            || !self.0.is_empty() && (begins("+++") || self.has_git())
    }
}

/// Whether the word behind a fence says that it holds a difference.
pub(super) fn is_difference(info: &str) -> bool {
    let first = info.split_whitespace().next();
    first.is_some_and(|first| ["diff", "patch", "udiff"].contains(&first))
}

/// Whether a line may start a call.
pub(super) fn may_call(line: &str) -> bool {
    let start = line[..line.floor_char_boundary(LONGEST)].trim_start();
    !start.is_empty() && call::may_start(start)
}

/// Whether a line is blank, and short enough to mean that.
pub(super) fn is_blank(line: &str) -> bool {
    words(line).is_some_and(|(words, _)| words.is_empty())
}

/// Whether a line may stand before the first edit in a fence.
pub(super) fn may_lead(line: &str) -> bool {
    is_blank(line) || is_file_name(line) || Held::default().holds(line)
}

/// Tags that stand around edits.
const WRAPPERS: &[&str] = &[
    "edits",
    "edit",
    "tool_call",
    "tool_calls",
    "tool_use",
    "function_calls",
    "function_call",
    "replace_in_file",
    "apply_diff",
    "diff",
    "args",
];

/// A tag around edits at the start of a line, and the byte where it ends.
#[derive(Clone, Copy, Debug)]
pub(super) struct Wrapper<'a> {
    pub name: &'a str,
    pub end: usize,
}

pub(super) fn wrapper(line: &str) -> Option<Wrapper<'_>> {
    let head = &line[..line.floor_char_boundary(LONGEST)];
    let start = head.len() - head.trim_start().len();
    if let Some(end) = calls(&head[start..]) {
        return Some(Wrapper { name: "", end: start + end });
    }
    let inner = head[start..].strip_prefix('<')?;
    let end = inner.find('>')?;
    let name = inner[..end].split_whitespace().next()?;
    WRAPPERS.contains(&name).then_some(Wrapper { name, end: start + 1 + end + 1 })
}

const CALLS: &str = "[TOOL_CALLS]";
const PYTHON: &str = "<|python_tag|>";
const ARGS: &str = "[ARGS]";

/// What some models write before a call: `<|python_tag|>`, `[TOOL_CALLS]`, or
/// `[TOOL_CALLS]edit[ARGS]`. Where it ends.
fn calls(line: &str) -> Option<usize> {
    if line.starts_with(PYTHON) {
        return Some(PYTHON.len());
    }
    let rest = line.strip_prefix(CALLS)?;
    let named = |end: usize| {
        rest[..end].bytes().all(|byte| byte.is_ascii_alphanumeric() || b"_-.[]".contains(&byte))
    };
    let args = rest.find(ARGS).filter(|at| named(*at)).map(|at| at + ARGS.len());
    let direct = || rest.find('{').filter(|at| named(*at) && !rest.starts_with('['));
    Some(line.len() - rest.len() + args.or_else(direct).unwrap_or(0))
}

/// Whether an unfinished line may start with such a tag, or name a file in one.
fn may_wrap(line: &str) -> bool {
    if [CALLS, PYTHON].iter().any(|mark| line.starts_with(mark) || mark.starts_with(line)) {
        return true;
    }
    let Some(inner) = line.strip_prefix('<') else { return false };
    let name =
        inner.split(|one: char| one.is_whitespace() || one == '>').next().unwrap_or_default();
    let whole = name.len() < inner.len();
    let fits = |one: &&str| if whole { *one == name } else { one.starts_with(name) };
    WRAPPERS.iter().chain(PATHS).any(fits)
}

const PATHS: &[&str] = &["path", "file_path", "file", "filename"];

/// The name of a file in a tag that is all of a line.
pub(super) fn path_tag(line: &str) -> Option<&str> {
    let (name, rest) = words(line)?.0.strip_prefix('<')?.split_once('>')?;
    let (file, close) = rest.split_once("</")?;
    let file = file.trim();
    (PATHS.contains(&name) && close.strip_suffix('>') == Some(name) && !file.is_empty())
        .then_some(file)
}

/// The word that ends `apply_patch <<'EOF'`.
pub(super) fn heredoc(line: &str) -> Option<&str> {
    let rest = words(line)?.0;
    let rest = rest.strip_prefix("$ ").unwrap_or(rest).strip_prefix("apply_patch")?;
    let word = rest.trim_start().strip_prefix("<<")?.trim_start_matches(['-', ' ']);
    let word = word.trim_matches(['\'', '"']);
    let plain = word.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_');
    (!word.is_empty() && plain).then_some(word)
}

/// Whether an edit may start anywhere in a text: quick, and too often yes.
pub fn may_hold_edits(answer: &str) -> bool {
    const STARTS: &[&str] = &["<<<<<", "-----", "***", "@@", "--- ", "+++ ", "{", "["];
    let fence = |line: &str| {
        let info = line.trim_start_matches(['`', '~']);
        line.len() - info.len() >= 3 && (info.contains("diff") || info.contains("patch"))
    };
    answer.lines().filter(|line| !is_gap(line)).map(str::trim_start).any(|line| {
        STARTS.iter().any(|start| line.starts_with(start))
            || line.starts_with('<')
                && (tags::starts(line) || may_call(line) || wrapper(line).is_some())
            || fence(line)
    })
}
