//! One intended edit on its way to an answer: the document, the quotation, what is expected.
//!
//! Knows how quotations are cut; not how they are spoilt (`slop`) or written down (`answer`).

use super::change::{Change, sentences, words};
use super::texts::{Kind, Text};
use cowrite::base::Rand;
use std::ops::Range;

/// What may happen.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Want {
    /// There is one true place.
    Place,
    /// Nothing may be placed.
    Refuse,
    /// A refusal is as good as the true place.
    Either,
}

/// How much of the blanks and forms of the result may differ from the truth. The document outside
/// the quoted lines must be the same in any case.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Level {
    Exact,
    /// But for blanks at the ends of lines, and line ends.
    Trail,
    /// And but for the forms of quotes, dashes, blanks and accents.
    Forms,
    /// And but for where lines break.
    Words,
}

/// How much is quoted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Grain {
    /// A few words on each side.
    Tight,
    Sentence,
    /// Whole lines, and so many before and behind.
    Lines(usize, usize),
}

/// How the lines of a difference that stay stand where a blank is behind the signs of the others.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Apart {
    /// With one blank, as ever.
    Signed,
    /// With two.
    Wide,
    /// With none.
    Bare,
}

type Map = Box<dyn Fn(&str) -> String>;

pub struct Draft {
    pub text: &'static str,
    pub kind: Kind,
    pub doc: String,
    pub change: Change,
    /// What is quoted, in bytes of `doc`.
    pub at: Range<usize>,
    pub grain: Grain,
    /// The quotation: before the change, the text that goes, the text that comes, behind it.
    pub pre: String,
    pub old: String,
    pub new: String,
    pub post: String,
    /// What is done to the old and to the new text alike.
    pub maps: Vec<Map>,
    /// What is done to the old or the new text alone, after that.
    pub old_maps: Vec<Map>,
    pub new_maps: Vec<Map>,
    pub level: Level,
    pub want: Want,
    /// The line from 1 that the answer tells.
    pub line: Option<usize>,
    /// A line before it that the answer tells.
    pub under: Option<String>,
    /// The signs of a difference stand apart from its lines by a blank.
    pub apart: Option<Apart>,
    /// Forms of answers that can carry this; empty: all.
    pub only: &'static [&'static str],
}

impl Draft {
    /// A draft that quotes as `grain` says; `None` if that does not fit the change.
    pub fn new(text: &Text, change: Change, grain: Grain, rand: &mut Rand) -> Option<Self> {
        let at = quote(text, &change, grain, rand)?;
        let mut draft = Self {
            text: text.name,
            kind: text.kind,
            doc: text.body.clone(),
            change,
            at,
            grain,
            pre: String::new(),
            old: String::new(),
            new: String::new(),
            post: String::new(),
            maps: Vec::new(),
            old_maps: Vec::new(),
            new_maps: Vec::new(),
            apart: None,
            level: Level::Exact,
            want: Want::Place,
            line: None,
            under: None,
            only: &[],
        };
        draft.fill();
        draft.level = if text.body.contains("\r\n") { Level::Trail } else { Level::Exact };
        (!draft.quoted().trim().is_empty()).then_some(draft)
    }

    /// Takes the quotation from the document.
    pub fn fill(&mut self) {
        let Range { start, end } = self.change.at;
        self.pre = self.doc[self.at.start..start].to_owned();
        self.old = self.doc[start..end].to_owned();
        self.new = self.change.new.clone();
        self.post = self.doc[end..self.at.end].to_owned();
    }

    /// What the document has where the quotation comes from.
    pub fn quoted(&self) -> &str {
        &self.doc[self.at.clone()]
    }

    pub fn old_text(&self) -> String {
        self.mapped(format!("{}{}{}", self.pre, self.old, self.post), &self.old_maps)
    }

    pub fn new_text(&self) -> String {
        self.mapped(format!("{}{}{}", self.pre, self.new, self.post), &self.new_maps)
    }

    fn mapped(&self, text: String, own: &[Map]) -> String {
        let plain = text.replace("\r\n", "\n");
        self.maps.iter().chain(own).fold(plain, |text, map| map(&text))
    }

    pub fn true_line(&self) -> usize {
        1 + self.doc[..self.at.start].matches('\n').count()
    }

    /// Replaces a part of the document, which does not lie across an end of the change.
    pub fn alter(&mut self, part: Range<usize>, by: &str) {
        self.doc.replace_range(part.clone(), by);
        let moved = |at: usize| {
            if at >= part.end { at + by.len() - part.len() } else { at.min(part.start) }
        };
        self.change.at = moved(self.change.at.start)..moved(self.change.at.end);
        self.at = moved(self.at.start)..moved(self.at.end);
    }

    pub fn loosen(&mut self, level: Level) {
        self.level = self.level.max(level);
    }

    /// A quotation is only certain if nothing else in the document is much like it.
    pub fn unsure_if_alike(&mut self, share: f64) {
        if self.want == Want::Place && alike(&self.doc, &self.at) >= share {
            self.want = Want::Either;
        }
    }
}

/// Blanks, quotes, dashes and accents made alike.
pub fn fold(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in super::texts::composed(text).chars() {
        match c {
            '“' | '”' | '„' | '«' | '»' => out.push('"'),
            '‘' | '’' | '‚' => out.push('\''),
            '–' | '—' | '−' | '‐' | '‑' => out.push('-'),
            '…' => out.push_str("..."),
            '\u{a0}' | '\u{202f}' | '\u{2009}' | '\u{3000}' => out.push(' '),
            _ => out.push(c),
        }
    }
    out
}

pub fn in_words(text: &str) -> String {
    fold(text).split_whitespace().collect::<Vec<_>>().join(" ")
}

/// How often a text stands in another, overlapping or not.
pub fn count(text: &str, part: &str) -> usize {
    let mut from = 0;
    let mut found = 0;
    while let Some(at) = text[from..].find(part) {
        found += 1;
        from += at + part.chars().next().map_or(1, char::len_utf8);
    }
    found
}

/// The greatest share of the words of a range that some other stretch of as many words has.
pub fn alike(text: &str, range: &Range<usize>) -> f64 {
    use std::collections::BTreeMap;
    let all = words(text, &(0..text.len()));
    let of = |at: &Range<usize>| at.start >= range.start && at.end <= range.end;
    let sought: Vec<&str> = all.iter().filter(|at| of(at)).map(|at| &text[at.clone()]).collect();
    if sought.is_empty() {
        return 1.0;
    }
    let mut left: BTreeMap<&str, i64> = BTreeMap::new();
    for word in &sought {
        *left.entry(word).or_default() += 1;
    }
    let (mut hits, mut best) = (0i64, 0i64);
    let others: Vec<&Range<usize>> = all.iter().filter(|at| !of(at)).collect();
    for (index, at) in others.iter().enumerate() {
        if let Some(count) = left.get_mut(&text[(*at).clone()]) {
            hits += i64::from(*count > 0);
            *count -= 1;
        }
        if let Some(gone) = index.checked_sub(sought.len())
            && let Some(count) = left.get_mut(&text[others[gone].clone()])
        {
            *count += 1;
            hits -= i64::from(*count > 0);
        }
        best = best.max(hits);
    }
    best as f64 / sought.len() as f64
}

pub fn line_start(text: &str, at: usize) -> usize {
    text[..at].rfind('\n').map_or(0, |at| at + 1)
}

/// Behind the line end of the line that `at` stands on; `at` itself at the start of a line that
/// is not the first of the range.
pub fn line_stop(text: &str, at: usize) -> usize {
    text[at..].find('\n').map_or(text.len(), |end| at + end + 1)
}

fn quote(text: &Text, change: &Change, grain: Grain, rand: &mut Rand) -> Option<Range<usize>> {
    let body = text.body.as_str();
    let Range { start, end } = change.at.clone();
    let first = line_start(body, start);
    let lined = start == first && (end == body.len() || body[..end].ends_with('\n'));
    match grain {
        Grain::Lines(before, behind) => {
            let (mut from, mut to) = (first, end);
            if !lined {
                to = line_stop(body, end);
            }
            for _ in 0..before {
                from = line_start(body, from.saturating_sub(1));
            }
            for _ in 0..behind {
                to = line_stop(body, to);
            }
            Some(from..to)
        }
        _ if lined => None,
        Grain::Sentence => {
            let line = first..line_stop(body, start);
            let all = sentences(body, &line);
            let from = all.iter().rev().find(|one| one.start <= start)?.start;
            let to = all.iter().find(|one| one.end >= end)?.end;
            (from < to && to <= line.end).then_some(from..to)
        }
        Grain::Tight => {
            let line = first..line_stop(body, start);
            if end > line.end {
                return None;
            }
            if text.kind.is_spaceless() {
                let marks = |c: char| "，。、；：「」（）|\n".contains(c);
                let from = body[line.start..start].rfind(marks).map_or(line.start, |at| {
                    let at = line.start + at;
                    at + body[at..].chars().next().map_or(1, char::len_utf8)
                });
                let to = body[end..line.end].find(marks).map_or(line.end, |at| end + at);
                return (from < to).then_some(from..to);
            }
            let all = words(body, &line);
            let (left, right) = (1 + rand.below(4), 1 + rand.below(4));
            let before: Vec<_> = all.iter().filter(|word| word.end <= start).collect();
            let behind: Vec<_> = all.iter().filter(|word| word.start >= end).collect();
            let from = before.iter().rev().take(left).next_back().map_or(start, |word| word.start);
            let to = behind.iter().take(right).next_back().map_or(end, |word| word.end);
            (from < to).then_some(from..to)
        }
    }
}
