//! Asking a model: the message box, rewriting, changes of the whole document.

use super::{Command, row};
use crate::assist::basic::{CORRECT_IT, MAKE_A_LIST};
use crate::base::{Pos, Span};
use crate::event::{Asked, Link, MessageStatus};
use crate::session::Message;
use crate::state::{Cx, Effect, Model, Overlay, PromptKind, Queued, Task};
use crate::text::Field;

pub const COMMANDS: &[Command] = &[
    row("chat.send", "Sends the message; a line that begins with / runs a command.", send),
    row("chat.ask", "Asks what is given, whatever the message box holds.", |cx, rest| {
        if rest.is_empty() {
            return Err("Say what to ask.".into());
        }
        cx.ask(Queued::new(rest, Task::Chat));
        Ok(())
    })
    .args("question"),
    row(
        "chat.complete",
        "Completes the command that is begun with /; else moves on as app.next-pane does.",
        complete,
    ),
    row("chat.newline", "Begins a new line in the message.", |cx, _| {
        cx.type_text("\n");
        Ok(())
    }),
    row(
        "chat.rewrite",
        "Asks for a rewrite of the selection, or of the paragraph at the caret.",
        |cx, rest| {
            to_rewrite(cx)?;
            instruct(cx, rest, false)
        },
    )
    .args("[instruction]")
    .slash("rewrite"),
    row("chat.shorten", "Asks for the selection, or the paragraph, in fewer words.", |cx, _| {
        preset(cx, "Make it shorter.")
    })
    .slash("shorten"),
    row("chat.correct", "Asks for the selection, or the paragraph, without mistakes.", |cx, _| {
        preset(cx, CORRECT_IT)
    })
    .slash("correct"),
    row("chat.list", "Asks for the selection, or the paragraph, as a list.", |cx, _| {
        preset(cx, MAKE_A_LIST)
    })
    .slash("list"),
    row("chat.write-on", "Asks for a sentence or two that go on at the caret.", |cx, _| {
        cx.model.entry().ok_or("No document is open.")?;
        let at = cx.model.caret().pos;
        cx.ask(Queued::new("Write on here.", Task::Continue { at }));
        Ok(())
    })
    .slash("write-on"),
    row("chat.summary", "Asks for a summary of the selection, or of the document.", |cx, _| {
        let entry = cx.model.entry().ok_or("No document is open.")?;
        if entry.document.rope().chars().all(char::is_whitespace) {
            return Err("The document is empty: there is nothing to sum up.".into());
        }
        let selected = cx.model.caret().selection().is_some();
        let words = if selected { "Sum up the selection." } else { "Sum up the document." };
        cx.ask(Queued::new(words, Task::Summary));
        Ok(())
    })
    .slash("summary"),
    row("chat.change", "Asks for a change of the whole document.", |cx, rest| {
        instruct(cx, rest, true)
    })
    .args("[instruction]")
    .slash("change"),
    row(
        "chat.preview",
        "Shows what the message would send: each part with its size, and every byte.",
        preview,
    )
    .slash("preview"),
    row("chat.cancel", "Stops the answer; what came is kept.", |cx, _| {
        if cx.cancel_turn() { Ok(()) } else { Err("No answer is on its way.".into()) }
    })
    .when(|model| model.turn.is_some(), "No answer is on its way: there is nothing to stop."),
    row("chat.retry", "Asks the last question again, as what it was.", retry).slash("retry").when(
        |model| model.turn.is_none(),
        "An answer is on its way: wait for it, or stop it with Esc.",
    ),
    row("chat.continue", "Has an answer that was cut short go on.", go_on).slash("continue").when(
        |model| model.turn.is_none() && is_cut(model),
        "Nothing was cut short: the last answer is whole, or still on its way.",
    ),
    row("chat.previous", "Brings back the message before.", |cx, _| history(cx, -1)),
    row("chat.next", "Brings back the message after.", |cx, _| history(cx, 1)),
    row("chat.scroll-up", "Scrolls the conversation up.", |cx, _| scroll(cx, 1)),
    row("chat.scroll-down", "Scrolls the conversation down.", |cx, _| scroll(cx, -1)),
    row(
        "chat.reasoning",
        "Shows or folds what the model thought before the answer: of the message that was found, else of the lowest answer in sight.",
        |cx, _| cx.toggle_thought(None),
    )
    .slash("thoughts"),
    row("chat.next-branch", "Shows the next branch where the conversation parts.", |cx, _| {
        cx.turn_branch(1)
    })
    .slash("branch"),
    row("chat.previous-branch", "Shows the branch before.", |cx, _| cx.turn_branch(-1)),
    row("chat.copy", "Copies the last answer.", copy).slash("copy"),
    row("chat.mark-previous", "Marks the message before, to redact it or find its decision.", |cx, _| {
        cx.mark_message(-1)
    }),
    row("chat.mark-next", "Marks the message after.", |cx, _| cx.mark_message(1)),
    row(
        "chat.pin",
        "Pins the last answer: it goes to the model with every turn; again unpins it.",
        pin,
    )
    .slash("pin"),
];

/// What has an answer go on.
const GO_ON: &str = "Your answer was cut short. Go on where it stopped, without repeating what is complete; write an edit that was cut off again from its start.";

fn send(cx: &mut Cx, _: &str) -> Result<(), String> {
    let text = cx.model.ui.chat.rope().to_string();
    let text = text.trim();
    if text.is_empty() {
        return Ok(());
    }
    if let Some(rest) = text.strip_prefix('/').filter(|rest| !rest.starts_with('/')) {
        let (word, rest) = rest.split_once(char::is_whitespace).unwrap_or((rest, ""));
        let command = super::find_slash(word).or_else(|| super::find(word));
        let Some(command) = command else {
            return Err(format!(
                "No command /{word}. F1 lists them; // sends a message that begins with /."
            ));
        };
        cx.model.ui.chat.set_text("");
        return command.run(cx, rest.trim());
    }
    let text = text.strip_prefix('/').map_or(text, |rest| rest).to_owned();
    cx.model.ui.chat.set_text("");
    cx.model.ui.history_at = None;
    cx.ask(Queued::new(text, Task::Chat));
    Ok(())
}

/// The slash commands that go on as what is typed; none unless the message is the beginning of one.
/// Shared with the view.
pub fn slash_rows(model: &Model) -> Vec<&'static Command> {
    let rope = model.ui.chat.rope();
    if rope.len_chars() > 40 || rope.get_char(0) != Some('/') {
        return Vec::new();
    }
    let text = rope.to_string();
    let fits = |command: &&Command| {
        !command.slash.is_empty() && command.slash.starts_with(text.trim_start_matches('/'))
    };
    if text.starts_with("//") { Vec::new() } else { super::commands().filter(fits).collect() }
}

fn complete(cx: &mut Cx, _: &str) -> Result<(), String> {
    let rows = slash_rows(cx.model);
    let typed = cx.model.ui.chat.rope().len_chars().saturating_sub(1);
    let Some(first) = rows.first() else { return super::run(cx, "app.next-pane") };
    // As far as all of them agree; then the first of them.
    let agree =
        |len: &usize| rows.iter().all(|row| row.slash.get(..*len) == first.slash.get(..*len));
    let shared = (0..=first.slash.len()).rev().find(agree).unwrap_or(0);
    let text = match rows.len() {
        1 => format!("/{} ", first.slash),
        _ if shared > typed => format!("/{}", &first.slash[..shared]),
        _ => format!("/{} ", first.slash),
    };
    cx.model.ui.chat.set_text(&text);
    Ok(())
}

fn preview(cx: &mut Cx, rest: &str) -> Result<(), String> {
    let typed = cx.model.ui.chat.rope().to_string();
    let text = if rest.is_empty() { typed } else { rest.to_owned() };
    let lines = cx.preview(&Queued::new(text, Task::Chat))?;
    cx.model.ui.overlays.push(Overlay::Page {
        title: "What would be sent".into(),
        lines,
        top: 0,
        links: None,
    });
    Ok(())
}

fn instruct(cx: &mut Cx, rest: &str, whole: bool) -> Result<(), String> {
    if rest.is_empty() {
        let kind = PromptKind::Instruction { whole };
        cx.model.ui.overlays.push(Overlay::Prompt { kind, field: Field::default() });
        return Ok(());
    }
    instructed(cx, rest, whole);
    Ok(())
}

/// What is rewritten: the selection, or the paragraph at the caret.
fn to_rewrite(cx: &Cx) -> Result<Span, String> {
    cx.model.entry().ok_or("No document is open.")?;
    cx.model.to_rewrite().ok_or_else(|| {
        "There is no paragraph here: select what is to be rewritten, \
         or change the whole text with /change."
            .into()
    })
}

/// A rewrite whose instruction is given.
fn preset(cx: &mut Cx, instruction: &str) -> Result<(), String> {
    to_rewrite(cx)?;
    instructed(cx, instruction, false);
    Ok(())
}

/// The instruction was given.
pub fn instructed(cx: &mut Cx, instruction: &str, whole: bool) {
    let task = if whole {
        Task::Change
    } else {
        match to_rewrite(cx) {
            Ok(selection) => Task::Rewrite { selection },
            Err(why) => return cx.error(why),
        }
    };
    cx.ask(Queued::new(instruction, task));
}

fn my_messages(model: &Model) -> Vec<String> {
    let mine = |message: &&Message| model.is_me(&message.author) && !message.is_repair();
    model.session.transcript.iter().filter(mine).map(|message| message.text().to_owned()).collect()
}

fn retry(cx: &mut Cx, _: &str) -> Result<(), String> {
    let model = &*cx.model;
    let mine = |message: &&Message| model.is_me(&message.author) && !message.is_repair();
    let question = model.session.transcript.iter().rev().find(mine);
    let question = question.ok_or("There is no question yet.")?;
    let task = match question.asked {
        None | Some(Asked::Repair) => Task::Chat,
        Some(Asked::Change) => Task::Change,
        Some(Asked::Rewrite) => {
            let then = selected_then(model, question)?;
            let gone = "What was selected then is gone: select it again (chat.rewrite).";
            Task::Rewrite { selection: Some(then).filter(|span| !span.is_empty()).ok_or(gone)? }
        }
        Some(Asked::Continue) => Task::Continue { at: selected_then(model, question)?.start },
        Some(Asked::Summary) => Task::Summary,
    };
    let instead_of = Some(question.id);
    let text = question.text().to_owned();
    cx.ask(Queued { instead_of, ..Queued::new(text, task) });
    Ok(())
}

/// Where what was selected for a question stands now.
fn selected_then(model: &Model, question: &Message) -> Result<Span, String> {
    let span = question.links.iter().find_map(|link| match link {
        Link::Span { doc, start, end, .. } => Some((doc, (*start, *end))),
        _ => None,
    });
    let (doc, anchors) = span.ok_or("It is not known what was selected then.")?;
    if *doc != model.doc {
        return Err("What was selected then is in another document: open that first.".into());
    }
    let span = model.entry().and_then(|entry| entry.document.anchor_span(anchors));
    span.ok_or_else(|| "What was selected then is gone: select it again.".into())
}

/// Whether the last answer is not whole.
fn is_cut(model: &Model) -> bool {
    last_answer(model).is_some_and(|answer| answer.status != MessageStatus::Complete)
}

fn go_on(cx: &mut Cx, _: &str) -> Result<(), String> {
    let model = &*cx.model;
    let answer = last_answer(model).ok_or("There is no answer yet.")?;
    let question = answer.after.and_then(|id| model.session.transcript.get(&id));
    let is_rewrite = match question.and_then(|question| question.asked) {
        None | Some(Asked::Summary | Asked::Repair) => false,
        Some(Asked::Rewrite | Asked::Continue) => true,
        // Blocks go on; a whole text does not.
        Some(Asked::Change) => !answer.text().contains("<<<<<<<"),
    };
    if is_rewrite {
        return Err("A rewrite comes whole or not at all: chat.retry asks again; select less when it is too long for one answer.".into());
    }
    cx.ask(Queued::new(GO_ON, Task::Chat));
    Ok(())
}

fn history(cx: &mut Cx, step: isize) -> Result<(), String> {
    let mine = my_messages(cx.model);
    let at = cx.model.ui.history_at.unwrap_or(mine.len());
    let at = at.saturating_add_signed(step);
    let text = match mine.get(at) {
        Some(text) => text.as_str(),
        None if at >= mine.len() => "",
        None => return Ok(()),
    };
    cx.model.ui.chat.set_text(text);
    let end = Pos(cx.model.ui.chat.rope().len_chars());
    cx.model.ui.chat.move_to(end, false);
    cx.model.ui.history_at = (at < mine.len()).then_some(at);
    Ok(())
}

fn scroll(cx: &mut Cx, pages: isize) -> Result<(), String> {
    let rows = isize::try_from(cx.model.ui.areas().panel.height / 2).unwrap_or(1).max(1);
    let from_end = cx.model.ui.scroll.from_end.saturating_add_signed(pages * rows);
    cx.model.ui.scroll.from_end = from_end;
    Ok(())
}

fn last_answer(model: &Model) -> Option<&Message> {
    model.session.transcript.iter().rev().find(|message| message.author.is_model())
}

fn copy(cx: &mut Cx, _: &str) -> Result<(), String> {
    let text = last_answer(cx.model)
        .map(|message| message.text().to_owned())
        .ok_or("There is no answer yet.")?;
    cx.effect(Effect::Copy(text));
    cx.info("The answer was sent to the clipboard.");
    Ok(())
}

fn pin(cx: &mut Cx, _: &str) -> Result<(), String> {
    let message =
        last_answer(cx.model).map(|message| message.id).ok_or("There is no answer yet.")?;
    let pinned = !cx.model.session.transcript.is_pinned(&message);
    let replaces = cx.model.session.transcript.pin_heads(&message);
    cx.append(&crate::event::Event::MessagePinned { message, pinned, replaces });
    cx.info(if pinned { "Pinned: it goes to the model with every turn." } else { "Unpinned." });
    Ok(())
}
