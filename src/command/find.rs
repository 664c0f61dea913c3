//! Finding and replacing, and going to a line.

use super::{Command, row};
use crate::base::{Pos, Span};
use crate::state::{Caret, Cx, Focus, Overlay, PromptKind, plural};
use crate::text::Field;
use crate::text::find::Pattern;

pub const COMMANDS: &[Command] = &[
    row("find.open", "Finds text; a word of small letters finds capitals too.", |cx, rest| {
        if !rest.is_empty() {
            return found(cx, rest);
        }
        prompt(cx, PromptKind::Find);
        Ok(())
    })
    .args("[text]"),
    row("find.next", "Goes to the next hit.", |cx, _| again(cx, true)),
    row("find.previous", "Goes to the hit before.", |cx, _| again(cx, false)),
    row(
        "find.replace",
        "Replaces text everywhere, as one change; what has blanks stands in quotation marks, `-r` makes it a regular expression.",
        replace,
    )
    .args("[-r] [text] [replacement]"),
    row("find.regex", "Switches between plain text and regular expressions.", |cx, _| {
        cx.model.ui.find.regex = !cx.model.ui.find.regex;
        let what = if cx.model.ui.find.regex { "Regular expressions." } else { "Plain text." };
        cx.info(what);
        Ok(())
    }),
    row("go.line", "Goes to a line.", |cx, rest| {
        if !rest.is_empty() {
            return line(cx, rest);
        }
        prompt(cx, PromptKind::Line);
        Ok(())
    })
    .args("[number]"),
];

fn prompt(cx: &mut Cx, kind: PromptKind) {
    let mut field = Field::default();
    if matches!(kind, PromptKind::Find | PromptKind::ReplaceWhat) {
        let caret = cx.model.caret();
        let rope = cx.model.rope();
        let selected = caret.selection().filter(|span| span.len() <= 200);
        let text = match selected {
            Some(span) => rope.slice(span.range()).to_string(),
            None => cx.model.ui.find.what.clone(),
        };
        if !text.contains('\n') {
            field.set_text(&text);
            field.select_all();
        }
    }
    cx.model.ui.overlays.push(Overlay::Prompt { kind, field });
    count(cx);
}

/// Counts the hits of what stands in the prompt, where the text is small enough.
pub fn count(cx: &mut Cx) {
    let Some(Overlay::Prompt { kind: PromptKind::Find, field }) = cx.model.ui.overlays.last()
    else {
        return;
    };
    let what = field.rope().to_string();
    cx.model.ui.find.count = counted(cx, &what).unwrap_or_default();
}

/// "2 of 7" where the second hit is selected, "7 hits" where none is.
fn counted(cx: &Cx, what: &str) -> Option<String> {
    /// In characters.
    const LARGEST: usize = 2_000_000;
    const MOST: usize = 1_000;
    let rope = cx.model.rope();
    if what.is_empty() || rope.len_chars() > LARGEST {
        return None;
    }
    let all = Span { start: Pos(0), end: Pos(rope.len_chars()) };
    let hits = pattern(cx, what).ok()?.matches(&rope, all, MOST);
    let more = if hits.len() == MOST { "+" } else { "" };
    let selected = cx.model.caret().selection();
    Some(match hits.iter().position(|hit| Some(*hit) == selected) {
        Some(at) => format!("{} of {}{more}", at + 1, hits.len()),
        None if hits.len() == MOST => format!("{MOST}+ hits"),
        None => plural(hits.len(), "hit"),
    })
}

/// The text to find was given.
pub fn found(cx: &mut Cx, what: &str) -> Result<(), String> {
    if what.is_empty() {
        return Ok(());
    }
    what.clone_into(&mut cx.model.ui.find.what);
    cx.model.ui.focus = Focus::Editor;
    again(cx, true)
}

fn pattern(cx: &Cx, what: &str) -> Result<Pattern, String> {
    if cx.model.ui.find.regex { Pattern::regex(what) } else { Ok(Pattern::plain(what)) }
}

fn again(cx: &mut Cx, forward: bool) -> Result<(), String> {
    // In the prompt the arrows search for what stands there now.
    if let Some(Overlay::Prompt { kind: PromptKind::Find, field }) = cx.model.ui.overlays.last() {
        cx.model.ui.find.what = field.rope().to_string();
    }
    let what = cx.model.ui.find.what.clone();
    if what.is_empty() {
        prompt(cx, PromptKind::Find);
        return Ok(());
    }
    let pattern = pattern(cx, &what)?;
    let rope = cx.model.rope();
    let caret = cx.model.caret();
    let from = match caret.selection() {
        Some(span) if forward => span.end,
        Some(span) => span.start,
        None => caret.pos,
    };
    let hit = if forward { pattern.next(&rope, from) } else { pattern.previous(&rope, from) };
    let Some(hit) = hit else { return Err(format!("{what:?} is not in the text.")) };
    let wrapped = if forward { hit.start < from } else { hit.start >= from };
    cx.model.set_caret(Caret { pos: hit.end, anchor: Some(hit.start), sticky: None });
    count(cx);
    let place = counted(cx, &what).map(|place| format!("{place}. ")).unwrap_or_default();
    let wrapped = match (wrapped, forward) {
        (true, true) => "Went on from the top. ",
        (true, false) => "Went on from the bottom. ",
        (false, _) => "",
    };
    cx.info(format!("{place}{wrapped}F3 goes on."));
    Ok(())
}

/// Replaces what the arguments say, or asks.
fn replace(cx: &mut Cx, rest: &str) -> Result<(), String> {
    let mut words = words(rest)?;
    let regex = words.first().is_some_and(|(word, quoted)| word == "-r" && !quoted);
    if regex {
        words.remove(0);
    }
    let words: Vec<&str> = words.iter().map(|(word, _)| word.as_str()).collect();
    match words.as_slice() {
        [] if !regex => {
            prompt(cx, PromptKind::ReplaceWhat);
            Ok(())
        }
        ["", ..] => Err("Say what to replace: find.replace \"old words\" \"new words\".".into()),
        [what, with] => {
            let before = std::mem::replace(&mut cx.model.ui.find.regex, regex);
            let done = replace_all(cx, what, with);
            cx.model.ui.find.regex = before;
            (*what).clone_into(&mut cx.model.ui.find.what);
            done
        }
        _ => Err(
            "find.replace takes the text and its replacement; put quotation marks around what has blanks, and \"\" for nothing."
                .into(),
        ),
    }
}

/// The words of a command line, and whether they were quoted. Quotation marks hold blanks together;
/// a backslash before one, or before a backslash, takes its meaning away, and `\n` and `\t` stand
/// for a line end and a tab. Any other backslash is itself, for regular expressions.
fn words(text: &str) -> Result<Vec<(String, bool)>, String> {
    let mut words = Vec::new();
    let mut chars = text.chars().peekable();
    loop {
        while chars.next_if(|character| character.is_whitespace()).is_some() {}
        let Some(first) = chars.peek().copied() else { return Ok(words) };
        let quoted = first == '"';
        if quoted {
            chars.next();
        }
        let mut word = String::new();
        loop {
            match chars.next() {
                Some('"') if quoted => break,
                Some(character) if !quoted && character.is_whitespace() => break,
                Some('\\') => match chars.next_if(|next| matches!(next, '"' | '\\' | 'n' | 't')) {
                    Some('n') => word.push('\n'),
                    Some('t') => word.push('\t'),
                    Some(other) => word.push(other),
                    None => word.push('\\'),
                },
                Some(character) => word.push(character),
                None if quoted => return Err("A quotation mark is not closed.".into()),
                None => break,
            }
        }
        words.push((word, quoted));
    }
}

/// What is to be replaced was given.
pub fn replace_with(cx: &mut Cx, what: &str) -> Result<(), String> {
    if what.is_empty() {
        return Ok(());
    }
    pattern(cx, what)?;
    what.clone_into(&mut cx.model.ui.find.what);
    let mut field = Field::default();
    field.set_text(&cx.model.ui.find.with);
    field.select_all();
    let kind = PromptKind::ReplaceWith { what: what.into() };
    cx.model.ui.overlays.push(Overlay::Prompt { kind, field });
    Ok(())
}

/// Replaces every hit; in the selection only, when several lines are selected.
pub fn replace_all(cx: &mut Cx, what: &str, with: &str) -> Result<(), String> {
    with.clone_into(&mut cx.model.ui.find.with);
    let pattern = pattern(cx, what)?;
    let rope = cx.model.rope();
    let caret = cx.model.caret();
    let within = caret
        .selection()
        .filter(|span| rope.char_to_line(span.start.0) != rope.char_to_line(span.end.0));
    let change = pattern.replace_all(&rope, with, within);
    let count = change.0.len();
    if count == 0 {
        return Err(format!("{what:?} is not in the text."));
    }
    cx.change_alone(&change, None);
    cx.info(format!("Replaced {}. Undo takes all of it back.", plural(count, "place")));
    Ok(())
}

/// The number of the line was given.
pub fn line(cx: &mut Cx, text: &str) -> Result<(), String> {
    let rope = cx.model.rope();
    let number: usize = text.trim().parse().map_err(|_| format!("{text:?} is no line number."))?;
    let line = number.saturating_sub(1).min(rope.len_lines().saturating_sub(1));
    cx.model.ui.focus = Focus::Editor;
    cx.go(Pos(rope.line_to_char(line)));
    Ok(())
}
