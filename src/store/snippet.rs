//! The piece of a text around what was found, with the places of the matches.

use super::segment::{self, Term};
use std::ops::Range;

/// How many characters of a text are looked through for matches.
const LOOK: usize = 200_000;

/// A piece of a text on one line. Control characters and line ends are spaces.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Snippet {
    pub text: String,
    /// Where the words that were looked for stand, in `char`s of `text`; ascending, apart.
    pub matches: Vec<Range<usize>>,
}

/// The piece of `body`, of about `width` characters, in which the most words of the query occur.
pub fn snippet(body: &str, query: &str, width: usize) -> Snippet {
    cut(body, &segment::terms(query), width)
}

pub(super) fn cut(body: &str, terms: &[Term], width: usize) -> Snippet {
    let tokens = segment::tokens(body, LOOK);
    // (start, end, term) in characters.
    let mut places: Vec<(usize, usize, usize)> = Vec::new();
    for (term, wanted) in terms.iter().enumerate() {
        for (first, behind) in wanted.places(&tokens, wanted.prefix) {
            places.push((tokens.start(first), tokens.end(behind - 1), term));
        }
    }
    places.sort_unstable();

    let start = window(&places, terms.len(), width).map_or(0, |found| {
        // Some words before the first match, from the beginning of a word on.
        let wish = found.saturating_sub(width / 4);
        if wish == 0 {
            return 0;
        }
        tokens.start_from(wish).map_or(wish, |start| start.min(found))
    });

    let mut text = String::new();
    let lead = usize::from(start > 0);
    if lead == 1 {
        text.push('…');
    }
    let mut rest = body.chars().skip(start);
    for character in rest.by_ref().take(width) {
        text.push(if character.is_control() { ' ' } else { character });
    }
    let shown = text.chars().count() - lead;
    if rest.next().is_some() {
        text.push('…');
    }

    let mut matches: Vec<Range<usize>> = Vec::new();
    for (from, to, _) in places {
        if from < start || to > start + shown {
            continue;
        }
        let range = from - start + lead..to - start + lead;
        match matches.last_mut() {
            Some(last) if range.start < last.end => last.end = last.end.max(range.end),
            _ => matches.push(range),
        }
    }
    Snippet { text, matches }
}

/// Where the stretch begins that holds the most different words; the first of equals.
fn window(places: &[(usize, usize, usize)], terms: usize, width: usize) -> Option<usize> {
    let reach = width.saturating_sub(width / 4).max(1);
    let mut best: Option<(usize, usize)> = None;
    for (index, (start, _, _)) in places.iter().enumerate() {
        let mut seen = vec![false; terms];
        let inside = places[index..].iter().take_while(|(_, end, _)| *end <= start + reach);
        for (_, _, term) in inside.take(64) {
            seen[*term] = true;
        }
        let count = seen.iter().filter(|seen| **seen).count();
        if best.is_none_or(|(most, _)| count > most) {
            best = Some((count, *start));
        }
        if count == terms || index > 2000 {
            break;
        }
    }
    best.map(|(_, start)| start)
}
