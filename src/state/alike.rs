//! Two versions with one text: copies of a session that apart came to hold the same file. Put together
//! they are that text, whoever took what of it in from the file and whoever wrote it; of each
//! character the copy that was written, else the first that was taken in, stays.

use super::Cx;
use super::explained::{Edits, Rank};
use super::moving::{Moves, Places};
use super::rest::Rest;
use super::saved::{difference, includes, saved_last, settled};
use crate::base::{DocId, OpId, WriterId};
use crate::event::{CauseKind, Event, Op, Text, Version};
use crate::text::{Change, may_cut};
use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;

/// How many of the versions that were saved last are looked at.
const LOOKED_AT: usize = 64;
/// How many pairs of versions with one text are looked at.
const PAIRS: usize = 32;
/// How many versions of others a file that came is held against.
const FOLLOWED: usize = 8;

/// A version, and which characters of a text it has.
#[derive(Clone)]
pub(super) struct Side {
    pub version: Version,
    pub had: Vec<Option<OpId>>,
}

/// A text that two versions have, or one and what the file held before.
pub(super) struct Alike {
    sides: [Side; 2],
    /// The version that has both and nothing else, and what makes the one text of it.
    both: Version,
    change: Change,
    /// Which copy of each character stays; it may move.
    kept: Vec<Option<OpId>>,
    /// The hash of the text, where that is what is left.
    hash: Option<String>,
}

impl Alike {
    /// The text's characters, as they stand once.
    fn once(&self, edits: &Edits<'_>, version: &Version) -> Option<Vec<Option<OpId>>> {
        let (_, runs) = edits.entry.document.characters_at(version).ok()?;
        let there: BTreeSet<OpId> = each(&runs).collect();
        let mut moved = BTreeMap::new();
        if self.kept.iter().flatten().any(|id| !there.contains(id)) {
            for id in &there {
                moved.insert(edits.ranked(*id)?.0, *id);
            }
        }
        let once = |id: &Option<OpId>| {
            let id = (*id)?;
            let moved = || moved.get(&edits.ranked(id)?.0).copied();
            if there.contains(&id) { Some(id) } else { moved() }
        };
        Some(self.kept.iter().map(once).collect())
    }
}

pub(super) type Past = BTreeMap<WriterId, u32>;

pub(super) fn knows(past: &Past, version: &Version) -> bool {
    version.0.iter().all(|id| past.get(&id.writer).is_some_and(|count| id.counter < *count))
}

impl Edits<'_> {
    /// The last two versions with one text that together are another. Those that are `done`, and
    /// those before them, are passed over, and each that is looked at is done.
    fn alike(&self, done: &mut Vec<[Version; 2]>) -> Option<Alike> {
        let document = &self.entry.document;
        let saved = self.entry.saved.iter().rev().take(LOOKED_AT);
        let saved = saved.filter(|saved| document.knows(&saved.version));
        let saved: Vec<_> =
            saved.filter_map(|saved| Some((saved, document.past(&saved.version.0)?))).collect();
        for (index, (one, past)) in saved.iter().enumerate() {
            let others = saved[index + 1..].iter().filter(|(other, _)| other.hash == one.hash);
            for (other, other_past) in others {
                let versions = [one.version.clone(), other.version.clone()];
                if knows(past, &other.version) || knows(other_past, &one.version) {
                    continue;
                }
                let has = |done: &[Version; 2], way: [usize; 2]| {
                    (0..2).all(|at| includes(document, &done[at], &versions[way[at]]))
                };
                if done.iter().any(|done| has(done, [0, 1]) || has(done, [1, 0])) {
                    continue;
                }
                if done.len() >= PAIRS {
                    return None;
                }
                done.push(versions.clone());
                if self.is_met(&versions[0], &versions[1]) {
                    continue;
                }
                if let Some(found) = self.one_text(versions, &one.hash) {
                    return Some(found);
                }
            }
        }
        None
    }

    /// Which of these characters were taken out by another program, and by nobody else.
    fn went_with_file(&self, gone: &BTreeSet<OpId>) -> BTreeSet<OpId> {
        let (mut with_file, mut otherwise) = (BTreeSet::new(), BTreeSet::new());
        for edit in self.entry.edits().filter(|_| !gone.is_empty()) {
            let kind = edit.edit.cause.as_ref().map(|cause| cause.kind);
            let is_outside = kind == Some(CauseKind::Outside);
            let by = if is_outside { &mut with_file } else { &mut otherwise };
            for op in &edit.edit.ops {
                if let Op::Delete { del, first, .. } = op {
                    let counter = first.counter.saturating_add(del.unsigned_abs());
                    by.extend(gone.range(*first..OpId { counter, ..*first }).copied());
                }
            }
        }
        with_file.difference(&otherwise).copied().collect()
    }

    /// Whether somebody built on both versions together: they had them so.
    pub(super) fn is_met(&self, one: &Version, other: &Version) -> bool {
        let built = self.built.get_or_init(|| {
            let last = self.entry.edits().rev().filter(|edit| {
                let cause = edit.edit.cause.as_ref();
                cause.is_none_or(|cause| cause.kind != CauseKind::Dedupe)
            });
            let last = last.take(LOOKED_AT);
            last.filter_map(|edit| self.entry.document.past(&edit.edit.deps)).collect()
        });
        built.iter().any(|past| knows(past, one) && knows(past, other))
    }

    fn one_text(&self, versions: [Version; 2], hash: &str) -> Option<Alike> {
        let document = &self.entry.document;
        let held = document.text_at(&versions[0]).ok()?;
        if document.text_at(&versions[1]).ok()? != held {
            return None;
        }
        let [one, other] = &versions;
        let sides =
            [self.side_of(one.clone(), &held, other)?, self.side_of(other.clone(), &held, one)?];
        let mut found = self.together(sides, &held, true)?;
        found.hash = Some(hash.to_owned());
        Some(found)
    }

    /// A version that has just the text.
    fn side(&self, version: Version) -> Option<Side> {
        let (_, runs) = self.entry.document.characters_at(&version).ok()?;
        let had = each(&runs).map(Some).collect();
        Some(Side { version, had })
    }

    /// The same. What a file kept by chance of somebody's words, whom the other version does not
    /// know, is no copy of that one's.
    fn side_of(&self, version: Version, held: &str, other: &Version) -> Option<Side> {
        let mut side = self.side(version)?;
        let made = match side.version.0[..] {
            [head] => self.at(head).filter(|index| self.kind(*index) == Some(CauseKind::Outside)),
            _ => None,
        };
        let Some(made) = made else { return Some(side) };
        let before = Version(self.all[made].edit.deps.clone());
        let (_, runs) = self.entry.document.characters_at(&before).ok()?;
        let ids: Vec<OpId> = each(&runs).collect();
        let at: BTreeMap<OpId, usize> =
            side.had.iter().zip(0..).filter_map(|(id, at)| Some(((*id)?, at))).collect();
        let mut places: Vec<Option<usize>> = ids.iter().map(|id| at.get(id).copied()).collect();
        let was = places.clone();
        self.only_wholes(&ids, &mut places, held, other)?;
        for (was, is) in was.into_iter().zip(places) {
            if let Some(had) = was.filter(|_| is.is_none()).and_then(|at| side.had.get_mut(at)) {
                *had = None;
            }
        }
        Some(side)
    }

    /// The file holds one version now, and what did not change in it since another is the same. With
    /// `all` only where the file has all that the other had.
    fn followed(&self, old: &Version, new: &Version, all: bool) -> Option<Alike> {
        let document = &self.entry.document;
        if includes(document, new, old) || includes(document, old, new) || self.is_met(old, new) {
            return None;
        }
        let held = document.text_at(new).ok()?;
        let (before, runs) = document.characters_at(old).ok()?;
        let change = difference(&before, &held).0;
        if all && change.iter().any(|one| !one.span.is_empty()) {
            return None;
        }
        let ids: Vec<OpId> = each(&runs).collect();
        let mut places: Vec<Option<usize>> = Vec::with_capacity(ids.len());
        let mut at = 0;
        for one in change {
            let same = one.span.start.0.saturating_sub(places.len());
            places.extend((at..at + same).map(Some));
            places.extend(std::iter::repeat_n(None, one.span.len()));
            at += same + one.text.chars().count();
        }
        let same = ids.len().saturating_sub(places.len());
        places.extend((at..at + same).map(Some));
        self.only_wholes(&ids, &mut places, &held, new)?;
        let mut old = Side { version: old.clone(), had: vec![None; held.chars().count()] };
        for (id, at) in ids.iter().zip(&places) {
            if let Some(had) = at.and_then(|at| old.had.get_mut(at)) {
                *had = Some(*id);
            }
        }
        self.together([old, self.side(new.clone())?], &held, false)
    }

    /// What somebody put into the one version is the same only where all of it is: that two texts
    /// begin or end alike says nothing. Blanks go with the words before them, else with those behind.
    fn only_wholes(
        &self,
        ids: &[OpId],
        places: &mut [Option<usize>],
        held: &str,
        new: &Version,
    ) -> Option<()> {
        let past = self.entry.document.past(&new.0)?;
        let is_new = |id: &OpId| past.get(&id.writer).is_none_or(|count| id.counter >= *count);
        let text: Vec<char> = held.chars().collect();
        let mut from = 0;
        while from < ids.len() {
            if !is_new(&ids[from]) {
                from += 1;
                continue;
            }
            let len = ids[from..].iter().take_while(|id| is_new(id)).count();
            // Whether each piece of the row is there, or has no words.
            let mut pieces: Vec<(Range<usize>, Option<bool>)> = Vec::new();
            let mut start = from;
            for at in from..from + len {
                let ends = at + 1 == from + len
                    || self.at(ids[at]) != self.at(ids[at + 1])
                    || self.ends.contains(&ids[at]);
                if ends {
                    pieces.push((start..at + 1, whole(&places[start..=at], &text)));
                    start = at + 1;
                }
            }
            let told: Vec<Option<bool>> = pieces.iter().map(|(_, there)| *there).collect();
            for (index, (range, there)) in pieces.into_iter().enumerate() {
                let before = || told[..index].iter().rev().find_map(|there| *there);
                let behind = || told[index + 1..].iter().find_map(|there| *there);
                let all = || places[range.clone()].iter().all(Option::is_some);
                if !there.or_else(before).or_else(behind).unwrap_or_else(all) {
                    places[range].fill(None);
                }
            }
            from += len;
        }
        Some(())
    }

    /// What makes one text of two versions that have it. Where both have all of it, what each took
    /// out of the other's copy comes `back`.
    fn together(&self, sides: [Side; 2], held: &str, back: bool) -> Option<Alike> {
        let document = &self.entry.document;
        let [one, other] = &sides;
        if one.had.len() != other.had.len() {
            return None;
        }
        let both = settled(self.entry, document.join(&one.version, &other.version).ok()?);
        let (there, runs) = document.characters_at(&both).ok()?;
        if there == held {
            return None;
        }
        let places = Places::of(&runs);
        let all: Vec<OpId> = each(&runs).collect();
        let pairs = || one.had.iter().zip(&other.had);
        let stays = |one: &Option<OpId>, other: &Option<OpId>| {
            one.filter(|_| one == other).and_then(|id| places.of_id(id))
        };
        let common: BTreeSet<usize> =
            pairs().filter_map(|(one, other)| stays(one, other)).collect();
        // Copies that were moved since are found by what they were first.
        let mut copies: BTreeMap<OpId, Vec<(Rank, usize)>> = BTreeMap::new();
        for (at, id) in all.iter().enumerate().filter(|(at, _)| !common.contains(at)) {
            let (first, rank) = self.ranked(*id)?;
            copies.entry(first).or_default().push((rank, at));
        }
        let (mut kept, mut gone) = (Vec::with_capacity(one.had.len()), BTreeSet::new());
        for (one, other) in pairs() {
            if let Some(at) = stays(one, other) {
                kept.push((*one, Some(at)));
                continue;
            }
            let mut there: Vec<&(Rank, usize)> = Vec::new();
            for id in [one, other].into_iter().flatten() {
                there.extend(copies.get(&self.ranked(*id)?.0).into_iter().flatten());
            }
            gone.extend(there.iter().map(|(_, at)| *at));
            let at = there.into_iter().min().map(|(_, at)| *at);
            kept.push((one.or(*other), at));
        }
        if !back {
            // What a file took away one gives back.
            let gone = kept.iter().filter(|(_, at)| at.is_none()).filter_map(|(id, _)| *id);
            let comes = self.went_with_file(&gone.collect());
            for (id, _) in kept.iter_mut().filter(|(_, at)| at.is_none()) {
                *id = id.filter(|id| comes.contains(id));
            }
        }
        let change = Moves::keeping(held, &kept, &all, gone).change();
        let kept = kept.iter().map(|(id, at)| at.and_then(|at| all.get(at).copied()).or(*id));
        let kept = kept.collect();
        (!change.is_empty()).then_some(Alike { sides, both, change, kept, hash: None })
    }
}

/// Whether a piece of one version stands in a text as a whole; nothing of one without words.
fn whole(places: &[Option<usize>], text: &[char]) -> Option<bool> {
    let (first, last) = (places.first()?, places.last()?);
    let (Some(first), Some(last)) = (*first, *last) else { return Some(false) };
    let row = places.iter().zip(first..).all(|(at, want)| *at == Some(want));
    let there = text.get(first..=last).filter(|_| row);
    match there {
        Some(there) if there.iter().all(|sign| sign.is_whitespace()) => None,
        Some(_) => Some(may_cut(text, first) && may_cut(text, last + 1)),
        None => Some(false),
    }
}

/// The characters of runs one by one.
pub(super) fn each(runs: &[(OpId, u32)]) -> impl Iterator<Item = OpId> {
    let one = |(id, len): &(OpId, u32)| {
        let id = *id;
        (0..*len).map(move |by| OpId { counter: id.counter + by, ..id })
    };
    runs.iter().flat_map(one)
}

impl Cx<'_> {
    /// After events came: versions with one text are that text together. Whether there were any.
    pub(super) fn join_alike(&mut self, doc: &DocId, heads: &[OpId]) -> bool {
        let (mut any, mut done) = (false, Vec::new());
        while let Some(entry) = self.model.session.documents.get(doc)
            && let Some(found) = Edits::of(entry, heads).alike(&mut done)
            && self.put_together(doc, heads, found)
        {
            any = true;
        }
        any
    }

    /// After a file came, which holds this version now: what it held before and holds still is there
    /// once, and so is what others saved, where the file has all of that.
    pub(super) fn follow_file(&mut self, doc: &DocId, before: Option<&Version>, now: &Version) {
        let Some(entry) = self.model.session.documents.get(doc) else { return };
        let document = &entry.document;
        let mut tips: Vec<Version> = Vec::new();
        for saved in saved_last(entry) {
            let is_part = |of: &Version| includes(document, of, saved);
            if !is_part(now) && !tips.iter().any(is_part) {
                tips.push(saved.clone());
            }
        }
        tips.truncate(FOLLOWED);
        let all = before.filter(|before| !includes(document, now, before));
        let all = all.map(|before| (before, false)).into_iter();
        for (old, all) in all.chain(tips.iter().map(|tip| (tip, true))) {
            let Some(entry) = self.model.session.documents.get(doc) else { return };
            let heads = entry.document.version().0;
            if let Some(found) = Edits::of(entry, &heads).followed(old, now, all) {
                self.put_together(doc, &heads, found);
            }
        }
    }

    fn put_together(&mut self, doc: &DocId, heads: &[OpId], found: Alike) -> bool {
        let Some(last) = self.post_dedupe(doc, &found.both, &found.change, Vec::new()) else {
            return false;
        };
        let Some(entry) = self.model.session.documents.get(doc) else { return false };
        let Ok(version) = entry.document.join(&found.both, &Version(vec![last])) else {
            return true;
        };
        let edits = Edits::of(entry, heads);
        let once = found.once(&edits, &version);
        let rest = once.and_then(|once| Rest::told(&edits, &found.sides, once));
        let all = entry.document.version();
        let text = |version: &Version| entry.document.text_at(version).ok();
        let is_held = text(&version) == text(&found.sides[0].version);
        if let Some(hash) = found.hash.filter(|_| is_held).map(Text::new) {
            self.append(&Event::DocumentSaved { doc: doc.clone(), version, hash });
        }
        if let Some(rest) = rest.filter(|rest| !rest.is_empty()) {
            self.post_dedupe(doc, &all, &rest, Vec::new());
        }
        true
    }
}
