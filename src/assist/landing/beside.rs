//! What stands beside an edit: lines of the document that it repeats, and parts that the answer writes
//! anew in a fence besides.

use super::edges::Edge;
use super::fences::has_line;
use super::part::{self, Document};
use super::talk::{is_new, is_old};
use super::wholes::{Fenced, pair_of};
use super::{Landed, Landing, Outcome, Remark, Wanted};
use super::{frame, slop, talk};
use crate::assist::dialect::{Edit, Form, is_fence, is_gap};
use crate::assist::hunks::Hunk;
use crate::assist::placement::Step;
use crate::base::Span;
use std::collections::BTreeSet;

/// From so many lines on a paragraph may be rows of the document.
const ROWS: usize = 3;

/// So many paragraphs of an answer with edits are looked at for others.
const MOST: usize = 12;

/// What is said of an edit whose new text has lines that stand beside it.
pub const REPEATS: &str = "It repeats what stands beside its place: that would stand twice.";

/// What is said of an edit that stands elsewhere than the answer says.
pub const ELSEWHERE: &str = "Its text stands elsewhere than where the answer says.";

/// What is said of an edit whose new text has not the line end that the old one had.
const JOINS: &str = "Its new text lacks the line end of the old one: two lines would be joined.";

/// What is said of an edit that seems to be cut off.
pub const SHORT: &str =
    "The answer ends within it, or before it had as many lines as it announces: it may be cut.";

/// What is said of an edit whose new text may be words of the answer about it.
const SAID: &str = "Its new text may be words about the edit, or marks of the answer.";

/// Whether words lead to a change that a fenced text is: `Replace the last paragraph by:`.
fn leads_to_edit(said: &str) -> bool {
    const VERBS: [&str; 9] =
        ["replace", "change", "update", "rewrite", "insert", "add", "modify", "append", "forget"];
    let line = said.trim_end().lines().next_back().unwrap_or_default();
    let mut words = line.split_whitespace().map(str::to_lowercase).take(3);
    let told = words.any(|word| VERBS.contains(&word.as_str()));
    line.ends_with([':', '：']) && (told || talk::tells_of_change(line))
}

/// Whether a text has gaps, and lines of the document.
pub(super) fn has_gaps_of(base: &str, text: &str) -> bool {
    const TELLING: usize = 10;
    text.lines().any(|line| is_gap(line) && !has_line(base, line))
        && text.lines().any(|line| line.len() > TELLING && has_line(base, line))
}

/// Whether a text looks like an edit: the marks of a block, or words for its two texts at the start of
/// lines.
fn is_marked(text: &str) -> bool {
    const OLD: [&str; 6] = ["search:", "find:", "old:", "before:", "original:", "<<<<<<<"];
    const NEW: [&str; 7] =
        ["replace:", "replace with:", "new:", "after:", "replacement:", "updated:", ">>>>>>>"];
    let starts = |words: &[&str]| {
        let mut lines = text.lines().map(|line| line.replace('*', "").trim().to_lowercase());
        lines.any(|line| words.iter().any(|word| line.starts_with(word)))
    };
    let divided = text.lines().any(|line| line.len() > 4 && line.bytes().all(|byte| byte == b'='));
    let (old, new) = (starts(&OLD), starts(&NEW));
    // Names of fences alone have their texts elsewhere.
    let says = text.lines().any(|line| {
        let line = line.trim().trim_end_matches('*');
        !line.is_empty() && !line.ends_with(':')
    });
    old && new && says || divided && (old || new)
}

/// What is said of an edit that the answer only offers, or shows.
pub const OFFERED: &str =
    "The answer offers it as one of several, or says that it is not to be made.";

/// Edits of which the answer says that they are offers are not certain.
pub(super) fn offered(mut found: Vec<Landed>) -> Vec<Landed> {
    for landed in &mut found {
        if let Outcome::Placed { step, .. } = &mut landed.outcome
            && !step.is_loose()
        {
            *step = Step::Words;
            landed.why = Some(OFFERED.to_owned());
        }
    }
    found
}

impl Landing {
    /// Parts of the document that an answer writes anew in a fence beside its edits: what is new in
    /// them is none of these, so they have no place until somebody gives them one.
    pub(super) fn beside_edits(&mut self) -> Vec<Landed> {
        let fenced = std::mem::take(&mut self.fenced);
        let said = std::mem::take(&mut self.prose) + "\n\n" + &std::mem::take(&mut self.beside);
        let paragraphs: Vec<&str> = said.split("\n\n").take(MOST).collect();
        let known = self.lines_of_rows(&paragraphs);
        let in_none = paragraphs.into_iter().filter(|one| self.is_in_no_edit(&known, one));
        let in_none: Vec<String> = in_none.map(str::to_owned).collect();
        let (marked, fenced): (Vec<Fenced>, Vec<Fenced>) =
            fenced.into_iter().partition(|one| is_marked(&one.text));
        self.unread = in_none.into_iter().chain(marked.into_iter().map(|one| one.text)).collect();
        if !self.unread.is_empty() {
            self.remark = Some(Remark::Quoted);
        }
        if self.wanted != Wanted::Change || fenced.is_empty() {
            return Vec::new();
        }
        let base = self.base.to_string();
        let document = Document::new(&base);
        let (mut found, fenced) = self.pairs_beside(fenced);
        let parts = fenced
            .iter()
            .filter(|one| leads_to_edit(&one.said) || self.is_unread(&document, &one.text));
        found.extend(parts.map(|one| self.nowhere(&base, &one.text, &[])));
        found
    }

    /// What comes of old and new texts in two fences beside the edits, which are called so and whose
    /// places are certain; and the other fenced texts.
    fn pairs_beside(&mut self, fenced: Vec<Fenced>) -> (Vec<Landed>, Vec<Fenced>) {
        let (mut found, mut others) = (Vec::new(), Vec::new());
        let mut rest = fenced.into_iter().peekable();
        while let Some(old) = rest.next() {
            let pair = rest.next_if(|new| is_old(&old.said) && is_new(&new.said));
            let Some(new) = pair else {
                others.push(old);
                continue;
            };
            // What an edit writes is only shown.
            if new.text.lines().all(|line| self.written.contains(line.trim())) {
                continue;
            }
            let landed = self.edit(&pair_of(&old, &new));
            let placed = |one: &Landed| matches!(&one.outcome, Outcome::Placed { step, .. } if !step.is_loose());
            if !landed.is_empty() && landed.iter().all(placed) {
                found.extend(landed);
            } else {
                others.extend([old, new]);
            }
        }
        (found, others)
    }

    /// Whether a paragraph beside edits is one of the text with other words, which no edit writes.
    /// `known` are those of its lines that the document has, if it is rows.
    fn is_in_no_edit(&self, known: &BTreeSet<String>, said: &str) -> bool {
        // What stands in a fence is looked at as such.
        if !said.lines().any(is_fence) && (is_marked(said) || self.has_other_rows(known, said)) {
            return true;
        }
        const FEWEST: usize = 8;
        const LIKE: u32 = 60;
        let bare = frame::unframed(said).unwrap_or_else(|| said.trim().to_owned());
        let plain = |text: &str| text.split_whitespace().collect::<Vec<_>>().join(" ");
        let (bare, told) = (plain(&bare), bare.split_whitespace().count() >= FEWEST);
        let written = || self.written.iter().any(|line| plain(line).contains(&bare));
        told && !written() && self.passage_of(&bare, LIKE).is_some_and(|found| !found.is_empty())
    }

    /// Which lines of paragraphs that are rows (of a table, a list) the document has; it is read once.
    fn lines_of_rows(&self, paragraphs: &[&str]) -> BTreeSet<String> {
        let rows = paragraphs.iter().filter(|one| one.lines().count() >= ROWS);
        let lines = rows.flat_map(|one| one.lines().map(str::trim));
        let sought: BTreeSet<&str> = lines.filter(|line| !line.is_empty()).collect();
        if sought.is_empty() {
            return BTreeSet::new();
        }
        let base = self.base.to_string();
        let found = base.lines().map(str::trim).filter(|line| sought.contains(line));
        found.map(str::to_owned).collect()
    }

    /// Whether a paragraph has mostly rows of the document, and another one that no edit writes.
    fn has_other_rows(&self, known: &BTreeSet<String>, said: &str) -> bool {
        let letters = |line: &str| line.chars().filter(|sign| sign.is_alphanumeric()).count();
        let lines: Vec<&str> =
            said.lines().map(str::trim).filter(|line| letters(line) > 0).collect();
        let own = lines.iter().filter(|line| known.contains(**line)).count();
        let other = |line: &&str| {
            letters(line) > 3 && !known.contains(*line) && !self.written.contains(*line)
        };
        said.lines().count() >= ROWS && own > 1 && 2 * own >= lines.len() && lines.iter().any(other)
    }

    /// Whether a fenced text is a part of the document with something new in it.
    pub(super) fn is_unread(&self, document: &Document<'_>, text: &str) -> bool {
        /// Of 100, what it has in common with a passage of the text.
        const LIKE: u8 = 60;
        let is_new = |line: &str| {
            let telling = line.chars().filter(|sign| sign.is_alphanumeric()).count() > 3;
            telling
                && !is_gap(line)
                && !self.written.contains(line.trim())
                && !has_line(document.text, line)
        };
        if self.wanted != Wanted::Change || !text.lines().any(is_new) {
            return false;
        }
        let filled = || text.lines().filter(|line| line.chars().any(char::is_alphanumeric));
        let own = filled().filter(|line| has_line(document.text, line)).count();
        own > 1 && 2 * own >= filled().count()
            || part::begins_within(document, text)
            || self.placer.resembling(text).first().is_some_and(|(_, like)| *like >= LIKE)
    }

    /// Whether an edit adds sentences on lines of their own, and what it quotes ends within a line of the
    /// document: the rest of that would stand behind them.
    fn breaks_line(&self, edit: &Edit, hunk: &Hunk) -> bool {
        let last = |text: &str| text.trim_end().lines().next_back().unwrap_or_default().to_owned();
        let (was, is) = (last(&edit.old), last(&edit.new));
        let more = edit.new.trim_end().lines().count() > edit.old.trim_end().lines().count();
        let own = more && was.trim() != is.trim() && hunk.new.trim_end().contains('\n');
        if !own || !is.ends_with(['.', '!', '?', '…', '。']) || hunk.new.ends_with('\n') {
            return false;
        }
        let line = self.base.char_to_line(hunk.span.end.0);
        let from = hunk.span.end.0 - self.base.line_to_char(line);
        let rest: String = self.base.line(line).chars().skip(from).collect();
        // Words go on where the quotation ends, in the midst of a sentence.
        let ended = was.trim_end().ends_with(['.', '!', '?', '…', '。', ':', ';']);
        !ended && rest.starts_with(' ') && rest.contains(char::is_alphanumeric)
    }

    /// An edit that repeats lines which stand right before or behind what it quotes is not certain:
    /// the model took these for a part of it. Nor is one that stands elsewhere than the answer says.
    pub(super) fn beside_itself(
        &self,
        edit: &Edit,
        outcome: Outcome,
        quoted: Option<Span>,
    ) -> (Outcome, Option<String>) {
        match (outcome, quoted) {
            (Outcome::Placed { hunk, step }, Some(span))
                if !step.is_loose() && self.repeats(edit, span) =>
            {
                (Outcome::Placed { hunk, step: Step::Words }, Some(REPEATS.to_owned()))
            }
            (Outcome::Placed { hunk, step }, Some(span))
                if !step.is_loose()
                    && self.placer.is_elsewhere(span, &edit.hint, edit.form == Form::Patch) =>
            {
                (Outcome::Placed { hunk, step: Step::Words }, Some(ELSEWHERE.to_owned()))
            }
            (Outcome::Placed { hunk, step }, _)
                if !step.is_loose() && (self.is_said(edit) || self.is_odd(edit, &hunk)) =>
            {
                (Outcome::Placed { hunk, step: Step::Words }, Some(SAID.to_owned()))
            }
            (Outcome::Placed { hunk, .. }, _) if self.breaks_line(edit, &hunk) => {
                (self.without_place(edit, &hunk), None)
            }
            (Outcome::Placed { mut hunk, step }, _)
                if !step.is_loose() && self.joins(&hunk) > 0 =>
            {
                let ends = hunk.old.len() - self.joins(&hunk);
                hunk.new.push_str(&hunk.old[ends..]);
                (Outcome::Placed { hunk, step: Step::Words }, Some(JOINS.to_owned()))
            }
            (Outcome::Placed { hunk, step }, _)
                if !step.is_loose()
                    && (edit.hint.short || edit.hint.open && self.goes_in_part(hunk.span)) =>
            {
                (Outcome::Placed { hunk, step: Step::Words }, Some(SHORT.to_owned()))
            }
            (outcome, _) => (outcome, edit.why.clone()),
        }
    }

    /// An edit whose new text has what stands right beside its place: without that, or not certain.
    pub(super) fn at_its_edges(
        &self,
        outcome: Outcome,
        why: Option<String>,
    ) -> (Outcome, Option<String>) {
        let Outcome::Placed { hunk, step } = outcome else { return (outcome, why) };
        match self.edge(&hunk) {
            Edge::Own(hunk) => (Outcome::Placed { hunk, step: step.max(Step::Marks) }, why),
            Edge::Near if !step.is_loose() => {
                (Outcome::Placed { hunk, step: Step::Words }, Some(REPEATS.to_owned()))
            }
            Edge::Near | Edge::None => (Outcome::Placed { hunk, step }, why),
        }
    }

    fn is_odd(&self, edit: &Edit, hunk: &Hunk) -> bool {
        let at = hunk.span.start.0.min(self.base.len_chars());
        let line = self.base.line_to_char(self.base.char_to_line(at));
        // A line may be long; what is no indent needs not be read.
        let before = self.base.slice(line..at).chars();
        let indent: String = before.take_while(|sign| matches!(sign, ' ' | '\t')).collect();
        let alone = indent.chars().count() == at - line;
        slop::is_odd(edit, hunk, if alone { &indent } else { "" }, || self.placer.text())
    }

    /// The line ends behind a hunk's old text which its new one has not, though more of the document
    /// follows: what of them stands between two lines.
    fn joins(&self, hunk: &Hunk) -> usize {
        let end = hunk.span.end.0.min(self.base.len_chars());
        let goes_on = self.base.get_char(end).is_some_and(|sign| !matches!(sign, '\n' | '\r'));
        let apart = hunk.new.is_empty() || hunk.new.ends_with(char::is_whitespace);
        match goes_on && !apart {
            true => hunk.old.len() - hunk.old.trim_end_matches(['\n', '\r']).len(),
            false => 0,
        }
    }

    /// Whether a new text seems to say something of the answer: that the old one goes, or where the
    /// new one begins and ends.
    fn is_said(&self, edit: &Edit) -> bool {
        const GONE: [&str; 10] = [
            "nothing",
            "empty",
            "deleted",
            "removed",
            "delete",
            "remove",
            "delete this line",
            "delete this",
            "remove this",
            "removed line",
        ];
        const MARKERS: [&str; 4] = ["<<<<<<<", ">>>>>>>", "*** End Patch", "*** Begin Patch"];
        let new = edit.new.trim();
        let mark = ["#", "//", "--", ";"].iter().find_map(|mark| new.strip_prefix(mark));
        let bare = mark.map_or(new, str::trim_start);
        let aside =
            mark.is_some() || bare.starts_with(['(', '[', '<']) && bare.ends_with([')', ']', '>']);
        let core = new.trim_matches(|sign: char| !sign.is_alphanumeric()).to_lowercase();
        let marks = |text: &str| {
            text.lines().any(|line| MARKERS.iter().any(|mark| line.trim_start().starts_with(mark)))
        };
        aside && GONE.contains(&core.as_str())
            || marks(new) && !marks(&edit.old) && !marks(&self.base.to_string())
    }

    /// Whether a span ends within a line.
    fn goes_in_part(&self, span: Span) -> bool {
        let mut behind = self.base.chars_at(span.end.0.min(self.base.len_chars()));
        let ended = span.end.0.checked_sub(1).and_then(|at| self.base.get_char(at)) == Some('\n');
        !ended
            && behind
                .find(|sign| *sign == '\n' || !sign.is_whitespace())
                .is_some_and(|sign| sign != '\n')
    }

    fn repeats(&self, edit: &Edit, quoted: Span) -> bool {
        const MOST: usize = 8;
        const TELLING: usize = 12;
        let filled = |text: &str| -> Vec<String> {
            let lines = text.lines().map(|line| line.trim().to_owned());
            lines.filter(|line| !line.is_empty()).collect()
        };
        let (old, new) = (filled(&edit.old), filled(&edit.new));
        let telling = |lines: &[String]| {
            lines.iter().flat_map(|line| line.chars()).filter(|sign| sign.is_alphanumeric()).count()
        };
        let all = self.base.len_chars();
        let (from, to) = (quoted.start.0.min(all), quoted.end.0.min(all));
        let last = self.base.char_to_line(to.saturating_sub(1).max(from));
        let below: Vec<String> = (last + 1..self.base.len_lines())
            .map(|at| self.base.line(at).to_string().trim().to_owned())
            .filter(|line| !line.is_empty())
            .take(MOST)
            .collect();
        let first = self.base.char_to_line(from);
        let mut above: Vec<String> = (0..first)
            .rev()
            .map(|at| self.base.line(at).to_string().trim().to_owned())
            .filter(|line| !line.is_empty())
            .take(MOST)
            .collect();
        above.reverse();
        // What is quoted is meant to be there.
        let is_new = |lines: &[String]| {
            telling(lines) >= TELLING && lines.iter().all(|line| !old.contains(line))
        };
        // The lines next to it, as many as it takes to tell.
        let has =
            |lines: &[String]| is_new(lines) && new.windows(lines.len()).any(|run| run == lines);
        (1..=below.len()).any(|count| has(&below[..count]))
            || (0..above.len()).any(|from| has(&above[from..]))
    }
}
