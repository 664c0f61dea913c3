//! An edit that means each place of its old text.

use super::{Landed, Landing, Outcome};
use crate::assist::dialect::Edit;
use crate::assist::hunks::{line_end, with_line_ends};
use crate::assist::placement::MOST_OF_ALL;
use crate::base::{Pos, Span};

/// Most places that are told of an edit that goes to none.
const MOST: usize = 16;

impl Landing {
    /// What becomes of an edit; of one that means each place at each of them. Where one of these is not
    /// certain it goes to none: nobody means some of them.
    pub(super) fn everywhere(
        &self,
        edit: &Edit,
        outcome: Outcome,
        quoted: Option<Span>,
        landed: &dyn Fn((Outcome, Option<Span>)) -> Landed,
    ) -> Vec<Landed> {
        let (old, new, hint, candidates) = match outcome {
            Outcome::Ambiguous { old, new, hint, candidates } if hint.all => {
                (old, new, hint, candidates)
            }
            outcome => return vec![landed((outcome, quoted))],
        };
        let apart = candidates.windows(2).all(|two| two[0].end <= two[1].start);
        if apart && candidates.len() <= MOST_OF_ALL {
            let end = self.line_end.get_or_init(|| line_end(&self.base.to_string()));
            let written = with_line_ends(new.trim(), end);
            let quoted = with_line_ends(old.trim(), end);
            let at = |span: &Span| match self.written_around(&quoted, &written, *span) {
                Some(span) => (Outcome::Already { span }, None),
                None => self.sought(edit, Some(*span)),
            };
            let each: Vec<Landed> = candidates.iter().map(|span| landed(at(span))).collect();
            let certain = |landed: &Landed| match &landed.outcome {
                Outcome::Placed { step, .. } => !step.is_loose(),
                outcome => matches!(outcome, Outcome::Already { .. }),
            };
            if each.iter().all(certain) {
                return each;
            }
        }
        let candidates = candidates.into_iter().take(MOST).collect();
        vec![landed((Outcome::Ambiguous { old, new, hint, candidates }, None))]
    }

    /// Where the new text stands already around a place of the old one, which is a part of it.
    fn written_around(&self, old: &str, new: &str, place: Span) -> Option<Span> {
        if old.is_empty() || old == new {
            return None;
        }
        let count = |text: &str| text.chars().count();
        new.match_indices(old).find_map(|(at, _)| {
            let start = place.start.0.checked_sub(count(&new[..at]))?;
            let end = start + count(new);
            let there = self.base.get_slice(start..end)?;
            (there == new).then_some(Span { start: Pos(start), end: Pos(end) })
        })
    }
}
