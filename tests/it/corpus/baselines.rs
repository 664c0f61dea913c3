//! How other programs look for the old text, written anew from the description of what they do,
//! to be measured against on the same pairs. For this benchmark only.
//!
//! Each takes a document and a pair and tells the document after it, or that it refuses.

use super::case::Pair;
use std::ops::Range;

pub type Strategy = fn(&str, &Pair) -> Option<String>;

pub const ALL: &[(&str, Strategy)] = &[
    ("aider", aider),
    ("codex", codex),
    ("Zed", zed),
    ("Continue", continue_),
    ("opencode", opencode),
];

fn spliced(text: &str, at: Range<usize>, new: &str) -> String {
    format!("{}{new}{}", &text[..at.start], &text[at.end..])
}

/// Lines without their ends, and where they stand with them.
fn lines(text: &str) -> Vec<(&str, Range<usize>)> {
    let mut at = 0;
    let split = text.split_inclusive('\n').map(|line| {
        let range = at..at + line.len();
        at = range.end;
        (line.strip_suffix('\n').unwrap_or(line), range)
    });
    split.collect()
}

fn ended(text: &str) -> String {
    if text.is_empty() || text.ends_with('\n') { text.to_owned() } else { format!("{text}\n") }
}

/// The first run of lines that equals the sought ones.
fn first_run(
    all: &[(&str, Range<usize>)],
    sought: &[&str],
    same: impl Fn(&str, &str) -> bool,
) -> Option<Range<usize>> {
    if sought.is_empty() || sought.len() > all.len() {
        return None;
    }
    let from = (0..=all.len() - sought.len())
        .find(|from| sought.iter().zip(&all[*from..]).all(|(a, (b, _))| same(a, b)))?;
    Some(all[from].1.start..all[from + sought.len() - 1].1.end)
}

/// Exact, then one shift of all indents, then without a first blank line, then `...` left out.
fn aider(text: &str, pair: &Pair) -> Option<String> {
    let (old, new) = (ended(&pair.old), ended(&pair.new));
    if let Some(out) = aider_once(text, &old, &new) {
        return Some(out);
    }
    if let Some(rest) = old.strip_prefix('\n')
        && let Some(out) = aider_once(text, rest, new.strip_prefix('\n').unwrap_or(&new))
    {
        return Some(out);
    }
    aider_dots(text, &old, &new)
}

fn aider_once(text: &str, old: &str, new: &str) -> Option<String> {
    let all = lines(text);
    let sought: Vec<&str> = old.lines().collect();
    if let Some(at) = first_run(&all, &sought, |a, b| a == b) {
        return Some(spliced(text, at, new));
    }
    // Parts of lines are found as text.
    let bare = old.trim_end_matches('\n');
    if let Some(at) = text.find(bare).filter(|_| !bare.is_empty()) {
        return Some(spliced(text, at..at + bare.len(), new.trim_end_matches('\n')));
    }
    let indent = |line: &str| line.len() - line.trim_start().len();
    let filled = old.lines().chain(new.lines()).filter(|line| !line.trim().is_empty());
    let least = filled.map(indent).min()?;
    let less = |text: &str| -> Vec<String> {
        text.lines()
            .map(|line| line.get(least.min(indent(line))..).unwrap_or("").to_owned())
            .collect()
    };
    let (old, new) = (less(old), less(new));
    let count = old.len();
    (0..=all.len().checked_sub(count)?).find_map(|from| {
        let run = &all[from..from + count];
        let mut more: Option<&str> = None;
        for (sought, (line, _)) in old.iter().zip(run) {
            if sought.trim_start() != line.trim_start() {
                return None;
            }
            if sought.trim().is_empty() {
                continue;
            }
            let extra = line.strip_suffix(sought.as_str())?;
            if *more.get_or_insert(extra) != extra {
                return None;
            }
        }
        let more = more?;
        let new: String = new
            .iter()
            .map(|line| match line.trim().is_empty() {
                true => format!("{line}\n"),
                false => format!("{more}{line}\n"),
            })
            .collect();
        Some(spliced(text, run[0].1.start..run[count - 1].1.end, &new))
    })
}

/// Both sides are cut at lines of dots; each piece must stand exactly once.
fn aider_dots(text: &str, old: &str, new: &str) -> Option<String> {
    let pieces = |text: &str| -> Vec<String> {
        let mut out = vec![String::new()];
        for line in text.split_inclusive('\n') {
            match line.trim() == "..." {
                true => out.push(String::new()),
                false => out.last_mut().unwrap().push_str(line),
            }
        }
        out
    };
    let (old, new) = (pieces(old), pieces(new));
    if old.len() < 2 || old.len() != new.len() {
        return None;
    }
    let mut out = text.to_owned();
    for (old, new) in old.iter().zip(&new) {
        if old == new {
            continue;
        }
        let mut places = out.match_indices(old.as_str());
        let (at, None) = (places.next()?.0, places.next()) else { return None };
        out = spliced(&out, at..at + old.len(), new);
    }
    Some(out)
}

/// Lines: exact, then but for blanks at the end, then at both ends, then with typographic marks
/// as plain ones. The first hit wins.
fn codex(text: &str, pair: &Pair) -> Option<String> {
    let all = lines(text);
    let sought: Vec<&str> = pair.old.lines().collect();
    let plain = |line: &str| -> String {
        let chars = line.trim().chars().map(|c| match c {
            '‐' | '‑' | '‒' | '–' | '—' | '―' | '−' => '-',
            '‘' | '’' | '‚' | '‛' => '\'',
            '“' | '”' | '„' | '‟' => '"',
            '\u{a0}' | '\u{2002}'..='\u{200a}' | '\u{202f}' | '\u{205f}' | '\u{3000}' => ' ',
            _ => c,
        });
        chars.collect()
    };
    let same: [&dyn Fn(&str, &str) -> bool; 4] = [
        &|a, b| a == b,
        &|a, b| a.trim_end() == b.trim_end(),
        &|a, b| a.trim() == b.trim(),
        &|a, b| plain(a) == plain(b),
    ];
    let at = same.iter().find_map(|same| first_run(&all, &sought, same))?;
    Some(spliced(text, at, &ended(&pair.new)))
}

/// The distance of two texts as a share of the longer; `None` where it is beyond `most`.
fn distance(a: &str, b: &str, most: f64) -> Option<f64> {
    let (a, b): (Vec<char>, Vec<char>) = (a.chars().collect(), b.chars().collect());
    let longer = a.len().max(b.len()).max(1);
    let limit = (most * longer as f64) as usize;
    if a.len().abs_diff(b.len()) > limit {
        return None;
    }
    // Letters that one has more often than the other are a distance at least.
    let mut counts = [0i32; 128];
    a.iter().for_each(|c| counts[*c as usize % 128] += 1);
    b.iter().for_each(|c| counts[*c as usize % 128] -= 1);
    let more: i32 = counts.iter().map(|count| (*count).max(0)).sum();
    let less: i32 = counts.iter().map(|count| (-*count).max(0)).sum();
    if more.max(less) as usize > limit {
        return None;
    }
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (i, x) in a.iter().enumerate() {
        let mut corner = i;
        row[0] = i + 1;
        let mut least = row[0];
        for (j, y) in b.iter().enumerate() {
            let here = (corner + usize::from(x != y)).min(row[j] + 1).min(row[j + 1] + 1);
            corner = row[j + 1];
            row[j + 1] = here;
            least = least.min(here);
        }
        if least > limit {
            return None;
        }
    }
    let share = row[b.len()] as f64 / longer as f64;
    (share <= most).then_some(share)
}

/// Alignment of lines: replacing costs 1, a line more in the document 3, one less 10; lines are
/// the same from a likeness of 0.8 on, and 0.8 of them must be. Ties go to the line that was told,
/// within 200 lines.
fn zed(text: &str, pair: &Pair) -> Option<String> {
    let all = lines(text);
    let sought: Vec<&str> = pair.old.lines().map(str::trim).collect();
    if sought.is_empty() {
        return None;
    }
    let same = |a: &str, b: &str| a == b || distance(a, b, 0.2).is_some();
    // Cost, first line, how many are the same.
    let mut above: Vec<(u32, usize, usize)> = (0..=all.len()).map(|at| (0, at, 0)).collect();
    for line in &sought {
        let mut row = Vec::with_capacity(above.len());
        row.push((above[0].0 + 10, 0, above[0].2));
        for (index, (there, _)) in all.iter().enumerate() {
            let (corner, up, left) = (above[index], above[index + 1], row[index]);
            let equal = same(line, there.trim());
            let diagonal = (corner.0 + u32::from(!equal), corner.1, corner.2 + usize::from(equal));
            let up = (up.0 + 10, up.1, up.2);
            let left = (left.0 + 3, left.1, left.2);
            row.push(*[diagonal, up, left].iter().min_by_key(|cell| cell.0)?);
        }
        above = row;
    }
    let enough = |cell: &(u32, usize, usize)| cell.2 as f64 >= 0.8 * sought.len() as f64;
    let best = above.iter().filter(|cell| enough(cell)).map(|cell| cell.0).min()?;
    let found: Vec<(usize, usize)> = above
        .iter()
        .enumerate()
        .filter(|(_, cell)| enough(cell) && cell.0 == best)
        .map(|(end, cell)| (cell.1, end))
        .collect();
    let (from, to) = match (&found[..], pair.line) {
        ([one], _) => *one,
        (_, Some(line)) => {
            let off = |from: usize| (from + 1).abs_diff(line);
            *found
                .iter()
                .min_by_key(|(from, _)| off(*from))
                .filter(|(from, _)| off(*from) <= 200)?
        }
        _ => return None,
    };
    (from < to).then_some(())?;
    Some(spliced(text, all[from].1.start..all[to - 1].1.end, &ended(&pair.new)))
}

/// Exact, trimmed, in any case, without blanks; the first hit wins.
fn continue_(text: &str, pair: &Pair) -> Option<String> {
    let put = |at: usize, len: usize, new: &str| Some(spliced(text, at..at + len, new));
    if pair.old.trim().is_empty() {
        return None;
    }
    if let Some(at) = text.find(&pair.old) {
        return put(at, pair.old.len(), &pair.new);
    }
    let old = pair.old.trim();
    if let Some(at) = text.find(old) {
        return put(at, old.len(), pair.new.trim());
    }
    let (lower, sought) = (text.to_lowercase(), old.to_lowercase());
    if lower.len() == text.len()
        && let Some(at) = lower.find(&sought)
        && text.is_char_boundary(at)
        && text.is_char_boundary(at + sought.len())
    {
        return put(at, sought.len(), pair.new.trim());
    }
    let mut bare = String::new();
    let mut places = Vec::new();
    for (at, c) in text.char_indices().filter(|(_, c)| !c.is_whitespace()) {
        places.extend(std::iter::repeat_n(at, c.len_utf8()));
        bare.push(c);
    }
    let sought: String = old.chars().filter(|c| !c.is_whitespace()).collect();
    let at = bare.find(&sought)?;
    let last = places[at + sought.len() - 1];
    let end = last + text[last..].chars().next().map_or(1, char::len_utf8);
    put(places[at], end - places[at], pair.new.trim())
}

/// Several ways to find candidates, each of which must stand once: exact, lines trimmed, first and
/// last line, blanks made alike, indent taken off, escapes undone.
fn opencode(text: &str, pair: &Pair) -> Option<String> {
    let (old, new) = (pair.old.as_str(), pair.new.as_str());
    if old.trim().is_empty() {
        return None;
    }
    let all = lines(text);
    let ways: [&dyn Fn() -> Vec<String>; 6] = [
        &|| vec![old.to_owned()],
        &|| windows(text, &all, old, |line| line.trim().to_owned()),
        &|| by_anchors(text, &all, old),
        &|| windows(text, &all, old, |line| line.split_whitespace().collect::<Vec<_>>().join(" ")),
        &|| by_indent(text, &all, old),
        &|| vec![old.replace("\\n", "\n").replace("\\\"", "\"").replace("\\t", "\t")],
    ];
    for way in ways {
        for found in way() {
            let mut places = text.match_indices(found.as_str());
            if let (Some((at, _)), None) = (places.next(), places.next())
                && !found.is_empty()
            {
                return Some(spliced(text, at..at + found.len(), new));
            }
        }
    }
    None
}

fn sought_lines(old: &str) -> Vec<&str> {
    old.strip_suffix('\n').unwrap_or(old).split('\n').collect()
}

/// The text of a run of lines, without the end of the last.
fn run_text<'a>(text: &'a str, run: &[(&str, Range<usize>)]) -> &'a str {
    let (first, last) = (&run[0].1, &run[run.len() - 1]);
    &text[first.start..last.1.start + last.0.len()]
}

fn windows(
    text: &str,
    all: &[(&str, Range<usize>)],
    old: &str,
    form: impl Fn(&str) -> String,
) -> Vec<String> {
    let sought: Vec<String> = sought_lines(old).iter().map(|line| form(line)).collect();
    let formed: Vec<String> = all.iter().map(|(line, _)| form(line)).collect();
    let runs = formed.windows(sought.len()).enumerate();
    let fit = runs.filter(|(_, run)| *run == sought);
    fit.map(|(from, _)| run_text(text, &all[from..from + sought.len()]).to_owned()).collect()
}

fn by_anchors(text: &str, all: &[(&str, Range<usize>)], old: &str) -> Vec<String> {
    let sought = sought_lines(old);
    if sought.len() < 3 {
        return Vec::new();
    }
    let (first, last) = (sought[0].trim(), sought[sought.len() - 1].trim());
    let mut found: Vec<(usize, usize)> = Vec::new();
    for from in (0..all.len()).filter(|at| all[*at].0.trim() == first) {
        if let Some(to) = (from + 2..all.len()).find(|at| all[*at].0.trim() == last) {
            found.push((from, to));
        }
    }
    let likeness = |(from, to): (usize, usize)| {
        let middle = (sought.len() - 2).min(to - from - 1);
        let shares = (1..=middle).map(|at| {
            let (a, b) = (sought[at].trim(), all[from + at].0.trim());
            1.0 - distance(a, b, 1.0).unwrap_or(1.0)
        });
        shares.sum::<f64>() / middle.max(1) as f64
    };
    let chosen = match &found[..] {
        [] => return Vec::new(),
        [one] => *one,
        _ => {
            let scored = found.iter().map(|one| (likeness(*one), *one));
            let best = scored.max_by(|a, b| a.0.total_cmp(&b.0));
            match best {
                Some((share, one)) if share >= 0.3 => one,
                _ => return Vec::new(),
            }
        }
    };
    vec![run_text(text, &all[chosen.0..=chosen.1]).to_owned()]
}

fn by_indent(text: &str, all: &[(&str, Range<usize>)], old: &str) -> Vec<String> {
    fn flat(lines: &[&str]) -> Vec<String> {
        let filled = lines.iter().filter(|line| !line.trim().is_empty());
        let least = filled.map(|line| line.len() - line.trim_start().len()).min().unwrap_or(0);
        lines
            .iter()
            .map(|line| match line.trim().is_empty() {
                true => String::new(),
                false => line.get(least..).unwrap_or(line).to_owned(),
            })
            .collect()
    }
    let sought = sought_lines(old);
    let wanted = flat(&sought);
    let bare: Vec<&str> = all.iter().map(|(line, _)| *line).collect();
    let runs = bare.windows(sought.len()).enumerate();
    let fit = runs.filter(|(_, run)| flat(run) == wanted);
    fit.map(|(from, _)| run_text(text, &all[from..from + sought.len()]).to_owned()).collect()
}
