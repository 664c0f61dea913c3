//! The named parts of a text: sections under headings, and in code what is defined: functions,
//! classes, modules. By the looks of lines, for any language; knows no other text.

use crate::assist::dialect::{is_fence, is_gap};
use std::ops::Range;

/// A part that has a name. Lines are counted from 0.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Unit {
    /// What it is called, in a form that is compared: `fn mean`, `## Method`.
    pub name: String,
    /// The line that names it.
    pub line: usize,
    /// From the comments and attributes right above it.
    pub from: usize,
    /// Behind its last line that is not blank.
    pub end: usize,
    /// It may hold other parts.
    pub holds: bool,
}

impl Unit {
    pub fn range(&self) -> Range<usize> {
        self.from..self.end
    }

    /// The parts in it that are in no other part of it.
    pub fn inner<'a>(&self, all: &'a [Unit]) -> Vec<&'a Unit> {
        if !self.holds {
            return Vec::new();
        }
        outermost(all.iter().filter(|one| self.line < one.line && one.line < self.end))
    }
}

/// Of parts in their order, those that lie in no other one.
pub(super) fn outermost<'a>(all: impl Iterator<Item = &'a Unit>) -> Vec<&'a Unit> {
    let mut out: Vec<&Unit> = Vec::new();
    for one in all {
        if out.last().is_none_or(|last| last.end <= one.from) {
            out.push(one);
        }
    }
    out
}

/// The blanks before a line.
pub(super) fn indent(line: &str) -> &str {
    &line[..line.len() - line.trim_start_matches([' ', '\t']).len()]
}

/// Whether a line says something about what stands below it.
pub(super) fn is_comment(line: &str) -> bool {
    let body = line.trim_start();
    let code = ["///", "//", "/*", "*", "--", "# "].iter().any(|mark| body.starts_with(mark));
    code && !body.starts_with("//!") && !is_gap(line)
}

/// Whether a line sets how what stands below it is taken: `#[test]`, `@property`.
pub(super) fn is_attribute(line: &str) -> bool {
    let body = line.trim_start();
    body.starts_with("#[") || body.starts_with('@')
}

/// All named parts in the order of their names. A text that defines something is code, where `#`
/// is no heading.
pub(super) fn units(lines: &[&str]) -> Vec<Unit> {
    let all = parts(lines);
    // In data a comment has what it is about right below it.
    let blank = |at: usize| lines.get(at).is_none_or(|line| line.trim().is_empty());
    let headed = all.iter().filter(|one| one.name.starts_with('#') && !blank(one.line + 1)).count();
    if headed * 2 > all.len() { Vec::new() } else { all }
}

/// The same of a text that is written for one with parts.
pub(super) fn parts(lines: &[&str]) -> Vec<Unit> {
    let marks = outside_fences(lines);
    let code: Vec<Unit> = marks
        .iter()
        .filter_map(|at| {
            let (name, holds) = definition(lines[*at])?;
            let (from, end) = (above(lines, *at), end_of_block(lines, *at));
            Some(Unit { name, line: *at, from, end, holds })
        })
        .collect();
    if !code.is_empty() {
        return code;
    }
    let heads: Vec<(usize, usize)> =
        marks.iter().filter_map(|at| Some((*at, level(lines[*at])?))).collect();
    // Lines of a comment.
    if heads.windows(2).any(|two| two[0].0 + 1 == two[1].0 && two[0].1 == two[1].1) {
        return Vec::new();
    }
    let unit = |(nth, (at, level)): (usize, &(usize, usize))| {
        let next = heads[nth + 1..].iter().find(|(_, other)| other <= level);
        let end = filled_end(lines, *at + 1, next.map_or(lines.len(), |(next, _)| *next));
        let name = lines[*at].trim().trim_end_matches('#').trim_end().to_owned();
        Unit { name, line: *at, from: *at, end, holds: true }
    };
    heads.iter().enumerate().map(unit).collect()
}

/// The lines that stand in no fence.
fn outside_fences(lines: &[&str]) -> Vec<usize> {
    let mut fenced = false;
    let mut out = Vec::new();
    for (at, line) in lines.iter().enumerate() {
        match is_fence(line) {
            true => fenced = !fenced,
            false if fenced => {}
            false => out.push(at),
        }
    }
    out
}

/// How deep a heading is.
fn level(line: &str) -> Option<usize> {
    let rest = line.trim_start_matches('#');
    let level = line.len() - rest.len();
    let headed = (1..=6).contains(&level) && rest.starts_with(' ') && !rest.trim().is_empty();
    (headed && !is_gap(line)).then_some(level)
}

/// Behind the last line that is not blank.
fn filled_end(lines: &[&str], from: usize, to: usize) -> usize {
    (from..to).rev().find(|at| !lines[*at].trim().is_empty()).map_or(from, |at| at + 1)
}

/// The first of the comments and attributes right above a line.
fn above(lines: &[&str], at: usize) -> usize {
    let own = indent(lines[at]);
    let belongs = |line: &str| indent(line) == own && (is_comment(line) || is_attribute(line));
    let above = lines[..at].iter().rev().take_while(|line| belongs(line)).count();
    at - above
}

/// Behind the last line of what a line defines: what is indented deeper, and what closes it.
fn end_of_block(lines: &[&str], at: usize) -> usize {
    const CLOSERS: &[char] = &['}', ')', ']'];
    let own = indent(lines[at]).len();
    let mut end = at + 1;
    // A line like the first one's that still opens the block: `) -> bool {`, `where`, `{`.
    let mut opened = begins_block(lines[at]);
    let mut open = balance(lines[at]);
    for (index, line) in lines.iter().enumerate().skip(at + 1) {
        let body = line.trim();
        if body.is_empty() {
            continue;
        }
        let deep = indent(line).len();
        // A comment that is not indented as what it stands in.
        if deep > own || deep == own && open > 0 && is_comment(line) {
            open += balance(line);
            end = index + 1;
            continue;
        }
        let closes = body.starts_with(CLOSERS) || body == "end" || body.starts_with("end ");
        let goes_on = body.starts_with('{') || body.starts_with("where");
        if deep < own || !(closes || goes_on && !opened) {
            break;
        }
        end = index + 1;
        open += balance(line);
        opened |= begins_block(line);
        let header = body.starts_with(')') && !body.ends_with(';');
        if closes && !header && !opens(line) {
            break;
        }
    }
    end
}

/// How many brackets stay open.
pub(super) fn balance(text: &str) -> isize {
    let of = |all: &[char]| text.matches(all).count() as isize;
    of(&['{', '(', '[']) - of(&['}', ')', ']'])
}

fn begins_block(line: &str) -> bool {
    line.trim_end().ends_with('{')
}

fn opens(line: &str) -> bool {
    line.trim_end().ends_with(['{', '(', '['])
}

/// What stands before the word that says what is defined.
const MODIFIERS: &[&str] = &[
    "pub",
    "export",
    "default",
    "async",
    "static",
    "unsafe",
    "public",
    "private",
    "protected",
    "final",
    "abstract",
    "override",
    "inline",
    "virtual",
    "local",
    "declare",
    "open",
    "internal",
    "suspend",
    "extern",
    "\"C\"",
    "sealed",
    "partial",
    "readonly",
];

/// The words for functions, which are all one.
const FUNCTIONS: &[&str] = &["fn", "def", "function", "function*", "func", "fun", "sub", "proc"];

/// The words for what may hold other parts.
const HOLDERS: &[&str] = &[
    "class",
    "impl",
    "trait",
    "mod",
    "interface",
    "module",
    "namespace",
    "extension",
    "protocol",
    "object",
];

const OTHERS: &[&str] = &["struct", "enum", "type", "union", "record", "macro_rules!"];

/// What a line defines, and whether that may hold other parts.
fn definition(line: &str) -> Option<(String, bool)> {
    /// Longer lines define nothing.
    const LONGEST: usize = 400;
    let body = line.trim();
    if body.len() > LONGEST || !body.starts_with(|c: char| c.is_alphabetic() || c == '_') {
        return None;
    }
    if body.starts_with("if __name__") {
        return Some(("if __name__".into(), false));
    }
    let mut rest = body;
    while let Some((word, behind)) = rest.split_once(' ') {
        let plain = word.split('(').next().unwrap_or(word);
        if !MODIFIERS.contains(&plain) {
            break;
        }
        rest = behind.trim_start();
    }
    let (word, behind) = rest.split_once(' ').unwrap_or((rest, ""));
    let behind = behind.trim_start();
    // A line of code, and not one that begins with such a word.
    let ends = body.ends_with(['{', '(', ':', ';', ',', '}', '=', '>', '[']);
    let named = |kind: &str, name: &str| {
        let name: String = name.split_whitespace().collect::<Vec<_>>().join(" ");
        (!name.is_empty()).then(|| format!("{kind} {name}"))
    };
    let identifier = |text: &str| -> String {
        text.chars().take_while(|c| c.is_alphanumeric() || "_.$".contains(*c)).collect()
    };
    if FUNCTIONS.contains(&word) {
        // `func (r *Reader) Close() {`.
        let (on, behind) = match behind.strip_prefix('(').and_then(|rest| rest.split_once(')')) {
            Some((on, rest)) => (on.split([' ', '*']).next_back().unwrap_or(on), rest.trim_start()),
            None => ("", behind),
        };
        let name = identifier(behind);
        let next = behind[name.len()..].chars().next();
        let sure =
            next.is_some_and(|next| "(<:[".contains(next)) || word == "def" && next.is_none();
        return named("fn", &format!("{on} {name}"))
            .filter(|_| sure && !name.is_empty())
            .map(|name| (name, false));
    }
    if HOLDERS.contains(&word) || word.starts_with("impl<") {
        let head =
            rest.strip_prefix("impl").filter(|_| word.starts_with("impl<")).unwrap_or(behind);
        let name = match word.starts_with("impl") {
            true => head.split(['{']).next().unwrap_or(head).trim().to_owned(),
            false => identifier(head),
        };
        let kind = if word.starts_with("impl") { "impl" } else { word };
        return named(kind, &name).filter(|_| ends).map(|name| (name, true));
    }
    if OTHERS.contains(&word) {
        let name = identifier(behind);
        return named(word, &name).filter(|_| ends && !name.is_empty()).map(|name| (name, false));
    }
    if ["const", "let", "var"].contains(&word) {
        let name = identifier(behind);
        let made = body.contains("=>") || body.contains("function");
        let constant = word == "const" && name.len() > 1 && name.chars().all(|c| !c.is_lowercase());
        let kind = if made { "fn" } else { "const" };
        return named(kind, &name)
            .filter(|_| made && body.ends_with(['{', '(']) || constant && body.contains('='))
            .map(|name| (name, false));
    }
    // `int main(void) {`, and in a class `draw(page) {`.
    let (head, _) = body.split_once('(').filter(|_| body.ends_with('{'))?;
    let name = head.trim_end().rsplit([' ', '*', '&', ':']).next().unwrap_or_default();
    let first = head.split_whitespace().next().unwrap_or_default();
    let other =
        ["if", "for", "while", "switch", "catch", "else", "return", "match", "with", "unless"];
    let plain = head.chars().all(|c| c.is_alphanumeric() || "_:*&<>~,[] ".contains(c));
    let typed = head.split_whitespace().count() > 1 || !indent(line).is_empty();
    (plain && typed && !other.contains(&first) && identifier(name) == name)
        .then(|| named("fn", name))
        .flatten()
        .map(|name| (name, false))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_parts_of_a_text_have_names_and_ends() {
        let check = |text: &str, expected: &[(&str, usize, usize)]| {
            let lines: Vec<&str> = text.split_inclusive('\n').collect();
            let all = units(&lines);
            let got: Vec<(&str, usize, usize)> =
                all.iter().map(|one| (one.name.as_str(), one.from, one.end)).collect();
            assert_eq!(got, expected, "{text}");
        };
        check(
            "# A\n\ntext\n\n## B\n\n```\n# no\n```\n\n## C\nmore\n\n",
            &[("# A", 0, 12), ("## B", 4, 9), ("## C", 10, 12)],
        );
        check(
            "import x\n\n\n@cached\ndef one(a):\n    return a\n\n\nclass Two:\n    def __init__(self):\n        pass\n\n    def b(self): pass\n\nONE = 1\n",
            &[("fn one", 3, 6), ("class Two", 8, 13), ("fn __init__", 9, 11), ("fn b", 12, 13)],
        );
        check(
            "/// Says so.\n#[test]\npub(crate) fn long(\n    a: u8,\n) -> bool\nwhere\n    u8: Copy,\n{\n    true\n}\n\nimpl Fit for Two {\n    fn one(&self) {\n    }\n}\nstruct Unit;\n",
            &[
                ("fn long", 0, 10),
                ("impl Fit for Two", 11, 15),
                ("fn one", 12, 14),
                ("struct Unit", 15, 16),
            ],
        );
        check(
            "export default function go(a) {\n  if (a) {\n    b();\n  }\n}\nconst fly = async (x) => {\n  y();\n};\nint main(void) {\n}\n",
            &[("fn go", 0, 5), ("fn fly", 5, 8), ("fn main", 8, 10)],
        );
        // Words that are none of these.
        check("The class: we met.\nuse of bread\ntype of bread\nif (a) {\n}\nlet x = 5;\n", &[]);
        check("# one\n# two\n\nkey: 1\n", &[]);
        check("# All of it.\nkey: 1\nother: 2\n", &[]);
    }
}
