//! Rows of a table whose cells the document parts by tabs, and an edit by spaces.

use super::space::tokens;
use std::ops::Range;

/// Both texts of an edit as the document writes rows, where its quotation was found over tabs.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Cells {
    /// It was not.
    None,
    Tabbed {
        old: String,
        new: String,
    },
    /// Where the cells of a new row end cannot be told.
    Untold,
}

impl Cells {
    /// `found` is where the document has `old`.
    pub fn of(text: &str, found: &Range<usize>, old: &str, new: &str) -> Self {
        let start = text[..found.start].rfind('\n').map_or(0, |at| at + 1);
        let end = text[found.end..].find('\n').map_or(text.len(), |at| found.end + at);
        let there = &text[found.clone()];
        if start < found.start || !there.contains('\t') || !text[found.end..end].trim().is_empty() {
            return Self::None;
        }
        // Rows beside it have as many cells: else a tab may stand for a blank.
        let cells = |line: &str| line.trim_end_matches('\r').split('\t').count();
        let width = there.lines().map(cells).max().unwrap_or(1);
        let above = text[..start].lines().next_back();
        let below = text.get(end + 1..).and_then(|below| below.lines().next());
        let mut beside =
            [above, below].into_iter().flatten().filter(|line| !line.trim().is_empty());
        let is_row = |line: &str| cells(line) == width && !line.starts_with(['\t', ' ']);
        let (was, is) = (tokens(old), tokens(there));
        let over = |(was, is): (&&str, &&str)| {
            let blank = was.trim().is_empty() && !was.contains(['\n', '\t']);
            blank && is.contains('\t') && !is.contains('\n')
        };
        if was.len() != is.len()
            || !was.iter().zip(&is).any(over)
            || !there.lines().all(is_row)
            || !beside.next().is_some_and(is_row)
            || !beside.all(is_row)
        {
            return Self::None;
        }
        let own: Vec<(&str, &str)> = old.lines().map(str::trim).zip(there.lines()).collect();
        let mut out = Vec::new();
        for line in new.lines() {
            let words = line.trim();
            let row = match own.iter().find(|(old, _)| *old == words) {
                Some((_, there)) => Some(there.trim_end_matches('\r').to_owned()),
                None if words.is_empty() || line.contains('\t') => Some(line.to_owned()),
                None => row(words, width),
            };
            let Some(row) = row else { return Self::Untold };
            out.push(row);
        }
        let end = if new.ends_with('\n') { "\n" } else { "" };
        let old = there.replace("\r\n", "\n");
        Self::Tabbed { old, new: out.join("\n") + end }
    }
}

/// A line as a row of so many cells: they are parted by wide blanks, or all blanks part them.
fn row(line: &str, width: usize) -> Option<String> {
    let wide: Vec<&str> = line.split("  ").map(str::trim).filter(|cell| !cell.is_empty()).collect();
    let all: Vec<&str> = line.split_whitespace().collect();
    [wide, all].into_iter().find(|cells| cells.len() == width).map(|cells| cells.join("\t"))
}
