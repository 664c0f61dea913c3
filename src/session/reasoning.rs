//! What a model thought before its answer: its bound and its size in words. It is shown and kept,
//! and goes nowhere else.

/// Stands at the end of what was cut.
const CUT: &str = "\n\n*(cut here: only the first 256 KB of what was thought are kept)*";

/// What was thought, at most [`Reasoning::MOST`] bytes of it and a word where that is not all.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Reasoning {
    text: String,
    words: usize,
    /// The last character belongs to a word.
    inside: bool,
    cut: bool,
}

impl Reasoning {
    /// The most bytes that are kept.
    pub const MOST: usize = 256 << 10;

    /// As a log holds it. One from somewhere else may be of any size and is cut, too.
    pub fn new(text: &str) -> Self {
        let mut made = Self::default();
        let bare = text.strip_suffix(CUT);
        made.push(bare.unwrap_or(text));
        if bare.is_some() {
            made.end_here();
        }
        made
    }

    /// Takes the next piece.
    pub fn push(&mut self, piece: &str) {
        if self.cut {
            return;
        }
        let room = Self::MOST - self.text.len();
        let kept = &piece[..piece.floor_char_boundary(room)];
        for one in kept.chars() {
            // Scripts without spaces: an ideograph is a word.
            let alone = matches!(one as u32, 0x2e80..=0xd7ff | 0xf900..=0xfaff | 0x20000..=0x3ffff);
            let inside = !one.is_whitespace() && !alone;
            self.words += usize::from(alone || (inside && !self.inside));
            self.inside = inside;
        }
        self.text.push_str(kept);
        if kept.len() < piece.len() {
            self.end_here();
        }
    }

    fn end_here(&mut self) {
        if !self.cut {
            self.cut = true;
            self.text.push_str(CUT);
        }
    }

    /// Markdown, as models think.
    pub fn text(&self) -> &str {
        &self.text
    }

    pub fn is_empty(&self) -> bool {
        self.text.is_empty()
    }

    /// `312 words`; with a plus where more was thought than is kept.
    pub fn size(&self) -> String {
        let more = if self.cut { "+" } else { "" };
        let word = if self.words == 1 && !self.cut { "word" } else { "words" };
        format!("{}{more} {word}", self.words)
    }
}
