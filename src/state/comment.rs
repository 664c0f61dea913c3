//! Comments in the workspace: saying something about a text, answering, being done with it, and
//! finding the way from one to the other.

use super::{Caret, Cx, Focus, Model};
use crate::base::{EventId, Pos, Span};
use crate::event::{Event, Link, Text};
use crate::session::Thread;

impl Model {
    /// Where the text of a thread stands in the shown document; nothing where it is gone.
    pub fn comment_span(&self, thread: &Thread) -> Option<Span> {
        let Some(Link::Span { doc, start, end, .. }) = &thread.first.about else { return None };
        let document = self.shown_document().filter(|_| *doc == self.doc)?;
        document.anchor_span((*start, *end)).filter(|span| !span.is_empty())
    }

    /// The open threads of the shown document with their places, in the order of the text.
    pub fn comments_here(&self) -> Vec<(Span, EventId)> {
        let open = self.comments().open();
        let mut all: Vec<(Span, EventId)> =
            open.filter_map(|thread| Some((self.comment_span(&thread)?, thread.id()))).collect();
        all.sort_by_key(|(span, id)| (span.start, span.end, *id));
        all
    }

    /// The thread at the caret: the one on the shortest text, an open one before one that is done.
    pub fn comment_at_caret(&self) -> Option<EventId> {
        let caret = self.caret().pos;
        let at = |span: &Span| span.start <= caret && caret <= span.end;
        let threads = self.comments().threads();
        let here = threads.filter_map(|thread| {
            let span = self.comment_span(&thread).filter(at)?;
            Some((thread.resolved, span.len(), std::cmp::Reverse(thread.id())))
        });
        here.min().map(|(_, _, id)| id.0)
    }
}

impl Cx<'_> {
    /// What a new comment is about: the selection, or else the line at the caret.
    ///
    /// # Errors
    /// Where there is no text.
    pub fn commented(&self) -> Result<Link, String> {
        let rope = self.model.rope();
        let caret = self.model.caret();
        let span = caret.selection().unwrap_or_else(|| {
            let line = rope.char_to_line(caret.pos.0.min(rope.len_chars()));
            let start = rope.line_to_char(line);
            let text = rope.line(line).to_string();
            let lead = text.chars().take_while(|one| one.is_whitespace()).count();
            let len = text.trim().chars().count();
            Span::new(Pos(start + lead), Pos(start + lead + len))
        });
        if span.is_empty() {
            return Err("There is no text here: select what the comment is about.".into());
        }
        self.link_to(span).ok_or_else(|| "In plain editing there are no comments.".into())
    }

    /// Says something about a text.
    pub fn comment(&mut self, about: Link, text: &str) -> EventId {
        let id = self.append(&Event::CommentPosted {
            about: Some(about),
            after: None,
            text: Text::new(text),
        });
        self.model.refresh();
        id
    }

    /// Answers a comment. A thread that was done is open with that.
    pub fn answer_comment(&mut self, thread: EventId, text: &str) {
        self.append(&Event::CommentPosted {
            about: None,
            after: Some(thread),
            text: Text::new(text),
        });
        self.model.refresh();
    }

    pub fn resolve_comment(&mut self, id: EventId, resolved: bool) {
        let comments = &self.model.session.comments;
        let replaces = comments.heads(&id);
        let answers = comments.thread(&id).map(|thread| thread.answers).unwrap_or_default();
        let answers = answers.into_iter().map(|comment| comment.id).collect();
        self.append(&Event::CommentResolved { comment: id, resolved, answers, replaces });
        self.model.refresh();
    }

    /// Goes to the text of a thread; it and its answers are seen. False where the text is gone, or
    /// in another document.
    pub fn go_to_comment(&mut self, id: EventId) -> bool {
        let Some(thread) = self.model.comments().thread(&id) else { return false };
        let span = self.model.comment_span(&thread);
        let all: Vec<EventId> = thread.comments().map(|comment| comment.id).collect();
        self.saw(&all);
        let Some(span) = span else { return false };
        self.model.ui.focus = Focus::Editor;
        self.model.set_caret(Caret { pos: span.start, anchor: Some(span.end), sticky: None });
        self.model.ui.reveal = true;
        true
    }
}
