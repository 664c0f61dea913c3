//! Reviewing: from hunk to hunk, accepting, rejecting, splitting, placing.

use super::verdict::{resolve, take_out};
use super::{Command, list, row};
use crate::assist::split;
use crate::base::{EventId, Pos, Span};
use crate::event::{Cause, CauseKind, Event, How, HunkBody, HunkVerdict, Origin, Text};
use crate::session::{HunkRef, HunkState, OpenHunk};
use crate::state::{Caret, Cx, Focus, Form, FormKind, Model, Overlay, PromptKind, anchors, plural};
use crate::text::{Change, Field, diff};
use ropey::Rope;

pub const COMMANDS: &[Command] = &[
    row("hunk.next", "Goes to the next hunk.", |cx, _| step(cx, true)).when(any_open, NONE),
    row("hunk.previous", "Goes to the hunk before.", |cx, _| step(cx, false)).when(any_open, NONE),
    row("hunk.accept", "Accepts the hunk.", |cx, _| {
        with_hunk(cx, |cx, hunk| accept(cx, hunk, None))
    })
    .when(any_open, NONE),
    row("hunk.reject", "Rejects the hunk.", reject).args("[reason]").when(any_open, NONE),
    row(
        "hunk.reject-because",
        "Rejects the hunk and asks for the reason, which goes to the model.",
        because,
    )
    .when(any_open, NONE),
    row("hunk.edit", "Changes the hunk's new text, then accepts it.", edit).when(any_open, NONE),
    row("hunk.split", "Splits the hunk into smaller ones.", split_here).when(any_open, NONE),
    row(
        "hunk.accept-all",
        "Accepts all hunks that have a certain place, or those of one proposal.",
        accept_all,
    )
    .args("[proposal]")
    .when(any_open, NONE),
    row("hunk.reject-all", "Rejects all open hunks.", reject_all).when(any_open, NONE),
    row("hunk.place", "Places an unplaced hunk at the caret or over the selection.", place)
        .when(any_open, NONE),
];

/// Why there is nothing to do with a hunk.
const NONE: &str = "No hunk is open: Ctrl-K asks for a rewrite of the selection, /change for one of \
                    the whole text.";

fn any_open(model: &Model) -> bool {
    !open(model).is_empty()
}

fn open(model: &Model) -> Vec<OpenHunk> {
    model.session.open_in(&model.doc)
}

/// How many hunks of the shown document are listed.
pub(super) fn open_count(model: &Model) -> usize {
    model.reviewed().len()
}

/// The chosen row of the Review tab: one of them always is, also when the list became shorter.
pub(super) fn chosen_of<'a>(model: &Model, open: &'a [OpenHunk]) -> Option<&'a OpenHunk> {
    open.get(model.ui.review.chosen).or(open.last())
}

/// Whether the chosen row of the Review tab has no place. Shared with the view.
pub fn chosen_unplaced(model: &Model) -> bool {
    model.ui.frame.unplaced > 0
        && chosen_of(model, &open(model)).is_some_and(|one| one.span.is_none())
}

/// The hunk that a command means: the chosen row of the Review tab when the panel has the keys,
/// else the one at the caret, else the only one.
fn meant(model: &Model) -> Option<HunkRef> {
    let open = open(model);
    if model.ui.focus == Focus::Panel && model.ui.tab == crate::state::Tab::Review {
        return chosen_of(model, &open).map(|one| one.of);
    }
    let here = model.hunk_here().map(|(of, _)| of);
    here.or_else(|| if open.len() == 1 { open.first().map(|one| one.of) } else { None })
}

fn with_hunk(
    cx: &mut Cx,
    run: impl FnOnce(&mut Cx, HunkRef) -> Result<(), String>,
) -> Result<(), String> {
    let Some(hunk) = meant(cx.model) else {
        if open(cx.model).is_empty() {
            return Err("No hunk at the caret: F8 goes to the next.".into());
        }
        // Seen before it is decided.
        step(cx, true)?;
        cx.info("No hunk was at the caret: this is the next. The same key again decides it.");
        return Ok(());
    };
    run(cx, hunk)
}

fn step(cx: &mut Cx, forward: bool) -> Result<(), String> {
    let placed: Vec<Span> = open(cx.model).into_iter().filter_map(|one| one.span).collect();
    let caret = cx.model.caret().pos;
    let next = if forward {
        placed.iter().find(|span| span.start > caret).or_else(|| placed.first())
    } else {
        placed.iter().rev().find(|span| span.start < caret).or_else(|| placed.last())
    };
    let Some(span) = next.copied() else {
        return Err(
            "The open hunks have no place: Alt-5 lists them, Alt-P places one at the selection."
                .into(),
        );
    };
    cx.model.ui.focus = Focus::Editor;
    cx.model.set_caret(Caret::at(span.start));
    Ok(())
}

/// What a person made of a hunk's new text in the form.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Edited {
    /// The lines as they stood when the form was opened.
    pub was: String,
    pub text: String,
}

/// The hunk that a command is about, if it is still open.
fn still_open(cx: &Cx, of: HunkRef) -> Result<OpenHunk, String> {
    let found = cx.model.session.open_with(of, &cx.model.doc);
    found.ok_or_else(|| "The hunk is settled already.".into())
}

/// Puts a hunk's text in, as an edit by the person for each of those that became one; only what
/// differs from the old text is new, so that words which stay keep their authors.
pub(super) fn accept(cx: &mut Cx, of: HunkRef, edited: Option<Edited>) -> Result<(), String> {
    let hunk = still_open(cx, of)?;
    match hunk.state {
        HunkState::Unplaced => {
            return Err("The hunk has no place: select its place in the text, then Alt-P.".into());
        }
        HunkState::Stale if hunk.behind && edited.is_none() => {
            return Err("This contradicts another change of the same answer: accept or reject that one first, or accept this with hunk.edit.".into());
        }
        HunkState::Stale if edited.is_none() => {
            return Err("The text here changed since: look at the three texts and accept with hunk.edit, or reject.".into());
        }
        HunkState::Pending | HunkState::Stale | HunkState::Collided => {}
        _ => return Err("The hunk is settled already.".into()),
    }
    let span = hunk.span.ok_or("The hunk has no place.")?;
    let (changes, end) = match &edited {
        None => (member_changes(cx, &hunk)?, span.start.0 + hunk.new.chars().count()),
        Some(edited) => {
            let rope = cx.model.rope();
            let lines = whole_lines(&rope, span);
            if rope.slice(lines.range()) != edited.was.as_str() {
                return Err("The text here changed while you wrote: copy what you wrote, leave with Esc and look again.".into());
            }
            let mut change = diff(&edited.was, &edited.text);
            for one in &mut change.0 {
                one.span.start.0 += lines.start.0;
                one.span.end.0 += lines.start.0;
            }
            let mut changes = vec![change];
            changes.resize(hunk.members.len(), Change::default());
            (changes, lines.start.0 + edited.text.chars().count())
        }
    };
    if hunk.state == HunkState::Collided {
        return keep(cx, &hunk, edited.is_some().then(|| changes.into_iter().next()).flatten());
    }
    let message = cx.model.session.proposals.proposal(&hunk.proposal);
    let message = message.ok_or("The proposal is gone.")?;
    let (author, question) = (message.author.clone(), message.question);
    for (of, mut change) in hunk.members.iter().zip(changes) {
        let origin = Origin {
            how: How::Proposed,
            author: Some(author.clone()),
            proposal: Some(hunk.proposal),
            message: Some(question),
            seen: Some(cx.model.ui.seen.contains(of)),
            edited: edited.is_some(),
        };
        for one in &mut change.0 {
            one.origin = origin.clone();
        }
        let cause = Cause {
            kind: CauseKind::Accept,
            proposal: Some(hunk.proposal),
            hunk: Some(of.id),
            part: of.part,
            of: Vec::new(),
        };
        // Also when the text says it already: undo takes back what was accepted.
        let edit = cx.edit_even_empty(&change, cause).ok_or("The text could not be changed.")?;
        resolve(cx, *of, HunkVerdict::Accepted, None, Some(edit));
    }
    cx.model.set_caret(Caret::at(Pos(end)));
    left(cx, "Accepted");
    Ok(())
}

/// The change that each member makes, after those before it.
fn member_changes(cx: &Cx, hunk: &OpenHunk) -> Result<Vec<Change>, String> {
    let entry = cx.model.entry().ok_or("No document.")?;
    let pieces = hunk.pieces(&cx.model.session.proposals, &entry.document);
    let mut out = Vec::new();
    let mut done = vec![false; pieces.len()];
    for of in &hunk.members {
        let mut shift = 0isize;
        let mut change = Vec::new();
        for (piece, done) in pieces.iter().zip(&done) {
            if piece.of == *of {
                let moved = |pos: Pos| Pos(pos.0.saturating_add_signed(shift));
                let span = Span { start: moved(piece.span.start), end: moved(piece.span.end) };
                change.extend(Change::replace(span, piece.text.clone()).0);
            } else if *done {
                shift += piece.text.chars().count() as isize - piece.span.len() as isize;
            }
        }
        for (piece, done) in pieces.iter().zip(&mut done) {
            *done |= piece.of == *of;
        }
        out.push(Change(change));
    }
    Ok(out)
}

/// Says that a hunk holds as a merge left it, or as the person made it.
fn keep(cx: &mut Cx, hunk: &OpenHunk, change: Option<Change>) -> Result<(), String> {
    if let Some(change) = change {
        cx.change_alone(&change, None);
    }
    for of in &hunk.members {
        let edit = cx.model.session.proposals.hunk(of).and_then(|hunk| hunk.verdict.value());
        let edit = edit.and_then(|verdict| verdict.edit);
        resolve(cx, *of, HunkVerdict::Accepted, None, edit);
    }
    left(cx, "Kept as it is now");
    Ok(())
}

/// The whole lines that a span lies in, without the last line's end unless the span has it.
fn whole_lines(rope: &Rope, span: Span) -> Span {
    let start = Pos(rope.line_to_char(rope.char_to_line(span.start.0)));
    let ended = !span.is_empty() && rope.get_char(span.end.0 - 1) == Some('\n');
    let end = if ended { span.end } else { crate::text::motion::line_end(rope, span.end) };
    Span { start, end }
}

fn left(cx: &mut Cx, done: &str) {
    let rest = open(cx.model).len();
    if rest == 0 {
        cx.info(format!("{done}. No hunk is open."));
    } else {
        cx.info(format!("{done}. {} left.", plural(rest, "hunk")));
    }
}

pub(super) fn reject_one(cx: &mut Cx, of: HunkRef, reason: &str) -> Result<(), String> {
    let hunk = still_open(cx, of)?;
    if hunk.state == HunkState::Collided {
        take_out(cx, of)?;
    }
    for of in hunk.members {
        resolve(cx, of, HunkVerdict::Rejected, Some(reason.to_owned()), None);
    }
    left(cx, "Rejected");
    Ok(())
}

fn reject(cx: &mut Cx, reason: &str) -> Result<(), String> {
    with_hunk(cx, |cx, of| reject_one(cx, of, reason))
}

fn because(cx: &mut Cx, _: &str) -> Result<(), String> {
    with_hunk(cx, |cx, hunk| {
        let kind = PromptKind::RejectBecause { hunk };
        cx.model.ui.overlays.push(Overlay::Prompt { kind, field: Field::default() });
        Ok(())
    })
}

fn edit(cx: &mut Cx, _: &str) -> Result<(), String> {
    with_hunk(cx, |cx, of| {
        let hunk = still_open(cx, of)?;
        let Some(span) = hunk.span else {
            return Err("The hunk has no place: select its place in the text, then Alt-P.".into());
        };
        // Whole lines, as they are shown: a fragment is hard to judge.
        let rope = cx.model.rope();
        let lines = whole_lines(&rope, span);
        let was = rope.slice(lines.range()).to_string();
        let text = if hunk.state == HunkState::Collided {
            was.clone()
        } else {
            let before = rope.slice(lines.start.0..span.start.0);
            let behind = rope.slice(span.end.0..lines.end.0);
            format!("{before}{}{behind}", hunk.new)
        };
        let kind = FormKind::EditHunk { hunk: of, was };
        let form = Form::new(kind, "Change, then accept".into(), vec!["New text"], vec![text]);
        list::open_form(cx, form);
        Ok(())
    })
}

fn split_here(cx: &mut Cx, _: &str) -> Result<(), String> {
    with_hunk(cx, |cx, of| {
        let hunk = still_open(cx, of)?;
        if of.part.is_some() {
            return Err("This is a part of a hunk already; edit it instead.".into());
        }
        if hunk.state != HunkState::Pending {
            return Err("Only a hunk whose text is unchanged can be split.".into());
        }
        // What touched and became one is parted again first.
        let splits: Vec<(EventId, Vec<HunkBody>)> = {
            let entry = cx.model.entry().ok_or("No document.")?;
            let mut splits = Vec::new();
            for of in &hunk.members {
                let hunk_of = cx.model.session.proposals.hunk(of).ok_or("The hunk is gone.")?;
                let span = hunk_of.span(&entry.document).ok_or("The hunk has no place.")?;
                let (old, new) = (hunk_of.old.clone(), hunk_of.new.clone());
                let whole = crate::assist::Hunk { span, old, new };
                let parts = if hunk.members.len() > 1 { Some(vec![whole]) } else { split(&whole) };
                let parts = parts.ok_or("The hunk can't be split further.")?;
                let body = |part: crate::assist::Hunk| HunkBody {
                    place: Some(anchors(&entry.document, part.span)),
                    old: part.old.into(),
                    new: part.new.into(),
                    why: hunk_of.why.clone().map(Text::new),
                    step: hunk_of.step.clone(),
                    loose: hunk_of.loose,
                };
                splits.push((of.id, parts.into_iter().map(body).collect()));
            }
            splits
        };
        let count: usize = splits.iter().map(|(_, parts)| parts.len()).sum();
        for (hunk, parts) in splits {
            cx.append(&Event::HunkSplit { hunk, parts, replaces: Vec::new() });
        }
        cx.model.session.track_hunks();
        cx.model.refresh();
        cx.barrier();
        cx.info(format!("Split into {count}. Undo makes it one again."));
        Ok(())
    })
}

fn accept_all(cx: &mut Cx, proposal: &str) -> Result<(), String> {
    let open = open(cx.model).into_iter().filter(OpenHunk::is_certain);
    let ready: Vec<HunkRef> = open
        .filter(|one| one.proposal.to_string().starts_with(proposal))
        .map(|one| one.of)
        .collect();
    if ready.is_empty() {
        return Err("No open hunk has a certain place.".into());
    }
    let mut accepted = 0;
    for of in ready {
        // Accepting one can make another stale that shares its text: that one stays open.
        if accept(cx, of, None).is_ok() {
            accepted += 1;
        }
    }
    left(cx, &format!("Accepted {accepted}"));
    Ok(())
}

fn reject_all(cx: &mut Cx, _: &str) -> Result<(), String> {
    let mut all = open(cx.model);
    // What was accepted stays accepted; each that collided is looked at by itself.
    all.retain(|one| one.state != HunkState::Collided);
    for of in all.iter().flat_map(|one| &one.members) {
        resolve(cx, *of, HunkVerdict::Rejected, None, None);
    }
    cx.info(format!("Rejected {}. Undo brings them back.", all.len()));
    Ok(())
}

fn place(cx: &mut Cx, _: &str) -> Result<(), String> {
    let unplaced = {
        let open = open(cx.model);
        let unplaced = |one: &&OpenHunk| one.of.part.is_none() && one.state == HunkState::Unplaced;
        let mut unplaced = open.iter().filter(unplaced);
        // The chosen row of the Review tab, else the first.
        let chosen = chosen_of(cx.model, &open).map(|one| one.of);
        let first = unplaced.clone().next();
        let meant = unplaced.find(|one| Some(one.of) == chosen).or(first);
        meant.map(|one| one.of)
    };
    let hunk = unplaced.ok_or("Every open hunk has its place.")?;
    let caret = cx.model.caret();
    let mut span = caret.selection().unwrap_or_else(|| Span::at(caret.pos));
    // Whole lines replace whole lines, also when their last line end was not selected.
    let new = cx.model.session.proposals.hunk(&hunk).map_or("", |hunk| hunk.new.as_str());
    let rope = cx.model.rope();
    let line_end = ["\r\n", "\n"].into_iter().find(|end| {
        let behind = Span { start: span.end, end: Pos(span.end.0 + end.len()) };
        behind.end.0 <= rope.len_chars() && rope.slice(behind.range()) == *end
    });
    if let Some(end) = line_end.filter(|_| !span.is_empty() && new.ends_with('\n')) {
        span.end.0 += end.len();
    }
    let (start, end, old) = {
        let entry = cx.model.entry().ok_or("No document.")?;
        let (start, end) = anchors(&entry.document, span);
        (start, end, entry.document.rope().slice(span.range()).to_string())
    };
    // What was typed before comes before it for undo.
    cx.seal_bursts();
    cx.append(&Event::HunkPlaced {
        hunk: hunk.id,
        start,
        end,
        old: old.into(),
        replaces: Vec::new(),
    });
    cx.model.session.track_hunks();
    cx.model.refresh();
    cx.barrier();
    cx.info("Placed. It replaces what was selected, or goes in at the caret.");
    Ok(())
}
