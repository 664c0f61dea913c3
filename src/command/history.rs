//! Time travel: going to a point of the past and looking at it, comparing, going back to it as a new
//! edit or as a new session; checkpoints.

use super::{Command, row};
use crate::event::{Event, Text};
use crate::report::history::{Row, counts, find, moment_words, point_name};
use crate::session::{Moment, Point};
use crate::state::{Against, Cx, Effect, Focus, Model, Overlay, PromptKind, Tab};
use crate::text::Field;

pub const COMMANDS: &[Command] = &[
    row(
        "history.go",
        "Shows everything as it stood at a point: a number, a name, “20 minutes ago”, a time.",
        |cx, rest| {
            if rest.is_empty() {
                ask(cx, PromptKind::Moment, "");
                return Ok(());
            }
            go(cx, rest)
        },
    )
    .args("[point]")
    .slash("past")
    .when(Model::has_history, NO_HISTORY),
    row("history.now", "Comes back to now.", |cx, _| {
        cx.model.show_now();
        Ok(())
    }),
    row("history.back", "Goes one point back.", |cx, _| step(cx, -1))
        .when(Model::has_history, NO_HISTORY),
    row("history.forward", "Goes one point on, up to now.", |cx, _| step(cx, 1))
        .when(Model::has_history, NO_HISTORY),
    row("history.open", "Goes to the text of the chosen point, to read it.", |cx, _| {
        cx.model.ui.focus = Focus::Editor;
        Ok(())
    }),
    row(
        "history.against",
        "Compares the shown text with now, the step before, the marked point, the file, or nothing.",
        against,
    )
    .args("[now|before|mark|file|nothing]"),
    row("history.mark", "Marks the shown point, to compare others with it.", mark)
        .when(is_past, CHOOSE),
    row(
        "history.restore",
        "Makes the text what it was at a point, as a new edit; undo takes it back.",
        restore,
    )
    .args("[point]")
    .when(Model::has_history, NO_HISTORY),
    row(
        "history.branch",
        "Begins a new session with text, conversation and decisions of the shown point.",
        branch,
    )
    .args("[title]")
    .when(is_past, CHOOSE),
    row(
        "history.filter",
        "Narrows the history: kinds (edits, outside, messages, verdicts, decisions, comments, saves, checkpoints) and words.",
        filter,
    )
    .args("[words]"),
    row("history.each", "Lists every edit by itself, or what was written in one go together.", each),
];

/// Named versions.
pub const CHECKPOINTS: &[Command] =
    &[row("checkpoint.make", "Names how everything stands now, to come back to it.", checkpoint)
        .args("[name]")
        .slash("checkpoint")
        .when(Model::has_history, NO_HISTORY)];

const NO_HISTORY: &str = "In plain editing there is no history.";
const CHOOSE: &str = "Choose a point of the History tab first (Alt-6).";

/// What is not done while the past is shown, as it would be done to now: whole areas, and commands.
const OF_NOW: &[&str] = &[
    "checkpoint.",
    "chat.send",
    "chat.next-branch",
    "chat.previous-branch",
    "comment.new",
    "comment.answer",
    "comment.resolve",
    "chat.rewrite",
    "chat.change",
    "chat.write-on",
    "chat.retry",
    "chat.continue",
    "chat.summary",
    "chat.shorten",
    "chat.correct",
    "chat.list",
    "decision.new",
    "decision.edit",
    "decision.accept",
    "decision.accept-because",
    "decision.reject",
    "decision.reject-because",
    "decision.supersede",
    "decision.goto",
    "decision.follow",
    "decision.here",
    "decision.check",
    "edit.",
    "file.",
    "find.replace",
    "hunk.",
    "session.next-new",
    "session.settle",
    "written.",
];
/// What of these areas only looks.
const ANY_TIME: &[&str] = &["edit.copy", "edit.wrap", "file.open", "written.show"];

/// Whether a command is not done while the past is shown, when the text has the keys.
pub(super) fn is_of_now(model: &Model, name: &str) -> bool {
    // What is written elsewhere than in the document is written at any time.
    let field = model.ui.focus == Focus::Chat || !model.ui.overlays.is_empty();
    model.past.is_some()
        && !(field && name.starts_with("edit."))
        && !ANY_TIME.contains(&name)
        && OF_NOW.iter().any(|of_now| match of_now.ends_with('.') {
            true => name.starts_with(of_now),
            false => name == *of_now,
        })
}

fn is_past(model: &Model) -> bool {
    model.past.is_some()
}

fn ask(cx: &mut Cx, kind: PromptKind, text: &str) {
    let mut field = Field::default();
    field.set_text(text);
    field.select_all();
    cx.model.ui.overlays.push(Overlay::Prompt { kind, field });
}

/// How many rows the list has, with now.
pub(super) fn row_count(model: &mut Model) -> usize {
    model.update_history();
    model.ui.history.rows.len() + 1
}

/// The rows of the list from now back: nothing stands for now. Shared with the view.
pub fn listed(model: &Model) -> impl Iterator<Item = Option<&Row>> {
    let rows = model.ui.history.rows.iter().rev().map(Some);
    std::iter::once(None).chain(rows)
}

/// Rows of the card below the list, with its rule.
const CARD: u16 = 7;
/// The list has at least so many rows before there is a card.
const LIST: u16 = 6;

/// Which row of the list stands first in a panel of `height` rows, and how many there is room for.
/// Shared with the view.
pub fn listed_from(model: &Model, height: u16) -> (usize, usize) {
    let history = &model.ui.history;
    let filter = u16::from(history.list.filter.rope().len_chars() > 0);
    let card = if height >= CARD + LIST { CARD } else { 0 };
    let room = usize::from(height.saturating_sub(card + filter)).max(1);
    let last = (history.rows.len() + 1).saturating_sub(room);
    (history.list.chosen.saturating_sub(room / 2).min(last), room)
}

/// The index of the list that stands in a row of such a panel.
pub fn index_at(model: &Model, height: u16, row: usize) -> Option<usize> {
    let (top, room) = listed_from(model, height);
    let head = usize::from(model.ui.history.list.filter.rope().len_chars() > 0);
    let row = row.checked_sub(head).filter(|row| *row < room)?;
    Some(top + row).filter(|index| *index <= model.ui.history.rows.len())
}

/// Shows the chosen row.
pub(super) fn follow(cx: &mut Cx) -> Result<(), String> {
    let history = &cx.model.ui.history;
    let row = history.row(history.list.chosen);
    match row.and_then(|row| history.points.get(row.last)).map(|point| point.moment) {
        Some(moment) => cx.model.show_moment(moment),
        None => {
            cx.model.show_now();
            Ok(())
        }
    }
}

/// Shows a point of the list, as the mouse does.
pub fn choose(cx: &mut Cx, index: usize) -> Result<(), String> {
    let last = row_count(cx.model) - 1;
    cx.model.ui.history.list.chosen = index.min(last);
    follow(cx)
}

fn step(cx: &mut Cx, by: isize) -> Result<(), String> {
    cx.seal_bursts();
    cx.model.update_history();
    let points = &cx.model.ui.history.points;
    let at = match &cx.model.past {
        Some(past) => points.iter().position(|point| point.moment == past.moment),
        None => Some(points.len()),
    };
    let next = at.and_then(|at| at.checked_add_signed(by));
    let next = next.ok_or("Here the session begins.")?;
    match cx.model.ui.history.points.get(next).map(|point| point.moment) {
        Some(moment) => cx.model.show_moment(moment),
        None if cx.model.show_now() => Ok(()),
        None => Err("This is now.".into()),
    }
}

/// The point that a text names.
fn named(cx: &mut Cx, text: &str) -> Result<Point, String> {
    cx.seal_bursts();
    cx.model.update_history();
    let model = &*cx.model;
    find(&model.session, &model.ui.history.points, text, model.now).cloned()
}

pub(super) fn go(cx: &mut Cx, text: &str) -> Result<(), String> {
    if text.trim() == "now" {
        cx.model.show_now();
        return Ok(());
    }
    let point = named(cx, text)?;
    cx.model.ui.tab = Tab::History;
    cx.model.ui.focus = Focus::Panel;
    cx.model.show_moment(point.moment)?;
    let (name, words) =
        (point_name(&cx.model.session, &point), moment_words(point.at, cx.model.now));
    cx.info(format!("As it stood at {name} UTC, {words}. Esc comes back to now."));
    Ok(())
}

fn against(cx: &mut Cx, rest: &str) -> Result<(), String> {
    let model = &*cx.model;
    let can = |against: Against| match against {
        Against::Mark => model.ui.history.mark.is_some(),
        Against::File => model.saved_rope.is_some(),
        Against::Now | Against::Before | Against::Nothing => true,
    };
    let order = [Against::Now, Against::Before, Against::Mark, Against::File, Against::Nothing];
    let at = order.iter().position(|one| *one == model.ui.history.against).unwrap_or(0);
    let next = match rest {
        "" => {
            let next = order.iter().cycle().skip(at + 1).take(order.len());
            next.copied().find(|one| can(*one)).unwrap_or_default()
        }
        "now" => Against::Now,
        "before" => Against::Before,
        "mark" => Against::Mark,
        "file" => Against::File,
        "nothing" => Against::Nothing,
        other => {
            return Err(format!("{other:?} is none of now, before, mark, file and nothing."));
        }
    };
    if !can(next) {
        return Err(match next {
            Against::Mark => "No point is marked: history.mark marks the shown one.".into(),
            _ => "It is not known what the file holds: save first, or reload it.".into(),
        });
    }
    cx.model.ui.history.against = next;
    cx.model.compare();
    cx.info(match next {
        Against::Now => "Compared with now: - is gone since, + came since.",
        Against::Before => "Compared with the step before: + came with it, - went with it.",
        Against::Mark => "Compared with the marked point: - is gone in the newer text, + came.",
        Against::File => "Compared with the file: - is not in it, + is only there.",
        Against::Nothing => "The text as it was, without marks.",
    });
    Ok(())
}

fn mark(cx: &mut Cx, _: &str) -> Result<(), String> {
    let past = cx.model.past.as_ref().ok_or(CHOOSE)?;
    let words = format!("{} is marked: others are compared with it.", past.name);
    cx.model.ui.history.mark = Some(past.moment);
    cx.model.ui.history.against = Against::Mark;
    cx.model.compare();
    cx.info(words);
    Ok(())
}

fn restore(cx: &mut Cx, rest: &str) -> Result<(), String> {
    let (moment, name) = if rest.is_empty() {
        let past = cx.model.past.as_ref().ok_or(CHOOSE)?;
        (past.moment, past.name.clone())
    } else {
        let point = named(cx, rest)?;
        (point.moment, point_name(&cx.model.session, &point))
    };
    let (came, went) = cx.restore(moment)?;
    cx.info(format!(
        "The text is that of {name} again ({}). Undo takes that back; what was said and decided stays.",
        counts(came, went)
    ));
    Ok(())
}

fn branch(cx: &mut Cx, title: &str) -> Result<(), String> {
    let past = cx.model.past.as_ref().ok_or(CHOOSE)?;
    let (moment, name) = (past.moment, past.name.clone());
    if title.is_empty() {
        let title = format!("{}, from {name}", cx.model.session.title());
        ask(cx, PromptKind::Branch { moment }, &title);
        return Ok(());
    }
    branch_off(cx, moment, title)
}

pub(super) fn branch_off(cx: &mut Cx, moment: Moment, title: &str) -> Result<(), String> {
    let title = title.trim();
    if title.is_empty() {
        return Err("A session needs a title.".into());
    }
    if cx.model.ephemeral || !cx.model.preamble.is_empty() {
        return Err("Nothing of this session is kept, so none can branch off.".into());
    }
    cx.seal_bursts();
    let session = cx.model.session.id;
    cx.effect(Effect::Branch { session, moment, title: title.into() });
    Ok(())
}

fn filter(cx: &mut Cx, rest: &str) -> Result<(), String> {
    cx.model.ui.tab = Tab::History;
    if rest.is_empty() {
        let field = cx.model.ui.history.list.filter.clone();
        let kind = PromptKind::HistoryFilter;
        cx.model.ui.overlays.push(Overlay::Prompt { kind, field });
    } else {
        cx.model.ui.history.list.filter.set_text(rest);
    }
    Ok(())
}

fn each(cx: &mut Cx, _: &str) -> Result<(), String> {
    let each = !cx.model.ui.history.each;
    cx.model.ui.history.each = each;
    cx.info(match each {
        true => "Every edit is a row.",
        false => "What was written in one go is a row.",
    });
    Ok(())
}

pub(super) fn checkpoint(cx: &mut Cx, name: &str) -> Result<(), String> {
    let name = name.trim();
    if name.is_empty() {
        ask(cx, PromptKind::Checkpoint, "");
        return Ok(());
    }
    if cx.model.session.checkpoints().any(|(_, one)| one.name == name) {
        return Err(format!("There is a checkpoint “{name}” already: give this one another name."));
    }
    cx.seal_bursts();
    let documents = cx.model.session.documents.iter();
    let with_history = documents.filter(|(_, entry)| entry.document.has_history());
    let versions = with_history.map(|(doc, entry)| (doc.clone(), entry.document.version()));
    let made = Event::CheckpointMade { name: Text::new(name), versions: versions.collect() };
    cx.append(&made);
    cx.barrier();
    cx.info(format!("Everything as it stands now is called “{name}”."));
    Ok(())
}
