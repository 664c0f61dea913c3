//! Changes from outside that turn out to be what somebody's events bring as well: they stand once,
//! and the words are theirs who wrote them. Whichever of the file and the events came first, and
//! also where the file has only some of what the events bring, as after a cherry-pick.

use super::Cx;
use super::saved::{
    LONG, difference, distance, ends, includes, last_of, saved_last, settled, tips,
};
use crate::base::{DocId, EventId, Pos, Span, WriterId};
use crate::event::{CauseKind, Edit, Event, Op, Text, Version};
use crate::session::{DocEntry, EditEntry};
use crate::text::{Change, Document, Piece, Replace, TextError};
use std::collections::BTreeSet;

/// How many changes from outside are looked at again when events come.
const CHANGES: usize = 32;
/// A piece of at least so many signs is no coincidence where it stands.
const TELLING: usize = 4;
/// How many pieces that the file seems not to have are looked for once more.
const AGAIN: usize = 64;

/// A change from outside that somebody's events bring as well.
struct Explained {
    edit: EventId,
    /// Where the events lead, from what the change was made on.
    version: Version,
    /// What the file has beside that.
    rest: Change,
    /// The edits that brought it.
    by: Vec<EventId>,
    /// What the file held, where that is just `version` and `rest`.
    hash: Option<String>,
}

fn is_outside(entry: &EditEntry) -> bool {
    let cause = entry.edit.cause.as_ref();
    cause.is_some_and(|cause| cause.kind == CauseKind::Outside) && entry.edit.width() > 0
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
    // What is half another change is another change, unless whole parts of it are left.
    let is_other = |far: usize, rest: &Change| {
        far * 2 > edit.edit.width() as usize && !is_part(rest, &edit.edit)
    };
    let whole = best.filter(|(far, _, rest)| !is_other(*far, rest));
    let (version, rest, hash) = match whole {
        Some((_, version, rest)) => (version, rest, Some(from.hash.clone())),
        None => {
            if document.reach(edit.writer, &edit.edit).living.is_empty() {
                return None;
            }
            let version = met(entry, &base, &last, &others)?;
            if document.len() > LONG && !may_bring(entry, edit, &base, &version) {
                return None;
            }
            let pieces = document.beside(&base, &version, &ends(entry)).ok()?;
            let before = distance(&difference(&document.text_at(&base).ok()?, &held));
            let later = later_outside(entry, edit);
            let (rest, telling) = beyond(&pieces, &held, &later);
            let far = distance(&rest);
            if far >= before || !telling && is_other(far, &rest) {
                return None;
            }
            (version, rest, None)
        }
    };
    let by = brought(entry, &base, &version)?.into_iter().map(|one| one.id).collect();
    Some(Explained { edit: edit.id, version, rest, by, hash })
}

/// The writers of later changes from outside. They may turn out to be what this one brought, and not
/// the other way round as well: else two copies of the session could take both back.
fn later_outside(entry: &DocEntry, edit: &EditEntry) -> BTreeSet<WriterId> {
    let later = entry.edits().rev().take_while(|one| one.id != edit.id);
    later.filter(|one| is_outside(one)).map(|one| one.writer).collect()
}

/// What is here beside a change from outside that was made on `base`: everything that others saved,
/// and whatever else does not know of it.
fn met(entry: &DocEntry, base: &Version, last: &Version, others: &[&Version]) -> Option<Version> {
    let document = &entry.document;
    let heads = document.version().0.into_iter().map(|id| Version(vec![id]));
    let heads: Vec<Version> = heads.filter(|head| !includes(document, head, last)).collect();
    let mut all = heads.iter().chain(others.iter().copied());
    let version = all.try_fold(base.clone(), |all, one| document.join(&all, one).ok())?;
    (version != *base).then(|| settled(entry, version))
}

/// The edits that lead from one version to another.
fn brought<'a>(
    entry: &'a DocEntry,
    base: &Version,
    version: &Version,
) -> Option<Vec<&'a EditEntry>> {
    let (past, known) = (entry.document.past(&version.0)?, entry.document.past(&base.0)?);
    let by = entry.edits().filter(|one| {
        let end = one.edit.start + one.edit.width();
        let has = |count: Option<&u32>| count.is_some_and(|count| *count >= end);
        has(past.get(&one.writer)) && !has(known.get(&one.writer))
    });
    Some(by.collect())
}

/// Whether something that others wrote stands in a change from outside: in a long text that is asked
/// first, since it costs less than comparing.
fn may_bring(entry: &DocEntry, edit: &EditEntry, base: &Version, version: &Version) -> bool {
    let words = |edit: &'_ Edit| -> Vec<String> {
        let inserted = edit.ops.iter().filter_map(|op| match op {
            Op::Insert { text, .. } => Some(text.as_str().to_owned()),
            Op::Delete { .. } => None,
        });
        inserted.collect()
    };
    let here = words(&edit.edit);
    let is_here =
        |word: &String| !word.trim().is_empty() && here.iter().any(|one| one.contains(word));
    let by = brought(entry, base, version).unwrap_or_default();
    by.iter().flat_map(|one| words(&one.edit)).any(|word| is_here(&word))
}

/// What a text has beside a row of pieces, of which all have their place in `other` but for those
/// that only `one` has: in the positions of `other`, and whether pieces that are no coincidence were
/// found. Of what only `other` has each piece is in the text whole, or is not in it: then the text
/// was made without it, and nobody took it out. What only `one` has is gone in `other` already.
fn beyond(pieces: &[Piece], text: &str, later: &BTreeSet<WriterId>) -> (Change, bool) {
    let is_new = |piece: &Piece| !piece.in_one;
    let is_open = |piece: &Piece| !(is_new(piece) && later.contains(&piece.id.writer));
    let mut taken: Vec<bool> = pieces.iter().map(is_open).collect();
    let row = |taken: &[bool]| -> String {
        let taken = pieces.iter().zip(taken).filter(|(_, taken)| **taken);
        taken.map(|(piece, _)| piece.text.as_str()).collect()
    };
    let mut left: Vec<usize> = Vec::new();
    loop {
        let change = difference(&row(&taken), text);
        let mut at = 0;
        let before = left.len();
        for (index, piece) in pieces.iter().enumerate() {
            if !taken[index] {
                continue;
            }
            let span = Span::new(Pos(at), Pos(at + piece.len));
            at += piece.len;
            let meets = |one: &Replace| one.span.start < span.end && span.start < one.span.end;
            if is_new(piece) && change.0.iter().any(meets) {
                left.push(index);
            }
        }
        left[before..].iter().for_each(|index| taken[*index] = false);
        if left.len() == before {
            break;
        }
    }
    // Where the same signs stand beside one another, a difference may have cut the wrong ones out.
    let mut least = distance(&difference(&row(&taken), text));
    left.sort_unstable();
    for index in left.into_iter().take(AGAIN) {
        taken[index] = true;
        let far = distance(&difference(&row(&taken), text));
        taken[index] = far + pieces[index].len <= least;
        least = if taken[index] { far } else { least };
    }
    let change = difference(&row(&taken), text);
    let found = |(piece, taken): &(&Piece, &bool)| is_new(piece) && **taken;
    let signs = |piece: &Piece| piece.text.chars().filter(|sign| !sign.is_whitespace()).count();
    let telling = pieces.iter().zip(&taken).filter(found).any(|(piece, _)| signs(piece) >= TELLING);
    (in_other(pieces, &taken, &change), telling)
}

/// A change of a row of pieces in the positions of `other`. Nothing but what both have is deleted.
fn in_other(pieces: &[Piece], taken: &[bool], change: &Change) -> Change {
    let mut out = Change::default();
    for one in &change.0 {
        let mut insert = Some(Pos(0)).filter(|_| one.span.start == Pos(0));
        let mut deleted: Vec<Span> = Vec::new();
        // Where the next piece begins in the row, and where in `other`.
        let (mut at, mut there) = (0, 0);
        for (piece, taken) in pieces.iter().zip(taken) {
            let here = if piece.in_other { piece.len } else { 0 };
            if *taken {
                let (start, end) = (one.span.start.0, one.span.end.0);
                if at < start && start <= at + piece.len {
                    insert = Some(Pos(there + (start - at).min(here)));
                }
                let (from, to) = (start.max(at), end.min(at + piece.len));
                if from < to && piece.in_one && piece.in_other {
                    deleted.push(Span::new(Pos(there + from - at), Pos(there + to - at)));
                }
                at += piece.len;
            }
            there += here;
        }
        let Some(insert) = insert else { continue };
        let whole = deleted.first().filter(|span| span.start == insert).copied();
        let rest = deleted.split_off(usize::from(whole.is_some()));
        let span = whole.unwrap_or(Span::at(insert));
        if !(span.is_empty() && one.text.is_empty()) {
            out.0.extend(Change::replace(span, one.text.clone()).0);
        }
        out.0.extend(rest.into_iter().flat_map(|span| Change::delete(span).0));
    }
    out
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
            if !self.take_back(doc, found) {
                break;
            }
            any = true;
        }
        any
    }

    /// Takes the second copy away in the version that has both and nothing else: whoever puts these
    /// two together another time takes that along.
    fn take_back(&mut self, doc: &DocId, mut found: Explained) -> bool {
        self.seal_bursts();
        // What the file took out beside that must not come back with what is taken back.
        let takes_out = found.rest.0.iter().any(|one| !one.span.is_empty());
        if takes_out && !self.post_rest(doc, &mut found) {
            return false;
        }
        let planned = self.model.session.documents.get(doc).map(|entry| plan(entry, &found));
        let (both, change) = match planned {
            Some(Ok((both, change))) if !change.is_empty() => (both, change),
            Some(Err(why)) => {
                self.error(format!("A second copy could not be taken away: {why}"));
                return false;
            }
            _ => return false,
        };
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
        if !takes_out && !found.rest.is_empty() {
            self.post_rest(doc, &mut found);
        }
        if let Some(hash) = found.hash {
            // The file held this.
            let (doc, hash) = (doc.clone(), Text::new(hash));
            self.append(&Event::DocumentSaved { doc, version: found.version, hash });
        }
        true
    }

    /// Takes what the file has beside what the events bring in where those lead.
    fn post_rest(&mut self, doc: &DocId, found: &mut Explained) -> bool {
        let Some(last) = self.post_outside(doc, &found.version, &found.rest) else { return false };
        let Some(entry) = self.model.session.documents.get(doc) else { return false };
        let rest = entry.edits().rfind(|edit| edit.writer == last.writer);
        found.by.extend(rest.map(|edit| edit.id));
        if let Ok(with) = entry.document.join(&found.version, &Version(vec![last])) {
            found.version = with;
        }
        true
    }
}
