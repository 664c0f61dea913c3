//! The document: line numbers, signs, text with its highlighting, selection and hunks.

use crate::app::App;
use crate::base::{Pos, Span};
use crate::layout::Row;
use crate::session::HunkState;
use crate::state::geometry::Area;
use crate::state::{AUTHOR_COLUMNS, EditorFrame, Focus, Fresh, HunkPiece, Shade, Sign};
use crate::tui::paint::{put, rect, text};
use crate::tui::sheet::hasher;
use crate::tui::theme::Theme;
use ratatui::buffer::Buffer;
use ratatui::layout::Position;
use ratatui::style::{Modifier, Style};
use ropey::Rope;
use ropey::str_utils::char_to_byte_idx;
use std::hash::{Hash, Hasher};
use std::ops::Range;

/// Draws the document. Returns where the hardware cursor goes when the document has the focus.
pub fn draw(app: &App, theme: Theme, buffer: &mut Buffer) -> Option<Position> {
    for index in 0..app.model.ui.frame.rows.len() {
        draw_row(app, theme, buffer, index);
    }
    cursor(app, buffer)
}

/// Where the hardware cursor goes when the document has the focus.
pub fn cursor(app: &App, buffer: &Buffer) -> Option<Position> {
    let ui = &app.model.ui;
    let area = rect(ui.areas().editor, buffer);
    if ui.focus != Focus::Editor || !ui.overlays.is_empty() || area.is_empty() {
        return None;
    }
    let (row, column) = ui.frame.caret?;
    let text_area = text_area(app);
    Some(Position {
        x: (text_area.x + column as u16).min(area.right().saturating_sub(1)),
        y: area.y + row as u16,
    })
}

fn text_area(app: &App) -> Area {
    let lines = app.model.rope().len_lines();
    app.model.ui.text_area(lines, app.model.config.editor.line_numbers)
}

/// A hash for each row of the area, of everything that row is drawn from.
pub fn marks(app: &App) -> Vec<u64> {
    let model = &app.model;
    let frame = &model.ui.frame;
    let (rope, place) = (model.rope(), text_area(app));
    let numbers = model.config.editor.line_numbers;
    let selection = model.shown_selection();
    let mut reader = Reader::new(&rope);
    let mut marks: Vec<u64> = frame
        .rows
        .iter()
        .take(usize::from(place.height))
        .enumerate()
        .map(|(index, row)| {
            let mut hasher = hasher();
            (place, numbers).hash(&mut hasher);
            frame.shades.rows.get(index).hash(&mut hasher);
            match row {
                Row::Text { line, span, first, indent, col } => {
                    let number = first.then_some(*line);
                    (number, *line == frame.line, indent, col).hash(&mut hasher);
                    sign_of(frame, &model.ui.fresh, *span).hash(&mut hasher);
                    let end = span.end.0.min(rope.len_chars());
                    let start = span.start.0.min(end);
                    reader.read(start, end, &mut hasher);
                    let offset = start - reader.start_of(*line, start, *first).min(start);
                    let classes = frame.classes_of(*line);
                    let from = classes.partition_point(|class| class.range.end <= offset);
                    for class in &classes[from..] {
                        let begin = class.range.start.saturating_sub(offset);
                        if begin > end - start {
                            break;
                        }
                        (begin, class.range.end - offset, class.class).hash(&mut hasher);
                    }
                    let relative = |pos: Pos| pos.0.wrapping_sub(start);
                    for piece in frame.hunks.iter().filter(|piece| piece.span.touches(*span)) {
                        let (from, to) = (relative(piece.span.start), relative(piece.span.end));
                        (from, to, piece.state, piece.between, piece.current).hash(&mut hasher);
                        for span in piece.struck.iter().filter(|one| one.touches(*span)) {
                            (relative(span.start), relative(span.end)).hash(&mut hasher);
                        }
                    }
                    for (place, chosen) in
                        frame.candidates.iter().filter(|(place, _)| place.touches(*span))
                    {
                        (relative(place.start), relative(place.end), chosen).hash(&mut hasher);
                    }
                    for (shaded, shade) in shades_of(&frame.shades.runs, *span) {
                        (relative(shaded.start.max(span.start)), shade).hash(&mut hasher);
                    }
                    let (new, gone) = model.ui.fresh.on(*span);
                    for (new, _) in new {
                        (relative(new.start), relative(new.end)).hash(&mut hasher);
                    }
                    for (pos, _) in gone {
                        (relative(*pos), "gone").hash(&mut hasher);
                    }
                    if let Some(selected) = selection.filter(|selected| selected.touches(*span)) {
                        (relative(selected.start), relative(selected.end)).hash(&mut hasher);
                        rope.get_char(end).hash(&mut hasher);
                    }
                }
                Row::Virtual { line, index } => {
                    let shown = frame.virtual_rows.get(line).and_then(|rows| rows.get(*index));
                    shown.hash(&mut hasher);
                }
            }
            hasher.finish()
        })
        .collect();
    marks.resize(usize::from(place.height), 0);
    marks
}

/// Reads rows that follow each other, which mostly stand in one piece of the rope: finding each
/// from the root took longer than drawing the row that changed.
struct Reader<'a> {
    rope: &'a Rope,
    chunk: &'a str,
    /// Where the chunk begins and ends, in `char`s of the text.
    chars: Range<usize>,
    /// The line last met, and where it begins.
    line: Option<(usize, usize)>,
}

impl<'a> Reader<'a> {
    fn new(rope: &'a Rope) -> Self {
        Self { rope, chunk: "", chars: 0..0, line: None }
    }

    fn read(&mut self, start: usize, end: usize, hasher: &mut impl Hasher) {
        if start < self.chars.start || end > self.chars.end {
            let (chunk, _, first, _) = self.rope.chunk_at_char(start);
            self.chunk = chunk;
            self.chars = first..first + chunk.chars().count();
        }
        if start >= self.chars.start && end <= self.chars.end {
            let byte = |pos: usize| char_to_byte_idx(self.chunk, pos - self.chars.start);
            hasher.write(&self.chunk.as_bytes()[byte(start)..byte(end)]);
            hasher.write_u8(0xff);
            return;
        }
        self.rope.slice(start..end).bytes().for_each(|byte| hasher.write_u8(byte));
        hasher.write_u8(0xff);
    }

    /// Where a line begins, one of whose rows begins at `start`.
    fn start_of(&mut self, line: usize, start: usize, first: bool) -> usize {
        match self.line {
            Some((known, at)) if known == line => at,
            _ => {
                let at = if first { start } else { self.rope.line_to_char(line) };
                self.line = Some((line, at));
                at
            }
        }
    }
}

/// Draws one row over blank cells.
pub fn draw_row(app: &App, theme: Theme, buffer: &mut Buffer, index: usize) {
    let model = &app.model;
    let ui = &model.ui;
    let rope = model.rope();
    let area = rect(ui.areas().editor, buffer);
    let y = area.y + index as u16;
    let Some(row) = ui.frame.rows.get(index).filter(|_| y < area.bottom()) else { return };
    let numbers = model.config.editor.line_numbers;
    let gutter = ui.gutter(rope.len_lines(), numbers);
    let authors = if ui.authors { AUTHOR_COLUMNS.min(gutter) } else { 0 };
    let text_area = text_area(app);
    let selection = model.shown_selection();
    match row {
        Row::Text { line, span, first, .. } => {
            let sign = sign_of(&ui.frame, &ui.fresh, *span);
            if gutter > 0 {
                let current = *line == ui.frame.line;
                if let Some((shade, more)) = ui.frame.shades.rows.get(index).copied().flatten() {
                    draw_author(buffer, area.x, y, shade, more, theme);
                }
                draw_gutter(
                    buffer,
                    area.x + authors,
                    y,
                    gutter - authors,
                    first.then_some(*line).filter(|_| numbers),
                    current,
                    sign,
                    theme,
                );
            }
            let at = (text_area.x, y);
            draw_text(app, theme, buffer, &rope, row, *line, *span, at, selection);
        }
        Row::Virtual { line, index } => {
            let shown = ui.frame.virtual_rows.get(line).and_then(|rows| rows.get(*index));
            let Some(shown) = shown else { return };
            if gutter > 0 {
                let x = area.x + authors;
                draw_gutter(buffer, x, y, gutter - authors, None, false, shown.sign, theme);
            }
            let mut style = match shown.sign {
                Sign::Plus | Sign::Both => theme.added(),
                Sign::Minus => theme.removed(),
                Sign::Stale | Sign::Collided => theme.warning(),
                Sign::Change | Sign::Like | Sign::Candidate | Sign::Here => Style::new(),
                Sign::None
                | Sign::Note
                | Sign::Tolerated
                | Sign::Decision
                | Sign::Comment
                | Sign::New
                | Sign::Gone => theme.dim().add_modifier(Modifier::ITALIC),
            };
            if shown.partly {
                style = Style::new();
            }
            if shown.current {
                style = style.add_modifier(Modifier::BOLD);
            }
            let (mut x, mut at) = (text_area.x, 0);
            for (range, tag) in &shown.marks {
                x = text(buffer, x, y, area.right(), &shown.text[at..range.start], style);
                let marked = style.patch(theme.word(*tag));
                x = text(buffer, x, y, area.right(), &shown.text[range.clone()], marked);
                at = range.end;
            }
            text(buffer, x, y, area.right(), &shown.text[at..], style);
        }
    }
}

/// The shades of a row.
fn shades_of(all: &[(Span, Shade)], row: Span) -> impl Iterator<Item = &(Span, Shade)> {
    let first = all.partition_point(|(span, _)| span.end <= row.start);
    all[first..].iter().take_while(move |(span, _)| span.start < row.end)
}

/// Who wrote most of a row: a sign, two letters, and `+` where somebody else wrote in it, too.
fn draw_author(buffer: &mut Buffer, x: u16, y: u16, shade: Shade, more: bool, theme: Theme) {
    let style = theme.author(shade.hand, shade.slot);
    let sign = crate::report::hand_sign(shade.hand);
    let [first, second] = shade.tag;
    let more = if more { '+' } else { ' ' };
    let words: String = [sign, first, second, more].into_iter().collect();
    text(buffer, x, y, x + AUTHOR_COLUMNS, &words, style);
}

fn sign_of(frame: &EditorFrame, fresh: &Fresh, row: Span) -> Sign {
    let (new, gone) = fresh.on(row);
    let mut hunks = frame.hunks.iter().filter(|piece| !piece.between);
    let hunk = hunks.find(|piece| stands_on(piece.span, row));
    let candidate = candidate_sign(frame, row);
    if let Some(sign) = candidate.filter(|sign| *sign == Sign::Here || hunk.is_none()) {
        return sign;
    }
    match hunk.map(|piece| piece.state) {
        Some(HunkState::Stale) => Sign::Stale,
        Some(HunkState::Collided) => Sign::Collided,
        Some(HunkState::Accepted) => Sign::Plus,
        Some(_) => Sign::Minus,
        None if !new.is_empty() => Sign::New,
        None if !gone.is_empty() => Sign::Gone,
        None if frame.commented.iter().any(|span| span.touches(row)) => Sign::Comment,
        None if frame.decided.iter().any(|span| span.touches(row)) => Sign::Decision,
        None => Sign::None,
    }
}

/// The sign of a place where a hunk may belong.
fn candidate_sign(frame: &EditorFrame, row: Span) -> Option<Sign> {
    let mut here = frame.candidates.iter().filter(|(span, _)| stands_on(*span, row));
    let first = here.next()?;
    let chosen = first.1 || here.any(|(_, chosen)| *chosen);
    Some(if chosen { Sign::Here } else { Sign::Candidate })
}

/// Whether a piece stands on a row. One that ends with a line's end does not stand on the next.
fn stands_on(piece: Span, row: Span) -> bool {
    if piece.is_empty() {
        return row.start <= piece.start && piece.start <= row.end;
    }
    piece.start < Pos(row.end.0.max(row.start.0 + 1)) && row.start < piece.end
}

#[allow(clippy::too_many_arguments, reason = "one gutter cell's parts, once")]
fn draw_gutter(
    buffer: &mut Buffer,
    x: u16,
    y: u16,
    width: u16,
    line: Option<usize>,
    current: bool,
    sign: Sign,
    theme: Theme,
) {
    let style = if current { Style::new() } else { theme.dim() };
    if let Some(line) = line {
        let number = (line + 1).to_string();
        let digits = width.saturating_sub(2);
        let start = x + digits.saturating_sub(number.len() as u16);
        text(buffer, start, y, x + digits, &number, style);
    }
    if let Some((symbol, style)) = sign_cell(sign, theme) {
        put(buffer, x + width.saturating_sub(2), y, 1, symbol, style);
    }
}

/// A sign as it is drawn.
pub fn sign_cell(sign: Sign, theme: Theme) -> Option<(&'static str, Style)> {
    Some(match sign {
        Sign::None => return None,
        Sign::Candidate => ("?", theme.warning()),
        Sign::Here => ("▸", theme.accent()),
        Sign::Minus => ("-", theme.removed().remove_modifier(Modifier::CROSSED_OUT)),
        Sign::Plus => ("+", theme.added()),
        Sign::Change => ("±", theme.added()),
        Sign::Both => ("&", theme.added()),
        Sign::Like => ("~", theme.warning()),
        Sign::Tolerated => ("~", theme.dim()),
        Sign::Stale => ("!", theme.warning()),
        Sign::Collided => ("×", theme.warning()),
        Sign::Note => ("·", theme.dim()),
        Sign::Decision => ("§", theme.accent()),
        Sign::Comment => ("\"", theme.accent()),
        Sign::New => ("*", theme.accent()),
        Sign::Gone => ("_", theme.accent()),
    })
}

/// The text of one row, with what lies over it.
#[allow(clippy::too_many_arguments, reason = "a row and what lies over it, once")]
fn draw_text(
    app: &App,
    theme: Theme,
    buffer: &mut Buffer,
    rope: &Rope,
    row: &Row,
    line: usize,
    span: Span,
    at: (u16, u16),
    selection: Option<Span>,
) {
    let frame = &app.model.ui.frame;
    let classes = frame.classes_of(line);
    let hunks: Vec<&HunkPiece> =
        frame.hunks.iter().filter(|piece| piece.span.touches(span)).collect();
    let shades: Vec<(Span, Shade)> = shades_of(&frame.shades.runs, span).copied().collect();
    let mut next_shade = 0;
    let (new, gone) = app.model.ui.fresh.on(span);
    let line_start = rope.line_to_char(line);
    let mut next_class =
        classes.partition_point(|class| class.range.end <= span.start.0 - line_start);
    let right = buffer.area().right();
    app.model.ui.view.draw(rope, row, |drawn| {
        let column = drawn.pos.0 - line_start;
        while classes.get(next_class).is_some_and(|class| class.range.end <= column) {
            next_class += 1;
        }
        let class = classes.get(next_class).filter(|class| class.range.start <= column);
        let mut style = class.map_or(Style::new(), |class| theme.class(class.class));
        while shades.get(next_shade).is_some_and(|(span, _)| span.end <= drawn.pos) {
            next_shade += 1;
        }
        if let Some((_, shade)) = shades.get(next_shade) {
            style = style.patch(theme.shade(shade.hand, shade.slot));
        }
        if drawn.kind == crate::layout::cells::Kind::Control {
            style = theme.warning();
        }
        if !hunks.is_empty()
            && let Some(piece) =
                hunks.iter().find(|piece| piece.struck.iter().any(|span| span.contains(drawn.pos)))
        {
            style = match piece.state {
                HunkState::Stale | HunkState::Collided => theme.warning(),
                // What the shown past has more than an older one.
                HunkState::Accepted => theme.added(),
                _ => theme.removed(),
            };
            if piece.current {
                style = style.add_modifier(Modifier::BOLD);
            }
        }
        if new.iter().any(|(span, _)| span.contains(drawn.pos)) {
            style = style.patch(theme.fresh());
        } else if gone.iter().any(|(pos, _)| *pos == drawn.pos || pos.0 == drawn.pos.0 + 1) {
            style = style.patch(theme.gap());
        }
        for (_, chosen) in frame.candidates.iter().filter(|(span, _)| span.contains(drawn.pos)) {
            let shown = Style::new().add_modifier(Modifier::UNDERLINED);
            style = style.patch(if *chosen { theme.selected() } else { shown });
        }
        if selection.is_some_and(|span| span.contains(drawn.pos)) {
            style = style.patch(theme.selected());
        }
        let x = at.0 + drawn.x as u16;
        if x + drawn.width as u16 <= right {
            put(buffer, x, at.1, drawn.width as u16, drawn.text, style);
        }
    });
    // A selected line end shows as one cell.
    let end = span.end;
    if selection.is_some_and(|selected| selected.contains(end)) {
        mark_line_end(buffer, rope, end, at, app, row, theme);
    }
}

fn mark_line_end(
    buffer: &mut Buffer,
    rope: &Rope,
    end: Pos,
    at: (u16, u16),
    app: &App,
    row: &Row,
    theme: Theme,
) {
    if rope.get_char(end.0).is_none_or(|next| next != '\n' && next != '\r') {
        return;
    }
    let mut column = match row {
        Row::Text { indent, .. } => *indent,
        Row::Virtual { .. } => 0,
    };
    app.model.ui.view.draw(rope, row, |drawn| column = drawn.x + drawn.width);
    let x = at.0 + column as u16;
    if x < app.model.ui.areas().editor.x + app.model.ui.areas().editor.width
        && x < buffer.area().right()
    {
        put(buffer, x, at.1, 1, " ", theme.selected());
    }
}
