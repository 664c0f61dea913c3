//! Settling a hunk whose text changed since it was proposed: what stands there now, what is proposed,
//! both, or what stood there before.

use super::accept::{Take, accept, accept_other_end, shift, still_open};
use super::hunk::{left, with_hunk};
use super::verdict::resolve;
use crate::base::{EventId, Pos, Span};
use crate::event::{Cause, CauseKind, HunkVerdict};
use crate::session::{HunkRef, OpenHunk};
use crate::state::{Cx, Sides};
use crate::text::{Change, diff};

/// Why the text was kept: what the model hears of it.
const KEPT: &str = "the text was changed meanwhile and stays as it is";
/// The same where what stood before came back.
const PUT_BACK: &str = "the text stays as it was";

/// The three texts of the hunk that is meant.
fn three(
    cx: &mut Cx,
    run: impl FnOnce(&mut Cx, HunkRef, OpenHunk, &Sides) -> Result<(), String>,
) -> Result<(), String> {
    with_hunk(cx, |cx, of| {
        // What was typed is a step of its own for undo.
        cx.seal_bursts();
        let hunk = still_open(cx, of)?;
        if hunk.behind {
            return Err("This contradicts another change of the same answer: accept or reject that one first.".into());
        }
        let sides = cx
            .model
            .sides(&cx.model.doc, &hunk)
            .ok_or("The text of this hunk is what it was proposed for: accept or reject it.")?;
        // The words stand around the place: put in, they would stand there twice.
        if hunk.there && sides.mine != sides.theirs {
            return Err(
                "The text says this already: accept or reject it, neither changes it.".into()
            );
        }
        run(cx, of, hunk, &sides)
    })
}

/// The other end of the move that a hunk is one of: what is said of one end holds for both.
fn other_end(cx: &Cx, of: HunkRef) -> Option<OpenHunk> {
    cx.model.other_end(&cx.model.doc, of)
}

/// Accepts a hunk, and the other end of its move.
fn take(cx: &mut Cx, of: HunkRef, change: Take) -> Result<(), String> {
    let other = other_end(cx, of);
    accept(cx, of, change)?;
    if let Some(other) = other {
        let doc = cx.model.doc.clone();
        accept_other_end(cx, &other, &doc);
    }
    Ok(())
}

/// Turns a hunk down, and the other end of its move.
fn turn_down(cx: &mut Cx, of: HunkRef, why: &str, edit: Option<EventId>, done: &str) {
    let other = other_end(cx, of);
    resolve(cx, of, HunkVerdict::Rejected, Some(why.into()), edit);
    for of in other.iter().flat_map(|other| &other.members) {
        resolve(cx, *of, HunkVerdict::Rejected, Some(why.into()), None);
    }
    match other {
        Some(_) => left(cx, &format!("{done}, and the move is turned down at both ends")),
        None => left(cx, done),
    }
}

/// What stands there stays.
pub(super) fn mine(cx: &mut Cx, _: &str) -> Result<(), String> {
    three(cx, |cx, of, _, _| {
        turn_down(cx, of, KEPT, None, "Kept as it is now");
        Ok(())
    })
}

/// What is proposed replaces what stands there.
pub(super) fn theirs(cx: &mut Cx, _: &str) -> Result<(), String> {
    three(cx, |cx, of, hunk, sides| {
        let change = proposed(cx, &hunk, sides);
        take(cx, of, change)
    })
}

/// The change that puts the proposed text in.
pub(super) fn proposed(cx: &Cx, hunk: &OpenHunk, sides: &Sides) -> Take {
    let span = sides.span;
    // Words that stood there before and are gone come back as whose they were; what was written
    // beside the hunk stays as whose it is.
    let back = back(cx, hunk, sides, &sides.ground, &sides.beside);
    let count = |text: &str| text.chars().count();
    let (ground, theirs) = (count(&sides.ground), count(&sides.theirs));
    let slice = |text: &str, to: usize| -> String {
        let len = to.saturating_sub(sides.old.start.0);
        text.chars().skip(sides.old.start.0).take(len).collect()
    };
    let old = slice(&sides.ground, sides.old.end.0);
    let new = slice(&sides.theirs, theirs.saturating_sub(ground - sides.old.end.0));
    let mut change = diff(&old, &new);
    shift(&mut change, Pos(span.start.0 + sides.old.start.0));
    let end = Pos(span.start.0 + sides.theirs.chars().count());
    Take::Put(back.then(&change, span), end)
}

/// What is proposed and what was written meanwhile, together.
pub(super) fn both(cx: &mut Cx, _: &str) -> Result<(), String> {
    three(cx, |cx, of, _, sides| {
        let span = sides.span;
        let Some(both) = sides.both.clone() else {
            return Err("Both changed the same words: Alt-M keeps yours, Alt-T takes the proposed ones, Alt-E makes one of them.".into());
        };
        let pieces = both.theirs.into_iter();
        let mut change = Change(pieces.flat_map(|(at, new)| Change::replace(at, new).0).collect());
        shift(&mut change, span.start);
        let end = Pos(span.start.0 + both.text.chars().count());
        take(cx, of, Take::Put(change, end))
    })
}

/// What stood there before comes back, and the hunk is turned down. Undo takes both back.
pub(super) fn base(cx: &mut Cx, _: &str) -> Result<(), String> {
    three(cx, |cx, of, hunk, sides| {
        let change = back(cx, &hunk, sides, &sides.base, &sides.kept);
        let cause = Cause {
            kind: CauseKind::Restore,
            proposal: Some(hunk.proposal),
            hunk: Some(of.id),
            part: of.part,
            of: Vec::new(),
        };
        // After the edit it may stand as it was proposed, and is an end of the same move.
        let edit = cx.edit_even_empty(&change, cause).ok_or("The text could not be changed.")?;
        turn_down(cx, of, PUT_BACK, Some(edit), "Put back what stood before");
        Ok(())
    })
}

/// The change that puts back what stood there when the hunk was made, by whom it was, but for what is to
/// stay: spans of today's passage. Gives the text `to`.
fn back(cx: &Cx, hunk: &OpenHunk, sides: &Sides, to: &str, stays: &[Span]) -> Change {
    let span = sides.span;
    let known = || {
        let entry = cx.model.entry()?;
        let version = &cx.model.session.proposals.proposal(&hunk.proposal)?.version;
        let mut change = entry.document.plan_restore(&entry.at(version).ok()?).ok()?;
        let within = |one: &Span| span.start <= one.start && one.end <= span.end;
        change.0.retain(|one| within(&one.span));
        let kept = |one: &Span| {
            let (start, end) = (one.start.0 - span.start.0, one.end.0 - span.start.0);
            stays.iter().any(|stays| stays.start.0 <= start && end <= stays.end.0)
        };
        change.0.retain(|one| !kept(&one.span));
        // What was placed by hand is about a later text; a change may reach out of the hunk.
        let mut text: Vec<char> = sides.mine.chars().collect();
        for one in change.0.iter().rev() {
            let range = one.span.start.0 - span.start.0..one.span.end.0 - span.start.0;
            text.splice(range, one.text.chars());
        }
        (text.into_iter().collect::<String>() == to).then_some(change)
    };
    known().unwrap_or_else(|| {
        let mut change = diff(&sides.mine, to);
        shift(&mut change, span.start);
        change
    })
}
