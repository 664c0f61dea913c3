//! Which version of a document a file was made from: what was saved here, what came in session
//! files, or both together, as git puts texts together.

use super::Cx;
use crate::base::{EventId, OpId, Pos, Span, WriterId};
use crate::event::{CauseKind, Edit, Version, is_like};
use crate::session::{DocEntry, EditEntry, SavedVersion};
use crate::text::{Change, Document, diff};
use std::collections::{BTreeMap, BTreeSet};

/// How many of the versions that were saved last are looked at.
const LOOKED_AT: usize = 64;
/// Of a text longer than this, in characters, only so few: reading one takes time.
pub(super) const LONG: usize = 200_000;
const LOOKED_AT_LONG: usize = 6;
/// How many versions that do not know of each other are put together in pairs.
const PAIRED: usize = 6;
/// So many signs of words are no coincidence.
const TELLING: usize = 4;

/// A version that a file may have been made from.
pub(super) struct Base {
    pub version: Version,
    pub text: String,
}

/// Whether a version has everything that another has.
pub(super) fn includes(document: &Document, version: &Version, other: &Version) -> bool {
    document.past(&version.0).is_some_and(|past| {
        other.0.iter().all(|id| past.get(&id.writer).is_some_and(|count| id.counter < *count))
    })
}

/// Whether a version is a part of another that has more.
pub(super) fn is_before(document: &Document, version: &Version, other: &Version) -> bool {
    includes(document, other, version) && !includes(document, version, other)
}

/// The versions that were saved last, the newest first.
pub(super) fn saved_last(entry: &DocEntry) -> impl Iterator<Item = &Version> {
    let most = if entry.document.len() > LONG { LOOKED_AT_LONG } else { LOOKED_AT };
    let all = entry.saved.iter().rev().take(most).map(|saved| &saved.version);
    all.filter(|version| entry.document.knows(version))
}

/// The versions saved last that none of the others goes beyond, the newest last.
pub(super) fn tips(entry: &DocEntry) -> Vec<Version> {
    let from = entry.saved.len().saturating_sub(LOOKED_AT);
    let mut tips: Vec<Version> = Vec::new();
    for saved in entry.saved.iter().skip(from) {
        let version = &saved.version;
        if !entry.document.knows(version)
            || tips.iter().any(|tip| includes(&entry.document, tip, version))
        {
            continue;
        }
        tips.retain(|tip| !includes(&entry.document, version, tip));
        tips.push(version.clone());
    }
    tips
}

/// A version with what was taken back of it: where two copies of one thing are both in it, the edit
/// that deleted the second is as well.
pub(super) fn settled(entry: &DocEntry, mut version: Version) -> Version {
    let document = &entry.document;
    let has = |version: &Version, edit: &EditEntry| {
        includes(document, version, &Version(vec![last_of(edit.writer, &edit.edit)]))
    };
    for edit in entry.edits().filter(|edit| edit.edit.width() > 0) {
        let Some(cause) = edit.edit.cause.as_ref() else { continue };
        let both = || cause.of.iter().filter_map(|id| entry.edit(id)).all(|of| has(&version, of));
        if cause.kind == CauseKind::Dedupe
            && !has(&version, edit)
            && includes(document, &version, &Version(edit.edit.deps.clone()))
            && both()
            && let Ok(with) =
                document.join(&version, &Version(vec![last_of(edit.writer, &edit.edit)]))
        {
            version = with;
        }
    }
    version
}

/// What leads from one text to another, without what stays at both ends of each line: words that only
/// grew keep their characters.
pub(super) fn difference(old: &str, new: &str) -> Change {
    let chars: Vec<char> = old.chars().collect();
    let mut change = Change::default();
    for one in diff(old, new).0 {
        let there: String = chars.get(one.span.range()).unwrap_or_default().iter().collect();
        let lines: Vec<(&str, &str)> =
            match there.matches('\n').count() == one.text.matches('\n').count() {
                true => there.split_inclusive('\n').zip(one.text.split_inclusive('\n')).collect(),
                false => Vec::new(),
            };
        let whole = |pick: fn(&(&str, &str)) -> usize| lines.iter().map(pick).sum::<usize>();
        // One of them may end with its last line feed.
        let all = whole(|(old, _)| old.len()) == there.len()
            && whole(|(_, new)| new.len()) == one.text.len();
        let lines = if all { lines } else { vec![(there.as_str(), one.text.as_str())] };
        let mut at = one.span.start.0;
        for (there, here) in lines {
            // Filler stands for whatever the file has there.
            let same_words = is_like(there, here);
            let (there, here): (Vec<char>, Vec<char>) =
                (there.chars().collect(), here.chars().collect());
            let same = |(a, b): &(&char, &char)| a == b;
            let first = there.iter().zip(&here).take_while(same).count();
            let rest = (there.len() - first).min(here.len() - first);
            let ends = there.iter().rev().zip(here.iter().rev()).take(rest);
            let last = ends.take_while(same).count();
            // A word that is another one is replaced whole; the end of the line is no part of it.
            let grew = first + last == there.len() || first + last == here.len();
            let is_end = |c: &&char| matches!(c, '\n' | '\r');
            let end = there.iter().rev().take(last).take_while(is_end).count();
            let (first, last) = if grew { (first, last) } else { (0, end) };
            let text: String = here[first..here.len() - last].iter().collect();
            let span = Span::new(Pos(at + first), Pos(at + there.len() - last));
            if !same_words {
                change.0.extend(Change::replace(span, text).0);
            }
            at += there.len();
        }
    }
    change
}

/// How much two texts differ, in characters. What is taken out counts twice: it is more likely that
/// a version is not the right one than that somebody deleted what it has.
pub(super) fn distance(change: &Change) -> usize {
    change.0.iter().map(|one| 2 * one.span.len() + one.text.chars().count()).sum()
}

/// The version that a text was made from: one that was saved, or several together, with just this
/// text; else the nearest. Older ones than `last`, which the file held before, are no candidates:
/// what is missing then was taken out on purpose. Where it is `certain` that the file held that, one
/// of whose new lines some are missing is none either: the file never had them, as after a
/// cherry-pick, and nobody took them out.
pub(super) fn base_of(
    entry: &DocEntry,
    last: Option<&Version>,
    certain: bool,
    text: &str,
) -> Option<Base> {
    let document = &entry.document;
    let tips = tips(entry);
    let held = last.and_then(|last| document.text_at(last).ok()).unwrap_or_default();
    // Where nothing else came, as which the words stand here now.
    let now = Some(document.version()).filter(|_| *document.rope() == held.as_str());
    let mut candidates: Vec<Version> = now.into_iter().chain(last.cloned()).collect();
    candidates.extend(tips.iter().rev().cloned());
    let pairs = tips.len().min(PAIRED);
    let join = |some: &[&Version]| {
        let (first, rest) = some.split_first()?;
        let all = rest.iter().try_fold((*first).clone(), |all, one| document.join(&all, one).ok());
        all.map(|all| settled(entry, all))
    };
    candidates.extend(join(&tips.iter().collect::<Vec<_>>()));
    for (index, one) in tips.iter().rev().take(pairs).enumerate() {
        for other in tips.iter().rev().take(pairs).skip(index + 1) {
            candidates.extend(join(&[one, other]));
        }
    }
    if candidates.is_empty() {
        candidates.push(document.version());
    }
    // What the file held before with what one of the others had saved by then.
    if let Some(last) = last {
        candidates.extend(saved_last(entry).filter_map(|one| join(&[last, one])));
    }
    if !certain {
        // Nobody knows what the file held here: it may lie behind all that came with the session.
        candidates.extend(saved_last(entry).cloned());
    }
    let mut seen = BTreeSet::new();
    candidates.retain(|one| seen.insert(one.clone()) && document.knows(one));
    let last_held = last.filter(|_| certain);
    candidates.retain(|one| last_held.is_none_or(|last| !is_before(document, one, last)));
    let alone = candidates.len() == 1;
    let mut best: Option<((usize, usize), Base)> = None;
    for version in candidates {
        let Ok(there) = document.text_at(&version) else { continue };
        if is_like(&there, text) || alone {
            return Some(Base { version, text: there });
        }
        // A merge that was settled by hand has the words of both sides, in an order of its own.
        let settles = last.is_some_and(|last| is_before(document, last, &version))
            && brings_words(&held, &there)
            && lacks(text, &there) == 0;
        let change = difference(&there, text);
        let sure = last.filter(|last| certain && **last != version && there != held);
        if !settles && sure.is_some_and(|last| takes_new(entry, last, &version, &change)) {
            continue;
        }
        let far = distance(&change);
        let rank = if settles { (0, usize::MAX - there.len()) } else { (1, far) };
        if best.as_ref().is_none_or(|(least, _)| rank < *least) {
            best = Some((rank, Base { version, text: there }));
        }
    }
    best.map(|(_, base)| base)
}

/// How many signs the words have that a text has less often than another.
fn lacks(text: &str, other: &str) -> usize {
    let words = |text: &str| -> BTreeMap<String, usize> {
        let mut count = BTreeMap::new();
        for word in text.split(|sign: char| !sign.is_alphanumeric()).filter(|one| !one.is_empty()) {
            *count.entry(word.to_owned()).or_default() += 1;
        }
        count
    };
    let has = words(text);
    let less = |(word, count): (&String, &usize)| {
        let times = has.get(word).copied().unwrap_or_default();
        count.saturating_sub(times) * word.chars().count()
    };
    words(other).iter().map(less).sum()
}

/// Whether another text has words that are no coincidence.
fn brings_words(text: &str, other: &str) -> bool {
    lacks(text, other) >= TELLING
}

/// The last operations of what was saved: a file has what somebody wrote up to a save, or has not.
pub(super) fn ends(entry: &DocEntry) -> BTreeSet<OpId> {
    entry.saved.iter().flat_map(|saved| saved.version.0.iter().copied()).collect()
}

/// What makes of one version the file's text, where that is a version which was saved: its words come
/// back as whose they are. Nothing for a text that never was here.
pub(super) fn brought_back(entry: &DocEntry, from: &Version, hash: &str) -> Option<Change> {
    let then = entry.saved.iter().rfind(|saved| saved.hash == hash)?;
    let (from, then) = (entry.at(from).ok()?, entry.at(&then.version).ok()?);
    from.plan_restore(&then).ok()
}

/// Whether a change of `version` takes something out without a word instead, that is new since `last`:
/// a line, or what somebody put into one.
fn takes_new(entry: &DocEntry, last: &Version, version: &Version, change: &Change) -> bool {
    let out: Vec<Span> =
        change.0.iter().filter(|one| one.text.is_empty()).map(|one| one.span).collect();
    if out.is_empty() {
        return false;
    }
    let Ok(pieces) = entry.document.beside(last, version, &ends(entry)) else { return false };
    let mut at = 0;
    pieces.iter().filter(|piece| piece.in_other).any(|piece| {
        let (start, end) = (at, at + piece.len);
        at = end;
        let gone = |span: &Span| span.end.0.min(end).saturating_sub(span.start.0.max(start));
        !piece.in_one && 2 * out.iter().map(gone).sum::<usize>() >= piece.len
    })
}

/// The last operation of an edit.
pub(super) fn last_of(writer: WriterId, edit: &Edit) -> OpId {
    OpId { writer, counter: edit.start + edit.width().saturating_sub(1) }
}

impl Cx<'_> {
    /// The version that the file held here before, and whether that is certain: as it was met last,
    /// else the one saved last.
    pub(super) fn held_last(&self) -> Option<(Version, bool)> {
        let entry = self.model.entry()?;
        let known = |hash: &String| entry.saved.iter().rfind(|saved| saved.hash == *hash);
        match self.model.met.iter().find_map(known) {
            Some(saved) => Some((saved.version.clone(), true)),
            None => Some((entry.saved.last()?.version.clone(), false)),
        }
    }

    /// What is said of a file that brings nothing new.
    pub(super) fn late_words(&self, hash: &str) -> String {
        let mut saved = self.model.entry().into_iter().flat_map(|entry| &entry.saved);
        let saved = saved.rfind(|saved| saved.hash == hash);
        let who = saved.and_then(|saved| self.model.session.author_of(&saved.event));
        let who = who.map_or("somebody", |who| self.model.session.author_name(who));
        format!(
            "The file is a version that {who} saved; all of it is in the text here already, which goes beyond it. Saving writes the text here over it."
        )
    }

    /// Whether the file never held a version here although that is a part of the text: it is of
    /// somebody whose events came before it, as in a synced folder, and not put back by anybody.
    /// That it was here before this machine knew of the session can't be told, so that there must be
    /// something that the file held here without it.
    pub(super) fn came_late(&self, hash: &str, version: &Version) -> bool {
        let Some(entry) = self.model.entry() else { return false };
        let is_own =
            |event: &EventId| self.model.session.author_of(event) == Some(&self.model.me.author);
        let held =
            |saved: &&SavedVersion| is_own(&saved.event) || self.model.met.contains(&saved.hash);
        let mut held = entry.saved.iter().filter(held);
        let was_here = self.model.met.iter().any(|met| met == hash)
            || held.clone().any(|saved| saved.hash == hash);
        let document = &entry.document;
        let without = |saved: &SavedVersion| {
            document.knows(&saved.version) && !includes(document, &saved.version, version)
        };
        !was_here && held.any(without)
    }
}
