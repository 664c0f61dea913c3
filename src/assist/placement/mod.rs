//! Where the text that a model wants to replace stands in the document, or that this is not sure.
//!
//! A ladder of steps from exact to loose; each needs exactly one hit, and nothing is ever the best
//! of several. What the answer says about the place (a heading, a line number) narrows hits down,
//! and finds none by itself. Knows of dialects only these hints.

mod agree;
mod align;
mod append;
mod ask;
mod cells;
mod depth;
mod edge;
mod fit;
mod fold;
mod forms;
mod gap;
mod gone;
mod index;
mod kept;
mod marks;
mod narrow;
mod passage;
mod pieces;
mod reworded;
mod similar;
mod space;
mod systematic;
mod unit;
mod wraps;

pub(in crate::assist) use forms::decoded;
pub use kept::{in_form, kept};
pub(crate) use space::with_indents;
pub(in crate::assist) use unit::marker;

use crate::assist::dialect::Hint;
use crate::assist::hunks::{Hunk, with_line_ends};
use crate::base::{Pos, Span};
use ask::{Ask, Hit, Outer, hits};
pub(in crate::assist) use ask::{MOST, MOST_OF_ALL};
use index::{Index, form_of, normalise};
use ropey::Rope;
use std::ops::Range;
use std::sync::OnceLock;

/// What became of the search for a place. Spans are in `char`s of the document.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Placement {
    /// Here and nowhere else. The hunk's old text is the document's own, its new text has the
    /// document's indent and line ends.
    Placed { hunk: Hunk, step: Step },
    /// The new text stands here already.
    AlreadyApplied { span: Span },
    /// It could be each of these (the first of them, if they are many).
    Ambiguous { candidates: Vec<Span> },
    /// Nowhere; these places resemble it, with how much of 100. For the person and for asking the
    /// model again, never to be taken.
    Missing { similar: Vec<(Span, u8)> },
}

/// How a place was found. Ordered from strict to tolerant.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Step {
    /// Character by character.
    Exact,
    /// But for blanks: line ends, trailing and repeated blanks, indent, wrapped lines.
    Space,
    /// But for the forms of marks and letters too: quotes, dashes, composed letters.
    Marks,
    /// In pieces, with what the model left out between them.
    Gap,
    /// One of several, by the line number that the model gave. Loose.
    Line,
    /// In other words here and there. Loose.
    Words,
}

impl Step {
    /// The name in the log.
    pub fn name(self) -> &'static str {
        self.rung().name
    }

    /// Found by likeness: shown as such, and left out of "accept all".
    pub fn is_loose(self) -> bool {
        self.rung().loose
    }

    fn rung(self) -> &'static Rung {
        LADDER.iter().find(|rung| rung.step == self).unwrap_or(&LADDER[0])
    }
}

/// One step of the ladder. `find` tells every hit, at most `MOST`.
struct Rung {
    step: Step,
    name: &'static str,
    loose: bool,
    find: fn(&Ask<'_>) -> Vec<Hit>,
}

const LADDER: &[Rung] = &[
    Rung { step: Step::Exact, name: "exact", loose: false, find: exact },
    Rung { step: Step::Space, name: "space", loose: false, find: spaced },
    Rung { step: Step::Marks, name: "marks", loose: false, find: marked },
    // Two that are not climbed: edits with gaps, and several hits of a step above narrowed down.
    Rung { step: Step::Gap, name: "gap", loose: false, find: |_| Vec::new() },
    Rung { step: Step::Line, name: "line", loose: true, find: |_| Vec::new() },
    Rung { step: Step::Words, name: "words", loose: true, find: align::aligned },
];

/// The steps that are certain.
const CERTAIN: &[Rung] = LADDER.split_at(3).0;

/// An edit whose place is sought.
#[derive(Clone, Copy, Debug)]
pub struct Sought<'a> {
    pub old: &'a str,
    pub new: &'a str,
    /// Helps among places that fit equally well, never more.
    pub hint: &'a Hint,
    /// The words of `old` lie in here, or anywhere; the blanks around them may reach out of it.
    pub within: Option<Span>,
}

enum Found {
    None,
    One(Hit, Step),
    Many(Vec<Hit>),
    /// One, but it would cut a word or a number.
    Torn(Hit),
}

/// Finds places in one version of a document. What it needs to know about the text is worked out
/// at the first question and kept.
#[derive(Debug)]
pub struct Placer {
    rope: Rope,
    index: OnceLock<Index>,
}

/// Places one edit; for several in one document make a `Placer`.
pub fn place(text: &Rope, old: &str, new: &str, within: Option<Span>) -> Placement {
    Placer::new(text).place(old, new, within)
}

impl Placer {
    /// For the document as it is now. Cheap.
    pub fn new(text: &Rope) -> Self {
        Self { rope: text.clone(), index: OnceLock::new() }
    }

    /// Where an edit belongs.
    pub fn find(&self, sought: &Sought<'_>) -> Placement {
        self.locate_for(LADDER, sought)
    }

    /// Where `old` is to become `new`. The words of `old` lie in `within`, or anywhere; the blanks
    /// around them may reach out of it. An `old` of nothing stands at the end.
    pub fn place(&self, old: &str, new: &str, within: Option<Span>) -> Placement {
        self.locate_for(LADDER, &Sought { old, new, hint: &Hint::default(), within })
    }

    /// The same where only a certain place is asked for: nothing that is like it is told.
    pub(in crate::assist) fn certain(&self, old: &str, new: &str) -> Placement {
        self.locate_for(CERTAIN, &Sought { old, new, hint: &Hint::default(), within: None })
    }

    fn locate_for(&self, ladder: &[Rung], sought: &Sought<'_>) -> Placement {
        let index = self.index();
        if let Some((old, new)) = forms::without_trails(&index.text, sought.old, sought.new) {
            return match self.locate_for(ladder, &Sought { old: &old, new: &new, ..*sought }) {
                Placement::Placed { hunk, step: Step::Exact } => {
                    Placement::Placed { hunk, step: Step::Space }
                }
                other => other,
            };
        }
        if let Some(new) = forms::in_own_quotes(&index.text, sought.old, sought.new) {
            return match self.locate_for(ladder, &Sought { new: &new, ..*sought }) {
                Placement::Placed { hunk, step } => {
                    Placement::Placed { hunk, step: step.max(Step::Marks) }
                }
                other => other,
            };
        }
        let Sought { old, new, hint, within } = *sought;
        let within = self.bytes(within);
        let outer = Outer::of(old);
        if outer.core.is_empty() {
            return self.append(index, old, new, within);
        }
        let found = self.climb(ladder, index, old, new, hint, &within);
        if let Some(core) = self.applied(index, &found, old, new, &within) {
            return Placement::AlreadyApplied { span: self.span(&core) };
        }
        if matches!(found, Found::None)
            && let Some((range, new)) = gap::filled(index, old, new, &within)
        {
            let old = index.text[range.clone()].to_owned();
            let hunk = Hunk { span: self.span(&range), old, new };
            return Placement::Placed { hunk, step: Step::Gap };
        }
        if ladder.len() == LADDER.len()
            && matches!(found, Found::None | Found::One(_, Step::Words))
            && let Some(placement) = self.in_another_form(index, sought)
        {
            return placement;
        }
        match found {
            Found::One(hit, step) => {
                let Some((range, new)) = fit::fit(index, &hit, step, outer, new) else {
                    return self.like(index, hit.core, outer);
                };
                let old = index.text[range.clone()].to_owned();
                Placement::Placed { hunk: Hunk { span: self.span(&range), old, new }, step }
            }
            Found::Many(hits) => Placement::Ambiguous {
                candidates: hits.iter().map(|hit| self.span(&hit.core)).collect(),
            },
            Found::Torn(hit) => self.like(index, hit.core, outer),
            Found::None if ladder.len() < LADDER.len() => {
                Placement::Missing { similar: Vec::new() }
            }
            Found::None => {
                let similar = similar::similar(index, outer, &within);
                let similar = similar.into_iter().map(|(range, score)| (self.span(&range), score));
                Placement::Missing { similar: similar.collect() }
            }
        }
    }

    /// Where a passage that the model wrote anew, without its old text, stood: the span and text of
    /// whole lines, and the new text for them. `least` of 100 of both must be common, and so much of
    /// their first and last lines.
    pub fn passage(&self, text: &str, least: (u32, u32)) -> Option<(Span, String, String)> {
        let index = self.index();
        let (range, new) = passage::find(index, text, least)?;
        Some((self.span(&range), index.text[range].to_owned(), new))
    }

    /// Not where a place was found, but what is whole there is like it.
    fn like(&self, index: &Index, core: Range<usize>, old: Outer<'_>) -> Placement {
        let (range, score) = similar::whole(index, &core, old);
        let similar = vec![(self.span(&range), score)];
        Placement::Missing { similar: if range.is_empty() { Vec::new() } else { similar } }
    }

    /// What a text that is placed by hand may replace at a span, and how much of 100 it is like it: the
    /// span itself where it cuts no word, else the whole sentences and lines that it touches. A span
    /// of nothing is widened to the sentence it is in.
    pub fn whole(&self, span: Span, old: &str) -> (Span, u8) {
        let index = self.index();
        let range = self.bytes(Some(span));
        if !range.is_empty() && space::stands_alone(&index.text, &range) {
            return (span, 100);
        }
        let (range, score) = similar::whole(index, &range, Outer::of(old));
        (self.span(&range), score)
    }

    /// What of a text goes when all of a span does: with whole lines their end, and of two blanks
    /// that would meet one.
    pub fn gone(&self, span: Span) -> Span {
        self.span(&similar::gone(&self.index().text, self.bytes(Some(span))))
    }

    /// Places that resemble a text, with how much of 100: to show, never to take.
    pub fn resembling(&self, text: &str) -> Vec<(Span, u8)> {
        let index = self.index();
        let similar = similar::similar(index, Outer::of(text), &(0..index.text.len()));
        similar.into_iter().map(|(range, score)| (self.span(&range), score)).collect()
    }

    fn index(&self) -> &Index {
        self.index.get_or_init(|| Index::new(self.rope.to_string()))
    }

    /// The replacement of a known span, for an answer about a selection: nothing is looked for, the
    /// new text gets the document's line ends.
    pub fn at(&self, span: Span, new: &str) -> Hunk {
        let pos = |pos: Pos| Pos(pos.0.min(self.rope.len_chars()));
        let span = Span::new(pos(span.start), pos(span.end));
        let line = self.rope.char_to_line(span.end.0);
        let ends = (line.saturating_sub(1)..=line).rev().find_map(|line| {
            let text = self.rope.line(line);
            let ended = |end: &str| {
                let from = text.len_chars().checked_sub(end.len());
                from.is_some_and(|from| text.slice(from..) == end)
            };
            ended("\n").then(|| if ended("\r\n") { "\r\n" } else { "\n" })
        });
        let new = with_line_ends(new, ends.unwrap_or("\n"));
        Hunk { span, old: self.rope.slice(span.range()).to_string(), new }
    }

    /// The range of the new text, if it is there and the old one only as a part of it.
    fn applied(
        &self,
        index: &Index,
        found: &Found,
        old: &str,
        new: &str,
        within: &Range<usize>,
    ) -> Option<Range<usize>> {
        let core = Outer::of(new).core;
        let inserted = || {
            let (old, new) = (normalise(old), normalise(new));
            new.len() > old.len() && new.contains(&old)
        };
        let hits = match found {
            // What stands there in other words may be what came of the edit.
            Found::None | Found::Torn(_) | Found::One(_, Step::Words) => &[][..],
            Found::One(hit, _) if inserted() => std::slice::from_ref(hit),
            Found::Many(hits) if hits.len() < MOST && inserted() => hits,
            _ => return None,
        };
        if core.is_empty() {
            return None;
        }
        // Only what stands there as it is, or but for blanks and marks.
        let there = self.climb(CERTAIN, index, new, "", &Hint::default(), within);
        let Found::One(there, Step::Exact | Step::Space | Step::Marks) = there else { return None };
        let telling = core.chars().count() >= 16 || there.lined; // Words stand anywhere by chance.
        let covered = hits
            .iter()
            .all(|hit| there.core.start <= hit.core.start && hit.core.end <= there.core.end);
        let done = hits.is_empty() && !gone::still_there(&index.text, &there.core, old, new);
        (covered && (telling && done || !hits.is_empty())).then_some(there.core)
    }

    fn append(&self, index: &Index, old: &str, new: &str, within: Range<usize>) -> Placement {
        let only_lines = old.bytes().all(|byte| matches!(byte, b'\n' | b'\r'));
        if !only_lines || new.trim().is_empty() {
            return Placement::Missing { similar: Vec::new() };
        }
        // Only at the end it is what was to come there.
        if let Some(core) = self.applied(index, &Found::None, old, new, &within)
            && index.text[core.end..within.end.max(core.end)].trim().is_empty()
        {
            return Placement::AlreadyApplied { span: self.span(&core) };
        }
        let new = append::append(&index.text, within.end, new);
        let span = self.span(&(within.end..within.end));
        Placement::Placed { hunk: Hunk { span, old: String::new(), new }, step: Step::Exact }
    }

    fn bytes(&self, within: Option<Span>) -> Range<usize> {
        let Some(span) = within else { return 0..self.rope.len_bytes() };
        let byte = |pos: Pos| {
            let pos = pos.0.min(self.rope.len_chars());
            // Never between the two characters of a line end.
            let between = pos > 0
                && self.rope.get_char(pos) == Some('\n')
                && self.rope.get_char(pos - 1) == Some('\r');
            self.rope.char_to_byte(pos - usize::from(between))
        };
        byte(span.start)..byte(span.end)
    }

    fn span(&self, range: &Range<usize>) -> Span {
        let pos = |byte| Pos(self.rope.byte_to_char(byte));
        Span { start: pos(range.start), end: pos(range.end) }
    }

    /// Climbs a ladder. The first step with a hit decides.
    fn climb(
        &self,
        ladder: &[Rung],
        index: &Index,
        old: &str,
        new: &str,
        hint: &Hint,
        within: &Range<usize>,
    ) -> Found {
        let outer = Outer::of(old);
        let norm = form_of(outer.core);
        if norm.is_empty() {
            return Found::None;
        }
        let ask = Ask::new(index, (outer, new), &norm, within.clone()).all(hint.all);
        for rung in ladder {
            let mut hits = (rung.find)(&ask);
            // With its indent and line end it may be unique: a line that is a part of others.
            let mut outer = hits.iter().filter(|hit| hit.outer);
            if hint.all && outer.next().is_some() {
                hits.retain(|hit| hit.outer);
            } else if let (Some(hit), None) = (outer.next(), outer.next())
                && hit.lined
            {
                hits = vec![hit.clone()];
            }
            let mut step = rung.step;
            if hits.len() > 1
                && let Some((hit, narrowed)) = narrow::narrow(&index.text, &hits, hint, step)
            {
                (hits, step) = (vec![hit], narrowed);
            }
            match (hits.pop(), hits.is_empty()) {
                (None, _) => {}
                (Some(hit), true) if space::stands_alone(&index.text, &hit.core) => {
                    return Found::One(hit, step);
                }
                (Some(hit), true) => return Found::Torn(hit),
                (Some(hit), false) => {
                    hits.push(hit);
                    return Found::Many(hits);
                }
            }
        }
        Found::None
    }
}

fn exact(ask: &Ask<'_>) -> Vec<Hit> {
    let Outer { lead, core, tail } = ask.old;
    let text = &ask.index.text;
    let one_line_end = matches!(tail, "\n" | "\r\n");
    let found = hits(ask, |range| {
        let (before, behind) = (&text[..range.start], &text[range.end..]);
        let indented =
            before.strip_suffix(lead).is_some_and(|line| line.is_empty() || line.ends_with('\n'));
        let ends = behind.is_empty() || behind.starts_with('\n') || behind.starts_with("\r\n");
        let outer = (lead.is_empty() || indented)
            && (behind.starts_with(tail) || one_line_end && ends)
            && !(lead.is_empty() && tail.is_empty());
        (&text[range.clone()] == core).then_some((space::Shift::Keep, outer))
    });
    // Blanks around it that differ are the next step's matter. One line end behind the sought text
    // may only end the line it was quoted on.
    let same = |hit: &Hit| {
        let behind = &text[hit.core.end..];
        // An indent that is a part of a deeper one is another.
        let line = text[..hit.core.start].rfind('\n').map_or(0, |at| at + 1);
        let indent = &text[line..hit.core.start];
        let deeper =
            indent.trim().is_empty() && !ask.old.indent().is_empty() && indent != ask.old.indent();
        !deeper
            && text[..hit.core.start].ends_with(lead)
            && (behind.starts_with(tail) || one_line_end)
    };
    match &found[..] {
        [hit] if !same(hit) => Vec::new(),
        _ => found,
    }
}

fn spaced(ask: &Ask<'_>) -> Vec<Hit> {
    let plain = normalise(ask.old.core);
    hits(ask, |range| {
        let found = &ask.index.text[range.clone()];
        // Without another letter than those of ASCII a text has one form only.
        let same = found.is_ascii() && ask.old.core.is_ascii() || normalise(found) == plain;
        Some((shift(ask, range).filter(|_| same)?, false))
    })
}

fn marked(ask: &Ask<'_>) -> Vec<Hit> {
    let plain = ask.index.ascii && ask.old.core.is_ascii();
    if plain || ask.is_of_forms() {
        return Vec::new();
    }
    let mut found = hits(ask, |range| {
        // A needle may end within what one character stands for.
        let whole = form_of(&ask.index.text[range.clone()]) == ask.norm;
        Some((shift(ask, range).filter(|_| whole)?, false))
    });
    for hit in &mut found {
        hit.forms = true;
    }
    found
}

/// How the indents of the sought text become those of a place with the same words; `None` where
/// the blanks differ in a way that matters.
fn shift(ask: &Ask<'_>, range: &Range<usize>) -> Option<space::Shift> {
    let text = &ask.index.text;
    let line = text[..range.start].rfind('\n').map_or(0, |at| at + 1);
    let before = &text[line..range.start];
    let mut pairs = space::indents(ask.old.core, &text[range.clone()], before)?;
    let (sought, found) = (ask.old.indent(), before);
    // Without an indent the sought text may start at a line's text.
    if found.trim().is_empty() && (!sought.is_empty() || found.is_empty()) {
        pairs.push((sought, found));
    }
    space::Shift::of(&pairs)
}
