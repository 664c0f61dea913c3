//! What the screen shows beside the session: focus, carets, scroll, overlays. View state; never an
//! event.

use super::geometry::{Area, Areas, BOTH_SIDES, Shown, areas};
use super::{Dialog, Form, PromptKind, Ticket, Tour};
use crate::base::{DocId, EventId, Millis, Pos, Span};
use crate::event::Link;
use crate::layout::cells::{rows, width};
use crate::layout::{MarkdownView, View};
use crate::session::HunkRef;
use crate::store::{Hit, SessionRow};
use crate::syntax::Highlighter;
use crate::text::Field;
use std::collections::BTreeMap;

/// The columns left of the line numbers that tell who wrote a row.
pub const AUTHOR_COLUMNS: u16 = 5;
/// The most rows of what there is to say.
const NOTICE_ROWS: usize = 5;

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Focus {
    Editor,
    Chat,
    Panel,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Tab {
    Conversation,
    Decisions,
    Review,
    History,
}

/// How loud a notice is. Shown by a sign as well as by colour.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tone {
    Info,
    Warning,
    Error,
}

/// One line for the person, until it is old or the next key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Notice {
    pub tone: Tone,
    pub text: String,
    pub at: Millis,
}

/// The caret of a document and what is selected.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Caret {
    pub pos: Pos,
    /// The other end of the selection.
    pub anchor: Option<Pos>,
    /// The column that vertical motion keeps to.
    pub sticky: Option<usize>,
}

impl Caret {
    pub fn at(pos: Pos) -> Self {
        Self { pos, ..Self::default() }
    }

    /// What is selected; empty spans are none.
    pub fn selection(&self) -> Option<Span> {
        self.anchor.map(|anchor| Span::new(anchor, self.pos)).filter(|span| !span.is_empty())
    }
}

/// A list with a filter and a chosen row.
#[derive(Debug, Default)]
pub struct ListState {
    pub filter: Field,
    pub chosen: usize,
    pub top: usize,
}

impl ListState {
    /// Moves the choice by `rows` among `len`.
    pub fn step(&mut self, rows: isize, len: usize) {
        let last = len.saturating_sub(1);
        self.chosen = self.chosen.saturating_add_signed(rows).min(last);
    }

    /// Scrolls so that the choice is among `height` visible rows.
    pub fn reveal(&mut self, height: usize) {
        self.top = self.top.min(self.chosen).max((self.chosen + 1).saturating_sub(height.max(1)));
    }
}

/// What lies above the workspace. The last one has the keys.
#[derive(Debug)]
pub enum Overlay {
    Palette(ListState),
    Models(ListState),
    Sessions {
        list: ListState,
        searching: bool,
        searched: String,
        rows: Vec<SessionRow>,
        hits: Vec<Hit>,
        asked: Option<Ticket>,
        /// What the chosen session holds, and which it is.
        preview: (Option<EventId>, Vec<String>),
    },
    Prompt {
        kind: PromptKind,
        field: Field,
    },
    Dialog(Dialog),
    Form(Form),
    /// Text to read: help, what was sent, a decision.
    Page {
        title: String,
        lines: Vec<String>,
        top: usize,
        /// Of a decision or a text: what it is linked to.
        links: Option<PageLinks>,
    },
}

/// The links on the page of a decision, or on the card of a text; keys go to what they point at.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PageLinks {
    /// Nothing on a card.
    pub decision: Option<EventId>,
    /// Each with the line of the page where it stands.
    pub links: Vec<(usize, Link)>,
    pub chosen: usize,
}

/// How far the conversation is scrolled, in rows from its end.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Scroll {
    pub from_end: usize,
}

/// A rendered message, kept until its text or the width changes.
#[derive(Debug)]
pub struct Rendered {
    pub text_len: usize,
    pub view: MarkdownView,
}

/// Selection in the conversation by mouse: from row and column to row and column of the panel.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PanelSelection {
    pub from: (usize, usize),
    pub to: (usize, usize),
}

/// Everything the screen shows that is not in the session.
pub struct Ui {
    pub width: u16,
    pub height: u16,
    pub focus: Focus,
    pub tab: Tab,
    /// The panel's share of the width in percent.
    pub share: u16,
    pub zoomed: bool,
    /// Who wrote what stands beside the text and colours it.
    pub authors: bool,
    /// When the session came here whole, where its handoff page was not looked at.
    pub first: Option<Millis>,
    pub carets: BTreeMap<DocId, Caret>,
    pub view: View,
    /// The caret moved: the view follows it.
    pub reveal: bool,
    /// It went to a hunk: the view shows as much of that as it can.
    pub reveal_hunk: bool,
    /// The rows of hunks must be made anew; they hold for this width and caret.
    pub blocks_stale: bool,
    pub blocks_key: (usize, Pos),
    /// How many lines the text has, where only its beginning is here.
    pub lines: Option<usize>,
    /// Highlighting has more to do.
    pub highlight_more: bool,
    pub highlighter: Option<Highlighter>,
    pub chat: Field,
    pub history_at: Option<usize>,
    pub overlays: Vec<Overlay>,
    /// Forms that were left before they were submitted; the newest last.
    pub drafts: Vec<Form>,
    pub notice: Option<Notice>,
    /// In the session that is the tour: how far it was taken.
    pub tour: Option<Tour>,
    pub pending: Vec<String>,
    pub hints: Vec<(String, String)>,
    pub scroll: Scroll,
    /// The message that a search found, marked.
    pub found: Option<super::FoundMessage>,
    /// How many things stand in two forms, and at which revision of the session that was counted.
    pub conflicts: (u64, usize),
    /// What came from others and was not seen yet.
    pub news: std::collections::BTreeSet<EventId>,
    /// Where it stands in the text.
    pub fresh: super::Fresh,
    pub rendered: BTreeMap<EventId, Rendered>,
    pub live: Option<Rendered>,
    /// How much of a coming answer the next frame may lay out, in bytes.
    pub live_bytes: usize,
    /// More of it has come than was laid out.
    pub live_behind: bool,
    pub panel: super::PanelFrame,
    pub thoughts: super::Thoughts,
    /// The visible branch, and what it was found for.
    pub branch: Vec<EventId>,
    pub branch_key: (Option<EventId>, usize),
    /// Where the visible branch ended when it was found last, or as the store has it.
    pub branch_tip: Option<EventId>,
    /// Where the visible branch parts from others: which it is of how many, from 0.
    pub forks: BTreeMap<EventId, (usize, usize)>,
    pub decisions: ListState,
    /// The decision from which a link was followed last: the way back.
    pub came_from: Option<EventId>,
    pub review: ListState,
    /// The hunk without a place that is being placed, and the rows of the box that tells of it.
    pub floating: Option<super::Floating>,
    pub float: Vec<super::FloatRow>,
    /// Which hunks the Review tab lists.
    pub review_filter: super::ReviewFilter,
    /// What differs in the open hunks.
    pub diffs: super::Diffs,
    /// What stale hunks are set against.
    pub sides: std::cell::RefCell<super::AllSides>,
    pub history: super::History,
    pub mouse: bool,
    pub dragging: bool,
    pub panel_selection: Option<PanelSelection>,
    /// What was cut or copied here last, with its sources.
    pub clip: Option<Clip>,
    pub find: super::Find,
    /// Where it was to be saved last, until it is.
    pub save_as: Option<String>,
    pub ticket: u64,
    /// Every key with what it does, as the keymap tells.
    pub key_lines: Vec<String>,
    /// View state as the store has it.
    pub view_stored: BTreeMap<String, String>,
    /// Which hunks were on the screen.
    pub seen: std::collections::BTreeSet<HunkRef>,
    /// What of the others was.
    pub looked_at: BTreeMap<HunkRef, super::LookedAt>,
    /// What a screen reader and the frame need: rows drawn last.
    pub frame: super::EditorFrame,
}

/// Text on the inner clipboard.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Clip {
    pub text: String,
    pub src: Vec<crate::event::Source>,
}

impl Ui {
    pub fn new(width: u16, height: u16) -> Self {
        Self {
            width,
            height,
            focus: Focus::Editor,
            tab: Tab::Conversation,
            share: 42,
            zoomed: false,
            authors: false,
            first: None,
            carets: BTreeMap::new(),
            view: View::new(80, 24, true, 4),
            reveal: true,
            reveal_hunk: false,
            blocks_stale: true,
            blocks_key: (0, Pos(0)),
            lines: None,
            highlight_more: false,
            highlighter: None,
            chat: Field::default(),
            history_at: None,
            overlays: Vec::new(),
            drafts: Vec::new(),
            notice: None,
            tour: None,
            pending: Vec::new(),
            hints: Vec::new(),
            scroll: Scroll::default(),
            found: None,
            conflicts: (u64::MAX, 0),
            news: std::collections::BTreeSet::new(),
            fresh: super::Fresh::default(),
            rendered: BTreeMap::new(),
            live: None,
            live_bytes: usize::MAX,
            live_behind: false,
            panel: super::PanelFrame::default(),
            thoughts: super::Thoughts::default(),
            branch: Vec::new(),
            branch_key: (None, 0),
            branch_tip: None,
            forks: BTreeMap::new(),
            decisions: ListState::default(),
            came_from: None,
            review: ListState::default(),
            floating: None,
            float: Vec::new(),
            review_filter: super::ReviewFilter::default(),
            diffs: super::Diffs::default(),
            sides: std::cell::RefCell::default(),
            history: super::History::default(),
            mouse: true,
            dragging: false,
            panel_selection: None,
            clip: None,
            find: super::Find::default(),
            save_as: None,
            ticket: 0,
            key_lines: Vec::new(),
            view_stored: BTreeMap::new(),
            seen: std::collections::BTreeSet::new(),
            looked_at: BTreeMap::new(),
            frame: super::EditorFrame::default(),
        }
    }

    /// The tabs of the panel, each with its column and what stands there; shorter where there is no
    /// room.
    pub fn tabs(&self, decisions: usize) -> Vec<(Tab, u16, String)> {
        let area = self.areas().tabs;
        let counted = |name: &str, count: usize| {
            if count == 0 { name.to_owned() } else { format!("{name} {count}") }
        };
        let named = |talk: &str, decided: &str, past: &str| {
            let mut x = area.x + 1;
            [
                (Tab::Conversation, talk.to_owned()),
                (Tab::Decisions, counted(decided, decisions)),
                (Tab::Review, counted("Review", self.frame.open)),
                (Tab::History, past.to_owned()),
            ]
            .into_iter()
            .map(|(tab, name)| {
                let at = x;
                x += name.len() as u16 + 2;
                (tab, at, name)
            })
            .collect::<Vec<_>>()
        };
        let fits = |tabs: &[(Tab, u16, String)]| {
            tabs.last().is_none_or(|(_, x, name)| x + name.len() as u16 <= area.x + area.width)
        };
        let names = [
            ("Conversation", "Decisions", "History"),
            ("Chat", "Decisions", "History"),
            ("Chat", "Decisions", "Past"),
        ];
        let mut all = names.into_iter().map(|(talk, decided, past)| named(talk, decided, past));
        all.find(|tabs| fits(tabs)).unwrap_or_else(|| named("Chat", "Decided", "Past"))
    }

    /// Which sides are on the screen.
    pub fn shown(&self) -> Shown {
        match (self.focus, self.zoomed || self.width < BOTH_SIDES) {
            (_, false) => Shown::Both,
            (Focus::Editor, true) => Shown::EditorOnly,
            (Focus::Chat | Focus::Panel, true) => Shown::PanelOnly,
        }
    }

    pub fn areas(&self) -> Areas {
        let rows = self.chat.rope().len_lines().clamp(1, 6) as u16;
        let more = self.long_notice().len().saturating_sub(1) as u16;
        let mut areas = areas(self.width, self.height - more, self.shown(), self.share, rows);
        areas.message.height += more;
        areas.make_room(self.float.len() as u16);
        areas
    }

    /// What there is to say in rows, where the line at the bottom has no room for it: the whole of
    /// it as far as five rows go. Nothing where it has.
    pub fn long_notice(&self) -> Vec<String> {
        let Some(notice) = &self.notice else { return Vec::new() };
        let columns = usize::from(self.width).saturating_sub(5);
        if columns < 20 || self.height < 8 || width(&notice.text, 1) <= columns {
            return Vec::new();
        }
        let mut all = rows(&notice.text, columns);
        all.truncate(NOTICE_ROWS);
        all
    }

    /// The columns left of the text, for authors, line numbers and signs.
    pub fn gutter(&self, lines: usize, numbers: bool) -> u16 {
        let lines = lines.max(self.lines.unwrap_or(0));
        let digits = if numbers { lines.max(1).ilog10() as u16 + 1 } else { 0 };
        let authors = if self.authors { AUTHOR_COLUMNS } else { 0 };
        let gutter = digits.max(if numbers { 2 } else { 0 }) + 2 + authors;
        if self.areas().editor.width > gutter + 8 { gutter } else { 0 }
    }

    /// The cells that hold text of the document.
    pub fn text_area(&self, lines: usize, numbers: bool) -> Area {
        let editor = self.areas().editor;
        let gutter = self.gutter(lines, numbers);
        Area { x: editor.x + gutter, width: editor.width.saturating_sub(gutter), ..editor }
    }

    pub fn next_ticket(&mut self) -> Ticket {
        self.ticket += 1;
        Ticket(self.ticket)
    }
}
