//! What models thought, in the conversation: one folded line above the answer, which opens.
//!
//! Knows which are open and what was laid out; `panel` asks for the rows.

use super::panel::plain;
use super::{Cx, Model, Rendered, Tab, Turn};
use crate::base::{Class, EventId};
use crate::layout::{Line, MarkdownView, Segment, Style};
use crate::session::Reasoning;
use crate::store::Write;
use std::collections::{BTreeMap, BTreeSet};

/// Columns of the bar beside what was thought.
const BAR: usize = 2;
/// Bytes of what is thought that are stored at once.
const PART_BYTES: usize = 1024;

/// Whose thoughts: a message's, or (`None`) those of the answer that is coming.
pub type Thinker = Option<EventId>;

/// Which thoughts are open, and where they stand on the screen.
#[derive(Debug, Default)]
pub struct Thoughts {
    open: BTreeSet<Thinker>,
    laid: BTreeMap<Thinker, Rendered>,
    /// The folded or opened lines on the screen, each with its row of the panel.
    pub(super) rows: Vec<(usize, Thinker)>,
    /// Whose answers are on the screen, the lowest first.
    pub(super) there: Vec<Thinker>,
}

impl Thoughts {
    /// The line that folds and unfolds.
    pub(super) fn line(&self, whose: Thinker, thought: &Reasoning, thinking: bool) -> Line {
        let sign = if self.open.contains(&whose) { '▾' } else { '▸' };
        let word = if thinking { "thinking…" } else { "thought ·" };
        plain(Class::Comment, format!("{sign} {word} {}", thought.size()))
    }

    /// How many rows the text takes; none where it is folded. They are laid out here.
    pub(super) fn lay_out(&mut self, whose: Thinker, thought: &Reasoning, width: usize) -> usize {
        if !self.open.contains(&whose) {
            self.laid.remove(&whose);
            return 0;
        }
        let text = thought.text();
        let laid = self
            .laid
            .entry(whose)
            .or_insert_with(|| Rendered { text_len: 0, view: MarkdownView::new(width) });
        laid.view.set_width(width.saturating_sub(BAR).max(1));
        if let Some(more) = text.get(laid.text_len..).filter(|more| !more.is_empty()) {
            laid.view.push(more);
            laid.text_len = text.len();
        }
        laid.view.lines().len()
    }

    /// The rows that were laid out, without the bar.
    pub(super) fn laid(&mut self, whose: Thinker) -> &[Line] {
        self.laid.get_mut(&whose).map_or(&[][..], |laid| laid.view.lines())
    }

    /// Lays out no longer what is not on the screen.
    pub(super) fn keep(&mut self, shown: &BTreeSet<EventId>) {
        self.laid.retain(|whose, _| whose.is_none_or(|id| shown.contains(&id)));
    }

    /// The answer that came is a message now; what was open stays open.
    pub(super) fn posted(&mut self, id: EventId) {
        if self.open.remove(&None) {
            self.open.insert(Some(id));
        }
        if let Some(laid) = self.laid.remove(&None) {
            self.laid.insert(Some(id), laid);
        }
    }
}

/// A row of what was thought: dim, with a bar before it.
pub(super) fn dimmed(line: &Line) -> Line {
    let style = Style { class: Class::Comment, ..Style::default() };
    let mut made = line.clone();
    for segment in &mut made.segments {
        segment.style.class = Class::Comment;
    }
    made.segments.insert(0, Segment { text: "│ ".into(), style, frame: true });
    made
}

impl Model {
    fn thought_of(&self, whose: Thinker) -> Option<&Reasoning> {
        let thought = match whose {
            None => self.turn.as_ref().map(|turn| &turn.reasoning),
            Some(id) => self.session.transcript.get(&id)?.reasoning.as_ref(),
        };
        thought.filter(|thought| !thought.is_empty())
    }

    /// The row of the panel folds or unfolds what somebody thought.
    pub fn thinker_at(&self, row: usize) -> Option<Thinker> {
        if self.ui.tab != Tab::Conversation {
            return None;
        }
        self.ui.thoughts.rows.iter().find(|(at, _)| *at == row).map(|(_, whose)| *whose)
    }

    /// The message that was found or that a link led to; else the lowest answer on the screen with
    /// thoughts; else the newest.
    fn thinker_in_focus(&mut self) -> Option<Thinker> {
        self.find_branch();
        let found = self.ui.found.as_ref().map(|found| Some(found.id));
        let there = self.ui.thoughts.there.iter().copied();
        let newest = self.ui.branch.iter().rev().map(|id| Some(*id));
        let all = found.into_iter().chain(there).chain([None]).chain(newest);
        all.into_iter().find(|whose| self.thought_of(*whose).is_some())
    }

    fn fold_or_unfold(&mut self, whose: Thinker) {
        let open = &mut self.ui.thoughts.open;
        if !open.remove(&whose) {
            open.insert(whose);
        }
        self.ui.panel.made_for = None;
        // What is below moves, not the line itself; what is coming is followed to its end.
        let width = usize::from(self.ui.areas().panel.width);
        let before = self.ui.thoughts.laid(whose).len();
        let Some(id) = whose.filter(|_| width > 0) else { return };
        let Some(thought) = self.session.transcript.get(&id).and_then(|one| one.reasoning.as_ref())
        else {
            return;
        };
        let after = self.ui.thoughts.lay_out(whose, thought, width);
        let from_end = &mut self.ui.scroll.from_end;
        *from_end = (*from_end + after).saturating_sub(before);
    }
}

impl Cx<'_> {
    /// Folds or unfolds what was thought; of the message in focus unless it is said whose.
    ///
    /// # Errors
    /// In words, where nothing was thought.
    pub fn toggle_thought(&mut self, whose: Option<Thinker>) -> Result<(), String> {
        let whose = whose.or_else(|| self.model.thinker_in_focus());
        let whose = whose.ok_or(
            "No answer here came with its thoughts: only some models show what they think.",
        )?;
        self.model.ui.tab = Tab::Conversation;
        self.model.fold_or_unfold(whose);
        Ok(())
    }

    /// A piece of what the model thinks.
    pub(super) fn think(&mut self, turn: &mut Turn, piece: &str) {
        turn.reasoning.push(piece);
        if turn.reasoning.text().len() - turn.reasoning_stored >= PART_BYTES {
            self.store_thought(turn);
        }
    }

    /// What was thought goes to the store, so that a crash keeps it.
    pub(super) fn store_thought(&mut self, turn: &mut Turn) {
        let text = turn.reasoning.text();
        if turn.reasoning_stored == text.len() {
            return;
        }
        let text = text[turn.reasoning_stored..].to_owned();
        let (seq, turn_id) = (turn.reasoning_parts, turn.id.clone());
        turn.reasoning_stored += text.len();
        turn.reasoning_parts += 1;
        self.write(Write::Thought { turn: turn_id, seq, text });
    }
}
