//! What models put around a bare text: tags, the marks of a quotation, a label, bold, quotation
//! marks, and the lines beside a selection.

use super::bare::Outside;
use super::kin::{Kin, paragraphs};
use super::talk::label;

/// Tags of pages: a text may well come to stand in them.
const OF_PAGES: &[&str] = &[
    "a",
    "article",
    "aside",
    "b",
    "blockquote",
    "body",
    "center",
    "code",
    "details",
    "div",
    "em",
    "footer",
    "header",
    "html",
    "i",
    "li",
    "main",
    "nav",
    "ol",
    "p",
    "pre",
    "section",
    "span",
    "strong",
    "sub",
    "sup",
    "table",
    "u",
    "ul",
];

/// What stands in tags around the text that the text has not: `<new_text>…</new_text>`.
pub(super) fn in_tags<'a>(answer: &'a str, old: &str, kin: &Kin) -> Option<&'a str> {
    let mut from = 0;
    for line in answer.split_inclusive('\n') {
        let start = from;
        from += line.len();
        let Some(rest) = line.trim_start().strip_prefix('<') else { continue };
        let name: &str = rest.split('>').next()?;
        let plain = name.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"_-".contains(&byte));
        if !plain || name.is_empty() || OF_PAGES.contains(&name.to_ascii_lowercase().as_str()) {
            continue;
        }
        let close = format!("</{name}>");
        if old.contains(&format!("<{name}>")) || old.contains(&close) {
            continue;
        }
        let open = start + answer[start..].find('>')? + 1;
        let Some(end) = answer[open..].rfind(&close).map(|at| open + at) else { continue };
        let beside = [&answer[..start], &answer[end + close.len()..]];
        let text = |part: &str| paragraphs(part).into_iter().any(|at| kin.has(&part[at]));
        if beside.iter().any(|part| text(part)) || answer[open..end].trim().is_empty() {
            continue;
        }
        return Some(answer[open..end].trim_matches(['\n', '\r']));
    }
    None
}

/// Takes the marks of block quotes off that the old text has not, where the text stands in them.
pub(super) fn without_quote_marks(text: &str, kin: &Kin) -> String {
    let mut out = String::with_capacity(text.len());
    let mut lines = text.split_inclusive('\n').peekable();
    while let Some(line) = lines.next() {
        if !line.trim_start().starts_with('>') {
            out.push_str(line);
            continue;
        }
        let mut raw = line.to_owned();
        while let Some(next) = lines.next_if(|next| next.trim_start().starts_with('>')) {
            raw.push_str(next);
        }
        let bare: String = raw
            .split_inclusive('\n')
            .map(|line| {
                let body = line.trim_start().trim_start_matches('>');
                body.strip_prefix(' ').unwrap_or(body)
            })
            .collect();
        if paragraphs(&bare).into_iter().any(|at| kin.likest(&bare[at]).is_some()) {
            // It is a paragraph of its own.
            if !out.is_empty() && !out.ends_with("\n\n") {
                out.push('\n');
            }
            out.push_str(&bare);
            if lines.peek().is_some_and(|next| !next.trim().is_empty()) {
                out.push('\n');
            }
        } else {
            out.push_str(&raw);
        }
    }
    out
}

/// Without the lines of the same paragraph that stand before and behind the old text.
fn within_lines(body: &str, old: &str, outside: &Outside) -> String {
    let all: Vec<&str> = body.lines().collect();
    let own: Vec<&str> = old.trim().lines().collect();
    let filled = |line: &&str| !line.trim().is_empty();
    // The line that the old text stands on itself is none of them.
    let before = outside.before.text();
    let before = &before[..before.rfind('\n').map_or(0, |at| at + 1)];
    let above: Vec<&str> = before.lines().rev().take_while(filled).collect();
    let behind = outside.behind.text();
    let below: Vec<&str> = match behind.find('\n') {
        Some(at) => behind[at + 1..].lines().take_while(filled).collect(),
        None => Vec::new(),
    };
    let same = |a: &str, b: &str| a.trim() == b.trim();
    let head = (1..=above.len().min(all.len())).rev().find(|count| {
        let theirs = above[..*count].iter().rev();
        theirs.zip(&all).all(|(one, line)| same(one, line)) && !same(own[0], all[0])
    });
    let head = head.unwrap_or(0);
    let rest = all.len() - head;
    let foot = (1..=below.len().min(rest)).rev().find(|count| {
        let ours = &all[all.len() - count..];
        let last = own.last().copied().unwrap_or_default();
        below.iter().zip(ours).all(|(one, line)| same(one, line))
            && !same(last, ours.last().copied().unwrap_or_default())
    });
    let foot = foot.unwrap_or(0);
    match head + foot < all.len() && head + foot > 0 {
        true => all[head..all.len() - foot].join("\n"),
        false => body.to_owned(),
    }
}

/// A text without the marks around all of it with which models set a paragraph off: of a quotation,
/// a list, bold.
pub(super) fn unframed(text: &str) -> Option<String> {
    let text = text.trim();
    let marked = |mark: char| text.lines().all(|line| line.trim_start().starts_with(mark));
    if marked('>') {
        let bare = |line: &str| line.trim_start().trim_start_matches(['>', ' ']).to_owned();
        return Some(text.lines().map(bare).collect::<Vec<_>>().join("\n"));
    }
    let item = ["- ", "* ", "• "].iter().find_map(|mark| text.strip_prefix(mark));
    if let Some(item) = item.filter(|item| !item.contains('\n')) {
        return Some(item.to_owned());
    }
    FRAMES.iter().find_map(|(open, close)| {
        let inner = text.strip_prefix(open)?.strip_suffix(close)?;
        (!inner.contains(open) && !inner.contains(close)).then(|| inner.to_owned())
    })
}

const FRAMES: &[(&str, &str)] =
    &[("**", "**"), ("\"", "\""), ("“", "”"), ("„", "“"), ("«", "»"), ("「", "」")];

/// Whether a text stands in one pair of quotation marks.
pub(super) fn is_quoted(text: &str) -> bool {
    FRAMES.iter().filter(|(open, _)| *open != "**").any(|(open, close)| {
        let inner = text.strip_prefix(open).and_then(|rest| rest.strip_suffix(close));
        inner.is_some_and(|inner| {
            !inner.is_empty() && !inner.contains(open) && !inner.contains(close)
        })
    })
}

/// A text without marks that enclose it and not the old one. Its indent stays.
pub(super) fn framed(text: &str, old: &str) -> Option<String> {
    let (indent, text) = text.split_at(text.len() - text.trim_start().len());
    FRAMES.iter().find_map(|(open, close)| {
        let inner = text.strip_prefix(open)?.strip_suffix(close)?;
        let own = old.trim().starts_with(open) && old.trim().ends_with(close);
        let fits = !own && !inner.is_empty() && !inner.contains(open) && !inner.contains(close);
        fits.then(|| format!("{indent}{inner}"))
    })
}

/// Takes off what stands around a text on its own lines and not around the old one: a label, bold,
/// quotation marks, and the rest of a line of which a part was selected.
pub(super) fn without_frame(text: &str, old: &str, outside: &Outside) -> String {
    let lead = text.len() - text.trim_start_matches(['\n', '\r']).len();
    let (above, rest) = text.split_at(lead);
    let body = rest.trim_end();
    let below = &rest[body.len()..];
    let mut body = body;
    let first = body.lines().next().unwrap_or_default();
    let own = old.trim_start().lines().next().unwrap_or_default();
    let named = label(first);
    if label(own) == 0 && Kin::new(own).likest(&first[named..]).is_some() {
        body = &body[named..];
    }
    let mut inner;
    while let Some(bare) = framed(body, old) {
        inner = bare;
        body = &inner;
    }
    let line = |side: &Kin, last: bool| {
        let mut all = side.text().split('\n');
        let part = if last { all.next_back() } else { all.next() };
        part.unwrap_or_default().to_owned()
    };
    let (before, behind) = (line(&outside.before, true), line(&outside.behind, false));
    let body = within_lines(body, old, outside);
    let mut body = body.as_str();
    let telling = |part: &str| part.trim().chars().count() >= 8;
    if telling(&before) && !old.starts_with(before.as_str()) {
        body = body.strip_prefix(before.as_str()).unwrap_or(body);
    }
    if telling(&behind) && !old.ends_with(behind.as_str()) {
        body = body.strip_suffix(behind.as_str()).unwrap_or(body);
    }
    format!("{above}{body}{below}")
}
