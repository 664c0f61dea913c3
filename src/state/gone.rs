//! The text's file is gone while the text is open: deleted, or renamed by another program. It is said,
//! and nothing is written under the old name before somebody says so.

use super::{Ask, Cx, Dialog, Effect, FileStamp, Overlay, Timer};
use ropey::Rope;
use std::path::{Path, PathBuf};

/// Milliseconds after which a file that went away is not just being replaced.
const REPLACED_MS: u64 = 500;

fn name(path: &Path) -> String {
    path.file_name().unwrap_or(path.as_os_str()).to_string_lossy().into_owned()
}

impl Cx<'_> {
    /// There is no file where the text's was.
    pub(super) fn file_gone(&mut self) {
        let was = self.model.stamp.clone().filter(|stamp| !stamp.hash.is_empty());
        let (Some(was), Some(path)) = (was, self.model.path.clone()) else {
            // It was not there when the text was opened.
            if self.model.entry().is_some_and(|entry| !entry.saved.is_empty()) {
                self.warn("The file is gone; its text is here. Saving writes it again.");
            }
            self.model.stamp = Some(FileStamp::default());
            return;
        };
        let away = FileStamp::default();
        if self.model.puzzle.as_ref() != Some(&away) {
            self.model.puzzle = Some(away);
            self.effect(Effect::Schedule { after_ms: REPLACED_MS, timer: Timer::File });
            return;
        }
        self.model.puzzle = None;
        let bytes = self.model.saved_rope.as_ref().map(Rope::len_bytes);
        let bytes = bytes.unwrap_or_else(|| self.model.rope().len_bytes());
        let mark = if self.model.bom { '\u{feff}'.len_utf8() } else { 0 };
        self.model.stamp = Some(FileStamp::default());
        self.model.gone = true;
        self.model.mark_saved(false);
        self.warn(format!(
            "{} is gone from the disk; its text is here. Saving asks whether to write it again.",
            name(&path)
        ));
        let doc = self.model.doc.clone();
        let (len, hash) = ((bytes + mark) as u64, was.hash);
        self.effect(Effect::FindMoved { doc, path, len, hash });
    }

    /// A file that is gone stands under another name.
    pub fn file_moved(&mut self, path: PathBuf) {
        if !self.model.gone {
            return;
        }
        let title = format!("{} is {} now", self.model.name(), name(&path));
        let lines = vec![format!("Another program renamed it: {}.", path.display())];
        let choices = vec![
            ('y', "Go on with that file".to_owned(), "dialog.yes".to_owned()),
            ('n', "Not now".to_owned(), "dialog.no".to_owned()),
        ];
        let ask = Ask::Moved { path };
        self.model.ui.overlays.push(Overlay::Dialog(Dialog {
            ask,
            title,
            lines,
            choices,
            chosen: 0,
        }));
    }

    /// The text goes on in the file with the new name.
    pub fn go_on_in(&mut self, path: PathBuf) {
        self.model.gone = false;
        self.model.path = Some(path.clone());
        self.bind(&path);
        self.barrier();
        self.info(format!("This is {} now.", path.display()));
        let doc = self.model.doc.clone();
        self.effect(Effect::ReadFile { doc, path });
    }

    /// Asks what saving is to do where the file is gone.
    pub fn ask_gone(&mut self, then_quit: bool) {
        let title = format!("{} is gone from the disk", self.model.name());
        let lines = vec!["Another program deleted or renamed it. The text is here.".to_owned()];
        let choices = vec![
            ('y', "Write it again under its name".to_owned(), "dialog.yes".to_owned()),
            ('s', "Save under another name".to_owned(), "dialog.choose as".to_owned()),
            ('n', "Not now".to_owned(), "dialog.no".to_owned()),
        ];
        let ask = Ask::Gone { then_quit };
        self.model.ui.overlays.push(Overlay::Dialog(Dialog {
            ask,
            title,
            lines,
            choices,
            chosen: 2,
        }));
    }
}
