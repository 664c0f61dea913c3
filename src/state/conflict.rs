//! A text file in the middle of a merge: git's markers are never text, and what stands between and
//! beside them is lost by nobody's save.

use super::saved::{difference, distance, saved_last, settled, tips};
use super::{Cx, FileStamp, OpenedFile};
use crate::base::sha256_hex;
use crate::event::{Event, Text, Version};
use crate::session::DocEntry;
use crate::text::{diff, may_cut};
use std::collections::{BTreeMap, BTreeSet};

/// Whether a line parts the sides, and does not underline a heading.
fn is_bar(line: &str) -> bool {
    line.trim_end() == "======="
}

/// Whether a file is in the middle of a merge.
pub(super) fn has_conflict_markers(text: &str) -> bool {
    let starts = |marker: &str| text.lines().any(|line| line.starts_with(marker));
    starts("<<<<<<< ") && text.lines().any(is_bar) && starts(">>>>>>> ")
}

/// Of which side a line in a file with markers is.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Side {
    Both,
    Ours,
    /// As both had it, in the longer form of markers.
    Base,
    Theirs,
}

/// The lines of a file without the markers; nothing when those make no sense.
fn lines(text: &str) -> Option<Vec<(Side, &str)>> {
    let mut side = Side::Both;
    let mut out = Vec::new();
    for line in text.split_inclusive('\n') {
        let is = |marker: &str| line.starts_with(marker);
        side = match side {
            Side::Both if is("<<<<<<< ") => Side::Ours,
            Side::Ours if is("||||||| ") || line.trim_end() == "|||||||" => Side::Base,
            Side::Ours | Side::Base if is_bar(line) => Side::Theirs,
            // Nobody can say which of two parts the sides.
            Side::Theirs if is_bar(line) => return None,
            Side::Theirs if is(">>>>>>> ") => Side::Both,
            _ if is("<<<<<<< ") || is(">>>>>>> ") => return None,
            _ => {
                out.push((side, line));
                continue;
            }
        };
    }
    (side == Side::Both).then_some(out)
}

/// The lines of the text and of what was saved of it.
fn known(entry: &DocEntry) -> BTreeSet<String> {
    let document = &entry.document;
    let then = saved_last(entry).filter_map(|version| document.text_at(version).ok());
    let texts: Vec<String> = then.chain([document.rope().to_string()]).collect();
    let lines = texts.iter().flat_map(|text| text.lines());
    lines.map(|line| line.trim_end().to_owned()).collect()
}

/// What all who saved have, together.
fn all_saved(entry: &DocEntry) -> Option<Version> {
    let (tips, document) = (tips(entry), &entry.document);
    let (first, rest) = tips.split_first()?;
    let all = rest.iter().try_fold(first.clone(), |all, one| document.join(&all, one).ok());
    all.map(|all| settled(entry, all))
}

/// Lines that git could not put together.
#[derive(Default)]
struct Region {
    /// Where they stand in the lines that both sides have, in `char`s.
    at: usize,
    ours: String,
    base: Option<String>,
    theirs: String,
}

/// The lines that both sides have, and what stands between them.
fn regions(lines: &[(Side, &str)]) -> (String, Vec<Region>) {
    let (mut both, mut all): (String, Vec<Region>) = (String::new(), Vec::new());
    let mut last = Side::Both;
    for (side, line) in lines {
        let begins = *side != Side::Both
            && (last == Side::Both || last == Side::Theirs && *side != Side::Theirs);
        if begins {
            all.push(Region { at: both.chars().count(), ..Region::default() });
        }
        last = *side;
        match (side, all.last_mut()) {
            (Side::Ours, Some(region)) => region.ours.push_str(line),
            (Side::Theirs, Some(region)) => region.theirs.push_str(line),
            (Side::Base, Some(region)) => region.base.get_or_insert_default().push_str(line),
            _ => both.push_str(line),
        }
    }
    (both, all)
}

/// What stands in a text where each region does: whole lines between those that stay.
fn between(text: &str, both: &str, regions: &[Region]) -> Vec<String> {
    let chars: Vec<char> = text.chars().collect();
    // Rows of characters that stay: where in the text, where in the lines of both.
    let (mut rows, mut from, mut to) = (Vec::new(), 0, 0);
    for one in diff(text, both).0 {
        let same = one.span.start.0 - from;
        rows.push((from, to, same));
        (from, to) = (one.span.end.0, to + same + one.text.chars().count());
    }
    rows.push((from, to, chars.len() - from));
    let lines = |region: &Region| {
        let before = rows.iter().rfind(|(_, to, len)| *len > 0 && *to < region.at);
        let start = before.map_or(0, |(from, to, len)| from + (*len).min(region.at - to));
        let behind = rows.iter().find(|(_, to, len)| to + len > region.at);
        let end = behind.map_or(chars.len(), |(from, to, _)| from + region.at.saturating_sub(*to));
        let start = chars[..start].iter().rposition(|sign| *sign == '\n').map_or(0, |at| at + 1);
        let rest = chars.get(end..).unwrap_or_default();
        let ended = end == 0 || chars[end - 1] == '\n' || end <= start;
        let more = rest.iter().position(|sign| *sign == '\n').map_or(rest.len(), |at| at + 1);
        let end = if ended { end } else { end + more };
        chars.get(start..end).unwrap_or_default().iter().collect()
    };
    regions.iter().map(lines).collect()
}

/// Whether a text that was put in is another one, or has all of its words.
fn has(text: &str, words: &str) -> bool {
    const TELLING: usize = 3;
    let (all, sought): (Vec<char>, Vec<char>) =
        (text.chars().collect(), words.trim().chars().collect());
    let telling = sought.iter().filter(|sign| sign.is_alphanumeric()).count() >= TELLING;
    let whole = |at: usize| may_cut(&all, at) && may_cut(&all, at + sought.len());
    let mut places = all.windows(sought.len().max(1)).enumerate();
    text == words || telling && places.any(|(at, there)| there == sought && whole(at))
}

/// Two changes of a text together: what either took out is gone, what each put in is there, once
/// where it is the same. Who took out all leaves what the other made of it.
fn together(base: &str, one: &str, other: &str) -> String {
    if one.trim().is_empty() || other.trim().is_empty() {
        return format!("{one}{other}");
    }
    let mut out: Vec<Option<char>> = base.chars().map(Some).collect();
    let mut put: BTreeMap<usize, Vec<String>> = BTreeMap::new();
    for replace in [one, other].into_iter().flat_map(|side| difference(base, side).0) {
        out[replace.span.range()].fill(None);
        let there = put.entry(replace.span.end.0).or_default();
        if !replace.text.is_empty() && !there.iter().any(|one| has(one, &replace.text)) {
            there.push(replace.text);
        }
    }
    let mut text = String::new();
    for at in 0..=out.len() {
        text.extend(put.remove(&at).unwrap_or_default());
        text.extend(out.get(at).copied().flatten());
    }
    text
}

/// A file with markers as a text without them. Where a side says what nobody here has, that change is
/// made on what stands here; everywhere else that stays.
fn put_together(entry: &DocEntry, lines: &[(Side, &str)], is_new: &dyn Fn(&str) -> bool) -> String {
    /// How many of the versions that were saved last may be what both sides were made of.
    const LOOKED_AT: usize = 32;
    let document = &entry.document;
    let (both, regions) = regions(lines);
    let now = all_saved(entry).and_then(|version| document.text_at(&version).ok());
    let now = now.unwrap_or_else(|| document.rope().to_string());
    let saved = saved_last(entry).take(LOOKED_AT);
    let saved = saved.filter_map(|version| document.text_at(version).ok());
    let saved: Vec<Vec<String>> = saved.map(|text| between(&text, &both, &regions)).collect();
    let here = between(&now, &both, &regions);
    let mut text = String::new();
    let mut rest: Vec<char> = both.chars().collect();
    for (index, region) in regions.iter().enumerate().rev() {
        text.insert_str(0, &rest.drain(region.at..).collect::<String>());
        let far = |base: &&String| {
            let to = |side: &str| distance(&difference(base, side));
            to(&region.ours) + to(&region.theirs)
        };
        let differs = |base: &&String| **base != region.ours && **base != region.theirs;
        let bases = saved.iter().filter_map(|texts| texts.get(index)).filter(differs);
        let base = region.base.as_ref().or_else(|| bases.min_by_key(far));
        let base = base.cloned().unwrap_or_default();
        let sides = [&region.ours, &region.theirs];
        let new = sides.into_iter().filter(|side| side.lines().any(is_new));
        let made = new.fold(here[index].clone(), |here, side| together(&base, &here, side));
        text.insert_str(0, &made);
    }
    text.insert_str(0, &rest.into_iter().collect::<String>());
    text
}

impl Cx<'_> {
    /// The file holds markers. What stands in it and nowhere here, as somebody's who does not use
    /// this program, is taken in: so that saving over the markers loses nothing.
    pub(super) fn meet_conflict(&mut self, file: &OpenedFile) {
        let Some(entry) = self.model.entry() else { return };
        let Some(lines) = lines(&file.text) else {
            self.model.mark_saved(false);
            self.model.torn = true;
            self.warn("The file holds conflict markers that can't be read: it is not taken in, and not written over. Settle them in the file, then file.reload; or save under another name.");
            return;
        };
        let known = known(entry);
        let is_new = |line: &str| !known.contains(line.trim_end());
        // What was met before is here.
        let is_noted = entry.saved.iter().any(|saved| saved.hash == file.stamp.hash);
        let brings =
            !is_noted && lines.iter().any(|(side, line)| *side != Side::Base && is_new(line));
        if brings {
            let text = put_together(entry, &lines, &is_new);
            let stamp = FileStamp { hash: sha256_hex(text.as_bytes()) };
            self.take_outside(&OpenedFile { text, stamp, ..file.clone() });
        }
        let Some(entry) = self.model.entry() else { return };
        // All that both sides saved is here: what the file has when it is settled is made of that.
        let version = all_saved(entry);
        if let Some(version) = version.filter(|_| !is_noted) {
            let (doc, hash) = (self.model.doc.clone(), Text::new(file.stamp.hash.clone()));
            self.append(&Event::DocumentSaved { doc, version, hash });
        }
        self.model.meets(&file.stamp.hash);
        self.model.mark_saved(false);
        self.warn(match brings {
            true => "The file holds conflict markers. What of it was nowhere else is taken in: settle it in the text here, then save; or settle the markers in the file, then file.reload.",
            false => "The file holds conflict markers; all that stands in it is in the text here. Settle them in the file, then file.reload; or save, which writes the text shown here over them.",
        });
    }
}
