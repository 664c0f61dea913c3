//! A text that writes named parts of the document anew, without the rest: a function, a section.
//! Each goes where the part of its name stands; what a part leaves out, by a gap or without a word,
//! stays. A part of a new name goes behind the one that it follows in the text.

mod lead;
mod names;
mod series;
mod side;

use super::anchored;
use super::kin::Bag;
use super::units::{Unit, balance, indent, outermost};
use super::whole::{alike, as_tokens, filled};
use crate::assist::dialect::is_gap;
use crate::assist::hunks::token_cuts;
use crate::assist::placement::with_indents;
use names::{ends_otherwise, leaves_off};
use side::{Side, known};
use std::cell::OnceCell;
use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;

/// What becomes of a stretch of the document.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Rewrite {
    /// In bytes.
    pub at: Range<usize>,
    pub new: String,
    /// Its borders are certain, and nothing goes that nothing comes for.
    pub sure: bool,
    /// What was left out is filled.
    pub gap: bool,
}

#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Parts {
    /// In the order of the document.
    pub rewrites: Vec<Rewrite>,
    pub rest: Vec<Rest>,
}

/// A text of it that is no part of a known name, or could be each of several, in bytes.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Rest {
    pub text: String,
    pub several: Vec<Range<usize>>,
    /// It does not close what it opens as the document's part does, or closes what it did not open: a
    /// line of it was lost, and its words don't tell which.
    pub broken: bool,
}

impl Parts {
    /// Whether the text has a part that could be several of the document's.
    pub fn is_ambiguous(&self) -> bool {
        self.rest.iter().any(|rest| !rest.several.is_empty())
    }

    fn leave(&mut self, text: &str) {
        let broken = balance(text) != 0;
        self.rest.push(Rest { text: text.to_owned(), broken, ..Rest::default() });
    }
}

/// A document, whose parts are looked for once.
pub(super) struct Document<'a> {
    pub text: &'a str,
    side: OnceCell<Side<'a>>,
}

impl<'a> Document<'a> {
    pub fn new(text: &'a str) -> Self {
        Self { text, side: OnceCell::new() }
    }

    fn side(&self) -> &Side<'a> {
        self.side.get_or_init(|| Side::document(self.text))
    }
}

/// The parts of `text` in the document; `None` where it has none of its names.
pub(super) fn read(document: &Document<'_>, text: &str) -> Option<Parts> {
    let new = Side::new(text);
    if new.units.is_empty() {
        return None;
    }
    let old = document.side();
    if old.units.is_empty() {
        return None;
    }
    let mut reading = Reading {
        known: known(old, &new),
        old,
        new: &new,
        bags: OnceCell::new(),
        parts: Parts::default(),
        found: false,
    };
    let tops = outermost(new.units.iter());
    reading.series(&tops, None);
    if !reading.found && !reading.parts.is_ambiguous() {
        return None;
    }
    reading.beside(&tops);
    let mut parts = reading.parts;
    parts.rewrites.sort_by_key(|one| (one.at.start, one.at.end));
    let apart = parts.rewrites.windows(2).all(|two| two[0].at.end <= two[1].at.start);
    apart.then_some(parts)
}

/// The parts of the document that are called as those of a text are, in bytes.
pub(super) fn called_so(document: &Document<'_>, text: &str) -> Vec<Range<usize>> {
    let (old, new) = (document.side(), Side::new(text));
    let tops = outermost(new.units.iter());
    let same = |one: &&Unit| tops.iter().any(|top| top.name == one.name);
    old.units.iter().filter(same).map(|one| old.bytes(&one.range())).collect()
}

/// Whether a text begins with the name of a part, and has not what the document begins with: then
/// it is no more than this part and what follows it.
pub(super) fn begins_within(document: &Document<'_>, text: &str) -> bool {
    let base = document.text;
    let filled = |line: &&str| !line.trim().is_empty();
    let mut lines = text.lines().filter(|line| filled(line) && !is_gap(line));
    let first = base.lines().find(filled).map(str::trim);
    let begins = |line: &&str| Some(line.trim()) == first;
    let side = Side::new(text);
    let top = side.units.first().filter(|top| {
        let above = &side.lines[..top.from];
        above.iter().all(|line| line.trim().is_empty() || is_gap(line))
    });
    let Some(top) = top else { return false };
    if lines.any(|line| begins(&line)) {
        return false;
    }
    let mut same = document.side().units.iter().filter(|one| one.name == top.name);
    same.next().is_some() && same.next().is_none()
}

struct Reading<'a> {
    old: &'a Side<'a>,
    new: &'a Side<'a>,
    /// Those of its lines that the document has.
    known: BTreeSet<&'a str>,
    /// The words of the document's parts.
    bags: OnceCell<Vec<Bag>>,
    parts: Parts,
    /// A part of the text has its place.
    found: bool,
}

/// How a part of the text ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum End {
    There,
    /// In a gap that ends before this line.
    Gap(usize),
    /// In the midst of the document's part, and the text with it.
    Stops,
}

/// Whether a line only closes what was opened.
pub(super) fn is_closer(line: &str) -> bool {
    let body = line.trim();
    body == "end" || !body.is_empty() && body.chars().all(|c| "})];,".contains(c))
}

impl Reading<'_> {
    /// Whether lines of the text leave something out.
    fn has_gap(&self, lines: Range<usize>) -> bool {
        self.new.lines[lines].iter().any(|line| is_gap(line) && !self.known.contains(line.trim()))
    }

    /// One part of the text for one of the document.
    fn rewrite(&mut self, old: &Unit, new: &Unit) {
        let (theirs, ours) = (old.inner(&self.old.units), new.inner(&self.new.units));
        // Nothing but its name: it says where the text ends.
        if new.end == new.line + 1 && old.end > old.line + 1 {
            return;
        }
        let lacks = theirs.iter().any(|one| ours.iter().all(|other| other.name != one.name));
        let end = self.end(old, new);
        let gap = end != End::There || self.has_gap(new.line..new.end);
        if let Some(comment) = self.other_comment(old, new) {
            self.parts.leave(&comment);
        }
        if gap || lacks {
            self.lead_anew(old, new);
        }
        let rewrite = match () {
            () if (gap || lacks) && !theirs.is_empty() && !ours.is_empty() => {
                return self.in_parts(old, new, &ours);
            }
            () if gap => {
                let to = if let End::Gap(at) = end { at } else { new.end };
                self.filled(old.line..old.end, new.line..to, end == End::Stops)
                    .or_else(|| self.before_gap(old, new))
            }
            () if lacks => return self.in_parts(old, new, &ours),
            () => self.anew(old, new),
        };
        match rewrite {
            Some(rewrite) => self.parts.rewrites.push(rewrite),
            None => {
                let open = |side: &Side<'_>, one: &Unit| balance(side.of(&(one.line..one.end)));
                let left_out = matches!(end, End::Gap(_)) || self.has_gap(new.line..new.end);
                let broken = !left_out && open(self.new, new) != open(self.old, old);
                let text = self.new.of(&new.range()).to_owned();
                self.parts.rest.push(Rest { text, broken, ..Rest::default() });
            }
        }
    }

    /// A part that is there in full, and behind it a gap for what follows it.
    fn before_gap(&self, old: &Unit, new: &Unit) -> Option<Rewrite> {
        let filled = |side: &Side<'_>, range: Range<usize>| {
            side.lines[range].iter().filter(|line| !line.trim().is_empty()).count()
        };
        let kept = |at: &usize| {
            let line = self.new.lines[*at];
            !line.trim().is_empty() && !is_gap(line)
        };
        let end = (new.line..new.end).rev().find(kept)? + 1;
        let whole = filled(self.new, new.line..end) >= filled(self.old, old.line..old.end);
        if end == new.end || !whole || self.has_gap(new.line..end) {
            return None;
        }
        let part = Unit { end, ..new.clone() };
        self.anew(old, &part).map(|rewrite| Rewrite { sure: false, ..rewrite })
    }

    /// How a part of the text ends, seen from the one of the document.
    fn end(&self, old: &Unit, new: &Unit) -> End {
        let filled = |at: &usize| !self.new.lines[*at].trim().is_empty();
        let next = (new.end..self.new.lines.len()).find(filled);
        // Its last line stands there, and not at the end: the rest was left out.
        let last = self.new.lines[new.end - 1].trim();
        let closed = is_closer(last)
            && indent(self.new.lines[new.end - 1]) == indent(self.new.lines[new.line]);
        let open = !closed
            && balance(self.new.of(&(new.line..new.end)))
                > balance(self.old.of(&(old.line..old.end)));
        let mut same = (old.line + 1..old.end).filter(|at| self.old.lines[*at].trim() == last);
        let within = match (same.next(), same.next()) {
            (Some(at), None) => at + 1 < old.end && !is_closer(last),
            _ => false,
        };
        match next {
            Some(at) if (open || within) && is_gap(self.new.lines[at]) => End::Gap(at + 1),
            None if open || within => End::Stops,
            _ => End::There,
        }
    }

    /// All of a part, written anew.
    fn anew(&self, old: &Unit, new: &Unit) -> Option<Rewrite> {
        let body = old.line..old.end;
        let (is, was) = (self.new.of(&(new.line..new.end)), self.old.of(&body));
        let headed = new.name.starts_with('#');
        let cut = leaves_off(was, is) || !headed && ends_otherwise(was, is);
        if balance(is) != balance(was) || cut || self.runs_on(&body, is) {
            return None;
        }
        let lead = self.lead(old, new);
        let at = if lead.is_some() { old.range() } else { body.clone() };
        let is = self.indented(is, was);
        let same_name = self.old.lines[old.line].trim() == self.new.lines[new.line].trim();
        let above = self.old.of(&(old.from..old.line));
        let lead_stays = lead.as_ref().is_none_or(|new| above.is_empty() || keeps_all(above, new));
        let sure = same_name && lead_stays && keeps_all(was, &is);
        let new = lead.unwrap_or_default() + &is;
        Some(Rewrite { at: self.old.bytes(&at), new, sure, gap: false })
    }

    /// Whether a text for these lines has the line in which another part of the document begins: its
    /// own end is lost, and that one's with it.
    fn runs_on(&self, own: &Range<usize>, text: &str) -> bool {
        let there: BTreeSet<&str> =
            self.old.lines[own.clone()].iter().map(|line| line.trim()).collect();
        let new: BTreeSet<&str> = text.lines().skip(1).map(str::trim).collect();
        let others = self.old.units.iter().filter(|one| !own.contains(&one.line));
        let mut names = others.map(|one| self.old.lines[one.line].trim());
        names.any(|name| new.contains(name) && !there.contains(name))
    }

    /// A part with gaps, filled with what the document has there.
    fn filled(&self, old: Range<usize>, new: Range<usize>, stops: bool) -> Option<Rewrite> {
        let was = self.old.of(&old);
        let is = self.indented(self.new.of(&new), was);
        let (new, sure) = match anchored::read(was, &is, (false, stops)) {
            // That the rest was left out nobody said.
            Some((new, sure)) => (new, sure && !stops),
            None if stops => return None,
            None => {
                let filled = filled(was, &is)?;
                (filled.text, filled.sure)
            }
        };
        let new = new.trim_end_matches(['\n', '\r']).to_owned();
        Some(Rewrite { at: self.old.bytes(&old), new, sure, gap: true })
    }

    /// A part of which the text has only some parts: its beginning and each of these.
    fn in_parts(&mut self, old: &Unit, new: &Unit, ours: &[&Unit]) {
        let theirs = old.inner(&self.old.units);
        let head = |unit: &Unit, inner: &[&Unit]| {
            unit.line + 1..inner.first().map_or(unit.end, |first| first.from)
        };
        let (was, is) = (head(old, &theirs), head(new, ours));
        let name = (old.line..old.line + 1, new.line..new.line + 1);
        if self.old.lines[old.line].trim() != self.new.lines[new.line].trim() {
            let was = self.old.of(&name.0);
            let new = self.indented(self.new.of(&name.1), was);
            let at = self.old.bytes(&name.0);
            self.parts.rewrites.push(Rewrite { at, new, sure: false, gap: false });
        }
        let telling = |line: &&&str| !line.trim().is_empty() && !is_gap(line) && !is_closer(line);
        let lines = |range: Range<usize>| -> Vec<&str> {
            self.new.lines[range].iter().filter(telling).map(|line| line.trim()).collect()
        };
        let own = |lines: &[&str], range: &Range<usize>| {
            let there: BTreeSet<&str> =
                self.old.lines[range.clone()].iter().map(|line| line.trim()).collect();
            lines.iter().all(|line| there.contains(line))
        };
        if !own(&lines(is.clone()), &was) {
            // Blank lines at its ends stay.
            let trimmed = |side: &Side<'_>, range: Range<usize>| {
                let filled = |at: &usize| !side.lines[*at].trim().is_empty();
                let start = range.clone().find(filled).unwrap_or(range.end);
                start..range.clone().rev().find(filled).map_or(start, |at| at + 1)
            };
            let gap = self.has_gap(is.clone());
            let (was, is) = (trimmed(self.old, was), trimmed(self.new, is));
            // What stands over the first part belongs to that.
            let repeats = || {
                let body = self.old.lines[old.line..old.end].iter().map(|line| line.trim());
                let body: BTreeSet<&str> = body.collect();
                lines(is.clone()).iter().any(|line| body.contains(line))
            };
            let rewrite = match gap {
                _ if was.is_empty() && (repeats() || ours.is_empty()) => None,
                true => self.filled(was, is.clone(), false),
                false => {
                    let old = self.old.of(&was);
                    let new = self.indented(self.new.of(&is), old);
                    let sure = !was.is_empty() && keeps_all(old, &new);
                    // What comes before the first part where nothing stood.
                    let new = if was.is_empty() { format!("{new}\n\n") } else { new };
                    Some(Rewrite { at: self.old.bytes(&was), new, sure, gap: false })
                }
            };
            match rewrite {
                Some(rewrite) => self.parts.rewrites.push(rewrite),
                None => self.parts.leave(self.new.of(&is)),
            }
        }
        // Lines between the parts that are not there are none of any part.
        let mut at = new.line + 1;
        for one in ours {
            let between = lines(at.max(head(new, ours).end)..one.from.max(at));
            if !own(&between, &(old.line..old.end)) {
                self.parts.leave(&between.join("\n"));
            }
            at = one.end;
        }
        let behind = lines(at.min(new.end)..new.end);
        if !ours.is_empty() && !own(&behind, &(old.line..old.end)) {
            self.parts.leave(&behind.join("\n"));
        }
        self.series(ours, Some(old));
    }

    /// What of the text stands beside its parts: what the document has is left, what it uses is
    /// put to what is used, and the rest is told.
    fn beside(&mut self, tops: &[&Unit]) {
        const USES: &[&str] =
            &["use ", "import ", "from ", "#include", "require", "using ", "const "];
        let uses = |line: &str| USES.iter().any(|word| line.starts_with(word));
        let mut chunk: Vec<&str> = Vec::new();
        let mut chunks: Vec<Vec<&str>> = Vec::new();
        for (at, line) in self.new.lines.iter().enumerate() {
            let inside = tops.iter().any(|one| one.from <= at && at < one.end);
            if inside || line.trim().is_empty() || is_gap(line) {
                chunks.push(std::mem::take(&mut chunk));
            } else {
                chunk.push(line.trim_end());
            }
        }
        chunks.push(chunk);
        for chunk in chunks {
            if chunk.iter().all(|line| self.known.contains(line.trim()) || is_closer(line)) {
                continue;
            }
            let last = self.old.lines.iter().rposition(|line| uses(line));
            match last.filter(|_| chunk.iter().all(|line| uses(line))) {
                Some(last) => {
                    let new = chunk.iter().filter(|line| !self.known.contains(line.trim()));
                    let new: String = new.map(|line| format!("\n{line}")).collect();
                    let at = self.old.bytes(&(last..last + 1)).end;
                    self.parts.rewrites.push(Rewrite { at: at..at, new, sure: false, gap: false });
                }
                None => self.parts.leave(&chunk.join("\n")),
            }
        }
    }

    /// A text with the indents of what it is written for.
    fn indented(&self, text: &str, old: &str) -> String {
        let mut pairs: Vec<(&str, &str)> = Vec::new();
        let first =
            |text: &'_ str| -> usize { text.lines().next().map_or(0, |line| indent(line).len()) };
        pairs.push((&text[..first(text)], &old[..first(old)]));
        // The indent of each line that stands once.
        let mut there: BTreeMap<&str, Option<&str>> = BTreeMap::new();
        for line in old.lines() {
            there.entry(line.trim()).and_modify(|one| *one = None).or_insert(Some(indent(line)));
        }
        for line in text.lines().skip(1).filter(|line| line.trim().len() > 3) {
            if let Some(Some(one)) = there.get(line.trim()) {
                pairs.push((indent(line), one));
            }
        }
        with_indents(text, &pairs)
    }
}

/// Whether each line of a text is still there, or another in its place, up to its end.
pub(super) fn keeps_all(old: &str, new: &str) -> bool {
    let bare = |text: &str| -> Vec<String> {
        text.lines().map(|line| line.trim_end().to_owned()).collect()
    };
    let (a, b) = (bare(old), bare(new));
    let filled = |keys: &[String]| -> Vec<String> {
        keys.iter().filter(|key| !key.trim().is_empty()).cloned().collect()
    };
    let kept = token_cuts(&as_tokens(&a), &as_tokens(&b)).iter().all(|cut| {
        let (gone, come) = (filled(&a[cut.old.clone()]), filled(&b[cut.new.clone()]));
        // As many lines that begin with the same words stand for each other: `return None`.
        let word = |line: &str| line.split_whitespace().next().map(str::to_owned);
        let begin = |(old, new): (&String, &String)| {
            word(old) == word(new) && indent(old) == indent(new) || alike(old.trim(), new.trim())
        };
        let mut rest = come.iter();
        gone.len() == come.len() && gone.iter().zip(&come).all(begin)
            || gone.iter().all(|old| rest.any(|new| alike(old.trim(), new.trim())))
    });
    let last = |keys: &[String]| keys.iter().rfind(|key| !key.trim().is_empty()).cloned();
    let ends = match (last(&a), last(&b)) {
        (Some(one), Some(other)) => alike(one.trim(), other.trim()),
        _ => false,
    };
    kept && ends
}
