//! Free text inside a file that has a structure: what would be taken for a heading, or for a block of
//! code that never ends, gets a backslash, which Markdown does not show; reading takes it away again.
//!
//! `plain(escaped(text)) == text` for every text.

/// A line's fence of a block of code: its character, how often, and whether nothing follows.
fn fence(line: &str) -> Option<(char, usize, bool)> {
    let line = line.trim_start();
    let sign = line.chars().next().filter(|first| matches!(first, '`' | '~'))?;
    let count = line.chars().take_while(|character| *character == sign).count();
    let rest = line.get(count..).unwrap_or_default();
    // Behind backticks there are none, or it is code within a line.
    let is_fence = count >= 3 && !(sign == '`' && rest.contains('`'));
    is_fence.then(|| (sign, count, rest.trim().is_empty()))
}

/// Of each line, whether it belongs to a block of code that ends, its fences included.
pub fn in_code(lines: &[&str]) -> Vec<bool> {
    let mut code = vec![false; lines.len()];
    let mut from = 0;
    // What opens and never ends is looked at once for each sign and width.
    let mut endless: Vec<(char, usize)> = Vec::new();
    while let Some((at, (sign, count, _))) = (from..lines.len())
        .find_map(|at| lines.get(at).and_then(|line| fence(line)).map(|found| (at, found)))
    {
        from = at + 1;
        if endless.iter().any(|(known, width)| *known == sign && *width <= count) {
            continue;
        }
        let ends = |line: &&&str| {
            fence(line).is_some_and(|(end, width, bare)| end == sign && width >= count && bare)
        };
        match lines.iter().skip(from).position(|line| ends(&line)) {
            Some(after) => {
                let end = from + after;
                code.iter_mut().take(end + 1).skip(at).for_each(|inside| *inside = true);
                from = end + 1;
            }
            None => endless.push((sign, count)),
        }
    }
    code
}

/// Whether a line begins, after blanks and backslashes, with what structure begins with.
fn like_structure(line: &str, slashes: bool) -> bool {
    let line = line.trim_start();
    let bare = line.trim_start_matches('\\');
    (!slashes || bare.len() < line.len())
        && (bare.starts_with('#') || bare.starts_with("```") || bare.starts_with("~~~"))
}

/// Level and text of a heading: one to six signs at the start of the line and a blank.
pub fn heading(line: &str) -> Option<(usize, &str)> {
    let level = line.bytes().take_while(|byte| *byte == b'#').count();
    let rest = line.get(level..).filter(|_| (1..=6).contains(&level))?;
    (rest.is_empty() || rest.starts_with([' ', '\t'])).then(|| (level, rest.trim()))
}

fn with_slash(line: &str) -> String {
    let start = line.len() - line.trim_start().len();
    let (blanks, rest) = line.split_at(start);
    format!("{blanks}\\{rest}")
}

fn without_slash(line: &str) -> String {
    line.replacen('\\', "", 1)
}

/// A text to stand in a section, between headings of the first three levels.
pub fn escaped(text: &str) -> String {
    let lines: Vec<&str> = text.split('\n').collect();
    let code = in_code(&lines);
    let escape = |(line, code): (&&str, &bool)| {
        let taken = heading(line).is_some_and(|(level, _)| level <= 3);
        let wanted = taken || fence(line).is_some() || like_structure(line, true);
        if wanted && !code { with_slash(line) } else { (*line).to_owned() }
    };
    lines.iter().zip(&code).map(escape).collect::<Vec<_>>().join("\n")
}

/// Reads what [`escaped`] writes.
pub fn plain(text: &str) -> String {
    let lines: Vec<&str> = text.split('\n').collect();
    let code = in_code(&lines);
    let undo = |(line, code): (&&str, &bool)| {
        if !code && like_structure(line, true) { without_slash(line) } else { (*line).to_owned() }
    };
    lines.iter().zip(&code).map(undo).collect::<Vec<_>>().join("\n")
}

/// A text to stand in an item of a list: every line but the first is indented by two blanks.
pub fn item(text: &str) -> String {
    let line = |(index, line): (usize, &str)| {
        let wanted = fence(line).is_some() || like_structure(line, true);
        let line = if wanted { with_slash(line) } else { line.to_owned() };
        if index == 0 || line.is_empty() { line } else { format!("  {line}") }
    };
    text.split('\n').enumerate().map(line).collect::<Vec<_>>().join("\n")
}

/// Reads the text of an item whose indent is gone.
pub fn plain_item(text: &str) -> String {
    let undo = |line: &str| {
        if like_structure(line, true) { without_slash(line) } else { line.to_owned() }
    };
    text.split('\n').map(undo).collect::<Vec<_>>().join("\n")
}

/// Text inside the brackets of a link.
pub fn in_brackets(text: &str) -> String {
    let mut out = String::new();
    for character in text.chars() {
        if matches!(character, '[' | ']' | '\\' | '`' | '<') {
            out.push('\\');
        }
        out.push(character);
    }
    out
}
