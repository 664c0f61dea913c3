//! Which differences in blanks are none: line ends, trailing blanks, runs of blanks, a uniform
//! indent, lines broken elsewhere in a paragraph. And where a text is cut within a word or number.

pub(super) use crate::text::is_soft;
use std::ops::Range;

/// How the indents of a sought text become those of the document.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Shift {
    Keep,
    Add(String),
    Remove(String),
    /// So many spaces are one tab.
    ToTabs(usize),
    ToSpaces(usize),
    /// Another depth, and other blanks: a tab is so many columns, so many columns more, and whether
    /// the document has tabs.
    Depth {
        tab: usize,
        more: isize,
        tabs: bool,
    },
    /// Spaces, of which each step in is another number: so many of the quotation are so many of the
    /// document, and so many more.
    Scale {
        from: isize,
        to: isize,
        more: isize,
    },
}

impl Shift {
    /// The one shift that explains all pairs of (sought, found) indents; `None` if there is none.
    pub fn of(pairs: &[(&str, &str)]) -> Option<Self> {
        if pairs.iter().all(|(sought, found)| sought == found) {
            return Some(Self::Keep);
        }
        let (sought, found) = pairs.iter().find(|(sought, found)| sought != found)?;
        let mut shifts = Vec::new();
        if let Some(more) = found.strip_suffix(sought) {
            shifts.push(Self::Add(more.to_owned()));
        }
        if let Some(more) = sought.strip_suffix(found) {
            shifts.push(Self::Remove(more.to_owned()));
        }
        let unit = |spaces: &str, tabs: &str| {
            let plain = spaces.bytes().all(|b| b == b' ') && tabs.bytes().all(|b| b == b'\t');
            let unit = spaces.len().checked_div(tabs.len())?;
            (plain && unit > 0 && unit * tabs.len() == spaces.len()).then_some(unit)
        };
        shifts.extend(unit(sought, found).map(Self::ToTabs));
        // Few write so many blanks for a tab: they are rather a tab less deep in the quotation.
        const WIDE: usize = 8;
        let spaces = unit(found, sought);
        shifts.extend(spaces.filter(|unit| *unit < WIDE).map(Self::ToSpaces));
        let tabs = pairs.iter().any(|(_, found)| found.contains('\t'));
        for tab in [4, 2, 8] {
            let more = columns(found, tab) as isize - columns(sought, tab) as isize;
            shifts.push(Self::Depth { tab, more, tabs });
        }
        shifts.extend(spaces.map(Self::ToSpaces));
        shifts.extend(Self::scale(pairs));
        shifts.into_iter().find(|shift| {
            pairs.iter().all(|(sought, found)| shift.exactly(sought).as_deref() == Some(found))
        })
    }

    /// Steps of two blanks for four, or of four for two, where two of the indents tell.
    fn scale(pairs: &[(&str, &str)]) -> Option<Self> {
        let spaces = |indent: &str| indent.bytes().all(|byte| byte == b' ');
        if !pairs.iter().all(|(sought, found)| spaces(sought) && spaces(found)) {
            return None;
        }
        let (first, at) = pairs.first()?;
        let (other, there) = pairs.iter().find(|(sought, _)| sought.len() != first.len())?;
        let length = |text: &str| text.len() as isize;
        let (by, to) = (length(other) - length(first), length(there) - length(at));
        let scale = |from: isize, to: isize| {
            let more = length(at) - length(first) * to / from;
            Self::Scale { from, to, more }
        };
        match () {
            () if to == 2 * by => Some(scale(1, 2)),
            () if by == 2 * to => Some(scale(2, 1)),
            () => None,
        }
    }

    fn exactly(&self, indent: &str) -> Option<String> {
        match self {
            Self::Keep => Some(indent.to_owned()),
            Self::Add(more) => Some(format!("{more}{indent}")),
            Self::Remove(less) => indent.strip_prefix(less.as_str()).map(str::to_owned),
            Self::ToTabs(unit) => {
                let spaces = indent.bytes().all(|byte| byte == b' ');
                let tabs = "\t".repeat(indent.len() / unit);
                spaces.then(|| tabs + &" ".repeat(indent.len() % unit))
            }
            Self::ToSpaces(unit) => {
                let tabs = indent.bytes().all(|byte| byte == b'\t');
                tabs.then(|| " ".repeat(indent.len() * unit))
            }
            Self::Depth { tab, more, tabs } => {
                let depth = usize::try_from(columns(indent, *tab) as isize + more).ok()?;
                Some(match tabs {
                    true => "\t".repeat(depth / tab) + &" ".repeat(depth % tab),
                    false => " ".repeat(depth),
                })
            }
            Self::Scale { from, to, more } => {
                let spaces = indent.bytes().all(|byte| byte == b' ');
                let depth = indent.len() as isize * to;
                let even = spaces && depth % from == 0;
                let depth = usize::try_from(depth / from + more).ok().filter(|_| even)?;
                Some(" ".repeat(depth))
            }
        }
    }

    /// The document's indent for one of the new text, as near as it goes.
    pub fn apply(&self, indent: &str) -> String {
        self.exactly(indent).unwrap_or_else(|| match self {
            Self::Remove(less) if less.starts_with(indent) => String::new(),
            _ => indent.to_owned(),
        })
    }
}

/// A text with each line's indent as it is elsewhere; `pairs` are indents of lines that stand in
/// both.
pub(crate) fn with_indents(text: &str, pairs: &[(&str, &str)]) -> String {
    // Where no one shift explains all of them, that of the first line holds.
    let shift = Shift::of(pairs).or_else(|| Shift::of(pairs.get(..1)?));
    let shift = shift.unwrap_or(Shift::Keep);
    let mut out = String::with_capacity(text.len());
    for line in text.split_inclusive('\n') {
        let body = line.trim_start_matches([' ', '\t']);
        if !body.trim().is_empty() {
            out.push_str(&shift.apply(&line[..line.len() - body.len()]));
        }
        out.push_str(body);
    }
    out
}

/// How wide an indent is.
fn columns(indent: &str, tab: usize) -> usize {
    indent.chars().map(|c| if c == '\t' { tab } else { 1 }).sum()
}

/// Words and runs of blanks, in turn.
pub(super) fn tokens(text: &str) -> Vec<&str> {
    let mut out = Vec::with_capacity(text.len() / 3 + 1);
    let mut rest = text;
    while let Some(first) = rest.chars().next() {
        let blank = first.is_whitespace();
        let end = rest.find(|c: char| c.is_whitespace() != blank).unwrap_or(rest.len());
        let (token, behind) = rest.split_at(end);
        out.push(token);
        rest = behind;
    }
    out
}

/// The pairs of indents of two texts with the same words; `None` where their blanks differ in a
/// way that matters. Both start and end with a word; `before` is what stands before `found`.
pub(super) fn indents<'a>(
    sought: &'a str,
    found: &'a str,
    before: &str,
) -> Option<Vec<(&'a str, &'a str)>> {
    let mut pairs = Vec::new();
    let (sought_tokens, found_tokens) = (tokens(sought), tokens(found));
    if sought_tokens.len() != found_tokens.len() {
        return None;
    }
    let (mut sought_at, mut found_at) = (0, 0);
    for (a, b) in sought_tokens.iter().zip(&found_tokens) {
        let (sought_start, found_start) = (sought_at, found_at);
        sought_at += a.len();
        found_at += b.len();
        if a == b && !a.contains('\n') {
            continue;
        }
        let (a_lines, b_lines) = (a.matches('\n').count(), b.matches('\n').count());
        match (a_lines, b_lines) {
            (0, 0) => {
                // Tabs part the cells of a table: an empty cell is not a wide blank.
                let (a_tabs, b_tabs) = (a.matches('\t').count(), b.matches('\t').count());
                if a_tabs != b_tabs && a_tabs.max(b_tabs) > 1 {
                    return None;
                }
            }
            (1, 1) | (2.., 2..) => pairs.push((indent(a), indent(b))),
            (1, 0) if is_soft(&sought[..sought_start], a, &sought[sought_at..]) => {}
            (0, 1) => {
                let line = before.rfind('\n').map_or(0, |at| at + 1);
                let above = format!("{}{}", &before[line..], &found[..found_start]);
                if !is_soft(&above, b, &found[found_at..]) {
                    return None;
                }
            }
            _ => return None,
        }
    }
    Some(pairs)
}

fn indent(blanks: &str) -> &str {
    blanks.rfind('\n').map_or(blanks, |at| &blanks[at + 1..])
}

/// Whether a range of a text does not cut a word, a number or a compound at its ends, and leaves
/// no sign or negation right before it.
pub(super) fn stands_alone(text: &str, range: &Range<usize>) -> bool {
    let (before, body, behind) = (&text[..range.start], &text[range.clone()], &text[range.end..]);
    let (mut left, mut right) = (before.chars().rev(), behind.chars());
    let (Some(first), Some(last)) = (body.chars().next(), body.chars().next_back()) else {
        return true;
    };
    let (l1, l2) = (left.next().unwrap_or(' '), left.next().unwrap_or(' '));
    let (r1, r2) = (right.next().unwrap_or(' '), right.next().unwrap_or(' '));
    let joins = |mark: char| matches!(mark, '-' | '\u{2010}' | '\u{2011}' | '\'' | '’');
    let parts = |mark: char| matches!(mark, '.' | ',' | ':' | '/' | '-' | '\'' | '’');
    let number = |c: char| c.is_numeric();
    let cut_left = in_one_word(l1, first)
        || joins(l1) && is_wordy(l2) && is_wordy(first)
        || number(first) && parts(l1) && number(l2)
        || number(first) && matches!(l1, '-' | '−' | '+' | '±') && !is_wordy(l2)
        || (number(first) || parts(first)) && matches!(l1, '$' | '€' | '£' | '¥')
        || parts(first) && number(l1) && body.chars().nth(1).is_some_and(number)
        || joins(first) && is_wordy(l1) && body.chars().nth(1).is_some_and(is_wordy)
        || is_spaceless(first) && "不没沒未非无無別别勿莫".contains(l1)
        || before.ends_with("ไม่");
    let cut_right = in_one_word(last, r1)
        || joins(r1) && is_wordy(r2) && is_wordy(last)
        || number(last) && parts(r1) && number(r2)
        || number(last) && matches!(r1, '%' | '‰' | '°' | '€' | '$' | '£' | '¥')
        || parts(last) && number(r1) && body.chars().rev().nth(1).is_some_and(number)
        || joins(last) && is_wordy(r1) && body.chars().rev().nth(1).is_some_and(is_wordy);
    !cut_left && !cut_right
}

fn is_wordy(c: char) -> bool {
    let mark = matches!(c as u32, 0x300..=0x36f | 0x610..=0x61a | 0x64b..=0x65f | 0x93a..=0x94f | 0x200c | 0x200d | 0xfe00..=0xfe0f);
    c.is_alphanumeric() || c == '_' || mark
}

/// Whether two neighbours belong to one word or number.
fn in_one_word(a: char, b: char) -> bool {
    const NUMERALS: &str = "一二三四五六七八九十百千万萬亿億零〇两兩";
    let spaceless = is_spaceless(a) || is_spaceless(b);
    let numerals = NUMERALS.contains(a) && NUMERALS.contains(b);
    is_wordy(a) && is_wordy(b) && !spaceless || numerals
}

/// Scripts that write words without blanks between them.
fn is_spaceless(c: char) -> bool {
    matches!(c as u32,
        0xe00..=0xeff | 0x1000..=0x109f | 0x1780..=0x17ff
        | 0x3040..=0x30ff | 0x31f0..=0x31ff | 0x3400..=0x4dbf | 0x4e00..=0x9fff
        | 0xf900..=0xfaff | 0x20000..=0x3ffff)
}
