//! Line numbers that a model copied in front of the lines it quotes or writes anew.

use super::Edit;

/// A text written anew without the numbers in front of its lines, where `old`, the text that it is
/// of, has none. The numbers rise; lines that the model added may have none.
pub fn unnumbered(old: &str, new: &str) -> Option<String> {
    // A row of a table behind a blank looks like a line behind a bar.
    without(old, new, false).or_else(|| without(old, new, true))
}

/// The same; where a blank alone parts numbers from lines if `spaced`.
fn without(old: &str, new: &str, spaced: bool) -> Option<String> {
    const LEAST: usize = 2;
    let pointed = are_of_lines(new);
    let numbered = |line: &str| {
        let bare = numbered_as(line, true, spaced).filter(|one| one.sign != '.' || pointed);
        bare.filter(|one| one.number > 0)
    };
    let share = |text: &str| {
        let filled = text.lines().filter(|line| !line.trim().is_empty()).count();
        (filled, text.lines().filter_map(numbered).collect::<Vec<_>>())
    };
    let (all, lines) = share(new);
    let sign = lines.first()?.sign;
    let rising = lines.windows(2).all(|two| two[0].number <= two[1].number && two[1].sign == sign);
    let (own, numbers) = share(old);
    // A blank or a mark alone may begin any line, in a row they are numbers.
    let next = |two: &[Numbered]| two[1].number.saturating_sub(two[0].number) <= 1 + MOST_BLANK;
    const MOST_BLANK: usize = 2;
    if matches!(sign, ' ' | ':') && !lines.windows(2).all(next) {
        return None;
    }
    // Of nothing nobody can say that it has none.
    if own == 0 || lines.len() < LEAST || !rising || numbers.len() * 2 >= own {
        return None;
    }
    // `12|    text`: the blank behind the mark is the line's.
    let close = |line: &str| {
        let digit = |c: char| c.is_ascii_digit();
        let behind = line.trim_start().trim_start_matches(digit).trim_start();
        let behind = behind.strip_prefix(['|', ':']);
        behind.is_some_and(|text| text.starts_with(|c: char| !c.is_whitespace()))
    };
    let tight = matches!(sign, '|' | ':')
        && new.lines().any(|line| numbered(line).is_some() && close(line));
    let start = |line: &str, at: usize| {
        let blank = tight && line[..at].ends_with([' ']);
        at - usize::from(blank)
    };
    let (mut out, mut known, mut last) = (String::with_capacity(new.len()), 0, 0);
    for line in new.split_inclusive('\n') {
        let body = line.trim_end();
        // One whose own text begins with a number.
        let listed = line.trim_start().strip_prefix(&format!("{}:", last + 1));
        let listed = listed.filter(|_| tight && sign == ':' && last > 0);
        if let Some(text) = listed.filter(|_| numbered(line).is_none()) {
            (known, last) = (known + 1, last + 1);
            out.push_str(text);
            continue;
        }
        // The number of an empty line, whose mark is lost with its blanks.
        let alone = body.trim_start().parse() == Ok(last + 1);
        match numbered(line) {
            Some(one) => (known, last) = (known + 1, one.number),
            None if alone => (known, last) = (known + 1, last + 1),
            None => {}
        }
        out.push_str(match numbered(line) {
            Some(one) => &line[start(line, one.text)..],
            None if alone => &line[body.len()..],
            None => line,
        });
    }
    (known * 5 >= all * 4).then_some(out)
}

type Read = fn(&str) -> Option<Numbered>;

/// An edit's texts without the numbers in front of their lines.
fn stripped(edit: &Edit, sign: char, read: Read) -> (String, String) {
    let number = |line: &str| read(line).filter(|one| one.sign == sign);
    // `12:text`: the blanks behind the mark are the line's.
    let close = |line: &str| number(line).is_some_and(|one| one.is_close(line));
    let lines =
        || edit.old.lines().chain(edit.new.lines()).filter_map(|line| Some((line, number(line)?)));
    let depths = |start: fn(&Numbered) -> usize| -> Vec<usize> {
        let behind = lines().map(|(line, one)| &line[start(&one)..]);
        let filled = behind.filter(|text| !text.trim().is_empty());
        filled.map(|text| text.len() - text.trim_start_matches(' ').len()).collect()
    };
    let is_even = |depths: Vec<usize>| depths.iter().all(|depth| depth % 2 == 0);
    let even = || !is_even(depths(|one| one.text)) && is_even(depths(|one| one.mark));
    let tight = lines().any(|(line, _)| close(line)) || matches!(sign, ':' | '|') && even();
    let start = |line: &str| number(line).map_or(0, |one| if tight { one.mark } else { one.text });
    let of = |text: &str| text.split_inclusive('\n').map(|line| &line[start(line)..]).collect();
    (of(&edit.old), of(&edit.new))
}

/// The first of the numbers in front of all lines of a text, with its sign; nothing where a line has
/// none, or they don't count the lines.
fn counted(text: &str, read: Read) -> Option<(Numbered, usize)> {
    let lines = text.lines().enumerate().filter(|(_, line)| !line.trim().is_empty());
    let lines: Vec<(usize, Numbered)> =
        lines.map(|(at, line)| Some((at, read(line)?))).collect::<Option<_>>()?;
    let (start, first) = lines.first()?;
    let (number, sign) = (first.number, first.sign);
    // Blank lines between may be counted or not.
    let ascend = |counted: bool| {
        lines.iter().enumerate().all(|(nth, (at, one))| {
            let off = if counted { at - start } else { nth };
            one.sign == sign && one.number == number.saturating_add(off)
        })
    };
    (ascend(true) || ascend(false)).then(|| (lines[0].1, lines.len()))
}

/// Takes line numbers off that a model copied in front of each line.
pub(super) fn without_numbers(edit: &mut Edit) {
    let Some((first, count)) = counted(&edit.old, numbered) else {
        without_its_own(edit);
        // Ways that texts number their own lines in, too.
        for read in [glued as Read, called, spaced] {
            let found = counted(&edit.old, read).filter(|(_, count)| *count > 1);
            if let Some((first, _)) = found {
                let other = stripped(edit, first.sign, read);
                edit.hint.others.push(other);
            }
        }
        return;
    };
    // A single line may well begin with a number of its own.
    let sure = count > 1 || first.sign == '→' || edit.hint.line == Some(first.number);
    if !sure {
        return;
    }
    // Where all lines have numbers, `21:5. text` has one as well.
    (edit.old, edit.new) =
        stripped(edit, first.sign, |line| numbered(line).or_else(|| glued(line)));
    edit.hint.line = Some(first.number);
}

/// Takes the numbers off a new text, where only it has some and goes on with lines of the old one: then
/// they are none that the text is to have. Otherwise their place tells.
fn without_its_own(edit: &mut Edit) {
    let found = [numbered as Read, glued, called].into_iter().find_map(|read| {
        let (first, count) = counted(&edit.new, read)?;
        let own = edit.old.lines().any(|line| read(line).is_some());
        // Nobody wants the number of an empty line.
        let empty = |line: &str| read(line).is_some_and(|one| line[one.text..].trim().is_empty());
        let alone = edit.new.lines().any(empty);
        (count > 1 && !own).then(|| (first, stripped(edit, first.sign, read).1, alone))
    });
    let Some((first, bare, alone)) = found else { return };
    let mut known = edit.old.lines().map(str::trim).filter(|line| line.len() > 3);
    match known.any(|line| bare.lines().any(|one| one.trim() == line)) {
        // Nothing but numbers comes: they are wanted.
        true if bare.trim() == edit.old.trim() => {}
        true => edit.new = bare,
        false if alone => edit.new = bare,
        false => edit.hint.numbered = Some((first.number, bare)),
    }
}

/// A line with its number in front of it.
#[derive(Clone, Copy)]
struct Numbered {
    number: usize,
    sign: char,
    /// Where its mark ends, and where the line itself starts.
    mark: usize,
    text: usize,
}

impl Numbered {
    /// Whether the line follows its mark without a blank.
    fn is_close(&self, line: &str) -> bool {
        let behind = line[self.mark..].trim_end_matches(['\n', '\r']);
        matches!(self.sign, ':' | '|') && behind.starts_with(|c: char| !c.is_whitespace())
    }
}

/// Whether `3. ` before the lines of a text are their numbers and no list: each has that of its line,
/// and empty lines are counted or some lines are indented behind it.
fn are_of_lines(text: &str) -> bool {
    let mut told = false;
    let mut all = text.lines().zip(1..).filter(|(line, _)| !line.trim().is_empty());
    let each = all.all(|(line, number)| {
        let rest = line.strip_prefix(&format!("{number}."));
        told |= rest.is_some_and(|rest| rest.is_empty() || rest.starts_with("   "));
        rest.is_some_and(|rest| rest.is_empty() || rest.starts_with(' '))
    });
    told |= text.trim().lines().any(|line| line.trim().is_empty());
    each && told
}

/// Reads `12: text`, `12 | text`, `  12→text` and, as `cat -n` writes it, `  12⇥text`.
fn numbered(line: &str) -> Option<Numbered> {
    numbered_as(line, false, false)
}

/// Reads `L12: text`, `Line 12: text` and `[12] text`.
fn called(line: &str) -> Option<Numbered> {
    const FORMS: [(&str, &str); 4] = [("[", "]"), ("L", ":"), ("Line ", ":"), ("line ", ":")];
    let line = line.trim_end_matches(['\n', '\r']);
    FORMS.iter().find_map(|(head, tail)| {
        let rest = line.trim_start_matches(' ').strip_prefix(head)?;
        let digits = rest.len() - rest.trim_start_matches(|one: char| one.is_ascii_digit()).len();
        let number = rest[..digits].parse().ok()?;
        let marked = rest[digits..].strip_prefix(tail)?;
        let body = marked.strip_prefix(' ').unwrap_or(marked);
        let sign = head.chars().next()?;
        Some(Numbered {
            number,
            sign,
            mark: line.len() - marked.len(),
            text: line.len() - body.len(),
        })
    })
}

/// Reads `12:text` whatever the text is, also a time.
fn glued(line: &str) -> Option<Numbered> {
    let line = line.trim_end_matches(['\n', '\r']);
    let rest = line.trim_start_matches(' ');
    let behind = rest.trim_start_matches(|one: char| one.is_ascii_digit());
    let number = rest[..rest.len() - behind.len()].parse().ok()?;
    let text = line.len() - behind.strip_prefix(':')?.len();
    Some(Numbered { number, sign: ':', mark: text, text })
}

/// Reads `  12 text`.
fn spaced(line: &str) -> Option<Numbered> {
    numbered_as(line, true, true).filter(|one| one.sign == ' ')
}

/// As `numbered`; `bare` reads `12⇥text` without blanks before it, `12. text` and `  12 text`, too, the last
/// where `spaced` also before a bar.
fn numbered_as(line: &str, bare: bool, spaced: bool) -> Option<Numbered> {
    let line = line.trim_end_matches(['\n', '\r']);
    let rest = line.trim_start_matches(' ');
    let pad = line.len() - rest.len();
    let digits = rest.len() - rest.trim_start_matches(|one: char| one.is_ascii_digit()).len();
    if digits == 0 || digits > 7 {
        return None;
    }
    let number = rest[..digits].parse().ok()?;
    let is_digit = |sign: char| sign.is_ascii_digit();
    let behind = &rest[digits..];
    let (sign, body) = match behind.chars().next()? {
        ':' => {
            // `12:30` is a time.
            let close = || {
                behind
                    .strip_prefix(':')
                    .filter(|text| !text.is_empty() && !text.starts_with(is_digit))
            };
            let wide = behind.strip_prefix(": ").or_else(|| behind.strip_prefix(":\t"));
            (':', wide.or_else(close))
        }
        ' ' if bare
            && (pad > 0 || digits > 1)
            && (spaced || !behind.trim_start().starts_with('|')) =>
        {
            (' ', behind.strip_prefix(' '))
        }
        '→' => ('→', behind.strip_prefix('→')),
        '.' if bare && behind == "." => ('.', Some("")),
        '.' if bare => ('.', behind.strip_prefix(". ")),
        '\t' if pad > 0 || bare => ('\t', behind.strip_prefix('\t')),
        _ => {
            let bar = behind.trim_start_matches(' ').strip_prefix('|');
            ('|', bar.map(|body| body.strip_prefix(' ').unwrap_or(body)))
        }
    };
    let body = match body {
        // The number of an empty line, whose blank is lost.
        None if behind == ":" => "",
        other => other?,
    };
    let signed = rest[digits..].trim_start_matches(' ').chars().next().map_or(0, char::len_utf8);
    let pad = rest[digits..].len() - rest[digits..].trim_start_matches(' ').len();
    let mark = (line.len() - rest.len() + digits + pad + signed).min(line.len() - body.len());
    Some(Numbered { number, sign, mark, text: line.len() - body.len() })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_taken_off_a_whole_text() {
        let check = |old: &str, new: &str, expected: Option<&str>| {
            assert_eq!(unnumbered(old, new).as_deref(), expected, "{new}");
        };
        let old = "a\n\n    b\nc\n";
        check(old, "1 | a\n2 | \n3 |     b\n4 | c\n", Some("a\n\n    b\nc\n"));
        check(old, "1: a\n2:\n3:     b\n4: d\n", Some("a\n\n    b\nd\n"));
        check(old, "     1\ta\n     2\t\n     3\t    b\n", Some("a\n\n    b\n"));
        check(old, "  1→a\n  3→    b\n  4→c\n", Some("a\n    b\nc\n"));
        // A line that came has no number.
        check(old, "1 | a\n2 | b\n3 | c\nnew\n4 | d\n", Some("a\nb\nc\nnew\nd\n"));
        check(old, "     1\ta\n     2\n     3\t    b\n     4\tc\n", Some("a\n\n    b\nc\n"));
        check(old, "1|a\n2|\n3|    b\n", Some("a\n\n    b\n"));
        check("1: a\n2: b\n", "1: a\n2: c\n", None);
        check(old, "1. a\n2. b\n", None);
        check(old, "1\ta\n2\t\n3\t    b\n4\td\n", Some("a\n\n    b\nd\n"));
        check(old, "1. a\n2. \n3.     b\n4. d\n", Some("a\n\n    b\nd\n"));
        check("a\nb\nc\n", "1. a\n2. b\n3. d\n", None);
        check("1\ta\n2\tb\n", "1\ta\n2\tc\n", None);
        check("a\n| b | c |\nd\n", "   1 a\n   2 | b | c |\n   3 e\n", Some("a\n| b | c |\ne\n"));
        check(old, "10: a\n9: b\n8: c\n", None);
        check(old, "1: a\nb\nc\n", None);
    }
}
