//! Which version of a document a file was made from: what was saved here, what came in session
//! files, or both together, as git puts texts together. And changes from outside that turn out to
//! be what somebody's events bring as well.

use super::Cx;
use crate::base::{DocId, EventId, OpId, Pos, Span, WriterId};
use crate::event::{CauseKind, Edit, Event, Op, Text, Version, is_like};
use crate::session::{DocEntry, EditEntry};
use crate::text::{Change, Document, TextError, diff};
use std::collections::BTreeSet;

/// How many of the versions that were saved last are looked at.
const LOOKED_AT: usize = 64;
/// Of a text longer than this, in characters, only so few: reading one takes time.
const LONG: usize = 200_000;
const LOOKED_AT_LONG: usize = 6;
/// How many versions that do not know of each other are put together in pairs.
const PAIRED: usize = 6;
/// How many changes from outside are looked at again when events come.
const CHANGES: usize = 32;

/// A version that a file may have been made from.
pub(super) struct Base {
    pub version: Version,
    pub text: String,
}

/// Whether a version has everything that another has.
fn includes(document: &Document, version: &Version, other: &Version) -> bool {
    document.past(&version.0).is_some_and(|past| {
        other.0.iter().all(|id| past.get(&id.writer).is_some_and(|count| id.counter < *count))
    })
}

/// Whether a version is a part of another that has more.
pub(super) fn is_before(document: &Document, version: &Version, other: &Version) -> bool {
    includes(document, other, version) && !includes(document, version, other)
}

/// The versions that were saved last, the newest first.
fn saved_last(entry: &DocEntry) -> impl Iterator<Item = &Version> {
    let most = if entry.document.len() > LONG { LOOKED_AT_LONG } else { LOOKED_AT };
    let all = entry.saved.iter().rev().take(most).map(|saved| &saved.version);
    all.filter(|version| entry.document.knows(version))
}

/// The versions saved last that none of the others goes beyond, the newest last.
fn tips(entry: &DocEntry) -> Vec<Version> {
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
fn settled(entry: &DocEntry, mut version: Version) -> Version {
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
            // A word that is another one is replaced whole.
            let grew = first + last == there.len() || first + last == here.len();
            let (first, last) = if grew { (first, last) } else { (0, 0) };
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
fn distance(change: &Change) -> usize {
    change.0.iter().map(|one| 2 * one.span.len() + one.text.chars().count()).sum()
}

/// The version that a text was made from: one that was saved, or several together, with just this
/// text; else the nearest. Older ones than `last`, which the file held before, are no candidates:
/// what is missing then was taken out on purpose.
pub(super) fn base_of(entry: &DocEntry, last: Option<&Version>, text: &str) -> Option<Base> {
    let document = &entry.document;
    let tips = tips(entry);
    let mut candidates: Vec<Version> = last.cloned().into_iter().collect();
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
    let mut seen = BTreeSet::new();
    candidates.retain(|one| seen.insert(one.clone()) && document.knows(one));
    candidates.retain(|one| last.is_none_or(|last| !is_before(document, one, last)));
    let alone = candidates.len() == 1;
    let mut best: Option<(usize, Base)> = None;
    for version in candidates {
        let Ok(there) = document.text_at(&version) else { continue };
        if is_like(&there, text) || alone {
            return Some(Base { version, text: there });
        }
        let far = distance(&difference(&there, text));
        if best.as_ref().is_none_or(|(least, _)| far < *least) {
            best = Some((far, Base { version, text: there }));
        }
    }
    best.map(|(_, base)| base)
}

/// What makes of one version the file's text, where that is a version which was saved: its words come
/// back as whose they are. Nothing for a text that never was here.
pub(super) fn brought_back(entry: &DocEntry, from: &Version, hash: &str) -> Option<Change> {
    let then = entry.saved.iter().rfind(|saved| saved.hash == hash)?;
    let (from, then) = (entry.at(from).ok()?, entry.at(&then.version).ok()?);
    from.plan_restore(&then).ok()
}

/// A change from outside that somebody's events bring as well.
struct Explained {
    edit: EventId,
    /// Where the events lead, from what the change was made on.
    version: Version,
    /// What the file has beside that.
    rest: Change,
    /// The edits that brought it.
    by: Vec<EventId>,
    /// What the file held.
    hash: String,
}

fn is_outside(entry: &EditEntry) -> bool {
    let cause = entry.edit.cause.as_ref();
    cause.is_some_and(|cause| cause.kind == CauseKind::Outside) && entry.edit.width() > 0
}

fn last_of(writer: WriterId, edit: &Edit) -> OpId {
    OpId { writer, counter: edit.start + edit.width().saturating_sub(1) }
}

/// The first change from outside, the newest first, that what others saved explains.
fn explained(entry: &DocEntry) -> Option<Explained> {
    let document = &entry.document;
    if document.version().0.len() < 2 {
        return None;
    }
    let done: BTreeSet<EventId> = entry
        .edits()
        .filter_map(|edit| edit.edit.cause.as_ref())
        .filter(|cause| cause.kind == CauseKind::Dedupe)
        .flat_map(|cause| cause.of.iter().copied())
        .collect();
    let tips = tips(entry);
    let all = entry.edits().rev().filter(|edit| is_outside(edit) && !done.contains(&edit.id));
    all.take(CHANGES).find_map(|edit| explain(entry, edit, &tips))
}

fn explain(entry: &DocEntry, edit: &EditEntry, tips: &[Version]) -> Option<Explained> {
    let document = &entry.document;
    let base = Version(edit.edit.deps.clone());
    let last = Version(vec![last_of(edit.writer, &edit.edit)]);
    let with = document.join(&base, &last).ok()?;
    let holds = |version: &Version| includes(document, version, &last);
    let from = entry.saved.iter().find(|saved| holds(&saved.version))?;
    let is_other = |one: &&Version| !holds(one) && !includes(document, &base, one);
    let others: Vec<&Version> = tips.iter().filter(is_other).collect();
    let all = saved_last(entry).filter(is_other);
    let mut ways: Vec<Version> = all.filter_map(|one| document.join(&base, one).ok()).collect();
    let together = others.iter().try_fold(base.clone(), |all, tip| document.join(&all, tip).ok());
    ways.extend(together);
    let mut ways: Vec<Version> = ways.into_iter().map(|way| settled(entry, way)).collect();
    ways.sort();
    ways.dedup();
    let held = document.text_at(&with).ok()?;
    let mut best: Option<(usize, Version, Change)> = None;
    for way in ways.into_iter().filter(|way| *way != base) {
        let rest = difference(&document.text_at(&way).ok()?, &held);
        // What the file does not have was not there when it was written: then this is not the way.
        if rest.0.iter().any(|one| !one.span.is_empty()) {
            continue;
        }
        let far = distance(&rest);
        if best.as_ref().is_none_or(|(least, ..)| far < *least) {
            best = Some((far, way, rest));
        }
    }
    let (far, version, rest) = best?;
    // What is half another change is another change, unless whole parts of it are left.
    if far * 2 > edit.edit.width() as usize && !is_part(&rest, &edit.edit) {
        return None;
    }
    let (past, known) = (document.past(&version.0)?, document.past(&base.0)?);
    let by = entry.edits().filter(|one| {
        let end = one.edit.start + one.edit.width();
        let has = |count: Option<&u32>| count.is_some_and(|count| *count >= end);
        has(past.get(&one.writer)) && !has(known.get(&one.writer))
    });
    let by = by.map(|one| one.id).collect();
    Some(Explained { edit: edit.id, version, rest, by, hash: from.hash.clone() })
}

/// Whether a change is some of the insertions of an edit, each whole, and not all of them.
fn is_part(change: &Change, of: &Edit) -> bool {
    let mut parts: Vec<&str> = Vec::new();
    for op in &of.ops {
        match op {
            Op::Insert { text, .. } => parts.push(text.as_str()),
            Op::Delete { .. } => return false,
        }
    }
    let all = parts.len();
    let each = change.0.iter().all(|one| {
        let at = parts.iter().position(|part| *part == one.text);
        at.is_some_and(|at| !parts.swap_remove(at).is_empty())
    });
    each && change.0.len() < all
}

/// What takes the change from outside back, in the version that has it and what explains it.
fn plan(entry: &DocEntry, found: &Explained) -> Result<(Version, Change), TextError> {
    let edits: Vec<&EditEntry> =
        std::iter::once(&found.edit).chain(&found.by).filter_map(|id| entry.edit(id)).collect();
    let Some((own, others)) = edits.split_first() else {
        return Ok((Version::default(), Change::default()));
    };
    let document = &entry.document;
    let last = Version(vec![last_of(own.writer, &own.edit)]);
    let both = document.join(&found.version, &last)?;
    let past = document.past(&both.0).unwrap_or_default();
    let known = entry.edits().filter(|one| {
        let end = one.edit.start + one.edit.width();
        past.get(&one.writer).is_some_and(|count| *count >= end)
    });
    let known: Vec<(WriterId, &Edit)> = known.map(|one| (one.writer, &one.edit)).collect();
    let mut then = Document::new(document.id().clone());
    then.apply_edits(&known)?;
    let others: Vec<(WriterId, &Edit)> = others.iter().map(|one| (one.writer, &one.edit)).collect();
    let change = then.plan_undo_beside(&[(own.writer, &own.edit)], &others)?;
    Ok((both, change))
}

impl Cx<'_> {
    /// After events came: a change that was taken in from the file before them, as git brought the
    /// text first, is taken back where they bring the same. Whether there was one.
    pub(super) fn explain_outside(&mut self, doc: &DocId) -> bool {
        let mut any = false;
        for _ in 0..CHANGES {
            let Some(entry) = self.model.session.documents.get(doc) else { break };
            let Some(found) = explained(entry) else { break };
            if !self.take_back(doc, &found) {
                break;
            }
            any = true;
        }
        any
    }

    /// Takes the second copy away in the version that has both and nothing else: whoever puts these
    /// two together another time takes that along.
    fn take_back(&mut self, doc: &DocId, found: &Explained) -> bool {
        let planned = self.model.session.documents.get(doc).map(|entry| plan(entry, found));
        let (both, change) = match planned {
            Some(Ok((both, change))) if !change.is_empty() => (both, change),
            Some(Err(why)) => {
                self.error(format!("A second copy could not be taken away: {why}"));
                return false;
            }
            _ => return false,
        };
        self.seal_bursts();
        let author = self.model.me.author.clone();
        let writer = self.mint(&author, Some(doc.clone()), true);
        let Some(entry) = self.model.session.documents.get_mut(doc) else { return false };
        let done = entry.document.change_at(&both, writer, &change, Some(CauseKind::Dedupe));
        let applied = match done {
            Ok(applied) => applied,
            Err(why) => {
                self.error(format!("A second copy could not be taken away: {why}"));
                return false;
            }
        };
        self.post_edit(doc, writer, applied, CauseKind::Dedupe, vec![found.edit]);
        let mut version = found.version.clone();
        if !found.rest.is_empty()
            && let Some(last) = self.post_outside(doc, &found.version, &found.rest)
            && let Some(entry) = self.model.session.documents.get(doc)
            && let Ok(with) = entry.document.join(&version, &Version(vec![last]))
        {
            version = with;
        }
        // The file held this.
        let hash = Text::new(found.hash.clone());
        self.append(&Event::DocumentSaved { doc: doc.clone(), version, hash });
        true
    }
}
