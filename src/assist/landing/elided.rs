//! An edit that quotes text in full and leaves some of it out of what it puts there: `... the rest
//! stays ...`. The words for that are no text.

use super::fences::has_line;
use super::whole::{Filled, filled};
use super::{Landing, Outcome};
use crate::assist::dialect::{Edit, Form, Hint, is_gap};
use crate::assist::hunks::{Hunk, line_end, trimmed, with_line_ends};
use crate::assist::placement::{Placement, Sought, Step};
use crate::base::Span;
use ropey::Rope;

/// What an edit leaves out of its new text.
pub(super) enum Elided {
    Nothing,
    /// The new text with the lines of the old one that it leaves out.
    Filled(String),
    /// What it leaves out is not told.
    Unclear,
}

pub(super) fn read(base: &Rope, edit: &Edit) -> Elided {
    let (old, new) = (edit.old.as_str(), edit.new.as_str());
    let is_own = |line: &str| old.lines().any(|one| one.trim() == line.trim());
    // One with gaps in both goes its own way.
    if old.trim().is_empty() || old.lines().any(is_gap) {
        return Elided::Nothing;
    }
    let may_be_gap = |line: &str| is_gap(line) && !is_own(line);
    // Only then the whole text is looked at.
    let base = if new.lines().any(may_be_gap) { base.to_string() } else { String::new() };
    let is_gap = |line: &str| may_be_gap(line) && !has_line(&base, line);
    if !base.is_empty() && new.lines().any(is_gap) {
        return match filled(old, new) {
            Some(Filled { text, lines: 1.., sure: true })
                if !text.lines().any(is_gap) && text.trim() != old.trim() =>
            {
                // It ends as what it was quoted from.
                let ends = |text: &str| text.ends_with('\n');
                match ends(&text) && !ends(old) {
                    true => Elided::Filled(text.trim_end_matches('\n').to_owned()),
                    false => Elided::Filled(text),
                }
            }
            _ => Elided::Unclear,
        };
    }
    // A sentence with dots, or a word about them, for those behind it.
    let end = new.trim_end();
    let within = [" ... ", " … ", "[...]", "(...)", "[…]", "(…)"];
    let dots = ["...", "…"].iter().any(|dots| end.ends_with(dots))
        || within.iter().any(|dots| end.contains(dots));
    let told = end.rfind(['[', '(']).is_some_and(|at| may_be_gap(&end[at..]));
    let dotted = ["...", "…"].iter().any(|dots| old.contains(dots));
    let words = |text: &str| text.split_whitespace().count();
    let begins = old.split_whitespace().next() == new.split_whitespace().next();
    match (dots && !dotted || told) && words(new) < words(old) && begins {
        true => Elided::Unclear,
        false => Elided::Nothing,
    }
}

impl Landing {
    /// What becomes of an edit whose lines can be read in another way: that counts where it has a certain
    /// place and the first one has not.
    pub(super) fn in_another_reading(
        &self,
        edit: &Edit,
        first: &Outcome,
        quoted: Option<Span>,
    ) -> Option<(Outcome, Option<Span>)> {
        if let (Some((number, new)), Some(span)) = (&edit.hint.numbered, quoted)
            && self.base.char_to_line(span.start.0) + 1 == *number
        {
            let hint = Hint { numbered: None, ..edit.hint.clone() };
            return Some(
                self.sought(&Edit { new: new.clone(), hint, ..edit.clone() }, self.within),
            );
        }
        let (mut doubled, mut most) = (None, Step::Gap);
        match first {
            Outcome::Missing { .. } => {}
            Outcome::Placed { step, .. } if step.is_loose() => {}
            Outcome::Placed { hunk, step } => {
                doubled = self.doubles_mark(edit, hunk);
                // What stands there as it is read in another way is read so.
                match (&doubled, step) {
                    (Some(_), _) => {}
                    (None, Step::Space) if edit.form == Form::Diff => most = Step::Exact,
                    _ => return None,
                }
            }
            _ => return None,
        }
        let hint = Hint { others: Vec::new(), ..edit.hint.clone() };
        let end = self.line_end.get_or_init(|| line_end(&self.base.to_string()));
        let found = edit.hint.others.iter().filter_map(|(old, new)| {
            let (old, new) = (with_line_ends(old, end), with_line_ends(new, end));
            let (hint, same) = (hint.clone(), old == new);
            match self.sought(&Edit { old, new, hint, ..edit.clone() }, self.within) {
                (Outcome::Placed { hunk, step }, quoted)
                    if step <= most && self.doubles_mark(edit, &hunk).is_none() =>
                {
                    Some((Outcome::Placed { hunk, step: step.max(Step::Marks) }, quoted))
                }
                (Outcome::Already { span }, quoted) if most > Step::Exact || same => {
                    Some((Outcome::Already { span }, quoted))
                }
                _ => None,
            }
        });
        let mut found: Vec<(Outcome, Option<Span>)> = found.collect();
        // The same change may be quoted with an indent and without.
        found.dedup_by(|one, other| one.0 == other.0);
        // Two ways to read it with another change each: none is certain.
        let last = found.pop();
        if let (Some(_), Outcome::Placed { hunk, .. }, false) = (&last, first, found.is_empty()) {
            return Some((self.without_place(edit, hunk), None));
        }
        last.filter(|_| found.is_empty()).or_else(|| doubled.map(|nowhere| (nowhere, None)))
    }

    /// The edit without a place; where a hunk of it would be is one to choose.
    pub(super) fn without_place(&self, edit: &Edit, hunk: &Hunk) -> Outcome {
        let (old, new, hint) = (edit.old.clone(), edit.new.clone(), edit.hint.clone());
        let similar = vec![self.placer.whole(hunk.span, &old)];
        Outcome::Missing { old, new, hint, similar }
    }

    /// What an edit comes to that would put an item of a list into another one, behind its mark, or leave
    /// the mark alone: the line of a difference that has the mark for its sign may be one that stays.
    fn doubles_mark(&self, edit: &Edit, hunk: &Hunk) -> Option<Outcome> {
        const MARKS: [&str; 3] = ["- ", "* ", "+ "];
        let line = self.base.line_to_char(self.base.char_to_line(hunk.span.start.0));
        let before = self.base.slice(line..hunk.span.start.0).to_string();
        let is_item = |text: &str| MARKS.iter().any(|mark| text.trim_start().starts_with(mark));
        let left = hunk.new.lines().next().is_none_or(|line| line.trim().is_empty());
        let marked =
            MARKS.iter().any(|mark| mark.trim() == before.trim()) && (left || is_item(&hunk.new));
        if edit.form != Form::Diff || !marked {
            return None;
        }
        Some(self.without_place(edit, hunk))
    }

    /// Whether a change begins right behind a sign that differences have.
    fn cuts_mark(&self, hunk: &Hunk) -> bool {
        let before = hunk.span.start.0.checked_sub(1).and_then(|at| self.base.get_char(at));
        matches!(before, Some('-' | '+'))
    }

    /// What becomes of an edit, and which stretch of the text its quotation covers.
    pub(super) fn sought(&self, edit: &Edit, within: Option<Span>) -> (Outcome, Option<Span>) {
        let has_gaps = edit.new.contains("...") || edit.new.contains(['…', '[', '(']);
        match if has_gaps { read(&self.base, edit) } else { Elided::Nothing } {
            Elided::Nothing => self.sought_whole(edit, within),
            Elided::Filled(new) => {
                let (outcome, quoted) = self.sought_whole(&Edit { new, ..edit.clone() }, within);
                match outcome {
                    Outcome::Placed { hunk, step } if !step.is_loose() => {
                        (Outcome::Placed { hunk, step: Step::Gap }, quoted)
                    }
                    other => (other, quoted),
                }
            }
            Elided::Unclear => {
                let (old, new, hint) = (edit.old.clone(), edit.new.clone(), edit.hint.clone());
                let similar = match self.sought_whole(edit, within).1 {
                    Some(span) => vec![self.placer.whole(span, &edit.old)],
                    None => Vec::new(),
                };
                (Outcome::Missing { old, new, hint, similar }, None)
            }
        }
    }

    /// The same of one that leaves nothing out.
    fn sought_whole(&self, edit: &Edit, within: Option<Span>) -> (Outcome, Option<Span>) {
        let (old, new, hint) = (edit.old.clone(), edit.new.clone(), edit.hint.clone());
        // A blank line of a difference is no place.
        let blank = matches!(edit.form, Form::Diff | Form::Patch)
            && !edit.old.is_empty()
            && edit.old.trim().is_empty()
            && !edit.hint.at_end;
        if blank {
            return (Outcome::Missing { old, new, hint, similar: Vec::new() }, None);
        }
        let sought = Sought { old: &edit.old, new: &edit.new, hint: &edit.hint, within };
        let outcome = match self.placer.find(&sought) {
            // A sign that was taken for one of a difference is some of the text.
            Placement::Placed { hunk, .. }
                if self.is_beside(edit, &hunk)
                    || edit.form == Form::Diff && self.cuts_mark(&hunk) =>
            {
                let similar = vec![self.placer.whole(hunk.span, &old)];
                Outcome::Missing { old, new, hint, similar }
            }
            Placement::Placed { hunk, step } => {
                let quoted = Some(hunk.span);
                let outcome = match trimmed(&hunk) {
                    // Of a loose place all is shown: the person compares it with what was quoted.
                    Some(_) if step.is_loose() => Outcome::Placed { hunk, step },
                    Some(hunk) => Outcome::Placed { hunk, step },
                    None => Outcome::Already { span: hunk.span },
                };
                return (outcome, quoted);
            }
            Placement::AlreadyApplied { span } => Outcome::Already { span },
            Placement::Ambiguous { candidates } => {
                Outcome::Ambiguous { old, new, hint, candidates }
            }
            Placement::Missing { similar } => Outcome::Missing { old, new, hint, similar },
        };
        (outcome, None)
    }
}
