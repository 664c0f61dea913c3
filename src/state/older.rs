//! The file is one of its older versions again: which of the two counts is asked.

use super::{Ask, Cx, Dialog, Effect, OpenedFile, Overlay, Timer};

/// Milliseconds after which it is looked whether somebody still types.
const PAUSE_MS: u64 = 1000;

impl Cx<'_> {
    pub(super) fn meet_older(&mut self, file: &OpenedFile) {
        // Until it is answered, what is here is not what the file holds.
        self.model.mark_saved(false);
        if self.model.now.since(self.model.last_edit) < PAUSE_MS {
            // A question that came up between two keys would take the second for its answer.
            self.model.puzzle = Some(file.stamp.clone());
            self.effect(Effect::Schedule { after_ms: PAUSE_MS, timer: Timer::File });
            self.warn(
                "The file is one of its older versions again: what counts is asked when you pause.",
            );
            return;
        }
        let lines = vec![
            "Another program, or git, put an older version back.".into(),
            "Taking it in can be taken back (Ctrl-E u).".into(),
        ];
        let choices = vec![
            ('y', "Take the older version in".to_owned(), "dialog.yes".to_owned()),
            ('n', "Keep the text that is here".to_owned(), "dialog.no".to_owned()),
        ];
        let dialog = Dialog {
            ask: Ask::FileReverted { file: Box::new(file.clone()) },
            title: "The file is one of its older versions again".into(),
            lines,
            choices,
            chosen: 0,
        };
        self.model.ui.overlays.push(Overlay::Dialog(dialog));
    }

    /// Keeps the text that is here although the file holds an older version.
    pub fn keep_mine(&mut self, file: &OpenedFile) {
        self.model.meets(&file.stamp.hash);
        self.model.stamp = Some(file.stamp.clone());
        self.model.mark_saved(false);
        self.info("Kept. Saving writes it over the older version.");
    }
}
