//! Who wrote what is visible: a sign and two letters beside each row, and a shade for each run.
//! Made before a frame from what is visible only, and not at all while it is not shown.

use super::Model;
use crate::base::{AuthorId, Pos, Span};
use crate::layout::{Row, shown};
use crate::session::Hand;
use ropey::Rope;

/// Whose words something is, as the screen tells it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Shade {
    pub hand: Hand,
    /// Tells authors of one kind apart: 0 for the person at the keyboard, and for the first model.
    pub slot: u8,
    /// The beginning of the name.
    pub tag: [char; 2],
}

/// What is visible, shaded.
#[derive(Debug, Default)]
pub struct Shades {
    /// In order, without gaps within what is visible.
    pub runs: Vec<(Span, Shade)>,
    /// For each row of the frame: who wrote most of it, and whether somebody else wrote in it.
    /// Nothing for rows that are no text.
    pub rows: Vec<Option<(Shade, bool)>>,
}

impl Model {
    pub(super) fn prepare_shades(&mut self, rope: &Rope, rows: &[Row]) {
        let shades = &mut self.ui.frame.shades;
        shades.runs.clear();
        shades.rows.clear();
        if !self.ui.authors {
            return;
        }
        let Some(Span { start, end }) = shown(rows) else { return };
        // The line end of the last row tells of a row that holds nothing.
        let end = Pos((end.0 + 1).min(rope.len_chars()));
        let (Some(entry), Some(document)) = (self.entry(), self.shown_document()) else { return };
        let runs = self.session.hands_in(entry, document, Span { start, end });
        let mut shaded: Vec<(Span, Shade)> = Vec::with_capacity(runs.len());
        let mut last: Option<(Option<AuthorId>, Shade)> = None;
        for (span, hand, author) in runs {
            let known = last.take().filter(|(known, shade)| *known == author && shade.hand == hand);
            let (author, shade) = known.unwrap_or_else(|| {
                let shade = self.shade(hand, author.as_ref());
                (author, shade)
            });
            match shaded.last_mut() {
                Some((before, same)) if before.end == span.start && *same == shade => {
                    before.end = span.end;
                }
                _ => shaded.push((span, shade)),
            }
            last = Some((author, shade));
        }
        let of_row = |row: &Row| match row {
            Row::Text { span, .. } => most(rope, &shaded, *span),
            Row::Virtual { .. } => None,
        };
        let told = rows.iter().map(of_row).collect();
        self.ui.frame.shades = Shades { rows: told, runs: shaded };
    }

    fn shade(&self, hand: Hand, author: Option<&AuthorId>) -> Shade {
        let name = match (hand, author) {
            (Hand::Outside, _) => "",
            (_, Some(author)) => self.session.author_name(author),
            (_, None) => "",
        };
        // The model's own name says more than its provider's.
        let name = name.rsplit('/').next().unwrap_or(name);
        let mut letters = name.chars().filter(|letter| letter.is_alphanumeric());
        let tag = [letters.next().unwrap_or(' '), letters.next().unwrap_or(' ')];
        let slot = match author {
            Some(author) if hand == Hand::Person && self.is_me(author) => 0,
            Some(author) => {
                let alike =
                    self.session.authors.iter().filter(|(other, _)| {
                        self.session.hand(other) == hand && !self.is_me(other)
                    });
                let at = alike.map(|(id, _)| id).position(|id| id == author).unwrap_or(0);
                let first = usize::from(hand == Hand::Person);
                u8::try_from(at + first).unwrap_or(u8::MAX)
            }
            None => 0,
        };
        Shade { hand, slot, tag }
    }
}

/// Who wrote most of a row, blanks aside; and whether somebody else wrote in it.
fn most(rope: &Rope, runs: &[(Span, Shade)], row: Span) -> Option<(Shade, bool)> {
    let first = runs.partition_point(|(span, _)| span.end <= row.start);
    // A row that holds nothing is its line end's.
    let end = row.end.max(Pos(row.start.0 + 1));
    let here = runs[first..].iter().take_while(|(span, _)| span.start < end);
    let mut counted: Vec<(Shade, usize)> = Vec::new();
    for (span, shade) in here {
        let (from, to) = (span.start.max(row.start), span.end.min(end));
        let ink = rope.slice(from.0..to.0).chars().filter(|one| !one.is_whitespace()).count();
        match counted.iter_mut().find(|(known, _)| known == shade) {
            Some((_, count)) => *count += ink,
            None => counted.push((*shade, ink)),
        }
    }
    let several = counted.iter().filter(|(_, ink)| *ink > 0).count() > 1;
    // The first of equals.
    let main = counted.iter().rev().max_by_key(|(_, ink)| *ink)?;
    Some((main.0, several))
}
