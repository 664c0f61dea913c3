//! Finding and replacing, and going to a line.

use super::{Command, row};
use crate::base::Pos;
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
    row("find.replace", "Replaces text everywhere, as one change.", |cx, _| {
        prompt(cx, PromptKind::ReplaceWhat);
        Ok(())
    }),
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
    if wrapped {
        cx.info(if forward { "Went on from the top." } else { "Went on from the bottom." });
    }
    Ok(())
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
