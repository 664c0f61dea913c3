//! The panel: tabs, conversation, decisions, review.

use crate::app::App;
use crate::assist::Tag;
use crate::base::EventId;
use crate::command::{decisions_listed, status_words};
use crate::event::DecisionStatus;
use crate::layout::cells::width;
use crate::state::{Against, DECIDE, Focus, ListState, Model, PanelSelection, ReviewPart, Tab};
use crate::tui::paint::{put, rect, short, text};
use crate::tui::sheet::hash;
use crate::tui::theme::Theme;
use crate::tui::widget::history;
use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};
use ratatui::style::{Modifier, Style};

pub fn draw(app: &App, theme: Theme, buffer: &mut Buffer) -> Option<Position> {
    let areas = app.model.ui.areas();
    let divider = rect(areas.divider, buffer);
    let rows = if divider.is_empty() { 0..0 } else { divider.top()..divider.bottom() };
    for y in rows {
        put(buffer, divider.x, y, 1, "│", theme.dim());
    }
    draw_tabs(app, theme, buffer, rect(areas.tabs, buffer));
    let area = rect(areas.panel, buffer);
    if area.is_empty() {
        return None;
    }
    let cursor = match app.model.ui.tab {
        Tab::Conversation => conversation(app, theme, buffer, area),
        Tab::Decisions => decisions(app, theme, buffer, area),
        Tab::Review => review(app, theme, buffer, area),
        Tab::History => history::draw(app, theme, buffer, area),
    };
    cursor.filter(|_| app.model.ui.focus == Focus::Panel && app.model.ui.overlays.is_empty())
}

/// A hash of everything the panel is drawn from, except where it stands.
pub fn mark(app: &App) -> u64 {
    let model = &app.model;
    let ui = &model.ui;
    let list = |list: &ListState| (list.chosen, list.top, list.filter.rope().to_string());
    let selection = ui.panel_selection.map(|selection| (selection.from, selection.to));
    // The Review tab shows places and states, which follow the text.
    let text = model.entry().map(|entry| entry.document.revision());
    let text = text.filter(|_| ui.tab == Tab::Review);
    let provider = model.provider.as_ref().map(|provider| provider.address());
    // What an empty conversation says of who is there, without making the words for each frame.
    let there = model.offers.iter().fold(model.offers.len() as u64, |seen, offer| {
        seen.rotate_left(2) ^ (u64::from(offer.asking) << 1 | u64::from(offer.is_there()))
    });
    hash(&(
        (model.session.revision(), model.doc.as_str(), text, ui.frame.open, ui.seen.len()),
        (ui.panel.version, selection, list(&ui.decisions), list(&ui.review), ui.review_filter),
        (provider, &model.model_name, there, model.config.editor.hunks),
        (history_mark(model), list(&ui.history.list)),
    ))
}

/// What the History tab is drawn from beside its list.
fn history_mark(model: &Model) -> (Option<EventId>, Option<EventId>, usize, usize, Against, u64) {
    let history = &model.ui.history;
    let day = model.now.0 / 86_400_000;
    let shown = model.past.as_ref().map(|past| past.moment.1);
    let mark = history.mark.map(|(_, id)| id);
    (shown, mark, history.points.len(), history.rows.len(), history.against, day)
}

fn draw_tabs(app: &App, theme: Theme, buffer: &mut Buffer, area: Rect) {
    if area.is_empty() {
        return;
    }
    let model = &app.model;
    for (tab, x, name) in model.ui.tabs(model.decisions().len()) {
        let style = if tab == model.ui.tab {
            theme.accent().add_modifier(Modifier::UNDERLINED)
        } else {
            theme.dim()
        };
        text(buffer, x, area.y, area.right(), &name, style);
    }
}

fn conversation(app: &App, theme: Theme, buffer: &mut Buffer, area: Rect) -> Option<Position> {
    let ui = &app.model.ui;
    if ui.panel.rows.is_empty() {
        welcome(app, theme, buffer, area);
        return Some(Position { x: area.x, y: area.y });
    }
    for (index, line) in ui.panel.rows.iter().enumerate() {
        let y = area.y + index as u16;
        if y >= area.bottom() {
            break;
        }
        let mut x = area.x;
        for segment in &line.segments {
            let mut style = theme.class(segment.style.class);
            for (on, modifier) in [
                (segment.style.bold, Modifier::BOLD),
                (segment.style.italic, Modifier::ITALIC),
                (segment.style.strike, Modifier::CROSSED_OUT),
                (segment.style.underline, Modifier::UNDERLINED),
            ] {
                if on {
                    style = style.add_modifier(modifier);
                }
            }
            x = text(buffer, x, y, area.right(), &segment.text, style);
        }
        if let Some(selection) = ui.panel_selection {
            mark_selected(buffer, area, index, y, selection, theme);
        }
    }
    let last = ui.panel.rows.len().min(usize::from(area.height)).saturating_sub(1);
    Some(Position { x: area.x, y: area.y + last as u16 })
}

fn mark_selected(
    buffer: &mut Buffer,
    area: Rect,
    row: usize,
    y: u16,
    selection: PanelSelection,
    theme: Theme,
) {
    let (from, to) = (selection.from.min(selection.to), selection.from.max(selection.to));
    if from == to || row < from.0 || row > to.0 {
        return;
    }
    let left = if row == from.0 { from.1 as u16 } else { 0 };
    let right = if row == to.0 { to.1 as u16 + 1 } else { area.width };
    for x in area.x + left.min(area.width)..area.x + right.min(area.width) {
        let cell = &mut buffer[(x, y)];
        cell.set_style(cell.style().patch(theme.selected()));
    }
}

/// What an empty conversation says.
fn welcome(app: &App, theme: Theme, buffer: &mut Buffer, area: Rect) {
    let key = |command: &str| app.workspace_key(command).unwrap_or_else(|| "the palette".into());
    let model = match (&app.model.provider, &app.model.model_name) {
        (None, _) => app.model.who_is_there(&key("app.model")),
        (Some(provider), None) => {
            format!("{} is set up; {} chooses a model.", provider.name(), key("app.model"))
        }
        (Some(provider), Some(model)) => format!("{model} at {} answers.", provider.address()),
    };
    let lines = [
        "Nothing was said yet.".to_owned(),
        String::new(),
        model,
        String::new(),
        format!("{} goes to the message box.", key("app.focus-chat")),
        format!("{} asks for a rewrite of what is selected.", key("chat.rewrite")),
        format!("{} records a decision.", key("decision.new")),
        format!("{} shows the help.", key("app.help")),
    ];
    let mut y = area.y + 1;
    for line in lines {
        for piece in wrapped(&line, usize::from(area.width)) {
            if y >= area.bottom() {
                return;
            }
            text(buffer, area.x, y, area.right(), &piece, theme.dim());
            y += 1;
        }
    }
}

/// A line cut into rows at words.
pub fn wrapped(line: &str, width: usize) -> Vec<String> {
    use crate::layout::wrap::{Rule, rows};
    let starts = rows(line, Rule { width: width.max(1), tab: 4, first: 0, indent: 0 });
    let ends = starts.iter().skip(1).map(|start| start.bytes).chain([line.len()]);
    starts.iter().zip(ends).map(|(start, end)| line[start.bytes..end].to_owned()).collect()
}

fn decisions(app: &App, theme: Theme, buffer: &mut Buffer, area: Rect) -> Option<Position> {
    let model = &app.model;
    let listed = decisions_listed(model);
    let filter = model.ui.decisions.filter.rope().to_string();
    let mut y = area.y;
    if !filter.is_empty() {
        text(buffer, area.x + 1, y, area.right(), &format!("filter: {filter}"), theme.dim());
        y += 1;
    }
    if listed.is_empty() {
        let key = app.workspace_key("decision.new").unwrap_or_default();
        let words = if model.past.is_some() && model.decisions().is_empty() {
            "No decision had been recorded by then.".into()
        } else if model.decisions().is_empty() {
            format!("No decision yet: {key} records one.")
        } else {
            "No decision fits the filter.".into()
        };
        for (index, piece) in wrapped(&words, usize::from(area.width)).iter().enumerate() {
            text(buffer, area.x, y + 1 + index as u16, area.right(), piece, theme.dim());
        }
        return Some(Position { x: area.x, y });
    }
    let visible = usize::from(area.bottom().saturating_sub(y)) / 2;
    let top = model.ui.decisions.chosen.saturating_sub(visible.saturating_sub(1));
    let mut cursor = None;
    for (index, decision) in listed.iter().enumerate().skip(top) {
        if y + 1 >= area.bottom() {
            break;
        }
        let chosen = index == model.ui.decisions.chosen;
        let sign = if chosen { "› " } else { "  " };
        let style = if chosen { theme.accent() } else { Style::new() };
        let x = text(buffer, area.x, y, area.right(), sign, style);
        let conflict = if decision.is_conflict() { "! " } else { "" };
        let title = model.session.told_value(&decision.title);
        short(buffer, x, y, area.right(), &format!("{conflict}{title}"), style);
        // Of one that was turned down it is said why that was, not what it would have been.
        let reason = match model.decisions().status(decision) {
            DecisionStatus::Rejected => {
                let set = decision.status.setter();
                let why = set.and_then(|set| model.session.why(decision, &set));
                why.map(|why| why.words).unwrap_or_default()
            }
            _ => model.session.told_value(&decision.outcome),
        };
        let reason = reason.lines().next().unwrap_or_default();
        let reason = if reason.is_empty() { String::new() } else { format!(" · {reason}") };
        let below = format!("{}{reason}", status_words(model, decision));
        short(buffer, area.x + 2, y + 1, area.right(), &below, theme.dim());
        if chosen {
            cursor = Some(Position { x: area.x, y });
        }
        y += 2;
    }
    cursor
}

fn review(app: &App, theme: Theme, buffer: &mut Buffer, area: Rect) -> Option<Position> {
    let rows = app.model.review_rows(usize::from(area.width), usize::from(area.height));
    let mut cursor = Position { x: area.x, y: area.y };
    for (row, y) in rows.iter().zip(area.top()..area.bottom()) {
        let style = match row.part {
            ReviewPart::Title | ReviewPart::Settled if row.chosen => theme.accent(),
            ReviewPart::Title | ReviewPart::Settled => Style::new(),
            ReviewPart::Document => Style::new().add_modifier(Modifier::BOLD),
            // What of it goes or comes is marked.
            ReviewPart::Old | ReviewPart::New if row.chosen || row.pieces.len() > 1 => Style::new(),
            ReviewPart::Old => theme.removed(),
            ReviewPart::New | ReviewPart::Both => theme.added(),
            ReviewPart::Like => theme.warning(),
            ReviewPart::Progress | ReviewPart::Proposal | ReviewPart::Note => theme.dim(),
        };
        let signs = u16::from(row.part == ReviewPart::Title) * DECIDE;
        let right = area.right().saturating_sub(signs);
        let end = row.beside.as_ref().map_or(right, |(at, _)| area.x + *at as u16 - 1);
        pieces(buffer, area.x, y, end.min(right), &row.pieces, style, theme);
        if let Some((at, beside)) = &row.beside {
            put(buffer, area.x + *at as u16 - 2, y, 1, "│", theme.dim());
            pieces(buffer, area.x + *at as u16, y, right, beside, style, theme);
        }
        if row.part == ReviewPart::Title {
            let x = text(buffer, right + 1, y, area.right(), "✓", theme.added());
            text(buffer, x + 1, y, area.right(), "✗", theme.error());
        }
        if row.chosen && matches!(row.part, ReviewPart::Title | ReviewPart::Settled) {
            cursor = Position { x: area.x, y };
        }
    }
    Some(cursor)
}

/// Pieces of a text, those that differ marked.
fn pieces(
    buffer: &mut Buffer,
    mut x: u16,
    y: u16,
    right: u16,
    pieces: &[(Tag, String)],
    style: Style,
    theme: Theme,
) {
    let Some(((tag, last), others)) = pieces.split_last() else { return };
    for (index, (tag, piece)) in others.iter().enumerate() {
        let style = style.patch(theme.word(*tag));
        let rest = pieces[index + 1..].iter().any(|(_, rest)| !rest.trim_end().is_empty());
        // A whole piece may end at the border, with more behind it.
        let whole = usize::from(right.saturating_sub(x));
        if rest && width(piece, 4) >= whole {
            let line = format!("{piece}…");
            short(buffer, x, y, right, &line, style);
            return;
        }
        x = text(buffer, x, y, right, piece, style);
    }
    let style = if others.is_empty() { style } else { style.patch(theme.word(*tag)) };
    // Blanks at its end hang over the border.
    short(buffer, x, y, right, last.trim_end(), style);
}
