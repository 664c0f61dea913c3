//! Verdicts about hunks as events, and taking them back and saying them again.

use super::edit;
use crate::base::EventId;
use crate::event::{Cause, CauseKind, Event, HunkVerdict, Text};
use crate::session::{Hunk, HunkRef, LastUndone, Said, StepKind, TakenBack};
use crate::state::{Cx, plural};

/// Says something about a hunk. Verdicts and edits of one moment are taken back together.
pub(super) fn resolve(
    cx: &mut Cx,
    of: HunkRef,
    verdict: HunkVerdict,
    reason: Option<String>,
    edit: Option<EventId>,
) {
    let replaces = heads(cx, of);
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

/// The verdicts that stand about a hunk, and the collisions.
fn heads(cx: &Cx, of: HunkRef) -> Vec<EventId> {
    let hunk = cx.model.session.proposals.hunk(&of);
    hunk.map(|hunk| [hunk.verdict.heads(), hunk.collision_heads()].concat()).unwrap_or_default()
}

/// Opens a hunk again.
fn unresolve(cx: &mut Cx, of: HunkRef, replaces: Vec<EventId>, edit: Option<EventId>) {
    let verdict = HunkVerdict::Pending;
    cx.append(&Event::HunkResolved {
        hunk: of.id,
        part: of.part,
        verdict,
        reason: None,
        edit,
        replaces,
    });
    cx.model.session.track_hunks();
    cx.model.refresh();
    cx.barrier();
}

/// The text of an accepted hunk was taken back, with this edit where that is no undo of the acceptance
/// itself: the hunk is open again.
pub(super) fn open_again(cx: &mut Cx, of: HunkRef, edit: Option<EventId>) {
    let replaces = heads(cx, of);
    unresolve(cx, of, replaces, edit);
}

/// The text of an accepted hunk was brought back, with this edit where that is no redo of the
/// acceptance itself: the hunk is accepted again.
pub(super) fn accept_again(cx: &mut Cx, of: HunkRef, edit: Option<EventId>) {
    resolve(cx, of, HunkVerdict::Accepted, None, edit);
}

/// The hunks that edits opened or accepted again, as their text went or came with it, where nothing
/// was said since; and whether they are accepted. An acceptance itself is none of these.
pub(super) fn following(cx: &Cx, edits: &[EventId]) -> Vec<(HunkRef, bool)> {
    let session = &cx.model.session;
    let accepts = |id: &EventId| {
        let cause = cx.model.entry().and_then(|entry| entry.edit(id)?.edit.cause.as_ref());
        cause.is_some_and(|cause| cause.kind == CauseKind::Accept)
    };
    let edits: Vec<&EventId> = edits.iter().filter(|id| !accepts(id)).collect();
    if edits.is_empty() {
        return Vec::new();
    }
    let said = |hunk: &&Hunk| {
        let mut standing = hunk.verdict.standing();
        let (_, said) = standing.next()?;
        let ours = standing.next().is_none() && edits.contains(&said.edit.as_ref()?);
        match said.verdict {
            HunkVerdict::Accepted if ours => Some((hunk.of, true)),
            HunkVerdict::Pending if ours => Some((hunk.of, false)),
            _ => None,
        }
    };
    session.proposals.hunks().iter().filter_map(said).collect()
}

/// The edits that these hunks followed were reverted by another: the opposite holds of them.
pub(super) fn follow_back(cx: &mut Cx, hunks: Vec<(HunkRef, bool)>, edit: Option<EventId>) {
    for (of, accepted) in hunks {
        match accepted {
            true => open_again(cx, of, edit),
            false => accept_again(cx, of, edit),
        }
    }
}

/// Takes the words of a hunk that collided out of the text; what a merge brought in stays.
pub(super) fn take_out(cx: &mut Cx, of: HunkRef) -> Result<(), String> {
    let doc = cx.model.doc.clone();
    let (accepts, others) = cx.model.session.edits_of_hunk(&doc, &of);
    let change = {
        let entry = cx.model.entry().ok_or("No document.")?;
        let of = |ids: &[EventId]| -> Vec<_> {
            let found = ids.iter().filter_map(|id| entry.edit(id));
            found.map(|one| (one.writer, &one.edit)).collect()
        };
        let planned = entry.document.plan_undo_beside(&of(&accepts), &of(&others));
        planned.map_err(|why| why.to_string())?
    };
    let kind = CauseKind::Undo;
    let cause = Cause { kind, proposal: None, hunk: None, part: None, of: accepts };
    cx.edit_even_empty(&change, cause).ok_or("The text could not be changed.")?;
    Ok(())
}

/// Takes back the person's last rejections, splits or placings of one moment, when they are newer than
/// `than`. Returns what was taken back, in words.
pub(super) fn undo(cx: &mut Cx, than: u64) -> Option<String> {
    let last = {
        let model = &*cx.model;
        let last = model.session.proposals.last_verdict(|author| model.is_me(author));
        last.filter(|last| last.lamport > than)?
    };
    let words = in_words(last.kind, last.hunks.len(), !last.edits.is_empty());
    // What was put back with a rejection goes with it.
    if !last.edits.is_empty()
        && let Err(why) = edit::revert(cx, &last.edits, CauseKind::Undo)
    {
        cx.warn(why);
    }
    for (of, replaces) in last.hunks {
        unresolve(cx, of, replaces, None);
    }
    Some(words)
}

/// `put_back` tells that an edit came with it.
fn in_words(kind: StepKind, count: usize, put_back: bool) -> String {
    match (kind, count) {
        (StepKind::Rejection, 1) if put_back => "putting back what stood before".into(),
        (StepKind::Split, _) => "the split".into(),
        (StepKind::Placing, _) => "the placing".into(),
        (StepKind::Superseding, 1) => "that a newer proposal took a hunk's place".into(),
        (StepKind::Superseding, _) => {
            format!("that a newer proposal took the place of {}", plural(count, "hunk"))
        }
        (StepKind::Rejection, 1) => "the rejection".into(),
        (StepKind::Rejection, _) => plural(count, "rejection"),
    }
}

/// What redo finds among verdicts.
pub(super) fn last_undone(cx: &Cx) -> Option<LastUndone> {
    let model = &*cx.model;
    model.session.proposals.last_undone(|author| model.is_me(author))
}

/// Makes the edits again that verdicts came with and that were taken back with them. Returns the edit
/// that does.
fn bring_back(cx: &mut Cx, all: &[TakenBack]) -> Option<EventId> {
    let mut edits = all.iter().filter_map(|(_, said, _)| match said {
        Said::Verdict { edit, .. } => *edit,
        Said::Split(_) | Said::Placed { .. } => None,
    });
    let undo = {
        let model = &*cx.model;
        let (_, undo) = model.entry()?.last_redoable(|author| model.is_me(author))?;
        undo.filter(|undo| {
            let of = undo.edit.cause.as_ref().map(|cause| cause.of.as_slice()).unwrap_or_default();
            edits.any(|edit| of.contains(&edit))
        })?
        .id
    };
    match edit::revert(cx, &[undo], CauseKind::Redo) {
        Ok((_, edit)) => edit,
        Err(why) => {
            cx.warn(why);
            None
        }
    }
}

/// Says again what was taken back. Returns what it was, in words.
pub(super) fn redo(cx: &mut Cx, all: Vec<TakenBack>) -> String {
    let kind = all.first().map_or(StepKind::Rejection, |(_, said, _)| said.kind());
    let again = bring_back(cx, &all);
    let words = in_words(kind, all.len(), again.is_some());
    for (of, said, named) in all {
        let mut replaces = named.to_vec();
        let event = match said {
            Said::Verdict { verdict, reason, edit } => {
                replaces.extend(heads(cx, of).into_iter().filter(|id| !named.contains(id)));
                let reason = reason.map(Text::new);
                let (hunk, part) = (of.id, of.part);
                let edit = edit.and(again);
                Event::HunkResolved { hunk, part, verdict, reason, edit, replaces }
            }
            Said::Placed { place: (start, end), old } => {
                Event::HunkPlaced { hunk: of.id, start, end, old: old.into(), replaces }
            }
            Said::Split(parts) => Event::HunkSplit { hunk: of.id, parts, replaces },
        };
        cx.append(&event);
    }
    cx.barrier();
    cx.model.session.track_hunks();
    cx.model.refresh();
    words
}
