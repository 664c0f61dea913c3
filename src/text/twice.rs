//! Which words of one insertion stand in others at the same place: those that one insertion has whole,
//! or that end the one and begin the other. What merely looks alike is not the same.

use super::motion::is_ideograph;
use std::ops::Range;

/// Words of at least so many signs that are not blank are no coincidence where they stand.
const TELLING: usize = 4;
/// How many places of pieces are weighed against each other, and how much is compared for them.
const PLACES: usize = 2_000;
const COMPARED: usize = 20_000_000;

/// Characters in a row that stand in both: where in the one, where in the other.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Twice {
    pub own: Range<usize>,
    pub theirs: usize,
}

/// A piece of what others inserted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Whole {
    pub range: Range<usize>,
    /// It may be cut within: others took it in from a file, with whatever stood there by then.
    pub loose: bool,
}

fn signs(text: &[char]) -> usize {
    text.iter().filter(|sign| !sign.is_whitespace()).count()
}

/// Whether a text may be cut at a place: not within a word.
pub fn may_cut(text: &[char], at: usize) -> bool {
    let is_word = |index: Option<usize>| {
        let sign = index.and_then(|index| text.get(index));
        sign.is_some_and(|sign| sign.is_alphanumeric() && !is_ideograph(*sign))
    };
    !(is_word(at.checked_sub(1)) && is_word(Some(at)))
}

fn places(text: &[char], of: &[char]) -> Vec<usize> {
    let Some(most) = text.len().checked_sub(of.len()) else { return Vec::new() };
    (0..=most).filter(|at| text[*at..at + of.len()] == *of).collect()
}

/// What of `own` stands in `theirs`, whose pieces in order are `wholes`. In order, none twice.
pub fn twice(own: &[char], theirs: &[char], wholes: &[Whole]) -> Vec<Twice> {
    if own.is_empty() || theirs.is_empty() || own.len().saturating_mul(theirs.len()) > COMPARED {
        return Vec::new();
    }
    if let Some(all) = whole_in(own, theirs, wholes) {
        return vec![all];
    }
    let found = of_wholes(own, theirs, wholes);
    if !found.is_empty() {
        return found;
    }
    overlap(own, theirs, wholes).into_iter().collect()
}

/// All of it.
fn whole_in(own: &[char], theirs: &[char], wholes: &[Whole]) -> Option<Twice> {
    let begins = |at: usize| wholes.iter().any(|one| one.range.start == at);
    let ends = |at: usize| wholes.iter().any(|one| one.range.end == at);
    let fits = |at: &usize| {
        let end = at + own.len();
        let exact = begins(*at) && ends(end);
        // Blanks alone are the same only where nothing else was written.
        match signs(own) {
            0 => exact && own.len() == theirs.len(),
            few if few < TELLING => exact,
            _ => exact || may_cut(theirs, *at) && may_cut(theirs, end),
        }
    };
    let at = places(theirs, own).into_iter().find(fits)?;
    Some(Twice { own: 0..own.len(), theirs: at })
}

/// Whole pieces of the others', as many characters as keep their order.
fn of_wholes(own: &[char], theirs: &[char], wholes: &[Whole]) -> Vec<Twice> {
    let text = |index: usize| &theirs[wholes[index].range.clone()];
    let mut found: Vec<(usize, usize)> = Vec::new();
    for index in (0..wholes.len()).filter(|index| signs(text(*index)) > 0) {
        found.extend(places(own, text(index)).into_iter().map(|at| (index, at)));
        if found.len() > PLACES {
            return Vec::new();
        }
    }
    // The best row that ends with each: how much it has, and what stands before.
    let mut best: Vec<(usize, Option<usize>)> = Vec::with_capacity(found.len());
    for (number, (index, at)) in found.iter().enumerate() {
        let mut row = (0, None);
        for (earlier, (before, there)) in found[..number].iter().enumerate() {
            let end = there + text(*before).len();
            // What goes on without a gap is more likely the same.
            let score = best[earlier].0 + usize::from(end == *at);
            if before < index && end <= *at && score > row.0 {
                row = (score, Some(earlier));
            }
        }
        best.push((row.0 + 2 * text(*index).len(), row.1));
    }
    let mut at = (0..best.len()).max_by_key(|number| (best[*number].0, usize::MAX - number));
    let mut row = Vec::new();
    while let Some(number) = at {
        row.push(found[number]);
        at = best[number].1;
    }
    row.reverse();
    // Pieces of blanks go with what stands beside them.
    let mut blocks: Vec<(Range<usize>, Range<usize>)> = Vec::new();
    for (number, (index, at)) in row.iter().copied().enumerate() {
        let mut own_range = at..at + text(index).len();
        let mut pieces = index..index + 1;
        let (free, first) = blocks.last().map_or((0, 0), |(own, pieces)| (own.end, pieces.end));
        while pieces.start > first && signs(text(pieces.start - 1)) == 0 {
            let blank = text(pieces.start - 1);
            if own_range.start < free + blank.len()
                || own[own_range.start - blank.len()..own_range.start] != *blank
            {
                break;
            }
            own_range.start -= blank.len();
            pieces.start -= 1;
        }
        match blocks.last_mut() {
            Some((own, before)) if own.end == own_range.start && before.end == pieces.start => {
                (own.end, before.end) = (own_range.end, pieces.end);
            }
            _ => blocks.push((own_range, pieces)),
        }
        let next = wholes.get(pieces_end(&blocks)).map(|one| &theirs[one.range.clone()]);
        if let (Some(blank), Some((range, pieces))) = (next, blocks.last_mut())
            && signs(blank) == 0
            && own[range.end..].starts_with(blank)
            && row.get(number + 1).is_none_or(|(_, at)| *at >= range.end + blank.len())
        {
            range.end += blank.len();
            pieces.end += 1;
        }
    }
    let is_same = |(range, _): &(Range<usize>, Range<usize>)| {
        let whole = *range == (0..own.len());
        whole
            || signs(&own[range.clone()]) > 1
                && may_cut(own, range.start)
                && may_cut(own, range.end)
    };
    let same = blocks.into_iter().filter(is_same);
    same.map(|(own, pieces)| Twice { own, theirs: wholes[pieces.start].range.start }).collect()
}

fn pieces_end(blocks: &[(Range<usize>, Range<usize>)]) -> usize {
    blocks.last().map_or(0, |(_, pieces)| pieces.end)
}

/// What ends a piece that others took in from a file and begins the own, or the other way round.
fn overlap(own: &[char], theirs: &[char], wholes: &[Whole]) -> Option<Twice> {
    let mut best: Option<Twice> = None;
    for one in wholes.iter().filter(|one| one.loose) {
        let piece = &theirs[one.range.clone()];
        for len in (1..own.len().min(piece.len())).rev() {
            if best.as_ref().is_some_and(|best| best.own.len() >= len) {
                break;
            }
            let behind = piece.len() - len;
            let found = if own[..len] == piece[behind..] {
                let cut = may_cut(own, len) && may_cut(piece, behind);
                cut.then(|| Twice { own: 0..len, theirs: one.range.start + behind })
            } else if own[own.len() - len..] == piece[..len] {
                let start = own.len() - len;
                let cut = may_cut(own, start) && may_cut(piece, len);
                cut.then_some(Twice { own: start..own.len(), theirs: one.range.start })
            } else {
                None
            };
            best = found.filter(|one| signs(&own[one.own.clone()]) >= TELLING).or(best);
        }
    }
    best
}
