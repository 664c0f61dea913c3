//! A quotation whose lines have another form than the document's: each behind `> `, with another
//! mark of lists, with other dashes under the head of a table, escaped once too often. Gives the
//! edit as the document may have it; whether its place is then there finds out who asks.

use super::fold::folded;
use super::index::Index;
use super::{CERTAIN, Placement, Placer, Sought, Step};
use crate::assist::flow::Style;
use std::collections::BTreeSet;

impl Placer {
    /// The document.
    pub(in crate::assist) fn text(&self) -> &str {
        &self.index().text
    }

    /// How the document breaks its lines.
    pub(in crate::assist) fn style(&self) -> Style {
        self.index().style()
    }

    /// The same for a quotation whose lines have another form than the document's.
    pub(super) fn in_another_form(&self, index: &Index, sought: &Sought<'_>) -> Option<Placement> {
        let others = others(&index.text, sought.old, sought.new);
        let places = others.into_iter().map(|(old, new)| {
            match self.locate_for(CERTAIN, &Sought { old: &old, new: &new, ..*sought }) {
                Placement::Placed { hunk, .. } => Placement::Placed { hunk, step: Step::Marks },
                other => other,
            }
        });
        let mut places = places.filter(|place| !matches!(place, Placement::Missing { .. }));
        // Each of two forms has its place: none of them is it.
        places.next().filter(|_| places.next().is_none())
    }
}

/// The edit without blanks at the ends of its lines, where the document has none there: two of them
/// would break lines that are filled.
pub(super) fn without_trails(text: &str, old: &str, new: &str) -> Option<(String, String)> {
    const BREAK: &str = "  \n";
    if !old.contains(BREAK) && !old.contains("  \r\n") {
        return None;
    }
    let plain = |text: &str| text.replace("\r\n", "\n");
    let old = plain(old);
    let broken = old.split_inclusive('\n').filter(|line| line.ends_with(BREAK));
    let broken: Vec<&str> = broken.map(str::trim).filter(|line| !line.is_empty()).collect();
    let bare = |line: &&str| {
        let mut there = text.match_indices(*line).peekable();
        let broken = |(at, _): (usize, &str)| text[at + line.len()..].starts_with("  ");
        there.peek().is_some() && !there.any(broken)
    };
    if broken.is_empty() || !broken.iter().all(bare) {
        return None;
    }
    let stripped = |text: &str| -> String {
        let lines = text.split_inclusive('\n').map(|line| match line.strip_suffix('\n') {
            Some(body) => format!("{}\n", body.trim_end_matches([' ', '\t'])),
            None => line.to_owned(),
        });
        lines.collect()
    };
    Some((stripped(&old), stripped(&plain(new))))
}

/// The new text with straight quotes where only it has curly ones: the quotation and all of the document
/// have straight ones. Not where nothing but the forms of marks changes: then they are meant.
pub(super) fn in_own_quotes(text: &str, old: &str, new: &str) -> Option<String> {
    const KINDS: [(char, [char; 2]); 2] =
        [('"', ['\u{201c}', '\u{201d}']), ('\'', ['\u{2018}', '\u{2019}'])];
    let odd = KINDS.iter().filter(|(straight, curly)| {
        new.contains(*curly) && old.contains(*straight) && !text.contains(*curly)
    });
    let own = odd.fold(new.to_owned(), |new, (straight, curly)| {
        new.replace(*curly, straight.encode_utf8(&mut [0; 4]))
    });
    (own != new && folded(&own) != folded(old)).then_some(own)
}

/// The edit with its lines in other forms, each of both texts alike: old and new text.
pub(super) fn others(text: &str, old: &str, new: &str) -> Vec<(String, String)> {
    let mut out = Vec::new();
    out.extend(unquoted(old, new));
    out.extend(bullets(old, new));
    out.extend(rules(text, old, new));
    out.extend(entities(old, new));
    out.extend(escapes(old, new));
    out.extend(doubled(old, new));
    out
}

/// A word that says little, written twice in a row.
fn doubled(old: &str, new: &str) -> Option<(String, String)> {
    const SLIGHT: &[&str] =
        &["the", "a", "an", "and", "of", "to", "in", "is", "for", "on", "der", "die", "das", "und"];
    fn once(text: &str) -> Option<String> {
        let mut out: Vec<&str> = Vec::new();
        for word in text.split(' ') {
            if out.last() != Some(&word) || !SLIGHT.contains(&word) {
                out.push(word);
            }
        }
        let out = out.join(" ");
        (out.len() < text.len()).then_some(out)
    }
    let plain = once(new).unwrap_or_else(|| new.to_owned());
    Some((once(old)?, plain))
}

/// Signs as pages write them: `&lt;` for `<`.
fn entities(old: &str, new: &str) -> Option<(String, String)> {
    let plain = decoded(new).unwrap_or_else(|| new.to_owned());
    Some((decoded(old)?, plain))
}

/// A text without the names that pages give to signs; nothing where it has none.
pub(in crate::assist) fn decoded(text: &str) -> Option<String> {
    // The sign that all names begin with is the last one.
    const NAMES: &[(&str, &str)] = &[
        ("&lt;", "<"),
        ("&gt;", ">"),
        ("&quot;", "\""),
        ("&#34;", "\""),
        ("&apos;", "'"),
        ("&#39;", "'"),
        ("&#x27;", "'"),
        ("&amp;", "&"),
    ];
    let any = NAMES.iter().any(|(name, _)| text.contains(name));
    any.then(|| NAMES.iter().fold(text.to_owned(), |text, (name, sign)| text.replace(name, sign)))
}

/// Line ends, tabs and quotes behind a backslash, all of them.
fn escapes(old: &str, new: &str) -> Option<(String, String)> {
    let breaks = old.contains("\\n");
    fn plain(text: &str, breaks: bool) -> Option<String> {
        let inner = text.trim_matches('\n');
        if breaks && inner.contains('\n') {
            return None;
        }
        let mut out = String::with_capacity(text.len());
        let mut chars = text.chars();
        while let Some(sign) = chars.next() {
            match sign {
                // One that is not escaped: the others are the text's own.
                '"' => return None,
                '\\' => match chars.next()? {
                    'n' if breaks => out.push('\n'),
                    't' if breaks => out.push('\t'),
                    'r' if breaks => out.push('\r'),
                    other @ ('"' | '\\' | '/') => out.push(other),
                    _ => return None,
                },
                other => out.push(other),
            }
        }
        Some(out)
    }
    let any = breaks || old.contains("\\\"");
    Some((plain(old, breaks)?, plain(new, breaks)?)).filter(|_| any)
}

/// Every line with words begins with `>`.
fn unquoted(old: &str, new: &str) -> Option<(String, String)> {
    fn bare(text: &str) -> Option<String> {
        let line = |line: &str| -> Option<String> {
            let body = line.trim_start();
            match body.strip_prefix('>') {
                Some(rest) => Some(rest.strip_prefix(' ').unwrap_or(rest).to_owned()),
                None => body.is_empty().then(|| line.to_owned()),
            }
        };
        text.split_inclusive('\n').map(line).collect()
    }
    Some((bare(old)?, bare(new)?)).filter(|_| old.contains('>'))
}

/// All items of lists have one mark: with each of the others.
fn bullets(old: &str, new: &str) -> Vec<(String, String)> {
    const MARKS: [char; 2] = ['-', '*'];
    fn mark(line: &str) -> Option<char> {
        let mut chars = line.trim_start().chars();
        let mark = chars.next().filter(|mark| MARKS.contains(mark))?;
        (chars.next() == Some(' ')).then_some(mark)
    }
    let all: BTreeSet<char> = old.lines().filter_map(mark).collect();
    let Some(&own) = all.first().filter(|_| all.len() == 1) else { return Vec::new() };
    if !new.lines().filter_map(mark).all(|mark| mark == own) {
        return Vec::new();
    }
    let with = |text: &str, other: char| -> String {
        let line = |line: &str| match mark(line) {
            Some(_) => line.replacen(own, other.encode_utf8(&mut [0; 4]), 1),
            None => line.to_owned(),
        };
        text.split_inclusive('\n').map(line).collect()
    };
    let others = MARKS.into_iter().filter(|other| *other != own);
    others.map(|other| (with(old, other), with(new, other))).collect()
}

/// How many cells the line under the head of a table has.
fn cells(line: &str) -> Option<usize> {
    let line = line.trim();
    let only = line.bytes().all(|byte| b"|:- \t".contains(&byte));
    (only && line.contains('|') && line.contains('-'))
        .then(|| line.trim_matches('|').split('|').count())
}

/// One line under the head of a table: with the dashes of each of as many cells in the document.
fn rules(text: &str, old: &str, new: &str) -> Vec<(String, String)> {
    /// More ways to write it are not tried.
    const MOST: usize = 8;
    let mut own = old.lines().filter(|line| cells(line).is_some());
    let (Some(line), None) = (own.next(), own.next()) else { return Vec::new() };
    let (count, own) = (cells(line), line.trim());
    let there: BTreeSet<&str> =
        text.lines().filter(|line| cells(line) == count).map(str::trim).collect();
    if there.len() > MOST {
        return Vec::new();
    }
    let with = |text: &str, other: &str| -> String {
        let line = |line: &str| match line.trim() == own {
            true => line.replacen(own, other, 1),
            false => line.to_owned(),
        };
        text.split_inclusive('\n').map(line).collect()
    };
    let others = there.into_iter().filter(|other| *other != own);
    others.map(|other| (with(old, other), with(new, other))).collect()
}
