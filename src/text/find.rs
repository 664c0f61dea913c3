//! Search and replacement in a rope, plain or by regular expression.
//!
//! Windows of the text are copied, never the whole: a search costs what lies between the caret
//! and the match. A match of a pattern over more than 64 KB may be missed.

use super::change::{Change, Replace};
use crate::base::{Pos, Span};
use crate::event::Origin;
use regex::{Captures, Regex, RegexBuilder};
use ropey::Rope;
use std::ops::ControlFlow;

/// The most replacements of one change.
const MOST: usize = 200_000;
/// The first window, in characters; each further one is twice as long, up to the largest.
const FIRST: usize = 1 << 12;
const LARGEST: usize = 1 << 18;
/// How far windows overlap for patterns that may match over lines.
const OVERLAP: usize = 1 << 16;

/// What is looked for, ready to search.
#[derive(Clone, Debug)]
pub struct Pattern {
    /// Nothing is found where there is none.
    regex: Option<Regex>,
    /// The replacement's `$1` mean groups.
    groups: bool,
    /// The length of every match, in characters, where it is known.
    len: Option<usize>,
}

impl Pattern {
    /// Plain text. Small letters find capitals too; a capital asks for the very case.
    pub fn plain(what: &str) -> Self {
        let any_case = !what.chars().any(char::is_uppercase);
        let escaped = regex::escape(what);
        let built = build(&escaped, any_case).or_else(|_| build(&escaped, false));
        // Escaped text is always an expression; one that is too large is found nowhere.
        Self { regex: built.ok(), groups: false, len: Some(what.chars().count()) }
    }

    /// A regular expression; `^` and `$` are the borders of lines. The error says what is wrong
    /// with it.
    pub fn regex(what: &str) -> Result<Self, String> {
        match build(what, false) {
            Ok(regex) => Ok(Self { regex: Some(regex), groups: true, len: None }),
            Err(regex::Error::CompiledTooBig(_)) => Err("The expression is too large.".into()),
            // The library draws the pattern with a caret; its last line says what is wrong.
            Err(why) => {
                let words = why.to_string();
                let last = words.lines().last().unwrap_or_default();
                let last = last.trim_start_matches("error: ");
                Err(format!("The expression is not right: {last}."))
            }
        }
    }

    /// The first match from `from` on, else the first from the top. Empty ones do not count.
    pub fn next(&self, rope: &Rope, from: Pos) -> Option<Span> {
        let end = Pos(rope.len_chars());
        let first = |span: Span| {
            let mut found = None;
            self.scan(rope, span, &mut |one, _, _| {
                if one.is_empty() {
                    return ControlFlow::Continue(());
                }
                found = Some(one);
                ControlFlow::Break(())
            });
            found
        };
        first(Span { start: from.min(end), end }).or_else(|| first(Span { start: Pos(0), end }))
    }

    /// The last match that begins before `from`, else the last one. Empty ones do not count.
    pub fn previous(&self, rope: &Rope, from: Pos) -> Option<Span> {
        let end = rope.len_chars();
        self.last_before(rope, from.0.min(end)).or_else(|| self.last_before(rope, end + 1))
    }

    /// The last match that starts before `from`.
    fn last_before(&self, rope: &Rope, from: usize) -> Option<Span> {
        let mut stop = from;
        let mut size = FIRST;
        while stop > 0 {
            let at = stop.saturating_sub(size).min(rope.len_chars());
            let line = rope.line_to_char(rope.char_to_line(at));
            // A long line is cut; matches there are as good from its middle.
            let start = if at - line <= LARGEST { line } else { at };
            let mut found = None;
            let span = Span { start: Pos(start), end: Pos(rope.len_chars()) };
            self.scan(rope, span, &mut |one, _, _| {
                if one.start.0 >= stop {
                    return ControlFlow::Break(());
                }
                if !one.is_empty() {
                    found = Some(one);
                }
                ControlFlow::Continue(())
            });
            if found.is_some() {
                return found;
            }
            stop = start;
            size = (size * 2).min(LARGEST);
        }
        None
    }

    /// The matches that start in a span, at most `most`: to draw them.
    pub fn matches(&self, rope: &Rope, span: Span, most: usize) -> Vec<Span> {
        let mut out = Vec::new();
        let whole = Span { start: span.start, end: Pos(rope.len_chars()) };
        self.scan(rope, whole, &mut |one, _, _| {
            if one.start >= span.end || out.len() == most {
                return ControlFlow::Break(());
            }
            out.push(one);
            ControlFlow::Continue(())
        });
        out
    }

    /// How many matches there are, at most `most`.
    pub fn count(&self, rope: &Rope, most: usize) -> usize {
        let mut count = 0;
        let all = Span { start: Pos(0), end: Pos(rope.len_chars()) };
        self.scan(rope, all, &mut |_, _, _| {
            count += 1;
            if count >= most { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
        });
        count.min(most)
    }

    /// Replaces the match at `span`; nothing when there is none exactly there. In a replacement
    /// for a regular expression, `$1` and `${name}` are groups, `\n` and `\t` what they say.
    pub fn replace(&self, rope: &Rope, span: Span, with: &str) -> Option<Change> {
        let with = self.template(with);
        let mut change = None;
        let whole = Span { start: span.start, end: Pos(rope.len_chars()) };
        self.scan(rope, whole, &mut |one, window, at| {
            if one == span {
                change = Some(Change(vec![self.expand(one, window, at, &with)]));
            }
            ControlFlow::Break(())
        });
        change
    }

    /// Replaces every match, in a span or everywhere.
    pub fn replace_all(&self, rope: &Rope, with: &str, within: Option<Span>) -> Change {
        let with = self.template(with);
        let mut out = Vec::new();
        let all = Span { start: Pos(0), end: Pos(rope.len_chars()) };
        let within = within.unwrap_or(all);
        self.scan(rope, Span { start: within.start, ..all }, &mut |one, window, at| {
            if one.end > within.end || out.len() == MOST {
                return ControlFlow::Break(());
            }
            out.push(self.expand(one, window, at, &with));
            ControlFlow::Continue(())
        });
        Change(out)
    }

    fn template(&self, with: &str) -> String {
        if self.groups { with.replace("\\n", "\n").replace("\\t", "\t") } else { with.to_owned() }
    }

    fn expand(&self, span: Span, window: &str, at: usize, with: &str) -> Replace {
        let mut text = String::new();
        let captures = self.regex.as_ref().filter(|_| self.groups);
        match captures.and_then(|regex| regex.captures_at(window, at)) {
            Some(captures) => Captures::expand(&captures, with, &mut text),
            None => text.push_str(with),
        }
        Replace { span, text, origin: Origin::typed(), src: Vec::new() }
    }

    /// Calls `found` with every match that starts in the span, the window it lies in and its byte
    /// there.
    fn scan(
        &self,
        rope: &Rope,
        span: Span,
        found: &mut dyn FnMut(Span, &str, usize) -> ControlFlow<()>,
    ) {
        let Some(regex) = &self.regex else { return };
        let end = span.end.0.min(rope.len_chars());
        let mut from = span.start.0;
        let mut size = FIRST;
        // Where the last match ended, so that an empty one does not follow it at once.
        let mut ended = None;
        loop {
            // What stands before decides about borders of words and lines.
            let start = from.saturating_sub(2);
            let stop = self.window_end(rope, from, size, end);
            let window = rope.slice(start..stop).to_string();
            let skipped = rope.slice(start..from).len_bytes();
            let last = stop == rope.len_chars();
            let mut at = skipped;
            let mut chars = Counter { byte: skipped, chars: from };
            let mut enlarge = false;
            while at <= window.len()
                && let Some(one) = regex.find_at(&window, at)
            {
                if one.end() == window.len() && !last && self.len.is_none() {
                    // It might go on, were there more.
                    from = chars.at(&window, one.start());
                    enlarge = true;
                    break;
                }
                let begins = chars.at(&window, one.start());
                let ends = chars.at(&window, one.end());
                at = if one.is_empty() {
                    one.end() + window[one.end()..].chars().next().map_or(1, char::len_utf8)
                } else {
                    one.end()
                };
                let here = Span { start: Pos(begins), end: Pos(ends) };
                if begins > end || one.is_empty() && ended == Some(begins) {
                    continue;
                }
                ended = Some(ends);
                if found(here, &window, one.start()).is_break() {
                    return;
                }
                from = if one.is_empty() { ends + 1 } else { ends };
            }
            if enlarge {
                size = size.saturating_mul(4);
                continue;
            }
            if stop >= end {
                return;
            }
            let overlap = match self.len {
                Some(len) => len.saturating_sub(1),
                None => OVERLAP.min(size / 2),
            };
            from = from.max(stop.saturating_sub(overlap));
            size = (size * 2).min(LARGEST.max(size));
        }
    }

    /// Where a window that begins at `from` ends: for patterns, at the end of a line, which may
    /// be long.
    fn window_end(&self, rope: &Rope, from: usize, size: usize, end: usize) -> usize {
        let all = rope.len_chars();
        let rough = from.saturating_add(size).min(all);
        if let Some(len) = self.len {
            return rough.min(end.saturating_add(len)).min(all);
        }
        if rough == all { all } else { rope.line_to_char(rope.char_to_line(rough) + 1) }
    }
}

/// Bytes of a window to characters of the document, forward only.
struct Counter {
    byte: usize,
    chars: usize,
}

impl Counter {
    fn at(&mut self, window: &str, byte: usize) -> usize {
        if byte >= self.byte {
            self.chars += window[self.byte..byte].chars().count();
        } else {
            self.chars -= window[byte..self.byte].chars().count();
        }
        self.byte = byte;
        self.chars
    }
}

fn build(pattern: &str, any_case: bool) -> Result<Regex, regex::Error> {
    RegexBuilder::new(pattern)
        .multi_line(true)
        .crlf(true)
        .case_insensitive(any_case)
        .size_limit(64 << 20)
        .build()
}
