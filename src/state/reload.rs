//! Taking the session anew from the log, where what came displaces something that is shown.

use super::{Cx, Effect, Model};
use crate::session::Session;

impl Model {
    /// The session as the log has it now takes the place of the one that is shown. What is typed,
    /// drafts, carets and an answer that is coming stay.
    pub fn reloaded(&mut self, session: Session) -> Vec<Effect> {
        if session.id != self.session.id || !session.documents.contains_key(&self.doc) {
            return Vec::new();
        }
        let modified = self.is_modified();
        let mut cx = Cx::new(self);
        if !cx.model.bursts.is_empty() {
            // Typed since it was read: that goes into the log first.
            cx.seal_bursts();
            cx.effect(Effect::Reload(session.id));
            return cx.finish();
        }
        cx.model.show_now();
        let before = cx.model.rope().to_string();
        let old = std::mem::replace(&mut cx.model.session, session);
        // Fresh writers: the text's operations are others now.
        cx.model.minted = super::Minted::default();
        cx.model.text_rows.clear();
        // What was made of the text of before may hold words that are gone.
        cx.model.ui.rendered.clear();
        cx.model.ui.sides.take();
        cx.model.ui.diffs = super::Diffs::default();
        cx.model.ui.branch_key = (None, 0);
        cx.model.ui.panel.made_for = None;
        let delta = crate::text::diff(&before, &cx.model.rope().to_string()).delta();
        let doc = cx.model.doc.clone();
        cx.text_changed(&doc, &delta);
        let saved = cx.model.saved_rope.take();
        cx.model.mark_saved(!modified && delta.0.is_empty());
        cx.model.saved_rope = saved.or_else(|| cx.model.saved_rope.take());
        if let Some(saving) = cx.model.saving.as_mut() {
            // Which revision that was can't be told any more.
            saving.revision = u64::MAX;
        }
        cx.model.refresh();
        drop(old);
        match cx.model.reload_words.take() {
            Some(words) => cx.info(words),
            None => cx.info(
                "Another version of something that was shown here came, and it counts: it is shown now.",
            ),
        }
        cx.finish()
    }
}
