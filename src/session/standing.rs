//! How a hunk stands in today's text: whether what it changes is still there, in the words it was
//! made for.
//!
//! Its old text alone does not tell. Of "flour: 200" becoming "flour: 223" the old text is "200",
//! which also stands in "flour: 2000" and in "rye: 200"; of a word that is put in it is nothing at
//! all. So a hunk keeps the nearest word on each side, in its line:
//!
//! - it is *pending* while its old text stands between these words, with nothing grown on to it;
//! - it is *stale* where something else stands between them, all of which is what it is set
//!   against; and where its old text is there and a word beside it is another;
//! - it is *unplaced* where its text and a word beside it are gone: what stands at the place that
//!   is left has nothing to do with it.
//!
//! A word that another hunk of the same proposal changes is no witness: accepting that one must not
//! make this one stale.

use super::{Hunk, HunkRef, HunkState, Proposals};
use crate::base::{EventId, Pos, Span};
use crate::event::{HunkBody, HunkVerdict, Text};
use crate::text::sentence::unwrapped;
use crate::text::{Document, PutIn, is_ideograph};
use ropey::Rope;

/// The most characters of a word beside a hunk, and of what lies between.
const MOST: usize = 48;
/// How far away the words beside a hunk are sought, in characters of their line.
const REACH: usize = 2_000;

/// What stands beside a span in its line, up to and with the nearest word.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Beside {
    pub before: String,
    pub after: String,
}

/// Lines that are put in behind a line that stays, without that line: what is written at its end
/// meanwhile belongs to it, not to the last of them.
pub(super) fn lines_alone(mut body: HunkBody) -> HunkBody {
    let (Some((_, end)), Some(_), false) = (body.place, &body.beside, body.loose) else {
        return body;
    };
    let rest = body.new.as_str().strip_prefix(body.old.as_str()).unwrap_or_default();
    if !body.old.as_str().is_empty() && rest.starts_with(['\n', '\r']) {
        // What stood before it is that line now.
        if let Some((before, _)) = body.beside.as_mut().filter(|(before, _)| before.0.is_some()) {
            let line = format!("{}{}", before.as_str(), body.old.as_str());
            let nearest: Vec<char> = nearest(line.chars().rev());
            *before = nearest.into_iter().rev().collect::<String>().as_str().into();
        }
        body.new = rest.into();
        body.old = "".into();
        body.place = Some((end, end));
    }
    body
}

/// The new text of a hunk at a place with another old text than was quoted: the line end that a
/// quotation has by its form goes in only where one stands, and is not lost there; and
/// line ends that only wrap it do not where the text has none.
pub(super) fn new_there(quoted: &str, new: &str, old: &str) -> String {
    if quoted.is_empty() || new.is_empty() || old.is_empty() {
        return new.to_owned();
    }
    let ends = |text: &str| text.ends_with('\n');
    let body = |text: &'_ str| -> usize { text.trim_end_matches(['\n', '\r']).len() };
    // A quotation that was wrapped where the text is not: so is the new text.
    let wraps = !old[..body(old)].contains('\n') && unwrapped(&quoted[..body(quoted)]).is_some();
    let unwrapped = unwrapped(&new[..body(new)]).filter(|_| wraps);
    let new = &unwrapped.map_or_else(|| new.to_owned(), |line| line + &new[body(new)..]);
    match (ends(quoted), ends(new), ends(old)) {
        (true, true, false) => {
            let new = new.strip_suffix('\n').unwrap_or(new);
            new.strip_suffix('\r').unwrap_or(new).to_owned()
        }
        (false, false, true) => {
            format!("{new}{}", if old.ends_with("\r\n") { "\r\n" } else { "\n" })
        }
        _ => new.to_owned(),
    }
}

fn is_word(c: char) -> bool {
    c.is_alphanumeric() || c == '_'
}

/// Up to and with the first word of characters that lead away from an edge.
fn nearest(away: impl Iterator<Item = char>) -> Vec<char> {
    let mut all: Vec<char> = Vec::new();
    let (mut between, mut word) = (0, 0);
    for c in away.take_while(|c| !matches!(c, '\n' | '\r')) {
        match is_word(c) {
            // A script without blanks: each character stands for itself.
            true if is_ideograph(c) => {
                if word == 0 {
                    all.push(c);
                }
                break;
            }
            true if word < MOST => word += 1,
            false if word == 0 && between < MOST => between += 1,
            _ => break,
        }
        all.push(c);
    }
    all
}

fn word(all: &str) -> &str {
    all.trim_matches(|c| !is_word(c))
}

fn before_at(rope: &Rope, at: Pos) -> String {
    let Some(left) = rope.get_chars_at(at.0) else { return String::new() };
    nearest(left.reversed()).into_iter().rev().collect()
}

fn after_at(rope: &Rope, at: Pos) -> String {
    let Some(right) = rope.get_chars_at(at.0) else { return String::new() };
    nearest(right).into_iter().collect()
}

impl Beside {
    /// What stands beside a span of a text.
    pub fn of(rope: &Rope, span: Span) -> Self {
        Self { before: before_at(rope, span.start), after: after_at(rope, span.end) }
    }

    /// As the log keeps it.
    pub fn texts(&self) -> (Text, Text) {
        (self.before.as_str().into(), self.after.as_str().into())
    }
}

/// The characters of a line left of a place, at most so many, and where they begin.
fn left_of(rope: &Rope, at: Pos) -> (usize, String) {
    let Some(chars) = rope.get_chars_at(at.0) else { return (at.0, String::new()) };
    let mut left: Vec<char> =
        chars.reversed().take_while(|c| !matches!(c, '\n' | '\r')).take(REACH).collect();
    left.reverse();
    (at.0 - left.len(), left.into_iter().collect())
}

fn right_of(rope: &Rope, at: Pos) -> String {
    let Some(chars) = rope.get_chars_at(at.0) else { return String::new() };
    chars.take_while(|c| !matches!(c, '\n' | '\r')).take(REACH).collect()
}

fn end_of_line(rope: &Rope, at: Pos) -> Pos {
    let right = rope.get_chars_at(at.0).into_iter().flatten();
    Pos(at.0 + right.take_while(|c| !matches!(c, '\n' | '\r')).count())
}

fn start_of_line(rope: &Rope, at: Pos) -> Pos {
    Pos(rope.try_char_to_line(at.0).and_then(|line| rope.try_line_to_char(line)).unwrap_or(at.0))
}

/// Where what stood before a hunk ends in the line, seen from where the hunk is now.
fn end_of_before(rope: &Rope, at: Pos, before: &str) -> Option<Pos> {
    let (start, line) = left_of(rope, at);
    let chars = |bytes: usize| line.get(..bytes).map_or(0, |part| part.chars().count());
    if word(before).is_empty() {
        let blank = if line.starts_with(before) { before } else { "" };
        return Some(Pos(start + blank.chars().count()));
    }
    let alone = |(from, _): &(usize, &str)| {
        !line.get(..*from).and_then(|head| head.chars().next_back()).is_some_and(is_word)
            || before.chars().next().is_some_and(is_ideograph)
    };
    let (from, found) = line.rmatch_indices(before).find(alone)?;
    Some(Pos(start + chars(from + found.len())))
}

/// Where what stood behind a hunk begins in the line.
fn start_of_after(rope: &Rope, at: Pos, after: &str) -> Option<Pos> {
    let line = right_of(rope, at);
    let chars = |bytes: usize| line.get(..bytes).map_or(0, |part| part.chars().count());
    if word(after).is_empty() {
        let rest = if line.ends_with(after) { line.len() - after.len() } else { line.len() };
        return Some(Pos(at.0 + chars(rest)));
    }
    let alone = |(from, found): &(usize, &str)| {
        let next = line.get(from + found.len()..).and_then(|rest| rest.chars().next());
        !next.is_some_and(is_word) || after.chars().next_back().is_some_and(is_ideograph)
    };
    let (from, _) = line.match_indices(after).find(alone)?;
    Some(Pos(at.0 + chars(from)))
}

/// Whether the same word stands at an edge as did, and is grown on to it where it was.
fn same(then: &str, now: &str, grown: impl Fn(&str) -> Option<char>, witness: bool) -> bool {
    let glued = |text: &str| grown(text).is_some_and(|c| is_word(c) && !is_ideograph(c));
    glued(then) == glued(now) && (!witness || word(then).is_empty() || word(then) == word(now))
}

impl Hunk {
    /// Whether it was told what stood beside it. In logs of before it was not.
    pub fn knows_its_words(&self) -> bool {
        self.beside.is_some()
    }

    /// Where it stood in the text that the model knew, and how far the words beside it reach there.
    /// Nothing where it was made for no place of that text, was placed by hand, or does not know its
    /// words.
    pub fn known_at(&self, then: &Document) -> Option<(Span, Span)> {
        let Beside { before, after } = self.beside.as_ref()?;
        let place = self.made_at.0?;
        let has_old = |span: &Span| {
            then.rope().get_slice(span.range()).is_some_and(|there| there == self.old.as_str())
        };
        let anchored = then.anchor_span(place).filter(has_old);
        let len = |text: &str| text.chars().count();
        // What stands at its edge today came later: then its words tell the place, if they stand once.
        let span = anchored.or_else(|| {
            let words = format!("{before}{}{after}", self.old);
            let text = then.rope().to_string();
            let mut found = text.match_indices(&words).filter(|_| !words.trim().is_empty());
            let (at, _) = found.next().filter(|_| found.next().is_none())?;
            let start = len(&text[..at]) + len(before);
            Some(Span::new(Pos(start), Pos(start + len(&self.old))))
        })?;
        let start = span.start.0.saturating_sub(len(before));
        let end = span.end.0.saturating_add(len(after)).min(then.len());
        Some((span, Span::new(Pos(start), Pos(end))))
    }

    /// How it stands in today's text.
    pub fn state(&self, document: &Document) -> HunkState {
        self.standing(document).0
    }

    /// How it stands in today's text, and which text it is set against; none where it has no place.
    pub fn standing(&self, document: &Document) -> (HunkState, Option<Span>) {
        let span = self.span(document);
        if self.is_split() {
            return (HunkState::Split, span);
        }
        if self.is_disputed() {
            return (HunkState::Collided, span);
        }
        match self.verdict.value().map(|verdict| verdict.verdict) {
            Some(HunkVerdict::Accepted) if self.is_collided() => (HunkState::Collided, span),
            Some(HunkVerdict::Accepted) => (HunkState::Accepted, span),
            Some(HunkVerdict::Rejected) => (HunkState::Rejected, span),
            Some(HunkVerdict::Superseded) => (HunkState::Superseded, span),
            Some(HunkVerdict::Pending) | None => match span {
                None => (HunkState::Unplaced, None),
                Some(span) => self.open_at(document.rope(), span),
            },
        }
    }

    fn open_at(&self, rope: &Rope, span: Span) -> (HunkState, Option<Span>) {
        let is_there = rope.get_slice(span.range()).is_some_and(|there| there == self.old.as_str());
        let Some(beside) = &self.beside else {
            let state = if is_there { HunkState::Pending } else { HunkState::Stale };
            return (state, Some(span));
        };
        // What ends with a line, or adds lines, has nothing to do with what stands in the next one.
        let adds = self.old.is_empty();
        let from_line = self.old.starts_with('\n') || adds && self.new.starts_with(['\n', '\r']);
        let to_line = self.old.ends_with('\n') || adds && self.new.ends_with('\n');
        // Lines that are put in stay between lines, whatever is typed at the end of one of them.
        let span = match (adds && from_line, adds && to_line) {
            (true, false) => match self.behind_its_line(rope, span.start, beside) {
                Some(end) => Span::at(self.behind_earlier(rope, end)),
                None => return (HunkState::Unplaced, None),
            },
            (false, true) => Span::at(self.behind_earlier(rope, start_of_line(rope, span.start))),
            _ => span,
        };
        let now = Beside::of(rope, span);
        let before = from_line
            || same(&beside.before, &now.before, |all| all.chars().next_back(), self.witness.0);
        let after =
            to_line || same(&beside.after, &now.after, |all| all.chars().next(), self.witness.1);
        if is_there && before && after && !self.is_torn(beside, &now) {
            return (HunkState::Pending, Some(span));
        }
        let start = match from_line {
            true => Some(span.start),
            false => end_of_before(rope, span.start, &beside.before),
        };
        let end = match to_line {
            true => Some(span.end),
            false => start_of_after(rope, span.end, &beside.after),
        };
        // Without a word on either side the line itself must tell.
        let nameless = word(&beside.before).is_empty() && word(&beside.after).is_empty();
        match (start, end) {
            (Some(start), Some(end)) if start <= end => {
                let between = Span { start, end };
                let known = !span.is_empty() || !nameless || self.shares_a_word(rope, between);
                match known {
                    true => (HunkState::Stale, Some(between)),
                    false => (HunkState::Unplaced, None),
                }
            }
            (None, None) if is_there && adds => (HunkState::Unplaced, None),
            _ if is_there || !span.is_empty() => (HunkState::Stale, Some(span)),
            _ => (HunkState::Unplaced, None),
        }
    }

    /// Whether whole lines go and something has grown on to them since: it would be left as a torn
    /// piece.
    fn is_torn(&self, then: &Beside, now: &Beside) -> bool {
        let is_blank = |text: &str| text.trim().is_empty();
        let (old, new) = (self.old.as_str(), self.new.as_str());
        let same = |(a, b): &(char, char)| a == b;
        let len = |pairs: &mut dyn Iterator<Item = (char, char)>| -> usize {
            pairs.take_while(same).map(|(c, _)| c.len_utf8()).sum()
        };
        let head = len(&mut old.chars().zip(new.chars()));
        let (behind, new) = (&old[head..], &new[head..]);
        let tail = len(&mut behind.chars().rev().zip(new.chars().rev()));
        let (gone, new) = (&behind[..behind.len() - tail], &new[..new.len() - tail]);
        if is_blank(gone) || !is_blank(new) {
            return false;
        }
        // An end that is the hunk's own, within a line.
        let starts = head == 0 && !gone.starts_with('\n');
        let ends = tail == 0 && !gone.ends_with('\n');
        let whole = match (starts, ends) {
            (true, _) if !is_blank(&then.before) => false,
            (_, true) if !is_blank(&then.after) => false,
            _ => {
                (starts || gone.starts_with('\n') || old[..head].ends_with('\n'))
                    && (ends || gone.ends_with('\n') || behind[gone.len()..].starts_with('\n'))
            }
        };
        whole && (starts && !is_blank(&now.before) || ends && !is_blank(&now.after))
    }

    /// The end of the line behind which lines are put in. Where that line is gone with its end, the
    /// place has come to be the start of the next one, which has nothing to do with them: they go
    /// behind the line before, and behind no blank one if they begin with one themselves. Nothing
    /// where there is no line before.
    fn behind_its_line(&self, rope: &Rope, at: Pos, beside: &Beside) -> Option<Pos> {
        let mut line = rope.try_char_to_line(at.0).ok()?;
        let starts = rope.try_line_to_char(line).ok()?;
        // A blank line is behind itself.
        if at.0 > starts || beside.before.is_empty() {
            return Some(end_of_line(rope, at));
        }
        let end = |line: usize| Some(end_of_line(rope, Pos(rope.try_line_to_char(line).ok()?)));
        let is_blank = |line: usize| rope.line(line).chars().all(char::is_whitespace);
        if line == 0 {
            return end(line).filter(|_| is_blank(line));
        }
        line -= 1;
        let apart = self.new.lines().nth(1).is_some_and(|second| second.trim().is_empty());
        while apart && line > 0 && is_blank(line) {
            line -= 1;
        }
        end(line)
    }

    /// Behind the lines that were accepted of hunks which its answer made before it for this place,
    /// as far as these stand there as they were proposed.
    fn behind_earlier(&self, rope: &Rope, at: Pos) -> Pos {
        self.earlier.iter().fold(at, |at, text| {
            let end = at.0 + text.chars().count();
            match rope.get_slice(at.0..end).is_some_and(|there| there == text.as_str()) {
                // What was written at the end of the last line since is part of it.
                true if text.ends_with('\n') => Pos(end),
                true => end_of_line(rope, Pos(end)),
                false => at,
            }
        })
    }

    /// Whether it does nothing but put whole lines in.
    pub(super) fn puts_lines_in(&self) -> bool {
        let put_in = PutIn::of(&self.new);
        self.old.is_empty() && self.beside.is_some() && put_in != PutIn::Words
    }

    fn shares_a_word(&self, rope: &Rope, span: Span) -> bool {
        let Some(there) = rope.get_slice(span.range()).map(|there| there.to_string()) else {
            return false;
        };
        let words = |text: &'_ str| -> Vec<String> {
            let all = text.split(|c| !is_word(c)).filter(|word| !word.is_empty());
            all.map(str::to_owned).collect()
        };
        let old = words(&self.old);
        words(&there).iter().any(|word| old.contains(word))
    }

    /// Another hunk of its proposal changes `old`, beside what stands there: its words at the ends
    /// say nothing about this one, nor does a word that it puts something in next to.
    pub(super) fn meets(&mut self, old: &str, there: Option<&Beside>) {
        let Some(beside) = &self.beside else { return };
        let (before, after) = (word(&beside.before), word(&beside.after));
        let (first, last) = match (old.chars().any(is_word), there) {
            (true, _) => {
                let first: String = nearest(old.chars()).into_iter().collect();
                (first, nearest(old.chars().rev()).into_iter().rev().collect::<String>())
            }
            (false, Some(there)) => (there.after.clone(), there.before.clone()),
            (false, None) => return,
        };
        // It may change a part of the word that stands there.
        let (first, last) = (word(&first), word(&last));
        if !last.is_empty() {
            self.witness.0 &= !(before.ends_with(last) || last.ends_with(before));
        }
        if !first.is_empty() {
            self.witness.1 &= !(after.starts_with(first) || first.starts_with(after));
        }
    }
}

/// So many hunks that put lines in at one place keep their order.
const AT_ONE_PLACE: usize = 200;

impl Proposals {
    /// Tells the hunks of an answer that put lines in where one does, or a part of it, which of those
    /// before them are accepted.
    pub(super) fn line_up(&mut self, id: EventId) {
        let parts = HunkRef { id, part: None }..=HunkRef { id, part: Some(u32::MAX) };
        let lines = self.hunks.range(parts).filter(|(_, hunk)| hunk.puts_lines_in());
        for of in lines.map(|(of, _)| *of).collect::<Vec<_>>() {
            self.line_up_with(of);
        }
    }

    fn line_up_with(&mut self, of: HunkRef) {
        let Some(hunk) = self.hunks.get(&of) else { return };
        let (place, kind) = (hunk.place, PutIn::of(&hunk.new));
        let all = self.of_proposal.get(&hunk.proposal).into_iter().flatten();
        let mut there: Vec<(u64, HunkRef)> = all
            .filter_map(|of| self.hunks.get(of))
            .filter(|one| one.puts_lines_in() && (one.place, PutIn::of(&one.new)) == (place, kind))
            .map(|one| (one.lamport, one.of))
            .collect();
        there.sort_unstable();
        let mut accepted: Vec<String> = Vec::new();
        for (_, of) in there.into_iter().take(AT_ONE_PLACE) {
            let Some(hunk) = self.hunks.get_mut(&of) else { continue };
            hunk.earlier.clone_from(&accepted);
            let said = hunk.verdict.value().map(|said| said.verdict);
            if said == Some(HunkVerdict::Accepted) {
                accepted.push(hunk.new.clone());
            }
        }
    }

    /// Tells the hunks of a proposal of one that came, and that one of them.
    pub(super) fn meet_others(&mut self, of: HunkRef, proposal: EventId) {
        let all = self.of_proposal.entry(proposal).or_default();
        let others: Vec<HunkRef> = all.iter().copied().filter(|other| *other != of).collect();
        all.clear();
        all.extend(others.iter().copied().chain([of]));
        let Some(came) = self.hunks.get(&of) else { return };
        let (old, beside) = (came.made_at.1.clone(), came.made_beside.clone());
        for other in others {
            // A hunk and its parts are the same words.
            if other.id == of.id && (other.part.is_none() || of.part.is_none()) {
                continue;
            }
            let Some(there) = self.hunks.get_mut(&other) else { continue };
            there.meets(&old, beside.as_ref());
            let (old, beside) = (there.made_at.1.clone(), there.made_beside.clone());
            if let Some(came) = self.hunks.get_mut(&of) {
                came.meets(&old, beside.as_ref());
            }
        }
    }
}
