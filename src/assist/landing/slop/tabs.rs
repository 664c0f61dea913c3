//! The blanks before the lines of a new text: tabs in a document that has spaces there, or spaces in one
//! that has tabs.

use super::{MOST, Sides};

/// Spaces before the lines of a document that has tabs there, and tabs before those of one that has
/// spaces.
pub(super) fn with_own_tabs(sides: &Sides<'_, '_>) -> Option<String> {
    let (tabs, spaces) = blanks_of(sides.new);
    let (old_tabs, old_spaces) = blanks_of(sides.old);
    // Where both texts have them they are the quotation's.
    if (tabs > 0) == (spaces > 0) || tabs > 0 && old_tabs > 0 || spaces > 0 && old_spaces > 0 {
        return None;
    }
    let there = blanks_of((sides.text)());
    let unit = || {
        let (old, new) = (first_indent(sides.old), first_indent(sides.new));
        let (few, many) = if tabs > 0 { (new, old) } else { (old, new) };
        match many.len().checked_div(few.len()) {
            Some(unit) => (unit * few.len() == many.len()).then_some(unit),
            None => indents(sides.new).filter(|indent| !indent.is_empty()).map(str::len).min(),
        }
        .filter(|unit| (2..=8).contains(unit))
    };
    let as_quoted = |text: &str| {
        let quoted: Vec<&str> = sides.old.lines().map(str::trim_end).collect();
        text.lines().map(str::trim_end).filter(|line| !line.is_empty()).all(|line| {
            let mut own = quoted.iter().filter(|one| one.trim() == line.trim()).peekable();
            own.peek().is_none() || own.any(|one| *one == line)
        })
    };
    let out = match (tabs > 0, there) {
        (false, (2.., 0)) => {
            let unit = unit()?;
            let even = indents(sides.new).all(|indent| indent.len() % unit == 0);
            even.then(|| with_indents(sides.new, |indent| "\t".repeat(indent.len() / unit)))
        }
        (true, (0, 2..)) => {
            let unit = match first_indent(sides.old) {
                // Nothing quoted tells how deep a tab is.
                "" => unit_of((sides.text)()),
                _ => unit(),
            }?;
            Some(with_indents(sides.new, |indent| " ".repeat(indent.len() * unit)))
        }
        _ => None,
    };
    // Lines that stay keep their depth.
    out.filter(|out| as_quoted(out))
}

/// How many of the first lines begin with a tab, and how many with two spaces.
pub(super) fn blanks_of(text: &str) -> (usize, usize) {
    let lines = || text.lines().take(MOST);
    let count = |mark: &str| lines().filter(|line| line.starts_with(mark)).count();
    (count("\t"), count("  "))
}

pub(super) fn indents(text: &str) -> impl Iterator<Item = &str> {
    let filled = text.lines().filter(|line| !line.trim().is_empty());
    filled.map(|line| &line[..line.len() - line.trim_start_matches([' ', '\t']).len()])
}

/// The step by which a text indents its lines: its smallest indent, in blanks.
fn unit_of(text: &str) -> Option<usize> {
    let lines = text.lines().take(MOST);
    let smallest = lines.flat_map(indents).map(str::len).filter(|indent| *indent > 1).min();
    smallest.filter(|unit| *unit <= 8)
}

pub(super) fn first_indent(text: &str) -> &str {
    indents(text).next().unwrap_or_default()
}

fn with_indents(text: &str, own: impl Fn(&str) -> String) -> String {
    let line = |line: &str| {
        let body = line.trim_start_matches([' ', '\t']);
        match body.trim().is_empty() {
            true => line.to_owned(),
            false => own(&line[..line.len() - body.len()]) + body,
        }
    };
    text.split_inclusive('\n').map(line).collect()
}
