//! Taking edits back, from the log, whatever happened since.

use super::change::{Change, Replace};
use super::document::{Applied, Document, History};
use super::error::TextError;
use super::ops::What;
use super::seq::{Place, ahead};
use crate::base::{OpId, Pos, Span, WriterId};
use crate::event::{Edit, Op, Origin, Source};
use std::collections::BTreeMap;

/// Ids as sorted, disjoint spans.
#[derive(Debug, Default)]
struct Ids(Vec<(OpId, u32)>);

impl Ids {
    fn new(mut spans: Vec<(OpId, u32)>) -> Self {
        spans.sort_unstable();
        let mut out: Vec<(OpId, u32)> = Vec::new();
        for (id, len) in spans {
            match out.last_mut() {
                Some((first, count))
                    if first.writer == id.writer && first.counter + *count >= id.counter =>
                {
                    *count = (*count).max(id.counter - first.counter + len);
                }
                _ => out.push((id, len)),
            }
        }
        Self(out)
    }

    /// From `id` on, at most `len`: whether it is in, and how many agree.
    fn reach(&self, id: OpId, len: u32) -> (bool, u32) {
        let after = self.0.partition_point(|(first, _)| *first <= id);
        if let Some((first, count)) = after.checked_sub(1).and_then(|index| self.0.get(index))
            && first.writer == id.writer
            && id.counter < first.counter + count
        {
            return (true, len.min(first.counter + count - id.counter));
        }
        let next = self.0.get(after).filter(|(next, _)| next.writer == id.writer);
        (false, next.map_or(len, |(next, _)| len.min(next.counter - id.counter)))
    }
}

/// Living characters.
pub(super) struct Living {
    pub pos: usize,
    pub len: u32,
    /// Their ids now, and the ids of the characters asked for.
    id: OpId,
    pub of: OpId,
}

/// Text to bring back.
pub(super) struct Lost {
    pub place: Option<Place>,
    pub pos: usize,
    pub id: OpId,
    pub len: u32,
}

impl Document {
    /// The change that takes exactly these edits back in today's text: what they inserted and is
    /// still (or again) there goes, what they deleted and is not there comes back to its place,
    /// with the origin it had. Others' text in between stays. Empty when nothing is left to take
    /// back. To be made with [`Document::change_as`] and the cause undo (or redo, for an undo's
    /// edit).
    pub fn plan_undo(&self, edits: &[(WriterId, &Edit)]) -> Result<Change, TextError> {
        let history = self.history.as_ref().ok_or(TextError::NoHistory)?;
        let (mut inserted, mut deleted) = (Vec::new(), Vec::new());
        for (writer, edit) in edits {
            let mut at = OpId { writer: *writer, counter: edit.start };
            for op in &edit.ops {
                let width = op.width();
                if !history.ops.knows(ahead(at, width.saturating_sub(1))) {
                    return Err(TextError::UnknownVersion(at));
                }
                match op {
                    Op::Insert { .. } => inserted.push((at, width)),
                    Op::Delete { first, .. } => deleted.push((*first, width)),
                }
                at = ahead(at, width);
            }
        }
        let (inserted, deleted) = (Ids::new(inserted), Ids::new(deleted));
        let mut gone: Vec<(usize, usize)> = Vec::new();
        for (id, len) in &inserted.0 {
            history.living(*id, *len, &mut |one| gone.push((one.pos, one.len as usize)));
        }
        let lost = self.lost(history, &inserted, &deleted);
        self.undoing(history, gone, lost)
    }

    /// What was deleted, by none but these edits inserted, and does not live.
    fn lost(&self, history: &History, inserted: &Ids, deleted: &Ids) -> Vec<Lost> {
        let mut lost: Vec<Lost> = Vec::new();
        for (id, len) in &deleted.0 {
            let mut done = 0;
            while done < *len {
                let at = ahead(*id, done);
                let (own, step) = history.descends(inserted, at, len - done);
                done += step;
                if own {
                    continue;
                }
                // Which of these characters live, themselves or brought back, and stay?
                let mut alive: Vec<(OpId, u32)> = Vec::new();
                history.living(at, step, &mut |one| {
                    let mut done = 0;
                    while done < one.len {
                        let (goes, step) = inserted.reach(ahead(one.id, done), one.len - done);
                        if !goes {
                            alive.push((ahead(one.of, done), step));
                        }
                        done += step;
                    }
                });
                let alive = Ids::new(alive);
                let mut inner = 0;
                while inner < step {
                    let id = ahead(at, inner);
                    let (lives, len) = alive.reach(id, step - inner);
                    let len = history.seq.reach(id, len);
                    inner += len;
                    if lives {
                        continue;
                    }
                    let place = history.seq.place(id);
                    let pos = place.map(|place| place.pos).or_else(|| self.grave(id));
                    if let Some(pos) = pos {
                        lost.push(Lost { place, pos, id, len });
                    }
                }
            }
        }
        lost.sort_by_key(|one| (one.pos, one.place, one.id));
        lost
    }

    fn undoing(
        &self,
        history: &History,
        mut gone: Vec<(usize, usize)>,
        lost: Vec<Lost>,
    ) -> Result<Change, TextError> {
        // A copy of a copy may be found from both: each place once.
        gone.sort_unstable();
        let mut until = 0;
        for (start, len) in &mut gone {
            let end = *start + *len;
            *start = (*start).max(until);
            *len = end.saturating_sub(*start);
            until = until.max(end);
        }
        let mut out: Vec<Replace> = Vec::new();
        let delete = |out: &mut Vec<Replace>, start: usize, end: usize| {
            let span = Span { start: Pos(start), end: Pos(end) };
            match out.last_mut() {
                Some(last) if last.text.is_empty() && last.span.end == span.start => {
                    last.span.end = span.end;
                }
                _ if start < end => out.extend(Change::delete(span).0),
                _ => {}
            }
        };
        let mut gone = gone.into_iter().peekable();
        for one in lost {
            while let Some((start, len)) = gone.peek().copied()
                && start < one.pos
            {
                let end = start + len;
                gone.next();
                delete(&mut out, start, end.min(one.pos));
                if end > one.pos {
                    // The place lies within what goes: the rest goes after it.
                    let mut rest: Vec<_> = vec![(one.pos, end - one.pos)];
                    rest.extend(gone);
                    gone = rest.into_iter().peekable();
                    break;
                }
            }
            self.bring_back(history, &one, &mut out)?;
        }
        for (start, len) in gone {
            delete(&mut out, start, start + len);
        }
        Ok(Change(out))
    }

    /// Adds the insertion of lost text.
    pub(super) fn bring_back(
        &self,
        history: &History,
        one: &Lost,
        out: &mut Vec<Replace>,
    ) -> Result<(), TextError> {
        let mut done = 0;
        while done < one.len {
            let id = ahead(one.id, done);
            let Some(span) = history.ops.span(id) else {
                return Err(TextError::UnknownVersion(id));
            };
            let What::Insert { origin, .. } = span.what else {
                return Err(TextError::Crdt("a deletion deleted no character".into()));
            };
            let len = (one.len - done).min(span.start + span.len - id.counter);
            let text = history.words(&self.rope, id, len);
            let text = text.ok_or_else(|| TextError::Crdt("deleted text is not kept".into()))?;
            let origin = history.ops.origins.get(origin as usize).cloned();
            let origin = origin.unwrap_or_else(Origin::typed);
            let at = Span::at(Pos(one.pos));
            done += len;
            match out.last_mut() {
                Some(last) if last.span == at && !last.text.is_empty() && last.origin == origin => {
                    last.text.push_str(&text);
                    match last.src.last_mut() {
                        Some(src) if ahead(src.id, src.len) == id => src.len += len,
                        _ => last.src.push(Source { id, len }),
                    }
                }
                _ => out.push(Replace { span: at, text, origin, src: vec![Source { id, len }] }),
            }
        }
        Ok(())
    }

    /// Takes the last change back where there is no history.
    pub fn undo_plain(&mut self) -> Option<Applied> {
        self.plain_step(super::inverse::Inverses::undo)
    }

    /// Makes it again.
    pub fn redo_plain(&mut self) -> Option<Applied> {
        self.plain_step(super::inverse::Inverses::redo)
    }

    fn plain_step(
        &mut self,
        step: impl FnOnce(&mut super::inverse::Inverses, &mut ropey::Rope) -> Option<Change>,
    ) -> Option<Applied> {
        if self.history.is_some() {
            return None;
        }
        let delta = step(&mut self.inverses, &mut self.rope)?.delta();
        self.revision += 1;
        self.marks.shift(&delta);
        Some(Applied { delta, ..Applied::default() })
    }
}

impl History {
    /// Whether `id` is among `ids` or brings one of them back, and for how many characters from
    /// there on, at most `len`, the answer holds.
    fn descends(&self, ids: &Ids, id: OpId, len: u32) -> (bool, u32) {
        let (mut at, mut len) = (id, len);
        for _ in 0..100_000 {
            let (within, step) = ids.reach(at, len);
            len = step;
            if within {
                return (true, len);
            }
            let (source, step) = self.ops.revived(at, len);
            len = step;
            match source {
                Some(source) => at = source,
                None => break,
            }
        }
        (false, len)
    }

    /// Finds every run of characters of `id..id + len` that live, themselves or brought back.
    pub(super) fn living(&self, id: OpId, len: u32, found: &mut dyn FnMut(Living)) {
        // How many characters were looked at, to get out of a hostile ring.
        let mut seen: BTreeMap<(OpId, OpId), u32> = BTreeMap::new();
        // What to look at, and for which of the original characters.
        let mut next = vec![(id, id, len)];
        while let Some((at, of, len)) = next.pop() {
            let before = seen.entry((at, of)).or_default();
            if len <= *before {
                continue;
            }
            *before = len;
            let mut done = 0;
            while done < len {
                let here = ahead(at, done);
                let step = self.ops.copies_reach(here, len - done);
                let step = self.seq.reach(here, step);
                let of = ahead(of, done);
                if let Some(place) = self.seq.place(here)
                    && place.alive
                {
                    found(Living { pos: place.pos, len: step, id: here, of });
                }
                for (copy, revive) in self.ops.copies(here) {
                    if revive {
                        next.push((copy, of, step));
                    }
                }
                done += step;
            }
        }
    }
}
