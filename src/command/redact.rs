//! Redacting: what of the workspace is meant.

use super::{decision, links};
use crate::report::Target;
use crate::state::{Cx, Focus, Tab};

const WHAT: &str = "Select text, mark a message (Ctrl-E c k, then p and n), choose a decision in \
                    its list, or type /redact WORDS into the message box.";

/// Asks whether what is meant is to be taken out for good.
pub(super) fn redact(cx: &mut Cx, words: &str) -> Result<(), String> {
    let target = target(cx, words).ok_or(WHAT)?;
    cx.redact(target)
}

fn target(cx: &Cx, words: &str) -> Option<Target> {
    let model = &*cx.model;
    if !words.is_empty() {
        return Some(Target::Words(words.to_owned()));
    }
    let everywhere = true;
    let panel = model.ui.focus == Focus::Panel;
    if panel && model.ui.tab == Tab::Decisions {
        let event = decision::chosen(model).ok()?.id;
        return Some(Target::Event { event, everywhere });
    }
    if panel && let Some(event) = links::marked(model) {
        return Some(Target::Event { event, everywhere });
    }
    let span = model.caret().selection().filter(|_| model.ui.focus == Focus::Editor)?;
    // Typed a moment ago: it has its operations already.
    let ids = model.entry()?.document.ids(span);
    Some(Target::Text { doc: model.doc.clone(), ids, everywhere })
}
