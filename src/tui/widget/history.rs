//! The History tab: what happened, newest first, and a card about the chosen point.

use super::panel::wrapped;
use crate::app::App;
use crate::base::when::minute;
use crate::base::{Millis, day};
use crate::command::{history_from, history_listed};
use crate::report::hand_sign;
use crate::report::history::Row;
use crate::state::{Against, Model};
use crate::tui::paint::{short, text};
use crate::tui::theme::Theme;
use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};
use ratatui::style::Style;

pub fn draw(app: &App, theme: Theme, buffer: &mut Buffer, area: Rect) -> Option<Position> {
    let model = &app.model;
    if !model.has_history() {
        let words = "In plain editing there is no history.";
        text(buffer, area.x, area.y + 1, area.right(), words, theme.dim());
        return Some(Position { x: area.x, y: area.y });
    }
    let history = &model.ui.history;
    let filter = history.list.filter.rope().to_string();
    let mut y = area.y;
    if !filter.is_empty() {
        text(buffer, area.x + 1, y, area.right(), &format!("filter: {filter}"), theme.dim());
        y += 1;
    }
    let (top, height) = history_from(model, area.height);
    let bottom = (y + height as u16).min(area.bottom());
    let card = area.bottom() - bottom;
    let chosen = history.list.chosen;
    let today = day(model.now);
    let mut cursor = None;
    for (index, row) in history_listed(model).enumerate().skip(top).take(height) {
        if y >= bottom {
            break;
        }
        let style = if index == chosen { theme.accent() } else { Style::new() };
        let sign = if index == chosen { "› " } else { "  " };
        let x = text(buffer, area.x, y, area.right(), sign, style);
        match row {
            None => _ = text(buffer, x, y, area.right(), "now", style),
            Some(row) => {
                let (time, words) = row_words(model, row, &today);
                let x = text(buffer, x, y, area.right(), &time, theme.dim());
                short(buffer, x + 1, y, area.right(), &words, style);
            }
        }
        if index == chosen {
            cursor = Some(Position { x: area.x, y });
        }
        y += 1;
    }
    if card > 1 {
        let below = Rect { y: bottom, height: card, ..area };
        draw_card(model, theme, buffer, below);
    }
    cursor.or(Some(Position { x: area.x, y: area.y }))
}

/// A time as short as it can be: that of today, or the day of this year.
fn time(at: Millis, today: &str) -> String {
    let whole = minute(at);
    let (on, clock) = whole.split_once(' ').unwrap_or((&whole, ""));
    match (on == today, on.get(..4) == today.get(..4)) {
        (true, _) => clock.to_owned(),
        (false, true) => format!("{} {clock}", on.get(5..).unwrap_or(on)),
        (false, false) => whole.clone(),
    }
}

fn row_words(model: &Model, row: &Row, today: &str) -> (String, String) {
    let points = &model.ui.history.points;
    let session = &model.session;
    let Some(point) = points.get(row.last) else { return (String::new(), String::new()) };
    let author = point.author.as_ref();
    let sign = author.map_or('?', |author| hand_sign(session.hand(author)));
    let marked = if model.ui.history.mark == Some(point.moment) { "* " } else { "" };
    (time(point.at, today), format!("{sign} {marked}{}", row.words(session, points)))
}

/// What there is to say about the chosen point, and what it is compared with.
fn draw_card(model: &Model, theme: Theme, buffer: &mut Buffer, area: Rect) {
    let rule = "─".repeat(usize::from(area.width));
    text(buffer, area.x, area.y, area.right(), &rule, theme.dim());
    let history = &model.ui.history;
    let row = history.row(history.list.chosen);
    let point = row.and_then(|row| history.points.get(row.last));
    let mut lines: Vec<(String, Style)> = Vec::new();
    match (row, point) {
        (Some(row), Some(point)) => {
            let author = point.author.as_ref();
            let name = author.map_or("unknown", |author| model.session.author_name(author));
            let first = history.points.get(row.first).map_or(point.at, |first| first.at);
            let from = if row.first == row.last || minute(first) == minute(point.at) {
                String::new()
            } else {
                format!("{} to ", minute(first))
            };
            let id = point.moment.1.short();
            let head = format!("{from}{} · {name} · {} · {id}", minute(point.at), row.last + 1);
            lines.push((head, theme.dim()));
            lines.push((row.words(&model.session, &history.points), Style::new()));
        }
        _ => {
            let count = history.points.len();
            lines.push((format!("Now. {count} points to go back to: ↓."), theme.dim()));
        }
    }
    if model.past.is_some() {
        let compared = match history.against {
            Against::Now => "compared with now: - gone since, + came since",
            Against::Before => "what the step did: + came, - went",
            Against::Mark => "compared with the marked point (*)",
            Against::File => "compared with the file: + is only there",
            Against::Nothing => "without marks",
        };
        lines.push((compared.into(), theme.dim()));
    }
    let mut y = area.y + 1;
    for (line, style) in lines {
        // Of what was said as much as there is room for.
        for piece in wrapped(&line, usize::from(area.width)).iter().take(3) {
            if y >= area.bottom() {
                return;
            }
            text(buffer, area.x, y, area.right(), piece, style);
            y += 1;
        }
    }
}
