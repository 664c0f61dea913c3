//! Reviewing: from hunk to hunk, accepting, rejecting, splitting, placing.

use super::{Command, row};
use crate::assist::split;
use crate::base::{EventId, Pos, Span};
use crate::event::{Cause, CauseKind, Event, How, HunkBody, HunkVerdict, Origin, Text};
use crate::session::{HunkRef, HunkState};
use crate::state::{Caret, Cx, Focus, Form, FormKind, Model, Overlay, PromptKind, anchors, plural};
use crate::text::{Field, diff};

pub const COMMANDS: &[Command] = &[
    row("hunk.next", "Goes to the next hunk.", |cx, _| step(cx, true)).when(any_open),
    row("hunk.previous", "Goes to the hunk before.", |cx, _| step(cx, false)).when(any_open),
    row("hunk.accept", "Accepts the hunk.", |cx, _| {
        with_hunk(cx, |cx, hunk| accept(cx, hunk, None))
    })
    .when(any_open),
    row("hunk.reject", "Rejects the hunk.", reject).args("[reason]").when(any_open),
    row(
        "hunk.reject-because",
        "Rejects the hunk and asks for the reason, which goes to the model.",
        because,
    )
    .when(any_open),
    row("hunk.edit", "Changes the hunk's new text, then accepts it.", edit).when(any_open),
    row("hunk.split", "Splits the hunk into smaller ones.", split_here).when(any_open),
    row(
        "hunk.accept-all",
        "Accepts all hunks that have a certain place, or those of one proposal.",
        accept_all,
    )
    .args("[proposal]")
    .when(any_open),
    row("hunk.reject-all", "Rejects all open hunks.", reject_all).when(any_open),
    row("hunk.place", "Places an unplaced hunk at the caret or over the selection.", place)
        .when(any_open),
];

fn any_open(model: &Model) -> bool {
    !open(model).is_empty()
}

fn open(model: &Model) -> Vec<(Option<Span>, HunkRef)> {
    let Some(entry) = model.entry() else { return Vec::new() };
    let open = model.session.proposals.open_in(&model.doc, &entry.document);
    open.into_iter().map(|(span, hunk)| (span, hunk.of)).collect()
}

/// The hunk that a command means: the chosen row of the Review tab when the panel has the keys,
/// else the one at the caret, else the only one.
fn meant(model: &Model) -> Option<HunkRef> {
    let open = open(model);
    if model.ui.focus == Focus::Panel && model.ui.tab == crate::state::Tab::Review {
        return open.get(model.ui.review.chosen).map(|(_, of)| *of);
    }
    let here = model.hunk_here().map(|(of, _)| of);
    here.or_else(|| if open.len() == 1 { open.first().map(|(_, of)| *of) } else { None })
}

fn with_hunk(
    cx: &mut Cx,
    run: impl FnOnce(&mut Cx, HunkRef) -> Result<(), String>,
) -> Result<(), String> {
    let hunk = meant(cx.model).ok_or("No hunk at the caret: F8 goes to the next.")?;
    run(cx, hunk)
}

fn step(cx: &mut Cx, forward: bool) -> Result<(), String> {
    let placed: Vec<Span> = open(cx.model).into_iter().filter_map(|(span, _)| span).collect();
    let caret = cx.model.caret().pos;
    let next = if forward {
        placed.iter().find(|span| span.start > caret).or_else(|| placed.first())
    } else {
        placed.iter().rev().find(|span| span.start < caret).or_else(|| placed.last())
    };
    let Some(span) = next.copied() else {
        return Err("The open hunks have no place; the Review tab lists them.".into());
    };
    cx.model.ui.focus = Focus::Editor;
    cx.model.set_caret(Caret::at(span.start));
    Ok(())
}

/// Verdicts and edits of one moment are taken back together.
fn resolve(
    cx: &mut Cx,
    of: HunkRef,
    verdict: HunkVerdict,
    reason: Option<String>,
    edit: Option<EventId>,
) {
    let replaces =
        cx.model.session.proposals.hunk(&of).map(|hunk| hunk.verdict.heads()).unwrap_or_default();
    let event = Event::HunkResolved {
        hunk: of.id,
        part: of.part,
        verdict,
        reason: reason.filter(|reason| !reason.is_empty()).map(Text::new),
        edit,
        replaces,
    };
    cx.append(&event);
    cx.model.session.track_hunks();
    cx.model.refresh();
    cx.barrier();
}

/// Puts a hunk's text in, as one edit by the person; only what differs from the old text is new,
/// so that words which stay keep their authors.
pub(super) fn accept(cx: &mut Cx, of: HunkRef, edited: Option<String>) -> Result<(), String> {
    let (span, old, new, origin, proposal) = {
        let model = &*cx.model;
        let entry = model.entry().ok_or("No document.")?;
        let hunk = model.session.proposals.hunk(&of).ok_or("The hunk is gone.")?;
        let state = hunk.state(&entry.document);
        match state {
            HunkState::Pending | HunkState::Stale => {}
            HunkState::Unplaced => {
                return Err("The hunk has no place: put the caret there and use hunk.place.".into());
            }
            _ => return Err("The hunk is settled already.".into()),
        }
        if state == HunkState::Stale && edited.is_none() {
            return Err("The text here changed since: look at the three texts and accept with hunk.edit, or reject.".into());
        }
        let span = hunk.span(&entry.document).ok_or("The hunk has no place.")?;
        let proposal =
            model.session.proposals.proposal(&hunk.proposal).ok_or("The proposal is gone.")?;
        let origin = Origin {
            how: How::Proposed,
            author: Some(proposal.author.clone()),
            proposal: Some(proposal.id),
            message: Some(proposal.question),
            seen: Some(model.ui.seen.contains(&of)),
            edited: edited.is_some(),
        };
        let old = entry.document.rope().slice(span.range()).to_string();
        (span, old, edited.unwrap_or_else(|| hunk.new.clone()), origin, hunk.proposal)
    };
    let mut change = diff(&old, &new);
    for one in &mut change.0 {
        one.span = Span {
            start: Pos(one.span.start.0 + span.start.0),
            end: Pos(one.span.end.0 + span.start.0),
        };
        one.origin = origin.clone();
    }
    let cause = Cause {
        kind: CauseKind::Accept,
        proposal: Some(proposal),
        hunk: Some(of.id),
        part: of.part,
        of: Vec::new(),
    };
    // Also when the text says it already: undo takes back what was accepted.
    let edit = cx.edit_even_empty(&change, cause);
    resolve(cx, of, HunkVerdict::Accepted, None, edit);
    let end = Pos(span.start.0 + new.chars().count());
    cx.model.set_caret(Caret::at(end));
    left(cx, "Accepted");
    Ok(())
}

fn left(cx: &mut Cx, done: &str) {
    let rest = open(cx.model).len();
    if rest == 0 {
        cx.info(format!("{done}. No hunk is open."));
    } else {
        cx.info(format!("{done}. {} left.", plural(rest, "hunk")));
    }
}

pub(super) fn reject_one(cx: &mut Cx, of: HunkRef, reason: &str) {
    resolve(cx, of, HunkVerdict::Rejected, Some(reason.to_owned()), None);
    left(cx, "Rejected");
}

fn reject(cx: &mut Cx, reason: &str) -> Result<(), String> {
    with_hunk(cx, |cx, of| {
        reject_one(cx, of, reason);
        Ok(())
    })
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
        let new =
            cx.model.session.proposals.hunk(&of).map(|hunk| hunk.new.clone()).unwrap_or_default();
        let mut field = Field::default();
        field.set_text(&new);
        cx.model.ui.overlays.push(Overlay::Form(Form {
            kind: FormKind::EditHunk { hunk: of },
            title: "Change, then accept".into(),
            labels: vec!["New text"],
            fields: vec![field],
            focus: 0,
        }));
        Ok(())
    })
}

fn split_here(cx: &mut Cx, _: &str) -> Result<(), String> {
    with_hunk(cx, |cx, of| {
        if of.part.is_some() {
            return Err("This is a part of a hunk already; edit it instead.".into());
        }
        let parts = {
            let entry = cx.model.entry().ok_or("No document.")?;
            let hunk = cx.model.session.proposals.hunk(&of).ok_or("The hunk is gone.")?;
            if hunk.state(&entry.document) != HunkState::Pending {
                return Err("Only a hunk whose text is unchanged can be split.".into());
            }
            let span = hunk.span(&entry.document).ok_or("The hunk has no place.")?;
            let whole = crate::assist::Hunk { span, old: hunk.old.clone(), new: hunk.new.clone() };
            let parts = split(&whole).ok_or("The hunk can't be split further.")?;
            parts
                .into_iter()
                .map(|part| HunkBody {
                    place: Some(anchors(&entry.document, part.span)),
                    old: part.old.into(),
                    new: part.new.into(),
                    why: hunk.why.clone().map(Text::new),
                    step: hunk.step.clone(),
                    loose: hunk.loose,
                })
                .collect::<Vec<_>>()
        };
        let count = parts.len();
        cx.append(&Event::HunkSplit { hunk: of.id, parts });
        cx.model.session.track_hunks();
        cx.model.refresh();
        cx.info(format!("Split into {count}. Undo makes it one again."));
        Ok(())
    })
}

fn accept_all(cx: &mut Cx, proposal: &str) -> Result<(), String> {
    let ready: Vec<HunkRef> = {
        let entry = cx.model.entry().ok_or("No document.")?;
        let open = cx.model.session.proposals.open_in(&cx.model.doc, &entry.document);
        let certain = |hunk: &&(Option<Span>, &crate::session::Hunk)| {
            hunk.1.state(&entry.document) == HunkState::Pending
                && !hunk.1.loose
                && hunk.1.proposal.to_string().starts_with(proposal)
        };
        open.iter().filter(certain).map(|(_, hunk)| hunk.of).collect()
    };
    if ready.is_empty() {
        return Err("No open hunk has a certain place.".into());
    }
    let mut accepted = 0;
    for of in ready {
        // Accepting one can make a touching one stale: that one stays open.
        if accept(cx, of, None).is_ok() {
            accepted += 1;
        }
    }
    left(cx, &format!("Accepted {accepted}"));
    Ok(())
}

fn reject_all(cx: &mut Cx, _: &str) -> Result<(), String> {
    let all = open(cx.model);
    for (_, of) in &all {
        resolve(cx, *of, HunkVerdict::Rejected, None, None);
    }
    cx.info(format!("Rejected {}. Undo brings them back.", all.len()));
    Ok(())
}

fn place(cx: &mut Cx, _: &str) -> Result<(), String> {
    let unplaced = {
        let entry = cx.model.entry().ok_or("No document.")?;
        let open = cx.model.session.proposals.open_in(&cx.model.doc, &entry.document);
        let mut unplaced = open.iter().filter(|(_, hunk)| {
            hunk.of.part.is_none() && hunk.state(&entry.document) == HunkState::Unplaced
        });
        // The chosen row of the Review tab, else the first.
        let chosen = open.get(cx.model.ui.review.chosen).map(|(_, hunk)| hunk.of);
        let first = unplaced.clone().next();
        let meant = unplaced.find(|(_, hunk)| Some(hunk.of) == chosen).or(first);
        meant.map(|(_, hunk)| hunk.of)
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
    cx.append(&Event::HunkPlaced { hunk: hunk.id, start, end, old: old.into() });
    cx.model.session.track_hunks();
    cx.model.refresh();
    cx.info("Placed. It replaces what was selected, or goes in at the caret.");
    Ok(())
}

/// Takes back the person's last rejections or splits of one moment, when they are newer than
/// `than`. Returns what was taken back, in words.
pub(super) fn undo_verdicts(cx: &mut Cx, than: u64) -> Option<String> {
    let last = {
        let model = &*cx.model;
        model
            .session
            .proposals
            .last_verdict(|author| model.is_me(author))
            .filter(|last| last.lamport > than)?
    };
    let count = last.hunks.len();
    for of in last.hunks {
        let mut replaces = cx
            .model
            .session
            .proposals
            .hunk(&of)
            .map(|hunk| hunk.verdict.heads())
            .unwrap_or_default();
        replaces.extend(last.splits.iter().copied());
        unresolve(cx, of, replaces);
    }
    cx.model.refresh();
    Some(match (last.splits.is_empty(), count) {
        (false, _) => "the split".into(),
        (true, 1) => "the rejection".into(),
        (true, _) => format!("{count} rejections"),
    })
}

/// Opens a hunk again.
pub(super) fn unresolve(cx: &mut Cx, of: HunkRef, replaces: Vec<EventId>) {
    let verdict = HunkVerdict::Pending;
    cx.append(&Event::HunkResolved {
        hunk: of.id,
        part: of.part,
        verdict,
        reason: None,
        edit: None,
        replaces,
    });
    cx.model.session.track_hunks();
    cx.model.refresh();
    cx.barrier();
}

/// A redo brought the text of an accepted hunk back: the hunk is accepted again.
pub(super) fn accept_again(cx: &mut Cx, of: HunkRef) {
    resolve(cx, of, HunkVerdict::Accepted, None, None);
}
