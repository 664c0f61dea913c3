//! Tells what a model thought from what it answers, where its server sends both as one text: the
//! thoughts stand between `<think>` and `</think>` before the answer. Knows no server.

const OPEN: &str = "<think>";
const CLOSE: &str = "</think>";

/// Takes the pieces of an answer in order. Words of those marks that stand later are text.
#[derive(Debug, Default)]
pub(super) struct Thinking {
    at: At,
    /// What came and can't be told yet: it may be the beginning of a mark.
    held: String,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum At {
    #[default]
    Begin,
    Thought,
    /// Between the closing mark and the answer, where blank lines stand.
    Gap,
    Answer,
}

/// A part of what came.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Parts {
    pub(super) thought: String,
    pub(super) text: String,
}

impl Thinking {
    /// Takes the next piece.
    pub(super) fn push(&mut self, piece: &str) -> Parts {
        let mut parts = Parts::default();
        if self.at == At::Answer {
            parts.text.push_str(piece);
            return parts;
        }
        self.held.push_str(piece);
        if self.at == At::Begin {
            let begun = self.held.trim_start();
            if let Some(thought) = begun.strip_prefix(OPEN) {
                self.held = thought.into();
                self.at = At::Thought;
            } else if !OPEN.starts_with(begun) {
                self.at = At::Answer;
                parts.text = std::mem::take(&mut self.held);
                return parts;
            }
        }
        if self.at == At::Thought {
            if let Some(end) = self.held.find(CLOSE) {
                parts.thought = self.held[..end].into();
                self.held.drain(..end + CLOSE.len());
                self.at = At::Gap;
            } else {
                let kept = tail(&self.held);
                parts.thought = self.held.drain(..self.held.len() - kept).collect();
            }
        }
        if self.at == At::Gap {
            let text = self.held.trim_start();
            if !text.is_empty() {
                parts.text = text.into();
                self.at = At::Answer;
            }
            self.held.clear();
        }
        parts
    }

    /// Nothing more comes: what was held back is what it was taken for.
    pub(super) fn end(&mut self) -> Parts {
        let held = std::mem::take(&mut self.held);
        match self.at {
            At::Thought => Parts { thought: held, ..Parts::default() },
            _ => Parts { text: held, ..Parts::default() },
        }
    }
}

/// Bytes at the end that may be the beginning of the closing mark.
fn tail(text: &str) -> usize {
    (1..CLOSE.len()).rev().find(|length| text.ends_with(&CLOSE[..*length])).unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn thoughts_are_told_from_the_answer_however_the_pieces_are_cut() {
        for (whole, thought, text) in [
            ("An answer.", "", "An answer."),
            ("<think>Hm.</think>Yes.", "Hm.", "Yes."),
            (
                "\n<think>\nHm < 3 </thi\n</think>\n\nYes <think>no</think>.",
                "\nHm < 3 </thi\n",
                "Yes <think>no</think>.",
            ),
            ("<think></think>\n\nYes.", "", "Yes."),
            ("<think>cut off </th", "cut off </th", ""),
            ("<thin ice> is text", "", "<thin ice> is text"),
            ("<thi", "", "<thi"),
            ("  ", "", "  "),
            ("ä<think>", "", "ä<think>"),
        ] {
            for size in 1..=whole.len() {
                let mut thinking = Thinking::default();
                let mut got = Parts::default();
                let characters: Vec<char> = whole.chars().collect();
                for piece in characters.chunks(size) {
                    let piece: String = piece.iter().collect();
                    let parts = thinking.push(&piece);
                    got.thought += &parts.thought;
                    got.text += &parts.text;
                }
                let parts = thinking.end();
                got.thought += &parts.thought;
                got.text += &parts.text;
                let wanted = Parts { thought: thought.into(), text: text.into() };
                assert_eq!(got, wanted, "{whole:?} in pieces of {size}");
            }
        }
    }
}
