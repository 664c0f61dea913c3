//! Forms: fields with their labels, and under those of a decision what it is linked to.

use super::chat::field;
use super::overlay::{draw_rows, frame};
use super::panel::wrapped;
use crate::app::App;
use crate::state::{Form, LinkList};
use crate::text::Field;
use crate::tui::paint::{short, text};
use crate::tui::theme::Theme;
use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};
use ratatui::style::Style;

/// Rows that the part with the focus should have; the others shrink for it.
const ROOM: u16 = 4;

pub fn draw(app: &App, form: &Form, theme: Theme, buffer: &mut Buffer) -> Option<Position> {
    let height = app.model.ui.height.saturating_sub(2);
    let inside = frame(&form.title, 90, height, theme, buffer);
    if inside.height < 3 {
        return None;
    }
    let bottom = inside.bottom() - 1;
    let stops = form.stops();
    let others = stops as u16 - 1;
    // The part with the focus gets the room that is left.
    let left = |small: u16| inside.height.saturating_sub(2 + others * (1 + small));
    let small = if left(2) >= ROOM { 2 } else { 1 };
    let room = left(small).max(inside.height.saturating_sub(2).min(ROOM));
    // Where there is no room for all, those above the focus go.
    let above = usize::from(inside.height.saturating_sub(2 + room) / (1 + small));
    let first = if left(small) < room { form.focus.saturating_sub(above) } else { 0 };
    let mut y = inside.y;
    let mut cursor = None;
    for index in first..stops {
        let focused = index == form.focus;
        if y + 1 >= bottom {
            break;
        }
        let label = form.labels.get(index).copied().unwrap_or("Links");
        let hint = match label {
            "Options" => "  (a line each; under it + for, - against)",
            "Review on" => "  (YYYY-MM-DD)",
            "Links" => "  (the text and the messages it is about)",
            _ => "",
        };
        let style = if focused { theme.accent() } else { theme.dim() };
        text(buffer, inside.x, y, inside.right(), &format!("{label}{hint}"), style);
        y += 1;
        let rows = if focused { room } else { small }.min(bottom - y);
        let area = Rect { x: inside.x + 2, y, width: inside.width.saturating_sub(2), height: rows };
        let at = match (form.fields.get(index), &form.links) {
            (Some(input), _) if focused => field(input, area, theme, buffer),
            (Some(input), _) => {
                beginning(input, area, buffer);
                None
            }
            (None, Some(links)) if focused => choices(app, links, area, theme, buffer),
            (None, Some(links)) => {
                summary(app, links, area, buffer);
                None
            }
            (None, None) => None,
        };
        if focused {
            cursor = at;
        }
        y += rows;
    }
    text(buffer, inside.x, bottom, inside.right(), &foot(app, form), theme.dim());
    cursor
}

/// The beginning of a field that does not have the keys: its first lines tell what it is about.
fn beginning(input: &Field, area: Rect, buffer: &mut Buffer) {
    let height = usize::from(area.height);
    let mut rows = Vec::new();
    for line in input.rope().lines().take(height + 1) {
        let line = line.to_string();
        rows.extend(wrapped(line.trim_end_matches(['\n', '\r']), usize::from(area.width)));
    }
    while rows.last().is_some_and(|row| row.trim().is_empty()) {
        rows.pop();
    }
    let more = rows.len() > height;
    for (index, (y, row)) in (area.y..area.bottom()).zip(&rows).enumerate() {
        let row = row.trim_end();
        let last = more && index + 1 == height;
        let row = if last { format!("{row} …") } else { row.to_owned() };
        short(buffer, area.x, y, area.right(), &row, Style::new());
    }
}

/// What the keys do.
fn foot(app: &App, form: &Form) -> String {
    let keys = |command: &str| app.key_for(command).unwrap_or_default();
    let enter = match (form.is_on_links(), form.takes_lines()) {
        (true, _) => format!("{} links or unlinks", keys("form.link")),
        (_, true) => format!("{} new line", keys("form.enter")),
        (_, false) => format!("{} next", keys("form.enter")),
    };
    let next = match form.focus + 2 == form.stops() && form.links.is_some() {
        true => "links",
        false => "next",
    };
    format!(
        "{} {next} · {enter} · {} done · {} leave",
        keys("form.next"),
        keys("form.submit"),
        keys("form.cancel")
    )
}

/// The links in a few rows.
fn summary(app: &App, links: &LinkList, area: Rect, buffer: &mut Buffer) {
    let mut lines: Vec<String> =
        links.on.iter().map(|link| app.model.session.link_words(link)).collect();
    if lines.is_empty() {
        lines.push("none".into());
    }
    let height = usize::from(area.height);
    if lines.len() > height {
        let more = lines.split_off(height.saturating_sub(1));
        lines.push(match (height, more.as_slice()) {
            (1, more) => {
                let each = usize::from(area.width) / more.len() - 3;
                let start = |words: &String| cut(words, each.max(8));
                more.iter().map(start).collect::<Vec<_>>().join(" · ")
            }
            (_, [one]) => one.clone(),
            (_, [one, rest @ ..]) => {
                let start = cut(one, usize::from(area.width) / 2);
                format!("{start} · and {} more", rest.len())
            }
            (_, []) => String::new(),
        });
    }
    for (y, line) in (area.y..area.bottom()).zip(&lines) {
        short(buffer, area.x, y, area.right(), line, Style::new());
    }
}

/// At most so many characters of a text, with a sign where more followed.
fn cut(words: &str, most: usize) -> String {
    if words.chars().count() <= most {
        return words.to_owned();
    }
    let start: String = words.chars().take(most - 1).collect();
    start.trim_end().to_owned() + "…"
}

/// What can be linked, each on or off.
fn choices(
    app: &App,
    links: &LinkList,
    area: Rect,
    theme: Theme,
    buffer: &mut Buffer,
) -> Option<Position> {
    if links.is_empty(&app.model) {
        let words = "There is nothing to link yet: select text before the form is opened, or ask \
                     the model something.";
        for (y, line) in (area.y..area.bottom()).zip(wrapped(words, usize::from(area.width))) {
            text(buffer, area.x, y, area.right(), &line, theme.dim());
        }
        return Some(Position { x: area.x, y: area.y });
    }
    let height = usize::from(area.height.max(1));
    let top = links.list.top.min(links.list.chosen);
    let top = top.max((links.list.chosen + 1).saturating_sub(height));
    let rows: Vec<(String, bool)> = links
        .rows(&app.model)
        .skip(top)
        .take(height)
        .map(|link| {
            let sign = if links.is_on(&link) { "[x]" } else { "[ ]" };
            (format!("{sign} {}", app.model.session.link_words(&link)), true)
        })
        .collect();
    let shown = crate::state::ListState {
        chosen: links.list.chosen - top,
        ..crate::state::ListState::default()
    };
    let area = Rect { x: area.x - 2, width: area.width + 2, ..area };
    draw_rows(&rows, &shown, area, theme, buffer);
    Some(Position { x: area.x, y: area.y + shown.chosen as u16 })
}
