//! What stands around a change on its lines, so that a change of three words is read as a sentence:
//! cut between sentences, else between words. Knows nothing of hunks.

use super::prepare::last_line;
use crate::base::{Pos, Span};
use crate::text::sentence::borders;
use ropey::Rope;
use std::ops::Range;
use unicode_segmentation::UnicodeSegmentation;

/// So little is not left out: `…` without a word or two spares nothing.
const SPARE: usize = 24;

/// How much is shown around a change.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Room {
    /// In `char`s, on each side.
    pub most: usize,
    /// As many sentences as fit; else the sentence of the change, where a whole line does not fit.
    pub whole: bool,
    /// Other changes begin and end here: their text is not repeated.
    pub fence: Span,
}

impl Room {
    /// For a change by itself.
    pub fn alone(most: usize, whole: bool) -> Self {
        Self { most, whole, fence: Span::new(Pos(0), Pos(usize::MAX)) }
    }
}

/// The text before a span on its first line, and the one behind it on its last, the line's end with
/// it. `… ` stands for what is left out.
pub(super) fn around(rope: &Rope, span: Span, room: &Room) -> (String, String) {
    let line_start = rope.line_to_char(rope.char_to_line(span.start.0));
    let last = last_line(rope, span);
    let line_end = rope.line_to_char(last) + rope.line(last).len_chars();
    let from = line_start.max(room.fence.start.0).min(span.start.0);
    let to = line_end.min(room.fence.end.0).max(span.end.0);
    let fenced = (from > line_start, to < line_end);
    (head(rope, from..span.start.0, fenced.0, room), tail(rope, span.end.0..to, fenced.1, room))
}

/// `fenced`: more stands before the range on this line.
fn head(rope: &Rope, range: Range<usize>, fenced: bool, room: &Room) -> String {
    let text = |range: Range<usize>| rope.slice(range).to_string();
    if !fenced && range.len() <= room.most + SPARE {
        return text(range);
    }
    // A sentence may take a little more than there is room for.
    let from = range.end - range.len().min(room.most + SPARE);
    let all = text(from..range.end);
    let mut starts = borders(&all, None).into_iter().map(|(_, start)| start);
    let sentence = if room.whole { starts.next() } else { starts.next_back() };
    let start = match sentence {
        Some(start) => start,
        // Up to the other change.
        None if from == range.start => 0,
        None => {
            let over = all.chars().count().saturating_sub(room.most);
            let over = all.char_indices().nth(over).map_or(all.len(), |(at, _)| at);
            over + word_start(&all[over..])
        }
    };
    let out = from - range.start + all[..start].chars().count();
    if !fenced && out <= SPARE {
        return text(range);
    }
    format!("… {}", all[start..].trim_start())
}

/// `fenced`: more stands behind the range on this line.
fn tail(rope: &Rope, range: Range<usize>, fenced: bool, room: &Room) -> String {
    let text = |range: Range<usize>| rope.slice(range).to_string();
    if !fenced && range.len() <= room.most + SPARE {
        return text(range);
    }
    let to = range.start + range.len().min(room.most + SPARE);
    let all = text(range.start..to);
    let before = range.start.checked_sub(1).and_then(|at| rope.get_char(at));
    let mut ends = borders(&all, before).into_iter().map(|(end, _)| end);
    let sentence = if room.whole { ends.next_back() } else { ends.next() };
    let end = match sentence {
        Some(end) => end,
        None if to == range.end => all.len(),
        None => {
            let most = all.char_indices().nth(room.most).map_or(all.len(), |(at, _)| at);
            word_end(&all[..most])
        }
    };
    let out = range.end - to + all[end..].chars().count();
    if !fenced && out <= SPARE {
        return text(range);
    }
    format!("{} …", all[..end].trim_end())
}

/// Where the first whole word of a text begins that was cut somewhere.
fn word_start(text: &str) -> usize {
    let blank = text.find(char::is_whitespace);
    let word = blank.and_then(|blank| {
        let rest = text[blank..].find(|letter: char| !letter.is_whitespace())?;
        Some(blank + rest)
    });
    // Without blanks: not within a character that is several.
    word.or_else(|| text.grapheme_indices(true).nth(1).map(|(at, _)| at)).unwrap_or(0)
}

/// Where the last whole word of a text ends that was cut somewhere.
fn word_end(text: &str) -> usize {
    let blank = text.rfind(char::is_whitespace).filter(|at| !text[..*at].trim().is_empty());
    blank.or_else(|| text.grapheme_indices(true).next_back().map(|(at, _)| at)).unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What is shown around `[…]`, with so much room on each side.
    fn shown(marked: &str, most: usize, whole: bool, fence: Option<&str>) -> String {
        let start = marked.chars().position(|letter| letter == '[').expect("a start");
        let end = marked.chars().position(|letter| letter == ']').expect("an end") - 1;
        let text = marked.replace(['[', ']'], "");
        let rope = Rope::from_str(&text);
        let mut room = Room::alone(most, whole);
        if let Some(fence) = fence {
            let at = text[..text.find(fence).expect("a fence")].chars().count();
            let until = at + fence.chars().count();
            if until <= start {
                room.fence.start = Pos(until);
            } else {
                room.fence.end = Pos(at);
            }
        }
        let (before, after) = around(&rope, Span::new(Pos(start), Pos(end)), &room);
        format!("{before}|{after}")
    }

    #[test]
    fn it_is_cut_between_sentences_else_between_words() {
        let ideographs = "漢字".repeat(24);
        let cases = [
            ("One [two] three.\nFour.\n", 8, false, None, "One | three.\n"),
            // A word or two are not left out.
            (
                "Of course the swift is [a] bird of ours.",
                8,
                false,
                None,
                "Of course the swift is | bird of ours.",
            ),
            (
                "A first sentence stands here for a while. The swift is [a] bird. A third sentence stands \
                 here for long.",
                20,
                false,
                None,
                "… The swift is | bird. …",
            ),
            (
                "A first sentence stands here for a while. And one more. The swift is [a] bird. A third. A \
                 fourth sentence stands here.",
                14,
                true,
                None,
                "… And one more. The swift is | bird. A third. …",
            ),
            (
                "Whatever stands before it in this sentence of ours, [a] bird never lands for all of its \
                 long days",
                16,
                false,
                None,
                "… of ours, | bird never …",
            ),
            // What another change takes is not repeated.
            ("It [never] lands and eats on the wing.", 40, false, Some("eats"), "It | lands and …"),
            ("It sleeps and [eats] there.", 40, false, Some("sleeps"), "… and | there."),
            // It begins and ends with the sentence.
            (
                "Of a short sentence nothing is here. [Long.] Other words stand behind it, many of them.",
                10,
                false,
                None,
                "… | …",
            ),
            (
                "And “is it so here, then, or is it not?” [He] said that it was so for ever and ever.",
                6,
                false,
                None,
                "… | said …",
            ),
            (&format!("{ideographs}。漢字[字]漢。{ideographs}"), 8, false, None, "… 漢字|漢。 …"),
            (&format!("{ideographs}[字]"), 4, false, None, "… 字漢字|"),
            (
                "See No. 5 and what is said of it by others [here] again",
                12,
                false,
                None,
                "… by others | again",
            ),
        ];
        for (marked, most, whole, fence, expected) in cases {
            assert_eq!(shown(marked, most, whole, fence), expected, "{marked}");
        }
    }

    #[test]
    fn no_word_is_ever_cut() {
        let text = "The swift is a bird that hardly ever lands. It eats, drinks and sleeps — as far as \
                    anybody knows — on the wing; “really?” Yes. Ünïcödé, e.g. 3.5 km, too!";
        let chars: Vec<char> = text.chars().collect();
        let rope = Rope::from_str(text);
        let edge = |at: usize| {
            at == 0
                || at == chars.len()
                || chars[at - 1].is_whitespace()
                || chars[at].is_whitespace()
        };
        for start in (0..chars.len()).filter(|at| edge(*at)) {
            for most in 16..60 {
                for whole in [false, true] {
                    let span = Span::at(Pos(start));
                    let (before, after) = around(&rope, span, &Room::alone(most, whole));
                    let kept = before.strip_prefix("… ").unwrap_or(&before);
                    assert!(text.contains(kept), "{before:?}");
                    // Blanks that stand at the change may go with what is left out.
                    let from = start - kept.chars().count().min(start);
                    assert!(kept.is_empty() || edge(from), "{start} {most}: {before:?}");
                    let kept = after.strip_suffix(" …").unwrap_or(&after);
                    let to = start + kept.chars().count();
                    assert!(kept.is_empty() || edge(to), "{start} {most}: {after:?}");
                }
            }
        }
    }
}
