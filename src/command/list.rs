//! Lists, forms, questions: what the keys do while something lies above the workspace, or in the
//! panel.

use super::accept::{Edited, Take, accept};
use super::{
    Command, chat, comment, decision, file, find, history, hunk, links, models, review, row,
    session,
};
use crate::base::Pos;
use crate::session::HunkRef;
use crate::state::{
    Ask, Cx, Dialog, Effect, Focus, Form, FormKind, ListState, Model, Open, Overlay, PromptKind,
    REASONS, Tab, Timer,
};

pub const COMMANDS: &[Command] = &[
    row("list.up", "Moves up in the list.", |cx, _| step(cx, -1)),
    row("list.down", "Moves down in the list.", |cx, _| step(cx, 1)),
    row("list.page-up", "Moves a page up in the list.", |cx, _| step(cx, -10)),
    row("list.page-down", "Moves a page down in the list.", |cx, _| step(cx, 10)),
    row("list.top", "Moves to the first row.", |cx, _| step(cx, -1_000_000)),
    row("list.bottom", "Moves to the last row.", |cx, _| step(cx, 1_000_000)),
    row("list.choose", "Takes the chosen row.", choose),
    row("list.toggle", "Opens the chosen row.", choose),
    row("form.next", "Goes to the next field or answer.", |cx, _| field(cx, 1)),
    row("form.previous", "Goes to the field or answer before.", |cx, _| field(cx, -1)),
    row("form.enter", "Begins a new line; goes on from a field that has one line only.", enter),
    row("form.link", "Links the decision to the chosen row, or unlinks it.", |cx, _| {
        links::toggle(cx);
        Ok(())
    }),
    row("form.submit", "Submits the form or prompt.", submit),
    row("form.cancel", "Leaves the form or prompt.", close),
    row("dialog.yes", "Answers yes.", |cx, _| answer(cx, "yes")),
    row("dialog.no", "Answers no.", |cx, _| answer(cx, "no")),
    row("dialog.cancel", "Leaves the question.", close),
    row("dialog.choose", "Gives the chosen answer.", answer).args("[answer]"),
];

/// The list that has the keys, and how many rows it has.
fn list(model: &mut Model) -> Option<(&mut ListState, usize)> {
    let palette = palette_rows(model).len();
    let models = models::model_rows(model).len();
    let sessions = session::row_count(model);
    let decisions = decision::listed(model).len();
    let review = if model.ui.tab == Tab::Review { model.review().len() } else { 0 };
    let points = match model.ui.tab {
        Tab::History => history::row_count(model),
        _ => 0,
    };
    let offered = match model.ui.overlays.last() {
        Some(Overlay::Form(Form { links: Some(links), .. })) => links.len(model),
        _ => 0,
    };
    model.ui.review.chosen = model.ui.review.chosen.min(review.saturating_sub(1));
    match model.ui.overlays.last_mut() {
        Some(Overlay::Palette(list)) => Some((list, palette)),
        Some(Overlay::Models(list)) => Some((list, models)),
        Some(Overlay::Sessions { list, .. }) => Some((list, sessions)),
        Some(Overlay::Form(form)) if form.is_on_links() => {
            form.links.as_mut().map(|links| (&mut links.list, offered))
        }
        Some(_) => None,
        None => match (model.ui.focus, model.ui.tab) {
            (Focus::Panel, Tab::Decisions) => Some((&mut model.ui.decisions, decisions)),
            (Focus::Panel, Tab::Review) => Some((&mut model.ui.review, review)),
            (Focus::Panel, Tab::History) => Some((&mut model.ui.history.list, points)),
            _ => None,
        },
    }
}

/// The commands of the palette that match what was typed, best first. Shared with the view.
pub fn palette_rows(model: &Model) -> Vec<&'static Command> {
    let Some(Overlay::Palette(list)) = model.ui.overlays.last() else { return Vec::new() };
    let words = list.filter.rope().to_string();
    let names = super::commands().filter(|command| {
        !command.name.starts_with("list.")
            && !command.name.starts_with("form.")
            && !command.name.starts_with("dialog.")
    });
    let names: Vec<&Command> = names.collect();
    // What the name says counts before what the sentence says.
    let plain = |name: &str| name.replace(['.', '-'], " ");
    let mut named = fuzzy(&words, names.iter().copied(), |command| plain(command.name));
    named.retain(|command| {
        let name = plain(command.name);
        words.split_whitespace().all(|word| name.contains(&word.to_lowercase()))
    });
    let rest =
        fuzzy(&words, names.iter().copied(), |command| format!("{} {}", command.name, command.doc));
    for command in rest {
        if !named.iter().any(|known| known.name == command.name) {
            named.push(command);
        }
    }
    named
}

/// Filters and ranks; everything in its order when nothing was typed.
pub fn fuzzy<T>(
    words: &str,
    items: impl Iterator<Item = T>,
    text: impl Fn(&T) -> String,
) -> Vec<T> {
    use nucleo_matcher::pattern::{CaseMatching, Normalization, Pattern};
    use nucleo_matcher::{Config, Matcher, Utf32Str};
    if words.trim().is_empty() {
        return items.collect();
    }
    let mut matcher = Matcher::new(Config::DEFAULT);
    let pattern = Pattern::parse(words, CaseMatching::Ignore, Normalization::Smart);
    let mut buffer = Vec::new();
    let mut scored: Vec<(u32, T)> = items
        .filter_map(|item| {
            let text = text(&item);
            let score = pattern.score(Utf32Str::new(&text, &mut buffer), &mut matcher)?;
            Some((score, item))
        })
        .collect();
    scored.sort_by_key(|(score, _)| std::cmp::Reverse(*score));
    scored.into_iter().map(|(_, item)| item).collect()
}

fn step(cx: &mut Cx, rows: isize) -> Result<(), String> {
    let height = usize::from(cx.model.ui.height);
    if let Some(Overlay::Page { lines, top, .. }) = cx.model.ui.overlays.last_mut() {
        let last = lines.len().saturating_sub(height.saturating_sub(6).max(1));
        *top = top.saturating_add_signed(rows).min(last);
        return Ok(());
    }
    if cx.model.ui.overlays.is_empty()
        && cx.model.ui.focus == Focus::Panel
        && cx.model.ui.tab == Tab::Conversation
    {
        let scroll = &mut cx.model.ui.scroll.from_end;
        *scroll = scroll.saturating_add_signed(-rows);
        return Ok(());
    }
    if let Some((list, len)) = list(cx.model) {
        list.step(rows, len);
        list.reveal(height.saturating_sub(8).max(1));
    }
    session::preview(cx);
    let in_panel = cx.model.ui.overlays.is_empty() && cx.model.ui.focus == Focus::Panel;
    if in_panel && cx.model.ui.tab == Tab::History {
        return history::follow(cx);
    }
    if cx.model.ui.overlays.is_empty() && cx.model.ui.tab == Tab::Review {
        review::follow(cx);
    }
    Ok(())
}

fn choose(cx: &mut Cx, _: &str) -> Result<(), String> {
    match cx.model.ui.overlays.last() {
        Some(Overlay::Palette(list)) => {
            let chosen = palette_rows(cx.model).get(list.chosen).copied();
            cx.model.ui.overlays.pop();
            let Some(command) = chosen else { return Ok(()) };
            command.run(cx, "")
        }
        Some(Overlay::Models(list)) => {
            let chosen = list.chosen;
            models::choose(cx, chosen)
        }
        Some(Overlay::Sessions { .. }) => session::open_chosen(cx),
        Some(Overlay::Page { .. }) => close(cx, ""),
        Some(_) => Ok(()),
        None if cx.model.ui.tab == Tab::History => super::run(cx, "history.open"),
        None if cx.model.ui.tab == Tab::Decisions => super::run(cx, "decision.open"),
        None if cx.model.ui.tab == Tab::Review => review::open_chosen(cx),
        None => Ok(()),
    }
}

fn field(cx: &mut Cx, by: isize) -> Result<(), String> {
    let moved = |at: usize, len: usize| (at as isize + by).rem_euclid(len.max(1) as isize) as usize;
    match cx.model.ui.overlays.last_mut() {
        Some(Overlay::Form(form)) => form.focus = moved(form.focus, form.stops()),
        Some(Overlay::Dialog(dialog)) => dialog.chosen = moved(dialog.chosen, dialog.choices.len()),
        _ => {}
    }
    Ok(())
}

fn enter(cx: &mut Cx, _: &str) -> Result<(), String> {
    match cx.model.ui.overlays.last() {
        Some(Overlay::Form(form)) if form.takes_lines() => {
            cx.type_text("\n");
            Ok(())
        }
        _ => field(cx, 1),
    }
}

/// Opens a form; what was written in the same one before it was left is there again.
pub fn open_form(cx: &mut Cx, form: Form) {
    let fresh = matches!(form.kind, FormKind::Decision { editing: None, supersedes: None, .. });
    // A title that was given begins another decision.
    let named = fresh && form.began.iter().any(|text| !text.is_empty());
    let drafts = &mut cx.model.ui.drafts;
    let at = drafts.iter().rposition(|draft| !named && draft.is_about(&form.kind));
    let Some(at) = at else {
        cx.model.ui.overlays.push(Overlay::Form(form));
        return;
    };
    let mut draft = drafts.remove(at);
    if fresh && cx.model.caret().selection().is_some() {
        let span = links::selected(cx);
        if let (Some(links), Some(span)) = (draft.links.as_mut(), span) {
            links.select(span);
        }
    }
    cx.model.ui.overlays.push(Overlay::Form(draft));
    cx.info("Here is what was written in this form before.");
}

/// A form was left: what was written in it is kept.
pub fn leave_form(cx: &mut Cx, form: Form) {
    if !form.is_changed() {
        return;
    }
    cx.info(match form.kind {
        FormKind::Decision { editing: None, supersedes: None, .. } => {
            "Not recorded; what was written is kept for the next time (Ctrl-N)."
        }
        _ => "Not done; what was written is kept for the next time the form opens.",
    });
    cx.model.ui.drafts.push(form);
}

fn close(cx: &mut Cx, _: &str) -> Result<(), String> {
    super::run(cx, "app.cancel")
}

fn submit(cx: &mut Cx, _: &str) -> Result<(), String> {
    match cx.model.ui.overlays.pop() {
        Some(Overlay::Prompt { kind, field }) => prompted(cx, kind, &field.rope().to_string()),
        Some(Overlay::Form(mut form)) => {
            let values = form.values();
            let done = match form.kind.clone() {
                FormKind::EditHunk { hunk, was } => {
                    let text = values.first().cloned().unwrap_or_default();
                    accept(cx, hunk, Take::Edited(Edited { was, text }))
                }
                kind @ FormKind::Decision { .. } => {
                    let links = form.links.take().unwrap_or_default();
                    let done = decision::submit(cx, kind, &values, &links);
                    form.links = Some(links);
                    done
                }
            };
            // What was typed is not lost to a mistake.
            if done.is_err() {
                if matches!(form.kind, FormKind::Decision { .. }) {
                    form.focus = decision::wrong_field(&values).unwrap_or(form.focus);
                }
                cx.model.ui.overlays.push(Overlay::Form(form));
            }
            done
        }
        Some(other) => {
            cx.model.ui.overlays.push(other);
            choose(cx, "")
        }
        None => Ok(()),
    }
}

/// A digit alone says why a hunk is turned down, unless words follow it: so long they are waited for.
const REASON_MS: u64 = 500;

/// The hunk that is being turned down for the reason that a digit stands for, if that is all that was
/// typed.
fn reason(model: &Model) -> Option<(HunkRef, &'static str)> {
    let Some(Overlay::Prompt { kind: PromptKind::RejectBecause { hunk }, field }) =
        model.ui.overlays.last()
    else {
        return None;
    };
    Some((*hunk, named(&field.rope().to_string())?))
}

/// The reason that a digit stands for.
fn named(text: &str) -> Option<&'static str> {
    let digit = |(digit, _): &&(char, &str)| text.trim().chars().eq([*digit]);
    REASONS.iter().find(digit).map(|(_, reason)| *reason)
}

/// After something was typed into a prompt.
pub fn typed_reason(cx: &mut Cx) {
    if reason(cx.model).is_some() {
        cx.effect(Effect::Schedule { after_ms: REASON_MS, timer: Timer::Reason });
    }
}

/// Nothing followed the digit.
pub fn reason_given(cx: &mut Cx) {
    let Some((hunk, reason)) = reason(cx.model) else { return };
    cx.model.ui.overlays.pop();
    if let Err(why) = hunk::reject_one(cx, hunk, reason) {
        cx.warn(why);
    }
}

fn prompted(cx: &mut Cx, kind: PromptKind, text: &str) -> Result<(), String> {
    match kind {
        PromptKind::Find => find::found(cx, text),
        PromptKind::ReplaceWhat => find::replace_with(cx, text),
        PromptKind::ReplaceWith { what } => find::replace_all(cx, &what, text),
        PromptKind::Line => find::line(cx, text),
        PromptKind::SaveAs { then_quit } => file::save_as(cx, text, then_quit),
        PromptKind::Open => file::open_path(cx, text),
        PromptKind::RejectBecause { hunk } => {
            hunk::reject_one(cx, hunk, named(text).unwrap_or(text.trim()))
        }
        PromptKind::DecisionBecause { decision, status } => {
            decision::set_status(cx, decision, status, text)
        }
        PromptKind::Rename { session } => session::renamed(cx, session, text),
        PromptKind::Instruction { whole } => {
            if text.trim().is_empty() {
                return Ok(());
            }
            chat::instructed(cx, text.trim(), whole);
            Ok(())
        }
        PromptKind::Checkpoint => history::checkpoint(cx, text),
        PromptKind::Moment => history::go(cx, text),
        PromptKind::Branch { moment } => history::branch_off(cx, moment, text),
        PromptKind::HistoryFilter => {
            cx.model.ui.history.list.filter.set_text(text);
            cx.model.ui.focus = Focus::Panel;
            Ok(())
        }
        PromptKind::Comment { about, after } => comment::said(cx, about, after, text),
        PromptKind::Filter => {
            cx.model.ui.decisions.filter.set_text(text);
            cx.model.ui.decisions.chosen = 0;
            cx.model.ui.focus = Focus::Panel;
            Ok(())
        }
    }
}

/// Gives an answer to the question on the screen: by its word, or the chosen one.
fn answer(cx: &mut Cx, word: &str) -> Result<(), String> {
    let Some(Overlay::Dialog(dialog)) = cx.model.ui.overlays.pop() else { return Ok(()) };
    let chosen = if word.is_empty() {
        let line = dialog.choices.get(dialog.chosen).map_or("", |(_, _, line)| line.as_str());
        match line {
            "dialog.yes" => "yes".to_owned(),
            "dialog.no" => "no".to_owned(),
            line => line.strip_prefix("dialog.choose ").unwrap_or("").to_owned(),
        }
    } else {
        word.to_owned()
    };
    let Dialog { ask, .. } = dialog.clone();
    match (ask, chosen.as_str()) {
        (Ask::Quit, "save") => file::save(cx, true),
        (Ask::Quit, "draft") => {
            let name = cx.model.name();
            cx.model.farewell = Some(match cx.model.path {
                Some(_) => format!("Kept as a draft: {name} itself is untouched."),
                None => format!("Kept: {}.", file::again(cx.model)),
            });
            cx.leave();
            Ok(())
        }
        (Ask::Quit, "discard") => {
            file::discard(cx)?;
            cx.leave();
            Ok(())
        }
        (Ask::Consent { queued, provider }, "yes") => {
            cx.model.config.provider.entry(provider.clone()).or_default().consented = true;
            cx.effect(crate::state::Effect::Consent { provider });
            cx.ask(queued);
            Ok(())
        }
        (Ask::Consent { queued, .. }, "look") => {
            cx.model.ui.overlays.push(Overlay::Dialog(dialog));
            let lines = cx.preview(&queued)?;
            let title = "What would be sent".into();
            cx.model.ui.overlays.push(Overlay::Page { title, lines, top: 0, links: None });
            Ok(())
        }
        (Ask::Consent { queued, .. }, _) => {
            cx.model.ui.chat.set_text(&queued.text);
            let end = Pos(cx.model.ui.chat.rope().len_chars());
            cx.model.ui.chat.move_to(end, false);
            cx.info("Nothing was sent.");
            Ok(())
        }
        (Ask::FileReverted { file }, "yes") => {
            cx.take_outside(&file);
            Ok(())
        }
        (Ask::FileReverted { file }, "no") => {
            cx.keep_mine(&file);
            Ok(())
        }
        (Ask::Gone { then_quit }, "yes") => {
            cx.model.gone = false;
            file::save(cx, then_quit)
        }
        (Ask::Gone { then_quit }, "as") => {
            file::ask_where(cx, then_quit);
            Ok(())
        }
        (Ask::Moved { path }, "yes") => {
            cx.go_on_in(path);
            Ok(())
        }
        (Ask::Gone { .. } | Ask::Moved { .. }, _) => Ok(()),
        (Ask::Renamed { like }, "no") => {
            let names: Vec<String> = like.iter().map(|one| format!("“{}”", one.title)).collect();
            let stay = if names.len() == 1 { "stays" } else { "stay" };
            cx.info(format!("A new session; {} {stay} in the list (F4).", names.join(", ")));
            Ok(())
        }
        (Ask::Renamed { like }, index) => {
            let one = index.parse::<usize>().ok().and_then(|index| like.get(index));
            if let (Some(one), Some(path)) = (one, cx.model.path.clone()) {
                cx.leave_for(Open::In { session: one.session, path });
            }
            Ok(())
        }
        (Ask::DeleteSession { session, .. }, "yes") => {
            cx.effect(crate::state::Effect::DeleteSession(session));
            Ok(())
        }
        (Ask::DeleteSession { .. }, _) => Ok(()),
        (Ask::Settle { conflict }, answer) => {
            cx.settled(&conflict, answer);
            Ok(())
        }
        (Ask::Share { sharing }, answer) => {
            cx.share_answered(*sharing, answer);
            Ok(())
        }
        (Ask::Beside { beside }, answer) => {
            cx.beside_answered(beside, answer);
            Ok(())
        }
        (Ask::Redact { targets }, answer) => {
            cx.redact_answered(targets, answer);
            Ok(())
        }
        (Ask::Redaction { id }, answer) => {
            cx.redaction_answered(id, answer);
            Ok(())
        }
        (Ask::TakeBack { lines }, word) => match lines.iter().find(|(known, _)| known == word) {
            Some((_, line)) => super::run(cx, line),
            None if word == "no" => Ok(()),
            None => Err(format!("{word:?} is none of the answers.")),
        },
        (_, _) => {
            cx.model.ui.overlays.push(Overlay::Dialog(dialog));
            Ok(())
        }
    }
}
