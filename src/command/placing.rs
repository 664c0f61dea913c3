//! Placing by hand: a hunk whose place was not found goes where a person says.

use super::hunk::open;
use crate::assist::Placer;
use crate::base::{Pos, Span};
use crate::event::Event;
use crate::session::{HunkRef, HunkState, OpenHunk};
use crate::state::{Cx, Model, anchors};

fn is_unplaced(one: &OpenHunk) -> bool {
    one.of.part.is_none() && one.state == HunkState::Unplaced && one.file.is_none()
}

/// The chosen row of the Review tab, else the first hunk without a place.
fn meant(model: &Model) -> Option<HunkRef> {
    let chosen = model.review_chosen().filter(|one| one.doc == model.doc).map(|one| one.hunk);
    let chosen = chosen.filter(is_unplaced).map(|one| one.of);
    chosen.or_else(|| open(model).iter().find(|one| is_unplaced(one)).map(|one| one.of))
}

/// Shows where a hunk may belong.
pub(super) fn float(cx: &mut Cx, of: HunkRef) -> Result<(), String> {
    cx.float(of)?;
    cx.info("Left and right go to other places, up and down move it by lines; Enter places it here, Esc leaves it.");
    Ok(())
}

/// Shows where the hunk without a place may belong; then the next place, and after its last one the
/// next hunk that has none.
pub(super) fn candidates(cx: &mut Cx, _: &str) -> Result<(), String> {
    if let Some(floating) = &cx.model.ui.floating {
        let is_last = floating.at + 1 >= floating.candidates.len();
        let all: Vec<HunkRef> =
            open(cx.model).iter().filter(|one| is_unplaced(one)).map(|one| one.of).collect();
        let at = all.iter().position(|of| *of == floating.of);
        let next = at.and_then(|at| all.get((at + 1) % all.len())).copied();
        return match next.filter(|_| is_last && all.len() > 1) {
            Some(next) => float(cx, next),
            None => step(cx, 1),
        };
    }
    let of = meant(cx.model).ok_or("Every open hunk has its place.")?;
    float(cx, of)
}

pub(super) fn step(cx: &mut Cx, by: isize) -> Result<(), String> {
    floats(cx)?;
    cx.choose_candidate(|at, count| (at as isize + by).rem_euclid(count.max(1) as isize) as usize);
    Ok(())
}

pub(super) fn shift(cx: &mut Cx, by: isize) -> Result<(), String> {
    floats(cx)?;
    cx.shift_candidate(by);
    Ok(())
}

fn floats(cx: &Cx) -> Result<(), String> {
    match cx.model.ui.floating {
        Some(_) => Ok(()),
        None => Err("No hunk is being placed: Alt-N begins.".into()),
    }
}

/// Places the hunk that floats where it is shown, else an unplaced one at the caret or over the
/// selection.
pub(super) fn place(cx: &mut Cx, _: &str) -> Result<(), String> {
    if let Some(floating) = cx.model.ui.floating.take() {
        put(cx, floating.of, floating.span)?;
        cx.info("Placed here; Alt-A accepts it.");
        return Ok(());
    }
    let of = meant(cx.model).ok_or("Every open hunk has its place.")?;
    let caret = cx.model.caret();
    put(cx, of, caret.selection().unwrap_or_else(|| Span::at(caret.pos)))?;
    cx.info("Placed. It replaces what was selected, or goes in at the caret.");
    Ok(())
}

fn put(cx: &mut Cx, hunk: HunkRef, mut span: Span) -> Result<(), String> {
    let new = cx.model.session.proposals.hunk(&hunk).map_or("", |hunk| hunk.new.as_str());
    let rope = cx.model.rope();
    if new.is_empty() {
        span = Placer::new(&rope).gone(span);
    }
    // Whole lines replace whole lines, also when their last line end was not selected.
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
    Ok(())
}

/// A click on a row of the box below the text: a place is shown, with a double click taken; else the
/// hunk begins to float.
pub fn float_click(cx: &mut Cx, row: usize, double: bool) -> Result<(), String> {
    let Some(row) = cx.model.ui.float.get(row) else { return Ok(()) };
    match row.candidate {
        Some(at) => {
            cx.choose_candidate(|_, _| at);
            if double { place(cx, "") } else { Ok(()) }
        }
        None if cx.model.ui.floating.is_none() => candidates(cx, ""),
        None => Ok(()),
    }
}
