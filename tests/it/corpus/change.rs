//! What somebody wants changed: a true place in a document and what is to stand there.
//!
//! Knows no answers. Places are byte ranges; the grain of a change follows the text: words and
//! sentences in prose, cells in tables, values in JSON, bodies of functions.

use super::texts::{Kind, Text};
use cowrite::base::Rand;
use std::ops::Range;

#[derive(Clone, Debug)]
pub struct Change {
    pub kind: &'static str,
    pub at: Range<usize>,
    pub new: String,
}

/// What a line is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Class {
    Blank,
    Heading,
    Item,
    Row,
    Fence,
    /// Code and data.
    Code,
    Prose,
}

#[derive(Clone, Debug)]
pub struct Line {
    pub at: Range<usize>,
    pub class: Class,
}

/// The lines of a text with their line ends.
pub fn lines(text: &str, kind: Kind) -> Vec<Line> {
    let mut at = 0;
    let mut fenced = false;
    text.split_inclusive('\n')
        .map(|line| {
            let range = at..at + line.len();
            at = range.end;
            let start = line.trim();
            let fence = start.starts_with("```") || start.starts_with("~~~");
            let class = match start {
                "" => Class::Blank,
                _ if kind.is_code() => Class::Code,
                _ if fence => {
                    fenced = !fenced;
                    Class::Fence
                }
                _ if fenced => Class::Code,
                _ if start.starts_with('#') => Class::Heading,
                _ if start.starts_with('|') => Class::Row,
                _ if is_item(start) => Class::Item,
                _ => Class::Prose,
            };
            Line { at: range, class }
        })
        .collect()
}

fn is_item(line: &str) -> bool {
    let first = line.split(' ').next().unwrap_or("");
    let number = first.strip_suffix('.').is_some_and(|n| n.parse::<u32>().is_ok());
    line.contains(char::is_alphabetic)
        && line.len() > first.len()
        && (number || matches!(first, "-" | "*" | "+"))
}

/// The sentences of one line, without the blanks between them; byte ranges of `text`.
pub fn sentences(text: &str, line: &Range<usize>) -> Vec<Range<usize>> {
    let body = text[line.clone()].trim_end();
    let mut out = Vec::new();
    let mut start = line.start + (body.len() - body.trim_start().len());
    let end = line.start + body.len();
    let mut iter = body.char_indices().peekable();
    while let Some((at, c)) = iter.next() {
        let next = iter.peek().map(|(_, c)| *c);
        let behind = line.start + at + c.len_utf8();
        let western = matches!(c, '.' | '?' | '!' | '؟') && next == Some(' ');
        let short = body[..at].chars().rev().take_while(|c| c.is_alphanumeric()).count() < 3;
        let eastern = matches!(c, '。' | '！' | '？');
        if (western && !short || eastern) && behind > start {
            out.push(start..behind);
            start = behind + usize::from(western);
        }
    }
    if start < end {
        out.push(start..end);
    }
    out.retain(|range| !text[range.clone()].trim().is_empty());
    out
}

/// Words of a range: runs without blanks, marks at their ends left out; byte ranges of `text`.
pub fn words(text: &str, range: &Range<usize>) -> Vec<Range<usize>> {
    let mut out = Vec::new();
    let mut at = range.start;
    for piece in text[range.clone()].split([' ', '\n', '\t', '\u{a0}', '\r']) {
        let core = piece.trim_matches(|c: char| !c.is_alphanumeric());
        if !core.is_empty() {
            let lead = piece.len() - piece.trim_start_matches(|c: char| !c.is_alphanumeric()).len();
            out.push(at + lead..at + lead + core.len());
        }
        at += piece.len();
        at += text[at..].chars().next().map_or(0, char::len_utf8);
    }
    out
}

struct Pool {
    words: &'static [&'static str],
    phrases: &'static [&'static str],
    sentences: &'static [&'static str],
}

const ENGLISH: Pool = Pool {
    words: &[
        "patient",
        "wooden",
        "orchard",
        "remarkable",
        "seldom",
        "compass",
        "gathered",
        "lantern",
    ],
    phrases: &[
        "after a long discussion",
        "with the help of two neighbours",
        "as nobody had expected",
        "in plain words",
        "the reason for which is told below",
    ],
    sentences: &[
        "Nobody objected when this was read aloud.",
        "The details stand in the appendix and may change once more.",
        "It took longer than we had hoped, and it was worth the wait.",
        "Whoever disagrees should say so before the end of the week.",
        "We tried it with seven people and all of them found the way.",
    ],
};
const CHINESE: Pool = Pool {
    words: &["志愿者", "展览厅", "投影仪", "咖啡角"],
    phrases: &["经过反复讨论", "在专家的建议下", "考虑到实际情况"],
    sentences: &["详细说明请见附件。", "居民代表对此没有提出异议。", "具体办法另行通知。"],
};
const JAPANESE: Pool = Pool {
    words: &["集会所", "掲示板", "ボランティア", "駐車場"],
    phrases: &["話し合いの結果", "皆さんのご協力により", "やむを得ない事情で"],
    sentences: &["詳しくは別紙をご覧ください。", "反対の意見はありませんでした。"],
};
const ARABIC: Pool = Pool {
    words: &["المدرسة", "الحديقة", "التقرير", "الجيران"],
    phrases: &["بعد نقاش طويل", "بمساعدة الجيران", "كما هو مبين أدناه"],
    sentences: &["وافق الجميع على هذا القرار.", "وسنكتب عن ذلك في التقرير القادم."],
};
const FRENCH: Pool = Pool {
    words: &["mémoire", "fenêtre", "escalier", "généreuse"],
    phrases: &["après de longs échanges", "grâce à l’aide des bénévoles", "comme prévu"],
    sentences: &["Personne ne s’y est opposé.", "Les détails figurent en annexe."],
};
const GERMAN: Pool = Pool {
    words: &["Geländer", "Ausschuss", "vorläufige", "Gutachterin"],
    phrases: &["nach längerer Aussprache", "mit Hilfe der Nachbarn", "wie vereinbart"],
    sentences: &["Dagegen erhob niemand Einspruch.", "Näheres steht im Anhang."],
};

fn pool(kind: Kind) -> &'static Pool {
    match kind {
        Kind::Chinese => &CHINESE,
        Kind::Japanese => &JAPANESE,
        Kind::Arabic => &ARABIC,
        Kind::French => &FRENCH,
        Kind::German => &GERMAN,
        _ => &ENGLISH,
    }
}

pub fn pick<'a, T: ?Sized>(rand: &mut Rand, from: &[&'a T]) -> &'a T {
    from[rand.below(from.len())]
}

pub fn sentence(rand: &mut Rand, kind: Kind) -> &'static str {
    pick(rand, pool(kind).sentences)
}

type Maker = fn(&Text, &[Line], &mut Rand) -> Option<Change>;

const MAKERS: &[(&str, Maker)] = &[
    ("word", word),
    ("phrase", phrase),
    ("number", number),
    ("sentence", one_sentence),
    ("sentence added", sentence_added),
    ("sentence deleted", sentence_deleted),
    ("lines", some_lines),
    ("lines added", lines_added),
    ("lines deleted", lines_deleted),
    ("cell", cell),
    ("value", value),
    ("item added", item_added),
    ("heading", heading),
    ("body", body),
];

/// A change that fits the text; `None` if this roll of the dice has none.
pub fn change(text: &Text, rand: &mut Rand) -> Option<Change> {
    let all = lines(&text.body, text.kind);
    let (kind, maker) = MAKERS[rand.below(MAKERS.len())];
    let mut change = maker(text, &all, rand)?;
    change.kind = kind;
    (text.body[change.at.clone()] != change.new).then_some(change)
}

fn made(at: Range<usize>, new: impl Into<String>) -> Option<Change> {
    Some(Change { kind: "", at, new: new.into() })
}

fn one_of<'a>(all: &'a [Line], classes: &[Class], rand: &mut Rand) -> Option<(usize, &'a Line)> {
    let fit: Vec<usize> =
        (0..all.len()).filter(|index| classes.contains(&all[*index].class)).collect();
    let index = *fit.get(rand.below(fit.len().max(1)))?;
    Some((index, &all[index]))
}

/// The clauses of a Chinese line: what stands between marks.
fn clauses(text: &str, line: &Range<usize>) -> Vec<Range<usize>> {
    let mut out = Vec::new();
    let mut start = line.start;
    for (at, c) in text[line.clone()].char_indices() {
        let here = line.start + at;
        if matches!(
            c,
            '，' | '。' | '、' | '；' | '「' | '」' | '（' | '）' | '\n' | '\r' | ' ' | '|' | '：'
        ) {
            if here > start {
                out.push(start..here);
            }
            start = here + c.len_utf8();
        }
    }
    out
}

fn word(text: &Text, all: &[Line], rand: &mut Rand) -> Option<Change> {
    let (_, line) = one_of(all, &[Class::Prose, Class::Item, Class::Code], rand)?;
    if text.kind.is_spaceless() {
        let clauses = clauses(&text.body, &line.at);
        let at = clauses.get(rand.below(clauses.len().max(1)))?.clone();
        return made(at, pick(rand, pool(text.kind).words));
    }
    let words = words(&text.body, &line.at);
    let at = words.get(rand.below(words.len().max(1)))?.clone();
    let old = &text.body[at.clone()];
    let letters = old.chars().count() > 3 && old.chars().all(char::is_alphabetic);
    letters.then_some(())?;
    made(at, pick(rand, pool(text.kind).words))
}

fn phrase(text: &Text, all: &[Line], rand: &mut Rand) -> Option<Change> {
    let (_, line) = one_of(all, &[Class::Prose, Class::Item], rand)?;
    let sentences = sentences(&text.body, &line.at);
    let within = sentences.get(rand.below(sentences.len().max(1)))?.clone();
    if text.kind.is_spaceless() {
        let clauses = clauses(&text.body, &within);
        let at = clauses.get(rand.below(clauses.len().max(1)))?.clone();
        return made(at, pick(rand, pool(text.kind).phrases));
    }
    let words = words(&text.body, &within);
    if words.len() < 6 {
        return None;
    }
    let from = 1 + rand.below(words.len() - 4);
    let to = (from + 1 + rand.below(3)).min(words.len() - 1);
    let new = pick(rand, pool(text.kind).phrases);
    // Nobody writes a word twice.
    let before = text.body[words[from - 1].clone()].to_lowercase();
    if new.split(' ').next() == Some(&before) {
        return None;
    }
    made(words[from].start..words[to].end, new)
}

fn number(text: &Text, all: &[Line], rand: &mut Rand) -> Option<Change> {
    let classes = [Class::Prose, Class::Item, Class::Row, Class::Code];
    let (_, line) = one_of(all, &classes, rand)?;
    let words = words(&text.body, &line.at);
    let fit: Vec<_> = words
        .into_iter()
        .filter(|at| text.body[at.clone()].bytes().all(|byte| byte.is_ascii_digit()))
        .collect();
    let at = fit.get(rand.below(fit.len().max(1)))?.clone();
    let old: u64 = text.body[at.clone()].parse().ok()?;
    made(at, (old + 1 + rand.below(70) as u64).to_string())
}

fn one_sentence(text: &Text, all: &[Line], rand: &mut Rand) -> Option<Change> {
    let (_, line) = one_of(all, &[Class::Prose], rand)?;
    let sentences = sentences(&text.body, &line.at);
    let at = sentences.get(rand.below(sentences.len().max(1)))?.clone();
    (text.body[at.clone()].chars().count() > 12).then_some(())?;
    made(at, sentence(rand, text.kind))
}

fn sentence_added(text: &Text, all: &[Line], rand: &mut Rand) -> Option<Change> {
    let (_, line) = one_of(all, &[Class::Prose], rand)?;
    let sentences = sentences(&text.body, &line.at);
    let at = sentences.get(rand.below(sentences.len().max(1)))?.end;
    let ended = text.body[..at].ends_with(['.', '!', '?', '。', '؟']);
    let blank = if text.kind.is_spaceless() { "" } else { " " };
    ended.then_some(())?;
    made(at..at, format!("{blank}{}", sentence(rand, text.kind)))
}

fn sentence_deleted(text: &Text, all: &[Line], rand: &mut Rand) -> Option<Change> {
    let (_, line) = one_of(all, &[Class::Prose], rand)?;
    let sentences = sentences(&text.body, &line.at);
    if sentences.len() < 2 {
        return None;
    }
    let index = 1 + rand.below(sentences.len() - 1);
    made(sentences[index - 1].end..sentences[index].end, "")
}

fn indent_of(line: &str) -> &str {
    &line[..line.len() - line.trim_start_matches([' ', '\t']).len()]
}

fn line_end_of(line: &str) -> &str {
    if line.ends_with("\r\n") { "\r\n" } else { "\n" }
}

/// A line that could stand before or behind `line`.
fn like(text: &Text, line: &Line, rand: &mut Rand) -> Option<String> {
    let body = &text.body[line.at.clone()];
    let (indent, end) = (indent_of(body), line_end_of(body));
    let number = 2 + rand.below(97);
    let new = match (text.kind, line.class) {
        (Kind::Rust, _) => match rand.below(3) {
            0 => format!("let width = base + {number};"),
            1 => "// This is told once only.".into(),
            _ => format!("check(\"width\", {number})?;"),
        },
        (Kind::Python, _) => match rand.below(3) {
            0 => format!("width = base + {number}"),
            1 => "# This is told once only.".into(),
            _ => format!("check(\"width\", {number})"),
        },
        (Kind::Json, _) => format!("\"extra\": {number},"),
        (Kind::Yaml, _) => format!("extra_{number}: true"),
        (Kind::Html, _) => format!("<p>See page {number} for more.</p>"),
        (Kind::Toml, _) => format!("\"C-x {number}\" = \"view.other\""),
        (Kind::Csv, _) => {
            let fields = body.trim_end().matches(',').count();
            format!("{}{}", 9000 + number, ",new".repeat(fields))
        }
        (_, Class::Item) => {
            let mark = body.trim_start().split(' ').next().unwrap_or("-");
            format!("{mark} {}", sentence(rand, text.kind))
        }
        (_, Class::Row) => {
            let cells = body.trim_end().matches('|').count().checked_sub(1)?;
            format!("|{}", format!(" new {number} |").repeat(cells))
        }
        (_, Class::Code) => format!("extra --width {number}"),
        _ => sentence(rand, text.kind).to_owned(),
    };
    Some(format!("{indent}{new}{end}"))
}

fn some_lines(text: &Text, all: &[Line], rand: &mut Rand) -> Option<Change> {
    let classes = [Class::Prose, Class::Item, Class::Code, Class::Row];
    let (from, first) = one_of(all, &classes, rand)?;
    let to = run(all, from, 1 + rand.below(4));
    let count = 1 + rand.below(3);
    let new: Option<String> = (0..count).map(|_| like(text, first, rand)).collect();
    let at = first.at.start..all[to - 1].at.end;
    keeps_rule(text, &at).then_some(())?;
    made(at, new?)
}

/// Nobody wants a table without the line under its head.
fn keeps_rule(text: &Text, at: &Range<usize>) -> bool {
    !text.body[at.clone()].lines().any(|line| line.starts_with('|') && line.contains("---"))
}

/// The end of at most `most` lines of one class from `from` on.
fn run(all: &[Line], from: usize, most: usize) -> usize {
    let class = all[from].class;
    (from + 1..all.len().min(from + most))
        .find(|i| all[*i].class != class)
        .unwrap_or_else(|| all.len().min(from + most))
}

fn lines_added(text: &Text, all: &[Line], rand: &mut Rand) -> Option<Change> {
    let (_, line) = one_of(all, &[Class::Prose, Class::Code, Class::Row], rand)?;
    text.body[line.at.clone()].ends_with('\n').then_some(())?;
    let mut new = String::new();
    if line.class == Class::Prose {
        new.push_str(line_end_of(&text.body[line.at.clone()]));
    }
    for _ in 0..1 + rand.below(2) {
        new.push_str(&like(text, line, rand)?);
    }
    made(line.at.end..line.at.end, new)
}

fn lines_deleted(text: &Text, all: &[Line], rand: &mut Rand) -> Option<Change> {
    let (from, first) = one_of(all, &[Class::Item, Class::Code, Class::Row, Class::Prose], rand)?;
    if from == 0 {
        return None;
    }
    let mut to = run(all, from, 1 + rand.below(3));
    // A paragraph goes with the empty line behind it.
    if first.class == Class::Prose && all.get(to).is_some_and(|line| line.class == Class::Blank) {
        to += 1;
    }
    let at = first.at.start..all[to - 1].at.end;
    keeps_rule(text, &at).then_some(())?;
    text.body[at.clone()].ends_with('\n').then_some(())?;
    made(at, "")
}

fn cell(text: &Text, all: &[Line], rand: &mut Rand) -> Option<Change> {
    let csv = text.kind == Kind::Csv;
    let class = if csv { Class::Code } else { Class::Row };
    let (_, line) = one_of(all, &[class], rand)?;
    let row = &text.body[line.at.clone()];
    if row.contains("--") || row.contains('"') {
        return None;
    }
    let mark = if csv { ',' } else { '|' };
    let mut cells = Vec::new();
    let mut at = line.at.start;
    for cell in row.trim_end().split(mark) {
        let core = cell.trim();
        if !core.is_empty() {
            let lead = cell.len() - cell.trim_start().len();
            cells.push(at + lead..at + lead + core.len());
        }
        at += cell.len() + 1;
    }
    let at = cells.get(rand.below(cells.len().max(1)))?.clone();
    made(at, if rand.below(2) == 0 { "see below" } else { "7777" })
}

fn value(text: &Text, all: &[Line], rand: &mut Rand) -> Option<Change> {
    matches!(text.kind, Kind::Json | Kind::Toml).then_some(())?;
    let (_, line) = one_of(all, &[Class::Code], rand)?;
    let body = text.body[line.at.clone()].trim_end();
    let mark = if text.kind == Kind::Json { "\": " } else { " = " };
    let start = body.find(mark)? + mark.len();
    let value = body[start..].trim_end_matches(',');
    let new = match value {
        "true" => "false".into(),
        "false" => "true".into(),
        _ if value.contains(['{', '[', '}']) => return None,
        _ if value.starts_with('"') => "\"something else\"".into(),
        _ => (rand.below(900) + 100).to_string(),
    };
    let start = line.at.start + start;
    made(start..start + value.len(), new)
}

fn item_added(text: &Text, all: &[Line], rand: &mut Rand) -> Option<Change> {
    let (_, line) = one_of(all, &[Class::Item], rand)?;
    text.body[line.at.clone()].ends_with('\n').then_some(())?;
    made(line.at.end..line.at.end, like(text, line, rand)?)
}

fn heading(text: &Text, all: &[Line], rand: &mut Rand) -> Option<Change> {
    let (_, line) = one_of(all, &[Class::Heading], rand)?;
    let body = text.body[line.at.clone()].trim_end();
    let lead = body.len() - body.trim_start_matches(['#', ' ']).len();
    let new = match text.kind {
        Kind::Chinese => "补充说明",
        Kind::Japanese => "そのほか",
        Kind::French => "Ce qui reste à faire",
        _ => "What is left to do",
    };
    made(line.at.start + lead..line.at.start + body.len(), new)
}

/// The lines of a function that are indented under its head.
fn body(text: &Text, all: &[Line], rand: &mut Rand) -> Option<Change> {
    let head = match text.kind {
        Kind::Rust => "fn ",
        Kind::Python => "def ",
        _ => return None,
    };
    let heads: Vec<usize> =
        (0..all.len()).filter(|index| text.body[all[*index].at.clone()].contains(head)).collect();
    let at = *heads.get(rand.below(heads.len().max(1)))?;
    let depth = indent_of(&text.body[all[at].at.clone()]).len();
    let inside = |line: &Line| {
        let body = &text.body[line.at.clone()];
        line.class != Class::Blank && indent_of(body).len() > depth
    };
    let end = (at + 1..all.len()).find(|index| !inside(&all[*index])).unwrap_or(all.len());
    if end - at < 3 || end - at > 14 {
        return None;
    }
    let first = &all[at + 1];
    let new: Option<String> = (0..2).map(|_| like(text, first, rand)).collect();
    made(first.at.start..all[end - 1].at.end, new?)
}
