//! Which hunks of one change move a text: it goes at one place and comes at another, word for word.

use super::Hunk;

/// Words to show with each hunk that is a half of a move; `None` for the others.
pub fn moves(hunks: &[Hunk]) -> Vec<Option<String>> {
    /// Fewer words than this come twice by chance.
    const FEWEST_WORDS: usize = 4;
    let mut out: Vec<Option<String>> = vec![None; hunks.len()];
    for (at, gone) in hunks.iter().enumerate() {
        let text = gone.old.trim();
        if !gone.new.trim().is_empty() || text.split_whitespace().count() < FEWEST_WORDS {
            continue;
        }
        let comes = |other: &usize| {
            let hunk = &hunks[*other];
            out[*other].is_none() && hunk.old.trim().is_empty() && hunk.new.trim() == text
        };
        let Some(to) = (0..hunks.len()).find(comes) else { continue };
        let (there, back) = if to > at { ("down", "up") } else { ("up", "down") };
        out[at] = Some(format!("Moved: it comes again further {there}. Decide on both alike."));
        out[to] = Some(format!("Moved here from further {back}. Decide on both alike."));
    }
    out
}

#[cfg(test)]
mod tests {
    use super::super::whole_to_hunks;
    use super::*;

    #[test]
    fn a_paragraph_that_moves_is_told_at_both_places() {
        let old =
            "One is the first of all.\n\nTwo comes after it.\n\nThree is the last one here.\n";
        let new =
            "Two comes after it.\n\nThree is the last one here.\n\nOne is the first of all.\n";
        let hunks = whole_to_hunks(old, new);
        let told = moves(&hunks);
        assert_eq!(told.iter().flatten().count(), 2, "{hunks:?} {told:?}");
        assert!(told[0].as_deref().is_some_and(|words| words.contains("further down")));
        let (old, new) = ("Go.\n\nStay here with us now.\n", "Stay here with us now.\n");
        assert_eq!(moves(&whole_to_hunks(old, new)), [None]);
    }
}
