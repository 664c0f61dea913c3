//! Sessions: the list, opening, renaming, deleting, searching everything.

use super::{Command, proof, redact, row};
use crate::base::EventId;
use crate::event::{Event, Text};
use crate::state::{Ask, Cx, Dialog, Effect, Model, Open, Overlay, PromptKind, Tab};
use crate::store::{Hit, SessionRow};
use crate::text::Field;
use std::path::PathBuf;

pub const COMMANDS: &[Command] = &[
    row("session.open", "Opens the chosen session.", |cx, _| open_chosen(cx)),
    row("session.new", "Begins a session with an empty document.", |cx, _| {
        cx.leave_for(Open::Fresh);
        Ok(())
    }),
    row("session.rename", "Renames the session.", rename).args("[title]"),
    row("session.delete", "Deletes the session, after asking; it is gone from the disk.", delete),
    row("session.search", "Searches everything said, decided and written.", search)
        .slash("search")
        .args("[words]"),
    row("session.share", "Adds what is new to the session file, after showing it.", |cx, rest| {
        let to = (!rest.is_empty()).then(|| PathBuf::from(rest));
        cx.share(to)
    })
    .args("[path]")
    .slash("share"),
    row("session.next-new", "Goes to the next thing that came from somebody else.", |cx, _| {
        cx.next_new()
    })
    .slash("new"),
    row("session.settle", "Settles what two people set without seeing each other's.", |cx, _| {
        cx.settle()
    })
    .slash("settle"),
    row("session.handoff", "Shows what changed since you looked last.", |cx, _| {
        let (title, lines) = cx.handoff();
        cx.model.ui.overlays.push(Overlay::Page { title, lines, top: 0, links: None });
        Ok(())
    })
    .slash("handoff"),
    row(
        "session.redact",
        "Takes the selection, message or decision at hand, or these words, out of the log for good.",
        redact::redact,
    )
    .args("[words]")
    .slash("redact"),
    row("session.redactions", "Asks what becomes of words that others redacted.", |cx, _| {
        let session = cx.model.session.id;
        cx.effect(Effect::Redactions(session));
        Ok(())
    }),
    row("session.verify", "Checks the log of the session, and its signatures.", proof::verify)
        .slash("verify"),
    row(
        "session.sign",
        "Signs the log, as far as it is known here, with your SSH key.",
        proof::sign_log,
    ),
    row("session.all-seen", "Takes the marks off everything that came from others.", |cx, _| {
        cx.saw_all();
        Ok(())
    }),
];

/// A row of the sessions list: a session, or something found in one.
pub enum Row<'a> {
    Session(&'a SessionRow),
    Hit(&'a Hit),
}

/// The rows of the list as filtered: sessions by title, then what was found. Shared with the view.
pub fn rows(model: &Model) -> Vec<Row<'_>> {
    let Some(Overlay::Sessions { list, rows, hits, .. }) = model.ui.overlays.last() else {
        return Vec::new();
    };
    let words = list.filter.rope().to_string().to_lowercase();
    let fits = |row: &&SessionRow| {
        words.split_whitespace().all(|word| {
            row.title.to_lowercase().contains(word)
                || row.documents.iter().any(|(_, name)| name.to_lowercase().contains(word))
        })
    };
    let mut all: Vec<Row> = rows.iter().filter(fits).map(Row::Session).collect();
    all.extend(hits.iter().map(Row::Hit));
    all
}

/// Every session with its title, whatever the filter: a hit names its own. Shared with the view.
pub fn names(model: &Model) -> Vec<(EventId, String)> {
    let Some(Overlay::Sessions { rows, .. }) = model.ui.overlays.last() else { return Vec::new() };
    let name = |row: &SessionRow| {
        // "Untitled" tells nothing where the document has a name.
        let document = row.documents.iter().map(|(_, name)| name).find(|name| !name.is_empty());
        match document {
            Some(name) if row.title.is_empty() || row.title == "Untitled" => name.clone(),
            _ => row.title.clone(),
        }
    };
    rows.iter().map(|row| (row.id, name(row))).collect()
}

pub fn row_count(model: &Model) -> usize {
    rows(model).len()
}

/// Goes to what was found in the open session.
pub fn go_to(cx: &mut Cx, hit: &Hit) {
    cx.go_to(hit);
    if hit.kind == "decision" && cx.model.ui.tab == Tab::Decisions {
        // Without a decision there is nothing to open, which was said.
        let _ = super::run(cx, "decision.open");
    }
}

fn chosen_hit(model: &Model) -> Option<Hit> {
    let Some(Overlay::Sessions { list, .. }) = model.ui.overlays.last() else { return None };
    match rows(model).get(list.chosen)? {
        Row::Session(_) => None,
        Row::Hit(hit) => Some((*hit).clone()),
    }
}

fn chosen(model: &Model) -> Option<EventId> {
    let Some(Overlay::Sessions { list, .. }) = model.ui.overlays.last() else { return None };
    match rows(model).get(list.chosen)? {
        Row::Session(row) => Some(row.id),
        Row::Hit(hit) => Some(hit.session),
    }
}

pub fn open_chosen(cx: &mut Cx) -> Result<(), String> {
    let session = chosen(cx.model).ok_or("No session is chosen.")?;
    let hit = chosen_hit(cx.model);
    cx.model.ui.overlays.pop();
    match hit {
        Some(hit) if session == cx.model.session.id => go_to(cx, &hit),
        Some(hit) => cx.leave_for(Open::Hit(Box::new(hit))),
        None if session != cx.model.session.id => cx.leave_for(Open::Session(session)),
        None => {}
    }
    Ok(())
}

/// Asks for what the chosen session holds, to show it beside the list.
pub fn preview(cx: &mut Cx) {
    let wanted = chosen(cx.model);
    let Some(Overlay::Sessions { preview, .. }) = cx.model.ui.overlays.last_mut() else { return };
    if preview.0 == wanted && wanted.is_some() {
        return;
    }
    *preview = (wanted, Vec::new());
    if let Some(session) = wanted {
        cx.effect(Effect::Preview(session));
    }
}

/// The sessions as they are now: one may be gone, or called something else.
pub fn listed(cx: &mut Cx, found: Vec<SessionRow>) {
    let kept = chosen(cx.model).filter(|_| chosen_hit(cx.model).is_none());
    let Some(Overlay::Sessions { rows, preview, .. }) = cx.model.ui.overlays.last_mut() else {
        return;
    };
    // Before the first list came nothing was chosen by anybody.
    let kept = kept.filter(|_| !rows.is_empty());
    *rows = found;
    preview.0 = None;
    let now = self::rows(cx.model);
    let same = now.iter().position(|row| matches!(row, Row::Session(row) if Some(row.id) == kept));
    let last = now.len().saturating_sub(1);
    if let Some(Overlay::Sessions { list, .. }) = cx.model.ui.overlays.last_mut() {
        list.chosen = same.unwrap_or(list.chosen).min(last);
    }
    self::preview(cx);
}

/// What the chosen session holds came; another may be chosen by now.
pub fn previewed(cx: &mut Cx, session: EventId, lines: Vec<String>) {
    if let Some(Overlay::Sessions { preview, .. }) = cx.model.ui.overlays.last_mut()
        && preview.0 == Some(session)
    {
        preview.1 = lines;
    }
}

fn rename(cx: &mut Cx, title: &str) -> Result<(), String> {
    let session = chosen(cx.model).unwrap_or(cx.model.session.id);
    if !title.is_empty() {
        return renamed(cx, session, title);
    }
    let mut field = Field::default();
    let listed = rows(cx.model).iter().find_map(|row| match row {
        Row::Session(row) if row.id == session => Some(row.title.clone()),
        _ => None,
    });
    if session == cx.model.session.id {
        field.set_text(cx.model.session.title());
    } else if let Some(title) = listed {
        field.set_text(&title);
    }
    field.select_all();
    cx.model.ui.overlays.push(Overlay::Prompt { kind: PromptKind::Rename { session }, field });
    Ok(())
}

pub fn renamed(cx: &mut Cx, session: EventId, title: &str) -> Result<(), String> {
    let title = title.trim();
    if title.is_empty() {
        return Err("A session needs a title.".into());
    }
    if session == cx.model.session.id {
        let replaces = cx.model.session.title.heads();
        cx.append(&Event::SessionTitled { title: Text::new(title), replaces });
        cx.barrier();
    } else {
        cx.effect(Effect::RenameSession { session, title: title.into() });
    }
    cx.effect(Effect::ListSessions);
    cx.info(format!("The session is called “{title}” now."));
    Ok(())
}

fn delete(cx: &mut Cx, _: &str) -> Result<(), String> {
    let session = chosen(cx.model).ok_or("Choose a session in the list first (F4).")?;
    if session == cx.model.session.id {
        return Err("This session is open: open another one first.".into());
    }
    let title = rows(cx.model)
        .iter()
        .find_map(|row| match row {
            Row::Session(row) if row.id == session => Some(row.title.clone()),
            _ => None,
        })
        .unwrap_or_else(|| session.short());
    let lines = vec![
        "Its text, conversation and decisions are removed from the disk.".into(),
        "Files on the disk stay as they are. This can't be undone.".into(),
    ];
    let choices = vec![
        ('y', "Yes, delete it".to_owned(), "dialog.yes".to_owned()),
        ('n', "No".to_owned(), "dialog.no".to_owned()),
    ];
    let title_line = format!("Delete the session {title}?");
    let ask = Ask::DeleteSession { session, title };
    cx.model.ui.overlays.push(Overlay::Dialog(Dialog {
        ask,
        title: title_line,
        lines,
        choices,
        chosen: 1,
    }));
    Ok(())
}

fn search(cx: &mut Cx, words: &str) -> Result<(), String> {
    if !matches!(cx.model.ui.overlays.last(), Some(Overlay::Sessions { .. })) {
        super::run(cx, "app.sessions")?;
    }
    if let Some(Overlay::Sessions { list, searching, .. }) = cx.model.ui.overlays.last_mut() {
        *searching = true;
        if !words.is_empty() {
            list.filter.set_text(words);
        }
    }
    typed(cx);
    Ok(())
}

/// Something was typed: when the filter of the list is another, everything is searched for it.
pub fn typed(cx: &mut Cx) {
    let changed = match cx.model.ui.overlays.last() {
        Some(Overlay::Sessions { list, searched, .. }) => *list.filter.rope() != searched.as_str(),
        _ => false,
    };
    if changed {
        filter_changed(cx);
    }
}

fn filter_changed(cx: &mut Cx) {
    let ticket = cx.model.ui.next_ticket();
    let Some(Overlay::Sessions { list, hits, asked, searched, .. }) =
        cx.model.ui.overlays.last_mut()
    else {
        return;
    };
    *searched = list.filter.rope().to_string();
    list.chosen = 0;
    list.top = 0;
    let text = list.filter.rope().to_string();
    if text.trim().is_empty() {
        hits.clear();
        *asked = None;
    } else {
        *asked = Some(ticket);
        cx.effect(Effect::Search { text, ticket });
    }
    preview(cx);
}
