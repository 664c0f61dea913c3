//! Text that a file brings back: it stood here and another program took it out, as when somebody goes
//! over to another branch and comes back by a merge. It is what it was, by whom it was.

use super::moving::Places;
use super::saved::{LONG, saved_last};
use crate::base::OpId;
use crate::event::Version;
use crate::session::DocEntry;
use crate::text::{Change, Replace};
use std::collections::BTreeSet;

/// How many of the versions that were saved last are looked at.
const LOOKED_AT: usize = 16;
/// In how many places of each.
const PLACES: usize = 8;
/// So many letters and digits in a row are no coincidence.
const TELLING: usize = 4;

/// A change of a version by a file, in which what stood here before has the operations that it had.
pub(super) fn returned(entry: &DocEntry, base: &Version, change: Change) -> Change {
    let document = &entry.document;
    let telling = |text: &str| text.chars().filter(|sign| sign.is_alphanumeric()).count();
    let any = change.0.iter().any(|one| telling(&one.text) >= TELLING);
    if !any || document.len() > LONG {
        return change;
    }
    let Ok((_, alive)) = document.characters_at(base) else { return change };
    let mut seen = BTreeSet::new();
    let versions = saved_last(entry).filter(|version| seen.insert((*version).clone()));
    let versions = versions.take(LOOKED_AT);
    let past: Vec<_> = versions.filter_map(|one| document.characters_at(one).ok()).collect();
    let alive = Places::of(&alive);
    let found = |text: &str| -> Option<Vec<(OpId, u32)>> {
        past.iter().find_map(|(whole, runs)| {
            whole.match_indices(text).take(PLACES).find_map(|(at, _)| {
                let from = whole[..at].chars().count();
                let ids = cut(runs, from, text.chars().count());
                // What stands there still is another's, with the same words.
                let is_gone = |(id, len): &(OpId, u32)| {
                    (0..*len).all(|by| {
                        let counter = id.counter + by;
                        alive.of_id(OpId { counter, ..*id }).is_none()
                    })
                };
                ids.iter().all(is_gone).then_some(ids)
            })
        })
    };
    let mut out = Change::default();
    for one in change.0 {
        let mut pieces: Vec<Replace> = Vec::new();
        for line in one.text.split_inclusive('\n') {
            let ids = if telling(line) >= TELLING { found(line) } else { None };
            let back = ids.and_then(|ids| document.brought_back(&ids, one.span.start).ok());
            let back = back.filter(|back| {
                back.iter().map(|piece| piece.text.as_str()).collect::<String>() == line
            });
            match back {
                Some(back) => pieces.extend(back),
                None => pieces.extend(Change::insert(one.span.start, line).0),
            }
        }
        out.0.extend(pieces);
        if !one.span.is_empty() {
            out.0.extend(Change::delete(one.span).0);
        }
    }
    out
}

/// Some characters of a row of runs.
fn cut(runs: &[(OpId, u32)], from: usize, len: usize) -> Vec<(OpId, u32)> {
    let (mut at, mut out) = (0, Vec::new());
    for (id, width) in runs {
        let end = at + *width as usize;
        let (start, stop) = (at.max(from), end.min(from + len));
        if start < stop {
            let counter = id.counter + (start - at) as u32;
            out.push((OpId { counter, ..*id }, (stop - start) as u32));
        }
        at = end;
    }
    out
}
