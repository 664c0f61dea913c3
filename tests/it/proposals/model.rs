//! The plain model: a list of characters, spans on it and a stack of what it was.

use crate::harness::Harness;
use cowrite::assist;
use cowrite::base::{Pos, Rand, Span};
use cowrite::session::{HunkRef, HunkState};
use cowrite::text::diff;

#[derive(Clone, Debug, PartialEq, Eq)]
struct Hunk {
    of: HunkRef,
    /// Which proposal it is of, and which one it was in the order of making.
    proposal: usize,
    made: usize,
    /// A character at an end is gone: what is typed there falls on either side.
    loose: bool,
    start: usize,
    end: usize,
    old: String,
    new: String,
}

impl Hunk {
    /// Whether it shares a character with another, or one of them is empty and within the other.
    fn shares(&self, other: &Self) -> bool {
        shares((self.start, self.end), (other.start, other.end))
    }

    /// What differs between its old and new text, in the text's positions.
    fn changes(&self) -> Vec<(usize, usize, String)> {
        let at = |pos: Pos| pos.0 + self.start;
        let all = diff(&self.old, &self.new).0.into_iter();
        all.map(|one| (at(one.span.start), at(one.span.end), one.text)).collect()
    }

    /// Whether both can be accepted, in whichever order.
    fn fits(&self, other: &Self) -> bool {
        type One = (usize, usize, String);
        // Words that are put into a sentence.
        let within = |one: &One| {
            let sentence = one.2.trim_end().ends_with(['.', '!', '?', '…', '。', '！', '？', ':']);
            one.0 == one.1 && rank(&one.2) == 1 && !sentence
        };
        let meets = |a: &One, b: &One| {
            // Right beside what the other one changes, too.
            if (a.0 < a.1) != (b.0 < b.1) && (a.1 == b.0 || b.1 == a.0) {
                return within(a) || within(b);
            }
            if a.0 < a.1 || (a.0, a.1) != (b.0, b.1) {
                return shares((a.0, a.1), (b.0, b.1));
            }
            // Sentences go with sentences only side by side, lines with all that is not the same.
            match (rank(&a.2), rank(&b.2)) {
                (1, 1) => self.shares(other) || within(a) || within(b),
                (x, y) => x == y && a.2.split_whitespace().eq(b.2.split_whitespace()),
            }
        };
        !self.changes().iter().any(|a| other.changes().iter().any(|b| meets(a, b)))
    }
}

/// Of what is put in at one place: lines before its line, words of it, lines behind it.
fn rank(text: &str) -> u8 {
    match (text.starts_with('\n'), text.ends_with('\n')) {
        (true, _) => 2,
        (false, true) => 0,
        (false, false) => 1,
    }
}

fn shares(a: (usize, usize), b: (usize, usize)) -> bool {
    a.0 < b.1 && b.0 < a.1 && (a.0 < a.1 || b.0 < b.1)
}

/// What is reviewed as one: its members by place, where, how it stands, old and new text.
type Row = (Vec<HunkRef>, (usize, usize), HunkState, String, String);

#[derive(Clone, Debug, Default, PartialEq, Eq)]
struct State {
    text: Vec<char>,
    open: Vec<Hunk>,
}

impl State {
    fn slice(&self, start: usize, end: usize) -> String {
        self.text[start..end].iter().collect()
    }

    fn stale(&self, hunk: &Hunk) -> bool {
        self.slice(hunk.start, hunk.end) != hunk.old
    }

    /// What is reviewed as one.
    fn rows(&self) -> Vec<Row> {
        let alone = |hunk: &Hunk, state| {
            let span = (hunk.start, hunk.end);
            (vec![hunk.of], span, state, hunk.old.clone(), hunk.new.clone())
        };
        let mut rows = Vec::new();
        let mut fresh: Vec<&Hunk> = Vec::new();
        for hunk in &self.open {
            match (self.stale(hunk), hunk.of.part) {
                (true, _) => rows.push(alone(hunk, HunkState::Stale)),
                (false, Some(_)) => rows.push(alone(hunk, HunkState::Pending)),
                (false, None) => fresh.push(hunk),
            }
        }
        // Stretches that hold together, first with those that contradict earlier ones.
        for stretch in stretches(fresh) {
            let mut kept: Vec<&Hunk> = Vec::new();
            let mut in_order = stretch;
            in_order.sort_by_key(|hunk| hunk.made);
            for hunk in in_order {
                if kept.iter().all(|other| other.fits(hunk)) {
                    kept.push(hunk);
                } else {
                    rows.push(alone(hunk, HunkState::Stale));
                }
            }
            for one in stretches(kept) {
                let start = one[0].start;
                let end = one.iter().map(|hunk| hunk.end).max().expect("one at least");
                let mut changes = Vec::new();
                for (index, hunk) in one.iter().enumerate() {
                    for (from, to, text) in hunk.changes() {
                        changes.push((from, to, rank(&text), index, text));
                    }
                }
                changes.sort();
                let mut new: Vec<char> = self.text[start..end].to_vec();
                for (from, to, .., text) in changes.into_iter().rev() {
                    new.splice(from - start..to - start, text.chars());
                }
                let of = one.iter().map(|hunk| hunk.of).collect();
                let old = self.slice(start, end);
                let new = new.into_iter().collect();
                rows.push((of, (start, end), HunkState::Pending, old, new));
            }
        }
        rows.sort();
        rows
    }

    /// Takes the members of a row out.
    fn take(&mut self, row: &Row) {
        self.open.retain(|hunk| !row.0.contains(&hunk.of));
    }

    /// The whole lines around a span; the last line's end only if the span has it.
    fn lines(&self, (start, end): (usize, usize)) -> (usize, usize) {
        let from = self.text[..start].iter().rposition(|c| *c == '\n').map_or(0, |at| at + 1);
        if end > start && self.text[end - 1] == '\n' {
            return (from, end);
        }
        let rest = self.text[end..].iter().position(|c| *c == '\n');
        (from, rest.map_or(self.text.len(), |at| end + at))
    }

    /// Replaces `start..end`, all of which is inside or outside of every hunk but `but`, or deletes.
    fn replace(&mut self, start: usize, end: usize, new: &str) {
        let len = new.chars().count();
        self.text.splice(start..end, new.chars());
        let gone = end - start;
        for hunk in &mut self.open {
            let empty = hunk.start == hunk.end;
            let ends = if empty { [hunk.start, hunk.start] } else { [hunk.start + 1, hunk.end] };
            hunk.loose |= ends.iter().any(|at| start < *at && *at <= end);
            // Where an end goes; at an insertion the start of a hunk moves behind it.
            let place = |pos: usize, behind: bool| {
                if pos < start || (pos == start && !(behind && gone == 0)) {
                    pos
                } else if pos < end {
                    start + len
                } else {
                    pos + len - gone
                }
            };
            (hunk.start, hunk.end) = if empty {
                let at = place(hunk.start, false);
                (at, at)
            } else {
                let (a, b) = (place(hunk.start, true), place(hunk.end, false));
                (a.min(b), b.max(a))
            };
        }
    }
}

/// Hunks of one proposal, by place, cut where one touches none of those before it.
fn stretches(mut hunks: Vec<&Hunk>) -> Vec<Vec<&Hunk>> {
    hunks.sort_by_key(|hunk| (hunk.proposal, hunk.start, hunk.end, hunk.made));
    let mut out: Vec<Vec<&Hunk>> = Vec::new();
    for hunk in hunks {
        match out.last_mut() {
            Some(last)
                if last[0].proposal == hunk.proposal
                    && last.iter().any(|other| hunk.start <= other.end) =>
            {
                last.push(hunk);
            }
            _ => out.push(vec![hunk]),
        }
    }
    out
}

/// The words that a random text is made of.
const WORDS: &[&str] = &["one", "two", "日本", "e\u{301}", "\n", " ", "- ", "👩‍👩‍👧", "x"];

fn words(rand: &mut Rand, most: usize) -> String {
    (0..1 + rand.below(most)).map(|_| WORDS[rand.below(WORDS.len())]).collect()
}

/// A place to write at: anywhere, and every third time at or beside one of some places.
pub fn place(rand: &mut Rand, near: &[usize], len: usize) -> usize {
    match rand.below(3) {
        0 if !near.is_empty() => {
            (near[rand.below(near.len())] + rand.below(3)).saturating_sub(1).min(len)
        }
        _ => rand.below(len + 1),
    }
}

/// Spans of which some touch, some share characters and some are empty.
fn spans(rand: &mut Rand, len: usize) -> Vec<(usize, usize)> {
    let mut found = Vec::new();
    let mut at = rand.below(3);
    while at <= len && found.len() < 8 {
        let width = if rand.below(4) == 0 { 0 } else { 1 + rand.below(5) };
        if at + width > len {
            break;
        }
        found.push((at, at + width));
        at += width + rand.below(4);
        if rand.below(5) == 0 {
            at -= rand.below(3).min(at);
        }
    }
    // In whichever order the model says them.
    if rand.below(2) == 0 {
        found.reverse();
    }
    found
}

/// What is reviewed as one, as the program says.
fn rows(made: &Harness) -> Vec<Row> {
    let open = made.model().session.open_in(&made.model().doc).into_iter();
    let row = |one: cowrite::session::OpenHunk| {
        let span = one.span.expect("a place");
        (one.members, (span.start.0, span.end.0), one.state, one.old, one.new)
    };
    open.map(row).collect()
}

#[track_caller]
fn compare(made: &Harness, state: &mut State, what: &str) {
    assert_eq!(made.text(), state.text.iter().collect::<String>(), "{what}");
    let document = &made.model().entry().expect("a document").document;
    for hunk in &mut state.open {
        let known = made.model().session.proposals.hunk(&hunk.of).expect("a hunk");
        let span = known.span(document).expect("a place");
        if hunk.loose {
            (hunk.start, hunk.end) = (span.start.0, span.end.0);
        }
        assert_eq!((hunk.start, hunk.end), (span.start.0, span.end.0), "{what}\n{hunk:?}");
    }
    let mut got = rows(made);
    got.sort();
    assert_eq!(got, state.rows(), "{what}");
}

pub fn run(seed: u64) {
    let mut rand = Rand::from_number(seed);
    let text = words(&mut rand, 14);
    let mut made = Harness::file("plan.md", &text);
    let mut state = State { text: text.chars().collect(), open: Vec::new() };
    // What undo brings back, and what redo does: anything else that is done ends redo.
    let mut before: Vec<State> = Vec::new();
    let mut undone: Vec<State> = Vec::new();
    // Redo could bring something back of which the model has no state.
    let mut forgot = false;
    let mut trace = format!("seed {seed} {text:?}");
    let mut proposal = 0;
    for step in 0..30 {
        let open = rows(&made);
        let choice = if open.is_empty() && rand.below(2) == 0 { 0 } else { 1 + rand.below(17) };
        let was = state.clone();
        let index = rand.below(open.len().max(1));
        let row = open.get(index).cloned();
        let mut changed = false;
        match (choice, row) {
            (0, _) => {
                let found = spans(&mut rand, state.text.len());
                proposal += 1;
                let mut made_of: Vec<(usize, usize, String)> = Vec::new();
                for (start, end) in found {
                    let old = state.slice(start, end);
                    let deletes = rand.below(5) == 0 && end > start;
                    let mut new = if deletes { String::new() } else { words(&mut rand, 4) };
                    // Often only a part of it changes, so that what shares characters may fit.
                    if rand.below(3) == 0 {
                        new = format!("{old}{new}");
                    }
                    if new == old {
                        new.push('!');
                    }
                    made_of.push((start, end, new));
                }
                let slices: Vec<(usize, usize, &str)> =
                    made_of.iter().map(|(start, end, new)| (*start, *end, new.as_str())).collect();
                trace.push_str(&format!("\n{step} propose {made_of:?}"));
                made.propose(&slices);
                let all = made.model().session.proposals.hunks();
                let whole: Vec<HunkRef> =
                    all.iter().map(|hunk| hunk.of).filter(|of| of.part.is_none()).collect();
                let first = whole.len() - made_of.len();
                for (index, (start, end, new)) in made_of.into_iter().enumerate() {
                    let old = state.slice(start, end);
                    let of = whole[first + index];
                    let made = step as usize * 100 + index;
                    state.open.push(Hunk {
                        of,
                        proposal,
                        made,
                        loose: false,
                        start,
                        end,
                        old,
                        new,
                    });
                }
                // Only what was done since is taken back here.
                before.clear();
                forgot |= !undone.is_empty();
                undone.clear();
                compare(&made, &mut state, &trace);
                made.same_after(&trace);
                continue;
            }
            (1..=3, _) => {
                let near: Vec<usize> =
                    state.open.iter().flat_map(|hunk| [hunk.start, hunk.end]).collect();
                let (at, new) = (place(&mut rand, &near, state.text.len()), words(&mut rand, 2));
                trace.push_str(&format!("\n{step} type {at} {new:?}"));
                made.place(at, None);
                made.input(cowrite::app::Input::Paste(new.clone()));
                state.replace(at, at, &new);
                changed = true;
            }
            (4, _) if !state.text.is_empty() => {
                let start = rand.below(state.text.len());
                let end = (start + 1 + rand.below(6)).min(state.text.len());
                trace.push_str(&format!("\n{step} delete {start}..{end}"));
                made.place(end, Some(start));
                made.keys("delete");
                state.replace(start, end, "");
                changed = true;
            }
            (5..=7, Some(row)) => {
                trace.push_str(&format!("\n{step} accept {row:?}"));
                let there = made.model().session.open_in(&made.doc())[index].there;
                made.about_hunk(index, "hunk.accept");
                if there {
                    // The text says it already, here or around here: that is all that is said.
                    let from = row.1.1.saturating_sub(row.4.chars().count());
                    let around: String = state.text[from..].iter().collect();
                    assert!(row.2 == HunkState::Stale && around.contains(&row.4), "{trace}");
                    state.take(&row);
                    changed = true;
                } else if row.2 == HunkState::Pending {
                    state.take(&row);
                    state.replace(row.1.0, row.1.1, &row.4);
                    changed = true;
                }
            }
            (8, Some(row)) => {
                trace.push_str(&format!("\n{step} reject {row:?}"));
                made.about_hunk(index, "hunk.reject");
                state.take(&row);
                changed = true;
            }
            (9, Some(row)) => {
                let new = words(&mut rand, 3);
                trace.push_str(&format!("\n{step} edit {row:?} to {new:?}"));
                made.about_hunk(index, "hunk.edit");
                made.keys("ctrl-a delete");
                made.input(cowrite::app::Input::Paste(new.clone()));
                made.keys("ctrl-s");
                state.take(&row);
                let (start, end) = state.lines(row.1);
                state.replace(start, end, &new);
                changed = true;
            }
            (16 | 17, Some(row)) => {
                // What contradicts another hunk has its old text, and no three sides.
                let span = row.1;
                let stale = state.slice(span.0, span.1) != row.3;
                let (line, text) = match rand.below(3) {
                    0 => ("hunk.mine", state.slice(span.0, span.1)),
                    1 => ("hunk.theirs", row.4.clone()),
                    _ => ("hunk.base", row.3.clone()),
                };
                trace.push_str(&format!("\n{step} {line} {row:?}"));
                made.about_hunk(index, line);
                if row.2 == HunkState::Stale && stale {
                    state.take(&row);
                    if line != "hunk.mine" {
                        state.replace(span.0, span.1, &text);
                    }
                    changed = true;
                }
            }
            (10, Some(row)) => {
                trace.push_str(&format!("\n{step} split {row:?}"));
                made.about_hunk(index, "hunk.split");
                changed = row.2 == HunkState::Pending && split(&mut state, &row);
            }
            (11..=13, _) if !before.is_empty() => {
                trace.push_str(&format!("\n{step} undo"));
                made.keys("ctrl-z");
                undone.push(std::mem::replace(&mut state, before.pop().expect("there is one")));
                compare(&made, &mut state, &trace);
                made.same_after(&trace);
                continue;
            }
            (14 | 15, _) if !forgot || !undone.is_empty() => {
                trace.push_str(&format!("\n{step} redo"));
                made.keys("ctrl-y");
                if let Some(next) = undone.pop() {
                    before.push(std::mem::replace(&mut state, next));
                }
                compare(&made, &mut state, &trace);
                made.same_after(&trace);
                continue;
            }
            _ => continue,
        }
        made.pass(3000);
        compare(&made, &mut state, &trace);
        made.same_after(&trace);
        if changed {
            before.push(was);
            undone.clear();
            forgot = false;
        }
        if rand.below(8) == 0 {
            made = made.killed(seed * 1000 + step);
            trace.push_str(&format!("\n{step} killed"));
            compare(&made, &mut state, &trace);
        }
    }
}

/// Several that became one are parted; one becomes its parts. Whether anything came of it.
fn split(state: &mut State, row: &Row) -> bool {
    let members: Vec<Hunk> =
        state.open.iter().filter(|hunk| row.0.contains(&hunk.of)).cloned().collect();
    if members.iter().any(|hunk| hunk.of.part.is_some()) {
        return false;
    }
    let mut parts: Vec<Hunk> = Vec::new();
    for hunk in &members {
        let span = Span::new(Pos(hunk.start), Pos(hunk.end));
        let whole = assist::Hunk { span, old: hunk.old.clone(), new: hunk.new.clone() };
        let pieces = if members.len() > 1 { Some(vec![whole]) } else { assist::split(&whole) };
        let Some(pieces) = pieces else { return false };
        for (index, piece) in pieces.into_iter().enumerate() {
            parts.push(Hunk {
                of: HunkRef { id: hunk.of.id, part: Some(index as u32) },
                loose: false,
                start: piece.span.start.0,
                end: piece.span.end.0,
                old: piece.old,
                new: piece.new,
                ..hunk.clone()
            });
        }
    }
    state.take(row);
    state.open.extend(parts);
    true
}
