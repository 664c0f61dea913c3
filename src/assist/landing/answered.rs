//! The new text of what was selected, where an answer does not give it bare: as a difference, or as a value
//! with a name.

/// The new text that an answer for `old` means; `None` where it is the text itself.
pub(super) fn plain(old: &str, answer: &str) -> Option<String> {
    value(old, answer).or_else(|| difference(old, answer))
}

/// `{"replacement": "…"}`.
fn value(old: &str, answer: &str) -> Option<String> {
    let text = answer.trim();
    if !text.starts_with('{') || old.trim_start().starts_with('{') {
        return None;
    }
    let found: serde_json::Map<String, serde_json::Value> = serde_json::from_str(text).ok()?;
    let mut texts = found.iter().filter_map(|(name, value)| {
        const NAMES: [&str; 10] = [
            "replacement",
            "new_text",
            "newText",
            "new",
            "text",
            "rewritten",
            "revised",
            "result",
            "output",
            "content",
        ];
        NAMES.contains(&name.as_str()).then(|| value.as_str()).flatten()
    });
    match (texts.next(), texts.next()) {
        (Some(text), None) => Some(text.to_owned()),
        _ => None,
    }
}

/// Lines that go, with `-` before them, and lines that come for them, with `+`: some lines of the old text.
fn difference(old: &str, answer: &str) -> Option<String> {
    let filled = |line: &&str| !line.trim().is_empty();
    let (mut was, mut is): (Vec<&str>, Vec<&str>) = (Vec::new(), Vec::new());
    let (mut goes, mut comes) = (false, false);
    for line in answer.lines().filter(filled) {
        let (sign, body) = line.split_at_checked(1)?;
        match sign {
            "-" => {
                goes = true;
                was.push(body);
            }
            "+" => {
                comes = true;
                is.push(body);
            }
            " " => {
                was.push(body);
                is.push(body);
            }
            _ => return None,
        }
    }
    let lines: Vec<&str> = old.lines().collect();
    let told: Vec<usize> = (0..lines.len()).filter(|at| filled(&lines[*at])).collect();
    // Items of a list begin so as well; that the text has them without is what tells.
    let same = |body: &str, line: &str| body.trim() == line.trim();
    let starts = told.windows(was.len().max(1)).position(|run| {
        run.len() == was.len() && was.iter().zip(run).all(|(body, at)| same(body, lines[*at]))
    });
    let first = starts.filter(|_| goes && comes)?;
    let (from, to) = (told[first], told[first + was.len() - 1] + 1);
    // One blank behind each sign belongs to the sign, where the old lines have none.
    let wide = was.iter().zip(&told[first..]).all(|(body, at)| {
        body.strip_prefix(' ') == Some(lines[*at]) && !lines[*at].starts_with(' ')
    });
    let body = |line: &&'_ str| -> String {
        if wide { line.strip_prefix(' ').unwrap_or(line).to_owned() } else { (*line).to_owned() }
    };
    let mut out: Vec<String> = lines[..from].iter().map(|line| (*line).to_owned()).collect();
    out.extend(is.iter().map(body));
    out.extend(lines[to..].iter().map(|line| (*line).to_owned()));
    let end = if old.ends_with('\n') { "\n" } else { "" };
    Some(out.join("\n") + end)
}
