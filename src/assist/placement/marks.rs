//! A text as words, marks and blanks, of which each is written in one form or another as a whole:
//! a dash with the blanks around it, the blanks within quotes.

use super::fold::folded;
use super::pieces::is_prose;
use std::ops::Range;
use unicode_segmentation::UnicodeSegmentation;

/// A word, a mark, or blanks; `of` says which blanks.
#[derive(Clone, Debug)]
pub(super) struct Part {
    pub range: Range<usize>,
    pub of: Of,
    /// What it is compared as, where its blanks are a part of it.
    mark: Option<&'static str>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Of {
    Words,
    /// Between two words of a line.
    Blanks,
    /// Ends of lines, with the blanks before them.
    Ends,
    Indent,
}

impl Part {
    pub fn key(&self, text: &str) -> String {
        let own = &text[self.range.clone()];
        match self.of {
            Of::Words => self.mark.map_or_else(|| folded(own), str::to_owned),
            Of::Indent => own.to_owned(),
            Of::Ends => "\n".repeat(own.matches('\n').count().min(2)),
            // Tabs part the cells of a table: an empty cell is not a wide blank.
            Of::Blanks => match own.matches('\t').count() {
                0 | 1 => " ".to_owned(),
                tabs => "\t".repeat(tabs),
            },
        }
    }
}

pub(super) fn parts(text: &str) -> Vec<Part> {
    let mut out = Vec::with_capacity(text.len() / 4 + 1);
    let mut at = 0;
    while let Some(first) = text[at..].chars().next() {
        let blank = first.is_whitespace();
        let len = text[at..].find(|c: char| c.is_whitespace() != blank);
        let end = len.map_or(text.len(), |len| at + len);
        if !blank {
            for (start, word) in text[at..end].split_word_bound_indices() {
                let range = at + start..at + start + word.len();
                push_word(text, range, &mut out);
            }
        } else {
            let last = text[at..end].rfind('\n').map_or(at, |line| at + line + 1);
            if at < last {
                out.push(Part { range: at..last, of: Of::Ends, mark: None });
            }
            let of = if last == 0 || last > at { Of::Indent } else { Of::Blanks };
            if last < end {
                out.push(Part { range: last..end, of, mark: None });
            }
        }
        at = end;
    }
    joined(text, out)
}

/// Three dots are one mark.
fn push_word(text: &str, range: Range<usize>, out: &mut Vec<Part>) {
    if let Some(last) = out.last_mut()
        && last.range.end == range.start
        && &text[range.clone()] == "."
        && [".", ".."].contains(&&text[last.range.clone()])
    {
        last.range.end = range.end;
        return;
    }
    out.push(Part { range, of: Of::Words, mark: None });
}

/// A dash between the parts of a sentence is one with the blanks around it, and a quote with those
/// within it.
fn joined(text: &str, parts: Vec<Part>) -> Vec<Part> {
    let own = |at: usize| parts.get(at).map_or("", |part| &text[part.range.clone()]);
    let of = |at: usize| parts.get(at).map(|part| part.of);
    let mut out: Vec<Part> = Vec::with_capacity(parts.len());
    // Whether the line that is read is a sentence, and where it ends.
    let (mut prose, mut known) = (false, 0);
    let mut at = 0;
    while at < parts.len() {
        let start = parts[at].range.start;
        let begins = at == 0 || matches!(of(at - 1), Some(Of::Ends | Of::Indent));
        let blank_before = at > 0 && of(at - 1) == Some(Of::Blanks);
        let mut end = at + 1;
        let hyphens = own(at) == "-";
        while hyphens && end < at + 3 && own(end) == "-" {
            end += 1;
        }
        let blank_behind = of(end) == Some(Of::Blanks);
        let long = matches!(own(at), "\u{2014}" | "\u{2015}");
        let mark = match own(at) {
            "-" | "\u{2012}" | "\u{2013}" | "\u{2014}" | "\u{2015}" => {
                if start >= known {
                    let line = text[..start].rfind('\n').map_or(0, |at| at + 1);
                    known = text[start..].find('\n').map_or(text.len(), |at| start + at);
                    prose = is_prose(&text[line..known]);
                }
                let count = end - at;
                let digit = |c: Option<char>| c.is_some_and(|c| c.is_ascii_digit());
                let behind = parts[end - 1].range.end;
                let number = digit(text[..start].chars().next_back())
                    && digit(text[behind..].chars().next());
                match (begins, blank_before, blank_behind) {
                    _ if !prose => None,
                    (true, ..) => (count > 1 && blank_behind).then_some("-"),
                    _ if matches!(of(end), None | Some(Of::Ends)) => {
                        (count > 1 || long || blank_before).then_some("\u{2014}\n")
                    }
                    (_, true, true) => Some("\u{2014}"),
                    (_, false, false) if count > 1 && number => Some("-"),
                    _ if long => Some("\u{2014}"),
                    (_, false, false) => (count > 1).then_some("\u{2014}"),
                    _ => (count > 1).then_some("--"),
                }
            }
            "«" if blank_behind
                && (begins || blank_before || own(at - 1).ends_with(['(', '['])) =>
            {
                Some("\"")
            }
            "»" if blank_before && !own(end).starts_with(char::is_alphanumeric) => Some("\""),
            _ => None,
        };
        let Some(mark) = mark else {
            out.push(parts[at].clone());
            at += 1;
            continue;
        };
        let mut range = start..parts[end - 1].range.end;
        let (before, behind) = match (own(at), mark) {
            ("«", _) => (false, true),
            ("»", _) => (true, false),
            (_, "-" | "--") => (false, false),
            _ => (blank_before, blank_behind),
        };
        if before && let Some(blank) = out.pop_if(|part| part.of == Of::Blanks) {
            range.start = blank.range.start;
        }
        if behind {
            range.end = parts[end].range.end;
            end += 1;
        }
        out.push(Part { range, of: Of::Words, mark: Some(mark) });
        at = end;
    }
    out
}
