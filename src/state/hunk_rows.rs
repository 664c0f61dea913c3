//! A hunk as rows below the line in which it ends: what is new, what stood there, what both changes
//! together are. Which words differ is marked.

use super::around::{Room, around};
use super::frame::VirtualRow;
use super::prepare::last_line;
use super::{HunkLayout, Sides, Sign, tolerated};
use crate::assist::{Tag, readable_diff};
use crate::base::{Pos, Span};
use crate::layout::wrap::{Rule, rows as wrap_rows};
use crate::session::{HunkRef, HunkState, OpenHunk};
use ropey::Rope;
use std::collections::BTreeMap;
use std::rc::Rc;

/// The most rows that one proposed text takes; the rest is counted.
const BLOCK_ROWS: usize = 200;
/// What stands below a hunk that collided.
const COLLIDED: &str = "collided: a merge changed this accepted text; accept keeps it as it is now, reject takes the model's words out";
/// What settles a hunk about which people said opposite things.
const DISPUTED: &str = "accept keeps the text as it is now, reject takes the model's words out";
/// What stands above the new text of a hunk that contradicts an earlier one.
const BEHIND: &str =
    "contradicts another change of this answer that shares its text: settle that one first";

/// What stands below a hunk whose new text stands there already.
pub(super) const THERE: &str = "the text says this already; neither accept nor reject changes it";

/// Pieces of a difference in reading order.
pub type Pieces = Rc<[(Tag, String)]>;

/// What differs in each open hunk: every key asks, and comparing long texts takes a while.
#[derive(Debug, Default)]
pub struct Diffs(BTreeMap<HunkRef, (String, String, Pieces)>);

impl Diffs {
    pub fn of(&mut self, of: HunkRef, old: &str, new: &str) -> Pieces {
        match self.0.get(&of) {
            Some((known, known_new, pieces)) if known == old && known_new == new => pieces.clone(),
            _ => {
                let pieces: Pieces = readable_diff(old, new).into();
                self.0.insert(of, (old.to_owned(), new.to_owned(), pieces.clone()));
                pieces
            }
        }
    }

    /// Forgets hunks that are not open any more.
    pub fn keep(&mut self, open: &[OpenHunk]) {
        if self.0.len() > 2 * open.len() {
            self.0.retain(|of, _| open.iter().any(|one| one.of == *of));
        }
    }
}

/// Where rows go, and how wide they are.
pub(super) struct Rows<'a> {
    pub rows: &'a mut Vec<VirtualRow>,
    pub width: usize,
    pub tab: usize,
    /// They belong to the hunk at the caret.
    pub current: bool,
}

impl Rows<'_> {
    pub fn push(&mut self, sign: Sign, text: &str) {
        self.pieces(sign, &[(Tag::Equal, text)]);
    }

    /// A text of which some words are marked.
    pub fn pieces(&mut self, sign: Sign, pieces: &[(Tag, &str)]) {
        let rule = Rule { width: self.width, tab: self.tab, first: 0, indent: 0 };
        let text: String = pieces.iter().map(|(_, text)| *text).collect();
        let mut at = 0;
        let marked: Vec<(std::ops::Range<usize>, Tag)> = pieces
            .iter()
            .map(|(tag, text)| {
                at += text.len();
                (at - text.len()..at, *tag)
            })
            .filter(|(range, tag)| *tag != Tag::Equal && !range.is_empty())
            .collect();
        // Where all of it is new or gone the sign says it.
        let whole = pieces.iter().all(|(tag, text)| *tag != Tag::Equal || text.is_empty());
        let marked = if whole && marked.len() < 2 { Vec::new() } else { marked };
        let (partly, current) = (!marked.is_empty(), self.current);
        let (mut count, mut start) = (0, 0);
        for line in text.trim_end_matches('\n').split('\n') {
            let starts = wrap_rows(line, rule);
            for (index, from) in starts.iter().enumerate() {
                let end = starts.get(index + 1).map_or(line.len(), |next| next.bytes);
                count += 1;
                if count > BLOCK_ROWS {
                    continue;
                }
                let row = start + from.bytes..start + end;
                let within = |(range, tag): &(std::ops::Range<usize>, Tag)| {
                    let (from, to) = (range.start.max(row.start), range.end.min(row.end));
                    (from < to).then(|| (from - row.start..to - row.start, *tag))
                };
                let marks = marked.iter().filter_map(within).collect();
                let text = line[from.bytes..end].to_owned();
                self.rows.push(VirtualRow { sign, text, marks, partly, current });
            }
            start += line.len() + 1;
        }
        if count > BLOCK_ROWS {
            let text = format!("… {} more rows", count - BLOCK_ROWS);
            let (sign, marks) = (Sign::Note, Vec::new());
            self.rows.push(VirtualRow { sign, text, marks, partly: false, current });
        }
    }

    /// A difference within its text: what goes in `[-…-]`, what comes in `{+…+}`.
    pub fn inline(&mut self, sign: Sign, before: &str, pieces: &[(Tag, String)], after: &str) {
        let mut all = vec![(Tag::Equal, before.to_owned())];
        for (tag, text) in pieces {
            // A line end within the signs would tear them apart.
            let body = text.trim_end_matches(['\n', '\r']);
            let text = match tag {
                _ if body.is_empty() => text.clone(),
                Tag::Equal => text.clone(),
                Tag::Old => format!("[-{body}-]{}", &text[body.len()..]),
                Tag::New => format!("{{+{body}+}}{}", &text[body.len()..]),
            };
            all.push((*tag, text));
        }
        all.push((Tag::Equal, after.to_owned()));
        let all: Vec<(Tag, &str)> = all.iter().map(|(tag, text)| (*tag, text.as_str())).collect();
        self.pieces(sign, &all);
    }

    /// An open hunk with a place, and what stands around it.
    pub fn hunk(&mut self, rope: &Rope, hunk: &OpenHunk, look: &Look<'_>) {
        let Some(span) = hunk.span else { return };
        if let Some(said) = &hunk.disputed {
            return self.push(Sign::Collided, &format!("{said}, apart: {DISPUTED}"));
        }
        if hunk.state == HunkState::Collided {
            return self.push(Sign::Collided, COLLIDED);
        }
        if hunk.behind {
            self.push(Sign::Stale, BEHIND);
        }
        if hunk.there {
            self.push(Sign::Note, THERE);
            return self.notes(hunk);
        }
        if let Some(inserted) = inserted(rope, hunk) {
            if inserted.above {
                self.push(Sign::Note, "above this line:");
            }
            self.push(Sign::Plus, inserted.text);
            return self.notes(hunk);
        }
        let span = look.sides.map_or(span, |sides| sides.span);
        let (before, after) = around(rope, span, &look.room);
        if let Some(sides) = look.sides {
            self.push(Sign::Note, "the text above changed; it was:");
            self.push(Sign::Minus, &format!("{before}{}{after}", sides.base));
            self.push(Sign::Note, "proposed:");
            self.new_text(look, &before, &sides.theirs, &after, false);
            match &sides.both {
                Some(both) if both.text != sides.mine && both.text != sides.theirs => {
                    self.push(Sign::Note, "both together:");
                    self.push(Sign::Both, &format!("{before}{}{after}", both.text));
                }
                Some(_) => {}
                None => self.push(Sign::Note, "both changed the same words"),
            }
        } else {
            let inline = look.layout == HunkLayout::Inline && !hunk.old.is_empty();
            self.new_text(look, &before, &hunk.new, &after, inline);
        }
        self.notes(hunk);
    }

    /// Why the model proposes it, and how its place was found.
    fn notes(&mut self, hunk: &OpenHunk) {
        if let Some(why) = hunk.why.as_deref().filter(|why| !why.is_empty()) {
            self.push(Sign::Note, why);
        }
        if let Some(tolerated) = tolerated(hunk) {
            self.push(Sign::Tolerated, tolerated.words);
        }
        if hunk.loose {
            match hunk.quoted.as_deref() {
                Some(quoted) => {
                    self.push(Sign::Note, "found by likeness only; what the model quoted [-…-] and what stands there {+…+}:");
                    self.inline(Sign::Like, "", &readable_diff(quoted, &hunk.old), "");
                }
                None => self.push(Sign::Note, "found by likeness only: compare before accepting"),
            }
        }
    }

    fn new_text(&mut self, look: &Look<'_>, before: &str, new: &str, after: &str, inline: bool) {
        if new.is_empty() && !inline {
            let old = look.pieces.iter().filter(|(tag, _)| *tag != Tag::New);
            let old: String = old.map(|(_, text)| text.as_str()).collect();
            return self.push(Sign::Note, &removed(&old));
        }
        if inline {
            return self.inline(Sign::Change, before, look.pieces, after);
        }
        let mut pieces = vec![(Tag::Equal, before)];
        let shown = look.pieces.iter().filter(|(tag, _)| *tag != Tag::Old);
        pieces.extend(shown.map(|(tag, text)| (*tag, text.as_str())));
        pieces.push((Tag::Equal, after));
        self.pieces(Sign::Plus, &pieces);
    }
}

/// What is said of a text that is to go: which words, where these are few. Several hunks of one long
/// line stand below it together.
fn removed(old: &str) -> String {
    const MOST: usize = 60;
    let text = old.trim();
    let lines = text.lines().count();
    let short = text.chars().count() <= MOST;
    match (lines, short) {
        (0, _) => "(remove this)".to_owned(),
        (1, true) => format!("(remove “{text}”)"),
        (1, false) => {
            let head: String = text.chars().take(MOST / 2).collect();
            let tail: Vec<char> = text.chars().rev().take(MOST / 3).collect();
            let tail: String = tail.into_iter().rev().collect();
            format!("(remove “{} … {}”)", head.trim_end(), tail.trim_start())
        }
        _ => format!("(remove these {lines} lines)"),
    }
}

/// How a hunk is shown.
pub(super) struct Look<'a> {
    pub room: Room,
    pub layout: HunkLayout,
    /// What differs between its old and new text.
    pub pieces: &'a [(Tag, String)],
    /// Of one whose text changed.
    pub sides: Option<&'a Sides>,
}

/// What is shown around a change that has its lines for itself, where that is all of them; of a longer
/// line, and of one with several changes, only the sentence: a few words that are new in a long
/// paragraph are no new paragraph, and each would repeat the old text of the others.
pub(super) const MOST_ALONE: usize = 400;
const MOST_AMONG: usize = 120;

/// The room around each of the hunks of a text, which come by place.
pub(super) fn rooms(rope: &Rope, open: &[OpenHunk]) -> Vec<Room> {
    let mut before = Pos(0);
    let mut out = Vec::with_capacity(open.len());
    for (index, hunk) in open.iter().enumerate() {
        let mut room = Room::alone(MOST_ALONE, true);
        if let Some(span) = hunk.span {
            room.fence.start = before.min(span.start);
            let mut behind = open[index + 1..].iter().filter_map(|one| one.span);
            let next = behind.find(|other| other.start >= span.end);
            room.fence.end = next.map_or(room.fence.end, |other| other.start);
            before = before.max(span.end);
            let line = |pos: Pos| rope.char_to_line(pos.0.min(rope.len_chars()));
            // A hunk of whole lines ends where the next line begins.
            let others = room.fence.start.0 > rope.line_to_char(line(span.start))
                || line(room.fence.end) == last_line(rope, span) && next.is_some();
            let first = rope.line_to_char(line(span.start));
            let last = rope.line_to_char((last_line(rope, span) + 1).min(rope.len_lines()));
            let long = last.saturating_sub(first) > MOST_ALONE;
            if others || long {
                (room.most, room.whole) = (MOST_AMONG, false);
            }
        }
        out.push(room);
    }
    out
}

/// Whole lines that a hunk puts in between others, which it leaves as they are.
pub(super) struct Inserted<'a> {
    /// Without the line end that parts them from the others.
    pub text: &'a str,
    /// The line below which they go.
    pub line: usize,
    /// There is none: they go above it.
    pub above: bool,
}

/// What a hunk puts in, where that is whole lines and nothing else.
pub(super) fn inserted<'a>(rope: &Rope, hunk: &'a OpenHunk) -> Option<Inserted<'a>> {
    let span = hunk.span.filter(|_| hunk.state == HunkState::Pending)?;
    let (old, new) = (hunk.old.as_str(), hunk.new.as_str());
    let put_in = new.len().checked_sub(old.len()).filter(|put_in| *put_in > 0)?;
    let same = |a: &mut dyn Iterator<Item = char>, b: &mut dyn Iterator<Item = char>| -> usize {
        a.zip(b).take_while(|(a, b)| a == b).map(|(a, _)| a.len_utf8()).sum()
    };
    let head = same(&mut old.chars(), &mut new.chars());
    let tail = same(&mut old.chars().rev(), &mut new.chars().rev());
    if head + tail < old.len() {
        return None;
    }
    // What is the same at both ends of it can be counted to either side.
    [old.len() - tail, head].into_iter().find_map(|at| {
        let text = new.get(at..at + put_in)?;
        let pos = span.start.0 + old.get(..at)?.chars().count();
        let line = rope.char_to_line(pos);
        let starts = rope.line_to_char(line) == pos;
        let ends = rope.get_char(pos).is_none_or(|next| matches!(next, '\n' | '\r'));
        if let Some(text) = text.strip_suffix('\n').filter(|_| starts) {
            let text = text.strip_suffix('\r').unwrap_or(text);
            let (line, above) = (line.saturating_sub(1), line == 0);
            return Some(Inserted { text, line, above });
        }
        let text = text.strip_prefix("\r\n").or_else(|| text.strip_prefix('\n'));
        text.filter(|_| ends).map(|text| Inserted { text, line, above: false })
    })
}

/// The first and the last line as part of which a hunk is drawn.
fn lines(rope: &Rope, hunk: &OpenHunk, span: Span) -> (usize, usize) {
    let (first, last) = (rope.char_to_line(span.start.0), last_line(rope, span));
    match inserted(rope, hunk) {
        // Its rows stand between this line and the next.
        Some(inserted) => (inserted.line.min(first), last.max(inserted.line)),
        None => (first, last),
    }
}

/// How far from the caret, in `char`s, a hunk of its line may be to be the one that is meant.
const NEAR: usize = 4_000;

/// Which of the hunks of a text, which come by place, is at the caret: on a line of which one is
/// drawn the nearest, of two that are as near the one on the right.
pub(super) fn at_caret(rope: &Rope, open: &[OpenHunk], caret: Pos) -> Option<usize> {
    let caret = Pos(caret.0.min(rope.len_chars()));
    let line = rope.char_to_line(caret.0);
    let mut best: Option<(usize, Pos, usize)> = None;
    for (index, hunk) in open.iter().enumerate() {
        let Some(span) = hunk.span else { continue };
        let away = span.start.0.saturating_sub(caret.0).max(caret.0.saturating_sub(span.end.0));
        let nearer = best
            .is_none_or(|(least, start, _)| away < least || away == least && span.start > start);
        if away > NEAR || !nearer {
            continue;
        }
        let (first, last) = lines(rope, hunk, span);
        if away == 0 || (first..=last).contains(&line) {
            best = Some((away, span.start, index));
        }
    }
    best.map(|(_, _, index)| index)
}

/// The words that go, as spans of the document: a change of three words in a long paragraph strikes
/// three words.
pub(super) fn struck(span: Span, pieces: &[(Tag, String)]) -> Vec<Span> {
    let mut at = span.start.0;
    let mut out = Vec::new();
    for (tag, text) in pieces.iter().filter(|(tag, _)| *tag != Tag::New) {
        let end = at + text.chars().count();
        if *tag == Tag::Old {
            out.push(Span::new(Pos(at), Pos(end)));
        }
        at = end;
    }
    out
}

/// A new text with what stands around it on its lines.
pub(super) fn within(rope: &Rope, span: Span, new: &str) -> String {
    let (before, after) = around(rope, span, &Room::alone(MOST_AMONG, false));
    format!("{before}{new}{after}")
}
