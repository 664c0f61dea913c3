//! One question: a sought text, every place in the document that has its form, and the hits among
//! these. Which differences a hit may have is the matter of who asks.

use super::index::{Index, form_of};
use super::space;
use std::ops::Range;

/// Most candidates that are told.
pub(in crate::assist) const MOST: usize = 16;

/// Most places of an edit that means each of them. One more is told where there are more.
pub(in crate::assist) const MOST_OF_ALL: usize = 1000;

/// A sought text and where it may be.
pub(super) struct Ask<'a> {
    pub index: &'a Index,
    /// The text with the blanks around it.
    pub old: Outer<'a>,
    pub new: &'a str,
    /// The form of `old.core`.
    pub norm: &'a str,
    /// In bytes of the document.
    pub within: Range<usize>,
    /// Most hits that are told.
    most: usize,
    /// Every place with this form, for all steps; `None` where they are too many to keep.
    places: Option<Vec<Range<usize>>>,
}

impl<'a> Ask<'a> {
    pub fn new(
        index: &'a Index,
        (old, new): (Outer<'a>, &'a str),
        norm: &'a str,
        within: Range<usize>,
    ) -> Self {
        const KEPT: usize = 64;
        let mut places = Vec::new();
        index.each(norm, |place| {
            places.push(place);
            places.len() <= KEPT
        });
        let places = Some(places).filter(|places| places.len() <= KEPT);
        Self { index, old, new, norm, within, most: MOST, places }
    }

    /// The same for an edit that means each place.
    pub fn all(self, all: bool) -> Self {
        Self { most: if all { MOST_OF_ALL + 1 } else { MOST }, ..self }
    }

    /// Tells each place with the form of the sought text, in order, until `visit` says false.
    fn each(&self, mut visit: impl FnMut(Range<usize>) -> bool) {
        match &self.places {
            Some(places) => {
                let _ = places.iter().all(|place| visit(place.clone()));
            }
            None => self.index.each(self.norm, visit),
        }
    }

    /// Whether the edit changes only the forms of marks: then these may not be tolerated.
    pub fn is_of_forms(&self) -> bool {
        form_of(self.old.core) == form_of(self.new)
    }
}

/// A text and the blanks around it.
#[derive(Clone, Copy, Debug)]
pub(super) struct Outer<'a> {
    pub lead: &'a str,
    pub core: &'a str,
    pub tail: &'a str,
}

impl<'a> Outer<'a> {
    pub fn of(text: &'a str) -> Self {
        let core = text.trim();
        let lead = text.len() - text.trim_start().len();
        let (lead, rest) = text.split_at(lead);
        Self { lead, core, tail: &rest[core.len()..] }
    }

    /// The blanks before the first word on its line.
    pub fn indent(&self) -> &'a str {
        self.lead.rfind('\n').map_or(self.lead, |at| &self.lead[at + 1..])
    }
}

/// A place of the sought text's core, in bytes of the document.
#[derive(Clone, Debug)]
pub(super) struct Hit {
    pub core: Range<usize>,
    pub shift: space::Shift,
    /// It fills whole lines.
    pub lined: bool,
    /// The blanks around the sought text are there, from the start of a line on.
    pub outer: bool,
    /// Marks may have other forms.
    pub forms: bool,
    /// Where the document has each piece of the sought text, if it has them in other words.
    pub places: Option<Vec<Option<Range<usize>>>>,
}

/// Whether nothing but blanks stands before and behind a range on its lines.
pub(super) fn fills_lines(text: &str, range: &Range<usize>) -> bool {
    let before = text[..range.start].trim_end_matches([' ', '\t']);
    let behind = text[range.end..].trim_start_matches([' ', '\t']);
    let ends = behind.is_empty() || behind.starts_with('\n') || behind.starts_with("\r\n");
    ends && (before.is_empty() || before.ends_with('\n'))
}

/// Places that a rung accepts, with whether the blanks around the sought text are there. When they
/// are too many to be unique, the rest is not looked at.
pub(super) fn hits(
    ask: &Ask<'_>,
    accept: impl Fn(&Range<usize>) -> Option<(space::Shift, bool)>,
) -> Vec<Hit> {
    let bare = ask.old.lead.is_empty() && ask.old.tail.is_empty();
    let mut out: Vec<Hit> = Vec::new();
    let mut outers = 0;
    ask.each(|core| {
        if core.start >= ask.within.start
            && core.end <= ask.within.end
            && let Some((shift, outer)) = accept(&core)
        {
            outers += usize::from(outer);
            if out.len() < ask.most || outer && outers < 3 {
                let lined = fills_lines(&ask.index.text, &core);
                out.push(Hit { core, shift, lined, outer, forms: false, places: None });
            }
        }
        out.len() < ask.most || outers < 2 && !bare
    });
    out
}
