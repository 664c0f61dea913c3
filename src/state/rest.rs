//! After two copies of a text became one: what was written on beside the copy that went moves to where
//! it stood, and what was taken out of it goes from the other as well.

use super::alike::{Side, each, knows};
use super::explained::Edits;
use super::moving::Moves;
use super::saved::{includes, last_of};
use crate::base::OpId;
use crate::event::{CauseKind, Version};
use crate::session::EditEntry;
use crate::text::Change;
use std::collections::{BTreeMap, BTreeSet};

/// What was written on beside one of two copies.
pub(super) struct Rest<'a> {
    edits: &'a Edits<'a>,
    /// The text that both had, as it stands once: by character its place.
    once: Vec<Option<OpId>>,
    /// The text now.
    text: Vec<char>,
    now: Vec<OpId>,
    /// Behind which of its places each character was put that came later.
    behind: BTreeMap<OpId, usize>,
    /// What a later edit took out, and second copies of what stays.
    gone: BTreeSet<OpId>,
}

impl<'a> Rest<'a> {
    /// What leads from the text now to one where all stands where it was put, and what was taken
    /// out of one copy is gone.
    pub fn told(
        edits: &'a Edits<'a>,
        sides: &[Side; 2],
        once: Vec<Option<OpId>>,
    ) -> Option<Change> {
        let document = &edits.entry.document;
        let (text, runs) = document.characters_at(&document.version()).ok()?;
        let (text, now) = (text.chars().collect(), each(&runs).collect());
        let (behind, gone) = (BTreeMap::new(), BTreeSet::new());
        let mut rest = Self { edits, once, text, now, behind, gone };
        for (side, other) in [(0, 1), (1, 0)] {
            let (side, other) = (&sides[side], &sides[other]);
            for (head, past) in &edits.heads {
                // What was taken away as a second copy is not taken out.
                let met = |edit: &EditEntry| {
                    let last = Version(vec![last_of(edit.writer, &edit.edit)]);
                    let kind = edit.edit.cause.as_ref().map(|cause| cause.kind);
                    kind == Some(CauseKind::Dedupe)
                        && knows(past, &last)
                        && !includes(document, &side.version, &last)
                };
                if knows(past, &side.version)
                    && !knows(past, &other.version)
                    && !edits.entry.edits().any(met)
                {
                    let (_, runs) = document.characters_at(&Version(vec![*head])).ok()?;
                    rest.went_on(&side.had, each(&runs))?;
                }
            }
        }
        Some(rest.moves())
    }

    /// How one copy went on.
    fn went_on(&mut self, had: &[Option<OpId>], since: impl Iterator<Item = OpId>) -> Option<()> {
        let place = |(id, at): (&Option<OpId>, usize)| Some(((*id)?, at));
        let places: BTreeMap<OpId, usize> = had.iter().zip(0..).filter_map(place).collect();
        let now: BTreeSet<OpId> = self.now.iter().copied().collect();
        let mut firsts: BTreeMap<OpId, usize> = BTreeMap::new();
        for (at, (had, once)) in had.iter().zip(&self.once).enumerate() {
            if had != once
                && let Some(had) = had
            {
                firsts.insert(self.edits.ranked(*had)?.0, at);
            }
        }
        let (mut behind, mut there) = (0, BTreeSet::new());
        for id in since {
            if let Some(at) = places.get(&id) {
                behind = at + 1;
                there.insert(*at);
                continue;
            }
            match firsts.get(&self.edits.ranked(id)?.0) {
                // Moved, and stands already.
                Some(at) => {
                    there.insert(*at);
                    self.gone.extend(self.once[*at].filter(|id| now.contains(id)).map(|_| id));
                }
                None => _ = self.behind.insert(id, behind),
            }
        }
        let out = firsts.values().filter(|at| !there.contains(at));
        self.gone.extend(out.filter_map(|at| self.once[*at]));
        Some(())
    }

    fn moves(&self) -> Change {
        let place = |(id, at): (&Option<OpId>, usize)| Some(((*id)?, at));
        let places: BTreeMap<OpId, usize> = self.once.iter().zip(1..).filter_map(place).collect();
        let stays = |id: &&OpId| !self.gone.contains(id);
        let place = |id: &OpId| places.get(id).copied();
        let there: BTreeSet<usize> =
            self.now.iter().filter(stays).filter_map(place).chain([0]).collect();
        let mut moves = Moves::default();
        // Where what is put behind each place ends.
        let mut ends: BTreeMap<usize, usize> = BTreeMap::from([(0, 0)]);
        let (mut last, mut wrong) = (0, Vec::new());
        for (at, id) in self.now.iter().enumerate() {
            if self.gone.contains(id) {
                moves.gone.insert(at);
            } else if let Some(place) = place(id) {
                last = place;
                ends.insert(last, at + 1);
            } else if let Some(behind) = self.behind.get(id) {
                match there.range(..=*behind).next_back() {
                    Some(place) if *place == last => _ = ends.insert(last, at + 1),
                    Some(place) => wrong.push((at, *place)),
                    None => {}
                }
            }
        }
        for (at, place) in wrong {
            if let (Some(end), Some(sign)) = (ends.get(&place), self.text.get(at)) {
                moves.gone.insert(at);
                moves.insert(*end, *sign, self.now[at]);
            }
        }
        moves.change()
    }
}
