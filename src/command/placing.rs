//! Placing by hand: a hunk whose place was not found goes where a person says.

use super::hunk::{chosen_of, open};
use crate::base::{Pos, Span};
use crate::event::Event;
use crate::session::{HunkState, OpenHunk};
use crate::state::{Cx, anchors};

pub(super) fn place(cx: &mut Cx, _: &str) -> Result<(), String> {
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
