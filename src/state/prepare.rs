//! Before a frame: the view follows the caret, hunks become rows, visible lines are highlighted.
//! Costs what is visible.

use super::ends;
use super::frame::VirtualRow;
use super::hunk_rows::{Look, Rows, at_caret, inserted, rooms, struck};
use super::{HunkPiece, Model, Sign, Task};
use crate::base::{Pos, Span};
use crate::session::HunkState;
use crate::syntax::{Highlighter, Syntaxes};
use crate::text::Delta;
use ropey::Rope;
use std::collections::BTreeMap;

impl Model {
    /// The shown text changed.
    pub(super) fn view_changed(&mut self, delta: &Delta) {
        if self.past.is_some() {
            // It is not what is shown.
            return self.refresh();
        }
        let rope = self.rope();
        self.ui.view.edited(&rope, delta);
        if let Some(highlighter) = self.ui.highlighter.as_mut() {
            highlighter.edited(&rope, delta);
        }
        self.ui.blocks_stale = true;
    }

    /// Hunks, decisions or the conversation changed.
    pub fn refresh(&mut self) {
        self.ui.blocks_stale = true;
    }

    /// The syntaxes are there: the shown text is highlighted from now on.
    pub fn use_syntaxes(&mut self, syntaxes: &std::sync::Arc<Syntaxes>) {
        let rope = self.rope();
        let first: String =
            rope.get_line(0).map(|line| line.chars().take(200).collect()).unwrap_or_default();
        let name = self.name();
        // A document without a file is Markdown: that is what people write in it.
        let name = if name.contains('.') { name } else { format!("{name}.md") };
        self.ui.highlighter = Highlighter::for_name(syntaxes, &name, &first);
    }

    /// Brings everything that is drawn up to date.
    pub fn prepare(&mut self) {
        self.advance_tour();
        self.count_conflicts();
        self.prepare_past();
        self.prepare_panel();
        self.prepare_floating();
        let unplaced = self.ui.frame.unplaced;
        self.prepare_editor();
        if self.ui.frame.unplaced != unplaced {
            // The box that tells of them comes or goes.
            self.prepare_floating();
            self.prepare_editor();
        }
    }

    fn prepare_editor(&mut self) {
        let rope = self.rope();
        let numbers = self.config.editor.line_numbers;
        let area = self.ui.text_area(rope.len_lines(), numbers);
        let (width, height) = (usize::from(area.width), usize::from(area.height));
        let tab = usize::from(self.config.editor.tab_width.clamp(1, 16));
        let caret = self.caret();
        if width == 0 || height == 0 {
            self.ui.frame.rows.clear();
            self.ui.frame.caret = None;
            return;
        }
        self.ui.view.configure(&rope, width, height, self.config.editor.wrap, tab);
        self.prepare_hunks(&rope, width, tab, caret.pos);
        if self.ui.reveal {
            self.ui.view.reveal(&rope, caret.pos, 2.min(height.saturating_sub(1) / 2));
            self.ui.reveal = false;
        }
        if std::mem::take(&mut self.ui.reveal_hunk)
            && let Some(piece) = self.ui.frame.hunks.iter().find(|piece| piece.current)
        {
            let (line, rows) = &piece.rows;
            self.ui.view.reveal_rows(&rope, caret.pos, *line, rows.end);
        }
        let rows = self.ui.view.rows(&rope);
        self.ui.frame.caret = self.ui.view.pos_to_cell(&rope, caret.pos);
        let line = rope.char_to_line(caret.pos.0);
        self.ui.frame.line = line;
        self.ui.frame.column = caret.pos.0 - rope.line_to_char(line);
        self.highlight(&rope, &rows);
        self.note_seen(&rows);
        self.prepare_shades(&rope, &rows);
        self.prepare_fresh(&rows);
        self.ui.frame.rows = rows;
    }

    fn highlight(&mut self, rope: &Rope, rows: &[crate::layout::Row]) {
        self.ui.frame.classes = (0, Vec::new());
        let Some(highlighter) = self.ui.highlighter.as_mut() else { return };
        let lines = rows.iter().map(|row| match row {
            crate::layout::Row::Text { line, .. } | crate::layout::Row::Virtual { line, .. } => {
                *line
            }
        });
        let (Some(first), Some(last)) = (lines.clone().min(), lines.max()) else { return };
        let lines = highlighter.highlight(rope, first..last + 1, rows.len() + 64);
        self.ui.frame.classes = (first, lines.lines);
        self.ui.highlight_more = !lines.done;
    }

    /// Remembers which hunks were on the screen: all of their rows, at once or one after the other.
    fn note_seen(&mut self, rows: &[crate::layout::Row]) {
        let ui = &mut self.ui;
        for piece in &ui.frame.hunks {
            let Some(first) = piece.of.first() else { continue };
            if piece.of.iter().all(|of| ui.seen.contains(of)) {
                continue;
            }
            let looked = ui.looked_at.entry(*first).or_default();
            if looked.note(piece, rows, ui.view.wraps()) {
                ui.looked_at.remove(first);
                ui.seen.extend(piece.of.iter().copied());
            }
        }
    }

    /// Open hunks as rows below the line in which they end.
    fn prepare_hunks(&mut self, rope: &Rope, width: usize, tab: usize, caret: Pos) {
        let live = self.turn.as_ref().is_some_and(|turn| turn.is_writing() && turn.doc == self.doc);
        let nothing =
            self.session.proposals.is_empty() && self.session.decisions.is_empty() && !live;
        let key = (width, caret);
        if !self.ui.blocks_stale && (nothing || self.ui.blocks_key == key) {
            return;
        }
        self.ui.blocks_stale = false;
        self.ui.blocks_key = key;
        if self.past.is_some() {
            return self.prepare_difference(rope, width, tab);
        }
        let mut hunks = Vec::new();
        let mut blocks: BTreeMap<usize, Vec<VirtualRow>> = BTreeMap::new();
        let mut unplaced = 0;
        let mut diffs = std::mem::take(&mut self.ui.diffs);
        let layout = self.config.editor.hunks;
        if self.entry().is_some() {
            let mut open = self.session.open_in(&self.doc);
            ends::tell(&self.doc, &mut open);
            diffs.keep(&open);
            self.keep_sides(&open);
            let here = at_caret(rope, &open, caret);
            let rooms = rooms(rope, &open);
            for (index, (hunk, room)) in open.into_iter().zip(rooms).enumerate() {
                let state = hunk.state;
                let Some(span) = hunk.span else {
                    // What is for another session is listed only.
                    unplaced += usize::from(hunk.file.is_none());
                    continue;
                };
                let current = here == Some(index);
                let inserted = inserted(rope, &hunk);
                let between = inserted.is_some();
                let sides = self.sides(&self.doc, &hunk);
                let sides = sides.as_deref();
                let there = sides.map_or(span, |sides| sides.span);
                let line = inserted.map_or_else(|| last_line(rope, there), |lines| lines.line);
                let (old, new) =
                    sides.map_or((&hunk.old, &hunk.new), |sides| (&sides.ground, &sides.theirs));
                let pieces = diffs.of(hunk.of, old, new);
                let look = Look { room, layout, pieces: &pieces, sides };
                let rows = blocks.entry(line).or_default();
                let first = rows.len();
                Rows { rows, width, tab, current }.hunk(rope, &hunk, &look);
                let own = (line, first..rows.len());
                let struck = match state {
                    _ if between => Vec::new(),
                    HunkState::Pending => struck(span, &pieces),
                    _ => vec![there],
                };
                let (of, rows) = (hunk.members, own);
                hunks.push(HunkPiece { of, span, struck, between, rows, state, current });
            }
        }
        if let Some(turn) = self.turn.as_ref().filter(|turn| turn.doc == self.doc)
            && let (Some(live), Some(span)) = (&turn.live, turn.live_span())
        {
            let rows = blocks.entry(last_line(rope, span)).or_default();
            let mut rows = Rows { rows, width, tab, current: true };
            rows.push(Sign::Plus, &live.new);
            let what = if matches!(turn.task, Task::Rewrite { .. }) {
                "rewriting…"
            } else {
                "writing…"
            };
            rows.push(Sign::Note, what);
            hunks.push(HunkPiece {
                of: Vec::new(),
                span,
                struck: vec![span],
                between: false,
                rows: (0, 0..0),
                state: HunkState::Pending,
                current: true,
            });
        }
        hunks.extend(self.coming_rows(rope, (width, tab), &mut blocks));
        self.ui.diffs = diffs;
        self.ui.view.set_virtual(rope, blocks.iter().map(|(line, rows)| (*line, rows.len())));
        self.ui.frame.open = hunks.iter().filter(|piece| !piece.of.is_empty()).count() + unplaced;
        self.ui.frame.unplaced = unplaced;
        self.ui.frame.hunks = hunks;
        self.ui.frame.decided = self.decided_here();
        self.ui.frame.commented = self.comments_here().into_iter().map(|(span, _)| span).collect();
        self.ui.frame.virtual_rows = blocks;
    }
}

/// The line in which a span ends; a line end at its end belongs to the line before.
pub(super) fn last_line(rope: &Rope, span: Span) -> usize {
    let end = if span.is_empty() { span.end.0 } else { span.end.0 - 1 };
    rope.char_to_line(end.min(rope.len_chars()))
}
