//! A hunk without a place floats: where it may belong, best first, and which of these places is
//! shown. The model is not asked.

use super::around::{Room, around};
use super::{Caret, Cx, Focus, Model, Sign};
use crate::assist::{Placement, Placer, resembling};
use crate::base::{Pos, Span};
use crate::layout::wrap::{Rule, rows as wrap_rows};
use crate::session::{HunkRef, HunkState, OpenHunk};

/// The most places that are listed at once.
const LISTED: usize = 4;
/// So much of its line is shown on each side of a place.
const AROUND: usize = 24;

/// Why a hunk may belong to a place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Likeness {
    /// The very text stands there, as it does elsewhere.
    Same,
    /// The new text stands there already.
    There,
    /// So much of 100 is the same.
    Percent(u8),
    /// It quotes nothing: the end of the text.
    End,
    /// Nothing is like it: where the caret was.
    Caret,
}

/// A place where a hunk may belong.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Candidate {
    pub span: Span,
    pub like: Likeness,
}

/// The hunk that floats over the text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Floating {
    pub of: HunkRef,
    /// Best first; one at least.
    pub candidates: Vec<Candidate>,
    pub at: usize,
    /// The place that is shown: the candidate's, or moved from there by lines.
    pub span: Span,
    /// Where the caret was before it went to the places, unless the text changed since.
    pub home: Option<Caret>,
    /// The revision of the text that the places are of.
    revision: u64,
}

/// A row of the box below the text.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct FloatRow {
    pub sign: Sign,
    pub text: String,
    /// The place that a click chooses.
    pub candidate: Option<usize>,
    pub chosen: bool,
}

impl Model {
    /// Where a hunk may belong in today's text, best first. Places near other hunks of its proposal
    /// come before those that are as like.
    pub fn candidates(&self, hunk: &OpenHunk) -> Vec<Candidate> {
        let rope = self.rope();
        let all = |spans: Vec<Span>, like| {
            spans.into_iter().map(|span| Candidate { span, like }).collect::<Vec<_>>()
        };
        let placer = Placer::new(&rope);
        // What quotes nothing belongs to a part that is called so, to what it resembles, or to the
        // end.
        let quotes = !hunk.old.trim().is_empty();
        let alike = |(span, percent)| Candidate { span, like: Likeness::Percent(percent) };
        let mut found: Vec<Candidate> = match placer.place(&hunk.old, &hunk.new, None) {
            Placement::Placed { hunk: end, .. } if !quotes => {
                let like = resembling(&rope, &hunk.new).into_iter().map(alike);
                like.chain(all(vec![end.span], Likeness::End)).collect()
            }
            Placement::Placed { hunk, .. } => all(vec![hunk.span], Likeness::Same),
            Placement::AlreadyApplied { span } => all(vec![span], Likeness::There),
            Placement::Ambiguous { candidates } => {
                let open = self.session.open_in(&self.doc);
                let near = |one: &&OpenHunk| one.proposal == hunk.proposal;
                let near: Vec<usize> =
                    open.iter().filter(near).filter_map(|one| Some(one.span?.start.0)).collect();
                let away = |span: &Span| near.iter().map(|at| at.abs_diff(span.start.0)).min();
                let mut spans = candidates;
                spans.sort_by_key(|span| (away(span), *span));
                let told = |span: Span| match placer.whole(span, &hunk.old) {
                    (whole, percent) if whole != span => {
                        Candidate { span: whole, like: Likeness::Percent(percent) }
                    }
                    _ => Candidate { span, like: Likeness::Same },
                };
                let mut out: Vec<Candidate> = Vec::new();
                for one in spans.into_iter().map(told) {
                    if out.iter().all(|other| other.span != one.span) {
                        out.push(one);
                    }
                }
                // Those that would cut a word or a number come last.
                out.sort_by_key(|one| one.like != Likeness::Same);
                out
            }
            Placement::Missing { similar } => similar.into_iter().map(alike).collect(),
        };
        if found.is_empty() {
            let caret = self.caret();
            let here = || placer.whole(Span::at(caret.pos), &hunk.old).0;
            let span = caret.selection().unwrap_or_else(here);
            found.push(Candidate { span, like: Likeness::Caret });
        }
        found
    }

    /// Which of the places a position of the text is in, while a hunk floats.
    pub fn candidate_at(&self, pos: Pos) -> Option<usize> {
        let floating = self.ui.floating.as_ref()?;
        floating.candidates.iter().position(|one| one.span.contains(pos))
    }

    /// The hunk that floats, if it has no place still; its places are those of today's text.
    pub(super) fn prepare_floating(&mut self) {
        let revision = self.entry().map_or(0, |entry| entry.document.revision());
        if let Some(floating) = self.ui.floating.take()
            && self.past.is_none()
        {
            let open = self.session.open_in(&self.doc);
            let hunk = open.iter().find(|one| one.of == floating.of);
            let hunk = hunk.filter(|one| one.state == HunkState::Unplaced);
            self.ui.floating = hunk.map(|hunk| match floating.revision == revision {
                true => floating,
                false => self.float_at(hunk, floating.at),
            });
        }
        self.ui.float = self.float_rows();
        let span = self.ui.floating.as_ref().map(|floating| floating.span);
        let others = self.ui.floating.iter().flat_map(|floating| &floating.candidates);
        let others = others.map(|one| (one.span, false)).filter(|(one, _)| Some(*one) != span);
        self.ui.frame.candidates =
            span.map(|span| (span, true)).into_iter().chain(others).collect();
    }

    fn float_at(&self, hunk: &OpenHunk, at: usize) -> Floating {
        let candidates = self.candidates(hunk);
        let at = at.min(candidates.len().saturating_sub(1));
        let span = candidates.get(at).map(|one| one.span).unwrap_or_default();
        let revision = self.entry().map_or(0, |entry| entry.document.revision());
        Floating { of: hunk.of, candidates, at, span, home: None, revision }
    }

    fn float_rows(&self) -> Vec<FloatRow> {
        let row = |sign, text: String| FloatRow { sign, text, candidate: None, chosen: false };
        let Some(floating) = &self.ui.floating else {
            let count = self.ui.frame.unplaced;
            if count == 0 || self.past.is_some() {
                return Vec::new();
            }
            let words = match count {
                1 => "1 hunk has no place".to_owned(),
                count => format!("{count} hunks have no place"),
            };
            // In the message box the key has another meaning.
            let keys = if self.ui.focus == Focus::Chat { "Alt-1, then Alt-N" } else { "Alt-N" };
            return vec![row(
                Sign::Candidate,
                format!("{words}: {keys} shows where it may belong"),
            )];
        };
        let Some(hunk) = self.session.proposals.hunk(&floating.of) else { return Vec::new() };
        let flat = |text: &str| text.split_whitespace().collect::<Vec<_>>().join(" ");
        let rope = self.rope();
        let line = |span: Span| rope.char_to_line(span.start.0.min(rope.len_chars()));
        let count = floating.candidates.len();
        let number = floating.at + 1;
        let here = line(floating.span) + 1;
        let told = |one: Span| {
            let end = one.end.0.min(rope.len_chars());
            let start = one.start.0.min(end);
            flat(&rope.slice(start..end).chars().take(200).collect::<String>())
        };
        // Moved by lines it is at none of the places that are listed.
        let moved =
            floating.candidates.get(floating.at).is_none_or(|one| one.span != floating.span);
        let head = match moved {
            true => format!("no place: moved to line {here}"),
            false => format!("no place: candidate {number} of {count}, line {here}"),
        };
        let (old, new) = match hunk.new.is_empty() {
            true => (flat(&hunk.old), "(remove this)".into()),
            false => from_difference(flat(&hunk.old), flat(&hunk.new)),
        };
        let mut out = vec![row(Sign::Candidate, head)];
        // Also which file it names.
        let why = hunk.why.as_deref().map(flat).filter(|why| !why.is_empty());
        out.extend(why.map(|why| row(Sign::Candidate, why)));
        for (sign, text) in [(Sign::Minus, old), (Sign::Plus, new)] {
            // What quotes nothing strikes nothing.
            let rows = if text.is_empty() { Vec::new() } else { self.float_wrapped(&text) };
            out.extend(rows.into_iter().map(|text| row(sign, text)));
        }
        if moved {
            let text = format!("line {here}, moved here: {}", told(floating.span));
            out.push(FloatRow { sign: Sign::Here, text, candidate: None, chosen: true });
        }
        let top = (floating.at + 1).saturating_sub(LISTED);
        for (index, one) in floating.candidates.iter().enumerate().skip(top).take(LISTED) {
            let like = match one.like {
                Likeness::Same => "the same words".to_owned(),
                Likeness::There => "the new words stand here".to_owned(),
                Likeness::Percent(percent) => format!("{percent} % alike"),
                Likeness::End => "the end of the text".to_owned(),
                Likeness::Caret => "where the caret was".to_owned(),
            };
            let chosen = index == floating.at && !moved;
            let sign = if chosen { Sign::Here } else { Sign::Candidate };
            let same = |other: &Candidate| told(other.span) == told(one.span);
            let alone = floating.candidates.iter().filter(|other| same(other)).count() < 2;
            let (before, after) = around(&rope, one.span, &Room::alone(AROUND, false));
            let text = format!("{}{}{}", flat_start(&before), told(one.span), flat_end(&after));
            // Words that are the same elsewhere tell nothing: what stands above them does.
            let above = if alone { None } else { above(&rope, one.span) };
            let above = above.map(|above| format!(", below “{above}”")).unwrap_or_default();
            let text = format!("line {}{above}, {like}: {text}", line(one.span) + 1);
            out.push(FloatRow { sign, text, candidate: Some(index), chosen });
        }
        out
    }
}

impl Model {
    /// A text in as many rows of the box as there is room for; the last one has all of the rest.
    fn float_wrapped(&self, text: &str) -> Vec<String> {
        /// With fewer rows of text beside it the box shows one row of each.
        const TALL: u16 = 24;
        const MOST: usize = 5;
        let area = self.ui.areas().editor;
        let height = area.height + self.ui.areas().float.height;
        let most = if height < TALL { 1 } else { MOST };
        let width = usize::from(area.width).saturating_sub(2).max(1);
        let starts = wrap_rows(text, Rule { width, tab: 4, first: 0, indent: 0 });
        let starts: Vec<usize> = starts.iter().take(most).map(|start| start.bytes).collect();
        let ends = starts.iter().skip(1).copied().chain([text.len()]);
        starts.iter().zip(ends).map(|(from, to)| text[*from..to].trim_end().to_owned()).collect()
    }
}

/// What stands around words on their line, with a blank where it parts words.
fn flat_start(before: &str) -> String {
    before.trim_start().replace(['\n', '\r', '\t'], " ")
}

fn flat_end(after: &str) -> String {
    after.trim_end().replace(['\n', '\r', '\t'], " ")
}

/// The start of the line above a place that says where it is: its heading, else the last line with
/// words.
fn above(rope: &ropey::Rope, span: Span) -> Option<String> {
    /// A heading farther above is of another part.
    const LINES: usize = 200;
    const MOST: usize = 32;
    let line = rope.char_to_line(span.start.0.min(rope.len_chars()));
    let lines = || {
        let all = (line.saturating_sub(LINES)..line).rev().map(|at| rope.line(at).to_string());
        all.filter(|text| text.contains(char::is_alphanumeric))
    };
    let found = lines().find(|text| text.starts_with('#')).or_else(|| lines().next())?;
    let found = found.trim_start_matches('#').trim();
    let short: String = found.chars().take(MOST).collect();
    Some(if short.len() < found.len() { format!("{} …", short.trim_end()) } else { short })
}

/// Two texts for a row each, without what both begin with where that is long: what differs would be
/// cut off.
fn from_difference(old: String, new: String) -> (String, String) {
    /// Of a common beginning so many bytes stay, and this is the least that is left out.
    const KEPT: usize = 24;
    const LEAST: usize = 12;
    let same = old.chars().zip(new.chars()).take_while(|(a, b)| a == b);
    let same: usize = same.map(|(c, _)| c.len_utf8()).sum();
    let from = old.floor_char_boundary(same.saturating_sub(KEPT));
    let word = old[from..same].find(' ').map_or(from, |at| from + at + 1);
    if same < KEPT + LEAST {
        return (old, new);
    }
    (format!("… {}", &old[word..]), format!("… {}", &new[word..]))
}

/// So many whole lines, without the last one's end.
fn lines(rope: &ropey::Rope, first: usize, count: usize) -> Span {
    let last = (first + count.max(1) - 1).min(rope.len_lines().saturating_sub(1));
    let start = Pos(rope.line_to_char(first));
    Span::new(start, crate::text::motion::line_end(rope, Pos(rope.line_to_char(last))))
}

impl Cx<'_> {
    /// Lets a hunk without a place float over the text.
    ///
    /// # Errors
    /// It has its place, or is settled.
    pub fn float(&mut self, of: HunkRef) -> Result<(), String> {
        let open = self.model.session.open_in(&self.model.doc);
        let floats = |one: &&OpenHunk| one.of == of && one.state == HunkState::Unplaced;
        let hunk = open.iter().find(floats).ok_or("The hunk has its place.")?;
        let home = match &self.model.ui.floating {
            Some(floating) => floating.home,
            None => Some(self.model.caret()),
        };
        if let Some(home) = home {
            self.model.set_caret(home);
        }
        let floating = Floating { home, ..self.model.float_at(hunk, 0) };
        self.model.ui.focus = Focus::Editor;
        self.show_candidate(floating);
        Ok(())
    }

    fn show_candidate(&mut self, floating: Floating) {
        self.model.set_caret(Caret::at(floating.span.start));
        self.model.ui.reveal = true;
        self.model.ui.floating = Some(floating);
    }

    /// Shows another place: the one that `choose` makes of the number of this one and of how many
    /// there are.
    pub fn choose_candidate(&mut self, choose: impl FnOnce(usize, usize) -> usize) {
        let Some(mut floating) = self.model.ui.floating.take() else { return };
        let count = floating.candidates.len();
        floating.at = choose(floating.at, count).min(count.saturating_sub(1));
        if let Some(one) = floating.candidates.get(floating.at) {
            floating.span = one.span;
        }
        self.show_candidate(floating);
    }

    /// Moves the place that is shown by lines: from then on it is whole lines. Where words are to be
    /// replaced, lines without any are passed over.
    pub fn shift_candidate(&mut self, by: isize) {
        let Some(mut floating) = self.model.ui.floating.take() else { return };
        let rope = self.model.rope();
        let line = |pos: Pos| rope.char_to_line(pos.0.min(rope.len_chars()));
        let last = Pos(floating.span.end.0.saturating_sub(usize::from(!floating.span.is_empty())));
        let count = line(last).saturating_sub(line(floating.span.start)) + 1;
        let most = rope.len_lines().saturating_sub(count);
        let first = line(floating.span.start).saturating_add_signed(by).min(most);
        let hunk = self.model.session.proposals.hunk(&floating.of);
        let replaces = hunk.is_some_and(|hunk| !hunk.old.trim().is_empty());
        let has_words = |first: &usize| {
            let text = rope.slice(lines(&rope, *first, count).range());
            !replaces || text.chars().any(|sign| !sign.is_whitespace())
        };
        let found = match by < 0 {
            true => (0..=first).rev().find(has_words),
            false => (first..=most).find(has_words),
        };
        // The place that it was moved away from may have no words: the way back to it is one.
        let back = floating.candidates.get(floating.at).map(|one| one.span).filter(|span| {
            let (from, to) = (floating.span.start, span.start);
            if by < 0 { to < from } else { to > from }
        });
        match found.map(|first| lines(&rope, first, count)).or(back) {
            Some(span) => floating.span = span,
            None => self.info("There are no words farther on that it could replace."),
        }
        self.show_candidate(floating);
    }
}
