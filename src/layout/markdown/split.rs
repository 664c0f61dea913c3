//! Where units start and end, and what may still change at the end of a text that arrives.

use pulldown_cmark::{CodeBlockKind, Event, Options, Parser, Tag};
use std::ops::Range;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum UnitKind {
    Block,
    /// An item of a list that is in no other block, with its number.
    Item(Option<u64>),
    /// Fenced code that is in no other block.
    Fence,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Unit {
    /// From the start of its first line, in bytes of the whole source.
    pub range: Range<usize>,
    pub kind: UnitKind,
}

/// Link definitions: the name as it is compared, address and title.
pub(super) type Links = Vec<(String, (String, String))>;

pub(super) fn options() -> Options {
    Options::ENABLE_TABLES | Options::ENABLE_TASKLISTS | Options::ENABLE_STRIKETHROUGH
}

/// The name of a link as it is compared.
pub(super) fn link_name(name: &str) -> String {
    name.split_whitespace().collect::<Vec<_>>().join(" ").to_lowercase()
}

/// The units of a part of the source that starts with a unit; `number` is the number of its first
/// item when it goes on with a list.
pub(super) fn split(source: &str, part: Range<usize>, number: Option<u64>) -> (Vec<Unit>, Links) {
    let text = &source[part.clone()];
    let mut events = Parser::new_ext(text, options()).into_offset_iter();
    let mut units: Vec<Unit> = Vec::new();
    let mut depth = 0usize;
    let mut next_number = None;
    for (event, range) in events.by_ref() {
        let start = part.start + text[..range.start].rfind('\n').map_or(0, |at| at + 1);
        let mut unit = |kind| units.push(Unit { range: start..part.start + range.end, kind });
        match event {
            Event::Start(tag) => {
                match (depth, tag) {
                    (0, Tag::List(first)) => {
                        let goes_on = start == part.start;
                        next_number = first
                            .map(|first| if goes_on { number.unwrap_or(first) } else { first });
                    }
                    (0, Tag::CodeBlock(CodeBlockKind::Fenced(_))) => unit(UnitKind::Fence),
                    (0, _) => unit(UnitKind::Block),
                    (1, Tag::Item) => {
                        unit(UnitKind::Item(next_number));
                        next_number = next_number.map(|number| number + 1);
                    }
                    _ => {}
                }
                depth += 1;
            }
            Event::End(_) => depth = depth.saturating_sub(1),
            _ if depth == 0 => unit(UnitKind::Block),
            _ => {}
        }
    }
    let links = events
        .reference_definitions()
        .iter()
        .map(|(name, link)| {
            let title = link.title.as_ref().map(ToString::to_string).unwrap_or_default();
            (link_name(name), (link.dest.to_string(), title))
        })
        .collect();
    (units, links)
}

/// How much of a text that goes on can be shown: a last line that is only the beginning of a mark
/// (`-`, `##`, a fence) waits, and so do emphasis marks at the end.
pub(super) fn held_back(text: &str) -> usize {
    let line_start = text.rfind('\n').map_or(0, |at| at + 1);
    let line = text[line_start..].trim_start_matches([' ', '\t', '>']);
    let is_mark = |c: char| "-=*_#`~+>|:<.)! \t".contains(c) || c.is_ascii_digit();
    if line.starts_with("```") || line.starts_with("~~~") || line.chars().all(is_mark) {
        return line_start;
    }
    text.trim_end_matches(['*', '`', '~']).len()
}

/// What closes the emphasis and code that are open at the end of a text, so that they look from
/// the start as they will when the rest is there.
pub(super) fn closers(text: &str) -> String {
    let mut open: Vec<&str> = Vec::new();
    let mut code: Option<&str> = None;
    let mut fenced = false;
    for line in text.split('\n') {
        let content = line.trim_start_matches([' ', '\t', '>']);
        if content.starts_with("```") || content.starts_with("~~~") {
            fenced = !fenced;
        }
        let starts_anew = content.is_empty()
            || ["- ", "* ", "+ ", "#", "|"].iter().any(|mark| content.starts_with(mark))
            || content.starts_with(|c: char| c.is_ascii_digit());
        if starts_anew {
            open.clear();
            code = None;
        }
        if !fenced {
            scan(line, &mut open, &mut code);
        }
    }
    if fenced {
        return String::new();
    }
    let mut out: String = code.unwrap_or("").into();
    out.extend(open.iter().rev().copied());
    out
}

/// Follows the marks of one line.
fn scan<'a>(line: &'a str, open: &mut Vec<&'a str>, code: &mut Option<&'a str>) {
    let bytes = line.as_bytes();
    let mut at = 0;
    while let Some(byte) = bytes.get(at).copied() {
        if byte == b'\\' && code.is_none() {
            at += 2;
            continue;
        }
        if !matches!(byte, b'`' | b'*' | b'~') {
            at += 1;
            continue;
        }
        let run = bytes[at..].iter().take_while(|other| **other == byte).count();
        let mark = &line[at..at + run];
        let before = at.checked_sub(1).and_then(|at| bytes.get(at)).copied();
        let after = bytes.get(at + run).copied();
        at += run;
        if byte == b'`' {
            match *code {
                Some(opened) if opened == mark => *code = None,
                Some(_) => {}
                None if after.is_some() => *code = Some(mark),
                None => {}
            }
            continue;
        }
        if code.is_some() || run > 3 || byte == b'~' && run != 2 {
            continue;
        }
        let opens = after.is_some_and(|byte| !byte.is_ascii_whitespace());
        let closes = before.is_some_and(|byte| !byte.is_ascii_whitespace());
        if closes && open.last() == Some(&mark) {
            open.pop();
        } else if opens && before.is_none_or(|byte| !byte.is_ascii_alphanumeric()) {
            open.push(mark);
        }
    }
}
