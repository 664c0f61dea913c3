//! One line through a grammar: the state before it becomes the state after it, with spans.

use super::markdown::{self, Markdown};
use super::scopes::Classes;
use super::{LONGEST_LINE, Syntaxes};
use crate::base::{Class, ClassSpan};
use ropey::Rope;
use std::borrow::Cow;
use std::sync::Arc;
use syntect::parsing::{BasicScopeStackOp, ParseState, ScopeStack, SyntaxReference};

/// Where a text stands between two lines.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum State {
    Grammar(Grammar),
    Markdown(Markdown),
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Grammar {
    parse: ParseState,
    scopes: ScopeStack,
}

impl State {
    pub fn new(syntax: &SyntaxReference) -> Self {
        if syntax.name == "Markdown" {
            return Self::Markdown(Markdown::default());
        }
        Self::Grammar(Grammar { parse: ParseState::new(syntax), scopes: ScopeStack::new() })
    }
}

/// What parsing needs and reuses.
#[derive(Clone, Debug)]
pub(super) struct Parser {
    syntaxes: Arc<Syntaxes>,
    classes: Classes,
    open: Vec<Class>,
}

impl Parser {
    pub fn new(syntaxes: Arc<Syntaxes>) -> Self {
        Self { syntaxes, classes: Classes::default(), open: Vec::new() }
    }

    /// The state at the start of code in a language as a fence names it. Markdown in Markdown is
    /// plain code: states would nest as deep as fences do.
    pub fn start(&self, language: &str) -> Option<Box<State>> {
        match State::new(self.syntaxes.of_fence(language)?) {
            State::Markdown(_) => None,
            state => Some(Box::new(state)),
        }
    }

    /// Parses a line with its `\n`; spans in bytes of it, what is plain text left out.
    pub fn line(&mut self, line: &str, state: &mut State) -> Vec<ClassSpan> {
        match state {
            State::Grammar(state) => self.grammar_line(line, state),
            State::Markdown(state) => markdown::line(self, line, state),
        }
    }

    fn grammar_line(&mut self, line: &str, state: &mut Grammar) -> Vec<ClassSpan> {
        let Self { syntaxes, classes, open } = self;
        open.clear();
        let mut class = Class::Text;
        for scope in state.scopes.as_slice() {
            class = classes.of(*scope).unwrap_or(class);
            open.push(class);
        }
        // A grammar that is broken leaves the line plain.
        let Ok(ops) = state.parse.parse_line(line, &syntaxes.set) else { return Vec::new() };
        let mut out = Vec::new();
        let mut at = 0;
        for (index, op) in ops {
            if index > at {
                push(&mut out, at, index, open.last().copied());
                at = index;
            }
            let applied = state.scopes.apply_with_hook(&op, |basic, _| match basic {
                BasicScopeStackOp::Push(scope) => {
                    let around = open.last().copied().unwrap_or_default();
                    open.push(classes.of(scope).unwrap_or(around));
                }
                BasicScopeStackOp::Pop => {
                    open.pop();
                }
            });
            if applied.is_err() {
                break;
            }
        }
        let content = line.trim_end_matches(['\n', '\r']).len();
        push(&mut out, at, content, open.last().copied());
        if let Some(last) = out.last_mut() {
            last.range.end = last.range.end.min(content);
        }
        out.retain(|span| !span.range.is_empty());
        out
    }

    /// Parses a line of a document; spans in `char`s of it.
    pub fn rope_line(&mut self, rope: &Rope, line: usize, state: &mut State) -> Vec<ClassSpan> {
        let Some(slice) = rope.get_line(line) else { return Vec::new() };
        if slice.len_bytes() > LONGEST_LINE {
            return Vec::new();
        }
        let mut text = Cow::from(slice);
        if let Some(content) = text.strip_suffix("\r\n") {
            text = Cow::Owned(format!("{content}\n"));
        } else if !text.ends_with('\n') {
            text = Cow::Owned(format!("{text}\n"));
        }
        let mut spans = self.line(&text, state);
        if !text.is_ascii() {
            to_chars(&text, &mut spans);
        }
        spans
    }
}

/// What parsing a line costs, in lines of usual length.
pub(super) fn cost(rope: &Rope, line: usize) -> usize {
    let bytes = rope.get_line(line).map_or(0, |slice| slice.len_bytes());
    if bytes > LONGEST_LINE { 1 } else { 1 + bytes / 128 }
}

fn push(out: &mut Vec<ClassSpan>, start: usize, end: usize, class: Option<Class>) {
    let class = class.unwrap_or_default();
    if class == Class::Text || start >= end {
        return;
    }
    match out.last_mut() {
        Some(last) if last.class == class && last.range.end == start => last.range.end = end,
        _ => out.push(ClassSpan { range: start..end, class }),
    }
}

/// Byte ranges to `char` ranges; the spans are in order.
fn to_chars(text: &str, spans: &mut [ClassSpan]) {
    let mut chars = text.char_indices().map(|(byte, _)| byte).enumerate().peekable();
    let mut find = |byte: usize| {
        while let Some((index, at)) = chars.peek().copied() {
            if at >= byte {
                return index;
            }
            chars.next();
        }
        text.chars().count()
    };
    for span in spans {
        span.range = find(span.range.start)..find(span.range.end);
    }
}
