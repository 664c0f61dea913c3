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

/// What becomes of the document's rows; `None` where the text is no rows, or one of them has no
/// certain place.
pub(super) fn read(base: &str, text: &str) -> Option<Vec<Rewrite>> {
    let filled = text.lines().filter(|line| !line.trim().is_empty());
    let rows: Vec<Vec<&str>> = filled.map(cells).collect::<Option<_>>()?;
    if rows.is_empty() {
        return None;
    }
    let mut there: Vec<(usize, &str, Vec<&str>)> = Vec::new();
    let mut at = 0;
    for line in base.split_inclusive('\n') {
        let body = line.trim_end_matches(['\n', '\r']);
        there.extend(cells(body).map(|cells| (at, body, cells)));
        at += line.len();
    }
    let mut out: Vec<Rewrite> = Vec::new();
    // The row of the document that the last one is.
    let mut last: Option<usize> = None;
    let mut known = false;
    let rows: Vec<&Vec<&str>> = rows.iter().filter(|row| !is_rule(row)).collect();
    let named = |row: &[&str]| -> Vec<usize> {
        let same = |(.., cells): &&(usize, &str, Vec<&str>)| {
            cells.first() == row.first() && cells.len() == row.len()
        };
        (0..there.len()).filter(|at| there.get(*at).as_ref().is_some_and(same)).collect()
    };
    for (nth, row) in rows.iter().enumerate() {
        let found = named(row);
        let at = match found[..] {
            [at] => Some(at),
            [] => renamed(&there, &rows, nth, last)?,
            _ => return None,
        };
        let Some(at) = at else {
            let (start, line, cells) = &there[last?];
            let end = start + line.len();
            let new = format!("\n{}", told(text, row, line.trim() == written(cells)));
            match out.iter_mut().find(|one| one.at == (end..end)) {
                Some(one) => one.new.push_str(&new),
                None => out.push(Rewrite { at: end..end, new, sure: false, gap: false }),
            }
            continue;
        };
        let (start, line, cells) = &there[at];
        if cells != *row {
            let indent = &line[..line.len() - line.trim_start().len()];
            let new = format!("{indent}{}", told(text, row, line.trim() == written(cells)));
            let at = *start..start + line.len();
            out.push(Rewrite { at, new, sure: false, gap: false });
        }
        known |= !found.is_empty();
        last = Some(at);
    }
    out.sort_by_key(|one| (one.at.start, one.at.end));
    let apart = out.windows(2).all(|two| two[0].at.end <= two[1].at.start);
    (known && apart).then_some(out)
}

/// Which row of the document a row without a known first cell is: the one in its place that has
/// most of its other cells. `Some(None)` if it is new, `None` if that is not clear.
fn renamed(
    there: &[(usize, &str, Vec<&str>)],
    rows: &[&Vec<&str>],
    nth: usize,
    last: Option<usize>,
) -> Option<Option<usize>> {
    let of = |row: &[&str]| there.iter().position(|(.., cells)| cells.first() == row.first());
    let next = rows.get(nth + 1).and_then(|row| of(row));
    let place = match (last, next) {
        (Some(last), _) => last + 1,
        (None, Some(next)) => next.checked_sub(1)?,
        (None, None) => return None,
    };
    let Some((.., cells)) = there.get(place) else { return Some(None) };
    let gone = rows.iter().all(|row| row.first() != cells.first());
    if !gone || is_rule(cells) {
        return last.map(|_| None);
    }
    let row = rows[nth];
    let same = cells.iter().zip(row).skip(1).filter(|(a, b)| a == b).count();
    match same > 0 && same * 2 >= row.len() - 1 && cells.len() == row.len() {
        true => Some(Some(place)),
        // One that goes, and one that comes, or one for the other.
        false if next.is_some_and(|next| next > place) || last.is_none() => None,
        false => Some(None),
    }
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
            let got = read(TEXT, text).map(|all| {
                let mut out = TEXT.to_owned();
                all.iter().rev().for_each(|one| out.replace_range(one.at.clone(), &one.new));
                out
            });
            assert_eq!(got.as_deref(), expected, "{text}");
        };
        check("| Rent | 950 |\n", Some(&TEXT.replace("900", "950")));
        check("|Rent|950|\n", Some(&TEXT.replace("900", "950")));
        check(
            "| Item | Monthly |\n|---|---|\n| Rent | 900 |\n| Power | 80 |\n",
            Some(&TEXT.replace("| Oven", "| Power | 80 |\n| Oven")),
        );
        check("| Rent | 900 |\n", Some(TEXT));
        check("| Rent | 900 |\n| Stove | 0 |\n", Some(&TEXT.replace("Oven", "Stove")));
        check("| Stove | 0 |\n| Rent | 900 |\n", None);
        // Which one is not clear, or there is none.
        check("| Gas | 5 |\n", None);
        check("| Power | 5 |\n", None);
        check("| Rent | 5 | 6 |\n", None);
        check("Rent 5\n", None);
    }
}
