//! One editing core for every place where text is typed: the document, the message box, prompts
//! and forms.

use super::{Caret, Clip, Cx, Effect, Focus, Overlay};
use crate::base::{Pos, Span};
use crate::event::{Cause, Origin};
use crate::text::{Change, Field};
use ropey::Rope;

/// Where the text keys go.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Target {
    Document,
    Field,
    /// Nothing takes text now.
    Nothing,
}

impl Cx<'_> {
    /// Where the text keys go now.
    pub fn target(&self) -> Target {
        match self.model.ui.overlays.last() {
            Some(Overlay::Dialog(_) | Overlay::Page { .. }) => Target::Nothing,
            Some(Overlay::Form(form)) if form.is_on_links() => Target::Nothing,
            Some(_) => Target::Field,
            None => match self.model.ui.focus {
                Focus::Editor => Target::Document,
                Focus::Chat => Target::Field,
                Focus::Panel => Target::Nothing,
            },
        }
    }

    /// The field that has the keys.
    pub fn field(&mut self) -> Option<&mut Field> {
        let ui = &mut self.model.ui;
        match ui.overlays.last_mut() {
            Some(
                Overlay::Palette(list) | Overlay::Models(list) | Overlay::Sessions { list, .. },
            ) => Some(&mut list.filter),
            Some(Overlay::Prompt { field, .. }) => Some(field),
            Some(Overlay::Form(form)) => form.fields.get_mut(form.focus),
            Some(Overlay::Dialog(_) | Overlay::Page { .. }) => None,
            None => (ui.focus == Focus::Chat).then_some(&mut ui.chat),
        }
    }

    /// The text that has the keys; O(1) to clone.
    pub fn rope_here(&mut self) -> Rope {
        match self.target() {
            Target::Document => self.model.rope(),
            Target::Field => self.field().map(|field| field.rope().clone()).unwrap_or_default(),
            Target::Nothing => Rope::new(),
        }
    }

    /// The caret that has the keys.
    pub fn caret_here(&mut self) -> Caret {
        match self.target() {
            Target::Document => self.model.caret(),
            Target::Field => self.field().map_or_else(Caret::default, |field| Caret {
                pos: field.caret(),
                anchor: field.anchor(),
                sticky: None,
            }),
            Target::Nothing => Caret::default(),
        }
    }

    /// Moves the caret that has the keys; selecting keeps the other end.
    pub fn move_here(&mut self, pos: Pos, select: bool, sticky: Option<usize>) {
        match self.target() {
            Target::Document => {
                let caret = self.model.caret();
                let anchor = if select { Some(caret.anchor.unwrap_or(caret.pos)) } else { None };
                self.model.set_caret(Caret { pos, anchor, sticky });
            }
            Target::Field => {
                if let Some(field) = self.field() {
                    field.move_to(pos, select);
                }
            }
            Target::Nothing => {}
        }
    }

    /// Changes the text that has the keys and puts the caret behind what was changed last, or at
    /// `caret`.
    pub fn change_here(&mut self, change: &Change, caret: Option<Pos>) {
        if change.is_empty() {
            return;
        }
        match self.target() {
            Target::Document => self.change_document(change, caret, None),
            Target::Field => {
                if let Some(field) = self.field() {
                    field.apply(change);
                    // A move would end the step of undo that typing makes.
                    if let Some(caret) = caret.filter(|caret| *caret != field.caret()) {
                        field.move_to(caret, false);
                    }
                }
                self.after_typing();
            }
            Target::Nothing => {}
        }
    }

    /// Changes the document and puts the caret.
    pub fn change_document(&mut self, change: &Change, caret: Option<Pos>, cause: Option<Cause>) {
        if self.is_past() {
            return;
        }
        let delta = change.delta();
        let end = change.0.last().map(|last| last.span.end);
        self.edit(change, cause);
        let pos = caret.or(end.map(|end| delta.map(end, true)));
        if let Some(pos) = pos {
            self.model.set_caret(Caret::at(pos));
        }
    }

    /// Changes the document as a step of its own for undo, as cutting and pasting are.
    pub fn change_alone(&mut self, change: &Change, caret: Option<Pos>) {
        self.seal_bursts();
        self.change_document(change, caret, None);
        self.seal_bursts();
    }

    /// A filter that was typed into starts again at its first row.
    fn after_typing(&mut self) {
        if let Some(Overlay::Palette(list) | Overlay::Models(list)) =
            self.model.ui.overlays.last_mut()
        {
            list.chosen = 0;
            list.top = 0;
        }
    }

    /// What is selected where the keys go.
    pub fn selection_here(&mut self) -> Option<Span> {
        self.caret_here().selection()
    }

    /// Types text over the selection.
    pub fn type_text(&mut self, text: &str) {
        let caret = self.caret_here();
        let span = caret.selection().unwrap_or(Span::at(caret.pos));
        let end = Pos(span.start.0 + text.chars().count());
        self.change_here(&Change::replace(span, text), Some(end));
    }

    /// Puts pasted text in. What this program copied itself keeps its origins; anything else is
    /// marked as pasted. A paste never submits: in a one-line prompt, line ends become blanks.
    pub fn paste(&mut self, text: &str, _by_terminal: bool) {
        let text = normal_line_ends(text);
        let text = match self.model.ui.overlays.last() {
            Some(
                Overlay::Prompt { .. }
                | Overlay::Palette(_)
                | Overlay::Models(_)
                | Overlay::Sessions { .. },
            ) => text.trim_end().replace('\n', " "),
            _ => text,
        };
        if self.target() != Target::Document {
            self.type_text(&text);
            return;
        }
        let text = match crate::text::dominant_newline(&self.model.rope()) {
            "\r\n" => text.replace('\n', "\r\n"),
            _ => text,
        };
        let caret = self.model.caret();
        let span = caret.selection().unwrap_or(Span::at(caret.pos));
        let clip = self
            .model
            .ui
            .clip
            .clone()
            .filter(|clip| normal_line_ends(&clip.text) == normal_line_ends(&text));
        let mut change = match &clip {
            // The very text with its sources, so that its words stay whose they are.
            Some(clip) => Change::with_origin(span, clip.text.clone(), Origin::pasted()),
            None => Change::with_origin(span, text, Origin::pasted()),
        };
        if let (Some(clip), Some(one)) = (clip, change.0.first_mut()) {
            one.src = clip.src;
        }
        let len = change.0.first().map_or(0, |one| one.text.chars().count());
        self.change_alone(&change, Some(Pos(span.start.0 + len)));
    }

    /// Pastes what was copied here last.
    pub fn paste_inner(&mut self) {
        match self.model.ui.clip.clone() {
            Some(clip) => self.paste(&clip.text, false),
            None => self.info("Nothing was copied here; the terminal's own paste works too."),
        }
    }

    /// Copies the selection, or nothing. Returns what was copied.
    pub fn copy_selection(&mut self) -> Option<Span> {
        let span = self.selection_here()?;
        let text = self.rope_here().slice(span.range()).to_string();
        let document = self.target() == Target::Document;
        let src = match self.model.entry() {
            Some(entry)
                if document && entry.document.has_history() && self.model.past.is_none() =>
            {
                entry.document.sources(span)
            }
            _ => Vec::new(),
        };
        self.model.ui.clip = Some(Clip { text: text.clone(), src });
        self.effect(Effect::Copy(text));
        Some(span)
    }
}

/// Line ends as the keyboard makes them.
fn normal_line_ends(text: &str) -> String {
    text.replace("\r\n", "\n").replace('\r', "\n")
}
