//! Which changes of a text that was written anew are unsure for what stands beside them, or for how the
//! text ends.

use crate::assist::hunks::Hunk;
use ropey::Rope;

/// What goes where something unsure comes instead is as unsure: without that it would only be lost.
pub(super) fn instead(base: &Rope, hunks: &mut [(Hunk, bool)]) {
    for at in 1..hunks.len() {
        for (one, other) in [(at - 1, at), (at, at - 1)] {
            let (comes, unsure) = &hunks[one];
            let goes = &hunks[other].0;
            let (from, to) = (hunks[at - 1].0.span.end.0, hunks[at].0.span.start.0);
            let blank =
                base.get_slice(from..to).is_some_and(|gap| gap.chars().all(char::is_whitespace));
            if *unsure && blank && comes.old.trim().is_empty() && goes.new.trim().is_empty() {
                hunks[other].1 = true;
            }
        }
    }
    // Other blanks beside what is unsure come of that.
    let any = hunks.iter().any(|(_, unsure)| *unsure);
    for (hunk, unsure) in hunks {
        *unsure |= any && hunk.old.trim().is_empty() && hunk.new.trim().is_empty();
    }
}

/// A text that ends within a line of the old one seems to be cut: that what stood behind goes is not sure.
pub(super) fn end(old: &str, new: &str, hunks: &mut [(Hunk, bool)]) {
    /// So much of its end is looked for.
    const MOST: usize = 24;
    let Some((hunk, unsure)) = hunks.last_mut() else { return };
    let (was, is) = (old.trim_end(), new.trim_end());
    let goes = hunk.old.trim_end();
    let last = is.lines().next_back().unwrap_or_default().trim_start();
    if goes.is_empty() || !was.ends_with(goes) || old.lines().any(|line| line.trim() == last) {
        return;
    }
    let from = last.char_indices().rev().nth(MOST - 1).map_or(0, |(at, _)| at);
    let tail = &last[from..];
    let goes_on = old.match_indices(tail).any(|(at, _)| {
        let behind = old[at + tail.len()..].lines().next().unwrap_or_default();
        !behind.trim().is_empty()
    });
    // Whole lines go with the rest of this one, or it ends as no line does.
    let plain = |text: &str| text.ends_with(char::is_alphanumeric);
    *unsure |= goes_on && (goes.contains('\n') || plain(is) && !plain(was));
}
