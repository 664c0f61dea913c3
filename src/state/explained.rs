//! Changes from outside that turn out to be what somebody's events bring as well: their words stand
//! once, and are theirs who wrote them. Also where several copies of a session took one change in.
//!
//! Which of two insertions goes must be the same wherever any two of them meet, else two copies take
//! out one each and none is left. So there is one order: what somebody wrote comes before all that was
//! taken in from files, and of that the first in order of display. Only a later insertion loses words,
//! only to an earlier one that stands beside it, and only to one that did not know of it. What is left
//! of it and has to move keeps its place in the order, and so does what moved twice.

use super::Cx;
use super::moving::{Moves, Places, Sign};
use super::saved::{ends, includes, last_of, settled};
use crate::base::{DocId, EventId, OpId, WriterId};
use crate::event::{CauseKind, Event, Op, Text, Version};
use crate::session::{DocEntry, EditEntry};
use crate::text::{Change, Twice, Whole, twice};
use std::cell::OnceCell;
use std::collections::{BTreeMap, BTreeSet};

/// How many insertions are looked at again when events come, the last ones.
const LOOKED_AT: usize = 96;
/// How often that is done: each takes one insertion's words away.
const ROUNDS: usize = 256;

/// Words of an insertion that stand in an earlier one as well.
struct Second {
    edit: EventId,
    /// It is gone with that.
    whole: bool,
    /// The version that has both and nothing else.
    both: Version,
    change: Change,
    /// What the file held that brought it.
    world: Version,
}

/// Characters of one edit that stand in the text.
struct Cell {
    id: OpId,
    at: usize,
    len: usize,
    edit: usize,
    /// The first of them before it was moved, and by which edit it came in.
    first: OpId,
    root: usize,
    rank: Vec<usize>,
}

/// The edits of a text in order of display.
pub(super) struct Edits<'a> {
    pub entry: &'a DocEntry,
    pub all: Vec<&'a EditEntry>,
    starts: BTreeMap<(WriterId, u32), usize>,
    pub ends: BTreeSet<OpId>,
    /// What each of the last operations knows of.
    pub heads: Vec<(OpId, BTreeMap<WriterId, u32>)>,
    /// What those who wrote last knew of.
    pub built: OnceCell<Vec<BTreeMap<WriterId, u32>>>,
}

/// Which of two copies of a character stays: the lesser. What somebody wrote comes before what was
/// taken in from files, then what came in first, then what was moved least.
pub(super) type Rank = (bool, usize, Vec<usize>);

impl<'a> Edits<'a> {
    pub fn of(entry: &'a DocEntry, heads: &[OpId]) -> Self {
        let all: Vec<&EditEntry> = entry.edits().collect();
        let start = |(index, one): (usize, &&EditEntry)| ((one.writer, one.edit.start), index);
        let starts = all.iter().enumerate().rev().map(start).collect();
        let past = |id: &OpId| Some((*id, entry.document.past(&[*id])?));
        let heads = heads.iter().filter_map(past).collect();
        let built = OnceCell::new();
        Self { entry, all, starts, ends: ends(entry), heads, built }
    }

    /// The edit of an operation.
    pub fn at(&self, id: OpId) -> Option<usize> {
        let (_, index) = self.starts.range(..=(id.writer, id.counter)).next_back()?;
        let one = self.all[*index];
        let end = one.edit.start.saturating_add(one.edit.width());
        (one.writer == id.writer && id.counter < end).then_some(*index)
    }

    pub fn kind(&self, index: usize) -> Option<CauseKind> {
        self.all[index].edit.cause.as_ref().map(|cause| cause.kind)
    }

    /// Where a character that an edit moved stood before.
    fn source(&self, index: usize, id: OpId) -> Option<OpId> {
        let mut counter = self.all[index].edit.start;
        for op in &self.all[index].edit.ops {
            let width = op.width();
            let offset = id.counter.checked_sub(counter)?;
            counter += width;
            let Op::Insert { src, .. } = op else { continue };
            if offset < width {
                let mut left = offset;
                for one in src {
                    if left < one.len {
                        let counter = one.id.counter.saturating_add(left);
                        return Some(OpId { counter, ..one.id });
                    }
                    left -= one.len;
                }
                return None;
            }
        }
        None
    }

    /// The character that one is after all that moved it, by which edit it came in, and its place in
    /// the order: 0 for what somebody wrote, else a number for the edit that took it in; and behind
    /// that those that moved it.
    fn root(&self, id: OpId, index: usize) -> (OpId, usize, Vec<usize>) {
        let (mut id, mut index, mut moved) = (id, index, Vec::new());
        while self.kind(index) == Some(CauseKind::Dedupe) {
            let of = self.source(index, id).and_then(|of| Some((of, self.at(of)?)));
            // Earlier than the edit, so that a hostile log makes no ring.
            let Some((of, from)) = of.filter(|(_, from)| *from < index) else { break };
            moved.push(index);
            (id, index) = (of, from);
        }
        let is_outside = self.kind(index) == Some(CauseKind::Outside);
        moved.push(if is_outside { index + 1 } else { 0 });
        moved.reverse();
        (id, index, moved)
    }

    /// What a character was before all that moved it, and its rank among its copies.
    pub fn ranked(&self, id: OpId) -> Option<(OpId, Rank)> {
        let (first, root, mut moved) = self.root(id, self.at(id)?);
        let is_outside = moved.first().is_some_and(|rank| *rank > 0);
        Some((first, (is_outside, root, moved.split_off(1))))
    }

    fn last(&self, index: usize) -> OpId {
        last_of(self.all[index].writer, &self.all[index].edit)
    }

    /// The text in pieces of one edit each, that came in by one.
    fn cells(&self) -> Option<(Vec<Cell>, Vec<char>)> {
        let document = &self.entry.document;
        let (text, runs) = document.characters_at(&document.version()).ok()?;
        let mut cells: Vec<Cell> = Vec::new();
        let mut at = 0;
        for (id, len) in &runs {
            let mut done = 0;
            while done < *len {
                let id = OpId { counter: id.counter + done, ..*id };
                let edit = self.at(id)?;
                let one = &self.all[edit].edit;
                let left = (one.start + one.width() - id.counter).min(len - done);
                // What was moved may come from several edits.
                let step = if self.kind(edit) == Some(CauseKind::Dedupe) { 1 } else { left };
                let (first, root, rank) = self.root(id, edit);
                let len = step as usize;
                cells.push(Cell { id, at, len, edit, first, root, rank });
                done += step;
                at += len;
            }
        }
        Some((cells, text.chars().collect()))
    }

    /// The first insertion of which an earlier one has words.
    fn second(&self) -> Option<Second> {
        let (cells, text) = self.cells()?;
        let outside = cells.iter().filter(|cell| cell.rank.first().is_some_and(|rank| *rank > 0));
        let outside: BTreeSet<usize> = outside.map(|cell| cell.root).collect();
        if outside.is_empty() {
            return None;
        }
        let moved_twice = self.moved_twice(&cells);
        if moved_twice.is_some() {
            return moved_twice;
        }
        let mut pasts: BTreeMap<usize, BTreeMap<WriterId, u32>> = BTreeMap::new();
        let skipped = outside.len().saturating_sub(LOOKED_AT);
        let mut looked_at = outside.into_iter().skip(skipped);
        looked_at.find_map(|index| self.second_of(index, &text, &cells, &mut pasts))
    }

    /// Characters that two copies moved.
    fn moved_twice(&self, cells: &[Cell]) -> Option<Second> {
        let mut seen: BTreeMap<OpId, &Cell> = BTreeMap::new();
        let mut pairs: Vec<(&Cell, &Cell)> = Vec::new();
        for cell in cells.iter().filter(|cell| cell.rank.len() > 1) {
            match seen.get(&cell.first).copied() {
                Some(one) if one.rank <= cell.rank => pairs.push((one, cell)),
                Some(one) => {
                    pairs.push((cell, one));
                    seen.insert(cell.first, cell);
                }
                None => _ = seen.insert(cell.first, cell),
            }
        }
        let (_, gone) = pairs.first()?;
        let (edit, document) = (gone.edit, &self.entry.document);
        let pairs: Vec<_> = pairs.iter().filter(|(_, gone)| gone.edit == edit).collect();
        let edits: BTreeSet<usize> =
            pairs.iter().flat_map(|(one, gone)| [one.edit, gone.edit]).collect();
        let both = edits.iter().try_fold(Version::default(), |all, edit| {
            document.join(&all, &Version(vec![self.last(*edit)])).ok()
        })?;
        let both = settled(self.entry, both);
        let (_, runs) = document.characters_at(&both).ok()?;
        let places = Places::of(&runs);
        let mut moves = Moves::default();
        let there =
            |(one, gone): &&(&Cell, &Cell)| Some((places.of_id(one.id)?, places.of_id(gone.id)?));
        moves.gone.extend(pairs.iter().copied().filter_map(|pair| there(&pair)).map(|(_, at)| at));
        let (change, world) = (moves.change(), both.clone());
        let edit = self.all[edit].id;
        (!change.is_empty()).then_some(Second { edit, whole: false, both, change, world })
    }

    fn second_of(
        &self,
        index: usize,
        text: &[char],
        cells: &[Cell],
        pasts: &mut BTreeMap<usize, BTreeMap<WriterId, u32>>,
    ) -> Option<Second> {
        let document = &self.entry.document;
        let own = self.all[index];
        let last = self.last(index);
        let world = document.join(&Version(own.edit.deps.clone()), &Version(vec![last])).ok()?;
        let known = document.past(&world.0)?;
        let knows = |past: &BTreeMap<WriterId, u32>, id: OpId| {
            past.get(&id.writer).is_some_and(|count| id.counter < *count)
        };
        // What was built on together was met by who did so.
        let is_met = |id: OpId| self.heads.iter().all(|(_, past)| knows(past, id));
        let met = is_met(last);
        let mut follows = |cell: &Cell| {
            let past = || {
                let deps = &self.all[cell.root].edit.deps;
                document.past(deps).unwrap_or_default()
            };
            knows(pasts.entry(cell.root).or_insert_with(past), last)
        };
        let is_own = |cell: &Cell| cell.root == index;
        let is_known = |cell: &Cell| !is_own(cell) && knows(&known, cell.first);
        let is_earlier =
            |cell: &Cell| !is_own(cell) && cell.rank.first().is_some_and(|rank| *rank <= index);
        let mut new = cells
            .iter()
            .filter(|cell| is_earlier(cell) && !is_known(cell) && !(met && is_met(cell.first)));
        if !new.any(|cell| !follows(cell)) {
            return None;
        }
        // What stands between what it was made between: itself with what was written beside it
        // since, and what others put there that did not know of it.
        let mut segments: Vec<(Vec<Sign>, Vec<Sign>)> = vec![Default::default()];
        for cell in cells {
            if is_known(cell) {
                if segments.last().is_some_and(|(mine, theirs)| mine.len() + theirs.len() > 0) {
                    segments.push(Default::default());
                }
                continue;
            }
            let is_own = is_own(cell);
            let follows = !is_own && follows(cell);
            if !is_own && !follows && !is_earlier(cell) {
                continue;
            }
            let Some((mine, theirs)) = segments.last_mut() else { continue };
            let signs = text.get(cell.at..cell.at + cell.len).unwrap_or_default().iter().zip(0..);
            let signs = signs.map(|(sign, by)| Sign {
                id: OpId { counter: cell.id.counter + by, ..cell.id },
                sign: *sign,
                edit: cell.edit,
                root: cell.root,
                is_own,
            });
            if is_own || follows { mine.extend(signs) } else { theirs.extend(signs) }
        }
        let meets = |(mine, theirs): &(Vec<Sign>, Vec<Sign>)| {
            mine.iter().any(|sign| sign.is_own) && !theirs.is_empty()
        };
        let met = segments.into_iter().filter(meets).map(|(mine, theirs)| {
            let own = mine.iter().filter(|sign| sign.is_own).map(|sign| sign.sign);
            let (own, others): (Vec<char>, Vec<char>) =
                (own.collect(), theirs.iter().map(|sign| sign.sign).collect());
            let found = twice(&own, &others, &self.wholes(&theirs));
            (mine, theirs, found)
        });
        let met: Vec<(Vec<Sign>, Vec<Sign>, Vec<Twice>)> =
            met.filter(|(.., found)| !found.is_empty()).collect();
        if met.is_empty() {
            return None;
        }
        // The version that has the insertion and those that have its words; with what was written
        // beside it only where that has to move.
        let mut others: BTreeSet<usize> = BTreeSet::new();
        let mut beside: BTreeSet<usize> = BTreeSet::new();
        for (mine, theirs, found) in &met {
            others.extend(mine.iter().filter(|sign| sign.is_own).map(|sign| sign.edit));
            beside.extend(mine.iter().map(|sign| sign.edit));
            for one in found {
                others.extend(theirs[one.theirs..][..one.own.len()].iter().map(|sign| sign.edit));
            }
        }
        let with = |edits: &BTreeSet<usize>, from: &Version| {
            let both = edits.iter().try_fold(from.clone(), |all, other| {
                document.join(&all, &Version(vec![self.last(*other)])).ok()
            })?;
            let both = settled(self.entry, both);
            let (_, runs) = document.characters_at(&both).ok()?;
            let places = Places::of(&runs);
            let mut moves = Moves::default();
            for (mine, theirs, found) in &met {
                moves.add(mine, theirs, found, &places);
            }
            Some((both, moves))
        };
        let (mut both, mut moves) = with(&others, &world)?;
        let (wider, all) = with(&beside, &both)?;
        if all.moves_others {
            (both, moves) = (wider, all);
        }
        let change = moves.change();
        let left: usize = cells.iter().filter(|cell| cell.root == index).map(|cell| cell.len).sum();
        let whole = moves.twice == left;
        (!change.is_empty()).then_some(Second { edit: own.id, whole, both, change, world })
    }

    /// What others inserted, cut into what a file has whole or not at all: where the writer changes,
    /// behind each line, and where something was saved.
    fn wholes(&self, signs: &[Sign]) -> Vec<Whole> {
        let mut out: Vec<Whole> = Vec::new();
        for (at, one) in signs.iter().enumerate() {
            let goes_on = at.checked_sub(1).and_then(|at| signs.get(at)).is_some_and(|before| {
                let next = OpId { counter: before.id.counter.saturating_add(1), ..before.id };
                before.edit == one.edit
                    && next == one.id
                    && before.sign != '\n'
                    && !self.ends.contains(&before.id)
            });
            match out.last_mut() {
                Some(last) if goes_on => last.range.end = at + 1,
                _ => {
                    let loose = self.kind(one.root) == Some(CauseKind::Outside);
                    out.push(Whole { range: at..at + 1, loose });
                }
            }
        }
        out
    }
}

impl Cx<'_> {
    /// After events or a file came: words that were taken in from a file and that somebody's events,
    /// or another copy's change from outside, bring as well stand once. Whether there were any.
    pub(super) fn explain_outside(&mut self, doc: &DocId) -> bool {
        let mut any = false;
        // What comes together here: taking a second copy away makes one of it already.
        let entry = self.model.session.documents.get(doc);
        let heads = entry.map(|entry| entry.document.version().0).unwrap_or_default();
        if heads.len() < 2 {
            return false;
        }
        // What is typed is looked at, too.
        self.seal_bursts();
        any |= self.join_alike(doc, &heads);
        for _ in 0..ROUNDS {
            let Some(entry) = self.model.session.documents.get(doc) else { break };
            let Some(found) = Edits::of(entry, &heads).second() else { break };
            if !self.take_back(doc, found) {
                break;
            }
            any = true;
        }
        any |= self.give_back(doc, &heads);
        any
    }

    /// Takes the second copy away in the version that has both and nothing else: whoever puts these
    /// two together another time takes that along.
    fn take_back(&mut self, doc: &DocId, found: Second) -> bool {
        let of = if found.whole { vec![found.edit] } else { Vec::new() };
        let Some(last) = self.post_dedupe(doc, &found.both, &found.change, of) else {
            return false;
        };
        self.note_same(doc, &found, last);
        true
    }

    /// Changes a version so that what stands twice there stands once. Returns the last operation.
    pub(super) fn post_dedupe(
        &mut self,
        doc: &DocId,
        both: &Version,
        change: &Change,
        of: Vec<EventId>,
    ) -> Option<OpId> {
        self.seal_bursts();
        let author = self.model.me.author.clone();
        let writer = self.mint(&author, Some(doc.clone()), true);
        let entry = self.model.session.documents.get_mut(doc)?;
        let done = entry.document.change_at(both, writer, change, Some(CauseKind::Dedupe));
        let applied = match done {
            Ok(applied) => applied,
            Err(why) => {
                self.error(format!("A second copy could not be taken away: {why}"));
                return None;
            }
        };
        let width: u32 = applied.ops.iter().map(Op::width).sum();
        let last = (applied.start + width).checked_sub(1)?;
        self.post_edit(doc, writer, applied, CauseKind::Dedupe, of);
        Some(OpId { writer, counter: last })
    }

    /// Where the text with one copy is what the file held, it is known by that from now on.
    fn note_same(&mut self, doc: &DocId, found: &Second, last: OpId) {
        let Some(entry) = self.model.session.documents.get(doc) else { return };
        let document = &entry.document;
        let Ok(version) = document.join(&found.both, &Version(vec![last])) else { return };
        let Ok(held) = document.text_at(&version) else { return };
        let has = |version: &Version| {
            includes(document, &found.world, version)
                && includes(document, version, &found.world)
                && document.text_at(version).is_ok_and(|text| text == held)
        };
        let saved = entry.saved.iter().rev().find(|saved| has(&saved.version));
        let Some(hash) = saved.map(|saved| saved.hash.clone()) else { return };
        self.append(&Event::DocumentSaved { doc: doc.clone(), version, hash: Text::new(hash) });
    }
}
