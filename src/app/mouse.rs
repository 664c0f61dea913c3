//! The mouse: where it points, what it selects.

use super::{Mouse, MouseKind};
use crate::base::Pos;
use crate::command::{float_click, history_at, history_choose, review_click, review_scroll};
use crate::layout::Hit;
use crate::state::{Caret, Cx, Effect, Focus, Model, PanelSelection, Tab};

pub fn mouse(model: &mut Model, mouse: Mouse) -> Vec<Effect> {
    if !model.ui.overlays.is_empty() {
        return Vec::new();
    }
    let areas = model.ui.areas();
    let Mouse { kind, x, y } = mouse;
    let mut cx = Cx::new(model);
    match kind {
        MouseKind::ScrollUp | MouseKind::ScrollDown => {
            let down = kind == MouseKind::ScrollDown;
            if areas.panel.contains(x, y) && cx.model.ui.tab == Tab::History {
                let chosen = cx.model.ui.history.list.chosen;
                let next = if down { chosen + 3 } else { chosen.saturating_sub(3) };
                choose(&mut cx, next);
            } else if areas.panel.contains(x, y) && cx.model.ui.tab == Tab::Review {
                review_scroll(&mut cx, if down { 1 } else { -1 });
            } else if areas.panel.contains(x, y) {
                let from_end = &mut cx.model.ui.scroll.from_end;
                *from_end = from_end.saturating_add_signed(if down { -3 } else { 3 });
            } else {
                let rope = cx.model.rope();
                cx.model.ui.view.scroll(&rope, if down { 3 } else { -3 });
            }
        }
        MouseKind::Down | MouseKind::Double if areas.tabs.contains(x, y) => {
            let tabs = cx.model.ui.tabs(cx.model.decisions().len());
            let hit = tabs.iter().rev().find(|(_, from, _)| x + 1 >= *from);
            cx.model.ui.tab = hit.map_or(Tab::Conversation, |(tab, ..)| *tab);
        }
        MouseKind::Down | MouseKind::Double if areas.float.contains(x, y) => {
            let double = kind == MouseKind::Double;
            if let Err(why) = float_click(&mut cx, usize::from(y - areas.float.y), double) {
                cx.warn(why);
            }
        }
        MouseKind::Down | MouseKind::Double if areas.chat.contains(x, y) => {
            cx.model.ui.focus = Focus::Chat;
        }
        MouseKind::Down | MouseKind::Double
            if areas.panel.contains(x, y) && cx.model.ui.tab == Tab::History =>
        {
            cx.model.ui.focus = Focus::Panel;
            let area = areas.panel;
            if let Some(index) = history_at(cx.model, area.height, usize::from(y - area.y)) {
                choose(&mut cx, index);
            }
        }
        MouseKind::Down | MouseKind::Double
            if areas.panel.contains(x, y) && cx.model.ui.tab == Tab::Review =>
        {
            cx.model.ui.focus = Focus::Panel;
            let (area, at) = (areas.panel, (x - areas.panel.x, y - areas.panel.y));
            let double = kind == MouseKind::Double;
            if let Err(why) = review_click(&mut cx, (area.width, area.height), at, double) {
                cx.warn(why);
            }
        }
        MouseKind::Down | MouseKind::Double if areas.panel.contains(x, y) => {
            cx.model.ui.focus = Focus::Panel;
            let at = (usize::from(y - areas.panel.y), usize::from(x - areas.panel.x));
            cx.model.ui.panel_selection = Some(PanelSelection { from: at, to: at });
        }
        MouseKind::Down | MouseKind::Double if areas.editor.contains(x, y) => {
            cx.model.ui.focus = Focus::Editor;
            cx.model.ui.panel_selection = None;
            let pos = position(cx.model, x, y);
            if let Some(at) = cx.model.candidate_at(pos) {
                cx.choose_candidate(|_, _| at);
                return cx.finish();
            }
            cx.model.set_caret(Caret::at(pos));
            cx.model.ui.dragging = true;
            if kind == MouseKind::Double {
                let rope = cx.model.rope();
                let span = crate::text::word_at(&rope, pos);
                cx.model.set_caret(Caret { pos: span.end, anchor: Some(span.start), sticky: None });
                cx.model.ui.dragging = false;
            }
        }
        MouseKind::Drag if cx.model.ui.dragging => {
            let pos = position(cx.model, x.max(areas.editor.x), y);
            let caret = cx.model.caret();
            let anchor = caret.anchor.unwrap_or(caret.pos);
            cx.model.set_caret(Caret { pos, anchor: Some(anchor), sticky: None });
        }
        MouseKind::Drag => {
            if let Some(selection) = cx.model.ui.panel_selection.as_mut() {
                let y =
                    y.clamp(areas.panel.y, (areas.panel.y + areas.panel.height).saturating_sub(1));
                let x = x.max(areas.panel.x);
                selection.to = (usize::from(y - areas.panel.y), usize::from(x - areas.panel.x));
            }
        }
        MouseKind::Up => {
            cx.model.ui.dragging = false;
            if let Some(selection) = cx.model.ui.panel_selection {
                if selection.from == selection.to {
                    cx.model.ui.panel_selection = None;
                    if let Some(whose) = cx.model.thinker_at(selection.from.0) {
                        // There is something to fold where its line stands.
                        cx.toggle_thought(Some(whose)).ok();
                    }
                } else if let Some(text) =
                    cx.model.panel_text(selection).filter(|text| !text.trim().is_empty())
                {
                    cx.effect(Effect::Copy(text));
                    cx.info("Sent to the clipboard.");
                }
            }
        }
        MouseKind::Down | MouseKind::Double => {}
    }
    cx.finish()
}

/// Shows a point of the history, or says why not.
fn choose(cx: &mut Cx, index: usize) {
    if let Err(why) = history_choose(cx, index) {
        cx.warn(why);
    }
}

/// The position of the text under a cell.
fn position(model: &mut Model, x: u16, y: u16) -> Pos {
    let rope = model.rope();
    let area = model.ui.text_area(rope.len_lines(), model.config.editor.line_numbers);
    let row = usize::from(y.saturating_sub(area.y).min(area.height.saturating_sub(1)));
    let column = usize::from(x.saturating_sub(area.x));
    match model.ui.view.cell_to_pos(&rope, row, column) {
        Hit::Text(pos) => pos,
        Hit::Virtual { line, .. } => Pos(rope.line_to_char(line)),
    }
}
