//! Reviewing: from hunk to hunk, accepting, rejecting. How a hunk's text gets in is `accept`'s.

use super::accept::{accept_with_its_end, edit, name_of_other, open_anywhere};
use super::verdict::{resolve, take_out};
use super::{Command, placing, review, row, sides, splitting};
use crate::base::{DocId, Span};
use crate::event::HunkVerdict;
use crate::session::{HunkRef, HunkState, OpenHunk};
use crate::state::{Caret, Cx, Focus, HunkLayout, Model, Overlay, PromptKind, Tab, plural};
use crate::text::Field;

pub const COMMANDS: &[Command] = &[
    row("hunk.next", "Goes to the next hunk.", |cx, _| step(cx, true)).when(any_open, NONE),
    row("hunk.previous", "Goes to the hunk before.", |cx, _| step(cx, false)).when(any_open, NONE),
    row("hunk.accept", "Accepts the hunk.", |cx, _| with_hunk(cx, accept_with_its_end))
        .when(any_open, NONE),
    row("hunk.reject", "Rejects the hunk.", reject).args("[reason]").when(any_open, NONE),
    row(
        "hunk.reject-because",
        "Rejects the hunk and asks for the reason, which goes to the model.",
        because,
    )
    .when(any_open, NONE),
    row("hunk.edit", "Changes the hunk's new text, then accepts it.", edit).when(any_open, NONE),
    row("hunk.mine", "Of a hunk whose text changed: keeps the text as it is now.", sides::mine)
        .when(any_open, NONE),
    row("hunk.theirs", "Of a hunk whose text changed: takes the proposed text.", sides::theirs)
        .when(any_open, NONE),
    row("hunk.both", "Of a hunk whose text changed: takes both changes together.", sides::both)
        .when(any_open, NONE),
    row("hunk.base", "Of a hunk whose text changed: puts back what stood before.", sides::base)
        .when(any_open, NONE),
    row("hunk.split", "Splits the hunk into smaller ones.", splitting::split_here)
        .when(any_open, NONE),
    row(
        "hunk.accept-all",
        "Accepts all hunks that have a certain place, or those of one proposal.",
        accept_all,
    )
    .args("[proposal]")
    .when(any_open, NONE),
    row(
        "hunk.accept-paragraph",
        "Accepts the hunks of the paragraph at the caret that have a certain place.",
        review::accept_paragraph,
    )
    .when(any_open, NONE),
    row(
        "hunk.accept-proposal",
        "Accepts the hunks of this proposal that have a certain place.",
        review::accept_proposal,
    )
    .when(any_open, NONE),
    row(
        "hunk.reject-proposal",
        "Rejects the open hunks of this proposal.",
        review::reject_proposal,
    )
    .args("[reason]")
    .when(any_open, NONE),
    row("hunk.filter", "Lists other hunks in the Review tab.", review::filter)
        .args("[open|unseen|loose|stale|unplaced|again|decided|all]"),
    row("hunk.reject-all", "Rejects all open hunks.", reject_all).when(any_open, NONE),
    row("hunk.layout", "Shows hunks as lines, within the line, or side by side.", layout)
        .args("[lines|inline|side]"),
    row(
        "hunk.candidates",
        "Shows where a hunk without a place may belong; then the next place.",
        placing::candidates,
    )
    .when(any_open, NONE),
    row("hunk.candidate-next", "Goes to the next place.", |cx, _| placing::step(cx, 1)),
    row("hunk.candidate-previous", "Goes to the place before.", |cx, _| placing::step(cx, -1)),
    row("hunk.candidate-up", "Moves the place up by a line.", |cx, _| placing::shift(cx, -1)),
    row("hunk.candidate-down", "Moves the place down by a line.", |cx, _| placing::shift(cx, 1)),
    row(
        "hunk.show-again",
        "Shows the hunks that were folded away, as they repeat what you turned down.",
        show_again,
    )
    .when(any_folded, "Nothing is folded away: no hunk repeats what you turned down."),
    row(
        "hunk.place",
        "Places a hunk where it is shown, or at the caret or over the selection.",
        placing::place,
    )
    .when(any_open, NONE),
];

/// Why there is nothing to do with a hunk.
const NONE: &str = "No hunk is open: Ctrl-K asks for a rewrite of the selection, /change for one of \
                    the whole text.";

fn any_folded(model: &Model) -> bool {
    !model.session.folded_in(&model.doc).is_empty()
}

/// In the list those of other documents count as well.
fn any_open(model: &Model) -> bool {
    !open(model).is_empty() || meant(model).is_some()
}

pub(super) fn open(model: &Model) -> Vec<OpenHunk> {
    model.session.open_in(&model.doc)
}

/// How many hunks of the shown document are open now.
pub(super) fn open_count(model: &Model) -> usize {
    open(model).len()
}

/// The hunk that a command means: the chosen row of the Review tab when the panel has the keys,
/// else the one at the caret, else the only one.
pub(super) fn meant(model: &Model) -> Option<HunkRef> {
    if model.ui.focus == Focus::Panel && model.ui.tab == Tab::Review {
        return model.review_chosen().map(|one| one.hunk.of);
    }
    let open = open(model);
    let here = model.hunk_here().map(|one| one.of);
    here.or_else(|| if open.len() == 1 { open.first().map(|one| one.of) } else { None })
}

pub(super) fn with_hunk(
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
        return placing::candidates(cx, "");
    };
    cx.model.ui.focus = Focus::Editor;
    cx.model.set_caret(Caret::at(span.start));
    cx.model.ui.reveal_hunk = true;
    Ok(())
}

pub(super) fn left(cx: &mut Cx, done: &str) {
    let doc = cx.model.doc.clone();
    left_in(cx, done, &doc);
}

/// Says what was done with hunks of a document, and how many are open there still.
pub(super) fn left_in(cx: &mut Cx, done: &str, doc: &DocId) {
    let model = &*cx.model;
    let rest = model.session.open_in(doc).len();
    let other = name_of_other(model, doc);
    let done = match other {
        Some(name) if done.starts_with("Accepted") => {
            format!("{done} in {name}: open it to save that, or to undo it")
        }
        Some(name) => format!("{done} in {name}"),
        None => done.to_owned(),
    };
    let there = if other.is_some() { " there" } else { "" };
    cx.info(match rest {
        0 => format!("{done}. No hunk is open{there}."),
        rest => format!("{done}. {} left{there}.", plural(rest, "hunk")),
    });
}

pub(super) fn reject_one(cx: &mut Cx, of: HunkRef, reason: &str) -> Result<(), String> {
    let (hunk, doc) = open_anywhere(cx, of, |one| one.state != HunkState::Collided)?;
    if hunk.state == HunkState::Collided {
        take_out(cx, of)?;
    }
    // Of a move both ends are one decision.
    let other = cx.model.other_end(&doc, of);
    let done = if other.is_some() { "Rejected the move, both ends" } else { "Rejected" };
    for of in hunk.members.into_iter().chain(other.into_iter().flat_map(|other| other.members)) {
        resolve(cx, of, HunkVerdict::Rejected, Some(reason.to_owned()), None);
    }
    left_in(cx, done, &doc);
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

fn accept_all(cx: &mut Cx, proposal: &str) -> Result<(), String> {
    let mut all = open(cx.model);
    all.retain(|one| one.proposal.to_string().starts_with(proposal));
    let doc = cx.model.doc.clone();
    review::accept_those(cx, all, &doc, "No open hunk has a certain place.")
}

/// What "accept all" leaves out, in words; empty for nothing.
pub(super) fn left_out(all: &[OpenHunk]) -> String {
    let count = |test: fn(&OpenHunk) -> bool| all.iter().filter(|one| test(one)).count();
    let parts = [
        (count(|one| one.state == HunkState::Pending && one.loose), "found by likeness"),
        (count(|one| one.state == HunkState::Stale), "whose text changed"),
        (count(|one| one.state == HunkState::Unplaced && one.file.is_none()), "without a place"),
        (count(|one| one.file.is_some()), "for a file with its own session"),
        (
            count(|one| one.state == HunkState::Collided && one.disputed.is_none()),
            "that a merge changed",
        ),
        (count(|one| one.disputed.is_some()), "that people said opposite things about"),
    ];
    let words = parts.iter().filter(|(count, _)| *count > 0);
    words.map(|(count, what)| format!("{count} {what}")).collect::<Vec<_>>().join(", ")
}

fn reject_all(cx: &mut Cx, _: &str) -> Result<(), String> {
    let mut all = open(cx.model);
    // What was accepted stays accepted; each that collided is looked at by itself.
    all.retain(|one| one.state != HunkState::Collided);
    for of in all.iter().flat_map(|one| &one.members) {
        resolve(cx, *of, HunkVerdict::Rejected, None, None);
    }
    // In the message box undo is about the message.
    let undo = if cx.model.ui.focus == Focus::Chat { "Alt-1, then undo" } else { "Undo" };
    cx.info(format!("Rejected {}. {undo} brings them back.", all.len()));
    Ok(())
}

fn show_again(cx: &mut Cx, _: &str) -> Result<(), String> {
    let folded: Vec<HunkRef> =
        cx.model.session.folded_in(&cx.model.doc).iter().map(|hunk| hunk.of).collect();
    for of in &folded {
        // That it is open is said of it now, whatever became of the one it repeats.
        resolve(cx, *of, HunkVerdict::Pending, None, None);
    }
    // In the list one stays in the list.
    if cx.model.ui.focus != Focus::Panel {
        step(cx, true)?;
    }
    let (count, is) = (plural(folded.len(), "hunk"), if folded.len() == 1 { "is" } else { "are" });
    cx.info(format!("{count} {is} open again, though you turned the like down."));
    Ok(())
}

/// Shows hunks in the next way, or in the one that is named.
fn layout(cx: &mut Cx, name: &str) -> Result<(), String> {
    const ALL: [(&str, HunkLayout, &str); 3] = [
        (
            "lines",
            HunkLayout::Lines,
            "Hunks show as lines: what goes is struck, what comes stands below.",
        ),
        (
            "inline",
            HunkLayout::Inline,
            "Hunks show within the line: what goes and what comes in one text.",
        ),
        ("side", HunkLayout::Side, "Hunks show side by side in the Review tab, where it is wide."),
    ];
    let now = ALL.iter().position(|(_, one, _)| *one == cx.model.config.editor.hunks);
    let next = match name {
        "" => now.map_or(0, |now| (now + 1) % ALL.len()),
        name => ALL
            .iter()
            .position(|(known, ..)| *known == name)
            .ok_or_else(|| format!("{name:?} is none of lines, inline and side."))?,
    };
    let (_, layout, words) = ALL[next];
    cx.model.config.editor.hunks = layout;
    cx.model.refresh();
    cx.info(words);
    Ok(())
}
