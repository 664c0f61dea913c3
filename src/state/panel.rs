//! What the panel shows now: the conversation's visible rows, computed from its end upward.

use super::branch::fork_line;
use super::thought::dimmed;
use super::{Model, PanelSelection, Phase, Rendered, Tab, Thinker};
use crate::assist::readable;
use crate::base::{Class, EventId, Usd};
use crate::event::{MessageRole, MessageStatus, Usage};
use crate::layout::wrap::{Rule, rows as wrap_rows};
use crate::layout::{Join, Line, MarkdownView, Segment, Style};
use crate::models::{CATALOGUE, Row, megabytes};
use crate::provider::local::NAME as LOCAL;
use crate::report::bring::program_name;
use crate::session::{ASKED_AGAIN, Message, asked_again_in_short};
use std::borrow::Cow;
use std::collections::BTreeSet;

/// Messages whose rows are kept although they are not visible.
const KEPT: usize = 200;

/// What the rows depend on while no answer comes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PanelKey {
    width: usize,
    height: usize,
    from_end: usize,
    revision: u64,
    tip: Option<EventId>,
    found: Option<EventId>,
}

/// What stands around the rendered text of a message, and how many lines that has.
struct Block {
    head: Vec<Line>,
    /// Whether the head ends with the line that folds what was thought, and the rows of that.
    folds: bool,
    thought: usize,
    body: usize,
    foot: Vec<Line>,
}

impl Block {
    fn len(&self) -> usize {
        self.head.len() + self.thought + self.body + self.foot.len()
    }
}

/// Takes rows of a block from its end upward, `skip` of them left out first, until there are
/// `height`. Returns whether rows of it remain above.
fn take_tail(
    block: &Block,
    thought: &[Line],
    rendered: Option<&mut Rendered>,
    skip: &mut usize,
    height: usize,
    upward: &mut Vec<Line>,
) -> bool {
    let skipped = block.len().min(*skip);
    *skip -= skipped;
    let body = rendered.map_or(&[][..], |rendered| rendered.view.lines());
    let bare = |line: &Line| line.clone();
    let head = block.head.iter().map(bare).chain(thought.iter().map(dimmed));
    let rows = head.chain(body.iter().chain(&block.foot).map(bare)).rev().skip(skipped);
    let wanted = height.saturating_sub(upward.len());
    upward.extend(rows.take(wanted));
    block.len() - skipped > wanted
}

/// The visible rows of the conversation, oldest first.
#[derive(Debug, Default)]
pub struct PanelFrame {
    pub rows: Vec<Line>,
    /// Grows whenever the rows are made anew.
    pub version: u64,
    /// Nothing of it changed since, when this is the same.
    pub made_for: Option<PanelKey>,
    /// Rows above the first, when there are more; `from_end` was cut to what there is.
    pub more_above: bool,
    /// Whose rows these are.
    pub messages: BTreeSet<EventId>,
}

impl Model {
    pub(super) fn prepare_panel(&mut self) {
        self.ui.live_behind = false;
        if self.ui.tab != Tab::Conversation {
            return;
        }
        let area = self.ui.areas().panel;
        let (width, height) = (usize::from(area.width), usize::from(area.height));
        if width == 0 || height == 0 {
            self.ui.panel.rows.clear();
            self.ui.panel.version += 1;
            self.ui.panel.made_for = None;
            return;
        }
        self.find_branch();
        self.scroll_to_found(width, height);
        let key = PanelKey {
            width,
            height,
            from_end: self.ui.scroll.from_end,
            revision: self.session.revision(),
            tip: self.ui.branch_key.0,
            found: self.ui.found.as_ref().map(|found| found.id),
        };
        // A key in the document changes nothing here.
        if self.turn.is_none() && self.ui.panel.made_for == Some(key) {
            return;
        }
        let branch = std::mem::take(&mut self.ui.branch);
        self.collect_rows(&branch, width, height);
        self.ui.branch = branch;
        let from_end = self.ui.scroll.from_end;
        self.ui.panel.made_for = self.turn.is_none().then_some(PanelKey { from_end, ..key });
    }

    /// The rows between the end and what is scrolled away, from the end upward: the cost does not
    /// depend on how much was said. The scroll is cut to what there is.
    fn collect_rows(&mut self, branch: &[EventId], width: usize, height: usize) {
        let mut skip = self.ui.scroll.from_end;
        let mut upward: Vec<Line> = Vec::with_capacity(height);
        let mut total = 0;
        let mut shown = BTreeSet::new();
        let mut all = true;
        let mut above = false;
        self.ui.thoughts.rows.clear();
        self.ui.thoughts.there.clear();
        if let Some(live) = self.live_block(width) {
            total += live.len();
            above |= self.take_block(&live, None, &mut skip, height, &mut upward);
        }
        for id in branch.iter().rev() {
            if upward.len() >= height {
                all = false;
                break;
            }
            if let Some(block) = self.message_block(*id, width) {
                total += block.len();
                above |= self.take_block(&block, Some(*id), &mut skip, height, &mut upward);
                shown.insert(*id);
            }
        }
        if all && upward.len() < height && self.ui.scroll.from_end > total.saturating_sub(height) {
            self.ui.scroll.from_end = total.saturating_sub(height);
            return self.collect_rows(branch, width, height);
        }
        if self.ui.rendered.len() > KEPT {
            self.ui.rendered.retain(|id, _| shown.contains(id));
        }
        self.ui.thoughts.keep(&shown);
        self.ui.panel.messages = shown;
        for (row, _) in &mut self.ui.thoughts.rows {
            *row = upward.len() - 1 - *row;
        }
        upward.reverse();
        self.ui.panel.more_above = above || !all;
        self.ui.panel.rows = upward;
        self.ui.panel.version += 1;
    }

    /// As [`take_tail`], and notes where what was thought folds; its rows still count upward.
    fn take_block(
        &mut self,
        block: &Block,
        whose: Thinker,
        skip: &mut usize,
        height: usize,
        upward: &mut Vec<Line>,
    ) -> bool {
        let (first, skipped) = (upward.len(), block.len().min(*skip));
        let ui = &mut self.ui;
        let rendered = match whose {
            None => ui.live.as_mut(),
            Some(id) => ui.rendered.get_mut(&id),
        };
        let more = take_tail(block, ui.thoughts.laid(whose), rendered, skip, height, upward);
        if block.folds && upward.len() > first {
            ui.thoughts.there.push(whose);
            // Counted from the end of the block.
            let fold = block.len() - block.head.len();
            let taken = skipped..skipped + upward.len() - first;
            if taken.contains(&fold) {
                ui.thoughts.rows.push((first + fold - skipped, whose));
            }
        }
        more
    }

    /// A message's rows: what stands before and after the rendered text, which is made here and
    /// stays in `ui.rendered`.
    fn message_block(&mut self, id: EventId, width: usize) -> Option<Block> {
        let message = self.session.transcript.get(&id)?;
        let author = self.session.author_name(&message.author);
        let pinned = match &self.past {
            Some(past) => self.session.transcript.was_pinned(&id, past.moment),
            None => self.session.transcript.is_pinned(&id),
        };
        let mut head = head(message, author, pinned);
        if self.ui.news.contains(&id)
            && let Some(segment) = head.segments.first_mut()
        {
            segment.text.push_str(" · new");
        }
        if self.decisions().links_to(&id)
            && let Some(segment) = head.segments.first_mut()
        {
            segment.text.push_str(" §");
        }
        if let Some(found) = self.ui.found.as_ref().filter(|found| found.id == id)
            && let Some(segment) = head.segments.first_mut()
        {
            segment.text.insert_str(0, "▸ ");
            let why = match (found.words.is_empty(), self.ui.forks.contains_key(&id)) {
                (false, _) => " · found",
                (true, false) => " · marked",
                (true, true) => "",
            };
            segment.text.push_str(why);
            segment.style.underline = true;
        }
        let fork = self.ui.forks.get(&id).map(|fork| fork_line(*fork));
        let mut foot = foot(message, width);
        if let Some(taken) = self.session.redactions.of(&id).filter(|_| message.is_redacted()) {
            let words = format!("■ {}", self.session.redaction_words(taken));
            foot.splice(0..0, plain_rows(Class::Invalid, &words, width));
        }
        foot.push(blank());
        // An answer that has just ended is laid out but for its end.
        if self.turn.is_none()
            && !self.ui.rendered.contains_key(&id)
            && let whole = shown(message)
            && let Some(mut live) =
                self.ui.live.take_if(|live| whole.starts_with(live.view.source()))
        {
            live.view.push(&whole[live.view.source().len()..]);
            live.view.finish();
            live.text_len = message.text().len();
            self.ui.rendered.insert(id, live);
        }
        let rendered = self
            .ui
            .rendered
            .entry(id)
            .or_insert_with(|| Rendered { text_len: usize::MAX, view: MarkdownView::new(width) });
        rendered.view.set_width(width);
        let text = message.text();
        if rendered.text_len != text.len() {
            rendered.text_len = text.len();
            rendered.view.set_text(&shown(message));
        }
        let body = rendered.view.lines().len();
        let (mut head, mut thought) = (fork.into_iter().chain([head]).collect::<Vec<_>>(), 0);
        let plain_head = head.len();
        if let Some(reasoning) = message.reasoning.as_ref().filter(|one| !one.is_empty()) {
            head.push(self.ui.thoughts.line(Some(id), reasoning, false));
            thought = self.ui.thoughts.lay_out(Some(id), reasoning, width);
        }
        Some(Block { folds: head.len() > plain_head, head, thought, body, foot })
    }

    /// How many rows the answer that is coming takes.
    pub(super) fn live_rows(&mut self, width: usize) -> usize {
        self.live_block(width).map_or(0, |block| block.len())
    }

    /// How many rows a message takes, and its text's rows.
    pub(super) fn message_rows(
        &mut self,
        id: EventId,
        width: usize,
    ) -> Option<(usize, Vec<String>)> {
        let rows = self.message_block(id, width)?.len();
        let body = self.ui.rendered.get_mut(&id)?.view.lines();
        let text = |line: &Line| line.segments.iter().map(|one| one.text.as_str()).collect();
        Some((rows, body.iter().map(text).collect()))
    }

    /// The answer that is coming; its text is in `ui.live`.
    fn live_block(&mut self, width: usize) -> Option<Block> {
        let turn = self.turn.as_ref().filter(|_| self.past.is_none())?;
        let live = self
            .ui
            .live
            .get_or_insert_with(|| Rendered { text_len: 0, view: MarkdownView::new(width) });
        live.view.set_width(width);
        if live.text_len > turn.text.len() {
            live.view.set_text("");
            live.text_len = 0;
        }
        if live.text_len < turn.text.len() {
            match readable(&turn.text, true) {
                // Blocks are shown as differences: then the text is not what came.
                Cow::Owned(text) => {
                    live.view.set_text(&text);
                    live.text_len = turn.text.len();
                }
                Cow::Borrowed(text) => {
                    // What looked like a change a moment ago may be none.
                    if !text.starts_with(live.view.source()) {
                        live.view.set_text("");
                        live.text_len = 0;
                    }
                    let most = live.text_len.saturating_add(self.ui.live_bytes);
                    let end = text.floor_char_boundary(most);
                    live.view.push(&text[live.text_len..end]);
                    live.text_len = end;
                }
            }
            self.ui.live_behind = live.text_len < turn.text.len();
        }
        let mut head = vec![plain(Class::Heading, format!("◆ {}", turn.model))];
        let mut thought = 0;
        if !turn.reasoning.is_empty() {
            let thinking = turn.text.is_empty();
            head.push(self.ui.thoughts.line(None, &turn.reasoning, thinking));
            thought = self.ui.thoughts.lay_out(None, &turn.reasoning, width);
        }
        let doing = match &turn.phase {
            Phase::Recording(_) => "recording the question…".to_owned(),
            Phase::Waiting => match fetched(&turn.provider, &turn.model) {
                // It may have to be loaded first.
                Some(row) => format!(
                    "waiting for the model, which takes about {} of memory… (Esc stops)",
                    megabytes(row.memory)
                ),
                None => "waiting for the model… (Esc stops)".to_owned(),
            },
            Phase::Retrying { attempt, wait_ms, why } => {
                format!(
                    "try {attempt} failed: {why}; again in {} s (Esc stops)",
                    wait_ms.div_ceil(1000)
                )
            }
            Phase::Answering => "… (Esc stops)".to_owned(),
        };
        let mut foot = plain_rows(Class::Comment, &doing, width);
        for queued in &self.queue {
            let first = queued.text.lines().next().unwrap_or_default();
            foot.push(plain(Class::Comment, format!("queued: {first}")));
        }
        Some(Block { folds: head.len() > 1, head, thought, body: live.view.lines().len(), foot })
    }

    /// The text of a selection by mouse in the panel: wrapped lines joined, frames left out.
    pub fn panel_text(&self, selection: PanelSelection) -> Option<String> {
        let (from, to) = (selection.from.min(selection.to), selection.from.max(selection.to));
        let rows = &self.ui.panel.rows;
        // Short conversations stand at the top of the panel.
        let mut out = String::new();
        for index in from.0..=to.0.min(rows.len().saturating_sub(1)) {
            let line = rows.get(index)?;
            if index > from.0 {
                out.push_str(match line.join {
                    Join::Line => "\n",
                    Join::Space => " ",
                    Join::Tight => "",
                });
            }
            let left = if index == from.0 { from.1 } else { 0 };
            let right = if index == to.0 { to.1 + 1 } else { usize::MAX };
            let mut column = 0;
            for segment in &line.segments {
                for cell in crate::layout::cells::cells(&segment.text) {
                    if !segment.frame && column >= left && column < right {
                        out.push_str(&cell.text);
                    }
                    column += cell.width;
                }
            }
        }
        Some(out)
    }
}

/// A message as Markdown to lay out: a person's with its line breaks, a model's with its edits made
/// readable.
fn shown(message: &Message) -> Cow<'_, str> {
    match message.role {
        MessageRole::Person if message.is_repair() => asked_again_in_short(message.text()).into(),
        MessageRole::Person => with_breaks(message.text()),
        MessageRole::Model | MessageRole::Note => readable(message.text(), false),
    }
}

/// The same Markdown with every line break a hard one. Code is left alone.
fn with_breaks(text: &str) -> Cow<'_, str> {
    if !text.trim_end().contains('\n') {
        return Cow::Borrowed(text);
    }
    let mut out = String::with_capacity(text.len() + 64);
    let mut fence: Option<(char, usize)> = None;
    for line in text.split_inclusive('\n') {
        let body = line.trim_end_matches(['\n', '\r']);
        let words = body.trim_start();
        let mark = words.chars().next().filter(|mark| matches!(mark, '`' | '~'));
        let count = words.chars().take_while(|one| Some(*one) == mark).count();
        let outside = fence.is_none();
        match (fence, mark) {
            (None, Some(mark)) if count >= 3 => fence = Some((mark, count)),
            (Some((open, least)), Some(mark))
                if mark == open && count >= least && words.trim_end().len() == count =>
            {
                fence = None;
            }
            _ => {}
        }
        out.push_str(body);
        if outside && fence.is_none() && !words.is_empty() && !body.ends_with('\\') {
            out.push_str("  ");
        }
        out.push_str(&line[body.len()..]);
    }
    Cow::Owned(out)
}

/// One line of one class.
pub fn plain(class: Class, text: String) -> Line {
    let bold = class == Class::Heading;
    let style = Style { class, bold, ..Style::default() };
    Line { segments: vec![Segment { text, style, frame: false }], source: 0..0, join: Join::Line }
}

/// A text of one class, cut into rows.
fn plain_rows(class: Class, text: &str, width: usize) -> Vec<Line> {
    let rule = Rule { width, tab: 4, first: 0, indent: 0 };
    let starts = wrap_rows(text, rule);
    let ends = starts.iter().skip(1).map(|start| start.bytes).chain([text.len()]);
    let row = |(start, end): (usize, usize)| {
        let join = if start == 0 { Join::Line } else { Join::Space };
        Line { join, ..plain(class, text[start..end].trim_end().to_owned()) }
    };
    starts.iter().map(|start| start.bytes).zip(ends).map(row).collect()
}

fn blank() -> Line {
    Line { segments: Vec::new(), source: 0..0, join: Join::Line }
}

fn head(message: &Message, author: &str, pinned: bool) -> Line {
    if message.is_repair() {
        return plain(Class::Heading, ASKED_AGAIN.into());
    }
    let sign = match message.role {
        MessageRole::Person => "●",
        MessageRole::Model => "◆",
        MessageRole::Note => "·",
    };
    let pinned = if pinned { " (pinned)" } else { "" };
    let from = message.brought.as_ref().map(|from| program_name(&from.program));
    let from = from.map(|name| format!(" · from {name}")).unwrap_or_default();
    plain(Class::Heading, format!("{sign} {author}{pinned}{from}"))
}

/// What an answer took and cost.
fn took(usage: &Usage) -> String {
    let cached = match usage.cached {
        0 => String::new(),
        cached => format!(" ({cached} cached)"),
    };
    let cost = match usage.cost {
        None => " · price unknown".to_owned(),
        Some(0) => String::new(),
        Some(cost) => format!(" · {}", Usd(cost)),
    };
    format!("{} tokens in{cached}, {} out{cost}", usage.input, usage.output)
}

/// How an answer ended, when not well.
fn foot(message: &Message, width: usize) -> Vec<Line> {
    let mut lines = Vec::new();
    let words = match message.status {
        MessageStatus::Complete => None,
        MessageStatus::Cancelled => Some("■ stopped".to_owned()),
        MessageStatus::Failed => {
            Some(format!("■ broken off: {}", message.error.as_deref().unwrap_or("it failed")))
        }
        MessageStatus::Incomplete => Some(match message.error.as_deref() {
            Some(why) => format!("■ cut short: {why} (Alt-Shift-T goes on)"),
            None => "■ incomplete: cowrite ended while it came (Alt-Shift-T goes on)".to_owned(),
        }),
    };
    if let Some(words) = words {
        lines.extend(plain_rows(Class::Invalid, &words, width));
    }
    if let Some(usage) = message.usage {
        lines.extend(plain_rows(Class::Comment, &took(&usage), width));
    }
    lines
}

/// The row of a model of this machine that can be fetched, by its full name.
fn fetched(provider: &str, full_name: &str) -> Option<&'static Row> {
    let name = full_name.strip_prefix(LOCAL)?.strip_prefix('/')?;
    CATALOGUE.iter().find(|row| provider == LOCAL && row.name == name)
}
