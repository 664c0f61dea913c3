//! The two lines at the bottom: how things stand, and what there is to say or to press.

use crate::app::App;
use crate::base::when::minute;
use crate::command::slash_rows;
use crate::report::history::moment_words;
use crate::session::{HunkState, OpenHunk};
use crate::state::{Focus, Overlay, TOUR_END, TOUR_STEPS, Tab, Tone, plural};
use crate::tui::paint::{fill, rect, text};
use crate::tui::sheet::hash;
use crate::tui::theme::Theme;
use ratatui::buffer::Buffer;

pub fn draw(app: &App, theme: Theme, buffer: &mut Buffer) {
    status(app, theme, buffer);
    message(app, theme, buffer);
    hints(app, theme, buffer);
}

/// How things stand.
pub fn status(app: &App, theme: Theme, buffer: &mut Buffer) {
    let model = &app.model;
    let area = rect(model.ui.areas().status, buffer);
    if area.is_empty() {
        return;
    }
    let bar = theme.bar();
    fill(buffer, area, bar);
    let mut left = match &model.past {
        Some(past) => {
            let (at, ago) = (minute(past.at), moment_words(past.at, model.now));
            let named = if past.name == at { String::new() } else { format!("{}, ", past.name) };
            format!(" {} as it was {ago}, read only: {named}{at}", model.name())
        }
        None if model.is_modified() => format!(" {} *", model.name()),
        None => format!(" {}", model.name()),
    };
    if !model.has_history() && !model.preview {
        left.push_str("  plain");
    }
    if model.frame_open() > 0 {
        left.push_str(&format!("  {} open", plural(model.frame_open(), "hunk")));
    }
    if !model.ui.news.is_empty() {
        left.push_str(&format!("  {} new", model.ui.news.len()));
    }
    let (_, conflicts) = model.ui.conflicts;
    if conflicts > 0 {
        left.push_str(&format!("  ! {}", plural(conflicts, "conflict")));
    }
    let odd = &model.session.oddities;
    if odd.unknown > 0 {
        left.push_str(&format!("  {} from a newer version", plural(odd.unknown, "event")));
    }
    if odd.refused + odd.forks > 0 {
        left.push_str("  ! see cowrite verify");
    }
    if model.store_trouble.is_some() {
        left.push_str("  ! NOT STORED");
    }
    if model.others {
        left.push_str("  shared");
    }
    let answering = match (&model.turn, &model.model_name) {
        (Some(_), _) => "answering… ",
        (None, Some(name)) => name.as_str(),
        (None, None) => "no model",
    };
    let spent = model.spent_short();
    let spent = if spent.is_empty() { spent } else { format!("{spent}  ") };
    let right =
        format!("{spent}{answering}  {}:{} ", model.ui.frame.line + 1, model.ui.frame.column + 1);
    let width = crate::layout::cells::width(&right, 4) as u16;
    let start = area.right().saturating_sub(width).max(area.x);
    text(buffer, area.x, area.y, start, &left, bar);
    text(buffer, start, area.y, area.right(), &right, bar);
}

/// What there is to say or to press.
pub fn message(app: &App, theme: Theme, buffer: &mut Buffer) {
    let model = &app.model;
    let area = rect(model.ui.areas().message, buffer);
    if area.is_empty() {
        return;
    }
    if let Some(notice) = &model.ui.notice {
        let (sign, style) = match notice.tone {
            Tone::Info => ("", ratatui::style::Style::new()),
            Tone::Warning => ("! ", theme.warning()),
            Tone::Error => ("!! ", theme.error()),
        };
        let long = model.ui.long_notice();
        if long.is_empty() {
            let words = format!("{sign}{}", notice.text);
            text(buffer, area.x + 1, area.y, area.right(), &words, style);
            return;
        }
        let indent = sign.len() as u16;
        for (y, words) in (area.top()..area.bottom()).zip(&long) {
            let sign = if y == area.y { sign } else { "" };
            let x = area.x + 1 + indent;
            text(buffer, area.x + 1, y, area.right(), sign, style);
            text(buffer, x, y, area.right(), words, style);
        }
        return;
    }
    if let Some(words) = &model.fetching {
        let words = format!("{words}  ({} stops)", app.any_key("app.cancel"));
        text(buffer, area.x + 1, area.y, area.right(), &words, theme.accent());
        return;
    }
    let width = area.right().saturating_sub(area.x + 1);
    if let Some((number, words)) = tour_words(app, width) {
        let x = text(buffer, area.x + 1, area.y, area.right(), &number, theme.accent());
        text(buffer, x + 1, area.y, area.right(), &words, ratatui::style::Style::new());
        return;
    }
    let commands = shown_keys(app);
    let mut x = area.x + 1;
    for (command, label) in commands {
        let Some(key) = app.key_for(command) else { continue };
        let width = crate::layout::cells::width(&format!("{key} {label}"), 4) as u16;
        if x + width > area.right() {
            break;
        }
        x = text(buffer, x, area.y, area.right(), &key, theme.accent());
        x = text(buffer, x + 1, area.y, area.right(), label, theme.dim()) + 2;
    }
}

/// A hash of what the message line is drawn from.
pub fn message_mark(app: &App) -> u64 {
    let notice = app.model.ui.notice.as_ref();
    let notice = notice.map(|notice| (notice.tone as u8, notice.text.as_str()));
    let tour = app.model.ui.tour.map(|tour| tour.step);
    hash(&(notice, app.contexts(), shown_keys(app), tour, &app.model.fetching))
}

/// The step of the tour that is next, and what to do: in `width` columns, with the key that passes
/// over it where there is room. Nothing outside of the tour and below what is open.
fn tour_words(app: &App, width: u16) -> Option<(String, String)> {
    let tour = app.model.ui.tour.filter(|_| app.model.ui.overlays.is_empty())?;
    let number = match tour.step {
        step if step < TOUR_STEPS.len() => format!("{} of {}", step + 1, TOUR_STEPS.len()),
        _ => "The end".into(),
    };
    let mut words = String::new();
    let mut rest = TOUR_STEPS.get(tour.step).map_or(TOUR_END, |step| step.words);
    while let Some((before, (command, after))) =
        rest.split_once('{').and_then(|(before, rest)| Some((before, rest.split_once('}')?)))
    {
        words.push_str(before);
        words.push_str(&app.any_key(command));
        rest = after;
    }
    words.push_str(rest);
    let skip = format!("  ({} skips)", app.any_key("app.tour-skip"));
    let wide = |text: &str| crate::layout::cells::width(text, 4);
    let room = usize::from(width).saturating_sub(wide(&number) + 1);
    if tour.step < TOUR_STEPS.len() && wide(&words) + wide(&skip) <= room {
        words.push_str(&skip);
    }
    Some((number, words))
}

/// The commands whose keys are shown where nothing is to be said.
fn shown_keys(app: &App) -> &'static [(&'static str, &'static str)] {
    match app.model.ui.overlays.last() {
        Some(Overlay::Palette(_) | Overlay::Models(_)) => {
            &[("list.choose", "choose"), ("app.cancel", "back")]
        }
        Some(Overlay::Page { links: Some(page), .. }) if page.decision.is_none() => &[
            ("decision.follow", "go there"),
            ("decision.next-link", "next link"),
            ("written.take-back", "take back…"),
            ("app.cancel", "back"),
        ],
        Some(Overlay::Page { links: Some(page), .. }) if !page.links.is_empty() => &[
            ("decision.follow", "go there"),
            ("decision.next-link", "next link"),
            ("decision.edit", "edit"),
            ("list.page-down", "down"),
            ("app.cancel", "back"),
        ],
        Some(Overlay::Page { links: Some(_), .. }) => &[
            ("decision.edit", "edit"),
            ("list.page-down", "down"),
            ("list.page-up", "up"),
            ("app.cancel", "back"),
        ],
        Some(Overlay::Page { .. }) => {
            &[("list.page-down", "down"), ("list.page-up", "up"), ("app.cancel", "back")]
        }
        Some(Overlay::Sessions { .. }) => {
            &[("session.open", "open"), ("session.search", "search"), ("app.cancel", "back")]
        }
        Some(_) => &[],
        None => workspace_hints(app),
    }
}

/// What the keys do in the workspace.
fn workspace_hints(app: &App) -> &'static [(&'static str, &'static str)] {
    let model = &app.model;
    if model.ui.floating.is_some() && model.ui.focus == Focus::Editor {
        return &[
            ("hunk.place", "place it here"),
            ("hunk.candidate-next", "next place"),
            ("hunk.candidate-down", "a line down"),
            ("hunk.candidate-up", "a line up"),
            ("app.cancel", "leave it"),
        ];
    }
    let here = if model.ui.focus == Focus::Editor { model.hunk_here() } else { None };
    let is_stale = |one: &OpenHunk| one.state == HunkState::Stale && !one.behind && !one.there;
    if let Some(hunk) = here.as_ref().filter(|hunk| is_stale(hunk)) {
        // Both where they don't contradict each other.
        match model.sides(&model.doc, hunk).is_some_and(|sides| sides.both.is_some()) {
            true => &[
                ("hunk.mine", "keep mine"),
                ("hunk.theirs", "take theirs"),
                ("hunk.both", "both"),
                ("hunk.base", "as it was"),
                ("hunk.edit", "edit"),
                ("hunk.next", "next"),
            ],
            false => &[
                ("hunk.mine", "keep mine"),
                ("hunk.theirs", "take theirs"),
                ("hunk.base", "as it was"),
                ("hunk.edit", "edit"),
                ("hunk.next", "next"),
            ],
        }
    } else if here.is_some() {
        &[
            ("hunk.accept", "accept"),
            ("hunk.reject", "reject"),
            ("hunk.reject-because", "because…"),
            ("hunk.edit", "edit"),
            ("hunk.split", "split"),
            ("hunk.next", "next"),
        ]
    } else {
        match model.ui.focus {
            Focus::Editor | Focus::Panel
                if model.past.is_some()
                    && (model.ui.focus == Focus::Editor || model.ui.tab == Tab::Review) =>
            {
                &[
                    ("app.cancel", "comes back to now"),
                    ("app.tab-history", "history"),
                    ("find.open", "find"),
                    ("app.help", "help"),
                ]
            }
            Focus::Editor => &[
                ("file.save", "save"),
                ("app.next-pane", "chat"),
                ("chat.rewrite", "rewrite"),
                ("app.palette", "commands"),
                ("app.help", "help"),
                ("app.quit", "quit"),
            ],
            Focus::Chat if !slash_rows(model).is_empty() => &[
                ("chat.send", "run"),
                ("chat.complete", "complete"),
                ("app.cancel", "back to the text"),
            ],
            Focus::Chat => &[
                ("chat.send", "send"),
                ("chat.newline", "new line"),
                ("app.cancel", "back to the text"),
                ("app.model", "model"),
                ("app.help", "help"),
            ],
            Focus::Panel
                if model.ui.tab == Tab::Review
                    && model.ui.frame.unplaced > 0
                    && model.review_chosen().is_some_and(|one| one.hunk.span.is_none()) =>
            {
                &[
                    ("hunk.candidates", "where it may belong"),
                    ("hunk.reject", "reject"),
                    ("hunk.reject-because", "because…"),
                ]
            }
            Focus::Panel
                if model.ui.tab == Tab::Review
                    && (model.frame_open() > 0 || model.review_chosen().is_some()) =>
            {
                &[
                    ("hunk.accept", "accept"),
                    ("hunk.reject", "reject"),
                    ("hunk.reject-because", "because…"),
                    ("hunk.edit", "edit"),
                    ("hunk.split", "split"),
                    ("hunk.filter", "filter"),
                    ("list.choose", "go there"),
                ]
            }
            Focus::Panel if model.ui.tab == Tab::History && model.past.is_some() => &[
                ("history.restore", "back to this text"),
                ("history.branch", "new session from here"),
                ("history.against", "compare"),
                ("history.mark", "mark"),
                ("history.go", "go to…"),
                ("app.cancel", "now"),
            ],
            Focus::Panel if model.ui.tab == Tab::History => &[
                ("list.down", "back"),
                ("history.back", "one edit back"),
                ("history.go", "go to…"),
                ("history.filter", "filter"),
                ("checkpoint.make", "checkpoint"),
                ("app.cancel", "to the text"),
            ],
            Focus::Panel if model.ui.tab == Tab::Decisions => &[
                ("decision.new", "new"),
                ("decision.open", "open"),
                ("decision.edit", "edit"),
                ("decision.accept", "accept"),
                ("decision.reject-because", "reject"),
                ("decision.supersede", "supersede"),
                ("decision.goto", "go there"),
            ],
            Focus::Panel => &[
                ("app.tab-conversation", "conversation"),
                ("app.tab-decisions", "decisions"),
                ("app.tab-review", "review"),
                ("app.tab-history", "history"),
                ("app.focus-chat", "message"),
                ("app.help", "help"),
            ],
        }
    }
}

/// What can follow the keys pressed so far.
fn hints(app: &App, theme: Theme, buffer: &mut Buffer) {
    let ui = &app.model.ui;
    if ui.hints.is_empty() {
        return;
    }
    let area = *buffer.area();
    // In two columns where one has no room for all.
    let room = area.height.saturating_sub(3).max(1);
    let columns = (ui.hints.len() as u16).div_ceil(room).clamp(1, 2);
    let rows = (ui.hints.len() as u16).div_ceil(columns).min(room);
    let height = rows + 1;
    let top = area.bottom().saturating_sub(2 + height);
    let inner = ratatui::layout::Rect { x: area.x, y: top, width: area.width, height };
    fill(buffer, inner, theme.bar());
    let title = ui.pending.first().map_or("", String::as_str);
    text(buffer, area.x + 1, top, area.right(), &format!("{title} …"), theme.bar());
    let width = area.width / columns;
    for (index, (key, label)) in ui.hints.iter().take(usize::from(rows * columns)).enumerate() {
        let (column, row) = (index as u16 / rows, index as u16 % rows);
        let (left, y) = (area.x + column * width, top + 1 + row);
        let right = (left + width).saturating_sub(u16::from(column + 1 < columns));
        let x = text(buffer, left + 2, y, right, key, theme.bar());
        text(buffer, x.max(left + 12), y, right, label, theme.bar());
    }
}
