//! A hunk as rows below the line in which it ends: what is new, what stood there, what both changes
//! together are. Which words differ is marked.

use super::frame::VirtualRow;
use super::prepare::last_line;
use super::{HunkLayout, Sign, sides};
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
                self.rows.push(VirtualRow { sign, text, marks, current: self.current });
            }
            start += line.len() + 1;
        }
        if count > BLOCK_ROWS {
            let text = format!("… {} more rows", count - BLOCK_ROWS);
            let (sign, marks) = (Sign::Note, Vec::new());
            self.rows.push(VirtualRow { sign, text, marks, current: self.current });
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

    /// An open hunk with a place. Around its new text stands as much of its lines as `around`.
    pub fn hunk(&mut self, rope: &Rope, hunk: &OpenHunk, look: &Look<'_>) {
        let Some(span) = hunk.span else { return };
        if hunk.state == HunkState::Collided {
            return self.push(Sign::Collided, COLLIDED);
        }
        let (before, after) = around(rope, span, look.alone);
        if hunk.behind {
            self.push(Sign::Stale, BEHIND);
        }
        if hunk.there {
            self.push(Sign::Note, THERE);
        } else if let Some(sides) = sides(rope, hunk) {
            self.push(Sign::Note, "the text above changed; it was:");
            self.push(Sign::Minus, &format!("{before}{}{after}", sides.base));
            self.push(Sign::Note, "proposed:");
            self.new_text(look, &before, &sides.theirs, &after, false);
            match sides.both {
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
        if let Some(why) = hunk.why.as_deref().filter(|why| !why.is_empty()) {
            self.push(Sign::Note, why);
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
            return self.push(Sign::Note, "(remove this)");
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

/// How a hunk is shown.
pub(super) struct Look<'a> {
    /// No other hunk ends on its line.
    pub alone: bool,
    pub layout: HunkLayout,
    /// What differs between its old and new text.
    pub pieces: &'a [(Tag, String)],
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
    let (before, after) = around(rope, span, false);
    format!("{before}{new}{after}")
}

/// What stands around a span on its first and last line, so that a change of three words is read as
/// a line. With other hunks on that line only a few words, or each would repeat the old text of the
/// others.
fn around(rope: &Rope, span: Span, alone: bool) -> (String, String) {
    let most = if alone { 400 } else { 24 };
    let start = rope.line_to_char(rope.char_to_line(span.start.0));
    let last = last_line(rope, span);
    let line_end = rope.line_to_char(last) + rope.line(last).len_chars();
    let (before, after) = (span.start.0 - start, line_end.saturating_sub(span.end.0));
    let from = span.start.0 - before.min(most);
    let to = span.end.0 + after.min(most);
    let mut head = String::from(if before > most { "…" } else { "" });
    head.extend(rope.slice(from..span.start.0).chunks());
    let mut tail: String = rope.slice(span.end.0..to.max(span.end.0)).chunks().collect();
    if after > most {
        tail.push('…');
    }
    (head, tail)
}
