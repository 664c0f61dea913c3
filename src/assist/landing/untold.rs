//! What a passage that quotes nothing would take out although nobody said that it is to go: then it
//! has no place.

use super::Landing;
use super::units::{Unit, parts, units};
use super::whole::shared_words;
use crate::assist::alike;
use crate::assist::dialect::{Edit, Form};
use crate::assist::hunks::Hunk;
use crate::base::Pos;
use crate::text::is_soft;

/// From this on, of 100, two lines without a word in common are one before and after a change.
const ALIKE: u8 = 50;

/// So many of 100 words are common to two lines by chance.
const COMMON: usize = 20;

/// So many words that go are many.
const MANY: usize = 24;

impl Landing {
    /// Whether one of the changes of an old text, which stands at a place, is such.
    pub(super) fn is_untold(&self, old: &str, start: Pos, hunks: &[Hunk]) -> bool {
        hunks.iter().any(|hunk| self.tears(hunk))
            || hunks.iter().any(|hunk| self.swaps_edge(old, start, hunk))
            || hunks.iter().any(|hunk| beheads(old, start, hunk))
            || hunks.last().is_some_and(cuts_word)
            || drops_rest(old, start, hunks)
            || drops_first(old, start, hunks)
    }

    /// What stands before a change on its line, and what stands behind it on its last one.
    pub(super) fn around(&self, hunk: &Hunk) -> (String, String) {
        let all = self.base.len_chars();
        let (from, to) = (hunk.span.start.0.min(all), hunk.span.end.0.min(all));
        let line = self.base.char_to_line(from);
        let before = self.base.slice(self.base.line_to_char(line)..from).to_string();
        let last = self.base.line(self.base.char_to_line(to));
        let start = self.base.line_to_char(self.base.char_to_line(to));
        let behind = last.slice(to - start..).to_string();
        let behind = if hunk.old.ends_with('\n') { String::new() } else { behind };
        (before, behind)
    }

    /// Whether lines are put in where a line end only wraps a sentence, or other words for lines from
    /// the midst of one: what was to go for them is not told.
    fn tears(&self, hunk: &Hunk) -> bool {
        let line = self.base.char_to_line(hunk.span.start.0.min(self.base.len_chars()));
        let (above, behind) = self.around(hunk);
        if hunk.old.is_empty() {
            let next = self.line(line + 1);
            // Between the head of a table and the line below it.
            let below = if hunk.new.starts_with('\n') { next.clone() } else { self.line(line) };
            let row = hunk.new.lines().any(|line| line.trim_start().starts_with('|'));
            let rule =
                |line: &str| line.contains('-') && line.chars().all(|c| "|:- \t\r\n".contains(c));
            if row && below.trim_start().starts_with('|') && rule(&below) {
                return true;
            }
            let wraps = is_soft(&above, "\n", next.trim_start_matches(' '));
            // Words that end the sentence which goes on in the next line.
            let ends = hunk.new.trim_end().ends_with(['.', '!', '?'])
                && next.trim_start().starts_with(char::is_lowercase);
            return behind.trim().is_empty() && wraps && (hunk.new.starts_with('\n') || ends);
        }
        let whole_lines = above.is_empty() && behind.trim().is_empty();
        if !whole_lines || !is_other(&hunk.old, &hunk.new) {
            return false;
        }
        let before = line.checked_sub(1).map(|at| self.line(at)).unwrap_or_default();
        let first = hunk.old.lines().next().unwrap_or_default();
        is_soft(before.trim_end(), "\n", first.trim_start_matches(' '))
    }

    /// Whether the first or the last line of several goes, or becomes another one: it may as well be
    /// none of the passage, and what comes is new.
    fn swaps_edge(&self, old: &str, start: Pos, hunk: &Hunk) -> bool {
        let (before, behind) = self.around(hunk);
        let said = |text: &str| text.contains(char::is_alphanumeric);
        // A sentence that goes over a line end is as good as a line.
        let several = hunk.old.trim().contains('\n') && said(&hunk.new);
        let within = !several && (said(&before) || said(&behind));
        if within || !said(&hunk.old) || !is_other(&hunk.old, &hunk.new) {
            return false;
        }
        let chars: Vec<char> = old.chars().collect();
        let from = hunk.span.start.0.saturating_sub(start.0).min(chars.len());
        let to = hunk.span.end.0.saturating_sub(start.0).min(chars.len());
        let none = |part: &[char]| !part.iter().any(|sign| sign.is_alphanumeric());
        let (first, last) = (none(&chars[..from]), none(&chars[to..]));
        // All of it is no edge.
        first != last
    }

    /// Whether lines come or go at an edge of what an edit quotes, and that edge is not there: it quotes
    /// whole lines and stands within one, as a word of it was lost; or quotes an empty line beside it,
    /// where another one stands now.
    pub(super) fn is_beside(&self, edit: &Edit, hunk: &Hunk) -> bool {
        let (old, new) = (edit.old.trim(), edit.new.trim());
        let breaks = |text: &str| text.matches('\n').count();
        if breaks(old) == breaks(new) {
            return false;
        }
        let (mut before, behind) = self.around(hunk);
        // The end of the line before it goes with what it quotes.
        let from_end = hunk.old.starts_with(['\n', '\r']);
        if from_end {
            before.clear();
        }
        let by_lines = matches!(edit.form, Form::Diff | Form::Patch);
        let first_line = edit.old.trim_start_matches(['\n', '\r']);
        let indented = ["  ", "\t"].iter().any(|indent| first_line.starts_with(indent));
        if !before.trim().is_empty() && (by_lines || indented)
            || !behind.trim().is_empty() && by_lines
        {
            return true;
        }
        // Paragraphs before it, where no empty line is that they could be parted by.
        let first = self.base.char_to_line(hunk.span.start.0.min(self.base.len_chars()));
        let above = if from_end { Some(first) } else { first.checked_sub(1) };
        let above = above.map(|at| self.line(at)).unwrap_or_default();
        let lead = &edit.old[..edit.old.len() - edit.old.trim_start().len()];
        let parted = new.strip_suffix(old).is_some_and(|added| {
            breaks(&added[added.trim_end().len()..]) > 1 && !added.trim().is_empty()
        });
        parted && breaks(lead) > 0 && before.trim().is_empty() && !above.trim().is_empty()
    }

    fn line(&self, at: usize) -> String {
        self.base.get_line(at).map(|line| line.to_string()).unwrap_or_default()
    }
}

/// Whether two texts have nothing in common, or the new one says nothing.
pub(super) fn is_other(old: &str, new: &str) -> bool {
    !new.contains(char::is_alphanumeric)
        || shared_words(old, new) <= COMMON && alike(old.trim(), new.trim()) < ALIKE
}

/// Whether the rest of a text goes from the midst of a word on: what says so was cut off.
pub(super) fn cuts_word(hunk: &Hunk) -> bool {
    let new = hunk.new.trim();
    let rest = hunk.old.trim_start().strip_prefix(new).unwrap_or_default();
    let goes_on = |text: &str| text.chars().next().is_some_and(char::is_alphanumeric);
    let spaceless = |sign: char| sign as u32 >= 0x2e80;
    new.chars().next_back().is_some_and(|last| last.is_alphanumeric() && !spaceless(last))
        && goes_on(rest)
        && rest.contains(char::is_whitespace)
}

/// Whether the line goes that names a part of the text, and what it is about stays.
fn beheads(old: &str, start: Pos, hunk: &Hunk) -> bool {
    let gone = hunk.old.trim();
    if gone.is_empty() || !parts(&hunk.new.lines().collect::<Vec<_>>()).is_empty() {
        return false;
    }
    let lines: Vec<&str> = old.split_inclusive('\n').collect();
    let to = hunk.span.end.0.saturating_sub(start.0);
    let mut at = 0;
    let ends: Vec<usize> = lines
        .iter()
        .map(|line| {
            at += line.chars().count();
            at
        })
        .collect();
    let behind = ends.iter().take_while(|end| **end <= to).count();
    let named = |unit: &Unit| {
        let own = lines[unit.line].trim();
        gone.lines().any(|line| line.trim() == own) && unit.line < behind && behind < unit.end
    };
    units(&lines).iter().any(named)
}

/// Whether a passage goes on with other words where most of the old one would go for them: what of
/// it was to go is not told.
fn drops_rest(old: &str, start: Pos, hunks: &[Hunk]) -> bool {
    let Some(last) = hunks.last() else { return false };
    let (mut gone, mut come) = (words(&last.old), words(&last.new));
    let same = gone.iter().zip(&come).take_while(|(old, new)| old == new).count();
    gone.drain(..same);
    come.drain(..same);
    let begins_alike = same > 0 || last.span.start > start;
    let at = last.span.end.0.saturating_sub(start.0);
    let ends = !old.chars().skip(at).any(char::is_alphanumeric);
    begins_alike && ends && are_most(&gone.join(" "), &come.join(" "))
}

/// The same of one that begins with other words.
fn drops_first(old: &str, start: Pos, hunks: &[Hunk]) -> bool {
    let Some(first) = hunks.first() else { return false };
    let at = first.span.start.0.saturating_sub(start.0);
    let begins = !old.chars().take(at).any(char::is_alphanumeric);
    let to = first.span.end.0.saturating_sub(start.0);
    let goes_on = old.chars().skip(to).any(char::is_alphanumeric);
    begins && goes_on && are_most(&first.old, &first.new)
}

fn words(text: &str) -> Vec<&str> {
    text.split_whitespace().collect()
}

/// Whether many words go for a few others.
pub(super) fn are_most(gone: &str, come: &str) -> bool {
    let count = |text: &str| text.split_whitespace().count();
    count(come) > 0 && count(gone) >= MANY.max(3 * count(come)) && shared_words(gone, come) < 50
}
