//! What redactions took out of texts and came back since: which characters they named, and whether
//! any of these is known again.

use super::words::{ahead, each, operations};
use crate::base::{AuthorId, OpId};
use crate::event::{CauseKind, FILLER, Op};
use crate::session::{DocEntry, RedactionInfo, Session};
use std::collections::BTreeSet;

/// The operations of texts whose characters one of these redactions named.
pub(super) fn named(session: &Session, wanted: impl Fn(&RedactionInfo) -> bool) -> BTreeSet<OpId> {
    let mut named = session.redactions.named(&wanted);
    for (first, len, author) in session.redactions.whole(&wanted) {
        let entry = session.documents.values().find(|entry| entry.edit_of(first).is_some());
        if let Some(entry) = entry {
            of_whole(session, entry, (first, len), &author, &mut named);
        }
    }
    named
}

/// Of a body that went whole, as in logs of earlier versions: what the edits that followed did not
/// write anew. They deleted what was named, where it stood; of the rest nothing stands.
fn of_whole(
    session: &Session,
    entry: &DocEntry,
    (first, len): (OpId, u32),
    author: &AuthorId,
    named: &mut BTreeSet<OpId>,
) {
    let follows = entry.edits().filter(|edit| {
        let cause = edit.edit.cause.as_ref();
        cause.is_some_and(|cause| cause.kind == CauseKind::Redact)
            && session.is_same(&edit.author, author)
    });
    let (mut anew, mut deleted) = (BTreeSet::new(), BTreeSet::new());
    for (_, _, op) in follows.flat_map(operations) {
        match op {
            Op::Insert { src, .. } => {
                let src: Vec<(OpId, u32)> = src.iter().map(|src| (src.id, src.len)).collect();
                anew.extend(each(&src));
            }
            Op::Delete { first, .. } => deleted.extend(each(&[(*first, op.width())])),
        }
    }
    for id in each(&[(first, len)]) {
        let same: Vec<OpId> = each(&entry.document.same_words(&[(id, 1)])).collect();
        let any = |ids: &BTreeSet<OpId>| same.iter().any(|id| ids.contains(id));
        let stands = || same.iter().any(|id| entry.document.stands_at(*id).is_some());
        if !any(&anew) && (any(&deleted) || !stands()) {
            named.insert(id);
        }
    }
}

/// Whether an event is here whole that one of these redactions names.
pub fn stands_whole(session: &Session, redactions: impl Fn(&RedactionInfo) -> bool) -> bool {
    let wanted = session.redactions.iter().filter(|taken| redactions(taken));
    wanted.flat_map(|taken| &taken.what.what).any(|one| {
        !one.bodies.is_empty()
            && session.contains(&one.event)
            && !session.redactions.is_filled(&one.event)
    })
}

/// Whether something came back that redactions took out of the texts: see `Target::Again`.
/// Quickly, without the log.
pub fn came_back(session: &Session, redactions: impl Fn(&RedactionInfo) -> bool) -> bool {
    let named = named(session, redactions);
    if named.is_empty() {
        return false;
    }
    let runs: Vec<(OpId, u32)> = named.iter().map(|id| (*id, 1)).collect();
    session.redactions.keeps_any(&named)
        || session.documents.values().any(|entry| {
            let own: Vec<(OpId, u32)> =
                runs.iter().filter(|(id, _)| entry.edit_of(*id).is_some()).copied().collect();
            let all: BTreeSet<OpId> = entry
                .document
                .same_words(&own)
                .iter()
                .flat_map(|run| each(&[*run]).collect::<Vec<_>>())
                .collect();
            entry.edits().flat_map(operations).any(|(_, first, op)| {
                let Op::Insert { ins, text, .. } = op else { return false };
                let mut hit = all.range(first..ahead(first, *ins)).peekable();
                if hit.peek().is_none() {
                    return false;
                }
                let hit: BTreeSet<u32> = hit.map(|id| id.counter - first.counter).collect();
                let known = (0u32..).zip(text.as_str().chars());
                known.into_iter().any(|(at, one)| {
                    one != FILLER && !matches!(one, '\n' | '\r') && hit.contains(&at)
                })
            })
        })
}
