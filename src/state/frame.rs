//! What the editor shows now, computed before drawing so that drawing is a function of the state.

use crate::assist::Tag;
use crate::base::{ClassSpan, Span};
use crate::layout::Row;
use crate::session::{HunkRef, HunkState};
use std::collections::BTreeMap;
use std::ops::Range;

/// The sign left of a row. Says without colour what colour says too.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Sign {
    #[default]
    None,
    /// Old text of a hunk.
    Minus,
    /// New text of a hunk.
    Plus,
    /// What goes and what comes, in one text.
    Change,
    /// The text under a hunk changed.
    Stale,
    /// Two changes of a text together.
    Both,
    /// What a model quoted, beside what stands there.
    Like,
    /// How a place was found that was not quoted exactly.
    Tolerated,
    /// A merge brought edits into an accepted hunk.
    Collided,
    /// Where a hunk without a place may belong, and where it would go now.
    Candidate,
    Here,
    /// A word of the program's or of the model's about a hunk.
    Note,
    /// A decision is linked to the text.
    Decision,
    /// An open comment is about the text.
    Comment,
    /// Somebody else's text that was not seen yet, and where somebody else deleted.
    New,
    Gone,
}

/// A row that is no text of the document.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct VirtualRow {
    pub sign: Sign,
    pub text: String,
    /// What of it is new or gone, in bytes; nothing where the sign says it of all.
    pub marks: Vec<(Range<usize>, Tag)>,
    /// Only the marked words of its text are new or gone; this row may have none of them.
    pub partly: bool,
    /// Whether it belongs to the hunk at the caret.
    pub current: bool,
}

/// A hunk as it stands in the text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HunkPiece {
    /// Several for those that touch, none for one that is being written.
    pub of: Vec<HunkRef>,
    pub span: Span,
    /// The words of it that go.
    pub struck: Vec<Span>,
    /// It only puts lines in between others, which bear no sign of it.
    pub between: bool,
    /// The line that its rows stand behind, and which of the rows there are its.
    pub rows: (usize, Range<usize>),
    pub state: HunkState,
    pub current: bool,
}

/// The editor's part of a frame.
#[derive(Debug, Default)]
pub struct EditorFrame {
    pub rows: Vec<Row>,
    /// Rows after a line, by line.
    pub virtual_rows: BTreeMap<usize, Vec<VirtualRow>>,
    /// Highlighting of the visible lines, from the given one on.
    pub classes: (usize, Vec<std::rc::Rc<[ClassSpan]>>),
    /// Open hunks, by place.
    pub hunks: Vec<HunkPiece>,
    /// Places that decisions are linked to.
    pub decided: Vec<Span>,
    /// Places that open comments are about.
    pub commented: Vec<Span>,
    /// Who wrote what is visible; empty unless it is shown.
    pub shades: super::Shades,
    /// Row and column of the caret in the text's area.
    pub caret: Option<(usize, usize)>,
    pub line: usize,
    pub column: usize,
    /// Where a hunk without a place may belong, and whether that place is the one that is shown.
    pub candidates: Vec<(Span, bool)>,
    /// Open hunks in the document, and those without a place.
    pub open: usize,
    pub unplaced: usize,
}

impl EditorFrame {
    /// The highlighting of a visible line.
    pub fn classes_of(&self, line: usize) -> &[ClassSpan] {
        let (first, lines) = &self.classes;
        let at = line.checked_sub(*first);
        at.and_then(|at| lines.get(at)).map_or(&[], |classes| classes)
    }
}
