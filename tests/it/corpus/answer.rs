//! Writes drafts down as a model would: every form an answer takes, with prose around it.
//!
//! Knows no document but for whole-text answers.

use super::change::pick;
use super::draft::{Apart, Draft, Want, line_start, line_stop};
use cowrite::assist::Dialect;
use cowrite::base::Rand;
use similar::{ChangeTag, TextDiff};
use std::fmt::Write as _;

/// The forms, as they are counted in the report.
pub const FORMS: &[&str] = &["blocks", "patch", "diff", "tags", "tool", "whole", "gaps", "passage"];

/// Forms that quote the text to be replaced.
pub const QUOTING: &[&str] = &["blocks", "patch", "diff", "tags", "tool"];

pub struct Answer {
    pub text: String,
    pub asked: Dialect,
    /// Bytes of `text` before which the last edit cannot be complete.
    pub complete: usize,
    /// Whether the form says where an edit ends.
    pub closed: bool,
}

const BEFORE: &[&str] = &[
    "",
    "I changed this as you asked.\n\n",
    "Sure! Here is the edit:\n\n",
    "The wording is now more precise. Nothing else needs to change.\n\n",
    "1. First I looked at the text.\n2. Then I made one change.\n\n",
];
const BEHIND: &[&str] =
    &["", "\n", "\nLet me know if you want more.\n", "\nThat keeps the rest as it is."];

fn lined(text: &str) -> String {
    if text.is_empty() || text.ends_with('\n') { text.to_owned() } else { format!("{text}\n") }
}

/// The longest run of backticks that a line starts with.
fn ticks(text: &str) -> usize {
    text.lines()
        .map(|line| line.trim_start().chars().take_while(|c| *c == '`').count())
        .max()
        .unwrap_or(0)
}

pub fn fence_for(text: &str) -> String {
    "`".repeat(ticks(text).max(2) + 1)
}

/// Writes edits of one document in one form; `None` where the form cannot say them.
pub fn write(form: &'static str, drafts: &[&Draft], rand: &mut Rand) -> Option<Answer> {
    let (before, behind) = (pick(rand, BEFORE), pick(rand, BEHIND));
    let mut text = before.to_owned();
    let mut asked = Dialect::Blocks;
    let (mut closed, mut bare) = (true, false);
    match form {
        "blocks" => blocks(drafts, rand, &mut text),
        "patch" => patch(drafts, rand, &mut text)?,
        "diff" => {
            closed = false;
            diff(drafts, rand, &mut text)?;
        }
        "tags" => tags(drafts, rand, &mut text),
        "tool" => tool(drafts, rand, &mut text),
        "whole" => {
            // Asked for, or not.
            if rand.below(2) == 0 {
                asked = Dialect::Whole;
            }
            bare = whole(drafts, rand, asked == Dialect::Whole, &mut text);
            closed = false;
        }
        "gaps" => gaps(drafts, rand, &mut text)?,
        "passage" => {
            passage(drafts, rand, &mut text)?;
            closed = text.contains("```");
        }
        _ => return None,
    }
    let complete = text.trim_end().len();
    if !bare {
        if !text.ends_with('\n') && !behind.is_empty() {
            text.push('\n');
        }
        text.push_str(behind);
    }
    Some(Answer { text, asked, complete, closed })
}

fn blocks(drafts: &[&Draft], rand: &mut Rand, out: &mut String) {
    let style = rand.below(7);
    let signs = [7, 7, 7, 5, 9][rand.below(5)];
    let (head, mid, tail) = ("<".repeat(signs), "=".repeat(signs), ">".repeat(signs));
    for draft in drafts {
        let (old, new) = (lined(&draft.old_text()), lined(&draft.new_text()));
        let block = format!("{head} SEARCH\n{old}{mid}\n{new}{tail} REPLACE\n");
        let fence = if ticks(&block) >= 3 { "````".to_owned() } else { "```".to_owned() };
        let name = draft.text;
        let _ = match style {
            0 => write!(out, "{block}"),
            1 => write!(out, "```\n{block}```\n").map(|()| fix(out, &fence, &block)),
            2 => write!(out, "{name}\n```\n{block}```\n").map(|()| fix(out, &fence, &block)),
            3 => {
                write!(out, "```markdown\n{name}\n{block}```\n").map(|()| fix(out, &fence, &block))
            }
            4 => write!(out, "**{name}**\n\n{block}"),
            5 => write!(out, "~~~\n{block}~~~\n"),
            _ => write!(out, "```{name}\n{block}```\n").map(|()| fix(out, &fence, &block)),
        };
        out.push('\n');
    }
}

/// Lengthens the fence of the last block where it holds fences.
fn fix(out: &mut String, fence: &str, block: &str) {
    if fence.len() == 3 {
        return;
    }
    let at = out.rfind(block).unwrap_or(0);
    let open = out[..at].rfind("```").unwrap_or(0);
    let tail = at + block.len();
    out.replace_range(tail..tail + 3, fence);
    out.replace_range(open..open + 3, fence);
}

/// Lines of a difference with their marks.
fn marked(old: &str, new: &str, bare_blanks: bool) -> Vec<(char, String)> {
    let (old, new) = (lined(old), lined(new));
    let diff = TextDiff::from_lines(old.as_str(), new.as_str());
    let lines = diff.iter_all_changes().map(|change| {
        let sign = match change.tag() {
            ChangeTag::Equal => ' ',
            ChangeTag::Delete => '-',
            ChangeTag::Insert => '+',
        };
        (sign, change.value().trim_end_matches('\n').to_owned())
    });
    lines
        .map(|(sign, line)| match bare_blanks && sign == ' ' && line.is_empty() {
            true => ('\0', line),
            false => (sign, line),
        })
        .collect()
}

fn push_marked(lines: &[(char, String)], apart: Option<Apart>, out: &mut String) {
    for (sign, line) in lines {
        match (*sign, apart) {
            ('\0', _) | (' ', Some(Apart::Bare)) => {}
            (sign @ ('-' | '+'), Some(_)) | (sign @ ' ', Some(Apart::Wide)) => {
                out.extend([sign, ' ']);
            }
            (sign, _) => out.push(sign),
        }
        out.push_str(line);
        out.push('\n');
    }
}

fn whole_lines(draft: &Draft) -> bool {
    let at = &draft.at;
    line_start(&draft.doc, at.start) == at.start
        && (at.end == draft.doc.len() || draft.doc[..at.end].ends_with('\n'))
}

fn patch(drafts: &[&Draft], rand: &mut Rand, out: &mut String) -> Option<()> {
    let fenced = rand.below(3);
    let bare = rand.below(4) == 0;
    if fenced == 1 {
        out.push_str("```\n");
    }
    out.push_str("*** Begin Patch\n");
    let _ = writeln!(out, "*** Update File: {}", drafts[0].text);
    for draft in drafts {
        if !whole_lines(draft) {
            return None;
        }
        match &draft.under {
            Some(under) => {
                let _ = writeln!(out, "@@ {under}");
            }
            None if drafts.len() > 1 || rand.below(2) == 0 => out.push_str("@@\n"),
            None => {}
        }
        push_marked(&marked(&draft.old_text(), &draft.new_text(), bare), draft.apart, out);
    }
    out.push_str("*** End Patch\n");
    if fenced == 1 {
        out.push_str("```\n");
    }
    Some(())
}

fn diff(drafts: &[&Draft], rand: &mut Rand, out: &mut String) -> Option<()> {
    let fenced = rand.below(4) > 0;
    let headed = !fenced || rand.below(3) > 0;
    let bare = rand.below(4) == 0;
    if fenced {
        out.push_str("```diff\n");
    }
    if headed {
        let name = drafts[0].text;
        let _ = match rand.below(2) {
            0 => writeln!(out, "--- a/{name}\n+++ b/{name}"),
            _ => writeln!(out, "--- {name}\n+++ {name}"),
        };
    }
    // A true number would tell which of several places is meant.
    let style = if drafts[0].want == Want::Refuse { 0 } else { rand.below(3) };
    let mut moved = 0i64;
    for draft in drafts {
        if !whole_lines(draft) {
            return None;
        }
        let lines = marked(&draft.old_text(), &draft.new_text(), bare);
        let count = |sign| lines.iter().filter(|(one, _)| *one != sign).count();
        let (olds, news) = (count('+'), count('-'));
        let off = if style == 1 { rand.below(60) } else { 0 };
        let line = draft.line.unwrap_or_else(|| draft.true_line() + off);
        let new_line = (line as i64 + moved).max(1);
        moved += news as i64 - olds as i64;
        let _ = match style {
            _ if draft.line.is_some() => writeln!(out, "@@ -{line},{olds} +{new_line},{news} @@"),
            0 => writeln!(out, "@@ ... @@"),
            1 => {
                let off = |count: usize, by: usize| (count + by).saturating_sub(2).max(1);
                let (a, b) = (off(olds, rand.below(5)), off(news, rand.below(5)));
                writeln!(out, "@@ -{line},{a} +{new_line},{b} @@")
            }
            _ => writeln!(out, "@@ -{line},{olds} +{new_line},{news} @@"),
        };
        push_marked(&lines, draft.apart, out);
    }
    if fenced {
        out.push_str("```\n");
    }
    Some(())
}

fn tags(drafts: &[&Draft], rand: &mut Rand, out: &mut String) {
    let style = rand.below(5);
    let around = rand.below(2) == 0;
    if around {
        out.push_str("<edits>\n");
    }
    for draft in drafts {
        let (old, new) = (draft.old_text(), draft.new_text());
        let (old, new) = (old.trim_end_matches('\n'), new.trim_end_matches('\n'));
        let line = draft.line.map(|line| format!(" line={line}")).unwrap_or_default();
        let (a, b) = match style {
            0 | 4 => ("old_text", "new_text"),
            1 => ("search", "replace"),
            2 => ("old", "new"),
            _ => ("old_text", "new_text"),
        };
        // A closing tag of the other kind, as some models write it.
        let close = if style == 4 { b } else { a };
        let _ = match style {
            2 => writeln!(out, "<edit>\n<{a}{line}>{old}</{a}>\n<{b}>{new}</{b}>\n</edit>"),
            _ if new.is_empty() => {
                writeln!(out, "<{a}{line}>\n{old}\n</{close}>\n<{b}>\n</{b}>")
            }
            _ => writeln!(out, "<{a}{line}>\n{old}\n</{close}>\n<{b}>\n{new}\n</{b}>"),
        };
        out.push('\n');
    }
    if around {
        out.push_str("</edits>\n");
    }
}

fn tool(drafts: &[&Draft], rand: &mut Rand, out: &mut String) {
    use serde_json::json;
    let pair = |draft: &Draft| {
        let (old, new) = (draft.old_text(), draft.new_text());
        // One line end fewer on both sides, as tools are called.
        match (old.strip_suffix('\n'), new.strip_suffix('\n')) {
            (Some(a), Some(b)) => (a.to_owned(), b.to_owned()),
            _ => (old, new),
        }
    };
    let style = rand.below(5);
    let name = drafts[0].text;
    let pretty = rand.below(2) == 0;
    let mut calls = Vec::new();
    if style == 3 && drafts.len() > 1 {
        let edits: Vec<_> = drafts
            .iter()
            .map(|draft| {
                let (old, new) = pair(draft);
                json!({ "oldText": old, "newText": new })
            })
            .collect();
        calls.push(json!({ "path": name, "edits": edits }));
    } else {
        for draft in drafts {
            let (old, new) = pair(draft);
            calls.push(match style {
                0 => json!({ "name": "str_replace", "arguments": { "path": name, "old_str": old, "new_str": new } }),
                1 => json!({ "command": "str_replace", "path": name, "old_str": old, "new_str": new }),
                2 => json!({ "file_path": name, "old_string": old, "new_string": new, "replace_all": false }),
                3 => json!({ "path": name, "edits": [{ "oldText": old, "newText": new }] }),
                _ => json!({ "name": "edit", "input": { "file": name, "search": old, "replace": new } }),
            });
        }
    }
    let frame = rand.below(3);
    for call in calls {
        let text =
            if pretty { serde_json::to_string_pretty(&call) } else { serde_json::to_string(&call) };
        let text = text.unwrap();
        let _ = match frame {
            0 => writeln!(out, "```json\n{text}\n```\n"),
            1 => writeln!(out, "<tool_call>\n{text}\n</tool_call>\n"),
            _ => writeln!(out, "{text}\n"),
        };
    }
}

/// The whole new text.
pub fn truth(drafts: &[&Draft]) -> String {
    let mut out = drafts[0].doc.clone();
    let mut drafts = drafts.to_vec();
    drafts.sort_by_key(|draft| std::cmp::Reverse(draft.change.at.start));
    for draft in drafts {
        out.replace_range(draft.change.at.clone(), &draft.change.new);
    }
    out
}

/// Whether it is bare, with nothing said around it.
fn whole(drafts: &[&Draft], rand: &mut Rand, asked: bool, out: &mut String) -> bool {
    let text = truth(drafts).replace("\r\n", "\n");
    if asked && rand.below(2) == 0 {
        // Bare, as it was asked for.
        out.clear();
        out.push_str(&text);
        return true;
    }
    let fence = fence_for(&text);
    let info = pick(rand, &["", "markdown", "text"]);
    let _ = writeln!(out, "{fence}{info}\n{}{fence}", lined(&text));
    false
}

/// The whole text with gaps where nothing changes.
fn gaps(drafts: &[&Draft], rand: &mut Rand, out: &mut String) -> Option<()> {
    let draft = drafts[0];
    let doc = draft.doc.as_str();
    // Two lines that stay on each side are told.
    let (mut from, mut to) = (line_start(doc, draft.change.at.start), draft.change.at.end);
    let lined_end = to > draft.change.at.start || to == from;
    if !(lined_end && doc[..to].ends_with('\n')) {
        to = line_stop(doc, to);
    }
    let blank = |text: &str| text.trim().len() < 9;
    let (mut told, start) = (0, from);
    while told < 2 && from > 0 {
        let above = line_start(doc, from - 1);
        told += usize::from(!blank(&doc[above..from]));
        from = above;
    }
    let (mut told, end) = (0, to);
    while told < 2 && to < doc.len() {
        let below = line_stop(doc, to);
        told += usize::from(!blank(&doc[to..below]));
        to = below;
    }
    let far = |text: &str| text.matches('\n').count() > 3;
    if !far(&doc[..from]) && !far(&doc[to..]) || start == from || end == to {
        return None;
    }
    let once = |part: &str| super::draft::count(doc, part) == 1;
    if !once(&doc[from..start]) || !once(&doc[end..to]) {
        return None;
    }
    let mark = match draft.kind.is_code() {
        true => {
            pick(rand, &["...", "// ... existing code ...", "# ... rest of the code unchanged ..."])
        }
        false => pick(rand, &["...", "[... rest unchanged ...]", "<!-- existing text -->", "…"]),
    };
    let mut text = String::new();
    if far(&doc[..from]) {
        // The first line says what document it is.
        let _ = write!(text, "{}\n{mark}\n\n", doc.lines().next().unwrap_or(""));
    } else {
        text.push_str(&doc[..from]);
    }
    text.push_str(&doc[from..draft.change.at.start]);
    text.push_str(&draft.change.new);
    text.push_str(&doc[draft.change.at.end..to]);
    match far(&doc[to..]) {
        true => {
            let _ = write!(text, "\n{mark}\n");
        }
        false => text.push_str(&doc[to..]),
    }
    let text = text.replace("\r\n", "\n");
    let fence = fence_for(&text);
    let info = pick(rand, &["", "markdown", "text"]);
    let _ = writeln!(out, "{fence}{info}\n{}{fence}", lined(&text));
    Some(())
}

/// The new paragraph, without the old one.
fn passage(drafts: &[&Draft], rand: &mut Rand, out: &mut String) -> Option<()> {
    let draft = drafts[0];
    let new = draft.new_text();
    let plain = whole_lines(draft) && draft.quoted().trim().len() > 80 && new.trim().len() > 80;
    let one = !draft.quoted().trim().contains("\n\n") && ticks(&new) < 3;
    if !plain || !one {
        return None;
    }
    match rand.below(4) {
        // Bare, as it is said.
        0 => {
            let _ = write!(out, "\n{}\n\n", new.trim_end());
        }
        _ => {
            let info = pick(rand, &["", "markdown", "text"]);
            let _ = writeln!(out, "```{info}\n{}\n```", new.trim_end());
        }
    }
    Some(())
}
