//! A bare answer against the text that it writes anew: which part of it is the text, which is said
//! about it, and which can't be told. Knows no document but what stands around that text.
//!
//! Paragraphs of the answer that have a counterpart in the old text are the text; those before the
//! first and behind the last are looked at one by one.

use super::doubt;
use super::frame::{framed, in_tags, is_quoted, unframed, without_frame, without_quote_marks};
use super::kin::{Kin, paragraphs};
use super::talk::{Known, is_aside, is_head_of_talk, is_remark, is_rule, is_talk, may_be_talk};
use crate::assist::dialect::is_fence;
use crate::assist::hunks::line_end;
use std::collections::BTreeSet;
use std::ops::Range;

/// What an answer is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Bare {
    /// The old text in parts from its start to its end, with what becomes of each.
    Parts(Vec<Part>),
    /// Nothing but words to the person.
    Talk,
    /// Several versions, of which one would have to be chosen.
    Several,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Part {
    /// In bytes of the old text.
    pub old: Range<usize>,
    pub new: String,
    /// It may be no part of the text.
    pub unsure: bool,
}

/// A part whose lines stand in one beside it that is unsure is as unsure: without that they are lost.
pub(super) fn unsure_beside(old: &str, mut parts: Vec<Part>) -> Vec<Part> {
    let lines = |text: &'_ str| -> BTreeSet<String> {
        text.lines().map(|line| line.trim().to_owned()).filter(|line| !line.is_empty()).collect()
    };
    for at in 0..parts.len() {
        let beside = [at.checked_sub(1), Some(at + 1)].into_iter().flatten();
        let beside = beside.filter_map(|at| parts.get(at)).filter(|part| part.unsure);
        let beside: BTreeSet<String> = beside.flat_map(|part| lines(&part.new)).collect();
        let part = &mut parts[at];
        if !part.unsure && !beside.is_empty() {
            let stays = lines(&part.new);
            let gone = lines(&old[part.old.clone()]).into_iter().filter(|one| !stays.contains(one));
            part.unsure = gone.into_iter().any(|one| beside.contains(&one));
        }
    }
    parts
}

/// Reads an answer; `around` is what stands before and behind the old text in the document.
pub(super) fn read(old: &str, answer: &str, around: (&str, &str)) -> Bare {
    let known = Known::of(old);
    if doubt::says_same(old, answer) {
        return all_of(old, answer);
    }
    if old.trim().is_empty() {
        if answer.trim().is_empty() || is_remark(answer.trim(), &known) {
            return Bare::Talk;
        }
        return Bare::Parts(vec![Part { old: 0..old.len(), new: answer.into(), unsure: false }]);
    }
    let kin = Kin::new(old);
    let own_quotes = old.lines().any(|line| line.trim_start().starts_with('>'));
    let inner = in_tags(answer, old, &kin).unwrap_or(answer);
    let text = match own_quotes {
        false => without_quote_marks(inner, &kin),
        true => inner.to_owned(),
    };
    if kin.are_versions(&text) {
        return Bare::Several;
    }
    let outside = Outside { before: Kin::new(around.0), behind: Kin::new(around.1) };
    of_text(old, &text, &kin, &known, &outside)
}

/// A text that stands for all of the old one, whose blanks around it stay.
fn all_of(old: &str, text: &str) -> Bare {
    let (start, end) = (old.len() - old.trim_start().len(), old.trim_end().len());
    let new = format!("{}{}{}", &old[..start], text.trim(), &old[end..]);
    Bare::Parts(vec![Part { old: 0..old.len(), new, unsure: false }])
}

fn of_text(old: &str, text: &str, kin: &Kin, known: &Known, outside: &Outside) -> Bare {
    if doubt::says_same(old, text) {
        return all_of(old, text);
    }
    let all = Paragraphs::of(text, old, known);
    if let Some(inner) = all.in_frame(old, kin, known) {
        // What stands in it is the text, whatever stands beside that in the document.
        let nothing = Outside { before: Kin::new(""), behind: Kin::new("") };
        return of_text(old, &inner, kin, known, &nothing);
    }
    match all.body(kin, known, outside) {
        Ok(Some((first, last))) => {
            let from = all.said_before(first, kin, known, outside);
            let to = all.said_behind(last, kin, known, outside);
            let to = all.quoted_to(first..to, last, old, from == first && first > 0);
            match all.without_frame(from..to, old) {
                Some(text) => of_text(old, &text, kin, known, outside),
                None => all.beside(first, last, old, kin, known, outside),
            }
        }
        Ok(None) => all.alone(old, known, outside, kin),
        Err(Several) => Bare::Several,
    }
}

/// The document around a selection.
pub(super) struct Outside {
    pub before: Kin,
    pub behind: Kin,
}

impl Outside {
    /// Whether a paragraph has a line that stands in the old text alone, as it is.
    fn is_own(&self, text: &str, kin: &Kin) -> bool {
        /// Fewer letters stand everywhere.
        const FEWEST: usize = 12;
        let told = |line: &&str| line.chars().filter(|c| c.is_alphanumeric()).count() >= FEWEST;
        let has = |text: &str, line: &str| text.lines().any(|one| one.trim() == line);
        let mut lines = text.lines().map(str::trim).filter(told);
        lines.any(|line| {
            has(kin.text(), line)
                && ![&self.before, &self.behind].iter().any(|side| has(side.text(), line))
        })
    }

    /// Whether a paragraph stands beside the old text and not in it.
    fn has(&self, text: &str, kin: &Kin) -> bool {
        let here = kin.likest(text).map_or(0, |(_, share)| share);
        [&self.before, &self.behind].iter().any(|side| {
            // Where all say much the same the short words tell.
            let liker = side.likest(text).is_some_and(|(_, share)| share >= 60 && share > here);
            liker && side.in_common(text) >= kin.in_common(text) && !self.is_own(text, kin)
        })
    }
}

struct Several;

/// An answer in paragraphs, each with the blank lines behind it.
struct Paragraphs<'a> {
    text: &'a str,
    at: Vec<Range<usize>>,
}

impl<'a> Paragraphs<'a> {
    fn of(text: &'a str, old: &str, known: &Known) -> Self {
        let own = |line: &str| old.lines().any(|one| one.trim() == line.trim());
        let mut at = Vec::new();
        for one in paragraphs(text) {
            let mut rest = one.clone();
            // Talk that no blank line parts from the text.
            let first = text[rest.clone()].find('\n').map(|end| rest.start..rest.start + end);
            if let Some(first) = first
                && is_talk(&text[first.clone()], known)
                && !is_fence(&text[first.clone()])
                && !own(&text[first.clone()])
            {
                rest.start = first.end + 1;
                at.push(first);
            }
            let last = text[rest.clone()].rfind('\n').map(|end| rest.start + end + 1..rest.end);
            match last.filter(|last| is_talk(&text[last.clone()], known)) {
                Some(last) if one.end == text.trim_end().len() && !own(&text[last.clone()]) => {
                    at.push(rest.start..last.start - 1);
                    at.push(last);
                }
                _ => at.push(rest),
            }
        }
        Self { text, at }
    }

    fn get(&self, index: usize) -> &'a str {
        &self.text[self.at[index].clone()]
    }

    /// Several paragraphs in marks that the old text has not, as many as that has, with nothing but
    /// talk beside them.
    fn in_frame(&self, old: &str, kin: &Kin, known: &Known) -> Option<String> {
        let count = self.at.len();
        let said = |index: &usize| is_rule(self.get(*index)) || is_talk(self.get(*index), known);
        let start = (0..count).take_while(said).count();
        let end = (start + kin.len()).min(count);
        let is_all = kin.len() > 1 && (end == count || said(&end));
        framed(self.run(start..end).trim(), old).filter(|_| is_all)
    }

    /// All of it without the marks around these paragraphs, where talk stands beside them.
    fn without_frame(&self, run: Range<usize>, old: &str) -> Option<String> {
        let (start, several) = (self.at.get(run.start)?.start, run.len() > 1);
        let run = self.run(run).trim_end();
        let inner = framed(run, old).filter(|_| several)?;
        let (head, tail) = (&self.text[..start], &self.text[start + run.len()..]);
        Some(format!("{head}{inner}{tail}"))
    }

    /// These paragraphs with what stands between them.
    fn run(&self, run: Range<usize>) -> &'a str {
        match run.is_empty() {
            true => "",
            false => &self.text[self.at[run.start].start..self.at[run.end - 1].end],
        }
    }

    /// Which paragraph of the old text this one is, if it is one.
    fn counterpart(
        &self,
        index: usize,
        kin: &Kin,
        known: &Known,
        outside: &Outside,
    ) -> Option<usize> {
        let text = self.get(index);
        let (at, share) = kin.likest(text)?;
        let talk = share < 60 && is_talk(text, known);
        (!talk && !outside.has(text, kin)).then_some(at)
    }

    /// From which to which paragraph the answer is the text.
    fn body(
        &self,
        kin: &Kin,
        known: &Known,
        outside: &Outside,
    ) -> Result<Option<(usize, usize)>, Several> {
        /// More paragraphs at the ends are not looked at.
        const MOST: usize = 24;
        let count = self.at.len();
        let of = |index: &usize| self.counterpart(*index, kin, known, outside).is_some();
        let Some(first) = (0..count.min(MOST)).find(of) else { return Ok(None) };
        let last = (count.saturating_sub(MOST).max(first)..count).rev().find(of).unwrap_or(first);
        self.one_of(first, last, kin, known, outside).map(Some)
    }

    /// An answer may hold the text more than once: the old one and the new one, or several new ones.
    fn one_of(
        &self,
        first: usize,
        last: usize,
        kin: &Kin,
        known: &Known,
        outside: &Outside,
    ) -> Result<(usize, usize), Several> {
        const MOST: usize = 12;
        if last == first || last - first > 2 * MOST || kin.len() > MOST {
            return Ok((first, last));
        }
        let of = |index| self.counterpart(index, kin, known, outside);
        let begin = of(first);
        let one = Kin::new(self.get(first));
        let again = |index: &usize| {
            let text = self.get(*index);
            of(*index) == begin && one.likest(text).is_some_and(|(_, share)| share >= 60)
        };
        let own = begin.is_some_and(|begin| kin.is_repeated(begin));
        // The same new text again and again is one.
        let same_text =
            |index: usize| of(index) != begin || self.get(index).trim() == self.get(first).trim();
        if kin.len() == 1 && !kin.has(self.get(first)) && (first..last + 1).all(same_text) {
            return Ok((first, first));
        }
        let Some(second) = (first + 1..=last).find(again).filter(|_| !own) else {
            return Ok((first, last));
        };
        // A paragraph that comes twice is no second version: each has most of the text.
        let most =
            |run: Range<usize>| 2 * run.filter_map(of).collect::<BTreeSet<_>>().len() >= kin.len();
        if !most(first..second) || !most(second..last + 1) {
            return Ok((first, last));
        }
        let same = |run: Range<usize>| {
            let mut held = run.filter(|index| of(*index).is_some());
            held.all(|index| kin.has(self.get(index)))
        };
        // What stands over the second one is no part of the first.
        let end = (first..second).rev().find(|index| of(*index).is_some()).unwrap_or(first);
        match (same(first..second), same(second..last + 1)) {
            (true, false) => self.one_of(second, last, kin, known, outside),
            (_, true) => Ok((first, end)),
            (false, false) => Err(Several),
        }
    }

    /// How many paragraphs before the text are none of it for sure.
    fn said_before(&self, first: usize, kin: &Kin, known: &Known, outside: &Outside) -> usize {
        let said = |index: &usize| self.is_said(*index, kin, known, outside);
        (0..first).rev().find(said).map_or(0, |index| index + 1)
    }

    /// From which paragraph on what stands behind the text is none of it for sure.
    fn said_behind(&self, last: usize, kin: &Kin, known: &Known, outside: &Outside) -> usize {
        let count = self.at.len();
        let said = |index: &usize| {
            // A rule alone parts the text from what is said; one with text behind it may be text.
            match is_rule(self.get(*index)) && index + 1 < count {
                true => self.is_said(index + 1, kin, known, outside),
                false => self.is_said(*index, kin, known, outside),
            }
        };
        (last + 1..count).find(said).unwrap_or(count)
    }

    /// Where the text ends, if the paragraphs up to `last` stand in quotation marks that the old text
    /// has not: short talk behind them is none of it.
    fn quoted_to(&self, run: Range<usize>, last: usize, old: &str, talked: bool) -> usize {
        let text = self.run(run.start..last + 1).trim();
        let quoted = is_quoted(text) && !is_quoted(old.trim());
        let mut behind = (last + 1)..run.end;
        if quoted && behind.all(|index| is_aside(self.get(index), talked)) {
            last + 1
        } else {
            run.end
        }
    }

    fn is_said(&self, index: usize, kin: &Kin, known: &Known, outside: &Outside) -> bool {
        let text = self.get(index);
        is_rule(text) || is_talk(text, known) || kin.has(text) || outside.has(text, kin)
    }

    /// The text from `first` to `last`, and what stands beside it.
    fn beside(
        &self,
        first: usize,
        last: usize,
        old: &str,
        kin: &Kin,
        known: &Known,
        outside: &Outside,
    ) -> Bare {
        let from = self.said_before(first, kin, known, outside);
        let to = self.said_behind(last, kin, known, outside);
        let to = self.quoted_to(first..to, last, old, from == first && first > 0);
        const MOST_GONE: usize = 50;
        let count = self.at.len();
        let whole = from == 0 && to == count && first == 0 && last + 1 == count;
        let there = kin.ranges();
        let of = |index| self.counterpart(index, kin, known, outside).unwrap_or(0);
        // The paragraphs of the old text that have none in the answer, at both ends.
        let gone = |run: Range<usize>| {
            if run.len() > MOST_GONE {
                return 0;
            }
            let held = |index: &usize| {
                let text = &old[there[*index].clone()];
                (0..count).any(|one| self.get(one).trim() == text.trim())
            };
            if run.clone().any(|index| held(&index)) { 0 } else { run.len() }
        };
        let head = gone(0..of(first));
        let foot = gone(of(last).max(head) + 1..there.len());
        let (end, eol) = (there.last().map_or(0, |one| one.end), line_end(old));
        let start = there.first().map_or(0, |one| one.start);
        let blank = format!("{eol}{eol}");
        let mut parts = Vec::new();
        let (mut begin, mut stop) = (0, old.len());
        let doubtful = |run: Range<usize>| run.clone().any(|index| may_be_talk(self.get(index)));
        if from < first {
            let rest = from..first;
            begin = if head == 0 { start } else { there[head].start };
            let unsure = match head {
                0 => !self.is_structure(rest.clone(), old),
                _ => !fits(self.run(rest.clone()), &old[start..begin], rest.len() == head),
            };
            let unsure = unsure || doubtful(rest.clone());
            let new = format!("{}{}{blank}", &old[..start], self.run(rest));
            parts.push(Part { old: 0..begin, new, unsure });
        }
        let tail = (last + 1 < to).then(|| {
            let rest = last + 1..to;
            stop = if foot == 0 { end } else { there[there.len() - foot - 1].end };
            let unsure = match foot {
                0 => !self.is_structure(rest.clone(), old),
                _ => !fits(self.run(rest.clone()), &old[stop..end], rest.len() == foot),
            };
            let unsure = unsure || doubtful(rest.clone());
            let new = format!("{blank}{}{}", self.run(rest), &old[end..]);
            Part { old: stop..old.len(), new, unsure }
        });
        let mut new = self.run(first..last + 1).to_owned();
        if whole {
            new = self.text.trim_start_matches(['\n', '\r']).to_owned();
        }
        let mut new = without_frame(&new, old, outside);
        if parts.is_empty() {
            new.insert_str(0, &old[..start]);
        }
        if tail.is_none() {
            new = format!("{}{}", new.trim_end(), &old[end..]);
        }
        if !parts.is_empty() && stop < begin {
            // The ends of the text stand the other way round: it is one change.
            return Bare::Parts(vec![Part {
                old: 0..old.len(),
                new: self.text.into(),
                unsure: true,
            }]);
        }
        parts.push(Part { old: begin..stop, new, unsure: false });
        parts.extend(tail);
        Bare::Parts(parts)
    }

    /// Whether paragraphs that come new at an end are of the kind that a text has and talk has not:
    /// code in code, an item in a list, a section in a text of sections.
    fn is_structure(&self, run: Range<usize>, old: &str) -> bool {
        let level = |text: &str| {
            let rest = text.trim_start_matches('#');
            let level = text.len() - rest.len();
            (level > 0 && rest.starts_with(' ')).then_some(level)
        };
        let first = self.get(run.start);
        let headed = level(first).is_some_and(|own| {
            let title = first.lines().next().unwrap_or_default();
            old.lines().any(|line| level(line) == Some(own)) && !is_head_of_talk(title)
        });
        let ends = |text: &str| {
            text.trim_end().ends_with(['{', '}', ';', ')', ',', ']'])
                && !text.starts_with(['(', '['])
        };
        let codes = |text: &str| {
            let lines = text.lines().filter(|line| !line.trim().is_empty());
            let count = lines.clone().count();
            let coded = lines.filter(|line| ends(line) || line.starts_with("    ")).count();
            coded * 2 > count
        };
        let item = |line: &str| {
            let line = line.trim_start();
            let number = line.trim_start_matches(|c: char| c.is_ascii_digit());
            ["- ", "* ", "+ ", "| "].iter().any(|mark| line.starts_with(mark))
                || number.len() < line.len() && number.starts_with(". ")
        };
        let last = old.trim_end().lines().next_back().unwrap_or_default();
        headed
            || codes(old) && run.clone().all(|index| codes(self.get(index)))
            || item(last) && run.clone().all(|index| self.get(index).lines().all(item))
    }

    /// The answer has no paragraph of the old text: another language, other words, or no text.
    fn alone(&self, old: &str, known: &Known, outside: &Outside, kin: &Kin) -> Bare {
        let count = self.at.len();
        let said = |index: usize| {
            let text = self.get(index);
            is_rule(text) || is_talk(text, known)
        };
        let is_outside = |index: &usize| outside.has(self.get(*index), kin);
        let before = (0..count).take_while(|index| said(*index) || is_outside(index)).count();
        let behind = (before + 1..count).find(|index| said(*index) || is_outside(index));
        let run = before..behind.unwrap_or(count).max(before);
        let quoted =
            (run.start..run.end).find(|last| is_quoted(self.run(run.start..last + 1).trim()));
        let end = quoted.map(|last| self.quoted_to(run.clone(), last, old, before > 0));
        let run = run.start..end.unwrap_or(run.end);
        let text = self.run(run.clone());
        if text.trim().is_empty() || is_remark(text, known) {
            return Bare::Talk;
        }
        let alike = |a: usize, b: usize| a <= 2 * b + 1 && b <= 2 * a + 1;
        let said = run.len() > 1 && run.clone().any(|index| may_be_talk(self.get(index)));
        let unsure = said || !alike(run.len(), kin.len()) || !fits(text, old, true);
        let ranges = kin.ranges();
        let (start, end) = match (ranges.first(), ranges.last()) {
            (Some(first), Some(last)) => (first.start, last.end),
            _ => (0, old.len()),
        };
        let quoted = text.lines().all(|line| line.trim_start().starts_with('>'));
        let bare = unframed(text).filter(|_| quoted && !old.contains('>'));
        let text = without_frame(bare.as_deref().unwrap_or(text), old, outside);
        let new = format!("{}{}{}", &old[..start], text, &old[end..]);
        Bare::Parts(vec![Part { old: 0..old.len(), new, unsure }])
    }
}

/// Whether a text is as long as one that it may stand for; short ones may be of any length.
fn fits(new: &str, old: &str, counts: bool) -> bool {
    let (new, old) = (new.trim().chars().count(), old.trim().chars().count());
    counts && new <= 3 * old + 40 && (old <= 40 || new * 5 >= old)
}
