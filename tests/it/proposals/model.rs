//! The plain model: a list of characters, spans on it and a stack of what it was.

use crate::harness::Harness;
use cowrite::base::Rand;
use cowrite::session::HunkState;

#[derive(Clone, Debug, PartialEq, Eq)]
struct Hunk {
    /// A character at an end is gone: what is typed there falls on either side.
    loose: bool,
    start: usize,
    end: usize,
    old: String,
    new: String,
}

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

    /// Replaces `start..end`, all of which is inside or outside of every hunk but `but`, or deletes.
    fn replace(&mut self, start: usize, end: usize, new: &str) {
        let len = new.chars().count();
        self.text.splice(start..end, new.chars());
        let gone = end - start;
        for hunk in &mut self.open {
            let empty = hunk.start == hunk.end;
            let ends = if empty { [hunk.start, hunk.start] } else { [hunk.start + 1, hunk.end] };
            hunk.loose |= ends.iter().any(|end| start < *end && *end <= end_of(start, gone));
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

fn end_of(start: usize, gone: usize) -> usize {
    start + gone
}

/// The words that a random text is made of.
const WORDS: &[&str] = &["one", "two", "日本", "e\u{301}", "\n", " ", "- ", "👩‍👩‍👧", "x"];

fn words(rand: &mut Rand, most: usize) -> String {
    (0..1 + rand.below(most)).map(|_| WORDS[rand.below(WORDS.len())]).collect()
}

/// Disjoint spans, some touching, some empty; no two empty ones at one place.
fn spans(rand: &mut Rand, len: usize) -> Vec<(usize, usize)> {
    let mut found = Vec::new();
    let mut at = rand.below(3);
    let mut last_empty = false;
    while at <= len && found.len() < 8 {
        let width = if rand.below(4) == 0 && !last_empty { 0 } else { 1 + rand.below(5) };
        if at + width > len {
            break;
        }
        found.push((at, at + width));
        last_empty = width == 0;
        at += width + rand.below(4);
    }
    found
}

#[track_caller]
fn compare(made: &Harness, state: &mut State, what: &str) {
    assert_eq!(made.text(), state.text.iter().collect::<String>(), "{what}");
    let mut got = made.hunks();
    got.sort();
    let text = state.text.clone();
    let stale = |span: (usize, usize), old: &str| {
        let fresh = text[span.0..span.1].iter().collect::<String>() == old;
        if fresh { HunkState::Pending } else { HunkState::Stale }
    };
    let row = |hunk: &Hunk| {
        let span = (hunk.start, hunk.end);
        (Some(span), stale(span, &hunk.old), hunk.old.clone(), hunk.new.clone())
    };
    let mut want: Vec<_> = Vec::new();
    for hunk in state.open.iter().filter(|hunk| !hunk.loose) {
        want.push(row(hunk));
    }
    let mut rest = got.clone();
    for row in &want {
        let at = rest.iter().position(|other| other == row);
        assert!(at.is_some(), "{what}\n{row:?} is not in {got:?}");
        rest.remove(at.unwrap_or_default());
    }
    for hunk in state.open.iter_mut().filter(|hunk| hunk.loose) {
        let at = rest.iter().position(|(_, _, old, new)| (old, new) == (&hunk.old, &hunk.new));
        assert!(at.is_some(), "{what}\n{hunk:?} is not in {got:?}");
        let (span, state, ..) = rest.remove(at.unwrap_or_default());
        let span = span.expect("a place");
        assert_eq!(state, stale(span, &hunk.old), "{what}");
        (hunk.start, hunk.end) = span;
    }
    assert!(rest.is_empty(), "{what}\n{rest:?} is too much");
}

/// The model's hunk that is the program's `index`th.
fn find(made: &Harness, state: &State, index: usize) -> usize {
    let (span, _, old, new) = made.hunks()[index].clone();
    let same =
        |hunk: &Hunk| Some((hunk.start, hunk.end)) == span && hunk.old == old && hunk.new == new;
    state.open.iter().position(same).expect("the model has it")
}

pub fn run(seed: u64) {
    let mut rand = Rand::from_number(seed);
    let text = words(&mut rand, 14);
    let mut made = Harness::file("plan.md", &text);
    let mut state = State { text: text.chars().collect(), open: Vec::new() };
    let mut before: Vec<State> = Vec::new();
    // What the next redo brings back: only directly after an undo of an edit.
    let mut undone: Vec<State> = Vec::new();
    // Whether the step that can be undone was an edit.
    let mut edits: Vec<bool> = Vec::new();
    let mut trace = format!("seed {seed} {text:?}");
    for step in 0..30 {
        let open = made.hunks().len();
        let choice = if open == 0 && rand.below(2) == 0 { 0 } else { 1 + rand.below(12) };
        let was = state.clone();
        let mut kind = None;
        match choice {
            0 => {
                let found = spans(&mut rand, state.text.len());
                let hunks: Vec<Hunk> = found
                    .into_iter()
                    .map(|(start, end)| {
                        let old = state.slice(start, end);
                        let mut new = if rand.below(5) == 0 && end > start {
                            String::new()
                        } else {
                            words(&mut rand, 4)
                        };
                        if new == old {
                            new.push('!');
                        }
                        Hunk { loose: false, start, end, old, new }
                    })
                    .collect();
                let made_of: Vec<(usize, usize, &str)> =
                    hunks.iter().map(|hunk| (hunk.start, hunk.end, hunk.new.as_str())).collect();
                trace.push_str(&format!("\n{step} propose {made_of:?}"));
                made.propose(&made_of);
                state.open.extend(hunks);
                // Only what was done since is taken back here.
                before.clear();
                edits.clear();
                undone.clear();
                compare(&made, &mut state, &trace);
                made.same_after(&trace);
                continue;
            }
            1..=3 => {
                let (at, new) = (rand.below(state.text.len() + 1), words(&mut rand, 2));
                trace.push_str(&format!("\n{step} type {at} {new:?}"));
                made.place(at, None);
                made.input(cowrite::app::Input::Paste(new.clone()));
                state.replace(at, at, &new);
                kind = Some(true);
            }
            4 if !state.text.is_empty() => {
                let start = rand.below(state.text.len());
                let end = (start + 1 + rand.below(6)).min(state.text.len());
                trace.push_str(&format!("\n{step} delete {start}..{end}"));
                made.place(end, Some(start));
                made.keys("delete");
                state.replace(start, end, "");
                kind = Some(true);
            }
            5..=7 if open > 0 => {
                let index = rand.below(open);
                let at = find(&made, &state, index);
                trace.push_str(&format!("\n{step} accept {:?}", state.open[at]));
                made.about_hunk(index, "hunk.accept");
                if !state.stale(&state.open[at]) {
                    let hunk = state.open.remove(at);
                    accept(&mut state, &hunk, &hunk.new);
                    kind = Some(true);
                }
            }
            8 if open > 0 => {
                let index = rand.below(open);
                let at = find(&made, &state, index);
                trace.push_str(&format!("\n{step} reject {:?}", state.open[at]));
                made.about_hunk(index, "hunk.reject");
                state.open.remove(at);
                kind = Some(false);
            }
            9 if open > 0 => {
                let index = rand.below(open);
                let at = find(&made, &state, index);
                let new = words(&mut rand, 3);
                trace.push_str(&format!("\n{step} edit {:?} to {new:?}", state.open[at]));
                made.about_hunk(index, "hunk.edit");
                made.keys("ctrl-a delete");
                made.input(cowrite::app::Input::Paste(new.clone()));
                made.keys("ctrl-s");
                let hunk = state.open.remove(at);
                let new = if new.is_empty() { String::new() } else { new };
                accept(&mut state, &hunk, &new);
                kind = Some(true);
            }
            10 | 11 if !before.is_empty() => {
                trace.push_str(&format!("\n{step} undo"));
                made.keys("ctrl-z");
                let edit = edits.pop().expect("as many");
                let last = before.pop().expect("there is one");
                let kept = std::mem::replace(&mut state, last);
                // What was proposed since stays: it was no step of the person's.
                if edit {
                    undone.push(kept);
                } else {
                    // Redo brings text back, not what was said.
                    undone.clear();
                }
                compare(&made, &mut state, &trace);
                made.same_after(&trace);
                continue;
            }
            12 if !undone.is_empty() => {
                trace.push_str(&format!("\n{step} redo"));
                made.keys("ctrl-y");
                before.push(std::mem::replace(&mut state, undone.pop().expect("there is one")));
                edits.push(true);
                compare(&made, &mut state, &trace);
                made.same_after(&trace);
                continue;
            }
            _ => continue,
        }
        made.pass(3000);
        compare(&made, &mut state, &trace);
        made.same_after(&trace);
        if let Some(edit) = kind {
            before.push(was);
            edits.push(edit);
            undone.clear();
        }
        if rand.below(8) == 0 {
            made = made.killed(seed * 1000 + step);
            trace.push_str(&format!("\n{step} killed"));
            compare(&made, &mut state, &trace);
        }
    }
}

/// The new text takes the place of the old: touching hunks keep their ends.
fn accept(state: &mut State, hunk: &Hunk, new: &str) {
    state.replace(hunk.start, hunk.end, new);
}
