//! Finding and replacing, plain and by regular expression.

use super::{Change, Replace};
use crate::base::{Pos, Span};
use crate::event::Origin;
use regex::{Regex, RegexBuilder};
use ropey::Rope;

/// The most replacements of one change.
const MOST: usize = 200_000;

/// What is looked for.
#[derive(Clone, Debug)]
pub struct Pattern {
    /// None finds nothing: what is looked for is longer than any expression may be.
    regex: Option<Regex>,
    plain: bool,
}

impl Pattern {
    /// Plain text. Small letters find capitals too; a capital asks for the very case.
    pub fn plain(what: &str) -> Self {
        let any_case = !what.chars().any(char::is_uppercase);
        let escaped = regex::escape(what);
        let build = |any_case: bool| {
            RegexBuilder::new(&escaped).case_insensitive(any_case).size_limit(64 << 20).build()
        };
        // Escaped text is always an expression; one that is too large is looked for as it is.
        let regex = build(any_case).or_else(|_| build(false)).ok();
        Self { regex, plain: true }
    }

    /// A regular expression; `^` and `$` are the borders of lines. The error says what is wrong
    /// with it.
    pub fn regex(what: &str) -> Result<Self, String> {
        let built = RegexBuilder::new(what).multi_line(true).crlf(true).build();
        match built {
            Ok(regex) => Ok(Self { regex: Some(regex), plain: false }),
            Err(regex::Error::CompiledTooBig(_)) => Err("The expression is too large.".into()),
            Err(why) => {
                let words = why.to_string();
                let last =
                    words.lines().last().unwrap_or("").trim_start_matches("error: ").to_owned();
                Err(format!("The expression is not right: {last}."))
            }
        }
    }

    /// The first hit from `from` on, else the first from the top.
    pub fn next(&self, rope: &Rope, from: Pos) -> Option<Span> {
        let regex = self.regex.as_ref()?;
        let text = rope.to_string();
        let at = rope.char_to_byte(from.0.min(rope.len_chars()));
        let hit = regex.find_at(&text, at).filter(|hit| hit.start() >= at && !hit.is_empty());
        let hit = hit.or_else(|| regex.find_iter(&text).find(|hit| !hit.is_empty()))?;
        Some(span(rope, hit.range()))
    }

    /// The last hit that begins before `from`, else the last one.
    pub fn previous(&self, rope: &Rope, from: Pos) -> Option<Span> {
        let regex = self.regex.as_ref()?;
        let text = rope.to_string();
        let at = rope.char_to_byte(from.0.min(rope.len_chars()));
        let mut before = None;
        let mut last = None;
        for hit in regex.find_iter(&text).filter(|hit| !hit.is_empty()) {
            if hit.start() < at {
                before = Some(hit.range());
            }
            last = Some(hit.range());
        }
        before.or(last).map(|range| span(rope, range))
    }

    /// Replaces every hit, in a span or everywhere. In a regular expression's replacement `$1`
    /// stands for its first group.
    pub fn replace_all(&self, rope: &Rope, with: &str, within: Option<Span>) -> Change {
        let Some(regex) = &self.regex else { return Change::default() };
        let text = rope.to_string();
        let within = within.map_or(0..text.len(), |span| {
            rope.char_to_byte(span.start.0)..rope.char_to_byte(span.end.0)
        });
        let mut out = Vec::new();
        for captures in regex.captures_iter(&text).take(MOST) {
            let Some(hit) = captures.get(0) else { continue };
            if hit.start() < within.start || hit.end() > within.end || hit.is_empty() {
                continue;
            }
            let mut new = String::new();
            if self.plain {
                new.push_str(with);
            } else {
                captures.expand(with, &mut new);
            }
            out.push(Replace {
                span: span(rope, hit.range()),
                text: new,
                origin: Origin::typed(),
                src: Vec::new(),
            });
        }
        Change(out)
    }
}

fn span(rope: &Rope, range: std::ops::Range<usize>) -> Span {
    Span { start: Pos(rope.byte_to_char(range.start)), end: Pos(rope.byte_to_char(range.end)) }
}
