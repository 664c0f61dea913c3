//! Two versions of a document in one row: the characters of both, each once, in pieces that tell in
//! which of the two they stand.

use super::document::{Document, History};
use super::error::TextError;
use super::seq::ahead;
use crate::base::OpId;
use crate::event::Version;
use std::collections::{BTreeMap, BTreeSet};

/// Characters that stand in one of two versions or in both.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Piece {
    /// The operation that inserted the first character.
    pub id: OpId,
    pub text: String,
    /// In `char`s.
    pub len: usize,
    pub in_one: bool,
    pub in_other: bool,
}

/// Ids that run on, and whether the other version has them, too.
type Part = (OpId, u32, bool);

impl Document {
    /// The characters of two versions in one row. What only one has is cut where the writer changes,
    /// behind each line and behind each of `ends`: a piece is what a file has whole or not at all.
    pub fn beside(
        &self,
        one: &Version,
        other: &Version,
        ends: &BTreeSet<OpId>,
    ) -> Result<Vec<Piece>, TextError> {
        let history = self.history.as_ref().ok_or(TextError::NoHistory)?;
        history.require(one)?;
        history.require(other)?;
        let (text_one, ids_one) = self.characters(history, one)?;
        let (text_other, ids_other) = self.characters(history, other)?;
        let (parts_one, parts_other) = (parts(&ids_one, &ids_other), parts(&ids_other, &ids_one));
        let mut row = Row { pieces: Vec::new(), last: None, ends };
        let (mut chars_one, mut chars_other) = (text_one.chars(), text_other.chars());
        let (mut of_one, mut of_other) = (parts_one.into_iter(), parts_other.into_iter());
        let (mut here, mut there) = (of_one.next(), of_other.next());
        loop {
            match (here, there) {
                (Some(part @ (.., false)), _) => {
                    row.put(part, &mut chars_one, (true, false));
                    here = of_one.next();
                }
                (_, Some(part @ (.., false))) => {
                    row.put(part, &mut chars_other, (false, true));
                    there = of_other.next();
                }
                (Some((id, len, true)), Some((same, count, true))) if id == same => {
                    let step = len.min(count);
                    row.put((id, step, true), &mut chars_one, (true, true));
                    (0..step).for_each(|_| _ = chars_other.next());
                    here = rest(id, len, step).or_else(|| of_one.next());
                    there = rest(same, count, step).or_else(|| of_other.next());
                }
                (None, None) => return Ok(row.pieces),
                _ => return Err(TextError::Crdt("two versions have another order".into())),
            }
        }
    }

    /// The text of a version, and the operations that inserted its characters, in order.
    pub fn characters_at(
        &self,
        version: &Version,
    ) -> Result<(String, Vec<(OpId, u32)>), TextError> {
        let history = self.history.as_ref().ok_or(TextError::NoHistory)?;
        history.require(version)?;
        self.characters(history, version)
    }

    fn characters(
        &self,
        history: &History,
        version: &Version,
    ) -> Result<(String, Vec<(OpId, u32)>), TextError> {
        let seq = history.seq_at(&version.0)?;
        let ids = seq.iter().filter(|run| run.alive).map(|run| (run.id, run.len)).collect();
        Ok((self.text_at(version)?, ids))
    }
}

/// What is left of a part after its first characters.
fn rest(id: OpId, len: u32, step: u32) -> Option<Part> {
    (step < len).then(|| (ahead(id, step), len - step, true))
}

/// Runs cut where another version begins or ends to have them.
fn parts(runs: &[(OpId, u32)], others: &[(OpId, u32)]) -> Vec<Part> {
    let others: BTreeMap<OpId, u32> = others.iter().copied().collect();
    let mut out: Vec<Part> = Vec::new();
    for (id, len) in runs {
        let end = id.counter + len;
        let mut at = *id;
        while at.counter < end {
            let before = others.range(..=at).next_back();
            let within = before.filter(|(first, len)| {
                first.writer == at.writer && at.counter < first.counter + **len
            });
            let (until, has) = match within {
                Some((first, len)) => (first.counter + len, true),
                None => {
                    let next = others.range(at..).next().filter(|one| one.0.writer == at.writer);
                    (next.map_or(end, |(first, _)| first.counter), false)
                }
            };
            let step = until.min(end) - at.counter;
            out.push((at, step, has));
            at = ahead(at, step);
        }
    }
    out
}

/// The pieces so far.
struct Row<'a> {
    pieces: Vec<Piece>,
    /// Behind which operation the last piece ends.
    last: Option<OpId>,
    ends: &'a BTreeSet<OpId>,
}

impl Row<'_> {
    fn put(
        &mut self,
        (id, len, _): Part,
        chars: &mut std::str::Chars<'_>,
        (in_one, in_other): (bool, bool),
    ) {
        let mut at = id;
        let mut left = len;
        while left > 0 {
            let both = in_one && in_other;
            let cut = self.ends.range(at..).next().filter(|end| !both && end.writer == id.writer);
            let most = cut.map_or(left, |end| left.min(end.counter - at.counter + 1)) as usize;
            let mut text = String::new();
            let mut step = 0;
            for sign in chars.by_ref().take(most) {
                text.push(sign);
                step += 1;
                if sign == '\n' && !both {
                    break;
                }
            }
            if step == 0 {
                return;
            }
            let goes_on = both
                || !self.pieces.last().is_some_and(|piece| piece.text.ends_with('\n'))
                    && self.last.is_some_and(|last| {
                        last.writer == at.writer
                            && last.counter < at.counter
                            && self.ends.range(last..at).next().is_none()
                    });
            match self.pieces.last_mut() {
                Some(piece) if goes_on && (piece.in_one, piece.in_other) == (in_one, in_other) => {
                    piece.text.push_str(&text);
                    piece.len += step;
                }
                _ => self.pieces.push(Piece { id: at, text, len: step, in_one, in_other }),
            }
            let step = u32::try_from(step).unwrap_or(left).min(left);
            self.last = Some(ahead(at, step - 1));
            at = ahead(at, step);
            left -= step;
        }
    }
}
