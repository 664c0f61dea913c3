//! Parts of an answer that are read as a whole: long fences, and what is thought.

use super::{Answer, Fenced};
use crate::assist::dialect::Piece;
use crate::assist::dialect::held::{is_blank, may_lead};
use crate::assist::dialect::markers::fence;

/// A fence of 4 and more that may hold edits: all of it. Some programs ask for edits in these.
#[derive(Clone, Debug)]
pub(super) struct Quoted {
    pub mark: char,
    pub count: usize,
    pub opening: String,
    pub lines: Vec<String>,
    /// The file that is named before it.
    pub file: Option<String>,
    /// It begins with an edit.
    pub leads: bool,
    /// There is a fence in it.
    pub fences: bool,
}

impl Answer {
    /// Takes a line of what is thought; as [`Answer::prose`] does.
    pub(super) fn thought(&mut self, line: &str, told: usize) -> Option<usize> {
        let mut thought = self.thought.take()?;
        let Some(end) = thought.end(line, told) else {
            self.text(&line[told..]);
            self.thought = Some(thought);
            return None;
        };
        self.text(&line[told..end]);
        // It gives no reason for an edit.
        let _ = self.said.why();
        if is_blank(&line[end..]) {
            self.text(&line[end..]);
            return None;
        }
        Some(end)
    }

    /// A fence of 4 and more: an example to read, or edits. The latter start with an edit; where no
    /// fence in them makes a long one needed, whoever places them has to know.
    pub(super) fn quoted_line(&mut self, line: &str) {
        let Some(mut quoted) = self.quoted.take() else { return };
        let Quoted { mark, count, .. } = quoted;
        if fence(line).is_some_and(|one| one.closes(mark, count)) {
            if quoted.leads && quoted.holds_edits(line) {
                let told = self.said.told();
                self.fence = Some(Fenced::new(mark, count, true));
                self.file = quoted.file.or(self.file.take());
                self.again(quoted.lines);
                self.feed(line, 0);
                if !quoted.fences {
                    self.said.shown_since(told);
                }
                return;
            }
            self.said.prose(&quoted.opening);
            let text = quoted.lines.concat();
            self.said.prose(&text);
            self.said.prose(line);
            self.said.fenced(text, false, quoted.file);
            return;
        }
        if !quoted.leads {
            let starts = self.starts(line).is_some();
            if !starts && !may_lead(line) {
                self.said.prose(&quoted.opening);
                self.fence = Some(Fenced::new(mark, count, false));
                self.text(&quoted.lines.concat());
                self.text(line);
                return;
            }
            quoted.leads = starts;
        }
        quoted.fences |= fence(line).is_some();
        quoted.lines.push(line.to_owned());
        self.quoted = Some(quoted);
    }
}

impl Quoted {
    /// Whether what began like an edit is one.
    fn holds_edits(&self, closing: &str) -> bool {
        let fence = Some(Fenced::new(self.mark, self.count, true));
        let mut trial = Answer { fence, ..Answer::default() };
        self.lines.iter().for_each(|line| trial.feed(line, 0));
        trial.feed(closing, 0);
        trial.said.take().iter().any(|piece| !matches!(piece, Piece::Prose(_)))
    }
}
