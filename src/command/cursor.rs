//! Moving and selecting. Each motion has two rows: one moves, the other takes the selection along.

use super::{Command, row};
use crate::base::{Pos, Span};
use crate::state::{Caret, Cx, Target};
use crate::text::motion;
use ropey::Rope;

/// What a motion does with the selection.
type Motion = fn(&Rope, Pos) -> Pos;

macro_rules! motions {
    ($($name:literal, $doc:literal, $run:expr;)*) => {
        &[
            $(
                row(concat!("cursor.", $name), concat!("Moves ", $doc, "."), |cx, _| $run(cx, false)),
                row(concat!("select.", $name), concat!("Selects ", $doc, "."), |cx, _| $run(cx, true)),
            )*
            row("select.all", "Selects everything.", all),
            row("select.line", "Selects the line; again takes in the next.", line),
        ]
    };
}

pub const COMMANDS: &[Command] = motions! {
    "left", "one character left", |cx, select| step(cx, select, motion::left, false);
    "right", "one character right", |cx, select| step(cx, select, motion::right, true);
    "up", "one row up", |cx, select| vertical(cx, select, -1);
    "down", "one row down", |cx, select| vertical(cx, select, 1);
    "word-left", "one word left", |cx, select| go(cx, select, motion::word_left);
    "word-right", "one word right", |cx, select| go(cx, select, motion::word_right);
    "line-start", "to the start of the line", |cx, select| go(cx, select, motion::line_start);
    "line-end", "to the end of the line", |cx, select| go(cx, select, motion::line_end);
    "paragraph-up", "one paragraph up", |cx, select| go(cx, select, motion::paragraph_up);
    "paragraph-down", "one paragraph down", |cx, select| go(cx, select, motion::paragraph_down);
    "page-up", "one page up", |cx, select| page(cx, select, -1);
    "page-down", "one page down", |cx, select| page(cx, select, 1);
    "top", "to the top", |cx, select| go(cx, select, |_, _| Pos(0));
    "bottom", "to the bottom", |cx, select| go(cx, select, |rope, _| Pos(rope.len_chars()));
};

fn all(cx: &mut Cx, _: &str) -> Result<(), String> {
    let len = cx.rope_here().len_chars();
    cx.move_here(Pos(0), false, None);
    cx.move_here(Pos(len), true, None);
    Ok(())
}

fn go(cx: &mut Cx, select: bool, motion: Motion) -> Result<(), String> {
    let rope = cx.rope_here();
    let pos = motion(&rope, cx.caret_here().pos);
    cx.move_here(pos, select, None);
    Ok(())
}

/// Left and right: a selection that is not kept collapses to its end on that side.
fn step(cx: &mut Cx, select: bool, motion: Motion, right: bool) -> Result<(), String> {
    match cx.selection_here() {
        Some(span) if !select => {
            cx.move_here(if right { span.end } else { span.start }, false, None);
            Ok(())
        }
        _ => go(cx, select, motion),
    }
}

fn vertical(cx: &mut Cx, select: bool, rows: isize) -> Result<(), String> {
    let rope = cx.rope_here();
    let caret = cx.caret_here();
    if cx.target() == Target::Document {
        let (pos, sticky) = cx.model.ui.view.vertical(&rope, caret.pos, rows, caret.sticky);
        // On the first and the last row the caret goes to the border, as in other editors.
        let pos = match (pos == caret.pos, rows < 0) {
            (true, true) => Pos(0),
            (true, false) => Pos(rope.len_chars()),
            (false, _) => pos,
        };
        cx.move_here(pos, select, Some(sticky));
        return Ok(());
    }
    // Fields are short: lines serve as rows.
    let line = rope.char_to_line(caret.pos.0.min(rope.len_chars()));
    let column = caret.pos.0 - rope.line_to_char(line);
    let pos = match line.checked_add_signed(rows) {
        Some(next) if next < rope.len_lines() => {
            let start = rope.line_to_char(next);
            let end = motion::line_end(&rope, Pos(start)).0;
            Pos((start + column).min(end))
        }
        Some(_) => Pos(rope.len_chars()),
        None => Pos(0),
    };
    cx.move_here(pos, select, None);
    Ok(())
}

fn page(cx: &mut Cx, select: bool, pages: isize) -> Result<(), String> {
    if cx.target() != Target::Document {
        return vertical(cx, select, pages * 5);
    }
    let rope = cx.model.rope();
    let caret = cx.model.caret();
    // Through the rows of a tall hunk only the view moves.
    if let Some((pos, sticky)) = cx.model.ui.view.page(&rope, caret.pos, pages, caret.sticky) {
        cx.move_here(pos, select, Some(sticky));
    }
    Ok(())
}

fn line(cx: &mut Cx, _: &str) -> Result<(), String> {
    let rope = cx.rope_here();
    let caret = cx.caret_here();
    let span = caret.selection().unwrap_or(Span::at(caret.pos));
    let start = rope.line_to_char(rope.char_to_line(span.start.0));
    let next = rope.char_to_line(span.end.0) + 1;
    let end = if next < rope.len_lines() { rope.line_to_char(next) } else { rope.len_chars() };
    cx.move_here(Pos(start), false, None);
    cx.move_here(Pos(end), true, None);
    if cx.target() == Target::Document {
        let caret = cx.model.caret();
        cx.model.set_caret(Caret { sticky: None, ..caret });
    }
    Ok(())
}
