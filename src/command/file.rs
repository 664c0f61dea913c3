//! Files: saving, opening, taking in what changed outside.

use super::{Command, row};
use crate::state::{Cx, Effect, Model, Open, Overlay, PromptKind};
use crate::text::Field;
use std::path::PathBuf;

pub const COMMANDS: &[Command] = &[
    row("file.save", "Saves the document to its file.", |cx, _| save(cx, false)).slash("save"),
    row("file.save-as", "Saves the document under another name.", |cx, rest| {
        if rest.is_empty() {
            ask_where(cx, false);
            return Ok(());
        }
        save_as(cx, rest, false)
    })
    .args("[path]"),
    row("file.open", "Opens a file with its session.", |cx, rest| {
        if rest.is_empty() {
            cx.model
                .ui
                .overlays
                .push(Overlay::Prompt { kind: PromptKind::Open, field: Field::default() });
            return Ok(());
        }
        open_path(cx, rest)
    })
    .args("[path]")
    .slash("open"),
    row("file.reload", "Reads the file again and takes in what changed outside.", reload).when(
        |model| model.path.is_some(),
        "The text has no file yet: Alt-S (file.save-as) gives it one.",
    ),
];

pub(super) fn ask_where(cx: &mut Cx, then_quit: bool) {
    let mut field = Field::default();
    let name = cx.model.entry().map_or("", |entry| entry.name.as_str());
    if let Some(typed) = &cx.model.ui.save_as {
        // It failed: what was typed is there to be put right.
        field.set_text(typed);
    } else if let Some(path) = &cx.model.path {
        field.set_text(&path.to_string_lossy());
    } else if name != "Untitled" {
        field.set_text(name);
    }
    // Whoever types another name replaces it.
    field.select_all();
    cx.model.ui.overlays.push(Overlay::Prompt { kind: PromptKind::SaveAs { then_quit }, field });
}

/// Saves; asks where when the document has no file.
pub fn save(cx: &mut Cx, then_quit: bool) -> Result<(), String> {
    match cx.model.path.clone() {
        Some(_) if cx.model.gone => {
            cx.ask_gone(then_quit);
            Ok(())
        }
        Some(path) => {
            cx.save_to(path, then_quit);
            Ok(())
        }
        None if cx.model.to_stdout => {
            cx.info("The text goes to standard output when you quit; “save as” keeps a copy.");
            Ok(())
        }
        None => {
            ask_where(cx, then_quit);
            Ok(())
        }
    }
}

pub fn save_as(cx: &mut Cx, text: &str, then_quit: bool) -> Result<(), String> {
    let text = text.trim();
    if text.is_empty() {
        return Err("Say where to save it.".into());
    }
    cx.model.ui.save_as = Some(text.to_owned());
    cx.save_to(PathBuf::from(text), then_quit);
    Ok(())
}

pub fn open_path(cx: &mut Cx, text: &str) -> Result<(), String> {
    let text = text.trim();
    if text.is_empty() {
        return Ok(());
    }
    cx.leave_for(Open::File(PathBuf::from(text)));
    Ok(())
}

fn reload(cx: &mut Cx, _: &str) -> Result<(), String> {
    let path = cx.model.path.clone().ok_or("The document has no file.")?;
    let doc = cx.model.doc.clone();
    cx.effect(Effect::ReadFile { doc, path });
    Ok(())
}

/// Goes back to what the file holds, as an edit, so that even this can be undone.
///
/// # Errors
/// Why it can't be done.
pub fn discard(cx: &mut Cx) -> Result<(), String> {
    cx.model.show_now();
    let name = cx.model.name();
    let saved = cx.model.entry().is_some_and(|entry| !entry.saved.is_empty());
    let has_history = cx.model.has_history();
    if !has_history {
        cx.discard_unsaved();
    }
    let others = has_history && cx.discard()?;
    cx.model.farewell = Some(match (has_history, saved) {
        _ if cx.model.ephemeral => format!("Discarded: {name} is as it was."),
        (false, _) => format!("Discarded for good: {name} is as it was."),
        _ if others => format!(
            "Discarded: what you did since {name} was saved; what others wrote is in its session. \
             Undo there brings your text back."
        ),
        (true, true) => {
            format!("Discarded: {name} is as it was saved. Undo there brings the text back.")
        }
        (true, false) => format!(
            "Discarded: no file was written. Its session keeps the text for undo: {}.",
            again(cx.model)
        ),
    });
    Ok(())
}

/// How to come back to a session, in words for a shell.
pub fn again(model: &Model) -> String {
    match &model.path {
        Some(path) => format!("`cowrite {}`", path.display()),
        None => format!("`cowrite --session {}`", model.session.id.short()),
    }
}
