//! Rows of a table written anew without the rest of it: each is the one with its first cell.

use super::part::Rewrite;

/// The cells of a row, without the blanks around them.
fn cells(line: &str) -> Option<Vec<&str>> {
    let inner = line.trim().strip_prefix('|')?;
    let inner = inner.strip_suffix('|').unwrap_or(inner);
    Some(inner.split('|').map(str::trim).collect())
}

/// A line that parts the head of a table from its rows.
fn is_rule(cells: &[&str]) -> bool {
    cells.iter().all(|cell| !cell.is_empty() && cell.chars().all(|c| "-: ".contains(c)))
}

fn written(cells: &[&str]) -> String {
    format!("| {} |", cells.join(" | "))
}

/// A row of a table of the document.
struct Row<'a> {
    at: usize,
    line: &'a str,
    cells: Vec<&'a str>,
    /// Which table it is a row of.
    table: usize,
}

impl Row<'_> {
    fn end(&self) -> usize {
        self.at + self.line.len()
    }
}

/// The rows of all tables of a text.
fn rows_of(base: &str) -> Vec<Row<'_>> {
    let mut out: Vec<Row<'_>> = Vec::new();
    let (mut at, mut table, mut goes_on) = (0, 0, false);
    for line in base.split_inclusive('\n') {
        let body = line.trim_end_matches(['\n', '\r']);
        let row = cells(body);
        if let Some(cells) = row {
            table += usize::from(!goes_on);
            goes_on = true;
            out.push(Row { at, line: body, cells, table });
        } else {
            goes_on = false;
        }
        at += line.len();
    }
    out
}

/// What a row is whose first cell no row of the document has.
enum Unknown {
    /// This row, called otherwise.
    Is(usize),
    /// A new one behind this row.
    Behind(usize),
}

/// What a text of rows is, seen from a document.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Rows {
    /// What becomes of the document's rows.
    Placed(Vec<Rewrite>),
    /// A table from its first row to its last, which may be compared by its words.
    Table,
    /// Rows without a certain place. Those of the table that are not told stay: it is no paragraph.
    Unclear,
    /// No rows.
    No,
}

pub(super) fn read(base: &str, text: &str) -> Rows {
    let filled = text.lines().filter(|line| !line.trim().is_empty());
    let Some(rows) = filled.map(cells).collect::<Option<Vec<_>>>().filter(|all| !all.is_empty())
    else {
        return Rows::No;
    };
    let there = rows_of(base);
    match placed(&there, text, &rows) {
        Some(rewrites) => Rows::Placed(rewrites),
        None if is_table(&there, &rows) => Rows::Table,
        None => Rows::Unclear,
    }
}

/// Whether rows begin and end as a table of the document does, with a rule where it has one; or are
/// as many as those of one.
fn is_table(there: &[Row<'_>], rows: &[Vec<&str>]) -> bool {
    fn rules<'a>(all: impl Iterator<Item = &'a Vec<&'a str>>) -> usize {
        all.filter(|row| is_rule(row)).count()
    }
    there.chunk_by(|a, b| a.table == b.table).any(|table| {
        let same = |one: Option<&Row<'_>>, row: Option<&Vec<&str>>| {
            one.and_then(|one| one.cells.first()) == row.and_then(|row| row.first())
        };
        let ends = same(table.first(), rows.first()) && same(table.last(), rows.last());
        let ruled = rules(table.iter().map(|one| &one.cells)) == rules(rows.iter());
        let is_at = |at: usize, row: &Vec<&str>| {
            let own = table.iter().position(|one| one.cells.first() == row.first());
            own.is_none_or(|own| own == at)
        };
        // Each row that is known stands where it stood.
        let same_length = table.len() == rows.len() && rows.len() > 1;
        let in_place = || rows.iter().enumerate().all(|(at, row)| is_at(at, row));
        ruled && (ends || same_length && in_place())
    })
}

/// `None` where one of the rows has no certain place.
fn placed(there: &[Row<'_>], text: &str, rows: &[Vec<&str>]) -> Option<Vec<Rewrite>> {
    let mut out: Vec<Rewrite> = Vec::new();
    // The row of the document that the last one is.
    let mut last: Option<usize> = None;
    let mut known = false;
    // No row stands between the head of a table and its rule.
    if rows.iter().position(|row| is_rule(row)).is_some_and(|at| at > 1) {
        return None;
    }
    let rows: Vec<&Vec<&str>> = rows.iter().filter(|row| !is_rule(row)).collect();
    let named = |row: &[&str]| -> Vec<usize> {
        let same =
            |one: &&Row<'_>| one.cells.first() == row.first() && one.cells.len() == row.len();
        (0..there.len()).filter(|at| there.get(*at).as_ref().is_some_and(same)).collect()
    };
    for (nth, row) in rows.iter().enumerate() {
        let found = named(row);
        let fate = match found[..] {
            [at] => Unknown::Is(at),
            [] => unknown(there, &rows, nth, last)?,
            _ => return None,
        };
        let at = match fate {
            Unknown::Is(at) => at,
            Unknown::Behind(at) => {
                let one = &there[at];
                let end = one.end();
                let new = format!("\n{}", told(text, row, one.line.trim() == written(&one.cells)));
                match out.iter_mut().find(|one| one.at == (end..end)) {
                    Some(one) => one.new.push_str(&new),
                    None => out.push(Rewrite { at: end..end, new, sure: false, gap: false }),
                }
                continue;
            }
        };
        let one = &there[at];
        if one.cells != **row {
            let indent = &one.line[..one.line.len() - one.line.trim_start().len()];
            let plain = one.line.trim() == written(&one.cells);
            let new = format!("{indent}{}", told(text, row, plain));
            out.push(Rewrite { at: one.at..one.end(), new, sure: false, gap: false });
        }
        known |= !found.is_empty();
        last = Some(at);
    }
    out.sort_by_key(|one| (one.at.start, one.at.end));
    let apart = out.windows(2).all(|two| two[0].at.end <= two[1].at.start);
    (known && apart).then_some(out)
}

/// What a row without a known first cell is: the row of the document in its place if that has most
/// of its other cells; a new one where the row that follows there is told as well, or none does.
/// `None` where that is not clear: a row that is not repeated may go for it, or stay.
fn unknown(
    there: &[Row<'_>],
    rows: &[&Vec<&str>],
    nth: usize,
    last: Option<usize>,
) -> Option<Unknown> {
    let of = |row: &[&str]| there.iter().position(|one| one.cells.first() == row.first());
    let table = |at: usize| there.get(at).map(|one| one.table);
    let next = rows[nth + 1..].iter().find_map(|row| of(row));
    let right_behind = rows.get(nth + 1).and_then(|row| of(row));
    let place = match (last, right_behind) {
        (Some(last), _) => {
            let own = table(last);
            let is_head = |one: &&Row<'_>| is_rule(&one.cells) && Some(one.table) == own;
            last + 1 + there[last + 1..].iter().take_while(is_head).count()
        }
        // What stands right above the first row that is told.
        (None, Some(next)) => next.checked_sub(1)?,
        (None, None) => return None,
    };
    let beside = last.or(next)?;
    let one = there.get(place).filter(|_| table(place) == table(beside));
    let Some(one) = one else { return last.map(|_| Unknown::Behind(place - 1)) };
    if is_rule(&one.cells) {
        return None;
    }
    if rows.iter().any(|row| row.first() == one.cells.first()) {
        return last.filter(|_| next == Some(place)).map(|_| Unknown::Behind(place - 1));
    }
    let row = rows[nth];
    let same = one.cells.iter().zip(row.iter()).skip(1).filter(|(a, b)| a == b).count();
    let alike = same > 0 && same * 2 >= row.len() - 1 && one.cells.len() == row.len();
    alike.then_some(Unknown::Is(place))
}

fn told(text: &str, row: &[&str], plain: bool) -> String {
    if plain { written(row) } else { as_written(text, row) }
}

/// The row as the text writes it.
fn as_written(text: &str, row: &[&str]) -> String {
    let mut lines = text.lines().map(str::trim);
    let found = lines.find(|line| cells(line).as_deref() == Some(row));
    found.map_or_else(|| written(row), str::to_owned)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_go_where_their_first_cell_stands() {
        const TEXT: &str = "# T\n\n| Item | Monthly |\n|---|--:|\n| Rent | 900 |\n| Oven | 0 |\n| Gas | 0 |\n| Gas | 1 |\n\nEnd.\n";
        let check = |text: &str, expected: Option<&str>| {
            let got = match read(TEXT, text) {
                Rows::Placed(all) => {
                    let mut out = TEXT.to_owned();
                    all.iter().rev().for_each(|one| out.replace_range(one.at.clone(), &one.new));
                    Some(out)
                }
                Rows::Table | Rows::Unclear | Rows::No => None,
            };
            assert_eq!(got.as_deref(), expected, "{text}");
        };
        check("| Rent | 950 |\n", Some(&TEXT.replace("900", "950")));
        check("|Rent|950|\n", Some(&TEXT.replace("900", "950")));
        check(
            "| Item | Monthly |\n|---|---|\n| Rent | 900 |\n| Power | 80 |\n| Oven | 0 |\n",
            Some(&TEXT.replace("| Oven", "| Power | 80 |\n| Oven")),
        );
        check(
            "| Item | Monthly |\n|---|---|\n| Power | 80 |\n| Water | 8 |\n| Rent | 900 |\n",
            Some(&TEXT.replace("| Rent", "| Power | 80 |\n| Water | 8 |\n| Rent")),
        );
        check("| Rent | 900 |\n", Some(TEXT));
        check("| Rent | 900 |\n| Stove | 0 |\n", Some(&TEXT.replace("Oven", "Stove")));
        check("| Stove | 0 |\n| Rent | 900 |\n", None);
        // A row that is not repeated may stay, or go for the new one.
        check("| Item | Monthly |\n|---|---|\n| Rent | 900 |\n| Power | 80 |\n", None);
        check("| Item | Monthly |\n|---|---|\n| Power | 80 |\n", None);
        check("| Item | Monthly |\n| Power | 80 |\n| Oven | 0 |\n", None);
        // Which one is not clear, or there is none.
        check("| Gas | 5 |\n", None);
        check("| Power | 5 |\n", None);
        check("| Rent | 5 | 6 |\n", None);
        check("Rent 5\n", None);
    }

    #[test]
    fn the_last_row_of_a_table_has_none_behind_it() {
        const TWO: &str = "| Item | Cost |\n|---|--:|\n| Rent | 900 |\n\n| Who | When |\n|---|---|\n| Ada | 9:00 |\n";
        let got = read(TWO, "| Rent | 900 |\n| Power | 80 |\n");
        let at = TWO.find("\n\n| Who").unwrap();
        let rewrite =
            Rewrite { at: at..at, new: "\n| Power | 80 |".into(), sure: false, gap: false };
        assert_eq!(got, Rows::Placed(vec![rewrite]));
        assert_eq!(read(TWO, "| Power | 80 |\n| Who | When |\n"), Rows::Unclear);
        assert_eq!(read(TWO, "| Ware | Cost |\n|---|--:|\n| Power | 80 |\n"), Rows::Table);
        assert_eq!(read(TWO, "Rent\n"), Rows::No);
    }
}
