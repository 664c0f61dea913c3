//! A first line of a text that only names its file, or says that it is the new one.

use crate::assist::dialect::{is_file_name, is_gap};

/// A text without its first line, where that only names the file, as a comment or by itself, and the
/// document has no such line.
pub(super) fn without_name<'a>(base: &str, text: &'a str) -> &'a str {
    let Some((first, rest)) = text.trim_start_matches(['\n', '\r']).split_once('\n') else {
        return text;
    };
    let line = first.trim();
    let marks: &[(&str, &str)] =
        &[("//", ""), ("<!--", "-->"), ("/*", "*/"), ("--", ""), (";", ""), ("#", "")];
    let inner = marks.iter().find_map(|(open, close)| {
        Some((*open, line.strip_prefix(open)?.strip_suffix(close)?.trim()))
    });
    let (mark, name) = inner.unwrap_or(("", line));
    // `# updated code` says as little of the text.
    let label = !mark.is_empty() && is_label(name);
    let (name, told) = bare_name(name);
    let own = |line: &str| base.lines().any(|one| one.trim() == line.trim());
    // A heading may be called so: then the text goes on as the document begins, or leaves that out.
    let begins = || {
        let mut filled = rest.lines().filter(|line| !line.trim().is_empty());
        filled.next().is_some_and(|line| own(line) || is_gap(line))
    };
    match (is_file_name(name) || label) && !own(line) && (mark != "#" || told || begins()) {
        true => rest.trim_start_matches(['\n', '\r']),
        false => text,
    }
}

/// The name of a file without the words around it: `filepath: a.py`, `=== a.py ===`, `a.py (updated)`; and
/// whether these tell that it is one.
fn bare_name(said: &str) -> (&str, bool) {
    const BEFORE: [&str; 9] = [
        "file:",
        "filename:",
        "filepath:",
        "path:",
        "updated ",
        "modified ",
        "new ",
        "full ",
        "complete ",
    ];
    const BEHIND: [&str; 5] = ["(updated)", "(modified)", "(new)", "(full)", "- updated"];
    let mut name = said.trim_matches(['=', '-', '*', '[', ']', ' ']);
    let starts = |name: &str, word: &str| {
        name.get(..word.len()).is_some_and(|start| start.eq_ignore_ascii_case(word))
    };
    let before = BEFORE.iter().find(|word| starts(name, word));
    if let Some(word) = before {
        name = name[word.len()..].trim();
    }
    if let Some(word) = BEHIND.iter().find(|word| name.to_lowercase().ends_with(*word)) {
        name = name[..name.len() - word.len()].trim();
    }
    (name, before.is_some_and(|word| word.ends_with(':')))
}

/// Whether a comment only says that what follows is the new text.
fn is_label(said: &str) -> bool {
    const FIRST: [&str; 8] =
        ["updated", "modified", "complete", "full", "new", "revised", "corrected", "final"];
    const LAST: [&str; 5] = ["code", "file", "version", "text", "script"];
    let words: Vec<String> = said
        .split_whitespace()
        .map(|word| word.trim_matches([':', '.', '=', '-']).to_lowercase())
        .collect();
    let words: Vec<&str> =
        words.iter().map(String::as_str).filter(|word| !word.is_empty()).collect();
    match &words[..] {
        [rest @ .., last] if !rest.is_empty() => {
            LAST.contains(last) && rest.iter().all(|word| FIRST.contains(word) || *word == "the")
        }
        _ => false,
    }
}
