//! Answers that write one part of a document anew in a fence and quote nothing: a function, a
//! section; alone, between gaps, or with what models lose of it.

use super::case::{Case, draft};
use super::change::pick;
use super::draft::{Draft, Level, Want, line_start, line_stop};
use super::texts::{Kind, Text};
use cowrite::assist::Dialect;
use cowrite::base::Rand;
use std::ops::Range;

pub const ALONE: &str = "a part";
pub const GAPS: &str = "a part between gaps";
pub const SPOILT: &str = "a part, spoilt";
pub const ROWS: &[&str] = &[ALONE, GAPS, SPOILT];

const BEFORE: &[&str] = &[
    "",
    "Here is the new version:\n\n",
    "Replace it with this:\n\n",
    "I rewrote that part and left the others alone.\n\n",
];
const BEHIND: &[&str] = &["", "\nThe rest stays.\n", "\nI only changed what you asked for.\n"];

pub fn case(text: &Text, row: &'static str, rand: &mut Rand) -> Option<Case> {
    let one = draft(text, "none", rand)?;
    let (change, doc) = (&one.change, &one.doc);
    let at = match one.kind {
        Kind::Markdown => section(doc, change.at.start)?,
        Kind::Rust | Kind::Python => function(doc, change.at.start, one.kind)?,
        _ => return None,
    };
    // The line that names it stays, and the part does not end elsewhere.
    let body = line_stop(doc, named(doc, &at, one.kind)?);
    let inside = body <= change.at.start && change.at.end <= at.end;
    let old = doc[at.clone()].replace("\r\n", "\n");
    let new = format!(
        "{}{}{}",
        &doc[at.start..change.at.start.max(at.start)],
        change.new,
        &doc[change.at.end.min(at.end)..at.end]
    );
    let new = new.replace("\r\n", "\n");
    let plain = |text: &str| !text.contains("```") && text.lines().count() > 1;
    (inside && plain(&old) && plain(&new)).then_some(())?;
    let mut want = if is_sure(&one, &at, body, &old, &new) { Want::Place } else { Want::Either };
    let fenced = match row {
        ALONE => new.trim_end().to_owned(),
        GAPS => between_gaps(&new, one.kind, rand),
        _ => spoilt(&one, &new, &at, rand, &mut want)?,
    };
    let info = match one.kind {
        Kind::Rust => pick(rand, &["rust", "", "rs"]),
        Kind::Python => pick(rand, &["python", "", "py"]),
        _ => pick(rand, &["markdown", "", "md"]),
    };
    let (before, behind) = (pick(rand, BEFORE), pick(rand, BEHIND));
    Some(Case {
        name: format!("{}/{}/part/{row}", one.text, change.kind),
        kind: one.kind,
        form: "part",
        slop: row,
        doc: doc.clone(),
        answer: format!("{before}```{info}\n{fenced}\n```\n{behind}"),
        asked: Dialect::Blocks,
        selected: None,
        certain: false,
        cut: false,
        pairs: Vec::new(),
        parts: vec![(change.at.clone(), change.new.clone())],
        lines: Some(at),
        level: Level::Trail,
        want,
    })
}

/// Whether nobody could take the part for another one, or its end for the middle of it.
fn is_sure(one: &Draft, at: &Range<usize>, body: usize, old: &str, new: &str) -> bool {
    let last = |text: &str| text.trim_end().lines().next_back().unwrap_or("").to_owned();
    let name = one.doc[..body].trim_end().lines().next_back().unwrap_or("").trim().to_owned();
    let once = one.doc.lines().filter(|line| line.trim() == name).count() == 1;
    let ends =
        last(old) == last(new) || old.trim_end().lines().count() == new.trim_end().lines().count();
    // Of one that has parts itself, some may be meant to stay.
    let inner = one.doc[body..at.end].lines().any(|line| line.starts_with('#'));
    // Code that does not close what it opens is cut off.
    let open = |text: &str| {
        text.matches(['{', '(', '[']).count() as i64 - text.matches(['}', ')', ']']).count() as i64
    };
    once && ends && open(old) == open(new) && !(one.kind == Kind::Markdown && inner)
}

/// From the heading before a place to the next one.
fn section(doc: &str, at: usize) -> Option<Range<usize>> {
    let heads = heads(doc);
    let start = *heads.iter().rev().find(|head| **head <= at)?;
    let end = heads.iter().find(|head| **head > at).copied().unwrap_or(doc.len());
    Some(start..end)
}

fn heads(doc: &str) -> Vec<usize> {
    let (mut at, mut fenced) = (0, false);
    let mut out = Vec::new();
    for line in doc.split_inclusive('\n') {
        fenced ^= line.trim_start().starts_with("```");
        if !fenced && line.starts_with('#') {
            out.push(at);
        }
        at += line.len();
    }
    out
}

fn begins(line: &str, kind: Kind) -> bool {
    let body = line.trim_start();
    let body =
        body.strip_prefix("pub ").or_else(|| body.strip_prefix("pub(crate) ")).unwrap_or(body);
    match kind {
        Kind::Python => body.starts_with("def "),
        _ => body.starts_with("fn ") && line.trim_end().ends_with('{'),
    }
}

/// The function around a place, without what stands above it.
fn function(doc: &str, at: usize, kind: Kind) -> Option<Range<usize>> {
    let depth = |line: &str| line.len() - line.trim_start().len();
    let mut start = line_start(doc, at);
    while !begins(&doc[start..line_stop(doc, start)], kind) {
        start = line_start(doc, start.checked_sub(1)?);
    }
    let own = depth(&doc[start..line_stop(doc, start)]);
    let mut end = line_stop(doc, start);
    let mut filled = end;
    while end < doc.len() {
        let line = &doc[end..line_stop(doc, end)];
        let closes = kind != Kind::Python && line.trim() == "}" && depth(line) == own;
        if !line.trim().is_empty() && depth(line) <= own && !closes {
            break;
        }
        end += line.len();
        if !line.trim().is_empty() {
            filled = end;
        }
        if closes {
            break;
        }
    }
    (at < filled).then_some(start..filled)
}

/// Where the line starts that names a part.
fn named(doc: &str, at: &Range<usize>, kind: Kind) -> Option<usize> {
    let line = &doc[at.start..line_stop(doc, at.start)];
    (kind == Kind::Markdown || begins(line, kind)).then_some(at.start)
}

fn between_gaps(new: &str, kind: Kind, rand: &mut Rand) -> String {
    let mark = match kind {
        Kind::Rust => pick(rand, &["// ... existing code ...", "// ...", "..."]),
        Kind::Python => pick(rand, &["# ... existing code ...", "# ... (unchanged)", "..."]),
        _ => pick(rand, &["<!-- ... existing content ... -->", "...", "[... unchanged ...]", "…"]),
    };
    let new = new.trim_end();
    match rand.below(3) {
        0 => format!("{mark}\n\n{new}"),
        1 => format!("{new}\n\n{mark}"),
        _ => format!("{mark}\n\n{new}\n\n{mark}"),
    }
}

/// What models lose of a part, or put to it.
fn spoilt(
    one: &Draft,
    new: &str,
    at: &Range<usize>,
    rand: &mut Rand,
    want: &mut Want,
) -> Option<String> {
    let new = new.trim_end();
    let name = match one.kind {
        Kind::Rust => format!("// {}", one.text),
        Kind::Python => format!("# {}", one.text),
        _ => format!("<!-- {} -->", one.text),
    };
    Some(match rand.below(5) {
        0 => format!("{name}\n{new}"),
        // Without its indent.
        1 => {
            let indent = &new[..new.len() - new.trim_start().len()];
            (!indent.is_empty()).then_some(())?;
            let bare = |line: &str| line.strip_prefix(indent).unwrap_or(line).to_owned();
            new.lines().map(bare).collect::<Vec<_>>().join("\n")
        }
        // With blanks at the ends of lines.
        2 => new.lines().map(|line| format!("{line} ")).collect::<Vec<_>>().join("\n"),
        // With what stands behind it, as it is.
        3 => {
            (at.end < one.doc.len()).then_some(())?;
            let next = match one.kind {
                Kind::Markdown => section(&one.doc, at.end)?,
                kind => function(&one.doc, behind(&one.doc, at.end, kind)?, kind)?,
            };
            let next = one.doc[next].replace("\r\n", "\n");
            (!next.contains("```")).then_some(())?;
            let once = next.lines().next().is_some_and(|name| {
                one.doc.lines().filter(|line| line.trim() == name.trim()).count() == 1
            });
            if !once {
                *want = Want::Either;
            }
            let gap = if one.kind == Kind::Python { "\n\n\n" } else { "\n\n" };
            format!("{new}{gap}{}", next.trim_end())
        }
        // Twice as many blank lines.
        _ => {
            *want = if one.kind == Kind::Markdown { *want } else { Want::Either };
            new.replace("\n\n", "\n\n\n")
        }
    })
}

/// Where the next function behind a place starts.
fn behind(doc: &str, mut at: usize, kind: Kind) -> Option<usize> {
    while at < doc.len() {
        let next = line_stop(doc, at);
        if begins(&doc[at..next], kind) {
            return Some(at);
        }
        at = next;
    }
    None
}
