//! Lists of Markdown: their items with what is indented below them, and what stands between.

/// The text behind a list's sign.
fn bullet(line: &str) -> Option<&str> {
    for sign in ["*", "-", "+"] {
        if let Some(rest) = line.strip_prefix(sign)
            && (rest.is_empty() || rest.starts_with([' ', '\t']))
        {
            return Some(rest.trim_start());
        }
    }
    let digits = line.bytes().take_while(u8::is_ascii_digit).count();
    let rest = line.get(digits..).filter(|_| (1..=9).contains(&digits))?;
    rest.strip_prefix(". ").or_else(|| rest.strip_prefix(") ")).map(str::trim_start)
}

/// The items without their signs and indents, and the lines that belong to none.
pub fn items(lines: &[&str]) -> (Vec<String>, Vec<String>) {
    let (mut all, mut rest): (Vec<String>, Vec<String>) = (Vec::new(), Vec::new());
    let (mut open, mut blank) = (false, false);
    for line in lines {
        let indented = line.starts_with([' ', '\t']);
        let begins = bullet(if open { line } else { line.trim_start() });
        if let Some(text) = begins {
            all.push(text.to_owned());
            (open, blank) = (true, false);
            continue;
        }
        let is_blank = line.trim().is_empty();
        match all.last_mut().filter(|_| open && (indented || is_blank || !blank)) {
            Some(item) => {
                let text = line.strip_prefix("  ").unwrap_or_else(|| line.trim_start());
                item.push('\n');
                item.push_str(text);
                blank = is_blank;
            }
            None => {
                open = false;
                rest.push((*line).to_owned());
            }
        }
    }
    let trimmed = |item: &String| item.trim().to_owned();
    (all.iter().map(trimmed).collect(), rest)
}

/// The files that a text links to: names without folders, of links that lead to Markdown here.
pub fn files(text: &str) -> Vec<String> {
    let mut found = Vec::new();
    let mut rest = text;
    while let Some(at) = rest.find("](") {
        let before = rest.get(..at).unwrap_or_default();
        let slashes = before.len() - before.trim_end_matches('\\').len();
        rest = rest.get(at + 2..).unwrap_or_default();
        // A bracket with a backslash is text.
        if slashes % 2 == 1 {
            continue;
        }
        let Some(end) = rest.find(')') else { break };
        let target = rest.get(..end).unwrap_or_default();
        let target = target.split(['#', '?']).next().unwrap_or_default().trim_matches(['<', '>']);
        let file = target.rsplit('/').next().unwrap_or_default().trim();
        if !target.contains("://") && file.ends_with(".md") && file.len() > 3 {
            found.push(file.to_owned());
        }
    }
    found
}
