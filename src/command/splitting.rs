//! Splitting a hunk into smaller ones.

use super::accept::still_open;
use super::hunk::with_hunk;
use crate::assist::split;
use crate::base::EventId;
use crate::event::{Event, HunkBody, Text};
use crate::session::{Beside, HunkState};
use crate::state::{Cx, anchors};

pub(super) fn split_here(cx: &mut Cx, _: &str) -> Result<(), String> {
    with_hunk(cx, |cx, of| {
        let hunk = still_open(cx, of)?;
        if of.part.is_some() {
            return Err("This is a part of a hunk already; edit it instead.".into());
        }
        if hunk.state != HunkState::Pending {
            return Err("Only a hunk whose text is unchanged can be split.".into());
        }
        if hunk.members.len() == 1 && cx.model.other_end(&cx.model.doc, of).is_some() {
            return Err(
                "This is one end of a move: both ends are decided together, so it has no parts."
                    .into(),
            );
        }
        // What touched and became one is parted again first.
        let splits: Vec<(EventId, Vec<HunkBody>)> = {
            let entry = cx.model.entry().ok_or("No document.")?;
            let mut splits = Vec::new();
            for of in &hunk.members {
                let hunk_of = cx.model.session.proposals.hunk(of).ok_or("The hunk is gone.")?;
                let span = hunk_of.standing(&entry.document).1.ok_or("The hunk has no place.")?;
                let (old, new) = (hunk_of.old.clone(), hunk_of.new.clone());
                let whole = crate::assist::Hunk { span, old, new };
                let parts = if hunk.members.len() > 1 { Some(vec![whole]) } else { split(&whole) };
                let parts = parts.ok_or("The hunk can't be split further.")?;
                let body = |part: crate::assist::Hunk| HunkBody {
                    place: Some(anchors(&entry.document, part.span)),
                    old: part.old.into(),
                    new: part.new.into(),
                    why: hunk_of.why.clone().map(Text::new),
                    step: hunk_of.step.clone(),
                    loose: hunk_of.loose,
                    form: hunk_of.form.clone(),
                    file: None,
                    again: None,
                    beside: hunk_of
                        .knows_its_words()
                        .then(|| Beside::of(entry.document.rope(), part.span).texts()),
                    quoted: None,
                };
                splits.push((of.id, parts.into_iter().map(body).collect()));
            }
            splits
        };
        let count: usize = splits.iter().map(|(_, parts)| parts.len()).sum();
        for (hunk, parts) in splits {
            cx.append(&Event::HunkSplit { hunk, parts, replaces: Vec::new() });
        }
        cx.model.session.track_hunks();
        cx.model.refresh();
        cx.barrier();
        cx.info(format!("Split into {count}. Undo makes it one again."));
        Ok(())
    })
}
