//! Lines before an edit that say for which file it is: a heading with its name, `File: a.py`,
//! ``In `a.py`, change:``, `<file path="a.py">`.

use super::held::path_tag;
use super::markers::{file_name, words};

/// Words that may stand around the name. With any other one a line says something else.
const AROUND: &[&str] = &[
    "a",
    "add",
    "also",
    "and",
    "at",
    "by",
    "change",
    "changes",
    "code",
    "create",
    "do",
    "edit",
    "edits",
    "existing",
    "file",
    "filename",
    "filepath",
    "finally",
    "first",
    "following",
    "for",
    "here",
    "in",
    "into",
    "is",
    "make",
    "modified",
    "modify",
    "name",
    "new",
    "next",
    "now",
    "of",
    "path",
    "please",
    "replace",
    "rewrite",
    "save",
    "second",
    "the",
    "then",
    "third",
    "this",
    "to",
    "update",
    "updated",
    "updates",
    "with",
    "write",
    "your",
    "contents",
    "content",
];

/// The longest such line, in words.
const MOST: usize = 10;

/// The file that a line names, if it says nothing else.
pub(super) fn named(line: &str) -> Option<&str> {
    if let Some(name) = path_tag(line).or_else(|| attribute(line)) {
        return real(name);
    }
    let (body, _) = words(line)?;
    let headed = body.starts_with('#') || body.starts_with("**");
    let body = body.trim_start_matches(['#', '*', '-', '>', ' ']);
    if let Some(name) = file_name(body) {
        return real(name);
    }
    let ended = body.trim_end_matches(['*', ' ']).ends_with([':', '：']);
    let labelled = body.split_once(':').is_some_and(|(label, rest)| {
        let mut label = label.split_whitespace().map(plain);
        rest.split_whitespace().count() == 1
            && label.all(|word| {
                ["file", "filename", "filepath", "path", "name"].contains(&word.as_str())
            })
    });
    if !headed && !ended && !labelled || body.split_whitespace().count() > MOST {
        return None;
    }
    let mut found = None;
    for token in body.split_whitespace() {
        let bare = token.trim_matches(|sign: char| "`*\"'()[],:：".contains(sign));
        let number = bare.trim_end_matches(['.', ')']).bytes().all(|byte| byte.is_ascii_digit());
        match real(bare) {
            Some(_) if found.is_some() => return None,
            Some(name) => found = Some(name),
            None if number || AROUND.contains(&plain(token).as_str()) => {}
            None => return None,
        }
    }
    found
}

fn plain(word: &str) -> String {
    word.trim_matches(|sign: char| !sign.is_alphanumeric()).to_lowercase()
}

/// A name with an ending that is one.
fn real(name: &str) -> Option<&str> {
    let name = file_name(name)?;
    let (stem, ending) = name.rsplit_once('.')?;
    let letters = ending.starts_with(|sign: char| sign.is_ascii_alphabetic());
    (letters && stem.contains(|sign: char| sign.is_ascii_alphanumeric())).then_some(name)
}

/// The name in `<file path="a.py">`.
fn attribute(line: &str) -> Option<&str> {
    let inner = words(line)?.0.strip_prefix("<file ")?.strip_suffix('>')?;
    let (key, rest) = inner.split_once('=')?;
    let name = rest.trim().trim_matches(['"', '\'']);
    ["path", "name", "src", "filename"].contains(&key.trim()).then_some(name)
}

#[cfg(test)]
mod tests {
    use super::named;

    #[test]
    fn files_that_lines_name() {
        for (line, name) in [
            ("### tests/lamp.py", Some("tests/lamp.py")),
            ("**lamp.py**", Some("lamp.py")),
            ("File: tests/lamp.py\n", Some("tests/lamp.py")),
            ("In `tests/lamp.py`, change:", Some("tests/lamp.py")),
            ("Edit `lamp.py`:", Some("lamp.py")),
            ("Create `lamp.go`:", Some("lamp.go")),
            ("2. Now update lamp.py:", Some("lamp.py")),
            ("## Changes to `lamp.py`", Some("lamp.py")),
            ("<file path=\"lamp.py\">", Some("lamp.py")),
            ("<path>lamp.py</path>", Some("lamp.py")),
            ("## Lamps", None),
            ("## Version 2.0", None),
            ("Edit the lamp:", None),
            ("The bug is in lamp.py:", None),
            ("In lamp.py and hall.py, change:", None),
            ("In `lamp.py` the loop never ends", None),
            ("See lamp.py", None),
        ] {
            assert_eq!(named(line), name, "{line}");
        }
    }
}
