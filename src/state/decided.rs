//! A file whose words git decided on: who reverts a commit, or settles a merge for one side, has the
//! other's words before them and leaves them out. Nothing of the file tells that from one which came
//! late; that the versions with these words were committed before it does.

use super::saved::{Base, base_of, includes, settled};
use super::{Cx, OpenedFile};
use crate::base::EventId;
use crate::event::{Version, is_like};
use crate::session::DocEntry;

/// How many of the versions that were committed are put together.
const PUT_TOGETHER: usize = 64;

/// Whether git could tell something of a file with this hash: there is a version that was saved and
/// is no part of the one that the file holds.
pub fn may_be_decided(entry: &DocEntry, hash: &str) -> bool {
    let document = &entry.document;
    let Some(held) = entry.saved.iter().rfind(|saved| saved.hash == hash) else {
        return !entry.saved.is_empty();
    };
    let Some(past) = document.past(&held.version.0) else { return false };
    entry.saved.iter().any(|saved| !super::alike::knows(&past, &saved.version))
}

/// The saves of versions that were committed before a file which is made of this version: what it
/// lacks of these it lacks on purpose. The newest of them.
pub(super) fn decided_over(entry: &DocEntry, on: &Version, file: &OpenedFile) -> Vec<EventId> {
    const MOST: usize = 8;
    let Some(past) = entry.document.past(&on.0) else { return Vec::new() };
    let saved = entry.saved.iter().rev().filter(|saved| file.committed.contains(&saved.hash));
    let saved = saved.filter(|saved| super::alike::knows(&past, &saved.version));
    saved.take(MOST).map(|saved| saved.event).collect()
}

impl Cx<'_> {
    /// What a file leaves out that was committed before it: the version that it was decided on.
    pub(super) fn decided_on(&self, file: &OpenedFile) -> Option<Base> {
        if file.committed.is_empty() {
            return None;
        }
        let entry = self.model.entry()?;
        let document = &entry.document;
        let held = entry.saved.iter().rfind(|saved| saved.hash == file.stamp.hash);
        let mut on = match held {
            Some(saved) => saved.version.clone(),
            None => {
                let (last, certain) = self.held_last()?;
                base_of(entry, Some(&last), certain, &file.text)?.version
            }
        };
        let mut seen = std::collections::BTreeSet::new();
        let before = entry.saved.iter().filter(|saved| {
            // One that was saved again is meant as it was saved first.
            file.committed.contains(&saved.hash)
                && document.knows(&saved.version)
                && seen.insert(saved.hash.as_str())
        });
        let before: Vec<&Version> = before.map(|saved| &saved.version).collect();
        let mut any = false;
        for version in before.into_iter().rev().take(PUT_TOGETHER) {
            if !includes(document, &on, version) {
                on = document.join(&on, version).ok()?;
                any = true;
            }
        }
        let on = any.then(|| settled(entry, on))?;
        let text = document.text_at(&on).ok()?;
        // What git put together is no decision.
        (!is_like(&text, &file.text)).then_some(Base { version: on, text })
    }
}
