//! Going to what was found: the message in the conversation, the words in the text, the decision in
//! its list. What is not there any more is said.

use super::{Caret, Cx, Focus, Model, Tab};
use crate::base::{EventId, Pos, Span};
use crate::store::{Hit, Snippet};
use crate::text::find::Pattern;

/// The message that was found, or to which a link led.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FoundMessage {
    pub id: EventId,
    /// The words that were looked for, in small letters; none where a link led.
    pub words: Vec<String>,
    /// It is still to be scrolled to.
    pub scroll: bool,
}

/// The words of a snippet that were looked for.
fn words(snippet: &Snippet) -> Vec<String> {
    let word = |range: &std::ops::Range<usize>| {
        snippet.text.chars().skip(range.start).take(range.len()).collect::<String>()
    };
    let mut words: Vec<String> = snippet.matches.iter().map(word).collect();
    words.dedup();
    words
}

impl Cx<'_> {
    /// Shows what was found, which must be in the open session.
    pub fn go_to(&mut self, hit: &Hit) {
        match hit.kind.as_str() {
            "message" => self.go_to_message(hit),
            "decision" => self.go_to_decision(hit),
            "comment" => self.go_to_found_comment(hit),
            _ => self.go_to_text(hit),
        }
    }

    fn go_to_message(&mut self, hit: &Hit) {
        let id = self.model.session.transcript.iter().map(|message| message.id);
        let Some(id) = id.into_iter().find(|id| id.to_string() == hit.key) else {
            self.warn("The message that was found is not in this session any more.");
            return;
        };
        let words = words(&hit.snippet).iter().map(|word| word.to_lowercase()).collect();
        self.show_message(FoundMessage { id, words, scroll: true });
    }

    /// Shows a message of the session, marked.
    pub fn show_message(&mut self, message: FoundMessage) {
        let id = message.id;
        self.model.ui.tab = Tab::Conversation;
        self.model.ui.focus = Focus::Panel;
        self.model.ui.found = Some(message);
        self.model.show_branch_of(id);
    }

    /// Marks the message before or after the marked one; with none marked the last one in sight.
    ///
    /// # Errors
    /// Where nothing was said yet.
    pub fn mark_message(&mut self, by: isize) -> Result<(), String> {
        self.model.find_branch();
        let ui = &self.model.ui;
        let last = ui.branch.len().checked_sub(1).ok_or("Nothing was said yet.")?;
        let found = ui.found.as_ref();
        let marked = found.and_then(|found| ui.branch.iter().position(|id| *id == found.id));
        let seen = || ui.branch.iter().rposition(|id| ui.panel.messages.contains(id));
        let at = match marked {
            Some(at) => at.saturating_add_signed(by).min(last),
            None => seen().unwrap_or(last),
        };
        let Some(id) = ui.branch.get(at).copied() else { return Ok(()) };
        self.show_message(FoundMessage { id, words: Vec::new(), scroll: true });
        Ok(())
    }

    fn go_to_decision(&mut self, hit: &Hit) {
        let all = self.model.session.decisions.newest();
        let Some(index) = all.iter().position(|decision| decision.id.to_string() == hit.key) else {
            self.warn("The decision that was found is not in this session any more.");
            return;
        };
        self.model.ui.tab = Tab::Decisions;
        self.model.ui.focus = Focus::Panel;
        let list = &mut self.model.ui.decisions;
        // A filter could hide it.
        list.filter.set_text("");
        list.chosen = index;
    }

    fn go_to_found_comment(&mut self, hit: &Hit) {
        let id = hit.key.parse().ok().filter(|id| self.model.session.comments.get(id).is_some());
        match id {
            Some(id) if self.go_to_comment(id) => {}
            Some(_) => self.warn("The text it was about is gone, or in another document."),
            None => self.warn("The comment that was found is not in this session any more."),
        }
    }

    fn go_to_text(&mut self, hit: &Hit) {
        self.model.show_now();
        self.model.ui.focus = Focus::Editor;
        if hit.key != self.model.doc.as_str() {
            self.warn(format!("It is in {}, another document of this session.", hit.title));
            return;
        }
        let words = words(&hit.snippet);
        let rope = self.model.rope();
        let text = rope.to_string();
        let here = place(&text, &hit.snippet).or_else(|| {
            // The text around the words may have changed.
            let found = |word: &String| Pattern::plain(word).next(&rope, Pos(0));
            let places: Option<Vec<Span>> = words.iter().map(found).collect();
            places?.into_iter().next()
        });
        let Some(span) = here else {
            let gone = words.join(" ");
            self.warn(format!(
                "{gone:?} is not in the text any more: it was deleted or changed since. Undo and the log still have it."
            ));
            return;
        };
        self.model.set_caret(Caret { pos: span.end, anchor: Some(span.start), sticky: None });
        self.model.ui.reveal = true;
        let line = rope.char_to_line(span.start.0) + 1;
        self.info(format!("Found in line {line}."));
    }
}

/// Where the first match of a snippet stands in the text, when its surroundings are still the same.
fn place(text: &str, snippet: &Snippet) -> Option<Span> {
    let first = snippet.matches.first()?;
    // In a snippet control characters are blanks.
    let text: String = text.chars().map(|one| if one.is_control() { ' ' } else { one }).collect();
    let lead = usize::from(snippet.text.starts_with('…'));
    let around = snippet.text.strip_prefix('…').unwrap_or(&snippet.text);
    let at = text.find(around).or_else(|| text.find(around.strip_suffix('…')?))?;
    let start = text.get(..at)?.chars().count() + first.start.checked_sub(lead)?;
    Some(Span { start: Pos(start), end: Pos(start + first.len()) })
}

impl Model {
    /// Scrolls the conversation so that the message that was found is in sight, with the row that
    /// has the words.
    pub(super) fn scroll_to_found(&mut self, width: usize, height: usize) {
        let Some(found) = self.ui.found.as_mut().filter(|found| found.scroll) else { return };
        found.scroll = false;
        let found = found.clone();
        let branch = std::mem::take(&mut self.ui.branch);
        let mut below = self.live_rows(width);
        for id in branch.iter().rev() {
            let Some((rows, body)) = self.message_rows(*id, width) else { continue };
            if *id == found.id {
                let hit = body.iter().position(|row| {
                    let row = row.to_lowercase();
                    found.words.iter().any(|word| row.contains(word.as_str()))
                });
                // Its head, and what was found in the upper half.
                let row = hit.map_or(0, |hit| hit + 1);
                let row = row.saturating_sub(height / 2);
                self.ui.scroll.from_end = (below + rows - row).saturating_sub(height);
                break;
            }
            below += rows;
        }
        self.ui.branch = branch;
    }
}
