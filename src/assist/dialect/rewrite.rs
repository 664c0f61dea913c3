//! An answer that is the new text itself: for a selection, or for the whole document.
//!
//! What streams is a preview. The text that counts is made at the end from the whole answer, when
//! it is clear what is wrapping and what is text; where it is not clear, the answer is refused. An
//! answer that is written as edits after all is read as these.

use super::held::may_hold_edits;
use super::markers::{LONGEST, Marker, fence, is_gap, is_talk, marker, may_become_talk};
use super::reader::Answer;
use super::{Edit, Form, Hint, Piece};
use crate::assist::hunks::{line_end, with_line_ends};
use std::collections::BTreeMap;

#[derive(Clone, Debug)]
pub(super) struct Rewrite {
    whole: bool,
    /// The text that is rewritten, if known.
    old: Option<String>,
    raw: String,
    /// How much of `raw` the preview has passed.
    told: usize,
    preview: Preview,
    /// Where the search for the start of the text goes on, and whether talk stands before that.
    sought: usize,
    talk: bool,
    /// It begins as edits do: what it is shows at its end.
    edits: bool,
    started: bool,
    ended: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Preview {
    /// It is not clear yet where the text starts.
    Waiting,
    Text,
    Fenced,
}

impl Rewrite {
    pub fn new(whole: bool) -> Self {
        Self {
            whole,
            old: None,
            raw: String::new(),
            told: 0,
            preview: Preview::Waiting,
            sought: 0,
            talk: false,
            edits: false,
            started: false,
            ended: false,
        }
    }

    pub fn about(&mut self, text: String) {
        self.old = Some(text);
    }

    pub fn push(&mut self, chunk: &str, out: &mut Vec<Piece>) {
        /// Most fences at the end that wait.
        const FENCES: usize = 16;
        self.raw.push_str(chunk);
        // Blanks alone tell nothing; to look at them again for each that comes would take long.
        if chunk.trim().is_empty() && !chunk.contains('\n') {
            return;
        }
        if self.edits || self.preview == Preview::Waiting && !self.find_start() {
            return;
        }
        // Blanks and closing fences wait for what follows them.
        if chunk.trim().is_empty() {
            return;
        }
        let rest = &self.raw[self.told..];
        let mut end = rest.trim_end().len();
        let fenced = self.preview == Preview::Fenced;
        for _ in 0..FENCES {
            if !fenced || end == 0 {
                break;
            }
            let line = rest[..end].rfind('\n').map_or(0, |at| at + 1);
            let text = rest[line..end].trim_start();
            if !(text.starts_with("``") || text.starts_with("~~")) {
                break;
            }
            end = rest[..line].trim_end().len();
        }
        if end > 0 {
            let delta = rest[..end].to_owned();
            self.told += end;
            self.start(out);
            out.push(Piece::EditNew { index: 0, delta });
        }
    }

    pub fn finish(&mut self, cut_off: bool, out: &mut Vec<Piece>) {
        if std::mem::replace(&mut self.ended, true) {
            return;
        }
        let found = if cut_off { Found::Text } else { written(&self.raw, self.old.as_deref()) };
        let written = match found {
            Found::Edits(pieces) => return self.tell(pieces, out),
            Found::Written(text) => Some(text),
            Found::Text => None,
        };
        let result = match cut_off {
            true => Err("The answer broke off."),
            false => read(written.as_ref().unwrap_or(&self.raw), self.old.as_deref(), self.whole),
        };
        self.start(out);
        match result {
            Ok((new, talk)) => {
                if !talk.is_empty() {
                    out.push(Piece::Prose(talk));
                }
                let old = self.old.clone().unwrap_or_default();
                if self.old.as_deref() == Some(new.as_str()) {
                    out.push(Piece::EditDropped { index: 0, again: false });
                } else {
                    let form = if self.whole { Form::Whole } else { Form::Selection };
                    let edit = Edit { old, new, why: None, form, hint: Hint::default() };
                    out.push(Piece::EditDone { index: 0, edit });
                }
            }
            Err(why) => {
                let text = std::mem::take(&mut self.raw);
                out.push(Piece::Malformed { index: Some(0), text, why: why.into() });
            }
        }
    }

    /// Tells edits in place of the preview, if there was one.
    fn tell(&mut self, mut pieces: Vec<Piece>, out: &mut Vec<Piece>) {
        let begun = std::mem::replace(&mut self.started, true);
        // What can't be read has no preview of its own: the one that began ends with it.
        if begun && !pieces.contains(&Piece::EditStarted { index: 0 }) {
            let unread = pieces.iter_mut().find_map(|piece| match piece {
                Piece::Malformed { index: index @ None, .. } => Some(index),
                _ => None,
            });
            match unread {
                Some(index) => *index = Some(0),
                None => out.push(Piece::EditDropped { index: 0, again: false }),
            }
        }
        let previewed = |piece: &Piece| begun && *piece == Piece::EditStarted { index: 0 };
        out.extend(pieces.into_iter().filter(|piece| !previewed(piece)));
    }

    fn start(&mut self, out: &mut Vec<Piece>) {
        if !std::mem::replace(&mut self.started, true) {
            out.push(Piece::EditStarted { index: 0 });
        }
    }

    /// Skips blank lines, an opening fence, and talk before one. Whether the text has started.
    fn find_start(&mut self) -> bool {
        let mut talk = self.talk;
        let mut at = self.sought;
        let mut fenced = None;
        for line in self.raw[at..].split_inclusive('\n') {
            let complete = line.ends_with('\n');
            let text = line.trim();
            let start = at;
            at += line.len();
            if text.is_empty() {
                if complete && fenced.is_none() {
                    self.sought = at;
                }
                continue;
            }
            if may_be_edits(text, complete, self.old.as_deref()) {
                self.edits = complete;
                return false;
            }
            if let Some(start) = fenced {
                self.preview = Preview::Fenced;
                self.told = start;
                return true;
            }
            if fence(text).is_some() && complete {
                fenced = Some(at);
                continue;
            }
            let open = !complete
                && line.len() <= LONGEST
                && (text.starts_with(['`', '~']) || may_become_talk(text));
            if open || complete && !talk && is_talk(text) {
                talk = true;
                if complete {
                    (self.sought, self.talk) = (at, true);
                }
                continue;
            }
            self.preview = Preview::Text;
            self.told = if talk { 0 } else { start };
            return true;
        }
        false
    }
}

/// Whether a line begins as edits do, and the text does not.
fn may_be_edits(line: &str, complete: bool, old: Option<&str>) -> bool {
    const STARTS: &[&str] = &["<<<<<", "*** ", "--- ", "@@", "{", "[", "<"];
    let own = old.and_then(|old| old.trim_start().chars().next());
    let begins = |start: &str| {
        line.starts_with(start) || !complete && line.len() < start.len() && start.starts_with(line)
    };
    own != line.chars().next() && STARTS.iter().any(|start| begins(start))
}

/// What an answer is that may be written as edits where bare text was asked for.
enum Found {
    Text,
    Edits(Vec<Piece>),
    /// The text, in a call that writes it.
    Written(String),
}

fn written(raw: &str, old: Option<&str>) -> Found {
    fn read(text: &str) -> Option<Vec<Piece>> {
        if !may_hold_edits(text) {
            return None;
        }
        let (mut answer, mut pieces) = (Answer::default(), Vec::new());
        answer.push(text, &mut pieces);
        answer.finish(false, &mut pieces);
        let is_edit = |piece: &Piece| !matches!(piece, Piece::Prose(_) | Piece::Fenced { .. });
        pieces.iter().any(is_edit).then_some(pieces)
    }
    let Some(pieces) = read(raw) else { return Found::Text };
    let old = old.unwrap_or_default();
    // A text about edits.
    if read(old).is_some() {
        return Found::Text;
    }
    let prose: String = pieces
        .iter()
        .filter_map(|piece| match piece {
            Piece::Prose(text) => Some(text.as_str()),
            _ => None,
        })
        .collect();
    // The new text, with an example in it.
    let told: std::collections::BTreeSet<&str> = prose.lines().map(str::trim).collect();
    let own = old.lines().map(str::trim).filter(|line| !line.is_empty());
    let kept = own.clone().filter(|line| told.contains(line)).count();
    if kept > 0 && kept * 2 >= own.count() {
        return Found::Text;
    }
    let whole = pieces.iter().find_map(|piece| match piece {
        Piece::EditDone { edit, .. } if edit.form == Form::Whole => Some(edit.new.clone()),
        _ => None,
    });
    match whole {
        Some(text) => Found::Written(text),
        None => Found::Edits(pieces),
    }
}

/// The new text of a complete answer and the talk around it, or why there is none.
fn read(raw: &str, old: Option<&str>, whole: bool) -> Result<(String, String), &'static str> {
    let lines: Vec<&str> = raw.split_inclusive('\n').collect();
    let in_old = |line: &str| {
        let line = line.trim();
        !line.is_empty() && old.is_some_and(|old| old.lines().any(|one| one.trim() == line))
    };
    if lines.iter().any(|line| matches!(marker(line), Some(Marker::Search(_))) && !in_old(line)) {
        return Err("The answer is written as edit blocks where bare text was asked for.");
    }
    let (range, fenced) = text_lines(&lines, old, &in_old)?;
    let range = match fenced {
        true => range,
        false => skip_talk(&lines, old, whole, range, &in_old),
    };
    let fences = usize::from(fenced);
    let before = lines[..range.start - fences].concat();
    let after = lines[range.end + fences..].concat();
    let around = format!("{}\n\n{}", before.trim(), after.trim()).trim().to_owned();

    let text = lines[range].concat();
    let mut text = trim_blank_lines(&text);
    if text.trim().is_empty() {
        return Err("The answer is empty.");
    }
    if !whole {
        text = unquote(text, old);
    }
    if text.lines().any(|line| is_gap(line) && !in_old(line)) {
        return Err("The answer leaves text out instead of writing it.");
    }
    if let Some(old) = old.filter(|_| whole)
        && ends_early(text, old)
    {
        return Err("The answer ends in the middle of a line.");
    }
    Ok((fit(text, old), around))
}

/// Which lines are the text, and whether a fence was taken off.
fn text_lines(
    lines: &[&str],
    old: Option<&str>,
    in_old: &dyn Fn(&str) -> bool,
) -> Result<(std::ops::Range<usize>, bool), &'static str> {
    let all = 0..lines.len();
    let Some((open, wrapper)) =
        lines.iter().enumerate().find_map(|(index, line)| Some((index, fence(line)?)))
    else {
        return Ok((all, false));
    };
    let close = (open + 1..lines.len()).rev().find(|index| {
        fence(lines[*index]).is_some_and(|fence| fence.closes(wrapper.mark, wrapper.count))
    });
    let filled = |lines: &[&str]| -> Vec<String> {
        lines.iter().filter(|l| !l.trim().is_empty()).map(|l| l.trim().to_owned()).collect()
    };
    let before = filled(&lines[..open]);
    let after = filled(close.map_or(&[][..], |close| &lines[close + 1..]));
    let talk = before.len() <= 3
        && before.last().is_none_or(|last| last.ends_with(':') || is_talk(&before[0]));
    let first_of_old = old.and_then(|old| old.lines().find(|line| !line.trim().is_empty()));
    if first_of_old.is_some_and(|line| fence(line).is_some()) {
        // The text itself starts with a fence. A wrapper would start with two.
        let twice = lines.get(open + 1).is_some_and(|line| fence(line).is_some());
        return match (before.is_empty(), twice) {
            (true, false) => Ok((all, false)),
            (false, false) if talk && after.is_empty() => Ok((open..lines.len(), false)),
            _ => Err("It is not clear which part of the answer is the text."),
        };
    }
    // What is said around a text need not look like talk, if the text is known by its lines.
    let own = |line: &&str| in_old(line);
    let inside = close.map_or(&[][..], |close| &lines[open + 1..close]);
    let known = inside.iter().filter(|line| own(line)).count();
    let filled_inside = inside.iter().filter(|line| !line.trim().is_empty()).count();
    let had_fence = old.is_some_and(|old| old.lines().any(|line| fence(line).is_some()));
    let mostly = || !had_fence && old.is_some_and(|old| holds_most(inside, old));
    // It begins as the old text does, which has no fence.
    let first = inside.iter().find(|line| !line.trim().is_empty()).map(|line| line.trim());
    let begins = || !had_fence && first.is_some() && first == first_of_old.map(str::trim);
    let talk = talk || known >= 2 && known * 2 >= filled_inside || mostly() || begins();
    let mut around = before.iter().chain(&after);
    if around.any(|line| in_old(line)) || !talk || old.is_none() && !after.is_empty() {
        return Ok((all, false));
    }
    if old.is_none() && before.len() > 1 {
        return Ok((all, false));
    }
    let Some(close) = close else {
        return Err("The answer ends inside a code fence.");
    };
    // Fences inside: which one closes the wrapper must be clear.
    let inner = &lines[open + 1..close];
    let fences = inner.iter().filter_map(|line| fence(line));
    let fences: Vec<_> =
        fences.filter(|one| one.mark == wrapper.mark && one.count >= wrapper.count).collect();
    let document = ["md", "markdown"].contains(&wrapper.info.to_ascii_lowercase().as_str());
    let nested = fences.first().is_some_and(|first| document || !first.info.is_empty());
    if !fences.is_empty() && (!nested || fences.len() % 2 == 1) {
        return Err("It is not clear which part of the answer is the text.");
    }
    // One longer than all of the text's own is none of them.
    let own = |one: &str| fence(one).is_some_and(|one| one.count >= wrapper.count);
    let may_be_own = old.is_some_and(|old| old.lines().any(own));
    if may_be_own && !document && !before.is_empty() && fences.is_empty() {
        return Err("It is not clear which part of the answer is the text.");
    }
    Ok((open + 1..close, true))
}

/// Whether lines hold most of the words of a text: then they are it, with changes in every line.
fn holds_most(lines: &[&str], text: &str) -> bool {
    let mut left: BTreeMap<&str, usize> = BTreeMap::new();
    for word in lines.iter().flat_map(|line| line.split_whitespace()) {
        *left.entry(word).or_default() += 1;
    }
    let (mut all, mut there) = (0, 0);
    for word in text.split_whitespace() {
        all += 1;
        if let Some(count) = left.get_mut(word).filter(|count| **count > 0) {
            *count -= 1;
            there += 1;
        }
    }
    there * 10 >= all * 6
}

/// Leaves out one line of talk before a whole text that goes on as the old one starts.
fn skip_talk(
    lines: &[&str],
    old: Option<&str>,
    whole: bool,
    range: std::ops::Range<usize>,
    in_old: &dyn Fn(&str) -> bool,
) -> std::ops::Range<usize> {
    let mut filled = range.clone().filter(|index| !lines[*index].trim().is_empty());
    let (Some(talk), Some(first), Some(old)) = (filled.next(), filled.next(), old) else {
        return range;
    };
    let first_of_old = old.lines().find(|line| !line.trim().is_empty());
    let same = first_of_old.is_some_and(|line| line.trim() == lines[first].trim());
    if whole && same && is_talk(lines[talk]) && !in_old(lines[talk]) {
        first..range.end
    } else {
        range
    }
}

/// Without blank lines at the start, and without blanks at the end.
fn trim_blank_lines(text: &str) -> &str {
    let text = text.trim_end();
    let start = text.len() - text.trim_start().len();
    let line = text[..start].rfind('\n').map_or(0, |at| at + 1);
    &text[line..]
}

/// Takes off one pair of quotes around a text that had none.
fn unquote<'a>(text: &'a str, old: Option<&str>) -> &'a str {
    const PAIRS: &[(char, char)] =
        &[('"', '"'), ('“', '”'), ('\'', '\''), ('«', '»'), ('「', '」')];
    let body = text.trim();
    for (open, close) in PAIRS {
        let inner = body.strip_prefix(*open).and_then(|rest| rest.strip_suffix(*close));
        let had = old.is_some_and(|old| {
            let old = old.trim();
            PAIRS.iter().any(|(open, close)| old.starts_with(*open) || old.ends_with(*close))
        });
        if let Some(inner) = inner
            && !inner.contains([*open, *close])
            && !had
        {
            return inner;
        }
    }
    text
}

/// Whether a whole text stops in the middle of a line that is not the last of the old one.
fn ends_early(new: &str, old: &str) -> bool {
    let Some(last) = new.lines().last() else { return false };
    let ended = last.ends_with(|c: char| !c.is_alphanumeric() && c != ',' && c != '-');
    let mut filled = old.lines().filter(|line| !line.trim().is_empty()).rev();
    filled.next().is_some_and(|last_of_old| last_of_old.trim_end() != last)
        && !ended
        && !old.lines().any(|line| line.trim_end() == last)
        && filled.any(|line| line.starts_with(last))
}

/// Gives the text the blanks around, the indentation and the line ends of the old one.
fn fit(text: &str, old: Option<&str>) -> String {
    let Some(old) = old.filter(|old| !old.trim().is_empty()) else {
        return text.to_owned();
    };
    let lead = &old[..old.len() - old.trim_start().len()];
    let tail = &old[old.trim_end().len()..];
    let lines = lead.rfind('\n').map_or(0, |at| at + 1);
    let (above, indent) = lead.split_at(lines);
    let mut out = String::from(above);
    let common = |text: &str, prefix: &str| {
        text.lines().filter(|line| !line.trim().is_empty()).all(|line| line.starts_with(prefix))
    };
    let bare = text.lines().any(|line| !line.trim().is_empty() && !line.starts_with([' ', '\t']));
    if indent.is_empty() || text.starts_with([' ', '\t']) {
        out.push_str(text);
    } else if bare && common(&old[lines..], indent) {
        for line in text.split_inclusive('\n') {
            if !line.trim().is_empty() {
                out.push_str(indent);
            }
            out.push_str(line);
        }
    } else {
        out.push_str(indent);
        out.push_str(text);
    }
    out.push_str(tail);
    with_line_ends(&out, line_end(old))
}
