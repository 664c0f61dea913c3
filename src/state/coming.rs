//! A whole text while it streams: what it changes so far shows in the text, as the hunks that it will be.
//! View state; what counts is read when the answer is complete.

use super::around::{Room, around};
use super::frame::VirtualRow;
use super::hunk_rows::{MOST_ALONE, Rows, struck};
use super::prepare::last_line;
use super::{Cx, HunkPiece, Model, Sign, Turn};
use crate::assist::{
    Dialect, MOST_COMING, Tag, in_open_fence, readable_diff, so_far, whole_so_far,
};
use crate::base::{Pos, Span};
use crate::session::HunkState;
use ropey::Rope;
use std::collections::BTreeMap;

impl Cx<'_> {
    /// More of the answer came: where it is a whole text, and a line of it is complete, it is compared
    /// again.
    pub(super) fn look_at_coming(&mut self, turn: &mut Turn, more: &str) {
        let whole = turn.dialect == Dialect::Whole;
        // A long text would be copied for every line that comes.
        if !more.contains('\n')
            || turn.hunks > 0
            || turn.dialect == Dialect::Selection
            || turn.base.len_bytes() > MOST_COMING
        {
            return;
        }
        let coming = match (&turn.live, whole) {
            // Where it turns out to be edits nothing is shown.
            (Some(live), true) => {
                let base = turn.base.to_string();
                whole_so_far(&base, &live.new).and_then(|text| so_far(&base, text))
            }
            (_, true) => turn.coming.clone(),
            // A fence may be a whole text; before its first lines are there nothing tells, and words
            // behind it take back nothing.
            (_, false) => match in_open_fence(&turn.text) {
                Some(text) => so_far(&turn.base.to_string(), text),
                None => turn.coming.clone(),
            },
        };
        if coming != turn.coming {
            turn.coming = coming;
            self.model.refresh();
        }
    }
}

impl Model {
    /// The rows of what is coming, and what of the text it strikes.
    pub(super) fn coming_rows(
        &self,
        rope: &Rope,
        (width, tab): (usize, usize),
        blocks: &mut BTreeMap<usize, Vec<VirtualRow>>,
    ) -> Vec<HunkPiece> {
        /// So much of the end of what is being written shows.
        const LINES: usize = 3;
        let Some(turn) = self.turn.as_ref().filter(|turn| turn.doc == self.doc) else {
            return Vec::new();
        };
        let Some(coming) = turn.coming.as_ref() else { return Vec::new() };
        let mut out = Vec::new();
        for hunk in &coming.hunks {
            let span = turn.carry(hunk.span);
            let pieces = readable_diff(&hunk.old, &hunk.new);
            // Whole lines that come stand for themselves.
            let lined = hunk.old.is_empty() && hunk.new.contains('\n');
            let (before, after) = if lined {
                Default::default()
            } else {
                around(rope, span, &Room::alone(MOST_ALONE, true))
            };
            // They go below the line before.
            let put = Span::at(Pos(span.start.0.saturating_sub(usize::from(lined))));
            let line = last_line(rope, if lined { put } else { span });
            let rows = blocks.entry(line).or_default();
            let mut rows = Rows { rows, width, tab, current: false };
            let comes = pieces.iter().filter(|(tag, _)| *tag != Tag::Old);
            let mut new: Vec<(Tag, &str)> = vec![(Tag::Equal, &before)];
            new.extend(comes.map(|(tag, text)| (*tag, text.as_str())));
            new.push((Tag::Equal, &after));
            if !hunk.new.trim().is_empty() {
                rows.pieces(Sign::Plus, &new);
            }
            out.push(piece(span, struck(span, &pieces), lined));
        }
        let at = Span::at(turn.carry_pos(coming.until));
        let rows = blocks.entry(last_line(rope, at)).or_default();
        let mut rows = Rows { rows, width, tab, current: true };
        let lines: Vec<&str> = coming.writing.lines().collect();
        let end = lines[lines.len().saturating_sub(LINES)..].join("\n");
        if !end.trim().is_empty() {
            rows.push(Sign::Plus, &end);
        }
        rows.push(Sign::Note, "writing…");
        out
    }
}

fn piece(span: Span, struck: Vec<Span>, between: bool) -> HunkPiece {
    HunkPiece {
        of: Vec::new(),
        span,
        struck,
        between,
        rows: (0, 0..0),
        state: HunkState::Pending,
        current: false,
    }
}
