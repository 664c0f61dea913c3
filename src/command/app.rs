//! The program itself: panes, overlays, leaving.

use super::{Command, list, models, row};
use crate::base::Usd;
use crate::state::{Ask, Cx, Dialog, Effect, Focus, ListState, Open, Overlay, Tab};

pub const COMMANDS: &[Command] = &[
    row("app.palette", "Shows all commands, to search and run.", palette),
    row("app.help", "Shows the help page.", help).slash("help"),
    row("app.keys", "Shows every key and what it does.", keys),
    row(
        "app.cancel",
        "Closes what is open, stops the answer, or clears the selection: whatever is innermost.",
        cancel,
    ),
    row("app.next-pane", "Moves between document, message box and panel.", next_pane),
    row("app.focus-editor", "Moves to the document.", |cx, _| focus(cx, Focus::Editor)),
    row("app.focus-chat", "Moves to the message box.", |cx, _| focus(cx, Focus::Chat)),
    row("app.focus-panel", "Moves to the panel, to scroll and choose.", |cx, _| {
        focus(cx, Focus::Panel)
    }),
    row("app.zoom", "Lets one side fill the screen, and back.", zoom),
    row("app.wider", "Makes the panel wider.", |cx, _| share(cx, 4)),
    row("app.narrower", "Makes the panel narrower.", |cx, _| share(cx, -4)),
    row("app.tab-conversation", "Shows the conversation.", |cx, _| tab(cx, Tab::Conversation)),
    row("app.tab-decisions", "Shows the decisions.", |cx, _| tab(cx, Tab::Decisions))
        .slash("decisions"),
    row("app.tab-review", "Shows the hunks to review.", |cx, _| tab(cx, Tab::Review))
        .slash("review"),
    row("app.tab-history", "Shows what happened, to go back to any point of it.", |cx, _| {
        cx.seal_bursts();
        tab(cx, Tab::History)
    })
    .slash("history"),
    row("app.model", "Chooses the model that answers.", models::open)
        .args("[provider/model]")
        .slash("model"),
    row("app.model-back", "Goes back to the model that answered before.", |cx, _| models::back(cx)),
    row("app.budget", "Says what the session cost, and sets the most it may.", budget)
        .args("[dollars|none]")
        .slash("budget"),
    row("app.egress", "Shows what was sent to a model last, byte for byte.", egress).slash("sent"),
    row("app.sessions", "Lists sessions and searches everything.", sessions).slash("sessions"),
    row("app.tour", "Opens the tour: a document to try everything on, step by step.", |cx, _| {
        cx.leave_for(Open::Tour);
        Ok(())
    })
    .slash("tour"),
    row("app.tour-skip", "Passes over a step of the tour.", |cx, _| cx.skip_step()),
    row("app.mouse", "Gives the mouse to the terminal, or takes it back.", mouse),
    row("app.redraw", "Draws the whole screen anew.", |cx, _| {
        cx.effect(Effect::Redraw);
        Ok(())
    }),
    row("app.suspend", "Suspends cowrite to the shell; `fg` comes back.", suspend),
    row("app.quit", "Leaves cowrite; asks when text is not saved.", quit).slash("quit"),
];

fn palette(cx: &mut Cx, _: &str) -> Result<(), String> {
    cx.model.ui.overlays.push(Overlay::Palette(ListState::default()));
    Ok(())
}

fn page(cx: &mut Cx, title: &str, lines: Vec<String>) {
    cx.model.ui.overlays.push(Overlay::Page { title: title.into(), lines, top: 0, links: None });
}

fn help(cx: &mut Cx, _: &str) -> Result<(), String> {
    const MOST: usize = 64;
    let mut lines = Vec::new();
    for line in include_str!("help.md").lines() {
        let Some(lead) = line.strip_suffix("{slash}") else {
            lines.push(line.to_owned());
            continue;
        };
        let mut row = String::new();
        for command in super::commands().filter(|command| !command.slash.is_empty()) {
            if row.len() + command.slash.len() + 2 > MOST {
                lines.push(format!("{lead}{}", row.trim_end()));
                row.clear();
            }
            row.push_str(&format!("/{} ", command.slash));
        }
        lines.push(format!("{lead}{}", row.trim_end()));
    }
    page(cx, "Help", lines);
    Ok(())
}

fn keys(cx: &mut Cx, _: &str) -> Result<(), String> {
    let lines = cx.model.ui.key_lines.clone();
    page(cx, "Keys", lines);
    Ok(())
}

/// Esc: the innermost thing that can be left is left.
fn cancel(cx: &mut Cx, _: &str) -> Result<(), String> {
    if let Some(Overlay::Sessions { searching: searching @ true, list, .. }) =
        cx.model.ui.overlays.last_mut()
    {
        *searching = false;
        list.filter.set_text("");
        return Ok(());
    }
    if let Some(overlay) = cx.model.ui.overlays.pop() {
        match overlay {
            Overlay::Dialog(Dialog { ask: Ask::Consent { queued, .. }, .. }) => {
                cx.model.ui.chat.set_text(&queued.text);
                cx.info("Nothing was sent.");
            }
            Overlay::Dialog(dialog @ Dialog { ask: Ask::Renamed { .. }, .. }) => {
                cx.model.ui.overlays.push(Overlay::Dialog(dialog));
                return super::run(cx, "dialog.no");
            }
            Overlay::Form(form) => list::leave_form(cx, form),
            _ => {}
        }
        return Ok(());
    }
    if let Some(floating) = cx.model.ui.floating.take() {
        if let Some(home) = floating.home {
            cx.model.set_caret(home);
            cx.model.ui.reveal = true;
        }
        cx.info("Left without a place; it is in the Review tab.");
        return Ok(());
    }
    if cx.cancel_turn() || cx.stop_fetch() {
        return Ok(());
    }
    if cx.model.ui.focus == Focus::Panel && cx.model.ui.found.take().is_some() {
        return Ok(());
    }
    let mut caret = cx.model.caret();
    if cx.model.ui.focus == Focus::Editor && caret.anchor.take().is_some() {
        cx.model.set_caret(caret);
        return Ok(());
    }
    if cx.model.show_now() {
        return Ok(());
    }
    if cx.model.ui.focus != Focus::Editor {
        cx.model.ui.panel_selection = None;
        return focus(cx, Focus::Editor);
    }
    cx.model.ui.notice = None;
    Ok(())
}

fn next_pane(cx: &mut Cx, _: &str) -> Result<(), String> {
    let next = match cx.model.ui.focus {
        Focus::Editor => Focus::Chat,
        Focus::Chat => Focus::Panel,
        Focus::Panel => Focus::Editor,
    };
    focus(cx, next)
}

fn focus(cx: &mut Cx, focus: Focus) -> Result<(), String> {
    cx.model.ui.focus = focus;
    Ok(())
}

fn zoom(cx: &mut Cx, _: &str) -> Result<(), String> {
    cx.model.ui.zoomed = !cx.model.ui.zoomed;
    Ok(())
}

fn share(cx: &mut Cx, by: i16) -> Result<(), String> {
    let share = cx.model.ui.share.saturating_add_signed(by);
    cx.model.ui.share = share.clamp(20, 80);
    Ok(())
}

fn tab(cx: &mut Cx, tab: Tab) -> Result<(), String> {
    cx.model.ui.tab = tab;
    if tab != Tab::Conversation {
        cx.model.ui.focus = Focus::Panel;
    }
    Ok(())
}

fn budget(cx: &mut Cx, rest: &str) -> Result<(), String> {
    match rest {
        "" => cx.info(cx.model.spent_words()),
        "none" => cx.set_budget(None),
        amount => {
            let dollars = amount.trim_start_matches('$').parse().ok().and_then(Usd::from_dollars);
            let wrong = || format!("{amount} is no amount of dollars, such as 5 or 0.50.");
            cx.set_budget(Some(dollars.ok_or_else(wrong)?));
        }
    }
    Ok(())
}

fn egress(cx: &mut Cx, _: &str) -> Result<(), String> {
    let sent = cx.model.last_sent.clone();
    let Some(sent) = sent else {
        return Err(
            "Nothing was sent in this run; `cowrite export --egress` shows what was sent before."
                .into(),
        );
    };
    let mut lines = vec![
        format!(
            "To {} ({}), {} bytes, SHA-256 {}",
            sent.address,
            sent.model,
            sent.body.len(),
            sent.hash
        ),
        String::new(),
    ];
    lines.extend(pretty(&sent.body));
    page(cx, "What was sent", lines);
    Ok(())
}

/// The request as it is, cut into lines at the escaped line ends so that it can be read.
fn pretty(body: &str) -> Vec<String> {
    body.split("\\n").map(str::to_owned).collect()
}

fn sessions(cx: &mut Cx, _: &str) -> Result<(), String> {
    cx.model.ui.overlays.push(Overlay::Sessions {
        list: ListState::default(),
        searching: false,
        searched: String::new(),
        rows: Vec::new(),
        hits: Vec::new(),
        asked: None,
        preview: (None, Vec::new()),
    });
    cx.effect(Effect::ListSessions);
    Ok(())
}

fn mouse(cx: &mut Cx, _: &str) -> Result<(), String> {
    cx.model.ui.mouse = !cx.model.ui.mouse;
    let on = cx.model.ui.mouse;
    cx.effect(Effect::Mouse(on));
    cx.info(if on {
        "cowrite has the mouse."
    } else {
        "The terminal has the mouse: select and copy as usual."
    });
    Ok(())
}

fn suspend(cx: &mut Cx, _: &str) -> Result<(), String> {
    cx.seal_bursts();
    cx.effect(Effect::Suspend);
    Ok(())
}

fn quit(cx: &mut Cx, rest: &str) -> Result<(), String> {
    if cx.model.store_trouble.is_some() && cx.model.quitting.is_some() {
        // Told once already; the end says again what was not stored.
        cx.effect(Effect::Quit);
        return Ok(());
    }
    // The tour belongs into no file: what was tried is there the next time.
    let tried = cx.model.ui.tour.is_some() && cx.model.path.is_none();
    if cx.model.to_stdout || rest == "!" || tried || !cx.model.is_modified() {
        cx.leave();
        return Ok(());
    }
    // What was just saved and is on its way to the disk is no question.
    if let Some(saving) = cx.model.saving_all() {
        saving.then_quit = true;
        cx.info("Saving…");
        return Ok(());
    }
    let name = cx.model.name();
    let draft = if cx.model.ephemeral || (!cx.model.has_history() && cx.model.unsaved.is_none()) {
        None
    } else {
        Some((
            'k',
            "Keep as draft: it is here next time, the file untouched".to_owned(),
            "dialog.choose draft".to_owned(),
        ))
    };
    let mut choices = vec![('s', "Save and quit".to_owned(), "dialog.choose save".to_owned())];
    choices.extend(draft);
    let saved = cx.model.entry().is_some_and(|entry| !entry.saved.is_empty());
    let discard = match (cx.model.has_history(), saved) {
        (true, true) if cx.model.path.is_none() => {
            "Discard: back to what was saved last; undo brings it back"
        }
        (true, true) => "Discard: back to what the file holds; undo brings it back",
        (true, false) => "Discard: empty the document; undo brings it back",
        (false, _) => "Discard: back to what the file holds, for good",
    };
    choices.push(('d', discard.into(), "dialog.choose discard".into()));
    let dialog = Dialog {
        ask: Ask::Quit,
        title: format!("{name} has text that is not saved"),
        lines: vec!["Esc goes back.".into()],
        choices,
        chosen: 0,
    };
    cx.model.ui.overlays.push(Overlay::Dialog(dialog));
    cx.model.ui.notice = None;
    Ok(())
}
