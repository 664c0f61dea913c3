//! What lies above the workspace: palette, pickers, prompts, questions, forms, pages.

use super::chat::field;
use super::form;
use super::panel::wrapped;
use crate::app::App;
use crate::command::{
    ModelRow, Row as SessionsRow, model_rows, palette_rows, session_names, session_rows,
};
use crate::event::DecisionStatus;
use crate::layout::cells;
use crate::layout::wrap::Rule;
use crate::state::{Dialog, ListState, Overlay, PageLinks, PromptKind, REASONS, plural};
use crate::tui::paint::{fill, put, short, text};
use crate::tui::theme::Theme;
use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};
use ratatui::style::Style;

pub fn draw(app: &App, theme: Theme, buffer: &mut Buffer) -> Option<Position> {
    match app.model.ui.overlays.last()? {
        Overlay::Palette(list) => palette(app, list, theme, buffer),
        Overlay::Models(list) => {
            let rows: Vec<(String, bool)> = model_rows(&app.model).iter().map(model_row).collect();
            list_box(app, "Which model answers?", list, &rows, theme, buffer)
        }
        Overlay::Sessions { list, searching, preview, .. } => {
            sessions(app, list, *searching, &preview.1, theme, buffer)
        }
        Overlay::Prompt { kind, field: input } => prompt(app, kind, input, theme, buffer),
        Overlay::Dialog(dialog) => question(dialog, theme, buffer),
        Overlay::Form(form) => form::draw(app, form, theme, buffer),
        Overlay::Page { title, lines, top, links } => {
            page(title, lines, *top, links.as_ref(), theme, buffer)
        }
    }
}

/// A box in the middle, at most as large as the screen. Returns what is inside.
pub(super) fn frame(
    title: &str,
    width: u16,
    height: u16,
    theme: Theme,
    buffer: &mut Buffer,
) -> Rect {
    let screen = *buffer.area();
    let width = width.min(screen.width);
    let height = height.min(screen.height.saturating_sub(1).max(1));
    let area = Rect {
        x: (screen.width - width) / 2,
        y: (screen.height.saturating_sub(height)) / 3,
        width,
        height,
    };
    for y in area.top()..area.bottom() {
        // Half of a wide character would push the edge away.
        if area.x > 0 && cells::width(buffer[(area.x - 1, y)].symbol(), 4) > 1 {
            buffer[(area.x - 1, y)].set_symbol(" ");
        }
        for x in area.left()..area.right() {
            buffer[(x, y)].reset();
        }
    }
    if width < 4 || height < 3 {
        return area;
    }
    let (right, bottom) = (area.right() - 1, area.bottom() - 1);
    for x in area.left()..=right {
        put(buffer, x, area.y, 1, "─", theme.dim());
        put(buffer, x, bottom, 1, "─", theme.dim());
    }
    for y in area.top()..=bottom {
        put(buffer, area.x, y, 1, "│", theme.dim());
        put(buffer, right, y, 1, "│", theme.dim());
    }
    for (x, y, corner) in
        [(area.x, area.y, "╭"), (right, area.y, "╮"), (area.x, bottom, "╰"), (right, bottom, "╯")]
    {
        put(buffer, x, y, 1, corner, theme.dim());
    }
    text(buffer, area.x + 2, area.y, right, &format!(" {title} "), theme.accent());
    Rect {
        x: area.x + 2,
        y: area.y + 1,
        width: width.saturating_sub(4),
        height: height.saturating_sub(2),
    }
}

fn palette(app: &App, list: &ListState, theme: Theme, buffer: &mut Buffer) -> Option<Position> {
    let rows: Vec<(String, bool)> = palette_rows(&app.model)
        .into_iter()
        .map(|command| {
            let key = app.any_key(command.name);
            (
                format!("{:<22} {:<14} {}", command.name, key, command.doc),
                (command.when)(&app.model),
            )
        })
        .collect();
    list_box(app, "Commands", list, &rows, theme, buffer)
}

fn model_row(row: &ModelRow) -> (String, bool) {
    match row {
        ModelRow::Model { provider, info, answers, price } => {
            let window =
                info.window.map_or("window unknown".into(), |window| format!("{window} tokens"));
            let name = format!("{provider}/{}", info.name);
            let mark = if *answers { "●" } else { " " };
            (format!("{mark} {name:<38} {window:<15} {price}"), true)
        }
        ModelRow::Ask { words, .. } | ModelRow::Fetch { words, .. } => (words.clone(), true),
        ModelRow::Note(words) => (words.clone(), false),
    }
}

/// A filter and the rows under it; rows that make no sense now are dim.
fn list_box(
    app: &App,
    title: &str,
    list: &ListState,
    rows: &[(String, bool)],
    theme: Theme,
    buffer: &mut Buffer,
) -> Option<Position> {
    let height = app.model.ui.height.saturating_sub(6).clamp(6, 30);
    let inside = frame(title, 100, height, theme, buffer);
    let input = Rect {
        height: 1.min(inside.height),
        x: inside.x + 2,
        width: inside.width.saturating_sub(2),
        ..inside
    };
    if inside.is_empty() {
        return None;
    }
    put(buffer, inside.x, inside.y, 1, "›", theme.accent());
    let cursor = field(&list.filter, input, theme, buffer);
    draw_rows(
        rows,
        list,
        Rect { y: inside.y + 1, height: inside.height.saturating_sub(1), ..inside },
        theme,
        buffer,
    );
    cursor
}

pub(super) fn draw_rows(
    rows: &[(String, bool)],
    list: &ListState,
    area: Rect,
    theme: Theme,
    buffer: &mut Buffer,
) {
    let height = usize::from(area.height);
    let top = list.top.min(list.chosen).max((list.chosen + 1).saturating_sub(height.max(1)));
    for (index, (row, usable)) in rows.iter().enumerate().skip(top).take(height) {
        let y = area.y + (index - top) as u16;
        let chosen = index == list.chosen;
        let style = match (chosen, usable) {
            (true, _) => theme.accent(),
            (false, true) => Style::new(),
            (false, false) => theme.dim(),
        };
        text(buffer, area.x, y, area.right(), if chosen { "› " } else { "  " }, style);
        short(buffer, area.x + 2, y, area.right(), row, style);
    }
    if rows.is_empty() && height > 0 {
        let words =
            if list.filter.rope().len_chars() == 0 { "nothing yet" } else { "nothing fits" };
        text(buffer, area.x + 2, area.y, area.right(), words, theme.dim());
    }
}

/// Where there is no session yet.
const NO_SESSION: [&str; 2] = ["No session yet: n begins one,", "t opens the tour."];

fn sessions(
    app: &App,
    list: &ListState,
    searching: bool,
    preview: &[String],
    theme: Theme,
    buffer: &mut Buffer,
) -> Option<Position> {
    let ui = &app.model.ui;
    let inside =
        frame("Sessions", ui.width.saturating_sub(4), ui.height.saturating_sub(2), theme, buffer);
    if inside.is_empty() {
        return None;
    }
    let beside = inside.width >= 70;
    let left = if beside { inside.width / 2 } else { inside.width };
    let names = session_names(&app.model);
    let rows: Vec<(String, bool)> = session_rows(&app.model)
        .iter()
        .map(|row| match row {
            SessionsRow::Session(row) => {
                (format!("{}{}", row.label(), counts(row.messages, row.decisions)), true)
            }
            SessionsRow::Hit(hit) => {
                let body = hit.snippet.text.split_whitespace().collect::<Vec<_>>().join(" ");
                let session = names.iter().find(|(id, _)| *id == hit.session);
                let session = session.map_or("", |(_, name)| name.as_str());
                let session = short_name(session);
                let body = if body.is_empty() { body } else { format!(" · {body}") };
                (format!("{session}{}: {}{body}", hit.kind, hit.title), true)
            }
        })
        .collect();
    let width = inside.width.saturating_sub(2);
    let input = Rect { height: 1, x: inside.x + 2, width, ..inside };
    put(buffer, inside.x, inside.y, 1, if searching { "›" } else { "/" }, theme.accent());
    let cursor = if searching || list.filter.rope().len_chars() > 0 {
        field(&list.filter, input, theme, buffer)
    } else {
        short(
            buffer,
            input.x,
            input.y,
            input.right(),
            "searches everything; Enter opens, n new, r rename, d delete",
            theme.dim(),
        );
        Some(Position { x: inside.x, y: inside.y })
    };
    let area =
        Rect { y: inside.y + 1, height: inside.height.saturating_sub(1), width: left, ..inside };
    let area = Rect { width: left.saturating_sub(u16::from(beside)), ..area };
    draw_rows(&rows, list, area, theme, buffer);
    if rows.is_empty() && list.filter.rope().len_chars() == 0 {
        // Whoever starts the program for the first time sees nothing else.
        for (y, words) in (area.top()..area.bottom()).zip(NO_SESSION) {
            text(buffer, area.x + 2, y, area.right(), words, theme.dim());
        }
    }
    if beside {
        let x = inside.x + left + 2;
        for y in area.top()..area.bottom() {
            put(buffer, x - 2, y, 1, "│", theme.dim());
        }
        let columns = usize::from(inside.right().saturating_sub(x));
        // Of something found, its words come first.
        let found = match session_rows(&app.model).get(list.chosen) {
            Some(SessionsRow::Hit(hit)) => vec![hit.snippet.text.clone(), String::new()],
            _ => Vec::new(),
        };
        let lines = found.iter().chain(preview).flat_map(|line| match line.as_str() {
            "" => vec![String::new()],
            line => wrapped(line, columns),
        });
        for (index, line) in lines.take(usize::from(area.height)).enumerate() {
            let style = if index == 0 && !found.is_empty() { theme.accent() } else { Style::new() };
            short(buffer, x, area.y + index as u16, inside.right(), &line, style);
        }
    }
    if searching {
        return cursor;
    }
    let row = list.chosen.saturating_sub(list.top) as u16;
    Some(Position { x: area.x, y: (area.y + row).min(area.bottom().saturating_sub(1)) })
}

/// The session of a hit, before what was found in it.
fn short_name(name: &str) -> String {
    const MOST: usize = 18;
    let more = if name.chars().count() > MOST { "…" } else { "" };
    let start: String = name.chars().take(MOST).collect();
    if start.is_empty() { start } else { format!("{start}{more} › ") }
}

/// What a session has beside its text.
fn counts(messages: u64, decisions: u64) -> String {
    let counted = |count: u64, what: &str| match count {
        0 => String::new(),
        count => format!(" · {}", plural(count as usize, what)),
    };
    counted(messages, "message") + &counted(decisions, "decision")
}

fn prompt(
    app: &App,
    kind: &PromptKind,
    input: &crate::text::Field,
    theme: Theme,
    buffer: &mut Buffer,
) -> Option<Position> {
    // A long title, and a short one for narrow screens.
    let (long, brief) = match kind {
        PromptKind::Find => ("Find", "Find"),
        PromptKind::ReplaceWhat => ("Replace what?", "Replace"),
        PromptKind::ReplaceWith { .. } => ("Replace it with", "With"),
        PromptKind::Line => ("Go to line", "Line"),
        PromptKind::SaveAs { .. } => ("Save as", "Save as"),
        PromptKind::Open => ("Open a file", "Open"),
        PromptKind::RejectBecause { .. } => {
            ("Reject, because (the reason goes to the model)", "Because")
        }
        PromptKind::DecisionBecause { status: DecisionStatus::Rejected, .. } => {
            ("Reject it, because (Enter: no reason)", "Because")
        }
        PromptKind::DecisionBecause { .. } => ("Accept it, because (Enter: no reason)", "Because"),
        PromptKind::Rename { .. } => ("Title of the session", "Title"),
        PromptKind::Comment { after: None, .. } => ("A comment on this text", "Comment"),
        PromptKind::Comment { .. } => ("An answer to the comment", "Answer"),
        PromptKind::Instruction { whole: false } => ("What to do with this text?", "Rewrite"),
        PromptKind::Instruction { whole: true } => ("What to do with the whole text?", "Change"),
        PromptKind::Filter => ("Filter the decisions", "Filter"),
        PromptKind::Checkpoint => ("Name of the checkpoint", "Checkpoint"),
        PromptKind::Moment => ("Go back to (20m, 14:03, 2026-11-29, a name, a number)", "Go to"),
        PromptKind::HistoryFilter => {
            ("Show only (edits, messages, verdicts, decisions, saves, words)", "Filter")
        }
        PromptKind::Branch { .. } => ("Title of the new session", "Title"),
    };
    // At the bottom, so that the text which is searched stays in sight.
    let screen = *buffer.area();
    let y = screen.bottom().saturating_sub(1);
    let row = Rect { y, height: 1.min(screen.height), ..screen };
    fill(buffer, row, theme.bar());
    if matches!(kind, PromptKind::RejectBecause { .. }) && input.rope().len_chars() < 2 && y > 0 {
        let above = Rect { y: y - 1, height: 1, ..row };
        fill(buffer, above, theme.bar());
        let reasons: Vec<String> =
            REASONS.iter().map(|(digit, why)| format!("{digit} {why}")).collect();
        let words = format!("One key: {}", reasons.join(" · "));
        text(buffer, above.x + 1, above.y, above.right(), &words, theme.bar());
    }
    let title = if long.len() * 2 > usize::from(row.width) { brief } else { long };
    let mark = if title.ends_with('?') { "" } else { ":" };
    let x = text(buffer, row.x + 1, y, row.right(), &format!("{title}{mark} "), theme.bar());
    let x = x.min(row.right().saturating_sub(1));
    let mut right = row.right();
    if *kind == PromptKind::Find && !app.model.ui.find.count.is_empty() {
        let key = app.key_for("find.next").map(|key| format!(" · {key} next"));
        let aside = format!(" {}{} ", app.model.ui.find.count, key.unwrap_or_default());
        let width = cells::width(&aside, 4) as u16;
        // What is typed needs the room more.
        if x + 2 * width < right {
            right -= width;
            text(buffer, right, y, row.right(), &aside, theme.bar());
        }
    }
    field(input, Rect { x, width: right.saturating_sub(x), ..row }, theme, buffer)
}

fn question(dialog: &Dialog, theme: Theme, buffer: &mut Buffer) -> Option<Position> {
    let width = 76.min(buffer.area().width);
    let columns = usize::from(width.saturating_sub(4));
    let lines: Vec<String> = dialog.lines.iter().flat_map(|line| wrapped(line, columns)).collect();
    let labels: Vec<Vec<String>> = dialog
        .choices
        .iter()
        .map(|(_, label, _)| wrapped(label, columns.saturating_sub(6)))
        .collect();
    let rows: usize = labels.iter().map(Vec::len).sum();
    let height = (lines.len() + rows + 3) as u16;
    let inside = frame(&dialog.title, width, height, theme, buffer);
    let mut y = inside.y;
    for line in &lines {
        text(buffer, inside.x, y, inside.right(), line, Style::new());
        y += 1;
    }
    y += 1;
    let mut cursor = None;
    for (index, ((key, ..), label)) in dialog.choices.iter().zip(&labels).enumerate() {
        let chosen = index == dialog.chosen;
        let style = if chosen { theme.accent() } else { Style::new() };
        if chosen {
            cursor = Some(Position { x: inside.x, y: y.min(inside.bottom().saturating_sub(1)) });
        }
        let sign = if chosen { "› " } else { "  " };
        text(buffer, inside.x, y, inside.right(), &format!("{sign}[{key}]"), style);
        for piece in label {
            if y >= inside.bottom() {
                break;
            }
            text(buffer, inside.x + 6, y, inside.right(), piece, style);
            y += 1;
        }
    }
    cursor
}

fn page(
    title: &str,
    lines: &[String],
    top: usize,
    links: Option<&PageLinks>,
    theme: Theme,
    buffer: &mut Buffer,
) -> Option<Position> {
    let screen = *buffer.area();
    let inside = frame(title, 104, screen.height.saturating_sub(2), theme, buffer);
    let columns = usize::from(inside.width.max(1));
    let mut y = inside.y;
    let chosen = links.and_then(|links| links.links.get(links.chosen)).map(|(line, _)| *line);
    let mut cursor = Position { x: inside.x, y: inside.y };
    for (number, line) in lines.iter().enumerate().skip(top) {
        let chosen = chosen == Some(number);
        let style = if chosen { theme.accent() } else { Style::new() };
        if chosen && y < inside.bottom() {
            cursor.y = y;
            put(buffer, inside.x, y, 1, "›", style);
        }
        let mut hang = hanging(line);
        if columns < 50 {
            hang = 0;
        }
        let starts = crate::layout::wrap::rows(
            line,
            Rule { width: columns, tab: 4, first: 0, indent: hang },
        );
        let ends = starts.iter().skip(1).map(|start| start.bytes).chain([line.len()]);
        for (index, (start, end)) in starts.iter().zip(ends).enumerate() {
            let piece = &line[start.bytes..end];
            if y >= inside.bottom() {
                return Some(cursor);
            }
            let indent = if index == 0 { 0 } else { hang as u16 };
            // The sign of the chosen link stands in its margin.
            let (skip, piece) = match piece.strip_prefix(' ').filter(|_| chosen && index == 0) {
                Some(rest) => (1, rest),
                None => (indent, piece),
            };
            text(buffer, inside.x + skip, y, inside.right(), piece, style);
            y += 1;
        }
    }
    Some(cursor)
}

/// Where the other rows of a line begin: below its first word, or behind the gap of a table.
fn hanging(line: &str) -> usize {
    let lead = line.len() - line.trim_start_matches(' ').len();
    match line[lead..].find("   ") {
        Some(gap) if lead + gap < 24 => {
            let rest = &line[lead + gap..];
            lead + gap + rest.len() - rest.trim_start().len()
        }
        _ => lead,
    }
}
