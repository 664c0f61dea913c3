//! Changing text: deleting, the clipboard, undo, lines.

use super::{Command, hunk, quote, row, verdict};
use crate::base::when::minute;
use crate::base::{EventId, Pos, Span};
use crate::event::{Cause, CauseKind};
use crate::session::LastUndone;
use crate::state::{Caret, Cx, Effect, Target, plural};
use crate::text::{Change, lines, motion};
use ropey::Rope;

pub const COMMANDS: &[Command] = &[
    row(
        "edit.undo",
        "Takes back your last change, also of before a restart; others' changes stay.",
        undo,
    )
    .slash("undo"),
    row("edit.redo", "Brings back what undo took.", redo).slash("redo"),
    row(
        "edit.undo-outside",
        "Takes back the last change of the file that another program made.",
        undo_outside,
    ),
    row("edit.cut", "Cuts the selection, or the line.", cut),
    row("edit.copy", "Copies the selection, or the line.", copy),
    row("edit.paste", "Pastes.", |cx, _| {
        cx.effect(Effect::ReadClipboard);
        Ok(())
    }),
    row("edit.backspace", "Deletes the character before the caret, or the selection.", |cx, _| {
        delete(cx, motion::left)
    }),
    row("edit.delete", "Deletes the character at the caret, or the selection.", |cx, _| {
        delete(cx, motion::right)
    }),
    row("edit.delete-word-left", "Deletes the word before the caret.", |cx, _| {
        delete(cx, motion::word_left)
    }),
    row("edit.delete-word-right", "Deletes the word behind the caret.", |cx, _| {
        delete(cx, motion::word_right)
    }),
    row("edit.newline", "Begins a new line; lists go on.", newline),
    row("edit.indent", "Indents the selected lines, or goes to the next tab stop.", indent),
    row("edit.outdent", "Takes an indent away from the selected lines.", |cx, _| {
        let unit = unit(cx);
        on_lines(cx, |rope, span| lines::outdent(rope, span, &unit))
    }),
    row("edit.line-up", "Moves the selected lines up.", |cx, _| on_lines(cx, lines::move_up)),
    row("edit.line-down", "Moves the selected lines down.", |cx, _| on_lines(cx, lines::move_down)),
    row("edit.line-duplicate", "Duplicates the selected lines.", |cx, _| {
        on_lines(cx, lines::duplicate)
    }),
    row("edit.line-delete", "Deletes the selected lines.", |cx, _| on_lines(cx, lines::delete)),
    row("edit.line-join", "Joins the selected lines, or the line with the next.", |cx, _| {
        on_lines(cx, lines::join)
    }),
    row("edit.wrap", "Switches soft wrap.", |cx, _| {
        cx.model.config.editor.wrap = !cx.model.config.editor.wrap;
        cx.model.ui.reveal = true;
        Ok(())
    }),
    row("edit.insert", "Types text, with its blanks; for `cowrite do`.", |cx, text| {
        cx.type_text(&unescape(text));
        Ok(())
    })
    .args("text")
    .verbatim(),
];

/// `\n` and `\t` in the arguments of command lines.
fn unescape(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut chars = text.chars();
    while let Some(character) = chars.next() {
        match (character, chars.as_str().chars().next()) {
            ('\\', Some('n')) => out.push('\n'),
            ('\\', Some('t')) => out.push('\t'),
            ('\\', Some('\\')) => out.push('\\'),
            _ => {
                out.push(character);
                continue;
            }
        }
        chars.next();
    }
    out
}

fn unit(cx: &mut Cx) -> String {
    let rope = cx.rope_here();
    let tabs = rope.lines().take(200).filter(|line| line.chars().next() == Some('\t')).count();
    if tabs > 0 {
        "\t".into()
    } else {
        " ".repeat(usize::from(cx.model.config.editor.tab_width.clamp(1, 16)))
    }
}

fn delete(cx: &mut Cx, motion: fn(&Rope, Pos) -> Pos) -> Result<(), String> {
    let rope = cx.rope_here();
    let caret = cx.caret_here();
    let span = caret.selection().unwrap_or_else(|| Span::new(caret.pos, motion(&rope, caret.pos)));
    cx.change_here(&Change::delete(span), Some(span.start));
    Ok(())
}

/// The selection, or the whole line where nothing is selected.
fn selection_or_line(cx: &mut Cx) -> Option<Span> {
    if let Some(span) = cx.selection_here() {
        return Some(span);
    }
    if cx.target() == Target::Nothing {
        return None;
    }
    let rope = cx.rope_here();
    let line = rope.char_to_line(cx.caret_here().pos.0.min(rope.len_chars()));
    let start = rope.line_to_char(line);
    Some(Span { start: Pos(start), end: Pos(start + rope.line(line).len_chars()) })
}

fn copy(cx: &mut Cx, _: &str) -> Result<(), String> {
    let before = cx.caret_here();
    let Some(span) = selection_or_line(cx) else { return Ok(()) };
    if before.selection().is_none() {
        cx.move_here(span.start, false, None);
        cx.move_here(span.end, true, None);
        cx.copy_selection();
        cx.move_here(before.pos, false, before.sticky);
        cx.info("The line was sent to the clipboard.");
    } else {
        cx.copy_selection();
        cx.info("Sent to the clipboard.");
    }
    Ok(())
}

fn cut(cx: &mut Cx, _: &str) -> Result<(), String> {
    let Some(span) = selection_or_line(cx) else { return Ok(()) };
    cx.move_here(span.start, false, None);
    cx.move_here(span.end, true, None);
    cx.copy_selection();
    cx.seal_bursts();
    cx.change_here(&Change::delete(span), Some(span.start));
    cx.seal_bursts();
    Ok(())
}

fn newline(cx: &mut Cx, _: &str) -> Result<(), String> {
    if cx.target() != Target::Document {
        cx.type_text("\n");
        return Ok(());
    }
    let rope = cx.model.rope();
    let caret = cx.model.caret();
    let change = lines::newline(&rope, caret.selection().unwrap_or(Span::at(caret.pos)));
    cx.change_here(&change, None);
    Ok(())
}

fn indent(cx: &mut Cx, _: &str) -> Result<(), String> {
    let unit = unit(cx);
    let rope = cx.rope_here();
    let caret = cx.caret_here();
    let several = caret
        .selection()
        .is_some_and(|span| rope.char_to_line(span.start.0) != rope.char_to_line(span.end.0));
    if several {
        return on_lines(cx, |rope, span| lines::indent(rope, span, &unit));
    }
    if unit == "\t" {
        cx.type_text("\t");
        return Ok(());
    }
    let column = caret.pos.0 - rope.line_to_char(rope.char_to_line(caret.pos.0));
    let width = unit.len();
    cx.type_text(&" ".repeat(width - column % width));
    Ok(())
}

/// Changes whole lines and keeps caret and selection on their text.
fn on_lines(cx: &mut Cx, make: impl Fn(&Rope, Span) -> lines::LineChange) -> Result<(), String> {
    if cx.target() == Target::Nothing {
        return Ok(());
    }
    let rope = cx.rope_here();
    let caret = cx.caret_here();
    let span = caret.selection().unwrap_or(Span::at(caret.pos));
    let lines::LineChange { change, select, copies } = make(&rope, span);
    if change.is_empty() {
        return Ok(());
    }
    let change = match cx.model.entry() {
        // Lines that move stay whose they are.
        Some(entry) if cx.target() == Target::Document => entry.document.sourced(change, &copies),
        _ => change,
    };
    let forward = caret.anchor.is_none_or(|anchor| anchor <= caret.pos);
    cx.seal_bursts();
    cx.change_here(&change, Some(select.start));
    if caret.selection().is_some() && !select.is_empty() {
        let (from, to) =
            if forward { (select.start, select.end) } else { (select.end, select.start) };
        cx.move_here(from, false, None);
        cx.move_here(to, true, None);
    } else {
        cx.move_here(
            if caret.selection().is_some() { select.start } else { select.end },
            false,
            None,
        );
    }
    Ok(())
}

fn undo(cx: &mut Cx, _: &str) -> Result<(), String> {
    match cx.target() {
        Target::Field => {
            let undone = cx.field().is_some_and(crate::text::Field::undo);
            return if undone { Ok(()) } else { Err("Nothing to take back here.".into()) };
        }
        Target::Nothing | Target::Document => {}
    }
    if !cx.model.has_history() {
        let applied = cx.model.entry_mut().and_then(|entry| entry.document.undo_plain());
        return plain(cx, applied, "Nothing to take back.");
    }
    cx.seal_bursts();
    // The newest of one's own edits and verdicts; what was done at one moment goes together.
    let found = {
        let model = &*cx.model;
        let entry = model.entry().ok_or("No document.")?;
        entry
            .last_undoable(|author| model.is_me(author))
            .map(|(lamport, edits)| (lamport, model.session.with_twins(&model.doc, &ids(&edits))))
            .map(|(lamport, ids)| (lamport, entry.accepted(&ids), ids))
    };
    let newest = found.as_ref().map_or(0, |(lamport, ..)| *lamport);
    if let Some(what) = verdict::undo(cx, newest) {
        cx.info(format!("Took back {what}."));
        return Ok(());
    }
    let Some((_, mut hunks, edits)) = found else {
        return Err("Nothing of yours to take back.".into());
    };
    let before = hunk::open_count(cx.model);
    let (followed, taken) = (verdict::following(cx, &edits), taken_back(cx, &edits));
    let (mut what, edit) = revert(cx, &edits, CauseKind::Undo)?;
    verdict::follow_back(cx, followed, edit);
    hunks.dedup();
    if !hunks.is_empty() {
        for of in &hunks {
            verdict::open_again(cx, *of, None);
        }
        let opened = hunk::open_count(cx.model).checked_sub(before).filter(|count| *count > 0);
        what = accepting(opened.unwrap_or(hunks.len()));
    }
    cx.model.refresh();
    cx.info(match taken {
        Some(taken) => format!("Brought back {taken}."),
        None => format!("Took back {what}."),
    });
    Ok(())
}

fn undo_outside(cx: &mut Cx, _: &str) -> Result<(), String> {
    if !cx.model.has_history() {
        return Err("In plain editing nothing is taken in from outside.".into());
    }
    cx.seal_bursts();
    let found = cx.model.entry().and_then(crate::session::DocEntry::last_outside);
    let found = found.ok_or("No change came from outside since the text was begun.")?;
    let followed = verdict::following(cx, &[found]);
    let (_, edit) = revert(cx, &[found], CauseKind::Undo)?;
    verdict::follow_back(cx, followed, edit);
    cx.model.refresh();
    cx.info("Took back the last change from outside; redo brings it back.");
    Ok(())
}

fn redo(cx: &mut Cx, _: &str) -> Result<(), String> {
    match cx.target() {
        Target::Field => {
            let redone = cx.field().is_some_and(crate::text::Field::redo);
            return if redone { Ok(()) } else { Err("Nothing to bring back here.".into()) };
        }
        Target::Nothing | Target::Document => {}
    }
    if !cx.model.has_history() {
        let applied = cx.model.entry_mut().and_then(|entry| entry.document.redo_plain());
        return plain(cx, applied, "Nothing to bring back.");
    }
    cx.seal_bursts();
    // The newest that was taken back, an edit or a verdict, with nothing else done since.
    let undone = verdict::last_undone(cx);
    let (newest, found) = {
        let model = &*cx.model;
        let entry = model.entry().ok_or("No document.")?;
        match entry.last_redoable(|author| model.is_me(author)) {
            Some((lamport, undo)) => {
                (lamport, undo.map(|undo| (undo.id, entry.accepted(&[undo.id]))))
            }
            None => (0, None),
        }
    };
    let (undo, mut hunks) = match (undone, found) {
        (Some(LastUndone::Undone { lamport, said }), _) if lamport > newest => {
            let what = verdict::redo(cx, said);
            cx.info(format!("Brought back {what}."));
            return Ok(());
        }
        (Some(LastUndone::Blocked { lamport }), _) if lamport > newest => {
            return Err("Nothing to bring back.".into());
        }
        (_, Some(found)) => found,
        (_, None) => return Err("Nothing to bring back.".into()),
    };
    let before = hunk::open_count(cx.model);
    let (followed, taken) = (verdict::following(cx, &[undo]), taken_back(cx, &[undo]));
    let (mut what, edit) = revert(cx, &[undo], CauseKind::Redo)?;
    verdict::follow_back(cx, followed, edit);
    hunks.dedup();
    if !hunks.is_empty() {
        for of in &hunks {
            verdict::accept_again(cx, *of, None);
        }
        let closed = before.checked_sub(hunk::open_count(cx.model)).filter(|count| *count > 0);
        what = accepting(closed.unwrap_or(hunks.len()));
    }
    cx.model.refresh();
    cx.info(match taken {
        Some(taken) => format!("Took back {taken} again."),
        None => format!("Brought back {what}."),
    });
    Ok(())
}

fn plain(cx: &mut Cx, applied: Option<crate::text::Applied>, nothing: &str) -> Result<(), String> {
    let applied = applied.ok_or(nothing)?;
    let doc = cx.model.doc.clone();
    cx.text_changed(&doc, &applied.delta);
    if let Some((span, len)) = applied.delta.0.last() {
        cx.go(Pos(span.start.0 + len));
    }
    Ok(())
}

fn ids(edits: &[&crate::session::EditEntry]) -> Vec<EventId> {
    edits.iter().map(|edit| edit.id).collect()
}

/// Reverts edits as an edit of its own, with the texts' origins and sources. Says what it was, and
/// which edit does it.
pub(super) fn revert(
    cx: &mut Cx,
    edits: &[EventId],
    kind: CauseKind,
) -> Result<(String, Option<EventId>), String> {
    let (change, restored) = {
        let entry = cx.model.entry().ok_or("No document.")?;
        let entries: Vec<_> = edits.iter().filter_map(|id| entry.edit(id)).collect();
        let refs: Vec<_> = entries.iter().map(|entry| (entry.writer, &entry.edit)).collect();
        // What two copies accepted is taken back once.
        let change = entry.document.plan_undo_beside(&refs, &[]).map_err(|why| why.to_string())?;
        let mut causes = edits.iter().filter_map(|id| entry.first_cause(id));
        let restored =
            causes.rfind(|cause| cause.kind == CauseKind::Restore && cause.hunk.is_none());
        (change, restored.map(|cause| cause.of.first().copied()))
    };
    let what = match restored {
        Some(None) => "discarding the text that was not saved".to_owned(),
        Some(Some(point)) => {
            let at = cx.model.session.made_at(&point).map_or_else(String::new, minute);
            format!("going back to the text of {at}")
        }
        None => describe(&change, cx, kind),
    };
    let caret = change.0.first().map(|one| Pos(one.span.start.0 + one.text.chars().count()));
    let cause = Cause { kind, proposal: None, hunk: None, part: None, of: edits.to_vec() };
    let edit = cx.edit_even_empty(&change, cause);
    if let Some(pos) = caret {
        cx.model.set_caret(Caret::at(pos));
    }
    Ok((what, edit))
}

/// Of edits about accepted hunks that were taken back by whose they are: which hunks, in words.
fn taken_back(cx: &Cx, edits: &[EventId]) -> Option<String> {
    let entry = cx.model.entry()?;
    let mut causes = edits.iter().filter_map(|id| entry.first_cause(id));
    let cause = causes.rfind(|cause| cause.takes_back())?;
    let mut hunks = entry.accepted(&cause.of);
    hunks.dedup();
    let session = &cx.model.session;
    let proposal = cause.proposal.and_then(|id| session.proposals.proposal(&id));
    let of = proposal.map(|proposal| format!(" of {}", session.author_name(&proposal.author)));
    Some(format!("{}{}", plural(hunks.len(), "hunk"), of.unwrap_or_default()))
}

fn accepting(hunks: usize) -> String {
    format!("accepting {}", plural(hunks, "hunk"))
}

/// A change in words: what goes or comes.
fn describe(change: &Change, cx: &Cx, kind: CauseKind) -> String {
    let rope = cx.model.rope();
    // What touches is one place.
    let mut places: Vec<(String, String)> = Vec::new();
    let mut end = None;
    for one in &change.0 {
        let gone = rope.slice(one.span.range()).to_string();
        // A redo is told by what was first done, as the undo was.
        let (gone, come) = match kind {
            CauseKind::Redo => (one.text.clone(), gone),
            _ => (gone, one.text.clone()),
        };
        match places.last_mut().filter(|_| end == Some(one.span.start)) {
            Some(last) => {
                last.0.push_str(&gone);
                last.1.push_str(&come);
            }
            None => places.push((gone, come)),
        }
        end = Some(one.span.end);
    }
    let Some((gone, come)) = places.first() else {
        return "a change that was gone already".into();
    };
    let count = places.len();
    let all = |test: fn(&str, &str) -> bool| places.iter().all(|(gone, come)| test(gone, come));
    let everywhere = if count == 1 { String::new() } else { format!(" in {count} places") };
    let same = places.windows(2).all(|two| two[0] == two[1]);
    match (gone.is_empty(), come.is_empty()) {
        (true, true) => "a change that was gone already".into(),
        (false, true) if same => format!("typing {}{everywhere}", quote(gone)),
        (true, false) if same => format!("deleting {}{everywhere}", quote(come)),
        (false, false) if count == 1 => format!("changing {} to {}", quote(come), quote(gone)),
        _ if all(|gone, come| !gone.is_empty() && !come.is_empty()) => {
            format!("the replacement in {count} places")
        }
        _ => format!("a change in {count} places"),
    }
}
