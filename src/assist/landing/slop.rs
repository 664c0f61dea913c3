//! What only the new text of an edit has and no text would: marks of the model or of the edit, fences
//! around it, signs and numbers before its lines, the blanks of another text. What is surely none of the
//! text is left out; where it may be some, the edit is not certain.

mod tabs;

use super::{shown, talk};
use crate::assist::dialect::{Edit, is_fence, is_file_name};
use crate::assist::hunks::Hunk;
use crate::assist::placement::decoded;
use std::ops::Range;
use tabs::{blanks_of, first_indent, indents, with_own_tabs};

/// So many lines of a document tell how it is written.
const MOST: usize = 1000;

/// The new text without what is none of it; `None` where nothing is. `text` is the whole document,
/// asked for only where it matters.
pub(super) fn mended<'a>(edit: &Edit, text: impl Fn() -> &'a str) -> Option<String> {
    let rules = [
        without_tokens,
        without_sources,
        without_label,
        without_fences,
        without_difference,
        without_signs,
        without_hard_blanks,
        with_own_tabs,
    ];
    let mut new: Option<String> = None;
    for rule in rules {
        let sides = Sides { old: &edit.old, new: new.as_deref().unwrap_or(&edit.new), text: &text };
        if let Some(other) = rule(&sides) {
            new = Some(other);
        }
    }
    new.filter(|new| *new != edit.new)
}

/// Both texts of an edit, and the document.
pub(super) struct Sides<'a, 'b> {
    pub old: &'a str,
    pub new: &'a str,
    pub text: &'a dyn Fn() -> &'b str,
}

impl Sides<'_, '_> {
    /// Whether only the new text has it.
    pub fn only_new(&self, mark: &str) -> bool {
        self.new.contains(mark) && !self.old.contains(mark) && !(self.text)().contains(mark)
    }
}

/// Marks by which models end what they say.
fn without_tokens(sides: &Sides<'_, '_>) -> Option<String> {
    without_tokens_at_end(sides.new, &|mark| sides.only_new(mark))
}

/// The same of any text; `is_odd` tells whether the document has no such mark.
pub(super) fn without_tokens_at_end(new: &str, is_odd: &dyn Fn(&str) -> bool) -> Option<String> {
    const MARKS: [&str; 9] = [
        "</s>",
        "<eos>",
        "<end_of_turn>",
        "[/INST]",
        "<|endoftext|>",
        "<|im_end|>",
        "<|eot_id|>",
        "<|end|>",
        "<|return|>",
    ];
    let end = new.trim_end();
    let mark = MARKS.iter().find(|mark| end.ends_with(*mark)).filter(|mark| is_odd(mark))?;
    let kept = end[..end.len() - mark.len()].trim_end();
    // A line that has nothing but the mark goes with it.
    let blanks = &new[end.len()..];
    Some(format!("{kept}{blanks}")).filter(|_| !kept.is_empty())
}

/// Where a text was found: `【1†source】`.
fn without_sources(sides: &Sides<'_, '_>) -> Option<String> {
    if !sides.only_new("†") || !sides.only_new("【") {
        return None;
    }
    let mut out = String::with_capacity(sides.new.len());
    let mut rest = sides.new;
    while let Some((before, behind)) = rest.split_once('【') {
        let (source, after) = behind.split_once('】')?;
        if !source.contains('†') || source.contains('\n') {
            return None;
        }
        out.push_str(before);
        rest = after;
    }
    out.push_str(rest);
    Some(out)
}

/// A name of the new text before it.
fn without_label(sides: &Sides<'_, '_>) -> Option<String> {
    const LABELS: [&str; 4] = ["REPLACE:", "REPLACE", "NEW:", "UPDATED:"];
    let (first, rest) = sides.new.split_once('\n')?;
    let label = LABELS.contains(&first.trim()) && sides.only_new(first.trim());
    (label && !rest.trim().is_empty()).then(|| rest.to_owned())
}

/// Fences around the new text where no document would have them: in code, or within a line; and one that
/// has no other.
fn without_fences(sides: &Sides<'_, '_>) -> Option<String> {
    let fences = |text: &str| text.lines().filter(|line| is_fence(line)).count();
    let count = fences(sides.new);
    if count == 0 || count > 2 || fences(sides.old) > 0 {
        return None;
    }
    let lines: Vec<&str> = sides.new.split_inclusive('\n').collect();
    let filled = |line: &&str| !line.trim().is_empty();
    let first = lines.iter().position(filled)?;
    let last = lines.iter().rposition(filled)?;
    let (opens, closes) = (is_fence(lines[first]), is_fence(lines[last]));
    let kept: Range<usize> = match (count, opens, closes) {
        (1, true, false) => first + 1..lines.len(),
        (1, false, true) => 0..last,
        (2, true, true) => {
            let text = (sides.text)();
            let line = sides.old.trim();
            let whole = text.lines().any(|one| one.trim() == line);
            let within = !line.contains('\n') && !whole;
            if !within && (text.lines().any(is_fence) || !is_code(text)) {
                return None;
            }
            first + 1..last
        }
        _ => return None,
    };
    let kept = lines[kept].concat();
    // It ends as it did.
    let body = kept.trim_end_matches('\n');
    let end = if sides.new.ends_with('\n') { "\n" } else { "" };
    Some(format!("{body}{end}")).filter(|kept| !kept.trim().is_empty())
}

/// A difference for a new text: what stays and goes in it is the old text, line by line.
fn without_difference(sides: &Sides<'_, '_>) -> Option<String> {
    let (mut was, mut is) = (Vec::new(), Vec::new());
    let mut gone = false;
    for line in sides.new.lines().filter(|line| !line.trim().is_empty()) {
        match line.split_at_checked(1)? {
            ("-", rest) => {
                gone = true;
                was.push(rest);
            }
            ("+", rest) => is.push(rest),
            (" ", rest) => {
                was.push(rest);
                is.push(rest);
            }
            _ => return None,
        }
    }
    let old: Vec<&str> = sides.old.lines().filter(|line| !line.trim().is_empty()).collect();
    let end = if sides.new.ends_with('\n') { "\n" } else { "" };
    (gone && was == old).then(|| is.join("\n") + end)
}

/// Every line of the new text is marked as new.
fn without_signs(sides: &Sides<'_, '_>) -> Option<String> {
    let all = |text: &str| {
        let mut filled = text.lines().filter(|line| !line.trim().is_empty()).peekable();
        filled.peek().is_some() && filled.all(|line| line.starts_with('+'))
    };
    let any = |text: &str| text.lines().any(|line| line.starts_with('+'));
    if !all(sides.new) || any(sides.old) || any((sides.text)()) {
        return None;
    }
    let body = |line: &'_ str| line.strip_prefix('+').unwrap_or(line).to_owned();
    let out: String = sides.new.split_inclusive('\n').map(body).collect();
    let indent = |text: &str| {
        let line = text.lines().find(|line| !line.trim().is_empty()).unwrap_or_default();
        line.len() - line.trim_start().len()
    };
    // As deep as the old text: else it is an item of a list.
    (indent(&out) == indent(sides.old)).then_some(out)
}

/// Blanks that keep two words on one line, in code or before a line.
fn without_hard_blanks(sides: &Sides<'_, '_>) -> Option<String> {
    const HARD: &str = "\u{a0}";
    let led = sides.new.lines().any(|line| line.starts_with(HARD));
    let odd = sides.only_new(HARD) && (led || is_code((sides.text)()));
    odd.then(|| sides.new.replace(HARD, " "))
}

/// Whether most lines of a text are code.
pub(super) fn is_code(text: &str) -> bool {
    let lines = || text.lines().filter(|line| !line.trim().is_empty()).take(MOST);
    let is_item = |line: &str| line.trim_start().starts_with(['-', '*', '+', '>', '|', '#']);
    let coded = |line: &&str| {
        let end = line.trim_end();
        // `Run this:` leads to something.
        let leads = line.starts_with(char::is_uppercase) && end.ends_with(':');
        !leads && end.ends_with([';', '{', '}', '(', ')', ',', ':', '[', ']'])
            || line.starts_with(['\t', ' ']) && !is_item(line)
    };
    let said = |line: &&str| {
        line.split_whitespace().count() > 7 && line.trim_end().ends_with(['.', '!', '?'])
    };
    let all = lines().count();
    2 * lines().filter(coded).count() >= all && 8 * lines().filter(said).count() <= all
}

/// Whether a new text has something that may be none of the document's, or stands otherwise than its lines
/// do. `indent` stands before the hunk on its line.
pub(super) fn is_odd<'a>(
    edit: &Edit,
    hunk: &Hunk,
    indent: &str,
    text: impl Fn() -> &'a str,
) -> bool {
    let sides = Sides { old: &edit.old, new: &edit.new, text: &text };
    let lines = |side: &str| format!("{indent}{side}");
    let (old, new) = (lines(&hunk.old), lines(&hunk.new));
    let placed = Sides { old: &old, new: &new, text: &text };
    // Of a change that only puts something in not all of its lines are seen.
    let shallow = is_shallow(&sides) && (hunk.old.trim().is_empty() || is_shallow(&placed));
    if shallow || has_numbers(&sides) && has_numbers(&placed) {
        return true;
    }
    let rules = [
        has_names,
        has_escapes,
        is_fenced,
        has_one_fence,
        has_controls,
        has_tags,
        ends_in_words,
        has_some_signs,
        has_own_name,
        has_other_blanks,
        has_no_cells,
        shown::shows_changes,
        shown::points_at_change,
        shown::begins_with_remark,
        shown::ends_in_remark,
        shown::is_labelled,
        shown::is_stand_in,
    ];
    rules.iter().any(|rule| rule(&sides))
}

/// Signs as pages write them.
fn has_names(sides: &Sides<'_, '_>) -> bool {
    let names = |text: &str| decoded(text).is_some();
    sides.new.contains('&') && names(sides.new) && !names(sides.old) && !names((sides.text)())
}

/// A line end or a sign behind a backslash, which no text would have so.
fn has_escapes(sides: &Sides<'_, '_>) -> bool {
    let outside = |mark: &str| {
        sides.new.lines().any(|line| {
            line.match_indices(mark).any(|(at, _)| line[..at].matches(['"', '\'']).count() % 2 == 0)
        })
    };
    if !sides.new.contains('\\') {
        return false;
    }
    let broken = ["\\n  ", "\\n\\n", "\\n\\t"];
    broken.iter().any(|mark| outside(mark) && sides.only_new(mark))
        || sides.only_new("\\_") && outside("\\_") && is_code((sides.text)())
}

/// Signs that nobody types: `\b` or `\t` of a command that was read as the one sign that it stands for.
fn has_controls(sides: &Sides<'_, '_>) -> bool {
    let odd = |text: &str| {
        text.contains(['\u{8}', '\u{c}', '\u{b}', '\u{7}'])
            || text.lines().any(|line| line.trim_start_matches(' ').contains('\t'))
    };
    let slashed = || sides.old.contains('\\') || (sides.text)().contains('\\');
    odd(sides.new) && !odd(sides.old) && slashed() && !odd((sides.text)())
}

/// A fence that opens or closes nothing.
fn has_one_fence(sides: &Sides<'_, '_>) -> bool {
    let odd = |text: &str, mark: &str| {
        text.lines().filter(|line| line.trim_start().starts_with(mark)).count() % 2 == 1
    };
    ["```", "~~~"].iter().any(|mark| odd(sides.new, mark) && !odd(sides.old, mark))
}

/// A fence around all of it, where the document has none.
fn is_fenced(sides: &Sides<'_, '_>) -> bool {
    let mut lines = sides.new.trim().lines();
    let around = lines.next().is_some_and(is_fence) && lines.next_back().is_some_and(is_fence);
    // Code that was indented gets a fence.
    let same = lines.map(str::trim).eq(sides.old.trim().lines().map(str::trim));
    around && !same && !sides.old.lines().any(is_fence) && !(sides.text)().lines().any(is_fence)
}

/// The name of a part of an answer around all of it.
fn has_tags(sides: &Sides<'_, '_>) -> bool {
    const NAMES: [&str; 9] =
        ["code", "new", "replace", "replacement", "text", "content", "output", "answer", "result"];
    let new = sides.new.trim();
    NAMES.iter().any(|name| {
        new.starts_with(&format!("<{name}>"))
            && new.ends_with(&format!("</{name}>"))
            && sides.only_new(&format!("<{name}>"))
    })
}

/// A last paragraph of words about the edit, or of any where all else is code.
fn ends_in_words(sides: &Sides<'_, '_>) -> bool {
    let Some((code, last)) = sides.new.trim_end().rsplit_once("\n\n") else { return false };
    let words = last.split_whitespace().count();
    let told = talk::is_note(last) || talk::may_be_talk(last) || is_explained(last);
    let said = words > 3
        && !last.contains('\n')
        && last.starts_with(char::is_uppercase)
        && last.ends_with(['.', '!', ')'])
        && !last.ends_with("()");
    !code.trim().is_empty()
        && !sides.old.contains(last)
        && (told || said && is_code((sides.text)()))
}

/// `Explanation: …`
fn is_explained(last: &str) -> bool {
    let head = last.split_once(':').map(|(head, _)| head.trim_matches('*'));
    head.is_some_and(|head| ["Explanation", "Changes", "Changes made", "Reason"].contains(&head))
}

/// Some lines are marked as new or as gone.
fn has_some_signs(sides: &Sides<'_, '_>) -> bool {
    let signed = |line: &str| {
        line.starts_with('+') && !line.starts_with("+ ")
            || (line.starts_with("+  ") || line.starts_with("-  ")) && line.len() > 5
    };
    let any = |text: &str| text.lines().any(signed);
    any(sides.new) && !any(sides.old) && !any((sides.text)())
}

/// Each line has a number before its indent.
fn has_numbers(sides: &Sides<'_, '_>) -> bool {
    let number = |line: &str| {
        let rest = line.trim_start().trim_start_matches(|sign: char| sign.is_ascii_digit());
        let indented = rest.strip_prefix([':', '|']).is_some_and(|rest| rest.starts_with("  "));
        rest.len() < line.trim_start().len() && indented
    };
    let all = |text: &str| {
        let mut filled = text.lines().filter(|line| !line.trim().is_empty()).peekable();
        filled.peek().is_some() && filled.all(number)
    };
    all(sides.new) && !sides.old.lines().any(number) && !(sides.text)().lines().any(number)
}

/// The name of a file above it.
fn has_own_name(sides: &Sides<'_, '_>) -> bool {
    let name = |text: &str| {
        let first = text.trim_start().lines().next().unwrap_or_default();
        let body = first.trim_start_matches(['#', '/', '-', ';', '<', '!', '*', ' ']);
        let body = body.trim_end_matches(['-', '>', '*', '/', ' ']);
        (body.len() < first.len() && is_file_name(body)).then(|| first.to_owned())
    };
    let first = name(sides.new).filter(|_| sides.new.trim().contains('\n'));
    first.is_some_and(|first| name(sides.old).is_none() && sides.only_new(&first))
}

/// The new text begins before the lines that it stands for, and nothing that stays shows that it is meant
/// so.
fn is_shallow(sides: &Sides<'_, '_>) -> bool {
    let filled = |text: &str| -> Vec<String> {
        let lines = text.lines().filter(|line| !line.trim().is_empty());
        lines.map(|line| line.trim_end().to_owned()).collect()
    };
    let (old, new) = (filled(sides.old), filled(sides.new));
    let moved = old.len() == new.len() && old.iter().zip(&new).all(|(a, b)| a.trim() == b.trim());
    if new.is_empty() || moved {
        return false;
    }
    // A line that stays, and stands before where all of them stood, among others that are new.
    let indent = |line: &String| line.len() - line.trim_start().len();
    let stays = |line: &&String| {
        let mut own = old.iter().filter(|one| one.trim() == line.trim());
        let least = old.iter().map(indent).min().unwrap_or(0);
        own.next().is_some() && own.next().is_none() && indent(line) < least
    };
    let (was, is) = (first_indent(sides.old), first_indent(sides.new));
    let first = was.len() > is.len() && was.starts_with(is);
    let kept = new.iter().any(|line| old.contains(line));
    // Lines are only taken away, and all that stay are less deep, also than where the old ones began.
    let less = |line: &String| {
        let mut own = old.iter().filter(|one| one.trim() == line.trim());
        own.next().is_some_and(|one| indent(one) > indent(line)) && own.next().is_none()
    };
    let flat = was.len() != is.len() && new.iter().all(less);
    !kept && (first || flat || new.iter().any(|line| stays(&line)))
}

/// Indents that no line of the document has: tabs for its spaces, or steps of another width.
fn has_other_blanks(sides: &Sides<'_, '_>) -> bool {
    let (tabs, spaces) = blanks_of(sides.new);
    let (old_tabs, old_spaces) = blanks_of(sides.old);
    let (odd_tabs, odd_spaces) = (tabs > 0 && old_tabs == 0, spaces > 0 && old_spaces == 0);
    let steps = |text: &str| -> Vec<usize> {
        indents(text).take(MOST).map(str::len).filter(|len| *len > 1).collect()
    };
    let even = |all: &[usize]| all.iter().all(|len| len % 4 == 0);
    let uneven = tabs == 0 && !even(&steps(sides.new)) && even(&steps(sides.old));
    if !odd_tabs && !odd_spaces && !uneven {
        return false;
    }
    // Only now the whole text is looked at.
    let text = (sides.text)();
    match blanks_of(text) {
        (0, 2..) if odd_tabs => true,
        (2.., 0) if odd_spaces => true,
        (0, 4..) if uneven => even(&steps(text)) && is_code(text),
        _ => false,
    }
}

/// Blanks for the tabs between the cells of a table.
fn has_no_cells(sides: &Sides<'_, '_>) -> bool {
    let celled = |line: &str| line.trim().contains('\t');
    let filled = |text: &'_ str| -> Vec<String> {
        text.lines().filter(|line| !line.trim().is_empty()).map(str::to_owned).collect()
    };
    let old = filled(sides.old);
    let odd = |line: &String| !celled(line) && line.trim().contains("  ");
    old.iter().all(|line| celled(line)) && !old.is_empty() && filled(sides.new).iter().any(odd)
}
