//! The Review tab: what the keys and the mouse do with its rows, its filter, and hunks by paragraph and
//! by proposal.

use super::accept::{Take, accept, accept_with_its_end, doc_of};
use super::hunk::{left_in, left_out, meant, reject_one};
use super::placing;
use super::verdict::resolve;
use crate::base::{DocId, Pos, Span};
use crate::event::HunkVerdict;
use crate::session::{HunkRef, HunkState, OpenHunk};
use crate::state::{Cx, DECIDE, FILTERS, Focus, Listed, Model, Open, ReviewPart, plural};
use ropey::Rope;

/// The text follows the chosen row, where its document is shown.
pub(super) fn follow(cx: &mut Cx) {
    let Some(one) = cx.model.review_chosen().filter(|one| one.doc == cx.model.doc) else { return };
    if let Some(span) = one.hunk.span {
        cx.go(span.start);
        cx.model.ui.reveal = true;
    }
}

/// Goes to the chosen hunk: into its document, or to where it may belong.
pub(super) fn open_chosen(cx: &mut Cx) -> Result<(), String> {
    let Some(one) = cx.model.review_chosen() else { return Ok(()) };
    if one.doc != cx.model.doc {
        return go_over(cx, &one);
    }
    if one.hunk.span.is_none() && cx.model.past.is_some() {
        return Err("Where it stood is not known: it was settled, or had no place.".into());
    }
    if one.hunk.span.is_none() && one.hunk.state == HunkState::Unplaced {
        return place(cx, &one);
    }
    follow(cx);
    cx.model.ui.focus = Focus::Editor;
    Ok(())
}

/// Shows where a hunk without a place may belong: here, or in the session that its file has.
fn place(cx: &mut Cx, one: &Listed) -> Result<(), String> {
    match one.hunk.file {
        Some(_) => cx.carry_over(one.hunk.of),
        None => placing::float(cx, one.hunk.of),
    }
}

/// Opens the document of a hunk that is not the shown one.
fn go_over(cx: &mut Cx, one: &Listed) -> Result<(), String> {
    let Some(entry) = cx.model.session.documents.get(&one.doc) else { return Ok(()) };
    match entry.path.clone() {
        Some(path) => {
            cx.leave_for(Open::File(path.into()));
            Ok(())
        }
        None => Err(format!(
            "It is in {}, another document of this session, which has no file on this machine.",
            entry.name
        )),
    }
}

/// Lists other hunks: those of the next filter, or of the one that is named.
pub(super) fn filter(cx: &mut Cx, name: &str) -> Result<(), String> {
    let now = FILTERS.iter().position(|(_, one)| *one == cx.model.ui.review_filter);
    let next = match name {
        "" => now.map_or(0, |now| (now + 1) % FILTERS.len()),
        name => FILTERS.iter().position(|(known, _)| *known == name).ok_or_else(|| {
            let words: Vec<&str> = FILTERS.iter().map(|(word, _)| *word).collect();
            format!("{name:?} is none of {}.", words.join(", "))
        })?,
    };
    let chosen = cx.model.review_chosen().map(|one| one.hunk.of);
    cx.model.ui.review_filter = FILTERS[next].1;
    // The same hunk stays chosen, where it is still listed.
    let all = cx.model.review();
    let at = all.iter().position(|one| Some(one.hunk.of) == chosen);
    cx.model.ui.review.chosen = at.unwrap_or(0);
    cx.info(format!("{}: {}.", FILTERS[next].0, plural(all.len(), "hunk")));
    Ok(())
}

/// The paragraph around a position: lines without a blank one between them.
fn paragraph(rope: &Rope, pos: Pos) -> Span {
    let blank = |line: usize| rope.line(line).chars().all(char::is_whitespace);
    let line = rope.char_to_line(pos.0.min(rope.len_chars()));
    let (mut first, mut last) = (line, line);
    while first > 0 && !blank(first - 1) && !blank(line) {
        first -= 1;
    }
    while last + 1 < rope.len_lines() && !blank(last + 1) && !blank(line) {
        last += 1;
    }
    let end = rope.line_to_char(last) + rope.line(last).len_chars();
    Span::new(Pos(rope.line_to_char(first)), Pos(end))
}

/// Accepts the hunks of the paragraph at the caret, or around the chosen row in its document.
pub(super) fn accept_paragraph(cx: &mut Cx, _: &str) -> Result<(), String> {
    let (doc, at) = match cx.model.ui.focus {
        Focus::Panel => {
            let one = cx.model.review_chosen().ok_or("No hunk is listed.")?;
            (one.doc, one.hunk.span)
        }
        _ => (cx.model.doc.clone(), Some(Span::at(cx.model.caret().pos))),
    };
    let at = at.ok_or("The chosen hunk has no place.")?;
    let entry = cx.model.session.documents.get(&doc).ok_or("No document.")?;
    let whole = paragraph(entry.document.rope(), at.start);
    let within = |one: &OpenHunk| {
        one.span.is_some_and(|span| span.start < whole.end && whole.start <= span.start)
    };
    let mut all: Vec<OpenHunk> =
        cx.model.session.open_in(&doc).into_iter().filter(within).collect();
    // The other end of a move goes with the one that stands here.
    let ends: Vec<OpenHunk> =
        all.iter().filter_map(|one| cx.model.other_end(&doc, one.of)).collect();
    all.extend(ends.into_iter().filter(|one| !within(one)));
    accept_those(cx, all, &doc, "No open hunk stands in this paragraph.")
}

/// Accepts each of these of one document that has a certain place; tells what is left out.
pub(super) fn accept_those(
    cx: &mut Cx,
    all: Vec<OpenHunk>,
    doc: &DocId,
    none: &str,
) -> Result<(), String> {
    if all.is_empty() {
        return Err(none.into());
    }
    let torn = cx.model.torn_ends(doc, &cx.model.session.open_in(doc));
    let is_torn = |one: &OpenHunk| one.members.iter().any(|of| torn.contains(of));
    let (ready, mut doubtful): (Vec<_>, Vec<_>) =
        all.into_iter().partition(|one| one.is_certain() && !is_torn(one));
    let those: Vec<HunkRef> = ready.iter().map(|one| one.of).collect();
    let torn = cx.model.torn_without(doc, &those);
    let (lonely, ready): (Vec<_>, Vec<_>) =
        ready.into_iter().partition(|one| torn.contains(&one.of));
    doubtful.extend(lonely);
    let torn = doubtful.iter().filter(|one| one.is_certain()).count();
    let mut out = left_out(&doubtful);
    if torn > 0 {
        let words = format!("{torn} of a move whose other end is not taken");
        out = if out.is_empty() { words } else { format!("{out}, {words}") };
    }
    if ready.is_empty() {
        return Err(format!("None of them has a certain place: {out}."));
    }
    let (mut accepted, mut unseen, mut overtaken) = (0, 0, 0);
    for one in ready {
        let seen = one.members.iter().all(|of| cx.model.ui.seen.contains(of));
        // Accepting one can make another stale that shares its text: that one stays open.
        if accept(cx, one.of, Take::Proposed).is_ok() {
            accepted += 1;
            unseen += usize::from(!seen);
        } else {
            overtaken += 1;
        }
    }
    if overtaken > 0 {
        let words = format!("{overtaken} whose text these changed");
        out = if out.is_empty() { words } else { format!("{out}, {words}") };
    }
    let out = if out.is_empty() { out } else { format!("; left out: {out}") };
    // The text will say of their words for ever that nobody saw them.
    let unseen = match unseen {
        0 => String::new(),
        1 if accepted == 1 => ", unseen".to_owned(),
        unseen => format!(", {unseen} of them unseen"),
    };
    left_in(cx, &format!("Accepted {accepted}{unseen}{out}"), doc);
    Ok(())
}

/// The open hunks of the proposal of the hunk that is meant, and their document.
fn of_proposal(model: &Model) -> Result<(Vec<OpenHunk>, DocId), String> {
    let of = meant(model).ok_or("No hunk at the caret: F8 goes to the next.")?;
    let proposal = model.session.proposals.hunk(&of).map(|hunk| hunk.proposal);
    let doc = doc_of(model, of).ok_or("The proposal is gone.")?;
    let mut all = model.session.open_in(&doc);
    all.retain(|one| Some(one.proposal) == proposal);
    Ok((all, doc))
}

pub(super) fn accept_proposal(cx: &mut Cx, _: &str) -> Result<(), String> {
    let (all, doc) = of_proposal(cx.model)?;
    accept_those(cx, all, &doc, "No hunk of this proposal is open here.")
}

pub(super) fn reject_proposal(cx: &mut Cx, reason: &str) -> Result<(), String> {
    let (mut all, doc) = of_proposal(cx.model)?;
    // What was accepted stays accepted; each that collided is looked at by itself.
    all.retain(|one| one.state != HunkState::Collided);
    if all.is_empty() {
        return Err("No hunk of this proposal is open here.".into());
    }
    let members: Vec<HunkRef> = all.iter().flat_map(|one| one.members.clone()).collect();
    for of in members {
        let reason = Some(reason.trim().to_owned());
        resolve(cx, of, HunkVerdict::Rejected, reason, None);
    }
    left_in(cx, &format!("Rejected {}", all.len()), &doc);
    Ok(())
}

/// A click on a row of the list chooses its hunk, and the text goes there; one on a sign, or a double
/// click, decides. `x` and `y` are cells of the list, `width` and `height` its size.
pub fn click(
    cx: &mut Cx,
    (width, height): (u16, u16),
    (x, y): (u16, u16),
    double: bool,
) -> Result<(), String> {
    let rows = cx.model.review_rows(usize::from(width), usize::from(height));
    let Some(row) = rows.get(usize::from(y)) else { return Ok(()) };
    if row.part == ReviewPart::Progress {
        return filter(cx, "");
    }
    let Some(item) = row.item else { return Ok(()) };
    cx.model.ui.review.chosen = item;
    follow(cx);
    if cx.model.past.is_some() {
        // What stood then is to be looked at only.
        return if double { open_chosen(cx) } else { Ok(()) };
    }
    let signs = row.part == ReviewPart::Title && x + DECIDE > width;
    let Some(one) = cx.model.review_chosen().filter(|_| signs || double) else { return Ok(()) };
    if one.doc != cx.model.doc && !signs {
        return go_over(cx, &one);
    }
    if signs && x + 2 >= width {
        return reject_one(cx, one.hunk.of, "");
    }
    match one.hunk.state {
        HunkState::Unplaced => place(cx, &one),
        _ => accept_with_its_end(cx, one.hunk.of),
    }
}

/// The wheel over the list.
pub fn scroll(cx: &mut Cx, rows: isize) {
    let len = cx.model.review().len();
    cx.model.ui.review.step(rows, len);
    follow(cx);
}
